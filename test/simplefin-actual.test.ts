/**
 * The SimpleFIN server against the unmodified current Actual Budget, server and client, over plain http on
 * loopback: it claims, lists, links, imports, syncs again, is told of trouble, and is revoked. Skipped,
 * with a word, where Actual is not installed (test/actual/package.json).
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { listen } from '../src/api/listen.ts'
import { createConsumer } from '../src/api/simplefin/consumers.ts'
import { readConfig } from '../src/config.ts'
import { addDays, utcDay, type Day } from '../src/domain/day.ts'
import type { Instance } from '../src/instance.ts'
import { openInstance } from '../src/open.ts'
import { aConnection, anAccount, anUpdate, aPage, aProblem, aRun, aSource, type Ledger } from '../src/store/fixtures.ts'
import { missing, startActual, type Actual } from './actual/actual.ts'

const TODAY = utcDay(Date.now())
const ago = (days: number): Day => addDays(TODAY, -days)

async function theLedger({ store }: Instance, connectionId: string, name: string, currency: string): Promise<Ledger> {
  const account = anAccount({ name, currency, startOn: null })
  const source = aSource(account.id, { connectionId })
  const run = aRun({ connectionId, outcome: 'succeeded' })
  await store.accounts.create(account, source)
  await store.runs.create(run)
  return { tenant: store, accountId: account.id, sourceId: source.id, runId: run.id }
}

type Reported = { readonly text: string; readonly on: Day; readonly amount: bigint; readonly status?: 'posted' | 'pending' }

/** Stores rows and the balance that the bank states today; returns the ids of the rows. */
async function report(ledger: Ledger, currency: string, rows: readonly Reported[], balance: bigint): Promise<readonly string[]> {
  const now = Date.now()
  const page = aPage(ledger, rows, { balances: [{ accountId: ledger.accountId, sourceId: ledger.sourceId, runId: ledger.runId, kind: 'ledger', amount: balance, on: TODAY, observedAt: now }] })
  const inserts = page.inserts.map((row) => ({ ...row, currency, transactedOn: null, createdAt: now, updatedAt: now }))
  await ledger.tenant.feed.commitPage({ ...page, inserts, observations: page.observations.map((o) => ({ ...o, currency, transactedOn: null })) })
  return inserts.map((row) => row.id)
}

async function post(ledger: Ledger, id: string): Promise<void> {
  const row = (await ledger.tenant.feed.transaction(id))!
  const change = { transactionId: id, at: Date.now(), runId: ledger.runId, reason: 'pending_posted' as const, by: null, changes: { state: ['pending', 'posted'] as const } }
  await ledger.tenant.feed.commitPage(aPage(ledger, [], { at: Date.now(), updates: [anUpdate({ ...row, contentKey: '0'.repeat(32) }, { content: { status: 'posted' }, state: 'posted', change })] }))
}

type Account = { readonly id: string; readonly name: string; readonly balance: string; readonly org: { readonly name: string } }
type Row = { readonly date: string; readonly amount: number; readonly imported_id: string | null; readonly cleared: boolean; readonly starting_balance_flag: boolean }

async function rowsIn(actual: Actual, account: string): Promise<Record<string, readonly [string, number, boolean]>> {
  const rows = (await actual.ask<Row[]>('rows', { account })).filter((row) => !row.starting_balance_flag)
  assert.equal(new Set(rows.map((row) => row.imported_id)).size, rows.length, 'no row is there twice')
  return Object.fromEntries(rows.map((row) => [row.imported_id, [row.date, row.amount, row.cleared]]))
}

test('unmodified Actual claims, links, imports every row once, is told of trouble, and is revoked', { skip: missing() ?? false, timeout: 240_000 }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'relink-actual-'))
  const config = readConfig({ RELINK_HOME: join(directory, 'relink') }, process.platform)
  assert.ok(config.ok)
  const opened = await openInstance(config.value, { tell: () => {} })
  assert.ok(opened.ok, opened.ok ? '' : opened.failure.message)
  const { instance } = opened.value
  const server = await listen({ instance, home: config.value.home, host: '127.0.0.1', port: 0, pageDirectory: null })
  assert.ok(server.ok)
  const actual = await startActual(join(directory))
  t.after(async () => {
    await actual.close()
    await server.value.close()
    await opened.value.close()
    await rm(directory, { recursive: true, force: true })
  })

  const connection = aConnection({ institutionId: 'riverbank', institutionName: 'Riverbank' })
  await instance.store.connections.create(connection)
  const euros = await theLedger(instance, connection.id, 'Everyday', 'EUR')
  const yen = await theLedger(instance, connection.id, 'Tokyo', 'JPY')
  const first = await report(euros, 'EUR', [{ text: 'rent', on: ago(40), amount: -80_000n }, { text: 'pay', on: ago(20), amount: 250_050n }, { text: 'coffee', on: TODAY, amount: -305n, status: 'pending' }], 190_000n)
  const tokyo = await report(yen, 'JPY', [{ text: 'sushi', on: ago(5), amount: -1_200n }], 30_000n)

  const made = await createConsumer(instance, { label: 'Actual', url: server.value.url, accountIds: null })
  assert.ok(made.ok)
  await actual.ask('token', { setupToken: made.value.setupToken })
  const { accounts } = await actual.ask<{ accounts: Account[] }>('accounts')
  assert.deepEqual(accounts.map(({ name, balance, org }) => [name, balance, org.name]), [['Everyday', '1900.00', 'Riverbank'], ['Tokyo', '30000.00', 'Riverbank']])

  for (const account of accounts) await actual.ask('link', { account })
  const linked = await actual.ask<{ id: string; name: string }[]>('linked')
  const [everyday, other] = ['Everyday', 'Tokyo'].map((name) => linked.find((one) => one.name === name)!.id) as [string, string]
  const expected: Record<string, readonly [string, number, boolean]> = {
    [first[0]!]: [ago(40), -80_000, true],
    [first[1]!]: [ago(20), 250_050, true],
    [first[2]!]: [TODAY, -305, false],
  }
  assert.deepEqual(await rowsIn(actual, everyday), expected)
  assert.equal(await actual.ask('balance', { account: everyday }), 190_000, 'the balance that the bank states')
  assert.deepEqual(await rowsIn(actual, other), { [tokyo[0]!]: [ago(5), -120_000, true] })
  assert.equal(await actual.ask('balance', { account: other }), 3_000_000, '30000 yen, in the hundredths that Actual counts')

  await actual.ask('sync', { account: everyday })
  assert.deepEqual(await rowsIn(actual, everyday), expected, 'again: nothing new')

  await post(euros, first[2]!)
  const [late, fresh] = await report(euros, 'EUR', [{ text: 'late cheque', on: ago(30), amount: -4_500n }, { text: 'lunch', on: TODAY, amount: -1_250n }], 184_250n)
  await actual.ask('sync', { account: everyday })
  Object.assign(expected, { [first[2]!]: [TODAY, -305, true], [late!]: [ago(30), -4_500, true], [fresh!]: [TODAY, -1_250, true] })
  assert.deepEqual(await rowsIn(actual, everyday), expected, 'the pending row was cleared and kept its id; the late one arrived')

  const problem = aProblem(connection.id, { institutionId: 'riverbank' })
  await instance.store.problems.open(problem)
  await assert.rejects(actual.ask('sync', { account: everyday }), /Failed syncing account "Everyday/)
  const batch = await actual.ask<{ accountId: string; res: { errors: { code: string }[] } }[]>('batch', { accounts: [everyday, other] })
  assert.deepEqual(batch.map(({ res }) => res.errors.map((e) => e.code)), [['ACCOUNT_NEEDS_ATTENTION'], ['ACCOUNT_NEEDS_ATTENTION']])
  await instance.store.problems.update(problem.id, { closedAt: Date.now() })
  const [after] = await report(yen, 'JPY', [{ text: 'tea', on: TODAY, amount: -400n }], 29_600n)
  const mended = await actual.ask<{ res: { errors: unknown[] } }[]>('batch', { accounts: [everyday, other] })
  assert.deepEqual(mended.map(({ res }) => res.errors), [[], []])
  assert.deepEqual(await rowsIn(actual, other), { [tokyo[0]!]: [ago(5), -120_000, true], [after!]: [TODAY, -40_000, true] })

  const consumer = (await instance.store.consumers.get(made.value.consumer.id))!
  assert.ok(consumer.claims === 1 && consumer.lastUsedAt !== null)
  await instance.store.consumers.revoke(consumer.id, Date.now())
  const revoked = await actual.ask<{ res: { errors: { code: string }[] } }[]>('batch', { accounts: [everyday] })
  assert.deepEqual(revoked.flatMap(({ res }) => res.errors.map((e) => e.code)), ['INVALID_ACCESS_TOKEN'])
})
