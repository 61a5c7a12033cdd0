import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterHours, intoHours, isTimeZone, isWithin, lengthOf, type Hours } from './hours.ts'

const at = (text: string): number => Date.parse(text)
const iso = (ms: number): string => new Date(ms).toISOString()
const night: Hours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }

test('hours over midnight hold the night and nothing of the day, by the clock of their zone', () => {
  for (const [instant, within] of [['2026-01-10T20:59:59Z', false], ['2026-01-10T21:00:00Z', true], ['2026-01-11T05:59:00Z', true], ['2026-01-11T06:00:00Z', false], ['2026-07-10T20:00:00Z', true], ['2026-07-10T05:00:00Z', false]] as const) {
    assert.equal(isWithin(at(instant), night), within, instant)
  }
  assert.equal(lengthOf(night), 540)
  assert.equal(isWithin(at('2026-01-10T12:00:00Z'), { from: '00:00', to: '00:00', timeZone: 'UTC' }), true, 'the whole day')
  assert.equal(lengthOf({ from: '00:00', to: '00:00', timeZone: 'UTC' }), 1_440)
})

test('what falls into quiet hours waits for their end, what falls outside does not move', () => {
  assert.equal(iso(afterHours(at('2026-01-10T23:17:30Z'), night)), '2026-01-11T06:00:00.000Z')
  assert.equal(iso(afterHours(at('2026-01-10T12:00:00Z'), night)), '2026-01-10T12:00:00.000Z')
})

test('a read outside of its hours moves to their next beginning', () => {
  const office: Hours = { from: '08:30', to: '18:00', timeZone: 'America/New_York' }
  assert.equal(iso(intoHours(at('2026-01-10T12:00:00Z'), office)), '2026-01-10T13:30:00.000Z')
  assert.equal(iso(intoHours(at('2026-01-10T23:00:00Z'), office)), '2026-01-11T13:30:00.000Z')
  assert.equal(iso(intoHours(at('2026-01-10T14:00:00Z'), office)), '2026-01-10T14:00:00.000Z')
})

test('the nights on which clocks change end at the time that the clock shows', () => {
  assert.equal(iso(afterHours(at('2026-03-28T22:30:00Z'), night)), '2026-03-29T05:00:00.000Z', 'put forward')
  assert.equal(iso(afterHours(at('2026-10-24T21:30:00Z'), night)), '2026-10-25T06:00:00.000Z', 'put back')
  const skipped: Hours = { from: '02:30', to: '12:00', timeZone: 'Europe/Berlin' }
  const moved = intoHours(at('2026-03-28T20:00:00Z'), skipped)
  assert.ok(moved >= at('2026-03-29T01:00:00Z') && moved <= at('2026-03-29T02:00:00Z'), iso(moved))
  assert.ok(isWithin(moved, skipped), 'a time that the clock jumps over: the hours have begun behind the jump')
})

test('the instant that is found is within the hours, for every quarter hour of a year', () => {
  for (const timeZone of ['Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC']) {
    const hours: Hours = { from: '21:15', to: '06:45', timeZone }
    for (let instant = at('2026-01-01T00:00:00Z'); instant < at('2027-01-01T00:00:00Z'); instant += 19_800_000) {
      assert.ok(isWithin(intoHours(instant, hours), hours), `${timeZone} ${iso(instant)}`)
      const after = afterHours(instant, hours)
      assert.ok(!isWithin(after, hours) && after >= instant && after - instant <= 26 * 3_600_000, `${timeZone} ${iso(instant)}`)
    }
  }
})

test('what is no time zone is told from one that is', () => {
  assert.deepEqual(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isTimeZone), [true, true, false, false])
})
