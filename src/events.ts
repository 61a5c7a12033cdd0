/** Tells listeners in this process that something changed: its kind and id, never data. */

export type Change = { readonly kind: 'connection' | 'institution' | 'account' | 'transaction' | 'question' | 'rule' | 'run' | 'problem' | 'challenge' | 'alert' | 'demo'; readonly id: string }

export type Events = {
  publish(change: Change): void
  /** Returns the function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void
}

export function createEvents(): Events {
  const listeners = new Set<(change: Change) => void>()
  return {
    publish(change) {
      for (const listener of listeners) listener(change)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
