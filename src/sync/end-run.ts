/**
 * How a run ends: its record, the connection's health and next attempt, and the word to those who
 * open and close problems. Rows are already stored when this is called.
 */
import { concealFailure, concealRecord } from '../connector-kit/conceal.ts'
import type { Connection } from '../domain/connection.ts'
import type { Failure } from '../domain/evidence.ts'
import type { AccountOutcome, RunOutcome, SyncRun } from '../domain/run.ts'
import type { SyncDeps } from './deps.ts'
import { NO_LIMITS, nextSyncAt } from './schedule.ts'
import type { Session } from './session.ts'
import { settleSecret } from './trial.ts'

/** Of a run that failed so many exchanges are kept, and so many characters of each body: how it began, and how it ended. */
const KEPT_EXCHANGES = 12
const KEPT_TEXT = 2_000

export type RunEnd = { readonly outcome: Exclude<RunOutcome, 'running'>; readonly failure: Failure | null; readonly accounts: readonly AccountOutcome[]; readonly question?: Failure; readonly resumeBy?: number }

/** Stores the end of the run and tells `onRunEnding`; returns the run as stored. */
export async function endRun(deps: SyncDeps, before: Connection, run: SyncRun, said: RunEnd, session: Session | null = null): Promise<SyncRun> {
  const now = deps.clock.now()
  const conceal = session === null || succeeded(said) ? (text: string) => text : await session.concealer()
  const end = concealed(said, conceal)
  const { outcome, failure, accounts } = end
  if (session?.trial != null && outcome === 'failed') return endTrial(deps, run, end, session)
  const ended: SyncRun = { ...run, outcome, failure, accounts, endedAt: outcome === 'suspended' ? null : now, stage: null }
  const failuresInRow = outcome === 'succeeded' ? 0 : outcome === 'suspended' ? before.failuresInRow : before.failuresInRow + 1
  // That accounts have to be chosen first may have come to light in this very run.
  const plan = before.state === 'connecting' ? ((await deps.store.connections.get(before.id))?.readPlan ?? null) : before.readPlan
  const limits = deps.institutionOf(before.institutionId)?.limits ?? NO_LIMITS
  const storing = deps.store.runs.end(run.id, ended, {
    id: before.id, lastAttemptAt: now, failuresInRow,
    ...(outcome === 'succeeded' ? { lastSuccessAt: now, readBy: deps.readBy } : {}),
    isRead: outcome === 'succeeded' || outcome === 'partial',
    nextSyncAt: end.resumeBy ?? nextSyncAt({ now, outcome, failure, failuresInRow, isSecondTry: outcome !== 'succeeded' && (await isInDoubt(deps, before)), limits, plan, fraction: deps.entropy.fraction() }),
  })
  const onEnded = deps.onRunEnding(before)
  const connection = (await storing) ?? before
  deps.log.info('run_ended', { run: run.id, connection: before.id, outcome, code: failure?.code ?? null, accounts: accounts.length })
  const facts = session?.facts ?? {}
  const { loginLocked } = await onEnded({
    connection, run: ended, question: end.question ?? null, facts, accountFacts: session?.accountFacts ?? new Map(),
    exchanges: () => (session?.records(KEPT_EXCHANGES) ?? []).map((record) => concealRecord(record, conceal, KEPT_TEXT)),
  })
  // From here on nothing is sent for this login until the person says that the bank unlocked it.
  if (loginLocked) await deps.vault.lock({ connectionId: before.id, loginIndex: before.loginIndex })
  return ended
}

/** The last sign-in that left was not accepted. */
async function isInDoubt({ store }: SyncDeps, { loginIndex }: Connection): Promise<boolean> {
  const last = (await store.secrets.ledger(loginIndex)).attempts.find(({ outcome }) => outcome !== 'not_sent')
  return last !== undefined && last.outcome !== 'accepted'
}

/** A login that was tried beside the stored one, and failed: what it left is the record of its run. The stored one keeps its health, its schedule and its problems. */
async function endTrial(deps: SyncDeps, run: SyncRun, { outcome, failure, accounts }: RunEnd, { connection }: Session): Promise<SyncRun> {
  const ended: SyncRun = { ...run, outcome, failure, accounts, endedAt: deps.clock.now(), stage: null }
  await deps.store.runs.update(run.id, { outcome, failure, accounts, endedAt: ended.endedAt, stage: null })
  const stored = await deps.store.connections.get(connection.id)
  if (stored !== null) await settleSecret(deps, stored)
  deps.log.info('run_ended', { run: run.id, connection: connection.id, outcome, code: failure?.code ?? null, accounts: accounts.length })
  return ended
}

/** Nothing of what the bank said is kept. */
function succeeded({ failure, question, accounts }: RunEnd): boolean {
  return failure === null && question === undefined && accounts.every((account) => account.failure === null)
}

/** The one place through which what a bank said gets into the store, the API and the papers: without secrets, and with pseudonyms for user names. */
function concealed(end: RunEnd, conceal: (text: string) => string): RunEnd {
  const clean = <T extends Failure | null>(failure: T): T => (failure === null ? failure : (concealFailure(failure, conceal) as T))
  return {
    ...end, failure: clean(end.failure), accounts: end.accounts.map((account) => ({ ...account, failure: clean(account.failure) })),
    ...(end.question === undefined ? {} : { question: clean(end.question) }),
  }
}
