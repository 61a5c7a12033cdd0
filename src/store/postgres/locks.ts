/**
 * One writer for each connection, among all processes: session advisory locks on one connection of
 * its own. The server frees them when the process or its connection dies; work that goes on then is
 * told so by its next store call (`Lease.lost`), and what of it the server reads later is refused there
 * (migrations/011-fence.ts): each session has a name that it keeps locked as long as it lives. Needs a
 * session, so no transaction-pooling proxy.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { outageOf } from './outage.ts'
import { CONNECT_TIMEOUT_MS, lease, type ConnectionConfig, type Lease } from './session.ts'
import { asTenant } from './together.ts'
import { Trip, type Found, type Written } from './trip.ts'

type Answers = { readonly from: LockSession; readonly found: readonly Found[] }
type Question = { readonly statements: readonly Written[]; readonly resolve: (answers: Answers) => void; readonly reject: (error: unknown) => void }

const LOCK = 'select relink.take_lock($1) as done'
/** It says nothing while the work under its locks goes on: a server that ends idle sessions would end these. */
const LIVES = `select pg_advisory_lock(hashtextextended($1, 2)), set_config('idle_session_timeout', '0', false)`
const UNLOCK = 'select pg_advisory_unlock(hashtextextended($1, 0)) as done'

export type Locks = {
  /** Runs `work` under the lock, with what a tenant's statements find then; null when it is held here or elsewhere. */
  exclusively<T>(name: string, also: { readonly tenantId: string; readonly statements: readonly Written[] }, work: (found: readonly Found[]) => Promise<T>): Promise<T | null>
  close(): Promise<void>
}

/** `holder`: the name that the session keeps locked. */
type LockSession = { readonly client: Promise<pg.Client>; readonly holder: string }

export function openLocks(config: ConnectionConfig): Locks {
  const held = new Map<string, Lease>()
  let session: LockSession | null = null
  let last: Promise<void> = Promise.resolve()
  const waiting: Question[] = []

  /** What was locked through this session is free now, or about to be. */
  function drop(own: LockSession): void {
    if (session !== own) return
    session = null
    for (const lease of held.values()) lease.lost = true
    own.client.then((client) => client.end()).catch(() => {})
  }

  function connect(): LockSession {
    const client = new pg.Client({ ...config, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, keepAlive: true, application_name: 'relink locks' })
    const holder = randomUUID()
    const own: LockSession = { holder, client: client.connect().then(() => client.query(LIVES, [holder])).then(() => client) }
    client.on('error', () => drop(own))
    client.on('end', () => drop(own))
    return own
  }

  async function ask(asked: readonly Question[]): Promise<void> {
    const own = (session ??= connect())
    try {
      const found = [...(await (await own.client).query(new Trip(asked.flatMap(({ statements }) => statements))).done)]
      for (const { statements, resolve } of asked) resolve({ from: own, found: found.splice(0, statements.length) })
    } catch (error) {
      drop(own)
      for (const { reject } of asked) reject(outageOf(error) ?? error)
    }
  }

  /** One trip at a time; what is asked meanwhile shares the next one. */
  function query(statements: readonly Written[]): Promise<Answers> {
    return new Promise((resolve, reject) => {
      waiting.push({ statements, resolve, reject })
      if (waiting.length > 1) return
      last = last.then(() => ask(waiting.splice(0)))
    })
  }

  return {
    async exclusively(name, also, work) {
      if (held.has(name)) return null
      const mine: Lease = { name, holder: '', lost: false, notes: [], truths: [] }
      held.set(name, mine)
      try {
        // Statements after the lock see what was stored by whoever held it before.
        const { from, found: [, locked, ...found] } = await query([asTenant(also.tenantId), { text: LOCK, values: [name] }, ...also.statements])
        if (locked!.rows[0]!['done'] !== true) return null
        mine.holder = from.holder
        // A session that died while this one was still waited for had nothing of it.
        mine.lost = session !== from
        try {
          return await lease.run(mine, () => work(found))
        } finally {
          // A session that was lost has freed its locks; a failure here is the same.
          if (!mine.lost) await query([{ text: UNLOCK, values: [name] }]).catch(() => {})
        }
      } finally {
        held.delete(name)
      }
    },
    async close() {
      if (session !== null) await (await session.client).end()
    },
  }
}
