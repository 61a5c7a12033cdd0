/** One statement of a file summed up while it is read: rows, exact sum, days, balances. Keeps no row. */
import { maxDay, minDay, type Day, type DayRange } from '../domain/day.ts'
import { DecimalSum, moneyOf, type Currency, type Decimal, type MoneyFailure } from '../domain/money.ts'
import type { FormatFailure, StatedBalance, StatementHead, StatementPart, StatementRow } from '../domain/statement.ts'
import { UNKNOWN_CURRENCY } from './account-ref.ts'
import type { Lying } from './file-layers.ts'

/** The line of `relink import` for one statement. */
export type StatementSummary = {
  readonly account: string
  readonly currency: Currency
  readonly from: Day | null
  readonly to: Day | null
  readonly rows: number
  readonly sum: Decimal
  readonly opening: Decimal | null
  readonly closing: Decimal | null
}

export class StatementSum {
  /** But for its account and its days: a name of thousands of statements is kept once, and none with the piece of the file that it was cut from. */
  readonly head: Omit<StatementHead, 'account' | 'covers'>
  #balances: StatedBalance[] = []
  readonly #account: string
  readonly #sum = new DecimalSum()
  readonly #pending = new DecimalSum()
  #rows = 0
  /** Rolling sum over the rows, only to tell whether two statements of one file hold the same. */
  #fingerprint = 0
  #days: DayRange | null = null
  /** The rows with most decimals and with most digits before them: if these fit a currency, all do. */
  #finest: Measured | null = null
  #longest: Measured | null = null
  #stated: { readonly from: Day | null; readonly to: Day | null }

  constructor({ account: _, covers, ...head }: StatementHead, account: string) {
    this.head = head
    this.#account = account
    this.#stated = covers
  }

  get balances(): readonly StatedBalance[] {
    return this.#balances
  }

  /** Whether a balance is one of this statement: in its currency, where both tell one. */
  speaksOf({ currency }: StatedBalance): boolean {
    return this.head.currency === null || currency === this.head.currency || currency === UNKNOWN_CURRENCY
  }

  /** Takes a part after the head. */
  take(part: StatementPart): void {
    if (part.part === 'rows') for (const row of part.rows) this.#row(row)
    else if (part.part === 'balance') this.#balances.push(part.balance)
    else if (part.part === 'end') {
      this.#stated = part.covers
      // An array that grew has room for more than a dozen: of thousands of statements that is most of what they hold.
      this.#balances = this.#balances.slice()
    }
  }

  #row({ postedOn, amount, status, name, line }: StatementRow): void {
    this.#rows++
    this.#sum.add(amount)
    if (status === 'pending') this.#pending.add(amount)
    this.#fingerprint = rolled(rolled(rolled(this.#fingerprint, postedOn), amount), name ?? '')
    const days = this.#days
    if (days === null) this.#days = { from: postedOn, to: postedOn }
    else if (postedOn < days.from || postedOn > days.to) this.#days = { from: minDay(days.from, postedOn), to: maxDay(days.to, postedOn) }
    const dot = amount.indexOf('.')
    const [whole, decimals] = dot === -1 ? [amount.length, 0] : [dot, amount.length - dot - 1]
    const [isFinest, isLongest] = [this.#finest === null || decimals > this.#finest.decimals, this.#longest === null || whole > this.#longest.whole]
    if (!isFinest && !isLongest) return
    const measured = { whole, decimals, amount, line }
    if (isFinest) this.#finest = measured
    if (isLongest) this.#longest = measured
  }

  /** Whether every amount is a whole number of the currency's smallest coins; else a failure with the line of one that is not. */
  misfit(currency: Currency): FormatFailure | null {
    for (const row of [this.#finest, this.#longest]) {
      const money = row === null ? null : moneyOf(row.amount, currency)
      if (money !== null && !money.ok) return { code: 'invalid_amount', message: `${money.failure.message} ${REMEDY[money.failure.code]}`, line: row!.line }
    }
    return null
  }

  get lying(): Lying {
    const { opening, closing } = this.finish()
    return { days: this.#days, opening, closing, number: this.head.number ?? [] }
  }

  /**
   * The days that the statement answers for: as stated when its rows lie inside, else from its first
   * row to its last. Programs write 1970, or the moment of the export, where they know nothing.
   */
  get covers(): DayRange | null {
    const { from, to } = this.#stated
    const days = this.#days
    if (days === null) return null
    return from !== null && to !== null && from <= days.from && days.to <= to && from > '1990-01-01' ? { from, to } : days
  }

  /** Sum of the posted rows. */
  get postedSum(): Decimal {
    const pending = this.#pending.toDecimal()
    if (pending === '0') return this.#sum.toDecimal()
    const posted = new DecimalSum()
    posted.add(this.#sum.toDecimal())
    posted.add((pending.startsWith('-') ? pending.slice(1) : `-${pending}`) as Decimal)
    return posted.toDecimal()
  }

  /** Equal for statements that say the same: programs write a statement twice. */
  get digest(): string {
    return JSON.stringify([this.#fingerprint, this.finish(), this.head.number ?? []])
  }

  finish(): StatementSummary {
    const opening = this.balances.find((balance) => balance.kind === 'opening')
    const closing = this.balances.findLast((balance) => balance.kind === 'closing') ?? this.balances.findLast((balance) => balance.kind === 'ledger')
    return {
      account: this.#account, currency: this.head.currency ?? 'XXX', from: this.#days?.from ?? null, to: this.#days?.to ?? null,
      rows: this.#rows, sum: this.#sum.toDecimal(), opening: opening?.amount ?? null, closing: closing?.amount ?? null,
    }
  }
}

const REMEDY: Readonly<Record<MoneyFailure['code'], string>> = {
  amount_too_precise: 'Banks book whole coins: take the amount from the statement on paper, or export in another format; if the currency is wrong, name the right account.',
  amount_too_large: 'No bank books such an amount: download the file again.',
  amount_malformed: 'Download the file again.',
}

type Measured = { readonly whole: number; readonly decimals: number; readonly amount: Decimal; readonly line: number }

function rolled(before: number, text: string): number {
  let hash = before
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}
