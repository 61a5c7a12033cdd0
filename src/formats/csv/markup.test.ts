/** Tables in HTML and in the XML of spreadsheets, made up in the manner of what banks name .xls. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStatementFile } from '../detect.ts'
import { bytes, collect, summary } from '../testing/collect.ts'

async function read(content: string, size = Number.POSITIVE_INFINITY): Promise<readonly string[]> {
  const file = await readStatementFile(bytes(content, size), { fileName: 'a.xls' })
  if (!file.ok) return [file.failure.code]
  const { statements, failure } = await collect(file.value.stream)
  if (failure !== null) return [`${failure.code} ${failure.line}`]
  return statements.map((statement) => [statement.head.account.number ?? '-', summary(statement), ...statement.rows.map(({ name, memo, line }) => `${[name, memo].filter(Boolean).join('/')}@${line}`)].join(' | '))
}

const ROWS = '<tr><td>18/01/2024</td><td>N&oacute;mina&nbsp;Acme</td><td align=right>1.000,00</td><td>1.487,50</td></tr>\n<tr><td>05/01/2024</td><td>Super<br>Centro &amp; Co &#8364;</td><td>-12,50</td><td>487,50</td></tr>\n'
const PAGE = `<html><head><style>td > b { color: red }</style><script>if (a < b) document.write("<tr><td>x")</script></head>\n<!-- <tr><td>01/01/2024</td></tr> -->\n<body><table><tr><td colspan="2">Extracto</td></tr><tr><td>Cuenta:</td><td>ES91 2100 0418 4502 0005 1332</td></tr></table>\n<table>\n<tr><th>Fecha</th><th>Concepto</th><th>Importe</th><th>Saldo</th></tr>\n${ROWS}</table></body></html>`

// Fails when: a page is no list (seen): what many banks name .xls was refused.
test('a table in a page is read with what stands in tables above it, in pieces of any size, each row by its line', async () => {
  const wanted = ['ES9121000418450200051332 | 2 987.5 2024-01-05 2024-01-18 500 1487.5 | Nómina Acme@6 | Super Centro & Co €@7']
  for (const size of [Number.POSITIVE_INFINITY, 1, 7, 61]) assert.deepEqual(await read(PAGE, size), wanted, `${size}`)
  assert.deepEqual(await read(PAGE.replaceAll(/<\/t[dhr]>/g, '')), wanted, 'tags that end nothing may be missing')
  assert.deepEqual(await read(PAGE.replace('-12,50', '-12x50')), ['invalid_amount 7'])
  // However many comments stand before the first tag.
  assert.deepEqual(await read('<!---->'.repeat(200) + PAGE), wanted)
})

test('a cell over two columns has none beside it, and a spreadsheet says which cell comes next', async () => {
  const rows = (heading: string, one: string, other: string): string => `<TABLE><TR>${heading}</TR>\n<TR>${one}</TR>\n<TR>${other}</TR></TABLE>`
  const cells = (...told: readonly string[]): string => told.map((cell) => `<TD${cell.startsWith('2 ') ? ' COLSPAN=2' : ''}>${cell.replace(/^2 /, '')}</TD>`).join('')
  assert.deepEqual(await read(rows(cells('Date', '2 Description', 'Debit', 'Credit'), cells('2024-01-05', '2 Shop', '12.50', ''), cells('2024-01-18', '2 Acme', '', '1000.00'))), ['- | 2 987.5 2024-01-05 2024-01-18 - - | Shop@2 | Acme@3'])
  const cell = (value: string, index = ''): string => `<Cell${index}><Data ss:Type="String">${value}</Data></Cell>`
  const sheet = `<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table>\n<Row>${['Date', 'Description', 'Debit', 'Credit', 'Balance'].map((one) => cell(one)).join('')}</Row>\n<Row/>\n` +
    `<Row>${cell('2024-01-05T00:00:00.000')}${cell('Shop')}${cell('12.5')}${cell('487.5', ' ss:Index="5"')}</Row>\n<Row>${cell('2024-01-18T00:00:00.000')}${cell('Acme')}${cell('1000', ' ss:Index="4"')}${cell('1487.5')}</Row>\n</Table></Worksheet></Workbook>`
  assert.deepEqual(await read(sheet), ['- | 2 987.5 2024-01-05 2024-01-18 500 1487.5 | Shop@6 | Acme@7'])
})

test('a page without such a table is none, and one with an old statement in it stays one', async () => {
  assert.deepEqual(await read('<!DOCTYPE html><html><body><table><tr><td>User</td><td>Password</td></tr><tr><td>Date</td><td>x</td></tr></table></body></html>'), ['unknown_format'])
  assert.deepEqual(await read('<root><row><date>2024-01-05</date></row></root>'), ['unknown_format'])
})

// Fails when: a spreadsheet that was cut off is read as far as it goes, unsaid (seen).
test('a table that ends before its end is refused with the line; a page that ends as one may lack the ends of its tables', async () => {
  const cell = (value: string): string => `<Cell><Data ss:Type="String">${value}</Data></Cell>`
  const row = (...cells: readonly string[]): string => `<Row>${cells.map(cell).join('')}</Row>\n`
  const list = row('Date', 'Description', 'Amount') + row('2024-01-05', 'Shop', '-12.5') + row('2024-01-18', 'Acme', '1000')
  const book = `<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table>\n${list}</Table></Worksheet></Workbook>\n`
  assert.match((await read(book)).join(), /^- \| 2 987\.5 /)
  for (let length = book.indexOf('Shop'); length < book.trimEnd().length; length += 1) assert.match((await read(book.slice(0, length))).join(), /^(truncated|invalid_amount|missing_field|invalid_date) \d/, book.slice(0, length))
  const page = PAGE.slice(0, PAGE.lastIndexOf('</table>'))
  assert.deepEqual(await read(page), ['truncated 7'])
  assert.equal((await read(`${page}</body></html>`)).length, 1)
  assert.doesNotMatch((await read(`${page}</body></html>`)).join(), /truncated/)
})
