/**
 * The context of a failing connection out of stored facts: what worked when, what changed since,
 * how others fare, what time it is at the bank. `contextFor` is pure; `loadFacts` reads the store.
 * A fact that is not known is left out, never guessed.
 */
import type { Challenge, Connection, ReadBy } from '../domain/connection.ts'
import { dayInZone, daysBetween, type Day } from '../domain/day.ts'
import type { CaseContext, Failure } from '../domain/evidence.ts'
import type { SyncRun } from '../domain/run.ts'
import type { TenantStore } from '../ports/store.ts'
import { failsAsBank, failureOf, howMany, isBankTrouble, type LatestRun } from './bank-health.ts'
import { mergeEvidence } from './merge-evidence.ts'
import { answerOf } from './step-news.ts'

export type FactsAtFailure = {
  readonly now: number
  /** IANA zone of the bank. */
  readonly timeZone: string
  /** What reads now. */
  readonly readBy: ReadBy
  readonly connection: Connection
  readonly run: SyncRun
  /** Of this connection, newest first, the failing one included. */
  readonly runs: readonly SyncRun[]
  readonly latest: readonly LatestRun[]
  /** The account that fails, when only one does. */
  readonly accountId: string | null
  readonly newestRowOn: Day | null
  /** The bank's questions to this connection, newest first. */
  readonly challenges: readonly Challenge[]
  /** What the connector and the transport knew: clock skew, range asked, protocol version. */
  readonly observed: CaseContext
}

const HOUR_MS = 3_600_000
const RECENT_RUNS = 30
const RECENT_QUESTIONS = 20

/** What the server knows beside the evidence. What connector and transport observed themselves wins. */
export function contextFor(facts: FactsAtFailure): CaseContext {
  const { connection, run, runs, now } = facts
  const earlier = runs.filter((other) => other.id !== run.id && other.startedAt <= run.startedAt)
  const last = connection.lastSuccessAt
  const quietFor = facts.accountId === null || facts.newestRowOn === null ? undefined : daysBetween(facts.newestRowOn, dayInZone(now, facts.timeZone))
  const known: { [K in keyof CaseContext]: CaseContext[K] | undefined } = {
    connection: last === null && connection.state === 'connecting' ? 'new' : 'established',
    hoursSinceSuccess: last === null ? undefined : Math.round(((now - last) / HOUR_MS) * 100) / 100,
    failuresInRow: connection.failuresInRow,
    attemptsToday: runs.filter((other) => dayInZone(other.startedAt, facts.timeZone) === dayInZone(now, facts.timeZone)).length,
    intermittent: comesAndGoes(earlier, failingOf(facts)) ? true : undefined,
    credentialsChangedHere: changedSince(connection.secretChangedAt, last),
    settingsChanged: changedSince(connection.settingsChangedAt, last),
    ...changedHere(connection.readBy, facts.readBy),
    callsFrom: facts.readBy.from,
    endpointAgeDays: Math.floor((now - (connection.settingsChangedAt ?? connection.createdAt)) / (24 * HOUR_MS)),
    mfaChangedAtBank: asksAnotherWay(facts.challenges) ? true : undefined,
    unattended: run.trigger === 'schedule' ? true : undefined,
    sameBank: howMany(others(facts, (other) => other.institutionId === connection.institutionId)),
    otherBanks: howMany(others(facts, (other) => other.institutionId !== connection.institutionId)),
    otherAccounts: otherAccounts(run, facts.accountId),
    accountQuietDays: quietFor,
    secondsSinceLastRequest: secondsSince(earlier[0], run),
    ...localTime(now, facts.timeZone),
  }
  return { ...withoutUnknown(known), ...facts.observed }
}

/** Reads what `contextFor` needs. Five small queries; never writes. */
export async function loadFacts(store: TenantStore, at: { readonly connection: Connection; readonly run: SyncRun; readonly accountId: string | null; readonly timeZone: string; readonly readBy: ReadBy; readonly now: number; readonly observed: CaseContext }): Promise<FactsAtFailure> {
  const [runs, latest, accounts, challenges] = await Promise.all([
    store.runs.list({ connectionId: at.connection.id, limit: RECENT_RUNS }),
    store.runs.latestByConnection(at.now - 24 * HOUR_MS),
    at.accountId === null ? [] : store.accounts.list({ accountIds: [at.accountId] }),
    store.challenges.list({ connectionId: at.connection.id, limit: RECENT_QUESTIONS }),
  ])
  const newestRowOn = accounts[0]?.newestRowOn ?? null
  return { ...at, runs, latest, newestRowOn, challenges }
}

/**
 * The newest reads of other connections that can be compared. Where the bank answered this one and refused it, a server
 * that stumbled under another one says nothing of that: it stood when it refused.
 */
function others(facts: FactsAtFailure, pick: (other: LatestRun) => boolean): readonly SyncRun[] {
  const runs = facts.latest.filter((other) => other.connectionId !== facts.connection.id && pick(other)).map(({ run }) => run)
  const failure = failingOf(facts)
  return failure === null || isBankTrouble(failure) ? runs : runs.filter((run) => !failsAsBank(run))
}

function failingOf({ run, accountId }: FactsAtFailure): Failure | null {
  return run.accounts.find((one) => one.accountId === accountId)?.failure ?? failureOf(run)
}

/** Absent when it never worked (nothing to compare with) or when no change was recorded. */
function changedSince(changedAt: number | null, lastSuccessAt: number | null): boolean | undefined {
  if (lastSuccessAt === null) return undefined
  return changedAt === null ? false : changedAt > lastSuccessAt
}

/** What is another than when it was last read with success. */
function changedHere(then: ReadBy | null, now: ReadBy): Pick<CaseContext, 'softwareUpdated' | 'runtimeUpdated' | 'movedHost'> {
  if (then === null) return {}
  return { softwareUpdated: then.software !== now.software, runtimeUpdated: then.runtime !== now.runtime, ...(then.network === '' || now.network === '' ? {} : { movedHost: then.network !== now.network }) }
}

/**
 * At least three changes between success and this trouble among the last ten reads that tell of it. A password that was refused
 * last week and an outage before it do not make a new address come and go.
 */
function comesAndGoes(runs: readonly SyncRun[], failure: Failure | null): boolean {
  if (failure === null) return false
  const isLike = (other: Failure | null): boolean => answeredIn(other) === answeredIn(failure) || (stumbled(failure) && other !== null && stumbled(other))
  const ended = runs.filter((run) => run.outcome === 'succeeded' || (run.outcome === 'failed' && isLike(failureOf(run)))).slice(0, 10).map((run) => run.outcome)
  return ended.filter((outcome, at) => at > 0 && outcome !== ended[at - 1]).length >= 3
}

/** A server that is away says so in many ways; one that refuses an address or a program, in one. */
function stumbled(failure: Failure): boolean {
  return isBankTrouble(failure) && failure.evidence.every(({ httpStatus }) => httpStatus === undefined || httpStatus >= 500)
}

function answeredIn(failure: Failure | null): string | null {
  return failure === null ? null : answerOf(mergeEvidence(failure.evidence))
}

/** The bank asks now, and in another way than it was answered before: a question instead of a code, a device instead of a message. */
function asksAnotherWay([newest, ...earlier]: readonly Challenge[]): boolean {
  const before = earlier.find(({ state }) => state === 'accepted')
  if (newest === undefined || newest.state === 'accepted' || before === undefined) return false
  return !newest.prompts.some((now) => before.prompts.some((then) => then.kind === now.kind && (then.kind === 'question' || then.id === now.id)))
}

function otherAccounts(run: SyncRun, accountId: string | null): 'ok' | 'failing' | undefined {
  if (accountId === null) return run.outcome === 'failed' && failureOf(run) !== null && run.accounts.length > 1 ? 'failing' : undefined
  const rest = run.accounts.filter((account) => account.accountId !== accountId)
  if (rest.length === 0) return undefined
  return rest.some((account) => account.failure === null) ? 'ok' : 'failing'
}

function secondsSince(before: SyncRun | undefined, run: SyncRun): number | undefined {
  if (before === undefined || before.endedAt === null || before.endedAt > run.startedAt) return undefined
  return Math.round((run.startedAt - before.endedAt) / 1000)
}

const zoneFormatters = new Map<string, Intl.DateTimeFormat>()

function localTime(now: number, timeZone: string): Pick<CaseContext, 'localHour' | 'weekday'> {
  const formatter = zoneFormatters.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', hourCycle: 'h23', weekday: 'short' })
  zoneFormatters.set(timeZone, formatter)
  const parts = formatter.formatToParts(now)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return { localHour: Number(part('hour')), weekday: part('weekday') }
}

function withoutUnknown(facts: Readonly<Record<string, unknown>>): CaseContext {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== null)) as CaseContext
}
