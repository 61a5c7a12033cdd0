import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import { connectInstitution, removeConnection } from './connect.ts'
import { previewReconnect, switchPreview } from './preview.ts'
import { syncConnection } from './sync.ts'
import { decimal, outcomeOf, refusal, row, World } from './testing.ts'

const ledger = (world: World, amount: string) => () => [{ kind: 'ledger' as const, amount: decimal(amount), currency: 'USD', on: day(world.today()), at: null }]
const WAGES = row('2026-03-16', '60.00', 'Wages', { providerId: 'w' })
const TURNED = row('2026-03-18', '13.51', 'Home Hardware', { providerId: 'a' })
const RIGHT = row('2026-03-18', '-13.51', 'Home Hardware', { providerId: 'b' })

test('a wrong sign that a bank puts right under another id is the same row, as the stated balance says', async () => {
  const world = await new World().connect()
  world.bank.rows = [WAGES, TURNED]
  world.bank.balances = ledger(world, '100')
  await world.sync()
  const [before] = (await world.all()).filter(({ name }) => name === 'Home Hardware')
  world.bank.rows = [WAGES, RIGHT]
  world.bank.balances = ledger(world, '72.98')
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-16 6000 Wages', '2026-03-18 -1351 Home Hardware'], []])
  assert.deepEqual((await world.all()).filter(({ name }) => name === 'Home Hardware').map(({ id }) => id), [before?.id])
})

// Fails when: of two equal rows it is left open which is which (seen, seed 4200002702): they went and came under new ids, although it comes to the same.
test('two equal rows whose wrong signs a bank puts right under other ids keep their ids', async () => {
  const world = await new World().connect()
  world.bank.rows = [WAGES, TURNED, { ...TURNED, providerId: 'a2' }]
  world.bank.balances = ledger(world, '100')
  await world.sync()
  const before = (await world.all()).map(({ id }) => id).sort()
  world.bank.rows = [WAGES, RIGHT, { ...RIGHT, providerId: 'b2' }]
  world.bank.balances = ledger(world, '45.96')
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-16 6000 Wages', '2026-03-18 -1351 Home Hardware', '2026-03-18 -1351 Home Hardware'], []])
  assert.deepEqual((await world.all()).map(({ id }) => id).sort(), before)
})

// Fails when: equal content under another id comes before the id (seen, seed signs:271000050): the row took the hold, and its own transaction went.
test('a wrong sign that a bank puts right under its id is the same row, also where a hold of the same price was pending beside it', async () => {
  const world = await new World().connect()
  const hold = row('2026-03-18', '-13.51', 'Home Hardware', { status: 'pending' })
  world.bank.rows = [WAGES, TURNED, hold]
  world.bank.balances = ledger(world, '100')
  await world.sync()
  const [before] = (await world.all()).filter(({ amount }) => amount === 1351n)
  world.bank.rows = [WAGES, { ...RIGHT, providerId: 'a' }, { ...hold, status: 'posted', postedOn: day('2026-03-19'), providerId: 'c' }]
  world.bank.balances = ledger(world, '59.47')
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-16 6000 Wages', '2026-03-18 -1351 Home Hardware', '2026-03-19 -1351 Home Hardware'])
  assert.deepEqual((await world.all()).filter(({ postedOn }) => postedOn === '2026-03-18').map(({ id }) => id), [before?.id])
})

// Fails when: a hold that was dropped when its purchase was booked with the wrong sign takes the row that puts it right (seen, seed 43400192).
test('a wrong sign that a bank puts right under another id is the row that stands, not the hold that was dropped for it', async () => {
  const world = await new World().connect()
  world.bank.rows = [WAGES, row('2026-03-17', '-13.51', 'Home Hardware', { status: 'pending' })]
  world.bank.balances = ledger(world, '60')
  await world.sync()
  world.bank.rows = [WAGES, TURNED]
  world.bank.balances = ledger(world, '73.51')
  await world.sync(1)
  const [before] = (await world.all()).filter(({ amount, state }) => amount === 1351n && state === 'posted')
  world.bank.rows = [WAGES, RIGHT]
  world.bank.balances = ledger(world, '46.49')
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-16 6000 Wages', '2026-03-18 -1351 Home Hardware'], []])
  assert.deepEqual((await world.all()).filter(({ postedOn, state }) => postedOn === '2026-03-18' && state === 'posted').map(({ id }) => id), [before?.id])
})

test('a refund beside a purchase of its day that is missing from the list, not from the books, is a row of its own', async () => {
  const world = await new World().connect()
  world.bank.rows = [WAGES, RIGHT]
  world.bank.balances = ledger(world, '100')
  await world.sync()
  world.bank.rows = [WAGES, TURNED]
  world.bank.balances = ledger(world, '113.51')
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-16 6000 Wages', '2026-03-18 -1351 Home Hardware', '2026-03-18 1351 Home Hardware'])
})

test('without a balance a person is asked, and nothing is joined', async () => {
  const world = await new World().connect()
  world.bank.rows = [WAGES, TURNED]
  await world.sync()
  world.bank.rows = [WAGES, RIGHT]
  await world.sync(1)
  assert.deepEqual([(await world.feed()).length, await world.openQuestions()], [3, ['same_transaction']])
})

test('turned signs that were believed are put right by an answer that the balance bears, also where it brings nothing new', async () => {
  const world = await new World().connect()
  world.bank.rows = [WAGES]
  world.bank.balances = ledger(world, '100')
  await world.sync()
  const interest = row('2026-03-19', '-4.00', 'Interest', { providerId: 'c' })
  world.bank.rows = [WAGES, TURNED, interest]
  world.bank.balances = ledger(world, '90.49')
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-16 6000 Wages', '2026-03-18 1351 Home Hardware', '2026-03-19 -400 Interest'])
  world.bank.rows = [WAGES, { ...RIGHT, providerId: 'a' }, { ...interest, amount: decimal('4.00') }]
  await world.sync(1)
  assert.deepEqual(await world.feed(), ['2026-03-16 6000 Wages', '2026-03-18 -1351 Home Hardware', '2026-03-19 400 Interest'])
})

test('a purchase that is dated anew under a new id is the same, also where its refund comes on the day that it had', async () => {
  for (const refund of [false, true]) {
    const world = await new World().connect()
    const wages = row('2026-03-16', '60.00', 'Wages', { providerId: 'w' })
    world.bank.rows = [wages, row('2026-03-18', '-13.51', 'Home Hardware', { providerId: 'a' })]
    await world.sync()
    world.bank.rows = [wages, row('2026-03-17', '-13.51', 'Home Hardware', { providerId: 'b' }), ...(refund ? [row('2026-03-18', '13.51', 'Home Hardware', { providerId: 'c' })] : [])]
    await world.sync(1)
    assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-16 6000 Wages', '2026-03-17 -1351 Home Hardware', ...(refund ? ['2026-03-18 1351 Home Hardware'] : [])], []])
  }
})

test('a hold that settled for less is the same, also where as much comes back on its day', async () => {
  const world = await new World().connect()
  const wages = row('2026-03-16', '60.00', 'Wages', { providerId: 'w' })
  world.bank.rows = [wages, row('2026-03-18', '-100.00', 'Inn', { providerId: 'a' })]
  await world.sync()
  world.bank.rows = [wages, row('2026-03-18', '100.00', 'Inn', { providerId: 'c' }), row('2026-03-19', '-95.00', 'Inn', { providerId: 'b' })]
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-16 6000 Wages', '2026-03-18 10000 Inn', '2026-03-19 -9500 Inn'], []])
})

/** A bank that turned the signs of its first rows, so that all were turned here; from then on it is right. `days`: how long it has been right when it shows something new. */
async function turnedBack(days: number) {
  const world = await new World().connect()
  const truth = [WAGES]
  const shown = (isTurned: boolean) => truth.map((r) => (isTurned && r !== WAGES ? { ...r, amount: decimal(`${-Number(r.amount)}.00`) } : r))
  const balance = () => `${500 + truth.reduce((sum, r) => sum + Number(r.amount), 0)}.00`
  const read = async (isTurned: boolean, after: number) => {
    world.bank.rows = shown(isTurned)
    world.bank.balances = ledger(world, balance())
    return world.sync(after)
  }
  await read(true, 0)
  for (const amount of ['-12.00', '-7.00', '-3.00']) {
    truth.push(row(world.today(1), amount, `Shop ${amount}`, { providerId: amount }))
    await read(true, 1)
  }
  const source = async () => (await world.store.accounts.sources({ accountId: await world.accountId() }))[0]!
  assert.deepEqual([(await source()).sign, (await world.all()).map((t) => t.amount)], [-1, [-6000n, -1200n, -700n, -300n]])
  for (let day = 1; day < days; day++) assert.match(outcomeOf(await read(false, 1)).failure?.message ?? '', /opposite sign/)
  truth.push(row(world.today(1), '-9.00', 'New shop', { providerId: 'new' }))
  const run = await read(false, 1)
  return { world, run, sign: (await source()).sign, read }
}

test('amounts that were turned are as the bank has them when it has been right for days, and its balance moves by what is new', async () => {
  const { world, run, sign, read } = await turnedBack(3)
  assert.deepEqual([outcomeOf(run).failure, sign], [null, 1])
  assert.deepEqual((await world.all()).map((t) => t.amount), [6000n, -1200n, -700n, -300n, -900n])
  assert.equal(outcomeOf(await read(false, 1)).failure, null)
})

test('a day on which a bank shows turned amounts right turns nothing back', async () => {
  const { world, run, sign, read } = await turnedBack(1)
  assert.match(outcomeOf(run).failure?.message ?? '', /opposite sign/)
  assert.equal(sign, -1)
  assert.equal(outcomeOf(await read(true, 1)).failure, null)
  assert.deepEqual((await world.all()).map((t) => t.amount).slice(1), [-1200n, -700n, -300n, -900n])
})

/** `unlisted`: what the bank books and never lists on the first day on which it is right. */
async function turnsNewAlone(unlisted: number, days: number) {
  const world = await new World().connect()
  let booked = 500
  const truth = Array.from({ length: 6 }, (_, n) => row(world.today(-n), `-${10 + n}.00`, `Shop ${n}`, { providerId: `f${n}` }))
  const read = async (wrong: readonly string[]) => {
    world.bank.rows = truth.map((r) => (wrong.includes(r.providerId!) ? { ...r, amount: decimal(`${-Number(r.amount)}.00`) } : r))
    world.bank.balances = ledger(world, `${booked + truth.reduce((sum, r) => sum + Number(r.amount), 0)}.00`)
    await world.sync(1)
  }
  const source = async () => (await world.store.accounts.sources({ accountId: await world.accountId() }))[0]!
  await read([])
  const late = ['a', 'b', 'c']
  for (const [n, providerId] of late.entries()) {
    truth.push(row(world.today(1), `-${20 + n}.00`, `Late ${providerId}`, { providerId }))
    await read(late)
  }
  assert.equal((await source()).sign, -1)
  booked += unlisted
  for (let n = 1; n <= days; n++) {
    truth.push(row(world.today(1), `-${30 + n}.00`, `Right ${n}`, { providerId: `r${n}` }))
    await read([])
  }
  const turnedBack = (await source()).sign === 1
  await read([])
  return { turnedBack, isRight: (await world.all()).every(({ amount }) => amount < 0n) }
}

// Fails when: what was turned once is never turned again (seen, seed 2000006548): as most rows had been right all the time, no answer looked turned.
test('a bank that turns new rows alone for a while: what was turned because of them turns back when the balances say so', async () => {
  assert.deepEqual(await turnsNewAlone(0, 3), { turnedBack: true, isRight: true })
})

// Fails when: each balance since the first that failed has to say so (seen, seed 43400192): one that another fault moved kept all amounts turned for as long as the account was read.
test('so does what was turned where one balance says something else, once the newest have said so for days', async () => {
  assert.deepEqual(await turnsNewAlone(5, 2), { turnedBack: false, isRight: false })
  assert.deepEqual(await turnsNewAlone(5, 5), { turnedBack: true, isRight: true })
})

// Fails when: rows that came turned themselves speak for the amounts of an answer (seen, seed 180001275): one old row was "corrected", and with it all that was ever read of the account was turned for good.
test('a bank that turns all amounts of an account in which little happens is not believed, although its first turned row was', async () => {
  const world = await new World().connect()
  const truth = [40, 35, 30, 22, 12].map((ago) => row(world.today(-ago), `-${ago}.00`, `Rent ${ago}`, { providerId: `r${ago}` }))
  const read = async (isTurned: boolean, after: number) => {
    world.bank.rows = truth.map((r) => (isTurned ? { ...r, amount: decimal(`${-Number(r.amount)}.00`) } : r))
    world.bank.balances = ledger(world, `${900 + truth.reduce((sum, r) => sum + Number(r.amount), 0)}.00`)
    return world.sync(after)
  }
  const book = (ahead: number, amount: string) => truth.push(row(world.today(ahead), amount, `Power ${amount}`, { providerId: amount }))
  await read(false, 0)
  book(12, '-7.00')
  assert.equal(outcomeOf(await read(true, 12)).failure, null)
  const refused: boolean[] = []
  for (const amount of ['-8.00', '-9.00', '-10.00']) {
    book(1, amount)
    refused.push(/opposite sign/.test(outcomeOf(await read(true, 1)).failure?.message ?? ''))
  }
  assert.deepEqual(refused, [false, true, true])
  for (let day = 0; day < 3; day++) await read(false, 1)
  assert.deepEqual((await world.all()).filter(({ amount }) => amount > 0n).map(({ name }) => name), [])
})

// Fails when: a new connection takes the amounts as they are told: every row came twice, once with each sign, and a reconnect could not be switched to.
test('a bank that tells its amounts turned: who connects the account anew, or beside, or by a preview, is told them turned, too', async () => {
  const request = { institutionId: 'riverbank', connector: null, form: { user: 'anna', password: 'x' } }
  const ways = {
    anew: async (world: World) => {
      await removeConnection(world.deps, world.connectionId)
      await connectInstitution(world.deps, request)
    },
    beside: async (world: World) => void (await connectInstitution(world.deps, request)),
    preview: async (world: World) => {
      const seen = await previewReconnect(world.deps, world.connectionId, request)
      assert.ok(seen.kind === 'preview' && (await switchPreview(world.deps, seen.preview.id)).ok)
    },
  }
  for (const [way, connect] of Object.entries(ways)) {
    const world = await new World().connect()
    const truth = [row('2026-03-10', '60.00', 'Wages', { providerId: 'w' })]
    const goOn = (amount: string): void => {
      truth.push(row(world.today(1), amount, `Shop ${amount}`, { providerId: amount }))
      world.bank.rows = truth.map((r) => ({ ...r, amount: decimal(r.amount.startsWith('-') ? r.amount.slice(1) : `-${r.amount}`) }))
      world.bank.balances = ledger(world, `${500 + truth.reduce((sum, r) => sum + Number(r.amount), 0)}.00`)
    }
    for (const amount of ['-12.00', '-7.00', '-3.00', '-5.00']) {
      goOn(amount)
      await world.sync(1)
    }
    await connect(world)
    goOn('-9.00')
    world.now += 86_400_000
    for (const { id, state } of await world.store.connections.list()) if (state === 'active') assert.ok((await syncConnection(world.deps, id, 'person')).ok)
    assert.deepEqual([(await world.all()).map((t) => t.amount), await world.openQuestions()], [[6000n, -1200n, -700n, -300n, -500n, -900n], []], way)
  }
})

// Fails when: of two rows that a person is asked to compare only the earlier one may be missing: four reads of five were refused for as long as nobody answered.
test('rows that a bank showed turned for some days, and that nobody has answered for, refuse no read when they are gone again', async () => {
  const world = await new World().connect()
  const rows = Array.from({ length: 12 }, (_, n) => row(world.today(-n % 6), `-${10 + n}.00`, `Shop ${'abcdefghijkl'[n]}`))
  world.bank.rows = rows
  await world.sync()
  world.bank.rows = rows.map((r, n) => (n < 5 ? { ...r, amount: decimal(r.amount.slice(1)) } : r))
  await world.sync(1)
  assert.equal((await world.openQuestions()).length, 5)
  world.bank.rows = rows
  for (let n = 0; n < 6; n++) assert.equal(outcomeOf(await world.sync(1)).failure, null)
  assert.deepEqual([(await world.openQuestions()).length, (await world.feed()).length], [5, 17])
})

// Fails when: which way a source tells its amounts is asked of balances alone (seen): every row that another one had told stood twice, once with each sign, and nobody was asked.
test('a source that tells what others told the other way round is read so from its first answer on, in days that they do not know as well', async () => {
  const request = { institutionId: 'other', connector: null, form: { user: 'anna', password: 'x' } }
  const other = (world: World): void => void (world.institution = { ...world.institution, id: 'other' })
  const ways = {
    beside: async (world: World) => {
      other(world)
      assert.equal((await connectInstitution(world.deps, request)).kind, 'connected')
    },
    preview: async (world: World) => {
      other(world)
      const seen = await previewReconnect(world.deps, world.connectionId, request)
      assert.ok(seen.kind === 'preview' && (await switchPreview(world.deps, seen.preview.id)).ok)
    },
    // It had told them turned before, and tells them rightly by now: not what its sources were known by counts, but what the rows show.
    'the same': async (world: World) => {
      const [source] = await world.store.accounts.sources({ connectionId: world.connectionId })
      const [run] = await world.store.runs.list({ limit: 1 })
      await world.store.feed.commitPage({ runId: run!.id, accountId: source!.accountId, sourceId: source!.id, at: world.now, seen: [], observations: [], inserts: [], updates: [], questions: [], covers: null, balances: [], spans: [], cursor: null, sign: -1 })
      await removeConnection(world.deps, world.connectionId)
      world.bank.rows = world.bank.rows.map((r) => ({ ...r, amount: decimal(`-${r.amount}`) }))
      assert.equal((await connectInstitution(world.deps, request)).kind, 'connected')
    },
  }
  for (const [way, connect] of Object.entries(ways)) {
    for (const heldRows of [5, 5_000]) {
      const world = await new World('2026-03-20', { heldRows }).connect({ readPlan: null })
      Object.assign(world.bank, { maxWindowDays: 30, overlapDays: 10, pageSize: 4 })
      world.bank.rows = Array.from({ length: 12 }, (_, n) => row(world.today(-n * 2), `-${10 + n}.00`, `Shop ${n}`, { providerId: `a${n}` }))
      await world.sync()
      // Older than all that was known, and read once more with it.
      world.bank.rows = [...world.bank.rows, row(world.today(-80), '-99.00', 'Old', { providerId: 'old' })].map((r) => ({ ...r, providerId: `b${r.providerId}`, amount: decimal(r.amount.slice(1)) }))
      await connect(world)
      const amounts = [...Array.from({ length: 12 }, (_, n) => -1000n - BigInt(n) * 100n), ...(way === 'preview' ? [] : [-9900n])]
      const expected = (): readonly bigint[] => [...amounts].sort((a, b) => (a < b ? -1 : 1))
      const stored = async (): Promise<readonly bigint[]> => (await world.all()).map((t) => t.amount).filter((amount) => way !== 'preview' || amount !== -9900n).sort((a, b) => (a < b ? -1 : 1))
      assert.deepEqual([await stored(), await world.openQuestions()], [expected(), []], `${way} ${heldRows}`)
      world.bank.rows.push(row(world.today(1), way === 'the same' ? '-3.00' : '3.00', 'New', { providerId: 'new' }))
      amounts.push(-300n)
      world.now += 86_400_000
      for (const { id, state, institutionId } of await world.store.connections.list()) if (state === 'active' && (institutionId === 'other' || way === 'the same')) assert.ok((await syncConnection(world.deps, id, 'person')).ok)
      assert.deepEqual(await stored(), expected(), `${way} ${heldRows}, the next read`)
    }
  }
})

// Fails when: only the first answer is asked which way round it tells (seen): after a pause that is longer than it, everything of before came once more with the other sign, unasked.
test('where the first answer tells only what nobody else told, the next one that meets what others told turns it, too', async () => {
  const request = { institutionId: 'other', connector: null, form: { user: 'anna', password: 'x' } }
  const ways = {
    anew: async (world: World) => {
      assert.ok((await removeConnection(world.deps, world.connectionId)).ok)
      assert.equal((await connectInstitution(world.deps, request)).kind, 'connected')
    },
    preview: async (world: World) => {
      const seen = await previewReconnect(world.deps, world.connectionId, request)
      assert.ok(seen.kind === 'preview' && (await switchPreview(world.deps, seen.preview.id)).ok)
    },
  }
  // In one long answer, of which the newest rows are stored before it has come whole, and in several.
  for (const [way, connect, heldRows, maxWindowDays] of Object.entries(ways).flatMap(([name, act]) => ([[5_000, 30], [5, 90]] as const).map(([held, most]) => [`${name} ${most}`, act, held, most] as const))) {
    const world = await new World('2026-03-20', { heldRows }).connect({ readPlan: null })
    Object.assign(world.bank, { maxWindowDays, overlapDays: 10, pageSize: 2 })
    world.bank.rows = Array.from({ length: 12 }, (_, n) => row(world.today(-n * 2), `-${10 + n}.00`, `Shop ${n}`, { providerId: `a${n}` }))
    await world.sync()
    const before = new Map((await world.all()).map(({ id, amount }) => [id, amount]))
    world.now += 45 * 86_400_000
    world.institution = { ...world.institution, id: 'other' }
    const fresh = Array.from({ length: 8 }, (_, n) => row(world.today(-n * 3), `-${40 + n}.00`, `New ${n}`, { providerId: `n${n}` }))
    world.bank.rows = [...fresh, ...world.bank.rows].map((r) => ({ ...r, providerId: `b${r.providerId}`, amount: decimal(r.amount.slice(1)) }))
    await connect(world)
    for (let days = 0; days < 3; days++) {
      const all = await world.all()
      assert.deepEqual([all.length, all.every(({ amount }) => amount < 0n), all.filter(({ id, amount }) => before.get(id) === amount).length, await world.openQuestions()], [20, true, 12, []], `${way} ${days}`)
      world.now += 86_400_000
      for (const { id, state, institutionId } of await world.store.connections.list()) if (state === 'active' && institutionId === 'other') assert.ok((await syncConnection(world.deps, id, 'person')).ok)
    }
  }
})

// Fails when: the days that were read say that others' rows were met (was so): where the read ended between, everything of before came once more with the other sign, unasked.
test('where the bank is away after the first answer, which tells only what nobody else told, the next read turns what it meets', async () => {
  const world = await new World('2026-03-20').connect({ readPlan: null })
  Object.assign(world.bank, { maxWindowDays: 30, overlapDays: 10 })
  world.bank.rows = Array.from({ length: 12 }, (_, n) => row(world.today(-n * 2), `-${10 + n}.00`, `Shop ${n}`, { providerId: `a${n}` }))
  await world.sync()
  world.now += 45 * 86_400_000
  world.institution = { ...world.institution, id: 'other' }
  const fresh = Array.from({ length: 8 }, (_, n) => row(world.today(-n * 3), `-${40 + n}.00`, `New ${n}`, { providerId: `n${n}` }))
  world.bank.rows = [...fresh, ...world.bank.rows].map((r) => ({ ...r, providerId: `b${r.providerId}`, amount: decimal(r.amount.slice(1)) }))
  assert.ok((await removeConnection(world.deps, world.connectionId)).ok)
  let reads = 0
  world.bank.onRead = () => (reads++ === 0 ? null : [{ step: 'failed', failure: refusal('2000'), state: {}, facts: {} }])
  await connectInstitution(world.deps, { institutionId: 'other', connector: null, form: { user: 'anna', password: 'x' } })
  world.bank.onRead = () => null
  world.now += 86_400_000
  for (const { id, state, institutionId } of await world.store.connections.list()) if (state !== 'removed' && institutionId === 'other') assert.ok((await syncConnection(world.deps, id, 'person')).ok)
  const all = await world.all()
  assert.deepEqual([all.length, all.every(({ amount }) => amount < 0n), await world.openQuestions()], [20, true, []])
})

// Fails when: the oldest of its connections is asked (was so): who had been told right for long was told turned once more.
test('a bank that told turned once, and rightly to the connection after it, tells the next one rightly', async () => {
  const world = await new World().connect()
  world.bank.rows = [row('2026-03-16', '-5.00', 'Kiosk', { providerId: 'a' })]
  await world.sync()
  for (const sign of [-1, 1] as const) {
    const [source] = (await world.store.accounts.sources({ accountId: await world.accountId() })).slice(-1)
    const [run] = await world.store.runs.list({ limit: 1 })
    await world.store.feed.commitPage({ runId: run!.id, accountId: source!.accountId, sourceId: source!.id, at: world.now, seen: [], observations: [], inserts: [], updates: [], questions: [], covers: null, balances: [], spans: [], cursor: null, sign })
    assert.ok((await removeConnection(world.deps, source!.connectionId!)).ok)
    world.now += 86_400_000
    world.bank.rows = [row(world.today(), `-${7 + sign}.00`, 'Cinema', { providerId: `c${sign}` })]
    assert.equal((await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form: { user: 'anna', password: 'x' } })).kind, 'connected')
  }
  assert.deepEqual((await world.store.accounts.sources({ accountId: await world.accountId() })).map(({ sign }) => sign), [-1, 1, 1])
})

// Fails when: the balance refuses that a sign was turned, and the hold that was dropped before the refund came is forgotten over it (was so): its purchase came under another id.
test('where the balance refuses that a sign was turned, the row is what the hold that was dropped became', async () => {
  const world = await new World().connect()
  world.bank.rows = [WAGES, row('2026-03-17', '-13.51', 'Home Hardware', { status: 'pending' })]
  world.bank.balances = ledger(world, '60')
  await world.sync()
  const [hold] = (await world.all()).filter(({ amount }) => amount === -1351n)
  world.bank.rows = [WAGES, TURNED]
  world.bank.balances = ledger(world, '73.51')
  await world.sync(1)
  world.bank.rows = [WAGES, RIGHT]
  world.bank.balances = ledger(world, '60')
  await world.sync(1)
  assert.deepEqual([await world.feed(), await world.openQuestions()], [['2026-03-16 6000 Wages', '2026-03-18 -1351 Home Hardware', '2026-03-18 1351 Home Hardware'], []])
  assert.deepEqual((await world.all()).filter(({ amount, state }) => amount === -1351n && state === 'posted').map(({ id }) => id), [hold?.id])
})
