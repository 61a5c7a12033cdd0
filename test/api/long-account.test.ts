/** What a page shows of an account costs by what it shows, not by what the account holds. Each time is the best of many, taken in turns, so that other work on the machine moves both alike. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ofxFile } from '../../bench/ofx-file.ts'
import { serve, type Served } from './served.fixture.ts'

const [FEW, MANY] = [1_000, 40_000]
const TURNS = 15
/** A look at every row takes tens of times as long. */
const MOST_TIMES = 3

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
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [at, one] of both.entries()) best[at] = Math.min(best[at]!, await took(path(one)))
    }
    const [few, many] = best as [number, number]
    t.diagnostic(`${name}: ${few.toFixed(1)} and ${many.toFixed(1)} ms`)
    if (many > MOST_TIMES * few) slow.push(`${name}: ${few} ms in the short account, ${many} ms in the long one`)
  }
  assert.deepEqual(slow, [])
})
