/**
 * What one process of a database tells the others at once (LISTEN and NOTIFY), over a connection of its own. Nobody may
 * depend on it: what is told while the database is away is lost, and a pooler by transaction passes nothing on. It is
 * opened again by itself. A text is shorter than 8,000 bytes, or PostgreSQL refuses it.
 */
import pg from 'pg'
import type { Clock } from '../../ports/clock.ts'
import { CONNECT_TIMEOUT_MS, type ConnectionConfig } from './session.ts'

const NAME = 'relink_changes'
const AGAIN_MS = 5_000

export type Channel = { tell(text: string): void; close(): Promise<void> }

/** Resolves when it listens, or when a first try failed. `hear`: given every text, those of this process too. */
export async function openChannel(app: ConnectionConfig, clock: Clock, hear: (text: string) => void): Promise<Channel> {
  let client: pg.Client | null = null
  const closing = new AbortController()
  const open = async (): Promise<void> => {
    const made = new pg.Client({ ...app, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, keepAlive: true, application_name: 'relink changes' })
    const lost = (): void => {
      if (client !== made) return
      client = null
      void again()
    }
    made.on('error', lost).on('end', lost).on('notification', ({ payload }) => payload !== undefined && hear(payload))
    try {
      await made.connect()
      await made.query(`listen ${NAME}`)
      client = made
      if (closing.signal.aborted) await made.end()
    } catch {
      await made.end().catch(() => undefined)
      void again()
    }
  }
  const again = (): Promise<void> => (closing.signal.aborted ? Promise.resolve() : clock.sleep(AGAIN_MS, closing.signal).then(open, () => undefined))
  await open()
  return {
    tell: (text) => void client?.query('select pg_notify($1, $2)', [NAME, text]).catch(() => undefined),
    async close() {
      closing.abort()
      const held = client
      client = null
      await held?.end()
    },
  }
}
