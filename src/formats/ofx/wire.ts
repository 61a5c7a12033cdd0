/**
 * What a statement's elements mean: for each aggregate its leaves, each with the type it is read as and the place it
 * is kept in. The tables follow OFX 2.2 chapter 11 (banking, credit card) and 13 (investment); statements.ts walks them.
 */
import { tagId } from './tags.ts'

/**
 * `text`: as written, tidied. `code`: upper case. `currency`: its ISO 4217 code, not told where the text names none. `day`: blank or all zeros is "not told". `requiredDay`: as `day`,
 * but blank or zeros is a failure. `period`: as `day`, and not told either where it is no date: nothing hangs on it. `asOf`: kept as written, since both a day and an instant are read from it.
 */
export type FieldType = 'text' | 'code' | 'currency' | 'day' | 'requiredDay' | 'period' | 'asOf' | 'amount'

/** `record`: a row, balance, status or answer starts; without it the leaves belong to the record round about. */
export type RecordKind = 'answer' | 'statement' | 'row' | 'pending' | 'balance' | 'status'

export type Field = { readonly name: string; readonly type: FieldType; readonly slot: number }

export type Scope = {
  readonly name: string
  readonly record: RecordKind | null
  /** By tag id; a leaf that is not here is not read. */
  readonly fields: readonly (Field | undefined)[]
  readonly inner: ReadonlyMap<string, Scope>
}

/** Values of the record being read, by slot. */
export type Values = (string | null)[]
export const SLOTS = 18

export const ANSWER = { TRNUID: 0, CLTCOOKIE: 1 } as const
export const STATUS = { CODE: 0, SEVERITY: 1, MESSAGE: 2 } as const
export const STATEMENT = { CURDEF: 0, BANKID: 1, BRANCHID: 2, ACCTID: 3, ACCTTYPE: 4, DTSTART: 5, DTEND: 6, DTASOF: 7, AVAILCASH: 8 } as const
export const BALANCE = { BALAMT: 0, DTASOF: 1 } as const
export const ROW = {
  TRNTYPE: 0,
  DTPOSTED: 1,
  DTUSER: 2,
  DTAVAIL: 3,
  TRNAMT: 4,
  FITID: 5,
  CORRECTFITID: 6,
  CORRECTACTION: 7,
  CHECKNUM: 8,
  REFNUM: 9,
  NAME: 10,
  EXTDNAME: 11,
  MEMO: 12,
  PAYEE_NAME: 13,
  CURRENCY_RATE: 14,
  CURRENCY_CODE: 15,
  ORIGINAL_RATE: 16,
  ORIGINAL_CODE: 17,
} as const

type Leaves = Readonly<Record<string, readonly [FieldType, number]>>

const STATUS_SCOPE = scope('STATUS', 'status', {
  CODE: ['text', STATUS.CODE],
  SEVERITY: ['code', STATUS.SEVERITY],
  MESSAGE: ['text', STATUS.MESSAGE],
})

/** Section 11.4.3 and, for what is common to rows of all message sets, 5.2 (currencies) and 12.5.2.1 (payee). */
const ROW_INNER = [
  scope('PAYEE', null, { NAME: ['text', ROW.PAYEE_NAME] }),
  scope('CURRENCY', null, { CURRATE: ['text', ROW.CURRENCY_RATE], CURSYM: ['currency', ROW.CURRENCY_CODE] }),
  scope('ORIGCURRENCY', null, { CURRATE: ['text', ROW.ORIGINAL_RATE], CURSYM: ['currency', ROW.ORIGINAL_CODE] }),
]

const ROW_LEAVES: Leaves = {
  TRNTYPE: ['code', ROW.TRNTYPE],
  TRNAMT: ['amount', ROW.TRNAMT],
  CHECKNUM: ['text', ROW.CHECKNUM],
  // OFC's name of it, which some banks still write.
  CHKNUM: ['text', ROW.CHECKNUM],
  REFNUM: ['text', ROW.REFNUM],
  NAME: ['text', ROW.NAME],
  // An aggregate that some banks write as a leaf.
  PAYEE: ['text', ROW.PAYEE_NAME],
  EXTDNAME: ['text', ROW.EXTDNAME],
  MEMO: ['text', ROW.MEMO],
}

const POSTED_ROW = scope(
  'STMTTRN',
  'row',
  {
    ...ROW_LEAVES,
    DTPOSTED: ['requiredDay', ROW.DTPOSTED],
    DTUSER: ['day', ROW.DTUSER],
    DTAVAIL: ['day', ROW.DTAVAIL],
    FITID: ['text', ROW.FITID],
    CORRECTFITID: ['text', ROW.CORRECTFITID],
    CORRECTACTION: ['code', ROW.CORRECTACTION],
  },
  ROW_INNER,
)

/** OFX 2.2 section 11.4.3.2: a pending row has no id yet; DTTRAN is the day the person acted. */
const PENDING_ROW = scope(
  'STMTTRNP',
  'pending',
  { ...ROW_LEAVES, DTTRAN: ['requiredDay', ROW.DTPOSTED], DTPOSTED: ['day', ROW.DTPOSTED], FITID: ['text', ROW.FITID] },
  ROW_INNER,
)

const COVERS: Leaves = { DTSTART: ['period', STATEMENT.DTSTART], DTEND: ['period', STATEMENT.DTEND] }
const LISTS = [scope('BANKTRANLIST', null, COVERS, [POSTED_ROW, PENDING_ROW]), scope('BANKTRANLISTP', null, {}, [PENDING_ROW, POSTED_ROW])]
const BALANCES = ['LEDGERBAL', 'AVAILBAL'].map((name) =>
  scope(name, 'balance', { BALAMT: ['amount', BALANCE.BALAMT], DTASOF: ['asOf', BALANCE.DTASOF] }),
)

/** Sections 11.3.1 and 11.3.2; some card files name their account as a bank one and the reverse. */
const ACCOUNTS = [
  scope('BANKACCTFROM', null, {
    BANKID: ['text', STATEMENT.BANKID],
    BRANCHID: ['text', STATEMENT.BRANCHID],
    ACCTID: ['text', STATEMENT.ACCTID],
    ACCTTYPE: ['code', STATEMENT.ACCTTYPE],
  }),
  scope('CCACCTFROM', null, { ACCTID: ['text', STATEMENT.ACCTID], ACCTTYPE: ['code', STATEMENT.ACCTTYPE] }),
  scope('INVACCTFROM', null, { BROKERID: ['text', STATEMENT.BANKID], ACCTID: ['text', STATEMENT.ACCTID] }),
]

const CURDEF: Leaves = { CURDEF: ['currency', STATEMENT.CURDEF] }
/** Some programs name the account without the aggregate round about it. */
const BANK_LEAVES: Leaves = { ...CURDEF, BANKID: ['text', STATEMENT.BANKID], BRANCHID: ['text', STATEMENT.BRANCHID], ACCTID: ['text', STATEMENT.ACCTID], ACCTTYPE: ['code', STATEMENT.ACCTTYPE] }
const BANK_INNER = [...ACCOUNTS, ...LISTS, ...BALANCES, POSTED_ROW]
const STATEMENTS = [
  scope('STMTRS', 'statement', BANK_LEAVES, BANK_INNER),
  scope('CCSTMTRS', 'statement', BANK_LEAVES, BANK_INNER),
  // Section 13.9.2: only the cash movements (INVBANKTRAN) are rows; securities are not money of the account.
  scope('INVSTMTRS', 'statement', { ...CURDEF, DTASOF: ['asOf', STATEMENT.DTASOF] }, [
    ...ACCOUNTS,
    scope('INVTRANLIST', null, COVERS, [scope('INVBANKTRAN', null, {}, [POSTED_ROW])]),
    scope('INVBAL', null, { AVAILCASH: ['amount', STATEMENT.AVAILCASH] }),
  ]),
]

const answer = (name: string, inner: readonly Scope[] = []): Scope =>
  scope(name, 'answer', { TRNUID: ['text', ANSWER.TRNUID], CLTCOOKIE: ['text', ANSWER.CLTCOOKIE] }, [STATUS_SCOPE, ...inner])

/** Aggregates whose content says nothing about statements: read over, whatever they hold. */
export const OPAQUE: ReadonlySet<string> = new Set([
  'BALLIST',
  'BAL',
  'IMAGEDATA',
  'INVPOSLIST',
  'INVOOLIST',
  'BANKACCTTO',
  'CCACCTTO',
  'INVACCTTO',
  'SECLIST',
  'PROFRS',
  'ACCTINFORS',
  'BUYDEBT',
  'BUYMF',
  'BUYOPT',
  'BUYOTHER',
  'BUYSTOCK',
  'CLOSUREOPT',
  'INCOME',
  'INVEXPENSE',
  'JRNLFUND',
  'JRNLSEC',
  'MARGININTEREST',
  'REINVEST',
  'RETOFCAP',
  'SELLDEBT',
  'SELLMF',
  'SELLOPT',
  'SELLOTHER',
  'SELLSTOCK',
  'SPLIT',
  'TRANSFER',
])

/** The whole document. Message sets are transparent: statements are found in whichever they stand. */
export const DOCUMENT: Scope = scope('', null, {}, [
  answer('SONRS'),
  answer('STMTTRNRS', STATEMENTS),
  answer('CCSTMTTRNRS', STATEMENTS),
  answer('INVSTMTTRNRS', STATEMENTS),
  ...['ACCTINFOTRNRS', 'PROFTRNRS', 'MFACHALLENGETRNRS', 'PINCHTRNRS', 'LOANSTMTTRNRS', 'STMTENDTRNRS', 'CCSTMTENDTRNRS'].map((name) => answer(name)),
  ...STATEMENTS,
])

function scope(name: string, record: RecordKind | null, leaves: Leaves, inner: readonly Scope[] = []): Scope {
  const fields: (Field | undefined)[] = []
  for (const [leaf, [type, slot]] of Object.entries(leaves)) fields[tagId(leaf)] = { name: leaf, type, slot }
  return { name, record, fields, inner: new Map(inner.map((each) => [each.name, each])) }
}
