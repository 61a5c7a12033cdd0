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
  if (mayBeRefused(ledger, secretDigest)) return 'interrupted'
  const isLost = streak.some((attempt) => attempt.outcome === 'lost' && attempt.secretDigest === secretDigest)
  return streak.length >= SENDS_WITHOUT_PERSON || (isLost && !wasAccepted(ledger, secretDigest)) ? 'withheld_unknown' : null
}

/** Whether the bank refused this very secret since it last accepted it. That it let in another one of the login meanwhile, of another connection, makes this one no better. */
export function isRefused(ledger: LoginLedger, secretDigest: string): boolean {
  return sinceItWasAccepted(ledger, secretDigest).some(({ outcome }) => outcome === 'refused')
}

/** Whether this very secret was, or may have been, refused since the bank last accepted it: to type it again is no new secret. */
export function mayBeRefused(ledger: LoginLedger, secretDigest: string): boolean {
  return sinceItWasAccepted(ledger, secretDigest).some(isMarked)
}

/** What the ledger tells once this attempt, the newest, is accepted. */
export function asAccepted(ledger: LoginLedger, attempt: Attempt): LoginLedger {
  const marked = ledger.attempts.filter((earlier) => isMarked(earlier) && earlier.secretDigest !== attempt.secretDigest)
  return { ...ledger, attempts: [{ ...attempt, outcome: 'accepted' }, ...marked], grantedUses: 0 }
}

/** Stands against its secret: the bank refused it, or the process died that waited for the answer, and nobody lived to write down what it was. */
function isMarked({ outcome }: Attempt): boolean {
  return outcome === 'refused' || outcome === 'abandoned' || outcome === 'open'
}

/** Whether it was this secret that the bank accepted last. */
function wasAccepted(ledger: LoginLedger, secretDigest: string): boolean {
  return ledger.attempts.find((attempt) => attempt.outcome === 'accepted')?.secretDigest === secretDigest
}

/** The attempts with this secret that are newer than its own last acceptance; one that was accepted later is no longer in the ledger. */
function sinceItWasAccepted(ledger: LoginLedger, secretDigest: string): readonly Attempt[] {
  const own = ledger.attempts.filter((attempt) => attempt.secretDigest === secretDigest)
  const accepted = own.findIndex(({ outcome }) => outcome === 'accepted')
  return accepted === -1 ? own : own.slice(0, accepted)
}

/** Sends since the last accepted one, newest first. What never left does not count. */
function notAccepted(ledger: LoginLedger): readonly Attempt[] {
  const accepted = ledger.attempts.findIndex(({ outcome }) => outcome === 'accepted')
  const since = accepted === -1 ? ledger.attempts : ledger.attempts.slice(0, accepted)
  return since.filter(({ outcome }) => outcome !== 'not_sent')
}
