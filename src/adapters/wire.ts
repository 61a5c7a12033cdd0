/**
 * One request and one answer, without interpretation: what the transport over sockets and the one
 * inside the simulator have in common. `sent` tells whether a byte of the request may have left.
 */
import type { Failure } from '../domain/evidence.ts'

export type WireRequest = {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  /** In the order and spelling in which they are sent. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | null
  /** Told each piece of the answer's body as it comes in, unpacked. Must not throw. */
  readonly onBody?: (chunk: Uint8Array) => void
}

export type WireAnswer = {
  readonly status: number
  /** Lower-case names; repeated ones joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  /** After decompression. */
  readonly body: Uint8Array
}

export type WireResult = { readonly kind: 'answer'; readonly answer: WireAnswer } | { readonly kind: 'failed'; readonly sent: boolean; readonly failure: Failure }

export type Wire = {
  /** Why the address must not be called, before a secret is lent for it; null: nothing speaks against it. */
  admits(url: URL): Failure | null
  send(request: WireRequest): Promise<WireResult>
}

