/** Rows that add up others, with a day or without: they are no payments, unless a shop is called so. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, collect, summary } from '../testing/collect.ts'
import { readCsv } from './read.ts'

async function read(content: string): Promise<readonly [string, string]> {
  const { statements, failure } = await collect(readCsv(bytes(content)))
  return failure === null ? [statements.map(summary).join(), statements.flatMap(({ notices }) => notices).join()] : [`${failure.code} ${failure.line}`, '']
}

// Fails when: a row that has a day is a payment whatever it says (seen): all was counted twice.
test('sums of a day, of a month and of all are left out and told, below their rows and above them', async () => {
  const days = ['13/01/2025,Coffee,-3.50', '13/01/2025,Lunch,-12.00', '13/01/2025,Total for the day,-15.50', '14/01/2025,Pay,500.00', '14/01/2025,Total for the day,500.00']
  for (const rows of [days, days.toReversed()]) {
    const [rowsRead, notices] = await read(`Date,Description,Amount\n${rows.join('\n')}\n`)
    assert.equal(rowsRead, '3 484.5 2025-01-13 2025-01-14 - -')
    assert.match(notices, /only add up those above them were left out \(2\)/)
  }
  const months = 'Datum;Text;Soll;Haben;Saldo\n13.01.2025;Strom;85,00;;915,00\n14.01.2025;Gas;15,00;;900,00\n31.01.2025;Monatssumme;100,00;0,00;900,00\n14.02.2025;Gehalt;;2.100,00;3.000,00\n28.02.2025;Monatssumme;0,00;2.100,00;3.000,00\n28.02.2025;Gesamtsumme;100,00;2.100,00;3.000,00\n'
  assert.deepEqual(await read(months), ['3 2000 2025-01-13 2025-02-14 1000 3000', 'Rows that only add up those above them were left out (3).'])
  assert.equal((await read('Date,Description,Amount\n13/01/2025,Shop,-20.00\n14/01/2025,Shop,-5.00\n15/01/2025,Pay,100.00\n15/01/2025,Tip,1.00\n31/01/2025,Total debits,-25.00\n31/01/2025,Total credits,101.00\n'))[0], '4 76 2025-01-13 2025-01-15 - -')
})

test('without a day a row of exact sums needs no word that calls it one; any other is refused', async () => {
  const file = (last: string): string => `Date,Description,Debit,Credit\n13/01/2025,Shop,25.00,\n14/01/2025,Pay,,500.00\n20/01/2025,Shop,10.00,\n${last}\n`
  for (const last of [',,35.00,500.00', ',Tổng cộng,35.00,500.00', ',Gesammelt,35.00,500.00']) assert.equal((await read(file(last)))[0], '3 465 2025-01-13 2025-01-20 - -', last)
  for (const last of [',,35.00,501.00', ',,10.00,', ',Shop,35.00,']) assert.equal((await read(file(last)))[0], 'missing_field 5', last)
})

// Fails when: one row in its direction is a sum of several (seen): a payment that waited for its day was called a sum.
test('a row that is not booked yet, or has the amount of one other, adds up nothing', async () => {
  const file = (state: string): string => `Datum;Status;Text;Betrag\n;${state};REWE;-12,50\n14.01.2025;Gebucht;ACME;1500,00\n13.01.2025;Gebucht;REWE;-12,50\n`
  assert.deepEqual(await read(file('Vorgemerkt')), ['2 1487.5 2025-01-13 2025-01-14 - -', 'Pending rows without a date were left out (1): they come again when they are booked.'])
  assert.equal((await read(file('Gebucht')))[0], 'missing_field 2')
})

test('a shop that is called like a total is none', async () => {
  assert.equal((await read('Date,Description,Amount\n13/01/2025,Total Wine,-20.00\n13/01/2025,TOTAL STATION 445,-20.00\n14/01/2025,Shop,-5.00\n14/01/2025,TOTAL STATION 446,-44.00\n15/01/2025,TOTAL STATION 447,-45.00\n'))[0], '5 -134 2025-01-13 2025-01-15 - -')
})

// Fails when: whatever is called a total and has the amount of those before it is a sum (seen): payments were left out.
test('a payment that has the amount of those before it by chance is read, and told where nothing proves it', async () => {
  const coffee = '13/01/2025,Coffee,-10.00'
  const doubtful = /line 4 is called a total and stands at the end/
  for (const [rows, count, told] of [
    [[coffee, '13/01/2025,Lunch,-20.00', '13/01/2025,TOTAL,-30.00', '14/01/2025,Pay,500.00'], 4, doubtful],
    [['05/01/2025,Shop,-10.00', '06/01/2025,Bar,-20.00', '31/01/2025,Total payment received,30.00'], 3, doubtful],
    [['12/01/2025,Shell,-50.00', '13/01/2025,TOTAL,-50.00', '14/01/2025,Esso,-50.00', '15/01/2025,TOTAL,-50.00'], 4, /^$/],
    [['12/01/2025,Shell,-40.00', '13/01/2025,Lunch,-20.00', '14/01/2025,TOTAL,-60.00', '14/01/2025,Pay,500.00', '15/01/2025,TOTAL,-60.00', '16/01/2025,Rent,-200.00'], 6, doubtful],
  ] as const)
    for (const order of [rows, rows.toReversed()]) {
      const [rowsRead, notices] = await read(`Date,Description,Amount\n${order.join('\n')}\n`)
      assert.equal(rowsRead.split(' ')[0], String(count), order.join())
      assert.match(order === rows ? notices : notices.replace(/line \d/, 'line 4'), told)
    }
  // What moves the balance is a payment, wherever it stands.
  const balanced = ['13/01/2025,Coffee,-10.00,90.00', '13/01/2025,Lunch,-20.00,70.00', '13/01/2025,TOTAL,-30.00,40.00']
  for (const rows of [balanced, balanced.toReversed()]) assert.deepEqual(await read(`Date,Description,Amount,Balance\n${rows.join('\n')}\n`), ['3 -60 2025-01-13 2025-01-13 100 40', ''])
  // One that lost its day is refused.
  assert.equal((await read(`Date,Description,Amount\n${coffee}\n13/01/2025,Lunch,-20.00\n,Bar,-30.00\n14/01/2025,Pay,500.00\n`))[0], 'missing_field 4')
})

// Fails when: each row that has an amount is a payment (seen): what was paid in parts was counted twice.
test('parts of a payment that stand below it are left out and told where they add up to it', async () => {
  const file = (...rows: readonly string[]): string => `Date,Payee,Category,Amount\n2025-01-12,Bar,Food,-5.00\n${rows.join('\n')}\n2025-01-14,Pay,Income,500.00\n`
  for (const rows of [['2025-01-13,Costco,--Split--,-100.00', '2025-01-13,Costco,Groceries,-60.00', '2025-01-13,Costco,Household,-40.00'], ['2025-01-13,Costco,x,-100.00', ',,Groceries,-60.00', ',,Household,-40.00']])
    assert.deepEqual(await read(file(...rows)), ['3 395 2025-01-12 2025-01-14 - -', 'Rows that are parts of the one above them were left out (2).'])
  assert.equal((await read(file('2025-01-13,Costco,Food,-100.00', '2025-01-13,Costco,Groceries,-60.00', '2025-01-13,Costco,Household,-40.00')))[0], '5 295 2025-01-12 2025-01-14 - -')
  assert.equal((await read(file('2025-01-13,Costco,--Split--,-100.00', '2025-01-13,Costco,Groceries,-60.00', '2025-01-13,Costco,Household,-41.00')))[0], '5 294 2025-01-12 2025-01-14 - -')
  assert.equal((await read(file('2025-01-13,Costco,--Split--,-100.00', ',,Groceries,-60.00', ',,Household,-41.00')))[0], 'missing_field 4')
  // What others are paid is no part of it, nor what moves the balance.
  assert.equal((await read(file('2025-01-13,Costco,--Split--,-100.00', '2025-01-13,Shop,Groceries,-60.00', '2025-01-13,Bar,Household,-40.00')))[0], '5 295 2025-01-12 2025-01-14 - -')
  assert.equal((await read(file('2025-01-13,Costco,Home,-100.00', ',Shop,Groceries,-60.00', ',Bar,Household,-40.00')))[0], 'missing_field 4')
  assert.equal((await read('Date,Payee,Category,Amount,Balance\n2025-01-12,Bar,Food,-5.00,995.00\n2025-01-13,Bar,Split,-100.00,895.00\n2025-01-13,Bar,Food,-60.00,835.00\n2025-01-13,Bar,Food,-40.00,795.00\n'))[0], '4 -205 2025-01-12 2025-01-13 1000 795')
})

// Fails when: one sum that is none makes payments of all (seen): a row that was lost counted everything twice, without a word.
test('a total that does not add up its rows, where others of its words do, is refused; a lone one at the end of the list is told', async () => {
  const days = ['13/01/2025,Coffee,-3.50', '13/01/2025,Lunch,-12.00', '13/01/2025,Total for the day,-15.50', '14/01/2025,Pay,500.00', '14/01/2025,Bar,-5.00', '14/01/2025,Total for the day,495.00', '15/01/2025,Gym,-20.00', '15/01/2025,Tea,-2.00', '15/01/2025,Total for the day,-22.00']
  const file = (rows: readonly string[]): string => `Date,Description,Amount\n${rows.join('\n')}\n`
  for (const at of [0, 1, 3, 4, 6, 7]) for (const rows of [days.toSpliced(at, 1), days.toSpliced(at, 0, days[at]!)]) for (const order of [rows, rows.toReversed()]) assert.match((await read(file(order)))[0], /^malformed/, `${at}`)
  for (const [lost, total] of [[0, 'Total'], [1, 'Total'], [2, 'Total'], [0, 'Total debits']] as const) {
    const rows = ['13/01/2025,Coffee,-3.50', '13/01/2025,Lunch,-12.00', '14/01/2025,Pay,500.00', `31/01/2025,${total},484.50`].toSpliced(lost, 1)
    for (const order of [rows, rows.toReversed()]) assert.match((await read(file(order)))[1], /is called a total and stands at the end/)
  }
  assert.equal((await read(file(['13/01/2025,Coffee,-3.50', '14/01/2025,Pay,500.00', '15/01/2025,Total Wine,-44.00'])))[1], '')
})

// Fails when: what is called so behind the part that was looked at whole is one unseen (seen): a payment was left out.
test('behind the beginning of a long file, too, a total adds up its rows or is refused', async () => {
  const days = Array.from({ length: 700 }, (_, at) => new Date(Date.UTC(2010, 0, 1 + at)).toISOString().slice(0, 10))
  const file = (isAbove: boolean, ...more: readonly string[]): string => `Date,Description,Amount\n${days.map((day) => [`${day},A shop with ${'quite a long name '.repeat(12)},-1.00`, `${day},Another shop with ${'a long name '.repeat(12)},-2.00`, `${day},Total,-3.00`]).flatMap((rows) => (isAbove ? rows.toReversed() : rows)).join('\n')}\n${more.join('\n')}\n`
  assert.equal((await read(file(false)))[0], '1400 -2100 2010-01-01 2011-12-01 - -')
  assert.equal((await read(file(false, '2011-12-02,Shop,-5.00', '2011-12-02,Total,-61.00')))[0], 'malformed 2103')
  assert.match((await read(file(false, '2011-12-02,Shop,-5.00', ',Total debits,-61.00')))[1], /The totals on line 2103 do not add up/)
  assert.match((await read(file(true)))[0], /^malformed/)
})
