/**
 * A process that dies at any store call of the way back and of a repair: taking back a read, taking
 * that back, a reconnect and its switch, a recompute, a repairer mid-way. Whoever comes next ends it, the
 * feed is the bank's truth, and no row gets another id.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANA } from '../../bank/customers.ts'
import { forgetOldLogins } from '../../src/sync/preview.ts'
import { createMemoryWorld, FORM, Killed, readAgain, type MemoryWorld, type Process } from './memory-world.ts'

const START = Date.parse('2026-03-05T15:00:00Z')
const HOUR_MS = 3_600_000
const customers = [{ ...ANA, accounts: ANA.accounts.slice(0, 1) }]

/** The world before the act, the act, and how the next process ends it when it was cut short. */
type Story = {
  readonly prepare: (world: MemoryWorld, connectionId: string) => Promise<string>
  readonly act: (process: Process, subject: string) => Promise<unknown>
  /** Ends what was begun; done again after an act that ran to its end, it changes nothing. */
  readonly again: (world: MemoryWorld, subject: string) => Promise<void>
  /** The connection that reads in the end. */
  readonly readerOf: (world: MemoryWorld, connectionId: string) => Promise<string>
}

async function connected(world: MemoryWorld): Promise<string> {
  const done = await world.start().verbs.connect({ institutionId: 'riverside', connector: null, form: FORM })
  assert.equal(done.kind, 'connected', JSON.stringify(done))
  return done.kind === 'connected' ? done.connection.id : ''
}

async function secondRead(world: MemoryWorld, id: string): Promise<string> {
  world.now += 50 * HOUR_MS
  const read = await world.start().sync(id)
  assert.ok(read.ok && read.value.outcome === 'succeeded' && read.value.accounts.some(({ added }) => added > 0), JSON.stringify(read))
  return read.value.id
}

async function rowsOf(world: MemoryWorld): Promise<readonly string[]> {
  const [account] = await world.store.accounts.list()
  const { rows } = await world.store.feed.transactions({ accountId: account!.id, includeDeleted: true, limit: 500 })
  return rows.map(({ id, state, amount }) => `${id} ${state} ${amount}`).sort()
}

/** Taken back now or before: a second click is refused as done. */
async function takenBack(world: MemoryWorld, runId: string): Promise<void> {
  const done = await world.start().verbs.undo(runId)
  assert.ok(done.ok || done.failure.code === 'wrong_state', JSON.stringify(done))
}

async function activeOf(world: MemoryWorld): Promise<string> {
  const active = (await world.store.connections.list()).filter(({ state }) => state === 'active')
  assert.equal(active.length, 1)
  return active[0]!.id
}

const preview = (process: Process, id: string, onceMore = false) => process.verbs.previewReconnect(id, { institutionId: 'riverside', connector: null, form: FORM, onceMore })

async function switched(world: MemoryWorld, id: string): Promise<void> {
  if ((await world.store.connections.get(id))?.state === 'replaced') return
  const { verbs } = world.start()
  const typed = await preview({ ...world.start(), verbs }, id)
  // Killed while the bank was answering the sign-in: a person asks for one more try.
  const seen = typed.kind === 'withheld' ? await preview({ ...world.start(), verbs }, id, true) : typed
  assert.ok(seen.kind === 'preview' && seen.preview.state === 'ready', JSON.stringify(seen))
  const done = await verbs.switchPreview(seen.preview.id)
  assert.ok(done.ok, JSON.stringify(done))
}

/** What an old matcher made of two rows: the reports of one are on the other. */
async function plantMistake(world: MemoryWorld, accountId: string): Promise<void> {
  const { rows } = await world.store.feed.transactions({ accountId, states: ['posted'], limit: 9 })
  const [keep, lose] = rows
  const { id, accountId: _a, state: _s, withdrawnReason: _w, decisions: _d, createdAt: _c, updatedAt: _u, ...content } = lose!
  const run = { id: world.start().deps.entropy.id(world.now), connectionId: null, trigger: 'person', startedAt: world.now, endedAt: world.now, outcome: 'succeeded', stage: null, accounts: [], failure: null, label: null } as const
  await world.store.history.recompute({
    run, accountId, sourceIds: [], inserts: [], questions: [], closed: [], spans: [],
    rows: [{ id, content, state: 'withdrawn', withdrawnReason: 'merged', contentKey: '0'.repeat(32), joins: [] }],
    moves: (await world.store.feed.observations(id)).map(({ sourceId, key }) => ({ sourceId, key, from: id, to: keep!.id, tier: 'assignment' })),
  })
}

const itself = async (_world: MemoryWorld, id: string): Promise<string> => id

const STORIES: Readonly<Record<string, Story>> = {
  'a read taken back': { prepare: secondRead, act: (process, run) => process.verbs.undo(run), again: takenBack, readerOf: itself },
  'an undo taken back': {
    async prepare(world, id) {
      const undone = await world.start().verbs.undo(await secondRead(world, id))
      assert.ok(undone.ok)
      return undone.value.id
    },
    act: (process, run) => process.verbs.undo(run), again: takenBack, readerOf: itself,
  },
  'a reconnect and its switch': {
    prepare: async (_world, id) => id,
    async act(process, id) {
      const seen = await preview(process, id)
      if (seen.kind === 'preview') await process.verbs.switchPreview(seen.preview.id)
    },
    again: switched, readerOf: activeOf,
  },
  'a switch taken back': {
    async prepare(world, id) {
      await switched(world, id)
      return (await world.store.previews.list({ connectionId: id }))[0]!.switchRunId!
    },
    act: (process, run) => process.verbs.undo(run), again: takenBack, readerOf: activeOf,
  },
  'a recompute': {
    async prepare(world, id) {
      await secondRead(world, id)
      const [account] = await world.store.accounts.list()
      await plantMistake(world, account!.id)
      return account!.id
    },
    act: (process, account) => process.verbs.recompute(account, true),
    async again(world, account) {
      const done = await world.start().verbs.recompute(account, true)
      assert.ok(done.ok, done.ok ? '' : done.failure.message)
    },
    readerOf: itself,
  },
  'a repair of a bank that is away and comes back': {
    async prepare(world, id) {
      world.now += 30 * HOUR_MS
      world.bank.inject({ name: 'http-503' })
      await world.start().sync(id, 'schedule')
      await world.start().verbs.repair(id, null)
      world.bank.clear('http-503')
      world.now += 2 * HOUR_MS
      return id
    },
    act: (process, id) => process.verbs.repair(id, null),
    async again(world, id) {
      // A step that a dead repairer left open is due to the next, however long it takes.
      for (let turn = 0; turn < 6 && (await world.store.problems.list({ open: true, limit: 9 })).length > 0; turn++, world.now += 2 * HOUR_MS) await world.start().verbs.repair(id, null)
    },
    readerOf: itself,
  },
}

for (const [what, { prepare, act, again, readerOf }] of Object.entries(STORIES)) {
  test(`killed at every store call of ${what}: the next process ends it`, async () => {
    let killed = 0
    // What is stored after one call is what is stored before the next: one side is enough.
    for (let call = 1, ended = false; !ended; call++) {
      const where = `call ${call}`
      const world = createMemoryWorld({ now: START, seed: 21, historyDays: 6, customers })
      const id = await connected(world)
      const subject = await prepare(world, id)
      const ids = new Set((await rowsOf(world)).map((row) => row.split(' ')[0]))
      ended = await act(world.start({ call, when: 'after' }), subject).then(() => true, (error: unknown) => {
        if (error instanceof Killed) return false
        throw error
      })
      if (!ended) killed++
      await again(world, subject)
      world.now += HOUR_MS
      const read = await readAgain(world, await readerOf(world, id))
      assert.ok(read.ok && read.value.outcome === 'succeeded', `${where}: ${JSON.stringify(read)}`)
      const { lost, doubled, rows } = await world.compare()
      assert.deepEqual({ lost, doubled, some: rows > 0 }, { lost: 0, doubled: 0, some: true }, where)
      const now = new Set((await rowsOf(world)).map((row) => row.split(' ')[0]))
      assert.deepEqual([...ids].filter((one) => !now.has(one)), [], `${where}: an id is gone`)
      assert.equal(world.bank.state.attempts.filter(({ code }) => code !== 0).length, 0, where)
      assert.equal((await world.store.runs.list({ limit: 20 })).filter(({ outcome }) => outcome === 'running').length, 0, where)
      assert.deepEqual((await world.store.problems.list({ open: true, limit: 9 })).map(({ id: problem }) => problem), [], where)
      await forgetOldLogins(world.start().deps)
      assert.deepEqual((await world.store.connections.list()).filter(({ state }) => state === 'preview' || state === 'connecting'), [], where)
    }
    assert.ok(killed >= 4, `only ${killed} points`)
  })
}
