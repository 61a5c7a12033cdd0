/** What the import of a file holds in memory, at the end of each of its passes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sweep } from '../sim/sweep.ts'
import { hostEntropy } from './adapters/entropy.ts'
import { hostClock } from './adapters/clock.ts'
import { addDays, day } from './domain/day.ts'
import { importFile } from './import-file.ts'
import { createMemoryStore } from './store/memory/store.ts'

const ROWS = 4
const MEMO = 'CARD PURCHASE WITH MANY WORDS '.repeat(8)

/** Of daily statements of one account, as banks sell them: each states its closing balance. */
function* daily(statements: number): Generator<Buffer> {
  yield Buffer.from('OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260331<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1>')
  for (let at = 0; at < statements; at++) {
    const on = addDays(day('2003-01-01'), at).replaceAll('-', '')
    const rows = Array.from({ length: ROWS }, (_, row) => `<STMTTRN><TRNTYPE>OTHER<DTPOSTED>${on}<TRNAMT>1.00<FITID>${on}-${row}<NAME>COIN ${at}<MEMO>${MEMO}</STMTTRN>\n`)
    yield Buffer.from(`<STMTTRNRS><TRNUID>${at}<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>12345678<ACCTID>DE00123456781234567890<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>${on}<DTEND>${on}\n${rows.join('')}</BANKTRANLIST><LEDGERBAL><BALAMT>${(at + 1) * ROWS}.00<DTASOF>${on}</LEDGERBAL></STMTRS></STMTTRNRS>\n`)
  }
  yield Buffer.from('</BANKMSGSRSV1></OFX>\n')
}

/** In use at the end of the first pass and of the second, of a file that is made while it is read, into a feed that keeps no row. */
async function inUse(statements: number): Promise<readonly [checked: number, brought: number]> {
  const memory = createMemoryStore()
  const store = memory.tenant(await memory.defaultTenant())
  const feed = { ...store.feed, commitPages: async () => ({ inserted: 0 }) }
  const looked: number[] = []
  const open = async function* (): AsyncGenerator<Buffer> {
    yield* daily(statements)
    sweep()
    looked.push(process.memoryUsage().heapUsed)
  }
  const { added, failure } = await importFile({ store: { ...store, feed }, clock: hostClock, entropy: hostEntropy }, { fileName: 'daily.ofx', open, accountId: null, onProgress: null, dryRun: false })
  assert.deepEqual([added, failure, looked.length], [statements * ROWS, null, 2])
  return [looked[0]!, looked[1]!]
}

// Fails when: what a statement held while its rows came stays until the end of the file (it did, with the movements of all of them).
// Fails when: its account stays as a piece of the text of the file, which all of it stays for (it did).
test('of each statement of a file its sums stay in memory, and neither its text nor its rows', async () => {
  await inUse(500)
  const [few, many] = [await inUse(1_000), await inUse(4_000)]
  const [checked, brought] = few.map((before, pass) => (many[pass]! - before) / 3_000)
  // A statement is 1,500 bytes of text.
  assert.ok(checked! < 1_500, `${Math.round(checked!)} bytes of each statement after the first pass`)
  assert.ok(brought! < 1_500, `${Math.round(brought!)} bytes of each statement after the second pass`)
})
