/**
 * Finds codes in the tables: those that the evidence gives, and distinctive ones that stand only in
 * the text. A numeric code means something only in its own protocol.
 */
import type { Reading } from './evidence-text.ts'
import type { CodeEntry, CodeTable } from './knowledge.ts'

export type FoundCode = { readonly table: CodeTable; readonly entry: CodeEntry; readonly code: string; readonly from: 'code' | 'text' | 'status' | 'network' }

export type CodeIndex = ReadonlyMap<string, readonly { readonly table: CodeTable; readonly entry: CodeEntry }[]>

const indexes = new WeakMap<readonly CodeTable[], CodeIndex>()

/** Codes in upper case with their tables; built once for a list of tables. */
export function indexOf(tables: readonly CodeTable[]): CodeIndex {
  const known = indexes.get(tables)
  if (known !== undefined) return known
  const index = new Map<string, { table: CodeTable; entry: CodeEntry }[]>()
  for (const table of tables) {
    for (const entry of table.codes) {
      const key = entry.code.toUpperCase()
      index.set(key, [...(index.get(key) ?? []), { table, entry }])
    }
  }
  indexes.set(tables, index)
  return index
}

/** All codes of the evidence that a table explains, in the order of the evidence, each once. */
export function findCodes(reading: Reading, tables: readonly CodeTable[]): readonly FoundCode[] {
  const { evidence } = reading.record
  const found: FoundCode[] = []
  const ofProtocol = (table: CodeTable) => evidence.protocol !== undefined && table.protocols.includes(evidence.protocol)
  // `other` is no protocol: many systems share it, and a number of one says nothing of another, unless the record names that system.
  const explains = (table: CodeTable, code: string) => ofProtocol(table) && (evidence.protocol !== 'other' || isNamed(table, reading) || isTelling(table, code))
  const add = (code: string, from: FoundCode['from'], pick: (table: CodeTable) => boolean) => {
    const listed = lookUp(code, indexOf(tables))
    const hits = (listed.length > 0 || from !== 'code' ? listed : byName(code, tables)).filter(({ table }) => from !== 'status' || table.ownNumbers !== true)
    const named = evidence.protocol === 'other' ? hits.find(({ table }) => ofProtocol(table) && isNamed(table, reading)) : undefined
    const hit = named ?? hits.find(({ table }) => explains(table, code)) ?? hits.find(({ table }) => pick(table))
    if (hit !== undefined && !found.some((other) => other.entry === hit.entry)) found.push({ ...hit, code, from })
  }
  for (const code of reading.codes) add(code, 'code', (table) => table.protocols.length > 0 && isTelling(table, code) && !SINGLE_WORD.test(code))
  for (const word of codeLikeWords(reading.text)) add(word, 'text', () => false)
  for (const table of tables.filter((one) => ofProtocol(one) && (evidence.protocol !== 'other' || isNamed(one, reading)))) {
    for (const { entry, name } of quotable(table)) if (reading.text.includes(name) && !found.some((other) => other.entry === entry)) found.push({ table, entry, code: entry.code, from: 'text' })
  }
  if (reading.httpStatus !== undefined) {
    const status = String(reading.httpStatus)
    if (!found.some((other) => other.code === status)) add(status, 'status', (table) => table.system === 'http')
  }
  if (reading.networkError !== undefined) add(reading.networkError, 'network', (table) => table.system === 'network')
  return found
}

/**
 * Entries for a code: as written, in upper case, a sentence behind a colon also as one word (`EGeneral:Temporary lockout`), and for dotted codes their parents, because an
 * unknown subcode means what its prefix means (SimpleFIN 2.0.0, errors); last by wildcard. A number
 * that no table lists belongs to its group, where the system numbers by groups (`91XX`).
 */
export function lookUp(code: string, index: CodeIndex): readonly { readonly table: CodeTable; readonly entry: CodeEntry }[] {
  let key = code.trim().toUpperCase().replace(/\.$/, '')
  for (;;) {
    const exact = index.get(key) ?? (key.includes(':') ? index.get(key.replace(/\s+/g, '')) : undefined)
    if (exact !== undefined) return exact
    const wild = index.get(key.replace(/([._])[^._]+$/, '$1*')) ?? index.get(`${key}.*`)
    if (wild !== undefined) return wild
    const group = /^\d+$/.test(key) ? index.get(key.replace(/\d{2}$/, 'XX')) ?? index.get(key.replace(/\d{3}$/, 'XXX')) : undefined
    if (group !== undefined) return group
    const dot = key.lastIndexOf('.')
    if (dot <= 0) return []
    key = key.slice(0, dot)
  }
}

/** Programs hand on the name of a number alone: `EBICS_INVALID_XML` for 091010. */
function byName(code: string, tables: readonly CodeTable[]): readonly { readonly table: CodeTable; readonly entry: CodeEntry }[] {
  const name = code.toUpperCase()
  if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(name)) return []
  return tables.flatMap((table) => table.codes.filter((entry) => (entry.name ?? '').toUpperCase().split(/[, ]+/).includes(name)).map((entry) => ({ table, entry })))
}

/** As words of their own: `bankin` stands in every "online banking". */
function isNamed(table: CodeTable, { text, record }: Reading): boolean {
  let names = namings.get(table)
  if (names === undefined) namings.set(table, (names = new RegExp(`(?<![a-z0-9])(?:${(table.names ?? [table.title.toLowerCase()]).map((name) => name.replace(/[^a-z0-9 ]/g, '\\$&')).join('|')})(?![a-z0-9])`)))
  return names.test(text) || names.test((record.evidence.institution ?? '').toLowerCase())
}
const namings = new WeakMap<CodeTable, RegExp>()

/** Words that many systems have for many things: of one that nobody knows they say what they say, and the table of one system says no more. */
const GENERAL = /^(un)?authori[sz]ed$|^forbidden$|^(not[_-]?found|access[_-]denied|session[_-]expired|login[_-]required|rate[_-]limit[_-]exceeded|(internal[_-]server|unexpected|unknown)[_-]error|service[_-]unavailable|bad[_-]request|authori[sz]ation[_-]failed|authentication[_-]failed|invalid[_-]request|token[_-](required|invalid)|new[_-]account)$/i

/** `SUSPENDED`, `processing`: a state of something, and of what is another thing in each system. Codes that are made up of several words are not. */
const SINGLE_WORD = /^([a-z]+|[A-Z][a-z]+|[A-Z]+)$/

/** Whether a code tells which system it is of, where nothing else does: it is that system's own, or many share the table. */
function isTelling({ protocols }: CodeTable, code: string): boolean {
  const isGeneral = protocols.length === 1 && protocols[0] === 'other' && GENERAL.test(code)
  return code.length >= 5 && /[a-z]{3}/i.test(code) && !isGeneral
}

/** A system's official text may stand in the message although its code does not; short texts prove nothing. Found once for each table. */
function quotable(table: CodeTable): readonly { readonly entry: CodeEntry; readonly name: string }[] {
  let texts = quotables.get(table)
  if (texts === undefined) quotables.set(table, (texts = table.codes.flatMap((entry) => (entry.reasons.length > 0 && entry.name !== null && entry.name.length >= OFFICIAL_TEXT_LENGTH ? [{ entry, name: entry.name.toLowerCase() }] : []))))
  return texts
}
const quotables = new WeakMap<CodeTable, readonly { readonly entry: CodeEntry; readonly name: string }[]>()
const OFFICIAL_TEXT_LENGTH = 12

const NAMES_LIMIT = 8

/** A code that no table explains, in its place or in the text, as words: `mfa_required`, `InvalidPassword` say what they say. */
export function unexplainedWords(reading: Reading, found: readonly FoundCode[]): string {
  const known = new Set(found.flatMap(({ code, entry }) => [code, ...(entry.name ?? '').split(/[, ]+/)]).map((name) => name.toLowerCase()))
  const named = (reading.text.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? []).filter((name) => !known.has(name)).slice(0, NAMES_LIMIT)
  const unexplained = [...reading.codes.filter((code) => /[a-z]{3}/i.test(code) && !known.has(code.toLowerCase())), ...named]
  return unexplained.map(wordsOfCode).join(' .\n ')
}

/** `InvalidPassword`, `INVALID_PASSWORD`: invalid password. */
export function wordsOfCode(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[^A-Za-z0-9]+/g, ' ').toLowerCase()
}

/** What a program waited for and did not get is no answer of the bank: `got neither 3956 nor HITAN`, `expected 0030`. */
const NAMED_AS_ABSENT = /\b(neither|nor|without|missing|expect(ed|ing)|waiting for|instead of|weder|noch kein\w*|ohne|statt|erwartet\w*)( an?| the| code| response| einen?| den| die)? [a-z_]*\d[a-z0-9_]*/g

/** Words of the text that look like codes: upper or mixed case names survive only as lower case here, so shape decides. */
function codeLikeWords(text: string): readonly string[] {
  const words = text.replace(NAMED_AS_ABSENT, ' ').match(/\b(ol-\d{3}(?:-[a-z])?|[a-z]+(?:[_.][a-z0-9]+)+|[a-z]+error|0\d{5}|\d{4,5})\b/g) ?? []
  return words.slice(0, 40)
}
