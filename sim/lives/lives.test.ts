import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryGround } from '../ground.ts'
import { PLANTED_BUGS } from '../planted/index.ts'
import { playLife, playLives } from './lives.ts'
import { lifeOf, PROFILES, readLife, writeLife, type LifeLine, type Profile } from './plan.ts'

const ground = await memoryGround()
const WELL = { harms: { lost: 0, doubled: 0, wronglyMerged: 0, wrongAmount: 0, wrongDay: 0 }, notes: [] }

/** Lives in which every row stands once, with most of what each profile knows. Who finds another one that was wrong and is mended adds it. */
const HOLD: readonly (readonly [Profile, readonly string[]])[] = [
  ['one', ['1', '3', '5015', '9']],
  ['two', ['2', '3', '6']],
  ['feed', ['7', '13', '2307', '5038']],
  ['both', ['1', '5015']],
  ['logins', ['3', '8']],
  ['acts', ['4', '3/e25,26', '2319']],
]

for (const [profile, lines] of HOLD) {
  test(`lives that hold stay so: ${profile}`, async () => {
    for (const text of lines) {
      const { harms, notes, rows, trace } = await playLife(readLife(text, profile)!, ground)
      assert.deepEqual({ harms, notes }, WELL, `relink simulate --lives ${profile} --seed ${text}\n${trace.join('\n')}`)
      assert.ok(rows > 90, `${rows} rows`)
    }
  })
}

test('the same seed gives the same life, to the byte', async () => {
  const [once, twice] = [await playLife({ profile: 'acts', seed: 10, events: null }, ground), await playLife({ profile: 'acts', seed: 10, events: null }, ground)]
  assert.equal(JSON.stringify(once), JSON.stringify(twice))
})

/** Wrong matchers, with lives that hold without them and what each does there. */
const FOUND = [['amount-within-days', 'lost'], ['content-is-identity', 'lost'], ['no-memory', 'doubled']] as const
for (const [name, harm] of FOUND) {
  test(`a planted wrong matcher is found: ${name}`, async () => {
    const { plant } = PLANTED_BUGS.find((bug) => bug.name === name)!
    const outcomes = await Promise.all((['one', 'two'] as const).map((profile) => playLife({ profile, seed: 3, events: null }, { ...ground, plant })))
    assert.ok(outcomes.some(({ harms }) => harms[harm] > 0), JSON.stringify(outcomes.map(({ harms }) => harms)))
  })
}

test('a life that fails is made small, and its line fails alike and tells why', async () => {
  const plant = PLANTED_BUGS.find((bug) => bug.name === 'amount-within-days')!.plant
  const { totals, failures, trace } = await playLives({ ground: { ...ground, plant }, first: { profile: 'one', seed: 3, events: null }, runs: 2 })
  assert.deepEqual([totals.lives, totals.failed, trace], [2, 2, []])
  const line = readLife(failures[0]!.line, 'one')!
  assert.ok(line.events!.length < lifeOf({ ...line, events: null }).events.length / 2, failures[0]!.line)
  const again = await playLives({ ground: { ...ground, plant }, first: line, runs: 1 })
  assert.ok(again.totals.lost > 0 && again.trace.some((text) => text.startsWith('lost: bought')), again.trace.join('\n'))
})

test('a line is read as it is written, and anything else is none', () => {
  const lines: readonly LifeLine[] = PROFILES.map((profile) => ({ profile, seed: 17, events: profile === 'one' ? null : [0, 4, 9] }))
  for (const line of lines) assert.deepEqual(readLife(writeLife(line), line.profile), line)
  for (const wrong of ['', 'x', '17/', '17/d3', '-1', '12345678901']) assert.equal(readLife(wrong, 'one'), null, wrong)
})
