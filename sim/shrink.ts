/**
 * Makes a failing seed small: fewer faults, fewer crashes, fewer clock steps, fewer days, as long as it
 * still does the same kind of harm. Greedy and bounded; the result fails, but need not be the least.
 */
import { HARMS } from './oracle.ts'
import { planOf, type Line } from './plan.ts'
import type { Outcome } from './world.ts'

const MOST_PLAYS = 60

export type Play = (line: Line) => Promise<Outcome>

/** True when all that must hold did. */
export function isClean({ harms, notes }: Pick<Outcome, 'harms' | 'notes'>): boolean {
  return notes.length === 0 && HARMS.every((harm) => harms[harm] === 0)
}

/** The smallest line found that fails as `failed` did. */
export async function shrink(start: Line, failed: Outcome, play: Play): Promise<{ readonly line: Line; readonly outcome: Outcome }> {
  const whole = planOf(start)
  const all = (list: readonly unknown[]): readonly number[] => list.map((_, index) => index)
  let best: { line: Line; outcome: Outcome } = { line: { scenario: start.scenario, seed: start.seed, days: whole.days, faults: start.faults ?? all(whole.faults), crashes: start.crashes ?? all(whole.crashes), steps: start.steps ?? all(whole.steps) }, outcome: failed }
  let plays = 0
  const attempt = async (line: Line): Promise<boolean> => {
    if (plays++ >= MOST_PLAYS) return false
    const outcome = await play(line)
    if (!sameFailure(failed, outcome)) return false
    best = { line, outcome }
    return true
  }
  for (const part of ['crashes', 'steps', 'faults'] as const) await shrinkList(part, () => best.line, attempt)
  for (const factor of [0.3, 0.5, 0.8, 0.9]) {
    const days = Math.ceil((best.line.days ?? whole.days) * factor)
    if (days < (best.line.days ?? whole.days)) await attempt({ ...best.line, days })
  }
  return best
}

/** Leaves out halves, then quarters, then single ones. */
async function shrinkList(part: 'faults' | 'crashes' | 'steps', line: () => Line, attempt: (line: Line) => Promise<boolean>): Promise<void> {
  if ((line()[part] ?? []).length === 0 || (await attempt({ ...line(), [part]: [] }))) return
  for (let size = Math.ceil((line()[part] ?? []).length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < (line()[part] ?? []).length; ) {
      const kept = line()[part] ?? []
      if (!(await attempt({ ...line(), [part]: kept.filter((_, index) => index < at || index >= at + size) }))) at += size
    }
  }
}

function sameFailure(failed: Outcome, now: Outcome): boolean {
  const harms = HARMS.filter((harm) => failed.harms[harm] > 0)
  return harms.length === 0 ? now.notes.length > 0 : harms.some((harm) => now.harms[harm] > 0)
}
