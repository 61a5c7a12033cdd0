import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../test/tries.ts'
import { DecimalSum, decimalsOf, formatMinor, formatMoney, moneyOf, parseDecimal, type Decimal } from './money.ts'

const decimal = (text: string): Decimal => {
  const parsed = parseDecimal(text)
  assert.ok(parsed !== null, text)
  return parsed
}

test('decimals take their canonical form', () => {
  const forms: Record<string, string> = { '1': '1', '+1.50': '1.5', '-0.00': '0', '007.10': '7.1', '.5': '0.5', '5.': '5', '-.05': '-0.05', '1000': '1000' }
  for (const [written, canonical] of Object.entries(forms)) assert.equal(parseDecimal(written), canonical, written)
})

test('what is not a decimal is refused', () => {
  for (const text of ['', '.', '-', '1e3', '1,5', '0x10', ' 1', '1 ', '--1', 'NaN', '1.2.3']) assert.equal(parseDecimal(text), null, text)
})

test('minor units follow the currency: 2, 0 and 3 decimals', () => {
  assert.deepEqual(moneyOf(decimal('-12.5'), 'USD'), { ok: true, value: { minor: -1250n, currency: 'USD' } })
  assert.deepEqual(moneyOf(decimal('1000'), 'JPY'), { ok: true, value: { minor: 1000n, currency: 'JPY' } })
  assert.deepEqual(moneyOf(decimal('1.234'), 'KWD'), { ok: true, value: { minor: 1234n, currency: 'KWD' } })
})

test('more decimals than the currency has is a failure, not a rounding', () => {
  const result = moneyOf(decimal('1.005'), 'USD')
  assert.ok(!result.ok)
  assert.equal(result.failure.code, 'amount_too_precise')
})

test('an amount that no database integer holds is a failure', () => {
  const result = moneyOf(decimal('12345678901234567.89'), 'USD')
  assert.ok(!result.ok)
  assert.equal(result.failure.code, 'amount_too_large')
})

test('writing and reading an amount gives the same amount in every currency', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.constantFrom('USD', 'JPY', 'KWD', 'CLF', 'ZZZ'), (minor, currency) => {
      const text = formatMoney({ minor, currency })
      assert.equal((text.split('.')[1] ?? '').length, decimalsOf(currency))
      assert.deepEqual(moneyOf(decimal(text), currency), { ok: true, value: { minor, currency } })
    }),
  )
})

test('a sum of decimals is exact, whatever their number of decimals', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ units: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), scale: fc.integer({ min: 0, max: 6 }) })), (parts) => {
      const sum = new DecimalSum()
      for (const { units, scale } of parts) sum.add(decimal(formatMinor(units, scale)))
      const exact = parts.reduce((total, { units, scale }) => total + units * 10n ** BigInt(6 - scale), 0n)
      assert.equal(sum.toDecimal(), decimal(formatMinor(exact, 6)))
    }),
  )
})
