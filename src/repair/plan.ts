/**
 * Makes the plan of a repair: steps in the order that costs least until it works, by probability of
 * success over cost (Heckerman, Breese, Rommelse 1995), ending with a proof. Pure. Safety comes
 * before cost: while the bank is down, or is not even reached, nobody is asked for a secret, and a
 * locked login gets one step, the unlocking at the bank, and one check after it.
 */
import type { ActionCode, CauseCode } from '../domain/cause.ts'
import type { Problem } from '../domain/connection.ts'
import type { Failure, Stage } from '../domain/evidence.ts'
import type { RepairPlan, RepairStep } from '../domain/repair.ts'
import { rulesThatHold, waysToEnd } from '../diagnose/action.ts'
import { CARDS } from '../diagnose/catalogue.ts'
import { readRecord } from '../diagnose/diagnose.ts'
import { minutesOf } from '../diagnose/knowledge/action-costs.ts'
import { KNOWLEDGE } from '../diagnose/knowledge/base.ts'
import { mergeEvidence } from '../diagnose/merge-evidence.ts'
import type { SecretStatus } from '../ports/vault.ts'
import { ALLOW_SIGN_IN, IN_WORDS_OF, isPermission, NEW_PASSWORD, PROOF_TITLE, SAME_SECRET, STANDS_FOR, stepIdOf, STEPS, WAIT_FOR_ANSWER, type StepText } from './steps.ts'

export type PlanFacts = {
  readonly planId: string
  readonly now: number
  readonly bankName: string
  /** An outage of the bank is open, by its other connections or by probes. */
  readonly bankDown: boolean
  /** What the vault does with the secret: nothing is planned that it will not lend for. */
  readonly secret: SecretStatus
  /** When the schedule asks again; waiting steps end then. */
  readonly nextTryAt: number | null
  /** The connector can ask harmless questions. */
  readonly canProbe: boolean
  /** What the bank answers now (diagnose/step-news.ts). */
  readonly answer?: string
  /** Steps that were done already, in their order; they stay in front. */
  readonly finished: readonly RepairStep[]
}

/** Nothing is quite free. */
const LEAST_COST = 0.05
/** A step less likely to help than this is not worth a line. */
const WORTH_TRYING = 0.04
/** The schedule asks again anyway: to wait for it is a step of its own only where it may well help. */
const WORTH_WAITING = 0.1
const LIKELY = 0.5
const MOST_STEPS = 6
const BEFORE_BANK: readonly Stage[] = ['resolve', 'connect', 'tls']
/** A second password may be right where the first was not; that it failed once has lowered its place. */
const REPEATABLE: readonly ActionCode[] = ['fix_credentials', 'update_mfa', 'unlock_at_bank', 'wait_for_bank']
/** After these a secret may be taken that the bank refused before. */
const AT_BANK: readonly (ActionCode | null)[] = ['unlock_at_bank', 'act_at_bank_site', 'enroll_at_bank', 'contact_bank']
/** Who did the same so often is not asked for it again. */
const MOST_REPEATS = 5
const HELPS_TO_UNLOCK: readonly ActionCode[] = ['contact_bank', 'contact_support']
const MINUTE_MS = 60_000
/** After so long a login that nothing unlocked may be unlocked at last: by the bank, which was written to, or by itself. */
const UNLOCK_AGAIN_MS = 24 * 60 * MINUTE_MS
const MOST_WAIT_MINUTES = 24 * 60
/** As often as the schedule reads a healthy feed. */
const ALONE_MS = 6 * 60 * MINUTE_MS

/** A plan for an open problem. Its last step is the proof; the first unfinished step is `now`. */
export function planFor(problem: Problem, facts: PlanFacts): RepairPlan {
  const chosen = stepsFor(problem, facts)
  // Some that were finished may be gone; the number of each is its own.
  const done = Math.max(facts.finished.length, ...facts.finished.map(({ id }) => Number.parseInt(id, 10) || 0))
  const steps = chosen.map((text, at) => stepOf(text, facts, done + at))
  const proof = proofStep(facts, done + steps.length, steps.length === 0)
  const open = [...steps, proof].map((step, at) => (at === 0 ? { ...step, state: 'now' as const, startedAt: facts.now } : step))
  return {
    id: facts.planId, problemId: problem.id, connectionId: problem.connectionId, cause: problem.diagnosis.causes[0]?.cause ?? 'unknown',
    createdAt: facts.now, updatedAt: facts.now, state: 'open',
    steps: [...facts.finished, ...open] as unknown as RepairPlan['steps'],
  }
}

function stepsFor(problem: Problem, facts: PlanFacts): readonly StepText[] {
  const p = new Map(problem.diagnosis.causes.map((one) => [one.cause, one.p]))
  const of = (...causes: CauseCode[]) => causes.reduce((sum, cause) => sum + (p.get(cause) ?? 0), 0)
  // Unlocked, says the person; but the password was refused before, or may have been when Relink died, and that is what is left.
  const unlocked = (facts.secret === 'refused' || facts.secret === 'interrupted') && facts.finished.some(({ action, state }) => action === 'unlock_at_bank' && state === 'done')
  if (facts.secret === 'locked' || (of('login_locked') >= LIKELY && !unlocked)) return toUnlock(facts)
  const down = facts.bankDown || of('institution_down', 'scheduled_maintenance') >= LIKELY
  const isDeaf = down || gotNoAnswer(problem.failure)
  const wants = votes(problem)
  const isWorthIt = (step: StepText, helps: number): boolean => (unlocked ? step.action === 'fix_credentials' || (helps >= WORTH_TRYING && step.action !== 'unlock_at_bank') : helps >= (isWait(step) ? WORTH_WAITING : WORTH_TRYING))
  const inItsWords = IN_WORDS_OF[problem.diagnosis.causes[0]?.cause ?? 'unknown']
  const known = inItsWords === undefined ? STEPS : STEPS.map((step) => (step.action === inItsWords.action ? inItsWords : step))
  const byWorth = (needsPermission(facts) ? [...known, ALLOW_SIGN_IN] : known)
    .filter((step) => !isOver(step, facts) && (facts.canProbe || step.action !== 'auto_retry' || isPermission(step)) && !(isDeaf && step.needsSecret))
    // These end with a read, and none may be sent.
    .filter((step) => !(facts.secret === 'refused' && !isDeaf && (isWait(step) || step.action === 'update_mfa')))
    .map((step) => ({ step, helps: helpOf(step, wants), worth: unlocked && step.action === 'fix_credentials' ? Infinity : isLast(step, facts, of('history_limit')) ? 0 : helpOf(step, wants) / costOf(step) }))
    .filter(({ step, helps }) => isWorthIt(step, helps) || (down && step.action === 'wait_for_bank'))
    .sort((a, b) => b.worth - a.worth)
  const ranked = asTheCardHasIt(byWorth, problem).slice(0, MOST_STEPS).map(({ step }) => step)
  const steps = ranked.length > 0 ? ranked : STEPS.filter((step) => step.action === 'contact_support' && !isOver(step, facts))
  if (needsPermission(facts)) return withPermission(steps, facts)
  return facts.secret === 'refused' && !isDeaf ? withSameSecret(steps, facts) : steps
}

type Ranked = { readonly step: StepText; readonly worth: number }

/** What the card of a likely cause asks comes first of all that a person is asked, so that card and steps ask for one thing: a letter not before what can be done at the bank's site. */
function asTheCardHasIt(ranked: readonly Ranked[], { diagnosis: { causes: [first] } }: Problem): readonly Ranked[] {
  const asked = first !== undefined && first.p >= LIKELY ? CARDS[first.cause].next?.action : undefined
  const isPersons = ({ step }: Ranked): boolean => step.who === 'person'
  const own = ranked.find((one) => isPersons(one) && one.step.action === asked && one.worth > 0)
  return own === undefined ? ranked : ranked.filter((one) => one !== own).toSpliced(ranked.findIndex(isPersons), 0, own)
}

/** The last read did not get as far as the bank, or was cut off before any answer: nothing was said of the secret, and no other one would get further. */
export function gotNoAnswer({ stage, evidence }: Failure): boolean {
  return BEFORE_BANK.includes(stage) || (evidence.some(({ networkError }) => networkError !== undefined) && evidence.every(({ httpStatus, codes }) => httpStatus === undefined && codes === undefined))
}

/**
 * Nothing else ends a lock, so that step stays; who could not do it alone writes to the bank first. Each time a password goes to a
 * login that may be locked still, so who did it often is given other help, and once more after each; then once a day.
 */
function toUnlock(facts: PlanFacts): readonly StepText[] {
  const unlocked = facts.finished.filter(({ action }) => action === 'unlock_at_bank')
  const tried = unlocked.filter(({ state }) => state !== 'skipped').length
  const helped = facts.finished.filter(({ action, state }) => action !== null && HELPS_TO_UNLOCK.includes(action) && state !== 'skipped').length
  const isOften = tried >= MOST_REPEATS
  const help = STEPS.filter((step) => (isOften ? HELPS_TO_UNLOCK.includes(step.action) : unlocked.length > tried && step.action === 'contact_bank') && !isOver(step, facts))
  const isPaused = facts.now - (unlocked.at(-1)?.endedAt ?? 0) < UNLOCK_AGAIN_MS
  if (isOften && tried >= MOST_REPEATS + helped && (help.length > 0 || isPaused)) return help.slice(0, 1)
  return [...(isOften ? [] : help), ...STEPS.filter(({ action }) => action === 'unlock_at_bank')]
}

function needsPermission({ secret }: PlanFacts): boolean {
  return secret === 'withheld_unknown' || secret === 'interrupted'
}

/** Done, or not possible: not asked again. A permission to sign in is asked again only after it was waited for; that for a refused secret never. */
function isOver(step: StepText, { finished, answer }: PlanFacts): boolean {
  const same = (one: RepairStep) => one.action === step.action && one.who === step.who && one.kind === step.kind
  if (step === ALLOW_SIGN_IN) return finished.findLastIndex(same) > finished.findLastIndex(isWait)
  if (REPEATABLE.includes(step.action)) return finished.some((one) => same(one) && one.who === 'person' && (one.state === 'skipped' || finished.filter(same).length >= MOST_REPEATS))
  // Another answer is another matter: what was looked at, or done at the bank, for the one before it may be the way out of this.
  // So is the same one where the step had ended it: what is withdrawn again is given again.
  return finished.some((one) => same(one) && (one.judged !== 'helped' || isPermission(one)) && (one.answer === undefined || one.answer === answer))
}

/** What comes when nothing else is left: a wait that was waited out, and a file, which brings rows but no feed, unless days are all that is missing. */
function isLast(step: StepText, { finished, bankDown }: PlanFacts, onlyDaysMissing: number): boolean {
  if (step.action === 'import_file') return onlyDaysMissing < LIKELY
  return !bankDown && isWait(step) && finished.some((one) => isWait(one) && one.state === 'did_not_help')
}

function isWait({ action }: { readonly action: ActionCode | null }): boolean {
  return action === 'wait_for_bank'
}

/** The step that ended last, unless it only looked or waited. */
function lastDone({ finished }: PlanFacts): RepairStep | null {
  const last = finished.findLast((step) => step.kind !== 'proof' && !isWait(step))
  return last?.state === 'done' && last.who === 'person' && last.judged === undefined ? last : null
}

/**
 * Where only a person may allow the next sign-in, the permission has its place: after what was done at
 * the bank (and after the answer of who was written to: before it, a sign-in would show nothing), first where nothing but a crash of ours is the matter, else after waiting. A plan without
 * a person would not get on.
 */
function withPermission(ranked: readonly StepText[], facts: PlanFacts): readonly StepText[] {
  const rest = ranked.filter((step) => !isWait(step) && step !== ALLOW_SIGN_IN)
  const last = lastDone(facts)
  const before = facts.finished.findLast(({ kind }) => kind !== 'proof')
  const waited = before?.action === 'wait_for_bank' && before.judged === undefined
  if (facts.secret === 'interrupted' && !isOver(ALLOW_SIGN_IN, facts)) return [ALLOW_SIGN_IN, ...rest]
  if (last !== null && !isPermission(last)) return last.waitMinutes >= WAIT_FOR_ANSWER.waitMinutes && !waited ? [WAIT_FOR_ANSWER, ALLOW_SIGN_IN, ...rest] : [ALLOW_SIGN_IN, ...rest]
  const wait = waited ? [] : ranked.filter(isWait)
  const at = ranked.filter((step) => !isWait(step)).indexOf(ALLOW_SIGN_IN)
  if (at >= 0) return [...rest.slice(0, at), ...wait, ALLOW_SIGN_IN, ...rest.slice(at)]
  return isOver(ALLOW_SIGN_IN, facts) && rest.some(({ who }) => who === 'person') ? rest : [...rest, ...wait, ALLOW_SIGN_IN]
}

/** A refused secret goes out once more only after something was done at the bank, and only by the step that says so. */
function withSameSecret(ranked: readonly StepText[], facts: PlanFacts): readonly StepText[] {
  if (isOver(SAME_SECRET, facts)) {
    // Everything was done, and Relink may not try whether it helped: a new password is the way that is always open.
    const deadEnd = !ranked.some(({ who, action }) => who === 'person' && action !== 'import_file')
    const wasAsked = facts.finished.some(({ kind, personMinutes }) => kind === NEW_PASSWORD.kind && personMinutes === NEW_PASSWORD.personMinutes)
    return deadEnd && !wasAsked ? [NEW_PASSWORD, ...ranked] : ranked
  }
  if (AT_BANK.includes(lastDone(facts)?.action ?? null)) return [SAME_SECRET, ...ranked]
  const at = ranked.findIndex(({ action }) => AT_BANK.includes(action))
  return at < 0 ? ranked : [...ranked.slice(0, at + 1), SAME_SECRET, ...ranked.slice(at + 1)]
}

/** How likely each action ends the problem: over all causes, not the first alone. */
function votes(problem: Problem): ReadonlyMap<ActionCode, number> {
  const { codes, reading } = readRecord({ evidence: mergeEvidence(problem.failure.evidence), context: problem.context }, KNOWLEDGE)
  const rules = rulesThatHold(reading)
  const sum = new Map<ActionCode, number>()
  for (const { cause, p } of problem.diagnosis.causes) {
    for (const [action, share] of Object.entries(waysToEnd(cause, codes, rules)) as [ActionCode, number][]) {
      // The login is stored: to start again after a code that came too late is to ask for a new one.
      const step = cause === 'mfa_timeout' && action === 'reconnect' ? 'update_mfa' : action
      sum.set(step, (sum.get(step) ?? 0) + share * p)
    }
  }
  return sum
}

function helpOf(step: StepText, wants: ReadonlyMap<ActionCode, number>): number {
  const standsFor = STANDS_FOR[step.action] ?? []
  return standsFor.reduce((sum, action) => sum + (wants.get(action) ?? 0), wants.get(step.action) ?? 0)
}

function costOf(step: StepText): number {
  return Math.max(LEAST_COST, minutesOf(step))
}

function stepOf(text: StepText, facts: PlanFacts, at: number): RepairStep {
  // Each further wait is longer: what two hours did not end is not asked about every two hours.
  const isForBank = isWait(text) && text !== WAIT_FOR_ANSWER
  const waitMinutes = Math.min(MOST_WAIT_MINUTES, text.waitMinutes * 2 ** (isForBank ? facts.finished.filter((step) => isWait(step) && step.judged === undefined).length : 0))
  return {
    id: stepIdOf(at, text), kind: text.kind, action: text.action, who: text.who, title: text.title.replace('{bank}', facts.bankName),
    state: 'waiting', startedAt: null, endedAt: null, result: null, notBefore: isWait(text) ? ((isForBank ? facts.nextTryAt : null) ?? facts.now + waitMinutes * MINUTE_MS) : null,
    personMinutes: text.personMinutes, waitMinutes, ...(facts.answer === undefined ? {} : { answer: facts.answer }),
  }
}

/** `alone`: everything that is known was tried, so that only the bank can change something; it is asked no oftener than the schedule would. */
function proofStep(facts: PlanFacts, at: number, alone: boolean): RepairStep & { readonly kind: 'proof' } {
  return {
    id: `${at + 1}-proof`, kind: 'proof', action: null, who: 'relink', title: PROOF_TITLE.replace('{bank}', facts.bankName),
    state: 'waiting', startedAt: null, endedAt: null, result: null, notBefore: alone ? Math.max(facts.nextTryAt ?? 0, facts.now + ALONE_MS) : null, personMinutes: 0, waitMinutes: 1,
  }
}
