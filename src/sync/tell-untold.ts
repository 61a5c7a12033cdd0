/**
 * A process may die between the end of a run that failed and the word to those who open problems. Then
 * nobody would hear of it until the next read, which may be days away and die as well. Whoever starts,
 * and each hour, makes up for it. Telling twice does no harm: what has a problem is left alone.
 */
import type { Connection } from '../domain/connection.ts'
import type { SyncRun } from '../domain/run.ts'
import type { SyncDeps } from './deps.ts'

/** Reads of a bank are days apart at most. */
const LOOKED_BACK_MS = 14 * 86_400_000

/**
 * Tells of each connection's newest run where it failed and nobody was told. Returns how many. `told`: runs that
 * this process has told of already; what an outage covers opens no problem by which that could be seen.
 */
export async function tellUntold(deps: SyncDeps, told: Set<string> = new Set()): Promise<number> {
  const { store, clock, log } = deps
  let count = 0
  for (const { connectionId, run } of await store.runs.latestByConnection(clock.now() - LOOKED_BACK_MS)) {
    if (!isBroken(run) || told.has(run.id) || (await store.problems.list({ connectionId, open: true, limit: 1 })).length > 0) continue
    // Held, so that whoever is about to tell of it has done so; who reads it now tells of that read.
    if (await store.connections.exclusively(connectionId, async (connection, { runs: [newest] }) => connection !== null && newest !== undefined && tellOf(deps, connection, newest))) {
      told.add(run.id)
      count++
    }
  }
  if (count > 0) log.warn('runs_untold', { count })
  return count
}

async function tellOf(deps: SyncDeps, connection: Connection, run: SyncRun): Promise<boolean> {
  const { problems } = deps.store
  // The end of a run notes its instant on the connection; a login that was only tried, and a run that a dead process left open, do not.
  if (connection.state !== 'active' || !isBroken(run) || connection.lastAttemptAt !== run.endedAt) return false
  const [open, [closed]] = await Promise.all([problems.list({ connectionId: connection.id, open: true, limit: 1 }), problems.list({ connectionId: connection.id, open: false, limit: 1 })])
  // What was closed since was told, and a person or another read ended it.
  if (open.length > 0 || (closed?.closedAt != null && closed.closedAt >= (run.endedAt ?? 0))) return false
  const { loginLocked } = await deps.onRunEnding(connection)({ connection, run, question: null, facts: {}, accountFacts: new Map(), newAccountIds: [], exchanges: () => [] })
  if (loginLocked) await deps.vault.lock({ connectionId: connection.id, loginIndex: connection.loginIndex })
  return true
}

function isBroken({ outcome, failure, accounts }: SyncRun): boolean {
  return (outcome === 'failed' || outcome === 'partial') && (failure !== null || accounts.some((account) => account.failure !== null))
}
