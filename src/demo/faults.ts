/** The eight ways in which the demo breaks its bank: one fault of each family, and what a person does about it. */
import type { Family } from '../domain/cause.ts'

export type DemoFault = {
  readonly family: Family
  /** Name in the bank's fault atlas. */
  readonly fault: string
  /** The account that is concerned; null: the login. */
  readonly account: string | null
}

export const DEMO_FAULTS: readonly DemoFault[] = [
  { family: 'bank_server', fault: 'http-503', account: null },
  { family: 'authentication', fault: 'password-changed', account: null },
  { family: 'account', fault: 'access-withdrawn', account: 'ana-savings' },
  { family: 'mfa', fault: 'mfa-demanded', account: null },
  { family: 'outdated', fault: 'consent-expired', account: null },
  { family: 'restriction', fault: 'rate-limit', account: null },
  { family: 'maintenance', fault: 'maintenance-announced', account: null },
  { family: 'own_side', fault: 'aggregator-down', account: null },
]

export const FAMILY_NAMES: Record<Family, string> = {
  bank_server: 'Bank server problems',
  authentication: 'Authentication',
  account: 'Account closed or not shared',
  mfa: 'Multi-factor authentication',
  outdated: 'Outdated connection',
  restriction: 'Bank restrictions',
  maintenance: 'Maintenance',
  own_side: 'Our own side',
}
