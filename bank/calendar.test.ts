import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day, dayFromNumber, dayNumber } from '../src/domain/day.ts'
import { bankDayAfter, bankDayNotAfter, isBankDay, weekday } from './calendar.ts'

const n = (text: string): number => dayNumber(day(text))

test('knows weekdays on both sides of 1970', () => {
  assert.equal(weekday(n('2026-11-22')), 0)
  assert.equal(weekday(n('1969-12-31')), 3)
})

test('is closed on weekends and on the bank holidays of each place', () => {
  for (const [text, country] of [
    ['2026-11-26', 'US'],
    ['2026-05-25', 'US'],
    ['2026-01-19', 'US'],
    ['2026-04-03', 'EU'],
    ['2026-04-06', 'EU'],
    ['2026-05-04', 'JP'],
    ['2026-11-20', 'KW'],
  ] as const) {
    assert.equal(isBankDay(n(text), country), false, `${text} ${country}`)
  }
  for (const [text, country] of [
    ['2026-11-25', 'US'],
    ['2026-04-07', 'EU'],
    ['2026-05-07', 'JP'],
    ['2026-11-22', 'KW'],
  ] as const) {
    assert.equal(isBankDay(n(text), country), true, `${text} ${country}`)
  }
})

test('moves over closed days in both directions', () => {
  assert.equal(dayFromNumber(bankDayAfter(n('2026-12-25'), 0, 'US')), '2026-12-28')
  assert.equal(dayFromNumber(bankDayAfter(n('2026-11-25'), 1, 'US')), '2026-11-27')
  assert.equal(dayFromNumber(bankDayNotAfter(n('2026-10-25'), 'US')), '2026-10-23')
})
