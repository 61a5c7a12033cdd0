/** One transaction: what the bank says of it, what a person decided, and why it is here. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { get, type Account, type TransactionDetail } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Chip, type Tone } from '../parts/chip.tsx'
import { Amount, formatAmount } from '../parts/money.tsx'
import { Loaded, Title } from '../parts/states.tsx'
import { Day } from '../parts/time.tsx'
import { Why } from '../rows/why.tsx'

const route = getRouteApi('/transactions/$id')
const STATES: Record<TransactionDetail['state'], { tone: Tone; word: string }> = { posted: { tone: 'ok', word: message('Booked') }, pending: { tone: 'wait', word: message('Pending') }, withdrawn: { tone: 'off', word: message('Withdrawn') } }

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
          <Title>{row.description === '' ? say('Row without text') : row.description}</Title>
          {account.data !== undefined && <p className="meta"><Link className="link name" to="/accounts/$id" params={{ id: row.accountId }}>{account.data.name}</Link></p>}
        </div>
        <p className="text-[22px] leading-7 font-semibold"><Amount amount={row.amount} currency={row.currency} signed /></p>
      </div>
      <dl className="panel grid gap-x-6 gap-y-2 sm:grid-cols-2">
        <Fact term={say('Booked')}><Day day={row.postedOn} /></Fact>
        {row.transactedOn !== null && <Fact term={say('Made')}><Day day={row.transactedOn} /></Fact>}
        {row.valueOn !== null && <Fact term={say('Value')}><Day day={row.valueOn} /></Fact>}
        {row.foreignAmount !== null && row.foreignCurrency !== null && <Fact term={say('In the other currency')}>{formatAmount(row.foreignAmount, row.foreignCurrency)}</Fact>}
        {row.checkNumber !== null && <Fact term={say('Check')}>{row.checkNumber}</Fact>}
        {row.reference !== null && <Fact term={say('Reference')}><bdi>{row.reference}</bdi></Fact>}
        {row.category !== null && <Fact term={say('Category')}>{row.category}</Fact>}
        {row.note !== null && <Fact term={say('Note')}>{row.note}</Fact>}
        <Fact term={say('State')}><Chip tone={STATES[row.state].tone}>{say(STATES[row.state].word)}</Chip></Fact>
      </dl>
      <section className="panel mt-3"><Why id={row.id} alone /></section>
    </div>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return <div className="min-w-0"><dt className="meta">{term}</dt><dd className="[overflow-wrap:anywhere]">{children}</dd></div>
}
