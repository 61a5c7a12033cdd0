/**
 * What a message says of an alert. The sentences about a broken connection are those of its card, so that
 * mail and page never say two things; all numbers that could be an account's are masked here, at the one
 * place through which every message goes, and no amount is written unless the destination allows it.
 */
import type { Part } from '../diagnose/sentences.ts'
import type { Alert, AlertFacts, AlertPart, Destination } from '../domain/alert.ts'
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
  /** A person's own days of an outage. */
  readonly outage: { readonly from: number; readonly to: number | null; readonly failing: number; readonly connections: number } | null
  readonly expiresAt: number | null
  readonly link: string | null
}

type Reader = Pick<Destination, 'timeZone' | 'amounts'>

export function itemOf(words: AlertWords, reader: Reader): LetterItem {
  const { alert, part, link } = words
  const said = part === 'ends' ? ending(words, reader) : beginning(words, reader)
  const { topic, title, text, next } = said
  return {
    alertId: alert.id, topic, state: part === 'ends' ? 'ends' : 'begins', title: masked(title), text: masked(text, alert.about === 'balance' && reader.amounts ? amountOf(alert.facts) : null), next: next === null ? null : masked(next), link,
    connectionId: alert.connectionId, cause: words.card?.cause ?? null,
  }
}

export function letterOf(id: string, at: number, items: readonly LetterItem[]): Letter {
  const [first] = items
  const subject = items.length === 1 && first !== undefined ? first.title : `${items.length} things about your bank feeds${items.some(({ next }) => next !== null) ? ', one needs you' : ''}`
  const several = items.filter(({ next }) => next !== null).length
  return { id, at, subject: plainLine(several > 1 && items.length > 1 ? subject.replace('one needs you', `${several} need you`) : subject), items }
}

/** A letter that only tries the way. */
export function testLetter(id: string, at: number, label: string, link: string | null): Letter {
  const title = 'A test from Relink'
  return { id, at, subject: title, items: [{ alertId: null, topic: 'test', state: 'begins', title, text: masked(`Messages to “${label}” arrive. Nothing is wrong.`), next: null, link, connectionId: null, cause: null }] }
}

type Said = { readonly topic: string; readonly title: string; readonly text: string; readonly next: string | null }

function beginning(words: AlertWords, reader: Reader): Said {
  const { alert, bank, card, account, expiresAt, outage } = words
  switch (alert.about) {
    case 'problem': {
      if (card === null) return { topic: 'needs_you', title: `${bank} could not be read.`, text: '', next: null }
      const next = words.part === 'acts' && card.next !== null ? said(card.next, reader.timeZone) : null
      const struck = outage === null || outage.connections < 2 ? '' : ` ${outage.failing} of ${outage.connections} connections to it fail.`
      return { topic: words.part === 'acts' ? 'needs_you' : 'outage', title: said(card.what, reader.timeZone), text: `${struck.trim()} Relink ${said(card.relink, reader.timeZone)}.${next === null ? ' Nothing for you to do.' : ''}`.trim(), next }
    }
    case 'question': return { topic: 'question', title: `${bank} asks to know that it is you.`, text: expiresAt === null ? '' : `It waits until ${clockTime(expiresAt, reader.timeZone)}. The link works once, for ten minutes, for a member who signs in.`, next: 'Answer now' }
    case 'incident': return { topic: 'outage', title: `${bank} does not answer.`, text: `${outage === null ? '' : `${outage.failing} of ${outage.connections} connections to it fail. `}Relink reads all missed days when it is back. Nothing for you to do.`, next: null }
    case 'balance': return { topic: 'balance', title: `The balance of ${account ?? 'an account'}${bank === '' ? '' : ` at ${bank}`} does not fit its rows.`, text: `${days(alert.facts)}: the bank’s balance and the rows disagree${reader.amounts ? ` by ${amountOf(alert.facts)}` : ''}.`, next: 'See what would explain it' }
    case 'warning': return warning(alert.facts, bank)
    case 'security': return { topic: 'security', title: String(alert.facts['title'] ?? 'The alerts of this Relink were changed.'), text: 'If nobody of you did this, look at the audit log and change the passwords of all owners.', next: 'See the destinations' }
  }
}

function ending({ alert, bank, proof, account, outage }: AlertWords, { timeZone }: Reader): Said {
  if (alert.about === 'balance') return { topic: 'balance', title: `The balance of ${account ?? 'an account'}${bank === '' ? '' : ` at ${bank}`} fits again.`, text: 'Balance and rows agree.', next: null }
  const away = outage === null || outage.to === null ? '' : ` It was away from ${moment(outage.from, timeZone)} to ${moment(outage.to, timeZone)}.`
  const rows = proof === null ? '' : ` The read that proved it: ${count(proof.added, 'new row')}, ${proof.matched} there already.${proof.proved === 0 ? '' : proof.proved === proof.accounts ? ' The bank’s balance agrees with the rows.' : ` The bank’s balance agrees in ${proof.proved} of ${proof.accounts} accounts.`}${proof.nextReadAt === null ? '' : ` Next read ${moment(proof.nextReadAt, timeZone)}.`}`
  return { topic: outage === null ? 'mended' : 'outage', title: outage === null ? `The feed from ${bank} works again.` : `${bank} answers again.`, text: `${away}${rows}`.trim(), next: null }
}

function warning(facts: AlertFacts, bank: string): Said {
  const on = String(facts['on'])
  const left = facts['step'] === 1 ? 'tomorrow or sooner' : `in about ${facts['step']} days`
  const learned = facts['how'] === 'learned' ? ` It lasted ${facts['age']} days the last time; the bank told no date.` : ''
  switch (facts['what']) {
    case 'consent': return { topic: 'warning', title: `The permission at ${bank} ends ${left} (${on}).`, text: `Renewed before, no row is missed.${learned}`, next: 'Renew it now' }
    case 'password': return { topic: 'warning', title: `${bank} will probably want a new password ${left} (${on}).`, text: `Changed at the bank and entered here, the feed goes on.${learned}`, next: 'Change it at the bank, then enter it' }
    default: return { topic: 'warning', title: `The key “${facts['label']}” ends ${left} (${on}).`, text: 'The program that reads with it stops then.', next: 'Make a new key' }
  }
}

function amountOf({ difference, currency }: AlertFacts): string {
  return `${difference} ${currency}`
}

function days({ from, to }: AlertFacts): string {
  return from === to ? `On ${to}` : `From ${from} to ${to}`
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

/** A sentence for one reader: instants by their clock. */
export function said(parts: readonly SaidPart[], timeZone: string): string {
  return parts.map((part) => {
    if (typeof part === 'string') return part
    switch (part.kind) {
      case 'day': return part.day
      case 'instant': return moment(typeof part.at === 'number' ? part.at : Date.parse(part.at), timeZone)
      case 'money': return ''
      case 'count': return String(part.count)
      case 'quote': return ''
      case 'link': return part.text
    }
  }).join('')
}

function moment(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
}

function clockTime(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
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
