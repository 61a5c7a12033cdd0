/** The files that one program writes are one source of their account; another program's are another one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom, hashText } from '../../bank/random.ts'
import type { AccountSource } from '../domain/account.ts'
import { addDays, day, type Day } from '../domain/day.ts'
import { importFile } from '../import-file.ts'
import { aSource } from '../store/fixtures.ts'
import { fileSource } from './file-source.ts'
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
