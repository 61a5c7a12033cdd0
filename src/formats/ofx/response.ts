/**
 * Reads an answer of an OFX server (Direct Connect): header, sign-on, profile, account list, challenges, and the
 * statements with the status of each. It reports what the bank said, every code as it came; what a code means is the
 * connector's business.
 */
import { failed, ok, type Result } from '../../domain/result.ts'
import type { AccountKind, FormatFailure, StatementAccount, StatementPart } from '../../domain/statement.ts'
import { parseOfxInstant } from './datetime.ts'
import type { OfxHeader } from './header.ts'
import { OfxScanner } from './scanner.ts'
import { ACCOUNT_KINDS, OfxStatements, type OfxEvent, type OfxStatus } from './statements.ts'
import { OfxStructure, type StructureSink } from './structure.ts'
import { childText, descendants, firstDescendant, OfxTree, type OfxElement } from './tree.ts'

/** security.md section 5: a bank's answer after decompression. */
export const RESPONSE_LIMIT = 10_000_000

type FieldType = 'text' | 'texts' | 'flag' | 'count' | 'instant'
type Table = Readonly<Record<string, readonly [tag: string, type: FieldType]>>
type Typed<T extends Table> = { readonly [K in keyof T]: TypeOf<T[K][1]> }
type TypeOf<F extends FieldType> = F extends 'flag'
  ? boolean | null
  : F extends 'count'
    ? number | null
    : F extends 'texts'
      ? readonly string[]
      : string | null

/** OFX 2.2 section 2.5.1.2, `SONRS`. Times of the last change are kept as written: they are sent back as they came. */
const SIGN_ON = {
  serverTime: ['DTSERVER', 'instant'],
  language: ['LANGUAGE', 'text'],
  profileUpdated: ['DTPROFUP', 'text'],
  accountsUpdated: ['DTACCTUP', 'text'],
  userKey: ['USERKEY', 'text'],
  userKeyExpires: ['TSKEYEXPIRE', 'text'],
  sessionCookie: ['SESSCOOKIE', 'text'],
  accessKey: ['ACCESSKEY', 'text'],
  authToken: ['AUTHTOKEN', 'text'],
} as const satisfies Table

/** Section 7.2.1, `MSGSETCORE`. */
const MESSAGE_SET = {
  version: ['VER', 'count'],
  url: ['URL', 'text'],
  applicationSecurity: ['OFXSEC', 'text'],
  transportSecurity: ['TRANSPSEC', 'flag'],
  realm: ['SIGNONREALM', 'text'],
  languages: ['LANGUAGE', 'texts'],
  syncMode: ['SYNCMODE', 'text'],
  refreshSupported: ['REFRESHSUPT', 'flag'],
  fileErrorRecovery: ['RESPFILEER', 'flag'],
  serviceProvider: ['SPNAME', 'text'],
} as const satisfies Table

/** Section 7.2.2, `SIGNONINFO`: what a login must look like and what it needs. */
const SIGN_ON_INFO = {
  realm: ['SIGNONREALM', 'text'],
  minLength: ['MIN', 'count'],
  maxLength: ['MAX', 'count'],
  characterType: ['CHARTYPE', 'text'],
  caseSensitive: ['CASESEN', 'flag'],
  specialCharacters: ['SPECIAL', 'flag'],
  spaces: ['SPACES', 'flag'],
  passwordChange: ['PINCH', 'flag'],
  passwordChangeFirst: ['CHGPINFIRST', 'flag'],
  credential1Label: ['USERCRED1LABEL', 'text'],
  credential2Label: ['USERCRED2LABEL', 'text'],
  clientUidRequired: ['CLIENTUIDREQ', 'flag'],
  authTokenFirst: ['AUTHTOKENFIRST', 'flag'],
  authTokenLabel: ['AUTHTOKENLABEL', 'text'],
  authTokenInfoUrl: ['AUTHTOKENINFOURL', 'text'],
  challengeSupported: ['MFACHALLENGESUPT', 'flag'],
  challengeFirst: ['MFACHALLENGEFIRST', 'flag'],
  accessTokenRequired: ['ACCESSTOKENREQ', 'flag'],
} as const satisfies Table

/** Section 7.2, the end of `PROFRS`. */
const INSTITUTION = {
  updated: ['DTPROFUP', 'text'],
  name: ['FINAME', 'text'],
  address1: ['ADDR1', 'text'],
  address2: ['ADDR2', 'text'],
  address3: ['ADDR3', 'text'],
  city: ['CITY', 'text'],
  state: ['STATE', 'text'],
  postalCode: ['POSTALCODE', 'text'],
  country: ['COUNTRY', 'text'],
  customerPhone: ['CSPHONE', 'text'],
  technicalPhone: ['TSPHONE', 'text'],
  fax: ['FAXPHONE', 'text'],
  url: ['URL', 'text'],
  email: ['EMAIL', 'text'],
} as const satisfies Table

/** Section 8.5.3, what is common to `BANKACCTINFO`, `CCACCTINFO` and the others. */
const ACCOUNT_INFO = {
  serviceStatus: ['SVCSTATUS', 'text'],
  downloads: ['SUPTXDL', 'flag'],
  transferSource: ['XFERSRC', 'flag'],
  transferTarget: ['XFERDEST', 'flag'],
} as const satisfies Table

/** Section 2.5.4, `MFACHALLENGE`. */
const CHALLENGE = { phraseId: ['MFAPHRASEID', 'text'], label: ['MFAPHRASELABEL', 'text'] } as const satisfies Table

export type OfxSignOn = Typed<typeof SIGN_ON> & { readonly status: OfxStatus | null; readonly org: string | null; readonly fid: string | null }
export type OfxMessageSet = Typed<typeof MESSAGE_SET> & {
  /** `BANKMSGSETV1`, `SIGNONMSGSETV1`, … */
  readonly name: string
}
export type OfxSignOnInfo = Typed<typeof SIGN_ON_INFO>
export type OfxProfile = Typed<typeof INSTITUTION> & {
  readonly messageSets: readonly OfxMessageSet[]
  readonly signOnInfos: readonly OfxSignOnInfo[]
}
export type OfxChallenge = Typed<typeof CHALLENGE>
export type OfxAccountInfo = Typed<typeof ACCOUNT_INFO> & {
  readonly account: StatementAccount
  /** ACCTTYPE (LOANACCTTYPE for a loan) as written; a statement request sends it back. */
  readonly type: string | null
  readonly phone: string | null
}
/** One answer to one request: `STMTTRNRS`, `ACCTINFOTRNRS`, `PROFTRNRS`, `MFACHALLENGETRNRS`, … */
export type OfxAnswer = {
  readonly of: string
  readonly trnuid: string | null
  readonly cookie: string | null
  readonly status: OfxStatus | null
  /** The account that the answer names; null for a refusal, which names none. */
  readonly account: StatementAccount | null
  /** Empty when no statement came. Notices are not among them: they are `status`. */
  readonly statement: readonly StatementPart[]
}
export type OfxResponse = {
  readonly header: OfxHeader
  readonly signOn: OfxSignOn | null
  readonly profile: OfxProfile | null
  /** Null when the answer holds no account list; empty when the list is empty. */
  readonly accounts: readonly OfxAccountInfo[] | null
  readonly challenges: readonly OfxChallenge[]
  readonly answers: readonly OfxAnswer[]
}

/** Reads a whole answer. Fails for what is no OFX (a web page), is damaged, or is larger than RESPONSE_LIMIT. */
export function parseOfxResponse(bytes: Uint8Array): Result<OfxResponse, FormatFailure> {
  if (bytes.length > RESPONSE_LIMIT) return failed({ code: 'limit_exceeded', line: 0, message: `The answer is larger than ${RESPONSE_LIMIT} bytes.` })
  const answers = new Answers()
  const statements = new OfxStatements((event) => answers.take(event))
  const tree = new OfxTree()
  const structure = new OfxStructure(both(statements, tree))
  const scanner = new OfxScanner(structure)
  for (const part of [structure, statements, tree]) part.attach(scanner)
  scanner.push(bytes)
  scanner.end()
  if (scanner.failure === null) structure.end()
  if (scanner.failure !== null) return failed(scanner.failure)
  if (scanner.header === null) return failed({ code: 'empty_file', line: 0, message: 'The answer is empty.' })
  if (!structure.sawRoot) return failed({ code: 'unknown_format', line: 1, message: 'Line 1: expected <OFX>, found none. The answer is not OFX.' })
  const signOn = firstDescendant(tree.root, 'SONRS')
  if (signOn === null && answers.all.length === 0 && !structure.rootClosed) {
    return failed({ code: 'truncated', line: scanner.line(), message: `Line ${scanner.line()}: the answer ends before the sign-on (<SONRS>).` })
  }
  return ok({
    header: scanner.header,
    signOn: signOn === null ? null : signOnOf(signOn),
    profile: profileOf(firstDescendant(tree.root, 'PROFRS')),
    accounts: accountsOf(firstDescendant(tree.root, 'ACCTINFORS')),
    challenges: descendants(tree.root, 'MFACHALLENGE').map((each) => typed(each, CHALLENGE)),
    answers: answers.all,
  })
}

/** Puts together what belongs to one answer: its status comes first, its statement next, its end last. */
class Answers {
  readonly all: OfxAnswer[] = []
  #status: OfxStatus | null = null
  #statement: StatementPart[] = []

  take(event: OfxEvent): void {
    if (event.part === 'status') this.#status = event.status
    else if (event.part === 'answer') {
      const start = this.#statement.find((part) => part.part === 'start')
      const answer = {
        of: event.of,
        trnuid: event.trnuid,
        cookie: event.cookie,
        status: this.#status,
        account: start?.head.account ?? null,
        statement: this.#statement,
      }
      if (event.of !== 'SONRS') this.all.push(answer)
      this.#status = null
      this.#statement = []
    } else if (event.part !== 'remark') this.#statement.push(event)
  }
}

function both(first: StructureSink, second: StructureSink): StructureSink {
  return {
    enter(tag) {
      first.enter(tag)
      second.enter(tag)
    },
    leave(tag, closed) {
      first.leave(tag, closed)
      second.leave(tag, closed)
    },
    leaf(tag, text) {
      first.leaf(tag, text)
      second.leaf(tag, text)
    },
  }
}

function typed<T extends Table>(element: OfxElement, table: T): Typed<T> {
  const values: Record<string, ReturnType<typeof valueOf>> = {}
  for (const key in table) values[key] = valueOf(element, table[key]![0], table[key]![1])
  return values as Typed<T>
}

function valueOf(element: OfxElement, tag: string, type: FieldType): string | number | boolean | null | readonly string[] {
  if (type === 'texts') return element.children.filter((child) => child.name === tag && child.text !== '').map((child) => child.text)
  const text = childText(element, tag)
  if (text === null || type === 'text') return text
  if (type === 'instant') return parseOfxInstant(text)
  if (type === 'count') return /^\d{1,9}$/.test(text) ? Number(text) : null
  return /^[yn]$/i.test(text) ? text.toUpperCase() === 'Y' : null
}

function signOnOf(element: OfxElement): OfxSignOn {
  const institution = firstDescendant(element, 'FI')
  const org = institution === null ? null : childText(institution, 'ORG')
  const fid = institution === null ? null : childText(institution, 'FID')
  return { ...typed(element, SIGN_ON), status: statusOf(element), org, fid }
}

function statusOf(element: OfxElement): OfxStatus | null {
  const status = element.children.find((child) => child.name === 'STATUS')
  const code = status === undefined ? null : childText(status, 'CODE')
  if (status === undefined || code === null) return null
  return { code, severity: (childText(status, 'SEVERITY') ?? '').toUpperCase(), message: childText(status, 'MESSAGE'), line: status.line }
}

function profileOf(element: OfxElement | null): OfxProfile | null {
  if (element === null) return null
  // MSGSETLIST holds one aggregate for each message set, which holds one for each version of it.
  const list = element.children.find((child) => child.name === 'MSGSETLIST')
  const versions = (list?.children ?? []).flatMap((set) => set.children)
  const messageSets = versions.flatMap(({ name, children }) =>
    children.filter((child) => child.name === 'MSGSETCORE').map((core) => ({ ...typed(core, MESSAGE_SET), name })),
  )
  return {
    ...typed(element, INSTITUTION),
    messageSets,
    signOnInfos: descendants(element, 'SIGNONINFO').map((each) => typed(each, SIGN_ON_INFO)),
  }
}

/** The account inside each kind of account information, and what kind of account it is when it does not say. */
const ACCOUNT_INFOS: readonly (readonly [info: string, from: string, kind: AccountKind])[] = [
  ['BANKACCTINFO', 'BANKACCTFROM', 'other'],
  ['CCACCTINFO', 'CCACCTFROM', 'credit_card'],
  ['LOANACCTINFO', 'LOANACCTFROM', 'loan'],
  ['INVACCTINFO', 'INVACCTFROM', 'investment'],
]

/** One ACCTINFO may describe the same relation several times (as bank account and as card): each is an account. */
function accountsOf(list: OfxElement | null): readonly OfxAccountInfo[] | null {
  if (list === null) return null
  return list.children
    .filter((child) => child.name === 'ACCTINFO')
    .flatMap((info) =>
      info.children.flatMap((inner) => {
        const [, fromName = '', fallback = 'other'] = ACCOUNT_INFOS.find(([name]) => name === inner.name) ?? []
        const from = inner.children.find((child) => child.name === fromName)
        if (from === undefined) return []
        const type = childText(from, 'ACCTTYPE') ?? childText(from, 'LOANACCTTYPE')
        const account: StatementAccount = {
          number: childText(from, 'ACCTID') ?? childText(from, 'LOANACCTID'),
          bankId: childText(from, 'BANKID') ?? childText(from, 'BROKERID'),
          branchId: childText(from, 'BRANCHID'),
          kind: (fallback === 'other' ? ACCOUNT_KINDS[(type ?? '').toUpperCase()] : undefined) ?? fallback,
          name: childText(info, 'DESC'),
        }
        return [{ ...typed(inner, ACCOUNT_INFO), account, type, phone: childText(info, 'PHONE') }]
      }),
    )
}
