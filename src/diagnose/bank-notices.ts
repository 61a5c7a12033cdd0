/**
 * What a bank announces on a public page: maintenance, trouble or a move, with the sentence that says so and its dates.
 * Pages speak of many things ("account maintenance fee"), so a word counts only beside one that makes it an
 * announcement. Pure.
 */
export type BankNotice = {
  readonly kind: 'maintenance' | 'trouble' | 'migration'
  /** The sentence of the bank, at most 200 characters. */
  readonly words: string
}

const KINDS: readonly (readonly [BankNotice['kind'], RegExp])[] = [
  ['trouble', /\b(outage|service disruption|disruption of|currently experiencing|experiencing (technical )?(difficult|issues|problems)|(is|are) (currently )?(unavailable|down)|technical (difficult|issue|problem)|st(o|ö)rung|derzeit nicht (erreichbar|verf(u|ü)gbar)|panne|incident en cours|actuellement indisponible|incidencia|disservizio|storing|awaria|fuori servizio)/i],
  ['maintenance', /\b(((scheduled|planned|system|technical|routine|emergency|site|service|online banking)\s+(maintenance|upgrade))|maintenance (from|window|on|between|period|this|tonight)|(down|closed|unavailable) for maintenance|wartungs(arbeiten|fenster)|(geplante|technische)\s+wartung|(op(e|é)ration|travaux) de maintenance|maintenance (pr(e|é)vue|en cours)|mantenimiento (programado|del sistema)|manutenzione (programmata|in corso)|gepland onderhoud|prace serwisowe|przerwa techniczna)/i],
  ['migration', /\b(new (address|server|online banking|digital banking)|has (moved|a new address)|(moving|migrat\w+|switching|converting) (to|our|your)|will (no longer|be (retired|discontinued|replaced|shut))|(system|core) conversion|is now part of|has merged|umstellung auf|neue adresse|wird (eingestellt|abgeschaltet)|nouvelle adresse|nueva direcci(o|ó)n)/i],
]

/** What an announcement is about; without it a page of products says "new online banking" all year. */
const ABOUT_ACCESS = /\b(sign|log)[- ]?(in|on)s?\b|online|banking|service|system|site|server|ofx|direct connect|download|connection|access|app\b|quicken|quickbooks|fints|hbci|zugang|dienst|acc(e|è)s|servi(ce|cio|zio)|until|from \d|\d{1,2}[:.]\d\d|bis \d/i

const MOST_WORDS = 200

/** The first announcement of the weightiest kind; null when the page announces nothing. */
export function noticeIn(page: string): BankNotice | null {
  const sentences = sentencesOf(page)
  for (const [kind, pattern] of KINDS) {
    const words = sentences.find((sentence) => pattern.test(sentence) && (kind === 'maintenance' || ABOUT_ACCESS.test(sentence)))
    if (words !== undefined) return { kind, words: words.slice(0, MOST_WORDS) }
  }
  return null
}

/** Pages of the same site that may hold announcements, as written in its links, at most three. */
export function noticeLinks(page: string, address: string): readonly string[] {
  const links = [...page.matchAll(/<a\b[^>]{0,300}?\bhref\s*=\s*["']?([^"'\s>]{1,300})[^>]{0,300}>([^<]{0,100})/gi)]
  const telling = links.filter(([, href = '', text = '']) => /status|notice|announce|alert|news|maintenance|wartung|st(o|ö)rung|incident|aviso|hinweis|meldung/i.test(`${href} ${text}`))
  const urls = telling.flatMap(([, href = '']) => (URL.canParse(href, address) ? [new URL(href, address)] : []))
  return [...new Set(urls.filter(({ origin }) => origin === new URL(address).origin).map(({ href }) => href.replace(/#.*$/, '')))].filter((href) => href !== address).slice(0, 3)
}

/** Text between tags, cut where an element or a sentence ends. */
function sentencesOf(page: string): readonly string[] {
  const text = page.replace(/<(script|style)\b[\s\S]{0,100000}?<\/\1>/gi, ' ').replace(/<\/?(p|li|div|h[1-6]|td|tr|section|br|ul|ol|article|nav|a)\b[^>]{0,500}>/gi, '\n').replace(/<[^>]{0,500}>/g, ' ')
  return text.split(/\n|(?<=[.!?])\s+(?=\p{Lu})/u).map((sentence) => sentence.replace(/&[a-z]+;|&#\d+;/gi, ' ').replace(/\s+/g, ' ').trim()).filter((sentence) => sentence.length > 8)
}
