/**
 * The two papers of a repair: the letter to the bank (times, codes, request ids; no secrets, of an
 * account only the end of its number) and the support bundle, which holds the redacted record that replays offline
 * through `relink diagnose --bundle` to the same verdict, and what was asked and answered in the
 * last run that failed. Evidence and exchanges were redacted when they were made.
 */
import type { Account } from '../domain/account.ts'
import type { CauseCode } from '../domain/cause.ts'
import type { Connection, Problem } from '../domain/connection.ts'
import { OPEN_QUESTION, type CaseRecord, type Evidence, type Failure, type FailureCode, type Stage } from '../domain/evidence.ts'
import type { SyncRun } from '../domain/run.ts'
import { message, type Language } from '../language/language.ts'
import { retold } from '../language/retold.ts'
import { say } from '../language/say.ts'
import type { FailedExchanges, TenantStore } from '../ports/store.ts'
import type { ExchangeRecord } from '../ports/transport.ts'
import { failureOf } from '../diagnose/bank-health.ts'
import { diagnose } from '../diagnose/diagnose.ts'
import { saidByBank } from '../diagnose/bank-words.ts'
import { BUNDLE_KIND } from '../diagnose/jsonl.ts'
import { OWN } from '../diagnose/knowledge/codes/own.ts'
import { mergeEvidence } from '../diagnose/merge-evidence.ts'
import { newsOf, type StepNews } from '../diagnose/step-news.ts'
import { LETTER_WORDS, NO_SECURE_CONNECTION, type LetterWords } from './letter-words.ts'
import { gotNoAnswer } from './plan.ts'

const RUNS_IN_A_LETTER = 10
const REQUESTS_IN_A_LETTER = 5
/** Codes that Relink made itself say nothing to a bank. */
const OWN_CODES: ReadonlySet<string> = new Set([OPEN_QUESTION, 'challenge_expired' satisfies FailureCode, ...OWN.codes.map(({ code }) => code)])
/** What never left this server, or stopped on it, is no attempt that the bank finds in its records. */
const UNSENT: ReadonlySet<FailureCode> = new Set(['secret_withheld', 'secret_unreadable', 'secret_source_failed', 'quota_reached', 'configuration_invalid', 'address_forbidden', 'interrupted'])

/** Where in a conversation it happened, as who works at a bank says it. */
const STEPS: Readonly<Record<Stage, string>> = {
  resolve: message('finding the address of your server'), connect: message('reaching your server'), tls: message('the secure connection to your server'), http: message('the answer of the web server'),
  signon: message('the sign-in'), mfa: message('the code or question after the sign-in'), consent: message('the permission for access'),
  accounts: message('the list of accounts'), statement: message('reading the transactions'), parse: message('understanding your answer'), import: message('storing the transactions'),
}

/** The letter, ready to be sent. Times in UTC. */
export async function letterToBank(language: Language, store: TenantStore, problem: Problem): Promise<string> {
  const connection = await store.connections.get(problem.connectionId)
  const [runs, account, failed] = await Promise.all([
    store.runs.list({ connectionId: problem.connectionId, limit: RUNS_IN_A_LETTER }), problem.accountId === null ? null : store.accounts.get(problem.accountId), store.problems.exchanges(problem.id),
  ])
  return letterText(language, problem, { connection, runs, account, exchanges: failed?.exchanges ?? [] })
}

export type LetterFacts = { readonly connection: Connection | null; readonly runs: readonly SyncRun[]; readonly account: Pick<Account, 'number'> | null; readonly exchanges: readonly ExchangeRecord[] }

/** The letter from its facts; pure. Codes, ids and the bank's own words are the same in every language. */
export function letterText(language: Language, problem: Problem, { connection, runs, account, exchanges }: LetterFacts): string {
  const bank = connection?.institutionName ?? problem.institutionId
  const words = letterWords(problem.diagnosis.causes[0]?.cause ?? 'unknown', problem.failure)
  const evidence = mergeEvidence(problem.failure.evidence)
  const lastWorked = connection?.lastSuccessAt ?? null
  const since = time(problem.openedAt)
  const attempts = runs.slice(0, firstThatWorked(runs, problem.accountId)).flatMap((run) => {
    const failure = failureFor(run, problem.accountId)
    return failure === null || UNSENT.has(failure.code) ? [] : [say(language, '- {at}: {message} (step: {step})', { at: time(run.startedAt), message: retold(language, failure.message), step: say(language, STEPS[failure.stage]) })]
  })
  return [
    say(language, 'To: {bank}, online banking support', { bank }),
    say(language, 'Subject: access by program fails since {since}', { since }),
    '',
    say(language, 'Dear Sir or Madam,'),
    '',
    `${say(language, 'A program that I use reads my own accounts at {bank}. Since {since} this fails.', { bank, since })}${lastWorked === null ? '' : ` ${say(language, 'It last worked at {at}.', { at: time(lastWorked) })}`}`,
    `${say(language, 'As far as the program can tell:')} ${say(language, words.what)}`,
    ...accountLines(language, account),
    '',
    say(language, 'What was answered:'),
    ...answerLines(language, evidence, saidByBank(problem.failure) !== null),
    '',
    ...(attempts.length === 0 ? [] : [say(language, 'Attempts, newest first (times in UTC):'), ...attempts, '']),
    ...requestLines(language, exchanges),
    say(language, words.ask),
    say(language, 'This letter contains no password and no code for signing in. Please do not ask for them.'),
    '',
    say(language, 'Yours faithfully'),
    '',
  ].join('\n')
}

function failureFor(run: SyncRun, accountId: string | null): Failure | null {
  return run.accounts.find((account) => account.accountId === accountId)?.failure ?? failureOf(run)
}

/** What failed before it was an earlier trouble, which is over. `runs`: newest first. */
function firstThatWorked(runs: readonly SyncRun[], accountId: string | null): number {
  const at = runs.findIndex((run) => (run.outcome === 'succeeded' || run.outcome === 'partial') && failureFor(run, accountId) === null)
  return at < 0 ? runs.length : at
}

/** What is told as the bank's answer is so only where one came. */
function letterWords(cause: CauseCode, failure: Failure): LetterWords {
  if (!ANSWERED.includes(cause) || !gotNoAnswer(failure)) return LETTER_WORDS[cause]
  return failure.stage === 'tls' ? NO_SECURE_CONNECTION : LETTER_WORDS.institution_down
}
const ANSWERED: readonly CauseCode[] = ['institution_error', 'client_bug']

function accountLines(language: Language, account: LetterFacts['account']): readonly string[] {
  const end = account?.number?.replace(/[^\p{L}\p{Nd}]/gu, '').slice(-4) ?? ''
  return end === '' ? [] : [say(language, 'It is about the account whose number ends in {end}.', { end })]
}

/** What was asked last, newest first, as the bank finds it in its records. */
function requestLines(language: Language, exchanges: readonly ExchangeRecord[]): readonly string[] {
  if (exchanges.length === 0) return []
  const lines = exchanges.slice(-REQUESTS_IN_A_LETTER).toReversed().map(({ startedAt, url, requestId }) => `- ${time(startedAt)}: ${url}${requestId === undefined ? '' : `, ${requestId}`}`)
  return [say(language, 'The last requests, as your records may show them:'), ...lines, '']
}

/** `isBanks`: its words are the bank's own, and not what Relink says of them. */
function answerLines(language: Language, evidence: Evidence, isBanks: boolean): readonly string[] {
  const { message, httpStatus, networkError, stage } = evidence
  const codes = (evidence.codes ?? []).filter((code) => !OWN_CODES.has(code))
  const lines = [
    codes.length === 0 ? null : say(language, '- code {codes}', { codes: codes.join(', ') }),
    message === undefined || !isBanks ? null : say(language, '- text “{text}”', { text: message }),
    httpStatus === undefined ? null : say(language, '- HTTP status {status}', { status: httpStatus }),
    networkError === undefined ? null : say(language, '- network: {error}', { error: networkError }),
    stage === undefined ? null : say(language, '- at the step: {step}', { step: say(language, STEPS[stage]) }),
  ].filter((line) => line !== null)
  return lines.length === 0 ? [say(language, '- nothing that could be read')] : lines
}

export type SupportBundle = {
  readonly kind: typeof BUNDLE_KIND
  readonly version: string
  /** `relink diagnose --bundle FILE`, or this as a line of `--format jsonl`, gives `verdict` again. */
  readonly record: CaseRecord & { readonly id: string; readonly steps: readonly StepNews[] }
  readonly verdict: { readonly causes: readonly { readonly cause: string; readonly p: number }[]; readonly action: string }
  readonly protocol: string | null
  readonly openedAt: string
  readonly runs: readonly { readonly startedAt: string; readonly outcome: string; readonly stage: string | null; readonly code: string | null }[]
  /** Of the run that failed last: how it began and how it ended. Empty when nothing was asked, or before a version that keeps them. */
  readonly exchanges: readonly (Omit<ExchangeRecord, 'startedAt'> & { readonly startedAt: string })[]
}

/** The bundle: codes, times and redacted evidence only; no names of persons, accounts, rows or amounts. */
export async function supportBundle(store: TenantStore, problem: Problem, version: string): Promise<SupportBundle> {
  const [runs, plan, failed] = await Promise.all([
    store.runs.list({ connectionId: problem.connectionId, limit: RUNS_IN_A_LETTER }), store.problems.plan(problem.id), store.problems.exchanges(problem.id),
  ])
  return bundleOf(problem, { runs, plan, failed, version })
}

export type BundleFacts = { readonly runs: readonly SyncRun[]; readonly plan: { readonly steps: readonly StepNews[] } | null; readonly failed: FailedExchanges | null; readonly version: string }

/** The bundle from its facts; pure. */
export function bundleOf(problem: Problem, { runs, plan, failed, version }: BundleFacts): SupportBundle {
  const evidence = mergeEvidence(problem.failure.evidence)
  const steps = (plan?.steps ?? []).map(({ id, kind, action, who, state, title, found, answer }) => ({ id, kind, action, who, state, title, ...(found === undefined ? {} : { found }), ...(answer === undefined ? {} : { answer }) }))
  const record = { id: problem.id, evidence, context: problem.context, steps }
  return {
    kind: BUNDLE_KIND, version, record, verdict: verdictOf(record),
    protocol: evidence.protocol ?? null, openedAt: new Date(problem.openedAt).toISOString(),
    runs: runs.map((run) => ({ startedAt: new Date(run.startedAt).toISOString(), outcome: run.outcome, stage: failureOf(run)?.stage ?? null, code: failureOf(run)?.code ?? null })),
    exchanges: (failed?.exchanges ?? []).map((exchange) => ({ ...exchange, startedAt: new Date(exchange.startedAt).toISOString() })),
  }
}

function verdictOf(record: SupportBundle['record']): SupportBundle['verdict'] {
  const { causes, action } = diagnose(record, undefined, newsOf(record, record))
  return { causes: causes.slice(0, 5).map(({ cause, p }) => ({ cause, p })), action }
}

function time(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ') + ' UTC'
}
