import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TruthRow } from '../bank/ledger/row.ts'
import { day } from '../src/domain/day.ts'
import type { BalanceSpan } from '../src/domain/run.ts'
import type { Transaction } from '../src/domain/transaction.ts'
import type { PageCommit } from '../src/ports/feed.ts'
import { Claims } from './claims.ts'
import { kindOf, type AccountTruth, type Known } from './truth.ts'

const NOON = Date.parse('2026-03-10T12:00:00Z')
const HOUR = 3_600_000

function booked(on: string, minor: bigint, postedAt: number): TruthRow {
  return { id: `${on} ${minor}`, position: 0, account: 'a', kind: 'POS', name: 'SHOP', memo: null, checkNumber: null, authorisedOn: day(on), pendingAt: null, pendingMinor: minor, postedAt, bookedOn: day(on), minor, lapsesAt: null }
}

const truthOf = (...rows: TruthRow[]): AccountTruth => ({ rows }) as unknown as AccountTruth
const shown = (id: string, state: 'posted' | 'pending' = 'posted'): Transaction => ({ id, state, postedOn: day('2026-03-09'), amount: -5n, name: 'SHOP' }) as Transaction
const proved = (from: string, to: string): BalanceSpan => ({ accountId: 'x', sourceId: 's', from: day(from), to: day(to), opening: 0n, closing: -5n, rowsSum: -5n, status: 'proved' })
const page = (more: Partial<PageCommit>): PageCommit => ({ spans: [], updates: [], ...more }) as unknown as PageCommit
const withdrawn = (id: string, withdrawnReason: string) => page({ updates: [{ id, state: 'withdrawn', withdrawnReason }] as unknown as PageCommit['updates'] })

test('days that are proved without a row that the bank had booked by then are blamed once; later and other days are not', () => {
  const claims = new Claims(() => NOON)
  const row = booked('2026-03-09', -5n, NOON - 30 * HOUR)
  const truth = truthOf(row, booked('2026-03-09', -7n, NOON + HOUR), booked('2026-03-07', -9n, NOON - 90 * HOUR))
  const span = proved('2026-03-07', '2026-03-10')
  claims.committed('a', page({ spans: [span] }))
  assert.deepEqual(claims.step('a', truth, new Map(), [span], () => null), [`2026-03-07 to 2026-03-10 is proved without ${kindOf(row)}`])
  assert.deepEqual(claims.step('a', truth, new Map(), [span], () => null), [])
  assert.deepEqual(claims.step('a', truth, new Map(), [{ ...span, to: day('2026-03-11'), status: 'unknown' }], () => null), [])
  assert.deepEqual(new Claims(() => NOON).step('a', truth, new Map([[kindOf(row), [shown('1')]]]), [span], () => null), [])
})

test('what a person proves later is proved with the balance of then', () => {
  let now = NOON
  const claims = new Claims(() => now)
  const span = proved('2026-03-07', '2026-03-10')
  claims.committed('a', page({ spans: [{ ...span, status: 'broken' }] }))
  now += 4 * HOUR
  assert.deepEqual(claims.step('a', truthOf(booked('2026-03-10', -7n, NOON + HOUR)), new Map(), [span], () => null), [])
})

test('a pending row that is pending at no bank is blamed in the end, and each true one stands for one only', () => {
  const pending = { ...booked('2026-03-09', -5n, NOON + HOUR), pendingAt: NOON - HOUR }
  const here = new Map([['x', [shown('1', 'pending')]]])
  assert.deepEqual(new Claims(() => NOON).end(truthOf(pending), here, NOON), [])
  assert.deepEqual(new Claims(() => NOON).end(truthOf(), here, NOON), ['pending at no bank: 2026-03-09 -5 SHOP'])
  assert.equal(new Claims(() => NOON).end(truthOf(pending), new Map([['x', [shown('1', 'pending'), shown('2', 'pending')]]]), NOON).length, 1)
})

test('a booked row that goes and comes again under another id is blamed; one that was merged, or stood beside it all the time, if only as its copy, is not', () => {
  const row = booked('2026-03-09', -5n, NOON - HOUR)
  const identity = (): Known => ({ row, stage: 'booked', copy: false })
  const play = (reason: string, ...after: string[]): readonly string[] => {
    const claims = new Claims(() => NOON)
    claims.step('a', truthOf(row), new Map([['k', [shown('1'), ...after.slice(1).map((id) => shown(id))]]]), [], (id) => ({ ...identity(), copy: id === 'copy' }))
    claims.committed('a', withdrawn('1', reason))
    const here = new Map([['k', after.map((id) => shown(id))]])
    claims.step('a', truthOf(row), here, [], identity)
    return claims.end(truthOf(row), here, NOON)
  }
  assert.deepEqual(play('bank_removed', '2'), ['the id that consumers saw changed from 1 to 2: k'])
  assert.deepEqual([play('merged', '2'), play('bank_removed'), play('bank_removed', '3', '3'), play('bank_removed', 'copy', 'copy')], [[], [], [], []])
})
