/**
 * The judge of conduct, beside the oracle of rows. It sees which passwords reached the bank and what
 * came of them, by the bank's own log, and what repairs ask of the person; it knows nothing of vault and
 * diagnosis. A secret that the bank refused is sent once, unless the person asks for that very thing, also
 * where a dying process did not write the refusal down. A login that the bank calls locked is not tried until the person says that it is unlocked. And nobody is asked for a password because the bank is down. A feed that stands still is told of.
 */
import type { Bank } from '../bank/bank.ts'
import { digestOf } from '../bank/ofx/signon.ts'
import type { OpenRepair, TenantStore } from '../src/ports/store.ts'

/** A sign-on whose password is wrong. A locked login (15502) is closed to the right one as well, so that says nothing of it. */
const REFUSED = 15500

/** The login is locked. Whatever is sent now, right or wrong, may keep it locked for longer. */
const LOCKED = 15502

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
  /** The bank said that the login is locked to a process that lived on, and nobody has said since that it is unlocked. */
  #locked = false
  /** The bank refused some sign-on, for whatever reason, and has let none in since. */
  #doubted = false
  #letInAt: number | null = null
  /** A process died since. */
  #diedSince = false
  /** Since when no exchange was answered; null: the last one was. */
  #silentSince: number | null = null
  readonly #blamed = new Set<string>()
  /** Runs that a process began and did not end, with who began them. */
  readonly #under = new Map<string, { readonly connectionId: string; readonly life: { readonly dead: boolean } }>()
  secretsResent = 0
  askedWhileDown = 0
  readonly notes: string[] = []

  constructor(bank: Bank) {
    this.#bank = bank
  }

  /** One process's way to the store: of two that live only one may be in a run of a connection, or the bank gets its sign-ins twice, whatever the rows come to. */
  watch(store: TenantStore, life: { readonly dead: boolean }): TenantStore {
    const { runs } = store
    const left = (id: string): void => {
      if (this.#under.get(id)?.life === life) this.#under.delete(id)
    }
    return {
      ...store,
      runs: {
        ...runs,
        create: async (run) => {
          const { id, connectionId } = run
          if (connectionId !== null) {
            for (const other of this.#under.values()) if (other.connectionId === connectionId && other.life !== life && !other.life.dead) this.#note('two processes read one connection at the same time')
            this.#under.set(id, { connectionId, life })
          }
          await runs.create(run)
        },
        update: async (id, patch) => {
          if (patch.outcome !== undefined && patch.outcome !== 'running') left(id)
          await runs.update(id, patch)
        },
        end: async (id, run, health) => {
          left(id)
          return runs.end(id, run, health)
        },
      },
    }
  }

  /** The person wants the password sent, whatever was said of it before; once. */
  permit(): void {
    this.#permitted = true
  }

  /** The person says that the bank unlocked the login, whether it did or not. */
  saysUnlocked(): void {
    this.#locked = false
  }

  /** An exchange has ended for a process that lives. `body`: what came; nobody can read a code that does not stand in it (docs/decisions/0009, `unknown`). */
  heard(answered: boolean, body: Uint8Array | null = null): void {
    this.#silentSince = answered ? null : (this.#silentSince ?? this.#bank.now())
    const text = body === null ? null : Buffer.from(body).toString('latin1')
    const isTold = (code: number): boolean => answered && (text === null || text.includes(String(code)))
    const last = this.#noteRefusals(isTold)
    if (last !== undefined && (last.code === LOCKED ? isTold(LOCKED) : answered)) this.#locked = last.code === LOCKED
  }

  /**
   * The process died: what the bank said last may not have been written down. A password is as good as refused for that, and a
   * lock that was heard holds. Who died in a read told nobody of it, so who lives then has the time of its own reads; a start that
   * finds a second read in a row without an end tells of it.
   */
  died(): void {
    this.#noteRefusals(() => true)
    if (this.#letInAt !== null && !this.#diedSince) this.#letInAt = this.#bank.now()
    this.#diedSince = true
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

  #noteRefusals(isTold: (code: number) => boolean): Bank['state']['attempts'][number] | undefined {
    const sent = this.#sent()
    for (const { user, secretDigest, code } of sent) {
      const right = digestOf(this.#bank.state, this.#bank.state.logins.get(user)?.password ?? '') === secretDigest
      if (!right && code === REFUSED && isTold(code)) this.#refused.add(secretDigest)
    }
    return sent.at(-1)
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
      } else if (this.#locked && !this.#permitted) {
        this.secretsResent++
        this.#note('a locked login was tried again')
      }
      this.#permitted = false
      if (code !== 0 && !ASKS_MORE.has(code)) continue
      // What is right again, since the bank has another password, was refused in another time; what another connection of the login is let in with says nothing of it.
      this.#refused.delete(secretDigest)
      if (code !== 0) continue
      this.#letInAt = at
      this.#diedSince = false
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
