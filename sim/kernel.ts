/**
 * What the simulated world is made of: one true time, seeded chance, and lives that can end. A
 * process that dies can do nothing more: every port call after its death throws `Killed`, whatever its
 * code catches. What it had stored stays stored, as after kill -9.
 */
import { createRandom, hashText, type Random } from '../bank/random.ts'
import { uuidOf } from '../src/adapters/entropy.ts'
import type { Clock } from '../src/ports/clock.ts'
import type { Entropy } from '../src/ports/entropy.ts'

/** The time that the bank and the stars go by; the host's clock is off by `skewMs`. */
export type Time = { now: number; skewMs: number }

/** What a dead process meets at each port. */
export class Killed extends Error {}

/**
 * Where in a port call a process dies: `before` it, `inside` (the other side took it and nobody lives
 * to read the answer; a store call is atomic, so there it is as `before`), or `after` it took effect
 * and before it is acknowledged.
 */
export type Phase = 'before' | 'inside' | 'after'

export class Life {
  dead = false
  calls = 0
  /** Lets another process go first at each call; null: there is none. */
  readonly #pace: (() => Promise<void>) | null
  /** Calls that are still let through; null: nobody wants its death. */
  #left: number | null = null
  #phase: Phase = 'before'

  constructor(pace: (() => Promise<void>) | null = null) {
    this.#pace = pace
  }

  /** Dies at the call after `calls` more. */
  doom(calls: number, phase: Phase): void {
    this.#left = calls
    this.#phase = phase
  }

  /** Nothing more can kill it. */
  spare(): void {
    this.#left = null
  }

  get doomed(): boolean {
    return this.#left !== null
  }

  /** One port call. */
  through<T>(work: () => Promise<T>): Promise<T> {
    if (this.dead) return Promise.reject(new Killed())
    this.calls++
    if (this.#pace !== null) return this.#pace().then(() => (this.dead ? Promise.reject(new Killed()) : this.#left === null ? work() : this.#last(work)))
    return this.#left === null ? work() : this.#last(work)
  }

  async #last<T>(work: () => Promise<T>): Promise<T> {
    const isLast = this.#left === 0
    this.#left!--
    if (isLast && this.#phase !== 'after') this.die()
    const result = await work()
    if (isLast) this.die()
    return result
  }

  /** One exchange with the bank: dying inside lets the bank act, and nobody reads its answer. */
  async exchange<T>(send: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Killed()
    this.calls++
    await this.#pace?.()
    const isLast = this.#left === 0
    if (this.#left !== null) this.#left--
    if (isLast && this.#phase === 'before') this.die()
    const answer = await send()
    if (isLast) this.die()
    return answer
  }

  die(): never {
    this.dead = true
    this.#left = null
    throw new Killed()
  }
}

/** The same ports for a process that may die. Methods are own properties of plain objects, as all stores here are made. */
export function mortal<T extends object>(ports: T, life: Life): T {
  const wrapped = Object.entries(ports).map(([name, value]): [string, unknown] => {
    if (typeof value === 'function') {
      const call = value as (...args: unknown[]) => Promise<unknown>
      return [name, (...args: unknown[]) => life.through(() => call.apply(ports, args))]
    }
    return [name, typeof value === 'object' && value !== null ? mortal(value, life) : value]
  })
  return Object.fromEntries(wrapped) as T
}

/** The host's clock; sleeping lets time pass for everybody. */
export function hostClock(time: Time, life: Life): Clock {
  return {
    now: () => time.now + time.skewMs,
    sleep: (ms) => life.through(async () => void (time.now += ms)),
  }
}

/** Chance for one purpose of one seed: what one purpose draws changes nothing for another. */
export function chance(seed: number, purpose: string): Random {
  return createRandom(hashText(purpose, seed))
}

/** Two processes at once, by chance now the one and now the other: each call waits for a few turns of the other. */
export function paceOf(random: Random): () => Promise<void> {
  return async () => {
    for (let turns = random.between(0, 6); turns > 0; turns--) await null
  }
}

/** The host's entropy, repeatable. */
export function seededEntropy(seed: number): Entropy {
  const random = chance(seed, 'entropy')
  const bytes = (length: number): Uint8Array => {
    const out = new Uint8Array(length)
    for (let at = 0; at < length; at++) out[at] = random.next() * 256
    return out
  }
  return { bytes, fraction: () => random.next(), id: (at) => uuidOf(Math.max(0, at), bytes(10)) }
}
