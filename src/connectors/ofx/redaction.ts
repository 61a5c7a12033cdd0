/**
 * What of an OFX message may be kept in a record, element by element: an allow-list (security.md
 * section 6). Codes and days stay; money and free text become a shape; what names a person becomes
 * a pseudonym; secrets and elements that nobody listed are not kept at all.
 */
import { excerptOf, redactText } from '../../connector-kit/evidence.ts'
import { tagOf } from '../../formats/ofx/tags.ts'

type FieldClass = 'code' | 'day' | 'status' | 'amount' | 'text' | 'personal'

const CLASSES: Readonly<Record<FieldClass, readonly string[]>> = {
  code: [
    'CODE', 'SEVERITY', 'LANGUAGE', 'ORG', 'FID', 'APPID', 'APPVER', 'TRNUID', 'CLTCOOKIE', 'CURDEF', 'CURSYM', 'ACCTTYPE', 'TRNTYPE', 'INCLUDE', 'INCLUDEPENDING', 'SVCSTATUS', 'SUPTXDL',
    'XFERSRC', 'XFERDEST', 'CLIENTROUTING', 'VER', 'OFXSEC', 'TRANSPSEC', 'SIGNONREALM', 'SYNCMODE', 'REFRESHSUPT', 'RESPFILEER', 'MIN', 'MAX', 'CHARTYPE', 'CASESEN', 'SPECIAL', 'SPACES',
    'PINCH', 'CHGPINFIRST', 'CLIENTUIDREQ', 'AUTHTOKENFIRST', 'MFACHALLENGESUPT', 'MFACHALLENGEFIRST', 'MFAPHRASEID', 'CLOSINGAVAIL', 'URL', 'CORRECTACTION', 'SPNAME', 'FINAME',
  ],
  day: ['DTCLIENT', 'DTSERVER', 'DTPROFUP', 'DTACCTUP', 'DTSTART', 'DTEND', 'DTPOSTED', 'DTUSER', 'DTAVAIL', 'DTASOF', 'DTTRAN'],
  status: ['MESSAGE'],
  amount: ['TRNAMT', 'BALAMT', 'CURRATE'],
  text: ['NAME', 'MEMO', 'MFAPHRASELABEL', 'DESC', 'EXTDNAME', 'CHECKNUM', 'REFNUM'],
  personal: ['USERID', 'ACCTID', 'BANKID', 'BRANCHID', 'FITID', 'CORRECTFITID'],
} // prettier-ignore

const CLASS_OF: ReadonlyMap<string, FieldClass> = new Map(Object.entries(CLASSES).flatMap(([name, tags]) => tags.map((tag): [string, FieldClass] => [tag, name as FieldClass])))

/** What stands before the message, in either way of writing it. */
const HEADER = /\b(?:OFXHEADER|DATA|VERSION|SECURITY|ENCODING|CHARSET|COMPRESSION|OLDFILEUID|NEWFILEUID):[ \t]*[\w.-]*|<\?(?:xml|OFX)\b[\w ".:='-]*\?>/gi

/** Where a message begins, or what is left of one. */
const BEGIN = /<(?:[\w.-]+:)?(?:OFX|[A-Z]+MSGSR[QS]V\d|SONR[QS]|[A-Z]+TRNR[QS]|(?:CC|INV)?STMTR[QS]|(?:BANK|INV)TRANLISTP?|STMTTRNP?|STATUS)[\s>]/i

/** A comment; text that is marked as such; a tag, with its attributes; another mark; text; a `<` that begins nothing. */
const TOKEN = /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[(?<marked>[\s\S]*?)(?:\]\]>|$)|<(?<end>\/?)(?<name>[A-Za-z][\w.:-]*)(?<rest>[^<>]*)(?:>|$)|<[?!][^<>]*(?:>|$)|(?<text>[^<]+)|</g

/** The message with every leaf reduced to what its class allows; what is no element or its text is not kept. What is not OFX becomes a short excerpt. */
export function redactOfx(text: string, pseudonym: (text: string) => string): string {
  const start = text.search(BEGIN)
  if (start === -1) return excerptOf(new TextEncoder().encode(text))
  const kept = [...text.slice(0, start).matchAll(HEADER)].map(([line]) => `${line}\n`)
  let tag: string | null = null
  for (const [token, marked, end, name, rest, plain] of text.slice(start).matchAll(TOKEN)) {
    const value = marked ?? plain
    if (name !== undefined) {
      tag = end === '/' ? null : name.slice(name.indexOf(':') + 1).toUpperCase()
      kept.push(`<${end}${isTagName(name, rest ?? '') ? name : '[tag]'}>`)
    } else if (value !== undefined) kept.push(value.trim() === '' ? value : redactLeaf(tag ?? '', value.trim(), pseudonym) + (/\s$/.test(value) ? '\n' : ''))
    // Text with such a sign in it belongs to nothing that is known.
    else if (token === '<') tag = null
  }
  return kept.join('')
}

/** Written as tags are. `<John Smith>` is none. */
function isTagName(name: string, rest: string): boolean {
  const local = name.slice(name.indexOf(':') + 1).toUpperCase()
  return CLASS_OF.has(local) || tagOf(local).shape !== 'unknown' || (name === name.toUpperCase() && rest.trim() === '')
}

function redactLeaf(tag: string, value: string, pseudonym: (text: string) => string): string {
  if (/^\[secret(:[\w.]+)?\]$/.test(value)) return value
  switch (CLASS_OF.get(tag)) {
    case 'code':
      return value.slice(0, 200).replaceAll('<', '&lt;')
    case 'day':
      return /^[\d.[\]:+A-Za-z -]{1,40}$/.test(value) ? value : shape(value)
    case 'status':
      return redactText(value).replaceAll('<', '&lt;')
    case 'amount':
    case 'text':
      return shape(value)
    case 'personal':
      return `[${pseudonym(value)}]`
    case undefined:
      return '[not kept]'
  }
}

/** `Miete 2026` becomes `aaaaa 9999`: enough to see why a reader failed, nothing to read. */
function shape(value: string): string {
  return value.slice(0, 40).replaceAll('<', ' ').replace(/\p{L}/gu, 'a').replace(/\d/g, '9')
}
