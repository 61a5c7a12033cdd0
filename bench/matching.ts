/**
 * Matching 1,000 new rows against accounts of 10,000 and 1,000,000 old ones over the same ten years, in the embedded
 * store: as a file whose rows lie anywhere in that time, and as a bank's answer of the month after. Wanted: the large
 * account takes at most 1.5 times as long as the small one. Medians, with processor time of this process beside them.
 *
 *   node bench/matching.ts [--json] [rows…]
 */
import { hostClock } from '../src/adapters/clock.ts'
import { hostEntropy } from '../src/adapters/entropy.ts'
import type { Account } from '../src/domain/account.ts'
import { addDays, day } from '../src/domain/day.ts'
import { parseDecimal } from '../src/domain/money.ts'
import { ok } from '../src/domain/result.ts'
import type { StatementRow } from '../src/domain/statement.ts'
import { importFile } from '../src/import-file.ts'
import type { TenantStore } from '../src/ports/store.ts'
import { openPostgresStore } from '../src/store/postgres/store.ts'
import { startTestDatabase } from '../src/store/testing.ts'
import { Answer } from '../src/sync/answer.ts'
import { importStatements } from '../src/sync/import.ts'
import { ofxFile } from './ofx-file.ts'

type Figure = { readonly oldRows: number; readonly fileMs: number; readonly fileCpuMs: number; readonly answerMs: number; readonly answerCpuMs: number }
type Timed = { readonly ms: number; readonly cpuMs: number }

const NEW_ROWS = 1_000
const ROUNDS = 7
const SHOPS = ['CORNER SHOP', 'RAIL TICKETS', 'SUPERMARKET', 'FUEL STATION', 'CITY WATER WORKS']
const AFTER = { from: day('2024-01-01'), to: day('2024-01-31') }

const args = process.argv.slice(2)
const sizes = args.filter((arg) => /^\d+$/.test(arg)).map(Number)
const figures: Figure[] = []
for (const rows of sizes.length > 0 ? sizes : [10_000, 1_000_000]) figures.push(await measure(rows))
if (args.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`)
else {
  for (const f of figures) process.stdout.write(`${String(f.oldRows).padStart(9)} old rows: file ${f.fileMs} ms (${f.fileCpuMs} ms of processor), answer ${f.answerMs} ms (${f.answerCpuMs} ms)\n`)
  const [small, large] = [figures[0]!, figures.at(-1)!]
  if (small !== large) process.stdout.write(`the large account takes ${ratio(large.fileMs, small.fileMs)} times as long by file, ${ratio(large.answerMs, small.answerMs)} times by answer (aim: at most 1.5)\n`)
}

/** In a database of its own. Each round brings other rows, so that none is known from the round before. */
async function measure(oldRows: number): Promise<Figure> {
  const database = await startTestDatabase()
  try {
    const opened = await openPostgresStore(database)
    if (!opened.ok) throw new Error(`${opened.failure.message} ${opened.failure.remedy}`)
    const store = opened.value.tenant(await opened.value.defaultTenant())
    const report = await importFile({ store, clock: hostClock, entropy: hostEntropy }, { fileName: 'old.ofx', open: () => copied(oldRows), accountId: null, onProgress: null, dryRun: false })
    if (report.failure !== null || report.added !== oldRows) throw new Error('the old rows were not taken')
    const account = (await store.accounts.list())[0]!
    const files: Timed[] = []
    const answers: Timed[] = []
    for (let round = 0; round < ROUNDS; round++) {
      files.push(await timed(() => bringFile(store, account, round)))
      answers.push(await timed(() => bringAnswer(store, account, round)))
    }
    await opened.value.close()
    const [file, answer] = [median(files), median(answers)]
    return { oldRows, fileMs: file.ms, fileCpuMs: file.cpuMs, answerMs: answer.ms, answerCpuMs: answer.cpuMs }
  } finally {
    await database.remove()
  }
}

async function bringFile(store: TenantStore, account: Account, round: number): Promise<void> {
  const rows = Array.from({ length: NEW_ROWS }, (_, at) => newRow(addDays(day('2014-01-05'), (at * 3_637 + round) % 3_640), at, `file${round}`))
  const head = { account: { number: account.number, bankId: account.bankId, branchId: null, kind: account.kind, name: null }, currency: 'USD', covers: { from: null, to: null }, line: 1 }
  const open = async function* () {
    yield ok({ part: 'start' as const, head })
    yield ok({ part: 'rows' as const, rows })
    yield ok({ part: 'end' as const, covers: { from: null, to: null } })
  }
  const done = await importStatements({ store, clock: hostClock, entropy: hostEntropy }, { open, accountId: account.id, label: `${round}.ofx`, dryRun: false, onProgress: null })
  if (done.failure !== null || done.added !== NEW_ROWS) throw new Error(`the file was not taken: ${JSON.stringify(done)}`)
}

async function bringAnswer(store: TenantStore, account: Account, round: number): Promise<void> {
  const now = hostClock.now()
  const [source] = await store.accounts.sources({ accountId: account.id })
  const runId = hostEntropy.id(now)
  await store.runs.create({ id: runId, connectionId: null, trigger: 'import', startedAt: now, endedAt: null, outcome: 'running', stage: 'matching', accounts: [], failure: null, label: null })
  const window = { from: addDays(AFTER.from, round * 31), to: addDays(AFTER.to, round * 31) }
  const answer = new Answer({ feed: store.feed, account, source: source!, runId, now: () => hostClock.now(), newId: (at) => hostEntropy.id(at) }, window, 5_000)
  await answer.add(Array.from({ length: NEW_ROWS }, (_, at) => newRow(addDays(window.from, at % 31), at, `answer${round}`)))
  const done = await answer.finish({ covers: window, balances: [], cursor: () => null })
  if (!done.ok || done.value.counts.added !== NEW_ROWS) throw new Error(`the answer was not taken: ${JSON.stringify(done.ok ? done.value.counts : done.failure.message)}`)
}

function newRow(on: string, at: number, mark: string): StatementRow {
  const amount = parseDecimal(`-${1 + ((at * 7_919) % 4_999)}.${String(at % 100).padStart(2, '0')}`)!
  return {
    providerId: `${mark}-${at}`, pendingProviderId: null, status: 'posted', postedOn: day(on), transactedOn: null, valueOn: null, amount, foreign: null, kind: null,
    name: `${SHOPS[at % SHOPS.length]} ${mark} ${at}`, memo: null, checkNumber: null, reference: null, corrects: null, line: at,
  }
}

/** The generator's chunks share one buffer, so each is copied before the next is asked for. */
async function* copied(rows: number): AsyncGenerator<Uint8Array> {
  for (const chunk of ofxFile(rows)) yield Buffer.from(chunk)
}

async function timed(work: () => Promise<void>): Promise<Timed> {
  const cpu = process.cpuUsage()
  const began = performance.now()
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { ms: performance.now() - began, cpuMs: (user + system) / 1_000 }
}

function median(times: readonly Timed[]): Timed {
  const middle = (values: readonly number[]): number => Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]! * 10) / 10
  return { ms: middle(times.map((t) => t.ms)), cpuMs: middle(times.map((t) => t.cpuMs)) }
}

function ratio(a: number, b: number): string {
  return (a / b).toFixed(2)
}
