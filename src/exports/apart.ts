/**
 * Accounts of one name are told apart in files that name them by it: two accounts "Checking" at one bank would be one account of a journal.
 * The oldest keeps its name, so that no journal of before has to change.
 */
import type { Account } from '../domain/account.ts'

/** The account as it is called in a file; the others of its name have the end of their number behind it, or of their id where that tells too little. */
export function apart<T extends Account>(account: T, all: readonly Account[]): T {
  const namesakes = all.filter((other) => keyOf(other) === keyOf(account)).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  if (namesakes.length < 2 || namesakes[0]!.id === account.id) return account
  const end = endOf(account)
  const isAlone = end !== '' && namesakes.every((other) => other.id === account.id || endOf(other) !== end)
  return { ...account, name: `${account.name} ${isAlone ? end : account.id.slice(-8)}` }
}

/** Journals write names in letters and digits, some without accents. */
function keyOf({ institutionName, name }: Account): string {
  return [institutionName, name].map((text) => (text ?? '').normalize('NFKD').replace(/[^\p{L}\p{N}]+/gu, ' ').trim().toLowerCase()).join('|')
}

function endOf({ number }: Account): string {
  return (number ?? '').replace(/[^0-9A-Za-z]/g, '').slice(-4)
}
