/**
 * Writes rows as CSV (RFC 4180: comma, CRLF, quotes doubled) with a heading that readCsv and
 * spreadsheets understand. Dates are ISO 8601, amounts have a point and a sign, texts are guarded
 * against formulas. Pending and withdrawn rows are written too, with their state. First stand the columns of what a bank says, then what a
 * person decided, last the account; columns that come later come behind these (docs/operate/files.md).
 */
import { amountText, type ExportRow, type ExportStatement } from '../export.ts'
import { guardFormula } from './formula-guard.ts'

/** Of files of before the others the first ten alone. */
const TOLD = ['date', 'amount', 'currency', 'description', 'memo', 'type', 'check_number', 'reference', 'state', 'id'] as const
const DECIDED = ['category', 'note', 'review', 'excluded', 'transfer'] as const
export const ACCOUNT_COLUMN = 'account'
const HEADING = [...TOLD, ...DECIDED, ACCOUNT_COLUMN] as const

/** Whether the file is one of these: its amounts have the signs they have, whatever its other columns call the rows. */
export function isOwnHeading(cells: readonly string[]): boolean {
  return (cells.length === TOLD.length || cells.length === HEADING.length) && cells.every((cell, at) => cell === HEADING[at])
}

/** The columns of such a file that no bank says. */
export function isDecidedColumn(name: string): boolean {
  return DECIDED.some((one) => one === name)
}

/** The file in pieces, one row each. */
export async function* writeCsv({ rows }: Pick<ExportStatement, 'rows'>): AsyncGenerator<string> {
  yield `${HEADING.join(',')}\r\n`
  for await (const row of rows) yield `${cellsOf(row).join(',')}\r\n`
}

function cellsOf({ decided, account, ...row }: ExportRow): readonly string[] {
  const texts = [row.name, row.memo, row.kind, row.checkNumber, row.reference, row.state, row.id, decided?.category, decided?.note, decided?.review, decided === undefined ? '' : decided.excluded ? 'yes' : 'no', decided?.transfer, account]
  return [row.postedOn, amountText(row.amount, row.currency), row.currency, ...texts.map((text) => quoted(guardFormula(text ?? '')))]
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
