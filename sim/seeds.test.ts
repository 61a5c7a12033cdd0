import { test } from 'node:test'
import { memoryGround } from './ground.ts'
import { lineOf } from './plan.ts'
import { judge } from './seeds.fixture.ts'
import { simulate } from './simulate.ts'

test('300 seeds in memory: nothing lost, doubled, merged or wrong, and every feed ends whole', async () => {
  judge(await simulate({ ground: await memoryGround(), first: lineOf(1), runs: 300, mostShrunk: 2 }))
})
