/** A balance that somebody types on the page Reconcile is sent as that amount, or refused; never as another one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asTyped, decimalOf, exampleAmount } from '../web/src/pages/typed-amount.ts'

test('an amount as the reader writes it is the amount; where it can be read in two ways it goes as it is', () => {
  const sent: readonly (readonly [locale: string, typed: string, sent: string])[] = [
    ['en-US', ' 1234.50 ', '1234.50'], ['en-US', '-1,234,567.50', '-1234567.50'], ['en-IN', '12,34,567.5', '1234567.5'], ['en-US', '1,234', '1,234'],
    ['de-DE', '1234,50', '1234.50'], ['de-DE', '-1.234.567,50', '-1234567.50'], ['de-DE', '1234.50', '1234.50'], ['de-DE', '0,5', '0.5'], ['de-DE', ',5', '.5'], ['de-DE', '12', '12'],
    ['de-AT', '1\u00a0234,50', '1234.50'], ['de-CH', '1’234.50', '1234.50'],
    ['de-DE', '1,234.50', '1.234.50'], ['de-DE', '1.2345,6', '1.2345.6'], ['de-DE', '1,2,3', '1,2,3'],
  ]
  assert.deepEqual(sent.map(([locale, typed]) => [locale, typed, decimalOf(typed, locale)]), sent)
})

test('an amount that was sent stands in the field as the reader writes it, and is sent as the same again', () => {
  const amounts = ['1234.50', '-1234567.5', '12', 'abc', '1,234', '1.2.3']
  assert.deepEqual(amounts.map((amount) => asTyped(amount, 'de-DE')), ['1234,50', '-1234567,5', '12', 'abc', '1,234', '1.2.3'])
  assert.deepEqual(['1234.50', '-1234567.5', '12'].map((amount) => decimalOf(asTyped(amount, 'de-DE'), 'de-DE')), ['1234.50', '-1234567.5', '12'])
})

test('the example is written as the reader writes', () => {
  assert.deepEqual(['en-US', 'de-DE', 'de-CH'].map(exampleAmount), ['1234.50', '1234,50', '1234.50'])
})
