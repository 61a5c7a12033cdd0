/**
 * Reads of healthy connections with 5 new rows each: Relink's own time of one read, and reads per second with 8 at once.
 * Everything is real: sockets, OFX, vault, ledger of attempts, PostgreSQL, diagnosis. Between two reads of a connection a
 * day passes at bank and server, so that an answer shows what it shows every day: the days that are read again, with the
 * rows that were new on them. One process reads, as `relink start` does, or several, as with `relink worker` beside it. The
 * sandbox bank runs in a process of its own; the processor time that it takes is measured and taken off where a figure says
 * so. Wanted: under 50 ms, and 200 reads/s.
 *
 * Time by the clock says much of what else the machine does, so figures that it moves less stand beside: the processor
 * time of Node, of PostgreSQL and of the bank, how many reads the first two allow, what other programs took meanwhile, and
 * the trips to the database and the transactions that wait for the disk. (A busy machine makes processor time longer, too:
 * caches are shared.) The floor, printed last, is as many bare trips, commits and exchanges in the same run, without
 * anything of Relink. Times are the median of all reads, reads per second that of five rounds, after rounds that warm up.
 *
 *   node bench/sync.ts [--json] [--connections N] [--processes N]
 */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BankOrder, BankWord } from './sync-bank.ts'
import { hostSeconds, postgresSeconds } from './sync-counts.ts'
import type { ReaderOrder, ReaderWord } from './sync-reader.ts'

const AIM = { ownMs: 50, readsPerSecond: 200 }
const AT_ONCE = 8
const NEW_ROWS = 5
const WARM_ROUNDS = 12
const MEASURED_ROUNDS = 5
const DAY_MS = 86_400_000
const CORES = availableParallelism()
const args = process.argv.slice(2)
const CONNECTIONS = given('--connections', 48)
const PROCESSES = Math.min(given('--processes', 1), AT_ONCE)

const place = await mkdtemp(join(tmpdir(), 'relink-bench-'))
const home = join(place, 'home')
await chmod(place, 0o755)
let aheadMs = untilNoonAtBank(Date.now())
const bank = start('sync-bank.ts', String(CONNECTIONS), String(aheadMs))
const readers = Array.from({ length: PROCESSES }, () => start('sync-reader.ts'))
const bankUrl = (await word<BankWord & { kind: 'open' }>(bank)).ofxUrl
try {
  for (const reader of readers) await order(reader, { kind: 'open', home, bankUrl })
  const { ids } = await order(readers[0]!, { kind: 'connect', connections: CONNECTIONS, aheadMs })
  // The first reads walk into the past, and code and plans are cold; what is measured is the everyday read of a server that runs for a while.
  for (let round = 0; round < WARM_ROUNDS; round++) await readAll(ids, readers, AT_ONCE)
  const alone = await measure(ids, readers.slice(0, 1), 1)
  const together = await measure(ids, readers, AT_ONCE)
  const perRead = { trips: alone.trips, commits: alone.commits }
  const floor = await order(readers[0]!, { kind: 'bare', perRead, exchanges: Math.round(alone.exchanges), bankUrl, reads: CONNECTIONS * 4, atOnce: AT_ONCE })
  const figures = { connections: CONNECTIONS, processes: PROCESSES, processors: CORES, alone, together, floorReadsPerSecond: round(floor.readsPerSecond), aim: AIM }
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else tell(figures)
  for (const reader of [...readers].reverse()) await order(reader, { kind: 'close' })
} finally {
  for (const reader of readers) reader.kill()
  bank.send({ kind: 'close' } satisfies BankOrder)
  await rm(place, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

/** Each for one read. `own`: without what the bank took; `allowed`: how many reads the processor time of Node and PostgreSQL allows; `othersPercent`: of the processors' time. */
type Figures = {
  readonly ownMs: number; readonly medianMs: number; readonly ownReadsPerSecond: number; readonly readsPerSecond: number; readonly nodeMs: number; readonly postgresMs: number | null; readonly bankMs: number
  readonly allowed: number | null; readonly trips: number; readonly commits: number; readonly exchanges: number; readonly rows: number; readonly othersPercent: number | null
}
type Round = { readonly timesMs: readonly number[]; readonly wallMs: number; readonly bankMs: number; readonly nodeMs: number; readonly postgresMs: number | null; readonly hostMs: number | null; readonly trips: number; readonly commits: number; readonly exchanges: number; readonly rows: number }

function tell({ alone, together, floorReadsPerSecond, processes }: { readonly alone: Figures; readonly together: Figures; readonly floorReadsPerSecond: number; readonly processes: number }): void {
  const verdict = (met: boolean, aim: string): string => `${met ? 'met' : 'MISSED'}: ${aim}`
  const lines = [
    ['one read at a time', `${alone.ownMs} ms of our own, median (${alone.medianMs} ms with the bank; ${alone.exchanges} exchanges, ${alone.rows} rows in the answer)`],
    ['', processorTime(alone)],
    ['', verdict(alone.ownMs < AIM.ownMs, `under ${AIM.ownMs} ms`)],
    [`${AT_ONCE} at once`, `${together.ownReadsPerSecond} reads/s without the bank's processor time, ${together.readsPerSecond} reads/s with it on the same processors; ${processes === 1 ? 'one process reads' : `${processes} processes read`}`],
    ['', processorTime(together)],
    ['', `so much processor time allows ${together.allowed ?? '?'} reads/s on ${CORES} processors that do nothing else`],
    ['', verdict(together.ownReadsPerSecond >= AIM.readsPerSecond, `at least ${AIM.readsPerSecond} reads/s`)],
    [`floor, ${AT_ONCE} at once`, `${floorReadsPerSecond} reads/s of as many bare trips, commits and exchanges through the same drivers, in one process`],
  ]
  for (const [name, text] of lines) process.stdout.write(`${name!.padEnd(20)} ${text}\n`)
}

function processorTime({ nodeMs, postgresMs, bankMs, trips, commits, othersPercent }: Figures): string {
  return `processor time of a read: ${nodeMs} ms of Node, ${postgresMs ?? '?'} ms of PostgreSQL, ${bankMs} ms of the bank; ${trips} trips to the database, ${commits} of them wait for the disk; other programs took ${othersPercent ?? '?'} % of the processors meanwhile`
}

function given(option: string, otherwise: number): number {
  const at = args.indexOf(option)
  return at === -1 ? otherwise : Number(args[at + 1])
}

/** A day begins at another hour in each part of the world; noon is the same day nearly everywhere. */
function untilNoonAtBank(now: number): number {
  return (17 * 3_600_000 - (now % DAY_MS) + DAY_MS) % DAY_MS
}

function start(file: string, ...parameters: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), parameters)
}

function word<T>(from: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('a process of the benchmark ended'))
    from.once('exit', ended)
    from.once('message', (said) => {
      from.off('exit', ended)
      resolve(said as T)
    })
  })
}

function order(to: ChildProcess, given: ReaderOrder): Promise<ReaderWord>
function order(to: ChildProcess, given: BankOrder): Promise<Extract<BankWord, { kind: 'told' }>>
function order(to: ChildProcess, given: ReaderOrder | BankOrder): Promise<unknown> {
  const answer = word(to)
  to.send(given)
  return answer
}

async function measure(ids: readonly string[], by: readonly ChildProcess[], atOnce: number): Promise<Figures> {
  const rounds: Round[] = []
  for (let round = 0; round < MEASURED_ROUNDS; round++) rounds.push(await readAll(ids, by, atOnce))
  const reads = rounds.length * ids.length
  const mean = (figure: (round: Round) => number | null): number | null => {
    const all = rounds.map(figure)
    return all.includes(null) ? null : all.reduce<number>((sum, one) => sum + one!, 0) / reads
  }
  const [nodeMs, postgresMs, bankMs, hostMs] = [mean((r) => r.nodeMs)!, mean((r) => r.postgresMs), mean((r) => r.bankMs)!, mean((r) => r.hostMs)]
  const medianMs = median(rounds.flatMap(({ timesMs }) => timesMs))
  // One at a time, we wait while the bank computes; together, it takes a processor from us that we would use.
  const [perSecond, ownPerSecond] = [(r: Round) => (ids.length * 1_000) / r.wallMs, (r: Round) => (ids.length * 1_000) / (r.wallMs - r.bankMs / CORES)]
  return {
    ownMs: round(Math.max(0, medianMs - bankMs)), medianMs: round(medianMs), ownReadsPerSecond: round(median(rounds.map(ownPerSecond))), readsPerSecond: round(median(rounds.map(perSecond))),
    nodeMs: round(nodeMs), postgresMs: postgresMs === null ? null : round(postgresMs), bankMs: round(bankMs),
    allowed: postgresMs === null ? null : round((CORES * 1_000) / (nodeMs + postgresMs)),
    trips: round(mean((r) => r.trips)!), commits: round(mean((r) => r.commits)!), exchanges: round(mean((r) => r.exchanges)!), rows: Math.round(mean((r) => r.rows)!),
    othersPercent: hostMs === null || postgresMs === null ? null : Math.max(0, Math.round((100 * (hostMs - nodeMs - postgresMs - bankMs)) / (mean((r) => r.wallMs)! * CORES))),
  }
}

/** Lets a day pass with its new rows, and reads all connections, so many at once among these processes. */
async function readAll(ids: readonly string[], by: readonly ChildProcess[], atOnce: number): Promise<Round> {
  aheadMs += DAY_MS
  const before = await order(bank, { kind: 'day', ms: DAY_MS, rows: NEW_ROWS })
  const [server, host, began] = [postgresSeconds(home), hostSeconds(), performance.now()]
  const told = await Promise.all(
    by.map((reader, n) => order(reader, { kind: 'read', ids: ids.filter((_, i) => i % by.length === n), atOnce: Math.ceil(atOnce / by.length), aheadMs, newRows: NEW_ROWS })),
  )
  const wallMs = performance.now() - began
  const [serverNow, hostNow] = [postgresSeconds(home), hostSeconds()]
  const after = await order(bank, { kind: 'tell' })
  const sum = (figure: (word: ReaderWord) => number): number => told.reduce((total, one) => total + figure(one), 0)
  return {
    timesMs: told.flatMap(({ timesMs }) => timesMs), wallMs, bankMs: after.processorMs - before.processorMs, nodeMs: sum((w) => w.processorMs), rows: sum((w) => w.rows), trips: sum((w) => w.trips),
    commits: sum((w) => w.commits), exchanges: after.exchanges - before.exchanges, postgresMs: between(server, serverNow), hostMs: between(host, hostNow),
  }
}

function between(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : (after - before) * 1_000
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
