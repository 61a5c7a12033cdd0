/** Tables in shapes of their own, and what stands above and beside their rows: each is a rule, shown on a small file that was made up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, collect, summary, type Collected } from '../testing/collect.ts'
import { readCsv } from './read.ts'

async function all(content: string): Promise<readonly Collected[]> {
  const { statements, failure } = await collect(readCsv(bytes(content, 61)))
  assert.equal(failure, null, failure?.message)
  return statements
}

async function only(content: string): Promise<Collected> {
  const [statement, ...others] = await all(content)
  assert.equal(others.length, 0)
  return statement!
}

const amountsOf = ({ rows }: Collected): readonly string[] => rows.map(({ amount }) => amount)
const accountsOf = async (content: string): Promise<readonly string[]> =>
  [...Map.groupBy(await all(content), ({ head }) => `${head.account.number ?? head.account.name ?? '-'} ${head.currency ?? '-'}`)].map(([account, parts]) => `${account}: ${parts.flatMap(amountsOf).join(' ')}`)

async function failureOf(content: string): Promise<string> {
  const { failure } = await collect(readCsv(bytes(content)))
  return failure === null ? 'none' : `${failure.code} ${failure.line}`
}

// Fails when: lines of a label and a value are cut at the commas of their texts (seen): the file was refused.
test('rows whose cells are lines of a label and a value: a table, with its lines, whatever stands above', async () => {
  const row = (day: string, text: string, amount: string, balance: string): string => `Date: ${day}/01/2024\nDescription: ${text}\nAmount: ${amount}\nBalance: ${balance}\n\n`
  const head = 'From: 01/01/2024 to 31/01/2024\n\nAccount: XXXX 1234\n\n'
  const statement = await only(`${head}${row('31', 'SHOP, LEEDS;\nUK', '-12.50 GBP', '987.50 GBP')}${row('02', 'ACME', '1000.00 GBP', '1000.00 GBP')}`)
  assert.equal(summary(statement), '2 987.5 2024-01-02 2024-01-31 0 987.5')
  assert.deepEqual([statement.head.account.number, statement.head.currency, ...statement.rows.map(({ line, name }) => `${line} ${name}`)], ['XXXX 1234', 'GBP', '5 SHOP, LEEDS; UK', '11 ACME'])
  assert.equal(await failureOf(`${head}${row('31', 'SHOP', '-12.50', '987.50')}${row('02', 'ACME', 'abc', '1000.00')}${row('01', 'ACME', '1.00', '0.00')}`), 'invalid_amount 10')
  assert.equal(summary(await only(`${head}${row('31', 'SHOP', '-12.50', '987.50')}`)), '1 -12.5 2024-01-31 2024-01-31 1000 987.5', 'one row alone')
})

// Fails when: what stands above a table is read for its account alone (seen): balances were lost.
test('a balance above the rows is that of its day, where no row is later and nothing contradicts it', async () => {
  const file = (...above: readonly string[]): string => `${above.join('\n')}\n\nBuchungstag;Text;Betrag\n31.01.2024;Lohn;1.000,00\n15.01.2024;REWE;-12,50\n`
  const balances = async (...above: readonly string[]): Promise<readonly string[]> => (await only(file(...above))).balances.map(({ kind, amount, on }) => `${kind} ${amount} ${on}`)
  assert.deepEqual(await balances('Kontostand vom 31.01.2024:;"1.987,50 €"'), ['ledger 1987.5 2024-01-31'])
  assert.deepEqual(await balances('Saldo: EUR 1.987,50', 'Stand: 02.02.2024'), ['ledger 1987.5 2024-02-02'])
  assert.deepEqual(await balances('Saldo iniziale: 1.000,00', 'Saldo finale: 1.987,50'), ['opening 1000 2024-01-15', 'closing 1987.5 2024-01-31'])
  assert.deepEqual(await balances('Solde au 31/01/2024 1 987,50 EUR'), ['ledger 1987.5 2024-01-31'])
  for (const above of [['Kontostand vom 20.01.2024:;1.987,50 EUR'], ['Saldo;1.987,50 EUR'], ['Verfügbarer Saldo am 31.01.2024;1.987,50 EUR'], ['Saldo iniziale: 1.000,00', 'Saldo finale: 1.500,00'], ['Kreditkarte', 'Saldo vom 31.01.2024:;112,50 EUR'], ['Kontostand vom 31.01.2024:;12345']])
    assert.deepEqual(await balances(...above), [], above.join())
  assert.deepEqual(await balances('Kreditkarte', 'Saldo vom 31.01.2024:;-112,50 EUR'), ['ledger -112.5 2024-01-31'])
  const several = await all('Saldo vom 31.01.2024:;1.987,50 EUR\n\nBuchungstag;Text;Betrag;Währung\n31.01.2024;Lohn;1.000,00;EUR\n15.01.2024;REWE;-12,50;USD\n')
  assert.deepEqual(several.flatMap((one) => one.balances), [], 'of several accounts nobody knows whose it is')
})

// Fails when: all that was paid on a loan lowers it (seen): its balance was dropped, or ran the other way.
test('a payment on a loan is what was paid, and its interest and charges, which lead to the balance that is owed', async () => {
  const rows = ['01/02/2024,Payment,500.00,901.35,250.00,1651.35,200250.00', '02/01/2024,Payment,500.63,900.72,250.00,1651.35,199749.37', '03/01/2024,Payment,501.25,900.10,250.00,1651.35,199248.12']
  for (const order of [rows, rows.toReversed()]) {
    const loan = await only(`Date,Description,Principal,Interest,Escrow,Total Amount,Principal Balance\n${order.join('\n')}\n`)
    assert.equal(summary(loan), '6 1501.88 2024-01-02 2024-03-01 -200750 -199248.12')
    assert.deepEqual(loan.rows.slice(0, 2).map(({ amount, name }) => `${amount} ${name}`), [`1651.35 Payment`, `${order === rows ? '-1151.35' : '-1150.1'} Interest and charges`])
  }
  assert.deepEqual(amountsOf(await only('Date,Description,Amount,Principal,Interest\n2024-01-02,Payment,350.00,300.00,50.00\n2024-02-02,Payment,350.00,301.00,49.00\n')), ['350', '-50', '350', '-49'])
  assert.deepEqual(amountsOf(await only('Date,Description,Amount,Principal,Interest\n2024-01-02,Payment,350.00,900.00,4.50\n2024-02-02,Payment,350.00,870.00,4.40\n')), ['350', '350'], 'what they are of is another sum')
})

// Fails when: a balance that counts what is owed has the sign of money (seen), or turns amounts whose column tells where they went.
test('where columns tell the direction, a balance that runs the other way is owed', async () => {
  const card = await only('Date,Description,Debit,Credit,Balance\n2024-01-02,Shop,20.00,,120.00\n2024-01-03,Bar,5.00,,125.00\n2024-01-04,Payment,,100.00,25.00\n')
  assert.equal(summary(card), '3 75 2024-01-02 2024-01-04 -100 -25')
  assert.equal(summary(await only('Date,Description,Debit,Credit,Balance\n2024-01-02,Shop,20.00,,80.00\n2024-01-03,Bar,5.00,,75.00\n2024-01-04,Pay,,100.00,175.00\n')), '3 75 2024-01-02 2024-01-04 100 175')
})

// Fails when: rows in what is no currency stand in one account without one (seen): coins were added up with euros.
test('each coin of an exchange is an account of its own, a fee comes off it', async () => {
  const file = 'txid,time,type,asset,amount,fee,balance\nL1,2024-01-02 10:00:00,deposit,ZEUR,1000.00,0,1000.00\nL2,2024-01-03 10:00:00,trade,ZEUR,-400.00,1.04,598.96\nL3,2024-01-03 10:00:00,trade,XXBT,0.01,0,0.01\nL4,2024-01-04 10:00:00,reward,ADA,5.5,0,5.5\nL5,2024-01-04 10:00:00,reward,DOT.S,7.25,0,7.25\nL6,2024-01-05 10:00:00,reward,ADA,0.5,0,6.0\n'
  assert.deepEqual(await accountsOf(file), ['- EUR: 1000 -401.04', '- BTC: 0.01', 'ADA -: 5.5 0.5', 'DOT.S -: 7.25'])
})

// Fails when: a transfer that came back is money that left (seen), or what moved nothing is a row of zero (seen).
test('of payments by their two sides those that were refunded are left out, and so is what stays within one currency', async () => {
  const heading = 'ID,Status,Direction,"Finished on","Source fee amount","Source fee currency","Source name","Source amount (after fees)","Source currency","Target name","Target amount (after fees)","Target currency"\n'
  const row = (id: string, status: string, direction: string, out: string, from: string, into: string, to: string): string => `${id},${status},${direction},2024-01-2${id} 10:00:00,,,Ann,${out},${from},Bob,${into},${to}\n`
  const file = heading + row('1', 'COMPLETED', 'OUT', '99.45', 'EUR', '107.40', 'USD') + row('2', 'REFUNDED', 'OUT', '49.50', 'EUR', '42.00', 'GBP') + row('3', 'COMPLETED', 'NEUTRAL', '0.00', 'EUR', '0.00', 'EUR') + row('4', 'COMPLETED', 'NEUTRAL', '10.00', 'EUR', '8.50', 'GBP')
  assert.deepEqual(await accountsOf(file), ['- EUR: -99.45', '- GBP: 8.5', '- EUR: -10'].slice(0, 0).concat(['- EUR: -99.45 -10', '- GBP: 8.5']))
  assert.match((await all(file)).flatMap(({ notices }) => notices).join(), /1 declined or cancelled/)
  assert.deepEqual(amountsOf(await only('Date,Name,Status,Amount\n2024-01-02,Shop,Refunded,-5.00\n2024-01-03,Shop,Completed,5.00\n')), ['-5', '5'], 'where the refund has a row of its own, both are there')
})

// Fails when: the account that paid, or was paid, parts the rows (seen): one wallet was several accounts, other ones in each file.
test('an account behind the name of the other party is that of the other party', async () => {
  const file = (heading: string): string => `Date,Amount,Notes,${heading}\n2024-01-31,-12.50,Coffee,Bar,Cash\n2024-01-20,-40.00,Dinner,Ann,Visa 1234\n2024-01-15,100.00,Rent,Bob,Cash\n`
  const wallet = await all(file('Name of sender/receiver,Account'))
  assert.deepEqual(wallet.map((one) => `${one.head.account.name} ${amountsOf(one).join(' ')} ${one.notices.length}`), ['null -12.5 -40 100 0'])
  assert.deepEqual(await accountsOf(file('Tag,Account')), ['Cash -: -12.5 100', 'Visa 1234 -: -40'])
  assert.deepEqual(await accountsOf('Date,Category,Payee,Account,Amount\n2024-01-31,Food,Bar,Cash,-12.50\n2024-01-20,Food,Ann,Visa 1234,-40.00\n'), ['Cash -: -12.5', 'Visa 1234 -: -40'], 'a program sorts by categories')
})

// Fails when: letters are read by what they stand for elsewhere, or not at all (seen): all went in.
test('letters are those of the two words of their heading', async () => {
  const file = (heading: string, out: string, into: string): string => `Date,Description,${heading},Amount\n2024-01-10,Shop,${out},5.00\n2024-01-11,Pay,${into},100.00\n`
  for (const [heading, out, into] of [['Cargo/Abono', 'C', 'A'], ['Withdrawal/Deposit', 'W', 'D'], ['Abono / Cargo', 'c', 'a'], ['Debit-Credit', 'D', 'C']] as const)
    assert.deepEqual(amountsOf(await only(file(heading, out, into))), ['-5', '100'], heading)
  assert.match((await only(file('Alpha/Beta', 'A', 'B'))).notices.join(), /No amount of this file has a sign/)
  assert.deepEqual(amountsOf(await only(file('Qwert', 'Nota Débito', 'Nota Crédito'))), ['-5', '100'])
})

// Fails when: the lines of other kinds are rows with a bad date (seen): the file was refused.
test('of records that begin with the code of their kind those with a day are the rows', async () => {
  const head = '0,,BRANCH,,,,,\n0,OPEN,,1000.00,OPEN BALANCE,,,\n'
  const rows = 'HIST,20240114,,2500.00,CREDIT TRANSFER,SALARY,1234,0\nHIST,20240115,##,-5.50,FEE,FEE FIXED,1234,0\n'
  assert.equal(summary(await only(`${head}${rows}0,CLOSE,,3494.50,CLOSE BALANCE,,,\n`)), '2 2494.5 2024-01-14 2024-01-15 - -')
  assert.equal(summary(await only('H,Bank,Export\nD,2024-01-14,SHOP,-12.50\nD,2024-01-15,PAY,100.00\nT,2,Records\n')), '2 87.5 2024-01-14 2024-01-15 - -')
  assert.match(await failureOf(`${head}${rows.replace('20240115', '20241315')}`), /^(missing_field|invalid_date)/)
})

// Fails when: a row of shares alone lacks its amount (seen): the file of the broker was refused.
test('a row that moves shares and no money is left out and told; one that lacks its amount and moves none is refused', async () => {
  const file = (quantity: string): string => `Date,Action,Symbol,Quantity,Amount\n2024-02-16,Buy,VTI,2,-500.20\n2024-02-12,Journaled Shares,VTI,${quantity},\n2024-02-01,Transfer,,,1000.00\n`
  const broker = await only(file('5'))
  assert.deepEqual([amountsOf(broker), /move shares and no money .*\(1\)/.test(broker.notices.join())], [['-500.2', '1000'], true])
  assert.equal(await failureOf(file('')), 'missing_field 3')
})

// Fails when: what a bank keeps apart under a word for its products is one account (seen): its savings stood beside its wages, and no balance ran.
test('products with balances of their own are accounts, those of a shop are not', async () => {
  const file = 'Type,Product,Completed Date,Description,Amount,Fee,Currency,State,Balance\nTOPUP,Current,2024-01-02,Pay,500.00,0.00,EUR,COMPLETED,500.00\nATM,Current,2024-01-12,Cash,-100.00,2.00,EUR,COMPLETED,398.00\nTRANSFER,Savings,2024-01-22,Saved,20.00,0.00,EUR,COMPLETED,20.00\nTRANSFER,Current,2024-01-22,Saved,-20.00,0.00,EUR,COMPLETED,378.00\n'
  assert.deepEqual(await accountsOf(file), ['Current EUR: 500 -102 -20', 'Savings EUR: 20'])
  assert.deepEqual(await accountsOf('Date,Product,Customer,Amount\n2024-01-02,Gift card,Ann,20.00\n2024-01-03,Sticker,Bob,5.00\n'), ['- -: 20 5'])
})

// Fails when: a fee is part of the amount in one file and not in the next (seen): an exchange stood twice.
test('a fee beside a balance that no other one stands beside comes on top, as where two prove it', async () => {
  assert.deepEqual(amountsOf(await only('Date,Description,Amount,Fee,State,Balance\n2024-01-13,Exchange,-50.00,0.25,COMPLETED,335.25\n2024-01-20,Taxi,-8.00,0.00,PENDING,\n')), ['-50.25', '-8'])
  assert.deepEqual(amountsOf(await only('Date,Description,Amount,Fee,State,Balance\n2024-01-13,Exchange,-50.00,0.25,COMPLETED,335.50\n2024-01-14,Taxi,-8.00,0.25,COMPLETED,327.50\n')), ['-50', '-8'])
})

// Fails when: the same balance beside all rows of each account runs with them (seen): an opening balance was made of it.
test('a balance that stands beside all rows of an account is that of the export, of each account', async () => {
  const statements = await all('Date,Description,Amount,Account number,Account balance\n2024-01-31,Pay,1000.00,00012345678,1987.50\n2024-01-15,Shop,-12.50,00012345678,1987.50\n2024-01-10,Interest,3.00,00087654321,500.00\n')
  assert.deepEqual(statements.flatMap(({ balances }) => balances), [])
})

test('the code of one currency beside the amount, under no word, is its currency; beside what was billed that of the purchase is not', async () => {
  assert.deepEqual(await accountsOf('Buchtag;Text;Betrag;\n31.01.2024;Lohn;1.000,00;EUR\n15.01.2024;REWE;-12,50;EUR\n'), ['- EUR: 1000 -12.5'])
  assert.deepEqual(await accountsOf('Date,Billing Amount,Merchant,Debit/Credit Flag,Transaction Currency\n2024-01-30,12.50,TESCO,D,GBP\n2024-01-20,100.00,PAID,C,GBP\n2024-01-12,20.00,HM,D,EUR\n'), ['- -: -12.5 100 -20'])
})

test('the number behind the name of an account, and that of a masked card, name it; days and balances do not', async () => {
  const numberOf = async (above: string): Promise<string | null> => (await only(`${above}\n\nDate,Text,Amount\n2024-01-05,Shop,-1.00\n2024-01-06,Pay,2.00\n`)).head.account.number
  assert.equal(await numberOf('eKonto - 12114020040000300201355387,,'), '12114020040000300201355387')
  assert.equal(await numberOf('Account Details For:,DBS Savings Plus 012-3-456789,'), '012-3-456789')
  assert.equal(await numberOf('Karte,Visa Kreditkarte,4748 •••• •••• 1234'), '4748 •••• •••• 1234')
  assert.equal(await numberOf('# 账    号: [一卡通:6214********1234],,'), '6214********1234')
  for (const other of ['Konto 20240131,,', 'Account opened 123456,,', 'Account balance 123456,,', 'Statement 123456,,']) assert.equal(await numberOf(other), null, other)
})

// Fails when: what is owed is taken for money because it adds up (seen): charges came in, and the payment went out.
test('a balance that goes up with purchases and down with payments to the card is owed, whatever signs stand there', async () => {
  const file = (heading: string, sign: string, ...rows: readonly (readonly [string, number, string])[]): string => `Date,Description,Amount,${heading}\n${rows.map(([text, amount, balance], at) => `2024-01-1${at},${text},${sign === '-' ? -amount : amount}.00,${balance}\n`).join('')}`
  const rows = [['Store', 200, '200.00'], ['Payment thank you', -100, '100.00'], ['Bar', 25, '125.00'], ['Shop', 20, '145.00'], ['Cafe', 5, '150.00']] as const
  assert.equal(summary(await only(file('Balance', '+', ...rows))), '5 -150 2024-01-10 2024-01-14 0 -150')
  assert.equal(summary(await only(file('Balance', '-', ...rows))), '5 -150 2024-01-10 2024-01-14 0 -150')
  assert.equal(summary(await only(file('Balance owing', '-', ...rows.map(([, amount, balance]) => ['Row', amount, balance] as const)))), '5 -150 2024-01-10 2024-01-14 0 -150')
  assert.equal(summary(await only(file('Balance', '+', ['Pay', 200, '200.00'], ['Shop', -100, '100.00'], ['Pay', 25, '125.00'], ['Pay', 20, '145.00']))), '4 145 2024-01-10 2024-01-13 0 145')
})

// Fails when: a row that was cancelled tells that what was paid out is no net of the fee (seen): the whole sale was the amount.
test('a sale that was cancelled does not tell which of its amounts moved', async () => {
  const file = 'Date,Status,Description,Total,Fee,Payout\n2024-01-31,Paid,Coffee,10.00,0.17,9.83\n2024-01-30,Paid,Cake,20.00,0.34,19.66\n2024-01-30,Cancelled,Cake,20.00,0.00,0.00\n'
  assert.deepEqual(amountsOf(await only(file)), ['9.83', '19.66'])
})

test('names of accounts beside a column for the other party, and parts that a bank keeps as accounts, are one\'s own', async () => {
  const file = (heading: string): string => `Date,Partner Name,Reference,${heading},Amount\n2024-01-31,ACME,Pay,Main,1000.00\n2024-01-15,Shop,Food,Main,-12.50\n2024-01-10,Ann,Saved,Holiday,20.00\n`
  for (const heading of ['Account Name', 'Pocket']) assert.deepEqual(await accountsOf(file(heading)), ['Main -: 1000 -12.5', 'Holiday -: 20'])
  assert.match((await only(file('Account Name').replace('Partner Name', 'Qwert'))).notices.join(), /a name in a column that is called after an account/)
})

// Fails when: tables of two accounts of one kind are one without a word (seen).
test('tables under titles of one kind whose names differ are told; pages, months and states are not', async () => {
  const isTold = async (...titles: readonly string[]): Promise<boolean> =>
    (await all(titles.map((title, at) => `${title}\nDate,Description,Amount\n2024-01-2${at},A,-1.00\n2024-01-2${at},B,2.00\n`).join('\n'))).flatMap(({ notices }) => notices).join().includes('under titles that differ')
  assert.equal(await isTold('Sparkonto Urlaub', 'Sparkonto Auto'), true)
  for (const titles of [['Girokonto Seite 1', 'Girokonto Seite 2'], ['Account statement January 2024', 'Account statement February 2024'], ['Pending card transactions', 'Posted card transactions'], ['Sparkonto Urlaub', 'Sparkonto Urlaub']]) assert.equal(await isTold(...titles), false, titles.join())
})

test('what a broker calls a row tells which way its money went, where no amount has a sign', async () => {
  assert.deepEqual(amountsOf(await only('Action,Time,Ticker,Total\nDeposit,2024-01-02,,1000.00\nMarket buy,2024-01-15,AAPL,212.60\nDividend (Ordinary),2024-01-31,AAPL,0.24\nLimit sell,2024-02-01,AAPL,90.00\n')), ['1000', '-212.6', '0.24', '90'])
})

// Fails when: fees are left out of the amounts without a word (seen).
test('fees beside amounts of which nothing tells whether they hold them are told', async () => {
  const isTold = async (content: string): Promise<boolean> => (await all(content)).flatMap(({ notices }) => notices).join().includes('A column of fees')
  assert.equal(await isTold('Date,Description,Amount,Fee\n2024-01-31,Buy,-161.00,0.99\n2024-01-15,Deposit,1000.00,0.00\n'), true)
  for (const file of ['Date,Description,Amount,Fee\n2024-01-31,Buy,-161.00,0.00\n', 'Date,Description,Gross,Fee,Net\n2024-01-31,Sale,10.00,-1.00,9.00\n', 'Date,Description,Amount,Fee,Balance\n2024-01-15,Cash,-20.00,1.00,79.00\n2024-01-16,Cash,-20.00,1.00,58.00\n', 'Date,Description,Amount,Fees,Total\n2024-01-31,Sale,10.00,-1.00,9.00\n']) assert.equal(await isTold(file), false, file)
})

test('a balance that is overdrawn is written with a word for it', async () => {
  assert.equal(summary(await only('Date,Description,Money Out,Money In,Balance\n02/01/2024,BT,80.00,,20.00 OD\n15/01/2024,TESCO,12.50,,32.50 OD\n31/01/2024,ACME,,1000.00,967.50\n')), '3 907.5 2024-01-02 2024-01-31 60 967.5')
})

// Fails when: the first of several currencies that all rows have is that of the account (seen): what was paid in pounds was in dollars.
test('of several columns of currencies the one that is called after the amount is its own', async () => {
  assert.deepEqual(await accountsOf('Date,Name,Price,Currency (Price),Total,Currency (Total)\n2024-01-15,Apple,180.00,USD,-212.60,GBP\n2024-01-31,Apple,0.24,USD,0.20,GBP\n'), ['- GBP: -212.6 0.2'])
})

// Fails when: a word on one row outweighs a wage (seen): all that came to an account went out.
test('where a wage comes in, nothing counts what is owed, whatever thanks for a payment', async () => {
  for (const wage of ['PAYROLL ACME', 'Gehalt Januar', 'Salary']) {
    const file = `Date,Description,Amount,Balance\n2024-01-03,${wage},1500.00,2500.00\n2024-01-04,CREDIT CARD PAYMENT THANK YOU,-300.00,2200.00\n2024-01-17,Interest,1.00,2201.00\n`
    assert.deepEqual(amountsOf(await only(file)), ['1500', '-300', '1'])
  }
})

// Fails when: the number of whoever paid is that of an account (seen): each payee was an account of its own.
test('numbers that differ under a word that may be of either side part no rows', async () => {
  for (const heading of ['Numer rachunku', 'Reikningsnúmer']) {
    const file = `Data operacji;Odbiorca;${heading};Kwota;Saldo\n2024-01-03;Sklep;PL61109010140000071219812874;-12,50;987,50\n2024-01-04;Firma;PL27114020040000300201355387;100,00;1087,50\n2024-01-05;Sklep;PL61109010140000071219812874;-10,00;1077,50\n`
    assert.deepEqual(await accountsOf(file), ['- -: -12.5 100 -10'])
  }
})

// Fails when: what was bought parts the rows of one balance (seen): diesel was an account.
test('products through which one balance runs are no accounts', async () => {
  const statement = await only('Date,Product,Amount,Balance\n2024-01-03,Diesel,-50.00,950.00\n2024-01-04,AdBlue,-10.00,940.00\n2024-01-05,Diesel,-60.00,880.00\n')
  assert.deepEqual(statement.rows.map(({ name, amount }) => `${name} ${amount}`), ['Diesel -50', 'AdBlue -10', 'Diesel -60'])
})

// Fails when: lines of labels above a table are taken for its rows (seen): a file that was read before was refused.
test('lines of a label and a value above a table are no rows', async () => {
  for (const delimiter of [',', ';']) {
    const table = 'Date,Description,Amount,Balance\n2024-01-03,Shop,-12.50,987.50\n2024-01-04,Pay,100.00,1087.50\n'.replaceAll(',', delimiter)
    assert.deepEqual(amountsOf(await only(`Account: Current 12345678\nDate: 31/01/2024\nBalance: 1087.50\nAmount: GBP\n\n${table}`)), ['-12.5', '100'])
  }
})

// Fails when: balances with rows between them are none beside which others stand (seen): a fee within the amount was taken twice.
test('a fee is in the amounts where those lead over rows without a balance to the next one', async () => {
  const file = 'Date,Description,Amount,Fee,Balance\n2024-01-03,A,-12.50,0.50,\n2024-01-03,B,-10.00,0.00,977.50\n2024-01-04,C,-20.00,1.00,\n2024-01-04,D,-7.50,0.00,950.00\n'
  assert.deepEqual(amountsOf(await only(file)), ['-12.5', '-10', '-20', '-7.5'])
})

// Fails when: parts that add up outweigh the balance (seen): the interest of a savings account was taken back in a row that nobody wrote.
test('where a balance runs with all that was paid, parts beside it make no loan', async () => {
  const file = 'Date,Description,Amount,Capital,Interest,Balance\n2024-01-03,Deposit,500.00,500.00,0.00,500.00\n2024-02-03,Interest,2.00,0.00,2.00,502.00\n2024-03-03,Deposit,100.00,100.00,0.00,602.00\n'
  assert.deepEqual(amountsOf(await only(file)), ['500', '2', '100'])
})

// Fails when: an account behind the name of a payee is taken for that of the payee (seen): two accounts were one.
test('accounts behind a payee or a partner are those of the file', async () => {
  for (const heading of ['Payee', 'Partner Name']) {
    assert.deepEqual(await accountsOf(`Date,${heading},Account,Amount\n2024-01-03,Shop,Giro,-12.50\n2024-01-04,Save,Sparkonto,10.00\n2024-01-05,Shop,Giro,-3.00\n`), ['Giro -: -12.5 -3', 'Sparkonto -: 10'])
  }
})

// Fails when: codes of kinds are coins (seen): each kind of row was an account.
test('codes under no heading that are no currencies part no rows', async () => {
  const file = 'TRF,03/01/2024,Shop in Leeds,-12.50,987.50\nPOS,04/01/2024,Bar in York,-10.00,977.50\nPOS,25/01/2024,Cafe in Hull,-10.00,967.50\n'
  assert.deepEqual(await accountsOf(file), ['- -: -12.5 -10 -10'])
  assert.deepEqual(await accountsOf(file.replace('TRF', 'EUR').replaceAll('POS', 'USD')), ['- EUR: -12.5', '- USD: -10 -10'])
})

// Fails when: a purchase that was taken back outweighs what left the account (seen): all of it came in.
test('where money was drawn from an account, a purchase that came back counts nothing as owed', async () => {
  for (const kind of ['Withdrawal', 'Direct Debit', 'Cash']) {
    const file = `Date,Type,Description,Amount,Balance\n2024-01-03,Purchase,Reversal of shop,100.00,1100.00\n2024-01-04,${kind},Town,-50.00,1050.00\n2024-01-05,${kind},Town,-20.00,1030.00\n`
    assert.deepEqual(amountsOf(await only(file)), ['100', '-50', '-20'])
  }
})

// Fails when: what holds a fee gets it once more beside a lone balance (seen).
test('an amount that holds the fee beside it gets it once', async () => {
  assert.deepEqual(amountsOf(await only('Date,Description,Amount,Amount incl. fee,Fee,Balance\n2024-01-03,Cash,-10.00,-10.50,0.50,989.50\n')), ['-10.5'])
})

// Fails when: a debt with a minus is turned where what was paid has one, too (seen): it stood as money.
test('a debt with a minus stays one, whatever sign the payments on the loan have', async () => {
  for (const sign of ['', '-']) {
    const loan = await only(`Date,Description,Amount,Principal,Interest,Balance\n2024-01-03,Payment,${sign}500.00,300.00,200.00,-9700.00\n2024-02-03,Payment,${sign}500.00,301.00,199.00,-9399.00\n`)
    assert.equal(summary(loan), '4 601 2024-01-03 2024-02-03 -10000 -9399', sign)
  }
})

const mayBeOwed = ({ notices }: Collected): boolean => notices.join().includes('whose balance may be what is owed')

// Fails when: words that others use as well outweigh a balance that runs with the amounts (seen): a merchant's takings went out.
test('a balance that runs with the amounts keeps their signs, whatever words beside them a card has too, and that is told; words of an issuer, and a title or a balance that say so, turn them', async () => {
  const file = (heading: string, ...rows: readonly string[]): string => `Date,${heading}\n${rows.map((row, at) => `2024-01-1${at},${row}\n`).join('')}`
  const sales = file('Type,Description,Amount,Balance', 'Sale,Order 1,50.00,50.00', 'Sale,Order 2,20.00,70.00', 'Payment,Rent,-30.00,40.00', 'Sale,Order 3,20.00,60.00')
  const card = file('Description,Card No,Amount,Balance', 'Employer,1234,50.00,50.00', 'Employer,1234,50.00,100.00', 'Refund reversed,1234,-30.00,70.00', 'Employer,1234,50.00,120.00')
  const income = file('Description,Category,Amount,Balance', 'Chargeback,Income,-100.00,900.00', 'Gift,Other,50.00,950.00', 'Jumper,Shopping,30.00,980.00')
  const saver = file('Description,Amount,Balance', 'Branch deposit 12,200.00,200.00', 'Visa payment thank you,-50.00,150.00', 'Interest,1.00,151.00')
  for (const [content, amounts] of [[sales, '50 20 -30 20'], [card, '50 50 -30 50'], [card.replace('Refund reversed', 'Autopay'), '50 50 -30 50'], [income, '-100 50 30'], [saver, '200 -50 1']] as const) {
    const statement = await only(content)
    assert.deepEqual([amountsOf(statement).join(' '), mayBeOwed(statement), statement.head.signsOpen], [amounts, true, true], content)
  }
  for (const content of [sales.replace('Rent', 'Payment received'), sales.replaceAll('Sale', 'Purchase'), `Credit card statement\n\n${sales}`, sales.replace('Balance', 'Balance owed'), file('Description,Amount,Balance owing', 'A,50.00,50.00', 'B,20.00,70.00', 'C,-30.00,40.00', 'D,20.00,60.00')]) {
    const statement = await only(content)
    assert.deepEqual([summary(statement), mayBeOwed(statement)], ['4 -60 2024-01-10 2024-01-13 0 -60', false], content)
  }
  // Where a debt has a minus, what was paid on it has none.
  assert.equal(summary(await only(file('Description,Amount,Balance owing', 'A,50.00,-950.00', 'B,20.00,-930.00'))), '2 70 2024-01-10 2024-01-11 -1000 -930')
})

// Fails when: a refund that was taken back is money that came to the card (seen): its rows turned the file without a word.
test('a refund that was reversed does not tell that a card counts what is owed', async () => {
  const file = (text: string): string => `Date,Description,Card No,Amount\n2024-01-02,Employer,1234,50.00\n2024-01-03,Employer,1234,50.00\n2024-01-04,${text},1234,-30.00\n2024-01-05,Employer,1234,50.00\n`
  const isTold = async (text: string): Promise<boolean> => (await only(file(text))).notices.join().includes("a list of a card's charges")
  assert.deepEqual([await isTold('Refund reversed'), await isTold('Reversal of refund'), await isTold('Refund')], [true, true, false])
})

// Fails when: whoever was paid is an account of one's own (seen): each had one.
test('the account names of those who were paid, or of as many others, part no rows, and that is told', async () => {
  for (const [heading, ...names] of [['Beneficiary', 'A Smith', 'B Jones', 'A Smith'], ['Payee', 'A Smith', 'B Jones', 'A Smith'], ['Partner Name', 'A Smith', 'B Jones', 'A Smith'], ['Counterparty', 'A Smith', 'B Jones', 'C Brown']] as const) {
    const [parties, content] = [['Ann', 'Bob', names[2] === 'A Smith' ? 'Ann' : 'Cy'], (at: number): string => `2024-01-1${at},${parties[at]},-${at + 1}0.00,${names[at]}\n`]
    const statement = await only(`Date,${heading},Amount,Account Name\n${content(0)}${content(1)}${content(2)}`)
    assert.deepEqual([amountsOf(statement).join(' '), /a name in a column that is called after an account/.test(statement.notices.join())], ['-10 -20 -30', true], heading)
  }
})

// Fails when: any word in capitals under "asset" is a coin (seen): a house and a car were accounts.
test('assets are coins where money is among them; else they part no rows, and that is told', async () => {
  const file = (...assets: readonly string[]): string => `Date,Asset,Description,Amount\n${assets.map((asset, at) => `2024-01-1${at},${asset},Text,-${at + 1}.00\n`).join('')}`
  for (const assets of [['HOUSE', 'CAR', 'HOUSE'], ['ADA', 'DOT', 'ADA']]) {
    const statement = await only(file(...assets))
    assert.deepEqual([amountsOf(statement).join(' '), /the assets differ/.test(statement.notices.join())], ['-1 -2 -3', true])
  }
  assert.deepEqual((await only(file('HOUSE', 'HOUSE'))).notices, [])
  assert.deepEqual(await accountsOf(file('EUR', 'ADA', 'EUR')), ['- EUR: -1 -3', 'ADA -: -2'])
  assert.deepEqual((await only('Date,Asset,Quantity,Amount\n2024-01-10,AAPL,1,-180.00\n2024-01-11,MSFT,1,-400.00\n')).notices, [], 'what was traded')
})

// Fails when: interest comes in because what was paid has a minus (seen), or nothing is told of whose list it is.
test('payments that only their parts call those of a loan: with a minus they stand as written, and it is told that nothing tells whose list it is', async () => {
  const isTold = ({ notices }: Collected): boolean => notices.join().includes('listed by the loan or by the account that paid')
  const file = (sign: string): string => `Date,Description,Amount,Principal,Interest\n2024-01-03,Payment,${sign}500.00,300.00,200.00\n2024-02-03,Payment,${sign}500.00,301.00,199.00\n`
  for (const [sign, amounts] of [['-', '-500 -500'], ['', '500 -200 500 -199']] as const) {
    const statement = await only(file(sign))
    assert.deepEqual([amountsOf(statement).join(' '), isTold(statement)], [amounts, true])
  }
  assert.equal(isTold(await only(file('').replace('Interest', 'Interest,Balance').replace('200.00', '200.00,-9700.00').replace('199.00', '199.00,-9399.00'))), false, 'a balance tells')
})

// Fails when: one balance alone passes for a proof (seen).
test('where one balance alone stands beside a fee, it is told that the fee was added', async () => {
  const isTold = async (...rows: readonly string[]): Promise<boolean> => (await only(`Date,Description,Amount,Fee,Balance\n${rows.map((row, at) => `2024-01-1${at},Cash,${row}\n`).join('')}`)).notices.join().includes('each row is its amount with the fee')
  assert.equal(await isTold('-12.50,1.00,986.50'), true)
  assert.equal(await isTold('-12.50,0.00,986.50'), false)
  assert.equal(await isTold('-12.50,1.00,986.50', '-10.00,0.50,976.00'), false)
  assert.equal(await isTold('-12.50,1.00,986.50', '-10.00,0.50,976.50'), false)
})

// Fails when: fees in some rows are added although more steps are right without them (seen), or the choice is not told where none has one.
test('a fee is added where the balance runs better with it, left where it runs better without, and told where it runs as well', async () => {
  const file = (...rows: readonly string[]): string => `Date,Description,Amount,Fee,Balance\n${rows.map((row, at) => `2024-01-${10 + at},Cash,${row}\n`).join('')}`
  const many = Array.from({ length: 12 }, (_, at) => `-10.00,${at === 6 ? '1.00' : '0.00'},`)
  const read = async (balance: (at: number) => number, rows = many): Promise<readonly [string, boolean]> => {
    const statement = await only(file(...rows.map((row, at) => `${row}${balance(at).toFixed(2)}`)))
    return [amountsOf(statement)[rows.findIndex((row) => row.includes(',1.00,'))]!, statement.notices.join().includes('each row is its amount with the fee')]
  }
  assert.deepEqual(await read((at) => 990 - at * 10), ['-10', false])
  assert.deepEqual(await read((at) => 990 - at * 10 - (at >= 6 ? 1 : 0)), ['-11', false])
  assert.deepEqual(await read((at) => 990 - at * 10, ['-10.00,1.00,', '-10.00,0.00,']), ['-11', true], 'no step has a fee')
})

// Fails when: the books of an account are turned without a word (seen).
test('a balance that goes up with debits is what is owed, and that is told where nothing calls it a card\'s', async () => {
  const isTold = async (text: string, content = `Date,Description,Debit,Credit,Balance\n2024-01-05,Shop,,12.50,487.50\n2024-01-06,${text},100.00,,587.50\n2024-01-18,Pay,1000.00,,1587.50\n`): Promise<boolean> => {
    const statement = await only(content)
    assert.deepEqual(amountsOf(statement), ['12.5', '-100', '-1000'])
    return statement.notices.join().includes('from the books of an account')
  }
  assert.equal(await isTold('Sales'), true)
  assert.equal(await isTold('Sales', 'Credit card statement\n\nDate,Description,Debit,Credit,Balance\n2024-01-05,Shop,,12.50,487.50\n2024-01-06,A,100.00,,587.50\n2024-01-18,Pay,1000.00,,1587.50\n'), false)
  assert.equal(await isTold('Sales', 'Date,Description,Debit,Credit,Outstanding balance\n2024-01-05,Shop,,12.50,487.50\n2024-01-06,A,100.00,,587.50\n2024-01-18,Pay,1000.00,,1587.50\n'), false)
})

// Fails when: what is put on a card is what it was charged (seen).
test('a card that is mostly paid into counts what is there', async () => {
  const card = (text: string): string => `Date,Description,Card No,Amount\n${[text, text, 'Canteen', text, text].map((one, at) => `2024-01-1${at},${one},1234,${one === text ? '50.00' : '-12.00'}\n`).join('')}`
  for (const text of ['Employer contribution', 'Deposit', 'Direct deposit', 'Monthly allowance']) assert.deepEqual(amountsOf(await only(card(text))), ['50', '50', '-12', '50', '50'], text)
  assert.deepEqual(amountsOf(await only(card('Hotel deposit')))[0], '-50')
})

// Fails when: three steps are asked for (seen): two rows of each of two accounts stood in one.
test('accounts are parted by their numbers where each has a balance of its own, even of two rows', async () => {
  assert.deepEqual(await accountsOf('Account Number,Date,Description,Amount,Balance\n111111111,2024-01-05,Shop,-12.50,487.50\n111111111,2024-01-18,Pay,1000.00,1487.50\n222222222,2024-01-06,Gift,100.00,100.00\n222222222,2024-01-08,Fee,-5.00,95.00\n'), ['111111111 -: -12.5 1000', '222222222 -: 100 -5'])
})

// Fails when: the code of its kind makes the heading a row of figures (seen), or lines above it are counted among the rows that need a year.
test('records of several kinds, one of them the heading of the rows: what stands above tells account and years, what stands below is none', async () => {
  const file = (period: string): string => `2,62123456789,MR A B SMITH,CHEQUE ACCOUNT\n3,Statement Number,From Date,To Date,Opening Balance\n3,12,${period},1000.00\n4,Category,Sub Category,Count\n4,Charges,Service,1\n5,Number,Date,Description1,Amount,Balance,Accrued Charges\n5,1,30 Dec,Rent,-500.00,500.00,0.00\n5,2,15 Jan,Pay,1200.00,1700.00,0.00\n6,END,15 Jan,x,9.00,9.00,0.00\n`
  const statement = await only(file('20 December 2023,31 January 2024'))
  assert.deepEqual([summary(statement), statement.head.account.number], ['2 700 2023-12-30 2024-01-15 1000 1700', '62123456789'])
  assert.equal(await failureOf(file('20 December 2022,31 January 2024')), 'missing_field 6', 'longer than a year')
})

// Fails when: digits of full width are taken for signs of money (seen): the number of parts was the amount.
test('a list of a card without a heading: the whole of what is paid in parts went out, and that is told', async () => {
  const file = (title: string): string => `山田　太郎　様,4980-****-****-****,${title}\n2024/01/05,セブン－イレブン,500,１,１,500,\n2024/01/08,ＡＭＡＺＯＮ,12000,２,１,6000,\n,,,,,6500,\n`
  const card = await only(file('三井住友カードＶＩＳＡ'))
  assert.deepEqual([amountsOf(card).join(' '), /list of a card's charges/.test(card.notices.join()), card.head.account.number], ['-500 -12000', true, null])
  assert.equal(await failureOf(file('三井住友カード').replace('１,１,500', '２,１,250')), 'missing_field 1', 'nothing tells the whole from the part')
})

test('a balance above the rows may have its day behind it, or stand under words that are written as one', async () => {
  const rows = '\n\nDate,Description,Amount\n2024-01-05,Shop,-12.50\n2024-01-18,Pay,1000.00\n'
  const statement = await only(`Ledger Balance : 1487.50 as of 20240131${rows}`)
  assert.deepEqual(statement.balances.map(({ kind, amount, on }) => `${kind} ${amount} ${on}`), ['ledger 1487.5 2024-01-31'])
  assert.equal(summary(await only(`openingBalance,500.00\nclosingBalance,1487.50${rows}`)), '2 987.5 2024-01-05 2024-01-18 500 1487.5')
})

// Fails when: a table without a row is a damaged one (seen): the file was refused.
test('of several accounts one may have no row', async () => {
  const table = (title: string, ...rows: readonly string[]): string => `"Umsätze ${title}";"Zeitraum: 30 Tage"\n"Neuer Kontostand";"0,00 EUR"\n"Buchungstag";"Vorgang";"Buchungstext";"Umsatz in EUR"\n${rows.map((row) => `${row}\n`).join('')}"Alter Kontostand";"0,00 EUR"\n\n`
  const [one, other] = ['"05.01.2024";"Lastschrift";"Rewe";"-12,50"', '"18.01.2024";"Gutschrift";"Firma";"2.000,00"']
  const amountsIn = async (content: string): Promise<readonly string[]> => (await all(content)).map((statement) => amountsOf(statement).join(' '))
  assert.deepEqual(await amountsIn(table('Girokonto', one, other) + table('Visa-Karte')), ['-12.5 2000'])
  assert.deepEqual(await amountsIn(table('Girokonto') + table('Visa-Karte', one) + table('Tagesgeldkonto', '"Keine Umsätze vorhanden."') + table('Sparkonto', other)), ['-12.5', '2000'])
  assert.equal(await failureOf(table('Girokonto') + table('Visa-Karte')), 'missing_field 3')
})

// Fails when: the first pair counts (seen): fees were not taken off where no row showed more.
test('of a gross and a net pair of columns the net one is what moved where fees stand beside', async () => {
  const file = (fee: string): string => `Date,Description,Gross Debit,Gross Credit,Net Debit,Net Credit,${fee}\n2024-01-05,Order 1,,50.00,,48.90,1.10\n2024-01-08,Refund,10.00,,10.00,,0.00\n`
  assert.deepEqual(amountsOf(await only(file('Commission'))), ['48.9', '-10'])
  assert.deepEqual(amountsOf(await only(file('Points'))), ['50', '-10'])
})

// Fails when: points are money (seen): the account held as many euros.
test('a balance of points, or an amount of miles, is no money', async () => {
  const statement = await only('Date,Description,Amount,Points Balance\n2024-01-05,Shop,-12.50,1013\n2024-01-10,Store,-40.00,1053\n')
  assert.equal(summary(statement), '2 -52.5 2024-01-05 2024-01-10 - -')
  assert.deepEqual(amountsOf(await only('Date,Description,Miles Amount,Transaction Amount\n2024-01-05,Shop,25,-12.50\n2024-01-10,Store,80,-40.00\n')), ['-12.5', '-40'])
})

// Fails when: a payment is no amount there (seen): the statement of the loan was refused.
test('beside principal and interest a payment is what was paid', async () => {
  assert.equal(summary(await only('Date,Description,Payment,Principal,Interest,Principal Balance\n2024-01-03,Payment,500.00,300.00,200.00,9700.00\n2024-02-03,Payment,500.00,301.00,199.00,9399.00\n')), '4 601 2024-01-03 2024-02-03 -10000 -9399')
})

// Fails when: words of shops and of programs turn a file without a word (seen).
test('sales and payments, and income with a minus, turn a file without a balance, and that is told', async () => {
  const isTold = ({ notices }: Collected): boolean => notices.join().includes("a list of a card's charges")
  const sales = await only('Date,Type,Description,Amount\n2024-01-10,Sale,Order 1,50.00\n2024-01-11,Sale,Order 2,20.00\n2024-01-12,Payment,Rent,-30.00\n')
  const income = await only('Date,Description,Category,Amount\n2024-01-10,Pay,Income,-900.00\n2024-01-11,Gift,Other,50.00\n2024-01-12,Jumper,Shopping,30.00\n')
  const purchases = await only('Date,Type,Description,Amount\n2024-01-10,Purchase,Shop,50.00\n2024-01-11,Purchase,Bar,20.00\n2024-01-12,Payment,Thanks,-30.00\n')
  assert.deepEqual([sales, income, purchases].map((statement) => [amountsOf(statement)[0], isTold(statement)]), [['-50', true], ['900', true], ['-50', false]])
})

test('the currency of what was billed stands beside that of the purchase, in whatever order', async () => {
  for (const heading of ['Transaction Amount,Transaction Currency,Billed Amount,Billed Currency', 'Billed Currency,Billed Amount,Transaction Currency,Transaction Amount', 'Transaction Currency,Transaction Amount,Billed Currency,Billed Amount']) {
    const rows = [{ 'Transaction Amount': '-21.50', 'Transaction Currency': 'EUR', 'Billed Amount': '-23.40', 'Billed Currency': 'USD' }, { 'Transaction Amount': '-12.50', 'Transaction Currency': 'USD', 'Billed Amount': '-12.50', 'Billed Currency': 'USD' }]
    assert.deepEqual(await accountsOf(`Date,Description,${heading}\n${rows.map((row, at) => `2024-01-1${at},Shop,${heading.split(',').map((one) => row[one as keyof typeof row]).join(',')}\n`).join('')}`), ['- USD: -23.4 -12.5'], heading)
  }
})

// Fails when: a balance that ends where it began is one before the rows (seen): nothing was owed after the bill was paid.
test('where what was billed was paid, the balance is what is owed after the rows', async () => {
  assert.equal(summary(await only('Date,Description,Charges,Payments,Balance\n01/01/2024,Bill,100.00,,100.00\n01/15/2024,Payment received,,100.00,0.00\n')), '2 0 2024-01-01 2024-01-15 0 0')
})

test('the amount of a fee is a fee', async () => {
  const { notices } = await only('Date,Type,Currency,Amount,Fee currency,Fee amount\n2024-01-05,deposit,EUR,100,,\n2024-01-06,withdrawal,EUR,-40,EUR,0.1\n')
  assert.match(notices.join(), /its amount without the fee/)
})

test('titles of money in and of money out above amounts without signs give them theirs, where all rows stand below one', async () => {
  const rows = { in: '02/07/2024,Pay,1000.00\n02/20/2024,Refund,15.00\n', out: '02/05/2024,Shop,12.50\n02/14/2024,Rent,840.12\n' }
  const heading = 'Date,Description,Amount\n'
  const signed = ['1000', '15', '-12.5', '-840.12']
  for (const [into, out] of [['Deposits', 'Withdrawals'], ['DEPOSITS AND OTHER CREDITS', 'ATM & Debit Card Withdrawals'], ['Gutschriften', 'Belastungen'], ['Crédits / Versements', 'Retraits']] as const) {
    assert.deepEqual(amountsOf(await only(`${into}\n${heading}${rows.in}\n${out}\n${heading}${rows.out}`)), signed, out)
    assert.deepEqual(amountsOf(await only(`${heading}${into}\n${rows.in}Total,,1015.00\n${out}\n${rows.out}Total,,852.62\n`)), signed, out)
  }
  const open = async (content: string): Promise<boolean> => (await only(content)).notices.join().includes('No amount of this file has a sign')
  assert.equal(await open(`Deposits\n${heading}${rows.in}\nActivity\n${heading}${rows.out}`), true, 'a title that tells nothing')
  assert.equal(await open(`Withdrawals\n${heading}${rows.out}`), true, 'one side alone')
  assert.deepEqual(amountsOf(await only(`Deposits\n${heading}${rows.in}\nWithdrawals\n${heading}02/05/2024,Shop,-12.50\n`)), ['1000', '15', '-12.5'])
  const many = Array.from({ length: 4_000 }, (_, at) => `02/14/2024,A shop with quite a long name and number ${at} in its text,1.00`).join('\n')
  assert.equal(await failureOf(`Deposits\n${heading}${rows.in}\nWithdrawals\n${heading}${many}\n\nOthers\n${heading}${rows.out}`), 'missing_field 4011')
})

// Fails when: a row has its own day or none (seen): lists that name each day once were refused.
test('rows without a day are of the one above, where each is named once, in its first row or on a line of its own', async () => {
  const days = async (content: string): Promise<string> => (await only(content)).rows.map(({ postedOn, amount }) => `${postedOn.slice(8)} ${amount}`).join()
  const heading = 'Date,Description,Paid out,Paid in\n'
  assert.equal(await days(`${heading}13/02/2024,Shop,12.50,\n,Bar,3.00,\n14/02/2024,Pay,,1000.00\n,Inn,7.00,\n,Gym,9.00,\n20/02/2024,Rent,840.12,\n`), '13 -12.5,13 -3,14 1000,14 -7,14 -9,20 -840.12')
  assert.equal(await days(`${heading}13/02/2024,,,\n,Shop,12.50,\n,Bar,3.00,\n14/02/2024,,,\n,Pay,,1000.00\n`), '13 -12.5,13 -3,14 1000')
  // One that lost its day, in a list that repeats them; what stands below all days; what adds up to the row above; what names nobody.
  for (const rows of ['13/02/2024,Shop,12.50,\n13/02/2024,Bar,3.00,\n,Inn,7.00,\n,Gym,9.00,\n20/02/2024,Rent,840.12,\n', '13/02/2024,Shop,12.50,\n14/02/2024,Pay,,1000.00\n,Bar,3.00,\n,Inn,7.00,\n', '13/02/2024,Shop,12.50,\n,Bar,3.00,\n14/02/2024,Pay,,1000.00\n15/02/2024,Gym,9.00,\n', '13/02/2024,Shop,12.50,\n,,3.00,\n,,7.00,\n14/02/2024,Pay,,1000.00\n'])
    assert.match(await failureOf(heading + rows), /^missing_field/)
  assert.equal((await only(`${heading}13/02/2024,Shop,10.00,\n,Shop,3.00,\n,Shop,7.00,\n14/02/2024,Pay,,1000.00\n`)).rows.length, 2)
  // Fails when: they are read without a word (seen): what details of rows say was money.
  const told = async (content: string): Promise<boolean> => (await only(content)).notices.join().includes('with the day of the row above')
  assert.equal(await told(`${heading}13/02/2024,Shop,12.50,\n,Bar,3.00,\n,Gym,4.00,\n14/02/2024,Pay,,1000.00\n`), true)
  assert.equal(await told('Date,Description,Amount,Balance\n13/02/2024,Shop,-12.50,87.50\n,Bar,-3.00,84.50\n,Gym,-4.00,80.50\n14/02/2024,Pay,1000.00,1080.50\n'), false)
  assert.match(await failureOf(`${heading}13/02/2024,Shop,12.50,\n,USD at 1.104,13.80,\n14/02/2024,Pay,,1000.00\n,USD at 1.104,,1104.00\n15/02/2024,Bar,2.50,\n`), /^missing_field/)
})

test('of two amounts below one word, each with its currency behind it, the one in a single currency is the account’s', async () => {
  assert.deepEqual(await accountsOf('Date,Description,Amount,Currency,Amount,Currency\n2024-02-05,A,-13.80,USD,-12.50,EUR\n2024-02-07,B,1000.00,EUR,1000.00,EUR\n'), ['- EUR: -12.5 1000'])
  assert.deepEqual(await accountsOf('Date,Description,Amount,Currency,Amount,Currency\n2024-02-05,A,-12.50,EUR,-13.80,USD\n2024-02-07,B,1000.00,EUR,1000.00,EUR\n'), ['- EUR: -12.5 1000'])
})

// Fails when: a table needs a sign between its columns (seen): lists of programs and of old systems were refused.
test('columns that are told by their places in the line, whatever stands above and below; a row that reaches over them is refused with its line', async () => {
  const row = (day: string, text: string, amount: string, balance: string): string => `${day.padEnd(12)}${text.padEnd(20)}${amount.padStart(10)}${balance.padStart(12)}\n`
  const heading = `Statement of account\n\n${row('Date', 'Description', 'Amount', 'Balance')}${'-'.repeat(54)}\n`
  const rows = [row('13/02/2024', 'Shop with 2 doors', '-12.50', '487.50'), row('14/02/2024', 'Pay', '1,000.00', '1,487.50'), row('14/02/2024', 'Rent', '-840.12', '647.38')]
  for (const content of [heading + rows.join(''), `${heading}${rows.join('\n')}\nPage 1 of 1\n`.replaceAll('\n', '\r\n')]) {
    const statement = await only(content)
    assert.deepEqual([summary(statement), statement.rows.map(({ name }) => name)], ['3 147.38 2024-02-13 2024-02-14 500 647.38', ['Shop with 2 doors', 'Pay', 'Rent']])
  }
  assert.equal((await only((heading + rows.join('')).replaceAll(/(?<=\d)[.,](?=\d)/g, (sign) => (sign === '.' ? ',' : '.')))).rows.length, 3)
  const many = Array.from({ length: 12 }, (_, at) => row('13/02/2024', `Shop ${at}`, '-1.00', `${600 - at}.00`))
  assert.match(await failureOf(heading + [...many, `14/02/2024  ${'A text that goes on behind its column'.padEnd(25)}-840.12  647.38\n`].join('')), / 17$/)
  assert.match(await failureOf(heading + rows.join('').replace('1,487.50\n', '1,487.50')), / \d$/, 'two rows on one line')
  for (const content of ['Date Description Amount\n13/02/2024 Shop -12.50\n14/02/2024 Bar -3.00\n', 'Some  text  here\nand  more  there\n']) assert.equal((await collect(readCsv(bytes(content)))).failure === null, false)
})

test('a word that stands twice in the heading is told by the line above or below it, or by the balance', async () => {
  const rows = '02/05/2024,Shop,12.50,,487.50\n02/07/2024,Pay,,1000.00,1487.50\n02/14/2024,Rent,840.12,,647.38\n'
  for (const heading of ['Transaction,,Withdrawal,Deposit,\nDate,Description,Amount,Amount,Balance\n', 'Date,Description,Amount,Amount,Balance\n,,Withdrawal,Deposit,\n', 'Date,Description,Amount,Amount,Balance\n']) assert.equal(summary(await only(heading + rows)), '3 147.38 2024-02-05 2024-02-14 500 647.38', heading)
  assert.equal(summary(await only(`Date,Description,Amount,Amount,Balance\n${rows.replaceAll(/([\d.]*),([\d.]*),([\d.]+)\n/g, '$2,$1,$3\n')}`)), '3 147.38 2024-02-05 2024-02-14 500 647.38')
  assert.equal(await failureOf(`Date,Description,Amount,Amount\n${rows.replaceAll(/,[\d.]+\n/g, '\n')}`), 'missing_field 3', 'nothing tells which is which')
})
