/** Recent changes: what was decided about rows and answered to questions, by anybody, newest first; any of them can be taken back, today or next week. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
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
              <Change key={`${decision.at} ${index}`} row={decision.transaction} words={wordsOf(decision)} at={decision.at} by={decision.by}>
                {decision.after.transfer === null || !may('review') ? null : decision.holds ? (
                  <button type="button" className="button !min-h-8" disabled={act.isPending} aria-label={say('Undo: {decision}, {row}', { decision: wordsOf(decision), row: decision.transaction.description })} onClick={() => takeBack(decision)}>{say('Undo')}</button>
                ) : (
                  <span className="meta">{say('changed since')}</span>
                )}
              </Change>
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
          <Change key={id} row={transaction} words={words} at={answeredAt} by={by}>
            {may('review') && <button type="button" className="button !min-h-8" disabled={isBusy} aria-label={say('Undo: {decision}, {row}', { decision: words, row: transaction.description })} onClick={() => takeBack(id)}>{say('Undo')}</button>}
          </Change>
        )
      })}
    </ul>
  )
}

/** A row, what was decided of it, by whom and when, and the way back. */
function Change({ row, words, at, by, children }: { row: Decision['transaction']; words: string; at: string | null; by: string | null; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 border-t border-line pt-2 first:border-t-0">
      <div>
        <p className="flex flex-wrap items-baseline gap-x-2"><bdi className="name">{row.description === '' ? say('no text') : row.description}</bdi> <Amount amount={row.amount} currency={row.currency} signed /></p>
        <p className="meta [overflow-wrap:anywhere]"><span className="text-text">{words}</span>{by !== null && <> · <bdi>{by}</bdi></>}{at !== null && <> · <Instant at={at} /></>}</p>
      </div>
      {children}
    </li>
  )
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
