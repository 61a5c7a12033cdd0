/**
 * Steps that are asked in one breath travel together: what the callers of one turn of the event loop want of
 * one tenant, and, while the ways to the server are taken, what has gathered meanwhile, is one trip and one
 * transaction (trip.ts). Each step keeps its promise of all or nothing: a trip that fails has stored
 * nothing, and its steps are then made one by one, so that none fails for another. Eight reads at once
 * so share their trips and their waits for the disk.
 */
import type pg from 'pg'
import { outageOf } from './outage.ts'
import { isForgotten, Trip, type Found, type Written } from './trip.ts'

/**
 * `fence`: what must hold before anything of it is stored. `durable`: acknowledged only when it is on the disk.
 * `mayGo`: why it may not leave any more; null: it may.
 */
export type Step = { readonly tenantId: string; readonly fence: Fence | null; readonly statements: readonly Written[]; readonly durable: boolean; readonly mayGo: () => Error | null }

/** The lock under which something is stored, and the session that has it (migrations/011-fence.ts). */
export type Fence = { readonly name: string; readonly holder: string }

type Waiting = Step & { readonly resolve: (found: readonly Found[]) => void; readonly reject: (error: unknown) => void }

/** More ways gain nothing: a trip costs both sides more than most statements in it, and what waits for a way shares the next one. */
const MOST_WAYS = 2
const MOST_STATEMENTS = 60
/** A step with more text than this is a page of an import; it goes alone. */
const LARGE_CHARACTERS = 65_536

// Compiling costs more than any statement here; and a prepared plan must not be one that reads a whole
// table because it was small when the plan was made.
const TENANT = `select set_config('relink.tenant', $1, true), set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true)`
const RELAXED = `, set_config('synchronous_commit', 'off', true)`
const [OPENINGS, FENCE] = [[TENANT, `${TENANT}${RELAXED}`].flatMap((text) => [text, `${text}, ${fenced('$2', '$3')}`]), `select ${fenced('$1', '$2')}`]

/** What comes first in every transaction of a tenant; under a lock the transaction ends there when the lock's session is gone. */
export function asTenant(tenantId: string, durable = true, fence: Fence | null = null): Written {
  return { text: OPENINGS[(durable ? 0 : 2) + (fence === null ? 0 : 1)]!, values: fence === null ? [tenantId] : [tenantId, fence.name, fence.holder] }
}

/** `relink.fence` in the order in which it goes, but called, which is ten times as dear, only where it ends the transaction. */
function fenced(name: string, holder: string): string {
  return `case when pg_advisory_xact_lock_shared(hashtextextended(${name}, 1)) is null then null when pg_try_advisory_xact_lock_shared(hashtextextended(${holder}, 2)) then relink.fence(${name}, ${holder}) end`
}

export class Together {
  readonly #pool: pg.Pool
  #waiting: Waiting[] = []
  #ways = 0
  #isCalled = false

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** The answers to the step's statements, when all of it is stored. */
  ask(step: Step): Promise<readonly Found[]> {
    if (isLarge(step)) return this.#go([step]).then(([found]) => found!)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...step, resolve, reject })
      if (this.#isCalled) return
      this.#isCalled = true
      // After all that this turn brought, answers of banks and of the server, has been gone on with: eight reads at once then share a quarter of their trips.
      setImmediate(() => {
        this.#isCalled = false
        this.#depart()
      })
    })
  }

  #depart(): void {
    while (this.#ways < MOST_WAYS && this.#waiting.length > 0) {
      const steps = this.#next()
      if (steps.length > 0) void this.#carry(steps)
    }
  }

  /** The oldest step, and those of its tenant that fit into the same trip. */
  #next(): readonly Waiting[] {
    const { tenantId } = this.#waiting[0]!
    const taken: Waiting[] = []
    const left: Waiting[] = []
    let statements = 0
    for (const step of this.#waiting) {
      const stop = step.mayGo()
      if (stop !== null) {
        step.reject(stop)
        continue
      }
      const fits = step.tenantId === tenantId && (taken.length === 0 || statements + step.statements.length <= MOST_STATEMENTS)
      if (fits) statements += step.statements.length
      ;(fits ? taken : left).push(step)
    }
    this.#waiting = left
    return taken
  }

  async #carry(steps: readonly Waiting[]): Promise<void> {
    this.#ways++
    try {
      const found = await this.#go(steps)
      steps.forEach((step, index) => step.resolve(found[index]!))
    } catch (error) {
      // Who is away is away for all; another failure belongs to one of them.
      if (steps.length === 1 || outageOf(error) !== null) for (const step of steps) step.reject(error)
      else for (const step of steps) await this.#go([step]).then(([found]) => step.resolve(found!), step.reject)
    } finally {
      this.#ways--
      this.#depart()
    }
  }

  /** One trip; the answers step by step. */
  async #go(steps: readonly Step[]): Promise<readonly (readonly Found[])[]> {
    const [fence = null, ...others] = fencesOf(steps)
    const before = [asTenant(steps[0]!.tenantId, steps.some(({ durable }) => durable), fence), ...others.map(({ name, holder }) => ({ text: FENCE, values: [name, holder] }))]
    const found = await withClient(this.#pool, (client) => travel(client, [...before, ...steps.flatMap((step) => step.statements)]))
    let at = before.length
    return steps.map((step) => found.slice(at, (at += step.statements.length)))
  }
}

export function travel(client: pg.PoolClient, statements: readonly Written[]): Trip['done'] {
  return client.query(new Trip(statements)).done
}

export async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let forgotten = false
  try {
    return await work(client)
  } catch (error) {
    forgotten = isForgotten(error)
    throw error
  } finally {
    client.release(forgotten)
  }
}

/** Of steps under one lock one fence is enough: it holds to the end of the transaction. */
function fencesOf(steps: readonly Step[]): readonly Fence[] {
  const fences = new Map<string, Fence>()
  for (const { fence } of steps) if (fence !== null) fences.set(fence.name, fence)
  return [...fences.values()]
}

function isLarge({ statements }: Step): boolean {
  let characters = 0
  for (const { values } of statements) for (const value of values) if (typeof value === 'string') characters += value.length
  return characters > LARGE_CHARACTERS
}
