/**
 * What a person should hear of a statement that was read: entries that are no cash transactions and were left out, and
 * amounts whose sign stands in their type.
 */
import { balanceWords, mayBeDeposit } from '../unstated.ts'
import type { OfxRemark } from './statements.ts'

/** Banks in Brazil list balances among the rows: "SALDO ANTERIOR", "SALDO DO DIA". True when all that a row says is such words. */
export function isBalanceLine(name: string | null, memo: string | null): boolean {
  const first = name ?? memo
  if (first === null || balanceWords(first) === null) return false
  return name === null || memo === null || balanceWords(memo) !== null
}

/** Such a row whose words are those of a first deposit, too. */
export function isMaybeDeposit(name: string | null, memo: string | null): boolean {
  return [name, memo].every((text) => text === null || mayBeDeposit(text))
}

/** Such a row that takes money out: what is paid when an account is closed is called so, too. */
export function isMaybePayout(name: string | null, memo: string | null, amount: string | null): boolean {
  return amount !== null && amount.startsWith('-') && [name, memo].every((text) => text === null || balanceWords(text) === 'closing')
}

export class Remarks {
  readonly #balances = { count: 0, line: 0 }
  readonly #securities = { count: 0, line: 0 }
  readonly #undated = { count: 0, line: 0 }
  readonly #guessed = { count: 0, line: 0 }
  readonly #periods = { count: 0, line: 0 }
  readonly #unclear = { count: 0, line: 0 }

  balanceLine(line: number): void {
    count(this.#balances, line)
  }

  /** Whether the statement lists balances among its rows. */
  get listsBalances(): boolean {
    return this.#balances.count > 0
  }

  /** A purchase, sale or other entry of an investment list that is no INVBANKTRAN. */
  security(line: number): void {
    count(this.#securities, line)
  }

  /** A balance whose day may be several. */
  undatedBalance(line: number): void {
    count(this.#undated, line)
  }

  /** A balance whose day may be several and was taken for the one next to the period or the rows. */
  guessedBalance(line: number): void {
    count(this.#guessed, line)
  }

  /** A beginning or an end of the period that may be several days. */
  unclearPeriod(line: number): void {
    count(this.#unclear, line)
  }

  /** A beginning or an end of the period that is no date. */
  unreadPeriod(line: number): void {
    count(this.#periods, line)
  }

  /** `open`: how many rows take money out by their type and have no minus, where nothing tells. */
  all(signs: { readonly isTyped: boolean; readonly open: number }): readonly OfxRemark[] {
    const remark = (code: string, message: string, line: number): OfxRemark => ({ part: 'remark', code, severity: 'INFO', message, line })
    const [balances, securities, undated, guessed, periods, unclear] = [this.#balances, this.#securities, this.#undated, this.#guessed, this.#periods, this.#unclear]
    const said: OfxRemark[] = []
    if (balances.count > 0) said.push(remark('balance_lines', `Rows that only state a balance were left out (${balances.count}): they are no transactions.`, balances.line))
    if (securities.count > 0) said.push(remark('securities', `Entries of securities, such as purchases, sales and income, were left out (${securities.count}): of an investment account only its bank transactions are read.`, securities.line))
    if (undated.count > 0) said.push(remark('undated_balance', `Balances whose day (DTASOF) may be several were left out (${undated.count}).`, undated.line))
    if (guessed.count > 0) said.push(remark('guessed_balance', `Balances whose day (DTASOF) may be several were taken for the day next to the period or the last transaction (${guessed.count}).`, guessed.line))
    if (unclear.count > 0) said.push(remark('unclear_period', 'The beginning or the end of the period (DTSTART, DTEND) may be several days and was left out. The transactions are whole.', unclear.line))
    if (periods.count > 0) said.push(remark('unread_period', 'The period of the statement (DTSTART, DTEND) is no real date and was left out. The transactions are whole.', periods.line))
    if (signs.isTyped) said.push(remark('signs_by_type', 'The amounts have no signs or wrong ones; their direction is that of their types (DEBIT, CREDIT).', 0))
    if (signs.open > 0) said.push(remark('debits_without_minus', `Amounts of types that take money out (DEBIT, CHECK, FEE, POS …) have no minus (${signs.open}), and nothing else shows their direction: they were taken as written, as money in. Compare one with the list of the bank; if it went out there, take this import back and import a file with signs, such as a CSV.`, 0))
    return said
  }
}

/** With the line of the first. */
function count(what: { count: number; line: number }, line: number): void {
  what.count += 1
  what.line ||= line
}
