/**
 * Answers to what Node refuses before Fastify sees a request: headers too large or too slow, bytes that are
 * no HTTP. Promises problem details here, too, and never a second answer within one that is under way.
 */
import type { Socket } from 'node:net'
import { problemBody, PROBLEMS, type ProblemCode } from './problems.ts'
import { securityHeaders } from './guard.ts'

const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'too_slow',
}

/** Node's own response on this socket, if there is one: it tells no other way whether an answer has begun. */
type Answering = { readonly _httpMessage?: { readonly headersSent?: boolean } | null }

/** `id` names the request in the answer. */
export function answerUnread(error: { readonly code?: string }, socket: Socket, id: string): void {
  const underWay = (socket as Answering)._httpMessage?.headersSent === true
  if (error.code === 'ECONNRESET' || !socket.writable || underWay) return void socket.destroy()
  const code = CODES[error.code ?? ''] ?? 'invalid_request'
  const body = JSON.stringify(problemBody('en', code, code === 'invalid_request' ? 'This is not a request of HTTP/1.1.' : null, `urn:relink:request:${id}`))
  const { status, title } = PROBLEMS[code]
  const headers = [...Object.entries(securityHeaders()), ['cache-control', 'no-store'], ['content-type', 'application/problem+json'], ['content-length', String(Buffer.byteLength(body))], ['connection', 'close']]
  socket.end(`HTTP/1.1 ${status} ${title.replaceAll('.', '')}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`)
}
