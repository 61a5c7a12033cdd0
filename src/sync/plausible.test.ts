import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import type { Candidates } from '../ports/store.ts'
import { Intake, type Incoming } from './incoming.ts'
import { movedByYears, wrongYearRows } from './plausible.ts'
import { row } from './testing.ts'

const WINDOW = { from: day('2026-11-10'), to: day('2026-11-22') }

function rowsOn(...days: readonly string[]): readonly Incoming[] {
  const intake = new Intake({ sourceId: 's', currency: 'USD', sign: 1, startOn: null, keepsMarks: false })
  return days.map((on, index) => {
    const taken = intake.take({ ...row(on, '-1.00', `row ${index}`), providerId: `id${index}` })
    assert.ok(taken.ok && taken.value !== null)
    return taken.value
  })
}

const strange = (...days: readonly string[]): string[] => wrongYearRows(rowsOn(...days), WINDOW).map(({ content }) => content.postedOn)

test('a day that fits the window in another year is strange', () => assert.deepEqual(strange('2026-11-15', '2025-11-15'), ['2025-11-15']))
test('an instalment dated months ahead is as it is', () => assert.deepEqual(strange('2026-11-15', '2027-02-20'), []))
test('a bank that ignores the window and sends years is believed', () => assert.deepEqual(strange('2026-11-15', '2025-11-15', '2025-06-01'), []))
test('a year ahead is strange even then', () => assert.deepEqual(strange('2027-11-15', '2025-06-01'), ['2027-11-15']))
test('in a window of years every day could fit, so none is strange', () => {
  assert.deepEqual(wrongYearRows(rowsOn('2022-03-01', '2026-11-15'), { from: day('2024-11-22'), to: day('2026-11-22') }), [])
})
test('what programs write where they have no id is no id: twins under it stay two', () => {
  const intake = new Intake({ sourceId: 's', currency: 'USD', sign: 1, startOn: null, keepsMarks: false })
  for (const id of ['0', 'NONE', '000000', 'n/a']) {
    const twins = [intake.take({ ...row('2026-11-15', '-1.00', id), providerId: id }), intake.take({ ...row('2026-11-15', '-1.00', id), providerId: id })]
    assert.ok(twins.every((taken) => taken.ok && taken.value !== null && taken.value.providerId === null), id)
  }
})
test('a row that is stored under its id comes back a year ahead: strange where that lies far ahead, an anniversary where it does not', () => {
  const [ahead] = rowsOn('2027-11-15')
  const candidate = { amount: ahead!.content.amount, postedOn: day('2026-11-15'), name: ahead!.content.name, memo: null, reports: [{ sourceId: 's', providerId: ahead!.providerId, key: 'k' }] }
  const candidates = { known: new Map(), transactions: [candidate] } as unknown as Candidates
  assert.deepEqual([movedByYears([ahead!], candidates, 's', day('2026-11-20')).length, movedByYears([ahead!], candidates, 's', day('2027-11-20')).length], [1, 0])
})
