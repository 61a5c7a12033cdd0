/**
 * What a read that failed says of the steps before it. Where the bank still answers as it did, or is still taken to
 * have the same trouble, a step was in vain. Where its own cause is gone from the answer it has helped, although
 * something else is the matter now: the login is unlocked, and its password is wrong besides. And where what stands
 * in the way now would hide that cause (a bank that is away says nothing of a password), nothing was seen yet. Pure.
 */
import { CARDS } from '../diagnose/catalogue.ts'
import { mergeEvidence } from '../diagnose/merge-evidence.ts'
import { fillWords, headings, plainText } from '../diagnose/sentences.ts'
import { answerOf } from '../diagnose/step-news.ts'
import { familyOf, type CauseCode } from '../domain/cause.ts'
import type { Problem } from '../domain/connection.ts'
import type { RepairPlan, RepairStep } from '../domain/repair.ts'
import { message } from '../language/language.ts'
import { say } from '../language/say.ts'
import { isPermission } from './steps.ts'

/** In the order in which they stand in the way: what a bank says of one shows that it found nothing of those before. */
const WAY_IN: readonly (readonly CauseCode[])[] = [
  ['local_network', 'configuration'],
  ['institution_down', 'scheduled_maintenance', 'aggregator_down'],
  ['institution_error', 'rate_limited', 'access_restricted', 'endpoint_moved', 'protocol_outdated', 'connection_migrated', 'client_bug'],
  ['login_locked'],
  ['credentials_invalid'],
  ['password_change_required', 'bank_action_required', 'enrollment_required', 'consent_expired', 'consent_revoked', 'mfa_required', 'mfa_invalid', 'mfa_timeout', 'mfa_method_changed'],
  ['account_closed', 'account_not_found', 'account_not_authorized', 'history_limit'],
]
/** From here on the password was taken, and which of its demands a bank names first differs. */
const LET_IN = 5

const HELPED = message('Helped. This is over: “{what}”')
const OVER = message('What was waited for is over; something else is the matter now.')
const UNSEEN = message('Whether it helped cannot be seen yet: something else is in the way now.')

type Verdict = 'helped' | 'in_vain' | 'unseen'

/** Of what was done while `then` was taken to be the matter. */
function verdictOn(then: CauseCode, { causes }: Problem['diagnosis']): Verdict {
  const now = headings(causes).map(({ cause }) => cause)
  const [first] = now
  if (first === undefined || first === then) return 'in_vain'
  const [was, is] = [placeOf(then), placeOf(first)]
  // One thing in two words: a permission that ended or was withdrawn, a code that was wrong or late.
  if (was === is && familyOf(then) === familyOf(first) && familyOf(then) !== 'authentication') return 'in_vain'
  if (now.includes(then) || was < 0) return 'unseen'
  // Who was told to change the password has done so where the bank takes the old one no more.
  const isChanged = then === 'password_change_required' && first === 'credentials_invalid'
  return is > was || (is === was && is >= LET_IN) || isChanged ? 'helped' : 'unseen'
}

function placeOf(cause: CauseCode): number {
  return WAY_IN.findIndex((causes) => causes.includes(cause))
}

/** The steps that the read of `by`, a proof or a step of Relink's, tried, as it judges them. `problem`: as that read left it. */
export function judged(plan: RepairPlan, by: RepairStep, problem: Problem, bank: string): RepairPlan {
  const inVain = (step: RepairStep): RepairStep => ({ ...step, state: 'did_not_help', result: by.result })
  return withSteps(plan, (by.kind === 'proof' ? triedBy(plan) : [by]).map((step) => seen(plan, step, problem, bank) ?? inVain(step)))
}

/** A plan whose cause is not the first any more: what was done for it, or waited for, as the answer since then shows it. */
export function judgedSince(plan: RepairPlan, problem: Problem, bank: string, now: number): RepairPlan {
  const wait = plan.steps.find(({ state, action }) => state === 'now' && action === 'wait_for_bank')
  const isOver = wait !== undefined && isNews(wait, problem) && verdictOn(plan.cause, problem.diagnosis) === 'helped'
  const over = isOver ? [{ ...wait, state: 'done' as const, endedAt: now, cause: plan.cause, judged: 'helped' as const, result: OVER }] : []
  return withSteps(plan, [...triedBy(plan).flatMap((step) => seen(plan, step, problem, bank) ?? []), ...over])
}

/** What a person did last, as long as nothing shows that it helped; a permission to sign in was for the sake of the step before it. */
function triedBy({ steps }: RepairPlan): readonly RepairStep[] {
  const done = steps.filter(({ state, who }) => state === 'done' && who === 'person')
  const last = done.at(-1)
  return done.slice(last !== undefined && isPermission(last) ? -2 : -1).filter(({ judged }) => judged !== 'helped')
}

/** Null: it was in vain, or nothing was answered since. */
function seen(plan: RepairPlan, step: RepairStep, problem: Problem, bank: string): RepairStep | null {
  const cause = step.cause ?? plan.cause
  const verdict = isNews(step, problem) ? verdictOn(cause, problem.diagnosis) : 'in_vain'
  return verdict === 'in_vain' ? null : { ...step, state: 'done', judged: verdict, result: verdict === 'helped' ? inWords(cause, bank) : UNSEEN }
}

/** The bank has answered otherwise since. */
function isNews({ answer }: RepairStep, { failure }: Problem): boolean {
  return answer !== undefined && answer !== answerOf(mergeEvidence(failure.evidence))
}

/** Results are stored in English, and told in the reader's language (language/retold.ts). */
function inWords(cause: CauseCode, bank: string): string {
  return say('en', HELPED, { what: plainText(fillWords('en', CARDS[cause].what.slice(-1), { bank })) })
}

function withSteps(plan: RepairPlan, steps: readonly RepairStep[]): RepairPlan {
  if (steps.length === 0) return plan
  return { ...plan, steps: plan.steps.map((step) => steps.find(({ id }) => id === step.id) ?? step) as unknown as RepairPlan['steps'] }
}
