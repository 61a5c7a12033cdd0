/** The files that one program writes are one source of their account; another program's are another one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom, hashText } from '../../bank/random.ts'
import type { AccountSource } from '../domain/account.ts'
import { addDays, day, type Day } from '../domain/day.ts'
import { importFile } from '../import-file.ts'
import { aSource } from '../store/fixtures.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { fileSource } from './file-source.ts'
import { recomputeAccount } from './recompute.ts'
import { World } from './testing.ts'

test('a file is of the source whose program wrote it, also where a column came or went; what is not known takes the source of which nothing is known', () => {
  const files = (...programs: readonly (string | null)[]): readonly AccountSource[] => programs.map((program) => aSource('1', { program }))
  const found = (sources: readonly AccountSource[], program: string | null): string | null | undefined => fileSource(sources, program)?.program
  const sources = files('csv: amount | date | payee', 'mt940', 'csv: betrag | buchungstag | text | valuta')
  assert.equal(found(sources, 'mt940'), 'mt940')
  assert.equal(found(sources, 'csv: amount | date | payee'), 'csv: amount | date | payee')
  assert.equal(found(sources, 'csv: amount | balance | date | payee'), 'csv: amount | date | payee')
  assert.equal(found(sources, 'csv: buchungstag | saldo | text'), undefined, 'half of its columns')
  assert.equal(found(sources, 'camt'), undefined)
  assert.equal(found(sources, null), 'csv: amount | date | payee', 'what tells nothing is of the first')
  assert.equal(found(files('qif', null), 'ofx'), null, 'files from before programs were told')
  assert.equal(fileSource([aSource('1', { program: 'qif', state: 'replaced' }), aSource('1', { connectionId: 'c' })], 'qif'), null, 'neither a name of it nor a connection')
})

type Purchase = { readonly on: Day; readonly cents: number; readonly number: number }

/** A coffee and a tram on most days, and a few others. */
function purchases(seed: number): readonly Purchase[] {
  const chance = createRandom(hashText(`programs ${seed}`))
  const all = Array.from({ length: DAYS }, (_, at) => addDays(START, at)).flatMap((on) =>
    [...(chance.chance(0.7) ? [450] : []), ...(chance.chance(0.6) ? [290] : []), ...Array.from({ length: chance.between(0, 2) }, () => chance.between(1000, 9999))].map((cents) => ({ on, cents })),
  )
  return all.map((one, number) => ({ ...one, number }))
}

const START = day('2026-01-01')
const DAYS = 60
const PROGRAMS = {
  bank: (rows: readonly Purchase[]): string => ['Date,Memo,Amount', ...rows.map(({ on, cents }) => `${on},${cents === 450 ? 'Blue Cafe' : cents === 290 ? 'Metro' : 'Grocer Berlin'},-${(cents / 100).toFixed(2)}`)].join('\n'),
  books: (rows: readonly Purchase[]): string => ['Posting date;Payee;Purpose;Value', ...rows.map(({ on, cents, number }) => `${on};Card payment;REF ${90_000 + number * 7};-${(cents / 100).toFixed(2)}`)].join('\n'),
} as const

// Fails when: all files of an account are one source (so it was): what a file shows in other words than the last one of the other program is none of its rows, and a person was asked about one row in eleven.
test('two programs that word everything otherwise, whose files come by turns: each row once', async () => {
  let [stood, shown, asked] = [0, 0, 0]
  for (const seed of [1, 2]) {
    const all = purchases(seed)
    const world = new World(START)
    const bring = async (program: keyof typeof PROGRAMS, days: number): Promise<void> => {
      const text = PROGRAMS[program](all.filter(({ on }) => on > world.today(-days) && on <= world.today(-1)))
      const open = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from(text)
      }
      const done = await importFile(world.deps, { fileName: `${program}.csv`, open, accountId: (await world.store.accounts.list())[0]?.id ?? null, currency: 'USD', dates: null, dryRun: false, onProgress: null })
      assert.equal(done.failure, null)
      for (const { id } of await world.store.feed.questions({ open: true })) await world.store.feed.answerQuestion(id, 'same', world.now + 1)
      asked += done.questions
    }
    for (let at = 8; at <= DAYS; at++) {
      world.now = Date.parse(addDays(START, at))
      if (at % 5 === 3) await bring('bank', 8)
      if (at % 5 === 0) await bring('books', 30)
    }
    stood += (await world.all()).filter(({ state }) => state === 'posted').length
    shown += all.filter(({ on }) => on <= world.today(-1)).length
  }
  assert.deepEqual([stood, asked * 50 <= shown], [shown, true], `${stood} rows stand, ${shown} were shown, ${asked} asked`)
})

/** The account after both files, and whether it comes out otherwise when it is lived through again. */
async function afterBoth(first: string, then: string, wait = 0): Promise<{ readonly feed: readonly string[]; readonly questions: readonly string[]; readonly isDifferent: boolean }> {
  const world = new World('2026-03-20')
  for (const text of [first, then]) {
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text)
    }
    const accountId = (await world.store.accounts.list())[0]?.id ?? null
    const done = await importFile(world.deps, { fileName: 'export.csv', open, accountId, currency: 'USD', dates: null, dryRun: false, onProgress: null })
    assert.equal(done.failure, null)
    world.now += wait * 86_400_000
  }
  const [account] = await world.store.accounts.list()
  const sources = await world.store.accounts.sources({ accountId: account!.id })
  assert.equal(sources.length, 2, 'two programs')
  const again = await recomputeAccount({ ...world.deps, scratch: () => createMemoryStore().tenant('scratch') }, account!.id, false)
  return { feed: await world.feed(), questions: await world.openQuestions(), isDifferent: again.ok && again.value.isDifferent }
}

// Fails when: a table without headings is told by its columns that are filled (so it was): a short export, or one without a note, was another program's.
test('a table without headings is of one program, however many rows it has and whichever of its columns are filled', async () => {
  const days = (from: number, count: number, note: string): string => Array.from({ length: count }, (_, at) => `2026-03-${String(from + at).padStart(2, '0')},Shop ${String.fromCharCode(65 + at)},-${10 + at}.00,${note}`).join('\n')
  const world = new World('2026-03-30')
  for (const text of [days(1, 8, 'card'), days(9, 8, ''), days(17, 2, 'card')]) {
    const open = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text)
    }
    const accountId = (await world.store.accounts.list())[0]?.id ?? null
    const done = await importFile(world.deps, { fileName: 'export.csv', open, accountId, currency: 'USD', dates: null, dryRun: false, onProgress: null })
    assert.deepEqual([done.failure, done.questions], [null, 0])
  }
  assert.equal((await world.store.accounts.sources({})).length, 1)
})

// Fails when: the border within a day is looked for among the files of one program alone (so it was): the second coffee was lost, against both balances.
test('a file of another program that goes on within a day, as the balances of both show: equal rows are two', async () => {
  const { feed, ...rest } = await afterBoth(
    'Date,Description,Amount,Balance\n2026-03-01,Rent,-500.00,1500.00\n2026-03-04,Grocer,-20.00,1480.00\n2026-03-10,Coffee,-5.00,1475.00',
    'Buchungstag;Verwendungszweck;Betrag;Saldo\n10.03.2026;Coffee;-5,00;1470,00\n11.03.2026;Grocer;-30,00;1440,00\n13.03.2026;Book;-12,00;1428,00',
  )
  assert.deepEqual(feed.filter((row) => row.includes('Coffee')), ['2026-03-10 -500 Coffee', '2026-03-10 -500 Coffee'])
  assert.deepEqual(rest, { questions: [], isDifferent: false })
})

// Fails when: what another program brought of the day within which a file may go on is joined unasked (so it was).
test('a file of another program that may go on within a day is asked about there, unless it shows all of the day', async () => {
  const first = 'Date,Description,Amount\n2026-03-01,Rent,-500.00\n2026-03-10,Baker,-3.00\n2026-03-10,Coffee,-5.00'
  const then = (day: string): string => `Buchungstag;Verwendungszweck;Betrag\n${day}11.03.2026;Grocer;-30,00\n13.03.2026;Book;-12,00`
  const coffees = async (day: string) => {
    const { feed, questions, isDifferent } = await afterBoth(first, then(day))
    return { coffees: feed.filter((row) => row.includes('Coffee')).length, questions, isDifferent }
  }
  assert.deepEqual(await coffees('10.03.2026;Coffee;-5,00\n'), { coffees: 2, questions: ['same_transaction'], isDifferent: false })
  assert.deepEqual(await coffees('10.03.2026;Baker;-3,00\n10.03.2026;Coffee;-5,00\n'), { coffees: 1, questions: [], isDifferent: false })
})

// Fails when: only the program that showed a hold can end it (so it was): one that never comes again left it there for good.
test('a hold that one program showed ends where another one shows its days later, without it', async () => {
  const { feed } = await afterBoth(
    'Date,Description,Amount,Status\n2026-03-01,Rent,-500.00,Booked\n2026-03-03,Grocer,-20.00,Booked\n2026-03-04,Hotel Adler,-77.00,Pending',
    'Buchungstag;Verwendungszweck;Betrag\n01.03.2026;Rent;-500,00\n03.03.2026;Grocer;-20,00\n10.04.2026;Baker;-1,00',
    30,
  )
  assert.deepEqual(feed, ['2026-03-01 -50000 Rent', '2026-03-03 -2000 Grocer', '2026-04-10 -100 Baker'])
})
