/**
 * The vault: secrets sealed for one place and one audience, lent for one exchange, and only after
 * the attempts ledger has the attempt in writing (security.md section 3). Promises that nothing is
 * lent against the rules of `ledger.ts`, whatever crashes, and that no value ever appears in a
 * failure. Does not promise secrecy against whoever holds the master key: it logs in unattended.
 */
import { hash, type KeyObject } from 'node:crypto'
import type { Failure } from '../domain/evidence.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import { StoreUnavailable, type LoginLedger, type NewAttempt, type SealedSecret, type SecretStore } from '../ports/store.ts'
import type { AttemptEnd } from '../ports/transport.ts'
import type { Drawer, Lease, Sealed, SealRequest, SecretOwner, SecretStatus, Vault } from '../ports/vault.ts'
import { createConcealer } from '../connector-kit/masking.ts'
import { blindIndex, deriveKey, makeTenantKey, openTenantKey, sameId, type MasterKey, type TenantKey } from './keys.ts'
import { decide, isRefused, LEASE_MS, mayBeRefused, type Withheld } from './ledger.ts'
import { readContents, resolve, writeContents, type Contents, type Fetch } from './references.ts'
import { keyIdOf, openRecord, sealRecord } from './record.ts'
import { secretWithheld, statusOf, unreadable, withheldFailure } from './withheld.ts'

export type VaultOptions = {
  readonly secrets: SecretStore
  readonly tenantId: string
  readonly masterKey: MasterKey
  /** Gives what is stored by reference only; without it no reference is taken. */
  readonly fetch?: Fetch
  /** The tenant's own after a rotation (`blindKeyOf`); by default the master key's. */
  readonly blindKey?: KeyObject
  /** Writes the audit log: what was sealed, lent and refused, by the digest of its ciphertext, so that a row that somebody put back shows. */
  readonly tell?: Tell
  readonly clock: Clock
  readonly entropy: Entropy
}

export type Tell = (action: 'secret.sealed' | 'secret.lent' | 'secret.refused', connectionId: string, codes: { readonly version: number; readonly ciphertext: string }) => Promise<void>

/** What the vault gives beyond its port: a name for personal data that means nothing outside of the tenant, and a drawer for what is no login. */
export type TenantVault = Vault & { pseudonym(text: string): string; readonly drawer: Drawer }

type Values = Readonly<Record<string, string>>
/** What is kept for a while only. */
type Waiting = { readonly values: Values; readonly expiresAt: number | null }
/** Of a login: the record, and what is in it. */
type Opened = { readonly record: SealedSecret; readonly contents: Contents }
type SealOptions = { readonly expiresAt?: number | null; /** Of the values, the fetched ones among them. */ readonly digest?: string; readonly drawer?: string }
type Look = { readonly stored: SealedSecret | null; readonly ledger: LoginLedger }

const LOGIN = 'login'
/** The secret of another login that is tried: sealed as a login, kept beside the one that counts. */
const TRIAL = 'trial'
const SETTLE_PAUSE_MS = 500
const MOST_FORESEEN = 1_000
const ANSWERS = 'answers'
/** What goes on with a question of the bank's. */
/** What goes with a question of a bank until it is answered. */
export const QUESTION = 'question'
/** What is in the drawer; its place is not a login's. */
export const DRAWER = 'drawer'
export const NO_LOGIN = ''
/** Answers go only where the login goes that they are lent with, so they are bound to no address of their own. */
const WITH_LOGIN: readonly string[] = []

/** The vault of one tenant. */
export function createVault(options: VaultOptions): TenantVault {
  return new SealedVault(options)
}

class SealedVault implements TenantVault {
  readonly #secrets: SecretStore
  readonly #tenantId: string
  readonly #masterKey: MasterKey
  readonly #blindKey: KeyObject
  readonly #clock: Clock
  readonly #entropy: Entropy
  readonly #fetch: Fetch
  readonly #tell: Tell
  /** Of each connection, what the log knows this process to lend. */
  readonly #toldLent = new Map<string, string>()
  #tenantKey: Promise<Result<TenantKey, Failure>> | null = null
  /** What a login's next lending will find, unless it changed: it saves the look. */
  readonly #foreseen = new Map<string, Look & { readonly loginIndex: string }>()
  /** What was sent last is no longer stored, or never was, but an answer of the bank's may repeat it. */
  readonly #lentAnswers = new Map<string, readonly string[]>()
  readonly #lentFetched = new Map<string, readonly string[]>()

  constructor({ secrets, tenantId, masterKey, blindKey, clock, entropy, fetch, tell }: VaultOptions) {
    this.#tell = tell ?? (async () => undefined)
    this.#secrets = secrets
    this.#tenantId = tenantId
    this.#masterKey = masterKey
    this.#blindKey = blindKey ?? deriveKey(masterKey, 'blind index', tenantId)
    this.#clock = clock
    this.#entropy = entropy
    this.#fetch = fetch ?? (async () => failed({ code: 'failed', message: 'No secret is taken by reference here.' }))
  }

  async seal({ owner, values, references = {}, origins, keep, identity = [], evenIfRefused, trial = false }: SealRequest): Promise<Result<Sealed, Failure>> {
    const kept = keep === undefined ? ok({}) : await this.#storedFields(owner, keep.fields, keep.origins)
    if (!kept.ok) return kept
    const contents: Contents = { values: { ...kept.value, ...values }, references, identity }
    // Fetched once now: a place that gives nothing is told to the person who names it, and what the bank refused is known again.
    const whole = await resolve(contents, this.#fetch)
    if (!whole.ok) return whole
    const digest = this.#digestOf(owner, whole.value, identity)
    const ledger = await this.#secrets.ledger(owner.loginIndex)
    const sameAsRefused = mayBeRefused(ledger, digest)
    // Decided before anything is stored: a secret that may not be sent must not take the place of one that may.
    if (sameAsRefused && evenIfRefused !== true) return ok({ sameAsRefused, status: isRefused(ledger, digest) ? 'refused' : 'interrupted' })
    const record = await this.#sealValues(owner, LOGIN, contents, origins, { digest, drawer: trial ? TRIAL : LOGIN })
    if (!record.ok) return record
    await this.#tell('secret.sealed', owner.connectionId, traceOf(record.value))
    // What a person granted was meant for the secret that was stored then.
    if (ledger.grantedUses !== 0) await this.withdrawGrant(owner)
    return ok({ sameAsRefused, status: statusOf(decide({ ...ledger, grantedUses: 0 }, digest, this.#clock.now())) })
  }

  async lend(owner: SecretOwner, fields: readonly string[], origin: string, audience: readonly string[] = [origin]): Promise<Result<Lease, Failure>> {
    if (!audience.includes(origin)) return failed(unreadable('The secret was not typed for this address, so it is not sent there.'))
    const foreseen = this.#foreseen.get(owner.connectionId)
    this.#foreseen.delete(owner.connectionId)
    const isForeseen = foreseen !== undefined && foreseen.loginIndex === owner.loginIndex
    const { stored, ledger: seen } = isForeseen ? foreseen : await this.#look(owner)
    const login = await this.#openLogin(owner, audience, stored)
    // What was foreseen may be sealed anew meanwhile, under another key.
    if (!login.ok) return isForeseen ? this.lend(owner, fields, origin, audience) : login
    const { contents } = login.value
    const values = await resolve(contents, this.#fetch)
    if (!values.ok) return values
    const record = await this.#asFetched(owner, login.value, values.value)
    const fromAnswers = fields.some((field) => !Object.hasOwn(values.value, field))
    const answers: Result<Waiting | null, Failure> = fromAnswers ? await this.#openAnswers(owner) : ok(null)
    if (!answers.ok) return answers
    const known = new Map([...Object.entries(answers.value?.values ?? {}), ...Object.entries(values.value)])
    const absent = fields.find((field) => !known.has(field))
    if (absent !== undefined) {
      return failed(secretWithheld(`The field "${absent}" is not stored, was used already, or expired. It must be typed again.`, { kind: 'afterPerson' }, 'missing'))
    }
    const attempt = await this.#begin(owner, record.version, record.digest, seen, isForeseen)
    // What was foreseen is not so any more: looked at anew, which is what the next call does.
    if (attempt === null) return this.lend(owner, fields, origin, audience)
    if (!attempt.ok) return attempt
    await this.#tellLent(owner, record, attempt.value)
    if (answers.value !== null) {
      const spent = await this.#spend(owner, answers.value, attempt.value)
      if (!spent.ok) return spent
    }
    let [current, isOver, isRepeated] = [attempt.value, false, false]
    return ok({
      values: Object.fromEntries(fields.map((field) => [field, known.get(field) ?? ''])),
      again: async () => {
        await this.#settle(current, 'unknown')
        const next = await this.#begin(owner, record.version, record.digest, await this.#secrets.ledger(owner.loginIndex), false)
        isOver = next?.ok !== true
        if (next?.ok === true) [current, isRepeated] = [next.value, true]
        return !isOver
      },
      settle: async (outcome) => {
        if (isOver) return
        if (outcome === 'not_sent' && answers.value !== null && !isRepeated) await this.#sealValues(owner, ANSWERS, plain(answers.value.values), WITH_LOGIN, { expiresAt: answers.value.expiresAt })
        await this.#settle(current, outcome)
        if (outcome === 'refused') await this.#tell('secret.refused', owner.connectionId, traceOf(record))
        // The next exchange of the run begins here; the store checks that it is still so.
        if (outcome === 'accepted' && record === stored) this.#foresee(owner, stored, { ...seen, attempts: [{ ...current, outcome }], grantedUses: 0 })
      },
    })
  }

  /** Once for each process and ciphertext: every send is in the ledger, and a line for each would cost a read as much as its rows. A line that cannot be written keeps the secret here. */
  async #tellLent({ connectionId }: SecretOwner, record: SealedSecret, attempt: NewAttempt): Promise<void> {
    const trace = traceOf(record)
    if (this.#toldLent.get(connectionId) === trace.ciphertext) return
    try {
      await this.#tell('secret.lent', connectionId, trace)
    } catch (error) {
      await this.#settle(attempt, 'not_sent')
      throw error
    }
    if (this.#toldLent.size >= MOST_FORESEEN) this.#toldLent.clear()
    this.#toldLent.set(connectionId, trace.ciphertext)
  }

  async foresee(owner: SecretOwner): Promise<void> {
    const { stored, ledger } = await this.#look(owner)
    if (stored !== null) this.#foresee(owner, stored, ledger)
  }

  async status(owner: SecretOwner): Promise<SecretStatus> {
    const record = await this.#secrets.get(owner.connectionId, LOGIN)
    return record === null ? 'missing' : statusOf(decide(await this.#secrets.ledger(owner.loginIndex), record.digest, this.#clock.now()))
  }

  /** One, not one more: asking twice does not allow two. */
  async grantOneUse(owner: SecretOwner): Promise<void> {
    await this.#secrets.setLogin(owner.loginIndex, { grantedUses: 1 })
  }

  async withdrawGrant(owner: SecretOwner): Promise<void> {
    await this.#secrets.setLogin(owner.loginIndex, { grantedUses: 0 })
  }

  async resolveTrial(owner: SecretOwner, audience: readonly string[]): Promise<void> {
    const record = await this.#secrets.get(owner.connectionId, TRIAL)
    if (record === null) return
    if ((await this.#openValues(owner, record, audience)).ok) await this.#secrets.put({ ...record, purpose: LOGIN }, keyIdOf(record.sealed))
    await this.#secrets.destroy(owner.connectionId, TRIAL)
  }

  async lock(owner: SecretOwner): Promise<void> {
    await this.#secrets.setLogin(owner.loginIndex, { lockedAt: this.#clock.now() })
  }

  async unlock(owner: SecretOwner): Promise<void> {
    const ledger = await this.#secrets.ledger(owner.loginIndex)
    const record = await this.#secrets.get(owner.connectionId, LOGIN)
    // Who says that the bank unlocked the login has been warned; but a refused secret stays refused.
    const grant = record !== null && !isRefused(ledger, record.digest)
    await this.#secrets.setLogin(owner.loginIndex, grant ? { lockedAt: null, grantedUses: 1 } : { lockedAt: null })
  }

  async destroy(owner: SecretOwner): Promise<void> {
    this.#lentAnswers.delete(owner.connectionId)
    this.#lentFetched.delete(owner.connectionId)
    this.#foreseen.delete(owner.connectionId)
    await this.#secrets.destroy(owner.connectionId)
  }

  loginIndex(institutionId: string, userName: string): string {
    return blindIndex(this.#blindKey, ['login', institutionId, userName.normalize('NFKC').trim().toLowerCase()])
  }

  async sealAnswers(challengeId: string, owner: SecretOwner, answers: Values, expiresAt: number): Promise<void> {
    const sealed = await this.#sealValues(owner, ANSWERS, plain(answers), WITH_LOGIN, { expiresAt })
    if (!sealed.ok) throw new Error(`the answers of challenge ${challengeId} could not be sealed: ${sealed.failure.message}`)
  }

  async answersWait(owner: SecretOwner): Promise<boolean> {
    const answers = await this.#openAnswers(owner)
    return answers.ok && answers.value !== null
  }

  async holdQuestion(owner: SecretOwner, held: Values, audience: readonly string[], expiresAt: number): Promise<Result<null, Failure>> {
    const sealed = await this.#sealValues(owner, QUESTION, plain(held), audience, { expiresAt })
    return sealed.ok ? ok(null) : sealed
  }

  async heldQuestion(owner: SecretOwner, audience: readonly string[]): Promise<Values | null> {
    const held = await this.#openWaiting(owner, QUESTION, audience)
    return held.ok ? (held.value?.values ?? null) : null
  }

  async dropQuestion({ connectionId }: SecretOwner): Promise<void> {
    await this.#secrets.destroy(connectionId, QUESTION)
  }

  async concealer(owner: SecretOwner, audience: readonly string[], identity: readonly string[]): Promise<(text: string) => string> {
    const login = await this.#openLogin(owner, audience, await this.#secrets.get(owner.connectionId, LOGIN))
    const stored = login.ok ? Object.entries(login.value.contents.values) : []
    const secrets = [...(this.#lentFetched.get(owner.connectionId) ?? []), ...stored.flatMap(([field, value]) => (identity.includes(field) ? [] : [value])), ...(this.#lentAnswers.get(owner.connectionId) ?? [])]
    const names = new Map(stored.flatMap(([field, value]) => (identity.includes(field) ? [[value.trim(), `[${this.pseudonym(value)}]`] as const] : [])))
    return createConcealer(secrets, names)
  }

  pseudonym(text: string): string {
    return blindIndex(this.#blindKey, ['pseudonym', text]).slice(0, 12)
  }

  readonly drawer: Drawer = {
    seal: async (ownerId, values, audience) => {
      const owner = { connectionId: ownerId, loginIndex: NO_LOGIN }
      const sealed = await this.#sealValues(owner, DRAWER, plain(values), audience, {})
      if (!sealed.ok) return sealed
      await this.#tell('secret.sealed', ownerId, traceOf(sealed.value))
      return ok(null)
    },
    open: async (ownerId, audience) => {
      const record = await this.#secrets.get(ownerId, DRAWER)
      if (record === null) return ok(null)
      const opened = await this.#openValues({ connectionId: ownerId, loginIndex: NO_LOGIN }, record, audience)
      return opened.ok ? ok(opened.value.values) : opened
    },
    destroy: (ownerId) => this.#secrets.destroy(ownerId, DRAWER),
  }

  async #look({ connectionId, loginIndex }: SecretOwner): Promise<Look> {
    const [ledger, stored] = await Promise.all([this.#secrets.ledger(loginIndex), this.#secrets.get(connectionId, LOGIN)])
    return { stored, ledger }
  }

  #foresee({ connectionId, loginIndex }: SecretOwner, stored: SealedSecret, ledger: LoginLedger): void {
    if (this.#foreseen.size >= MOST_FORESEEN) this.#foreseen.clear()
    this.#foreseen.set(connectionId, { stored, ledger, loginIndex })
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

  /** `drawer`: where the record is kept until a trial is resolved; it is sealed for its purpose and its version there. */
  async #sealValues(owner: SecretOwner, purpose: string, contents: Contents, audience: readonly string[], { expiresAt = null, digest, drawer = purpose }: SealOptions): Promise<Result<SealedSecret, Failure>> {
    const version = ((await this.#secrets.get(owner.connectionId, purpose))?.version ?? 0) + 1
    const plaintext = Buffer.from(writeContents(contents), 'utf8')
    try {
      for (const more of [true, false]) {
        const key = await this.#loadTenantKey()
        if (!key.ok) return key
        const sealed = sealRecord(key.value, { tenantId: this.#tenantId, ownerId: owner.connectionId, purpose: placeOf(owner, purpose), version, audience }, plaintext, this.#entropy)
        const record = { connectionId: owner.connectionId, purpose: drawer, version, sealed, digest: digest ?? this.#digestOf(owner, contents.values, []), createdAt: this.#clock.now(), expiresAt }
        if (await this.#secrets.put(record, key.value.id)) return ok(record)
        // All was sealed anew under another key meanwhile.
        if (more) this.#tenantKey = null
      }
      return failed(unreadable('The key of this tenant was changed while the secret was sealed. Do it once more.'))
    } finally {
      plaintext.fill(0)
    }
  }

  async #openValues(owner: SecretOwner, record: SealedSecret, audience: readonly string[]): Promise<Result<Contents, Failure>> {
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

  /** The connection's secret, or that of the login that is tried; each opens only for its own login. */
  async #openLogin(owner: SecretOwner, audience: readonly string[], record: SealedSecret | null): Promise<Result<Opened, Failure>> {
    const login = record === null ? null : await this.#openValues(owner, record, audience)
    if (record !== null && login?.ok === true) return ok({ record, contents: login.value })
    const trial = await this.#secrets.get(owner.connectionId, TRIAL)
    const tried = trial === null ? null : await this.#openValues(owner, trial, audience)
    if (trial !== null && tried?.ok === true) return ok({ record: trial, contents: tried.value })
    const failure = login ?? tried
    return failure === null || failure.ok ? failed(secretWithheld('No secret is stored for this connection. Type it to connect.', { kind: 'afterPerson' }, 'missing')) : failure
  }

  /** A record whose secret lies elsewhere stands for what was fetched last: the ledger knows values, not places. */
  async #asFetched(owner: SecretOwner, { record, contents }: Opened, values: Values): Promise<SealedSecret> {
    if (Object.keys(contents.references).length === 0) return record
    this.#lentFetched.set(owner.connectionId, Object.keys(contents.references).map((field) => values[field] ?? ''))
    const digest = this.#digestOf(owner, values, contents.identity)
    if (digest === record.digest) return record
    const fresh = { ...record, digest }
    // Fetching takes its time: what was changed or destroyed meanwhile is not written back.
    if ((await this.#secrets.get(owner.connectionId, LOGIN))?.version !== record.version) return fresh
    await this.#secrets.put(fresh, keyIdOf(fresh.sealed))
    return fresh
  }

  /** Some fields of the stored login, for a new version of it. */
  async #storedFields(owner: SecretOwner, fields: readonly string[], audience: readonly string[]): Promise<Result<Values, Failure>> {
    const record = await this.#secrets.get(owner.connectionId, LOGIN)
    const login = record === null ? ok(plain({})) : await this.#openValues(owner, record, audience)
    if (!login.ok) return login
    const { values } = login.value
    const absent = fields.find((field) => !Object.hasOwn(values, field))
    if (absent !== undefined) return failed(secretWithheld(`The field "${absent}" is not stored. Type the whole sign-in again.`, { kind: 'afterPerson' }, 'missing'))
    return ok(Object.fromEntries(fields.map((field) => [field, values[field] ?? ''])))
  }

  /** The answers of a challenge that were not sent; null: there are none, or their time is over. */
  #openAnswers(owner: SecretOwner): Promise<Result<Waiting | null, Failure>> {
    return this.#openWaiting(owner, ANSWERS, WITH_LOGIN)
  }

  /** What is kept for a while only; null: there is nothing, or its time is over. */
  async #openWaiting(owner: SecretOwner, purpose: string, audience: readonly string[]): Promise<Result<Waiting | null, Failure>> {
    const record = await this.#secrets.get(owner.connectionId, purpose)
    if (record === null || (record.expiresAt !== null && record.expiresAt <= this.#clock.now())) return ok(null)
    const opened = await this.#openValues(owner, record, audience)
    if (!opened.ok) return opened
    return ok(Object.keys(opened.value.values).length === 0 ? null : { values: opened.value.values, expiresAt: record.expiresAt })
  }

  /** A code is sent once: it is gone before it leaves, and after the attempt is in writing, so that a withheld attempt costs none. */
  async #spend(owner: SecretOwner, answers: Waiting, attempt: NewAttempt): Promise<Result<null, Failure>> {
    this.#lentAnswers.set(owner.connectionId, Object.values(answers.values))
    let spent: Result<unknown, Failure> | null = null
    try {
      spent = await this.#sealValues(owner, ANSWERS, plain({}), WITH_LOGIN, {})
    } finally {
      if (spent?.ok !== true) await this.#settle(attempt, 'not_sent')
    }
    return spent.ok ? ok(null) : spent
  }

  /** Two entries that differ only in the order of fields are the same secret. */
  #digestOf(owner: SecretOwner, values: Values, identity: readonly string[]): string {
    // Blanks around a value are lost on the way to most banks: with and without them it is one secret, of which a refused one counts a try.
    const fields = Object.keys(values).filter((name) => !identity.includes(name)).sort().flatMap((name) => [name, (values[name] ?? '').trim()])
    return blindIndex(this.#blindKey, ['secret', owner.loginIndex, ...fields])
  }

  /** Null: what was foreseen is not so any more, and nothing was stored. */
  async #begin(owner: SecretOwner, version: number, digest: string, seen: LoginLedger, isForeseen: boolean): Promise<Result<NewAttempt, Failure> | null> {
    let why: Withheld = 'busy'
    let begun: NewAttempt | null = null
    let asked = 0
    const stored = await this.#secrets.beginAttempt(owner.loginIndex, (ledger) => {
      if (asked++ > 0 && isForeseen) return null
      const now = this.#clock.now()
      const decision = decide(ledger, digest, now)
      if (!decision.send) {
        why = decision.why
        return null
      }
      begun = { id: this.#entropy.id(now), loginIndex: owner.loginIndex, connectionId: owner.connectionId, secretVersion: version, secretDigest: digest, openedAt: now, closedAt: null, outcome: 'open', usesGrant: decision.usesGrant }
      return begun
    }, seen)
    if (stored === null && isForeseen) return null
    return stored === null || begun === null ? failed(withheldFailure(why, this.#clock.now())) : ok(begun)
  }

  /** Closes the ledger's entry. What a person granted ends with an acceptance; it comes back last when nothing was sent: a crash between never leaves one too many. */
  async #settle(attempt: NewAttempt, outcome: AttemptEnd): Promise<void> {
    const { loginIndex } = attempt
    await this.#insist(() => this.#secrets.endAttempt(attempt.id, outcome, this.#clock.now()))
    if (outcome === 'not_sent' && attempt.usesGrant === true) await this.#secrets.setLogin(loginIndex, { grantedUses: 1 })
  }

  /** Only we know what the bank said: a database that is away for a moment must not make an unknown of a refusal, which would allow one more send. */
  async #insist(work: () => Promise<void>): Promise<void> {
    for (const until = this.#clock.now() + LEASE_MS; ; await this.#clock.sleep(SETTLE_PAUSE_MS)) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || this.#clock.now() >= until) throw error
      }
    }
  }
}

/** Which ciphertext it is, without a bit of it. */
function traceOf({ version, sealed }: SealedSecret): { readonly version: number; readonly ciphertext: string } {
  return { version, ciphertext: hash('sha256', sealed).slice(0, 16) }
}

/** Nothing by reference. */
function plain(values: Values): Contents {
  return { values, references: {}, identity: [] }
}

/** Sealed for one login: what was typed for another one does not open, so it is never counted in the wrong ledger. */
export function placeOf(owner: SecretOwner, purpose: string): string {
  return `${purpose}:${owner.loginIndex}`
}
