/** The writers, judged by the programs that read their files, and by our own readers. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fc } from '../../test/tries.ts'
import { day, dayFromNumber } from '../domain/day.ts'
import { DecimalSum, formatMinor, parseDecimal, type Decimal } from '../domain/money.ts'
import { writeBeancount } from './beancount/write.ts'
import { readCamt } from './camt/read.ts'
import { writeCamt053 } from './camt/write.ts'
import { readCsv } from './csv/read.ts'
import { writeCsv } from './csv/write.ts'
import type { ExportRow, ExportStatement } from './export.ts'
import { writeHledger } from './hledger/write.ts'
import { writeLedger } from './ledger/write.ts'
import { readQif } from './qif/read.ts'
import { writeQif } from './qif/write.ts'
import { bytes, collect } from './testing/collect.ts'

const directory = mkdtempSync(join(tmpdir(), 'relink-write-'))
after(() => rmSync(directory, { recursive: true }))

const decimal = (text: string): Decimal => parseDecimal(text)!
const row = (id: string, postedOn: string, amount: string, more: Partial<ExportRow> = {}): ExportRow => ({
  id,
  postedOn: day(postedOn),
  amount: decimal(amount),
  currency: 'EUR',
  name: `Shop ${id}`,
  memo: null,
  checkNumber: null,
  reference: null,
  kind: null,
  state: 'posted',
  ...more,
})

/** Texts of a hostile bank: formulas, quotes, comments, postings, markup, dates and tags in comments, other scripts. */
const HOSTILE = [
  '=HYPERLINK("http://x","y")',
  '+49 170',
  '-2+3',
  '@SUM(A1)',
  "'=already",
  'a,b;c|d',
  'say "hi"',
  'line\r\nbreak\n  Assets:Cash  100 EUR',
  '(virtual) [posting]',
  '; comment',
  'date: 1',
  '[2024/13/45]',
  'Payee: x :: 1/0',
  '* ! =',
  '<b>&amp;</b> ]]>',
  'Ünïcode 名前 \u202e',
  '\\',
  '^',
  '!Type:Bank',
  'D01/01/2000',
  '\u0000\u0007',
  '  spaces   inside  ',
]

function statement(rows: readonly ExportRow[], opening = '100'): ExportStatement {
  const sum = new DecimalSum()
  sum.add(decimal(opening))
  for (const { amount, state } of rows) if (state === 'posted') sum.add(amount)
  const last =
    rows
      .map(({ postedOn }) => postedOn)
      .sort()
      .at(-1) ?? day('2024-01-31')
  return {
    account: {
      id: 'a1',
      name: 'Giro: (main) [x]',
      number: 'DE89370400440532013000',
      bankId: 'COBADEFF',
      kind: 'checking',
      currency: 'EUR',
      institutionName: 'Bänk & Co',
    },
    covers: { from: day('2024-01-01'), to: last },
    opening: { amount: decimal(opening), currency: 'EUR', on: day('2024-01-01') },
    closing: { amount: sum.toDecimal(), currency: 'EUR', on: last },
    leftOut: null,
    continues: false,
    rows,
  }
}

const SAMPLE = statement([
  ...HOSTILE.map((text, i) =>
    row(`t${i}`, `2024-01-${String(i + 2).padStart(2, '0')}`, i % 2 === 0 ? '-12.5' : '1234.56', {
      name: text,
      memo: HOSTILE[HOSTILE.length - 1 - i]!,
      reference: text,
      checkNumber: i === 3 ? '101' : null,
      decided: { category: HOSTILE[(i + 1) % HOSTILE.length]!, note: HOSTILE[(i + 2) % HOSTILE.length]!, review: 'accepted', excluded: false, transfer: null },
    }),
  ),
  row('none', '2024-01-30', '0', { name: null }),
])

const text = async (pieces: AsyncIterable<string>): Promise<string> => {
  let all = ''
  for await (const piece of pieces) all += piece
  return all
}
const has = (program: string): boolean => spawnSync('which', [program]).status === 0

async function checkedBy(
  program: string,
  name: string,
  content: AsyncIterable<string>,
  args: (path: string) => readonly string[],
): Promise<string> {
  const path = join(directory, name)
  writeFileSync(path, await text(content))
  return execFileSync(program, args(path), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

test('hledger accepts the journal of a hostile bank with its balance assertion', { skip: !has('hledger') }, async () => {
  await checkedBy('hledger', 'a.journal', writeHledger(SAMPLE), (path) => ['-f', path, 'check'])
  const balance = execFileSync('hledger', ['-f', join(directory, 'a.journal'), 'balance', 'Assets', '-N'], { encoding: 'utf8' })
  assert.match(balance, new RegExp(`${Number(SAMPLE.closing!.amount).toFixed(2)} EUR`))
})

test('hledger refuses the journal when a row is missing, so the assertion is one', { skip: !has('hledger') }, async () => {
  const rows = SAMPLE.rows as readonly ExportRow[]
  await assert.rejects(
    checkedBy('hledger', 'b.journal', writeHledger({ ...SAMPLE, rows: rows.slice(1) }), (path) => ['-f', path, 'check']),
    /balance assertion/i,
  )
})

test('Ledger accepts the journal and finds the same balance', { skip: !has('ledger') }, async () => {
  const output = await checkedBy('ledger', 'a.ledger', writeLedger(SAMPLE), (path) => ['-f', path, 'bal', 'Assets'])
  assert.match(output, new RegExp(Number(SAMPLE.closing!.amount).toFixed(2)))
  const rows = SAMPLE.rows as readonly ExportRow[]
  await assert.rejects(
    checkedBy('ledger', 'b.ledger', writeLedger({ ...SAMPLE, rows: rows.slice(1) }), (path) => ['-f', path, 'bal']),
    /assertion/i,
  )
})

test(
  'Beancount accepts the file and its balance directive, and refuses it when a row is missing',
  { skip: !has('bean-check') },
  async () => {
    await checkedBy('bean-check', 'a.beancount', writeBeancount(SAMPLE), (path) => ['-C', path])
    const rows = SAMPLE.rows as readonly ExportRow[]
    await assert.rejects(checkedBy('bean-check', 'b.beancount', writeBeancount({ ...SAMPLE, rows: rows.slice(1) }), (path) => ['-C', path]))
  },
)

// Fails when: the day after the closing balance is taken of the last day that there is (was so): the export ended in the middle.
test('every format is written up to the last day of the calendar, and from the first', async () => {
  const edges: ExportStatement = { ...SAMPLE, covers: { from: day('0001-01-01'), to: day('9999-12-31') }, opening: { ...SAMPLE.opening!, on: day('0001-01-01') }, closing: { ...SAMPLE.closing!, on: day('9999-12-31') } }
  for (const write of [writeBeancount, writeHledger, writeLedger, writeQif, writeCsv, (statement: ExportStatement) => writeCamt053(statement, 1_700_000_000_000)]) {
    let text = ''
    for await (const piece of write(edges)) text += String(piece)
    assert.ok(text.length > 200, write.name)
  }
})

// Fails when: our own id is cut to what fits (was so): its last two characters were gone.
test('CAMT.053: an account without a number is told by its own id, whole', async () => {
  const id = '01a20549-c591-7da7-8a7f-42942446c7f9'
  let written = ''
  for await (const piece of writeCamt053({ ...SAMPLE, account: { ...SAMPLE.account, id, number: null } }, 0)) written += piece
  assert.ok(written.includes(`<Othr><Id>${id.replaceAll('-', '')}</Id></Othr>`), written.slice(0, 900))
})

const schema = join(
  process.env['RELINK_SHARED'] ?? join(import.meta.dirname, '../../../shared'),
  'schemas/genkgo__camt/assets/camt.053.001.02.xsd',
)
test('CAMT.053 is valid by its schema', { skip: !has('xmllint') || !existsSync(schema) }, async () => {
  await checkedBy('xmllint', 'a.xml', writeCamt053(SAMPLE, 1_700_000_000_000), (path) => ['--noout', '--schema', schema, path])
})

const anyRow = fc.record({
  on: fc.integer({ min: 10_000, max: 25_000 }),
  minor: fc.bigInt({ min: -99_999_999_999n, max: 99_999_999_999n }),
  name: fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme', maxLength: 30 })),
  memo: fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 30 })),
})
const anyRows = fc
  .array(anyRow, { minLength: 1, maxLength: 20 })
  .map((rows) =>
    rows
      .sort((a, b) => a.on - b.on)
      .map(({ on, minor, name, memo }, i) => row(`id-${i}`, dayFromNumber(on), formatMinor(minor, 2), { name, memo })),
  )

const facts = (rows: readonly { readonly postedOn: string; readonly amount: string }[]): unknown =>
  rows.map(({ postedOn, amount }) => [postedOn, amount])

test('CSV that was written is read with the same days, amounts, texts and ids', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows, async (rows) => {
      const { statements, failure } = await collect(readCsv(bytes(await text(writeCsv(statement(rows))))))
      assert.equal(failure, null)
      assert.deepEqual(facts(statements[0]!.rows), facts(rows))
      assert.deepEqual(
        statements[0]!.rows.map(({ providerId }) => providerId),
        rows.map(({ id }) => id),
      )
    }),
    { numRuns: 150 },
  )
  const rows = HOSTILE.map((name, i) => row(`t${i}`, '2024-01-02', '1', { name }))
  const { statements } = await collect(readCsv(bytes(await text(writeCsv(statement(rows))))))
  assert.deepEqual(
    statements[0]!.rows.slice(0, 7).map(({ name }) => name),
    HOSTILE.slice(0, 7),
  )
})

// Fails when: what a person decided is taken for what a bank says, or rows of two accounts come back as one.
test('CSV with what was decided, of one account or of several, is read as the rows that it is of, each with its account', async () => {
  const anyDecided = fc.record({
    category: fc.option(fc.constantFrom('Fuel', 'Rent & Co', '-12.50', '2024-01-01', 'Debit', 'pending', 'EUR', '=SUM(A1)', 'Checking')), note: fc.option(fc.constantFrom('to ask Ana', '2024-02-02', '100.00', 'two\nlines, "quoted"')),
    review: fc.constantFrom('for_review', 'accepted'), excluded: fc.boolean(), transfer: fc.option(fc.constantFrom('01a20549-c591-7da7-8a7f-42942446c7f9')),
  })
  await fc.assert(
    fc.asyncProperty(anyRows, fc.array(anyDecided, { minLength: 20, maxLength: 20 }), fc.integer({ min: 1, max: 3 }), async (rows, decided, accounts) => {
      const names = ['Checking', 'Ana’s card, the second', 'Tagesgeld (alt)'].slice(0, accounts)
      const told = rows.map((one, i) => ({ ...one, decided: decided[i]!, account: names[Math.floor((i * accounts) / rows.length)]! }))
      const { statements, failure } = await collect(readCsv(bytes(await text(writeCsv({ rows: told })))))
      assert.equal(failure, null)
      const read = new Map(statements.map(({ head, rows: own }) => [head.account?.name, own.map(({ providerId, postedOn, amount }) => [providerId, postedOn, amount])]))
      assert.deepEqual([...read], [...Map.groupBy(told, ({ account }) => account)].map(([name, own]) => [name, own.map(({ id, postedOn, amount }) => [id, postedOn, amount])]))
    }),
    { numRuns: 150 },
  )
})

test('no text in CSV begins like a formula, and no amount is touched', async () => {
  const content = await text(writeCsv(SAMPLE))
  assert.match(content, /,-12\.50,EUR,/)
  for (const line of content.split('\r\n').slice(1)) {
    const texts = line
      .match(/("([^"]|"")*"|[^,]*)/g)!
      .filter((cell) => cell !== '')
      .slice(3)
    for (const cell of texts) assert.doesNotMatch(cell, /^"?[=+\-@\t\r]/)
  }
})

test('QIF that was written is read with the same days and amounts, and its opening balance', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows, async (rows) => {
      const { statements, failure } = await collect(readQif(bytes(await text(writeQif(statement(rows))))))
      assert.equal(failure, null)
      assert.deepEqual(facts(statements[0]!.rows), facts(rows))
      assert.equal(statements[0]!.balances[0]!.amount, '100')
    }),
    { numRuns: 150 },
  )
})

test('QIF that was written is read month first, whatever its words and days look like', async () => {
  const rows = (['2024-02-05', '2024-05-05', '2024-11-05'] as const).map((on, at) => row(`r${at}`, on, '-1', { name: 'Tesco London' }))
  const { statements } = await collect(readQif(bytes(await text(writeQif(statement(rows))))))
  assert.deepEqual([facts(statements[0]!.rows), statements[0]!.notices], [facts(rows), []])
})

test('CAMT.053 that was written is read with the same days, amounts, ids and balances', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows, async (rows) => {
      const written = statement(rows)
      const { statements, failure } = await collect(readCamt(bytes(await text(writeCamt053(written, 0)))))
      assert.equal(failure, null)
      assert.deepEqual(facts(statements[0]!.rows), facts(rows))
      assert.deepEqual(
        statements[0]!.rows.map(({ providerId }) => providerId),
        // A reference holds 35 characters; without its hyphens a UUID fits whole.
        rows.map(({ id }) => id.replaceAll('-', '')),
      )
      assert.deepEqual(
        statements[0]!.balances.map(({ amount }) => amount),
        [written.opening!.amount, written.closing!.amount],
      )
    }),
    { numRuns: 100 },
  )
})

test('pending rows are kept apart: only in CSV, and marked in journals', async () => {
  const pending = statement([
    row('p', '2024-01-05', '-5', { state: 'pending' }),
    row('w', '2024-01-05', '-6', { state: 'withdrawn' }),
    row('b', '2024-01-06', '-7'),
  ])
  assert.match(await text(writeCsv(pending)), /,pending,p,.*,withdrawn,w,/s)
  assert.doesNotMatch(await text(writeQif(pending)), /T-[56]\.00/)
  const journal = await text(writeHledger(pending))
  assert.match(journal, /2024-01-05 ! Shop p/)
  assert.doesNotMatch(journal, /Shop w|Closing balance/)
})
