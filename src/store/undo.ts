/**
 * What becomes of a transaction when one run's changes to it are taken back. Pure, so that both
 * stores decide alike. A field returns to what it was before the run; one that was changed again
 * since stays, because what came later was concluded from it.
 */
import type { RunId, TransactionChange } from '../domain/transaction.ts'
import type { NewTransaction } from '../ports/store.ts'
import { changed, type Decided } from './decide.ts'

type Facts = Record<string, string | null>

/** State and reason say one thing together, and so do the amount and its currency. */
const TOGETHER: readonly (readonly string[])[] = [['state', 'withdrawnReason', 'status'], ['amount', 'currency']]

/** The row without what the run changed, with its history entry; `history` oldest first. Null: nothing of it can or need be taken back. */
export function withoutRun(row: NewTransaction, history: readonly TransactionChange[], runId: RunId, by: RunId, at: number, contentKeyOf: (row: NewTransaction) => string): Decided | null {
  const former = formerFacts(history, runId)
  for (const group of TOGETHER) if (group.some((field) => isChangedSince(history, runId, field))) for (const field of group) delete former[field]
  for (const field of Object.keys(former)) if (isChangedSince(history, runId, field)) delete former[field]
  const { amount, state, withdrawnReason, ...texts } = former
  const content = Object.fromEntries(Object.entries(texts).filter(([field]) => field in row))
  const back: NewTransaction = {
    ...row, ...content, ...(amount == null ? {} : { amount: BigInt(amount) }),
    ...(state === undefined ? {} : { state: state as NewTransaction['state'] }),
    ...(withdrawnReason === undefined ? {} : { withdrawnReason: withdrawnReason as NewTransaction['withdrawnReason'] }),
  }
  const decided = changed(row, { ...back, contentKey: contentKeyOf(back) }, 'undone', at)
  return decided.change === null ? null : { row: decided.row, change: { ...decided.change, runId: by } }
}

/** Each field that the run changed, as it was before. */
function formerFacts(history: readonly TransactionChange[], runId: RunId): Facts {
  const former: Facts = {}
  for (const change of history) {
    if (change.runId !== runId) continue
    for (const [field, [before]] of Object.entries(change.changes)) if (!(field in former)) former[field] = before
  }
  return former
}

function isChangedSince(history: readonly TransactionChange[], runId: RunId, field: string): boolean {
  const last = history.findLastIndex((change) => change.runId === runId && field in change.changes)
  return history.slice(last + 1).some((change) => field in change.changes)
}
