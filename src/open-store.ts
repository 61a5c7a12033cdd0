/**
 * Opens the database that the configuration names: the embedded PostgreSQL, or the one of
 * `DATABASE_URL` with a login of its own for running (`relink_app`), so that even our own mistakes
 * stay inside of row-level security.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hostEntropy } from './adapters/entropy.ts'
import type { Config } from './config.ts'
import { failed, ok, type Result } from './domain/result.ts'
import type { Log } from './ports/log.ts'
import type { Store } from './ports/store.ts'
import { readDatabaseUrl } from './store/postgres/connect.ts'
import { startEmbedded } from './store/postgres/embedded/embedded.ts'
import { runningPostmaster } from './store/postgres/embedded/pidfile.ts'
import { recordedData } from './store/postgres/embedded/places.ts'
import { openPostgresStore, type ConnectionConfig } from './store/postgres/store.ts'
import { createOnce } from './vault/own-file.ts'

export type OpenStore = {
  readonly store: Store
  /** For the job queue, which has a pool of its own. */
  readonly owner: ConnectionConfig
  readonly app: ConnectionConfig
  close(): Promise<void>
}

type StartFailure = { readonly message: string }

/** A store that is ready, or one sentence on why not and what to do. `throwaway`: an embedded one that need not outlive a power cut. */
export async function openStore(config: Config, log: Log, throwaway = false): Promise<Result<OpenStore, StartFailure>> {
  return config.databaseUrl === null ? openEmbedded(config, log, throwaway) : openGiven(config, config.databaseUrl)
}

async function openEmbedded(config: Config, log: Log, throwaway: boolean): Promise<Result<OpenStore, StartFailure>> {
  const embedded = await startEmbedded({
    home: config.home,
    throwaway,
    onEvent: (event) => (event.kind === 'failed' ? log.error('database_failed', { code: event.failure.code }) : log.info(`database_${event.kind}`)),
  })
  if (!embedded.ok) return failed({ message: [embedded.failure.message, ...embedded.failure.log.slice(-5)].join('\n') })
  const { owner, app } = embedded.value.connections
  const opened = await connectStore(owner, app, () => embedded.value.stop())
  if (!opened.ok) await embedded.value.stop()
  return opened
}

/** Ends the embedded database of a home whose data nobody needs any more, at once and without waiting. */
export function killEmbedded(home: string): void {
  const data = recordedData(home)
  const postmaster = data === null ? null : runningPostmaster(data)
  try {
    if (postmaster !== null) process.kill(postmaster, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

async function openGiven(config: Config, databaseUrl: string): Promise<Result<OpenStore, StartFailure>> {
  const logins = await givenLogins(config, databaseUrl)
  const opened = logins.ok ? await connectStore(logins.value.owner, logins.value.app, async () => {}) : logins
  return opened.ok || opened.failure.message.startsWith('DATABASE_') ? opened : failed({ message: `DATABASE_URL: ${opened.failure.message}` })
}

async function givenLogins(config: Config, databaseUrl: string): Promise<Result<Pick<OpenStore, 'owner' | 'app'>, StartFailure>> {
  const owner = readDatabaseUrl(databaseUrl)
  if (!owner.ok) return owner
  if (config.databaseAppUrl !== null) {
    const app = readDatabaseUrl(config.databaseAppUrl, 'DATABASE_APP_URL')
    return app.ok ? ok({ owner: owner.value, app: app.value }) : app
  }
  const path = join(config.home, 'keys', 'database-app.password')
  const password = await appPassword(path).catch((error: NodeJS.ErrnoException) => failed({ message: `The password of relink_app belongs in ${path}, and that cannot be used (${error.code ?? error.message}). Set RELINK_HOME to a place that this user may write, or name the login in DATABASE_APP_URL.` }))
  if (typeof password !== 'string') return password
  return ok({ owner: owner.value, app: { ...owner.value, user: 'relink_app', password } })
}

async function connectStore(owner: ConnectionConfig, app: ConnectionConfig, after: () => Promise<void>): Promise<Result<OpenStore, StartFailure>> {
  const opened = await openPostgresStore({ owner, app })
  if (!opened.ok) return failed({ message: `${opened.failure.message} ${opened.failure.remedy}` })
  const close = async (): Promise<void> => {
    await opened.value.close()
    await after()
  }
  return ok({ store: opened.value, owner, app, close })
}

/** The password of `relink_app`, made at the first start and kept for this user only. Other hosts get it by DATABASE_APP_URL. */
async function appPassword(path: string): Promise<string> {
  await createOnce(path, Buffer.from(hostEntropy.bytes(24)).toString('base64url'), hostEntropy)
  return (await readFile(path, 'utf8')).trim()
}
