/**
 * Carries a repair on: does what Relink can do by itself, checks what a person did by its effect,
 * treats a step that did not help as evidence and plans anew, and ends only with a proof, a run that
 * works. Every change is saved before and after an act, so that a repair survives a restart at any
 * point: a step found `running` is done again, which is safe, because a secret is lent only by the
 * vault. Never asks for a secret while the bank is down; a locked login is tried once, and only
 * after a person said that it is unlocked.
 */
import type { ProbeResult } from '../connector-kit/connector.ts'
import type { Connection, Problem } from '../domain/connection.ts'
import type { Failure } from '../domain/evidence.ts'
import type { ProbeKind } from '../domain/probe.ts'
import type { RepairPlan, RepairStep } from '../domain/repair.ts'
import type { SyncRun } from '../domain/run.ts'
import { diagnose } from '../diagnose/diagnose.ts'
import { answerOf, newsOf, ofThisTime } from '../diagnose/step-news.ts'
import { mergeEvidence } from '../diagnose/merge-evidence.ts'
import { strikes } from '../diagnose/bank-health.ts'
import { asksBank, noteSilence } from '../diagnose/incidents.ts'
import { isOutage, loadBankHealth, problemsOf, showsLock } from '../diagnose/problems.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import type { Vault } from '../ports/vault.ts'
import { isWaitedOut, lookAt, presentStep } from './due.ts'
import { atEnd, checkPerson, effectOf, letsOut } from './effects.ts'
import { planFor } from './plan.ts'
import { askBank, mayRead, notAnswering, notReached, ownerOf, readAgain, waitForBank, type StepOutcome, type Turn } from './reads.ts'
import { isPermission, SAME_SECRET, STEPS } from './steps.ts'
import { judged, judgedSince } from './verdicts.ts'

export type RepairDeps = {
  readonly store: TenantStore
  readonly vault: Vault
  readonly clock: Clock
  readonly entropy: Entropy
  /** Reads the connection now; problems are settled when it resolves. Null: somebody else is reading it, or it may not be read. */
  readonly syncNow: (connectionId: string, trigger: 'repair') => Promise<SyncRun | null>
  /** Asks one of the harmless questions; `since`: when the failure was seen, epoch ms. */
  readonly probe: (connectionId: string, kind: ProbeKind, since: number) => Promise<ProbeResult>
  /** Those that can be asked now: none of the bank's protocol where the connector has none, or where the bank's daily quota is better kept for reads. */
  readonly probes: (connectionId: string) => Promise<readonly ProbeKind[]>
  /** The bank's own pause between two reads ends then, epoch ms; possibly past. */
  readonly earliestReadAt: (connectionId: string) => Promise<number>
  /** Loads the newest data of the institution into the connection. */
  readonly reloadInstitution: (connectionId: string) => Promise<Reloaded>
  /** Whether that would find other data than the connection has. */
  readonly hasNewerData: (connectionId: string) => Promise<boolean>
}

/** What became of the newest data: `taken` over, `newest` already, or not taken over because they lead a secret `elsewhere`. */
export type Reloaded = 'taken' | 'newest' | 'elsewhere'

/** `go_on`: time passed or something happened, with one of its problems or the newest; `person`: what a person says of a step. */
export type RepairEvent = { readonly kind: 'go_on'; readonly problemId?: string } | { readonly kind: 'person'; readonly stepId: string; readonly did: 'done' | 'cannot' }

const MOST_ACTS = 12
/** What a bank answered before these is long past. */
const RUNS_LOOKED_AT = 20
/** From this long on a step's effect is not looked for at once. */
const LONG_MINUTES = 30
/** A step that only a person can set free is looked at again in case nobody said so here. */
const HELD_MS = 60 * 60_000

/** Goes on until a person, the bank or time is needed, or the proof is there. Null: nothing is broken. */
export async function advanceRepair(deps: RepairDeps, connectionId: string, event: RepairEvent): Promise<RepairPlan | null> {
  let said = event
  let workedAt: string | null = event.kind === 'go_on' ? (event.problemId ?? null) : null
  const turn: Turn = { read: false, attended: event.kind === 'person' }
  for (let act = 0; act < MOST_ACTS; act++) {
    const connection = await deps.store.connections.get(connectionId)
    if (connection === null) return null
    const problems = await problemsOf(deps.store, connection)
    const own = problems.filter((one) => one.connectionId === connectionId)
    const problem = own.find(({ id }) => id === workedAt) ?? own[0]
    // The outage of the bank that another connection reported: it is mended there, once for all.
    if (problem === undefined && problems[0] !== undefined) return deps.store.problems.plan(problems[0].id)
    if (problem === undefined) return (await endPlan(deps, connectionId)) ?? (workedAt === null ? null : deps.store.problems.plan(workedAt))
    workedAt = problem.id
    const plan = await currentPlan(deps, connection, problem)
    const step = presentStep(plan)
    if (step === undefined) return plan
    const outcome = await doStep(deps, connection, problem, plan, step, said, turn)
    said = { kind: 'go_on' }
    const still = await deps.store.problems.get(problem.id)
    if (still === null || still.closedAt !== null) continue
    const now = deps.clock.now()
    if (outcome.state === 'stay') {
      const stays = await saved(deps, withStep(plan, { ...step, state: 'now', result: outcome.result, notBefore: outcome.notBefore === undefined ? step.notBefore : outcome.notBefore }, now))
      // What was read meanwhile may be another trouble, for which another plan is made.
      if (still.diagnosis.causes[0]?.cause === plan.cause) return stays
      continue
    }
    const learned = { ...(outcome.learned === undefined ? {} : { learned: outcome.learned }), ...(outcome.found === undefined ? {} : { found: outcome.found }) }
    const tried = { ...step, state: outcome.state, result: outcome.result, ...learned, answer: answerOf(mergeEvidence(problem.failure.evidence)), cause: plan.cause, endedAt: now }
    const ended = withStep(plan, tried, now)
    await saved(deps, await replan(deps, connection, still, outcome.state === 'did_not_help' && step.who === 'relink' ? judged(ended, tried, still, connection.institutionName) : ended))
  }
  const [problem] = await deps.store.problems.list({ connectionId, open: true, limit: 1 })
  return problem === undefined ? endPlan(deps, connectionId) : deps.store.problems.plan(problem.id)
}

/** The stored plan of a problem, or a new one, stored. */
export async function currentPlan(deps: RepairDeps, connection: Connection, problem: Problem): Promise<RepairPlan> {
  const planned = await deps.store.problems.plan(problem.id)
  const stored = await withoutOldData(deps, connection.id, planned)
  if (stored !== null && stored === planned && stored.state === 'open' && stored.cause === problem.diagnosis.causes[0]?.cause && (await fits(deps, connection, problem, stored))) return stored
  const seen = stored?.state === 'open' ? judgedSince(await withEffect(deps, connection, problem, stored), problem, connection.institutionName, deps.clock.now()) : stored
  // What showed the effect was a read already: the new plan begins with what that read ended with.
  return saved(deps, await replan(deps, connection, problem, seen, seen === stored))
}

/** A person's step whose effect shows, although something else is the matter now: the bank took the new password and asks a question. */
async function withEffect(deps: RepairDeps, connection: Connection, problem: Problem, plan: RepairPlan): Promise<RepairPlan> {
  const step = presentStep(plan)
  if (step?.who !== 'person' || step.state !== 'now') return plan
  const outcome = await effectOf(deps, connection, problem, step)
  const now = deps.clock.now()
  if (outcome === null) return plan
  // A refusal is of the answer that came now; what was done, of the one that it was done for.
  const answer = outcome.state === 'done' && step.answer !== undefined ? step.answer : answerOf(mergeEvidence(problem.failure.evidence))
  return withStep(plan, { ...step, state: outcome.state, result: outcome.result, answer, cause: plan.cause, endedAt: now }, now)
}

/** A plan goes stale when its bank goes away or comes back: a secret is asked for only while it is there, and waited for only while it is not. */
async function fits(deps: RepairDeps, connection: Connection, problem: Problem, plan: RepairPlan): Promise<boolean> {
  const step = presentStep(plan)
  if (step === undefined || step.state === 'running') return true
  // A login that was locked meanwhile is unlocked first; a plan that only waits to be let through would wait for ever.
  const status = await deps.vault.status(ownerOf(connection))
  if (step.action !== 'unlock_at_bank' && status === 'locked') return false
  if (isPermission(step) && !letsOut(step, status)) return false
  // Nor does one that waits for the bank end in a read that nobody allowed.
  if (step.action === 'wait_for_bank' && (status === 'withheld_unknown' || status === 'interrupted') && !plan.steps.some(isPermission)) return false
  const asks = [...STEPS, SAME_SECRET].some(({ action, who, kind, needsSecret }) => needsSecret && action === step.action && who === step.who && kind === step.kind)
  const waitsForOthers = step.action === 'wait_for_bank' && !isOutage(problem.diagnosis) && status === 'refused'
  if (!asks && !waitsForOthers) return true
  return (await isBankDown(deps, connection, problem)) === waitsForOthers
}

/** By the health of the bank over all its connections, by an outage that one of them has open, or by this problem itself. */
async function isBankDown({ store, clock }: RepairDeps, connection: Connection, problem: Problem): Promise<boolean> {
  if (isOutage(problem.diagnosis)) return true
  const health = (await loadBankHealth(store, clock.now())).get(connection.institutionId)
  // What a probe of another connection found is that one's to judge.
  const isStruck = health?.incidents.some(({ scope, witness }) => witness === 'reads' && strikes(scope, connection.connector)) === true
  return isStruck || (await problemsOf(store, connection)).some(({ diagnosis }) => isOutage(diagnosis))
}

/** A plan from the distribution as it is after what was tried; what was done stays in front. `mayProve`: a read may be the next thing. */
async function replan(deps: RepairDeps, connection: Connection, problem: Problem, before: RepairPlan | null, mayProve = true): Promise<RepairPlan> {
  const now = deps.clock.now()
  const evidence = mergeEvidence(problem.failure.evidence)
  const answer = answerOf(evidence)
  const told = before === null ? null : { ...before, steps: ofThisTime(before.steps, answer, await lastOtherAnswer(deps, problem, answer)) }
  const finished = (told?.steps ?? []).filter(({ kind, state }) => kind !== 'proof' && (state === 'done' || state === 'did_not_help' || state === 'skipped'))
  const unplanned = told?.steps.filter(({ state }) => state === 'waiting' || state === 'now') ?? []
  const news = newsOf(told, { evidence, context: problem.context })
  const diagnosis = news.length === 0 ? problem.diagnosis : diagnose({ evidence, context: problem.context }, undefined, news)
  if (news.length > 0) await deps.store.problems.update(problem.id, { diagnosis, updatedAt: now })
  // Both witnesses speak of one answer: what an earlier outage was asked says nothing of this one.
  const look = finished.find((step) => (step.learned === 'silent' || step.learned === 'says_away') && step.answer === answer)
  if (isOutage(diagnosis) && look !== undefined) await noteSilence(deps, connection, { ...problem, diagnosis }, look.startedAt ?? now)
  const last = finished.at(-1)
  const status = await deps.vault.status(ownerOf(connection))
  // A step that a person did is proved at once, where the secret may be sent: reading is cheaper than any other step.
  const proveNow = mayProve && (status === 'usable' || status === 'missing') && last?.state === 'done' && last.who === 'person' && last.judged === undefined && unplanned.some(({ kind }) => kind === 'proof')
  const canProbe = (await deps.probes(connection.id)).includes('profile')
  const plan = planFor({ ...problem, diagnosis }, {
    planId: before?.state === 'open' ? before.id : deps.entropy.id(now), now, bankName: connection.institutionName,
    bankDown: await isBankDown(deps, connection, { ...problem, diagnosis }), secret: status, nextTryAt: connection.nextSyncAt, canProbe, finished, answer,
  })
  const kept = { ...plan, createdAt: before?.state === 'open' ? before.createdAt : now }
  return proveNow ? proofFirst(kept, now, last) : kept
}

/** When a read last told otherwise than with this answer of what is broken; minus infinity: not among the newest. */
async function lastOtherAnswer({ store }: RepairDeps, { connectionId, accountId }: Problem, answer: string): Promise<number> {
  const newest = await store.runs.list({ connectionId, limit: RUNS_LOOKED_AT })
  const other = newest.find((run) => {
    const told = run.endedAt === null ? undefined : toldOf(run, accountId)
    return told === null || (told !== undefined && answerOf(mergeEvidence(told.evidence)) !== answer)
  })
  return other?.endedAt ?? -Infinity
}

/** What the bank answered of the whole, or of one account: null, it was read; undefined, the run says nothing of it. */
function toldOf(run: SyncRun, accountId: string | null): Failure | null | undefined {
  if (run.failure !== null || accountId === null) return asksBank(run) ? run.failure : undefined
  return run.accounts.find((one) => one.accountId === accountId)?.failure
}

/** Who was written to answers another day: until then a read that fails says nothing of the step. */
function proofFirst(plan: RepairPlan, now: number, { waitMinutes }: RepairStep): RepairPlan {
  const open = plan.steps.filter(({ state }) => state === 'waiting' || state === 'now')
  const rest = plan.steps.filter((step) => !open.includes(step))
  const proof = open.at(-1)
  if (proof === undefined) return plan
  return { ...plan, steps: [...rest, { ...proof, state: 'now', startedAt: now, notBefore: waitMinutes < LONG_MINUTES ? null : now + waitMinutes * 60_000 }] as unknown as RepairPlan['steps'] }
}

const NEWEST_ALREADY = 'The data about this bank are the newest already.'

/** There were none to load when they were asked for; now an update, or an operator, has brought some. */
async function withoutOldData(deps: RepairDeps, connectionId: string, plan: RepairPlan | null): Promise<RepairPlan | null> {
  const [isOld, isKept] = [({ result }: RepairStep) => result === NEWEST_ALREADY, ({ result }: RepairStep) => result !== NEWEST_ALREADY]
  if (plan?.state !== 'open' || !plan.steps.some(isOld) || !(await deps.hasNewerData(connectionId))) return plan
  return { ...plan, steps: plan.steps.filter(isKept) as unknown as RepairPlan['steps'] }
}

function afterReload(deps: RepairDeps, connection: Connection, turn: Turn, reloaded: Reloaded): Promise<StepOutcome> | StepOutcome {
  if (reloaded === 'taken') return readAgain(deps, connection, turn)
  if (reloaded === 'newest') return { state: 'did_not_help', result: NEWEST_ALREADY }
  return { state: 'did_not_help', result: 'The newest data about this bank name another address. No password goes there until it is typed for it: connect again.' }
}

async function doStep(deps: RepairDeps, connection: Connection, problem: Problem, plan: RepairPlan, step: RepairStep, said: RepairEvent, turn: Turn): Promise<StepOutcome> {
  const person = said.kind === 'person' && said.stepId === step.id ? said.did : null
  const now = deps.clock.now()
  if (step.who === 'person') return checkPerson(deps, connection, problem, step, person, turn)
  if (isWaitedOut(step, problem, now) && !(await isBankDown(deps, connection, problem))) return { state: 'did_not_help', result: 'It was waited for, and the bank still cannot be read.' }
  if (wasRead(step, connection)) return { state: 'did_not_help', result: problem.failure.message }
  const notBefore = waitsUntil(step, connection)
  if (notBefore > now && person === null) return step.who === 'bank' && lookAt(plan, step) <= now ? lookEarly(deps, connection, problem, { ...step, notBefore }, turn) : { state: 'stay', result: step.result, notBefore }
  if (await mayNotSend(deps, connection, problem, step)) return { state: 'stay', result: 'Nothing is sent until the login is unlocked.', notBefore: now + HELD_MS }
  await saved(deps, withStep(plan, { ...step, state: 'running', startedAt: now }, now))
  switch (step.action) {
    case 'auto_retry': return askBank(deps, connection, problem, turn)
    case 'wait_for_bank': return waitForBank(deps, connection, turn)
    case 'update_connection': return afterReload(deps, connection, turn, await deps.reloadInstitution(connection.id))
    // Off and on is a read that starts anew. The switch itself is left alone: a process that dies between the two would leave the feed off.
    default: return readAgain(deps, connection, turn)
  }
}

/** A proof waits for the bank's own pause between two reads; whoever reads meanwhile has tried it. The problem is still open, so it did not work. */
function wasRead(step: RepairStep, { lastAttemptAt }: Connection): boolean {
  return step.kind === 'proof' && step.state === 'now' && step.startedAt !== null && lastAttemptAt !== null && lastAttemptAt > Math.max(step.startedAt, step.notBefore ?? 0)
}

/** Waiting for a bank ends when the schedule asks it: whichever of the two comes first reads, the other sees that it was read. */
function waitsUntil({ who, notBefore }: RepairStep, { nextSyncAt }: Connection): number {
  return Math.max(notBefore ?? 0, who === 'bank' ? (nextSyncAt ?? 0) : 0)
}

/** A locked login is read only by the proof that follows an unlocking. */
async function mayNotSend(deps: RepairDeps, connection: Connection, problem: Problem, step: RepairStep): Promise<boolean> {
  if (step.action === 'auto_retry') return false
  return (await deps.vault.status(ownerOf(connection))) === 'locked' || (step.kind !== 'proof' && showsLock(problem))
}

/** Looks whether a bank that was away is back, or can be reached again from here, without a secret; only then it is read before its time. */
async function lookEarly(deps: RepairDeps, connection: Connection, problem: Problem, step: RepairStep, turn: Turn): Promise<StepOutcome> {
  const stay: StepOutcome = { state: 'stay', result: step.result, notBefore: step.notBefore }
  const isOurs = problem.diagnosis.causes[0]?.cause === 'local_network'
  if (!(isOurs || isOutage(problem.diagnosis)) || !(await mayRead(deps, connection, problem))) return stay
  if (isOurs) return (await notReached(deps, connection, problem)) === null ? waitForBank(deps, connection, turn) : stay
  if (!(await deps.probes(connection.id)).includes('profile')) return stay
  return (await notAnswering(deps, connection, problem)) === null ? waitForBank(deps, connection, turn) : stay
}

/** The problem is closed: its plan, if one is open, ends with the run that proved it. */
export async function endPlan(deps: Pick<RepairDeps, 'store' | 'clock'>, connectionId: string, closed?: readonly Problem[]): Promise<RepairPlan | null> {
  const now = deps.clock.now()
  for (const problem of closed ?? (await lastClosed(deps, connectionId))) {
    const plan = await deps.store.problems.plan(problem.id)
    if (plan === null || plan.state !== 'open' || problem.closedAt === null) continue
    // Closed without a proof: nobody wants this connection to be read any more.
    if (problem.proofRunId === null) return saved(deps, { ...plan, state: 'abandoned', updatedAt: now })
    const result = (await isUnread(deps.store, problem.proofRunId)) ? 'The sign-in worked; no account was switched on to be read.' : 'A read worked.'
    const steps = await Promise.all(plan.steps.map(async (step): Promise<RepairStep> => {
      if (step.kind === 'proof') return { ...step, state: 'done', endedAt: now, result }
      if (step.state === 'now' || step.state === 'running') return { ...step, ...(await atEnd(deps.store, problem, step, result)), endedAt: now }
      if (step.judged === 'unseen') return { ...step, judged: 'helped', result }
      return step.state === 'waiting' ? { ...step, state: 'skipped', result: 'Not needed.' } : step
    }))
    // What was done again before the read worked is not what made it work.
    const judged = steps.map((step, at) => (plan.steps[at]?.judged === 'unseen' && steps.slice(at + 1).some((later) => later.who === 'person' && later.action === step.action && later.state === 'done') ? { ...step, judged: 'unseen' as const, result: 'It was done again later.' } : step))
    return saved(deps, { ...plan, state: 'proved', updatedAt: now, steps: judged as unknown as RepairPlan['steps'] })
  }
  return null
}

/** The run that ended a problem signed in and read no account: none is chosen yet, or all are paused. */
async function isUnread({ runs }: TenantStore, runId: string): Promise<boolean> {
  return (await runs.get(runId))?.accounts.length === 0
}

/** The problems of a connection whose plans `endPlan` ends. */
export function lastClosed({ store }: Pick<RepairDeps, 'store'>, connectionId: string): Promise<readonly Problem[]> {
  return store.problems.list({ connectionId, open: false, limit: 5 })
}

function withStep(plan: RepairPlan, step: RepairStep, now: number): RepairPlan {
  return { ...plan, updatedAt: now, steps: plan.steps.map((one) => (one.id === step.id ? step : one)) as unknown as RepairPlan['steps'] }
}

async function saved(deps: Pick<RepairDeps, 'store'>, plan: RepairPlan): Promise<RepairPlan> {
  await deps.store.problems.savePlan(plan)
  return plan
}
