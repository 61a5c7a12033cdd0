/** Who is signed in, asked once and shared by all that is shown. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { get, ServerProblem, type Me } from './api.ts'
import { followServerClock } from './parts/time.tsx'

export const readMe = (): Promise<Me> => get<Me>('/account')

const AGAIN_MS = 5_000

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

export function isUnreachable(error: Error | null): boolean {
  return error instanceof ServerProblem && error.code === 'unreachable'
}

/** While it goes wrong it is asked again by itself. */
export function useMe(): UseQueryResult<Me> {
  return useQuery({ queryKey: ['me'], queryFn: readMe, refetchInterval: ({ state: { error } }) => (error === null || (error instanceof ServerProblem && error.code === 'unauthorized') ? false : AGAIN_MS) })
}
