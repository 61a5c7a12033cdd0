/**
 * The two transports: over guarded sockets for the server, and into a bank in the same process for
 * the simulator. Ledger, masking, redirects, cookies and record are the same code in both.
 */
import type { Failure } from '../domain/evidence.ts'
import type { Transport } from '../ports/transport.ts'
import { createAddressGuard, type AddressPolicy } from './address-guard.ts'
import type { Resolve } from './dial.ts'
import { createExchange, type ExchangeOptions } from './exchange.ts'
import { createHttpWire, type WireLimits } from './http-wire.ts'
import type { WireRequest, WireResult } from './wire.ts'

export type TransportOptions = Omit<ExchangeOptions, 'wire'> & {
  readonly policy: AddressPolicy
  readonly caPem: string | null
  readonly limits?: WireLimits
  readonly resolve?: Resolve
}

/** The transport of one run of one connection, over sockets. */
export function createTransport({ policy, caPem, limits, resolve, ...exchange }: TransportOptions): Transport {
  const wire = createHttpWire({ guard: createAddressGuard(policy), caPem, ...(limits === undefined ? {} : { limits }), ...(resolve === undefined ? {} : { resolve }) })
  return createExchange({ ...exchange, wire })
}

/** A bank in the same process. It gives an answer, or the failure that the network would have made. */
export type BankHandle = (request: WireRequest) => Promise<WireResult>

export type MemoryTransportOptions = Omit<ExchangeOptions, 'wire'> & {
  readonly bank: BankHandle
  /** As the guard would answer; by default every address is admitted. */
  readonly admits?: (url: URL) => Failure | null
}

/** The same transport without sockets, for the simulator. */
export function createMemoryTransport({ bank, admits = () => null, ...exchange }: MemoryTransportOptions): Transport {
  return createExchange({ ...exchange, wire: { admits, send: bank } })
}
