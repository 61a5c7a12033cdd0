/** The eight ways in which the demo breaks its bank: one fault of each family, and what a person does about it. */
import type { Family } from '../domain/cause.ts'

export type DemoFault = {
  readonly family: Family
  /** Name in the bank's fault atlas. */
  readonly fault: string
  /** What breaks, and what Relink makes of it: as the atlas has it, for people, without codes. */
  readonly sentence: string
  /** A bank that is away is away for everybody, also for who asks without signing in. */
  readonly strikes: 'everybody' | 'ana'
  /** The account of ana's that is concerned; null: the login. */
  readonly account: string | null
}

export const DEMO_FAULTS: readonly DemoFault[] = [
  { family: 'bank_server', fault: 'http-503', sentence: 'The bank says that it is not available, without saying for how long; the feed waits.', strikes: 'everybody', account: null },
  { family: 'authentication', fault: 'password-changed', sentence: 'The person changed the password at the bank; the old one is refused once, never sent again, and the person is asked for the new one.', strikes: 'ana', account: null },
  { family: 'account', fault: 'access-withdrawn', sentence: 'One account may no longer be read and is gone from the list; the other accounts go on, the person is told.', strikes: 'ana', account: 'ana-savings' },
  { family: 'mfa', fault: 'mfa-demanded', sentence: 'The bank newly asks for more than the password; the run waits for the person and goes on with the answer.', strikes: 'ana', account: null },
  { family: 'outdated', fault: 'consent-expired', sentence: 'The consent for access has run out; the person is led to renew it.', strikes: 'ana', account: null },
  { family: 'restriction', fault: 'rate-limit', sentence: 'Too many requests: the bank says how long it is not to be asked; the feed waits exactly that long and loses nothing.', strikes: 'ana', account: null },
  { family: 'maintenance', fault: 'maintenance-announced', sentence: 'A maintenance that the bank’s status page announced; the feed waits for its end and catches up.', strikes: 'everybody', account: null },
  { family: 'own_side', fault: 'aggregator-down', sentence: 'A relay between us and the bank says in its own name that it gets no answer; the bank is not blamed, and the feed waits.', strikes: 'everybody', account: null },
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
