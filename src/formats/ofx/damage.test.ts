import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FormatFailureCode } from '../../domain/statement.ts'
import { bankFile, bankStatement, LEDGER, readAll, readParts, ROW, SGML_HEADER, SIGN_ON } from './ofx.fixture.ts'

/** Reads a file that must fail, and gives the failure. */
async function failureOf(file: string | Uint8Array): Promise<{ code: FormatFailureCode; line: number; message: string }> {
  const { failure } = await readAll(file)
  assert.ok(failure, 'the damage was not noticed')
  if (failure.line > 0) assert.ok(failure.message.startsWith(`Line ${failure.line}: `), failure.message)
  return failure
}

const lines = (file: string): string => file.replace(/<(?=STMTTRN>|TRNAMT|DTPOSTED|\/STMTTRN|LEDGERBAL|BALAMT|DTASOF)/g, '\n<')

const cases: readonly (readonly [name: string, file: string, code: FormatFailureCode, says: RegExp])[] = [
  ['an empty file', '', 'empty_file', /empty/],
  ['only blanks, line ends and NULs', ' \r\n\t\0\0'.repeat(50_000), 'empty_file', /empty/],
  ['only a byte order mark', '\uFEFF', 'empty_file', /empty/],
  ['a web page', '<!DOCTYPE html>\n<html><body>Please log in</body></html>', 'unknown_format', /web page/],
  ['a web page without a document type', '<html><head><title>Error</title></head></html>', 'unknown_format', /web page/],
  ['a CSV file', 'Date,Amount\n2024-01-01,5\n', 'unknown_format', /expected <OFX>/],
  ['another XML', '<?xml version="1.0"?><Document><BkToCstmrStmt/></Document>', 'unknown_format', /expected <OFX>, found <DOCUMENT>/],
  ['OFC, the forerunner', '<OFC><DTD>2</OFC>', 'unknown_format', /expected <OFX>/],
  ['a ZIP archive', 'PK\x03\x04\x14\0\0\0\x08\0abcdef', 'unknown_format', /expected <OFX>/],
  ['only a header', SGML_HEADER, 'unknown_format', /expected <OFX>/],
  ['a document type in XML', '<?xml version="1.0"?><!DOCTYPE OFX [<!ENTITY a "b">]><OFX></OFX>', 'malformed', /document type/],
  [
    'an entity declaration in the middle',
    bankFile().replace('<STMTTRN>', '<!ENTITY x SYSTEM "file:///etc/passwd"><STMTTRN>'),
    'malformed',
    /entities/,
  ],
  ['a request', `${SGML_HEADER}<OFX><SIGNONMSGSRQV1><SONRQ><DTCLIENT>20240101</SONRQ></SIGNONMSGSRQV1></OFX>`, 'not_statements', /no statement/],
  ['a sign-on alone', `${SGML_HEADER}<OFX>${SIGN_ON}</OFX>`, 'not_statements', /no statement/],
  ['an empty document', `${SGML_HEADER}<OFX></OFX>`, 'not_statements', /no statement/],
  [
    'an account list',
    `<OFX>${SIGN_ON}<SIGNUPMSGSRSV1><ACCTINFOTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><ACCTINFORS><DTACCTUP>20240101</ACCTINFORS></ACCTINFOTRNRS></SIGNUPMSGSRSV1></OFX>`,
    'not_statements',
    /no statement/,
  ],
  [
    'a refused sign-on',
    `<OFX>${SIGN_ON.replace('<CODE>0<SEVERITY>INFO', '<CODE>15500<SEVERITY>ERROR<MESSAGE>Signon invalid')}</OFX>`,
    'bank_refused',
    /ERROR 15500 Signon invalid/,
  ],
  [
    'a refused statement',
    `<OFX>${SIGN_ON}<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>2000<SEVERITY>ERROR</STATUS></STMTTRNRS></BANKMSGSRSV1></OFX>`,
    'bank_refused',
    /ERROR 2000/,
  ],
  ['a row without amount', bankFile({ rows: ROW.replace('<TRNAMT>-12.50', '') }), 'missing_field', /TRNAMT/],
  ['a row with an empty amount', bankFile({ rows: ROW.replace('-12.50', '') }), 'missing_field', /TRNAMT/],
  ['a row without date', bankFile({ rows: ROW.replace('<DTPOSTED>20240115', '') }), 'missing_field', /DTPOSTED/],
  ['an amount that is none', bankFile({ rows: ROW.replace('-12.50', 'twelve') }), 'invalid_amount', /<TRNAMT> is "twelve", expected an amount/],
  ['an amount that may mean two', bankFile({ rows: ROW.replace('-12.50', '1,234'), after: LEDGER.replace('100.00', '100') }), 'invalid_amount', /"1,234"/],
  ['a balance that is none', bankFile({ after: LEDGER.replace('100.00', 'much') }), 'invalid_amount', /<BALAMT> is "much"/],
  ['a booking day of zeros', bankFile({ rows: ROW.replace('20240115', '00000000') }), 'invalid_date', /<DTPOSTED> is "00000000"/],
  ['the 30th of February', bankFile({ rows: ROW.replace('20240115', '20240230') }), 'invalid_date', /real date/],
  ['an impossible optional day', bankFile({ rows: ROW.replace('<TRNAMT>', '<DTUSER>20241301<TRNAMT>') }), 'invalid_date', /<DTUSER>/],
  ['an impossible day of a balance', bankFile({ after: LEDGER.replace('20240131', '20240132') }), 'invalid_date', /<DTASOF>/],
  [
    'the account named after the rows',
    bankFile().replace(/(<BANKACCTFROM>.*<\/BANKACCTFROM>)(.*)(<LEDGERBAL>)/, '$2$1$3'),
    'malformed',
    /account or currency after/,
  ],
  ['tags nested 65 deep', `<OFX>${'<A><B>'.repeat(40)}`, 'limit_exceeded', /nested/],
  ['a text of 70 kB', bankFile({ rows: ROW.replace('Card 1234', 'x'.repeat(70_000)) }), 'limit_exceeded', /65536/],
  ['a comment that never ends', bankFile().replace('<STMTTRN>', '<!-- ') + ' '.repeat(200_000), 'limit_exceeded', /65536/],
  ['a run of zero bytes inside a statement', bankFile({ rows: ROW.replace('Corner', `Cor${'\0'.repeat(4096)}ner`) }), 'malformed', /zero bytes/],
]

for (const [name, file, code, says] of cases) {
  test(`${name}: ${code}`, async () => {
    const failure = await failureOf(file)
    assert.equal(failure.code, code, failure.message)
    assert.match(failure.message, says)
    if (/^(missing_field|invalid_|malformed|truncated|not_statements|empty_file)/.test(code)) assert.match(failure.message, /Download|Export/, 'what to do')
  })
}

test('the line of a wrong amount is the line it stands on', async () => {
  const file = lines(bankFile({ rows: ROW + ROW.replace('-12.50', 'x1') }))
  const { line } = await failureOf(file)
  assert.equal(file.split('\n')[line - 1]?.startsWith('<TRNAMT>x1'), true)
})

test('a row of a year that no file has is refused on the line of its date', async () => {
  for (const year of ['9025', '1025', '2625']) {
    const file = lines(bankFile({ rows: ROW + ROW.replace('20240115', `${year}0115`) }))
    const { code, line } = await failureOf(file)
    assert.deepEqual([code, file.split('\n')[line - 1]?.slice(0, 14)], ['invalid_date', `<DTPOSTED>${year}`])
  }
})

test('the line of a row without amount is the line of the row', async () => {
  const file = lines(bankFile({ rows: ROW + ROW.replace('<TRNAMT>-12.50', '') }))
  const { line } = await failureOf(file)
  assert.equal(line, file.split('\n').findLastIndex((text) => text.startsWith('<STMTTRN>')) + 1)
})

test('a file cut inside a transaction names the line of its end and of the transaction', async () => {
  const whole = lines(bankFile({ rows: ROW + ROW }))
  const cut = whole.slice(0, whole.lastIndexOf('<TRNAMT>') + 12)
  const failure = await failureOf(cut)
  const opened = cut.split('\n').findLastIndex((text) => text.startsWith('<STMTTRN>')) + 1
  assert.equal(failure.code, 'truncated')
  assert.equal(
    failure.message,
    `Line ${cut.split('\n').length}: the file ends inside a transaction (<STMTTRN> opened on line ${opened}). Download it again.`,
  )
})

test('a file cut inside a tag says so', async () => {
  const failure = await failureOf(bankFile().split('<MEMO>')[0] + '<MEM')
  assert.deepEqual([failure.code, /inside a tag \(<MEM\)/.test(failure.message)], ['truncated', true])
})

test('wherever a file is cut, it either fails or was complete but for its last tag', async () => {
  const second = `<CREDITCARDMSGSRSV1>${bankStatement({ account: 'B' }).replaceAll('STMTTRNRS', 'CCSTMTTRNRS').replaceAll('STMTRS', 'CCSTMTRS')}</CREDITCARDMSGSRSV1>`
  const whole = bankFile({ rows: ROW + ROW })
  const closing = whole.lastIndexOf('</OFX>')
  for (let at = 0; at < whole.length; at++) {
    const { failure, statements } = await readAll(whole.slice(0, at))
    if (at < closing) assert.ok(failure, `cut at ${at} (${whole.slice(at - 20, at)}) went unnoticed`)
    else assert.deepEqual([failure, statements[0]?.rows.length], [null, 2])
  }
  const { failure, statements } = await readAll(whole.replace('</OFX>', `${second}</OFX>`))
  assert.deepEqual([failure, statements.length], [null, 2])
})

test('a damaged second statement fails the file, whatever came before', async () => {
  const file = `<OFX>${SIGN_ON}<BANKMSGSRSV1>${bankStatement()}${bankStatement({ rows: '<STMTTRN><FITID>1</STMTTRN>' })}</BANKMSGSRSV1></OFX>`
  assert.equal((await failureOf(file)).code, 'missing_field')
})

test('reading stops at the failure: the rest of a damaged file is not fetched', async () => {
  let fetched = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      fetched++
      yield Buffer.from('<html>'.repeat(20_000))
    }
  }
  const { failure } = await readParts(endless())
  assert.equal(failure?.code, 'unknown_format')
  assert.ok(fetched <= 3, `${fetched} chunks were fetched`)
})

test('a large file that is no OFX is refused from its beginning', async () => {
  let fetched = 0
  async function* csv(): AsyncGenerator<Uint8Array> {
    for (; fetched < 100; fetched++) yield Buffer.from('2024-01-01;5.00;shop\n'.repeat(3_000))
  }
  const { failure } = await readParts(csv())
  assert.equal(failure?.code, 'unknown_format')
  assert.ok(fetched < 10, `${fetched} chunks were fetched`)
})

const bombs: readonly (readonly [name: string, start: string, unit: string])[] = [
  ['unclosed vendor tags of one name', '<OFX>', '<A>'],
  ['unclosed vendor tags that take turns', '<OFX>', '<A><B></A>'],
  ['closing tags of nothing', '<OFX>', '</A>'],
  ['open brackets', '<OFX><A>', '<'],
  ['tags that never end', '<OFX><A>', '<a b'],
  ['tags cut by tags', '<OFX>', '<a <b '],
  ['ampersands', '<OFX>', '<NAME>&&&&#&#x&amp'],
  ['empty transactions', bankFile().split('<STMTTRN>')[0] ?? '', '<STMTTRN><DTPOSTED>20240101<TRNAMT>1'],
  ['vendor tags inside a transaction', `${bankFile().split('</STMTTRN>')[0]}`, '<V><W></V>'],
  ['statuses', '<OFX><SIGNONMSGSRSV1><SONRS>', '<STATUS><CODE>0</STATUS>'],
  ['comments', '<OFX>', '<!-- -->'],
  ['half comments', '<OFX><NAME>', '<!-'],
  ['CDATA', '<OFX><NAME>', '<![CDATA[]]>'],
  ['blanks', '<OFX>', ' '],
  ['line ends before the header', '', '\n'],
]
for (const [name, start, unit] of bombs) {
  test(`8 MB of ${name} are read or refused in linear time`, async () => {
    async function* bomb(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(start)
      const chunk = Buffer.from(unit.repeat(Math.ceil(65_536 / unit.length)))
      for (let sent = 0; sent < 8_000_000; sent += chunk.length) yield chunk
    }
    const before = process.cpuUsage()
    await readParts(bomb())
    const { user } = process.cpuUsage(before)
    // Linear reading takes well under a second of processor time; quadratic takes minutes.
    assert.ok(user < 5_000_000, `${user} µs of processor time`)
  })
}
