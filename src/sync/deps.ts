/** What the engine is given: ports, and the few things that only the composition knows. */
import type { Connector } from '../connector-kit/connector.ts'
import type { Connection, ReadBy } from '../domain/connection.ts'
import type { CaseContext, Failure } from '../domain/evidence.ts'
import type { Institution } from '../domain/institution.ts'
import type { SyncRun } from '../domain/run.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Log } from '../ports/log.ts'
import type { TenantStore } from '../ports/store.ts'
import type { ExchangeRecord, Transport } from '../ports/transport.ts'
import type { Vault } from '../ports/vault.ts'

export type SyncDeps = {
  readonly store: TenantStore
  readonly vault: Vault
  readonly clock: Clock
  readonly entropy: Entropy
  readonly log: Log
  /** What reads: written down with each success. */
  readonly readBy: ReadBy
  readonly connectorOf: (id: string) => Connector | null
  readonly institutionOf: (id: string) => Institution | null
  /** The connection's only way out during one run: guarded, recorded, its secrets lent by the vault. */
  readonly openTransport: (connection: Connection, run: SyncRun) => Transport
  /**
   * Called when a run has ended or waits for a person, while its end is being stored, so that what must be
   * known can be asked in the same breath; what it returns is called after everything is stored. Problems are
   * opened and closed there. Says whether the evidence shows that the bank locked the login.
   */
  readonly onRunEnding: (connection: Connection) => (ended: RunEnded) => Promise<{ readonly loginLocked: boolean }>
  /** Told where a read is, for who watches it; absent: nobody does. */
  readonly onProgress?: (connectionId: string, progress: ReadProgress) => void
  /** Rows of one answer that are held back until it is complete; more are committed batch by batch. Default 5,000. */
  readonly heldRows?: number
}

/** Where a running read is: its stage, as in `SyncRun`, the rows that the bank has told so far, and which of how many accounts is read (from 1; 0: none yet). */
export type ReadProgress = { readonly runId: string; readonly stage: string; readonly rows: number; readonly account: number; readonly accounts: number }

export type RunEnded = {
  readonly connection: Connection
  readonly run: SyncRun
  /** What the bank asks, when the run is suspended by it. */
  readonly question: Failure | null
  readonly facts: CaseContext
  /** What each account that could not be read showed beside its failure. */
  readonly accountFacts: ReadonlyMap<string, CaseContext>
  /** What was exchanged with the bank, redacted; made when somebody wants to keep it. */
  readonly exchanges: () => readonly ExchangeRecord[]
}

/** Why nothing was done; the message is for a person. */
export type Refusal = { readonly code: 'not_found' | 'wrong_state' | 'busy' | 'invalid' | 'secret_withheld' | 'different_login'; readonly message: string }
