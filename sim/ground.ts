/**
 * What seeds are played on: the memory store, or an embedded PostgreSQL in a temporary place with a
 * tenant for each seed. The same seed gives the same bytes on both.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostClock } from '../src/adapters/clock.ts'
import type { Config } from '../src/config.ts'
import { discoverConnectors } from '../src/connectors/registry.ts'
import { openStore } from '../src/open-store.ts'
import { createMemoryStore } from '../src/store/memory/store.ts'
import { addTenant } from '../src/store/postgres/migrate.ts'
import { openPool, openSession } from '../src/store/postgres/session.ts'
import type { Ground } from './world.ts'

const TENANT = '00000000-0000-7000-8000-000000000001'

/** Lets signals in between two seeds: in memory nothing else does. */
export const breathe = (): Promise<void> => hostClock.sleep(0)

export type OpenGround = Ground & { close(): Promise<void> }

/** A fresh store for each seed; nothing stays behind. */
export async function memoryGround(): Promise<OpenGround> {
  return { connectors: await discoverConnectors(), newTenant: async () => createMemoryStore().tenant(TENANT), close: async () => undefined }
}

/** Throws with a sentence when no database can be started. */
export async function postgresGround(config: Config): Promise<OpenGround> {
  const home = await mkdtemp(join(tmpdir(), 'relink-simulate-'))
  await chmod(home, 0o755)
  const log = { info() {}, warn() {}, error() {} }
  const opened = await openStore({ ...config, home, databaseUrl: null }, log, true)
  if (!opened.ok) {
    await rm(home, { recursive: true, force: true })
    throw new Error(opened.failure.message)
  }
  const { store, owner, close } = opened.value
  const session = openSession(openPool(owner, 1))
  let tenants = 0
  return {
    connectors: await discoverConnectors(),
    async newTenant() {
      const id = `10000000-0000-7000-8000-${String(++tenants).padStart(12, '0')}`
      await addTenant(session, id)
      return store.tenant(id)
    },
    async close() {
      await session.destroy()
      await close()
      await rm(home, { recursive: true, force: true })
    },
  }
}
