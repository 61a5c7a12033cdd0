/** What only a person can see: a question with two buttons; the answer ranks the causes anew at once, and can be changed. */
import { Fragment } from 'react'
import { useAct } from '../act.ts'
import type { Problem } from '../api.ts'
import { say } from '../language/language.ts'
import { Sentence } from './sentence.tsx'
import { Sign } from './sign.tsx'
import { Trouble } from './states.tsx'

export function Asks({ problem: { id, card } }: { problem: Problem }) {
  const act = useAct()
  if (card.asks.length === 0) return null
  const tell = (fact: string, answer: boolean) => act.send('POST', `/problems/${id}/told`, { [fact]: answer })
  const isFirst = (at: number): boolean => at === 0 || (card.asks[at]?.answer === null) !== (card.asks[at - 1]?.answer === null)
  return (
    <div className="mt-3 grid gap-2">
      {card.asks.map(({ fact, question, answer, effect }, at) => (
        <Fragment key={fact}>
          {isFirst(at) && <p className="meta">{answer === null ? say('We do not know') : say('You told')}</p>}
          <div className="flex flex-wrap items-center gap-2" role="group" aria-labelledby={`ask-${id}-${fact}`}>
            <span id={`ask-${id}-${fact}`} className="[overflow-wrap:anywhere]"><Sentence parts={question} /></span>
            {[true, false].map((value) => (
              <button key={String(value)} type="button" className={`button ${answer === value ? '!border-accent !bg-sunken' : ''}`} aria-pressed={answer === value} disabled={act.isPending} onClick={() => tell(fact, value)}>
                {answer === value && <Sign of="done" className="mr-1.5" />}{value ? say('Yes') : say('No')}
              </button>
            ))}
            {effect !== null && <span className="meta">{effect}</span>}
          </div>
        </Fragment>
      ))}
      {act.error !== null && <Trouble error={act.error} />}
    </div>
  )
}
