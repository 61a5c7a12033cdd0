/**
 * Harmless questions, one after the other: each time the one that is expected to tell most for its seconds, weighed by
 * what the answers before it have taught, within a budget of time. Whether the bank itself answers is always asked,
 * because that is what the step is called for. Sends no secret; stores nothing.
 */
import type { ProbeResult } from '../connector-kit/connector.ts'
import { diagnose } from '../diagnose/diagnose.ts'
import { mergeEvidence } from '../diagnose/merge-evidence.ts'
import { isOutage } from '../diagnose/problems.ts'
import { chooseProbe, probabilitiesOf, updated } from '../diagnose/choose-probe.ts'
import { PROBES } from '../diagnose/knowledge/probes.ts'
import type { Connection, Problem } from '../domain/connection.ts'
import { WRONG_CLOCK_SECONDS, type Finding, type ProbeKind } from '../domain/probe.ts'
import type { RepairDeps } from './advance.ts'

/** A person who opens the page waits for this. */
const BUDGET_SECONDS = 20

export async function lookAround(deps: Pick<RepairDeps, 'probes' | 'probe' | 'clock'>, connection: Connection, problem: Problem): Promise<readonly Finding[]> {
  const offered = await deps.probes(connection.id)
  const startedAt = deps.clock.now()
  const found: Finding[] = []
  let p = probabilitiesOf(problem.diagnosis.causes)
  let planned = 0
  for (;;) {
    const left = BUDGET_SECONDS - Math.max(planned, (deps.clock.now() - startedAt) / 1000)
    const kind = chooseProbe(p, offered, found, left) ?? (found.some(({ probe }) => probe === 'profile') ? null : 'profile')
    if (kind === null) return found
    planned += secondsOf(kind)
    const news = findingsOf(await deps.probe(connection.id, kind, problem.updatedAt))
    found.push(...news)
    p = updated(p, news)
  }
}

/** What was asked for, and what the answer showed of our clock beside it. */
function findingsOf({ probe, outcome, sentence, evidence, facts: { clockSkewSeconds: skew } }: ProbeResult): readonly Finding[] {
  // What this answer alone would be taken for: a bank that is away says so to whoever asks; one that fails in another way says no such thing.
  const saysAway = outcome === 'answers_wrongly' && evidence !== null && isOutage(diagnose({ evidence: mergeEvidence(evidence), context: { connection: 'established' } }))
  const answer = { probe, outcome: saysAway ? 'says_away' : outcome, sentence }
  const wrong = wrongClock(skew)
  return wrong === null ? [answer] : [answer, { probe: 'clock', outcome: 'wrong', sentence: wrong }]
}

/** What is wrong with our clock, in a sentence; null: nothing, as far as who answered tells. */
export function wrongClock(skewSeconds: number | undefined): string | null {
  if (skewSeconds === undefined || Math.abs(skewSeconds) < WRONG_CLOCK_SECONDS) return null
  return skewSeconds > 0 ? `The clock of this host is ${Math.abs(skewSeconds)} seconds behind.` : `The clock of this host is ${Math.abs(skewSeconds)} seconds ahead.`
}

function secondsOf(kind: ProbeKind): number {
  return PROBES.find((probe) => probe.kind === kind)?.seconds ?? 0
}
