/**
 * Scenarios: a script of what happens to the bank and when, as JSON. Times count from the start of
 * the script. A wrong script is refused as a whole, with the step and what is wrong.
 */
import { parseDay } from '../src/domain/day.ts'
import { moneyOf, parseDecimal } from '../src/domain/money.ts'
import type { FaultOrder } from './faults/engine.ts'
import type { Booking } from './ledger/ledger.ts'

/** A booking with the amount as it is written: exact decimal in the currency of the account. */
export type BookingOrder = {
  readonly account: string
  readonly amount: string
  readonly name: string
  readonly memo?: string
  readonly bookedOn?: string
  readonly pendingForMs?: number
  readonly pendingAmount?: string
}

export type Step = { readonly atMs: number; readonly inject?: FaultOrder; readonly clear?: string | null; readonly book?: BookingOrder }

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of `90s`, `5m`, `2h`, `3d`, or of a plain number of milliseconds; null for anything else. */
export function readDuration(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : null
  const match = typeof value === 'string' ? /^(\d+)(ms|s|m|h|d)$/.exec(value) : null
  return match === null ? null : Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0)
}

/**
 * Reads `[{"at":"10s","inject":{"name":"http-503","lasts":"1m"}},{"at":"2m","clear":"all"}, {"at":"1h","book":{…}}]`.
 * Returns the steps in the order of their times, or a sentence that says what is wrong.
 */
export function readScenario(json: unknown): Step[] | string {
  if (!Array.isArray(json)) return 'A scenario is a list of steps.'
  const steps: Step[] = []
  for (const [index, raw] of json.entries()) {
    const step = readStep(raw)
    if (typeof step === 'string') return `Step ${index + 1}: ${step}`
    steps.push(step)
  }
  return steps.sort((a, b) => a.atMs - b.atMs)
}

function readStep(raw: unknown): Step | string {
  if (!isRecord(raw)) return 'a step is an object with "at" and one of "inject", "clear", "book".'
  const foreign = foreignField(raw, ['at', 'inject', 'clear', 'book'])
  if (foreign !== null) return foreign
  const atMs = readDuration(raw['at'])
  if (atMs === null) return '"at" must be a time such as "90s", "5m", "2h", "3d" or a number of milliseconds.'
  if (raw['inject'] !== undefined) {
    const order = readFaultOrder(raw['inject'])
    return typeof order === 'string' ? order : { atMs, inject: order }
  }
  if (raw['book'] !== undefined) {
    const order = readBookingOrder(raw['book'])
    return typeof order === 'string' ? order : { atMs, book: order }
  }
  if (typeof raw['clear'] === 'string') return { atMs, clear: raw['clear'] === 'all' ? null : raw['clear'] }
  return 'a step needs "inject", "clear" or "book".'
}

/** Reads an order of a fault; durations as `lasts` and `startsIn`, or in milliseconds as `lastsMs` and `startsInMs`. */
export function readFaultOrder(raw: unknown): FaultOrder | string {
  if (!isRecord(raw) || typeof raw['name'] !== 'string') return 'a fault needs a "name".'
  const foreign = foreignField(raw, ['name', 'login', 'account', 'lasts', 'lastsMs', 'startsIn', 'startsInMs', 'likelihood', 'parameters'])
  if (foreign !== null) return foreign
  const order: { -readonly [K in keyof FaultOrder]: FaultOrder[K] } = { name: raw['name'] }
  for (const key of ['login', 'account'] as const) {
    if (raw[key] === undefined || raw[key] === null) continue
    if (typeof raw[key] !== 'string') return `"${key}" must be a text.`
    order[key] = raw[key]
  }
  for (const [word, key] of [
    ['lasts', 'lastsMs'],
    ['startsIn', 'startsInMs'],
  ] as const) {
    const value = raw[word] ?? raw[key]
    if (value === undefined || value === null) continue
    const duration = readDuration(value)
    if (duration === null) return `"${word}" must be a time such as "90s" or "2h".`
    order[key] = duration
  }
  if (raw['likelihood'] !== undefined) {
    const likelihood = raw['likelihood']
    if (typeof likelihood !== 'number' || !(likelihood >= 0 && likelihood <= 1)) return '"likelihood" must be a number from 0 to 1.'
    order.likelihood = likelihood
  }
  if (raw['parameters'] !== undefined) {
    if (!isRecord(raw['parameters'])) return '"parameters" must be an object.'
    order.parameters = raw['parameters'] as NonNullable<FaultOrder['parameters']>
  }
  return order
}

export function readBookingOrder(raw: unknown): BookingOrder | string {
  if (!isRecord(raw)) return 'a booking is an object.'
  for (const key of ['account', 'amount', 'name']) if (typeof raw[key] !== 'string') return `a booking needs "${key}" as a text.`
  for (const key of ['memo', 'bookedOn', 'pendingAmount'])
    if (raw[key] !== undefined && typeof raw[key] !== 'string') return `"${key}" must be a text.`
  const foreign = foreignField(raw, ['account', 'amount', 'name', 'memo', 'bookedOn', 'pendingForMs', 'pendingAmount'])
  if (foreign !== null) return foreign
  if (raw['pendingForMs'] !== undefined && (typeof raw['pendingForMs'] !== 'number' || !(raw['pendingForMs'] >= 0)))
    return '"pendingForMs" must be a number of at least 0.'
  return raw as BookingOrder
}

/** The booking in minor units of the currency, or a sentence that says what is wrong. */
export function bookingOf(order: BookingOrder, currency: string): Booking | string {
  const minor = minorOf(order.amount, currency)
  const pending = order.pendingAmount === undefined ? minor : minorOf(order.pendingAmount, currency)
  if (typeof minor === 'string') return minor
  if (typeof pending === 'string') return pending
  const bookedOn = order.bookedOn === undefined ? undefined : parseDay(order.bookedOn)
  if (bookedOn === null) return `"bookedOn" must be a day such as 2026-01-31, not ${order.bookedOn}.`
  return {
    minor,
    name: order.name,
    pendingMinor: pending,
    ...(order.memo === undefined ? {} : { memo: order.memo }),
    ...(bookedOn === undefined ? {} : { bookedOn }),
    ...(order.pendingForMs === undefined ? {} : { pendingForMs: order.pendingForMs }),
  }
}

function minorOf(text: string, currency: string): bigint | string {
  const decimal = parseDecimal(text)
  if (decimal === null) return `"${text}" is not a decimal amount.`
  const money = moneyOf(decimal, currency)
  return money.ok ? money.value.minor : money.failure.message
}

/** A misspelt word would be left out in silence, and the bank stay broken for ever. */
function foreignField(raw: Record<string, unknown>, known: readonly string[]): string | null {
  const foreign = Object.keys(raw).find((key) => !known.includes(key))
  return foreign === undefined ? null : `there is no "${foreign}"; there are ${known.map((key) => `"${key}"`).join(', ')}.`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
