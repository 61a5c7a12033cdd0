/** Who is signed in, asked once and shared by all that is shown. */
import { useQuery, type QueryClient, type UseQueryResult } from '@tanstack/react-query'
import { get, isAway, isConfirming, proveAgain, ServerProblem, type Me } from './api.ts'
import { forget, restore } from './offline/keep.ts'
import { followServerClock } from './parts/time.tsx'

/**
 * While nobody answers, what was read before is shown: it is looked for with every try until something is. Whose session
 * ended under an open page signs in over it, so that nothing half typed is lost; who would rather not sees no more of it.
 */
export async function readMe({ client }: { readonly client: QueryClient }): Promise<Me> {
  const isShown = client.getQueryData(['me']) !== undefined
  try {
    return await get<Me>('/account')
  } catch (error) {
    if (isUnreachable(error) && !isShown) await restore(client)
    if (!isSignedOut(error) || !isShown || isSignedOut(client.getQueryState(['me'])?.error)) throw error
    await forget()
    if (!(await proveAgain('ended'))) throw error
    return get<Me>('/account')
  }
}

/** No stream of events came: either nobody answers, or the session is over. */
export async function noticeEnd(queries: QueryClient): Promise<void> {
  if (isConfirming() || isSignedOut(queries.getQueryState(['me'])?.error)) return
  if (await get('/account').then(() => false, isSignedOut)) await queries.invalidateQueries({ queryKey: ['me'] })
}

const AGAIN_MS = 5_000

let isLooking = false

/** One answer that does not come may be all of them: who is signed in is asked for, and what the page says of the server follows that. If it does answer, what was not read is read again after a while. */
export function whenAway(queries: QueryClient, error: Error): void {
  if (isLooking || !isAway(error)) return
  isLooking = true
  void queries.refetchQueries({ queryKey: ['me'] }).then(() => setTimeout(() => {
    isLooking = false
    // While it stays away, this is asked by itself, and all else after it.
    if (!isUnreachable(queries.getQueryState(['me'])?.error)) void queries.invalidateQueries({ predicate: ({ state }) => isAway(state.error) })
  }, AGAIN_MS))
}

function isSignedOut(error: unknown): boolean {
  return error instanceof ServerProblem && error.code === 'unauthorized'
}

/** Whether the person may do something: what they may not is not offered, and refused by the server all the same. */
export function useMay(): (action: Me['may'][number], connectionId?: string) => boolean {
  const { data: me } = useMe()
  return (action, connectionId) => me !== undefined && (me.may.includes(action) || (action === 'enter_secret' && connectionId !== undefined && me.delegated.includes(connectionId)))
}

type Server = { demo: boolean; version: string; now: string }

/** What serves this page, whose clock it follows. */
export function useServer(): UseQueryResult<Server> {
  return useQuery({
    queryKey: ['server'],
    queryFn: async () => {
      const answer = await get<Server>('/server')
      followServerClock(answer.now)
      return answer
    },
  })
}

/** Whether the server could not be reached when it was asked last: everything that is shown was read before. */
export function useOffline(): boolean {
  return isUnreachable(useMe().error)
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof ServerProblem && error.code === 'unreachable'
}

/** While it goes wrong it is asked again by itself. */
export function useMe(): UseQueryResult<Me> {
  return useQuery({ queryKey: ['me'], queryFn: readMe, refetchInterval: ({ state: { error } }) => (error === null || isSignedOut(error) ? false : AGAIN_MS) })
}
