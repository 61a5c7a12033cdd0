/**
 * Realistic ledgers with balances as banks state them, and faults put into what the feed made of them. The ledgers are
 * the sandbox bank's (bank/ledger), which knows nothing of the solver. Everything follows from the seed.
 */
import { CUSTOMERS, type CustomerSpec } from '../bank/customers.ts'
import { Ledger } from '../bank/ledger/ledger.ts'
import type { TruthRow } from '../bank/ledger/row.ts'
import { createZone } from '../bank/ledger/zone.ts'
import { createRandom, type Random } from '../bank/random.ts'
import { addDays, day, daysBetween, type Day } from '../src/domain/day.ts'
import type { Checkpoint, LedgerRow } from '../src/sync/balance-chain.ts'
import type { OtherSide } from '../src/sync/balance-clues.ts'
import { normalisedText } from '../src/sync/identity.ts'

const DAY_MS = 86_400_000
const ZONE = createZone(-5, 'EST')
const STARTS_ON = day('2025-01-01')
const HISTORY_DAYS = 240
const CHAIN_DAYS = 75

/**
 * How a source states balances. Read daily, with pauses, or weekly: one balance at each read, of everything booked by then.
 * Statements of a day or of a month, and a column of running balances: the balance at the end of a day, by booking days.
 */
export const REGIMES = ['read daily', 'read with pauses', 'read weekly', 'daily statements', 'monthly statements', 'running balance'] as const
export type Regime = (typeof REGIMES)[number]

export type Case = { readonly regime: Regime; readonly account: string; readonly checkpoints: readonly Checkpoint[]; readonly rows: readonly LedgerRow[]; readonly others: readonly OtherSide[]; readonly random: Random }

/** What was done to the feed. `row` and `original`: ids; `on`: the row as it should be. */
export type Injected =
  | { readonly kind: 'missing'; readonly row: LedgerRow }
  | { readonly kind: 'doubled'; readonly row: string; readonly original: string }
  | { readonly kind: 'flipped'; readonly row: string }
  | { readonly kind: 'misdated'; readonly row: LedgerRow }

const ledgers = new Map<string, Ledger>()

/** One account of one customer, read or imported in one of the regimes; nothing is wrong with it yet. */
export function ledgerCase(seed: number): Case {
  const random = createRandom(seed * 7_919 + 13)
  const customer = random.pick(CUSTOMERS)
  const account = random.pick(customer.accounts.filter((candidate) => candidate.kind === 'checking' || candidate.kind === 'card')).key
  const ledger = ledgerOf(customer, seed % 40)
  const regime = REGIMES[seed % REGIMES.length]!
  const start = ZONE.startOf(STARTS_ON) + (HISTORY_DAYS + random.between(0, 60)) * DAY_MS
  const end = start + CHAIN_DAYS * DAY_MS
  const booked = ledger.rows(account, end).filter((row) => row.postedAt !== null && row.postedAt <= end)
  const tellsUserDay = random.chance(0.5)
  const tellsKind = random.chance(0.7)
  const rows = (knownAt: (row: TruthRow) => number): LedgerRow[] => booked.map((row) => ledgerRow(row, knownAt(row), tellsUserDay, tellsKind))
  const others = customer.accounts.filter((other) => other.key !== account).flatMap((other) =>
    ledger.rows(other.key, end).filter((row) => row.postedAt !== null && row.postedAt <= end)
      .map((row): OtherSide => ({ id: row.id, on: row.bookedOn, amount: row.minor, text: normalisedText(row.name, row.memo), kind: row.kind })))
  if (regime === 'read daily' || regime === 'read with pauses' || regime === 'read weekly') {
    const reads = readTimes(regime, start, end, random)
    const checkpoints = reads.map((at): Checkpoint => ({ on: ZONE.dayOf(at), amount: ledger.balance(account, at), at }))
    // The list lags behind the balance now and then.
    const knownAt = (row: TruthRow): number => {
      const read = reads.findIndex((at) => row.postedAt! <= at)
      return read === -1 ? end + DAY_MS : reads[read > 0 && read + 1 < reads.length && random.chance(0.01) ? read + 1 : read]!
    }
    return { regime, account, checkpoints, rows: rows(knownAt), others, random }
  }
  const days = new Set(booked.map((row) => row.bookedOn))
  // A column of running balances has one only where there are rows.
  const closings = closingDays(regime, ZONE.dayOf(start), ZONE.dayOf(end)).filter((on, index) => regime !== 'running balance' || index === 0 || days.has(on))
  const checkpoints = closings.map((on): Checkpoint => ({ on, amount: ledger.balanceOn(account, on, end), at: end }))
  return { regime, account, checkpoints, rows: rows(() => end), others, random }
}

/** Puts so many faults into the feed; null where the ledger holds no row for them. */
export function injectFaults(clean: Case, count: number, kinds: readonly Injected['kind'][]): { readonly broken: Case; readonly injected: readonly Injected[] } | null {
  const { random } = clean
  let broken = clean
  const injected: Injected[] = []
  let near: Day | null = null
  for (let n = 0; n < count; n++) {
    const taken = new Set(injected.flatMap((fault) => ('original' in fault ? [fault.row, fault.original] : [typeof fault.row === 'string' ? fault.row : fault.row.id])))
    const [first, last] = [clean.checkpoints[0]!, clean.checkpoints.at(-1)!]
    const inside = broken.rows.filter((row) => !taken.has(row.id) && row.amount !== 0n && row.on > addDays(first.on, 3) && row.on <= addDays(last.on, -8) && countedAt(row, clean.checkpoints) > 0)
    const close: Day | null = near !== null && random.chance(0.5) ? near : null
    const candidates = close === null ? inside : inside.filter((row) => Math.abs(daysBetween(row.on, close)) <= 3)
    const pool = candidates.length > 0 ? candidates : inside
    if (pool.length === 0) return null
    const done = inject(broken, random.pick(pool), random.pick(kinds))
    if (done === null) return null
    broken = { ...broken, rows: done.rows }
    injected.push(done.injected)
    near = done.on
  }
  return { broken, injected }
}

function inject({ rows, regime, checkpoints, random }: Case, row: LedgerRow, kind: Injected['kind']): { readonly rows: readonly LedgerRow[]; readonly injected: Injected; readonly on: Day } | null {
  const replaced = (by: LedgerRow): readonly LedgerRow[] => rows.map((other) => (other.id === row.id ? by : other))
  const { on } = row
  if (kind === 'missing') return { rows: rows.filter((other) => other.id !== row.id), injected: { kind, row }, on }
  if (kind === 'flipped') return { rows: replaced({ ...row, amount: -row.amount, kind: random.chance(0.5) ? row.kind : null }), injected: { kind, row: row.id }, on }
  if (kind === 'doubled') {
    const copy = copyOf(row, checkpoints, random)
    return { rows: [...rows, copy], injected: { kind, row: copy.id, original: row.id }, on }
  }
  const moved = { ...row, on: wrongDay(on, regime.startsWith('read'), random) }
  // Only a row that crosses a stated balance is wrong to the balances.
  return countedAt(moved, checkpoints) === countedAt(row, checkpoints) ? null : { rows: replaced(moved), injected: { kind, row }, on }
}

/** The first balance that can hold the row; -1: none yet. */
export function countedAt(row: LedgerRow, checkpoints: readonly Checkpoint[]): number {
  return checkpoints.findIndex(({ on, at }) => row.on <= on && row.knownAt! <= at)
}

/** The same report once more: in the same answer, or later under a new id; its words may differ, as between two sources or before and after posting. */
function copyOf(row: LedgerRow, checkpoints: readonly Checkpoint[], random: Random): LedgerRow {
  const later = checkpoints.filter(({ at }) => at > row.knownAt!)
  const knownAt = later.length > 0 && random.chance(0.6) ? later[Math.min(later.length - 1, random.between(0, 5))]!.at : row.knownAt!
  const text = random.chance(0.7) ? row.text : random.chance(0.5) ? row.text.slice(0, Math.max(5, row.text.length - 6)).trim() : `sq ${row.text}`
  return { ...row, id: `${row.id}-copy`, knownAt, text, on: random.chance(0.8) ? row.on : addDays(row.on, 1) }
}

/** Zones and readers shift a day or two, formats exchange day and month, banks write the wrong year. */
function wrongDay(on: Day, forwardOnly: boolean, random: Random): Day {
  const sign = forwardOnly || random.chance(0.5) ? 1 : -1
  const draw = random.next()
  return addDays(on, sign * (draw < 0.4 ? 1 : draw < 0.7 ? random.between(2, 9) : draw < 0.85 ? 30 : 365))
}

function ledgerRow(row: TruthRow, knownAt: number, tellsUserDay: boolean, tellsKind: boolean): LedgerRow {
  return {
    id: row.id, on: row.bookedOn, amount: row.minor, knownAt, goneAt: null, pendingAt: row.pendingAt, text: normalisedText(row.name, row.memo), kind: tellsKind ? row.kind : null,
    checkNumber: row.checkNumber, transactedOn: tellsUserDay ? row.authorisedOn : null, valueOn: null, otherAmounts: [], foreignAmount: null,
  }
}

function ledgerOf(customer: CustomerSpec, seed: number): Ledger {
  const key = `${customer.user} ${seed}`
  let ledger = ledgers.get(key)
  if (ledger === undefined) ledgers.set(key, (ledger = new Ledger(customer, { seed, zone: ZONE, startsOn: STARTS_ON })))
  return ledger
}

function readTimes(regime: Regime, start: number, end: number, random: Random): number[] {
  const times: number[] = []
  for (let at = start + 15 * 3_600_000; at <= end; at += (regime === 'read daily' ? 1 : regime === 'read weekly' ? 7 : random.between(1, 5)) * DAY_MS) times.push(at)
  return times
}

function closingDays(regime: Regime, from: Day, to: Day): Day[] {
  const days: Day[] = []
  for (let on = from; on <= to; on = addDays(on, 1)) if (regime !== 'monthly statements' || addDays(on, 1).endsWith('-01')) days.push(on)
  return days
}
