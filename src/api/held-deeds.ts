/**
 * Acts that are too long for one request: what came of one is held until its last request, and all of it is decided at
 * one instant then. In memory: an act that a restart cuts off was not begun, and whoever sent it is told.
 */
import type { Deed } from '../ports/feed.ts'
import { ApiProblem } from './problems.ts'

/** Requests of one act follow each other at once. */
const HELD_MS = 60_000
/** More rows than anybody chooses by hand; so many are held of one person at most, whose oldest act makes room. */
const MOST = 100_000

export type HeldDeeds = {
  /** What came of the act so far, with these; `act` null: it begins. Another act of the same person, as of a second tab, goes on beside it. Throws where that act is not held. */
  add(actor: string, act: string | null, deeds: readonly Deed[], now: number): readonly Deed[]
  /** Holds it for the next request, which names it as this answers. */
  hold(actor: string, deeds: readonly Deed[], now: number): string
}

export function createHeldDeeds(nextId: (now: number) => string): HeldDeeds {
  const held = new Map<string, { readonly actor: string; readonly deeds: readonly Deed[]; readonly at: number }>()
  return {
    add(actor, act, deeds, now) {
      if (act === null) return deeds
      const own = held.get(act)
      if (own === undefined || own.actor !== actor || now - own.at > HELD_MS) throw new ApiProblem('wrong_state', 'This act is not known any more. Nothing of it was stored; begin it anew.')
      held.delete(act)
      const all = [...own.deeds, ...deeds]
      if (all.length > MOST) throw new ApiProblem('too_large', 'These are more rows than are decided about at once. Nothing was stored.')
      if (new Set(all.map(({ id }) => id)).size < all.length) throw new ApiProblem('invalid_request', 'This act names a row twice. Nothing of it was stored.')
      return all
    },
    hold(actor, deeds, now) {
      const act = nextId(now)
      held.set(act, { actor, deeds, at: now })
      let room = MOST
      for (const [other, one] of [...held].reverse()) {
        if (one.actor === actor) room -= one.deeds.length
        if (now - one.at > HELD_MS || (one.actor === actor && room < 0)) held.delete(other)
      }
      return act
    },
  }
}
