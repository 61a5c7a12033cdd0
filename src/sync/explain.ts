/** "Why is this here?": which reports made a transaction, from where and by which tier, and what changed it since, in plain words. */
import type { SyncRun } from '../domain/run.ts'
import type { MatchTier, Observation, Question, RunId, Transaction, TransactionChange, TransactionId } from '../domain/transaction.ts'
import { message, translated, type Language } from '../language/language.ts'
import { say } from '../language/say.ts'
import type { TenantStore } from '../ports/store.ts'

export type Explanation = {
  readonly transaction: Transaction
  /** Oldest first. */
  readonly reports: readonly ExplainedReport[]
  /** Oldest first. */
  readonly changes: readonly ExplainedChange[]
}

export type ExplainedReport = {
  readonly observation: Observation
  readonly tier: MatchTier
  /** The file's name, or null for a bank's answer. */
  readonly label: string | null
  /** Who reported it: a bank with its login, or a file. */
  readonly source: string
  /** The run that brought it was taken back. */
  readonly undone: boolean
  /** One plain sentence. */
  readonly because: string
}

/** `different`, `kept`: an answer that left the row as it is. */
export type ExplainedChange = Omit<TransactionChange, 'reason'> & { readonly reason: TransactionChange['reason'] | 'different' | 'kept'; readonly because: string }

/** Null when there is no such transaction. */
export async function explainTransaction(store: TenantStore, id: TransactionId): Promise<Explanation | null> {
  const transaction = await store.feed.transaction(id)
  if (transaction === null) return null
  const [observations, changes, answers] = await Promise.all([store.feed.observations(id), store.feed.history(id), store.feed.answersAbout(id)])
  const runIds = [...new Set(observations.map((observation) => observation.runId))]
  const [runs, sources, undos] = await Promise.all([
    Promise.all(runIds.map((runId) => store.runs.get(runId))), sourceNames(store, transaction.accountId), store.history.undos(runIds),
  ])
  const undone = new Set(undos.filter((undo) => undo.redoneAt === null).map((undo) => undo.runId))
  const byId = new Map<RunId, SyncRun>(runs.flatMap((run) => (run === null ? [] : [[run.id, run] as const])))
  return {
    transaction,
    reports: observations.map(({ tier, ...observation }): ExplainedReport => {
      const label = byId.get(observation.runId)?.label ?? null
      const source = label === null ? (sources.get(observation.sourceId) ?? message('the bank')) : say('en', 'the file {label}', { label })
      return { observation, tier, label, source, undone: undone.has(observation.runId), because: BECAUSE[tier] }
    }),
    changes: [...changes, ...answers.flatMap((answer) => leftAsItIs(answer, id, changes))].sort((a, b) => a.at - b.at).map((change) => ({ ...change, because: REASONS[change.reason] })),
  }
}

/** An answer that changed nothing of the row is a decision all the same. */
function leftAsItIs({ answer, answeredAt, answerer }: Question, transactionId: TransactionId, changes: readonly TransactionChange[]): readonly Omit<ExplainedChange, 'because'>[] {
  const reason = answer === 'same' ? 'person' : answer
  if (answeredAt === null || (reason !== 'person' && reason !== 'different' && reason !== 'kept') || changes.some(({ at, runId }) => runId === null && at === answeredAt)) return []
  return [{ transactionId, at: answeredAt, runId: null, reason, by: answerer, changes: {} }]
}

async function sourceNames(store: TenantStore, accountId: string): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for (const { id, connectionId } of await store.accounts.sources({ accountId })) {
    const connection = connectionId === null ? null : await store.connections.get(connectionId)
    names.set(id, connection === null ? message('a file') : `${connection.institutionName} (${connection.loginLabel})`)
  }
  return names
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
  unbooked: 'The bank lists it as pending again; it had been listed as booked.',
  assignment: 'The earlier report was gone, and this one fits it better than any other.',
  rule: 'A person said of such a pair before that the two are the same.',
  person: 'A person said that they are the same.',
}

const REASONS: Readonly<Record<ExplainedChange['reason'], string>> = {
  ...BECAUSE,
  pending_dropped: 'The bank did not show the pending transaction any more, so it was withdrawn.',
  bank_removed: 'The bank took it out of its books, so it was withdrawn.',
  bank_corrected: 'The bank itself deleted it.',
  merged: 'It is the same as another transaction, which holds its reports now.',
  undone: 'A run was taken back, and this with it.',
  restored: 'It was reported again, so it stands again.',
  decision: 'A person decided it.',
  answered: 'A person said that it is not pending any more.',
  reopened: 'An answer to “are these the same?” or the like was taken back.',
  currency_told: 'A statement told the currency of the account, which no file before had told.',
  different: 'A person said that it and another row are two.',
  kept: 'A person said that it still stands.',
  recomputed: 'All reports of the account were judged again, and came to this.',
}

/** The same where it is known whose act it was. */
const BY: Readonly<Partial<Record<ExplainedChange['reason'], string>>> = {
  decision: message('{who} decided it.'),
  person: message('{who} said that they are the same.'),
  merged: message('{who} said that it is the same as another transaction, which holds its reports now.'),
  different: message('{who} said that it and another row are two.'),
  kept: message('{who} said that it still stands.'),
  bank_removed: message('{who} said that the bank took it out of its books, so it was withdrawn.'),
  answered: message('{who} said that it is not pending any more.'),
  reopened: message('{who} took an answer to “are these the same?” or the like back.'),
  undone: message('{who} took a run back, and this with it.'),
  recomputed: message('{who} had all reports of the account judged again, and they came to this.'),
}

/** Why a row changed, with `who` in it where that is known and matters. */
export function becauseOf(language: Language, { reason, because }: ExplainedChange, who: string | null): string {
  const words = who === null ? undefined : BY[reason]
  return words === undefined ? translated(language, because) : say(language, words, { who: who ?? '' })
}
