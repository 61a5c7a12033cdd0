/** Workbooks of old Excel, as three programs write them (`written/`), cut off, damaged and locked. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readStatementFile } from '../detect.ts'
import { bytes, collect, summary, type Outcome } from '../testing/collect.ts'
import { zipped } from '../testing/zip.ts'

const written = (name: string): Promise<Buffer> => readFile(join(import.meta.dirname, 'written', name))

async function read(content: Uint8Array): Promise<Outcome> {
  const opened = await readStatementFile(bytes(content))
  if (!opened.ok) return { statements: [], failure: opened.failure }
  assert.equal(opened.value.format, 'xls')
  return collect(opened.value.stream)
}

async function told(content: Uint8Array): Promise<string> {
  const { statements, failure } = await read(content)
  return failure === null ? statements.map((statement) => `${statement.head.account.number ?? '-'} ${statement.head.currency ?? '-'} ${summary(statement)}`).join() : `${failure.code}: ${failure.message}`
}

/** A record of BIFF. */
const record = (type: number, ...content: readonly number[]): Buffer => Buffer.from([type & 255, type >> 8, content.length, 0, ...content])

test('workbooks that programs have written, BIFF8 and BIFF5, short streams and texts that go on in the next record', async () => {
  assert.equal(await told(await written('xlwt.xls')), 'ES9121000418450200051332 EUR 3 995.2 2026-10-01 2026-10-05 100 1095.2')
  assert.equal(await told(await written('gnumeric.xls')), '- - 3 995.2 2026-10-01 2026-10-03 100 1095.2')
  assert.equal(await told(await written('sheetjs-biff5.xls')), '- - 3 995.2 2026-10-01 2026-10-03 100 1095.2')
  const { statements: [long] } = await read(await written('xlwt-long.xls')) // prettier-ignore
  assert.equal(summary(long!), '400 -2 2024-01-01 2024-02-09 - -')
  assert.deepEqual(long!.rows.map(({ name }) => name), Array.from({ length: 400 }, (_, at) => `Shop ${at} ${at % 2 === 1 ? 'é日'.repeat(at % 9) : 'plain words'}`.trim()))
  assert.equal(await told(zipped([{ name: 'movimientos.xls', content: await written('xlwt.xls') }])), 'ES9121000418450200051332 EUR 3 995.2 2026-10-01 2026-10-05 100 1095.2')
})

test('the records of one sheet, with nothing around them', async () => {
  const label = (row: number, column: number, text: string): Buffer => record(0x204, row, 0, column, 0, 0, 0, text.length, 0, ...Buffer.from(text, 'latin1'))
  const number = (row: number, column: number, value: number): Buffer => {
    const double = Buffer.alloc(8)
    double.writeDoubleLE(value)
    return record(0x203, row, 0, column, 0, 0, 0, ...double)
  }
  const sheet = [record(0x809, 0, 0, 0x10, 0, 0, 0, 0, 0), ...['Date', 'Text', 'Amount'].map((word, at) => label(0, at, word)), label(1, 0, '2026-10-01'), label(1, 1, 'Caf\u00e9'), number(1, 2, -4.5), label(2, 0, '2026-10-02'), label(2, 1, 'Pay'), number(2, 2, 1000)]
  assert.equal(await told(Buffer.concat([...sheet, record(0x0a)])), '- - 2 995.5 2026-10-01 2026-10-02 - -')
  assert.match(await told(Buffer.concat(sheet)), /^truncated: /)
})

// Fails when: the words of a workbook from Japan, China, Taiwan or an old Macintosh come as signs of Western Europe.
test('BIFF5: words in the code page that the workbook names', async () => {
  const label = (row: number, column: number, ...letters: readonly number[]): Buffer => record(0x204, row, 0, column, 0, 0, 0, letters.length, 0, ...letters)
  const words = (said: string): readonly number[] => [...Buffer.from(said)]
  const pages: Readonly<Record<number, readonly [string, ...number[]]>> = { 932: ['コー', 0x83, 0x52, 0x81, 0x5b], 936: ['工', 0xb9, 0xa4], 949: ['가', 0xb0, 0xa1], 950: ['中', 0xa4, 0xa4], 1251: ['Ко', 0xca, 0xee], 1255: ['של', 0xf9, 0xec], 10000: ['äé', 0x8a, 0x8e], 850: ['äü', 0x84, 0x81] }
  for (const [page, [expected, ...letters]] of Object.entries(pages)) {
    const row = [label(1, 0, ...words('2026-10-01')), label(1, 1, ...letters), label(1, 2, ...words('-4.50'))]
    const { statements } = await read(Buffer.concat([record(0x809, 0, 5, 0x10, 0, 0, 0, 0, 0), record(0x42, Number(page) & 255, Number(page) >> 8), ...['Date', 'Text', 'Amount'].map((word, at) => label(0, at, ...words(word))), ...row, record(0x0a)]))
    assert.equal(statements[0]?.rows[0]?.name, expected, page)
  }
})

test('what is locked, and what is no workbook, is told', async () => {
  const whole = await written('xlwt.xls')
  const renamed = (to: string): Buffer => {
    const at = whole.indexOf(Buffer.from('Workbook', 'utf16le'))
    const copy = Buffer.from(whole)
    copy.write(to.padEnd(8, '\0'), at, 'utf16le')
    copy.writeUInt16LE((to.length + 1) * 2, at + 64)
    return copy
  }
  assert.match(await told(renamed('WordDocu')), /^unknown_format: .*no Excel workbook/)
  const begin = whole.indexOf(record(0x809, 0, 6, 5, 0).subarray(0, 2))
  const locked = Buffer.from(whole)
  // The record behind the first is made one that locks: its type alone tells.
  locked.writeUInt16LE(0x2f, begin + 4 + locked.readUInt16LE(begin + 2))
  assert.match(await told(locked), /^unreadable: .*password/)
})

// Fails when: places in a small file fill the memory, or a text that is not there is left out without a word.
test('cells far to the right, tables of the same sector over and over, and texts that are not there', async () => {
  const label = (row: number, column: number, text: string): Buffer => record(0x204, row & 255, row >> 8, column & 255, column >> 8, 0, 0, text.length, 0, ...Buffer.from(text, 'latin1'))
  const begin = record(0x809, 0, 0, 0x10, 0, 0, 0, 0, 0)
  const cells = [['Date', 'Text', 'Amount'], ['2026-10-01', 'Bar', '-4.50'], ['2026-10-02', 'Pay', '1000.00']].flatMap((words, row) => words.map((word, at) => label(row, at, word)))
  const before = process.memoryUsage().rss
  assert.equal(await told(Buffer.concat([begin, ...cells, ...Array.from({ length: 2_000 }, (_, row) => label(row % 3, 65_000, 'x')), ...Array.from({ length: 3_000 }, (_, row) => label(row + 9, 65_000, ' ')), record(0x0a)])), '- - 2 995.5 2026-10-01 2026-10-02 - -')
  const absent = record(0xfd, 1, 0, 1, 0, 0, 0, 7, 0, 0, 0)
  assert.match(await told(Buffer.concat([begin, ...cells, absent, record(0x0a)])), /^truncated: /)
  // Two megabytes, of which each sector of the header's chain names one sector of the table again and again.
  const bomb = Buffer.alloc(512 * 4_000)
  bomb.set(await written('xlwt.xls').then((whole) => whole.subarray(0, 512)))
  bomb.fill(0, 76, 512)
  bomb.writeUInt32LE(0x7fffffff, 44)
  bomb.writeUInt32LE(1, 68)
  for (let sector = 1; sector < 3_998; sector += 1) bomb.writeUInt32LE(sector + 1, (sector + 1) * 512 + 508)
  assert.match(await told(bomb), /^(?:truncated|unknown_format): /)
  assert.ok(process.memoryUsage().rss - before < 200e6, `${process.memoryUsage().rss - before} bytes`)
})

// Fails when: a short file that names one sheet a thousand times fills the memory with its rows.
test('two sheets in one place are damage', async () => {
  const book = await written('xlwt.xls')
  const sheets = [...book.keys()].filter((at) => book.readUInt16LE(Math.min(at, book.length - 2)) === 0x85 && book[at + 2]! > 8 && book[at + 2]! < 64 && book[at + 3] === 0 && book[at + 9] === 0)
  assert.equal(sheets.length, 2)
  const [first, second] = sheets as [number, number]
  book.copy(book, second + 4, first + 4, first + 10)
  assert.match(await told(book), /^truncated: /)
})

// Fails when: a chain of sectors in a circle never ends, or a place beyond the file is an exception.
test('a workbook that is cut off or damaged is refused, or read without an exception', async () => {
  const whole = await written('xlwt.xls')
  const expected = await told(whole)
  for (let at = 0; at < whole.length; at += 211) {
    const cut = await told(whole.subarray(0, at))
    assert.ok(cut === expected || /^(?:truncated|unknown_format|empty_file|unreadable|malformed|missing_field)/.test(cut), `cut at ${at}: ${cut}`)
  }
  for (let at = 0; at < whole.length; at += 53) for (const flip of [0x01, 0xff]) await told(Buffer.from(whole.map((byte, place) => (place === at ? byte ^ flip : byte))))
})
