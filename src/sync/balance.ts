/**
 * Stated balances against rows. Two statements of a source and what the feed learned between them
 * must agree: closing - opening = rows. The sum counts a late row to the statement after it became
 * known, because banks date rows back after they stated a balance. It claims only what holds: a
 * mismatch is `unknown` until it has outlived the usual delays of a bank, then `broken`.
 */
import { addDays, daysBetween, type Day, type DayRange } from '../domain/day.ts'
import { agrees, type BalanceSpan, type BalanceStatement } from '../domain/run.ts'
import { coversAll } from './coverage.ts'

/** A change of the posted rows by a commit. `isNew`: the row was not in the feed before, as opposed to one amended or withdrawn. */
export type Movement = { readonly on: Day; readonly amount: bigint; readonly isNew: boolean }

export type Proof = {
  /** The balance this answer states. */
  readonly statement: BalanceStatement
  /** The newest ledger or closing balance that the source stated before; null at the first. */
  readonly last: BalanceStatement | null
  /** The source's spans so far, in order: the newest `MAX_ANCHORS`, and all that are not proved. */
  readonly spans: readonly BalanceSpan[]
  /** Sum of the posted rows stored before this answer with `last.on < day <= statement.on`. */
  readonly storedBetween: bigint
  readonly movements: readonly Movement[]
  readonly coveredBefore: readonly DayRange[]
  readonly coveredAfter: readonly DayRange[]
}

/**
 * The spans to store, each replacing what ends after it begins. `sound`: the balance agrees with an
 * earlier statement, and no mismatch of recent days is left; null: there is nothing to compare with.
 */
export type Verdict = { readonly spans: readonly BalanceSpan[]; readonly sound: boolean | null }

/** A statement from which to count, with what the spans since then hold already. */
type Anchor = { readonly from: Day; readonly opening: bigint; readonly carried: bigint }

/** How many statements back an agreeing one is looked for, and for how long a mismatch may be a delay. */
export const MAX_ANCHORS = 8
const DELAY_DAYS = 4

/** Compares the statement with the earlier ones; the first anchor that agrees is taken. */
export function proveBalance(proof: Proof): Verdict {
  const { statement, last } = proof
  if (last === null || statement.on < last.on) return { spans: [], sound: null }
  const direct: Anchor = { from: last.on, opening: last.amount, carried: 0n }
  const chain = proof.spans.at(-1)
  const chained = chain !== undefined && chain.to === last.on && chain.closing === last.amount
  const earlier = chained ? anchorsOf(proof.spans) : []
  const failing = chained && chain.status !== 'proved' ? chain : null
  // A mismatch that heals is healed from where it began; only rows that moved prove a new beginning.
  const order = failing === null ? [direct, ...earlier] : [...earlier, ...(sumSince(proof, direct) !== 0n ? [direct] : [])]
  const agreeing = order.find((anchor) => anchor.opening + sumSince(proof, anchor) === statement.amount)
  if (agreeing !== undefined) {
    const renewed = failing !== null && agreeing === direct ? [settled(proof, failing)] : []
    const open = chained ? proof.spans.slice(-MAX_ANCHORS).some((before) => before.status !== 'proved' && (agreeing === direct || before.to <= agreeing.from)) : false
    const before = agreeing === direct && failing === null ? outlivedBefore(proof, chained) : renewed
    const moved = sumSince(proof, direct)
    if (chained && agreeing === direct && statement.on === last.on && moved !== 0n) return { spans: restated(proof, before.length > 0 ? before : [chain], moved), sound: !open }
    return { spans: [...before, ...span(proof, agreeing, 'proved')], sound: !open }
  }
  // A second statement of a day that disagrees takes the proof of the first away: there is no day between them that could bear the mismatch.
  const torn = failing ?? (chained && statement.on === last.on ? chain : null)
  const start = torn === null ? direct : { from: torn.from, opening: torn.opening, carried: torn.rowsSum }
  const outlived = failing !== null && daysBetween(failing.from, statement.on) >= DELAY_DAYS
  return { spans: span(proof, start, outlived ? 'broken' : 'unknown'), sound: false }
}

/** The proof of a statement that tells its own opening and closing balance; null when it has not both. */
export function proveStatement(balances: readonly BalanceStatement[], rowsSum: bigint): BalanceSpan | null {
  const opening = balances.find((balance) => balance.kind === 'opening')
  const closing = balances.findLast((balance) => balance.kind === 'closing')
  if (opening === undefined || closing === undefined || opening.on > closing.on) return null
  const { accountId, sourceId } = closing
  const status = opening.amount + rowsSum === closing.amount ? 'proved' : 'broken'
  return { accountId, sourceId, from: addDays(opening.on, -1), to: closing.on, opening: opening.amount, closing: closing.amount, rowsSum, status }
}

/** The newest balance to count from: ledger or closing; the last one when several belong to the same day. */
export function newestLedger(balances: readonly BalanceStatement[]): BalanceStatement | null {
  let newest: BalanceStatement | null = null
  for (const balance of balances) {
    if (balance.kind !== 'ledger' && balance.kind !== 'closing') continue
    if (newest === null || balance.on > newest.on || (balance.on === newest.on && balance.observedAt >= newest.observedAt)) newest = balance
  }
  return newest
}

function anchorsOf(spans: readonly BalanceSpan[]): readonly Anchor[] {
  const anchors: Anchor[] = []
  let carried = 0n
  for (const { from, opening, rowsSum } of spans.slice(-MAX_ANCHORS).reverse()) {
    carried += rowsSum
    anchors.push({ from, opening, carried })
  }
  return anchors
}

/**
 * What the feed holds more at this statement than at the anchor. New rows of days that were never
 * covered and lie before the anchor are history being filled in: the anchor's balance held them already.
 */
function sumSince(proof: Proof, anchor: Anchor): bigint {
  let sum = anchor.carried + proof.storedBetween
  for (const { on, amount, isNew } of proof.movements) {
    if (on > proof.statement.on) continue
    if (!isNew || on > anchor.from || proof.coveredBefore.some((range) => range.from <= on && on <= range.to)) sum += amount
  }
  return sum
}

function span(proof: Proof, anchor: Anchor, status: BalanceSpan['status']): readonly BalanceSpan[] {
  const { accountId, sourceId, on, amount } = proof.statement
  if (anchor.from >= on) return []
  const covered = coversAll(proof.coveredAfter, { from: addDays(anchor.from, 1), to: on })
  return [{ accountId, sourceId, from: anchor.from, to: on, opening: anchor.opening, closing: amount, rowsSum: sumSince(proof, anchor), status: covered ? status : 'unknown' }]
}

/** The last span by a later statement of its last day: what came between the two would be in no span. */
function restated({ statement }: Proof, spans: readonly BalanceSpan[], moved: bigint): readonly BalanceSpan[] {
  const newest = spans.at(-1)!
  return [...spans.slice(0, -1), { ...newest, closing: statement.amount, rowsSum: newest.rowsSum + moved }]
}

/** Spans from the first mismatch on that has outlived the usual delays behind a new beginning; none where nothing did. */
function outlivedBefore(proof: Proof, chained: boolean): readonly BalanceSpan[] {
  const newest = chained ? proof.spans.slice(-MAX_ANCHORS) : []
  const settledNow = newest.map((before) => (before.status === 'unknown' ? settled(proof, before) : before))
  const first = settledNow.findIndex((after, index) => after.status !== newest[index]!.status)
  return first === -1 ? [] : settledNow.slice(first)
}

/** A mismatch that lies behind a new beginning will not heal any more; what agrees is none. */
function settled(proof: Proof, failing: BalanceSpan): BalanceSpan {
  if (agrees(failing)) return failing
  const covered = coversAll(proof.coveredAfter, { from: addDays(failing.from, 1), to: failing.to })
  return { ...failing, status: covered && daysBetween(failing.from, proof.statement.on) >= DELAY_DAYS ? 'broken' : 'unknown' }
}
