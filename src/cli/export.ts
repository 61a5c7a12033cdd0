/** `relink export`: accounts as files for accounting programs, or everything as one, streamed; locked by age where that is wanted. */
import { createWriteStream } from 'node:fs'
import { lstat, realpath, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EXPORT_FORMATS, exportAccount, exportTable, fileNameAmong, type ExportFormat } from '../exports/export.ts'
import type { Account } from '../domain/account.ts'
import { exportWhole } from '../exports/whole.ts'
import { tellExport } from '../access/audit.ts'
import type { Instance } from '../instance.ts'
import { StoreUnavailable, type AccountSummary } from '../ports/store.ts'
import { lockContent } from '../vault/recovery.ts'
import { chooseAccount, dayRange } from './accounts.ts'
import { CommandError, orFail, type Output } from './output.ts'
import { lockOf, type RecoveryOptions } from './recovery.ts'
import { withInstance } from './with-instance.ts'

export type ExportOptions = RecoveryOptions & { readonly format?: string; readonly account?: readonly string[]; readonly allAccounts?: boolean; readonly everything?: boolean; readonly from?: string; readonly to?: string; readonly continues?: boolean; readonly encrypt?: boolean; readonly output?: string }

export async function exportCommand(output: Output, options: ExportOptions): Promise<void> {
  const format = EXPORT_FORMATS.find((known): known is ExportFormat => known === options.format)
  if (options.everything === true) {
    if (['format', 'account', 'allAccounts', 'from', 'to', 'continues'].some((name) => name in options)) throw new CommandError('--everything is one JSON file of all accounts and days; give it alone, or with -o and --encrypt.', 2)
  } else if (options.account === undefined && options.allAccounts !== true) throw new CommandError('Name the account (--account), take all of them (--all-accounts), or all that there is (--everything).', 2)
  else if (options.account !== undefined && options.allAccounts === true) throw new CommandError('Give --account or --all-accounts, not both.', 2)
  else if (format === undefined) throw new CommandError(`--format is one of ${EXPORT_FORMATS.join(', ')}.`, 2)
  const range = dayRange(options)
  const lock = options.encrypt === true ? await lockOf(options, 'Passphrase of the file') : null
  await withInstance(output, async (instance) => {
    const { store, clock, audit } = instance
    const save = async (content: AsyncIterable<Uint8Array | string>, path: string | undefined): Promise<void> => {
      const written = lock === null ? content : orFail(await lockContent(content, lock))
      if (path === undefined) await pipeline(Readable.from(written), process.stdout as Writable, { end: false })
      else await writeWhole(path, written)
    }
    if (format === undefined) {
      await audit.record({ actor: 'host', action: 'all.exported', object: '', codes: {} })
      return save(exportWhole(store, clock.now()), options.output)
    }
    const accounts = options.account === undefined ? await store.accounts.list() : await chosen(instance, options.account)
    const now = clock.now()
    const isTable = format === 'csv' || format === 'json'
    const directory = isTable || (accounts.length === 1 && options.allAccounts !== true) ? null : await directoryOf(options.output, format)
    const paths = directory === null ? null : await freePaths(directory, fileNames(accounts, await store.accounts.all(), format).map((name) => `${name}${lock === null ? '' : '.age'}`))
    if (options.allAccounts === true) await tellExport(instance, null, { ...options, format })
    else for (const { id } of accounts) await tellExport(instance, id, { ...options, format })
    if (isTable) return save(exportTable(store, options.allAccounts === true ? null : accounts.map(({ id }) => id), { format, now, ...range }).content, options.output)
    for (const [at, account] of accounts.entries()) await save(exportAccount(store, account, { format, continues: options.continues === true, now, ...range }).content, paths === null ? options.output : paths[at])
  })
}

/** Each once, however often it is named. */
async function chosen(instance: Instance, wanted: readonly string[]): Promise<readonly AccountSummary[]> {
  const accounts = new Map<string, AccountSummary>()
  for (const one of wanted) {
    const account = await chooseAccount(instance, one)
    accounts.set(account.id, account)
  }
  return [...accounts.values()]
}

/** What holds one account is a file of its own for each. */
async function directoryOf(output: string | undefined, format: ExportFormat): Promise<string> {
  const isDirectory = output !== undefined && (await stat(output).catch(() => null))?.isDirectory() === true
  if (isDirectory) return output
  throw new CommandError(`A file of ${format} holds one account. Name a directory that is there (-o DIRECTORY) for a file of each, or take --format csv or json, which hold all in one table.`, 2)
}

/** A file of each account. Where even the ends of their numbers make one name, it is numbered: none is written over another. */
export function fileNames(accounts: readonly Account[], all: readonly Account[], format: ExportFormat): readonly string[] {
  const taken = new Set<string>()
  return accounts.map((account) => {
    const wanted = fileNameAmong(account, all, format)
    const [stem, ending] = [wanted.slice(0, wanted.indexOf('.')), wanted.slice(wanted.indexOf('.'))]
    let name = wanted
    for (let number = 2; taken.has(name); number++) name = `${stem}-${number}${ending}`
    taken.add(name)
    return name
  })
}

/** These names were chosen by nobody, so what is there may be somebody's own: one file with -o takes the place of another, because it was named. */
async function freePaths(directory: string, names: readonly string[]): Promise<readonly string[]> {
  for (const name of names) {
    const isThere = await lstat(join(directory, name)).then(() => true, () => false)
    if (isThere) throw new CommandError(`There is a file ${name} in ${directory} already. Nothing was written. Take it away, or name another directory (-o DIRECTORY).`)
  }
  return names.map((name) => join(directory, name))
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
