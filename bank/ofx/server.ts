/**
 * The OFX Direct Connect server: one POST in, one message out. Answers every transaction that it
 * finds, refuses what it does not know with a status, and never throws on bad input.
 */
import { addDays, maxDay } from '../../src/domain/day.ts'
import { concerns, type Fault, type LoginMoment, type RequestMoment, type Status } from '../faults/fault.ts'
import type { LoginState } from '../state.ts'
import { answer, type HttpAnswer } from '../wire.ts'
import { accountInfo, findAccount } from './accounts.ts'
import { readDay, writeInstant } from './dates.ts'
import { type Child, child, type Element, leaf, node, textOf } from './element.ts'
import { knowsMfa, knowsPending, type OfxRequest, VERSIONS, writeMessage } from './message.ts'
import { challengeOf } from './mfa.ts'
import { profile, PROFILE_CHANGED_AT } from './profile.ts'
import { type SignOn, signOn } from './signon.ts'
import { readStatement, writeStatement } from './statement.ts'

export type OfxPlace = { readonly url: string; readonly siteUrl: string }

/** Informative and warning codes of OFX; all others are errors. */
const INFO_CODES: readonly number[] = [0, 1, 10000, 13000, 15000]
const WARN_CODES: readonly number[] = [2028, 6501]

/** The answer to a POST of OFX. */
export function serveOfx(message: OfxRequest | string, moment: RequestMoment, place: OfxPlace, faults: readonly Fault[]): HttpAnswer {
  if (typeof message === 'string') return answer(400, 'text/plain; charset=utf-8', `Bad Request: ${message}\n`)
  if (message.root.tag !== 'OFX') return answer(400, 'text/plain; charset=utf-8', 'Bad Request: the root element must be OFX.\n')
  let tree = answerTree(message, moment, place, faults)
  for (const fault of faults) tree = fault.definition.tree?.(fault, tree, moment) ?? tree
  return answer(200, 'application/x-ofx', writeMessage(tree, message.version, message.fileUid), { 'cache-control': 'no-store' })
}

function answerTree(message: OfxRequest, moment: RequestMoment, place: OfxPlace, faults: readonly Fault[]): Element {
  const sets = message.root.children
  const signonSet = sets.find((set) => /^SIGNONMSGSRQV\d$/.test(set.tag)) ?? null
  if (!VERSIONS.includes(message.version) || message.version < moment.bank.minimumVersion) return node('OFX', signonAnswer({ code: 2021, message: `Unsupported version ${message.version}` }, moment, null, []))
  const signed = signOn(child(signonSet, 'SONRQ'), signonSet ?? message.root, moment, faults)
  const challenge = challengeAnswer(signonSet, signed, message, moment)
  const rest = sets.filter((set) => set !== signonSet).map((set) => answerSet(set, message, signed, moment, place, faults))
  return node('OFX', signonAnswer(signed.status, moment, knowsMfa(message.version) ? signed.accessKey : null, [challenge]), rest)
}

function statusOf(status: Status): Element {
  const severity = INFO_CODES.includes(status.code) ? 'INFO' : WARN_CODES.includes(status.code) ? 'WARN' : 'ERROR'
  return node('STATUS', leaf('CODE', status.code), leaf('SEVERITY', severity), status.message === '' ? null : leaf('MESSAGE', status.message.slice(0, 255)))
}

function signonAnswer(status: Status, moment: RequestMoment, accessKey: string | null, more: readonly Child[]): Element {
  const sonrs = node('SONRS', statusOf(status), leaf('DTSERVER', writeInstant(moment.now)), leaf('LANGUAGE', 'ENG'), leaf('DTPROFUP', writeInstant(PROFILE_CHANGED_AT)), leaf('ACCESSKEY', accessKey))
  return node('SIGNONMSGSRSV1', sonrs, more)
}

/** MFACHALLENGETRNRS (OFX 2.1.1, section 2.5.4.3): the phrases to answer at the next sign-on. */
function challengeAnswer(signonSet: Element | null, signed: SignOn, message: OfxRequest, moment: RequestMoment): Child {
  const asked = child(signonSet, 'MFACHALLENGETRNRQ')
  if (asked === null) return null
  const open = (status: Status, ...content: readonly Child[]): Element => node('MFACHALLENGETRNRS', leaf('TRNUID', textOf(asked, 'TRNUID') ?? '0'), statusOf(status), leaf('CLTCOOKIE', textOf(asked, 'CLTCOOKIE')), content)
  if (signed.login === null) return open({ code: 15500, message: 'Signon invalid' })
  if (!knowsMfa(message.version) || signed.login.mfa === 'none' || signed.login.mfa === 'token') return open({ code: 2000, message: 'No challenge is needed' })
  const { phraseId, label } = challengeOf(signed.login, moment)
  return open({ code: 0, message: 'Success' }, node('MFACHALLENGERS', node('MFACHALLENGE', leaf('MFAPHRASEID', phraseId), leaf('MFAPHRASELABEL', label))))
}

/** Answers each TRNRQ of a message set; sets and requests that the bank does not know get a status. */
function answerSet(set: Element, message: OfxRequest, signed: SignOn, moment: RequestMoment, place: OfxPlace, faults: readonly Fault[]): Child {
  const name = /^([A-Z0-9]+MSGSRQ)(V\d)$/.exec(set.tag)
  if (name === null) return null
  const answers = set.children
    .filter((request) => request.tag.endsWith('TRNRQ'))
    .map((request) => {
      const { status, content } = answerRequest(set, request, message, signed, moment, place, faults)
      return node(request.tag.replace(/RQ$/, 'RS'), leaf('TRNUID', textOf(request, 'TRNUID') ?? '0'), statusOf(status), leaf('CLTCOOKIE', textOf(request, 'CLTCOOKIE')), content)
    })
  return answers.length === 0 ? null : node(set.tag.replace('MSGSRQ', 'MSGSRS'), answers)
}

type Outcome = { readonly status: Status; readonly content: Child }

const refuse = (code: number, message: string): Outcome => ({ status: { code, message }, content: null })
const SUCCESS: Status = { code: 0, message: 'Success' }

function answerRequest(set: Element, request: Element, message: OfxRequest, signed: SignOn, moment: RequestMoment, place: OfxPlace, faults: readonly Fault[]): Outcome {
  if (signed.status.code !== 0) return refuse(15500, 'Signon invalid')
  const kind = `${set.tag}/${request.tag}`
  if (kind === 'PROFMSGSRQV1/PROFTRNRQ') {
    const url = faults.reduce((known, fault) => fault.definition.profileUrl?.(fault, known, moment) ?? known, place.url)
    return { status: SUCCESS, content: profile(moment.bank, { url, siteUrl: place.siteUrl, version: message.version }) }
  }
  if (signed.login === null) return refuse(15500, 'Signon invalid: the anonymous user may ask for the profile only')
  const loginMoment: LoginMoment = { ...moment, login: signed.login }
  if (challengePending(message, signed.login)) return refuse(3000, 'Answer the MFA challenge first')
  if (kind === 'SIGNUPMSGSRQV1/ACCTINFOTRNRQ') return accountList(signed.login, loginMoment, faults)
  if (kind === 'BANKMSGSRQV1/STMTTRNRQ') return statement(signed.login, child(request, 'STMTRQ'), 'BANKACCTFROM', message, loginMoment, faults)
  if (kind === 'CREDITCARDMSGSRQV1/CCSTMTTRNRQ') return statement(signed.login, child(request, 'CCSTMTRQ'), 'CCACCTFROM', message, loginMoment, faults)
  return refuse(2000, `${request.tag} in ${set.tag} is not supported by this bank`)
}

/** A request that only passed the sign-on to fetch its challenge gets nothing else. */
function challengePending(message: OfxRequest, login: LoginState): boolean {
  const signonSet = message.root.children.find((one) => one.tag.startsWith('SIGNONMSGSRQ')) ?? null
  return child(signonSet, 'MFACHALLENGETRNRQ') !== null && login.mfa !== 'none'
}

function accountList(login: LoginState, moment: LoginMoment, faults: readonly Fault[]): Outcome {
  const visible = login.accounts.filter((account) => account.visible)
  const listed = faults.reduce((known, fault) => (concerns(fault, login) ? (fault.definition.accounts?.(fault, known, moment) ?? known) : known), visible as typeof login.accounts)
  return { status: SUCCESS, content: accountInfo(listed, PROFILE_CHANGED_AT) }
}

function statement(login: LoginState, request: Element | null, fromTag: string, message: OfxRequest, moment: LoginMoment, faults: readonly Fault[]): Outcome {
  const account = findAccount(login, child(request, fromTag))
  if (account === null) return refuse(2003, 'Account not found')
  if (!account.visible) return refuse(2005, 'Account not authorized')
  if (account.status === 'closed') return refuse(2004, 'Account closed')
  if (account.status === 'dormant') return refuse(2002, 'General account error: the account is dormant')
  const { zone } = moment.bank
  const include = child(request, 'INCTRAN')
  const today = zone.dayOf(moment.now)
  const from = readBound(textOf(include, 'DTSTART'), zone)
  const to = readBound(textOf(include, 'DTEND'), zone)
  if (from === 'bad' || to === 'bad') return refuse(2020, 'Invalid date')
  // Rows that are booked for a day before the history began cannot exist, so an older start is harmless.
  const window = { from: maxDay(from ?? addDays(today, -60), login.ledger.startsOn), to: to === null || to > today ? today : to }
  if (from !== null && to !== null && from > to) return refuse(2027, 'Invalid date range')
  for (const fault of faults) {
    const status = concerns(fault, login, account.spec.key) ? fault.definition.refuse?.(fault, account, from ?? window.from, window.to, moment) : null
    if (status) return { status, content: null }
  }
  const seen = readStatement(login, account, window, moment, faults)
  const withRows = include !== null && textOf(include, 'INCLUDE')?.toUpperCase() !== 'N'
  const withPending = knowsPending(message.version) && textOf(request, 'INCLUDEPENDING')?.toUpperCase() === 'Y'
  return { status: SUCCESS, content: writeStatement(seen, { withRows, withPending }, moment) }
}

function readBound(text: string | null, zone: LoginMoment['bank']['zone']): ReturnType<typeof readDay> | 'bad' {
  return text === null ? null : (readDay(text, zone) ?? 'bad')
}
