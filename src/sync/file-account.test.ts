/** Files that name no account, or half a number: never two accounts in one, never one account as two, and what stays open is said. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, day } from '../domain/day.ts'
import { ok } from '../domain/result.ts'
import type { StatedBalance, StatementAccount, StatementRow, StatementStream } from '../domain/statement.ts'
import { NEW_ACCOUNT } from './file-accounts.ts'
import { importStatements, type ImportRequest, type ImportResult } from './import.ts'
import { decimal, row, World } from './testing.ts'

const UNNAMED: StatementAccount = { number: null, bankId: null, branchId: null, kind: 'other', name: null }
const masked = (number: string, bankId: string | null = null): StatementAccount => ({ number, bankId, branchId: null, kind: 'checking', name: null })

type File = { readonly account?: StatementAccount; readonly currency?: string | null; readonly rows: readonly StatementRow[]; readonly opening?: string; readonly closing?: string }

function bring(world: World, label: string, { account = UNNAMED, currency = null, rows, opening, closing }: File, more: Partial<ImportRequest> = {}): Promise<ImportResult> {
  const open = async function* (): StatementStream {
    yield ok({ part: 'start' as const, head: { account, currency, covers: { from: null, to: null }, line: 1 } })
    yield ok({ part: 'rows' as const, rows })
    const balance = (kind: StatedBalance['kind'], amount: string, on: string): StatedBalance => ({ kind, amount: decimal(amount), currency: currency ?? 'XXX', on: day(on), at: null })
    if (opening !== undefined) yield ok({ part: 'balance' as const, balance: balance('opening', opening, rows[0]?.postedOn ?? '2026-01-31') })
    if (closing !== undefined) yield ok({ part: 'balance' as const, balance: balance('closing', closing, rows.at(-1)?.postedOn ?? '2026-01-31') })
    yield ok({ part: 'end' as const, covers: { from: null, to: null } })
  }
  return importStatements(world.deps, { open, accountId: null, label, dryRun: false, onProgress: null, ...more })
}

const accounts = async (world: World): Promise<readonly string[]> => (await world.store.accounts.list()).map(({ name, rows }) => `${name} ${rows}`).sort()

const JANUARY = [row('2026-01-05', '-5', 'Coffee'), row('2026-01-12', '-40', 'Fuel'), row('2026-01-20', '-7', 'Lunch'), row('2026-01-31', '900', 'Pay')]
const OTHERS = [row('2026-01-04', '-55', 'Shoes'), row('2026-01-13', '-4', 'Paper'), row('2026-01-21', '-77', 'Dentist')]
const FEBRUARY = [row('2026-02-03', '-5', 'Coffee'), row('2026-02-12', '-41', 'Fuel')]

test('a file that names no account is known again by its rows, whatever it is called', async () => {
  const world = new World()
  await bring(world, 'january.csv', { rows: JANUARY })
  const again = await bring(world, 'Download (3).csv', { rows: JANUARY })
  const more = await bring(world, 'x.csv', { rows: [...JANUARY.slice(1), ...FEBRUARY] })
  assert.deepEqual([again.added, more.added, await accounts(world)], [0, 2, ['january.csv 6']])
  // A tiny file, too.
  const tiny = new World()
  await bring(tiny, 'a.csv', { rows: JANUARY.slice(0, 1) })
  assert.deepEqual([(await bring(tiny, 'b.csv', { rows: JANUARY.slice(0, 1) })).added, await accounts(tiny)], [0, ['a.csv 1']])
})

test('two accounts whose files have the same name stay two, and each is known again', async () => {
  const world = new World()
  await bring(world, 'export.csv', { rows: JANUARY })
  await bring(world, 'export.csv', { rows: OTHERS })
  assert.deepEqual(await accounts(world), ['export.csv (2) 3', 'export.csv 4'])
  const again = [await bring(world, 'export.csv', { rows: JANUARY }), await bring(world, 'export.csv', { rows: OTHERS })]
  assert.deepEqual([again.map(({ added }) => added), await accounts(world)], [[0, 0], ['export.csv (2) 3', 'export.csv 4']])
})

test('a fee that both accounts pay on the same day makes them not one', async () => {
  const world = new World()
  const fee = row('2026-01-31', '-2', 'Account fee')
  await bring(world, 'export.csv', { rows: [...JANUARY, fee] })
  await bring(world, 'export.csv', { rows: [...OTHERS, fee] })
  assert.equal((await accounts(world)).length, 2)
})

test('the next month goes on where the balance says so; without one the person is asked, and both answers are taken', async () => {
  const world = new World()
  await bring(world, 'a.csv', { rows: JANUARY, opening: '100', closing: '948' })
  await bring(world, 'b.csv', { rows: FEBRUARY, opening: '948', closing: '902' })
  await bring(world, 'c.csv', { rows: [row('2025-12-30', '10', 'Gift')], opening: '90', closing: '100' })
  assert.deepEqual(await accounts(world), ['a.csv 7'])

  const asked = new World()
  await bring(asked, 'export.csv', { rows: JANUARY })
  const open = await bring(asked, 'export.csv', { rows: FEBRUARY })
  assert.deepEqual([open.failure?.code, open.failure?.line, await accounts(asked)], ['account_unclear', 1, ['export.csv 4']])
  assert.match(open.failure!.message, /export\.csv.*--account ID.*--account new/)
  await bring(asked, 'export.csv', { rows: FEBRUARY }, { accountId: await asked.accountId() })
  await bring(asked, 'export.csv', { rows: [row('2026-03-01', '-1', 'Stamp')] }, { accountId: NEW_ACCOUNT })
  assert.deepEqual(await accounts(asked), ['export.csv (2) 1', 'export.csv 6'])
})

test('a masked number: the same mask on other rows is another account, the full number with the same rows is the same, and is known from then on', async () => {
  const world = new World()
  await bring(world, 'a.ofx', { account: masked('****1234'), currency: 'USD', rows: JANUARY })
  await bring(world, 'b.ofx', { account: masked('****1234'), currency: 'USD', rows: OTHERS })
  assert.equal((await accounts(world)).length, 2)
  const full = await bring(world, 'c.ofx', { account: masked('900011234', '121'), currency: 'USD', rows: [...JANUARY, ...FEBRUARY] })
  assert.deepEqual([full.added, (await accounts(world)).length], [2, 2])
  const later = await bring(world, 'd.ofx', { account: masked('900011234', '121'), currency: 'USD', rows: [row('2026-05-01', '-1', 'Stamp')] })
  assert.deepEqual([later.failure, (await accounts(world)).length, (await world.feed(0)).length], [null, 2, 7])
  const unlike = await bring(world, 'e.ofx', { account: masked('****9999'), currency: 'USD', rows: JANUARY })
  assert.deepEqual([unlike.added, (await accounts(world)).length], [4, 3])
})

test('a mask goes on within its bank; without a bank it proves nothing, and neither do other currencies or kinds', async () => {
  const world = new World()
  await bring(world, 'a.ofx', { account: masked('XXXX1234', '121'), currency: 'USD', rows: JANUARY })
  assert.equal((await bring(world, 'b.ofx', { account: masked('XXXX1234', '121'), currency: 'USD', rows: FEBRUARY })).added, 2)
  assert.equal((await bring(world, 'c.csv', { account: { ...masked('XXXX1234'), kind: 'other' }, currency: 'USD', rows: [row('2026-06-01', '-1', 'Tea')] })).failure?.code, 'account_unclear')
  assert.equal((await bring(world, 'd.csv', { account: { ...masked('XXXX1234'), kind: 'other' }, currency: 'EUR', rows: JANUARY })).added, 4)
  assert.equal((await bring(world, 'e.ofx', { account: { ...masked('XXXX1234'), kind: 'credit_card' }, currency: 'USD', rows: JANUARY })).added, 4)
  assert.equal((await accounts(world)).length, 3)
})

test('another format that names the account otherwise joins it by its rows: no number, the number without bank, an IBAN', async () => {
  const world = await new World().connect()
  world.bank.rows = JANUARY.map((r, index) => ({ ...r, providerId: `p${index}` }))
  await world.sync()
  const number = (await world.store.accounts.list())[0]!.number!
  assert.equal((await bring(world, 'a.csv', { rows: JANUARY.map((r) => ({ ...r, name: `POS ${r.name}` })) })).added, 0)
  assert.equal((await bring(world, 'b.csv', { account: { ...UNNAMED, number }, rows: [row('2025-11-01', '-1', 'Tea')] })).added, 1)
  assert.equal((await bring(world, 'c.xml', { account: masked(`DE02500105${number.padStart(12, '0')}`, 'INGDDEFF'), currency: 'USD', rows: JANUARY })).added, 0)
  assert.equal((await accounts(world)).length, 1)
})

test('a name that a program gave to its account is kept to, unless the rows contradict', async () => {
  const world = new World()
  const account = { ...UNNAMED, kind: 'checking' as const, name: 'Household' }
  await bring(world, 'a.qif', { account, rows: JANUARY })
  assert.equal((await bring(world, 'b.qif', { account, rows: FEBRUARY })).added, 2)
  await bring(world, 'c.qif', { account, rows: OTHERS })
  assert.deepEqual(await accounts(world), ['Household (2) 3', 'Household 6'])
})

test('an account that the person names takes one account of the file, not several', async () => {
  const world = new World()
  await bring(world, 'a.ofx', { account: masked('900011234'), currency: 'USD', rows: JANUARY })
  const open = async function* (): StatementStream {
    for (const number of ['1111111', '2222222']) {
      yield ok({ part: 'start' as const, head: { account: masked(number), currency: 'USD', covers: { from: null, to: null }, line: 4 } })
      yield ok({ part: 'rows' as const, rows: FEBRUARY })
      yield ok({ part: 'end' as const, covers: { from: null, to: null } })
    }
  }
  const result = await importStatements(world.deps, { open, accountId: await world.accountId(), label: 'two.ofx', dryRun: false, onProgress: null })
  assert.deepEqual([result.failure?.code, await accounts(world)], ['account_unclear', ['900011234 4']])
})

test('the same statement without rows again goes where it went before; one that states another balance is asked about', async () => {
  const world = new World()
  await bring(world, 'x.csv', { account: masked('LT79730001****'), rows: [], closing: '120' })
  const again = await bring(world, 'x.csv', { account: masked('LT79730001****'), rows: [], closing: '120' })
  assert.deepEqual([again.failure, again.added, await accounts(world)], [null, 0, ['LT79730001**** 0']])
  assert.equal((await bring(world, 'x.csv', { account: masked('LT79730001****'), rows: [], closing: '7' })).failure?.code, 'account_unclear')
  await bring(world, 'empty.csv', { rows: [] })
  assert.deepEqual([(await bring(world, 'empty.csv', { rows: [] })).failure, (await accounts(world)).length], [null, 2])
})

// Fails when: the day on which the account ended counts as a day that it knows whole (seen: a second account without a word, with the equal row twice).
test('a file that begins on the day on which an account ended, with more rows of it, is asked about; a row with the same number tells', async () => {
  const rest = [row('2026-01-31', '-30', 'Rent'), row('2026-01-31', '-3', 'Bus'), row('2026-01-31', '-8', 'Book'), ...FEBRUARY]
  const world = new World()
  await bring(world, 'january.csv', { rows: JANUARY })
  const asked = await bring(world, 'february.csv', { rows: [JANUARY[3]!, ...rest] })
  assert.deepEqual([asked.failure?.code, await accounts(world)], ['account_unclear', ['january.csv 4']])
  const account = { ...UNNAMED, name: 'Cash' }
  const named = new World()
  await bring(named, 'a.csv', { account, rows: JANUARY })
  assert.deepEqual([(await bring(named, 'b.csv', { account, rows: [JANUARY[3]!, ...rest] })).failure, (await accounts(named)).length], [null, 1])
  const numbered = new World()
  const pay = { ...JANUARY[3]!, providerId: '8XK11223344' }
  await bring(numbered, 'a.csv', { rows: [...JANUARY.slice(0, 3), pay] })
  assert.deepEqual([(await bring(numbered, 'b.csv', { rows: [pay, ...rest] })).added, await accounts(numbered)], [5, ['a.csv 9']])
  const counted = new World()
  await bring(counted, 'a.csv', { rows: [...JANUARY.slice(0, 3), { ...pay, providerId: '1' }] })
  assert.equal((await bring(counted, 'b.csv', { rows: [{ ...pay, providerId: '1' }, ...rest] })).failure?.code, 'account_unclear')
})

// Fails when: each statement is taken by itself (seen: the person was told to name the account, and then not to).
test('a service that keeps several currencies in one file without names: the accounts that came together go on together', async () => {
  const file = (world: World, label: string, currencies: Readonly<Record<string, readonly StatementRow[]>>, accountId: string | null): Promise<ImportResult> => {
    const open = async function* (): StatementStream {
      for (const [currency, rows] of Object.entries(currencies)) {
        yield ok({ part: 'start' as const, head: { account: UNNAMED, currency, covers: { from: null, to: null }, line: 1 } })
        yield ok({ part: 'rows' as const, rows })
        yield ok({ part: 'end' as const, covers: { from: null, to: null } })
      }
    }
    return importStatements(world.deps, { open, accountId, label, dryRun: false, onProgress: null })
  }
  const world = new World()
  await file(world, 'Download.csv', { USD: OTHERS }, NEW_ACCOUNT)
  await file(world, 'Download.csv', { EUR: JANUARY, USD: [row('2026-01-06', '-3', 'Tea'), row('2026-01-30', '-4', 'Bus')] }, NEW_ACCOUNT)
  const next = { EUR: FEBRUARY, USD: [row('2026-02-06', '-3', 'Tea')], GBP: [row('2026-02-07', '-9', 'Cake')] }
  assert.equal((await file(world, 'Download.csv', next, null)).failure?.code, 'account_unclear')
  const euros = (await world.store.accounts.list()).find(({ currency }) => currency === 'EUR')!.id
  assert.deepEqual([(await file(world, 'Download.csv', next, euros)).added, await accounts(world)], [4, ['Download.csv (2) 6', 'Download.csv (3) 3', 'Download.csv (4) 1', 'Download.csv 3']])
  // What is known by its rows brings the others along.
  const more = { EUR: [...FEBRUARY, row('2026-03-01', '-1', 'Tip')], USD: [row('2026-03-06', '-3', 'Tea')] }
  assert.deepEqual([(await file(world, 'x.csv', more, null)).added, (await accounts(world)).slice(0, 2)], [2, ['Download.csv (2) 7', 'Download.csv (3) 4']])
  const other = (await world.store.accounts.list()).find(({ name }) => name === 'Download.csv (4)')!.id
  assert.deepEqual([(await file(world, 'x.csv', { EUR: [row('2026-04-01', '-1', 'Tip')], CHF: OTHERS }, other)).failure?.code, (await accounts(world)).length], ['account_unclear', 4])
})

test('the head of a masked IBAN is that of the whole one', async () => {
  const world = new World()
  await bring(world, 'a.csv', { account: masked('LT797300010123456789'), rows: JANUARY })
  await bring(world, 'b.csv', { account: masked('NL26BANK2025126409'), rows: OTHERS })
  // Fails when: only tails are compared with a whole number (seen: each account of any country was one that it might be).
  assert.match((await bring(world, 'c.csv', { account: masked('LT7973000XXXXXXXXXXX'), rows: FEBRUARY })).failure!.message, /goes on with "LT797300010123456789" \(\S+\) or belongs/)
  assert.deepEqual([(await bring(world, 'd.csv', { account: masked('DE0250010XXXXXXXXXXX'), rows: FEBRUARY })).failure, (await accounts(world)).length], [null, 3])
})

// Fails when: a name counts only where rows tell nothing (seen: the file that made both accounts was asked about when it came again).
test('of two accounts that have a row alike the one with the name of the file is meant', async () => {
  const world = new World()
  const tip = row('2026-02-28', '-1', 'Tip')
  for (const name of ['Cash', 'Card']) await bring(world, `${name}.csv`, { account: { ...UNNAMED, name }, rows: [tip] }, { accountId: NEW_ACCOUNT })
  assert.deepEqual([(await bring(world, 'x.csv', { account: { ...UNNAMED, name: 'Card' }, rows: [tip, row('2026-03-01', '-2', 'Tea')] })).failure, await accounts(world)], [null, ['Card 2', 'Cash 1']])
})

// Fails when: of two accounts with one number the kind alone tells (seen: a file that tells no currency came again, and went into the other account, where its rows were new).
test('of two accounts of one number a file goes where its rows are', async () => {
  const world = new World()
  const other = { ...masked('123456789'), kind: 'other' as const }
  await bring(world, 'a.sta', { account: masked('123456789'), currency: 'CHF', rows: OTHERS })
  assert.equal((await bring(world, 'b.csv', { account: other, rows: JANUARY })).added, 4)
  await bring(world, 'c.csv', { account: other, currency: 'SEK', rows: FEBRUARY })
  assert.equal((await world.store.accounts.list()).length, 2)
  assert.equal((await bring(world, 'b.csv', { account: other, rows: JANUARY })).added, 0)
})

const fee = row('2026-01-31', '-2', 'Account fee')
const card = row('2026-01-31', '-1', 'Card fee')
const day31 = (names: readonly string[], from: number) => names.map((name, i) => row('2026-01-31', `-${from + i}`, name))

test('two accounts that pay two fees on one day are not one', async () => {
  const world = new World()
  await bring(world, 'a.csv', { rows: [fee, card, ...day31(['Shoes', 'Paper', 'Dentist', 'Rent', 'Toys'], 20)] })
  const second = await bring(world, 'b.csv', { rows: [fee, card, ...day31(['Coffee', 'Fuel', 'Lunch', 'Books', 'Train'], 40)] })
  assert.deepEqual([second.failure?.code, await accounts(world)], ['account_unclear', ['a.csv 7']])
})

test('nor where the one ends on that day and the other begins', async () => {
  const world = new World()
  await bring(world, 'a.csv', { rows: [row('2026-01-05', '-5', 'Coffee'), row('2026-01-12', '-40', 'Fuel'), row('2026-01-31', '900', 'Pay'), fee, card] })
  const second = await bring(world, 'b.csv', { rows: [fee, card, ...day31(['Shoes', 'Paper', 'Dentist'], 20), row('2026-02-04', '-55', 'Shoes'), row('2026-02-13', '-4', 'Paper')] })
  assert.deepEqual([second.failure?.code, await accounts(world)], ['account_unclear', ['a.csv 5']])
})

test('a number made of the day proves nothing', async () => {
  const world = new World()
  const numbered = { ...fee, providerId: '202601310001' }
  await bring(world, 'a.csv', { rows: [numbered, ...day31(['Shoes', 'Paper', 'Dentist'], 20)] })
  const second = await bring(world, 'b.csv', { rows: [numbered, ...day31(['Coffee', 'Fuel', 'Lunch'], 40)] })
  assert.deepEqual([second.failure?.code, await accounts(world)], ['account_unclear', ['a.csv 4']])
})

// Fails when: the rows of a file are compared as the bank reports them, the wrong way round (so it was): all of it came into a second account.
test('a file with the right signs is known as that of a feed which reports them the wrong way round, as balances proved', async () => {
  const world = await new World('2026-03-10').connect()
  const names = ['Rent', 'Grocer', 'Cafe', 'Book Nook', 'Pharmacy', 'Hotel', 'Tram', 'Bakery']
  const truth = names.map((name, at) => row(addDays(day('2026-03-07'), at), String(-11 - at * 3), name))
  world.bank.balances = () => [{ kind: 'ledger', amount: decimal(String(1_000 + truth.filter(({ postedOn }) => postedOn <= world.today(0)).reduce((sum, { amount }) => sum + Number(amount), 0))), currency: 'USD', on: day(world.today(0)), at: null }]
  for (let days = 0; days < 5; days++) {
    world.bank.rows = truth.filter(({ postedOn }) => postedOn <= world.today(days === 0 ? 0 : 1)).map((one) => ({ ...one, amount: decimal(one.amount.slice(1)) }))
    await world.sync(days === 0 ? 0 : 1)
  }
  assert.equal((await world.store.accounts.sources({}))[0]!.sign, -1)
  const done = await bring(world, 'march.csv', { rows: truth.slice(2) })
  assert.deepEqual([done.failure, done.matched, await accounts(world)], [null, 6, ['Everyday 8']])
})
