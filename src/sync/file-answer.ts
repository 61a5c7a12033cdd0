/**
 * One statement of a file on its way into an account, in batches of flat memory. A first pass over
 * the file has collected which rows it shows, so each batch is decided for good. A file proves
 * nothing by what it leaves out: it withdraws no row.
 */
import { addDays, type Day, type DayRange } from '../domain/day.ts'
import type { BalanceSpan, BalanceStatement, Covered } from '../domain/run.ts'
import type { StatedBalance } from '../domain/statement.ts'
import type { Digest } from '../domain/transaction.ts'
import type { CandidateQuery, Candidates } from '../ports/store.ts'
import { providerIdsOf } from './answer.ts'
import { proveStatement, type Movement } from './balance.ts'
import { decideByBalance, isRepeat, presume } from './by-balance.ts'
import { CommitBuilder, type Counts } from './commit.ts'
import type { Incoming, Intake } from './incoming.ts'
import { doubtEqual, joinEqual, mayJoin } from './file-equals.ts'
import { judgeIds } from './id-trust.ts'
import { match, NONE_VANISHED, type Decision } from './match.ts'
import { decideRepeats, doubtRepeats, Repeats } from './repeats.ts'
import { followRules } from './rules.ts'
import { tendFile } from './tend-balance.ts'
import { addCounts, commitContext, commitRows, NO_COUNTS, openLedger, statedBalances, type LastPiece, type SettleContext } from './settle.ts'

/** What the first pass found of the statement. */
export type FileStatement = {
  readonly covers: DayRange | null
  readonly balances: readonly StatedBalance[]
  /** In minor units. */
  readonly postedSum: bigint
}

export type FileAnswerContext = SettleContext & {
  /** What the file shows in all statements that add up with this one; asked for only when a decision hangs on it. */
  readonly shown: () => Promise<Pick<Intake, 'shows' | 'holds'>>
  /** Nothing is stored of the account but statements that add up with this one: nothing stored can match. */
  readonly accountWasEmpty: boolean
  readonly coverage: readonly Covered[]
  /** The day that the file may go on within: equal rows of it are asked about; null: there is no such doubt. */
  readonly doubtedOn: Day | null
}

const BATCH_ROWS = 5_000
const NEAR_DAYS = 13

export class FileAnswer {
  readonly #context: FileAnswerContext
  readonly #statement: FileStatement
  readonly #movements: Movement[] = []
  readonly #keepsMovements: boolean
  readonly #windows = new Map<Day, readonly [Day, Day]>()
  readonly #repeats = new Repeats()
  #batch: Incoming[] = []
  /** The batch before, from which the file's way of giving ids can be told. */
  #recent: readonly Incoming[] = []
  /** In minor units, without rows that turned out to be repeated. */
  #postedSum: bigint
  /** The commit of the batch before: the database works on it while the next batch is read. */
  #inFlight: Promise<void> = Promise.resolve()
  #counts = NO_COUNTS

  constructor(context: FileAnswerContext, statement: FileStatement) {
    this.#context = context
    this.#statement = statement
    this.#postedSum = statement.postedSum
    // Only a lone closing balance is compared with what the feed had before; millions of movements are not kept for nothing.
    this.#keepsMovements = statement.balances.length > 0 && !hasOpening(statement.balances)
  }

  get counts(): Counts {
    return this.#counts
  }

  async add(row: Incoming): Promise<void> {
    this.#repeats.take(row)
    if (isRepeat(row)) return
    this.#batch.push(row)
    if (this.#batch.length >= BATCH_ROWS) await this.#settle(null)
  }

  /** Commits what is left, with the statement's coverage, balances and their proof. */
  async finish(): Promise<void> {
    const { covers } = this.#statement
    const balances = statedBalances(this.#context, this.#statement.balances)
    const repeats = this.#repeats.finish()
    if (repeats.length > 0) {
      await this.#settle(null)
      await this.#settleRepeats(repeats, balances)
    }
    await this.#settle(async (movements) => ({ covers, balances, spans: await this.#spans(balances, movements), cursor: null }))
    await this.#inFlight
    if (balances.length > 0) await tendFile(this.#context)
  }

  async #settle(last: ((movements: readonly Movement[]) => Promise<LastPiece>) | null): Promise<void> {
    const rows = this.#batch
    this.#batch = []
    if (rows.length > 0) this.#recent = rows
    if (rows.length === 0 && last === null) return
    // What is stored must be known before it is matched; an account that was empty has nothing to match.
    if (!this.#context.accountWasEmpty) await this.#inFlight
    const candidates = await this.#candidates(rows)
    const context = {
      sourceId: this.#context.source.id, covers: this.#statement.covers, complete: true,
      // A row that the file leaves out stands as well as one that it shows: to the matcher nothing has vanished.
      reported: () => true, repeated: () => true, vanishedBefore: NONE_VANISHED, ids: judgeIds(rows, candidates, this.#context.source.id, this.#statement.covers), coverage: this.#context.coverage.filter((range) => range.sourceId !== this.#context.source.id),
    }
    let decisions = presume(match(rows, candidates, context))
    if (mayJoin(decisions, candidates, context.sourceId)) {
      const shown = await this.#context.shown()
      decisions = joinEqual(decisions, candidates, { ...context, reported: (mark: Digest) => shown.shows(mark), repeated: (key: Digest) => shown.holds(key) })
    }
    decisions = await followRules(this.#context.feed, this.#context.account.id, doubtEqual(decisions, candidates, this.#context.source.id, this.#context.doubtedOn))
    const builder = new CommitBuilder(commitContext(this.#context, true), candidates)
    builder.add(decisions)
    const built = builder.finish()
    await this.#inFlight
    this.#inFlight = commitRows(this.#context, built, last === null ? undefined : await last(built.movements))
    // A failure is met where the commit is awaited: by the next batch or by `finish`.
    this.#inFlight.catch(() => {})
    if (this.#keepsMovements) this.#movements.push(...built.movements)
    this.#counts = addCounts(this.#counts, built.counts)
  }

  /** Rows that came again under their ids: their first ones are stored by now. */
  async #settleRepeats(repeats: readonly Incoming[], balances: readonly BalanceStatement[]): Promise<void> {
    const { feed, account, source } = this.#context
    await this.#inFlight
    const candidates = await feed.candidates({
      accountId: account.id, sourceId: source.id, keys: repeats.flatMap((row) => [row.firstKey, row.key]), providerIds: providerIdsOf(repeats),
      contentKeys: [], near: { amounts: [], from: [], to: [] }, states: null,
    })
    const build = (decisions: readonly Decision[]) => {
      const builder = new CommitBuilder(commitContext(this.#context, true), candidates)
      builder.add(decisions)
      return builder.finish()
    }
    const taken = new Set(repeats.flatMap(({ firstKey }) => candidates.known.get(firstKey)?.transactionId ?? []))
    const doubts = doubtRepeats(repeats.filter((row) => !candidates.known.has(row.key)), [], candidates, { sourceId: source.id, taken })
    const balanced = decideByBalance(doubts, ...(await this.#balanceOf(balances, build(doubts).movements)))
    const decided = await followRules(feed, account.id, decideRepeats(balanced, this.#recent, candidates, { sourceId: this.#context.source.id, today: null }))
    const seen = repeats.flatMap((row): Decision[] => {
      const known = candidates.known.get(row.key)
      return known === undefined ? [] : [{ kind: 'seen', row, transactionId: known.transactionId, observationId: known.observationId }]
    })
    const isDropped = (decision: Decision): boolean =>
      decision.kind === 'join' || (decision.kind === 'seen' && candidates.known.get(decision.row.firstKey)?.transactionId === decision.transactionId)
    const decisions = [...seen, ...decided]
    for (const decision of decisions) if (isDropped(decision) && decision.row.content.status === 'posted') this.#postedSum -= decision.row.content.amount
    const built = build(decisions)
    await commitRows(this.#context, built)
    if (this.#keepsMovements) this.#movements.push(...built.movements)
    this.#counts = addCounts(this.#counts, built.counts)
  }

  /** The movements of doubtful rows and what the stated balances say of them: the statement's own, or the one of before. */
  async #balanceOf(balances: readonly BalanceStatement[], movements: readonly Movement[]): Promise<Parameters<typeof decideByBalance> extends [unknown, ...infer R] ? R : never> {
    if (proveStatement(balances, this.#postedSum) !== null) {
      return [[], (less) => proveStatement(balances, less.reduce((sum, movement) => sum + movement.amount, this.#postedSum))?.status === 'proved']
    }
    const ledger = await openLedger(this.#context, balances, this.#statement.covers, this.#context.coverage, this.#movements)
    return [movements, (all) => ledger?.prove(all).sound === true]
  }

  /** First the exact repeats, which are most rows of most files; only for the rest what resembles them. */
  async #candidates(rows: readonly Incoming[]): Promise<Candidates> {
    const linked = rows.some((row) => row.corrects !== null || row.pendingProviderId !== null)
    if (rows.length === 0 || (this.#context.accountWasEmpty && !linked)) return { known: new Map(), transactions: [] }
    const { feed, account, source } = this.#context
    const nothing: CandidateQuery = {
      accountId: account.id, sourceId: source.id, keys: [], providerIds: [], contentKeys: [], near: { amounts: [], from: [], to: [] }, states: null,
    }
    const repeats = await feed.candidates({ ...nothing, keys: rows.map((row) => row.key) })
    const left = rows.filter((row) => !repeats.known.has(row.key))
    if (left.length === 0) return repeats
    const windows = left.map((row) => this.#window(row.content.postedOn))
    const from = windows.map(([day]) => day)
    const to = windows.map(([, day]) => day)
    const range = { from: from.reduce((a, b) => (a < b ? a : b)), to: to.reduce((a, b) => (a > b ? a : b)) }
    const alike = await feed.candidates({
      ...nothing, providerIds: providerIdsOf(left), contentKeys: left.map((row) => row.contentKey),
      near: { amounts: left.map((row) => row.content.amount), from, to }, states: { states: ['pending'], range },
    })
    const byId = new Map([...repeats.transactions, ...alike.transactions].map((candidate) => [candidate.id, candidate]))
    return { known: repeats.known, transactions: [...byId.values()] }
  }

  #window(day: Day): readonly [Day, Day] {
    let window = this.#windows.get(day)
    if (window === undefined) this.#windows.set(day, (window = [addDays(day, -NEAR_DAYS), addDays(day, NEAR_DAYS)]))
    return window
  }

  /** A statement with opening and closing balance proves itself; a closing one alone is compared with the one before. */
  async #spans(balances: readonly BalanceStatement[], movements: readonly Movement[]): Promise<readonly BalanceSpan[]> {
    const own = proveStatement(balances, this.#postedSum)
    if (own === null) {
      const ledger = await openLedger(this.#context, balances, this.#statement.covers, this.#context.coverage, this.#movements)
      return ledger?.prove(movements).spans ?? []
    }
    if (own.from >= own.to) return []
    const { feed, account, source } = this.#context
    // Nearly always the statement is the newest: of the years before nothing is asked then.
    if ((await feed.newestSpans(account.id, source.id, 1)).every(({ to }) => to <= own.from)) return [own]
    const stored = (await feed.spans(account.id)).filter(({ sourceId }) => sourceId === own.sourceId)
    // The store replaces what ends later; spans of later statements that were imported before stay.
    const later = stored.filter((span) => span.from >= own.to)
    const [same, ...others] = stored.filter((span) => span.to > own.from && span.from < own.to)
    return same !== undefined && others.length === 0 && isEqualSpan(same, own) ? [] : [own, ...later]
  }
}

function isEqualSpan(a: BalanceSpan, b: BalanceSpan): boolean {
  return a.from === b.from && a.to === b.to && a.opening === b.opening && a.closing === b.closing && a.rowsSum === b.rowsSum && a.status === b.status
}

function hasOpening(balances: readonly StatedBalance[]): boolean {
  return balances.some((balance) => balance.kind === 'opening')
}
