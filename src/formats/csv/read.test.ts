/** CSV dialects of banks, each a small file made up in the manner of the real ones. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, collect, summary, type Outcome } from '../testing/collect.ts'
import { readCsv } from './read.ts'

const read = (content: string | Uint8Array, size?: number): Promise<Outcome> => collect(readCsv(bytes(content, size)))

/** Reads, expects no failure, and shows `number currency | summary` of each statement. */
async function statementsOf(content: string | Uint8Array): Promise<readonly string[]> {
  const { statements, failure } = await read(content)
  assert.equal(failure, null, failure?.message)
  return statements.map((statement) => `${statement.head.account.number ?? '-'} ${statement.head.currency ?? '-'} | ${summary(statement)}`)
}

async function failureOf(content: string): Promise<string> {
  const { failure } = await read(content)
  return failure === null ? 'none' : `${failure.code} ${failure.line}`
}

test('a German export with semicolons, quotes, two-digit years and decimal comma', async () => {
  const { statements, failure } =
    await read(`"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"Betrag";"Waehrung"
"DE89370400440532013000";"30.12.23";"02.01.24";"FOLGELASTSCHRIFT";"Strom Dez";"Stadtwerke";"DE02120300000000202051";"-1.045,50";"EUR"
"DE89370400440532013000";"29.12.23";"29.12.23";"GEHALT";"Lohn";"Firma AG";"DE02100100100006820101";"3.210,00";"EUR"
`)
  assert.equal(failure, null)
  const [first] = statements[0]!.rows
  assert.equal(statements[0]!.head.account.number, 'DE89370400440532013000')
  assert.deepEqual(
    [first!.postedOn, first!.valueOn, first!.amount, first!.name, first!.memo, first!.line],
    ['2023-12-30', '2024-01-02', '-1045.5', 'Stadtwerke', 'FOLGELASTSCHRIFT Strom Dez', 2],
  )
})

test('a preamble is passed over, its IBAN names the account, and the IBAN column of the other party does not', async () => {
  const content = `"Girokonto";"DE89 3704 0044 0532 0130 00"
"Kontostand vom 31.01.2024:";"1.234,56 €"
""
"Buchungsdatum";"Wertstellung";"Status";"Zahlungsempfänger*in";"Verwendungszweck";"IBAN";"Betrag (€)"
"31.01.24";"31.01.24";"Gebucht";"REWE";"Karte";"DE02120300000000202051";"-12,34"
"30.01.24";"30.01.24";"Vorgemerkt";"ALDI";"Karte";"DE02120300000000202051";"-5"
`
  assert.deepEqual(await statementsOf(content), ['DE89370400440532013000 EUR | 2 -17.34 2024-01-30 2024-01-31 - -'])
  const { statements } = await read(content)
  assert.deepEqual(
    statements[0]!.rows.map(({ status }) => status),
    ['posted', 'pending'],
  )
})

test('a Dutch export tells the direction in a column of its own', async () => {
  assert.deepEqual(
    await statementsOf(`"Datum","Naam / Omschrijving","Rekening","Tegenrekening","Code","Af Bij","Bedrag (EUR)","Mutatiesoort","Mededelingen"
"20240105","Albert Heijn","NL91ABNA0417164300","","BA","Af","12,50","Betaalautomaat","Pasvolgnr"
"20240104","Werkgever","NL91ABNA0417164300","NL20INGB0001234567","OV","Bij","2.500,00","Overschrijving","Salaris"
`),
    ['NL91ABNA0417164300 EUR | 2 2487.5 2024-01-04 2024-01-05 - -'],
  )
})

test('the running balance gives opening and closing, forwards and backwards in time', async () => {
  const rows = ['05/01/2024;COMPRA;-23,45;EUR;976,55', '03/01/2024;NOMINA;1.000,00;EUR;1.000,00']
  const heading = 'Fecha Operación;Concepto;Importe;Divisa;Saldo'
  for (const order of [rows, rows.toReversed()]) {
    assert.deepEqual(await statementsOf([heading, ...order].join('\n')), ['- EUR | 2 976.55 2024-01-03 2024-01-05 0 976.55'])
  }
})

test('balances that are printed once a day are bridged by the amounts', async () => {
  assert.deepEqual(
    await statementsOf(`Date,Description,Amount,Balance
2024-01-01,a,10.00,
2024-01-01,b,20.00,130.00
2024-01-02,c,-5.00,
2024-01-02,d,-5.00,120.00
2024-01-03,e,-20.00,100.00
2024-01-04,f,1.00,
`),
    ['- - | 6 1 2024-01-01 2024-01-04 100 101'],
  )
})

test('a fee beside the amount counts where the balance proves it', async () => {
  const { statements } = await read(`Type,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance
CARD_PAYMENT,2024-01-02 10:11:12,2024-01-03 08:00:00,Tesco,-12.50,0.00,GBP,COMPLETED,87.50
TRANSFER,2024-01-03 10:11:12,2024-01-03 10:11:14,To Bob,-20.00,0.50,GBP,COMPLETED,67.00
CARD_PAYMENT,2024-01-04 10:11:12,,Uber,-9.00,0.00,GBP,PENDING,
CARD_PAYMENT,2024-01-04 11:11:12,2024-01-04 11:11:13,Lidl,-3.00,0.00,GBP,REVERTED,
TOPUP,2024-01-05 10:11:12,2024-01-05 10:11:14,Top-Up,100.00,0.00,GBP,COMPLETED,167.00
`)
  assert.equal(summary(statements[0]!), '4 58 2024-01-03 2024-01-05 100 167')
  assert.deepEqual(
    statements[0]!.rows.map(({ status, transactedOn }) => [status, transactedOn]),
    [
      ['posted', '2024-01-02'],
      ['posted', '2024-01-03'],
      ['pending', '2024-01-04'],
      ['posted', '2024-01-05'],
    ],
  )
  assert.equal(statements[0]!.notices.length, 1)
})

test('a summary above the heading and balances in words are no rows', async () => {
  assert.deepEqual(
    await statementsOf(`Description,,Summary Amt.
Beginning balance as of 01/01/2024,,"1,000.00"
Total credits,,"500.00"

Date,Description,Amount,Running Bal.
01/01/2024,Beginning balance as of 01/01/2024,,"1,000.00"
01/15/2024,"PAYROLL, INC","500.00","1,500.00"
01/19/2024,"RENT","-250.00","1,250.00"
Total,,250.00,
`),
    ['- - | 2 250 2024-01-15 2024-01-19 1000 1250'],
  )
})

const DIALECTS: Readonly<Record<string, readonly [string, string]>> = {
  'net is taken where the balance moves by it': [
    'Date,Name,Currency,Gross,Fee,Net,Transaction ID,Balance\n31/01/2024,Bob,GBP,10.00,-0.59,9.41,A1,109.41\n01/02/2024,Shop,GBP,-20.00,0.00,-20.00,A2,89.41\n',
    '- GBP | 2 -10.59 2024-01-31 2024-02-01 100 89.41',
  ],
  'headings in camel case, balances written another way than amounts': [
    'dateOp;dateVal;label;amount;accountNum;accountbalance\n2024-01-05;2024-01-05;MONOPRIX;-23,45;00012345678;1000.00\n',
    '00012345678 - | 1 -23.45 2024-01-05 2024-01-05 1023.45 1000',
  ],
  'Italian debit and credit columns': [
    'Data;Valuta;Descrizione;Dare;Avere\n05/01/2024;05/01/2024;POS;12,00;\n04/02/2024;06/02/2024;BONIFICO;;100,00\n',
    '- - | 2 88 2024-01-05 2024-02-04 - -',
  ],
  'Danish headings, where Valuta is a currency': [
    'Bogføringsdato;Beløb;Beskrivelse;Saldo;Valuta\n2024/01/05;-79,00;Netto;921,00;DKK\n2024/01/04;1000,00;Løn;1000,00;DKK\n',
    '- DKK | 2 921 2024-01-04 2024-01-05 0 921',
  ],
  'Swiss apostrophes, where Valuta is a date and headings name the currency': [
    "Datum;Buchungstext;Belastung in CHF;Gutschrift in CHF;Valuta;Saldo in CHF\n05.01.2024;Migros;1'250.40;;05.01.2024;8'749.60\n04.01.2024;Lohn;;10'000.00;04.01.2024;10'000.00\n",
    '- CHF | 2 8749.6 2024-01-04 2024-01-05 0 8749.6',
  ],
  'Portuguese headings': [
    'Data Lançamento;Histórico;Valor;Saldo\n05/01/2024;Pix enviado;-1.234,56;765,44\n04/01/2024;Pix recebido;2.000,00;2.000,00\n',
    '- - | 2 765.44 2024-01-04 2024-01-05 0 765.44',
  ],
  'blanks as thousands separators': [
    'Data operacji;Opis operacji;Kwota;Saldo po operacji\n2024-01-05;czynsz;-1 500,00;500,00\n',
    '- - | 1 -1500 2024-01-05 2024-01-05 2000 500',
  ],
  'Indian groups of digits': [
    'Txn Date,Description,Debit,Credit,Balance\n5 Jan 2024,RENT,"1,00,000.00", ,"2,00,000.00"\n6 Jan 2024,SALARY, ,"50,000.00","2,50,000.00"\n',
    '- - | 2 -50000 2024-01-05 2024-01-06 300000 250000',
  ],
  'tabs and one empty cell of debit or credit': [
    'Date\tPayee\tDebit\tCredit\n2024-01-05\tShop\t5.00\t\n2024-01-06\tBoss\t\t50.00\n',
    '- - | 2 45 2024-01-05 2024-01-06 - -',
  ],
  'bars, brackets, a currency sign and a minus behind': [
    'Date|Description|Amount\n1/13/2024|X|(12.00)\n1/14/2024|Y|$5.00\n1/15/2024|Z|12.00-\n',
    '- - | 3 -19 2024-01-13 2024-01-15 - -',
  ],
  'two columns, of which the decimal comma is no delimiter': [
    'Datum;Betrag\n05.01.2024;-5,00\n06.01.2024;-6,00\n',
    '- - | 2 -11 2024-01-05 2024-01-06 - -',
  ],
  'Mac line ends and a byte order mark': [
    '\ufeffDate,Description,Amount\r2024-01-05,a,1.00\r2024-01-06,b,2.00\r',
    '- - | 2 3 2024-01-05 2024-01-06 - -',
  ],
  'a heading that is repeated in the middle': [
    'Date,Description,Amount\n2024-01-05,a,1.00\nDate,Description,Amount\n2024-01-06,b,2.00\n',
    '- - | 2 3 2024-01-05 2024-01-06 - -',
  ],
  'no rows below the heading': ['Date,Description,Amount\n', '- - | 0 0 - - - -'],
  'an amount in euros without saying it twice': ['Date;Text;Amount\n05.01.2024;a;-5,00 €\n', '- EUR | 1 -5 2024-01-05 2024-01-05 - -'],
  'Canadian headings with a mark column and no sign': [
    'Date,Description,Transaction Type,Amount\n2024-01-05,a,Debit,5.00\n2024-01-06,b,Credit,7.00\n',
    '- - | 2 2 2024-01-05 2024-01-06 - -',
  ],
}

for (const [behaviour, [content, expected]] of Object.entries(DIALECTS)) {
  test(behaviour, async () => assert.deepEqual(await statementsOf(content), [expected]))
}

test('several accounts and currencies become statements of their own', async () => {
  assert.deepEqual(
    await statementsOf(
      'Date,Account,Currency,Amount\n2024-01-01,A-100,EUR,1.00\n2024-01-02,A-100,EUR,2.00\n2024-01-02,B-200,EUR,5.00\n2024-01-03,B-200,USD,7.00\n',
    ),
    ['A-100 EUR | 2 3 2024-01-01 2024-01-02 - -', 'B-200 EUR | 1 5 2024-01-02 2024-01-02 - -', 'B-200 USD | 1 7 2024-01-03 2024-01-03 - -'],
  )
})

test('the order of day and month: days above 12, then sorting, then hints, then a point between the numbers', async () => {
  const firstDay = async (content: string): Promise<string> => (await read(content)).statements[0]!.rows[0]!.postedOn
  const file = (...dates: readonly string[]): string => `Date,Description,Amount\n${dates.map((date) => `${date},x,-1.00\n`).join('')}`
  assert.equal(await firstDay(file('03/04/2024', '13/04/2024')), '2024-04-03')
  assert.equal(await firstDay(file('03/04/2024', '04/13/2024')), '2024-03-04')
  assert.equal(await firstDay(file('12/01/2024', '01/02/2024', '05/02/2024')), '2024-01-12', 'sorted only when the day comes first')
  assert.equal(await firstDay(file('03.04.2024')), '2024-04-03', 'the default for a point')
  assert.equal(await firstDay('Datum;Text;Betrag\n03/04/2024;x;-1,00\n'), '2024-04-03', 'a decimal comma')
})

test('encodings: Windows-1252, UTF-16 with and without byte order mark', async () => {
  const content = 'Date;Libellé;Montant\n05/01/2024;Café – 5 €;-1,00\n'
  const utf16 = Buffer.from(content, 'utf16le')
  const western = Buffer.from(content.replace('–', '\u0096').replace('€', '\u0080'), 'latin1')
  for (const encoded of [
    Buffer.from(content),
    western,
    utf16,
    Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
    Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]),
  ]) {
    for (const size of [1, 3, 1_000]) {
      const { statements, failure } = await read(encoded, size)
      assert.equal(failure, null)
      assert.equal(statements[0]!.rows[0]!.name, 'Café – 5 €')
    }
  }
})

test('what cannot be understood fails with the line and what is missing', async () => {
  assert.equal(await failureOf('Date,Description,Amount\n2024-01-01,a,1.00\n2024-13-01,b,2.00\n'), 'invalid_date 3')
  assert.equal(await failureOf('Date,Description,Amount\n2024-01-01,a,1.00\n2024-01-02,b,abc\n'), 'invalid_amount 3')
  assert.equal(await failureOf('Date,Description,Amount\n2024-01-01,a,1.00\n,b,2.00\n'), 'missing_field 3')
  assert.equal(await failureOf('Date,Description,Amount\n2024-01-01,a,1.00\n2024-01-02,b,\n'), 'missing_field 3')
  // What a program could not reckon is no stroke that a bank puts beside a note (seen: the row was left out, unsaid).
  assert.equal(await failureOf('Date,Description,Amount\n2024-01-01,a,1.00\n2024-01-02,b,NaN\n'), 'missing_field 3')
  assert.equal(await failureOf('Date,Description,Amount\n2024-01-01,"two\nlines",1.00\n2024-01-02,"never closed,2.00\n'), 'truncated 4')
  assert.equal(await failureOf('a,b,c\nd,e,f\n'), 'missing_field 1')
  assert.equal(await failureOf('2024-01-01,a,1.00,2.00\n2024-01-02,b,2.00,7.00\n'), 'missing_field 1')
  assert.equal(await failureOf('Date,Description,Amount\n2024-01-01,a,1.00\n2024-01-02,b,1234567890123456789.00\n'), 'invalid_amount 3')
  assert.equal(await failureOf('Date,Description,Amount\n2024-01-01,a,1.00\n2024-01-02,b,"1,5"\n2024-01-02,b,2.50\n'), 'invalid_amount 3')
  assert.equal(await failureOf(''), 'empty_file 0')
  assert.equal(await failureOf(`Date,Description,Amount\n2024-01-01,${'x'.repeat(70_000)},1.00\n`), 'limit_exceeded 2')
  assert.equal(await failureOf(`${'Date,Description,Amount'}${',x'.repeat(300)}\n`), 'limit_exceeded 1')
})

test('a date that contradicts the order of a long file fails on its own line', async () => {
  const rows = Array.from({ length: 12_000 }, (_, i) => `01/0${(i % 9) + 1}/2024,a description of some length,-1.00 USD\n`).join('')
  assert.equal(await failureOf(`Date,Description,Amount\n${rows}25/03/2024,late,-5.00 USD\n`), 'invalid_date 12002')
})

test('rows beyond the sample are read, and the number of lines is limited only when asked', async () => {
  const content = `Date,Description,Amount\n${'2024-01-05,a description of some length,-1.00\n'.repeat(20_000)}`
  assert.deepEqual(await statementsOf(content), ['- - | 20000 -20000 2024-01-05 2024-01-05 - -'])
  const { failure } = await collect(readCsv(bytes(content), { maxLines: 10_000 }))
  assert.equal(failure?.code, 'limit_exceeded')
})

test('a table that changes between currencies is one statement each, with the running balance of each', async () => {
  const { statements, failure } = await collect(readCsv(bytes(
    'Date,Name,Currency,Amount,Balance\n2026-01-02,A,USD,-5.00,95.00\n2026-01-02,B,EUR,10.00,60.00\n2026-01-03,C,USD,-5.00,90.00\n2026-01-04,D,EUR,-20.00,40.00\n2026-01-05,E,USD,1.00,91.00\n',
  )))
  assert.equal(failure, null)
  assert.deepEqual(statements.map(({ head, rows }) => `${head.currency} ${rows.length} ${head.continues ?? false}`), ['USD 1 false', 'EUR 1 false', 'USD 1 true', 'EUR 1 true', 'USD 1 true', 'EUR 0 true'])
  assert.deepEqual(statements.flatMap(({ balances }) => balances).map(({ kind, amount, currency }) => `${kind} ${amount} ${currency}`), ['opening 100 USD', 'closing 91 USD', 'opening 50 EUR', 'closing 40 EUR'])
})

test('written signs stand against one step of a balance, and yield to many that all say the same; amounts without signs follow the balance', async () => {
  const file = (rows: readonly (readonly [string, string])[]): string => `Date,Description,Amount,Balance\n${rows.map(([amount, balance], index) => `2026-01-0${index + 1},Row ${index},${amount},${balance}\n`).join('')}`
  // The row between them is missing: what is left looks turned.
  assert.deepEqual(await statementsOf(file([['-5.00', '95.00'], ['-10.00', '105.00']])), ['- - | 2 -15 2026-01-01 2026-01-02 100 105'])
  assert.deepEqual(await statementsOf(file([['5.00', '95.00'], ['-20.00', '115.00'], ['7.50', '107.50'], ['2.00', '105.50'], ['-1.00', '106.50']])), ['- - | 5 6.5 2026-01-01 2026-01-05 100 106.5'])
  assert.deepEqual(await statementsOf(file([['5.00', '95.00'], ['20.00', '75.00'], ['7.00', '68.00']])), ['- - | 3 -32 2026-01-01 2026-01-03 100 68'])
})
