/**
 * The parameters of `GET /accounts` (SimpleFIN protocol 1.0.7 and 2.0.0 draft, "GET /accounts"). Unknown
 * ones are ignored, as the protocol grows; a date that is no number is refused instead of guessed.
 */
import { addDays, day, dayFromNumber, dayNumber, FIRST_DAY, maxDay, type Day } from '../../domain/day.ts'
import { failed, ok, type Result } from '../../domain/result.ts'

export type AccountsRequest = {
  /** First instant, in seconds since 1970 (included); null: from the beginning. */
  readonly start: number | null
  /** End, in seconds since 1970 (excluded); null: no end. */
  readonly end: number | null
  readonly pending: boolean
  readonly balancesOnly: boolean
  /** Null: all that are granted. */
  readonly accounts: ReadonlySet<string> | null
}

/** Days whose noon (UTC) lies in the request; null where there is no bound. */
export type DayBounds = { readonly first: Day | null; readonly last: Day | null }

const LAST_DAY = day('9999-12-31')
const SECONDS_PER_DAY = 86_400
const NOON = SECONDS_PER_DAY / 2

export function readRequest(query: URLSearchParams): Result<AccountsRequest, { readonly message: string }> {
  const start = readInstant(query, 'start-date')
  if (!start.ok) return start
  const end = readInstant(query, 'end-date')
  if (!end.ok) return end
  const accounts = query.getAll('account').filter((id) => id !== '')
  return ok({
    start: start.value,
    end: end.value,
    pending: query.get('pending') === '1',
    balancesOnly: query.get('balances-only') === '1',
    accounts: accounts.length === 0 ? null : new Set(accounts),
  })
}

/** Some clients compute seconds from milliseconds and leave a fraction. */
function readInstant(query: URLSearchParams, name: string): Result<number | null, { readonly message: string }> {
  const text = query.get(name)?.trim() ?? ''
  if (text === '') return ok(null)
  const seconds = Math.floor(Number(text))
  if (!/^[+-]?\d+(\.\d*)?$/.test(text) || !Number.isSafeInteger(seconds)) return failed({ message: `${name} must be in seconds since 1970, not "${text.slice(0, 40)}".` })
  return ok(seconds)
}

/** The instant at which a booking day stands in the feed: noon in UTC, which is that day in almost every zone. */
export function noonOf(value: Day): number {
  return dayNumber(value) * SECONDS_PER_DAY + NOON
}

export function boundsOf({ start, end }: Pick<AccountsRequest, 'start' | 'end'>): DayBounds {
  return { first: start === null ? null : firstDayFrom(start), last: end === null ? null : addDays(maxDay(firstDayFrom(end), addDays(FIRST_DAY, 1)), -1) }
}

/** The first day whose noon is at or after the instant. */
function firstDayFrom(seconds: number): Day {
  const number = Math.ceil((seconds - NOON) / SECONDS_PER_DAY)
  if (number < dayNumber(FIRST_DAY)) return FIRST_DAY
  return number > dayNumber(LAST_DAY) ? LAST_DAY : dayFromNumber(number)
}
