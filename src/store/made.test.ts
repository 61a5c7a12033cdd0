import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sweep, usedNow } from './made.fixture.ts'

test('made databases that nobody used for an hour leave with what killed makers left; one that is used, or being made, stays', (t) => {
  const kept = mkdtempSync(join(tmpdir(), 'relink-kept-'))
  t.after(() => rmSync(kept, { recursive: true }))
  const all = ['present', 'of another branch, used', 'of before', '.fresh-making', '.fresh-killed', 'relink-making-gone-killed']
  for (const name of all) {
    mkdirSync(join(kept, name, 'data'), { recursive: true })
    writeFileSync(join(kept, name, 'data', 'base'), '')
  }
  for (const name of ['present', 'of another branch, used', 'of before', '.fresh-killed', 'relink-making-gone-killed']) utimesSync(join(kept, name), 0, 0)
  usedNow(join(kept, 'of another branch, used'))
  const now = usedNow(join(kept, 'present'))
  sweep(kept, now, (name) => name !== 'present')
  assert.deepEqual(readdirSync(kept).sort(), ['.fresh-making', 'of another branch, used', 'present'])
  assert.deepEqual(readdirSync(join(kept, 'present')), ['data'], 'and is as it was')
  sweep(kept, now + 3_600_001, (name) => name !== 'present')
  assert.deepEqual(readdirSync(kept), ['present'])
})
