/**
 * One CSV record to one row by the layout of its file. Records that are no transactions (totals,
 * balances in words, footers, declined payments) are told apart from rows that cannot be read: the
 * former are passed over or become balances, the latter end the reading with their line.
 */
import type { Day } from '../../domain/day.ts'
import type { Currency, Decimal } from '../../domain/money.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure, StatementRow } from '../../domain/statement.ts'
import { cleanText, joinTexts } from '../clean-text.ts'
import { balanceWordsIn, isTotal, isTurnover, plainWords } from '../unstated.ts'
import { magnitude, negate, scanAmount } from '../written-amount.ts'
import { readCurrency, readUnit } from '../written-currency.ts'
import { readDate, scanDate } from '../written-date.ts'
import { balanceIn, cellAmount, filledCurrency, isNothing, movedAmount, plus, signedAmount } from './amounts.ts'
import { balancesAbove, type BalanceAbove } from './balances-above.ts'
import { isOwnSide } from './double-entry.ts'
import { unguardFormula } from './formula-guard.ts'
import { isHeadingLine, readHeading } from './headings.ts'
import { amountCells, isNeutral, type Layout } from './layout.ts'
import type { CsvRecord } from './records.ts'
import { DATES } from './roles.ts'
import { currencyInAmounts } from './preamble.ts'
import { isDeclined, isPending, stateBelow } from './status.ts'
import { isCancelled } from './taken-back.ts'
import { isSumAmong } from './sums.ts'

export type CsvRow =
  | {
      readonly type: 'row'
      readonly row: StatementRow
      readonly balance: Decimal | null
      readonly currency: Currency | null
      /** The coin that an exchange keeps it in, where that is no currency. */
      readonly unit: string | null
      readonly account: string | null
      /** Who is called where the money went out, if the row names who pays and who is paid: of an amount without a sign that is known later. */
      readonly nameIfOut?: string | null
      /** The balance before it, where the row tells that, too. */
      readonly before?: Decimal | null
    }
  /** What left the account in one currency and came to it in another, or what was paid on a loan and its interest: a row for each. */
  | { readonly type: 'sides'; readonly rows: readonly CsvRow[] }
  /** In words. Account and currency: null where its own cells tell none. */
  | { readonly type: 'balance'; readonly kind: 'opening' | 'closing'; readonly amount: Decimal; readonly on: Day; /** It stands where amounts stand. */ readonly isListed: boolean; readonly account: string | null; readonly currency: Currency | null }
  /** Balances in words on a line without the day of a row, as they stand above a table as well. */
  | { readonly type: 'below'; readonly balances: readonly BalanceAbove[] }
  /** A day's balance beside no amount; `isTold`: a text stands beside it, as beside what moved. */
  | { readonly type: 'standing'; readonly balance: Decimal; readonly isTold: boolean }
  | { readonly type: 'declined' }
  /** The other side of an entry: what was earned or spent. */
  | { readonly type: 'counterpart' }
  /** Neither income nor expense, and nothing says which way it went, if at all. */
  | { readonly type: 'neutral' }
  /** Only noted: no money moved. */
  | { readonly type: 'noted' }
  /** Pending without a day: it comes again when it is booked. */
  | { readonly type: 'undated' }
  /** A day and words, and nothing in any column that says what moved. */
  | { readonly type: 'words' }
  /** Nothing but words where the rows have theirs: more of the row above. */
  | { readonly type: 'more'; readonly text: string }
  /** Shares moved, and no money. */
  | { readonly type: 'shares' }
  /** It stands above already. */
  | { readonly type: 'repeat' }
  /** The row above it is the whole. */
  | { readonly type: 'part' }
  /** It only adds up the rows above it. */
  | { readonly type: 'sum' }
  /** What moved in all. */
  | { readonly type: 'turnover' }
  /** An amount without a day, under the word for a sum or a balance: a purchase without one may be called so as well. */
  | { readonly type: 'total' }
  | { readonly type: 'none' }

/** `# 收入合计: 1笔`: a line of words that is marked as none of the table. What has an amount in its place is a row whose text begins so. */
const COMMENT = /^#\s*\p{L}/u

/** A day, and behind it what parts the columns in another file, or the next cell: a row that was taken from there, or lost what parts them here. */
const OTHER_DELIMITER = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[\t;|"\p{L}]/u

/** Reads a record; a failure names its line and cell. `isBelowPending`: it stands below a title of rows that are not booked yet. */
export function readRow(record: CsvRecord, layout: Layout, isBelowPending = false): Result<CsvRow, FormatFailure> {
  if (layout.entries !== null && (record.cells[layout.entries.side] ?? '') !== '' && !isOwnSide(record, layout.entries.side)) return ok({ type: 'counterpart' })
  if (layout.repeats.has(record.line)) return ok({ type: 'repeat' })
  if (layout.sums.parts.has(record.line)) return ok({ type: 'part' })
  if (isSumAmong(record, layout.sums)) return ok({ type: 'sum' })
  const cell = (at: number | null): string => (at === null ? '' : unguardFormula(record.cells[at] ?? ''))
  // A stroke stands for nothing.
  const text = (at: number): string => (/[\p{L}\p{N}]/u.test(cell(at)) ? cell(at) : '')
  const texts = [...layout.name, ...layout.memo].map(text)
  const written = signedAmount(record, layout.amount, layout.fee, layout.style)
  const turns = layout.takenBack.get(record.line)
  const amount = turns === true && typeof written === 'string' ? negate(written) : written
  const pending = isBelowPending || isPending(cell(layout.status)) || layout.unbooked.has(record.line)
  const dated = [layout.booked, layout.acted, layout.value].find((at) => cell(at) !== '' && (at === layout.booked || pending))
  const isBack = turns !== undefined || (layout.unsignedIs === 'out' && typeof written === 'string' && !written.startsWith('-') && isCancelled(cell(layout.status)))
  if (isDeclined(cell(layout.status)) && !isBack) return ok({ type: 'declined' })
  if (/^memo$/.test(plainWords(cell(layout.impact)))) return ok({ type: 'noted' })
  if (dated === undefined || dated === null) {
    const below = balancesBelow(record, layout)
    if (below !== null) return below
    if (pending && typeof amount === 'string' && !record.cells.some(isTotal)) return ok({ type: 'undated' })
    const text = amount === null && layout.goesOn ? moreOf(record, layout) : null
    return text === null ? undated(record, layout, amount) : ok({ type: 'more', text })
  }
  const on = dayIn(record, dated, layout)
  const below = on.ok || scanDate(cell(dated)) !== null ? null : balancesBelow(record, layout)
  if (below !== null) return below
  if (!on.ok && isPending(cell(dated)) && stateBelow(record.cells) === null) return ok({ type: 'undated' })
  if (!on.ok && typeof written !== 'string' && COMMENT.test(record.cells[0] ?? '')) return ok({ type: 'none' })
  if (!on.ok && OTHER_DELIMITER.test(cell(dated))) return on
  if (!on.ok) return amount === null || isHeadingLine(record.cells) || !record.cells.some((text) => /\p{Nd}/u.test(text)) ? ok({ type: 'none' }) : (footer(record, layout) ?? on)
  if (isTotalOfDay(layout, record)) return ok({ type: 'total' })
  if (amount === null && layout.amount.form === 'marked' && isNeutral(cell(layout.amount.mark)) && cell(layout.amount.at) !== '') return ok({ type: 'neutral' })
  if (amount === undefined) return unmarkedBalance(record, layout, on.value) ?? invalidAmount(record, layout)
  if (isExchange(record, layout) && layout.amount.form === 'split') {
    const { out, in: into } = layout.amount
    // The balance is that of one of them, and nothing says of which.
    const sides = [[into, layout.balance], [out, layout.fee, layout.balance]].map((others) => readRow({ ...record, cells: record.cells.map((text, at) => (others.includes(at) ? '' : text)) }, layout, isBelowPending))
    const failure = sides.find((side) => !side.ok)
    return failure ?? ok({ type: 'sides', rows: sides.flatMap((side) => (side.ok ? [side.value] : [])) })
  }
  const stood = balanceIn(record, layout, layout.balanceStyle)
  if (stood === undefined)
    return failed({
      code: 'invalid_amount',
      message: `The balance ${quoted(cell(layout.balance))} on line ${record.line} is not a number with a decimal ${layout.balanceStyle}.`,
      line: record.line,
    })
  const balance = layout.balanceBefore && stood !== null && amount !== null ? plus(stood, amount) : stood
  const words = isStanding(record, layout) ? 'closing' : balanceWordsIn(record.cells)
  const stated = stood ?? amount
  // A quote that opens or closes nothing is none of its number.
  const told = { account: cleanText(cell(layout.account).replace(/^"|^'(?=\d)|"$/g, '')), currency: toldCurrency(record, layout) }
  // What leaves nothing is a payment that is called so: the pay-out of an account that is closed. Amounts out and in are those of all rows.
  const isSum = layout.amount.form === 'split' && [layout.amount.out, layout.amount.in].every((at) => cell(at) !== '')
  const moves = amount !== null && amount !== '0' && balance === '0' && words === 'closing' && !isSum
  if (words !== null && stated !== null && !moves && !layout.moves.has(record.line)) return ok({ type: 'balance', kind: words, amount: stated, on: on.value, isListed: amount !== null, ...told })
  if (amount === null) {
    // `Downloaded 28/02/2024`, alone on its line.
    if (/\p{L}/u.test(cell(dated)) && record.cells.filter((text) => text !== '').length === 1) return ok({ type: 'none' })
    if (balance !== null) return ok({ type: 'standing', balance, isTold: texts.some((told) => told !== '') })
    if (words !== null) return ok({ type: 'none' })
    if ((cellAmount(record, layout.quantity ?? -1, layout.style) ?? '0') !== '0') return ok({ type: 'shares' })
    if (isPartOfAbove(record, layout)) return ok({ type: 'part' })
    if (isInformation(layout, cell) || amountCells(layout.amount).every((at) => isNothing(cell(at)) && !/^(?:nan)?$/i.test(cell(at)))) return ok({ type: 'words' })
    return failed({ code: 'missing_field', message: `The row on line ${record.line} has a date but no amount.`, line: record.line })
  }
  // A sum over rows has no payee, no second text and no number of its own.
  const telling = [...texts, ...[layout.id, layout.reference, layout.check].map(cell)].filter((text) => cleanText(text) !== null)
  if (telling.length > 0 && telling.every(isTurnover) && !layout.moves.has(record.line)) return ok({ type: 'turnover' })
  const nameFor = (moved: Decimal): string | null => cleanText(namesFor(layout, moved).map(text).find((told) => told !== ''))
  const acted = dayIn(record, layout.acted, layout)
  const value = dayIn(record, layout.value, layout)
  const row: CsvRow = {
    type: 'row',
    balance,
    currency: ownCurrency(record, layout),
    unit: readUnit(codeBeside(record, layout)),
    account: told.account ?? layout.accountNumber,
    ...(layout.amount.form !== 'signed' || layout.amount.byBalance === undefined ? {} : {
      ...(layout.payer === null ? {} : { nameIfOut: nameFor(negate(magnitude(amount))) }),
      ...(layout.amount.before === undefined ? {} : { before: cellAmount(record, layout.amount.before, layout.balanceStyle) ?? null }),
    }),
    row: {
      providerId: cleanText(cell(layout.id)),
      pendingProviderId: null,
      status: pending ? 'pending' : 'posted',
      postedOn: on.value,
      transactedOn: acted.ok ? acted.value : null,
      valueOn: value.ok ? value.value : null,
      amount,
      foreign: foreignOf(record, layout, amount),
      kind: cleanText(cell(layout.kind)),
      name: nameFor(amount),
      memo: joinTexts(layout.memo.map(text)),
      checkNumber: cleanText(cell(layout.check)),
      reference: cleanText(cell(layout.reference)),
      corrects: null,
      line: record.line,
    },
  }
  const moved = turns === true ? amount : movedAmount(record, layout, layout.style)
  return ok(typeof moved !== 'string' || moved === amount ? row : paymentOnLoan(row, plus(moved, negate(amount)), layout))
}

/** What was paid on a loan, and what of it did not lower the loan: interest and fees are charged as they are paid. The balance is that after both. */
function paymentOnLoan(row: Extract<CsvRow, { readonly type: 'row' }>, charged: Decimal, { direction }: Layout): CsvRow {
  const charge = { ...row.row, amount: charged, providerId: null, checkNumber: null, name: LOAN_CHARGE, memo: joinTexts([row.row.name, row.row.memo]) }
  const [paid, interest] = direction === 'forward' ? [null, row.balance] : [row.balance, null]
  return { type: 'sides', rows: [{ ...row, balance: paid }, { ...row, balance: interest, row: charge }] }
}

/** In the word of the files that part payments so. */
const LOAN_CHARGE = 'Interest and charges'

/** Of who pays and who is paid, the other party is the one that the money came from or went to. */
function namesFor({ name, payer }: Layout, amount: Decimal): readonly number[] {
  if (payer === null) return name
  const others = name.filter((at) => at !== payer)
  return amount.startsWith('-') ? [...others, payer] : [payer, ...others]
}

/** A balance among amounts that a word beside them gives a direction: it has none. */
function unmarkedBalance(record: CsvRecord, layout: Layout, on: Day): Result<CsvRow, FormatFailure> | null {
  const { amount, account, style } = layout
  const kind = balanceWordsIn(record.cells)
  if (amount.form !== 'marked' || (record.cells[amount.mark] ?? '') !== '' || kind === null) return null
  const stated = cellAmount(record, amount.at, style)
  return stated == null ? null : ok({ type: 'balance', kind, amount: stated, on, isListed: true, account: cleanText(account === null ? '' : (record.cells[account] ?? '')), currency: toldCurrency(record, layout) })
}

/** Beside the amount, currency, balance and value day are empty, too, where the file tells them of its rows, or the account is. */
function isInformation({ account, currency, balance, value }: Layout, cell: (at: number | null) => string): boolean {
  const ofAmount = [currency, balance, value].filter((at) => at !== null)
  const telling = ofAmount.length > 1 ? ofAmount : [account, ...ofAmount].filter((at) => at !== null)
  return telling.length > 1 && telling.every((at) => cell(at) === '')
}

/** What banks call the amounts of the single payments below an order of several. */
const OF_ONE = /^(einzelbetrag|individual amount|sous montant|montant individuel|importo singolo)$/

/** The amount of one payment of the row above, in a column of its own. */
function isPartOfAbove({ cells }: CsvRecord, { heading }: Layout): boolean {
  return cells.some((cell, at) => OF_ONE.test(plainWords(heading[at] ?? '')) && cell !== '' && scanAmount(cell) !== null)
}

/** `TOTAL FOR DATE` where rows have another day than that of the booking, and nothing that describes it. */
function isTotalOfDay({ booked, heading, name, memo }: Layout, { cells }: CsvRecord): boolean {
  if ([...name, ...memo].some((at) => (cells[at] ?? '') !== '')) return false
  return cells.some((cell, at) => at !== booked && scanDate(cell) === null && isTotal(cell) && readHeading(heading[at] ?? '').meanings.some(({ role }) => DATES.has(role)))
}

/** The words of a record that holds nothing else, each where rows have theirs; null where it holds more, or a sum. */
export function moreOf(record: CsvRecord, { name, memo }: Pick<Layout, 'name' | 'memo'>): string | null {
  const columns = [...name, ...memo]
  if (record.cells.some((cell, at) => cell !== '' && (!columns.includes(at) || isTotal(cell))) || balanceWordsIn(record.cells) !== null) return null
  return joinTexts(columns.map((at) => unguardFormula(record.cells[at] ?? '')))
}

/** A date, an amount and the number of an account, in fewer cells than all rows have: what the account holds on that day. */
export function isStanding({ cells }: CsvRecord, { rowWidth, booked, amount }: Layout): boolean {
  if (rowWidth === null || cells.length >= rowWidth) return false
  const at = amountCells(amount)
  const others = cells.filter((cell, column) => cell !== '' && column !== booked && !at.includes(column))
  return others.length === 1 && /^[\d ]{6,}[A-Z]?$/.test(others[0]!)
}

function undated(record: CsvRecord, layout: Layout, amount: Decimal | null | undefined): Result<CsvRow, FormatFailure> {
  if (amount === undefined && isDayIn(record, layout)) return invalidAmount(record, layout)
  if (amount === null || amount === undefined) return ok({ type: 'none' })
  return footer(record, layout) ?? failed({ code: 'missing_field', message: `The row on line ${record.line} has an amount but no date.`, line: record.line })
}

/** The word alone, or with a day, a currency or what it is as of: a text that goes on is a purchase. */
const BALANCE = /^(saldo|solde|balance|kontostand|(available|current|ledger|statement|account) balance|stanje)( (contabile|contabil|contable|disponibile|disponible|disponivel|final|finale|actuel|actual|atual|attuale|total|totale))?( (as of|on|am|per|au|al|a la fecha))?[ \d]*( [a-z]{3})?[ \d]*$/

/** Of a line without the day of a row; null where it states no balance. */
function balancesBelow(record: CsvRecord, layout: Layout): Result<CsvRow, FormatFailure> | null {
  const isStated = balanceWordsIn(record.cells) !== null || record.cells.some((cell) => BALANCE.test(plainWords(cell)))
  const isOwed = layout.balanceOwed || (layout.amount.form === 'signed' && layout.amount.inverted)
  // It is written as the amounts above it are.
  const balances = isStated ? balancesAbove([record], layout).map((told) => (isOwed ? { ...told, amount: negate(told.amount) } : told)) : []
  return balances.length === 0 ? null : ok({ type: 'below', balances })
}

/** What else than words and a period stands in a cell for a date: a day, whether it exists or not. */
const DAY_LIKE = /^[\d\s./:'-]{6,20}$/

function isDayIn(record: CsvRecord, { booked, acted, value }: Layout): boolean {
  return [booked, acted, value].map((at) => (at === null ? '' : (record.cells[at] ?? ''))).some((cell) => scanDate(cell) !== null || DAY_LIKE.test(cell))
}

/** What stands below the rows, beside no date; null for all else. A text that begins like a total beside a day is a purchase: `Viso Optik`. */
function footer(record: CsvRecord, layout: Layout): Result<CsvRow, FormatFailure> | null {
  if (balanceWordsIn(record.cells) !== null) return ok({ type: 'none' })
  if (isDayIn(record, layout) && !record.cells.some((cell) => isTotal(cell) && !/\s/.test(cell.trim()))) return null
  return record.cells.some((cell) => isTotal(cell) || BALANCE.test(plainWords(cell))) ? ok({ type: 'total' }) : null
}

function dayIn(record: CsvRecord, at: number | null, layout: Layout): Result<Day, FormatFailure> {
  const cell = at === null ? '' : (record.cells[at] ?? '')
  const date = scanDate(cell)
  const on = date === null ? null : readDate(date, layout.order)
  if (on !== null) return ok(on)
  const message = date === null ? `The date ${quoted(cell)} on line ${record.line} is not a date.` : `The date ${quoted(cell)} on line ${record.line} does not fit the order (${layout.order}) of the dates before it.`
  return failed({ code: 'invalid_date', message, line: record.line })
}

function invalidAmount(record: CsvRecord, layout: Layout): Result<CsvRow, FormatFailure> {
  const { amount } = layout
  const columns = amountCells(amount)
  const bad = columns.find((at) => cellAmount(record, at, layout.style) === undefined)
  if (bad === undefined && amount.form === 'marked') {
    const mark = quoted(record.cells[amount.mark] ?? '')
    return failed({
      code: 'missing_field',
      message: `The row on line ${record.line} says ${mark} where money in or out was expected.`,
      line: record.line,
    })
  }
  if (bad === undefined && amount.form === 'currencies') {
    const named = amount.columns.map(({ currency }) => currency).join(', ')
    return failed({ code: 'invalid_amount', message: `The row on line ${record.line} has amounts in several of the columns ${named}, of which all rows before it fill one.`, line: record.line })
  }
  const cell = quoted(record.cells[bad ?? layout.fee ?? 0] ?? '')
  return failed({
    code: 'invalid_amount',
    message: `The amount ${cell} on line ${record.line} is not a number with a decimal ${layout.style}.`,
    line: record.line,
  })
}

/** Money that goes out in one currency and comes in in another. */
function isExchange(record: CsvRecord, { amount, currency, currencyElse, style }: Layout): boolean {
  if (amount.form !== 'split' || currency === null || currencyElse === null) return false
  if (!movesAt(record, amount.out, style) || !movesAt(record, amount.in, style)) return false
  const [out, into] = [currency, currencyElse].map((at) => readCurrency(record.cells[at] ?? '') ?? readUnit(record.cells[at] ?? ''))
  return out !== null && into !== null && out !== into
}

function movesAt(record: CsvRecord, at: number, style: Layout['style']): boolean {
  return (cellAmount(record, at, style) ?? '0') !== '0'
}

/** What a record itself says of its currency. */
function toldCurrency(record: CsvRecord, layout: Layout): Currency | null {
  const { amount, style, currency, currencyElse } = layout
  if (amount.form === 'currencies') return filledCurrency(record, amount, style)?.currency ?? null
  if (currency !== null || currencyElse !== null) return readCurrency(codeBeside(record, layout))
  return currencyInAmounts([record], amountCells(amount))
}

/** What stands in a record for the currency, or the coin, of its amount. */
function codeBeside(record: CsvRecord, { amount, currency, currencyElse, style }: Layout): string {
  const cell = (at: number | null): string => (at === null ? '' : (record.cells[at] ?? ''))
  // Of a currency for each direction that one counts whose amount moves: banks fill both.
  const isIn = amount.form === 'split' && currencyElse !== null && !movesAt(record, amount.out, style) && movesAt(record, amount.in, style)
  return isIn ? cell(currencyElse) || cell(currency) : cell(currency) || cell(currencyElse)
}

function ownCurrency(record: CsvRecord, layout: Layout): Currency | null {
  return toldCurrency(record, layout) ?? (readUnit(codeBeside(record, layout)) !== null ? null : layout.fixedCurrency)
}

/** The original amount where another currency is named, with the sign of the row. */
function foreignOf(record: CsvRecord, layout: Layout, amount: Decimal): StatementRow['foreign'] {
  const currency = layout.foreignCurrency === null ? null : readCurrency(record.cells[layout.foreignCurrency] ?? '')
  if (currency === null || currency === ownCurrency(record, layout)) return null
  const original = layout.foreignAmount === null ? null : (cellAmount(record, layout.foreignAmount, layout.style) ?? null)
  const signed = original !== null && original.startsWith('-') !== amount.startsWith('-') ? negate(original) : original
  return { amount: signed, currency, rate: null }
}

function quoted(cell: string): string {
  return JSON.stringify(cell.slice(0, 40))
}
