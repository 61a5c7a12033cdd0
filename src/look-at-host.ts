/**
 * Looks at this host, for `relink doctor` and for the page: asks a few banks' public sites how far a connection gets, and
 * what this process may use. Harmless; sends no secret. What the database and the master key are, whoever asks knows.
 */
import { X509Certificate } from 'node:crypto'
import { access, constants, statfs } from 'node:fs/promises'
import { getCACertificates } from 'node:tls'
import { judgeHost, type HostFacts, type HostFinding } from './diagnose/host-check.ts'
import type { Institution } from './domain/institution.ts'
import type { Clock } from './ports/clock.ts'
import type { Reach } from './ports/transport.ts'

const ASKED_BANKS = 5

export type Looked = Pick<HostFacts, 'database' | 'keyProblem' | 'hasRecoveryFile' | 'now'> & {
  readonly home: string
  readonly banks: readonly Pick<Institution, 'id' | 'website'>[]
  readonly reachOf: (institutionId: string) => Reach
}

/** One finding for each check, in the order in which a person should read them. */
export async function lookAtHost({ home, banks, reachOf, ...known }: Looked): Promise<readonly HostFinding[]> {
  const [reached, freeBytes, homeWritable, trust] = await Promise.all([reachBanks(banks, reachOf), freeBytesOf(home), isWritable(home), trustFacts()])
  return judgeHost({ ...known, reached, freeBytes, homeWritable, trust, proxies: PROXY_SETTINGS.filter((name) => (process.env[name] ?? '') !== '') })
}

/** Who has just mended something looks again after longer than this. */
const SAME_LOOK_MS = 5_000

/** One look for all who ask within a few seconds: banks are not called as often as somebody asks this server. */
export function sharedLook(clock: Pick<Clock, 'now'>, look: () => Promise<readonly HostFinding[]>): () => Promise<readonly HostFinding[]> {
  let last: { readonly at: number; readonly found: Promise<readonly HostFinding[]> } | null = null
  return () => {
    const now = clock.now()
    if (last === null || Math.abs(now - last.at) >= SAME_LOOK_MS) last = { at: now, found: look() }
    return last.found
  }
}

/** The web sites of a few banks: unauthenticated questions that anybody may ask. */
async function reachBanks(banks: Looked['banks'], reachOf: Looked['reachOf']): Promise<HostFacts['reached']> {
  const sites = new Map(banks.flatMap(({ id, website }) => (website?.startsWith('https://') === true ? [[website, id] as const] : [])))
  return Promise.all([...sites].slice(0, ASKED_BANKS).map(async ([site, id]) => ({ host: new URL(site).hostname, report: await reachOf(id)(site) })))
}

const PROXY_SETTINGS = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']

async function trustFacts(): Promise<HostFacts['trust']> {
  const authorities = getCACertificates('default')
  const began = authorities.map((pem) => Date.parse(new X509Certificate(pem).validFrom)).filter((at) => !Number.isNaN(at))
  const file = process.env['NODE_EXTRA_CA_CERTS'] ?? ''
  const added = file === '' ? 'none' : await access(file, constants.R_OK).then(() => 'read' as const, () => 'unreadable' as const)
  return { authorities: authorities.length, newestAt: began.length === 0 ? null : Math.max(...began), added }
}

async function freeBytesOf(directory: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  } catch {
    return null // the directory does not exist yet; `homeWritable` tells
  }
}

async function isWritable(directory: string): Promise<boolean> {
  try {
    await access(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}
