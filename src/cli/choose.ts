/**
 * Finds the one account or connection that a person means: by id, by number (or its last digits),
 * by name. Several that fit are an error that lists them; a guess could touch the wrong books.
 */
import { finder } from '../domain/sought-words.ts'
import { CommandError } from './output.ts'

/** Of a beginning of an id: nothing at all, or one digit, would choose the only one there is. */
const SHORTEST_ID = 4

type Choice = { readonly id: string; readonly names: readonly (string | null)[]; readonly label: string }

/** `what` in the plural for messages: `accounts`. */
export function choose<T extends Choice>(what: string, wanted: string, choices: readonly T[]): T {
  const lower = wanted.toLowerCase()
  const exact = choices.filter((c) => c.id === lower || c.names.some((name) => name?.toLowerCase() === lower))
  const found = exact.length > 0 ? exact : choices.filter((c) => (lower.length >= SHORTEST_ID && c.id.startsWith(lower)) || c.names.some((name) => matchesPart(name, lower)))
  const [first, ...others] = found
  if (first === undefined) {
    const known = choices.length === 0 ? `There are no ${what} yet.` : `Known ${what}:\n${choices.map((c) => `  ${c.id}  ${c.label}`).join('\n')}`
    throw new CommandError(`"${wanted}" fits none of the ${what}. ${known}`, 2)
  }
  if (others.length > 0) throw new CommandError(`"${wanted}" fits several ${what}; use the id:\n${found.map((c) => `  ${c.id}  ${c.label}`).join('\n')}`, 2)
  return first
}

/** The last four digits or more of a number, or a part of a name of at least three letters. */
function matchesPart(name: string | null, wanted: string): boolean {
  if (name === null) return false
  if (/^\d{4,}$/.test(wanted)) return name.endsWith(wanted)
  return wanted.length >= 3 && finder(wanted)(name)
}
