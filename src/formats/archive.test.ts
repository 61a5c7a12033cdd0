/** Archives: the only file in one is read as itself; limits, damage and what is no statement are told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStatementFile } from './detect.ts'
import { bytes, collect, summary } from './testing/collect.ts'
import { zipped, type Packed } from './testing/zip.ts'

const CSV = 'Date,Description,Amount\n2026-10-01,Coffee,-4.50\n2026-10-02,Pay,1000.00\n'

async function told(content: Uint8Array): Promise<string> {
  const opened = await readStatementFile(bytes(content, 50))
  if (!opened.ok) return `${opened.failure.code}: ${opened.failure.message}`
  const { statements, failure } = await collect(opened.value.stream)
  return failure === null ? `${opened.value.format} ${statements.map(summary).join()}` : `${failure.code}: ${failure.message}`
}

const toldOf = (...files: readonly Packed[]): Promise<string> => told(zipped(files))

test('the only file of an archive is read as if it were alone', async () => {
  assert.equal(await toldOf({ name: 'statement.csv', content: CSV }), 'csv 2 995.5 2026-10-01 2026-10-02 - -')
  assert.equal(await toldOf({ name: 'folder/', content: '' }, { name: 'folder/Umsätze.csv', content: CSV }, { name: '__MACOSX/folder/._Umsätze.csv', content: 'x' }, { name: '.DS_Store', content: 'x' }), 'csv 2 995.5 2026-10-01 2026-10-02 - -')
  assert.match(await toldOf({ name: 'a.mt940', content: ':20:R\n:25:10020030/1234567\n:28C:1\n:60F:C240102EUR0,00\n:61:240103C1,00NTRFNONREF\n:62F:C240103EUR1,00\n-\n' }), /^mt940 1 1 /)
})

test('what cannot be chosen or is no statement is told', async () => {
  assert.match(await toldOf({ name: 'a.csv', content: CSV }, { name: 'b.csv', content: CSV }), /^unknown_format: .*of 2 files\. Unpack it/)
  assert.match(await toldOf(), /^unknown_format: .*without a file/)
  assert.match(await toldOf({ name: 'a.zip', content: zipped([{ name: 'a.csv', content: CSV }]) }), /^unknown_format: .*ZIP archive in a ZIP archive/)
  assert.match(await toldOf({ name: 'a.pdf', content: '%PDF-1.7' }), /^unknown_format: .*PDF/)
  assert.match(await toldOf({ name: 'mimetype', content: 'application/vnd.oasis.opendocument.spreadsheet' }, { name: 'META-INF/manifest.xml', content: '<x/>' }), /^unknown_format: .*LibreOffice.*as \.xlsx/)
  assert.match(await toldOf({ name: 'a.csv', content: CSV, stated: { flags: 1 } }), /^unreadable: .*password/)
})

test('what unpacks to more than a statement is refused before it is unpacked', async () => {
  const blanks = (size: number): Packed => ({ name: 'a.csv', content: Buffer.alloc(size, ' ') })
  assert.match(await toldOf(blanks(3_000_000)), /^limit_exceeded: .*more than 100 times/)
  assert.match(await toldOf({ name: 'a.csv', content: CSV, stated: { size: 200_000_000 } }), /^limit_exceeded: .*100 MB/)
  assert.match(await toldOf(...Array.from({ length: 101 }, (_, at) => ({ name: `${at}.csv`, content: CSV }))), /^limit_exceeded: .*100 files/)
})

// Fails when: bytes are believed without their checksum, or a size that is stated too small cuts the file.
test('a file that is not what the archive states is refused', async () => {
  assert.match(await toldOf({ name: 'a.csv', content: CSV, stated: { crc: 7 } }), /^malformed: .*damaged/)
  assert.match(await toldOf({ name: 'a.csv', content: CSV, stated: { size: 40 } }), /^malformed: .*damaged/)
  const whole = zipped([{ name: 'a.csv', content: CSV }])
  assert.match(await told(whole.subarray(0, whole.length - 30)), /^truncated: .*Download it again/)
  assert.match(await told(Buffer.from([0x50, 0x4b, 3, 4, 20, 0])), /^truncated: /)
})
