/**
 * OFC (Open Financial Connectivity, Microsoft 1996), the forerunner of OFX that some banks still write, in the words of OFX: the
 * same leaves under other aggregates, numbers in place of words, and a balance before the rows. Lines keep their numbers.
 */
import { guessByLooks } from '../charset-guess.ts'
import { decodeText } from '../decode.ts'

const HEADER = 'OFXHEADER:100 DATA:OFXSGML VERSION:102 SECURITY:NONE ENCODING:UTF-8 CHARSET:NONE COMPRESSION:NONE OLDFILEUID:NONE NEWFILEUID:NONE '

const TAGS: ReadonlyMap<string, string> = new Map([
  ['<OFC>', `${HEADER}<OFX><BANKMSGSRSV1>`], ['</OFC>', '</BANKMSGSRSV1></OFX>'],
  ['<ACCTSTMT>', '<STMTTRNRS><STMTRS>'], ['</ACCTSTMT>', '</STMTRS></STMTTRNRS>'],
  ['<ACCTFROM>', '<BANKACCTFROM>'], ['</ACCTFROM>', '</BANKACCTFROM>'],
  ['<STMTRS>', '<BANKTRANLIST>'], ['</STMTRS>', '</BANKTRANLIST>'],
])
const ACCOUNT_TYPES = ['CHECKING', 'SAVINGS', 'CREDITCARD', 'MONEYMRKT', 'CREDITLINE'] as const
const TRANSACTION_TYPES = ['CREDIT', 'DEBIT', 'INT', 'DIV', 'SRVCHG', 'DEP', 'ATM', 'XFER', 'CHECK', 'PAYMENT', 'CASH', 'DIRECTDEP', 'OTHER'] as const
const TAG = /<\/?[A-Z0-9.]+>[^<\r\n]*/gi

export function isOfc(text: string): boolean {
  return /^\s*<OFC>/i.test(text)
}

/** The bytes of an OFC file as those of an OFX file in UTF-8. */
export async function* ofcAsOfx(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  const known = { ends: '', ledger: '' }
  let rest = ''
  for await (const piece of decodeText(chunks, guessByLooks)) {
    const text = rest + piece
    // A tag, or what it holds, may be cut.
    const end = Math.max(text.lastIndexOf('<'), 0)
    rest = text.slice(end)
    if (end > 0) yield encoder.encode(text.slice(0, end).replace(TAG, (tag) => translated(tag, known)))
  }
  yield encoder.encode(rest.replace(TAG, (tag) => translated(tag, known)))
}

function translated(written: string, known: { ends: string; ledger: string }): string {
  const [, name = '', text = ''] = /^(<\/?[A-Z0-9.]+>)(.*)$/i.exec(written) ?? []
  const tag = name.toUpperCase()
  const value = text.trim()
  switch (tag) {
    case '<DTD>':
    case '<CPAGE>':
    case '</LEDGER>':
      return ''
    case '<ACCTTYPE>':
      return `${tag}${ACCOUNT_TYPES[Number(value)] ?? value}`
    case '<TRNTYPE>':
      return `${tag}${TRANSACTION_TYPES[Number(value)] ?? value}`
    case '<DTEND>':
      known.ends = value
      return `${tag}${text}`
    case '<LEDGER>':
      known.ledger = value
      return ''
    case '</STMTRS>': {
      // The balance is that of the last day.
      const balance = known.ledger === '' || known.ends === '' ? '' : `<LEDGERBAL><BALAMT>${known.ledger}<DTASOF>${known.ends}</LEDGERBAL>`
      known.ledger = known.ends = ''
      return `</BANKTRANLIST>${balance}${text}`
    }
    default:
      return `${TAGS.get(tag) ?? tag}${text}`
  }
}
