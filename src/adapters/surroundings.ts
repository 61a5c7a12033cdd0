/** What of this program and host may decide whether a bank answers: its version, its runtime, and the networks it stands in. */
import { createHash } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import type { ReadBy } from '../domain/connection.ts'

/** As it is now. The networks are told apart, not told: a digest of their prefixes, so that no address is stored. */
export function surroundings(version: string): ReadBy {
  const prefixes = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).filter(({ internal }) => !internal).map(prefixOf))
  const network = createHash('sha256').update([...new Set(prefixes)].sort().join(' ')).digest('hex').slice(0, 16)
  return { software: version, runtime: `${process.version} ${process.platform}`, network }
}

/** The site an address belongs to: three bytes of IPv4, four groups of IPv6. Link-local ones say nothing. */
function prefixOf({ address, family }: { readonly address: string; readonly family: string }): string {
  if (family === 'IPv4') return address.split('.').slice(0, 3).join('.')
  return address.startsWith('fe80') ? '' : address.split(':').slice(0, 4).join(':')
}
