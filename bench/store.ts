/**
 * What the store alone can do, without the matcher: rows per second of commitPage into an account that
 * grows, and the time of candidates() for a page of known and of unknown rows, at growing size.
 * Run: `node bench/store.ts [rows] [page] [pages a line]`. Prints one line for each ten pages and a summary.
 */
import { createHash, randomUUID } from 'node:crypto'
import { addDays, day, type Day } from '../src/domain/day.ts'
import { UNDECIDED } from '../src/domain/transaction.ts'
import type { CandidateQuery, NewObservation, NewTransaction, PageCommit } from '../src/ports/feed.ts'
import type { TenantStore } from '../src/ports/store.ts'
import { openPostgresStore } from '../src/store/postgres/store.ts'
import { startTestDatabase } from '../src/store/testing.ts'

const rows = Number(process.argv[2] ?? 100_000)
const pageRows = Number(process.argv[3] ?? 5_000)
const database = await startTestDatabase()
try {
  const opened = await openPostgresStore(database)
  if (!opened.ok) throw new Error(`${opened.failure.message} ${opened.failure.remedy}`)
  await measure(opened.value.tenant(await opened.value.defaultTenant()))
  await opened.value.close()
} finally {
  await database.remove()
}

async function measure(store: TenantStore): Promise<void> {
  const [accountId, sourceId, runId] = [id(1), id(2), id(3)]
  await store.accounts.create(
    { id: accountId, name: 'Bench', number: '1', bankId: null, kind: 'checking', currency: 'EUR', state: 'open', institutionName: null, currencyIsSaid: false, startOn: null, createdAt: 0 },
    { id: sourceId, accountId, connectionId: null, ref: { bankId: null, branchId: null, number: '1', kind: 'checking' }, state: 'active', sign: 1 },
  )
  await store.runs.create({ id: runId, connectionId: null, trigger: 'import', startedAt: 0, endedAt: null, outcome: 'running', stage: null, accounts: [], failure: null, label: null })
  let [commitMs, committed] = [0, 0]
  for (let from = 0; from < rows; from += pageRows) {
    const page = pageOf(accountId, sourceId, runId, from, Math.min(pageRows, rows - from))
    const began = performance.now()
    committed += (await store.feed.commitPage(page)).inserted
    commitMs += performance.now() - began
    if ((from / pageRows + 1) % Number(process.argv[4] ?? 10) !== 0 && from + pageRows < rows) continue
    console.log(`${from + pageRows} rows: commit ${Math.round(committed / (commitMs / 1000))} rows/s; ${await candidateTimes(store, accountId, sourceId, runId, from)}`)
    ;[commitMs, committed] = [0, 0]
  }
  const began = performance.now()
  await store.accounts.list()
  const listed = performance.now()
  await store.feed.transactions({ accountId, limit: 100 })
  console.log(`list of accounts ${Math.round(listed - began)} ms, first page of transactions ${Math.round(performance.now() - listed)} ms`)
}

async function candidateTimes(store: TenantStore, accountId: string, sourceId: string, runId: string, from: number): Promise<string> {
  const known = pageOf(accountId, sourceId, runId, from, pageRows)
  const unknown = pageOf(accountId, sourceId, runId, rows + from, pageRows)
  const times: string[] = []
  const queries: readonly (readonly [string, CandidateQuery])[] = [
    ['known keys', queryOf(known, { keys: true })],
    ['known, whole rows', queryOf(known, { keys: true, content: true })],
    ['unknown, all questions', queryOf(unknown, { keys: true, content: true, near: true })],
  ]
  for (const [name, query] of queries) {
    const began = performance.now()
    const { known, transactions } = await store.feed.candidates(query)
    times.push(`${name} ${(performance.now() - began).toFixed(0)} ms (${known.size}/${transactions.length})`)
  }
  return times.join(', ')
}

function queryOf(page: PageCommit, ask: { keys?: boolean; content?: boolean; near?: boolean }): CandidateQuery {
  const { accountId, sourceId, observations, inserts } = page
  return {
    accountId, sourceId,
    keys: ask.keys ? observations.map((o) => o.key) : [],
    providerIds: ask.content ? observations.map((o) => o.providerId!) : [],
    contentKeys: ask.content ? inserts.map((t) => t.contentKey) : [],
    near: ask.near
      ? { amounts: inserts.map((t) => t.amount), from: inserts.map((t) => addDays(t.postedOn, -5)), to: inserts.map((t) => addDays(t.postedOn, 5)) }
      : { amounts: [], from: [], to: [] },
    states: null,
  }
}

function pageOf(accountId: string, sourceId: string, runId: string, from: number, count: number): PageCommit {
  const observations: NewObservation[] = []
  const inserts: NewTransaction[] = []
  for (let n = from; n < from + count; n++) {
    const key = createHash('sha256').update(`key ${n}`).digest('hex').slice(0, 32)
    const contentKey = createHash('sha256').update(`content ${n}`).digest('hex').slice(0, 32)
    const content = {
      status: 'posted' as const, postedOn: addDays(day('2015-01-01'), Math.floor(n / 40)) as Day, transactedOn: null, valueOn: null,
      amount: BigInt((n * 7919) % 500_000) - 250_000n, currency: 'EUR', name: `Corner Shop ${n % 997} "Main" Street`, memo: `Card 1234 receipt ${n}`, kind: 'DEBIT',
      checkNumber: null, reference: null, foreignAmount: null, foreignCurrency: null,
    }
    const transactionId = id(1_000_000 + n * 2)
    const at = 1_700_000_000_000
    inserts.push({
      ...content, id: transactionId, accountId, state: 'posted', withdrawnReason: null, createdAt: at, updatedAt: at, contentKey,
      decisions: UNDECIDED,
    })
    observations.push({
      ...content, id: id(1_000_001 + n * 2), accountId, sourceId, runId, providerId: `2015${n}00${n % 7}`, pendingProviderId: null, key, ordinal: 0, observedAt: at,
      transactionId, tier: 'new',
    })
  }
  return {
    runId, accountId, sourceId, at: 1_700_000_000_000, seen: observations.map((o) => o.id), observations, inserts, updates: [], questions: [],
    covers: null, balances: [], spans: [], cursor: { n: from },
  }
}

/** Rises like a version 7 UUID does; the rest is chance, as there. */
function id(n: number): string {
  const time = (0x018f_0000_0000 + n).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}
