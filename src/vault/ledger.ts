/**
 * The rules of the attempts ledger: when a login's secret may be sent. Pure; the store applies the
 * decision under the login's lock. Promises that a refused secret is not sent again, nor one
 * whose process died while the bank was answering, because that may have been the refusal: not by itself, not by a
 * read, not typed again, only by a word of a person; nor by itself one that the bank never accepted after any lost answer; that one which it accepted
 * before gets one more try when a bank does not answer a process that lives; and that the third send in
 * a row without acceptance needs a warned person, because banks lock at three (docs/decisions/0009).
 */
import type { Attempt, LoginLedger } from '../ports/secrets.ts'

/** Longer than any exchange may take: an attempt open for longer lost its process. */
export const LEASE_MS = 150_000

const SENDS_WITHOUT_PERSON = 2

/** Why nothing is sent. `busy`: another send of this login has not been answered yet. */
export type Withheld = 'busy' | 'locked' | 'refused' | 'interrupted' | 'withheld_unknown'

export type Decision = { readonly send: true; readonly usesGrant: boolean } | { readonly send: false; readonly why: Withheld }

/**
 * Whether the secret with this digest may be sent now, and whether that takes a use that a person granted. It
 * takes one wherever there is one: a person allows the next send, and what that one did not need would let a
 * secret out that was refused by then.
 */
export function decide(ledger: LoginLedger, secretDigest: string, now: number): Decision {
  if (ledger.lockedAt !== null) return { send: false, why: 'locked' }
  const streak = notAccepted(ledger)
  if (streak.some((attempt) => attempt.outcome === 'open' && Math.abs(now - attempt.openedAt) < LEASE_MS)) return { send: false, why: 'busy' }
  if (ledger.grantedUses > 0) return { send: true, usesGrant: true }
  const why = heldBack(ledger, streak, secretDigest)
  return why === null ? { send: true, usesGrant: false } : { send: false, why }
}

/** Why only a person may let this secret out. */
function heldBack(ledger: LoginLedger, streak: readonly Attempt[], secretDigest: string): Exclude<Withheld, 'busy' | 'locked'> | null {
  if (isRefused(ledger, secretDigest)) return 'refused'
  const unanswered = streak.filter((attempt) => attempt.secretDigest === secretDigest && isUnanswered(attempt))
  if (unanswered.some(isAbandoned)) return 'interrupted'
  return streak.length >= SENDS_WITHOUT_PERSON || (!wasAccepted(ledger, secretDigest) && unanswered.length > 0) ? 'withheld_unknown' : null
}

/** Whether the bank refused this very secret since it last accepted one. */
export function isRefused(ledger: LoginLedger, secretDigest: string): boolean {
  return notAccepted(ledger).some((attempt) => attempt.outcome === 'refused' && attempt.secretDigest === secretDigest)
}

/** Whether this very secret was, or may have been, refused since the bank last accepted one: to type it again is no new secret. */
export function mayBeRefused(ledger: LoginLedger, secretDigest: string): boolean {
  return isRefused(ledger, secretDigest) || notAccepted(ledger).some((attempt) => attempt.secretDigest === secretDigest && isAbandoned(attempt))
}

/** Whether it was this secret that the bank accepted last. */
function wasAccepted(ledger: LoginLedger, secretDigest: string): boolean {
  return ledger.attempts.find((attempt) => attempt.outcome === 'accepted')?.secretDigest === secretDigest
}

/** Nobody read the bank's answer: none came, or the process that waited for it died. */
function isUnanswered(attempt: Attempt): boolean {
  return attempt.outcome === 'lost' || isAbandoned(attempt)
}

/** The process that waited for the answer died: the bank may have refused, and nobody lived to write it down. */
function isAbandoned({ outcome }: Attempt): boolean {
  return outcome === 'abandoned' || outcome === 'open'
}

/** Sends since the last accepted one, newest first. What never left does not count. */
function notAccepted(ledger: LoginLedger): readonly Attempt[] {
  const streak: Attempt[] = []
  for (const attempt of ledger.attempts) {
    if (attempt.outcome === 'accepted') break
    if (attempt.outcome !== 'not_sent') streak.push(attempt)
  }
  return streak
}
