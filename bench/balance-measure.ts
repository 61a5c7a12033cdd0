/**
 * How well the balance solver names what was done to realistic ledgers: shares of cases in which the exact row comes
 * first, by kind of fault and by the way in which balances are stated, and alarms about ledgers with nothing wrong.
 */
import { stepsOf } from '../src/sync/balance-chain.ts'
import { Clues } from '../src/sync/balance-clues.ts'
import { solveBalance, type Explanation, type Fault } from '../src/sync/solve-balance.ts'
import { countedAt, injectFaults, ledgerCase, REGIMES, type Case, type Injected } from './balance-ledgers.ts'

const KINDS = ['missing', 'doubled', 'flipped', 'misdated'] as const

export type Tally = { cases: number; named: number }
/** Of all cases, and by what they are. */
export type Measured = { readonly all: Tally; readonly by: ReadonlyMap<string, Tally> }

/** So many cases with one fault each, all kinds equally often. `tell` gets what was not named. */
export function measureSingle(seed: number, cases: number, tell: (line: string) => void = () => {}): Measured {
  return measure(seed * 1_000_000, cases, tell, (clean, done) => injectFaults(clean, 1, [KINDS[done % KINDS.length]!]), (injected) => injected[0]!.kind)
}

/** So many cases with two faults each, of any kinds; half of them within a few days of each other. */
export function measureDouble(seed: number, cases: number, tell: (line: string) => void = () => {}): Measured {
  return measure(seed * 1_000_000 + 500_000, cases, tell, (clean) => injectFaults(clean, 2, KINDS), null)
}

/** How often something is said of a ledger with nothing wrong but rows that are listed late. */
export function falseAlarms(seed: number, cases: number): number {
  let alarms = 0
  for (let n = 0; n < cases; n++) if (faultsOf(explain(ledgerCase(seed * 1_000_000 + 750_000 + n))[0]).length > 0) alarms++
  return alarms
}

type Inject = (clean: Case, done: number) => ReturnType<typeof injectFaults>

function measure(from: number, cases: number, tell: (line: string) => void, inject: Inject, kindOf: ((injected: readonly Injected[]) => string) | null): Measured {
  const all: Tally = { cases: 0, named: 0 }
  const by = new Map<string, Tally>((kindOf === null ? REGIMES : [...KINDS, ...REGIMES]).map((name) => [name, { cases: 0, named: 0 }]))
  for (let seed = from; all.cases < cases; seed++) {
    const done = inject(ledgerCase(seed), all.cases)
    if (done === null) continue
    const named = isNamed(done.broken, done.injected, (line) => tell(`seed ${seed} ${line}`))
    for (const counted of [all, by.get(done.broken.regime)!, ...(kindOf === null ? [] : [by.get(kindOf(done.injected))!])]) count(counted, named)
  }
  return { all, by }
}

function explain({ checkpoints, rows, others }: Case): readonly Explanation[] {
  const everyDay = [{ from: rows[0]!.on, to: checkpoints.at(-1)!.on }]
  return solveBalance(stepsOf(checkpoints, rows, everyDay, everyDay), new Clues(rows, others))
}

function faultsOf(explanation: Explanation | undefined): readonly Fault[] {
  return (explanation?.faults ?? []).filter((fault) => !isHarmless(fault))
}

function isNamed(broken: Case, injected: readonly Injected[], tell: (line: string) => void): boolean {
  const explanations = explain(broken)
  const faults = faultsOf(explanations[0])
  const named = faults.length === injected.length && injected.every((wrong) => faults.some((fault) => names(fault, wrong, broken)))
  if (!named) {
    const plain = (value: unknown): string => JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v))
    tell(`${broken.regime} ${broken.account}\n  was  ${plain(injected)}\n${explanations.slice(0, 4).map((e) => `  said ${plain(e)}\n`).join('')}`)
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

export function share({ cases, named }: Tally): number {
  return cases === 0 ? 1 : Math.round((named / cases) * 1_000) / 1_000
}

/** Those that are no fault of the rows. */
function isHarmless({ kind }: Fault): boolean {
  return kind === 'late' || kind === 'statement'
}
