/** What this instance saw of its banks in the last day as signals for others: bands and whole hours, nothing of a user. Pure. */
import type { Incident } from '../domain/incident.ts'
import { failsAsBank, FRESH_MS, strikes, type LatestRun } from './bank-health.ts'
import { bandOf, hourOf, type HealthSignal } from './health-feed.ts'
import { asksBank } from './incidents.ts'

const HOUR_MS = 3_600_000

/** One for each institution and route that was asked since the day before, in the order of their names. */
export function healthSignals(latest: readonly LatestRun[], open: readonly Incident[], now: number): readonly HealthSignal[] {
  const fresh = latest.filter(({ run }) => asksBank(run) && (run.endedAt ?? run.startedAt) >= now - FRESH_MS + HOUR_MS)
  const names = [...new Set(fresh.map(({ institutionId, connector }) => `${institutionId}\n${connector}`))].sort()
  return names.map((name) => {
    const [institution, route] = name.split('\n') as [string, string]
    const of = fresh.filter((one) => one.institutionId === institution && one.connector === route)
    const incidents = open.filter((one) => one.institutionId === institution)
    const state = incidents.some(({ scope }) => strikes(scope, route)) ? 'down' : incidents.length > 0 ? 'disturbed' : 'working'
    const from = Math.min(...of.map(({ run }) => run.endedAt ?? run.startedAt))
    return { institution, route, from: hourOf(from), to: hourOf(now + HOUR_MS), connections: bandOf(of.length), failing: bandOf(of.filter(({ run }) => failsAsBank(run)).length), state }
  })
}
