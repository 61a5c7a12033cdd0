/**
 * The difference between an account as it stands and as it came out when it was lived through again.
 * Transactions of both are mapped one-to-one by the reports that they share, most first, so that ids
 * stay; what a person said of two transactions outweighs what came out. Pure but for the ids it is given.
 */
import type { BalanceSpan } from '../domain/run.ts'
import { UNDECIDED, type MatchTier, type Question, type RowContent, type Transaction, type TransactionId } from '../domain/transaction.ts'
import type { RecomputeAct, RecomputedTransaction, ReportMove, StoredReport } from '../ports/history.ts'
import type { NewTransaction } from '../ports/feed.ts'
import { contentOf } from './commit.ts'
import { contentKey, normalisedText } from './identity.ts'

export type RecomputeKind = 'joined' | 'parted' | 'changed' | 'withdrawn' | 'restored' | 'question'

/** One row of the difference. `otherId`: what it joins, or was parted from; `before`: how it stands now, where it changes. */
export type RecomputedRow = {
  readonly kind: RecomputeKind
  /** Null: a new transaction. */
  readonly transactionId: TransactionId | null
  readonly otherId: TransactionId | null
  readonly before: RowContent | null
  readonly after: RowContent
}

export type RecomputeCounts = { readonly same: number; readonly joined: number; readonly parted: number; readonly changed: number; readonly withdrawn: number; readonly restored: number; readonly questions: number; readonly closed: number; readonly moved: number; readonly kept: number }

export type Difference = { readonly counts: RecomputeCounts; readonly rows: readonly RecomputedRow[]; readonly act: Omit<RecomputeAct, 'run' | 'accountId' | 'sourceIds'> }

/** Both sides: `stored` and `derived` by their ids, and where each report that counts went. */
export type Sides = {
  readonly stored: ReadonlyMap<TransactionId, Transaction>
  readonly derived: ReadonlyMap<TransactionId, Transaction>
  readonly reports: ReadonlyMap<string, StoredReport>
  readonly placeOf: ReadonlyMap<string, TransactionId>
  readonly tierOf: (reportId: string) => MatchTier
  readonly questions: { readonly stored: readonly Question[]; readonly derived: readonly Question[] }
  readonly spans: readonly BalanceSpan[]
  /** Sources that are not read any more. */
  readonly ended: ReadonlySet<string>
  readonly at: number
  readonly newId: () => string
}

type Pair = { readonly from: TransactionId; readonly to: TransactionId; shared: number }

export function difference(sides: Sides): Difference {
  const { stored, derived, reports, placeOf } = sides
  const pairs = sharedBy(sides)
  const kept = keptByPersons(sides, pairs)
  const free = pairs.filter(({ from }) => !kept.stored.has(from))
  const idOf = mapped(free, stored)
  const made = new Set<TransactionId>()
  for (const { to } of free) {
    if (idOf.has(to)) continue
    const id = sides.newId()
    idOf.set(to, id)
    made.add(id)
  }
  const taken = new Set(idOf.values())
  const rows: RecomputedRow[] = []
  const joins = new Map<TransactionId, TransactionId[]>()
  const changed: RecomputedTransaction[] = []
  // Nothing is left of a transaction whose reports all belong to others: it is one with the first of them.
  const left = new Set<TransactionId>()
  for (const { from, to } of free) {
    const row = stored.get(from)!
    if (taken.has(from) || left.has(from)) continue
    left.add(from)
    if (row.state === 'withdrawn') continue
    const into = idOf.get(to)!
    joins.set(into, [...(joins.get(into) ?? []), from])
    changed.push({ id: from, content: contentOf(row), state: 'withdrawn', withdrawnReason: 'merged', contentKey: keyOf(row), joins: [] })
    rows.push({ kind: 'joined', transactionId: from, otherId: into, before: null, after: contentOf(row) })
  }
  const inserts: NewTransaction[] = []
  let same = 0
  for (const [derivedId, id] of idOf) {
    const now = derived.get(derivedId)!
    const { state, withdrawnReason } = now
    if (made.has(id)) {
      inserts.push({ ...contentOf(now), id, accountId: now.accountId, state, withdrawnReason, contentKey: keyOf(now), decisions: UNDECIDED, createdAt: sides.at, updatedAt: sides.at })
      const origin = free.find(({ to }) => to === derivedId)!.from
      if (state !== 'withdrawn') rows.push({ kind: 'parted', transactionId: null, otherId: origin, before: null, after: contentOf(now) })
      continue
    }
    const before = stored.get(id)!
    const isAs = isSame(before, now) || hasEnded(sides, before, now, derivedId)
    const joined = joins.get(id) ?? []
    if (!isAs) {
      const kind = before.state === now.state || (before.state !== 'withdrawn' && state !== 'withdrawn') ? 'changed' : state === 'withdrawn' ? 'withdrawn' : 'restored'
      rows.push({ kind, transactionId: id, otherId: null, before: contentOf(before), after: contentOf(now) })
    } else if (before.state !== 'withdrawn') same++
    if (!isAs || joined.length > 0) changed.push({ id, ...(isAs ? asIs(before) : asIs(now)), joins: joined })
  }
  const moves = [...placeOf].flatMap(([reportId, place]): ReportMove[] => {
    const { sourceId, key, transactionId } = reports.get(reportId)!
    const to = kept.stored.has(transactionId) ? transactionId : idOf.get(place)!
    return to === transactionId ? [] : [{ sourceId, key, from: transactionId, to, tier: sides.tierOf(reportId) }]
  })
  const gone = new Set(changed.filter(({ state }) => state === 'withdrawn').map(({ id }) => id))
  const questions = newQuestions(sides, idOf, gone)
  for (const { transactionId, otherTransactionId } of questions) {
    const row = [...idOf].find(([, id]) => id === transactionId)!
    rows.push({ kind: 'question', transactionId, otherId: otherTransactionId, before: null, after: contentOf(derived.get(row[0])!) })
  }
  const closed = sides.questions.stored.filter(({ answer, transactionId, otherTransactionId }) => answer === null && (gone.has(transactionId) || gone.has(otherTransactionId ?? ''))).map(({ id }) => id)
  const count = (kind: RecomputeKind) => rows.filter((row) => row.kind === kind).length
  return {
    counts: {
      same, joined: count('joined'), parted: count('parted'), changed: count('changed'), withdrawn: count('withdrawn'), restored: count('restored'),
      questions: questions.length, closed: closed.length, moved: moves.length, kept: kept.stored.size,
    },
    rows,
    act: { inserts, rows: changed, moves, questions, closed, spans: sides.spans },
  }
}

/** Which transactions of both sides share how many reports: most first, then the same id, then the older. */
function sharedBy({ stored, reports, placeOf }: Sides): readonly Pair[] {
  const pairs = new Map<string, Pair>()
  for (const [reportId, to] of placeOf) {
    const from = reports.get(reportId)!.transactionId
    const key = `${from}|${to}`
    const pair = pairs.get(key)
    if (pair === undefined) pairs.set(key, { from, to, shared: 1 })
    else pair.shared++
  }
  const age = (id: TransactionId) => stored.get(id)!.createdAt
  const own = ({ from, to }: Pair) => (from === to ? 0 : 1)
  return [...pairs.values()].sort((a, b) => b.shared - a.shared || own(a) - own(b) || age(a.from) - age(b.from) || (a.from < b.from ? -1 : 1))
}

function mapped(pairs: readonly Pair[], stored: Sides['stored']): Map<TransactionId, TransactionId> {
  const idOf = new Map<TransactionId, TransactionId>()
  const taken = new Set<TransactionId>()
  for (const { from, to } of pairs) {
    if (taken.has(from) || idOf.has(to) || !stored.has(from)) continue
    taken.add(from)
    idOf.set(to, from)
  }
  return idOf
}

/** Where what came out contradicts what a person said of two transactions, they stay as they are, with all that hangs together with them. */
function keptByPersons({ reports, placeOf, questions }: Sides, pairs: readonly Pair[]): { readonly stored: ReadonlySet<TransactionId> } {
  const kept = new Set<TransactionId>()
  const places = new Map<TransactionId, Set<TransactionId>>()
  for (const { from, to } of pairs) places.set(from, (places.get(from) ?? new Set()).add(to))
  for (const [reportId] of placeOf) {
    const { tier, transactionId } = reports.get(reportId)!
    if (tier === 'person' && places.get(transactionId)!.size > 1) kept.add(transactionId)
  }
  for (const { answer, transactionId, otherTransactionId } of questions.stored) {
    if (answer !== 'different' || otherTransactionId === null) continue
    const others = places.get(otherTransactionId)
    if (![...(places.get(transactionId) ?? [])].some((place) => others?.has(place) === true)) continue
    kept.add(transactionId)
    kept.add(otherTransactionId)
  }
  const byPlace = Map.groupBy(pairs, ({ to }) => to)
  for (const id of kept) for (const place of places.get(id) ?? []) for (const { from } of byPlace.get(place)!) kept.add(from)
  return { stored: kept }
}

/** A pending row of a source that is not read any more was withdrawn when another took its place; no answer says so. */
function hasEnded({ reports, placeOf, ended }: Sides, before: Transaction, now: Transaction, derivedId: TransactionId): boolean {
  if (before.withdrawnReason !== 'pending_dropped' || now.state !== 'pending') return false
  return [...placeOf].every(([reportId, place]) => place !== derivedId || ended.has(reports.get(reportId)!.sourceId))
}

/** Questions that came out and that nobody was asked yet. */
function newQuestions({ questions, at, newId, derived }: Sides, idOf: ReadonlyMap<TransactionId, TransactionId>, gone: ReadonlySet<TransactionId>): readonly Question[] {
  const pairOf = (kind: string, a: TransactionId, b: TransactionId | null) => [kind, ...[a, b ?? ''].sort()].join('|')
  const asked = new Set(questions.stored.filter(({ answer }) => answer !== 'undone').map((q) => pairOf(q.kind, q.transactionId, q.otherTransactionId)))
  return questions.derived.flatMap((question): Question[] => {
    const { kind, transactionId, otherTransactionId } = question
    const [first, other] = [idOf.get(transactionId), otherTransactionId === null ? null : idOf.get(otherTransactionId)]
    if (first === undefined || other === undefined || gone.has(first) || gone.has(other ?? '')) return []
    if (derived.get(transactionId)?.state === 'withdrawn' || asked.has(pairOf(kind, first, other))) return []
    return [{ ...question, id: newId(), transactionId: first, otherTransactionId: other, askedAt: at }]
  })
}

function asIs(row: Transaction): Pick<RecomputedTransaction, 'content' | 'state' | 'withdrawnReason' | 'contentKey'> {
  return { content: contentOf(row), state: row.state, withdrawnReason: row.withdrawnReason, contentKey: keyOf(row) }
}

function isSame(a: Transaction, b: Transaction): boolean {
  if (a.state !== b.state) return false
  if (a.state === 'withdrawn') return true
  const [was, is] = [contentOf(a), contentOf(b)]
  return (Object.keys(was) as (keyof RowContent)[]).every((field) => was[field] === is[field])
}

function keyOf({ postedOn, amount, currency, name, memo }: RowContent): string {
  return contentKey(postedOn, amount, currency, normalisedText(name, memo))
}
