import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '../../domain/day.ts'
import { isBlankDate, likelyDay, parseOfxDay, parseOfxInstant, plainDay, possibleDays } from './datetime.ts'

const days: readonly (readonly [written: string, day: string | null])[] = [
  ['20240229', '2024-02-29'],
  ['20240229235959', '2024-02-29'],
  ['20240229235959.999[-5:EST]', '2024-02-29'],
  ['20240301000000[+13:NZDT]', '2024-03-01'],
  ['20240229[-5:EST]', '2024-02-29'],
  ['20180804093914:014', '2018-08-04'],
  ['2024-02-29', '2024-02-29'],
  ['2024/2/9', '2024-02-09'],
  ['2024.02.29', '2024-02-29'],
  ['2024-02-29T10:00:00', '2024-02-29'],
  ['20230229', null],
  ['20240431', null],
  ['20241301', null],
  ['20240100', null],
  ['00000000', null],
  ['2024', null],
  ['29/02/2024', null],
  ['yesterday', null],
  ['', null],
  ['2024-02-30', null],
  ['2024-02/29', null],
  ['2024-02-2999', null],
]

for (const [written, day] of days) {
  test(`the day of ${JSON.stringify(written)} is ${day ?? 'none'}`, () => {
    assert.equal(parseOfxDay(written), day)
    assert.equal(parseOfxDay(written), day, 'the second time too')
  })
}

const instants: readonly (readonly [written: string, instant: string | null])[] = [
  ['20071015021529.000[-8:PST]', '2007-10-15T02:15:29-08:00'],
  ['20071015021529.25[-8]', '2007-10-15T02:15:29.25-08:00'],
  ['20240101120000', '2024-01-01T12:00:00Z'],
  ['20240101120000[0:GMT]', '2024-01-01T12:00:00Z'],
  ['20240101120000[+5.30:IST]', '2024-01-01T12:00:00+05:30'],
  ['20240101120000[5.5:IST]', '2024-01-01T12:00:00+05:30'],
  ['20240101120000[+0530]', '2024-01-01T12:00:00+05:30'],
  ['20240101120000[-3.5:NST]', '2024-01-01T12:00:00-03:30'],
  ['20091217162416.000[-:EST]', '2009-12-17T16:24:16-05:00'],
  ['20240101120000[EST]', '2024-01-01T12:00:00-05:00'],
  ['202401011200', '2024-01-01T12:00:00Z'],
  ['20240101120000[+10:00]', '2024-01-01T12:00:00+10:00'],
  ['20240101', null],
  ['20240101250000', null],
  ['20240230120000', null],
  ['20240101120000[Mars]', null],
  ['20240101120000[+99]', null],
]

for (const [written, instant] of instants) {
  test(`the instant of ${JSON.stringify(written)} is ${instant ?? 'not told'}`, () => assert.equal(parseOfxInstant(written), instant))
}

test('a date of zeros or blanks is no date, whatever its shape', () => {
  for (const blank of ['', '  ', '0', '00000000', '00000000000000', '0000-00-00', '00000000000000.000[-5:EST]']) assert.ok(isBlankDate(blank), blank)
  for (const date of ['20240101', '00000001', 'none']) assert.ok(!isBlankDate(date), date)
})

test('the days that a date may mean which is not written as OFX wants', () => {
  for (const [written, ...days] of [
    ['31/05/2024', '2024-05-31'],
    ['05/31/2024 10:00', '2024-05-31'],
    ['1/6/2024', '2024-06-01', '2024-01-06'],
    ['01.06.2024', '2024-06-01'],
    ['06-06-2024', '2024-06-06'],
    ['2025025173830[-3:GMT]', '2025-02-05'],
    ['2026017932[-3:GMT]', '2026-01-07'],
    ['202504412510[-3:GMT]', '2025-04-04'],
    ['2024051315034[-3:GMT]', '2024-05-13'],
    ['2025021173830', '2025-02-01', '2025-02-11'],
    ['20250211', '2025-02-11'],
    ['202502111730', '2025-02-11'],
    ['20250211173830.123[-3:GMT]', '2025-02-11'],
    ['20250211240000', '2025-02-11'],
    ['2025-2-1', '2025-02-01'],
    ['20240132'],
    ['20240844045844'],
    ['32/05/2024'],
    ['010524'],
    ['soon'],
  ] as const) assert.deepEqual(plainDay(written) === null ? possibleDays(written) : [plainDay(written)], days, written)
})

test('of several days the one next to another counts', () => {
  const days = possibleDays('01/06/2024')
  assert.equal(likelyDay(days, '2024-05-31' as Day), '2024-06-01')
  assert.equal(likelyDay(days, '2024-01-31' as Day), '2024-01-06')
  assert.equal(likelyDay(days, null), null)
  assert.equal(likelyDay([], '2024-05-31' as Day), null)
})
