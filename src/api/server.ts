/**
 * The HTTP server: registers the table of routes on Fastify, serves the page, and turns every
 * error into problem details. It binds nothing itself (main.ts does) and knows no connector.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError, jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Instance } from '../instance.ts'
import { StoreUnavailable } from '../ports/store.ts'
import { createAtOnce, type AtOnce } from './at-once.ts'
import { acceptJson, JSON_LIMIT_BYTES, JSON_MS, refuseDeclared, SECRET_LIMIT_BYTES, UPLOAD_LIMIT_BYTES, UPLOAD_MS } from './body.ts'
import { registerEvents } from './events.ts'
import { actorOf, type Caller } from '../access/authorize.ts'
import { languageOf, readLanguages } from '../language/language.ts'
import { retold } from '../language/retold.ts'
import { asActor } from '../acting/acting.ts'
import type { Action } from '../domain/access.ts'
import { demand } from './demand.ts'
import type { Door } from './door.ts'
import { createGuard, setSecurityHeaders, type Guard } from './guard.ts'
import { createIdentify } from './identify.ts'
import { cutUnread } from './last-answers.ts'
import { ApiProblem, problemBody, PROBLEMS, type FieldError, type ProblemCode, type ProblemExtras } from './problems.ts'
import { Download, type Route } from './route.ts'
import { ROUTES } from './routes/index.ts'
import { registerSimplefin, SIMPLEFIN } from './simplefin/routes.ts'
import { answerUnread } from './unread.ts'

/** Slow senders are looked for this often. */
const SWEEP_MS = 1_000
const HEADER_BYTES = 16 * 1024
/** A file of all rows takes seconds of the database, and lasts as long as its reader likes. */
const MAX_DOWNLOADS = 3

export type ServerOptions = {
  readonly instance: Instance
  /** The token of this machine. */
  readonly token: string
  readonly door: Door
  /** Proxies whose word on a client's address counts. */
  readonly trustedProxies?: readonly string[]
  /** Directory of the built page; null: API only. */
  readonly pageDirectory: string | null
  /** Origins under which this server may be called; known once it listens. */
  readonly origins: () => ReadonlySet<string>
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent it, known once `authorize` let it pass. */
    caller: Caller | null
  }
}

/** Lets a request pass or throws the problem; afterwards `request.caller` is known. */
export type Admit = (request: FastifyRequest, action: Action, isLook?: boolean) => Promise<void>

/** Builds the server; the caller listens and closes. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const server = Fastify({
    bodyLimit: JSON_LIMIT_BYTES, routerOptions: { maxParamLength: 200 }, genReqId: () => randomUUID(), onProtoPoisoning: 'error', onConstructorPoisoning: 'error',
    // What reads a body counts its own time; a little later Node ends what nobody reads. A missing Host header is the guard's to refuse.
    requestTimeout: UPLOAD_MS + JSON_MS, http: { headersTimeout: JSON_MS, connectionsCheckingInterval: SWEEP_MS, maxHeaderSize: HEADER_BYTES, requireHostHeader: false },
    // While it closes, what still comes is served: everything behind it is open until it has closed.
    return503OnClosing: false,
    trustProxy: options.trustedProxies === undefined || options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    frameworkErrors: answerUnroutable, clientErrorHandler: (error, socket) => answerUnread(error, socket, randomUUID()),
  })
  // No expectation is known here, so none is refused: the request is answered as it is.
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response))
  acceptJson(server)
  cutUnread(server, options.instance.clock)
  await readLanguages()
  const guard = createGuard(options.origins)
  const admit = createAdmit(options, guard)
  server.decorateRequest('caller', null)
  server.setValidatorCompiler(validatorCompiler)
  server.setSerializerCompiler(serializerCompiler)
  server.setErrorHandler((error: FastifyError, request, reply) => answerError(options.instance, error, request, reply))
  server.addHook('onRequest', async (request) => {
    // Programs that read the feed have addresses of their own, which are checked there.
    if (request.routeOptions.url?.startsWith(`${SIMPLEFIN}/`) !== true) guard.checkHost(request)
  })
  server.addHook('onSend', async (request, reply) => {
    setSecurityHeaders(reply)
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
  })
  server.addHook('onRoute', ({ method, url, config }) => {
    if (url.startsWith('/api/') && config?.action === undefined) throw new Error(`the route ${String(method)} ${url} does not say what it does (action)`)
  })
  // A form of another site can send plain text without asking the browser; nothing here takes it.
  server.removeContentTypeParser('text/plain')
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Relink', version: options.instance.version, description: 'Bank feeds with honest states. Errors are RFC 9457 problem details; see docs/errors.md.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  await registerEvents(server, admit, options.instance)
  await registerSimplefin(server, options.instance, options.origins)
  const downloads = createAtOnce(MAX_DOWNLOADS)
  const rows = ROUTES.filter(({ action }) => action !== 'demo' || options.instance.demo !== null)
  for (const row of rows.filter(({ body }) => body !== 'stream')) registerRoute(server, admit, downloads, options, row)
  // What takes the bytes of a file takes nothing else, and nothing else takes those.
  await server.register(async (uploads) => {
    uploads.removeAllContentTypeParsers()
    uploads.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
    for (const row of rows.filter(({ body }) => body === 'stream')) registerRoute(uploads, admit, downloads, options, row)
  })
  server.get('/api/openapi.json', { schema: { hide: true }, config: { action: 'read' } }, async (request) => {
    await admit(request, 'read')
    return server.swagger()
  })
  server.setNotFoundHandler((request, reply) => answerNotFound(request, reply, options.pageDirectory))
  if (options.pageDirectory !== null) {
    await server.register(fastifyStatic, { root: options.pageDirectory, wildcard: false, preCompressed: true, setHeaders: cacheHashedFiles })
  }
  return server
}

/** Vite puts a digest into the names under `assets/`, so these may be kept for ever; the page itself is always asked for. */
function cacheHashedFiles(reply: FastifyReply, path: string): void {
  reply.header('cache-control', path.includes(join('web', 'assets')) ? 'public, max-age=31536000, immutable' : 'no-cache')
}

function createAdmit({ instance, token }: ServerOptions, guard: Guard): Admit {
  const identify = createIdentify(instance, token)
  return async (request, action, isLook = false) => {
    guard.checkOrigin(request)
    // An owner may delegate a connection; those routes name it in their address.
    const connectionId = request.routeOptions.url?.startsWith('/api/connections/:id') === true ? (request.params as { id: string }).id : null
    request.caller = demand(instance, await identify(request, isLook), action, connectionId)
  }
}

function registerRoute(server: FastifyInstance, admit: Admit, downloads: AtOnce, { instance, door }: ServerOptions, row: Route): void {
  const upload = row.body === 'stream'
  server.route({
    method: row.method,
    url: `/api${row.url}`,
    config: { action: row.action },
    ...(upload ? { bodyLimit: UPLOAD_LIMIT_BYTES } : row.carriesSecret === true ? { bodyLimit: SECRET_LIMIT_BYTES } : {}),
    schema: {
      summary: row.summary,
      tags: [row.tag],
      ...(upload ? { consumes: ['application/octet-stream'] } : {}),
      ...(row.params === undefined ? {} : { params: row.params }),
      ...(row.query === undefined ? {} : { querystring: row.query }),
      ...(row.body === undefined || row.body === 'stream' ? {} : { body: row.body }),
      response: { ...(row.response === 'download' ? {} : { [row.status ?? 200]: row.response }), default: problemShape },
    },
    onRequest: async (request) => {
      await admit(request, row.action)
      // Fastify asks this of bodies that it parses itself, not of a stream.
      if (upload) refuseDeclared(request, UPLOAD_LIMIT_BYTES)
    },
    handler: async (request, reply) => {
      const { params, query, body, caller } = request
      // Without a type and a length there is no body, and no parser was asked.
      if (upload && body === undefined) throw new ApiProblem('unsupported_media_type')
      const visit = { origin: `${request.headers.origin?.startsWith('https:') === true ? 'https' : 'http'}://${request.headers.host}`, cookie: request.headers.cookie ?? null, address: request.ip, userAgent: request.headers['user-agent'] ?? null }
      const keep = (cookies: readonly string[]): void => void reply.header('set-cookie', [...cookies])
      const leave = row.response === 'download' ? downloads.begin(actorOf(caller)) : undefined
      if (leave === null) throw new ApiProblem('wrong_state', 'Too many files are being written for you at once; wait until one of them is there.')
      if (leave !== undefined) {
        // Whatever becomes of it: all of it was sent, the browser left, or it was refused.
        reply.raw.once('close', leave)
        if (reply.raw.destroyed) leave()
      }
      const value = await asActor(actorOf(caller), () => row.handle({ params, query, body, instance, caller, visit, door, keep, language: languageOf(request.headers['accept-language']) }))
      if (!(value instanceof Download)) return reply.status(row.status ?? 200).send(value)
      return reply.header('content-type', value.contentType).header('content-disposition', `attachment; filename="${value.fileName}"`).send(value.body)
    },
  })
}

const problemShape = z
  .looseObject({ type: z.string(), code: z.string(), title: z.string(), status: z.int(), detail: z.string().optional(), remedy: z.string(), instance: z.string() })
  .meta({ id: 'ProblemDetails' })

function answerError(instance: Instance, error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof ApiProblem) return sendProblem(request, reply, error.code, error.message, error.extras)
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, message }): FieldError => ({ field: `${error.validationContext ?? ''}${instancePath}`, message: message ?? 'not valid' }))
    const first = errors[0]
    return sendProblem(request, reply, 'invalid_request', first === undefined ? null : `${first.field}: ${retold(languageOf(request.headers['accept-language']), first.message)}`, { errors })
  }
  if (error.statusCode === 413) return sendProblem(request, reply, 'too_large', null)
  if (error.statusCode === 415) return sendProblem(request, reply, 'unsupported_media_type', null)
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) return sendProblem(request, reply, 'invalid_request', error.message)
  if (error instanceof StoreUnavailable && error.code === 'tenant_deleted') return sendProblem(request, reply, 'deleted', null)
  if (error instanceof StoreUnavailable) return sendProblem(request, reply, 'store_unavailable', `${error.message} ${error.remedy}`)
  const place = isResponseSerializationError(error) ? `${error.method} ${error.url} answered outside of its schema` : (error.stack ?? error.message)
  instance.log.error('request_failed', { request: request.id, url: request.url.split('?')[0] ?? '', place })
  return sendProblem(request, reply, 'internal_error', null)
}

/** An address that the router cannot even take apart: no hook and no error handler sees it. */
function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  setSecurityHeaders(reply)
  const isTooLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH'
  void sendProblem(request, reply.header('cache-control', 'no-store'), isTooLong ? 'not_found' : 'invalid_request', isTooLong ? null : 'The address of this request is not valid.')
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, code: ProblemCode, detail: string | null, extras: ProblemExtras = {}): FastifyReply {
  if (code === 'unauthorized') reply.header('www-authenticate', 'Bearer')
  // What was left unread cannot be followed by another request.
  if (code === 'too_slow' || code === 'too_large') reply.header('connection', 'close')
  if (typeof extras['retryAfter'] === 'number') reply.header('retry-after', String(extras['retryAfter']))
  return reply
    .status(PROBLEMS[code].status)
    .header('content-type', 'application/problem+json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problemBody(languageOf(request.headers['accept-language']), code, detail, `urn:relink:request:${request.id}`, extras))
}

/** Addresses of the page are answered with the page itself (its router shows them); anything else is a problem. */
function answerNotFound(request: FastifyRequest, reply: FastifyReply, pageDirectory: string | null): FastifyReply {
  const wantsPage = (request.method === 'GET' || request.method === 'HEAD') && !request.url.startsWith('/api') && (request.headers.accept ?? '').includes('text/html')
  if (wantsPage && pageDirectory !== null) return reply.sendFile('index.html')
  return sendProblem(request, reply, 'not_found', null)
}
