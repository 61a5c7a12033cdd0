import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, day } from '../domain/day.ts'
import { chooseAccounts, connectInstitution, disableConnection, enableConnection, reconnect, removeConnection } from './connect.ts'
import { answerChallenge } from './challenge.ts'
import { syncConnection } from './sync.ts'
import { CHECKING, listed, outcomeOf, refusal, row, World } from './testing.ts'

const SAVINGS = { ...CHECKING, number: '555', kind: 'savings' as const }
const PROMPT = { id: 'code', kind: 'code' as const, label: 'The code that we sent you' }
const FORM = { user: 'anna', password: 'x' }

test('a first sync brings every row in, and the same answer again changes nothing', async () => {
  const world = await new World().connect()
  world.bank.rows = [row('2026-03-02', '-12.50', 'Bakery', { providerId: 'a' }), row('2026-03-03', '900', 'Payroll', { providerId: 'b' })]
  const first = await world.sync()
  assert.deepEqual([first.outcome, outcomeOf(first).added], ['succeeded', 2])
  const before = await world.all()
  const second = await world.sync(1)
  assert.deepEqual([outcomeOf(second).added, outcomeOf(second).changed], [0, 0])
  assert.deepEqual(await world.all(), before)
  assert.equal((await world.store.connections.get(world.connectionId))?.state, 'active')
})

test('one bad account never stops the others; the run is partial and says which', async () => {
  const world = await new World().connect()
  world.bank.accounts = [listed(CHECKING), listed(SAVINGS)]
  world.bank.rowsOf.set('555', [row('2026-03-02', '1', 'Interest', { providerId: 'i' })])
  world.bank.onRead = (context, ref) => (ref.number === '100200300' ? [{ step: 'failed', failure: refusal('2002'), state: context.state, facts: { protocolVersion: '102' } }] : null)
  const run = await world.sync()
  assert.deepEqual([run.outcome, run.failure, run.accounts.map((a) => [a.added, a.failure?.code ?? null])], ['partial', null, [[0, 'bank_refused'], [1, null]]])
  assert.equal([...world.ended[0]!.accountFacts.values()][0]?.protocolVersion, '102')
})

test('a failure of the whole login ends the run: the others would meet the same', async () => {
  const world = await new World().connect()
  world.bank.accounts = [listed(CHECKING), listed(SAVINGS)]
  world.bank.onRead = (context) => [{ step: 'failed', failure: refusal('15500', { stage: 'signon', retry: { kind: 'afterPerson' } }), state: context.state, facts: {} }]
  const run = await world.sync()
  assert.deepEqual([run.outcome, world.bank.reads.length], ['failed', 1])
  assert.equal((await world.store.connections.get(world.connectionId))?.nextSyncAt, null)
})

test('an account that the bank does not list is still read, because only the bank\'s own word tells why', async () => {
  const world = await new World().connect()
  world.bank.accounts = [listed(CHECKING), listed(SAVINGS)]
  await world.sync()
  world.bank.accounts = [listed(CHECKING)]
  world.bank.onRead = (context, ref) => (ref.number === '555' ? [{ step: 'failed', failure: refusal('2003'), state: context.state, facts: {} }] : null)
  const run = await world.sync(1)
  assert.deepEqual([run.outcome, run.accounts.find((a) => a.failure !== null)?.failure?.evidence[0].codes], ['partial', ['2003']])
  assert.deepEqual((await world.store.accounts.list()).map((a) => a.state), ['open', 'missing'])
})

test('an empty or cut list of accounts is never "no accounts"', async () => {
  const world = await new World().connect()
  world.bank.rows = [row('2026-03-02', '-1', 'A', { providerId: 'a' })]
  await world.sync()
  world.bank.accounts = []
  assert.equal((await world.sync(1)).outcome, 'succeeded')
  world.bank.accounts = [listed(SAVINGS)]
  world.bank.listComplete = false
  await world.sync(1)
  assert.deepEqual((await world.store.accounts.list()).map((a) => a.state), ['open', 'paused'])
})

test('an account that the bank closed is not read any more and keeps its rows', async () => {
  const world = await new World().connect()
  world.bank.rows = [row('2026-03-02', '-1', 'A', { providerId: 'a' })]
  await world.sync()
  world.bank.accounts = [{ ...listed(CHECKING), status: 'closed' }]
  const reads = world.bank.reads.length
  await world.sync(1)
  assert.deepEqual([world.bank.reads.length, (await world.feed()).length, (await world.store.accounts.list())[0]!.state], [reads, 1, 'closed'])
})

test('a challenge at the sign-in suspends the run; the answer, given later, goes on with the same run', async () => {
  const world = await new World().connect()
  world.bank.rows = [row('2026-03-02', '-1', 'A', { providerId: 'a' })]
  world.bank.onList = (context) => (context.resume === null ? { kind: 'challenge', prompts: [PROMPT], codes: [], resume: { session: 's1' }, expiresInMs: 600_000, state: { uid: 'u1' } } : null)
  const suspended = await world.sync()
  assert.deepEqual([suspended.outcome, suspended.endedAt], ['suspended', null])
  assert.deepEqual((await world.store.connections.get(world.connectionId))!.connectorState, { uid: 'u1' })
  const [challenge] = await world.store.challenges.list({ state: 'open' })
  assert.deepEqual(await syncConnection(world.deps, world.connectionId, 'schedule'), { ok: false, failure: { code: 'wrong_state', message: 'The bank waits for an answer of a person.' } })
  assert.equal((await answerChallenge(world.deps, challenge!.id, {})).ok, false)
  const resumed = await answerChallenge(world.deps, challenge!.id, { code: '123' })
  assert.deepEqual([resumed.ok && resumed.value.id, resumed.ok && resumed.value.outcome], [suspended.id, 'succeeded'])
  assert.deepEqual([(await world.feed()).length, world.vaultCalls], [1, ['answers code']])
  assert.equal((await world.store.challenges.get(challenge!.id))!.state, 'accepted')
  assert.equal((await answerChallenge(world.deps, challenge!.id, { code: '123' })).ok, false)
})

// Fails when: the earlier question is ended before the later one is seen, since what is held is the later one's (tried: oldest first).
test('a process that dies between two questions of one sign-in leaves the later one whole', async () => {
  const world = await new World().connect()
  const resumed: unknown[] = []
  let asked = 0
  world.bank.onList = ({ resume }) => {
    resumed.push(resume?.data ?? null)
    return asked < 2 ? { kind: 'challenge', prompts: [PROMPT], codes: [], resume: { question: ++asked }, expiresInMs: 600_000, state: {} } : null
  }
  await world.sync()
  const [first] = await world.store.challenges.list({ state: 'open' })
  const { challenges } = world.deps.store
  const dying = { ...world.deps, store: { ...world.deps.store, challenges: { ...challenges, move: (...[id, from, to]: Parameters<typeof challenges.move>) => (to === 'accepted' ? Promise.reject(new Error('killed')) : challenges.move(id, from, to)) } } }
  world.now += 1_000
  await assert.rejects(answerChallenge(dying, first!.id, { code: '1' }), /killed/)
  assert.equal((await syncConnection(world.deps, world.connectionId, 'schedule')).ok, false)
  const [second] = await world.store.challenges.list({ state: 'open' })
  const done = await answerChallenge(world.deps, second!.id, { code: '2' })
  assert.deepEqual([done.ok && done.value.outcome, resumed], ['succeeded', [null, { question: 1 }, { question: 2 }]])
})

test('a challenge at one account keeps what was read before it and goes on with that account', async () => {
  const world = await new World().connect()
  world.bank.accounts = [listed(CHECKING), listed(SAVINGS)]
  world.bank.rows = [row('2026-03-02', '-1', 'A', { providerId: 'a' })]
  world.bank.onRead = (context, ref) => (ref.number === '555' && context.resume === null && world.bank.lists === 1 && world.bank.reads.length < 12 ? [{ step: 'challenge', prompts: [PROMPT], codes: [], resume: { at: 'savings' }, expiresInMs: 60_000, state: {} }] : null)
  const suspended = await world.sync()
  assert.deepEqual([suspended.outcome, suspended.accounts.length], ['suspended', 1])
  const [challenge] = await world.store.challenges.list({ state: 'open' })
  const resumed = await answerChallenge(world.deps, challenge!.id, { code: '1' })
  assert.deepEqual([resumed.ok && resumed.value.outcome, resumed.ok && resumed.value.accounts.length, world.bank.lists], ['succeeded', 2, 1])
})

test('an unanswered challenge expires into a failure that only a person ends, without a word to the bank', async () => {
  const world = await new World().connect()
  world.bank.onList = () => ({ kind: 'challenge', prompts: [PROMPT], codes: [], resume: {}, expiresInMs: 600_000, state: {} })
  const suspended = await world.sync()
  const connection = await world.store.connections.get(world.connectionId)
  assert.equal(connection!.nextSyncAt, world.now + 600_000)
  const expired = await world.sync(1, 'schedule')
  assert.deepEqual([expired.id, expired.outcome, expired.failure?.code, world.bank.lists], [suspended.id, 'failed', 'challenge_expired', 1])
  assert.equal((await world.store.connections.get(world.connectionId))!.nextSyncAt, null)
})

test('evidence of a lock locks the login in the vault', async () => {
  const world = await new World().connect()
  world.loginLocked = true
  world.bank.onList = (context) => ({ kind: 'failed', failure: refusal('15502', { stage: 'signon', retry: { kind: 'afterPerson' } }), state: context.state, facts: {} })
  await world.sync()
  assert.deepEqual(world.vaultCalls, ['lock'])
})

test('the quota of a bank is counted before sending and ends the run until its next day', async () => {
  const world = await new World().connect()
  world.institution = { ...world.institution, limits: { requestsPerDay: 0, minSecondsBetweenSyncs: null } }
  world.bank.onList = () => null
  const connector = world.bank.connector.listAccounts
  world.bank.connector.listAccounts = async (context) => {
    const answer = await context.transport.exchange({ purpose: 'accounts', stage: 'accounts', method: 'GET', url: 'https://bank.example', headers: {}, body: null, secrets: [] })
    return answer.ok ? connector(context) : { kind: 'failed', failure: answer.failure, state: context.state, facts: {} }
  }
  const run = await world.sync()
  assert.equal(run.failure?.code, 'quota_reached')
  const next = (await world.store.connections.get(world.connectionId))!.nextSyncAt!
  assert.ok(next >= Date.parse('2026-03-21T04:00:00Z') && next < Date.parse('2026-03-21T04:05:00Z'), new Date(next).toISOString())
})

test('history is walked back in windows to the floor that the bank shows', async () => {
  const world = await new World().connect()
  world.bank.onRead = (context, _ref, asked) => (asked.from < '2025-09-01' ? [{ step: 'failed', failure: refusal('2027', { retry: { kind: 'never' } }), state: context.state, facts: {} }] : null)
  const run = await world.sync()
  assert.equal(run.outcome, 'succeeded')
  assert.deepEqual([...new Set(world.bank.reads.map((read) => read.asked.to))].slice(0, 3), ['2026-03-20', '2025-12-20', '2025-09-21'])
  world.bank.reads = []
  await world.sync(1)
  assert.equal(world.bank.reads.length, 1)
})

test('an interrupted history goes on at the next sync', async () => {
  const world = await new World().connect()
  world.bank.rows = [row('2024-06-01', '-1', 'Old', { providerId: 'o' }), row('2026-03-01', '-1', 'New', { providerId: 'n' })]
  world.bank.onRead = (context, _ref, asked) => (asked.to < '2025-06-01' ? [{ step: 'failed', failure: refusal('x', { code: 'bank_unreachable', stage: 'connect' }), state: context.state, facts: {} }] : null)
  assert.equal((await world.sync()).outcome, 'failed')
  assert.equal((await world.feed()).length, 1)
  world.bank.onRead = () => null
  await world.sync(1)
  assert.equal((await world.feed()).length, 2)
})

test('disabled means no read; enabling fills the gap and loses nothing', async () => {
  const world = await new World().connect()
  world.bank.rows = [row('2026-03-02', '-1', 'A', { providerId: 'a' })]
  await world.sync()
  await world.store.feed.decide((await world.all())[0]!.id, { category: 'food' }, world.now)
  await disableConnection(world.deps, world.connectionId)
  const refused = await syncConnection(world.deps, world.connectionId, 'person')
  assert.equal(refused.ok, false)
  world.bank.rows.push(row('2026-04-15', '-2', 'While off', { providerId: 'b' }))
  await enableConnection(world.deps, world.connectionId)
  await world.sync(120)
  assert.deepEqual((await world.all()).map((t) => [t.name, t.decisions.category]), [['A', 'food'], ['While off', null]])
})

test('the same login is connected once; a first sign-in that fails leaves no account and no secret', async () => {
  const world = new World()
  world.bank.onList = (context) => ({ kind: 'failed', failure: refusal('15500', { stage: 'signon', retry: { kind: 'afterPerson' } }), state: context.state, facts: {} })
  const bad = await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form: FORM })
  assert.deepEqual([bad.kind, world.vaultCalls, (await world.store.accounts.list()).length], ['failed', ['destroy'], 0])
  world.bank.onList = () => null
  const good = await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form: FORM })
  assert.equal(good.kind, 'connected')
  const again = await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form: FORM })
  assert.deepEqual([again.kind, good.kind === 'connected' && again.kind === 'exists' && again.connectionId === good.connection.id], ['exists', true])
  assert.equal((await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form: { user: 'anna' } })).kind, 'invalid')
})

test('reconnect with another login: the same accounts go on, a stranger\'s store nothing and give up the trial', async () => {
  const world = new World()
  world.bank.rows = [row('2026-03-02', '-1', 'A', { providerId: 'a' })]
  const connected = await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form: FORM })
  assert.equal(connected.kind, 'connected')
  const id = connected.kind === 'connected' ? connected.connection.id : ''
  world.now += 1000
  assert.equal((await reconnect(world.deps, id, { user: 'anna2', password: 'y' })).ok, true)
  world.now += 1000
  world.bank.accounts = [listed({ ...CHECKING, number: '777' })]
  world.bank.rows = [row('2026-03-03', '-9', 'Stranger', { providerId: 's' })]
  const stranger = await reconnect(world.deps, id, { user: 'bob', password: 'z' })
  assert.equal(stranger.ok && stranger.value.failure?.code, 'identity_changed')
  assert.deepEqual([(await world.store.accounts.list()).length, await world.feed()], [1, ['2026-03-02 -100 A']])
  assert.equal((await world.store.connections.get(id))!.loginIndex, 'riverbank/anna2')
  assert.deepEqual([world.vaultCalls.at(-1), world.vaultCalls.includes('destroy')], ['resolve trial riverbank/anna2', false])
})

// Fails when: a list without a known number is called a stranger's before its rows were looked at (seen).
test('a new card and a new password at once: the new number shows the known rows, so it is the same account', async () => {
  const world = new World()
  world.bank.rows = ['a', 'b', 'c', 'd'].map((id, at) => row(`2026-03-0${at + 1}`, `-${at + 1}`, `Shop ${id}`, { providerId: id }))
  const connected = await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form: FORM })
  const id = connected.kind === 'connected' ? connected.connection.id : ''
  const [account] = await world.store.accounts.list()
  for (const [form, number] of [[{ user: 'anna', password: 'y' }, '777'], [{ user: 'anna2', password: 'z' }, '888']] as const) {
    world.now += 1000
    world.bank.accounts = [listed({ ...CHECKING, number })]
    const run = await reconnect(world.deps, id, form)
    assert.deepEqual([run.ok && run.value.outcome, (await world.store.accounts.list()).map((one) => [one.id, one.number, one.state]), (await world.feed()).length], ['succeeded', [[account!.id, number, 'open']], 4])
  }
})

test('accounts are chosen one by one, and a removed connection keeps its rows for the next one of the same account', async () => {
  const world = new World()
  world.bank.accounts = [listed(CHECKING), listed(SAVINGS)]
  world.bank.rows = [row('2026-03-02', '-1', 'A', { providerId: 'a' })]
  const connected = await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form: FORM })
  const id = connected.kind === 'connected' ? connected.connection.id : ''
  const [checking] = await world.store.accounts.list()
  await chooseAccounts(world.deps, id, [checking!.id])
  world.bank.reads = []
  await syncConnection(world.deps, id, 'person')
  assert.deepEqual([...new Set(world.bank.reads.map((read) => read.number))], ['100200300'])
  await removeConnection(world.deps, id)
  world.now += 1000
  world.bank.rows = [row('2026-03-02', '-1', 'A', { providerId: 'other-id' })]
  await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form: FORM })
  assert.deepEqual([(await world.store.accounts.list()).length, (await world.feed()).length], [2, 1])
})

test('where a bank dates rows right again, those that came with them are read again, too, though their wrong day is older than what is read each time', async () => {
  const world = await new World('2026-02-20').connect()
  await world.sync()
  await world.sync(14)
  await world.sync(14)
  const sold = [['2026-03-14', '-3', 'Booked late'], ['2026-03-23', '-4', 'Bus'], ['2026-03-24', '-5', 'Lunch']] as const
  const wrong = sold.map(([on, amount, name], index) => row(addDays(day(on), -1), amount, name, { providerId: `p${index}` }))
  const right = sold.map(([on, amount, name], index) => row(on, amount, name, { providerId: `p${index}` }))
  world.bank.rows = wrong
  await world.sync(4)
  await world.sync(2)
  world.bank.rows = right
  await world.sync(2)
  assert.ok(world.bank.reads.at(-1)!.asked.from > '2026-03-14')
  await world.sync(1)
  assert.deepEqual((await world.all()).map(({ postedOn }) => postedOn), sold.map(([on]) => on))
})
