/**
 * What a bank announces in the few words beside a good answer ("Scheduled maintenance on Sunday"): the kind, and of the
 * bank's text the one sentence that announces it, redacted. A word counts only in a sentence that says what will be or
 * what to do, so "OK", a greeting and what was done already are none. Pure.
 */
import type { CaseContext } from '../domain/evidence.ts'
import { redactText } from './evidence.ts'

export type NoticeKind = NonNullable<CaseContext['bankNotice']>

/** The weightiest first: what ends a service matters more than a page to accept. */
const KINDS: readonly (readonly [NoticeKind, RegExp])[] = [
  ['maintenance', /maintenance|planned (outage|downtime|work)|system upgrade|wartung|mantenimiento|manutenzione|onderhoud|prace serwisowe/i],
  ['retirement', /(will|to) (be |no longer )(retired|discontinued|shut|switched off|decommissioned|supported|available|offered)|(end of life|discontinu\w+|retir(e|es|ing|ement)|sunset)\b|wird (eingestellt|abgeschaltet)|sera arrete|dejara de/i],
  ['migration', /(moving|migrat\w+|switch\w*|convert\w*|conversion|upgrad\w+) (to|our|your|of)|new (address|url|server|platform|online banking)|merg(er|ed|ing)|umstellung|neue adresse|nouvelle adresse|nueva direccion/i],
  ['security', /(new|additional|changed?|stronger|two.?step|second) (security|authentication|sign-?in|verification)|multi-?factor|verify your identity|sicherheitsverfahren|starke (kunden)?authentifizierung/i],
  ['terms', /(new|updated?|changed|accept|review|agree to)[^.]{0,30}(terms|agreement|conditions|privacy)|nutzungsbedingungen|\bagb\b|conditions generales/i],
]

/** What makes a sentence an announcement: something to come, or something to do. Without accents. */
const AHEAD = [
  // English
  /\b(will|shall|must|going to|planned|scheduled|upcoming|soon|shortly|need(s|ed)?|required?|have to|has to|until|effective|starting|beginning)\b/,
  /\b(is|are|be) (being )?(moving|migrating|switching|converting|upgrading|merging|retiring|changing|retired|discontinued|sunset)\b/,
  /\bplease (\w+ )?(accept|agree|review|read|update|change|use|switch|move|migrate|upgrade|convert|register|enrol|sign|log|visit|go|set|confirm|verify|complete|reconnect|connect|note|be aware|contact|try)/,
  // German, French, Spanish, Italian, Dutch, Polish
  /\b(wird|werden|mussen|muss|bitte (bestatigen|akzeptieren|stimmen|lesen|prufen|verwenden|nutzen|aktualisieren|andern|beachten|wechseln|stellen|melden|richten)|geplante?r?|ab|demnachst|kunftig|erforderlich|notwendig|wir stellen)\b/,
  /\b(sera|seront|devez|veuillez|prevue?s?|a partir d|a compter d|des le|jusqu|prochain(e|ement)?|necessaire)/,
  /\b(sera|seran|debe|debera|por favor|previst[oa]s?|programad[oa]s?|a partir del?|desde el|hasta|proxim[oa]|necesari[oa])\b/,
  /\b(sara|saranno|deve|programmat[ao]|previst[ao]|dal|fino|gepland|zal|moet|vanaf|bedzie|planowane|prosimy|nalezy|od \d)\b/,
]

/** A day or an hour it comes at, unless it tells of what is past. */
const WHEN = /\b(from|on|in|at|by|as of|between|before|after|tonight|tomorrow|next) ?(the )?(\d|jan|feb|mar(ch)?\b|apr|may\b|june?\b|july?\b|aug|sep|oct|nov|dec|mon(day)?\b|tue|wed|thu|fri|sat(urday)?\b|sun(day)?\b|week|month|year|midnight)|\b(am|vom|bis) (\d|zum |mon|die|mit|don|fre|sam|son)|\b(le|el|il|al) \d/
const PAST = /\b(thank you|thanks|welcome|success\w*|completed?|finished|was|were|has been|have been|last|since|you have|willkommen|danke|vielen dank|erfolgreich|wurde|zuletzt|seit|bienvenue|merci|bienvenid[oa]|gracias)\b/

const MOST = 500

/** Where a sentence ends; a dot behind a figure may belong to a day ("ab 1. Mai"). */
const END = /(?<!\d)[.!?;](?=\s|$)|(?<=\d)[.!?](?=\s+(?!Jan|Feb|Mar|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)\p{Lu})|[\r\n]+/u
/** What is greeted with, or thanked for, is there already. */
const GREETED = /\b(welcome (back )?to|(thank you|thanks) for|you have (now |successfully |already )*(accepted|agreed))\b[^,:]*/

const MOST_WORDS = 200

/** `words`: the sentence of the bank, redacted. */
export type Announcement = { readonly kind: NoticeKind; readonly words: string }

/** Null: it announces nothing. */
export function announcementIn(text: string): Announcement | null {
  const sentences = text.slice(0, MOST).split(END).map((words) => ({ words, plain: words.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(GREETED, '') }))
  const isAhead = ({ plain }: { readonly plain: string }): boolean => AHEAD.some((pattern) => pattern.test(plain)) || (WHEN.test(plain) && !PAST.test(plain))
  // "We have a new address. Please update your program": the instruction may stand beside what it is about.
  const instructs = sentences.some(isAhead)
  const announced = sentences.filter((sentence) => isAhead(sentence) || (instructs && !PAST.test(sentence.plain)))
  for (const [kind, pattern] of KINDS) {
    const found = announced.find(({ plain }) => pattern.test(plain))
    if (found !== undefined) return { kind, words: redactText(found.words).slice(0, MOST_WORDS) }
  }
  return null
}

const DAY_MS = 24 * 3_600_000
/** An announced maintenance is over after some days; what ends or moves is announced months before. */
const HOLDS_DAYS: { readonly [K in NoticeKind]: number } = { maintenance: 4, retirement: 180, migration: 180, security: 60, terms: 60, password: 60 }

/** Whether something that was announced then still explains what happens now. */
export function noticeHolds(kind: NoticeKind, announcedAt: number, now: number): boolean {
  return now - announcedAt <= HOLDS_DAYS[kind] * DAY_MS
}

/** What a bank announced, and when it did last, epoch ms. `words`: its own, redacted; null: it used none, but a code. */
export type Notice = { readonly kind: NoticeKind; readonly at: number; readonly words: string | null }

export function isNoticeKind(value: unknown): value is NoticeKind {
  return typeof value === 'string' && Object.hasOwn(HOLDS_DAYS, value)
}
