/**
 * What was read last, kept in this browser for the person who read it, so that it can be read while the
 * server cannot be reached. Only what is on the list is kept: nothing of keys, members, sign-ins or open
 * questions of a bank. It goes when the person signs out, or when the server says that nobody is signed in.
 */
import { dehydrate, hydrate, type DehydratedState, type QueryClient } from '@tanstack/react-query'
import { createStore, del, get, set } from 'idb-keyval'
import { ServerProblem, type Me } from '../api.ts'
import { forgetTab } from '../kept.ts'

const KEPT = new Set([
  'me', 'server', 'accounts', 'account', 'rows', 'newest', 'transaction', 'coverage', 'freshness', 'noticed', 'balance-proof', 'balance-series', 'connections', 'connection',
  'banks', 'questions', 'decisions', 'rules', 'suggestions', 'reconcile', 'reconciliations', 'runs',
])
const SOON_MS = 250
/** Longer lists are kept from their beginning. */
const MOST_PAGES = 5
const MOST_QUERIES = 200
/** A browser whose store does not answer has kept nothing: that nobody answers is said all the same. */
const STORE_MS = 3_000
const KEY = 'last'

type Snapshot = { readonly userId: string; readonly queries: readonly DehydratedState['queries'][number][] }

const store = createStore('relink', 'kept')

/** Keeps what the queries hold from now on. */
export function keep(queries: QueryClient): void {
  let waiting = false
  queries.getQueryCache().subscribe(({ type, query }) => {
    if (type !== 'updated' || !KEPT.has(String(query.queryKey[0]))) return
    if (query.queryKey[0] === 'me' && query.state.error instanceof ServerProblem && query.state.error.code === 'unauthorized') return void forget()
    if (waiting || query.state.status !== 'success' || query.state.fetchStatus !== 'idle') return
    waiting = true
    setTimeout(() => {
      waiting = false
      void write(queries)
    }, SOON_MS)
  })
}

/** Rises when everything is forgotten: what was about to be written by then is not. */
let forgotten = 0

async function write(queries: QueryClient): Promise<void> {
  const began = forgotten
  const { data: me, error } = queries.getQueryState<Me>(['me']) ?? {}
  if (me === undefined || (error instanceof ServerProblem && error.code === 'unauthorized')) return
  const { queries: held } = dehydrate(queries, { shouldDehydrateQuery: ({ queryKey, state: { status } }) => status === 'success' && KEPT.has(String(queryKey[0])), shouldDehydrateMutation: () => false })
  // Other pages of this browser, and this one before it was loaded anew, read other things.
  const before = await read()
  const byHash = new Map((before?.userId === me.userId ? before.queries : []).map((query) => [query.queryHash, query]))
  for (const query of held) byHash.set(query.queryHash, { ...query, state: { ...query.state, data: withoutQuestions(bounded(query.state.data)) } })
  const newest = [...byHash.values()].sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt).slice(0, MOST_QUERIES)
  if (began !== forgotten) return
  // A browser that keeps nothing (private windows, a full disk) is one without reading offline.
  await allowed(() => set(KEY, { userId: me.userId, queries: newest } satisfies Snapshot, store))
}

function read(): Promise<Snapshot | undefined> {
  return allowed(() => get<Snapshot>(KEY, store))
}

/** Undefined also where the browser refuses, at once or later. */
async function allowed<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch {
    return undefined
  }
}

/** A question of the bank's is for now and for nobody else: a connection is kept without it. */
function withoutQuestions(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withoutQuestions)
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, name === 'challenge' ? null : withoutQuestions(value)]))
}

function bounded(data: unknown): unknown {
  const pages = (data as { pages?: unknown[]; pageParams?: unknown[] } | null)?.pages
  return Array.isArray(pages) ? { ...(data as object), pages: pages.slice(0, MOST_PAGES), pageParams: (data as { pageParams: unknown[] }).pageParams.slice(0, MOST_PAGES) } : data
}

/** Shows what was kept. It counts as old, however lately it was read: each page asks for what it shows, and says that nobody answers. */
export async function restore(queries: QueryClient): Promise<void> {
  const kept = await Promise.race([read(), new Promise<undefined>((resolve) => setTimeout(resolve, STORE_MS))])
  if (kept === undefined) return
  hydrate(queries, { mutations: [], queries: [...kept.queries] } satisfies DehydratedState)
  // Who is signed in is being asked for already.
  void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' })
}

export async function forget(): Promise<void> {
  forgotten++
  forgetTab()
  await allowed(() => del(KEY, store))
}
