/** One connection: its problem as a card with the repair, or the proof that it works again; what was attempted; switches. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useAct } from '../act.ts'
import { useFilled } from '../filled.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMay } from '../me.ts'
import { AskOwner } from '../parts/ask-owner.tsx'
import { get, type Connection, type ListedRun, type Problem, type Run } from '../api.ts'
import { Attempts } from '../parts/attempts.tsx'
import { ChallengeForm } from '../parts/challenge-form.tsx'
import { ChooseAccounts, FirstResult } from '../parts/choose-accounts.tsx'
import { ConnectionChip, UpdateNow } from '../parts/connection-state.tsx'
import { Feeds } from '../parts/feeds.tsx'
import { isHalfAdded, isSigningIn, stateOfAdding } from '../parts/half-added.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { ProblemCard } from '../parts/problem-card.tsx'
import { Proof } from '../parts/proof.tsx'
import { Reconnect, usePreviews } from '../parts/reconnect.tsx'
import { Rename } from '../parts/rename.tsx'
import { Repair } from '../parts/repair.tsx'
import { ToList } from '../parts/split.tsx'
import { Arrival, LoadedPage, Title, Trouble } from '../parts/states.tsx'
import { Instant } from '../parts/time.tsx'

const route = getRouteApi('/accounts/connections/$id')

export function ConnectionPage() {
  const { id } = route.useParams()
  const connection = useQuery({ queryKey: ['connection', id], queryFn: () => get<Connection>(`/connections/${id}`) })
  return <LoadedPage query={connection}>{(data) => <Whole key={data.id} connection={data} />}</LoadedPage>
}

function Whole({ connection }: { connection: Connection }) {
  const { id } = connection
  const may = useMay()
  const runs = useQuery({ queryKey: ['runs', id], queryFn: () => get<{ items: ListedRun[] }>(`/runs?connectionId=${id}&limit=20`) })
  const mended = useQuery({ queryKey: ['mended', id], queryFn: () => get<{ items: Problem[] }>(`/problems?connectionId=${id}&open=false&limit=10`) })
  const [last] = mended.data?.items ?? []
  // One read may end several: what it proves is told of all of them.
  const proved = connection.problems.length > 0 || last === undefined ? [] : (mended.data?.items ?? []).filter(({ proofRunId }) => proofRunId === last.proofRunId)
  const isFilled = useFilled()
  // Asked for here, though it is shown further down.
  usePreviews(id, may('enter_secret', id))
  const isRunning = connection.state === 'active' && connection.health === 'working'
  return (
    <>
      <ToList to="/accounts">{say('All accounts')}</ToList>
      <Head connection={connection} />
      <NeedsServer>
        {connection.challenge !== null && !may('sync') && <div className="panel mb-4"><AskOwner /></div>}
        {connection.challenge !== null && may('sync') && <ChallengeForm key={connection.challenge.id} challenge={connection.challenge} />}
        {connection.problems.map((problem) => (
          <div key={problem.id}>
            <ProblemCard problem={problem} connection={connection} />
            {/* What was typed for one host stands in no form for another. */}
            <Repair key={connection.goesTo.join()} problem={problem} connection={connection} />
          </div>
        ))}
        {connection.state === 'connecting' && connection.challenge === null && <NotConnected connection={connection} />}
        {(isRunning || (connection.awaitsChoice && connection.challenge === null)) && proved.length > 0 && <Proof problems={proved} connection={connection} />}
        {connection.awaitsChoice && (may('administer') ? <ChooseAccounts connection={connection} /> : <div className="panel mb-4"><p className="mb-2">{say('Which accounts are read has to be chosen.')}</p><AskOwner /></div>)}
        {isRunning && !connection.awaitsChoice && readsOf(runs.data?.items ?? []) === 1 && <FirstResult connection={connection} />}
        {connection.isElsewhere && isRunning && <p className="panel mb-4">{say('The bank has another address now. This login is read at the one before, until somebody signs in anew: a password goes only where it was typed for.')}</p>}
        <Withheld connection={connection} />
        {isFilled && (
          <>
            {!connection.awaitsChoice && <Feeds connection={connection} />}
            {connection.state !== 'connecting' && connection.state !== 'preview' && !connection.awaitsChoice && may('enter_secret', id) && <Reconnect connection={connection} />}
            <Attempts runs={runs.data?.items ?? []} />
            {connection.state !== 'removed' && connection.state !== 'replaced' && may('administer') && (isHalfAdded(connection) ? <Discard connection={connection} /> : <Switches connection={connection} />)}
          </>
        )}
      </NeedsServer>
    </>
  )
}

/** How many runs have read rows. */
function readsOf(runs: readonly Run[]): number {
  return runs.filter(({ outcome, accounts }) => outcome === 'succeeded' && accounts.length > 0).length
}

function Head({ connection }: { connection: Connection }) {
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2">
      <Title>{connection.institutionName}</Title>
      {connection.problems.length === 0 && <ConnectionChip connection={connection} />}
      <div className="meta flex w-full flex-wrap items-baseline gap-x-3"><span>
        {say('Login {login}', { login: connection.loginLabel })}
        {connection.lastSuccessAt !== null && !connection.awaitsChoice && <> · <Say message="answered in full {at}" at={<Instant at={connection.lastSuccessAt} />} /></>}
        {connection.nextSyncAt === null && connection.awaitsChoice && <> · {say('waits for you to choose accounts')}</>}
        {connection.nextSyncAt !== null && <> · <Say message="next read {at}" at={<Instant at={connection.nextSyncAt} />} /></>}
      </span>{connection.state !== 'removed' && connection.state !== 'replaced' && connection.state !== 'preview' && <Rename path={`/connections/${connection.id}`} field="loginLabel" name={connection.loginLabel} doing={say('Rename the login {login}', { login: connection.loginLabel })} label={say('Name of this login')} />}</div>
      <div className="w-full empty:hidden">{connection.state !== 'connecting' && <UpdateNow connection={connection} />}</div>
    </div>
  )
}

/** A first sign-in whose question was not answered, or not rightly: nothing was read, so nothing can be lost. It is kept, and goes on with the bank's next question. */
function NotConnected({ connection }: { connection: Connection }) {
  const act = useAct()
  const navigate = useNavigate()
  const may = useMay()
  if (isSigningIn(connection)) return <div className="panel mb-4" role="status">{stateOfAdding(connection)}</div>
  return (
    <section className="panel mb-4 border-need">
      <Arrival>{say('{bank} is not connected yet.', { bank: connection.institutionName })}</Arrival>
      <p className="mt-2">{stateOfAdding(connection)}</p>
      {act.error !== null && <Trouble error={act.error} />}
      {may('administer') ? (
        <div className="mt-3 flex flex-wrap gap-3">
          <button type="button" className="button button-primary" disabled={act.isPending} onClick={() => act.send('POST', `/connections/${connection.id}/sync`)}>{say(act.isPending ? 'Asking the bank…' : 'Ask the bank anew')}</button>
          <button type="button" className="button" disabled={act.isPending} onClick={() => act.send('DELETE', `/connections/${connection.id}`, undefined, () => void navigate({ to: '/add' }))}>{say('Discard, and sign in otherwise')}</button>
        </div>
      ) : <div className="mt-3"><AskOwner /></div>}
    </section>
  )
}

/** The ledger keeps a secret back before a bank would lock the login; only a warned person may send it once more. */
function Withheld({ connection }: { connection: Connection }) {
  const act = useAct()
  const may = useMay()
  const { lastRun } = connection
  const locked = connection.problems.some(({ cause }) => cause === 'login_locked')
  if (lastRun?.failure?.code !== 'secret_withheld' || locked || (connection.health === 'needs_you' && connection.state !== 'connecting') || !may('enter_secret', connection.id)) return null
  return (
    <section className="panel mb-4">
      <h2>{say('The password is kept back.')}</h2>
      <p className="mt-2">{lastRun.failure.message}</p>
      {act.error !== null && <Trouble error={act.error} />}
      <button className="button mt-3" disabled={act.isPending} onClick={() => act.send('POST', `/connections/${connection.id}/secret/once-more`)}>{say(act.isPending ? 'Asking the bank…' : 'Send it once more')}</button>
    </section>
  )
}

/** Of what was never read there is nothing to pause or to keep. Where the sign-in failed it is offered with what else helps. */
function Discard({ connection }: { connection: Connection }) {
  const navigate = useNavigate()
  const act = useAct()
  if (connection.state === 'connecting' && connection.challenge === null) return null
  return (
    <section className="panel grid gap-3" aria-label={say('Discard')}>
      {act.error !== null && <Trouble error={act.error} />}
      <Row text={say('Not to be added after all: the sign-in is deleted. Nothing was read yet.')}>
        <button className="button" disabled={act.isPending} onClick={() => act.send('DELETE', `/connections/${connection.id}`, undefined, () => void navigate({ to: '/accounts' }))}>{say('Discard')}</button>
      </Row>
    </section>
  )
}

function Switches({ connection }: { connection: Connection }) {
  const act = useAct()
  const [isAsked, setAsked] = useState(false)
  const off = connection.state === 'disabled'
  if (isAsked) return <Remove connection={connection} keep={() => setAsked(false)} />
  return (
    <section>
      <h2 className="mb-2">{say('Switch off or remove')}</h2>
      <div className="panel grid gap-3">
        {act.error !== null && <Trouble error={act.error} />}
        <Row text={say(off ? 'Reading has stopped; all rows stay.' : 'Disable: reading stops, all rows stay.')}>
          <button className="button" disabled={act.isPending} onClick={() => act.send('POST', `/connections/${connection.id}/${off ? 'enable' : 'disable'}`)}>{say(off ? 'Enable' : 'Disable')}</button>
        </Row>
        <Row text={say('Remove: the sign-in is deleted, the rows stay.')}>
          <button className="button" disabled={act.isPending} onClick={() => setAsked(true)}>{say('Remove…')}</button>
        </Row>
      </div>
    </section>
  )
}

/** The one act here that nobody can take back: what goes and what stays is said before, and what could be taken back stands beside it. */
function Remove({ connection, keep }: { connection: Connection; keep: () => void }) {
  const { id, institutionName: bank, loginLabel: login, state, challenge, problems, accounts } = connection
  const navigate = useNavigate()
  const act = useAct()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const fed = accounts.filter(({ rows }) => rows > 0)
  return (
    <section className="panel grid gap-3 border-need" aria-labelledby="remove">
      <h2 id="remove" tabIndex={-1} ref={heading}>{say('Remove {bank}, login {login}?', { bank, login })}</h2>
      <dl className="grid gap-3">
        <div><dt className="font-medium">{say('Goes, for good')}</dt><dd>
          {say('The stored sign-in is destroyed and cannot come back: to read this bank again it has to be typed anew. No read is planned any more.')}
          {(challenge !== null || problems.length > 0) && <> {say('What is open here ends: the question of the bank, the problem and its repair.')}</>}
        </dd></div>
        <div><dt className="font-medium">{say('Stays')}</dt><dd>{say('{accounts, plural, one {# account} other {# accounts}} with {rows, plural, one {# row} other {# rows}}, and all that was decided about them: categories, notes, matches. The list of attempts, too.', { accounts: fed.length, rows: fed.reduce((sum, { rows }) => sum + rows, 0) })}</dd></div>
        <div><dt className="font-medium">{say('Afterwards')}</dt><dd>{say('If the same login is added again, it goes on in these accounts, and no row comes twice.')}</dd></div>
      </dl>
      {act.error !== null && <Trouble error={act.error} />}
      <p className="flex flex-wrap items-center gap-3">
        <button className="button button-primary" onClick={keep}>{say('Keep it')}</button>
        {state !== 'disabled' && <button className="button" disabled={act.isPending} onClick={() => act.send('POST', `/connections/${id}/disable`, undefined, keep)}>{say('Only disable it')}</button>}
        <button className="button" disabled={act.isPending} onClick={() => act.send('DELETE', `/connections/${id}`, undefined, () => void navigate({ to: '/accounts' }))}>{say('Remove, and destroy the sign-in')}</button>
      </p>
    </section>
  )
}

function Row({ text, children }: { text: string; children: ReactNode }) {
  return <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-3"><span className="text-muted">{text}</span>{children}</div>
}
