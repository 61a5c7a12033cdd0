/**
 * The network between a process and the bank: plays the bank's door and the pace of its answers in
 * virtual time, with the failures that real sockets would have made. It knows no protocol.
 */
import type { Bank } from '../bank/bank.ts'
import type { BankAnswer, Door, HttpAnswer } from '../bank/wire.ts'
import type { Random } from '../bank/random.ts'
import { WIRE_LIMITS } from '../src/adapters/http-wire.ts'
import { brokenAnswer, dialFailure, LimitExceeded, type PartialAnswer } from '../src/adapters/network-failure.ts'
import type { BankHandle } from '../src/adapters/transport.ts'
import type { WireRequest, WireResult } from '../src/adapters/wire.ts'
import type { DialFailure } from '../src/adapters/dial.ts'
import type { Life, Time } from './kernel.ts'

export type Network = { readonly bank: Bank; readonly time: Time; readonly random: Random; /** Told of each exchange that a process lived to see the end of, whether an answer came, and what it held. */ readonly heard: (answered: boolean, body: Uint8Array | null) => void }

const FASTEST_MS = 40
const SLOWEST_MS = 900

/** The way of one process to the bank. */
export function wayToBank(network: Network, life: Life): BankHandle {
  return async (request) => {
    const result = await life.exchange(() => send(network, request))
    network.heard(result.kind === 'answer', result.kind === 'answer' ? result.answer.body : null)
    return result
  }
}

async function send({ bank, time, random }: Network, request: WireRequest): Promise<WireResult> {
  time.now += random.between(FASTEST_MS, SLOWEST_MS)
  const closed = closedDoor(bank.door())
  if (closed !== null) return { kind: 'failed', sent: false, failure: dialFailure(closed) }
  const headers: Record<string, string> = { host: request.url.host }
  for (const [name, value] of request.headers) headers[name.toLowerCase()] = value
  const answer = await bank.handle({ method: request.method, url: request.url.pathname + request.url.search, headers, body: request.body ?? new Uint8Array(0), scheme: 'https' })
  return arrive(answer, time)
}

/** What the operating system or the TLS library would have said. */
function closedDoor(door: Door): DialFailure | null {
  if (!door.resolves) return { phase: 'resolve', code: 'ENOTFOUND', message: 'the name does not exist' }
  if (!door.listening) return { phase: 'connect', code: 'ECONNREFUSED', message: 'nobody listens there' }
  if (door.tls === 'old') return { phase: 'tls', code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', message: 'the server speaks only old versions of TLS' }
  if (door.certificate === 'wrong_name') return { phase: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: 'the certificate is for another name' }
  if (door.certificate === 'expired') return { phase: 'tls', code: 'CERT_HAS_EXPIRED', message: 'the certificate has expired' }
  return door.certificate === 'new_ca' ? { phase: 'tls', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', message: 'nobody known vouches for the certificate' } : null
}

/** The answer as it comes over the wire, or as it breaks. */
function arrive(answer: BankAnswer, time: Time): WireResult {
  if (answer.kind === 'reset') return broken(new Error('reset'), 'ECONNRESET', null)
  if (answer.kind === 'hang') return timedOut(time, WIRE_LIMITS.idleMs, null)
  const head: PartialAnswer = { status: answer.status, headers: answer.headers }
  const { delayMs = 0, bytesPerSecond, cutAfterBytes, padBlanks = 0 } = answer.pace ?? {}
  if (delayMs > WIRE_LIMITS.idleMs) return timedOut(time, WIRE_LIMITS.idleMs, null)
  const tookMs = delayMs + (bytesPerSecond === undefined ? 0 : (answer.body.length / bytesPerSecond) * 1_000)
  if (tookMs > WIRE_LIMITS.totalMs) return timedOut(time, WIRE_LIMITS.totalMs, head)
  time.now += Math.round(tookMs)
  if (cutAfterBytes !== undefined && cutAfterBytes < answer.body.length) return broken(new Error('cut'), 'ECONNRESET', head)
  if (answer.body.length + padBlanks > WIRE_LIMITS.answerBytes) return { kind: 'failed', sent: true, failure: brokenAnswer(new LimitExceeded(), head) }
  return { kind: 'answer', answer: whole(answer, padBlanks, time) }
}

function whole(answer: HttpAnswer, padBlanks: number, time: Time): Extract<WireResult, { kind: 'answer' }>['answer'] {
  const { 'set-cookie': cookie, ...headers } = answer.headers
  const body = padBlanks === 0 ? answer.body : Buffer.concat([answer.body, Buffer.alloc(padBlanks, ' ')])
  return { status: answer.status, headers: { date: new Date(time.now).toUTCString(), ...headers }, cookies: cookie === undefined ? [] : [cookie], body }
}

function timedOut(time: Time, ms: number, head: PartialAnswer): WireResult {
  time.now += ms
  return broken(new Error('time is up'), 'ETIMEDOUT', head)
}

function broken(error: Error, code: string, head: PartialAnswer): WireResult {
  return { kind: 'failed', sent: true, failure: brokenAnswer(Object.assign(error, { code }), head) }
}
