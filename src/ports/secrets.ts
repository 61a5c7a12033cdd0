/**
 * Sealed records and the attempts ledger in the store; only the vault uses this. Scoped to one tenant, and each method one
 * atomic step, as in store.ts.
 */
import type { Patch } from './store.ts'

/** Bytes are sealed before they come here. */
export type SecretStore = {
  tenantKey(): Promise<SealedKey | null>
  /** Keeps a stored key that has another `keyId`: two workers that both make the first key end up with one. */
  saveTenantKey(key: SealedKey): Promise<void>
  /** Replaces every earlier version of the same purpose: a used code leaves nothing behind. `underKey`: only while the tenant's key has that id; false when it has another. */
  put(record: SealedSecret, underKey?: Uint8Array): Promise<boolean>
  /** Shows the tenant's key and all records, and stores what `decide` returns in their place, in one step that no `put` can come between. False: there is no key, or `decide` returned null. */
  reseal(decide: (key: SealedKey, records: readonly SealedSecret[]) => Resealed | null): Promise<boolean>
  /** The newest version. */
  get(connectionId: string, purpose: string): Promise<SealedSecret | null>
  /** Of one purpose, or of all. */
  destroy(connectionId: string, purpose?: string): Promise<void>
  destroyExpired(now: number): Promise<void>
  /**
   * Locks the login's ledger, shows it to `decide`, and stores the entry that it returns before it
   * resolves; nothing is stored when `decide` returns null. Two workers can never both pass. An
   * attempt with `usesGrant` takes one granted use in the same step. `seen`: what `ledger` told before,
   * which saves time while it is still so, and the attempt's secret still stored; `decide` is asked again
   * when it is not.
   */
  beginAttempt(loginIndex: string, decide: (ledger: LoginLedger) => NewAttempt | null, seen?: LoginLedger): Promise<Attempt | null>
  /** Only an attempt that is `open`, `unknown`, `lost` or `abandoned` gets an outcome. One that was accepted ends what was granted to its login, in the same step; under a lock that is stored with the next call, and lost with the process it allows less, never more. One that was answered `locked` locks its login, in the same step. */
  endAttempt(id: string, outcome: Attempt['outcome'], at: number): Promise<void>
  /** Attempts that were open when their process died; `abandoned` from then on. */
  closeStaleAttempts(before: number, at: number): Promise<number>
  ledger(loginIndex: string): Promise<LoginLedger>
  setLogin(loginIndex: string, patch: Patch<Pick<LoginLedger, 'lockedAt' | 'grantedUses'>>): Promise<void>
}

export type SealedKey = { readonly keyId: Uint8Array; readonly sealed: Uint8Array; readonly masterKeyId: Uint8Array }

export type Resealed = { readonly key: SealedKey; readonly records: readonly SealedSecret[] }

export type SealedSecret = {
  /** The connection, or the destination of alerts; stored under this name since there were connections only. */
  readonly connectionId: string
  readonly purpose: string
  readonly version: number
  readonly sealed: Uint8Array
  /** Blind index of the value, so that a refused one is recognised when it is typed again. */
  readonly digest: string
  readonly createdAt: number
  readonly expiresAt: number | null
}

export type Attempt = {
  readonly id: string
  readonly loginIndex: string
  readonly connectionId: string
  readonly secretVersion: number
  readonly secretDigest: string
  readonly openedAt: number
  readonly closedAt: number | null
  /** `unknown`: the bank's answer says nothing of the secret. `lost`: no answer came, or it was cut. `abandoned`: the process died that waited for it. The last two may have been a refusal. */
  readonly outcome: 'open' | 'accepted' | 'refused' | 'locked' | 'not_sent' | 'unknown' | 'lost' | 'abandoned'
}

/** What `beginAttempt` writes down. */
export type NewAttempt = Attempt & { readonly usesGrant?: boolean }

/**
 * Newest first: the attempts since the last accepted one, that one, and of those before it the ones that were or may have
 * been refused (`open`, `refused`, `abandoned`) and whose secret the bank has not accepted since.
 */
export type LoginLedger = {
  readonly attempts: readonly Attempt[]
  readonly lockedAt: number | null
  /** Uses that a warned person granted and that are not used yet. */
  readonly grantedUses: number
}
