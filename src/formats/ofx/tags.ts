/**
 * The tags of OFX that a reader must know by name. SGML leaves may be empty and unclosed (`<MEMO>` and nothing), so
 * the reader has to know which tags are leaves; and closing tags get lost, so it has to know at which level of the
 * document an aggregate stands. A tag that is not here is a vendor's: leaf or aggregate as its text and closing show.
 */

export type Tag = {
  readonly name: string
  /** Dense number for table lookups; -1 for a tag that OFX does not know. */
  readonly id: number
  readonly shape: 'leaf' | 'aggregate' | 'unknown'
  /** Opening a tag of level n closes whatever of level n or deeper is still open. `NO_LEVEL` closes nothing. */
  readonly level: number
}

export const NO_LEVEL = 99

/** OFX 2.2 section 2.4: the nesting that every statement file has. */
export const LEVEL = { root: 0, messageSet: 1, answer: 2, statement: 3, part: 4, entry: 5, row: 6 } as const

const MESSAGE_SETS = 'SIGNON SIGNUP BANK CREDITCARD INVSTMT LOAN INTERXFER WIREXFER BILLPAY EMAIL SECLIST PRESDIR PRESDLV PROF IMAGE'
  .split(' ')
  .flatMap((set) => ['RQV1', 'RQV2', 'RSV1', 'RSV2'].map((kind) => `${set}MSGS${kind}`))

/** Section 11.4, 11.3 and 13.9: the answers that carry statements, and the others that stand beside them. */
const LEVELS: readonly (readonly [level: number, names: readonly string[]])[] = [
  [LEVEL.root, ['OFX']],
  [LEVEL.messageSet, MESSAGE_SETS],
  [
    LEVEL.answer,
    words(
      'SONRS SONRQ STMTTRNRS CCSTMTTRNRS INVSTMTTRNRS LOANSTMTTRNRS STMTENDTRNRS CCSTMTENDTRNRS ACCTINFOTRNRS PROFTRNRS MFACHALLENGETRNRS PINCHTRNRS',
    ),
  ],
  [LEVEL.statement, words('STMTRS CCSTMTRS INVSTMTRS LOANSTMTRS')],
  [LEVEL.part, words('BANKTRANLIST BANKTRANLISTP INVTRANLIST LEDGERBAL AVAILBAL INVBAL INVPOSLIST INVOOLIST')],
  [
    LEVEL.entry,
    words(
      'INVBANKTRAN BUYDEBT BUYMF BUYOPT BUYOTHER BUYSTOCK CLOSUREOPT INCOME INVEXPENSE JRNLFUND JRNLSEC MARGININTEREST REINVEST RETOFCAP ' +
        'SELLDEBT SELLMF SELLOPT SELLOTHER SELLSTOCK SPLIT TRANSFER',
    ),
  ],
  [LEVEL.row, words('STMTTRN STMTTRNP')],
  [
    NO_LEVEL,
    words(
      'STATUS FI BANKACCTFROM CCACCTFROM INVACCTFROM LOANACCTFROM BANKACCTTO CCACCTTO INVACCTTO PAYEE CURRENCY ORIGCURRENCY BALLIST BAL IMAGEDATA ' +
        'MFACHALLENGERS MFACHALLENGE ACCTINFORS ACCTINFO BANKACCTINFO CCACCTINFO INVACCTINFO LOANACCTINFO BPACCTINFO PROFRS MSGSETLIST MSGSETCORE ' +
        'SIGNONINFOLIST SIGNONINFO SECLIST',
    ),
  ],
]

/** Leaves that a reader reads, and those that banks are known to leave empty. */
const LEAVES = words(
  'CODE SEVERITY MESSAGE TRNUID CLTCOOKIE DTSERVER LANGUAGE DTPROFUP DTACCTUP DTUSERUP TSKEYEXPIRE USERKEY SESSCOOKIE ACCESSKEY AUTHTOKEN ORG FID ' +
    'CURDEF BANKID BRANCHID ACCTID ACCTTYPE ACCTKEY BROKERID LOANACCTID LOANACCTTYPE DTASOF DTSTART DTEND BALAMT AVAILCASH MARGINBALANCE SHORTBALANCE BUYPOWER ' +
    'TRNTYPE DTPOSTED DTUSER DTAVAIL DTTRAN DTEXPIRE TRNAMT FITID CORRECTFITID CORRECTACTION SRVRTID CHECKNUM CHKNUM REFNUM SIC PAYEEID NAME EXTDNAME MEMO ' +
    'CURRATE CURSYM SUBACCTFUND INV401KSOURCE ADDR1 ADDR2 ADDR3 CITY STATE POSTALCODE COUNTRY PHONE MKTGINFO ' +
    'MFAPHRASEID MFAPHRASELABEL DESC SVCSTATUS SUPTXDL XFERSRC XFERDEST VER URL OFXSEC TRANSPSEC SIGNONREALM SYNCMODE REFRESHSUPT RESPFILEER SPNAME ' +
    'MIN MAX CHARTYPE CASESEN SPECIAL SPACES PINCH CHGPINFIRST USERCRED1LABEL USERCRED2LABEL CLIENTUIDREQ AUTHTOKENFIRST AUTHTOKENLABEL AUTHTOKENINFOURL ' +
    'MFACHALLENGESUPT MFACHALLENGEFIRST ACCESSTOKENREQ FINAME CSPHONE TSPHONE FAXPHONE EMAIL CHECKING USPRODUCTTYPE',
)

const TAGS = new Map<string, Tag>()
for (const [level, names] of LEVELS) for (const name of names) TAGS.set(name, { name, id: TAGS.size, shape: 'aggregate', level })
for (const name of LEAVES) TAGS.set(name, { name, id: TAGS.size, shape: 'leaf', level: NO_LEVEL })

/** The tag of that name in any case, with or without a namespace prefix; a tag of shape `unknown` for vendors' ones. */
export function tagOf(name: string): Tag {
  return TAGS.get(name) ?? otherwise(name)
}

/** A power of two well above the number of tags, so that few share a place. */
const PLACES = 4_096
const BY_HASH: (readonly Listed[] | undefined)[] = new Array(PLACES).fill(undefined)
type Listed = { readonly tag: Tag; readonly bytes: Uint8Array }
for (const tag of TAGS.values()) {
  const bytes = Buffer.from(tag.name, 'latin1')
  const place = bytes.reduce(nextHash, 0) & (PLACES - 1)
  BY_HASH[place] = [...(BY_HASH[place] ?? []), { tag, bytes }]
}

/** The hash of a name is folded over its bytes, starting from 0. */
export function nextHash(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0
}

/**
 * The listed tag whose name stands in `bytes` from `from` to `to`, given the hash of those bytes; null when it is not
 * listed in exactly that spelling. The hot path of the reader: no string is made.
 */
export function listedTag(bytes: Uint8Array, from: number, to: number, hash: number): Tag | null {
  const listed = BY_HASH[hash & (PLACES - 1)]
  if (listed === undefined) return null
  for (const each of listed) {
    const name = each.bytes
    if (name.length !== to - from) continue
    let at = 0
    while (at < name.length && name[at] === bytes[from + at]) at++
    if (at === name.length) return each.tag
  }
  return null
}

/** What some programs write for it in statements of cards. */
for (const [alias, name] of [['CCSTMTTRN', 'STMTTRN'], ['CCTRANLIST', 'BANKTRANLIST']] as const) TAGS.set(alias, TAGS.get(name) as Tag)

/** The number of a tag that this module lists; a name that it does not list is a bug in a table. */
export function tagId(name: string): number {
  const tag = TAGS.get(name)
  if (tag === undefined) throw new Error(`not a listed OFX tag: ${name}`)
  return tag.id
}

function otherwise(written: string): Tag {
  const name = written.slice(written.indexOf(':') + 1).toUpperCase()
  return TAGS.get(name) ?? { name, id: -1, shape: 'unknown', level: NO_LEVEL }
}

function words(list: string): readonly string[] {
  return list.split(' ')
}
