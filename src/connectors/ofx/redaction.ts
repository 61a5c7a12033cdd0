/**
 * What of an OFX message may be kept in a record, element by element: an allow-list (security.md
 * section 6). Codes and days stay; money and free text become a shape; what names a person becomes
 * a pseudonym; secrets and elements that nobody listed are not kept at all.
 */
import { excerptOf, redactText } from '../../connector-kit/evidence.ts'
import { shownAddress } from '../../connector-kit/origin.ts'
import { tagOf } from '../../formats/ofx/tags.ts'

type FieldClass = 'code' | 'day' | 'status' | 'amount' | 'text' | 'personal' | 'address'

const CLASSES: Readonly<Record<FieldClass, readonly string[]>> = {
  code: [
    'CODE', 'SEVERITY', 'LANGUAGE', 'ORG', 'FID', 'APPID', 'APPVER', 'TRNUID', 'CLTCOOKIE', 'CURDEF', 'CURSYM', 'ACCTTYPE', 'TRNTYPE', 'INCLUDE', 'INCLUDEPENDING', 'SVCSTATUS', 'SUPTXDL',
    'XFERSRC', 'XFERDEST', 'CLIENTROUTING', 'VER', 'OFXSEC', 'TRANSPSEC', 'SIGNONREALM', 'SYNCMODE', 'REFRESHSUPT', 'RESPFILEER', 'MIN', 'MAX', 'CHARTYPE', 'CASESEN', 'SPECIAL', 'SPACES',
    'PINCH', 'CHGPINFIRST', 'CLIENTUIDREQ', 'AUTHTOKENFIRST', 'MFACHALLENGESUPT', 'MFACHALLENGEFIRST', 'MFAPHRASEID', 'CLOSINGAVAIL', 'CORRECTACTION', 'SPNAME', 'FINAME',
  ],
  day: ['DTCLIENT', 'DTSERVER', 'DTPROFUP', 'DTACCTUP', 'DTSTART', 'DTEND', 'DTPOSTED', 'DTUSER', 'DTAVAIL', 'DTASOF', 'DTTRAN'],
  status: ['MESSAGE'],
  amount: ['TRNAMT', 'BALAMT', 'CURRATE'],
  text: ['NAME', 'MEMO', 'MFAPHRASELABEL', 'DESC', 'EXTDNAME', 'CHECKNUM', 'REFNUM'],
  personal: ['USERID', 'ACCTID', 'BANKID', 'BRANCHID', 'FITID', 'CORRECTFITID'],
  address: ['URL'],
} // prettier-ignore

const CLASS_OF: ReadonlyMap<string, FieldClass> = new Map(Object.entries(CLASSES).flatMap(([name, tags]) => tags.map((tag): [string, FieldClass] => [tag, name as FieldClass])))

/** Of a row only these codes: what else stands there may be its text, whatever it looks like. */
const CODES_OF_A_ROW: ReadonlySet<string> = new Set(['TRNTYPE', 'CURSYM', 'ACCTTYPE', 'CORRECTACTION'])
const ROWS: ReadonlySet<string> = new Set(['STMTTRN', 'STMTTRNP'])

/** Elements of OFX 2.2 beside those that a reader knows (formats/ofx/tags.ts): of requests, profiles, accounts and statements. Their names stay, their content does not. */
const FURTHER: ReadonlySet<string> = new Set(
  ('ACCESSTOKEN ACCTCLASSIFICATION ACCTINFORQ ACCTINFOTRNRQ ACCTREQUIRED ACCTUSAGE APPKEY AVAILACCTS BALCLOSE BALDNLD BALMIN BALOPEN BALTYPE BANKMSGSET BANKMSGSETV1 BILLPAYMSGSET BILLPAYMSGSETV1 CANBILLPAY CANLOAN CANNOTIFY ' +
    'CANPENDING CANRECUR CANSCHED CASHADVAVAILAMT CASHADVBALAMT CASHADVCREDITLIMIT CCCLOSING CCSTMTENDRQ CCSTMTENDRS CCSTMTENDTRNRQ CCSTMTRQ CCSTMTTRNRQ CHALLENGERQ CHALLENGERS CHALLENGETRNRQ CHALLENGETRNRS CHGUSERINFO ' +
    'CLIENTACTREQ CLIENTENROLL CLIENTUID CLOSING CLOSINGIMGAVAIL CREDITCARDMSGSET CREDITCARDMSGSETV1 CREDITLIMIT DEBADJ DEPANDCREDIT DTCHANGED DTCLOSE DTCREATED DTDUE DTINFOCHG DTNEXT DTOPEN DTPMTDUE DTPOSTEND DTPOSTSTART ' +
    'EMAILMSGSET EMAILMSGSETV1 EMAILPROF ENROLLRQ ENROLLRS ENROLLTRNRQ ENROLLTRNRS FINCHG FIRSTNAME GENUSERKEY GETMIMESUP HOLDERINFO HOLDERTYPE IMAGEMSGSET IMAGEMSGSETV1 IMAGEPROF IMAGEREF IMAGETYPE INCIMAGES INCLUDEPENDING INCTRAN ' +
    'INCTRANIMG INTERXFERMSGSET INTERXFERMSGSETV1 INTRATE INVACCTTYPE INVSTMTMSGSET INVSTMTMSGSETV1 LASTNAME LASTPMTAMT LASTPMTDATE LASTPMTINFO LOANMSGSET LOANMSGSETV1 LOSTSYNC MAILSUP MFACHALLENGEANSWER MFACHALLENGERQ MFACHALLENGETRNRQ ' +
    'MFAPHRASEA MIDDLENAME MINBALREQ MINPMTDUE NEWUSERPASS NONCE OFXELEMENT OFXEXTENSION OODNLD OTHERENROLL OVERDRAFTLIMIT PARENTACCTID PASTDUEAMT PAYANDCREDIT PENDINGAVAIL PINCHRQ PINCHRS PINCHTRNRQ POSDNLD PRIMARYHOLDER PROFMSGSET ' +
    'PROFMSGSETV1 PROFRQ PROFTRNRQ PURANDADV REFRESH REJECTIFMISSING REWARDBAL REWARDEARNED REWARDINFO SECLISTMSGSET SECLISTMSGSETV1 SECLISTRQDNLD SECONDARYHOLDER SIGNONMSGSET SIGNONMSGSETV1 SIGNUPMSGSET SIGNUPMSGSETV1 STMTENDRQ STMTENDRS ' +
    'STMTENDTRNRQ STMTRQ STMTTRNRQ TAGNAME TAGTYPE TAGVALUE TAXID TEMPPASS TOKENONLY TRANDNLD TRANIMGAVAIL USERCRED1 USERCRED2 USERINFOAVAIL USERPASS WEBENROLL WIREXFERMSGSET WIREXFERMSGSETV1 XFERINFO XFERPROF').split(' '),
)

/** What stands before the message, in either way of writing it. */
const HEADER = /\b(?:OFXHEADER|DATA|VERSION|SECURITY|ENCODING|CHARSET|COMPRESSION|OLDFILEUID|NEWFILEUID):[ \t]*[\w.-]*|<\?(?:xml|OFX)\b[\w ".:='-]*\?>/gi

/** Where a message begins, or what is left of one. */
const BEGIN = /<(?:[\w.-]+:)?(?:OFX|[A-Z]+MSGSR[QS]V\d|SONR[QS]|[A-Z]+TRNR[QS]|(?:CC|INV)?STMTR[QS]|(?:BANK|INV)TRANLISTP?|STMTTRNP?|STATUS)[\s>]/i

/** A comment; text that is marked as such; a tag, with its attributes; another mark; text; a `<` that begins nothing. */
const TOKEN = /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[(?<marked>[\s\S]*?)(?:\]\]>|$)|<(?<end>\/?)(?<name>[A-Za-z][\w.:-]*)[^<>]*(?:>|$)|<[?!][^<>]*(?:>|$)|(?<text>[^<]+)|</g

/** A prefix that is not one of the usual ones may be a row's own word. */
const OWN_PREFIX = /^(?!(?:ofx?|o|ns\d?):)[^:]*:/i

/** The message with every leaf reduced to what its class allows; what is no element or its text is not kept. What is not OFX becomes a short excerpt. */
export function redactOfx(text: string, pseudonym: (text: string) => string): string {
  const start = text.search(BEGIN)
  if (start === -1) return excerptOf(new TextEncoder().encode(text))
  const kept = [...text.slice(0, start).matchAll(HEADER)].map(([line]) => `${line}\n`)
  let [tag, isRow]: [string | null, boolean] = [null, false]
  for (const [token, marked, end, name, plain] of text.slice(start).matchAll(TOKEN)) {
    const value = marked ?? plain
    if (name !== undefined) {
      const local = name.slice(name.indexOf(':') + 1).toUpperCase()
      tag = end === '/' ? null : local
      if (ROWS.has(local)) isRow = end === ''
      kept.push(`<${end}${isElement(local) ? name.replace(OWN_PREFIX, '[prefix]:') : '[tag]'}>`)
    } else if (value !== undefined) kept.push(value.trim() === '' ? value : redactLeaf(classOf(tag, isRow), value.trim(), pseudonym) + (/\s$/.test(value) ? '\n' : ''))
    // Text with such a sign in it belongs to nothing that is known.
    else if (token === '<') tag = null
  }
  return kept.join('')
}

/** Anything else in such brackets may be a row's own text. */
function isElement(local: string): boolean {
  return CLASS_OF.has(local) || FURTHER.has(local) || tagOf(local).shape !== 'unknown'
}

function classOf(tag: string | null, isRow: boolean): FieldClass | undefined {
  const found = CLASS_OF.get(tag ?? '')
  return isRow && (found === 'status' || found === 'address' || (found === 'code' && !CODES_OF_A_ROW.has(tag ?? ''))) ? undefined : found
}

function redactLeaf(kind: FieldClass | undefined, value: string, pseudonym: (text: string) => string): string {
  if (/^\[secret(:[\w.]+)?\]$/.test(value)) return value
  switch (kind) {
    case 'code':
      return value.slice(0, 200).replaceAll('<', '&lt;')
    case 'day':
      return /^\d[\d.:/TZ+ -]{3,30}(\[[-+\d.: ]{1,6}[A-Za-z]{0,5}\])?$/.test(value) ? value : shape(value)
    case 'status':
      return redactText(value).replaceAll('<', '&lt;')
    case 'amount':
    case 'text':
      return shape(value)
    case 'address':
      return URL.canParse(value) ? shownAddress(new URL(value)) : shape(value)
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
