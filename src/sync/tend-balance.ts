/**
 * What the engine does by itself when balances and rows disagree: a span that agrees by now is
 * proved, also where the source counts by its own habit; amounts that a source reports the wrong way
 * round are turned; and where a row seems to be here twice a person is asked. Everything here costs
 * reads of the store, so it runs only after a balance has failed.
 */
import type { Account } from '../domain/account.ts'
import { addDays, daysBetween, type Day } from '../domain/day.ts'
import { agrees, spannedDays, type BalanceSpan } from '../domain/run.ts'
import type { Question } from '../domain/transaction.ts'
import type { FeedStore } from '../ports/feed.ts'
import type { Movement, Verdict } from './balance.ts'
import { stepsOf, type LedgerRow, type Step } from './balance-chain.ts'
import { Clues } from './balance-clues.ts'
import { isFailing, loadChain, type LoadedChain, type Stated } from './balance-proof.ts'
import { isInverted, isInvertedNow, solveBalance, withoutLate } from './solve-balance.ts'
import { turnSigns, type Place } from './turn-signs.ts'
import type { SettleContext } from './settle.ts'

/** A doubt is put to a person when nothing else explains the balance nearly as well. */
const SURE = 0.7
/** A habit of counting is one when so many balances that moved agree with it, and hardly any does not. */
const HABIT_MOVES = 3
const HABIT_SHARE = 0.8
/** A difference that is gone within so many days was a delay. */
const HEALING_DAYS = 10
/** What balances say of a time in which they said other things before is believed when they kept to it for so long. */
const TURNED_DAYS = 3
const LIABILITIES: readonly Account['kind'][] = ['credit_card', 'credit_line', 'loan']

/** Whether this answer leaves something to tend: a balance that fails now, or rows of days in which one failed before. */
export function needsTending(before: readonly BalanceSpan[], verdict: Verdict, movements: readonly Movement[]): boolean {
  if (verdict.spans.some(isFailing)) return true
  return before.some((span) => isFailing(span) && movements.some(({ on }) => on <= span.to))
}

/** Tends the newest failures of the source; the answer that showed them is committed already. True when its amounts were turned. */
export async function tendBalance(context: SettleContext): Promise<boolean> {
  const turned = await tendOnce(context)
  if (turned) await tendOnce(context)
  return turned
}

/**
 * After statements of a file: what agrees by now is proved, and a row that seems to be here twice is asked about, around the
 * newest failure and those since `since`, which these statements showed. Its amounts are not turned: files of many programs
 * are one source.
 */
export async function tendFile(context: SettleContext, since: Day | null): Promise<void> {
  const { feed, account, source, runId, now } = context
  const stated = await statedBy(feed, account, source.id)
  let before: Day | null = null
  do {
    const chain = await chainOf(feed, account, source.id, stated, before)
    if (chain === null) return
    await mend({ feed, account, sourceId: source.id, runId, at: now() }, chain)
    if (chain.isBroken) await askAboutDoubles(context, chain)
    before = chain.failsFrom
  } while (since !== null && since < before)
}

/** After a person decided about rows: spans that agree by now are proved at once. */
export async function tendAfterDecision(feed: FeedStore, account: Account, now: number): Promise<void> {
  const failing = (await feed.spans(account.id)).filter(isFailing)
  for (const sourceId of new Set(failing.map((span) => span.sourceId))) {
    const stated = await statedBy(feed, account, sourceId)
    const newest = stated.balances.at(-1)
    const chain = newest === undefined ? null : await chainOf(feed, account, sourceId, stated)
    if (newest !== undefined && chain !== null) await mend({ feed, account, sourceId, runId: newest.runId, at: now }, chain)
  }
}

/** True when the amounts were turned, so that everything must be looked at anew. */
async function tendOnce(context: SettleContext): Promise<boolean> {
  const { feed, account, source, runId, now } = context
  const place = { feed, account, sourceId: source.id, runId, at: now() }
  const chain = await chainOf(feed, account, source.id, await statedBy(feed, account, source.id))
  if (chain === null) return false
  if (isInverted(chain.steps) || isInvertedNow(chain.steps, TURNED_DAYS)) return amountsAreAtFault(account, chain) ? turnSigns(place, source.sign === 1 ? -1 : 1, true, provedUpTo(chain)) : false
  await mend(place, chain)
  if (chain.isBroken) await askAboutDoubles(context, chain)
  return false
}

/** Up to where balances prove that rows were taken the right way round before it changed: there they moved with the rows. Null: nowhere. */
function provedUpTo({ spans, failsFrom }: FailingChain): Day | null {
  return spans.some(({ to, status, rowsSum }) => to <= failsFrom && status === 'proved' && rowsSum !== 0n) ? failsFrom : null
}

type FailingChain = LoadedChain & { readonly spans: readonly BalanceSpan[]; readonly failsFrom: Day; readonly isBroken: boolean }

async function statedBy(feed: FeedStore, account: Account, sourceId: string): Promise<Stated> {
  const [balances, coverage] = await Promise.all([feed.balances(account.id, sourceId), feed.coverage(account.id)])
  return { balances, coverage }
}

/** `before`: failures that begin then or later are left out. */
async function chainOf(feed: FeedStore, account: Account, sourceId: string, stated: Stated, before: Day | null = null): Promise<FailingChain | null> {
  const spans = (await feed.spans(account.id)).filter((span) => span.sourceId === sourceId)
  // The newest failure with those right before it: what failed long ago is not looked at again and again.
  const newest = spans.findLast((span) => isFailing(span) && (before === null || span.from < before))
  const first = newest === undefined ? undefined : spans.find((span) => isFailing(span) && span.from >= addDays(newest.from, -45))
  if (newest === undefined || first === undefined) return null
  const chain = await loadChain(feed, account, sourceId, first, stated)
  return chain === null ? null : { ...chain, spans, failsFrom: first.from, isBroken: spans.some((span) => first.from <= span.from && span.from <= newest.from && span.status === 'broken') }
}

/** Spans whose balances agree with the rows as they are known now, or as this source always counts them; broken ones down to the days that are at fault. */
async function mend({ feed, account, sourceId, runId, at }: Place, chain: FailingChain): Promise<void> {
  const { steps, left, isAhead } = habitualSteps(chain)
  // A balance that holds the day after its own as well answers for the first day of the next span.
  const isBegun = (first: number): boolean => !isAhead || first === 0 || left[first - 1] === 0n
  const mended = chain.spans.map((span): readonly BalanceSpan[] => (span.status === 'proved' ? [span] : mendSpan(span, steps, left, isBegun)))
  const isChanged = ([first]: readonly BalanceSpan[], index: number): boolean => first !== chain.spans[index]
  const days = spannedDays(mended.filter(isChanged).flat())
  if (days === null) return
  await feed.commitPage({
    runId, accountId: account.id, sourceId, at, seen: [], observations: [], inserts: [], updates: [], questions: [], covers: null, balances: [],
    spans: mended.filter((_, index) => chain.spans[index]!.to > days.from && chain.spans[index]!.from < days.to).flat(), cursor: null,
  })
}

/**
 * The span as it is, or what it falls into. A fresh mismatch may still heal as one, so only all of it is proved. `isBegun`: whether what
 * agrees from this step on is proved from its first day on; else it agrees, and is not proved.
 */
function mendSpan(span: BalanceSpan, steps: readonly Step[], left: readonly bigint[], isBegun: (first: number) => boolean): readonly BalanceSpan[] {
  const first = steps.findIndex(({ from }) => from.on === span.from && from.amount === span.opening)
  const last = steps.findLastIndex(({ to }) => to.on === span.to && to.amount === span.closing)
  if (first === -1 || last < first || steps.slice(first, last + 1).some((step) => !step.isCovered)) return [span]
  const pieces: BalanceSpan[] = []
  for (let at = first; at <= last; at++) {
    const end = healsAt(steps, left, at, last)
    const [from, to] = [steps[at]!.from, steps[end ?? at]!.to]
    const moved = to.amount - from.amount
    const piece = { ...span, from: from.on, to: to.on, opening: from.amount, closing: to.amount }
    const before = pieces.at(-1)
    if (end === null) pieces.push({ ...piece, rowsSum: moved - left[at]!, status: span.status })
    else if (before?.status === 'proved') pieces[pieces.length - 1] = { ...before, to: to.on, closing: to.amount, rowsSum: to.amount - before.opening }
    else pieces.push({ ...piece, rowsSum: moved, status: isBegun(at) ? 'proved' : 'unknown' })
    at = end ?? at
  }
  const isWhole = pieces.length === 1 && agrees(pieces[0]!)
  return isWhole || (span.status === 'broken' && pieces.length > 1 && pieces.every(({ from, to }) => from < to)) ? pieces : [span]
}

/** The step up to which differences cancel out, from this one on; null when they do not within the usual delays. */
function healsAt(steps: readonly Step[], left: readonly bigint[], at: number, last: number): number | null {
  let sum = 0n
  for (let end = at; end <= last && (end === at || daysBetween(steps[at]!.from.on, steps[end]!.to.on) <= HEALING_DAYS); end++) {
    sum += left[end]!
    if (sum === 0n) return end
  }
  return null
}

/** The steps as a source counts, under the days that it states. `left`: their differences without those of late rows; `isAhead`: a balance holds the day after its own as well. */
type Counted = { readonly steps: readonly Step[]; readonly left: readonly bigint[]; readonly isAhead: boolean }

/**
 * The steps as the source counts. Some state a balance of now under the day before, or the close of the
 * day before under today, or count what is pending: a habit that shows in every balance that moves.
 */
function habitualSteps({ checkpoints, rows, coveredBefore, covered, steps }: LoadedChain): Counted {
  const habitOf = (days: number, counted: readonly LedgerRow[]) => {
    const moved = stepsOf(checkpoints.map((point) => ({ ...point, on: addDays(point.on, days) })), counted, coveredBefore, covered).steps
    // What is covered is told of the days that the source states.
    const habit = moved.map((step, index): Step => ({ ...step, isCovered: steps[index]!.isCovered }))
    return { habit, days, ...agreeing(habit) }
  }
  const withPending = rows.map((row): LedgerRow => (row.pendingAt === null ? row : { ...row, knownAt: row.pendingAt }))
  const usual = agreeing(steps)
  const best = [habitOf(1, rows), habitOf(-1, rows), habitOf(0, withPending)].sort((a, b) => b.agree - a.agree)[0]!
  const isHabit = best.agree >= HABIT_MOVES && best.agree >= best.moved * HABIT_SHARE && best.agree > usual.agree + 1
  if (!isHabit) return { steps, left: withoutLate(steps).left, isAhead: false }
  return { steps: best.habit.map((step) => back(step, best.days)), left: withoutLate(best.habit).left, isAhead: best.days > 0 }
}

/** The step with the days that the source states. */
function back(step: Step, days: number): Step {
  return { ...step, from: { ...step.from, on: addDays(step.from.on, -days) }, to: { ...step.to, on: addDays(step.to.on, -days) } }
}

function agreeing(steps: readonly Step[]): { readonly moved: number; readonly agree: number } {
  const moved = steps.filter(({ rows, from, to, isCovered }) => isCovered && (rows.length > 0 || from.amount !== to.amount))
  return { moved: moved.length, agree: moved.filter((step) => step.difference === 0n).length }
}

/** Money that one has is positive and what one owes is negative: where the balances say so, it is the amounts that are turned. */
function amountsAreAtFault({ kind }: Account, { checkpoints }: LoadedChain): boolean {
  const usual = LIABILITIES.includes(kind) ? -1n : 1n
  return checkpoints.filter(({ amount }) => amount * usual > 0n).length * 2 > checkpoints.length
}

/** "Are these the same?", where only a row that is here twice explains the balance. Asked once about a row. */
async function askAboutDoubles({ feed, account, source, runId, now, newId }: SettleContext, chain: LoadedChain): Promise<void> {
  const [best] = solveBalance(stepsOf(chain.checkpoints, chain.rows, chain.coveredBefore, chain.covered), new Clues(chain.rows, []))
  const doubles = best === undefined || best.p < SURE ? [] : best.faults.filter((fault) => fault.kind === 'doubled')
  if (doubles.length === 0) return
  const asked = [...(await feed.questions({ accountId: account.id, open: true })), ...(await feed.questions({ accountId: account.id, open: false }))]
  const known = new Set(asked.flatMap(({ answer, transactionId, otherTransactionId }) => (answer === 'undone' ? [] : [transactionId, otherTransactionId])))
  const at = now()
  const questions = doubles.filter((fault) => !known.has(fault.row)).map((fault): Question => ({
    id: newId(at), accountId: account.id, kind: 'same_transaction', transactionId: fault.twin, otherTransactionId: fault.row, askedAt: at, answer: null, answeredAt: null, answerer: null, pattern: null,
  }))
  if (questions.length === 0) return
  await feed.commitPage({
    runId, accountId: account.id, sourceId: source.id, at, seen: [], observations: [], inserts: [], updates: [], questions, covers: null, balances: [], spans: [], cursor: null,
  })
}

/** The first day of the oldest failure among these spans; null when none fails. */
export function failsFrom(spans: readonly BalanceSpan[]): Day | null {
  return spans.find(isFailing)?.from ?? null
}
