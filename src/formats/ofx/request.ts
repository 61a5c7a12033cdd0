/**
 * Writes requests for OFX Direct Connect: sign-on (anonymous or named, with what multi-factor banks ask for), profile,
 * account list, statements, challenge. Pure: ids, times and secrets come from the caller, and the text is ASCII whatever
 * they hold. It decides nothing about the bank; which version and which fields a bank wants is the connector's traits.
 */
import type { Day } from '../../domain/day.ts'
import { ofxWriter, type Markup, type OfxVersion, type OfxWriter } from './markup.ts'

/** OFX 2.2 section 2.5.1.1. A field that is absent is not written. */
export type OfxSignOnRequest = {
  /** `anonymous` is for profile requests only (section 7.1). */
  readonly login:
    | 'anonymous'
    | { readonly userId: string; readonly password: string }
    | { readonly userKey: string }
    | { readonly accessToken: string }
  readonly institution?: { readonly org: string; readonly fid: string | null }
  readonly language?: string
  readonly sessionCookie?: string
  /** The name under which the bank knows the program: at most five characters, and its version (`QWIN`, `2700`). */
  readonly appId: string
  readonly appVersion: string
  readonly clientUid?: string
  readonly credential1?: string
  readonly credential2?: string
  readonly authToken?: string
  readonly accessKey?: string
  readonly challengeAnswers?: readonly { readonly phraseId: string; readonly answer: string }[]
}

export type OfxRequestMessage =
  | { readonly type: 'profile'; readonly trnuid: string; readonly updatedAt?: string }
  | { readonly type: 'accounts'; readonly trnuid: string; readonly updatedAt?: string }
  | { readonly type: 'challenge'; readonly trnuid: string }
  | (StatementRequest & {
      readonly type: 'bank'
      readonly account: { readonly bankId: string; readonly branchId: string | null; readonly number: string; readonly type: string }
    })
  | (StatementRequest & { readonly type: 'card'; readonly account: { readonly number: string } })

type StatementRequest = {
  readonly trnuid: string
  readonly from?: Day
  readonly to?: Day
  /** False asks for the balances alone. */
  readonly transactions: boolean
  /** Pending rows too; only from OFX 2.2 on, left out for earlier versions. */
  readonly pending?: boolean
}

export type OfxRequest = {
  readonly version: OfxVersion
  readonly newFileUid?: string
  readonly oldFileUid?: string
  /** Milliseconds since 1970. */
  readonly clientTimeMs: number
  readonly signOn: OfxSignOnRequest
  readonly messages: readonly OfxRequestMessage[]
}

/** "Never updated": makes the server answer in full (section 7.1.2). */
const NEVER = '19900101'
/** Section 7.1.1: `anonymous` padded with zeros to the full length of the field. */
const ANONYMOUS = 'anonymous'.padEnd(32, '0')

/** Message sets in the order of the document (section 2.4.4). Challenges stand beside the sign-on. */
const MESSAGE_SETS: readonly (readonly [set: string, type: OfxRequestMessage['type']])[] = [
  ['SIGNUPMSGSRQV1', 'accounts'],
  ['BANKMSGSRQV1', 'bank'],
  ['CREDITCARDMSGSRQV1', 'card'],
  ['PROFMSGSRQV1', 'profile'],
]

/** The whole request, header and body, with CRLF line ends; ASCII only. */
export function writeOfxRequest(request: OfxRequest): string {
  const ofx = ofxWriter(request.version)
  const time = new Date(request.clientTimeMs).toISOString().slice(0, 19).replace(/[-:T]/g, '')
  const messages = (type: OfxRequestMessage['type']): Markup[] =>
    request.messages.filter((message) => message.type === type).map((message) => messageOf(ofx, message, request.version, time))
  const sets = MESSAGE_SETS.map(([set, type]) => [set, messages(type)] as const).filter(([, content]) => content.length > 0)
  const body = ofx.aggregate(
    'OFX',
    ofx.aggregate('SIGNONMSGSRQV1', signOnOf(ofx, request.signOn, time), ...messages('challenge')),
    ...sets.map(([set, content]) => ofx.aggregate(set, ...content)),
  )
  return ofx.header(request.newFileUid, request.oldFileUid) + body.replace(/[^\x00-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`)
}

function signOnOf(ofx: OfxWriter, signOn: OfxSignOnRequest, time: string): Markup {
  const institution = signOn.institution
  return ofx.aggregate(
    'SONRQ',
    ofx.leaf('DTCLIENT', time),
    ...loginOf(ofx, signOn.login),
    ofx.leaf('LANGUAGE', signOn.language ?? 'ENG'),
    ...(institution === undefined ? [] : [ofx.aggregate('FI', ofx.leaf('ORG', institution.org), ofx.leaf('FID', institution.fid))]),
    ofx.leaf('SESSCOOKIE', signOn.sessionCookie ?? null),
    ofx.leaf('APPID', signOn.appId, 5),
    ofx.leaf('APPVER', signOn.appVersion),
    ofx.leaf('CLIENTUID', signOn.clientUid ?? null),
    ofx.leaf('USERCRED1', signOn.credential1 ?? null),
    ofx.leaf('USERCRED2', signOn.credential2 ?? null),
    ofx.leaf('AUTHTOKEN', signOn.authToken ?? null),
    ofx.leaf('ACCESSKEY', signOn.accessKey ?? null),
    ...(signOn.challengeAnswers ?? []).map(({ phraseId, answer }) =>
      ofx.aggregate('MFACHALLENGEANSWER', ofx.leaf('MFAPHRASEID', phraseId), ofx.leaf('MFAPHRASEA', answer)),
    ),
  )
}

function loginOf(ofx: OfxWriter, login: OfxSignOnRequest['login']): Markup[] {
  if (login === 'anonymous') return [ofx.leaf('USERID', ANONYMOUS), ofx.leaf('USERPASS', ANONYMOUS)]
  if ('userKey' in login) return [ofx.leaf('USERKEY', login.userKey)]
  if ('accessToken' in login) return [ofx.leaf('ACCESSTOKEN', login.accessToken)]
  return [ofx.leaf('USERID', login.userId), ofx.leaf('USERPASS', login.password)]
}

function messageOf(ofx: OfxWriter, message: OfxRequestMessage, version: OfxVersion, time: string): Markup {
  const transaction = (name: string, content: Markup): Markup => ofx.aggregate(`${name}TRNRQ`, ofx.leaf('TRNUID', message.trnuid), content)
  switch (message.type) {
    case 'profile':
      return transaction('PROF', ofx.aggregate('PROFRQ', ofx.leaf('CLIENTROUTING', 'NONE'), ofx.leaf('DTPROFUP', message.updatedAt ?? NEVER)))
    case 'accounts':
      return transaction('ACCTINFO', ofx.aggregate('ACCTINFORQ', ofx.leaf('DTACCTUP', message.updatedAt ?? NEVER)))
    case 'challenge':
      return transaction('MFACHALLENGE', ofx.aggregate('MFACHALLENGERQ', ofx.leaf('DTCLIENT', time)))
    case 'bank': {
      const { bankId, branchId, number, type } = message.account
      const account = ofx.aggregate(
        'BANKACCTFROM',
        ofx.leaf('BANKID', bankId),
        ofx.leaf('BRANCHID', branchId),
        ofx.leaf('ACCTID', number),
        ofx.leaf('ACCTTYPE', type),
      )
      return transaction('STMT', ofx.aggregate('STMTRQ', account, ...included(ofx, message, version)))
    }
    case 'card':
      return transaction(
        'CCSTMT',
        ofx.aggregate('CCSTMTRQ', ofx.aggregate('CCACCTFROM', ofx.leaf('ACCTID', message.account.number)), ...included(ofx, message, version)),
      )
  }
}

/** Section 11.4.1: INCTRAN, and INCLUDEPENDING of OFX 2.2. */
function included(ofx: OfxWriter, message: StatementRequest, version: OfxVersion): Markup[] {
  const day = (value: Day | undefined): string | null => value?.replaceAll('-', '') ?? null
  const rows = ofx.aggregate(
    'INCTRAN',
    ofx.leaf('DTSTART', day(message.from)),
    ofx.leaf('DTEND', day(message.to)),
    ofx.leaf('INCLUDE', message.transactions ? 'Y' : 'N'),
  )
  return version === '220' && message.pending === true ? [rows, ofx.leaf('INCLUDEPENDING', 'Y')] : [rows]
}
