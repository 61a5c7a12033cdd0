/** "Why is this here?": which reports made a transaction, by which tier, and what changed it since. */
import type { MatchTier, Observation, Transaction, TransactionChange, TransactionId } from '../domain/transaction.ts'
import type { TenantStore } from '../ports/store.ts'

export type Explanation = {
  readonly transaction: Transaction
  /** Oldest first. */
  readonly reports: readonly ExplainedReport[]
  /** Oldest first. */
  readonly changes: readonly TransactionChange[]
}

export type ExplainedReport = {
  readonly observation: Observation
  readonly tier: MatchTier
  /** The file's name, or null for a bank's answer. */
  readonly label: string | null
  /** One plain sentence. */
  readonly because: string
}

/** Null when there is no such transaction. */
export async function explainTransaction(store: TenantStore, id: TransactionId): Promise<Explanation | null> {
  const transaction = await store.feed.transaction(id)
  if (transaction === null) return null
  const reports: ExplainedReport[] = []
  for (const { tier, ...observation } of await store.feed.observations(id)) {
    const run = await store.runs.get(observation.runId)
    reports.push({ observation, tier, label: run?.label ?? null, because: BECAUSE[tier] })
  }
  return { transaction, reports, changes: await store.feed.history(id) }
}

const BECAUSE: Readonly<Record<MatchTier, string>> = {
  new: 'Nothing in the account resembled it, so it became a transaction.',
  same_report: 'The very same report came again.',
  same_id: 'The source reported it again under the same id.',
  provider_link: 'The bank itself says that this replaces the earlier report.',
  correction: 'The bank amended it under the same id.',
  rekey: 'The same content came under a new id, and the old id was gone from an answer that covers its day.',
  other_source: 'Another source of this account reports the same transaction.',
  pending_posted: 'The pending transaction was gone, and this posted one fits it by amount, day and text.',
  assignment: 'The earlier report was gone, and this one fits it better than any other.',
  rule: 'A person said of such a pair before that the two are the same.',
  person: 'A person said that they are the same.',
}
