/** A file of its own: with the seeds in memory it would take one processor as long as all other files take. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { postgresGround } from './ground.ts'
import { lineOf } from './plan.ts'
import { judge } from './seeds.fixture.ts'
import { simulate } from './simulate.ts'

test('50 seeds on PostgreSQL, the same way', async (t) => {
  const config = readConfig({}, 'linux')
  assert.ok(config.ok)
  const ground = await postgresGround(config.value)
  t.after(() => ground.close())
  judge(await simulate({ ground, first: lineOf(1), runs: 50, mostShrunk: 0 }))
})
