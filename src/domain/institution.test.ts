import assert from 'node:assert/strict'
import { test } from 'node:test'
import { siblingsOf, type Institution } from './institution.ts'

function bank(id: string, name: string, website: string | null, routingNumbers: string[] = []): Institution {
  return { id, name, country: 'US', website, routingNumbers, timeZone: 'America/New_York', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null }, routes: [{ connector: 'x', settings: {} }] }
}

const BANKS = [
  bank('river', 'Riverbank', 'https://www.riverbank.example/', ['021000021']),
  bank('river-biz', 'Riverbank Business', 'https://biz.riverbank.example/'),
  bank('credit', 'Crédit Alpin', 'https://alpin.example/'),
]

test('entries that are easily confused are told apart from those that only share a word that many have', () => {
  const all = [...BANKS, bank('cards', 'RB Cards', 'https://cards.riverbank.example/'), bank('first', 'First National Bank', 'https://fnb.example/'), bank('first-other', 'First National Trust', 'https://trust.example/'), bank('uk', 'Moor', 'https://www.moor.co.uk/'), bank('uk-other', 'Fen', 'https://www.fen.co.uk/'), { ...bank('abroad', 'Riverbank', 'https://riverbank.test/'), country: 'CA' }, bank('here', 'Ebb', 'http://127.0.0.1:4000/'), bank('there', 'Flow', 'http://127.0.0.1:5000/')]
  const siblings = (id: string) => siblingsOf(all, all.find((one) => one.id === id)!).map((one) => one.id)
  assert.deepEqual(siblings('river'), ['river-biz', 'cards'])
  assert.deepEqual(siblings('river-biz'), ['river', 'cards'])
  for (const alone of ['first', 'credit', 'uk', 'abroad', 'here']) assert.deepEqual(siblings(alone), [], alone)
})
