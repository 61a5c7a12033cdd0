/** Several statements of one day, as some banks number them: one of them that does not agree is not hidden by the next. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import { ok } from '../domain/result.ts'
import type { StatementHead, StatementPart } from '../domain/statement.ts'
import { importStatements } from './import.ts'
import { decimal, row, World } from './testing.ts'

const HEAD: StatementHead = { account: { number: '100200300', bankId: '121', branchId: null, kind: 'checking', name: null }, currency: 'USD', covers: { from: null, to: null }, line: 1 }
const TRAM = ['-5', 'Tram'] as const
const BOOK = ['-10', 'Book'] as const
const PEN = ['-7', 'Pen'] as const

function statement(opening: string, closing: string, ...rows: readonly (readonly [amount: string, name: string])[]): readonly StatementPart[] {
  const on = day('2026-03-02')
  return [
    { part: 'start', head: HEAD }, { part: 'rows', rows: rows.map(([amount, name]) => row(on, amount, name)) },
    ...([['opening', opening], ['closing', closing]] as const).map(([kind, amount]): StatementPart => ({ part: 'balance', balance: { kind, amount: decimal(amount), currency: 'USD', on, at: null } })),
    { part: 'end', covers: { from: null, to: null } },
  ]
}

const FIRST = statement('100', '95', TRAM)
const SECOND = statement('95', '78', BOOK, PEN)
/** Without the pen, which its balances hold. */
const LACKING = statement('95', '78', BOOK)

/** What stands of the account's days after these files: opening, sum of rows, closing, verdict. */
async function spansAfter(...files: readonly (readonly StatementPart[])[]): Promise<readonly string[]> {
  const world = new World()
  for (const parts of files) {
    const run = await importStatements(world.deps, { open: async function* () { for (const part of parts) yield ok(part) }, accountId: null, label: 'day.sta', dryRun: false, onProgress: null })
    assert.equal(run.failure, null)
  }
  return (await world.store.feed.spans(await world.accountId())).map(({ opening, rowsSum, closing, status }) => `${opening} ${rowsSum} ${closing} ${status}`)
}

// Fails when: a span takes the place of another of its days (seen): the statement that agrees hid the one that does not, in whichever order they came.
test('two statements of a day are told together, in one file or two, in either order', async () => {
  for (const files of [[[...FIRST, ...LACKING]], [[...LACKING, ...FIRST]], [FIRST, LACKING], [LACKING, FIRST], [[...FIRST, ...LACKING], FIRST], [[...FIRST, ...LACKING], [...FIRST, ...LACKING]]]) {
    assert.deepEqual(await spansAfter(...files), ['10000 -1500 7800 broken'])
  }
  for (const files of [[[...FIRST, ...SECOND]], [SECOND, FIRST], [[...FIRST, ...SECOND], FIRST], [[...FIRST, ...SECOND], SECOND]]) {
    assert.deepEqual(await spansAfter(...files), ['10000 -2200 7800 proved'])
  }
})

test('what was missing in one of them heals when it comes, with the other or alone', async () => {
  assert.deepEqual(await spansAfter([...FIRST, ...LACKING], [...FIRST, ...SECOND]), ['10000 -2200 7800 proved'])
  assert.deepEqual(await spansAfter([...FIRST, ...LACKING], SECOND), ['10000 -2200 7800 proved'])
})
