/**
 * A link to one question of a bank, for answering it on another device: signed, good once and for ten
 * minutes, and of use only to a member who is signed in there, so that a link that was passed on opens nothing.
 */
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { Entropy } from '../ports/entropy.ts'
import { digestOf } from './token.ts'

export const LINK_TTL_MS = 10 * 60_000
const FORM = /^([0-9a-f-]{36})\.(\d{13,14})\.([\w-]{12})\.([\w-]{43})$/
const NONCE_BYTES = 9

/** Each is one of its own, also of those that are made in the same instant. */
export function makeChallengeLink(key: KeyObject, challengeId: string, now: number, entropy: Entropy): string {
  const body = `${challengeId}.${now + LINK_TTL_MS}.${Buffer.from(entropy.bytes(NONCE_BYTES)).toString('base64url')}`
  return `${body}.${sign(key, body)}`
}

/** What a link of ours leads to and the digest by which it is spent; `isOver`: its ten minutes are. */
export type ChallengeLink = { readonly challengeId: string; readonly digest: Uint8Array; readonly isOver: boolean }

/** Null: it is none that this Relink made. */
export function readChallengeLink(key: KeyObject, link: string, now: number): ChallengeLink | null {
  const match = FORM.exec(link)
  const signature = sign(key, match === null ? '' : `${match[1]}.${match[2]}.${match[3]}`)
  const isOurs = timingSafeEqual(Buffer.from(signature), Buffer.from((match?.[4] ?? '').padEnd(signature.length).slice(0, signature.length)))
  return match === null || !isOurs ? null : { challengeId: match[1]!, digest: digestOf(link), isOver: Number(match[2]) <= now }
}

function sign(key: KeyObject, body: string): string {
  return createHmac('sha256', key).update(`relink/challenge-link/2.${body}`).digest('base64url')
}
