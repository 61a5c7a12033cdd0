/**
 * Which entries of the code tables a person means, as people write codes: "Error 401", "error 103", "OL-301-A",
 * "http 503", "ebics 091002", "FDP-103", "AccessExpired", "invalidPassword", "EBICS_INVALID_USER_STATE 091002",
 * "9931 - PIN gesperrt", "too many requests". Tried from what was written exactly to what merely resembles it; the first
 * way that finds something is the answer. Pure.
 */
import { indexOf, lookUp } from './codes.ts'
import type { CodeEntry, CodeTable } from './knowledge.ts'

export type Meant = { readonly table: CodeTable; readonly entry: CodeEntry }

/** From this length on a part of a name is worth looking for. */
const PART_LENGTH = 4

/** All entries that are meant, those that were written exactly first; `code`: what was taken for the code. */
export function meant(asked: string, tables: readonly CodeTable[]): { readonly code: string; readonly found: readonly Meant[] } {
  const { code, system } = codeAndSystem(asked, tables)
  const ways = [
    () => writings(asked.trim()).flatMap((form) => lookUp(form, indexOf(tables))),
    () => writings(code).flatMap((form) => lookUp(form, indexOf(tables))),
    () => byOfficialName(code, tables),
    () => {
      const inside = wordsLikeCodes(code)
      return [...inside.flatMap((word) => writings(word).flatMap((form) => lookUp(form, indexOf(tables)))), ...inside.flatMap((word) => byOfficialName(word, tables))]
    },
    () => byLastPart(code, tables),
    () => byWordsInOrder(code, tables),
  ]
  for (const way of ways) {
    const found = withStatus(way(), code, tables).filter(({ entry }, at, all) => all.findIndex((other) => other.entry === entry) === at)
    if (found.length === 0) continue
    const ofSystem = found.filter(({ table }) => table.system === system)
    return { code, found: ofSystem.length > 0 ? ofSystem : found }
  }
  return { code, found: [] }
}

/** A word that a system has for its code is an HTTP status for most who ask: `Unauthorized`. */
function withStatus(found: readonly Meant[], code: string, tables: readonly CodeTable[]): readonly Meant[] {
  return found.length === 0 ? found : [...found, ...byOfficialName(code, tables.filter(({ system }) => system === 'http'))]
}

/** The code alone and the system, when one was named beside it. */
function codeAndSystem(asked: string, tables: readonly CodeTable[]): { readonly code: string; readonly system: string | null } {
  // Its minus belongs to it: some count their codes down from zero.
  if (/^-\d+$/.test(asked.trim())) return { code: asked.trim(), system: null }
  let rest = asked.trim().replace(/^["'`[(]+|["'`.:,\])]+$/g, '')
  if (lookUp(rest, indexOf(tables)).length > 0) return { code: rest, system: null }
  let system: string | null = null
  for (const table of tables) {
    const names = [table.system, ...table.title.split(/[ ,(/)]+/)].filter((name) => name.length > 2).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    const named = new RegExp(`^(${names.join('|')})[ :]+(?=\\S)`, 'i').exec(rest)
    if (named === null) continue
    system = table.system
    rest = rest.slice(named[0].length)
    break
  }
  const code = rest.replace(/^net::/i, '').replace(/^((bank(ing)?|sync|status|return|http|response)\s+)*(error|code|status|fehler|erreur|err(?!_))?[ _:#-]*(code|number|(no|nr)\.?(?=[ .:#\d]))?[ _:#=]*/i, '') || rest
  return { code: code.trim(), system }
}

/**
 * The same code in other writings: with and without leading zeros, blanks, hyphens, the letter after Quicken's numbers
 * and the word "Error"; `invalidPassword` for `INVALID_PASSWORD`.
 */
function writings(code: string): readonly string[] {
  const joined = code.replace(/\s+/g, '')
  const quicken = /^(ol|cc)[ _-]?(\d{3})(?:[ _-]?([a-z]))?$/i.exec(code)
  const forms = [code, code.replace(/[\s-]+/g, '_'), joined, code.replace(/([a-z])([A-Z])/g, '$1_$2'), ...(joined.length >= PART_LENGTH ? [`${joined}Error`] : [])]
  if (quicken !== null) forms.push(`${quicken[1]}-${quicken[2]}-${quicken[3] ?? 'A'}`, `${quicken[1]}-${quicken[2]}`)
  const digits = /^\d+$/.test(code) ? [code.replace(/^0+(?=\d)/, ''), code.padStart(6, '0')] : []
  return [...new Set([...forms, ...digits])].filter((form) => form !== '')
}

/** Words among others that can only be codes: digits (not those of Quicken's `OL-` and `CC-`), capitals, `some_words`, `two.parts`, `twoWords`. */
function wordsLikeCodes(text: string): readonly string[] {
  return text.match(/\b(?:(?:ol|cc)-?\d{3}(?:-[a-z])?|(?<!\b(?:ol|cc)[ _-]?)\d{2,6}|[a-z]+(?:[_.][a-z0-9]+)+|[a-z]+[A-Z]\w+|[A-Z][a-z]+[A-Z]\w+|[A-Z]{4,})\b/gi)
    ?.filter((word) => /[\d_.A-Z]/.test(word) && !/^[A-Z]?[a-z]+$|^0+$/.test(word)) ?? []
}

function byOfficialName(code: string, tables: readonly CodeTable[]): readonly Meant[] {
  const name = words(code).join(' ')
  return everyEntry(tables).filter(({ entry }) => [entry.name, shownAs(entry)].some((told) => told !== null && words(told).join(' ') === name))
}

/** The sentence that people see in place of the code, where its meaning quotes one. */
function shownAs({ meaning }: CodeEntry): string | null {
  return /\bsee it as "([^"]+)"/.exec(meaning)?.[1] ?? null
}

/** Dotted codes by their last part: `account_locked` for `enrollment.disconnected.account_locked`. */
function byLastPart(code: string, tables: readonly CodeTable[]): readonly Meant[] {
  const ending = `.${words(code).join('_').toUpperCase()}`
  return ending.length <= PART_LENGTH ? [] : everyEntry(tables).filter(({ entry }) => entry.code.toUpperCase().endsWith(ending))
}

/** Two words or more that stand in a code or its official name in this order: `INVALID_USER_STATE` for `INVALID_USER_OR_USER_STATE`. */
function byWordsInOrder(code: string, tables: readonly CodeTable[]): readonly Meant[] {
  const asked = words(code)
  if (asked.length < 2) return []
  const holds = (text: string | null): boolean => {
    const there = text === null ? [] : words(text)
    return asked.every((word) => {
      const at = there.indexOf(word)
      there.splice(0, at + 1)
      return at >= 0
    })
  }
  return everyEntry(tables).filter(({ entry }) => holds(entry.code) || holds(entry.name))
}

function words(text: string): string[] {
  return text.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().match(/[\p{L}\d]+/gu) ?? []
}

function everyEntry(tables: readonly CodeTable[]): readonly Meant[] {
  return tables.flatMap((table) => table.codes.map((entry) => ({ table, entry })))
}
