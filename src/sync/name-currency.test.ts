/** An account whose first files told no currency, until a statement does: the rows are the same ones, in the currency told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ok } from '../domain/result.ts'
import type { StatementPart, StatementRow, StatementStream } from '../domain/statement.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { importStatements, type ImportResult } from './import.ts'
import { recomputeAccount } from './recompute.ts'
import { row, World } from './testing.ts'
import { undoRun } from './undo.ts'

const ROWS = [row('2026-06-01', '-900', 'Rent'), row('2026-06-05', '-30', 'Gym'), row('2026-06-05', '-30', 'Gym'), row('2026-06-15', '2500', 'Salary')]

function bring(world: World, currency: string | null, rows: readonly StatementRow[], accountId: string | null = null): Promise<ImportResult> {
  const open = async function* (): StatementStream {
    yield ok({ part: 'start', head: { account: { number: null, bankId: null, branchId: null, kind: 'checking', name: null }, currency, covers: { from: null, to: null }, line: 1 } } satisfies StatementPart)
    yield ok({ part: 'rows', rows } satisfies StatementPart)
    yield ok({ part: 'end', covers: { from: null, to: null } } satisfies StatementPart)
  }
  return importStatements(world.deps, { open, accountId, label: 'books.qif', dryRun: false, onProgress: null })
}

test('the rows that came without a currency are known again when a file tells it, named or found, and after that file is taken back', async () => {
  for (const named of [true, false]) {
    const world = new World()
    const [first] = (await bring(world, null, ROWS)).accountIds
    const told = await bring(world, 'EUR', ROWS, named ? first! : null)
    assert.deepEqual([told.failure, told.added, told.accountIds], [null, 0, [first]])
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
  const [account] = (await bring(world, null, ROWS)).accountIds
  const refused = await bring(world, 'JPY', ROWS, account!)
  assert.match(refused.failure?.message ?? '', /without a currency.*JPY, which has 0\. Undo the imports/s)
  assert.equal((await world.store.accounts.get(account!))?.currency, 'XXX')
  assert.equal((await world.all()).length, 4)
})
