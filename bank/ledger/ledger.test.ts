import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../test/tries.ts'
import { addDays, day, dayNumber } from '../../src/domain/day.ts'
import { decimalsOf } from '../../src/domain/money.ts'
import { createBank } from '../bank.ts'
import { isBankDay } from '../calendar.ts'
import { ANA, CUSTOMERS, type CustomerSpec } from '../customers.ts'
import { Ledger } from './ledger.ts'
import { isBooked, isPending, type TruthRow } from './row.ts'
import { createZone } from './zone.ts'

const NOW = Date.UTC(2026, 10, 22, 20)
const ZONE = createZone(-5, 'EST')

function ledgerOf(customer: CustomerSpec, seed: number, days = 730): Ledger {
  return new Ledger(customer, { seed, zone: ZONE, startsOn: addDays(ZONE.dayOf(NOW), -days) })
}

function allRows(customer: CustomerSpec, seed: number): TruthRow[] {
  const ledger = ledgerOf(customer, seed)
  return customer.accounts.flatMap((account) => [...ledger.rows(account.key, NOW)])
}

test('the balance is the opening plus what is booked, at any instant', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 0, max: 200 * 24 }), (seed, hours) => {
      const ledger = ledgerOf(ANA, seed, 60)
      const at = NOW - 60 * 86_400_000 + hours * 3_600_000
      for (const { spec, openingMinor } of ledger.accounts.values()) {
        const sum = ledger.rows(spec.key, at).reduce((total, row) => (isBooked(row, at) ? total + row.minor : total), openingMinor)
        assert.equal(ledger.balance(spec.key, at), sum)
      }
    }),
    { numRuns: 40 },
  )
})

test('time going on only adds rows; nothing that was known changes', () => {
  const ledger = ledgerOf(ANA, 5, 60)
  const before = structuredClone(ledger.rows('ana-card', NOW))
  const after = ledger.rows('ana-card', NOW + 40 * 86_400_000)
  assert.ok(after.length > before.length)
  assert.deepEqual(after.slice(0, before.length), before)
})

test('asking in small steps gives the same ledger as asking once', () => {
  const steps = ledgerOf(ANA, 6, 90)
  for (let back = 90; back >= 0; back -= 7) steps.rows('ana-checking', NOW - back * 86_400_000)
  const once = ledgerOf(ANA, 6, 90)
  for (const account of ANA.accounts) assert.deepEqual(steps.rows(account.key, NOW), once.rows(account.key, NOW))
})

test('the same seed gives the same rows and another seed others', () => {
  assert.deepEqual(allRows(ANA, 1), allRows(ANA, 1))
  assert.notDeepEqual(allRows(ANA, 1), allRows(ANA, 2))
})

test('every row is pending, booked or gone at every instant, never two of them', () => {
  for (const row of allRows(ANA, 3)) {
    for (const at of [row.pendingAt, row.postedAt, row.lapsesAt, NOW]) {
      if (at === null) continue
      assert.ok(!(isBooked(row, at) && isPending(row, at)), row.id)
    }
    if (row.pendingAt !== null) assert.ok(row.pendingAt < (row.postedAt ?? row.lapsesAt ?? 0), row.id)
  }
})

test('two years hold everything that a believable ledger has', () => {
  const rows = CUSTOMERS.flatMap((customer) => allRows(customer, 1))
  const has = (what: string, test: (row: TruthRow) => boolean): void => assert.ok(rows.some(test), what)
  has('payroll', (row) => row.kind === 'DIRECTDEP' && row.minor > 0n)
  has('rent', (row) => row.name.includes('RENT'))
  has('a check with its number', (row) => row.kind === 'CHECK' && row.checkNumber !== null)
  has('a tip: more is booked than was pending', (row) => row.pendingAt !== null && row.postedAt !== null && row.minor < row.pendingMinor)
  has('a fuel hold: less is booked than was pending', (row) => row.name === 'LAKE FUEL STATION' && row.minor > row.pendingMinor)
  has('a hold that lapses', (row) => row.postedAt === null && row.lapsesAt !== null)
  has('a foreign fee', (row) => row.kind === 'FEE')
  has('a reversal', (row) => row.memo === 'REVERSAL' && row.minor > 0n)
  has('interest', (row) => row.kind === 'INT')
  has('a back-dated row', (row) => row.postedAt !== null && row.bookedOn < ZONE.dayOf(row.postedAt))
  has('a late posting', (row) => row.pendingAt !== null && row.postedAt !== null && row.postedAt - row.pendingAt > 6 * 86_400_000)
  has('letters beyond ASCII', (row) => /[^\x20-\x7e]/.test(row.name))
  const twins = new Map<string, number>()
  for (const row of rows)
    twins.set(
      `${row.account} ${row.bookedOn} ${row.name} ${row.minor}`,
      (twins.get(`${row.account} ${row.bookedOn} ${row.name} ${row.minor}`) ?? 0) + 1,
    )
  assert.ok(
    [...twins.values()].some((count) => count === 2),
    'equal twins on one day',
  )
})

test('transfers between own accounts cancel out', () => {
  for (const customer of CUSTOMERS) {
    const transfers = allRows(customer, 4).filter((row) => row.kind === 'XFER')
    assert.equal(
      transfers.reduce((sum, row) => sum + row.minor, 0n),
      0n,
      customer.user,
    )
    assert.equal(transfers.length % 2, 0)
  }
})

test('nothing is posted on a day on which the bank is closed', () => {
  for (const customer of CUSTOMERS) {
    for (const row of allRows(customer, 7)) {
      if (row.postedAt !== null)
        assert.ok(isBankDay(dayNumber(ZONE.dayOf(row.postedAt)), customer.country), `${row.id} ${ZONE.dayOf(row.postedAt)}`)
    }
  }
})

test('nobody overdraws a checking account for long, and amounts fit the currency', () => {
  for (const customer of CUSTOMERS) {
    const bank = createBank({ clock: { now: () => NOW }, seed: 1, customers: [customer] })
    const decimals = decimalsOf(customer.currency)
    for (const entry of bank.truth(`${customer.user}-checking`)) assert.equal(entry.amount.split('.')[1]?.length ?? 0, decimals)
    assert.ok(!bank.balance(`${customer.user}-checking`).startsWith('-'), customer.user)
  }
})

test('a booking by hand appears at once, or after it was pending', () => {
  let now = NOW
  const bank = createBank({ clock: { now: () => now }, seed: 1, historyDays: 10 })
  const before = bank.balance('ana-savings')
  bank.book('1000200049', { minor: 1_234n, name: 'GIFT', bookedOn: day('2026-11-19') })
  bank.book('ana-savings', { minor: -500n, pendingMinor: -400n, name: 'FUEL', pendingForMs: 3_600_000 })
  assert.deepEqual(
    bank
      .truth('ana-savings')
      .slice(-2)
      .map(({ state, amount, bookedOn }) => [state, amount, bookedOn]),
    [
      ['booked', '12.34', '2026-11-19'],
      ['pending', '-4.00', '2026-11-22'],
    ],
  )
  now += 3_600_000
  assert.equal(bank.truth('ana-savings').at(-1)?.amount, '-5.00')
  assert.equal(Number(bank.balance('ana-savings')).toFixed(2), (Number(before) + 7.34).toFixed(2))
})
