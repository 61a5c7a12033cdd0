import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBlankDate, parseOfxDay, parseOfxInstant } from './datetime.ts'

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
