/** Imports under kill -9, beside each other, and of damaged files: each row exactly once, or nothing at all. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ofxFile } from '../../bench/ofx-file.ts'
import { until } from '../until.ts'
import { chance, countAll, openGround, ROUNDS_FACTOR, type Ground } from './ground.ts'

const ROWS = 50_000

async function statementFile(ground: Ground, rows: number, name = 'big.ofx'): Promise<string> {
  const path = join(ground.home, '..', name)
  await writeFile(path, bytesOf(rows))
  return path
}

/** The generator's chunks share one buffer, so each is copied before the next is asked for. */
function bytesOf(rows: number): Buffer {
  const chunks: Buffer[] = []
  for (const chunk of ofxFile(rows)) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** The file's rows as the feed must have them: each reference once, each sum right. */
async function assertWhole(ground: Ground, rows: number, where: string): Promise<void> {
  const [seen] = await ground.query<{ n: string; distinct: string; accounts: string }>(
    `select count(*) as n, count(distinct memo) as distinct, count(distinct account_id) as accounts from relink.transactions`,
  )
  assert.deepEqual(seen, { n: String(rows), distinct: String(rows), accounts: '1' }, where)
}

async function storedRows(ground: Ground): Promise<number> {
  return Number((await ground.query<{ n: string }>('select count(*) as n from relink.transactions'))[0]?.n)
}

// Fails when: a killed import stays "running" for ever (was so). Would fail when: an account with rows is taken for empty
// (not planted yet).
test('an import of 50,000 rows that is killed in the middle, again and again, ends with each row once', async (t) => {
  const random = chance(t)
  const ground = await openGround(t)
  const file = await statementFile(ground, ROWS)
  await ground.must(['status'])
  await ground.store()
  for (let round = 0; round < 2 * ROUNDS_FACTOR; round++) {
    const before = await storedRows(ground)
    const importing = ground.run(['import', file])
    // Who watches is not behind what it watches, however much else the machine has to do.
    setPriority(importing.child.pid!, constants.priority.PRIORITY_LOW)
    const target = Math.min(ROWS - 1, before + 1 + random.below(15_000))
    await until('the import is in its middle', async () => (await storedRows(ground)) >= target || importing.child.exitCode !== null)
    await importing.kill()
  }
  const middle = await storedRows(ground)
  assert.ok(middle > 0 && middle < ROWS, `seed ${random.seed}: the kills came in the middle (${middle})`)
  const report = JSON.parse(await ground.must(['import', file, '--json'])) as { added: number; matched: number; questions: number }
  assert.deepEqual({ all: report.added + report.matched, questions: report.questions, added: report.added }, { all: ROWS, questions: 0, added: ROWS - middle })
  await assertWhole(ground, ROWS, `seed ${random.seed}`)
  assert.deepEqual(await ground.query(`select outcome from relink.runs where outcome = 'running'`), [], 'runs of killed imports are closed')
})

// Would fail when: imports lock only accounts that exist, as they did: each would make the account (not planted yet).
test('the same file imported by two processes at once makes one account with each row once', async (t) => {
  const ground = await openGround(t)
  const file = await statementFile(ground, 8_000)
  await ground.must(['status'])
  await ground.store()
  const reports = await Promise.all([1, 2].map(async () => JSON.parse(await ground.must(['import', file, '--json'])) as { added: number; matched: number }))
  assert.deepEqual(reports.map(({ added, matched }) => [added, matched]).sort((a, b) => a[0]! - b[0]!), [[0, 8_000], [8_000, 0]])
  await assertWhole(ground, 8_000, 'two at once')
})

// Would fail when: rows are stored in the first pass (not planted yet).
test('a damaged file leaves nothing: the count of rows of every table is as before, but for the line of the audit log that it was tried', async (t) => {
  const ground = await openGround(t)
  const whole = await statementFile(ground, 200)
  await ground.must(['import', whole])
  await ground.store()
  const others = async () => ({ ...(await countAll(ground)), audit: null })
  const before = await others()
  const text = bytesOf(6_000).toString('latin1').replaceAll('0001234567', '0007654321')
  const damages: readonly (readonly [name: string, text: string])[] = [
    ['cut in the middle of a row', text.slice(0, text.length - 2_000)],
    ['an amount that is none, near the end', text.replace(/<TRNAMT>[^\r]+(?=\r\n<FITID>[0-9]+5990\r)/, '<TRNAMT>12.3.4')],
    ['a date that is none', text.replace(/<DTPOSTED>\d{8}(?=[^<]*<TRNAMT>[^<]*<FITID>[0-9]+5980\r)/, '<DTPOSTED>20231399')],
    ['a web page', '<!DOCTYPE html><html><body>Please sign in again</body></html>'],
    ['nothing', ''],
    ['zeroes', '\0'.repeat(50_000)],
  ]
  for (const [name, damaged] of damages) {
    const path = join(ground.home, '..', 'damaged.ofx')
    await writeFile(path, damaged, 'latin1')
    const { code, out, err } = await ground.run(['import', path, '--json']).ended
    assert.equal(code, 1, `${name}: ${out}${err}`)
    const { failure } = JSON.parse(out) as { failure: { message: string } | null }
    assert.ok(failure !== null && failure.message.length > 0, name)
    assert.deepEqual(await others(), before, name)
  }
})
