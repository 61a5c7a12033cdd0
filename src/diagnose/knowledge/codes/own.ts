/** Words of Relink's own about what stopped on this host. They say what stopped it, so nothing of the bank is judged by them. */
import { codeTable } from '../../knowledge.ts'

export const OWN = codeTable({
  system: 'relink',
  title: 'Relink',
  protocols: ['other'],
  seenBy: 'Relink itself',
  source: 'src/vault, docs/errors.md',
  doubt: 0.05,
}, [
  ['secret_source_failed', 'The place outside of Relink where the secret lies (a command, a systemd credential) gave none, so nothing was sent.', [['configuration', 12, 'fix_configuration']]],
  ['settings_unusable', 'The entry of the bank in Relink cannot be used: it is gone, or a setting in it is wrong. Nothing was sent.', [['configuration', 12, 'fix_configuration']]],
  ['credential_missing', 'The bank wants a secret beside user name and password that its entry does not name (`credentials`), so nothing was sent.', [['configuration', 12, 'fix_configuration']]],
  ['program_not_accepted', 'The bank asks again about the program itself after its answer: it does not take this program as it describes itself.', [['client_bug', 8, 'update_software'], ['configuration', 4, 'fix_configuration']]],
  ['reader_not_started', 'This host started no process to read a large answer in: it is short of memory or of processes. The answer had come, and the next read asks again.', [['configuration', 12, 'fix_configuration']]],
  ['interrupted', 'Relink was stopped in the middle of a read, by a kill, a crash or a restart of this server. Nothing is lost; the next read goes on where it was.', [['client_bug', 12, 'update_software'], ['configuration', 1, 'fix_configuration']]],
  ['answer_implausible', 'The answer reads well, but contradicts itself, the account or what was asked for: another currency or year, turned signs, rows that are gone. Nothing of it was taken.', [['institution_error', 8, 'auto_retry'], ['client_bug', 2, 'update_software'], ['history_limit', 0.5, 'shorten_range'], ['connection_migrated', 0.5, 'reconnect']], { doubt: 0.2 }],
  ['own_authority_ended', 'The certificate authority that this host trusts for the bank (`caFile` of RELINK_NETWORK) has ended, so no certificate of the bank can be checked by it. Nothing was sent.', [['local_network', 12, 'fix_network']]],
  ['permission_needed', 'No permission is stored, so nothing was sent: the person gives it at the site of the bank, and comes back.', [['consent_expired', 8, 'reconnect'], ['consent_revoked', 6, 'reconnect']]],
  ['access_over', 'The access that the bank gives for one read ended before the read did, so nothing more was sent with it. The next read asks for another one.', [['institution_error', 8, 'auto_retry'], ['client_bug', 1, 'auto_retry']]],
  ['vault_refused', 'The bank refused this very secret before, so it was not sent again.', [['credentials_invalid', 12, 'fix_credentials'], ['enrollment_required', 1, 'enroll_at_bank'], ['login_locked', 1, 'unlock_at_bank']]],
  ['vault_unreadable', 'The sealed secret does not open for this login and address: it was sealed under another key, or its record was changed. It must be typed again.', [['configuration', 8, 'reconnect'], ['credentials_invalid', 0.3, 'fix_credentials']]],
])
