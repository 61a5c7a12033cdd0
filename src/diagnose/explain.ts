/**
 * What any code means, for `relink explain CODE`: for each system that uses it, the meaning in
 * plain words, the likely causes with words of probability, what Relink does and what only the
 * person can do. Understands how people write codes (explain-asked.ts), and words that say
 * something by themselves ("wrong password"), in the reader's language; codes, names and systems stay. An unknown code is answered with what lies near it. Pure.
 */
import { CAUSE_CODES, familyOf, type ActionCode, type CauseCode, type Family } from '../domain/cause.ts'
import { translated, type Language } from '../language/language.ts'
import { retold } from '../language/retold.ts'
import { say } from '../language/say.ts'
import { rulesThatHold, waysToEnd } from './action.ts'
import { hear } from './diagnose.ts'
import { read } from './evidence-text.ts'
import { meant } from './explain-asked.ts'
import { familyName, ownWords } from './explain-own.ts'
import { complaintIn } from './explain-people.ts'
import type { CodeEntry, CodeTable, Knowledge } from './knowledge.ts'
import { ACTION_WORDS } from './knowledge/action-words.ts'
import { KNOWLEDGE } from './knowledge/base.ts'
import { cardFor, likelihoodWords, plainText, tenthsOf } from './sentences.ts'

export type ExplainedCause = {
  readonly cause: CauseCode
  readonly family: Family | null
  readonly p: number
  readonly likelihood: string
  /** The card's sentence, with "your bank" for its name. */
  readonly what: string
  /** When this is the reason, as the system's documentation says. */
  readonly when: string | null
  readonly relinkDoes: string
  readonly action: ActionCode
  /** What only a person can do; null: nothing. */
  readonly youDo: string | null
}

export type Explanation = {
  readonly code: string
  readonly system: string
  readonly title: string
  readonly seenBy: string
  /** Official name or text, where there is one. */
  readonly name: string | null
  readonly meaning: string
  /** Empty: the code says nothing about a broken feed. */
  readonly causes: readonly ExplainedCause[]
  readonly source: string
  /** Codes that look alike; only where the asked one is not known (`system` is then `unknown`). */
  readonly near: readonly { readonly code: string; readonly title: string; readonly meaning: string }[]
}

const NEAR_LIMIT = 6
const HALF = 0.5
/** How often words alone mislead, as for the codes of a table. */
const WORDS_DOUBT = 0.25

/** Every explanation of a code, best first; never empty: an unknown code is explained as unknown, with similar ones. */
export function explain(asked: string, knowledge: Knowledge = KNOWLEDGE, language: Language = 'en'): readonly Explanation[] {
  const own = explainOwn(language, asked, knowledge)
  const others = explainOthers(asked, knowledge, language)
  // What it says of a code of that name comes behind it.
  return own === null ? others : [own, ...others.filter(({ system }) => system !== 'unknown' && system !== 'words')]
}

function explainOthers(asked: string, knowledge: Knowledge, language: Language): readonly Explanation[] {
  const { code, found } = meant(asked, knowledge.tables)
  const known = found.map(({ table, entry }, at) => ({ one: explanationOf(language, table, entry), at }))
  known.sort((a, b) => rank(a.one, asked) - rank(b.one, asked) || a.at - b.at)
  const best = known[0]?.one
  // A library says in words what it has a name for: "certificate has expired".
  const { networkError } = best === undefined || isWords(asked) ? read({ evidence: { message: asked }, context: {} }) : { networkError: undefined }
  const named = networkError === undefined || !/\s/.test(asked.trim()) ? [] : meant(networkError, knowledge.tables).found.map(({ table, entry }) => explanationOf(language, table, entry))
  if (best !== undefined && best.system !== 'http' && named.length > 0) return [...named, ...known.map(({ one }) => one).filter(({ system }) => named.every((other) => other.system !== system))]
  if (best !== undefined) {
    // Who asks about something else than a fault is not helped by a code that has these words for its name.
    const aside = isWords(asked) ? explainComplaint(language, asked, knowledge) : null
    if (aside?.causes.length === 0) return [aside, ...known.map(({ one }) => one)]
    // A system may call something else by words that everybody uses: what they usually mean is said first.
    const words = best.system !== 'http' && isWords(asked) ? explainWords(language, asked, knowledge) : null
    const usual = (words?.causes[0]?.p ?? 0) > HALF || !isWords(asked) || best.system === 'http' ? words : explainWord(language, asked, knowledge)
    const [first] = usual?.causes ?? []
    // One word is nobody's code: it is what many say.
    const isUsual = usual !== null && first !== undefined && (!/\s/.test(asked.trim()) || first.cause !== best.causes[0]?.cause)
    return [...(isUsual ? [usual] : []), ...known.map(({ one }) => one)]
  }
  if (!/^\p{L}+$|\s/u.test(asked.trim())) return [unknownCode(language, asked, nearTo(language, code, knowledge.tables))]
  if (named.length > 0) return named
  const said = explainComplaint(language, asked, knowledge) ?? explainWords(language, asked, knowledge)
  return [said ?? unknownCode(language, asked, nearTo(language, code, knowledge.tables))]
}

/** As a person writes, not as a program names its errors. */
function isWords(asked: string): boolean {
  return /^\p{L}[\p{Ll}\s'’-]*\p{P}?$/u.test(asked.trim())
}

/** A family, or a cause by its own name: what may be behind it, the most frequent first. */
function explainOwn(language: Language, asked: string, { fitted }: Knowledge): Explanation | null {
  const own = ownWords(asked, language)
  if (own === null) return null
  const causes = asOften(language, own.causes, fitted, 1)
  const meaning = own.causes.length === 1 ? say(language, 'Relink calls one cause of a broken feed so.') : say(language, 'No code, but a family of causes: any of these may be behind it, the most frequent first.')
  return { code: asked.trim(), system: 'relink', title: familyName(own.family, language), seenBy: say(language, 'accounting programs and Relink'), name: null, meaning, causes, source: 'docs/causes', near: [] }
}

/** What people say is the matter, without a code or a text of the bank. */
function explainComplaint(language: Language, asked: string, { fitted }: Knowledge): Explanation | null {
  const heard = complaintIn(asked)
  if (heard === null) return null
  return { code: asked.trim(), system: 'words', title: say(language, 'Words, not a code'), seenBy: say(language, 'many banks and programs'), name: null, meaning: translated(language, heard.meaning), causes: asOften(language, heard.causes, fitted, 1 - WORDS_DOUBT), source: 'docs/causes', near: [] }
}

/** The causes as often as each occurs, the most frequent first; together they have `share`. */
function asOften(language: Language, causes: readonly CauseCode[], { prior }: Knowledge['fitted'], share: number): readonly ExplainedCause[] {
  const total = causes.reduce((sum, cause) => sum + Math.exp(prior[cause]), 0)
  const weighed = causes.map((cause) => {
    const [action] = Object.entries(waysToEnd(cause, [], [])).reduce((best, way) => (way[1] > best[1] ? way : best)) as [ActionCode, number]
    return explainedCause(language, cause, (share * Math.exp(prior[cause])) / total, action, null)
  })
  return weighed.sort((a, b) => b.p - a.p)
}

/** No table knows it as a code, but its words say something: the causes that a diagnosis hears in them. */
function explainWords(language: Language, asked: string, knowledge: Knowledge): Explanation | null {
  const { voices, codes, reading } = hear({ evidence: { message: asked }, context: {} }, knowledge)
  const holding = rulesThatHold(reading)
  const rules = knowledge.rules.filter(({ id, when }) => (when.text ?? when.near) !== undefined && voices.some((voice) => voice.id === id))
  const weightOf = (cause: CauseCode) => rules.reduce((sum, { weights }) => sum + (weights[cause] ?? 0), 0)
  const named = CAUSE_CODES.filter((cause) => weightOf(cause) > 0)
  const total = named.reduce((sum, cause) => sum + Math.exp(weightOf(cause)), 0)
  if (named.length === 0) return null
  const causes = named.map((cause) => {
    const [action] = Object.entries(waysToEnd(cause, codes, holding)).reduce((best, way) => (way[1] > best[1] ? way : best)) as [ActionCode, number]
    return explainedCause(language, cause, ((1 - WORDS_DOUBT) * Math.exp(weightOf(cause))) / total, action, null)
  })
  causes.sort((a, b) => b.p - a.p)
  const sentences = new Set(voices.filter(({ id }) => rules.some((rule) => rule.id === id)).map(({ sentence }) => asSentence(retold(language, sentence))))
  const source = [...new Set(rules.map((rule) => rule.source))].join('; ')
  return { code: asked.trim(), system: 'words', title: say(language, 'Words, not a code'), seenBy: say(language, 'many banks and programs'), name: null, meaning: [...sentences].join(' '), causes, source, near: [] }
}

/** One word that names of many systems hold ("expired"): what those codes say, taken together. Null where few hold it, or they say something else each. */
function explainWord(language: Language, asked: string, { tables }: Knowledge): Explanation | null {
  const word = asked.trim().toLowerCase()
  const holding = tables.flatMap(({ system, codes }) => codes.filter(({ code, name, reasons }) => reasons.length > 0 && wordsOf(`${code} ${name ?? ''}`).includes(word)).map((entry) => ({ system, entry })))
  if (new Set(holding.map(({ system }) => system)).size < SYSTEMS) return null
  const weights = new Map<CauseCode, Map<ActionCode, number>>()
  for (const { entry: { reasons } } of holding) {
    const total = reasons.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [cause, weight, action] of reasons) {
      const actions = weights.get(cause) ?? new Map<ActionCode, number>()
      weights.set(cause, actions.set(action, (actions.get(action) ?? 0) + weight / total / holding.length))
    }
  }
  const causes = [...weights].flatMap(([cause, actions]) => {
    const share = (1 - WORDS_DOUBT) * [...actions.values()].reduce((sum, weight) => sum + weight, 0)
    const [action] = [...actions].reduce((best, one) => (one[1] > best[1] ? one : best))
    return share < LEAST_SHARE ? [] : [explainedCause(language, cause, share, action, null)]
  })
  causes.sort((a, b) => b.p - a.p)
  // What everybody says of everything names nothing: "error", "invalid".
  if ((causes[0]?.p ?? 0) < LEAST_FIRST) return null
  const meaning = say(language, 'Many systems use this word. Taken together, their codes that hold it say:')
  return { code: asked.trim(), system: 'words', title: say(language, 'Words, not a code'), seenBy: say(language, 'many banks and programs'), name: null, meaning, causes, source: [...new Set(holding.map(({ system }) => system))].join(', '), near: [] }
}
const SYSTEMS = 3
const LEAST_SHARE = 0.05
const LEAST_FIRST = 0.25

/** `AccessExpiredError`, `TOKEN_EXPIRED`: their words in lower case. */
function wordsOf(name: string): readonly string[] {
  return name.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase().split(/[^\p{L}]+/u)
}

function unknownCode(language: Language, asked: string, near: Explanation['near']): Explanation {
  const isSentence = /\p{L}\s+\p{L}/u.test(asked.trim()) && !/\d/.test(asked)
  const meaning = isSentence ? say(language, 'Relink knows no cause by these words. Ask with the code, or the very text that the bank or the program shows, or diagnose the connection.') : say(language, 'Relink does not know this code. The text beside a code says more than its number: diagnose the connection, or write to the bank with it.')
  return { code: asked.trim(), system: 'unknown', title: say(language, 'Not known'), seenBy: say(language, 'no system that Relink knows'), name: null, meaning, causes: [], source: 'none', near }
}

function explanationOf(language: Language, table: CodeTable, entry: CodeEntry): Explanation {
  const total = entry.reasons.reduce((sum, [, weight]) => sum + weight, 0)
  const causes = entry.reasons.map(([cause, weight, action, when]) => explainedCause(language, cause, ((1 - entry.doubt) * weight) / total, action, when ?? null))
  causes.sort((a, b) => b.p - a.p)
  return { code: entry.code, system: table.system, title: table.title, seenBy: translated(language, table.seenBy), name: entry.name, meaning: translated(language, entry.meaning), causes, source: entry.source, near: [] }
}

function explainedCause(language: Language, cause: CauseCode, p: number, action: ActionCode, when: string | null): ExplainedCause {
  const card = cardFor(language, cause, p, { bank: say(language, 'your bank') })
  const youDo = ACTION_WORDS[action]
  return {
    cause, family: familyOf(cause), p, likelihood: shareWords(language, p), what: asSentence(plainText(card.what)), when: when === null ? null : translated(language, when),
    relinkDoes: `Relink ${plainText(card.relink)}`, action, youDo: youDo === null ? null : translated(language, youDo),
  }
}

function asSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** As on the card; below it a code still has a share worth telling: "Possible (about 2 in 10)". */
function shareWords(language: Language, p: number): string {
  const count = Math.max(1, tenthsOf(p))
  return count > 2 ? likelihoodWords(language, p) : say(language, 'Possible (about {count} in 10)', { count })
}

/** Systems with something to say first; HTTP first for plain three-digit numbers, which people know as "Error 401", and for its own names. */
function rank(one: Explanation, asked: string): number {
  const plainStatus = one.system === 'http' && (/\b[1-5]\d\d\b/.test(asked) || one.name?.toLowerCase() === asked.trim().toLowerCase()) ? -10 : 0
  return plainStatus + (one.causes.length === 0 ? 5 : 0)
}

function nearTo(language: Language, code: string, tables: readonly CodeTable[]): Explanation['near'] {
  const wanted = code.toUpperCase()
  const scored = tables.flatMap((table) => table.codes.map((entry) => ({ table, entry, far: distance(wanted, entry.code.toUpperCase()) })))
  const close = scored.filter(({ far, entry }) => far <= Math.max(1, Math.floor(Math.min(wanted.length, entry.code.length) / 3)))
  close.sort((a, b) => a.far - b.far || b.entry.reasons.length - a.entry.reasons.length)
  return close.slice(0, NEAR_LIMIT).map(({ table, entry }) => ({ code: entry.code, title: table.title, meaning: translated(language, entry.meaning) }))
}

/** Edit distance; a code that contains the asked one is near. */
function distance(a: string, b: string): number {
  if (a.length >= 4 && b.includes(a)) return 1
  if (Math.abs(a.length - b.length) > 4) return 99
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length] ?? 99
}

/** The explanations as lines for a terminal. */
export function explanationLines(explanations: readonly Explanation[]): readonly string[] {
  return explanations.flatMap((one) => [
    `${one.code}${one.name === null ? '' : ` “${one.name}”`}, ${one.title} (${one.seenBy})`,
    `  ${one.meaning}`,
    ...(one.causes.length === 0 && one.system !== 'unknown' ? ['  It names no cause of a broken feed.'] : []),
    ...one.causes.flatMap((cause) => [
      `  ${cause.likelihood}: ${cause.what}${cause.when === null ? '' : ` (${cause.when})`}`,
      `      ${cause.relinkDoes}.${cause.youDo === null ? ' Nothing for you to do.' : ` You: ${cause.youDo}`}`,
    ]),
    ...(one.near.length > 0 ? ['  Codes that look alike:', ...one.near.map(({ code, title, meaning }) => `    ${code} (${title}): ${meaning}`)] : []),
  ])
}
