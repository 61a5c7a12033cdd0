/** Amounts without signs beside a balance: the rows have the signs that it tells, and what it leaves open is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStatementFile } from '../detect.ts'
import { bytes, collect } from '../testing/collect.ts'

async function read(text: string): Promise<{ readonly amounts: readonly string[]; readonly told: readonly string[]; readonly balances: readonly string[] }> {
  const file = await readStatementFile(bytes(text, 61), { fileName: 'x.csv' })
  assert.ok(file.ok)
  const { statements, failure } = await collect(file.value.stream)
  assert.equal(failure, null)
  return {
    amounts: statements.flatMap(({ rows }) => rows.map(({ amount, foreign }) => (foreign?.amount == null ? amount : `${amount} ${foreign.amount}`))),
    told: statements.flatMap(({ notices }) => notices.flatMap((notice) => /lines ([\d, ]+)\): those were read as money (in|out)/.exec(notice)?.slice(1).join(' ') ?? [])),
    balances: statements.flatMap((statement) => statement.balances.map(({ kind, amount }) => `${kind} ${amount}`)),
  }
}

const HEADING = 'Date,Description,Amount,Balance\n'
const ROWS = ['2024-01-05,Rent,480.00,520.00', '2024-01-12,Shop,20.00,500.00', '2024-01-20,Salary,1500.00,2000.00', '2024-01-31,Rent,700.00,1300.00']
const backwards = (rows: readonly string[]): string => rows.toReversed().join('\n')

// Fails when: all rows without signs are money in beside a balance that goes down with some (seen).
test('the balance tells the way of each row, forwards and backwards, and other rows with its text that of the oldest', async () => {
  const expected = ['-480', '-20', '1500', '-700']
  const balances = ['opening 1000', 'closing 1300']
  assert.deepEqual(await read(`${HEADING}${ROWS.join('\n')}\n`), { amounts: expected, told: [], balances })
  assert.deepEqual(await read(`${HEADING}${backwards(ROWS)}\n`), { amounts: expected.toReversed(), told: [], balances })
})

test('what the balance and the texts leave open goes the way of most, and is told with its line', async () => {
  const open = [ROWS[0]!.replace('Rent', 'Bread'), ...ROWS.slice(1)]
  assert.deepEqual(await read(`${HEADING}${open.join('\n')}\n`), { amounts: ['-480', '-20', '1500', '-700'], told: ['2 out'], balances: ['opening 1000', 'closing 1300'] })
  assert.deepEqual((await read(`${HEADING}${backwards(open)}\n`)).told, ['5 out'])
  assert.deepEqual(await read(`${open.join('\n')}\n`), { amounts: ['-480', '-20', '1500', '-700'], told: ['1 out'], balances: ['opening 1000', 'closing 1300'] })
  // Nothing but a first payment in leaves just itself.
  assert.deepEqual(await read(`${HEADING}2024-01-02,Start,1000.00,1000.00\n${open.join('\n')}\n`), { amounts: ['1000', '-480', '-20', '1500', '-700'], told: [], balances: ['opening 0', 'closing 1300'] })
})

test('an opening balance in words tells the way of the oldest row', async () => {
  assert.deepEqual((await read(`${HEADING}2024-01-01,Opening balance,,1000.00\n${ROWS[0]!.replace('Rent', 'Bread')}\n${ROWS.slice(1).join('\n')}\n`)).amounts, ['-480', '-20', '1500', '-700'])
})

test('accounts that follow each other have each their own balance, and an amount abroad goes with its row', async () => {
  const of = (account: string, rows: readonly string[]): string => rows.map((row) => `${account},${row},EUR,USD,${row.split(',')[2]}`).join('\n')
  const heading = 'Account,Date,Description,Amount,Balance,Currency,Original currency,Original amount\n'
  const signs = ['-480', '-20', '1500', '-700'].map((amount) => `${amount} ${amount}`)
  for (const [rows, expected] of [[ROWS.join('|'), signs], [ROWS.toReversed().join('|'), signs.toReversed()]] as const) {
    const text = `${heading}${of('10000001', rows.split('|'))}\n${of('10000002', rows.split('|'))}\n`
    assert.deepEqual((await read(text)).amounts, [...expected, ...expected])
  }
})

test('a balance that goes by other amounts, or up and down by signs, tells nothing', async () => {
  const other = ROWS.map((row, at) => row.replace(/[\d.]+$/, String(9000 + at * at)))
  assert.deepEqual((await read(`${HEADING}${other.join('\n')}\n`)).amounts, ['480', '20', '1500', '700'])
  assert.deepEqual((await read(`${HEADING}${ROWS.map((row) => row.replace(/,(480|20|700)\./, ',-$1.')).join('\n')}\n`)).amounts, ['-480', '-20', '1500', '-700'])
})
