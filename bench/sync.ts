/**
 * Reads of healthy connections with 5 new rows each: Relink's own time of one read, and reads per second with 8 at once.
 * Everything is real: sockets, OFX, vault, ledger of attempts, PostgreSQL, diagnosis. Between two reads of a connection a
 * day passes at bank and server, so that an answer shows what it shows every day: the days that are read again, with the
 * rows that were new on them. The sandbox bank runs in a process of its own; the processor time that it takes is
 * measured and taken off where a figure says so. Wanted: under 50 ms, and 200 reads/s.
 *
 * Time by the clock says much of what else the machine does, so figures that it moves less stand beside: the
 * processor time of this process, of PostgreSQL and of the bank, and the trips to the database and the transactions that
 * wait for the disk. The floor, printed last, is as many bare trips, commits and exchanges in the same run, without
 * anything of Relink. Every figure is the median of five rounds over all connections, after ten that warm up.
 *
 *   node bench/sync.ts [--json] [--connections N]
 */
import { fork } from 'node:child_process'
import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BANK_FID, BANK_ORG } from '../bank/customers.ts'
import { hostClock } from '../src/adapters/clock.ts'
import { readConfig } from '../src/config.ts'
import { openInstance, type Opened } from '../src/open.ts'
import { customersOf, type BankOrder, type BankWord } from './sync-bank.ts'
import { bareReads, postgresSeconds, watchDatabase, type Trips } from './sync-counts.ts'

const AT_ONCE = 8
const NEW_ROWS = 5
const WARM_ROUNDS = 10
const MEASURED_ROUNDS = 5
const DAY_MS = 86_400_000
const CORES = availableParallelism()
const args = process.argv.slice(2)
const wanted = args.indexOf('--connections')
const CONNECTIONS = wanted === -1 ? 48 : Number(args[wanted + 1])

const place = await mkdtemp(join(tmpdir(), 'relink-bench-'))
await chmod(place, 0o755)
let aheadMs = untilNoonAtBank(Date.now())
const bank = fork(fileURLToPath(new URL('sync-bank.ts', import.meta.url)), [String(CONNECTIONS), String(aheadMs)])
const database = watchDatabase()
const { ofxUrl } = await word('open')
const opened = await open(ofxUrl)
try {
  const ids = await connectAll(opened)
  // The first reads walk into the past, and code and plans are cold; what is measured is the everyday read of a server that runs for a while.
  for (let round = 0; round < WARM_ROUNDS; round++) await readAll(ids, AT_ONCE)
  const alone = await medianRound(ids, 1)
  const together = await medianRound(ids, AT_ONCE)
  const perRead = { trips: alone.trips / CONNECTIONS, commits: alone.commits / CONNECTIONS }
  const floor = await bareReads(database.login(), opened.instance.store.tenantId, perRead, { url: ofxUrl, count: Math.round(alone.exchanges / CONNECTIONS) }, CONNECTIONS * 4, AT_ONCE)
  const figures = {
    connections: CONNECTIONS, exchangesPerRead: round(alone.exchanges / CONNECTIONS), rowsPerAnswer: alone.rows,
    ownMsPerRead: round(alone.ownMs / CONNECTIONS), medianWallMs: round(alone.medianMs), bankMsPerRead: round(alone.bankMs / CONNECTIONS),
    readsPerSecondWall: round(CONNECTIONS / (together.wallMs / 1_000)), readsPerSecondOwn: round(CONNECTIONS / (together.ownMs / 1_000)),
    alone: perReadOf(alone), together: perReadOf(together), floorReadsPerSecond: round(floor),
  }
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else {
    process.stdout.write(`one read at a time:  ${figures.ownMsPerRead} ms of our own (median ${figures.medianWallMs} ms with the bank, which took ${figures.bankMsPerRead} ms; ${figures.exchangesPerRead} exchanges, ${figures.rowsPerAnswer} rows in the answer)\n`)
    process.stdout.write(`                     ${told(figures.alone)}\n`)
    process.stdout.write(`${AT_ONCE} at once:           ${figures.readsPerSecondOwn} reads/s without the bank's processor time, ${figures.readsPerSecondWall} reads/s with it on the same ${CORES} processors\n`)
    process.stdout.write(`                     ${told(figures.together)}\n`)
    process.stdout.write(`floor, ${AT_ONCE} at once:    ${figures.floorReadsPerSecond} reads/s of as many bare trips, commits and exchanges through the same drivers\n`)
  }
} finally {
  await opened.close()
  bank.send({ kind: 'close' } satisfies BankOrder)
  await rm(place, { recursive: true, force: true })
}

type Round = Trips & { readonly wallMs: number; readonly ownMs: number; readonly bankMs: number; readonly medianMs: number; readonly exchanges: number; readonly rows: number; readonly nodeMs: number; readonly postgresMs: number | null }

/** What noise moves less, for one read. */
function perReadOf({ nodeMs, postgresMs, bankMs, trips, commits }: Round): { readonly nodeMs: number; readonly postgresMs: number | null; readonly bankMs: number; readonly trips: number; readonly commits: number } {
  return { nodeMs: round(nodeMs / CONNECTIONS), postgresMs: postgresMs === null ? null : round(postgresMs / CONNECTIONS), bankMs: round(bankMs / CONNECTIONS), trips: round(trips / CONNECTIONS), commits: round(commits / CONNECTIONS) }
}

function told({ nodeMs, postgresMs, bankMs, trips, commits }: ReturnType<typeof perReadOf>): string {
  return `processor time: ${nodeMs} ms here, ${postgresMs ?? '?'} ms of PostgreSQL's, ${bankMs} ms of the bank's; ${trips} trips to the database, ${commits} of them wait for the disk`
}

/** A day begins at another hour in each part of the world; noon is the same day nearly everywhere. */
function untilNoonAtBank(now: number): number {
  return (17 * 3_600_000 - (now % DAY_MS) + DAY_MS) % DAY_MS
}

function word<K extends BankWord['kind']>(kind: K): Promise<Extract<BankWord, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the bank ended'))
    bank.once('exit', ended)
    bank.once('message', (said: BankWord) => {
      bank.off('exit', ended)
      if (said.kind === kind) resolve(said as Extract<BankWord, { kind: K }>)
      else reject(new Error(`the bank says ${said.kind}, not ${kind}`))
    })
  })
}

async function order(given: BankOrder): Promise<Extract<BankWord, { kind: 'told' }>> {
  const answer = word('told')
  bank.send(given)
  return answer
}

async function open(url: string): Promise<Opened> {
  const config = readConfig({ RELINK_HOME: join(place, 'home') }, process.platform)
  if (!config.ok) throw new Error(config.failure.message)
  const institution = {
    id: 'bench', name: 'Bench Bank', country: 'US', website: null, routingNumbers: [], timeZone: 'America/New_York', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null },
    routes: [{ connector: 'ofx', settings: { url, org: BANK_ORG, fid: BANK_FID } }],
  } as const
  const network = { privateHosts: [{ host: '127.0.0.1', cidr: '127.0.0.0/8', plainHttp: true }], caPem: null }
  const demo = { bankUrl: url, hints: [], faults: async () => [], inject: async () => {}, clear: async () => {}, passTime: () => {} }
  const clock = { now: () => hostClock.now() + aheadMs, sleep: hostClock.sleep }
  const done = await openInstance(config.value, { clock, tell: () => {}, own: { institutions: [institution], network: new Map([['bench', network]]), demo } })
  if (!done.ok) throw new Error(done.failure.message)
  return done.value
}

async function connectAll({ instance }: Opened): Promise<readonly string[]> {
  const ids: string[] = []
  for (const { user, password } of customersOf(CONNECTIONS)) {
    const connected = await instance.verbs.connect({ institutionId: 'bench', connector: null, form: { username: user, password } })
    if (connected.kind !== 'connected') throw new Error(`connect: ${JSON.stringify(connected)}`)
    ids.push(connected.connection.id)
  }
  return ids
}

/** Each figure's median over the rounds. */
async function medianRound(ids: readonly string[], atOnce: number): Promise<Round> {
  const rounds: Round[] = []
  for (let round = 0; round < MEASURED_ROUNDS; round++) rounds.push(await readAll(ids, atOnce))
  const of = (figure: (round: Round) => number): number => rounds.map(figure).sort((a, b) => a - b)[Math.floor(rounds.length / 2)]!
  return {
    wallMs: of((r) => r.wallMs), ownMs: of((r) => r.ownMs), bankMs: of((r) => r.bankMs), medianMs: of((r) => r.medianMs), exchanges: of((r) => r.exchanges), rows: of((r) => r.rows), nodeMs: of((r) => r.nodeMs),
    postgresMs: rounds.some((r) => r.postgresMs === null) ? null : of((r) => r.postgresMs!), trips: of((r) => r.trips), commits: of((r) => r.commits),
  }
}

/** Lets a day pass with its new rows, reads all connections so many at once, and checks that each brought its rows. */
async function readAll(ids: readonly string[], atOnce: number): Promise<Round> {
  aheadMs += DAY_MS
  const before = await order({ kind: 'day', ms: DAY_MS, rows: NEW_ROWS })
  const times: number[] = []
  const left = [...ids]
  let rows = 0
  const [trips, processor, server] = [{ ...database.count }, process.cpuUsage(), postgresSeconds(join(place, 'home'))]
  const began = performance.now()
  const reader = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const start = performance.now()
      const read = await opened.instance.verbs.sync(id, 'person')
      times.push(performance.now() - start)
      const [account] = read.ok ? read.value.accounts : []
      if (!read.ok || read.value.outcome !== 'succeeded' || account === undefined || account.added < NEW_ROWS) throw new Error(`read: ${JSON.stringify(read)}`)
      rows += account.added + account.matched
    }
  }
  await Promise.all(Array.from({ length: atOnce }, reader))
  const wallMs = performance.now() - began
  const { user, system } = process.cpuUsage(processor)
  const serverNow = postgresSeconds(join(place, 'home'))
  const after = await order({ kind: 'tell' })
  const bankMs = after.processorMs - before.processorMs
  times.sort((a, b) => a - b)
  return {
    // One at a time, we wait while the bank computes; together, it takes a processor from us that we would use.
    wallMs, bankMs, ownMs: wallMs - bankMs / (atOnce === 1 ? 1 : CORES), medianMs: times[Math.floor(times.length / 2)] ?? 0, exchanges: after.exchanges - before.exchanges, rows: Math.round(rows / CONNECTIONS),
    nodeMs: (user + system) / 1_000, postgresMs: server === null || serverNow === null ? null : (serverNow - server) * 1_000,
    trips: database.count.trips - trips.trips, commits: database.count.commits - trips.commits,
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
