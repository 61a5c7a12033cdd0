/** Lines that somebody made long: what stands above a table, or within it, is read in the time that its length takes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStatementFile } from '../detect.ts'

const LETTERS = 60_000
const LINES: Readonly<Record<string, string>> = {
  blanks: `Report${' '.repeat(LETTERS)}x`, tabs: `x${'\t '.repeat(LETTERS / 2)}`, brackets: `Title${'('.repeat(LETTERS)}x`, dashes: `Balance${'-'.repeat(LETTERS)}x`,
  numbers: `Account 1${'2-'.repeat(LETTERS / 2)}x`, colons: ':'.repeat(LETTERS), words: 'a '.repeat(LETTERS / 2), semicolons: `a${' ;'.repeat(90)}${' '.repeat(LETTERS)}`,
}

async function timed(first: string): Promise<number> {
  const rows = Array.from({ length: 20 }, (_, at) => `2026-01-${10 + at},Shop ${at},-${at + 1}.50`)
  const text = `${first}\nDate,Description,Amount\n${rows.join('\n')}\n`
  const began = process.cpuUsage()
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(text)
  }
  const read = await readStatementFile(chunks(), { fileName: 'x.csv', dates: null, currency: null, today: null })
  assert.ok(read.ok)
  let found = 0
  for await (const part of read.value.stream) if (part.ok && part.value.part === 'rows') found += part.value.rows.length
  assert.equal(found, 20)
  return process.cpuUsage(began).user / 1000
}

// Fails when: what is tried at each letter looks at all that follow (seen): blanks took 65 s, tabs and brackets 10.
test('a line of 60,000 blanks, tabs, brackets or the like above a table costs no more than its letters', async () => {
  const short = Math.max(...(await Promise.all(Object.values(LINES).map((line) => timed(line.slice(0, 100))))), 100)
  for (const [what, line] of Object.entries(LINES)) assert.ok((await timed(line)) < 30 * short, what)
})
