/** OFX as the world writes it: habits of real files, alone and mixed, change nothing of what is read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../../test/tries.ts'
import { readStatementFile } from '../detect.ts'
import { bytes, collect, summary } from '../testing/collect.ts'
import { SGML_HEADER, XML_HEADER } from './ofx.fixture.ts'

const leaf = (name: string, text: string): string => `<${name}>${text}\r\n`
const aggregate = (name: string, ...content: readonly string[]): string => `<${name}>\r\n${content.join('')}</${name}>\r\n`
const row = (posted: string, amount: string, id: string, name: string): string =>
  aggregate('STMTTRN', leaf('TRNTYPE', 'DEBIT'), leaf('DTPOSTED', posted), leaf('TRNAMT', amount), leaf('FITID', id), leaf('NAME', name), leaf('MEMO', ''))
const status = aggregate('STATUS', leaf('CODE', '0'), leaf('SEVERITY', 'INFO'))
const statement = aggregate(
  'STMTRS', leaf('CURDEF', 'USD'), aggregate('BANKACCTFROM', leaf('BANKID', '1'), leaf('ACCTID', '123456789'), leaf('ACCTTYPE', 'CHECKING')),
  aggregate('BANKTRANLIST', leaf('DTSTART', '20230101'), leaf('DTEND', '20230131'), row('20230102', '-12.50', 'a', 'AT&T'), row('20230103120000[-5:EST]', '1000.00', 'b', 'Café &amp; Co &#233;')),
  aggregate('LEDGERBAL', leaf('BALAMT', '100.00'), leaf('DTASOF', '20230131')),
)
const BODY = aggregate(
  'OFX', aggregate('SIGNONMSGSRSV1', aggregate('SONRS', status, leaf('DTSERVER', '20230131'), leaf('LANGUAGE', 'ENG'))), aggregate('BANKMSGSRSV1', aggregate('STMTTRNRS', leaf('TRNUID', '1'), status, statement)),
)

type Habit = (text: string) => string

/** One of each group may be a file's habit. */
const HABITS: Readonly<Record<string, Readonly<Record<string, Habit>>>> = {
  debit: {
    comma: (s) => s.replace('-12.50', '-12,50'), parentheses: (s) => s.replace('-12.50', '(12.50)'), 'typographic minus': (s) => s.replace('-12.50', '\u221212.50'), 'trailing minus': (s) => s.replace('-12.50', '12.50-'),
    'currency sign': (s) => s.replace('-12.50', '-$12.50'), 'many zeros': (s) => s.replace('-12.50', '-00000012.5000'),
  },
  credit: { 'points group': (s) => s.replace('1000.00', '1.000,00'), 'commas group': (s) => s.replace('1000.00', '1,000.00'), plus: (s) => s.replace('1000.00', '+1000.00'), blank: (s) => s.replace('1000.00', '1 000,00'), whole: (s) => s.replace('1000.00', '1000') },
  date: { dashes: (s) => s.replace('20230102', '2023-01-02'), 'a zone': (s) => s.replace('20230102', '20230102000000.000[0:GMT]'), 'a zone name': (s) => s.replace('20230102', '20230102235959[-:PST]'), 'an odd offset': (s) => s.replace('20230102', '20230102120000[+5.30:IST]') },
  text: { cdata: (s) => s.replace('AT&T', '<![CDATA[AT&T]]>'), entity: (s) => s.replace('AT&T', 'AT&amp;T') },
  inserted: { vendor: (s) => s.replaceAll('<MEMO>', '<X.VENDOR>z\r\n<MEMO>').replace('<BANKTRANLIST>', '<INTU.XXX>7\r\n<BANKTRANLIST>'), comment: (s) => s.replace('<BANKTRANLIST>', '<!-- <STMTTRN> --><BANKTRANLIST>') },
  missing: {
    rows: (s) => s.replaceAll('</STMTTRN>\r\n', ''), list: (s) => s.replace('</BANKTRANLIST>\r\n', ''), root: (s) => s.replace('</OFX>\r\n', ''), balance: (s) => s.replace(/<LEDGERBAL>[^]*<\/LEDGERBAL>\r\n/, ''), memos: (s) => s.replaceAll('<MEMO>\r\n', ''),
  },
  leaves: { closed: (s) => s.replace(/<([A-Z0-9]+)>([^<\r\n]+)\r\n/g, '<$1>$2</$1>\r\n'), 'empty elements': (s) => s.replaceAll('<MEMO>\r\n', '<MEMO/>\r\n'), spaced: (s) => s.replace(/<([A-Z0-9]+)>([^<\r\n]+)\r\n/g, '  <$1> $2  \r\n') },
  tags: { lower: (s) => s.replace(/<\/?[A-Z0-9]+>/g, (tag) => tag.toLowerCase()), namespace: (s) => s.replace(/<(\/?)([A-Z0-9]+)>/g, '<$1ofx:$2>'), blanks: (s) => s.replace(/<([A-Z]+)>/g, '<$1 >') },
  lines: { one: (s) => s.replaceAll('\r\n', ''), unix: (s) => s.replaceAll('\r\n', '\n'), mac: (s) => s.replaceAll('\r\n', '\r'), double: (s) => s.replaceAll('\r\n', '\r\n\r\n') },
}

const HEADERS: Readonly<Record<string, string>> = {
  sgml: SGML_HEADER, 'one line': `${SGML_HEADER.replaceAll('\r\n', ' ')}\r\n`, glued: SGML_HEADER.replaceAll('\r\n', ''), xml: XML_HEADER, none: '', 'late': `\r\n\r\n  ${SGML_HEADER}`, padded: `${'\0'.repeat(8)}${SGML_HEADER}`,
  saved: `HTTP/1.1 200 OK\r\nContent-Type: application/x-ofx\r\n\r\n${SGML_HEADER}`,
}

const ENCODINGS: Readonly<Record<string, (text: string) => Uint8Array>> = {
  utf8: (s) => Buffer.from(s), 'utf8 with mark': (s) => Buffer.from(`\ufeff${s}`), 'utf16le with mark': (s) => Buffer.from(`\ufeff${s}`, 'utf16le'), 'utf16be with mark': (s) => Buffer.from(`\ufeff${s}`, 'utf16le').swap16(),
  utf16le: (s) => Buffer.from(s, 'utf16le'), 'nul at the end': (s) => Buffer.from(s + '\0'.repeat(300)), 'windows-1252': (s) => Buffer.from(s.replaceAll('\u2212', '-'), 'latin1'),
}

async function assertRead(header: string, habits: readonly Habit[], encoding: string, chunk: number): Promise<void> {
  // Padding and pages before the file are single bytes: nobody writes them in UTF-16.
  const start = encoding.startsWith('utf16') && (header === 'padded' || header === 'saved') ? 'sgml' : header
  const text = HEADERS[start]! + habits.reduce((body, habit) => habit(body), BODY)
  const file = await readStatementFile(bytes(ENCODINGS[encoding]!(text), chunk), { fileName: 'x.ofx' })
  assert.ok(file.ok, file.ok ? '' : file.failure.message)
  const { statements, failure } = await collect(file.value.stream)
  assert.equal(failure, null, failure?.message)
  assert.deepEqual(statements.map((each) => `${each.head.account.number} ${each.head.currency} ${summary(each)}`), ['123456789 USD 2 987.5 2023-01-02 2023-01-03 - -'])
  assert.deepEqual(statements[0]!.rows.map(({ name, providerId }) => `${providerId} ${name}`), ['a AT&T', 'b Café & Co é'])
}

test('each habit, header and encoding by itself', async () => {
  for (const group of Object.values(HABITS)) for (const habit of Object.values(group)) await assertRead('sgml', [habit], 'utf8', 4_096)
  for (const header of Object.keys(HEADERS)) await assertRead(header, [], 'utf8', 4_096)
  for (const encoding of Object.keys(ENCODINGS)) await assertRead('sgml', [], encoding, 4_096)
})

test('habits mixed, in chunks of any size', async () => {
  const habit = (group: Readonly<Record<string, Habit>>) => fc.option(fc.constantFrom(...Object.keys(group)), { freq: 2 })
  const mix = fc.record({
    header: fc.constantFrom(...Object.keys(HEADERS)), encoding: fc.constantFrom(...Object.keys(ENCODINGS)), chunk: fc.integer({ min: 1, max: 700 }),
    habits: fc.record(Object.fromEntries(Object.entries(HABITS).map(([name, group]) => [name, habit(group)] as const))),
  })
  await fc.assert(
    fc.asyncProperty(mix, ({ header, encoding, chunk, habits }) =>
      assertRead(header, Object.entries(habits).flatMap(([group, name]) => (name === null ? [] : [HABITS[group]![name]!])), encoding, chunk)),
    { numRuns: 300 },
  )
})
