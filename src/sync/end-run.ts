/**
 * How a run ends: its record, the connection's health and next attempt, and the word to those who
 * open and close problems. Rows are already stored when this is called.
 */
import type { Connection } from '../domain/connection.ts'
import type { Failure } from '../domain/evidence.ts'
import type { AccountOutcome, RunOutcome, SyncRun } from '../domain/run.ts'
import type { SyncDeps } from './deps.ts'
import { NO_LIMITS, nextSyncAt } from './schedule.ts'
import type { Session } from './session.ts'

export type RunEnd = { readonly outcome: Exclude<RunOutcome, 'running'>; readonly failure: Failure | null; readonly accounts: readonly AccountOutcome[]; readonly question?: Failure; readonly resumeBy?: number }

/** Stores the end of the run and tells `onRunEnded`; returns the run as stored. */
export async function endRun(deps: SyncDeps, before: Connection, run: SyncRun, end: RunEnd, session: Session | null = null): Promise<SyncRun> {
  const now = deps.clock.now()
  const { outcome, failure, accounts } = end
  const ended: SyncRun = { ...run, outcome, failure, accounts, endedAt: outcome === 'suspended' ? null : now, stage: null }
  const failuresInRow = outcome === 'succeeded' ? 0 : outcome === 'suspended' ? before.failuresInRow : before.failuresInRow + 1
  const limits = deps.institutionOf(before.institutionId)?.limits ?? NO_LIMITS
  const stored = await deps.store.runs.end(run.id, ended, {
    id: before.id, lastAttemptAt: now, failuresInRow,
    ...(outcome === 'succeeded' ? { lastSuccessAt: now } : {}),
    isRead: outcome === 'succeeded' || outcome === 'partial',
    nextSyncAt: end.resumeBy ?? nextSyncAt({ now, outcome, failure, failuresInRow, limits, fraction: deps.entropy.fraction() }),
  })
  deps.log.info('run_ended', { run: run.id, connection: before.id, outcome, code: failure?.code ?? null, accounts: accounts.length })
  const connection = stored ?? before
  const facts = session?.facts ?? {}
  const { loginLocked } = await deps.onRunEnded({
    connection, run: ended, question: end.question ?? null, facts, accountFacts: session?.accountFacts ?? new Map(), newAccountIds: session?.newAccountIds ?? [],
  })
  // From here on nothing is sent for this login until the person says that the bank unlocked it.
  if (loginLocked) await deps.vault.lock({ connectionId: before.id, loginIndex: before.loginIndex })
  return ended
}
