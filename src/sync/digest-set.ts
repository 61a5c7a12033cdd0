/**
 * Counts digests in about 20 bytes each, so that an answer of millions of rows can be remembered
 * while it is read. It keeps 64 of the 128 bits: among a million digests two different ones are
 * taken for the same with a chance of 3 in 100 million.
 */
import type { Digest } from '../domain/transaction.ts'

export class DigestCounter {
  #high = new Uint32Array(64)
  #low = new Uint32Array(64)
  /** 0: the place is free. */
  #counts = new Uint32Array(64)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Adds one and returns how often the digest was added before. */
  add(digest: Digest): number {
    if (this.#size * 2 >= this.#counts.length) this.#grow()
    const high = parseInt(digest.slice(0, 8), 16)
    const low = parseInt(digest.slice(8, 16), 16)
    const place = this.#place(high, low)
    const before = this.#counts[place]!
    if (before === 0) {
      this.#high[place] = high
      this.#low[place] = low
      this.#size++
    }
    this.#counts[place] = before + 1
    return before
  }

  has(digest: Digest): boolean {
    return this.#counts[this.#place(parseInt(digest.slice(0, 8), 16), parseInt(digest.slice(8, 16), 16))]! > 0
  }

  /** The place of the digest, or the free place where it belongs (open addressing, linear probing). */
  #place(high: number, low: number): number {
    const mask = this.#counts.length - 1
    let place = low & mask
    while (this.#counts[place]! > 0 && (this.#low[place] !== low || this.#high[place] !== high)) place = (place + 1) & mask
    return place
  }

  #grow(): void {
    const [high, low, counts] = [this.#high, this.#low, this.#counts]
    this.#high = new Uint32Array(counts.length * 2)
    this.#low = new Uint32Array(counts.length * 2)
    this.#counts = new Uint32Array(counts.length * 2)
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] === 0) continue
      const place = this.#place(high[i]!, low[i]!)
      this.#high[place] = high[i]!
      this.#low[place] = low[i]!
      this.#counts[place] = counts[i]!
    }
  }
}
