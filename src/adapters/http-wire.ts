/**
 * One HTTP/1.1 request over a guarded connection of its own, on undici. Promises the limits of
 * security.md section 5 while the answer streams, before and after decompression, and that headers
 * go out in the order given. A connection serves one request: which bytes left is then certain, and
 * a server that closes idle connections cannot turn a sign-in into an unknown.
 */
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Client, type Dispatcher } from 'undici'
import { dial, hostResolve, type Dialled, type DialOptions, type Resolve } from './dial.ts'
import type { AddressGuard } from './address-guard.ts'
import { brokenAnswer, dialFailure, forbidden, LimitExceeded, type PartialAnswer } from './network-failure.ts'
import type { Wire, WireAnswer, WireRequest, WireResult } from './wire.ts'

export type WireLimits = {
  readonly answerBytes: number
  readonly headerBytes: number
  readonly connectMs: number
  readonly idleMs: number
  readonly totalMs: number
}

export const WIRE_LIMITS: WireLimits = { answerBytes: 10_000_000, headerBytes: 16_384, connectMs: 10_000, idleMs: 30_000, totalMs: 120_000 }

export type HttpWireOptions = {
  readonly guard: AddressGuard
  readonly caPem: string | null
  readonly limits?: WireLimits
  readonly resolve?: Resolve
}

/** The way out over sockets. */
export function createHttpWire({ guard, caPem, limits = WIRE_LIMITS, resolve = hostResolve }: HttpWireOptions): Wire {
  const dialOptions: DialOptions = { guard, caPem, timeoutMs: limits.connectMs, resolve }
  return {
    admits: (url) => {
      const refusal = guard.urlRefusal(url)
      return refusal === null ? null : forbidden(refusal)
    },
    send: async (request) => {
      const dialled = await dial(request.url, dialOptions)
      return dialled.ok ? await sendOver(dialled.value, request, limits) : { kind: 'failed', sent: false, failure: dialFailure(dialled.failure) }
    },
  }
}

/** Made once: undici would make an error, with its stack, for each connection that has served. */
const SERVED = new Error('the connection has served its request')

/** Sends the request over an open connection, which is closed afterwards. */
export async function sendOver(dialled: Dialled, request: WireRequest, limits: WireLimits): Promise<WireResult> {
  let taken = false
  const client = new Client(request.url.origin, {
    allowH2: false,
    headersTimeout: limits.idleMs,
    bodyTimeout: limits.idleMs,
    maxHeaderSize: limits.headerBytes,
    // Given later, because undici does not notice a connection that is there before its own call returns.
    connect: (_options, give) => {
      const first = !taken
      taken = true
      queueMicrotask(() => (first ? give(null, dialled.socket) : give(new Error('a connection serves one request'), null)))
    },
  })
  // undici reports errors of the connection through the request; without a listener the socket's own would end the process.
  dialled.socket.on('error', () => {})
  let partial: PartialAnswer = null
  try {
    const response = await client.request({
      method: request.method,
      path: `${request.url.pathname}${request.url.search}`,
      headers: request.headers.flatMap(([name, value]) => [name, value]),
      body: request.body,
      reset: true,
      signal: AbortSignal.timeout(limits.totalMs),
    })
    const { headers, cookies } = readHeaders(response.headers)
    partial = { status: response.statusCode, headers }
    const answer: WireAnswer = { status: response.statusCode, headers, cookies, body: await readBody(response.body, headers['content-encoding'] ?? '', limits, request.onBody) }
    return { kind: 'answer', answer }
  } catch (error) {
    return { kind: 'failed', sent: true, failure: brokenAnswer(error, partial) }
  } finally {
    await client.destroy(SERVED)
    dialled.socket.destroy()
  }
}

function readHeaders(raw: Dispatcher.ResponseData['headers']): { readonly headers: Readonly<Record<string, string>>; readonly cookies: readonly string[] } {
  const headers: Record<string, string> = {}
  let cookies: readonly string[] = []
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined) continue
    const lower = name.toLowerCase()
    if (lower === 'set-cookie') cookies = [value].flat()
    else headers[lower] = [value].flat().join(', ')
  }
  return { headers, cookies }
}

/** The whole body, unpacked. Throws LimitExceeded as soon as either side of the unpacking passes the limit. */
async function readBody(body: Dispatcher.ResponseData['body'], encoding: string, limits: WireLimits, onBody: WireRequest['onBody']): Promise<Uint8Array> {
  const unpack = unpackerOf(encoding.trim().toLowerCase())
  const chunks: Uint8Array[] = []
  const collect = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of within(limits, source)) {
      chunks.push(chunk)
      onBody?.(chunk)
    }
  }
  // A pipeline ends with an abort, and the error that it makes for it costs more than most answers: only where something must be unpacked.
  if (unpack === null) await collect(body)
  else await pipeline(body, (packed: AsyncIterable<Uint8Array>) => within(limits, packed), unpack, collect)
  return Buffer.concat(chunks)
}

async function* within({ answerBytes }: WireLimits, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    if (bytes > answerBytes) throw new LimitExceeded()
    yield chunk
  }
}

/** One layer of packing; more would be a bomb in a parcel. */
function unpackerOf(encoding: string): ReturnType<typeof createGunzip> | null {
  if (encoding === '' || encoding === 'identity') return null
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip()
  if (encoding === 'deflate') return createInflate()
  if (encoding === 'br') return createBrotliDecompress()
  throw Object.assign(new Error('unknown content encoding'), { code: 'Z_UNKNOWN_ENCODING' })
}
