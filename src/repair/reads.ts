/**
 * The reads of a repair: when one may be sent without a person, and what came of it. A secret that
 * was refused is the vault's to hold back; here are the gentler rules, which keep a feed that mends
 * itself from using up what a person may need: the tries before a lock, the bank's own limits, and
 * a code that somebody is about to type.
 */
import type { Connection, Problem } from '../domain/connection.ts'
import type { RepairStep } from '../domain/repair.ts'
import type { TenantStore } from '../ports/store.ts'
import type { SecretOwner } from '../ports/vault.ts'
import type { RepairDeps } from './advance.ts'
import { lookAround, wrongClock } from './look.ts'

/** What became of a step: `stay` means that a person or time is needed. */
export type StepOutcome = { readonly state: 'done' | 'did_not_help' | 'skipped' | 'stay'; readonly result: string | null; readonly notBefore?: number | null; readonly learned?: RepairStep['learned']; readonly found?: RepairStep['found'] }

const COME_AGAIN_MS = 30_000
const WAIT_AGAIN_MS = 15 * 60_000
const HOUR_MS = 60 * 60_000

/**
 * What was done in this turn: after one read that failed a second at once would only ask the same of
 * the same bank. `attended`: a person is there and has just done something, so the bank's pause between
 * two reads, which is meant for programs, does not hold them up.
 */
export type Turn = { read: boolean; readonly attended: boolean }

/** One read. What it proves is judged by whether it closed the problem, which the caller looks up. */
export async function readAgain(deps: RepairDeps, connection: Connection, turn: Turn): Promise<StepOutcome> {
  const held = await heldUntil(deps, connection, turn)
  if (held !== null) return { state: 'stay', ...held }
  const run = await deps.syncNow(connection.id, 'repair')
  if (run === null) return { state: 'stay', result: null, notBefore: deps.clock.now() + COME_AGAIN_MS }
  turn.read = true
  if (run.outcome === 'suspended') return { state: 'done', result: 'The bank now asks a question.' }
  if (run.outcome === 'succeeded') return { state: 'done', result: 'It was read.' }
  // Nothing was sent, so nothing was learned of what the step is good for.
  if (run.failure?.code === 'secret_withheld') return { state: 'skipped', result: run.failure.message }
  return { state: 'did_not_help', result: run.failure?.message ?? 'Not all accounts could be read.' }
}

/** Why the read must wait, and until when; null: it may be sent. */
async function heldUntil(deps: RepairDeps, connection: Connection, turn: Turn): Promise<{ readonly result: string | null; readonly notBefore: number } | null> {
  const now = deps.clock.now()
  const asked = (await deps.store.challenges.list({ connectionId: connection.id, state: 'open' })).find(({ expiresAt }) => expiresAt > now)
  // Reading anew would make the code worthless that somebody is about to type.
  if (asked !== undefined) return { result: 'The bank asked a question; it waits for its answer.', notBefore: asked.expiresAt }
  const fresh = await deps.store.connections.get(connection.id)
  if (turn.read) return { result: null, notBefore: Math.max(now + COME_AGAIN_MS, fresh?.nextSyncAt ?? now + WAIT_AGAIN_MS) }
  const earliest = turn.attended ? now : await deps.earliestReadAt(connection.id)
  return earliest > now ? { result: null, notBefore: earliest } : null
}

/** The read at the end of a wait. While the bank stays away, waiting goes on; when it has lasted too long, `isWaitedOut` says. */
export async function waitForBank(deps: RepairDeps, connection: Connection, turn: Turn): Promise<StepOutcome> {
  const read = await readAgain(deps, connection, turn)
  if (read.state !== 'did_not_help') return read
  const now = deps.clock.now()
  // A bank that gives no time of its own is asked again after an hour, not in the same turn.
  const later = (await deps.store.connections.get(connection.id))?.nextSyncAt ?? now + HOUR_MS
  return { state: 'stay', result: read.result, notBefore: Math.max(now + COME_AGAIN_MS, later) }
}

const LEARNED = ['answers', 'answers_wrongly', 'says_away'] as const

/** `done`: the bank answers; `did_not_help`: it does not. Both are news for the diagnosis. */
export async function askBank(deps: RepairDeps, connection: Connection, problem: Problem, turn: Turn): Promise<StepOutcome> {
  // What was planned may not be asked any more, where the quota was used up meanwhile.
  if (!(await deps.probes(connection.id)).includes('profile')) return { state: 'skipped', result: 'It cannot be asked without signing in now.' }
  const found = await lookAround(deps, connection, problem)
  const profile = found.find(({ probe }) => probe === 'profile')
  // A question that our own limit kept here got no answer, and none is missing.
  if (profile?.outcome === 'not_asked') return { state: 'skipped', result: profile.sentence, found }
  const learned = LEARNED.find((one) => one === profile?.outcome) ?? 'silent'
  if (learned !== 'answers') return { state: 'did_not_help', result: profile?.sentence ?? null, learned, found }
  if (!(await mayRead(deps, connection, problem))) return { state: 'done', result: 'The bank answers.', learned, found }
  const read = await readAgain(deps, connection, turn)
  return { state: 'done', result: `The bank answers. ${read.result ?? ''}`.trim(), learned, found }
}

/** What is wrong with the bank's answer to the one question that shows whether it is there; null when it answers as it should. */
export async function notAnswering(deps: RepairDeps, connection: Connection, { updatedAt }: Problem): Promise<{ readonly sentence: string } | null> {
  const { outcome, sentence } = await deps.probe(connection.id, 'profile', updatedAt)
  return outcome === 'answers' ? null : { sentence }
}

/**
 * Why this host does not reach the bank, or not by a clock that banks take; null: it does again. The bare way is tried first, which counts nowhere and can be looked at each
 * minute; the protocol is asked only where that is open. `isCut`: nothing was reached.
 */
export async function notReached(deps: RepairDeps, connection: Connection, problem: Problem): Promise<{ readonly sentence: string; readonly isCut: boolean } | null> {
  const offered = await deps.probes(connection.id)
  const way = offered.includes('reach') ? await deps.probe(connection.id, 'reach', problem.updatedAt) : null
  if (way !== null && way.outcome !== 'answers') return { sentence: way.sentence, isCut: true }
  if (!offered.includes('profile')) return way === null ? { sentence: 'It cannot be asked without signing in now.', isCut: false } : null
  const { outcome, sentence, facts } = await deps.probe(connection.id, 'profile', problem.updatedAt)
  if (outcome !== 'answers') return { sentence, isCut: way === null && outcome === 'silent' }
  // It answers whoever asks without signing in, and refuses a sign-in whose time is wrong.
  const wrong = wrongClock(facts.clockSkewSeconds)
  return wrong === null ? null : { sentence: wrong, isCut: false }
}

/** Whether reading without a person makes sense: the bank named no later time, no person is needed, and it brings no lock nearer. */
export async function mayRead(deps: RepairDeps, connection: Connection, problem: Problem): Promise<boolean> {
  const { retry } = problem.failure
  return retry.kind === 'at' && (retry.at === null || retry.at <= deps.clock.now()) && (await costsNoTry(deps, connection))
}

/** The last sign-in that left was accepted: one more is not one of the two that banks forgive. The schedule has those. */
export async function costsNoTry(deps: RepairDeps, connection: Connection): Promise<boolean> {
  if ((await deps.vault.status(ownerOf(connection))) !== 'usable') return false
  return isFresh(await deps.store.secrets.ledger(connection.loginIndex))
}

function isFresh({ attempts }: Awaited<ReturnType<TenantStore['secrets']['ledger']>>): boolean {
  const last = attempts.find(({ outcome }) => outcome !== 'not_sent')
  return last === undefined || last.outcome === 'accepted'
}

export function ownerOf(connection: Connection): SecretOwner {
  return { connectionId: connection.id, loginIndex: connection.loginIndex }
}
