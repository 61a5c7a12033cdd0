/** `relink export`: accounts as files for accounting programs, or everything as one, streamed; locked by age where that is wanted. */
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { lstat, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
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

export type ExportOptions = RecoveryOptions & { readonly format?: string; readonly account?: readonly string[]; readonly allAccounts?: boolean; readonly everything?: boolean; readonly from?: string; readonly to?: string; readonly continues?: boolean; readonly encrypt?: boolean; readonly output?: string; readonly replace?: boolean }

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
    const locked = async (content: Content): Promise<Content> => (lock === null ? content : orFail(await lockContent(content, lock)))
    const save = async (content: Content, path: string | undefined): Promise<void> => {
      if (path === undefined) await pipeline(Readable.from(await locked(content)), process.stdout as Writable, { end: false })
      else await writeWhole(path, await locked(content))
    }
    if (format === undefined) {
      await audit.record({ actor: 'host', action: 'all.exported', object: '', codes: {} })
      return save(exportWhole(store, clock.now()), options.output)
    }
    const accounts = options.account === undefined ? await store.accounts.list() : await chosen(instance, options.account)
    const now = clock.now()
    const isTable = format === 'csv' || format === 'json'
    const directory = isTable || (accounts.length === 1 && options.allAccounts !== true) ? null : await directoryOf(options.output, format)
    const names = directory === null ? null : fileNames(await store.accounts.all(), format)
    const paths = directory === null ? null : await pathsIn(directory, accounts.map(({ id }) => `${names?.get(id) ?? id}${lock === null ? '' : '.age'}`), options.replace === true)
    if (options.allAccounts === true) await tellExport(instance, null, { ...options, format })
    else for (const { id } of accounts) await tellExport(instance, id, { ...options, format })
    if (isTable) return save(exportTable(store, options.allAccounts === true ? null : accounts.map(({ id }) => id), { format, now, ...range }).content, options.output)
    const contentOf = (account: AccountSummary): Content => exportAccount(store, account, { format, continues: options.continues === true, now, ...range }).content
    if (paths === null) for (const account of accounts) await save(contentOf(account), options.output)
    else await writeAll(accounts.map((account, at) => ({ path: paths[at] ?? '', content: async () => locked(contentOf(account)) })))
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

/** The file of each account by its id, whichever of them are wanted now. Where even the ends of their numbers make one name, the later ones are numbered: none is written over another. */
export function fileNames(all: readonly Account[], format: ExportFormat): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const account of all.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))) {
    const wanted = fileNameAmong(account, all, format)
    const [stem, ending] = [wanted.slice(0, wanted.indexOf('.')), wanted.slice(wanted.indexOf('.'))]
    let name = wanted
    for (let number = 2; taken.has(name); number++) name = `${stem}-${number}${ending}`
    taken.add(name)
    names.set(account.id, name)
  }
  return names
}

/** These names were chosen by nobody, so what is there may be somebody's own, unless it is said that it is not: one file with -o takes the place of another, because it was named. */
async function pathsIn(directory: string, names: readonly string[], mayReplace: boolean): Promise<readonly string[]> {
  for (const name of mayReplace ? [] : names) {
    const isThere = await lstat(join(directory, name)).then(() => true, () => false)
    if (isThere) throw new CommandError(`There is a file ${name} in ${directory} already. Nothing was written. Give --replace to have the files of before replaced, as a nightly export does, or name another directory (-o DIRECTORY).`)
  }
  return names.map((name) => join(directory, name))
}

type Content = AsyncIterable<Uint8Array | string>

/** All files, or none: what is there keeps its place until each new one is written. */
async function writeAll(files: readonly { readonly path: string; readonly content: () => Promise<Content> }[]): Promise<void> {
  const written: Written[] = []
  try {
    for (const { path, content } of files) written.push(await writeBeside(path, await content()))
    for (const one of written) await one.take()
  } catch (error) {
    for (const one of written) await one.drop()
    throw error
  }
}

/**
 * Writes beside the target and renames, so that a failure never leaves half a file under the wanted name. A
 * link is followed. What is no file (a device, a pipe) is written into: a rename would put a file in its place.
 */
export async function writeWhole(path: string, content: Content): Promise<void> {
  await writeAll([{ path, content: async () => content }])
}

/** Written whole, on the disk, and not yet under its name. */
type Written = { readonly take: () => Promise<void>; readonly drop: () => Promise<void> }

async function writeBeside(path: string, content: Content): Promise<Written> {
  let partial: string | null = null
  try {
    const there = await stat(path).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : Promise.reject(error)))
    if (there !== null && !there.isFile()) {
      await pipeline(Readable.from(content), createWriteStream(path))
      return { take: async () => undefined, drop: async () => undefined }
    }
    const target = there === null ? path : await realpath(path)
    // Its own: of two exports at once each takes what it wrote itself, whole. As a new file, so that nobody's link there is followed.
    const beside = (partial = `${target}.${randomBytes(6).toString('hex')}.partial`)
    await pipeline(Readable.from(content), createWriteStream(beside, { flags: 'wx', flush: true, ...(there === null ? {} : { mode: there.mode & 0o777 }) }))
    await dropAbandoned(target, beside).catch(() => undefined)
    return { take: () => rename(beside, target).catch((error: unknown) => Promise.reject(refusal(path, error))), drop: () => rm(beside, { force: true }) }
  } catch (error) {
    if (partial !== null) await rm(partial, { force: true }).catch(() => undefined)
    throw refusal(path, error)
  }
}

const DAY_MS = 86_400_000

/** Drafts that killed exports left beside this one; what is being written now is younger. */
async function dropAbandoned(target: string, own: string): Promise<void> {
  const { mtimeMs } = await stat(own)
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(`${basename(target)}.`) || !/^[0-9a-f]{12}\.partial$/.test(name.slice(basename(target).length + 1))) continue
    const draft = join(dirname(target), name)
    if (mtimeMs - (await lstat(draft)).mtimeMs > DAY_MS) await rm(draft, { force: true })
  }
}

/** What no call of the system refused is no matter of the place: it came from the content. */
function refusal(path: string, error: unknown): unknown {
  if (error instanceof StoreUnavailable || (error as NodeJS.ErrnoException).syscall === undefined) return error
  return new CommandError(`${path === '' ? 'A file without a name' : path} cannot be written: ${reasonOf(error as NodeJS.ErrnoException)}. Give another place with -o.`)
}

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'there is no such directory', EISDIR: 'it is a directory', EACCES: 'this user may not write there', EPERM: 'this user may not write there', EROFS: 'nothing can be written there', ENOSPC: 'the disk is full' }

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  const reason = REASONS[code ?? '']
  return reason === undefined ? (code ?? message) : `${reason} (${code})`
}
