/** Maintenance: the bank is away on purpose and comes back. */
import { weekday } from '../calendar.ts'
import { dayNumber } from '../../src/domain/day.ts'
import { answer, type HttpAnswer } from '../wire.ts'
import { type FaultDefinition, numberOf } from './fault.ts'

const PAGE =
  '<!DOCTYPE html><html><head><title>Scheduled maintenance</title></head><body><h1>Scheduled maintenance</h1><p>Our systems are being updated. Please try again later.</p></body></html>'

const away = (headers: Readonly<Record<string, string>> = {}): HttpAnswer => answer(503, 'text/html', PAGE, headers)

export const MAINTENANCE_FAULTS: readonly FaultDefinition[] = [
  {
    name: 'maintenance-announced',
    family: 'maintenance',
    cause: 'scheduled_maintenance',
    promise: 'survive',
    sentence: 'A window that the status page announced (503 with Retry-After inside it); the feed waits for its end and catches up.',
    parameters: {},
    lastsMs: 2 * 3_600_000,
    announce: (fault, { bank }) => {
      const until = fault.endsAt === null ? 'until further notice' : `to ${new Date(fault.endsAt).toISOString()}`
      bank.notices.push({
        id: fault.id,
        text: `Maintenance from ${new Date(fault.startsAt).toISOString()} ${until}. Online services will not be available.`,
      })
    },
    end: (fault, { bank }) => void bank.notices.splice(0, bank.notices.length, ...bank.notices.filter((notice) => notice.id !== fault.id)),
    request: (fault, { now }) =>
      away(fault.endsAt === null ? {} : { 'retry-after': String(Math.max(1, Math.ceil((fault.endsAt - now) / 1_000))) }),
  },
  {
    name: 'maintenance-unannounced',
    family: 'maintenance',
    cause: 'scheduled_maintenance',
    promise: 'survive',
    sentence: 'The bank is away for maintenance that nobody announced (503 and a page that says so); the feed waits and catches up.',
    parameters: {},
    request: () => away(),
  },
  {
    name: 'maintenance-sunday-night',
    family: 'maintenance',
    cause: 'scheduled_maintenance',
    promise: 'survive',
    sentence: 'The bank is away every Sunday night by its own clock; the feed learns the rhythm and does not ask then.',
    parameters: { fromHour: { default: 0, meaning: 'first hour, 0 to 23' }, toHour: { default: 6, meaning: 'hour of the end' } },
    request: (fault, { bank, now }) => {
      const sunday = weekday(dayNumber(bank.zone.dayOf(now))) === 0
      const hour = bank.zone.hourOf(now)
      return sunday && hour >= numberOf(fault, 'fromHour') && hour < numberOf(fault, 'toHour') ? away() : null
    },
  },
]
