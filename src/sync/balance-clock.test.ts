/** Balances and rows of one answer are learned together, though the clock goes on while it is judged. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import { ok } from '../domain/result.ts'
import type { StatementPart, StatementRow, StatementStream } from '../domain/statement.ts'
import { loadBalanceProof } from './balance-proof.ts'
import { importStatements } from './import.ts'
import { decimal, row, World } from './testing.ts'

async function bring(world: World, on: string, rows: readonly StatementRow[], closing: string): Promise<void> {
  const open = async function* (): StatementStream {
    const account = { number: '777', bankId: '121', branchId: null, kind: 'checking' as const, name: null }
    const covers = { from: day(on), to: day(on) }
    const parts: StatementPart[] = [{ part: 'start', head: { account, currency: 'USD', covers, line: 1 } }, { part: 'rows', rows }, { part: 'balance', balance: { kind: 'ledger', amount: decimal(closing), currency: 'USD', on: day(on), at: null } }, { part: 'end', covers }]
    for (const part of parts) yield ok(part)
  }
  const { failure } = await importStatements(world.deps, { open, accountId: null, label: 'a.ofx', dryRun: false, onProgress: null })
  assert.equal(failure, null)
}

// Fails when: a balance is learned before the rows beside it, as it was with any real clock: each row then counted to the next balance, and no explanation was right.
for (const from of ['files', 'bank'] as const) {
  test(`a missing row is named by a clock that goes on, too: ${from}`, async () => {
    const world = new World('2026-04-01')
    world.deps.clock.now = () => world.now++
    const days: readonly (readonly [string, readonly StatementRow[], string])[] = [
      ['2026-04-01', [row('2026-04-01', '-5', 'Tram', { providerId: 'a' })], '995.00'], ['2026-04-02', [row('2026-04-02', '-6', 'Bus', { providerId: 'b' })], '989.00'],
      ['2026-04-03', [row('2026-04-03', '-7', 'Taxi', { providerId: 'c' }), row('2026-04-03', '-8', 'Lunch', { providerId: 'd' })], '961.50'],
      ['2026-04-04', [row('2026-04-04', '-1', 'Tip', { providerId: 'e' })], '960.50'], ['2026-04-05', [row('2026-04-05', '-3', 'Tea', { providerId: 'f' })], '957.50'],
    ]
    if (from === 'bank') await world.connect()
    for (const [on, rows, closing] of days) {
      world.now = Math.max(world.now, Date.parse(`${on}T15:00:00Z`))
      if (from === 'files') await bring(world, on, rows, closing)
      else {
        world.bank.rows.push(...rows)
        world.bank.balances = () => [{ kind: 'ledger', amount: decimal(closing), currency: 'USD', on: day(on), at: null }]
        await world.sync()
      }
    }
    const [account] = await world.store.accounts.list()
    const { breaks } = await loadBalanceProof(world.store, account!)
    const faults = breaks.map(({ difference, explanations }) => [difference, explanations[0]?.faults.map((fault) => (fault.kind === 'missing' ? [fault.amount, fault.after, fault.upTo] : fault.kind))])
    // Two days are too few to call it broken, four are not, though each day after it agrees.
    assert.deepEqual((await world.store.feed.spans(account!.id)).map(({ to, status }) => `${to} ${status}`), ['2026-04-02 proved', '2026-04-03 unknown', '2026-04-04 proved', '2026-04-05 proved'])
    for (const [on, closing] of [['2026-04-06', '955.50'], ['2026-04-07', '953.50']] as const) {
      world.now = Math.max(world.now, Date.parse(`${on}T15:00:00Z`))
      const gum = row(on, '-2', 'Gum', { providerId: on })
      if (from === 'files') await bring(world, on, [gum], closing)
      else {
        world.bank.rows.push(gum)
        world.bank.balances = () => [{ kind: 'ledger', amount: decimal(closing), currency: 'USD', on: day(on), at: null }]
        await world.sync()
      }
    }
    assert.deepEqual((await world.store.feed.spans(account!.id)).map(({ to, status }) => `${to} ${status}`), ['2026-04-02 proved', '2026-04-03 broken', '2026-04-04 proved', '2026-04-05 proved', '2026-04-06 proved', '2026-04-07 proved'])
    assert.deepEqual(faults, [[-1250n, [[-1250n, '2026-04-02', '2026-04-03']]]])
  })
}

test('a row that a file brings twice is asked about where its balance shows it', async () => {
  const world = new World('2026-05-20')
  await bring(world, '2026-05-02', [row('2026-05-02', '-9', 'Book', { providerId: 'a' })], '86.00')
  await bring(world, '2026-05-03', [row('2026-05-03', '-4', 'Milk', { providerId: 'b' }), row('2026-05-03', '-4', 'Milk', { providerId: 'c' })], '82.00')
  await bring(world, '2026-05-10', [row('2026-05-10', '-1', 'Gum', { providerId: 'd' })], '81.00')
  assert.deepEqual(await world.openQuestions(), ['same_transaction'])
})
