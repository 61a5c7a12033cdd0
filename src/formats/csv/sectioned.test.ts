/** Statements of brokers in sections, made up in the manner of Interactive Brokers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, collect } from '../testing/collect.ts'
import { readCsv } from './read.ts'

async function read(content: string): Promise<readonly string[]> {
  const { statements, failure } = await collect(readCsv(bytes(content, 61)))
  if (failure !== null) return [`${failure.code} ${failure.line}`]
  const accounts = Map.groupBy(statements, ({ head }) => `${head.account.number ?? '-'} ${head.currency ?? '-'}`)
  return [...accounts].map(([account, parts]) => `${account}: ${parts.flatMap(({ rows }) => rows.map(({ amount, postedOn }) => `${amount} ${postedOn.slice(5)}`)).join(', ')}`)
}

const ABOVE = 'Statement,Header,Field Name,Field Value\nStatement,Data,Title,Activity Statement\nAccount Information,Header,Field Name,Field Value\nAccount Information,Data,Account,U1234567\nAccount Information,Data,Base Currency,USD\n'
const TRADES = 'Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,Comm/Fee,Basis\n'

// Fails when: the first table is taken for the file (seen): it was refused.
test('of the tables of a broker those in which money moved are read, each row once: no sums, no executions of orders, no lots, no accruals', async () => {
  const file = `${ABOVE}Change in NAV,Header,Field Name,Field Value\nChange in NAV,Data,Starting Value,0\n${TRADES}` +
    'Trades,Data,Order,Stocks,USD,VTI,"2024-01-10, 10:30:00",1,180,180,-180,-0.35225,180\nTrades,Data,Trade,Stocks,USD,VTI,"2024-01-10, 10:30:00",1,180,180,-180,-0.35225,180\nTrades,Data,ClosedLot,Stocks,USD,VTI,2023-01-10,1,180,,,,180\nTrades,SubTotal,,Stocks,USD,VTI,,1,,,-180,-0.35225,180\n' +
    'Deposits & Withdrawals,Header,Currency,Settle Date,Description,Amount\nDeposits & Withdrawals,Data,EUR,2024-01-05,Transfer,1000\nDeposits & Withdrawals,Data,Total,,,1000\nDeposits & Withdrawals,Data,Total in USD,,,1100\n' +
    'Change in Dividend Accruals,Header,Asset Category,Currency,Symbol,Date,Ex Date,Quantity,Gross Amount,Net Amount\nChange in Dividend Accruals,Data,Stocks,USD,VTI,2024-01-11,2024-01-12,1,9,8\n' +
    'Dividends,Header,Currency,Date,Description,Amount\nDividends,Data,USD,2024-01-12,VTI Cash Dividend,24\nDividends,Data,Total,,,24\nWithholding Tax,Header,Currency,Date,Description,Amount,Code\nWithholding Tax,Data,USD,2024-01-12,VTI - US Tax,-3.6,\n'
  assert.deepEqual(await read(file), ['U1234567 USD: -180.35 01-10, 24 01-12, -3.6 01-12', 'U1234567 EUR: 1000 01-05'])
  const german = 'Einzahlungen,Header,Währung,Abrechnungsdatum,Beschreibung,Betrag\nEinzahlungen,Data,EUR,2024-01-05,Überweisung,1000\nEinzahlungen,Data,Gesamt,,,1000\n'
  assert.deepEqual(await read(ABOVE + german), ['U1234567 EUR: 1000 01-05'])
})

test('an exchange of currencies has a side in each; a commission in a third one, and a figure that cannot be read, are named', async () => {
  const forex = (quantity: string, commission: string, symbol = 'EUR.USD', unit = 'USD'): string => `${ABOVE}${TRADES.replace('Comm/Fee', `Comm in ${unit}`)}Trades,Data,Order,Forex,USD,${symbol},"2024-01-09, 09:00:00","${quantity}",1.09,,${quantity.startsWith('-') ? '1090' : '-1090'},${commission},0\n`
  assert.deepEqual(await read(forex('1,000', '-2')), ['U1234567 USD: -1092 01-09', 'U1234567 EUR: 1000 01-09'])
  assert.deepEqual(await read(forex('-1,000', '-2')), ['U1234567 EUR: -1000 01-09', 'U1234567 USD: 1088 01-09'])
  assert.deepEqual(await read(forex('1,000', '-2', 'EUR.USD', 'EUR')), ['U1234567 USD: -1090 01-09', 'U1234567 EUR: 998 01-09'])
  assert.deepEqual(await read(forex('1,000', '-2', 'EUR.USD', 'CHF')), ['invalid_amount 7'])
  for (const bad of [forex('10x', '0'), forex('10', '-y'), forex('10', '0').replace('-1090', '-10y0')]) assert.deepEqual(await read(bad), ['invalid_amount 7'])
})
