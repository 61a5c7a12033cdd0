/** Waits for what is true, by looking; how long it takes is the machine's matter. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'

/** Longer than anything honest takes on two processors that have much else to do. */
const DEADLINE_MS = 120_000
const LOOK_AGAIN_MS = 20

/** Looks until there is something, and gives it; `what` names it when it never comes. */
export async function until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (const began = performance.now(); ; await pause(LOOK_AGAIN_MS)) {
    const seen = await look()
    if (seen !== null && seen !== undefined && seen !== false) return seen
    assert.ok(performance.now() - began < DEADLINE_MS, `did not happen within ${DEADLINE_MS / 1000} s: ${what}`)
  }
}

/** Checks until the check holds; what it said last is told when it never does. What is no assertion is thrown at once. */
export async function untilHolds(check: () => void | Promise<void>): Promise<void> {
  for (const began = performance.now(); ; await pause(LOOK_AGAIN_MS)) {
    try {
      return await check()
    } catch (said) {
      if (!(said instanceof assert.AssertionError) || performance.now() - began >= DEADLINE_MS) throw said
    }
  }
}

/** Looks until it is as wanted. */
export function untilEqual<T>(look: () => T | Promise<T>, wanted: NoInfer<T>, what?: string): Promise<void> {
  return untilHolds(async () => assert.deepEqual(await look(), wanted, what))
}
