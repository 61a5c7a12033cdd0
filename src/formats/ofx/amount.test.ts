import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../../test/tries.ts'
import { parseAmount } from './amount.ts'

const reads: readonly (readonly [written: string, amount: string])[] = [
  ['12.50', '12.5'],
  ['-12.50', '-12.5'],
  ['+12.50', '12.5'],
  ['0', '0'],
  ['-0.00', '0'],
  ['120', '120'],
  ['.50', '0.5'],
  ['-.5', '-0.5'],
  ['50.', '50'],
  ['-00000000001500.0000', '-1500'],
  ['+00000000000115.8331', '115.8331'],
  ['00.10', '0.1'],
  ['0.07', '0.07'],
  ['100', '100'],
  ['1.234', '1.234'],
  ['12,50', '12.5'],
  ['-0,07', '-0.07'],
  [',5', '0.5'],
  ['0,125', '0.125'],
  ['1234,567', '1234.567'],
  ['1234,5', '1234.5'],
  ['1,234.56', '1234.56'],
  ['-1,234,567.89', '-1234567.89'],
  ['1,234,567', '1234567'],
  ['1.234,56', '1234.56'],
  ['1.234.567,8', '1234567.8'],
  ['1.234.567', '1234567'],
  ['1 234,56', '1234.56'],
  ['1\u00a0234,56', '1234.56'],
  ['1\u202f234\u202f567,00', '1234567'],
  ["1'234.56", '1234.56'],
  ['1’234.56', '1234.56'],
  ['1 234', '1234'],
  ['12,34,567.89', '1234567.89'],
  ['12.50-', '-12.5'],
  ['12.50+', '12.5'],
  ['(12.50)', '-12.5'],
  ['(1,234.56)', '-1234.56'],
  ['\u221212.50', '-12.5'],
  ['\u20135', '-5'],
  ['- 12.50', '-12.5'],
  ['$12.50', '12.5'],
  ['-$12.50', '-12.5'],
  ['$-12.50', '-12.5'],
  ['€ 1.234,56', '1234.56'],
  ['12,50 €', '12.5'],
  ['-12.50 EUR', '-12.5'],
  ['USD 5', '5'],
  ['($5.00)', '-5'],
  ['US$ 7.00', '7'],
  ['-1.2345678E7', '-12345678'],
  ['1.234567891E7', '12345678.91'],
  ['1.0E-4', '0.0001'],
  ['-1.2E+2', '-120'],
  ['1E+3', '1000'],
  ['123456789012345678.12', '123456789012345678.12'],
]

for (const [written, amount] of reads) {
  test(`the amount ${JSON.stringify(written)} is ${amount}`, () => assert.equal(parseAmount(written, 'USD'), amount))
}

const refused = [
  '',
  '-',
  '+',
  '.',
  ',',
  '()',
  'abc',
  '12.50abc',
  '1e5',
  '1.23E+07',
  '1.23E+10',
  '1E5',
  '1.2E07',
  '12.3E7',
  '1.0E99',
  '--5',
  '+-5',
  '5--',
  '1.2.3',
  '1,2,3',
  '1.234,567.8',
  '1,23.45',
  '1.23,456',
  '12 34',
  '1 2345',
  '0x10',
  'NaN',
  'Infinity',
  '12.5.',
  '(5',
  '5)',
  '(-5)',
  '1,,234',
  '٣',
  '9'.repeat(60),
]

for (const written of refused) {
  test(`${JSON.stringify(written.slice(0, 20))} is no amount`, () => assert.equal(parseAmount(written, 'USD'), null))
}

test('one comma before three digits is refused for dollars, where it may mean a thousand or a fraction', () => {
  assert.equal(parseAmount('1,234', 'USD'), null)
  assert.equal(parseAmount('-12,500', null), null)
  assert.equal(parseAmount('1,234', 'JPY'), '1234', 'yen have no fractions')
  assert.equal(parseAmount('1,234', 'KWD'), '1.234', 'dinars have three decimals')
  for (const [written, amount] of [['-15.000', '-15000'], ['+1.250', '1250'], ['15.00', '15'], ['1500.000', '1500'], ['(15.000)', '-15000'], ['15.000-', '-15000'], ['1.234.567', '1234567'], ['0.000', '0']] as const) assert.equal(parseAmount(written, 'CLP'), amount, `${written} pesos of Chile, which have no fractions`)
  assert.deepEqual([parseAmount('-15.000', 'COP'), parseAmount('-15.000', null)], ['-15', '-15'])
})

test('any decimal that a program writes plainly is read exactly', () => {
  const digits = fc.stringMatching(/^[0-9]{1,15}$/)
  const fraction = fc.option(fc.stringMatching(/^[0-9]{1,6}$/))
  fc.assert(
    fc.property(fc.constantFrom('', '-', '+'), digits, fraction, (sign, whole, part) => {
      const amount = parseAmount(`${sign}${whole}${part === null ? '' : `.${part}`}`, null)
      const scaled = BigInt(whole + (part ?? '').padEnd(6, '0'))
      const [read = '', readPart = ''] = (amount ?? 'x').replace('-', '').split('.')
      assert.equal(BigInt(read + readPart.padEnd(6, '0')), scaled)
      assert.equal(amount?.startsWith('-'), sign === '-' && scaled !== 0n)
      assert.doesNotMatch(amount ?? '', /^-?0\d|\.\d*0$|\.$/)
    }),
  )
})

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseAmount(text, 'EUR')))
})
