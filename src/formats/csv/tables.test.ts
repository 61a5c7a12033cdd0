/** Files of several tables of one account: other columns below another heading, and what is not booked yet below a title. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, collect } from '../testing/collect.ts'
import { readCsv } from './read.ts'

async function told(content: string): Promise<readonly string[]> {
  const { statements, failure } = await collect(readCsv(bytes(content)))
  assert.equal(failure, null, failure?.message)
  return statements.flatMap(({ head, rows }) => rows.map(({ postedOn, amount, status }) => [head.account.number, head.currency, postedOn, amount, status === 'pending' ? 'pending' : null].filter((part) => part !== null).join(' ')))
}

const failureOf = async (content: string): Promise<string> => {
  const { failure } = await collect(readCsv(bytes(content)))
  return failure === null ? 'none' : `${failure.code} ${failure.line}`
}

// Fails when: rows are read by the first heading of the file (seen): debits were read as credits, balances as amounts.
test('below a heading of other columns rows are read by that one', async () => {
  assert.deepEqual(await told('Date,Description,Debit,Credit\n13/01/2025,Shop,25.00,\n14/01/2025,Pay,,500.00\nDate,Description,Credit,Debit\n15/01/2025,Rent,,600.00\n16/01/2025,Refund,25.00,\n'), ['2025-01-13 -25', '2025-01-14 500', '2025-01-15 -600', '2025-01-16 25'])
  assert.deepEqual(await told('Date,Description,Amount,Balance\n13/01/2025,Shop,-25.00,975.00\n14/01/2025,Pay,500.00,1475.00\n15/01/2025,Shop,-5.00,1470.00\nDate,Description,Balance,Amount\n15/01/2025,Rent,870.00,-600.00\n16/01/2025,Shop,845.00,-25.00\n'), ['2025-01-13 -25', '2025-01-14 500', '2025-01-15 -5', '2025-01-15 -600', '2025-01-16 -25'])
  // What its columns do not tell is told by those of the other one.
  assert.deepEqual(await told('Account,Date,Description,Amount,Currency\nDE02120300000000202051,14/01/2025,Pay,500.00,EUR\nDE02120300000000202051,13/01/2025,Shop,-25.00,EUR\n\nPending\nDate,Description,Amount\n15/01/2025,Hotel,-200.00\n'), ['DE02120300000000202051 EUR 2025-01-14 500', 'DE02120300000000202051 EUR 2025-01-13 -25', 'DE02120300000000202051 EUR 2025-01-15 -200 pending'])
  assert.deepEqual(await told('Pending Transactions\nDate,Description,Amount\n01/21/2025,HOTEL,150.00\n\nPosted Transactions\nTransaction Date,Posting Date,Description,Reference,Amount\n01/18/2025,01/19/2025,PAYMENT - THANK YOU,1001,-300.00\n01/13/2025,01/14/2025,AMAZON,1002,45.00\n01/12/2025,01/13/2025,SHELL,1003,38.20\n'), ['2025-01-21 -150 pending', '2025-01-19 300', '2025-01-14 -45', '2025-01-13 -38.2'])
})

test('a heading of other columns behind the part of a long file that tells its columns is refused with its line', async () => {
  const rows = Array.from({ length: 8_000 }, (_, at) => `${String((at % 28) + 1).padStart(2, '0')}/01/2025,Shop number ${at},${at}.25,\n`).join('')
  const heading = 'Date,Description,Debit,Credit\n'
  assert.equal(await failureOf(`${heading}${rows}${heading}29/01/2025,Rent,600.00,\n`), 'none')
  assert.equal(await failureOf(`${heading}${rows}Date,Description,Credit,Debit\n29/01/2025,Rent,,600.00\n`), 'malformed 8002')
})

// Fails when: a title says nothing of the rows below it (seen): payments that may never be booked were read as booked.
test('rows below a title of pending ones are pending until another title', async () => {
  const [posted, pending] = ['2025-01-14 500', '2025-01-15 -200 pending']
  for (const [first, second] of [['Pending transactions (1)', 'Posted transactions'], ['Vorgemerkte Umsätze', 'Gebuchte Umsätze'], ['Movimientos pendientes', 'Últimos movimientos'], ['Opérations en attente', 'Opérations passées'], ['Reserverade transaktioner', 'Transaktioner'], ['Lançamentos futuros', 'Lançamentos']] as const) {
    const heading = 'Date;Text;Betrag\n'
    assert.deepEqual(await told(`${first}\n${heading}2025-01-15;Hotel;-200,00\n\n${second}\n${heading}2025-01-14;Pay;500,00\n`), [pending, posted], first)
    assert.deepEqual(await told(`${second}\n${heading}2025-01-14;Pay;500,00\n${first}\n2025-01-15;Hotel;-200,00\nSeite 2\n${heading}2025-01-16;Bar;-3,00\nTotal;;-203,00\n`), [posted, pending, '2025-01-16 -3 pending'], first)
  }
  assert.deepEqual(await told('Posted and pending transactions\nDate,Text,Amount\n2025-01-14,Pay,500.00\n'), [posted])
})

// Fails when: a title of pending rows is one whatever it says (seen): all that was booked was read as pending.
test('a title that none are pending, or one above a heading without rows, says nothing of those below', async () => {
  const rows = 'Date;Text;Amount\n2025-01-14;Pay;500,00\n'
  for (const above of ['Pending transactions: 0\n', 'Pending transactions (0)\n', 'Account;Checking\nPending transactions;0\n\n', 'Pending transactions\nDate;Text;Amount\n\n']) assert.deepEqual(await told(`${above}${rows}`), ['2025-01-14 500'], above)
  assert.deepEqual(await told(`Pending transactions: 10\n${rows}`), ['2025-01-14 500 pending'])
})

test('what is scheduled is not booked yet', async () => {
  assert.deepEqual(await told('Date,Text,Amount,Status\n2025-01-14,Pay,500.00,Completed\n2025-01-28,Rent,-600.00,Scheduled\n'), ['2025-01-14 500', '2025-01-28 -600 pending'])
})
