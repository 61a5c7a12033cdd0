/** The end of a server beside somebody who does not read: real sockets, a clock of the test's own. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import Fastify from 'fastify'
import { cutUnread, LAST_ANSWER_MS } from './last-answers.ts'

// Fails when: an end waits for each answer to be read (seen: `relink start` did not end on SIGTERM beside a download that nobody went on with).
test('a server ends beside a download that nobody reads on with, cuts it, and waits for an answer that is still made', { timeout: 120_000 }, async () => {
  const server = Fastify({ return503OnClosing: false })
  let pass = (): void => undefined
  const asked: number[] = []
  cutUnread(server, { sleep: (ms, signal) => new Promise<void>((done, stopped) => {
    asked.push(ms)
    pass = done
    signal?.addEventListener('abort', () => stopped(new Error('aborted')))
  }) })
  const [made, begun] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()]
  server.get('/whole', async (_request, reply) => reply.send(Readable.from((function* () { for (;;) yield 'x'.repeat(65_536) })())))
  server.get('/slow', async () => {
    begun.resolve()
    return made.promise
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const ask = (path: string): Socket => {
    const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    return socket
  }
  const stalled = ask('/whole')
  await once(stalled, 'readable')
  stalled.on('error', () => undefined)
  const slow = ask('/slow')
  let text = ''
  slow.on('data', (chunk) => (text += chunk))
  await begun.promise
  let isClosed = false
  const closing = server.close().then(() => { isClosed = true })
  while (asked.length === 0) await new Promise(setImmediate)
  assert.deepEqual([asked, isClosed], [[LAST_ANSWER_MS], false])
  pass()
  const cut = once(stalled, 'close')
  stalled.resume()
  await cut
  assert.equal(isClosed, false, 'what is still made is waited for')
  made.resolve('made')
  await Promise.all([closing, once(slow, 'close')])
  assert.match(text, /200 OK[^]*made$/)
})
