import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import type { Candidates } from '../ports/feed.ts'
import { Intake, type Incoming } from './incoming.ts'
import { believedCovers, movedByYears, wrongYearRows } from './plausible.ts'
import { outcomeOf, row, World } from './testing.ts'

const WINDOW = { from: day('2026-11-10'), to: day('2026-11-22') }

function rowsOn(...days: readonly string[]): readonly Incoming[] {
  const intake = new Intake({ sourceId: 's', currency: 'USD', sign: 1, startOn: null, keepsMarks: false })
  return days.map((on, index) => {
    const taken = intake.take({ ...row(on, '-1.00', `row ${index}`), providerId: `id${index}` })
    assert.ok(taken.ok && taken.value !== null)
    return taken.value
  })
}

const strange = (...days: readonly string[]): string[] => wrongYearRows(rowsOn(...days), WINDOW, rowsOn(...days)).map(({ content }) => content.postedOn)

test('a day that fits the window in another year is strange', () => assert.deepEqual(strange('2026-11-15', '2025-11-15'), ['2025-11-15']))
test('an instalment dated months ahead is as it is', () => assert.deepEqual(strange('2026-11-15', '2027-02-20'), []))
test('a bank that ignores the window and sends years is believed', () => assert.deepEqual(strange('2026-11-15', '2025-11-15', '2025-06-01'), []))
test('a year ahead is strange even then', () => assert.deepEqual(strange('2027-11-15', '2025-06-01'), ['2027-11-15']))
test('in a window of years every day could fit, so none is strange', () => {
  assert.deepEqual(wrongYearRows(rowsOn('2022-03-01', '2026-11-15'), { from: day('2024-11-22'), to: day('2026-11-22') }, []), [])
})
test('what programs write where they have no id is no id: twins under it stay two', () => {
  const intake = new Intake({ sourceId: 's', currency: 'USD', sign: 1, startOn: null, keepsMarks: false })
  for (const id of ['0', 'NONE', '000000', 'n/a']) {
    const twins = [intake.take({ ...row('2026-11-15', '-1.00', id), providerId: id }), intake.take({ ...row('2026-11-15', '-1.00', id), providerId: id })]
    assert.ok(twins.every((taken) => taken.ok && taken.value !== null && taken.value.providerId === null), id)
  }
})

/** A row that is stored under the id of `ahead`, as the matcher sees it. */
function storedOn(on: string, ahead: Incoming): Candidates {
  const candidate = { amount: ahead.content.amount, postedOn: day(on), name: ahead.content.name, memo: null, reports: [{ sourceId: 's', providerId: ahead.providerId, key: 'k' }] }
  return { known: new Map(), transactions: [candidate] } as unknown as Candidates
}

test('a row that is stored under its id comes back a year ahead: strange where that lies far ahead, an anniversary where it does not', () => {
  const [ahead] = rowsOn('2027-11-15')
  const candidates = storedOn('2026-11-15', ahead!)
  assert.deepEqual(['2026-11-20', '2027-11-20'].map((today) => movedByYears([ahead!], candidates, 's', day(today), WINDOW, [ahead!]).length), [1, 0])
})
test('what comes every year is listed a year ahead: it is as it is where the answer shows that of this year as well, or is of later days', () => {
  const [ahead] = rowsOn('2027-11-15')
  const [own] = rowsOn('2026-11-15')
  const later = { from: day('2026-12-01'), to: day('2026-12-20') }
  const isStrange = (asked: typeof WINDOW, shown: readonly Incoming[]): boolean[] => [wrongYearRows([ahead!], asked, shown).length > 0, movedByYears([ahead!], storedOn('2026-11-15', ahead!), 's', asked.to, asked, shown).length > 0]
  assert.deepEqual(isStrange(WINDOW, [ahead!]), [true, true])
  assert.deepEqual(isStrange(WINDOW, [own!, ahead!]), [false, false])
  const [other] = rowsOn('2026-12-05')
  assert.deepEqual(isStrange(later, [other!, ahead!]), [false, false])
  assert.deepEqual(isStrange(later, [ahead!]), [false, true], 'nothing says that its years are right')
  assert.deepEqual(isStrange(later, [...rowsOn('2026-11-12', '2026-12-05'), ahead!]), [false, true], 'a bank that shows more than it was asked for shows that one, too')
  const twin = new Intake({ sourceId: 's', currency: 'USD', sign: 1, startOn: null, keepsMarks: false }).take({ ...row('2026-11-15', '-1.00', 'row 0'), providerId: 'twin' })
  assert.ok(twin.ok && twin.value !== null)
  assert.deepEqual(isStrange(WINDOW, [twin.value, ahead!]), [true, true], 'another row of this year is not the one of its id')
})

test('an insurance that is listed a year ahead under the id of this year is read without a complaint, and each year is a row', async () => {
  const world = await new World().connect()
  const year = (on: string) => row(on, '-50', 'Insurance', { providerId: 'ins' })
  world.bank.rows = [year('2026-03-18')]
  await world.sync()
  world.bank.onRead = () => [{ step: 'page', state: {}, page: { rows: [...world.bank.rows, year('2027-03-18')], currency: 'USD', covers: { from: day(world.today(-10)), to: day(world.today()) }, balances: [], next: null, last: true } }]
  for (let days = 0; days < 14; days++) {
    if (days === 12) world.bank.rows = []
    assert.equal(outcomeOf(await world.sync(1)).failure, null, world.today())
  }
  assert.deepEqual(await world.feed(), ['2026-03-18 -5000 Insurance', '2027-03-18 -5000 Insurance'])
})

test('interest of each year under one id: history is read with each year in it, and a year that the newest days show wrongly is still not taken', async () => {
  const world = await new World('2026-01-02').connect()
  const year = (on: string) => row(on, '12', 'Interest', { providerId: 'int' })
  world.bank.rows = [year('2024-12-31'), year('2025-12-31')]
  assert.equal(outcomeOf(await world.sync()).failure, null)
  assert.deepEqual(await world.feed(), ['2024-12-31 1200 Interest', '2025-12-31 1200 Interest'])
  world.bank.rows = [year('2023-12-31')]
  world.bank.onRead = () => [{ step: 'page', state: {}, page: { rows: world.bank.rows, currency: 'USD', covers: { from: day(world.today(-10)), to: day(world.today()) }, balances: [], next: null, last: true } }]
  assert.notEqual(outcomeOf(await world.sync(1)).failure, null)
  assert.deepEqual(await world.feed(), ['2024-12-31 1200 Interest', '2025-12-31 1200 Interest'])
})

// Fails when: each stored row is held against each row of the answer (was so: 36 s for these, and an answer holds 5,000).
test('thousands of rows of one amount, of which none has moved, cost no more than their number', () => {
  const intake = new Intake({ sourceId: 's', currency: 'USD', sign: 1, startOn: null, keepsMarks: false })
  const fare = (on: string, id: string): Incoming => {
    const taken = intake.take({ ...row(on, '-2.75', 'Metro fare'), providerId: id })
    assert.ok(taken.ok && taken.value !== null)
    return taken.value
  }
  const rows = Array.from({ length: 4_000 }, (_, n) => fare('2026-11-15', `n${n}`))
  const transactions = Array.from({ length: 4_000 }, (_, n) => ({ amount: -275n, postedOn: day('2026-11-14'), name: 'Bus ticket', memo: null, state: 'posted', contentKey: 'c', reports: [{ sourceId: 's', providerId: `o${n}`, key: `o${n}`, status: 'posted', counts: true }] }))
  const began = process.cpuUsage()
  const covers = believedCovers(WINDOW, { from: day('2026-11-15'), to: day('2026-11-15') }, rows, { known: new Map(), transactions } as unknown as Candidates, 's')
  const { user } = process.cpuUsage(began)
  assert.equal(covers?.from, '2026-11-15')
  assert.ok(user < 2_000_000, `${user / 1e6} s`)
})
