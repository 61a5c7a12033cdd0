/** What only a person can do, for each first action, in one sentence; null where waiting is the answer. */
import type { ActionCode } from '../../domain/cause.ts'

export const ACTION_WORDS: { readonly [A in ActionCode]: string | null } = {
  auto_retry: null,
  wait_for_bank: null,
  fix_credentials: 'enter the user name and password as they are at the bank now.',
  unlock_at_bank: 'unlock the login at the bank, by its site or by telephone; only then let Relink check once.',
  act_at_bank_site: 'sign in at the bank\'s own site and do what it asks there.',
  enroll_at_bank: 'ask the bank to switch on access for programs (downloads, Direct Connect, third parties).',
  reconnect: 'connect again and give the permission; Relink keeps the accounts and rows as they are.',
  update_mfa: 'answer the bank\'s question with a fresh code, or choose the method the bank offers now.',
  update_connection: 'accept the new data of this bank after Relink has checked them.',
  update_software: 'update Relink; when there is no update, send the bundle.',
  toggle_feed: 'switch the feed off and on again; no row is lost or doubled.',
  remove_account: 'close this feed; its rows stay.',
  contact_bank: 'send the letter that Relink has prepared to the bank.',
  contact_support: 'send the redacted bundle that Relink has prepared.',
  fix_configuration: 'correct the setting that Relink names.',
  fix_network: 'let this server reach the internet again: name service, clock, proxy, certificates.',
  import_file: 'download a file at the bank\'s site and import it; the rows are matched.',
  shorten_range: null,
}
