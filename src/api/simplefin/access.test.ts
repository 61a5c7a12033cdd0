import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../../test/tries.ts'
import { StoreUnavailable, type Store } from '../../ports/store.ts'
import { createMemoryStore } from '../../store/memory/store.ts'
import { BURST } from './allowance.ts'
import { createConsumer, readAddress } from './consumers.ts'
import { claimToken, readBasic, readClaimToken } from './credentials.ts'
import { aReader, aWorld, anAccountIn, NOW, report, URL_HERE } from './testing.ts'

const HERE = { host: '127.0.0.1:7351' }
const DAY_MS = 86_400_000

async function aToken() {
  const world = await aWorld()
  const made = await createConsumer(world.instance, { label: 'Books', url: URL_HERE, accountIds: null })
  assert.ok(made.ok)
  const path = new URL(Buffer.from(made.value.setupToken, 'base64').toString()).pathname
  const claim = (headers: Record<string, string> = {}, payload?: string) =>
    world.server.inject({ method: 'POST', url: path, headers: { ...HERE, ...headers }, ...(payload === undefined ? {} : { payload }) })
  const use = (url: string) => {
    const { username, password } = new URL(url)
    return world.server.inject({ method: 'GET', url: '/simplefin/accounts', headers: { ...HERE, authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` } })
  }
  return { ...world, consumer: made.value.consumer, setupToken: made.value.setupToken, path, claim, use }
}

test('the setup token decodes to a claim address, and the claim answers the access URL alone', async () => {
  const { setupToken, claim } = await aToken()
  assert.match(Buffer.from(setupToken, 'base64').toString(), /^https?:\/\/.+\/simplefin\/claim\/.+$/)
  const answer = await claim({ 'content-length': '0' })
  assert.equal(answer.statusCode, 200)
  assert.match(String(answer.headers['content-type']), /^text\/plain/)
  assert.match(answer.body, /^http:\/\/[A-Za-z0-9_-]+:[A-Za-z0-9_-]{43}@127\.0\.0\.1:7351\/simplefin$/)
})

for (const [what, headers, payload] of [
  ['no content type', {}, undefined],
  ['JSON', { 'content-type': 'application/json' }, undefined],
  ['JSON with a body', { 'content-type': 'application/json' }, '{}'],
  ['JSON that is none', { 'content-type': 'application/json' }, '{'],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '0' }, undefined],
  ['a type nobody knows', { 'content-type': 'x-odd/thing; a=b', 'content-length': '0' }, undefined],
] as const) {
  test(`a claim is accepted with ${what}`, async () => {
    const { claim } = await aToken()
    assert.equal((await claim(headers, payload)).statusCode, 200)
  })
}

test('a claim can be repeated before the first use: it replaces the earlier URL and is logged', async () => {
  const { claim, use, log } = await aToken()
  const [first, second] = [(await claim()).body, (await claim()).body]
  assert.notEqual(first, second)
  assert.deepEqual(log.filter(({ level }) => level === 'warn').map(({ event, fields }) => [event, fields['claims']]), [['consumer_claimed_again', 2]])
  assert.equal((await use(first)).statusCode, 403)
  assert.equal((await use(second)).statusCode, 200)
  const third = await claim()
  assert.deepEqual([third.statusCode, third.body], [403, 'Forbidden (was it already claimed?)'])
  assert.equal((await use(second)).statusCode, 200, 'a refused claim harms nobody')
})

test('after 24 hours, after revocation, and for tokens never issued the same refusal comes', async () => {
  const late = await aToken()
  late.clock.at = NOW + DAY_MS
  const revoked = await aToken()
  await revoked.store.consumers.revoke(revoked.consumer.id, NOW)
  const other = await aToken()
  const wrongSecret = claimToken({ consumerId: other.consumer.id, secret: 'A'.repeat(43) })
  const answers = [
    await late.claim(), await revoked.claim(),
    ...(await Promise.all([wrongSecret, `${'0'.repeat(32)}${'A'.repeat(43)}`, 'x', '%00', 'a'.repeat(200)].map((token) => other.server.inject({ method: 'POST', url: `/simplefin/claim/${token}`, headers: HERE })))),
  ]
  for (const { statusCode, body } of answers) assert.deepEqual([statusCode, body], [403, 'Forbidden (was it already claimed?)'])
  assert.equal((await other.claim()).statusCode, 200)
})

test('of the secrets only digests are stored, and none is logged', async () => {
  const { path, claim, use, store, log } = await aToken()
  const { body } = await claim()
  await use(body)
  const kept = JSON.stringify([await store.consumers.list(), log], (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value))
  assert.ok(!kept.includes(new URL(body).password))
  assert.ok(!kept.includes(path.slice(-43)))
})

test('wrong, missing, malformed and revoked credentials are refused as the bridge refuses them', async () => {
  const world = await aWorld()
  const reader = await aReader(world)
  const { username } = new URL(reader.accessUrl)
  const headers = ['', 'Basic', 'Basic !', `Basic ${'A'.repeat(10_000)}`, 'Bearer t', `Basic ${Buffer.from(`${username}:${'A'.repeat(43)}`).toString('base64')}`, `Basic ${Buffer.from(`${username}`).toString('base64')}`]
  for (const authorization of headers) {
    const answer = await world.server.inject({ method: 'GET', url: '/simplefin/accounts', headers: { ...HERE, authorization } })
    assert.equal(answer.statusCode, 403, authorization.slice(0, 40))
    assert.deepEqual(answer.json(), { errlist: [{ code: 'gen.auth', msg: 'Forbidden' }], errors: ['Forbidden'], connections: [], accounts: [] })
    assert.equal(answer.headers['www-authenticate'], undefined, 'a browser must not ask for a password')
  }
  assert.equal((await reader.get()).statusCode, 200)
  await world.store.consumers.revoke(reader.consumer.id, NOW)
  assert.equal((await reader.get()).statusCode, 403)
})

test('the token of the API does not open SimpleFIN, and SimpleFIN does not open the API', async () => {
  const world = await aWorld()
  const { headers } = await aReader(world)
  assert.equal((await world.server.inject({ method: 'GET', url: '/simplefin/accounts', headers: { ...HERE, authorization: 'Bearer t' } })).statusCode, 403)
  assert.equal((await world.server.inject({ method: 'GET', url: '/api/accounts', headers })).statusCode, 401)
})

test('credentials are read back as they were written, whatever else is sent', () => {
  const secret = fc.stringMatching(/^[\w-]{43}$/)
  fc.assert(fc.property(fc.uuid(), secret, (consumerId, text) => {
    assert.deepEqual(readClaimToken(claimToken({ consumerId, secret: text })), { consumerId, secret: text })
    assert.deepEqual(readBasic(`Basic ${Buffer.from(`${consumerId.replaceAll('-', '')}:${text}`).toString('base64')}`), { consumerId, secret: text })
  }))
  fc.assert(fc.property(fc.string(), (text) => void (readClaimToken(text), readBasic(text), readBasic(`Basic ${text}`))))
})

test('last use is noted', async () => {
  const world = await aWorld()
  const { get, consumer } = await aReader(world)
  const lastUse = async () => (await world.store.consumers.get(consumer.id))!.lastUsedAt
  assert.equal(await lastUse(), null)
  await get()
  assert.equal(await lastUse(), NOW)
  world.clock.at = NOW + DAY_MS
  await get()
  assert.equal(await lastUse(), NOW + DAY_MS)
})

test('a consumer that runs wild waits, others do not, and time gives requests back', async () => {
  const world = await aWorld()
  const [wild, calm] = [await aReader(world), await aReader(world)]
  for (let count = 0; count < BURST; count++) assert.equal((await wild.get('?start-date=soon')).statusCode, 400, 'what is refused counts, too')
  const refused = await wild.get()
  assert.equal(refused.statusCode, 429)
  assert.equal(refused.headers['retry-after'], '1')
  assert.match(refused.body, /^Rate limit/)
  assert.equal((await calm.get()).statusCode, 200)
  world.clock.at += 1_000
  assert.equal((await wild.get()).statusCode, 200)
})

test('a host name that the server does not have is refused; the consumer\'s own address is served', async () => {
  const world = await aWorld()
  const { headers } = await aReader(world)
  const from = (host: string, url = '/simplefin/accounts') => world.server.inject({ method: 'GET', url, headers: { ...headers, host } })
  for (const url of ['/simplefin/accounts', '/simplefin/info', '/simplefin/create']) assert.equal((await from('evil.example', url)).statusCode, 403)
  assert.match((await from('relink.example')).body, /--url/)
  const made = await createConsumer(world.instance, { label: 'Behind a proxy', url: 'https://Relink.example:443/books/', accountIds: null })
  assert.ok(made.ok)
  assert.equal((await from('relink.example')).statusCode, 200)
  assert.match(Buffer.from(made.value.setupToken, 'base64').toString(), /^https:\/\/relink\.example\/books\/simplefin\/claim\//)
})

test('info and create need no credentials, hold no secret, and every answer has the security headers', async () => {
  const { server } = await aWorld()
  const [info, create] = await Promise.all(['/simplefin/info', '/simplefin/create'].map((url) => server.inject({ method: 'GET', url, headers: HERE })))
  assert.deepEqual(info!.json(), { versions: ['1', '1.0', '2'] })
  assert.match(create!.body, /relink simplefin create/)
  for (const answer of [info!, create!]) {
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/)
    assert.equal(answer.headers['set-cookie'], undefined)
  }
})

test('a database that is away is an error in plain text, never an empty account set', async () => {
  const memory = createMemoryStore()
  const tenant = memory.tenant(await memory.defaultTenant())
  let away = false
  const accounts = { ...tenant.accounts, list: () => (away ? Promise.reject(new StoreUnavailable('database_unreachable', 'gone', 'start it')) : tenant.accounts.list()) }
  const store: Store = { ...memory, tenant: () => ({ ...tenant, accounts }) }
  const world = await aWorld({ store })
  const reader = await aReader(world)
  away = true
  const answer = await reader.get()
  assert.equal(answer.statusCode, 503)
  assert.match(String(answer.headers['content-type']), /^text\/plain/)
})

test('a database that goes away in the midst of rows breaks the answer and notes nothing as taken', async () => {
  const memory = createMemoryStore()
  const tenant = memory.tenant(await memory.defaultTenant())
  const feed = { ...tenant.feed, transactions: () => Promise.reject(new StoreUnavailable('database_unreachable', 'gone', 'start it')) }
  const world = await aWorld({ store: { ...memory, tenant: () => ({ ...tenant, feed }) } })
  await report(await anAccountIn(world, null), [{ on: '2026-06-01' }])
  const reader = await aReader(world)
  await assert.rejects(reader.get())
  assert.ok(world.log.some(({ event }) => event === 'simplefin_answer_cut'))
  assert.deepEqual(await tenant.consumers.reads(reader.consumer.id), [])
})

test('addresses of the server: what is none is refused with a sentence', () => {
  for (const [text, url] of [['http://127.0.0.1:7351/', 'http://127.0.0.1:7351'], ['https://relink.example/a/b//', null], ['https://relink.example/a/b/', 'https://relink.example/a/b'], ['http://[::1]:7351', 'http://[::1]:7351']] as const) {
    const read = readAddress(text)
    assert.equal(read.ok ? read.value : null, url, text)
  }
  for (const text of ['', 'relink', 'ftp://relink.example', 'http://me@relink.example', 'http://relink.example?x=1', 'http://relink.example#x']) assert.ok(!readAddress(text).ok, text)
})
