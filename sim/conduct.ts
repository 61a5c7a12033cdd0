/**
 * The judge of conduct, beside the oracle of rows. It sees which passwords reached the bank and what
 * came of them, by the bank's own log, and what repairs ask of the person; it knows nothing of vault and
 * diagnosis. A secret that the bank refused is sent once, unless the person asks for that very thing; one
 * whose refusal a dying process may not have written down goes out again only when the person reads. And
 * nobody is asked for a password because the bank is down. A feed that stands still is told of.
 */
import type { Bank } from '../bank/bank.ts'
import { digestOf } from '../bank/ofx/signon.ts'
import type { OpenRepair } from '../src/ports/store.ts'

/** A sign-on whose password is wrong. A locked login (15502) is closed to the right one as well, so that says nothing of it. */
const REFUSED = 15500

/** The password was right, and the bank asks for more: an answer, or the code of a device. */
const ASKS_MORE = new Set([3000, 15512])

/** A feed that was not let in for so long stands still; reads are three days apart at most, and clocks three days wrong. */
const STILL_MS = 9 * 86_400_000

/** Within this a repair is carried on after a look that showed something new. */
const TURN_MS = 10 * 60_000

export class Conduct {
  readonly #bank: Bank
  /** By digest: refused by the bank, and the process lived to write it down. */
  readonly #refused = new Set<string>()
  /** Refused in an act in which the process died: nobody may know of it. */
  readonly #unwritten = new Set<string>()
  /** Refusals of the act that is under way. */
  #fresh: string[] = []
  #looked = 0
  #permitted = false
  #personReads = false
  /** The bank refused some sign-on, for whatever reason, and has let none in since. */
  #doubted = false
  #letInAt: number | null = null
  /** Since when no exchange was answered; null: the last one was. */
  #silentSince: number | null = null
  readonly #blamed = new Set<string>()
  secretsResent = 0
  askedWhileDown = 0
  readonly notes: string[] = []

  constructor(bank: Bank) {
    this.#bank = bank
  }

  /** The person wants the password sent, whatever was said of it before; once. */
  permit(): void {
    this.#permitted = true
  }

  /** What the person has read now: an act of the person, not a word on a refused password. */
  async read<T>(act: () => Promise<T>): Promise<T> {
    this.#personReads = true
    try {
      return await act()
    } finally {
      this.#sent()
      this.#personReads = false
    }
  }

  /** An exchange has ended for a process that lives. */
  heard(answered: boolean): void {
    this.#silentSince = answered ? null : (this.#silentSince ?? this.#bank.now())
    for (const { user, secretDigest, code } of this.#sent()) {
      const right = digestOf(this.#bank.state, this.#bank.state.logins.get(user)?.password ?? '') === secretDigest
      if (answered && !right && code === REFUSED) {
        this.#refused.add(secretDigest)
        this.#fresh.push(secretDigest)
      }
    }
  }

  /** What was begun has ended, and all of it is written down. */
  survived(): void {
    this.#fresh = []
  }

  /** The process died: what the bank said last may not have been written down. */
  died(): void {
    this.#sent()
    for (const digest of this.#fresh) {
      this.#refused.delete(digest)
      this.#unwritten.add(digest)
    }
    this.#fresh = []
  }

  /** What the repairs want now. */
  asks(repairs: readonly OpenRepair[]): void {
    if (repairs.length === 0 && this.#letInAt !== null && this.#bank.now() - this.#letInAt > STILL_MS) {
      this.#letInAt = null
      this.#note('the feed stood still for days, and nobody was told')
    }
    // What was asked before may stand until the next turn.
    const isKnown = this.#silentSince !== null && this.#bank.now() - this.#silentSince > TURN_MS
    if (repairs.length === 0 || this.#doubted || !isKnown || !this.#isDown()) return
    for (const { plan } of repairs) {
      const step = plan?.steps.find(({ state }) => state === 'now')
      if (plan === null || step?.who !== 'person' || step.kind !== 'credentials' || this.#blamed.has(plan.id)) continue
      this.#blamed.add(plan.id)
      this.askedWhileDown++
      this.#note('the password was asked for while the bank was down')
    }
  }

  /** Sign-ons that reached the bank since the last look; those with a refused secret are blamed. */
  #sent(): Bank['state']['attempts'] {
    const sent = this.#bank.state.attempts.slice(this.#looked)
    this.#looked += sent.length
    for (const { at, secretDigest, code } of sent) {
      this.#doubted = code !== 0
      const isResent = this.#refused.has(secretDigest) || (this.#unwritten.has(secretDigest) && !this.#personReads)
      if (isResent && !this.#permitted) {
        this.secretsResent++
        this.#note('a refused password was sent again')
      }
      this.#permitted = false
      if (ASKS_MORE.has(code)) for (const known of [this.#refused, this.#unwritten]) known.delete(secretDigest)
      // With an acceptance a new count begins; what was refused before it and is right again is another matter.
      if (code !== 0) continue
      this.#refused.clear()
      this.#unwritten.clear()
      this.#letInAt = at
    }
    return sent
  }

  #isDown(): boolean {
    const now = this.#bank.now()
    return this.#bank.faults.list(now).some(({ begun, likelihood, definition }) => begun && likelihood >= 1 && definition.cause === 'institution_down')
  }

  #note(what: string): void {
    if (this.notes.length < 8) this.notes.push(`${new Date(this.#bank.now()).toISOString()} ${what}`)
  }
}
