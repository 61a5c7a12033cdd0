/**
 * When Relink itself has something to do in a repair, from what is stored: so no job can be lost, and
 * a worker that died is taken over. Pure. A step that waits for its time is due then; before it, a
 * bank that is away is looked at now and then; a person's step is looked at when `notBefore` says so.
 */
import { CAUSES, OUTAGES, type CauseCode } from '../domain/cause.ts'
import { CLOCKS_DIFFER_MS, type Problem } from '../domain/connection.ts'
import type { RepairPlan, RepairStep } from '../domain/repair.ts'
import type { OpenRepair } from '../ports/store.ts'

const MINUTE_MS = 60_000
/** The first look comes soon, later ones ever less often: what took an hour may take another half. */
const FIRST_LOOK_MS = 5 * MINUTE_MS
const LAST_LOOK_MS = 60 * MINUTE_MS
/** Whether this host gets through again is looked at this often at least: who mends a network sits beside it. */
const FEW_MS = 5 * MINUTE_MS
/** Reading to see what a person did at the bank costs a sign-in: as often as the schedule reads a healthy feed, in the end. */
const FIRST_READ_MS = 15 * MINUTE_MS
const LAST_READ_MS = 6 * 60 * MINUTE_MS

/** Also what was noted by a clock that ran ahead: until ours is there, too, nothing would be done. */
export function isRepairDue(open: Pick<OpenRepair, 'plan' | 'updatedAt' | 'cause'>, now: number): boolean {
  const dueAt = repairDueAt(open)
  return dueAt !== null && (dueAt <= now || Math.max(open.updatedAt, open.plan?.updatedAt ?? 0) > now + CLOCKS_DIFFER_MS)
}

/** Epoch ms, possibly past; null when only a person can go on. */
export function repairDueAt({ plan, updatedAt, cause }: Pick<OpenRepair, 'plan' | 'updatedAt' | 'cause'>): number | null {
  // News since the plan was looked at last: a run has told more of the problem.
  if (plan === null || plan.state !== 'open' || plan.cause !== cause || plan.updatedAt < updatedAt) return updatedAt
  const step = presentStep(plan)
  if (step === undefined) return null
  if (step.state === 'running') return step.startedAt ?? plan.updatedAt
  if (step.who === 'person') return step.notBefore
  const timeAt = step.notBefore ?? plan.updatedAt
  return step.who === 'bank' && mayEndEarly(plan.cause) ? Math.min(timeAt, lookAt(plan, step)) : timeAt
}

/** An outage may be over before its time, this host may get through again, and the wait for it that comes before a person's step; of other waits a look would show nothing. */
function mayEndEarly(cause: CauseCode): boolean {
  return OUTAGES.includes(cause) || cause === 'local_network' || (cause !== 'unknown' && CAUSES[cause].whose === 'person')
}

export function presentStep(plan: RepairPlan): RepairStep | undefined {
  return plan.steps.find(({ state }) => state === 'now' || state === 'running')
}

/** What ends by itself, and how long that is waited for before somebody is troubled. */
const PASSES: ReadonlySet<CauseCode> = new Set(['institution_down', 'institution_error', 'scheduled_maintenance', 'aggregator_down', 'rate_limited'])
const PATIENCE_MS = 48 * 60 * MINUTE_MS

/**
 * A wait has lasted long enough: a read failed meanwhile, the bank named no later time, and what is
 * likely does not pass by itself, or did not in two days.
 */
export function isWaitedOut(step: RepairStep, { updatedAt, failure, diagnosis }: Problem, now: number): boolean {
  if (step.action !== 'wait_for_bank' || step.startedAt === null || updatedAt <= step.startedAt) return false
  if (failure.retry.kind === 'at' && failure.retry.at !== null && failure.retry.at > now) return false
  const passing = diagnosis.causes.reduce((sum, { cause, p }) => sum + (PASSES.has(cause) ? p : 0), 0)
  return now - step.startedAt >= (passing >= 0.5 ? PATIENCE_MS : step.waitMinutes * MINUTE_MS)
}

/** When a step that waits is looked at again although its time has not come: soon where it is this host that does not get through. */
export function lookAt(plan: RepairPlan, step: RepairStep): number {
  if (plan.cause === 'local_network') return plan.updatedAt + FEW_MS
  return plan.updatedAt + between(FIRST_LOOK_MS, (plan.updatedAt - (step.startedAt ?? plan.createdAt)) / 2, LAST_LOOK_MS)
}

/** When a harmless question tells next whether the person's step had its effect. `isCut`: this host does not even get through, so the question reaches nobody whom it could trouble. */
export function nextProbeAt(step: RepairStep, now: number, isCut: boolean): number {
  return now + between(MINUTE_MS, isCut ? 0 : (now - (step.startedAt ?? now)) / 2, FEW_MS)
}

/** When a read tells next whether the person's step had its effect. */
export function nextReadAt(step: RepairStep, now: number): number {
  return now + between(FIRST_READ_MS, now - (step.startedAt ?? now), LAST_READ_MS)
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
