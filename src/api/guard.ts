/**
 * Who may talk to the server until there is a full sign-in: it binds to loopback, wants a token
 * (bearer header, or the page's cookie), and refuses requests that another site or a rebound host
 * name sends through the browser (security.md section 4). It does not know roles yet.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiProblem } from './problems.ts'

export const SESSION_COOKIE = 'relink.session'

export type Guard = {
  /** Refuses a wrong host, origin, or token by throwing an `ApiProblem`. */
  check(request: FastifyRequest): void
  /** Only host and origin: for the one request that brings the token itself. */
  checkPlace(request: FastifyRequest): void
  /** Whether this text is the token; takes the same time for every text. */
  isToken(candidate: string): boolean
}

/** `hosts`: the values of the Host header under which this server may be called, for example `127.0.0.1:7351`. */
export function createGuard(token: string, hosts: () => ReadonlySet<string>): Guard {
  const expected = digest(token)
  const isToken = (candidate: string): boolean => timingSafeEqual(digest(candidate), expected)
  const checkPlace = (request: FastifyRequest): void => {
    if (!hosts().has(request.headers.host ?? '')) throw new ApiProblem('forbidden_origin', 'The host name of this request is not the one that Relink serves.')
    checkOrigin(request, hosts())
  }
  return {
    isToken,
    checkPlace,
    check(request) {
      checkPlace(request)
      const presented = bearer(request) ?? cookie(request)
      if (presented === null || !isToken(presented)) throw new ApiProblem('unauthorized')
    },
  }
}

/** Headers of every answer: the page may load and call nothing but this server. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
}

export function setSecurityHeaders(reply: FastifyReply): void {
  reply.headers(SECURITY_HEADERS)
}

function checkOrigin(request: FastifyRequest, hosts: ReadonlySet<string>): void {
  const origin = request.headers.origin
  // A browser sends Origin with every request that could change something; programs send none.
  if (origin !== undefined && !hosts.has(origin.replace(/^https?:\/\//, ''))) throw new ApiProblem('forbidden_origin')
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new ApiProblem('forbidden_origin')
}

function bearer(request: FastifyRequest): string | null {
  const match = /^Bearer ([\w.~+/=-]{1,200})$/.exec(request.headers.authorization ?? '')
  return match?.[1] ?? null
}

function cookie(request: FastifyRequest): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2)
    if (name === SESSION_COOKIE && value !== undefined) return value
  }
  return null
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
