/** Incidents of banks, and how their connections were read, of one tenant in memory; see `IncidentStore`. */
import { sameScope, type Incident } from '../../domain/incident.ts'
import type { SyncRun } from '../../domain/run.ts'
import type { IncidentStore } from '../../ports/store.ts'
import { alertOfIncident } from '../alert-rows.ts'
import { by } from './order.ts'
import { insert, patch } from './rows.ts'
import type { TenantState } from './state.ts'

const DAY_MS = 86_400_000

export function memoryIncidents({ incidents, alerts, problems, runs, connections }: TenantState): IncidentStore {
  const byStart = by<Incident>((i) => i.startedAt, (i) => i.id)
  return {
    async open(incident, covered) {
      if (incident.problemId !== null && !problems.has(incident.problemId)) throw new Error('an incident of a problem that does not exist')
      const there = [...incidents.values()].find((i) => i.endedAt === null && i.institutionId === incident.institutionId && sameScope(i.scope, incident.scope))
      if (there === undefined) {
        insert(incidents, incident)
        if (incident.problemId === null) alerts.set(incident.id, alertOfIncident(incident))
      }
      const leads = [...incidents.values()].filter(({ endedAt }) => endedAt === null).map(({ problemId }) => problemId)
      for (const id of covered) if (!leads.includes(id) && alerts.get(id)?.closedAt === null) patch(alerts, id, { closedAt: incident.lastFailureAt })
      return there === undefined
    },
    async update(id, changes) {
      patch(incidents, id, changes)
      const alert = alerts.get(incidents.get(id)?.problemId ?? id)
      if (changes.endedAt !== undefined && alert !== undefined && alert.closedAt === null) patch(alerts, alert.id, { closedAt: changes.endedAt })
    },
    async list({ institutionId, open, since, limit }) {
      const wanted = [...incidents.values()].filter(
        (i) => (institutionId === undefined || i.institutionId === institutionId) && (open !== true || i.endedAt === null) && (since === undefined || i.endedAt === null || i.endedAt >= since),
      )
      return wanted.sort((a, b) => byStart(b, a)).slice(0, limit)
    },
    async reads(institutionId, since, most) {
      const ofBank = [...runs.values()].filter(
        (r) => r.connectionId !== null && connections.get(r.connectionId)?.institutionId === institutionId && r.endedAt !== null && r.endedAt >= since && ['schedule', 'person', 'repair', 'connect'].includes(r.trigger),
      )
      const days = new Map<number, number>()
      for (const { endedAt, outcome } of ofBank) {
        if (outcome !== 'succeeded' && outcome !== 'partial' && outcome !== 'failed') continue
        const day = Math.floor(endedAt! / DAY_MS)
        days.set(day, (days.get(day) ?? 0) + 1)
      }
      const before = new Map<string, SyncRun['outcome']>()
      const inOrder = ofBank.sort(by((r) => r.startedAt, (r) => r.id)).map((run) => {
        const follows = before.get(run.connectionId!) === run.outcome
        before.set(run.connectionId!, run.outcome)
        return { run, follows }
      })
      return {
        days: [...days].map(([day, reads]) => ({ day, reads })).sort(by((d) => d.day)),
        failed: inOrder.filter(({ run }) => run.outcome === 'failed').slice(-most),
        partly: inOrder.filter(({ run }) => run.outcome === 'partial').slice(-most),
      }
    },
  }
}
