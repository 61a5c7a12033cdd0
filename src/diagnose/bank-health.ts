/**
 * The health of banks from the reads of all their connections: one login's trouble is told apart from
 * the bank's by what failed (a refused password says nothing of the bank), and chance from an outage
 * by a test against the bank's own rate (outage-test.ts). Pure. One connection alone never makes a bank
 * "down": that takes a second witness, or a harmless question that the bank leaves without an answer.
 */
import type { Evidence, Failure, Others } from '../domain/evidence.ts'
import type { Incident, IncidentScope } from '../domain/incident.ts'
import type { SyncRun } from '../domain/run.ts'
import type { BankReads } from '../ports/store.ts'
import { learn, PRIOR, testForOutage, type BaseRate, type Finding, type Witness } from './outage-test.ts'

export type LatestRun = { readonly connectionId: string; readonly institutionId: string; readonly connector: string; readonly lastSuccessAt: number | null; readonly run: SyncRun }

export type BankHealth = {
  readonly institutionId: string
  /** `down`: an incident of the whole bank is open. `slow`: of a part of it, or single connections fail. */
  readonly status: 'working' | 'slow' | 'down' | 'unknown'
  readonly connections: number
  /** Connections that the bank itself fails; a login's own trouble is not counted. */
  readonly failing: number
  /** The first of these failures, or of the incident, epoch ms; null when there is none. */
  readonly since: number | null
  /** What is open at this bank. */
  readonly incidents: readonly Incident[]
}

/** Older runs say nothing about now. */
export const FRESH_MS = 24 * 3_600_000
const DAY_MS = 24 * 3_600_000

/** Health by institution, for those with a run in the last day or an open incident. `brokenAt`: since when connections fail as the bank's; what is not in it is known by its newest run alone. */
export function bankHealth(latest: readonly LatestRun[], open: readonly Incident[], now: number, brokenAt: ReadonlyMap<string, number> = new Map()): ReadonlyMap<string, BankHealth> {
  const fresh = latest.filter((one) => isFresh(one, now))
  const health = new Map<string, BankHealth>()
  for (const institutionId of new Set([...fresh, ...open].map((one) => one.institutionId))) {
    const runs = fresh.filter((one) => one.institutionId === institutionId).map(({ run }) => run)
    const incidents = open.filter((one) => one.institutionId === institutionId)
    const failed = runs.filter(failsAsBank)
    const starts = [...failed.map(({ connectionId, startedAt }) => Math.min(startedAt, brokenAt.get(connectionId ?? '') ?? startedAt)), ...incidents.map(({ startedAt }) => startedAt)]
    const status = incidents.some(({ scope }) => scope.kind === 'bank') ? 'down' : starts.length > 0 ? 'slow' : runs.length === 0 ? 'unknown' : 'working'
    health.set(institutionId, { institutionId, status, connections: runs.length, failing: failed.length, since: starts.length === 0 ? null : Math.min(...starts), incidents })
  }
  return health
}

/** What a run says of a scope: null when it is not in it. */
export type Judge = (one: LatestRun) => boolean | null

/** Whether the newest reads show an outage: `history` are the bank's failing reads, oldest first, by which a streak of failures is followed to its beginning. */
export function findOutage(latest: readonly LatestRun[], judge: Judge, history: BankHistory, now: number): Finding & { readonly failing: number; readonly connections: number } {
  const fresh = latest.filter((one) => isFresh(one, now))
  const judged = fresh.flatMap((one) => {
    const failed = judge(one)
    return failed === null || (failed && endOf(one.run) <= history.lastEnd) || isOwnTrouble(one, failed, fresh, history, now) ? [] : [{ one, failed }]
  })
  const witnesses = judged.map(({ one: { run }, failed }): Witness => ({ at: endOf(run), failed }))
  const found = testForOutage(witnesses, history.base, history.readsPerYear)
  const struck = judged.filter(({ one, failed }) => failed && found.since !== null && endOf(one.run) >= found.since)
  const began = struck.map(({ one }) => streakOf(one, history))
  // Since one of them failed first; but not before the bank was last seen at work.
  const workedAt = Math.max(0, ...judged.filter(({ failed, one }) => !failed && found.since !== null && endOf(one.run) <= found.since).map(({ one }) => endOf(one.run)))
  const since = found.since === null ? null : Math.min(found.since, ...began.filter((at) => at > workedAt))
  return { ...found, since, failing: struck.length, connections: judged.length }
}

/** How the bank's connections were read before, as far as it is told by reads outside of incidents. */
export type BankHistory = {
  readonly base: BaseRate
  readonly readsPerYear: number
  /** What failed as the bank's, oldest first. */
  readonly failed: readonly SyncRun[]
  /** When the last incident ended: what failed until then was its. */
  readonly lastEnd: number
}

/** What a bank that is not known yet is believed to be read: four times a day, worth a week. */
const READS_PER_DAY = 4
const WEEK = 7

/**
 * A streak of failures of one connection counts as one: a broken address fails every day, and says
 * once that something broke. What failed in an incident is the incident's. The last day is what is
 * tested, so nothing is learned from it. `part`: of one kind of account its own rate is learned, from
 * reads that failed for that kind alone, too.
 */
export function learnHistory({ days, failed, partly }: BankReads, past: readonly Incident[], connections: number, now: number, part: Part = WHOLE): BankHistory {
  const tested = Math.floor((now - FRESH_MS) / DAY_MS)
  const before = days.filter(({ day }) => day < tested)
  const reads = Math.round(before.reduce((sum, { reads }) => sum + reads, 0) * part.share)
  const ofBank = [...failed, ...partly].filter(({ run }) => part.fails(run)).sort((a, b) => a.run.startedAt - b.run.startedAt)
  const old = ofBank.filter(({ run }) => Math.floor(endOf(run) / DAY_MS) < tested)
  const byChance = old.filter(({ run, follows }) => !follows && !past.some((one) => run.startedAt >= one.startedAt && run.startedAt <= (one.endedAt ?? Infinity)))
  const readsPerDay = (Math.max(1, connections * part.share) * READS_PER_DAY * WEEK + reads) / (WEEK + before.length)
  return {
    base: learn(PRIOR, byChance.length, Math.max(0, reads - old.length)), readsPerYear: readsPerDay * 365, failed: ofBank.map(({ run }) => run),
    lastEnd: Math.max(0, ...past.map(({ endedAt }) => endedAt ?? 0)),
  }
}

/** Which reads fail for the sake of a part of a bank, and the share of its connections that have this part. */
export type Part = { readonly fails: (run: SyncRun) => boolean; readonly share: number }

const WHOLE: Part = { fails: failsAsBank, share: 1 }

/** It fails for longer than a test looks back, and others were read meanwhile. */
function isOwnTrouble(one: LatestRun, failed: boolean, fresh: readonly LatestRun[], history: BankHistory, now: number): boolean {
  if (!failed) return false
  const since = streakOf(one, history)
  if (since >= now - FRESH_MS) return false
  return fresh.some((other) => other.connectionId !== one.connectionId && other.institutionId === one.institutionId && other.lastSuccessAt !== null && other.lastSuccessAt > since)
}

/** When the failures of a connection began that its newest run ends. */
function streakOf({ connectionId, lastSuccessAt, run }: LatestRun, { failed }: BankHistory): number {
  const first = failed.find((other) => other.connectionId === connectionId && other.startedAt > (lastSuccessAt ?? 0))
  return Math.min(first?.startedAt ?? run.startedAt, run.startedAt)
}

function isFresh({ run }: LatestRun, now: number): boolean {
  return endOf(run) >= now - FRESH_MS
}

function endOf(run: SyncRun): number {
  return run.endedAt ?? run.startedAt
}

/** Whether an incident strikes a connection as a whole. */
export function strikes(scope: IncidentScope, connector: string): boolean {
  return scope.kind === 'bank' || (scope.kind === 'route' && scope.connector === connector)
}

/** The run failed in a way that is not this login's own; a bank that gave some accounts is not away. */
export function failsAsBank(run: SyncRun): boolean {
  const failure = run.outcome === 'partial' ? null : failureOf(run)
  return failure !== null && isBankTrouble(failure)
}

/** The failure that stopped a run: its own, or that of all its accounts. */
export function failureOf(run: SyncRun): Failure | null {
  if (run.failure !== null) return run.failure
  const failures = run.accounts.flatMap(({ failure }) => (failure === null ? [] : [failure]))
  return failures.length === run.accounts.length ? (failures[0] ?? null) : null
}

/** A failure of the bank's server, the way to it, or its protocol; not of one login or one account. */
export function isBankTrouble(failure: Failure): boolean {
  if (failure.code === 'http_refused') return failure.evidence.some(({ httpStatus }: Evidence) => httpStatus === undefined || httpStatus >= 500 || httpStatus === 403 || httpStatus === 404)
  const ofBank: readonly Failure['code'][] = ['bank_unreachable', 'tls_refused', 'answer_too_slow', 'answer_empty', 'answer_unreadable', 'answer_too_large']
  if (ofBank.includes(failure.code)) return true
  return failure.code === 'bank_refused' && failure.evidence.every(({ codes }) => codes !== undefined && codes.every((code) => GENERAL_ERRORS.includes(code)))
}
/** Codes by which protocols say "our server failed", whoever asks. */
const GENERAL_ERRORS: readonly string[] = ['2000', '9000', '9311', '9997', '061099', '9800', '9050']

/** None, some or all of these runs fail as bank trouble; undefined when there are none: not known. */
export function howMany(runs: readonly SyncRun[]): Others | undefined {
  if (runs.length === 0) return undefined
  const failing = runs.filter(failsAsBank).length
  return failing === 0 ? 'none' : failing === runs.length ? 'all' : 'some'
}
