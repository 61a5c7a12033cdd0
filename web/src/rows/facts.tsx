/** All that is known of a row: what the bank says of it, what a person decided, and why it is here. */
import type { ReactNode } from 'react'
import type { TransactionDetail } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Chip, type Tone } from '../parts/chip.tsx'
import { formatForeign } from '../parts/money.tsx'
import { Day } from '../parts/time.tsx'
import { Why } from './why.tsx'

const STATES: Record<TransactionDetail['state'], { tone: Tone; word: string }> = { posted: { tone: 'ok', word: message('Booked') }, pending: { tone: 'wait', word: message('Pending') }, withdrawn: { tone: 'off', word: message('Withdrawn') } }

/** `children`: what stands between the facts and why it is here. */
export function RowFacts({ row, children }: { row: TransactionDetail; children?: ReactNode }) {
  return (
    <>
      <dl className="panel grid gap-x-6 gap-y-2 @lg:grid-cols-2">
        <Fact term={say('Booked')}><Day day={row.postedOn} /></Fact>
        {row.transactedOn !== null && <Fact term={say('Made')}><Day day={row.transactedOn} /></Fact>}
        {row.valueOn !== null && <Fact term={say('Value')}><Day day={row.valueOn} /></Fact>}
        {row.foreignAmount !== null && row.foreignCurrency !== null && <Fact term={say('In the other currency')}>{formatForeign(row.foreignAmount, row.foreignCurrency)}</Fact>}
        {row.checkNumber !== null && <Fact term={say('Check')}>{row.checkNumber}</Fact>}
        {row.reference !== null && <Fact term={say('Reference')}><bdi>{row.reference}</bdi></Fact>}
        {row.category !== null && <Fact term={say('Category')}>{row.category}</Fact>}
        {row.note !== null && <Fact term={say('Note')}>{row.note}</Fact>}
        {row.transfer !== null && <Fact term={say('Transfer')}>{say('between own accounts')}</Fact>}
        {row.excluded && <Fact term={say('Excluded')}>{say('counts at the bank, in no file for your books')}</Fact>}
        {row.deleted && <Fact term={say('Deleted')}>{say('kept so that it does not come back')}</Fact>}
        <Fact term={say('Review')}>{say(row.review === 'accepted' ? 'Accepted' : 'To review')}</Fact>
        <Fact term={say('State')}><Chip tone={STATES[row.state].tone}>{say(STATES[row.state].word)}</Chip></Fact>
      </dl>
      {children}
      <section className="panel mt-3"><Why id={row.id} /></section>
    </>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return <div className="min-w-0"><dt className="meta">{term}</dt><dd className="[overflow-wrap:anywhere]">{children}</dd></div>
}
