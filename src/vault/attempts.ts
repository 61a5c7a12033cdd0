/**
 * Attempts in writing: begun before a byte leaves, by the rules of `ledger.ts` and under the lock of the login's ledger, and
 * closed with what the bank said of them, as long as it takes the database to come back.
 */
import type { Failure } from '../domain/evidence.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { LoginLedger, NewAttempt, SecretStore } from '../ports/secrets.ts'
import { StoreUnavailable } from '../ports/store.ts'
import type { AttemptEnd } from '../ports/transport.ts'
import type { SecretOwner } from '../ports/vault.ts'
import { decide, LEASE_MS, type Withheld } from './ledger.ts'
import { withheldFailure } from './withheld.ts'

const SETTLE_PAUSE_MS = 500

export class Attempts {
  readonly #secrets: SecretStore
  readonly #clock: Clock
  readonly #entropy: Entropy

  constructor({ secrets, clock, entropy }: { readonly secrets: SecretStore; readonly clock: Clock; readonly entropy: Entropy }) {
    this.#secrets = secrets
    this.#clock = clock
    this.#entropy = entropy
  }

  /** Null: what was foreseen is not so any more, and nothing was stored. */
  async begin(owner: SecretOwner, version: number, digest: string, seen: LoginLedger, isForeseen: boolean): Promise<Result<NewAttempt, Failure> | null> {
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
  async settle(attempt: NewAttempt, outcome: AttemptEnd): Promise<void> {
    const { loginIndex } = attempt
    await this.insist(() => this.#secrets.endAttempt(attempt.id, outcome, this.#clock.now()))
    if (outcome === 'not_sent' && attempt.usesGrant === true) await this.#secrets.setLogin(loginIndex, { grantedUses: 1 })
  }

  /** Only we know what the bank said, or gave: a database that is away for a moment must not make an unknown of a refusal, which would allow one more send, nor take a token with it that is given once. */
  async insist<T>(work: () => Promise<T>): Promise<T> {
    for (const until = this.#clock.now() + LEASE_MS; ; await this.#clock.sleep(SETTLE_PAUSE_MS)) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || error.code === 'tenant_deleted' || this.#clock.now() >= until) throw error
      }
    }
  }
}
