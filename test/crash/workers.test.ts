/** Several workers and commands on one database and one connection: one reads, the others keep away, and a read that is due happens once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../until.ts'
import { openGround, startServer } from './ground.ts'

// Would fail when: the lock of a connection is not taken, or a read stays due until it has ended, so that each look of the
// schedule puts it in once more, as it did (not planted yet).
test('a server and two workers on one connection: never two readers, each due read once, nothing doubled', async (t) => {
  const ground = await openGround(t)
  const id = await ground.connect()
  await ground.must(['sync', id])
  const store = await ground.store()
  let [reading, most] = [0, 0]
  const count = { before: () => void (most = Math.max(most, ++reading)), after: () => void reading-- }
  ground.watch(count)
  const server = await startServer(ground)
  const workers = [ground.run(['worker']), ground.run(['worker'])]
  await until('the workers work', () => workers.every((worker) => /This worker reads/.test(worker.out())))
  const runsBefore = (await store.runs.list({ connectionId: id, limit: 100 })).length
  const ROUNDS = 3
  for (let round = 0; round < ROUNDS; round++) {
    ground.bank.book('ana-checking', { minor: BigInt(-700 - round), name: `ROUND ${round}` })
    await store.connections.update(id, { nextSyncAt: Date.now() - 1 })
    const last = (await store.connections.get(id))!.lastSuccessAt!
    await until('a worker has read it', async () => (await store.connections.get(id))!.lastSuccessAt! > last)
    await until('no job waits any more', async () => (await ground.query<{ n: string }>(`select count(*) as n from relink_jobs.job where name = 'sync' and state in ('created', 'active', 'retry')`))[0]!.n === '0')
  }
  assert.equal((await store.runs.list({ connectionId: id, limit: 100 })).length - runsBefore, ROUNDS, 'one run for each time that it was due')
  assert.equal(most, 1, 'one exchange at a time')
  await ground.assertFeedIsTruth('after the workers')

  // The bank fails one read and is back before the next: the workers find that out and prove it, once, and nobody opened the repair.
  ground.bank.inject({ name: 'http-503' })
  ground.watch({ after: () => void ground.bank.clear('http-503') })
  const known = (await store.runs.list({ connectionId: id, limit: 100 })).length
  await store.connections.update(id, { nextSyncAt: Date.now() - 1 })
  const mended = await until('the repair is proved', async () => {
    const [problem] = await store.problems.list({ connectionId: id, open: false, limit: 1 })
    const plan = problem === undefined ? null : await store.problems.plan(problem.id)
    // The plan ends a moment after the problem.
    return plan?.state === 'open' ? null : plan
  })
  assert.equal(mended.state, 'proved')
  await until('no repair waits any more', async () => (await ground.query<{ n: string }>(`select count(*) as n from relink_jobs.job where name = 'repair' and state in ('created', 'active', 'retry')`))[0]!.n === '0')
  const since = (await store.runs.list({ connectionId: id, limit: 100 })).slice(0, -known)
  assert.deepEqual(since.map(({ trigger, outcome }) => [trigger, outcome]), [['repair', 'succeeded'], ['schedule', 'failed']])
  assert.deepEqual(await store.problems.list({ connectionId: id, open: true, limit: 1 }), [])
  const jobs = await ground.query<{ data: object }>(`select data from relink_jobs.job where name = 'repair'`)
  for (const { data } of jobs) assert.deepEqual(Object.keys(data).sort(), ['connectionId', 'kind', 'tenantId'])

  // A person asks in two places at once: the second is told that it is being read.
  const running = new Promise<string>((told) => {
    ground.watch({
      async before() {
        ground.watch({})
        const second = await ground.run(['sync', id]).ended
        told(`${second.code} ${second.out}${second.err}`)
      },
    })
  })
  const first = await server.call('POST', `/connections/${id}/sync`)
  assert.equal(first.body.outcome, 'succeeded', JSON.stringify(first.body))
  assert.match(await running, /^1 [^]*being read right now/)
})

// Fails when: a worker keeps to the tenant that it was opened for: it takes the reads of the next one and does none of them, as it did.
test('everything is deleted beside a worker: the server ends, and the worker reads what is connected next', async (t) => {
  const ground = await openGround(t)
  await ground.connect()
  const server = await startServer(ground)
  const worker = ground.run(['worker'])
  await until('the worker works', () => /This worker reads/.test(worker.out()))
  const { body: { name } } = await server.call('GET', '/tenant')
  assert.equal((await server.call('DELETE', '/tenant', { name })).status, 200)
  assert.match((await server.running.ended).out, /Start Relink again/)
  const id = await ground.connect()
  const store = await ground.store()
  assert.deepEqual((await store.connections.list()).map((one) => one.id), [id])
  await store.connections.update(id, { nextSyncAt: Date.now() - 1 })
  await until('the worker has read it', async () => (await store.runs.list({ connectionId: id, limit: 10 })).some(({ trigger, outcome }) => trigger === 'schedule' && outcome === 'succeeded'))
  assert.match(worker.out(), /goes on with what is set up next[^]*This worker reads/)
  await ground.assertFeedIsTruth('after everything was deleted')
  worker.child.kill('SIGTERM')
  assert.equal((await worker.ended).code, 0)
})
