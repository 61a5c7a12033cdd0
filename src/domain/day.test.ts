import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../test/tries.ts'
import { addDays, day, dayFromNumber, dayInZone, dayNumber, dayOf, daysBetween, parseDay, utcDay, type Day } from './day.ts'

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

test('numbers and days are those of the language\'s own calendar', () => {
  fc.assert(
    fc.property(fc.integer({ min: -719_528, max: 2_932_896 }), (number) => {
      const iso = new Date(number * 86_400_000).toISOString().slice(0, 10)
      assert.deepEqual([dayFromNumber(number), dayNumber(iso as Day), utcDay(number * 86_400_000 + 86_399_999)], [iso, number, iso])
    }),
  )
  assert.throws(() => dayFromNumber(2_932_897), RangeError)
  assert.throws(() => utcDay(Number.NaN), RangeError)
})

test('the day of an instant is the day in the bank\'s own zone', () => {
  const at = Date.UTC(2026, 0, 1, 3, 30) // 22:30 on 31 December in New York
  assert.equal(utcDay(at), '2026-01-01')
  assert.equal(dayInZone(at, 'America/New_York'), '2025-12-31')
  assert.equal(dayInZone(at, 'Pacific/Auckland'), '2026-01-01')
  for (const zone of ['Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Apia', 'Africa/Monrovia']) {
    const plain = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
    for (let instant = Date.UTC(1969, 0, 1, 0, 1); instant < Date.UTC(2030, 0, 1); instant += 91 * 3_600_000 + 433_000) {
      const wanted = plain.format(instant)
      assert.deepEqual([dayInZone(instant, zone), dayInZone(instant - 1, zone), dayInZone(instant, zone)], [wanted, plain.format(instant - 1), wanted], zone)
    }
  }
})

test('a wrong literal is a bug and throws', () => {
  assert.throws(() => day('2026-02-30'), /not a day/)
})
