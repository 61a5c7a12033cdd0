/** Rows of OFX that are no cash transactions, and amounts whose sign stands in their type. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, collect, type Collected } from '../testing/collect.ts'
import { bankFile } from './ofx.fixture.ts'
import { readOfx } from './read.ts'
import { BATCH_ROWS } from './row-batch.ts'

const row = (type: string, amount: string, text: string, posted = '20240115'): string => `<STMTTRN><TRNTYPE>${type}<DTPOSTED>${posted}<TRNAMT>${amount}<FITID>${amount}${text.length}${text}</STMTTRN>\r\n`

async function only(rows: string): Promise<Collected> {
  const { statements, failure } = await collect(readOfx(bytes(bankFile({ rows }))))
  assert.equal(failure, null, failure?.message)
  assert.equal(statements.length, 1)
  return statements[0]!
}

async function failureOf(rows: string): Promise<string | null> {
  const { failure } = await collect(readOfx(bytes(bankFile({ rows }))))
  return failure === null ? null : `${failure.code} ${failure.line}`
}

const amountsOf = ({ rows }: Collected): readonly string[] => rows.map(({ amount }) => amount)

test('a row that only states a balance is no transaction, in NAME or MEMO, and is told about', async () => {
  const statement = await only(
    row('CREDIT', '1000.00', '<MEMO>SALDO ANTERIOR') + row('DEBIT', '-12.50', '<NAME>Padaria') + row('CREDIT', '987.50', '<NAME>Saldo do dia<MEMO>') + row('CREDIT', '987.50', '<MEMO>SALDO TOTAL DISPONÍVEL DIA'),
  )
  assert.deepEqual(amountsOf(statement), ['-12.5'])
  assert.match(statement.notices.join(), /only state a balance .*\(3\)/)
})

test('the balances that banks of Brazil print among the rows, also of what is invested by itself and in text encoded twice', async () => {
  const lines = ['SALDO APLIC AUT MAIS', 'SDO CTA/APL AUTOMATICAS', 'SALDO PARCIAL', 'SALDO FINAL DISPONIVEL', '(-) SALDO A LIBERAR', 'S A L D O ANTERIOR', Buffer.from('SALDO TOTAL DISPONÍVEL DIA').toString('latin1')]
  const statement = await only(row('DEBIT', '-12.50', '<MEMO>APL APLIC AUT MAIS') + lines.map((line) => row('CREDIT', '987.50', `<MEMO>${line}`)).join(''))
  assert.deepEqual(amountsOf(statement), ['-12.5'])
  assert.match(statement.notices.join(), /\(7\)/)
})

test('a balance in cents is one in units where the rows list it so', async () => {
  const balanceOf = async (lines: string, written: string): Promise<readonly string[]> => {
    const { statements } = await collect(readOfx(bytes(bankFile({ rows: row('DEBIT', '-12.50', '<MEMO>Padaria') + lines, after: `<LEDGERBAL><BALAMT>${written}<DTASOF>20240131</LEDGERBAL>` }))))
    return statements[0]!.balances.map(({ amount }) => amount)
  }
  const [before, after] = [row('CREDIT', '1000.40', '<MEMO>SALDO ANTERIOR'), row('CREDIT', '987.90', '<MEMO>SALDO TOTAL DISPONIVEL DIA')]
  assert.deepEqual(await balanceOf(before + after, '98790'), ['987.9'])
  assert.deepEqual(await balanceOf(after + before, '98790'), ['987.9'], 'the last day first')
  assert.deepEqual(await balanceOf(row('CREDIT', '-0.50', '<MEMO>SALDO DO DIA'), '-50'), ['-0.5'])
  assert.deepEqual(await balanceOf(before + after, '987.90'), ['987.9'])
  assert.deepEqual(await balanceOf(before + after, '98790.00'), ['98790'], 'a mark shows units')
  assert.deepEqual(await balanceOf(before + after, '98790,00'), ['98790'])
  assert.deepEqual(await balanceOf(before, '98790'), ['98790'], 'not listed')
  assert.deepEqual(await balanceOf('', '98790'), ['98790'])
  assert.deepEqual(await balanceOf(row('CREDIT', '0.00', '<MEMO>SALDO DO DIA'), '0'), ['0'])
})

test('a first deposit that is called opening balance is a transaction, in its place; the balances of the file tell where it is none', async () => {
  const file = async (rows: string, ledger: string): Promise<readonly string[]> => {
    const { statements, failure } = await collect(readOfx(bytes(bankFile({ rows, after: ledger }))))
    assert.equal(failure, null, failure?.message)
    const [told] = statements
    return [...amountsOf(told!), ...told!.notices.filter((text) => /state a balance/.test(text)).map(() => 'told')]
  }
  const ledger = (amount: string): string => `<LEDGERBAL><BALAMT>${amount}<DTASOF>20240131</LEDGERBAL>`
  const [deposit, shop] = [row('CREDIT', '90.00', '<NAME>Opening Balance'), row('DEBIT', '-12.50', '<NAME>Padaria')]
  assert.deepEqual(await file(deposit + shop, ledger('77.50')), ['90', '-12.5'])
  assert.deepEqual(await file(shop + deposit + shop, ''), ['-12.5', '90', '-12.5'])
  assert.deepEqual(await file(deposit, ledger('90.00')), ['90'], 'the only row')
  assert.deepEqual(await file(deposit + shop, ledger('-12.50')), ['-12.5', 'told'], 'the ledger does not count it')
  assert.deepEqual(await file(deposit + shop + row('CREDIT', '77.50', '<NAME>Closing Balance'), ledger('77.50')), ['-12.5', 'told'], 'a list of balances')
  assert.deepEqual(await file(row('OTHER', '90.00', '<NAME>Opening Balance') + shop, ''), ['-12.5', 'told'], 'no direction')
  assert.deepEqual(await file(row('CREDIT', '90.00', '<NAME>Opening Balance 01/01/2024') + shop, ''), ['-12.5', 'told'], 'of a day')
  assert.deepEqual(await file(row('CREDIT', '0.00', '<NAME>Opening Balance') + shop, ''), ['-12.5', 'told'], 'nothing moves')
  const many = Array.from({ length: BATCH_ROWS }, () => shop).join('')
  assert.equal((await file(many + deposit, ledger('1'))).at(-1), '90', 'after a whole batch')
})

test('a text that speaks of a balance, and a shop of that name, are transactions', async () => {
  const statement = await only(row('CREDIT', '100.00', '<MEMO>PIX RECEBIDO SALDO ANTERIOR ACERTO') + row('DEBIT', '-80.00', '<NAME>NEW BALANCE 0123') + row('DEBIT', '-5.00', '<NAME>Saldo Anterior<MEMO>Pagamento fatura'))
  assert.deepEqual(amountsOf(statement), ['100', '-80', '-5'])
  assert.deepEqual(statement.notices, [])
})

test('a balance line may lack its day and its amount; a transaction may not', async () => {
  const statement = await only(row('OTHER', '.', '<MEMO>SALDO DIA', '00000000') + row('DEBIT', '-12.50', '<NAME>Padaria'))
  assert.deepEqual(amountsOf(statement), ['-12.5'])
  assert.equal(await failureOf(row('DEBIT', '-12.50', '<NAME>A') + row('OTHER', '.', '<NAME>Padaria')), 'invalid_amount 12')
  assert.equal(await failureOf(row('DEBIT', '-12.50', '<NAME>A') + row('OTHER', '1.00', '<NAME>Padaria', '00000000')), 'invalid_date 12')
})

test('amounts without any sign take that of their types', async () => {
  const statement = await only(row('DEBIT', '110', '<NAME>PIX') + row('DEBIT', '19,47', '<NAME>Card') + row('CREDIT', '150', '<NAME>Pay') + row('OTHER', '3', '<NAME>?'))
  assert.deepEqual(amountsOf(statement), ['-110', '-19.47', '150', '3'])
  assert.match(statement.notices.join(), /their direction is that of their types/)
})

test('types in the words of a country tell as those of OFX do', async () => {
  for (const [out, into] of [['D', 'C'], ['DEBITO', 'CREDITO'], ['DÉBITO', 'CRÉDITO']] as const) {
    const statement = await only(row(out, '110', '<NAME>PIX') + row(out, '19,47', '<NAME>Card') + row(into, '150', '<NAME>Pay') + row('OTHER', '3', '<NAME>?'))
    assert.deepEqual(amountsOf(statement), ['-110', '-19.47', '150', '3'], out)
    assert.match(statement.notices.join(), /their direction is that of their types/)
    assert.match((await only(row(out, '110', '<NAME>PIX') + row(out, '19,47', '<NAME>Card'))).notices.join(), /have no minus/)
  }
  assert.deepEqual(amountsOf(await only(row('D', '-110', '<NAME>PIX') + row('D', '19.47', '<NAME>Back') + row('C', '150', '<NAME>Pay'))), ['-110', '19.47', '150'])
})

// Fails when: only plain debits tell (was so), or money back at a till is taken for money spent.
test('fees, withdrawals and direct debits tell as debits do, purchases beside one of them', async () => {
  const signed = async (...rows: readonly (readonly [string, string])[]): Promise<readonly unknown[]> => amountsOf(await only(rows.map(([type, amount]) => row(type, amount, '<NAME>A')).join('')))
  assert.deepEqual(await signed(['FEE', '1'], ['DIRECTDEBIT', '2'], ['POS', '3'], ['DEP', '4']), ['-1', '-2', '-3', '4'])
  assert.deepEqual(await signed(['DEBIT', '1'], ['POS', '2'], ['CHECK', '3'], ['DIRECTDEP', '4']), ['-1', '-2', '-3', '4'])
  assert.deepEqual(await signed(['POS', '1'], ['POS', '2'], ['CREDIT', '-3']), ['-1', '-2', '3'])
  // A shop is paid at its till, and a fee is given back beside a returned purchase.
  assert.deepEqual(await signed(['POS', '1'], ['POS', '2'], ['POS', '3'], ['DEP', '4']), ['1', '2', '3', '4'])
  assert.deepEqual(await signed(['FEE', '1'], ['POS', '2'], ['CREDIT', '4']), ['1', '2', '4'])
})

test('a card that counts what is owed is turned, also what has no direction', async () => {
  assert.deepEqual(amountsOf(await only(row('DEBIT', '10', '<NAME>A') + row('DEBIT', '20', '<NAME>B') + row('PAYMENT', '-30', '<NAME>C') + row('CREDIT', '-5', '<NAME>D'))), ['-10', '-20', '30', '5'])
})

test('signs stay as written where one is written, where types do not differ, for refunds at a till and for a single debit', async () => {
  assert.deepEqual(amountsOf(await only(row('DEBIT', '10', '<NAME>A') + row('DEBIT', '20', '<NAME>B') + row('CREDIT', '5', '<NAME>C') + row('FEE', '-1', '<NAME>D'))), ['10', '20', '5', '-1'])
  assert.deepEqual(amountsOf(await only(row('DEBIT', '10', '<NAME>A') + row('DEBIT', '20', '<NAME>B'))), ['10', '20'])
  assert.deepEqual(amountsOf(await only(row('DEBIT', '10', '<NAME>A') + row('DEBIT', '+20', '<NAME>B') + row('CREDIT', '5', '<NAME>C'))), ['10', '20', '5'])
  assert.deepEqual(amountsOf(await only(row('POS', '10', '<NAME>Refund') + row('POS', '20', '<NAME>Refund') + row('CREDIT', '5', '<NAME>C'))), ['10', '20', '5'])
  assert.deepEqual(amountsOf(await only(row('DEBIT', '10', '<NAME>A') + row('CREDIT', '20', '<NAME>B'))), ['10', '20'])
})

test('debits without a minus and nothing to tell by are told about; the plus of a balance is no sign of a row', async () => {
  const told = async (rows: string, after = ''): Promise<readonly unknown[]> => {
    const { statements } = await collect(readOfx(bytes(bankFile({ rows, after }))))
    return [amountsOf(statements[0]!).join(' '), statements[0]!.notices.filter((text) => /have no minus/.test(text)).length]
  }
  const [debits, credit] = [row('DEBIT', '10', '<NAME>A') + row('DEBIT', '20', '<NAME>B'), row('CREDIT', '5', '<NAME>C')]
  const balance = '<LEDGERBAL><BALAMT>+829.43<DTASOF>20240131</LEDGERBAL>'
  assert.deepEqual(await told(debits, balance), ['10 20', 1])
  assert.deepEqual(await told(debits + credit, balance), ['-10 -20 5', 0])
  assert.deepEqual(await told(row('DEBIT', '+10', '<NAME>A') + row('DEBIT', '20', '<NAME>B')), ['10 20', 0])
  assert.deepEqual(await told(row('DEBIT', '10', '<NAME>A')), ['10', 1])
  // Fails when: only plain debits are told about (was so): checks, fees and purchases without a sign went in as money that came, unsaid.
  for (const types of [['FEE', 'ATM', 'CHECK'], ['POS', 'POS', 'DEP'], ['CREDIT', 'CREDIT', 'CHECK'], ['PAYMENT', 'PAYMENT']]) assert.equal((await told(types.map((type) => row(type, '10', '<NAME>A')).join('')))[1], 1, types.join())
  assert.deepEqual(await told(debits + row('PAYMENT', '-30', '<NAME>D')), ['10 20 -30', 1])
  assert.deepEqual(await told(row('POS', '10', '<NAME>Back') + row('CHECK', '-30', '<NAME>D')), ['10 -30', 0])
  assert.deepEqual(await told(row('POS', '10', '<NAME>Back') + row('XFER', '-30', '<NAME>D') + row('PAYMENT', '5', '<NAME>E')), ['10 -30 5', 0])
  const batch = Array.from({ length: BATCH_ROWS }, () => row('DEBIT', '1', '<NAME>A')).join('')
  assert.deepEqual((await told(batch + row('DEBIT', '-7', '<NAME>B')))[1], 0)
})

test('a debit with a minus after a whole batch without signs is a failure with its line', async () => {
  const unsigned = Array.from({ length: BATCH_ROWS }, (_, at) => row(at % 2 === 0 ? 'DEBIT' : 'CREDIT', String(at + 1), '<NAME>A')).join('')
  assert.equal(await failureOf(unsigned + row('DEBIT', '-7', '<NAME>B')), `invalid_amount ${11 + BATCH_ROWS}`)
})

test('a balance whose amount has no digit is not told', async () => {
  const { statements, failure } = await collect(readOfx(bytes(bankFile({ after: '<LEDGERBAL><BALAMT> . <DTASOF>20240131</LEDGERBAL>' }))))
  assert.deepEqual([failure, statements[0]!.balances], [null, []])
})

test('a payee that is written as a leaf is the name', async () => {
  const { rows } = await only(row('DEBIT', '-1', '<PAYEE>Telefonica</PAYEE><MEMO>x'))
  assert.deepEqual([rows[0]!.name, rows[0]!.memo], ['Telefonica', 'x'])
})

test('entries of securities are told about, cash transactions beside them are rows', async () => {
  const invested = `<INVSTMTMSGSRSV1><INVSTMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><INVSTMTRS><DTASOF>20240131<CURDEF>USD<INVACCTFROM><BROKERID>b<ACCTID>I-1</INVACCTFROM><INVTRANLIST><DTSTART>20240101<DTEND>20240131
<BUYSTOCK><INVBUY><INVTRAN><FITID>1<DTTRADE>20240102</INVTRAN><UNITS>1<UNITPRICE>9<TOTAL>-9</INVBUY></BUYSTOCK><INCOME><INVTRAN><FITID>2<DTTRADE>20240103</INVTRAN><TOTAL>1</INCOME>
<INVBANKTRAN>${row('CREDIT', '50', '<NAME>Deposit')}<SUBACCTFUND>CASH</INVBANKTRAN></INVTRANLIST></INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1>`
  const { statements, failure } = await collect(readOfx(bytes(bankFile().replace(/<BANKMSGSRSV1>.*<\/BANKMSGSRSV1>/s, invested))))
  assert.equal(failure, null)
  assert.deepEqual(amountsOf(statements[0]!), ['50'])
  assert.match(statements[0]!.notices.join(), /Entries of securities.*\(2\)/)
})

test('a file of a loan alone says that it is one', async () => {
  const loan = '<LOANMSGSRSV1><LOANSTMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><LOANSTMTRS><CURDEF>USD<LOANACCTFROM><LOANACCTID>L1</LOANACCTFROM></LOANSTMTRS></LOANSTMTTRNRS></LOANMSGSRSV1>'
  const { failure } = await collect(readOfx(bytes(bankFile().replace(/<BANKMSGSRSV1>.*<\/BANKMSGSRSV1>/s, loan))))
  assert.equal(failure?.code, 'not_statements')
  assert.match(failure.message, /a loan .*Download the account activity as CSV/)
})

test('a loan beside other statements is told about', async () => {
  const loan = '<LOANMSGSRSV1><LOANSTMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><LOANSTMTRS><CURDEF>USD<LOANACCTFROM><LOANACCTID>L1</LOANACCTFROM></LOANSTMTRS></LOANSTMTTRNRS></LOANMSGSRSV1>'
  const { statements, failure } = await collect(readOfx(bytes(bankFile({ rows: row('DEBIT', '-1', '<NAME>A') }).replace('</OFX>', `${loan}</OFX>`))))
  assert.deepEqual([failure, statements.length, /statement of a loan/.test(statements[0]!.notices.join())], [null, 1, true])
})

test('what is paid out when an account is closed is a payment, though it is called a closing balance', async () => {
  const file = (amount: string, ledger: string): string => bankFile({ rows: row('INT', '1', '<NAME>Interest') + row('DEBIT', amount, '<NAME>CLOSING BALANCE'), after: `<LEDGERBAL><BALAMT>${ledger}<DTASOF>20240131</LEDGERBAL>` })
  const amounts = async (amount: string, ledger: string): Promise<readonly string[]> => amountsOf((await collect(readOfx(bytes(file(amount, ledger))))).statements[0]!)
  assert.deepEqual(await amounts('-501', '0.00'), ['1', '-501'])
  assert.deepEqual(await amounts('-501', '-501.00'), ['1'], 'an overdrawn account that is told among its rows')
  assert.deepEqual(await amounts('501', '501.00'), ['1'])
})

test('a lone comma before three digits means what the other amounts of the file show, also those after it; else it is refused', async () => {
  const read = async (ledger: string, ...amounts: readonly string[]): Promise<string> => {
    const { statements, failure } = await collect(readOfx(bytes(bankFile({ rows: amounts.map((amount) => row('DEBIT', amount, '<NAME>A')).join(''), after: `<LEDGERBAL><BALAMT>${ledger}<DTASOF>20240131</LEDGERBAL>` }))))
    return failure === null ? amountsOf(statements[0]!).join(' ') : `${failure.code} ${failure.line}`
  }
  assert.equal(await read('7', '-1,234', '-12.50'), '-1234 -12.5')
  assert.equal(await read('7', '-12,50', '-1,234'), '-12.5 -1.234')
  assert.equal(await read('7', '-1,234', '-12,50'), '-1.234 -12.5')
  assert.equal(await read('2,500.00', '-1,234'), '-1234', 'the balance is written as the rows are')
  assert.equal(await read('7', '-8', '-1,234'), 'invalid_amount 12')
  assert.equal(await read('7', '-8.00', '-8,00', '-1,234'), 'invalid_amount 13', 'some are written so and some so')
  assert.equal(await read('7,00', '-1.012,50', '-3.000', '2.000'), '-1012.5 -3000 2000', 'a point parts thousands where others have a decimal comma')
  assert.equal(await read('7', '-3.000', '-12,50'), '-3000 -12.5')
  assert.equal(await read('7', '-3.000', '-8'), '-3 -8', 'alone it is that of decimals')
  assert.equal(await read('7', '-3.000', '-12.50'), '-3 -12.5')
})
