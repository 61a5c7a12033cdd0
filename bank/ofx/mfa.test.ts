import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bank, createBank } from '../bank.ts'
import { createPerson } from '../person.ts'
import { sendInMemory } from '../send.ts'
import { ACCOUNTS, ask, CHALLENGE, codes, values } from './probe.ts'

const LENA = { version: 103, user: 'lena', password: 'green tea 42', clientUid: 'device-1' }

function setting(): { bank: Bank; clock: { value: number } } {
  const clock = { value: Date.UTC(2026, 10, 22, 20) }
  return { clock, bank: createBank({ clock: { now: () => clock.value }, seed: 1, historyDays: 10 }) }
}

const personOf = (bank: Bank, user: string, password: string) => createPerson({ user, password, send: sendInMemory(bank) })
const answerOf = (id: string, answer: string): string => `<MFACHALLENGEANSWER><MFAPHRASEID>${id}<MFAPHRASEA>${answer}</MFACHALLENGEANSWER>`

test('a text code lets a new device in, once and for all', async () => {
  const { bank, clock } = setting()
  assert.deepEqual(codes(await ask(bank, { ...LENA, body: ACCOUNTS })), [3000, 15500])
  const challenge = await ask(bank, { ...LENA, mfa: CHALLENGE })
  assert.deepEqual(codes(challenge), [0, 0])
  const [id = '', label = ''] = [values(challenge, 'MFAPHRASEID')[0], values(challenge, 'MFAPHRASELABEL')[0]]
  const code = await personOf(bank, 'lena', LENA.password).answer(label)
  assert.match(code, /^\d{6}$/)
  assert.deepEqual(codes(await ask(bank, { ...LENA, extra: answerOf(id, '000000'), body: ACCOUNTS })), [3001, 15500])
  const passed = await ask(bank, { ...LENA, extra: answerOf(id, code), body: ACCOUNTS })
  assert.deepEqual(codes(passed), [0, 0])
  assert.equal(values(passed, 'ACCESSKEY').length, 1)
  clock.value += 90 * 86_400_000
  assert.deepEqual(codes(await ask(bank, { ...LENA, body: ACCOUNTS })), [0, 0])
  assert.deepEqual(codes(await ask(bank, { ...LENA, clientUid: 'device-2', body: ACCOUNTS })), [3000, 15500])
})

test('a request that only fetches its challenge gets nothing else', async () => {
  const { bank } = setting()
  assert.deepEqual(codes(await ask(bank, { ...LENA, mfa: CHALLENGE, body: ACCOUNTS })), [0, 0, 3000])
})

test('a code is refused after five minutes, and a new one is sent', async () => {
  const { bank, clock } = setting()
  const first = await ask(bank, { ...LENA, mfa: CHALLENGE })
  const code = await personOf(bank, 'lena', LENA.password).currentCode()
  clock.value += 5 * 60_000
  const refused = await ask(bank, { ...LENA, extra: answerOf(values(first, 'MFAPHRASEID')[0]!, code) })
  assert.equal(codes(refused)[0], 3001)
  assert.match(refused, /expired/)
  await ask(bank, { ...LENA, mfa: CHALLENGE })
  assert.notEqual(await personOf(bank, 'lena', LENA.password).currentCode(), code)
})

test('security questions are asked by label and answered from memory', async () => {
  const { bank } = setting()
  const yuki = { version: 211, user: 'yuki', password: 'plum blossom', clientUid: 'y' }
  const challenge = await ask(bank, { ...yuki, mfa: CHALLENGE })
  const label = values(challenge, 'MFAPHRASELABEL')[0]!
  const answer = await personOf(bank, 'yuki', 'plum blossom').answer(label)
  assert.equal(codes(await ask(bank, { ...yuki, extra: answerOf(values(challenge, 'MFAPHRASEID')[0]!, answer.toUpperCase()) }))[0], 0)
})

test('a device code goes into AUTHTOKEN: required, wrong, right', async () => {
  const { bank } = setting()
  const faisal = { version: 103, user: 'faisal', password: 'desert rain', clientUid: 'f' }
  assert.equal(codes(await ask(bank, faisal))[0], 15512)
  assert.equal(codes(await ask(bank, { ...faisal, extra: '<AUTHTOKEN>123' }))[0], 15513)
  const code = await personOf(bank, 'faisal', 'desert rain').currentCode()
  assert.equal(codes(await ask(bank, { ...faisal, extra: `<AUTHTOKEN>${code}` }))[0], 0)
  assert.equal(codes(await ask(bank, faisal))[0], 0)
})

test('a push counts only after it was approved', async () => {
  const { bank } = setting()
  const paul = { version: 103, user: 'paul', password: 'north wind', clientUid: 'p' }
  const challenge = await ask(bank, { ...paul, mfa: CHALLENGE })
  const extra = answerOf(values(challenge, 'MFAPHRASEID')[0]!, 'yes')
  assert.equal(codes(await ask(bank, { ...paul, extra }))[0], 3001)
  await personOf(bank, 'paul', 'north wind').answer(values(challenge, 'MFAPHRASELABEL')[0]!)
  assert.equal(codes(await ask(bank, { ...paul, extra }))[0], 0)
})

test('an access key carries a session that has no device', async () => {
  const { bank, clock } = setting()
  const { clientUid: _none, ...faisal } = { version: 211, user: 'faisal', password: 'desert rain', clientUid: '' }
  const code = await personOf(bank, 'faisal', 'desert rain').currentCode()
  const key = values(await ask(bank, { ...faisal, extra: `<AUTHTOKEN>${code}` }), 'ACCESSKEY')[0]!
  assert.equal(codes(await ask(bank, { ...faisal, extra: `<ACCESSKEY>${key}` }))[0], 0)
  clock.value += 11 * 60_000
  assert.equal(codes(await ask(bank, { ...faisal, extra: `<ACCESSKEY>${key}` }))[0], 15512)
})
