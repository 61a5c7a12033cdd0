/**
 * What any code means, for `relink explain CODE`: for each system that uses it, the meaning in
 * plain words, the likely causes with words of probability, what Relink does and what only the
 * person can do. Understands how people write codes ("Error 401", "error 103", "OL-301", "http
 * 503", "ofx 15500"). An unknown code is answered with what lies near it. Pure.
 */
import { CAUSES, type ActionCode, type CauseCode, type Family } from '../domain/cause.ts'
import { indexOf, lookUp } from './codes.ts'
import type { CodeEntry, CodeTable, Knowledge } from './knowledge.ts'
import { ACTION_WORDS } from './knowledge/action-words.ts'
import { KNOWLEDGE } from './knowledge/base.ts'
import { likelihoodWords, plainText, cardFor } from './sentences.ts'

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

/** Every explanation of a code, best first; never empty: an unknown code is explained as unknown, with similar ones. */
export function explain(asked: string, knowledge: Knowledge = KNOWLEDGE): readonly Explanation[] {
  const { code, system } = understand(asked, knowledge.tables)
  const all = candidates(code).flatMap((key) => lookUp(key, indexOf(knowledge.tables)).map((hit) => ({ ...hit, key })))
  if (all.length === 0 && code.length >= 4) all.push(...lastParts(code, knowledge.tables))
  const hits = all.filter(({ entry }, at) => all.findIndex((other) => other.entry === entry) === at)
  const chosen = system === null ? hits : hits.filter(({ table }) => table.system === system)
  const found = (chosen.length > 0 ? chosen : hits).map(({ table, entry }) => explanationOf(table, entry))
  found.sort((a, b) => rank(a, asked) - rank(b, asked))
  return found.length > 0 ? found : [unknownCode(asked, nearTo(code, knowledge.tables))]
}

function unknownCode(asked: string, near: Explanation['near']): Explanation {
  const meaning = 'Relink does not know this code. The text beside a code says more than its number: diagnose the connection, or write to the bank with it.'
  return { code: asked.trim(), system: 'unknown', title: 'Not known', seenBy: 'no system that Relink knows', name: null, meaning, causes: [], source: 'none', near }
}

/** The code alone and the system, when one was named beside it. */
function understand(asked: string, tables: readonly CodeTable[]): { readonly code: string; readonly system: string | null } {
  let rest = asked.trim().replace(/^["'`]+|["'`.:,]+$/g, '')
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
  const code = rest.replace(/^((bank(ing)?|sync|status|return|http|response)\s+)*(error|code|status|fehler|erreur|err)?[ _:#-]*(code|number|(no|nr)\.?(?=[ .:#\d]))?[ _:#]*/i, '') || rest
  return { code: code.trim(), system }
}

/** Ways in which the same code is written: with and without leading zeros, blanks, `OL` without its hyphen. */
function candidates(code: string): readonly string[] {
  const forms = [code, code.replace(/\s+/g, '_'), code.replace(/\s+/g, ''), code.replace(/^(ol|cc)[ _]?(\d)/i, '$1-$2')]
  const digits = /^\d+$/.test(code) ? [code.replace(/^0+(?=\d)/, ''), code.padStart(6, '0')] : []
  const inside = /\b(\d{2,6}|[A-Z][A-Z0-9]*(?:[_.][A-Z0-9]+)+)\b/.exec(code)?.[1]
  return [...new Set([...forms, ...digits, ...(inside === undefined ? [] : [inside])])].filter((form) => form !== '')
}

function explanationOf(table: CodeTable, entry: CodeEntry): Explanation {
  const total = entry.reasons.reduce((sum, [, weight]) => sum + weight, 0)
  const causes = entry.reasons.map(([cause, weight, action, when]): ExplainedCause => {
    const p = ((1 - entry.doubt) * weight) / total
    const card = cardFor(cause, p, { bank: 'your bank' })
    return {
      cause, family: CAUSES[cause].family, p, likelihood: shareWords(p), what: asSentence(plainText(card.what)), when: when ?? null,
      relinkDoes: `Relink ${plainText(card.relink)}`, action, youDo: ACTION_WORDS[action],
    }
  })
  causes.sort((a, b) => b.p - a.p)
  return { code: entry.code, system: table.system, title: table.title, seenBy: table.seenBy, name: entry.name, meaning: entry.meaning, causes, source: entry.source, near: [] }
}

function asSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** As on the card; below it a code still has a share worth telling: "Possible (about 2 in 10)". */
function shareWords(p: number): string {
  return p >= 0.3 ? likelihoodWords(p) : `Possible (about ${Math.max(1, Math.round(p * 10))} in 10)`
}

/** Dotted codes by their last part: `account_locked` for `enrollment.disconnected.account_locked`. */
function lastParts(code: string, tables: readonly CodeTable[]): { readonly table: CodeTable; readonly entry: CodeEntry; readonly key: string }[] {
  const ending = `.${code.toUpperCase()}`
  return tables.flatMap((table) => table.codes.filter((entry) => entry.code.toUpperCase().endsWith(ending)).map((entry) => ({ table, entry, key: entry.code })))
}

/** Systems with something to say first; HTTP first for plain three-digit numbers, which people know as "Error 401". */
function rank(one: Explanation, asked: string): number {
  const plainStatus = /\b[1-5]\d\d\b/.test(asked) && one.system === 'http' ? -10 : 0
  return plainStatus + (one.causes.length === 0 ? 5 : 0)
}

function nearTo(code: string, tables: readonly CodeTable[]): Explanation['near'] {
  const wanted = code.toUpperCase()
  const scored = tables.flatMap((table) => table.codes.map((entry) => ({ table, entry, far: distance(wanted, entry.code.toUpperCase()) })))
  const close = scored.filter(({ far, entry }) => far <= Math.max(1, Math.floor(Math.min(wanted.length, entry.code.length) / 3)))
  close.sort((a, b) => a.far - b.far || b.entry.reasons.length - a.entry.reasons.length)
  return close.slice(0, NEAR_LIMIT).map(({ table, entry }) => ({ code: entry.code, title: table.title, meaning: entry.meaning }))
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
