/** Every attempt to read a connection, newest first; equal ones in a row fold into one line. What one brought can be taken back. */
import { useAct } from '../act.ts'
import type { Run } from '../api.ts'
import { Chip, type Tone } from './chip.tsx'
import { Instant } from './time.tsx'

const OUTCOMES: Record<Run['outcome'], { tone: Tone; word: string }> = {
  running: { tone: 'wait', word: 'Running' },
  succeeded: { tone: 'ok', word: 'Read in full' },
  partial: { tone: 'need', word: 'Read in part' },
  failed: { tone: 'stop', word: 'Not read' },
  suspended: { tone: 'need', word: 'Waits for an answer' },
}

export function Attempts({ runs }: { runs: readonly Run[] }) {
  if (runs.length === 0) return null
  return (
    <section className="mb-6">
      <h2 className="mb-2">Attempts</h2>
      <ul className="panel grid gap-2">
        {folded(runs).map(({ run, times }) => (
          <li key={run.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
            <Chip tone={OUTCOMES[run.outcome].tone}>{OUTCOMES[run.outcome].word}</Chip>
            <span className="meta"><Instant at={run.startedAt} />{times > 1 && `, ${times} times`}</span>
            <span className="min-w-0 grow [overflow-wrap:anywhere]">{said(run)}</span>
            {times === 1 && broughtSomething(run) && <TakeBack run={run} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

function folded(runs: readonly Run[]): { run: Run; times: number }[] {
  const lines: { run: Run; times: number }[] = []
  for (const run of runs) {
    const last = lines.at(-1)
    if (last !== undefined && run.failure !== null && last.run.outcome === run.outcome && last.run.failure?.message === run.failure.message) last.times += 1
    else lines.push({ run, times: 1 })
  }
  return lines
}

function said(run: Run): string {
  if (run.failure !== null) return run.failure.message
  if (run.outcome === 'suspended') return 'The bank asked a question.'
  if (run.outcome === 'running') return ''
  if (run.trigger === 'undo') return 'An earlier one was taken back.'
  if (run.trigger === 'recompute') return 'All reports were judged again.'
  if (run.trigger === 'switch') return 'Took over from another connection.'
  const added = run.accounts.reduce((sum, a) => sum + a.added, 0)
  const failure = run.accounts.find((a) => a.failure !== null)?.failure
  return `${added === 1 ? '1 new row' : `${added} new rows`}${failure == null ? '' : `; ${failure}`}`
}

function broughtSomething(run: Run): boolean {
  return run.endedAt !== null && run.accounts.some(({ added, changed, withdrawn }) => added + changed + withdrawn > 0)
}

function TakeBack({ run }: { run: Run }) {
  const act = useAct()
  if (act.error !== null) return <span role="alert" className="meta">{act.error.message}</span>
  return <button className="link min-h-6" disabled={act.isPending} onClick={() => act.send('POST', `/runs/${run.id}/undo`)}>{act.isPending ? 'Taking back…' : 'Take back'}</button>
}
