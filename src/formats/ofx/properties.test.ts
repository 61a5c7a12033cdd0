/** What holds for any input: chunking changes nothing, damage never throws, time grows with the size and no faster. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../../test/tries.ts'
import { bankFile, bankStatement, LEDGER, readAll, readParts, ROW, SGML_HEADER, SIGN_ON, xmlFile } from './ofx.fixture.ts'
import { parseOfxResponse } from './response.ts'

const RICH_ROW =
  '<STMTTRN><TRNTYPE>POS<DTPOSTED>20240116120000[-5:EST]<TRNAMT>1,234.56<FITID>&#65;2<NAME>Café &amp; AT&T<VENDOR><NAME>x</VENDOR><MEMO><EMPTY><CHECKNUM>7</STMTTRN>'
const samples: readonly Uint8Array[] = [
  Buffer.from(bankFile({ rows: ROW + RICH_ROW })),
  Buffer.from(bankFile({ rows: RICH_ROW.replace('é', '\xe9') }), 'latin1'),
  Buffer.from(xmlFile('<STMTTRN><DTPOSTED>20240116</DTPOSTED><TRNAMT>5</TRNAMT><NAME><![CDATA[a & b]]></NAME><!-- c --><MEMO/></STMTTRN>')),
  Buffer.from(`\uFEFF${bankFile({ rows: ROW + RICH_ROW })}`, 'utf16le'),
  Buffer.from(
    `${SGML_HEADER}<OFX>${SIGN_ON}<BANKMSGSRSV1>${bankStatement()}<STMTTRNRS><TRNUID>9<STATUS><CODE>2003<SEVERITY>ERROR</STATUS></STMTTRNRS>${bankStatement({ rows: '', after: LEDGER })}</BANKMSGSRSV1></OFX>`,
  ),
]

/** Chunks cut at these places, of any size from none to all. */
async function* cutAt(bytes: Uint8Array, places: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0
  for (const place of [...places].sort((a, b) => a - b)) {
    yield bytes.slice(from, place)
    from = place
  }
  yield bytes.slice(from)
}

test('the chunks of the input change nothing', async () => {
  const wholes = await Promise.all(samples.map((sample) => readAll(sample)))
  for (const whole of wholes) assert.equal(whole.failure, null)
  for (const [index, sample] of samples.entries()) assert.deepEqual(await readAll(sample, 1), wholes[index], 'one byte at a time')
  const anyCut = fc
    .nat({ max: samples.length - 1 })
    .chain((index) => fc.tuple(fc.constant(index), fc.array(fc.nat({ max: samples[index]?.length ?? 0 }), { maxLength: 8 })))
  await fc.assert(
    fc.asyncProperty(anyCut, async ([index, places]) => {
      assert.deepEqual(await readParts(cutAt(samples[index] as Uint8Array, places)), wholes[index])
    }),
    { numRuns: 300 },
  )
})

test('chunks that do not fall on the blocks of the scanner change nothing in a large file', async () => {
  const rows = Array.from(
    { length: 3_000 },
    (_, at) => `<STMTTRN>\n<DTPOSTED>20240115\n<TRNAMT>-${at}.01\n<FITID>${at}\n<NAME>Café ${at} & more\n</STMTTRN>\n`,
  ).join('')
  const file = Buffer.from(bankFile({ rows }))
  const whole = await readAll(file, file.length)
  assert.equal(whole.failure, null)
  assert.equal(whole.statements[0]?.rows.length, 3_000)
  for (const size of [1_000, 4_093, 65_535, 65_537, 131_071]) assert.deepEqual(await readAll(file, size), whole, `chunks of ${size}`)
})

test('dates in the order of a country are read right or not at all, whatever tells the order', async () => {
  const day = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 })).map(([month, date]) => `2025-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`)
  const file = fc.record({ days: fc.array(day, { minLength: 1, maxLength: 6 }), beyond: fc.array(day, { maxLength: 2 }), dayFirst: fc.boolean(), period: fc.constantFrom('none', 'as OFX wants', 'as the rows'), asOf: fc.constantFrom('as OFX wants', 'as the rows') })
  let read = 0
  await fc.assert(
    fc.asyncProperty(file, async ({ days, beyond, dayFirst, period, asOf }) => {
      const iso = (one: string): string => one.replaceAll('-', '')
      const own = (one: string): string => (dayFirst ? `${one.slice(8)}/${one.slice(5, 7)}/2025` : `${one.slice(5, 7)}/${one.slice(8)}/2025`)
      const [from, to] = [days.toSorted()[0]!, days.toSorted().at(-1)!]
      // Rows beyond the period tell nothing by it: they come when a date has shown the order.
      const rows = [...days, ...(days.some((one) => Number(one.slice(8)) > 12) ? beyond : [])]
      const write = period === 'as the rows' ? own : iso
      const list = period === 'none' ? '' : `<DTSTART>${write(from)}<DTEND>${write(to)}`
      const { statements, failure } = await readAll(bankFile({ list, rows: rows.map((one) => `<STMTTRN><DTPOSTED>${own(one)}<TRNAMT>1</STMTTRN>`).join(''), after: `<LEDGERBAL><BALAMT>5<DTASOF>${(asOf === 'as the rows' ? own : iso)(to)}</LEDGERBAL>` }))
      if (failure !== null) return assert.equal(failure.code, 'invalid_date')
      read += 1
      const [{ rows: told, covers, balances, notices }] = statements as [(typeof statements)[0] & object]
      assert.deepEqual(told.map(({ postedOn }) => postedOn), rows)
      if (period !== 'none') assert.deepEqual([covers?.from ?? from, covers?.to ?? to], [from, to])
      if (!notices.includes('guessed_balance')) assert.deepEqual(balances.map(({ on }) => on), [to])
    }),
    { numRuns: 500 },
  )
  assert.ok(read > 100, `only ${read} files were read`)
})

test('damage anywhere gives statements or one failure with a place, never an exception; rows that are given are whole', async () => {
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat({ max: 40 }),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc
        .constantFrom('<', '>', '</STMTTRN>', '<STMTTRN>', '&', '<!--', '<![CDATA[', '</OFX>', '<X>', '\0', '<!DOCTYPE')
        .map((text) => Buffer.from(text)),
    ),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...samples),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (sample, changes, truncate) => {
        let bytes: Uint8Array = sample
        for (const { at, remove, insert } of changes) {
          const place = Math.floor(at * bytes.length)
          bytes = Buffer.concat([bytes.subarray(0, place), insert, bytes.subarray(place + remove)])
        }
        if (truncate) bytes = bytes.subarray(0, Math.floor((changes[0]?.at ?? 1) * bytes.length))
        const { statements, failure } = await readAll(bytes)
        for (const row of statements.flatMap((statement) => statement.rows)) {
          assert.match(row.postedOn, /^\d{4}-\d{2}-\d{2}$/)
          assert.match(row.amount, /^-?\d+(\.\d+)?$/)
          assert.ok(row.line >= 1)
        }
        if (failure !== null) assert.ok(failure.line >= 0 && failure.message.length > 10)
        const response = parseOfxResponse(bytes)
        if (!response.ok) assert.ok(response.failure.message.length > 5)
      },
    ),
    { numRuns: 1_500, interruptAfterTimeLimit: 5_000, markInterruptAsFailure: false },
  )
})

test('any bytes at all are read or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (noise, inside) => {
      const bytes = inside ? Buffer.concat([Buffer.from('<OFX>'), noise]) : noise
      const { failure } = await readAll(bytes)
      assert.ok(failure !== null || inside)
    }),
    { numRuns: 1_000 },
  )
})

test('twice the rows cost about twice the time', async () => {
  const cost = async (rows: number): Promise<number> => {
    const file = Buffer.from(bankFile({ rows: RICH_ROW.repeat(rows) }))
    const before = process.cpuUsage()
    const { failure } = await readAll(file)
    assert.equal(failure, null)
    return process.cpuUsage(before).user
  }
  await cost(2_000)
  const small = await cost(4_000)
  const large = await cost(32_000)
  // Eight times the rows: linear is 8, quadratic 64.
  assert.ok(large < small * 30, `${small} µs and ${large} µs`)
})
