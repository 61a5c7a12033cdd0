/** Recent changes: what was decided about rows and answered to questions, by anybody, newest first; any of them can be taken back, today or next week. */
import { useQuery } from '@tanstack/react-query'
import { useAct } from '../act.ts'
import { useMay } from '../me.ts'
import { get, type Decision, type Question } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Amount } from '../parts/money.tsx'
import { Loaded, Trouble } from '../parts/states.tsx'
import { Instant } from '../parts/time.tsx'

export function Recent({ taken }: { taken: () => void }) {
  const decisions = useQuery({ queryKey: ['decisions'], queryFn: () => get<{ items: Decision[] }>('/decisions?limit=50') })
  const answers = useQuery({ queryKey: ['answers'], queryFn: () => get<{ items: Question[] }>('/answers?limit=50') })
  const may = useMay()
  const act = useAct()
  // A transfer goes as a whole: its other side was decided in the same step.
  const takeBack = ({ transaction, before: { transfer: _, ...before }, after: { transfer, ...after } }: Decision): void =>
    transfer == null ? act.send('PATCH', `/transactions/${transaction.id}`, { ...before, from: after }, taken) : act.send('DELETE', `/transfers/${transfer}`, undefined, taken)
  return (
    <Loaded query={decisions}>
      {({ items }) => (
        <>
          {answers.data !== undefined && answers.data.items.length > 0 && <Answers items={answers.data.items} isBusy={act.isPending} takeBack={(id) => act.send('DELETE', `/questions/${id}/answer`, undefined, taken)} />}
          {act.error !== null && <Trouble error={act.error} />}
          {items.length === 0 && answers.data?.items.length === 0 && <p className="text-muted">{say('Nothing was decided yet. What you accept, name or exclude is listed here, and can be taken back.')}</p>}
          <ul className="grid gap-2">
            {items.map((decision, index) => (
              <li key={`${decision.at} ${index}`} className="flex flex-wrap items-center gap-x-3 border-t border-line pt-2 first:border-t-0">
                <WhenAndWho at={decision.at} by={decision.by} />
                <span className="min-w-0 grow"><bdi className="name">{decision.transaction.description === '' ? say('no text') : decision.transaction.description}</bdi> <Amount amount={decision.transaction.amount} currency={decision.transaction.currency} signed /></span>
                <span>{wordsOf(decision)}</span>
                {decision.after.transfer === null || !may('review') ? null : decision.holds ? (
                  <button type="button" className="button !min-h-8" disabled={act.isPending} aria-label={say('Undo: {decision}, {row}', { decision: wordsOf(decision), row: decision.transaction.description })} onClick={() => takeBack(decision)}>{say('Undo')}</button>
                ) : (
                  <span className="meta">{say('changed since')}</span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Loaded>
  )
}

const ANSWERED: Record<string, string> = { same: message('the same'), different: message('different'), removed: message('gone'), kept: message('kept') }

function Answers({ items, isBusy, takeBack }: { items: readonly Question[]; isBusy: boolean; takeBack: (id: string) => void }) {
  const may = useMay()
  return (
    <ul className="mb-4 grid gap-2" aria-label={say('Answers')}>
      {items.map(({ id, answer, answeredAt, by, transaction, other }) => {
        const words = answered(answer, other !== null)
        return (
          <li key={id} className="flex flex-wrap items-center gap-x-3 border-t border-line pt-2 first:border-t-0">
            <WhenAndWho at={answeredAt} by={by} />
            <span className="min-w-0 grow"><bdi className="name">{transaction.description === '' ? say('no text') : transaction.description}</bdi> <Amount amount={transaction.amount} currency={transaction.currency} signed /></span>
            <span>{words}</span>
            {may('review') && <button type="button" className="button !min-h-8" disabled={isBusy} aria-label={say('Undo: {decision}, {row}', { decision: words, row: transaction.description })} onClick={() => takeBack(id)}>{say('Undo')}</button>}
          </li>
        )
      })}
    </ul>
  )
}

function WhenAndWho({ at, by }: { at: string | null; by: string | null }) {
  return <span className="meta grid w-36">{at !== null && <Instant at={at} />}{by !== null && <bdi className="name">{by}</bdi>}</span>
}

function answered(answer: string | null, ofTwo: boolean): string {
  const word = ANSWERED[answer ?? '']
  const words = word === undefined ? '' : say(word)
  return ofTwo ? say('two rows: {answer}', { answer: words }) : words
}

function wordsOf({ before, after }: Pick<Decision, 'before' | 'after'>): string {
  const parts = [
    after.category === undefined ? null : after.category === null ? say('category {category} removed', { category: before.category ?? '' }) : say('category {category}', { category: after.category }),
    after.note === undefined ? null : say(after.note === null ? 'note removed' : 'note written'),
    after.excluded === undefined ? null : say(after.excluded ? 'excluded' : 'included again'),
    after.deleted === undefined ? null : say(after.deleted ? 'deleted' : 'brought back'),
    after.transfer === undefined ? null : say(after.transfer === null ? 'transfer taken back' : 'paired as a transfer'),
    after.review === undefined ? null : say(after.review === 'accepted' ? 'accepted' : 'to review again'),
  ]
  return parts.filter((part) => part !== null).join(', ')
}
