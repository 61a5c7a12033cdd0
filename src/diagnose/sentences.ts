/**
 * Sentences about a broken connection as typed parts, so that page, mail and terminal say the same
 * thing and each formats days, instants and amounts for its reader. Wording of probability: word
 * and count together, rounded, never certain, never percent (web.md section 3).
 */
import type { ActionCode, CauseCode } from '../domain/cause.ts'
import type { RankedCause } from '../domain/connection.ts'
import type { Day } from '../domain/day.ts'
import { message, translated, type Language } from '../language/language.ts'
import { namesIn, piecesOf, say, sayParts } from '../language/say.ts'
import { CARDS, type Chip } from './catalogue.ts'

export type Part =
  | string
  | { readonly kind: 'day'; readonly day: Day }
  | { readonly kind: 'instant'; readonly at: number }
  | { readonly kind: 'money'; readonly amount: string; readonly currency: string }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'quote'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }

/** What is known when a card is written; absent or null means unknown, and a wording without it is used. */
export type CardFacts = {
  /** The way to the bank's site and back leads through Relink: its address is not opened by hand. */
  readonly permitsHere?: boolean
  readonly bank: string
  readonly account?: string | null
  /** It is so of every account of the login. */
  readonly everyAccount?: boolean
  /** The bank's verified site; no button leads there without it. */
  readonly website?: string | null
  readonly nextTryAt?: number | null
  /** Nobody has chosen yet which accounts are read: the bank is asked whether it is back, and no day is read then. */
  readonly readsNothing?: boolean
  /** The same, where it is asked once a day at most. */
  readonly dailyTryAt?: number | null
  readonly maintenanceUntil?: number | null
  readonly consentEndedOn?: Day | null
  readonly failingConnections?: number | null
  readonly allConnections?: number | null
  readonly failingBanks?: number | null
  /** Where the bank says so of the login: that it is in use “somewhere else”, as a message. */
  readonly elsewhere?: string | null
  /** What is wrong with the bank's certificate, where that is the failure, as a message: “has ended”. */
  readonly certificate?: string | null
  /** By so many minutes the clock of this host is wrong, where a bank may refuse for it. */
  readonly clockMinutes?: number | null
  /** Where a certificate begins later than our clock says it is now: “not valid yet”, as a message. */
  readonly notYet?: string | null
  readonly missingFrom?: Day | null
  readonly missingTo?: Day | null
  readonly setting?: string | null
  readonly hoursWaiting?: number | null
  /** So many reads in a row were stopped in the middle, where that is the failure. */
  readonly stops?: number | null
  /** How the bank asked who is there before, and how it asks now, as messages: “for a code”, “in its app”. */
  readonly askedBefore?: string | null
  readonly asksNow?: string | null
  /** What a person does about that, as a message: “Use the app”. */
  readonly useNow?: string | null
  /** The bank's own words, redacted. */
  readonly bankWords?: string | null
  /** An outage of the bank is open: no card asks for a secret. */
  readonly bankDown?: boolean
}

export type Card = {
  readonly cause: CauseCode
  readonly chip: Chip
  readonly what: readonly Part[]
  readonly relink: readonly Part[]
  /** Null: nothing for a person to do. */
  readonly next: { readonly action: ActionCode; readonly label: readonly Part[]; /** The bank's verified site, where the action is done there. */ readonly href: string | null; /** Done at the bank, not here. */ readonly atBank: boolean } | null
  /** `Very likely (about 8 in 10)`. */
  readonly likelihood: string
  readonly quote: Part | null
}

const QUOTE_LENGTH = 200
const ASKS_FOR_A_SECRET: readonly ActionCode[] = ['fix_credentials', 'update_mfa', 'reconnect']

/** The card of one cause with its facts. `next` is null where waiting is the answer, an outage is open, or the bank's address is not verified. */
export function cardFor(language: Language, cause: CauseCode, p: number, facts: CardFacts): Card {
  const text = facts.everyAccount === true ? { ...CARDS[cause], ...CARDS[cause].ofAll } : CARDS[cause]
  const quote = facts.bankWords == null || facts.bankWords === '' ? null : { kind: 'quote' as const, text: facts.bankWords.slice(0, QUOTE_LENGTH) }
  return { cause, chip: text.chip, what: fillWords(language, text.what, facts), relink: fillWords(language, facts.readsNothing === true ? withoutReads(text.relink) : text.relink, facts), next: nextFor(language, cause, facts), likelihood: likelihoodWords(language, p), quote }
}

/** What Relink does where it reads no account: it asks whether the bank is back, and no more. */
function withoutReads(relink: readonly string[]): readonly string[] {
  if (relink.some((one) => /^tries\b/.test(one))) return ASKS_ONLY
  return relink.some((one) => /\breads (missed days|\{)/.test(one)) ? READS_NONE : relink
}
const READS_NONE = [message('reads no account before you choose which')]
const ASKS_ONLY = [message('asks again {nextTry}; no account is read before you choose which'), message('asks again by itself; no account is read before you choose which')]

function nextFor(language: Language, cause: CauseCode, facts: CardFacts): Card['next'] {
  const { next } = CARDS[cause]
  if (next === null) return null
  if (next.afterHours !== undefined && (facts.hoursWaiting ?? 0) < next.afterHours) return null
  if (facts.bankDown === true && ASKS_FOR_A_SECRET.includes(next.action)) return null
  if (facts.permitsHere === true && next.action === 'reconnect') return { action: next.action, label: fillWords(language, next.label, facts), href: null, atBank: false }
  return { action: next.action, label: fillWords(language, next.label, facts), href: next.atBank === true ? (facts.website ?? null) : null, atBank: next.atBank === true }
}

/** Probability in words with its count; never 10 in 10. */
export function likelihoodWords(language: Language, p: number): string {
  return translated(language, LIKELIHOODS[tenthsOf(p)] ?? message('Not clear yet'))
}

const LIKELIHOODS: { readonly [tenths: number]: string } = { 9: message('Almost certainly (more than 9 in 10)'), 8: message('Very likely (about 8 in 10)'), 6: message('Probably (about 6 in 10)'), 4: message('Perhaps (about 4 in 10)') }

/** How many in ten, without a word. Never nought, never ten. */
export function inTen(language: Language, p: number): string {
  const count = tenthsOf(p)
  if (count === 0) return say(language, 'less than 1 in 10')
  return count === 9 ? say(language, 'more than 9 in 10') : say(language, 'about {count} in 10', { count })
}

/** The one way in which a probability becomes a count, so that no two places say two of one. As coarse as the words: finer would be taken for measured. 0: less than one. */
export function tenthsOf(p: number): number {
  return COUNTS.find(([least]) => p >= least)?.[1] ?? 0
}

const COUNTS = [[0.9, 9], [0.7, 8], [0.5, 6], [0.3, 4], [0.15, 2], [0.05, 1]] as const

/** The causes that stand as headings: the first, and the second when it is within .15. */
export function headings(causes: readonly RankedCause[]): readonly RankedCause[] {
  const [first, second] = causes
  if (first === undefined) return []
  return second !== undefined && first.p - second.p < 0.15 ? [first, second] : [first]
}

/** Plain text for a terminal or a log: days as written, instants in ISO form, UTC. */
export function plainText(parts: readonly Part[]): string {
  return parts.map((part) => {
    if (typeof part === 'string') return part
    switch (part.kind) {
      case 'day': return part.day
      case 'instant': return new Date(part.at).toISOString().slice(0, 16).replace('T', ' ') + ' UTC'
      case 'money': return `${part.currency} ${part.amount}`
      case 'count': return String(part.count)
      case 'quote': return `“${part.text}”`
      case 'link': return `${part.text} (${part.href})`
    }
  }).join('')
}

/** The first wording whose facts are all known, in the reader's language. The last wording of each line needs the bank's name only. */
export function fillWords(language: Language, wordings: readonly string[], facts: CardFacts): readonly Part[] {
  for (const wording of wordings) {
    const values = namesIn(piecesOf(wording)).map((name) => [name, factPart(language, name, facts)] as const)
    if (values.every((one): one is readonly [string, Part] => one[1] !== null)) return sayParts(language, wording, Object.fromEntries(values))
  }
  return []
}

function factPart(language: Language, name: string, facts: CardFacts): Part | null {
  const instant = (at: number | null | undefined) => (at == null ? null : { kind: 'instant' as const, at })
  const day = (value: Day | null | undefined) => (value == null ? null : { kind: 'day' as const, day: value })
  const count = (value: number | null | undefined) => (value == null ? null : { kind: 'count' as const, count: value })
  switch (name) {
    case 'bank': return facts.bank
    case 'account': return facts.account ?? null
    case 'setting': return facts.setting ?? null
    case 'askedBefore': return facts.askedBefore == null ? null : translated(language, facts.askedBefore)
    case 'asksNow': return facts.asksNow == null ? null : translated(language, facts.asksNow)
    case 'useNow': return facts.useNow == null ? null : translated(language, facts.useNow)
    case 'nextTry': return instant(facts.nextTryAt)
    case 'dailyTry': return instant(facts.dailyTryAt)
    case 'maintenanceUntil': return instant(facts.maintenanceUntil)
    case 'consentEndedOn': return day(facts.consentEndedOn)
    case 'missingFrom': return day(facts.missingFrom)
    case 'missingTo': return day(facts.missingTo)
    case 'stops': return (facts.stops ?? 0) > 1 ? count(facts.stops) : null
    case 'elsewhere': return facts.elsewhere == null ? null : translated(language, facts.elsewhere)
    case 'certificate': return facts.certificate == null ? null : translated(language, facts.certificate)
    case 'notYet': return facts.notYet == null ? null : translated(language, facts.notYet)
    case 'clockMinutes': return count(facts.clockMinutes)
    case 'failing': return count(facts.failingConnections)
    case 'connections': return count(facts.allConnections)
    case 'failingBanks': return (facts.failingBanks ?? 0) > 1 ? count(facts.failingBanks) : null
    default: return null
  }
}
