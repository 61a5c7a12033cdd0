/**
 * The incidents gathered later (bench/cases): from public sources, in no thread that rules or weights were made from,
 * and those that only count apart from those that were learned from. The file of those that only count is empty between
 * the day when its errors were read and the day when fresh ones come.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CAUSE_CODES, familyOf, type CauseCode } from '../src/domain/cause.ts'
import { answerCase } from '../src/diagnose/jsonl.ts'

type Incident = { readonly id: string; readonly group: string; readonly source: string; readonly cause: CauseCode; readonly family: string | null }

const read = (file: string | URL) => readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Incident)
const tune = read(new URL('../bench/cases/tune.jsonl', import.meta.url))
const gathered = ['gathered', 'threads', 'public-threads', 'even-threads', 'odd-threads'].flatMap((name) => read(new URL(`../bench/cases/${name}.jsonl`, import.meta.url)))
const heldOut = read(new URL('../bench/cases/held-out.jsonl', import.meta.url))

test('no thread is both learned from and counted, and no record stands twice', () => {
  const learned = new Set([...tune, ...gathered].map(({ group }) => group))
  const addresses = new Set([...tune, ...gathered].map(({ source }) => source))
  assert.deepEqual(heldOut.filter(({ group, source }) => learned.has(group) || addresses.has(source)).map(({ id }) => id), [])
  const all = [...tune, ...gathered, ...heldOut]
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
})

test('each names a public source and a known cause, and is a record that the diagnosis reads', () => {
  for (const one of [...tune, ...gathered, ...heldOut]) {
    assert.match(one.source, /^https:\/\/\S+$/, one.id)
    assert.ok(CAUSE_CODES.includes(one.cause) && (one.family === undefined || one.family === familyOf(one.cause)), one.id)
    assert.ok(!('error' in answerCase(one, 1)), one.id)
  }
})

const known = new URL('../../shared/cases/dev.jsonl', import.meta.url)
test('no thread of theirs is among the cases that rules were written from', { skip: existsSync(known) ? false : 'the known cases are not here' }, () => {
  const groups = new Set(read(known).map(({ group }) => group))
  assert.deepEqual([...tune, ...gathered, ...heldOut].filter(({ group }) => groups.has(group)).map(({ id }) => id), [])
})
