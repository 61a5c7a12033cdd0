/**
 * OFX dates (OFX 1.0.2, section 3.2.8): `YYYYMMDD[HHMMSS[.XXX]][[offset[:name]]]`. The bank reads a
 * date without time as that calendar day and a date with time as an instant (GMT unless it names an offset).
 */
import { dayOf, type Day, utcDay } from '../../src/domain/day.ts'
import type { Zone } from '../ledger/zone.ts'

const DATE = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?(?:\.\d{1,6})?)?\s*(?:\[([+-]?\d{1,2}(?:\.\d+)?)(?::[^\]]*)?\])?$/

/** The bank's calendar day that the text means, or null when it is not an OFX date. */
export function readDay(text: string, zone: Zone): Day | null {
  const instant = readInstant(text)
  if (instant === null) return null
  const hasTime = DATE.exec(text.trim())?.[4] !== undefined
  return hasTime ? zone.dayOf(instant) : utcDay(instant)
}

/** To the minute; a date without time is its midnight in GMT. Null when it is not an OFX date. */
export function readInstant(text: string): number | null {
  const match = DATE.exec(text.trim())
  if (match === null || dayOf(Number(match[1]), Number(match[2]), Number(match[3])) === null) return null
  const [hour, minute] = [Number(match[4] ?? 0), Number(match[5] ?? 0)]
  if (hour > 23 || minute > 59) return null
  const offsetHours = match[4] === undefined ? 0 : Number(match[7] ?? 0)
  return Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]), hour, minute) - offsetHours * 3_600_000
}

/** A booking day as most banks write it: noon of the bank's own zone, so that no reader slips a day. */
export function writeDay(day: Day, zone: Zone): string {
  return `${day.replaceAll('-', '')}120000.000[${zone.label}]`
}

/** An instant in GMT. */
export function writeInstant(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:T]/g, '').replace('Z', '') + '[0:GMT]'
}
