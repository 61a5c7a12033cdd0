/** One account: balance, how fresh it is, the days that are proved, what its balances show, and its rows. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { lazy, Suspense, type ReactNode } from 'react'
import { get, type Account } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMay } from '../me.ts'
import { CurrencyOf } from '../parts/currency.tsx'
import { BalanceBreaks, useBalanceProof } from '../parts/balance.tsx'
import type { BalanceSeries } from '../parts/balance-picture.tsx'
import { AccountChip, FreshnessFacts, isUnread, useFreshness } from '../parts/freshness.tsx'
import { kindWords } from '../parts/kinds.ts'
import { Amount } from '../parts/money.tsx'
import { Rename } from '../parts/rename.tsx'
import { Alone, ToList } from '../parts/split.tsx'
import { Strip, type Coverage } from '../parts/strip.tsx'
import { Day } from '../parts/time.tsx'
import { LoadedPage, Title } from '../parts/states.tsx'
import { RowsOf } from './transactions.tsx'

const route = getRouteApi('/accounts/accounts/$id')
const BalancePicture = lazy(() => import('../parts/balance-picture.tsx'))

export function AccountPage() {
  const { id } = route.useParams()
  const account = useQuery({ queryKey: ['account', id], queryFn: () => get<Account>(`/accounts/${id}`) })
  const coverage = useQuery({ queryKey: ['coverage', id], queryFn: () => get<Coverage>(`/accounts/${id}/coverage`) })
  const freshness = useFreshness(id)
  const series = useQuery({ queryKey: ['balance-series', id], queryFn: () => get<BalanceSeries>(`/accounts/${id}/balance-series`) })
  const above = [coverage, freshness, series, useBalanceProof(id)]
  return (
    <LoadedPage query={account}>
      {(data) => (
        <Alone currency={data.currency}>
          <ToList to="/accounts">{say('All accounts')}</ToList>
          <Head account={data} />
          {isUnread(data) && data.connectionIds.length === 0 && <p className="mb-4 text-muted"><Say message="What was imported here is taken back. Under <a>Import a file</a> it comes again." a={(inside) => <Link to="/import" className="link">{inside}</Link>} /></p>}
          {freshness.data?.word === 'no_longer_read' && <NoLongerRead account={data} />}
          <CurrencyOf key={id} account={data} />
          {/* How high each of these is, only its answer tells: they come together, so that none pushes another. */}
          {above.every(({ isPending }) => !isPending) && (
            <>
              {freshness.data !== undefined && <div className="flex flex-wrap items-start gap-x-6"><div className="pb-2"><AccountChip account={data} freshness={freshness.data} /></div><FreshnessFacts account={data} freshness={freshness.data} /></div>}
              {coverage.data !== undefined && <Strip key={id} coverage={coverage.data} accountId={id} />}
              <BalanceBreaks accountId={id} />
              {/* Nothing where the bank stated too little to compare; the picture's scripts are loaded only where there is one. */}
              {series.data !== undefined && series.data.stated.length > 1 && <Suspense fallback={<div className="panel mt-3 h-64" />}><BalancePicture series={series.data} currency={data.currency} /></Suspense>}
              <div className="mt-6 mb-1 flex flex-wrap items-center justify-between gap-3">
                <h2>{say('Transactions')}</h2>
                <span className="flex flex-wrap gap-x-4 print:hidden"><Link className="link alone py-1" to="/reconcile/$account" params={{ account: id }} aria-label={say('Reconcile {account}', { account: data.name })}>{say('Reconcile')}</Link><Link className="link alone py-1" to="/transactions" search={{ account: id }}>{say('Search and filter')}</Link></span>
              </div>
              <RowsOf account={data} filter={{ account: id }} />
            </>
          )}
        </Alone>
      )}
    </LoadedPage>
  )
}

/** The sign-in that read it is gone; the same one anew goes on where it ended. */
function NoLongerRead({ account: { institutionName } }: { account: Account }) {
  const may = useMay()
  const link = (inside: ReactNode): ReactNode => (may('administer') && institutionName !== null ? <Link to="/add" search={{ find: institutionName }} className="link">{inside}</Link> : inside)
  return <p className="mb-4 text-muted"><Say message="Its connection was removed: nothing is read any more, every row is kept. Once the same login is <a>added again</a>, it goes on here, and nothing comes twice." a={link} /></p>
}

/** A balance of more characters is wider than a phone in the size of all others. */
const LONG = 13

function Head({ account }: { account: Account }) {
  return (
    <div className="mb-3 flex flex-wrap items-end justify-between gap-4">
      <div className="min-w-0">
        <div className="flex flex-wrap items-baseline gap-x-3"><Title>{account.name}</Title>{/* Files name an account by themselves alone, and banks name several alike. */}<Rename key={account.id} path={`/accounts/${account.id}`} field="name" name={account.name} doing={say('Rename {account}', { account: account.name })} label={say('Name of this account')} /></div>
        <p className="meta">
          {account.institutionName !== null && (account.connectionIds[0] === undefined ? account.institutionName : <Link className="link" to="/connections/$id" params={{ id: account.connectionIds[0] }}>{account.institutionName}</Link>)}
          {[account.institutionName === null ? say('from files') : '', account.number === null ? '' : `··${account.number.slice(-4)}`, kindWords(account.kind)].filter((part) => part !== '').map((part, index) => <span key={part} className="whitespace-nowrap">{index === 0 && account.institutionName === null ? '' : ' · '}{part}</span>)}
        </p>
      </div>
      <div className="@xl:text-right">
        <p className={`leading-9 font-semibold ${account.balance.length > LONG ? 'text-[22px] @lg:text-[30px]' : 'text-[30px]'}`}>{isUnread(account) ? '–' : <Amount amount={account.balance} currency={account.currency} />}</p>
        <p className="meta">{isUnread(account) ? say('no rows yet') : account.balanceOn === null ? say(account.balanceIsStated ? 'stated by the bank' : 'sum of the rows') : <Say message={account.balanceIsStated ? 'stated by the bank, {day}' : 'sum of the rows, {day}'} day={<Day day={account.balanceOn} />} />}</p>
      </div>
    </div>
  )
}
