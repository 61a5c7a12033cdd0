/**
 * Rows of an account or of all, page by page. What is shown moves only when the reader asks: rows that arrive while
 * somebody reads are counted, and wait.
 */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { get, type Transaction } from '../api.ts'
import type { RowSearch } from './search.ts'

/** `account` undefined: of all accounts; `category` empty: rows without one. */
export type RowFilter = Readonly<RowSearch>
export type Page = { items: Transaction[]; next: string | null }

const ROWS_A_PAGE = 200
/** The first word of the keys of queries that events leave alone. */
export const ROWS = 'rows'

export function addressOf({ account, ...filter }: RowFilter, cursor = ''): string {
  const query = new URLSearchParams({ limit: String(ROWS_A_PAGE) })
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value)
  if (cursor !== '') query.set('cursor', cursor)
  return `${account === undefined ? '' : `/accounts/${account}`}/transactions?${query}`
}

/** `changes`: rows that changed are news too, not only those that came. */
export function useRows(filter: RowFilter, changes = true) {
  const queries = useQueryClient()
  const key = [ROWS, filter]
  const rows = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => get<Page>(addressOf(filter, pageParam), signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    // While others are looked for, those before them stand there; those of another account would be taken for its own.
    placeholderData: (previous, of) => ((of?.queryKey[1] as RowFilter | undefined)?.account === filter.account ? previous : undefined),
    // Only the reader moves what is read.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: 'always',
  })
  const newest = useQuery({ queryKey: ['newest', filter], queryFn: () => get<Page>(addressOf(filter)), enabled: rows.isSuccess && !rows.isPlaceholderData })
  // A key draws the list anew, and must not go through all that is loaded.
  const items = useMemo(() => rows.data?.pages.flatMap((page) => page.items) ?? [], [rows.data])
  const known = useMemo(() => new Map(items.map(({ id, updatedAt }) => [id, updatedAt])), [items])
  const waiting = rows.isPlaceholderData || rows.isFetching ? 0 : (newest.data?.items ?? []).filter(({ id, updatedAt }) => (changes ? known.get(id) !== updatedAt : !known.has(id))).length
  return { rows, items, waiting, showWaiting: () => void queries.resetQueries({ queryKey: key }) }
}
