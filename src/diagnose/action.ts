/**
 * Chooses the first thing to do from the whole distribution, not from the top cause alone: each
 * cause votes with its probability for the actions that end it. Safety comes before votes: nothing
 * that sends a secret while a lock is likely, no password while the bank is down.
 */
import type { ActionCode, CauseCode } from '../domain/cause.ts'
import type { FoundCode } from './codes.ts'
import type { Reading } from './evidence-text.ts'
import { ACTION_RULES, ACTIONS_BY_CAUSE } from './knowledge/actions.ts'
import { matches } from './match.ts'

/** How far a code's own documented action counts against the usual ones of its cause. */
const DOCUMENTED_ACTION = 0.65

/** Where a lock is this likely, a secret may not be asked for or sent. */
const LOCK_MATTERS = 0.3

const NEGLIGIBLE = 0.002

type Votes = Partial<Record<ActionCode, number>>

/** The action with the most votes; ties go to the first in the table, so the answer is stable. */
export function chooseAction(p: Readonly<Record<CauseCode, number>>, codes: readonly FoundCode[], reading: Reading): ActionCode {
  const votes = new Map<ActionCode, number>()
  for (const cause of Object.keys(ACTIONS_BY_CAUSE) as CauseCode[]) {
    if (p[cause] < NEGLIGIBLE) continue
    const ways = waysToEnd(cause, codes, reading)
    for (const [action, share] of Object.entries(ways) as [ActionCode, number][]) {
      votes.set(action, (votes.get(action) ?? 0) + share * p[cause])
    }
  }
  if (p.login_locked >= LOCK_MATTERS) for (const risky of ['fix_credentials', 'reconnect', 'auto_retry'] as const) votes.delete(risky)
  if (p.institution_down + p.scheduled_maintenance > 0.5) votes.delete('fix_credentials')
  let best: ActionCode = 'contact_support'
  let most = -1
  for (const [action, count] of votes) if (count > most) [best, most] = [action, count]
  return best
}

/** The shares of the actions that end a cause, given what is known; they sum to 1. */
export function waysToEnd(cause: CauseCode, codes: readonly FoundCode[], reading: Reading): Votes {
  const votes: Votes = { ...ACTIONS_BY_CAUSE[cause] }
  for (const rule of ACTION_RULES) {
    if (!rule.causes.includes(cause) || !matches(rule.when, reading)) continue
    for (const [action, factor] of Object.entries(rule.favours) as [ActionCode, number][]) votes[action] = (votes[action] ?? 0.05) * factor
  }
  const total = Object.values(votes).reduce((sum, vote) => sum + vote, 0)
  for (const action of Object.keys(votes) as ActionCode[]) votes[action] = (votes[action] ?? 0) / total
  const documented = documentedAction(cause, codes)
  if (documented === null) return votes
  for (const action of Object.keys(votes) as ActionCode[]) votes[action] = (votes[action] ?? 0) * (1 - DOCUMENTED_ACTION)
  votes[documented] = (votes[documented] ?? 0) + DOCUMENTED_ACTION
  return votes
}

/** What the outermost protocol code that names this cause says should be done. */
function documentedAction(cause: CauseCode, codes: readonly FoundCode[]): ActionCode | null {
  for (const { entry, from } of codes) {
    if (from === 'status' || from === 'network') continue
    const reason = entry.reasons.find(([named]) => named === cause)
    if (reason !== undefined) return reason[2]
  }
  return null
}
