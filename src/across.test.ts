/** Two processes of one database: what one does is seen in the other at once, with its counts, and goes round once. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { tellAcross } from './across.ts'
import { hostClock } from './adapters/clock.ts'
import { createEvents, type Change } from './events.ts'
import { createReadingNow } from './reading-now.ts'
import { openChannel, type Channel } from './store/postgres/channel.ts'
import { startTestDatabase, type TestDatabase } from './store/testing.ts'

let database: TestDatabase
const channels: Channel[] = []
before(async () => {
  database = await startTestDatabase()
})
after(async () => {
  for (const channel of channels) await channel.close()
  await database.remove()
})

/** A process as `relink start` and `relink worker` put it together. */
async function aProcess(self: string, tenantId = 'one') {
  const events = createEvents()
  const readingNow = createReadingNow(events, { now: () => 0, sleep: async () => {} })
  const seen: Change[] = []
  events.subscribe((change) => void seen.push(change))
  let channel: Channel | null = null
  const across = tellAcross({ events, readingNow, tenantId, self }, (text) => channel?.tell(text))
  channel = await openChannel(database.app, hostClock, across.hear)
  channels.push(channel)
  const next = (): Promise<Change> => new Promise((resolve) => {
    const stop = events.subscribe((change) => (stop(), resolve(change)))
  })
  return { events, readingNow, seen, next }
}

// Fails when: a page of `relink start` sees of the read of a `relink worker` the stored stage alone (was so).
test('rows that a worker of its own reads are counted on the page of the server, and what was heard is not told back', async () => {
  const [server, worker, stranger] = [await aProcess('server'), await aProcess('worker'), await aProcess('stranger', 'two')]
  const progress = { runId: 'run-1', stage: 'reading', rows: 240, account: 2, accounts: 5 }
  const heard = server.next()
  worker.readingNow.note('connection-1', progress)
  assert.deepEqual(await heard, { kind: 'run', id: 'run-1' })
  assert.deepEqual(server.readingNow.of('connection-1'), progress)
  const back = worker.next()
  server.events.publish({ kind: 'connection', id: 'connection-1' })
  assert.deepEqual(await back, { kind: 'connection', id: 'connection-1' })
  // One more each way: whatever went round by then is here before it.
  const last = [server.next(), worker.next()]
  worker.events.publish({ kind: 'rule', id: 'r' })
  await Promise.all(last)
  assert.deepEqual([server.seen.map(({ kind }) => kind), worker.seen.map(({ kind }) => kind)], [['run', 'connection', 'rule'], ['run', 'connection', 'rule']])
  assert.deepEqual([stranger.seen, stranger.readingNow.of('connection-1')], [[], null], 'another tenant hears nothing')
})

test('texts that are none of ours are left alone', async () => {
  const events = createEvents()
  const { hear } = tellAcross({ events, readingNow: createReadingNow(events, hostClock), tenantId: 'one', self: 'a' }, () => undefined)
  for (const text of ['', '{', '[]', '{"from":"b"}', JSON.stringify({ from: 'b', tenant: 'one', change: { kind: 'run' }, read: null })]) hear(text)
})
