/** Files that were once read wrongly without a word: what tells one meaning from another, and what is said or asked where nothing does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, collect, type Collected } from '../testing/collect.ts'
import { readCsv } from './read.ts'

async function all(content: string): Promise<readonly Collected[]> {
  const { statements, failure } = await collect(readCsv(bytes(content)))
  assert.equal(failure, null, failure?.message)
  return statements
}

async function only(content: string): Promise<Collected> {
  const [statement, ...others] = await all(content)
  assert.equal(others.length, 0)
  return statement!
}

async function failureOf(content: string): Promise<string> {
  const { failure } = await collect(readCsv(bytes(content)))
  return failure === null ? 'none' : `${failure.code} ${failure.line}`
}

const isUnsigned = async (content: string): Promise<boolean> => (await only(content)).notices.join().includes('No amount of this file has a sign')
const amountsOf = async (content: string): Promise<readonly string[]> => (await only(content)).rows.map(({ amount }) => amount)

// Fails when: any other figure with a separator tells (seen): amounts were a thousand times too small.
test('quantities and times beside amounts do not tell how amounts are written, a rate of four decimals does', async () => {
  const file = (heading: string, ...beside: readonly string[]): string => `Datum,Text,Betrag,${heading}\n2024-01-14,Kauf,-29.000,${beside[0]}\n2024-01-15,Kauf,-10.500,${beside[1]}\n`
  assert.deepEqual(await amountsOf(file('Stück', '2.5', '1.25')), ['-29000', '-10500'])
  assert.deepEqual(await amountsOf(file('Zeit', '12.30', '09.15')), ['-29000', '-10500'])
  assert.deepEqual(await amountsOf(file('Kurs', '0.8482', '1.0000')), ['-29', '-10.5'])
})

// Fails when: a title or an advert above the rows makes a card's list of them (seen): all signs were turned.
test('what stands above the rows turns no sign alone: payments to the card do', async () => {
  const rows = '2024-02-05,Salary,1000.00\n2024-02-06,Interest,2.50\n2024-02-07,Shop,9.00\n2024-02-08,Gift,5.00\n'
  for (const above of ['Credit card statement', 'Apply for our new credit card today!', 'Kreditkarte beantragen'])
    assert.deepEqual(await amountsOf(`${above}\n\nDate,Description,Amount\n${rows}`), ['1000', '2.5', '9', '5'], above)
  assert.deepEqual(await amountsOf('Credit card statement\n\nDate,Description,Amount\n2024-02-05,Shop,10.00\n2024-02-06,Bar,2.50\n2024-02-07,Autopay,-9.00\n'), ['-10', '-2.5', '9'])
})

const accountsOf = async (content: string): Promise<readonly string[]> => (await all(content)).map(({ head, rows }) => `${head.account.name ?? '-'} ${rows.length}`)

// Fails when: each text under a word for an account is an account (seen): one for each other party, one for each category.
test('names under a word for an account make accounts where they are called like some, or a category stands beside; else all stand in one, and it is told', async () => {
  const rows = (...names: readonly string[]): string => names.map((name, at) => `2024-01-1${at},${name},Text ${at},-${at + 1}.00\n`).join('')
  for (const [heading, ...names] of [['Account name', 'J SMITH', 'ACME LTD', 'J SMITH'], ['Account', 'Groceries', 'Rent', 'Groceries'], ['Konto', 'Miete', 'Lebensmittel', 'Miete']] as const) {
    const file = `Date,${heading},Reference,Amount\n${rows(...names)}`
    assert.deepEqual(await accountsOf(file), ['- 3'])
    assert.match((await only(file)).notices.join(), /a name in a column that is called after an account/)
  }
  assert.deepEqual((await only(`Date,Account name,Reference,Amount\n${rows('J SMITH', 'ACME LTD')}`)).rows.map(({ name }) => name), ['J SMITH', 'ACME LTD'])
  assert.deepEqual(await accountsOf(`Date,Account,Reference,Amount\n${rows('Joint Checking', 'Visa ...1234')}`), ['Joint Checking 1', 'Visa ...1234 1'])
  assert.deepEqual(await accountsOf('Date,Account,Payee,Category,Amount\n2024-01-10,Mine,Shop,Food,-1.00\n2024-01-11,Ours,Bar,Food,-2.00\n'), ['Mine 1', 'Ours 1'])
})

test('a net amount is what moved beside a fee, not beside a tax', async () => {
  for (const [heading, ...rows] of [
    ['Date;Libellé;Montant net;TVA;Montant', '-10,00;-2,00;-12,00', '100,00;20,00;120,00'], ['Fecha;Concepto;Neto;IVA;Importe', '-10,00;-2,00;-12,00', '100,00;20,00;120,00'],
    ['Date;Text;Net amount;Tax;Amount', '-10,00;-2,00;-12,00', '100,00;20,00;120,00'], ['Datum;Omschrijving;Netto;BTW;Bedrag', '-10,00;-2,00;-12,00', '100,00;20,00;120,00'],
    ['Date;Text;Amount;VAT;Total', '-10,00;-2,00;-12,00', '100,00;20,00;120,00'], ['Date;Text;Gross;Fee;Net', '-13,00;1,00;-12,00', '130,00;-10,00;120,00'],
  ] as const)
    assert.deepEqual(await amountsOf(`${heading}\n${rows.map((cells, at) => `2024-01-1${at};Text;${cells}\n`).join('')}`), ['-12', '120'], heading)
})

test('numbers under a word for a movement are no amounts beside columns for money out or in', async () => {
  assert.deepEqual(await amountsOf('Date;Libellé;Mouvement;Débit\n14/01/2024;CB SHOP;1001;20,00\n15/01/2024;CB BAR;1002;15,00\n'), ['-20', '-15'])
  assert.deepEqual(await amountsOf('Datum;Text;Änderung;Soll;Haben\n14.01.2024;REWE;17;20,00;\n15.01.2024;Info;18;;0,00\n16.01.2024;Lohn;19;;50,00\n'), ['-20', '0', '50'])
  assert.deepEqual(await amountsOf('Date;Text;Change;Withdrawals;Deposits\n2024-01-14;Shop;1;20.00;\n2024-01-16;Pay;3;;50.00\n'), ['-20', '50'])
  assert.deepEqual(await amountsOf('Datum;Omschrijving;Mutatie;Saldo\n2024-01-14;Winkel;-20,00;80,00\n2024-01-16;Loon;50,00;130,00\n'), ['-20', '50'])
})

test('a column of currencies is that of the amount beside which it stands', async () => {
  const told = async (content: string): Promise<readonly string[]> => (await all(content)).map(({ head, rows }) => `${head.currency} ${rows.map(({ amount }) => amount).join(' ')}`)
  assert.deepEqual(await told('Date,Text,Currency,Amount,Original amount\n2024-01-14,Shop,EUR,-5.00,\n2024-01-15,Shop,USD,-7.00,-6.50\n'), ['EUR -5', 'USD -7'])
  assert.deepEqual(await told('Date,Text,Currency,Original amount,Amount\n2024-01-14,Shop,EUR,,-5.00\n2024-01-15,Shop,USD,-7.00,-6.50\n'), ['EUR -5 -6.5'])
})

test('until when something is due or valid is not its day, where another date stands beside it', async () => {
  const days = async (content: string): Promise<readonly string[]> => (await only(content)).rows.map(({ postedOn }) => postedOn)
  assert.deepEqual(await days('Due date,Text,Paid,Amount\n2024-02-14,Shop,2024-01-14,-5.00\n'), ['2024-01-14'])
  assert.deepEqual(await days('Expiry date,When,Text,Amount\n2025-12-31,2024-01-14,Shop,-5.00\n'), ['2024-01-14'])
  assert.deepEqual(await days('Due date,Text,Amount\n2024-02-14,Shop,-5.00\n'), ['2024-02-14'])
})

test('a prepaid card counts what is on it: what is loaded comes in, what shops take goes out', async () => {
  const file = (...rows: readonly string[]): string => `Transaction Date,Merchant,Card ID,Amount\n${rows.map((row, at) => `2024-01-1${at},${row}\n`).join('')}`
  assert.deepEqual(await amountsOf(file('Top up,C1,100.00', 'Shop,C1,-12.50', 'Top-up by card,C1,50.00')), ['100', '-12.5', '50'])
  assert.deepEqual(await amountsOf(file(',C1,100.00', 'Shop,C1,-12.50', ',C1,50.00')), ['100', '-12.5', '50'])
  assert.deepEqual(await amountsOf(file('Shop,C1,12.50', 'Bar,C1,5.00', 'Shop,C1,-3.00')), ['-12.5', '-5', '3'])
})

test('a row that has a day is no total, whatever its text begins with', async () => {
  const file = (row: string): string => `Transaction Date,Posting Date,Description,Amount\n2024-01-10,2024-01-11,Shop,-5.00\n2024-01-11,2024-01-12,Shop,-6.00\n2024-01-11,2024-01-12,Shop,-6.00\n${row}\n`
  for (const text of ['Viso Optik', 'Total Wine', 'Saldo Mode GmbH', 'Balance']) {
    assert.deepEqual(await amountsOf(file(`2024-01-12,2024-01-13,${text} 3,-7.00`)), ['-5', '-6', '-6', '-7'], text)
    if (text !== 'Balance') for (const days of ['2024-01-12,', '2024-01-12,2024-02-31']) assert.match(await failureOf(file(`${days},${text},-7.00`)), / 5$/, text)
  }
  for (const total of [',,Total,-17.00', 'Total,,,-17.00', ',01/01/2024 - 31/01/2024,Total of the month,-17.00']) assert.deepEqual(await amountsOf(file(total)), ['-5', '-6', '-6'], total)
})

test('letters that tell a direction only beside each other do so under a word for the direction, not under one for a type', async () => {
  const file = (heading: string, ...letters: readonly string[]): string => `Date,Description,${heading},Amount\n2024-01-10,Shop,${letters[0]},5.00\n2024-01-11,Pay,${letters[1]},100.00\n`
  for (const heading of ['Type', 'Transaction type', 'Art', 'Qwert']) assert.deepEqual([await isUnsigned(file(heading, 'D', 'A')), await amountsOf(file(heading, 'D', 'A'))], [true, ['5', '100']], heading)
  for (const [out, into] of [['D', 'A'], ['O', 'I'], ['S', 'E'], ['U', 'I']] as const) assert.deepEqual(await amountsOf(file('Sign', out, into)), ['-5', '100'])
  assert.equal(await isUnsigned(file('Direction', 'I', 'E')), true)
})

test('where only money in is marked beside its amount, all else went out', async () => {
  const file = (...amounts: readonly string[]): string => `Date,Description,Amount\n${amounts.map((amount, at) => `2024-01-1${at},Text,"${amount}"\n`).join('')}`
  assert.deepEqual(await amountsOf(file('12.50', '1,100.00 CR', '3.00')), ['-12.5', '1100', '-3'])
  assert.deepEqual(await amountsOf(file('12.50 DR', '1,100.00 CR', '3.00 DR')), ['-12.5', '1100', '-3'])
  assert.deepEqual(await amountsOf(file('12.50DR', '1,100.00')), ['-12.5', '1100'])
  assert.deepEqual(await amountsOf(file('DR 12.50', 'CR 1,100.00', 'Dr. USD 3.00')), ['-12.5', '1100', '-3'])
  assert.deepEqual(await amountsOf(file('12.50', 'CR 1,100.00', '3.00')), ['-12.5', '1100', '-3'])
  assert.deepEqual(await amountsOf(file('12.50CR', '1,100.00Cr')), ['12.5', '1100'])
  assert.equal(await isUnsigned(file('12.50CR', '1,100.00Cr')), false)
})

test('a state that goes on after the word for a declined payment is read whole', async () => {
  const statesOf = async (...states: readonly string[]): Promise<number> => (await only(`Date,Description,Amount,Status\n2024-01-09,Shop,-1.00,Posted\n${states.map((state) => `2024-01-10,Shop,-5.00,${state}\n`).join('')}`)).rows.length
  assert.equal(await statesOf('Storniert und neu gebucht', 'Cancelled and rebooked', 'Failed then completed'), 4)
  assert.equal(await statesOf('Storniert', 'Declined by bank', 'Cancelled and refunded', 'Rejected and not booked', 'Abgelehnt (Limit)', 'Failed: not executed'), 1)
})

test('a second date of a row may lie outside of the period that tells the years, and is in the year beside the first', async () => {
  const days = async (beside: string, heading: string, ...rows: readonly string[]): Promise<readonly string[]> => (await only(`${beside}\n\n${heading}\n${rows.map((row) => `${row}\n`).join('')}`)).rows.map(({ postedOn, valueOn, transactedOn }) => `${postedOn} ${valueOn ?? transactedOn}`)
  assert.deepEqual(await days('Zeitraum: 01.12.2023 - 31.12.2023', 'Buchung;Valuta;Text;Betrag', '29/12;04/01;Laden;-5,00', '13/12;13/12;Laden;-6,00'), ['2023-12-29 2024-01-04', '2023-12-13 2023-12-13'])
  assert.deepEqual(await days('Period,2024-01-01,2024-01-31', 'Transaction Date,Posting Date,Description,Amount', '29 Dec,2 Jan,Shop,-5.00', '13 Jan,15 Jan,Shop,-6.00'), ['2024-01-02 2023-12-29', '2024-01-15 2024-01-13'])
  assert.match(await failureOf('Zeitraum: 01.12.2023 - 31.12.2023\n\nBuchung;Valuta;Text;Betrag\n29/12;04/06;Laden;-5,00\n13/12;13/12;Laden;-6,00\n'), /^missing_field/)
})

test('a first row in another month than all others is a row, also where no heading stands above', async () => {
  assert.deepEqual(await amountsOf('31 Jan 2024,SHOP A,-5.00\n01 Feb 2024,SHOP B,-6.00\n02 Feb 2024,PAY,100.00\n'), ['-5', '-6', '100'])
})

test('figures that add up in each row are no balances, unless they go on from row to row', async () => {
  assert.equal(await failureOf('2024-02-05,Shop,10.00,2.00,12.00\n2024-02-06,Bar,20.00,4.00,24.00\n'), 'missing_field 1')
  assert.equal(await failureOf('2024-02-05,Shop,10.00,2.00,12.00\n'), 'missing_field 1')
  assert.deepEqual(await amountsOf('2024-02-05,Shop,100.00,88.00,-12.00\n'), ['-12'])
  assert.deepEqual(await amountsOf('2024-02-05,Shop,100.00,88.00,-12.00\n2024-02-06,Pay,88.00,100.50,12.50\n'), ['-12', '12.5'])
})

test('three digits behind the separator are coins in currencies that have a thousand of them', async () => {
  assert.deepEqual(await amountsOf('Date,Description,Amount,Currency\n2024-02-05,Shop,-4.750,KWD\n2024-02-06,Pay,12.500,KWD\n'), ['-4.75', '12.5'])
  assert.deepEqual(await amountsOf('Date,Description,Amount (BHD)\n2024-02-05,Shop,"-4,750"\n2024-02-06,Pay,"12,500"\n'), ['-4.75', '12.5'])
  assert.deepEqual(await amountsOf('Date,Description,Amount,Currency\n2024-02-05,Shop,-4.750,EUR\n2024-02-06,Pay,12.500,EUR\n'), ['-4750', '12500'])
  assert.deepEqual(await amountsOf('account;date;payee;amount;latitude\nCash;2024-02-05;Shop;-1.234;52.5200\nCash;2024-02-06;Shop;-2.500;52.5201\n'), ['-1234', '-2500'])
})

test('what a merchant sells, what a shop is called and the cards of customers turn no sign', async () => {
  assert.deepEqual(await amountsOf('Date,Type,Order,Amount\n2024-02-05,sale,1001,50.00\n2024-02-06,charge,1002,20.00\n2024-02-07,refund,1001,-5.00\n'), ['50', '20', '-5'])
  assert.deepEqual(await amountsOf('Date,Type,Description,Amount\n2024-02-05,Sale,Shop,50.00\n2024-02-06,Payment,Thank you,-20.00\n'), ['-50', '20'])
  assert.deepEqual(await amountsOf('Date,Description,Amount\n2024-02-05,Salary,1000.00\n2024-02-06,Interest,2.00\n2024-02-07,THANK YOU CAFE,-5.00\n'), ['1000', '2', '-5'])
  assert.deepEqual(await amountsOf('Date,Total,Card number,Method\n2024-02-05,10.00,****1111,Visa\n2024-02-05,20.00,****2222,Visa\n2024-02-06,30.00,****3333,MC\n'), ['10', '20', '30'])
})

test('where only the columns are those of a card, it is told that its amounts were read as money out', async () => {
  const told = async (content: string): Promise<boolean> => (await only(content)).notices.join().includes("a list of a card's charges")
  const open = 'Date,Card Member,Description,Amount\n2024-02-05,J,Shop,23.45\n2024-02-06,J,Bar,5.00\n'
  assert.deepEqual([await told(open), await amountsOf(open)], [true, ['-23.45', '-5']])
  assert.deepEqual([await told(`${open}2024-02-07,J,PAYMENT RECEIVED,-28.45\n`), await told(open.replaceAll(',23', ',-23'))], [false, false])
})

test('what Relink itself exported is read as it was written: signs as they are whatever the type says, rows that were withdrawn stay away', async () => {
  const content = 'date,amount,currency,description,memo,type,check_number,reference,state,id\r\n2026-05-01,10.00,USD,Refund,,,,,posted,a\r\n2026-05-02,12.00,USD,Salary,,CREDIT,,,posted,b\r\n2026-05-03,13.00,USD,Twice,,DEBIT,,,withdrawn,c\r\n2026-05-04,7.00,USD,Back,,DEBIT,,,pending,d\r\n'
  const { rows, notices } = await only(content)
  assert.deepEqual(rows.map(({ amount, name, status }) => `${amount} ${name} ${status}`), ['10 Refund posted', '12 Salary posted', '7 Back pending'])
  assert.deepEqual(notices.filter((notice) => notice.includes('sign')), [])
})

test('a row that has a balance and a text but no amount is told about, and refused where the balances say that money moved', async () => {
  const heading = 'Date,Description,Amount,Balance\n'
  const told = async (rows: string): Promise<string> => (await only(heading + rows)).notices.join()
  assert.match(await told('2024-02-01,Carry,,100.00\n2024-02-05,Shop,-5.00,95.00\n2024-02-06,Shop,-6.00,89.00\n'), /hold a balance and no amount .*\(1\)/)
  assert.equal(await told('2024-02-01,,,100.00\n2024-02-05,Shop,-5.00,95.00\n2024-02-06,Shop,-6.00,89.00\n'), '')
  assert.equal(await failureOf(`${heading}2024-02-01,Pay,,100.00\n2024-02-05,Shop,-5.00,80.00\n2024-02-06,Shop,-6.00,74.00\n2024-02-07,Shop,-6.00,68.00\n2024-02-08,Shop,-6.00,62.00\n`), 'missing_field 3')
  assert.equal(await failureOf(`${heading}2024-02-07,Pay,,100.00\n2024-02-06,Shop,-6.00,74.00\n2024-02-05,Shop,-5.00,80.00\n2024-02-04,Shop,-5.00,85.00\n2024-02-03,Shop,-5.00,90.00\n`), 'missing_field 3')
})

test('a cell that is no amount is refused where the other direction has a column, and where a row has a day but not that of the booking', async () => {
  assert.equal(await failureOf('Date,Description,Debit,Credit\n2024-02-05,Shop,abc,\n2024-02-06,Pay,,100.00\n'), 'invalid_amount 2')
  assert.equal(await failureOf('Started Date,Completed Date,Description,Amount,State\n2024-02-05,2024-02-05,Shop,-5.00,COMPLETED\n2024-02-05,2024-02-06,Shop,-6.00,COMPLETED\n2024-02-05,2024-02-06,Shop,-6.00,COMPLETED\n2024-02-05,2024-02-06,Shop,-6.00,COMPLETED\n2024-02-06,,Bar,abc,\n'), 'invalid_amount 6')
  assert.equal(await failureOf(',SHOP,-5.00,95.00\n2024-02-06,BAR,-6.00,89.00\n2024-02-07,PAY,100.00,189.00\n'), 'missing_field 1')
})

test('the currency that is called after the amount is its own, beside one that is called by nothing', async () => {
  const told = async (content: string): Promise<readonly string[]> => (await all(content)).map(({ head, rows }) => `${head.currency} ${rows.map(({ amount }) => amount).join(' ')}`)
  assert.deepEqual(await told('Date,Merchant,Amount,Currency,Billed Amount,Billed Currency\n2025-01-13,Shop,-30.00,USD,-28.50,EUR\n2025-01-14,Bar,-10.00,EUR,-10.00,EUR\n'), ['EUR -28.5 -10'])
})

// Fails when: only whole words are balances (seen): what was brought forward came in, and went out at the end.
test('balances that are brought down or carried forward in few letters are no payments', async () => {
  for (const [begins, ends] of [['Balance b/d', 'Balance c/d'], ['B/F', 'C/F'], ['Bal b/fwd', 'Bal c/fwd'], ['BY BALANCE B/F', 'TO BALANCE C/F']] as const) {
    const { rows, balances } = await only(`Date,Particulars,Debit,Credit\n01/01/2025,${begins},,1000.00\n13/01/2025,Shop,25.00,\n14/01/2025,Pay,,500.00\n31/01/2025,${ends},1475.00,\n`)
    assert.deepEqual([rows.map(({ amount }) => amount), balances.map(({ kind, amount }) => `${kind} ${amount}`).includes('opening 1000')], [['-25', '500'], true], begins)
  }
  assert.deepEqual(await amountsOf('Date,Particulars,Amount\n13/01/2025,B F Goodrich,-25.00\n14/01/2025,BF,-5.00\n'), ['-25', '-5'])
})

test('marks with a sign in brackets, words of programs for nothing, apostrophes and formulas of spreadsheets', async () => {
  assert.deepEqual(await amountsOf('Date,Description,Amount,Debit/Credit\n13/01/2025,Shop,25.00,DEBIT (-)\n14/01/2025,Pay,500.00,CREDIT (+)\n'), ['-25', '500'])
  assert.deepEqual(await amountsOf("Date,Description,Debit,Credit\n'2025-01-13,Shop,'25.00,N/A\n'2025-01-14,Pay,null,'500.00\n'2025-01-15,Gym,'30.00,NaN\n"), ['-25', '500', '-30'])
  const { head, rows } = await only('Account;Date;Description;Amount\n="000123456789";="13/01/2025";="Shop";="-25,00"\n="000123456789";="14/01/2025";="Pay";="500,00"\n')
  assert.deepEqual([head.account.number, rows.map(({ name, amount }) => `${name} ${amount}`)], ['000123456789', ['Shop -25', 'Pay 500']])
})

// Fails when: the heading is compared only with four rows or more (seen): amounts lost their cents, balances were those.
test('rows that all go on behind the heading are refused, however few they are', async () => {
  assert.equal(await failureOf('Date,Description,Amount,Balance\n13/01/2025,Shop,-25,00,975,00\n14/01/2025,Pay,500,00,1475,00\n15/01/2025,Rent,-600,50,874,50\n'), 'malformed 1')
  assert.equal(await failureOf('Date,Amount,Description\n13/01/2025,-25.00,Smith, Jones\n'), 'none')
})

test('days with their weekday in front, a word between, the years of Thailand in two digits', async () => {
  const days = async (...written: readonly string[]): Promise<readonly string[]> => (await only(`Date;Text;Amount\n${written.map((day) => `${day};Shop;-5.00\n`).join('')}`)).rows.map(({ postedOn }) => postedOn)
  assert.deepEqual(await days('Monday, January 13, 2025', 'Tue, Jan 14, 2025'), ['2025-01-13', '2025-01-14'])
  assert.deepEqual(await days('13 de enero de 2025', '2 de febrero de 2025'), ['2025-01-13', '2025-02-02'])
  assert.deepEqual(await days('13 de janeiro de 2025', '1º de março de 2025'), ['2025-01-13', '2025-03-01'])
  assert.deepEqual(await days('2025. január 13.', '2025. február 2.'), ['2025-01-13', '2025-02-02'])
  assert.deepEqual(await days('13 июня 2025 г.', '14 июня 2025 г.'), ['2025-06-13', '2025-06-14'])
  assert.deepEqual(await days('13 ม.ค. 68', '14 ก.พ. 68'), ['2025-01-13', '2025-02-14'])
  assert.deepEqual(await days('13/01/68', '14/02/68'), ['2025-01-13', '2025-02-14'])
  assert.deepEqual(await days('13/01/2025 14h22', '20250114T101112Z'), ['2025-01-13', '2025-01-14'])
})

// Fails when: only words of headings that are known describe rows (seen): charges came in.
test('payments to a card in more languages turn its signs, whatever the heading above them says', async () => {
  for (const [heading, text] of [['Händler', 'LASTSCHRIFTEINZUG'], ['Qwert', 'LASTSCHRIFTEINZUG 01/25'], ['Beschreibung', 'Ihre Zahlung vom 15.01.'], ['Omschrijving', 'UW BETALING'], ['Libellé', 'VOTRE PAIEMENT']] as const) {
    const file = (sign: string, other: string): string => `Kartennummer;Kaufdatum;${heading};Betrag\n5355 **** **** 1234;2025-01-03;AMAZON;${sign}45,60\n5355 **** **** 1234;2025-01-10;LIDL;${sign}23,40\n5355 **** **** 1234;2025-01-15;${text};${other}69,00\n`
    for (const [sign, other] of [['', '-'], ['-', '']] as const) assert.deepEqual(await amountsOf(file(sign, other)), ['-45.6', '-23.4', '69'], text)
  }
})

// Fails when: rows of two cells are titles (seen): a table of days and amounts was left out.
test('a table whose rows hold a day and an amount, and no more, has rows', async () => {
  assert.deepEqual(await accountsOf('Checking 1111\nDate,Description,Amount\n2024-03-13,Shop,-10.00\n2024-03-14,Bar,-20.00\n\nSavings 2222\nDate,Description,Amount\n2024-03-15,,-30.00\n2024-03-16,,-40.00\n'), ['Checking 1111 2', 'Savings 2222 2'])
})

// Fails when: a first record with its date written otherwise is a line above the rows (seen): it was left out.
test('a first row without a heading whose date is written otherwise is a row where it tells no more than one', async () => {
  for (const first of ['1/5/2024,Shop,-10.00', 'May 1 2024,Shop,-10.00', '01.05.2024 10:00,Shop,-10.00']) assert.deepEqual(await amountsOf(`${first}\n30-04-2024,Bar,-20.00\n29-04-2024,Inn,-30.00\n`), ['-10', '-20', '-30'], first)
  assert.deepEqual(await amountsOf('May 1 2024,Shop,-10.00\nApr. 30 2024,Bar,-20.00\nApr. 29 2024,Inn,-30.00\n'), ['-10', '-20', '-30'])
})

// Fails when: a refused payment among booked ones makes no column of states (seen): it was read as one.
test('a column of states has declined ones among them, whatever is above it, a word for a kind as well', async () => {
  for (const heading of ['Qwert', 'Type']) assert.deepEqual(await amountsOf(`Date,${heading},Description,Amount\n2024-01-05,Completed,Shop,-10.00\n2024-01-06,Cancelled,Shop,-11.00\n2024-01-07,Completed,Bar,-5.00\n`), ['-10', '-5'], heading)
  assert.deepEqual(await amountsOf('Date,Description,Amount\n2024-01-05,Paid,-10.00\n2024-01-06,Cancelled,-11.00\n2024-01-07,Paid,-5.00\n'), ['-10', '-11', '-5'])
})

// Fails when: whoever is called so states a balance (seen): payments that moved the balance were left out.
test('what moves the balance is a payment, whatever balance or turnover it is called', async () => {
  for (const name of ['Saldo final', 'Balance forward', 'Anfangsbestand', 'Turnover']) {
    const rows = ['2024-03-13,Shop,-50.00,950.00', `2024-03-14,${name},-25.00,925.00`, '2024-03-15,Bar,-30.00,895.00', `2024-03-16,${name},-45.00,850.00`]
    for (const order of [rows, rows.toReversed()]) assert.equal((await amountsOf(`Date,Description,Amount,Balance\n${order.join('\n')}\n`)).length, 4, name)
  }
  // What is all that there is is a balance.
  assert.deepEqual(await amountsOf('Date,Description,Amount,Balance\n2024-03-12,Out,-5.00,0.00\n2024-03-13,Opening balance,50.00,50.00\n2024-03-14,Shop,-25.00,25.00\n2024-03-15,Bar,-5.00,20.00\n'), ['-5', '-25', '-5'])
})

// Fails when: such words are those of a card's issuer alone (seen): what came to an account that paid its card went out.
test('words of a payment to a card, without anything else that calls the list one, turn its signs and are told', async () => {
  const file = (balances: boolean): string => `Date,Description,Amount${balances ? ',Balance' : ''}\n${[['Invoice 1', 100, 200], ['Invoice 2', 200, 400], ['AMEX AUTOPAY PAYMENT - THANK YOU', -250, 150], ['Invoice 3', 22, 172]].map(([text, amount, balance], at) => `2024-03-1${at},${text},${amount}.00${balances ? `,${balance}.00` : ''}\n`).join('')}`
  for (const balances of [false, true]) assert.match((await only(file(balances))).notices.join(), /a list of a card's charges/)
})

test('of money out that has a minus in most rows, one without came back, as one with a minus among others did', async () => {
  for (const sign of ['', '-']) assert.deepEqual(await amountsOf(`Date,Description,Debit,Credit\n13/03/2024,Shop,${sign}10.00,\n14/03/2024,Refund,${sign === '' ? '-' : ''}10.00,\n15/03/2024,Pay,,100.00\n16/03/2024,Bar,${sign}5.00,\n`), ['-10', '10', '100', '-5'])
})

const LONG = Array.from({ length: 2_000 }, (_, at) => `${new Date(Date.UTC(2020, 0, 1 + Math.floor(at / 8))).toISOString().slice(0, 10)},Joint Checking,Food,A merchant ${'with a long name '.repeat(8)}and number ${at},-${(at % 90) + 1}.00`)
const longFile = (rows: readonly string[]): string => `Date,Account Name,Category,Description,Amount\n${rows.join('\n')}\n`

// Fails when: only what was looked at whole can stand twice (seen): a long file that was appended to itself was read twice.
test('rows of a long file that stand in it twice are refused where the second time begins', async () => {
  assert.equal(await failureOf(longFile(LONG)), 'none')
  for (const again of [LONG, LONG.slice(-200), LONG.slice(0, 50)]) assert.equal(await failureOf(longFile([...LONG, ...again])), 'malformed 2002', `${again.length}`)
  assert.equal(await failureOf(longFile([...LONG.toReversed(), ...LONG.toReversed()])), 'malformed 2002')
  // Two downloads, the later one first.
  assert.equal(await failureOf(longFile([...LONG.slice(800), ...LONG.slice(0, 900)])), 'malformed 2002')
  // A list in another order, with equal rows.
  assert.equal(await failureOf(longFile(LONG.map((row) => row.replace(/number \d+,.*/, 'number,-1.00')))), 'none')
})

test('another name of an account behind the beginning of a long file is refused', async () => {
  assert.equal(await failureOf(longFile(LONG.map((row, at) => (at < 1_900 ? row : row.replace('Joint Checking', 'Visa Card'))))), 'account_unclear 1902')
})

// Fails when: the first of two columns without a heading is money out, unsaid, in a list of which most rows are there in the second (seen: Avangard of Russia has money in first).
test('two columns without a heading, of which most rows came in by the usual order, are told', async () => {
  const list = (rows: readonly (readonly [string, string, string])[]): string => rows.map(([day, first, second], at) => `${day};${first};${second};Shop ${at}`).join('\n')
  const isTold = async (content: string): Promise<boolean> => (await only(content)).notices.join().includes('two columns of amounts and no heading')
  const rows = [['03.03.2025', '2500.00', ''], ['05.03.2025', '', '45.90'], ['09.03.2025', '', '1200.00'], ['14.03.2025', '', '88.05']] as const
  assert.equal(await isTold(list(rows)), true)
  assert.equal(await isTold(list(rows.map(([day, first, second]) => [day, second, first]))), false)
  const headed = `Date;Money in;Money out;Text\n${list(rows)}`
  assert.deepEqual([await isTold(headed), await amountsOf(headed)], [false, ['2500', '-45.9', '-1200', '-88.05']])
})
