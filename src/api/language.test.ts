/** The contract of languages: what is shown is said in the reader's, its days, amounts and counts are the same, and what is stored is untouched. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explain } from '../diagnose/explain.ts'
import { diagnose } from '../diagnose/diagnose.ts'
import { KNOWLEDGE } from '../diagnose/knowledge/base.ts'
import { CAUSE_CODES } from '../domain/cause.ts'
import type { Problem } from '../domain/connection.ts'
import type { Day } from '../domain/day.ts'
import type { RepairPlan, RepairStep } from '../domain/repair.ts'
import type { CardFacts } from '../diagnose/sentences.ts'
import { messagesIn, readLanguages } from '../language/language.ts'
import { retold } from '../language/retold.ts'
import { ALLOW_SIGN_IN, IN_WORDS_OF, NEW_PASSWORD, PROOF_TITLE, SAME_SECRET, STEPS } from '../repair/steps.ts'
import { planResource } from './connection-resource.ts'
import { problemCard, rankedCauses } from './problem-card.ts'
import { problemBody, PROBLEMS, type ProblemCode } from './problems.ts'

await readLanguages()

const ALL: CardFacts = {
  bank: 'Riverbank', account: 'Girokonto', website: 'https://riverbank.example', nextTryAt: 1, maintenanceUntil: 2, consentEndedOn: '2026-10-03' as Day, failingConnections: 2, allConnections: 3,
  failingBanks: 4, missingFrom: '2026-10-01' as Day, missingTo: '2026-10-02' as Day, setting: 'url', hoursWaiting: 72, askedBefore: 'for a code', asksNow: 'in its app', useNow: 'Use the app',
}
const MOST_WORDS = 14

/** Days, instants, counts, in any order, and names. */
function typed(parts: readonly unknown[]): string[] {
  return parts.filter((part) => typeof part !== 'string').map((part) => JSON.stringify(part)).toSorted()
}

function words(parts: readonly unknown[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : '7')).join('')
}

function problemOf(causes: Problem['diagnosis']['causes']): Problem {
  const at = 1_700_000_000_000
  return { id: 'p', connectionId: 'c', accountId: null, institutionId: 'i', openedAt: at, updatedAt: at, closedAt: null, proofRunId: null, context: { hoursSinceSuccess: 20 }, diagnosis: { action: 'auto_retry', causes },
    failure: { code: 'bank_refused', stage: 'signon', retry: { kind: 'never' }, message: 'The bank refused: “15500”.', evidence: [{ protocol: 'ofx', codes: ['15500'] }] } }
}

test('the card of every cause is in German where German is read, with the same parts, and short', () => {
  for (const cause of CAUSE_CODES) {
    for (const facts of [ALL, { bank: 'Riverbank' }]) {
      const problem = problemOf([{ cause, p: 0.8, for: ['It comes and goes.'], against: ['It worked 20 hours before.'] }])
      const before = structuredClone(problem)
      const [en, de] = (['en', 'de'] as const).map((language) => ({ card: problemCard(language, problem, facts, null), ranked: rankedCauses(language, problem.diagnosis, facts)[0]! }))
      for (const line of ['what', 'relink'] as const) {
        assert.notEqual(words(de!.card[line]), words(en!.card[line]), `${cause} ${line}`)
        assert.deepEqual(typed(de!.card[line]), typed(en!.card[line]), `${cause} ${line}`)
        assert.ok(words(de!.card[line]).split(/\s+/).length <= MOST_WORDS, words(de!.card[line]))
      }
      assert.equal(de!.card.next === null, en!.card.next === null)
      if (en!.card.next !== null && de!.card.next !== null) {
        assert.notEqual(words(de!.card.next.label), words(en!.card.next.label), cause)
        assert.deepEqual({ ...de!.card.next, label: null }, { ...en!.card.next, label: null })
      }
      for (const [index, { question }] of en!.card.asks.entries()) assert.notEqual(words(de!.card.asks[index]!.question), words(question))
      assert.deepEqual([de!.card.likelihood, de!.ranked.share, de!.ranked.for, de!.ranked.against], ['Sehr wahrscheinlich (etwa 8 von 10)', 'etwa 8 von 10', ['Die Störung kommt und geht.'], ['Vom Fehler an gerechnet, funktionierte sie vor 20 Stunden.']])
      assert.deepEqual(problem, before)
    }
  }
})

test('every step of a repair is in German, also of a plan that was stored by an earlier version', () => {
  const step = (title: string, at: number): RepairStep => ({
    id: `${at}`, kind: 'proof', action: null, who: 'relink', title: title.replace('{bank}', 'Bank of the Ems'), state: 'did_not_help', startedAt: 1, endedAt: 2, result: 'The bank\'s answer did not come in time (ETIMEDOUT).', notBefore: null, personMinutes: 0, waitMinutes: 0,
  })
  const titles = [...[...STEPS, ALLOW_SIGN_IN, ...Object.values(IN_WORDS_OF), SAME_SECRET, NEW_PASSWORD].map(({ title }) => title), PROOF_TITLE]
  const plan: RepairPlan = { id: 'p', problemId: 'q', connectionId: 'c', cause: 'unknown', createdAt: 1, updatedAt: 1, state: 'open', steps: titles.map(step) as unknown as RepairPlan['steps'] }
  const before = structuredClone(plan)
  const [en, de] = [planResource('en', plan, null), planResource('de', plan, null)]
  for (const [at, one] of de.steps.entries()) {
    assert.notEqual(one.title, en.steps[at]!.title)
    assert.equal(one.title.includes('Bank of the Ems'), titles[at]!.includes('{bank}'))
    assert.equal(one.result, 'Die Antwort der Bank kam nicht rechtzeitig (ETIMEDOUT).')
    assert.deepEqual({ ...one, title: '', result: '' }, { ...en.steps[at], title: '', result: '' })
  }
  assert.deepEqual(plan, before)
})

test('all that may speak for or against a cause is said in German', () => {
  const english: string[] = []
  for (const { because } of KNOWLEDGE.rules) {
    const made = because.replace('{span}', '3 days').replace(/\{\w+\}/g, '5')
    if (retold('de', made) === made) english.push(made)
  }
  for (const { title, codes } of KNOWLEDGE.tables) {
    for (const { code, meaning } of codes) if (retold('de', `“${code}” (${title}): ${meaning}`) !== `„${code}“ (${title}): ${messagesIn('de')[meaning]}`) english.push(`${code}: ${meaning}`)
  }
  assert.deepEqual(english, [])
  const { causes } = diagnose({ evidence: { protocol: 'ofx', stage: 'signon', codes: ['15500'], httpStatus: 503, message: 'Signon invalid' }, context: { connection: 'established', hoursSinceSuccess: 5, failuresInRow: 3 } })
  const said = causes.slice(0, 5).flatMap((cause) => [...cause.for, ...cause.against])
  assert.ok(said.length > 3)
  assert.deepEqual(said.filter((sentence) => retold('de', sentence) === sentence), [])
})

test('what a code means is said in German, whatever system it is of; codes, names, causes and numbers are the same', () => {
  const said = (one: ReturnType<typeof explain>[number]) => [one.seenBy, one.meaning, ...one.causes.flatMap(({ likelihood, what, when, relinkDoes, youDo }) => [likelihood, what, when, relinkDoes.replace(/^Relink /, ''), youDo]), ...one.near.map(({ meaning }) => meaning)].filter((words) => words !== null)
  const facts = (one: ReturnType<typeof explain>[number]) => [one.code, one.system, one.name, one.source, one.causes.map(({ cause, family, p, action }) => [cause, family, p, action]), one.near.map(({ code }) => code)]
  for (const asked of ['15500', '401', 'OL-301', 'ITEM_LOGIN_REQUIRED', '9931', 'wrong password', 'qqq999', ...KNOWLEDGE.tables.flatMap(({ codes }) => codes.map(({ code }) => code))]) {
    const [en, de] = [explain(asked), explain(asked, undefined, 'de')]
    assert.deepEqual(de.map(facts), en.map(facts), asked)
    // A name such as QuickBooks Online is the same in both.
    const same = de.flatMap(said).filter((words) => words !== 'QuickBooks Online' && en.flatMap(said).includes(words))
    assert.deepEqual(same, [], asked)
  }
})

test('every problem of the API is in German, its codes and facts as they are', () => {
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const [en, de] = (['en', 'de'] as const).map((language) => problemBody(language, code, 'There is no such connection.', 'urn:x', { errors: [{ field: 'body/label', message: 'Too small: expected string to have >=1 characters' }], line: 3 }))
    for (const name of ['title', 'remedy'] as const) assert.notEqual(de![name], en![name], code)
    assert.deepEqual([de!['detail'], de!['errors']], ['Diese Verbindung gibt es nicht.', [{ field: 'body/label', message: 'Zu kurz: mindestens 1 Zeichen' }]])
    assert.deepEqual({ ...de, title: 0, remedy: 0, detail: 0, errors: 0 }, { ...en, title: 0, remedy: 0, detail: 0, errors: 0 })
  }
})
