/**
 * The OFX Direct Connect server: one POST in, one message out. Answers every transaction that it
 * finds, refuses what it does not know with a status, and never throws on bad input.
 */
import { addDays, type Day, maxDay } from '../../src/domain/day.ts'
import { concerns, type Fault, type LoginMoment, type RequestMoment, type Status } from '../faults/fault.ts'
import type { LoginState } from '../state.ts'
import { answer, type HttpAnswer } from '../wire.ts'
import { accountInfo, findAccount } from './accounts.ts'
import { readDay, readInstant } from './dates.ts'
import { type Child, child, type Element, leaf, node, textOf } from './element.ts'
import { CHANGED_AT, signonAnswer, statusOf } from './envelope.ts'
import { knowsMfa, knowsPending, type OfxRequest, VERSIONS, writeMessage } from './message.ts'
import { challengeOf } from './mfa.ts'
import { profile } from './profile.ts'
import { type SignOn, signOn } from './signon.ts'
import { readStatement, type Window, writeStatement } from './statement.ts'

export type OfxPlace = { readonly url: string; readonly siteUrl: string }

/** One request on its way to its answer. */
type Exchange = {
  readonly message: OfxRequest
  readonly moment: RequestMoment
  readonly place: OfxPlace
  readonly faults: readonly Fault[]
}

/** The answer to a POST of OFX. */
export function serveOfx(message: OfxRequest | string, moment: RequestMoment, place: OfxPlace, faults: readonly Fault[]): HttpAnswer {
  if (typeof message === 'string') return answer(400, 'text/plain; charset=utf-8', `Bad Request: ${message}\n`)
  if (message.root.tag !== 'OFX') return answer(400, 'text/plain; charset=utf-8', 'Bad Request: the root element must be OFX.\n')
  let tree = answerTree({ message, moment, place, faults })
  for (const fault of faults) tree = fault.definition.tree?.(fault, tree, moment) ?? tree
  return answer(200, 'application/x-ofx', writeMessage(tree, message.version, message.fileUid), { 'cache-control': 'no-store' })
}

function answerTree(exchange: Exchange): Element {
  const { message, moment, faults } = exchange
  const { version, root } = message
  const spoken = VERSIONS.includes(version) && version >= moment.bank.minimumVersion
  const signonSet = root.children.find((set) => /^SIGNONMSGSRQV\d$/.test(set.tag)) ?? null
  if (!spoken) return node('OFX', signonAnswer({ code: 2021, message: `Unsupported version ${version}` }, moment.now, institutionOf(signonSet, moment)))
  const signed = signOn(child(signonSet, 'SONRQ'), signonSet ?? root, moment, faults)
  const challenge = challengeAnswer(signonSet, signed, exchange)
  const others = (signonSet?.children ?? []).filter(({ tag }) => tag.endsWith('TRNRQ') && tag !== 'MFACHALLENGETRNRQ').map((request) => refusedAtSignOn(request, signed))
  const rest = inOrder(root.children.filter((set) => set !== signonSet)).map((set) => answerSet(set, signed, exchange))
  return node(
    'OFX',
    signonAnswer(signed.status, moment.now, [institutionOf(signonSet, moment), leaf('ACCESSKEY', knowsMfa(version) ? signed.accessKey : null)], [challenge, ...others]),
    rest,
  )
}

/** Who sends FI gets it back in every answer (OFX 1.0.2, section 2.5.1.8): clients go by it where they keep what they read. */
function institutionOf(signonSet: Element | null, { bank }: RequestMoment): Child {
  return child(child(signonSet, 'SONRQ'), 'FI') === null ? null : node('FI', leaf('ORG', bank.org), leaf('FID', bank.fid))
}

/** What else is asked with a sign-on: a new password (PINCHTRNRQ) or a session key, which this bank gives at its web site only. */
function refusedAtSignOn(request: Element, signed: SignOn): Element {
  const status = signed.status.code === 0 ? { code: 2000, message: `${request.tag} is not supported by this bank` } : { code: 15500, message: 'Signon invalid' }
  return transactionAnswer(request, status, null)
}

/** Message sets stand in one order in an answer (OFX 2.2, section 2.4.5), in whatever order they were asked for. */
const SETS = ['SIGNUP', 'BANK', 'CREDITCARD', 'INVSTMT', 'INTERXFER', 'WIREXFER', 'BILLPAY', 'EMAIL', 'LOAN', 'SECLIST', 'PRESDIR', 'PRESDLV', 'PROF', 'IMAGE', 'TAX1098', 'TAXW2', 'TAX1099']

function inOrder(sets: readonly Element[]): readonly Element[] {
  const place = ({ tag }: Element): number => (SETS.indexOf(tag.replace(/MSGSRQV\d$/, '')) + SETS.length + 1) % (SETS.length + 1)
  return sets.toSorted((a, b) => place(a) - place(b))
}

/** MFACHALLENGETRNRS (OFX 2.1.1, section 2.5.4.3): the phrases to answer at the next sign-on. */
function challengeAnswer(signonSet: Element | null, signed: SignOn, { message, moment }: Exchange): Child {
  const asked = child(signonSet, 'MFACHALLENGETRNRQ')
  if (asked === null) return null
  if (signed.login === null) return transactionAnswer(asked, { code: 15500, message: 'Signon invalid' }, null)
  const { mfa } = signed.login
  if (!knowsMfa(message.version) || mfa === 'none' || mfa === 'token')
    return transactionAnswer(asked, { code: 2000, message: 'No challenge is needed' }, null)
  const { phraseId, label } = challengeOf(signed.login, moment)
  return transactionAnswer(
    asked,
    SUCCESS,
    node('MFACHALLENGERS', node('MFACHALLENGE', leaf('MFAPHRASEID', phraseId), leaf('MFAPHRASELABEL', label))),
  )
}

/** Answers each TRNRQ of a message set; sets and requests that the bank does not know get a status. */
function answerSet(set: Element, signed: SignOn, exchange: Exchange): Child {
  if (!/^[A-Z0-9]+MSGSRQV\d$/.test(set.tag)) return null
  const answerOne = (request: Element): Element => {
    const { status, content } = answerRequest(set, request, signed, exchange)
    return transactionAnswer(request, status, content)
  }
  const answers = set.children.flatMap((request) => (request.tag.endsWith('TRNRQ') ? [answerOne(request)] : request.tag.endsWith('SYNCRQ') ? [unsynchronised(request, answerOne)] : []))
  return answers.length === 0 ? null : node(set.tag.replace('MSGSRQ', 'MSGSRS'), answers)
}

/**
 * The bank keeps no history to synchronise with. Such an answer has no STATUS: the token -1 says that there is an error, and each
 * request inside has its own (Errors and Omissions to OFX 1.0.2, on section 6.4).
 */
function unsynchronised(request: Element, answerOne: (request: Element) => Element): Element {
  const token = child(request, 'TOKEN2') === null ? 'TOKEN' : 'TOKEN2'
  const account = ['BANKACCTFROM', 'CCACCTFROM', 'INVACCTFROM', 'LOANACCTFROM'].map((tag) => child(request, tag)).find((one) => one !== null) ?? null
  return node(request.tag.replace(/RQ$/, 'RS'), leaf(token, '-1'), leaf('LOSTSYNC', 'N'), account, request.children.filter(({ tag }) => tag.endsWith('TRNRQ')).map(answerOne))
}

/** The TRNRS of a TRNRQ: its TRNUID and CLTCOOKIE come back. */
function transactionAnswer(request: Element, status: Status, content: Child): Element {
  const uid = textOf(request, 'TRNUID') ?? '0'
  return node(
    request.tag.replace(/RQ$/, 'RS'),
    leaf('TRNUID', uid),
    statusOf(status),
    leaf('CLTCOOKIE', textOf(request, 'CLTCOOKIE')),
    content,
  )
}

type Outcome = { readonly status: Status; readonly content: Child }

const refuse = (code: number, message: string): Outcome => ({ status: { code, message }, content: null })
const SUCCESS: Status = { code: 0, message: 'Success' }

function answerRequest(set: Element, request: Element, signed: SignOn, exchange: Exchange): Outcome {
  const { message, moment, place, faults } = exchange
  if (signed.status.code !== 0) return refuse(15500, 'Signon invalid')
  const kind = `${set.tag}/${request.tag}`
  if (kind === 'PROFMSGSRQV1/PROFTRNRQ') {
    const url = faults.reduce((known, fault) => fault.definition.profileUrl?.(fault, known, moment) ?? known, place.url)
    if (url === place.url && moment.bank.credential === null && isUpToDate(child(request, 'PROFRQ'))) return { status: { code: 1, message: 'Client is up-to-date' }, content: null }
    return { status: SUCCESS, content: profile(moment.bank, { url, siteUrl: place.siteUrl, version: message.version }) }
  }
  if (signed.login === null) return refuse(15500, 'Signon invalid: the anonymous user may ask for the profile only')
  const loginMoment: LoginMoment = { ...moment, login: signed.login }
  if (challengePending(message, signed.login)) return refuse(3000, 'Answer the MFA challenge first')
  if (kind === 'SIGNUPMSGSRQV1/ACCTINFOTRNRQ') return accountList(signed.login, loginMoment, faults)
  if (kind === 'BANKMSGSRQV1/STMTTRNRQ') return statement(signed.login, child(request, 'STMTRQ'), 'BANKACCTFROM', loginMoment, exchange)
  if (kind === 'CREDITCARDMSGSRQV1/CCSTMTTRNRQ')
    return statement(signed.login, child(request, 'CCSTMTRQ'), 'CCACCTFROM', loginMoment, exchange)
  return refuse(2000, `${request.tag} in ${set.tag} is not supported by this bank`)
}

/** Whoever has the newest profile gets status 1 and no profile (OFX 1.0.2, section 7.1). */
function isUpToDate(request: Element | null): boolean {
  const known = readInstant(textOf(request, 'DTPROFUP') ?? '')
  return known !== null && known >= CHANGED_AT
}

/** A request that only passed the sign-on to fetch its challenge gets nothing else. */
function challengePending(message: OfxRequest, login: LoginState): boolean {
  const signonSet = message.root.children.find((one) => one.tag.startsWith('SIGNONMSGSRQ')) ?? null
  return child(signonSet, 'MFACHALLENGETRNRQ') !== null && login.mfa !== 'none'
}

function accountList(login: LoginState, moment: LoginMoment, faults: readonly Fault[]): Outcome {
  const visible = login.accounts.filter((account) => account.visible)
  const listed = faults.reduce(
    (known, fault) => (concerns(fault, login) ? (fault.definition.accounts?.(fault, known, moment) ?? known) : known),
    visible as typeof login.accounts,
  )
  return { status: SUCCESS, content: accountInfo(listed) }
}

function statement(
  login: LoginState,
  request: Element | null,
  fromTag: string,
  moment: LoginMoment,
  { message, faults }: Exchange,
): Outcome {
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
  if (from !== null && to !== null && from > to) return refuse(2027, 'Invalid date range')
  const window = windowOf(from, to, today, login.ledger.startsOn)
  for (const fault of faults) {
    const status = concerns(fault, login, account.spec.key)
      ? fault.definition.refuse?.(fault, account, from ?? window.from, window.to, moment)
      : null
    if (status) return { status, content: null }
  }
  const seen = readStatement(login, account, window, moment, faults)
  const withRows = include !== null && textOf(include, 'INCLUDE')?.toUpperCase() !== 'N'
  const withPending = knowsPending(message.version) && textOf(request, 'INCLUDEPENDING')?.toUpperCase() === 'Y'
  return { status: SUCCESS, content: writeStatement(seen, { withRows, withPending }, moment) }
}

/**
 * The days that the statement will name. Without a start it goes back 60 days from its end; nothing is booked after today or before the history
 * began, but days that lie wholly outside are named as they were asked: DTSTART is never after DTEND.
 */
function windowOf(from: Day | null, to: Day | null, today: Day, startsOn: Day): Window {
  const end = to === null || to > today ? today : to
  const start = from ?? addDays(end, -60)
  if (start > today) return { from: start, to: to ?? start }
  return { from: end < startsOn ? start : maxDay(start, startsOn), to: end }
}

function readBound(text: string | null, zone: LoginMoment['bank']['zone']): ReturnType<typeof readDay> | 'bad' {
  return text === null ? null : (readDay(text, zone) ?? 'bad')
}
