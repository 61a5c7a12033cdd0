/** Why the vault lends nothing, for a person and for the diagnosis: what its ledger decides, what is not stored, and what does not open. */
import type { Evidence, Failure, Retry } from '../domain/evidence.ts'
import type { SecretStatus } from '../ports/vault.ts'
import { LEASE_MS, type Decision, type Withheld } from './ledger.ts'

export function statusOf(decision: Decision): SecretStatus {
  return decision.send || decision.why === 'busy' ? 'usable' : decision.why
}

const SENTENCES: Readonly<Record<Withheld, string>> = {
  busy: 'Another sign-in with this login is being answered right now.',
  locked: 'The bank locked this login. Nothing is sent until somebody says that it was unlocked at the bank.',
  refused: 'The bank refused this secret before. It is not sent again until it is changed or one more try is asked for.',
  interrupted: 'Relink was stopped while the bank was answering the last sign-in. That may have been a refusal, so this secret is sent again only when somebody asks for one more try.',
  withheld_unknown: 'The last sign-ins were not accepted. Banks lock after three, so the next one needs a person who knows that.',
}

export function withheldFailure(reason: Withheld, now: number): Failure {
  return secretWithheld(SENTENCES[reason], reason === 'busy' ? { kind: 'at', at: now + LEASE_MS } : { kind: 'afterPerson' }, reason)
}

export function secretWithheld(message: string, retry: Retry, reason: string): Failure {
  const evidence: Evidence = { stage: 'signon', codes: [`vault_${reason}`], message }
  return { code: 'secret_withheld', stage: 'signon', retry, message, evidence: [evidence] }
}

export function unreadable(message: string): Failure {
  return { code: 'secret_unreadable', stage: 'signon', retry: { kind: 'afterPerson' }, message, evidence: [{ stage: 'signon', codes: ['vault_unreadable'], message }] }
}
