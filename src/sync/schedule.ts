/**
 * When to ask a bank again, and how often at most. Pure: time and chance are given. It never plans
 * a sync that cannot succeed without a person, nor one that has nothing to read because nobody chose accounts yet,
 * and never asks sooner than the bank allows.
 */
import { FARTHEST_SYNC_MS, type ReadPlan } from '../domain/connection.ts'
import { dayInZone } from '../domain/day.ts'
import type { Failure } from '../domain/evidence.ts'
import { intoHours, lengthOf } from '../domain/hours.ts'
import type { Institution, InstitutionLimits } from '../domain/institution.ts'
import { failed } from '../domain/result.ts'
import type { RunOutcome } from '../domain/run.ts'
import type { Clock } from '../ports/clock.ts'
import type { RunStore } from '../ports/store.ts'
import type { Transport } from '../ports/transport.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Four times a day, spread by a quarter of an hour in twelve so that not all of a bank's customers come at once. */
const REGULAR_MS = 6 * HOUR_MS
const JITTER = 0.15
/** Reads that wait for hours to begin are spread over so much of them. */
const MOST_SPREAD_MS = 30 * MINUTE_MS
const FIRST_RETRY_MS = 5 * MINUTE_MS
const LAST_RETRY_MS = 12 * HOUR_MS
/** A stumble of the bank's is over by then: who signs in twice while it lasts has used up what goes without a person. */
const SECOND_TRY_MS = 30 * MINUTE_MS
/** Exchanges that one sync takes, on the safe side: profile, accounts, and a few statements. */
const REQUESTS_PER_SYNC = 4
/** Exchanges that a read takes which ends at the door. */
const REQUESTS_OF_A_FAILURE = 2

export const NO_LIMITS: InstitutionLimits = { requestsPerDay: null, minSecondsBetweenSyncs: null }

export type Ended = {
  readonly now: number
  readonly outcome: RunOutcome
  readonly failure: Failure | null
  /** Failures since the last success, this one included. */
  readonly failuresInRow: number
  /** The bank did not say of the last sign-in that it was good: the next would be the second such in a row, after which a person is asked. */
  readonly isSecondTry: boolean
  readonly limits: InstitutionLimits
  /** What a person chose; null: nothing. */
  readonly plan: ReadPlan | null
  /** Uniform in [0, 1). */
  readonly fraction: number
}

/** The instant of the next sync in epoch ms; null when a person must act first. */
export function nextSyncAt(ended: Ended): number | null {
  const planned = plannedAt(ended)
  return planned === null ? null : Math.min(withinHours(planned, ended.plan, ended.fraction), ended.now + FARTHEST_SYNC_MS)
}

/** Where a person named hours, not before they begin; and not everything at the very minute at which they do. */
export function withinHours(at: number, plan: ReadPlan | null, fraction: number): number {
  const hours = plan?.hours ?? null
  if (hours === null) return at
  const begins = intoHours(at, hours)
  return begins === at ? at : begins + Math.round(Math.min(MOST_SPREAD_MS, (lengthOf(hours) * MINUTE_MS) / 2) * fraction)
}

/** A bank that keeps programs out is asked no oftener than this once that is sure: what it decides it changes in days, not in minutes. */
export const RARELY_MS = DAY_MS

/** When such a bank is asked next, where `planned` would be sooner. */
export function rarelyAt(planned: number, now: number, plan: ReadPlan | null, fraction: number): number {
  return Math.max(planned, withinHours(now + Math.round(RARELY_MS * (1 + JITTER * fraction)), plan, fraction))
}

/** How long after a read that worked the next comes: as a person chose, never more often than the bank allows. */
export function regularMs(limits: InstitutionLimits, plan: ReadPlan | null): number {
  return Math.max(leastMs(limits), plan?.everyMinutes == null ? REGULAR_MS : plan.everyMinutes * MINUTE_MS)
}

/** Between two reads at least so much, by what the bank allows. */
export function leastMs({ requestsPerDay, minSecondsBetweenSyncs }: InstitutionLimits): number {
  return Math.max(requestsPerDay === null ? 0 : (DAY_MS * REQUESTS_PER_SYNC) / requestsPerDay, (minSecondsBetweenSyncs ?? 0) * 1000)
}

function plannedAt(ended: Ended): number | null {
  const earliest = ended.now + (ended.limits.minSecondsBetweenSyncs ?? 0) * 1000
  const regular = spread(ended.now, regularMs(ended.limits, ended.plan), ended.fraction)
  if (ended.outcome === 'succeeded' || (ended.outcome === 'partial' && ended.failure === null)) return ended.plan?.awaitsChoice === true ? null : Math.max(earliest, regular)
  const retry = ended.failure?.retry ?? { kind: 'at', at: null }
  // Accounts that can be read do not wait for a person whom only another one of them needs.
  if (retry.kind !== 'at') return ended.outcome === 'partial' && !waitsForLogin(ended.failure!) ? Math.max(earliest, regular) : null
  const afterFailures = spread(ended.now, Math.max(leastRetryMs(ended.limits), Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(20, Math.max(0, ended.failuresInRow - 1)))), ended.fraction)
  // Accounts that can be read are read as often as those of any other connection.
  const backOff = Math.max(ended.outcome === 'partial' ? Math.min(afterFailures, regular) : afterFailures, ended.isSecondTry ? spread(ended.now, SECOND_TRY_MS, ended.fraction) : 0)
  if (retry.at === null) return Math.max(earliest, backOff)
  // The bank named the time (Retry-After): not sooner, and not all at the same second. One that says "at once" each time is not asked without end; the end of our own limit is no guess.
  return Math.max(earliest, ended.failure?.code === 'quota_reached' ? 0 : backOff, retry.at + Math.round(MINUTE_MS * ended.fraction))
}

/** Whether the next sign-in needs a person first. */
function waitsForLogin({ stage, code }: Failure): boolean {
  return stage === 'signon' || stage === 'mfa' || stage === 'consent' || code === 'secret_withheld'
}

/** Where requests are counted, reads that fail use at most half of a day's, and at least one is made. */
function leastRetryMs({ requestsPerDay }: InstitutionLimits): number {
  return requestsPerDay === null ? 0 : Math.min(DAY_MS, (DAY_MS * 2 * REQUESTS_OF_A_FAILURE) / requestsPerDay)
}

/** Whether a harmless question may be asked: half of a bank's daily quota is left for reads. */
export async function mayAskMore(institution: Institution, runs: RunStore, now: number): Promise<boolean> {
  const quota = institution.limits.requestsPerDay
  return quota === null || (await runs.requestsUsed(institution.id, dayInZone(now, institution.timeZone))) < Math.floor(quota / 2)
}

/** A transport that counts each exchange against the bank's daily quota before it is sent. */
export function withinQuota(transport: Transport, institution: Institution, runs: RunStore, clock: Clock): Transport {
  const quota = institution.limits.requestsPerDay
  if (quota === null) return transport
  return {
    ...transport,
    async exchange(request) {
      const now = clock.now()
      if (await runs.reserveRequest(institution.id, dayInZone(now, institution.timeZone), quota)) return transport.exchange(request)
      const message = `${institution.name} may be asked ${quota} times a day; that is used up, so nothing was sent.`
      const tomorrow = nextDayAt(now, institution.timeZone)
      return failed({ code: 'quota_reached', stage: request.stage, retry: { kind: 'at', at: tomorrow }, message, evidence: [{ stage: request.stage, codes: ['quota_reached'], message }] })
    },
  }
}

function spread(now: number, delayMs: number, fraction: number): number {
  return now + Math.round(delayMs * (1 + JITTER * (2 * fraction - 1)))
}

/** The first instant of the zone's next day, found to the minute: zones shift by whole minutes. */
function nextDayAt(now: number, zone: string): number {
  const today = dayInZone(now, zone)
  let [low, high] = [now, now + 26 * HOUR_MS]
  while (high - low > MINUTE_MS) {
    const middle = (low + high) / 2
    if (dayInZone(middle, zone) === today) low = middle
    else high = middle
  }
  return Math.ceil(high / MINUTE_MS) * MINUTE_MS
}
