/** After which failures no other account is asked, what the run is then, and which account comes first the next time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadStep } from '../connector-kit/connector.ts'
import type { Failure } from '../domain/evidence.ts'
import { failed } from '../domain/result.ts'
import { CHECKING, listed, refusal, World } from './testing.ts'

const NUMBERS = ['1', '2', '3', '4']

async function worldOf(numbers: readonly string[] = NUMBERS): Promise<World> {
  const world = await new World().connect()
  world.bank.accounts = numbers.map((number) => listed({ ...CHECKING, number }))
  await world.sync()
  world.bank.reads = []
  return world
}

/** The numbers asked for since, and forgets them. */
function asked(world: World): string {
  const numbers = world.bank.reads.map(({ number }) => number).join('')
  world.bank.reads = []
  return numbers
}

/** The bank fails so for these numbers. */
function fails(world: World, numbers: string, failure: Failure): void {
  world.bank.onRead = (context, { number }) => (numbers.includes(number) ? [{ step: 'failed', failure, state: context.state, facts: {} } satisfies ReadStep] : null)
}

const error = (code: Failure['code'], at: number | null = null): Failure => refusal('x', { code, retry: { kind: 'at', at } })

// Fails when: the run reads on after no answer of the bank's, as it did: each account was one more sign-in into the outage, and two of them close the login.
test('after no answer of the bank\'s the other accounts are not asked', async () => {
  for (const code of ['http_refused', 'answer_empty', 'answer_unreadable', 'answer_too_slow', 'bank_unreachable'] as const) {
    const world = await worldOf()
    fails(world, '1234', error(code))
    const run = await world.sync(1)
    assert.deepEqual([code, asked(world), run.outcome, run.failure?.code], [code, '1', 'failed', code])
  }
})

// Fails when: the failure stays the account's (as it did), so that its time says nothing to the schedule: the bank was asked again within the day for which it had closed.
test('what was read before stays, the failure is the connection\'s, and the time that the bank names counts', async () => {
  const world = await worldOf()
  fails(world, '234', error('http_refused', world.now + 2 * 86_400_000))
  const run = await world.sync(1)
  assert.deepEqual([asked(world), run.outcome, run.failure?.code, run.accounts.map(({ failure }) => failure?.code ?? 'read')], ['12', 'partial', 'http_refused', ['read', 'http_refused']])
  const { nextSyncAt } = (await world.store.connections.get(world.connectionId))!
  assert.ok(nextSyncAt! >= world.now + 86_400_000 && nextSyncAt! <= world.now + 86_400_000 + 60_000)
})

test('a read that ended in the middle is tried again soon, and not less often than is usual', async () => {
  const world = await worldOf()
  fails(world, '24', error('http_refused'))
  const waits: number[] = []
  for (let read = 0; read < 12; read++) {
    assert.equal((await world.sync(1)).outcome, 'partial')
    waits.push(((await world.store.connections.get(world.connectionId))!.nextSyncAt! - world.now) / 60_000)
  }
  assert.equal(waits[0], 5)
  assert.ok(Math.max(...waits) <= 6 * 60, waits.join(' '))
})

// Fails when: accounts are read in the bank's order each time, as they were: one account that the bank never answers for keeps away those behind it.
test('an account that the bank never answers for comes last; then the failure is its own', async () => {
  const world = await worldOf()
  fails(world, '2', error('http_refused'))
  assert.equal((await world.sync(1)).failure?.code, 'http_refused')
  assert.equal(asked(world), '12')
  const next = await world.sync(1)
  assert.deepEqual([asked(world), next.outcome, next.failure, next.accounts.filter(({ failure }) => failure !== null).length], ['3412', 'partial', null, 1])
  assert.equal((await world.sync(1)).failure, null)
  assert.equal(asked(world), '1342')
})

// Fails when: a time that is named counts as the bank's alone (seen): the account that was never read came first for ever, and the others never.
test('nor does one for which the bank names a time, whoever of them it is', async () => {
  for (const number of NUMBERS) {
    const world = await worldOf()
    const read = new Set<string>()
    for (let day = 0; day < 6; day++) {
      fails(world, number, error('http_refused', world.now + 3_600_000))
      for (const { accountId, failure } of (await world.sync(1)).accounts) if (failure === null) read.add(accountId)
    }
    assert.equal(read.size, 3, number)
  }
})

test('where the bank names a time after each account that it answers for, all have their turn', async () => {
  const world = await worldOf()
  const orders: string[] = []
  for (let day = 0; day < 8; day++) {
    let left = 1
    world.bank.onRead = (context) => (left-- > 0 ? null : [{ step: 'failed', failure: error('http_refused', world.now + 3_600_000), state: context.state, facts: {} }])
    await world.sync(1)
    orders.push(asked(world)[0]!)
  }
  assert.deepEqual(orders, [...NUMBERS, ...NUMBERS])
})

// Fails when: what needs a person ends the schedule of a run in which others were read (seen): nothing was read again.
test('an account that needs a person ends the schedule of no other', async () => {
  for (const kind of ['never', 'afterPerson'] as const) {
    const world = await worldOf()
    fails(world, '3', refusal('x', { code: 'address_forbidden', retry: { kind } }))
    const run = await world.sync(1)
    assert.deepEqual([run.outcome, run.failure?.code], ['partial', 'address_forbidden'])
    const { nextSyncAt } = (await world.store.connections.get(world.connectionId))!
    assert.ok(nextSyncAt !== null && nextSyncAt - world.now > 5 * 3_600_000 && nextSyncAt - world.now < 7 * 3_600_000, kind)
  }
})

test('two such accounts keep no other away', async () => {
  const world = await worldOf()
  fails(world, '13', error('answer_unreadable'))
  const orders: string[] = []
  for (let read = 0; read < 5; read++) {
    await world.sync(1)
    orders.push(asked(world))
  }
  assert.deepEqual(orders.slice(2).every((order) => order.startsWith('24') || order.startsWith('42')), true, orders.join(' '))
})

test('a refusal at the sign-on ends the run wherever it comes, and nothing is asked before a person acts', async () => {
  const world = await worldOf()
  fails(world, '4', refusal('15500', { stage: 'signon', retry: { kind: 'afterPerson' } }))
  const run = await world.sync(1)
  assert.deepEqual([asked(world), run.outcome, run.failure?.stage], ['1234', 'partial', 'signon'])
  assert.equal((await world.store.connections.get(world.connectionId))!.nextSyncAt, null)
})

test('what is refused of one account alone keeps no other away', async () => {
  const world = await worldOf()
  fails(world, '2', refusal('2003', { retry: { kind: 'never' } }))
  const run = await world.sync(1)
  // What may be too many days is asked for in fewer, once; and on another day for one day, once.
  assert.deepEqual([asked(world), run.outcome, run.failure], ['122234', 'partial', null])
  await world.sync()
  assert.match(asked(world), /^(1|2|3|4){4}$/)
  await world.sync(1)
  assert.match(asked(world), /^(?!.*222)(1|22|3|4){4}$/)
})

// Fails when: the accounts keep their order, as they did: the allowance of a day never reached the last ones, for months.
test('where the allowance of a day does not reach all, they take turns', async () => {
  const numbers = ['1', '2', '3', '4', '5', '6', '7']
  const world = await worldOf(numbers)
  let left = 0
  world.bank.onRead = (context) => (left-- > 0 ? null : [{ step: 'failed', failure: quota(world), state: context.state, facts: {} }])
  const waited = new Map(numbers.map((number) => [number, 0]))
  for (let day = 0; day < 21; day++) {
    left = 3
    const run = await world.sync(1)
    assert.deepEqual([run.outcome, run.failure?.code], ['partial', 'quota_reached'])
    const read = asked(world).slice(0, 3)
    for (const [number, days] of waited) waited.set(number, read.includes(number) ? 0 : days + 1)
    assert.ok(Math.max(...waited.values()) <= 4, `day ${day}: ${[...waited].join(' ')}`)
  }
})

function quota(world: World): Failure {
  return failed({ code: 'quota_reached', stage: 'statement', retry: { kind: 'at', at: world.now + 3_600_000 }, message: 'used up', evidence: [{ codes: ['quota_reached'] }] } satisfies Failure).failure
}
