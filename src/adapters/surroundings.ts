/** What of this program and host may decide whether a bank answers: its version, its runtime, the network by which it goes out, and where that is. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { ReadBy } from '../domain/connection.ts'

/** Addresses that nobody has (RFC 5737, RFC 3849): to prepare a datagram for one asks for the route out, and sends nothing. */
const ANYWHERE = [['udp4', '192.0.2.1'], ['udp6', '2001:db8::1']] as const

/**
 * As it is now. The network is told apart, not told: `nameOf` gives a name that means nothing elsewhere, so
 * that no address is stored. Of all networks only those by which packets leave count: containers and
 * bridges come and go on a host that has not moved.
 */
export async function surroundings(version: string, nameOf: (text: string) => string): Promise<ReadBy> {
  const sources = await Promise.all(ANYWHERE.map(([type, address]) => sourceTowards(type, address)))
  const from = placeOf(wayOut(sources), machineWords())
  return { software: version, runtime: `${process.version} ${process.platform}`, network: networkName(sources, nameOf), ...(from === null ? {} : { from }) }
}

/** Where this host stands, as far as it shows: by the interface through which it goes out, and by the maker of the machine. */
export function placeOf(wayOut: readonly string[], machine: string): NonNullable<ReadBy['from']> | null {
  return wayOut.some((name) => TUNNEL.test(name)) ? 'vpn' : RENTED.test(machine) ? 'datacentre' : null
}

const TUNNEL = /^(tun|tap|wg|utun|ppp|tailscale|zt|nordlynx|proton)/
/** Makers of machines that are rented by the hour (the number is Microsoft Azure's tag); what runs at home under QEMU is not among them. */
const RENTED = /amazon ec2|google compute|digitalocean|hetzner|linode|akamai connected|vultr|ovh|scaleway|upcloud|oraclecloud|alibaba cloud|7783-7084-3265-9085-8269-3286-77/i

/** Names of the interfaces by whose addresses packets leave. */
function wayOut(sources: readonly (string | null)[]): readonly string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, all]) => ((all ?? []).some(({ address }) => sources.includes(address)) ? [name] : []))
}

/** What the machine says of its maker (Linux); empty where it says nothing. */
function machineWords(): string {
  return ['sys_vendor', 'product_name', 'bios_vendor', 'chassis_asset_tag'].map((name) => {
    try {
      return readFileSync(`/sys/class/dmi/id/${name}`, 'utf8').trim()
    } catch {
      return '' // not Linux, or not for this user
    }
  }).join(' ')
}

/** Empty when nothing leads out: then nothing is known. */
export function networkName(sources: readonly (string | null)[], nameOf: (text: string) => string): string {
  const sites = sources.flatMap((address) => (address === null ? [] : [siteOf(address)]))
  return sites.length === 0 ? '' : nameOf(`network ${sites.join(' ')}`)
}

/** The address from which this host would send there; null without a way. */
async function sourceTowards(type: 'udp4' | 'udp6', address: string): Promise<string | null> {
  const socket = createSocket(type)
  try {
    socket.connect(9, address)
    await once(socket, 'connect')
    return socket.address().address
  } catch {
    return null
  } finally {
    socket.close()
  }
}

/** The site an address belongs to: three bytes of IPv4, four groups of IPv6. */
function siteOf(address: string): string {
  if (!address.includes(':')) return address.split('.').slice(0, 3).join('.')
  const [head = '', tail] = address.split('::')
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]]
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  return [...before, ...zeros, ...after].slice(0, 4).join(':')
}
