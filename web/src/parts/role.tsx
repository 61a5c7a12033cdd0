/** What each role may do, in words. */
import type { Role } from '../api.ts'

export const ROLE_WORDS: Record<Role, string> = {
  owner: 'connects and removes banks, lets others in, and everything below.',
  bookkeeper: 'reads, reviews, imports, repairs; enters a bank password only where an owner allows it.',
  reader: 'sees accounts and rows and exports them; changes nothing.',
}

export const ROLE_NAMES: Record<Role, string> = { owner: 'Owner', bookkeeper: 'Bookkeeper', reader: 'Reader' }
