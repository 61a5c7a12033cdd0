/**
 * Lists of double entry, as GnuCash, hledger and Wave export them: each transaction has a row for every account that it touches,
 * income and expenses among them, and all add up to nothing. Only what stands in an account of one's own is money of it.
 */
import { plainWords } from '../unstated.ts'
import { isAccountName, readHeading, type Role } from './headings.ts'
import { filled, type Layout } from './layout.ts'
import type { CsvRecord } from './records.ts'

const OWN = /^(assets?|liabilit(y|ies)|aktiva|vermogen|fremdkapital|verbindlichkeiten|actifs?|passifs?|activos?|pasivos?|ativos?|passivos?|attivita|passivita|activa|passiva|tillgangar|skulder|aktywa|pasywa)$/
const OTHER = /^(incomes?|revenues?|expenses?|equity|cost of goods sold|ertrage?|einkunfte|einnahmen|aufwand|aufwendungen|ausgaben|eigenkapital|revenus?|produits|depenses?|charges|capitaux propres|ingresos?|gastos?|patrimonio( neto)?|receitas?|despesas?|capital( proprio)?|entrate|ricavi|uscite|spese|costi|opbrengsten|inkomsten|kosten|uitgaven|eigen vermogen|intakter|kostnader|utgifter|eget kapital|przychody|wydatki|kapital wlasny)$/

/** `Assets:Bank:Checking`. */
function rootOf(cell: string): string {
  return plainWords(cell.split(':', 1)[0]!)
}

/** Whether what stands in that column says of a row that it is of an account of one's own. */
export function isOwnSide({ cells }: CsvRecord, at: number): boolean {
  return OWN.test(rootOf(cells[at] ?? ''))
}

/** Some entries have sides in nothing but income and expenses. */
const MOST = 0.5

/** Whether rows of income and expenses stand beside those of own accounts, of the same day and text: a category, or the account that money went to, is said once. */
function areSides(heading: readonly string[], rows: readonly CsvRecord[], side: number): boolean {
  const first = (...wanted: readonly Role[]): number => heading.findIndex((cell, at) => filled(rows, at).length > 0 && readHeading(cell).meanings.some(({ role }) => wanted.includes(role)))
  const told = [first('date', 'booked', 'acted'), first('memo', 'name')].filter((at) => at !== -1)
  const entryOf = ({ cells }: CsvRecord): string => told.map((at) => cells[at]).join('\u001f')
  const own = new Set(rows.filter((row) => isOwnSide(row, side)).map(entryOf))
  const others = rows.filter((row) => !isOwnSide(row, side))
  return others.length > 0 && others.filter((row) => own.has(entryOf(row))).length >= others.length * MOST
}

/** The column that tells the sides of entries apart, and that of the accounts' names; null for all other files. */
export function doubleEntryIn(heading: readonly string[], rows: readonly CsvRecord[]): Layout['entries'] {
  const sides = heading.flatMap((_, at) => {
    const roots = filled(rows, at).map(rootOf)
    return roots.length === rows.length && roots.every((root) => OWN.test(root) || OTHER.test(root)) && areSides(heading, rows, at) ? [at] : []
  })
  const path = sides.find((at) => filled(rows, at).some((cell) => cell.includes(':')))
  if (path !== undefined) return { side: path, account: path }
  // The kind of each account stands beside its name.
  const [side] = sides
  const named = heading.findIndex(isAccountName)
  const account = named === -1 ? heading.findIndex((cell, at) => at !== side && readHeading(cell).meanings.some(({ role }) => role === 'namedAccount')) : named
  return side === undefined || account === -1 ? null : { side, account }
}
