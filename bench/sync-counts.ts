/**
 * What a benchmark of reads counts beside the clock: trips to the database, transactions that wait for the disk, and the
 * processor time of PostgreSQL; and the floor, bare trips, commits and exchanges without anything of Relink.
 */
import { globSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { Client } from 'undici'
import { asTenant } from '../src/store/postgres/together.ts'
import { Trip } from '../src/store/postgres/trip.ts'

export type Trips = { trips: number; commits: number }
export type Watch = { readonly count: Trips; /** The login that was used last. */ readonly login: () => pg.ClientConfig }

const WRITES = /^\s*(insert|update|delete|with updated)\b/i

/** Counts from now on what any client of this process sends. */
export function watchDatabase(): Watch {
  const count: Trips = { trips: 0, commits: 0 }
  let last: pg.Client | null = null
  const send = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => unknown
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    last = this
    count.trips++
    if (waitsForDisk(args[0])) count.commits++
    return send.apply(this, args)
  } as typeof pg.Client.prototype.query
  return {
    count,
    login: () => {
      if (last === null) throw new Error('nothing was sent')
      const { host, port, user, password, database } = last
      return { host, port, user: user!, password: password!, database: database! }
    },
  }
}

/** A transaction ends here that stored something and is answered when the disk has it. */
function waitsForDisk(query: unknown): boolean {
  if (!(query instanceof Trip)) return /^\s*commit/i.test(typeof query === 'string' ? query : ((query as { text?: string }).text ?? ''))
  const texts = query.texts
  if (texts.includes('begin') || texts.some((text) => text.includes('synchronous_commit'))) return false
  return texts.includes('commit') || texts.some((text) => WRITES.test(text))
}

/** The first process of the server that this login reaches; null where it is not on this host or the system does not tell. */
export async function postmasterOf(login: pg.ClientConfig): Promise<string | null> {
  const client = new pg.Client(login)
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const parent = statOf(String(rows[0]!.pid))[1] ?? null
  await client.end()
  return parent
}

/** User and system time of the server under `home` so far; null where the system does not tell. */
export function postgresSeconds(home: string): number | null {
  const [file] = globSync('**/postmaster.pid', { cwd: home })
  return file === undefined ? null : secondsOf(readFileSync(join(home, file), 'utf8').split('\n')[0]!)
}

/** User and system time of a process and of its children so far, the ended ones too; null where the system does not tell. */
export function secondsOf(parent: string): number | null {
  try {
    let ticks = 0
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const fields = statOf(pid)
      // proc(5): 4 is the parent, 14 and 15 the own time, 16 and 17 that of children that were waited for.
      if (pid === parent) ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
      else if (fields[1] === parent) ticks += Number(fields[11]) + Number(fields[12])
    }
    return ticks / 100
  } catch {
    return null
  }
}

/** What all programs of this host took of its processors so far; null where the system does not tell. */
export function hostSeconds(): number | null {
  try {
    // proc(5): user, nice, system, idle, iowait, irq, softirq.
    const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/\s+/).slice(1).map(Number)
    return (user! + nice! + system! + irq! + softirq!) / 100
  } catch {
    return null
  }
}

/** The fields after the name, which may hold anything. */
function statOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')
  } catch {
    return []
  }
}

/** Reads per second that only make as many trips, so many of them commits, and as many exchanges, with nothing in them; so many at once. */
export async function bareReads(login: pg.ClientConfig, tenantId: string, perRead: Trips, exchanges: { readonly url: string; readonly count: number }, reads: number, atOnce: number): Promise<number> {
  const pool = new pg.Pool({ ...login, max: atOnce })
  // Its end does not wait for the last bytes of each connection: the server that is stopped next may still say that it goes.
  pool.on('error', () => {})
  const nothing = { text: 'select 1', values: [] }
  const store = { text: `insert into relink.request_quotas (tenant_id, institution_id, day, used) values ($1, $2, '2026-01-01', 1) on conflict (tenant_id, institution_id, day) do update set used = request_quotas.used + 1`, values: [tenantId] }
  const { origin, pathname } = new URL(exchanges.url)
  try {
    let left = reads
    const began = performance.now()
    await Promise.all(Array.from({ length: atOnce }, async (_, worker) => {
      const client = await pool.connect()
      while (left-- > 0) {
        for (let exchange = 0; exchange < exchanges.count; exchange++) {
          const bank = new Client(origin)
          await (await bank.request({ method: 'POST', path: pathname, body: '', reset: true })).body.dump()
          await bank.close()
        }
        for (let trip = 0; trip < Math.round(perRead.trips); trip++) {
          const statement = trip < Math.round(perRead.commits) ? { ...store, values: [tenantId, `bare ${worker}`] } : nothing
          await client.query(new Trip([asTenant(tenantId), statement])).done
        }
      }
      client.release()
    }))
    return reads / ((performance.now() - began) / 1_000)
  } finally {
    await pool.end()
  }
}
