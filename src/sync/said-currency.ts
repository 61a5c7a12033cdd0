/**
 * The currency that a person says of a file. Many files of banks name none, and nothing else of an account that only
 * files feed could ever tell it.
 */
import type { Account } from '../domain/account.ts'
import type { Currency } from '../domain/money.ts'
import { failed, ok } from '../domain/result.ts'
import type { StatementStream } from '../domain/statement.ts'
import { UNKNOWN_CURRENCY } from './account-ref.ts'
import type { FileNotice } from './file-check.ts'

export const CURRENCY_UNKNOWN = 'currency_unknown'

/** Where accounts are in no known currency after an import: the next one can say it, of the one account that it names. */
export function unknownCurrency(accounts: readonly Account[]): readonly FileNotice[] {
  const open = accounts.filter(({ currency }) => currency === UNKNOWN_CURRENCY)
  const [first] = open
  if (first === undefined) return []
  return [{ code: CURRENCY_UNKNOWN, message: 'The file names no currency, and none is known of the account.', line: 0, ...(open.length === 1 ? { accountId: first.id } : {}) }]
}

/** The statements as though those without a currency named that one; what names another is refused with its line. */
export async function* inCurrency(statements: StatementStream, said: Currency): StatementStream {
  for await (const read of statements) {
    if (!read.ok) yield read
    else if (read.value.part === 'start') {
      const { head } = read.value
      const currency = head.currency ?? UNKNOWN_CURRENCY
      if (currency !== UNKNOWN_CURRENCY && currency !== said) {
        yield failed({ code: 'not_statements', message: `The statement is in ${currency}, but a person said ${said}. Leave the currency out: the file names it.`, line: head.line })
        return
      }
      yield ok({ ...read.value, head: { ...head, currency: said, currencyIsSaid: currency === UNKNOWN_CURRENCY } })
    } else if (read.value.part === 'balance' && read.value.balance.currency === UNKNOWN_CURRENCY) yield ok({ ...read.value, balance: { ...read.value.balance, currency: said } })
    else yield read
  }
}
