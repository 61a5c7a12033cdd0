/** Every attempt to read a connection, or every import of a file, newest first, with how far it came and how long it took; equal ones in a row fold into one line. What one brought can be taken back. */
import { useAct } from '../act.ts'
import type { ListedRun, Run } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMay } from '../me.ts'
import { Chip, type Tone } from './chip.tsx'
import { formatDuration, formatInstant, Instant } from './time.tsx'

const OUTCOMES: Record<Run['outcome'], { tone: Tone; word: string }> = {
  running: { tone: 'wait', word: message('Running') },
  succeeded: { tone: 'ok', word: message('Read in full') },
  partial: { tone: 'need', word: message('Read in part') },
  failed: { tone: 'stop', word: message('Not read') },
  suspended: { tone: 'need', word: message('Waits for an answer') },
}

export function Attempts({ runs, title = say('Attempts') }: { runs: readonly ListedRun[]; title?: string }) {
  if (runs.length === 0) return null
  return (
    <section className="mb-6" aria-label={title}>
      <h2 className="mb-2">{title}</h2>
      <ul className="panel grid gap-3">
        {folded(runs).map(({ run, times }) => (
          <li key={run.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-t border-line pt-3 first:border-0 first:pt-0">
            {run.undone ? <Chip tone="off">{say('Taken back')}</Chip> : <Chip tone={OUTCOMES[run.outcome].tone}>{say(wordOf(run))}</Chip>}
            <span className="meta">{times === 1 ? <Instant at={run.startedAt} /> : <Say message="{at}, {times} times" at={<Instant at={run.startedAt} />} times={times} />}</span>
            <span className="min-w-0 grow [overflow-wrap:anywhere]">{run.connectionId === null && run.label !== null && <><bdi className="font-medium">{run.label}</bdi>: </>}{said(run)}</span>
            {READS.has(run.trigger) && <Course run={run} />}
            {times === 1 && !run.undone && broughtSomething(run) && <TakeBack run={run} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

const STEPS: Readonly<Record<string, string>> = {
  resolve: message('the bank’s address'), connect: message('the way to the bank'), tls: message('the secure connection'), http: message('the answer of the server'), signon: message('sign-in'), signing_in: message('sign-in'), mfa: message('the bank’s question'), consent: message('the permission'),
  accounts: message('list of accounts'), statement: message('reading rows'), reading: message('reading rows'), parse: message('understanding the answer'), matching: message('matching'), proving: message('proving'), import: message('the file'),
}

/** How far one came that was not read to the end, and how long it took; while a bank's question waited, that counts, too. */
function Course({ run }: { run: Run }) {
  const stage = run.failure?.stage ?? (run.outcome === 'suspended' ? 'mfa' : run.outcome === 'running' ? run.stage : run.outcome === 'partial' ? 'statement' : null)
  const step = stage === null ? (isSignInAlone(run) ? STEPS['accounts'] : undefined) : STEPS[stage]
  const took = run.endedAt === null ? null : formatDuration(run.startedAt, run.endedAt)
  if (step === undefined && took === null) return null
  return <span className="meta">{[step === undefined ? null : say('Step: {step}', { step: say(step) }), took === null ? null : say('took {duration}', { duration: took })].filter((part) => part !== null).join(' · ')}</span>
}

function wordOf(run: Run): string {
  if (isSignInAlone(run)) return message('Signed in')
  if (run.trigger === 'undo') return message('Taken back')
  return run.trigger === 'import' && run.outcome === 'succeeded' ? message('Imported') : OUTCOMES[run.outcome].word
}

function folded(runs: readonly ListedRun[]): { run: ListedRun; times: number }[] {
  const lines: { run: ListedRun; times: number }[] = []
  for (const run of runs) {
    const last = lines.at(-1)
    if (last !== undefined && run.failure !== null && last.run.outcome === run.outcome && last.run.failure?.message === run.failure.message) last.times += 1
    else lines.push({ run, times: 1 })
  }
  return lines
}

const READS: ReadonlySet<string> = new Set(['schedule', 'person', 'repair', 'connect'])

/** It worked, and there was no account to read: those that a person has not chosen yet are only listed. */
function isSignInAlone({ trigger, outcome, accounts }: Run): boolean {
  return READS.has(trigger) && outcome === 'succeeded' && accounts.length === 0
}

function said(run: Run): string {
  if (run.failure !== null) return run.failure.message
  if (isSignInAlone(run)) return say('The bank listed its accounts; none was read.')
  if (run.outcome === 'suspended') return say('The bank asked a question.')
  if (run.outcome === 'running') return ''
  if (run.outcome === 'failed' && READS.has(run.trigger)) return say('The bank’s question was not answered.')
  if (run.trigger === 'undo') return say('An earlier one was taken back.')
  if (run.trigger === 'recompute') return say('All reports were judged again.')
  if (run.trigger === 'switch') return say('Took over from another connection.')
  const added = run.accounts.reduce((sum, a) => sum + a.added, 0)
  const failure = run.accounts.find((a) => a.failure !== null)?.failure
  return failure == null ? say('{added, plural, one {# new row} other {# new rows}}', { added }) : say('{added, plural, one {# new row} other {# new rows}}. {failure}', { added, failure })
}

function broughtSomething(run: Run): boolean {
  return run.endedAt !== null && run.accounts.some(({ added, changed, withdrawn }) => added + changed + withdrawn > 0)
}

function TakeBack({ run }: { run: ListedRun }) {
  const act = useAct()
  const may = useMay()
  if (!may(run.undoNeeds.action, run.undoNeeds.connectionId ?? undefined)) return null
  if (act.error !== null) return <span role="alert" className="meta">{act.error.message}</span>
  return <button className="link min-h-6" disabled={act.isPending} aria-label={say('Take back: {what}, {at}', { what: run.label ?? said(run), at: formatInstant(run.startedAt) })} onClick={() => act.send('POST', `/runs/${run.id}/undo`)}>{act.isPending ? say('Taking back…') : say('Take back')}</button>
}
