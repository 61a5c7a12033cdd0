/** One transaction: what the bank says of it, what a person decided, and why it is here. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { get, type Account, type TransactionDetail } from '../api.ts'
import { say } from '../language/language.ts'
import { Amount } from '../parts/money.tsx'
import { Alone, ToList } from '../parts/split.tsx'
import { LoadedPage, Title } from '../parts/states.tsx'
import { DecideRow } from '../rows/decide-row.tsx'
import { RowFacts } from '../rows/facts.tsx'

const route = getRouteApi('/transactions/transactions/$id')

export function TransactionPage() {
  const { id } = route.useParams()
  const row = useQuery({ queryKey: ['transaction', id], queryFn: () => get<TransactionDetail>(`/transactions/${id}`) })
  return <LoadedPage query={row}>{(data) => <Alone currency={data.currency}><Whole row={data} /></Alone>}</LoadedPage>
}

function Whole({ row }: { row: TransactionDetail }) {
  const account = useQuery({ queryKey: ['account', row.accountId], queryFn: () => get<Account>(`/accounts/${row.accountId}`) })
  return (
    <div className="max-w-2xl">
      <ToList to="/transactions">{say('All transactions')}</ToList>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-4">
        <div className="min-w-0">
          <Title>{row.description === '' ? say('Row without text') : row.description}</Title>
          <p className="meta min-h-6">{account.data !== undefined && <Link className="link name min-h-6" to="/accounts/$id" params={{ id: row.accountId }}>{account.data.name}</Link>}</p>
        </div>
        <p className="text-[22px] leading-7 font-semibold"><Amount amount={row.amount} currency={row.currency} signed /></p>
      </div>
      <RowFacts row={row}><DecideRow key={row.id} row={row} /></RowFacts>
    </div>
  )
}
