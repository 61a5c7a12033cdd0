/**
 * What becomes of a transaction when one run's changes to it, or a person's answer, are taken back. Pure, so that
 * both stores decide alike. A field returns to what it was before the run; one that was changed again
 * since stays, because what came later was concluded from it.
 */
import type { Decisions, Question, RunId, TransactionChange } from '../domain/transaction.ts'
import type { Undo } from '../ports/history.ts'
import type { NewTransaction } from '../ports/store.ts'
import { changed, type Decided } from './decide.ts'

type Facts = Record<string, string | null>
type IsOwn = (change: TransactionChange) => boolean

/** State and reason say one thing together, and so do the amount and its currency. */
const TOGETHER: readonly (readonly string[])[] = [['state', 'withdrawnReason', 'status'], ['amount', 'currency']]

/**
 * The row without what the run changed, with its history entry; `history` oldest first. Null: nothing of it can or need be
 * taken back. `there`: runs that took this one back and brought it again before; they lead to where it was, and are not looked at.
 */
export function withoutRun(row: NewTransaction, history: readonly TransactionChange[], runId: RunId, there: ReadonlySet<RunId>, by: RunId, at: number, contentKeyOf: (row: NewTransaction) => string): Decided | null {
  const decided = without(row, history.filter((change) => change.runId === null || !there.has(change.runId)), (change) => change.runId === runId, 'undone', at, contentKeyOf)
  return decided?.change == null ? null : { row: decided.row, change: { ...decided.change, runId: by } }
}

/** The runs that took a run back, and those that brought it again. */
export function thereAndBack(undos: readonly Undo[], runId: RunId): ReadonlySet<RunId> {
  const back = undos.filter((undo) => undo.runId === runId).map(({ undoRunId }) => undoRunId)
  return new Set([...back, ...undos.filter((undo) => back.includes(undo.runId)).map(({ undoRunId }) => undoRunId)])
}

/** The same without the changes that `isOwn` tells; what persons decided stays. */
export function without(row: NewTransaction, history: readonly TransactionChange[], isOwn: IsOwn, reason: TransactionChange['reason'], at: number, contentKeyOf: (row: NewTransaction) => string): Decided | null {
  const former = formerFacts(history, isOwn)
  for (const group of TOGETHER) if (isChangedSince(history, isOwn, group)) for (const field of group) delete former[field]
  const { amount, state, withdrawnReason, ...texts } = former
  const content = Object.fromEntries(Object.entries(texts).filter(([field]) => field in row))
  const back: NewTransaction = {
    ...row, ...content, ...(amount == null ? {} : { amount: BigInt(amount) }),
    ...(state === undefined ? {} : { state: state as NewTransaction['state'] }),
    ...(withdrawnReason === undefined ? {} : { withdrawnReason: withdrawnReason as NewTransaction['withdrawnReason'] }),
  }
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
export function formerFacts(history: readonly TransactionChange[], isOwn: IsOwn): Facts {
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
