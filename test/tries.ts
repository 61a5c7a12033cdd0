/**
 * How often a property over whole histories is tried. The default keeps the suite short and looks at other histories each time;
 * RELINK_TRY_TIMES=20 tries twenty times as many, RELINK_TRY_SEED plays those of one seed again, which a failure prints.
 */
export function tries(numRuns: number): { readonly numRuns: number; readonly seed?: number } {
  const { RELINK_TRY_TIMES: times = '1', RELINK_TRY_SEED: seed } = process.env
  return { numRuns: Math.max(1, Math.round(numRuns * Number(times))), ...(seed === undefined ? {} : { seed: Number(seed) }) }
}
