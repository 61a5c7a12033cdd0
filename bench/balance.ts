/**
 * The balance solver on faults put into realistic ledgers: how often the exact row is named first, for one fault and for
 * two, and how often something is said of a ledger with nothing wrong. Wanted: 95 % of 1,000, 80 % of 1,000, none.
 *
 *   node bench/balance.ts [--json] [--seed N] [--cases N] [--show]
 */
import { falseAlarms, measureDouble, measureSingle, share, type Tally } from './balance-measure.ts'

const args = process.argv.slice(2)
const numberAfter = (name: string, otherwise: number): number => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise)
const SEED = numberAfter('--seed', 1)
const CASES = numberAfter('--cases', 1_000)
const tell = args.includes('--show') ? (line: string): void => void process.stdout.write(line) : (): void => {}

const began = performance.now()
const single = measureSingle(SEED, CASES, tell)
const double = measureDouble(SEED, CASES, tell)
const alarms = falseAlarms(SEED, CASES)
const msPerCase = Math.round(((performance.now() - began) / (3 * CASES)) * 10) / 10

if (args.includes('--json')) {
  const shares = (by: ReadonlyMap<string, Tally>): Record<string, number> => Object.fromEntries([...by].map(([name, each]) => [name, share(each)]))
  const figures = {
    seed: SEED, cases: CASES, single: { named: share(single.all), ...shares(single.by) }, double: { named: share(double.all), ...shares(double.by) }, falseAlarms: alarms, msPerCase,
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
} else {
  const percent = (counted: Tally): string => `${(share(counted) * 100).toFixed(1)} %`
  const lines = (by: ReadonlyMap<string, Tally>): string => [...by].map(([name, each]) => `  ${name.padEnd(20)} ${percent(each)} of ${each.cases}\n`).join('')
  process.stdout.write(`one fault:    the exact row named first in ${percent(single.all)} of ${CASES} (wanted 95 %)\n${lines(single.by)}`)
  process.stdout.write(`two faults:   both named first in ${percent(double.all)} of ${CASES} (wanted 80 %)\n${lines(double.by)}`)
  process.stdout.write(`no fault:     ${alarms} false alarms in ${CASES} (wanted 0)\n${msPerCase} ms each, seed ${SEED}\n`)
}
if (share(single.all) < 0.95 || share(double.all) < 0.8 || alarms > 0) process.exitCode = 1
