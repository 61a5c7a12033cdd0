/** Who is signed in, asked once and shared by all that is shown. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { get, type Me } from './api.ts'

export const readMe = (): Promise<Me> => get<Me>('/account')

/** Whether the person may do something: what they may not is not offered, and refused by the server all the same. */
export function useMay(): (action: Me['may'][number], connectionId?: string) => boolean {
  const { data: me } = useMe()
  return (action, connectionId) => me !== undefined && (me.may.includes(action) || (action === 'enter_secret' && connectionId !== undefined && me.delegated.includes(connectionId)))
}

export function useMe(): UseQueryResult<Me> {
  return useQuery({ queryKey: ['me'], queryFn: readMe })
}
