/**
 * Days are the bank's and are formatted in UTC. Instants are shown in the reader's own zone, with the
 * clock time beside the distance; the distance is counted by the server's clock, not by this device's.
 */

import { useSyncExternalStore } from 'react'
import { locale, say, wording } from '../language/language.ts'

const dayFormat = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' })
const clockFormat = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
const dateFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
const datedFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' })
const relative = new Intl.RelativeTimeFormat(wording, { numeric: 'auto' })

let ahead = 0
/** Less is the way of an answer, not another clock. */
const JUMP_MS = 30_000
const tellers = new Set<() => void>()

/** What the server's clock says, at this moment, in ISO 8601. */
export function followServerClock(now: string): void {
  const before = ahead
  ahead = new Date(now).getTime() - Date.now()
  // What was told by this device's clock before is told anew at once.
  if (Math.abs(ahead - before) > JUMP_MS) for (const tell of tellers) tell()
}

/** Milliseconds from now by the server's clock; negative: ago. */
export function untilInstant(at: string): number {
  return new Date(at).getTime() - Date.now() - ahead
}

export function formatDay(day: string): string {
  return dayFormat.format(new Date(`${day}T00:00:00Z`))
}

export function formatInstant(at: string): string {
  const then = new Date(at)
  const minutes = Math.round(untilInstant(at) / 60_000)
  const clock = clockFormat.format(then)
  if (minutes === 0) return say('just now, {clock}', { clock })
  if (Math.abs(minutes) < 60) return `${relative.format(minutes, 'minute')}, ${clock}`
  if (Math.abs(minutes) < 60 * 20) return `${relative.format(Math.round(minutes / 60), 'hour')}, ${clock}`
  return `${dateOf(then)}, ${clock}`
}

/** Without the year where it is this one. */
function dateOf(then: Date): string {
  return (then.getFullYear() === serverNow().getFullYear() ? dateFormat : datedFormat).format(then)
}

function serverNow(): Date {
  return new Date(Date.now() + ahead)
}

/** After “since” and “until”, and inside a sentence, where a distance (“in 2 hours”) would not read: the clock alone on the same day, else with its date. */
export function formatPoint(at: string): string {
  const then = new Date(at)
  const clock = clockFormat.format(then)
  return datedFormat.format(then) === datedFormat.format(serverNow()) ? clock : `${dateOf(then)}, ${clock}`
}

const seconds = (digits: number) => new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', unitDisplay: 'short', maximumFractionDigits: digits })
const [toTheTenth, toTheSecond] = [seconds(1), seconds(0)]
const minuteFormat = new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'short' })
const hourFormat = new Intl.NumberFormat(locale, { style: 'unit', unit: 'hour', unitDisplay: 'short' })

/** How long something took, in two units at most: tenths matter below ten seconds, seconds below an hour. */
export function formatDuration(from: string, to: string): string {
  const all = Math.max(0, new Date(to).getTime() - new Date(from).getTime()) / 1_000
  if (all < 9.95) return toTheTenth.format(Math.max(0.1, all))
  const whole = Math.round(all)
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)]
  if (hours > 0) return minutes === 0 ? hourFormat.format(hours) : `${hourFormat.format(hours)} ${minuteFormat.format(minutes)}`
  return minutes === 0 ? toTheSecond.format(whole) : whole % 60 === 0 ? minuteFormat.format(minutes) : `${minuteFormat.format(minutes)} ${toTheSecond.format(whole % 60)}`
}

export function Day({ day }: { day: string }) {
  return <time dateTime={day} className="amount">{formatDay(day)}</time>
}

/** Not read aloud each time that its distance grows. */
export function Instant({ at }: { at: string }) {
  return <time dateTime={at} aria-live="off">{useTold(() => formatInstant(at))}</time>
}

export function Point({ at }: { at: string }) {
  return <time dateTime={at}>{useTold(() => formatPoint(at))}</time>
}

const TICK_MS = 10_000
let ticking: ReturnType<typeof setInterval> | undefined

function watchClock(tell: () => void): () => void {
  tellers.add(tell)
  ticking ??= setInterval(() => { for (const one of tellers) one() }, TICK_MS)
  return () => {
    tellers.delete(tell)
    if (tellers.size > 0) return
    clearInterval(ticking)
    ticking = undefined
  }
}

/** What is told of the time, told anew as it goes by: a page may stay open for a day. */
export function useTold<T extends string | number | boolean>(tell: () => T): T {
  return useSyncExternalStore(watchClock, tell)
}
