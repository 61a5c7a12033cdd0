/**
 * Sentences as banks might write them, none of them from the sandbox bank or the labelled cases (some
 * of round 7 stand in public scrapers), written in nine rounds before each was looked at. First runs, before any rule was changed for them:
 * 28 of 88, 14 of 50, 15 of 50 and 13 of 36 right at the first place (46, 22, 26 and 19 among the
 * first three). Rounds 1 to 3 then widened the vocabulary, so what they show now is that nothing is
 * lost again; round 4 is as it was first run, and is what to expect of a sentence nobody has seen.
 * Rounds 5 to 8 are plain words ("Wrong password", "Konto nicht vorhanden"): 106 of 124, 124 of 184, 100
 * of 174 and 81 of 132 right with the rules before them; then the vocabulary was widened. Round 9, more
 * loosely worded, is as it was first run: 32 of 82, 47 among the first three.
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

for (const [set, first, three] of [[1, 0.9, 0.95], [2, 0.8, 0.9], [3, 0.65, 0.85], [4, 0.33, 0.5], [5, 0.9, 0.98], [6, 0.93, 0.97], [7, 0.9, 0.97], [8, 0.93, 0.97], [9, 0.35, 0.54]] as const) {
  test(`sentences of round ${set}: at least ${first} right at the first place, ${three} among three`, () => {
    const got = score(set)
    assert.ok(got.first >= first && got.three >= three, JSON.stringify(got))
  })
}

test('words that nobody understands leave a general code what it is: no cause is named with confidence for code 2000', () => {
  const causes = diagnose({ evidence: { protocol: 'ofx', stage: 'signon', codes: ['2000'], message: 'Zyx qwv 17 brrm.' }, context: { connection: 'established' } }).causes
  assert.ok((causes[0]?.p ?? 1) < 0.5)
})
