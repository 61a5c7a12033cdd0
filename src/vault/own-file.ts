/**
 * Small files of this user alone, such as keys and tokens, made at the first start. Promises that a
 * file appears whole or not at all, whatever is killed, and that of several starts at once one makes
 * it and all read the same. Knows nothing of what is in them.
 */
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Entropy } from '../ports/entropy.ts'

const SUFFIX = /^\.[0-9a-f]{12}$/

/** Makes the file with mode 0600 unless it exists, and its directory with 0700. Rejects with the system's error. */
export async function createOnce(path: string, content: string | Uint8Array, entropy: Pick<Entropy, 'bytes'>): Promise<void> {
  // A full disk must not hinder the start of what was made long ago.
  if (await exists(path)) return
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const prepared = `${path}.${Buffer.from(entropy.bytes(6)).toString('hex')}`
  try {
    const file = await open(prepared, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    // A link never replaces: whoever comes second finds the first one's file.
    await link(prepared, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(prepared, { force: true })
  }
}

/** Removes the second name that a file still has while `createOnce` ends, or for ever when it was killed there. */
export async function dropPrepared(path: string): Promise<void> {
  const { ino } = await stat(path)
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(basename(path)) || !SUFFIX.test(name.slice(basename(path).length))) continue
    const other = join(dirname(path), name)
    if ((await stat(other).catch(() => null))?.ino === ino) await rm(other, { force: true })
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
