/** `relink export`: an account as a file for accounting programs, or everything as one, streamed; locked by age where that is wanted. */
import { createWriteStream } from 'node:fs'
import { realpath, rename, rm, stat } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EXPORT_FORMATS, exportAccount, type ExportFormat } from '../exports/export.ts'
import { exportWhole } from '../exports/whole.ts'
import { tellExport } from '../access/audit.ts'
import { StoreUnavailable } from '../ports/store.ts'
import { lockContent } from '../vault/recovery.ts'
import { chooseAccount, dayRange } from './accounts.ts'
import { CommandError, orFail, type Output } from './output.ts'
import { lockOf, type RecoveryOptions } from './recovery.ts'
import { withInstance } from './with-instance.ts'

export type ExportOptions = RecoveryOptions & { readonly format?: string; readonly account?: string; readonly everything?: boolean; readonly from?: string; readonly to?: string; readonly continues?: boolean; readonly encrypt?: boolean; readonly output?: string }

export async function exportCommand(output: Output, options: ExportOptions): Promise<void> {
  const format = EXPORT_FORMATS.find((known): known is ExportFormat => known === options.format)
  if (options.everything === true) {
    if (['format', 'account', 'from', 'to', 'continues'].some((name) => name in options)) throw new CommandError('--everything is one JSON file of all accounts and days; give it alone, or with -o and --encrypt.', 2)
  } else if (options.account === undefined) throw new CommandError('Name the account (--account), or take all of it along (--everything).', 2)
  else if (format === undefined) throw new CommandError(`--format is one of ${EXPORT_FORMATS.join(', ')}.`, 2)
  const range = dayRange(options)
  const lock = options.encrypt === true ? await lockOf(options, 'Passphrase of the file') : null
  await withInstance(output, async (instance) => {
    const { store, clock, audit } = instance
    let content: AsyncIterable<Uint8Array | string>
    if (options.account === undefined || format === undefined) {
      await audit.record({ actor: 'host', action: 'all.exported', object: '', codes: {} })
      content = exportWhole(store, clock.now())
    } else {
      const account = await chooseAccount(instance, options.account)
      await tellExport(instance, account.id, { ...options, format })
      content = exportAccount(store, account, { format, continues: options.continues === true, now: clock.now(), ...range }).content
    }
    const written = lock === null ? content : orFail(await lockContent(content, lock))
    if (options.output === undefined) await pipeline(Readable.from(written), process.stdout as Writable, { end: false })
    else await writeWhole(options.output, written)
  })
}

/**
 * Writes beside the target and renames, so that a failure never leaves half a file under the wanted name. A
 * link is followed. What is no file (a device, a pipe) is written into: a rename would put a file in its place.
 */
export async function writeWhole(path: string, content: AsyncIterable<Uint8Array | string>): Promise<void> {
  let partial: string | null = null
  try {
    const there = await stat(path).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : Promise.reject(error)))
    if (there !== null && !there.isFile()) return await pipeline(Readable.from(content), createWriteStream(path))
    const target = there === null ? path : await realpath(path)
    partial = `${target}.partial`
    // One that a killed export left; opened as a new file, so that nobody's link there is followed.
    await rm(partial, { force: true })
    await pipeline(Readable.from(content), createWriteStream(partial, { flags: 'wx', ...(there === null ? {} : { mode: there.mode & 0o777 }) }))
    await rename(partial, target)
  } catch (error) {
    if (partial !== null) await rm(partial, { force: true })
    // What no call of the system refused is no matter of the place: it came from the content.
    if (error instanceof StoreUnavailable || (error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new CommandError(`${path === '' ? 'A file without a name' : path} cannot be written: ${reasonOf(error as NodeJS.ErrnoException)}. Give another place with -o.`)
  }
}

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'there is no such directory', EISDIR: 'it is a directory', EACCES: 'this user may not write there', EPERM: 'this user may not write there', EROFS: 'nothing can be written there', ENOSPC: 'the disk is full' }

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  const reason = REASONS[code ?? '']
  return reason === undefined ? (code ?? message) : `${reason} (${code})`
}
