/** One of everything that has an id, in a tenant's store: what another tenant must not reach. */
import { day } from '../../src/domain/day.ts'
import type { TenantStore } from '../../src/ports/store.ts'
import { aChallenge, aConnection, aLedger, aPage, aPlan, aPreview, aProblem, newId } from '../../src/store/fixtures.ts'

export type Theirs = { readonly connectionId: string; readonly accountId: string; readonly runId: string; readonly transactionId: string; readonly questionId: string; readonly previewId: string; readonly problemId: string; readonly challengeId: string }

export async function createConnection(store: TenantStore): Promise<string> {
  const connection = aConnection({ institutionId: 'sandbox', state: 'active' })
  await store.connections.create(connection)
  return connection.id
}

export async function settled(store: TenantStore, connectionId: string): Promise<Theirs> {
  const ledger = await aLedger(store, connectionId)
  const page = aPage(ledger, [{ text: 'theirs' }], { covers: { from: day('2026-03-01'), to: day('2026-03-31') } })
  const transactionId = page.inserts[0]!.id
  const question = { id: newId(), accountId: ledger.accountId, kind: 'same_transaction' as const, transactionId, otherTransactionId: null, pattern: null, askedAt: 1, answer: null, answeredAt: null, answerer: null }
  await store.feed.commitPage({ ...page, questions: [question] })
  const preview = aPreview(connectionId)
  await store.previews.create(preview)
  const problem = aProblem(connectionId)
  await store.problems.open(problem)
  await store.problems.savePlan(aPlan(problem))
  const challenge = aChallenge(connectionId, ledger.runId)
  await store.challenges.create(challenge)
  return { connectionId, accountId: ledger.accountId, runId: ledger.runId, transactionId, questionId: question.id, previewId: preview.id, problemId: problem.id, challengeId: challenge.id }
}
