/**
 * Finds out by content which format a statement file has, and opens its reader. The file name is used
 * only to tell OFX, QFX and QBO apart, which share one grammar. An archive with one file is that file. Files that are no
 * statements get a failure that says what they are and what to do instead.
 */
import type { Day } from '../domain/day.ts'
import type { Currency } from '../domain/money.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { FormatFailure, StatementStream } from '../domain/statement.ts'
import { addedUp } from './adds-up.ts'
import { isArchive, openArchive, withoutFaults, ArchiveFault, type Archive } from './archive.ts'
import { readCamt } from './camt/read.ts'
import { readCsv } from './csv/read.ts'
import { placesOf } from './csv/columned.ts'
import { labelsOf } from './csv/labelled.ts'
import { isMarkupTable } from './csv/markup.ts'
import { isWrapped, likelyDialects } from './csv/records.ts'
import type { DatesSaid } from '../domain/dates-said.ts'
import { decodePrefix } from './decode.ts'
import { heldWhole } from './held-whole.ts'
import { NO_LIMITS, type ReadLimits } from './lines.ts'
import { readMt940 } from './mt940/read.ts'
import { isIbank, readIbank } from './ibank/read.ts'
import { isOfc, ofcAsOfx } from './ofc/as-ofx.ts'
import { readOfx } from './ofx/read.ts'
import { readQif } from './qif/read.ts'
import { workbookAsTable } from './workbook/as-table.ts'
import { isWorkbook, openWorkbook } from './workbook/book.ts'
import { isOldWorkbook, openOldWorkbook } from './workbook/old-book.ts'

/**
 * `qfx` and `qbo` are OFX with Intuit's tags (Quicken and QuickBooks). CAMT is named by its message, in
 * any version: `camt052` intraday report, `camt053` statement, `camt054` notification. `mt940` includes MT942, `ofx` its
 * forerunner OFC. `ibank` is the XML of Serbian banks, `xlsx` and `xls` are workbooks of Excel.
 */
export type StatementFormat = PlainFormat | 'xlsx' | 'xls'

/** Text, whatever it is packed in. */
type PlainFormat = 'ofx' | 'qfx' | 'qbo' | 'camt052' | 'camt053' | 'camt054' | 'mt940' | 'csv' | 'qif' | 'ibank'

export type StatementFile = { readonly format: StatementFormat; readonly stream: StatementStream }

export type DetectOptions = {
  /** Tells QFX from QBO; null when the source has no name. */
  readonly fileName?: string | null
  readonly limits?: ReadLimits
  /** What a person says, in formats that do not tell. */
  readonly dates?: DatesSaid | null
  /** What was said of a file of the same account before, where nothing proves anything. */
  readonly remembered?: DatesSaid | null
  /** A file has no rows after it. */
  readonly today?: Day | null
  /** That of the account which a person named, for files that tell none. */
  readonly currency?: Currency | null
}

/** Enough for the longest preamble; statements begin within the first lines. */
const SNIFFED_BYTES = 65_536

/** Looks at the beginning of the file and hands all of it to the reader of its format. */
export async function readStatementFile(
  chunks: AsyncIterable<Uint8Array>,
  options: DetectOptions = {},
): Promise<Result<StatementFile, FormatFailure>> {
  const { start, all } = await peek(chunks)
  if (isOldWorkbook(start)) return await readOldWorkbook(all, options)
  if (!isArchive(start)) return readPlainFile(start, all, options)
  const archive = await openArchive(all)
  if (!archive.ok) return archive
  try {
    return await readInside(archive.value, options)
  } catch (error) {
    if (error instanceof ArchiveFault) return failed(error.failure)
    throw error
  }
}

async function readOldWorkbook(all: AsyncIterable<Uint8Array>, options: DetectOptions): Promise<Result<StatementFile, FormatFailure>> {
  const file = await heldWhole(all)
  const sheets = file.ok ? openOldWorkbook(file.value) : file
  return sheets.ok ? ok({ format: 'xls', stream: withoutFaults(readCsv(workbookAsTable(sheets.value), options.limits, csvOptions(options))) }) : sheets
}

/** A workbook, or the only file of an archive. Throws `ArchiveFault`. */
async function readInside(archive: Archive, options: DetectOptions): Promise<Result<StatementFile, FormatFailure>> {
  if (isWorkbook(archive)) return ok({ format: 'xlsx', stream: withoutFaults(readCsv(workbookAsTable(await openWorkbook(archive)), options.limits, csvOptions(options))) })
  const { names } = archive
  const other = OTHER_PACKED.find(({ holds }) => names.some((name) => holds.test(name)))
  if (other !== undefined) return unknown(other.says)
  if (names.length !== 1) return unknown(names.length === 0 ? 'This is a ZIP archive without a file in it.' : `This is a ZIP archive of ${names.length} files. Unpack it and import the files inside.`)
  const { start, all } = await peek(archive.read(names[0]!))
  if (isOldWorkbook(start)) return await readOldWorkbook(all, { ...options, fileName: names[0]! })
  if (isArchive(start)) return unknown('This is a ZIP archive in a ZIP archive. Unpack it and import the files inside.')
  const inside = await readPlainFile(start, all, { ...options, fileName: names[0]! })
  return inside.ok ? ok({ ...inside.value, stream: withoutFaults(inside.value.stream) }) : inside
}

const inOrder = (words: DatesSaid | null | undefined): 'dmy' | 'mdy' | null => (words == null ? null : words === 'day-first' ? 'dmy' : 'mdy')

function csvOptions({ fileName = null, dates, remembered, today = null, currency = null }: DetectOptions): Parameters<typeof readCsv>[2] {
  return { fileName, said: inOrder(dates), remembered: inOrder(remembered), today, currency }
}

async function readPlainFile(start: Uint8Array, all: AsyncIterable<Uint8Array>, options: DetectOptions): Promise<Result<StatementFile, FormatFailure>> {
  const { fileName = null, limits = NO_LIMITS, dates, remembered, currency = null } = options
  if (start.every((byte) => byte === 0 || byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)) {
    if (start.length < SNIFFED_BYTES) return failed({ code: 'empty_file', message: 'The file is empty.', line: 0 })
    return unknown('The file begins with nothing but blanks.')
  }
  const binary = binaryKind(start)
  if (binary !== null) return unknown(binary)
  const decoded = decodePrefix(start)
  const shifted = shiftedAt(decoded)
  if (shifted !== null) return failed({ code: 'malformed', message: `The file is UTF-16, and from line ${shifted} on each letter is torn in two: a program that passed it on changed its line ends. Download it again, and pass it on unchanged.`, line: shifted })
  const text = decoded.replaceAll('\0', '')
  const unread = UNREAD.find(({ begins }) => begins.test(text))?.name
  if (unread !== undefined) return unknown(`This is ${unread}, a statement format that Relink does not read. Download it again as OFX, CAMT.053, MT940, QIF or CSV.`)
  const format = formatOf(text, fileName)
  switch (format) {
    case null:
      return unknown(otherKind(text))
    case 'ofx':
    case 'qfx':
    case 'qbo':
      return ok({ format, stream: readOfx(isOfc(text) ? ofcAsOfx(all) : all) })
    case 'ibank':
      return ok({ format, stream: readIbank(all) })
    case 'camt052':
    case 'camt053':
    case 'camt054':
      return ok({ format, stream: addedUp(readCamt(all)) })
    case 'mt940':
      return ok({ format, stream: addedUp(readMt940(all, limits)) })
    case 'qif':
      return ok({ format, stream: readQif(all, limits, { said: inOrder(dates), remembered: inOrder(remembered), currency }) })
    case 'csv':
      return ok({ format, stream: readCsv(all, limits, csvOptions(options)) })
  }
}

function formatOf(text: string, fileName: string | null): PlainFormat | null {
  const trimmed = text.trimStart()
  // The OFX header and root are looked for only where they begin a line or follow the XML declaration: a memo may speak of them.
  if (/^OFXHEADER\s*:/i.test(trimmed) || /^(?:<[?!][^>]*>\s*)*<(?:\w+:)?OFX[\s>]/i.test(trimmed)) return ofxFlavour(text, fileName)
  if (isOfc(trimmed)) return 'ofx'
  if (isIbank(trimmed)) return 'ibank'
  if (trimmed.startsWith('<')) {
    const message = /<(?:[\w.-]+:)?BkToCstmr(AcctRpt|Stmt|DbtCdtNtfctn)/.exec(trimmed)?.[1]
    if (message !== undefined) return message === 'Stmt' ? 'camt053' : message === 'AcctRpt' ? 'camt052' : 'camt054'
    const namespace = /camt\.05([234])\.\d{3}\.\d{2}/.exec(trimmed)?.[1]
    if (namespace !== undefined) return `camt05${namespace}` as PlainFormat
    return ofxAnywhere(text, fileName) ?? (isMarkupTable(trimmed) ? 'csv' : null)
  }
  if (/^\{1:F\d\d/.test(trimmed) || /^[ \t]*:(20|21|25P?|28C?|60[FM]|61|62[FM]|64|86|NS):/m.test(text)) return 'mt940'
  if (isQif(trimmed)) return 'qif'
  // An HTTP header, a bank's page or half a header before OFX looks like a table.
  if (/^[ \t]*OFXHEADER[ \t]*:\s*\d/im.test(text) || /^[ \t]*<OFX\s*>\s*<\w+MSGSRSV\d>/im.test(text)) return ofxFlavour(text, fileName)
  return looksTabular(text) ? 'csv' : ofxAnywhere(text, fileName)
}

/** Banks put blank pages, HTTP headers and comments before OFX. */
function ofxAnywhere(text: string, fileName: string | null): PlainFormat | null {
  return /^[ \t]*OFXHEADER[ \t]*:/im.test(text) || /<OFX>/i.test(text) ? ofxFlavour(text, fileName) : null
}

function ofxFlavour(text: string, fileName: string | null): 'ofx' | 'qfx' | 'qbo' {
  const extension = /\.(qfx|qbo)$/i.exec(fileName ?? '')?.[1]?.toLowerCase()
  if (!/<INTU\.(BID|USERID|ORG)>/i.test(text)) return 'ofx'
  return extension === 'qbo' ? 'qbo' : 'qfx'
}

/** What banks give to businesses and others read, by its first record: names of formats are the same in every language. */
const UNREAD: readonly { readonly name: string; readonly begins: RegExp }[] = [
  { name: 'BAI2', begins: /^\s*01,\w*,\w*,\d{6},[^\r\n]*\/?\s*[\r\n]+(88,[^\r\n]*[\r\n]+)*02,/ },
  { name: 'Norma 43', begins: /^11\d{18}\d{12}[12]\d{14}\d{3}[123]/ },
  { name: 'CODA', begins: /^00000\d{6}\d{3}05/ },
  { name: 'CFONB 120', begins: /^01\d{5} {4}\d{5}[A-Z]{3}\d.\w{11}/ },
]

/** A header with `!`, or a record of one-letter fields that begins with a date and ends with `^`. */
function isQif(trimmed: string): boolean {
  const lines = trimmed
    .split(/\r\n|\n|\r/, 200)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.some((line) => /^!(type|account|option|clear)\b/i.test(line))) return true
  const end = lines.indexOf('^')
  const record = lines.slice(0, end)
  return end > 0 && record.some((line) => /^D\s*\d/.test(line)) && record.some((line) => /^[TU$]\s*[-+(]?[\d.,]/.test(line))
}

/** At least two lines (or the only one) that the same delimiter cuts, with a digit somewhere. */
function looksTabular(text: string): boolean {
  return (likelyDialects(text).length > 0 || isWrapped(text) || labelsOf(text) !== null || placesOf(text) !== null) && /\d|\p{L}/u.test(text) && !/^\s*[[{]/.test(text)
}

const SIGNATURES: readonly { readonly bytes: readonly number[]; readonly says: string }[] = [
  { bytes: [0x25, 0x50, 0x44, 0x46], says: 'This is a PDF. Export the statement as OFX, QFX, CAMT.053, MT940 or CSV instead.' },
  { bytes: [0x1f, 0x8b], says: 'This is a gzip archive. Unpack it and import the file inside.' },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf], says: 'This is a 7-Zip archive. Unpack it and import the files inside.' },
  { bytes: [0x7b, 0x5c, 0x72, 0x74, 0x66], says: 'This is a text document (RTF). Export the statement as OFX, QFX, CAMT.053, MT940 or CSV instead.' },
  { bytes: [0x89, 0x50, 0x4e, 0x47], says: 'This is a picture. Export the statement as OFX, QFX, CAMT.053, MT940 or CSV instead.' },
  { bytes: [0xff, 0xd8, 0xff], says: 'This is a picture. Export the statement as OFX, QFX, CAMT.053, MT940 or CSV instead.' },
]

/** Archives that are one document. */
const OTHER_PACKED: readonly { readonly holds: RegExp; readonly says: string }[] = [
  { holds: /(?:^|\/)workbook\.bin$/i, says: 'This is a binary Excel workbook (.xlsb). Save the sheet as CSV or as .xlsx, and import that.' },
  { holds: /^META-INF\/manifest\.xml$/, says: 'This is a document of OpenOffice or LibreOffice. Save the sheet as CSV or as .xlsx, and import that.' },
  { holds: /^Index\/.*\.iwa$/, says: 'This is a document of Apple’s Numbers. Export it as CSV or as .xlsx, and import that.' },
  { holds: /^word\/document\.xml$/, says: 'This is a text document (Word). Export the statement as OFX, QFX, CAMT.053, MT940 or CSV instead.' },
]

function binaryKind(start: Uint8Array): string | null {
  const known = SIGNATURES.find(({ bytes }) => bytes.every((byte, i) => start[i] === byte))
  if (known !== undefined) return known.says
  const text = decodePrefix(start)
  // Controls that no text has, one in a hundred: NUL stays out of this, some banks pad with it.
  const controls = text.match(/[\u0002\u0004-\u0008\u000e-\u0019\u001b-\u001f\ufffd]/g)?.length ?? 0
  return controls * 100 > text.length ? 'This is a binary file, not a statement. Export as OFX, QFX, CAMT.053, MT940, QIF or CSV.' : null
}

/** So many letters of ASCII in the wrong half of their pairs of bytes are no words of any language. */
const TORN_RUN = 6

/** The line from which on the pairs of bytes of UTF-16 are shifted by one; null where none is. */
function shiftedAt(text: string): number | null {
  let run = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const isTorn = (code & 0xff) === 0 && code >= 0x0900 && code <= 0x7e00
    // A blank of East Asia comes in runs.
    run = !isTorn ? 0 : code === 0x3000 ? run : run + 1
    if (run === TORN_RUN) return text.slice(0, at).split(/[\n\u0a00\u0a0d\u0d0a]/).length
  }
  return null
}

function otherKind(text: string): string {
  const trimmed = text.trimStart()
  if (/^<(!doctype html|html|head|body)\b/i.test(trimmed)) {
    return 'This is an HTML page, perhaps a sign-in or error page that was saved in place of the file. Sign in at the bank and download the file again.'
  }
  if (/^[[{]/.test(trimmed)) return 'This is JSON, which is no statement format. Export as OFX, QFX, CAMT.053, MT940, QIF or CSV.'
  if (trimmed.startsWith('<')) return 'This XML is neither OFX nor CAMT.052, CAMT.053 or CAMT.054. Export as OFX, QFX, CAMT.053, MT940, QIF or CSV.'
  return 'This text is none of OFX, QFX, QBO, CAMT.052, CAMT.053, CAMT.054, MT940, QIF or CSV. Download it again as one of them.'
}

function unknown(message: string): { readonly ok: false; readonly failure: FormatFailure } {
  return failed({ code: 'unknown_format', message, line: 0 })
}

/** The first bytes, and a stream that still begins with them. */
async function peek(chunks: AsyncIterable<Uint8Array>): Promise<{ readonly start: Uint8Array; readonly all: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const held: Uint8Array[] = []
  let length = 0
  while (length < SNIFFED_BYTES) {
    const next = await iterator.next()
    if (next.done === true) break
    held.push(next.value)
    length += next.value.length
  }
  const start = new Uint8Array(length)
  let at = 0
  for (const chunk of held) {
    start.set(chunk, at)
    at += chunk.length
  }
  return { start, all: replay(start, iterator) }
}

async function* replay(start: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield start
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
