import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from './day.ts'
import { inMinor, isSought, soughtAmounts as sought, soughtDays } from './sought-amount.ts'
import { UNDECIDED } from './transaction.ts'

const soughtAmounts = (text: string) => sought(text).values

test('an amount is read as people of several languages write it; what is none is none', () => {
  for (const text of ['12.50', '12,50', '12.5', ' 12.50 ', '€12.50', '12,50 €', 'EUR 12.50', '12.50 USD']) assert.deepEqual(soughtAmounts(text), ['12.5', '-12.5'], text)
  for (const text of ['-12.50', '−12,50', '- 12.50', '-€12.50', '(12.50)', '( €12,50 )', '12.50-', '12,50 -', '12.50−']) assert.deepEqual(soughtAmounts(text), ['-12.5'], text)
  assert.deepEqual(soughtAmounts('+12.50'), ['12.5'])
  for (const text of ['1,234.56', '1.234,56', '1 234,56', '1’234.56', '1234.56']) assert.deepEqual(soughtAmounts(text), ['1234.56', '-1234.56'], text)
  assert.deepEqual(soughtAmounts('-1.234.567'), ['-1234567'])
  assert.deepEqual(soughtAmounts('-1,234'), ['-1.234', '-1234'], 'either is meant')
  assert.deepEqual(soughtAmounts('0'), ['0'])
  for (const text of ['', 'FUEL 88', '12.50.1', '12-50', '1e3', '--1', '-(1)', '-1-', '(1', '((1))', '()', '-', '.', '12.5O', '2026-10-01', '1'.repeat(200) + 'x']) assert.deepEqual(soughtAmounts(text), [], text)
})

test('in the smallest coins of each currency', () => {
  assert.deepEqual(inMinor(sought('12.5'), 'EUR'), [1250n, -1250n])
  assert.deepEqual(inMinor(sought('12.5'), 'JPY'), [])
  assert.deepEqual(inMinor(sought('+12.5'), 'KWD'), [12500n])
})

// Fails when: three letters before digits are dropped (was so: “REF 100” found every row of 100.00, “EUR 12.50” those in dollars).
test('a currency that is named is the only one that is meant', () => {
  for (const text of ['EUR 12.50', '12,50 EUR', '-EUR 12.50']) assert.deepEqual([inMinor(sought(text), 'USD'), inMinor(sought(text), 'EUR').includes(-1250n)], [[], true], text)
  assert.deepEqual(inMinor(sought('REF 100'), 'EUR'), [])
  assert.equal(sought('€12.50').currency, null)
})

// Fails when: a day that is typed finds nothing, or “café” not what a bank wrote with the accent as a letter of its own (both were so).
test('a day is read as people write it, a category is found, and an accent is the same however it is written', () => {
  for (const text of ['2026-10-04', ' 2026-10-4', '4.10.2026', '04.10.2026']) assert.deepEqual(soughtDays(text), ['2026-10-04'], text)
  assert.deepEqual(soughtDays('10/04/2026'), ['2026-10-04', '2026-04-10'], 'either is meant')
  assert.deepEqual(soughtDays('10/31/2026'), ['2026-10-31'])
  // Fails when: a day that is copied from the page finds nothing (was so).
  for (const text of ['Oct 4, 2026', 'Sun, Oct 4, 2026', '4 October 2026', 'October 4 2026', '4. Okt. 2026', 'So., 4. Oktober 2026', 'sonntag, 4. oktober 2026']) assert.deepEqual(soughtDays(text), ['2026-10-04'], text)
  for (const text of ['5 Sept 2026', '5 Sep 2026']) assert.deepEqual(soughtDays(text), ['2026-09-05'], text)
  for (const text of ['3. Jänner 2026', '3. Januar 2026', '3 Jan 2026']) assert.deepEqual(soughtDays(text), ['2026-01-03'], text)
  assert.deepEqual(soughtDays('2 März 2026'), ['2026-03-02'])
  for (const text of ['Oct 2026', 'Oct 4', 'Oct 32, 2026', 'Octo 4, 2026', 'Oct 4, 2026 fuel', '4 4 2026', 'Oct 4 5, 2026']) assert.deepEqual(soughtDays(text), [], text)
  for (const text of ['', '2026', '31.2.2026', '2026-13-01', '1.2.26', '4.10/2026', 'on 2026-10-04']) assert.deepEqual(soughtDays(text), [], text)
  const row = { postedOn: day('2026-10-04'), name: 'CAFE\u0301 OLE', memo: null, reference: null, checkNumber: null, decisions: { ...UNDECIDED, category: 'Küche' }, amount: -1200n, currency: 'EUR' }
  for (const text of ['café', 'CAFE\u0301', 'cafe', 'küche', 'ku\u0308CHE', 'kuche', 'Kueche', '4.10.2026', '(12.00)']) assert.ok(isSought(row, text), text)
  for (const text of ['caffé', 'kuch e', '5.10.2026', '+12']) assert.ok(!isSought(row, text), text)
})
