/** What an undo does, summed up while it is done: the outcome for its run, and the days whose balance proofs it makes void. For both stores. */
import { day, maxDay, minDay, type Day, type DayRange } from '../domain/day.ts'
import type { AccountOutcome, RunTrigger } from '../domain/run.ts'
import type { TransactionState } from '../domain/transaction.ts'
import type { RunPlace } from '../ports/history.ts'

/** The part of a row that an undo's record needs. */
type Touched = { readonly accountId: string; readonly postedOn: Day; readonly state: TransactionState }
type Counted = Pick<AccountOutcome, 'added' | 'changed' | 'withdrawn' | 'questions'>

const LAST_DAY = day('9999-12-31')
const NOTHING: Counted = { added: 0, changed: 0, withdrawn: 0, questions: 0 }

/** Days whose balance proofs hold no more: those of one source, or of all sources of the account (null). */
export type VoidDays = { readonly accountId: string; readonly sourceId: string | null; readonly days: DayRange }

export class UndoTally {
  readonly #counted = new Map<string, Counted>()
  /** Where rows changed, by account: each source's sums count the rows of all. */
  readonly #rows = new Map<string, DayRange>()
  /** Where answers were taken back, by source: only its own balances and days were proved with them. */
  readonly #answers = new Map<string, { readonly accountId: string; readonly days: DayRange }>()
  #isOpen = false

  constructor(places: readonly RunPlace[]) {
    for (const place of places) {
      this.#count(place.accountId, {})
      this.#answered(place)
    }
  }

  /** What is taken back was no answer itself: an undo, and the run that comes again was at these places, or an account concluded anew, whose rows count where they first came. */
  reaches(places: readonly RunPlace[], trigger: RunTrigger | undefined): void {
    for (const place of places) this.#answered(place)
    this.#isOpen = trigger === 'recompute'
  }

  /** Rows that were withdrawn because no answer reports them any more. */
  withdrawn(accountId: string, rows: number, days: DayRange): void {
    this.#count(accountId, { withdrawn: rows })
    this.#touch(accountId, days)
  }

  changed(before: Touched, after: Touched): void {
    const [was, is] = [before.state === 'withdrawn', after.state === 'withdrawn']
    this.#count(before.accountId, was === is ? { changed: 1 } : is ? { withdrawn: 1 } : { added: 1 })
    for (const { accountId, postedOn } of [before, after]) this.#touch(accountId, { from: postedOn, to: postedOn })
  }

  closedQuestion(accountId: string): void {
    this.#count(accountId, { questions: 1 })
  }

  /** By account; `added` counts rows that came back. */
  get outcomes(): readonly AccountOutcome[] {
    return [...this.#counted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([accountId, counted]) => ({ accountId, matched: 0, failure: null, ...counted }))
  }

  /** A row counts in no span that ends before its day. */
  get voidDays(): readonly VoidDays[] {
    const answers = [...this.#answers].map(([sourceId, answer]): VoidDays => ({ ...answer, sourceId }))
    const rows = [...this.#rows].map(([accountId, days]): VoidDays => ({ accountId, sourceId: null, days }))
    const all = [...answers, ...rows]
    return this.#isOpen ? all.map(({ accountId, days: { from } }) => ({ accountId, sourceId: null, days: { from, to: LAST_DAY } })) : all
  }

  #count(accountId: string, more: Partial<Counted>): void {
    const { added, changed, withdrawn, questions } = this.#counted.get(accountId) ?? NOTHING
    this.#counted.set(accountId, {
      added: added + (more.added ?? 0), changed: changed + (more.changed ?? 0), withdrawn: withdrawn + (more.withdrawn ?? 0), questions: questions + (more.questions ?? 0),
    })
  }

  #touch(accountId: string, range: DayRange | null): void {
    const hull = hullOf(this.#rows.get(accountId) ?? null, range)
    if (hull !== null) this.#rows.set(accountId, hull)
  }

  #answered({ accountId, sourceId, days }: RunPlace): void {
    const hull = hullOf(this.#answers.get(sourceId)?.days ?? null, days)
    if (hull !== null) this.#answers.set(sourceId, { accountId, days: hull })
  }
}

export function hullOf(a: DayRange | null, b: DayRange | null): DayRange | null {
  if (a === null || b === null) return a ?? b
  return { from: minDay(a.from, b.from), to: maxDay(a.to, b.to) }
}
