/**
 * Writes rows as CSV (RFC 4180: comma, CRLF, quotes doubled) with a heading that readCsv and
 * spreadsheets understand. Dates are ISO 8601, amounts have a point and a sign, texts are guarded
 * against formulas. Pending and withdrawn rows are written too, with their state.
 */
import { amountText, type ExportRow, type ExportStatement } from '../export.ts'
import { guardFormula } from './formula-guard.ts'

const HEADING = ['date', 'amount', 'currency', 'description', 'memo', 'type', 'check_number', 'reference', 'state', 'id'] as const

/** Whether the file is one of these: its amounts have the signs they have, whatever its other columns call the rows. */
export function isOwnHeading(cells: readonly string[]): boolean {
  return cells.length === HEADING.length && HEADING.every((name, at) => cells[at] === name)
}

/** The file in pieces, one row each. */
export async function* writeCsv(statement: ExportStatement): AsyncGenerator<string> {
  yield `${HEADING.join(',')}\r\n`
  for await (const row of statement.rows) yield `${cellsOf(row).join(',')}\r\n`
}

function cellsOf(row: ExportRow): readonly string[] {
  const texts = [row.name, row.memo, row.kind, row.checkNumber, row.reference, row.state, row.id]
  return [row.postedOn, amountText(row.amount, row.currency), row.currency, ...texts.map((text) => quoted(guardFormula(text ?? '')))]
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
