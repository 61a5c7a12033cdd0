/** How a connection fares, in one word, and the button that reads it now. */
import { useAct } from '../act.ts'
import type { Connection, Run } from '../api.ts'
import { Chip, type Tone } from './chip.tsx'
import { Trouble } from './states.tsx'

const HEALTH: Record<Connection['health'], { tone: Tone; word: string }> = {
  working: { tone: 'ok', word: 'Up to date' },
  reading: { tone: 'wait', word: 'Reading now' },
  waiting: { tone: 'wait', word: 'Waiting for the bank' },
  needs_you: { tone: 'need', word: 'Needs you' },
  off: { tone: 'off', word: 'Paused' },
}

export function ConnectionChip({ connection }: { connection: Connection }) {
  if (connection.state === 'removed') return <Chip tone="off">Removed</Chip>
  const { tone, word } = HEALTH[connection.health]
  return <Chip tone={tone}>{connection.health === 'reading' ? stageWord(connection.lastRun) : word}</Chip>
}

/** No button where reading cannot help: a person has to act first, or somebody reads already. */
export function UpdateNow({ connection }: { connection: Connection }) {
  const act = useAct()
  if (connection.state !== 'active' || connection.health === 'needs_you') return null
  const reading = act.isPending || connection.health === 'reading'
  return (
    <>
      <button className="button" disabled={reading} onClick={() => act.send('POST', `/connections/${connection.id}/sync`)}>{reading ? stageWord(connection.lastRun) : 'Update now'}</button>
      {act.error !== null && <div className="w-full"><Trouble error={act.error} /></div>}
    </>
  )
}

const STAGES: Record<string, string> = { signing_in: 'Signing in…', accounts: 'Reading accounts…', reading: 'Reading rows…', matching: 'Matching…', proving: 'Proving…' }

function stageWord(run: Run | null): string {
  return (run?.outcome === 'running' ? STAGES[run.stage ?? ''] : undefined) ?? 'Reading…'
}
