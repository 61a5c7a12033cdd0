/**
 * A fresh bank on real sockets for each fault that is tested, and a raw client that tells what it saw,
 * errors included. Only for tests.
 */
import http from 'node:http'
import https from 'node:https'
import { type Bank, createBank } from '../bank.ts'
import { listen, type Listening } from '../listen.ts'
import { type Probe, requestOf, statementOf } from '../ofx/probe.ts'

export type Seen = {
  readonly error: string | null
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
  readonly bytes: Buffer
  readonly whole: boolean
}
export type Sent = {
  readonly probe?: Probe
  readonly secure?: boolean
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly stopAfterFirstBytes?: boolean
  /** For a connection on which nothing is to come. */
  readonly patienceMs?: number
  readonly tls?: https.RequestOptions
}
export type World = {
  readonly bank: Bank
  readonly clock: { value: number }
  readonly listening: Listening
  /** The statement of the checking account before the fault. */
  readonly before: string
  send(sent?: Sent): Promise<Seen>
  /** The statement of the account, by default of the checking account. */
  statement(number?: string, probe?: Probe): Promise<string>
}

export const CHECKING = '1000200031'
export const CARD = '5105105105105100'
/** What must answer may take its time on a busy machine. */
const PATIENCE_MS = 60_000

function send(listening: Listening, sent: Sent = {}): Promise<Seen> {
  const url = new URL(sent.secure === true ? listening.ofxsUrl : listening.ofxUrl)
  const body = requestOf({ body: statementOf(CHECKING, 'CHECKING'), ...sent.probe })
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const seen = (error: string | null, response: http.IncomingMessage | null, whole: boolean): void => {
      const bytes = Buffer.concat(chunks)
      request.destroy()
      resolve({ error, status: response?.statusCode ?? 0, headers: response?.headers ?? {}, text: bytes.toString('latin1'), bytes, whole })
    }
    const options = {
      method: 'POST',
      path: sent.path ?? url.pathname,
      agent: false,
      timeout: sent.patienceMs ?? PATIENCE_MS,
      headers: { 'content-type': 'application/x-ofx', ...sent.headers },
      ca: listening.caPem,
      ...sent.tls,
    }
    const request: http.ClientRequest = (sent.secure === true ? https : http).request(url, options, (response) => {
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (sent.stopAfterFirstBytes === true) seen(null, response, false)
      })
      response.on('error', (error: NodeJS.ErrnoException) => seen(error.code ?? error.message, response, false))
      response.on('end', () => seen(null, response, true))
    })
    request.on('timeout', () => seen('timeout', null, false))
    request.on('error', (error: NodeJS.ErrnoException) => seen(error.code ?? error.message, null, false))
    request.end(body)
  })
}

export async function inWorld(act: (world: World) => Promise<void>): Promise<void> {
  const clock = { value: Date.UTC(2026, 10, 18, 20) }
  const bank = createBank({ clock: { now: () => clock.value }, seed: 1, historyDays: 200 })
  const listening = await listen(bank)
  const statement: World['statement'] = async (number = CHECKING, probe = {}) =>
    (await send(listening, { probe: { body: statementOf(number, number === CARD ? 'CARD' : 'CHECKING', '<DTSTART>20260601'), ...probe } }))
      .text
  try {
    await act({ bank, clock, listening, before: await statement(), send: (sent) => send(listening, sent), statement })
  } finally {
    await listening.close()
  }
}
