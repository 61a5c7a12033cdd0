/**
 * Opens, widens and ends incidents of banks when a run has ended. A failure that is the bank's is
 * tested together with the newest reads of the bank's other connections (bank-health.ts); the narrowest scope that
 * explains it is taken. What works while nothing is open costs nothing. Store and clock are ports.
 */
import { CAUSES, OUTAGES, type CauseCode } from '../domain/cause.ts'
import type { Connection, Diagnosis, Problem } from '../domain/connection.ts'
import type { Failure } from '../domain/evidence.ts'
import { sameScope, type Incident, type IncidentScope } from '../domain/incident.ts'
import type { SyncRun } from '../domain/run.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { BankReads, TenantStore } from '../ports/store.ts'
import { failsAsBank, findOutage, FRESH_MS, isBankTrouble, learnHistory, strikes, type BankHistory, type Judge, type LatestRun, type Part } from './bank-health.ts'

export type IncidentDeps = { readonly store: TenantStore; readonly clock: Clock; readonly entropy: Entropy }

/** What an ended run says to incidents. `open`: those of its bank. `diagnosis`: of its failure, when it has one of its own. */
export type Heard = { readonly connection: Connection; readonly run: SyncRun; readonly asks: boolean; readonly open: readonly Incident[]; readonly diagnosis: Diagnosis | null }

const DAY_MS = 24 * 3_600_000
/** From so many days the usual rate is learned; of a bank that fails all the time the newest failures tell enough. */
const LEARNED_DAYS = 60
const MOST_FAILURES = 10_000
/** Nobody saw it since: it is over, or nobody looks any more. */
const FORGOTTEN_MS = 3 * DAY_MS
const MANY = 2_000

/** True when an incident ended with this run: the bank is back. */
export async function settleIncidents(deps: IncidentDeps, heard: Heard): Promise<boolean> {
  const { connection, run, open } = heard
  const troubled = failsAsBank(run)
  const partly = !troubled && run.accounts.some(({ failure }) => failure !== null && isBankTrouble(failure))
  if (open.length === 0 && !troubled && !partly) return false
  const now = deps.clock.now()
  const latest = (await deps.store.runs.latestByConnection(now - FRESH_MS)).filter(({ institutionId }) => institutionId === connection.institutionId)
  const kinds = partly || open.some(({ scope }) => scope.kind === 'accounts') ? await kindsOf(deps.store, latest) : new Map<string, string>()
  const me: LatestRun = { connectionId: connection.id, institutionId: connection.institutionId, connector: connection.connector, lastSuccessAt: connection.lastSuccessAt, run }
  let loaded: ReturnType<typeof loadReads> | null = null
  const learned: Learned = async (scope) => {
    const { reads, past } = await (loaded ??= loadReads(deps.store, connection.institutionId, now))
    return learnHistory(reads, past, latest.length, now, ...partOf(scope, latest, kinds))
  }
  let ended = false
  let covered = false
  for (const incident of open) {
    const judge = judgeOf(incident.scope, kinds)
    const said = judge(me)
    if (said === true) {
      covered = true
      await widen(deps, incident, heard, latest, judge, run.endedAt ?? now)
    } else if (said === false && (await isOver(heard, incident, latest, judge, learned, now))) {
      await deps.store.incidents.update(incident.id, { endedAt: Math.max(incident.startedAt, run.endedAt ?? now) })
      ended = true
    } else if (now - incident.lastFailureAt > FORGOTTEN_MS) {
      await deps.store.incidents.update(incident.id, { endedAt: incident.lastFailureAt })
    }
  }
  if ((troubled || partly) && !covered && !isOurs(heard.diagnosis)) await look(deps, heard, latest, kinds, learned, now)
  return ended
}

/** The usual rate of a scope, by the history of its bank. */
type Learned = (scope: IncidentScope) => Promise<BankHistory>

/** Of a kind of account its own rate is learned; of a route the bank's, because few have two. */
function partOf(scope: IncidentScope, latest: readonly LatestRun[], kinds: ReadonlyMap<string, string>): readonly [] | readonly [Part] {
  if (scope.kind !== 'accounts') return []
  const having = latest.filter(({ run }) => run.accounts.some(({ accountId }) => kinds.get(accountId) === scope.accountKind)).length
  return [{ share: having / Math.max(1, latest.length), fails: (run) => failsForKind(run, scope.accountKind, kinds) === true }]
}

/** Null: it has no account of the kind. */
function failsForKind({ accounts }: SyncRun, accountKind: string, kinds: ReadonlyMap<string, string>): boolean | null {
  const ofKind = accounts.filter(({ accountId }) => kinds.get(accountId) === accountKind)
  return ofKind.length === 0 ? null : ofKind.every(({ failure }) => failure !== null && isBankTrouble(failure))
}

/** Whether a run failed for the bank's sake, seen from a scope; null: it says nothing of it. */
function judgeOf(scope: IncidentScope, kinds: ReadonlyMap<string, string>): Judge {
  if (scope.kind !== 'accounts') return ({ connector, run }) => (strikes(scope, connector) && asksBank(run) ? failsAsBank(run) : null)
  return ({ run }) => failsForKind(run, scope.accountKind, kinds)
}

/** What never left this host, or stopped on it, says nothing of the bank. */
const UNSENT: readonly Failure['code'][] = ['secret_withheld', 'secret_unreadable', 'secret_source_failed', 'quota_reached', 'interrupted', 'configuration_invalid', 'address_forbidden']

/** The bank was asked, whatever came of it. */
export function asksBank({ outcome, failure }: Pick<SyncRun, 'outcome' | 'failure'>): boolean {
  return failure === null || outcome === 'partial' || !UNSENT.includes(failure.code)
}

/** The first read that works ends it; where some worked all the time, as soon as the test finds nothing unusual any more. */
async function isOver({ run, asks, diagnosis, connection }: Heard, incident: Incident, latest: readonly LatestRun[], judge: Judge, learned: Learned, now: number): Promise<boolean> {
  const works = run.outcome === 'succeeded' || run.outcome === 'partial' || asks
  // A refusal is an answer, unless it is what a bank says that is away.
  if (!works && (diagnosis === null || OUTAGES.includes(diagnosis.causes[0]?.cause ?? 'unknown'))) return false
  const worksMeanwhile = latest.some((other) => other.connectionId !== connection.id && judge(other) === false && (other.run.endedAt ?? 0) > incident.startedAt)
  return !worksMeanwhile || incident.witness === 'probe' || !findOutage(latest, judge, await learned(incident.scope), now).down
}

async function widen({ store }: IncidentDeps, incident: Incident, { diagnosis }: Heard, latest: readonly LatestRun[], judge: Judge, at: number): Promise<void> {
  const judged = latest.filter((one) => judge(one) !== null)
  const failing = judged.filter((one) => judge(one) === true && (one.run.endedAt ?? 0) >= incident.startedAt).length
  const first = diagnosis?.causes[0]?.cause
  await store.incidents.update(incident.id, {
    lastFailureAt: Math.max(incident.lastFailureAt, at),
    ...(failing > incident.failing ? { failing, connections: Math.max(judged.length, failing) } : {}),
    ...(first !== undefined && first !== incident.cause && OUTAGES.includes(first) ? { cause: first } : {}),
  })
}

/** Tests the narrow scopes first: a route that fails while others answer, accounts of one kind while others are read, then the bank. */
async function look(deps: IncidentDeps, heard: Heard, latest: readonly LatestRun[], kinds: ReadonlyMap<string, string>, learned: Learned, now: number): Promise<void> {
  for (const scope of scopesOf(heard, latest, kinds)) {
    const judge = judgeOf(scope, kinds)
    const found = findOutage(latest, judge, await learned(scope), now)
    if (!found.down || found.since === null) continue
    const outside = scope.kind === 'route' ? latest.filter((one) => one.connector !== scope.connector && asksBank(one.run) && (one.run.endedAt ?? 0) >= found.since!) : []
    // All ways fail: then it is the bank, and the next scope says so.
    if (outside.length > 0 && outside.every(({ run }) => failsAsBank(run))) continue
    return open(deps, heard, { scope, startedAt: found.since, failing: found.failing, connections: found.connections, witness: 'reads' }, latest.filter((one) => judge(one) === true).map(({ connectionId }) => connectionId))
  }
}

function scopesOf({ connection, run }: Heard, latest: readonly LatestRun[], kinds: ReadonlyMap<string, string>): readonly IncidentScope[] {
  if (!failsAsBank(run)) {
    const broken = run.accounts.filter(({ failure }) => failure !== null && isBankTrouble(failure)).flatMap(({ accountId }) => kinds.get(accountId) ?? [])
    return [...new Set(broken)].map((accountKind) => ({ kind: 'accounts', accountKind }))
  }
  const routes = new Set(latest.map(({ connector }) => connector))
  return [...(routes.size > 1 ? [{ kind: 'route', connector: connection.connector } as const] : []), { kind: 'bank' }]
}

type Found = Pick<Incident, 'scope' | 'startedAt' | 'failing' | 'connections' | 'witness'>

async function open({ store, clock, entropy }: IncidentDeps, { connection, open: known, run }: Heard, found: Found, struck: readonly string[]): Promise<void> {
  const now = clock.now()
  const problems = (await store.problems.list({ institutionId: connection.institutionId, open: true, limit: MANY })).filter((one) => struck.includes(one.connectionId) && isOfBank(one))
  // The alert that was there first, or that says what it is.
  const oldest = problems.toReversed()
  const leading = oldest.find(({ diagnosis }) => OUTAGES.includes(firstOf(diagnosis))) ?? oldest[0] ?? null
  const narrower = known.find(({ scope }) => scope.kind === 'route')
  if (narrower !== undefined && found.scope.kind === 'bank') {
    await store.incidents.update(narrower.id, { scope: found.scope, lastFailureAt: run.endedAt ?? now, failing: found.failing, connections: found.connections })
    return
  }
  if (known.some(({ scope }) => sameScope(scope, found.scope))) return
  await store.incidents.open({
    ...found, id: entropy.id(now), institutionId: connection.institutionId, cause: causeOf(leading), lastFailureAt: run.endedAt ?? now, endedAt: null, problemId: leading?.id ?? null,
  }, problems.map(({ id }) => id))
}

/** Where one connection alone asks a bank, a harmless question that gets no answer, or the answer that the bank is away, is the second witness. `lookedAt`: when it was asked. */
export async function noteSilence(deps: IncidentDeps, connection: Connection, problem: Problem, lookedAt: number): Promise<void> {
  const { institutionId } = connection
  const now = deps.clock.now()
  const [latest, known] = await Promise.all([deps.store.runs.latestByConnection(now - FRESH_MS), deps.store.incidents.list({ institutionId, since: problem.openedAt, limit: MANY })])
  const others = latest.filter((one) => one.institutionId === institutionId && one.connectionId !== connection.id)
  // One that ended before the question was another: this one began after it.
  const startedAt = known.length === 0 ? problem.openedAt : lookedAt
  if (known.some(({ endedAt }) => endedAt === null || endedAt >= lookedAt) || others.some(({ lastSuccessAt }) => lastSuccessAt !== null && lastSuccessAt > startedAt)) return
  const failing = others.filter(({ run }) => failsAsBank(run)).length + 1
  await deps.store.incidents.open({
    id: deps.entropy.id(now), institutionId, scope: { kind: 'bank' }, cause: causeOf(problem), startedAt, lastFailureAt: now, endedAt: null, failing, connections: Math.max(failing, others.length + 1), witness: 'probe', problemId: problem.id,
  }, [])
}

/** Nobody reads the bank any more, so nobody will see the end. */
export async function dropIncidents({ store, clock }: Pick<IncidentDeps, 'store' | 'clock'>, institutionId: string): Promise<void> {
  const [open, connections] = await Promise.all([store.incidents.list({ institutionId, open: true, limit: MANY }), store.connections.list()])
  if (connections.some((one) => one.institutionId === institutionId && one.state === 'active')) return
  for (const { id, startedAt } of open) await store.incidents.update(id, { endedAt: Math.max(startedAt, clock.now()) })
}

/** From what the usual rate of failures of a bank is judged, for the test of an outage and for those who look. */
export async function loadHistory(store: TenantStore, institutionId: string, connections: number, now: number): Promise<BankHistory> {
  const { reads, past } = await loadReads(store, institutionId, now)
  return learnHistory(reads, past, connections, now)
}

async function loadReads(store: TenantStore, institutionId: string, now: number): Promise<{ readonly reads: BankReads; readonly past: readonly Incident[] }> {
  const since = now - LEARNED_DAYS * DAY_MS
  const [reads, past] = await Promise.all([store.incidents.reads(institutionId, since, MOST_FAILURES), store.incidents.list({ institutionId, since, limit: MANY })])
  return { reads, past }
}

async function kindsOf(store: TenantStore, latest: readonly LatestRun[]): Promise<ReadonlyMap<string, string>> {
  const accountIds = new Set(latest.flatMap(({ run }) => run.accounts.map(({ accountId }) => accountId)))
  return new Map((await store.accounts.all()).filter(({ id }) => accountIds.has(id)).map(({ id, kind }) => [id, kind]))
}

function firstOf({ causes }: Diagnosis): CauseCode {
  return causes[0]?.cause ?? 'unknown'
}

/** The cause is on this host, so it says nothing of the bank. */
function isOurs(diagnosis: Diagnosis | null): boolean {
  const first = diagnosis === null ? 'unknown' : firstOf(diagnosis)
  return first !== 'unknown' && CAUSES[first].family === 'own_side' && first !== 'aggregator_down'
}

function isOfBank({ failure }: Problem): boolean {
  return isBankTrouble(failure)
}

/** What only a person can end is not what strikes all. */
function causeOf(problem: Problem | null): CauseCode {
  const first = problem === null ? 'unknown' : firstOf(problem.diagnosis)
  return first !== 'unknown' && CAUSES[first].whose !== 'person' ? first : 'institution_error'
}
