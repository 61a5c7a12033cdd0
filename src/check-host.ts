/** This host for `relink doctor`, which runs beside no server: opens the database and the master key itself, and looks. */
import { hostClock } from './adapters/clock.ts'
import { createReach } from './adapters/reach.ts'
import { judgeAlerts, type AlertsFinding } from './alerts/health.ts'
import type { Config } from './config.ts'
import type { HostFacts, HostFinding } from './diagnose/host-check.ts'
import { lookAtHost } from './look-at-host.ts'
import { DATABASE_NAMES, loadInstitutionsFor, openInstance } from './open.ts'
import { hasRecoveryFile } from './recover-key.ts'

/** The findings in the order in which a person should read them. */
export async function checkHost(config: Config): Promise<readonly HostFinding[]> {
  const [institutions, { alerts, ...database }] = await Promise.all([loadInstitutionsFor(config), databaseFacts(config)])
  const reach = createReach({ policy: { ports: [], privateHosts: [] }, caPem: null, clock: hostClock })
  const findings = await lookAtHost({ home: config.home, banks: institutions.ok ? institutions.value : [], reachOf: () => reach, now: hostClock.now(), ...database })
  return [...findings, ...(alerts === null ? [] : [{ check: 'alerts', ...alerts }]), ...(institutions.ok ? [] : [{ check: 'institutions', state: 'broken', sentence: institutions.failure.message } as const])]
}

/** Opening the instance proves database and master key at once; its failure sentence names which. */
async function databaseFacts(config: Config): Promise<Pick<HostFacts, 'database' | 'keyProblem' | 'hasRecoveryFile'> & { readonly alerts: AlertsFinding | null }> {
  const opened = await openInstance(config, { tell: () => undefined })
  if (opened.ok) {
    const alerts = judgeAlerts(await opened.value.instance.store.alerts.destinations())
    await opened.value.close()
    return { alerts, database: { version: DATABASE_NAMES[config.databaseUrl === null ? 'embedded' : 'own'] }, keyProblem: null, hasRecoveryFile: await hasRecoveryFile(config, opened.value.masterKeyId) }
  }
  const { message, part } = opened.failure
  return part === 'keys' ? { alerts: null, database: { version: 'it answered before the key was read' }, keyProblem: message, hasRecoveryFile: null } : { alerts: null, database: { problem: message }, keyProblem: null, hasRecoveryFile: null }
}
