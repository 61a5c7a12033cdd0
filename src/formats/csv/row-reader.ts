/**
 * Collects the rows of a table to the parts of statements, in batches: each account and currency of the table is one
 * statement, which goes on when the table comes back to it. What is no row is counted and told.
 */
import type { Currency, Decimal } from '../../domain/money.ts'
import type { FormatFailure, StatementPart, StatementRow } from '../../domain/statement.ts'
import { brokenBy, totalsAt } from '../adds-up.ts'
import { joinTexts } from '../clean-text.ts'
import { UNSTATED_CURRENCY } from '../unstated.ts'
import type { BalanceAbove } from './balances-above.ts'
import type { Copy } from './copies.ts'
import type { ApartDay } from './exchanged-days.ts'
import type { Layout } from './layout.ts'
import type { CsvRow } from './rows.ts'
import { RunningBalance } from './running-balance.ts'
import type { Table } from './tables.ts'

const ROWS_A_BATCH = 500

/** What is said of records that are no rows. */
const LEFT_OUT = {
  counterpart: (count: number): string => `Rows of income, expenses and equity were left out (${count}): they are the other sides of entries in your accounts.`,
  declined: (count: number): string => `${count} declined or cancelled payments were left out. One that came in before it was cancelled is still there.`,
  neutral: (count: number): string => `Rows that the file calls neither income nor expense, without saying which way their money went, were left out (${count}).`,
  noted: (count: number): string => `Entries that the file says did not change the balance were left out (${count}).`,
  undated: (count: number): string => `Pending rows without a date were left out (${count}): they come again when they are booked.`,
  words: (count: number): string => `Rows that hold only a date and words were left out (${count}).`,
  balances: (count: number): string => `Rows that only state a balance were left out (${count}): they are no transactions.`,
  total: (count: number): string => `Rows without a date that are called a total or a balance were left out (${count}).`,
  sum: (count: number): string => `Rows that only add up those above them were left out (${count}).`,
  part: (count: number): string => `Rows that are parts of the one above them were left out (${count}).`,
  repeat: (count: number): string => `Rows stand in this file twice, with the balance that stood beside them before (${count}): the second time they were left out.`,
  figures: (count: number): string => `Lines between the rows that hold a figure but no date were left out (${count}).`,
  standing: (count: number): string => `Rows that hold a balance and no amount were left out (${count}).`,
  shares: (count: number): string => `Rows that move shares and no money were left out (${count}).`,
  turnover: (count: number): string => `Rows that only state a turnover were left out (${count}): they are no transactions.`,
} as const

/** Said where the fees may be in the amounts, or not. */
const FEES = {
  left: 'A column of fees stands beside the amounts, and nothing in the file tells whether the amounts hold them: each row is its amount without the fee. If what moved was more or less, take this import back, and export the file with a balance or a net amount.',
  added: 'A column of fees stands beside the amounts, and no two balances tell whether the amounts hold them: each row is its amount with the fee. If what moved was less, take this import back, and export the file with more of its rows.',
} as const

/** Said where other parties would look the same. */
const MIXED = {
  numbers: 'All rows have the number of an account, and the numbers differ. If they are of accounts of your own, all of them stand in one now: take this import back, and bring a file for each account.',
  titles: 'The tables of this file stand under titles that differ. If they are of accounts of your own, all of them stand in one now: take this import back, and bring a file for each account.',
  assets: 'All rows name an asset, and the assets differ. If they are coins, the amounts of all of them stand in one account now: take this import back, and bring a file for each coin.',
  names: 'All rows have a name in a column that is called after an account, and the names differ. If they are accounts of your own, all of them stand in one now: take this import back, and bring a file for each account.',
} as const
/** Said where money out would look the same. */
const UNSIGNED = 'No amount of this file has a sign, and nothing else in it tells which way the money went: all rows were read as money in. If some went out, take this import back, and export the file with signs, or with columns for money in and money out.'

/** Said where money in would look the same. */
const CHARGES = "This file reads like a list of a card's charges: amounts without a minus were read as money out. If they came in, take this import back, and export the file with signs, or with columns for money in and money out."

/** Said where the balance may be one of money, or what is owed. */
const MAY_OWE = 'The balance of this file runs with its amounts as they are written, and so they were read. But its rows or columns read like those of a card, or of a list of expenses, whose balance may be what is owed. If money went out where an amount has no minus, take this import back, and export the file with columns for money in and money out.'

/** Said where the list of another side would look the same. */
const UNTOLD = {
  sides: 'This file has two columns of amounts and no heading, and no balance tells which of them is money in: the first was read as money out. If it is the other way around, take this import back, and put a heading line above, such as Date,Money in,Money out,Description.',
  loan: 'The payments of this file are parted into principal and interest, and no balance tells whether they are listed by the loan or by the account that paid: amounts were read as they are written, and where none has a minus, each has a row for its interest. If it is otherwise, take this import back, and export the file with a balance.',
  debits: 'The balance of this file goes up with its debits and down with its credits: it was read as what is owed, and its debits as money out. If it is from the books of an account, where debits are money in, take this import back, and bring a file of the bank.',
} as const

const COPIED = 'All rows of this file stand in it twice, in the same order: the second time they were left out.'

function copiedRows(count: number): string {
  return `Rows stand in this file twice, in the same order (${count}): the second time they were left out.`
}

/** Said where details of rows would look the same. */
function daysFromAbove(count: number): string {
  return `Rows without a day of their own were read with the day of the row above (${count} or more). If they only say more of that row, take this import back, and delete them from the file.`
}

/** Said of a day out of its place. */
function apartAt({ cell, line }: ApartDay): string {
  return `The date ${JSON.stringify(cell.slice(0, 40))} on line ${line} does not stand between those of the rows around it, which are in the order of their days: it may be damaged. Compare it with the bank.`
}

/** Said of a row that is called a total, and may be a payment. */
function totalReadAt(line: number): string {
  return `The row on line ${line} is called a total and stands at the end of the list, or has the amount of rows beside it, but may as well be a payment: it was read as one. If it only adds up others, delete it from the file, and compare it with them.`
}

/** Said where a balance does not run with the amounts. */
function brokenAt(lines: readonly number[]): string {
  return `The balance runs with the amounts of this file but not on line ${lines.join(', ')}: a row is missing there, or an amount or a balance is damaged. Compare these days with the bank.`
}

const IDLE = 'The balance of this file does not run with its amounts: rows stand in another order than it, or are missing, or an amount was read otherwise than it is meant. Compare the rows with the bank.'

/** The rows of one account in one currency. A table may change between several and come back to each. */
type Section = { readonly account: string | null; readonly currency: Currency | null; readonly unit: string | null; readonly balance: RunningBalance; readonly line: number }

/** The parts of one table. */
export class RowReader {
  #parts: StatementPart[]
  #rows: StatementRow[] = []
  readonly #sections = new Map<string, Section>()
  /** Balances in words that came before any row. */
  #early: Extract<CsvRow, { readonly type: 'balance' }>[] = []
  /** A balance beside no amount that came before any row. */
  #earlyStanding: Decimal | null = null
  /** Balances in words that stand below the rows. */
  readonly #below: BalanceAbove[] = []
  /** Sections whose balances were given. */
  readonly #stated = new Set<Section>()
  #open: Section | null = null
  readonly #leftOut = new Map<keyof typeof LEFT_OUT, number>()
  #hasMinus: boolean
  #copy: Copy | null = null
  #differ: number | null = null
  #undated = 0
  /** Said of rows whose signs nothing tells. */
  #toldSigns: string | null = null
  readonly #layout: Layout
  /** What the file calls the account of this table, where it has several. */
  readonly #title: string | null
  readonly #goesOn: boolean
  readonly #mayMix: keyof typeof MIXED | null
  readonly #program: string

  /** `hasMinus`: a table above had an amount with a minus; `before`: the parts of it that nobody took yet. */
  constructor(layout: Layout, { title, goesOn, mayMix }: Table, program: string, hasMinus: boolean, before: readonly StatementPart[] = []) {
    this.#parts = [...before]
    this.#layout = layout
    this.#program = program
    this.#title = title
    this.#goesOn = goesOn
    this.#mayMix = layout.mayMix ?? (mayMix ? 'titles' : null)
    this.#hasMinus = hasMinus
  }

  get hasMinus(): boolean {
    return this.#hasMinus
  }

  get hasParts(): boolean {
    return this.#parts.length > 0
  }

  take(): readonly StatementPart[] {
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  /** A failure when the row shows that money moved without saying how much. */
  accept(row: CsvRow, line: number): FormatFailure | null {
    if (row.type === 'sides') return row.rows.map((side) => this.accept(side, line)).find((failure) => failure !== null) ?? null
    if (row.type === 'counterpart' || row.type === 'declined' || row.type === 'neutral' || row.type === 'noted' || row.type === 'undated' || row.type === 'words' || row.type === 'turnover' || row.type === 'shares' || row.type === 'total' || row.type === 'sum' || row.type === 'part' || row.type === 'repeat') this.#leave(row.type)
    if (row.type === 'below') this.#below.push(...row.balances)
    if (row.type === 'balance' && row.isListed) this.#leave('balances')
    if (row.type === 'standing') {
      if (row.isTold) this.#leave('standing')
      if (this.#open === null) this.#earlyStanding ??= row.balance
      if (this.#open?.balance.agrees(row.balance) === false)
        return { code: 'missing_field', message: `The row on line ${line} has a date and another balance than the rows before it lead to, but no amount.`, line }
    }
    if (row.type === 'balance') {
      // Before the first row it does not know account and currency yet; the row completes it.
      const open = this.#open
      if (open === null) this.#early.push(row)
      else {
        const [account, currency] = [row.account ?? open.account, row.currency ?? open.currency]
        if (account !== open.account || currency !== open.currency) this.#start({ account, currency, unit: null }, line)
        this.#open!.balance.state(row.kind, row.amount, row.on)
      }
    }
    if (row.type === 'more') this.#goOn(row.text)
    if (row.type !== 'row') return null
    if (this.#rows.length >= ROWS_A_BATCH) this.#flushRows()
    const open = this.#open
    if (open === null || row.account !== open.account || row.currency !== open.currency || row.unit !== open.unit) this.#start(row, line)
    if (row.row.amount.startsWith('-')) this.#hasMinus = true
    if (!this.#open!.balance.move(row.row.amount, row.balance, row.row))
      return { code: 'missing_field', message: `The row on line ${line} has another balance than the one before it leads to, which stands beside no amount.`, line }
    this.#rows.push(row.row)
    return null
  }

  /** What is said of rows that are here; null: nothing. */
  tell(signs: string | null): void {
    this.#toldSigns = signs
  }

  /** The line of a total behind the sample that adds up nothing; null: none. */
  tellDiffering(line: number | null): void {
    this.#differ = line
  }

  /** So many rows have the day of the one above, and nothing proves that they are rows. */
  tellUndated(count: number): void {
    this.#undated = count
  }

  /** Rows stood in the file once more. */
  tellCopy(copy: Copy): void {
    this.#copy = copy
  }

  /** So many records between rows are none of them, though they hold what may be an amount. */
  tellFigures(count: number): void {
    if (count > 0 && this.#open !== null) this.#leave('figures', count)
  }

  #leave(what: keyof typeof LEFT_OUT, count = 1): void {
    this.#leftOut.set(what, (this.#leftOut.get(what) ?? 0) + count)
  }

  /** The last row is here still: a batch goes when the next one comes. */
  #goOn(text: string): void {
    const last = this.#rows.at(-1)
    if (last !== undefined) this.#rows[this.#rows.length - 1] = { ...last, memo: joinTexts([last.memo, text]) }
  }

  /** Ends what is open; the balances of sections that ended before are known only now. */
  finish(): void {
    const isEmpty = this.#sections.size === 0
    if (isEmpty) this.#start({ account: this.#layout.accountNumber, currency: this.#layout.fixedCurrency, unit: null }, 1)
    const { unsignedIs, feesOpen, untold, amount } = this.#layout
    const isWorded = amount.form === 'signed' && amount.inverted && amount.isWorded === true
    const mayOwe = amount.form === 'signed' && amount.mayOwe === true
    if (!isEmpty && this.#copy !== null) this.#parts.push({ part: 'notice', code: 'content_twice', severity: 'WARN', message: this.#copy.isAll ? COPIED : copiedRows(this.#copy.lines.size), line: 0 })
    if (!isEmpty && feesOpen !== null) this.#parts.push({ part: 'notice', code: 'fees_open', severity: 'WARN', message: FEES[feesOpen], line: 0 })
    const { apart, sums: { doubtful } } = this.#layout
    const differ = this.#layout.sums.differ ?? this.#differ
    if (!isEmpty && apart !== null) this.#parts.push({ part: 'notice', code: 'date_apart', severity: 'WARN', message: apartAt(apart), line: 0 })
    if (!isEmpty && doubtful !== null) this.#parts.push({ part: 'notice', code: 'total_doubtful', severity: 'WARN', message: totalReadAt(doubtful), line: 0 })
    if (!isEmpty && this.#undated > 0) this.#parts.push({ part: 'notice', code: 'days_above', severity: 'WARN', message: daysFromAbove(this.#undated), line: 0 })
    if (!isEmpty && differ !== null) this.#parts.push({ part: 'notice', code: 'totals_differ', severity: 'WARN', message: totalsAt(differ), line: 0 })
    if (!isEmpty && untold !== null) this.#parts.push({ part: 'notice', code: 'list_open', severity: 'WARN', message: UNTOLD[untold], line: 0 })
    if (!isEmpty && this.#mayMix !== null) this.#parts.push({ part: 'notice', code: 'accounts_mixed', severity: 'WARN', message: MIXED[this.#mayMix], line: 0 })
    if (!isEmpty && unsignedIs === 'out') this.#parts.push({ part: 'notice', code: 'unsigned', severity: 'INFO', message: CHARGES, line: 0 })
    if (!isEmpty && isWorded) this.#parts.push({ part: 'notice', code: 'card_signs', severity: 'INFO', message: CHARGES, line: 0 })
    if (!isEmpty && this.#toldSigns !== null) this.#parts.push({ part: 'notice', code: 'unsigned', severity: 'WARN', message: this.#toldSigns, line: 0 })
    if (!isEmpty && mayOwe) this.#parts.push({ part: 'notice', code: 'unsigned', severity: 'WARN', message: MAY_OWE, line: 0 })
    if (!isEmpty && unsignedIs === 'in' && !this.#hasMinus && !mayOwe) this.#parts.push({ part: 'notice', code: 'unsigned', severity: 'WARN', message: UNSIGNED, line: 0 })
    this.#endWithBalances()
    for (const section of this.#sections.values()) {
      if (section.balance.stated().length === 0 || this.#stated.has(section)) continue
      this.#start(section, section.line)
      this.#endWithBalances()
    }
  }

  #start({ account, currency, unit }: Pick<Section, 'account' | 'currency' | 'unit'>, line: number): void {
    this.#end()
    const key = `${account ?? ''}\u001f${currency ?? ''}\u001f${unit ?? ''}`
    const before = this.#sections.get(key)
    const section = before ?? { account, currency, unit, balance: new RunningBalance(this.#layout.direction), line }
    this.#sections.set(key, section)
    this.#open = section
    for (const { kind, amount, on } of this.#early) section.balance.state(kind, amount, on)
    if (this.#earlyStanding !== null) section.balance.agrees(this.#earlyStanding)
    this.#early = []
    this.#earlyStanding = null
    const { isNamed, loneName } = this.#layout
    const isLone = !isNamed && account === null && unit === null && loneName !== null && this.#title === null
    const called = [isNamed ? account : this.#title, unit].filter((part) => part !== null).join(' ')
    const [number, name] = isNamed ? [null, called === '' ? null : called] : [account, account === null && called !== '' ? called : isLone ? loneName : null]
    const named = { number, bankId: null, branchId: null, kind: 'other' as const, name, ...(isLone ? { isNameLone: true } : {}) }
    this.#parts.push({ part: 'start', head: { account: named, currency, covers: { from: null, to: null }, line, program: this.#program, ...(before === undefined && !this.#goesOn ? {} : { continues: true }), ...(this.#layout.unsignedIs === null ? {} : { signsOpen: true }) } })
    const { orderTold } = this.#layout
    if (orderTold !== null && this.#sections.size === 1 && before === undefined) this.#parts.push({ part: 'notice', ...orderTold, severity: 'INFO', line: 0 })
  }

  #endWithBalances(): void {
    const open = this.#open!
    this.#flushRows()
    const breaks = open.balance.breaks()
    if (breaks.length > 0) this.#parts.push({ part: 'notice', code: 'balance_broken', severity: 'WARN', message: brokenAt(breaks), line: 0 })
    const isIdle = this.#layout.hasIdleBalance || open.balance.runsElsewhere()
    if (isIdle) this.#parts.push({ part: 'notice', code: 'balance_idle', severity: 'WARN', message: IDLE, line: 0 })
    // Of several accounts nobody knows whose they are.
    const beside = this.#sections.size > 1 ? [] : [...this.#layout.above, ...this.#below]
    const lacking = isIdle || breaks.length > 0 ? null : open.balance.lacks(beside)
    if (lacking !== null) this.#parts.push({ part: 'notice', code: 'balance_broken', severity: 'WARN', message: brokenBy(open.line, lacking), line: 0 })
    const told = open.balance.stated()
    const stated = told.length > 0 ? told : open.balance.ofThose(beside)
    for (const { kind, amount, on } of stated) {
      this.#parts.push({ part: 'balance', balance: { kind, amount, currency: open.currency ?? UNSTATED_CURRENCY, on, at: null } })
    }
    this.#stated.add(open)
    this.#end()
  }

  #end(): void {
    if (this.#open === null) return
    this.#open = null
    this.#flushRows()
    for (const [code, count] of this.#leftOut) this.#parts.push({ part: 'notice', code, severity: 'INFO', message: LEFT_OUT[code](count), line: 0 })
    this.#leftOut.clear()
    this.#parts.push({ part: 'end', covers: { from: null, to: null } })
  }

  #flushRows(): void {
    if (this.#rows.length > 0) this.#parts.push({ part: 'rows', rows: this.#rows })
    this.#rows = []
  }
}
