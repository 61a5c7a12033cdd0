/**
 * The way to a bank's own site and back (RFC 6749 section 4.1, RFC 7636, RFC 9700 section 2.1): a `state` that is good once,
 * for fifteen minutes, and only in the session that set out, and the verifier that only we can make of it. So whoever
 * makes another person follow their link, or brings a code that another person got, gets nothing.
 */
import { createHmac, hash, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { Entropy } from '../ports/entropy.ts'
import { digestOf } from './token.ts'

export const WAY_TTL_MS = 15 * 60_000
const FORM = /^([0-9a-f-]{36})\.(\d{13,14})\.([\w-]{22})\.([\w-]{43})$/
const NONCE_BYTES = 16

/** `codeChallenge`: of the method S256. */
export type WayOut = { readonly state: string; readonly codeChallenge: string }

export function makeWayOut(key: KeyObject, way: { readonly challengeId: string; readonly sessionId: string }, now: number, entropy: Entropy): WayOut {
  const body = `${way.challengeId}.${now + WAY_TTL_MS}.${Buffer.from(entropy.bytes(NONCE_BYTES)).toString('base64url')}`
  const state = `${body}.${sign(key, way.sessionId, body)}`
  return { state, codeChallenge: hash('sha256', verifierOf(key, state), 'base64url') }
}

/** `digest`: by which the state is spent; `isOver`: its time is. */
export type WayBack = { readonly challengeId: string; readonly verifier: string; readonly digest: Uint8Array; readonly isOver: boolean }

/** Null: this session did not set out with it. */
export function readWayBack(key: KeyObject, state: string, sessionId: string, now: number): WayBack | null {
  const match = FORM.exec(state)
  const signature = sign(key, sessionId, match === null ? '' : `${match[1]}.${match[2]}.${match[3]}`)
  const isOurs = timingSafeEqual(Buffer.from(signature), Buffer.from((match?.[4] ?? '').padEnd(signature.length).slice(0, signature.length)))
  return match === null || !isOurs ? null : { challengeId: match[1]!, verifier: verifierOf(key, state), digest: digestOf(state), isOver: Number(match[2]) <= now }
}

function sign(key: KeyObject, sessionId: string, body: string): string {
  return createHmac('sha256', key).update(`relink/way-back/1.${sessionId}.${body}`).digest('base64url')
}

function verifierOf(key: KeyObject, state: string): string {
  return createHmac('sha256', key).update(`relink/way-back-verifier/1.${state}`).digest('base64url')
}
