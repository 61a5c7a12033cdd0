/** Lists of exchanges of coins, made up in the manner of Coinbase and Bitstamp. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, collect } from '../testing/collect.ts'
import { readCsv } from './read.ts'

async function read(content: string): Promise<readonly string[]> {
  const { statements, failure } = await collect(readCsv(bytes(content, 61)))
  if (failure !== null) return [`${failure.code} ${failure.line}`]
  const accounts = Map.groupBy(statements, ({ head }) => head.currency ?? head.account.name ?? '-')
  return [...accounts].map(([account, parts]) => `${account}: ${parts.flatMap(({ rows }) => rows.map(({ amount }) => amount)).join(' ')}`)
}

// Fails when: what a coin is worth is read as what moved (seen): a purchase of 0.002 was one of 84 coins.
test('of a list that tells quantities of coins and what they are worth the quantities moved, by their signs or else by their kinds', async () => {
  const file = (...rows: readonly (readonly [string, string, string])[]): string => 'ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\n' +
    rows.map(([kind, asset, quantity], at) => `a${at},2024-01-1${at} 12:00:00 UTC,${kind},${asset},${quantity},USD,$42000.00,$84.00,$85.25,$1.25,Text\n`).join('')
  assert.deepEqual(await read(file(['Buy', 'BTC', '0.002'])), ['BTC: 0.002'])
  assert.deepEqual(await read(file(['Buy', 'BTC', '0.002'], ['Sell', 'BTC', '0.001'], ['Receive', 'BTC', '0.5'], ['Send', 'BTC', '0.25'], ['Staking Income', 'ADA', '3'])), ['BTC: 0.002 -0.001 0.5 -0.25', 'ADA: 3'])
  assert.deepEqual(await read(file(['Buy', 'BTC', '0.002'], ['Sell', 'BTC', '-0.001'])), ['BTC: 0.002 -0.001'])
  assert.deepEqual(await read(file(['Buy', 'BTC', '0.002'], ['Convert', 'BTC', '0.001'])), ['invalid_amount 3'], 'nothing tells which way')
})

test('a trade that tells both of its sides is a row in each, with the fee in that of the money', async () => {
  const old = 'Type,Datetime,Account,Amount,Value,Rate,Fee,Sub Type\nDeposit,"Jan. 05, 2024, 10:00 AM",Main,100.00000000 EUR,,,,\nMarket,"Jan. 06, 2024, 11:30 AM",Main,0.00100000 BTC,40.00 EUR,40000.00 EUR,0.20 EUR,Buy\nMarket,"Jan. 12, 2024, 11:30 AM",Main,2.00000000 ADA,1.00 EUR,0.50 EUR,0.10 EUR,Sell\nWithdrawal,"Jan. 18, 2024, 09:00 AM",Main,50.00 EUR,,,3.00 EUR,\n'
  assert.deepEqual(await read(old), ['EUR: 100 -40.2 0.9 -53', 'BTC: 0.001', 'ADA: -2'])
  const file = (row: string): string => `ID,Account,Type,Subtype,Datetime,Amount,Amount currency,Value,Value currency,Rate,Rate currency,Fee,Fee currency,Order ID\n1,Main,Deposit,,2024-01-05T10:00:00Z,100.00,EUR,,,,,,,\n2,Main,${row}\n`
  assert.deepEqual(await read(file('Market,Buy,2024-01-06T11:30:00Z,0.001,BTC,40.00,EUR,40000,EUR,0.20,EUR,77')), ['EUR: 100 -40.2', 'BTC: 0.001'])
  for (const row of ['Market,Buy,2024-01-06T11:30:00Z,0.001,BTC,40.00,EUR,40000,EUR,0.20,BNB,77', 'Market,Swap,2024-01-06T11:30:00Z,0.001,BTC,40.00,EUR,40000,EUR,0.20,EUR,77', 'Market,Buy,2024-01-06T11:30:00Z,x,BTC,40.00,EUR,40000,EUR,0.20,EUR,77']) assert.deepEqual(await read(file(row)), ['invalid_amount 3'], row)
})
