/**
 * An incident: a time in which a bank did not serve those who use it. It is the bank's, not one
 * connection's: it begins with the first read that failed, ends with the first that worked, and is
 * kept, so that the bank's history can be shown and its usual rate of failures be told from it.
 */
import type { CauseCode } from './cause.ts'

/**
 * Whom it strikes: all connections of the bank, those of one route, or the accounts of one kind while
 * the others are read.
 */
export type IncidentScope =
  | { readonly kind: 'bank' }
  | { readonly kind: 'route'; readonly connector: string }
  | { readonly kind: 'accounts'; readonly accountKind: string }

export type Incident = {
  readonly id: string
  readonly institutionId: string
  readonly scope: IncidentScope
  readonly cause: CauseCode
  /** The first read that failed, epoch ms. */
  readonly startedAt: number
  /** The newest that failed. */
  readonly lastFailureAt: number
  /** The first that worked; null: it lasts. */
  readonly endedAt: number | null
  /** Connections that it struck, of those in its scope, when it was widest. */
  readonly failing: number
  readonly connections: number
  /** What showed it: reads of several connections, or a harmless question where only one connection asks. */
  readonly witness: 'reads' | 'probe'
  /** The problem whose alert is the incident's alert; null: none was open. */
  readonly problemId: string | null
}

export function sameScope(a: IncidentScope, b: IncidentScope): boolean {
  return scopeKey(a) === scopeKey(b)
}

/** One word for a scope: two incidents of one bank are never open under the same. */
export function scopeKey(scope: IncidentScope): string {
  return scope.kind === 'bank' ? 'bank' : scope.kind === 'route' ? `route ${scope.connector}` : `accounts ${scope.accountKind}`
}
