/**
 * Writes a plain-text journal that both hledger and Ledger read: one account, each row against a place
 * holder that a person or rules fill in. Opening balance first, a balance assertion last, so that the
 * journal proves itself. The opening entry brings the account to that balance, by nothing where a journal of the days
 * before brought it there: journals that follow each other are one. Texts of the bank cannot make a posting, a date or a tag that means something.
 */
import type { Currency, Decimal } from '../../domain/money.ts'
import type { AccountKind } from '../../domain/statement.ts'
import { cleanText } from '../clean-text.ts'
import { amountText, type ExportBalance, type ExportRow, type ExportStatement } from '../export.ts'

const OWED: ReadonlySet<AccountKind> = new Set(['credit_card', 'credit_line', 'loan'])

/** The journal in pieces, one entry each. Pending rows are marked `!`; withdrawn rows are left out. */
export async function* writeHledger(statement: ExportStatement): AsyncGenerator<string> {
  const { account, opening, closing, leftOut, continues } = statement
  const name = journalAccount(account.kind, account.institutionName, account.name)
  yield `; ${commentText(account.name)}, exported by Relink\n\n`
  if (opening !== null && !continues) yield entry(`${opening.on} * Opening balance`, [], name, `= ${figure(opening)}`, 'Equity:Opening balances')
  if (opening !== null && continues) yield asserted('Opening balance', name, opening)
  let provable = opening !== null && closing !== null
  for await (const row of statement.rows) {
    if (row.state === 'withdrawn') continue
    // The bank's balance counts neither pending rows nor those after its day: then it cannot be asserted.
    if (row.state === 'pending' || (closing !== null && row.postedOn > closing.on)) provable = false
    yield rowEntry(row, name)
  }
  if (leftOut !== null) yield rowEntry(leftOut, name, 'Equity:Left out')
  if (closing === null) return
  if (provable) yield asserted('Closing balance', name, closing)
  else yield `; balance of the bank on ${closing.on}: ${figure(closing)}\n`
}

/** `Assets:Bank:Name`, or `Liabilities:…` for what is owed. */
function journalAccount(kind: AccountKind, institution: string | null, name: string): string {
  const parts = [OWED.has(kind) ? 'Liabilities' : 'Assets', institution, name]
  return parts
    .map((part) => accountPart(part ?? ''))
    .filter((part) => part !== '')
    .join(':')
}

function rowEntry(row: ExportRow, account: string, other = row.amount.startsWith('-') ? 'Expenses:Unknown' : 'Income:Unknown'): string {
  const code = descriptionText(row.checkNumber ?? row.reference ?? '').replace(/[()]/g, '')
  const head = `${row.postedOn} ${row.state === 'pending' ? '!' : '*'} ${code === '' ? '' : `(${code}) `}${descriptionText(row.name ?? row.memo ?? '') || 'Unnamed'}`
  const memo = row.memo === null || row.memo === row.name ? [] : [`memo: ${commentText(row.memo)}`]
  const decided = (['category', 'note'] as const).flatMap((name) => (row.decided?.[name] == null ? [] : [`${name}: ${commentText(row.decided[name])}`]))
  return entry(head, [...memo, ...decided, `id: ${commentText(row.id)}`], account, figure({ ...row, on: row.postedOn }), other)
}

function entry(head: string, comments: readonly string[], account: string, amount: string, other: string): string {
  return [head, ...comments.map((comment) => `    ; ${comment}`), `    ${account}    ${amount}`, `    ${other}`, '', ''].join('\n')
}

function asserted(what: string, account: string, balance: ExportBalance): string {
  return `${balance.on} * ${what}\n    ${account}    ${amountText('0' as Decimal, balance.currency)} ${commodity(balance.currency)} = ${figure(balance)}\n\n`
}

function figure({ amount, currency }: ExportBalance): string {
  return `${amountText(amount, currency)} ${commodity(currency)}`
}

function commodity(currency: Currency): string {
  return /^[A-Za-z]+$/.test(currency) ? currency : `"${currency.replace(/["\s;]/g, '')}"`
}

/** Two blanks end an account name, brackets make it virtual, a colon begins a sub-account. */
function accountPart(text: string): string {
  return (cleanText(text) ?? '')
    .replace(/[:;()[\]{}"|@=*!]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** A description ends at `;` or two blanks, `|` splits it, and signs in front mean status or code. */
function descriptionText(text: string): string {
  return (cleanText(text) ?? '')
    .replace(/[;|]/g, ',')
    .replace(/\s+/g, ' ')
    .replace(/^[\s(*!=]+/, '')
    .trim()
}

/** In comments `[2020/01/01]`, `date:` and `::` have a meaning. */
function commentText(text: string): string {
  return (cleanText(text) ?? '')
    .replace(/\[/g, '(')
    .replace(/\]/g, ')')
    .replace(/\b(date2?)\s*:/gi, '$1 ')
    .replace(/:{2,}/g, ':')
}
