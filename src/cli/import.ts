/**
 * `relink import`: one line for each file. A damaged file gets a failure with its line and leaves
 * no trace; the other files are still read. `--dry-run` needs no database.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { createDryRun } from '../import-file.ts'
import type { ImportReport, ImportRequest } from '../verbs.ts'
import { chooseAccount } from './accounts.ts'
import type { Output } from './output.ts'
import { withInstance } from './with-instance.ts'

export type ImportOptions = { readonly account?: string; readonly dryRun?: boolean }

export async function importCommand(output: Output, files: readonly string[], options: ImportOptions): Promise<void> {
  const failures = options.dryRun === true ? await readOnly(output, files) : await intoFeed(output, files, options)
  if (failures > 0) process.exitCode = 1
}

async function readOnly(output: Output, files: readonly string[]): Promise<number> {
  return each(output, files, null, await createDryRun())
}

async function intoFeed(output: Output, files: readonly string[], options: ImportOptions): Promise<number> {
  return withInstance(output, async (instance) => {
    const account = options.account === undefined ? null : await chooseAccount(instance, options.account)
    return each(output, files, account?.id ?? null, (request) => instance.verbs.importFile(request))
  })
}

/** Imports the files one after the other and tells how each went; returns how many failed. */
async function each(output: Output, files: readonly string[], accountId: string | null, work: (request: ImportRequest) => Promise<ImportReport>): Promise<number> {
  let failures = 0
  for (const file of files) {
    const onProgress = (rows: number): void => output.progress(`${basename(file)}: ${rows} rows…`)
    const report = (await unopenable(file)) ?? (await work({ fileName: file, open: () => createReadStream(file), accountId, onProgress }))
    failures += sayReport(output, report)
  }
  return failures
}

/** A file that cannot be opened at all, as a report like any other. */
async function unopenable(file: string): Promise<ImportReport | null> {
  const reason = await stat(file).then(
    (info) => (info.isDirectory() ? 'it is a directory' : null),
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? 'there is no such file' : (error.code ?? 'unknown error')),
  )
  if (reason === null) return null
  return { file, format: null, statements: [], added: 0, matched: 0, questions: 0, failure: { code: 'unknown_format', message: `The file cannot be opened: ${reason}.`, line: 0 } }
}

function sayReport(output: Output, report: ImportReport): 0 | 1 {
  output.data(report)
  if (report.failure !== null) {
    output.say(`${report.file}: ${report.failure.line > 0 ? `line ${report.failure.line}: ` : ''}${report.failure.message} Nothing of it was stored.`)
    return 1
  }
  output.say(`${report.file} (${report.format ?? ''}): ${report.added} new, ${report.matched} already here${report.questions > 0 ? `, ${report.questions} to decide` : ''}`)
  for (const s of report.statements) output.say(`  ${s.account}  ${s.rows} rows  sum ${s.sum} ${s.currency}${s.from === null ? '' : `  ${s.from} to ${s.to ?? ''}`}${s.closing === null ? '' : `  closing ${s.closing}`}`)
  return 0
}
