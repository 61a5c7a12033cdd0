/**
 * The statements of a file that add up, on their way into an account. Their rows are matched and stored in batches of flat
 * memory, those of many short statements together: each costs trips to the store, and waits for the disk. Every statement
 * has its own page there, with its days, its balances and their proof. A first pass over the file has collected which rows
 * it shows, so each batch is decided for good. A file proves nothing by what it leaves out: it withdraws no booked row.
 */
import { addDays, contains, daysBetween, joinRanges, minDay, type Day, type DayRange } from '../domain/day.ts'
import type { BalanceStatement, Covered } from '../domain/run.ts'
import type { StatedBalance } from '../domain/statement.ts'
import type { Digest, TransactionId } from '../domain/transaction.ts'
import type { Candidate, CandidateQuery, Candidates, PageCommit } from '../ports/feed.ts'
import { providerIdsOf } from './answer.ts'
import { proveStatement, type Movement } from './balance.ts'
import { decideByBalance, isRepeat, presume } from './by-balance.ts'
import { byId, isBookedBy } from './candidate.ts'
import { CommitBuilder, takenBy, type Counts, type RowsCommit } from './commit.ts'
import { coversDay } from './coverage.ts'
import type { Incoming, Intake } from './incoming.ts'
import { doubtIds, doubtSameId, mayDoubtIds } from './doubt-ids.ts'
import { doubtNumbered, givesNumbers } from './doubt-numbers.ts'
import type { DoubtedDay } from './file-border.ts'
import { doubtAmended, doubtEqual, doubtMet, joinEqual, leftOut, maybeAmended, mayJoin, metBeside } from './file-equals.ts'
import { doubtHeld, FEW } from './held-elsewhere.ts'
import { judgeIds } from './id-trust.ts'
import { presenceMark } from './identity.ts'
import { match, NONE_VANISHED, type Decision, type MatchContext } from './match.ts'
import { BOOKING_DAYS, LONGEST_BOOKING_DAYS } from './purchase-day.ts'
import { decideRepeats, doubtRepeats, Repeats } from './repeats.ts'
import { followRules } from './rules.ts'
import { addCounts, commitContext, commitRows, NO_COUNTS, pageOf, spanning, statedBalances, type LastPiece, type SettleContext } from './settle.ts'
import type { SourceBalances } from './source-balances.ts'

/** What the first pass found of a statement. */
export type FileStatement = {
  readonly covers: DayRange | null
  readonly balances: readonly StatedBalance[]
  /** In minor units. */
  readonly postedSum: bigint
}

export type FileAnswerContext = SettleContext & {
  /** What the file shows in all statements that add up; asked for only when a decision hangs on it. */
  readonly shown: () => Promise<Pick<Intake, 'shows' | 'holds'>>
  /** Nothing is stored of the account but these statements: nothing stored can match. */
  readonly accountWasEmpty: () => boolean
  /** What the sources of the account covered, files before this one too. */
  readonly coverage: readonly Covered[]
  /** Shared by all statements of the source in the file. */
  readonly stated: SourceBalances
  /** The sources of the account that are files. */
  readonly fileIds: ReadonlySet<string>
  /** What other programs brought of the day within which the file goes on, as balances show: none of it is in the file. */
  readonly apart: ReadonlySet<TransactionId>
  /** The day that the file may go on within, and what other programs alone brought of it: equal rows are asked about; null: there is no such doubt. */
  readonly doubted: DoubtedDay | null
}

const BATCH_ROWS = 5_000
const BATCH_STATEMENTS = 250
const NEAR_DAYS = 13
/** So much is looked at at a time. */
const MONTH_DAYS = 31
const NOTHING: Candidates = { known: new Map(), transactions: [] }

/** Rows of one statement that are settled together; `last`: nothing follows in it. */
type Piece = { readonly statement: OpenStatement; readonly rows: readonly Incoming[]; readonly isLast: boolean }

export class FileAnswer {
  readonly #context: FileAnswerContext
  readonly #windows = new Map<Day, readonly [Day, Day]>()
  #queue: Piece[] = []
  /** How many rows it holds, and the ids that they name. */
  #queued = 0
  #ids = new Set<string>()
  /** The batch before, from which the file's way of giving ids can be told. */
  #recent: readonly Incoming[] = []
  /** The commit of the batch before: the database works on it while the next batch is read. */
  #inFlight: Promise<void> = Promise.resolve()
  /** A row that is settled was pending: a later one may book it. */
  #showedPending = false
  #counts = NO_COUNTS

  constructor(context: FileAnswerContext) {
    this.#context = context
  }

  /** Of what is settled. */
  get counts(): Counts {
    return this.#counts
  }

  open(statement: FileStatement): OpenStatement {
    return new OpenStatement(statement, {
      take: async (open, rows) => {
        if (this.#queued + rows >= BATCH_ROWS) await this.#settle([{ statement: open, rows: open.cut(), isLast: false }])
      },
      end: (open) => this.#end(open),
    })
  }

  /** Stores what is left of the statements that have ended; their balances are tended by who has the last of the source. */
  async flush(): Promise<void> {
    await this.#settle([])
    await this.#land()
  }

  /** A statement is complete. */
  async #end(statement: OpenStatement): Promise<void> {
    const repeats = statement.repeats.finish()
    const rows = statement.cut()
    if (repeats.length === 0) return this.#enqueue({ statement, rows, isLast: true })
    await this.#settle([{ statement, rows, isLast: false }])
    await this.#settleRepeats(statement, repeats)
    await this.#enqueue({ statement, rows: [], isLast: true })
  }

  async #enqueue(piece: Piece): Promise<void> {
    const ids = providerIdsOf(piece.rows)
    // What names a row of a statement before, or may settle it, is matched when that is stored.
    const isTold = (rows: readonly Incoming[]): boolean => rows.some((row) => row.content.status === 'pending' || isLinked(row))
    const isApart = isTold(piece.rows)
    if (isApart || (!this.#isNew(piece.rows) && ids.some((id) => this.#ids.has(id)))) await this.#settle([])
    this.#queue.push(piece)
    this.#queued += piece.rows.length
    for (const id of ids) this.#ids.add(id)
    if (isApart || this.#queue.length >= BATCH_STATEMENTS || this.#queued >= BATCH_ROWS) await this.#settle([])
  }

  /** Matches and commits what waits, and these pieces after it. */
  async #settle(more: readonly Piece[]): Promise<void> {
    const pieces = [...this.#queue, ...more]
    this.#queue = []
    this.#queued = 0
    this.#ids = new Set()
    const rows = pieces.flatMap((piece) => piece.rows)
    if (rows.length > 0) this.#recent = rows
    if (pieces.every((piece) => piece.rows.length === 0 && !piece.isLast)) return
    // What is stored must be known before it is matched.
    const isNew = this.#isNew(rows)
    if (!isNew) await this.#land()
    const candidates = isNew ? NOTHING : await this.#candidates(rows)
    this.#showedPending ||= rows.some(({ content }) => content.status === 'pending')
    const decisions = await this.#decide(pieces, rows, candidates)
    await this.#land()
    const pages = await this.#pages(pieces, decisions, candidates)
    this.#inFlight = this.#context.feed.commitPages(pages).then(() => {})
    // A failure is met where the commit is awaited: by the next batch or by `flush`.
    this.#inFlight.catch(() => {})
  }

  /** What was committed is stored; balances that fail are not looked at after each statement, which costs more with every one before. */
  async #land(): Promise<void> {
    await this.#inFlight
    await this.#context.stated.tend(this.#context, BATCH_STATEMENTS)
  }

  async #decide(pieces: readonly Piece[], rows: readonly Incoming[], candidates: Candidates): Promise<readonly Decision[]> {
    const { source, feed, account, coverage, doubted } = this.#context
    const covers = joinRanges([...new Set(pieces.map(({ statement }) => statement.covers))].filter((range) => range !== null))
    const context = {
      sourceId: source.id, covers, complete: true,
      // A row that the file leaves out stands as well as one that it shows: to the matcher nothing has vanished.
      reported: () => true, repeated: () => true, vanishedBefore: NONE_VANISHED, ids: judgeIds(rows, candidates, source.id, covers),
      coverage: coverage.filter(({ sourceId }) => sourceId !== source.id),
    }
    let decisions = presume(match(rows, candidates, context))
    const ofFile = async (): Promise<MatchContext> => {
      const shown = await this.#context.shown()
      return { ...context, reported: (mark: Digest) => shown.shows(mark), repeated: (key: Digest) => shown.holds(key) }
    }
    if (mayJoin(decisions, candidates, source.id)) decisions = joinEqual(decisions, candidates, await ofFile(), coverage.filter(({ sourceId }) => sourceId === source.id))
    if (mayDoubtIds(decisions)) decisions = doubtIds(decisions, candidates, await ofFile())
    decisions = doubtSameId(decisions, candidates, context)
    const near = maybeAmended(decisions)
    const around = bothOf(near, metBeside(decisions))
    if (around !== null) {
      const stored = await this.#stored('posted', { from: addDays(around.from, -BOOKING_DAYS), to: addDays(around.to, BOOKING_DAYS) })
      const left = leftOut(stored, decisions, await ofFile())
      if (near !== null) decisions = doubtHeld(doubtAmended(decisions, left.filter(({ postedOn }) => contains(near, postedOn))), stored, context)
      decisions = await this.#doubtMet(decisions, left)
    }
    const [first] = covers
    if (first !== undefined && givesNumbers(decisions)) {
      const stored = await this.#stored('posted', { from: addDays(first.from, -LONGEST_BOOKING_DAYS), to: first.from })
      decisions = doubtNumbered(decisions, stored.filter((candidate) => isBookedBy(candidate, source.id)))
    }
    return followRules(feed, account.id, doubted === null ? decisions : doubtEqual(decisions, candidates, source.id, doubted))
  }

  /** Asks whether what the file does not show any more is what it shows now, and another source had booked: nobody is asked twice about a pair. */
  async #doubtMet(decisions: readonly Decision[], left: readonly Candidate[]): Promise<readonly Decision[]> {
    const { feed, account, source } = this.#context
    const doubted = doubtMet(decisions, left.filter(({ reports }) => reports.every(({ sourceId, status }) => sourceId === source.id || status === 'pending')))
    if (doubted === decisions) return decisions
    const asked = [...(await feed.questions({ accountId: account.id, open: true })), ...(await feed.questions({ accountId: account.id, open: false }))]
    const pairs = new Set(asked.flatMap(({ answer, transactionId, otherTransactionId }) => (answer === 'undone' ? [] : [`${transactionId} ${otherTransactionId}`, `${otherTransactionId} ${transactionId}`])))
    return doubted.map((decision, index) => (decision.kind === 'join' && pairs.has(`${decision.transaction.id} ${decision.double}`) ? decisions[index]! : decision))
  }

  /** All rows of the range in that state. */
  async #stored(state: 'posted' | 'pending', range: DayRange): Promise<readonly Candidate[]> {
    return (await this.#ask({ states: { states: [state], range } })).transactions
  }

  #ask(query: Partial<CandidateQuery>): Promise<Candidates> {
    const { feed, account, source } = this.#context
    return feed.candidates({ accountId: account.id, sourceId: source.id, keys: [], providerIds: [], contentKeys: [], near: { amounts: [], from: [], to: [] }, states: null, ...query })
  }

  /** One for each piece; `decisions` in the order of their rows. */
  async #pages(pieces: readonly Piece[], decisions: readonly Decision[], candidates: Candidates): Promise<readonly PageCommit[]> {
    const stored = new Map(byId(candidates))
    const [ended, unbooked] = [await this.#ended(pieces, decisions), await this.#unbooked(pieces, decisions)]
    const endsIn = pieces.findLast(({ isLast }) => isLast)
    const unstored: Movement[] = []
    const pages: PageCommit[] = []
    let at = 0
    for (const piece of pieces) {
      const { statement, rows, isLast } = piece
      const built = this.#build(decisions.slice(at, (at += rows.length)), stored, piece === endsIn ? ended : [], piece === endsIn ? unbooked : [])
      for (const { id, content, state, withdrawnReason, contentKey } of built.updates) stored.set(id, { ...stored.get(id)!, ...content, state, withdrawnReason, contentKey })
      const last = isLast ? await this.#lastOf(statement, built.movements, unstored) : undefined
      if (last !== undefined) await this.#context.stated.take(last)
      pages.push(pageOf(this.#context, built, last))
      statement.settled(built)
      unstored.push(...built.movements)
      this.#counts = addCounts(this.#counts, built.counts)
    }
    return pages
  }

  /** The statement's coverage, balances and their proof: it proves itself with opening and closing balance; a closing one alone is compared with the one before. */
  async #lastOf(statement: OpenStatement, movements: readonly Movement[], unstored: readonly Movement[]): Promise<LastPiece> {
    const { stated } = this.#context
    const balances = statedBalances(this.#context, statement.balances)
    const own = await stated.proveOwn(balances, statement.postedSum, unstored, movements)
    const spans = own ?? (await stated.ledger(balances, statement.covers, unstored, statement.movements))?.prove(movements).spans ?? []
    return { covers: statement.covers, balances, spans, cursor: null }
  }

  #build(decisions: readonly Decision[], stored: ReadonlyMap<TransactionId, Candidate>, ended: readonly Candidate[] = [], unbooked: readonly TransactionId[] = []): RowsCommit {
    const builder = new CommitBuilder(commitContext(this.#context, true), stored)
    builder.add(decisions)
    for (const candidate of ended) builder.withdraw(candidate, 'pending_dropped')
    for (const id of unbooked) builder.ask('removed_at_bank', id, null)
    return builder.finish()
  }

  /**
   * Holds that files alone showed, of days that these statements cover, and that this file shows no more: no bank is asked about them, so nothing else would
   * end them. Only those that are older than booking takes: a file may show what is booked alone.
   */
  async #ended(pieces: readonly Piece[], decisions: readonly Decision[]): Promise<readonly Candidate[]> {
    const { fileIds } = this.#context
    const covers = joinRanges([...new Set(pieces.map(({ statement, isLast }) => (isLast ? statement.covers : null)))].filter((range) => range !== null))
    const [first, last] = [covers[0], covers.at(-1)]
    if (first === undefined || last === undefined || this.#context.accountWasEmpty()) return []
    const range = { from: first.from, to: addDays(last.to, -LONGEST_BOOKING_DAYS - 1) }
    if (range.to < range.from) return []
    const taken = takenBy(decisions)
    const held = (await this.#stored('pending', range)).filter(({ id, postedOn, reports }) => !taken.has(id) && coversDay(covers, postedOn) && reports.every(({ sourceId }) => fileIds.has(sourceId)))
    if (held.length === 0) return []
    const shown = await this.#context.shown()
    return held.filter(({ amount, reports }) => !reports.some(({ providerId, key }) => shown.holds(key) || shown.shows(presenceMark(providerId, amount, key))))
  }

  /**
   * What files of other programs alone list as booked, of days on which statements of this one that add up from balance to balance do not show it, though
   * booking takes no longer: it was held and never booked, or is booked as another row. Where most of what came in at once is not shown, it is another account's file.
   */
  async #unbooked(pieces: readonly Piece[], decisions: readonly Decision[]): Promise<readonly TransactionId[]> {
    const { fileIds, source, coverage, feed, account } = this.#context
    if (fileIds.size < 2) return []
    const whole = pieces.flatMap(({ statement: { balances, covers, postedSum }, isLast }) => (isLast && covers !== null && proveStatement(statedBalances(this.#context, balances), postedSum)?.status === 'proved' ? [covers] : []))
    if (whole.length === 0) return []
    const covered = joinRanges([...whole, ...coverage.filter(({ sourceId }) => sourceId === source.id)])
    const isSpokenFor = (on: Day): boolean => [-LONGEST_BOOKING_DAYS, LONGEST_BOOKING_DAYS].every((days) => covered.some((range) => contains(range, on) && contains(range, addDays(on, days))))
    const near = whole.map(({ from, to }) => ({ from: addDays(from, -LONGEST_BOOKING_DAYS), to: addDays(to, -LONGEST_BOOKING_DAYS) }))
    const taken = takenBy(decisions)
    const isTheirs = ({ postedOn, reports }: Candidate): boolean => isSpokenFor(postedOn) && reports.some(({ sourceId }) => sourceId !== source.id && fileIds.has(sourceId))
    const isShown = ({ id, reports }: Candidate): boolean => taken.has(id) || reports.some(({ sourceId }) => sourceId === source.id)
    const isUnbooked = (candidate: Candidate): boolean => !isShown(candidate) && candidate.reports.every(({ sourceId }) => fileIds.has(sourceId)) && !candidate.decisions.deleted
    const lots = new Map<number, { rows: number; readonly unbooked: TransactionId[] }>()
    // By the month: a statement may be of many years.
    for (const range of joinRanges(near).flatMap(monthsOf)) {
      for (const candidate of (await this.#stored('posted', range)).filter(isTheirs)) {
        const lot = lots.get(candidate.createdAt) ?? { rows: 0, unbooked: [] }
        lots.set(candidate.createdAt, lot)
        lot.rows++
        if (isUnbooked(candidate)) lot.unbooked.push(candidate.id)
      }
    }
    const found = [...lots.values()].flatMap(({ rows, unbooked }) => (unbooked.length > FEW && unbooked.length * 2 > rows ? [] : unbooked))
    if (found.length === 0) return []
    const asked = [...(await feed.questions({ accountId: account.id, open: true })), ...(await feed.questions({ accountId: account.id, open: false })).filter(({ kind, answer }) => kind === 'removed_at_bank' && answer !== 'undone')]
    const about = new Set(asked.flatMap(({ transactionId, otherTransactionId }) => [transactionId, otherTransactionId]))
    return found.filter((id) => !about.has(id))
  }

  /** Rows that came again under their ids: their first ones are stored by now. */
  async #settleRepeats(statement: OpenStatement, repeats: readonly Incoming[]): Promise<void> {
    const { feed, account, source } = this.#context
    await this.#land()
    const candidates = await this.#ask({ keys: repeats.flatMap((row) => [row.firstKey, row.key]), providerIds: providerIdsOf(repeats) })
    const stored = byId(candidates)
    const taken = new Set(repeats.flatMap(({ firstKey }) => candidates.known.get(firstKey)?.transactionId ?? []))
    const doubts = doubtRepeats(repeats.filter((row) => !candidates.known.has(row.key)), [], candidates, { sourceId: source.id, taken })
    const balanced = decideByBalance(doubts, ...(await this.#balanceOf(statement, this.#build(doubts, stored).movements)))
    const decided = await followRules(feed, account.id, decideRepeats(balanced, this.#recent, candidates, { sourceId: source.id, today: null }))
    const seen = repeats.flatMap((row): Decision[] => {
      const known = candidates.known.get(row.key)
      return known === undefined ? [] : [{ kind: 'seen', row, transactionId: known.transactionId, observationId: known.observationId }]
    })
    const isDropped = (decision: Decision): boolean =>
      decision.kind === 'join' || (decision.kind === 'seen' && candidates.known.get(decision.row.firstKey)?.transactionId === decision.transactionId)
    const decisions = [...seen, ...decided]
    const built = this.#build(decisions, stored)
    await commitRows(this.#context, built)
    statement.settled(built, decisions.flatMap((decision) => (isDropped(decision) ? [decision.row] : [])))
    this.#counts = addCounts(this.#counts, built.counts)
  }

  /** The movements of doubtful rows and what the stated balances say of them: the statement's own, or the one of before. */
  async #balanceOf(statement: OpenStatement, movements: readonly Movement[]): Promise<Parameters<typeof decideByBalance> extends [unknown, ...infer R] ? R : never> {
    const balances: readonly BalanceStatement[] = statedBalances(this.#context, statement.balances)
    if (proveStatement(balances, statement.postedSum) !== null) {
      return [[], (less) => proveStatement(balances, less.reduce((sum, movement) => sum + movement.amount, statement.postedSum))?.status === 'proved']
    }
    const ledger = await this.#context.stated.ledger(balances, statement.covers, [], statement.movements)
    return [movements, (all) => ledger?.prove(all).sound === true]
  }

  /** Whether nothing stored can be one of the rows: the account was empty, and nothing of the file itself waits to be settled or is named by them. */
  #isNew(rows: readonly Incoming[]): boolean {
    return rows.length === 0 || (this.#context.accountWasEmpty() && !this.#showedPending && !rows.some(isLinked))
  }

  /** First the exact repeats, which are most rows of most files; only for the rest, and for what would come back, what resembles them. */
  async #candidates(rows: readonly Incoming[]): Promise<Candidates> {
    const repeats = await this.#ask({ keys: rows.map((row) => row.key) })
    const left = rows.filter((row) => (repeats.known.get(row.key)?.state ?? 'withdrawn') === 'withdrawn')
    if (left.length === 0) return repeats
    const windows = left.map((row) => this.#window(row.content.postedOn))
    const from = windows.map(([day]) => day)
    const to = windows.map(([, day]) => day)
    const range = { from: from.reduce((a, b) => (a < b ? a : b)), to: to.reduce((a, b) => (a > b ? a : b)) }
    const alike = await this.#ask({
      providerIds: providerIdsOf(left), contentKeys: left.map((row) => row.contentKey),
      near: { amounts: left.map((row) => row.content.amount), from, to }, states: { states: ['pending'], range },
    })
    const found = byId({ transactions: [...repeats.transactions, ...alike.transactions] })
    return { known: repeats.known, transactions: [...found.values()].filter(({ id }) => !this.#context.apart.has(id)) }
  }

  #window(day: Day): readonly [Day, Day] {
    let window = this.#windows.get(day)
    if (window === undefined) this.#windows.set(day, (window = [addDays(day, -NEAR_DAYS), addDays(day, NEAR_DAYS)]))
    return window
  }
}

/** The days of a range, so many at a time. */
function monthsOf({ from, to }: DayRange): readonly DayRange[] {
  return Array.from({ length: Math.ceil((daysBetween(from, to) + 1) / MONTH_DAYS) }, (_, n) => ({ from: addDays(from, n * MONTH_DAYS), to: minDay(to, addDays(from, (n + 1) * MONTH_DAYS - 1)) }))
}

/** The smallest range that holds both; null: there is none. */
function bothOf(a: DayRange | null, b: DayRange | null): DayRange | null {
  return a === null ? b : spanning(a, b)
}

/** Names another row: it may be stored even where nothing else was. */
function isLinked({ corrects, pendingProviderId }: Incoming): boolean {
  return corrects !== null || pendingProviderId !== null
}

/** `rows`: how many it holds. */
type Way = { readonly take: (statement: OpenStatement, rows: number) => Promise<void>; readonly end: (statement: OpenStatement) => Promise<void> }

/** One statement while its rows come. */
export class OpenStatement {
  readonly covers: DayRange | null
  readonly balances: readonly StatedBalance[]
  readonly repeats = new Repeats()
  /** Of its rows that are settled. Only a lone closing balance is compared with what the feed had before; millions of movements are not kept for nothing. */
  readonly movements: Movement[] = []
  readonly #keepsMovements: boolean
  readonly #way: Way
  #rows: Incoming[] = []
  #postedSum: bigint

  constructor({ covers, balances, postedSum }: FileStatement, way: Way) {
    this.covers = covers
    this.balances = balances
    this.#postedSum = postedSum
    this.#keepsMovements = balances.length > 0 && balances.every(({ kind }) => kind !== 'opening')
    this.#way = way
  }

  /** In minor units, without rows that turned out to be repeated. */
  get postedSum(): bigint {
    return this.#postedSum
  }

  async add(row: Incoming): Promise<void> {
    this.repeats.take(row)
    if (isRepeat(row)) return
    this.#rows.push(row)
    await this.#way.take(this, this.#rows.length)
  }

  /** After its last row. It is stored at the latest by `FileAnswer.flush`. */
  async end(): Promise<void> {
    await this.#way.end(this)
  }

  /** The rows since it was cut before. */
  cut(): readonly Incoming[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  /** `dropped`: rows that are not there a second time. */
  settled({ movements }: RowsCommit, dropped: readonly Incoming[] = []): void {
    if (this.#keepsMovements) this.movements.push(...movements)
    for (const { content } of dropped) if (content.status === 'posted') this.#postedSum -= content.amount
  }
}
