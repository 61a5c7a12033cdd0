/**
 * One writer for each connection, among all processes: session advisory locks on one connection of
 * its own. The server frees them when the process or its connection dies; work that goes on then is
 * told so by its next store call (`Lease.lost`). Needs a session, so no transaction-pooling proxy.
 */
import pg from 'pg'
import { outageOf } from './outage.ts'
import { lease, type ConnectionConfig, type Lease } from './session.ts'

export type Locks = {
  /** Runs `work` under the lock; null when it is held here or elsewhere. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T | null>
  close(): Promise<void>
}

export function openLocks(config: ConnectionConfig): Locks {
  const held = new Map<string, Lease>()
  let session: Promise<pg.Client> | null = null
  let last: Promise<unknown> = Promise.resolve()

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

  async function ask(text: string, name: string): Promise<boolean> {
    const own = (session ??= connect())
    try {
      const { rows } = await (await own).query<{ done: boolean }>(text, [name])
      return rows[0]!.done
    } catch (error) {
      drop(own)
      throw outageOf(error) ?? error
    }
  }

  /** One question at a time: the driver's client takes no more. */
  function query(text: string, name: string): Promise<boolean> {
    const answer = last.then(() => ask(text, name))
    last = answer.catch(() => {})
    return answer
  }

  return {
    async exclusively(name, work) {
      if (held.has(name)) return null
      const mine: Lease = { lost: false }
      held.set(name, mine)
      try {
        if (!(await query('select pg_try_advisory_lock(hashtextextended($1, 0)) as done', name))) return null
        try {
          return await lease.run(mine, work)
        } finally {
          // A session that was lost has freed its locks; a failure here is the same.
          if (!mine.lost) await query('select pg_advisory_unlock(hashtextextended($1, 0)) as done', name).catch(() => {})
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
