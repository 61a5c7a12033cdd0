/** Questions that only a person can answer: are these the same, was this one removed? Decisions are remembered. */
import { useQuery } from '@tanstack/react-query'
import { useAct } from '../act.ts'
import { get, type Account, type Question, type Transaction } from '../api.ts'
import { Amount } from '../parts/money.tsx'
import { Empty, Loaded, Title, Trouble } from '../parts/states.tsx'
import { Day } from '../parts/time.tsx'

export function ReviewPage() {
  const questions = useQuery({ queryKey: ['questions'], queryFn: () => get<{ items: Question[] }>('/questions') })
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  return (
    <>
      <div className="mb-4"><Title>Review</Title></div>
      <Loaded query={questions}>
        {({ items }) => (
          <>
            {items.length === 0 && <Empty title="Nothing to decide">When the bank’s answers leave a doubt, both rows are kept and the question appears here.</Empty>}
            <div className="grid gap-3">{items.map((question) => <Card key={question.id} question={question} account={accounts.data?.items.find(({ id }) => id === question.accountId)?.name ?? ''} />)}</div>
          </>
        )}
      </Loaded>
    </>
  )
}

type Kind = { title: string; choices: readonly { answer: string; label: string; effect: string }[] }

const KINDS: Record<Question['kind'], Kind> = {
  same_transaction: {
    title: 'Are these the same?',
    choices: [
      { answer: 'same', label: 'Same', effect: 'Same: one row stays, with what both reports say.' },
      { answer: 'different', label: 'Different', effect: 'Different: both rows stay.' },
    ],
  },
  removed_at_bank: {
    title: 'The bank no longer shows this row. Was it removed?',
    choices: [
      { answer: 'removed', label: 'Removed', effect: 'Removed: the row is withdrawn and no longer counts.' },
      { answer: 'kept', label: 'Keep it', effect: 'Keep it: the row stays.' },
    ],
  },
}

function Card({ question, account }: { question: Question; account: string }) {
  const act = useAct()
  const { title, choices } = KINDS[question.kind]
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      <p className="meta name">{account}</p>
      <div className="my-3 grid gap-2 sm:grid-cols-2">
        <Side row={question.transaction} />
        {question.other !== null && <Side row={question.other} />}
      </div>
      {act.error !== null && <Trouble error={act.error} />}
      <div className="flex flex-wrap gap-2">
        {choices.map(({ answer, label }) => <button key={answer} className="button" disabled={act.isPending} onClick={() => act.send('POST', `/questions/${question.id}/answer`, { answer })}>{label}</button>)}
      </div>
      <p className="meta mt-2">{choices.map(({ effect }) => effect).join(' ')}</p>
    </section>
  )
}

function Side({ row }: { row: Transaction }) {
  return (
    <div className="rounded-md bg-sunken p-3">
      <div className="flex justify-between gap-3"><Day day={row.postedOn} /><Amount amount={row.amount} currency={row.currency} signed /></div>
      <p className="name"><bdi>{row.description === '' ? 'no text' : row.description}</bdi></p>
      <p className="meta">{row.state}</p>
    </div>
  )
}
