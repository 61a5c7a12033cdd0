/** What a person says of the dates of a file is remembered for the next one of the same account and format, and for no other. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DatesSaid } from './domain/dates-said.ts'
import { bytes } from './formats/testing/collect.ts'
import { importFile } from './import-file.ts'
import { World } from './sync/testing.ts'

/** A file of an account, by its number, on a day written in numbers. */
function csv(number: string, date: string, more = ''): string {
  return `Account:,${number}\n\nDate,Description,Amount\n${date},Thing ${date} ${number},-2.50\n${more}`
}

function importing(world: World, name: string): (content: string, more?: { readonly dates?: DatesSaid; readonly accountId?: string }) => Promise<string> {
  return async (content, more = {}) => {
    const { statements, notices, failure } = await importFile(world.deps, { fileName: name, open: () => bytes(content), accountId: null, onProgress: null, dryRun: false, ...more })
    return failure?.code ?? [statements[0]!.from, ...notices.map(({ code }) => code)].join(' ')
  }
}

// Fails when: the rule is not looked for (seen): the next file is asked about again.
test('how dates begin is asked once for an account and a format, told whenever it is used, and forgotten on demand', async () => {
  const world = new World('2026-12-20')
  const read = importing(world, 'a.csv')
  assert.equal(await read(csv('1111111111', '05/02/2026')), 'dates_unclear')
  assert.equal(await read(csv('1111111111', '05/02/2026'), { dates: 'day-first' }), '2026-02-05 dates_kept')
  assert.equal(await read(csv('1111111111', '06/02/2026')), '2026-02-06 dates_remembered')
  assert.equal(await read(csv('1111111111', '02/02/2026', '02/13/2026,Other,-1.00\n')), '2026-02-02', 'what a file proves is believed more')
  assert.equal(await read(csv('2222222222', '06/02/2026')), 'dates_unclear', 'another account')
  assert.equal(await read(csv('1111111111', '07/02/2026'), { dates: 'month-first' }), '2026-07-02 dates_kept', 'said anew')
  assert.equal(await read(csv('1111111111', '08/02/2026')), '2026-08-02 dates_remembered')
  assert.equal(await world.store.accounts.forgetFileDates(await world.accountId()), true)
  assert.equal(await read(csv('1111111111', '08/02/2026')), 'dates_unclear')
})

test('two accounts with different rules are each read by their own; a file that names none is first asked for its account', async () => {
  const world = new World('2026-12-20')
  const read = importing(world, 'a.csv')
  await read(csv('1111111111', '05/02/2026'), { dates: 'day-first' })
  await read(csv('2222222222', '05/02/2026'), { dates: 'month-first' })
  assert.equal(await read(csv('1111111111', '06/02/2026')), '2026-02-06 dates_remembered')
  assert.equal(await read(csv('2222222222', '06/02/2026')), '2026-06-02 dates_remembered')
  const nameless = 'Date,Description,Amount\n07/02/2026,Nameless,-9.50\n'
  assert.equal(await read(nameless, { accountId: await world.accountId(1) }), '2026-07-02 dates_remembered')
  assert.equal(await read(nameless, { accountId: 'new' }), 'dates_unclear')
})

test('what was said of one format is not said of another; QIF, which is month first by habit, follows what was said, too', async () => {
  const world = new World('2026-12-20')
  await importing(world, 'a.csv')(csv('1111111111', '05/02/2026'), { dates: 'day-first' })
  const accountId = await world.accountId()
  const register = (date: string): string => `!Type:Bank\nD${date}\nT-2.50\nPThing ${date}\n^\n`
  const read = importing(world, 'a.qif')
  assert.equal(await read(register('03/02/2026'), { accountId }), '2026-03-02 date_order')
  assert.equal(await read(register('04/02/2026'), { accountId, dates: 'day-first' }), '2026-02-04 dates_kept')
  assert.equal(await read(register('06/02/2026'), { accountId }), '2026-02-06 dates_remembered')
})
