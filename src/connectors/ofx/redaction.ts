/**
 * What of an OFX message may be kept in a record, element by element: an allow-list (security.md
 * section 6). Codes and days stay; money and free text become a shape; what names a person becomes
 * a pseudonym; secrets and elements that nobody listed are not kept at all.
 */
import { excerptOf, redactText } from '../../connector-kit/evidence.ts'

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

/** The message with every leaf reduced to what its class allows. What is not OFX becomes a short excerpt. */
export function redactOfx(text: string, pseudonym: (text: string) => string): string {
  const start = text.search(/<OFX[\s>]/i)
  if (start === -1) return excerptOf(new TextEncoder().encode(text))
  const header = text.slice(0, start).split(/\r?\n/).filter((line) => /^[\w <?]*[:=]?[\w ".:=?>-]*$/.test(line)).join('\n')
  const body = text.slice(start).replace(/<([A-Za-z][\w.]*)>([^<]*)/g, (_, tag: string, value: string) => {
    const trimmed = value.trim()
    return `<${tag}>${trimmed === '' ? value : redactLeaf(tag.toUpperCase(), trimmed, pseudonym) + (/\s$/.test(value) ? '\n' : '')}`
  })
  return header + body
}

function redactLeaf(tag: string, value: string, pseudonym: (text: string) => string): string {
  if (/^\[secret(:[\w.]+)?\]$/.test(value)) return value
  switch (CLASS_OF.get(tag)) {
    case 'code':
      return value.slice(0, 200)
    case 'day':
      return /^[\d.[\]:+A-Za-z -]{1,40}$/.test(value) ? value : shape(value)
    case 'status':
      return redactText(value)
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
  return value.slice(0, 40).replace(/\p{L}/gu, 'a').replace(/\d/g, '9')
}
