/** An account that files brought without its number, and a bank that is connected afterwards by somebody who chooses nothing: it is one account, or a person says so. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountRef } from '../domain/account.ts'
import { addDays, day } from '../domain/day.ts'
import { parseDecimal } from '../domain/money.ts'
import { ok } from '../domain/result.ts'
import type { StatementHead, StatementRow, StatementStream } from '../domain/statement.ts'
import { settleChoice } from './choose-accounts.ts'
import { connectInstitution, removeConnection } from './connect.ts'
import { NEW_ACCOUNT } from './file-accounts.ts'
import { importStatements } from './import.ts'
import { syncConnection } from './sync.ts'
import { CHECKING, listed, refusal, row, World } from './testing.ts'

const NAMELESS: StatementHead['account'] = { number: null, bankId: null, branchId: null, kind: 'other', name: null }
const SAVINGS: AccountRef = { ...CHECKING, number: '100200301', kind: 'savings' }
const START = day('2026-02-20')
const ROWS = [
  ['-4.50', 0, 'Blue Cafe'], ['-83.17', 1, 'Grocer'], ['-4.50', 3, 'Blue Cafe'], ['-4.50', 3, 'Blue Cafe'], ['-12.99', 5, 'Books'], ['-950', 6, 'Rent'], ['2841.20', 8, 'Wages'],
  ['-4.50', 9, 'Blue Cafe'], ['-61.03', 11, 'Fuel'], ['-4.50', 12, 'Blue Cafe'], ['-29.90', 15, 'Phone'], ['-7.35', 17, 'Kiosk'],
].map(([amount, at, name]) => row(addDays(START, at as number), amount as string, name as string))
const worded = ROWS.map((r, at) => ({ ...r, name: `Card payment ${at}` }))
const dated = worded.map((r, at) => ({ ...r, postedOn: addDays(r.postedOn, -(at % 2) * 2) }))
const turned = ROWS.map((r) => ({ ...r, amount: parseDecimal(r.amount.startsWith('-') ? r.amount.slice(1) : `-${r.amount}`)! }))
const others = ROWS.map((r, at) => row(r.postedOn, `-${at + 20}.15`, 'Elsewhere'))

type Books = readonly (readonly [state: string, rows: number])[]

/** A file, then the bank. `isAsked`: nothing is read before a person chose. */
async function brought(file: readonly StatementRow[], bank: readonly StatementRow[], account: Partial<StatementHead['account']> = {}, { ref = CHECKING, isSilent = false, isTwice = false } = {}) {
  const world = new World()
  const open = async function* (): StatementStream {
    yield ok({ part: 'start', head: { account: { ...NAMELESS, ...account }, currency: 'USD', covers: { from: null, to: null }, line: 1 } })
    yield ok({ part: 'rows', rows: file })
    yield ok({ part: 'end', covers: { from: null, to: null } })
  }
  const bring = async (accountId: string | null = null) => importStatements(world.deps, { open, accountId, label: 'f.csv', dryRun: false, onProgress: null })
  if (file.length > 0) await bring()
  if (isTwice) await bring(NEW_ACCOUNT)
  world.bank.accounts = [listed(ref)]
  world.bank.rows = [...bank]
  if (isSilent) world.bank.onRead = () => [{ step: 'failed', failure: refusal('2000'), facts: {}, state: {} }]
  const connected = await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form: { user: 'anna', password: 'x' } })
  assert.equal(connected.kind, 'connected')
  const connection = connected.kind === 'connected' ? connected.connection : null
  const books = async (): Promise<Books> => (await world.store.accounts.list()).map(({ state, rows }) => [state, rows] as const)
  return { world, bring, id: connection!.id, isAsked: connection!.readPlan?.awaitsChoice === true, books }
}

// Fails when: a listed account is compared with absent ones of its own login alone: all its rows came once more, into an account beside it, and so did those of each file from then on;
// or it is told no number and no bank still, as was so: it stood under “Imported files”.
test('what a file without a number brought is the account that its rows are of, however either words and dates them; its rows stand once, and it has its kind', async () => {
  for (const [what, file] of [['the same', ROWS], ['the same, the older half', ROWS.slice(0, 7)], ['other words', worded], ['other words and days', dated], ['the other sign', turned]] as const) {
    const { world, bring, isAsked, books, id } = await brought(file, ROWS)
    const { kind, number, institutionName } = (await world.store.accounts.list())[0]!
    assert.deepEqual([isAsked, await books(), kind, number, institutionName], [false, [['open', 12]], 'checking', CHECKING.number, 'Riverbank'], what)
    if (file === turned) continue
    assert.equal((await bring()).failure, null, what)
    assert.ok((await syncConnection(world.deps, id, 'person')).ok)
    assert.deepEqual(await books(), [['open', 12]], what)
  }
})

test('the number written otherwise, or a part of it, does not keep it away; another number does', async () => {
  for (const [number, after] of [['DE02 1203 0000 0100 2003 00', [['open', 12]]], ['****0300', [['open', 12]]], ['****9999', [['open', 12], ['open', 12]]], ['700200300', [['open', 12], ['open', 12]]]] as const) {
    assert.deepEqual(await (await brought(worded, ROWS, { number })).books(), after, number)
  }
})

test('what rows leave open a person says: nothing is read before, and what they choose goes on', async () => {
  for (const [what, file, bank] of [
    ['two rows', ROWS.slice(0, 2), ROWS], ['days that the bank shows nothing of', ROWS.map((r) => ({ ...r, postedOn: addDays(r.postedOn, -200) })), ROWS], ['half of them', [...ROWS.slice(0, 6), ...others.slice(6)], ROWS],
  ] as const) {
    const { world, isAsked, books, id } = await brought(file, bank)
    assert.deepEqual([isAsked, await books()], [true, [['open', file.length], ['paused', 0]]], what)
    assert.equal((await world.store.connections.get(id))?.nextSyncAt, null, what)
    const [file1, waiting] = await world.store.accounts.list()
    assert.ok((await settleChoice(world.deps, id, [{ accountId: waiting!.id, into: file1!.id, startOn: null }])).ok)
    assert.ok((await syncConnection(world.deps, id, 'person')).ok)
    assert.deepEqual((await books()).map(([state]) => state), ['open', 'closed'], what)
  }
})

test('a bank that does not answer when it is asked for the rows leaves it to a person', async () => {
  const { isAsked, books } = await brought(ROWS, ROWS, {}, { isSilent: true })
  assert.deepEqual([isAsked, await books()], [true, [['open', 12], ['paused', 0]]])
})

test('the account of other rows on the same days is another, and nobody is asked; so is one of another kind', async () => {
  for (const [file, kind] of [[others, 'other'], [ROWS, 'credit_card']] as const) {
    const { isAsked, books } = await brought(file, ROWS, { kind })
    assert.deepEqual([isAsked, await books()], [false, [['open', 12], ['open', 12]]])
  }
})

// The transfers of a savings account stand turned in the one that pays them.
test('an account that shows only what moved between two is not taken for the other one', async () => {
  const moved = [0, 10, 20].map((at, nth) => row(addDays(START, at), `-${100 + nth}`, 'To savings'))
  const { isAsked, books } = await brought([...ROWS, ...moved], moved.map((r) => ({ ...r, name: 'From checking', amount: parseDecimal(r.amount.slice(1))! })), {}, { ref: SAVINGS })
  assert.deepEqual([isAsked, await books()], [false, [['open', 15], ['open', 3]]])
})

// Files of two accounts that pay alike, or of one that somebody made two.
test('of two accounts that it could be neither is taken: a person is asked', async () => {
  const { isAsked, books } = await brought(ROWS, ROWS, {}, { isTwice: true })
  assert.deepEqual([isAsked, await books()], [true, [['open', 12], ['open', 12], ['paused', 0]]])
})

// A change of provider, or the login of somebody else who may use the account.
test('what another login fed before, under a number of which only the end was shown, goes on with it where the rows tell', async () => {
  for (const [rows, after] of [[ROWS, [['open', 12]]], [ROWS.slice(0, 2), [['open', 2], ['paused', 0]]]] as const) {
    const { world, books } = await brought([], rows, {}, { ref: { ...CHECKING, bankId: null, number: '****0300' } })
    assert.ok((await removeConnection(world.deps, (await world.store.connections.list())[0]!.id)).ok)
    world.bank.accounts = [listed(CHECKING)]
    await connectInstitution(world.deps, { institutionId: 'riverbank', connector: null, form: { user: 'bert', password: 'x' } })
    assert.deepEqual(await books(), after)
  }
})
