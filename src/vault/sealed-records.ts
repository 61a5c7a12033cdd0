/**
 * The sealed records of one tenant: values sealed for an owner, a purpose and the addresses they may go to, and opened for no
 * other. The tenant's key is made at the first secret, and may be another one at any moment, when all is sealed anew.
 * Knows nothing of attempts: whether a secret may be sent is the vault's to say.
 */
import type { KeyObject } from 'node:crypto'
import type { Failure } from '../domain/evidence.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { SealedSecret, SecretStore } from '../ports/secrets.ts'
import type { SecretOwner } from '../ports/vault.ts'
import { blindIndex, makeTenantKey, openTenantKey, sameId, type MasterKey, type TenantKey } from './keys.ts'
import { keyIdOf, openRecord, sealRecord } from './record.ts'
import { readContents, writeContents, type Contents } from './references.ts'
import { unreadable } from './withheld.ts'

export type Values = Readonly<Record<string, string>>
/** What is kept for a while only. */
export type Waiting = { readonly values: Values; readonly expiresAt: number | null }
type SealOptions = { readonly expiresAt?: number | null; /** Of the values, the fetched ones among them. */ readonly digest?: string; readonly drawer?: string }

export const LOGIN = 'login'
/** The secret of another login that is tried: sealed as a login, kept beside the one that counts. */
export const TRIAL = 'trial'
export const ANSWERS = 'answers'
/** What goes with a question of a bank until it is answered. */
export const QUESTION = 'question'
/** What is in the drawer; its place is not a login's. */
export const DRAWER = 'drawer'
export const NO_LOGIN = ''

export type SealedParts = { readonly secrets: SecretStore; readonly tenantId: string; readonly masterKey: MasterKey; readonly blindKey: KeyObject; readonly clock: Clock; readonly entropy: Entropy }

export class SealedRecords {
  readonly #secrets: SecretStore
  readonly #tenantId: string
  readonly #masterKey: MasterKey
  readonly #blindKey: KeyObject
  readonly #clock: Clock
  readonly #entropy: Entropy
  #tenantKey: Promise<Result<TenantKey, Failure>> | null = null

  constructor({ secrets, tenantId, masterKey, blindKey, clock, entropy }: SealedParts) {
    this.#secrets = secrets
    this.#tenantId = tenantId
    this.#masterKey = masterKey
    this.#blindKey = blindKey
    this.#clock = clock
    this.#entropy = entropy
  }

  /** `drawer`: where the record is kept until a trial is resolved; it is sealed for its purpose and its version there. */
  async seal(owner: SecretOwner, purpose: string, contents: Contents, audience: readonly string[], { expiresAt = null, digest, drawer = purpose }: SealOptions): Promise<Result<SealedSecret, Failure>> {
    const version = ((await this.#secrets.get(owner.connectionId, purpose))?.version ?? 0) + 1
    const plaintext = Buffer.from(writeContents(contents), 'utf8')
    try {
      for (const more of [true, false]) {
        const key = await this.#loadTenantKey()
        if (!key.ok) return key
        const sealed = sealRecord(key.value, { tenantId: this.#tenantId, ownerId: owner.connectionId, purpose: placeOf(owner, purpose), version, audience }, plaintext, this.#entropy)
        const record = { connectionId: owner.connectionId, purpose: drawer, version, sealed, digest: digest ?? this.digestOf(owner, contents.values, []), createdAt: this.#clock.now(), expiresAt }
        if (await this.#secrets.put(record, key.value.id)) return ok(record)
        // All was sealed anew under another key meanwhile.
        if (more) this.#tenantKey = null
      }
      return failed(unreadable('The key of this tenant was changed while the secret was sealed. Do it once more.'))
    } finally {
      plaintext.fill(0)
    }
  }

  async open(owner: SecretOwner, record: SealedSecret, audience: readonly string[]): Promise<Result<Contents, Failure>> {
    const key = await this.#keyFor(record)
    if (!key.ok) return key
    const { connectionId: ownerId, version, sealed } = record
    const purpose = record.purpose === TRIAL ? LOGIN : record.purpose
    const plaintext = openRecord(key.value, { tenantId: this.#tenantId, ownerId, purpose: placeOf(owner, purpose), version, audience }, sealed)
    if (plaintext === null) {
      return failed(unreadable('The stored secret cannot be opened for this address and login: the address, the login or the record was changed since it was typed. Type it again.'))
    }
    try {
      return ok(readContents(Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.length).toString('utf8')))
    } finally {
      plaintext.fill(0)
    }
  }

  /** What is kept for a while only; null: there is nothing, or its time is over. */
  async openWaiting(owner: SecretOwner, purpose: string, audience: readonly string[]): Promise<Result<Waiting | null, Failure>> {
    const record = await this.#secrets.get(owner.connectionId, purpose)
    if (record === null || (record.expiresAt !== null && record.expiresAt <= this.#clock.now())) return ok(null)
    const opened = await this.open(owner, record, audience)
    if (!opened.ok) return opened
    return ok(Object.keys(opened.value.values).length === 0 ? null : { values: opened.value.values, expiresAt: record.expiresAt })
  }

  /** Two entries that differ only in the order of fields are the same secret. */
  digestOf(owner: SecretOwner, values: Values, identity: readonly string[]): string {
    // Blanks around a value are lost on the way to most banks: with and without them it is one secret, of which a refused one counts a try.
    const fields = Object.keys(values).filter((name) => !identity.includes(name)).sort().flatMap((name) => [name, (values[name] ?? '').trim()])
    return blindIndex(this.#blindKey, ['secret', owner.loginIndex, ...fields])
  }

  /** One key for each tenant, made at the first secret. A failure is not remembered: the store may come back. */
  async #loadTenantKey(): Promise<Result<TenantKey, Failure>> {
    this.#tenantKey ??= this.#readTenantKey()
    try {
      const loaded = await this.#tenantKey
      if (!loaded.ok) this.#tenantKey = null
      return loaded
    } catch (error) {
      this.#tenantKey = null
      throw error
    }
  }

  /** The tenant's key, looked up anew where the record is under another one than is known: all may have been sealed anew. */
  async #keyFor({ sealed }: SealedSecret): Promise<Result<TenantKey, Failure>> {
    const known = await this.#loadTenantKey()
    if (!known.ok || sameId(keyIdOf(sealed), known.value.id)) return known
    this.#tenantKey = null
    return this.#loadTenantKey()
  }

  async #readTenantKey(): Promise<Result<TenantKey, Failure>> {
    let stored = await this.#secrets.tenantKey()
    if (stored === null) {
      await this.#secrets.saveTenantKey(makeTenantKey(this.#masterKey, this.#tenantId, this.#entropy).sealed)
      // Read again: of two workers that both made a key, one is stored, and both must use that one.
      stored = await this.#secrets.tenantKey()
    }
    if (stored === null) return failed(unreadable('The key of this tenant could not be stored.'))
    if (!sameId(stored.masterKeyId, this.#masterKey.id)) {
      return failed(unreadable('The secrets in this database were sealed under another master key. Start with that key, or type the secrets again.'))
    }
    const key = openTenantKey(this.#masterKey, this.#tenantId, stored)
    return key === null ? failed(unreadable('The key of this tenant cannot be opened: it was altered or belongs to another tenant.')) : ok(key)
  }
}

/** Nothing by reference. */
export function plain(values: Values): Contents {
  return { values, references: {}, identity: [] }
}

/** Sealed for one login: what was typed for another one does not open, so it is never counted in the wrong ledger. */
export function placeOf(owner: SecretOwner, purpose: string): string {
  return `${purpose}:${owner.loginIndex}`
}
