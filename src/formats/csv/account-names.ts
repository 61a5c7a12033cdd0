/**
 * What accounts are called: whether a column, or a title above a table, names one's own, and not other parties or what the
 * money was for.
 */
import { plainWords } from '../unstated.ts'
import { isAccountName, isCategory, isOfOther, isPart, isSenderOrReceiver, readHeading, sideOf } from './headings.ts'
import { filled, isText } from './layout.ts'
import type { CsvRecord } from './records.ts'

/** Words that names of accounts are made of, or the end of a number. */
const ACCOUNT = /(?<!\p{L})(accounts?|acct|checking|chequing|current|everyday|savings?|saver|isa|cash|wallet|credit|debit|card|visa|mastercard|amex|loan|mortgage|joint|individual|brokerage\p{L}*|ira|roth|401k|403b|hsa|paypal|revolut|wise|\p{L}*konto\p{L}*|giro\p{L}*|tagesgeld\p{L}*|festgeld\p{L}*|spar\p{L}*|depot\p{L}*|bargeld|kasse|\p{L}*karte\p{L}*|compte\p{L}*|livret\p{L}*|epargne|carte|especes|cuenta\p{L}*|ahorros?|tarjeta|efectivo|nomina|conto|carta|contanti|libretto|conta|poupanca|cartao|dinheiro|\p{L}*rekening\p{L}*|betaal\p{L}*|contant|\p{L}*kort\p{L}*|lonekonto|kontant\p{L}*|rachunek|oszczed\p{L}*|karta|gotowka|ucet|hotovost|szamla|счет|карта|наличные)(?!\p{L})/u

/** Words for kinds of accounts in a text. */
export function accountWordsIn(text: string): readonly string[] {
  return [...plainWords(text).matchAll(new RegExp(ACCOUNT, 'gu'))].map(([word]) => word)
}

const MASKED = /[*x•.…]{2,} ?\d{3,}|\(\D{0,3}\d{4}\)/

/** Whether names in a column are those of one's own accounts, not of other parties or of what the money was for: they say so, or a name and a category stand beside them. */
export function areOwnNames(heading: readonly string[], rows: readonly CsvRecord[]): (names: readonly string[], above: string) => boolean {
  const isDescribed = heading.some(isCategory) && heading.some((cell) => readHeading(cell).meanings.some(({ role }) => role === 'name' || role === 'memo'))
  // Beside a column for whoever the other party is another one of names is one's own: one that several of them share. Beside that of who is paid it may be theirs.
  const parties = heading.flatMap((cell, at) => (isOfOther(cell) && sideOf(cell) !== 'payee' ? [at] : []))
  const areShared = (above: string): boolean => {
    const pairs = rows.flatMap(({ cells }) => parties.flatMap((at) => (cells[at] ? [[cells[at], cells[heading.indexOf(above)] ?? ''] as const] : [])))
    return new Set(pairs.map(([party]) => party)).size > new Set(pairs.map(([, name]) => name)).size
  }
  return (names, above) => isFew(names) && isText(names) && (isDescribed || isPart(above) || (isAccountName(above) && areShared(above)) || [...new Set(names)].every((name) => ACCOUNT.test(plainWords(name)) || MASKED.test(name.toLowerCase())))
}

/** Whether a column is that of the account of whoever paid or was paid: it stands behind the name of a sender or receiver, and programs that keep accounts would tell a payee or a category. */
export function isAccountOfOther(heading: readonly string[], at: number): boolean {
  return at > 0 && isSenderOrReceiver(heading[at - 1]!) && !heading.some(isCategory)
}

/** What a column that is called after an account, and filled beside all rows, names where it parts no accounts: one, or somebody or something else. */
export function namesOfAccounts(heading: readonly string[], rows: readonly CsvRecord[]): { readonly says: 'unclear' } | { readonly says: 'one'; readonly name: string; readonly at: number } | null {
  const areOwn = areOwnNames(heading, rows)
  for (const [at, cell] of heading.entries()) {
    if (!readHeading(cell).meanings.some(({ role }) => role === 'namedAccount') || isAccountOfOther(heading, at)) continue
    const names = filled(rows, at)
    const [name, another] = new Set(names)
    if (name === undefined || names.length < rows.length || !isFew(names) || !isText(names)) continue
    if (another !== undefined) return { says: 'unclear' }
    if (areOwn(names, cell)) return { says: 'one', name, at }
  }
  return null
}

/** As many accounts as one has. */
export function isFew(cells: readonly string[]): boolean {
  return new Set(cells).size <= 5 || isRepeated(cells)
}

/** On average each value stands in three rows or more. */
function isRepeated(cells: readonly string[]): boolean {
  return new Set(cells).size * 3 <= cells.length
}
