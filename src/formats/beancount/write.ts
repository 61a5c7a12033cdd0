/**
 * Writes a Beancount file: one account, each row against a place holder, the opening balance as an
 * entry and the closing one as a `balance` directive, which Beancount checks. Pending rows are left
 * out, because a bank's balance does not count them. The texts of the bank stay inside quotes. Files of several accounts are
 * one together, since each opens accounts of its own; one that goes on after another opens none, and checks the balance with which it begins.
 */
import { addDays, day } from '../../domain/day.ts'
import type { AccountKind } from '../../domain/statement.ts'
import { cleanText } from '../clean-text.ts'
import { amountText, bookedRows, type ExportBalance, type ExportRow, type ExportStatement } from '../export.ts'

const OWED: ReadonlySet<AccountKind> = new Set(['credit_card', 'credit_line', 'loan'])

/** Accounts open before any booking day. */
const OPENED_ON = '1970-01-01'
const LAST_DAY = day('9999-12-31')
const PLACES = { opening: 'Equity:Opening-Balances', leftOut: 'Equity:Left-Out', out: 'Expenses:Uncategorized', in: 'Income:Uncategorized' } as const

/** The file in pieces, one directive each. */
export async function* writeBeancount(statement: ExportStatement): AsyncGenerator<string> {
  const { account, opening, closing, leftOut, continues } = statement
  const own = accountName(account.institutionName, account.name)
  const name = `${OWED.has(account.kind) ? 'Liabilities' : 'Assets'}:${own}`
  const place = (of: keyof typeof PLACES): string => `${PLACES[of]}:${own}`
  if (!continues) for (const opened of [name, place('opening'), place('leftOut'), place('out'), place('in')]) yield `${OPENED_ON} open ${opened}\n`
  if (opening !== null) yield continues ? `\n${opening.on} balance ${name}  ${figure(opening)}\n` : `\n${opening.on} * "Opening balance"\n  ${name}  ${figure(opening)}\n  ${place('opening')}\n`
  for await (const row of bookedRows(statement.rows)) yield rowEntry(row, name, place(row.amount.startsWith('-') ? 'out' : 'in'))
  if (leftOut !== null) yield rowEntry(leftOut, name, place('leftOut'))
  // Beancount checks at the beginning of the day, so there is no check after the last of its calendar. Without an opening balance there is nothing to check against.
  if (closing !== null && opening !== null && closing.on < LAST_DAY) yield `\n${addDays(closing.on, 1)} balance ${name}  ${figure(closing)}\n`
}

function rowEntry(row: ExportRow, account: string, other: string): string {
  const metadata = [
    ['id', row.id],
    ['reference', row.reference],
    ['check', row.checkNumber],
    ['category', row.decided?.category],
    ['note', row.decided?.note],
  ] as const
  const lines = metadata.filter(([, value]) => value != null).map(([key, value]) => `  ${key}: ${string(value!)}\n`)
  const narration = `${row.name === null ? '' : `${string(row.name)} `}${string(row.memo ?? '')}`
  return `\n${row.postedOn} * ${narration}\n${lines.join('')}  ${account}  ${figure({ ...row, on: row.postedOn })}\n  ${other}\n`
}

function figure({ amount, currency }: ExportBalance): string {
  // Beancount's currencies: capitals first and last, digits and some signs between.
  const commodity =
    currency
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, '')
      .replace(/^[^A-Z]+/, '') || 'XXX'
  return `${amountText(amount, currency)} ${commodity}`
}

/** Parts begin with a capital or digit and hold letters, digits and hyphens. */
function accountName(institution: string | null, name: string): string {
  const parts = [institution, name].map((text) => {
    const plain = (text ?? '')
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
    return plain.charAt(0).toUpperCase() + plain.slice(1)
  })
  const told = parts.filter((part) => part !== '')
  return (told.length === 0 ? ['Bank'] : told).join(':')
}

function string(text: string): string {
  return `"${(cleanText(text) ?? '').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
