/**
 * Writes booked rows as QIF with the account in front. Dates are month/day/year with four digits of
 * year, as an option says in front for programs that would guess, and amounts have a point, which is what Quicken and its followers read everywhere. QIF has no
 * currency and no ids: an importer cannot tell rows it knows, so prefer OFX where it can be read.
 */
import type { Day } from '../../domain/day.ts'
import type { AccountKind } from '../../domain/statement.ts'
import { cleanText } from '../clean-text.ts'
import { amountText, bookedRows, type ExportRow, type ExportStatement } from '../export.ts'

/** An investment account is written as its cash: QIF investment records need securities, which a feed does not know. */
const TYPES: Readonly<Record<AccountKind, string>> = {
  checking: 'Bank',
  savings: 'Bank',
  money_market: 'Bank',
  certificate: 'Bank',
  investment: 'Bank',
  other: 'Bank',
  credit_card: 'CCard',
  credit_line: 'Oth L',
  loan: 'Oth L',
}

/** The file in pieces, one record each. */
export async function* writeQif(statement: ExportStatement): AsyncGenerator<string> {
  const { account, opening } = statement
  const type = TYPES[account.kind]
  const name = (cleanText(account.name) ?? account.id).replace(/[[\]]/g, '')
  yield `!Option:MDY\n!Account\nN${name}\nT${type}\n^\n!Type:${type}\n`
  if (opening !== null && !statement.continues)
    yield `D${usDate(opening.on)}\nT${amountText(opening.amount, opening.currency)}\nCX\nPOpening Balance\nL[${name}]\n^\n`
  for await (const row of bookedRows(statement.rows)) yield recordOf(row)
  if (statement.leftOut !== null) yield recordOf(statement.leftOut)
}

function recordOf(row: ExportRow): string {
  const fields: readonly (readonly [string, string | null])[] = [
    ['D', usDate(row.postedOn)],
    ['T', amountText(row.amount, row.currency)],
    ['N', cleanText(row.checkNumber) ?? cleanText(row.reference)],
    ['P', cleanText(row.name)],
    ['M', cleanText(row.memo)],
    // In brackets it would be an account.
    ['L', cleanText(row.decided?.category ?? null)?.replace(/[[\]]/g, '') ?? null],
  ]
  return `${fields
    .filter(([, text]) => text !== null)
    .map(([code, text]) => `${code}${text}`)
    .join('\n')}\n^\n`
}

function usDate(day: Day): string {
  return `${day.slice(5, 7)}/${day.slice(8, 10)}/${day.slice(0, 4)}`
}
