/**
 * The steps a repair may consist of, as data: who does them, what they cost, what action they
 * carry. The eight classic steps are all here. Minutes are a person's attention; waiting is priced
 * small; an automatic step costs almost nothing. `{bank}` is the bank's name.
 */
import { ACTION_COSTS, type ActionCost } from '../diagnose/knowledge/action-costs.ts'
import type { ActionCode, CauseCode } from '../domain/cause.ts'
import type { RepairStep, StepKind } from '../domain/repair.ts'

export type StepText = ActionCost & {
  readonly kind: Exclude<StepKind, 'proof'>
  readonly action: ActionCode
  readonly who: RepairStep['who']
  readonly title: string
}

/** In the order in which equal ones are taken: cheap and harmless first. */
export const STEPS: readonly StepText[] = [
  { kind: 'bank_status', action: 'auto_retry', who: 'relink', title: 'Look whether {bank} answers, without signing in', ...ACTION_COSTS.auto_retry },
  { kind: 'bank_status', action: 'wait_for_bank', who: 'bank', title: 'Wait until {bank} can be read again', ...ACTION_COSTS.wait_for_bank },
  { kind: 'update', action: 'update_connection', who: 'relink', title: 'Load the newest data about {bank} and read again', ...ACTION_COSTS.update_connection },
  { kind: 'credentials', action: 'fix_credentials', who: 'person', title: 'Enter the user name and password of {bank}', ...ACTION_COSTS.fix_credentials },
  { kind: 'mfa', action: 'update_mfa', who: 'person', title: 'Answer the question of {bank}', ...ACTION_COSTS.update_mfa },
  { kind: 'act_at_bank', action: 'unlock_at_bank', who: 'person', title: 'Unlock the login at {bank}; then Relink signs in once', ...ACTION_COSTS.unlock_at_bank },
  { kind: 'act_at_bank', action: 'act_at_bank_site', who: 'person', title: 'Sign in at the site of {bank} and do what it asks', ...ACTION_COSTS.act_at_bank_site },
  { kind: 'act_at_bank', action: 'enroll_at_bank', who: 'person', title: 'Have access for programs switched on at {bank}', ...ACTION_COSTS.enroll_at_bank },
  { kind: 'reconnect', action: 'reconnect', who: 'person', title: 'Connect {bank} again; accounts and rows stay', ...ACTION_COSTS.reconnect },
  { kind: 'choose_account', action: 'remove_account', who: 'person', title: 'Close the feed of the account that ended; its rows stay', ...ACTION_COSTS.remove_account },
  { kind: 'update', action: 'fix_configuration', who: 'person', title: 'Correct the setting of this connection', ...ACTION_COSTS.fix_configuration },
  { kind: 'update', action: 'fix_network', who: 'person', title: 'Put right what the check of this server shows', ...ACTION_COSTS.fix_network },
  { kind: 'update', action: 'update_software', who: 'person', title: 'Update Relink', ...ACTION_COSTS.update_software },
  { kind: 'toggle_feed', action: 'toggle_feed', who: 'relink', title: 'Switch the feed off and on; no row is lost or doubled', ...ACTION_COSTS.toggle_feed },
  { kind: 'import_file', action: 'import_file', who: 'person', title: 'Import a file from {bank} for the missing days', ...ACTION_COSTS.import_file },
  { kind: 'contact_bank', action: 'contact_bank', who: 'person', title: 'Send the prepared letter to {bank}', ...ACTION_COSTS.contact_bank },
  { kind: 'contact_support', action: 'contact_support', who: 'person', title: 'Send the redacted support file', ...ACTION_COSTS.contact_support },
]

/**
 * The next sign-in is a person's to allow: after two that the bank did not accept, because banks lock at
 * three; after one whose answer was lost where it may have been a refusal. This step lets it out, and
 * no other does: a "done" for something else says nothing of a password.
 */
export const ALLOW_SIGN_IN: StepText = { kind: 'allow_sign_in', action: 'auto_retry', who: 'person', title: 'Let Relink sign in to {bank} once more', personMinutes: 0.5, waitMinutes: 0, needsSecret: false }

/** Who was written to answers another day; where a sign-in is a person's to allow, it is worth nothing before. */
export const WAIT_FOR_ANSWER: StepText = { kind: 'bank_status', action: 'wait_for_bank', who: 'bank', title: 'Wait a day for the answer to what you sent', ...ACTION_COSTS.wait_for_bank, waitMinutes: ACTION_COSTS.contact_support.waitMinutes }

/** After something was done at the bank a secret may be right that it refused before. Asked once, in these words. */
export const SAME_SECRET: StepText = { kind: 'same_secret', action: 'auto_retry', who: 'person', title: 'Send {bank} the refused password once more, if it is right now: banks lock after about three', personMinutes: 0.5, waitMinutes: 0, needsSecret: true }

/** Where a password was refused, what refused it may be gone, and nothing else is left to do. */
export const NEW_PASSWORD: StepText = { kind: 'credentials', action: 'fix_credentials', who: 'person', title: 'Change the password at {bank}, then enter the new one here', personMinutes: 6, waitMinutes: 0, needsSecret: true }

/** Whether a step lets a sign-in out that the ledger holds back. */
export function isPermission({ kind }: { readonly kind: StepKind }): boolean {
  return kind === ALLOW_SIGN_IN.kind || kind === SAME_SECRET.kind
}

/** The id of a step in its plan; it tells what the step is, so that nobody does another by it when the plan was made anew meanwhile. */
export function stepIdOf(at: number, step: StepText): string {
  return `${at + 1}-${isPermission(step) ? step.kind : step.action}`
}

/**
 * The same steps in the words of what is the matter. To connect an account again that its bank no longer lists is to say under which other
 * number it goes on: no password brings the old one back. What is allowed at the bank's site is said to be done there.
 */
export const IN_WORDS_OF: { readonly [C in CauseCode]?: StepText } = {
  account_not_found: { kind: 'reconnect', action: 'reconnect', who: 'person', title: 'Say as which account of {bank} it goes on; its rows stay', ...ACTION_COSTS.reconnect, personMinutes: ACTION_COSTS.remove_account.personMinutes },
  account_not_authorized: { kind: 'act_at_bank', action: 'act_at_bank_site', who: 'person', title: 'Allow Relink the account at the site of {bank}', ...ACTION_COSTS.act_at_bank_site },
  consent_expired: { kind: 'reconnect', action: 'reconnect', who: 'person', title: 'Renew the permission at {bank}; accounts and rows stay', ...ACTION_COSTS.reconnect },
  consent_revoked: { kind: 'reconnect', action: 'reconnect', who: 'person', title: 'Give the permission at {bank} again; accounts and rows stay', ...ACTION_COSTS.reconnect },
}

/**
 * What whoever says "done" must be allowed to do (security.md section 4): a permission, or that a locked login is free
 * again, lets a sign-in out that the ledger holds back, as trying once more does; an account that ended is switched off.
 */
export function needOf(stepId: string): 'sync' | 'enter_secret' | 'administer' {
  const isOne = (ending: string): boolean => stepId.endsWith(`-${ending}`)
  if (HELD_BACK.some(isOne)) return 'enter_secret'
  return isOne('remove_account' satisfies ActionCode) ? 'administer' : 'sync'
}

const HELD_BACK: readonly string[] = [ALLOW_SIGN_IN.kind, SAME_SECRET.kind, 'unlock_at_bank' satisfies ActionCode]

/** The last step of every plan. */
export const PROOF_TITLE = 'Read {bank} once: it is mended when that works'

/** Steps that stand for an action of the diagnosis that has no step of its own. */
export const STANDS_FOR: Partial<Record<ActionCode, readonly ActionCode[]>> = {
  import_file: ['shorten_range'],
  // Looking and waiting are the two halves of trying again: the look may find that it is too early.
  auto_retry: ['wait_for_bank'],
  wait_for_bank: ['auto_retry'],
}
