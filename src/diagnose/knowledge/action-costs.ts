/**
 * What each action costs, as data, for the first action of a diagnosis and for the plan of a repair: minutes of a
 * person's attention, minutes until its effect shows, and whether a secret is asked for or sent. Estimates of the usual
 * case; what Relink does by itself costs nobody's attention.
 */
import type { ActionCode } from '../../domain/cause.ts'

export type ActionCost = {
  readonly personMinutes: number
  readonly waitMinutes: number
  /** Asks for, or sends, a secret: never while the bank is down or the login may be locked. */
  readonly needsSecret: boolean
}

const attention = (personMinutes: number, waitMinutes = 0): ActionCost => ({ personMinutes, waitMinutes, needsSecret: false })
const withSecret = (personMinutes: number): ActionCost => ({ personMinutes, waitMinutes: 0, needsSecret: true })

export const ACTION_COSTS: { readonly [A in ActionCode]: ActionCost } = {
  auto_retry: attention(0, 0.2),
  wait_for_bank: attention(0, 120),
  update_connection: attention(0, 1),
  toggle_feed: attention(0, 1),
  shorten_range: attention(0, 1),
  remove_account: attention(1),
  fix_credentials: withSecret(1.5),
  update_mfa: withSecret(2),
  reconnect: withSecret(4),
  act_at_bank_site: attention(5),
  unlock_at_bank: attention(8, 5),
  enroll_at_bank: attention(10, 60),
  fix_configuration: attention(6),
  fix_network: attention(10),
  update_software: attention(5, 5),
  import_file: attention(6),
  contact_support: attention(5, 1440),
  contact_bank: attention(6, 1440),
}

/** A minute of waiting counts as this many minutes of attention; nothing is quite free. */
const PRICE_OF_WAITING = 0.01

/** Minutes of attention that an action is worth. */
export function minutesOf({ personMinutes, waitMinutes }: Pick<ActionCost, 'personMinutes' | 'waitMinutes'>): number {
  return personMinutes + waitMinutes * PRICE_OF_WAITING
}
