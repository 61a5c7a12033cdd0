/** Who is signed in, asked once and shared by all that is shown. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { get, type Me } from './api.ts'

export function useMe(): UseQueryResult<Me> {
  return useQuery({ queryKey: ['me'], queryFn: () => get<Me>('/account') })
}
