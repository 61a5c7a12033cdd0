/** One account: balance, the days that are proved, its rows with search, and why each row is here. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { get, type Account, type Transaction, type TransactionDetail } from '../api.ts'
import { BalanceBreaks } from '../parts/balance.tsx'
import { Chip } from '../parts/chip.tsx'
import { Amount, formatAmount } from '../parts/money.tsx'
import { Strip, type Coverage } from '../parts/strip.tsx'
import { Day, formatInstant } from '../parts/time.tsx'
import { Empty, Loaded, Title, Trouble } from '../parts/states.tsx'

const route = getRouteApi('/accounts/$id')
type Rows = { items: Transaction[]; next: string | null }
const PAGE = 200

export function AccountPage() {
  const { id } = route.useParams()
  const account = useQuery({ queryKey: ['account', id], queryFn: () => get<Account>(`/accounts/${id}`) })
  const coverage = useQuery({ queryKey: ['coverage', id], queryFn: () => get<Coverage>(`/accounts/${id}/coverage`) })
  return (
    <Loaded query={account}>
      {(data) => (
        <>
          <Head account={data} />
          {coverage.data !== undefined && <Strip coverage={coverage.data} />}
          <BalanceBreaks accountId={id} />
          <Transactions accountId={id} />
        </>
      )}
    </Loaded>
  )
}

function Transactions({ accountId }: { accountId: string }) {
  const [text, setText] = useState('')
  const rows = useInfiniteQuery({
    queryKey: ['transactions', accountId, text],
    queryFn: ({ pageParam }) => get<Rows>(`/accounts/${accountId}/transactions?limit=${PAGE}${text === '' ? '' : `&text=${encodeURIComponent(text)}`}${pageParam === '' ? '' : `&cursor=${encodeURIComponent(pageParam)}`}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    placeholderData: (previous) => previous,
  })
  const items = rows.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <div className="mt-6 mb-2 flex flex-wrap items-center justify-between gap-3">
        <h2>Transactions</h2>
        <input className="field !w-64 max-w-full" type="search" placeholder="Search name or memo" aria-label="Search transactions" value={text} onChange={(event) => setText(event.target.value)} />
      </div>
      {rows.error !== null && <Trouble error={rows.error} />}
      {items?.length === 0 ? (
        <Empty title={text === '' ? 'No transactions yet' : 'Nothing found'}>{text === '' ? 'They appear here after the first read or import.' : `No row of this account contains “${text}”.`}</Empty>
      ) : (
        items !== undefined && <Table rows={items} />
      )}
      {rows.hasNextPage && <button className="button mt-3" disabled={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>Show more</button>}
    </>
  )
}

function Head({ account }: { account: Account }) {
  return (
    <div className="mb-4 flex flex-wrap items-end justify-between gap-4">
      <div className="min-w-0">
        <Title>{account.name}</Title>
        <p className="meta">
          {account.institutionName !== null && (account.connectionIds[0] === undefined ? account.institutionName : <Link className="link" to="/connections/$id" params={{ id: account.connectionIds[0] }}>{account.institutionName}</Link>)}
          {[account.institutionName === null ? 'from files' : '', account.number === null ? '' : `··${account.number.slice(-4)}`, account.kind.replace('_', ' ')].filter((part) => part !== '').map((part, index) => `${index === 0 && account.institutionName === null ? '' : ' · '}${part}`)}
        </p>
      </div>
      <div className="sm:text-right">
        <p className="text-[30px] leading-9 font-semibold"><Amount amount={account.balance} currency={account.currency} /></p>
        <p className="meta">{account.balanceIsStated ? 'stated by the bank' : 'sum of the rows'}{account.balanceOn !== null && <>, <Day day={account.balanceOn} /></>}</p>
        <p className="mt-1 flex flex-wrap gap-x-3 text-[13px] sm:justify-end">
          <span className="text-muted">Save as</span>
          {['ofx', 'qfx', 'qbo', 'csv'].map((format) => <a key={format} className="link" href={`/api/accounts/${account.id}/export?format=${format}`} download>{format.toUpperCase()}</a>)}
        </p>
      </div>
    </div>
  )
}

function Table({ rows }: { rows: readonly Transaction[] }) {
  const [open, setOpen] = useState<string | null>(null)
  return (
    <div className="rounded-[10px] border border-line bg-surface">
      <table className="w-full table-fixed border-collapse text-[14px] leading-5">
        <thead className="text-left text-muted">
          <tr><th className="w-[6.5rem] px-2 py-2 font-medium sm:w-32 sm:px-3">Booked</th><th className="px-2 py-2 font-medium sm:px-3">Description</th><th className="w-28 px-2 py-2 text-right font-medium sm:w-44 sm:px-3">Amount</th></tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.id} row={row} open={open === row.id} toggle={() => setOpen(open === row.id ? null : row.id)} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ row, open, toggle }: { row: Transaction; open: boolean; toggle: () => void }) {
  return (
    <>
      <tr className={`border-t border-line ${row.state === 'withdrawn' ? 'text-muted line-through' : ''}`}>
        <td className="px-2 py-2 align-baseline sm:px-3"><Day day={row.postedOn} /></td>
        <td className="px-2 py-2 align-baseline sm:px-3">
          <button className="min-h-6 w-full cursor-pointer text-left [overflow-wrap:anywhere] hover:underline" aria-expanded={open} onClick={toggle}>
            {row.description === '' ? <span className="text-muted">no text</span> : <bdi>{row.description}</bdi>}
          </button>
          {row.state === 'pending' && <Chip tone="wait">Pending</Chip>}
        </td>
        <td className="px-2 py-2 text-right align-baseline sm:px-3">
          <Amount amount={row.amount} currency={row.currency} signed />
          {row.foreignAmount !== null && row.foreignCurrency !== null && <div className="meta">{formatAmount(row.foreignAmount, row.foreignCurrency)}</div>}
        </td>
      </tr>
      {open && <tr><td colSpan={3} className="bg-sunken px-3 py-3"><Why id={row.id} /></td></tr>}
    </>
  )
}

/** "Why is this here?": each report by a source, and each change since. */
function Why({ id }: { id: string }) {
  const detail = useQuery({ queryKey: ['transaction', id], queryFn: () => get<TransactionDetail>(`/transactions/${id}`) })
  if (detail.data === undefined) return <p className="meta">Reading its history…</p>
  return (
    <div className="grid gap-2 text-[13px] leading-5 [overflow-wrap:anywhere]">
      <p className="font-medium">Why is this here?</p>
      <ul className="list-disc pl-5">
        {detail.data.observations.map((seen) => (
          <li key={seen.id}>
            {formatInstant(seen.observedAt)}, {seen.source}: {seen.because}
            {seen.providerId !== null && <> (id <bdi>{seen.providerId}</bdi>)</>}{seen.undone && <> That run was taken back.</>}
          </li>
        ))}
        {detail.data.history.map((change, index) => (
          <li key={index}>{formatInstant(change.at)}: {change.because} {Object.entries(change.changes).map(([field, [before, after]]) => `${field} ${before ?? '–'} → ${after ?? '–'}`).join(', ')}</li>
        ))}
      </ul>
    </div>
  )
}
