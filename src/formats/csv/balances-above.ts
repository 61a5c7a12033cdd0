/**
 * Balances that stand above a table, or below it: `Kontostand vom 31.01.2024:`, `Saldo Iniziale: 1.080,00`, `Solde au 31/01/2024 1 987,50 EUR`.
 * Words of a beginning or an end are those of the list. Any other balance is that of its day, and counts only where that is known
 * and no row of the list is later: above the list stands what the account held when the file was made. What is available,
 * a limit or an average is no balance.
 */
import type { Day } from '../../domain/day.ts'
import type { Decimal } from '../../domain/money.ts'
import { balanceWords, plainWords } from '../unstated.ts'
import { readAmount, scanAmount } from '../written-amount.ts'
import { readCurrency } from '../written-currency.ts'
import { readDate, scanDate } from '../written-date.ts'
import { accountWordsIn } from './account-names.ts'
import type { Notation } from './layout.ts'
import { labelled } from './preamble.ts'
import type { CsvRecord } from './records.ts'

/** `on`: null for words of a beginning or an end that tell no day. */
export type BalanceAbove = { readonly kind: 'opening' | 'closing' | 'ledger'; readonly amount: Decimal; readonly on: Day | null; readonly line: number }

const BALANCE = /\b(saldos?|solde|balance|kontostand|kontosaldo|kartensaldo|sold|zustatek|zostatok|egyenleg|stanje|bakiye|beholdning|yttersaldo|stan konta)\b|余额|餘額|残高|остаток|залишок|잔액/
const OTHER = /\b(available|avail|verfugbar\w*|disponible|disponivel|disponibile|beschikbaar|limit\w*|mod|minimum|minimo|average|medio|mittler\w*|overdraft|pending|blocked|interest|rewards?|points|punkte|francs?|previous statement|statement balance)\b|可用/
const OF_MAKING = /^(stand|datum|date|fecha|data|dato|as (at|of)|statement as at|kontoauszug bis|datum uhr\w* .*saldo|date of balance|fecha (de )?(exportacion|descarga|consulta)|export(ed)? (on|date)?|erstellt( am)?|datei erstellt am|generated( on)?|downloaded( on)?)( |$)/
const DATE = /\d{1,4}[-/. ](?:\d{1,2}|\p{L}{3,9})[-/. ]\d{2,4}|(?<!\d)(?:19|20)\d{6}(?!\d)/u
/** `1487.50 as of 20240131`. */
const AS_OF = /^(.*\d\D*?)\s+(as of|as at|on|am|per|au|al)\s+(\S.*)$/
/** Lines about the moment stand beside the one of the balance. */
const NEAR = 3

export function balancesAbove(preamble: readonly CsvRecord[], { order, balanceStyle, style }: Notation): readonly BalanceAbove[] {
  const amountOf = (text: string): Decimal | null => {
    const written = /\d/.test(text) && scanDate(text) === null ? scanAmount(text) : null
    // A bare number may be anything.
    return written === null || (written.currency === null && !/[.,]\d/.test(written.number)) ? null : (readAmount(written, balanceStyle) ?? readAmount(written, style))
  }
  const dayOf = (text: string): Day | null => {
    const date = scanDate(DATE.exec(text)?.[0] ?? '')
    return date === null ? null : readDate(date, order)
  }
  return preamble.flatMap((record, index): readonly BalanceAbove[] =>
    record.cells.flatMap((cell, at) => {
      if (cell === '') return []
      const told = balanceAt(record.cells, at, preamble[index + 1], amountOf)
      // `openingBalance`.
      const words = plainWords((told?.label ?? '').replace(/([a-z])([A-Z])/g, '$1 $2'))
      const kind = balanceWords(words)
      if (told === null || OTHER.test(words) || !(kind !== null || BALANCE.test(words) || told.isOfAccount)) return []
      const day = dayOf(told.label) ?? only(record.cells.map(dayOf))
      const on = day ?? (kind === null ? madeOn(preamble, index, dayOf) : null)
      return kind === null && on === null ? [] : [{ kind: kind ?? 'ledger', amount: told.amount, on, line: record.line }]
    }),
  )
}

type Told = { readonly label: string; readonly amount: Decimal; /** The line names the account, a day and an amount. */ readonly isOfAccount: boolean }

function balanceAt(cells: readonly string[], at: number, below: CsvRecord | undefined, amountOf: (text: string) => Decimal | null): Told | null {
  const { label, beside } = labelled(cells, at)
  const [, figure = beside, ...since] = AS_OF.exec(beside) ?? []
  const amount = amountOf(figure)
  if (amount !== null) return { label: [label, ...since].join(' '), amount, isOfAccount: false }
  // `Solde au 31/01/2024 1 987,50 EUR`.
  const [, words = '', rest = ''] = /^(\D+(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{4})?)[\s:]+(.+)$/u.exec(cells[at]!) ?? []
  const inside = amountOf(rest)
  if (inside !== null && DATE.test(words)) return { label: words, amount: inside, isOfAccount: false }
  // `Compte de chèques;****1234;31/01/2024;;1987,50`.
  const amounts = cells.flatMap((cell) => amountOf(cell) ?? [])
  if (at === 0 && amounts.length === 1 && accountWordsIn(cells[0]!).length > 0 && cells.some((cell) => scanDate(cell) !== null)) return { label: cells[0]!, amount: amounts[0]!, isOfAccount: true }
  // `Kontostand;31.01.2024;;;1.234,56;EUR`.
  if (amounts.length === 1 && BALANCE.test(plainWords(cells[at]!)) && !/\d/.test(cells[at]!) && cells.every((cell, i) => i === at || cell === '' || amountOf(cell) !== null || scanDate(cell) !== null || readCurrency(cell) !== null)) return { label: cells[at]!, amount: amounts[0]!, isOfAccount: false }
  // A line of words, and a line of their figures below it.
  const under = below?.cells ?? []
  return under.length === cells.length && cells.every((cell) => !/\d/.test(cell)) && under.every((cell) => amountOf(cell) !== null) ? { label: cells[at]!, amount: amountOf(under[at]!)!, isOfAccount: false } : null
}

/** The one day that lines near the balance name as that of its making. */
function madeOn(preamble: readonly CsvRecord[], index: number, dayOf: (text: string) => Day | null): Day | null {
  const near = preamble.slice(Math.max(0, index - NEAR), index + NEAR + 1)
  return only(near.flatMap(({ cells }) => cells.map((_, at) => labelled(cells, at))).map(({ label, beside }) => (OF_MAKING.test(plainWords(label)) ? dayOf(beside) : null)))
}

function only(days: readonly (Day | null)[]): Day | null {
  const [first = null, ...others] = new Set(days.filter((day) => day !== null))
  return others.length > 0 ? null : first
}
