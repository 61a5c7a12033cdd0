/**
 * What the feed claims beside its booked rows, held against the bank's truth: that days are proved, that
 * rows are pending, and that an id which a consumer saw still stands for its row. Part of the oracle, and
 * as blind to the engine.
 */
import { isPending, type TruthRow } from '../bank/ledger/row.ts'
import type { BalanceSpan } from '../src/domain/run.ts'
import type { Transaction } from '../src/domain/transaction.ts'
import type { PageCommit } from '../src/ports/feed.ts'
import { kindOf, pendingLook, type AccountTruth, type Known } from './truth.ts'

/** A row that was booked while an answer was on its way need not be in it. */
const ON_ITS_WAY_MS = 10 * 60_000

/** All live rows of one account, by the kind that they show. */
export type Here = ReadonlyMap<string, readonly Transaction[]>

export class Claims {
  readonly #now: () => number
  /** When the balance of a span was stated first; each is looked at once. */
  readonly #statedAt = new Map<string, number>()
  readonly #looked = new Set<string>()
  /** In which order ids were shown to consumers as booked rows, and went without being merged into another. */
  readonly #shown = new Map<string, number>()
  readonly #gone = new Map<string, { readonly order: number; readonly kind: string }>()
  readonly #kinds = new Map<string, string>()
  #order = 0

  constructor(now: () => number) {
    this.#now = now
  }

  committed(key: string, { spans, updates }: PageCommit): void {
    // Also those that do not agree yet: what a person says of a row may prove them later, with the balance of then.
    for (const span of spans) if (!this.#statedAt.has(nameOf(key, span))) this.#statedAt.set(nameOf(key, span), this.#now())
    for (const { id, state, withdrawnReason } of updates) {
      const kind = this.#kinds.get(id)
      if (state !== 'withdrawn' || withdrawnReason === 'merged') this.#gone.delete(id)
      else if (kind !== undefined) this.#gone.set(id, { order: ++this.#order, kind })
    }
  }

  /** Takes down which ids are shown, and says which rows of newly proved days the feed has not. */
  step(key: string, truth: AccountTruth, here: Here, spans: readonly BalanceSpan[], identity: (id: string) => Known | null): readonly string[] {
    this.#order++
    for (const [kind, rows] of here) {
      for (const { id, state } of rows) {
        const known = state === 'posted' ? identity(id) : null
        if (known?.stage !== 'booked') continue
        // A copy stands beside its row as well: nobody can tell which of the two goes.
        if (!this.#shown.has(id)) this.#shown.set(id, this.#order)
        if (!known.copy) this.#kinds.set(id, kind)
      }
    }
    const fresh = spans.filter((span) => span.status === 'proved' && !this.#looked.has(nameOf(key, span)))
    return fresh.flatMap((span) => {
      this.#looked.add(nameOf(key, span))
      return missingIn(span, (this.#statedAt.get(nameOf(key, span)) ?? this.#now()) - ON_ITS_WAY_MS, truth.rows, here)
    })
  }

  /** What must not be left in the end. */
  end(truth: AccountTruth, here: Here, at: number): readonly string[] {
    return [...staleIn(truth, [...here.values()].flat(), at), ...this.#renamed(here)]
  }

  /** Booked rows whose id is another one than consumers saw. */
  #renamed(here: Here): readonly string[] {
    return [...this.#gone].flatMap(([id, { order, kind }]) => {
      const taker = here.get(kind)?.find((row) => row.state === 'posted' && (this.#shown.get(row.id) ?? 0) > order)
      return taker === undefined ? [] : [`the id that consumers saw changed from ${id} to ${taker.id}: ${kind}`]
    })
  }
}

function nameOf(key: string, { from, to, opening, closing }: BalanceSpan): string {
  return `${key} ${from} ${to} ${opening} ${closing}`
}

function missingIn({ from, to }: BalanceSpan, bookedBy: number, rows: readonly TruthRow[], here: Here): readonly string[] {
  const need = new Map<string, number>()
  for (const row of rows) {
    if (row.postedAt !== null && row.postedAt <= bookedBy && row.bookedOn > from && row.bookedOn <= to) need.set(kindOf(row), (need.get(kindOf(row)) ?? 0) + 1)
  }
  return [...need].flatMap(([kind, count]) => ((here.get(kind)?.length ?? 0) < count ? [`${from} to ${to} is proved without ${kind}`] : []))
}

/** Pending rows of the feed that are none at the bank. */
function staleIn(truth: AccountTruth, rows: readonly Transaction[], at: number): readonly string[] {
  const pending = new Map<string, number>()
  for (const row of truth.rows) if (isPending(row, at)) pending.set(pendingLook(row), (pending.get(pendingLook(row)) ?? 0) + 1)
  return rows.flatMap((row) => {
    if (row.state !== 'pending') return []
    const look = `${row.postedOn} ${row.amount} ${row.name}`
    const left = pending.get(look) ?? 0
    pending.set(look, left - 1)
    return left > 0 ? [] : [`pending at no bank: ${look}`]
  })
}
