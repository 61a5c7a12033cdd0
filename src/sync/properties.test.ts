/** What must hold for every answer, not only for those that somebody reported. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc, tries } from '../../test/tries.ts'
import { addDays, day } from '../domain/day.ts'
import type { StatementRow } from '../domain/statement.ts'
import { assign } from './assign.ts'
import { exploding } from './exploding.ts'
import { row, World } from './testing.ts'

const NAMES = ['Bakery', 'Bakery Main', 'Cinema', 'To Bob']

/** Ledgers with many twins: few days, amounts and names; half of the rows without ids. */
const ledger = fc
  .array(fc.record({ day: fc.nat(17), cents: fc.integer({ min: 1, max: 4 }), name: fc.constantFrom(...NAMES), hasId: fc.boolean(), pending: fc.boolean() }), { maxLength: 25 })
  .map((rows) =>
    rows.map((r, i): StatementRow => {
      const isPending = r.pending && r.day > 14
      return row(addDays(day('2026-03-02'), r.day), `-${r.cents}`, r.name, { providerId: r.hasId ? `id${i}` : null, status: isPending ? 'pending' : 'posted' })
    }),
  )

async function synced(rows: readonly StatementRow[], options: { readonly pageSize?: number; readonly heldRows?: number } = {}): Promise<World> {
  const world = await new World('2026-03-20', options.heldRows === undefined ? {} : { heldRows: options.heldRows }).connect()
  world.bank.rows = [...rows]
  world.bank.overlapDays = 20
  world.bank.pageSize = options.pageSize ?? 1_000
  await world.sync()
  return world
}

function expected(rows: readonly StatementRow[]): readonly string[] {
  return rows.map((r) => `${r.postedOn} ${r.amount}00 ${r.name}${r.status === 'pending' ? ' pending' : ''}`).sort()
}

test('the feed holds exactly the rows of an answer, in any chunking, however often it is read', async () => {
  await fc.assert(
    fc.asyncProperty(ledger, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 12 }), async (rows, pageSize, heldRows) => {
      const world = await synced(rows, { pageSize, heldRows })
      assert.deepEqual(await world.feed(), expected(rows))
      const before = await world.all()
      world.bank.pageSize = 1 + (pageSize % 4)
      await world.sync(1)
      assert.deepEqual(await world.all(), before)
    }),
    tries(60),
  )
})

test('the order of the rows in an answer does not matter', async () => {
  await fc.assert(
    fc.asyncProperty(ledger, fc.infiniteStream(fc.nat()), async (rows, chance) => {
      const world = await synced(rows)
      const before = await world.all()
      const shuffled = rows.map((r) => ({ r, at: chance.next().value })).sort((a, b) => a.at - b.at).map(({ r }) => r)
      world.bank.rows = shuffled
      await world.sync(1)
      assert.deepEqual(await world.all(), before)
    }),
    tries(60),
  )
})

test('ids that are all re-issued, dropped or invented change no row and ask nothing', async () => {
  await fc.assert(
    fc.asyncProperty(ledger, fc.constantFrom('reissued', 'dropped', 'invented'), async (rows, how) => {
      const world = await synced(rows)
      const before = await world.feed()
      world.bank.rows = rows.map((r, i) => ({ ...r, providerId: how === 'dropped' ? null : how === 'invented' || r.providerId !== null ? `n${i}` : null }))
      await world.sync(1)
      assert.deepEqual(await world.feed(), before)
      assert.equal((await world.all()).length, rows.length)
    }),
    // Found by chance once in some thousand runs: a posted row and a pending one, alike in all else.
    { ...tries(60), examples: [[[row(day('2026-03-18'), '-2', 'To Bob', { providerId: null, status: 'posted' }), row(day('2026-03-18'), '-2', 'To Bob', { providerId: null, status: 'pending' })], 'invented']] },
  )
})

test('overlapping windows, day after day, while rows keep coming: each row exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(ledger, fc.array(fc.nat(3), { minLength: 6, maxLength: 6 }), async (rows, steps) => {
      const posted = rows.map((r) => ({ ...r, status: 'posted' as const }))
      const world = await new World('2026-03-02').connect()
      for (const step of [...steps, 18]) {
        world.bank.rows = posted.filter((r) => r.postedOn <= world.today(step))
        await world.sync(step)
      }
      assert.deepEqual(await world.feed(), expected(posted))
    }),
    tries(60),
  )
})

test('pending rows post under new ids with equal amounts: as many rows as before, each with its old identity', async () => {
  await fc.assert(
    fc.asyncProperty(ledger, async (rows) => {
      const world = await synced(rows)
      const before = new Set((await world.all()).map((t) => t.id))
      world.bank.rows = rows.map((r, i) => (r.status === 'pending' ? { ...r, status: 'posted', providerId: `posted${i}`, postedOn: addDays(r.postedOn, 1) } : r))
      await world.sync(2)
      const after = (await world.all()).filter((t) => t.state !== 'withdrawn')
      assert.deepEqual(new Set(after.map((t) => t.id)), before)
      assert.equal(after.every((t) => t.state === 'posted'), true)
    }),
    tries(60),
  )
})

test('a crash at any store call of a sync: the next sync gives the feed that no crash would have given', async () => {
  const rows = Array.from({ length: 9 }, (_, i) => row(addDays(day('2026-03-10'), i), `-${(i % 3) + 1}`, NAMES[i % 4]!, { providerId: i % 2 === 0 ? `i${i}` : null }))
  let crashed = 0
  for (let call = 1; call < 400; call++) {
    const bomb = { left: call }
    const world = await new World('2026-03-20', { heldRows: 3, wrapStore: (store) => exploding(store, bomb) }).connect()
    world.bank.rows = rows
    world.bank.pageSize = 2
    const died = await world.sync().then(() => false, (error: Error) => error.message === 'crash')
    bomb.left = Infinity
    if (died) crashed++
    await world.sync(1)
    assert.deepEqual(await world.feed(), expected(rows), `crash at call ${call}`)
    assert.equal((await world.store.runs.list({ limit: 9 })).every((run) => run.outcome !== 'running'), true)
    if (!died) break
  }
  assert.ok(crashed > 20, `only ${crashed} crash points`)
})

test('the assignment is a cheapest one', () => {
  const edge = fc.record({ left: fc.nat(4), right: fc.nat(4), cost: fc.integer({ min: 1, max: 99 }) })
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 12 }), (edges) => {
      const chosen = assign(edges, 100)
      assert.equal(new Set(chosen.map((e) => e.left)).size, chosen.length)
      assert.equal(new Set(chosen.map((e) => e.right)).size, chosen.length)
      const gain = chosen.reduce((sum, e) => sum + 100 - e.cost, 0)
      assert.equal(gain, bestGain(edges, new Set(), new Set()))
    }),
    tries(300),
  )
})

/** Tries everything. */
function bestGain(edges: readonly { left: number; right: number; cost: number }[], lefts: ReadonlySet<number>, rights: ReadonlySet<number>): number {
  const [first, ...others] = edges
  if (first === undefined) return 0
  const without = bestGain(others, lefts, rights)
  if (lefts.has(first.left) || rights.has(first.right)) return without
  return Math.max(without, 100 - first.cost + bestGain(others, new Set([...lefts, first.left]), new Set([...rights, first.right])))
}
