/**
 * The properties that are tried: of the same cases each time, so that what fails was changed, and not drawn. RELINK_TRY_SEED=N
 * tries others, RELINK_TRY_TIMES=20 twenty times as many of whole histories.
 */
import fc from 'fast-check'

const { RELINK_TRY_TIMES: times = '1', RELINK_TRY_SEED: seed = '20260101' } = process.env
fc.configureGlobal({ seed: Number(seed) })

export { fc }

/** How often a property over whole histories is tried; the default keeps the suite short. */
export function tries(numRuns: number): { readonly numRuns: number } {
  return { numRuns: Math.max(1, Math.round(numRuns * Number(times))) }
}
