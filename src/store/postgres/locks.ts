/**
 * One writer for each connection, among all processes: session advisory locks on one connection of
 * its own. The server frees them when the process or its connection dies; work that goes on then is
 * told so by its next store call (`Lease.lost`). Needs a session, so no transaction-pooling proxy.
 */
import pg from 'pg'
import { outageOf } from './outage.ts'
import { lease, type ConnectionConfig, type Lease } from './session.ts'
import { asTenant } from './together.ts'
import { Trip, type Written } from './trip.ts'

type Answer = Readonly<Record<string, unknown>> | null
type Question = { readonly statements: readonly Written[]; readonly resolve: (answers: readonly Answer[]) => void; readonly reject: (error: unknown) => void }

const LOCK = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as done'
const UNLOCK = 'select pg_advisory_unlock(hashtextextended($1, 0)) as done'

export type Locks = {
  /** Runs `work` under the lock, with the row that a tenant's statement finds then; null when it is held here or elsewhere. */
  exclusively<T>(name: string, also: { readonly tenantId: string; readonly statement: Written }, work: (found: Answer) => Promise<T>): Promise<T | null>
  close(): Promise<void>
}

export function openLocks(config: ConnectionConfig): Locks {
  const held = new Map<string, Lease>()
  let session: Promise<pg.Client> | null = null
  let last: Promise<void> = Promise.resolve()
  const waiting: Question[] = []

  /** What was locked through this session is free now, or about to be. */
  function drop(own: Promise<pg.Client>): void {
    if (session !== own) return
    session = null
    for (const lease of held.values()) lease.lost = true
    own.then((client) => client.end()).catch(() => {})
  }

  function connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...config, keepAlive: true, application_name: 'relink locks' })
    const own = client.connect().then(() => client)
    client.on('error', () => drop(own))
    client.on('end', () => drop(own))
    return own
  }

  async function ask(asked: readonly Question[]): Promise<void> {
    const own = (session ??= connect())
    try {
      const found = [...(await (await own).query(new Trip(asked.flatMap(({ statements }) => statements))).done)]
      for (const { statements, resolve } of asked) resolve(found.splice(0, statements.length).map(({ rows }) => rows[0] ?? null))
    } catch (error) {
      drop(own)
      for (const { reject } of asked) reject(outageOf(error) ?? error)
    }
  }

  /** One trip at a time; what is asked meanwhile shares the next one. */
  function query(statements: readonly Written[]): Promise<readonly Answer[]> {
    return new Promise((resolve, reject) => {
      waiting.push({ statements, resolve, reject })
      if (waiting.length > 1) return
      last = last.then(() => ask(waiting.splice(0)))
    })
  }

  return {
    async exclusively(name, also, work) {
      if (held.has(name)) return null
      const mine: Lease = { lost: false }
      held.set(name, mine)
      try {
        // A statement after the lock sees what was stored by whoever held it before.
        const [, locked, found] = await query([asTenant(also.tenantId), { text: LOCK, values: [name] }, also.statement])
        if (locked!['done'] !== true) return null
        try {
          return await lease.run(mine, () => work(found ?? null))
        } finally {
          // A session that was lost has freed its locks; a failure here is the same.
          if (!mine.lost) await query([{ text: UNLOCK, values: [name] }]).catch(() => {})
        }
      } finally {
        held.delete(name)
      }
    },
    async close() {
      if (session !== null) await (await session).end()
    },
  }
}
