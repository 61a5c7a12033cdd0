/**
 * What becomes of a transaction when a run, or a person's answer, is taken back or comes again. Pure, so that both
 * stores decide alike. Of runs only which of them count matters; where an answer goes back, a field that was changed
 * again since stays, because what came later was concluded from it.
 */
import type { Decisions, Observation, Question, RowContent, RunId, TransactionChange } from '../domain/transaction.ts'
import type { Undo } from '../ports/history.ts'
import type { NewTransaction } from '../ports/feed.ts'
import { changed, type Decided } from './decide.ts'

type Facts = Record<string, string | null>
type IsOwn = (change: TransactionChange) => boolean

/** State and reason say one thing together, and so do the amount and its currency. */
const MONEY: readonly string[] = ['amount', 'currency']
const TOGETHER: readonly (readonly string[])[] = [['state', 'withdrawnReason', 'status'], MONEY]

/** Which runs count. Those that took others back made nothing of their own: what they changed follows from what counts. */
export type Effect = { readonly counts: (runId: RunId) => boolean; readonly isUndo: (runId: RunId) => boolean }

/** A report of a row, and where runs showed it: with the number of the newest page of each. */
export type ShownReport = { readonly report: Observation; readonly shownBy: readonly { readonly runId: RunId; readonly seq: number }[] }

type Told = { readonly history: readonly TransactionChange[]; readonly reports: readonly ShownReport[] }

export function effectOf(undos: readonly Undo[]): Effect {
  const [undone, back] = [new Set(undos.filter(({ redoneAt }) => redoneAt === null).map(({ runId }) => runId)), new Set(undos.map(({ undoRunId }) => undoRunId))]
  return { counts: (runId) => !undone.has(runId), isUndo: (runId) => back.has(runId) }
}

/**
 * The row as what counts makes it, with its history entry; null: it is so already. From how it came on, each change counts that a
 * person made, or a run that counts, or of which a report that was shown later says the same; a row that no report which counts shows is
 * withdrawn. So it is the same by whichever way runs came to count. `history` and `reports`: all of the row, oldest first.
 */
export function concluded(row: NewTransaction, { history, reports }: Told, effect: Effect, by: RunId, at: number, contentKeyOf: (row: NewTransaction) => string): Decided | null {
  const made = standing(row, { history, reports }, effect)
  const isReported = reports.some(({ report, shownBy }) => effect.counts(report.runId) || shownBy.some(({ runId }) => effect.counts(runId)))
  const reason = made.withdrawnReason === 'merged' ? 'merged' : row.state === 'withdrawn' ? row.withdrawnReason : 'undone'
  const decided = changed(row, isReported ? { ...made, contentKey: contentKeyOf(made) } : { ...row, state: 'withdrawn', withdrawnReason: reason }, 'undone', at)
  return decided.change === null ? null : { row: decided.row, change: { ...decided.change, runId: by } }
}

/** The row as the changes that count make it, whether or not anything reports it. */
function standing(row: NewTransaction, { history, reports }: Told, effect: Effect): NewTransaction {
  const facts: Facts = {}
  for (const { changes } of history) for (const [field, [first]] of Object.entries(changes)) if (!(field in facts)) facts[field] = first
  const begins = beginsWith(row, reports, effect)
  if (begins !== null) Object.assign(facts, factsOf(begins), { state: begins.status, withdrawnReason: null })
  for (const change of history) {
    const { runId, changes } = isTold(change, reports, effect) ? change : { ...change, changes: decisionsOf(change.changes) }
    const counts = (of: TransactionChange): boolean => runId === null || (!effect.isUndo(runId) && (effect.counts(runId) || isShownAgain(reports, runId, effect, of)))
    const standing = counts(change) ? changes : counts({ ...change, changes: moneyOf(changes) }) ? moneyOf(changes) : {}
    for (const [field, [, then]] of Object.entries(standing)) facts[field] = then
  }
  const made = withFacts(row, facts)
  // Made by a run that does not count, and yet something else is told of it by now.
  return made.withdrawnReason === 'undone' ? { ...made, state: made.status, withdrawnReason: null } : made
}

/** The report that the row begins with where the one that made it does not count: the oldest that does, of one that is booked by now the oldest that books it. Null: it is as it came. */
function beginsWith({ createdAt }: NewTransaction, reports: readonly ShownReport[], { counts }: Effect): Observation | null {
  const stands = ({ report, shownBy }: ShownReport): boolean => counts(report.runId) || shownBy.some(({ runId }) => counts(runId))
  const byAge = reports.toSorted(({ report: a }, { report: b }) => a.observedAt - b.observedAt || (a.id < b.id ? -1 : 1))
  // A row that became one with this one may have older reports.
  const making = byAge.find(({ report }) => report.observedAt >= createdAt)
  if (making === undefined || stands(making)) return null
  const standing = byAge.filter(stands)
  return (standing.find(({ report }) => report.status === 'posted') ?? standing[0])?.report ?? null
}

/** Whether a later answer that counts shows what the run had shown of the row, or reports of it what the change says. */
function isShownAgain(reports: readonly ShownReport[], runId: RunId, { counts }: Effect, change: TransactionChange | null): boolean {
  const own = reports.flatMap(({ report: { sourceId }, shownBy }) => shownBy.filter((page) => page.runId === runId).map(({ seq }) => ({ seq, sourceId })))
  if (own.length === 0) return false
  const last = Math.max(...own.map(({ seq }) => seq))
  // Another source books what was pending, and has the same amount; its words replace none.
  const isOfAll = change !== null && (change.changes['status']?.[1] === 'posted' || isMoney(change.changes))
  return reports.some(({ report, shownBy }) => {
    const isHeard = isOfAll || own.some(({ sourceId }) => sourceId === report.sourceId)
    const saysSo = shownBy.some((page) => page.runId === runId) || (change !== null && isHeard && says(report, change))
    return saysSo && shownBy.some((page) => page.seq > last && counts(page.runId))
  })
}

/** What an answer took from the other row goes with the report that said so; what persons decided stays. */
function isTold(change: TransactionChange, reports: readonly ShownReport[], { counts }: Effect): boolean {
  if (change.runId !== null || change.reason !== 'person' || Object.keys(change.changes).every(isDecision)) return true
  const saying = reports.filter(({ report }) => says(report, change))
  return saying.length === 0 || saying.some(({ report, shownBy }) => counts(report.runId) || shownBy.some(({ runId }) => counts(runId)))
}

function decisionsOf(changes: TransactionChange['changes']): TransactionChange['changes'] {
  return Object.fromEntries(Object.entries(changes).filter(([field]) => isDecision(field)))
}

function isDecision(field: string): boolean {
  return (DECIDED as readonly string[]).includes(field)
}

function moneyOf(changes: TransactionChange['changes']): TransactionChange['changes'] {
  return Object.fromEntries(Object.entries(changes).filter(([field]) => MONEY.includes(field)))
}

function isMoney(changes: TransactionChange['changes']): boolean {
  return Object.keys(changes).length > 0 && Object.keys(changes).every((field) => MONEY.includes(field))
}

function says(report: Observation, { changes }: TransactionChange): boolean {
  const told: Facts = { ...factsOf(report), state: report.status, withdrawnReason: null }
  return Object.entries(changes).every(([field, [, then]]) => !(field in told) || told[field] === then)
}

function factsOf(content: RowContent): Facts {
  const { status, postedOn, transactedOn, valueOn, amount, currency, name, memo, kind, checkNumber, reference, foreignAmount, foreignCurrency } = content
  return { status, postedOn, transactedOn, valueOn, amount: amount.toString(), currency, name, memo, kind, checkNumber, reference, foreignAmount, foreignCurrency }
}

/** What persons decided of it stays. */
function withFacts(row: NewTransaction, { amount, state, withdrawnReason, ...texts }: Facts): NewTransaction {
  const content = Object.fromEntries(Object.entries(texts).filter(([field]) => field in row))
  return {
    ...row, ...content, ...(amount == null ? {} : { amount: BigInt(amount) }),
    ...(state === undefined ? {} : { state: state as NewTransaction['state'] }),
    ...(withdrawnReason === undefined ? {} : { withdrawnReason: withdrawnReason as NewTransaction['withdrawnReason'] }),
  }
}

/** Of questions about the sides, those that wait for a person: nobody answered, what asked counts, and both sides are there. `sides`: rows with their reports. */
export function isWaiting({ kind }: Pick<Question, 'kind'>, askedBy: RunId | null, sides: readonly { readonly row: NewTransaction; readonly reports: readonly ShownReport[] }[], effect: Effect): boolean {
  const isAsked = askedBy === null || effect.counts(askedBy) || (kind === 'same_transaction' && sides.some(({ reports }) => isShownAgain(reports, askedBy, effect, null)))
  return isAsked && sides.every(({ row }) => row.withdrawnReason !== 'undone' && row.withdrawnReason !== 'merged')
}

/** The row without the changes that `isOwn` tells, but where something changed the same since; what persons decided stays. */
function without(row: NewTransaction, history: readonly TransactionChange[], isOwn: IsOwn, reason: TransactionChange['reason'], at: number, contentKeyOf: (row: NewTransaction) => string): Decided | null {
  const former = formerFacts(history, isOwn)
  for (const group of TOGETHER) if (isChangedSince(history, isOwn, group)) for (const field of group) delete former[field]
  const back = withFacts(row, former)
  const decided = changed(row, { ...back, contentKey: contentKeyOf(back) }, reason, at)
  return decided.change === null ? null : decided
}

const OF_ANSWERS: readonly TransactionChange['reason'][] = ['person', 'merged', 'bank_removed', 'answered']
const DECIDED: readonly (keyof Decisions)[] = ['review', 'category', 'note', 'excluded', 'deleted', 'transfer']

/** The row as it was before a person answered the question: also what was decided of it came from the other side. */
export function withoutAnswer(row: NewTransaction, history: readonly TransactionChange[], { answeredAt }: Question, at: number, contentKeyOf: (row: NewTransaction) => string): Decided | null {
  const isOwn: IsOwn = (change) => change.runId === null && change.at === answeredAt && OF_ANSWERS.includes(change.reason)
  const former = formerFacts(history, isOwn)
  const decisions = Object.fromEntries(DECIDED.flatMap((field) => {
    const before = former[field]
    return before === undefined ? [] : [[field, field === 'excluded' || field === 'deleted' ? before === 'true' : before]]
  }))
  const back = without(row, history, isOwn, 'reopened', at, contentKeyOf)?.row ?? row
  const decided = changed(row, { ...back, decisions: { ...row.decisions, ...decisions } }, 'reopened', at)
  return decided.change === null ? null : decided
}

/** Whether a side of the question became one with a third row since it was answered: the answer that made it so goes back first. */
export function isMergedLater({ answer }: Question, row: NewTransaction, other: NewTransaction | null): boolean {
  return row.withdrawnReason === 'merged' || (answer !== 'same' && other?.withdrawnReason === 'merged')
}

/** Each field that these changes changed and nothing did since, as it was before. */
function formerFacts(history: readonly TransactionChange[], isOwn: IsOwn): Facts {
  const former: Facts = {}
  for (const change of history) {
    if (!isOwn(change)) continue
    for (const [field, [before]] of Object.entries(change.changes)) if (!(field in former)) former[field] = before
  }
  for (const field of Object.keys(former)) if (isChangedSince(history, isOwn, [field])) delete former[field]
  return former
}

/** Whether something changed one of the fields after these changes last did. */
function isChangedSince(history: readonly TransactionChange[], isOwn: IsOwn, fields: readonly string[]): boolean {
  const touches = ({ changes }: TransactionChange): boolean => fields.some((field) => field in changes)
  const last = history.findLastIndex((change) => isOwn(change) && touches(change))
  return last !== -1 && history.slice(last + 1).some(touches)
}
