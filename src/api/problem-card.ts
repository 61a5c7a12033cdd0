/**
 * The card of a problem as the API gives it: what happened, whose move it is, how sure that is, what a
 * person could still tell, and the one next action or none. Pure. No action is offered where waiting is
 * the answer, while a harmless question that may change everything is under way, or again after it was
 * done and did not help. Where a person's step of the plan is under way, that is the action: card and steps ask for one thing.
 */
import type { z } from 'zod'
import { asksOf } from '../diagnose/asks.ts'
import { cardFor, headings, inTen, likelihoodWords, plainText, tenthsOf, type Card, type CardFacts } from '../diagnose/sentences.ts'
import { mergeEvidence } from '../diagnose/merge-evidence.ts'
import { newsOf } from '../diagnose/step-news.ts'
import type { Diagnosis, Problem } from '../domain/connection.ts'
import type { RepairPlan, RepairStep } from '../domain/repair.ts'
import type { Language } from '../language/language.ts'
import { retold } from '../language/retold.ts'
import { say } from '../language/say.ts'
import { isPermission, STEPS } from '../repair/steps.ts'
import type { problemShape } from './connection-shapes.ts'
import { partResource } from './part-resource.ts'

type Resource = z.output<typeof problemShape>

const CAUSES_SHOWN = 5
/** These are done at the bank, not here. */
const AT_BANK: readonly (string | null)[] = ['unlock_at_bank', 'act_at_bank_site', 'enroll_at_bank']

export function problemCard(language: Language, problem: Problem, facts: CardFacts, plan: RepairPlan | null): Resource['card'] {
  const [first] = problem.diagnosis.causes
  const card = cardFor(language, first?.cause ?? 'unknown', first?.p ?? 0, facts)
  const heads = headings(problem.diagnosis.causes)
  const asks = problem.closedAt === null ? asksOf(language, problem, newsOf(plan, { evidence: mergeEvidence(problem.failure.evidence), context: problem.context }), facts) : []
  // A read has told of another cause since: what was planned for the one before is nobody's next step.
  const current = plan?.state === 'open' && plan.cause !== (first?.cause ?? 'unknown') ? null : plan
  const step = current?.steps.find(({ state }) => state === 'now' || state === 'running')
  const isChecking = step?.kind === 'bank_status' && step.state === 'running'
  const separates = asks.some(({ answer }) => answer === null) && differ(heads.map(({ cause, p }) => cardFor(language, cause, p, facts)))
  const next = isChecking ? null : separates ? answerFirst(language) : nextOf(language, card, current, step, facts)
  return {
    chip: chipOf(card, next, step),
    what: card.what.map(partResource),
    headings: (heads.length > 1 ? heads : heads.slice(0, 1)).map(({ cause, p }) => ({ cause, what: cardFor(language, cause, p, facts).what.map(partResource) })),
    relink: relinkOf(language, card, current, step, next).map(partResource),
    next: next === null ? null : { ...next, label: next.label.map(partResource) },
    checking: isChecking,
    likelihood: card.likelihood,
    asks: asks.map(({ fact, question, answer, effect }) => ({ fact, answer, question: question.map(partResource), effect })),
  }
}

/** What Relink does, as the cause has it, but where the plan is past that. */
function relinkOf(language: Language, card: Card, plan: RepairPlan | null, step: RepairStep | undefined, next: Next | null): Card['relink'] {
  if (isAsked(step) && isPermission(step)) return [say(language, 'sends nothing until you allow it')]
  if (waitsToAsk(step, plan)) return [say(language, 'waits, and then asks you before it signs in again')]
  // The lock is gone, so that a try makes nothing worse.
  if (card.cause === 'login_locked' && next?.kind === 'fix_credentials') return [say(language, 'signs in once with the password that you enter')]
  return card.relink
}

/** Whose move it is: what the cause itself asks is told with its own chip, an answer or another step with the person's. Nobody is waited for who is asked. */
function chipOf({ chip, next: own }: Card, next: Next | null, step: RepairStep | undefined): Card['chip'] {
  if (next === null) return chip
  return next.kind !== own?.action || (chip === 'waiting_for_bank' && isAsked(step)) ? 'needs_you' : chip
}

/** It matters which of them it is: another one's move, or another thing to do. Of two outages the same is waited for. */
function differ([one, ...others]: readonly Card[]): boolean {
  return others.some((other) => other.chip !== one?.chip || other.next?.action !== one.next?.action)
}

type Next = { readonly label: NonNullable<Card['next']>['label']; readonly kind: string; readonly href: string | null; readonly atBank: boolean }

/** Two causes are about as likely: the answer to one question tells them apart, which is worth more than any step. */
function answerFirst(language: Language): Next {
  return { label: [say(language, 'Answer one question')], kind: 'answer', href: null, atBank: false }
}

function nextOf(language: Language, card: Card, plan: RepairPlan | null, step: RepairStep | undefined, facts: CardFacts): Next | null {
  // Waiting was the answer, and the plan is past it: what it asks for now is a person's.
  // So is it with what Relink does by itself.
  if (card.next === null || (plan !== null && isRelinks(card.next.action))) return isAsked(step) ? nextStep(language, step, facts) : null
  const { action, label, href, atBank } = card.next
  const inVain = plan?.state === 'open' && plan.steps.some((one) => one.who === 'person' && one.action === action && (one.state === 'did_not_help' || one.state === 'skipped'))
  const isOther = step?.who === 'person' && step.action !== action
  if (!inVain && !isOther) return { kind: action, label, href, atBank }
  return step === undefined || step.who !== 'person' ? null : nextStep(language, step, facts)
}

function isRelinks(action: string): boolean {
  return STEPS.some((step) => step.action === action && step.who === 'relink')
}

function nextStep(language: Language, { action, kind, title }: RepairStep, { website }: CardFacts): Next {
  const isThere = AT_BANK.includes(action)
  return { kind: action ?? kind, label: [retold(language, title)], href: isThere ? (website ?? null) : null, atBank: isThere }
}

/** What comes after the wait is no read, but the question whether one may be sent. */
function waitsToAsk(step: RepairStep | undefined, plan: RepairPlan | null): boolean {
  return step?.action === 'wait_for_bank' && plan?.steps.some((one) => isPermission(one) && one.state === 'waiting') === true
}

/** Nothing goes on before a person does it. */
function isAsked(step: RepairStep | undefined): step is RepairStep {
  return step?.who === 'person' && step.state === 'now'
}

/**
 * What a diagnosis says of the other connections to the bank, as it was at the last read of this one. How many fail is counted now, from the
 * health of banks, where the card says a number; what that count contradicts is not said beside it.
 */
const COUNTED: Readonly<Record<string, (failing: number, all: number) => boolean>> = {
  'Every connection to this bank fails.': (failing, all) => failing === all,
  'Not all connections to this bank fail.': (failing, all) => failing < all,
  'Other connections to this bank fail too.': (failing) => failing > 1,
  'Other connections to this bank work.': (failing) => failing <= 1,
}

/** The causes that are worth showing, with their words. */
export function rankedCauses(language: Language, diagnosis: Diagnosis, facts: CardFacts): Resource['causes'] {
  const { failingConnections: failing = null, allConnections: all = null } = facts
  const isSo = (sentence: string): boolean => failing === null || all === null || (COUNTED[sentence]?.(failing, all) ?? true)
  const said = (sentences: readonly string[]): string[] => sentences.filter(isSo).map((sentence) => retold(language, sentence))
  return diagnosis.causes.slice(0, CAUSES_SHOWN).map((c) => {
    const { what } = cardFor(language, c.cause, c.p, facts)
    return { cause: c.cause, p: c.p, name: plainText(what), what: what.map(partResource), likelihood: likelihoodWords(language, c.p), share: inTen(language, c.p), tenths: tenthsOf(c.p), for: said(c.for), against: said(c.against) }
  })
}
