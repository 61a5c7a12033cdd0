import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fc } from '../../../test/tries.ts'
import { day, dayFromNumber, dayNumber } from '../../domain/day.ts'
import { parseDecimal, type Decimal } from '../../domain/money.ts'
import type { StatementRow } from '../../domain/statement.ts'
import { OFX_VERSIONS, type OfxVersion } from './markup.ts'
import { readAll } from './ofx.fixture.ts'
import { assertValid, isInstalled, validatorsMissing } from './validators.fixture.ts'
import { writeOfx, type OfxFileOptions, type OfxStatement } from './write.ts'

const directory = mkdtempSync(join(tmpdir(), 'relink-ofx-'))
after(() => rmSync(directory, { recursive: true, force: true }))

const options = (version: OfxVersion, flavour: OfxFileOptions['flavour'] = 'ofx'): OfxFileOptions => ({
  version,
  flavour,
  writtenAtMs: Date.UTC(2024, 1, 3, 4, 5, 6),
})
const decimal = (text: string): Decimal => parseDecimal(text) as Decimal

function row(changes: Partial<StatementRow> = {}): StatementRow {
  return {
    providerId: 'F1',
    pendingProviderId: null,
    status: 'posted',
    postedOn: day('2024-01-15'),
    transactedOn: null,
    valueOn: null,
    amount: decimal('-12.5'),
    foreign: null,
    kind: 'POS',
    name: 'Corner Shop',
    memo: null,
    checkNumber: null,
    reference: null,
    corrects: null,
    line: 1,
    ...changes,
  }
}

function statement(rows: readonly StatementRow[], changes: Partial<OfxStatement> = {}): OfxStatement {
  return {
    account: { number: '12345', bankId: '111000025', branchId: null, kind: 'checking', name: null },
    currency: 'USD',
    covers: { from: day('2024-01-01'), to: day('2024-01-31') },
    rows,
    balances: [{ kind: 'ledger', amount: decimal('100'), currency: 'USD', on: day('2024-01-31'), at: null }],
    ...changes,
  }
}

async function written(statements: readonly OfxStatement[], how: OfxFileOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeOfx(statements, how)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A file that uses everything the writer can write. */
const everything: readonly OfxStatement[] = [
  statement([
    row({ transactedOn: day('2024-01-14'), valueOn: day('2024-01-16'), memo: 'A & B <c> "d"', checkNumber: '1025', reference: 'R1' }),
    row({ providerId: null, name: null, kind: 'zzz', amount: decimal('1000') }),
    row({ providerId: 'F3', name: 'Café Zoë – 5 € 日本 😀', corrects: { providerId: 'F1', action: 'replace' } }),
    row({ providerId: 'F4', name: 'A name that is longer than the thirty-two characters that NAME may have', memo: 'memo' }),
    row({ providerId: 'F5', foreign: { amount: decimal('-11'), currency: 'EUR', rate: decimal('1.1364') } }),
    row({ providerId: 'F6', foreign: { amount: decimal('-12.5'), currency: 'EUR', rate: decimal('1.1') } }),
  ]),
  statement([], { account: { number: 'S', bankId: '1', branchId: '22', kind: 'savings', name: null } }),
  statement([row()], { account: { number: '4111', bankId: null, branchId: null, kind: 'credit_card', name: null }, currency: 'JPY' }),
  statement([row()], { account: { number: 'I', bankId: 'broker.example', branchId: null, kind: 'investment', name: null }, balances: [] }),
]

for (const version of OFX_VERSIONS) {
  test(`what is written for ${version} is valid by its document type or schema`, { skip: validatorsMissing }, async () => {
    assertValid(await written(everything, options(version)), version)
  })
}

test('the validators find a fault when there is one', { skip: validatorsMissing }, async () => {
  for (const version of ['102', '220'] as const) {
    const spoilt = Buffer.from((await written(everything, options(version))).toString('latin1').replace('<TRNTYPE>', '<TRNSORT>'), 'latin1')
    assert.throws(() => assertValid(spoilt, version))
  }
})

test('ofxdump reads the file', { skip: isInstalled('ofxdump') ? false : 'ofxdump is not installed' }, async () => {
  for (const [version, flavour] of [
    ['102', 'ofx'],
    ['220', 'ofx'],
    ['102', 'qbo'],
    ['102', 'qfx'],
  ] as const) {
    const path = join(directory, `${version}.${flavour}`)
    writeFileSync(path, await written([everything[0] as OfxStatement], options(version, flavour)))
    // Its exit status tells of vendor tags, which QFX and QBO must have; what it read is what counts.
    const out = spawnSync('ofxdump', [path], { encoding: 'utf8' }).stdout
    assert.match(out, /Name of payee or transaction description: Café Zoë – 5 €/)
    assert.equal(out.match(/Financial institution's ID for this transaction/g)?.length, 6)
    assert.match(out, /Total money amount: -12\.50/)
  }
})

test('every fact comes back when the file is read', async () => {
  for (const version of ['102', '160', '211', '220'] as const) {
    const { statements, failure } = await readAll(await written(everything, options(version)))
    assert.equal(failure, null)
    assert.deepEqual(
      statements.map(({ head }) => [head.account.number, head.account.kind, head.currency]),
      [
        ['12345', 'checking', 'USD'],
        ['S', 'savings', 'USD'],
        ['4111', 'credit_card', 'JPY'],
        ['I', 'investment', 'USD'],
      ],
    )
    assert.deepEqual(statements[0]?.balances, everything[0]?.balances)
    const [first, second, third, fourth, fifth, sixth] = statements[0]?.rows ?? []
    assert.deepEqual(
      { ...first, line: 0 },
      {
        ...row({ transactedOn: day('2024-01-14'), valueOn: day('2024-01-16'), memo: 'A & B <c> "d"', checkNumber: '1025', reference: 'R1' }),
        line: 0,
      },
    )
    assert.deepEqual([second?.providerId, second?.kind, second?.amount, second?.name], ['20240115.1000.1', 'CREDIT', '1000', null])
    const name = version.startsWith('2') ? 'Café Zoë – 5 € 日本 😀' : 'Café Zoë – 5 € ?? ?'
    assert.deepEqual([third?.name, third?.corrects], [name, { providerId: 'F1', action: 'replace' }])
    assert.deepEqual(
      [fourth?.name, fourth?.memo],
      ['A name that is longer than the t', 'A name that is longer than the thirty-two characters that NAME may have memo'],
    )
    assert.deepEqual(fifth?.foreign, { amount: null, currency: 'EUR', rate: '1.1364' })
    assert.deepEqual([sixth?.amount, sixth?.foreign], ['-12.5', { amount: null, currency: 'EUR', rate: '1.1' }])
  }
})

test('QBO is OFX 1.0.2 with the bank number of Intuit and a name on every row', async () => {
  const text = (
    await written([statement([row({ name: null, memo: 'only a memo' }), row({ name: null })])], {
      ...options('220', 'qbo'),
      intuBid: '2430',
      intuUserId: 'u',
    })
  ).toString()
  assert.match(text, /^OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\n/)
  assert.match(text, /<FI>\r\n<ORG>RELINK\r\n<FID>2430\r\n<\/FI>\r\n<INTU\.BID>2430\r\n<INTU\.USERID>u\r\n<\/SONRS>/)
  assert.deepEqual(text.match(/<NAME>.*/g), ['<NAME>only a memo', '<NAME>POS'])
})

test('QFX carries the default bank number when none is given; plain OFX carries none', async () => {
  assert.match((await written([statement([])], options('102', 'qfx'))).toString(), /<INTU\.BID>3000/)
  assert.doesNotMatch((await written([statement([])], options('102'))).toString(), /INTU|<FI>/)
})

test('no text can open a tag, close one, or start a line', async () => {
  const evil = '</NAME></STMTTRN>\r\n<STMTTRN><TRNAMT>1000000\0<![CDATA[x]]>&#60;'
  for (const version of ['102', '220'] as const) {
    const attacked = statement([row({ providerId: evil, name: evil, memo: evil, checkNumber: evil, reference: evil, kind: evil })], {
      account: { number: evil, bankId: evil, branchId: evil, kind: 'checking', name: evil },
    })
    const { statements, failure } = await readAll(await written([attacked], options(version)))
    assert.equal(failure, null)
    assert.deepEqual(
      statements.map(({ rows }) => rows.map(({ amount }) => amount)),
      [['-12.5']],
    )
    assert.equal(statements[0]?.rows[0]?.memo?.includes('</STMTTRN>'), true)
  }
})

test('rows without id get the same ids each time, and equal twins different ones', async () => {
  const ids = async (): Promise<unknown[]> => {
    const rows = [row({ providerId: null }), row({ providerId: null }), row({ providerId: null, amount: decimal('3') })]
    return (await readAll(await written([statement(rows)], options('102')))).statements[0]?.rows.map(({ providerId }) => providerId) ?? []
  }
  assert.deepEqual(await ids(), ['20240115.-12.5.1', '20240115.-12.5.2', '20240115.3.1'])
  assert.deepEqual(await ids(), await ids())
})

test('OFX 1 writes what windows-1252 lacks without its accents', async () => {
  const [read] = (await readAll(await written([statement([row({ name: 'Žluťoučký ﬁ ğ œ' })])], options('102')))).statements[0]?.rows ?? []
  assert.equal(read?.name, 'Žlutoucký fi g œ')
})

test('debits that bring money in show that their signs are meant', async () => {
  const rows = [row({ kind: 'DEBIT', amount: decimal('1') }), row({ kind: 'DEBIT', amount: decimal('2') }), row({ kind: 'CREDIT', amount: decimal('3') })]
  assert.deepEqual((await readAll(await written([statement(rows)], options('102')))).statements[0]?.rows.map(({ amount }) => amount), ['1', '2', '3'])
})

test('pending rows are left out', async () => {
  const { statements } = await readAll(await written([statement([row({ status: 'pending' })])], options('102')))
  assert.deepEqual(statements[0]?.rows, [])
})

test('a statement without ledger balance has no LEDGERBAL, not an invented one', async () => {
  assert.doesNotMatch((await written([statement([row()], { balances: [] })], options('102'))).toString(), /BALAMT/)
})

test('rows stream: the file begins before its last row is asked for', async () => {
  let given = 0
  async function* many(): AsyncGenerator<StatementRow> {
    for (; given < 5_000; given++) yield row({ providerId: String(given) })
  }
  let first = 0
  for await (const chunk of writeOfx([statement([], { rows: many() })], options('102'))) first ||= chunk.length && given
  assert.ok(first > 0 && first < 2_000, `${first} rows before the first chunk`)
  assert.equal(given, 5_000)
})

test('what is written is read back: any row, any version', async () => {
  const text = (limit: number): fc.Arbitrary<string> =>
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: limit })
      .map((value) => [...value.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()].slice(0, limit).join('').trim())
      .filter((value) => value !== '')
  const anyRow = fc.record({
    postedOn: fc.integer({ min: dayNumber(day('1970-01-01')), max: dayNumber(day('2059-12-31')) }).map(dayFromNumber),
    amount: fc
      .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: 0, max: 99 }))
      .map(([minus, whole, cents]) => decimal(`${minus ? '-' : ''}${whole}.${String(cents).padStart(2, '0')}`)),
    providerId: text(40),
    name: fc.option(text(32)),
    memo: fc.option(text(200)),
    kind: fc.constantFrom('POS', 'CREDIT', 'DEBIT', 'OTHER'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anyRow, { maxLength: 5 }), fc.constantFrom(...OFX_VERSIONS), async (rows, version) => {
      // OFX 1 holds windows-1252 only, so there the property is for texts of that.
      const western = (value: string | null): string | null =>
        version.startsWith('2') ? value : (value?.replace(/[^\x20-\x7e\xa1-\xff]/gu, 'x') ?? null)
      const source = rows.map((each) => row({ ...each, providerId: western(each.providerId), name: western(each.name), memo: western(each.memo) }))
      const { statements, failure } = await readAll(await written([statement(source)], options(version)))
      assert.equal(failure, null)
      assert.deepEqual(
        statements[0]?.rows.map((each) => ({ ...each, line: 1 })),
        source,
      )
    }),
    { numRuns: 150 },
  )
})
