/** Several `relink` commands at once on a fresh home, and one killed in its first start: one database, one master key, no error. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../until.ts'
import { BANK_ID, chance, openGround } from './ground.ts'

// Would fail when: the loser of the race for the key file is refused, or reads it half written, as it was; migrations or
// roles are made without a lock; initdb writes into the final directory (not planted yet).
test('four first starts at once on a fresh home all succeed and agree', async (t) => {
  const ground = await openGround(t, { isFirstStart: true })
  const ended = await Promise.all([1, 2, 3, 4].map(() => ground.run(['status', '--json']).ended))
  for (const { code, out, err } of ended) assert.deepEqual([code, code === 0 ? JSON.parse(out) : out], [0, { connections: [], accounts: [], questions: 0, alerts: null }], err)
  assert.deepEqual(await readdir(join(ground.home, 'keys')), ['master.key'])
  // The key that the file holds is the one that seals: a secret of now is read by a later process.
  const id = await ground.connect()
  await ground.must(['sync', id])
  await ground.assertFeedIsTruth('after the race')
})

// Would fail when: a key file is written in place (killed in between, it stays empty, and every later start refuses it).
test('a first start that is killed at any moment leaves nothing that stops the next one', async (t) => {
  const random = chance(t)
  const ground = await openGround(t, { isFirstStart: true })
  const moments = ['postgres', 'keys', 'keys/master.key']
  for (const moment of moments) {
    const first = ground.run(['connect', BANK_ID, '--field', 'username=ana', '--secrets-stdin'], 'correct horse')
    let gone = false
    void first.ended.then(() => (gone = true))
    await until(`the first start has made ${moment}, or has ended`, async () => gone || (await readdir(join(ground.home, moment)).then(() => true, (error: NodeJS.ErrnoException) => error.code === 'ENOTDIR')))
    for (let turn = random.below(5); turn > 0; turn--) await new Promise(setImmediate)
    await first.kill()
  }
  const out = await ground.must(['status', '--json'])
  const { connections } = JSON.parse(out) as { connections: { id: string }[] }
  // Killed between the connection and its secret: who connects again goes on with it.
  const left = connections[0]?.id
  const read = left === undefined ? null : await ground.run(['sync', left]).ended
  if (read !== null && read.code !== 0) assert.match(read.out + read.err, /No secret is stored/)
  if (read?.code !== 0) await ground.must(['sync', await ground.connect()])
  await ground.assertFeedIsTruth(`seed ${random.seed}`)
  assert.match(await readFile(join(ground.home, 'keys/master.key'), 'utf8'), /^[A-Za-z0-9+/]{43}=\n$/)
})
