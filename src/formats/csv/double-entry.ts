/**
 * Lists of double entry, as GnuCash, hledger and Wave export them: each transaction has a row for every account that it touches,
 * income and expenses among them, and all add up to nothing. Only what stands in an account of one's own is money of it.
 */
import { plainWords } from '../unstated.ts'
import { isAccountName, readHeading } from './headings.ts'
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

/** The column that tells the sides of entries apart, and that of the accounts' names; null for all other files. */
export function doubleEntryIn(heading: readonly string[], rows: readonly CsvRecord[]): Layout['entries'] {
  const sides = heading.flatMap((_, at) => {
    const roots = filled(rows, at).map(rootOf)
    return roots.length === rows.length && roots.every((root) => OWN.test(root) || OTHER.test(root)) && roots.some((root) => OWN.test(root)) && roots.some((root) => OTHER.test(root)) ? [at] : []
  })
  const path = sides.find((at) => filled(rows, at).some((cell) => cell.includes(':')))
  if (path !== undefined) return { side: path, account: path }
  // The kind of each account stands beside its name.
  const [side] = sides
  const named = heading.findIndex(isAccountName)
  const account = named === -1 ? heading.findIndex((cell, at) => at !== side && readHeading(cell).meanings.some(({ role }) => role === 'namedAccount')) : named
  return side === undefined || account === -1 ? null : { side, account }
}
