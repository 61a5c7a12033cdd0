/**
 * Opens, updates and closes problems when a run has ended. A problem is one broken thing: the whole
 * connection, or one account while others work. It closes only by a run that works for what was
 * broken. An outage of a bank is one problem with one alert, however many connections it strikes.
 * Store and clock are ports; nothing is sent from here.
 */
import { isDeepStrictEqual } from 'node:util'
import { OUTAGES } from '../domain/cause.ts'
import { READ_STATES, type Connection, type Diagnosis, type Problem, type ReadBy } from '../domain/connection.ts'
import { TOLD, type CaseContext, type Evidence, type Failure, type ToldFacts } from '../domain/evidence.ts'
import type { Incident } from '../domain/incident.ts'
import type { RepairPlan, RepairStep } from '../domain/repair.ts'
import type { SyncRun } from '../domain/run.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import type { ExchangeRecord } from '../ports/transport.ts'
import { bankHealth, failureOf, FRESH_MS, isBankTrouble, strikes, type BankHealth } from './bank-health.ts'
import { contextFor, loadFacts } from './context.ts'
import { diagnose } from './diagnose.ts'
import { dropIncidents, settleIncidents } from './incidents.ts'
import { mergeEvidence } from './merge-evidence.ts'
import { answerOf, newsOf, ofThisTime } from './step-news.ts'

export type ProblemDeps = {
  readonly store: TenantStore
  readonly clock: Clock
  readonly entropy: Entropy
  /** IANA zone of an institution; UTC when it is not known. */
  readonly timeZoneOf: (institutionId: string) => string
  /** What reads now, to compare with what read last. */
  readonly readBy: ReadBy
}

export type EndedRun = {
  readonly connection: Connection
  readonly run: SyncRun
  /** What the bank asks, when the run is suspended by it. */
  readonly question: Failure | null
  readonly facts: CaseContext
  readonly accountFacts: ReadonlyMap<string, CaseContext>
  /** What was exchanged with the bank, redacted: kept beside the problem until a later run fails. */
  readonly exchanges: () => readonly ExchangeRecord[]
}

const LOCK_IS_LIKELY = 0.5
/** HTTP statuses from here on are of a server that cannot. */
const SERVER_ERRORS = 500
/** More than one bank has connections here. */
const MANY = 2_000

/** What is open at a bank: problems of its connections, and incidents. */
export type OpenAtBank = { readonly problems: readonly Problem[]; readonly incidents: readonly Incident[] }

export async function openAtBank({ problems, incidents }: TenantStore, institutionId: string): Promise<OpenAtBank> {
  const asked = { institutionId, open: true, limit: MANY } as const
  const [openProblems, openIncidents] = await Promise.all([problems.list(asked), incidents.list(asked)])
  return { problems: openProblems, incidents: openIncidents }
}

/** Does all of it for one ended run; `known`: what was open at its institution when it ended, if that was asked already. `loginLocked`: the evidence shows a lock, so nothing more may be sent for this login. */
export async function settleProblems(deps: ProblemDeps, ended: EndedRun, known?: OpenAtBank): Promise<{ readonly loginLocked: boolean; readonly open: readonly Problem[]; readonly closed: readonly string[]; /** An outage of the bank was open, and this run was answered. */ readonly bankIsBack: boolean }> {
  const { connection, run, question } = ended
  const { problems, incidents } = known ?? (await openAtBank(deps.store, connection.institutionId))
  const { closed, bankIsBack } = await closeProblems(deps, ended, problems)
  const open: Problem[] = []
  let loginLocked = false
  for (const { accountId, failure, facts } of brokenParts(ended)) {
    const problem = await openOrUpdateProblem(deps, ended, accountId, failure, facts, incidents)
    if (problem === null) continue
    open.push(problem)
    // A run that sent nothing heard of no lock: that of before may be undone meanwhile.
    loginLocked ||= failure.code !== 'secret_withheld' && showsLock(problem)
  }
  const isOver = await settleIncidents(deps, { connection, run, asks: question !== null, open: incidents, diagnosis: open[0]?.diagnosis ?? null })
  return { loginLocked, open, closed, bankIsBack: bankIsBack || isOver }
}

/** The diagnosis is a lock, not merely a possibility. */
export function showsLock({ diagnosis }: Pick<Problem, 'diagnosis'>): boolean {
  return diagnosis.causes.some(({ cause, p }) => cause === 'login_locked' && p >= LOCK_IS_LIKELY)
}

/**
 * Diagnoses a failure and stores it as the open problem of the connection or account. Null when an
 * open outage or incident of the same bank covers it already: that one has the alert.
 */
async function openOrUpdateProblem(deps: ProblemDeps, ended: EndedRun, accountId: string | null, failure: Failure, facts: CaseContext, incidents: readonly Incident[]): Promise<Problem | null> {
  const { store } = deps
  const { connection, run } = ended
  const now = deps.clock.now()
  const own = (await store.problems.list({ connectionId: connection.id, open: true, limit: MANY })).find((problem) => problem.accountId === accountId)
  const loaded = await loadFacts(store, { connection, run, accountId, timeZone: deps.timeZoneOf(connection.institutionId), readBy: deps.readBy, now, observed: facts })
  const evidence = mergeEvidence(failure.evidence)
  const context = { ...contextFor(loaded), ...(own === undefined ? {} : toldIn(own, evidence)) }
  const plan = own === undefined ? null : await store.problems.plan(own.id)
  const diagnosis = diagnose({ evidence, context }, undefined, newsOf(plan === null || own === undefined ? null : sinceThen(plan, own, evidence), { evidence, context }))
  if (own !== undefined && failure.code === 'secret_withheld' && !isBackAndRefuses(own, failure, ended)) return keep(deps, own, now)
  if (own !== undefined) {
    const changed = { updatedAt: now, failure, context, diagnosis }
    // What outlives the incident that had its alert has one of its own again.
    await store.problems.update(own.id, { ...changed, ...(incidents.length === 0 ? { closedAt: null } : {}) })
    await store.problems.keepExchanges(own.id, run.id, ended.exchanges())
    return { ...own, ...changed }
  }
  const covering = new Set(isBankTrouble(failure) && accountId === null ? incidents.filter(({ scope }) => strikes(scope, connection.connector)).map(({ problemId }) => problemId) : [])
  if ((isOutage(diagnosis) || covering.size > 0) && (await openOf(store, connection.institutionId)).some(({ problem, isWatched }) => isWatched && (covering.has(problem.id) || (isOutage(diagnosis) && isOutage(problem.diagnosis))))) return null
  const problem: Problem = {
    id: deps.entropy.id(now), connectionId: connection.id, accountId, institutionId: connection.institutionId,
    openedAt: now, updatedAt: now, closedAt: null, proofRunId: null, failure, context, diagnosis,
  }
  await store.problems.open(problem)
  await store.problems.keepExchanges(problem.id, run.id, ended.exchanges())
  return problem
}

/** The plan of a problem as far as it tells of the answer that came now: of a time before in which the bank answered so, nothing that was looked at. */
function sinceThen(plan: RepairPlan, { failure }: Problem, now: Evidence): { readonly steps: readonly RepairStep[] } {
  const [before, answer] = [answerOf(mergeEvidence(failure.evidence)), answerOf(now)]
  return before === answer ? plan : { steps: ofThisTime(plan.steps, answer, Infinity) }
}

/** What a person saw at the bank; the others tell of what has happened, which stays so. */
const SEEN_THEN: readonly (keyof ToldFacts)[] = ['bankLoginWorks', 'otherClientWorks']

/** What a person said of a problem holds as long as it is open, and what they saw as long as the bank answers as it did then. */
function toldIn({ context, failure }: Problem, now: Evidence): ToldFacts {
  const isSame = answerOf(mergeEvidence(failure.evidence)) === answerOf(now)
  return Object.fromEntries(TOLD.flatMap((name) => (context[name] === undefined || (!isSame && SEEN_THEN.includes(name)) ? [] : [[name, context[name]]])))
}

/** A person says what they see at the bank; the causes are ranked anew. Null: there is no such open problem. */
export async function tellOfProblem(deps: Pick<ProblemDeps, 'store' | 'clock'>, problemId: string, told: ToldFacts): Promise<Problem | null> {
  const problem = await deps.store.problems.get(problemId)
  if (problem === null || problem.closedAt !== null) return null
  const plan = await deps.store.problems.plan(problemId)
  const context = { ...problem.context, ...told }
  const evidence = mergeEvidence(problem.failure.evidence)
  const changed = { context, diagnosis: diagnose({ evidence, context }, undefined, newsOf(plan, { evidence, context })), updatedAt: deps.clock.now() }
  await deps.store.problems.update(problemId, changed)
  return { ...problem, ...changed }
}

/** The bank was away and answers again, as far as it was asked without the secret: what keeps the feed now is that it had refused that before. Nobody would be asked for another one while the outage stands. */
function isBackAndRefuses({ diagnosis }: Problem, { evidence }: Failure, { exchanges }: EndedRun): boolean {
  if (!isOutage(diagnosis) || !evidence.some(({ codes }) => codes?.includes('vault_refused'))) return false
  return exchanges().some(({ status, failure }) => status !== null && status < SERVER_ERRORS && failure === null)
}

/** Nothing was sent, so nothing was learned: the diagnosis of before stays. But from now on it waits for a person, and an incident that had its alert does not tell of that: it has its own again. */
async function keep(deps: ProblemDeps, problem: Problem, now: number): Promise<Problem> {
  await deps.store.problems.update(problem.id, { updatedAt: now, closedAt: null })
  return { ...problem, updatedAt: now }
}

type Closed = { readonly closed: readonly string[]; readonly bankIsBack: boolean }

/**
 * Closes what this run proves to work again: all of it after a success, after a partial one the accounts that were read, and the rest where nothing but accounts failed; and what nobody wants to be read
 * any more. An outage that another connection reported is that one's to prove, unless nobody reads it any more.
 */
async function closeProblems(deps: ProblemDeps, { connection, run }: EndedRun, known: readonly Problem[]): Promise<Closed> {
  if (run.outcome !== 'succeeded' && run.outcome !== 'partial') return { closed: [], bankIsBack: false }
  const now = deps.clock.now()
  const read = new Set(run.accounts.filter(({ failure }) => failure === null).map(({ accountId }) => accountId))
  const closed: string[] = []
  let bankIsBack = false
  for (const problem of known) {
    bankIsBack ||= isOutage(problem.diagnosis)
    if (problem.connectionId !== connection.id && !(isOutage(problem.diagnosis) && !(await isRead(deps.store, problem)))) continue
    const proved = problem.connectionId !== connection.id || problem.accountId === null ? run.failure === null && (run.outcome === 'succeeded' || read.size > 0) : read.has(problem.accountId) || (await hasNoFeed(deps.store, problem.accountId))
    if (!proved) continue
    await deps.store.problems.update(problem.id, { updatedAt: now, closedAt: now, proofRunId: run.id })
    closed.push(problem.id)
  }
  return { closed, bankIsBack }
}

/** Nobody will prove or disprove any more what was broken: the connection was removed. Its alerts end with it. */
export async function dropProblems({ store, clock }: Pick<ProblemDeps, 'store' | 'clock'>, connectionId: string): Promise<void> {
  const now = clock.now()
  for (const { id } of await store.problems.list({ connectionId, open: true, limit: MANY })) await store.problems.update(id, { updatedAt: now, closedAt: now })
  const connection = await store.connections.get(connectionId)
  if (connection !== null) await dropIncidents({ store, clock }, connection.institutionId)
}

/** Open problems of a bank. `isWatched`: the connection that reported it is still read, so it will see the end. */
async function openOf(store: TenantStore, institutionId: string): Promise<readonly { readonly problem: Problem; readonly isWatched: boolean }[]> {
  const open = await store.problems.list({ institutionId, open: true, limit: MANY })
  return Promise.all(open.map(async (problem) => ({ problem, isWatched: await isRead(store, problem) })))
}

async function isRead(store: TenantStore, { connectionId }: Problem): Promise<boolean> {
  const connection = await store.connections.get(connectionId)
  return connection !== null && READ_STATES.includes(connection.state)
}

/** Nobody wants the account to be read any more: the bank or a person closed it, or a person paused it. */
async function hasNoFeed(store: TenantStore, accountId: string): Promise<boolean> {
  const state = (await store.accounts.get(accountId))?.state
  return state === 'paused' || state === 'closed'
}

/** The open problems that a person sees for a connection: its own, the outage of its bank, and what an incident that strikes it has its alert from. */
export async function problemsOf(store: TenantStore, connection: Connection): Promise<readonly Problem[]> {
  const { problems: open, incidents } = await openAtBank(store, connection.institutionId)
  const leading = new Set(incidents.filter(({ scope }) => strikes(scope, connection.connector)).map(({ problemId }) => problemId))
  // Who was read since is not kept waiting by what another one was answered before.
  const isFresh = ({ updatedAt }: Problem): boolean => connection.lastSuccessAt === null || connection.lastSuccessAt < updatedAt
  const shared = open.filter((problem) => (isOutage(problem.diagnosis) && isFresh(problem)) || (leading.has(problem.id) && connection.failuresInRow > 0))
  const told = shared.some(({ id }) => leading.has(id)) ? shared.filter(({ id }) => leading.has(id)) : shared
  return open.filter((problem) => problem.connectionId === connection.id || told.includes(problem))
}

/** Health of all banks now, from the newest runs and what is open. */
export async function loadBankHealth(store: TenantStore, now: number): Promise<ReadonlyMap<string, BankHealth>> {
  const [latest, incidents, problems] = await Promise.all([store.runs.latestByConnection(now - FRESH_MS), store.incidents.list({ open: true, limit: MANY }), store.problems.list({ open: true, limit: MANY })])
  // The earliest of a connection comes last, and stays.
  const ofBank = problems.filter(({ failure }) => isBankTrouble(failure)).sort((a, b) => b.openedAt - a.openedAt)
  return bankHealth(latest, incidents, now, new Map(ofBank.map(({ connectionId, openedAt }) => [connectionId, openedAt])))
}

/** The first cause is the bank's being away. */
export function isOutage(diagnosis: Diagnosis): boolean {
  const first = diagnosis.causes[0]?.cause
  return first !== undefined && OUTAGES.includes(first)
}

type BrokenPart = { readonly accountId: string | null; readonly failure: Failure; readonly facts: CaseContext }

/** What a run shows as broken: the connection, or single accounts, or a question that waits for a person. What ended a run after some accounts were read is the connection's, not the account's at which it ended. */
function brokenParts({ connection, run, question, facts, accountFacts }: EndedRun): readonly BrokenPart[] {
  const whole = failureOf(run)
  if (run.outcome === 'failed' && whole !== null) return [{ accountId: null, failure: whole, facts: { ...facts, ...accountFacts.values().next().value } }]
  if (question !== null) return connection.state === 'connecting' ? [] : [{ accountId: null, failure: question, facts }]
  const factsOf = (accountId: string): CaseContext => ({ ...facts, ...accountFacts.get(accountId) })
  const parts = run.accounts.flatMap(({ accountId, failure }) => (failure === null ? [] : [{ accountId, failure, facts: factsOf(accountId) }]))
  if (run.failure === null) return parts
  const [last] = parts.slice(-1)
  const endedAt = last !== undefined && isDeepStrictEqual(last.failure, run.failure) ? last : null
  return [{ accountId: null, failure: run.failure, facts: endedAt?.facts ?? facts }, ...parts.filter((part) => part !== endedAt)]
}
