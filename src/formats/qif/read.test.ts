/** QIF as Quicken and its followers write it; made-up registers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, collect, summary, type Outcome } from '../testing/collect.ts'
import { readQif } from './read.ts'

const read = (content: string): Promise<Outcome> => collect(readQif(bytes(content)))
const register = (...records: readonly string[]): string => `!Type:Bank\n${records.map((record) => `${record}\n^\n`).join('')}`

async function daysOf(...dates: readonly string[]): Promise<readonly string[]> {
  const { statements, failure } = await read(register(...dates.map((date) => `D${date}\nT-1.00`)))
  assert.equal(failure, null, failure?.message)
  return statements[0]!.rows.map(({ postedOn }) => postedOn)
}

async function failureOf(content: string): Promise<string> {
  const { failure } = await read(content)
  return failure === null ? 'none' : `${failure.code} ${failure.line}`
}

test('dates with apostrophe, blanks, two or four digits of year, European and ISO', async () => {
  assert.deepEqual(await daysOf("1/ 5'04", "12/31'99"), ['2004-01-05', '1999-12-31'])
  assert.deepEqual(await daysOf('08/27/21', '01/02/2020'), ['2021-08-27', '2020-01-02'])
  assert.deepEqual(await daysOf('27/08/21', '02/01/2020'), ['2021-08-27', '2020-01-02'])
  assert.deepEqual(await daysOf('27.08.2021'), ['2021-08-27'])
  assert.deepEqual(await daysOf('2021-08-27'), ['2021-08-27'])
  assert.deepEqual(await daysOf('03/04/2021'), ['2021-03-04'], 'month first without evidence')
})

test('amounts with separators, and U where T is missing', async () => {
  const { statements } = await read(register('D1/2/2020\nT-1,234.56', 'D1/3/2020\nU12.00', 'D1/4/2020\nT1,000'))
  assert.deepEqual(
    statements[0]!.rows.map(({ amount }) => amount),
    ['-1234.56', '12', '1000'],
  )
  const european = await read(register('D13.2.2020\nT-1.234,56', 'D14.2.2020\nT5,00'))
  assert.deepEqual(
    european.statements[0]!.rows.map(({ amount }) => amount),
    ['-1234.56', '5'],
  )
})

test('accounts, types and repeated headers', async () => {
  const content = `!Option:AutoSwitch\n!Account\nNChecking\nTBank\n^\nNVisa\nTCCard\n^\n!Clear:AutoSwitch\n!Option:AutoSwitch
!Account\nNChecking\nTBank\n^\n!Type:Bank\nD1/13/2020\nT1.00\n^\n!Type:Bank\nD1/14/2020\nT2.00\n^\n!Account\nNVisa\nTCCard\n^\n!Type:CCard\nD1/15/2020\nT-3.00\n^\n`
  const { statements } = await read(content)
  assert.deepEqual(
    statements.map(({ head, rows }) => [head.account.name, head.account.kind, rows.length]),
    [
      // Banks and programs write savings so, too.
      ['Checking', 'other', 2],
      ['Visa', 'credit_card', 1],
    ],
  )
})

test('category, splits, check number, and a date that belongs to a split', async () => {
  const { statements } = await read(
    register("D2/10'2020\nT-100.00\nN1001\nPAmazon\nMorder\nLFood\nSFood\nD1/10'2020\nEhalf\n$-50.00\nSCar\n$-50.00"),
  )
  const [row] = statements[0]!.rows
  assert.deepEqual(
    [row!.postedOn, row!.amount, row!.checkNumber, row!.name, row!.kind, row!.memo],
    ['2020-02-10', '-100', '1001', 'Amazon', 'Food', 'order Food half -50.00; Car -50.00'],
  )
})

test('a memo of several lines is whole', async () => {
  const { statements } = await read(register('D1/13/2020\nT-1.00\nPShop\nMfirst\nMsecond\nSFood\n$-1.00\nEhalf'))
  assert.equal(statements[0]!.rows[0]!.memo, 'first second Food -1.00 half')
})

test('the opening record is the opening balance and names the account', async () => {
  const { statements } = await read(register('D1/13/2020\nT250.00\nPOpening Balance\nL[Giro]', 'D1/14/2020\nT-5.00'))
  assert.deepEqual([statements[0]!.head.account.name, summary(statements[0]!)], ['Giro', '1 -5 2020-01-14 2020-01-14 250 -'])
})

test('what an account moves to itself before all else is what it began with, whatever it is called', async () => {
  const content = '!Account\nNGiro\nTBank\n^\n!Type:Bank\nD1/13/2020\nT250.00\nPno transaction\nL[Giro]\n^\nD1/14/2020\nT-5.00\nPput right\nL[Giro]\n^\n'
  assert.equal(summary((await read(content)).statements[0]!), '1 -5 2020-01-14 2020-01-14 250 -')
})

test('a payment to itself is a row where nothing follows it, or what follows was before it', async () => {
  const own = (...records: readonly string[]): string => `!Account\nNGiro\nTBank\n^\n!Type:Bank\n${records.map((record) => `${record}\n^\n`).join('')}`
  const alone = 'D1/13/2020\nT250.00\nPMoved\nL[Giro]'
  const of = async (content: string): Promise<readonly string[]> => (await read(content)).statements.map(summary)
  assert.deepEqual(await of(own(alone)), ['1 250 2020-01-13 2020-01-13 - -'])
  assert.deepEqual(await of(`${own(alone)}!Account\nNVisa\nTCCard\n^\n!Type:CCard\nD1/14/2020\nT-5.00\n^\n`), ['1 250 2020-01-13 2020-01-13 - -', '1 -5 2020-01-14 2020-01-14 - -'])
  assert.deepEqual(await of(own(alone, 'D1/12/2020\nT-5.00')), ['2 245 2020-01-12 2020-01-13 - -'], 'the newest first')
  assert.deepEqual(await of(own(alone, 'D1/13/2020\nT-5.00')), ['1 -5 2020-01-13 2020-01-13 250 -'])
  assert.deepEqual(await of(own('D1/13/2020\nT250.00\nPOpening Balance\nL[Giro]')), ['0 0 - - 250 -'], 'its words say it')
  assert.deepEqual(await of(own('D1/13/2020\nT250.00\nL[Giro]')), ['0 0 - - 250 -'], 'nobody was paid')
  assert.deepEqual(await of(own('D1/12/2020\nT-5.00', alone)), ['2 245 2020-01-12 2020-01-13 - -'], 'not the first')
})

test('years counted from 1900, and a payee behind the date', async () => {
  assert.equal(summary((await read(register('D03/25/099Share Withdrawal\nT-5.00', 'D01/13/101\nT1.00'))).statements[0]!), '2 -4 1999-03-25 2001-01-13 - -')
  assert.equal(await failureOf(register('D03/25/999\nT1.00')), 'invalid_date 2')
})

test('investment records count by their cash', async () => {
  const record = (action: string, amount: string): string => `D1/13/2020\nN${action}\nYACME\nT${amount}\n^\n`
  const { statements } = await read(
    `!Type:Invst\n${record('Buy', '100.00')}${record('Sell', '150.00')}${record('Div', '3.00')}${record('BuyX', '70.00')}${record('ReinvDiv', '3.00')}${record('ShrsIn', '0')}${record('XOut', '20.00')}`,
  )
  assert.deepEqual(
    statements[0]!.rows.map(({ kind, amount }) => `${kind} ${amount}`),
    ['Buy -100', 'Sell 150', 'Div 3', 'XOut -20'],
  )
  assert.equal(statements[0]!.notices.length, 1)
})

test('without header, with comments, old Mac line ends and no end of the last record', async () => {
  assert.equal(summary((await read('# exported\rD1/13/2020\rT1.00\r^\rD1/14/2020\rT2.00\r')).statements[0]!), '2 3 2020-01-13 2020-01-14 - -')
})

test('a file that stops within a line of a record was cut, perhaps within its amount', async () => {
  assert.equal(await failureOf('!Type:Bank\nD1/13/2020\nT1.00\n^\nD1/14/2020\nT2.0'), 'truncated 6')
  assert.equal(await failureOf('!Type:Bank\nD1/13/2020\nT1.00\n^'), 'none')
})

test('what is missing or contradicts fails with its line', async () => {
  assert.equal(await failureOf(register('D1/13/2020\nPno amount')), 'missing_field 2')
  assert.equal(await failureOf(register('T1.00')), 'missing_field 2')
  assert.equal(await failureOf(register('D1/13/2020\nT1.00', 'D1/14/2020\nT1.00', 'D13/1/2020\nT1.00')), 'invalid_date 8')
  assert.equal(await failureOf(register('D13/13/2020\nT1.00')), 'invalid_date 2')
  assert.equal(await failureOf(register('D1/13/2020\nTabc')), 'invalid_amount 3')
  assert.equal(await failureOf('!Type:Invst\nD1/13/2020\nNSomething\nT1.00\n^\n'), 'malformed 2')
  assert.equal(await failureOf('!Type:Cat\nNFood\n^\n'), 'not_statements 1')
  assert.equal(await failureOf('hello\n'), 'malformed 1')
  assert.equal(
    await failureOf(register('D1/13/2020\nT1.00', ...Array<string>(6_000).fill('D1/14/2020\nT1.00'), 'D14/1/2020\nT1.00')),
    `invalid_date ${3 * 6_001 + 2}`,
  )
})

test('records that end with doubled carets are records of their own', async () => {
  const { statements, failure } = await read('!Type:Bank\nD01/05/2024\nT-1.00\n^^\nD01/06/2024\nT-2.00\n^^\n')
  assert.equal(failure, null)
  assert.equal(summary(statements[0]!), '2 -3 2024-01-05 2024-01-06 - -')
})

test('the order of dates that the file states is believed where it fits', async () => {
  const dated = async (option: string, ...dates: readonly string[]): Promise<readonly string[]> => {
    const { statements, failure } = await read(`!Option:${option}\n${register(...dates.map((date) => `D${date}\nT-1.00`))}`)
    assert.equal(failure, null, failure?.message)
    return statements[0]!.rows.map(({ postedOn }) => postedOn)
  }
  assert.deepEqual(await dated('MDY', '03.04.2026', '05.06.2026'), ['2026-03-04', '2026-05-06'])
  assert.deepEqual(await dated('DMY', '03/04/2026', '05/06/2026'), ['2026-04-03', '2026-06-05'])
  assert.deepEqual(await dated('MDY', '30.04.2026', '03.06.2026'), ['2026-04-30', '2026-06-03'])
})

test('where no amount has a sign, the way the money went may stand in N', async () => {
  const { statements } = await read(register('D02/13/2024\nT54.12\nNDEBIT\nPGrocer', 'D02/14/2024\nT1000.00\nNCREDIT\nPEmployer'))
  assert.deepEqual(statements[0]!.rows.map(({ amount }) => amount), ['-54.12', '1000'])
  const signed = await read(register('D02/13/2024\nT54.12\nNDEBIT\nPRefund', 'D02/14/2024\nT-10.00\nNDEBIT\nPShop'))
  assert.deepEqual(signed.statements[0]!.rows.map(({ amount }) => amount), ['54.12', '-10'])
  const numbered = await read(register('D02/13/2024\nT54.12\nNDEBIT\nPGrocer', 'D02/14/2024\nT10.00\nN1021\nPShop'))
  assert.deepEqual(numbered.statements[0]!.rows.map(({ amount }) => amount), ['54.12', '10'])
})

// Fails when: the same header always goes on (seen): a file that holds an export twice doubled each of its rows, without a word.
test('a register that begins again with its first record is a second export of it', async () => {
  const [a, b, c] = ['D01/13/2024\nT-5.00\nPShop', 'D01/15/2024\nT-7.00\nPCafé', 'D01/16/2024\nT9.00\nPPay']
  const sizes = async (content: string): Promise<readonly number[]> => (await read(content)).statements.map(({ rows }) => rows.length)
  assert.deepEqual(await sizes(register(a!, b!) + register(a!, b!, c!)), [2, 3])
  assert.deepEqual(await sizes(register(a!, b!) + register(c!)), [3], 'it goes on')
  assert.deepEqual(await sizes(register(a!) + register(a!, b!)), [3], 'twice on one day')
})

// Fails when: only the first record of all tells (seen): of two exports that overlap, of which the second begins later, the rows of both stood there twice.
test('a register whose days, in order so far, go back below its header is a second export of it', async () => {
  const [a, b, c, d] = ['D01/13/2024\nT-5.00\nPShop', 'D01/15/2024\nT-7.00\nPCafé', 'D01/16/2024\nT9.00\nPPay', 'D01/20/2024\nT-2.00\nPBar'] as const
  const sizes = async (content: string): Promise<readonly number[]> => (await read(content)).statements.map(({ rows }) => rows.length)
  assert.deepEqual(await sizes(register(a, b, c) + register(b, c, d)), [3, 3])
  assert.deepEqual(await sizes(register(c, b, a) + register(d, c, b)), [3, 3], 'newest first')
  assert.deepEqual(await sizes(register(b, a, c) + register(a, d)), [5], 'in no order')
  assert.deepEqual(await sizes(register(a, b) + register(b, c)), [4], 'on the same day')
})
