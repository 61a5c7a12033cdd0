import assert from 'node:assert/strict'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import net from 'node:net'
import { after, test } from 'node:test'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { makeCertificates } from '../../bank/certificates.ts'
import { createRecorder } from '../connector-kit/recorder.ts'
import type { ExchangeRecord } from '../ports/transport.ts'
import type { Failure } from '../domain/evidence.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Answer, ExchangeRequest, LoginVerdict } from '../ports/transport.ts'
import type { AddressPolicy } from './address-guard.ts'
import { WIRE_LIMITS, type WireLimits } from './http-wire.ts'
import type { RehearsalEnd, Rehearse } from '../ports/rehearsal.ts'
import { createReach } from './reach.ts'
import { createTransport } from './transport.ts'

const certificates = await makeCertificates(Date.now())
/** Of ten years ago: all have ended, the authority too. */
const ENDED = await makeCertificates(Date.now() - 3_700 * 86_400_000)
const servers: (http.Server | net.Server)[] = []
after(() => servers.forEach((server) => server.close()))

async function serve(handler: http.RequestListener, identity: keyof typeof certificates.identities | null = null, options: https.ServerOptions = {}): Promise<number> {
  const server = identity === null && options.cert === undefined ? http.createServer(handler) : https.createServer({ ...(identity === null ? {} : certificates.identities[identity]), ...options }, handler)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function serveRaw(answer: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    answer(socket)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const LOOPBACK: AddressPolicy = { ports: [], privateHosts: ['127.0.0.1', 'localhost', 'bank.test'].map((host) => ({ host, cidr: '127.0.0.0/8', plainHttp: true })) }
const SECRET = 'CANARY correct h0rse'

type Sent = { readonly result: Result<Answer, Failure>; readonly events: readonly string[]; readonly record: ExchangeRecord; readonly outputs: string; readonly conceal: (text: string) => string }

async function send(url: string, options: { readonly request?: Partial<ExchangeRequest>; readonly policy?: AddressPolicy; readonly limits?: Partial<WireLimits>; readonly caPem?: string | null; readonly withSecret?: boolean; readonly addresses?: readonly string[]; readonly verdict?: LoginVerdict; readonly rehearse?: Rehearse; readonly secret?: string; /** How often the ledger lets the secret out. */ readonly sends?: number } = {}): Promise<Sent> {
  const events: string[] = []
  let sends = 0
  const recorder = createRecorder()
  const logged: unknown[] = []
  const log = (event: string, fields?: unknown) => void logged.push(event, fields)
  const transport = createTransport({
    vault: {
      lend: async (_owner, fields, origin, audience) => {
        events.push(`lend ${origin}`)
        assert.deepEqual(audience, ['https://bank.example:443'])
        return ok({ values: Object.fromEntries(fields.map((field) => [field, field === 'username' ? 'ana' : (options.secret ?? SECRET)])), again: async () => (events.push('again'), sends++ < (options.sends ?? 9) - 1), settle: async (outcome) => void events.push(outcome) })
      },
    },
    owner: { connectionId: 'c1', loginIndex: 'l1' }, audience: ['https://bank.example:443'], clock: { now: () => Date.now(), sleep: async () => {} },
    log: { info: log, warn: log, error: log }, recorder, pseudonym: () => 'p', policy: options.policy ?? LOOPBACK, caPem: options.caPem ?? null, limits: { ...WIRE_LIMITS, ...options.limits },
    ...(options.rehearse === undefined ? {} : { rehearse: options.rehearse }),
    ...(options.addresses === undefined ? {} : { resolve: async () => options.addresses?.map((address) => ({ address, family: net.isIP(address) })) ?? [] }),
  }) // prettier-ignore
  const withSecret = options.withSecret === true
  const result = await transport.exchange({
    purpose: 'test', stage: 'statement', method: 'POST', url, headers: { 'X-First': '1', 'Content-Type': 'text/plain' }, secrets: withSecret ? ['username', 'password'] : [],
    body: (secret) => (withSecret ? `user=${secret('username')}&password=${secret('password')}` : 'hello'), redact: (text) => text, ...(options.verdict === undefined ? {} : { judge: () => options.verdict ?? 'unknown' }), ...options.request,
  }) // prettier-ignore
  const record = recorder.records()[0]
  assert.ok(record)
  return { result, events, record, conceal: (text) => transport.conceal?.(text) ?? text, outputs: JSON.stringify([result, recorder.records(), logged], (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value)) }
}

function failure(sent: Sent): Failure {
  assert.ok(!sent.result.ok)
  return sent.result.failure
}

const bodyOf = (sent: Sent): string => (sent.result.ok ? Buffer.from(sent.result.value.body).toString() : `failed: ${JSON.stringify(sent.result.failure)}`)
const echo: http.RequestListener = (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => response.end(Buffer.concat(chunks)))
}

test('posts headers in the order given and reads the answer', async () => {
  let raw: readonly string[] = []
  const port = await serve((request, response) => {
    raw = request.rawHeaders
    response.setHeader('Date', 'Tue, 01 Jan 2030 00:00:00 GMT').end('fine')
  })
  const sent = await send(`http://127.0.0.1:${port}/a?b=c`)
  assert.equal(bodyOf(sent), 'fine')
  assert.ok(raw.indexOf('X-First') < raw.indexOf('Content-Type') && raw.includes('X-First'))
  assert.ok(sent.result.ok && (sent.result.value.clockSkewSeconds ?? 0) > 86_400)
})

test('a secret is lent before sending, masked in the answer, and nowhere in any output', async () => {
  const port = await serve(echo)
  const sent = await send(`http://127.0.0.1:${port}/`, { withSecret: true, verdict: 'refused' })
  assert.deepEqual(sent.events, [`lend http://127.0.0.1:${port}`, 'refused'])
  assert.equal(bodyOf(sent), 'user=ana&password=[secret]')
  assert.ok(!sent.outputs.includes('CANARY'))
  assert.equal(sent.record.request, 'user=[secret:username]&password=[secret:password]')
  assert.equal(sent.record.verdict, 'refused')
})

// Fails when: a secret that is a word is masked in what is read (was so: an account list without its CHECKING, a payee without its name), or not in what is kept.
test('a secret that may be a row\'s own word stands in the answer as it came, and in nothing that is kept', async () => {
  const port = await serve(echo)
  for (const secret of ['CHECKING', 'Smith & Sons', 'Elm Street 12', '4839201746', 'rex']) {
    const sent = await send(`http://127.0.0.1:${port}/`, { withSecret: true, verdict: 'accepted', secret })
    assert.equal(bodyOf(sent), `user=ana&password=${secret}`)
    assert.ok(!JSON.stringify(sent.record).includes(secret), secret)
    assert.equal(sent.conceal(`he said "${secret}"`), 'he said "[secret]"')
  }
})

test('an answer that cannot be read within the limits is read by nobody here; a refusal at its beginning counts all the same', async () => {
  const port = await serve((_, response) => response.end('refused, and much more'))
  const judged: string[] = []
  const ask = async (end: RehearsalEnd, judgeHead: (head: Uint8Array) => LoginVerdict) =>
    send(`http://127.0.0.1:${port}/`, { withSecret: true, rehearse: async ({ kind }, bytes) => (judged.push(`${kind} ${bytes.length}`), end), request: { reads: { kind: 'ofx' }, judgeHead, judge: () => (judged.push('judged'), 'accepted') } })
  const slow = await ask('too_slow', () => 'unknown')
  assert.deepEqual([failure(slow).code, failure(slow).evidence[0].httpStatus, slow.events.at(-1)], ['answer_too_slow', 200, 'unknown'])
  const large = await ask('too_large', () => 'refused')
  assert.deepEqual([failure(large).code, large.events.at(-1)], ['answer_too_large', 'refused'])
  assert.deepEqual(judged, ['ofx 22', 'ofx 22'])
  assert.equal((await ask('read', () => 'unknown')).events.at(-1), 'accepted')
})

test('what a vault withholds is not sent', async () => {
  let requests = 0
  const port = await serve((_, response) => void ((requests += 1), response.end()))
  const recorder = createRecorder()
  const failure_: Failure = { code: 'secret_withheld', stage: 'signon', retry: { kind: 'afterPerson' }, message: '', evidence: [{}] }
  const quiet = () => {}
  const transport = createTransport({ vault: { lend: async () => failed(failure_) }, owner: { connectionId: 'c', loginIndex: 'l' }, audience: [], clock: { now: () => 0, sleep: async () => {} }, log: { info: quiet, warn: quiet, error: quiet }, recorder, pseudonym: () => 'p', policy: LOOPBACK, caPem: null })
  const result = await transport.exchange({ purpose: 't', stage: 'signon', method: 'POST', url: `http://127.0.0.1:${port}/`, headers: {}, body: () => 'x', secrets: ['password'] })
  assert.ok(!result.ok && result.failure.code === 'secret_withheld')
  assert.equal(requests, 0)
})

test('a builder that reads a field it did not name is a bug, and leaves no attempt open', async () => {
  const events: string[] = []
  const quiet = () => {}
  const transport = createTransport({ vault: { lend: async () => ok({ values: { a: '1' }, again: async () => true, settle: async (outcome) => void events.push(outcome) }) }, owner: { connectionId: 'c', loginIndex: 'l' }, audience: [], clock: { now: () => 0, sleep: async () => {} }, log: { info: quiet, warn: quiet, error: quiet }, recorder: createRecorder(), pseudonym: () => 'p', policy: LOOPBACK, caPem: null })
  await assert.rejects(transport.exchange({ purpose: 't', stage: 'signon', method: 'POST', url: 'http://127.0.0.1:1/', headers: {}, body: (secret) => secret('b'), secrets: ['a'] }))
  assert.deepEqual(events, ['not_sent'])
})

test('nothing is lent for an address that is forbidden as written, and not sent when a name leads to one', async () => {
  for (const url of ['http://bank.example/', 'https://10.0.0.1/', 'https://[::ffff:7f00:1]/', 'https://bank.example:1234/']) {
    const sent = await send(url, { withSecret: true })
    assert.equal(failure(sent).code, 'address_forbidden', url)
    assert.deepEqual(sent.events, [])
  }
  for (const addresses of [['10.0.0.1'], ['93.184.215.14', '127.0.0.1'], ['93.184.215.14', '::1'], ['169.254.169.254'], ['64:ff9b::a00:1']]) {
    const sent = await send('https://bank.example/', { withSecret: true, addresses })
    assert.equal(failure(sent).code, 'address_forbidden', addresses.join())
    assert.equal(sent.events[1], 'not_sent')
  }
})

test('a name that leads elsewhere the second time is connected to what was checked', async () => {
  const port = await serve((_, response) => response.end('here'))
  let asked = 0
  const quiet = () => {}
  const transport = createTransport({ vault: { lend: async () => failed({} as Failure) }, owner: { connectionId: 'c', loginIndex: 'l' }, audience: [], clock: { now: () => 0, sleep: async () => {} }, log: { info: quiet, warn: quiet, error: quiet }, recorder: createRecorder(), pseudonym: () => 'p', policy: LOOPBACK, caPem: null, resolve: async () => [{ address: (asked += 1) === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }] })
  const result = await transport.exchange({ purpose: 't', stage: 'http', method: 'GET', url: `http://bank.test:${port}/`, headers: {}, body: null, secrets: [] })
  assert.ok(result.ok)
  assert.equal(asked, 1)
})

test('a closed port, a missing name and a failed handshake are told apart, and count as not sent', async () => {
  const closed = await send('http://127.0.0.1:1/', { withSecret: true })
  assert.deepEqual([failure(closed).code, failure(closed).stage, failure(closed).evidence[0].networkError, closed.events[1]], ['bank_unreachable', 'connect', 'ECONNREFUSED', 'not_sent'])
  const missing = await send('https://bank.invalid/', { withSecret: true, addresses: [] })
  assert.deepEqual([failure(missing).stage, failure(missing).evidence[0].networkError, missing.events[1]], ['resolve', 'ENOTFOUND', 'not_sent'])
  const port = await serveRaw((socket) => socket.destroy())
  const cut = await send(`https://localhost:${port}/`, { withSecret: true, policy: { ...LOOPBACK, ports: [port] }, addresses: ['127.0.0.1'] })
  assert.deepEqual([failure(cut).code, failure(cut).stage, cut.events[1]], ['bank_unreachable', 'tls', 'not_sent'])
})

test('certificates are checked, with the one authority that the institution names', async () => {
  const good = await serve((_, response) => response.end('secure'), 'good')
  const policy = (port: number): AddressPolicy => ({ ...LOOPBACK, ports: [port] })
  const addresses = ['127.0.0.1']
  const trusted = await send(`https://localhost:${good}/`, { policy: policy(good), caPem: certificates.ca, addresses })
  assert.equal(bodyOf(trusted), 'secure')
  const untrusted = await send(`https://localhost:${good}/`, { policy: policy(good), addresses, withSecret: true })
  assert.equal(failure(untrusted).code, 'tls_refused')
  assert.ok(/SELF_SIGNED|UNABLE_TO/.test(failure(untrusted).evidence[0].networkError ?? ''))
  assert.equal(untrusted.events[1], 'not_sent')
  const expired = await serve((_, response) => response.end(), 'expired')
  const old = await send(`https://localhost:${expired}/`, { policy: policy(expired), caPem: certificates.ca, addresses })
  assert.equal(failure(old).evidence[0].networkError, 'CERT_HAS_EXPIRED')
  assert.equal(failure(old).evidence[0].codes, undefined)
  // Fails when: an authority of this host's own that has ended reads as the bank's certificate (was so: the letter asked the bank to renew it).
  const servedByEnded = await serve((_, response) => response.end(), null, ENDED.identities.good)
  const ours = await send(`https://localhost:${servedByEnded}/`, { policy: policy(servedByEnded), caPem: ENDED.ca, addresses })
  assert.deepEqual([failure(ours).code, failure(ours).evidence], ['tls_refused', [{ stage: 'tls', codes: ['own_authority_ended'] }]])
  const wrong = await serve((_, response) => response.end(), 'wrong_name')
  const foreign = await send(`https://localhost:${wrong}/`, { policy: policy(wrong), caPem: certificates.ca, addresses })
  assert.equal(failure(foreign).evidence[0].networkError, 'ERR_TLS_CERT_ALTNAME_INVALID')
})

test('TLS 1.1 and older are not spoken', async () => {
  const port = await serve((_, response) => response.end(), 'good', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' })
  const sent = await send(`https://localhost:${port}/`, { policy: { ...LOOPBACK, ports: [port] }, caPem: certificates.ca, addresses: ['127.0.0.1'] })
  assert.equal(failure(sent).code, 'tls_refused')
  assert.match(failure(sent).evidence[0].networkError ?? '', /SSL|PROTO/)
})

test('a redirect to another origin never gets the secret; one inside the origin does', async () => {
  let stolen = ''
  const thief = await serve((request, response) => void request.on('data', (chunk: Buffer) => (stolen += chunk)).on('end', () => response.end('got it')))
  const bank = await serve((request, response) => {
    if (request.url === '/inside') return echo(request, response)
    const target = request.url === '/home' ? '/inside' : `http://127.0.0.1:${thief}/steal?token=1234567`
    response.writeHead(Number(new URL(request.url ?? '', 'http://x').searchParams.get('s') ?? 307), { location: target }).end()
  })
  for (const status of [301, 302, 303, 307, 308]) {
    const sent = await send(`http://127.0.0.1:${bank}/?s=${status}`, { withSecret: true, verdict: 'unknown' })
    assert.ok(sent.result.ok && sent.result.value.status === status, `${status} is handed on as it is`)
    assert.equal(sent.record.headers['location'], `http://127.0.0.1:${thief}/steal?token=…`)
  }
  assert.equal(stolen, '')
  const inside = await send(`http://127.0.0.1:${bank}/home`, { withSecret: true, verdict: 'accepted' })
  assert.equal(bodyOf(inside), 'user=ana&password=[secret]')
  assert.equal(inside.record.finalUrl, `http://127.0.0.1:${bank}/inside`)
  const open = await send(`http://127.0.0.1:${bank}/?s=307`)
  assert.equal(bodyOf(open), 'got it', 'without a secret it is followed')
  assert.equal(stolen, 'hello')
})

// Fails when: hops share one attempt (was so: four posts of a password for one entry of the ledger), or an address that only sends back to itself gets the secret again.
test('each hop that takes a secret along is an attempt of its own; what the ledger holds back, and a circle, is not followed', async () => {
  const asked: (string | undefined)[] = []
  const port = await serve((request, response) => {
    asked.push(request.url)
    const target = request.url === '/cookie' && request.headers.cookie === undefined ? '/cookie' : request.url === '/circle' ? '/circle' : request.url?.startsWith('/long') === true ? `${request.url}o` : null
    if (target === null) return echo(request, response)
    response.writeHead(307, { location: target, ...(request.url === '/cookie' ? { 'set-cookie': 'seen=1' } : {}) }).end()
  })
  const of = async (path: string, options: { readonly sends?: number } = {}) => {
    asked.length = 0
    const { events, result } = await send(`http://127.0.0.1:${port}${path}`, { withSecret: true, verdict: 'accepted', ...options })
    return [asked.length, ...events.slice(1), result.ok && result.value.status]
  }
  assert.deepEqual(await of('/circle'), [1, 'accepted', 307])
  assert.deepEqual(await of('/long'), [4, 'again', 'again', 'again', 'accepted', 307])
  assert.deepEqual(await of('/long', { sends: 2 }), [2, 'again', 'again', 'accepted', 307])
  assert.deepEqual(await of('/cookie'), [2, 'again', 'accepted', 200])
})

test('a redirect to a forbidden address is refused, and three redirects are the most', async () => {
  const port = await serve((request, response) => void response.writeHead(307, { location: request.url === '/inward' ? 'http://10.0.0.1/' : `/n${request.url}` }).end())
  assert.equal(failure(await send(`http://127.0.0.1:${port}/inward`)).code, 'address_forbidden')
  const loop = await send(`http://127.0.0.1:${port}/`)
  assert.ok(loop.result.ok && loop.result.value.status === 307)
  assert.ok(loop.result.ok && loop.result.value.finalUrl.endsWith('/n/n/n/'))
})

test('cookies go back to their origin within a run', async () => {
  const seen: (string | undefined)[] = []
  const port = await serve((request, response) => {
    seen.push(request.headers.cookie)
    response.writeHead(request.url === '/' ? 307 : 200, { location: '/next', 'set-cookie': ['JSESSIONID=abc; Path=/; HttpOnly', 'gone=1; Max-Age=0'] }).end()
  })
  await send(`http://127.0.0.1:${port}/`)
  assert.deepEqual(seen, [undefined, 'JSESSIONID=abc'])
})

test('an answer over the limit is cut off while it streams, packed or not', async () => {
  const blanks = Buffer.alloc(1_000_000, 0x20)
  let written = 0
  const endless = await serve((_, response) => {
    const more = (): void => {
      while (written < 100_000_000 && !response.destroyed) {
        written += blanks.length
        if (!response.write(blanks)) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
  assert.equal(failure(await send(`http://127.0.0.1:${endless}/`)).code, 'answer_too_large')
  assert.ok(written < 60_000_000, `${written} bytes were taken`)
  const bomb = gzipSync(Buffer.alloc(50_000_000))
  const packed = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
  const sent = await send(`http://127.0.0.1:${packed}/`)
  assert.deepEqual([failure(sent).code, failure(sent).evidence[0].httpStatus], ['answer_too_large', 200])
  const twice = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync(bomb)))
  assert.equal(failure(await send(`http://127.0.0.1:${twice}/`)).code, 'answer_unreadable')
  const honest = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('small')))
  assert.equal(bodyOf(await send(`http://127.0.0.1:${honest}/`)), 'small')
})

// Fails when: a body that cannot be unpacked hides the status and Retry-After that came before it (was so), or a packing that says nothing is not understood.
test('an HTTP error is an answer by its head, whatever becomes of its body; bodies are unpacked as they are packed', async () => {
  const of = async (status: number, encoding: string, body: Uint8Array) => {
    const port = await serve((_, response) => response.writeHead(status, { 'content-encoding': encoding, 'retry-after': '120' }).end(body))
    const sent = await send(`http://127.0.0.1:${port}/`)
    return sent.result.ok ? [sent.result.value.status, sent.result.value.headers['retry-after'], Buffer.from(sent.result.value.body).toString()] : sent.result.failure.evidence[0].networkError
  }
  const packed = gzipSync('busy')
  assert.deepEqual(await of(503, 'gzip', new Uint8Array(0)), [503, '120', ''])
  assert.deepEqual((await of(429, 'gzip', packed.subarray(0, 12)))?.slice(0, 2), [429, '120'])
  assert.deepEqual((await of(503, 'zstd', packed))?.slice(0, 2), [503, '120'])
  assert.deepEqual(await of(200, 'gzip', new Uint8Array(0)), [200, '120', ''])
  assert.deepEqual(await of(200, 'Identity, gzip', packed), [200, '120', 'busy'])
  for (const pack of [deflateSync, deflateRawSync]) assert.deepEqual(await of(200, 'deflate', pack('busy')), [200, '120', 'busy'])
  assert.equal(await of(200, 'gzip', packed.subarray(0, 12)), 'Z_BUF_ERROR')
  const torn = await serveRaw((socket) => void socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 100\r\nRetry-After: 120\r\n\r\nbusy', () => socket.destroy()))
  const sent = await send(`http://127.0.0.1:${torn}/`)
  assert.deepEqual(sent.result.ok && [sent.result.value.status, sent.result.value.headers['retry-after']], [503, '120'])
})

// Fails when: a peer that is gone before it can be named is taken for a forbidden address (was so, once in some thousand such connections: "never again").
test('a server that ends the connection at once is out of reach, and not forbidden', async (t) => {
  const port = await serveRaw(() => {})
  const connect = net.connect.bind(net) as (options: net.NetConnectOpts) => net.Socket
  // As the operating system tells it of a connection that was reset between two instructions here.
  const mocked = t.mock.method(net, 'connect', (options: net.NetConnectOpts) => Object.defineProperty(connect(options), 'remoteAddress', { value: undefined }))
  syncBuiltinESMExports()
  t.after(() => (mocked.mock.restore(), syncBuiltinESMExports()))
  const sent = await send(`http://127.0.0.1:${port}/`, { withSecret: true, policy: LOOPBACK })
  assert.deepEqual([failure(sent).code, failure(sent).retry, sent.events[1]], ['bank_unreachable', { kind: 'at', at: null }, 'not_sent'])
})

test('headers without end, half a body, a cut parcel and no HTTP at all are failures of their kind, and the bank\'s word is lost', async () => {
  const headers = await serveRaw((socket) => void socket.write(`HTTP/1.1 200 OK\r\n${`X: ${'y'.repeat(80)}\r\n`.repeat(500)}`))
  assert.equal(failure(await send(`http://127.0.0.1:${headers}/`, { withSecret: true })).code, 'answer_too_large')
  const half = await serveRaw((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\nServer: half\r\n\r\nhalf', () => socket.destroy()))
  const cut = await send(`http://127.0.0.1:${half}/`, { withSecret: true })
  assert.deepEqual([failure(cut).code, failure(cut).evidence[0].httpStatus, failure(cut).evidence[0].headers?.['server'], cut.events[1]], ['answer_unreadable', 200, 'half', 'lost'])
  const parcel = gzipSync('x'.repeat(1000)).subarray(0, 20)
  const torn = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(parcel))
  assert.equal(failure(await send(`http://127.0.0.1:${torn}/`)).code, 'answer_unreadable')
  const noise = await serveRaw((socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
  assert.equal(failure(await send(`http://127.0.0.1:${noise}/`)).code, 'answer_unreadable')
  const silent = await serveRaw((socket) => void socket.once('data', () => socket.destroy()))
  const reset = await send(`http://127.0.0.1:${silent}/`, { withSecret: true })
  assert.deepEqual([failure(reset).code, reset.events[1]], ['bank_unreachable', 'lost'])
})

test('a server that says nothing, drips, or never ends is given up in time', async () => {
  // Longer than a busy machine keeps this process waiting between a connection and the notice of it.
  const limitMs = 2_000
  const mute = await serveRaw(() => {})
  const drip = await serve((_, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write(' '), 10)
    response.on('close', () => clearInterval(timer))
  })
  const tls = await serveRaw(() => {})
  const [idle, dripping, hanging] = await Promise.all([
    send(`http://127.0.0.1:${mute}/`, { limits: { idleMs: limitMs }, withSecret: true }),
    send(`http://127.0.0.1:${drip}/`, { limits: { totalMs: limitMs } }),
    send(`https://localhost:${tls}/`, { limits: { connectMs: limitMs }, policy: { ...LOOPBACK, ports: [tls] }, addresses: ['127.0.0.1'] }),
  ])
  assert.deepEqual([failure(idle).code, failure(idle).evidence[0].networkError, idle.events[1]], ['answer_too_slow', 'ETIMEDOUT', 'lost'])
  assert.equal(failure(dripping).code, 'answer_too_slow')
  assert.deepEqual([failure(hanging).stage, failure(hanging).evidence[0].networkError], ['tls', 'ETIMEDOUT'])
})

test('a probe of an address says how far it came and sends no secret', async () => {
  const port = await serve((_, response) => response.writeHead(403).end(), 'good')
  const reach = createReach({ policy: { ...LOOPBACK, ports: [port] }, caPem: certificates.ca, clock: { now: () => Date.now(), sleep: async () => {} }, resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
  const found = await reach(`https://localhost:${port}/`)
  assert.deepEqual([found.reached, found.httpStatus, found.clockSkewSeconds !== null, (found.certificateExpiresAt ?? 0) > Date.now()], ['http', 403, true, true])
  assert.deepEqual((({ reached, networkError }) => [reached, networkError])(await reach('http://127.0.0.1:1/')), ['resolved', 'ECONNREFUSED'])
  assert.equal((await reach('https://10.0.0.1/')).reached, 'nothing')
  assert.equal((await reach('nonsense')).reached, 'nothing')
})
