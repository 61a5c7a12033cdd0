/** Faults of single accounts: the login works, the account does not. */
import { digitsOf } from '../random.ts'
import type { AccountState } from '../state.ts'
import { accountsOf, type Fault, type FaultDefinition, type Moment, textParameter } from './fault.ts'

function status(name: string, value: 'closed' | 'dormant', sentence: string): FaultDefinition {
  return {
    name,
    family: 'account',
    cause: 'account_closed',
    promise: 'notice',
    sentence,
    parameters: {},
    begin: (fault, { bank }) => accountsOf(fault, bank).forEach(({ account }) => void (account.status = value)),
    end: (fault, { bank }) => accountsOf(fault, bank).forEach(({ account }) => void (account.status = 'open')),
  }
}

function renumber(fault: Fault, moment: Moment, concerned: (account: AccountState) => boolean, masked: boolean): void {
  for (const { account } of accountsOf(fault, moment.bank)) {
    if (!concerned(account)) continue
    const old = account.number
    account.formerNumbers.push(old)
    // Masking hides all but the end; a new number shares nothing but its length.
    account.number = masked
      ? `${'X'.repeat(old.length - 4)}${old.slice(-4)}`
      : digitsOf(`${account.spec.key} ${account.formerNumbers.length}`, moment.bank.seed, old.length)
  }
}

export const ACCOUNT_FAULTS: readonly FaultDefinition[] = [
  status(
    'account-closed',
    'closed',
    'The account was closed (2004); what is known of it stays, the other accounts go on, the person is told.',
  ),
  status(
    'account-dormant',
    'dormant',
    'The account is inactive (2002 with a text, SVCSTATUS PEND); the other accounts go on, the person is told.',
  ),
  {
    name: 'account-renumbered',
    family: 'account',
    cause: 'account_not_found',
    promise: 'notice',
    sentence:
      'The account has a new number (2003 under the old one); it is joined to the old one without losing or doubling a row. The number stays new.',
    parameters: { masked: { default: false, meaning: 'the bank masks the old number instead of giving a new one' } },
    begin: (fault, moment) => renumber(fault, moment, () => true, fault.parameters['masked'] === true),
  },
  {
    name: 'card-replaced',
    family: 'account',
    cause: 'account_not_found',
    promise: 'notice',
    sentence: 'A card was replaced and has a new number; its rows go on under the new one and nothing is doubled. The number stays new.',
    parameters: {},
    begin: (fault, moment) => renumber(fault, moment, (account) => account.spec.kind === 'card', false),
  },
  {
    name: 'access-withdrawn',
    family: 'account',
    cause: 'account_not_authorized',
    promise: 'notice',
    sentence: 'One account may no longer be read (2005) and is gone from the list; the other accounts go on, the person is told.',
    parameters: {},
    begin: (fault, { bank }) => accountsOf(fault, bank).forEach(({ account }) => void (account.visible = false)),
    end: (fault, { bank }) => accountsOf(fault, bank).forEach(({ account }) => void (account.visible = true)),
  },
  {
    name: 'account-list-empty',
    family: 'account',
    cause: 'account_not_found',
    promise: 'survive',
    sentence: 'The list of accounts is empty for a while; an empty list is never "no accounts", so nothing is removed.',
    parameters: { statements: { default: 'answered', meaning: '"answered": statements still come; "refused": 2003 for each account' } },
    accounts: () => [],
    refuse: (fault) => (textParameter(fault, 'statements') === 'refused' ? { code: 2003, message: 'Account not found' } : null),
  },
]
