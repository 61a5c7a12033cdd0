/** Exports that list what is only held as booked, beside a feed that books it later: one purchase, one row, or a question. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, day } from '../domain/day.ts'
import { ok } from '../domain/result.ts'
import type { StatementHead, StatementRow, StatementStream } from '../domain/statement.ts'
import { importStatements } from './import.ts'
import { CHECKING, decimal, row, World } from './testing.ts'

const TODAY = day('2026-03-20')
/** Each with an amount and a shop of its own, so that nothing else resembles what the tests are about. */
const HISTORY = Array.from({ length: 20 }, (_, at) => row(addDays(TODAY, at - 24), `-${11 + at}.${10 + at}`, `Shop ${'abcdefghijklmnopqrst'[at]} Street`, { providerId: `h${at}` }))

async function bring(world: World, rows: readonly StatementRow[]): Promise<void> {
  const head: StatementHead = { account: { ...CHECKING, name: null }, currency: 'USD', covers: { from: null, to: null }, line: 1 }
  const open = async function* (): StatementStream {
    yield ok({ part: 'start', head })
    yield ok({ part: 'rows', rows })
    yield ok({ part: 'end', covers: { from: null, to: null } })
  }
  world.now += 60_000
  await importStatements(world.deps, { open, accountId: await world.accountId(), label: 'f.ofx', dryRun: false, onProgress: null })
}

/** A feed that was read two days ago; `balance`: it states what its rows come to. */
async function begin(balance: boolean): Promise<World> {
  const world = await new World(addDays(TODAY, -2)).connect()
  world.bank.rows = [...HISTORY]
  const total = (): number => world.bank.rows.reduce((sum, { amount }) => sum + Number(amount), 1_000)
  world.bank.balances = () => (balance ? [{ kind: 'ledger', amount: decimal(total().toFixed(2)), currency: 'USD', on: day(world.today()), at: null }] : [])
  await world.sync()
  return world
}

const standing = async (world: World, name: string): Promise<readonly string[]> => (await world.feed()).filter((text) => text.includes(name))

async function answerSame(world: World): Promise<void> {
  for (const { id } of await world.store.feed.questions({ open: true })) await world.store.feed.answerQuestion(id, 'same', world.now + 1)
}

const without = (rows: readonly StatementRow[], providerIds = false): readonly StatementRow[] => rows.map((one) => ({ ...one, providerId: providerIds ? one.providerId : null }))

// Fails when: only rows of one amount are compared with what other sources booked (so it was): both stood, unasked.
for (const [name, bookedOn, balance] of [['booked later', '2026-03-20', false], ['booked later, with balances', '2026-03-20', true], ['dated by the purchase', '2026-03-17', false]] as const) {
  test(`a hold that a file lists as booked, and the feed books with a tip, is asked about, and the booked amount stays: ${name}`, async () => {
    const world = await begin(balance)
    await bring(world, [...without(HISTORY).slice(8), row('2026-03-17', '-40.00', 'Old Grill Leipzig')])
    world.bank.rows.push(row(bookedOn, '-46.00', 'Old Grill Leipzig', { providerId: 'b1' }))
    await world.sync(2)
    assert.deepEqual([(await standing(world, 'Grill')).length, await world.openQuestions()], [2, ['same_transaction']])
    await answerSame(world)
    assert.deepEqual(await standing(world, 'Grill'), [`${bookedOn} -4600 Old Grill Leipzig`])
  })
}

// Fails when: what another source booked is taken to have its final amount (so it was): the hold that the feed had shown itself was gone, and its booking stood beside the file's row, unasked.
test('a hold that the feed shows as pending and a file lists as booked is asked about when the feed books it with a tip', async () => {
  const world = await begin(false)
  world.bank.rows.push(row('2026-03-17', '-40.00', 'Old Grill Leipzig', { providerId: 'p1', status: 'pending' }))
  await world.sync()
  await bring(world, [...without(HISTORY).slice(8), row('2026-03-17', '-40.00', 'Old Grill Leipzig')])
  assert.equal((await standing(world, 'Grill')).length, 1)
  world.bank.rows.splice(-1, 1, row('2026-03-20', '-46.00', 'Old Grill Leipzig', { providerId: 'b1' }))
  await world.sync(2)
  assert.deepEqual([(await standing(world, 'Grill')).length, await world.openQuestions()], [2, ['same_transaction']])
  await answerSame(world)
  assert.deepEqual(await standing(world, 'Grill'), ['2026-03-20 -4600 Old Grill Leipzig'])
})

// Fails when: "the same" keeps what came later: the older file's hold took the place of what the bank booked.
test('an older file that lists as booked what the feed has booked with a tip is asked about, and the bank\'s amount stays', async () => {
  const world = await begin(false)
  world.bank.rows.push(row('2026-03-17', '-46.00', 'Old Grill Leipzig', { providerId: 'b1' }))
  await world.sync(2)
  await bring(world, [...without(HISTORY).slice(8), row('2026-03-17', '-40.00', 'Old Grill Leipzig')])
  assert.deepEqual([(await standing(world, 'Grill')).length, await world.openQuestions()], [2, ['same_transaction']])
  await answerSame(world)
  assert.deepEqual(await standing(world, 'Grill'), ['2026-03-17 -4600 Old Grill Leipzig'])
})

// Fails when: each row that lies beside another one is taken for a hold: a file of another account of the same shops asked about most of its rows.
test('a file of another account beside the feed asks nothing of what costs nearly as much there', async () => {
  const world = await begin(false)
  await bring(world, HISTORY.slice(4).map((one, at) => (at < 4 ? row(one.postedOn, one.amount, one.name!) : row(one.postedOn, `-${16 + at}.${30 + at}`, one.name!))))
  assert.deepEqual(await world.openQuestions(), [])
})

// Fails when: two purchases of a shop that comes often are taken for a hold and its booking, where one of the amounts is a price there.
test('of a shop with prices nothing is taken for a hold', async () => {
  const world = await begin(false)
  const cafe = [row('2026-03-10', '-4.00', 'Blue Cafe', { providerId: 'c1' }), row('2026-03-13', '-4.00', 'Blue Cafe', { providerId: 'c2' })]
  world.bank.rows.push(...cafe)
  await world.sync(1)
  await bring(world, [...without([...HISTORY.slice(8), ...cafe]), row('2026-03-17', '-4.00', 'Blue Cafe')])
  world.bank.rows.push(row('2026-03-18', '-4.50', 'Blue Cafe', { providerId: 'c3' }))
  await world.sync(1)
  assert.deepEqual(await world.openQuestions(), [])
})

// Fails when: what a file brought after a balance, of a day before it, is not counted (so it was): the balance proved that the two are two, and nobody was asked.
test('a hold that a file listed after the balance of its day is the row that the next balance holds', async () => {
  const world = await begin(true)
  await bring(world, [...without(HISTORY).slice(8), row('2026-03-17', '-40.00', 'Old Grill Leipzig')])
  world.bank.rows.push(row('2026-03-19', '-40.00', 'Old Grill Leipzig', { providerId: 'b1' }))
  await world.sync(2)
  assert.deepEqual([(await standing(world, 'Grill')).length, await world.openQuestions()], [1, []])
})

// Fails when: so does every row that came after the balance: what the feed had left out, and its balance held, is not booked twice.
test('what a file brings that the balance held all the time stays beside the next purchase there', async () => {
  const world = await begin(false)
  let held = decimal('953.00')
  world.bank.balances = () => [{ kind: 'ledger', amount: held, currency: 'USD', on: day(world.today()), at: null }]
  await world.sync()
  held = decimal('913.00')
  await world.sync(1)
  await bring(world, [...without(HISTORY).slice(8), row('2026-03-18', '-40.00', 'Old Grill Leipzig')])
  world.bank.rows.push(row('2026-03-20', '-40.00', 'Old Grill Leipzig', { providerId: 'b1' }))
  held = decimal('873.00')
  await world.sync(1)
  assert.deepEqual([(await standing(world, 'Grill')).length, await world.openQuestions()], [2, []])
})

// Fails when: the row itself shows its old one, by id and amount (so it was): it came a second time, unasked.
test('a row that a later file dates four days on under its id is the one of before', async () => {
  const world = await begin(false)
  const file = HISTORY.slice(8).map((one) => ({ ...one, providerId: `f${one.providerId}` }))
  await bring(world, [...file, row('2026-03-15', '-40.00', 'Old Grill Leipzig', { providerId: 'f1' })])
  await bring(world, [...file, row('2026-03-19', '-40.00', 'Old Grill Leipzig', { providerId: 'f1' }), row('2026-03-19', '-3.00', 'Kiosk', { providerId: 'f2' })])
  assert.deepEqual([await standing(world, 'Grill'), await world.openQuestions()], [['2026-03-19 -4000 Old Grill Leipzig'], []])
})

// Fails when: a file's row is compared with what it does not show any more only where nobody else had booked it (so it was): the hold stood for good.
test('a hold that the next file lists no more, booked by the feed meanwhile, is asked about once', async () => {
  const world = await begin(false)
  const prices = [row('2026-03-03', '-19.99', 'Corner Books', { providerId: 'p1' })]
  world.bank.rows.push(...prices)
  await world.sync()
  const file = without([...HISTORY.slice(4), ...prices])
  await bring(world, [...file, row('2026-03-13', '-19.99', 'Corner Books')])
  world.bank.rows.push(row('2026-03-18', '-19.99', 'Corner Books', { providerId: 'p2' }))
  await world.sync(1)
  const next = [...file, row('2026-03-18', '-19.99', 'Corner Books'), row('2026-03-19', '-3.00', 'Kiosk')]
  await bring(world, next)
  assert.deepEqual([(await standing(world, 'Books')).length, await world.openQuestions()], [3, ['same_transaction']])
  await answerSame(world)
  await bring(world, [...next, row('2026-03-19', '-4.00', 'Kiosk')])
  assert.deepEqual([await standing(world, 'Books'), await world.openQuestions()], [['2026-03-03 -1999 Corner Books', '2026-03-18 -1999 Corner Books'], []])
})

// Fails when: what a shop sells every day is told by day and amount alone (so it was): each hold of the file stood beside its booking, unasked.
test('a text that names the day of the purchase tells a hold and its booking, however often the shop comes', async () => {
  const world = await begin(false)
  const coffee = (made: string, booked: string, id: string | null): StatementRow => row(booked, '-4.50', 'Blue Cafe', { memo: `Card 4411 ${made.slice(8)}.${made.slice(5, 7)} 08:31 Berlin`, providerId: id })
  const before = [coffee('2026-03-09', '2026-03-10', 'c1'), coffee('2026-03-11', '2026-03-12', 'c2'), coffee('2026-03-13', '2026-03-16', 'c3')]
  world.bank.rows.push(...before)
  await world.sync()
  await bring(world, [...without([...HISTORY.slice(8), ...before]), coffee('2026-03-15', '2026-03-15', null), coffee('2026-03-17', '2026-03-17', null)])
  world.bank.rows.push(coffee('2026-03-15', '2026-03-19', 'c4'), coffee('2026-03-17', '2026-03-20', 'c5'), coffee('2026-03-19', '2026-03-20', 'c6'))
  await world.sync(2)
  assert.deepEqual([(await standing(world, 'Cafe')).length, await world.openQuestions()], [6, []])
})

// Fails when: both bookings are taken for what the file listed: one of them would be gone.
test('of two equal purchases of a day, of which the file listed one, none is lost', async () => {
  const world = await begin(false)
  const coffee = (id: string | null, booked: string): StatementRow => row(booked, '-4.50', 'Blue Cafe', { memo: 'Card 4411 17.03 Berlin', providerId: id })
  await bring(world, [...without(HISTORY.slice(8)), coffee(null, '2026-03-17')])
  world.bank.rows.push(coffee('c1', '2026-03-19'), coffee('c2', '2026-03-20'))
  await world.sync(2)
  assert.deepEqual([(await standing(world, 'Cafe')).length, await world.openQuestions()], [2, []])
})

// Fails when: what lies on one day is one, whatever day of purchase it names (so it was): the booking of the first took the hold of the second, whose own booking stood beside the first, unasked.
test('two holds, of which the first is booked on the day of the second, are told by the days of purchase that they name', async () => {
  const world = await begin(false)
  const coffee = (made: string, booked: string, id: string | null): StatementRow => row(booked, '-4.50', 'Blue Cafe', { memo: `Card 4411 ${made.slice(8)}.${made.slice(5, 7)} Berlin`, providerId: id })
  await bring(world, [...without(HISTORY.slice(8)), coffee('2026-03-15', '2026-03-15', null), coffee('2026-03-17', '2026-03-17', null)])
  world.bank.rows.push(coffee('2026-03-15', '2026-03-17', 'c1'), coffee('2026-03-17', '2026-03-20', 'c2'))
  await world.sync(2)
  assert.deepEqual([await standing(world, 'Cafe'), await world.openQuestions()], [['2026-03-15 -450 Blue Cafe', '2026-03-17 -450 Blue Cafe'], []])
})

// Fails when: all that came after a balance was not in it, however old (so it was): what the feed leaves out for good broke the books of the day on which a file brought it.
test('what a file brings that the balance held all the time, older than any hold, leaves the books proved', async () => {
  const world = await begin(true)
  await world.sync(1)
  await bring(world, [...without(HISTORY), row('2026-03-01', '-5.00', 'Account fee')])
  for (let at = 0; at < 6; at++) {
    world.bank.rows.push(row(world.today(1), `-3.1${at}`, `Kiosk ${at}`, { providerId: `k${at}` }))
    await world.sync(1)
  }
  const accountId = await world.accountId()
  const [feed] = await world.store.accounts.sources({ accountId })
  const spans = await world.store.feed.newestSpans(accountId, feed!.id, 20)
  assert.deepEqual(spans.map(({ status }) => status), Array(7).fill('proved'))
})

// Fails when: whatever looks like a day names that of the purchase (so it was): of two visits to a shop with such a number the second, in a file that goes on where the feed ends, was gone, unasked.
test('a number of a shop that looks like a day takes no purchase away', async () => {
  const world = await begin(false)
  world.bank.rows.push(row('2026-03-13', '-12.00', 'Garage 10.03 North', { providerId: 'g1' }))
  await world.sync()
  await bring(world, [row('2026-03-19', '-3.00', 'Kiosk'), row('2026-03-20', '-12.00', 'Garage 10.03 North'), row('2026-03-22', '-7.00', 'Kiosk')])
  assert.deepEqual([(await standing(world, 'Garage')).length, await world.openQuestions()], [2, ['same_transaction']])
})

// Fails when: the day that they name makes one of any two (so it was): of two purchases of a day, booked on two, the one in a file that goes on where the feed ends was gone, unasked.
test('two equal purchases of a day, each booked on a day of its own where the feed ends and the file begins, are asked about', async () => {
  const world = await begin(false)
  const coffee = (booked: string, id: string | null): StatementRow => row(booked, '-4.50', 'Blue Cafe', { memo: 'Card 4411 16.03 Berlin', providerId: id })
  world.bank.rows.push(coffee('2026-03-18', 'c1'))
  await world.sync()
  await bring(world, [row('2026-03-19', '-3.00', 'Kiosk'), coffee('2026-03-19', null), row('2026-03-22', '-7.00', 'Kiosk')])
  assert.deepEqual([(await standing(world, 'Cafe')).length, await world.openQuestions()], [2, ['same_transaction']])
})

// Fails when: that two were one is a rule also where two sources tell two amounts (so it was): the next hold of the shop that a file listed took the place of what the bank had booked, unasked.
test('what a hold was booked with stays where the next one of its shop comes in a file later, and is asked about', async () => {
  const world = await begin(false)
  await bring(world, [...without(HISTORY).slice(8), row('2026-03-17', '-40.00', 'Old Grill Leipzig')])
  world.bank.rows.push(row('2026-03-19', '-46.00', 'Old Grill Leipzig', { providerId: 'b1' }))
  await world.sync(2)
  await answerSame(world)
  const later = Array.from({ length: 20 }, (_, at) => row(addDays(TODAY, at + 1), `-${61 + at}.${10 + at}`, `Shop ${'abcdefghijklmnopqrst'[at]} Lane`, { providerId: `m${at}` }))
  world.bank.rows.push(...later, row('2026-04-08', '-57.50', 'Old Grill Leipzig', { providerId: 'b2' }))
  await world.sync(21)
  await bring(world, [...without(later), row('2026-04-06', '-50.00', 'Old Grill Leipzig')])
  assert.deepEqual(await world.openQuestions(), ['same_transaction'])
  await answerSame(world)
  assert.deepEqual(await standing(world, 'Grill'), ['2026-03-19 -4600 Old Grill Leipzig', '2026-04-08 -5750 Old Grill Leipzig'])
})

// Fails when: the same text is the same purchase wherever it is: the file before the feed's days showed the first of two, the feed the second.
test('of two equal purchases of a day, of which the file shows the first and the feed begins with the second, none is lost', async () => {
  const coffee = (id: string | null, booked: string): StatementRow => row(booked, '-4.50', 'Blue Cafe', { memo: 'Card 4411 17.03 Berlin', providerId: id })
  const world = await new World('2026-03-20').connect()
  world.bank.rows = [coffee('c2', '2026-03-19'), row('2026-03-19', '-7.00', 'Kiosk', { providerId: 'k' })]
  world.bank.covers = ({ to }) => ({ from: day('2026-03-19'), to })
  await world.sync()
  await bring(world, [row('2026-03-10', '-8.00', 'Bakery'), row('2026-03-15', '-9.00', 'Cinema'), coffee(null, '2026-03-17')])
  const [stands, asked] = [(await standing(world, 'Cafe')).length, (await world.openQuestions()).length]
  assert.ok(stands === 2 && asked <= 1, `${stands} stand, ${asked} asked`)
})

// Fails when: in files of one program the day and the words are compared alone: each hold of a price that comes often stood beside its booking (so it was).
test('the next file of the same program books under another day what it listed as held, named by the day of the purchase', async () => {
  const world = await begin(false)
  const coffee = (made: string, booked: string): StatementRow => row(booked, '-4.50', 'Blue Cafe', { memo: `Card 4411 ${made.slice(8)}.${made.slice(5, 7)} Berlin` })
  const history = [...without(HISTORY.slice(8)), coffee('2026-03-08', '2026-03-09'), coffee('2026-03-10', '2026-03-12')]
  await bring(world, [...history, coffee('2026-03-13', '2026-03-13'), coffee('2026-03-16', '2026-03-16')])
  await bring(world, [...history, coffee('2026-03-13', '2026-03-18'), coffee('2026-03-16', '2026-03-19'), coffee('2026-03-18', '2026-03-20')])
  assert.deepEqual([(await standing(world, 'Cafe')).length, await world.openQuestions()], [5, []])
})

// Fails when: so are two files that lie beside each other: the second of two purchases of a day was gone.
test('of two equal purchases of a day in two files that do not overlap none is lost', async () => {
  const world = await begin(false)
  const coffee = (booked: string): StatementRow => row(booked, '-4.50', 'Blue Cafe', { memo: 'Card 4411 09.03 Berlin' })
  await bring(world, [row('2026-03-02', '-8.00', 'Bakery'), coffee('2026-03-10')])
  await bring(world, [coffee('2026-03-11'), row('2026-03-15', '-9.00', 'Cinema')])
  const [stands, asked] = [(await standing(world, 'Cafe')).length, (await world.openQuestions()).length]
  assert.ok(stands === 2 && asked <= 1, `${stands} stand, ${asked} asked`)
})
