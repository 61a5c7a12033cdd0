/**
 * Facts that only a person can see, as questions: of those that are not known yet, which answer would
 * move the ranking most, and how. Each answer is weighed by the same inference that ranks the causes, so
 * that no question is asked whose answer changes nothing. While waiting is the answer, a person is asked
 * only what would make it somebody's move. Pure.
 */
import type { Problem, RankedCause } from '../domain/connection.ts'
import type { Language } from '../language/language.ts'
import { diagnose, type Voice } from './diagnose.ts'
import { mergeEvidence } from './merge-evidence.ts'
import { TOLD, type ToldFacts } from './problems.ts'
import { cardFor, fillWords, headings, type CardFacts, type Part } from './sentences.ts'

export type Asked = {
  readonly fact: keyof ToldFacts
  readonly question: readonly Part[]
  /** What the person said; null: not asked yet. */
  readonly answer: boolean | null
}

/** From this share of probability that two answers place differently a question is worth a person's attention. */
const WORTH_ASKING = 0.05

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
  const askedOf = (fact: keyof ToldFacts): Asked => ({ fact, question: fillWords(language, QUESTIONS[fact], facts), answer: problem.context[fact] ?? null })
  const answered = TOLD.filter((fact) => problem.context[fact] !== undefined)
  // Nor does one that only is about as likely as an outage.
  const isWaitedFor = (causes: readonly RankedCause[]): boolean => headings(causes).some(({ cause, p }) => cardFor(language, cause, p, facts).next === null)
  // Where none is typed here, no password is asked about.
  const open = TOLD.filter((fact) => problem.context[fact] === undefined && !(facts.permitsHere === true && fact === 'passwordChangedAtBank')).map((fact) => {
    const answers = [true, false].map((said) => diagnose({ evidence, context: { ...problem.context, [fact]: said } }, undefined, news).causes)
    const [yes = [], no = []] = answers
    return { fact, separates: [problem.diagnosis.causes, ...answers].every(isWaitedFor) ? 0 : CAN_KNOW[fact] * apart(yes, no) }
  })
  const best = open.reduce<(typeof open)[number] | null>((most, one) => (one.separates >= WORTH_ASKING && one.separates > (most?.separates ?? 0) ? one : most), null)
  return [...answered, ...(best === null ? [] : [best.fact])].map(askedOf)
}

/** The share of probability that two rankings place differently. */
function apart(one: readonly RankedCause[], other: readonly RankedCause[]): number {
  const p = new Map(other.map((cause) => [cause.cause, cause.p]))
  return one.reduce((sum, cause) => sum + Math.abs(cause.p - (p.get(cause.cause) ?? 0)), 0) / 2
}
