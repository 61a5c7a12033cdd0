/** A question of the bank's outlives the process that was asked: after kill -9 and a new start the answer goes on with the run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANA } from '../../bank/customers.ts'
import { createPerson } from '../../bank/person.ts'
import { sendInMemory } from '../../bank/send.ts'
import { until } from '../until.ts'
import { openGround, startServer, type Server } from './ground.ts'

async function openChallenge(server: Server): Promise<{ id: string; prompts: { id: string; label: string }[] } | undefined> {
  const { body } = await server.call('GET', '/challenges')
  const list = (Array.isArray(body) ? body : (body.challenges ?? body.items)) as { id: string; prompts: { id: string; label: string }[]; state: string }[]
  return list.find((challenge) => challenge.state === 'open')
}

/** A server that just started may be reading the connection by itself; it says so. */
async function syncWhenFree(server: Server, id: string) {
  let read: Awaited<ReturnType<typeof server.call>>['body'] = null
  await until('nobody else reads the connection', async () => (read = (await server.call('POST', `/connections/${id}/sync`)).body).code !== 'busy')
  return read
}

// Would fail when: the question or where to go on is kept in memory only, or the answer is taken twice (not planted yet).
test('the server is killed while the bank waits for a code; after a restart the code goes on with the same run', async (t) => {
  const ground = await openGround(t)
  const person = createPerson({ user: ANA.user, password: ANA.password, send: sendInMemory(ground.bank) })
  const id = await ground.connect()
  await ground.store()
  ground.bank.book('ana-checking', { minor: -4_711n, name: 'BEHIND THE QUESTION' })
  ground.bank.inject({ name: 'mfa-demanded', login: ANA.user })
  const first = await startServer(ground)
  const asked = await first.call('POST', `/connections/${id}/sync`)
  assert.equal(asked.body.outcome, 'suspended', JSON.stringify(asked.body))
  await first.running.kill()

  const second = await startServer(ground)
  const challenge = await openChallenge(second)
  assert.ok(challenge !== undefined, 'the question is still there')
  const answers: Record<string, string> = {}
  for (const prompt of challenge.prompts) answers[prompt.id] = await person.answer(prompt.label)
  // Killed once more, in the middle of the run that the answer resumed: the code is spent, the rows are not lost.
  const sent = ground.exchanges()
  ground.watch({ after: (now) => void (now === sent + 2 && second.running.child.kill('SIGKILL')) })
  const cut = await second.call('POST', `/challenges/${challenge.id}/answer`, { answers }).catch(() => null)
  ground.watch({})
  assert.equal(cut, null, 'the process died before it could answer')
  const third = await startServer(ground)
  const again = await third.call('POST', `/challenges/${challenge.id}/answer`, { answers })
  assert.equal(again.status, 409, 'an answer is taken once')
  let read = await syncWhenFree(third, id)
  for (let turn = 0; read.outcome === 'suspended' && turn < 2; turn++) {
    const next = await openChallenge(third)
    assert.ok(next !== undefined)
    const fresh = Object.fromEntries(await Promise.all(next.prompts.map(async (prompt) => [prompt.id, await person.answer(prompt.label)] as const)))
    read = (await third.call('POST', `/challenges/${next.id}/answer`, { answers: fresh })).body
  }
  assert.equal(read.outcome, 'succeeded', JSON.stringify(read))
  await ground.assertFeedIsTruth('after the answer')
})

// Fails when: nobody takes away what is past its time (was so: a code that was never sent lay there for good).
test('answers and questions whose time is over are gone soon after the server is up', async (t) => {
  const ground = await openGround(t)
  const { secrets } = await ground.store()
  const id = '00000000-0000-7000-8000-0000000000aa'
  for (const purpose of ['answers', 'question']) await secrets.put({ connectionId: id, purpose, version: 1, sealed: Uint8Array.of(1), digest: 'd', createdAt: 1, expiresAt: 2 })
  await startServer(ground)
  for (const purpose of ['answers', 'question']) await until(`${purpose} are gone`, async () => (await secrets.get(id, purpose)) === null)
})

// Would fail when: the resumed run is another one than the suspended, or begins anew.
test('an answer after a restart resumes the suspended run itself', async (t) => {
  const ground = await openGround(t)
  const person = createPerson({ user: ANA.user, password: ANA.password, send: sendInMemory(ground.bank) })
  const id = await ground.connect()
  await ground.store()
  ground.bank.inject({ name: 'mfa-demanded', login: ANA.user })
  const first = await startServer(ground)
  const asked = await first.call('POST', `/connections/${id}/sync`)
  await first.running.kill()
  const second = await startServer(ground)
  const challenge = (await openChallenge(second))!
  const answers = Object.fromEntries(await Promise.all(challenge.prompts.map(async (prompt) => [prompt.id, await person.answer(prompt.label)] as const)))
  const resumed = await second.call('POST', `/challenges/${challenge.id}/answer`, { answers })
  assert.deepEqual([resumed.body.outcome, resumed.body.id], ['succeeded', asked.body.id], JSON.stringify(resumed.body))
  await ground.assertFeedIsTruth('after the answer')
})
