/**
 * What the steps of a repair teach: one that was done and proved not to help makes what it would
 * have ended less likely; what harmless questions found speaks as their table says (knowledge/probes.ts).
 * Turns a plan's steps into voices for the inference.
 */
import type { ActionCode, CauseCode } from '../domain/cause.ts'
import type { RepairStep } from '../domain/repair.ts'
import { voicesOf } from './choose-probe.ts'
import type { Voice } from './diagnose.ts'
import type { Weights } from './knowledge.ts'
import { ACTIONS_BY_CAUSE } from './knowledge/actions.ts'

/** How sure it is that a step was really done when Relink saw its effect: nine in ten. */
const DONE_RIGHT = 0.9

/** It was waited longer than such trouble lasts. */
const WAITED_OUT: Weights = { institution_down: -1.2, scheduled_maintenance: -1.5, rate_limited: -1, institution_error: -0.6, aggregator_down: -1 }

/** What of a step is needed to learn from it. */
export type StepNews = Pick<RepairStep, 'id' | 'kind' | 'action' | 'who' | 'state' | 'title' | 'found'>

/** One voice for each step that taught something. */
export function newsOf(plan: { readonly steps: readonly StepNews[] }): readonly Voice[] {
  return plan.steps.flatMap((step): readonly Voice[] => {
    const voice = (sentence: string, weights: Weights): Voice => ({ id: `step:${step.id}`, kind: 'rule', sentence, weights, share: 1 })
    if (step.action === 'auto_retry' && step.who === 'relink') return voicesOf(step.found ?? [])
    if (step.action === 'wait_for_bank' && step.state === 'did_not_help') return [voice('It was waited for longer than such trouble lasts.', WAITED_OUT)]
    if (step.state !== 'did_not_help' || step.action === null || step.kind === 'proof' || step.who === 'bank' || step.action === 'auto_retry') return []
    return [voice(`“${step.title}” was done and did not help.`, weightsAfter(step.action))]
  })
}

/** For each cause: ln P(did not help | cause), from the share of the cause that this action ends. */
function weightsAfter(action: ActionCode): Weights {
  const weights: Partial<Record<CauseCode, number>> = {}
  for (const [cause, ways] of Object.entries(ACTIONS_BY_CAUSE) as [CauseCode, Readonly<Partial<Record<ActionCode, number>>>][]) {
    const helps = Math.min(1, (ways[action] ?? 0) * 1.2)
    if (helps > 0) weights[cause] = Math.log(1 - DONE_RIGHT * helps)
  }
  return weights
}
