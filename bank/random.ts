/**
 * The bank's only chance: small seeded generators. The same seed gives the same bank, byte for
 * byte, on every machine; nothing here is fit for secrets.
 */

export type Random = {
  /** A number in [0, 1). */
  next(): number
  /** An integer from `from` to `to`, both included. */
  between(from: number, to: number): number
  pick<T>(list: readonly T[]): T
  chance(probability: number): boolean
  /** The same elements in another order. */
  shuffle<T>(list: readonly T[]): T[]
}

/** A 32-bit hash of a text (FNV-1a with a final mix), for seeds derived from names. */
export function hashText(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mix(hash)
}

/** `digits` decimal digits that depend on the text only: for identifiers on the wire. */
export function digitsOf(text: string, seed: number, digits: number): string {
  let out = ''
  for (let block = 0; out.length < digits; block++)
    out += String(hashText(text, seed + block))
      .padStart(10, '0')
      .slice(1)
  return out.slice(0, digits)
}

/** A generator (mulberry32) for one purpose; derive the seed with `hashText`. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    between,
    pick: (list) => {
      const chosen = list[Math.floor(next() * list.length)]
      if (chosen === undefined) throw new RangeError('cannot pick from an empty list')
      return chosen
    },
    chance: (probability) => next() < probability,
    shuffle: (list) => {
      const copy = [...list]
      for (let at = copy.length - 1; at > 0; at--) {
        const other = between(0, at)
        const kept = copy[at]!
        copy[at] = copy[other]!
        copy[other] = kept
      }
      return copy
    },
  }
}

function mix(value: number): number {
  let h = value >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
