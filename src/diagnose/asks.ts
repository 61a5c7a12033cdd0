/**
 * Facts that only a person can see, as questions: of those that are not known yet, which answer would
 * move the ranking most, and how. Each answer is weighed by the same inference that ranks the causes, so
 * that no question is asked whose answer changes nothing. While waiting is the answer, a person is asked
 * only what would make it somebody's move. Pure.
 */
import type { Problem, RankedCause } from '../domain/connection.ts'
import { TOLD, type ToldFacts } from '../domain/evidence.ts'
import type { Language } from '../language/language.ts'
import { say } from '../language/say.ts'
import { diagnose, type Voice } from './diagnose.ts'
import { mergeEvidence } from './merge-evidence.ts'
import { cardFor, fillWords, headings, inTen, plainText, type CardFacts, type Part } from './sentences.ts'

export type Asked = {
  readonly fact: keyof ToldFacts
  readonly question: readonly Part[]
  /** What the person said; null: not asked yet. */
  readonly answer: boolean | null
  /** What the answer changed, in a sentence; null: there is none. */
  readonly effect: string | null
}

/** From this share of probability that two answers place differently a question is worth a person's attention. */
const WORTH_ASKING = 0.05
/** By so much two answers change how likely the first cause is, where neither puts another first. */
const TELLING = 0.15
/** Less than this changed nothing that anybody would see. */
const NO_CHANGE = 0.01

/** How many of those who are asked can know it: few read one login with two programs. */
const CAN_KNOW: { readonly [F in keyof ToldFacts]-?: number } = { bankLoginWorks: 1, passwordChangedAtBank: 1, otherClientWorks: 0.4, accountReplaced: 1 }

const QUESTIONS: { readonly [F in keyof ToldFacts]-?: readonly string[] } = {
  bankLoginWorks: ['Can you sign in at {bank}’s own site now?'],
  passwordChangedAtBank: ['Did you change the password at {bank}?'],
  otherClientWorks: ['Does another program read this login at {bank} now?'],
  accountReplaced: ['Did {account} get a new number or a new card?', 'Did the account or card get a new number?'],
}

/** What was answered already, and the one open question whose answer separates the causes best. */
export function asksOf(language: Language, problem: Pick<Problem, 'failure' | 'context' | 'diagnosis'>, news: readonly Voice[], facts: CardFacts): readonly Asked[] {
  const evidence = mergeEvidence(problem.failure.evidence)
  const askedOf = (fact: keyof ToldFacts): Asked => {
    const { [fact]: answer = null, ...without } = problem.context
    const effect = answer === null ? null : effectOf(language, problem.diagnosis.causes, diagnose({ evidence, context: without }, undefined, news).causes, facts)
    return { fact, question: fillWords(language, QUESTIONS[fact], facts), answer, effect }
  }
  const answered = TOLD.filter((fact) => problem.context[fact] !== undefined)
  // Nor does one that only is about as likely as an outage.
  const isWaitedFor = (causes: readonly RankedCause[]): boolean => headings(causes).some(({ cause, p }) => cardFor(language, cause, p, facts).next === null)
  // Where none is typed here, no password is asked about.
  const open = TOLD.filter((fact) => problem.context[fact] === undefined && !(facts.permitsHere === true && fact === 'passwordChangedAtBank')).map((fact) => {
    const answers = [true, false].map((said) => diagnose({ evidence, context: { ...problem.context, [fact]: said } }, undefined, news).causes)
    const [yes = [], no = []] = answers
    return { fact, separates: [problem.diagnosis.causes, ...answers].every(isWaitedFor) || !tellsApart(problem.diagnosis.causes, yes, no) ? 0 : CAN_KNOW[fact] * apart(yes, no) }
  })
  const best = open.reduce<(typeof open)[number] | null>((most, one) => (one.separates >= WORTH_ASKING && one.separates > (most?.separates ?? 0) ? one : most), null)
  return [...answered, ...(best === null ? [] : [best.fact])].map(askedOf)
}

/**
 * Whether two answers tell the first cause from its rivals: one puts another first, or one speaks of that cause itself and
 * clearly. An answer that only makes some third one less unlikely is not asked for.
 */
function tellsApart([now]: readonly RankedCause[], [yes]: readonly RankedCause[], [no]: readonly RankedCause[]): boolean {
  if (now === undefined || yes?.cause !== now.cause || no?.cause !== now.cause) return true
  const speaks = [yes, no].some((one) => [...one.for, ...one.against].some((said) => !now.for.includes(said) && !now.against.includes(said)))
  return speaks && Math.abs(yes.p - no.p) >= TELLING
}

/** What an answer changed, to be seen: which cause comes first, or how likely it is. */
function effectOf(language: Language, [now]: readonly RankedCause[], without: readonly RankedCause[], facts: CardFacts): string | null {
  const [before] = without
  if (now === undefined || before === undefined) return null
  if (before.cause !== now.cause) return say(language, 'Your answer put this first. Without it: {what}', { what: plainText(cardFor(language, before.cause, before.p, facts).what) })
  const [is, was] = [inTen(language, now.p), inTen(language, before.p)]
  if (is !== was) return say(language, 'With your answer it is {is}, without it {was}.', { is, was })
  return Math.abs(now.p - before.p) < NO_CHANGE ? say(language, 'Your answer changes next to nothing here.') : now.p > before.p ? say(language, 'Your answer makes it a little more likely.') : say(language, 'Your answer makes it a little less likely.')
}

/** The share of probability that two rankings place differently. */
function apart(one: readonly RankedCause[], other: readonly RankedCause[]): number {
  const p = new Map(other.map((cause) => [cause.cause, cause.p]))
  return one.reduce((sum, cause) => sum + Math.abs(cause.p - (p.get(cause.cause) ?? 0)), 0) / 2
}
