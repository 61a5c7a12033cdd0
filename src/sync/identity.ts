/**
 * Identity of reported rows: what makes two reports the same report, and what makes two rows the
 * same content. Both are digests of texts, amounts and days; never of a time of day, never of the
 * host's zone, never of a name alone. The recipes are a contract with stored data: changing one
 * makes every old report look new.
 */
import { hash } from 'node:crypto'
import type { Currency } from '../domain/money.ts'
import type { Day } from '../domain/day.ts'
import type { StatementRow } from '../domain/statement.ts'
import type { Digest } from '../domain/transaction.ts'

const SEPARATOR = '\u001f'

/** 128 bits of SHA-256 as hex: the fastest digest on hosts with hardware support, and allowed under FIPS. */
function digest(text: string): Digest {
  return hash('sha256', text, 'hex').slice(0, 32)
}

/**
 * Everything that a source said of a row, as one string; equal strings are the same report.
 * `minor` is the amount in minor units as reported, before any learned sign.
 */
export function reportText(sourceId: string, row: StatementRow, minor: bigint, currency: Currency): string {
  let text = sourceId
  text += SEPARATOR + (row.providerId ?? '')
  text += SEPARATOR + (row.pendingProviderId ?? '')
  text += SEPARATOR + row.status
  text += SEPARATOR + row.postedOn
  text += SEPARATOR + (row.transactedOn ?? '')
  text += SEPARATOR + (row.valueOn ?? '')
  text += SEPARATOR + minor
  text += SEPARATOR + currency
  text += SEPARATOR + (row.kind ?? '')
  text += SEPARATOR + (row.name ?? '')
  text += SEPARATOR + (row.memo ?? '')
  text += SEPARATOR + (row.checkNumber ?? '')
  text += SEPARATOR + (row.reference ?? '')
  if (row.foreign !== null) text += SEPARATOR + `${row.foreign.amount ?? ''} ${row.foreign.currency}`
  if (row.corrects !== null) text += SEPARATOR + `${row.corrects.action} ${row.corrects.providerId}`
  return text
}

/**
 * Key of an observation. The ordinal counts equal rows without an id in one answer, so that two
 * equal purchases are two reports, and the same two in the next answer are the same two again.
 */
export function reportKey(report: string, ordinal: number): Digest {
  return digest(ordinal === 0 ? report : report + SEPARATOR + ordinal)
}

/**
 * Digest of day, amount, currency and `normalisedText`: equal for the same row whoever reports it
 * and under whichever id.
 */
export function contentKey(day: Day, minor: bigint, currency: Currency, text: string): Digest {
  return digest(day + SEPARATOR + minor + SEPARATOR + currency + SEPARATOR + text)
}

/**
 * What an answer's register holds for a row, to ask later "is this stored row still reported?".
 * An id counts together with its amount, because banks use ids again; a row without id by its key.
 */
export function presenceMark(providerId: string | null, minor: bigint, key: Digest): Digest {
  return providerId === null ? key : digest(providerId + SEPARATOR + minor)
}

/** Name and memo as one normalised text; a memo that only repeats the name adds nothing. */
export function normalisedText(name: string | null, memo: string | null): string {
  const first = name === null ? '' : normalise(name)
  const second = memo === null ? '' : normalise(memo)
  if (second === '' || first.includes(second)) return first
  if (second.startsWith(first)) return second
  return `${first} ${second}`
}

/** `12.03 `, `12.03.2026 `, `12/03 `, `2026-03-12 `: banks add and drop these when a row settles. */
const DATE_PREFIX = /^(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]?(?:\d{4}|\d{2})?)\s+(?=\S)/
/** `****1234`, `XXXX-XXXX-XXXX-1234`: masks change shape between reports; the digits say nothing of the row. */
const CARD_MASK = /(?<![a-z0-9])(?:[x*#•]{2,}[- ]?)+\d{0,6}(?![a-z0-9])/g
const NOT_WORD = /[^\p{L}\p{N}]+/gu
const NOT_WORD_ASCII = /[^a-z0-9]+/g

function normalise(text: string): string {
  let plain = text.toLowerCase()
  const ascii = isAscii(plain)
  // Compatibility decomposition, then the accents go: `Café`, `Cafe\u0301` and `CAFE` are one name.
  if (!ascii) plain = plain.normalize('NFKD').replace(/\p{M}+/gu, '')
  plain = plain.trimStart().replace(DATE_PREFIX, '').replace(CARD_MASK, ' ')
  return plain.replace(ascii ? NOT_WORD_ASCII : NOT_WORD, ' ').trim()
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}

/**
 * How much two normalised texts resemble each other, from 0 to 1: the better of shared words and
 * shared letter pairs (Dice), so that both `amazon mktpl ab12` / `amazon marketplace` and
 * `sq bakery` / `bakery main street` count. Two empty texts tell nothing: 0.5.
 */
export function resemblance(a: string, b: string): number {
  if (a === b) return a === '' ? 0.5 : 1
  if (a === '' || b === '') return 0.5
  const [one, other] = [traitsOf(a), traitsOf(b)]
  return Math.max(sharedWords(one, other), sharedPairs(one, other))
}

/** The words of a normalised text by which it resembles others, each once. */
export function wordsOf(text: string): Iterable<string> {
  return traitsOf(text).words.keys()
}

/** Whether one text may be the other in new words: an id that stays with an amount needs no more than that to be believed, or asked about. */
export function isReworded(text: string, other: string): boolean {
  return resemblance(text, other) >= 0.5
}

/** Money in that was told as money out, or the other way round; minor units. */
export function isTurned(amount: bigint, other: bigint): boolean {
  return amount !== 0n && amount === -other
}

/** What a text is compared by. `weight`: of all words; `pairs`: neighbouring letters as numbers, in order. */
type Traits = { readonly words: ReadonlyMap<string, number>; readonly weight: number; readonly pairs: Uint32Array }

/** Texts are compared with many others, one after the other: what was looked at last is remembered, so many of them. */
const REMEMBERED_TEXTS = 8_192
const remembered = new Map<string, Traits>()

function traitsOf(text: string): Traits {
  const known = remembered.get(text)
  if (known !== undefined) return known
  const words = new Map<string, number>()
  for (const word of text.split(' ')) if (word.length > 1) words.set(word, /^\d+$/.test(word) ? 1 : word.length)
  let weight = 0
  for (const own of words.values()) weight += own
  const traits = { words, weight, pairs: Uint32Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1)).sort() }
  if (remembered.size >= REMEMBERED_TEXTS) remembered.clear()
  remembered.set(text, traits)
  return traits
}

/** Length of the words that both have, over the length of the shorter text; single letters and pure numbers are weak. */
function sharedWords(a: Traits, b: Traits): number {
  const shorter = Math.min(a.weight, b.weight)
  if (shorter === 0) return 0
  let shared = 0
  for (const [word, weight] of b.words) if (a.words.has(word)) shared += weight
  return shared / shorter
}

function sharedPairs({ pairs: a }: Traits, { pairs: b }: Traits): number {
  const total = a.length + b.length
  if (total === 0) return 0
  let [shared, i, j] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const difference = a[i]! - b[j]!
    if (difference === 0) shared++
    if (difference <= 0) i++
    if (difference >= 0) j++
  }
  return (2 * shared) / total
}
