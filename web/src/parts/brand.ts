/** What tells entries of one bank apart: the address where a person signs in, the country, whom the entry is for, and where all that is the same, how one signs in. */
import type { Institution } from '../api.ts'
import { message, say } from '../language/language.ts'

const CUSTOMERS: Record<NonNullable<Institution['customers']>, string> = { personal: message('for private customers'), business: message('for businesses') }
const SIGN_IN: Record<Institution['signIn'], string> = { here: message('password typed here'), at_bank: message('permission given at its site') }

type Brand = Pick<Institution, 'id' | 'website' | 'country' | 'customers' | 'signIn'>

/** Without the name: two entries may bear the same one. `among`: those that it must not be taken for. */
export function brandWords(one: Brand, among: readonly Brand[]): string {
  const alike = among.filter((other) => other.id !== one.id && placeOf(other) === placeOf(one))
  if (alike.length === 0) return placeOf(one)
  const signIn = say(SIGN_IN[one.signIn])
  // Nothing that a person could see at the bank differs: what is left is what the operator called it.
  return [placeOf(one), signIn, ...(alike.some((other) => other.signIn === one.signIn) ? [say('entry {id}', { id: one.id })] : [])].filter((part) => part !== '').join(' · ')
}

function placeOf({ website, country, customers }: Brand): string {
  return [addressOf(website), country, customersWords(customers)].filter((part) => part !== null).join(' · ')
}

/** The host, and where several entries share one, what stands behind it. */
export function addressOf(website: string | null): string | null {
  const url = website === null ? null : URL.parse(website)
  return url === null ? null : `${url.host}${url.pathname.replace(/\/$/, '')}`
}

export function hostOf(website: string | null): string | null {
  return website === null || !URL.canParse(website) ? null : new URL(website).host
}

/** Null where the bank has one entry for all. */
export function customersWords(customers: Institution['customers']): string | null {
  return customers === null ? null : say(CUSTOMERS[customers])
}
