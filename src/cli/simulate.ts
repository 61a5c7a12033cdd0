/** `relink simulate`: plays the engine against simulated banks that break, and says what was lost, doubled or wrong. */
import { readLine, type Line } from '../../sim/plan.ts'
import { memoryGround, postgresGround } from '../../sim/ground.ts'
import type { Report } from '../../sim/report.ts'
import { simulate } from '../../sim/simulate.ts'
import { CommandError, type Output } from './output.ts'
import { configuration } from './with-instance.ts'

export type SimulateOptions = { readonly seed: string; readonly runs?: number; readonly postgres?: boolean }

const PROGRESS_EVERY = 10

export async function simulateCommand(output: Output, options: SimulateOptions): Promise<void> {
  const first = readLine(options.seed)
  if (first === null) throw new CommandError('--seed must be a number, or a seed line as a failing run prints it (17/d12/f0,3/c/s).', 2)
  const runs = options.runs ?? 1
  if (runs < 1) throw new CommandError('--runs must be at least 1.', 2)
  const began = process.cpuUsage()
  const ground = options.postgres === true ? await postgresGround(configuration()) : await memoryGround()
  try {
    const report = await simulate({
      ground, first, runs,
      onSeed: ({ totals, failed }) => {
        if (totals.seeds % PROGRESS_EVERY === 0) output.progress(`${totals.seeds} of ${runs} seeds, ${totals.rows} rows, ${failed} failed`)
      },
    })
    output.data(report)
    tell(output, report, first, process.cpuUsage(began))
    if (!report.clean) process.exitCode = 1
  } finally {
    await ground.close()
  }
}

function tell(output: Output, report: Report, first: Line, { user, system }: NodeJS.CpuUsage): void {
  const { totals } = report
  output.table(
    ['class of fault', 'seeds', 'rows at the banks', 'rows in the feed', 'lost', 'doubled', 'merged', 'amount', 'day', 'questions', 'days proved'],
    report.classes.filter(({ seeds }) => seeds > 0).map((row) => [
      row.class, ...[row.seeds, row.rows, row.fed, row.lost, row.doubled, row.wronglyMerged, row.wrongAmount, row.wrongDay, row.questions].map(String), share(row.provedDays, row.coveredDays),
    ]),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
  output.say()
  output.say(output.bold(`${totals.seeds} seeds from ${first.seed}: ${totals.rows} rows, ${totals.lost} lost, ${totals.doubled} doubled, ${totals.wronglyMerged} wrongly merged, ${totals.wrongAmount} with a wrong amount, ${totals.wrongDay} with a wrong day.`))
  output.say(`${totals.questions} questions (${perThousand(totals.questions, totals.rows)} for 1,000 rows); ${share(totals.provedDays, totals.coveredDays)} of the covered days with a stated balance are proved.`)
  // What the report holds is the same in every run; how long it took is not.
  output.say(`${((totals.seeds * 1_000_000) / (user + system)).toFixed(1)} seeds a second of processor time, the start included.`)
  for (const { line, notes } of report.failures.slice(0, 20)) {
    output.say()
    output.say(`failed: relink simulate --seed ${line}`)
    for (const note of notes.slice(0, 6)) output.say(output.dim(`  ${note}`))
  }
  if (report.failed > 20) output.say(`${report.failed - 20} more seeds failed.`)
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`
}

function perThousand(part: number, whole: number): string {
  return whole === 0 ? '0' : ((1_000 * part) / whole).toFixed(2)
}
