/** How accounts are told apart: by the bank's own reference, its mask, kind and currency. Never by name. */
import type { ListedAccount } from '../connector-kit/connector.ts'
import type { Account, AccountRef, AccountSource } from '../domain/account.ts'
import type { Currency } from '../domain/money.ts'

/** "No currency" in ISO 4217: what an account has until a statement tells. */
export const UNKNOWN_CURRENCY: Currency = 'XXX'

/** What the connection feeds: a source with its account. */
export type Feed = { readonly source: AccountSource; readonly account: Account }

/** Same number and kind; bank and branch must agree where both tell one. */
export function sameRef(a: AccountRef, b: AccountRef): boolean {
  const agree = (x: string | null, y: string | null) => x === null || y === null || x === y
  return a.number === b.number && a.kind === b.kind && agree(a.bankId, b.bankId) && agree(a.branchId, b.branchId)
}

/** `****1234`, or four digits without a bank: two accounts may share it, so it proves nothing outside of its own connection. */
export function isMasked({ number, bankId }: AccountRef): boolean {
  return /[*x#•]{2,}/i.test(number) || (bankId === null && number.replace(/\W/g, '').length <= 4)
}

/** Of one kind, and of one currency as far as both tell it (files and lists often do not): one may be the other under another number. */
export function isAlike(a: Pick<Account, 'kind' | 'currency'>, b: Pick<Account, 'kind' | 'currency'>): boolean {
  return a.kind === b.kind && (a.currency === b.currency || a.currency === UNKNOWN_CURRENCY || b.currency === UNKNOWN_CURRENCY)
}

type Facts = Pick<Account, 'kind' | 'number' | 'bankId' | 'institutionName'>

/** What nobody told of an account until the bank does: a table of a file seldom says its number, or what sort it is. Null: nothing. */
export function learnedOf({ kind, number, institutionName }: Facts, told: Facts): Partial<Facts> | null {
  const learned = {
    ...(kind === 'other' && told.kind !== 'other' ? { kind: told.kind } : {}),
    ...(number === null && told.number !== null ? { number: told.number, bankId: told.bankId } : {}),
    ...(institutionName === null && told.institutionName !== null ? { institutionName: told.institutionName } : {}),
  }
  return Object.keys(learned).length === 0 ? null : learned
}

/** A listed account as one of the books would be. */
export function kindOf({ ref, currency }: ListedAccount): Pick<Account, 'kind' | 'currency'> {
  return { kind: ref.kind, currency: currency ?? UNKNOWN_CURRENCY }
}
