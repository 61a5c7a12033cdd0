/** `relink simulate`: plays the engine against simulated banks that break, and says what was lost, doubled or wrong. */
import { breathe, memoryGround, postgresGround, type OpenGround } from '../../sim/ground.ts'
import { findPlanted, MOST_SEEDS, PLANTED_BUGS, type Found } from '../../sim/planted/index.ts'
import { lineOf, readLine, writeLine, type Line } from '../../sim/plan.ts'
import type { Report } from '../../sim/report.ts'
import { SCENARIOS } from '../../sim/scenarios.ts'
import { simulate } from '../../sim/simulate.ts'
import type { Profile } from '../../sim/lives/plan.ts'
import { Footprint } from './footprint.ts'
import { Interrupted, whileOpen } from './interrupt.ts'
import { CommandError, percent, type Output } from './output.ts'
import { reportRepairs } from './repair-report.ts'
import { firstLife, simulateLives } from './simulate-lives.ts'
import { configuration } from './with-instance.ts'

export type SimulateOptions = { readonly seed?: string; readonly scenario?: string; readonly planted?: string | true; readonly runs?: number; readonly postgres?: boolean; readonly report?: 'repair'; readonly lives?: Profile }

const PROGRESS_EVERY = 10
/** Pairs of faults that a report plays when nothing is said. */
const PAIRS = 100

/** Status 0: all was well, or each planted bug was found; 1: something failed; 2: wrong usage. */
export async function simulateCommand(output: Output, options: SimulateOptions, open = (): Promise<OpenGround> => groundOf(options)): Promise<void> {
  if (options.planted !== undefined) return whileOpen(open, searchPlanted(output, options))
  if (options.report !== undefined) return whileOpen(open, (ground) => reportRepairs(output, ground, plainSeed(options), options.runs ?? PAIRS))
  const runs = options.runs ?? 1
  if (runs < 1) throw new CommandError('--runs must be at least 1.', 2)
  if (options.lives !== undefined) {
    if (options.scenario !== undefined) throw new CommandError('--lives goes without --scenario.', 2)
    const life = firstLife(options.lives, options.seed)
    return whileOpen(open, (ground) => simulateLives(output, ground, life, runs))
  }
  const first = firstLine(options)
  const began = process.cpuUsage()
  const footprint = new Footprint(runs, () => process.memoryUsage.rss())
  let played: Report | null = null
  let told = 0
  const tellAll = (report: Report): void => tell(output, report, first, process.cpuUsage(began), footprint)
  const report = await whileOpen(open, (ground) => simulate({
    ground, first, runs,
    onSeed: async (soFar) => {
      const { totals, failed } = (played = soFar)
      if (totals.seeds % PROGRESS_EVERY === 0) output.progress(`${totals.seeds} of ${runs} seeds, ${totals.rows} rows, ${failed} failed`)
      footprint.look(totals.seeds)
      // A night is long: what failed is told when it does, and once more at the end.
      for (; told < soFar.failures.length; told += 1) output.error(`failed: relink simulate --seed ${soFar.failures[told]!.line}`)
      // In memory nothing else lets a signal in.
      await breathe()
    },
  })).catch((error: unknown): never => {
    if (error instanceof Interrupted && played !== null) {
      output.say(`Stopped after ${played.totals.seeds} of ${runs} seeds. These show:`)
      tellAll(played)
    }
    throw error
  })
  output.data(report)
  tellAll(report)
  if (!report.clean) process.exitCode = 1
}

async function groundOf({ postgres }: SimulateOptions): Promise<OpenGround> {
  return postgres === true ? postgresGround(configuration()) : memoryGround()
}

/** A report plays whole feeds, not lines of a plan. */
function plainSeed({ seed = '1', scenario }: SimulateOptions): number {
  const line = readLine(seed)
  if (line === null || writeLine(line) !== String(line.seed) || scenario !== undefined) throw new CommandError('--report takes a plain --seed (a whole number up to 4294967295) and no --scenario.', 2)
  return line.seed
}

function firstLine({ seed, scenario }: SimulateOptions): Line {
  const names = SCENARIOS.map(({ name }) => name)
  if (scenario !== undefined && !names.includes(scenario)) throw new CommandError(`There is no scenario "${scenario}". There are: ${names.join(', ')}.`, 2)
  const line = readLine(seed ?? '1')
  if (line === null) throw new CommandError('--seed must be a whole number up to 4294967295, or a seed line as a failing run prints it (17/d12/f0,3/c/s, ids-change:17).', 2)
  return scenario === undefined ? line : lineOf(line.seed, scenario)
}

/** Puts each wrong part in and plays until it shows. */
function searchPlanted(output: Output, { planted, seed, scenario, runs }: SimulateOptions): (ground: OpenGround) => Promise<void> {
  if (seed !== undefined || scenario !== undefined || runs !== undefined) throw new CommandError('--planted goes without --seed, --scenario and --runs.', 2)
  const chosen = PLANTED_BUGS.filter(({ name }) => planted === true || planted === name)
  if (chosen.length === 0) throw new CommandError(`There is no planted bug "${String(planted)}". There are: ${PLANTED_BUGS.map(({ name }) => name).join(', ')}.`, 2)
  return async (ground) => {
    const found: Found[] = []
    for (const bug of chosen) {
      output.progress(`${found.length} of ${chosen.length} found: ${bug.name}`)
      found.push(await findPlanted(bug, ground))
      await breathe()
    }
    output.data({ planted: found })
    output.table(['planted bug', 'found in seeds', 'first line that shows it', 'what the judges saw'], found.map(({ name, line, seeds, shown }) => [name, line === null ? `not in ${seeds}` : String(seeds), line ?? '-', shown]), [1])
    const missed = found.filter(({ line }) => line === null)
    output.say()
    output.say(output.bold(`${found.length - missed.length} of ${found.length} planted bugs are found, each within ${MOST_SEEDS} seeds.`))
    if (missed.length > 0) process.exitCode = 1
  }
}

function tell(output: Output, report: Report, first: Line, { user, system }: NodeJS.CpuUsage, footprint: Footprint): void {
  const { totals } = report
  output.table(
    ['class of fault', 'seeds', 'rows at the banks', 'rows in the feed', 'lost', 'doubled', 'merged', 'amount', 'day', 'questions', 'days proved'],
    report.classes.filter(({ seeds }) => seeds > 0).map((row) => [
      row.class, ...[row.seeds, row.rows, row.fed, row.lost, row.doubled, row.wronglyMerged, row.wrongAmount, row.wrongDay, row.questions].map(String), percent(row.provedDays, row.coveredDays),
    ]),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
  output.say()
  output.say(output.bold(`${totals.seeds} seeds from ${writeLine({ ...first, days: null, faults: null, crashes: null, steps: null })}: ${totals.rows} rows, ${totals.lost} lost, ${totals.doubled} doubled, ${totals.wronglyMerged} wrongly merged, ${totals.wrongAmount} with a wrong amount, ${totals.wrongDay} with a wrong day.`))
  output.say(`${totals.questions} questions (${perThousand(totals.questions, totals.rows)} for 1,000 rows); ${percent(totals.provedDays, totals.coveredDays)} of the covered days with a stated balance are proved.`)
  // What the report holds is the same in every run; how long it took is not.
  output.say(`${((totals.seeds * 1_000_000) / (user + system)).toFixed(1)} seeds a second of processor time, the start included. ${footprint.tell()}`)
  for (const { line, notes } of report.failures.slice(0, 20)) {
    output.say()
    output.say(`failed: relink simulate --seed ${line}`)
    for (const note of notes.slice(0, 6)) output.say(output.dim(`  ${note}`))
  }
  if (report.failed > 20) output.say(`${report.failed - 20} more seeds failed.`)
}

function perThousand(part: number, whole: number): string {
  return whole === 0 ? '0' : ((1_000 * part) / whole).toFixed(2)
}
