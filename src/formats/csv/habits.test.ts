/** Habits of wallets, cards and banks whose exports nobody here had met: what each of them means for the rows. Every file is made up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, collect, type Collected } from '../testing/collect.ts'
import { readCsv } from './read.ts'

async function all(content: string): Promise<readonly Collected[]> {
  const { statements, failure } = await collect(readCsv(bytes(content)))
  assert.equal(failure, null, failure?.message)
  return statements
}

/** `day amount currency`, in the order of the file. */
async function rowsOf(content: string): Promise<readonly string[]> {
  return (await all(content)).flatMap(({ head, rows }) => rows.map(({ postedOn, amount }) => `${postedOn} ${amount} ${head.currency ?? ''}`.trim()))
}

async function noticesOf(content: string): Promise<string> {
  return (await all(content)).flatMap(({ notices }) => notices).join()
}

// Fails when: what was paid elsewhere is the amount (seen): 78.00 dollars of Hong Kong were 9.99.
test('what was billed is the amount, whatever was paid elsewhere', async () => {
  const file = '"Date","Description","Billing amount","Billing currency","Transaction amount","Transaction currency"\n"31/01/2024","SHOP","-120.50","HKD","-120.50","HKD"\n"15/01/2024","ABROAD","-78.00","HKD","-9.99","USD"\n'
  assert.deepEqual(await rowsOf(file), ['2024-01-31 -120.5 HKD', '2024-01-15 -78 HKD'])
})

// Fails when: a fee is no part of what moved (seen): 200.00 came in, of which 6.30 never did.
test('where an amount less a fee is a third column in all rows, that is what moved', async () => {
  const file = (fee: string): string => `"Date","Name","Type","Currency","Amount","Fees","Total"\n"1/3/2024","Shop","Payment","USD","-32.10","0.00","-32.10"\n"1/15/2024","Jane","Payment","USD","200.00","${fee}","193.70"\n`
  assert.deepEqual(await rowsOf(file('-6.30')), ['2024-01-03 -32.1 USD', '2024-01-15 193.7 USD'])
  assert.deepEqual(await rowsOf(file('6.30')), ['2024-01-03 -32.1 USD', '2024-01-15 193.7 USD'])
  const charges = 'created,currency,gross,fee,net,description\n2024-01-02,eur,120.00,3.73,116.27,Order\n2024-01-05,eur,-49.90,0.00,-49.90,Refund\n'
  assert.deepEqual(await rowsOf(charges), ['2024-01-02 116.27 EUR', '2024-01-05 -49.9 EUR'])
})

// Fails when: rows that were declined break the balance that tells which column moves (seen).
test('a payment that was denied breaks no running balance', async () => {
  const row = (day: string, status: string, amount: string, moved: string, balance: string): string => `2024-01-${day},Shop,${status},${amount},${moved},${balance}\n`
  const file = `Date,Name,Status,Amount,Total amount,Balance\n${row('02', 'Completed', '-5.00', '-5.10', '94.90')}${row('03', 'Denied', '-7.00', '-7.10', '94.90')}${row('04', 'Completed', '-1.00', '-1.20', '93.70')}${row('05', 'Completed', '-2.00', '-2.10', '91.60')}`
  assert.deepEqual(await rowsOf(file), ['2024-01-02 -5.1', '2024-01-04 -1.2', '2024-01-05 -2.1'])
})

// Fails when: an authorisation that is only noted is a row (seen): it never comes again under its id, and stays.
test('what a wallet says did not change the balance is no row, and is told', async () => {
  const file = '"Datum","Name","Typ","Status","Währung","Brutto","Gebühr","Netto","Auswirkung auf Guthaben"\n"03.01.2024","Musik","Zahlung","Abgeschlossen","EUR","-9,99","0,00","-9,99","Soll"\n"05.01.2024","Spiel","Autorisierung","Ausstehend","EUR","-24,50","0,00","-24,50","Memo"\n"28.01.2024","Rad","Zahlung","Abgeschlossen","EUR","100,00","-3,00","97,00","Haben"\n'
  assert.deepEqual(await rowsOf(file), ['2024-01-03 -9.99 EUR', '2024-01-28 97 EUR'])
  assert.match(await noticesOf(file), /did not change the balance .*\(1\)/)
})

// Fails when: the source is the amount of every payment (seen): its fee was lost, and money in was counted by what the other side paid.
test('of a payment with two sides the account has its own: out with the fee, in without, and both of an exchange', async () => {
  const heading = 'ID,Status,Direction,"Finished on","Source fee amount","Source fee currency","Source name","Source amount (after fees)","Source currency","Target name","Target amount (after fees)","Target currency","Exchange rate",Reference\n'
  const file = `${heading}T-1,COMPLETED,OUT,"2024-01-31 10:00:00",0.55,EUR,"Ann",99.45,EUR,"Bob",107.40,USD,1.08,Rent\nT-2,COMPLETED,IN,"2024-01-10 10:00:00",,,"ACME",550.00,USD,"Ann",500.00,EUR,0.909,Pay\nT-3,CANCELLED,OUT,"2024-01-09 09:00:00",0.00,EUR,"Ann",30.00,EUR,"Inn",30.00,EUR,1.0,Trip\nT-4,COMPLETED,NEUTRAL,"2024-01-08 09:00:00",0.40,EUR,"Ann",99.60,EUR,"Ann",85.00,GBP,0.8534,\n`
  assert.deepEqual([...(await rowsOf(file))].sort(), ['2024-01-08 -100 EUR', '2024-01-08 85 GBP', '2024-01-10 500 EUR', '2024-01-31 -100 EUR'])
})

// Fails when: rows without a direction make all rows money in (seen), though the others have one.
test('a wallet that calls some rows neither income nor expense: refunds and pay-outs say it themselves, others are left out and told', async () => {
  const heading = '交易时间,交易类型,交易对方,商品,收/支,金额(元),当前状态\n'
  const file = `${heading}2024-01-31 18:22:33,商户消费,美团,外卖,支出,¥12.50,支付成功\n2024-01-20 18:22:33,转账,张三,饭,收入,¥100.00,已存入零钱\n2024-01-12 18:22:33,退款,淘宝,杯子,不计收支,¥20.00,退款成功\n2024-01-11 18:22:33,商户消费,美团,外卖,支出,¥33.00,交易关闭\n2024-01-10 18:22:33,零钱提现,招商银行,/,/,¥50.00,提现已到账\n`
  assert.deepEqual(await rowsOf(file), ['2024-01-31 -12.5 CNY', '2024-01-20 100 CNY', '2024-01-12 20 CNY', '2024-01-10 -50 CNY'])
  assert.match(await noticesOf(`${file}2024-01-09 18:22:33,理财,余额宝,自动转入,不计收支,¥5.00,交易成功\n`), /neither income nor expense.*\(1\)/)
})

// Fails when: the rows below the second title stand in the account of the first (seen).
test('accounts that are listed one below the other, each under a title and a heading of its own, are several', async () => {
  const heading = '"Buchungstag";"Wertstellung";"Vorgang";"Buchungstext";"Umsatz in EUR";\n'
  const file = (second: string): string => `;\n"Umsätze Girokonto";"Zeitraum: 30 Tage";\n"Neuer Kontostand";"1.967,50 EUR";\n\n${heading}"offen";"--";"Karte";"REWE";"-20,00";\n"31.01.2024";"31.01.2024";"Lastschrift";"Strom";"-32,50";\n"30.01.2024";"30.01.2024";"Übertrag";"Lohn";"2.000,00";\n"Alter Kontostand";"0,00 EUR";\n\n${second}`
  const told = async (content: string): Promise<readonly string[]> => (await all(content)).map(({ head, rows }) => `${head.account.name ?? ''} ${rows.map(({ amount }) => amount).join(' ')}`)
  const card = `"Umsätze Visa-Karte";"Zeitraum: 30 Tage";\n"Neuer Kontostand";"-45,00 EUR";\n\n"Buchungstag";"Umsatztag";"Vorgang";"Referenz";"Buchungstext";"Umsatz in EUR";\n"24.01.2024";"22.01.2024";"Visa-Umsatz";"0001";"HOTEL";"-45,00";\n"Alter Kontostand";"0,00 EUR";\n`
  const savings = `"Umsätze Tagesgeld PLUS-Konto";"Zeitraum: 30 Tage";\n"Neuer Kontostand";"100,10 EUR";\n\n${heading}"29.01.2024";"31.01.2024";"Zinsen";"Zinsen";"0,10";\n`
  assert.deepEqual(await told(file(savings + card)), ['Umsätze Girokonto -32.5 2000', 'Umsätze Tagesgeld PLUS-Konto 0.1', 'Umsätze Visa-Karte -45'])
  assert.deepEqual(await told(file(`"Umsätze Girokonto";"Seite 2";\n\n${heading}"29.01.2024";"29.01.2024";"Entgelt";"Entgelt";"-1,00";\n`)), [' -32.5 2000 -1'], 'the next page of the same account')
})

// Fails when: a row of a fee alone has no amount (seen): the file was refused.
test('a fee that stands alone in its row is what moved', async () => {
  const file = 'Account,Posting Date,Description,Money In,Money Out,Fee,Balance\n1234567890,2024-01-02,Salary,600.00,,,1600.00\n1234567890,2024-01-05,Cash,,-100.00,-9.80,1490.20\n1234567890,2024-01-31,Admin fee,,,-10.00,1480.20\n'
  assert.deepEqual(await rowsOf(file), ['2024-01-02 600', '2024-01-05 -109.8', '2024-01-31 -10'])
})

// Fails when: the figures of a summary are rows with a bad date (seen): the file was refused.
test('what stands below the words of a summary is no row', async () => {
  const rows = 'Date,Narration,Ref,Value Dt,Withdrawal Amt.,Deposit Amt.,Closing Balance\n02/01/24,TEA,1,02/01/24,249.50,,9750.50\n31/01/24,PAY,2,31/01/24,,50000.00,59750.50\n'
  const summary = 'STATEMENT SUMMARY :-,,,,,,\nOpening Balance,Dr Count,Cr Count,Debits,Credits,Closing Bal\n10000.00,1,1,249.50,50000.00,59750.50\nGenerated On:,01-Feb-2024 10:11:12,By:,1234567,Code:,NET\n'
  assert.deepEqual(await rowsOf(rows + summary), ['2024-01-02 -249.5', '2024-01-31 50000'])
  const { failure } = await collect(readCsv(bytes(`${rows}10000.00,1,1,249.50,50000.00,59750.50\n`)))
  assert.equal(failure?.code, 'invalid_date')
})

// Fails when: a date has to stand in one column (seen): the file was refused.
test('a date whose year, month and day have a column each', async () => {
  const expected = ['2024-01-05 110000', '2024-01-12 -1200']
  assert.deepEqual(await rowsOf('"操作日(年)","操作日(月)","操作日(日)","操作時刻(時)","摘要","お支払金額","お預り金額","残高"\n"2024","1","5","10","振込","","110000","210000"\n"2024","1","12","10","コンビニ","1200","","208800"\n'), expected)
  assert.deepEqual(await rowsOf('Year,Month,Day,Text,Amount\n2024,1,5,Pay,110000\n2024,01,12,Shop,-1200\n'), expected)
})

// Fails when: only words of thanks tell a card's payment (seen): the signs of all rows were turned without a word.
test('the names under which an issuer sorts payments, and where a card was used, tell a card', async () => {
  assert.deepEqual(await rowsOf('Trans. Date,Post Date,Description,Amount,Category\n01/30/2024,01/30/2024,GROCER,45.12,Supermarkets\n01/20/2024,01/20/2024,DIRECTPAY FULL BALANCE,-250.00,Payments and Credits\n01/12/2024,01/13/2024,BONUS,-12.00,Awards and Rebate Credits\n'), ['2024-01-30 -45.12', '2024-01-20 250', '2024-01-13 12'])
  assert.deepEqual(await rowsOf('"利用日","利用店名・商品名","利用者","支払方法","利用金額"\n"2024/01/20","コンビニ","本人","1回払い","540"\n"2024/01/15","本屋","本人","1回払い","3280"\n"2024/01/03","ETC","本人","1回払い","1320"\n'), ['2024-01-20 -540', '2024-01-15 -3280', '2024-01-03 -1320'])
})

// Fails when: the label is not known, or its number stands one cell further (seen): the account had no number; or what changes from file to file is its number (seen): each import made another account.
test('the number of the account above the rows, as banks write it', async () => {
  const numberOf = async (above: string): Promise<string | null> => (await all(`${above}\n\nDate,Text,Amount\n2024-01-05,Shop,-1.00\n2024-01-06,Pay,2.00\n`))[0]!.head.account.number
  assert.equal(await numberOf('계좌번호,3333-01-1234567,'), '3333-01-1234567')
  assert.equal(await numberOf('Account Number,,"000401234567 ( INR ) - ANN EXAMPLE",'), '000401234567')
  assert.equal(await numberOf('Statement of Account No - 912010012345678 for the period (From : 01-01-2024 To : 31-01-2024),,'), '912010012345678')
  assert.equal(await numberOf('Agência: 1234 Conta: 12345-6 | Entre 01/01/2024 e 31/01/2024,,'), '12345-6')
  assert.equal(await numberOf('Account balance,1234.56,'), null, 'a balance is no number')
  assert.equal(await numberOf('Account opened on,01-02-2020,'), null, 'a day is none')
  for (const other of ['Account activity,,01/01/2024', 'Account activity,01/01/2024 - 31/01/2024', 'Konto Übersicht,,31.01.2024', 'Account summary,,1234.56', 'Account activity,2024-01-01'])
    assert.equal(await numberOf(other), null, other)
  assert.equal(await numberOf('Account,,12-3456-7890123-00'), '12-3456-7890123-00')
})

// Fails when: cards and accounts under one heading are one account (seen).
test('an account or a card beside each row tells them apart', async () => {
  const statements = await all('Data;Operazione;Conto o carta;Categoria;Valuta;Importo\n31/01/2024;Market;Conto 1000/00001234;Spesa;EUR;-54,20\n26/01/2024;Libri;Carta 5333;Altro;EUR;-20,00\n')
  assert.deepEqual(statements.map(({ head, rows }) => `${head.account.name} ${rows.map(({ amount }) => amount).join()}`), ['Conto 1000/00001234 -54.2', 'Carta 5333 -20'])
})

test('days with an apostrophe before them or the time in front', async () => {
  assert.deepEqual(await rowsOf("Cuenta,Fecha,Descripcion,Cargo/Abono,Importe,Saldo\n'65501234567,'02012024,PAGO,-,150.00,850.00\n'65501234567,'15012024,ABONO,+,1000.00,1850.00\n"), ['2024-01-02 -150', '2024-01-15 1000'])
  assert.deepEqual(await rowsOf('Date and time,Description,Debit,Credit\n18:22 31-01-24,Shop,$12.50,\n09:00 15-01-24,Pay,,"$1,000.00"\n'), ['2024-01-31 -12.5', '2024-01-15 1000'])
})

test('columns of the Japanese post bank', async () => {
  assert.deepEqual(await rowsOf('入出金明細\n照会期間,20240101,20240131\n\n取引日,入出金明細ＩＤ,受入金額（円）,払出金額（円）,詳細１,詳細２,現在（貸付）高\n20240105,202401050000001,100000,,給与,カ）,150000\n20240112,202401120000001,,890,カード,ＪＰ,149110\n'), ['2024-01-05 100000 JPY', '2024-01-12 -890 JPY'])
})

// Fails when: only cards turn signs (seen): what was spent came in and wages went out, without a word.
test('a program that counts what was spent writes wages with a minus', async () => {
  const file = (wages: string): string => `date,name,amount,status,category,type,account\n2024-01-31,Market,54.20,posted,Groceries,regular,Checking\n2024-01-25,ACME,${wages},posted,,income,Checking\n2024-01-20,Cafe,3.50,posted,Restaurants,regular,Checking\n`
  assert.deepEqual(await rowsOf(file('-2000.00')), ['2024-01-31 -54.2', '2024-01-25 2000', '2024-01-20 -3.5'])
  assert.deepEqual(await rowsOf(file('2000.00')), ['2024-01-31 54.2', '2024-01-25 2000', '2024-01-20 3.5'], 'nothing tells')
  assert.deepEqual(await rowsOf('Date,Name,Amount,Category\n2024-01-31,Market,-54.20,Groceries\n2024-01-26,Correction,-20.00,Income\n'), ['2024-01-31 -54.2', '2024-01-26 -20'])
})

// Fails when: each row is in the currency that stands beside it (seen): what was paid abroad stood in an account of its own, in crowns called dollars.
test('where a second amount is the same in one currency alone, the others are of what was paid', async () => {
  const file = (abroad: string): string => `TransactionDate;Text;Type;Currency Amount;Currency Rate;Currency;Amount;BookDate\n2024-01-30;Market;Purchase;-254,90;1;NOK;-254,90;2024-01-31\n2024-01-25;Paid;Payment;1000;1;NOK;1000;2024-01-25\n2024-01-20;Film;Purchase;-9,99;10,43;USD;${abroad};2024-01-21\n`
  assert.deepEqual(await rowsOf(file('-104,20')), ['2024-01-31 -254.9 NOK', '2024-01-25 1000 NOK', '2024-01-21 -104.2 NOK'])
  assert.deepEqual(await rowsOf(file('-9,99')), ['2024-01-31 -254.9 NOK', '2024-01-25 1000 NOK', '2024-01-21 -9.99 USD'], 'an account in each')
})

// Fails when: strokes are no amount (seen): the file was refused.
test('strokes where no amount is; a row with strokes alone moves nothing and is told', async () => {
  const file = 'Date,Type,Title,Currency,Amount,Fees & Taxes,Net\n"January 31, 2024",Sale,Order,USD,$25.00,-$1.12,$23.88\n"January 31, 2024",Fee,Listing,USD,--,-$1.63,-$1.63\n"January 15, 2024",Deposit,$100.00 sent to your bank account,USD,--,--,--\n'
  assert.deepEqual(await rowsOf(file), ['2024-01-31 23.88 USD', '2024-01-31 -1.63 USD'])
  assert.match(await noticesOf(file), /only a date and words.*\(1\)/)
})

test('what is paid out of a sale less its fee is what moved', async () => {
  assert.deepEqual(await rowsOf('Date,Time,Transaction Type,Status,Total,Net Sale,Fee,Payout\n2024-01-31,18:22,Sale,Paid,10.00,8.40,0.17,9.83\n2024-01-30,18:22,Sale,Paid,20.00,16.81,0.34,19.66\n'), ['2024-01-31 9.83', '2024-01-30 19.66'])
})

// Fails when: a fee is taken off what came in after it (seen), or the words for wages turn the rows of who pays them (seen).
test('what came in after a fee is all that came, no fee alone is no row, and who pays wages spends them', async () => {
  assert.deepEqual(await rowsOf('Date,Description,Amount after fees,Fee,Currency\n2024-01-02,Sale,97.00,3.00,EUR\n2024-01-05,Refund,-20.00,0.00,EUR\n'), ['2024-01-02 97 EUR', '2024-01-05 -20 EUR'])
  const fees = 'Date,Description,Money In,Money Out,Fee,Balance\n2024-01-02,Salary,600.00,,0.00,1600.00\n2024-01-05,Cash,,-100.00,-9.80,1490.20\n2024-01-06,Address changed,,,0.00,1490.20\n2024-01-07,Cash,,-100.00,-9.80,1380.40\n'
  assert.deepEqual(await rowsOf(fees), ['2024-01-02 600', '2024-01-05 -109.8', '2024-01-07 -109.8'])
  for (const wages of ['Salary', 'Wages', 'Lohn', 'Gehalt'])
    assert.deepEqual(await rowsOf(`Date,Description,Amount,Category\n2024-01-02,Customer 1,970.00,Sales\n2024-01-05,Customer 2,120.00,Sales\n2024-01-28,Anna,-800.00,${wages}\n`), ['2024-01-02 970', '2024-01-05 120', '2024-01-28 -800'], wages)
})

// Fails when: whatever a title says beside the account makes another one of it (seen): a page, a month, what is pending.
test('only another kind of account, or another number, begins an account below a title', async () => {
  const file = (titles: readonly string[], ...days: readonly string[]): string => days.map((day, i) => `${titles[i]}\nDate,Description,Amount\n${day},A,-1.00\n${day},B,2.00\n`).join('\n')
  const accountsOf = async (...titles: readonly string[]): Promise<readonly (string | null)[]> => [...new Set((await all(file(titles, '2024-01-20', '2024-02-21', '2024-01-19').split('\n').slice(0, titles.length * 5).join('\n'))).map(({ head }) => head.account.number ?? head.account.name))]
  for (const titles of [['Kontoauszug Seite 1', 'Kontoauszug Seite 2'], ['Account statement January 2024', 'Account statement February 2024'], ['Account 01/2024', 'Account 02/2024'], ['Pending card transactions', 'Posted card transactions'], ['Debit transactions', 'Credit transactions']])
    assert.deepEqual(await accountsOf(...titles), [null], titles.join())
  assert.deepEqual(await accountsOf('Account 12345678', 'Account 12345679'), ['12345678', '12345679'])
  assert.deepEqual(await accountsOf('Girokonto Seite 1', 'Sparkonto', 'Girokonto Seite 2'), ['Girokonto Seite 1', 'Sparkonto'], 'it comes again')
})

// Fails when: the account is called by the days of the file as well (seen): that of the next month was another one.
test('an account below a title is not called by days or a month', async () => {
  for (const [title, name] of [['Girokonto 01.01.2024 - 31.01.2024', 'Girokonto'], ['Girokonto (01.01.2024 – 31.01.2024)', 'Girokonto'], ['Girokonto Januar 2024', 'Girokonto'], ['Account 4711 (EUR), Feb 2024', 'Account 4711 (EUR)'], ['Girokonto Anna 2', 'Girokonto Anna 2']]) {
    const statements = await all(`${title}\nDate,Description,Amount\n2024-01-20,A,-1.00\n2024-01-21,B,2.00\n\nSavings 9999\nDate,Description,Amount\n2024-01-20,A,-1.00\n2024-01-21,B,2.00\n`.replace(title!, `"${title}"`))
    assert.deepEqual(statements.map(({ head }) => head.account.name), [name, 'Savings 9999'])
  }
})

// Fails when: each table stands alone (seen): the file was refused, or its interest was said to have no sign.
test('what one table of a file proves of its dates and signs holds for the others', async () => {
  const file = 'Checking 1234\nDate,Description,Amount\n01/20/2024,A,-1.00\n01/21/2024,B,4.00\n\nSavings 5678\nDate,Description,Amount\n02/03/2024,C,3.00\n02/05/2024,D,4.00\n'
  assert.deepEqual(await rowsOf(file), ['2024-01-20 -1', '2024-01-21 4', '2024-02-03 3', '2024-02-05 4'])
  assert.equal(await noticesOf(file), '')
})

// Fails when: any second amount is what was paid (seen): 9.99 dollars of an account in dollars were 9.99 euros.
test('an amount beside it in the currency of the reader is not what was paid: each row stays in its own', async () => {
  for (const beside of ['Amount in EUR', 'Converted amount', 'Value EUR', 'Home amount', 'Amount (account currency)'])
    assert.deepEqual(await rowsOf(`Date,Description,Amount,Currency,${beside}\n2024-01-30,Market,-254.90,EUR,-254.90\n2024-01-25,Paid,1000.00,EUR,1000.00\n2024-01-20,Film,-9.99,USD,-9.20\n`), ['2024-01-30 -254.9 EUR', '2024-01-25 1000 EUR', '2024-01-20 -9.99 USD'], beside)
})

// Fails when: income that was taken back turns all rows (seen): what was paid in went out.
test('a small minus among income is income taken back', async () => {
  assert.deepEqual(await rowsOf('Date,Name,Amount,Category\n2024-01-05,Correction,-10.00,Income\n2024-01-06,Paid in,100.00,Transfer\n2024-01-07,Paid in,120.00,Transfer\n'), ['2024-01-05 -10', '2024-01-06 100', '2024-01-07 120'])
})

// Fails when: these words are not known (seen): without a balance such lists were refused, as their headings told nothing.
test('columns for money out and in are known by their words in many languages, and by the place of neither', async () => {
  const words = 'Izdevumi/Ieņēmumi Išlaidos/Pajamos Výdaje/Příjmy Výdavky/Príjmy Plăți/Încasări Rashodi/Primici Odliv/Priliv Ανάληψη/Κατάθεση Debitim/Kreditim გასული/შემოსული Ելք/Մուտք Úttekt/Innlegg Otto/Pano Càrrec/Abonament برداشت/واریز निकासी/जमा উত্তোলন/জমা பற்று/வரவு Məxaric/Mədaxil Шығыс/Кіріс Зарлага/Орлого'
  for (const pair of words.split(' ')) {
    const [out = '', into = ''] = pair.split('/')
    assert.deepEqual(await rowsOf(`Data;Opis;${out};${into}\n15/03/2025;A;;2500,00\n16/03/2025;B;45,90;\n`), ['2025-03-15 2500', '2025-03-16 -45.9'], pair)
    assert.deepEqual(await rowsOf(`Data;Opis;${into};${out}\n15/03/2025;A;2500,00;\n16/03/2025;B;;45,90\n`), ['2025-03-15 2500', '2025-03-16 -45.9'], pair)
  }
})
