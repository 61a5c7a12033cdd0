/**
 * Evidence and context in, ranked causes out. Adds the log-likelihood ratios of all code entries
 * and rules that hold to a prior and normalises. Pure and deterministic: the same record and
 * knowledge give the same answer; there is no hidden state, no clock, no store. Knows nothing of
 * connections; `context.ts` makes the context of a live one.
 */
import { CAUSE_CODES, type CauseCode } from '../domain/cause.ts'
import type { Diagnosis, RankedCause } from '../domain/connection.ts'
import { TOLD, type CaseContext, type CaseRecord, type Evidence, type Stage } from '../domain/evidence.ts'
import { message } from '../language/language.ts'
import { say } from '../language/say.ts'
import { chooseAction } from './action.ts'
import { findCodes, unexplainedWords, wordsOfCode, type FoundCode } from './codes.ts'
import { read, type Reading } from './evidence-text.ts'
import type { CodeEntry, Fitted, Knowledge, Pattern, Rule, Weights } from './knowledge.ts'
import { KNOWLEDGE } from './knowledge/base.ts'
import { OWN } from './knowledge/codes/own.ts'
import { holding, matches } from './match.ts'

/** One thing that spoke, with what it says of each cause. `share`: how much of it counts. */
export type Voice = { readonly id: string; readonly kind: 'code' | 'context' | 'rule'; readonly sentence: string; readonly weights: Weights; readonly share: number; readonly own?: true }

/** What a record shows, before any weighing by what was fitted. */
export type Heard = { readonly reading: Reading; readonly voices: readonly Voice[]; readonly background: readonly string[]; readonly codes: readonly FoundCode[] }

/** A sentence is told for or against a cause from this log-likelihood ratio on. */
const WORTH_TELLING = 0.35
/** A code inside counts a third of one further out, because it often merely follows; a status or network error beside a protocol code a quarter. */
const FOLLOWING_CODE = 0.35
const BESIDE_A_CODE = 0.25
/**
 * Where the bank's own words say more than its code, the words decide: the code was the nearest one
 * that its software had. The code then counts a quarter, the words take its place.
 */
const CODE_BEHIND_WORDS = 0.25
/** A status only says how far the request came; where the answer's own words state a cause, that is about all it says. */
const STATUS_BEHIND_WORDS = 0.35
const WORDS_FOR_CODE = 1.3
/** From this doubt on a code means anything; from this one on it is also sent for want of a better one. */
const VAGUE_FROM = 0.3
const LOOSE_FROM = 0.1
/** From this weight on, words state a cause outright, and count so much more. */
const STATED_FROM = 1.5
const OUTRIGHT_WORDS = 1.6
/** Two words near each other are believed so much less than a known way of saying a thing. */
const PAIRS_BEHIND_WORDS = 1.4
/** So much more counts a code whose own name says its cause (`INVALID_PASSWORD`): it was chosen, not merely the nearest. */
const OWN_NAME = 1.9
/** One cause, no code, no exception of a program, no page for people, and nothing known here against it: then words are the best evidence there is. */
const CLEAR_WORDS = 2.3
/** From here on, more than a hint, a fact of context speaks against a cause: what was said was then something else in three of four incidents. */
const SPEAKS_AGAINST = -0.6
/** A code that only another system's table explains may mean something else here. */
const FOREIGN_CODE = 0.5
/**
 * Of ten failures that people report, how often what a code's own text names is not what it was: two and a half. A floor
 * under the doubt of every entry; tables are written from specifications, failures are met where these were not kept.
 */
const CODE_MISLEADS = 0.25
/**
 * How often all that speaks in a record misleads, so that only base rates are left. Measured where nobody had read the
 * incidents that the rules met (bench/cases: the 72 of November 2026, before their errors were read).
 */
const ALL_MISLEADS = 0.12
/** When nothing spoke at all, "we do not know" gets this share of the probability. */
const UNKNOWN_IN_SILENCE = 0.35
const UNKNOWN_OTHERWISE = 0.01

/**
 * Ranks all causes for one failing attempt. `news`: what the steps of a repair have taught since
 * (step-news.ts).
 */
export function diagnose(record: CaseRecord, knowledge: Knowledge = KNOWLEDGE, news: readonly Voice[] = []): Diagnosis {
  const { ranked, voices, action } = judge(record, knowledge, news)
  return { causes: ranked.map(({ cause, p }): RankedCause => ({ cause, p, ...argumentsOn(cause, voices) })), action }
}

/** All causes by their probability, and the first action, without what speaks for each and against it. */
export function judge(record: CaseRecord, knowledge: Knowledge, news: readonly Voice[]): { readonly ranked: readonly Pick<RankedCause, 'cause' | 'p'>[]; readonly voices: readonly Voice[]; readonly action: Diagnosis['action'] } {
  const heard = hear(record, knowledge)
  const p = withNews(probabilities(heard, knowledge.fitted), news, knowledge.fitted)
  // Equal ones stay in the order of the codes.
  const ranked = CAUSE_CODES.map((cause) => ({ cause, p: p[cause] })).sort((one, other) => other.p - one.p)
  return { ranked, voices: [...heard.voices, ...news], action: chooseAction(p, heard.codes, heard.reading) }
}

/** Collects what speaks in a record: codes from the outside in, then rules, and the background features. */
export function hear(record: CaseRecord, knowledge: Knowledge): Heard {
  const { bare, reading, codes } = readRecord(record, knowledge)
  const speaking = codes.filter((found) => found.entry.reasons.length > 0)
  const ways = waysAndPairs(knowledge.rules)
  const holds = holding(ways.known, reading)
  const known = holds.filter(isWords)
  const pairs = statedBy(known).size > 0 ? [] : holding(ways.pairs, reading)
  const [rules, words] = [[...holds, ...pairs], [...known, ...pairs]]
  const stated = statedBy(words)
  const saidByAnswer = statedBy(words.filter(({ ofProgram }) => ofProgram !== true))
  const statedByAnswer = saidByAnswer.size > 0
  const voices: Voice[] = []
  let before = 0
  let [wordsDecide, hasCode] = [false, false]
  for (const found of speaking) {
    const outer = found.from === 'code' || found.from === 'text'
    const place = before === 0 ? 1 : outer ? FOLLOWING_CODE ** before : BESIDE_A_CODE
    const behind = outer && words.length > 0 && saysLessThan(stated, found)
    const beside = found.from === 'status' && statedByAnswer && found.entry.doubt >= LOOSE_FROM
    const follows = outer && before > 0 && isNumber(found.code)
    const own = notBefore(stated, saidByItself(found, knowledge.rules, holds))
    const weights = behind || beside || follows ? notAgainst(stated, own) : own
    voices.push({ id: `${found.table.system}:${found.entry.code}`, kind: 'code', sentence: codeSentence(found), weights, share: place * (behind ? CODE_BEHIND_WORDS : beside ? STATUS_BEHIND_WORDS : isForeign(found, record) ? FOREIGN_CODE : 1) })
    if (outer) before++
    if (behind) wordsDecide = true
    else if (outer) hasCode = true
  }
  const loudness = loudnessOf(saidByAnswer, rules, hasCode)
  // What never left this host was not stopped by anything that is known of the bank.
  const isUnsent = speaking.some(({ table }) => table.system === OWN.system)
  const isAskedFor = mayBeAskedTooOften(reading, speaking, stated)
  const isLookedAt = mayHaveSeenSecret(reading)
  for (const rule of rules) {
    if ((isUnsent && isContext(rule)) || (rule.ofAsking === true && !isAskedFor) || (rule.ofSecret === true && !isLookedAt) || (rule.ofSilence === true && statedByAnswer)) continue
    const [kind, weights] = isContext(rule) ? ['context', rule.weights] as const : ['rule', rule.pair === true ? louder(rule, loudness / PAIRS_BEHIND_WORDS) : isWords(rule) && rule.ofProgram !== true ? louder(rule, loudness) : rule.weights] as const
    voices.push({ id: rule.id, kind, sentence: ruleSentence(rule, record), weights: isTold(rule) ? besideWords(saidByAnswer, weights) : weights, share: wordsDecide && loudness !== CLEAR_WORDS && words.includes(rule) ? WORDS_FOR_CODE : 1, ...(rule.own === true ? { own: true } : {}) })
  }
  const { protocol, stage } = record.evidence
  // `other` is no protocol: what its cases have in common is nothing.
  const background = [protocol === undefined || protocol === 'other' ? '' : `protocol:${protocol}`, stage === undefined ? '' : `stage:${stage}`, `sign:${kindOfSign(bare, voices, rules, statedByAnswer)}`].filter((name) => name !== '')
  return { reading, voices, background, codes }
}

/** Rules on what a person told. */
function isTold({ when }: Rule): boolean {
  return TOLD.some((fact) => when.context?.[fact] !== undefined)
}

/** What a person told, beside words of the answer that state a cause outright: it speaks half as loud against that cause, and for another. */
function besideWords(stated: ReadonlySet<CauseCode>, weights: Weights): Weights {
  if (stated.size === 0 || stated.has(SAID_OF_ANYTHING)) return weights
  return Object.fromEntries(Object.entries(weights).map(([cause, weight]) => [cause, weight > 0 === stated.has(cause as CauseCode) ? weight : weight * BESIDE_WORDS]))
}
const BESIDE_WORDS = 0.5
/** “Signon invalid” is what banks say of a lock, a new password and much else, too. */
const SAID_OF_ANYTHING: CauseCode = 'credentials_invalid'

/** Whether the answer may be one to too many requests: there was one, and neither a code of it nor its words say that it was something else, nor was it begun to be read. */
function mayBeAskedTooOften({ networkError, codes: given, record: { evidence } }: Reading, codes: readonly FoundCode[], stated: ReadonlySet<CauseCode>): boolean {
  const saysSo = stated.has(ASKED_TOO_OFTEN) || codes.some(({ entry }) => entry.reasons.some(([cause]) => cause === ASKED_TOO_OFTEN))
  if ((evidence.stage === 'parse' || evidence.stage === 'import') && evidence.empty !== true && !saysSo) return false
  if (networkError !== undefined || given.some((code) => code.startsWith(OF_VAULT)) || (stated.size > 0 && !stated.has(ASKED_TOO_OFTEN))) return false
  return codes.every(({ entry, from }) => entry.reasons.some(([cause]) => cause === ASKED_TOO_OFTEN) || (from === 'status' ? INSTEAD_OF_429.includes(entry.code) : entry.doubt >= VAGUE_FROM))
}
const ASKED_TOO_OFTEN: CauseCode = 'rate_limited'
/** The vault lent nothing, so nothing was sent. */
const OF_VAULT = 'vault_'
/** What servers and filters answer to too many requests that do not speak of them. */
const INSTEAD_OF_429: readonly string[] = ['400', '403']

/** Whether anybody may have looked at the secret: nobody did who gave no answer, or where there is nothing, or nothing any more. */
function mayHaveSeenSecret({ networkError, httpStatus, record: { evidence: { stage } } }: Reading): boolean {
  return networkError === undefined && !(stage !== undefined && BEFORE_ANSWER.includes(stage)) && !(httpStatus !== undefined && NOT_HERE.includes(httpStatus))
}
const BEFORE_ANSWER: readonly Stage[] = ['resolve', 'connect', 'tls']
/** HTTP statuses of an address where nothing is served. */
const NOT_HERE: readonly number[] = [301, 302, 303, 307, 308, 404, 410]

/** Known ways of saying a thing, and pairs of words, which are heard only where no such way is found. */
function waysAndPairs(rules: readonly Rule[]): { readonly known: readonly Rule[]; readonly pairs: readonly Rule[] } {
  let parted = partedRules.get(rules)
  if (parted === undefined) partedRules.set(rules, (parted = { known: rules.filter(({ pair }) => pair !== true), pairs: rules.filter(({ pair }) => pair === true) }))
  return parted
}
const partedRules = new WeakMap<readonly Rule[], { readonly known: readonly Rule[]; readonly pairs: readonly Rule[] }>()

/** What stands in a record, before anything is made of it: its codes, and its text (`bare`) with the words of those that no table explains (`reading`). */
export function readRecord(record: CaseRecord, { tables }: Knowledge): Pick<Heard, 'reading' | 'codes'> & { readonly bare: Reading } {
  const bare = read(record)
  const codes = findCodes(bare, tables)
  return { bare, reading: { ...bare, text: `${bare.text} .\n ${unexplainedWords(bare, codes)}` }, codes }
}

/** What the bank says outright is meant so: its words speak louder than what merely points somewhere. */
function louder({ weights }: Rule, by: number): Weights {
  return Object.fromEntries(Object.entries(weights).map(([cause, weight]) => [cause, weight >= STATED_FROM ? weight * by : weight]))
}

/** A fact that is known here speaks against it. */
function isDoubted(cause: CauseCode, rules: readonly Rule[]): boolean {
  return rules.some((rule) => isContext(rule) && (rule.weights[cause] ?? 0) <= SPEAKS_AGAINST)
}

/** How far words that state a cause outright are to be believed, by what stands beside them. */
function loudnessOf(stated: ReadonlySet<CauseCode>, rules: readonly Rule[], hasCode: boolean): number {
  const [only] = stated
  if (stated.size !== 1 || only === undefined) return OUTRIGHT_WORDS
  return hasCode || isDoubted(only, rules) || rules.some(({ ofProgram, ofPage }) => ofProgram === true || ofPage === true) ? OUTRIGHT_WORDS : CLEAR_WORDS
}

/**
 * Which kind of sign a record carries: base rates differ by it. Who reports an exception of a program has most often met
 * a fault of that program, whatever the bank; who reports plain words of the bank has not.
 */
function kindOfSign({ text, networkError, httpStatus = 0 }: Reading, voices: readonly Voice[], rules: readonly Rule[], statedByAnswer: boolean): string {
  if (statedByAnswer) return 'stated'
  if (rules.some(({ ofProgram }) => ofProgram === true)) return 'program'
  if (voices.some((voice) => voice.kind === 'code' && !/^(http|network):/.test(voice.id) && voice.share > FOLLOWING_CODE && Math.max(...Object.values(voice.weights)) >= STATED_FROM)) return 'code'
  if (networkError !== undefined) return 'network'
  if (httpStatus >= 400) return 'status'
  return text.trim() === '' ? 'bare' : 'text'
}

/** A code whose own name says in words what it is listed for says that louder: `INVALID_PASSWORD`. */
function saidByItself({ entry }: FoundCode, rules: readonly Rule[], holds: readonly Rule[]): Weights {
  const weights = codeWeights(entry)
  const [first] = entry.reasons
  if (first === undefined || isDoubted(first[0], holds) || !namesItsCause(entry, first[0], rules)) return weights
  return { ...weights, [first[0]]: (weights[first[0]] ?? 0) * OWN_NAME }
}

function namesItsCause(entry: CodeEntry, cause: CauseCode, rules: readonly Rule[]): boolean {
  if (!/[a-z]{3}/i.test(entry.code)) return false
  const known = namesOf.get(rules) ?? new WeakMap<CodeEntry, boolean>()
  namesOf.set(rules, known)
  let names = known.get(entry)
  if (names === undefined) {
    const words = read({ evidence: { message: wordsOfCode(entry.code) }, context: {} })
    names = statedBy(rules.filter((rule) => rule.pair !== true && isWords(rule) && matches(rule.when, words))).has(cause)
    known.set(entry, names)
  }
  return names
}
/** Worked out once for each code and set of rules. */
const namesOf = new WeakMap<readonly Rule[], WeakMap<CodeEntry, boolean>>()

/** Found in the table of another system. */
function isForeign({ table, from }: FoundCode, { evidence }: CaseRecord): boolean {
  return from === 'code' && evidence.protocol !== undefined && !table.protocols.includes(evidence.protocol)
}

function trustIn({ kind, id }: Voice, { trust, believed }: Fitted): number {
  return kind === 'code' ? trust.codes : kind === 'context' ? trust.context : trust.rules * (believed[id] ?? 1)
}

/** Rules on what the server knows beside the answer, and on nothing else. */
function isContext({ when }: Rule): boolean {
  let only = onContext.get(when)
  if (only === undefined) onContext.set(when, (only = Object.keys(when).every((part) => part === 'context')))
  return only
}
/** Worked out once for each pattern. */
const onContext = new WeakMap<Pattern, boolean>()

/** Rules on words that say something. */
function isWords({ when, vague }: Rule): boolean {
  return when.text !== undefined && vague !== true
}

/** The causes that the bank's own words state outright. */
function statedBy(words: readonly Rule[]): ReadonlySet<CauseCode> {
  const stated = new Set<CauseCode>()
  for (const { weights } of words) for (const cause of Object.keys(weights) as CauseCode[]) if ((weights[cause] ?? 0) >= STATED_FROM) stated.add(cause)
  return stated
}

/** The code means anything, or is a general one that favours nothing of what the words state. */
function saysLessThan(stated: ReadonlySet<CauseCode>, { code, entry }: FoundCode): boolean {
  if (entry.doubt >= VAGUE_FROM) return true
  const weights = codeWeights(entry)
  return entry.doubt >= LOOSE_FROM && isNumber(code) && stated.size > 0 && ![...stated].some((cause) => (weights[cause] ?? 0) > 0)
}

/** A number is the nearest of a short list; a code in words says itself what it means. */
function isNumber(code: string): boolean {
  return /^\d+$/.test(code)
}

/** A code that means anything, or merely follows, says nothing against what the bank's own words state. */
function notAgainst(stated: ReadonlySet<CauseCode>, weights: Weights): Weights {
  return { ...weights, ...Object.fromEntries([...stated].map((cause) => [cause, Math.max(0, weights[cause] ?? 0)])) }
}

/** Where words state one of the reasons that a code stands for, they have chosen among them: the code favours none of the others over it. */
function notBefore(stated: ReadonlySet<CauseCode>, weights: Weights): Weights {
  const highest = Math.max(...[...stated].map((cause) => weights[cause] ?? 0))
  return highest > 0 ? Object.fromEntries(Object.entries(weights).map(([cause, weight]) => [cause, Math.min(weight, highest)])) : weights
}

/**
 * The distribution over all causes; sums to 1. A part of it is base rates alone, because what speaks may mislead as a
 * whole: no number of voices from one record makes certain.
 */
export function probabilities(heard: Heard, fitted: Fitted): Record<CauseCode, number> {
  const base = CAUSES.map((cause) => fitted.prior[cause])
  for (const feature of heard.background) addTo(base, fitted.background[feature] ?? {}, 1)
  const spoke = heard.voices.length > 0
  const said = [...base]
  for (const voice of heard.voices) addTo(said, voice.weights, voice.share, trustIn(voice, fitted))
  const [rates, judged] = [normalised(base), normalised(said.map((sum) => sum / fitted.temperature))]
  const unknown = spoke ? UNKNOWN_OTHERWISE : UNKNOWN_IN_SILENCE
  // What cannot be misread makes certain of what it speaks for, and of nothing else.
  const likeliest = CAUSES[judged.indexOf(Math.max(...judged))]
  const misled = heard.voices.some(({ own, weights }) => own === true && likeliest !== undefined && (weights[likeliest] ?? 0) > 0) ? 0 : ALL_MISLEADS
  const p = { unknown } as Record<CauseCode, number>
  for (const [at, cause] of CAUSES.entries()) p[cause] = ((1 - misled) * (judged[at] ?? 0) + misled * (rates[at] ?? 0)) * (1 - unknown)
  return p
}

/** Adds what something says of each cause. Most say something of a few only. */
function addTo(sums: number[], weights: Weights, share: number, trust = 1): void {
  for (const cause in weights) {
    const at = PLACE[cause as CauseCode]
    if (at !== undefined) sums[at] = (sums[at] ?? 0) + (weights[cause as CauseCode] ?? 0) * share * trust
  }
}

/** What Relink found out by itself since, on top: it was looked for, not read out of a report. */
function withNews(p: Record<CauseCode, number>, news: readonly Voice[], fitted: Fitted): Record<CauseCode, number> {
  if (news.length === 0) return p
  const logits = CAUSE_CODES.map((cause) => news.reduce((sum, voice) => sum + (voice.weights[cause] ?? 0) * voice.share * trustIn(voice, fitted), Math.log(p[cause])))
  return Object.fromEntries(normalised(logits).map((share, at) => [CAUSE_CODES[at], share])) as Record<CauseCode, number>
}

const CAUSES = CAUSE_CODES.filter((cause) => cause !== 'unknown')
const PLACE: { readonly [C in CauseCode]?: number } = Object.fromEntries(CAUSES.map((cause, at) => [cause, at]))

function normalised(logits: readonly number[]): readonly number[] {
  const highest = Math.max(...logits)
  const weights = logits.map((logit) => Math.exp(logit - highest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

/**
 * A code's reasons as log-likelihood ratios against "any cause equally": the named causes by their
 * shares; all others by the doubt that is left.
 */
function codeWeights(entry: CodeEntry): Weights {
  const cached = weightsOfCode.get(entry)
  if (cached !== undefined) return cached
  const total = entry.reasons.reduce((sum, [, weight]) => sum + weight, 0)
  const doubt = entry.doubt + CODE_MISLEADS * (1 - entry.doubt)
  const weights: Partial<Record<CauseCode, number>> = {}
  for (const cause of CAUSE_CODES) {
    const named = entry.reasons.reduce((sum, [reason, weight]) => sum + (reason === cause ? weight : 0), 0) / total
    weights[cause] = Math.log((1 - doubt) * named * CAUSE_CODES.length + doubt)
  }
  weightsOfCode.set(entry, weights)
  return weights
}
const weightsOfCode = new WeakMap<CodeEntry, Weights>()

/** The sentences that speak for a cause and against it, each once, the strongest first. */
export function argumentsOn(cause: CauseCode, voices: readonly Voice[]): Pick<RankedCause, 'for' | 'against'> {
  const told = voices.map(({ sentence, weights, share }) => ({ sentence, says: (weights[cause] ?? 0) * share })).filter(({ says }) => Math.abs(says) >= WORTH_TELLING)
  told.sort((one, other) => Math.abs(other.says) - Math.abs(one.says))
  const side = (isFor: boolean) => [...new Set(told.filter(({ says }) => says > 0 === isFor).map(({ sentence }) => sentence))]
  return { for: side(true), against: side(false) }
}

/** A code stands in quotation marks, as what somebody else said; its meaning is the sentence. */
function codeSentence({ table, entry, code, from }: FoundCode): string {
  const spoken = entry.name === null || entry.name === code ? code : `${code} ${entry.name}`
  if (from === 'status') return say('en', '“HTTP {spoken}”: {meaning}', { spoken, meaning: entry.meaning })
  if (from === 'network') return say('en', '“{spoken}”: {meaning}', { spoken, meaning: entry.meaning })
  return say('en', '“{spoken}” ({system}): {meaning}', { spoken, system: table.title, meaning: entry.meaning })
}

function ruleSentence(rule: Rule, record: CaseRecord): string {
  if (!rule.because.includes('{')) return rule.because
  const hours = record.context.hoursSinceSuccess
  return rule.because.replace('{span}', hours === undefined ? say('en', 'some hours') : spanWords(hours)).replace(/\{(\w+)\}/g, (_, name: string) => String(record.context[name as keyof CaseContext] ?? record.evidence[name as keyof Evidence] ?? ''))
}

/** As a person counts: minutes, hours, days. */
function spanWords(hours: number): string {
  if (hours < 1) return spanOf(Math.max(1, Math.round(hours * 60)), message('1 minute'), message('{count} minutes'))
  return hours < 48 ? spanOf(Math.round(hours), message('1 hour'), message('{count} hours')) : spanOf(Math.round(hours / 24), message('1 day'), message('{count} days'))
}

function spanOf(count: number, one: string, more: string): string {
  return say('en', count === 1 ? one : more, { count })
}
