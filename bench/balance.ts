/**
 * The balance solver on faults put into realistic ledgers: how often the exact row is named first, for one fault and for
 * two, and how often something is said of a ledger with nothing wrong. Wanted: 95 % of 1,000, 80 % of 1,000, none.
 *
 *   node bench/balance.ts [--json] [--seed N] [--cases N] [--show]
 */
import { stepsOf } from '../src/sync/balance-chain.ts'
import { Clues } from '../src/sync/balance-clues.ts'
import { isHarmless, solveBalance, type Explanation, type Fault } from '../src/sync/solve-balance.ts'
import { countedAt, injectFaults, ledgerCase, REGIMES, type Case, type Injected } from './balance-ledgers.ts'

const args = process.argv.slice(2)
const numberAfter = (name: string, otherwise: number): number => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise)
const SEED = numberAfter('--seed', 1)
const CASES = numberAfter('--cases', 1_000)
const KINDS = ['missing', 'doubled', 'flipped', 'misdated'] as const

type Tally = { cases: number; named: number }
const tally = (): Tally => ({ cases: 0, named: 0 })

const began = performance.now()
const single = { all: tally(), byKind: new Map<string, Tally>(KINDS.map((kind) => [kind, tally()])), byRegime: new Map<string, Tally>(REGIMES.map((regime) => [regime, tally()])) }
for (let seed = SEED * 1_000_000; single.all.cases < CASES; seed++) {
  const done = injectFaults(ledgerCase(seed), 1, [KINDS[single.all.cases % KINDS.length]!])
  if (done === null) continue
  const named = isNamed(done.broken, done.injected, seed)
  for (const counted of [single.all, single.byKind.get(done.injected[0]!.kind)!, single.byRegime.get(done.broken.regime)!]) count(counted, named)
}
const double = { all: tally(), byRegime: new Map<string, Tally>(REGIMES.map((regime) => [regime, tally()])) }
for (let seed = SEED * 1_000_000 + 500_000; double.all.cases < CASES; seed++) {
  const done = injectFaults(ledgerCase(seed), 2, KINDS)
  if (done === null) continue
  const named = isNamed(done.broken, done.injected, seed)
  for (const counted of [double.all, double.byRegime.get(done.broken.regime)!]) count(counted, named)
}
let falseAlarms = 0
for (let n = 0; n < CASES; n++) if (faultsOf(explain(ledgerCase(SEED * 1_000_000 + 750_000 + n))[0]).length > 0) falseAlarms++

const figures = {
  single: { cases: single.all.cases, named: share(single.all), byKind: shares(single.byKind), byRegime: shares(single.byRegime) },
  double: { cases: double.all.cases, named: share(double.all), byRegime: shares(double.byRegime) },
  clean: { cases: CASES, falseAlarms },
  msPerCase: Math.round(((performance.now() - began) / (3 * CASES)) * 10) / 10,
}
if (args.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`)
else {
  process.stdout.write(`one fault:    the exact row named first in ${percent(single.all)} of ${CASES} (wanted 95 %)\n`)
  for (const [name, counted] of [...single.byKind, ...single.byRegime]) process.stdout.write(`  ${name.padEnd(20)} ${percent(counted)} of ${counted.cases}\n`)
  process.stdout.write(`two faults:   both named first in ${percent(double.all)} of ${CASES} (wanted 80 %)\n`)
  for (const [name, counted] of double.byRegime) process.stdout.write(`  ${name.padEnd(20)} ${percent(counted)} of ${counted.cases}\n`)
  process.stdout.write(`no fault:     ${falseAlarms} false alarms in ${CASES} (wanted 0)\n`)
  process.stdout.write(`${figures.msPerCase} ms each, seed ${SEED}\n`)
}
if (share(single.all) < 0.95 || share(double.all) < 0.8 || falseAlarms > 0) process.exitCode = 1

function explain({ checkpoints, rows, others }: Case): readonly Explanation[] {
  const everyDay = [{ from: rows[0]!.on, to: checkpoints.at(-1)!.on }]
  return solveBalance(stepsOf(checkpoints, rows, everyDay, everyDay), new Clues(rows, others))
}

function faultsOf(explanation: Explanation | undefined): readonly Fault[] {
  return (explanation?.faults ?? []).filter((fault) => !isHarmless(fault))
}

function isNamed(broken: Case, injected: readonly Injected[], seed: number): boolean {
  const explanations = explain(broken)
  const faults = faultsOf(explanations[0])
  const named = faults.length === injected.length && injected.every((wrong) => faults.some((fault) => names(fault, wrong, broken)))
  if (!named && args.includes('--show')) {
    const plain = (value: unknown): string => JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))
    process.stdout.write(`seed ${seed} ${broken.regime} ${broken.account}\n  was  ${plain(injected)}\n${explanations.slice(0, 4).map((e) => `  said ${plain(e)}\n`).join('')}`)
  }
  return named
}

/**
 * Exact: the very row, and for rows that are not where they belong the very step between two balances. Of rows that
 * are equal in day, amount and words nobody can tell which is the copy: any of them is the row that is too many.
 */
function names(fault: Fault, wrong: Injected, { checkpoints, rows }: Case): boolean {
  if (wrong.kind === 'doubled') {
    if (fault.kind !== 'doubled' && fault.kind !== 'extra') return false
    const [said, copy, original] = [fault.row, wrong.row, wrong.original].map((id) => rows.find((row) => row.id === id)!)
    return [copy, original].some((row) => row!.on === said!.on && row!.amount === said!.amount && row!.text === said!.text)
  }
  if (wrong.kind === 'flipped') return fault.kind === 'flipped' && fault.row === wrong.row
  const belongs = countedAt(wrong.row, checkpoints)
  if (fault.kind !== wrong.kind || fault.upTo !== checkpoints[belongs]?.on || fault.after !== checkpoints[belongs - 1]?.on) return false
  return fault.kind === 'misdated' ? fault.row === wrong.row.id : fault.kind === 'missing' && fault.amount === wrong.row.amount
}

function count(counted: Tally, named: boolean): void {
  counted.cases++
  if (named) counted.named++
}

function share({ cases, named }: Tally): number {
  return cases === 0 ? 1 : Math.round((named / cases) * 1_000) / 1_000
}

function shares(counted: ReadonlyMap<string, Tally>): Record<string, number> {
  return Object.fromEntries([...counted].map(([name, each]) => [name, share(each)]))
}

function percent(counted: Tally): string {
  return `${(share(counted) * 100).toFixed(1)} %`
}
