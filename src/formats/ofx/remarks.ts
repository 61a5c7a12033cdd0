/**
 * What a person should hear of a statement that was read: entries that are no cash transactions and were left out, and
 * amounts whose sign stands in their type.
 */
import { balanceWords } from '../unstated.ts'
import type { OfxRemark } from './statements.ts'

/** Banks in Brazil list balances among the rows: "SALDO ANTERIOR", "SALDO DO DIA". True when all that a row says is such words. */
export function isBalanceLine(name: string | null, memo: string | null): boolean {
  const first = name ?? memo
  if (first === null || balanceWords(first) === null) return false
  return name === null || memo === null || balanceWords(memo) !== null
}

export class Remarks {
  #balanceLines = 0
  #securities = 0
  #line = 0

  balanceLine(line: number): void {
    this.#balanceLines += 1
    this.#line ||= line
  }

  /** A purchase, sale or other entry of an investment list that is no INVBANKTRAN. */
  security(line: number): void {
    this.#securities += 1
    this.#line ||= line
  }

  all(signsAreTyped: boolean): readonly OfxRemark[] {
    const say = (code: string, message: string): OfxRemark => ({ part: 'remark', code, severity: 'INFO', message, line: this.#line })
    const said: OfxRemark[] = []
    if (this.#balanceLines > 0) said.push(say('balance_lines', `Rows that only state a balance were left out (${this.#balanceLines}): they are no transactions.`))
    if (this.#securities > 0) said.push(say('securities', `Entries of securities, such as purchases, sales and income, were left out (${this.#securities}): of an investment account only its bank transactions are read.`))
    if (signsAreTyped) said.push(say('signs_by_type', 'The amounts have no signs or wrong ones; their direction is that of their types (DEBIT, CREDIT).'))
    return said
  }
}
