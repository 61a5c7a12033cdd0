/**
 * All planted bugs, and the search for each: seeds of the scenario in which it shows soon, one after the
 * other, until one fails with the wrong part and is clean with the real ones. If none of 300 seeds does, the
 * simulator itself has failed.
 */
import type { Ground, Outcome } from '../world.ts'
import { HARMS } from '../oracle.ts'
import { lineOf, writeLine, type Line } from '../plan.ts'
import { isClean } from '../shrink.ts'
import { playSafely } from '../simulate.ts'
import type { PlantedBug } from './planted-bug.ts'
import { WRONG_CONNECTORS } from './wrong-connectors.ts'
import { WRONG_ENGINES } from './wrong-engines.ts'
import { WRONG_KEEPERS } from './wrong-keepers.ts'
import { WRONG_MATCHERS } from './wrong-matchers.ts'

export type { PlantedBug } from './planted-bug.ts'

export const PLANTED_BUGS: readonly PlantedBug[] = [...WRONG_CONNECTORS, ...WRONG_ENGINES, ...WRONG_MATCHERS, ...WRONG_KEEPERS]

export const MOST_SEEDS = 300

export type Found = { readonly name: string; readonly what: string; /** Seeds that were played; the last one found it. */ readonly seeds: number; /** Null: not found. */ readonly line: string | null; readonly shown: string }

/** Plays seeds of the bug's scenario until it shows. */
export async function findPlanted({ name, what, scenario, plant }: PlantedBug, ground: Ground): Promise<Found> {
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const line = lineOf(seed, scenario)
    const wrong = await playSafely(line, { ...ground, plant })
    // What the real parts do wrong as well is no sign of the planted one.
    if (isClean(wrong) || !(await isCleanReally(line, ground))) continue
    return { name, what, seeds: seed, line: writeLine(line), shown: shownBy(wrong) }
  }
  return { name, what, seeds: MOST_SEEDS, line: null, shown: '' }
}

/** Whether the line is clean with the real parts: the same for all bugs, so it is played once. */
function isCleanReally(line: Line, ground: Ground): Promise<boolean> {
  const known = played.get(ground) ?? new Map<string, Promise<boolean>>()
  played.set(ground, known)
  const name = writeLine(line)
  const clean = known.get(name) ?? playSafely(line, ground).then(isClean)
  known.set(name, clean)
  return clean
}
const played = new WeakMap<Ground, Map<string, Promise<boolean>>>()

/** What the judges saw, in few words. */
function shownBy({ harms, notes, secretsResent, askedWhileDown }: Outcome): string {
  const counted = [...HARMS.map((harm) => [harm, harms[harm]] as const), ['secretsResent', secretsResent] as const, ['askedWhileDown', askedWhileDown] as const]
  const shown = counted.flatMap(([harm, count]) => (count > 0 ? [`${harm} ${count}`] : []))
  return shown.length > 0 ? shown.join(', ') : (notes[0] ?? '')
}
