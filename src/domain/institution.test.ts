import assert from 'node:assert/strict'
import { test } from 'node:test'
import { searchInstitutions, siblingsOf, type Institution } from './institution.ts'

function bank(id: string, name: string, website: string | null, routingNumbers: string[] = []): Institution {
  return { id, name, country: 'US', website, routingNumbers, timeZone: 'America/New_York', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null }, routes: [{ connector: 'x', settings: {} }] }
}

const BANKS = [
  bank('river', 'Riverbank', 'https://www.riverbank.example/', ['021000021']),
  bank('river-biz', 'Riverbank Business', 'https://biz.riverbank.example/'),
  bank('credit', 'Crédit Alpin', 'https://alpin.example/'),
]

const found = (text: string): string[] => searchInstitutions(BANKS, text).map(({ id }) => id)

test('an empty search lists every institution by name', () => assert.deepEqual(found(''), ['credit', 'river', 'river-biz']))
test('the exact name comes before names that only begin with it', () => assert.deepEqual(found('riverbank'), ['river', 'river-biz']))
test('accents and case do not matter', () => assert.deepEqual(found('CREDIT alp'), ['credit']))
test('a web address finds its bank', () => assert.deepEqual(found('alpin.example'), ['credit']))
test('a whole pasted address finds its bank', () => assert.deepEqual(found('https://alpin.example/login'), ['credit']))
test('of two entries of one site the one at the very host comes first', () => assert.deepEqual(searchInstitutions([bank('home', 'Moor', 'https://www.moor.example/'), bank('work', 'Moor', 'https://biz.moor.example/')], 'https://biz.moor.example/login').map(({ id }) => id), ['work', 'home']))
test('a routing number finds its bank, with spaces too', () => assert.deepEqual(found('021 000 021'), ['river']))
test('words in any order find the bank', () => assert.deepEqual(found('business river'), ['river-biz']))
test('what fits nothing finds nothing', () => assert.deepEqual(found('zzz'), []))

test('entries that are easily confused are told apart from those that only share a word that many have', () => {
  const all = [...BANKS, bank('cards', 'RB Cards', 'https://cards.riverbank.example/'), bank('first', 'First National Bank', 'https://fnb.example/'), bank('first-other', 'First National Trust', 'https://trust.example/'), bank('uk', 'Moor', 'https://www.moor.co.uk/'), bank('uk-other', 'Fen', 'https://www.fen.co.uk/'), { ...bank('abroad', 'Riverbank', 'https://riverbank.test/'), country: 'CA' }]
  const siblings = (id: string) => siblingsOf(all, all.find((one) => one.id === id)!).map((one) => one.id)
  assert.deepEqual(siblings('river'), ['river-biz', 'cards'])
  assert.deepEqual(siblings('river-biz'), ['river', 'cards'])
  for (const alone of ['first', 'credit', 'uk', 'abroad']) assert.deepEqual(siblings(alone), [], alone)
})
