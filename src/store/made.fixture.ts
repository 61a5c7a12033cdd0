/**
 * A database that was made once and is copied into each home that a test begins with: making a cluster
 * and its tables costs four seconds of a processor, a copy half a second. It is what a first start leaves
 * behind: the same programs made it, and a fingerprint of all that makes it says when it is made anew.
 * What nobody used for an hour leaves, as do the remains of makers that were killed.
 * Tests of the first start itself take none.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { databaseAccount } from './postgres/embedded/account.ts'
import { startEmbedded } from './postgres/embedded/embedded.ts'
import { giveTo, preparePlaces } from './postgres/embedded/places.ts'
import { openPostgresStore } from './postgres/store.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** Beside the packages, as what was compiled: `npm ci` begins anew. */
const KEPT = join(ROOT, 'node_modules', '.cache', 'relink-databases')

const MAKING = 'relink-making-'
/** Far longer than making or copying one lasts: other sources, on another branch or in another worktree, may use theirs at the same time. */
const UNUSED_MS = 3_600_000

/** Puts the made database into a home that has none; the next start there finds it. */
export async function layDatabase(home: string): Promise<void> {
  const made = await madeDatabase()
  const now = usedNow(made)
  sweep(KEPT, now, (name) => name !== basename(made))
  sweep(tmpdir(), now, (name) => name.startsWith(MAKING))
  const account = databaseAccount(home)
  if (!account.ok) throw new Error(account.failure.message)
  const places = await preparePlaces(home, account.value)
  if (!places.ok) throw new Error(places.failure.message)
  const { record, data } = places.value
  copyFileSync(join(made, 'passwords.json'), join(record, 'passwords.json'))
  copyTree(join(made, 'data'), data)
  giveTo(account.value, data)
}

/** Where it lies; made by the first that asks. Two at once make one each, and the first to be ready is kept. */
async function madeDatabase(): Promise<string> {
  const kept = join(KEPT, fingerprint())
  if (existsSync(kept)) return kept
  // Made in a place that the database's account can reach.
  const home = mkdtempSync(join(tmpdir(), MAKING))
  chmodSync(home, 0o755)
  try {
    const started = await startEmbedded({ home, throwaway: true })
    if (!started.ok) throw new Error(started.failure.message)
    const store = await openPostgresStore(started.value.connections)
    if (store.ok) await store.value.close()
    await started.value.stop()
    if (!store.ok) throw new Error(store.failure.message)
    const fresh = mkdtempSync(join(mkdirs(KEPT), '.fresh-'))
    copyFileSync(join(home, 'postgres', 'passwords.json'), join(fresh, 'passwords.json'))
    copyTree(started.value.directory, join(fresh, 'data'))
    try {
      renameSync(fresh, kept)
    } catch (error) {
      rmSync(fresh, { recursive: true })
      if (!existsSync(kept)) throw error
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
  return kept
}

/** Marks it as used, and gives the instant by the clock of its disk. */
export function usedNow(kept: string): number {
  rmSync(mkdtempSync(join(kept, '.used-')), { recursive: true })
  return statSync(kept).mtimeMs
}

/** Removes what nobody used for long. Several may do so at once: who takes an entry away removes it, and for the others it is gone. */
export function sweep(directory: string, now: number, isOurs: (name: string) => boolean): void {
  for (const name of readdirSync(directory).filter(isOurs)) {
    const gone = join(directory, `${MAKING}gone-${name}`)
    try {
      if (now - statSync(join(directory, name)).mtimeMs < UNUSED_MS) continue
      renameSync(join(directory, name), gone)
      rmSync(gone, { recursive: true, force: true })
    } catch {
      // Somebody else was there first, or it is somebody else's.
    }
  }
}

/** With owners and modes, which the server insists on. */
function copyTree(from: string, to: string): void {
  const copied = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' })
  if (copied.status !== 0) throw new Error(`${from} cannot be copied: ${copied.error?.message ?? copied.stderr}`)
}

/** Of the store's sources and of the packages, PostgreSQL among them. */
function fingerprint(): string {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')))
  for (const path of sources(import.meta.dirname)) hash.update(path).update(readFileSync(path))
  return hash.digest('hex').slice(0, 16)
}

function sources(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts')).map((entry) => join(entry.parentPath, entry.name)).sort()
}

function mkdirs(path: string): string {
  mkdirSync(path, { recursive: true })
  return path
}
