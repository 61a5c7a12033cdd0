import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { dayInZone } from '../src/domain/day.ts'
import type { PageCommit } from '../src/ports/feed.ts'
import { memoryGround, postgresGround } from './ground.ts'
import { DAY_MS, lineOf, planOf, readLine, writeLine } from './plan.ts'
import { playSafely, simulate } from './simulate.ts'
import { isClean } from './shrink.ts'
import { sweep } from './sweep.ts'
import { play, type Ground } from './world.ts'
import { PLACES } from './zones.ts'

const memory = await memoryGround()
/** From one that knows faults of data, crashes and clock steps. */
const BUSY_LINE = 'crowded:4'
const busy = readLine(BUSY_LINE)!

test('the same seed gives the same bytes, in this process, in another one, and on PostgreSQL', async (t) => {
  const here = JSON.stringify(await simulate({ ground: memory, first: busy, runs: 2 }))
  assert.equal(JSON.stringify(await simulate({ ground: memory, first: busy, runs: 2 })), here)
  const script = `import { memoryGround } from './sim/ground.ts'; import { simulate } from './sim/simulate.ts'; import { readLine } from './sim/plan.ts'
    process.stdout.write(JSON.stringify(await simulate({ ground: await memoryGround(), first: readLine('${BUSY_LINE}'), runs: 2 })))`
  const there = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: new URL('..', import.meta.url), encoding: 'utf8', env: { ...process.env, TZ: 'Pacific/Auckland' } })
  assert.equal(there, here)
  const config = readConfig({}, 'linux')
  assert.ok(config.ok)
  const postgres = await postgresGround(config.value)
  t.after(() => postgres.close())
  assert.equal(JSON.stringify(await simulate({ ground: postgres, first: busy, runs: 2 })), here)
})

test('a store that forgets rows is found, made small, and its line fails again', async () => {
  const forgetful: Ground = {
    ...memory,
    async newTenant() {
      const store = await memory.newTenant()
      const forgets = (row: { readonly amount: bigint }) => row.amount % 5n === 0n
      const halved = (page: PageCommit): PageCommit => ({ ...page, inserts: page.inserts.filter((row) => !forgets(row)), observations: page.observations.filter((row) => !forgets(row)), questions: [] })
      return { ...store, feed: { ...store.feed, commitPage: (page) => store.feed.commitPage(halved(page)) } }
    },
  }
  const report = await simulate({ ground: forgetful, first: lineOf(1), runs: 2, mostShrunk: 1 })
  assert.equal(report.clean, false)
  const [failure] = report.failures
  const line = readLine(failure?.line ?? '')
  assert.ok(line !== null && (line.faults ?? []).length <= 1, failure?.line)
  const again = await play(planOf(line), forgetful)
  assert.ok(again.harms.lost > 0)
  assert.equal(isClean(await play(planOf(line), memory)), true, 'the same line is clean on a store that keeps its rows')
})

test('nothing of a seed stays behind: the memory in use is the same after many', async () => {
  const inUse = async (first: number, runs: number): Promise<number> => {
    for (let seed = first; seed < first + runs; seed++) await playSafely({ ...lineOf(seed, 'quiet'), days: 1 }, memory)
    sweep()
    return process.memoryUsage().heapUsed
  }
  const before = await inUse(1, 20)
  const grown = (await inUse(21, 120)) - before
  // Code that was compiled meanwhile is two or three megabytes; the stores of so many seeds are fifteen.
  assert.ok(grown < 8_000_000, `${Math.round(grown / 1_000)} kB more`)
})

test('a seed line is read as it is written, and anything else is none', () => {
  for (const line of ['17', '17/d12', '17/d12/f0,3/c1/s', '0/f/c/s']) assert.equal(writeLine(readLine(line)!), line)
  for (const wrong of ['', 'x', '1/', '-1', '1/z', '1/fx', '1/d', '12345678901']) assert.equal(readLine(wrong), null, wrong)
})

test('the banks’ calendars are those of this host, clock changes and ends of years included', () => {
  for (const { timeZone, zone } of PLACES) {
    for (let instant = Date.parse('2026-01-01T00:20:00Z'); instant < Date.parse('2029-01-05'); instant += 5_400_000) assert.equal(zone.dayOf(instant), dayInZone(instant, timeZone), `${timeZone} ${new Date(instant).toISOString()}`)
    for (let instant = Date.parse('2026-01-01T12:00:00Z'); instant < Date.parse('2029-01-05'); instant += DAY_MS) {
      const start = zone.startOf(zone.dayOf(instant))
      assert.deepEqual([zone.dayOf(start), zone.dayOf(start - 1) < zone.dayOf(start), zone.hourOf(start)], [zone.dayOf(instant), true, 0], `${timeZone} ${new Date(start).toISOString()}`)
    }
  }
})
