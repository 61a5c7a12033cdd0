/**
 * Infers the layout of a CSV file from its first records: heading or none, columns, notation of dates
 * and amounts, direction of time. What cannot be inferred is a failure that says what is missing and
 * on which line it was looked for.
 */
import type { Currency } from '../../domain/money.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure } from '../../domain/statement.ts'
import { rememberedDates } from '../dates-remembered.ts'
import { isIban } from '../iban.ts'
import { balanceWordsIn, isTurnover, plainWords } from '../unstated.ts'
import { chooseStyle, scanAmount, type AmountStyle } from '../written-amount.ts'
import { readCurrency, readUnit } from '../written-currency.ts'
import { readDate, scanDate } from '../written-date.ts'
import { accountWordsIn, namesOfAccounts } from './account-names.ts'
import { currencyOfSum, currencyPaidIn } from './account-currency.ts'
import { stylesOf, type Styles } from './amount-styles.ts'
import { isOfBought, isOfShop, ownByBalance, runsInSomeOrder, withoutTotals } from './balance-runs.ts'
import { balancesAbove } from './balances-above.ts'
import { balanceIn, endings, isProved, movedAmount, plus, prove, signedAmount, type Cells } from './amounts.ts'
import { feesOpen } from './choose-amount.ts'
import { repeatsIn } from './copies.ts'
import { doubleEntryIn, isOwnSide } from './double-entry.ts'
import { orderOfDates, type ChosenOrder, type Surroundings } from './date-order.ts'
import { outOfPlace } from './exchanged-days.ts'
import { headedColumns } from './headed.ts'
import { BARE_CURRENCY, isAsset, isHeadingLine, isNet, namesAmounts, namesFee, readHeading } from './headings.ts'
import { dateColumns, headlessColumns, moneyColumns, type HeadlessProblem } from './headless.ts'
import { amountCells, bySection, filled, type Columns, type Layout, type Notation } from './layout.ts'
import { accountInPreamble, currencyInAmounts, currencyInPreamble, nameInPreamble } from './preamble.ts'
import type { CsvRecord } from './records.ts'
import { isCardTitle } from './owed.ts'
import { readRoles, spreadHeading } from './roles.ts'
import { shapeOf } from './row-shape.ts'
import { moreOf } from './rows.ts'
import { proveEitherWay } from './signs-by-balance.ts'
import { takenBackIn } from './taken-back.ts'
import { unbookedIn } from './without-balance.ts'
import { brokenSum, isSumAmong, NO_SUMS, sumsIn } from './sums.ts'
import { isSummary } from './tables.ts'
import { whyUndated } from './undated.ts'
import { isOwnHeading } from './write.ts'

/** Preambles of banks have up to some dozens of lines. */
const HEADING_WITHIN = 100

/** What is known of the file beside its content: its name, the day on which it is read, and what a person says of its dates. */
export type Aside = Pick<Surroundings, 'fileName' | 'said' | 'remembered' | 'today'> & { /** Of the account, where the file may not tell it. */ readonly currency: Currency | null }

/** Whatever else stands beside it, as in `TransactionDate`: nothing tells where the file is from. */
const ENGLISH_DATE = /date|posted|processed|completed|created|settled|cleared|time|\b(day|when|run)\b/

/** `records` are the first of the file; `delimiter` is a hint on the country it was made for. */
export function inferLayout(records: readonly CsvRecord[], delimiter: string, aside: Aside): Result<Layout, FormatFailure> {
  const layout = inferFrom(records, delimiter, aside)
  const sums = layout.ok ? sumsIn(records, layout.value) : NO_SUMS
  if (!layout.ok || sums === NO_SUMS) return layout
  if (sums.broken !== null) return failed(brokenSum(sums.broken))
  // What a sum says of signs and balances is said of no row.
  const without = inferFrom(records.filter((record, at) => at < layout.value.skipped || (!isSumAmong(record, sums) && !sums.parts.has(record.line))), delimiter, aside)
  return without.ok ? ok({ ...without.value, sums }) : without
}

function inferFrom(records: readonly CsvRecord[], delimiter: string, aside: Aside): Result<Layout, FormatFailure> {
  const above = records.slice(0, HEADING_WITHIN)
  const named = above.findIndex(({ cells }) => isHeadingLine(cells))
  const lower = above.findIndex((record, at) => at > named && isHeadingLine(record.cells))
  if (named !== -1 && isSummary(above, named, lower)) return inferHeaded(records, lower, delimiter, aside)
  const headingAt = named === -1 ? above.findIndex((record, at) => isAboveDates(record, records.slice(at + 1))) : named
  return headingAt === -1 ? inferHeadless(records, delimiter, aside) : inferHeaded(records, headingAt, delimiter, aside)
}

/** Words that name amounts, each above a cell of all records after them, of which one is the day: whatever its word is. */
function isAboveDates(heading: CsvRecord, below: readonly CsvRecord[]): boolean {
  const { cells } = heading
  if (!namesAmounts(cells) || cells.some((cell) => scanDate(cell) !== null)) return false
  const rows = below.filter((row) => !isSame(row, heading))
  return rows.length > 0 && rows.every((row) => row.cells.length === cells.length) && dateColumns(rows).length > 0
}

/** A heading stands there again on each page. */
function isSame({ cells }: CsvRecord, heading: CsvRecord): boolean {
  return cells.length === heading.cells.length && cells.every((cell, at) => cell === heading.cells[at])
}

function inferHeaded(records: readonly CsvRecord[], headingAt: number, delimiter: string, aside: Aside): Result<Layout, FormatFailure> {
  const below = records.slice(headingAt + 1).filter((row) => !isSame(row, records[headingAt]!))
  const heading = spreadHeading(records[headingAt]!, below)
  if (holdsRow(heading.cells, heading.cells.filter((cell) => readHeading(cell).meanings.length > 0).length)) return failed(damagedHeading(heading))
  const entries = doubleEntryIn(heading.cells, below)
  const rows = entries === null ? below : below.filter((row) => isOwnSide(row, entries.side))
  // A text of many blanks takes whoever looks for words in it long; labels are short.
  const preamble = records.slice(0, headingAt).map(({ cells, line }) => ({ line, cells: cells.map((cell) => cell.slice(0, LABEL_MAX)) }))
  // Footers and single odd rows do not unmake a column. Where that leaves no dates or amounts, a few
  // good cells do, and the reader then names the line of the first bad one.
  let { roles, currency } = readRoles(heading, rows, 0.8)
  let styles = stylesOf(heading, roles, rows, aside.currency)
  let columns = headedColumns(heading, roles, rows, styles, preamble)
  if (columns !== null && isOfShop(columns, heading.cells, rows, styles)) {
    ;({ roles, currency } = readRoles(heading, rows, 0.8, false))
    columns = headedColumns(heading, roles, rows, styles, preamble)
  }
  if (columns === null) {
    ;({ roles, currency } = readRoles(heading, rows, Number.MIN_VALUE))
    styles = stylesOf(heading, roles, rows, aside.currency)
    columns = headedColumns(heading, roles, rows, styles, preamble)
  }
  if (columns === null) {
    const isDated = ['booked', 'date', 'acted', 'value', 'bought'].some((role) => roles.has(role as 'date'))
    return failed({
      code: 'missing_field',
      message: isDated ? `The columns under the heading on line ${heading.line} hold no readable amounts (one column, or debit and credit).` : whyUndated(heading, rows),
      line: heading.line,
    })
  }
  // An id is that of the whole entry.
  columns = entries !== null ? { ...columns, account: entries.account, isNamed: true, id: null } : { ...columns, account: columns.account ?? ownByBalance(columns, rows, heading.cells, styles) }
  const paidIn = currencyPaidIn(columns, heading.cells, rows, styles)
  if (paidIn !== null) columns = { ...columns, currency: null, foreignCurrency: columns.currency }
  const amountColumns = (['amount', 'debit', 'credit', 'balance', 'fee'] as const).flatMap((role) => roles.get(role) ?? [])
  const european =
    !ENGLISH_DATE.test(plainWords(heading.cells[columns.booked] ?? '')) ||
    heading.cells.some((cell) => /[^\x00-\x7f]/.test(cell))
  const fixedCurrency = paidIn ?? currencyAbove(heading.cells, columns) ?? currency ?? currencyInAmounts(rows, amountColumns) ?? currencyInPreamble(preamble) ?? currencyOfSum(heading.cells, rows, columns)
  const accountNumber = accountInPreamble(preamble)
  const habit = delimiter === ';' || european ? 'dmy' : countryOrder(columns, rows, fixedCurrency, accountNumber)
  const layout = settle(columns, rows, styles, { ...aside, heading: heading.cells, preamble, habit, isKeptThere: hasIban(columns, rows, accountNumber) })
  if (!layout.ok) return layout
  if (isTooNarrow(heading, below, layout.value))
    return failed({ code: 'malformed', message: `The heading on line ${heading.line} has fewer columns than the rows below it: a word of it is missing, and its others stand above the wrong cells. Download the file again.`, line: heading.line })
  const lost = preamble.find((record) => isRowAbove(record, heading, layout.value)) ?? rowsAbove(preamble, heading)
  if (lost !== undefined) return failed({ code: 'malformed', message: `The row on line ${lost.line} stands above the heading of the columns: rows before it would be lost. Download the file again.`, line: lost.line })
  const above = balancesOf(preamble, layout.value)
  return ok({ ...layout.value, loneName: layout.value.loneName ?? nameInPreamble(preamble), skipped: headingAt + 1, heading: heading.cells, rowWidth: null, entries, accountNumber, fixedCurrency, above, feesOpen: feesOpen(heading, roles, rows, columns, styles) })
}

/** That which the heading of the amounts names, where it names one. */
function currencyAbove(heading: readonly string[], { amount }: Columns): Currency | null {
  const named = new Set(amountCells(amount).map((at) => readHeading(heading[at] ?? '')).map(({ meanings, currency }) => (meanings[0]?.rank === BARE_CURRENCY ? null : currency)))
  return named.size === 1 ? [...named][0]! : null
}

/** As wide as the heading, with a day and an amount where rows have theirs. */
function isRowAbove(record: CsvRecord, { cells: heading }: CsvRecord, { booked, amount, style }: Columns & Pick<Layout, 'style'>): boolean {
  const { cells } = record
  return cells.length >= heading.length - 1 && balanceWordsIn(cells) === null && scanDate(cells[booked] ?? '') !== null && typeof signedAmount(record, amount, null, style) === 'string' && cells.some((cell) => /\p{L}{2}/u.test(cell) && scanDate(cell) === null)
}

/** Two records one below the other, about as wide as the heading, with a day, an amount and words in the same places: rows under another heading that nobody reads. */
function rowsAbove(preamble: readonly CsvRecord[], { cells: heading }: CsvRecord): CsvRecord | undefined {
  const telling = ({ cells }: CsvRecord, is: (cell: string) => boolean): readonly number[] => cells.flatMap((cell, at) => (is(cell) ? [at] : []))
  const isDay = (cell: string): boolean => scanDate(cell) !== null
  const kinds = [isDay, (cell: string): boolean => isMoney(cell) && !isDay(cell), (cell: string): boolean => /\p{L}{2}/u.test(cell) && !isDay(cell)]
  const isLike = (record: CsvRecord, other: CsvRecord): boolean =>
    [record, other].every(({ cells }) => balanceWordsIn(cells) === null && cells.filter((cell) => cell !== '').length > 3 && cells.length + 2 >= heading.length) &&
    kinds.every((is) => telling(record, is).some((at) => telling(other, is).includes(at)))
  return preamble.find((record, at) => preamble[at + 1] !== undefined && isLike(record, preamble[at + 1]!))
}

/** Whether most rows go on behind the last word of the heading, or all of few, but for a text there that holds what parts the columns. */
function isTooNarrow({ cells: heading }: CsvRecord, below: readonly CsvRecord[], { booked, amount, balance, name, memo, shape: { width, reach } }: Columns & Pick<Layout, 'shape'>): boolean {
  if (width !== null) return width > heading.length && reach > heading.length && below.filter(({ cells }) => (cells[width - 1] ?? '') !== '').length * 2 > below.length
  const rows = below.filter(({ cells }) => scanDate(cells[booked] ?? '') !== null)
  const isTextLast = [...name, ...memo].includes(heading.length - 1) && Math.max(booked, balance ?? 0, ...amountCells(amount)) < heading.length - 1
  return !isTextLast && rows.length > 0 && rows.every(({ cells }) => cells.findLastIndex((cell) => cell !== '') >= heading.length)
}

function inferHeadless(records: readonly CsvRecord[], delimiter: string, aside: Aside): Result<Layout, FormatFailure> {
  const skipped = preambleOf(records)
  const above = records[skipped - 1]
  if (above !== undefined && isDamagedHeading(above, records[skipped]!)) return failed(damagedHeading(above))
  const found = inferRows(records, skipped, delimiter, aside)
  return found.ok ? ok({ ...found.value, skipped, rowWidth: widthOf(records.slice(skipped)) }) : found
}

function damagedHeading({ line }: CsvRecord): FormatFailure {
  return { code: 'malformed', message: `The heading on line ${line} is damaged: a word of it is missing, or the first row stands on its line. Download the file again.`, line }
}

/** Words for several columns, but not for all that the first row below has, or with what that has among them. */
function isDamagedHeading({ cells }: CsvRecord, first: CsvRecord): boolean {
  const known = cells.filter((cell) => readHeading(cell).meanings.length > 0).length
  return known > 1 && (holdsRow(cells, known) || (cells.length < first.cells.length && cells.every((cell) => !/\d/.test(cell))))
}

/** A figure among words for columns, and a day, alone or behind the last word. */
function holdsRow(cells: readonly string[], known: number): boolean {
  const isFigure = (cell: string): boolean => /\d[.,]\d/.test(cell) && scanDate(cell) === null && scanAmount(cell) !== null
  return cells.some(isFigure) && (known > 2 || cells.some((cell) => scanDate(cell) !== null)) && cells.some((cell) => scanDate(cell) !== null || scanDate(/^\P{N}+(\p{N}.*)$/u.exec(cell)?.[1] ?? '') !== null)
}

/** The number of cells that all rows have but a first and a last one: those may be of another kind. Of two, one is a row. */
function widthOf(records: readonly CsvRecord[]): number | null {
  if (records.length === 2) return Math.max(...records.map(({ cells }) => cells.length))
  const [first, ...others] = records.slice(1, -1)
  return first !== undefined && others.every(({ cells }) => cells.length === first.cells.length) ? first.cells.length : null
}

/** How a date is written, whatever day it is, and whether or not a time stands behind it. */
function notationOf(cell: string): string {
  return cell.replace(/(?<=\p{L})\./gu, '').replace(/[T\s,-]+\d{1,2}[:.]\d{2}\b.*$/, '').replace(/\d+|\p{L}+/gu, (run) => (/^\d/.test(run) ? (run.length >= 4 ? 'Y' : 'n') : 'M'))
}

/** A first record whose dates are written in another way than those of all rows after it stands above them and sums them up, unless it has all that a row has, and no more. */
function isAbove(first: CsvRecord, rows: readonly CsvRecord[]): boolean {
  const tellsOfAll = (cell = ''): boolean => readCurrency(cell) !== null || ACCOUNT.test(cell.replace(/^'/, ''))
  if (isRowBeside(first, rows[0]!) && !first.cells.some((cell, at) => tellsOfAll(cell) && !tellsOfAll(rows[0]!.cells[at]))) return false
  const dates = dateColumns(rows).filter((at) => scanDate(first.cells[at] ?? '') !== null)
  return rows.length > 1 && dates.some((at) => {
    const notations = new Set(filled(rows, at).map(notationOf))
    return notations.size === 1 && !notations.has(notationOf(first.cells[at]!))
  })
}

/** The number of an account, as banks write it with blanks and dashes. */
const ACCOUNT = /^(?=[A-Z]{2}\d{2}[ \dA-Z]{11}|(?:[ -]?\d){10})[\dA-Z]+(?:[ -][\dA-Z]+)*$/

/** `Account Number : 1234567890`. */
const LABELLED = /^\p{L}[\p{L} .]*\s?:\s/u

/** `38-9000-0000000-00,01 Jan 2024,31 Jan 2024`: an account, and perhaps from when till when, or its balances. A row says more. */
function isAboutAll({ cells }: CsvRecord): boolean {
  const told = cells.filter((cell) => cell !== '')
  if (told.length === 1 && LABELLED.test(told[0]!.slice(0, LABEL_MAX))) return true
  const others = told.filter((cell) => !ACCOUNT.test(cell))
  return others.length < told.length && (others.length === 0 || others.some((cell) => scanDate(cell) !== null)) && others.every((cell) => scanDate(cell) !== null || scanAmount(cell) !== null || readCurrency(cell) !== null)
}

/**
 * Records before the first from which on a column holds nothing but dates, as long as they are
 * something else: one that has a figure where the dates stand is a row with a bad date, not a preamble.
 */
function preambleOf(records: readonly CsvRecord[]): number {
  if (records.length > 2 && isAbove(records[0]!, records.slice(1))) return 1
  for (const [at, record] of records.slice(0, HEADING_WITHIN).entries()) {
    if (!record.cells.some((cell) => scanDate(cell) !== null)) continue
    const dates = dateColumns(records.slice(at)).filter((column) => scanDate(record.cells[column] ?? '') !== null)
    // A name of an account where rows have their day is the account's line.
    const isNamed = (before: CsvRecord, column: number): boolean => accountWordsIn(before.cells[column] ?? '').length > 0 && scanDate(before.cells[column]!) === null
    const fits = (column: number): boolean => records.slice(0, at).every((before) => (!/\d/.test(before.cells[column] ?? '') && (!isRowBeside(before, record) || isNamed(before, column))) || isAboutAll(before))
    if (dates.some(fits)) return at
  }
  return 0
}

/** As wide as a row, with amounts where that has its own: it is one, whatever stands in it for a date. */
function isRowBeside({ cells }: CsvRecord, row: CsvRecord): boolean {
  return cells.length === row.cells.length && balanceWordsIn(cells) === null && cells.some((cell, at) => isMoney(cell) && isMoney(row.cells[at] ?? ''))
}

function isMoney(cell: string): boolean {
  return /[.,]\d{2}\D*$/.test(cell) && scanAmount(cell) !== null
}

/** Words above the rows, one for each column, in a language that headings.ts does not know. */
function isUnreadHeading(records: readonly CsvRecord[], skipped: number): boolean {
  const [last, first] = [records[skipped - 1]?.cells ?? [], records[skipped]?.cells ?? []]
  return last.length === first.length && last.length > 1 && last.every((cell) => !/\d/.test(cell)) && last.filter((cell) => cell !== '').length > 1
}

function inferRows(all: readonly CsvRecord[], skipped: number, delimiter: string, aside: Aside): Result<Layout, FormatFailure> {
  const [preamble, records, line] = [all.slice(0, skipped), all.slice(skipped), all[0]?.line ?? 1]
  const dates = dateColumns(records)
  const dated = records.filter(({ cells }) => dates[0] !== undefined && (cells[dates[0]] ?? '') !== '')
  const money = moneyColumns(dated, dates)
  const style = styleOf(dated, money)
  const found = headlessColumns(records, style, isUnreadHeading(all, skipped), preamble.some(({ cells }) => cells.some(isCardTitle)))
  if (typeof found === 'string') return failed({ code: 'missing_field', message: problemMessage(found, line), line })
  const fixedCurrency = currencyInAmounts(found.rows, money) ?? currencyInPreamble(preamble)
  const accountNumber = accountInPreamble(preamble) ?? preamble.filter(isAboutAll).flatMap(({ cells }) => cells.filter((cell) => ACCOUNT.test(cell)))[0] ?? null
  const habit = delimiter === ';' ? 'dmy' : countryOrder(found.columns, found.rows, fixedCurrency, accountNumber)
  const layout = settle(found.columns, found.rows, { style, balanceStyle: style }, { ...aside, heading: [], preamble, habit, isKeptThere: hasIban(found.columns, found.rows, accountNumber) })
  return layout.ok ? ok({ ...layout.value, skipped: 0, heading: [], accountNumber, rowWidth: null, entries: null, fixedCurrency, above: balancesOf(preamble, layout.value), feesOpen: null }) : layout
}

/** On a card what is owed may be written without a minus. */
function balancesOf(preamble: readonly CsvRecord[], layout: Columns & Notation): Layout['above'] {
  const isCard = layout.balanceOwed || (layout.amount.form === 'signed' && layout.amount.inverted) || preamble.some(({ cells }) => cells.some(isCardTitle))
  return balancesAbove(preamble, layout).filter(({ amount }) => !isCard || amount.startsWith('-'))
}

/** Currencies of countries that put the month first (CLDR); everybody else puts it after the day. */
const MONTH_FIRST: ReadonlySet<string> = new Set(['USD', 'CAD', 'PHP'])

function hasIban({ account }: Columns, rows: readonly CsvRecord[], accountNumber: string | null): boolean {
  return [accountNumber ?? '', ...(account === null ? [] : filled(rows, account).slice(0, 1))].some((number) => isIban(number.replace(/ /g, '')))
}

/** What the country of the file's one currency writes first, and every country with IBANs; null where the file has no currency, or several. */
function countryOrder(columns: Columns, rows: readonly CsvRecord[], fixed: Currency | null, accountNumber: string | null): 'dmy' | 'mdy' | null {
  if (hasIban(columns, rows, accountNumber)) return 'dmy'
  const { currency } = columns
  const told = currency === null ? [] : [...new Set(filled(rows, currency).map(readCurrency))]
  const [only = fixed] = told
  return told.length > 1 || only === null ? null : MONTH_FIRST.has(only) ? 'mdy' : 'dmy'
}

/** Of what is said above the rows. */
const LABEL_MAX = 300

/** Date order, direction and the use of the balance column, for columns that are found. */
function settle(
  found: Columns,
  rows: readonly CsvRecord[],
  { style, balanceStyle }: Styles,
  around: Surroundings,
): Result<Omit<Layout, 'skipped' | 'heading' | 'accountNumber' | 'fixedCurrency' | 'rowWidth' | 'entries' | 'above' | 'feesOpen'>, FormatFailure> {
  const columns = isOfBought(found, rows, { style, balanceStyle }) ? { ...found, currency: null, currencyElse: null } : found
  const chosen = orderOfDates(columns, rows, style === 'comma' ? { ...around, habit: 'dmy' } : around)
  if (chosen.doubt === 'open') return failed(datesUnclear(chosen, columns))
  const { order } = chosen
  const { failure, apart } = outOfPlace(rows, columns.booked, order)
  if (failure !== null) return failed(failure)
  const moving = withoutTotals(rows, columns)
  const sections = bySection(moving, [columns.account, columns.currency, columns.currencyElse])
  const amounts = sections.map((row) => movedAmount(row, columns, style))
  const written = columns.balance === null ? [] : sections.map((row) => balanceIn(row, columns, balanceStyle))
  const isByBalance = columns.amount.form === 'signed' && columns.amount.byBalance !== undefined
  const balances = columns.balanceBefore ? endings(amounts, written) : written
  const proof = isByBalance ? proveEitherWay(amounts, written) : prove(amounts, balances)
  const days = filled(rows, columns.booked)
    .map(scanDate)
    .map((date) => (date === null ? null : readDate(date, order)))
    .filter((day) => day !== null)
  const byDate = (days[0] ?? '') > (days.at(-1) ?? '') ? 'backward' : 'forward'
  const direction = proof.forward === proof.backward ? byDate : proof.forward > proof.backward ? 'forward' : 'backward'
  // A column called balance which the amounts do not move is something else, or rows are missing: it proves nothing.
  const balance = proof.steps < 3 || isProved(proof) || Math.max(proof.forward, proof.backward) * 2 >= proof.steps || runsInSomeOrder(sections, columns.booked, amounts, balances) ? columns.balance : null
  return ok({ ...columns, balance, hasIdleBalance: balance !== columns.balance, areBalanced: areBalanced(columns, rows), order, style, balanceStyle, direction, orderTold: toldOf(chosen, columns), apart: sections === moving ? apart : null, unsignedIs: unsignedIs(columns, rows, around.heading, balance !== null && proof.steps > 1 && isProved(proof)), ...accountsBeside(columns, rows, around.heading), goesOn: goesOn(columns, rows), shape: shapeOf(rows, columns, around.heading.length), sums: NO_SUMS, moves: balance === null ? new Set() : calledMoves(sections, amounts, balances, direction), repeats: balance === null ? new Set() : repeatsIn(sections, amounts, balances, direction), unbooked: columns.status !== null || balance === null || sections !== moving ? new Set() : unbookedIn(sections, amounts, balances, balance, direction), takenBack: takenBackIn(rows, columns, around.heading, order) })
}

/** The lines of rows that are called a balance or a turnover but move the balance: all that there is is none but what is told of it. */
function calledMoves(rows: readonly CsvRecord[], amounts: Cells, balances: Cells, direction: 'forward' | 'backward'): ReadonlySet<number> {
  const isMove = (at: number): boolean => {
    const [from, amount, to] = [balances[direction === 'forward' ? at - 1 : at + 1], amounts[at], balances[at]]
    return typeof from === 'string' && typeof amount === 'string' && amount !== '0' && amount !== to && plus(from, amount) === to
  }
  return new Set(rows.flatMap(({ cells, line }, at) => ((balanceWordsIn(cells) !== null || cells.some(isTurnover)) && isMove(at) ? [line] : [])))
}

/** Where nine of ten rows have a balance, each of the file does. */
function areBalanced({ booked, balance }: Columns, rows: readonly CsvRecord[]): boolean {
  const dated = rows.filter(({ cells }) => scanDate(cells[booked] ?? '') !== null)
  return balance !== null && dated.length > 1 && filled(dated, balance).length * 10 >= (dated.length - 1) * 9
}

/** One column of amounts, whose heading says nothing of their direction, nor do rows, signs or a balance that runs with them. */
function unsignedIs({ amount }: Columns, rows: readonly CsvRecord[], heading: readonly string[], isBalanced: boolean): 'in' | 'out' | null {
  if (amount.form !== 'signed' || (isBalanced && amount.isLikely !== true && amount.mayOwe !== true) || isOwnHeading(heading)) return null
  if (amount.inverted) return amount.isLikely === true ? 'out' : null
  const above = heading[amount.at] ?? ''
  const told = (isNet(above) && namesFee(heading)) || readHeading(above).meanings.some(({ role }) => role === 'debit' || role === 'credit')
  return !told && filled(rows, amount.at).every((cell) => !/^\W*\+|\+\W*$|\d\W*(?:cr|dr|db)\.?$/i.test(cell)) ? 'in' : null
}

/** Rows have records of nothing but words below them, and not only the last one: one is enough where no line of the bank's begins, else every second. */
function goesOn(columns: Columns, rows: readonly CsvRecord[]): boolean {
  const dated = rows.filter(({ cells }) => scanDate(cells[columns.booked] ?? '') !== null)
  const last = dated.at(-1)?.line ?? 0
  const between = rows.filter((row) => row.line < last && moreOf(row, columns) !== null)
  return between.length > 0 && (![...columns.name, ...columns.memo].includes(0) || (between.length + 1) * 2 >= dated.length)
}

/** What all rows say of an account where none was told by them: several numbers or names, which may be one's own or the other party's, or one name, which other accounts may have. */
function accountsBeside({ account, booked: day, currency, quantity }: Columns, rows: readonly CsvRecord[], heading: readonly string[]): Pick<Layout, 'mayMix' | 'loneName' | 'loneAt'> {
  if (account !== null) return { mayMix: null, loneName: null, loneAt: null }
  // What a footer says stands under no heading.
  const booked = rows.filter(({ cells }) => scanDate(cells[day] ?? '') !== null)
  const areNumbers = heading.some((above, at) => {
    const isOfAccount = readHeading(above).meanings.some(({ role }) => role === 'constantAccount') && !/\bcard\b/.test(plainWords(above))
    const numbers = filled(booked, at).map((number) => number.replace(/[ -]/g, ''))
    return (isOfAccount || (at === 0 && plainWords(above) === 'iban')) && numbers.length === booked.length && new Set(numbers).size > 1 && numbers.every((cell) => /\d{3,}/.test(cell))
  })
  const assets = heading.flatMap((above, at) => (isAsset(above) && at !== currency && quantity === null ? [filled(booked, at)] : []))
  const areAssets = assets.some((units) => units.length === booked.length && new Set(units).size > 1 && units.every((unit) => readUnit(unit) !== null))
  const names = namesOfAccounts(heading, booked)
  return { mayMix: areNumbers ? 'numbers' : names?.says === 'unclear' ? 'names' : areAssets ? 'assets' : null, ...(names?.says === 'one' ? { loneName: names.name, loneAt: names.at } : { loneName: null, loneAt: null }) }
}

/** A date as the file writes it, and the two days that it may be. */
function twoDays({ example }: ChosenOrder, { booked }: Columns): { readonly cell: string; readonly line: number; readonly days: readonly string[] } {
  const cell = example!.cells[booked]!
  const date = scanDate(cell)!
  return { cell, line: example!.line, days: [readDate(date, 'dmy')!, readDate(date, 'mdy')!] }
}

function datesUnclear(chosen: ChosenOrder, columns: Columns): FormatFailure {
  const { cell, line, days } = twoDays(chosen, columns)
  return {
    code: 'dates_unclear',
    message: `The dates of this file can be read in two ways, and nothing in it tells which: ${JSON.stringify(cell)} on line ${line} is ${days[0]} with the day first and ${days[1]} with the month first. Say which it is.`,
    line,
  }
}

/** What is said of an order that rests on no proof; null where it is proved. */
function toldOf(chosen: ChosenOrder, columns: Columns): Layout['orderTold'] {
  if (chosen.doubt === null || chosen.doubt === 'open') return null
  if (chosen.doubt === 'remembered') return { code: 'dates_remembered', message: rememberedDates(chosen.order) }
  const { cell, line, days } = twoDays(chosen, columns)
  const [is, other, asks] = chosen.order === 'dmy' ? [days[0], days[1], 'month-first'] : [days[1], days[0], 'day-first']
  const message = `The dates can be read in two ways: ${JSON.stringify(cell)} on line ${line} was taken for ${is}, judging by ${chosen.doubt.told}. If it is ${other}, take this import back and import the file with its dates ${asks}.`
  return { code: 'date_order', message }
}

function styleOf(rows: readonly CsvRecord[], columns: readonly number[]): AmountStyle {
  return chooseStyle(
    columns.flatMap((at) => filled(rows, at).map(scanAmount)).filter((amount) => amount !== null),
    null,
  )
}

function problemMessage(problem: HeadlessProblem, line: number): string {
  switch (problem) {
    case 'no_date':
      return `No heading line was found, and in the records from line ${line} on no column holds dates. Export with a heading line, or check that this is a list of transactions.`
    case 'no_amount':
      return `No heading line was found, and in the records from line ${line} on no column holds amounts. Export with a heading line, or check that this is a list of transactions.`
    case 'ambiguous_sign':
      return `No heading line was found, and in the records from line ${line} on the amounts have no signs, and the empty column beside them may be that of money in. Put a heading line above, such as Date,Description,Debit,Credit or Date,Description,Amount.`
    case 'ambiguous_amount':
      return `No heading line was found, and in the records from line ${line} on several columns could be the amount. Put a heading line above, such as Date,Description,Amount,Balance.`
  }
}
