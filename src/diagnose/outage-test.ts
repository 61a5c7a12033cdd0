/**
 * Is it the bank, or chance? A sequential test of a bank's reads against its own rate of failures.
 * Pure. docs/bank-health.md has the mathematics and the measured rates; in short:
 *
 * - The base rate p of a bank is not known but learned: Beta(a, b), which begins with a good bank's
 *   rate worth a few reads and takes in the reads of the last sixty days that no incident spoiled.
 * - Every connection is one witness, by its newest read. From the newest witness backwards, the odds of
 *   "an outage began at this witness" against "the usual rate" are followed: each failure multiplies
 *   them by q / E[p], each success by (1 - q) / (1 - E[p]), where E[p] learns from the witnesses before.
 * - Under the usual rate these odds are a martingale of mean one. So, whatever the number of witnesses
 *   and however far back is looked, the chance that they ever pass H is at most 1/H (Ville's inequality).
 *   With H = reads a year, a bank is called down by mistake once a year at most.
 */

/** How a bank fails in usual times: Beta(a, b). */
export type BaseRate = { readonly a: number; readonly b: number }

/** A good bank fails one read in two hundred by chance; so much is believed of one that is not known, and no more than forty reads' worth. */
export const PRIOR: BaseRate = { a: 0.2, b: 39.8 }

/** How many of those who ask fail in an outage, and how often it is so: mostly all, at times half. */
const OUTAGES: readonly { readonly rate: number; readonly weight: number }[] = [{ rate: 0.95, weight: 0.6 }, { rate: 0.8, weight: 0.2 }, { rate: 0.5, weight: 0.2 }]

const FALSE_ALARMS_A_YEAR = 1

export function learn({ a, b }: BaseRate, failed: number, worked: number): BaseRate {
  return { a: a + failed, b: b + worked }
}

export function meanOf({ a, b }: BaseRate): number {
  return a / (a + b)
}

/** One connection's newest read. */
export type Witness = { readonly at: number; readonly failed: boolean }

export type Finding = {
  readonly down: boolean
  /** When the outage that fits best began; null: none fits better than chance. */
  readonly since: number | null
  /** The natural logarithm of the odds of that outage. */
  readonly evidence: number
}

/** `readsPerYear`: how often this bank is looked at, which is how often chance may deceive. */
export function testForOutage(witnesses: readonly Witness[], base: BaseRate, readsPerYear: number): Finding {
  const needed = Math.log(Math.max(2, readsPerYear) / FALSE_ALARMS_A_YEAR)
  // Of two at the same moment the failed one is the newer: it cannot be over yet.
  const newestFirst = [...witnesses].sort((x, y) => y.at - x.at || Number(y.failed) - Number(x.failed))
  const outages = OUTAGES.map(({ rate, weight }) => ({ rate, log: Math.log(weight) }))
  let { a, b } = base
  let usual = 0
  let best: { readonly evidence: number; readonly since: number } | null = null
  let failing = 0
  for (const { at, failed } of newestFirst) {
    usual += Math.log((failed ? a : b) / (a + b))
    if (failed) a += 1
    else b += 1
    for (const outage of outages) outage.log += Math.log(failed ? outage.rate : 1 - outage.rate)
    if (!failed) continue
    failing += 1
    const evidence = logSum(outages.map(({ log }) => log)) - usual
    // One connection alone can be its own trouble, however sure the bank's rate is.
    if (failing >= 2 && evidence > (best?.evidence ?? 0)) best = { evidence, since: at }
  }
  return best === null ? { down: false, since: null, evidence: 0 } : { down: best.evidence >= needed, ...best }
}

function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs)
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0))
}
