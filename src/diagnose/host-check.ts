/**
 * Judges this host from facts that were gathered of it (`relink doctor`, the page “This server”): names, certificates,
 * clock, way out, disk, database, keys. Pure; every finding says what to do. Many banks failing at
 * once is this host; one is not.
 */
import type { ReachReport } from '../ports/transport.ts'

export type HostFacts = {
  readonly reached: readonly { readonly host: string; readonly report: ReachReport }[]
  /** Bytes free where the data lie; null when not known. */
  readonly freeBytes: number | null
  readonly homeWritable: boolean
  readonly database: { readonly version: string } | { readonly problem: string }
  readonly keyProblem: string | null
  /** Names of the proxy settings of this process, without their values. */
  readonly proxies: readonly string[]
  /** Certificate authorities that this process trusts; the newest of them began then, epoch ms. `added`: a file of one's own is set, and can it be read. */
  readonly trust: { readonly authorities: number; readonly newestAt: number | null; readonly added: 'none' | 'read' | 'unreadable' }
  readonly now: number
  /** Whether a recovery file of the master key was made here; null: not known, because the key was not opened. */
  readonly hasRecoveryFile: boolean | null
}

export type HostFinding = { readonly check: string; readonly state: 'ok' | 'warning' | 'broken' | 'not_known'; readonly sentence: string }

const SKEW_WARNING_SECONDS = 30
const SKEW_BROKEN_SECONDS = 300
const LITTLE_SPACE = 1_000_000_000
const NO_SPACE = 100_000_000

/** One finding for each check, always in the same order. */
export function judgeHost(facts: HostFacts): readonly HostFinding[] {
  return [names(facts), wayOut(facts), certificates(facts), trustStore(facts), proxy(facts), clock(facts), disk(facts), home(facts), database(facts), keys(facts), recovery(facts)]
}

function names({ reached }: HostFacts): HostFinding {
  const check = 'names'
  if (reached.length === 0) return { check, state: 'not_known', sentence: 'No bank with a web site is set up, so name resolution was not tried.' }
  const lost = reached.filter(({ report }) => report.reached === 'nothing')
  if (lost.length === 0) return { check, state: 'ok', sentence: `These names were resolved: ${hostsIn(reached)}.` }
  if (lost.length < reached.length) return { check, state: 'warning', sentence: `Not resolved: ${hostsIn(lost)}. Others were, so it is likely not this host.` }
  return { check, state: 'broken', sentence: `No name of a bank could be resolved (${hostsIn(reached)}). Check the name server of this host (DNS).` }
}

function wayOut({ reached }: HostFacts): HostFinding {
  const check = 'way out'
  const resolved = reached.filter(({ report }) => report.reached !== 'nothing')
  if (resolved.length === 0) return { check, state: 'not_known', sentence: 'Nothing could be reached, so the way out was not tried.' }
  const stuck = resolved.filter(({ report }) => report.reached === 'resolved')
  if (stuck.length === 0) return { check, state: 'ok', sentence: `These accept connections from here: ${hostsIn(resolved)}.` }
  if (stuck.length < resolved.length) return { check, state: 'warning', sentence: `No connection was accepted by ${hostsIn(stuck)}; others accepted one.` }
  return { check, state: 'broken', sentence: 'No bank accepts a connection from here. Check firewall, proxy and network of this host.' }
}

function certificates({ reached }: HostFacts): HostFinding {
  const check = 'certificates'
  const connected = reached.filter(({ report }) => report.reached !== 'nothing' && report.reached !== 'resolved')
  if (connected.length === 0) return { check, state: 'not_known', sentence: 'No connection was made, so no certificate was seen.' }
  const refused = connected.filter(({ report }) => report.reached === 'connected')
  if (refused.length === 0) return { check, state: 'ok', sentence: `Accepted: the certificate of ${hostsIn(connected)}.` }
  const hosts = hostsIn(refused)
  if (refused.length < connected.length) return { check, state: 'warning', sentence: `Not accepted: the certificate of ${hosts}. Others were, so it is likely that bank.` }
  return { check, state: 'broken', sentence: `No certificate was accepted (${hosts}). Check the clock, the trust store, and filters that read the traffic.` }
}

/** With the system's own word where one broke off: `bank.example (CERT_HAS_EXPIRED)`. */
function hostsIn(reached: HostFacts['reached']): string {
  return reached.map(({ host, report }) => (report.networkError === null ? host : `${host} (${report.networkError})`)).join(', ')
}

const FEW_AUTHORITIES = 50
const YEARS_MS = 365 * 24 * 3_600_000
/** Authorities begin every year; a store whose newest is older was not updated since. */
const OLD_STORE_YEARS = 5

function trustStore({ trust: { authorities, newestAt, added }, now }: HostFacts): HostFinding {
  const check = 'trust store'
  if (added === 'unreadable') return { check, state: 'broken', sentence: 'NODE_EXTRA_CA_CERTS names a file that cannot be read. Correct or remove it.' }
  if (authorities < FEW_AUTHORITIES) return { check, state: 'warning', sentence: `Only ${authorities} certificate authorities are trusted. Certificates of banks may be refused: install the package of authorities (ca-certificates), or update Relink.` }
  if (newestAt !== null && now - newestAt > OLD_STORE_YEARS * YEARS_MS) return { check, state: 'warning', sentence: `The newest of ${authorities} trusted authorities is from ${new Date(newestAt).getUTCFullYear()}. Update this host, or check its clock.` }
  return { check, state: 'ok', sentence: added === 'read' ? `${authorities} certificate authorities are trusted, and those of NODE_EXTRA_CA_CERTS.` : `${authorities} certificate authorities are trusted.` }
}

/** Relink checks the address of each bank before it calls it, which it could not do through a proxy; so it uses none. */
function proxy(facts: HostFacts): HostFinding {
  const check = 'proxy'
  if (facts.proxies.length === 0) return { check, state: 'ok', sentence: 'No proxy is set for this process.' }
  const proxies = facts.proxies.join(', ')
  if (facts.reached.length === 0) return { check, state: 'not_known', sentence: `Set is ${proxies}; Relink calls banks directly, which was not tried.` }
  // Behind a proxy that also resolves names none is resolved here.
  if (wayOut(facts).state === 'broken' || names(facts).state === 'broken') return { check, state: 'broken', sentence: `Set is ${proxies}; Relink calls banks directly, which does not get through. Let this host reach banks at port 443 without the proxy.` }
  return { check, state: 'ok', sentence: `Set is ${proxies}; Relink calls banks directly, and that works.` }
}

/** The median of several `Date` headers: one bank's wrong clock must not blame this host. */
function clock({ reached }: HostFacts): HostFinding {
  const check = 'clock'
  const skews = reached.flatMap(({ report }) => report.clockSkewSeconds ?? []).sort((a, b) => a - b)
  const skew = skews[Math.floor(skews.length / 2)]
  if (skew === undefined) return { check, state: 'not_known', sentence: 'No bank told its time.' }
  const off = Math.abs(Math.round(skew))
  const found = skew > 0 ? `The clock of this host is ${off} seconds behind that of the banks.` : `The clock of this host is ${off} seconds ahead of that of the banks.`
  if (off >= SKEW_BROKEN_SECONDS) return { check, state: 'broken', sentence: [found, 'Set it: sign-ins and certificates depend on it.'].join(' ') }
  if (off >= SKEW_WARNING_SECONDS) return { check, state: 'warning', sentence: [found, 'Let it follow a time server.'].join(' ') }
  return { check, state: 'ok', sentence: 'The clock of this host is right.' }
}

function disk({ freeBytes }: HostFacts): HostFinding {
  const check = 'disk'
  if (freeBytes === null) return { check, state: 'not_known', sentence: 'The free space could not be read.' }
  const free = Math.floor(freeBytes / 1_000_000)
  if (freeBytes < NO_SPACE) return { check, state: 'broken', sentence: `Only ${free} MB are free. Make room: nothing can be stored without.` }
  if (freeBytes < LITTLE_SPACE) return { check, state: 'warning', sentence: `Only ${free} MB are free. Make room soon.` }
  const gigabytes = Math.floor(freeBytes / 1_000_000_000)
  return { check, state: 'ok', sentence: `${gigabytes} GB are free.` }
}

function home({ homeWritable }: HostFacts): HostFinding {
  if (homeWritable) return { check: 'directory', state: 'ok', sentence: 'The data directory can be written.' }
  return { check: 'directory', state: 'broken', sentence: 'The data directory cannot be written. Check its owner and rights, or set RELINK_HOME.' }
}

function database({ database: found }: HostFacts): HostFinding {
  if ('version' in found) return { check: 'database', state: 'ok', sentence: `It answers: ${found.version}.` }
  return { check: 'database', state: 'broken', sentence: found.problem }
}

function keys({ database: found, keyProblem }: HostFacts): HostFinding {
  if ('problem' in found) return { check: 'keys', state: 'not_known', sentence: 'The database was not opened, so the master key was not tried.' }
  if (keyProblem === null) return { check: 'keys', state: 'ok', sentence: 'The master key opens the vault.' }
  return { check: 'keys', state: 'broken', sentence: keyProblem }
}

function recovery({ hasRecoveryFile }: HostFacts): HostFinding {
  const check = 'recovery'
  if (hasRecoveryFile === null) return { check, state: 'not_known', sentence: 'The master key was not opened, so it is not known whether it has a recovery file.' }
  if (hasRecoveryFile) return { check, state: 'ok', sentence: 'A recovery file of the master key was made. Keep it in another place than this host.' }
  return { check, state: 'warning', sentence: 'No recovery file of the master key was made here. Without the key every password must be typed again: relink vault recovery FILE.' }
}
