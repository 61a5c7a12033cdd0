/**
 * What a person did, seen by its effect and not by a click: a new password, a changed setting, an
 * answered question; at the bank, by a harmless question or by a read that costs no try. Where only
 * the person can know (a locked login, a secret that the bank refused), their word is waited for; and
 * only a step that says so in its title lets a secret out that the ledger holds back.
 */
import type { Connection, Problem } from '../domain/connection.ts'
import type { RepairStep } from '../domain/repair.ts'
import { familyOf } from '../domain/cause.ts'
import { CARDS } from '../diagnose/catalogue.ts'
import type { TenantStore } from '../ports/store.ts'
import type { SecretStatus } from '../ports/vault.ts'
import type { RepairDeps } from './advance.ts'
import { adoptionOf } from '../sync/adopt-account.ts'
import { isPermission, SAME_SECRET } from './steps.ts'
import { nextProbeAt, nextReadAt } from './due.ts'
import { costsNoTry, notReached, ownerOf, readAgain, type StepOutcome, type Turn } from './reads.ts'

const FEED_IS_OFF = 'Its feed was switched off.'

/** `said` null: nobody said anything; the effect is looked for all the same. */
export async function checkPerson(deps: RepairDeps, connection: Connection, problem: Problem, step: RepairStep, said: 'done' | 'cannot' | null, turn: Turn): Promise<StepOutcome> {
  if (said === 'cannot') return { state: 'skipped', result: 'Reported as not possible.' }
  if (step.action === 'fix_credentials') return newSecret(deps, connection, problem, step, said)
  if (step.action === 'update_mfa') {
    const asked = await deps.store.challenges.list({ connectionId: connection.id, state: 'open' })
    if (asked.length > 0) return { state: 'stay', result: said === 'done' ? 'The question is not answered yet.' : null }
    return said === 'done' ? { state: 'done', result: 'A read will ask the bank anew.' } : { state: 'stay', result: null }
  }
  if (said === null) return doneBy(await seen(deps.store, connection, problem, step)) ?? look(deps, connection, problem, step, turn)
  if (step.action === 'remove_account' && problem.accountId !== null) {
    await endFeedOf(deps.store, problem.accountId)
    return { state: 'done', result: FEED_IS_OFF }
  }
  if (step.action === 'unlock_at_bank') await deps.vault.unlock(ownerOf(connection))
  // What was corrected in the bank's entry is not this connection's before it is taken over.
  if (step.action === 'fix_configuration') await deps.reloadInstitution(connection.id)
  if (isPermission(step)) {
    if (!letsOut(step, await deps.vault.status(ownerOf(connection)))) return { state: 'skipped', result: 'Not needed any more.' }
    await deps.vault.grantOneUse(ownerOf(connection), 'person')
    return { state: 'done', result: 'Relink signs in once.' }
  }
  return { state: 'done', result: 'Reported as done; the next read will show.' }
}

/** What was stored here since the step began, and what the bank said of it; null: nothing that shows without asking anybody. */
export async function effectOf(deps: RepairDeps, connection: Connection, problem: Problem, step: RepairStep): Promise<(StepOutcome & { readonly state: RepairStep['state'] }) | null> {
  const outcome = step.action === 'fix_credentials' ? await newSecret(deps, connection, problem, step, null) : doneBy(await seen(deps.store, connection, problem, step))
  return outcome === null || outcome.state === 'stay' ? null : { ...outcome, state: outcome.state }
}

function doneBy(result: string | null): StepOutcome | null {
  return result === null ? null : { state: 'done', result }
}

async function newSecret(deps: RepairDeps, connection: Connection, problem: Problem, step: RepairStep, said: 'done' | null): Promise<StepOutcome> {
  const enteredAt = connection.secretChangedAt
  if (enteredAt === null || enteredAt < (step.startedAt ?? 0)) return { state: 'stay', result: said === 'done' ? 'No new password is stored yet.' : null }
  const refusedSince = problem.updatedAt > enteredAt && (await deps.vault.status(ownerOf(connection))) === 'refused'
  return refusedSince ? { state: 'did_not_help', result: 'The bank did not accept this one either.' } : { state: 'done', result: 'A new password is stored.' }
}

/**
 * What became of the step that was now when a read works: done where its effect was seen, here or in that read itself, and else not needed any more.
 * Nobody is said to have sent a letter because the bank mended itself. `read`: what the read showed, in a sentence.
 */
export async function atEnd(store: TenantStore, problem: Problem, step: RepairStep, read: string): Promise<Pick<RepairStep, 'state' | 'result'>> {
  if (step.state === 'running' || step.who === 'bank') return { state: 'done', result: read }
  if (step.who === 'person' && (step.action === 'fix_network' || isAtBank(step, problem))) return { state: 'done', result: 'The bank lets Relink read again.' }
  const connection = await store.connections.get(problem.connectionId)
  const outcome = connection === null || step.who !== 'person' ? null : ((await seen(store, connection, problem, step)) ?? (await seenInRead(store, connection, problem, step)))
  return outcome === null ? { state: 'skipped', result: 'Not needed any more.' } : { state: 'done', result: outcome }
}

/** Done at the bank, where nothing shows but that it lets Relink in: always, or for this cause, such as a permission that is renewed. */
function isAtBank({ action }: RepairStep, { diagnosis }: Problem): boolean {
  const next = CARDS[diagnosis.causes[0]?.cause ?? 'unknown'].next
  return AT_BANK.includes(action) || (next?.atBank === true && next.action === action)
}
const AT_BANK: readonly RepairStep['action'][] = ['act_at_bank_site', 'unlock_at_bank', 'enroll_at_bank']

/** What the read shows to be right that somebody entered since the step began. */
async function seenInRead({ accounts, challenges }: TenantStore, { id, secretChangedAt }: Connection, { accountId, proofRunId }: Problem, { action, startedAt }: RepairStep): Promise<string | null> {
  if (action === 'fix_credentials') return secretChangedAt !== null && secretChangedAt >= (startedAt ?? 0) ? 'A new password is stored.' : null
  if (action === 'reconnect' && accountId !== null) return adoptionOf(await accounts.sources({ connectionId: id }), accountId) === null ? null : 'It goes on as another account of the bank.'
  if (action !== 'update_mfa') return null
  // The read that sent it ends before it is noted as accepted.
  return (await challenges.list({ connectionId: id, state: ['answered', 'accepted'], limit: 1 })).some(({ state, runId }) => state === 'answered' || runId === proofRunId) ? 'The bank accepted the answer.' : null
}

/** What was changed here since the step began. */
async function seen(store: TenantStore, connection: Connection, problem: Problem, step: RepairStep): Promise<string | null> {
  const since = (at: number | null): boolean => at !== null && step.startedAt !== null && at >= step.startedAt
  if (step.action === 'reconnect' && since(connection.secretChangedAt)) return 'The sign-in was entered again.'
  if (step.action === 'fix_configuration' && since(connection.settingsChangedAt)) return 'The setting was changed.'
  if (step.action === 'remove_account' && problem.accountId !== null && (await store.accounts.get(problem.accountId))?.state === 'paused') return FEED_IS_OFF
  return null
}

/** Whether the effect shows at the bank; when that cannot be asked without harm, the step waits for the person's word. */
async function look(deps: RepairDeps, connection: Connection, problem: Problem, step: RepairStep, turn: Turn): Promise<StepOutcome> {
  const now = deps.clock.now()
  const due = step.notBefore === null || step.notBefore <= now
  if (step.action === 'fix_network') {
    if (!due) return { state: 'stay', result: step.result }
    const wrong = await notReached(deps, connection, problem)
    return wrong === null ? { state: 'done', result: 'The bank can be reached again.' } : { state: 'stay', result: wrong.sentence, notBefore: nextProbeAt(step, now, wrong.isCut) }
  }
  if (!(await readShows(deps, connection, problem, step))) return { state: 'stay', result: step.result, notBefore: null }
  if (step.notBefore === null) return { state: 'stay', result: step.result, notBefore: nextReadAt(step, now) }
  if (!due) return { state: 'stay', result: step.result }
  const read = await readAgain(deps, connection, turn)
  if (read.state === 'done') return read
  return { state: 'stay', result: step.result, notBefore: Math.max(read.notBefore ?? 0, nextReadAt(step, now)) }
}

/**
 * Nobody else reads this connection (the schedule waits for a person), the sign-in itself works, so
 * that a read brings no lock nearer, and it would ask nobody for a code.
 */
async function readShows(deps: RepairDeps, connection: Connection, { failure, diagnosis }: Problem, step: RepairStep): Promise<boolean> {
  if (connection.nextSyncAt !== null || failure.retry.kind === 'at' || step.action === 'unlock_at_bank') return false
  if (familyOf(diagnosis.causes[0]?.cause ?? 'unknown') === 'mfa') return false
  const { attempts } = await deps.store.secrets.ledger(connection.loginIndex)
  return attempts.length > 0 && (await costsNoTry(deps, connection))
}

/** Whether a permission is for what the ledger holds back now: one to sign in is none to repeat what was refused meanwhile. */
export function letsOut({ kind }: RepairStep, status: SecretStatus): boolean {
  return kind === SAME_SECRET.kind ? status === 'refused' : status === 'withheld_unknown' || status === 'interrupted'
}

/** An account that ended is not read any more; its rows stay. */
async function endFeedOf(store: TenantStore, accountId: string): Promise<void> {
  const account = await store.accounts.get(accountId)
  if (account?.state === 'open' || account?.state === 'missing') await store.accounts.update(accountId, { state: 'paused' })
}
