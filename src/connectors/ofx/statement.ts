/**
 * One account's statement (OFX 2.2 sections 11.4 and 11.3.4 for cards). Promises that *covers* is
 * what the bank says that it answered for, cut to what was asked; that a window which the bank
 * shortened is noticed; and that an answer for another account, or none at all, is a failure and
 * not an empty statement. A refusal concerns this account only.
 */
import type { ConnectorContext, Page, ReadStep } from '../../connector-kit/connector.ts'
import { pageOfParts } from '../../connector-kit/pages.ts'
import type { AccountRef } from '../../domain/account.ts'
import { addDays, dayInZone, daysBetween, joinRanges, type DayRange } from '../../domain/day.ts'
import type { CaseContext, Failure } from '../../domain/evidence.ts'
import type { OfxAnswer } from '../../formats/ofx/response.ts'
import type { OfxRequestMessage } from '../../formats/ofx/request.ts'
import { CHALLENGE_LASTS_MS } from './challenge.ts'
import { implausible, isRefusal, ofBank, refusal, withheldAnswer } from './failures.ts'
import { openSession, type Session } from './session.ts'

/** ACCTTYPE of section 11.3.1.1. */
const ACCOUNT_TYPES: Readonly<Record<string, string>> = { checking: 'CHECKING', savings: 'SAVINGS', money_market: 'MONEYMRKT', credit_line: 'CREDITLINE', certificate: 'CD' }

/** So much may a balance of now, the clocks of bank and host, and the way of an answer be apart. */
const NOW_MS = 15 * 60_000

/** Reads one account in one answer: OFX Direct Connect has no pages. */
export async function* readAccount(context: ConnectorContext, account: AccountRef, window: DayRange): AsyncIterable<ReadStep> {
  const opened = await openSession(context)
  const requestRangeDays = daysBetween(window.from, window.to) + 1
  if (!opened.ok) return yield { step: 'failed', ...opened.failure, facts: { ...opened.failure.facts, requestRangeDays } }
  const session = opened.value
  const message = requestFor(session, account, window, dayInZone(context.now(), context.institution.timeZone))
  const signed = await session.ask('statement', 'statement', [message])
  const { state } = session
  const facts: CaseContext = { ...session.facts, requestRangeDays }
  if (signed.kind === 'challenge') return yield { step: 'challenge', prompts: signed.prompts, codes: signed.codes, resume: signed.resume, expiresInMs: CHALLENGE_LASTS_MS, state }
  if (signed.kind === 'failed') return yield { step: 'failed', failure: signed.failure, state, facts }
  const answers = answersFor(account, message.trnuid, signed.response.answers)
  const failure = answers.length === 0 ? withheldAnswer('statement', [signed.signOn.status], 'The bank accepted the sign-on but sent no statement.') : (answers.map((answer) => failureOf(answer, account, signed.signOn.status)).find((each) => each !== null) ?? null)
  if (failure !== null) return yield { step: 'failed', failure: ofBank(failure, context.institution.id), state, facts }
  for (const { status } of answers) if (status !== null && Number(status.code) !== 0) yield { step: 'notice', code: status.code, message: status.message }
  const page = balancesOfToday(together(answers.map((answer) => pageOfParts(answer.statement, window))), context)
  if (page.covers !== null && page.covers.from > window.from) {
    yield { step: 'notice', code: 'window_cut', message: `Asked from ${window.from}, the bank answered from ${page.covers.from}.` }
  }
  yield { step: 'page', page, state }
}

/** What was sent for this account: mostly one statement; some banks send one for each month. Of none for it the first tells what came instead. */
function answersFor(account: AccountRef, trnuid: string, all: readonly OfxAnswer[]): readonly OfxAnswer[] {
  const sent = all.filter(({ of }) => of === 'STMTTRNRS' || of === 'CCSTMTTRNRS')
  const own = sent.filter((each) => (each.account === null ? each.trnuid === trnuid : each.account.number === null || sameNumber(each.account.number, account.number)))
  return own.length > 0 ? own : sent.slice(0, 1)
}

/** Statements of one currency as one; days between two that neither covers leave all of them without a proof. */
function together(pages: readonly Page[]): Page {
  const [first, ...others] = pages
  const own = [first!, ...others.filter(({ currency }) => currency === first!.currency)]
  const [covers = null, ...apart] = joinRanges(own.flatMap((page) => (page.covers === null ? [] : [page.covers])))
  const isProved = apart.length === 0 && own.every((page) => page.covers !== null)
  return { ...first!, rows: own.flatMap(({ rows }) => rows), balances: own.flatMap(({ balances }) => balances), covers: isProved ? covers : null }
}

/**
 * A balance as of this moment is one of the bank's day, in whatever zone the instant is written: many banks write
 * GMT, where it is tomorrow already. Of another time of day nobody knows which zone was meant: it stays as written.
 */
export function balancesOfToday(page: Page, { now, institution }: Pick<ConnectorContext, 'now' | 'institution'>): Page {
  const isNow = (at: string | null): boolean => at !== null && Math.abs(Date.parse(at) - now()) <= NOW_MS
  return { ...page, balances: page.balances.map((balance) => (isNow(balance.at) ? { ...balance, on: dayInZone(Date.parse(balance.at!), institution.timeZone) } : balance)) }
}

function requestFor(session: Session, account: AccountRef, window: DayRange, today: string): OfxRequestMessage {
  // Many banks read DTEND as the beginning of that day. An end of today or later is left out: banks refuse the future.
  const bounds = window.to >= today ? { from: window.from } : { from: window.from, to: addDays(window.to, 1) }
  const shared = { trnuid: session.newTransaction(), transactions: true, pending: true, ...bounds }
  if (account.kind === 'credit_card') return { ...shared, type: 'card', account: { number: account.number } }
  const type = ACCOUNT_TYPES[account.kind] ?? 'CHECKING'
  return { ...shared, type: 'bank', account: { bankId: account.bankId ?? '', branchId: account.branchId, number: account.number, type } }
}

function failureOf(answer: OfxAnswer, account: AccountRef, signOn: OfxAnswer['status']): Failure | null {
  if (isRefusal(answer.status)) return refusal('statement', [signOn, answer.status])
  if (!answer.statement.some((part) => part.part === 'start')) return withheldAnswer('statement', [signOn, answer.status], 'The bank sent a statement without content.')
  const number = answer.account?.number ?? null
  return number === null || sameNumber(number, account.number) ? null : implausible('statement', 'The bank answered for another account than the one asked for.')
}

/** Banks mask numbers, pad them and write them with spaces; what can be seen of both must agree. */
function sameNumber(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => text.toUpperCase().replace(/[\s./-]/g, '').replace(/^0+/, ''))
  if (left === right || left === undefined || right === undefined) return true
  const tail = (text: string): string => /[^*X]*$/.exec(text)?.[0] ?? ''
  const masked = /[*X]/.test(left + right)
  const [short, long] = [tail(left), tail(right)].sort((x, y) => x.length - y.length)
  return masked && short !== undefined && long !== undefined && short.length >= 3 && long.endsWith(short)
}
