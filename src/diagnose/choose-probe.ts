/**
 * Which harmless question to ask next: the one from which most is to be expected for each second that it takes, given
 * how likely the causes are now. Expected is the mutual information between cause and answer, in nats. Pure; what is
 * asked and answered is repair/look.ts's.
 */
import { CAUSE_CODES, type CauseCode } from '../domain/cause.ts'
import type { RankedCause } from '../domain/connection.ts'
import type { Finding, ProbeKind } from '../domain/probe.ts'
import type { Voice } from './diagnose.ts'
import type { Weights } from './knowledge.ts'
import { PROBES, type ProbeEntry } from './knowledge/probes.ts'

/** Less than this is not worth a packet. */
const WORTH_ASKING_NATS = 0.02

export type Probabilities = ReadonlyMap<CauseCode, number>

export function probabilitiesOf(causes: readonly Pick<RankedCause, 'cause' | 'p'>[]): Probabilities {
  return new Map(causes.map(({ cause, p }) => [cause, p]))
}

/** The best of those offered that fits into the seconds left; null when none is worth asking. `found`: what was found already, none of it is asked again. */
export function chooseProbe(p: Probabilities, offered: readonly ProbeKind[], found: readonly Finding[], secondsLeft: number): ProbeKind | null {
  let best: { readonly kind: ProbeKind; readonly worth: number } | null = null
  for (const probe of PROBES) {
    if (!offered.includes(probe.kind) || found.some((one) => one.probe === probe.kind) || probe.seconds > secondsLeft || !isOpen(probe, found)) continue
    const nats = expectedInformation(p, probe)
    if (nats < WORTH_ASKING_NATS) continue
    const worth = nats / Math.max(0.1, probe.seconds)
    if (best === null || worth > best.worth) best = { kind: probe.kind, worth }
  }
  return best?.kind ?? null
}

function isOpen({ after }: ProbeEntry, found: readonly Finding[]): boolean {
  return after === undefined || found.some(({ probe, outcome }) => probe === after.probe && after.found.includes(outcome))
}

/** Mutual information of cause and outcome, in nats: how much the answer is expected to tell. */
export function expectedInformation(p: Probabilities, probe: ProbeEntry): number {
  let nats = 0
  for (const outcome of Object.keys(probe.outcomes)) {
    const joint = CAUSE_CODES.map((cause) => (p.get(cause) ?? 0) * likelihood(probe, outcome, cause))
    const total = joint.reduce((sum, share) => sum + share, 0)
    for (const [at, share] of joint.entries()) {
      const before = p.get(CAUSE_CODES[at] as CauseCode) ?? 0
      if (share > 0 && before > 0) nats += share * Math.log(share / (before * total))
    }
  }
  return nats
}

/** How often a cause shows this outcome. */
function likelihood({ outcomes }: ProbeEntry, outcome: string, cause: CauseCode): number {
  const share = (name: string) => (outcomes[name]?.usual ?? 0) * Math.exp(outcomes[name]?.weights[cause] ?? 0)
  return share(outcome) / Object.keys(outcomes).reduce((sum, name) => sum + share(name), 0)
}

/** What the findings say of the causes; a finding that no table lists any more says nothing. */
export function voicesOf(found: readonly Finding[]): readonly Voice[] {
  return found.flatMap(({ probe, outcome, sentence }): readonly Voice[] => {
    const entry = PROBES.find(({ kind }) => kind === probe)
    const usual = entry?.outcomes[outcome]?.usual
    if (entry === undefined || usual === undefined) return []
    const weights: Weights = Object.fromEntries(CAUSE_CODES.map((cause) => [cause, Math.log(likelihood(entry, outcome, cause) / usual)]))
    return [{ id: `probe:${probe}`, kind: 'rule', sentence, weights, share: 1 }]
  })
}

/** The distribution after some findings. */
export function updated(p: Probabilities, found: readonly Finding[]): Probabilities {
  const voices = voicesOf(found)
  const weighed = CAUSE_CODES.map((cause) => (p.get(cause) ?? 0) * Math.exp(voices.reduce((sum, { weights }) => sum + (weights[cause] ?? 0), 0)))
  const total = weighed.reduce((sum, weight) => sum + weight, 0)
  return new Map(CAUSE_CODES.map((cause, at) => [cause, (weighed[at] ?? 0) / total]))
}
