import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../../domain/day.ts'
import { failed, ok } from '../../domain/result.ts'
import type { StatementPart, StatementStream } from '../../domain/statement.ts'
import { accountRefOf, pagesOfStatement } from './index.ts'

const account = { number: '1', bankId: null, branchId: null, kind: 'checking', name: null } as const
const start = (number: string): StatementPart => ({ part: 'start', head: { account: { ...account, number }, currency: 'USD', covers: { from: day('2026-01-01'), to: null }, line: 1 } })
const rows = (count: number): StatementPart => ({ part: 'rows', rows: Array.from({ length: count }, () => ({}) as never) })
const end: StatementPart = { part: 'end', covers: { from: day('2026-01-01'), to: day('2026-01-31') } }

async function* stream(parts: readonly StatementPart[], broken = false): StatementStream {
  for (const part of parts) yield ok(part)
  if (broken) yield failed({ code: 'truncated', message: 'cut', line: 9 })
}

async function collect(source: StatementStream) {
  const pages = []
  for await (const page of pagesOfStatement(source)) pages.push(page)
  return pages
}

test('each statement of a file ends with one last page, which alone carries coverage and balances', async () => {
  const balance: StatementPart = { part: 'balance', balance: { kind: 'ledger', amount: '1' as never, currency: 'USD', on: day('2026-01-31'), at: null } }
  const pages = await collect(stream([start('1'), rows(3), rows(2), balance, end, start('2'), end]))
  const shown = pages.map((page) => (page.ok ? [page.value.statement, page.value.head.account.number, page.value.page.rows.length, page.value.page.last, page.value.page.covers?.to ?? null, page.value.page.balances.length] : page))
  assert.deepEqual(shown, [[0, '1', 3, false, null, 0], [0, '1', 2, false, null, 0], [0, '1', 0, true, '2026-01-31', 1], [1, '2', 0, true, '2026-01-31', 0]])
})

test('a damaged file ends with its failure', async () => {
  const pages = await collect(stream([start('1'), rows(1)], true))
  const last = pages.at(-1)
  assert.ok(last !== undefined && !last.ok && last.failure.line === 9)
})

test('a file that names no account asks a person', () => {
  assert.equal(accountRefOf({ ...account, number: null }), null)
  assert.deepEqual(accountRefOf(account), { bankId: null, branchId: null, number: '1', kind: 'checking' })
})
