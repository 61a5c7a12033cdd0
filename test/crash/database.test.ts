/** kill -9 of the database while a bank is read: the server lives, says what is wrong, and works again by itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../until.ts'
import { chance, openGround, ROUNDS_FACTOR, startServer } from './ground.ts'

// Would fail when: a pool without an error handler ends the process, the supervisor does not start the server anew, the
// answer to a caller is not `store_unavailable` (not planted yet).
test('kill -9 of the database at random points of a sync: the server lives and goes on by itself', async (t) => {
  const random = chance(t)
  const ground = await openGround(t)
  const id = await ground.connect()
  await ground.store()
  const server = await startServer(ground)
  // The second read still walks into the past; from then on all are alike.
  let exchanges = 0
  for (let read = 0; read < 2; read++) {
    const before = ground.exchanges()
    await server.call('POST', `/connections/${id}/sync`)
    exchanges = ground.exchanges() - before
  }
  let interrupted = 0
  for (let round = 0; round < 4 * ROUNDS_FACTOR; round++) {
    const where = `seed ${random.seed}, round ${round}`
    ground.bank.book('ana-checking', { minor: -BigInt(500 + round), name: `ROUND ${round}` })
    const postmaster = await ground.postmaster()
    // First right after the answer to the first sign-in (the profile comes before it): what the bank said is known to this process alone, and it lives.
    const [strikeAt, side] = round === 0 ? [2, 'after'] : [1 + random.below(exchanges), random.below(2) === 0 ? 'before' : 'after']
    const first = ground.exchanges()
    ground.watch({ [side]: (now: number) => void (now - first === strikeAt && process.kill(postmaster, 'SIGKILL')) })
    const cut = await server.call('POST', `/connections/${id}/sync`)
    ground.watch({})
    if (cut.status !== 200) {
      interrupted++
      assert.deepEqual([cut.status, cut.body.code], [503, 'store_unavailable'], `${where}: ${JSON.stringify(cut.body)}`)
      assert.match(cut.body.detail, /database/i, where)
    }
    await until('the server works again', async () => (await server.call('GET', '/health')).status === 200)
    const again = await until('a sync is possible', async () => {
      const { status, body } = await server.call('POST', `/connections/${id}/sync`)
      assert.ok(status === 200 || status === 503 || status === 409, `${where}: ${JSON.stringify(body)}`)
      return status === 200 ? body : null
    })
    assert.equal(again.outcome, 'succeeded', `${where}: ${JSON.stringify(again.failure)}`)
    await until('this process sees the database', () => ground.assertFeedIsTruth(where).then(() => true, (error: Error) => (error.name === 'StoreUnavailable' ? false : Promise.reject(error))))
  }
  assert.ok(interrupted > 0, 'at least one sync was cut')
  assert.equal(server.running.child.exitCode, null)
  assert.doesNotMatch(server.running.err(), /unhandled|UnhandledPromise/i)
})
