/**
 * Plays the bank on real loopback sockets: OFX and web site over HTTP and HTTPS, and an office door
 * (admin API and web site) that no fault of the bank closes. An adapter: the only file of the bank
 * besides main.ts with timers and sockets. Everything that it does was decided by `bank.handle`.
 */
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Bank } from './bank.ts'
import { type Certificates, makeCertificates } from './certificates.ts'
import { answer, type BankAnswer, type BankRequest, type Door, type HttpAnswer } from './wire.ts'

export type ListenOptions = {
  /** 0 or absent: any free port. */
  readonly port?: number
  readonly httpsPort?: number
  readonly officePort?: number
  /** Also the HTTP `Date` header follows the bank's clock. For a client that follows the same clock; to others it looks like a clock that is off. */
  readonly dateOfBank?: boolean
}

export type Listening = {
  readonly port: number
  readonly httpsPort: number
  readonly officePort: number
  /** `http://127.0.0.1:…/ofx` */
  readonly ofxUrl: string
  /** `https://localhost:…/ofx`, to be trusted by `caPem` */
  readonly ofxsUrl: string
  /** Web site and admin API, up even when the bank refuses connections. */
  readonly officeUrl: string
  readonly caPem: string
  /** Resolves when the sockets are as the bank's faults want them now; they follow by themselves within 100 ms. */
  settle(): Promise<void>
  close(): Promise<void>
}

const HOST = '127.0.0.1'
const MAX_REQUEST_BYTES = 1_000_000
/** How soon a fault that begins or ends by itself shows at the door. */
const DOOR_CHECK_MS = 100
const DRIP_MS = 100

type AnyServer = http.Server | https.Server

/** Starts the three listeners; rejects when a port is taken. */
export async function listen(bank: Bank, options: ListenOptions = {}): Promise<Listening> {
  const certificates = await makeCertificates(Date.now())
  const good = certificates.identities.good
  const plain = http.createServer()
  const secure = https.createServer({ ...good, minVersion: 'TLSv1.2' })
  const office = http.createServer()
  const doors = new DoorKeeper(bank, certificates, plain, secure)
  for (const [server, scheme] of [
    [plain, 'http'],
    [secure, 'https'],
    [office, 'http'],
  ] as const) {
    server.on('request', (request, response) => void play(bank, doors, scheme, request, response, options.dateOfBank === true))
    server.on('clientError', (_error, socket) => socket.destroy())
  }
  secure.on('tlsClientError', (_error, socket) => socket.destroy())
  const ports: number[] = []
  try {
    for (const [server, port] of [
      [plain, options.port],
      [secure, options.httpsPort],
      [office, options.officePort],
    ] as const)
      ports.push(await open(server, port ?? 0))
  } catch (error) {
    // Those that listen already would keep the process up that cannot start.
    await Promise.all([plain, secure, office].map(shut))
    throw error
  }
  const [port = 0, httpsPort = 0, officePort = 0] = ports
  doors.watch(port, httpsPort)
  return {
    port,
    httpsPort,
    officePort,
    ofxUrl: `http://${HOST}:${port}/ofx`,
    ofxsUrl: `https://localhost:${httpsPort}/ofx`,
    officeUrl: `http://${HOST}:${officePort}/`,
    caPem: certificates.ca,
    settle: () => doors.apply(),
    close: async () => {
      await doors.stop()
      await Promise.all([plain, secure, office].map(shut))
    },
  }
}

function open(server: AnyServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function shut(server: AnyServer): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve()
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** Opens and closes the two bank ports, and changes certificate and TLS version, as the faults say. */
class DoorKeeper {
  readonly #bank: Bank
  readonly #certificates: Certificates
  readonly #plain: http.Server
  readonly #secure: https.Server
  #ports: readonly [number, number] = [0, 0]
  #played = ''
  #work: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null

  constructor(bank: Bank, certificates: Certificates, plain: http.Server, secure: https.Server) {
    this.#bank = bank
    this.#certificates = certificates
    this.#plain = plain
    this.#secure = secure
  }

  watch(port: number, httpsPort: number): void {
    this.#ports = [port, httpsPort]
    this.#timer = setInterval(() => void this.apply(), DOOR_CHECK_MS)
    this.#timer.unref()
  }

  /** Resolves when the sockets are as the bank's door says now. */
  apply(): Promise<void> {
    this.#work = this.#work.then(() => this.#apply(this.#bank.door()))
    return this.#work
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#work
  }

  async #apply(door: Door): Promise<void> {
    const key = JSON.stringify(door)
    if (key === this.#played) return
    const first = this.#played === ''
    this.#played = key
    const identity = this.#certificates.identities[door.certificate]
    const versions =
      door.tls === 'old'
        ? ({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const)
        : ({ minVersion: 'TLSv1.2' } as const)
    this.#secure.setSecureContext({ ...identity, ...versions })
    if (!first) this.#secure.closeAllConnections()
    for (const [server, port] of [
      [this.#plain, this.#ports[0]],
      [this.#secure, this.#ports[1]],
    ] as const) {
      if (door.listening && !server.listening) await open(server, port)
      if (!door.listening && server.listening) {
        server.closeAllConnections()
        await shut(server)
      }
    }
  }
}

/** Clients behind a proxy name the whole address, and every server must take it (RFC 9112, section 3.2.2). */
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '') || '/'
}

async function play(
  bank: Bank,
  doors: DoorKeeper,
  scheme: BankRequest['scheme'],
  request: http.IncomingMessage,
  response: http.ServerResponse,
  dateOfBank: boolean,
): Promise<void> {
  const body = await readBody(request).catch(() => null)
  if (body === null) return void request.destroy()
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  const url = pathOf(request.url ?? '/')
  const given = await bank.handle({ method: request.method ?? 'GET', url, headers, body, scheme }).catch(ownMistake)
  // The office may have broken or mended the bank; whoever asked for it must find it so at once.
  if (given.kind === 'http' && url.startsWith('/admin/')) await doors.apply()
  if (dateOfBank) response.setHeader('date', new Date(bank.now()).toUTCString())
  send(given, request, response)
}

/** A bug of the bank must not take the other connections with it. */
function ownMistake(error: unknown): HttpAnswer {
  process.stderr.write(`sandbox bank: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return answer(500, 'text/plain', 'The sandbox bank has a bug; see its log.\n')
}

async function readBody(request: http.IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Uint8Array).length
    if (size > MAX_REQUEST_BYTES) throw new RangeError('request too large')
    chunks.push(chunk as Uint8Array)
  }
  return Buffer.concat(chunks)
}

function send(given: BankAnswer, request: http.IncomingMessage, response: http.ServerResponse): void {
  if (given.kind === 'hang') return
  if (given.kind === 'reset') return void request.socket.destroy()
  const pad = given.pace?.padBlanks ?? 0
  const begin = (): void => {
    response.writeHead(given.status, { 'content-length': String(given.body.length + pad), ...given.headers })
    sendBody(given, pad, request, response)
  }
  const delayMs = given.pace?.delayMs ?? 0
  if (delayMs === 0) begin()
  else setTimeout(begin, delayMs).unref()
}

function sendBody(given: HttpAnswer, pad: number, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { bytesPerSecond, cutAfterBytes } = given.pace ?? {}
  if (cutAfterBytes !== undefined) {
    response.write(given.body.subarray(0, cutAfterBytes), () => request.socket.destroy())
    return
  }
  if (bytesPerSecond !== undefined) return drip(given.body, bytesPerSecond, response)
  if (pad === 0) return void response.end(given.body)
  response.write(given.body)
  sendBlanks(pad, response)
}

function drip(body: Uint8Array, bytesPerSecond: number, response: http.ServerResponse): void {
  const piece = Math.max(1, Math.round((bytesPerSecond * DRIP_MS) / 1_000))
  let at = 0
  const timer = setInterval(() => {
    if (at >= body.length || response.destroyed) {
      clearInterval(timer)
      response.end()
      return
    }
    response.write(body.subarray(at, at + piece))
    at += piece
  }, DRIP_MS)
  timer.unref()
}

function sendBlanks(count: number, response: http.ServerResponse): void {
  const block = Buffer.alloc(65_536, 0x20)
  let left = count
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      const size = Math.min(left, block.length)
      left -= size
      if (!response.write(block.subarray(0, size))) return void response.once('drain', more)
    }
    response.end()
  }
  more()
}
