/**
 * Reads of healthy connections with 5 new rows each: Relink's own time of one read, and reads per second with 8 at once.
 * Everything is real: sockets, OFX, vault, ledger of attempts, PostgreSQL, diagnosis. The sandbox bank runs in the same
 * process; the time that it computes is measured and taken off. Wanted: under 50 ms, and 200 reads/s.
 *
 * Time by the clock says much of what else the machine does, so three figures that it cannot move stand beside: the
 * processor time of this process and of PostgreSQL, and the trips to the database and the transactions that wait for the
 * disk. The floor, printed last, is as many bare trips and commits in the same run, without anything of Relink.
 * Every figure is the median of five rounds over all connections, after ten that warm up.
 *
 *   node bench/sync.ts [--json] [--connections N]
 */
import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBank, type Bank } from '../bank/bank.ts'
import { ANA, BANK_FID, BANK_ORG, type CustomerSpec } from '../bank/customers.ts'
import { listen, type Listening } from '../bank/listen.ts'
import { readConfig } from '../src/config.ts'
import { openInstance, type Opened } from '../src/open.ts'
import { bareTrips, postgresSeconds, watchDatabase, type Trips } from './sync-counts.ts'

const AT_ONCE = 8
const NEW_ROWS = 5
const WARM_ROUNDS = 10
const MEASURED_ROUNDS = 5
const args = process.argv.slice(2)
const wanted = args.indexOf('--connections')
const CONNECTIONS = wanted === -1 ? 48 : Number(args[wanted + 1])

const customers = Array.from({ length: CONNECTIONS }, (_, n): CustomerSpec => ({
  ...ANA, user: `user${n}`, accounts: [{ ...ANA.accounts[0]!, key: `account-${n}`, number: String(7_000_000_000 + n) }],
}))
const place = await mkdtemp(join(tmpdir(), 'relink-bench-'))
await chmod(place, 0o755)
const bank = createBank({ clock: { now: () => Date.now() }, seed: 3, historyDays: 90, customers })
const bankTime = watchBank(bank)
const database = watchDatabase()
const listening = await listen(bank)
const opened = await open(listening)
try {
  const ids = await connectAll(opened)
  // The first reads walk into the past, and code and plans are cold; what is measured is the everyday read of a server that runs for a while.
  for (let round = 0; round < WARM_ROUNDS; round++) await readAll(ids, AT_ONCE)
  const alone = await medianRound(ids, 1)
  const together = await medianRound(ids, AT_ONCE)
  const perRead = { trips: alone.trips / CONNECTIONS, commits: alone.commits / CONNECTIONS }
  const floor = await bareTrips(database.login(), opened.instance.store.tenantId, perRead, CONNECTIONS * 4, AT_ONCE)
  const figures = {
    connections: CONNECTIONS, exchangesPerRead: round(alone.exchanges / CONNECTIONS),
    ownMsPerRead: round(alone.ownMs / CONNECTIONS), medianWallMs: round(alone.medianMs), bankMsPerRead: round(alone.bankMs / CONNECTIONS),
    readsPerSecondWall: round(CONNECTIONS / (together.wallMs / 1_000)), readsPerSecondOwn: round(CONNECTIONS / (together.ownMs / 1_000)),
    alone: perReadOf(alone), together: perReadOf(together), floorReadsPerSecond: round(floor),
  }
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else {
    process.stdout.write(`one read at a time:  ${figures.ownMsPerRead} ms of our own (median ${figures.medianWallMs} ms with the bank, which took ${figures.bankMsPerRead} ms; ${figures.exchangesPerRead} exchanges)\n`)
    process.stdout.write(`                     ${told(figures.alone)}\n`)
    process.stdout.write(`${AT_ONCE} at once:           ${figures.readsPerSecondOwn} reads/s without the bank's time, ${figures.readsPerSecondWall} reads/s with it\n`)
    process.stdout.write(`                     ${told(figures.together)}\n`)
    process.stdout.write(`floor, ${AT_ONCE} at once:    ${figures.floorReadsPerSecond} reads/s of as many bare trips and commits through the same driver\n`)
  }
} finally {
  await opened.close()
  await listening.close()
  await rm(place, { recursive: true, force: true })
}

type Spent = { ms: number; exchanges: number }
type Round = Trips & { readonly wallMs: number; readonly ownMs: number; readonly bankMs: number; readonly medianMs: number; readonly exchanges: number; readonly nodeMs: number; readonly postgresMs: number | null }

/** What noise cannot move, for one read. */
function perReadOf({ nodeMs, postgresMs, trips, commits }: Round): { readonly nodeMs: number; readonly postgresMs: number | null; readonly trips: number; readonly commits: number } {
  return { nodeMs: round(nodeMs / CONNECTIONS), postgresMs: postgresMs === null ? null : round(postgresMs / CONNECTIONS), trips: round(trips / CONNECTIONS), commits: round(commits / CONNECTIONS) }
}

function told({ nodeMs, postgresMs, trips, commits }: ReturnType<typeof perReadOf>): string {
  return `${nodeMs} ms of processor time here (the bank's taken off), ${postgresMs ?? '?'} ms of PostgreSQL's; ${trips} trips to the database, ${commits} of them wait for the disk`
}

/** The bank computes without waiting, so the time of its calls is time that this process gave to it. */
function watchBank(watched: Bank): Spent {
  const spent: Spent = { ms: 0, exchanges: 0 }
  const handle = watched.handle.bind(watched)
  watched.handle = (request) => {
    // Processor time of this thread: the clock would count what others took of the processor meanwhile.
    const began = process.threadCpuUsage()
    const answer = handle(request)
    const { user, system } = process.threadCpuUsage(began)
    spent.ms += (user + system) / 1_000
    spent.exchanges++
    return answer
  }
  return spent
}

async function open({ ofxUrl }: Listening): Promise<Opened> {
  const config = readConfig({ RELINK_HOME: join(place, 'home') }, process.platform)
  if (!config.ok) throw new Error(config.failure.message)
  const institution = {
    id: 'bench', name: 'Bench Bank', country: 'US', website: null, routingNumbers: [], timeZone: 'America/New_York', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null },
    routes: [{ connector: 'ofx', settings: { url: ofxUrl, org: BANK_ORG, fid: BANK_FID } }],
  } as const
  const network = { privateHosts: [{ host: '127.0.0.1', cidr: '127.0.0.0/8', plainHttp: true }], caPem: null }
  const demo = { bankUrl: ofxUrl, hints: [], faults: async () => [], inject: async () => {}, clear: async () => {} }
  const done = await openInstance(config.value, { tell: () => {}, own: { institutions: [institution], network: new Map([['bench', network]]), demo } })
  if (!done.ok) throw new Error(done.failure.message)
  return done.value
}

async function connectAll({ instance }: Opened): Promise<readonly string[]> {
  const ids: string[] = []
  for (const { user, password } of customers) {
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
    wallMs: of((r) => r.wallMs), ownMs: of((r) => r.ownMs), bankMs: of((r) => r.bankMs), medianMs: of((r) => r.medianMs), exchanges: of((r) => r.exchanges), nodeMs: of((r) => r.nodeMs),
    postgresMs: rounds.some((r) => r.postgresMs === null) ? null : of((r) => r.postgresMs!), trips: of((r) => r.trips), commits: of((r) => r.commits),
  }
}

/** Books the new rows, reads all connections so many at once, and checks that each brought its rows. */
async function readAll(ids: readonly string[], atOnce: number): Promise<Round> {
  for (const { accounts } of customers) for (let n = 0; n < NEW_ROWS; n++) bank.book(accounts[0]!.key, { minor: BigInt(-100 - n), name: `NEW ROW ${n} ${performance.now()}` })
  const before = { ...bankTime }
  const times: number[] = []
  const left = [...ids]
  const [trips, processor, server] = [{ ...database.count }, process.cpuUsage(), postgresSeconds(join(place, 'home'))]
  const began = performance.now()
  const reader = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const start = performance.now()
      const read = await opened.instance.verbs.sync(id, 'person')
      times.push(performance.now() - start)
      const added = read.ok ? read.value.accounts.reduce((sum, account) => sum + account.added, 0) : -1
      if (!read.ok || read.value.outcome !== 'succeeded' || added < NEW_ROWS) throw new Error(`read: ${JSON.stringify(read)}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, reader))
  const wallMs = performance.now() - began
  const bankMs = bankTime.ms - before.ms
  const { user, system } = process.cpuUsage(processor)
  const serverNow = postgresSeconds(join(place, 'home'))
  times.sort((a, b) => a - b)
  return {
    wallMs, bankMs, ownMs: wallMs - bankMs, medianMs: times[Math.floor(times.length / 2)] ?? 0, exchanges: bankTime.exchanges - before.exchanges,
    nodeMs: (user + system) / 1_000 - bankMs, postgresMs: server === null || serverNow === null ? null : (serverNow - server) * 1_000,
    trips: database.count.trips - trips.trips, commits: database.count.commits - trips.commits,
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
