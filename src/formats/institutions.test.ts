/** Files of institutions of many countries: read as a bookkeeper would, and brought in twice nothing is new. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DecimalSum } from '../domain/money.ts'
import { decoderOf } from './code-pages.ts'
import { readStatementFile } from './detect.ts'
import { AMERICA } from './institutions-america.fixture.ts'
import { BANKS } from './institutions-banks.fixture.ts'
import { EUROPE } from './institutions-europe.fixture.ts'
import { EXPORTS } from './institutions-exports.fixture.ts'
import { LANGUAGES } from './institutions-languages.fixture.ts'
import { UNSEEN } from './institutions-unseen.fixture.ts'
import { WALLETS } from './institutions-wallets.fixture.ts'
import { WORLD } from './institutions-world.fixture.ts'
import { bytes, collect, type Collected } from './testing/collect.ts'

const BYTES = Array.from({ length: 256 }, (_, byte) => byte)
const tables = new Map<string, ReadonlyMap<string, readonly number[]>>()

/** The bytes of each letter of a code page, of one byte or of two. */
function tableOf(encoding: string): ReadonlyMap<string, readonly number[]> {
  const known = tables.get(encoding)
  if (known !== undefined) return known
  const decoder = decoderOf(encoding)!
  const table = new Map<string, readonly number[]>()
  const pairs = /jis|gb/.test(encoding) ? BYTES.slice(0x81).flatMap((first) => BYTES.slice(0x40).map((second) => [first, second])) : []
  for (const code of [...BYTES.map((byte) => [byte]), ...pairs]) {
    const letter = decoder.decode(Uint8Array.from(code))
    if ([...letter].length === 1 && letter !== '\ufffd' && !table.has(letter)) table.set(letter, code)
  }
  tables.set(encoding, table)
  return table
}

function encoded(text: string, encoding: string): Uint8Array {
  if (encoding === 'utf8' || encoding === 'latin1' || encoding === 'utf16le') return Buffer.from(text, encoding)
  return Uint8Array.from([...text].flatMap((letter) => tableOf(encoding).get(letter)!))
}

/** `account|currency rows sum first last opening closing` of each account, in alphabetical order. */
function told(statements: readonly Collected[]): readonly string[] {
  const accounts = Map.groupBy(statements, ({ head }) => `${head.account.number ?? head.account.name ?? '-'}|${head.currency ?? '-'}`)
  return [...accounts].map(([account, parts]) => {
    const rows = parts.flatMap((part) => part.rows)
    const balances = parts.flatMap((part) => part.balances)
    const sum = new DecimalSum()
    for (const { amount } of rows) sum.add(amount)
    const days = rows.map(({ postedOn }) => postedOn).sort()
    const opening = balances.find(({ kind }) => kind === 'opening')?.amount ?? '-'
    const closing = balances.findLast(({ kind }) => kind === 'closing' || kind === 'ledger')?.amount ?? '-'
    return [account, rows.length, sum.toDecimal(), days[0], days.at(-1), opening, closing].join(' ')
  }).sort()
}

for (const [name, text, expected, encoding = 'utf8', names] of [...AMERICA, ...EUROPE, ...WORLD, ...WALLETS, ...BANKS, ...EXPORTS, ...LANGUAGES, ...UNSEEN]) {
  test(`${name}`, async () => {
    const variants = encoding === 'utf8' && !text.includes('\ufeff') ? [text, `\ufeff${text.replace(/\r?\n/g, '\r\n')}`] : [text]
    for (const variant of variants) {
      const file = await readStatementFile(bytes(encoded(variant, encoding), 89), { fileName: 'x.csv' })
      assert.ok(file.ok, file.ok ? '' : file.failure.message)
      const { statements, failure } = await collect(file.value.stream)
      assert.deepEqual([failure, told(statements)], [null, expected.toSorted()])
      if (names !== undefined) assert.deepEqual([...new Set(statements.flatMap(({ rows }) => rows.map((row) => row.name)))], names)
    }
  })
}
