/** The disk of the database is full: a sentence with the remedy, nothing half stored, and all goes on when there is space again. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ofxFile } from '../../bench/ofx-file.ts'
import { until } from '../until.ts'
import { openGround } from './ground.ts'

/** A file system of its own, so small that it can be filled; null where this user cannot make one. */
function smallDisk(megabytes: number): string | null {
  if (process.getuid?.() !== 0) return null
  const place = mkdtempSync(join(tmpdir(), 'relink-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'relink-test', place], { stdio: 'ignore' })
  } catch {
    rmSync(place, { recursive: true })
    return null
  }
  chmodSync(place, 0o755)
  return place
}

/** Takes all space that is left but about the given kilobytes; removing the file gives it back. */
function fill(place: string, leaveKilobytes: number): string {
  const path = join(place, 'filler')
  const spare = join(place, 'spare')
  writeFileSync(spare, Buffer.alloc(leaveKilobytes * 1024))
  const file = openSync(path, 'w')
  const block = Buffer.alloc(64 * 1024)
  try {
    for (;;) writeSync(file, block)
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  } finally {
    closeSync(file)
  }
  rmSync(spare)
  return path
}

// Would fail when: the outage's remedy is not told (it was a stack trace), a batch is stored in parts (not planted yet).
test('an import onto a full disk says so, keeps whole batches only, and is completed when there is space', async (t) => {
  const place = smallDisk(400)
  if (place === null) return t.skip('only root can mount a small disk')
  const ground = await openGround(t, { home: join(place, 'home') })
  // After the ground's own end, which still needs the disk.
  t.after(() => {
    execFileSync('umount', ['-l', place])
    rmSync(place, { recursive: true, force: true })
  })
  const ROWS = 20_000
  const path = join(tmpdir(), `relink-disk-${process.pid}.ofx`)
  t.after(() => rmSync(path, { force: true }))
  writeFileSync(path, '')
  for (const chunk of ofxFile(ROWS)) writeFileSync(path, chunk, { flag: 'a' })
  const id = await ground.connect()
  await ground.store()
  await ground.must(['sync', id])
  const filler = fill(place, 2_000)
  const { code, out, err } = await ground.run(['import', path]).ended
  assert.equal(code, 1, out + err)
  assert.match(out + err, /disk[^]*full|does not answer/i)
  assert.match(out + err, /free space|goes on by itself/i)
  assert.doesNotMatch(out + err, /^\s+at .*\.ts:\d+/m, 'no stack trace')
  rmSync(filler)
  await until('the database works again', () => ground.query('select 1').then(() => true, () => false))
  const [partial] = await ground.query<{ n: string; seen: string }>(`select count(*) as n, (select count(*) from relink.observations where memo like 'CARD 4411 PURCHASE REF%') as seen from relink.transactions where memo like 'CARD 4411 PURCHASE REF%'`)
  assert.equal(Number(partial!.n) % 5_000, 0, 'whole batches only')
  assert.equal(partial!.seen, partial!.n, 'each row with its observation')
  const report = JSON.parse(await ground.must(['import', path, '--json'])) as { added: number; matched: number }
  assert.equal(report.added + report.matched, ROWS)
  ground.bank.book('ana-checking', { minor: -99n, name: 'AFTER THE FULL DISK' })
  await ground.must(['sync', id])
  await ground.assertFeedIsTruth('with space again')
  const [whole] = await ground.query<{ n: string; d: string }>(`select count(*) as n, count(distinct memo) as d from relink.transactions where memo like 'CARD 4411 PURCHASE REF%'`)
  assert.deepEqual(whole, { n: String(ROWS), d: String(ROWS) })
})
