import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bank, createBank } from './bank.ts'
import { ask } from './ofx/probe.ts'

const TOKEN = 'test-token'

function bankOf(settable = true): Bank {
  let now = Date.UTC(2026, 10, 22, 20)
  const clock = { now: () => now, ...(settable ? { advance: (ms: number) => void (now += ms) } : {}) }
  return createBank({ clock, seed: 1, historyDays: 20, adminToken: TOKEN })
}

async function call(
  bank: Bank,
  method: string,
  path: string,
  body?: unknown,
  token: string | null = TOKEN,
): Promise<{ status: number; json: any }> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  const given = await bank.handle({
    method,
    url: `/admin${path}`,
    headers,
    body: new TextEncoder().encode(body === undefined ? '' : JSON.stringify(body)),
    scheme: 'http',
  })
  assert.ok(given.kind === 'http')
  return { status: given.status, json: JSON.parse(new TextDecoder().decode(given.body)) }
}

test('nothing is told or done without the right token, and never without any', async () => {
  const bank = bankOf()
  for (const token of [null, 'wrong', '']) {
    for (const [method, path] of [
      ['GET', '/atlas'],
      ['POST', '/faults'],
      ['GET', '/attempts'],
      ['POST', '/clock'],
      ['GET', '/nothing'],
    ] as const)
      assert.equal((await call(bank, method, path, {}, token)).status, 401)
  }
  const closed = createBank({ clock: { now: () => 1.78e12 }, seed: 1, historyDays: 1 })
  assert.equal((await call(closed, 'GET', '/atlas', undefined, '')).status, 401)
})

test('faults are listed, injected, shown and cleared', async () => {
  const bank = bankOf()
  const atlas = (await call(bank, 'GET', '/atlas')).json.faults
  assert.ok(atlas.length > 70 && atlas.every((fault: any) => fault.sentence !== '' && fault.family !== ''))
  const made = await call(bank, 'POST', '/faults', { name: 'http-503', lasts: '5m', login: 'ana', likelihood: 1 })
  assert.equal(made.status, 201)
  assert.deepEqual(
    (await call(bank, 'GET', '/faults')).json.faults.map((fault: any) => [fault.name, fault.endsAt - fault.startsAt, fault.cause]),
    [['http-503', 300_000, 'institution_down']],
  )
  assert.equal((await call(bank, 'DELETE', `/faults/${made.json.id}`)).json.cleared, 1)
  assert.equal((await call(bank, 'DELETE', '/faults')).json.cleared, 0)
  for (const order of [
    null,
    {},
    { name: 1 },
    { name: 'nope' },
    { name: 'http-503', lasts: 'long' },
    { name: 'http-503', likelihood: 2 },
    { name: 'http-503', parameters: [] },
  ]) {
    assert.equal((await call(bank, 'POST', '/faults', order)).status, 400, JSON.stringify(order))
  }
})

test('time passes on order, and only under a clock that can be set', async () => {
  const bank = bankOf()
  const before = bank.now()
  assert.equal((await call(bank, 'POST', '/clock', { advanceMs: 60_000 })).json.now, before + 60_000)
  for (const body of [null, {}, { advanceMs: -1 }, { advanceMs: '5' }]) assert.equal((await call(bank, 'POST', '/clock', body)).status, 400)
  assert.equal((await call(bankOf(false), 'POST', '/clock', { advanceMs: 1 })).status, 409)
})

test('a booking by hand is in the truth, exactly as it was written', async () => {
  const bank = bankOf()
  const made = await call(bank, 'POST', '/bookings', { account: '1000200049', amount: '-12.30', name: 'BY HAND', bookedOn: '2026-11-20' })
  assert.equal(made.status, 201)
  const truth = (await call(bank, 'GET', '/accounts/1000200049/truth')).json
  const row = truth.rows.find((one: any) => one.id === made.json.id)
  assert.deepEqual([row.amount, row.bookedOn, row.state, row.currency], ['-12.30', '2026-11-20', 'booked', 'USD'])
  assert.equal(truth.balance, bank.balance('ana-savings'))
  for (const body of [
    {},
    { account: '1000200049', amount: '1.234', name: 'x' },
    { account: '1000200049', amount: 'x', name: 'x' },
    { account: '1000200049', amount: '1', name: 'x', bookedOn: '2026-02-30' },
  ]) {
    assert.equal((await call(bank, 'POST', '/bookings', body)).status, 400, JSON.stringify(body))
  }
  assert.equal((await call(bank, 'GET', '/accounts/999/truth')).status, 404)
})

test('attempts are counted by login and password, and no password is shown', async () => {
  const bank = bankOf()
  for (const password of ['secret one', 'correct horse', 'secret one', 'correct horse']) await ask(bank, { password })
  const given = await call(bank, 'GET', '/attempts')
  const { ana } = given.json.logins
  assert.deepEqual([ana.attempts, ana.refused], [4, 2])
  const counts = Object.values(ana.secrets).map((secret: any) => [secret.sent, secret.refused])
  assert.deepEqual(counts.sort(), [
    [2, 0],
    [2, 2],
  ])
  const everything = JSON.stringify([given.json, (await call(bank, 'GET', '/requests')).json, (await call(bank, 'GET', '/customers')).json])
  for (const secret of ['secret one', 'correct horse', 'springfield']) assert.equal(everything.includes(secret), false)
})

test('unknown calls, wrong methods and broken JSON are refused', async () => {
  const bank = bankOf()
  assert.equal((await call(bank, 'GET', '/nothing')).status, 404)
  assert.equal((await call(bank, 'PUT', '/faults')).status, 405)
  const given = await bank.handle({
    method: 'POST',
    url: '/admin/faults',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: new TextEncoder().encode('{'),
    scheme: 'http',
  })
  assert.ok(given.kind === 'http' && given.status === 400)
})

test('incidents are told on the status page and taken down again', async () => {
  const bank = bankOf()
  assert.equal((await call(bank, 'POST', '/notices', { text: 'Sign-in is slow today' })).status, 201)
  assert.equal((await call(bank, 'POST', '/notices', {})).status, 400)
  const status = async (): Promise<string> => {
    const given = await bank.handle({ method: 'GET', url: '/status', headers: {}, body: new Uint8Array(), scheme: 'http' })
    return given.kind === 'http' ? new TextDecoder().decode(given.body) : ''
  }
  assert.match(await status(), /Sign-in is slow today/)
  assert.equal((await call(bank, 'DELETE', '/notices')).json.removed, 1)
  assert.match(await status(), /All services work/)
})
