/** What each role may do, in words: messages, said where they are shown. */
import type { Role } from '../api.ts'
import { message } from '../language/language.ts'

export const ROLE_WORDS: Record<Role, string> = {
  owner: message('connects and removes banks, lets others in, and may do all that the other roles may.'),
  bookkeeper: message('reads, reviews, imports, repairs; enters a bank password only where an owner allows it.'),
  reader: message('sees accounts and rows and exports them; changes nothing.'),
}

export const ROLE_NAMES: Record<Role, string> = { owner: message('Owner'), bookkeeper: message('Bookkeeper'), reader: message('Reader') }
