/** What tells entries of one bank apart: the address where a person signs in, the country, and whom the entry is for. */
import type { Institution } from '../api.ts'
import { message, say } from '../language/language.ts'

const CUSTOMERS: Record<NonNullable<Institution['customers']>, string> = { personal: message('for private customers'), business: message('for businesses') }

/** Without the name: two entries may bear the same one. */
export function brandWords({ website, country, customers }: Pick<Institution, 'website' | 'country' | 'customers'>): string {
  return [hostOf(website), country, customersWords(customers)].filter((part) => part !== null).join(' · ')
}

export function hostOf(website: string | null): string | null {
  return website === null || !URL.canParse(website) ? null : new URL(website).host
}

/** Null where the bank has one entry for all. */
export function customersWords(customers: Institution['customers']): string | null {
  return customers === null ? null : say(CUSTOMERS[customers])
}
