/**
 * One HTTP/1.1 request over a guarded connection of its own, on undici. Promises the limits of
 * security.md section 5 while the answer streams, before and after decompression, and that headers
 * go out in the order given. A connection serves one request: which bytes left is then certain, and
 * a server that closes idle connections cannot turn a sign-in into an unknown.
 */
import type { Socket } from 'node:net'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import type { Dispatcher } from 'undici'
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
      await undici()
      const dialled = await dial(request.url, dialOptions)
      return dialled.ok ? await sendOver(dialled.value, request, limits) : { kind: 'failed', sent: false, failure: dialFailure(dialled.failure) }
    },
  }
}

let reading: Promise<typeof import('undici')> | null = null

/** Read before the first request: who asks no bank begins sooner without it. Once, because Node looks the name up anew each time that it is asked. */
export const undici = () => (reading ??= import('undici'))

type RawHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2]

/** Made once, with undici's code for an end that is none: undici would make an error, with its stack, for each connection that has served. */
const SERVED = Object.assign(new Error('the connection has served its request'), { code: 'UND_ERR_INFO' })

/** Sends the request over an open connection, which is closed afterwards. */
export async function sendOver(dialled: Dialled, request: WireRequest, limits: WireLimits): Promise<WireResult> {
  // undici reports errors of the connection through the request; without a listener the socket's own would end the process.
  dialled.socket.on('error', () => {})
  const { Client } = await undici()
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
  const incoming = new Incoming(dialled.socket, limits, request.onBody)
  const late = setTimeout(() => incoming.fail(Object.assign(new Error('the answer took too long'), { code: 'ETIMEDOUT' })), limits.totalMs)
  try {
    const path = `${request.url.pathname}${request.url.search}`
    client.dispatch({ method: request.method, path, headers: request.headers.flatMap(([name, value]) => [name, value]), body: request.body, reset: true }, incoming)
    return { kind: 'answer', answer: await incoming.answer }
  } catch (error) {
    return { kind: 'failed', sent: true, failure: brokenAnswer(error, incoming.partial) }
  } finally {
    clearTimeout(late)
    await client.destroy(SERVED)
    dialled.socket.destroy()
  }
}

/** Takes the answer as it comes in, unpacked. What an HTTP error says is in its head: of its body what came is enough. Ends with LimitExceeded as soon as either side of the unpacking passes the limit; what comes after an end is nobody's. */
class Incoming implements Dispatcher.DispatchHandler {
  readonly answer: Promise<WireAnswer>
  /** The head of the answer, when it has come. */
  partial: PartialAnswer = null
  fail!: (error: Error) => void
  readonly #socket: Socket
  readonly #limits: WireLimits
  readonly #onBody: WireRequest['onBody']
  readonly #chunks: Uint8Array[] = []
  #cookies: readonly string[] = []
  /** Made at the first piece of a packed body: only that tells how it is packed, and an empty one is not. */
  #unpack: Unpacker | null = null
  #encoding: string | null = null
  #packedBytes = 0
  #bytes = 0
  #resolve!: (answer: WireAnswer) => void

  constructor(socket: Socket, limits: WireLimits, onBody: WireRequest['onBody']) {
    this.#socket = socket
    this.#limits = limits
    this.#onBody = onBody
    this.answer = new Promise((resolve, reject) => ([this.#resolve, this.fail] = [resolve, reject]))
    // Awaited after the request is on its way; until then a failure is nobody's.
    this.answer.catch(() => undefined)
  }

  onRequestStart(): void {}

  onResponseStart(_controller: unknown, status: number, raw: RawHeaders): void {
    if (status < 200) return
    const { headers, cookies } = readHeaders(raw)
    this.partial = { status, headers }
    this.#cookies = cookies
    this.#encoding = encodingOf(headers['content-encoding'] ?? '')
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#packedBytes += chunk.length
    if (this.#packedBytes > this.#limits.answerBytes) return controller.abort(new LimitExceeded())
    if (this.#encoding === null) return this.#take(chunk)
    try {
      this.#unpack ??= unpackerOf(this.#encoding, chunk).on('data', (piece: Uint8Array) => this.#take(piece)).on('end', () => this.#finish()).on('error', (error) => this.#broke(error))
    } catch (error) {
      return this.#broke(error as Error)
    }
    this.#unpack.write(chunk)
  }

  onResponseEnd(): void {
    this.#socket.destroy(SERVED)
    if (this.#unpack === null) this.#finish()
    else this.#unpack.end()
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#unpack?.destroy()
    this.#broke(error)
  }

  /** The rest of the body does not come, or cannot be unpacked. */
  #broke(error: Error): void {
    if (this.partial !== null && this.partial.status >= 400 && !(error instanceof LimitExceeded)) this.#finish()
    else this.fail(error)
  }

  #take(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.#limits.answerBytes) {
      this.#unpack?.destroy()
      return this.fail(new LimitExceeded())
    }
    this.#chunks.push(chunk)
    this.#onBody?.(chunk)
  }

  #finish(): void {
    this.#resolve({ ...this.partial!, cookies: this.#cookies, body: Buffer.concat(this.#chunks) })
  }
}

function readHeaders(raw: RawHeaders): { readonly headers: Readonly<Record<string, string>>; readonly cookies: readonly string[] } {
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

type Unpacker = ReturnType<typeof createGunzip>

/** How a body is packed; null: it is not. `identity` says nothing (RFC 9110 section 8.4.1). */
function encodingOf(header: string): string | null {
  const codings = header.toLowerCase().split(',').map((coding) => coding.trim()).filter((coding) => coding !== '' && coding !== 'identity')
  return codings.length === 0 ? null : codings.join(', ')
}

/** One layer of packing; more would be a bomb in a parcel. Some servers send `deflate` without the envelope of zlib (RFC 1950). */
function unpackerOf(encoding: string, first: Uint8Array): Unpacker {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip()
  if (encoding === 'deflate') return ((first[0] ?? 0) & 0x0f) === 8 && (first.length < 2 || ((first[0]! << 8) | first[1]!) % 31 === 0) ? createInflate() : createInflateRaw()
  if (encoding === 'br') return createBrotliDecompress()
  throw Object.assign(new Error('unknown content encoding'), { code: 'Z_UNKNOWN_ENCODING' })
}
