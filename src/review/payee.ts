/**
 * Who a row is with, as far as its text tells: what stays the same from one visit to the next. Numbers of
 * shops, receipts and cards, days and clock times change each time; so words that hold a digit are left out,
 * unless nothing else is there ("7 11").
 */
import type { Transaction } from '../domain/transaction.ts'
import { normalisedText } from '../sync/identity.ts'

/** Empty: the text tells nobody. */
export function payeeOf({ name, memo }: Pick<Transaction, 'name' | 'memo'>): string {
  const whole = normalisedText(name ?? memo, null)
  const words = whole.split(' ').filter((word) => !/\d/.test(word))
  return words.length === 0 ? whole : words.join(' ')
}
