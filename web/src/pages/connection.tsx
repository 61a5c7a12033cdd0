/** One connection: its problem as a card, the repair step by step with each step's effect checked live, the proof, and switches. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ask, get, type Connection, type Plan, type Problem, type Run } from '../api.ts'
import { ChallengeForm } from '../parts/challenge-form.tsx'
import { Chip, type Tone } from '../parts/chip.tsx'
import { LoginForm } from '../parts/login-form.tsx'
import { ProblemCard } from '../parts/problem-card.tsx'
import { Instant } from '../parts/time.tsx'
import { Trouble } from '../shell.tsx'

const route = getRouteApi('/connections/$id')

export function ConnectionPage() {
  const { id } = route.useParams()
  const connection = useQuery({ queryKey: ['connection', id], queryFn: () => get<Connection>(`/connections/${id}`) })
  const runs = useQuery({ queryKey: ['runs', id], queryFn: () => get<{ items: Run[] }>(`/runs?connectionId=${id}&limit=20`) })
  if (connection.error !== null) return <Trouble error={connection.error} />
  if (connection.data === undefined) return null
  const { data } = connection
  return (
    <>
      <Head connection={data} />
      {data.challenge !== null && <ChallengeForm key={data.challenge.id} challenge={data.challenge} done={() => undefined} />}
      {data.problems.map((problem) => (
        <div key={problem.id}>
          <ProblemCard problem={problem} connection={data} />
          <Repair problem={problem} connection={data} />
        </div>
      ))}
      {data.problems.length === 0 && data.challenge === null && <AllWell connection={data} />}
      <Attempts runs={runs.data?.items ?? []} />
      <Switches connection={data} />
    </>
  )
}

function Head({ connection }: { connection: Connection }) {
  const sync = useAct(`/connections/${connection.id}/sync`)
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <div>
          <h1>{connection.institutionName}</h1>
          <p className="meta">Login {connection.loginLabel}{connection.nextSyncAt !== null && <> · next read <Instant at={connection.nextSyncAt} /></>}</p>
        </div>
        {connection.state === 'active' && (
          <button className="button" disabled={sync.isPending || connection.health === 'reading'} onClick={() => sync.mutate('POST')}>{connection.health === 'reading' ? stageWord(connection.lastRun) : 'Update now'}</button>
        )}
      </div>
      {sync.error !== null && <Trouble error={sync.error} />}
    </>
  )
}

function stageWord(run: Run | null): string {
  const words: Record<string, string> = { signing_in: 'Signing in…', accounts: 'Reading accounts…', reading: 'Reading rows…', matching: 'Matching…', proving: 'Proving…' }
  return words[run?.stage ?? ''] ?? 'Reading…'
}

function AllWell({ connection }: { connection: Connection }) {
  return (
    <div className="panel mb-4">
      <Chip tone={connection.state === 'active' ? 'ok' : 'off'}>{connection.state === 'active' ? 'Working' : 'Paused'}</Chip>
      <p className="mt-2">{connection.lastSuccessAt === null ? 'Not read yet.' : <>The bank answered in full <Instant at={connection.lastSuccessAt} />.</>}</p>
      <ul className="mt-2 list-disc pl-5">
        {connection.accounts.map((a) => <li key={a.id}><Link className="link" to="/accounts/$id" params={{ id: a.id }}>{a.name}</Link>, {a.rows} rows</li>)}
      </ul>
    </div>
  )
}

const MARKS: Record<Plan['steps'][number]['state'], string> = { done: '✓', now: '▸', running: '◔', waiting: '○', did_not_help: '✕', skipped: '–' }

/** The plan as a list whose steps tick when their effect is seen; the present step has its one control. */
function Repair({ problem, connection }: { problem: Problem; connection: Connection }) {
  const plan = useQuery({ queryKey: ['plan', problem.id], queryFn: () => get<Plan>(`/problems/${problem.id}/repair`) })
  if (plan.data === undefined) return null
  return (
    <section className="panel mb-4" aria-label="Steps">
      <h2 className="mb-2">Steps</h2>
      <ol className="grid gap-2">
        {plan.data.steps.map((step) => (
          <li key={step.id} className={step.state === 'waiting' || step.state === 'skipped' ? 'text-muted' : ''}>
            <span aria-hidden="true" className="inline-block w-5">{MARKS[step.state]}</span>
            <span className={step.state === 'now' ? 'font-medium' : ''}>{step.title}</span>
            {step.who === 'person' && step.state === 'now' && step.personMinutes > 0 && <span className="meta"> (about {Math.max(1, Math.round(step.personMinutes))} min)</span>}
            {step.result !== null && <p className="meta pl-5">{step.result}</p>}
            {step.state === 'now' && step.who === 'person' && <div className="mt-2 pl-5"><Control step={step} connection={connection} problem={problem} /></div>}
          </li>
        ))}
      </ol>
      <p className="meta mt-3">
        <a className="link" href={`/api/problems/${problem.id}/letter`} download>Letter to the bank</a> · <a className="link" href={`/api/problems/${problem.id}/bundle`} download>Support file without secrets</a>
      </p>
    </section>
  )
}

function Control({ step, connection, problem }: { step: Plan['steps'][number]; connection: Connection; problem: Problem }) {
  const act = useAct(`/connections/${connection.id}/repair`)
  const secret = useAct(`/connections/${connection.id}/secret`)
  const site = problem.card.next?.href ?? null
  if (step.kind === 'credentials') {
    return (
      <>
        <LoginForm fields={connection.fields.filter((f) => f.kind === 'secret')} submit={(form) => secret.mutate('PUT', { form })} label="Save and sign in once" busy={secret.isPending} />
        {secret.error !== null && <Trouble error={secret.error} />}
      </>
    )
  }
  return (
    <div className="flex flex-wrap items-center gap-3">
      {site !== null && <a className="button" href={site} target="_blank" rel="noreferrer">Open the bank’s site ↗</a>}
      <button className="button button-primary" disabled={act.isPending} onClick={() => act.mutate('POST', { stepId: step.id, did: 'done' })}>{act.isPending ? 'Checking…' : 'Check now'}</button>
      <button className="button" disabled={act.isPending} onClick={() => act.mutate('POST', { stepId: step.id, did: 'cannot' })}>I cannot do this</button>
      {act.error !== null && <Trouble error={act.error} />}
    </div>
  )
}

const OUTCOMES: Record<Run['outcome'], { tone: Tone; word: string }> = {
  running: { tone: 'wait', word: 'Running' },
  succeeded: { tone: 'ok', word: 'Read in full' },
  partial: { tone: 'need', word: 'Read in part' },
  failed: { tone: 'stop', word: 'Not read' },
  suspended: { tone: 'need', word: 'Waits for an answer' },
}

function Attempts({ runs }: { runs: readonly Run[] }) {
  if (runs.length === 0) return null
  return (
    <section className="mb-6">
      <h2 className="mb-2">Attempts</h2>
      <ul className="panel grid gap-2">
        {runs.map((run) => {
          const added = run.accounts.reduce((sum, a) => sum + a.added, 0)
          return (
            <li key={run.id} className="flex flex-wrap items-baseline gap-x-3">
              <Chip tone={OUTCOMES[run.outcome].tone}>{OUTCOMES[run.outcome].word}</Chip>
              <span className="meta"><Instant at={run.startedAt} /></span>
              <span>{run.failure !== null ? run.failure.message : `${added} new, ${run.accounts.reduce((sum, a) => sum + a.matched, 0)} the same`}</span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Switches({ connection }: { connection: Connection }) {
  const navigate = useNavigate()
  const act = useAct(`/connections/${connection.id}`)
  const toggle = useAct(`/connections/${connection.id}/${connection.state === 'disabled' ? 'enable' : 'disable'}`)
  return (
    <section className="grid gap-3">
      {(act.error ?? toggle.error) !== null && <Trouble error={(act.error ?? toggle.error) as Error} />}
      <Row text={connection.state === 'disabled' ? 'Reading has stopped; all rows stay.' : 'Pause this feed: reading stops, all rows stay.'}>
        <button className="button" onClick={() => toggle.mutate('POST')}>{connection.state === 'disabled' ? 'Enable' : 'Disable'}</button>
      </Row>
      <Row text="Remove this connection: the sign-in is deleted, the rows stay.">
        <button className="button" onClick={() => act.mutate('DELETE', undefined, () => void navigate({ to: '/accounts' }))}>Remove</button>
      </Row>
    </section>
  )
}

function Row({ text, children }: { text: string; children: ReactNode }) {
  return <div className="flex flex-wrap items-center justify-between gap-3"><span className="text-muted">{text}</span>{children}</div>
}

/** Sends one change and reads everything again afterwards. */
function useAct(path: string) {
  const queries = useQueryClient()
  const mutation = useMutation({
    mutationFn: ({ method, body }: { method: 'POST' | 'PUT' | 'DELETE'; body: unknown }) => ask(method, path, body),
    onSettled: () => queries.invalidateQueries(),
  })
  return {
    error: mutation.error,
    isPending: mutation.isPending,
    mutate: (method: 'POST' | 'PUT' | 'DELETE', body?: unknown, then?: () => void) => mutation.mutate({ method, body }, then === undefined ? {} : { onSuccess: then }),
  }
}
