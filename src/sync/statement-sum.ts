/** One statement of a file summed up while it is read: rows, exact sum, days, balances. Keeps no row. */
import { maxDay, minDay, type Day, type DayRange } from '../domain/day.ts'
import { DecimalSum, type Currency, type Decimal } from '../domain/money.ts'
import type { FormatFailure, StatedBalance, StatementHead, StatementPart } from '../domain/statement.ts'

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
  readonly head: StatementHead
  readonly balances: StatedBalance[] = []
  readonly #account: string
  readonly #sum = new DecimalSum()
  readonly #pending = new DecimalSum()
  #rows = 0
  /** Rolling sum over the rows, only to tell whether two statements of one file hold the same. */
  #fingerprint = 0
  #days: DayRange | null = null
  #stated: { readonly from: Day | null; readonly to: Day | null }

  constructor(head: StatementHead, account: string) {
    this.head = head
    this.#account = account
    this.#stated = head.covers
  }

  /** Takes a part after the head; a failure when the bank refused this statement. */
  take(part: StatementPart): FormatFailure | null {
    if (part.part === 'rows') {
      for (const { postedOn, amount, status, name } of part.rows) {
        this.#rows++
        this.#sum.add(amount)
        if (status === 'pending') this.#pending.add(amount)
        this.#fingerprint = rolled(rolled(rolled(this.#fingerprint, postedOn), amount), name ?? '')
        const days = this.#days
        if (days === null) this.#days = { from: postedOn, to: postedOn }
        else if (postedOn < days.from || postedOn > days.to) this.#days = { from: minDay(days.from, postedOn), to: maxDay(days.to, postedOn) }
      }
    } else if (part.part === 'balance') this.balances.push(part.balance)
    else if (part.part === 'end') this.#stated = part.covers
    return null
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

  /**
   * Whether an earlier statement of the file says the same: programs write a statement twice. One
   * row alone may be a true twin, unless the balances moved.
   */
  repeats(other: StatementSum): boolean {
    const [own, its] = [this.finish(), other.finish()]
    const moved = own.opening !== null && own.closing !== null && own.opening !== own.closing
    return (
      (own.rows > 1 || moved) && this.#fingerprint === other.#fingerprint &&
      (Object.keys(own) as (keyof StatementSummary)[]).every((field) => own[field] === its[field])
    )
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

function rolled(before: number, text: string): number {
  let hash = before
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}
