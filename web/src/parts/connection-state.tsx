/** How a connection fares, in one word, and the button that reads it now; while it reads, the stages stand in the button's place at equal height. */
import { useAct } from '../act.ts'
import { message, say } from '../language/language.ts'
import { useMay } from '../me.ts'
import type { Connection } from '../api.ts'
import { Chip, MOVES, type Tone } from './chip.tsx'
import { NeedsServer } from './needs-server.tsx'
import { Sign } from './sign.tsx'
import { Trouble } from './states.tsx'

const HEALTH: Record<Connection['health'], { tone: Tone; word: string }> = {
  working: { tone: 'ok', word: message('Up to date') },
  reading: { tone: 'wait', word: message('Reading now') },
  waiting: { tone: 'wait', word: message('Waiting for the bank') },
  needs_you: { tone: 'need', word: message('Needs you') },
  off: { tone: 'off', word: message('Paused') },
}

export function ConnectionChip({ connection }: { connection: Connection }) {
  if (connection.state === 'removed') return <Chip tone="off">{say('Removed')}</Chip>
  if (connection.state === 'replaced') return <Chip tone="off">{say('Replaced')}</Chip>
  // What waits says for whom, as the card of its problem does.
  const card = connection.health === 'waiting' ? connection.problems[0]?.card : undefined
  const { tone, word } = card === undefined ? HEALTH[connection.health] : MOVES[card.chip]
  return <Chip tone={tone}>{say(word)}</Chip>
}

/** No button where reading cannot help: a person has to act first, or somebody reads already. */
export function UpdateNow({ connection }: { connection: Connection }) {
  const act = useAct()
  const may = useMay()
  if (!may('sync') || connection.state !== 'active' || (connection.health === 'needs_you' && !act.isPending)) return null
  const isReading = act.isPending || connection.health === 'reading'
  return (
    <>
      {isReading ? <Stages connection={connection} /> : <NeedsServer><button className="button" onClick={() => act.send('POST', `/connections/${connection.id}/sync`)}>{say('Update now')}</button></NeedsServer>}
      {act.error !== null && <div className="w-full"><Trouble error={act.error} /></div>}
    </>
  )
}

const STAGES: readonly { readonly stage: string; readonly word: string }[] = [
  { stage: 'signing_in', word: message('Sign in') }, { stage: 'accounts', word: message('Accounts') }, { stage: 'reading', word: message('Reading') }, { stage: 'matching', word: message('Matching') }, { stage: 'proving', word: message('Proving') },
]

/** What is done is ticked, what is now is named; only the change of a stage is spoken. Where there is little room the one that is now stands alone. */
function Stages({ connection: { reading, lastRun } }: { connection: Connection }) {
  const now = reading?.stage ?? (lastRun?.outcome === 'running' ? lastRun.stage : null)
  const at = Math.max(0, STAGES.findIndex(({ stage }) => stage === now))
  const wordOf = ({ stage, word }: (typeof STAGES)[number]): string => (stage === 'reading' && reading !== null && reading.rows > 0 ? say('Reading {rows, plural, one {# row} other {# rows}}', { rows: reading.rows }) : say(word))
  return (
    <span className="@container block min-w-0 grow">
      <span className="flex min-h-10 flex-wrap content-center items-center gap-x-2 text-[13px] leading-5">
        <span role="status" className="sr-only">{say(STAGES[at]!.word)}</span>
        {STAGES.map((one, index) => (
          <span key={one.stage} aria-hidden="true" className={index === at ? 'font-medium' : 'hidden text-muted @xs:inline'}>{wordOf(one)}{index < at && <Sign of="done" className="ml-1 text-ok" />}{index === at && '…'}</span>
        ))}
        <span aria-hidden="true" className="text-muted @xs:hidden">{say('{at} of {count}', { at: at + 1, count: STAGES.length })}</span>
      </span>
    </span>
  )
}
