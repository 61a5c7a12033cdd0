/**
 * Swarm mode: the seed draws which faults exist at all, for whom, in which form, when and how likely
 * (as in "Swarm Testing", Groce et al. 2012: leaving most out finds more). Pure: same seed, same faults.
 */
import { CUSTOMERS, type CustomerSpec } from './customers.ts'
import { ATLAS } from './faults/atlas.ts'
import type { FaultOrder } from './faults/engine.ts'
import type { FaultDefinition, Value } from './faults/fault.ts'
import { createRandom, hashText, type Random } from './random.ts'

export type SwarmOptions = {
  /** Span in which the faults begin; default 30 days. */
  readonly horizonMs?: number
  readonly customers?: readonly CustomerSpec[]
  /** Which faults may be drawn; default all. */
  readonly atlas?: readonly FaultDefinition[]
}

const LASTS_MS = [5 * 60_000, 3_600_000, 6 * 3_600_000, 86_400_000, 3 * 86_400_000, 8 * 86_400_000] as const
const LIKELIHOODS = [1, 1, 0.5, 0.2] as const

/** Other forms of a fault than its defaults, as likely as these. */
const FORMS: Readonly<Record<string, readonly Readonly<Record<string, Value>>[]>> = {
  'truncated-body': [{ keep: 0.2 }, { keep: 0.9, announced: false }, { keep: 0.98, announced: false }],
  'empty-200': [{ cookie: true }],
  'slow-drip': [{ bytesPerSecond: 200 }],
  'account-renumbered': [{ masked: true }],
  'account-list-empty': [{ statements: 'refused' }],
  'mfa-demanded': [{ method: 'question' }, { method: 'token' }, { method: 'push' }],
  'mfa-method-changed': [{ method: 'question' }, { method: 'push' }],
  'url-moved': [{ status: 301 }, { status: 308 }],
  'version-refused': [{ http400: true }],
  'rate-limit': [{ allowed: 1 }, { allowed: 5, windowSeconds: 86_400 }],
  'history-cut': [{ days: 5 }, { days: 14 }, { days: 30 }],
  'range-refused': [{ days: 12 }, { days: 30 }],
  'clock-skew': [{ hours: -5 }],
  'back-dated-row': [{ days: 2 }, { days: 5, units: 3 }],
  'sign-flip': [{ rows: 'new' }],
  'date-off-by-one': [{ rows: 'new' }, { days: 1 }, { rows: 'new', days: 1 }],
  'year-wrong': [{ rows: 'new' }, { years: 1 }],
  'text-changed': [{ rows: 'new' }],
  'id-reuse': [{ distance: 3 }, { distance: 1 }],
  'balance-wrong': [{ units: -7 }],
  'balance-of-another-day': [{ days: 1 }, { honest: false }],
}

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
      parameters: drawForm(definition.name, random),
      ...(wholeBank ? {} : { login: customer.user }),
      ...(wholeBank || account === undefined ? {} : { account }),
    })
  }
  return orders.sort((a, b) => (a.startsInMs ?? 0) - (b.startsInMs ?? 0))
}

function drawForm(name: string, random: Random): Readonly<Record<string, Value>> {
  return random.pick([{}, ...(FORMS[name] ?? [])])
}
