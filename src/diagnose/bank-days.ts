/**
 * The last days of a bank as a status page shows them: a word for each day from what was read and
 * from the incidents that touched it. Pure. Days are in UTC; a day on which nobody read says so.
 */
import { dayInZone, type Day } from '../domain/day.ts'
import type { Incident } from '../domain/incident.ts'
import type { BankReads } from '../ports/store.ts'
import { failsAsBank } from './bank-health.ts'

/** `down`: an incident of the whole bank. `disturbed`: of a part of it. `failures`: single reads failed. `none`: nothing was read. */
export type BankDay = { readonly day: Day; readonly state: 'working' | 'failures' | 'disturbed' | 'down' | 'none'; readonly reads: number; readonly failed: number }

const DAY_MS = 24 * 3_600_000

/** Oldest first, today last. */
export function bankDays(reads: BankReads, incidents: readonly Incident[], count: number, now: number): readonly BankDay[] {
  const today = Math.floor(now / DAY_MS)
  const byDay = new Map(reads.days.map(({ day, reads: read }) => [day, read]))
  const failedOn = new Map<number, number>()
  for (const { run } of reads.failed) {
    if (!failsAsBank(run)) continue
    const on = Math.floor((run.endedAt ?? run.startedAt) / DAY_MS)
    failedOn.set(on, (failedOn.get(on) ?? 0) + 1)
  }
  return Array.from({ length: count }, (_, at) => {
    const day = today - count + 1 + at
    const touching = incidents.filter(({ startedAt, endedAt }) => startedAt < (day + 1) * DAY_MS && (endedAt ?? now) >= day * DAY_MS)
    const [read, failed] = [byDay.get(day) ?? 0, failedOn.get(day) ?? 0]
    const state = touching.some(({ scope }) => scope.kind === 'bank') ? 'down' : touching.length > 0 ? 'disturbed' : read === 0 ? 'none' : failed > 0 ? 'failures' : 'working'
    return { day: dayInZone(day * DAY_MS, 'UTC'), state, reads: read, failed }
  })
}
