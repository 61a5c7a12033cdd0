/**
 * Accounts that somebody began to add and did not finish: the bank asks, or lists its accounts and waits for a choice.
 * The server keeps how far that is, so any browser of whoever may add accounts goes on with it, or gives it up.
 */
import { Link } from '@tanstack/react-router'
import { useAct } from '../act.ts'
import type { Connection } from '../api.ts'
import { say } from '../language/language.ts'
import { useMay, useOffline } from '../me.ts'
import { AskOwner } from './ask-owner.tsx'
import { ConnectionChip } from './connection-state.tsx'
import { Trouble } from './states.tsx'

export function isHalfAdded({ state, awaitsChoice }: Connection): boolean {
  return state === 'connecting' || awaitsChoice
}

/** What its problem wants is on the card of that; where that is nothing, accounts can be chosen meanwhile. */
export function asksToBeGoneOnWith(connection: Connection): boolean {
  const { problems, awaitsChoice } = connection
  return isHalfAdded(connection) && (problems.length === 0 || (awaitsChoice && problems.every(({ card }) => card.next === null)))
}

export function isSigningIn({ lastRun }: Connection): boolean {
  return lastRun === null || lastRun.outcome === 'running'
}

/** What waits for whom, or what came in between, as it was seen. */
export function stateOfAdding(connection: Connection): string {
  const { challenge, awaitsChoice, lastRun } = connection
  if (challenge !== null) return say('Waiting for your answer to the bank’s question.')
  if (awaitsChoice) return say('The bank lets us in. Waiting for you to choose which accounts are read.')
  if (isSigningIn(connection)) return say('Signing in at the bank.')
  return `${lastRun?.failure?.message ?? say('The question of the bank was not answered in time.')} ${say('No row was read. The sign-in is kept, so that the bank can be asked anew; who discards it deletes it.')}`
}

export function HalfAdded({ connection }: { connection: Connection }) {
  const act = useAct()
  const may = useMay()
  const offline = useOffline()
  const { id, institutionName: bank, loginLabel: login, challenge } = connection
  // A bank's question is answered by whoever works here; all else is for who may add accounts.
  const goesOn = may('administer') || (challenge !== null && may('sync'))
  return (
    <section className={`panel mb-4 ${connection.health === 'needs_you' ? 'border-need' : ''}`} aria-label={say('Adding {bank}, login {login}', { bank, login })}>
      <ConnectionChip connection={connection} />
      <h2 className="name mt-2">{say('Adding {bank}', { bank })}</h2>
      <p className="meta">{say('Login {login}', { login })}</p>
      <p className="mt-2">{stateOfAdding(connection)}</p>
      {act.error !== null && <Trouble error={act.error} />}
      {offline ? null : goesOn ? (
        <div className="mt-3 flex flex-wrap gap-3">
          <Link to="/connections/$id" params={{ id }} className="button button-primary">{say('Continue')}</Link>
          {may('administer') && <button type="button" className="button" disabled={act.isPending} onClick={() => act.send('DELETE', `/connections/${id}`)}>{say('Discard')}</button>}
        </div>
      ) : <div className="mt-3"><AskOwner /></div>}
    </section>
  )
}
