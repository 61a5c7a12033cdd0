/**
 * Bodies within the limits of security.md section 5: bytes, time, and of JSON its depth and the length of
 * its lists. Promises that a body is read no further than its limit, that what is too deep is refused before
 * it is parsed, and that a sender who stops in the midst is answered. What a body must contain is its route's schema.
 */
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiProblem } from './problems.ts'

export const JSON_LIMIT_BYTES = 256 * 1024
/** Of what carries a password, code or token. */
export const SECRET_LIMIT_BYTES = 16 * 1024
export const UPLOAD_LIMIT_BYTES = 20 * 1024 * 1024
export const JSON_MS = 10_000
export const UPLOAD_MS = 60_000
const MOST_DEPTH = 32
const MOST_ITEMS = 1_000

export type BodyLimits = { readonly bytes: number; readonly ms: number }

/** JSON as Fastify parses it (nothing that poisons a prototype), within the limits; `bodyLimit` of the route counts the bytes. */
export function acceptJson(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', (request, payload, done) => {
    readText(request, payload).then((text) => parse(request, text, (error, value: unknown) => (error === null ? done(refusalOf(value), value) : done(error, undefined))), done)
  })
}

async function readText(request: FastifyRequest, payload: Readable): Promise<string> {
  const { bodyLimit } = request.routeOptions
  refuseDeclared(request, bodyLimit)
  const bytes = await readBody(payload, { bytes: bodyLimit, ms: JSON_MS })
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ApiProblem('invalid_request', 'The body is not UTF-8.')
  }
  if (isDeeper(text, MOST_DEPTH)) throw new ApiProblem('invalid_request', `The body is nested deeper than ${MOST_DEPTH} levels.`)
  return text
}

/** Before a byte of the body is read. */
export function refuseDeclared({ headers }: FastifyRequest, most: number): void {
  if (Number(headers['content-length'] ?? 0) > most) throw new ApiProblem('too_large')
}

/** The whole body; one that is too large or too slow is left unread, so that the answer still arrives. */
export function readBody(stream: Readable, { bytes, ms }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const overdue = AbortSignal.timeout(ms)
    const refuse = (problem: ApiProblem): void => {
      overdue.removeEventListener('abort', onOverdue)
      stream.removeAllListeners('data').pause()
      reject(problem)
    }
    const onOverdue = (): void => refuse(new ApiProblem('too_slow'))
    overdue.addEventListener('abort', onOverdue)
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= bytes) chunks.push(chunk)
      else refuse(new ApiProblem('too_large'))
    })
    stream.once('end', () => {
      overdue.removeEventListener('abort', onOverdue)
      resolve(Buffer.concat(chunks))
    })
    stream.once('error', reject)
  })
}

/** Whether the text opens more than `most` lists and objects within each other. */
export function isDeeper(text: string, most: number): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === BACKSLASH) at += 1
      else if (code === QUOTE) quoted = false
    } else if (code === QUOTE) quoted = true
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1
      if (depth > most) return true
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1
  }
  return false
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** What is wrong with a value anywhere in it; null: nothing. At most `MOST_DEPTH` calls deep, as the text was. */
function refusalOf(value: unknown): ApiProblem | null {
  // Half of a character can be escaped in JSON and stored nowhere.
  if (typeof value === 'string') return value.isWellFormed() ? null : new ApiProblem('invalid_request', 'A text in the body holds half of a character.')
  if (typeof value !== 'object' || value === null) return null
  const items: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  if (items.length > MOST_ITEMS) return new ApiProblem('invalid_request', `A list in the body has more than ${MOST_ITEMS} entries.`)
  for (const item of Array.isArray(value) ? items : [...Object.keys(value), ...items]) {
    const refusal = refusalOf(item)
    if (refusal !== null) return refusal
  }
  return null
}
