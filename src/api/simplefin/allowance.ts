/**
 * How many requests one consumer may make: enough for a program that asks for years of history in
 * windows of 44 days for each account at once, and an end to one that runs wild. Kept in memory: a
 * restart forgives. An answer comes from the ledger, so no number of requests causes a bank login.
 */
import type { Clock } from '../../ports/clock.ts'

export const BURST = 5_000
const PER_SECOND = 5

export type Allowance = {
  /** Takes one request; returns 0, or the seconds after which there is one again. */
  take(consumerId: string): number
}

export function createAllowance(clock: Clock): Allowance {
  const buckets = new Map<string, { readonly left: number; readonly at: number }>()
  return {
    take(consumerId) {
      const now = clock.now()
      const before = buckets.get(consumerId)
      const left = before === undefined ? BURST : Math.min(BURST, before.left + (Math.max(0, now - before.at) / 1_000) * PER_SECOND)
      const allowed = left >= 1
      buckets.set(consumerId, { left: allowed ? left - 1 : left, at: now })
      return allowed ? 0 : Math.ceil((1 - left) / PER_SECOND)
    },
  }
}
