/** What the operator permits of the own network, and an address that an owner changes (security.md section 5). */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createBank } from '../../bank/bank.ts'
import { listen as openBank } from '../../bank/listen.ts'
import { hostClock } from '../../src/adapters/clock.ts'
import { listen } from '../../src/api/listen.ts'
import { readConfig } from '../../src/config.ts'
import { openInstance } from '../../src/open.ts'
import { addedId } from '../../src/sync/add-bank.ts'
import { send } from '../api/served.fixture.ts'
import { openMadeStore } from '../made-store.ts'

// Fails when: a permission goes by the id of the bank, which stays whatever address an owner gives it (was so): the operator's own authority, and the hosts of the own network, held for an address that the operator never saw.
test('a permission is of one address: a bank that is elsewhere now needs another, and what is read at the old one goes on', async () => {
  const bank = await openBank(createBank({ clock: hostClock, seed: 1, historyDays: 30 }))
  const home = await mkdtemp(join(tmpdir(), 'relink-network-'))
  const config = readConfig({ PATH: process.env['PATH'], RELINK_HOME: home }, process.platform)
  assert.ok(config.ok)
  const first = bank.ofxsUrl
  const second = first.replace('localhost', '127.0.0.1')
  const network = { privateHosts: ['localhost', '127.0.0.1'].flatMap((host) => ['127.0.0.0/8', '::1/128'].map((cidr) => ({ host, cidr, plainHttp: false }))), caPem: bank.caPem }
  const permitted = new Map([[addedId({ url: first }), network]])
  const opened = await openInstance(config.value, { tell: () => undefined, database: await openMadeStore(), own: { institutions: [], network: permitted, demo: null! } })
  assert.ok(opened.ok, JSON.stringify(opened))
  const server = await listen({ instance: { ...opened.value.instance, demo: null }, home, host: '127.0.0.1', port: 0, pageDirectory: null })
  assert.ok(server.ok)
  const authorization = `Bearer ${(await readFile(server.value.tokenFile, 'utf8')).trim()}`
  const ask = (method: string, path: string, body: unknown) => send(new URL(path, server.value.url), method, { authorization, 'content-type': 'application/json' }, JSON.stringify(body))
  try {
    const said = { name: 'Own', country: 'US', timeZone: 'UTC' }
    const added = await ask('POST', '/api/institutions', { ...said, connector: 'ofx', form: { url: first } })
    assert.equal(added.status, 201, added.text)
    const { id } = added.json
    const connected = await ask('POST', '/api/connections', { institutionId: id, form: { username: 'ana', password: 'correct horse' } })
    assert.equal(connected.status, 201, connected.text)
    const move = () => ask('PUT', `/api/institutions/${id}`, { ...said, form: { url: second } })
    const refused = await move()
    assert.equal(refused.status, 422, refused.text)
    assert.match(refused.text, new RegExp(`not a public address.*for the bank “${addedId({ url: second })}”`))
    // The operator permits the other one by the id that the refusal named; it takes nothing from the first.
    permitted.set(addedId({ url: second }), network)
    assert.equal((await move()).status, 200)
    permitted.delete(addedId({ url: second }))
    const { store, verbs } = opened.value.instance
    const run = await verbs.sync((await store.connections.list())[0]!.id, 'person')
    assert.ok(run.ok && run.value.outcome !== 'failed', JSON.stringify(run))
  } finally {
    await server.value.close()
    await opened.value.close()
    await bank.close()
    await rm(home, { recursive: true, force: true })
  }
})
