/** Incidents: begin with the first read that fails, end with the first that works, have a scope and one alert. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Failure } from '../domain/evidence.ts'
import type { Incident } from '../domain/incident.ts'
import { repairByItself } from '../repair/by-itself.ts'
import { DOWN, failure, HERE, newWorld, REFUSED, type RepairWorld } from '../repair/testing.ts'
import { bankDays } from './bank-days.ts'
import { aRun, aSource, anAccount } from '../store/fixtures.ts'
import { dropProblems, loadBankHealth, problemsOf, settleProblems } from './problems.ts'

const id = (at: number): string => `d0000000-0000-7000-8000-${String(at).padStart(12, '0')}`
const MINUTE_MS = 60_000
/** The server fails, but says so: no outage by its evidence alone. */
const ERROR = failure({ stage: 'http', httpStatus: 500 }, { code: 'http_refused', retry: { kind: 'at', at: null } })

async function worldOf(connections: number): Promise<RepairWorld> {
  const world = await newWorld()
  for (let at = 0; at < connections; at++) await world.connect(id(at))
  return world
}

async function read(world: RepairWorld, at: number, says: Failure | null): Promise<void> {
  world.now += MINUTE_MS
  world.bank = () => says
  await world.sync(id(at))
}

const incidents = (world: RepairWorld): Promise<readonly Incident[]> => world.store.incidents.list({ institutionId: 'riverbank', limit: 9 })
const day = async (world: RepairWorld) => bankDays(await world.store.incidents.reads('riverbank', 0, 999), await incidents(world), 3, world.now).map(({ state, reads, failed }) => [state, reads, failed])
const health = async (world: RepairWorld) => (await loadBankHealth(world.store, world.now)).get('riverbank')

test('an outage of a bank is one incident with one alert: from the first failing read to the first that works', async () => {
  const world = await worldOf(5)
  for (let at = 0; at < 5; at++) await read(world, at, null)
  assert.equal((await health(world))?.status, 'working')
  await read(world, 0, ERROR)
  const began = world.now
  assert.deepEqual([await incidents(world), (await health(world))?.status], [[], 'slow'], 'one alone is its own trouble')
  await read(world, 1, ERROR)
  for (const at of [2, 3, 4, 0]) await read(world, at, ERROR)
  const [open, ...more] = await incidents(world)
  assert.deepEqual([more, open?.startedAt, open?.endedAt, open?.scope, open?.failing, open?.connections, open?.witness], [[], began, null, { kind: 'bank' }, 5, 5, 'reads'])
  const down = await health(world)
  assert.deepEqual([down?.status, down?.since], ['down', began])
  const alerts = await world.store.alerts.list({ open: true, limit: 99 })
  assert.deepEqual(alerts.map(({ problemId }) => problemId), [open?.problemId], 'one alert, and it is the incident\'s')
  for (const at of [3, 4]) assert.deepEqual((await problemsOf(world.store, (await world.store.connections.get(id(at)))!)).map((problem) => problem.id), [open?.problemId], 'who was struck later sees it')

  await read(world, 3, null)
  const [over] = await incidents(world)
  assert.deepEqual([over?.endedAt, (await world.store.alerts.list({ open: true, limit: 99 })).length, (await health(world))?.status], [world.now, 0, 'slow'])
  assert.deepEqual(await day(world), [['none', 0, 0], ['none', 0, 0], ['down', 12, 6]], 'the day as a status page shows it')
  await read(world, 2, ERROR)
  assert.equal((await incidents(world)).length, 1, 'a straggler of an outage that is over does not open it again')
  for (let at = 0; at < 5; at++) await read(world, at, null)
  assert.equal((await health(world))?.status, 'working')
  world.now += 24 * 60 * MINUTE_MS
  await read(world, 0, ERROR)
  assert.deepEqual((await day(world)).map(([state]) => state), ['none', 'down', 'failures'])
})

// Fails when: the newest failure counts as the first one (was so: a bank failed “since just now”, for days).
test('a connection fails since it first failed, however often it was read since', async () => {
  const world = await worldOf(1)
  await read(world, 0, null)
  await read(world, 0, ERROR)
  const began = world.now
  for (let times = 0; times < 3; times++) await read(world, 0, ERROR)
  assert.deepEqual([(await health(world))?.status, (await health(world))?.since], ['slow', began])
})

test('refused passwords and what fails on this host open none', async () => {
  const world = await worldOf(4)
  for (let at = 0; at < 4; at++) await read(world, at, REFUSED)
  assert.deepEqual(await incidents(world), [])
})

test('what outlives the incident has its own alert again', async () => {
  const world = await worldOf(2)
  await read(world, 0, ERROR)
  await read(world, 1, ERROR)
  await read(world, 0, null)
  assert.equal((await world.store.alerts.list({ open: true, limit: 9 })).length, 0)
  await read(world, 1, REFUSED)
  const mine = (await world.store.problems.list({ connectionId: id(1), open: true, limit: 9 })).map((problem) => problem.id)
  assert.deepEqual((await world.store.alerts.list({ open: true, limit: 9 })).map(({ problemId }) => problemId), mine)
})

// Fails when: a withheld secret leaves the problem as it was (planted): its alert ended with the incident's, and nobody reads to open it again.
test('a sign-in that only a person may let out now is told of, also while an incident of the bank has the alert', async () => {
  const world = await worldOf(2)
  await read(world, 0, ERROR)
  await read(world, 1, ERROR)
  const problems = await world.store.problems.list({ open: true, limit: 9 })
  const alerts = async () => (await world.store.alerts.list({ open: true, limit: 9 })).map(({ problemId }) => problemId)
  const [leading] = await alerts()
  const covered = problems.find((problem) => problem.id !== leading)!
  assert.deepEqual([problems.length, (await alerts()).length], [2, 1])
  // The server fails at the sign-in: two of these, and the ledger lets no third one out.
  const atSignOn = failure({ stage: 'signon', httpStatus: 500 }, { code: 'http_refused', retry: { kind: 'at', at: null } })
  const told: number[] = []
  for (let turn = 0; turn < 3; turn++) {
    await read(world, covered.connectionId === id(0) ? 0 : 1, atSignOn)
    told.push((await alerts()).length)
  }
  assert.deepEqual(told, [1, 1, 2])
  assert.equal((await incidents(world))[0]?.endedAt, null)
  assert.deepEqual((await alerts()).toSorted(), [leading!, covered.id].toSorted())
})

test('a route that fails while another answers is an incident of the route, and grows to the bank\'s when the other fails, too', async () => {
  const world = await worldOf(3)
  const other = (await world.store.connections.get(id(0)))!
  for (const at of [6, 7, 8]) {
    await world.store.connections.create({ ...other, id: id(at), connector: 'simplefin', loginIndex: `login-${id(at)}` })
    await world.enterSecret(id(at), 'old')
  }
  for (const at of [6, 7, 8]) await read(world, at, null)
  await read(world, 0, DOWN)
  await read(world, 6, null)
  await read(world, 1, DOWN)
  await read(world, 2, DOWN)
  assert.deepEqual((await incidents(world)).map(({ scope }) => scope), [{ kind: 'route', connector: 'ofx' }])
  assert.equal((await health(world))?.status, 'slow', 'the other way works')
  for (const at of [6, 7, 8]) await read(world, at, DOWN)
  assert.deepEqual((await incidents(world)).map(({ scope, endedAt }) => [scope.kind, endedAt]), [['bank', null]])
})

const BUSY = failure({ stage: 'http', httpStatus: 503, message: 'Service Unavailable' }, { code: 'http_refused', retry: { kind: 'at', at: null } })
const CLOSED = failure({ stage: 'http', httpStatus: 200, body: 'We are closed for scheduled maintenance until 6 am.' }, { code: 'answer_unreadable', retry: { kind: 'at', at: null } })

/** The one connection reads and fails so, and its repair asks the harmless question, which is answered so. */
async function aloneWhere(failed: Failure, asked: Failure): Promise<RepairWorld> {
  const world = await worldOf(1)
  await read(world, 0, failed)
  await repairByItself({ ...world.deps, probe: async (_, probe) => ({ probe, outcome: 'answers_wrongly', sentence: 'The bank answers with an error.', evidence: asked.evidence, facts: {} }) }, id(0))
  return world
}

// Fails when: only silence counts (was so: a bank that answered 503 to its one customer here had “single reads fail”, and no outage in its history).
test('one connection alone is believed when the bank says, also without a sign-in, that it is away: one alert, no password, over with the first answer', async () => {
  for (const [says, cause] of [[BUSY, 'institution_down'], [CLOSED, 'scheduled_maintenance']] as const) {
    const world = await aloneWhere(says, says)
    const [found] = await incidents(world)
    assert.deepEqual([found?.cause, found?.witness, found?.problemId, (await health(world))?.status], [cause, 'probe', (await world.problem(id(0)))?.id, 'down'])
    assert.equal((await world.store.alerts.list({ open: true, limit: 9 })).length, 1)
    const plan = await world.store.problems.plan((await world.problem(id(0)))!.id)
    assert.ok(plan!.steps.every(({ action }) => !['fix_credentials', 'update_mfa', 'reconnect'].includes(action ?? '')))
    await read(world, 0, null)
    assert.deepEqual((await incidents(world)).map(({ endedAt }) => endedAt), [world.now])
    assert.equal((await world.store.alerts.list({ open: true, limit: 9 })).length, 0)
  }
})

test('none is opened where only the read says so, where the question meets another error, and where another login was read', async () => {
  const refusesStrangers = failure({ stage: 'signon', codes: [], message: 'The bank refused a question that it answers without a sign-in as a rule.' })
  for (const asked of [ERROR, refusesStrangers, failure({ stage: 'http', httpStatus: 404 })]) assert.deepEqual(await incidents(await aloneWhere(BUSY, asked)), [])
  assert.deepEqual(await incidents(await aloneWhere(REFUSED, BUSY)), [])
  const world = await worldOf(1)
  await read(world, 0, BUSY)
  assert.deepEqual(await incidents(world), [], 'one read that failed')
  await repairByItself(world.deps, id(0))
  assert.deepEqual(await incidents(world), [], 'and the bank answers who does not sign in')
})

test('one connection alone is believed when a harmless question gets no answer either', async () => {
  const world = await worldOf(1)
  world.reachable = false
  await read(world, 0, DOWN)
  assert.deepEqual(await incidents(world), [])
  await repairByItself(world.deps, id(0))
  const [found] = await incidents(world)
  assert.deepEqual([found?.witness, found?.failing, found?.connections, found?.problemId], ['probe', 1, 1, (await world.problem(id(0)))?.id])
  world.reachable = true
  await read(world, 0, null)
  assert.deepEqual((await incidents(world)).map(({ endedAt }) => endedAt), [world.now])
})

test('when the last connection is removed nobody waits for the end', async () => {
  const world = await worldOf(2)
  await read(world, 0, DOWN)
  await read(world, 1, DOWN)
  for (const at of [0, 1]) {
    await world.store.connections.update(id(at), { state: 'removed' })
    await dropProblems(world, id(at))
  }
  assert.equal((await incidents(world))[0]?.endedAt, world.now)
})

/** Three logins with a checking account and a card each; `read` is one read of a login whose cards fail, or not; `told` false: it is only stored. */
async function worldOfCards() {
  const world = await worldOf(3)
  const deps = { store: world.store, clock: world.clock, entropy: world.entropy, timeZoneOf: () => 'UTC', readBy: HERE }
  const accounts = await Promise.all([0, 1, 2].map(async (at) => Promise.all((['checking', 'credit_card'] as const).map(async (kind) => {
    const account = anAccount({ kind })
    await world.store.accounts.create(account, aSource(account.id, { connectionId: id(at) }))
    return account.id
  }))))
  const read = async (at: number, cards: Failure | null, told = true): Promise<void> => {
    world.now += MINUTE_MS
    const outcomes = accounts[at]!.map((accountId, card) => ({ accountId, added: 0, matched: 0, changed: 0, withdrawn: 0, questions: 0, failure: card === 1 ? cards : null }))
    const run = aRun({ connectionId: id(at), trigger: 'schedule', startedAt: world.now, endedAt: world.now, outcome: cards === null ? 'succeeded' : 'partial', accounts: outcomes, label: null })
    await world.store.runs.create(run)
    await world.store.connections.update(id(at), { lastSuccessAt: world.now })
    if (told) await settleProblems(deps, { connection: (await world.store.connections.get(id(at)))!, run, question: null, facts: {}, accountFacts: new Map(), exchanges: () => [] })
  }
  return { world, read }
}

test('accounts of one kind that fail at several logins while the others are read are an incident of that kind', async () => {
  const { world, read } = await worldOfCards()
  for (const at of [0, 1, 2]) await read(at, ERROR)
  assert.deepEqual((await incidents(world)).map(({ scope, endedAt }) => [scope, endedAt]), [[{ kind: 'accounts', accountKind: 'credit_card' }, null]])
  assert.equal((await health(world))?.status, 'slow', 'the bank itself works')
  await read(1, null)
  assert.deepEqual((await incidents(world)).map(({ endedAt }) => endedAt), [world.now])
})

test('a kind of account that often fails by chance is judged by its own rate: the same three failures are no news there', async () => {
  const { world, read } = await worldOfCards()
  for (let round = 0; round < 60; round++) {
    for (const at of [0, 1, 2]) await read(at, at === round % 3 ? ERROR : null, false)
    world.now += 12 * 60 * MINUTE_MS
  }
  world.now += 24 * 60 * MINUTE_MS
  for (const at of [0, 1, 2]) await read(at, ERROR)
  assert.deepEqual(await incidents(world), [])
})
