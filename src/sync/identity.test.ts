import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import { contentKey, normalisedText, reportKey, reportText, resemblance } from './identity.ts'
import { row } from './testing.ts'

test('texts that banks write in several ways are one text: dates in front, card masks, spaces, case, accents, punctuation', () => {
  const same = [
    ['12.03 EXAMPLE STORE', 'Example  Store', '12.03.2026 example store', '2026-03-12 Example Store', '12/03 EXAMPLE-STORE'],
    ['Café Zoë', 'CAFE ZOE', 'Cafe\u0301 Zoe\u0308', ' café   zoë '],
    ['Shop ****1234', 'SHOP XXXX-XXXX-XXXX-1234', 'shop ••••1234', 'Shop #### 1234'],
    ['ﬁne foods', 'Fine Foods'],
  ]
  for (const texts of same) assert.deepEqual([...new Set(texts.map((text) => normalisedText(text, null)))].length, 1, texts.map((text) => normalisedText(text, null)).join(' | '))
})

test('texts that differ stay different: numbers inside, other scripts, a date that is all there is', () => {
  const texts = ['Shop 12', 'Shop 13', 'Кафе', 'Кафа', '12.03.2026', 'MAX FOX', 'MAX BOX', '']
  assert.equal(new Set(texts.map((text) => normalisedText(text, null))).size, texts.length)
  assert.equal(normalisedText('Rent', 'Rent March'), normalisedText('Rent March', 'rent'))
  assert.notEqual(normalisedText('Rent', 'March'), normalisedText('Rent', 'April'))
})

test('resemblance lies between nothing in common and equal, and is the same both ways', () => {
  for (const [a, b, least, most] of [['amazon mktpl ab12', 'amazon marketplace', 0.5, 0.99], ['gas station', 'zoo tickets', 0, 0.29], ['', 'bakery', 0.5, 0.5], ['bakery', 'bakery', 1, 1]] as const) {
    assert.equal(resemblance(a, b), resemblance(b, a))
    assert.ok(resemblance(a, b) >= least && resemblance(a, b) <= most, `${a} and ${b}: ${resemblance(a, b)}`)
  }
})

test('the recipes of the keys are a contract with stored data: they give today what they gave before', () => {
  const report = reportText('source', row('2026-03-12', '-8.5', '12.03 Café', { providerId: 'F1', memo: 'CARD ****1234' }), -850n, 'EUR')
  assert.deepEqual([reportKey(report, 0), reportKey(report, 1)], ['34b09391729ab835ad2cf8d546b999b2', 'bd41202a28f2ed5d2c1982a2a984ff4a'])
  assert.equal(contentKey(day('2026-03-12'), -850n, 'EUR', normalisedText('12.03 Café', 'CARD ****1234')), '57356d403c182a3f2649e9c7dd469b6e')
})
