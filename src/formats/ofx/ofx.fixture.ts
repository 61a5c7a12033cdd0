/**
 * What the OFX tests share: small files in the styles of real ones, and a way to read them whole. For tests only.
 */
import assert from 'node:assert/strict'
import type { FormatFailure, StatedBalance, StatementHead, StatementPart, StatementRow } from '../../domain/statement.ts'
import { readOfx } from './read.ts'

export const SGML_HEADER =
  'OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\nCOMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n'
export const XML_HEADER =
  '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'

export const SIGN_ON = '<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20240131120000<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>'
export const ROW = '<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240115<TRNAMT>-12.50<FITID>A1<NAME>Corner Shop<MEMO>Card 1234</STMTTRN>'
export const LEDGER = '<LEDGERBAL><BALAMT>100.00<DTASOF>20240131</LEDGERBAL>'

export type BodyParts = {
  readonly curdef?: string
  readonly rows?: string
  readonly after?: string
  readonly account?: string
  readonly list?: string
}

/** One bank statement, from `<STMTTRNRS>` on. */
export function bankStatement({
  curdef = 'USD',
  rows = ROW,
  after = LEDGER,
  account = 'A-1',
  list = '<DTSTART>20240101<DTEND>20240131',
}: BodyParts = {}): string {
  return (
    `<STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>${curdef}` +
    `<BANKACCTFROM><BANKID>111000025<ACCTID>${account}<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>${list}${rows}</BANKTRANLIST>${after}</STMTRS></STMTTRNRS>`
  )
}

/** A whole OFX 1 file with one bank statement. */
export function bankFile(parts: BodyParts = {}, header = SGML_HEADER): string {
  return `${header}<OFX>${SIGN_ON}<BANKMSGSRSV1>${bankStatement(parts)}</BANKMSGSRSV1></OFX>\r\n`
}

/** The same with every leaf closed, as XML. */
export function xmlFile(rows: string, header = XML_HEADER): string {
  const closed = bankFile({ rows }, header)
  return closed.replace(/<([A-Z0-9.]+)>([^<>\r\n]+)(?=<)/g, '<$1>$2</$1>').replace(/<\/([A-Z]+)><\/\1>/g, '</$1>')
}

export type ReadStatement = {
  head: StatementHead
  rows: StatementRow[]
  balances: StatedBalance[]
  notices: string[]
  covers: StatementHead['covers'] | null
}
export type ReadFile = { readonly statements: ReadStatement[]; readonly failure: FormatFailure | null; readonly parts: StatementPart[] }

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Reads a file whole and checks the order of its parts on the way: start (rows | balance | notice)* end. */
export async function readAll(file: string | Uint8Array, chunkSize = 65_536): Promise<ReadFile> {
  const bytes = typeof file === 'string' ? Buffer.from(file, 'utf8') : file
  return readParts(chunked(bytes, chunkSize))
}

export async function readParts(chunks: AsyncIterable<Uint8Array>): Promise<ReadFile> {
  const statements: ReadStatement[] = []
  const parts: StatementPart[] = []
  let current: ReadStatement | null = null
  for await (const item of readOfx(chunks)) {
    if (!item.ok) return { statements, failure: item.failure, parts }
    const part = item.value
    parts.push(part)
    if (part.part === 'start') {
      assert.equal(current, null, 'a statement starts before the one before it ended')
      current = { head: part.head, rows: [], balances: [], notices: [], covers: null }
      statements.push(current)
      continue
    }
    assert.ok(current, `${part.part} outside a statement`)
    if (part.part === 'rows') current.rows.push(...part.rows)
    else if (part.part === 'balance') current.balances.push(part.balance)
    else if (part.part === 'notice') current.notices.push(part.code)
    else {
      current.covers = part.covers
      current = null
    }
  }
  assert.equal(current, null, 'the file was read to its end, but its statement has no end')
  return { statements, failure: null, parts }
}

/** The rows of the file's first statement; fails the test when the file does not read. */
export async function rowsOf(file: string | Uint8Array): Promise<StatementRow[]> {
  const read = await readAll(file)
  assert.equal(read.failure, null)
  return read.statements[0]?.rows ?? []
}

/** The first row of a one-row bank file with this content. */
export async function rowWith(content: string, curdef = 'USD'): Promise<StatementRow> {
  const [row] = await rowsOf(bankFile({ curdef, rows: `<STMTTRN>${content}</STMTTRN>` }))
  assert.ok(row, 'no row was read')
  return row
}
