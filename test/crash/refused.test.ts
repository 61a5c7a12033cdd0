/** A password that the bank refuses, with real processes: it goes out once, whoever asks and whatever is restarted, also after a kill between the refusal and its record: only who asks for that very thing sends it once more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANA } from '../../bank/customers.ts'
import { until } from '../until.ts'
import { openGround, startServer, type Ground } from './ground.ts'

/** Everybody asks for a read: schedule, repair, a person in the page and on the command line, who also types the same password again; before and after a restart. */
async function askAround(ground: Ground, id: string): Promise<void> {
  const store = await ground.store()
  const [one, worker] = [await startServer(ground), ground.run(['worker'])]
  await until('the worker works', () => /This worker reads/.test(worker.out()))
  const runsBefore = (await store.runs.list({ connectionId: id, limit: 100 })).length
  await store.connections.update(id, { nextSyncAt: Date.now() - 1 })
  await until('the schedule has tried', async () => (await store.runs.list({ connectionId: id, limit: 100 })).length > runsBefore)
  const typed = async () => assert.notEqual((await ground.run(['secret', id, '--secrets-stdin'], ANA.password).ended).code, 0)
  await Promise.all([one.call('POST', `/connections/${id}/repair`, {}), one.call('POST', `/connections/${id}/sync`), ground.run(['sync', id]).ended])
  await Promise.all([one.call('PUT', `/connections/${id}/secret`, { form: { password: ANA.password } }), typed()])
  await one.running.kill()
  await worker.kill()
  const two = await startServer(ground)
  assert.notEqual((await two.call('POST', `/connections/${id}/sync`)).body.outcome, 'succeeded')
  await two.running.kill()
}

// Fails when: a refusal is not looked up before a send (planted in every-call.test.ts: 2 sends).
test('a refused password goes out once, and the right one ends it', async (t) => {
  const ground = await openGround(t)
  const id = await ground.connect()
  await ground.store()
  ground.bank.state.logins.get(ANA.user)!.password = 'changed at the bank'
  await askAround(ground, id)
  assert.deepEqual([...ground.refusals().values()], [1])
  await ground.must(['secret', id, '--secrets-stdin'], 'changed at the bank')
  ground.bank.book('ana-checking', { minor: -321n, name: 'AFTER THE NEW PASSWORD' })
  await ground.must(['sync', id])
  await ground.assertFeedIsTruth('after the new password')
})

// Fails when: an attempt that lost its process may be repeated by itself, by a read of a person (planted: 2 sends each), or by typing the same again.
test('killed between the refusal and its record: the password goes out again for nobody but who asks for one more try, and once', async (t) => {
  const ground = await openGround(t)
  const id = await ground.connect()
  await ground.store()
  ground.bank.state.logins.get(ANA.user)!.password = 'changed at the bank'
  const victim = ground.run(['sync', id])
  ground.watch({ after: () => void ([...ground.refusals().values()][0] === 1 && victim.child.kill('SIGKILL')) })
  assert.equal((await victim.ended).signal, 'SIGKILL')
  ground.watch({})
  await askAround(ground, id)
  assert.deepEqual([...ground.refusals().values()], [1])
  assert.notEqual((await ground.run(['secret', id, '--once-more']).ended).code, 0)
  assert.deepEqual([...ground.refusals().values()], [2], 'in so many words')
  assert.notEqual((await ground.run(['sync', id]).ended).code, 0)
  assert.deepEqual([...ground.refusals().values()], [2])
  await ground.must(['secret', id, '--secrets-stdin'], 'changed at the bank')
  assert.equal(ground.bank.state.logins.get(ANA.user)!.locked, false, 'the bank did not lock the login')
})
