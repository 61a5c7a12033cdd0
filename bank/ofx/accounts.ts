/** Accounts on the wire: the list of ACCTINFO, and finding the account that a request names. */
import { BANK_ID, type AccountKind } from '../customers.ts'
import type { AccountState, LoginState } from '../state.ts'
import { writeInstant } from './dates.ts'
import { type Element, leaf, node, textOf } from './element.ts'
import { CHANGED_AT } from './envelope.ts'

/** Loans and lines of credit travel as bank accounts of type CREDITLINE. */
const ACCOUNT_TYPES: Readonly<Record<Exclude<AccountKind, 'card'>, string>> = {
  checking: 'CHECKING',
  savings: 'SAVINGS',
  credit_line: 'CREDITLINE',
  loan: 'CREDITLINE',
}

export function accountFrom(account: AccountState): Element {
  if (account.spec.kind === 'card') return node('CCACCTFROM', leaf('ACCTID', account.number))
  return node('BANKACCTFROM', leaf('BANKID', BANK_ID), leaf('ACCTID', account.number), leaf('ACCTTYPE', ACCOUNT_TYPES[account.spec.kind]))
}

export function accountInfo(accounts: readonly AccountState[]): Element {
  const infos = accounts.map((account) => {
    const rest = [
      leaf('SUPTXDL', 'Y'),
      leaf('XFERSRC', 'N'),
      leaf('XFERDEST', 'N'),
      leaf('SVCSTATUS', account.status === 'open' ? 'ACTIVE' : 'PEND'),
    ]
    const info = account.spec.kind === 'card' ? 'CCACCTINFO' : 'BANKACCTINFO'
    return node('ACCTINFO', leaf('DESC', account.spec.name), node(info, accountFrom(account), rest))
  })
  return node('ACCTINFORS', leaf('DTACCTUP', writeInstant(CHANGED_AT)), infos)
}

/**
 * The account that BANKACCTFROM or CCACCTFROM names. BANKID and ACCTTYPE must be right where they are
 * given: an account with the number of another is not that account.
 */
export function findAccount(login: LoginState, from: Element | null): AccountState | null {
  const number = textOf(from, 'ACCTID')
  const card = from?.tag === 'CCACCTFROM'
  const found = login.accounts.find((account) => account.number === number && (account.spec.kind === 'card') === card)
  if (found === undefined || found.spec.kind === 'card') return found ?? null
  const bankId = textOf(from, 'BANKID')
  const type = textOf(from, 'ACCTTYPE')
  if (bankId !== null && bankId !== BANK_ID) return null
  return type === null || type.toUpperCase() === ACCOUNT_TYPES[found.spec.kind] ? found : null
}
