import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { makeCertificates } from '../../bank/certificates.ts'
import { enteredPlace, enteredShape } from '../api/alert-shapes.ts'
import type { Destination, MailServer, Place } from '../domain/alert.ts'
import type { DestinationSecrets, Letter, LetterItem } from '../ports/alerts.ts'
import type { PrivateHost } from './address-guard.ts'
import { createCourier, refusalOf } from './courier.ts'
import { unreached } from './send-failure.ts'

const certificates = await makeCertificates(Date.now())
const PASSWORD = 'CANARY mail password'
const open: (() => void)[] = []
after(() => open.forEach((close) => close()))

const LOCAL: readonly PrivateHost[] = ['127.0.0.1', 'mail.test', 'hooks.test'].map((host) => ({ host, cidr: '127.0.0.0/8', plainHttp: true }))
const NOW = Date.UTC(2026, 9, 14, 9, 30)
const item: LetterItem = { alertId: 'a-1', topic: 'needs_you', state: 'begins', title: 'Riverbank did not accept the user name or password.', text: 'Relink does not send it again unasked.', next: 'Enter the password', link: 'https://books.example/connections/c-1', connectionId: 'c-1', cause: 'credentials_invalid' }
const letter: Letter = { id: '01a20549-c591-7da7-8a7f-000000000001', at: NOW, subject: item.title, language: 'en', items: [item] }

function send(place: Place, secrets: DestinationSecrets, over: { readonly hosts?: readonly PrivateHost[]; readonly letter?: Letter } = {}) {
  const way = { privateHosts: over.hosts ?? LOCAL, caPem: certificates.ca, resolve: async () => [{ address: '127.0.0.1', family: 4 }] }
  return createCourier({ way, clock: { now: () => NOW, sleep: async () => {} } })({ place, id: 'd' } as Destination, secrets, over.letter ?? letter)
}

type Mailed = { readonly raw: string; readonly to: readonly string[]; readonly secure: boolean; readonly user: unknown }

async function mailServer(options: SMTPServerOptions = {}): Promise<{ readonly port: number; readonly mails: Mailed[]; readonly signIns: string[] }> {
  const mails: Mailed[] = []
  const signIns: string[] = []
  const server = new SMTPServer({
    ...certificates.identities.good, authOptional: true, logger: false,
    onAuth: ({ username, password }, _session, done) => {
      signIns.push(`${username}/${password}`)
      return password === PASSWORD ? done(null, { user: username }) : done(Object.assign(new Error(`no, not ${password}`), { responseCode: 535 }))
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        mails.push({ raw: Buffer.concat(chunks).toString('utf8'), to: session.envelope.rcptTo.map(({ address }) => address), secure: session.secure, user: session.user })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => server.close(() => {}))
  return { port: (server.server.address() as AddressInfo).port, mails, signIns }
}

const place = (port: number, over: Partial<MailServer> = {}): Place => ({ kind: 'email', server: { host: 'localhost', port, security: 'starttls', user: 'relink', from: 'relink@books.example', to: ['ana@books.example'], ...over } })
const NAMED: readonly PrivateHost[] = [...LOCAL, { host: 'localhost', cidr: '127.0.0.0/8', plainHttp: true }]

for (const security of ['starttls', 'tls'] as const) {
  test(`an e-mail goes out over ${security}, signed in, with the same id in each try and nothing secret in it`, async () => {
    const server = await mailServer({ secure: security === 'tls' })
    for (let turn = 0; turn < 2; turn++) assert.deepEqual(await send(place(server.port, { security, to: ['ana@books.example', 'bo@books.example'] }), { password: PASSWORD }, { hosts: NAMED }), { ok: true, value: null })
    const [first, second] = server.mails
    assert.deepEqual([first?.to, first?.secure, first?.user], [['ana@books.example', 'bo@books.example'], true, 'relink'])
    for (const mail of [first, second]) {
      assert.match(mail!.raw, /^Message-ID: <01a20549-c591-7da7-8a7f-000000000001@relink>$/im)
      assert.match(mail!.raw, /^Date: Wed, 14 Oct 2026 09:30:00/im)
      assert.match(mail!.raw, /^Auto-Submitted: auto-generated$/im)
      assert.match(mail!.raw, /Next: Enter the password\.\r\nhttps:\/\/books\.example\/connections\/c-1/)
      assert.ok(!mail!.raw.includes('CANARY'))
    }
  })
}

test('a mail server without TLS gets nothing, unless the operator permits it', async () => {
  const server = await mailServer({ disabledCommands: ['STARTTLS'] })
  const refused = await send(place(server.port), { password: PASSWORD }, { hosts: NAMED })
  assert.ok(!refused.ok && refused.failure.again === 'later', JSON.stringify(refused))
  const bare = place(server.port, { security: 'none', user: null })
  assert.deepEqual(await send(bare, {}, { hosts: NAMED.map((one) => ({ ...one, plainHttp: false })) }).then((result) => !result.ok && result.failure.again), 'stop')
  assert.deepEqual(server.signIns, [])
  assert.equal((await send(bare, {}, { hosts: NAMED })).ok, true)
  assert.deepEqual(server.mails.map(({ secure }) => secure), [false])
})

test('a refused password stops the destination and appears in no failure; a full mailbox may be tried again soon, an unknown one a day later', async () => {
  const server = await mailServer({
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('full') ? Object.assign(new Error('full'), { responseCode: Number(address.slice(4, 7)) }) : address.startsWith('no') ? Object.assign(new Error('no such user'), { responseCode: 550 }) : null),
  })
  const wrong = await send(place(server.port), { password: 'CANARY wrong' }, { hosts: NAMED })
  assert.ok(!wrong.ok && wrong.failure.again === 'stop', JSON.stringify(wrong))
  assert.ok(!JSON.stringify(wrong).includes('CANARY'))
  const again = async (to: readonly string[]) => send(place(server.port, { to }), { password: PASSWORD }, { hosts: NAMED }).then((result) => (result.ok ? 'sent' : result.failure.again))
  assert.deepEqual([await again(['full452@books.example']), await again(['full552@books.example'])], ['later', 'later'])
  assert.equal(await again(['no@books.example']), 'tomorrow')
  assert.equal(await again(['ana@books.example', 'no@books.example']), 'never', 'who got it does not get it again')
  assert.equal(server.mails.length, 1)
})

test('a certificate for another name, an address of this network that nobody permitted, and a host that is not there are told apart', async () => {
  const server = await mailServer()
  const other = await send(place(server.port, { host: 'mail.test' }), { password: PASSWORD })
  assert.ok(!other.ok && other.failure.again === 'later' && /no secure connection/.test(other.failure.message), JSON.stringify(other))
  assert.deepEqual(server.signIns, [], 'the password stays here')
  const inside = await send(place(server.port), { password: PASSWORD }, { hosts: [] })
  assert.ok(!inside.ok && inside.failure.again === 'stop' && /not a public address/.test(inside.failure.message), JSON.stringify(inside))
  const gone = await mailServer()
  open.pop()?.()
  const away = await send(place(gone.port), { password: PASSWORD }, { hosts: NAMED })
  assert.ok(!away.ok && away.failure.again === 'later', JSON.stringify(away))
})

test('a host that is no name of a server is said, not thrown, and refused where it is entered', async () => {
  const enter = ({ server }: Place & { readonly kind: 'email' }) => enteredPlace.safeParse({ kind: 'email', server })
  for (const host of ['smtp.example.com:587', 'mail:', '999.1.1.1', '1.2.3.4.5']) {
    const wrong = place(587, { host }) as Place & { readonly kind: 'email' }
    const result = await send(wrong, { password: PASSWORD })
    assert.ok(!result.ok && result.failure.again === 'stop', `${host} ${JSON.stringify(result)}`)
    assert.equal(enter(wrong).success, false, host)
  }
  for (const host of ['smtp.example.com', 'localhost', '10.0.0.7', '::1', 'fe80::1']) assert.equal(enter(place(587, { host }) as never).success, true, host)
  for (const host of ['....', 'a..example', '_x_', '-a.example', 'a-.example', 'mail.example.', 'a b', '', `${'a'.repeat(64)}.example`, 'mail\u202e.example', '1.2.3.4.5', 'a:b']) {
    const { success, error } = enter(place(587, { host }) as never)
    assert.ok(!success && error.issues.length === 1, `${JSON.stringify(host)} is said once: ${error?.message}`)
  }
  for (const host of ['mail_server', 'xn--mller-kva.example', 'A-1.example', '192.168.1.4']) assert.equal(enter(place(587, { host }) as never).success, true, host)
  assert.match(JSON.stringify(enter(place(587, { host: 'smtp.example.com:587' }) as never).error), /put the port into its own field/)
})

test('an address of a receiver has a host that can be one, and nothing that is not seen', () => {
  const enters = (url: string) => [enteredPlace.safeParse({ kind: 'webhook', url }).success, enteredPlace.safeParse({ kind: 'ntfy', server: url, topic: 'feeds' }).success]
  for (const wrong of ['https://....', 'https://_x_', 'https://a..example/', 'https://hooks.example:0', 'https://hooks.example:65536', 'https://-a.example', 'https://hooks.example./', 'ftp://hooks.example', 'hooks.example', 'https://hooks.example/\u202ex', 'https://ho\noks.example/', ' https://hooks.example', 'https://hooks.example/a b', 'https://hooks.example/\u0007', 'https://']) assert.deepEqual(enters(wrong), [false, false], JSON.stringify(wrong))
  for (const right of ['https://hooks.example/in?key=k', 'http://127.0.0.1:8080', 'https://[2001:db8::1]:8443/x', 'https://müller.example', 'http://ntfy_home/', 'https://ntfy.sh']) assert.deepEqual(enters(right), [true, true], right)
})

test('labels, user names, passwords and tokens hold nothing that steers a terminal, a header or the direction of writing', () => {
  const whole = { label: 'Büro 📬', place: { kind: 'email', server: { ...(place(587) as Place & { readonly kind: 'email' }).server, user: 'ana müller' }, password: PASSWORD }, topics: [], quiet: null, timeZone: 'UTC', amounts: false }
  const { server } = whole.place
  const ntfy = { kind: 'ntfy', server: 'https://ntfy.example', topic: 'feeds', token: 'tk_1' }
  for (const right of [whole, { ...whole, place: ntfy }, { ...whole, place: { ...whole.place, server: { ...server, user: null } } }]) assert.equal(enteredShape.safeParse(right).success, true)
  for (const bad of ['\0', '\n', '\r', '\u001b', '\u007f', '\u009b', '\u2028', '\u202e', '\u2066']) {
    const [text, at] = [`a${bad}b`, JSON.stringify(bad)]
    const wrong = [{ ...whole, label: text }, { ...whole, place: { ...whole.place, server: { ...server, user: text } } }, { ...whole, place: { ...whole.place, server: { ...server, from: `${text}@books.example` } } }, { ...whole, place: { ...whole.place, server: { ...server, to: [`ana@${text}.example`] } } }, { ...whole, place: { ...ntfy, token: text } }, { ...whole, place: { ...ntfy, topic: text } }]
    assert.deepEqual(wrong.map((one) => enteredShape.safeParse(one).success), wrong.map(() => false), at)
    if (bad < ' ' || bad === '\u007f' || bad === '\u009b') assert.equal(enteredShape.safeParse({ ...whole, place: { ...whole.place, password: text } }).success, false, at)
  }
})

test('http, mail without TLS and addresses of this network are refused where they are entered, unless the operator permits them', () => {
  const inNetwork = (hosts: readonly PrivateHost[]) => [{ kind: 'webhook', origin: 'http://127.0.0.1:8080' } as const, { kind: 'ntfy', origin: 'http://hooks.test' } as const, place(25, { host: 'mail.test', security: 'none' }), { kind: 'webhook', origin: 'https://127.0.0.1' } as const].map((one) => refusalOf(one, { privateHosts: hosts, caPem: null }))
  assert.deepEqual(inNetwork(LOCAL), [null, null, null, null])
  const [hook, ntfy, mail, number] = inNetwork([])
  for (const refusal of [hook, ntfy]) assert.match(refusal ?? '', /must begin with https:\/\/.*network file/)
  assert.match(mail ?? '', /choose STARTTLS or TLS.*network file/)
  assert.match(number ?? '', /127\.0\.0\.1, because it is not a public address.*network file/)
  assert.deepEqual(inNetwork(LOCAL.map((one) => ({ ...one, plainHttp: false }))).map((refusal) => refusal === null), [false, false, false, true])
  for (const open of [{ kind: 'webhook', origin: 'https://hooks.example:8443' } as const, place(465, { host: 'smtp.example', security: 'tls' })]) assert.equal(refusalOf(open, { privateHosts: [], caPem: null }), null)
})

test('why nothing got through is said of the mail server or the receiver, with the next step, and each host is named once', async () => {
  const full = await mailServer({ onRcptTo: ({ address }, _session, done) => done(Object.assign(new Error('no'), { responseCode: address.startsWith('full') ? 452 : 550 })) })
  const said: (readonly [string, Awaited<ReturnType<typeof send>>])[] = [
    ['10.0.0.7', await send({ kind: 'ntfy', origin: 'https://10.0.0.7' }, { topic: 'feeds' })],
    ['hooks.example', await send({ kind: 'ntfy', origin: 'https://hooks.example' }, { topic: 'feeds' })],
    ['hooks.example', await send({ kind: 'ntfy', origin: 'http://hooks.example' }, { topic: 'feeds' })],
    ['mail.example', await send(place(25, { host: 'mail.example', security: 'none' }), {})],
    ['mail.example', await send(place(465, { host: 'mail.example', security: 'tls' }), {})],
    ['mail.test', await send(place(full.port, { host: 'mail.test', security: 'tls' }), {})],
    ['localhost', await send(place(full.port, { user: null, to: ['full@books.example'] }), {}, { hosts: NAMED })],
    ['localhost', await send(place(full.port, { user: null, to: ['no@books.example'] }), {}, { hosts: NAMED })],
  ]
  for (const status of [302, 400, 401, 404, 410, 413, 429, 500]) {
    const { origin } = await receiver(() => status)
    said.push(['127.0.0.1', await send({ kind: 'webhook', origin }, { url: origin, signing: SIGNING })])
  }
  const messages = said.map(([host, result]) => [host, result.ok ? 'sent' : result.failure.message] as const)
  for (const code of ['ENOTFOUND', 'ECONNREFUSED', 'ETIMEDOUT', 'ETLS', 'EPROTOCOL', 'ERR_SSL_WRONG_VERSION_NUMBER', 'CERT_HAS_EXPIRED', 'HPE_INVALID_CONSTANT', 'no answer']) for (const kind of ['mail', 'post'] as const) messages.push(['a.example', unreached(kind, 'a.example', code)])
  assert.match(messages[2]?.[1] ?? '', /https:/)
  for (const [host, message] of messages) {
    assert.doesNotMatch(message, /\bbank|sign-in/i)
    assert.equal(message.split(host).length, 2, message)
    assert.match(message, /^[A-Za-z0-9].*\. [A-Z].*\.$/, message)
  }
})

test('a line break in a sentence forges no header', async () => {
  const server = await mailServer()
  assert.equal((await send(place(server.port), { password: PASSWORD }, { hosts: NAMED, letter: { ...letter, subject: 'Riverbank\r\nBcc: thief@evil.example' } })).ok, true)
  assert.ok(!/^Bcc:/im.test(server.mails[0]!.raw))
  assert.deepEqual(server.mails[0]!.to, ['ana@books.example'])
})

type Got = { readonly method: string; readonly path: string; readonly headers: http.IncomingHttpHeaders; readonly body: string }

async function receiver(statusOf: (at: number) => number): Promise<{ readonly origin: string; readonly got: Got[] }> {
  const got: Got[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      got.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') })
      response.writeHead(statusOf(got.length), { location: 'http://127.0.0.1:1/elsewhere' }).end('ignored')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => server.close())
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got }
}

const SIGNING = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`

test('a webhook gets JSON, signed over id, time and body as Standard Webhooks sign it', async () => {
  const { origin, got } = await receiver(() => 204)
  assert.equal((await send({ kind: 'webhook', origin }, { url: `${origin}/in?key=k`, signing: SIGNING })).ok, true)
  const [{ method, path, headers, body }] = got as [Got]
  assert.deepEqual([method, path, headers['content-type'], headers['webhook-id']], ['POST', '/in?key=k', 'application/json', letter.id])
  assert.equal(headers['webhook-timestamp'], String(NOW / 1000))
  const expected = createHmac('sha256', Buffer.from('0123456789abcdef0123456789abcdef')).update(`${letter.id}.${NOW / 1000}.${body}`).digest('base64')
  assert.equal(headers['webhook-signature'], `v1,${expected}`)
  assert.deepEqual(JSON.parse(body), { type: 'relink.alerts', timestamp: '2026-10-14T09:30:00.000Z', data: { subject: letter.subject, alerts: [item] } })
  assert.ok(!body.includes('whsec_'))
})

test('what a webhook answers decides: busy is tried again, a key that is refused stops, gone is gone, a redirect is not followed', async () => {
  for (const [status, again] of [[503, 'later'], [429, 'later'], [404, 'later'], [401, 'stop'], [410, 'never'], [302, 'later']] as const) {
    const { origin, got } = await receiver(() => status)
    const result = await send({ kind: 'webhook', origin }, { url: `${origin}/secret-path`, signing: SIGNING })
    assert.ok(!result.ok && result.failure.again === again, `${status} ${JSON.stringify(result)}`)
    assert.ok(!JSON.stringify(result).includes('secret-path'), 'the address may let anybody send')
    assert.equal(got.length, 1)
  }
  const inside = await send({ kind: 'webhook', origin: 'https://10.0.0.7' }, { url: 'https://10.0.0.7/x', signing: SIGNING })
  assert.ok(!inside.ok && inside.failure.again === 'stop')
})

test('ntfy gets JSON with the topic, a link to press and its token in the header', async () => {
  const { origin, got } = await receiver(() => 200)
  assert.equal((await send({ kind: 'ntfy', origin }, { topic: 'feeds', token: 'tk_x' })).ok, true)
  const [{ headers, body, path }] = got as [Got]
  assert.deepEqual([path, headers.authorization], ['/', 'Bearer tk_x'])
  assert.deepEqual(JSON.parse(body), { topic: 'feeds', title: item.title, message: `${item.text} Next: Enter the password.`, priority: 4, click: item.link, actions: [{ action: 'view', label: 'Enter the password', url: item.link }] })
})
