/** Files that were damaged by hand, by a program or on the way: the row that has another shape than all others is named, or its copy left out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStatementFile } from '../detect.ts'
import { bytes, collect, summary } from '../testing/collect.ts'

const HEADING = 'Date,Text,Amount,Currency,Category,Note'
const ROWS = ['03/03/2025,Shop,-25.10,EUR,Food,a', '04/03/2025,ACME,1000.00,EUR,Wages,b', '06/03/2025,Power,-60.45,EUR,Home,c', '07/03/2025,Bar,-5.20,EUR,Food,d', '14/03/2025,Rent,-700.00,EUR,Home,e', '15/03/2025,Shop,-12.30,EUR,Food,f']
const BALANCED = ['03/03/2025,Shop,-25.10,974.90', '04/03/2025,ACME,1000.00,1974.90', '06/03/2025,Power,-60.45,1914.45', '07/03/2025,Bar,-5.25,1909.20', '14/03/2025,Rent,-700.00,1209.20', '15/03/2025,Shop,-12.30,1196.90']

const read = async (lines: readonly string[]) => {
  const file = await readStatementFile(bytes(`${lines.join('\n')}\n`), { fileName: 'x.csv' })
  if (!file.ok) return { failure: `${file.failure.code} ${file.failure.line}`, rows: [], notices: [], all: [] }
  const { statements, failure } = await collect(file.value.stream)
  return { failure: failure === null ? null : `${failure.code} ${failure.line}`, rows: statements.flatMap(({ rows }) => rows.map(({ postedOn, amount }) => `${postedOn} ${amount}`)), notices: statements.flatMap(({ notices }) => notices), all: statements.map(summary) }
}
const changed = (rows: readonly string[], at: number, change: (row: string) => string): readonly string[] => rows.map((row, i) => (i === at ? change(row) : row))

test('a row that lost a cell, got one more, or holds two rows is refused with its line', async () => {
  const damages: readonly (readonly [string, (row: string) => string])[] = [
    ['missing_field 4', (row) => row.replace(',EUR', '')],
    ['invalid_amount 4', (row) => row.replace(',Power', '')],
    ['invalid_date 4', (row) => row.replace('06/03/2025,', '')],
    ['invalid_date 4', (row) => `x,${row}`],
    ['malformed 4', (row) => row.replace('-60.45', '-60,45')],
    ['malformed 4', (row) => row.replace('Food', 'Fo,od').replace('Home', 'Ho,me')],
    ['malformed 4', (row) => `${row},${ROWS[3]!}`],
  ]
  for (const [expected, change] of damages) assert.equal((await read([HEADING, ...changed(ROWS, 2, change)])).failure, expected, change(ROWS[2]!))
  assert.equal((await read([HEADING, ...ROWS])).failure, null)
})

test('behind the last amount a text may hold what parts the columns, and rows of several lengths tell nothing', async () => {
  const texts = ['Date,Amount,Text', ...ROWS.map((row) => row.replace(/^([^,]*),([^,]*),([^,]*).*/, '$1,$3,$2'))]
  assert.equal((await read(changed(texts, 3, (row) => `${row}, and more`))).failure, null)
  assert.equal((await read([HEADING, ...ROWS.map((row, i) => (i % 2 === 0 ? row : row.slice(0, -2)))])).failure, null)
})

test('a heading that lost a word stands above the wrong cells', async () => {
  assert.equal((await read([HEADING.replace('Currency,', ''), ...ROWS])).failure, 'malformed 1')
})

test('an amount that lost a digit is refused where all others have as many, zeros at their end among them', async () => {
  assert.equal((await read([HEADING, ...changed(ROWS, 2, (row) => row.replace('-60.45', '-60.4'))])).failure, 'invalid_amount 4')
  const bare = ROWS.map((row) => row.replace(/\.(\d*?)0+,/, (_, digits: string) => (digits === '' ? ',' : `.${digits},`)))
  assert.equal((await read([HEADING, ...bare])).failure, null)
})

test('a cell that is never empty beside the one for the other direction lacks an amount', async () => {
  const sides = ['Date,Text,Debit,Credit', ...ROWS.map((row) => row.replace(/^([^,]*,[^,]*),(-?)([\d.]+).*/, (_, start: string, minus: string, size: string) => `${start},${minus === '' ? '0.00' : size},${minus === '' ? size : '0.00'}`))]
  assert.deepEqual([(await read(sides)).failure, (await read(changed(sides, 3, (row) => row.replace('60.45', '')))).failure], [null, 'missing_field 4'])
})

test('where the balance runs with all amounts but one, its line is told', async () => {
  const told = async (rows: readonly string[]): Promise<readonly string[]> => (await read(['Date,Text,Amount,Balance', ...rows])).notices.filter((notice) => notice.includes('a row is missing there'))
  assert.deepEqual(await told(BALANCED), [])
  const lines = async (rows: readonly string[]): Promise<string | undefined> => /not on line ([\d, ]+):/.exec((await told(rows))[0] ?? '')?.[1]
  assert.equal(await lines(changed(BALANCED, 2, (row) => row.replace('-60.45', '-60.54'))), '4')
  assert.equal(await lines(changed(BALANCED.toReversed(), 3, (row) => row.replace('-60.45', '-60.54'))), '6')
  assert.equal(await lines(BALANCED.toSpliced(2, 1)), '4')
  // In another order than the bank's it proves nothing.
  assert.deepEqual(await told([0, 2, 1, 4, 3, 5].map((at) => BALANCED[at]!)), [])
})

test('rows that stand twice in a file, with their heading or without, are there once, and that is told', async () => {
  const once = await read([HEADING, ...ROWS])
  for (const lines of [[HEADING, ...ROWS, HEADING, ...ROWS], [HEADING, ...ROWS, ...ROWS], ['Account: 12345678', HEADING, ...ROWS, ...ROWS, 'Thank you for banking with us']]) {
    const { failure, rows, notices } = await read(lines)
    assert.deepEqual([failure, rows, notices.filter((notice) => notice.includes('twice')).length], [null, once.rows, 1])
  }
  const day = ROWS.slice(0, 2).map((row) => row.replace(/^\d+/, '03'))
  assert.equal((await read([HEADING, ...day, ...day, ...day, ...day])).rows.length, 8)
})

// Fails when: only a file that stands in itself as a whole is a copy (seen): the days that two downloads share were there twice.
test('the days that downloads share which were put together are read once, and it is told', async () => {
  const once = await read([HEADING, ...ROWS])
  const [early, late] = [ROWS.slice(0, 5), ROWS.slice(2)]
  const above = (from: string, to: string): readonly string[] => ['Account: 12345678', `Period: ${from} - ${to}`, HEADING]
  for (const lines of [[HEADING, ...early, HEADING, ...late], [HEADING, ...late, HEADING, ...early], [HEADING, ...late.toReversed(), ...early.toReversed()], [HEADING, ...ROWS, ...ROWS.slice(1, 5)], [...above('03/03/2025', '14/03/2025'), ...early, ...above('06/03/2025', '15/03/2025'), ...late]]) {
    const { failure, rows, notices } = await read(lines)
    assert.deepEqual([failure, rows.toSorted(), notices.filter((notice) => notice.includes('twice')).length], [null, once.rows.toSorted(), 1], lines.join('\n'))
  }
  // Who else is at the same places on the same days has a title above.
  assert.equal((await read(['Card of Ann', HEADING, ...early, 'Card of Bob', HEADING, ...ROWS.slice(1, 5)])).rows.length, 9)
  // One and the same every day.
  const fares = ['03', '04', '05'].map((day) => `${day}/03/2025,Bus,-2.80,EUR,Travel,`)
  assert.equal((await read([HEADING, ...fares, ...fares.slice(1), '06/03/2025,Bus,-2.80,EUR,Travel,'])).rows.length, 6)
})

// Fails when: a balance that stands still is a break only (seen): the last rows of a page that begin the next one were there twice.
test('a row that stands there again with its balance is read once where the balance then runs with all rows', async () => {
  const heading = 'Date,Text,Amount,Balance'
  for (const rows of [BALANCED, BALANCED.toReversed()]) {
    const once = await read([heading, ...rows])
    for (const lines of [[...rows.slice(0, 3), heading, ...rows.slice(1)], [...rows.slice(0, 2), ...rows.slice(1)]]) {
      const { rows: told, notices } = await read([heading, ...lines])
      assert.deepEqual([told, notices.map((notice) => notice.slice(0, 62))], [once.rows, ['Rows stand in this file twice, with the balance that stood bes']])
    }
  }
  // Out, back and out again; and two of one day beside the balance at its end.
  assert.equal((await read([heading, ...BALANCED, '16/03/2025,Bar,-5.00,1191.90', '16/03/2025,Back,5.00,1196.90', '16/03/2025,Bar,-5.00,1191.90'])).rows.length, 9)
  assert.equal((await read([heading, ...BALANCED, '16/03/2025,Bar,-5.00,1186.90', '16/03/2025,Bar,-5.00,1186.90', '17/03/2025,Bar,-5.00,1181.90'])).rows.length, 9)
})

// Fails when: a balance tells only of the row beside it (seen): whatever was missing of a list in another order was missing without a word.
test('a balance tells the ends of a list in whatever order its rows stand, and whether some are missing', async () => {
  const heading = 'Date,Text,Amount,Balance'
  const [whole] = (await read([heading, ...BALANCED])).all
  const byAmount = BALANCED.toSorted((a, b) => Number(a.split(',')[2]) - Number(b.split(',')[2]))
  const byMonths = [...BALANCED.slice(4), heading, ...BALANCED.slice(0, 4)]
  for (const rows of [byAmount, byMonths]) {
    const { all, notices } = await read([heading, ...rows])
    assert.deepEqual([all, notices], [[whole], []])
  }
  for (const rows of [byAmount.toSpliced(1, 1), byAmount.with(1, byAmount[1]!.replace('-60.45', '-64.05')), BALANCED.map((row, at) => row.replace(/[\d.]+$/, `${at * at}.50`))]) assert.match((await read([heading, ...rows])).notices.join(), /does not run with its amounts/)
})

// Fails when: what stands above the heading is never a row, and a figure without a day never one that lost it (seen): rows were lost without a word.
test('rows above the heading or on its line, and days that the next cell is glued to, are refused with their line; figures between the rows are told', async () => {
  const heading = 'Date,Text,Amount,Balance'
  const [first, ...others] = BALANCED
  const files: readonly (readonly [string, readonly string[]])[] = [
    ['malformed 1', [first!, heading, ...others]],
    ['malformed 2', ['Date,Text,Balance', ...BALANCED.slice(0, 2), heading, ...BALANCED.slice(2)]],
    ['malformed 1', [`${heading}${first!}`, ...others]],
    ['malformed 1', ['Text,Amount,Balance', ...BALANCED]],
    ['invalid_date 3', [heading, first!, others[0]!.replace(',', '')]],
    ['malformed 2', [heading, `${others[2]!}${others[3]!}`, others[4]!]],
  ]
  for (const [expected, lines] of files) assert.equal((await read(lines)).failure, expected, lines.join('\n'))
  const told = await read(['Date,Text,Amount', '13/03/2025,Shop,-25.10', 'ACME,1000.00', '16/03/2025,Power,-60.45', 'Printed for you,12.00'])
  assert.deepEqual([told.rows, told.notices], [['2025-03-13 -25.1', '2025-03-16 -60.45'], ['Lines between the rows that hold a figure but no date were left out (1).']])
})

// Fails when: what a file says of itself is not asked (seen): a row that was lost was missing without a word.
test('balances in words to which the rows do not lead, and totals that do not add them up, are told', async () => {
  const rows = ['03/03/2025,Shop,25.10,', '04/03/2025,ACME,,1000.00', '06/03/2025,Power,60.45,', '07/03/2025,Bar,5.20,']
  const file = (from: readonly string[]): readonly string[] => ['Opening balance: 100.00', 'Date,Text,Debit,Credit', ...from, 'Total,,90.75,1000.00', 'Closing balance: 1009.25']
  assert.deepEqual((await read(file(rows))).notices.length, 1)
  for (const [at] of rows.entries()) {
    const { notices } = await read(file(rows.toSpliced(at, 1)))
    assert.match(notices.join(), /do not lead from its opening balance to its closing one/)
    assert.match(notices.join(), /The totals on line \d do not add up the rows/)
  }
  // The column of balances and words for one of them.
  const balanced = ['Date,Text,Amount,Balance', '02/03/2025,Opening balance,,1000.00', ...BALANCED]
  assert.deepEqual((await read(balanced)).notices, [])
  assert.match((await read(balanced.toSpliced(2, 1))).notices.join(), /by -25.1:/)
  // What was declined is in no total, and what is pending may be in it or not.
  const states = ['Date,Text,Amount,Status', '03/03/2025,Shop,-25.10,Completed', '04/03/2025,Bar,-5.00,Declined', '06/03/2025,Power,-60.45,Completed']
  assert.doesNotMatch((await read([...states, 'Total,,-85.55,'])).notices.join(), /totals on line/)
  assert.match((await read([...states, 'Total,,-90.55,'])).notices.join(), /totals on line 5/)
  assert.doesNotMatch((await read([...states, '07/03/2025,Bar,-1.00,Pending', 'Total,,-90.55,'])).notices.join(), /totals on line/)
})

test('where all rows of a day stand beside the balance in its evening, it tells the ends as well, and rows that are missing', async () => {
  const rows = ['13/01/2025,Bar,-10.00,980.00', '13/01/2025,Bar,-10.00,980.00', '14/01/2025,Pay,500.00,1472.50', '14/01/2025,Bus,-2.50,1472.50', '14/01/2025,Tea,-5.00,1472.50', '15/01/2025,Bus,-2.50,1470.00', '16/01/2025,Bus,-2.50,1467.50']
  for (const list of [rows, rows.toReversed()]) {
    assert.deepEqual((await read(['Date,Text,Amount,Balance', ...list])).all, ['7 467.5 2025-01-13 2025-01-16 1000 1467.5'])
    assert.deepEqual((await read(['Date,Text,Amount,Balance', ...list])).notices, [])
    assert.match((await read(['Date,Text,Amount,Balance', ...list.toSpliced(3, 1)])).notices.join(), /does not run|not on line/)
    // One row of the first day that stands there twice would look the same.
    const alone = list.filter((row) => !/^14/.test(row)).map((row) => row.replace('1470.00', '977.50').replace('1467.50', '975.00'))
    assert.match((await read(['Date,Text,Amount,Balance', ...alone])).notices.join(), /does not run|not on line/)
  }
})

test('a day that stands far from those around it in a sorted list is told with its line, one at the end of another list is not', async () => {
  for (const rows of [ROWS, ROWS.toReversed()]) assert.match((await read([HEADING, ...changed(rows, 2, (row) => row.replace('/03/', '/08/'))])).notices.join(), /on line 4 does not stand between/)
  assert.deepEqual((await read([HEADING, ...ROWS, '03/01/2025,Shop,-1.10,EUR,Food,a'])).notices, [])
  assert.deepEqual((await read([HEADING, ...changed(ROWS, 2, (row) => row.replace('06/03', '28/02'))])).notices, [])
})

test('the heading of each page, whatever its words are, hides no rows above it', async () => {
  const heading = 'Когда,Что,Amount,Чем,Куда,Ещё'
  assert.equal((await read([heading, ...ROWS.slice(0, 3), heading, ...ROWS.slice(3)])).rows.length, 6)
})

test('a row whose day and month changed places in a sorted file is refused with its line', async () => {
  const swap = (row: string): string => row.replace(/^(\d+)\/(\d+)/, '$2/$1')
  for (const rows of [ROWS, ROWS.toReversed()]) assert.equal((await read([HEADING, ...changed(rows, 2, swap)])).failure, 'invalid_date 4')
  assert.equal((await read([HEADING, ...changed(ROWS, 2, (row) => row.replace('06/03', '28/02'))])).failure, null)
  // One row that only one order can read does not tell that of all others.
  const early = ROWS.map((row, at) => row.replace(/^\d+/, `0${at + 3}`))
  assert.equal((await read([HEADING, ...changed(early, 3, () => '03/16/2025,Bar,-5.20,EUR,Food,d')])).failure, 'invalid_date 5')
})
