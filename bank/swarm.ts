/**
 * Swarm mode: the seed draws which faults exist at all, for whom, when and how likely (as in
 * "Swarm Testing", Groce et al. 2012: leaving most out finds more). Pure: same seed, same faults.
 */
import { CUSTOMERS, type CustomerSpec } from './customers.ts'
import { ATLAS } from './faults/atlas.ts'
import type { FaultOrder } from './faults/engine.ts'
import type { FaultDefinition } from './faults/fault.ts'
import { createRandom, hashText } from './random.ts'

export type SwarmOptions = {
  /** Span in which the faults begin; default 30 days. */
  readonly horizonMs?: number
  readonly customers?: readonly CustomerSpec[]
  /** Which faults may be drawn; default all. */
  readonly atlas?: readonly FaultDefinition[]
}

const LASTS_MS = [5 * 60_000, 3_600_000, 6 * 3_600_000, 86_400_000, 3 * 86_400_000] as const
const LIKELIHOODS = [1, 1, 0.5, 0.2] as const

/** Orders for `Faults.inject`, in the order of their beginning. */
export function drawSwarm(seed: number, options: SwarmOptions = {}): FaultOrder[] {
  const random = createRandom(hashText('swarm', seed))
  const horizonMs = options.horizonMs ?? 30 * 86_400_000
  const customers = options.customers ?? CUSTOMERS
  // Each seed has its own density: some worlds are nearly quiet, some are bad.
  const density = random.pick([0.02, 0.05, 0.1, 0.2])
  const orders: FaultOrder[] = []
  for (const definition of options.atlas ?? ATLAS) {
    if (!random.chance(density)) continue
    const customer = random.pick(customers)
    const wholeBank = definition.begin === undefined && random.chance(0.5)
    const account = ['account', 'data'].includes(definition.family) && random.chance(0.7) ? random.pick(customer.accounts).key : undefined
    orders.push({
      name: definition.name,
      startsInMs: random.between(0, horizonMs),
      lastsMs: random.pick(LASTS_MS),
      likelihood: definition.begin === undefined ? random.pick(LIKELIHOODS) : 1,
      ...(wholeBank ? {} : { login: customer.user }),
      ...(wholeBank || account === undefined ? {} : { account }),
    })
  }
  return orders.sort((a, b) => (a.startsInMs ?? 0) - (b.startsInMs ?? 0))
}
