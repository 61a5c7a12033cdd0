/** One transaction: what the bank says of it, what a person decided, and why it is here. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { get, type Account, type TransactionDetail } from '../api.ts'
import { Chip } from '../parts/chip.tsx'
import { Amount, formatAmount } from '../parts/money.tsx'
import { Loaded, Title } from '../parts/states.tsx'
import { Day } from '../parts/time.tsx'
import { Why } from '../rows/why.tsx'

const route = getRouteApi('/transactions/$id')

export function TransactionPage() {
  const { id } = route.useParams()
  const row = useQuery({ queryKey: ['transaction', id], queryFn: () => get<TransactionDetail>(`/transactions/${id}`) })
  return <Loaded query={row}>{(data) => <Whole row={data} />}</Loaded>
}

function Whole({ row }: { row: TransactionDetail }) {
  const account = useQuery({ queryKey: ['account', row.accountId], queryFn: () => get<Account>(`/accounts/${row.accountId}`) })
  return (
    <div className="mx-auto max-w-2xl">
      <div className="mb-4 flex flex-wrap items-end justify-between gap-4">
        <div className="min-w-0">
          <Title>{row.description === '' ? 'Row without text' : row.description}</Title>
          {account.data !== undefined && <p className="meta"><Link className="link name" to="/accounts/$id" params={{ id: row.accountId }}>{account.data.name}</Link></p>}
        </div>
        <p className="text-[22px] leading-7 font-semibold"><Amount amount={row.amount} currency={row.currency} signed /></p>
      </div>
      <dl className="panel grid gap-x-6 gap-y-2 sm:grid-cols-2">
        <Fact term="Booked"><Day day={row.postedOn} /></Fact>
        {row.transactedOn !== null && <Fact term="Made"><Day day={row.transactedOn} /></Fact>}
        {row.valueOn !== null && <Fact term="Value"><Day day={row.valueOn} /></Fact>}
        {row.foreignAmount !== null && row.foreignCurrency !== null && <Fact term="In the other currency">{formatAmount(row.foreignAmount, row.foreignCurrency)}</Fact>}
        {row.checkNumber !== null && <Fact term="Check">{row.checkNumber}</Fact>}
        {row.reference !== null && <Fact term="Reference"><bdi>{row.reference}</bdi></Fact>}
        {row.category !== null && <Fact term="Category">{row.category}</Fact>}
        {row.note !== null && <Fact term="Note">{row.note}</Fact>}
        <Fact term="State"><Chip tone={row.state === 'posted' ? 'ok' : row.state === 'pending' ? 'wait' : 'off'}>{row.state === 'posted' ? 'Booked' : row.state === 'pending' ? 'Pending' : 'Withdrawn'}</Chip></Fact>
      </dl>
      <section className="panel mt-3"><Why id={row.id} alone /></section>
    </div>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return <div className="min-w-0"><dt className="meta">{term}</dt><dd className="[overflow-wrap:anywhere]">{children}</dd></div>
}
