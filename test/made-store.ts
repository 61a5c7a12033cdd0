/**
 * The database of one test's own instance: a copy of the one that was made before, in a temporary home,
 * whose commits do not wait for the disk. Gone with everything when it is closed.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../src/config.ts'
import { openStore, type OpenStore } from '../src/open-store.ts'
import { layDatabase } from '../src/store/made.fixture.ts'

const quiet = { info() {}, warn() {}, error() {} }

export async function openMadeStore(): Promise<OpenStore> {
  const home = await mkdtemp(join(tmpdir(), 'relink-made-'))
  const opened = await openMadeStoreIn(home)
  const close = async (): Promise<void> => {
    await opened.close()
    await rm(home, { recursive: true, force: true })
  }
  return { ...opened, close }
}

/** In a home that stays: other processes that open it join this server as long as it is open. */
export async function openMadeStoreIn(home: string): Promise<OpenStore> {
  await layDatabase(home)
  const config = readConfig({ RELINK_HOME: home }, process.platform)
  assert.ok(config.ok)
  const opened = await openStore(config.value, quiet, true)
  assert.ok(opened.ok, opened.ok ? '' : opened.failure.message)
  return opened.value
}
