/** `relink simulate --lives PROFILE`: lives of one account and what a person does with it, and what became of its rows. */
import { breathe, type OpenGround } from '../../sim/ground.ts'
import { playLives, type LivesReport } from '../../sim/lives/lives.ts'
import { readLife, writeLife, type LifeLine, type Profile } from '../../sim/lives/plan.ts'
import { CommandError, type Output } from './output.ts'

const PROGRESS_EVERY = 10
const MOST_TOLD = 20

export function firstLife(profile: Profile, seed = '1'): LifeLine {
  const line = readLife(seed, profile)
  if (line === null) throw new CommandError('--seed must be a whole number up to 4294967295, or the line of a life as a failing run prints it (17/e0,4,9).', 2)
  return line
}

/** Status 1 when a life failed. One life alone is told event by event. */
export async function simulateLives(output: Output, ground: OpenGround, first: LifeLine, runs: number): Promise<void> {
  const report = await playLives({
    ground, first, runs,
    onLife: async ({ totals }) => {
      if (totals.lives % PROGRESS_EVERY === 0) output.progress(`${totals.lives} of ${runs} lives, ${totals.rows} rows, ${totals.failed} failed`)
      await breathe()
    },
  })
  output.data(report)
  tell(output, report, first)
  if (report.totals.failed > 0) process.exitCode = 1
}

function tell(output: Output, { totals, failures, trace }: LivesReport, first: LifeLine): void {
  for (const line of trace) output.say(line)
  if (trace.length > 0) output.say()
  const { lives, rows, lost, doubled, wronglyMerged, wrongAmount, wrongDay, swapped, questions, spanDays, provedDays } = totals
  output.table(
    ['profile', 'lives', 'rows', 'lost', 'doubled', 'merged', 'amount', 'day', 'changed places', 'questions for 1,000 rows', 'days between balances proved', 'lives that failed'],
    [[first.profile, ...[lives, rows, lost, doubled, wronglyMerged, wrongAmount, wrongDay, swapped].map(String), rows === 0 ? '-' : ((1_000 * questions) / rows).toFixed(1), spanDays === 0 ? '-' : `${((100 * provedDays) / spanDays).toFixed(1)} %`, String(totals.failed)]],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  )
  if (failures.length > 0) output.say()
  for (const { line, harms, notes } of failures.slice(0, MOST_TOLD)) {
    const what = [`${harms.lost} lost`, `${harms.doubled} doubled`, `${harms.wronglyMerged} merged`, `${harms.wrongAmount} with a wrong amount`, `${harms.wrongDay} with a wrong day`].filter((text) => !text.startsWith('0 '))
    output.say(`failed: relink simulate --lives ${first.profile} --seed ${line}: ${[...what, ...notes.map((note) => note.slice(0, 200))].join(', ')}`)
  }
  if (failures.length > MOST_TOLD) output.say(`${failures.length - MOST_TOLD} more lives failed, from seed ${writeLife(first)} on.`)
}
