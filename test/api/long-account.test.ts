/**
 * What a page shows of an account costs by what it shows, not by what the account holds. Each time is the best of some turns of both,
 * so that other work on the machine moves both alike; of what grows with the reads of years the rows that travel are counted.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ofxFile } from '../../bench/ofx-file.ts'
import { connectAna } from '../../src/demo/story.ts'
import { addDays, utcDay } from '../../src/domain/day.ts'
import type { PageCommit } from '../../src/ports/feed.ts'
import { Trip } from '../../src/store/postgres/trip.ts'
import { serve, type Served } from './served.fixture.ts'

const [FEW, MANY] = [1_000, 40_000]
/** A look at every row takes many times as long. */
const MOST_TIMES = 3
/** At least so many turns, and as many more as it takes until both had a turn that nothing disturbed. */
const [TURNS, MOST_TURNS] = [5, 200]

let served: Served
before(async () => {
  served = await serve()
})
after(() => served.close())

type Long = { readonly account: string; readonly middle: string; readonly row: string }

async function accountWith(rows: number): Promise<Long> {
  const { verbs, store } = served.sandbox.opened.instance
  const open = async function* () {
    // The generator's chunks share one buffer.
    for (const chunk of ofxFile(rows)) yield Buffer.from(chunk)
  }
  const { failure } = await verbs.importFile({ fileName: 'rows.ofx', open, accountId: 'new', onProgress: null })
  assert.equal(failure, null)
  const known = (await store.accounts.list()).find((one) => one.rows === rows)
  assert.ok(known !== undefined)
  const account = `/accounts/${known.id}`
  const { json } = await served.ask('GET', `/api${account}/transactions?limit=${FEW / 2}`)
  return { account, middle: encodeURIComponent(json.next), row: json.items[0].id }
}

const ASKED: Readonly<Record<string, (of: Long) => string>> = {
  'the newest rows': ({ account }) => `${account}/transactions?limit=20`,
  'rows after a cursor': ({ account, middle }) => `${account}/transactions?limit=20&cursor=${middle}`,
  'rows to review': ({ account }) => `${account}/transactions?limit=20&review=for_review`,
  'rows up to a day': ({ account }) => `${account}/transactions?limit=20&to=2023-11-30`,
  'a row': ({ row }) => `/transactions/${row}`,
  'what may be one with a row': ({ row }) => `/transactions/${row}/matches?text=`,
  'how fresh it is': ({ account }) => `${account}/freshness`,
  'its days': ({ account }) => `${account}/coverage`,
  'its balances': ({ account }) => `${account}/balance-series`,
  'what they prove': ({ account }) => `${account}/balance-proof`,
  'what is proposed': ({ account }) => `${account}/suggestions`,
}

// Fails when: what is asked goes through rows that it does not tell of (seen: each page of rows began with the sum of all rows, 80 ms of 100,000).
test('what a page shows takes as long of an account of 40,000 rows as of one of 1,000', async (t) => {
  const both = [await accountWith(FEW), await accountWith(MANY)]
  const took = async (path: string): Promise<number> => {
    const start = performance.now()
    assert.equal((await served.ask('GET', `/api${path}`)).status, 200)
    return performance.now() - start
  }
  const slow: string[] = []
  for (const [name, path] of Object.entries(ASKED)) {
    const best = both.map(() => Number.POSITIVE_INFINITY)
    for (let turn = 0; turn < TURNS || (turn < MOST_TURNS && best[1]! > MOST_TIMES * best[0]!); turn++) {
      for (const [at, one] of both.entries()) best[at] = Math.min(best[at]!, await took(path(one)))
    }
    const [few, many] = best as [number, number]
    t.diagnostic(`${name}: ${few.toFixed(1)} and ${many.toFixed(1)} ms`)
    if (many > MOST_TIMES * few) slow.push(`${name}: ${few} ms in the short account, ${many} ms in the long one`)
  }
  // The rows of all accounts: a page of them costs what a page of the longest alone does.
  for (const query of ['limit=20', `limit=20&cursor=${both[1]!.middle}`, 'limit=20&review=for_review', 'limit=20&to=2023-11-30']) {
    const [one, all] = [`${both[1]!.account}/transactions?${query}`, `/transactions?${query}`]
    const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let turn = 0; turn < TURNS || (turn < MOST_TURNS && best[1]! > MOST_TIMES * best[0]!); turn++) for (const [at, path] of [one, all].entries()) best[at] = Math.min(best[at]!, await took(path))
    t.diagnostic(`${query}: ${best[0]!.toFixed(1)} ms of one account, ${best[1]!.toFixed(1)} ms of all`)
    if (best[1]! > MOST_TIMES * best[0]!) slow.push(`${all}: ${best.join(' and ')} ms`)
  }
  assert.deepEqual(slow, [])
})

const DAY_MS = 86_400_000
/** Before what the sandbox bank gives. */
const [OLDEST, NEWEST] = [700, 100]
const READS_A_DAY = 4

// Fails when: what a page shows goes through each answer that the bank ever gave (seen: after five years the days of an account took 53 ms instead of 3).
test('what a page shows of an account is not more after hundreds of days of reads', async () => {
  const { store, clock, entropy } = served.sandbox.opened.instance
  await connectAna(served.sandbox, () => undefined)
  const account = (await store.accounts.list()).find(({ connectionIds }) => connectionIds.length > 0)!
  const source = (await store.accounts.sources({ accountId: account.id }))[0]!
  const [run] = await store.runs.list({ connectionId: source.connectionId!, limit: 1 })
  const shown = ['freshness', 'coverage', 'balance-series']
  const few = await rowsFor(account.id, shown)
  const pages: PageCommit[] = []
  for (let ago = OLDEST; ago > NEWEST; ago--) {
    const at = clock.now() - ago * DAY_MS
    const [on, runId] = [utcDay(at), entropy.id(at)]
    await store.runs.create({ ...run!, id: runId, startedAt: at, endedAt: at, accounts: [] })
    for (let read = 0; read < READS_A_DAY; read++) {
      const observedAt = at + read * 3_600_000
      pages.push({
        runId, accountId: account.id, sourceId: source.id, at: observedAt, seen: [], observations: [], inserts: [], updates: [], questions: [], cursor: null, covers: { from: addDays(on, -10), to: on },
        balances: [{ accountId: account.id, sourceId: source.id, runId, kind: 'ledger', amount: 1_000n, on, observedAt }],
        spans: read > 0 ? [] : [{ accountId: account.id, sourceId: source.id, from: addDays(on, -1), to: on, opening: 1_000n, closing: 1_000n, rowsSum: 0n, status: 'proved' }],
      })
    }
  }
  await store.feed.commitPages(pages)
  assert.ok((await store.feed.coverage(account.id)).length > READS_A_DAY * (OLDEST - NEWEST))
  const many = await rowsFor(account.id, shown)
  for (const [at, name] of shown.entries()) assert.ok(many[at]! < few[at]! + 10, `${name}: ${few[at]} rows of the database before, ${many[at]} after`)
})

/** How many rows travel from the database for each of these. */
async function rowsFor(accountId: string, asked: readonly string[]): Promise<readonly number[]> {
  let rows = 0
  const { handleDataRow } = Trip.prototype
  Trip.prototype.handleDataRow = function (row) {
    rows++
    return handleDataRow.call(this, row)
  }
  const counted: number[] = []
  for (const name of asked) {
    rows = 0
    assert.equal((await served.ask('GET', `/api/accounts/${accountId}/${name}`)).status, 200)
    counted.push(rows)
  }
  Trip.prototype.handleDataRow = handleDataRow
  return counted
}
