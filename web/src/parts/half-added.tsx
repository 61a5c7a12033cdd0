/**
 * Accounts that somebody began to add and did not finish: the bank asks, or lists its accounts and waits for a choice.
 * The server keeps how far that is, so any browser of whoever may add accounts goes on with it, or gives it up.
 */
import { Link } from '@tanstack/react-router'
import { useAct } from '../act.ts'
import type { Connection } from '../api.ts'
import { message, say } from '../language/language.ts'
import { useMay, useOffline } from '../me.ts'
import { AskOwner } from './ask-owner.tsx'
import { Chip } from './chip.tsx'
import { Trouble } from './states.tsx'

export function isHalfAdded({ state, awaitsChoice }: Connection): boolean {
  return state === 'connecting' || awaitsChoice
}

const WAITS = {
  answer: message('Waiting for your answer to the bank’s question.'), choice: message('The bank lets us in. Waiting for you to choose which accounts are read.'),
  bank: message('Signing in at the bank.'), over: message('The bank’s question was not answered in time. Nothing was stored; the bank can be asked anew.'),
}

function waitsFor({ challenge, awaitsChoice, lastRun }: Connection): keyof typeof WAITS {
  return challenge !== null ? 'answer' : awaitsChoice ? 'choice' : lastRun === null || lastRun.outcome === 'running' ? 'bank' : 'over'
}

export function HalfAdded({ connection }: { connection: Connection }) {
  const act = useAct()
  const may = useMay()
  const offline = useOffline()
  const { id, institutionName: bank, loginLabel: login } = connection
  return (
    <section className="panel mb-4 border-need" aria-label={say('Adding {bank}, login {login}', { bank, login })}>
      <Chip tone="need">{say('Needs you')}</Chip>
      <h2 className="name mt-2">{say('Adding {bank}', { bank })}</h2>
      <p className="meta">{say('Login {login}', { login })}</p>
      <p className="mt-2">{say(WAITS[waitsFor(connection)])}</p>
      {act.error !== null && <Trouble error={act.error} />}
      {offline ? null : may('administer') ? (
        <div className="mt-3 flex flex-wrap gap-3">
          <Link to="/connections/$id" params={{ id }} className="button button-primary">{say('Continue')}</Link>
          <button type="button" className="button" disabled={act.isPending} onClick={() => act.send('DELETE', `/connections/${id}`)}>{say('Discard')}</button>
        </div>
      ) : <div className="mt-3"><AskOwner /></div>}
    </section>
  )
}
