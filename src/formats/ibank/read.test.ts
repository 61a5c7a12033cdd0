/** The XML of Serbian banks; made-up files. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStatementFile } from '../detect.ts'
import { bytes, collect, summary, type Outcome } from '../testing/collect.ts'

const row = (id: string, benefit: string, amount: string, more = ''): string => `<stmttrn><fitid>${id}</fitid><benefit>${benefit}</benefit><payeeinfo><name>PROBA &amp; CO</name></payeeinfo><payeeaccountinfo><acctid>205-1-22</acctid></payeeaccountinfo><dtposted>2024-01-31T00:00:00</dtposted><trnamt>${amount}</trnamt><purpose>Račun 5</purpose>${more}</stmttrn>\n`
const statement = (rows: string, closing = '1250.50'): string => `<acctid>160-0000000000000-11</acctid><curdef>RSD</curdef><ledgerbal><balamt>1000.00</balamt><dtasof>2024-01-31T00:00:00</dtasof></ledgerbal><availbal><balamt>${closing}</balamt></availbal><trnlist count="2">\n${rows}</trnlist>`
const ROWS = row('A1', 'credit', '300,50', '<refnumber>97-1</refnumber>') + row('A2', 'debit', '50.00')

async function read(text: string): Promise<Outcome & { readonly format: string }> {
  const file = await readStatementFile(bytes(text, 41))
  assert.ok(file.ok, file.ok ? '' : file.failure.message)
  return { ...(await collect(file.value.stream)), format: file.value.format }
}

// Fails when: the file is refused (seen), or the account of the other party names its own.
test('account, currency, signs and balances, in a notification, a list and a statement alone', async () => {
  for (const text of [`<?xml version="1.0" encoding="UTF-8"?>\n<pmtnotification>${statement(ROWS)}</pmtnotification>`, `<stmtrslist><stmtrs>${statement(ROWS)}</stmtrs></stmtrslist>`, `<stmtrs>${statement(ROWS)}</stmtrs>`]) {
    const { statements, failure, format } = await read(text)
    assert.equal(failure, null, failure?.message)
    assert.deepEqual([format, statements.length, summary(statements[0]!)], ['ibank', 1, '2 250.5 2024-01-31 2024-01-31 1000 1250.5'])
    const { head, rows } = statements[0]!
    assert.deepEqual([head.account.number, head.currency, ...rows.map(({ amount, name, memo, reference, providerId }) => [amount, name, memo, reference, providerId].join('|'))], ['160-0000000000000-11', 'RSD', '300.5|PROBA & CO|Račun 5|97-1|A1', '-50|PROBA & CO|Račun 5||A2'])
  }
  const two = await read(`<stmtrslist><stmtrs>${statement(ROWS)}</stmtrs><stmtrs>${statement(ROWS).replace('-11<', '-12<')}</stmtrs></stmtrslist>`)
  assert.deepEqual(two.statements.map(({ head, rows }) => `${head.account.number} ${rows.length}`), ['160-0000000000000-11 2', '160-0000000000000-12 2'])
})

test('balances between which the rows do not lead are left out', async () => {
  const { statements } = await read(`<pmtnotification>${statement(ROWS, '1000.00')}</pmtnotification>`)
  assert.deepEqual(statements[0]!.balances, [])
})

test('a row that does not say which way it went, or how much, and a file that is cut are refused with their line', async () => {
  for (const [text, expected] of [
    [`<pmtnotification>${statement(ROWS.replace('debit', 'x'))}</pmtnotification>`, 'missing_field 3'],
    [`<pmtnotification>${statement(ROWS.replace('50.00<', 'abc<'))}</pmtnotification>`, 'invalid_amount 3'],
    [`<pmtnotification>${statement(ROWS)}`.replace('</trnlist>', ''), 'truncated 4'],
    [`<pmtnotification>${statement(ROWS).replace(/<acctid>160.*?<\/acctid>/, '')}</pmtnotification>`, 'missing_field 1'],
  ] as const) {
    const { failure } = await read(text)
    assert.equal(`${failure?.code} ${failure?.line}`, expected)
  }
})
