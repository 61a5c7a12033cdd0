/**
 * The vault: secrets sealed for one place and one audience, lent for one exchange, and only after
 * the attempts ledger has the attempt in writing (security.md section 3). Promises that nothing is
 * lent against the rules of `ledger.ts`, whatever crashes, and that no value ever appears in a
 * failure. Does not promise secrecy against whoever holds the master key: it logs in unattended.
 */
import type { Evidence, Failure, Retry } from '../domain/evidence.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { NewAttempt, SealedSecret, SecretStore } from '../ports/store.ts'
import type { LoginVerdict } from '../ports/transport.ts'
import type { Lease, SealRequest, SecretOwner, SecretStatus, Vault } from '../ports/vault.ts'
import { blindIndex, deriveKey, makeTenantKey, openTenantKey, sameId, type MasterKey, type TenantKey } from './keys.ts'
import { decide, isRefused, LEASE_MS, type Decision, type Withheld } from './ledger.ts'
import { openRecord, sealRecord } from './record.ts'

export type VaultOptions = {
  readonly secrets: SecretStore
  readonly tenantId: string
  readonly masterKey: MasterKey
  readonly clock: Clock
  readonly entropy: Entropy
}

/** What the vault gives beyond its port: a name for personal data that means nothing outside of the tenant. */
export type TenantVault = Vault & { pseudonym(text: string): string }

type Values = Readonly<Record<string, string>>

const LOGIN = 'login'
const ANSWERS = 'answers'
/** Answers go only where the login goes that they are lent with, so they are bound to no address of their own. */
const WITH_LOGIN: readonly string[] = []

/** The vault of one tenant. */
export function createVault({ secrets, tenantId, masterKey, clock, entropy }: VaultOptions): TenantVault {
  const blindKey = deriveKey(masterKey, 'blind index', tenantId)
  let tenantKey: Promise<Result<TenantKey, Failure>> | null = null

  /** One key for each tenant, made at the first secret. A failure is not remembered: the store may come back. */
  async function loadTenantKey(): Promise<Result<TenantKey, Failure>> {
    tenantKey ??= readTenantKey()
    try {
      const loaded = await tenantKey
      if (!loaded.ok) tenantKey = null
      return loaded
    } catch (error) {
      tenantKey = null
      throw error
    }
  }

  async function readTenantKey(): Promise<Result<TenantKey, Failure>> {
    let stored = await secrets.tenantKey()
    if (stored === null) {
      await secrets.saveTenantKey(makeTenantKey(masterKey, tenantId, entropy).sealed)
      // Read again: of two workers that both made a key, one is stored, and both must use that one.
      stored = await secrets.tenantKey()
    }
    if (stored === null) return failed(unreadable('The key of this tenant could not be stored.'))
    if (!sameId(stored.masterKeyId, masterKey.id)) {
      return failed(unreadable('The secrets in this database were sealed under another master key. Start with that key, or type the secrets again.'))
    }
    const key = openTenantKey(masterKey, tenantId, stored)
    return key === null ? failed(unreadable('The key of this tenant cannot be opened: it was altered or belongs to another tenant.')) : ok(key)
  }

  async function sealValues(owner: SecretOwner, purpose: string, values: Values, audience: readonly string[], expiresAt: number | null): Promise<Result<SealedSecret, Failure>> {
    const key = await loadTenantKey()
    if (!key.ok) return key
    const version = ((await secrets.get(owner.connectionId, purpose))?.version ?? 0) + 1
    const plaintext = Buffer.from(JSON.stringify(values), 'utf8')
    try {
      const sealed = sealRecord(key.value, { tenantId, connectionId: owner.connectionId, purpose, version, audience }, plaintext, entropy)
      const record = { connectionId: owner.connectionId, purpose, version, sealed, digest: digestOf(owner, values), createdAt: clock.now(), expiresAt }
      await secrets.put(record)
      return ok(record)
    } finally {
      plaintext.fill(0)
    }
  }

  async function openValues(record: SealedSecret, audience: readonly string[]): Promise<Result<Values, Failure>> {
    const key = await loadTenantKey()
    if (!key.ok) return key
    const { connectionId, purpose, version, sealed } = record
    const plaintext = openRecord(key.value, { tenantId, connectionId, purpose, version, audience }, sealed)
    if (plaintext === null) {
      return failed(unreadable('The stored secret cannot be opened for this address: the address or the record was changed since it was typed. Type it again.'))
    }
    try {
      return ok(JSON.parse(Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.length).toString('utf8')) as Values)
    } finally {
      plaintext.fill(0)
    }
  }

  /** The answers of a challenge, which are gone with this: a code is sent once. */
  async function takeAnswers(owner: SecretOwner): Promise<Result<Values, Failure>> {
    const record = await secrets.get(owner.connectionId, ANSWERS)
    if (record === null || (record.expiresAt !== null && record.expiresAt <= clock.now())) return ok({})
    const answers = await openValues(record, WITH_LOGIN)
    if (!answers.ok) return answers
    const spent = await sealValues(owner, ANSWERS, {}, WITH_LOGIN, null)
    return spent.ok ? answers : spent
  }

  /** Two entries that differ only in the order of fields are the same secret. */
  function digestOf(owner: SecretOwner, values: Values): string {
    const fields = Object.keys(values).sort().flatMap((name) => [name, values[name] ?? ''])
    return blindIndex(blindKey, ['secret', owner.loginIndex, ...fields])
  }

  async function begin(owner: SecretOwner, version: number, digest: string): Promise<Result<NewAttempt, Failure>> {
    let why: Withheld = 'busy'
    let begun: NewAttempt | null = null
    const stored = await secrets.beginAttempt(owner.loginIndex, (ledger) => {
      const now = clock.now()
      const decision = decide(ledger, digest, now)
      if (!decision.send) {
        why = decision.why
        return null
      }
      begun = { id: entropy.id(now), loginIndex: owner.loginIndex, connectionId: owner.connectionId, secretVersion: version, secretDigest: digest, openedAt: now, closedAt: null, outcome: 'open', usesGrant: decision.usesGrant }
      return begun
    })
    return stored === null || begun === null ? failed(withheldFailure(why, clock.now())) : ok(begun)
  }

  /** Closes the ledger's entry. Grants go first when the bank accepted, last when nothing was sent: a crash between never leaves one too many. */
  async function settle(attempt: NewAttempt, outcome: LoginVerdict | 'not_sent'): Promise<void> {
    const { loginIndex } = attempt
    if (outcome === 'accepted' && (await secrets.ledger(loginIndex)).grantedUses !== 0) await secrets.setLogin(loginIndex, { grantedUses: 0 })
    await secrets.endAttempt(attempt.id, outcome, clock.now())
    if (outcome === 'not_sent' && attempt.usesGrant === true) await secrets.setLogin(loginIndex, { grantedUses: 1 })
  }

  async function lend(owner: SecretOwner, fields: readonly string[], origin: string, audience: readonly string[] = [origin]): Promise<Result<Lease, Failure>> {
    if (!audience.includes(origin)) return failed(unreadable('The secret was not typed for this address, so it is not sent there.'))
    const record = await secrets.get(owner.connectionId, LOGIN)
    if (record === null) return failed(secretWithheld('No secret is stored for this connection. Type it to connect.', { kind: 'afterPerson' }, 'missing'))
    const login = await openValues(record, audience)
    if (!login.ok) return login
    const fromAnswers = fields.filter((field) => !Object.hasOwn(login.value, field))
    const answers: Result<Values, Failure> = fromAnswers.length === 0 ? ok({}) : await takeAnswers(owner)
    if (!answers.ok) return answers
    const known = new Map([...Object.entries(answers.value), ...Object.entries(login.value)])
    const absent = fields.find((field) => !known.has(field))
    if (absent !== undefined) {
      return failed(secretWithheld(`The field "${absent}" is not stored, was used already, or expired. It must be typed again.`, { kind: 'afterPerson' }, 'missing'))
    }
    const attempt = await begin(owner, record.version, digestOf(owner, login.value))
    if (!attempt.ok) return attempt
    const values = Object.fromEntries(fields.map((field) => [field, known.get(field) ?? '']))
    return ok({ values, settle: async (outcome) => await settle(attempt.value, outcome) })
  }

  return {
    seal: async ({ owner, values, origins }: SealRequest) => {
      const record = await sealValues(owner, LOGIN, values, origins, null)
      if (!record.ok) return record
      const ledger = await secrets.ledger(owner.loginIndex)
      return ok({ version: record.value.version, sameAsRefused: isRefused(ledger, record.value.digest) })
    },
    lend,
    status: async (owner) => {
      const record = await secrets.get(owner.connectionId, LOGIN)
      return record === null ? 'missing' : statusOf(decide(await secrets.ledger(owner.loginIndex), record.digest, clock.now()))
    },
    // One, not one more: asking twice does not allow two.
    grantOneUse: async (owner) => await secrets.setLogin(owner.loginIndex, { grantedUses: 1 }),
    lock: async (owner) => await secrets.setLogin(owner.loginIndex, { lockedAt: clock.now() }),
    unlock: async (owner) => {
      const ledger = await secrets.ledger(owner.loginIndex)
      const record = await secrets.get(owner.connectionId, LOGIN)
      // Who says that the bank unlocked the login has been warned; but a refused secret stays refused.
      const grant = record !== null && !isRefused(ledger, record.digest)
      await secrets.setLogin(owner.loginIndex, grant ? { lockedAt: null, grantedUses: 1 } : { lockedAt: null })
    },
    destroy: async (owner) => await secrets.destroy(owner.connectionId),
    loginIndex: (institutionId, userName) => blindIndex(blindKey, ['login', institutionId, userName]),
    sealAnswers: async (challengeId, owner, answers, expiresAt) => {
      const sealed = await sealValues(owner, ANSWERS, answers, WITH_LOGIN, expiresAt)
      if (!sealed.ok) throw new Error(`the answers of challenge ${challengeId} could not be sealed: ${sealed.failure.message}`)
    },
    pseudonym: (text) => blindIndex(blindKey, ['pseudonym', text]).slice(0, 12),
  }
}

function statusOf(decision: Decision): SecretStatus {
  return decision.send || decision.why === 'busy' ? 'usable' : decision.why
}

const SENTENCES: Readonly<Record<Withheld, string>> = {
  busy: 'Another sign-in with this login is being answered right now.',
  locked: 'The bank locked this login. Nothing is sent until somebody says that it was unlocked at the bank.',
  refused: 'The bank refused this secret before. It is not sent again until it is changed or one more try is asked for.',
  withheld_unknown: 'The last sign-ins were not accepted. Banks lock after three, so the next one needs a person who knows that.',
}

function withheldFailure(reason: Withheld, now: number): Failure {
  return secretWithheld(SENTENCES[reason], reason === 'busy' ? { kind: 'at', at: now + LEASE_MS } : { kind: 'afterPerson' }, reason)
}

function secretWithheld(message: string, retry: Retry, reason: string): Failure {
  const evidence: Evidence = { stage: 'signon', codes: [`vault_${reason}`], message }
  return { code: 'secret_withheld', stage: 'signon', retry, message, evidence: [evidence] }
}

function unreadable(message: string): Failure {
  return { code: 'secret_unreadable', stage: 'signon', retry: { kind: 'afterPerson' }, message, evidence: [{ stage: 'signon', codes: ['vault_unreadable'], message }] }
}
