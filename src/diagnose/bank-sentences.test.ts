/**
 * Sentences as banks might write them, none of them from the sandbox bank or the labelled cases (some
 * of round 7 stand in public scrapers), written in seventeen rounds before each was looked at. First runs, before any rule was changed for them:
 * 28 of 88, 14 of 50, 15 of 50 and 13 of 36 right at the first place (46, 22, 26 and 19 among the
 * first three). Rounds 1 to 3 then widened the vocabulary, so what they show now is that nothing is
 * lost again; round 4 is as it was first run, and is what to expect of a sentence nobody has seen.
 * Rounds 5 to 8 are plain words ("Wrong password", "Konto nicht vorhanden"): 106 of 124, 124 of 184, 100
 * of 174 and 81 of 132 right with the rules before them; then the vocabulary was widened. Round 9, more
 * loosely worded, is as it was first run: 32 of 82, 47 among the first three. Round 10 are 81 sentences of all kinds
 * of connections, without any context: 70 right at first run (75 among three), with .585 for the true cause (.40 before clear
 * words were believed more); then the vocabulary was widened. Round 11 are 571 sentences and bodies of what programs and their
 * servers say (versions of apps, tokens, rights, walls, exceptions, certificates) and of limits, maintenance and permissions in
 * some twenty languages: 332 right at first run, 399 among three; then the vocabulary was widened. Round 12 are 92 more of the
 * same kinds, written after that: 40 right (53 among three), 19 (39) with the rules before round 11; then word pairs learned more
 * languages. Round 13 are 71 more, written after that and left as they were: 27 right (34 among three), 28 (42) with the
 * weights that were learned afterwards. Round 14 are 108 plain sentences for all causes, 80 right at first run (89 among three), now 103.
 * Round 15 are 76 more, written after that: 42 right (47 among three), 43 (48) with the rules before round 14; so one round helps the
 * next by nothing, and then the vocabulary was widened (now 72).
 * Rounds 16 and 17 are 104 sentences for 13 causes in German, French, Spanish, Portuguese, Italian, Dutch, Polish and Swedish, divided like a
 * chessboard: 29 and 21 of 52 right at first run; then the vocabulary was widened by language and meaning, looking at the errors of round 16 alone
 * (now 44 and 40). One hand wrote sentences and words, so this too promises too much.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { CaseRecord } from '../domain/evidence.ts'
import type { CauseCode } from '../domain/cause.ts'
import { diagnose } from './diagnose.ts'

type Sentence = CaseRecord & { readonly set: number; readonly id: string; readonly cause: CauseCode }

const sentences = readFileSync(new URL('../../test/fixtures/bank-sentences.jsonl', import.meta.url), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Sentence)

/** Of all sentences of a set: how many are right at the first place, and among the first three. */
function score(set: number): { readonly first: number; readonly three: number } {
  const ranks = sentences.filter((one) => one.set === set).map((one) => diagnose(one).causes.findIndex(({ cause }) => cause === one.cause))
  return { first: ranks.filter((rank) => rank === 0).length / ranks.length, three: ranks.filter((rank) => rank < 3).length / ranks.length }
}

for (const [set, first, three] of [[1, 0.9, 0.95], [2, 0.8, 0.9], [3, 0.65, 0.85], [4, 0.33, 0.5], [5, 0.9, 0.98], [6, 0.93, 0.97], [7, 0.9, 0.97], [8, 0.93, 0.97], [9, 0.35, 0.54], [10, 0.95, 0.97], [11, 0.96, 0.99], [12, 0.65, 0.82], [13, 0.37, 0.57], [14, 0.94, 0.98], [15, 0.92, 0.94], [16, 0.8, 0.88], [17, 0.73, 0.82]] as const) {
  test(`sentences of round ${set}: at least ${first} right at the first place, ${three} among three`, () => {
    const got = score(set)
    assert.ok(got.first >= first && got.three >= three, JSON.stringify(got))
  })
}

test('a clear sentence with nothing against it is believed: the true cause of round 10 has more than half on average', () => {
  const round = sentences.filter(({ set }) => set === 10)
  const p = round.map((one) => diagnose(one).causes.find(({ cause }) => cause === one.cause)?.p ?? 0)
  assert.ok(p.reduce((sum, one) => sum + one, 0) / p.length > 0.55)
})

test('the same words are believed less where something known here speaks against them', () => {
  const wrong = (context: CaseRecord['context']) => diagnose({ evidence: { protocol: 'scraper', stage: 'signon', message: 'Invalid username or password' }, context })
  const [alone, works] = [wrong({}), wrong({ bankLoginWorks: true, sameBank: 'all' })]
  assert.equal(alone.causes[0]?.cause, 'credentials_invalid')
  assert.equal(alone.action, 'fix_credentials')
  assert.notEqual(works.causes[0]?.cause, 'credentials_invalid', 'the same password lets the person in, and everybody of the bank is refused')
})

test('a code whose own name says its cause is what it says, for programs that read web sites, too', () => {
  const { causes, action } = diagnose({ evidence: { protocol: 'scraper', stage: 'signon', codes: ['INVALID_PASSWORD'] }, context: { connection: 'established' } })
  assert.deepEqual([causes[0]?.cause, action], ['credentials_invalid', 'fix_credentials'])
})

test('words that nobody understands leave a general code what it is: no cause is named with confidence for code 2000', () => {
  const causes = diagnose({ evidence: { protocol: 'ofx', stage: 'signon', codes: ['2000'], message: 'Zyx qwv 17 brrm.' }, context: { connection: 'established' } }).causes
  assert.ok((causes[0]?.p ?? 1) < 0.5)
})
