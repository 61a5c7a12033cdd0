/**
 * Carries a repair on: does what Relink can do by itself, checks what a person did by its effect,
 * treats a step that did not help as evidence and plans anew, and ends only with a proof, a run that
 * works. Every change is saved before and after an act, so that a repair survives a restart at any
 * point: a step found `running` is done again, which is safe, because a secret is lent only by the
 * vault. Never asks for a secret while the bank is down; a locked login is tried once, and only
 * after a person said that it is unlocked.
 */
import type { Probe, ProbeResult } from '../connector-kit/connector.ts'
import type { Connection, Problem } from '../domain/connection.ts'
import type { RepairPlan, RepairStep } from '../domain/repair.ts'
import type { SyncRun } from '../domain/run.ts'
import { diagnose } from '../diagnose/diagnose.ts'
import { newsOf } from '../diagnose/step-news.ts'
import { mergeEvidence } from '../diagnose/merge-evidence.ts'
import { isOutage, loadBankHealth, problemsOf, showsLock } from '../diagnose/problems.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import type { SecretStatus, Vault } from '../ports/vault.ts'
import { planFor } from './plan.ts'

export type RepairDeps = {
  readonly store: TenantStore
  readonly vault: Vault
  readonly clock: Clock
  readonly entropy: Entropy
  /** Reads the connection now; problems are settled when it resolves. */
  readonly syncNow: (connectionId: string, trigger: 'repair') => Promise<SyncRun>
  readonly probe: (connectionId: string, probeId: string) => Promise<ProbeResult>
  readonly connectorProbes: (connectionId: string) => Promise<readonly Probe[]> | readonly Probe[]
  /** Loads the newest data of the institution into the connection; false when nothing changed. */
  readonly reloadInstitution: (connectionId: string) => Promise<boolean>
}

/** `go_on`: time passed or something happened; `person`: what a person says of a step. */
export type RepairEvent = { readonly kind: 'go_on' } | { readonly kind: 'person'; readonly stepId: string; readonly did: 'done' | 'cannot' }

/** What became of a step: `stay` means that a person or time is needed. */
type StepOutcome = { readonly state: 'done' | 'did_not_help' | 'skipped' | 'stay'; readonly result: string | null; readonly notBefore?: number | null }

const MOST_ACTS = 12
const WAIT_AGAIN_MS = 15 * 60_000

/** Goes on until a person, the bank or time is needed, or the proof is there. Null: nothing is broken. */
export async function advanceRepair(deps: RepairDeps, connectionId: string, event: RepairEvent): Promise<RepairPlan | null> {
  let said = event
  let workedAt: string | null = null
  for (let act = 0; act < MOST_ACTS; act++) {
    const connection = await deps.store.connections.get(connectionId)
    if (connection === null) return null
    const problems = await problemsOf(deps.store, connection)
    const problem = problems.find((one) => one.connectionId === connectionId)
    // The outage of the bank that another connection reported: it is mended there, once for all.
    if (problem === undefined && problems[0] !== undefined) return deps.store.problems.plan(problems[0].id)
    if (problem === undefined) return (await endPlan(deps, connectionId)) ?? (workedAt === null ? null : deps.store.problems.plan(workedAt))
    workedAt = problem.id
    const plan = await currentPlan(deps, connection, problem)
    const step = plan.steps.find(({ state }) => state === 'now' || state === 'running')
    if (step === undefined) return plan
    const outcome = await doStep(deps, connection, problem, plan, step, said)
    said = { kind: 'go_on' }
    const still = await deps.store.problems.get(problem.id)
    if (still === null || still.closedAt !== null) continue
    const now = deps.clock.now()
    if (outcome.state === 'stay') return saved(deps, withStep(plan, { ...step, state: 'now', result: outcome.result, notBefore: outcome.notBefore ?? step.notBefore }, now))
    const ended = withStep(plan, { ...step, state: outcome.state, result: outcome.result, endedAt: now }, now)
    await saved(deps, await replan(deps, connection, still, step.kind === 'proof' ? blameLast(ended, outcome, now) : ended))
  }
  const [problem] = await deps.store.problems.list({ connectionId, open: true, limit: 1 })
  return problem === undefined ? endPlan(deps, connectionId) : deps.store.problems.plan(problem.id)
}

/** The stored plan of a problem, or a new one, stored. */
export async function currentPlan(deps: RepairDeps, connection: Connection, problem: Problem): Promise<RepairPlan> {
  const stored = await deps.store.problems.plan(problem.id)
  if (stored !== null && stored.state === 'open' && stored.cause === problem.diagnosis.causes[0]?.cause) return stored
  return saved(deps, await replan(deps, connection, problem, stored))
}

/** A plan from the distribution as it is after what was tried; what was done stays in front. */
async function replan(deps: RepairDeps, connection: Connection, problem: Problem, before: RepairPlan | null): Promise<RepairPlan> {
  const now = deps.clock.now()
  const finished = (before?.steps ?? []).filter(({ kind, state }) => kind !== 'proof' && (state === 'done' || state === 'did_not_help' || state === 'skipped'))
  const unplanned = before?.steps.filter(({ state }) => state === 'waiting' || state === 'now') ?? []
  const news = before === null ? [] : newsOf(before)
  const diagnosis = news.length === 0 ? problem.diagnosis : diagnose({ evidence: mergeEvidence(problem.failure.evidence), context: problem.context }, undefined, news)
  if (news.length > 0) await deps.store.problems.update(problem.id, { diagnosis, updatedAt: now })
  const last = finished.at(-1)
  // A step that a person did is proved at once: reading is cheaper than any other step.
  const proveNow = last?.state === 'done' && last.who === 'person' && unplanned.some(({ kind }) => kind === 'proof')
  const health = (await loadBankHealth(deps.store, now)).get(connection.institutionId)
  const status = await deps.vault.status(ownerOf(connection))
  const probes = await deps.connectorProbes(connection.id)
  const plan = planFor({ ...problem, diagnosis }, {
    planId: before?.state === 'open' ? before.id : deps.entropy.id(now), now, bankName: connection.institutionName,
    bankDown: health?.status === 'down' || isOutage(diagnosis), locked: status === 'locked', held: status === 'withheld_unknown', nextTryAt: connection.nextSyncAt, canProbe: probes.length > 0, finished,
  })
  const kept = { ...plan, createdAt: before?.state === 'open' ? before.createdAt : now }
  return proveNow ? proofFirst(kept) : kept
}

/** A proof that failed says of the person's step before it that it did not help. */
function blameLast(plan: RepairPlan, outcome: StepOutcome, now: number): RepairPlan {
  const last = plan.steps.findLast(({ state, who }) => state === 'done' && who === 'person')
  return outcome.state !== 'did_not_help' || last === undefined ? plan : withStep(plan, { ...last, state: 'did_not_help', result: outcome.result }, now)
}

function proofFirst(plan: RepairPlan): RepairPlan {
  const open = plan.steps.filter(({ state }) => state === 'waiting' || state === 'now')
  const rest = plan.steps.filter((step) => !open.includes(step))
  const proof = open.at(-1)
  if (proof === undefined) return plan
  return { ...plan, steps: [...rest, { ...proof, state: 'now' }] as unknown as RepairPlan['steps'] }
}

async function doStep(deps: RepairDeps, connection: Connection, problem: Problem, plan: RepairPlan, step: RepairStep, said: RepairEvent): Promise<StepOutcome> {
  const person = said.kind === 'person' && said.stepId === step.id ? said.did : null
  if (step.who === 'person') return checkPerson(deps, connection, problem, step, person)
  if (step.notBefore !== null && step.notBefore > deps.clock.now() && person === null) return { state: 'stay', result: step.result }
  if (await mayNotSend(deps, connection, problem, step)) return { state: 'stay', result: 'Nothing is sent until the login is unlocked.' }
  await saved(deps, withStep(plan, { ...step, state: 'running', startedAt: deps.clock.now() }, deps.clock.now()))
  switch (step.action) {
    case 'auto_retry': return askBank(deps, connection, problem)
    case 'wait_for_bank': return waitForBank(deps, connection)
    case 'update_connection': return (await deps.reloadInstitution(connection.id)) ? readAgain(deps, connection) : { state: 'did_not_help', result: 'The data about this bank are the newest already.' }
    case 'toggle_feed': return toggle(deps, connection)
    default: return readAgain(deps, connection)
  }
}

/** A locked login is read only by the proof that follows an unlocking. */
async function mayNotSend(deps: RepairDeps, connection: Connection, problem: Problem, step: RepairStep): Promise<boolean> {
  if (step.action === 'auto_retry') return false
  return (await deps.vault.status(ownerOf(connection))) === 'locked' || (step.kind !== 'proof' && showsLock(problem))
}

/** Effects are looked for, not clicks: a new secret, an answered question, a bank that answers. */
async function checkPerson(deps: RepairDeps, connection: Connection, problem: Problem, step: RepairStep, said: 'done' | 'cannot' | null): Promise<StepOutcome> {
  if (said === 'cannot') return { state: 'skipped', result: 'Not possible, says the person.' }
  if (step.action === 'fix_credentials') {
    const enteredAt = connection.secretChangedAt
    if (enteredAt === null || enteredAt < (step.startedAt ?? 0)) return { state: 'stay', result: said === 'done' ? 'No new password is stored yet.' : null }
    const refusedSince = problem.updatedAt > enteredAt && (await deps.vault.status(ownerOf(connection))) === 'refused'
    return refusedSince ? { state: 'did_not_help', result: 'The bank did not accept this one either.' } : { state: 'done', result: 'A new password is stored.' }
  }
  if (step.action === 'update_mfa') {
    const asked = await deps.store.challenges.list({ connectionId: connection.id, state: 'open' })
    if (asked.length > 0) return { state: 'stay', result: said === 'done' ? 'The question is not answered yet.' : null }
    return said === 'done' ? { state: 'done', result: 'A read will ask the bank anew.' } : { state: 'stay', result: null }
  }
  if (said === null) return { state: 'stay', result: step.result }
  if (step.action === 'remove_account' && problem.accountId !== null) await endFeedOf(deps.store, problem.accountId)
  if (step.action === 'unlock_at_bank') await deps.vault.unlock(ownerOf(connection))
  // Who says that it is done asks for one sign-in: the person for whom the ledger waits after two that were not accepted.
  else if (allowsSignIn(step, await deps.vault.status(ownerOf(connection)))) await deps.vault.grantOneUse(ownerOf(connection), 'person')
  return { state: 'done', result: 'Done, says the person; a read will show.' }
}

/** After something was done at the bank, the same secret may be taken that was refused before; other steps change nothing in that. */
function allowsSignIn({ action }: RepairStep, status: SecretStatus): boolean {
  return status === 'withheld_unknown' || (status === 'refused' && (action === 'enroll_at_bank' || action === 'act_at_bank_site'))
}

/** An account that ended is not read any more; its rows stay. */
async function endFeedOf(store: TenantStore, accountId: string): Promise<void> {
  const account = await store.accounts.get(accountId)
  if (account?.state === 'open' || account?.state === 'missing') await store.accounts.update(accountId, { state: 'paused' })
}

/** `done`: the bank answers; `did_not_help`: it does not. Both are news for the diagnosis. */
async function askBank(deps: RepairDeps, connection: Connection, problem: Problem): Promise<StepOutcome> {
  for (const probe of await deps.connectorProbes(connection.id)) {
    const result = await deps.probe(connection.id, probe.id)
    if (!result.ok) return { state: 'did_not_help', result: result.sentence }
  }
  if (!(await mayRead(deps, connection, problem))) return { state: 'done', result: 'The bank answers.' }
  const read = await readAgain(deps, connection)
  return { state: 'done', result: `The bank answers. ${read.result ?? ''}`.trim() }
}

/** Whether reading without a person makes sense: the login is usable, the bank named no later time, and no question would be sent out. */
async function mayRead(deps: RepairDeps, connection: Connection, problem: Problem): Promise<boolean> {
  if ((await deps.vault.status(ownerOf(connection))) !== 'usable') return false
  const { retry } = problem.failure
  return retry.kind === 'at' && (retry.at === null || retry.at <= deps.clock.now())
}

/** While the bank stays away, waiting goes on; that is no evidence against an outage. */
async function waitForBank(deps: RepairDeps, connection: Connection): Promise<StepOutcome> {
  const read = await readAgain(deps, connection)
  if (read.state !== 'did_not_help') return read
  const later = (await deps.store.connections.get(connection.id))?.nextSyncAt ?? deps.clock.now() + WAIT_AGAIN_MS
  return { state: 'stay', result: read.result, notBefore: later }
}

async function toggle(deps: RepairDeps, connection: Connection): Promise<StepOutcome> {
  await deps.store.connections.update(connection.id, { state: 'disabled' })
  await deps.store.connections.update(connection.id, { state: 'active' })
  return readAgain(deps, connection)
}

/** One read. What it proves is judged by whether it closed the problem, which the caller looks up. */
async function readAgain(deps: RepairDeps, connection: Connection): Promise<StepOutcome> {
  const run = await deps.syncNow(connection.id, 'repair')
  if (run.outcome === 'suspended') return { state: 'done', result: 'The bank now asks a question.' }
  if (run.outcome === 'succeeded') return { state: 'done', result: 'It was read.' }
  // Nothing was sent, so nothing was learned of what the step is good for.
  if (run.failure?.code === 'secret_withheld') return { state: 'skipped', result: run.failure.message }
  return { state: 'did_not_help', result: run.failure?.message ?? 'Not all accounts could be read.' }
}

/** The problem is closed: its plan, if one is open, ends with the run that proved it. */
export async function endPlan(deps: Pick<RepairDeps, 'store' | 'clock'>, connectionId: string): Promise<RepairPlan | null> {
  const now = deps.clock.now()
  for (const problem of await deps.store.problems.list({ connectionId, open: false, limit: 5 })) {
    const plan = await deps.store.problems.plan(problem.id)
    if (plan === null || plan.state !== 'open' || problem.closedAt === null) continue
    const steps = plan.steps.map((step): RepairStep => {
      if (step.kind === 'proof') return { ...step, state: 'done', endedAt: now, result: 'A read worked.' }
      if (step.state === 'now' || step.state === 'running') return { ...step, state: 'done', endedAt: now }
      return step.state === 'waiting' ? { ...step, state: 'skipped', result: 'Not needed.' } : step
    })
    return saved(deps, { ...plan, state: 'proved', updatedAt: now, steps: steps as unknown as RepairPlan['steps'] })
  }
  return null
}

function withStep(plan: RepairPlan, step: RepairStep, now: number): RepairPlan {
  return { ...plan, updatedAt: now, steps: plan.steps.map((one) => (one.id === step.id ? step : one)) as unknown as RepairPlan['steps'] }
}

async function saved(deps: Pick<RepairDeps, 'store'>, plan: RepairPlan): Promise<RepairPlan> {
  await deps.store.problems.savePlan(plan)
  return plan
}

function ownerOf(connection: Connection): { readonly connectionId: string; readonly loginIndex: string } {
  return { connectionId: connection.id, loginIndex: connection.loginIndex }
}
