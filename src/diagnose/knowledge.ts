/**
 * The shape of what Relink knows about failures: code tables (what a system's own codes mean) and
 * rules (how much more likely a pattern of evidence or context makes each cause). All of it is data
 * that a reviewer can read and that can be printed; there are no functions in it.
 */
import type { ActionCode, CauseCode } from '../domain/cause.ts'
import type { CaseContext, Protocol, Stage } from '../domain/evidence.ts'

/** One cause that a code's official text, or real failures, name: its share among the reasons, what ends it, and when it holds. */
export type Reason = readonly [cause: Exclude<CauseCode, 'unknown'>, weight: number, action: ActionCode, when?: string]

/** One code. No reasons: the code says nothing about a broken feed (success, payments, envelopes). */
export type CodeEntry = {
  readonly code: string
  /** The official name or text, verbatim, where the system gives one. */
  readonly name: string | null
  /** What it means, in plain words. */
  readonly meaning: string
  readonly reasons: readonly Reason[]
  /** Of ten times that this code appears, how often none of its reasons is the true one, as a fraction. */
  readonly doubt: number
  readonly source: string
}

export type CodeTable = {
  /** Stable, lower-case: `ofx`, `plaid`. */
  readonly system: string
  /** As people write it: `OFX`, `QuickBooks Online`. */
  readonly title: string
  /** Evidence of these protocols is read with this table. */
  readonly protocols: readonly Protocol[]
  /** Who answers with these codes, for `explain`. */
  readonly seenBy: string
  /** Lower-case names by which a record may name the system, where the title is not how it is named. */
  readonly names?: readonly string[]
  /** Its numbers are its own: HTTP statuses of the same figures are not read with this table. */
  readonly ownNumbers?: true
  readonly codes: readonly CodeEntry[]
}

export type NumberTest = { readonly min?: number; readonly max?: number }
export type ContextTest = { readonly [K in keyof CaseContext]?: readonly NonNullable<CaseContext[K]>[] | NumberTest }

/** All given parts must hold. An absent fact matches no test: absent means unknown. */
export type Pattern = {
  readonly protocol?: readonly Protocol[]
  readonly stage?: readonly Stage[]
  /** A regular expression on the operating system's or TLS library's word. */
  readonly networkError?: string
  /** Statuses or a range `[from, to]` written as `500-599`. */
  readonly httpStatus?: string
  /** A regular expression on message and body together, lower case, entities resolved. */
  readonly text?: string
  /** Two regular expressions on the same text, met near each other in any order. */
  readonly near?: readonly [string, string]
  /** A regular expression on any of the codes, lower case. */
  readonly code?: string
  /** A regular expression on `name: value` of any header, lower case. */
  readonly header?: string
  readonly empty?: boolean
  readonly context?: ContextTest
  readonly not?: Pattern
}

/** Natural-log likelihood ratios by cause; a cause that is not named is neither more nor less likely. */
export type Weights = { readonly [C in CauseCode]?: number }

export type Rule = {
  readonly id: string
  readonly when: Pattern
  /** The words say next to nothing ("general error", "try later"): a vague code beside them keeps its weight. */
  readonly vague?: true
  /** Words of the program or its libraries about an answer, not of the answer: a status beside them keeps its weight. */
  readonly ofProgram?: true
  /** The answer is a page for people, which speaks of many things to everybody: what else it says is not said of this request alone. */
  readonly ofPage?: true
  /** Two words near each other, not a known way of saying a thing: heard only where no such way is found. */
  readonly pair?: true
  /** Tells only how often it was asked: heard where the answer does not say itself that it was something else, and one came at all. */
  readonly ofAsking?: true
  /** Rests on the bank giving no reason: heard where the words of its answer state none. */
  readonly ofSilence?: true
  /** Tells of the stored secret: heard where the answer may be of who looked at it, not where none came or what is there is no door. */
  readonly ofSecret?: true
  /** Relink holds the fact itself, or the person who did it tells: it cannot be misread. */
  readonly own?: true
  /** Believed as it is written, whatever cases show: nobody reports what he typed wrongly, so they cannot show how often that was all. */
  readonly asWritten?: true
  readonly weights: Weights
  /** The fact as a sentence for the lists "for" and "against"; `{name}` is replaced by that fact of the evidence or context. */
  readonly because: string
  /** Why a reviewer may believe it: a section of a specification, a vendor's page, or the class of failures it was seen in. */
  readonly source: string
}

/** What was learned from labelled cases: how frequent causes are before anything is known, by protocol and stage, and how far to trust the rest. */
export type Fitted = {
  readonly fittedOn: string
  readonly prior: { readonly [C in CauseCode]: number }
  /** By `protocol:ofx`, `stage:tls`: log-likelihood ratios. */
  readonly background: { readonly [feature: string]: Weights }
  /** Multiplies the evidence of code tables, of rules on context alone, and of the other rules. */
  readonly trust: { readonly codes: number; readonly context: number; readonly rules: number }
  /** How far single rules are believed, where cases have shown another measure than 1: their weights count so much. */
  readonly believed: { readonly [rule: string]: number }
  /** Divides all logits at the end; above 1 makes probabilities humbler. */
  readonly temperature: number
}

export type Knowledge = { readonly tables: readonly CodeTable[]; readonly rules: readonly Rule[]; readonly fitted: Fitted }

type RowOptions = { readonly name?: string; readonly doubt?: number; readonly source?: string }
type Row = readonly [codes: string, meaning: string, reasons: readonly Reason[], options?: RowOptions]

/** Makes a table from rows; several codes of one meaning are separated by a blank. */
export function codeTable(head: Omit<CodeTable, 'codes'> & { readonly source: string; readonly doubt: number }, rows: readonly Row[]): CodeTable {
  const codes = rows.flatMap(([names, meaning, reasons, options]) =>
    names.split(' ').map((code) => ({
      code,
      name: options?.name ?? null,
      meaning,
      reasons,
      doubt: options?.doubt ?? head.doubt,
      source: options?.source ?? head.source,
    })),
  )
  const { system, title, protocols, seenBy, names, ownNumbers } = head
  return { system, title, protocols, seenBy, ...(names === undefined ? {} : { names }), ...(ownNumbers === undefined ? {} : { ownNumbers }), codes }
}
