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
import type { LoginLedger, NewAttempt, SealedSecret, SecretStore } from '../ports/secrets.ts'
import type { Drawer, Lease, Sealed, SealRequest, SecretOwner, SecretStatus, Vault } from '../ports/vault.ts'
import { createConcealer } from '../connector-kit/masking.ts'
import { Attempts } from './attempts.ts'
import { blindIndex, deriveKey, type MasterKey } from './keys.ts'
import { asAccepted, decide, isRefused, mayBeRefused } from './ledger.ts'
import { resolve, type Contents, type Fetch } from './references.ts'
import { keyIdOf } from './record.ts'
import { ANSWERS, DRAWER, LOGIN, NO_LOGIN, plain, QUESTION, SealedRecords, TRIAL, type Values, type Waiting } from './sealed-records.ts'
import { secretWithheld, statusOf, unreadable } from './withheld.ts'

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

/** Of a login: the record, and what is in it. */
type Opened = { readonly record: SealedSecret; readonly contents: Contents }
type Look = { readonly stored: SealedSecret | null; readonly ledger: LoginLedger }

const MOST_FORESEEN = 1_000
/** Answers go only where the login goes that they are lent with, so they are bound to no address of their own. */
const WITH_LOGIN: readonly string[] = []

/** The vault of one tenant. */
export function createVault(options: VaultOptions): TenantVault {
  return new SealedVault(options)
}

class SealedVault implements TenantVault {
  readonly #secrets: SecretStore
  readonly #records: SealedRecords
  readonly #attempts: Attempts
  readonly #blindKey: KeyObject
  readonly #clock: Clock
  readonly #fetch: Fetch
  readonly #tell: Tell
  /** Of each connection, what the log knows this process to lend. */
  readonly #toldLent = new Map<string, string>()
  /** What a login's next lending will find, unless it changed: it saves the look. */
  readonly #foreseen = new Map<string, Look & { readonly loginIndex: string }>()
  /** What was sent last is no longer stored, or never was, but an answer of the bank's may repeat it. */
  readonly #lentAnswers = new Map<string, readonly string[]>()
  readonly #lentFetched = new Map<string, readonly string[]>()

  constructor({ secrets, tenantId, masterKey, blindKey, clock, entropy, fetch, tell }: VaultOptions) {
    this.#tell = tell ?? (async () => undefined)
    this.#secrets = secrets
    this.#blindKey = blindKey ?? deriveKey(masterKey, 'blind index', tenantId)
    this.#records = new SealedRecords({ secrets, tenantId, masterKey, blindKey: this.#blindKey, clock, entropy })
    this.#attempts = new Attempts({ secrets, clock, entropy })
    this.#clock = clock
    this.#fetch = fetch ?? (async () => failed({ code: 'failed', message: 'No secret is taken by reference here.' }))
  }

  async seal({ owner, values, references = {}, origins, keep, identity = [], evenIfRefused, trial = false }: SealRequest): Promise<Result<Sealed, Failure>> {
    const kept = keep === undefined ? ok({}) : await this.#storedFields(owner, keep.fields, keep.origins)
    if (!kept.ok) return kept
    const contents: Contents = { values: { ...kept.value, ...values }, references, identity }
    // Fetched once now: a place that gives nothing is told to the person who names it, and what the bank refused is known again.
    const whole = await resolve(contents, this.#fetch)
    if (!whole.ok) return whole
    const digest = this.#records.digestOf(owner, whole.value, identity)
    const ledger = await this.#secrets.ledger(owner.loginIndex)
    const sameAsRefused = mayBeRefused(ledger, digest)
    // Decided before anything is stored: a secret that may not be sent must not take the place of one that may.
    if (sameAsRefused && evenIfRefused !== true) return ok({ sameAsRefused, status: isRefused(ledger, digest) ? 'refused' : 'interrupted' })
    const record = await this.#records.seal(owner, LOGIN, contents, origins, { digest, drawer: trial ? TRIAL : LOGIN })
    if (!record.ok) return record
    await this.#tell('secret.sealed', owner.connectionId, traceOf(record.value))
    // What a person granted was meant for the secret that was stored then.
    if (ledger.grantedUses !== 0) await this.withdrawGrant(owner)
    return ok({ sameAsRefused, status: statusOf(decide({ ...ledger, grantedUses: 0 }, digest, this.#clock.now())) })
  }

  renew(owner: SecretOwner, values: Values, audience: readonly string[]): Promise<Result<null, Failure>> {
    return this.#attempts.insist(() => this.#renew(owner, values, audience))
  }

  async #renew(owner: SecretOwner, values: Values, audience: readonly string[]): Promise<Result<null, Failure>> {
    const login = await this.#openLogin(owner, audience, await this.#secrets.get(owner.connectionId, LOGIN))
    if (!login.ok) return login
    const { record, contents } = login.value
    const renewed: Contents = { ...contents, values: { ...contents.values, ...values } }
    this.#foreseen.delete(owner.connectionId)
    // What the bank gives for a secret that it accepted is to the ledger that secret: never accepted itself, it would be held back after one lost answer. Another connection of the login may have been let in since.
    const accepted = (await this.#secrets.ledger(owner.loginIndex)).attempts.find(({ outcome, connectionId }) => outcome === 'accepted' && connectionId === owner.connectionId)
    const sealed = await this.#records.seal(owner, LOGIN, renewed, audience, { digest: accepted?.secretDigest ?? this.#records.digestOf(owner, renewed.values, contents.identity), drawer: record.purpose })
    if (!sealed.ok) return sealed
    await this.#tell('secret.sealed', owner.connectionId, traceOf(sealed.value))
    return ok(null)
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
    const digest = this.#sentDigest(owner, record, answers.value)
    const attempt = await this.#attempts.begin(owner, record.version, digest, seen, isForeseen)
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
        await this.#attempts.settle(current, 'unknown')
        const next = await this.#attempts.begin(owner, record.version, digest, await this.#secrets.ledger(owner.loginIndex), false)
        isOver = next?.ok !== true
        if (next?.ok === true) [current, isRepeated] = [next.value, true]
        return !isOver
      },
      settle: async (outcome) => {
        if (isOver) return
        if (outcome === 'not_sent' && answers.value !== null && !isRepeated) await this.#records.seal(owner, ANSWERS, plain(answers.value.values), WITH_LOGIN, { expiresAt: answers.value.expiresAt })
        await this.#attempts.settle(current, outcome)
        if (outcome === 'refused') await this.#tell('secret.refused', owner.connectionId, traceOf(record))
        // The next exchange of the run begins here; the store checks that it is still so.
        if (outcome === 'accepted' && record === stored) this.#foresee(owner, stored, asAccepted(seen, current))
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
      await this.#attempts.settle(attempt, 'not_sent')
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
    if ((await this.#records.open(owner, record, audience)).ok) await this.#secrets.put({ ...record, purpose: LOGIN }, keyIdOf(record.sealed))
    await this.#secrets.destroy(owner.connectionId, TRIAL)
  }

  async lock(owner: SecretOwner): Promise<void> {
    await this.#secrets.setLogin(owner.loginIndex, { lockedAt: this.#clock.now() })
  }

  async unlock(owner: SecretOwner): Promise<void> {
    const ledger = await this.#secrets.ledger(owner.loginIndex)
    const record = await this.#secrets.get(owner.connectionId, LOGIN)
    // Who says that the bank unlocked the login has been warned; but a secret that was refused, or may have been when Relink died, stays so.
    const grant = record !== null && !mayBeRefused(ledger, record.digest)
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
    const sealed = await this.#records.seal(owner, ANSWERS, plain(answers), WITH_LOGIN, { expiresAt })
    if (!sealed.ok) throw new Error(`the answers of challenge ${challengeId} could not be sealed: ${sealed.failure.message}`)
  }

  async answersWait(owner: SecretOwner): Promise<boolean> {
    const answers = await this.#openAnswers(owner)
    return answers.ok && answers.value !== null
  }

  async holdQuestion(owner: SecretOwner, held: Values, audience: readonly string[], expiresAt: number): Promise<Result<null, Failure>> {
    const sealed = await this.#records.seal(owner, QUESTION, plain(held), audience, { expiresAt })
    return sealed.ok ? ok(null) : sealed
  }

  async heldQuestion(owner: SecretOwner, audience: readonly string[]): Promise<Values | null> {
    const held = await this.#records.openWaiting(owner, QUESTION, audience)
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
      const sealed = await this.#records.seal(owner, DRAWER, plain(values), audience, {})
      if (!sealed.ok) return sealed
      await this.#tell('secret.sealed', ownerId, traceOf(sealed.value))
      return ok(null)
    },
    open: async (ownerId, audience) => {
      const record = await this.#secrets.get(ownerId, DRAWER)
      if (record === null) return ok(null)
      const opened = await this.#records.open({ connectionId: ownerId, loginIndex: NO_LOGIN }, record, audience)
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

  /** The connection's secret, or that of the login that is tried; each opens only for its own login. */
  async #openLogin(owner: SecretOwner, audience: readonly string[], record: SealedSecret | null): Promise<Result<Opened, Failure>> {
    const login = record === null ? null : await this.#records.open(owner, record, audience)
    if (record !== null && login?.ok === true) return ok({ record, contents: login.value })
    const trial = await this.#secrets.get(owner.connectionId, TRIAL)
    const tried = trial === null ? null : await this.#records.open(owner, trial, audience)
    if (trial !== null && tried?.ok === true) return ok({ record: trial, contents: tried.value })
    const failure = login ?? tried
    return failure === null || failure.ok ? failed(secretWithheld('No secret is stored for this connection. Type it to connect.', { kind: 'afterPerson' }, 'missing')) : failure
  }

  /** A record whose secret lies elsewhere stands for what was fetched last: the ledger knows values, not places. */
  async #asFetched(owner: SecretOwner, { record, contents }: Opened, values: Values): Promise<SealedSecret> {
    if (Object.keys(contents.references).length === 0) return record
    this.#lentFetched.set(owner.connectionId, Object.keys(contents.references).map((field) => values[field] ?? ''))
    const digest = this.#records.digestOf(owner, values, contents.identity)
    if (digest === record.digest) return record
    const fresh = { ...record, digest }
    // Fetching takes its time: what was changed or destroyed meanwhile is not written back.
    if ((await this.#secrets.get(owner.connectionId, LOGIN))?.version !== record.version) return fresh
    await this.#secrets.put(fresh, keyIdOf(fresh.sealed))
    return fresh
  }

  /** By what the ledger knows what is sent: where nothing secret is stored yet, each answer of a person's is a secret of its own, and none is held against the next. */
  #sentDigest(owner: SecretOwner, { digest }: SealedSecret, answers: Waiting | null): string {
    // A stored login does not tell which of its fields is no secret; its digest does.
    return answers !== null && digest === this.#records.digestOf(owner, {}, []) ? this.#records.digestOf(owner, answers.values, []) : digest
  }

  /** Some fields of the stored login, for a new version of it. */
  async #storedFields(owner: SecretOwner, fields: readonly string[], audience: readonly string[]): Promise<Result<Values, Failure>> {
    const record = await this.#secrets.get(owner.connectionId, LOGIN)
    const login = record === null ? ok(plain({})) : await this.#records.open(owner, record, audience)
    if (!login.ok) return login
    const { values } = login.value
    const absent = fields.find((field) => !Object.hasOwn(values, field))
    if (absent !== undefined) return failed(secretWithheld(`The field "${absent}" is not stored. Type the whole sign-in again.`, { kind: 'afterPerson' }, 'missing'))
    return ok(Object.fromEntries(fields.map((field) => [field, values[field] ?? ''])))
  }

  /** The answers of a challenge that were not sent; null: there are none, or their time is over. */
  #openAnswers(owner: SecretOwner): Promise<Result<Waiting | null, Failure>> {
    return this.#records.openWaiting(owner, ANSWERS, WITH_LOGIN)
  }

  /** A code is sent once: it is gone before it leaves, and after the attempt is in writing, so that a withheld attempt costs none. */
  async #spend(owner: SecretOwner, answers: Waiting, attempt: NewAttempt): Promise<Result<null, Failure>> {
    this.#lentAnswers.set(owner.connectionId, Object.values(answers.values))
    let spent: Result<unknown, Failure> | null = null
    try {
      spent = await this.#records.seal(owner, ANSWERS, plain({}), WITH_LOGIN, {})
    } finally {
      if (spent?.ok !== true) await this.#attempts.settle(attempt, 'not_sent')
    }
    return spent.ok ? ok(null) : spent
  }

}

/** Which ciphertext it is, without a bit of it. */
function traceOf({ version, sealed }: SealedSecret): { readonly version: number; readonly ciphertext: string } {
  return { version, ciphertext: hash('sha256', sealed).slice(0, 16) }
}
