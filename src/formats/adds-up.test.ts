/** Statements whose rows do not lead from their opening balance to their closing one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStatementFile } from './detect.ts'
import { bytes, collect } from './testing/collect.ts'

const notices = async (text: string): Promise<readonly string[]> => {
  const file = await readStatementFile(bytes(text))
  const { statements, failure } = await collect(file.ok ? file.value.stream : assert.fail(file.failure.message))
  assert.equal(failure, null)
  return statements.flatMap(({ notices }) => notices)
}

const swift = (rows: readonly string[]): string => `:20:A\n:25:10020030/1234567\n:28C:1/1\n:60F:C250303EUR100,00\n${rows.map((row) => `:61:2503${row}NTRFNONREF\n:86:Shop`).join('\n')}\n:62F:C250305EUR120,00\n-\n`
const entry = (way: string, amount: string, status: string): string => `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${way}</CdtDbtInd><Sts>${status}</Sts><BookgDt><Dt>2025-03-04</Dt></BookgDt></Ntry>`
const balance = (code: string, amount: string): string => `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-03-04</Dt></Dt></Bal>`
const camt = (entries: string): string => `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct>${balance('OPBD', '100.00')}${balance('CLBD', '120.00')}${entries}</Stmt></BkToCstmrStmt></Document>`

test('a row that is missing or stands twice is told with the line of its statement and by how much', async () => {
  const rows = ['03C50,00', '04D30,00']
  assert.deepEqual(await notices(swift(rows)), [])
  for (const [lost, by] of [[rows.slice(0, 1), '-30'], [[...rows, rows[1]!], '30']] as const) {
    const [told, ...more] = await notices(swift(lost))
    assert.match(told ?? '', new RegExp(`statement on line 1 .* by ${by}: `))
    assert.deepEqual(more, [])
  }
})

test('the entries of a CAMT statement count where they are booked', async () => {
  const booked = entry('CRDT', '50.00', 'BOOK') + entry('DBIT', '30.00', 'BOOK')
  assert.deepEqual(await notices(camt(booked + entry('DBIT', '7.00', 'PDNG'))), [])
  assert.equal((await notices(camt(booked + entry('DBIT', '7.00', 'BOOK')))).length, 1)
})
