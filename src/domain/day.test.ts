import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays, day, dayFromNumber, dayInZone, dayNumber, dayOf, daysBetween, parseDay, utcDay } from './day.ts'

test('only real calendar days are days', () => {
  for (const text of ['2026-02-30', '2025-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-1-01', '20260101', '']) assert.equal(parseDay(text), null, text)
  assert.equal(parseDay('2024-02-29'), '2024-02-29')
  assert.equal(dayOf(2000, 2, 29), '2000-02-29')
  assert.equal(dayOf(1900, 2, 29), null)
})

test('numbers and days map one to one, in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (number) => {
      const value = dayFromNumber(number)
      assert.equal(parseDay(value), value)
      assert.equal(dayNumber(value), number)
      assert.ok(value < addDays(value, 1))
      assert.equal(daysBetween(value, addDays(value, 45)), 45)
    }),
  )
})

test('the day of an instant is the day in the bank\'s own zone', () => {
  const at = Date.UTC(2026, 0, 1, 3, 30) // 22:30 on 31 December in New York
  assert.equal(utcDay(at), '2026-01-01')
  assert.equal(dayInZone(at, 'America/New_York'), '2025-12-31')
  assert.equal(dayInZone(at, 'Pacific/Auckland'), '2026-01-01')
})

test('a wrong literal is a bug and throws', () => {
  assert.throws(() => day('2026-02-30'), /not a day/)
})
