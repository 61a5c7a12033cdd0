/**
 * What a message says of an alert. The sentences about a broken connection are those of its card, so that
 * mail and page never say two things; each destination is told in its own language; all numbers that could be an account's are masked here, at the one
 * place through which every message goes, and no amount is written unless the destination allows it.
 */
import type { Part } from '../diagnose/sentences.ts'
import type { Alert, AlertFacts, AlertPart, Destination } from '../domain/alert.ts'
import { languageOf, message, type Language } from '../language/language.ts'
import { retold } from '../language/retold.ts'
import { say } from '../language/say.ts'
import type { Letter, LetterItem } from '../ports/alerts.ts'

/** A part as the page gets it, or as the server has it: an instant in ISO form or in epoch ms. */
export type SaidPart = Exclude<Part, { readonly kind: 'day' }> | { readonly kind: 'instant'; readonly at: string } | { readonly kind: 'day'; readonly day: string }

/** The card of a problem, as the page shows it. */
export type CardWords = { readonly what: readonly SaidPart[]; readonly relink: readonly SaidPart[]; readonly next: readonly SaidPart[] | null; readonly cause: string }

/** What came after: the read that proved it. */
export type ProofWords = { readonly added: number; readonly matched: number; readonly accounts: number; readonly proved: number; readonly nextReadAt: number | null }

export type AlertWords = {
  readonly alert: Alert
  readonly part: AlertPart
  readonly bank: string
  readonly card: CardWords | null
  readonly proof: ProofWords | null
  readonly account: string | null
  /** No connection to the bank reads an account: which are read was not chosen yet. */
  readonly readsNothing: boolean
  /** A person's own days of an outage. */
  readonly outage: { readonly from: number; readonly to: number | null; readonly failing: number; readonly connections: number } | null
  readonly expiresAt: number | null
  readonly link: string | null
}

type Reader = Pick<Destination, 'timeZone' | 'language' | 'amounts'>
/** As a reader's language writes them: */
type Speech = { readonly language: Language; readonly timeZone: string; readonly amounts: boolean }

function speechOf({ language, timeZone, amounts }: Reader): Speech {
  return { language: languageOf(language), timeZone, amounts }
}

export function itemOf(words: AlertWords, reader: Reader): LetterItem {
  const { alert, part, link } = words
  const speech = speechOf(reader)
  const said = part === 'ends' ? ending(words, speech) : beginning(words, speech)
  const { topic, title, text, next } = said
  return {
    alertId: alert.id, topic, state: part === 'ends' ? 'ends' : 'begins', title: masked(title), text: masked(text, alert.about === 'balance' && reader.amounts ? amountOf(speech, alert.facts) : null), next: next === null ? null : masked(next), link,
    connectionId: alert.connectionId, cause: words.card?.cause ?? null,
  }
}

export function letterOf(id: string, at: number, items: readonly LetterItem[], { language: tag }: Pick<Destination, 'language'>): Letter {
  const [first] = items
  const language = languageOf(tag)
  const needing = items.filter(({ next }) => next !== null).length
  const count = items.length
  const subject = count === 1 && first !== undefined ? first.title
    : needing === 0 ? say(language, '{count} things about your bank feeds', { count })
    : needing === 1 ? say(language, '{count} things about your bank feeds, one needs you', { count })
    : say(language, '{count} things about your bank feeds, {needing} need you', { count, needing })
  return { id, at, subject: plainLine(subject), language, items }
}

/** A letter that only tries the way. */
export function testLetter(id: string, at: number, { label, language: tag }: Pick<Destination, 'label' | 'language'>, link: string | null): Letter {
  const language = languageOf(tag)
  const title = say(language, 'A test from Relink')
  return { id, at, subject: title, language, items: [{ alertId: null, topic: 'test', state: 'begins', title, text: masked(say(language, 'Messages to “{label}” arrive. Nothing is wrong.', { label })), next: null, link, connectionId: null, cause: null }] }
}

type Said = { readonly topic: string; readonly title: string; readonly text: string; readonly next: string | null }

function beginning(words: AlertWords, speech: Speech): Said {
  const { alert, bank, card, account, expiresAt, outage, readsNothing } = words
  const { language } = speech
  const struck = (least: number): string => (outage === null || outage.connections < least ? '' : say(language, '{failing} of {connections, plural, one {# connection} other {# connections}} to it {failing, plural, one {fails} other {fail}}.', { failing: outage.failing, connections: outage.connections }))
  switch (alert.about) {
    case 'problem': {
      if (card === null) return { topic: 'needs_you', title: say(language, '{bank} could not be read.', { bank }), text: '', next: null }
      const next = words.part === 'acts' && card.next !== null ? said(card.next, speech) : null
      const text = sentences(struck(2), `Relink ${said(card.relink, speech)}.`, next === null ? say(language, 'Nothing for you to do.') : '')
      return { topic: words.part === 'acts' ? 'needs_you' : 'outage', title: said(card.what, speech), text, next }
    }
    case 'question': return {
      topic: 'question', title: say(language, '{bank} asks to know that it is you.', { bank }), next: say(language, 'Answer now'),
      text: expiresAt === null ? '' : say(language, 'It waits until {until}. The link works once, for ten minutes, for a member who signs in.', { until: clockTime(expiresAt, speech) }),
    }
    case 'incident': return { topic: 'outage', title: say(language, '{bank} does not answer.', { bank }), text: sentences(struck(0), readsNothing ? say(language, 'Relink asks again by itself, and reads no account before you choose which. Until it is back there is nothing for you to do.') : say(language, 'Relink reads all missed days when it is back. Nothing for you to do.')), next: null }
    case 'balance': {
      return { topic: 'balance', title: balanceTitle(language, BREAKS, account, bank), text: disagreement(alert.facts, speech), next: say(language, 'See what would explain it') }
    }
    case 'warning': return warning(alert.facts, bank, speech)
    case 'security': return { topic: 'security', title: retold(language, String(alert.facts['title'] ?? say('en', 'The alerts of this Relink were changed.'))), text: say(language, 'If nobody of you did this, look at the audit log and change the passwords of all owners.'), next: say(language, 'See the destinations') }
  }
}

function ending({ alert, bank, proof, account, outage }: AlertWords, speech: Speech): Said {
  const { language } = speech
  if (alert.about === 'balance') return { topic: 'balance', title: balanceTitle(language, FITS, account, bank), text: say(language, 'Balance and rows agree.'), next: null }
  const away = outage === null || outage.to === null ? '' : say(language, 'It was away from {from} to {to}.', { from: moment(outage.from, speech), to: moment(outage.to, speech) })
  const title = outage === null ? (proof?.accounts === 0 ? say(language, '{bank} lets Relink sign in again.', { bank }) : say(language, 'The feed from {bank} works again.', { bank })) : say(language, '{bank} answers again.', { bank })
  return { topic: outage === null ? 'mended' : 'outage', title, text: sentences(away, ...proofWords(proof, speech)), next: null }
}

function proofWords(proof: ProofWords | null, speech: Speech): readonly string[] {
  if (proof === null) return []
  const { language } = speech
  const { added, matched, proved, accounts, nextReadAt } = proof
  if (accounts === 0) return [say(language, 'The sign-in worked; no account was switched on to be read.')]
  return [
    say(language, '{count, plural, one {The read that proved it: # new row, {matched} there already.} other {The read that proved it: # new rows, {matched} there already.}}', { count: added, matched }),
    proved === 0 ? '' : proved === accounts ? say(language, 'The bank’s balance agrees with the rows.') : say(language, 'The bank’s balance agrees in {proved} of {accounts} accounts.', { proved, accounts }),
    nextReadAt === null ? '' : say(language, 'Next read {at}.', { at: moment(nextReadAt, speech) }),
  ]
}

function warning(facts: AlertFacts, bank: string, speech: Speech): Said {
  const { language } = speech
  const values = { bank, label: String(facts['label']), left: facts['step'] === 1 ? say(language, 'tomorrow or sooner') : say(language, 'in about {count} days', { count: Number(facts['step']) }), on: dayWords(String(facts['on']), speech) }
  const learned = facts['how'] === 'learned' ? say(language, 'It lasted {age} days the last time; the bank told no date.', { age: Number(facts['age']) }) : ''
  switch (facts['what']) {
    case 'consent': return { topic: 'warning', title: say(language, 'The permission at {bank} ends {left} ({on}).', values), text: sentences(say(language, 'Renewed before, no row is missed.'), learned), next: say(language, 'Renew it now') }
    case 'password': return { topic: 'warning', title: say(language, '{bank} will probably want a new password {left} ({on}).', values), text: sentences(say(language, 'Changed at the bank and entered here, the feed goes on.'), learned), next: say(language, 'Change it at the bank, then enter it') }
    default: return { topic: 'warning', title: say(language, 'The key “{label}” ends {left} ({on}).', values), text: say(language, 'The program that reads with it stops then.'), next: say(language, 'Make a new key') }
  }
}

const BREAKS = { at: message('The balance of {account} at {bank} does not fit its rows.'), alone: message('The balance of {account} does not fit its rows.') }
const FITS = { at: message('The balance of {account} at {bank} fits again.'), alone: message('The balance of {account} fits again.') }

function balanceTitle(language: Language, { at, alone }: typeof BREAKS | typeof FITS, account: string | null, bank: string): string {
  return say(language, bank === '' ? alone : at, { account: account ?? say(language, 'an account'), bank })
}

function sentences(...all: readonly string[]): string {
  return all.filter((one) => one !== '').join(' ')
}

function amountOf({ language }: Speech, { difference, currency }: AlertFacts): string {
  const exact = String(difference)
  const digits = exact.split('.')[1]?.length ?? 0
  // As text it stays exact; a decimal that is none is a fault of ours, told as it is.
  return `${/^\d+(\.\d+)?$/.test(exact) ? new Intl.NumberFormat(LOCALES[language], { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(exact as never) : exact} ${currency}`
}

function disagreement(facts: AlertFacts, speech: Speech): string {
  const { language, amounts } = speech
  const values = { from: dayWords(String(facts['from']), speech), to: dayWords(String(facts['to']), speech), amount: amountOf(speech, facts) }
  if (facts['from'] === facts['to']) return amounts ? say(language, 'On {to} the bank’s balance and the rows disagree by {amount}.', values) : say(language, 'On {to} the bank’s balance and the rows disagree.', values)
  return amounts ? say(language, 'From {from} to {to} the bank’s balance and the rows disagree by {amount}.', values) : say(language, 'From {from} to {to} the bank’s balance and the rows disagree.', values)
}

/** A sentence for one reader: days as the language writes them, instants by the reader's clock. */
function said(parts: readonly SaidPart[], speech: Pick<Speech, 'language' | 'timeZone'>): string {
  return parts.map((part) => {
    if (typeof part === 'string') return part
    switch (part.kind) {
      case 'day': return dayWords(part.day, speech)
      case 'instant': return moment(typeof part.at === 'number' ? part.at : Date.parse(part.at), speech)
      case 'money': return ''
      case 'count': return String(part.count)
      case 'quote': return ''
      case 'link': return part.text
    }
  }).join('')
}

/** Without seconds, and the month as a word, so that no country's order of digits is meant. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' }

function moment(at: number, { language, timeZone }: Pick<Speech, 'language' | 'timeZone'>): string {
  return new Intl.DateTimeFormat(LOCALES[language], { timeZone, day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
}

function clockTime(at: number, { language, timeZone }: Speech): string {
  return new Intl.DateTimeFormat(LOCALES[language], { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
}

function dayWords(day: string, { language }: Pick<Speech, 'language'>): string {
  return new Intl.DateTimeFormat(LOCALES[language], { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }).format(Date.parse(`${day}T00:00:00Z`))
}

const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g
/** Five digits or more, however they are grouped; but for a day in ISO form that stands alone, and the address of a server. */
const NUMBER = /(?<kept>(?<!\p{Nd}[./\p{Pd}]?)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])(?![./\p{Pd}]?\p{Nd})|(?<=:\/\/)\d{1,3}(?:\.\d{1,3}){3}(?=[:/)]|$))|\p{Nd}(?:[ ./\p{Pd}]?\p{Nd}){4,}/gu

/** Of a number that may be an account's only its end is left; and nothing that could forge a line. `amount`: words that may stand as they are. */
export function masked(text: string, amount: string | null = null): string {
  const line = plainLine(text)
  const parts = amount === null ? [line] : line.split(amount)
  return parts.map((part) => part.replace(IBAN, ending4).replace(NUMBER, (number, kept: string | undefined) => kept ?? ending4(number))).join(amount ?? '')
}

function ending4(number: string): string {
  return `··${number.replace(/[^\p{L}\p{Nd}]/gu, '').slice(-4)}`
}

/** On one line, without anything that steers a terminal or turns the direction of writing. */
export function plainLine(text: string): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, ' ').replace(/ {2,}/g, ' ').trim().slice(0, 500)
}
