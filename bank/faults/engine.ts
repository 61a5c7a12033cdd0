/**
 * Which faults hold now. Injects, clears, begins and ends them by the bank's clock, and draws for
 * each request which of them strike. All chance comes from the fault's own seeded generator.
 */
import { createRandom, hashText } from '../random.ts'
import type { BankState } from '../state.ts'
import { type Door, OPEN_DOOR } from '../wire.ts'
import { ATLAS } from './atlas.ts'
import type { Fault, FaultDefinition, Moment, Value } from './fault.ts'

/** What somebody asks for; everything but the name has a default. */
export type FaultOrder = {
  readonly name: string
  readonly login?: string
  /** Key or number of an account. */
  readonly account?: string
  readonly startsInMs?: number
  readonly lastsMs?: number
  readonly likelihood?: number
  readonly parameters?: Readonly<Record<string, Value>>
}

export class Faults {
  readonly #bank: BankState
  readonly #known = new Map<string, FaultDefinition>(ATLAS.map((definition) => [definition.name, definition]))
  #held: Fault[] = []
  #injected = 0

  constructor(bank: BankState) {
    this.#bank = bank
  }

  /** A sentence that says what is wrong with the order, or null. */
  check(order: FaultOrder): string | null {
    const definition = this.#known.get(order.name)
    if (definition === undefined) return `There is no fault ${order.name}; the atlas lists them.`
    if (order.login !== undefined && !this.#bank.logins.has(order.login)) return `There is no login ${order.login}.`
    if (order.account !== undefined && this.#accountKey(order.account) === undefined) return `There is no account ${order.account}.`
    for (const [name, value] of [
      ['startsInMs', order.startsInMs],
      ['lastsMs', order.lastsMs],
      ['likelihood', order.likelihood],
    ] as const) {
      if (value !== undefined && !(Number.isFinite(value) && value >= 0)) return `${name} must be a number of at least 0.`
    }
    const parameters = readParameters(definition, order.parameters ?? {})
    return typeof parameters === 'string' ? parameters : null
  }

  /** Adds a fault, or returns a sentence that says what is wrong with the order. */
  inject(order: FaultOrder, now: number): Fault | string {
    const wrong = this.check(order)
    const definition = this.#known.get(order.name)
    if (wrong !== null || definition === undefined) return wrong ?? ''
    const startsAt = now + (order.startsInMs ?? 0)
    const lastsMs = order.lastsMs ?? definition.lastsMs
    const number = ++this.#injected
    const fault: Fault = {
      id: `${definition.name}-${number}`,
      definition,
      parameters: readParameters(definition, order.parameters ?? {}) as Record<string, Value>,
      login: order.login ?? null,
      account: order.account === undefined ? null : (this.#accountKey(order.account) ?? null),
      startsAt,
      endsAt: lastsMs === undefined ? null : startsAt + lastsMs,
      likelihood: order.likelihood ?? 1,
      random: createRandom(hashText(`${definition.name}-${number}`, this.#bank.seed)),
      hits: 0,
      begun: false,
      memory: new Map(),
    }
    this.#held.push(fault)
    definition.announce?.(fault, { bank: this.#bank, now })
    this.settle(now)
    return fault
  }

  /** Ends all faults of that name or id, or all; returns how many. */
  clear(which: string | null, now: number): number {
    const ending = this.#held.filter((fault) => which === null || fault.id === which || fault.definition.name === which)
    for (const fault of ending) this.#finish(fault, now)
    return ending.length
  }

  /** Begins what is due and drops what is over; call it before looking at the bank. */
  settle(now: number): void {
    const moment: Moment = { bank: this.#bank, now }
    for (const fault of [...this.#held]) {
      if (!fault.begun && fault.startsAt <= now) {
        fault.begun = true
        fault.definition.begin?.(fault, moment)
      }
      const over = fault.endsAt !== null && fault.endsAt <= now
      if (over) this.#finish(fault, now)
      else if (fault.begun && fault.definition.holds?.(fault, moment) === false) this.#held = this.#held.filter((one) => one !== fault)
    }
  }

  list(now: number): readonly Fault[] {
    this.settle(now)
    return this.#held
  }

  /** The faults that strike on one request; drawn once, so that all hooks of a request agree. */
  striking(now: number): Fault[] {
    return this.list(now).filter((fault) => {
      if (!fault.begun) return false
      const strikes = fault.likelihood >= 1 || fault.random.chance(fault.likelihood)
      if (strikes) fault.hits++
      return strikes
    })
  }

  door(now: number): Door {
    return this.list(now).reduce((door, fault) => (fault.begun ? (fault.definition.door?.(fault, door) ?? door) : door), OPEN_DOOR)
  }

  #finish(fault: Fault, now: number): void {
    this.#held = this.#held.filter((one) => one !== fault)
    if (fault.begun || fault.definition.announce !== undefined) fault.definition.end?.(fault, { bank: this.#bank, now })
  }

  #accountKey(keyOrNumber: string): string | undefined {
    for (const login of this.#bank.logins.values()) {
      const found = login.accounts.find(
        (one) => one.spec.key === keyOrNumber || one.number === keyOrNumber || one.formerNumbers.includes(keyOrNumber),
      )
      if (found !== undefined) return found.spec.key
    }
    return undefined
  }
}

function readParameters(definition: FaultDefinition, given: Readonly<Record<string, Value>>): Record<string, Value> | string {
  const parameters: Record<string, Value> = {}
  for (const [name, parameter] of Object.entries(definition.parameters)) parameters[name] = parameter.default
  for (const [name, value] of Object.entries(given)) {
    const parameter = definition.parameters[name]
    if (parameter === undefined) return `The fault ${definition.name} has no parameter ${name}.`
    if (typeof value !== typeof parameter.default)
      return `The parameter ${name} of ${definition.name} must be a ${typeof parameter.default}.`
    parameters[name] = value
  }
  return parameters
}
