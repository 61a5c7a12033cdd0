import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { get, request, type ClientRequest } from 'node:http'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { makeKey } from '../../src/access/keys.ts'
import { demoOwner } from '../../src/api/demo-owner.ts'
import { PROBLEMS } from '../../src/api/problems.ts'
import type { Route } from '../../src/api/route.ts'
import { ROUTES } from '../../src/api/routes/index.ts'
import { hostEntropy } from '../../src/adapters/entropy.ts'
import { listen } from '../../src/api/listen.ts'
import { createDoor } from '../../src/api/door.ts'
import { createServer } from '../../src/api/server.ts'
import { RULES } from '../../src/domain/access.ts'
import { createPerson } from '../../bank/person.ts'
import { sendOverHttp } from '../../bank/send.ts'
import { breakBank } from '../../src/demo/sandbox.ts'
import { until, untilEqual } from '../until.ts'
import { serve, type Answer, type Ask, type Served } from './served.fixture.ts'

let served: Served
before(async () => {
  served = await serve()
})
after(() => served.close())
const ask = (method: string, path: string, options?: Ask): Promise<Answer> => served.ask(method, path, options)

const NOBODY = '01a20549-c591-7da7-8a7f-42942446c7f9'
const pathOf = (url: string): string => `/api${url.replace(':id', NOBODY).replace(':code', '401')}`

/** RFC 9457 with the members that this API promises, and the code of the table. */
function assertProblem(answer: Answer, code: keyof typeof PROBLEMS, place = ''): void {
  assert.deepEqual([answer.status, answer.json?.code], [PROBLEMS[code].status, code], `${place} ${answer.text}`)
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
  const { type, title, status, remedy, instance } = answer.json
  assert.deepEqual([type, title, status, remedy], [`urn:relink:problem:${code}`, PROBLEMS[code].title, PROBLEMS[code].status, PROBLEMS[code].remedy])
  assert.match(instance, /^urn:relink:request:[0-9a-f-]{36}$/)
}

const HEADERS: Readonly<Record<string, RegExp>> = {
  'content-security-policy': /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]{24}'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/, 'strict-transport-security': /^max-age=31536000$/, 'x-content-type-options': /^nosniff$/, 'referrer-policy': /^no-referrer$/, 'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/, 'permissions-policy': /^camera=\(\), microphone=\(\), geolocation=\(\), payment=\(\)$/, 'cache-control': /^no-store$/,
}

function assertGuarded(answer: Answer, place: string): void {
  for (const [name, value] of Object.entries(HEADERS)) assert.match(String(answer.headers[name]), value, `${place}: ${name}`)
  assert.equal(answer.headers['access-control-allow-origin'], undefined)
}

const FOREIGN: readonly Readonly<Record<string, string>>[] = [{ host: 'evil.example' }, { host: '127.0.0.1' }, { origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]

test('every route but the public ones wants the token, the right host and no foreign site, and every answer has the headers', async () => {
  for (const { method, url, action } of ROUTES) {
    const path = pathOf(url)
    const place = `${method} ${path}`
    const plain = await ask(method, path, { token: null })
    assertGuarded(plain, place)
    if (action === 'public') {
      // What signs people in wants a body, and no sign-in.
      assert.ok(method === 'GET' ? plain.status === 200 : ['invalid_request', 'sign_in_refused', undefined].includes(plain.json?.code), `${place} ${plain.text}`)
      for (const headers of FOREIGN) assertProblem(await ask(method, path, { token: null, headers }), 'forbidden_origin', place)
      continue
    }
    assertProblem(plain, 'unauthorized', place)
    assert.equal(plain.headers['www-authenticate'], 'Bearer')
    assertProblem(await ask(method, path, { token: 'x'.repeat(43) }), 'unauthorized', place)
    for (const headers of FOREIGN) {
      const refused = await ask(method, path, { headers })
      assertProblem(refused, 'forbidden_origin', `${place} ${JSON.stringify(headers)}`)
      assertGuarded(refused, place)
    }
  }
})

test('an id that is none is refused, one that nobody has is not found', async () => {
  for (const { method, url, body } of ROUTES.filter((route) => route.url.includes(':id') && !route.url.startsWith('/institutions/') && isForHost(route))) {
    const content: Ask = body === undefined || body === 'stream' ? {} : { body: BODIES[`${method} ${url}`] ?? {} }
    assertProblem(await ask(method, `/api${url.replace(':id', 'not-an-id')}`, content), 'invalid_request', url)
    const query = url.endsWith('/export') ? '?format=csv' : url.endsWith('/reconcile') ? '?asOf=2026-03-31&balance=1' : ''
    assertProblem(await ask(method, pathOf(url) + query, content), 'not_found', url)
  }
  assertProblem(await ask('GET', '/api/institutions/nobody'), 'not_found')
  // A change that names nothing is none: of a member it was answered as if the server were broken, of an account it was told of in the log.
  for (const path of ['/accounts/:id', '/alerts/destinations/:id', '/members/nobody']) assertProblem(await ask('PATCH', pathOf(path), { body: {} }), 'invalid_request', path)
  for (const apply of ['none', 'fresh', 'all']) assertProblem(await ask('POST', '/api/rules', { body: { contains: 'abc', category: 'x', accountId: NOBODY, apply } }), 'not_found', apply)
  assertProblem(await ask('GET', '/api/nothing'), 'not_found')
  assertProblem(await ask('GET', '/nothing'), 'not_found')
  for (const [path, code] of [[`/api/accounts/${'a'.repeat(300)}`, 'not_found'], ['/api/accounts/%zz', 'invalid_request']] as const) {
    const unroutable = await ask('GET', path)
    assertProblem(unroutable, code)
    assertGuarded(unroutable, path)
  }
})

/** Of a person's own sign-in the token of this machine sees nothing; those are in test/security. */
function isForHost({ action }: Route): boolean {
  return action === 'public' || RULES[action].host
}

/** A right body for the routes that need one. */
const BODIES: Readonly<Record<string, unknown>> = {
  'PATCH /accounts/:id': { name: 'Savings' }, 'PATCH /connections/:id': { loginLabel: 'Mine' }, 'PATCH /alerts/destinations/:id': { paused: true },
  'PUT /connections/:id/schedule': { everyMinutes: null, hours: null },
  'PUT /connections/:id/accounts': { accounts: [{ accountId: NOBODY, into: null, startOn: null }] },
  'POST /connections': { institutionId: 'sandbox', form: {} }, 'PUT /connections/:id/secret': { form: { password: 'x' } }, 'POST /challenges/:id/answer': { answers: { code: '1' } }, 'POST /questions/:id/answer': { answer: 'same' },
  'PUT /accounts/:id/currency': { currency: 'EUR' }, 'POST /accounts/:id/ask-again': { from: '2026-03-01', to: '2026-03-31' }, 'POST /accounts/:id/reconciliations': { asOf: '2026-03-31', balance: '1' },
  'POST /connections/:id/previews': { institutionId: 'sandbox', form: {} }, 'POST /connections/:id/accounts/adopt': { missingAccountId: NOBODY, newAccountId: NOBODY }, 'POST /connections/:id/accounts/part': { accountId: NOBODY },
}

test('bodies and queries are held to their schema: nothing unknown, nothing of another type, nothing that poisons', async () => {
  for (const { method, url, body } of ROUTES.filter((route) => route.body !== undefined && route.body !== 'stream' && isForHost(route))) {
    assert.ok(body !== undefined)
    const right = (BODIES[`${method} ${url}`] ?? {}) as object
    const path = pathOf(url)
    const unknown = await ask(method, path, { body: { ...right, surprise: 1 } })
    assertProblem(unknown, 'invalid_request', `${method} ${url}`)
    assert.match(unknown.text, /surprise/)
    const json = { 'content-type': 'application/json' }
    for (const raw of ['{', '', 'null', '[]', '"text"', '{"__proto__": {"admin": true}}', '{"constructor": {"prototype": {"admin": true}}}']) assertProblem(await ask(method, path, { raw, headers: json }), 'invalid_request', `${method} ${url} ${raw}`)
    assertProblem(await ask(method, path, { raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 'unsupported_media_type', url)
    assertProblem(await ask(method, path, { raw: '<a/>', headers: { 'content-type': 'text/xml' } }), 'unsupported_media_type', url)
    assertProblem(await ask(method, path, { raw: `{"x": "${'y'.repeat(300_000)}"}`, headers: json }), 'too_large', url)
  }
  for (const { url, query } of ROUTES.filter((route) => route.method === 'GET' && route.query !== undefined)) {
    assert.ok(query !== undefined)
    assertProblem(await ask('GET', `${pathOf(url)}?surprise=1`), 'invalid_request', url)
  }
  for (const limit of ['0', '-1', '501', 'many', '1.5']) assertProblem(await ask('GET', `/api/accounts/${NOBODY}/transactions?limit=${limit}`), 'invalid_request', limit)
  assert.equal(({} as Record<string, unknown>)['admin'], undefined)
})

test('what is too deep, too long or too large for what it carries is refused; so is what is no HTTP, as a problem, too', async () => {
  const post = (path: string, raw: string | Uint8Array): Promise<Answer> => ask('POST', path, { raw, headers: { 'content-type': 'application/json' } })
  const record = (value: string): string => `{"records": [${value}]}`
  assert.equal((await post('/api/diagnose', record('['.repeat(30) + ']'.repeat(30)))).status, 200)
  for (const value of ['['.repeat(31) + ']'.repeat(31), '['.repeat(100_000), `[${'1,'.repeat(1_000)}1]`]) assertProblem(await post('/api/diagnose', record(value)), 'invalid_request', value.slice(0, 40))
  assertProblem(await post('/api/diagnose', Buffer.from([0x22, 0xff, 0x22])), 'invalid_request')
  // Half of a character can be told in JSON and stored nowhere.
  for (const half of ['"\\ud800"', '"a\\udc00b"', '{"\\udbff": 1}', '{"a": ["\\ude00\\ud83d"]}']) assertProblem(await post('/api/diagnose', record(half)), 'invalid_request', half)
  assert.equal((await post('/api/diagnose', record('"\\ud83d\\ude00"'))).status, 200)
  for (const { method, url } of ROUTES.filter((route) => route.carriesSecret === true && route.body !== undefined && isForHost(route))) {
    assertProblem(await ask(method, pathOf(url), { raw: `{"x": "${'y'.repeat(16_400)}"}`, headers: { 'content-type': 'application/json' } }), 'too_large', url)
  }
  const host = new URL(served.server.url).host
  for (const [raw, status] of [['GARBAGE\r\n\r\n', 400], [`GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${'y'.repeat(17_000)}\r\n\r\n`, 431], ['GET /api/server HTTP/1.1\r\nConnection: close\r\n\r\n', 403], [`GET /api/server HTTP/1.1\r\nHost: ${host}\r\nExpect: wonders\r\nConnection: close\r\n\r\n`, 401]] as const) {
    const said = await exchange(raw)
    assert.match(said, new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*content-type: application/problem\\+json`), raw.slice(0, 40))
  }
})

/** Bytes as they are, over a socket; what comes back until it is closed. */
function exchange(raw: string): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(Number(new URL(served.server.url).port), '127.0.0.1', () => socket.write(raw))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()))
  })
}

test('the OpenAPI document is 3.1 and tells exactly the routes of the table; every reference leads somewhere', async () => {
  const { json: document } = await ask('GET', '/api/openapi.json')
  assert.match(document.openapi, /^3\.1\./)
  const told = Object.entries(document.paths as Record<string, Record<string, unknown>>).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`)).filter((line) => !line.includes('/simplefin'))
  assert.deepEqual(told.sort(), ROUTES.map(({ method, url }) => `${method} /api${url.replace(/:(\w+)/g, '{$1}')}`).sort())
  for (const [path, operations] of Object.entries(document.paths as Record<string, Record<string, any>>)) {
    for (const [method, operation] of Object.entries(operations)) {
      const place = `${method} ${path}`
      assert.ok(operation.summary?.length > 5 && Object.keys(operation.responses).length > 0, place)
      const declared = (operation.parameters ?? []).filter((parameter: { in: string }) => parameter.in === 'path').map((parameter: { name: string }) => parameter.name)
      assert.deepEqual(declared.sort(), [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort(), place)
    }
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '')
  assert.ok(references.length > 10)
  for (const reference of references) assert.ok(reference.split('/').reduce((at: any, key) => at?.[decodeURIComponent(key)], document) !== undefined, reference)
  assert.deepEqual(document.security, [{ token: [] }])
})

test('a route of the API that does not say what it does stops the start', async () => {
  const server = await createServer({ instance: served.sandbox.opened.instance, token: 't', door: createDoor(hostEntropy, null), pageDirectory: null, origins: () => new Set() })
  assert.throws(() => server.get('/api/unsaid', async () => 'x'), /does not say what it does/)
  await server.close()
})

let connectionId = ''

/** What the bank asks of ana, read from her phone and sent as the page would. */
async function answer(challenge: { id: string; prompts: { id: string; label: string }[] }): Promise<Answer> {
  const person = createPerson({ user: 'ana', password: served.sandbox.bank.state.logins.get('ana')?.password ?? '', send: sendOverHttp(served.sandbox.listening.officeUrl) })
  const answers = Object.fromEntries(await Promise.all(challenge.prompts.map(async ({ id, label }) => [id, await person.answer(label)])))
  return ask('POST', `/api/challenges/${challenge.id}/answer`, { body: { answers } })
}

const SECRETS = ['Canary-wrong-9', 'correct horse', 'new horse 2']

test('connect: a refused sign-in is a diagnosis, the same secret is withheld, a good one brings the accounts', async () => {
  const signIn = (form: object, more: object = {}) => ask('POST', '/api/connections', { body: { institutionId: 'sandbox', form, ...more } })
  const missing = await signIn({ username: 'ana' })
  assertProblem(missing, 'invalid_request')
  assert.deepEqual(missing.json.errors.map((error: { field: string }) => error.field), ['form/password'])
  assertProblem(await signIn({ username: 'ana', password: 'x', admin: 'yes' }), 'invalid_request')
  const refused = await signIn({ username: 'ana', password: 'Canary-wrong-9' })
  assertProblem(refused, 'sign_in_failed')
  assert.equal(refused.json.diagnosis.causes[0].cause, 'credentials_invalid')
  assertProblem(await signIn({ username: 'ana', password: 'Canary-wrong-9' }), 'secret_withheld')
  const connected = await signIn({ username: 'ana', password: 'correct horse' })
  assert.equal(connected.status, 201, connected.text)
  connectionId = connected.json.id
  // This bank asks for the code that it sent to the phone.
  const { challenge } = connected.json
  assert.equal((await ask('GET', `/api/challenges/${challenge.id}`)).json.prompts.length, challenge.prompts.length)
  assertProblem(await ask('POST', `/api/challenges/${challenge.id}/answer`, { body: { answers: {} } }), 'invalid_request')
  const answered = await answer(challenge)
  assert.deepEqual([answered.status, answered.json.outcome], [200, 'succeeded'], answered.text)
  const whole = (await ask('GET', `/api/connections/${connectionId}`)).json
  assert.deepEqual([whole.health, whole.accounts.length, whole.challenge], ['working', 5, null])
  const again = await signIn({ username: 'ana', password: 'correct horse' })
  assertProblem(again, 'already_connected')
  assert.equal(again.json.existing, connectionId)
})

test('reconnect: a preview beside the connection says what would change, one switch takes over, undoing its run goes back', async () => {
  const before = (await ask('GET', '/api/accounts')).json
  const begun = await ask('POST', `/api/connections/${connectionId}/previews`, { body: { institutionId: 'sandbox', form: { username: 'ana', password: 'correct horse' } } })
  assert.equal(begun.status, 201, begun.text)
  if (begun.json.challenge !== null) assert.equal((await answer(begun.json.challenge)).json.outcome, 'succeeded')
  const preview = (await ask('GET', `/api/previews/${begun.json.id}`)).json
  assert.deepEqual([preview.state, preview.objection, preview.counts.lost, preview.counts.double, preview.accounts.length], ['ready', null, 0, 0, 5], JSON.stringify(preview))
  assert.match(preview.sentence, /^\d+ the same, 0 new, 0 lost, 0 double, 0 to check\.$/)
  assert.deepEqual((await ask('GET', '/api/accounts')).json, before)
  const [first, second] = await Promise.all([1, 2].map(() => ask('POST', `/api/previews/${preview.id}/switch`)))
  assert.ok([first!, second!].some((switched) => switched.status === 200 && switched.json.state === 'switched'), first!.text)
  const { switchRunId, newConnectionId } = (await ask('GET', `/api/connections/${connectionId}/previews`)).json.items[0]
  assert.deepEqual([(await ask('GET', `/api/connections/${newConnectionId}`)).json.state, (await ask('GET', `/api/connections/${connectionId}`)).json.state], ['active', 'replaced'])
  assert.equal((await ask('POST', `/api/runs/${switchRunId}/undo`)).status, 200)
  assertProblem(await ask('POST', `/api/runs/${switchRunId}/undo`), 'wrong_state')
  assert.equal((await ask('GET', `/api/connections/${connectionId}`)).json.state, 'active')
  const shape = (accounts: { items: { id: string; rows: number; balance: string }[] }) => accounts.items.map(({ id, rows, balance }) => [id, rows, balance])
  assert.deepEqual(shape((await ask('GET', '/api/accounts')).json), shape(before))
  // Judged again, with the run that was taken back: the same.
  for (const { id, rows } of before.items) {
    for (const method of ['GET', 'POST'] as const) {
      const { status, json } = await ask(method, `/api/accounts/${id}/recompute`)
      assert.deepEqual([status, json.different, json.rows, json.run, json.counts.same], [200, false, [], null, rows], JSON.stringify(json))
    }
  }
})

test('what is read: institutions, connections, accounts, rows page by page, days, runs, the meaning of a code', async () => {
  const found = await ask('GET', '/api/institutions?query=sandbox')
  assert.deepEqual(found.json.items.map((item: { id: string; connectedAs: string[] }) => [item.id, item.connectedAs.includes(connectionId)])[0], ['sandbox', true])
  assert.equal((await ask('GET', '/api/institutions/sandbox')).json.routes[0].fields.length, 2)
  assert.equal((await ask('GET', `/api/connections/${connectionId}`)).json.id, connectionId)
  const accounts = (await ask('GET', '/api/accounts')).json.items
  const [account] = accounts
  assert.equal((await ask('GET', `/api/accounts/${account.id}`)).json.number, account.number)
  const ids: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Answer = await ask('GET', `/api/accounts/${account.id}/transactions?limit=7${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
    assert.equal(page.status, 200, page.text)
    assert.ok(page.json.items.length <= 7)
    ids.push(...page.json.items.map((row: { id: string }) => row.id))
    cursor = page.json.next
  }
  assert.deepEqual([ids.length, new Set(ids).size], [account.rows, account.rows])
  assertProblem(await ask('GET', `/api/accounts/${account.id}/transactions?cursor=nonsense`), 'invalid_request')
  const detail = (await ask('GET', `/api/transactions/${ids[0]}`)).json
  assert.ok(detail.observations.length > 0)
  const decided = await ask('PATCH', `/api/transactions/${ids[0]}`, { body: { category: 'Supplies', review: 'accepted' } })
  assert.deepEqual([decided.json.category, decided.json.review, decided.json.history.at(-1).reason], ['Supplies', 'accepted', 'decision'])
  const renamed = await ask('PATCH', `/api/accounts/${account.id}`, { body: { name: 'House account' } })
  assert.equal(renamed.json.name, 'House account')
  // Fails when: a name of nothing, of two lines or one that turns the order of what follows is stored (was so: the account had no name then).
  for (const name of [' ', '\u0000', '\u200d', 'one\ntwo', '\u202egnp.exe']) assertProblem(await ask('PATCH', `/api/accounts/${account.id}`, { body: { name } }), 'invalid_request')
  for (const name of ['حساب می‌خواهم', 'Family 👨‍👩‍👧']) assert.equal((await ask('PATCH', `/api/accounts/${account.id}`, { body: { name: ` ${name} ` } })).json.name, name)
  assert.equal((await ask('GET', `/api/accounts/${account.id}/coverage`)).json.days.length, 90)
  const proof = (await ask('GET', `/api/accounts/${account.id}/balance-proof`)).json
  assert.deepEqual([['proved', 'none'].includes(proof.state), proof.breaks, proof.provedDays <= proof.coveredDays, proof.says.length > 0], [true, [], true, true])
  const runs = (await ask('GET', `/api/runs?connectionId=${connectionId}`)).json.items
  assert.equal((await ask('GET', `/api/runs/${runs[0].id}`)).json.outcome, 'succeeded')
  assert.ok((await ask('GET', '/api/explain/401')).json.items.length > 0)
  const [bank] = (await ask('GET', '/api/banks')).json.items
  assert.ok(bank.connections >= 1)
  const history = (await ask('GET', `/api/institutions/${bank.institutionId}/health`)).json
  assert.deepEqual([history.days.length, history.days.at(-1).state, history.incidents, history.usualRate < 0.01], [90, 'working', [], true])
  assertProblem(await ask('GET', '/api/institutions/no-such-bank/health'), 'not_found')
  assert.deepEqual((await ask('GET', '/api/questions')).json.items, [])
  assert.deepEqual((await ask('GET', '/api/challenges')).json.items, [])
  assert.equal((await ask('GET', '/api/health', { token: null })).json.ok, true)
})

test('an account is downloaded in every format, and a file is imported once', async () => {
  const [account] = (await ask('GET', '/api/accounts')).json.items
  for (const format of ['ofx', 'qfx', 'qbo', 'csv', 'camt053', 'qif', 'hledger', 'ledger', 'beancount', 'json']) {
    const file = await ask('GET', `/api/accounts/${account.id}/export?format=${format}`)
    assert.deepEqual([file.status, /^attachment; filename="[a-z0-9.-]+"$/.test(String(file.headers['content-disposition']))], [200, true], format)
    assertGuarded(file, format)
    assert.ok(file.text.length > 200, format)
  }
  assertProblem(await ask('GET', `/api/accounts/${account.id}/export?format=word`), 'invalid_request')
  const upload = (raw: string, name = 'a.csv'): Promise<Answer> => ask('POST', `/api/imports?name=${name}`, { raw, headers: { 'content-type': 'application/octet-stream' } })
  const csv = 'Date,Description,Amount\n2026-01-02,Coffee,-3.50\n'
  assert.deepEqual((({ added, matched }) => [added, matched])((await upload(csv)).json), [1, 0])
  assert.deepEqual((({ added, matched }) => [added, matched])((await upload(csv)).json), [0, 1])
  const damaged = await upload('OFXHEADER:100\n\n<OFX><BANKMSGSRSV1>', 'b.ofx')
  assertProblem(damaged, 'file_unreadable')
  assert.deepEqual([damaged.json.reason, damaged.json.line, /^Line 3: (?!.*line 3:)/i.test(damaged.json.detail), damaged.json.file], ['truncated', 3, true, 'b.ofx'])
  assert.equal((await upload(`!Type:Bank\n${'\n'.repeat(1_000_001)}`, 'a.qif')).json.reason, 'limit_exceeded', 'lines of a file from a network are counted')
  const more = 'Date,Description,Amount\n2026-02-02,Tea,-2.50\n'
  assertProblem(await upload(more), 'account_unclear')
  assertProblem(await upload(more, `a.csv&accountId=${NOBODY}`), 'not_found')
  assert.equal((await upload(more, 'a.csv&accountId=new')).json.added, 1)
  const eitherWay = 'Date,Description,Amount\n05/02/2026,Thing,-2.50\n'
  assertProblem(await upload(eitherWay, 'd.csv&accountId=new'), 'dates_unclear')
  const said = (await upload(eitherWay, 'd.csv&accountId=new&dates=day-first')).json
  assert.deepEqual([said.statements[0].from, said.notices.map((notice: { code: string }) => notice.code)], ['2026-02-05', ['currency_unknown', 'dates_kept']])
  const { accountId } = said.notices[0]
  assertProblem(await upload(eitherWay, `d.csv&accountId=${accountId}&dates=day-first&currency=Euro`), 'invalid_request')
  const inEuro = (await upload(eitherWay, `d.csv&accountId=${accountId}&dates=day-first&currency=EUR`)).json
  assert.deepEqual([inEuro.added, inEuro.matched, inEuro.statements[0].currency, inEuro.notices.map((notice: { code: string }) => notice.code)], [0, 1, 'EUR', []])
  const isIn = async (): Promise<unknown> => { const { currency, currencyIsSaid } = (await ask('GET', `/api/accounts/${accountId}`)).json; return [currency, currencyIsSaid] }
  assert.deepEqual(await isIn(), ['EUR', true])
  // Said by mistake, said otherwise, taken back, and said again.
  for (const currency of ['USD', null, 'EUR']) {
    assert.equal((await ask('PUT', `/api/accounts/${accountId}/currency`, { body: { currency } })).status, 200)
    assert.deepEqual(await isIn(), [currency ?? 'XXX', currency !== null])
  }
  for (const [body, code] of [[{ currency: 'Euro' }, 'invalid_request'], [{ currency: 'JPY' }, 'invalid_request']] as const) assertProblem(await ask('PUT', `/api/accounts/${accountId}/currency`, { body }), code)
  const next = async (date: string): Promise<Answer> => upload(`Date,Description,Amount\n${date},Thing,-2.50\n`, `d.csv&accountId=${accountId}`)
  assert.deepEqual((await next('06/02/2026')).json.notices.map((notice: { code: string }) => notice.code), ['dates_remembered'])
  assert.equal((await ask('DELETE', `/api/accounts/${accountId}/file-dates`)).json.ok, true)
  assertProblem(await ask('DELETE', `/api/accounts/${accountId}/file-dates`), 'not_found')
  assertProblem(await next('07/02/2026'), 'dates_unclear')
  const big = await ask('POST', '/api/imports?name=a.csv', { raw: 'x', headers: { 'content-type': 'application/octet-stream', 'content-length': String(21 * 1024 * 1024) } })
  assertProblem(big, 'too_large')
  assertProblem(await ask('POST', '/api/imports?name=a.csv', { raw: 'x'.repeat(20 * 1024 * 1024 + 1), headers: { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' } }), 'too_large', 'without a length')
})

test('each route takes the content type of its body and no other: bytes of a file are no JSON, JSON is no file, and no body is none', async () => {
  const json = { 'content-type': 'application/json' }
  for (const { method, url, query, body } of ROUTES.filter((route) => route.body !== undefined && isForHost(route))) {
    const path = pathOf(url) + (query === undefined ? '' : '?name=a.csv')
    const wrong: readonly Ask[] = body === 'stream' ? [...['{}', '[]', 'null', '"text"', '{', ''].map((raw) => ({ raw, headers: json })), { raw: 'a,b', headers: { 'content-type': 'text/csv' } }, { raw: 'a,b' }, {}] : [{ raw: '{}', headers: { 'content-type': 'application/octet-stream' } }]
    for (const sent of wrong) assertProblem(await ask(method, path, sent), 'unsupported_media_type', `${method} ${path} ${JSON.stringify(sent)}`)
  }
})

test('events tell that something changed, never what', async () => {
  const lines: string[] = []
  const changed = new Promise<void>((resolve, reject) => {
    const request = get(new URL('api/events', served.server.url), { headers: { authorization: `Bearer ${served.token}` } }, (response) => {
      assert.deepEqual([response.statusCode, response.headers['content-type'], response.headers['x-content-type-options'], /frame-ancestors/.test(String(response.headers['content-security-policy']))], [200, 'text/event-stream', 'nosniff', true])
      response.on('data', (chunk) => {
        lines.push(String(chunk))
        if (lines.join('').includes('"kind":"transaction"')) {
          request.destroy()
          resolve()
        } else if (lines.length === 1) {
          void change().catch(reject)
        }
      })
    })
    request.on('error', () => undefined)
  })
  const change = async (): Promise<void> => {
    const [account] = (await ask('GET', '/api/accounts')).json.items
    const [row] = (await ask('GET', `/api/accounts/${account.id}/transactions?limit=1`)).json.items
    await ask('PATCH', `/api/transactions/${row.id}`, { body: { note: 'seen' } })
  }
  await changed
  for (const data of lines.join('').match(/^data: .*$/gm) ?? []) assert.deepEqual(Object.keys(JSON.parse(data.slice(6))).sort(), ['id', 'kind'])
})

test('row 31: five streams of events for each who asks: who opens more takes none from others, and one that is closed makes room', async () => {
  const { instance } = served.sandbox.opened
  const member = await instance.store.access.member(await demoOwner(instance))
  const { text } = await makeKey({ ...instance, access: instance.store.access }, member!, 'host', { label: 'Another', scope: 'read' })
  const streams: ClientRequest[] = []
  const opened = (token: string) => new Promise<number | undefined>((resolve, reject) => {
    const request = get(new URL('api/events', served.server.url), { agent: false, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.on('error', () => undefined).resume()
      resolve(response.statusCode)
    }).on('error', reject)
    streams.push(request)
  })
  for (const status of [200, 200, 200, 200, 200, 409, 409]) assert.equal(await opened(served.token), status)
  assert.equal(await opened(text), 200)
  for (const stream of streams.splice(0, 1)) stream.destroy()
  await untilEqual(() => opened(served.token), 200)
  for (const stream of streams) stream.destroy()
})

// Fails when: events are kept for a listener without end, or a HEAD opens a stream that nobody hears (both were so).
test('who opens a stream of events and does not read it is left; HEAD opens none', { timeout: 120_000 }, async () => {
  const { instance } = served.sandbox.opened
  const [head] = await once(request(new URL('api/events', served.server.url), { method: 'HEAD', agent: false, headers: { authorization: `Bearer ${served.token}` } }).end(), 'response')
  assert.equal(head.statusCode, 404)
  const { host, port } = new URL(served.server.url)
  const deaf = connect(Number(port), '127.0.0.1', () => deaf.write(`GET /api/events HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${served.token}\r\n\r\n`))
  deaf.on('error', () => undefined)
  await once(deaf, 'data')
  const ended = once(deaf, 'close')
  deaf.pause()
  // More than what two operating systems keep for a line.
  for (let n = 0; n < 300; n++) {
    for (let each = 0; each < 1_000; each++) instance.events.publish({ kind: 'transaction', id: NOBODY })
    await setImmediate()
  }
  deaf.resume()
  await ended
})

test('a stream of events that is asked for while the server closes is refused: it would hold the server for ever', async () => {
  const { instance } = served.sandbox.opened
  const second = await listen({ instance, home: served.sandbox.home, host: '127.0.0.1', port: 0, pageDirectory: null })
  assert.ok(second.ok)
  const { host, port } = new URL(second.value.url)
  const ask = (socket: Socket): boolean => socket.write(`GET /api/events HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${served.token}\r\n\r\n`)
  const [early, late] = [connect(Number(port), '127.0.0.1'), connect(Number(port), '127.0.0.1')]
  const [heard, said] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
  // A line that a browser opened ahead of need, as browsers do, is not idle to Node and stays open.
  await once(late, 'connect')
  late.once('data', (chunk) => said.resolve(String(chunk)))
  early.on('data', (chunk) => (String(chunk).includes(': connected') ? heard.resolve() : undefined))
  ask(early)
  await heard.promise
  const ended = once(early, 'end')
  const closed = second.value.close()
  await ended
  ask(late)
  assert.match(await said.promise, /^HTTP\/1\.1 204 /)
  await closed
  for (const socket of [early, late]) socket.destroy()
})

test('a broken connection: problem, plan, letter and bundle; the old secret is withheld, the new password alone mends it', async () => {
  breakBank(served.sandbox.bank, 'password-changed')
  const { accounts } = (await ask('GET', `/api/connections/${connectionId}`)).json
  const newestDays = async (): Promise<string[]> => (await ask('GET', `/api/accounts/${accounts[0].id}/coverage`)).json.days.slice(-4).map(({ state }: { state: string }) => (state === 'proved' ? 'covered' : state))
  const letDaysPass = (days: number): void => served.sandbox.opened.instance.demo!.passTime(24 * days)
  letDaysPass(2)
  assert.deepEqual(await newestDays(), ['covered', 'covered', 'before', 'before'])
  const run = await ask('POST', `/api/connections/${connectionId}/sync`)
  assert.deepEqual([run.status, run.json.outcome], [200, 'failed'])
  const [problem] = (await ask('GET', `/api/problems?open=true&connectionId=${connectionId}`)).json.items
  assert.equal(problem.cause, 'credentials_invalid')
  assert.equal((await ask('GET', `/api/problems/${problem.id}`)).json.id, problem.id)
  const plan = (await ask('GET', `/api/problems/${problem.id}/repair`)).json
  assert.equal(plan.steps.at(-1).kind, 'proof')
  letDaysPass(1)
  // The secret is kept back now, so that on the last day nobody asked the bank.
  assert.equal((await ask('POST', `/api/connections/${connectionId}/sync`)).json.failure.code, 'secret_withheld')
  assert.deepEqual(await newestDays(), ['covered', 'gap', 'gap', 'before'], 'asked and refused, and not asked')
  await sameInGerman(`/api/problems/${problem.id}`, problem.id)
  for (const paper of ['letter', 'bundle']) assert.ok((await ask('GET', `/api/problems/${problem.id}/${paper}`)).text.length > 100, paper)
  const letter = async (query: string): Promise<string> => (await ask('GET', `/api/problems/${problem.id}/letter${query}`, { headers: { 'accept-language': 'de' } })).text
  assert.match(await letter(''), /^Sehr geehrte Damen und Herren,$/m)
  assert.match(await letter('?language=en'), /^Dear Sir or Madam,$/m, 'that of the bank, on a German page')
  assert.notEqual((await ask('POST', `/api/connections/${connectionId}/repair`, { body: {} })).json.plan, null)
  assertProblem(await ask('PUT', `/api/connections/${connectionId}/secret`, { body: { form: { password: 'correct horse' } } }), 'secret_withheld')
  assertProblem(await ask('PUT', `/api/connections/${connectionId}/secret`, { body: { form: {} } }), 'invalid_request')
  const settingsAt = async () => (await served.sandbox.opened.instance.store.connections.get(connectionId))?.settingsChangedAt
  const before = await settingsAt()
  const mended = await ask('PUT', `/api/connections/${connectionId}/secret`, { body: { form: { password: 'new horse 2' } } })
  assert.equal(await settingsAt(), before, 'another password is no other setting: the database gives the names in an order of its own, and the diagnosis blamed the settings')
  // With its new password this bank has forgotten the device, and asks for a code.
  assert.deepEqual([mended.status, mended.json.outcome], [200, 'suspended'], mended.text)
  const [challenge] = (await ask('GET', '/api/challenges')).json.items
  const answered = await answer(challenge)
  assert.equal(answered.json.outcome, 'succeeded', answered.text)
  const after = (await ask('GET', `/api/connections/${connectionId}`)).json
  assert.deepEqual([after.health, after.problems], ['working', []])
  assert.deepEqual(await newestDays(), ['covered', 'covered', 'covered', 'covered'])
  assert.notEqual((await ask('GET', `/api/problems/${problem.id}`)).json.closedAt, null)
})

test('the password is changed once more: to another one, so that typing it mends that too; what is mended is not called broken', async () => {
  const isBroken = async (): Promise<boolean> => (await served.sandbox.opened.instance.demo!.faults()).find(({ fault }) => fault === 'password-changed')!.active
  assert.equal(await isBroken(), false)
  // The demo reads all connections of itself then: as long as it does, this one is taken.
  const whenFree = (method: string, path: string, body?: object): Promise<Answer> =>
    until(`${method} ${path} finds the connection free`, async () => {
      const said = await ask(method, `/api/connections/${connectionId}/${path}`, body === undefined ? {} : { body })
      return said.json.code === 'busy' ? null : said
    })
  await ask('POST', '/api/demo', { body: { passHours: 24, inject: 'password-changed' } })
  await whenFree('POST', 'sync')
  assert.equal(await isBroken(), true)
  const { password } = served.sandbox.bank.state.logins.get('ana')!
  const entered = await whenFree('PUT', 'secret', { form: { password } })
  assert.equal(entered.json.outcome, 'suspended', entered.text)
  assert.equal((await answer((await ask('GET', '/api/challenges')).json.items[0])).json.outcome, 'succeeded')
  assert.equal(await isBroken(), false)
})

/** The same problem and plan to a reader of German: other words, the same facts, and nothing stored is touched. */
async function sameInGerman(path: string, id: string): Promise<void> {
  const { store } = served.sandbox.opened.instance
  const stored = async (): Promise<unknown> => [await store.problems.get(id), await store.problems.plan(id)]
  const before = await stored()
  const [en, de] = await Promise.all(['en', 'de-AT,de;q=0.9,en;q=0.5'].map((language) => ask('GET', path, { headers: { 'accept-language': language } })))
  assert.match(JSON.stringify(de!.json.card), /hat Benutzername oder Passwort nicht angenommen/)
  assert.deepEqual([en!.json.letters, de!.json.letters], [['en'], ['de', 'en']], 'the reader’s language and that of the bank’s country')
  const facts = ({ card, causes, failure, letters: _, ...rest }: Record<string, any>) => ({ ...rest, chip: card.chip, next: card.next?.kind, causes: causes.map(({ cause, p }: Record<string, unknown>) => [cause, p]), failure: [failure.code, failure.stage] })
  assert.deepEqual(facts(de!.json), facts(en!.json))
  const [planned, geplant] = await Promise.all(['en', 'de'].map((language) => ask('GET', `${path}/repair`, { headers: { 'accept-language': language } })))
  for (const [at, { title, ...step }] of planned!.json.steps.entries()) {
    assert.notEqual(geplant!.json.steps[at].title, title)
    assert.deepEqual({ ...geplant!.json.steps[at], title, result: step.result }, { title, ...step })
  }
  const place = { label: 'x', place: { kind: 'ntfy', server: 'https://ntfy.example', topic: 'feeds' }, topics: [], quiet: null, timeZone: 'UTC', amounts: false }
  const added = await ask('POST', '/api/alerts/destinations', { headers: { 'accept-language': 'de' }, body: place })
  assert.deepEqual([added.status, added.json.language], [201, 'de'], 'alerts go in the language in which a destination is entered')
  assert.equal((await ask('PATCH', `/api/alerts/destinations/${added.json.id}`, { body: { language: 'en' } })).json.language, 'en')
  await ask('DELETE', `/api/alerts/destinations/${added.json.id}`)
  const meaning = await ask('GET', '/api/explain/15500', { headers: { 'accept-language': 'de' } })
  assert.match(meaning.json.items[0].seenBy, /^Banken mit OFX/)
  const { items: [verdict, unread] } = (await ask('POST', '/api/diagnose', { headers: { 'accept-language': 'de' }, body: { records: [{ evidence: { protocol: 'ofx', codes: ['15500'], stage: 'signon' }, context: {} }, 7] } })).json
  assert.match(verdict.for.join(), /^„15500 Signon invalid“ \(OFX\): Die Bank/)
  assert.match(unread.error.message, /^Zeile 2: die Zeile passt nicht zu einem Fall/)
  const refused = await ask('POST', '/api/rules/preview', { headers: { 'accept-language': 'de' }, body: { contains: 'x', category: '' } })
  assert.deepEqual([refused.json.title, refused.json.errors[0].message], ['Die Anfrage ist nicht gültig.', 'Geben Sie mindestens zwei Zeichen an, die im Text der Bank zu solchen Buchungen stehen.'])
  assert.deepEqual(await stored(), before)
}

test('off and on again, and removed at the end; what does not fit the state is said', async () => {
  const act = (method: string, path = ''): Promise<Answer> => ask(method, `/api/connections/${connectionId}${path}`)
  assertProblem(await act('POST', '/enable'), 'wrong_state')
  assert.equal((await act('POST', '/disable')).json.health, 'off')
  assertProblem(await act('POST', '/sync'), 'wrong_state')
  assert.equal((await act('POST', '/enable')).json.state, 'active')
  assert.equal((await act('POST', '/secret/once-more')).json.outcome, 'succeeded')
  assert.equal((await act('DELETE')).json.ok, true)
  assert.deepEqual((await ask('GET', '/api/connections')).json.items, [])
  assert.ok((await ask('GET', '/api/accounts')).json.items.length >= 5, 'rows stay')
})

test('no secret is in any answer', () => {
  const everything = served.answers.join('\n')
  assert.ok(everything.length > 10_000)
  for (const secret of [...SECRETS, served.token, readFileSync(join(served.sandbox.home, 'keys', 'access.token'), 'utf8').trim()]) assert.ok(!everything.includes(secret), secret)
})
