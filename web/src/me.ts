/** Who is signed in, asked once and shared by all that is shown. */
import { useQuery, type QueryClient, type UseQueryResult } from '@tanstack/react-query'
import { get, ServerProblem, type Me } from './api.ts'
import { restore } from './offline/keep.ts'
import { followServerClock } from './parts/time.tsx'

/** While nobody answers, what was read before is shown: it is looked for with every try until something is. */
export async function readMe({ client }: { readonly client: QueryClient }): Promise<Me> {
  try {
    return await get<Me>('/account')
  } catch (error) {
    if (isUnreachable(error) && client.getQueryData(['me']) === undefined) await restore(client)
    throw error
  }
}

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

export function isUnreachable(error: unknown): boolean {
  return error instanceof ServerProblem && error.code === 'unreachable'
}

/** While it goes wrong it is asked again by itself. */
export function useMe(): UseQueryResult<Me> {
  return useQuery({ queryKey: ['me'], queryFn: readMe, refetchInterval: ({ state: { error } }) => (error === null || (error instanceof ServerProblem && error.code === 'unauthorized') ? false : AGAIN_MS) })
}
