/**
 * Chooses the first thing to do by expected cost over the whole distribution, not by the top cause alone: what an action
 * takes of a person's time, what it leaves to do where it does not help, and what it breaks where it is wrong. Safety is no
 * price: nothing that sends a secret while a lock is likely, no password while the bank is down.
 */
import type { ActionCode, CauseCode } from '../domain/cause.ts'
import type { FoundCode } from './codes.ts'
import type { Reading } from './evidence-text.ts'
import { ACTION_COSTS, minutesOf } from './knowledge/action-costs.ts'
import { ACTION_RULES, ACTIONS_BY_CAUSE, type ActionRule } from './knowledge/actions.ts'
import { holding } from './match.ts'

/** How far a code's own documented action counts against the usual ones of its cause. */
const DOCUMENTED_ACTION = 0.65

/** Where a lock is this likely, a secret may not be asked for or sent. */
const LOCK_MATTERS = 0.3

const RISKY: readonly ActionCode[] = [...(Object.keys(ACTION_COSTS) as ActionCode[]).filter((action) => ACTION_COSTS[action].needsSecret), 'auto_retry']

/** What a first step that does not help costs beside its own time: the feed stays silent, and somebody looks again. */
const COST_OF_MISS = 240
/** A letter, a call, and days without the bank's site, too. */
const COST_OF_LOCK = 240

const NEGLIGIBLE = 0.002
/** What is likely counts more for the first step than its probability: a part of that is base rates, which all point to the program and not to this record. */
const ON_THE_LIKELY = 1.3

type Votes = Partial<Record<ActionCode, number>>

/** The action whose expected cost is least; equal ones go to the first in the table, so the answer is stable. */
export function chooseAction(p: Readonly<Record<CauseCode, number>>, codes: readonly FoundCode[], reading: Reading): ActionCode {
  const rules = rulesThatHold(reading)
  const helps = new Map<ActionCode, number>()
  const causes = (Object.keys(ACTIONS_BY_CAUSE) as CauseCode[]).filter((cause) => p[cause] >= NEGLIGIBLE)
  const total = causes.reduce((sum, cause) => sum + p[cause] ** ON_THE_LIKELY, 0)
  for (const cause of causes) {
    const weight = p[cause] ** ON_THE_LIKELY / total
    for (const [action, share] of Object.entries(waysToEnd(cause, codes, rules)) as [ActionCode, number][]) helps.set(action, (helps.get(action) ?? 0) + share * weight)
  }
  if (p.login_locked >= LOCK_MATTERS) for (const risky of RISKY) helps.delete(risky)
  if (p.institution_down + p.scheduled_maintenance > 0.5) helps.delete('fix_credentials')
  let [best, least]: [ActionCode, number] = ['contact_support', Infinity]
  for (const [action, chance] of helps) {
    const cost = expectedCost(action, chance, p)
    if (cost < least) [best, least] = [action, cost]
  }
  return best
}

/** Minutes of attention: its own, those of the search that goes on where it does not help, and those of a lock that it may make final. */
function expectedCost(action: ActionCode, helps: number, p: Readonly<Record<CauseCode, number>>): number {
  const lock = ACTION_COSTS[action].needsSecret ? p.login_locked * COST_OF_LOCK : 0
  return minutesOf(ACTION_COSTS[action]) + (1 - helps) * COST_OF_MISS + lock
}

/** What of the rules on actions holds for a record, whatever the cause. */
export function rulesThatHold(reading: Reading): readonly ActionRule[] {
  return holding(ACTION_RULES, reading)
}

/** The shares of the actions that end a cause, given the codes and the rules that hold; they sum to 1. */
export function waysToEnd(cause: CauseCode, codes: readonly FoundCode[], rules: readonly ActionRule[]): Votes {
  const shifting = rules.filter(({ causes }) => causes.includes(cause))
  const documented = documentedAction(cause, codes)
  if (shifting.length === 0 && documented === null) return USUALLY[cause]
  const votes: Votes = { ...ACTIONS_BY_CAUSE[cause] }
  for (const rule of shifting) {
    for (const [action, factor] of Object.entries(rule.favours) as [ActionCode, number][]) votes[action] = (votes[action] ?? 0.05) * factor
  }
  const shares = summingToOne(votes)
  if (documented === null) return shares
  for (const action of Object.keys(shares) as ActionCode[]) shares[action] = (shares[action] ?? 0) * (1 - DOCUMENTED_ACTION)
  shares[documented] = (shares[documented] ?? 0) + DOCUMENTED_ACTION
  return shares
}

function summingToOne(votes: Votes): Votes {
  const total = Object.values(votes).reduce((sum, vote) => sum + vote, 0)
  return Object.fromEntries(Object.entries(votes).map(([action, vote]) => [action, vote / total]))
}

/** Where nothing shifts them. */
const USUALLY = Object.fromEntries(Object.entries(ACTIONS_BY_CAUSE).map(([cause, votes]) => [cause, summingToOne(votes)])) as { readonly [C in CauseCode]: Votes }

/** What the outermost protocol code that names this cause says should be done. */
function documentedAction(cause: CauseCode, codes: readonly FoundCode[]): ActionCode | null {
  for (const { entry, from } of codes) {
    if (from === 'status' || from === 'network') continue
    const reason = entry.reasons.find(([named]) => named === cause)
    if (reason !== undefined) return reason[2]
  }
  return null
}
