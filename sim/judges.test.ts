/** The judges can blame: what they look at is falsified, one way for each counter, and each counter counts. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createBank } from '../bank/bank.ts'
import { ANA } from '../bank/customers.ts'
import { digestOf } from '../bank/ofx/signon.ts'
import { addDays } from '../src/domain/day.ts'
import type { SyncRun } from '../src/domain/run.ts'
import type { Transaction } from '../src/domain/transaction.ts'
import type { PageCommit } from '../src/ports/feed.ts'
import type { OpenRepair, TenantStore } from '../src/ports/store.ts'
import { Conduct } from './conduct.ts'
import { memoryGround } from './ground.ts'
import { HARMS, type Harm } from './oracle.ts'
import { lineOf, planOf } from './plan.ts'
import { NO_PLANT } from './plant.ts'
import { commitsOf } from './planted/wrong-engines.ts'
import { play, type Ground } from './world.ts'

const memory = await memoryGround()

test('the oracle and the judge of conduct know the bank and what is stored, and nothing of matcher, vault or diagnosis', () => {
  // How pages are handed on is part of the port, and all of it that runs.
  const handedOn = '../src/ports/page-by-page.ts'
  for (const file of ['oracle.ts', 'claims.ts', 'truth.ts', 'conduct.ts']) {
    const imports = [...readFileSync(new URL(file, import.meta.url), 'utf8').matchAll(/^import (type )?.* from '(.*)'/gm)]
    for (const [line, typeOnly, from] of imports) assert.ok(from === handedOn || /^\.\.\/bank\/|^\.\/(truth|claims)/.test(from!) || (typeOnly !== undefined && /^\.\.\/src\/(ports|domain)\//.test(from!)), line)
  }
})

/** The feed as the oracle sees it, falsified; the engine asks for rows in other ways. */
function showing(change: (rows: readonly Transaction[]) => readonly Transaction[]): Ground {
  return {
    ...memory,
    async newTenant() {
      const store = await memory.newTenant()
      return {
        ...store,
        feed: {
          ...store.feed,
          transactions: async (filter) => {
            const page = await store.feed.transactions(filter)
            return filter.includeDeleted === true && filter.limit === 1_000 ? { ...page, rows: change(page.rows) } : page
          },
        },
      }
    },
  }
}

const first = (change: (row: Transaction) => readonly Transaction[]) => (rows: readonly Transaction[]) => rows.flatMap((row, at) => (at === rows.length - 1 ? change(row) : [row]))

/** The reports of two rows go to one transaction. */
const merged: Ground = {
  ...memory,
  plant: {
    ...NO_PLANT,
    store: commitsOf((page: PageCommit) => {
      const [a, b] = page.inserts
      return a === undefined || b === undefined ? page : { ...page, observations: page.observations.map((one) => (one.transactionId === b.id ? { ...one, transactionId: a.id } : one)) }
    }),
  },
}

const FALSIFIED: Readonly<Record<Harm, Ground>> = {
  lost: showing(first(() => [])),
  doubled: showing(first((row) => [row, row])),
  wronglyMerged: merged,
  wrongAmount: showing(first((row) => [{ ...row, amount: row.amount + 1n }])),
  wrongDay: showing(first((row) => [{ ...row, postedOn: addDays(row.postedOn, 1) }])),
}

for (const harm of HARMS) {
  test(`the counter "${harm}" counts when it should, and not when all is well`, async () => {
    const plan = planOf({ ...lineOf(2, 'quiet'), days: 6 })
    assert.equal((await play(plan, memory)).harms[harm], 0)
    const { harms, notes } = await play(plan, FALSIFIED[harm])
    assert.ok(harms[harm] > 0, JSON.stringify(harms))
    assert.ok(notes.some((note) => note.includes(`${harm} `)))
  })
}

function bankAt(now: { at: number }) {
  return createBank({ clock: { now: () => now.at }, seed: 1, historyDays: 3, customers: [ANA] })
}

test('a refused password that is sent again is counted, unless the person wants it, also where another was accepted since; so is one whose refusal a process died of', async () => {
  const now = { at: Date.parse('2026-03-02') }
  const bank = bankAt(now)
  const conduct = new Conduct(bank)
  const send = (password: string, code: number): void => {
    bank.state.attempts.push({ at: now.at, user: ANA.user, secretDigest: digestOf(bank.state, password), code })
    conduct.heard(true)
  }
  send('wrong', 15500)
  assert.equal(conduct.secretsResent, 0)
  conduct.permit()
  send('wrong', 15500)
  assert.equal(conduct.secretsResent, 0)
  send('wrong', 15500)
  assert.equal(conduct.secretsResent, 1)
  send(ANA.password, 15500)
  send(ANA.password, 15500)
  assert.equal(conduct.secretsResent, 1, 'a right password that was refused for another reason may be sent again')
  bank.state.attempts.push({ at: now.at, user: ANA.user, secretDigest: digestOf(bank.state, 'another'), code: 15500 })
  conduct.died()
  send('another', 15500)
  assert.equal(conduct.secretsResent, 2, 'nobody heard the refusal')
  send(ANA.password, 0)
  send('wrong', 15500)
  assert.equal(conduct.secretsResent, 3, 'that another password is right makes this one no better')
  conduct.permit()
  send('wrong', 3000)
  send('wrong', 15500)
  assert.equal(conduct.secretsResent, 3, 'it was right meanwhile, also where the bank asks for more')
  send('wrong', 15500)
  assert.equal(conduct.secretsResent, 4)
})

test('a refusal or a lock in an answer that nobody can read is none; one that can be read counts, whatever stands around it', () => {
  const bank = bankAt({ at: Date.parse('2026-03-02') })
  const conduct = new Conduct(bank)
  const send = (code: number, body: string): void => {
    bank.state.attempts.push({ at: 0, user: ANA.user, secretDigest: 'wrong', code })
    conduct.heard(true, Buffer.from(body))
  }
  for (const code of [15500, 15502]) send(code, 'noise')
  send(15500, 'noise')
  assert.equal(conduct.secretsResent, 0)
  send(15500, '<OFX><CODE>15500 and the rest is cut')
  send(15500, 'noise')
  assert.equal(conduct.secretsResent, 1)
})

test('a locked login that is tried again is counted, unless the person says that it is unlocked or wants it; so is one that is tried with another password', () => {
  const now = { at: Date.parse('2026-03-02') }
  const bank = bankAt(now)
  const conduct = new Conduct(bank)
  const send = (password: string, code: number): void => {
    bank.state.attempts.push({ at: now.at, user: ANA.user, secretDigest: digestOf(bank.state, password), code })
    conduct.heard(true)
  }
  send(ANA.password, 15502)
  assert.equal(conduct.secretsResent, 0)
  send(ANA.password, 15502)
  send('another', 15502)
  assert.equal(conduct.secretsResent, 2)
  conduct.saysUnlocked()
  send(ANA.password, 15502)
  conduct.permit()
  send(ANA.password, 15502)
  assert.equal(conduct.secretsResent, 2)
  conduct.saysUnlocked()
  send(ANA.password, 0)
  send(ANA.password, 0)
  assert.equal(conduct.secretsResent, 2)
})

test('two processes that are in a run of one connection at once are told of, and none that ended, died or reads another one', async () => {
  const conduct = new Conduct(bankAt({ at: Date.parse('2026-03-02') }))
  const store = await memory.newTenant()
  const silent = { ...store, runs: { ...store.runs, create: async () => undefined, update: async () => undefined, end: async () => null } }
  const [one, other] = [{ dead: false }, { dead: false }]
  const [first, second] = [conduct.watch(silent, one), conduct.watch(silent, other)]
  const begin = (of: TenantStore, id: string, connectionId: string) => of.runs.create({ id, connectionId } as unknown as SyncRun)
  const together = () => conduct.notes.filter((note) => note.includes('at the same time')).length
  await begin(first, 'a', 'c')
  await begin(second, 'b', 'another')
  assert.equal(together(), 0)
  // Who takes another's run for abandoned ends it in the store, and not in that process.
  await second.runs.update('a', { outcome: 'failed' })
  await begin(second, 'd', 'c')
  assert.equal(together(), 1)
  await second.runs.end('d', {} as never, {} as never)
  await first.runs.update('a', { outcome: 'failed' })
  await begin(second, 'e', 'c')
  assert.equal(together(), 1)
  other.dead = true
  await begin(first, 'f', 'c')
  assert.equal(together(), 1)
})

test('the password asked for while the bank is down is counted once for each plan, and not when the bank had refused it; a feed that stands still is told of', () => {
  const now = { at: Date.parse('2026-03-02') }
  const bank = bankAt(now)
  const conduct = new Conduct(bank)
  const step = { kind: 'credentials', who: 'person', state: 'now' }
  const asking = (id: string) => [{ problemId: 'p', connectionId: 'c', updatedAt: 0, cause: 'institution_down', plan: { id, steps: [step] } } as unknown as OpenRepair]
  conduct.asks(asking('1'))
  assert.equal(conduct.askedWhileDown, 0, 'the bank is up')
  bank.inject({ name: 'connection-refused' })
  conduct.asks(asking('1'))
  assert.equal(conduct.askedWhileDown, 0, 'nobody knows of it')
  conduct.heard(false)
  now.at += 9 * 60_000
  conduct.asks(asking('1'))
  assert.equal(conduct.askedWhileDown, 0, 'what was asked before stands until the next turn')
  now.at += 2 * 60_000
  conduct.heard(false)
  conduct.asks(asking('1'))
  conduct.asks(asking('1'))
  assert.equal(conduct.askedWhileDown, 1)
  bank.state.attempts.push({ at: now.at, user: ANA.user, secretDigest: 'x', code: 15500 })
  conduct.heard(true)
  conduct.asks(asking('2'))
  assert.equal(conduct.askedWhileDown, 1, 'the bank had refused the sign-on')
  bank.state.attempts.push({ at: now.at, user: ANA.user, secretDigest: 'y', code: 0 })
  conduct.heard(true)
  conduct.heard(false)
  now.at += 10 * 86_400_000
  conduct.asks(asking('3'))
  assert.equal(conduct.askedWhileDown, 2)
  assert.equal(conduct.notes.filter((note) => note.includes('stood still')).length, 0, 'a problem is open')
  conduct.asks([])
  assert.equal(conduct.notes.filter((note) => note.includes('stood still')).length, 1)
})
