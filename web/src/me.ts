/** Who is signed in, asked once and shared by all that is shown. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { get, type Me } from './api.ts'

export const readMe = (): Promise<Me> => get<Me>('/account')

export function useMe(): UseQueryResult<Me> {
  return useQuery({ queryKey: ['me'], queryFn: readMe })
}
