/**
 * The judge of conduct, beside the oracle of rows. It sees which passwords reached the bank and what
 * came of them, by the bank's own log, and what repairs ask of the person; it knows nothing of vault and
 * diagnosis. A secret that the bank refused is sent once, unless the person asks for that very thing, also
 * where a dying process did not write the refusal down. And nobody is asked for a password because the bank is down. A feed that stands still is told of.
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
  /** By digest: refused by the bank, whether the process lived to hear it or not. */
  readonly #refused = new Set<string>()
  #looked = 0
  #permitted = false
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

  /** An exchange has ended for a process that lives. */
  heard(answered: boolean): void {
    this.#silentSince = answered ? null : (this.#silentSince ?? this.#bank.now())
    this.#noteRefusals(answered)
  }

  /** The process died: what the bank said last may not have been written down, and is as good as refused for that. */
  died(): void {
    this.#noteRefusals(true)
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

  #noteRefusals(answered: boolean): void {
    for (const { user, secretDigest, code } of this.#sent()) {
      const right = digestOf(this.#bank.state, this.#bank.state.logins.get(user)?.password ?? '') === secretDigest
      if (answered && !right && code === REFUSED) this.#refused.add(secretDigest)
    }
  }

  /** Sign-ons that reached the bank since the last look; those with a refused secret are blamed. */
  #sent(): Bank['state']['attempts'] {
    const sent = this.#bank.state.attempts.slice(this.#looked)
    this.#looked += sent.length
    for (const { at, secretDigest, code } of sent) {
      this.#doubted = code !== 0
      if (this.#refused.has(secretDigest) && !this.#permitted) {
        this.secretsResent++
        this.#note('a refused password was sent again')
      }
      this.#permitted = false
      if (ASKS_MORE.has(code)) this.#refused.delete(secretDigest)
      // With an acceptance a new count begins; what was refused before it and is right again is another matter.
      if (code !== 0) continue
      this.#refused.clear()
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
