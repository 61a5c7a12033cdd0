/**
 * Whatever bytes come: no reader throws, hangs, or takes time out of proportion; and how the bytes are
 * cut into chunks never changes what is read.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../test/tries.ts'
import type { StatementStream } from '../domain/statement.ts'
import { readCamt } from './camt/read.ts'
import { readCsv } from './csv/read.ts'
import { readStatementFile } from './detect.ts'
import { readMt940 } from './mt940/read.ts'
import { readQif } from './qif/read.ts'
import { bytes, collect, type Outcome } from './testing/collect.ts'

type Reader = (chunks: AsyncIterable<Uint8Array>) => StatementStream

const entry = (i: number): string =>
  `<Ntry><Amt Ccy="EUR">${i}.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2024-01-0${i}</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>Café &amp; ${i}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n`
const SEEDS: readonly (readonly [string, Reader, string])[] = [
  [
    'CAMT',
    readCamt,
    `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:camt.053"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE1</IBAN></Id></Acct>\n${[1, 2, 3].map(entry).join('')}</Stmt></BkToCstmrStmt></Document>\n`,
  ],
  [
    'MT940',
    readMt940,
    ':20:R\r\n:25:10020030/1234567\r\n:28C:1\r\n:60F:C240102EUR0,00\r\n:61:240103C1,00NTRFNONREF//B1\r\n:86:166?00GUT?20EREF+Ä1?21\r\nSVWZ+x?32Jörg\r\n:61:240104D0,50NTRFNONREF\r\n:86:free\r\n:62F:C240104EUR0,50\r\n-\r\n',
  ],
  [
    'CSV',
    readCsv,
    'Konto;DE89370400440532013000\r\n\r\n"Datum";"Text";"Betrag";"Saldo"\r\n"05.01.2024";"a ""quoted""\r\nCafé";"-1,50";"98,50"\r\n"06.01.2024";"b";"2,00";"100,50"\r\n',
  ],
  ['CSV without heading', readCsv, '2024-01-05,Café,-1.50,98.50\n2024-01-06,b,2.00,100.50\n'],
  [
    'QIF',
    readQif,
    '!Account\r\nNGiro\r\nTBank\r\n^\r\n!Type:Bank\r\nD1/13/2024\r\nT1,000.00\r\nPCafé\r\nSFood\r\n$1.00\r\n^\r\nD1/14/2024\r\nT-2.00\r\n^\r\n',
  ],
]

const read = (reader: Reader, content: Uint8Array, sizes: readonly number[] = []): Promise<Outcome> =>
  collect(reader(inChunks(content, sizes)))

async function* inChunks(content: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    yield content.subarray(at, at + size)
    at += size
  }
  yield content.subarray(at)
}

for (const [name, reader, seed] of SEEDS) {
  const content = new TextEncoder().encode(seed)

  test(`${name}: any chunks give the same`, async () => {
    const whole = await read(reader, content)
    assert.equal(whole.failure, null, whole.failure?.message)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 40 }), { maxLength: 40 }), async (sizes) => {
        assert.deepEqual(await read(reader, content, sizes), whole)
      }),
      { numRuns: 100 },
    )
  })

  test(`${name}: cut anywhere it is read or refused with a place, never thrown`, async () => {
    const whole = await read(reader, content)
    const lines = seed.split('\n').length
    for (let length = 0; length < content.length; length += 1) {
      const { statements, failure } = await read(reader, content.subarray(0, length))
      if (failure !== null) assert.ok(failure.line >= 0 && failure.line <= lines && failure.message !== '', JSON.stringify(failure))
      else assert.ok(statements.flatMap(({ rows }) => rows).length <= whole.statements.flatMap(({ rows }) => rows).length)
    }
  })

  test(`${name}: changed anywhere it neither throws nor hangs, and damage reads the same in any chunks`, async () => {
    const change = fc.record({ at: fc.nat({ max: content.length - 1 }), byte: fc.nat({ max: 255 }), remove: fc.nat({ max: 3 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 50 }), async (changes, size) => {
        const damaged = [...content]
        for (const { at, byte, remove } of changes) damaged.splice(at, remove, byte)
        const whole = await read(reader, Uint8Array.from(damaged))
        const cut = await collect(reader(bytes(Uint8Array.from(damaged), size)))
        assert.deepEqual(cut.failure, whole.failure)
        if (whole.failure === null) assert.deepEqual(cut, whole)
      }),
      // A zero byte in front of all: two bytes of UTF-16 to whoever looks at four bytes only.
      { numRuns: 250, examples: [[[{ at: 0, byte: 0, remove: 0 }], 1]] },
    )
  })
}

test('any bytes at all are answered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.string({ unit: 'grapheme', maxLength: 200 }), async (random, text) => {
      for (const content of [random, new TextEncoder().encode(text)]) {
        const opened = await readStatementFile(bytes(content))
        if (opened.ok) await collect(opened.value.stream)
        for (const [, reader] of SEEDS) await read(reader, content)
      }
    }),
    { numRuns: 150 },
  )
})

test('long input without structure is refused in time in proportion to its length', async () => {
  const hostile = [
    ' '.repeat(3_000_000),
    ','.repeat(1_000_000),
    '"'.repeat(1_000_000),
    '1'.repeat(1_000_000),
    ':86:'.repeat(300_000),
    '<a>'.repeat(300_000),
    '\n'.repeat(1_000_000),
    'D'.repeat(1_000_000),
    '(((('.repeat(200_000),
    "1'".repeat(400_000),
    `${'\n'.repeat(60_000)}x`,
    `Date,Description,Amount\n2024-01-05,x,${'1 '.repeat(30_000)}\n`,
    `Date,Description,Amount\n2024-01-05,${'total '.repeat(10_000)},(((\n`,
    `Date,Description,Amount\n05/02/2024,${'A'.repeat(200_000)},-1\n`,
    `Date,x${' '.repeat(100_000)}x,Amount\n05/02/2024,x,-1\n`,
    'Date,Text,Amount\n2025-01-01,x,-1.00\nAmount,Date,Text\n-1.00,2025-01-02,x\n'.repeat(3_000),
    `Date,Text,Amount\n${'2025-01-01,--Split--,-1.00\n'.repeat(8_000)}`,
    `Date,Text,Amount\n${`${'2025-01-01,x,-1.00\n'.repeat(4_000)}2025-01-02,x,-1.00\n`.repeat(2)}2025-01-03,y,-1.00\n`,
    `:20:R\n:25:1/2\n:60F:C240102EUR0,00\n:61:240103C1,00NTRFNONREF\n:86:105?20EREF+${' x'.repeat(30_000)}\n`,
    `:20:R\n:25:1/2\n:60F:C240102EUR0,00\n:61:240103C1,00NTRFNONREF\n:86:/NAME/${'/AB'.repeat(20_000)}\n`,
    `:20:R\n:25:1/2\n:60F:C240102EUR0,00\n:61:240103C1,00NTRFNONREF\n:86:${'a\n'.repeat(1_000_000)}`,
    `!Type:Bank\nD1/13/2024\n${'Sx\n'.repeat(500_000)}`,
    `<Document><BkToCstmrStmt><Stmt><Acct>${'<Id/>'.repeat(100_000)}`,
  ]
  for (const content of hostile) {
    const opened = processorMs()
    await readStatementFile(bytes(content))
    assert.ok(processorMs() - opened < 5_000, `detect on ${JSON.stringify(content.slice(0, 8))}`)
    for (const [name, reader] of SEEDS) {
      const started = processorMs()
      await read(reader, new TextEncoder().encode(content))
      assert.ok(processorMs() - started < 5_000, `${name} on ${JSON.stringify(content.slice(0, 8))}`)
    }
  }
})

/** Work done, which does not grow when others use the processor too. */
function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

// Fails when: what is damaged is passed over (seen: a row of another file, or one that lacks a cell, was lost or had its balance for its amount).
test('rows of another file, rows that lack a cell, and blocks of zero bytes are refused with their line', async () => {
  const rows = ['2024-01-05,Shop,-25.00,975.00', '2024-01-06,Bar,-5.00,970.00', '2024-01-25,ACME,1000.00,1970.00', '2024-01-26,Shop,-10.00,1960.00']
  const csv = (at: number, row: string): string => `Date,Text,Amount,Balance\n${rows.with(at, row).join('\n')}\n`
  const mt = `:20:X\r\n:25:123/456\r\n:28C:1\r\n:60F:C240101EUR100,00\r\n:61:2401050105D5,00NTRFNONREF\r\n:86:${'\0'.repeat(512)}D5,00NTRFNONREF\r\n:86:x\r\n:62F:C240108EUR80,00\r\n-\r\n`
  const files: readonly (readonly [string, string, number])[] = [
    [csv(1, '2024-01-06,Bar,970.00'), 'missing_field', 3], [csv(3, '2024-01-26,Shop,1960.00'), 'missing_field', 5],
    [csv(1, '2024-01-06\tBar\t-5.00\t970.00'), 'invalid_date', 3], [csv(2, '25.01.2024;-5,00;x'), 'invalid_date', 4],
    [mt, 'malformed', 6], ['Date,Text,Amount\n13/01/2024,A,-5.00\n01/14/2024,B,-6.00\n', 'invalid_date', 2], ['{\\rtf1\\ansi Date,Amount\\par}', 'unknown_format', 0],
  ]
  for (const [text, code, line] of files) {
    const file = await readStatementFile(bytes(text, 61), { fileName: 'x.csv' })
    const failure = file.ok ? (await collect(file.value.stream)).failure : file.failure
    assert.deepEqual([failure?.code, failure?.line], [code, line], text)
  }
  // A pending row has no balance yet, and zero bytes fill up the end of a file.
  for (const text of [`Date,Text,Amount,Status,Balance\n${rows.map((row) => row.replace(/,([\d.]+)$/, ',booked,$1')).join('\n')}\n2024-01-27,Bar,-3.00,pending\n`, `${mt.replace(/\0+D5,00NTRFNONREF/, 'x')}${'\0'.repeat(600)}`]) {
    const file = await readStatementFile(bytes(text, 61), { fileName: 'x.csv' })
    assert.ok(file.ok)
    assert.equal((await collect(file.value.stream)).failure, null, text)
  }
})
