/** Workbooks of Excel: as five programs write them (`written/`), and what each of them may hold. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readStatementFile } from '../detect.ts'
import { bytes, collect, summary } from '../testing/collect.ts'
import { workbook, zipped } from '../testing/zip.ts'
import { numberFormat, valueText } from './cells.ts'

async function told(content: Uint8Array): Promise<readonly string[]> {
  const opened = await readStatementFile(bytes(content))
  if (!opened.ok) return [`${opened.failure.code}: ${opened.failure.message}`]
  assert.equal(opened.value.format, 'xlsx')
  const { statements, failure } = await collect(opened.value.stream)
  return failure === null ? statements.map((statement) => `${statement.head.account.number ?? '-'} ${statement.head.currency ?? '-'} ${summary(statement)}`) : [`${failure.code} ${failure.line}: ${failure.message}`]
}

/** Cells beside each other, the first in column A. */
const row = (number: number, ...cells: readonly string[]): string => `<row r="${number}">${cells.map((cell, at) => cell.replace('<c', `<c r="${String.fromCharCode(65 + at)}${number}"`)).join('')}</row>`
const text = (words: string): string => `<c t="inlineStr"><is><t>${words}</t></is></c>`
const figure = (value: string | number, format = 0): string => `<c s="${format}"><v>${value}</v></c>`
const HEADING = row(1, text('Date'), text('Description'), text('Amount'), text('Balance'))
/** 46296 is 1 October 2026. */
const ROWS = HEADING + row(2, figure(46296, 1), text('Coffee'), figure(-4.5), figure(95.5)) + row(3, figure(46297, 1), text('Salary'), figure(1000), figure(1095.5))

test('workbooks that programs have written', async () => {
  const expected: Readonly<Record<string, string>> = {
    openpyxl: 'DE89370400440532013000 EUR 3 995.2 2026-10-01 2026-10-03 100 1095.2', xlsxwriter: '- - 2 999.266 2026-01-02 2026-01-03 100 1099.266',
    exceljs: '- EUR 3 995.2 2026-10-01 2026-10-03 100 1095.2', sheetjs: '- - 3 995.2 2026-10-01 2026-10-03 100 1095.2', gnumeric: '- - 3 995.2 2026-10-01 2026-10-03 100 1095.2',
  }
  for (const [program, statement] of Object.entries(expected)) assert.deepEqual(await told(await readFile(join(import.meta.dirname, 'written', `${program}.xlsx`))), [statement], program)
})

test('days, texts and currencies that only the format of a cell or a list of texts tells', async () => {
  const shared = '<si><r><t>Date</t></r></si><si><t>De</t><rPh><t>no</t></rPh></si><si><r><t>scrip</t></r><r><t>tion</t></r></si>'
  const book = workbook([{ name: 'A', rows: row(1, '<c t="s"><v>0</v></c>', '<c t="s"><v>2</v></c>', text('Amount')) + row(2, figure('46296.9999884', 3), text('a_x000D_b &amp; c'), figure(-12.3, 2)) + row(3, '<c t="d"><v>2026-10-02T00:00:00</v></c>', '<c t="e"><v>#N/A</v></c>', figure('1E3', 2)) }], { strings: shared })
  assert.deepEqual(await told(book), ['- EUR 2 987.7 2026-10-01 2026-10-02 - -'])
  const from1904 = workbook([{ name: 'A', rows: ROWS.replaceAll('46296', '44834').replaceAll('46297', '44835') }], { properties: '<workbookPr date1904="1"/>' })
  assert.deepEqual(await told(from1904), ['- - 2 995.5 2026-10-01 2026-10-02 100 1095.5'])
})

// Fails when: 1.234 dinars are read as 1234, or -0.3 as -0.30000000000000004.
test('a number is what it is: three digits behind the point are no thousands, and nothing comes of counting in twos', async () => {
  const dinars = ROWS.replace('>-4.5<', '>-4.375<').replace('>95.5<', '>95.625<').replace('>1095.5<', '>1095.625<')
  assert.deepEqual(await told(workbook([{ name: 'A', rows: dinars }])), ['- - 2 995.625 2026-10-01 2026-10-02 100 1095.625'])
  assert.deepEqual(await told(workbook([{ name: 'A', rows: ROWS.replace('>-4.5<', '>-4.4999999999999996<').replace('>95.5<', '>95.500000000000004<') }])), ['- - 2 995.5 2026-10-01 2026-10-02 100 1095.5'])
  // What a formula's sums leave behind them.
  assert.deepEqual(await told(workbook([{ name: 'A', rows: ROWS.replace('>95.5<', '>5.684341886080802E-14<').replace('>1095.5<', '>1000.0000000000005<') }])), ['- - 2 995.5 2026-10-01 2026-10-02 4.5 1000'])
})

test('of several sheets those with the heading of a list are read, hidden ones are not, and each by its own account', async () => {
  const summaryOf = row(1, text('Total'), text('Count')) + row(2, figure(995.5), figure(2))
  const hidden = { name: 'Raw', state: 'hidden', rows: ROWS.replaceAll('Coffee', 'Copy') }
  assert.deepEqual(await told(workbook([{ name: 'Summary', rows: summaryOf }, { name: 'List', rows: ROWS }, hidden])), ['- - 2 995.5 2026-10-01 2026-10-02 100 1095.5'])
})

// Fails when: what went out is read a second time from a sheet that shows it alone, or blanks between the runs of a text go.
test('a sheet that shows some rows of another one again brings none of them twice; the runs of a text keep their blanks', async () => {
  const rows = Array.from({ length: 6 }, (_, at) => row(at + 2, figure(46296 + at, 1), text(`Shop ${at}`), figure(at % 2 === 0 ? -4.5 : 10)))
  const heading = row(1, text('Date'), text('Description'), text('Amount'))
  const some = [rows[0]!, rows[2]!, rows[4]!]
  assert.deepEqual(await told(workbook([{ name: 'All', rows: heading + rows.join('') }, { name: 'Out', rows: heading + some.join('') }])), ['- - 6 16.5 2026-10-01 2026-10-06 - -'])
  assert.deepEqual(await told(workbook([{ name: 'Card 1', rows: heading + rows[0]! }, { name: 'Card 2', rows: heading + rows[0]! }])), ['- - 2 -9 2026-10-01 2026-10-01 - -'])
  const runs = '<c t="inlineStr"><is><r><t xml:space="preserve">Coffee </t></r><r><t>Shop</t></r></is></c>'
  const opened = await readStatementFile(bytes(workbook([{ name: 'A', rows: ROWS.replace(text('Coffee').replace('<c', '<c r="B2"'), runs.replace('<c', '<c r="B2"')) }])))
  assert.ok(opened.ok)
  assert.equal((await collect(opened.value.stream)).statements[0]?.rows[0]?.name, 'Coffee Shop')
})

test('an error names the row of the sheet', async () => {
  const gap = ROWS + row(9, figure(46298, 1), text('Bar'), text('1,2,3.4.5'), figure(90))
  assert.match((await told(workbook([{ name: 'A', rows: gap }])))[0]!, /^\w+ 9: .*line 9/i)
})

test('rows and cells that do not say where they are, and what is left out', async () => {
  const bare = (ROWS + row(4, figure(46298, 1), text('Bar'), '', figure(95.5))).replaceAll(/ r="[A-Z]?\d+"/g, '')
  assert.deepEqual(await told(workbook([{ name: 'A', rows: bare.replace(/<row><c s="1"><v>46298.*$/, '') }])), ['- - 2 995.5 2026-10-01 2026-10-02 100 1095.5'])
  const sparse = ROWS.replace(text('Coffee').replace('<c', '<c r="B2"'), '')
  assert.deepEqual(await told(workbook([{ name: 'A', rows: sparse }])), ['- - 2 995.5 2026-10-01 2026-10-02 100 1095.5'])
})

// Fails when: an empty cell is given the first text of the list, or a description is lost without a word.
test('a cell that names no text is empty, and one whose text is not there is damage', async () => {
  const naming = (place: string): Buffer => workbook([{ name: 'A', rows: ROWS.replace(text('Coffee').replace('<c', '<c r="B2"'), `<c r="B2" t="s">${place}</c>`) }], { strings: '<si><t>Rent</t></si>' })
  const opened = await readStatementFile(bytes(naming('')))
  const { statements: [statement] } = await collect(opened.ok ? opened.value.stream : assert.fail()) // prettier-ignore
  assert.deepEqual(statement?.rows.map(({ name }) => name), [null, 'Salary'])
  for (const place of ['<v>1</v>', '<v>-1</v>', '<v>x</v>']) assert.match((await told(naming(place)))[0]!, /^malformed 0: The workbook is damaged/)
})

// Fails when: one row with a number like this fills the memory with empty lines, or ends the import with an internal error.
test('a row beyond the last of Excel is damage, and so is a sheet that is not there', async () => {
  for (const number of ['1048577', '400000000', '4294967295', '1e300']) assert.match((await told(workbook([{ name: 'A', rows: ROWS + row(4, figure(46298, 1), text('Bar'), figure(-1), figure(1094.5)).replace('r="4"', `r="${number}"`) }])))[0]!, /^malformed 0: The workbook is damaged/, number)
  const last = row(1048576, figure(46298, 1), text('Bar'), figure(-1), figure(1094.5))
  assert.deepEqual(await told(workbook([{ name: 'A', rows: ROWS + last }])), ['- - 3 994.5 2026-10-01 2026-10-03 100 1094.5'])
  const lost = workbook([{ name: 'A', rows: ROWS }, { name: 'B', rows: ROWS }]).toString('latin1').replaceAll('xl/worksheets/sheet2.xml', 'xl/worksheets/sheetB.xml')
  assert.match((await told(Buffer.from(lost, 'latin1')))[0]!, /^malformed 0: The workbook is damaged/)
})

// Fails when: francs in the plain format of a German Excel, whose blanks are as wide as a euro sign, come as euros.
test('a blank as wide as a sign names no currency', async () => {
  const formats: Readonly<Record<string, string | null>> = { '_-* #,##0.00\\ _€_-;\\-* #,##0.00\\ _€_-': null, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-': 'EUR', '#,##0.00\\ \\€': 'EUR', '_-* #,##0.00\\ [$CHF-807]_€': 'CHF' }
  for (const [code, currency] of Object.entries(formats)) assert.equal(numberFormat(164, code).currency, currency, code)
})

// Fails when: what was booked in the last half second of a day comes on the next one.
test('the last moment of a day is of that day, and what counting in twos takes from midnight is not', () => {
  const shown = (serial: number): string => valueText(serial, numberFormat(22, null), false)
  assert.deepEqual([shown(46296 + 86_399.6 / 86_400), shown(46296 + 86_399.999 / 86_400), shown(46296.99999999999), shown(46296.4375), shown(46296 + 37_799.999 / 86_400)], ['2026-10-01 23:59:59', '2026-10-01 23:59:59', '2026-10-02', '2026-10-01 10:30:00', '2026-10-01 10:30:00'])
})

test('a book by another number, and a way to a sheet with the strokes of Windows', async () => {
  const files = (book: string, target: string): Buffer => zipped([
    { name: `xl/${book}.xml`, content: '<workbook><sheets><sheet name="A" id="r"/></sheets></workbook>' }, { name: `xl/_rels/${book}.xml.rels`, content: `<Relationships><Relationship Id="r" Type="x/worksheet" Target="${target}"/></Relationships>` },
    { name: 'xl/worksheets/a.xml', content: `<worksheet><sheetData>${ROWS}</sheetData></worksheet>` },
  ])
  for (const content of [files('workbook22', 'worksheets/a.xml'), files('workbook', 'worksheets\\a.xml'), files('workbook', '\\xl\\worksheets\\a.xml')]) assert.deepEqual(await told(content), ['- - 2 995.5 2026-10-01 2026-10-02 100 1095.5'])
})

// Fails when: what was paid comes in, since the word that says so stands in the format and not in the cell: as Tally exports.
test('a side that only the format shows', () => {
  const shown = (code: string, number: number): string => valueText(number, numberFormat(164, code), false)
  assert.deepEqual([shown('""0.00" Dr"', 4.5), shown('""0.00" Cr"', 1000), shown('#,##0.00\\ [$€-407]\\ "DR."', 4.5), shown('"Dr "0.00', 4.5), shown('General" cr"', 7)], ['4.5 DR', '1000 CR', '4.5 EUR DR', '4.5 DR', '7 CR'])
  assert.deepEqual([4.5, -4.5, 0].map((number) => shown('0.00" Dr";0.00" Cr"', number)), ['4.5 DR', '4.5 CR', '0'])
  assert.deepEqual([shown('0.00" Dr"', -4.5), shown('0.00" Cr";[Red]-0.00', -4.5), shown('[<0]0.00" Dr";0.00" Cr"', -4.5), shown('0.00" Dr. Smith"', 4.5)], ['-4.5', '-4.5', '-4.5', '4.5'])
})

// Fails when: a byte that was changed on the way brings another amount or fewer rows.
test('a workbook with a byte changed, or cut off, is read as it was or refused', async () => {
  const whole = workbook([{ name: 'A', rows: ROWS }])
  const expected = await told(whole)
  const others: string[] = []
  const look = async (content: Buffer, where: string): Promise<void> => {
    const outcome = await told(content)
    if (outcome.join() !== expected.join() && !/^(?:truncated|malformed|unreadable|limit_exceeded|unknown_format|empty_file|missing_field)/.test(outcome.join())) others.push(`${where}: ${outcome.join()}`)
  }
  for (let at = 0; at < whole.length; at += 3) {
    await look(Buffer.from(whole.map((byte, place) => (place === at ? byte ^ 0x11 : byte))), `byte ${at}`).catch((error: unknown) => others.push(`byte ${at}: ${String(error)}`))
    if (at % 21 === 0) await look(whole.subarray(0, at), `cut at ${at}`)
  }
  assert.deepEqual(others, [])
})
