/** CSV of banks around the world, in the manner of their real exports: each is read whole without being configured. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStatementFile } from '../detect.ts'
import { bytes, collect, summary } from '../testing/collect.ts'
import { WORLD, type Encoding } from './banks.fixture.ts'

/** Name, file, `rows sum first last opening closing`, encoding. */
const BANKS: readonly (readonly [string, string, string, Encoding?])[] = [
  ['rabobank csv','"IBAN/BBAN","Munt","BIC","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn","Tegenrekening IBAN/BBAN","Naam tegenpartij","Omschrijving-1"\n"NL00RABO0123456789","EUR","RABONL2U","000000000000001","2023-01-02","2023-01-02","-12,50","+987,50","NL11INGB0001234567","Albert Heijn","Betaling"\n"NL00RABO0123456789","EUR","RABONL2U","000000000000002","2023-01-03","2023-01-03","+100,00","+1087,50","","Jan","Terug"\n','2 87.5 2023-01-02 2023-01-03 1000 1087.5'],
  ['ing nl','"Datum","Naam / Omschrijving","Rekening","Tegenrekening","Code","Af Bij","Bedrag (EUR)","Mutatiesoort","Mededelingen"\n"20230102","AH","NL00INGB0001","NL11","BA","Af","12,50","Betaalautomaat","Pas"\n"20230103","Werk","NL00INGB0001","NL12","OV","Bij","1.000,00","Overschrijving","Loon"\n','2 987.5 2023-01-02 2023-01-03 - -'],
  ['sep= line','sep=;\r\nDatum;Text;Betrag\r\n02.01.2023;Rewe;-12,50\r\n03.01.2023;Lohn;1.000,00\r\n','2 987.5 2023-01-02 2023-01-03 - -'],
  ['sep=, line utf16','sep=,\r\nDate,Description,Amount\r\n2023-01-02,Shop,-12.50\r\n2023-01-03,Pay,1000\r\n','2 987.5 2023-01-02 2023-01-03 - -','utf16le'],
  ['sep tab utf16','Date\tDescription\tAmount\r\n2023-01-02\tShop\t-12.50\r\n2023-01-03\tPay\t1000\r\n','2 987.5 2023-01-02 2023-01-03 - -','utf16le'],
  ['chase checking','Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\nDEBIT,01/03/2023,"SHOP, INC",-12.50,ACH_DEBIT,987.50,,\nCREDIT,01/02/2023,PAY,1000.00,ACH_CREDIT,1000.00,,\n','2 987.5 2023-01-02 2023-01-03 0 987.5'],
  ['capital one','Transaction Date,Posted Date,Card No.,Description,Category,Debit,Credit\n2023-01-02,2023-01-03,1234,SHOP,Dining,12.50,\n2023-01-04,2023-01-05,1234,PAYMENT,Payment,,100.00\n','2 87.5 2023-01-03 2023-01-05 - -'],
  ['barclays','Number,Date,Account,Amount,Subcategory,Memo\n ,02/01/2023,20-00-00 12345678,-12.50,PAYMENT,SHOP\n ,31/01/2023,20-00-00 12345678,1000.00,DIRECTDEP,PAY\n','2 987.5 2023-01-02 2023-01-31 - -'],
  ['lloyds','Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance\n31/01/2023,DEB,\'11-22-33,12345678,SHOP,12.50,,987.50\n02/01/2023,FPI,\'11-22-33,12345678,PAY,,1000.00,1000.00\n','2 987.5 2023-01-02 2023-01-31 0 987.5'],
  ['monzo','Transaction ID,Date,Time,Type,Name,Emoji,Category,Amount,Currency,Local amount,Local currency,Notes and #tags,Address,Receipt,Description,Category split,Money Out,Money In\ntx_1,02/01/2023,10:00:00,Card payment,Shop,,Groceries,-12.50,GBP,-12.50,GBP,,,,SHOP,,-12.50,\ntx_2,31/01/2023,10:00:00,Faster payment,Pay,,Income,1000.00,GBP,1000.00,GBP,,,,PAY,,,1000.00\n','2 987.5 2023-01-02 2023-01-31 - -'],
  ['revolut','Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\nCARD_PAYMENT,Current,2023-01-01 10:00:00,2023-01-02 10:00:00,Shop,-12.50,0.00,EUR,COMPLETED,987.50\nATM,Current,2023-01-03 10:00:00,2023-01-03 11:00:00,Cash,-100.00,2.00,EUR,COMPLETED,885.50\nCARD_PAYMENT,Current,2023-01-03 10:00:00,,Shop,-5.00,0.00,EUR,REVERTED,\n','2 -114.5 2023-01-02 2023-01-03 1000 885.5'],
  ['n26','"Date","Payee","Account number","Transaction type","Payment reference","Amount (EUR)","Amount (Foreign Currency)","Type Foreign Currency","Exchange Rate"\n"2023-01-02","Shop","","MasterCard Payment","","-12.5","-13.0","USD","1.04"\n"2023-01-03","Pay","DE00","Income","x","1000.0","","",""\n','2 987.5 2023-01-02 2023-01-03 - -'],
  ['dkb','"Kontonummer:";"DE00120300000000000000 / Girokonto";\n\n"Von:";"01.01.2023";\n"Bis:";"31.01.2023";\n"Kontostand vom 31.01.2023:";"987,50 EUR";\n\n"Buchungstag";"Wertstellung";"Buchungstext";"Auftraggeber / Begünstigter";"Verwendungszweck";"Kontonummer";"BLZ";"Betrag (EUR)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz";\n"31.01.2023";"31.01.2023";"Lastschrift";"REWE";"Einkauf";"DE11";"BLZ";"-12,50";"";"";"";\n"02.01.2023";"02.01.2023";"Gutschrift";"ACME";"Lohn";"DE12";"BLZ";"1.000,00";"";"";"";\n','2 987.5 2023-01-02 2023-01-31 - -','latin1'],
  ['sparkasse mt940 csv','"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";"Kontonummer";"BLZ";"Betrag";"Waehrung";"Info"\n"12345";"31.01.";"31.01.23";"LASTSCHRIFT";"x";"REWE";"1";"2";"-12,50";"EUR";"Umsatz gebucht"\n"12345";"02.01.";"02.01.23";"LOHN";"x";"ACME";"1";"2";"1000,00";"EUR";"Umsatz gebucht"\n','2 987.5 2023-01-02 2023-01-31 - -'],
  ['french','Date;Libellé;Débit euros;Crédit euros;\n02/01/2023;"CARTE SHOP";12,50;;\n31/01/2023;"VIREMENT";;1 000,00;\n','2 987.5 2023-01-02 2023-01-31 - -','latin1'],
  ['spanish','Fecha operación;Fecha valor;Concepto;Importe;Saldo\n02/01/2023;02/01/2023;Compra;-12,50 €;987,50 €\n31/01/2023;31/01/2023;Nómina;1.000,00 €;1.987,50 €\n','2 987.5 2023-01-02 2023-01-31 1000 1987.5'],
  ['italian dare avere','Data contabile;Data valuta;Descrizione;Dare;Avere\n02/01/2023;02/01/2023;Pagamento;-12,50;\n31/01/2023;31/01/2023;Stipendio;;1.000,00\n','2 987.5 2023-01-02 2023-01-31 - -'],
  ['swedish','Bokföringsdag;Belopp;Avsändare;Mottagare;Namn;Rubrik;Saldo;Valuta\n2023-01-31;-12,50;1;;ICA;Köp;987,50;SEK\n2023-01-02;1000,00;;1;Lön;Lön;1000,00;SEK\n','2 987.5 2023-01-02 2023-01-31 0 987.5'],
  ['polish mbank','#Data operacji;#Opis operacji;#Rachunek;#Kategoria;#Kwota;\n2023-01-02;"ZAKUP";"konto 1111";"Zakupy";-12,50 PLN;\n2023-01-31;"PENSJA";"konto 1111";"Wynagrodzenie";1 000,00 PLN;\n','2 987.5 2023-01-02 2023-01-31 - -'],
  ['brazil nubank','Data,Valor,Identificador,Descrição\n02/01/2023,-12.50,abc-1,Compra\n31/01/2023,1000.00,abc-2,Pix\n','2 987.5 2023-01-02 2023-01-31 - -'],
  ['india hdfc','Date,Narration,Value Dat,Debit Amount,Credit Amount,Chq/Ref Number,Closing Balance\n02/01/23,UPI-SHOP,02/01/23,12.50,0.00,0001,987.50\n31/01/23,NEFT PAY,31/01/23,0.00,"1,00,000.00",0002,"1,00,987.50"\n','2 99987.5 2023-01-02 2023-01-31 1000 100987.5'],
  ['japan','日付,お支払金額,お預り金額,お取り扱い内容,残高\n2023/01/02,1250,,カード,98750\n2023/01/31,,100000,給与,198750\n','2 98750 2023-01-02 2023-01-31 100000 198750'],
  ['australia anz headless','02/01/2023,"-12.50","SHOP"\n31/01/2023,"1000.00","PAY"\n','2 987.5 2023-01-02 2023-01-31 - -'],
  ['cba headless','31/01/2023,"-12.50","SHOP","+987.50"\n02/01/2023,"+1000.00","PAY","+1000.00"\n','2 987.5 2023-01-02 2023-01-31 0 987.5'],
  ['wells headless','"01/31/2023","-12.50","*","","SHOP"\n"01/02/2023","1000.00","*","","PAY"\n','2 987.5 2023-01-02 2023-01-31 - -'],
  ['boa preamble','Description,,Summary Amt.\nBeginning balance as of 01/01/2023,,"0.00"\nTotal credits,,"1,000.00"\nTotal debits,,"-12.50"\nEnding balance as of 01/31/2023,,"987.50"\n\nDate,Description,Amount,Running Bal.\n01/01/2023,Beginning balance as of 01/01/2023,,"0.00"\n01/02/2023,"PAY","1,000.00","1,000.00"\n01/31/2023,"SHOP","-12.50","987.50"\n','2 987.5 2023-01-02 2023-01-31 0 987.5'],
  ['paypal','"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address","To Email Address","Transaction ID"\n"02/01/2023","10:00:00","CET","Shop","Payment","Completed","EUR","-12.50","0.00","-12.50","a","b","T1"\n"31/01/2023","10:00:00","CET","Buyer","Payment","Completed","EUR","100.00","-3.00","97.00","a","b","T2"\n','2 84.5 2023-01-02 2023-01-31 - -'],
  ['swiss ubs','Bewertungsdatum;Bankbeziehung;Portfolio;Produkt;IBAN;Whrg.;Datum von;Datum bis;Beschreibung;Abschluss;Buchungsdatum;Valuta;Beschreibung 1;Transaktions-Nr.;Belastung;Gutschrift;Saldo\n31.01.2023;1;;K;CH00;CHF;01.01.2023;31.01.2023;K;02.01.2023;02.01.2023;02.01.2023;SHOP;Z1;12.50;;987.50\n31.01.2023;1;;K;CH00;CHF;01.01.2023;31.01.2023;K;31.01.2023;31.01.2023;31.01.2023;LOHN;Z2;;1\'000.00;1\'987.50\n','2 987.5 2023-01-02 2023-01-31 1000 1987.5'],
  ['nordea da','Bogført;Tekst;Rentedato;Beløb;Saldo\n31-01-2023;Netto;31-01-2023;-12,50;987,50\n02-01-2023;Løn;02-01-2023;1.000,00;1.000,00\n','2 987.5 2023-01-02 2023-01-31 0 987.5'],
  ['finnish','Kirjauspäivä;Arvopäivä;Määrä EUROA;Laji;Selitys;Saaja/Maksaja;Viite\n02.01.2023;02.01.2023;-12,50;162;PKORTTI;K-MARKET;\n31.01.2023;31.01.2023;1000,00;588;PALKKA;ACME;\n','2 987.5 2023-01-02 2023-01-31 - -'],
  ['hungarian','Könyvelés dátuma;Tranzakció típusa;Partner neve;Összeg;Devizanem\n2023.01.02.;Kártya;Bolt;-1 250;HUF\n2023.01.31.;Jóváírás;Cég;100 000;HUF\n','2 98750 2023-01-02 2023-01-31 - -'],
  ['trailing minus','Datum;Text;Betrag\n02.01.2023;Rewe;12,50-\n03.01.2023;Lohn;1.000,00\n','2 987.5 2023-01-02 2023-01-03 - -'],
  ['DRCR column','Date,Description,Amount,DR/CR\n02-Jan-2023,SHOP,12.50,DR\n31-Jan-2023,PAY,1000.00,CR\n','2 987.5 2023-01-02 2023-01-31 - -'],
  ['withdrawals deposits','Date;Description;Withdrawals;Deposits;Balance\n01/02/2023;SHOP;$12.50;;$987.50\n01/31/2023;PAY;;$1,000.00;$1,987.50\n','2 987.5 2023-01-02 2023-01-31 1000 1987.5'],
  ['footer total','Date,Description,Amount\n2023-01-02,Shop,-12.50\n2023-01-03,Pay,1000.00\n\nTotal,,987.50\n','2 987.5 2023-01-02 2023-01-03 - -'],
  ['multiline quoted','Date,Description,Amount\r\n2023-01-02,"Shop\r\nLine 2, more",-12.50\r\n2023-01-03,Pay,1000.00\r\n','2 987.5 2023-01-02 2023-01-03 - -'],
  ['iso datetime','created_at,description,amount,currency\n2023-01-02T10:00:00Z,Shop,-12.50,EUR\n2023-01-03T11:00:00.123Z,Pay,1000,EUR\n','2 987.5 2023-01-02 2023-01-03 - -'],
  ['wise','TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance\nCARD-1,31-01-2023,-12.50,EUR,Shop,,987.50\nTRANSFER-2,02-01-2023,1000.00,EUR,Pay,,1000.00\n','2 987.5 2023-01-02 2023-01-31 0 987.5'],
  ['cr only mac','Date,Description,Amount\r2023-01-02,Shop,-12.50\r2023-01-03,Pay,1000.00\r','2 987.5 2023-01-02 2023-01-03 - -'],
  ['whole lines in quotes','"Date,Description,Amount,Balance"\n"2023-01-02,""SHOP, INC"",-12.50,987.50"\n"2023-01-03,""The Pay Co"",100.00,1087.50"\n','2 87.5 2023-01-02 2023-01-03 1000 1087.5'],
  ['whole lines in quotes, under a title','Umsatzanzeige\n\n"Buchung;Text;Betrag"\n"02.01.2023;""Rewe; Berlin"";-12,50"\n"03.01.2023;Lohn;1.000,00"\n','2 987.5 2023-01-02 2023-01-03 - -'],
  ['dkb visa','"Kreditkarte:";"4998************ Kreditkarte";\n\n"Zeitraum:";"letzten 60 Tage";\n"Saldo:";"-112.50 EUR";\n"Datum:";"31.01.2023";\n\n"Umsatz abgerechnet und nicht im Saldo enthalten";"Wertstellung";"Belegdatum";"Beschreibung";"Betrag (EUR)";"Ursprünglicher Betrag";\n"Nein";"05.01.2023";"02.01.2023";"REWE";"-12,50";"";\n"Nein";"31.01.2023";"28.01.2023";"SHELL";"-100,00";"-108,40 USD";\n','2 -112.5 2023-01-05 2023-01-31 - -'],
  ['otp, marks of terhelés and jóváírás','"11773000-00000000";"T";"12500";"HUF";"20240115";"20240115";"";"";"";"SHOP BUDAPEST";"";"";"VÁSÁRLÁS KÁRTYÁVAL";""\n"11773000-00000000";"J";"100000";"HUF";"20240116";"20240116";"";"10300002-12345678";"KFT";"FIZETÉS";"";"";"ÁTUTALÁS";""\n','2 87500 2024-01-15 2024-01-16 - -'],
  ['bmo card with transfers and refunds','Item #,Card #,Transaction Date,Posting Date,Transaction Amount,Description\n1,\'5191230000000000\',20240115,20240116,12.50,SHOP TORONTO ON\n2,\'5191230000000000\',20240116,20240117,45.10,AMZN MKTP CA\n3,\'5191230000000000\',20240118,20240119,-57.60,TRSF FROM/DE ACCT/CPT 0000-XXXX-123\n4,\'5191230000000000\',20240120,20240121,-5.00,REFUND SHOP\n','4 5 2024-01-16 2024-01-21 - -'],
  ['card of which most rows are charges','Card No,Date,Description,Amount\n1234,2024-01-02,SHOP,12.50\n1234,2024-01-03,CAFE,3.50\n1234,2024-01-04,FUEL,40.00\n1234,2024-01-05,E-BANKING 33,-56.00\n','4 0 2024-01-02 2024-01-05 - -'],
  ['account with the card that paid','Card No,Date,Description,Amount\n1234,2024-01-02,CARD PAYMENT TO SHOP,-12.50\n1234,2024-01-03,CARD PAYMENT TO CAFE,-3.50\n1234,2024-01-04,EMPLOYER,1000.00\n','3 984 2024-01-02 2024-01-04 - -'],
  ['lcl, with its balance in the last line','15/01/2024;-12,50;Carte;;CB SHOP 14/01/24;;0;Divers\n15/01/2024;-2,50;Carte;;CB CAFE 14/01/24;;0;Divers\n16/01/2024;1000,00;Virement;;VIR PAY;;0;Divers\n16/01/2024;985,00;;;00000 000000A\n','3 985 2024-01-15 2024-01-16 - 985'],
  ['santander pl, with a line above that sums up','2024-01-31,2024-01-01,\'12 1090 0000 0000 0000 0000 0000,JAN KOWALSKI,PLN,"1000,00","1987,50",2,\n15-01-2024,14-01-2024,SHOP WARSZAWA,SHOP,,"-12,50","987,50",2,\n16-01-2024,16-01-2024,WYPLATA,FIRMA,\'34 1090,"1000,00","1987,50",1,\n','2 987.5 2024-01-15 2024-01-16 1000 1987.5'],
  ['card by the day of purchase alone','Purchase Date,Description,Amount\n2023-01-02,Shop,-12.50\n2023-01-03,Refund,100.00\n','2 87.5 2023-01-02 2023-01-03 - -'],
  ['pipe','Date|Description|Amount\n2023-01-02|Shop|-12.50\n2023-01-03|Pay|1000.00\n','2 987.5 2023-01-02 2023-01-03 - -'],
]

function encoded(text: string, encoding: Encoding): Uint8Array {
  return Buffer.from(encoding === 'utf16le' ? `\ufeff${text}` : text, encoding)
}

async function assertRead(content: Uint8Array, expected: string, name: string): Promise<void> {
  const file = await readStatementFile(bytes(content, 97), { fileName: 'x.csv' })
  assert.ok(file.ok, file.ok ? '' : `${name}: ${file.failure.message}`)
  const { statements, failure } = await collect(file.value.stream)
  assert.deepEqual([failure, statements.map(summary)], [null, [expected]], name)
}

for (const [name, text, expected, encoding = 'utf8'] of BANKS) {
  test(`${name}, also with a byte order mark, other line ends, and without the last one`, async () => {
    const variants = encoding === 'utf8' ? [text, `\ufeff${text}`, text.replace(/\r?\n/g, '\r\n'), text.trimEnd()] : [text]
    for (const variant of variants) await assertRead(encoded(variant, encoding), expected, name)
  })
}

test('exports of banks of many countries, with all that they put around and into their rows', async () => {
  for (const [name, text, expected, encoding = 'utf8'] of WORLD) {
    await assertRead(encoded(text, encoding), expected, name)
    if (encoding === 'utf8') await assertRead(encoded(`\ufeff${text.replace(/\r?\n/g, '\r\n')}`, encoding), expected, name)
  }
})

test('a balance that moves beside no amount is refused, one that stands is passed over', async () => {
  const failureOf = async (text: string): Promise<string | null> => {
    const file = await readStatementFile(bytes(text), { fileName: 'x.csv' })
    assert.ok(file.ok)
    const { failure } = await collect(file.value.stream)
    return failure === null ? null : `${failure.code} ${failure.line}`
  }
  assert.equal(await failureOf('Date,Text,Debit,Balance\n2024-01-14,a,5.00,95.00\n2024-01-15,b,,195.00\n2024-01-16,c,5.00,190.00\n'), 'missing_field 3')
  assert.equal(await failureOf('Date,Text,Debit,Balance\n2024-01-14,a,5.00,95.00\n2024-01-15,Stand,,95.00\n2024-01-16,c,5.00,90.00\n'), null)
})

test('a last amount without decimals is no cut where the file writes none, or pads none', async () => {
  for (const [text, expected] of [
    ['Date,Text,Amount\n2023-01-02,Shop,-12.5\n2023-01-03,Pay,100', '2 87.5 2023-01-02 2023-01-03 - -'],
    ['Date,Text,Amount\n2023-01-02,Shop,-1250\n2023-01-03,Pay,"100,000"', '2 98750 2023-01-02 2023-01-03 - -'],
    ['Date,Text,Amount\n2023-01-02,Shop,-12.25\n2023-01-03,Pay,100', '2 87.75 2023-01-02 2023-01-03 - -'],
  ] as const) await assertRead(Buffer.from(text), expected, text)
})

test('a bad date in the first rows is no preamble, and columns under words that nobody can read are not guessed', async () => {
  const codeOf = async (text: string): Promise<string | undefined> => {
    const file = await readStatementFile(bytes(text), { fileName: 'x.csv' })
    return file.ok ? (await collect(file.value.stream)).failure?.code : file.failure.code
  }
  assert.equal(await codeOf('2024-13-15,SHOP,-12.50\n2024-01-16,PAY,1000.00\n2024-01-17,PAY,1000.00\n'), 'missing_field')
  assert.equal(await codeOf('Foo,Bar,Baz,Qux\n15/01/2024,SHOP,12.50,\n16/01/2024,PAY,,1000.00\n'), 'missing_field')
})

test('a quote that is never closed and a file that ends in zero bytes say so by their line, however long they are', async () => {
  for (const rest of ['2023-01-03,"Pay\n'.concat('x,y\n'.repeat(100_000)), '\0'.repeat(300_000)]) {
    const file = await readStatementFile(bytes(`Date,Text,Amount\n2023-01-02,Shop,-12.50\n${rest}`), { fileName: 'x.csv' })
    assert.ok(file.ok)
    const { failure } = await collect(file.value.stream)
    assert.deepEqual([failure?.code, failure?.line], ['limit_exceeded', 3])
  }
})

test('balances before the rows prove the signs as written, however many rows there are', async () => {
  const rows = [5, -10, 20, -40, 15].map((amount, at, all) => `${15 + at}-01-2024;NL91ABNA0417164300;SHOP;EUR;${1000 + all.slice(0, at).reduce((a, b) => a + b, 0)},00;${amount},00\n`)
  await assertRead(Buffer.from(`Datum;Rekening;Naam;Valuta;Saldo voor mutatie;Transactiebedrag\n${rows.join('')}`), '5 -10 2024-01-15 2024-01-19 1000 990', 'before')
})

test('a file cut within its last record is refused with the line, whatever the columns', async () => {
  for (const text of ['Date,Description,Amount,Balance\n2023-01-02,Shop,-12.50,87.50\n2023-01-03,Pay,10', 'Date,Amount,Description\n2023-01-02,-12.50,Shop\n2023-01-03,100', 'Date,Text,Amount\n2023-01-02,Shop,-12.50\n2023-01-03,Pay,100', 'Date;Text;Amount;Balance\n2023-01-02;Shop;-12,5;1.012,50\n2023-01-03;Pay;100;1.112,']) {
    const file = await readStatementFile(bytes(text), { fileName: 'x.csv' })
    assert.ok(file.ok)
    const { failure } = await collect(file.value.stream)
    assert.deepEqual([failure?.code, failure?.line], ['truncated', 3])
  }
})

const DAY = /\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ](?:\d{1,2}|\p{L}{3,9})[-/. ]\d{2,4}|\b20\d{6}\b/u
const MONEY = /(?<=[,;\t"|])[-+]?[£$€]?\d(?:[\d ]*|\d{0,2}(?:[.,]\d{3})*)[.,]\d{2}(?=[,;\t"|]|$)/

/** A row whose day or amount is damaged in a way, or null where there is none. */
const DAMAGES: readonly ((row: string) => string)[] = [
  ...['99/99/2024', 'n/a', ''].map((text) => (row: string) => row.replace(DAY, text)),
  (row) => row.replace(new RegExp(DAY, 'gu'), ''),
  ...['abc', ''].map((text) => (row: string) => row.replace(MONEY, text)),
]

// Fails when: a row without an amount beside a balance, or a first row without a day, is passed over (seen in 26 files of 222).
test('a row whose day or amount is damaged is refused, or told about, in the file of each bank: none goes in silence', async () => {
  const readAll = async (text: string): Promise<{ readonly rows: readonly number[]; readonly notices: number; readonly isRefused: boolean }> => {
    const file = await readStatementFile(bytes(text), { fileName: 'x.csv' })
    if (!file.ok) return { rows: [], notices: 0, isRefused: true }
    const { statements, failure } = await collect(file.value.stream)
    return { rows: statements.flatMap(({ rows }) => rows.map(({ line }) => line)), notices: statements.reduce((sum, { notices }) => sum + notices.length, 0), isRefused: failure !== null }
  }
  const lost: string[] = []
  let tried = 0
  for (const [file, [name, text]] of WORLD.entries()) {
    const whole = await readAll(text)
    const lines = text.split('\n')
    for (const [index, damage] of DAMAGES.entries()) {
      // Half of them for each file.
      if ((file + index) % 2 > 0) continue
      // Another row for each damage.
      const line = whole.rows[index % whole.rows.length]!
      const row = lines[line - 1]!
      const damaged = damage(row)
      if (damaged === row || damaged.split(/[,;\t|]/).length !== row.split(/[,;\t|]/).length) continue
      tried += 1
      const read = await readAll(lines.with(line - 1, damaged).join('\n'))
      if (!read.isRefused && read.rows.length < whole.rows.length && read.notices <= whole.notices) lost.push(`${name}: ${damaged}`)
    }
  }
  assert.deepEqual(lost, [])
  assert.ok(tried > WORLD.length, String(tried))
})

// Fails when: a heading is not known and its column is read by its place (seen: `Monto`, `支払い金額`).
test('where each column has a heading, the file of each bank reads the same with its columns in the other order', async () => {
  const told = async (rows: readonly (readonly string[])[], delimiter: string): Promise<string> => {
    const file = await readStatementFile(bytes(rows.map((cells) => cells.map((cell) => `"${cell}"`).join(delimiter)).join('\n')), { fileName: 'x.csv' })
    if (!file.ok) return file.failure.code
    const { statements, failure } = await collect(file.value.stream)
    return failure?.message ?? statements.map((one) => `${one.head.currency} ${summary(one)}`).join()
  }
  let tried = 0
  for (const [name, text] of WORLD) {
    const delimiter = [',', ';', '\t', '|'].find((one) => text.split('\n', 1)[0]!.split(one).length > 3)
    if (delimiter === undefined || text.includes('"')) continue
    const rows = text.trimEnd().split(/\r?\n/).map((line) => line.split(delimiter).map((cell) => cell.trim()))
    const [heading] = rows
    const isTable = rows.every(({ length }) => length === heading!.length) && heading!.every((cell) => /\p{L}/u.test(cell) && !/\d{2}/.test(cell)) && new Set(heading).size === heading!.length
    if (!isTable) continue
    tried += 1
    assert.equal(await told(rows.map((cells) => cells.toReversed()), delimiter), await told(rows, delimiter), name)
  }
  assert.ok(tried > WORLD.length / 3, String(tried))
})
