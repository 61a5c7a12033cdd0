/** What is held and booked, told by several sources of an account: one row, or a question. Found by lives of accounts (`relink simulate --lives`). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, day } from '../domain/day.ts'
import { formatMinor, parseDecimal } from '../domain/money.ts'
import { ok } from '../domain/result.ts'
import type { StatedBalance, StatementHead, StatementRow, StatementStream } from '../domain/statement.ts'
import { importStatements } from './import.ts'
import { patternOf } from './rules.ts'
import { CHECKING, row, World } from './testing.ts'

const TODAY = day('2026-03-20')
const LETTERS = 'abcdefghijklmnopqrst'
/** Each with an amount and a shop of its own, so that nothing else resembles what the tests are about. */
const HISTORY = Array.from({ length: 20 }, (_, at) => row(addDays(TODAY, at - 24), `-${11 + at}.${10 + at}`, `Shop ${LETTERS[at]} Street`))

/** A file of that program; the next minute begins. `balances`: what it opens and closes with. */
async function bring(world: World, program: string, rows: readonly StatementRow[], balances: readonly StatedBalance[] = []): Promise<void> {
  const head: StatementHead = { account: { ...CHECKING, name: null }, currency: 'USD', covers: { from: null, to: null }, line: 1, program }
  const open = async function* (): StatementStream {
    yield ok({ part: 'start', head })
    yield ok({ part: 'rows', rows })
    for (const balance of balances) yield ok({ part: 'balance', balance })
    yield ok({ part: 'end', covers: { from: null, to: null } })
  }
  world.now += 60_000
  const { failure } = await importStatements(world.deps, { open, accountId: (await world.store.accounts.list())[0]?.id ?? null, label: 'f.csv', dryRun: false, onProgress: null })
  assert.equal(failure, null)
}

/** What stands of that name or amount, and how many questions are open. */
async function stands(world: World, text: string): Promise<readonly [readonly string[], number]> {
  return [(await world.feed()).filter((one) => one.includes(text)), (await world.openQuestions()).length]
}

/** A feed that was read two days ago. */
async function feed(): Promise<World> {
  const world = await new World(addDays(TODAY, -2)).connect()
  world.bank.rows = HISTORY.map((one, at) => ({ ...one, providerId: `h${at}` }))
  await world.sync()
  return world
}

const named = (rows: readonly StatementRow[], prefix: string): readonly StatementRow[] => rows.map((one) => ({ ...one, providerId: `${prefix}${one.name}` }))

// Fails when: the border of two files is looked for by the days on which rows stand (so it was): a row that another program dates earlier hid that the file before had shown later days, and all that the two files share came twice, unasked.
test('a file that shows again days of the one before is no continuation of it, where another program dates the newest rows earlier', async () => {
  const world = new World(TODAY)
  const shop = (at: number, on: string, late: number): StatementRow => row(addDays(day(on), late), `-${20 + at}.${10 + at}`, `Shop ${LETTERS[at]} Street`)
  const both = (late: number): readonly StatementRow[] => [3, 4, 5, 6, 7, 8].map((date, at) => shop(at, `2026-03-0${date}`, late))
  const baker = row('2026-03-10', '-3.10', 'Baker')
  await bring(world, 'early', [...both(0), baker, shop(9, '2026-03-10', 0)])
  await bring(world, 'late', [...both(1), baker, shop(9, '2026-03-10', 1)])
  await bring(world, 'late', [baker, shop(9, '2026-03-10', 1), row('2026-03-13', '-77.70', 'Book')])
  const [rows, questions] = await stands(world, '')
  assert.deepEqual([rows.length, rows.slice(6), questions], [9, ['2026-03-10 -2919 Shop j Street', '2026-03-10 -310 Baker', '2026-03-13 -7770 Book'], 0])
})

// Fails when: a row that another program had booked is joined to that, and nothing more is asked of its id (so it was): what it was listed as before stood beside it, unasked.
test('a hold that a program lists as booked, and under its id with another amount when another program has booked that, is asked about', async () => {
  const world = new World(TODAY)
  await bring(world, 'ids', [...named(HISTORY.slice(8, 18), 'a'), row('2026-03-14', '-1.00', 'Fuel Stop 88', { providerId: 'fuel' })])
  await bring(world, 'other', [...HISTORY.slice(12, 18), row('2026-03-16', '-57.22', 'Fuel Stop 88 Berlin')])
  await bring(world, 'ids', [...named(HISTORY.slice(10, 20), 'a'), row('2026-03-16', '-57.22', 'Fuel Stop 88', { providerId: 'fuel' })])
  assert.deepEqual(await stands(world, 'Fuel'), [['2026-03-14 -100 Fuel Stop 88', '2026-03-16 -5722 Fuel Stop 88 Berlin'], 1])
})

// Fails when: a correction is compared with what others booked on its very day alone (so it was): both stood, unasked.
test('a hold that is corrected under its id to what another program has booked on a later day is asked about', async () => {
  const world = new World(TODAY)
  await bring(world, 'ids', [...named(HISTORY.slice(8, 18), 'a'), row('2026-03-11', '-49.04', 'Noodle House', { providerId: 'noodle' })])
  await bring(world, 'other', [...HISTORY.slice(10, 18), row('2026-03-15', '-53.94', 'Card payment 9041')])
  await bring(world, 'ids', [...named(HISTORY.slice(8, 20), 'a'), row('2026-03-11', '-53.94', 'Noodle House', { providerId: 'noodle' })])
  assert.deepEqual(await stands(world, '-5394'), [['2026-03-11 -5394 Noodle House', '2026-03-15 -5394 Card payment 9041'], 1])
})

// Fails when: words of two sources that differ tell nothing of the days that both name (so it was): the booking of one purchase took the hold of another one.
test('a hold is not booked by a row whose text names another day of purchase, with another amount', async () => {
  const world = await feed()
  world.bank.rows.push(row('2026-03-16', '-51.30', 'BOOKS PAPER', { memo: 'CARD 4411 16.03', status: 'pending', providerId: 'p1' }))
  await world.sync()
  await bring(world, 'other', [...HISTORY.slice(8), row('2026-03-18', '-43.85', 'Books Paper', { memo: 'Card payment 4411 18.03' })])
  assert.deepEqual([...(await stands(world, 'BOOKS')), ...(await stands(world, 'Books'))], [['2026-03-16 -5130 BOOKS PAPER pending'], 0, ['2026-03-18 -4385 Books Paper'], 0])
})

// Fails when: all other amounts are equally far (so it was): the two holds took each other's bookings.
test('of two holds in one shop that another source books on one day each becomes the amount that is nearer', async () => {
  for (const amounts of [['-161.05', '-186.52'], ['-186.52', '-161.05']]) {
    const world = await feed()
    const hotel = (on: string, amount: string, status: 'pending' | 'posted'): StatementRow => row(on, amount, 'Hotel Lyon', { status })
    world.bank.rows.push(hotel('2026-03-14', '-187.08', 'pending'), hotel('2026-03-16', '-161.70', 'pending'))
    await world.sync()
    await bring(world, 'other', [...HISTORY.slice(8), ...amounts.map((amount) => hotel('2026-03-18', amount, 'posted'))])
    const told = await Promise.all((await world.all()).filter(({ name }) => name === 'Hotel Lyon').map(async ({ id }) => (await world.store.feed.observations(id)).map(({ amount }) => amount)))
    assert.deepEqual(told.sort(), [[-16170n, -16105n], [-18708n, -18652n]])
  }
})

// Fails when: what this source showed as pending, and others booked, is neither its own nor theirs (so it was): its booking under another id stood beside it, unasked.
test('a row that a program showed as pending and another one booked is its booked row under another id as well', async () => {
  const world = new World(TODAY)
  await bring(world, 'held', [...HISTORY.slice(4, 16), row('2026-03-09', '-38.48', 'Green Market')])
  await bring(world, 'ids', [...named(HISTORY.slice(4, 16), 'a'), row('2026-03-09', '-38.48', 'Green Market', { providerId: 'p', status: 'pending' })])
  await bring(world, 'ids', [...named(HISTORY.slice(14, 20), 'a'), row('2026-03-12', '-38.48', 'Green Market', { providerId: 'b' })])
  const [rows, questions] = await stands(world, 'Market')
  assert.ok(rows.length === 1 || questions === 1, `${rows.join(', ')}; ${questions} questions`)
})

// Fails when: what another source booked first takes the feed's booking, and nothing is asked of the hold (so it was): the hold stood, as a file had listed it, unasked.
test('a hold of the feed that a file lists as booked, and another program and the feed book with a tip, is asked about', async () => {
  const world = await feed()
  world.bank.rows.push(row('2026-03-16', '-66.48', 'Air Nord', { status: 'pending', providerId: 'p1' }))
  await world.sync()
  await bring(world, 'held', [...HISTORY.slice(8), row('2026-03-16', '-66.48', 'Air Nord')])
  await bring(world, 'other', [...HISTORY.slice(8, 19), row('2026-03-16', '-68.48', 'Card payment 9115')])
  world.bank.rows.splice(-1, 1, row('2026-03-16', '-68.48', 'Air Nord', { providerId: 'b1' }))
  await world.sync(2)
  assert.equal((await world.openQuestions()).length, 1)
})

// Fails when: only the words of what stands are compared (so it was): a file that says "Card payment" of the hold hid it from its booking, and both stood, unasked.
test('a hold of the feed that a file lists as booked in other words is asked about when the feed books it, telling the day of the purchase', async () => {
  const world = await feed()
  world.bank.rows.push(row('2026-03-16', '-30.78', 'Trattoria Roma', { status: 'pending', providerId: 'p1' }))
  await world.sync()
  await bring(world, 'held', [...HISTORY.slice(8), row('2026-03-16', '-30.78', 'Card payment')])
  world.bank.rows.splice(-1, 1, row('2026-03-19', '-33.86', 'Trattoria Roma', { providerId: 'b1', transactedOn: day('2026-03-16') }))
  await world.sync(2)
  assert.equal((await world.openQuestions()).length, 1)
})

// Fails when: a pattern has the words without their numbers alone (so it was): what was said of a hold and its booking under one number joined two payments of two numbers, and one was gone.
test('what was said of two rows under one number is no rule for rows whose numbers differ', () => {
  const paid = (number: number) => ({ ...row('2026-03-16', '-4.50', 'Card payment', { memo: `REF ${number}` }), amount: -450n, currency: 'USD', foreignAmount: null, foreignCurrency: null })
  assert.notEqual(patternOf(paid(91533), paid(91533), false), patternOf(paid(91533), paid(91519), false))
  assert.equal(patternOf(paid(91533), paid(91519), false), patternOf(paid(1), paid(2), false))
})

// Fails when: only what a bank had booked itself may be missing from its answer (so it was): what it held and dropped stood as booked for good, because a file had listed it so.
test('a hold of the feed that a file lists as booked, and the feed shows no more, is asked about; where the balance does not hold it, it goes', async () => {
  for (const [isStated, left] of [[false, ['2026-03-16 -4000 Old Grill']], [true, []]] as const) {
    const world = await new World(addDays(TODAY, -2)).connect()
    const state = (amount: string): void => void (world.bank.balances = ({ to }) => (isStated ? [{ kind: 'ledger', amount: parseDecimal(amount)!, currency: 'USD', on: to, at: null }] : []))
    world.bank.rows = [...HISTORY.map((one, at) => ({ ...one, providerId: `h${at}` })), row('2026-03-16', '-40', 'Old Grill', { status: 'pending', providerId: 'p1' })]
    state('1000')
    await world.sync()
    await bring(world, 'held', [...HISTORY.slice(8), row('2026-03-16', '-40', 'Old Grill')])
    world.bank.rows.splice(-1, 1, row('2026-03-18', '-2.50', 'Kiosk', { providerId: 'k1' }))
    state('997.50')
    await world.sync(1)
    assert.deepEqual(await stands(world, 'Grill'), [left, left.length])
  }
})

// Fails when: what only a file told is nowhere looked for (so it was): a hold at a pump that a file listed as booked stood beside its booking for good, unasked.
test('what a file alone lists, and a bank that answers for its day never shows, is asked about; not a file of another account', async () => {
  for (const [strange, asked] of [[[row('2026-03-03', '-1.00', 'Fuel Stop 88')], ['removed_at_bank']], [HISTORY.slice(1, 13).map((one, at) => row(one.postedOn, `-${70 + at}.05`, `Stall ${LETTERS[at]} Road`)), []]] as const) {
    const world = await new World(TODAY).connect()
    await bring(world, 'held', [...HISTORY.slice(0, 8), ...strange])
    world.bank.rows = [...HISTORY, row('2026-03-05', '-42.10', 'Fuel Stop 88')].map((one, at) => ({ ...one, providerId: `h${at}` }))
    await world.sync()
    await world.sync(1)
    assert.deepEqual(await world.openQuestions(), asked)
  }
})

// Fails when: what names its purchase competes with what does not (`withoutUnnamed`): the booking became another purchase of its price that lies nearer, and its own hold stood alone.
test('a booking whose text names the day of its purchase is the row that names it too, though another of its price lies nearer', async () => {
  const world = await new World(TODAY).connect()
  await bring(world, 'held', [...HISTORY.slice(4, 19), row('2026-03-07', '-20', 'Card 4411 07 03 Berlin'), row('2026-03-11', '-20', 'Berlin')])
  world.bank.rows = [...HISTORY, row('2026-03-12', '-20', 'Card 4411 07 03 Berlin')].map((one, at) => ({ ...one, providerId: `h${at}` }))
  await world.sync()
  const reports = await Promise.all((await world.all()).filter(({ amount }) => amount === -2000n).map(async ({ id }) => (await world.store.feed.observations(id)).map(({ postedOn }) => postedOn)))
  assert.deepEqual(reports, [['2026-03-07', '2026-03-12'], ['2026-03-11']])
})

// Fails when: what a statement that adds up does not show is looked for nowhere (so it was, lives two:1236): a program that lists holds as booked, whose files do not overlap, had each of them twice, unasked.
test('what one program lists as booked, and the statement of another that adds up does not show, is asked about once', async () => {
  const days = { from: addDays(TODAY, -40), to: TODAY }
  const shops = Array.from({ length: 40 }, (_, at) => row(addDays(days.from, at), `-${11 + at}.${10 + at}`, `Shop ${LETTERS[at % 20]} ${at < 20 ? 'Street' : 'Lane'}`))
  const held = row(addDays(days.from, 18), '-1.00', 'Fuel Stop 88')
  const late = row(addDays(days.to, -3), '-1.00', 'Fuel Stop 91')
  const balance = (kind: StatedBalance['kind'], minor: bigint, on = kind === 'opening' ? days.from : days.to): StatedBalance => ({ kind, amount: parseDecimal(formatMinor(minor, 2))!, currency: 'USD', on, at: null })
  const spent = shops.reduce((sum, _, at) => sum - BigInt((11 + at) * 100 + 10 + at), 0n)
  const statement = shops.map((one, at) => ({ ...one, name: `REF ${90_000 + at * 7}` }))
  for (const [what, rows, off, asked] of [['a hold', [...shops, held, late], 0n, 1], ['a statement that does not add up', [...shops, held], 5n, 0], ['another account', shops.slice(0, 5).concat(shops.slice(10, 26).map((one, at) => row(one.postedOn, `-${300 + at}.05`, 'Elsewhere'))), 0n, 0]] as const) {
    const world = new World(TODAY)
    await bring(world, 'holds', rows)
    await bring(world, 'statement', statement, [balance('opening', 900_000n), balance('closing', 900_000n + spent + off)])
    assert.equal((await world.openQuestions()).filter((kind) => kind === 'removed_at_bank').length, asked, what)
    for (const question of await world.store.feed.questions({ open: true })) await world.store.feed.answerQuestion(question.id, 'kept', world.now)
    await bring(world, 'statement', statement, [balance('opening', 900_000n), balance('closing', 900_000n + spent + off)])
    assert.deepEqual(await world.openQuestions(), [], what)
  }
})

// Fails when: the days that two texts name tell nothing of a bank's own hold (so it was, lives both:1234): the next purchase of nearly its amount, in another shop, took it.
test('a hold of the feed does not become a booking whose text names another day of purchase, with another amount', async () => {
  const world = await feed()
  world.bank.rows.push(row('2026-03-17', '-63.32', 'TRATTORIA ROMA', { memo: 'CARD 4411 03/17', status: 'pending', providerId: 'p1' }))
  await world.sync()
  world.bank.rows = [...world.bank.rows.slice(0, -1), row('2026-03-20', '-64.28', 'CORNER GROCERY', { memo: 'CARD 4411 03/20', providerId: 'b1' })]
  await world.sync(3)
  const [one] = (await world.all()).filter(({ name }) => name === 'CORNER GROCERY')
  assert.deepEqual((await world.store.feed.observations(one!.id)).map(({ amount }) => amount), [-6428n])
  assert.deepEqual(await stands(world, 'ROMA'), [[], 0])
})

// Fails when: a text that all rows of a program share counts as a likeness (so it was, lives two:1231): the hold of a shop became another purchase of nearly its amount.
test('a hold that names its shop does not become the booking of a program that calls all rows alike, with another amount', async () => {
  const world = new World(TODAY)
  const alike = HISTORY.slice(6).map((one) => ({ ...one, name: 'Card payment' }))
  await bring(world, 'shops', [...HISTORY.slice(2, 10), row('2026-03-08', '-501.00', 'Card payment Pharmacy Plus', { status: 'pending' })])
  await bring(world, 'alike', [...alike, row('2026-03-10', '-525.10', 'Card payment')])
  const [one] = (await world.all()).filter(({ amount }) => amount === -52510n)
  assert.deepEqual((await world.store.feed.observations(one!.id)).map(({ amount }) => amount), [-52510n])
  assert.deepEqual((await stands(world, 'Pharmacy'))[0], ['2026-03-08 -50100 Card payment Pharmacy Plus pending'])
})

// Fails when: words that all rows of a bank share count as a likeness (so it was, lives both:1228): the hold of a shop became the booking of another one of nearly its amount.
test('a hold of the feed does not become the booking of another shop, of nearly its amount, because both name the card', async () => {
  const world = await new World(addDays(TODAY, -2)).connect()
  world.bank.rows = HISTORY.map((one, at) => ({ ...one, memo: 'CARD 4411', providerId: `h${at}` }))
  world.bank.rows.push(row('2026-03-17', '-533.84', 'NOODLE HOUSE', { memo: 'CARD 4411', status: 'pending', providerId: 'p1' }))
  await world.sync()
  world.bank.rows = [...world.bank.rows.slice(0, -1), row('2026-03-20', '-535.72', 'HOME HARDWARE', { memo: 'CARD 4411', providerId: 'b1' })]
  await world.sync(3)
  const [one] = (await world.all()).filter(({ name }) => name === 'HOME HARDWARE')
  assert.deepEqual((await world.store.feed.observations(one!.id)).map(({ amount }) => amount), [-53572n])
})

/** A bank that lists a hold as booked on one day, and books it on another, under another id, telling when it was made. No balance tells. */
async function listedAsBooked(name: string, held: readonly [on: string, amount: string], booked: readonly [on: string, amount: string], madeOn = held[0]): Promise<readonly [readonly string[], number]> {
  const world = await feed()
  const shown = [...world.bank.rows]
  world.bank.rows = [...shown, row(held[0], held[1], name, { providerId: 'listed' })]
  await world.sync()
  world.bank.rows = [...shown, row(booked[0], booked[1], name, { providerId: 'booked', transactedOn: day(madeOn) })]
  await world.sync(1)
  return stands(world, name)
}

// Fails when: the day of the purchase counts for nothing where the amount is another one (`madeApart` 0 in `judgeVanished`): a person was asked about each tank of fuel.
test('a hold that a bank lists as booked, and books as made on that day with any other amount, is one row, and nobody is asked', async () => {
  assert.deepEqual(await listedAsBooked('FUEL STOP 88', ['2026-03-16', '-1.00'], ['2026-03-18', '-57.22']), [['2026-03-18 -5722 FUEL STOP 88'], 0])
})

// Fails when: the day of the purchase counts for nothing where booking takes longer than a week.
test('a hold that a bank lists as booked, and books as made on that day nine days later, is one row, and nobody is asked', async () => {
  assert.deepEqual(await listedAsBooked('HOTEL LYON', ['2026-03-10', '-250.00'], ['2026-03-19', '-250.00']), [['2026-03-19 -25000 HOTEL LYON'], 0])
})

// Fails when: a day between is let pass though the amounts differ (seen, seed 320004918): a hold that was left out became the next purchase there, and the books lost one.
test('a hold that a bank lists as booked is not what was made there on the next day with another amount', async () => {
  const both = ['2026-03-16 -6933 Home Hardware', '2026-03-18 -6211 Home Hardware']
  assert.deepEqual(await listedAsBooked('Home Hardware', ['2026-03-16', '-69.33'], ['2026-03-18', '-62.11'], '2026-03-17'), [both, 1], 'asked whether the first is gone')
})

/** A row that is gone, and one of its amount and shop that is there days later, under another id. No balance tells. */
async function goneAndThere(before: readonly StatementRow[], [gone, there]: readonly [on: string, on: string]): Promise<readonly [readonly string[], readonly string[]]> {
  const world = await feed()
  const shown = [...world.bank.rows, ...before]
  world.bank.rows = [...shown, row(gone, '-33.10', 'Corner Market', { providerId: 'gone' })]
  await world.sync()
  world.bank.rows = [...shown, row(there, '-33.10', 'Corner Market', { providerId: 'there' })]
  await world.sync(1)
  return [(await stands(world, '-3310'))[0], await world.openQuestions()]
}

// Fails when: a shop that comes often is no reason to doubt (`comesOften` in `judgeVanished`): the next purchase there took the one that an answer left out.
test('a row that is gone has not become the one of its amount five days later where that shop comes often: a person is asked', async () => {
  const often = ['2026-03-11', '2026-03-13', '2026-03-14'].map((on, at) => row(on, `-${700 + at}.00`, 'Corner Market', { providerId: `o${at}` }))
  assert.deepEqual(await goneAndThere(often, ['2026-03-12', '2026-03-17']), [['2026-03-12 -3310 Corner Market', '2026-03-17 -3310 Corner Market'], ['same_transaction']])
})

test('a row that is gone, and its like nine days later, are compared by a person', async () => {
  assert.deepEqual(await goneAndThere([], ['2026-03-10', '2026-03-19']), [['2026-03-10 -3310 Corner Market', '2026-03-19 -3310 Corner Market'], ['same_transaction']])
})

// Fails when: what a bank still holds is compared with bookings of its very amount alone: the hold stood beside its booking until the bank had booked it, too.
test('what a file has booked with its tip is the purchase that a feed, which is behind, still holds', async () => {
  const world = await feed()
  await bring(world, 'other', [...HISTORY.slice(8), row('2026-03-17', '-557.22', 'Old Grill')])
  world.bank.rows.push(row('2026-03-16', '-500.00', 'Old Grill', { status: 'pending', providerId: 'p1' }))
  await world.sync()
  assert.deepEqual(await stands(world, 'Grill'), [['2026-03-17 -55722 Old Grill'], 0])
})

// Fails when: what a program held, and a file lists as booked in its own words, is known to the program by those words alone.
test('a hold that another program lists as booked in other words is compared with the booking of its own, of another amount', async () => {
  const world = await feed()
  const shown = [...world.bank.rows]
  world.bank.rows = [...shown, row('2026-03-16', '-500.00', 'OLD GRILL', { status: 'pending', providerId: 'p1' })]
  await world.sync()
  await bring(world, 'other', [...HISTORY.slice(8), row('2026-03-16', '-500.00', 'Card payment REF 90133')])
  world.bank.rows = [...shown, row('2026-03-18', '-557.22', 'OLD GRILL', { providerId: 'b1', transactedOn: day('2026-03-16') })]
  await world.sync(1)
  assert.deepEqual(await world.openQuestions(), ['same_transaction'])
})

// Fails when: of equal holds each is compared with the nearest booking (seen, life one 5015): a person said twice that these are two, and all four stood.
// Fails when: only a tip tells that a booking was held (the same life): what a pump held as 1.00 stood beside what was booked under its number.
test('holds that a program lists as booked, and then under their own numbers under the day of booking, are compared with those', async () => {
  const world = new World(TODAY)
  const old = HISTORY.slice(8)
  const card = (on: string, amount: string, number: number) => row(on, amount, `Card payment REF ${number}`)
  await bring(world, 'own', [...old, card('2026-03-14', '-2.90', 90602), card('2026-03-15', '-1.00', 90651), card('2026-03-17', '-2.90', 90665)])
  await bring(world, 'own', [...old, card('2026-03-19', '-2.90', 90602), card('2026-03-19', '-33.08', 90651), card('2026-03-19', '-2.90', 90665)])
  const names = new Map((await world.all()).map(({ id, memo, name, postedOn }) => [id, `${postedOn} ${memo ?? name}`]))
  const asked = (await world.store.feed.questions({ open: true })).map(({ transactionId, otherTransactionId }) => `${names.get(transactionId)} = ${names.get(otherTransactionId!)}`)
  assert.deepEqual(asked.sort(), ['2026-03-14 Card payment REF 90602 = 2026-03-19 Card payment REF 90602', '2026-03-15 Card payment REF 90651 = 2026-03-19 Card payment REF 90651', '2026-03-17 Card payment REF 90665 = 2026-03-19 Card payment REF 90665'])
})

// Fails when: what lies before the first day of a file is left alone (seen, life one 9033): its first rows were the bookings of what the file before had listed while it was held.
test('what a file before listed as held, a few days before this one begins, is compared with the booking of its amount and words, where both stand once', async () => {
  const world = new World(TODAY)
  const shop = (on: string, amount: string) => row(on, amount, 'Corner Market')
  await bring(world, 'own', [...HISTORY.slice(4, 14), shop('2026-03-12', '-59.25'), shop('2026-03-12', '-4.50'), shop('2026-03-13', '-4.50')])
  await bring(world, 'own', [row('2026-03-14', '-20.00', 'Old Grill'), shop('2026-03-15', '-59.25'), shop('2026-03-15', '-4.50')])
  assert.deepEqual([await stands(world, '-5925'), await stands(world, '-450')], [[['2026-03-12 -5925 Corner Market', '2026-03-15 -5925 Corner Market'], 1], [['2026-03-12 -450 Corner Market', '2026-03-13 -450 Corner Market', '2026-03-15 -450 Corner Market'], 1]])
})

// Fails when: only a tip or a number tells that a booking was held (seen, life two 7015): a program that dates by the purchase listed both amounts of a pump.
test('of a program that dates by the purchase, what a pump held and what it booked stand for a person to compare', async () => {
  const world = new World(TODAY)
  const pump = (amount: string) => row('2026-03-14', amount, 'Fuel Stop 88')
  await bring(world, 'own', [...HISTORY.slice(8), pump('-1.00')])
  await bring(world, 'own', [...HISTORY.slice(8), pump('-49.98')])
  assert.deepEqual(await stands(world, 'Fuel'), [['2026-03-14 -100 Fuel Stop 88', '2026-03-14 -4998 Fuel Stop 88'], 1])
})

// Fails when: only days that both files show tell that a row was held (seen, life one 392000053): what the file before listed as held stood beside what was booked under its number, unasked.
test('holds that a program lists as booked, and in its next file, which goes on after it, under their own numbers as booked, are compared with those', async () => {
  const world = new World(TODAY)
  const card = (on: string, amount: string, number: number) => row(on, amount, `Card payment REF ${number}`)
  const old = ['-4.10', '-8.20', '-9.30', '-2.90'].map((amount, at) => card(`2026-03-0${at + 2}`, amount, 90500 + at * 7))
  await bring(world, 'own', [...old, card('2026-03-07', '-2.90', 90602), card('2026-03-09', '-1.00', 90651), card('2026-03-10', '-26.44', 90665)])
  await bring(world, 'own', [card('2026-03-10', '-29.08', 90665), card('2026-03-11', '-2.90', 90602), card('2026-03-12', '-33.08', 90651), card('2026-03-12', '-2.90', 90672), card('2026-03-13', '-7.70', 90679)])
  const names = new Map((await world.all()).map(({ id, name, postedOn }) => [id, `${postedOn} ${name}`]))
  const asked = (await world.store.feed.questions({ open: true })).map(({ transactionId, otherTransactionId }) => `${names.get(transactionId)} = ${names.get(otherTransactionId!)}`)
  assert.deepEqual(asked.sort(), ['2026-03-07 Card payment REF 90602 = 2026-03-11 Card payment REF 90602', '2026-03-09 Card payment REF 90651 = 2026-03-12 Card payment REF 90651', '2026-03-10 Card payment REF 90665 = 2026-03-10 Card payment REF 90665'])
})

test('numbers of shops, which come again, tell nothing of a row of the file before', async () => {
  const world = new World(TODAY)
  const coffee = (on: string) => row(on, '-2.90', 'Coffee 10234')
  await bring(world, 'own', [...HISTORY.slice(0, 8), coffee('2026-03-02'), coffee('2026-03-05')])
  await bring(world, 'own', [coffee('2026-03-08'), coffee('2026-03-10'), ...['11201', '11303', '11404', '11505'].map((number) => row('2026-03-09', `-${number.slice(1)}`, `Shop ${number}`))])
  assert.deepEqual(await world.openQuestions(), [])
})

// Fails when: an id tells nothing until days that two files both show have proved it (seen, life two 392000060): holds stood beside what was booked under their ids, unasked.
test('holds that a program lists as booked, and in its next file, which shows no day again, under their ids as booked, are compared with those', async () => {
  const world = new World(TODAY)
  const id = (on: string, amount: string, name: string, providerId: string) => row(on, amount, name, { providerId })
  await bring(world, 'own', [...named(HISTORY.slice(4, 12), 'a'), id('2026-03-09', '-4.50', 'Blue Door Cafe', 'c1'), id('2026-03-10', '-1.00', 'Fuel Stop 88', 'f1'), id('2026-03-10', '-4.50', 'Blue Door Cafe', 'c2')])
  await bring(world, 'own', [id('2026-03-12', '-4.50', 'Blue Door Cafe', 'c2'), id('2026-03-11', '-4.50', 'Blue Door Cafe', 'c1'), id('2026-03-12', '-57.22', 'Fuel Stop 88', 'f1'), id('2026-03-13', '-4.50', 'Blue Door Cafe', 'c3')])
  const days = new Map((await world.all()).map(({ id, name, postedOn }) => [id, `${postedOn} ${name}`]))
  const asked = (await world.store.feed.questions({ open: true })).map(({ transactionId, otherTransactionId }) => `${days.get(transactionId)} = ${days.get(otherTransactionId!)}`)
  assert.deepEqual(asked.sort(), ['2026-03-09 Blue Door Cafe = 2026-03-11 Blue Door Cafe', '2026-03-10 Blue Door Cafe = 2026-03-12 Blue Door Cafe', '2026-03-10 Fuel Stop 88 = 2026-03-12 Fuel Stop 88'])
})

test('ids that are made from what a row says, and stand on several rows, tell nothing of a row of the file before', async () => {
  const world = new World(TODAY)
  const coffee = (on: string, amount: string) => row(on, amount, 'Coffee', { providerId: `coffee${amount}` })
  await bring(world, 'own', [...named(HISTORY.slice(4, 12), 'a'), coffee('2026-03-09', '-2.90'), coffee('2026-03-08', '-3.10')])
  await bring(world, 'own', [coffee('2026-03-11', '-2.90'), coffee('2026-03-12', '-2.90'), coffee('2026-03-13', '-3.10')])
  assert.deepEqual(await world.openQuestions(), [])
})

// Fails when: a day that the text of one names tells nothing beside other words (seen, life two 392000027): a person was asked about crossed pairs, said twice that these are two, and all four stood.
test('of equal purchases that another program lists under their days, each is compared with the one whose text names that day', async () => {
  const world = new World(TODAY)
  const coffee = (on: string, named: string, status: 'pending' | 'posted') => row(on, '-4.50', `Card payment Blue Door CARD 4411 ${named}`, { status })
  await bring(world, 'pending', [...HISTORY.slice(6, 17), coffee('2026-03-12', '03/12', 'pending'), coffee('2026-03-14', '03/14', 'pending')])
  await bring(world, 'booked', [...HISTORY.slice(8, 17), row('2026-03-12', '-4.50', 'Blue Door'), row('2026-03-14', '-4.50', 'Blue Door')])
  await bring(world, 'pending', [...HISTORY.slice(10, 19), coffee('2026-03-15', '03/14', 'posted'), coffee('2026-03-16', '03/12', 'posted')])
  const days = new Map((await world.all()).map(({ id, name, postedOn }) => [id, `${postedOn} ${name}`]))
  const asked = (await world.store.feed.questions({ open: true })).map(({ transactionId, otherTransactionId }) => [days.get(otherTransactionId!), days.get(transactionId)].sort().join(' = '))
  assert.deepEqual(asked.sort(), ['2026-03-12 Blue Door = 2026-03-16 Card payment Blue Door CARD 4411 03/12', '2026-03-14 Blue Door = 2026-03-15 Card payment Blue Door CARD 4411 03/14'])
})

// Fails when: only a tip tells what a row was before, once another program has booked it (seen, life two 391000004): what a pump held as 1.00 stood beside it, unasked.
test('what a program lists as held at a pump, and then as booked where another program has booked it on that day, is asked about', async () => {
  const world = new World(TODAY)
  await bring(world, 'ids', [...named(HISTORY.slice(8, 18), 'a'), row('2026-03-14', '-1.00', 'Fuel Stop 88', { providerId: 'f1' })])
  await bring(world, 'other', [...HISTORY.slice(12, 18), row('2026-03-14', '-57.22', 'Card payment')])
  await bring(world, 'ids', [...named(HISTORY.slice(10, 20), 'a'), row('2026-03-14', '-57.22', 'Fuel Stop 88', { providerId: 'f2' })])
  assert.deepEqual(await stands(world, '2026-03-14 -1'), [['2026-03-14 -100 Fuel Stop 88'], 1])
})
