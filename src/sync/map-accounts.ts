/**
 * Which listed account continues which account of the books: by the bank's own reference, then by
 * number or mask together with kind and currency. One-to-one: where two could be meant, none is.
 * Never by name.
 */
import type { ListedAccount } from '../connector-kit/connector.ts'
import type { Account, AccountRef, AccountSource } from '../domain/account.ts'
import { sameRef, UNKNOWN_CURRENCY } from './account-ref.ts'

export type Fed = { readonly account: Account; readonly sources: readonly AccountSource[] }

export type Mapping = { readonly pairs: readonly { readonly fed: Fed; readonly listed: ListedAccount }[]; readonly unfed: readonly Fed[]; readonly unknown: readonly ListedAccount[] }

/** A number shows so many digits at least when it is masked. */
const SHOWN_DIGITS = 3

export function mapAccounts(feds: readonly Fed[], list: readonly ListedAccount[]): Mapping {
  const pairs: { readonly fed: Fed; readonly listed: ListedAccount }[] = []
  let [left, listedLeft] = [[...feds], [...list]]
  for (const fits of [byReference, byNumber, byMask]) {
    const found = left.flatMap((fed) => {
      const [listed, ...others] = listedLeft.filter((one) => fits(fed, one))
      const rivals = listed === undefined ? [] : left.filter((other) => fits(other, listed))
      return listed !== undefined && others.length === 0 && rivals.length === 1 ? [{ fed, listed }] : []
    })
    pairs.push(...found)
    left = left.filter((fed) => !found.some((pair) => pair.fed === fed))
    listedLeft = listedLeft.filter((listed) => !found.some((pair) => pair.listed === listed))
  }
  return { pairs, unfed: left, unknown: listedLeft }
}

function byReference(fed: Fed, listed: ListedAccount): boolean {
  return isOfCurrency(fed, listed) && fed.sources.some((source) => sameRef(source.ref, listed.ref))
}

/** Another bank id or none, written with other spaces and hyphens, or inside an IBAN. */
function byNumber(fed: Fed, listed: ListedAccount): boolean {
  return isAlike(fed, listed) && fed.sources.some((source) => !isMaskedNumber(source.ref) && !isMaskedNumber(listed.ref) && endsAlike(plain(source.ref.number), plain(listed.ref.number), 5))
}

function byMask(fed: Fed, listed: ListedAccount): boolean {
  return isAlike(fed, listed) && fed.sources.some((source) => (isMaskedNumber(source.ref) || isMaskedNumber(listed.ref)) && endsAlike(digitsShown(source.ref), digitsShown(listed.ref), SHOWN_DIGITS))
}

function isAlike({ account, sources }: Fed, listed: ListedAccount): boolean {
  return isOfCurrency({ account, sources }, listed) && (account.kind === listed.ref.kind || account.kind === 'other' || listed.ref.kind === 'other')
}

function isOfCurrency({ account }: Fed, { currency }: ListedAccount): boolean {
  return currency === null || account.currency === UNKNOWN_CURRENCY || account.currency === currency
}

function plain(number: string): string {
  return number.replace(/[^0-9a-z]/gi, '').toUpperCase().replace(/^0+/, '')
}

function isMaskedNumber({ number }: AccountRef): boolean {
  return /[*#•]{1,}|x{2,}|\.{2,}/i.test(number) || plain(number).length <= 4
}

function digitsShown({ number }: AccountRef): string {
  return /(\d+)\D*$/.exec(number)?.[1] ?? ''
}

/** One number ends with the other, and what they share is long enough to mean something. */
function endsAlike(a: string, b: string, least: number): boolean {
  return Math.min(a.length, b.length) >= least && (a.endsWith(b) || b.endsWith(a))
}
