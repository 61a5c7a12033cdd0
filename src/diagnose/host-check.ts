/**
 * Checks this host, so that many banks failing at once are not blamed one by one: clock, names,
 * certificates, way out, disk, database. Harmless: no check sends a secret. What is asked comes in
 * as functions, so that this file needs neither network nor disk.
 */
import type { ReachReport } from '../ports/transport.ts'

export type HostFinding = {
  readonly check: 'clock' | 'names' | 'certificates' | 'egress' | 'disk' | 'database' | 'keys'
  readonly state: 'ok' | 'warning' | 'broken' | 'not_known'
  /** What was seen, in a sentence, and what to do when it is not well. */
  readonly sentence: string
}

export type HostFacts = {
  /** What each asked address answered; empty when none is known. */
  readonly reached: readonly { readonly host: string; readonly report: ReachReport }[]
  readonly freeBytes: number | null
  readonly homeWritable: boolean
  /** How the database answered: its version, or why it did not. */
  readonly database: { readonly version: string } | { readonly problem: string }
  /** Null when the master key is in order. */
  readonly keyProblem: string | null
}

/** Two minutes: OFX and OAuth servers refuse requests from clocks that are further off. */
const SKEW_LIMIT_SECONDS = 120
const LEAST_FREE_BYTES = 500_000_000

/** The findings in the order in which a person should read them. */
export function judgeHost(facts: HostFacts): readonly HostFinding[] {
  return [...judgeNetwork(facts), judgeDisk(facts), judgeDatabase(facts), judgeKeys(facts)]
}

function judgeNetwork({ reached }: HostFacts): HostFinding[] {
  if (reached.length === 0) {
    const sentence = 'Not checked: no institution with a web address is known.'
    return (['names', 'egress', 'certificates', 'clock'] as const).map((check) => ({ check, state: 'not_known', sentence }))
  }
  const hosts = (list: typeof reached): string => list.map(({ host }) => host).join(', ')
  const atLeast = (level: ReachReport['reached']): typeof reached => reached.filter(({ report }) => LEVELS.indexOf(report.reached) >= LEVELS.indexOf(level))
  const resolved = atLeast('resolved')
  const connected = atLeast('connected')
  const secured = atLeast('tls')
  return [
    judgeShare('names', resolved.length, reached.length, {
      ok: `Names are found (${hosts(resolved)}).`,
      some: `Some names are not found. Not a problem of this host when only one bank is concerned.`,
      none: 'No name is found: this host has no working DNS or no internet. Check its network settings and the resolver in /etc/resolv.conf.',
    }),
    judgeShare('egress', connected.length, resolved.length, {
      ok: `Connections go out (${hosts(connected)}).`,
      some: 'Some addresses do not accept connections; a bank may be down, or a firewall lets only some through.',
      none: 'No connection goes out: a firewall or proxy stands between this host and the internet.',
    }),
    judgeShare('certificates', secured.length, connected.length, {
      ok: 'Certificates are accepted.',
      some: 'Some certificates are not accepted; see the bank concerned.',
      none: 'No certificate is accepted: the trust store of this host is old or something reads the traffic. Update Relink (its Node brings the trust store) or give the authority of your proxy.',
    }),
    judgeClock(reached.map(({ report }) => report.clockSkewSeconds).filter((skew) => skew !== null)),
  ]
}

const LEVELS: readonly ReachReport['reached'][] = ['nothing', 'resolved', 'connected', 'tls', 'http']

function judgeShare(check: HostFinding['check'], good: number, all: number, sentences: { readonly ok: string; readonly some: string; readonly none: string }): HostFinding {
  if (all === 0) return { check, state: 'not_known', sentence: 'Not reached, because the step before failed.' }
  if (good === all) return { check, state: 'ok', sentence: sentences.ok }
  return good === 0 ? { check, state: 'broken', sentence: sentences.none } : { check, state: 'warning', sentence: sentences.some }
}

/** The median of several `Date` headers, so that one wrong server does not accuse this host. */
function judgeClock(skews: readonly number[]): HostFinding {
  const sorted = [...skews].sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)]
  if (median === undefined) return { check: 'clock', state: 'not_known', sentence: 'The clock could not be compared: no server told its time.' }
  const off = Math.abs(Math.round(median))
  if (off <= SKEW_LIMIT_SECONDS) return { check: 'clock', state: 'ok', sentence: `The clock agrees with ${sorted.length} ${sorted.length === 1 ? 'server' : 'servers'} (${off} s).` }
  return { check: 'clock', state: 'broken', sentence: `This host's clock is ${off} seconds ${median > 0 ? 'behind' : 'ahead'}. Banks refuse such requests: switch on time synchronisation (NTP).` }
}

function judgeDisk({ freeBytes, homeWritable }: HostFacts): HostFinding {
  if (!homeWritable) return { check: 'disk', state: 'broken', sentence: 'The data directory cannot be written: check its owner and that the disk is not read-only or full.' }
  if (freeBytes === null) return { check: 'disk', state: 'not_known', sentence: 'The free space is not known.' }
  const free = `${(freeBytes / 1e9).toFixed(1)} GB`
  return freeBytes < LEAST_FREE_BYTES ? { check: 'disk', state: 'warning', sentence: `Only ${free} are free: the database stops when the disk is full.` } : { check: 'disk', state: 'ok', sentence: `${free} are free.` }
}

function judgeDatabase({ database }: HostFacts): HostFinding {
  return 'version' in database ? { check: 'database', state: 'ok', sentence: `The database answers (${database.version}).` } : { check: 'database', state: 'broken', sentence: database.problem }
}

function judgeKeys({ keyProblem }: HostFacts): HostFinding {
  return keyProblem === null ? { check: 'keys', state: 'ok', sentence: 'The master key is there and only yours to read.' } : { check: 'keys', state: 'broken', sentence: keyProblem }
}
