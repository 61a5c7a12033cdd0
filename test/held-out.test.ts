/** The incidents that only count (bench/cases): divided by the hash of their thread, from public sources, and in no set that rules or weights were made from. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CAUSE_CODES, familyOf, type CauseCode } from '../src/domain/cause.ts'
import { answerCase } from '../src/diagnose/jsonl.ts'

type Incident = { readonly id: string; readonly group: string; readonly source: string; readonly cause: CauseCode; readonly family: string | null }

const read = (file: string | URL) => readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Incident)
const tune = read(new URL('../bench/cases/tune.jsonl', import.meta.url))
const heldOut = read(new URL('../bench/cases/held-out.jsonl', import.meta.url))
const half = (group: string) => (createHash('sha256').update(group).digest()[0] ?? 0) & 1

test('the halves share no thread, and each thread is in the half that its hash says', () => {
  assert.deepEqual([new Set(tune.map(({ group }) => half(group))), new Set(heldOut.map(({ group }) => half(group)))].map((halves) => halves.size), [1, 1])
  assert.notEqual(half(tune[0]?.group ?? ''), half(heldOut[0]?.group ?? ''))
  assert.equal(new Set([...tune, ...heldOut].map(({ id }) => id)).size, tune.length + heldOut.length)
})

test('each names a public source and a known cause, and is a record that the diagnosis reads', () => {
  for (const one of [...tune, ...heldOut]) {
    assert.match(one.source, /^https:\/\/\S+$/, one.id)
    assert.ok(CAUSE_CODES.includes(one.cause) && (one.family === undefined || one.family === familyOf(one.cause)), one.id)
    assert.ok(!('error' in answerCase(one, 1)), one.id)
  }
})

const known = new URL('../../shared/cases/dev.jsonl', import.meta.url)
test('no thread of theirs is among the cases that rules were written from', { skip: existsSync(known) ? false : 'the known cases are not here' }, () => {
  const groups = new Set(read(known).map(({ group }) => group))
  assert.deepEqual([...tune, ...heldOut].filter(({ group }) => groups.has(group)).map(({ id }) => id), [])
})
