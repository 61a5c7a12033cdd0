/**
 * The independent judge. It owns the bank's truth and knows nothing of the matcher: it sees what was
 * committed, turns each reported row back into the row of the bank's ledger that it was, and decides
 * what is lost, doubled, wrongly merged, of a wrong amount or day. Checked at every step with what a
 * step must hold, and at the end, when faults have stopped, with everything.
 */
import type { Bank } from '../bank/bank.ts'
import type { TruthRow } from '../bank/ledger/row.ts'
import type { BalanceSpan } from '../src/domain/run.ts'
import { pageByPage } from '../src/ports/page-by-page.ts'
import type { PageCommit } from '../src/ports/feed.ts'
import type { TenantStore } from '../src/ports/store.ts'
import type { Question, Transaction } from '../src/domain/transaction.ts'
import { Claims, type Here } from './claims.ts'
import { AccountTruth, kindOf, pendingLook, type Known } from './truth.ts'

export const HARMS = ['lost', 'doubled', 'wronglyMerged', 'wrongAmount', 'wrongDay'] as const
export type Harm = (typeof HARMS)[number]
export type Harms = Record<Harm, number>

export function noHarm(): Harms {
  return { lost: 0, doubled: 0, wronglyMerged: 0, wrongAmount: 0, wrongDay: 0 }
}

/** All reports that the feed took for one transaction. */
type Reports = { readonly accountId: string; readonly known: Known[] }

/** What one look at one account of the bank found. */
type Look = { readonly harms: Harms; readonly notes: string[] }

export class Oracle {
  readonly #bank: Bank
  readonly #truths = new Map<string, AccountTruth>()
  readonly #keys = new Map<string, string>()
  readonly #reports = new Map<string, Reports>()
  readonly #questions = new Map<string, Question>()
  readonly #withdrawn = new Set<string>()
  /** What an honest person was heard to say, by question. */
  readonly #said = new Map<string, NonNullable<Question['answer']>>()
  readonly #claims: Claims
  /** How many rows of each kind were in the feed at some time, by account of the bank. */
  readonly #seen = new Map<string, Map<string, number>>()
  /** The accounts of the feed that are one at the bank, as far as something was committed to them. */
  readonly #fed = new Map<string, Set<string>>()
  /** The accounts of the bank for which something was committed since the last look. */
  readonly #changed = new Set<string>()
  asked = 0
  /** The worst that was seen at any step, and what it was. */
  readonly worst = noHarm()
  readonly notes: string[] = []

  constructor(bank: Bank) {
    this.#bank = bank
    this.#claims = new Claims(() => bank.now())
  }

  /** The disk, watched: what is told here is what was stored. */
  watch(store: TenantStore): TenantStore {
    const { feed } = store
    return {
      ...store,
      feed: {
        ...feed,
        ...pageByPage(async (page) => {
          const done = await feed.commitPage(page)
          await this.#committed(store, page)
          return done
        }),
        answerQuestion: async (id, answer, at, by) => {
          await feed.answerQuestion(id, answer, at, by)
          this.#answered(id, answer)
        },
      },
    }
  }

  /** What an honest person answers. */
  readonly knows = (question: Question): NonNullable<Question['answer']> => {
    const answer = this.#knows(question)
    this.#said.set(question.id, answer)
    return answer
  }

  #knows(question: Question): NonNullable<Question['answer']> {
    const one = this.#identity(question.transactionId)
    if (question.kind !== 'same_transaction') {
      if (one === null || one.copy) return 'removed'
      const truth = this.#truthOf(this.#reports.get(question.transactionId)!.accountId)
      // It is in the feed as what it became: the row that was listed while it was pending, or one under a new id. Of rows that nobody can tell apart only the number counts.
      if (this.#becameAnother(question.transactionId, one.row) && this.#liveOf(kindOf(one.row)) > (truth?.alike(one.row).length ?? 0)) return 'removed'
      // What the bank holds only as pending is not in its books: it comes again when it is booked, or lapses and nobody says so.
      return truth !== null && truth.hasBooked(one.row) ? 'kept' : 'removed'
    }
    const other = question.otherTransactionId === null ? null : this.#identity(question.otherTransactionId)
    if (one === null || other === null || kindOf(one.row) !== kindOf(other.row)) return 'different'
    const truth = this.#truthOf(this.#reports.get(question.transactionId)!.accountId)
    // Of rows that nobody can tell apart only the number counts: as many as the bank has are no more than it has. Of one id, too.
    const equals = one.row.id === other.row.id ? (truth?.sharingId(one.row).length ?? 0) : (truth?.alike(one.row).length ?? 0)
    return (equals > 1 || one.row.id !== other.row.id) && equals >= this.#liveOf(kindOf(one.row)) ? 'different' : 'same'
  }

  /** What must hold at every moment: nothing that was in the feed is gone, nothing is there twice unasked, nothing is mixed up. */
  async step(store: TenantStore): Promise<void> {
    if (this.#changed.size === 0) return
    const changed = [...this.#changed]
    this.#changed.clear()
    const asked = new Set((await store.feed.questions({ open: true })).flatMap((question) => [question.transactionId, question.otherTransactionId ?? '']))
    for (const key of changed) {
      const rows = await this.#liveRows(store, key)
      // One that the bank took back among its pending rows is still here.
      const here = this.#byKind(rows)
      const look = this.#lookDuring(key, rows, here, asked)
      look.notes.push(...this.#claims.step(key, this.#truth(key), here, await this.#spans(store, key), this.#identity))
      this.#worse(look, 'at a step')
    }
  }

  /** What must hold in the end, for all rows that were booked by `readAt`. */
  async end(store: TenantStore, readAt: number): Promise<{ readonly harms: Harms; readonly notes: readonly string[]; readonly booked: number; readonly fed: number }> {
    const total: Look = { harms: noHarm(), notes: [] }
    let [booked, fed] = [0, 0]
    for (const login of this.#bank.state.logins.values()) {
      for (const { spec } of login.accounts) {
        const all = await this.#liveRows(store, spec.key)
        const rows = all.filter(({ state }) => state === 'posted')
        const truth = this.#truth(spec.key)
        const owedFrom = await this.#owedFrom(store, spec.key)
        const look = this.#lookAfter(truth, rows, truth.booked(readAt).filter((row) => row.bookedOn >= owedFrom))
        for (const harm of HARMS) total.harms[harm] += look.harms[harm]
        total.notes.push(...look.notes, ...this.#claims.end(truth, this.#byKind(all), readAt))
        booked += truth.booked(readAt).length
        fed += rows.length
      }
    }
    return { ...total, booked, fed }
  }

  /** Takes what was found at a step into the worst. */
  #worse({ harms, notes }: Look, when: string): void {
    for (const harm of HARMS) this.worst[harm] = Math.max(this.worst[harm], harms[harm])
    for (const note of notes) this.#note(`${when}: ${note}`)
  }

  #note(what: string): void {
    if (this.notes.length < 20) this.notes.push(`${new Date(this.#bank.now()).toISOString()} ${what}`)
  }

  #lookDuring(key: string, rows: readonly Transaction[], here: Here, asked: ReadonlySet<string>): Look {
    const truth = this.#truth(key)
    const look: Look = { harms: noHarm(), notes: [] }
    const booked = truth.booked(this.#bank.now())
    const need = countBy(booked, kindOf)
    const have = this.#byKind(rows.filter(({ state }) => state === 'posted'))
    // A pending row that the bank lists as a booked one is there already.
    const most = countBy(truth.rows, kindOf)
    const seen = this.#seen.get(key) ?? new Map<string, number>()
    this.#seen.set(key, seen)
    for (const [kind, before] of seen) {
      const missing = Math.min(before, need.get(kind) ?? 0) - (here.get(kind)?.length ?? 0)
      if (missing > 0) blame(look, 'lost', missing, kind)
    }
    for (const [kind, same] of have) {
      seen.set(kind, Math.max(seen.get(kind) ?? 0, same.length))
      const allowed = most.get(kind) ?? 0
      const excused = same.some(({ id }) => asked.has(id) || this.#identity(id)?.copy === true)
      if (same.length > allowed && !excused) blame(look, 'doubled', same.length - allowed, kind)
    }
    this.#findMerged(truth, rows, look)
    return look
  }

  #lookAfter(truth: AccountTruth, rows: readonly Transaction[], owed: readonly TruthRow[]): Look {
    const look: Look = { harms: noHarm(), notes: [] }
    const need = countBy(owed, kindOf)
    const have = this.#byKind(rows)
    const now = this.#bank.now()
    const atBank = countBy(truth.booked(now), kindOf)
    for (const [kind, count] of need) {
      const missing = count - (have.get(kind)?.length ?? 0)
      if (missing > 0) blame(look, 'lost', missing, kind)
    }
    for (const [kind, same] of have) {
      const extra = same.length - (atBank.get(kind) ?? 0)
      if (extra > 0) blame(look, 'doubled', extra, kind)
    }
    for (const transaction of rows) {
      const row = this.#identity(transaction.id)?.row
      if (row === undefined) continue
      if (transaction.amount !== row.minor) blame(look, 'wrongAmount', 1, `${transaction.amount} for ${kindOf(row)}`)
      if (transaction.postedOn !== row.bookedOn) blame(look, 'wrongDay', 1, `${transaction.postedOn} for ${kindOf(row)}`)
    }
    this.#findMerged(truth, rows, look)
    return look
  }

  /** Transactions that took up reports of rows which a reader could tell apart. */
  #findMerged(truth: AccountTruth, rows: readonly Transaction[], look: Look): void {
    for (const { id } of rows) {
      const known = this.#reports.get(id)?.known ?? []
      const booked = known.filter(({ stage }) => stage === 'booked')
      const kinds = new Set(booked.map(({ row }) => kindOf(row)))
      const [kind] = kinds
      const strange = known.find(({ stage, row }) => stage === 'pending' && kind !== undefined && !truth.looked(kind, pendingLook(row)))
      if (kinds.size > 1) blame(look, 'wronglyMerged', 1, [...kinds].join(' with '))
      else if (strange !== undefined) blame(look, 'wronglyMerged', 1, `${pendingLook(strange.row)} with ${kind}`)
    }
  }

  /** Live rows by the kind that they show; what the bank never reported is a kind of its own. */
  #byKind(rows: readonly Transaction[]): ReadonlyMap<string, readonly Transaction[]> {
    return Map.groupBy(rows, ({ id }) => {
      const known = this.#identity(id)
      return known === null ? `never reported: ${id}` : kindOf(known.row)
    })
  }

  /** How many transactions stand for rows of the kind. */
  #liveOf(kind: string): number {
    return [...this.#reports.keys()].filter((id) => {
      const known = this.#withdrawn.has(id) ? null : this.#identity(id)
      return known !== null && kindOf(known.row) === kind
    }).length
  }

  #becameAnother(transactionId: string, row: TruthRow): boolean {
    return [...this.#reports].some(([id, { known }]) => id !== transactionId && !this.#withdrawn.has(id) && known.some((one) => one.stage === 'booked' && one.row.id === row.id))
  }

  /** The row that a transaction stands for: the last that was reported booked, else the last pending one. */
  readonly #identity = (transactionId: string): Known | null => {
    const known = this.#reports.get(transactionId)?.known ?? []
    return known.findLast(({ stage }) => stage === 'booked') ?? known.at(-1) ?? null
  }

  async #spans(store: TenantStore, key: string): Promise<readonly BalanceSpan[]> {
    const spans: BalanceSpan[] = []
    for (const id of this.#fed.get(key) ?? []) spans.push(...(await store.feed.spans(id)))
    return spans
  }

  /** Posted and pending rows of the feed for the bank's account; deleted ones too, because they are at the bank. */
  async #liveRows(store: TenantStore, key: string): Promise<readonly Transaction[]> {
    const live: Transaction[] = []
    for (const accountId of this.#fed.get(key) ?? []) {
      let cursor: string | null = null
      do {
        const page: Awaited<ReturnType<TenantStore['feed']['transactions']>> = await store.feed.transactions({ accountId, states: ['posted', 'pending'], includeDeleted: true, limit: 1_000, ...(cursor === null ? {} : { cursor }) })
        live.push(...page.rows)
        cursor = page.next
      } while (cursor !== null)
    }
    return live
  }

  /** The first day that any answer for the account covered: older rows were never asked for successfully. */
  async #owedFrom(store: TenantStore, key: string): Promise<string> {
    let first = ''
    for (const id of this.#fed.get(key) ?? []) for (const { from } of await store.feed.coverage(id)) if (first === '' || from < first) first = from
    return first
  }

  async #committed(store: TenantStore, page: PageCommit): Promise<void> {
    const key = await this.#keyOf(store, page.accountId)
    for (const { id, state, withdrawnReason } of page.updates) {
      // One that was withdrawn before may change still, as when all amounts are turned.
      if (withdrawnReason === 'pending_dropped' && !this.#withdrawn.has(id)) this.#dropped(await store.feed.transaction(id), page.covers)
      if (state === 'withdrawn') {
        const row = this.#withdrawn.has(id) ? undefined : this.#identity(id)?.row
        if (key !== null && row !== undefined && !this.#truth(key).hasBooked(row)) this.#forget(key, id)
        this.#withdrawn.add(id)
      } else this.#withdrawn.delete(id)
    }
    for (const question of page.questions) {
      this.#questions.set(question.id, question)
      this.asked++
    }
    if (key === null) return
    this.#fed.set(key, (this.#fed.get(key) ?? new Set()).add(page.accountId))
    if (page.inserts.length > 0 || page.updates.length > 0 || page.observations.length > 0 || page.spans.length > 0) this.#changed.add(key)
    this.#claims.committed(key, page)
    const truth = this.#truth(key)
    for (const { transactionId, providerId, amount, postedOn, name } of page.observations) {
      const known = providerId === null ? null : truth.rowOf(providerId, { amount, postedOn, name })
      const reports = this.#reports.get(transactionId) ?? { accountId: page.accountId, known: [] }
      if (known !== null) reports.known.push(known)
      this.#reports.set(transactionId, reports)
    }
  }

  /** Only an answer for its day can say that a pending row is gone. */
  #dropped(row: Transaction | null, covers: PageCommit['covers']): void {
    if (row === null || (covers !== null && covers.from <= row.postedOn && row.postedOn <= covers.to)) return
    this.#note(`dropped by an answer that is not for its day: ${row.postedOn} ${row.amount} ${row.name}`)
  }

  #answered(id: string, answer: NonNullable<Question['answer']>): void {
    const question = this.#questions.get(id)
    const key = question === undefined ? undefined : this.#keys.get(question.accountId)
    if (key !== undefined) this.#changed.add(key)
    if (key !== undefined && answer === 'removed' && this.#said.get(id) === answer) this.#forget(key, question!.transactionId)
    if (answer !== 'same' || question === undefined || question.otherTransactionId === null) return
    const [into, from] = [this.#reports.get(question.transactionId), this.#reports.get(question.otherTransactionId)]
    this.#withdrawn.add(question.otherTransactionId)
    if (into !== undefined && from !== undefined) into.known.push(...from.known)
  }

  /** What is taken out, by an honest person or as the bank says, because the bank has it not in its books, is owed from the next read on that shows it there. */
  #forget(key: string, transactionId: string): void {
    const seen = this.#seen.get(key)
    const row = this.#identity(transactionId)?.row
    const before = row === undefined ? undefined : seen?.get(kindOf(row))
    if (row !== undefined && before !== undefined) seen!.set(kindOf(row), Math.max(0, before - 1))
  }

  async #keyOf(store: TenantStore, accountId: string): Promise<string | null> {
    const known = this.#keys.get(accountId)
    if (known !== undefined) return known
    const source = (await store.accounts.sources({ accountId })).find(({ ref }) => this.#bank.has(ref.number))
    if (source === undefined) return null
    const { key } = this.#bank.find(source.ref.number).account.spec
    this.#keys.set(accountId, key)
    return key
  }

  #truthOf(accountId: string): AccountTruth | null {
    const key = this.#keys.get(accountId)
    return key === undefined ? null : this.#truth(key)
  }

  #truth(key: string): AccountTruth {
    let truth = this.#truths.get(key)
    if (truth === undefined) this.#truths.set(key, (truth = new AccountTruth(this.#bank, key)))
    return truth
  }
}

function blame({ harms, notes }: Look, harm: Harm, count: number, what: string): void {
  harms[harm] += count
  if (notes.length < 8) notes.push(`${harm} ${count === 1 ? '' : `${count} times `}${what}`)
}

function countBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const key = keyOf(row)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}
