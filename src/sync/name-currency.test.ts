/** An account whose first files told no currency, until a statement does: the rows are the same ones, in the currency told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ok } from '../domain/result.ts'
import type { StatementPart, StatementRow, StatementStream } from '../domain/statement.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { importStatements, type ImportResult } from './import.ts'
import { recomputeAccount } from './recompute.ts'
import { row, World } from './testing.ts'
import { inCurrency } from './said-currency.ts'
import { sayCurrency } from './say-currency.ts'
import { undoRun } from './undo.ts'

const ROWS = [row('2026-06-01', '-900', 'Rent'), row('2026-06-05', '-30', 'Gym'), row('2026-06-05', '-30', 'Gym'), row('2026-06-15', '2500', 'Salary')]

/** `said`: by who brings it, not by the file. */
function bring(world: World, currency: string | null, rows: readonly StatementRow[], accountId: string | null = null, said: string | null = null): Promise<ImportResult> {
  const written = async function* (): StatementStream {
    yield ok({ part: 'start', head: { account: { number: null, bankId: null, branchId: null, kind: 'checking', name: null }, currency, covers: { from: null, to: null }, line: 1 } } satisfies StatementPart)
    yield ok({ part: 'rows', rows } satisfies StatementPart)
    yield ok({ part: 'end', covers: { from: null, to: null } } satisfies StatementPart)
  }
  const open = (): StatementStream => (said === null ? written() : inCurrency(written(), said))
  return importStatements(world.deps, { open, accountId, label: 'books.qif', dryRun: false, onProgress: null })
}

const idsOf = ({ accounts }: ImportResult): string[] => accounts.map(({ accountId }) => accountId)

test('the rows that came without a currency are known again when a file tells it, named or found, and after that file is taken back', async () => {
  for (const named of [true, false]) {
    const world = new World()
    const [first] = idsOf(await bring(world, null, ROWS))
    const told = await bring(world, 'EUR', ROWS, named ? first! : null)
    assert.deepEqual([told.failure, told.added, idsOf(told)], [null, 0, [first]])
    const stands = async (): Promise<unknown> => (await world.all()).map(({ name, currency, state }) => `${name} ${currency} ${state}`).toSorted()
    const all = ['Gym EUR posted', 'Gym EUR posted', 'Rent EUR posted', 'Salary EUR posted']
    assert.deepEqual(await stands(), all)
    assert.equal((await world.store.accounts.get(first!))?.currency, 'EUR')
    const again = await recomputeAccount({ ...world.deps, scratch: () => createMemoryStore().tenant('scratch') }, first!, false)
    assert.equal(again.ok && again.value.isDifferent, false)
    assert.ok((await undoRun(world.deps, told.runId!)).ok)
    assert.deepEqual(await stands(), all, 'what was told stays told')
    for (const currency of ['EUR', null]) assert.deepEqual([(await bring(world, currency, ROWS, first!)).added, await stands()], [0, all])
  }
})

test('amounts that were read with two decimals do not become yen or dinars: the way out is told, and nothing changes', async () => {
  const world = new World()
  const [account] = idsOf(await bring(world, null, ROWS))
  const refused = await bring(world, 'JPY', ROWS, account!)
  assert.match(refused.failure?.message ?? '', /without a currency.*JPY, which has 0\. Undo the imports/s)
  assert.equal((await world.store.accounts.get(account!))?.currency, 'XXX')
  assert.equal((await world.all()).length, 4)
})

/** Each row with its currency; those that are taken back with `undone`. */
const standing = async (world: World): Promise<readonly string[]> => (await world.all()).map(({ name, currency, state }) => `${name} ${currency}${state === 'withdrawn' ? ' undone' : ''}`).toSorted()
const asIn = (currency: string): readonly string[] => ['Gym', 'Gym', 'Rent', 'Salary'].map((name) => `${name} ${currency}`)

test('a person says the currency on the account, says another, and takes it back; the next file of the same rows brings none twice', async () => {
  const world = new World()
  const [account] = idsOf(await bring(world, null, ROWS))
  for (const currency of ['EUR', 'USD', null, 'CHF']) {
    const said = await sayCurrency(world.deps, account!, currency)
    assert.deepEqual([said.ok && said.value.currency, said.ok && said.value.currencyIsSaid, await standing(world)], [currency ?? 'XXX', currency !== null, asIn(currency ?? 'XXX')])
    assert.deepEqual([(await bring(world, null, ROWS, account!)).added, await standing(world)], [0, asIn(currency ?? 'XXX')])
  }
  const again = await recomputeAccount({ ...world.deps, scratch: () => createMemoryStore().tenant('scratch') }, account!, false)
  assert.equal(again.ok && again.value.isDifferent, false)
  const told = (await world.store.feed.history((await world.all())[0]!.id)).flatMap(({ reason, changes }) => (reason === 'currency_told' ? [changes['currency']] : []))
  assert.deepEqual(told, [['XXX', 'EUR'], ['EUR', 'USD'], ['USD', 'XXX'], ['XXX', 'CHF']])
  // What was said at an import can be said otherwise later, too.
  const [second] = idsOf(await bring(world, null, [row('2026-07-01', '-12', 'Books')], null, 'GBP'))
  const other = await sayCurrency(world.deps, second!, 'EUR')
  assert.deepEqual([other.ok && other.value.currency, (await world.store.feed.transactions({ accountId: second!, limit: 9 })).rows.map(({ currency }) => currency)], ['EUR', ['EUR']])
})

test('what a statement told stays: at once, or once one tells what a person said', async () => {
  const world = new World()
  const [account] = idsOf(await bring(world, null, ROWS))
  assert.ok((await sayCurrency(world.deps, account!, 'EUR')).ok)
  // A file in another currency is refused, and says where the way out is.
  assert.match((await bring(world, 'USD', ROWS, account!)).failure?.message ?? '', /a person said that the account is in EUR/)
  assert.equal((await bring(world, 'EUR', ROWS, account!)).added, 0)
  for (const currency of ['USD', null]) {
    const refused = await sayCurrency(world.deps, account!, currency)
    assert.deepEqual([!refused.ok && refused.failure.code, await standing(world)], ['wrong_state', asIn('EUR')])
  }
})

test('yen are said before the rows are there: amounts that were read with two decimals stay what they are', async () => {
  const world = new World()
  const first = await bring(world, null, ROWS)
  const [account] = idsOf(first)
  const refused = await sayCurrency(world.deps, account!, 'JPY')
  assert.match(refused.ok ? '' : refused.failure.message, /read with 2 decimals, and JPY has 0\. Undo the imports/)
  assert.deepEqual(await standing(world), asIn('XXX'))
  assert.ok((await undoRun(world.deps, first.runId!)).ok)
  assert.ok((await sayCurrency(world.deps, account!, 'JPY')).ok)
  assert.equal((await bring(world, null, ROWS, account!)).added, 4)
  assert.deepEqual((await standing(world)).filter((one) => !one.endsWith('undone')), asIn('JPY'))
  // Nor do they become euros again, and what was taken back in none does not come back beside them.
  assert.equal((await sayCurrency(world.deps, account!, 'EUR')).ok, false)
  const undone = (await world.store.history.undos())[0]!
  assert.equal((await undoRun(world.deps, undone.undoRunId)).ok, false)
})

test('a change of currency that a crash cut is ended by saying it again, or otherwise', async () => {
  const world = new World()
  const [account] = idsOf(await bring(world, null, ROWS))
  assert.ok((await sayCurrency(world.deps, account!, 'EUR')).ok)
  const { accounts } = world.store
  const update = accounts.update.bind(accounts)
  accounts.update = async () => { throw new Error('gone') }
  await assert.rejects(sayCurrency(world.deps, account!, 'USD'), /gone/)
  accounts.update = update
  assert.deepEqual([(await accounts.get(account!))?.currency, await standing(world)], ['EUR', asIn('USD')])
  assert.ok((await sayCurrency(world.deps, account!, 'GBP')).ok)
  assert.deepEqual(await standing(world), asIn('GBP'))
})
