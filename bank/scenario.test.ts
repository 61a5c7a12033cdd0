import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBank } from './bank.ts'
import { CUSTOMERS } from './customers.ts'
import { ATLAS } from './faults/atlas.ts'
import { readDuration, readScenario, type Step } from './scenario.ts'
import { drawSwarm } from './swarm.ts'

function steps(json: unknown): Step[] {
  const read = readScenario(json)
  if (typeof read === 'string') assert.fail(read)
  return read
}

test('durations are read in words and milliseconds', () => {
  assert.deepEqual(['90s', '5m', '2h', '3d', '10ms', 7, '5', 'soon', -1, null].map(readDuration), [
    90_000,
    300_000,
    7_200_000,
    259_200_000,
    10,
    7,
    null,
    null,
    null,
    null,
  ])
})

test('a scenario plays by the clock, each step at its own time', () => {
  let now = 1.78e12
  const bank = createBank({ clock: { now: () => now }, seed: 1, historyDays: 3 })
  const held = (): string[] => bank.faults.list(bank.now()).map((fault) => fault.definition.name)
  const wrong = bank.play(
    steps([
      { at: '2m', clear: 'all' },
      { at: '10s', inject: { name: 'http-503', lasts: '30s' } },
      { at: '20s', inject: { name: 'login-locked', login: 'ana' } },
      { at: '1m', book: { account: 'ana-savings', amount: '1.00', name: 'INTEREST' } },
    ]),
  )
  assert.equal(wrong, null)
  const seen: string[][] = []
  for (const seconds of [5, 15, 45, 90, 130]) {
    now = 1.78e12 + seconds * 1_000
    bank.settle()
    seen.push(held())
  }
  assert.deepEqual(seen, [[], ['http-503'], ['login-locked'], ['login-locked'], []])
  assert.equal(bank.truth('ana-savings').at(-1)?.visibleAt, 1.78e12 + 60_000)
  assert.equal(bank.state.logins.get('ana')?.locked, false)
})

test('steps that were slept through happen at their time all the same', () => {
  let now = 1.78e12
  const bank = createBank({ clock: { now: () => now }, seed: 1, historyDays: 3 })
  bank.play(steps([{ at: '1h', inject: { name: 'http-503', lasts: '1h' } }]))
  now += 3 * 3_600_000
  bank.settle()
  assert.equal(bank.faults.list(now).length, 0)
})

test('a wrong script is refused as a whole, with its step', () => {
  const bank = createBank({ clock: { now: () => 1.78e12 }, seed: 1, historyDays: 3 })
  for (const [json, reason] of [
    [{}, /list of steps/],
    [[{ at: 'now' }], /^Step 1: "at"/],
    [[{ at: '1s', clear: 'all' }, { at: '2s' }], /^Step 2: a step needs/],
    [[{ at: '1s', inject: {} }], /needs a "name"/],
    [[{ at: '1s', inject: { name: 'http-503', duration: '1h' } }], /^Step 1: there is no "duration"; there are "name", .*"lasts"/],
    [[{ at: '1s', after: '2s', clear: 'all' }], /there is no "after"/],
    [[{ at: '1s', book: { account: 'ana-savings', amount: '1.00', name: 'x', date: '2026-01-31' } }], /there is no "date".*"bookedOn"/],
    [[{ at: '1s', book: { account: 'x' } }], /needs "amount"/],
  ] as const)
    assert.match(String(readScenario(json)), reason)
  assert.match(
    String(
      bank.play(
        steps([
          { at: '0s', inject: { name: 'http-503' } },
          { at: '1s', inject: { name: 'nope' } },
        ]),
      ),
    ),
    /^Step 2: There is no fault nope/,
  )
  assert.equal(bank.faults.list(bank.now()).length, 0)
})

test('a swarm is a pure draw of the seed, can be injected, and in many seeds has every fault', () => {
  const drawn = new Set<string>()
  for (let seed = 0; seed < 400; seed++) {
    const orders = drawSwarm(seed)
    assert.deepEqual(drawSwarm(seed), orders)
    for (const order of orders) drawn.add(order.name)
  }
  assert.equal(drawn.size, ATLAS.length)
  const bank = createBank({ clock: { now: () => 1.78e12 }, seed: 1, historyDays: 3, customers: CUSTOMERS })
  for (let seed = 0; seed < 50; seed++) for (const order of drawSwarm(seed)) bank.inject(order)
})
