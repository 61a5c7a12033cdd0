/**
 * Another login for a connection that has one. It is tried beside the stored one: until the bank has
 * accepted it and shown an account that this connection knows, nothing of the connection changes, and
 * what fails leaves nothing. Plain data, because a question of the bank's may suspend the trial.
 */
import type { Connection } from '../domain/connection.ts'
import type { Json, JsonObject } from '../domain/institution.ts'
import type { SyncDeps } from './deps.ts'
import { nameGiven } from './login-label.ts'

export type Trial = Pick<Connection, 'loginIndex' | 'loginLabel' | 'settings'> & { readonly secretChangedAt: number; readonly connectorState: JsonObject }

/** The connection as it will be when the trial is proved. A device that another login registered is not this login's. */
export function withTrial(connection: Connection, trial: Trial): Connection {
  return { ...connection, ...trial, settingsChangedAt: trial.secretChangedAt }
}

/** The trial is proved: from now on the connection is the other login's. */
export async function adoptTrial(deps: SyncDeps, connection: Connection, trial: Trial): Promise<void> {
  const revived = connection.state === 'removed' || connection.state === 'disabled'
  // It may have been named while the bank waited for an answer.
  const stored = await deps.store.connections.get(connection.id)
  await deps.store.connections.update(connection.id, { ...trial, ...nameGiven(stored ?? connection), settingsChangedAt: trial.secretChangedAt, ...(revived ? { state: 'active' as const } : {}) })
  await settleSecret(deps, withTrial(connection, trial))
  if (connection.state === 'removed') await reviveSources(deps, connection.id)
}

/** The trial failed or was given up: its secret is destroyed. After a crash: whichever of the two it was. */
export async function settleSecret(deps: SyncDeps, connection: Connection): Promise<void> {
  const audience = deps.connectorOf(connection.connector)?.originsOf(connection.settings) ?? []
  await deps.vault.resolveTrial({ connectionId: connection.id, loginIndex: connection.loginIndex }, audience)
}

/** A connection that was removed and is signed in to again feeds the accounts that it fed. */
export async function reviveSources(deps: SyncDeps, connectionId: string): Promise<void> {
  for (const source of await deps.store.accounts.sources({ connectionId })) {
    const account = await deps.store.accounts.get(source.accountId)
    if (source.state === 'paused' && account?.state === 'open') await deps.store.accounts.updateSource(source.id, { state: 'active' })
  }
}

export function trialAsJson({ loginIndex, loginLabel, settings, secretChangedAt, connectorState }: Trial): Json {
  return { loginIndex, loginLabel, settings, secretChangedAt, connectorState }
}

/** Null when there is none. */
export function readTrial(stored: Json | undefined): Trial | null {
  return stored === undefined ? null : (stored as unknown as Trial)
}
