/**
 * What the steps of a repair teach: one that was done and proved not to help makes what it would
 * have ended less likely; what harmless questions found speaks as their table says (knowledge/probes.ts).
 * Each speaks of the answer that the bank gave then: of another one that came since it says nothing, or an
 * outage would be doubted because the password before it was in vain. And each speaks once, as it ended last:
 * what did not help five times is no five witnesses. What was looked at or waited for speaks only of its own time: where the bank has answered
 * otherwise since, it is of an outage before this one (`ofThisTime`). Turns a plan's steps into voices for the inference.
 */
import type { ActionCode, CauseCode } from '../domain/cause.ts'
import type { CaseRecord, Evidence } from '../domain/evidence.ts'
import { WRONG_CLOCK_SECONDS, type ProbeKind } from '../domain/probe.ts'
import type { RepairStep } from '../domain/repair.ts'
import { voicesOf } from './choose-probe.ts'
import type { Voice } from './diagnose.ts'
import type { Weights } from './knowledge.ts'
import { ACTIONS_BY_CAUSE } from './knowledge/actions.ts'

/** How sure it is that a step was really done when Relink saw its effect: nine in ten. What is typed is typed wrongly again, or is the old one once more: six. */
const DONE_RIGHT = 0.9
const TYPED_RIGHT: { readonly [A in ActionCode]?: number } = { fix_credentials: 0.6, update_mfa: 0.6 }

/** It was waited longer than such trouble lasts. */
const WAITED_OUT: Weights = { institution_down: -1.2, scheduled_maintenance: -1.5, rate_limited: -1, institution_error: -0.6, aggregator_down: -1 }

/** What of a step is needed to learn from it. */
export type StepNews = Pick<RepairStep, 'id' | 'kind' | 'action' | 'who' | 'state' | 'title' | 'found' | 'answer'>

/** The newest voice of each thing that was tried or asked while the bank answered as it does in this record. */
export function newsOf(plan: { readonly steps: readonly StepNews[] } | null, { evidence, context }: CaseRecord): readonly Voice[] {
  const answer = answerOf(evidence)
  const newest = new Map<string, Voice>()
  for (const step of plan?.steps ?? []) if (step.answer === undefined || step.answer === answer) for (const [of, voice] of voicesOfStep(step)) newest.set(of, voice)
  // The answer itself tells our clock: one that was looked at before it may have been put right.
  if (context.clockSkewSeconds !== undefined && Math.abs(context.clockSkewSeconds) < WRONG_CLOCK_SECONDS) newest.delete(`probe:${'clock' satisfies ProbeKind}`)
  return [...newest.values()]
}

/**
 * Without the looks and waits of a time before, in which the bank answered as it does now: since `changedAt` it does so again. What a person did counts
 * for that answer whenever it comes back.
 */
export function ofThisTime<S extends StepNews & Pick<RepairStep, 'endedAt'>>(steps: readonly S[], answer: string, changedAt: number): readonly S[] {
  return steps.filter((step) => step.who === 'person' || step.answer !== answer || !LOOKS.includes(step.action) || (step.endedAt ?? Infinity) >= changedAt)
}

const LOOKS: readonly (ActionCode | null)[] = ['auto_retry', 'wait_for_bank']

/** What tells one answer of a bank from another: where it came, and its codes; its words only where there is nothing else, without numbers, which change with every answer. `evidence`: all of a failure, merged. */
export function answerOf({ stage, networkError, httpStatus, codes, message = '' }: Evidence): string {
  const said = [networkError, httpStatus, ...(codes ?? [])].filter((one) => one !== undefined)
  return [stage ?? '', ...(said.length > 0 ? said : [message.replace(/\d+/g, '')])].join(' ')
}

/** By what was tried or asked. */
function voicesOfStep(step: StepNews): readonly (readonly [string, Voice])[] {
  const voice = (sentence: string, weights: Weights): Voice => ({ id: `step:${step.id}`, kind: 'rule', sentence, weights, share: 1 })
  if (step.action === 'auto_retry' && step.who === 'relink') return voicesOf(step.found ?? []).map((one) => [one.id, one])
  if (step.state !== 'did_not_help' || step.action === null || step.kind === 'proof' || step.action === 'auto_retry') return []
  if (step.action === 'wait_for_bank') return [[step.action, voice('It was waited for longer than such trouble lasts.', WAITED_OUT)]]
  return step.who === 'bank' ? [] : [[step.action, voice(`“${step.title}” was done and did not help.`, weightsAfter(step.action))]]
}

/** For each cause: ln P(did not help | cause), from the share of the cause that this action ends. */
function weightsAfter(action: ActionCode): Weights {
  const weights: Partial<Record<CauseCode, number>> = {}
  for (const [cause, ways] of Object.entries(ACTIONS_BY_CAUSE) as [CauseCode, Readonly<Partial<Record<ActionCode, number>>>][]) {
    const helps = Math.min(1, (ways[action] ?? 0) * 1.2)
    if (helps > 0) weights[cause] = Math.log(1 - (TYPED_RIGHT[action] ?? DONE_RIGHT) * helps)
  }
  return weights
}
