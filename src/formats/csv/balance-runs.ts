/** Through which rows one balance runs: what tells a list of one account from that of several, and an account from what was bought. */
import { isTotal, plainWords } from '../unstated.ts'
import { scanDate } from '../written-date.ts'
import type { Styles } from './amount-styles.ts'
import { balanceIn, cellAmount, endings, isProved, movedAmount, prove, signedAmount, type Cells, type Proof } from './amounts.ts'
import { isProduct, readHeading } from './headings.ts'
import { bySection, filled, type Columns } from './layout.ts'
import type { CsvRecord } from './records.ts'
import { LooseEnds } from './running-balance.ts'

/** A balance that runs over fewer steps may do so by chance. */
const OWN_STEPS = 2

/** What sums a list up below it moves nothing. */
export function withoutTotals(rows: readonly CsvRecord[], { booked, acted, value }: Columns): readonly CsvRecord[] {
  const isDated = (cells: readonly string[]): boolean => [booked, acted, value].some((at) => at !== null && scanDate(cells[at] ?? '') !== null)
  const moving = rows.filter(({ cells }) => isDated(cells) || !cells.some(isTotal))
  return moving.length === rows.length ? rows : moving
}

/** Rows that are sorted by something else than their days have a balance all the same. */
export function runsInSomeOrder(rows: readonly CsvRecord[], booked: number, amounts: Cells, balances: Cells): boolean {
  const ends = new LooseEnds()
  for (const [at, amount] of amounts.entries()) if (typeof amount === 'string') ends.add(rows[at]!.cells[booked] ?? '', amount, balances[at] ?? null)
  return ends.both() !== null
}

/** Whether one balance runs through the rows of all products: they are what was bought, and no accounts. */
export function isOfShop(columns: Columns, heading: readonly string[], rows: readonly CsvRecord[], { style, balanceStyle }: Styles): boolean {
  if (columns.account === null || !isProduct(heading[columns.account]!)) return false
  const sections = bySection(rows, [columns.currency])
  const { steps, forward, backward } = prove(sections.map((row) => movedAmount(row, columns, style)), sections.map((row) => balanceIn(row, columns, balanceStyle)))
  return steps > 0 && Math.max(forward, backward) === steps
}

/** Whether one balance runs through rows of all currencies that a column names, and breaks where they are parted by it: it is kept in one, and those are of what was bought. */
export function isOfBought(columns: Columns, rows: readonly CsvRecord[], { style, balanceStyle }: Styles): boolean {
  const { account, currency, currencyElse } = columns
  if (columns.balance === null || currency === null || new Set(filled(rows, currency)).size < 2) return false
  const proofOf = (parts: readonly (number | null | undefined)[]): Proof => {
    const sections = bySection(withoutTotals(rows, columns), parts)
    const [amounts, balances] = [sections.map((row) => movedAmount(row, columns, style)), sections.map((row) => balanceIn(row, columns, balanceStyle))]
    return prove(amounts, columns.balanceBefore ? endings(amounts, balances) : balances)
  }
  const runs = ({ forward, backward }: Proof): number => Math.max(forward, backward)
  const [all, parted] = [proofOf([account]), proofOf([account, currency, currencyElse])]
  return all.steps > OWN_STEPS && runs(all) === all.steps && runs(parted) < parted.steps
}

/** The column of numbers of accounts by which a balance runs that does not run through all rows: nobody is told the balances of others. */
export function ownByBalance({ amount, fee, balance, balanceBefore }: Columns, rows: readonly CsvRecord[], heading: readonly string[], { style, balanceStyle }: Styles): number | null {
  if (balance === null) return null
  const proofOf = (account: number | null): Proof => {
    const sections = bySection(rows, [account])
    const amounts = sections.map((row) => signedAmount(row, amount, fee, style))
    const balances = sections.map((row) => cellAmount(row, balance, balanceStyle))
    return prove(amounts, balanceBefore ? endings(amounts, balances) : balances)
  }
  const accounts = heading.flatMap((above, at) => ((plainWords(above) === 'iban' || readHeading(above).meanings.some(({ role }) => role === 'constantAccount')) && new Set(filled(rows, at)).size > 1 ? [at] : []))
  if (accounts.length === 0) return null
  const breaks = ({ steps, forward, backward }: Proof): number => steps - Math.max(forward, backward)
  const all = proofOf(null)
  return accounts.map((at) => ({ at, own: proofOf(at) })).find(({ own }) => own.steps >= OWN_STEPS && isProved(own) && (!isProved(all) || breaks(own) < breaks(all)))?.at ?? null
}
