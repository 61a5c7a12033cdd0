/**
 * Looks at this host for `relink doctor`: asks a few banks' public sites for how far a connection
 * gets, and opens the database and the master key. Harmless; sends no secret.
 */
import { X509Certificate } from 'node:crypto'
import { access, constants, statfs } from 'node:fs/promises'
import { getCACertificates } from 'node:tls'
import { hostClock } from './adapters/clock.ts'
import { createReach } from './adapters/reach.ts'
import { judgeAlerts, type AlertsFinding } from './alerts/health.ts'
import type { Config } from './config.ts'
import { judgeHost, type HostFacts, type HostFinding } from './diagnose/host-check.ts'
import type { Institution } from './domain/institution.ts'
import { loadInstitutionsFor, openInstance } from './open.ts'
import type { Reach } from './ports/transport.ts'
import { hasRecoveryFile } from './recover-key.ts'

const ASKED_BANKS = 5

/** The findings in the order in which a person should read them. */
export async function checkHost(config: Config): Promise<readonly HostFinding[]> {
  const [institutions, { alerts, ...database }] = await Promise.all([loadInstitutionsFor(config), databaseFacts(config)])
  const findings = judgeHost({
    reached: institutions.ok ? await reachBanks(institutions.value, createReach({ policy: { ports: [], privateHosts: [] }, caPem: null, clock: hostClock })) : [],
    freeBytes: await freeBytes(config.home),
    homeWritable: await isWritable(config.home),
    proxies: PROXY_SETTINGS.filter((name) => (process.env[name] ?? '') !== ''),
    trust: await trustFacts(),
    now: hostClock.now(),
    ...database,
  })
  return [...findings, ...(alerts === null ? [] : [{ check: 'alerts', ...alerts }]), ...(institutions.ok ? [] : [{ check: 'institutions', state: 'broken', sentence: institutions.failure.message } as const])]
}

/** The web sites of a few banks: unauthenticated questions that anybody may ask. */
async function reachBanks(institutions: readonly Institution[], reach: Reach): Promise<HostFacts['reached']> {
  const sites = [...new Set(institutions.map((i) => i.website).filter((site) => site !== null && site.startsWith('https://')))].slice(0, ASKED_BANKS)
  return Promise.all(sites.map(async (site) => ({ host: new URL(site ?? '').hostname, report: await reach(site ?? '') })))
}

/** Opening the instance proves database and master key at once; its failure sentence names which. */
async function databaseFacts(config: Config): Promise<Pick<HostFacts, 'database' | 'keyProblem' | 'hasRecoveryFile'> & { readonly alerts: AlertsFinding | null }> {
  const opened = await openInstance(config, { tell: () => undefined })
  if (opened.ok) {
    const alerts = judgeAlerts(await opened.value.instance.store.alerts.destinations())
    await opened.value.close()
    return { alerts, database: { version: config.databaseUrl === null ? 'embedded PostgreSQL 18' : 'PostgreSQL of DATABASE_URL' }, keyProblem: null, hasRecoveryFile: await hasRecoveryFile(config, opened.value.masterKeyId) }
  }
  const { message, part } = opened.failure
  return part === 'keys' ? { alerts: null, database: { version: 'it answered before the key was read' }, keyProblem: message, hasRecoveryFile: null } : { alerts: null, database: { problem: message }, keyProblem: null, hasRecoveryFile: null }
}

const PROXY_SETTINGS = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']

async function trustFacts(): Promise<HostFacts['trust']> {
  const authorities = getCACertificates('default')
  const began = authorities.map((pem) => Date.parse(new X509Certificate(pem).validFrom)).filter((at) => !Number.isNaN(at))
  const file = process.env['NODE_EXTRA_CA_CERTS'] ?? ''
  const added = file === '' ? 'none' : await access(file, constants.R_OK).then(() => 'read' as const, () => 'unreadable' as const)
  return { authorities: authorities.length, newestAt: began.length === 0 ? null : Math.max(...began), added }
}

async function freeBytes(directory: string): Promise<number | null> {
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
