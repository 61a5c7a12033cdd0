/** One account: balance, how fresh it is, the days that are proved, what its balances show, and its rows. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { get, type Account } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { CurrencyOf } from '../parts/currency.tsx'
import { BalanceBreaks, useBalanceProof } from '../parts/balance.tsx'
import type { BalanceSeries } from '../parts/balance-picture.tsx'
import { AccountChip, FreshnessFacts, useFreshness } from '../parts/freshness.tsx'
import { kindWords } from '../parts/kinds.ts'
import { Amount } from '../parts/money.tsx'
import { ToList } from '../parts/split.tsx'
import { Strip, type Coverage } from '../parts/strip.tsx'
import { Day } from '../parts/time.tsx'
import { Loaded, Title } from '../parts/states.tsx'
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
    <Loaded query={account}>
      {(data) => (
        <>
          <ToList to="/accounts">{say('All accounts')}</ToList>
          <Head account={data} />
          <CurrencyOf account={data} />
          {/* How high each of these is, only its answer tells: they come together, so that none pushes another. */}
          {above.every(({ isPending }) => !isPending) && (
            <>
              {freshness.data !== undefined && <div className="flex flex-wrap items-start gap-x-6"><div className="pb-2"><AccountChip account={data} freshness={freshness.data} /></div><FreshnessFacts account={data} freshness={freshness.data} /></div>}
              {coverage.data !== undefined && <Strip coverage={coverage.data} accountId={id} />}
              <BalanceBreaks accountId={id} />
              {/* Nothing where the bank stated too little to compare; the picture's scripts are loaded only where there is one. */}
              {series.data !== undefined && series.data.stated.length > 1 && <Suspense fallback={<div className="panel mt-3 h-64" />}><BalancePicture series={series.data} currency={data.currency} /></Suspense>}
              <div className="mt-6 mb-1 flex flex-wrap items-center justify-between gap-3">
                <h2>{say('Transactions')}</h2>
                <span className="flex flex-wrap gap-x-4"><Link className="link py-1" to="/reconcile/$account" params={{ account: id }} aria-label={say('Reconcile {account}', { account: data.name })}>{say('Reconcile')}</Link><Link className="link py-1" to="/transactions" search={{ account: id }}>{say('Search and filter')}</Link></span>
              </div>
              <RowsOf account={data} filter={{ account: id }} />
            </>
          )}
        </>
      )}
    </Loaded>
  )
}

function Head({ account }: { account: Account }) {
  return (
    <div className="mb-3 flex flex-wrap items-end justify-between gap-4">
      <div className="min-w-0">
        <Title>{account.name}</Title>
        <p className="meta">
          {account.institutionName !== null && (account.connectionIds[0] === undefined ? account.institutionName : <Link className="link" to="/connections/$id" params={{ id: account.connectionIds[0] }}>{account.institutionName}</Link>)}
          {[account.institutionName === null ? say('from files') : '', account.number === null ? '' : `··${account.number.slice(-4)}`, kindWords(account.kind)].filter((part) => part !== '').map((part, index) => <span key={part} className="whitespace-nowrap">{index === 0 && account.institutionName === null ? '' : ' · '}{part}</span>)}
        </p>
      </div>
      <div className="@xl:text-right">
        <p className="text-[30px] leading-9 font-semibold"><Amount amount={account.balance} currency={account.currency} /></p>
        <p className="meta">{account.balanceOn === null ? say(account.balanceIsStated ? 'stated by the bank' : 'sum of the rows') : <Say message={account.balanceIsStated ? 'stated by the bank, {day}' : 'sum of the rows, {day}'} day={<Day day={account.balanceOn} />} />}</p>
      </div>
    </div>
  )
}
