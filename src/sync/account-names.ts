/** How accounts are called: whether two numbers, masks or names may be of one account, and when they cannot. */
import type { AccountRef } from '../domain/account.ts'
import { isMasked } from './account-ref.ts'

/** How an account is called, made ready to be compared with many. */
export type Named = { readonly ref: AccountRef; readonly plain: string; readonly isName: boolean; readonly isMasked: boolean }

export function nameOf(ref: AccountRef): Named {
  return { ref, plain: plainNumber(ref.number), isName: isName(ref), isMasked: isMasked(ref) }
}

/** Whether one account may be called both. `same`: a full number says so. */
export function relate(a: Named, b: Named): 'same' | 'possible' | 'other' {
  if (a.isName || b.isName) return 'possible'
  const [one, two] = [a.plain, b.plain]
  if (a.isMasked || b.isMasked) return masksAgree(a.ref.number, b.ref.number) ? 'possible' : 'other'
  if (one === two) return agree(a.ref.bankId, b.ref.bankId, null) && agree(a.ref.branchId, b.ref.branchId, null) ? 'same' : 'possible'
  // An IBAN holds the national number.
  const [short, long] = one.length < two.length ? [one, two] : [two, one]
  return short.length >= 6 && long.endsWith(short) && IBAN_HEAD.test(long) ? 'possible' : 'other'
}

/** Not a number but a name, of the file or one that a program gave. */
export function isName({ number }: AccountRef): boolean {
  return number.startsWith('file:')
}

/** Without what people put between the digits, and without leading zeros. */
function plainNumber(number: string): string {
  return number.toUpperCase().replace(/[^A-Z0-9]/g, '').replace(/^0+(?=.)/, '')
}

/** Whether what both show of a number is the same: `****1234`, `XXXX-1234`, `12******34`, `1234`. */
function masksAgree(a: string, b: string): boolean {
  const [headA, tailA] = shownEnds(a)
  const [headB, tailB] = shownEnds(b)
  const tail = Math.min(tailA.length, tailB.length)
  const head = Math.min(headA.length, headB.length)
  // Where nothing but a head is shown, it may be that of an IBAN beside a national number.
  const tellsHead = tail > 0 || (IBAN_HEAD.test(headA) && IBAN_HEAD.test(headB))
  return (tail === 0 || tailA.slice(-tail) === tailB.slice(-tail)) && (head === 0 || !tellsHead || headA.slice(0, head) === headB.slice(0, head))
}

const IBAN_HEAD = /^[A-Z]{2}\d{2}/

/** The characters before and after the masked ones; a number without mask is all tail. */
function shownEnds(number: string): readonly [string, string] {
  const match = /^(.*?)[*x#•]{2,}.*?([^*x#•]*)$/i.exec(number)
  const plain = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, '')
  return match === null ? [plain(number), plain(number)] : [plain(match[1]!), plain(match[2]!)]
}

/** Whether two facts say the same, as far as both are known. */
export function agree<T>(a: T, b: T, unknown: T): boolean {
  return a === b || a === unknown || b === unknown
}
