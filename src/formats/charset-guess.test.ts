/** Texts that do not say their charset: tables of banks of many countries as their exports are encoded, and the words that tell. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guessByLooks, guessCharset } from './charset-guess.ts'
import { decoderOf } from './code-pages.ts'
import { countHeadings } from './csv/headings.ts'
import { readCsv } from './csv/read.ts'
import { readStatementFile } from './detect.ts'
import { readMt940 } from './mt940/read.ts'
import { readOfx } from './ofx/read.ts'
import { readQif } from './qif/read.ts'
import { bytes, collect, summary } from './testing/collect.ts'

/** The text in a charset of single bytes. */
function written(label: string, text: string): Uint8Array {
  const letters = decoderOf(label)!.decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))
  return Buffer.from([...text].map((letter) => letters.indexOf(letter)))
}

/** Charset, the file in base64, the name of its first row, its summary. */
const FILES: readonly (readonly [string, string, string, string])[] = [
  ['shift_jis', 'k/qVdCyTRZd2LI54laWCoovginosl2GCqYLoi+CKeiyNt4j4jmONggoyMDI0LzIvNSy+zN7dIJVcjqYsMTI1MCwsOTg3NTAKMjAyNC8yLzYsi4uXXiwsMTAwMDAwLDE5ODc1MAo=', 'ｾﾌﾞﾝ 表示', '2 98750 2024-02-05 2024-02-06 100000 198750'],
  ['gb18030', 'vbvS18jVxtosvbvS173wtu4s0+C27iy9u9LX1arSqgoyMDI0MDIwNSwtMTIuNTAsOTg3LjUwLM/7t9EKMjAyNDAyMDYsMTAwMC4wMCwxOTg3LjUwLLmk18oK', '消费', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['euc-kr', 'sMW3ocDPvcMswPu/5CzD4rHdvtcswNSx3b7XLMDcvtcKMjAyNC4wMi4wNSzEq7XlLDEyNTAwLDAsOTg3NTAwCjIwMjQuMDIuMDYssd6/qSwwLDEwMDAwMDAsMTk4NzUwMAo=', '카드', '2 987500 2024-02-05 2024-02-06 1000000 1987500'],
  ['windows-1251', 'xODy4CDu7+Xw4Pbo6DvR8+zs4CDu7+Xw4Pbo6DvO7+jx4O3o5QowNS4wMi4yMDI0Oy0yNTAsNTA7z//yuPDu9+rgCjA2LjAyLjIwMjQ7MTAwMDAsMDA7x+Dw7+vg8uAK', 'Пятёрочка', '2 9749.5 2024-02-05 2024-02-06 - -'],
  ['windows-1250', 'I0RhdGEgb3BlcmFjamk7I09waXMgb3BlcmFjamk7I0t3b3RhOyNTYWxkbyBwbyBvcGVyYWNqaQoyMDI0LTAyLTA1O69BQktBIKPTRI87LTEyLDUwOzk4Nyw1MAoyMDI0LTAyLTA2O1dZUKNBVEE7MSAwMDAsMDA7MSA5ODcsNTAK', 'ŻABKA ŁÓDŹ', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['windows-1253', 'x+zl8e/s5+3f4TvQ5fHp4/Hh9t470O/z/DvV8Pzr7+nw7wowNS8wMi8yMDI0O8HDz9HBOy0xMiw1MDs5ODcsNTAKMDYvMDIvMjAyNDvMydPIz9M7MS4wMDAsMDA7MS45ODcsNTAK', 'ΑΓΟΡΑ', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['windows-1254', 'VGFyaWg7Qef9a2xhbWE7VHV0YXI7QmFraXllCjA1LjAyLjIwMjQ7QUxJ3lZFUt3eOy0xMiw1MDs5ODcsNTAKMDYuMDIuMjAyNDtNQUHeOzEuMDAwLDAwOzEuOTg3LDUwCg==', 'ALIŞVERİŞ', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['windows-1255', '+uD46eos+ung5fgs4PHu6/rgLOHn5eHkLOHm6+X6LOn6+OQKMDUvMDIvMjQs8eX0+CwxMjMsMTIuNTAsLDk4Ny41MAowNi8wMi8yNCzu+evl+PosMTI0LCwxMDAwLjAwLDE5ODcuNTAK', 'סופר', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['windows-1256', 'x+HKx9HtzjvH4cjtx+Q748/t5DvPx8bkO8fh0dXtzwowNS8wMi8yMDI0O9/H0d3m0TsxMiw1MDs7OTg3LDUwCjA2LzAyLzIwMjQ70cfKyDs7MTAwMCwwMDsxOTg3LDUwCg==', 'كارفور', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['windows-1257', 'RGF0YTtHYXbramFzO1BhYWnwa2luaW1haTtEZWJldGFzO0tyZWRpdGFzO0xpa3V0aXMKMjAyNC0wMi0wNTtWYW5kZW50aWVraXMg0GlhdWxpYWk7/nV2+CB0dXJndXM7MTIuNTA7Ozk4Ny41MAoyMDI0LTAyLTA2O8Ftb27rO2F0bHlnaW5pbWFzOzsxMDAwLjAwOzE5ODcuNTAK', 'Vandentiekis Šiauliai', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['windows-874', 'x9G5t9XoLMPSwqHSwyy2zbngp9S5LL3SoeCn1LkspKfgy8XXzQowNS8wMi8yMDI0LKTo0uS/v+nSLDEyLjUwLCw5ODcuNTAKMDYvMDIvMjAyNCzgp9S54LTXzbksLDEwMDAuMDAsMTk4Ny41MAo=', 'ค่าไฟฟ้า', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['macintosh', 'RGF0ZTtMaWJlbGyOO0SOYml0O0NyjmRpdAowNS8wMi8yMDI0O0NBRoM7MTIsNTA7CjA2LzAyLzIwMjQ7U0FMQUlSRTs7MTAwMCwwMAo=', 'CAFÉ', '2 987.5 2024-02-05 2024-02-06 - -'],
  ['windows-1252', 'RGF0ZTtMaWJlbGzpO0TpYml0O0Ny6WRpdAowNS8wMi8yMDI0O0NBRskgwCBMkoxVRjsxMiw1MDsKMDYvMDIvMjAyNDtHcvbfZSwgxnL4ICYgxXNlOzsxMDAwLDAwCg==', 'CAFÉ À L’ŒUF', '2 987.5 2024-02-05 2024-02-06 - -'],
]

for (const [charset, base64, name, expected] of FILES) {
  test(`a table in ${charset} is read in its letters, however it is cut`, async () => {
    const file = Buffer.from(base64, 'base64')
    assert.equal(guessCharset(file, countHeadings), charset === 'windows-1252' ? null : charset)
    for (const size of [1, 7, 100_000]) {
      const { statements, failure } = await collect(readCsv(bytes(file, size)))
      assert.equal(failure, null, failure?.message)
      assert.deepEqual([statements[0]!.rows[0]!.name, summary(statements[0]!)], [name, expected])
    }
  })
}

test('UTF-8 is UTF-8, also with a letter or two in another charset, and a character that is cut is no proof', () => {
  const words = Buffer.from('Дата;Müller;日付;Crédit;Größe')
  assert.equal(guessByLooks(words), null)
  assert.equal(guessByLooks(Buffer.concat([words, Buffer.from([0xe9])])), null)
  assert.equal(guessByLooks(Buffer.from('plain')), null)
})

test('western texts stay Windows-1252 where nothing speaks for another charset', () => {
  for (const text of ['Grüße aus Köln', 'Débit différé à Orléans', 'Kjøp på Ås, Ærø', 'AÇÃO CRÉDITO SÃO PAULO', '5 £ « ok »', 'É', 'À ÉTÉ'])
    assert.equal(guessByLooks(Buffer.from(text, 'latin1')), null, text)
})

test('a QIF without headings tells its charset by its letters', async () => {
  const file = Buffer.concat([Buffer.from('!Type:Bank\nD05.02.2024\nT-1,00\nP'), Buffer.from([0xcf, 0xff, 0xf2, 0xb8, 0xf0, 0xee, 0xf7, 0xea, 0xe0]), Buffer.from('\n^\n')])
  const { statements } = await collect(readQif(bytes(file)))
  assert.equal(statements[0]!.rows[0]!.name, 'Пятёрочка')
})

test('tables, registers and SWIFT messages of DOS programs are read in their letters', async () => {
  const table = (name: string, memo: string): string => `Datum;Empfänger;Verwendungszweck;Betrag\r\n05.02.2024;${name};${memo};-1,00\r\n06.02.2024;${name};Gebühr für März;-2,00\r\n`
  for (const [label, name, memo] of [['ibm850', 'Bäckerei Müller', 'Brötchen, Süßes'], ['ibm850', 'Købmand på Østergade', 'Løn'], ['ibm437', 'Café Orléans', 'réglé à la réception']] as const) {
    const file = written(label, table(name, memo))
    assert.equal(guessCharset(file, countHeadings), 'ibm850')
    for (const size of [1, 100_000]) assert.equal((await collect(readCsv(bytes(file, size)))).statements[0]!.rows[0]!.name, name)
  }
  const polish = written('ibm852', 'Data operacji;Nadawca/Odbiorca;Kwota;Saldo po operacji\r\n2024-02-05;Sklep Żabka Łódź;-23,45;976,55\r\n2024-02-06;Spółka Gdańsk;1000,00;1976,55\r\n')
  assert.equal((await collect(readCsv(bytes(polish)))).statements[0]!.rows[0]!.name, 'Sklep Żabka Łódź')
  const register = written('ibm850', '!Type:Bank\r\nD13/02/2024\r\nT-1,00\r\nPCafé de la Gare\r\nMDépense réglée à Orléans\r\n^\r\n')
  assert.equal((await collect(readQif(bytes(register)))).statements[0]!.rows[0]!.memo, 'Dépense réglée à Orléans')
  const message = written('ibm850', ':20:S\r\n:25:10050000/1234567\r\n:28C:0\r\n:60F:C240201EUR1,00\r\n:61:2402050205D1,NDDTNONREF\r\n:86:105?00LASTSCHRIFT?20Brötchen Süß?32Bäckerei Müller\r\n:62F:C240205EUR0,\r\n-\r\n')
  assert.equal((await collect(readMt940(bytes(message)))).statements[0]!.rows[0]!.name, 'Bäckerei Müller')
})

test('signs beside words, and a word that could be of either, do not make Windows-1252 a code page of DOS', () => {
  for (const text of ['¡a', '¡Gracias!', '£12 £13 ½ Café', 'Mc’Donalds “Hello” “World” – test…', 'ŠKODA', 'Überweisung', '§ 7, Nr. 3 · µ'])
    assert.equal(guessByLooks(written('windows-1252', text)), null, text)
})

// Fails when: what DOS and the old Mac wrote must be told by many words (seen): one in a file stayed Windows-1252.
test('one word with an accent is enough where only one charset makes a word of it, and none of it makes Windows-1252 anything else', () => {
  const file = (label: string, word: string): Uint8Array => written(label, `Date;Text;Amount\r\n2024-02-05;${word};-1,00\r\n2024-02-06;SHOP;-2,00\r\n`)
  for (const word of ['Straße 5', 'Überweisung', 'Österreich', 'Café', 'José Ruiz', 'Perú', 'Bäckerei', 'Málaga']) assert.equal(guessCharset(file('ibm850', word), countHeadings), 'ibm850', word)
  for (const word of ['Köln', 'España', 'García', 'Müller', 'León']) assert.equal(guessCharset(file('macintosh', word), countHeadings), 'macintosh', word)
  for (const word of ['Straße', 'Überweisung', 'ŠKODA', 'José', 'Kaufhaus „Galeria“', 'Brand™', '‹x›', 'Mc’Donalds', 'M–Preis', '¡Hola!', 'Ærø', 'š']) assert.equal(guessCharset(file('windows-1252', word), countHeadings), null, word)
})

test('the letters of ISO 8859-2, and of Turkey where its money is named, are told from those of Windows', async () => {
  const message = (currency: string, name: string): string => `:20:S\r\n:25:PL1\r\n:28C:0\r\n:60F:C240201${currency}1,00\r\n:61:2402050205D1,NTRFNONREF\r\n:86:020~00PRZELEW~20x~32${name}\r\n:62F:C240205${currency}0,\r\n-\r\n`
  const nameIn = async (label: string, currency: string, name: string): Promise<string | null> => (await collect(readMt940(bytes(written(label, message(currency, name)))))).statements[0]!.rows[0]!.name
  for (const name of ['Księgarnia Świat', 'Łąka', 'ŻABKA ŁÓDŹ Główna Poczta', 'Žižkov, Česká spořitelna']) for (const label of ['iso-8859-2', 'windows-1250']) assert.equal(await nameIn(label, 'PLN', name), name, label)
  for (const name of ['İŞ BANKASI', 'MAAŞ', 'ŞUBE ÖDEME']) assert.equal(await nameIn('windows-1254', 'TRY', name), name)
  for (const name of ['ÞÓR HÝSI', 'Íslandsbanki', 'CAFÉ']) assert.equal(await nameIn('windows-1252', 'ISK', name), name)
})

test('an OFX file that declares 1252 is in the charset that its words show where its money is of a country whose letters 1252 lacks', async () => {
  const file = (currency: string, name: string): string => `OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>${currency}<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST><STMTTRN><DTPOSTED>20240205<TRNAMT>-1<NAME>${name}</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`
  const nameIn = async (label: string, currency: string, name: string): Promise<string | null> => (await collect(readOfx(bytes(written(label, file(currency, name)))))).statements[0]!.rows[0]!.name
  assert.equal(await nameIn('windows-1250', 'CZK', 'Řeznictví Dvořák'), 'Řeznictví Dvořák')
  assert.equal(await nameIn('windows-1254', 'TRY', 'GÜNEŞ MARKET İŞ'), 'GÜNEŞ MARKET İŞ')
  assert.equal(await nameIn('windows-1251', 'RUB', 'Пятёрочка'), 'Пятёрочка')
  for (const name of ['CAFÉ MÜLLER', 'Straße', 'SÃO JOSÉ', 'Señor “X”']) for (const currency of ['BRL', 'EUR', 'ISK']) assert.equal(await nameIn('windows-1252', currency, name), name, currency)
})

test('an OFX file that declares 1252 and holds bytes that 1252 does not have is in the charset that its words show', async () => {
  const [start, end] = ['OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>BRL<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST><STMTTRN><DTPOSTED>20240205<TRNAMT>-1<NAME>', '</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>']
  const nameIn = async (name: Uint8Array): Promise<string | null> => (await collect(readOfx(bytes(Buffer.concat([Buffer.from(start), name, Buffer.from(end)]))))).statements[0]!.rows[0]!.name
  assert.equal(await nameIn(written('ibm850', 'CARTÃO SÃO JOSÉ')), 'CARTÃO SÃO JOSÉ')
  assert.equal(await nameIn(Buffer.from([0x8b, 0x8b, 0x97, 0x5e, 0x90, 0x55, 0x8d, 0x9e])), '給与振込')
  assert.equal(await nameIn(written('windows-1252', 'CARTÃO “X”')), 'CARTÃO “X”')
})

test('UTF-16 without a mark is known by its delimiters and digits, whatever script its words are in', async () => {
  const text = 'Číslo účtu;Дата;Сумма;Описание\r\n1234567;05.02.2024;-23,45;Магазин\r\n1234567;06.02.2024;1000,00;Зарплата\r\n'
  const little = Buffer.from(text, 'utf16le')
  for (const file of [little, Buffer.from(little).swap16()]) {
    const { statements, failure } = await collect(readCsv(bytes(file, 7)))
    assert.equal(failure, null)
    assert.equal(statements[0]!.rows[0]!.name ?? statements[0]!.rows[0]!.memo, 'Магазин')
  }
})

// Fails when: a letter whose pair has a zero byte on the other side, `Ā`, `一` or the blank of Japan, makes it no UTF-16 (seen): Latvian was called a binary file, Japanese came in as other letters.
test('UTF-16 without a mark may hold letters with a zero byte on the other side', async () => {
  for (const [text, name] of [['Datums;Saņēmējs;Summa\n05.02.2024;Ābols Āda;-1,00\n06.02.2024;Rīga;-2,00\n', 'Ābols Āda'], ['日付,摘要,金額,残高\n2024/02/05,一番\u3000ラーメン,-1000,9000\n2024/02/06,給与,100000,109000\n', '一番　ラーメン']] as const)
    for (const file of [Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()]) {
      const opened = await readStatementFile(bytes(file))
      assert.ok(opened.ok, text)
      assert.equal((await collect(opened.value.stream)).statements[0]!.rows[0]!.name, name)
    }
})

test('a word of thousands of letters is looked at once', () => {
  const file = Buffer.from(`${'letters'.repeat(2_300)}\n\xe9`, 'latin1')
  const before = process.cpuUsage()
  assert.equal(guessCharset(file, () => 0), null)
  // Linear looking takes a tenth of a second of processor time; quadratic takes half a minute.
  assert.ok(process.cpuUsage(before).user < 5_000_000)
})

// Fails when: a currency alone makes Japanese of one accent (seen): `À` was a kana.
test('one accent in an account in yen is an accent, letters of Japan are theirs', async () => {
  const nameOf = (bytes: Uint8Array): string => new TextDecoder(guessByLooks(bytes, 'JPY') ?? 'windows-1252').decode(bytes)
  assert.equal(nameOf(Buffer.from('CHEZ À', 'latin1')), 'CHEZ À')
  assert.equal(nameOf(Uint8Array.from([0x93, 0x8c, 0x8b, 0x9e, 0x93, 0x64, 0x97, 0xcd])), '東京電力')
})

// Fails when: UTF-8 that was read as Windows-1252 and saved again is taken as it stands (seen: names like “BÃ¤ckerei”, and columns whose words nobody knew).
test('UTF-8 that was encoded twice is read as it was; what only looks a little like it stays', async () => {
  const twice = (text: string, label: string): Uint8Array => Buffer.from(label === 'latin1' ? Buffer.from(text).toString('latin1') : new TextDecoder(label).decode(Buffer.from(text)))
  const german = 'Buchungstag;Auftraggeber/Empfänger;Verwendungszweck;Betrag;Währung\n03.03.2025;Bäckerei Groß;Brötchen für „Anna“ – 5 €;-12,50;EUR\n14.03.2025;ACME;Löhne;1.000,00;EUR\n'
  const polish = 'Data operacji;Opis;Kwota;Waluta\n2025-03-03;ŻABKA ŁÓDŹ;-12,50;PLN\n2025-03-14;PENSJA;1000,00;PLN\n'
  for (const [text, name, currency] of [[german, 'Bäckerei Groß', 'EUR'], [`\ufeff${german}`, 'Bäckerei Groß', 'EUR'], [polish, 'ŻABKA ŁÓDŹ', 'PLN']] as const)
    for (const label of ['windows-1252', 'latin1'])
      for (const size of [3, 1_000_000]) {
        const { statements, failure } = await collect(readCsv(bytes(twice(text, label), size)))
        assert.deepEqual([failure, statements[0]?.rows[0]?.name, statements[0]?.head.currency, summary(statements[0]!)], [null, name, currency, '2 987.5 2025-03-03 2025-03-14 - -'], `${label} ${size}`)
      }
  for (const name of ['«CAFÉ»', 'CAFÉ»', 'Müller', 'ESPAÑA Nº 5', 'São João', 'Ærø', 'Ã¼ und ü']) {
    const { statements } = await collect(readCsv(bytes(`Date,Description,Amount\n2025-03-03,${name},-1.50\n2025-03-14,X,2.50\n`)))
    assert.equal(statements[0]?.rows[0]?.name, name)
  }
  const qif = await collect(readQif(bytes(twice('!Type:Bank\nD03/14/2025\nT-1.50\nPBäckerei\n^\n', 'windows-1252'))))
  assert.equal(qif.statements[0]?.rows[0]?.name, 'Bäckerei')
})
