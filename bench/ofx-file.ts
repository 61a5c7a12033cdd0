/**
 * A believable OFX 1 statement of any number of transactions, about 185 bytes each, without chance: the same number of
 * rows always gives the same bytes. The chunks share one buffer, so a chunk must be used before the next is asked for.
 */

const HEAD =
  'OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\nCOMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n' +
  '<OFX>\r\n<SIGNONMSGSRSV1>\r\n<SONRS>\r\n<STATUS>\r\n<CODE>0\r\n<SEVERITY>INFO\r\n</STATUS>\r\n<DTSERVER>20240101120000\r\n<LANGUAGE>ENG\r\n</SONRS>\r\n</SIGNONMSGSRSV1>\r\n' +
  '<BANKMSGSRSV1>\r\n<STMTTRNRS>\r\n<TRNUID>1\r\n<STATUS>\r\n<CODE>0\r\n<SEVERITY>INFO\r\n</STATUS>\r\n<STMTRS>\r\n<CURDEF>USD\r\n' +
  '<BANKACCTFROM>\r\n<BANKID>111000025\r\n<ACCTID>0001234567\r\n<ACCTTYPE>CHECKING\r\n</BANKACCTFROM>\r\n<BANKTRANLIST>\r\n<DTSTART>20140101\r\n<DTEND>20231231\r\n'
const TAIL =
  '</BANKTRANLIST>\r\n<LEDGERBAL>\r\n<BALAMT>1234.56\r\n<DTASOF>20231231\r\n</LEDGERBAL>\r\n</STMTRS>\r\n</STMTTRNRS>\r\n</BANKMSGSRSV1>\r\n</OFX>\r\n'

const SHOPS = ['CORNER SHOP', 'AT&amp;T MOBILE', 'RAIL TICKETS', 'SUPERMARKET 24', 'FUEL STATION', 'PAYROLL ACME LTD', 'CITY WATER WORKS']
const ROWS_IN_CHUNK = 500

export function* ofxFile(rows: number): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(ROWS_IN_CHUNK * 400)
  yield Buffer.from(HEAD, 'latin1')
  for (let from = 0; from < rows; from += ROWS_IN_CHUNK) {
    let text = ''
    for (let at = from; at < Math.min(rows, from + ROWS_IN_CHUNK); at++) text += row(at, rows)
    yield buffer.subarray(0, buffer.write(text, 0, 'latin1'))
  }
  yield Buffer.from(TAIL, 'latin1')
}

function row(at: number, rows: number): string {
  const month = Math.floor((at * 120) / rows)
  const date = `${2014 + Math.floor(month / 12)}${String((month % 12) + 1).padStart(2, '0')}${String(1 + Math.floor((((at * 120) / rows) % 1) * 28)).padStart(2, '0')}`
  const cents = (at * 7_919) % 500_000
  const amount = `${at % 9 === 0 ? '' : '-'}${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
  const shop = SHOPS[at % SHOPS.length] as string
  return (
    `<STMTTRN>\r\n<TRNTYPE>${at % 9 === 0 ? 'CREDIT' : 'DEBIT'}\r\n<DTPOSTED>${date}120000[0:GMT]\r\n<TRNAMT>${amount}\r\n<FITID>${date}${String(at).padStart(10, '0')}\r\n` +
    `<NAME>${shop} ${at % 977}\r\n<MEMO>CARD 4411 PURCHASE REF NO. ${at}\r\n</STMTTRN>\r\n`
  )
}
