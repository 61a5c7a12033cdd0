/**
 * The bank's own wall clock: a fixed offset from UTC with a name, without summer time, so that
 * every day has 24 hours and a deterministic simulator can reason about it.
 */
import { type Day, dayNumber, utcDay } from '../../src/domain/day.ts'

export type Zone = {
  /** As written on the wire in brackets: `-5:EST`. */
  readonly label: string
  dayOf(instant: number): Day
  /** Midnight at the beginning of the day, in epoch ms. */
  startOf(day: Day): number
  /** Hour of the day, 0 to 23. */
  hourOf(instant: number): number
}

export function createZone(offsetHours: number, name: string): Zone {
  const offsetMs = offsetHours * 3_600_000
  return {
    label: `${offsetHours}:${name}`,
    dayOf: (instant) => utcDay(instant + offsetMs),
    startOf: (day) => dayNumber(day) * 86_400_000 - offsetMs,
    hourOf: (instant) => new Date(instant + offsetMs).getUTCHours(),
  }
}
