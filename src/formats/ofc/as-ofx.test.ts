/** OFC, which is read in the words of OFX; made-up files. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStatementFile } from '../detect.ts'
import { bytes, collect, summary } from '../testing/collect.ts'

const row = (type: string, day: string, amount: string, id: string, more: string): string => `<STMTTRN>\n<TRNTYPE>${type}\n<DTPOSTED>${day}\n<TRNAMT>${amount}\n<FITID>${id}\n${more}\n</STMTTRN>\n`
const file = (rows: string): string => `<OFC>\n<DTD>2\n<CPAGE>1252\n<ACCTSTMT>\n<ACCTFROM>\n<BANKID>001\n<ACCTID>12345-6\n<ACCTTYPE>1\n</ACCTFROM>\n<STMTRS>\n<DTSTART>20240101\n<DTEND>20240131\n<LEDGER>1987.50\n${rows}</STMTRS>\n</ACCTSTMT>\n</OFC>\n`
const ROWS = row('1', '20240115', '-12.50', 'A1', '<CHKNUM>1001\n<MEMO>Pão & Café') + row('0', '20240131', '1000.00', 'A2', '<NAME>Salário')

// Fails when: OFC is refused (seen).
test('account, rows and balance of OFC, in any pieces, on one line or on many, each row with its line', async () => {
  for (const text of [file(ROWS), file(ROWS).replace(/\n/g, '\r\n'), file(ROWS).replace(/\n/g, '')]) {
    for (const size of [7, 64, 100_000]) {
      const read = await readStatementFile(bytes(Buffer.from(text, 'latin1'), size))
      assert.ok(read.ok, read.ok ? '' : read.failure.message)
      const { statements, failure } = await collect(read.value.stream)
      assert.equal(failure, null, failure?.message)
      const [statement] = statements
      const { head, balances, rows } = statement!
      assert.deepEqual([read.value.format, statements.length, summary(statement!)], ['ofx', 1, '2 987.5 2024-01-15 2024-01-31 - -'])
      assert.deepEqual([head.account.number, head.account.bankId, head.account.kind, head.currency], ['12345-6', '001', 'savings', null])
      assert.deepEqual(balances.map(({ kind, amount, on }) => `${kind} ${amount} ${on}`), ['ledger 1987.5 2024-01-31'])
      assert.deepEqual(rows.map(({ kind, name, memo, checkNumber, providerId }) => [kind, name, memo, checkNumber, providerId]), [['DEBIT', null, 'Pão & Café', '1001', 'A1'], ['CREDIT', 'Salário', null, null, 'A2']])
      if (text.includes('\n')) assert.deepEqual(rows.map(({ line }) => line), [14, 22])
    }
  }
})

test('a file of OFC that is cut, or whose amount is none, is refused with its line', async () => {
  for (const [text, code] of [[file(ROWS).slice(0, 250), 'truncated'], [file(ROWS).replace('-12.50', 'abc'), 'invalid_amount']] as const) {
    const read = await readStatementFile(bytes(text))
    assert.ok(read.ok)
    const { failure } = await collect(read.value.stream)
    assert.equal(failure?.code, code)
    assert.ok(failure!.line > 13, String(failure!.line))
  }
})
