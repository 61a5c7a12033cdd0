import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { isDeeper, readBody } from './body.ts'
import { ApiProblem } from './problems.ts'
import { answerUnread } from './unread.ts'

const LIMITS = { bytes: 10, ms: 60_000 }

async function readOf(write: (stream: PassThrough) => void, limits = LIMITS): Promise<string> {
  const stream = new PassThrough()
  write(stream)
  return readBody(stream, limits).then((bytes) => bytes.toString(), (error: unknown) => (error instanceof ApiProblem ? error.code : String(error)))
}

test('a body is read whole, up to its limit and no further, and not waited for without end', async () => {
  assert.equal(await readOf((stream) => stream.end('0123456789')), '0123456789')
  assert.equal(await readOf((stream) => stream.write('01234567890')), 'too_large')
  assert.equal(await readOf((stream) => stream.write('0123'), { ...LIMITS, ms: 1 }), 'too_slow')
  assert.equal(await readOf((stream) => stream.destroy(new Error('cut'))), 'Error: cut')
})

test('depth is counted outside of texts, with every escape in them', () => {
  const nested = (depth: number): string => '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2)
  assert.deepEqual([isDeeper(nested(32), 32), isDeeper(nested(34), 32)], [false, true])
  assert.equal(isDeeper(JSON.stringify({ a: '[{"\\'.repeat(100), b: '\\"[[[[' }), 1), false)
  assert.equal(isDeeper('['.repeat(200_000), 32), true)
  assert.equal(isDeeper('[],'.repeat(1_000), 1), false)
})

test('what Node refuses by itself is answered as a problem, and not within an answer that is under way', () => {
  const answered = (code: string, headersSent: boolean | null): string => {
    const socket = new Socket()
    let text = ''
    Object.assign(socket, { end: (said: string) => void (text = said), _httpMessage: headersSent === null ? null : { headersSent } })
    Object.defineProperty(socket, 'writable', { value: true })
    answerUnread({ code }, socket, 'r1')
    return text
  }
  for (const [code, status, problem] of [['ERR_HTTP_REQUEST_TIMEOUT', 408, 'too_slow'], ['HPE_HEADER_OVERFLOW', 431, 'headers_too_large'], ['HPE_INVALID_METHOD', 400, 'invalid_request']] as const) {
    const [head = '', body = ''] = answered(code, null).split('\r\n\r\n')
    assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} [\\w /]+\\r\\n`))
    assert.match(head, new RegExp(`content-type: application/problem\\+json\\r\\ncontent-length: ${Buffer.byteLength(body)}\\r\\n`))
    assert.match(head, /frame-ancestors 'none'/)
    assert.deepEqual([JSON.parse(body).code, JSON.parse(body).instance], [problem, 'urn:relink:request:r1'])
  }
  assert.notEqual(answered('HPE_INVALID_METHOD', false), '')
  assert.equal(answered('HPE_INVALID_METHOD', true), '')
  assert.equal(answered('ECONNRESET', null), '')
})
