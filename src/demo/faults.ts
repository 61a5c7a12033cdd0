/** The eight ways in which the demo breaks its bank: one fault of each family, and what a person does about it. */
import type { Family } from '../domain/cause.ts'

export type DemoFault = {
  readonly family: Family
  /** Name in the bank's fault atlas. */
  readonly fault: string
  /** A bank that is away is away for everybody, also for who asks without signing in. */
  readonly strikes: 'everybody' | 'ana'
  /** The account of ana's that is concerned; null: the login. */
  readonly account: string | null
}

export const DEMO_FAULTS: readonly DemoFault[] = [
  { family: 'bank_server', fault: 'http-503', strikes: 'everybody', account: null },
  { family: 'authentication', fault: 'password-changed', strikes: 'ana', account: null },
  { family: 'account', fault: 'access-withdrawn', strikes: 'ana', account: 'ana-savings' },
  { family: 'mfa', fault: 'mfa-demanded', strikes: 'ana', account: null },
  { family: 'outdated', fault: 'consent-expired', strikes: 'ana', account: null },
  { family: 'restriction', fault: 'rate-limit', strikes: 'ana', account: null },
  { family: 'maintenance', fault: 'maintenance-announced', strikes: 'everybody', account: null },
  { family: 'own_side', fault: 'aggregator-down', strikes: 'everybody', account: null },
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
