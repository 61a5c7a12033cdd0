/** Every attempt to read a connection, newest first; equal ones in a row fold into one line. */
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
            <span className="min-w-0 [overflow-wrap:anywhere]">{said(run)}</span>
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
  const added = run.accounts.reduce((sum, a) => sum + a.added, 0)
  const failure = run.accounts.find((a) => a.failure !== null)?.failure
  return `${added === 1 ? '1 new row' : `${added} new rows`}${failure == null ? '' : `; ${failure}`}`
}
