/** What is proposed for rows that wait: categories, transfers, a second look. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import { UNDECIDED, type Transaction } from '../domain/transaction.ts'
import { payeeOf } from './payee.ts'
import { dryRun, ruleFor } from './rules.ts'
import { pairTransfers } from './transfers.ts'
import { unusualAmong } from './unusual.ts'

let made = 0
type Given = Partial<Omit<Transaction, 'amount' | 'postedOn'>> & { readonly on?: string; readonly amount?: bigint; readonly category?: string | null }

function aRow({ on = '2026-10-14', category = null, amount = -4_460n, ...over }: Given = {}): Transaction {
  return {
    id: `t${String(made++).padStart(4, '0')}`, accountId: 'one', status: 'posted', state: 'posted', withdrawnReason: null, postedOn: day(on), transactedOn: null, valueOn: null, amount, currency: 'USD',
    name: 'FUEL #88', memo: null, kind: null, checkNumber: null, reference: null, foreignAmount: null, foreignCurrency: null, decisions: { ...UNDECIDED, category }, createdAt: 0, updatedAt: 0, ...over,
  }
}

test('a payee is what stays the same from visit to visit', () => {
  const names = ['FUEL #88', 'Fuel 88', '14/10 FUEL #0412 XXXX1234', 'fuel']
  assert.deepEqual(new Set(names.map((name) => payeeOf({ name, memo: 'card 5' }))), new Set(['fuel']))
  assert.equal(payeeOf({ name: '7-11', memo: null }), '7 11', 'nothing but numbers is a name, too')
  assert.notEqual(payeeOf({ name: 'Café Zoé 12', memo: null }), payeeOf({ name: 'Cafe Luna 12', memo: null }))
  assert.equal(payeeOf({ name: null, memo: 'Cafe\u0301 9' }), 'cafe')
})

test('of several rules the most particular speaks; a dry run tells fresh rows from those that were chosen otherwise', () => {
  const rule = (contains: string, accountId: string | null, createdAt: number) => ({ id: contains, contains, category: contains, accountId, createdAt })
  const rules = [rule('fuel', null, 1), rule('FUEL #', null, 2), rule('fu', 'one', 3), rule('else', 'one', 4)]
  assert.equal(ruleFor(rules, aRow())?.contains, 'fu')
  assert.equal(ruleFor(rules, aRow({ accountId: 'two' }))?.contains, 'FUEL #')
  assert.equal(ruleFor(rules, aRow({ name: 'bread', memo: 'refuel' }))?.contains, 'fu')
  assert.equal(ruleFor(rules, aRow({ name: 'bread' })), null)
  const { fresh, against, same } = dryRun('Fuel', [aRow(), aRow({ category: 'Fuel' }), aRow({ category: 'Car' }), aRow()])
  assert.deepEqual([fresh.length, against.length, same.length], [2, 1, 1])
})

test('two sides of a transfer: opposite amounts in one currency within five days, nearest first, each row once', () => {
  const out = aRow({ amount: -50_000n })
  const again = aRow({ amount: -50_000n, on: '2026-10-20' })
  const near = aRow({ amount: 50_000n, on: '2026-10-15', accountId: 'two' })
  const far = aRow({ amount: 50_000n, on: '2026-10-19', accountId: 'two' })
  assert.deepEqual(pairTransfers([out, again], [far, near]).map(({ row, other, days }) => [row.id, other.id, days]), [[out.id, near.id, 1], [again.id, far.id, 1]])
  assert.deepEqual(pairTransfers([out], [aRow({ amount: 50_000n, on: '2026-10-20' }), aRow({ amount: 50_000n, currency: 'EUR' }), aRow({ amount: -50_000n })]), [])
  assert.deepEqual(pairTransfers([aRow({ amount: 0n })], [aRow({ amount: 0n })]), [])
})

test('worth a second look: far beyond what this payee ever took, or the same twice where that was never so', () => {
  const days = ['2026-09-01', '2026-09-05', '2026-09-09', '2026-09-13', '2026-09-17', '2026-09-21']
  const past = days.map((on, index) => aRow({ on, amount: -4_000n - BigInt(index) }))
  const [high, double] = [aRow({ amount: -8_011n }), aRow({ amount: -8_010n })]
  assert.deepEqual(unusualAmong([high, double], [...past, high, double]), new Map([[high.id, { kind: 'amount', largest: 4_005n, times: 6 }]].slice(0, 1) as never))
  assert.equal(unusualAmong([high], [...past.slice(1), high]).size, 0, 'five rows say nothing of what is usual')
  assert.equal(unusualAmong([aRow({ amount: 900_000n })], past).size, 0, 'what comes in is another matter')
  const [first, second] = [aRow({ on: '2026-10-14' }), aRow({ on: '2026-10-15' })]
  assert.deepEqual([...unusualAmong([first, second], [first, second])], [[second.id, { kind: 'twice', other: first }]])
  const habit = ['2026-08-01', '2026-08-01'].map((on) => aRow({ on }))
  assert.equal(unusualAmong([second], [first, second, ...habit]).size, 0, 'twice a day is a habit here')
})
