/**
 * Pairs of rows that may be two sides of one transfer between own accounts: the same amount with opposite
 * signs, in two accounts of one currency, within a few days. Each row is in one pair at most; nearer days
 * come first. What cannot be told apart is offered all the same, because a person decides.
 */
import { daysBetween } from '../domain/day.ts'
import type { Transaction, TransactionId } from '../domain/transaction.ts'

/** A weekend and a holiday between the day it leaves and the day it comes. */
export const TRANSFER_DAYS = 5

export type TransferPair = { readonly row: Transaction; readonly other: Transaction; readonly days: number }

/** `others` are in other accounts than `rows`. */
export function pairTransfers(rows: readonly Transaction[], others: readonly Transaction[]): readonly TransferPair[] {
  const byAmount = Map.groupBy(others, (other) => `${other.currency} ${other.amount}`)
  const possible = rows.flatMap((row) =>
    row.amount === 0n || row.decisions.transfer !== null ? [] : (byAmount.get(`${row.currency} ${-row.amount}`) ?? [])
      .map((other) => ({ row, other, days: Math.abs(daysBetween(row.postedOn, other.postedOn)) }))
      .filter(({ days }) => days <= TRANSFER_DAYS))
  possible.sort((a, b) => a.days - b.days || compare(a.row.id, b.row.id) || compare(a.other.id, b.other.id))
  const taken = new Set<TransactionId>()
  return possible.filter(({ row, other }) => {
    if (taken.has(row.id) || taken.has(other.id)) return false
    taken.add(row.id).add(other.id)
    return true
  })
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
