/**
 * One account's statement (OFX 2.2 sections 11.4 and 11.3.4 for cards). Promises that *covers* is
 * what the bank says that it answered for, cut to what was asked; that a window which the bank
 * shortened is noticed; and that an answer for another account, or none at all, is a failure and
 * not an empty statement. A refusal concerns this account only.
 */
import type { ConnectorContext, Page, ReadStep } from '../../connector-kit/connector.ts'
import { pageOfParts } from '../../connector-kit/pages.ts'
import type { AccountRef } from '../../domain/account.ts'
import { addDays, dayInZone, daysBetween, type DayRange } from '../../domain/day.ts'
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
  const answer = signed.response.answers.find((each) => each.of === 'STMTTRNRS' || each.of === 'CCSTMTTRNRS')
  const failure = answer === undefined ? withheldAnswer('statement', [signed.signOn.status], 'The bank accepted the sign-on but sent no statement.') : failureOf(answer, account, signed.signOn.status)
  if (answer === undefined || failure !== null) {
    return yield { step: 'failed', failure: ofBank(failure ?? implausible('statement', 'No statement came.'), context.institution.id), state, facts }
  }
  if (answer.status !== null && Number(answer.status.code) !== 0) yield { step: 'notice', code: answer.status.code, message: answer.status.message }
  const page = balancesOfToday(pageOfParts(answer.statement, window), context)
  if (page.covers !== null && page.covers.from > window.from) {
    yield { step: 'notice', code: 'window_cut', message: `Asked from ${window.from}, the bank answered from ${page.covers.from}.` }
  }
  yield { step: 'page', page, state }
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
