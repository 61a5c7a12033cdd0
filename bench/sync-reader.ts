/**
 * One process that reads connections, for the benchmark of reads: an instance of Relink as a worker opens it, on the home
 * that all of them share. Its parent tells it what to read and when; it answers with times, rows, trips to the database and
 * its own processor time.
 */
import { BANK_FID, BANK_ORG } from '../bank/customers.ts'
import { hostClock } from '../src/adapters/clock.ts'
import { readConfig } from '../src/config.ts'
import { openInstance, type Opened } from '../src/open.ts'
import { customersOf } from './sync-bank.ts'
import { bareReads, watchDatabase, type Trips } from './sync-counts.ts'

export type ReaderOrder =
  | { readonly kind: 'open'; readonly home: string; readonly bankUrl: string }
  | { readonly kind: 'connect'; readonly connections: number; readonly aheadMs: number }
  | { readonly kind: 'read'; readonly ids: readonly string[]; readonly atOnce: number; readonly aheadMs: number; readonly newRows: number }
  | { readonly kind: 'bare'; readonly perRead: Trips; readonly exchanges: number; readonly bankUrl: string; readonly reads: number; readonly atOnce: number }
  | { readonly kind: 'close' }

/** `timesMs`: of each read; `rows`: of all answers; `ids`, of the connections that were made. */
export type ReaderWord = Trips & { readonly timesMs: readonly number[]; readonly rows: number; readonly processorMs: number; readonly readsPerSecond: number; readonly ids: readonly string[] }

if (import.meta.main) {
  const database = watchDatabase()
  let opened: Opened
  let aheadMs = 0
  const nothing = { timesMs: [], rows: 0, readsPerSecond: 0, ids: [] }

  const obey = async (order: ReaderOrder): Promise<Partial<ReaderWord>> => {
    if (order.kind === 'open') opened = await open(order.home, order.bankUrl, () => aheadMs)
    else if (order.kind === 'connect') {
      aheadMs = order.aheadMs
      return { ids: await connectAll(opened, order.connections) }
    } else if (order.kind === 'read') {
      aheadMs = order.aheadMs
      return readAll(opened, order.ids, order.atOnce, order.newRows)
    } else if (order.kind === 'bare') {
      const { perRead, exchanges, bankUrl, reads, atOnce } = order
      return { readsPerSecond: await bareReads(database.login(), opened.instance.store.tenantId, perRead, { url: bankUrl, count: exchanges }, reads, atOnce) }
    } else await opened.close()
    return {}
  }

  process.on('disconnect', () => process.exit(1))
  process.on('message', async (order: ReaderOrder) => {
    const [before, processor] = [{ ...database.count }, process.cpuUsage()]
    const told = await obey(order)
    const { user, system } = process.cpuUsage(processor)
    const word = { ...nothing, ...told, processorMs: (user + system) / 1_000, trips: database.count.trips - before.trips, commits: database.count.commits - before.commits }
    process.send!(word, () => {
      if (order.kind === 'close') process.exit()
    })
  })
}

async function open(home: string, bankUrl: string, ahead: () => number): Promise<Opened> {
  const config = readConfig({ RELINK_HOME: home }, process.platform)
  if (!config.ok) throw new Error(config.failure.message)
  const institution = {
    id: 'bench', name: 'Bench Bank', country: 'US', website: null, routingNumbers: [], timeZone: 'America/New_York', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null },
    routes: [{ connector: 'ofx', settings: { url: bankUrl, org: BANK_ORG, fid: BANK_FID } }],
  } as const
  const network = { privateHosts: [{ host: '127.0.0.1', cidr: '127.0.0.0/8', plainHttp: true }], caPem: null }
  const demo = { bankUrl, hints: [], faults: async () => [], inject: async () => {}, clear: async () => {}, passTime: () => {} }
  const clock = { now: () => hostClock.now() + ahead(), sleep: hostClock.sleep }
  const done = await openInstance(config.value, { clock, tell: () => {}, own: { institutions: [institution], network: new Map([['bench', network]]), demo } })
  if (!done.ok) throw new Error(done.failure.message)
  return done.value
}

async function connectAll({ instance }: Opened, connections: number): Promise<readonly string[]> {
  const ids: string[] = []
  for (const { user, password } of customersOf(connections)) {
    const connected = await instance.verbs.connect({ institutionId: 'bench', connector: null, form: { username: user, password } })
    if (connected.kind !== 'connected') throw new Error(`connect: ${JSON.stringify(connected)}`)
    ids.push(connected.connection.id)
  }
  return ids
}

/** Reads the connections, so many at once, and checks that each brought its new rows. */
async function readAll({ instance }: Opened, ids: readonly string[], atOnce: number, newRows: number): Promise<Pick<ReaderWord, 'timesMs' | 'rows'>> {
  const timesMs: number[] = []
  const left = [...ids]
  let rows = 0
  const reader = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const start = performance.now()
      const read = await instance.verbs.sync(id, 'person')
      timesMs.push(performance.now() - start)
      const [account] = read.ok ? read.value.accounts : []
      if (!read.ok || read.value.outcome !== 'succeeded' || account === undefined || account.added < newRows) throw new Error(`read: ${JSON.stringify(read)}`)
      rows += account.added + account.matched
    }
  }
  await Promise.all(Array.from({ length: atOnce }, reader))
  return { timesMs, rows }
}
