/**
 * The SimpleFIN server: four addresses under `/simplefin` by which other programs read the feed. They
 * have their own credentials (no cookie, no token of the API) and see what was granted to them. Errors
 * are plain text, because clients take JSON for an answer that is whole; a refusal is the bridge's 403.
 */
import { Readable } from 'node:stream'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Instance } from '../../instance.ts'
import { accountSet } from './account-set.ts'
import { createAllowance } from './allowance.ts'
import { servesHost } from '../guard.ts'
import { claimAccess, consumerOf } from './consumers.ts'
import { CREATE_PAGE } from './create-page.ts'
import { readBasic, readClaimToken } from './credentials.ts'
import { readRequest } from './request.ts'

/** Clients send no body to claim; what comes is read to its end and not looked at. */
const BODY_LIMIT_BYTES = 4 * 1024

/** Prefixes of versions (2.0.0 draft, "GET /info"), and the text that clients of version 1 look for. */
const VERSIONS = ['1', '1.0', '2']

/** Where these addresses begin. */
export const SIMPLEFIN = '/simplefin'

/** `origins`: under which the server itself may be called; consumers' own addresses are allowed beside. */
export async function registerSimplefin(server: FastifyInstance, instance: Instance, origins: () => ReadonlySet<string>): Promise<void> {
  const allowance = createAllowance(instance.clock)
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES }, (_request, _body, done) => done(null, undefined))
    scope.setErrorHandler((error: FastifyError, request, reply) => answerError(instance, error, request, reply))
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store')
      if (!(await mayReach(instance, origins, request))) return refuse(reply, 'The host name of this request is not one that Relink serves; make the token with --url and the address that the program uses.')
    })
    scope.get('/info', { schema: { hide: true } }, async () => ({ versions: VERSIONS }))
    scope.get('/create', { schema: { hide: true } }, (_request, reply) => reply.type('text/html; charset=utf-8').send(CREATE_PAGE))
    scope.post('/claim/:token', { schema: { hide: true } }, async (request, reply) => {
      const url = await claimAccess(instance, readClaimToken((request.params as { token: string }).token))
      reply.type('text/plain; charset=utf-8')
      return url === null ? reply.status(403).send('Forbidden (was it already claimed?)') : reply.send(url)
    })
    scope.get('/accounts', { schema: { hide: true } }, async (request, reply) => {
      const consumer = await consumerOf(instance, readBasic(request.headers.authorization))
      if (consumer === null) return refuse(reply, 'Forbidden')
      const wait = allowance.take(consumer.id)
      if (wait > 0) return reply.status(429).header('retry-after', String(wait)).type('text/plain; charset=utf-8').send(`Rate limit: too many requests; ask again in ${wait} s.`)
      const asked = readRequest(new URL(request.url, 'http://relink.invalid').searchParams)
      if (!asked.ok) return sendError(reply.status(400), 'gen.api', asked.failure.message)
      const pieces = await accountSet(instance, consumer, asked.value)
      return reply.type('application/json; charset=utf-8').send(Readable.from(told(instance, pieces), { objectMode: false }))
    })
  }, { prefix: SIMPLEFIN })
}

/** Against pages that reach this server by a name of their own (DNS rebinding); programs reach it by the address of their token. */
async function mayReach({ store }: Instance, origins: () => ReadonlySet<string>, { headers }: FastifyRequest): Promise<boolean> {
  const host = (headers.host ?? '').toLowerCase()
  if (servesHost(origins(), host)) return true
  return (await store.consumers.list()).some(({ url, revokedAt }) => revokedAt === null && new URL(url).host === host)
}

function refuse(reply: FastifyReply, message: string): FastifyReply {
  return sendError(reply.status(403), 'gen.auth', message)
}

/** The shape of the bridge's own refusals, with the old version's texts beside. */
function sendError(reply: FastifyReply, code: string, msg: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(JSON.stringify({ errlist: [{ code, msg }], errors: [msg], connections: [], accounts: [] }))
}

/** The pieces; when the database goes away in their midst the log says so, and the answer ends broken, never short. */
async function* told(instance: Instance, pieces: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* pieces
  } catch (error) {
    instance.log.error('simplefin_answer_cut', { reason: error instanceof Error ? error.name : 'unknown' })
    throw error
  }
}

/** The address is not logged: that of a claim is a secret. */
function answerError(instance: Instance, error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.type('text/plain; charset=utf-8')
  if (error.name === 'StoreUnavailable') return reply.status(503).send('The database of Relink does not answer; ask again later.')
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) return reply.status(error.statusCode).send(error.message)
  instance.log.error('request_failed', { request: request.id, url: request.routeOptions.url ?? '', place: error.stack ?? error.message })
  return reply.status(500).send('Something in Relink is broken; its log names the place.')
}
