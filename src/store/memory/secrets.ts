/** Sealed secrets and the attempts ledger of one tenant in memory; see `SecretStore`. */
import type { Attempt, LoginLedger, NewAttempt, SecretStore } from '../../ports/secrets.ts'
import { by } from './order.ts'
import type { SecretState } from './state.ts'

export function memorySecrets(state: SecretState): SecretStore {
  const login = (loginIndex: string) => state.logins.get(loginIndex) ?? { lockedAt: null, grantedUses: 0 }
  function ledger(loginIndex: string): LoginLedger {
    const own: Attempt[] = []
    const accepted = new Set<string>()
    for (const attempt of state.attempts.toReversed()) {
      if (attempt.loginIndex !== loginIndex) continue
      const { outcome, secretDigest } = attempt
      if (accepted.size === 0 || (['open', 'refused', 'abandoned'].includes(outcome) && !accepted.has(secretDigest))) own.push(attempt)
      if (outcome === 'accepted') accepted.add(secretDigest)
    }
    return { ...login(loginIndex), attempts: own }
  }
  function settle(index: number, outcome: LoginLedger['attempts'][number]['outcome'], at: number): void {
    state.attempts[index] = { ...state.attempts[index]!, outcome, closedAt: at }
  }
  const isStored = ({ connectionId, secretVersion, secretDigest }: NewAttempt): boolean =>
    state.records.some((r) => r.connectionId === connectionId && r.version === secretVersion && r.digest === secretDigest)
  return {
    async tenantKey() {
      return state.tenantKey
    },
    async saveTenantKey(key) {
      if (state.tenantKey === null || sameBytes(state.tenantKey.keyId, key.keyId)) state.tenantKey = key
    },
    async put(record, underKey) {
      if (underKey !== undefined && !(state.tenantKey !== null && sameBytes(state.tenantKey.keyId, underKey))) return false
      const others = state.records.filter(
        (r) => r.connectionId !== record.connectionId || r.purpose !== record.purpose || r.version > record.version,
      )
      state.records = [...others, record]
      return true
    },
    async reseal(decide) {
      const decided = state.tenantKey === null ? null : decide(state.tenantKey, state.records)
      if (decided === null) return false
      state.tenantKey = decided.key
      state.records = [...decided.records]
      return true
    },
    async get(connectionId, purpose) {
      return state.records.filter((r) => r.connectionId === connectionId && r.purpose === purpose).sort(by((r) => r.version)).at(-1) ?? null
    },
    async destroy(connectionId, purpose) {
      state.records = state.records.filter((r) => r.connectionId !== connectionId || (purpose !== undefined && r.purpose !== purpose))
    },
    async destroyExpired(now) {
      state.records = state.records.filter((r) => r.expiresAt === null || r.expiresAt > now)
    },
    async beginAttempt(loginIndex, decide, seen) {
      // Asked as often as on PostgreSQL: what is decided may draw an id, and a simulated seed gives the same bytes on both.
      const expected = seen === undefined ? null : decide(seen)
      const decided = expected !== null && isStored(expected) && isSame(seen!, ledger(loginIndex)) ? expected : decide(ledger(loginIndex))
      if (decided === null) return null
      const { usesGrant = false, ...attempt } = decided
      const { lockedAt, grantedUses } = login(loginIndex)
      state.logins.set(loginIndex, { lockedAt, grantedUses: usesGrant ? Math.max(0, grantedUses - 1) : grantedUses })
      state.attempts.push(attempt)
      return attempt
    },
    async endAttempt(id, outcome, at) {
      const place = state.attempts.findLastIndex((a) => a.id === id)
      const index = place !== -1 && ['open', 'unknown', 'lost', 'abandoned'].includes(state.attempts[place]!.outcome) ? place : -1
      const loginIndex = state.attempts[place]?.loginIndex
      if (index !== -1) settle(index, outcome, at)
      if (index !== -1 && outcome === 'locked' && loginIndex !== undefined) state.logins.set(loginIndex, { ...login(loginIndex), lockedAt: login(loginIndex).lockedAt ?? at })
      if (outcome === 'accepted' && loginIndex !== undefined) state.logins.set(loginIndex, { ...login(loginIndex), grantedUses: 0 })
    },
    async closeStaleAttempts(before, at) {
      const stale = [...state.attempts.keys()].filter((i) => state.attempts[i]!.outcome === 'open' && state.attempts[i]!.openedAt < before)
      for (const index of stale) settle(index, 'abandoned', at)
      return stale.length
    },
    async ledger(loginIndex) {
      return ledger(loginIndex)
    },
    async setLogin(loginIndex, patch) {
      state.logins.set(loginIndex, { ...login(loginIndex), ...patch })
    },
  }
}

/** In what the rules of the ledger look at. */
function isSame(a: LoginLedger, b: LoginLedger): boolean {
  return a.lockedAt === b.lockedAt && a.grantedUses === b.grantedUses && a.attempts.length === b.attempts.length &&
    a.attempts.every(({ id, outcome }, index) => id === b.attempts[index]!.id && outcome === b.attempts[index]!.outcome)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
