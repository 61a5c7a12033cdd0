/**
 * `relink import`: one line for each file. A damaged file gets a failure with its line and leaves
 * no trace; the other files are still read. `-` is standard input. `--dry-run` needs no database.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileFault } from '../domain/file-fault.ts'
import { failureSentence } from '../domain/statement.ts'
import type { DatesSaid } from '../domain/dates-said.ts'
import type { Currency } from '../domain/money.ts'
import { NEW_ACCOUNT } from '../sync/file-accounts.ts'
import { CURRENCY_UNKNOWN } from '../sync/said-currency.ts'
import type { ImportReport, ImportRequest } from '../verbs.ts'
import { chooseAccount, currencyOf } from './accounts.ts'
import { CommandError, countOfRows, type Output } from './output.ts'
import { withInstance } from './with-instance.ts'

export type ImportOptions = { readonly account?: string; readonly dates?: DatesSaid; readonly currency?: string; readonly dryRun?: boolean }

/** What a person says of all files of the command. */
type Said = { readonly accountId: string | null; readonly dates: DatesSaid | null; readonly currency: Currency | null }

type Work = (request: ImportRequest) => Promise<ImportReport>

export async function importCommand(output: Output, files: readonly string[], options: ImportOptions): Promise<void> {
  if (options.dryRun === true && options.account !== undefined) throw new CommandError('--dry-run knows no accounts; leave out --account.', 2)
  const said = { accountId: null, dates: options.dates ?? null, currency: options.currency === undefined ? null : currencyOf(options.currency) }
  const failures = options.dryRun === true ? await each(output, files, said, await (await import('../import-file.ts')).createDryRun(), true) : await intoFeed(output, files, said, options.account)
  if (failures > 0) process.exitCode = 1
}

async function intoFeed(output: Output, files: readonly string[], said: Said, account: string | undefined): Promise<number> {
  return withInstance(output, async (instance) => {
    const accountId = account === undefined ? null : account === NEW_ACCOUNT ? NEW_ACCOUNT : (await chooseAccount(instance, account)).id
    return each(output, files, { ...said, accountId }, (request) => instance.verbs.importFile(request))
  })
}

/** Imports the files one after the other and tells how each went; returns how many failed. */
async function each(output: Output, files: readonly string[], said: Said, work: Work, isDryRun = false): Promise<number> {
  let failures = 0
  for (const file of files) {
    const onProgress = (rows: number): void => output.progress(`${basename(file)}: ${countOfRows(rows)}…`)
    const report = withOption(await importOne(file, (path) => work({ fileName: file, open: () => createReadStream(path), ...said, onProgress })))
    output.data(documentOf(report))
    failures += sayReport(output, report, isDryRun)
  }
  return failures
}

/** What the file left open is answered here by an option, and what was answered is taken back by one. */
function withOption(asked: ImportReport): ImportReport {
  const report = { ...asked, notices: asked.notices.map((notice) => ({ ...notice, message: `${notice.message}${optionFor(notice)}` })) }
  const { failure } = report
  return failure?.code === 'dates_unclear' ? { ...report, failure: { ...failure, message: `${failure.message} Use --dates day-first or --dates month-first.` } } : report
}

function optionFor({ code, accountId }: ImportReport['notices'][number]): string {
  if (code === CURRENCY_UNKNOWN) return accountId === undefined ? ' To say it: import the file again with --currency EUR, or whichever it is. No row comes twice.' : ` To say it: relink currency ${accountId} EUR, or whichever it is.`
  return accountId === undefined ? '' : ` To be asked again: relink accounts --forget-dates ${accountId}`
}

/** The line of product.md; what it does not name is there only when there is something to say. */
function documentOf({ notices, accounts: _, ...report }: ImportReport): object {
  return notices.length > 0 ? { ...report, notices } : report
}

/** A file that cannot be opened or read is a report like any other. */
async function importOne(file: string, work: (path: string) => Promise<ImportReport>): Promise<ImportReport> {
  try {
    const isRegular = !isStandardInput(file) && (await isRegularFile(file))
    return isRegular ? await work(file) : await withCopy(file, work)
  } catch (error) {
    const { syscall = '' } = error as NodeJS.ErrnoException
    // Only what the system said of the file; a lost database or a bug is told as such.
    if (!FILE_CALLS.has(syscall)) throw error
    return { file, format: null, statements: [], added: 0, matched: 0, questions: 0, accounts: [], notices: [], failure: { code: 'unreadable', message: `The file cannot be read: ${fileFault(error)}.`, line: 0 } }
  }
}

/** The device cannot be opened where standard input is a socket. */
function isStandardInput(file: string): boolean {
  return file === '-' || file === '/dev/stdin'
}

const FILE_CALLS: ReadonlySet<string> = new Set(['open', 'read', 'stat', 'fstat'])

/** Not opened for it: who writes into a named pipe writes to whoever opens it first, and to nobody else. */
async function isRegularFile(path: string): Promise<boolean> {
  const info = await stat(path)
  if (info.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR', syscall: 'read' })
  // Some never end, and their copy would fill the disk.
  if (info.isCharacterDevice() || info.isBlockDevice()) throw Object.assign(new Error('a device'), { code: 'it is a device, and no file', syscall: 'read' })
  return info.isFile()
}

/** A file is read twice, checked and then imported; a pipe can be read once only, so it is copied first. */
async function withCopy(file: string, work: (path: string) => Promise<ImportReport>): Promise<ImportReport> {
  const directory = await mkdtemp(join(tmpdir(), 'relink-import-')).catch((error: NodeJS.ErrnoException) => {
    throw notCopied(error)
  })
  try {
    const copy = join(directory, 'file')
    await pipeline(isStandardInput(file) ? process.stdin : createReadStream(file), createWriteStream(copy, { mode: 0o600 })).catch((error: NodeJS.ErrnoException) => {
      throw error.syscall === 'write' ? notCopied(error) : error
    })
    return await work(copy)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function notCopied({ code }: NodeJS.ErrnoException): CommandError {
  return new CommandError(`What is not a file is copied to ${tmpdir()} first, and that cannot be written (${code}). Make room there, or set TMPDIR to a place that this user may write.`)
}

function sayReport(output: Output, report: ImportReport, isDryRun: boolean): 0 | 1 {
  if (report.failure !== null) {
    output.say(`${report.file}: ${failureSentence(report.failure)} Nothing of it was stored.`)
    return 1
  }
  const came = isDryRun ? `${countOfRows(report.statements.reduce((sum, { rows }) => sum + rows, 0))}; nothing is stored in a dry run` : `${report.added} new, ${report.matched} already here${report.questions > 0 ? `, ${report.questions} to decide` : ''}`
  output.say(`${report.file} (${report.format ?? ''}): ${came}`)
  for (const { name, isNew, added, matched, questions } of report.accounts) output.say(`  into ${name}${isNew ? ' (a new account)' : ''}${report.accounts.length === 1 ? '' : `: ${added} new, ${matched} already here${questions > 0 ? `, ${questions} to decide` : ''}`}`)
  for (const s of report.statements) output.say(`  ${s.account}  ${countOfRows(s.rows)}  sum ${s.sum} ${s.currency}${s.from === null ? '' : `  ${s.from} to ${s.to ?? ''}`}${s.closing === null ? '' : `  closing ${s.closing}`}`)
  for (const notice of report.notices) output.say(`  ${notice.line > 0 ? `Line ${notice.line}: ` : ''}${notice.message}`)
  return 0
}
