/**
 * What each column of a CSV file is: the first meaning of its heading that the cells below bear out.
 */
import type { Currency } from '../../domain/money.ts'
import { plainWords } from '../unstated.ts'
import { scanAmount } from '../written-amount.ts'
import { readCurrency, readUnit } from '../written-currency.ts'
import { scanDate } from '../written-date.ts'
import { areOwnNames, isAccountOfOther, isFew } from './account-names.ts'
import { isNothing } from './amounts.ts'
import { BARE_CURRENCY, isChange, isCharge, isAsset, isNet, isOtherDate, isProduct, isType, namesFee, paidOn, readHeading, sidesBeside, type Role } from './headings.ts'
import { arePaired, filled, isNeutral, markOf, needWord, type Columns } from './layout.ts'
import type { CsvRecord } from './records.ts'
import { areStates } from './status.ts'
import { ACCOUNT_COLUMN, isDecidedColumn, isOwnHeading } from './write.ts'

/** Column indexes by role, the preferred first. */
export type Roles = ReadonlyMap<Role, readonly number[]>

/** What tells the account of each row stands in each row; a column with gaps tells it of the other party, or of a foreign amount. */
const EVERYWHERE = new Set<Role>(['currency', 'account', 'constantAccount', 'namedAccount'])

/** Behind all others with the same role. */
const LAST = 2_000

const ACCOUNT_TYPE = /^(account type|type of account|type de compte|kontoart|kontotyp|tipo de cuenta|tipo conto|tipo de conta)$/

export const DATES: ReadonlySet<Role> = new Set<Role>(['booked', 'date', 'acted', 'value', 'bought'])
export const AMOUNTS: ReadonlySet<Role> = new Set<Role>(['amount', 'debit', 'credit', 'fee', 'balance', 'foreignAmount', 'principal', 'interest', 'quantity'])
const NIGHTS = /^(nights|room nights|nachte|ubernachtungen|nuits|noches|notti|noites|nachten|overnachtingen|netter|natter|noce)$/
const RESERVED = /\b(booking|booked|reservation|buchung\w*|gebucht|reserva\w*|prenotazione|boeking\w*)\b/
const MOVES = new Set<Role>(['amount', 'debit', 'credit'])

/**
 * Roles by the heading cells, tested on the records below; also the currency that a heading names.
 * `share`: the part of the cells that must be what the heading says; `haveProducts`: what a heading calls products may be accounts.
 */
export function readRoles(
  heading: CsvRecord,
  rows: readonly CsvRecord[],
  share: number,
  haveProducts = true,
): { readonly roles: Roles; readonly currency: Currency | null } {
  const found: { role: Role; rank: number; at: number }[] = []
  const currencies: { readonly named: Currency; readonly isBare: boolean }[] = []
  const judged = bookedRows(heading, rows)
  const columns = heading.cells.map((_, at) => filled(judged, at))
  const width = judged.filter(({ cells }) => cells.filter((cell) => cell !== '').length > 2).length
  // The kind of an account stands beside one's own: of the other party nobody knows it.
  const hasType = heading.cells.some((cell) => ACCOUNT_TYPE.test(plainWords(cell)))
  // So do the names of several.
  const areOwn = areOwnNames(heading.cells, judged)
  // One name beside all rows tells them from nothing.
  // Of products each has a balance.
  const hasBalance = heading.cells.some((cell) => readHeading(cell).meanings[0]?.role === 'balance')
  const isSeveral = (names: readonly string[], cell: string): boolean => new Set(names).size > 1 && (isProduct(cell) ? haveProducts && hasBalance && isFew(names) : areOwn(names, cell))
  const isNamed = heading.cells.some((cell, at) => readHeading(cell).meanings.some(({ role }) => role === 'namedAccount') && isSeveral(columns[at]!, cell) && columns[at]!.length >= width * share)
  const isOfStays = heading.cells.some((cell) => NIGHTS.test(plainWords(cell)))
  // Of gross and net the latter is what moved where a fee makes the difference.
  const isNetLess = !namesFee(heading.cells)
  const isOwn = isOwnHeading(heading.cells)
  heading.cells.forEach((cell, at) => {
    // What a person decided is no word of a bank, whatever it looks like.
    if (isOwn && isDecidedColumn(cell)) return
    if (isOwn && cell === ACCOUNT_COLUMN && columns[at]!.length > 0) return void found.push({ role: 'namedAccount', rank: 0, at })
    const { meanings, currency: named } = readHeading(cell)
    const cells = columns[at]!
    // Where nights are listed, that is the day on which somebody reserved them.
    if (isOfStays && meanings.some(({ role }) => DATES.has(role)) && RESERVED.test(plainWords(cell))) return
    // The first of a row's columns tells of the file's own account, the others of the other party's.
    const isOwnNumber = (hasType || isNamed) && meanings.some(({ role }) => role === 'constantAccount')
    const own = plainWords(cell) === 'iban' && (at === 0 || areAllOfOne(heading, judged, at)) ? [{ role: 'constantAccount' as const, rank: 0 }] : isOwnNumber ? [{ role: 'account' as const, rank: 0 }, ...meanings] : meanings
    const meaning = own.find(({ role }) => bearsOut(role, cells, share) && (role !== 'namedAccount' || (isSeveral(cells, cell) && !isAccountOfOther(heading.cells, at))) && (role !== 'mark' || !needWord(cells) || !isType(cell)) && (role !== 'currency' || !isAsset(cell) || areHeld(cells)) && (!EVERYWHERE.has(role) || cells.length >= width * share))
    if (meaning === undefined) return
    found.push({ ...meaning, rank: meaning.rank + (MOVES.has(meaning.role) && isNet(cell) ? (isNetLess ? LAST : meaning.role === 'amount' ? 0 : -LAST) : 0), at })
    if (AMOUNTS.has(meaning.role) && meaning.role !== 'foreignAmount' && cells.length > 0 && named !== null) currencies.push({ named, isBare: meaning.rank === BARE_CURRENCY })
  })
  if (!found.some(({ role }) => DATES.has(role))) {
    const dated = heading.cells.flatMap((cell, column) => (!found.some((one) => one.at === column) && cell !== '' && columns[column]!.length > 0 && bearsOut('date', columns[column]!, 1) ? [column] : []))
    // Until when it is due, or valid, is said of a row as well.
    const at = dated.find((column) => !isOtherDate(heading.cells[column]!)) ?? dated[0]
    if (at !== undefined) found.push({ role: 'date', rank: 0, at })
  }
  // The code of one currency beside an amount, under no word.
  const unit = heading.cells.findIndex((cell, at) => cell === '' && isCurrencyBeside(found, columns[at]!, at) && columns[at]!.length >= width * share)
  if (unit !== -1 && !found.some(({ role }) => role === 'currency')) found.push({ role: 'currency', rank: 0, at: unit })
  // Where one direction has a column, the other has its own, whatever stands there: a bad cell is then refused, not passed over.
  for (const [one, other] of [['debit', 'credit'], ['credit', 'debit']] as const) {
    if (!found.some(({ role }) => role === one) || found.some(({ role }) => role === other)) continue
    const at = heading.cells.findIndex((cell, column) => !found.some((known) => known.at === column) && readHeading(cell).meanings.some(({ role, rank }) => role === other && rank < BARE_CURRENCY))
    if (at !== -1) found.push({ role: other, rank: 0, at })
  }
  // Beside columns for both directions a charge is what each row cost.
  const out = found.filter(({ role }) => role === 'debit')
  if (out.length > 1 && found.some(({ role }) => role === 'credit')) out.forEach((one) => isCharge(heading.cells[one.at]!) && found.splice(found.indexOf(one), 1, { ...one, role: 'fee' }))
  // What is called so only beside a column for the other direction, and one under any word that is filled where that is not.
  for (const { role, at } of sidesBeside(heading.cells)) {
    if (!found.some((known) => known.at === at) && bearsOut(role, columns[at]!, share) && !found.some((known) => known.role === role)) found.push({ role, rank: 0, at })
  }
  const paid = paidOn(heading.cells)
  if (paid !== null && !found.some(({ role, at }) => at === paid || MOVES.has(role)) && bearsOut('amount', columns[paid]!, share)) found.push({ role: 'amount', rank: 0, at: paid })
  const sides = found.filter(({ role }) => role === 'debit' || role === 'credit')
  if (sides.length === 1 && !found.some(({ role }) => role === 'amount')) {
    const beside = heading.cells.flatMap((_, at) => (!found.some((known) => known.at === at) && areApart(judged, sides[0]!.at, at) ? [at] : []))
    if (beside.length === 1) found.push({ role: sides[0]!.role === 'debit' ? 'credit' : 'debit', rank: 0, at: beside[0]! })
  }
  // `Amount` and `Paid out`, of which each row has one: so it is, too, where the first is called an amount.
  const [amount, another] = sides.length === 1 ? found.filter(({ role, at }) => role === 'amount' && areApart(judged, sides[0]!.at, at)) : []
  if (amount !== undefined && another === undefined && !columns[amount.at]!.some((cell) => scanAmount(cell)?.negative === true)) found.splice(found.indexOf(amount), 1, { ...amount, role: sides[0]!.role === 'debit' ? 'credit' : 'debit' })
  // Beside columns for the direction it is not what moved.
  const isApart = found.some(({ role }) => role === 'debit' || role === 'credit')
  if (isApart) found.splice(0, found.length, ...found.filter(({ role, at }) => role !== 'amount' || !isChange(heading.cells[at]!)))
  // Of amounts in two currencies that count which each row has: the other one is told of what was bought abroad.
  const lacking = ({ role, at }: { readonly role: Role; readonly at: number }): number => (role !== 'amount' || readHeading(heading.cells[at]!).currency === null ? 0 : judged.filter(({ cells }) => /^[\D0]*$/.test(cells[at] ?? '')).length)
  found.sort((a, b) => a.rank - b.rank || lacking(a) - lacking(b) || a.at - b.at)
  const roles = new Map<Role, number[]>()
  for (const { role, at } of found) roles.set(role, [...(roles.get(role) ?? []), at])
  // `USD` beside `Amount` is what was paid in dollars, not what the account is kept in.
  const isBeside = found.some(({ role, rank }) => MOVES.has(role) && rank !== BARE_CURRENCY)
  return { roles, currency: currencies.find(({ isBare }) => !isBare || !isBeside)?.named ?? null }
}

/** Three payments by others, and none of theirs has another number than the others: it is one's own. */
function areAllOfOne(heading: CsvRecord, rows: readonly CsvRecord[], at: number): boolean {
  const names = heading.cells.flatMap((cell, column) => (readHeading(cell).meanings[0]?.role === 'name' ? [column] : []))
  return new Set(filled(rows, at).map((cell) => cell.replace(/ /g, ''))).size === 1 && names.some((column) => new Set(filled(rows, column)).size > 2)
}

/** Whether each row has an amount in one of two columns and in no more than one, and both have some. */
function areApart(rows: readonly CsvRecord[], one: number, other: number): boolean {
  const moves = (cell: string): boolean => !isNothing(cell) && !/^[\D0]*$/.test(cell)
  const filledIn = rows.map(({ cells }) => [cells[one] ?? '', cells[other] ?? ''] as const)
  return filledIn.some(([, cell]) => moves(cell)) && filledIn.every(([cell, beside]) => moves(cell) !== moves(beside) && (isNothing(beside) || scanAmount(beside) !== null))
}

/** What an exchange keeps apart, money among it: an asset without that is whatever somebody owns, or trades. */
function areHeld(cells: readonly string[]): boolean {
  return cells.some((cell) => readCurrency(cell) !== null)
}

function isCurrencyBeside(found: readonly { readonly role: Role; readonly at: number }[], cells: readonly string[], at: number): boolean {
  const [code = '', ...others] = new Set(cells)
  return others.length === 0 && /^[A-Z]{3}$/.test(code) && readCurrency(code) !== null && found.some(({ role, at: beside }) => AMOUNTS.has(role) && Math.abs(beside - at) === 1)
}

/** A heading over two columns, the code of a currency and the amount in it, names the second; one is enough to tell the currency. */
export function spreadHeading(heading: CsvRecord, rows: readonly CsvRecord[]): CsvRecord {
  const isOver = (at: number): boolean => {
    const [codes, amounts] = [filled(rows, at), filled(rows, at + 1)]
    const named = readHeading(heading.cells[at] ?? '').meanings.some(({ role }) => role === 'amount' || role === 'balance')
    return named && heading.cells[at + 1] === '' && codes.length > 0 && codes.every((cell) => readCurrency(cell) !== null) && amounts.length > 0 && amounts.every((cell) => scanAmount(cell) !== null)
  }
  const spread = heading.cells.flatMap((_, at) => (isOver(at) ? [at] : []))
  const isAmount = (at: number): boolean => readHeading(heading.cells[at]!).meanings.some(({ role }) => role === 'amount')
  const cells = heading.cells.map((cell, at) => (spread.includes(at) ? (isAmount(at) ? 'currency' : '') : spread.includes(at - 1) ? heading.cells[at - 1]! : cell))
  return { ...heading, cells }
}

/** Without footers: those with a date where most have one. What a footer says stands under no heading. */
function bookedRows(heading: CsvRecord, all: readonly CsvRecord[]): readonly CsvRecord[] {
  const rows = all.filter(({ cells }) => cells.filter((cell) => cell !== '').length > 1)
  const claims = heading.cells.flatMap((cell, at) => readHeading(cell).meanings.filter(({ role }) => DATES.has(role)).map(({ role, rank }) => ({ at, order: [...DATES].indexOf(role) * 10_000 + rank })))
  for (const { at } of claims.sort((a, b) => a.order - b.order)) {
    const dated = rows.filter(({ cells }) => scanDate(cells[at] ?? '') !== null)
    if (dated.length * 2 > rows.length) return dated
  }
  return rows
}

export function bearsOut(role: Role, cells: readonly string[], share: number): boolean {
  const mostly = (test: (cell: string) => boolean): boolean => cells.filter(test).length >= cells.length * share
  if (DATES.has(role)) return mostly((cell) => scanDate(cell) !== null)
  if (AMOUNTS.has(role)) return mostly((cell) => isNothing(cell) || scanAmount(cell) !== null)
  switch (role) {
    case 'currency':
    case 'foreignCurrency':
      return mostly((cell) => /^([A-Z]{3}|[€£$])$/i.test(cell) || readCurrency(cell) !== null || readUnit(cell) !== null)
    case 'mark':
      return cells.some((cell) => markOf(cell) !== null) && arePaired(cells) && mostly((cell) => markOf(cell) !== null || isNeutral(cell))
    case 'check':
      return mostly((cell) => /^#?\d+$/.test(cell))
    case 'id':
      // An id that repeats is none.
      return new Set(cells).size === cells.length
    case 'account':
      return isFew(cells) && mostly((cell) => /\d{3,}/.test(cell))
    case 'constantAccount':
      return cells.length > 1 && new Set(cells).size === 1 && mostly((cell) => /\d{3,}/.test(cell))
    default:
      return true
  }
}

export function statusOf(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[]): number | null {
  return roles.get('status')?.[0] ?? statesBeside(heading, roles, rows)
}

/** A column of states under a word for something else, or for nothing. */
function statesBeside(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[]): number | null {
  // A kind may be that.
  const claimed = new Set([...roles].flatMap(([role, columns]) => (role === 'kind' ? [] : columns)))
  const at = heading.cells.findIndex((_, column) => !claimed.has(column) && areStates(filled(rows, column)))
  return at === -1 ? null : at
}

/** What tells the account of each row: its number, or else its name. */
export function accountOf(roles: Roles): Pick<Columns, 'account' | 'isNamed'> {
  const [number = null] = roles.get('account') ?? roles.get('constantAccount') ?? []
  const [name = null] = roles.get('namedAccount') ?? []
  return { account: number ?? name, isNamed: number === null && name !== null }
}
