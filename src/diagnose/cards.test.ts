/** Card sentences, probability words, documentation pages: complete, short, and the same everywhere. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CAUSE_CODES } from '../domain/cause.ts'
import { day } from '../domain/day.ts'
import { CARDS } from './catalogue.ts'
import { causePages } from './cause-docs.ts'
import { cardFor, headings, likelihoodWords, plainText, type CardFacts } from './sentences.ts'

const ALL_FACTS: CardFacts = {
  bank: 'Riverbank', account: 'Checking', provider: 'Gateway', website: 'https://riverbank.example', nextTryAt: 1_790_000_000_000, maintenanceUntil: 1_790_000_000_000, consentEndedOn: day('2026-10-03'),
  failingConnections: 2, allConnections: 3, failingBanks: 5, historyDays: 90, missingFrom: day('2026-01-01'), missingTo: day('2026-07-04'), setting: 'FID', update: '1.4', hoursWaiting: 72, bankWords: null, bankDown: false,
}
const NO_FACTS: CardFacts = { bank: 'Riverbank' }
const FORBIDDEN = /something went wrong|try again|oops|error occurred|please|!|synced/i

test('every cause has a card of at most 14 words that names the bank, with and without facts', () => {
  for (const cause of CAUSE_CODES) {
    for (const facts of [ALL_FACTS, NO_FACTS]) {
      const card = cardFor(cause, 0.8, facts)
      const what = plainText(card.what)
      assert.ok(what.length > 0 && what.replace(' UTC', '').split(/\s+/).length <= 14, `${cause}: ${what}`)
      assert.ok(/Riverbank|server/.test(what), `${cause}: ${what}`)
      assert.ok(plainText(card.relink).length > 0 && !/[{}]/.test(what + plainText(card.relink)), cause)
      assert.doesNotMatch(what + plainText(card.relink) + (card.next === null ? '' : plainText(card.next.label)), FORBIDDEN)
    }
  }
})

test('facts are typed parts that a page can format', () => {
  assert.deepEqual(cardFor('consent_expired', 0.5, ALL_FACTS).what, ['Riverbank', ': your permission ended on ', { kind: 'day', day: '2026-10-03' }, '.'])
  assert.deepEqual(cardFor('institution_down', 0.5, ALL_FACTS).what.filter((part) => typeof part !== 'string'), [{ kind: 'count', count: 2 }, { kind: 'count', count: 3 }])
})

test('waiting has no button, an outage shows no card that asks for a secret, no link without a verified address', () => {
  for (const cause of ['institution_down', 'scheduled_maintenance', 'rate_limited', 'aggregator_down'] as const) assert.equal(cardFor(cause, 0.9, ALL_FACTS).next, null)
  for (const cause of CAUSE_CODES) {
    const action = cardFor(cause, 0.9, { ...ALL_FACTS, bankDown: true }).next?.action
    assert.ok(action === undefined || !['fix_credentials', 'update_mfa', 'reconnect'].includes(action), cause)
  }
  assert.equal(cardFor('bank_action_required', 0.9, NO_FACTS).next?.href, null)
  assert.equal(cardFor('institution_error', 0.9, { ...ALL_FACTS, hoursWaiting: 3 }).next, null)
})

test('probability is a word with a count, never certain, never percent', () => {
  assert.deepEqual([0.999, 0.8, 0.55, 0.31, 0.1].map(likelihoodWords), ['Almost certainly (more than 9 in 10)', 'Very likely (about 8 in 10)', 'Probably (about 6 in 10)', 'Perhaps (about 4 in 10)', 'Not clear yet'])
  const ranked = (p: number) => ({ cause: 'unknown' as const, p, for: [], against: [] })
  assert.equal(headings([ranked(0.45), ranked(0.35), ranked(0.2)]).length, 2)
  assert.equal(headings([ranked(0.7), ranked(0.3)]).length, 1)
})

test('the bank\'s words are quoted, at most 200 characters, and never the heading', () => {
  const card = cardFor('institution_error', 0.6, { ...NO_FACTS, bankWords: 'x'.repeat(500) })
  assert.deepEqual(card.quote, { kind: 'quote', text: 'x'.repeat(200) })
  assert.ok(!plainText(card.what).includes('xxx'))
})

test('docs/causes and the causes agree in both directions', () => {
  const directory = new URL('../../docs/causes/', import.meta.url)
  const pages = causePages()
  assert.deepEqual(readdirSync(directory).toSorted(), [...pages.keys()].toSorted(), 'run node scripts/docs-causes.ts')
  for (const [name, text] of pages) assert.equal(readFileSync(new URL(name, directory), 'utf8'), text, `${name}: run node scripts/docs-causes.ts`)
  assert.deepEqual(Object.keys(CARDS).toSorted(), [...CAUSE_CODES].toSorted())
})
