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
