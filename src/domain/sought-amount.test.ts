import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMinor, soughtAmounts as sought } from './sought-amount.ts'

const soughtAmounts = (text: string) => sought(text).values

test('an amount is read as people of several languages write it; what is none is none', () => {
  for (const text of ['12.50', '12,50', '12.5', ' 12.50 ', '€12.50', '12,50 €', 'EUR 12.50', '12.50 USD']) assert.deepEqual(soughtAmounts(text), ['12.5', '-12.5'], text)
  for (const text of ['-12.50', '−12,50', '- 12.50', '-€12.50']) assert.deepEqual(soughtAmounts(text), ['-12.5'], text)
  assert.deepEqual(soughtAmounts('+12.50'), ['12.5'])
  for (const text of ['1,234.56', '1.234,56', '1 234,56', '1’234.56', '1234.56']) assert.deepEqual(soughtAmounts(text), ['1234.56', '-1234.56'], text)
  assert.deepEqual(soughtAmounts('-1.234.567'), ['-1234567'])
  assert.deepEqual(soughtAmounts('-1,234'), ['-1.234', '-1234'], 'either is meant')
  assert.deepEqual(soughtAmounts('0'), ['0'])
  for (const text of ['', 'FUEL 88', '12.50.1', '12-50', '1e3', '--1', '.', '12.5O', '2026-10-01', '1'.repeat(200) + 'x']) assert.deepEqual(soughtAmounts(text), [], text)
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
