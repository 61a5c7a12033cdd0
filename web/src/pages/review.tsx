/** Questions that only a person can answer: are these two the same, was this one removed? Decisions are remembered. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ask, get, type Question, type Transaction } from '../api.ts'
import { Amount } from '../parts/money.tsx'
import { Day } from '../parts/time.tsx'
import { Empty, Trouble } from '../shell.tsx'

export function ReviewPage() {
  const questions = useQuery({ queryKey: ['questions'], queryFn: () => get<{ items: Question[] }>('/questions') })
  if (questions.error !== null) return <Trouble error={questions.error} />
  if (questions.data === undefined) return null
  return (
    <>
      <h1 className="mb-4">Review</h1>
      {questions.data.items.length === 0 && <Empty title="Nothing to decide">When the bank’s answers leave a doubt, both rows are kept and the question appears here.</Empty>}
      <div className="grid gap-3">{questions.data.items.map((question) => <Card key={question.id} question={question} />)}</div>
    </>
  )
}

function Card({ question }: { question: Question }) {
  const queries = useQueryClient()
  const answer = useMutation({ mutationFn: (value: string) => ask('POST', `/questions/${question.id}/answer`, { answer: value }), onSettled: () => queries.invalidateQueries() })
  const choices = question.kind === 'same_transaction' ? [['same', 'Same'], ['different', 'Different']] : [['removed', 'It was removed'], ['kept', 'Keep it']]
  return (
    <section className="panel">
      <h2>{question.kind === 'same_transaction' ? 'Are these the same?' : 'The bank no longer shows this row. Was it removed?'}</h2>
      <div className="my-3 grid gap-2 sm:grid-cols-2">
        <Side row={question.transaction} />
        {question.other !== null && <Side row={question.other} />}
      </div>
      {answer.error !== null && <Trouble error={answer.error} />}
      <div className="flex gap-2">{choices.map(([value, label]) => <button key={value} className="button" disabled={answer.isPending} onClick={() => answer.mutate(value ?? '')}>{label}</button>)}</div>
    </section>
  )
}

function Side({ row }: { row: Transaction }) {
  return (
    <div className="rounded-md bg-sunken p-3">
      <div className="flex justify-between gap-3"><Day day={row.postedOn} /><Amount amount={row.amount} currency={row.currency} signed /></div>
      <p className="break-words"><bdi>{row.description}</bdi></p>
      <p className="meta">{row.state}</p>
    </div>
  )
}
