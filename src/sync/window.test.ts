import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '../domain/day.ts'
import { afterAnswer, leftOut, lookedAtLater, lookWindow, NO_PROGRESS, planWindows, readProgress, withLookPutOff, writeProgress, type Progress } from './window.ts'

const day = (text: string) => text as Day
const range = (from: string, to: string) => ({ from: day(from), to: day(to) })
const COVERED = [range('2026-03-01', '2026-10-05')]

function windowsOn(today: string, progress: Progress, covered = COVERED, pendingFrom: string | null = null) {
  return planWindows({ covered, pendingFrom: pendingFrom === null ? null : day(pendingFrom), progress: { ...progress, floor: day('2026-03-01') }, today: day(today), startOn: null, maxWindowDays: 365, overlapDays: 10 })
}

// Fails when: the stretch is cut at a distance from today, as it was: days that had been amended left it one by one, and kept what a faulty answer had made of them.
test('days whose rows were amended are read again for two weeks, however old they get meanwhile', () => {
  const progress = afterAnswer(NO_PROGRESS, { asked: range('2026-07-01', '2026-10-05'), covers: range('2026-07-01', '2026-10-05'), coveredBefore: COVERED, connector: null, reread: range('2026-07-07', '2026-07-09'), today: day('2026-10-05'), listed: 12 })
  const stretch = range('2026-07-06', '2026-07-10')
  assert.deepEqual(windowsOn('2026-10-06', progress), [range('2026-09-25', '2026-10-06'), stretch])
  assert.deepEqual(windowsOn('2026-10-19', progress), [range('2026-09-25', '2026-10-19'), stretch])
  assert.deepEqual(windowsOn('2026-10-20', progress), [range('2026-09-25', '2026-10-20')])
})

// Fails when: the time runs out in an outage, as it did: a day that a fault had moved just before it stayed wrong for ever.
test('amended days whose time ran out while no read worked are read once more, by the first that does', () => {
  const seen = { covers: range('2026-09-10', '2026-10-05'), coveredBefore: COVERED, connector: null, today: day('2026-10-05'), listed: 12 }
  const progress = afterAnswer(NO_PROGRESS, { ...seen, asked: range('2026-09-10', '2026-10-05'), reread: range('2026-09-11', '2026-09-13') })
  const stretch = range('2026-09-10', '2026-09-14')
  assert.deepEqual(windowsOn('2026-11-02', progress).at(-1), stretch)
  const recent = afterAnswer(progress, { ...seen, asked: range('2026-09-25', '2026-11-02'), covers: range('2026-09-25', '2026-11-02'), reread: null, today: day('2026-11-02') })
  assert.deepEqual(windowsOn('2026-11-02', recent).at(-1), stretch, 'an answer for other days is none for these')
  const again = afterAnswer(recent, { ...seen, asked: stretch, covers: stretch, reread: null, today: day('2026-11-02') })
  assert.deepEqual(again.unsettled, [])
  assert.deepEqual(leftOut(recent, stretch, day('2026-11-02')).unsettled, [], 'what the bank does not give any more is not asked for again')
})

// Fails when: a pending row that is older than the overlap is left to its age, as it was: it was withdrawn by answers that were not for its day.
test('each read reaches back to the oldest pending row, as far as holds last', () => {
  const until = (from: string) => [range(from, '2026-10-06')]
  assert.deepEqual(windowsOn('2026-10-06', NO_PROGRESS, COVERED, '2026-09-12'), until('2026-09-12'))
  assert.deepEqual(windowsOn('2026-10-06', NO_PROGRESS, COVERED, '2026-10-04'), until('2026-09-25'), 'within the overlap nothing changes')
  assert.deepEqual(windowsOn('2026-10-06', NO_PROGRESS, COVERED, '2026-06-01'), until('2026-08-11'), 'older than any hold')
  assert.deepEqual(windowsOn('2026-10-06', NO_PROGRESS, [range('2026-09-20', '2026-10-05')], '2026-09-12')[0], range('2026-09-20', '2026-10-06'), 'what was never read is history')
  const holed = [range('2026-03-01', '2026-09-15'), range('2026-10-03', '2026-10-05')]
  assert.deepEqual(windowsOn('2026-10-06', NO_PROGRESS, holed, '2026-09-12'), until('2026-09-12'), 'an outage lies between')
})

// Fails when: days that an outage kept back are read once only, as they were: a day that a fault had moved stayed wrong for ever.
test('days that were long past when they came are looked at once more, ten days later; the newest days are read again anyway', () => {
  const before = [range('2026-03-01', '2026-09-10')]
  const seen = { asked: range('2026-09-01', '2026-10-05'), covers: range('2026-09-01', '2026-10-05'), coveredBefore: before, connector: null, reread: null, today: day('2026-10-05'), listed: 12 }
  const progress = afterAnswer(NO_PROGRESS, seen)
  const lookOn = (today: string, of = progress, startOn: string | null = null) => lookWindow({ progress: of, today: day(today), startOn: startOn === null ? null : day(startOn), maxWindowDays: 365 })
  assert.deepEqual([lookOn('2026-10-14'), lookOn('2026-10-15'), lookOn('2026-10-15', progress, '2026-09-20'), lookOn('2026-10-15', progress, '2026-10-03')], [null, range('2026-09-11', '2026-10-02'), range('2026-09-20', '2026-10-02'), null])
  assert.deepEqual(readProgress(writeProgress(progress)), progress)
  const looked = afterAnswer(progress, { ...seen, asked: range('2026-09-11', '2026-10-02'), covers: range('2026-09-11', '2026-10-02'), coveredBefore: COVERED, today: day('2026-10-15') })
  assert.equal(lookOn('2026-10-16', looked), null)
  assert.deepEqual(afterAnswer(NO_PROGRESS, { ...seen, coveredBefore: [range('2026-03-01', '2026-10-03')] }).looks, [], 'as each day goes')
  assert.deepEqual(afterAnswer(NO_PROGRESS, { ...seen, covers: range('2025-01-01', '2026-10-05'), coveredBefore: [] }).looks, [{ ...range('2026-07-07', '2026-10-02'), on: '2026-10-15' }], 'of history the last ninety days')
})

test('a stretch that touches the newest days is read with them, and a hole comes before both', () => {
  const unsettled = afterAnswer(NO_PROGRESS, { asked: range('2026-09-20', '2026-10-05'), covers: range('2026-09-20', '2026-10-05'), coveredBefore: COVERED, connector: null, reread: range('2026-09-21', '2026-09-26'), today: day('2026-10-05'), listed: 12 })
  assert.deepEqual(windowsOn('2026-10-05', unsettled), [range('2026-09-20', '2026-10-05')])
  const holed = [range('2026-03-01', '2026-08-01'), range('2026-08-05', '2026-10-05')]
  assert.deepEqual(windowsOn('2026-10-05', unsettled, holed), [range('2026-08-02', '2026-08-04'), range('2026-09-20', '2026-10-05')])
})

test('progress is read as it was written, and a stretch that another one holds is one with it', () => {
  const answer = (before: Progress, reread: ReturnType<typeof range>) => afterAnswer(before, { asked: range('2026-09-25', '2026-10-05'), covers: range('2026-09-25', '2026-10-05'), coveredBefore: COVERED, connector: null, reread: reread, today: day('2026-10-05'), listed: 12 })
  const twice = answer(answer(NO_PROGRESS, range('2026-09-28', '2026-09-29')), range('2026-09-27', '2026-09-30'))
  assert.deepEqual(twice.unsettled, [{ ...range('2026-09-26', '2026-10-01'), until: '2026-10-19' }])
  assert.deepEqual(readProgress(writeProgress(twice)), twice)
  assert.deepEqual(readProgress({ v: 1, unsettled: { from: '2026-01-01', until: '2026-02-01' } }).unsettled, [], 'what an earlier version wrote')
})

// Fails when: what is refused of days that are read again is left for good (seen, seed 350000262), or its look is put off by each further read.
test('days that were read and are refused get one look, whose day the first of the reads says; days that were never read are gaps and nothing else', () => {
  const range = (from: string, to: string) => ({ from: day(from), to: day(to) })
  const covered = [range('2026-03-05', '2026-03-20')]
  const first = lookedAtLater(NO_PROGRESS, range('2026-03-01', '2026-03-09'), covered, day('2026-03-16'))
  assert.deepEqual(first.looks, [{ ...range('2026-03-05', '2026-03-09'), on: '2026-03-26' }])
  const second = lookedAtLater(first, range('2026-03-06', '2026-03-11'), covered, day('2026-03-18'))
  assert.deepEqual(second.looks, [{ ...range('2026-03-05', '2026-03-11'), on: '2026-03-26' }])
  assert.deepEqual(lookedAtLater(NO_PROGRESS, range('2025-10-01', '2025-11-01'), [range('2025-01-01', '2026-03-20')], day('2026-03-18')), NO_PROGRESS, 'too old')
  assert.deepEqual(lookedAtLater(second, range('2026-03-01', '2026-03-04'), covered, day('2026-03-18')), second)
})

// Fails when: a look that is refused takes those along that are due later (seen, seed 350000262), or is given up while the bank gives few days: a row that was booked late was lost.
test('a refused look is put off until its days are too old, and leaves those that are due later', () => {
  const look = (from: string, to: string, on: string) => ({ from: day(from), to: day(to), on: day(on) })
  const [due, later, apart] = [look('2026-03-07', '2026-03-07', '2026-03-20'), look('2026-03-06', '2026-03-16', '2026-04-04'), look('2026-02-01', '2026-02-03', '2026-03-20')]
  assert.deepEqual(withLookPutOff({ ...NO_PROGRESS, looks: [due, later, apart] }, due, day('2026-03-24')).looks, [{ ...due, on: '2026-04-03' }, later, apart])
  const old = look('2025-12-01', '2026-01-02', '2026-03-20')
  assert.deepEqual(withLookPutOff({ ...NO_PROGRESS, looks: [old] }, old, day('2026-03-24')).looks, [{ from: '2025-12-24', to: '2026-01-02', on: '2026-04-03' }])
  assert.deepEqual(withLookPutOff({ ...NO_PROGRESS, looks: [old] }, old, day('2026-04-24')).looks, [])
})
