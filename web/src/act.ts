/** One change by the person: sent to the server, after which everything that is shown is asked again. Never optimistic. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { ask } from './api.ts'

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Act = { readonly error: Error | null; readonly isPending: boolean; readonly send: (method: Method, path: string, body?: unknown, then?: (answer: unknown) => void) => void }

export function useAct(): Act {
  const queries = useQueryClient()
  // A second click may come before a button is drawn as busy: what it would send is under way already.
  const isUnderWay = useRef(false)
  const { error, isPending, mutate } = useMutation({
    // `then` belongs to the change, not to the button: an event may take the button away before the answer is here.
    mutationFn: async ({ method, path, body, then }: { method: Method; path: string; body: unknown; then: ((answer: unknown) => void) | undefined }) => {
      // Asked whether or not anybody waits for the answer: `then?.(await …)` would not ask at all without a `then`.
      const answer = await ask(method, path, body).finally(() => { isUnderWay.current = false })
      then?.(answer)
    },
    onSettled: () => queries.invalidateQueries(),
  })
  const send: Act['send'] = (method, path, body, then) => {
    if (isUnderWay.current) return
    isUnderWay.current = true
    mutate({ method, path, body, then })
  }
  return { error, isPending, send }
}
