import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aProblem } from '../store/fixtures.ts'
import { tellUntold } from './tell-untold.ts'
import { refusal, World } from './testing.ts'

/** A feed that worked, and whose next read is refused; the process dies before anybody is told, if it does. */
async function failing(dies = true): Promise<World> {
  const world = await new World().connect()
  await world.sync()
  world.bank.onRead = () => [{ step: 'failed', failure: refusal('15500'), facts: {}, state: {} }]
  const { onRunEnding } = world.deps
  const killed = () => async () => Promise.reject(new Error('killed'))
  Object.assign(world.deps, { onRunEnding: dies ? killed : onRunEnding })
  if (dies) await assert.rejects(world.sync(1), /killed/)
  else await world.sync(1)
  Object.assign(world.deps, { onRunEnding })
  world.ended.length = 0
  return world
}

test('a run that failed, and whose process died before anybody was told, is told of by the next one that starts; a login that it shows locked is locked', async () => {
  const world = await failing()
  world.loginLocked = true
  world.now += 60_000
  assert.equal(await tellUntold(world.deps), 1)
  const [{ run, connection }] = world.ended as [(typeof world.ended)[number]]
  assert.deepEqual([run.outcome, connection.id, world.vaultCalls.includes('lock')], ['failed', world.connectionId, true])
})

test('nothing is told twice: not what has a problem, not what was closed since, not what nobody reads any more, and not a success', async () => {
  const open = await failing()
  const problem = aProblem(open.connectionId, { openedAt: open.now, updatedAt: open.now })
  await open.store.problems.open(problem)
  assert.equal(await tellUntold(open.deps), 0, 'it has a problem')
  await open.store.problems.update(problem.id, { closedAt: open.now + 1, updatedAt: open.now + 1 })
  assert.equal(await tellUntold(open.deps), 0, 'it was closed since')

  const off = await failing()
  await off.store.connections.update(off.connectionId, { state: 'disabled' })
  assert.equal(await tellUntold(off.deps), 0, 'nobody reads it')

  const well = await failing()
  well.bank.onRead = () => null
  await well.sync()
  assert.equal(await tellUntold(well.deps), 0, 'it works')
})

test('a login that was tried beside the stored one and failed is not the feed’s failure', async () => {
  const world = await failing(false)
  world.bank.onRead = () => null
  await world.sync(1)
  const [last] = await world.store.runs.list({ connectionId: world.connectionId, limit: 1 })
  // As `endTrial` stores it: the run alone, the connection keeps its health.
  await world.store.runs.create({ ...last!, id: `${last!.id.slice(0, -1)}f`, startedAt: world.now + 1, outcome: 'failed', failure: refusal('15500'), endedAt: world.now + 2 })
  assert.equal(await tellUntold(world.deps), 0)
})

test('a connection that somebody holds is left to them', async () => {
  const world = await failing()
  const told = await world.store.connections.exclusively(world.connectionId, async () => tellUntold(world.deps))
  assert.equal(told, 0)
})

/** A feed whose reads are killed in the middle: what they left open stays open. */
async function killedInTheRead(world: World): Promise<void> {
  world.bank.onRead = () => { throw new Error('killed') }
  await assert.rejects(world.sync(1), /killed/)
  world.bank.onRead = () => null
}

test('a read whose process died is over for whoever starts; the second in a row is told of, and the read that works again ends it', async () => {
  const world = await new World().connect()
  await world.sync()
  await killedInTheRead(world)
  const newest = async () => (await world.store.runs.list({ connectionId: world.connectionId, limit: 1 }))[0]!
  assert.equal((await newest()).outcome, 'running', 'nobody ended it')
  world.ended.length = 0
  assert.equal(await tellUntold(world.deps), 0, 'a restart is no news')
  assert.deepEqual([(await newest()).outcome, (await newest()).failure?.code], ['failed', 'interrupted'])
  await killedInTheRead(world)
  assert.equal(await tellUntold(world.deps), 1)
  assert.deepEqual(world.ended.map(({ run }) => run.failure?.code), ['interrupted'])
  assert.equal(await tellUntold(world.deps), 0, 'it has an end now')
  await world.sync(1)
  assert.equal((await newest()).outcome, 'succeeded')
})

test('one death after reads that the bank failed is a restart, and no news', async () => {
  const world = await new World().connect()
  await world.sync()
  for (let times = 0; times < 3; times++) {
    world.bank.onRead = () => [{ step: 'failed', failure: refusal('2000'), facts: {}, state: {} }]
    await world.sync(1)
  }
  world.ended.length = 0
  await killedInTheRead(world)
  assert.deepEqual([await tellUntold(world.deps), world.ended.length], [0, 0])
})
