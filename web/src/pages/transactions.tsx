/** Transactions of an account or of all: search and filters, which live in the address; the list; its export. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { getRouteApi, Link, Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useState, type ReactNode } from 'react'
import { get, type Account, type Transaction } from '../api.ts'
import { locale, message, say } from '../language/language.ts'
import { useOffline } from '../me.ts'
import { Bound, Select, useTyped, type Option } from '../parts/filter.tsx'
import { withCurrency } from '../parts/money.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { ListTitle, Split, useWide } from '../parts/split.tsx'
import { Empty, FirstBank, Loaded, RowsToCome, Trouble } from '../parts/states.tsx'
import { RowGrid } from '../rows/grid.tsx'
import { MOST_ROWS, Printed } from '../rows/printed.tsx'
import { useRows, type RowFilter } from '../rows/load.ts'
import { rowSearch, type RowSearch } from '../rows/search.ts'
import { ToCome } from '../parts/to-come.tsx'

const route = getRouteApi('/transactions')

function useAccounts(): UseQueryResult<{ items: Account[] }> {
  return useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
}

export function TransactionsPage() {
  const { id } = useParams({ strict: false })
  const accounts = useAccounts()
  const isWide = useWide()
  // Its place is kept, so that the rows stay where they are when one is opened.
  const none = isWide && accounts.data?.items.length !== 0 ? <p className="panel mt-11 text-muted">{say('A row that you choose is shown here, with why it is here.')}</p> : null
  return <Split label={say('Transactions')} longer="list" isPage={id !== undefined} list={<TransactionList open={id} />} detail={id === undefined ? none : <Outlet />} />
}

/** `open`: the row that is shown beside it. */
function TransactionList({ open }: { open: string | undefined }) {
  const accounts = useAccounts()
  return (
    <>
      <div className="mb-4"><ListTitle beside={open !== undefined}>{say('Transactions')}</ListTitle></div>
      <Loaded query={accounts} toCome={<ToCome rows heights={[600]} />}>
        {({ items }) => (items.length === 0 ? <Empty title={say('No account yet')}><p className="mb-4">{say('Its rows appear here after the first read or import.')}</p><FirstBank /></Empty> : <Chosen accounts={items} open={open} />)}
      </Loaded>
    </>
  )
}

function Chosen({ accounts, open }: { accounts: readonly Account[]; open: string | undefined }) {
  // The router also hands on what is none of the page's, which the server refuses.
  const search = rowSearch(route.useSearch())
  const navigate = useNavigate()
  const [cleared, setCleared] = useState(0)
  // Where there is one alone it is meant.
  const account = accounts.find(({ id }) => id === search.account) ?? (accounts.length === 1 ? accounts[0]! : null)
  const filter: RowFilter = { ...search, account: account?.id }
  const clear = (): void => {
    setCleared(cleared + 1)
    void navigate({ to: '.', search: { account: account?.id }, replace: true, resetScroll: false })
  }
  return (
    <>
      <Filters key={cleared} accounts={accounts} filter={filter} />
      <RowsOf account={account} accounts={accounts} filter={filter} open={open} clear={clear} />
    </>
  )
}

const STATES: readonly Option[] = [{ value: '', label: message('All states') }, { value: 'posted', label: message('Booked') }, { value: 'pending', label: message('Pending') }, { value: 'withdrawn', label: message('Withdrawn') }]
const REVIEWS: readonly Option[] = [{ value: '', label: message('Reviewed or not') }, { value: 'for_review', label: message('To review') }, { value: 'accepted', label: message('Accepted') }]

const MARKS: readonly Option[] = [
  { value: '', label: message('Marked or not') }, { value: 'excluded', label: message('Excluded') }, { value: 'included', label: message('Not excluded') }, { value: 'paired', label: message('Paired as a transfer') }, { value: 'unpaired', label: message('Not paired') },
  { value: 'noted', label: message('With a note') }, { value: 'deleted', label: message('Deleted') },
]
/** What no person names a category by; the address says it by an empty one. */
const NO_CATEGORY = ' '

function said(options: readonly Option[]): readonly Option[] {
  return options.map(({ value, label }) => ({ value, label: say(label) }))
}

/** What rows are called by now, and what the address asks for, though no row may be called so any more. */
function useCategories(asked: string | undefined): readonly Option[] {
  const known = useQuery({ queryKey: ['categories'], queryFn: () => get<{ items: { category: string; rows: number }[] }>('/categories') })
  const named = (known.data?.items ?? []).map(({ category, rows }) => ({ value: category, label: `${category} (${rows})` })).sort((a, b) => a.label.localeCompare(b.label, locale))
  const gone = asked === undefined || asked === '' || named.some(({ value }) => value === asked) ? [] : [{ value: asked, label: asked }]
  return [{ value: '', label: say('All categories') }, { value: NO_CATEGORY, label: say('Without a category') }, ...named, ...gone]
}

function Filters({ accounts, filter }: { accounts: readonly Account[]; filter: RowFilter }) {
  const navigate = useNavigate()
  const categories = useCategories(filter.category)
  const set = (change: Partial<RowFilter>): void => void navigate({ to: '.', search: (before: RowSearch) => ({ ...before, ...change }), replace: true, resetScroll: false })
  const [text, setText] = useTyped(filter.text, (typed) => set({ text: typed }))
  return (
    <form role="search" aria-label={say('Filter transactions')} className="mb-2 grid grid-cols-2 gap-2 @2xl:grid-cols-4 print:hidden" onSubmit={(event) => event.preventDefault()}>
      <NeedsServer><input className="field col-span-2" type="search" maxLength={200} placeholder={say('Search text, category, day or amount')} aria-label={say('Search transactions')} value={text} onChange={(event) => setText(event.target.value)} /></NeedsServer>
      <Select label={say('Account')} wide value={filter.account ?? ''} options={[...(accounts.length === 1 ? [] : [{ value: '', label: say('All accounts') }]), ...accounts.map(({ id, name, currency }) => ({ value: id, label: withCurrency(name, currency) }))]} set={(account) => set({ account: account === '' ? undefined : account })} />
      <NeedsServer>
        <Select label={say('State')} value={filter.state ?? ''} options={said(STATES)} set={(state) => set({ state: state === '' ? undefined : (state as RowFilter['state']) })} />
        <Select label={say('Review')} value={filter.review ?? ''} options={said(REVIEWS)} set={(review) => set({ review: review === '' ? undefined : (review as RowFilter['review']) })} />
        <Select label={say('Category')} value={filter.category === '' ? NO_CATEGORY : (filter.category ?? '')} options={categories} set={(category) => set({ category: category === '' ? undefined : category === NO_CATEGORY ? '' : category })} />
        <Select label={say('Marks')} value={filter.mark ?? ''} options={said(MARKS)} set={(mark) => set({ mark: mark === '' ? undefined : (mark as RowFilter['mark']) })} />
        <div className="col-span-2 grid grid-cols-2 gap-2 @2xl:flex">
          <Bound label={say('From')} day={filter.from} set={(from) => set({ from })} />
          <Bound label={say('to')} day={filter.to} set={(to) => set({ to })} />
        </div>
      </NeedsServer>
    </form>
  )
}

/** What is shown, as a file. Those with balances hold whole days of one account; a table holds what the filters let through, of one account or of all. `count`: how many rows that are, where all are known; `leftOut`: those of them that are kept out of the books. */
function Export({ account, filter: { account: _, ...filter }, count, leftOut }: { account: Account | null; filter: RowFilter; count: number | null; leftOut: number }) {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined) as [keyof typeof filter, string][]
  const isNarrowed = given.some(([name]) => name !== 'from' && name !== 'to')
  if (isNarrowed && count === 0) return null
  const query = new URLSearchParams(given)
  const words = isNarrowed ? (count === null ? say('Save these rows as') : say('Save {count, plural, one {this row} other {these # rows}} as', { count })) : say(given.length > 0 ? 'Save these days as' : account === null ? 'Save all in one table as' : 'Save all as')
  const formats = account === null ? ['csv', 'json'] : isNarrowed ? ['csv', 'json'] : ['ofx', 'qfx', 'qbo', 'csv']
  return (
    <p className="flex flex-wrap gap-x-3 text-[13px] leading-5 print:hidden">
      <span className="py-0.5 text-muted">{words}</span>
      {formats.map((format) => <a key={format} className="link alone py-0.5" href={`/api${account === null ? '/transactions' : `/accounts/${account.id}`}/export?format=${format}${query.size === 0 ? '' : `&${query}`}`} download>{format.toUpperCase()}</a>)}
      {leftOut > 0 && <span className="py-0.5 text-muted">{say('{count, plural, one {# excluded row is left out} other {# excluded rows are left out}}', { count: leftOut })}</span>}
    </p>
  )
}

/** The list alone, as the page of an account shows it too; `account` null: of all `accounts`. `clear`: takes the filters away. `whole`: all are loaded, because the page around them is printed whole. A row leads to its own page, which is beside the list where there is room. */
export function RowsOf({ account, accounts = [], filter, open, clear, whole = false }: { account: Account | null; accounts?: readonly Account[]; filter: RowFilter; open?: string | undefined; clear?: () => void; whole?: boolean }) {
  const navigate = useNavigate()
  const isWide = useWide()
  const offline = useOffline()
  const { rows, items, waiting, showWaiting } = useRows(filter)
  const lacks = whole && rows.hasNextPage && !rows.isFetching && rows.error === null && items.length < MOST_ROWS
  useEffect(() => void (lacks && rows.fetchNextPage()), [lacks, items.length])
  const isFiltered = Object.entries(filter).some(([name, value]) => name !== 'account' && value !== undefined)
  const names = new Map(accounts.map(({ id, name }) => [id, name]))
  const under = ({ accountId }: Transaction): ReactNode => names.has(accountId) && <bdi className="meta name">{names.get(accountId)}</bdi>
  // What is kept out of the books is in a file only where it is asked for.
  const leftOut = filter.mark === 'excluded' || filter.mark === 'deleted' ? 0 : items.filter(({ excluded }) => excluded).length
  const all = account === null ? accounts.reduce((sum, one) => sum + one.rows, 0) : account.rows
  if (rows.error !== null && items.length === 0) return <Trouble error={rows.error} />
  if (rows.data === undefined) return <RowsToCome />
  return (
    <>
      <div className="mb-2 flex min-h-8 flex-wrap items-center justify-end gap-x-4 gap-y-1">
        <p className="mr-auto flex flex-wrap items-center gap-x-3 empty:hidden print:hidden" role="status">
          {waiting > 0 && <button type="button" className="button !min-h-8" onClick={showWaiting}>{say('{count} new', { count: waiting })}</button>}
          {isFiltered && <span className="meta">{say(rows.hasNextPage ? '{count, number} or more rows' : '{count, plural, one {# row} other {# rows}}', { count: items.length })}</span>}
        </p>
        {isFiltered && clear !== undefined && items.length > 0 && <NeedsServer><button type="button" className="link min-h-8 text-[13px] print:hidden" onClick={clear}>{say('Clear filters')}</button></NeedsServer>}
        {!offline && <Export account={account} filter={filter} count={rows.hasNextPage ? null : items.length - leftOut} leftOut={leftOut} />}
        {items.length > 0 && <Printed account={account} names={names} filter={filter} loaded={{ rows: items, isWhole: !rows.hasNextPage }} />}
      </div>
      {items.length === 0 ? (
        <Empty title={say(isFiltered ? 'Nothing found' : 'No transactions yet')}>
          {say(!isFiltered ? 'They appear here after the first read or import.' : account === null ? 'No row fits all filters.' : 'No row of this account fits all filters.')}
          {isFiltered && clear !== undefined && (
            <NeedsServer>
              <p className="mt-4 flex flex-wrap justify-center gap-2">
                <button type="button" className="button" onClick={clear}>{say('Clear filters')}</button>
                {account !== null && accounts.length > 1 && <Link className="button" to="." search={(before: RowSearch) => ({ ...before, account: undefined })} replace>{say('Look in all accounts')}</Link>}
              </p>
            </NeedsServer>
          )}
        </Empty>
      ) : (
        <div className="print:hidden"><RowGrid label={account === null ? say('Transactions of all accounts') : say('Transactions of {account}', { account: account.name })} items={items} {...(account === null ? { under } : {})} total={isFiltered ? (rows.hasNextPage ? null : items.length) : Math.max(all, items.length)} hasMore={rows.hasNextPage} isLoading={rows.isFetchingNextPage} loadMore={() => void rows.fetchNextPage()} open={open} choose={(id) => void navigate({ to: '/transactions/$id', params: { id }, search: filter, resetScroll: !isWide })} /></div>
      )}
    </>
  )
}
