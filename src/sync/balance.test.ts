import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day, type Day } from '../domain/day.ts'
import { formatMinor, moneyOf } from '../domain/money.ts'
import type { StatementRow } from '../domain/statement.ts'
import { loadBalanceProof } from './balance-proof.ts'
import { tendAfterDecision } from './tend-balance.ts'
import { decimal, row, World } from './testing.ts'

const OPENING = 100_00n

function minor({ amount }: StatementRow): bigint {
  const read = moneyOf(amount, 'USD')
  if (!read.ok) throw new Error(read.failure.message)
  return read.value.minor
}

/** A bank whose stated balance is right: opening plus its own posted rows, wherever they are dated. */
function honest(world: World, truth: () => readonly StatementRow[], wrongBy = 0n) {
  return () => {
    const sum = truth().reduce((total, r) => total + minor(r), OPENING + wrongBy)
    return [{ kind: 'ledger' as const, amount: decimal(formatMinor(sum, 2)), currency: 'USD', on: day(world.today()), at: null }]
  }
}

async function spans(world: World): Promise<readonly string[]> {
  return (await world.store.feed.spans(await world.accountId())).map((s) => `${s.from.slice(5)} ${s.to.slice(5)} ${s.status}`)
}

async function start(rows: readonly StatementRow[]): Promise<World> {
  const world = await new World('2026-03-10').connect()
  world.bank.rows = [...rows]
  world.bank.balances = honest(world, () => world.bank.rows)
  await world.sync()
  return world
}

test('each sync proves the days since the one before', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  assert.deepEqual(await spans(world), [])
  world.bank.rows.push(row('2026-03-11', '-7', 'B', { providerId: 'b' }))
  await world.sync(1)
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-11 proved', '03-11 03-12 proved'])
})

// Fails when: the span that ends with a day stays as the first statement of the day made it (seen, unsure-copies:70000057): what came later on it was in no
// span, so that a copy of it on the next day seemed to be it, and was proved.
test('a day that is read twice is proved by what it came to, and a copy of its row on the next day is seen', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  await world.sync(1)
  const power = row('2026-03-11', '-77.04', 'Power', { providerId: 'p' })
  world.bank.rows.push(power)
  world.now += 3_600_000
  await world.sync()
  const sums = async () => (await world.store.feed.spans(await world.accountId())).map(({ from, to, closing, rowsSum, status }) => `${from.slice(8)} ${to.slice(8)} ${closing} ${rowsSum} ${status}`)
  assert.deepEqual(await sums(), ['10 11 1796 -7704 proved'])
  world.bank.balances = honest(world, () => [row('2026-03-02', '-5', 'A'), power])
  world.bank.rows.push({ ...power, providerId: 'pD' })
  await world.sync(1)
  assert.deepEqual((await sums())[0], '10 11 1796 -7704 proved')
  const proof = await loadBalanceProof(world.store, (await world.store.accounts.get(await world.accountId()))!)
  assert.deepEqual(proof.breaks.map(({ explanations }) => explanations[0]?.faults.map(({ kind }) => kind)), [['doubled']])
})

// Fails when: a row that went, and that had come before the balances that are looked at, is held for never counted as soon as it went: the day was called
// proved against the balance, and when that followed a day later a row was called missing for good.
test('a row that the bank takes out a day before its balance says so breaks no proof', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' }), row('2026-03-02', '-50', 'Shoes', { providerId: 'x' })])
  const goOn = async (amount: string, wrongBy = 0n) => {
    world.bank.rows.push(row(world.today(1), amount, `Shop ${amount}`, { providerId: amount }))
    world.bank.balances = honest(world, () => world.bank.rows.filter(({ corrects }) => corrects === null), wrongBy)
    await world.sync(1)
    return (await spans(world)).filter((span) => !span.endsWith('proved'))
  }
  assert.deepEqual(await goOn('-1'), [])
  world.bank.rows.push(row(world.today(1), '-50', 'Shoes', { providerId: 'c', corrects: { providerId: 'x', action: 'delete' } }))
  assert.deepEqual(await goOn('-2'), ['03-11 03-12 unknown'])
  assert.deepEqual((await world.feed()).filter((line) => line.includes('Shoes')), [])
  for (const amount of ['-3', '-4', '-6', '-7', '-8']) assert.deepEqual(await goOn(amount, 50_00n), [])
})

test('history that is filled in later breaks no proof', async () => {
  const world = await new World('2026-03-10').connect()
  world.bank.rows = [row('2025-06-02', '-5', 'Old', { providerId: 'a' }), row('2026-03-02', '-5', 'A', { providerId: 'b' })]
  world.bank.balances = honest(world, () => world.bank.rows)
  await world.sync()
  await world.sync(1)
  assert.deepEqual([await spans(world), (await world.feed()).length], [['03-10 03-11 proved'], 2])
})

test('a row booked late under an older day belongs to the statement after it: no false alarm', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  await world.sync(1)
  world.bank.rows.push(row('2026-03-08', '-9', 'Late', { providerId: 'l' }))
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-11 proved', '03-11 03-12 proved'])
})

test('a list that lags behind the balance is unknown for a day and then proved as one span', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  const lagging = row('2026-03-11', '-9', 'Lags', { providerId: 'l' })
  world.bank.balances = honest(world, () => [...world.bank.rows, lagging])
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-11 unknown'])
  world.bank.rows.push(lagging)
  world.bank.balances = honest(world, () => world.bank.rows)
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-12 proved'])
})

test('a balance that is wrong for a day heals; none of it is called broken', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  world.bank.balances = honest(world, () => world.bank.rows, 1_00n)
  await world.sync(1)
  world.bank.balances = honest(world, () => world.bank.rows)
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-12 proved'])
})

test('a row that stays missing is called broken once it has outlived the delays of a bank, and days after it are proved again', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  const hidden = row('2026-03-11', '-9', 'Hidden', { providerId: 'h' })
  world.bank.balances = honest(world, () => [...world.bank.rows, hidden])
  for (let i = 0; i < 6; i++) await world.sync(1)
  const broken = async () => (await spans(world)).filter((span) => !span.endsWith('proved'))
  // Only the day at fault: the balances after it did not move.
  assert.deepEqual([await broken(), (await spans(world)).at(-1)], [['03-10 03-11 broken'], '03-15 03-16 proved'])
  world.bank.rows.push(row('2026-03-17', '-3', 'B', { providerId: 'b' }))
  await world.sync(1)
  assert.deepEqual([await broken(), (await spans(world)).at(-1)], [['03-10 03-11 broken'], '03-16 03-17 proved'])
  // Long after: the row comes at last.
  for (let i = 0; i < 12; i++) await world.sync(1)
  world.bank.rows.push(hidden)
  world.bank.balances = honest(world, () => world.bank.rows)
  await world.sync(1)
  assert.deepEqual(await broken(), [])
})

test('a balance as of another, older day claims nothing', async () => {
  const world = await start([row('2026-03-02', '-5', 'A', { providerId: 'a' })])
  await world.sync(1)
  const balances = world.bank.balances({ from: day('2026-03-01'), to: day('2026-03-01') })
  world.bank.balances = () => balances.map((b) => ({ ...b, on: '2026-03-05' as Day }))
  world.bank.rows.push(row('2026-03-12', '-3', 'B', { providerId: 'b' }))
  await world.sync(1)
  assert.deepEqual(await spans(world), ['03-10 03-11 proved'])
})

test('pending rows are not in the balance, and count when they post', async () => {
  const world = await start([row('2026-03-09', '-5', 'P', { providerId: 'p', status: 'pending' })])
  world.bank.balances = honest(world, () => [])
  await world.sync(1)
  world.bank.rows = [row('2026-03-12', '-5', 'P', { providerId: 'q' })]
  world.bank.balances = honest(world, () => world.bank.rows)
  await world.sync(1)
  assert.equal((await spans(world)).at(-1), '03-11 03-12 proved')
})

async function proofOf(world: World) {
  return loadBalanceProof(world.store, (await world.store.accounts.get(await world.accountId()))!)
}

/** Rows of a week, so that there is something usual. */
const WEEK = Array.from({ length: 7 }, (_, n) => row(`2026-03-0${n + 1}`, `-${n + 5}.1${n}`, `Shop ${n}`, { providerId: `w${n}` }))

test('a row that is missing for good is named with its amount and its day, and asked for once in older days', async () => {
  const world = await start(WEEK)
  const hidden = row('2026-03-12', '-9.37', 'Hidden', { providerId: 'h' })
  world.bank.balances = honest(world, () => (world.today() >= '2026-03-12' ? [...world.bank.rows, hidden] : world.bank.rows))
  for (let i = 0; i < 8; i++) await world.sync(1)
  const { state, breaks } = await proofOf(world)
  assert.equal(state, 'broken')
  assert.deepEqual(breaks.map(({ difference, explanations }) => [difference, explanations[0]?.faults]), [
    [-937n, [{ kind: 'missing', amount: -937n, after: '2026-03-11', upTo: '2026-03-12', clue: null, row: null }]],
  ])
  const older = world.bank.reads.filter(({ asked }) => asked.to < '2026-03-05' && asked.from > '2026-01-20')
  assert.equal(older.length, 1)
})

test('a row that was booked back further than a read reaches is found by asking once for older days', async () => {
  const world = await start(WEEK)
  await world.sync(20)
  world.bank.rows.push(row('2026-03-05', '-8.25', 'Booked back', { providerId: 'back' }))
  await world.sync(1)
  assert.equal((await world.feed()).length, 8)
  assert.equal((await proofOf(world)).state, 'proved')
})

test('a row that is here twice is asked about once; the answer proves the days', async () => {
  const world = await start(WEEK)
  await world.sync(1)
  const [real, copy] = [row('2026-03-12', '-21.40', 'Bakery', { providerId: 'b1' }), row('2026-03-12', '-21.40', 'Bakery', { providerId: 'b2' })]
  world.bank.rows.push(real, copy)
  world.bank.balances = honest(world, () => world.bank.rows.filter((r) => r !== copy))
  for (let i = 0; i < 7; i++) await world.sync(1)
  assert.deepEqual((await proofOf(world)).breaks[0]?.explanations[0]?.faults.map((fault) => fault.kind), ['doubled'])
  const [question, ...others] = await world.store.feed.questions({ open: true })
  assert.equal(others.length, 0)
  await world.store.feed.answerQuestion(question!.id, 'same', world.now)
  await tendAfterDecision(world.store.feed, (await world.store.accounts.get(await world.accountId()))!, world.now)
  const after = await proofOf(world)
  assert.deepEqual([after.state, after.breaks], ['proved', []])
  world.bank.rows.splice(world.bank.rows.indexOf(copy), 1)
  await world.sync(1)
  assert.deepEqual([(await proofOf(world)).state, await world.openQuestions()], ['proved', []])
})

test('two that are different stay two, and nobody is asked again', async () => {
  const world = await start(WEEK)
  await world.sync(1)
  const twins = [row('2026-03-12', '-21.40', 'Bakery', { providerId: 'b1' }), row('2026-03-12', '-21.40', 'Bakery', { providerId: 'b2' })]
  world.bank.rows.push(...twins)
  world.bank.balances = honest(world, () => world.bank.rows.slice(0, -1))
  for (let i = 0; i < 7; i++) await world.sync(1)
  const [question] = await world.store.feed.questions({ open: true })
  await world.store.feed.answerQuestion(question!.id, 'different', world.now)
  for (let i = 0; i < 3; i++) await world.sync(1)
  assert.deepEqual([await world.openQuestions(), (await world.feed()).length], [[], 9])
})

const turned = (r: StatementRow): StatementRow => ({ ...r, amount: decimal(r.amount.startsWith('-') ? r.amount.slice(1) : `-${r.amount}`) })

test('amounts that a source reports the wrong way round are turned when balances prove it, old rows too', async () => {
  const truth = [...WEEK]
  const inverted = () => truth.map(turned)
  const world = await new World('2026-03-10').connect()
  world.bank.rows = inverted()
  world.bank.balances = honest(world, () => truth, 1_000_00n)
  await world.sync()
  for (const [n, amount] of ['-12.10', '-3.07', '200.00', '-8.80'].entries()) {
    truth.push(row(world.today(1), amount, `New ${n}`, { providerId: `n${n}` }))
    world.bank.rows = inverted()
    await world.sync(1)
  }
  assert.equal((await world.store.accounts.sources({ accountId: await world.accountId() }))[0]!.sign, -1)
  assert.deepEqual((await world.all()).map((t) => t.amount), truth.map(minor))
  assert.equal((await proofOf(world)).state, 'proved')
  truth.push(row(world.today(1), '-1.11', 'After', { providerId: 'after' }))
  world.bank.rows = inverted()
  await world.sync(1)
  assert.deepEqual([(await world.all()).at(-1)?.amount, (await spans(world)).at(-1)?.endsWith('proved')], [-111n, true])
})

test('where amounts were turned no sum of a span is left the wrong way round, also of days that were not answered for', async () => {
  const truth = [...WEEK]
  const world = await new World('2026-03-10').connect()
  world.bank.rows = truth.map(turned)
  world.bank.balances = honest(world, () => truth, 1_000_00n)
  world.bank.covers = ({ from, to }) => (to === '2026-03-12' ? null : { from: from > '2026-03-13' ? from : day('2026-03-13'), to })
  await world.sync()
  for (const [n, amount] of ['-12.10', '-3.07', '200.00', '-8.80', '-7.10', '-6.20'].entries()) {
    truth.push(row(world.today(1), amount, `New ${n}`, { providerId: `n${n}` }))
    world.bank.rows = truth.map(turned)
    await world.sync(1)
  }
  assert.equal((await world.store.accounts.sources({ accountId: await world.accountId() }))[0]!.sign, -1)
  const all = await world.all()
  const stored = await world.store.feed.spans(await world.accountId())
  assert.ok(stored.some(({ status }) => status !== 'proved'))
  for (const { from, to, rowsSum } of stored) assert.equal(rowsSum, all.filter(({ postedOn }) => postedOn > from && postedOn <= to).reduce((sum, { amount }) => sum + amount, 0n), `${from} ${to}`)
})

test('a bank that states the balance of now under the day before, or yesterday\'s close under today, raises no alarm', async () => {
  for (const shift of [-1, 0] as const) {
    const world = await start(WEEK)
    const amounts = ['-1.11', '-2.22', '-3.33', '-4.44', '-5.55', '-6.66', '-7.77', '-8.88', '-9.99', '-10.10']
    for (const [n, amount] of amounts.entries()) {
      world.bank.rows.push(row(world.today(1), amount, `Daily ${n}`, { providerId: `d${n}` }))
      const today = world.today(1)
      world.bank.balances = () => honest(world, () => (shift === 0 ? world.bank.rows.filter((r) => r.postedOn < today) : world.bank.rows))().map((b) => ({ ...b, on: day(world.today(shift)) }))
      await world.sync(1)
    }
    assert.deepEqual((await spans(world)).filter((s) => s.endsWith('broken')), [], `shift ${shift}`)
    assert.ok((await spans(world)).some((s) => s.endsWith('proved')), `shift ${shift}`)
  }
})

// Fails when: what such a balance counts of the day after its own, and no list shows, is called proved there (simulate --seed 2200000406), or stays broken once it is listed.
test('where balances of now are stated under the day before, a row that is not listed leaves its own day unproved until it comes', async () => {
  const world = await start(WEEK)
  let isKeptBack = false
  world.bank.balances = () => honest(world, () => world.bank.rows)().map((balance) => ({ ...balance, on: day(world.today(-1)) }))
  world.bank.onRead = (_, __, asked) => world.bank.pages(asked, world.bank.rows.filter(({ providerId }) => !isKeptBack || providerId !== 'late'))
  const buy = async (n: number): Promise<void> => {
    world.bank.rows.push(row(world.today(1), `-${n}.11`, `Daily ${n}`, { providerId: `d${n}` }))
    await world.sync(1)
  }
  for (let n = 1; n < 7; n++) await buy(n)
  const lacking = world.today(1)
  isKeptBack = true
  world.bank.rows.push(row(lacking, '-89.15', 'Kept back', { providerId: 'late' }))
  for (let n = 7; n < 13; n++) {
    await buy(n)
    const proved = (await world.store.feed.spans(await world.accountId())).filter((span) => span.status === 'proved' && span.from < lacking && lacking <= span.to)
    assert.deepEqual(proved, [], `the day of the ${n}th`)
  }
  assert.ok((await spans(world)).at(-1)!.endsWith('proved'), 'later days are')
  isKeptBack = false
  for (let n = 13; n < 15; n++) await buy(n)
  assert.deepEqual((await spans(world)).filter((span) => !span.endsWith('proved')), [])
})

test('a ledger balance that counts what is pending raises no alarm', async () => {
  const world = await start(WEEK)
  for (let n = 0; n < 10; n++) {
    const pending = row(world.today(1), `-${n + 11}.5${n}`, `Card ${n}`, { providerId: `p${n}`, status: 'pending' })
    world.bank.rows = [...world.bank.rows.map((r) => (r.status === 'pending' ? { ...r, status: 'posted' as const } : r)), pending]
    await world.sync(1)
  }
  assert.deepEqual((await spans(world)).filter((s) => s.endsWith('broken')), [])
})
