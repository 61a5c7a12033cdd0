/**
 * Which addresses Relink may call (security.md section 5): https on port 443 or a port from bank
 * data, without user and password, and no address of the IANA special ranges. Private ones only
 * where the operator's own configuration names host and range; metadata services of clouds never.
 */
import { BlockList, isIP } from 'node:net'
import { portOf } from '../connector-kit/origin.ts'

/** One address of the operator's own network that may be called. `plainHttp`: also without TLS. */
export type PrivateHost = { readonly host: string; readonly cidr: string; readonly plainHttp: boolean }

export type AddressPolicy = {
  /** Ports from bank data beside 443. */
  readonly ports: readonly number[]
  readonly privateHosts: readonly PrivateHost[]
}

export type AddressGuard = {
  /** What is wrong with an address as written, before any name is looked up; null: nothing. */
  urlRefusal(url: URL): string | null
  /** What is wrong with a numeric address that `host` resolved to or that answered; null: nothing. */
  addressRefusal(host: string, address: string): string | null
}

/** IANA special-purpose address registries, with multicast, reserved and the deprecated translations. */
const SPECIAL_RANGES: readonly string[] = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.31.196.0/24',
  '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4',
  // Everything outside of global unicast (2000::/3): loopback, mapped and compatible, 64:ff9b::/96 (NAT64), 100::/64, 5f00::/16, fc00::/7, fe80::/10, ff00::/8.
  '::/3', '4000::/2', '8000::/1',
  // Inside global unicast: IETF protocols with Teredo, documentation, 6to4, AS112.
  '2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20',
]

/** Services that hand out a machine's own credentials. */
const METADATA: readonly string[] = ['169.254.0.0/16', 'fd00:ec2::254/128', 'fe80::/10', '100.100.100.200/32', '192.0.0.192/32']

const special = rangesOf(SPECIAL_RANGES)
const metadata = rangesOf(METADATA)

/** The guard of one connection. Throws for a range in `policy` that is no CIDR: configuration is checked at the start. */
export function createAddressGuard(policy: AddressPolicy): AddressGuard {
  const privateRanges = policy.privateHosts.map((entry) => ({ ...entry, host: entry.host.toLowerCase(), ranges: rangesOf([entry.cidr]) }))
  const ports: ReadonlySet<number> = new Set([443, ...policy.ports])

  const addressRefusal = (host: string, address: string): string | null => {
    if (isIP(address) === 0) return `"${address}" is not a numeric address`
    if (holds(metadata, address)) return `${address} serves the credentials of this machine`
    if (!holds(special, address)) return null
    const allowed = privateRanges.some((entry) => entry.host === host.toLowerCase() && holds(entry.ranges, address))
    return allowed ? null : host === address ? `${address} is not a public address` : `${host} leads to ${address}, which is not a public address`
  }

  return {
    addressRefusal,
    urlRefusal: (url) => {
      const host = hostOf(url)
      const plain = url.protocol === 'http:'
      if (url.protocol !== 'https:' && !plain) return `the scheme ${url.protocol} is not https:`
      if (plain && !privateRanges.some((entry) => entry.plainHttp && entry.host === host.toLowerCase())) return 'the address is http:, but only https: protects a sign-in'
      if (url.username !== '' || url.password !== '') return 'the address holds a user name or password'
      if (!plain && !ports.has(portOf(url))) return `port ${portOf(url)} is not one of this bank`
      return isIP(host) === 0 ? null : addressRefusal(host, host)
    },
  }
}

/** The host as `node:net` wants it: an IPv6 address without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
}

type Ranges = { readonly ipv4: BlockList; readonly ipv6: BlockList }

/** Two lists, because a BlockList compares an IPv4 address with IPv6 ranges too, as if it were mapped. */
function rangesOf(cidrs: readonly string[]): Ranges {
  const ranges = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const cidr of cidrs) {
    const [network = '', prefix = ''] = cidr.split('/')
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
    if (isIP(network) === 0 || !/^\d{1,3}$/.test(prefix)) throw new RangeError(`not a range of addresses: ${cidr}`)
    ranges[family].addSubnet(network, Number(prefix), family)
  }
  return ranges
}

/** A mapped IPv6 address is also the IPv4 address that it means. */
function holds(ranges: Ranges, address: string): boolean {
  return isIP(address) === 6 ? ranges.ipv6.check(address, 'ipv6') || ranges.ipv4.check(address, 'ipv6') : ranges.ipv4.check(address, 'ipv4')
}
