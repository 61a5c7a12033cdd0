/**
 * Says of each statement that its bank closes with a balance whether its rows lead there from the opening one: where they do not, a
 * row was lost on the way or stands twice, or a figure is damaged. The rows are kept: a bank may leave some out itself. Flat memory.
 */
import { DecimalSum, type Decimal } from '../domain/money.ts'
import { ok } from '../domain/result.ts'
import type { StatedBalance, StatementStream } from '../domain/statement.ts'
import { negate } from './written-amount.ts'

export async function* addedUp(stream: StatementStream): StatementStream {
  let [opening, closing, line]: [StatedBalance | null, StatedBalance | null, number] = [null, null, 0]
  let sum = new DecimalSum()
  for await (const item of stream) {
    const part = item.ok ? item.value : null
    if (part?.part === 'start') [opening, closing, line, sum] = [null, null, part.head.line, new DecimalSum()]
    if (part?.part === 'rows') for (const { amount, status } of part.rows) if (status === 'posted') sum.add(amount)
    if (part?.part === 'balance' && part.balance.kind === 'opening') opening ??= part.balance
    if (part?.part === 'balance' && part.balance.kind === 'closing') closing = part.balance
    if (part?.part === 'end' && opening !== null && closing !== null && opening.currency === closing.currency) {
      const difference = differenceOf(opening.amount, sum.toDecimal(), closing.amount)
      if (difference !== '0') yield ok({ part: 'notice', code: 'balance_broken', severity: 'WARN', message: brokenBy(line, difference), line: 0 })
    }
    yield item
  }
}

function differenceOf(opening: Decimal, moved: Decimal, closing: Decimal): Decimal {
  const sum = new DecimalSum()
  for (const amount of [closing, negate(opening), negate(moved)]) sum.add(amount)
  return sum.toDecimal()
}

/** What is said of a statement whose rows do not lead from one of its balances to the other. */
export function brokenBy(line: number, difference: Decimal): string {
  return `The rows of the statement on line ${line} do not lead from its opening balance to its closing one, by ${difference}: a row is missing in it or stands twice, or an amount is damaged. Compare it with the bank.`
}

/** Said where what the file adds up itself is not what its rows add up to. */
export function totalsAt(line: number): string {
  return `The totals on line ${line} do not add up the rows of this file: a row is missing there or stands twice, or an amount is damaged or was read otherwise than it is meant. Compare them with the bank.`
}
