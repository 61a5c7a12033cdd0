/**
 * The test for outages on simulated banks with 1, 3, 30 and 300 connections: how often a bank that
 * fails by chance alone is called down (a bank-year each), and how soon a real outage is seen. The banks are drawn from a seed,
 * their rate of failures is not told to the test: it learns it. Wanted: at most one false alarm in a bank-year.
 *
 *   node bench/bank-health.ts [--json] [--seed N] [--years N]
 */
import { findOutage, learnHistory, type BankHistory, type LatestRun } from '../src/diagnose/bank-health.ts'
import type { Failure } from '../src/domain/evidence.ts'
import type { Incident } from '../src/domain/incident.ts'
import type { SyncRun } from '../src/domain/run.ts'

const args = process.argv.slice(2)
const numberAfter = (name: string, otherwise: number): number => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise)
const SEED = numberAfter('--seed', 1)
const YEARS = numberAfter('--years', 3)

const HOUR = 3_600_000
const DAY = 24 * HOUR
const LEARNED_DAYS = 60
const DOWN: Failure = { code: 'bank_unreachable', stage: 'connect', retry: { kind: 'at', at: null }, message: 'No answer.', evidence: [{ networkError: 'ETIMEDOUT' }] }

function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Bank = { readonly connections: number; readonly rate: number; readonly hoursBetween: number }
type Outage = { readonly from: number; readonly to: number; readonly share: number }
type Alarm = { readonly at: number; readonly since: number }

/** One bank over days: every connection is read at its own times; a failed one again after an hour, as a schedule does. */
function live({ connections, rate, hoursBetween }: Bank, days: number, outages: readonly Outage[], random: () => number): { readonly alarms: readonly Alarm[]; readonly reads: number } {
  const next = Array.from({ length: connections }, () => random() * hoursBetween * HOUR)
  const latest = new Map<number, LatestRun>()
  const perDay = new Map<number, number>()
  const failed: { run: SyncRun; follows: boolean }[] = []
  const past: Incident[] = []
  const alarms: Alarm[] = []
  let history: BankHistory | null = null
  let learnedOn = -1
  let reads = 0
  for (;;) {
    let who = 0
    for (let at = 1; at < connections; at++) if (next[at]! < next[who]!) who = at
    const now = next[who]!
    if (now >= days * DAY) break
    reads += 1
    const outage = outages.find(({ from, to }) => now >= from && now < to)
    const fails = random() < (outage === undefined ? rate : Math.max(rate, outage.share))
    const run: SyncRun = { id: String(reads), connectionId: String(who), trigger: 'schedule', startedAt: now, endedAt: now, outcome: fails ? 'failed' : 'succeeded', stage: null, accounts: [], failure: fails ? DOWN : null, label: null }
    const before = latest.get(who)
    latest.set(who, { connectionId: String(who), institutionId: 'bank', connector: 'ofx', lastSuccessAt: fails ? (before?.lastSuccessAt ?? null) : now, run })
    const day = Math.floor(now / DAY)
    perDay.set(day, (perDay.get(day) ?? 0) + 1)
    if (fails) failed.push({ run, follows: before?.run.outcome === 'failed' })
    next[who] = now + (fails ? HOUR : hoursBetween * HOUR) * (0.8 + 0.4 * random())
    const open = past.at(-1)?.endedAt === null ? past.at(-1)! : null
    if (open !== null) {
      if (!fails) past[past.length - 1] = { ...open, endedAt: now }
      continue
    }
    if (!fails) continue
    // The store is asked at each failure; here what is older than a day is summed up anew once a day.
    if (history === null || learnedOn !== day) {
      const since = now - LEARNED_DAYS * DAY
      while (failed.length > 0 && failed[0]!.run.startedAt < since) failed.shift()
      for (const old of perDay.keys()) if (old * DAY < since) perDay.delete(old)
      history = learnHistory({ days: [...perDay].map(([one, count]) => ({ day: one, reads: count })), failed, partly: [] }, past, connections, now)
      learnedOn = day
    }
    const found = findOutage([...latest.values()], (one) => one.run.failure !== null, { ...history, failed: failed.slice(-4 * connections).map((one) => one.run), lastEnd: past.at(-1)?.endedAt ?? 0 }, now)
    if (!found.down || found.since === null) continue
    alarms.push({ at: now, since: found.since })
    past.push({ id: String(reads), institutionId: 'bank', scope: { kind: 'bank' }, cause: 'institution_down', startedAt: found.since, lastFailureAt: now, endedAt: null, failing: found.failing, connections, witness: 'reads', problemId: null })
  }
  return { alarms, reads }
}

type Figures = { readonly connections: number; readonly rate: number; readonly falsePerYear: number; readonly readsPerYear: number; readonly outages: Record<string, { readonly seen: number; readonly minutes: number | null; readonly slow: number | null }> }

/** An outage of six hours every ten days, after two months of usual days. */
function delays(bank: Bank, share: number, seed: number): { readonly seen: number; readonly minutes: number | null; readonly slow: number | null } {
  const random = randomOf(seed)
  const outages = Array.from({ length: 40 }, (_, at): Outage => {
    const from = (60 + 10 * at) * DAY + random() * 5 * DAY
    return { from, to: from + 6 * HOUR, share }
  })
  const { alarms } = live(bank, 60 + 10 * 40, outages, random)
  const minutes = outages.flatMap(({ from, to }) => alarms.find(({ at }) => at >= from && at < to + HOUR)?.at ?? []).map((at) => (at - outages.findLast(({ from }) => from <= at)!.from) / 60_000).sort((a, b) => a - b)
  const of = (share: number): number | null => (minutes.length === 0 ? null : Math.round(minutes[Math.min(minutes.length - 1, Math.floor(share * minutes.length))]!))
  return { seen: minutes.length / outages.length, minutes: of(0.5), slow: of(0.9) }
}

const figures: Figures[] = []
for (const connections of [1, 3, 30, 300]) {
  for (const rate of [0.005, 0.02, 0.05]) {
    const bank = { connections, rate, hoursBetween: 6 }
    const years = connections >= 300 ? Math.min(YEARS, 1) : YEARS
    const usual = live(bank, 60 + 365 * years, [], randomOf(SEED * 1_000 + connections))
    figures.push({
      connections, rate, falsePerYear: usual.alarms.filter(({ at }) => at >= 60 * DAY).length / years, readsPerYear: Math.round(usual.reads / (years + 60 / 365)),
      outages: connections >= 300 && rate !== 0.02 ? {} : { all: delays(bank, 1, SEED * 1_000 + 7 * connections), half: delays(bank, 0.5, SEED * 1_000 + 9 * connections) },
    })
  }
}

if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ seed: SEED, years: YEARS, figures })}\n`)
else {
  const shown = (one: Figures['outages'][string] | undefined): string => (one === undefined ? '' : `${`${Math.round(one.seen * 100)} %`.padStart(6)}  ${one.minutes === null ? '-' : `${one.minutes} min`} (${one.slow === null ? '-' : `${one.slow} min`})`)
  process.stdout.write('connections  fails by chance  false alarms a bank-year   an outage of 6 h for all: seen, after (9 in 10 within)   for half\n')
  for (const one of figures) process.stdout.write(`${String(one.connections).padStart(11)}  ${`${one.rate * 100} %`.padStart(15)}  ${one.falsePerYear.toFixed(2).padStart(24)}   ${shown(one.outages['all']).padEnd(52)}  ${shown(one.outages['half'])}\n`)
  process.stdout.write(`each connection is read every six hours, a failed one again after one; seed ${SEED}\n`)
}
// Three years of one bank are a handful of alarms: the promise is one of the mean.
if (figures.reduce((sum, { falsePerYear }) => sum + falsePerYear, 0) / figures.length > 1) process.exitCode = 1
