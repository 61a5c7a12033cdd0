/**
 * The harmless questions that are not a connector's: to the store, to the network and to public pages. Never sends a
 * secret, and speaks only to the bank itself and to banks that are in use here: no site learns that this host reads
 * another. Which of them can be asked is said first, so that none is chosen in vain.
 */
import { noticeIn, noticeLinks } from '../diagnose/bank-notices.ts'
import type { ProbeResult } from '../connector-kit/connector.ts'
import type { Connection } from '../domain/connection.ts'
import type { Institution, JsonObject } from '../domain/institution.ts'
import { WRONG_CLOCK_SECONDS, type ProbeKind } from '../domain/probe.ts'
import type { TenantStore } from '../ports/store.ts'
import type { Reach, ReachReport } from '../ports/transport.ts'

export type GroundParts = {
  readonly store: TenantStore
  readonly institutionOf: (id: string) => Institution | null
  readonly originsOf: (connection: Connection) => readonly string[]
  /** The way to an institution's addresses under the operator's policy; null where there is no network but the bank's protocol. */
  readonly reachOf: ((institutionId: string) => Reach) | null
  /** The protocol's own question with other settings of the same bank. */
  readonly profileWith: (settings: JsonObject) => Promise<ProbeResult>
}

type GroundProbe = Exclude<ProbeKind, 'profile' | 'other_version' | 'clock'>
type Asked = { readonly connection: Connection; readonly institution: Institution; /** The failure was seen then, epoch ms. */ readonly since: number }

const MOST_SITES = 3
/** Node's words for a chain that ends in nothing that this host trusts. */
const UNTRUSTED: readonly string[] = ['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_UNTRUSTED']

/** Which can be asked of this connection. */
export async function groundProbes(parts: GroundParts, { connection, institution }: Asked): Promise<readonly GroundProbe[]> {
  const [logins, sites] = await Promise.all([otherLogins(parts, connection), otherSites(parts, connection)])
  return [
    ...(logins.length > 0 ? ['other_logins' as const] : []),
    ...(institution.routes.some(({ connector }) => connector === connection.connector) ? ['known_address' as const] : []),
    ...(parts.reachOf === null ? [] : [
      ...(parts.originsOf(connection).length > 0 ? ['reach' as const] : []),
      ...(sites.length > 0 ? ['way_out' as const] : []),
      ...(institution.website === null ? [] : ['notices' as const]),
    ]),
  ]
}

export async function askGround(parts: GroundParts, asked: Asked, kind: GroundProbe): Promise<ProbeResult> {
  switch (kind) {
    case 'other_logins': return lookAtOthers(parts, asked)
    case 'known_address': return compareAddress(parts, asked)
    case 'reach': return reachBank(parts, asked)
    case 'way_out': return tryWayOut(parts, asked)
    case 'notices': return readNotices(parts, asked)
  }
}

function found(probe: GroundProbe, outcome: string, sentence: string, facts: ProbeResult['facts'] = {}): ProbeResult {
  return { probe, outcome, sentence, evidence: null, facts }
}

async function otherLogins({ store }: GroundParts, connection: Connection): Promise<readonly Connection[]> {
  return (await store.connections.list()).filter((one) => one.institutionId === connection.institutionId && one.id !== connection.id && one.state === 'active')
}

async function lookAtOthers(parts: GroundParts, { connection, institution, since }: Asked): Promise<ProbeResult> {
  const others = await otherLogins(parts, connection)
  const works = others.find(({ lastSuccessAt }) => lastSuccessAt !== null && lastSuccessAt >= since)
  if (works !== undefined) return found('other_logins', 'work', `Another login at ${institution.name} was read since.`)
  const fails = others.some(({ lastAttemptAt, failuresInRow }) => lastAttemptAt !== null && lastAttemptAt >= since && failuresInRow > 0)
  if (fails) return found('other_logins', 'fail', `Another login at ${institution.name} could not be read since either.`)
  return found('other_logins', 'not_read', `No other login at ${institution.name} was read since.`)
}

async function compareAddress(parts: GroundParts, { connection, institution }: Asked): Promise<ProbeResult> {
  const route = institution.routes.find(({ connector }) => connector === connection.connector)
  const same = route === undefined || parts.originsOf({ ...connection, settings: route.settings }).join() === parts.originsOf(connection).join()
  if (same) return found('known_address', 'same', `The newest data about ${institution.name} name the same address.`)
  const there = await parts.profileWith(route.settings)
  if (there.outcome === 'answers') return found('known_address', 'answers_there', `${institution.name} answers at another address, which the newest data name.`)
  return found('known_address', 'silent_there', `The newest data about ${institution.name} name another address, and nothing usable answers there.`)
}

async function reachBank(parts: GroundParts, { connection, institution }: Asked): Promise<ProbeResult> {
  const origin = parts.originsOf(connection)[0] ?? ''
  const report = await reachOf(parts, institution.id)(origin)
  const facts = report.clockSkewSeconds === null ? {} : { clockSkewSeconds: report.clockSkewSeconds }
  const host = URL.canParse(origin) ? new URL(origin).hostname : origin
  if (report.reached === 'nothing') return found('reach', 'no_name', `The name ${host} leads nowhere from here.`)
  if (report.reached === 'resolved') return found('reach', 'no_connection', `${host} accepts no connection.`)
  if (report.reached !== 'connected') return found('reach', 'answers', `${host} accepts connections.`, facts)
  if (report.authorityEnded === true) return found('reach', 'authority_ended', `The authority that this host trusts for ${host} has ended: its certificate in the file of RELINK_NETWORK (caFile) must be replaced.`)
  if (report.networkError === 'CERT_HAS_EXPIRED') return found('reach', 'certificate_ended', `The certificate of ${host} has ended.`)
  const names = report.certificateNames.join(', ')
  if (report.certificateNames.some((name) => isOfSame(name, host))) return found('reach', 'certificate_of_bank', `The certificate at ${host} is ${institution.name}'s, but for another of its names (${names}).`)
  if (names !== '') return found('reach', 'certificate_of_others', `The certificate at ${host} is for other names (${names}).`)
  if (UNTRUSTED.includes(report.networkError ?? '')) return found('reach', 'certificate_untrusted', `The certificate of ${host} is not signed by an authority that this host knows.`)
  return found('reach', 'no_connection', `${host} breaks the encrypted connection off (${report.networkError ?? 'no reason'}).`)
}

/** The ends of both names are the same: `*.riverbank.example` for `ofx.riverbank.example`. Under a country two parts may be everybody's (`co.uk`): there three count. */
function isOfSame(name: string, host: string): boolean {
  const end = (text: string) => {
    const parts = text.split('.')
    const isShared = parts.at(-1)?.length === 2 && (parts.at(-2)?.length ?? 0) <= 3
    return parts.slice(isShared ? -3 : -2).join('.')
  }
  return end(name) === end(host)
}

async function otherSites({ store, institutionOf }: GroundParts, connection: Connection): Promise<readonly { readonly id: string; readonly site: string }[]> {
  const ids = new Set((await store.connections.list()).map(({ institutionId }) => institutionId).filter((id) => id !== connection.institutionId))
  return [...ids].flatMap((id) => {
    const site = institutionOf(id)?.website ?? null
    return site === null ? [] : [{ id, site }]
  }).slice(0, MOST_SITES)
}

async function tryWayOut(parts: GroundParts, { connection }: Asked): Promise<ProbeResult> {
  const sites = await otherSites(parts, connection)
  const reports = await Promise.all(sites.map(({ id, site }) => reachOf(parts, id)(site)))
  const skews = reports.flatMap(({ clockSkewSeconds }) => clockSkewSeconds ?? []).sort((a, b) => a - b)
  const skew = skews[skews.length >> 1]
  const facts = skew === undefined || Math.abs(skew) < WRONG_CLOCK_SECONDS ? {} : { clockSkewSeconds: skew }
  const came = (report: ReachReport) => report.reached === 'http' || report.reached === 'tls'
  if (reports.some(came)) return found('way_out', 'open', 'Other banks\' sites can be reached from here.', facts)
  if (reports.every(({ reached }) => reached === 'connected')) return found('way_out', 'certificates_refused', 'No certificate of other banks\' sites is accepted here.')
  return found('way_out', 'closed', 'No other bank\'s site can be reached from here either.')
}

async function readNotices(parts: GroundParts, { institution }: Asked): Promise<ProbeResult> {
  const site = institution.website ?? ''
  const reach = reachOf(parts, institution.id)
  const first = await reach(site)
  if (first.reached !== 'http') return found('notices', 'silent', `The public site of ${institution.name} does not answer either.`)
  const pages = [first, ...(await Promise.all(noticeLinks(first.page ?? '', site).map(reach)))]
  const notices = pages.flatMap(({ page }) => (page === null ? [] : (noticeIn(page) ?? [])))
  const notice = notices.find(({ kind }) => kind !== 'migration') ?? notices[0]
  if (notice === undefined) return found('notices', 'nothing', `The public site of ${institution.name} announces nothing.`)
  return found('notices', notice.kind, `${institution.name} announces: “${notice.words}”`)
}

function reachOf({ reachOf: open }: GroundParts, institutionId: string): Reach {
  if (open === null) throw new Error('no way to reach an address was given')
  return open(institutionId)
}
