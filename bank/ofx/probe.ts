/**
 * Requests for the bank's own tests, written as plain text in the two dialects of the field: with and
 * without end tags of leaves in 1.x, XML in 2.x. Not a client: it reads nothing but single tags.
 */
import type { Bank } from '../bank.ts'
import { BANK_FID, BANK_ID, BANK_ORG } from '../customers.ts'
import type { BankAnswer, HttpAnswer } from '../wire.ts'

export type Probe = {
  readonly version?: number
  readonly user?: string | null
  readonly password?: string
  readonly clientUid?: string
  readonly appId?: string
  readonly fid?: string
  readonly org?: string
  /** Lines inside SONRQ after the usual ones. */
  readonly extra?: string
  /** Message sets after the sign-on, as text; `mfa` goes into the sign-on set. */
  readonly body?: string
  readonly mfa?: string
  /** Leaves closed in 1.x too. */
  readonly closed?: boolean
}

export const PROFILE =
  '<PROFMSGSRQV1><PROFTRNRQ><TRNUID>p1<PROFRQ><CLIENTROUTING>NONE<DTPROFUP>19900101</PROFRQ></PROFTRNRQ></PROFMSGSRQV1>'
export const ACCOUNTS =
  '<SIGNUPMSGSRQV1><ACCTINFOTRNRQ><TRNUID>a1<ACCTINFORQ><DTACCTUP>19700101</ACCTINFORQ></ACCTINFOTRNRQ></SIGNUPMSGSRQV1>'
export const CHALLENGE = '<MFACHALLENGETRNRQ><TRNUID>m1<MFACHALLENGERQ><DTCLIENT>20260101</MFACHALLENGERQ></MFACHALLENGETRNRQ>'

/** A statement request; `window` are lines such as `<DTSTART>20260101`. */
export function statementOf(number: string, type: 'CHECKING' | 'SAVINGS' | 'CREDITLINE' | 'CARD', window = '', pending = false): string {
  const more = pending ? '<INCLUDEPENDING>Y' : ''
  const tran = `<INCTRAN>${window}<INCLUDE>Y</INCTRAN>${more}`
  if (type === 'CARD')
    return `<CREDITCARDMSGSRQV1><CCSTMTTRNRQ><TRNUID>c1<CCSTMTRQ><CCACCTFROM><ACCTID>${number}</CCACCTFROM>${tran}</CCSTMTRQ></CCSTMTTRNRQ></CREDITCARDMSGSRQV1>`
  return `<BANKMSGSRQV1><STMTTRNRQ><TRNUID>s1<STMTRQ><BANKACCTFROM><BANKID>${BANK_ID}<ACCTID>${number}<ACCTTYPE>${type}</BANKACCTFROM>${tran}</STMTRQ></STMTTRNRQ></BANKMSGSRQV1>`
}

/** The request as text. */
export function requestOf(probe: Probe = {}): string {
  const version = probe.version ?? 102
  const uid = probe.clientUid === undefined ? '' : `<CLIENTUID>${probe.clientUid}`
  const sonrq =
    probe.user === null
      ? ''
      : `<SONRQ><DTCLIENT>20260101120000<USERID>${probe.user ?? 'ana'}<USERPASS>${probe.password ?? 'correct horse'}<LANGUAGE>ENG<FI><ORG>${probe.org ?? BANK_ORG}<FID>${probe.fid ?? BANK_FID}</FI><APPID>${probe.appId ?? 'QWIN'}<APPVER>2700${uid}${probe.extra ?? ''}</SONRQ>`
  const text = `<OFX><SIGNONMSGSRQV1>${sonrq}${probe.mfa ?? ''}</SIGNONMSGSRQV1>${probe.body ?? ''}</OFX>`
  if (version < 200) {
    const header = [
      'OFXHEADER:100',
      'DATA:OFXSGML',
      `VERSION:${version}`,
      'SECURITY:NONE',
      'ENCODING:USASCII',
      'CHARSET:1252',
      'COMPRESSION:NONE',
      'OLDFILEUID:NONE',
      'NEWFILEUID:probe-1',
      '',
      '',
    ].join('\r\n')
    return header + (probe.closed === true ? closeLeaves(text) : text)
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\r\n<?OFX OFXHEADER="200" VERSION="${version}" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="probe-1"?>\r\n${closeLeaves(text)}`
}

function closeLeaves(text: string): string {
  return text.replace(/<([A-Z0-9.]+)>([^<]+)/g, '<$1>$2</$1>')
}

/** Posts the text to the bank in memory; asserts an HTTP answer. */
export async function post(
  bank: Bank,
  text: string,
  path = '/ofx',
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer & { readonly text: string }> {
  const given: BankAnswer = await bank.handle({
    method: 'POST',
    url: path,
    headers: { host: '127.0.0.1:8080', 'content-type': 'application/x-ofx', ...headers },
    body: new TextEncoder().encode(text),
    scheme: 'http',
  })
  if (given.kind !== 'http') throw new Error(`no answer but ${given.kind}`)
  return { ...given, text: new TextDecoder('windows-1252').decode(given.body) }
}

export async function ask(bank: Bank, probe: Probe = {}): Promise<string> {
  return (await post(bank, requestOf(probe))).text
}

/** All texts of a tag, in order. */
export function values(text: string, tag: string): string[] {
  return [...text.matchAll(new RegExp(`<${tag}>([^<\\r\\n]*)`, 'g'))].map((match) => match[1] ?? '')
}

/** The codes of all STATUS aggregates, sign-on first. */
export function codes(text: string): number[] {
  return values(text, 'CODE').map(Number)
}
