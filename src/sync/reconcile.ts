/**
 * A person's statement against the rows: what they come to on its day, the difference, and which rows
 * would explain it to the cent, by the same solver that judges the bank's own balances. Counted from the
 * last balance that is proved, so that the difference is looked for where it arose. Computed when somebody
 * looks; changes nothing.
 */
import type { Account } from '../domain/account.ts'
import { addDays, joinRanges, type Day, type DayRange } from '../domain/day.ts'
import type { BalanceSpan } from '../domain/run.ts'
import type { TransactionId } from '../domain/transaction.ts'
import type { TenantStore } from '../ports/store.ts'
import { stepsOf, checkpointsOf, type Checkpoint } from './balance-chain.ts'
import { Clues } from './balance-clues.ts'
import { isFailing, ledgerRows, otherSides } from './balance-proof.ts'
import { statedBy } from './balance-series.ts'
import { gapsIn } from './coverage.ts'
import { solveBalance, type Explanation } from './solve-balance.ts'

export type Reconciliation = {
  /** What the rows come to at the end of the day. */
  readonly ours: bigint
  /** What the statement counts more than the rows. */
  readonly difference: bigint
  /** The day up to which the bank's own balances prove the rows; null: none does. */
  readonly provedTo: Day | null
  /** Days before the statement in which the bank's own balances disagree with the rows. */
  readonly broken: DayRange | null
  /** Days since then that no answer of a source covers. */
  readonly missing: readonly DayRange[]
  /** Rows of just this amount that no explanation that counts names, newest first. `provedBy`: the day of the bank's balance that proves that the row belongs here; null: none does yet. */
  readonly alike: readonly Alike[]
  /** The most plausible first; empty when they agree, or when nothing explains it to the cent. */
  readonly explanations: readonly Explanation[]
}

export type Alike = { readonly row: TransactionId; readonly provedBy: Day | null }

/** So far back somebody who looks for the difference looks for a row of its amount; of more than these none is the one. */
const ALIKE = { days: 92, most: 3 }
/** So many balances before the last proved one tell how the source counts. */
const BEFORE = 5

export async function reconcile(store: TenantStore, account: Account, statement: { readonly on: Day; readonly amount: bigint }, now: number): Promise<Reconciliation> {
  const { on, amount } = statement
  const [stated, allSpans, coverage] = await Promise.all([statedBy(store, account.id), store.feed.spans(account.id), store.feed.coverage(account.id)])
  const spans = allSpans.filter(({ sourceId, from }) => sourceId === stated.sourceId && from < on)
  const failing = spans.filter(isFailing)
  const provedTo = spans.reduce<Day | null>((last, span) => (span.status === 'proved' && span.to <= on && (failing[0] === undefined || span.to <= failing[0].from) ? span.to : last), null)
  const all = checkpointsOf(stated.balances)
  const known = all.filter((checkpoint) => checkpoint.on < on && checkpoint.at <= now)
  const at = provedTo === null ? (failing[0] === undefined ? known.length - 1 : known.findLastIndex((checkpoint) => checkpoint.on <= failing[0]!.from)) : known.findLastIndex((checkpoint) => checkpoint.on <= provedTo)
  const anchor = known[Math.max(0, at)] ?? (await beginning(store, account, on, all[0] ?? null))
  const chain = known.length === 0 ? [anchor] : known.slice(Math.max(0, at - BEFORE))
  const checkpoints = [...chain, { on, amount, at: now }]
  const rows = await ledgerRows(store.feed, account, stated.sourceId, { from: chain[0]!.on, to: on })
  const covered = joinRanges(coverage)
  // Days that nobody read are told as such; the rows that are here are judged all the same.
  const { steps, outside } = stepsOf(checkpoints, rows, joinRanges(coverage.filter(({ from }) => from <= anchor.on)), [...covered, { from: addDays(anchor.on, 1), to: on }])
  const difference = steps.filter(({ from }) => from.at >= anchor.at && from.on >= anchor.on).reduce((sum, step) => sum + step.difference, 0n)
  return {
    ours: amount - difference, difference, provedTo,
    broken: failing[0] === undefined ? null : { from: addDays(failing[0].from, 1), to: failing.at(-1)!.to < on ? failing.at(-1)!.to : on },
    alike: difference === 0n ? [] : await alikeTo(store, account, { difference, on, sourceId: stated.sourceId }, spans),
    missing: anchor.on < on ? gapsIn({ from: addDays(anchor.on, 1), to: on }, covered) : [],
    explanations: difference === 0n ? [] : solveBalance({ steps, outside }, new Clues(rows, await otherSides(store, account, anchor.on))),
  }
}

async function alikeTo({ feed }: TenantStore, account: Account, { difference, on, sourceId }: { readonly difference: bigint; readonly on: Day; readonly sourceId: string }, spans: readonly BalanceSpan[]): Promise<readonly Alike[]> {
  const amounts = [difference, -difference]
  const { transactions } = await feed.candidates({
    accountId: account.id, sourceId, keys: [], providerIds: [], contentKeys: [], near: { amounts, from: amounts.map(() => addDays(on, -ALIKE.days)), to: amounts.map(() => on) }, states: null,
  })
  const rows = transactions.filter((row) => row.state === 'posted' && amounts.includes(row.amount)).toReversed()
  return rows.length > ALIKE.most ? [] : rows.map(({ id, postedOn }) => ({ row: id, provedBy: spans.find(({ status, from, to }) => status === 'proved' && from < postedOn && postedOn <= to)?.to ?? null }))
}

/** Before the first stated balance: what that one leaves when all rows up to it are taken off; nothing where none was ever stated. */
async function beginning({ feed }: TenantStore, account: Account, on: Day, stated: Checkpoint | null): Promise<Checkpoint> {
  const { rows } = await feed.transactions({ accountId: account.id, states: ['posted'], includeDeleted: true, order: 'oldest', limit: 1 })
  const first = rows[0]?.postedOn ?? on
  const begin = addDays(first < on ? first : on, -1)
  return { on: begin, amount: stated === null ? 0n : stated.amount - (await feed.sumPosted(account.id, begin, stated.on)), at: 0 }
}
