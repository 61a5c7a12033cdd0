/**
 * The health of banks from the newest run of every connection: one login's trouble is told apart
 * from the bank's by what failed (a refused password says nothing of the bank) and by a binomial
 * test against the rate at which connections fail anyway. Pure. With one connection it never says
 * "down": that takes a second witness.
 */
import type { Evidence, Failure, Others } from '../domain/evidence.ts'
import type { SyncRun } from '../domain/run.ts'

export type LatestRun = { readonly connectionId: string; readonly institutionId: string; readonly run: SyncRun }

export type BankHealth = {
  readonly institutionId: string
  readonly status: 'working' | 'slow' | 'down' | 'unknown'
  readonly connections: number
  /** Connections that the bank itself fails; a login's own trouble is not counted. */
  readonly failing: number
  /** The first of these failures, epoch ms; null when there is none. */
  readonly since: number | null
}

/** How often a healthy bank's connections fail by chance, and how unlikely chance must be. */
const BASE_RATE = 0.05
const SURPRISE = 0.01
/** Older runs say nothing about now. */
const FRESH_MS = 24 * 3_600_000

/** Health by institution, for those with a run in the last day. */
export function bankHealth(latest: readonly LatestRun[], now: number): ReadonlyMap<string, BankHealth> {
  const fresh = latest.filter(({ run }) => (run.endedAt ?? run.startedAt) >= now - FRESH_MS)
  const health = new Map<string, BankHealth>()
  for (const institutionId of new Set(fresh.map((one) => one.institutionId))) {
    const runs = fresh.filter((one) => one.institutionId === institutionId).map(({ run }) => run)
    const failed = runs.filter(failsAsBank)
    const since = failed.length === 0 ? null : Math.min(...failed.map((run) => run.startedAt))
    health.set(institutionId, { institutionId, status: statusOf(runs.length, failed.length), connections: runs.length, failing: failed.length, since })
  }
  return health
}

function statusOf(connections: number, failing: number): BankHealth['status'] {
  if (connections === 0) return 'unknown'
  if (failing === 0) return 'working'
  return failing * 2 >= connections && chanceOf(failing, connections) < SURPRISE ? 'down' : 'slow'
}

/** The probability that at least `k` of `n` fail by chance. */
function chanceOf(k: number, n: number): number {
  let sum = 0
  let ways = 1
  for (let i = 0; i <= n; i++) {
    if (i > 0) ways = (ways * (n - i + 1)) / i
    if (i >= k) sum += ways * BASE_RATE ** i * (1 - BASE_RATE) ** (n - i)
  }
  return sum
}

/** The run failed in a way that is not this login's own. */
function failsAsBank(run: SyncRun): boolean {
  const failure = failureOf(run)
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
