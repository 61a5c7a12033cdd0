/** Dates that fit day first and month first: what tells, what only hints and is told, and what is asked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../../domain/day.ts'
import { readStatementFile, type DetectOptions } from '../detect.ts'
import { bytes, collect } from '../testing/collect.ts'

/** The first row's day, and whether it was told that it may be another; or the code of the failure. */
async function firstDay(content: string, options: DetectOptions = {}): Promise<string> {
  const file = await readStatementFile(bytes(content), options)
  assert.ok(file.ok)
  const { statements, failure } = await collect(file.value.stream)
  if (failure !== null) return `${failure.code} ${failure.line}`
  return `${statements[0]!.rows[0]!.postedOn}${statements[0]!.notices.some((notice) => /two ways/.test(notice)) ? ' told' : ''}`
}

const OPEN = 'Date,Description,Amount\n05/02/2024,Thing,-5.00\n01/02/2024,Other,-6.00\n'

test('where nothing tells, the person is asked; what the person says is done, and held to', async () => {
  assert.equal(await firstDay(OPEN), 'dates_unclear 2')
  assert.equal(await firstDay(OPEN, { dates: 'day-first' }), '2024-02-05')
  assert.equal(await firstDay(OPEN, { dates: 'month-first' }), '2024-05-02')
  assert.equal(await firstDay(`${OPEN}13/02/2024,Third,-7.00\n`, { dates: 'month-first' }), 'invalid_date 4')
  assert.equal(await firstDay('Date,Description,Amount\n05/05/2024,Thing,-5.00\n02/02/2024,Other,-6.00\n'), '2024-05-05', 'the same day in both orders')
})

test('the failure shows both days', async () => {
  const file = await readStatementFile(bytes(OPEN))
  assert.ok(file.ok)
  assert.match((await collect(file.value.stream)).failure!.message, /"05\/02\/2024" on line 2 is 2024-02-05 with the day first and 2024-05-02 with the month first/)
})

test('a purchase and its booking are days apart, in one order only', async () => {
  assert.equal(await firstDay('Trans Date,Booking Date,Text,Amount\n01/05/2024,01/07/2024,Thing,-5.00\n02/05/2024,02/05/2024,Other,-6.00\n'), '2024-01-07')
  assert.equal(await firstDay('Trans Date,Booking Date,Text,Amount\n05/01/2024,07/01/2024,Thing,-5.00\n05/02/2024,05/02/2024,Other,-6.00\n'), '2024-01-07')
})

test('days that texts name are those of their rows', async () => {
  const row = (text: string): string => `Date,Description,Amount\n05/02/2024,${text},-5.00\n`
  for (const text of ['STORE ON 04 FEB BCC', 'POS 04FEB', 'REF 20240204 X', 'Value 04/02/2024']) assert.equal(await firstDay(row(text)), '2024-02-05', text)
  for (const text of ['STORE ON MAY 1', 'AUTHORIZED ON 05/01/24 X', 'CARD 01MAY']) assert.equal(await firstDay(row(text)), '2024-05-02', text)
  assert.equal(await firstDay(row('CARD 4/2 X')), '2024-02-05 told', 'two numbers may be something else')
  assert.equal(await firstDay(`${row('CARD 4/2 X')}05/03/2024,CARD 4/3 X,-6.00\n`), '2024-02-05', 'twice they are days')
  // Fails when: one pair of numbers proves the order (seen): a file of September was read as one of November and December.
  assert.equal(await firstDay('Date,Description,Amount\n09/11/2024,7-11 #1234,-5.00\n09/11/2024,KROGER,-15.00\n09/12/2024,Zelle,-3.00\n'), 'dates_unclear 2', 'its words are of another part of the world')
  for (const text of ['FLAT 3/7', 'NOVEMBER RAIN', 'MAYOR 12']) assert.equal(await firstDay(row(text)), 'dates_unclear 2', text)
})

test('a file has no rows after the day on which it was made or read, nor before its beginning', async () => {
  assert.equal(await firstDay(OPEN, { fileName: 'export_20240301.csv' }), '2024-02-05')
  assert.equal(await firstDay(OPEN, { fileName: 'Activity 2024-02-05.csv' }), '2024-02-05')
  assert.equal(await firstDay(OPEN, { fileName: '2024-04-01_2024-06-30.csv' }), 'dates_unclear 2', 'in neither order all rows are within')
  assert.equal(await firstDay(OPEN, { fileName: '12345678.csv' }), 'dates_unclear 2')
  assert.equal(await firstDay(OPEN, { today: day('2024-03-01') }), '2024-02-05')
  assert.equal(await firstDay(OPEN, { today: day('2024-06-01') }), 'dates_unclear 2')
  assert.equal(await firstDay(`Statement from 1 Feb 2024 to 29 Feb 2024,,\n${OPEN}`), '2024-02-05')
  assert.equal(await firstDay(`Printed 02/28/2024,,\n${OPEN}`), '2024-05-02')
  assert.equal(await firstDay(`Sort code 12-13-14,Account 12345678,\n${OPEN}`), 'dates_unclear 3')
  assert.equal(await firstDay(`${OPEN},,\n"Downloaded 28/02/2024 9:00",,\n`), '2024-02-05')
})

test('an IBAN, and days that would be the same of three months for three purposes, tell the order', async () => {
  assert.equal(await firstDay('Account,Date,Description,Amount\nIE29AIBK93115212345678,05/02/2024,Thing,-5.00\nIE29AIBK93115212345678,01/02/2024,Other,-6.00\n'), '2024-02-05')
  assert.equal(await firstDay('Date,Description,Amount\n01/02/2024,A,-5.00\n03/02/2024,B,-6.00\n05/02/2024,C,-6.00\n'), '2024-02-01')
  assert.equal(await firstDay('Date,Description,Amount\n01/02/2024,A,-5.00\n03/02/2024,A,-6.00\n05/02/2024,A,-6.00\n'), 'dates_unclear 2')
  // Fails when: any other text is another purpose (seen): what was paid in three months came in on three days of one.
  for (const text of ['Interest for ', 'NETFLIX ']) assert.equal(await firstDay(`Date,Description,Amount\n01/02/2024,${text}A,1.00\n02/02/2024,${text}B,1.00\n03/02/2024,${text}C,1.00\n`), 'dates_unclear 2', text)
})

test('words of one part of the world are believed, and told; words of two are not', async () => {
  const file = (...texts: readonly string[]): string => `Date,Description,Amount\n${texts.map((text) => `05/02/2024,${text},-5.00\n`).join('')}`
  assert.equal(await firstDay(file('TESCO STORES 2345')), '2024-02-05 told')
  assert.equal(await firstDay(file('COFFEE SHOP DAYTON OH')), '2024-05-02 told')
  assert.equal(await firstDay(file('TESCO STORES 2345', 'COFFEE SHOP DAYTON OH')), 'dates_unclear 2')
  assert.equal(await firstDay('Date,Description,Amount,Currency\n05/02/2024,TESCO LONDON,-5.00,USD\n'), 'dates_unclear 2', 'an account in dollars, kept elsewhere')
  assert.equal(await firstDay('Date,Description,Amount,Currency\n05/02/2024,KROGER,-5.00,USD\n'), '2024-05-02')
  assert.equal(await firstDay('Date,Narration,Withdrawal,Deposit\n05/02/2024,Thing,5.00,\n'), '2024-02-05 told')
  assert.equal(await firstDay('Date,Description,Amount\n05/02/2024,Thing,-$5.00\n'), '2024-05-02 told')
  assert.equal(await firstDay(file('TESCO STORES 2345'), { dates: 'month-first' }), '2024-05-02', 'a person is believed, and told nothing')
})

test('a register in QIF is read with the month first, as its maker writes, and that is told', async () => {
  const register = (payee: string): string => `!Type:Bank\nD05/02/2024\nT-5.00\nP${payee}\n^\n`
  assert.equal(await firstDay(register('Thing')), '2024-05-02 told')
  assert.equal(await firstDay(register('Tesco')), '2024-02-05 told')
  assert.equal(await firstDay(register('Thing'), { dates: 'day-first' }), '2024-02-05')
  assert.equal(await firstDay(`!Option:DMY\n${register('Thing')}`), '2024-02-05')
})

// Fails when: the words of a country prove how its files are written (seen): other programs write them, and days were of another month without a word.
test('an order that only the language, the separators or the currency of a file tell is told, without an IBAN', async () => {
  const rows = (sign: string): string => `02${sign}05${sign}2024;A;-12,50\n03${sign}07${sign}2024;B;1000,00\n04${sign}09${sign}2024;C;-840,12\n`
  for (const heading of ['Datum;Text;Betrag', 'Date;Libellé;Montant', 'Date;Description;Amount']) for (const sign of ['/', '-']) assert.equal(await firstDay(`${heading}\n${rows(sign)}`), '2024-05-02 told')
  assert.equal(await firstDay(`Datum;Text;Betrag\n${rows('.')}`), '2024-05-02')
  assert.equal(await firstDay(`Konto;DE02120300000000202051\nDatum;Text;Betrag\n${rows('/')}`), '2024-05-02')
  assert.equal(await firstDay('Date,Description,Amount,Currency\n02/05/2024,A,-12.50,GBP\n03/07/2024,B,10.00,GBP\n'), '2024-05-02 told')
})
