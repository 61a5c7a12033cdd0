/**
 * OFX dates (OFX 1.0.2, section 3.2.8): `YYYYMMDD[HHMMSS[.XXX]][[offset[:name]]]`. The bank reads a
 * date without time as that calendar day and a date with time as an instant (GMT unless it names an offset).
 */
import { dayOf, type Day } from '../../src/domain/day.ts'
import type { Zone } from '../ledger/zone.ts'

/** The bank's calendar day that the text means, or null when it is not an OFX date. */
export function readDay(text: string, zone: Zone): Day | null {
  const match = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?(?:\.\d{1,6})?)?\s*(?:\[([+-]?\d{1,2}(?:\.\d+)?)(?::[^\]]*)?\])?$/.exec(
    text.trim(),
  )
  if (match === null) return null
  const day = dayOf(Number(match[1]), Number(match[2]), Number(match[3]))
  if (day === null || match[4] === undefined) return day
  if (Number(match[4]) > 23 || Number(match[5]) > 59) return null
  const offsetHours = Number(match[7] ?? '0')
  const instant =
    Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]), Number(match[4]), Number(match[5])) - offsetHours * 3_600_000
  return zone.dayOf(instant)
}

/** A booking day as most banks write it: noon of the bank's own zone, so that no reader slips a day. */
export function writeDay(day: Day, zone: Zone): string {
  return `${day.replaceAll('-', '')}120000.000[${zone.label}]`
}

/** An instant in GMT. */
export function writeInstant(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:T]/g, '').replace('Z', '') + '[0:GMT]'
}
