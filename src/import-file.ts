/** One statement file, of whatever format, into the feed: finds the format by content, then imports. */
import { basename } from 'node:path'
import type { DatesSaid } from './domain/dates-said.ts'
import { utcDay } from './domain/day.ts'
import type { FormatFailure, StatementStream } from './domain/statement.ts'
import { readStatementFile, type StatementFormat } from './formats/detect.ts'
import { FOREIGN_LIMITS } from './formats/lines.ts'
import { hostClock } from './adapters/clock.ts'
import { hostEntropy } from './adapters/entropy.ts'
import { createMemoryStore } from './store/memory/store.ts'
import { rehearse } from './rehearse.ts'
import { UNKNOWN_CURRENCY } from './sync/account-ref.ts'
import { NEW_ACCOUNT } from './sync/file-accounts.ts'
import { importStatements, type ImportDeps } from './sync/import.ts'
import { inCurrency } from './sync/said-currency.ts'
import type { ImportReport, ImportRequest } from './verbs.ts'

/** The line of `relink import` for one file; a damaged file is a report with a failure, never an exception. */
export async function importFile(deps: ImportDeps, request: ImportRequest & { readonly dryRun: boolean }): Promise<ImportReport> {
  const { fileName, open, accountId, dates = null, currency = null, dryRun, onProgress } = request
  const name = basename(fileName)
  const account = accountId === null || accountId === NEW_ACCOUNT ? null : await deps.store.accounts.get(accountId)
  // What a person says of it, or else of the account, decides what a lone separator before three digits is.
  const ofAccount = account === null || account.currency === UNKNOWN_CURRENCY ? null : account.currency
  const options = { fileName: name, dates, currency: currency ?? ofAccount, today: utcDay(deps.clock.now()), ...(request.isForeign === true ? { limits: FOREIGN_LIMITS } : {}) }
  const stopped = request.isForeign === true ? await rehearsed(name, open()) : null
  if (stopped !== null) return { ...EMPTY, file: fileName, failure: stopped }
  const first = await readStatementFile(open(), options)
  if (!first.ok) return { ...EMPTY, file: fileName, failure: first.failure }
  let format: StatementFormat = first.value.format
  let opened: StatementStream | null = first.value.stream
  const openStatements = async (remembered: DatesSaid | null = null): Promise<StatementStream> => {
    const stream = await openAsWritten(remembered)
    return currency === null ? stream : inCurrency(stream, currency)
  }
  const openAsWritten = async (remembered: DatesSaid | null): Promise<StatementStream> => {
    // The stream that told the format serves the first pass; later passes read the file anew.
    const ready = opened
    opened = null
    if (ready !== null) return ready
    const again = await readStatementFile(open(), { ...options, remembered })
    if (!again.ok) return refused(again.failure)
    format = again.value.format
    return again.value.stream
  }
  const { statements, added, matched, questions, accounts, notices, failure } = await importStatements(deps, { open: openStatements, dates: { said: asksDates(format) ? dates : null, format: () => format }, accountId, label: name, dryRun, onProgress })
  return { file: fileName, format, statements: failure === null ? statements : [], added, matched, questions, accounts, notices, failure }
}

/** Reads and checks files without a database: a store in memory stands in, and nothing is stored in it either. */
export async function createDryRun(): Promise<(request: ImportRequest) => Promise<ImportReport>> {
  const memory = createMemoryStore()
  const store = memory.tenant(await memory.defaultTenant())
  return (request) => importFile({ store, clock: hostClock, entropy: hostEntropy }, { ...request, dryRun: true })
}

/** Why a file that came over a network is not read here; null: a rehearsal came to its end. */
async function rehearsed(fileName: string, chunks: AsyncIterable<Uint8Array>): Promise<FormatFailure | null> {
  const pieces: Uint8Array[] = []
  for await (const piece of chunks) pieces.push(piece)
  const end = await rehearse({ kind: 'file', fileName }, Buffer.concat(pieces))
  if (end === 'read') return null
  if (end === 'not_begun') return { code: 'unreadable', message: 'A file of this size is first read in a process of its own, and this host started none: it is short of memory or of processes. Try again when it has room.', line: 0 }
  const what = end === 'too_slow' ? 'take longer than 20 s' : 'need more than 256 MB of memory'
  return { code: 'limit_exceeded', message: `To read this file would ${what}. Statements of its size do not: it is damaged, or no statement. \`relink import\` on the command line reads it without these limits.`, line: 0 }
}

/** Formats whose dates may not tell which number comes first. */
function asksDates(format: StatementFormat): boolean {
  return format === 'csv' || format === 'xlsx' || format === 'xls' || format === 'qif'
}

async function* refused(failure: FormatFailure): StatementStream {
  yield { ok: false, failure }
}

const EMPTY: Omit<ImportReport, 'file' | 'failure'> = { format: null, statements: [], added: 0, matched: 0, questions: 0, accounts: [], notices: [] }
