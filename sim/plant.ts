/**
 * A planted bug: wrong parts in place of real ones, put in at the ports between which the engine works.
 * The product knows nothing of it. What a plant stores goes through the store that the oracle watches,
 * so the oracle sees what a wrong engine did, and not what it meant.
 */
import type { BankHandle } from '../src/adapters/transport.ts'
import type { Connector } from '../src/connector-kit/connector.ts'
import type { TenantStore } from '../src/ports/store.ts'
import type { TenantVault } from '../src/vault/vault.ts'

/** Each is called once for each process that starts. */
export type Plant = {
  readonly connector: (real: Connector) => Connector
  readonly store: (real: TenantStore) => TenantStore
  readonly vault: (real: TenantVault) => TenantVault
  readonly wire: (real: BankHandle) => BankHandle
}

/** The real parts. */
export const NO_PLANT: Plant = { connector: (real) => real, store: (real) => real, vault: (real) => real, wire: (real) => real }
