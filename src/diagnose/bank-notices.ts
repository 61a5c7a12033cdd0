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
  const urls: URL[] = []
  let href: string | null = null
  for (const piece of piecesOf(page)) {
    if (piece.kind === 'tag') href = piece.name === 'a' ? (HREF.exec(piece.inside)?.[1] ?? null) : href
    else if (href !== null && piece.text.trim() !== '') {
      if (TELLING.test(`${href} ${piece.text.slice(0, MOST_LINK_TEXT)}`) && URL.canParse(href, address)) urls.push(new URL(href, address))
      href = null
    }
  }
  return [...new Set(urls.filter(({ origin }) => origin === new URL(address).origin).map((url) => url.href.replace(/#.*$/, '')))].filter((url) => url !== address).slice(0, 3)
}

const HREF = /\bhref\s*=\s*["']?([^"'\s]{1,300})/i
const TELLING = /status|notice|announce|alert|news|maintenance|wartung|st(o|ö)rung|incident|aviso|hinweis|meldung/i
const MOST_LINK_TEXT = 100

/** Text between tags, cut where an element or a sentence ends. */
function sentencesOf(page: string): readonly string[] {
  let text = ''
  for (const piece of piecesOf(page)) text += piece.kind === 'text' ? piece.text : ENDS_A_SENTENCE.has(piece.name) ? '\n' : ' '
  return text.split(/\n|(?<=[.!?])\s+(?=\p{Lu})/u)
    .map((sentence) => sentence.slice(0, MOST_SENTENCE).replace(/&[a-z]+;|&#\d+;/gi, ' ').replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence.length > 8)
}

const ENDS_A_SENTENCE = new Set(['p', 'li', 'div', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'td', 'tr', 'section', 'br', 'ul', 'ol', 'article', 'nav', 'a'])
/** No announcement is longer; what a page writes without an end is not worth the search. */
const MOST_SENTENCE = 1_000
const MOST_TAG = 1_000

type Piece = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'tag'; readonly name: string; readonly inside: string }

/** Text and tags in their order, without scripts and styles. One pass: whoever writes the page may be hostile. */
function* piecesOf(page: string): Generator<Piece> {
  const lower = page.toLowerCase()
  let [at, end] = [0, -1]
  while (at < page.length) {
    const open = page.indexOf('<', at)
    if (open > at || open === -1) yield { kind: 'text', text: page.slice(at, open === -1 ? page.length : open) }
    if (open === -1) return
    if (end < open) end = page.indexOf('>', open)
    // No tag ends any more: the rest is text.
    if (end === -1) return yield { kind: 'text', text: page.slice(open) }
    const inside = page.slice(open + 1, Math.min(end, open + MOST_TAG))
    const name = /^\/?([a-z][a-z0-9]{0,20})/i.exec(inside)?.[1]?.toLowerCase() ?? ''
    yield { kind: 'tag', name, inside }
    at = end + 1
    if ((name !== 'script' && name !== 'style') || inside.startsWith('/')) continue
    const close = lower.indexOf(`</${name}`, at)
    if (close === -1) return
    at = close
  }
}
