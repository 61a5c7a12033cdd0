/**
 * The rules of the attempts ledger: when a login's secret may be sent. Pure; the store applies the
 * decision under the login's lock. Promises that a refused secret is not sent again, that an
 * unknown outcome allows one more try, and that the third send in a row without acceptance needs a
 * warned person, because banks lock at three.
 */
import type { Attempt, LoginLedger } from '../ports/store.ts'

/** Longer than any exchange may take: an attempt open for longer lost its process. */
export const LEASE_MS = 150_000

const SENDS_WITHOUT_PERSON = 2

/** Why nothing is sent. `busy`: another send of this login has not been answered yet. */
export type Withheld = 'busy' | 'locked' | 'refused' | 'withheld_unknown'

/** Null: the secret with this digest may be sent now. */
export function withheld(ledger: LoginLedger, secretDigest: string, now: number): Withheld | null {
  if (ledger.lockedAt !== null) return 'locked'
  const streak = notAccepted(ledger)
  if (streak.some((attempt) => attempt.outcome === 'open' && Math.abs(now - attempt.openedAt) < LEASE_MS)) return 'busy'
  if (ledger.grantedUses === streak.length + 1) return null
  if (isRefused(ledger, secretDigest)) return 'refused'
  return streak.length >= SENDS_WITHOUT_PERSON ? 'withheld_unknown' : null
}

/** Whether the bank refused this very secret since it last accepted one. */
export function isRefused(ledger: LoginLedger, secretDigest: string): boolean {
  return notAccepted(ledger).some((attempt) => attempt.outcome === 'refused' && attempt.secretDigest === secretDigest)
}

/**
 * The ledger's `grantedUses` after a warned person asked for one more use: the ordinal of the send
 * that it allows, counted since the last accepted one. An ordinal is used up by the attempt itself,
 * in the same commit, so that no crash can use a grant twice.
 */
export function grantNextSend(ledger: LoginLedger): number {
  return notAccepted(ledger).length + 1
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
