/**
 * The matcher against whole classes of banks rather than single cases: every way in which banks give
 * ids to rows, crossed with how they keep to the window that was asked for. Whatever the ids, the
 * feed holds the bank's rows, each once.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc, tries } from '../../test/tries.ts'
import type { ReadStep } from '../connector-kit/connector.ts'
import { addDays, contains, day, type DayRange } from '../domain/day.ts'
import type { StatementRow } from '../domain/statement.ts'
import { decimal, row, World } from './testing.ts'

const START = day('2026-03-02')

type Booked = { readonly on: number; readonly cents: number; readonly name: string; /** The day on which the bank books it; some banks show it as pending from its own day on. */ readonly shown: number }
type Ways = { readonly scheme: string; readonly window: string; readonly showsPending: boolean }

/** How a bank gives ids to the rows of one answer; `issued` is the row's place in the bank's own book. */
const ID_SCHEMES: Readonly<Record<string, (rows: readonly (StatementRow & { readonly issued: number })[], answer: number) => readonly (string | null)[]>> = {
  'of its own for each row': (rows) => rows.map((r) => `F${r.issued * 7919}`),
  'that count the answer, oldest first': (rows) => rows.map((_, i) => `${i + 1}`),
  'that count the answer, newest first': (rows) => rows.map((_, i) => `${rows.length - i}`),
  'that count each day': (rows) => rows.map((r, i) => `${r.postedOn}-${rows.slice(0, i).filter((o) => o.postedOn === r.postedOn).length + 1}`),
  'that change with every answer': (rows, answer) => rows.map((_, i) => `a${answer}n${i}`),
  'that are missing': (rows) => rows.map(() => null),
}

/** What the bank answers, given what was asked and its newest day. */
const WINDOWS: Readonly<Record<string, (asked: DayRange, today: string) => DayRange>> = {
  'keeps to the window': (asked) => asked,
  'ignores the window': (_asked, today) => ({ from: day('2026-01-01'), to: day(today) }),
  'gives some days more': (asked, today) => ({ from: addDays(asked.from, -4), to: day(today) }),
}

/** `issued`: which rows of the book the answer shows. */
function answerOf(world: World, ledger: readonly Booked[], { scheme, window, showsPending }: Ways, asked: DayRange, answer: number): { readonly steps: readonly ReadStep[]; readonly issued: readonly number[] } {
  const given = WINDOWS[window]!(asked, world.today())
  const today = world.today()
  const rows = ledger
    .map((b, issued) => ({ ...row(addDays(START, b.on), `-${b.cents}`, b.name), issued, shownOn: addDays(START, b.shown) }))
    .filter((r) => (showsPending ? r.postedOn : r.shownOn) <= today && contains(given, r.postedOn))
    .map((r) => ({ ...r, status: r.shownOn <= today ? ('posted' as const) : ('pending' as const) }))
    .sort((a, b) => (a.postedOn < b.postedOn ? -1 : a.postedOn > b.postedOn ? 1 : a.issued - b.issued))
  const ids = ID_SCHEMES[scheme]!(rows, answer)
  const reported = rows.map(({ issued: _, shownOn: __, ...r }, i): StatementRow => ({ ...r, providerId: ids[i]! }))
  return { steps: [{ step: 'page', state: {}, page: { rows: reported, currency: 'USD', covers: asked, balances: [], next: null, last: true } }], issued: rows.map(({ issued }) => issued) }
}

/**
 * Plays the bank over the days on which it is read; the feed must be the ledger after each read. `questions`: those of reads that show a
 * row of before. One that shows none, but an id of before on its amount, tells nobody whether that is the next row or the one of before, dated anew.
 */
async function play(ledger: readonly Booked[], ways: Ways, readOn: readonly number[], overlapDays: number): Promise<{ readonly world: World; readonly questions: number }> {
  const world = await new World(START).connect()
  const start = world.now
  world.bank.overlapDays = overlapDays
  let answers = 0
  let questions = 0
  const waiting = async () => (await world.store.feed.questions({ open: true })).map(({ id }) => id)
  const shownBefore = new Set<number>()
  let shownNow: number[] = []
  world.bank.onRead = (_context, _ref, asked) => {
    const { steps, issued } = answerOf(world, ledger, ways, asked, answers++)
    shownNow.push(...issued)
    return steps
  }
  for (const on of readOn) {
    world.now = start + on * 86_400_000
    const before = await waiting()
    await world.sync()
    if (shownNow.some((one) => shownBefore.has(one))) questions += (await waiting()).filter((id) => !before.includes(id)).length
    for (const one of shownNow) shownBefore.add(one)
    shownNow = []
    const shown = ledger.filter((b) => b.shown <= on || (ways.showsPending && b.on <= on))
    const expected = shown.map((b) => `${addDays(START, b.on)} ${-b.cents * 100} ${b.name}${b.shown <= on ? '' : ' pending'}`).sort()
    assert.deepEqual(await world.feed(), expected, `ids ${ways.scheme}, bank ${ways.window}, read on day ${on}`)
  }
  return { world, questions }
}

const NAMES = ['Coffee', 'Parking', 'Lunch']
/** Sparse or full of equal rows; some are shown up to two days late. */
const ledgers = fc.oneof(
  fc.array(fc.record({ on: fc.nat(24), cents: fc.integer({ min: 1, max: 3 }), name: fc.constantFrom(...NAMES), late: fc.nat(2) }), { maxLength: 40 }),
  fc.record({ times: fc.integer({ min: 1, max: 3 }), late: fc.nat(1) }).map(({ times, late }) => Array.from({ length: 25 * times }, (_, i) => ({ on: Math.floor(i / times), cents: 5, name: 'Coffee', late }))),
).map((rows) => rows.map(({ late, ...r }): Booked => ({ ...r, shown: r.on + late })))

for (const scheme of Object.keys(ID_SCHEMES)) {
  test(`ids ${scheme}: the feed is the bank's book, whatever the window, and nobody is asked`, async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, fc.constantFrom(...Object.keys(WINDOWS)), fc.uniqueArray(fc.nat(26), { minLength: 3, maxLength: 10 }), fc.integer({ min: 3, max: 10 }), fc.boolean(), async (ledger, window, days, overlapDays, showsPending) => {
        const { questions } = await play(ledger, { scheme, window, showsPending }, days.sort((a, b) => a - b), overlapDays)
        // A pending twin beside a posted one is a question for a person.
        if (!showsPending) assert.equal(questions, 0)
      }),
      {
        ...tries(40),
        examples: [
          // Found by chance once in some hundred runs: a second look at old days shows the pending row of today as well, under another place in the list.
          [[{ on: 0, cents: 1, name: 'Coffee', shown: 0 }, { on: 9, cents: 1, name: 'Coffee', shown: 11 }], 'gives some days more', [0, 8, 10], 3, true],
          // Once in some thousand: of two equal rows of a day the pending one gets the number that the booked one had (seed 917457833).
          [[{ on: 4, cents: 1, name: 'Coffee', shown: 4 }, { on: 3, cents: 3, name: 'Coffee', shown: 3 }, { on: 3, cents: 3, name: 'Coffee', shown: 5 }], 'keeps to the window', [0, 3, 4], 3, true],
          // The first row is out of the window, and its number is on the next one of its amount (the same seed, made small).
          [[{ on: 0, cents: 3, name: 'Coffee', shown: 0 }, { on: 3, cents: 3, name: 'Coffee', shown: 5 }], 'keeps to the window', [0, 4, 5], 3, false],
          [[{ on: 10, cents: 2, name: 'Parking', shown: 10 }, { on: 13, cents: 2, name: 'Parking', shown: 15 }], 'keeps to the window', [0, 14, 24], 3, false],
        ],
      },
    )
  })
}

const TWICE = row('2026-03-10', '-4', 'Coffee', { providerId: 'x' })
const OTHER = row('2026-03-11', '-9', 'Lunch', { providerId: 'y' })
const THIRD = row('2026-03-12', '-7', 'Books', { providerId: 'z' })

function states(world: World, amount: string): void {
  world.bank.balances = () => [{ kind: 'ledger', amount: decimal(amount), currency: 'USD', on: day(world.today()), at: null }]
}

async function read(world: World, rows: readonly StatementRow[], balance: string | null = null, days = 1): Promise<readonly [rows: number, questions: readonly string[]]> {
  world.bank.rows = [...rows]
  if (balance !== null) states(world, balance)
  await world.sync(days)
  return [(await world.feed()).length, await world.openQuestions()]
}

test('one id twice with equal content: a repeated list is one, whatever its length; what a balance decides is not asked', async () => {
  for (const list of [[TWICE, OTHER], [TWICE, OTHER, THIRD]]) {
    assert.deepEqual(await read(await new World('2026-03-15').connect(), [...list, ...list]), [list.length, []])
  }
  const two = await new World('2026-03-12').connect()
  assert.deepEqual(await read(two, [OTHER], '91'), [1, []])
  assert.deepEqual(await read(two, [TWICE, TWICE, OTHER], '83'), [3, []])
  assert.deepEqual(await read(two, [TWICE, TWICE, OTHER], '83'), [3, []])
  const one = await new World('2026-03-12').connect()
  await read(one, [OTHER], '91')
  assert.deepEqual(await read(one, [TWICE, TWICE, OTHER], '87'), [2, []])
  assert.deepEqual(await read(one, [TWICE, TWICE, OTHER], '87'), [2, []])
})

// Fails when: a row takes the first under its id that its text resembles, though another one has its amount (seen, seed 840002015).
test('two amounts of one day under one id, both worded anew: each keeps its amount, whatever the order', async () => {
  for (const turned of [false, true]) {
    const world = await new World('2026-03-04').connect()
    const answer = (prefix: string) => ['-76.92', '-88.48'].map((amount) => row('2026-03-02', amount, `${prefix}Books & Paper`, { providerId: 'old' }))
    world.bank.rows = answer('Pos ')
    await world.sync()
    const before = new Map((await world.all()).map(({ id, amount }) => [id, amount]))
    world.bank.rows = turned ? answer('').toReversed() : answer('')
    await world.sync(1)
    assert.deepEqual(new Map((await world.all()).map(({ id, amount }) => [id, amount])), before, `turned: ${turned}`)
    assert.deepEqual((await world.all()).map(({ name }) => name), ['Books & Paper', 'Books & Paper'])
  }
})

// Fails when: the second of two equal rows under one id is free for the next row under it, because the rows that come again are matched last (simulate --seed 31401815).
test('two equal rows under one id, worded anew just when a third comes under it: each of the two keeps its amount', async () => {
  const world = await new World('2026-03-12').connect()
  const [coffee, late] = [row('2026-03-10', '-7.96', 'Espresso Bar', { providerId: 'old' }), row('2026-03-11', '-9', 'Espresso Bar', { providerId: 'old' })]
  await read(world, [OTHER], '91')
  assert.deepEqual(await read(world, [coffee, coffee, OTHER], '75.08'), [3, []])
  const before = await world.all()
  const anew = [coffee, coffee, late, OTHER].map((one) => ({ ...one, name: `Pos ${one.name}`, memo: 'Card 5100' }))
  for (const rows of [anew, [coffee, coffee, late, OTHER]]) {
    assert.deepEqual(await read(world, rows, '66.08'), [4, []])
    assert.deepEqual((await world.all()).filter(({ id }) => before.some((one) => one.id === id)).map(({ amount }) => amount), before.map(({ amount }) => amount))
  }
})

test('one id twice, and nothing decides: both are in the feed with a question; an answer that shows it once settles it', async () => {
  const world = await new World('2026-03-12').connect()
  assert.deepEqual(await read(world, [TWICE, TWICE, OTHER]), [3, ['same_transaction']])
  assert.deepEqual(await read(world, [TWICE, TWICE, OTHER]), [3, ['same_transaction']])
  assert.deepEqual(await read(world, [TWICE, OTHER]), [2, []])
  assert.deepEqual(await read(world, [TWICE, TWICE, OTHER]), [2, []])
})

// Fails when: a repeat is looked for only among rows that the answer lacks (seen, seed 2600003943): the second one stood a third time.
test('two rows under one id, of which the bank later says the kind in another way, are those two', async () => {
  const world = await new World('2026-03-12').connect()
  assert.deepEqual(await read(world, [OTHER], '91'), [1, []])
  assert.deepEqual(await read(world, [TWICE, TWICE, OTHER], '83'), [3, []])
  const ids = (await world.all()).map(({ id }) => id).sort()
  const other = { ...TWICE, kind: 'POS' }
  for (const balance of ['79', '83']) assert.deepEqual(await read(world, [other, other, OTHER], balance), [3, []])
  assert.deepEqual((await world.all()).map(({ id }) => id).sort(), ids)
})

// Fails when: a row of another id is another row whatever the balance says (seen, seed 2600003720): it stood twice, and nobody was asked.
test('a list that comes twice with another id on one of its rows: that row is asked about where the balance moved by one', async () => {
  const list = [TWICE, OTHER, THIRD]
  const again = [TWICE, { ...OTHER, providerId: 'new' }, THIRD]
  for (const [balance, questions] of [['80', ['same_transaction']], ['71', []]] as const) {
    const world = await new World('2026-03-15').connect()
    await read(world, [], '100')
    assert.deepEqual(await read(world, [...list, ...again], balance), [4, questions])
  }
})

// Fails when: only rows that were booked before, or are new, are looked at (seen, seed 500001041): the first of the two is a hold that is booked now, and may come after the other.
test('a list that comes twice just when a hold is booked: of its row under two ids one is asked about, whichever comes first', async () => {
  for (const order of [[0, 1], [1, 0]] as const) {
    const world = await new World('2026-03-15').connect()
    await read(world, [{ ...OTHER, providerId: null, status: 'pending' }], '100')
    const booked = [OTHER, { ...OTHER, providerId: 'new' }]
    const list = [TWICE, booked[order[0]]!, THIRD]
    assert.deepEqual(await read(world, [...list, TWICE, booked[order[1]]!, THIRD], '80'), [4, ['same_transaction']])
  }
})

test('many single rows that come twice under their ids, or a balance against what the ids say: each is there as often as it came', async () => {
  const rows = [TWICE, OTHER, THIRD]
  assert.deepEqual(await read(await new World('2026-03-15').connect(), rows.flatMap((r) => [r, r])), [6, []])
  const twins = await new World('2026-03-12').connect()
  await read(twins, [OTHER, { ...OTHER, providerId: 'own' }], '82')
  assert.deepEqual(await read(twins, [OTHER, { ...OTHER, providerId: 'own' }, TWICE, TWICE], '74'), [4, []])
})

test('a row that earlier answers showed once, when its day was long past, is one when it comes twice', async () => {
  const world = await new World('2026-04-20').connect()
  world.bank.overlapDays = 60
  await read(world, [TWICE, OTHER])
  assert.deepEqual(await read(world, [TWICE, TWICE, OTHER]), [2, []])
})

test('days that moved with their ids are moved back, also those that lie before the days that are answered for', async () => {
  const rows = [row('2026-03-10', '-4', 'Coffee', { providerId: 'a' }), row('2026-03-11', '-5', 'Lunch', { providerId: 'b' }), row('2026-03-12', '-6', 'Books', { providerId: 'c' })]
  const world = await new World('2026-03-12').connect()
  world.bank.overlapDays = 2
  await read(world, rows)
  const answer = (given: readonly StatementRow[], from: string) => {
    world.bank.onRead = (_context, _ref, asked) => [{ step: 'page', state: {}, page: { rows: given, currency: 'USD', covers: { from: day(from), to: asked.to }, balances: [], next: null, last: true } }]
  }
  answer(rows.map((r) => ({ ...r, postedOn: addDays(r.postedOn, -1) })), '2026-03-10')
  await world.sync()
  answer(rows, '2026-03-10')
  await world.sync()
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-10 -400 Coffee', '2026-03-11 -500 Lunch', '2026-03-12 -600 Books'], []])
})

test('days that moved with their ids are moved, also when they are the last days of the answer', async () => {
  const rows = ['Rent', 'Fee', 'Cash'].map((name, i) => row('2026-03-10', `-${i + 4}`, name, { providerId: name }))
  const world = await new World('2026-03-12').connect()
  await read(world, rows)
  assert.deepEqual(await read(world, rows.map((r) => ({ ...r, postedOn: day('2026-03-09') }))), [3, []])
  assert.deepEqual(await read(world, rows), [3, []])
})

test('where a bank gives equal rows ids of their own, an id that comes twice is one row', async () => {
  const twin = { ...TWICE, providerId: 'w' }
  assert.deepEqual(await read(await new World('2026-03-12').connect(), [TWICE, twin, OTHER, OTHER]), [3, []])
})

test('a row that vanished and an unlike one of its day and amount: asked about, unless the balance or a new wording of all rows decides', async () => {
  const gone = row('2026-03-11', '-20', 'Gas Station', { providerId: 'a' })
  const came = row('2026-03-11', '-20', 'Zoo Tickets', { providerId: 'b' })
  const asked = await new World('2026-03-12').connect()
  await read(asked, [gone, THIRD])
  assert.deepEqual(await read(asked, [came, THIRD]), [3, ['same_transaction']])
  for (const [balance, rows] of [['73', 2], ['53', 3]] as const) {
    const world = await new World('2026-03-12').connect()
    await read(world, [THIRD], '93')
    await read(world, [THIRD, gone], '73')
    assert.deepEqual(await read(world, [THIRD, came], balance), [rows, []], balance)
  }
  const worded = (names: readonly string[], mark: string) => names.map((name, i) => row(addDays(day('2026-03-09'), i), `-${10 + i}`, name, { providerId: `${mark}${i}` }))
  const world = await new World('2026-03-13').connect()
  await read(world, worded(['Gas Station', 'Bakery', 'Rail'], 'o'))
  assert.deepEqual(await read(world, worded(['Zoo Inc', 'Pugh & Co', 'DXN'], 'n')), [3, []])
})

test('a late twin outside of the days that are answered for: asked about where ids are proved, the stored row stays', async () => {
  const world = await new World('2026-03-20').connect()
  world.bank.overlapDays = 3
  const old = row('2026-03-10', '-4', 'Coffee', { providerId: 'c1' })
  const rest = [row('2026-03-17', '-1', 'A', { providerId: 'a' }), row('2026-03-18', '-2', 'B', { providerId: 'b' })]
  await read(world, [old, ...rest])
  world.bank.onRead = (_context, _ref, asked) => [{ step: 'page', state: {}, page: { rows: [...rest, { ...old, providerId: 'c2' }], currency: 'USD', covers: asked, balances: [], next: null, last: true } }]
  await world.sync()
  assert.deepEqual([(await world.feed()).length, await world.openQuestions()], [4, ['same_transaction']])
})

/** A row of every kind of doubt, month after month: what was shown first, and what came in its place. */
function monthly(month: number, mark: string): readonly [StatementRow, StatementRow] {
  const on = (d: number) => `2026-0${month}-${d}`
  return [row(on(11), `-${20 + month}`, 'Gas Station 12', { providerId: `a${month}${mark}` }), row(on(11), `-${20 + month}`, 'Zoo Tickets 7', { providerId: `b${month}${mark}` })]
}

for (const [answer, rows] of [['same', 1], ['different', 2]] as const) {
  test(`a person's answer "${answer}" is a rule of the account: the same pattern of pair is not asked about again`, async () => {
    const world = await new World('2026-03-12').connect()
    const held: StatementRow[] = [row('2026-03-10', '-1', 'Stays', { providerId: 's' })]
    for (const month of [3, 4]) {
      const [gone, came] = monthly(month, answer)
      world.now = Date.parse(`2026-0${month}-12T15:00:00Z`)
      await read(world, [...held, gone], null, 0)
      await read(world, [...held, came], null, 1)
      const asked = (await world.store.feed.questions({ open: true })).filter((question) => question.kind === 'same_transaction')
      assert.equal(asked.length, month === 3 ? 1 : 0, `month ${month}`)
      for (const question of asked) await world.store.feed.answerQuestion(question.id, answer, world.now)
      held.push(came)
    }
    const april = (await world.feed()).filter((text) => text.startsWith('2026-04'))
    assert.equal(april.length, rows)
    const other = await new World('2026-04-12').connect()
    await read(other, [monthly(4, answer)[0]], null, 0)
    assert.deepEqual((await read(other, [monthly(4, answer)[1]]))[1], ['same_transaction'], 'another account has no such rule')
  })
}

test('the answer about one id that comes twice holds for the next time; what the bank settled itself is no rule', async () => {
  const next = (month: number) => row(`2026-0${month}-10`, '-4', `Coffee ${month}`, { providerId: `x${month}` })
  const world = await new World('2026-03-12').connect()
  await read(world, [next(3), next(3), OTHER])
  await read(world, [next(3), OTHER])
  world.now = Date.parse('2026-04-12T15:00:00Z')
  assert.deepEqual(await read(world, [next(3), next(4), next(4), OTHER], null, 0), [4, ['same_transaction']])
  for (const question of await world.store.feed.questions({ open: true })) await world.store.feed.answerQuestion(question.id, 'different', world.now)
  world.now = Date.parse('2026-05-12T15:00:00Z')
  assert.deepEqual(await read(world, [next(3), next(4), next(4), next(5), next(5), OTHER], null, 0), [6, []])
})
