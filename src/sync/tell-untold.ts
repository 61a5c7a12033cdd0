/**
 * A process may die in the middle of a read, or between its end and the word to those who open problems.
 * Then nobody would hear of it until the next read, which may be days away and die as well. Whoever starts,
 * and each hour, makes up for it. Telling twice does no harm: what has a problem is left alone.
 */
import type { Connection } from '../domain/connection.ts'
import { stopsInRow, type SyncRun } from '../domain/run.ts'
import type { SyncDeps } from './deps.ts'
import { closeAbandoned, INTERRUPTED } from './sync.ts'

/** Reads of a bank are days apart at most. */
const LOOKED_BACK_MS = 14 * 86_400_000
/** A server that is restarted in the middle of a read does no harm: the next read is minutes away. A read that never ends does. */
const DEATHS_IN_A_ROW = 2

/**
 * Ends each connection's newest run where its process died in it, and tells of it where it failed and nobody was told. Returns how many were told. `told`: runs that
 * this process has told of already; what an outage covers opens no problem by which that could be seen.
 */
export async function tellUntold(deps: SyncDeps, told: Set<string> = new Set()): Promise<number> {
  const { runs } = deps.store
  let count = 0
  for (const connectionId of await runs.running()) if (await held(deps, connectionId, endOf)) count++
  for (const { connectionId, run } of await runs.latestByConnection(deps.clock.now() - LOOKED_BACK_MS)) {
    if (!isBroken(run) || told.has(run.id) || (await isTold(deps, connectionId)) || !(await held(deps, connectionId, tellOf))) continue
    told.add(run.id)
    count++
  }
  if (count > 0) deps.log.warn('runs_untold', { count })
  return count
}

type Look = (deps: SyncDeps, connection: Connection, newest: SyncRun, runs: readonly SyncRun[]) => Promise<boolean>

/** Held, so that whoever is about to tell of the newest run has done so; who reads the connection now ends and tells of that read. */
async function held(deps: SyncDeps, connectionId: string, look: Look): Promise<boolean> {
  return (await deps.store.connections.exclusively(connectionId, async (connection, { runs }) => connection !== null && runs[0] !== undefined && look(deps, connection, runs[0], runs))) === true
}

async function isTold({ store }: SyncDeps, connectionId: string): Promise<boolean> {
  return (await store.problems.list({ connectionId, open: true, limit: 1 })).length > 0
}

async function tellOf(deps: SyncDeps, connection: Connection, run: SyncRun): Promise<boolean> {
  // The end of a run notes its instant on the connection; a login that was only tried, and a run that a dead process left open, do not.
  if (!isToTell(connection, run) || !isBroken(run) || connection.lastAttemptAt !== run.endedAt || (await isTold(deps, connection.id))) return false
  const [closed] = await deps.store.problems.list({ connectionId: connection.id, open: false, limit: 1 })
  // What was closed since was told, and a person or another read ended it.
  return (closed?.closedAt == null || closed.closedAt < (run.endedAt ?? 0)) && tell(deps, connection, run)
}

/** We hold the connection, so who began the run is dead. */
async function endOf(deps: SyncDeps, connection: Connection, run: SyncRun, runs: readonly SyncRun[]): Promise<boolean> {
  if (run.outcome !== 'running') return false
  await closeAbandoned(deps, connection, runs)
  if (!isToTell(connection, run) || 1 + stopsInRow(runs.slice(1)) < DEATHS_IN_A_ROW || (await isTold(deps, connection.id))) return false
  return tell(deps, connection, { ...run, outcome: 'failed', endedAt: deps.clock.now(), stage: null, failure: INTERRUPTED })
}

async function tell(deps: SyncDeps, connection: Connection, run: SyncRun): Promise<true> {
  const { loginLocked } = await deps.onRunEnding(connection)({ connection, run, question: null, facts: {}, accountFacts: new Map(), exchanges: () => [] })
  if (loginLocked) await deps.vault.lock({ connectionId: connection.id, loginIndex: connection.loginIndex })
  return true
}

/** Who signs in for the first time waits for what comes of it; nobody does for what the schedule tries after it. */
function isToTell({ state }: Connection, { trigger }: SyncRun): boolean {
  return state === 'active' || (state === 'connecting' && trigger === 'schedule')
}

function isBroken({ outcome, failure, accounts }: SyncRun): boolean {
  return (outcome === 'failed' || outcome === 'partial') && (failure !== null || accounts.some((account) => account.failure !== null))
}
