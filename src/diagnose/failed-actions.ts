/**
 * A repair step that was done and proved not to help is evidence: what it would have ended becomes
 * less likely. Turns a plan's steps into voices for the inference.
 */
import type { ActionCode, CauseCode } from '../domain/cause.ts'
import type { RepairPlan } from '../domain/repair.ts'
import type { Voice } from './diagnose.ts'
import type { Weights } from './knowledge.ts'
import { ACTIONS_BY_CAUSE } from './knowledge/actions.ts'

/** How sure it is that a step was really done when Relink saw its effect: nine in ten. */
const DONE_RIGHT = 0.9

/** One voice for each step that did not help. */
export function failedActions(plan: Pick<RepairPlan, 'steps'>): readonly Voice[] {
  return plan.steps.flatMap((step) => {
    if (step.state !== 'did_not_help' || step.action === null || step.kind === 'proof') return []
    return [{ id: `step:${step.id}`, kind: 'rule' as const, sentence: `“${step.title}” was done and did not help.`, weights: weightsAfter(step.action), share: 1 }]
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
