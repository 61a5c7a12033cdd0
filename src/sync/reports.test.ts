/**
 * Real reports of doubled, lost, re-dated, mis-signed and mis-merged rows in other systems, each
 * played against this engine. The numbers are those of the collection of feed integrity cases.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { addDays, day } from '../domain/day.ts'
import { ok } from '../domain/result.ts'
import type { StatementRow } from '../domain/statement.ts'
import { connectInstitution, reconnect } from './connect.ts'
import { exploding } from './exploding.ts'
import { importStatements } from './import.ts'
import { syncConnection } from './sync.ts'
import { CHECKING, decimal, listed, outcomeOf, row, World } from './testing.ts'

async function worldWith(rows: readonly StatementRow[], options: ConstructorParameters<typeof World>[1] = {}): Promise<World> {
  const world = await new World('2026-03-20', options).connect()
  world.bank.rows = [...rows]
  await world.sync()
  return world
}

const pending = { status: 'pending' } as const

/** Brings a file of one statement of the checking account. */
function bringFile(world: World, rows: readonly StatementRow[]): ReturnType<typeof importStatements> {
  const head = { account: { number: CHECKING.number, bankId: CHECKING.bankId, branchId: null, kind: CHECKING.kind, name: null }, currency: 'USD', covers: { from: null, to: null }, line: 1 }
  const open = async function* () {
    yield ok({ part: 'start' as const, head })
    yield ok({ part: 'rows' as const, rows })
    yield ok({ part: 'end' as const, covers: { from: null, to: null } })
  }
  return importStatements(world.deps, { open, accountId: null, label: 'march.ofx', dryRun: false, onProgress: null })
}

/** Each report is named by one test at least, and no number is made up. */
test('all 61 reports have a test that names them', () => {
  const titles = [...readFileSync(new URL(import.meta.url), 'utf8').matchAll(/^test\('(.*)', (?:async )?\(\) =>/gm)].map((match) => match[1]!)
  const named = titles.flatMap((title) => [...title.matchAll(/reports? (\d+(?:(?:, | and )\d+)*)/g)].flatMap((match) => match[1]!.split(/, | and /).map(Number)))
  assert.deepEqual([...new Set(named)].sort((a, b) => a - b), Array.from({ length: 61 }, (_, index) => index + 1))
})

test('A, reports 1 and 7: pending becomes posted under a new id without a link; one row, the same id for consumers', async () => {
  const world = await worldWith([row('2026-03-18', '-4.50', 'AUTH BAKERY', { ...pending, providerId: 'p1' })])
  const [before] = await world.all()
  world.bank.rows = [row('2026-03-20', '-4.50', 'Bakery Main St', { providerId: 'q9' })]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-20 -450 Bakery Main St'])
  assert.equal((await world.all())[0]!.id, before!.id)
})

test('A, report 1: the link that the provider gives is followed even when amount and text changed', async () => {
  const world = await worldWith([row('2026-03-18', '-50', 'FUEL HOLD', { ...pending, providerId: 'p1' }), row('2026-03-18', '-31.20', 'FUEL HOLD', { ...pending, providerId: 'p2' })])
  world.bank.rows = [row('2026-03-19', '-31.20', 'Station 5', { providerId: 'q1', pendingProviderId: 'p1' }), row('2026-03-19', '-40', 'Station 9', { providerId: 'q2', pendingProviderId: 'p2' })]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-19 -3120 Station 5', '2026-03-19 -4000 Station 9'])
  assert.equal((await world.all()).length, 2)
})

test('A, report 2: the link is missing though the provider usually gives one; amount, account and order of days decide', async () => {
  const world = await worldWith([row('2026-03-17', '-20', 'Books', { ...pending, providerId: 'p1' }), row('2026-03-17', '-30', 'Shoes', { ...pending, providerId: 'p2' })])
  world.bank.rows = [row('2026-03-18', '-20', 'Books', { providerId: 'q1' }), row('2026-03-18', '-30', 'Shoes', { providerId: 'q2' })]
  await world.sync(1)
  assert.equal((await world.feed()).length, 2)
})

test('A, reports 3 and 4: a pending copy beside its posted one in one answer is asked about, and is gone with the stale copy', async () => {
  const copy = row('2026-03-17', '-26.30', 'Citi Shop', { ...pending, providerId: 'p1' })
  const posted = row('2026-03-18', '-26.30', 'Citi Shop', { providerId: 'q1' })
  const world = await worldWith([copy, posted])
  assert.deepEqual(await world.openQuestions(), ['same_transaction'])
  await world.sync(1)
  assert.deepEqual(await world.openQuestions(), ['same_transaction'])
  world.bank.rows = [posted]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-18 -2630 Citi Shop'])
  assert.deepEqual(await world.openQuestions(), [])
})

test('A, report 4: the same id pending and posted in one answer is one row, the posted one', async () => {
  const world = await worldWith([row('2026-03-17', '-10', 'Cafe', { ...pending, providerId: 'x' }), row('2026-03-18', '-11.50', 'Cafe', { providerId: 'x' })])
  assert.deepEqual(await world.feed(), ['2026-03-18 -1150 Cafe'])
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-18 -1150 Cafe'])
})

test('A, reports 5 and 6: pending rows that are dropped are withdrawn with a reason, and come back as the same row', async () => {
  const hold = row('2026-03-19', '-99', 'Hotel', { ...pending, providerId: 'h' })
  const world = await worldWith([hold])
  const [before] = await world.all()
  world.bank.rows = []
  await world.sync(1)
  assert.deepEqual(await world.feed(), [])
  assert.equal((await world.all())[0]!.withdrawnReason, 'pending_dropped')
  world.bank.rows = [hold]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-19 -9900 Hotel pending'])
  world.bank.rows = []
  await world.sync(1)
  world.bank.rows = [row('2026-03-22', '-99', 'Hotel', { providerId: 'z' })]
  await world.sync(1)
  const [after] = await world.all()
  assert.deepEqual([after!.id, after!.state], [before!.id, 'posted'])
  assert.equal((await world.store.feed.history(before!.id)).length, 4)
})

test('A, report 8: category and note given to a pending row survive posting', async () => {
  const world = await worldWith([row('2026-03-18', '-4.50', 'Bakery', { ...pending, providerId: 'p1' })])
  const [before] = await world.all()
  await world.store.feed.decide(before!.id, { category: 'food', note: 'with Ann' }, world.now)
  world.bank.rows = [row('2026-03-19', '-4.50', 'Bakery', { providerId: 'q1' })]
  await world.sync(1)
  const [after] = await world.all()
  assert.deepEqual([after!.state, after!.decisions.category, after!.decisions.note], ['posted', 'food', 'with Ann'])
})

test('A, report 9: a tip raises the amount at posting; the bank\'s final amount counts, the category stays', async () => {
  const world = await worldWith([row('2026-03-18', '-40.00', 'Trattoria Roma', { ...pending, providerId: 'p1' })])
  await world.store.feed.decide((await world.all())[0]!.id, { category: 'food' }, world.now)
  world.bank.rows = [row('2026-03-20', '-48.00', 'TRATTORIA ROMA', { providerId: 'q1' })]
  await world.sync(1)
  const all = await world.all()
  assert.deepEqual([all.length, all[0]!.amount, all[0]!.decisions.category], [1, -4800n, 'food'])
})

test('A, report 37: a fuel hold of 1.00 becomes 43.17 under the same text', async () => {
  const world = await worldWith([row('2026-03-18', '-1.00', 'Shell Oil 5512', { ...pending, providerId: 'p1' })])
  world.bank.rows = [row('2026-03-19', '-43.17', 'Shell Oil 5512', { providerId: 'q1' })]
  await world.sync(1)
  assert.equal((await world.all()).length, 1)
  assert.deepEqual(await world.feed(), ['2026-03-19 -4317 Shell Oil 5512'])
})

test('A, F, reports 10, 46, 47 and 48: no identity holds a time of day or the zone of the host', async () => {
  const zone = process.env['TZ']
  const world = await worldWith([row('2026-03-18', '-4.50', 'Bakery')])
  try {
    process.env['TZ'] = 'Pacific/Auckland'
    await world.sync(1)
    process.env['TZ'] = 'America/Los_Angeles'
    await world.sync(1)
  } finally {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  }
  assert.deepEqual(await world.feed(), ['2026-03-18 -450 Bakery'])
})

test('B, report 11: ids re-issued for a whole block: the same rows, one to one, nothing doubled and nothing re-created', async () => {
  const rows = Array.from({ length: 116 }, (_, i) => row(addDays(day('2026-03-01'), i % 18), `-${(i % 7) + 1}.00`, `Shop ${i % 5}`, { providerId: `old${i}` }))
  const world = await worldWith(rows)
  const before = new Set((await world.all()).map((t) => t.id))
  world.bank.overlapDays = 30
  world.bank.rows = rows.map((r, i) => ({ ...r, providerId: `new${i}` }))
  const run = await world.sync(1)
  assert.deepEqual({ added: outcomeOf(run).added, questions: outcomeOf(run).questions }, { added: 0, questions: 0 })
  assert.deepEqual(new Set((await world.all()).map((t) => t.id)), before)
})

test('B, report 12: re-issued with a new id and without its date prefix', async () => {
  const world = await worldWith([row('2026-03-12', '-8', '12.03 EXAMPLE STORE', { providerId: 'a' })])
  world.bank.rows = [row('2026-03-12', '-8', 'Example Store', { providerId: 'b' })]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-12 -800 Example Store'])
})

test('B, report 13: the same interest under another id with value and booking day swapped replaces the vanished one', async () => {
  const world = await worldWith([row('2026-03-01', '3.21', 'Interest', { providerId: 'a', valueOn: day('2026-03-02') })])
  world.bank.overlapDays = 25
  world.bank.rows = [row('2026-03-02', '3.21', 'Interest', { providerId: 'b', valueOn: day('2026-03-01') })]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-02 321 Interest'])
})

test('B, K, reports 14, 56 and 57: a row that a person deleted stays deleted under every later id', async () => {
  const world = await worldWith([row('2026-03-18', '-5', 'Twice', { providerId: 'a' })])
  await world.store.feed.decide((await world.all())[0]!.id, { deleted: true }, world.now)
  for (const id of ['a', 'b', 'c']) {
    world.bank.rows = [row('2026-03-18', '-5', 'Twice', { providerId: id })]
    await world.sync(1)
  }
  const all = await world.all()
  assert.deepEqual([all.length, all[0]!.decisions.deleted], [1, true])
})

test('B, report 15: after a person merged two rows, both ids are known and neither comes back', async () => {
  const a = row('2026-03-17', '-5', 'One shop', { providerId: 'a' })
  const b = row('2026-03-18', '-5', 'One shop', { providerId: 'b' })
  const world = await worldWith([a, b])
  const [first, second] = await world.all()
  const question = { id: 'q0000000-0000-7000-8000-000000000001', accountId: first!.accountId, kind: 'same_transaction', transactionId: first!.id, otherTransactionId: second!.id, pattern: null, askedAt: world.now, answer: null, answeredAt: null, answerer: null } as const
  const [source] = await world.store.accounts.sources({})
  const run = (await world.store.runs.list({ limit: 1 }))[0]!
  await world.store.feed.commitPage({ runId: run.id, accountId: first!.accountId, sourceId: source!.id, at: world.now, seen: [], observations: [], inserts: [], updates: [], questions: [question], covers: null, balances: [], spans: [], cursor: null })
  await world.store.feed.answerQuestion(question.id, 'same', world.now)
  for (const rows of [[a, b], [b], [a]]) {
    world.bank.rows = rows
    await world.sync(1)
    assert.equal((await world.feed()).length, 1, rows.map((r) => r.providerId).join())
  }
})

test('C, reports 16, 20, 22 and 23: new account and transaction ids after a re-link change nothing', async () => {
  const rows = [row('2026-03-05', '-5', 'A', { providerId: '1' }), row('2026-03-08', '-6', 'B', { providerId: '2' }), row('2026-03-08', '-6', 'B', { providerId: '3' }), row('2026-03-09', '70', 'C', { providerId: '4' })]
  const world = await worldWith(rows)
  const before = (await world.all()).map((t) => t.id)
  const other = { ...CHECKING, number: '999888777' }
  world.bank.accounts = [listed(other)]
  world.bank.rows = rows.map((r) => ({ ...r, providerId: `n${r.providerId}` }))
  world.bank.overlapDays = 30
  await world.sync(1)
  assert.equal((await world.store.accounts.list()).length, 1)
  assert.deepEqual((await world.all()).map((t) => t.id), before)
  assert.equal((await world.store.accounts.list())[0]!.number, '999888777')
})

test('C, reports 17 and 18: an account of the same name, kind and currency with other rows is another account', async () => {
  const world = await worldWith([row('2026-03-05', '-5', 'A', { providerId: '1' }), row('2026-03-08', '-6', 'B', { providerId: '2' }), row('2026-03-08', '-7', 'B', { providerId: '3' })])
  world.bank.accounts = [listed({ ...CHECKING, number: '999' })]
  world.bank.rows = [row('2026-03-05', '-50', 'X', { providerId: '1' }), row('2026-03-08', '-60', 'Y', { providerId: '2' }), row('2026-03-08', '-70', 'Z', { providerId: '3' })]
  await world.sync(1)
  const accounts = await world.store.accounts.list()
  assert.deepEqual(accounts.map((a) => [a.number, a.state, a.rows]), [['100200300', 'missing', 3], ['999', 'paused', 0]])
})

test('C, E, report 19: each account gets its own history, whatever a sibling has', async () => {
  const world = await worldWith([row('2026-03-05', '-5', 'A', { providerId: '1' })])
  const savings = { ...CHECKING, number: '555', kind: 'savings' as const }
  world.bank.accounts = [listed(CHECKING), listed(savings)]
  world.bank.rowsOf.set('555', [row('2025-02-01', '100', 'Old', { providerId: 'o' })])
  await world.sync(1)
  const accounts = await world.store.accounts.list()
  const added = accounts.find((a) => a.number === '555')!
  await world.store.accounts.update(added.id, { state: 'open' })
  const [source] = await world.store.accounts.sources({ accountId: added.id })
  await world.store.accounts.updateSource(source!.id, { state: 'active' })
  await world.sync(1)
  assert.equal((await world.store.accounts.list()).find((a) => a.number === '555')!.rows, 1)
})

test('D, reports 25 and 26: equal purchases in one answer are as many as there are, with and without ids', async () => {
  const world = await worldWith([
    row('2026-03-18', '-3', 'Coffee'), row('2026-03-18', '-3', 'Coffee'), row('2026-03-19', '-3', 'Coffee'),
    row('2026-03-18', '-10', 'To Bob', { providerId: 'x' }), row('2026-03-18', '-10', 'To Bob', { providerId: 'y' }),
  ])
  assert.equal((await world.feed()).length, 5)
  await world.sync(1)
  assert.equal((await world.feed()).length, 5)
  world.bank.rows.push(row('2026-03-18', '-3', 'Coffee'))
  await world.sync(1)
  assert.equal((await world.feed()).length, 6)
})

test('D, report 27: a row with its own different id in the answer is never fuzzy-matched nor re-dated', async () => {
  const world = await worldWith([row('2026-03-14', '-1.50', 'Parking', { providerId: 'a' })])
  world.bank.rows.push(row('2026-03-17', '-1.50', 'Parking', { providerId: 'b' }), row('2026-03-18', '-1.50', 'Parking', { providerId: 'c' }))
  await world.sync(1)
  assert.deepEqual((await world.feed()).length, 3)
  assert.equal((await world.all())[0]!.postedOn, '2026-03-14')
})

test('D, J, reports 28 and 29: one id on several amounts is several rows, today and tomorrow', async () => {
  const same = { providerId: 'F1' }
  const world = await worldWith([row('2026-03-18', '-100', 'Paris Hotel', same), row('2026-03-18', '-3', 'Foreign fee', same), row('2026-03-18', '-7', 'Paris Hotel', same)])
  assert.equal((await world.feed()).length, 3)
  await world.sync(1)
  assert.equal((await world.feed()).length, 3)
})

test('J, report 30: equal ids in two accounts are two rows', async () => {
  const world = await new World().connect()
  const second = { ...CHECKING, number: '200' }
  world.bank.accounts = [listed(CHECKING), listed(second)]
  world.bank.rowsOf.set('100200300', [row('2026-03-10', '-1', 'A', { providerId: '20260310001' })])
  world.bank.rowsOf.set('200', [row('2026-03-10', '-1', 'A', { providerId: '20260310001' })])
  await world.sync()
  assert.deepEqual([await world.feed(0), await world.feed(1)].map((feed) => feed.length), [1, 1])
})

test('J: an id used again for another purchase on another day is a second row; the first stays', async () => {
  const world = await worldWith([row('2026-03-02', '-5', 'Bakery', { providerId: '1' })])
  world.bank.rows.push(row('2026-03-20', '-5', 'Cinema', { providerId: '1' }))
  await world.sync(1)
  assert.equal((await world.feed()).length, 2)
})

test('J: ids that count the rows of a day shift when a row is booked late; content decides', async () => {
  const world = await worldWith([row('2026-03-18', '-5', 'A', { providerId: '1' }), row('2026-03-18', '-6', 'B', { providerId: '2' })])
  const before = new Map((await world.all()).map((t) => [t.name, t.id]))
  world.bank.rows = [row('2026-03-18', '-5', 'A', { providerId: '1' }), row('2026-03-18', '-7', 'Late', { providerId: '2' }), row('2026-03-18', '-6', 'B', { providerId: '3' })]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-18 -500 A', '2026-03-18 -600 B', '2026-03-18 -700 Late'])
  const after = new Map((await world.all()).map((t) => [t.name, t.id]))
  assert.equal(after.get('B'), before.get('B'))
})

test('I, report 33: two engines at once: one reads, the other is refused, nothing is there twice', async () => {
  const world = await new World().connect()
  world.bank.rows = [row('2026-03-18', '-5', 'A', { providerId: '1' })]
  const results = await Promise.allSettled([world.sync(), world.sync()])
  assert.deepEqual(results.map((result) => result.status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await world.feed()).length, 1)
})

test('I, report 34: a changed row is updated in place, with its history', async () => {
  const world = await worldWith([row('2026-03-18', '-5', 'A Shop', { providerId: '1' })])
  const [before] = await world.all()
  world.bank.rows = [row('2026-03-19', '-5.10', 'A Shop Ltd', { providerId: '1' })]
  await world.sync(1)
  const [after, ...others] = await world.all()
  assert.deepEqual([after!.id, after!.amount, others.length], [before!.id, -510n, 0])
  const [change] = await world.store.feed.history(before!.id)
  assert.deepEqual([change!.reason, change!.changes['amount'], change!.changes['postedOn']], ['correction', ['-500', '-510'], ['2026-03-18', '2026-03-19']])
})

test('H, reports 35, 37 and 38: a posted row that vanishes is asked about and kept; when it returns the question is closed', async () => {
  const gone = row('2026-03-18', '-5', 'Gone', { providerId: '1' })
  const stays = row('2026-03-17', '-6', 'Stays', { providerId: '2' })
  const world = await worldWith([gone, stays])
  world.bank.rows = [stays]
  await world.sync(1)
  assert.equal((await world.feed()).length, 2)
  assert.deepEqual(await world.openQuestions(), ['removed_at_bank'])
  await world.sync(1)
  assert.deepEqual(await world.openQuestions(), ['removed_at_bank'])
  world.bank.rows = [gone, stays]
  await world.sync(1)
  assert.deepEqual([await world.openQuestions(), (await world.feed()).length], [[], 2])
})

test('H: a removal that stated balances prove is made, and undone when the row returns', async () => {
  const gone = row('2026-03-18', '-5', 'Gone', { providerId: '1' })
  const stays = row('2026-03-17', '-6', 'Stays', { providerId: '2' })
  const world = await new World().connect()
  const ledger = (amount: string) => () => [{ kind: 'ledger' as const, amount: decimal(amount), currency: 'USD', on: day(world.today()), at: null }]
  world.bank.rows = [gone, stays]
  world.bank.balances = ledger('89')
  await world.sync()
  world.bank.rows = [stays]
  world.bank.balances = ledger('94')
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-17 -600 Stays'], []])
  world.bank.rows = [gone, stays]
  world.bank.balances = ledger('89')
  await world.sync(1)
  assert.equal((await world.feed()).length, 2)
  assert.deepEqual((await world.store.feed.spans(await world.accountId())).map((s) => s.status), ['proved', 'proved'])
})

test('E, reports 39, 40 and 41: rows booked late with older days are read within the overlap', async () => {
  const world = await worldWith([row('2026-03-18', '-5', 'A', { providerId: '1' })])
  world.bank.rows.push(row('2026-03-13', '-9', 'Late', { providerId: '2' }))
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-13 -900 Late', '2026-03-18 -500 A'])
})

test('E, reports 39 and 44: after an outage the whole gap is asked for, however long', async () => {
  const world = await worldWith([])
  world.bank.rows = [row('2026-05-01', '-1', 'In the gap', { providerId: '1' }), row('2026-09-30', '-2', 'Later', { providerId: '2' })]
  await world.sync(200)
  assert.equal((await world.feed()).length, 2)
  assert.deepEqual((await world.store.feed.coverage(await world.accountId())).some((c) => c.from <= '2026-05-01' && c.to >= '2026-05-01'), true)
})

test('E, F, report 42: today is the bank\'s day: east of the host nothing is asked of tomorrow, west of it nothing is left out', async () => {
  const world = await new World('2026-03-20').connect()
  world.now = Date.parse('2026-03-21T02:00:00Z')
  await world.sync()
  assert.equal(world.bank.reads[0]!.asked.to, '2026-03-20')
})

test('E, report 43: an answer without rows where there were some covers nothing and is doubted', async () => {
  const rows = [row('2026-03-15', '-5', 'A', { providerId: '1' }), row('2026-03-16', '-5', 'B', { providerId: '2' }), row('2026-03-17', '-5', 'C', { providerId: '3' })]
  const world = await worldWith(rows)
  world.bank.rows = []
  const run = await world.sync(5)
  assert.equal(run.failure?.code, 'answer_implausible')
  assert.deepEqual([(await world.feed()).length, await world.openQuestions()], [3, []])
  world.bank.rows = [...rows, row('2026-03-22', '-7', 'D', { providerId: '4' })]
  assert.equal((await world.sync(1)).outcome, 'succeeded')
  assert.equal((await world.feed()).length, 4)
})

test('E, report 44: history cut with a healthy status leaves a gap that is asked for again and withdraws nothing', async () => {
  const rows = Array.from({ length: 9 }, (_, i) => row(addDays(day('2026-03-11'), i), '-5', `Shop ${i}`, { providerId: `${i}` }))
  const world = await worldWith(rows)
  world.bank.rows = rows.slice(5)
  const run = await world.sync(1)
  assert.deepEqual([run.outcome, (await world.feed()).length, await world.openQuestions()], ['succeeded', 9, []])
})

test('F, report 49: rows dated in another year than asked for are not taken, and known ones are not re-dated', async () => {
  const known = row('2026-03-15', '-5', 'Known', { providerId: '1' })
  const world = await worldWith([known])
  const off = (r: StatementRow) => ({ ...r, postedOn: day(r.postedOn.replace('2026', '2025')) })
  const late = row('2026-03-20', '-9', 'New', { providerId: '2' })
  world.bank.onRead = (_context, _ref, asked) => world.bank.pages({ from: day('2025-01-01'), to: asked.to }, [off(known), off(late)])
  const run = await world.sync(1)
  assert.equal(outcomeOf(run).failure?.code, 'answer_implausible')
  assert.deepEqual(await world.feed(), ['2026-03-15 -500 Known'])
  world.bank.onRead = () => null
  world.bank.rows = [known, late]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-15 -500 Known', '2026-03-20 -900 New'])
})

test('F: dates one day off for a while are corrected back', async () => {
  const rows = [row('2026-03-15', '-5', 'A', { providerId: '1' }), row('2026-03-16', '-6', 'B')]
  const world = await worldWith(rows)
  world.bank.rows = [...rows, row('2026-03-18', '-7', 'C')].map((r) => ({ ...r, postedOn: addDays(r.postedOn, 1) }))
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-16 -500 A', '2026-03-17 -600 B', '2026-03-19 -700 C'])
  world.bank.rows = [...rows, row('2026-03-18', '-7', 'C')]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-15 -500 A', '2026-03-16 -600 B', '2026-03-18 -700 C'])
})

test('G, reports 50 and 54: an answer with all signs turned is not believed; amounts stay and nothing is doubled', async () => {
  const rows = [row('2026-03-15', '-5', 'A', { providerId: '1' }), row('2026-03-16', '60', 'B', { providerId: '2' })]
  const world = await worldWith(rows)
  const turned = (r: StatementRow) => ({ ...r, amount: decimal(r.amount.startsWith('-') ? r.amount.slice(1) : `-${r.amount}`) })
  const late = row('2026-03-20', '-9', 'C', { providerId: '3' })
  world.bank.rows = [...rows, late].map(turned)
  const run = await world.sync(1)
  assert.equal(run.failure?.code, 'answer_implausible')
  assert.deepEqual(await world.feed(), ['2026-03-15 -500 A', '2026-03-16 6000 B'])
  world.bank.rows = [...rows, late]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-15 -500 A', '2026-03-16 6000 B', '2026-03-20 -900 C'])
})

// Fails when: only rows under their id or on their day show that amounts are turned (seen, seed 150001341: 16 rows twice).
test('G, reports 15, 45 and 50: all signs turned, all days moved and all ids new at once is not believed either; refunds of rows that are still there are', async () => {
  const rows = ['-5', '60', '-7.50', '-12'].map((amount, n) => row(`2026-03-${12 + n}`, amount, `SHOP ${n}`, { providerId: `old ${n}` }))
  const world = await worldWith(rows)
  const before = await world.feed()
  const opposite = (r: StatementRow) => decimal(r.amount.startsWith('-') ? r.amount.slice(1) : `-${r.amount}`)
  for (const days of [1, -1]) {
    world.bank.rows = rows.map((r, n) => ({ ...row(addDays(day(`2026-03-${12 + n}`), days), '0', `SHOP ${n}`, { providerId: `new ${n} ${days}` }), amount: opposite(r) }))
    assert.equal((await world.sync(1)).failure?.code, 'answer_implausible', `moved by ${days}`)
    assert.deepEqual(await world.feed(), before)
  }
  const refunds = rows.map((r, n) => ({ ...row(`2026-03-${13 + n}`, '0', `SHOP ${n}`, { providerId: `refund ${n}` }), amount: opposite(r) }))
  world.bank.rows = [...rows, ...refunds]
  assert.equal((await world.sync(1)).failure, null)
  assert.equal((await world.feed()).length, 8)
})

test('G, reports 50 and 51: turned signs that the stated balance proves right correct what was stored before', async () => {
  const world = await new World().connect()
  const ledger = (amount: string) => () => [{ kind: 'ledger' as const, amount: decimal(amount), currency: 'USD', on: day(world.today()), at: null }]
  world.bank.rows = [row('2026-03-15', '5', 'A', { providerId: '1' })]
  world.bank.balances = ledger('100')
  await world.sync()
  world.bank.rows = [row('2026-03-15', '-5', 'A', { providerId: '1' }), row('2026-03-21', '-20', 'B', { providerId: '2' })]
  world.bank.balances = ledger('80')
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-15 -500 A', '2026-03-21 -2000 B'])
})

test('a statement in another currency than the account stores nothing', async () => {
  const world = await worldWith([row('2026-03-15', '-5', 'A', { providerId: '1' })])
  world.bank.currency = 'EUR'
  world.bank.rows.push(row('2026-03-19', '-6', 'B', { providerId: '2' }))
  const run = await world.sync(1)
  assert.equal(run.failure?.code, 'answer_implausible')
  assert.equal((await world.feed()).length, 1)
})

test('K, report 58: rows before the account\'s start are not taken, and history is not asked for beyond it', async () => {
  const world = await worldWith([])
  await world.store.accounts.update(await world.accountId(), { startOn: day('2026-03-15') })
  world.bank.overlapDays = 30
  world.bank.rows = [row('2026-03-14', '-5', 'Before', { providerId: '1' }), row('2026-03-15', '-5', 'After', { providerId: '2' })]
  world.bank.onRead = (_context, _ref, asked) => world.bank.pages({ from: day('2026-01-01'), to: asked.to })
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-15 -500 After'])
  assert.equal(world.bank.reads.at(-1)!.asked.from, '2026-03-15')
})

test('K, report 59: the run counts what was taken, and the feed holds as many', async () => {
  const world = await new World().connect()
  world.bank.rows = Array.from({ length: 37 }, (_, i) => row('2026-03-10', `-${i + 1}`, `S${i}`, { providerId: `${i}` }))
  const run = await world.sync()
  assert.equal(outcomeOf(run).added, (await world.feed()).length)
})

test('B, report 60: a repeated page or row in the first answer is taken once', async () => {
  const world = await new World().connect()
  const rows = [row('2026-03-10', '-1', 'A'), row('2026-03-11', '-2', 'B'), row('2026-03-12', '-3', 'C', { providerId: 'c' })]
  world.bank.onRead = (_context, _ref, asked) => {
    const [page] = world.bank.pages(asked, rows)
    if (page?.step !== 'page') return null
    return [{ ...page, page: { ...page.page, last: false } }, { ...page, page: { ...page.page, last: false } }, page]
  }
  await world.sync()
  assert.equal((await world.feed()).length, 3)
})

test('two rows in one answer are two, even when the second was taken for the first while that had vanished', async () => {
  const first = row('2026-03-16', '-3.50', 'Coffee Bar', { providerId: 'a' })
  const second = row('2026-03-18', '-3.50', 'Coffee Bar', { providerId: 'b' })
  const world = await worldWith([first])
  await world.store.feed.decide((await world.all())[0]!.id, { note: 'first' }, world.now)
  world.bank.rows = [second]
  await world.sync(1)
  world.bank.rows = [first, second]
  for (const days of [1, 1, 1]) {
    await world.sync(days)
    assert.deepEqual(await world.feed(), ['2026-03-16 -350 Coffee Bar', '2026-03-18 -350 Coffee Bar'])
  }
  assert.deepEqual((await world.all()).map((t) => t.decisions.note), ['first', null])
  world.bank.rows = [second]
  await world.sync(6)
  assert.deepEqual(await world.feed(), ['2026-03-16 -350 Coffee Bar', '2026-03-18 -350 Coffee Bar'])
})

test('A: pending rows that a bank lists as booked come again with a tip under another id: one row', async () => {
  const world = await worldWith([row('2026-03-18', '-40.00', 'Trattoria Roma', { providerId: 'p1' })])
  world.bank.rows = [row('2026-03-20', '-48.00', 'Trattoria Roma', { providerId: 'q1' })]
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-20 -4800 Trattoria Roma'], []])
})

test('C, reports 21, 22 and 24: signing in again, after an expiry or by mistake a second time, goes on in the same connection and account', async () => {
  const world = new World()
  const form = { user: 'anna', password: 'x' }
  world.bank.rows = [row('2026-03-05', '-5', 'A', { providerId: '1' }), row('2026-03-08', '-6', 'B', { providerId: '2' })]
  const first = await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form })
  if (first.kind !== 'connected') throw new Error(first.kind)
  const [before] = await world.all()
  await world.store.feed.decide(before!.id, { category: 'food', excluded: true }, world.now)
  assert.equal((await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form })).kind, 'exists')
  assert.equal((await reconnect(world.deps, first.connection.id, { user: 'anna', password: 'y' })).ok, true)
  world.bank.rows = world.bank.rows.map((r) => ({ ...r, providerId: `again${r.providerId}` }))
  assert.equal((await reconnect(world.deps, first.connection.id, { user: 'anna', password: 'z' })).ok, true)
  const all = await world.all()
  assert.deepEqual([(await world.store.accounts.list()).length, (await world.store.connections.list()).length, all.length], [1, 1, 2])
  assert.deepEqual([all[0]!.id, all[0]!.decisions.category, all[0]!.decisions.excluded], [before!.id, 'food', true])
})

test('J, report 31: a converter that makes its ids by another recipe brings the same rows; none is there twice', async () => {
  const world = new World()
  const rows = ['2026-03-02', '2026-03-02', '2026-03-09'].map((on, i) => row(on, '-5', 'Bakery', { providerId: `old${i}` }))
  await bringFile(world, rows)
  const again = await bringFile(world, rows.map((r, i) => ({ ...r, providerId: `NEW-${i}` })))
  assert.deepEqual([again.added, again.matched, (await world.feed()).length], [0, 3, 3])
})

test('I, D, reports 32 and 61: the same file again doubles nothing and says what it found known; a known id on another row is not hidden', async () => {
  const world = new World()
  const rows = [row('2026-03-02', '-5', 'Bakery', { providerId: 'a' }), row('2026-03-09', '-7', 'Cinema', { providerId: 'b' })]
  await bringFile(world, rows)
  const again = await bringFile(world, [...rows, row('2026-03-12', '-30', 'Garage', { providerId: 'a' })])
  assert.deepEqual([again.added, again.matched], [1, 2])
  assert.deepEqual(await world.feed(), ['2026-03-02 -500 Bakery', '2026-03-09 -700 Cinema', '2026-03-12 -3000 Garage'])
})

test('I, report 36: a first read that dies at any step leaves no balance without its rows, and reading again is whole', async () => {
  const ledger = [{ kind: 'ledger' as const, amount: decimal('94'), currency: 'USD', on: day('2026-03-20'), at: null }]
  for (let call = 5; call < 40; call += 3) {
    const bomb = { left: call }
    const world = await new World('2026-03-20', { wrapStore: (store) => exploding(store, bomb) }).connect()
    world.bank.rows = [row('2026-03-18', '-6', 'A', { providerId: '1' })]
    world.bank.balances = () => ledger
    const died = await world.sync().then(() => false, () => true)
    bomb.left = Infinity
    for (const account of died ? await world.store.accounts.list() : []) assert.equal(account.balanceIsStated, account.rows > 0, `crash at call ${call}`)
    await world.sync(1)
    assert.deepEqual(await world.feed(), ['2026-03-18 -600 A'])
  }
})

test('F, report 45: a booking day is what the bank wrote, whatever the hour and zone of the run', async () => {
  const world = await new World('2026-06-30').connect()
  world.now = Date.parse('2026-06-30T22:30:00Z')
  world.bank.rows = [row('2026-06-30', '-5', 'Late shop', { providerId: '1', transactedOn: day('2026-06-29'), valueOn: day('2026-07-01') })]
  await world.sync()
  assert.deepEqual(await world.feed(), ['2026-06-30 -500 Late shop'])
})

test('G, reports 51, 52, 53 and 55: a sign belongs to one source of one account; it is negated, never made positive, and no sibling is touched', async () => {
  const world = await new World().connect()
  const card = { ...CHECKING, number: '555', kind: 'credit_card' as const }
  world.bank.accounts = [listed(CHECKING), listed(card)]
  await world.sync()
  const cardId = (await world.store.accounts.list()).find((account) => account.number === '555')!.id
  const [source] = await world.store.accounts.sources({ accountId: cardId })
  await world.store.accounts.updateSource(source!.id, { sign: -1 })
  world.bank.rowsOf.set('555', [row('2026-03-18', '40', 'Shoes', { providerId: 'a' }), row('2026-03-19', '-100', 'Overpaid', { providerId: 'b' })])
  world.bank.rows = [row('2026-03-18', '-3', 'Coffee', { providerId: 'c' })]
  await world.sync(1)
  await world.sync(1)
  assert.deepEqual([await world.feed(0), await world.feed(1)].sort(), [['2026-03-18 -300 Coffee'], ['2026-03-18 -4000 Shoes', '2026-03-19 10000 Overpaid']])
})

test('G, report 54: a sign that was set for a source holds through later reads', async () => {
  const world = await new World().connect()
  await world.sync()
  const [source] = await world.store.accounts.sources({ accountId: await world.accountId() })
  await world.store.accounts.updateSource(source!.id, { sign: -1 })
  for (const extra of ['1', '2', '3']) {
    world.bank.rows.push(row('2026-03-19', extra, `Shop ${extra}`, { providerId: extra }))
    await world.sync(1)
  }
  assert.deepEqual(await world.feed(), ['2026-03-19 -100 Shop 1', '2026-03-19 -200 Shop 2', '2026-03-19 -300 Shop 3'])
  assert.equal((await world.store.accounts.sources({ accountId: await world.accountId() }))[0]!.sign, -1)
})

test('a joint account under two logins: a booked coffee beside the next one, pending, of its day and price is that booked one at both', async () => {
  const world = await new World().connect()
  const second = 'c0000000-0000-7000-8000-000000000002'
  await world.connect({ id: second, loginIndex: 'another' })
  let login = 1
  const coffees = () => [row('2026-03-19', '-4.50', 'Cafe', { providerId: `${login}b` }), row('2026-03-19', '-4.50', 'Cafe', { providerId: `${login}p`, status: 'pending' })]
  world.bank.onRead = (_context, _ref, asked) => world.bank.pages(asked, coffees())
  const read = async (id: string) => {
    login = id === second ? 2 : 1
    assert.ok((await syncConnection(world.deps, id, 'person')).ok)
  }
  await read(second)
  for (const { id } of await world.store.feed.questions({ open: true })) await world.store.feed.answerQuestion(id, 'different', world.now)
  await read(world.connectionId)
  await read(second)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-19 -450 Cafe', '2026-03-19 -450 Cafe pending'], []])
})

// Fails when: a changed amount is told by tip and shop alone (seen: 2,361 rows stood for 683, and nearly each was asked about).
test('H: amounts in another currency that drift for days, without ids or under new ones, in a shop that comes often: each purchase is one row, and nobody is asked', async () => {
  for (const hasIds of [false, true]) {
    const world = await new World().connect()
    const START = day('2026-03-20')
    const bought = Array.from({ length: 12 }, (_, at) => [1, 2, 3].map((n) => ({ at, cents: 1_000 * n + 37 * at }))).flat()
    for (let days = 0; days < 16; days++) {
      world.bank.rows = bought.filter(({ at }) => at <= days).map(({ at, cents }) => {
        // Up and down by as much as two in a hundred, for five days.
        const amount = String(-Math.round(cents * (1 + (((cents + Math.min(days - at, 5)) * 7) % 5 - 2) / 100)) / 100)
        return row(addDays(START, at), amount, 'London Books', { providerId: hasIds ? `${at} ${amount}` : null })
      })
      assert.equal(outcomeOf(await world.sync(days === 0 ? 0 : 1)).failure, null, world.today())
    }
    const truth = world.bank.rows.map(({ postedOn, amount, name }) => `${postedOn} ${Math.round(Number(amount) * 100)} ${name}`)
    assert.deepEqual([await world.feed(), await world.openQuestions()], [truth.sort(), []], hasIds ? 'new ids' : 'no ids')
    assert.equal((await world.all()).length, bought.length)
  }
})

// Fails when: an amount of the same day and shop that is a little off is taken for the one that is missing, though the balance has both (seen: one of two purchases was gone).
test('H: of two purchases of a day in one shop, nearly alike, one is left out where the other comes: the balance says that they are two', async () => {
  for (const kin of [0, 3]) {
    const world = await new World().connect()
    const others = Array.from({ length: 10 }, (_, n) => row(`2026-03-${11 + n}`, `-${3 + n}.00`, n < kin ? 'Grocer' : `Shop ${'abcdefghij'[n]}`, { providerId: `o${n}` }))
    const [first, next] = [row('2026-03-19', '-20.00', 'Grocer', { providerId: 'first' }), row('2026-03-19', '-20.50', 'Grocer', { providerId: 'next' })]
    const states = (amount: string) => () => [{ kind: 'ledger' as const, amount: decimal(amount), currency: 'USD', on: day(world.today()), at: null }]
    world.bank.rows = [...others, first]
    world.bank.balances = states('980')
    await world.sync()
    world.bank.rows = [...others, next]
    world.bank.balances = states('959.50')
    await world.sync(1)
    const ofDay = (await world.feed()).filter((line) => line.startsWith('2026-03-19') && line.endsWith('Grocer'))
    assert.deepEqual([ofDay, await world.openQuestions()], [['2026-03-19 -2000 Grocer', '2026-03-19 -2050 Grocer'], []], `${kin} others of the shop`)
  }
})
