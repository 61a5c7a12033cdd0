/**
 * What a bank says that the entries of a statement add up to (ISO 20022, TxsSummry), compared with them: where no balance stands
 * beside, a lost entry shows only there. Pending entries may be in it or not; what goes back, and pages, are counted in many ways.
 */
import { DecimalSum, parseDecimal, type Decimal } from '../../domain/money.ts'
import type { StatementRow } from '../../domain/statement.ts'
import { magnitude } from '../written-amount.ts'
import { textAt, type Element } from '../xml-elements.ts'

type Side = 'TtlCdtNtries' | 'TtlDbtNtries'
type Sums = Readonly<Record<Side, DecimalSum>>

const SIDES: readonly Side[] = ['TtlCdtNtries', 'TtlDbtNtries']

export class Totals {
  #line = 0
  #told: readonly { readonly side: Side; readonly sum: Decimal }[] = []
  readonly #booked: Sums = { TtlCdtNtries: new DecimalSum(), TtlDbtNtries: new DecimalSum() }
  readonly #all: Sums = { TtlCdtNtries: new DecimalSum(), TtlDbtNtries: new DecimalSum() }
  #isOpen = false

  read(summary: Element): void {
    this.#line = summary.line
    this.#told = SIDES.flatMap((side) => {
      const sum = parseDecimal(textAt(summary, side, 'Sum') ?? '')
      return sum === null ? [] : [{ side, sum }]
    })
  }

  add({ amount, status }: StatementRow, isReversal: boolean): void {
    this.#isOpen ||= isReversal
    const side = amount.startsWith('-') ? 'TtlDbtNtries' : 'TtlCdtNtries'
    this.#all[side].add(magnitude(amount))
    if (status === 'posted') this.#booked[side].add(magnitude(amount))
  }

  /** Nothing is compared: the entries are those of a page. */
  leave(): void {
    this.#isOpen = true
  }

  /** The line of totals that the entries do not add up to; null: none. */
  differ(): number | null {
    const differs = this.#told.some(({ side, sum }) => sum !== this.#booked[side].toDecimal() && sum !== this.#all[side].toDecimal())
    return differs && !this.#isOpen ? this.#line : null
  }
}
