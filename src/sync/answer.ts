/**
 * One answer of a bank for one account, from its first page to its commit. A small answer is judged
 * whole and committed as one; of a large one, what no later page can change is committed batch by
 * batch and the rest when the answer is complete. Coverage, balances and cursor come with the last
 * piece, so that a crash in between only means reading again.
 */
import { addDays, contains, daysBetween, minDay, utcDay, type Day, type DayRange } from '../domain/day.ts'
import type { Failure } from '../domain/evidence.ts'
import type { JsonObject } from '../domain/institution.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { BalanceSpan, Covered } from '../domain/run.ts'
import type { StatedBalance, StatementRow } from '../domain/statement.ts'
import type { Question, TransactionId } from '../domain/transaction.ts'
import type { Candidate, CandidateQuery, Candidates } from '../ports/feed.ts'
import type { Movement } from './balance.ts'
import { countedOnce, decideByBalance, doubtTwins, isRepeat, presume } from './by-balance.ts'
import { byId, isBookedBy } from './candidate.ts'
import { closingsOf, type Closing } from './closings.ts'
import { CommitBuilder, missingFrom, takenBy, type Counts, type RowsCommit } from './commit.ts'
import { doubtIds } from './doubt-ids.ts'
import { doubtMet } from './file-equals.ts'
import { doubtHeld, heldBefore, onlyElsewhere } from './held-elsewhere.ts'
import { judgeIds } from './id-trust.ts'
import { Intake, type Incoming } from './incoming.ts'
import { layOut, match, NONE_VANISHED, type Decision, type MatchContext } from './match.ts'
import { believedCovers, CUT_ROWS, implausible, movedByYears, movedOn, signsFlipped, signsOpposed, tooManyMissing, wrongYearRows } from './plausible.ts'
import { decideRepeats, doubtRepeats, ofStored, Repeats } from './repeats.ts'
import { followRules } from './rules.ts'
import { keysOf, separate } from './separate.ts'
import { addCounts, askLedger, commitContext, commitRows, ledgerFrom, NO_COUNTS, spanning, statedBalances, type Ledger, type LedgerFacts, type SettleContext } from './settle.ts'
import { failsFrom, needsTending, tendBalance } from './tend-balance.ts'
import { touchedDays } from './touched-days.ts'
import { disputedDays, isOfNewest } from './window.ts'

export type AnswerEnd = {
  readonly covers: DayRange | null
  readonly balances: readonly StatedBalance[]
  /** The cursor to store, given the days that can be believed and the day from which to read again. */
  readonly cursor: (covers: DayRange | null, reread: DayRange | null) => JsonObject | null
}

/** What an answer did. `failure`: its rows were stored, but it cannot be believed whole, so it covers nothing. */
export type Settled = {
  readonly counts: Counts
  readonly covers: DayRange | null
  readonly failure: Failure | null
  /** The day after which stated balances and rows disagree, as far as this answer shows. */
  readonly disagreesFrom: Day | null
  /** Which way the source's amounts are taken from now on. */
  readonly sign: 1 | -1
}

/** An old copy of a bank's list is not older than this. */
const OLD_COPY_DAYS = 4
/** Stored rows further than this from a reported one are never the same. */
const NEAR_DAYS = 13
/** The other sign of a source is believed when the bank has kept to it for so long. */
const TURNED_BACK_MS = 3 * 86_400_000
export const FLIPPED = implausible('The amounts of rows that are known came back with the opposite sign.')
/** The same of a source that tells rows which only others told so far: which way round it tells them is not known yet. */
export const OPPOSED: Failure = { ...FLIPPED }

/** A complete answer, and what is known of its account. `stated`: the days that it claims to show completely. */
type Shown = {
  readonly rows: readonly Incoming[]
  readonly repeats: readonly Incoming[]
  readonly candidates: Candidates
  readonly coverage: readonly Covered[]
  readonly facts: LedgerFacts | null
  readonly questions: readonly Question[]
  readonly stated: DayRange | null
}

/**
 * What is known of the read before this one. `doubtedBefore`: its answer was doubted as well, so that what is missing may be
 * missing for good. `listedBefore`: how many rows it held; null: not known. `isUnmet`: the source has told nothing so far that others told, too.
 */
type AfterDoubt = { readonly doubtedBefore: boolean; readonly listedBefore: number | null; readonly isUnmet: boolean }

/** What became of its rows, and which stored ones it lacks. `elsewhere`: those that only others told. `failure`: why it cannot be believed whole. */
type Judged = { readonly context: MatchContext; readonly failure: Failure | null; readonly ledger: Ledger | null; readonly missing: readonly Candidate[]; readonly elsewhere: readonly Candidate[]; readonly balanced: readonly Decision[] }

export class Answer {
  readonly #context: SettleContext & AfterDoubt
  readonly #asked: DayRange
  /** More rows than this are not held back. */
  readonly #heldRows: number
  readonly #isTurnedBack: boolean
  readonly #intake: Intake
  readonly #repeats = new Repeats()
  readonly #pages = new Set<string>()
  readonly #committed: Movement[] = []
  #held: Incoming[] = []
  #listed = 0
  #counts = NO_COUNTS

  /** `isTurnedBack`: the source is read with another sign than before, which must be proved and is stored then. */
  constructor(context: SettleContext & AfterDoubt, asked: DayRange, heldRows: number, isTurnedBack = false) {
    this.#context = context
    this.#asked = asked
    this.#heldRows = heldRows
    this.#isTurnedBack = isTurnedBack
    const { account, source } = context
    this.#intake = new Intake({ sourceId: source.id, currency: account.currency, sign: source.sign, startOn: account.startOn, keepsMarks: true, keepsRepeats: true })
  }

  get #shown(): Pick<MatchContext, 'reported' | 'repeated'> {
    return { reported: (mark) => this.#intake.shows(mark), repeated: (key) => this.#intake.holds(key) }
  }

  get #isNewest(): boolean {
    return isOfNewest(this.#asked, utcDay(this.#context.now()))
  }

  /** Asked until the first row is met: in which way that is taken all others are. */
  #isOpposed(rows: readonly Incoming[], candidates: Candidates): boolean {
    return this.#context.isUnmet && this.#counts.matched === 0 && signsOpposed(rows, candidates, this.#context.source.id)
  }

  /** How many rows must be missing at its beginning to say that it was cut there: of older days, which a list of the newest rows leaves out, a single one. */
  #cutRows(rows: readonly Incoming[], candidates: Candidates): number {
    const hasMovedOn = this.#listed === this.#context.listedBefore && movedOn(rows, candidates)
    return hasMovedOn || !this.#isNewest ? 1 : CUT_ROWS
  }

  /** What is stored so far. */
  get counts(): Counts {
    return this.#counts
  }

  /** Takes the rows of one page. Fails when one of them cannot be read; what was committed before stays. */
  async add(rows: readonly StatementRow[]): Promise<Result<void, Failure>> {
    this.#listed += rows.length
    if (this.#isRepeated(rows)) return ok(undefined)
    for (const row of rows) {
      const taken = this.#intake.take(row)
      if (!taken.ok) return failed(implausible(taken.failure.message, 'parse'))
      if (taken.value === null) continue
      this.#repeats.take(taken.value)
      if (!isRepeat(taken.value)) this.#held.push(taken.value)
    }
    return this.#held.length > this.#heldRows ? this.#settleCertain() : ok(undefined)
  }

  /** The answer is complete: decides what waited, and commits rows, coverage, balances and cursor as one. */
  async finish(end: AnswerEnd): Promise<Result<Settled, Failure>> {
    const { feed, account, source } = this.#context
    const repeats = this.#repeats.finish()
    const balances = statedBalances(this.#context, end.balances)
    const [found, coverage, facts, questions] = await Promise.all([
      feed.candidates(this.#query(end.covers, repeats)), feed.covered(account.id), askLedger(this.#context, balances), feed.questions({ accountId: account.id, open: true }),
    ])
    const { rows: held, candidates } = await separate(feed, this.#held, found, (candidate) => isBookedBy(candidate, source.id) && !candidate.reports.some(({ sourceId, key }) => sourceId === source.id && this.#shown.repeated(key)))
    const unknown = held.filter((row) => !candidates.known.has(row.key))
    // Also rows whose id is known: with all else equal, a year is not what a bank corrects.
    const strange = new Set([...wrongYearRows(unknown, this.#asked, held), ...movedByYears(unknown, candidates, source.id, utcDay(this.#context.now()), this.#asked, held)])
    if (this.#isOpposed(held, candidates)) return failed(OPPOSED)
    const known = repeats.filter((row) => candidates.known.has(row.key))
    const rows = [...held.filter((row) => !strange.has(row)), ...known]
    const shown: Shown = { rows, repeats, candidates, coverage, facts, questions, stated: end.covers }
    const { context, failure, ledger, missing, elsewhere, balanced } = await this.#judge(shown, strange.size)
    const believed = failure === null ? (context.covers[0] ?? null) : null
    const comparable = ledger !== null && ledger.moved !== null
    const decisions = await followRules(feed, account.id, decideRepeats(comparable ? balanced : presume(balanced), rows, candidates, { sourceId: source.id, today: utcDay(this.#context.now()) }))
    const builder = this.#build(candidates, decisions)
    // Once its amounts were turned it is those days that say so.
    const failsSince = source.sign === 1 ? failsFrom(facts?.spans ?? []) : null
    if (signsFlipped(rows, candidates, layOut(candidates, context), failsSince) && !provesSigns(ledger, builder.finish())) return failed(FLIPPED)
    if (this.#isTurnedBack && !(movedByNew(ledger, builder.finish()) && this.#context.now() - facts!.last!.observedAt >= TURNED_BACK_MS)) return failed(FLIPPED)
    const closings = closingsOf(questions, { decisions, missing, candidates, covers: believed, sourceId: source.id, answered: coverage.filter(({ sourceId }) => sourceId === source.id) })
    if (failure === null) await this.#endMissing(builder, candidates, { missing, elsewhere }, ledger, closings, countedOnce(decisions))
    const settled = builder.finish()
    const verdict = ledger?.prove(settled.movements) ?? { spans: [], sound: null }
    // While rows and balance disagree, or a row is missing, the same days are read again: the reason lies in
    // them, unless they end before the days in which the balance moved.
    const failsAfter = failsFrom(verdict.spans)
    const judges = verdict.sound === false && verdict.spans.every((span) => span.from <= this.#asked.to)
    const reread = judges ? disputedDays(this.#asked, utcDay(this.#context.now())) : touchedDays({ rows: settled, decisions, candidates, missing, asked: this.#asked, coverage, sourceId: source.id })
    await this.#commit(settled, { covers: believed, balances, spans: verdict.spans, cursor: end.cursor(believed, reread), ...(this.#isTurnedBack ? { sign: source.sign } : {}) })
    for (const { question, answer } of closings) await feed.answerQuestion(question.id, answer, this.#context.now(), 'bank')
    const isTurned = ledger !== null && needsTending(ledger.spans, verdict, settled.movements) && (await tendBalance(this.#context))
    return ok({ counts: this.#counts, covers: believed, failure, disagreesFrom: failsAfter, sign: isTurned ? opposite(source.sign) : source.sign })
  }

  /**
   * An answer that looks cut, or lacks many rows, is believed less far than it claims, unless the balance bears it taken
   * whole and not so: then the bank took out what is missing, or dated it anew.
   */
  async #judge(shown: Shown, strange: number): Promise<Judged> {
    const { rows, candidates, stated } = shown
    const covers = believedCovers(stated, this.#intake.postedDays, rows, candidates, this.#context.source.id, this.#cutRows(rows, candidates))
    const doubted = await this.#judgeFor(shown, covers, (missing, reported) => this.#doubt(shown, covers, strange, missing, reported))
    if (strange > 0 || stated === null || covers === null || covers.to !== stated.to || (doubted.failure === null && covers.from === stated.from && covers.to === stated.to)) return doubted
    const whole = await this.#judgeFor(shown, stated, () => null)
    const isBorne = ({ ledger, balanced }: Judged, gone: readonly Movement[] = []): boolean => ledger?.prove([...this.#build(candidates, balanced).finish().movements, ...gone]).sound === true
    if (isBorne(doubted)) return doubted
    const gone = withoutPosted(whole.missing)
    return isBorne(whole, gone) && (gone.length === 0 || !isBorne(whole)) ? whole : doubted
  }

  /** Matches the rows as those of an answer that shows all of these days. */
  async #judgeFor({ rows, repeats, candidates, coverage, facts, questions, stated }: Shown, covers: DayRange | null, doubt: (missing: readonly Candidate[], reported: number) => Failure | null): Promise<Judged> {
    const { source } = this.#context
    const seen: MatchContext = {
      sourceId: source.id, covers: asRanges(covers), complete: true, ...this.#shown, ids: judgeIds(rows, candidates, source.id, asRanges(stated)),
      vanishedBefore: NONE_VANISHED, coverage: coverage.filter((c) => c.sourceId !== source.id), answered: coverage.filter((c) => c.sourceId === source.id),
    }
    const vanished = missingFrom(candidates, [], seen).some((candidate) => candidate.state === 'posted')
    const context: MatchContext = vanished ? { ...seen, vanishedBefore: await this.#vanishedBefore(questions) } : seen
    const again = new Set(ofStored(repeats, candidates, source.id))
    const matched = match([...rows, ...again], candidates, context).filter(({ kind, row }) => kind !== 'new' || !again.has(row))
    const told = doubtIds(matched, candidates, context)
    const single = doubtHeld(doubtMet(told, heldBefore(candidates, told, context)), candidates.transactions, context)
    const unseen = repeats.filter((row) => !candidates.known.has(row.key) && matched.every((decision) => decision.row !== row))
    const around = () => ({ sourceId: source.id, taken: takenBy(single), missing: missingFrom(candidates, single, context) })
    const all = unseen.length === 0 ? single : [...single, ...doubtRepeats(unseen, rows, candidates, around())]
    const unlisted = missingFrom(candidates, all, context)
    // What it held, and is shown no more: as booked it was listed by others alone.
    const missing = [...unlisted, ...heldBefore(candidates, all, context).filter(({ id }) => !all.some((decision) => isDouble(decision, id)))]
    const elsewhere = onlyElsewhere(candidates, all, context, this.#intake.postedDays, utcDay(this.#context.now()))
    // What was asked about, on either side, says nothing against another answer: nobody may ever say what became of it.
    const compared = new Set(questions.map(({ otherTransactionId }) => otherTransactionId))
    const failure = doubt(unlisted.filter(({ id }) => !context.vanishedBefore.has(id) && !compared.has(id)), all.length)
    const ledger = ledgerFrom(this.#context, facts, failure === null ? covers : null, coverage, this.#committed, candidates.transactions)
    // What is missing may be out of the books as well: the balance is asked with and without it.
    const ways = [[], ...waysWithout(missing, elsewhere)]
    const isSound = (movements: readonly Movement[]): boolean => ways.some((without) => ledger?.prove([...movements, ...without]).sound === true)
    const movementsOf = (decisions: readonly Decision[]): readonly Movement[] => this.#build(candidates, decisions).finish().movements
    const decided = decideByBalance(all, movementsOf(all), isSound)
    return { context, missing, elsewhere, failure, ledger, balanced: this.#repeats.hasAny ? doubtTwins(decided, movementsOf(decided), isSound) : decided }
  }

  /** A page sent twice: only told for rows without ids, because rows with ids are recognised one by one. */
  #isRepeated(rows: readonly StatementRow[]): boolean {
    if (rows.length < 2 || rows.every((row) => row.providerId !== null)) return false
    const texts = rows.map((row) => JSON.stringify({ ...row, line: 0 }))
    if (texts.every((text) => text === texts[0])) return false
    const page = texts.join('\n')
    if (this.#pages.has(page)) return true
    this.#pages.add(page)
    return false
  }

  async #settleCertain(): Promise<Result<void, Failure>> {
    const { feed } = this.#context
    const { rows, candidates } = await separate(feed, this.#held, await feed.candidates(this.#query(null)), null)
    const context: MatchContext = {
      sourceId: this.#context.source.id, covers: [], complete: false, ...this.#shown, ids: judgeIds(rows, candidates, this.#context.source.id, []), vanishedBefore: NONE_VANISHED, coverage: [],
    }
    if (signsFlipped(rows, candidates, layOut(candidates, context), null)) return failed(FLIPPED)
    if (this.#isOpposed(rows, candidates)) return failed(OPPOSED)
    const decisions = match(rows, candidates, context)
    await this.#commit(this.#build(candidates, decisions).finish())
    this.#held = decisions.flatMap((decision) => (decision.kind === 'wait' ? [decision.row] : []))
    return ok(undefined)
  }

  #build(candidates: Candidates, decisions: readonly Decision[]): CommitBuilder {
    const builder = new CommitBuilder(commitContext(this.#context, false), byId(candidates))
    builder.add(decisions)
    return builder
  }

  async #commit(rows: RowsCommit, ...last: Parameters<typeof commitRows> extends [unknown, unknown, ...infer R] ? R : never): Promise<void> {
    await commitRows(this.#context, rows, ...last)
    this.#committed.push(...rows.movements)
    this.#counts = addCounts(this.#counts, rows.counts)
  }

  /** Why the answer cannot be believed whole; null when it can. Rows that have been missing for days are missing, and no fault of the answer; where nobody asked for days, nothing has been missing yet. */
  #doubt({ stated, coverage }: Shown, believed: DayRange | null, strange: number, missing: readonly Candidate[], reported: number): Failure | null {
    if (strange > 0) return implausible(`${strange} rows carry dates of another year than the one asked for; they are not taken.`)
    if (stated !== null && believed === null && this.#intake.postedDays === null && this.#isNewest) return implausible('The answer holds no rows for days in which there were some.')
    const posted = missing.filter((candidate) => candidate.state === 'posted').length
    const isLasting = this.#context.doubtedBefore && coverage.every(({ sourceId, to }) => sourceId !== this.#context.source.id || daysBetween(to, utcDay(this.#context.now())) > OLD_COPY_DAYS)
    return tooManyMissing(posted, reported) && !isLasting ? implausible(`${posted} rows that were reported before are missing from the answer.`) : null
  }

  /**
   * Rows that a complete answer does not show any more. Pending ones are withdrawn (and come back
   * when the bank shows them again), unless the balance holds them as booked. Posted ones stay, with a question, unless stated balances prove
   * that the bank took them out; when the balance still holds with them, the list is at fault. What only others told is theirs: a person is asked.
   */
  async #endMissing(builder: CommitBuilder, candidates: Candidates, { missing, elsewhere }: Pick<Judged, 'missing' | 'elsewhere'>, ledger: Ledger | null, closings: readonly Closing[], counted: readonly Movement[]): Promise<void> {
    const merged = new Set(closings.filter((closing) => closing.answer === 'same').map((closing) => closing.question.transactionId))
    const lost = missing.filter((candidate) => candidate.state === 'posted')
    const dropped = missing.filter((candidate) => candidate.state === 'pending' && !merged.has(candidate.id))
    const lacking = this.#lacksBooking(builder, dropped, lost, ledger)
    for (const candidate of dropped) if (!lacking.includes(candidate)) builder.withdraw(candidate, 'pending_dropped')
    if (lost.length + elsewhere.length === 0) return
    const movements = [...builder.finish().movements, ...counted]
    const { sound, spans } = ledger?.prove(movements) ?? { sound: null, spans: [] }
    if (sound === true) return
    const isGone = lost.length > 0 && waysWithout(missing, elsewhere).some((without) => ledger?.prove([...movements, ...without]).sound === true)
    if (isGone) {
      if (ledger!.isOfBefore && this.#mayBeOld(candidates, lost, movements) && daysOf(spans) < OLD_COPY_DAYS) return
      for (const candidate of lost) builder.withdraw(candidate, 'bank_removed')
      if (ledger!.prove(builder.finish().movements).sound === true) return
    }
    const doubted = isGone ? elsewhere : [...lost, ...elsewhere]
    const asked = await this.#askedAbout()
    for (const candidate of doubted) if (!asked.has(candidate.id)) builder.ask('removed_at_bank', candidate.id, null)
  }

  /** Of pending rows that are not shown any more those that the balance holds as booked, all or one of them: the list lacks their booking, and shows it later. */
  #lacksBooking(builder: CommitBuilder, dropped: readonly Candidate[], lost: readonly Candidate[], ledger: Ledger | null): readonly Candidate[] {
    const { movements } = builder.finish()
    if (dropped.length === 0 || lost.length > 0 || ledger === null || ledger.prove(movements).sound !== false) return []
    const booked = (rows: readonly Candidate[]): readonly Movement[] => rows.map(({ amount }) => ({ on: this.#asked.to, amount, isNew: true }))
    return [dropped, ...dropped.map((candidate) => [candidate])].find((rows) => ledger.prove([...movements, ...booked(rows)]).sound === true) ?? []
  }

  /**
   * Whether the answer shows nothing that came after the rows which it lacks: a copy of before they were booked looks just
   * so, with the balance of then. What the bank took out is still gone when something newer is shown, or some days later.
   */
  #mayBeOld({ transactions }: Candidates, lost: readonly Candidate[], movements: readonly Movement[]): boolean {
    if (movements.some(({ isNew }) => isNew)) return false
    const [cameAt, on] = lost.reduce<[number, Day]>(([least, day], { createdAt, postedOn }) => [Math.min(least, createdAt), minDay(day, postedOn)], [Infinity, lost[0]!.postedOn])
    const isBefore = ({ createdAt, postedOn }: Candidate): boolean => createdAt < cameAt || (createdAt === cameAt && postedOn <= on)
    return transactions.every((candidate) => candidate.state !== 'posted' || isBefore(candidate) || lost.includes(candidate))
  }

  /** Posted rows whose absence is in question, or that a person kept. */
  async #vanishedBefore(open: readonly Question[]): Promise<ReadonlySet<TransactionId>> {
    const answered = await this.#context.feed.questions({ accountId: this.#context.account.id, open: false })
    return new Set([...open, ...answered.filter(({ answer }) => answer === 'kept')].map(({ transactionId }) => transactionId))
  }

  /** A row is asked about once: what a person kept is not asked again. A question that was closed unanswered, because what asked it was taken back, is none. */
  async #askedAbout(): Promise<ReadonlySet<TransactionId>> {
    const { feed, account } = this.#context
    const open = await feed.questions({ accountId: account.id, open: true })
    const answered = await feed.questions({ accountId: account.id, open: false })
    const about = [...open, ...answered.filter(({ kind, answer }) => kind === 'removed_at_bank' && answer !== 'undone')]
    return new Set(about.flatMap((question) => [question.transactionId, question.otherTransactionId ?? question.transactionId]))
  }

  /** Everything stored around the answer in one round trip: what it may repeat, amend, replace or have dropped. */
  #query(covers: DayRange | null, repeats: readonly Incoming[] = []): CandidateQuery {
    const { account, source } = this.#context
    const whole = spanning(this.#asked, covers)
    const range = { from: addDays(whole.from, -NEAR_DAYS), to: addDays(whole.to, NEAR_DAYS) }
    const far = this.#held.filter((row) => !contains(range, row.content.postedOn))
    return {
      accountId: account.id,
      sourceId: source.id,
      keys: [...keysOf(this.#held), ...repeats.flatMap((row) => [row.firstKey, row.key])],
      providerIds: providerIdsOf([...this.#held, ...repeats]),
      contentKeys: far.map((row) => row.contentKey),
      near: {
        amounts: far.map((row) => row.content.amount),
        from: far.map((row) => addDays(row.content.postedOn, -NEAR_DAYS)),
        to: far.map((row) => addDays(row.content.postedOn, NEAR_DAYS)),
      },
      states: { states: ['pending', 'posted', 'withdrawn'], range },
    }
  }
}

/** Every id that the rows name: their own, the pending ones before them, and those they correct. */
export function providerIdsOf(rows: readonly Incoming[]): readonly string[] {
  const ids = new Set<string>()
  for (const row of rows) {
    for (const id of [row.providerId, row.pendingProviderId, row.corrects?.providerId ?? null]) if (id !== null) ids.add(id)
  }
  return [...ids]
}

export function opposite(sign: 1 | -1): 1 | -1 {
  return sign === 1 ? -1 : 1
}

function asRanges(covers: DayRange | null): readonly DayRange[] {
  return covers === null ? [] : [covers]
}

/** For how many days rows and balance have not agreed. */
function daysOf(spans: readonly BalanceSpan[]): number {
  const [first, last] = [spans[0], spans.at(-1)]
  return first === undefined ? 0 : daysBetween(first.from, last!.to)
}

/** What the sum of rows loses when the posted ones of these are out of the books. */
function withoutPosted(missing: readonly Candidate[]): readonly Movement[] {
  return missing.flatMap((candidate): Movement[] => (candidate.state === 'posted' ? [{ on: candidate.postedOn, amount: -candidate.amount, isNew: false }] : []))
}

/** Whether a person is asked to compare it with what the row is. */
function isDouble(decision: Decision, id: TransactionId): boolean {
  return decision.kind === 'join' && decision.double === id
}

/** What the sum loses where what is missing is out of the books, and where what only others told is as well. */
function waysWithout(missing: readonly Candidate[], elsewhere: readonly Candidate[]): readonly (readonly Movement[])[] {
  const [gone, all] = [withoutPosted(missing), withoutPosted([...missing, ...elsewhere])]
  return [...(gone.length > 0 ? [gone] : []), ...(elsewhere.length > 0 ? [all] : [])]
}

/** The balance moved exactly by the rows that are new, or it bears the rows as the answer has them and not as they are stored: their sign is right, whatever was stored before. */
function provesSigns(ledger: Ledger | null, rows: RowsCommit): boolean {
  if (ledger === null || ledger.moved === null) return false
  return movedByNew(ledger, rows) || (ledger.prove(rows.movements).sound === true && ledger.prove([]).sound === false)
}

/** By all of them, late ones too; or by those after the day of the balance before, which was stated with rows that were not taken. */
function movedByNew(ledger: Ledger | null, { movements }: RowsCommit): boolean {
  if (ledger === null || ledger.moved === null || ledger.moved === 0n) return false
  const fresh = movements.filter(({ isNew }) => isNew)
  const sumOf = (rows: readonly Movement[]): bigint => rows.reduce((sum, { amount }) => sum + amount, 0n)
  return [fresh, fresh.filter(({ on }) => on > ledger.movedAfter!)].some((rows) => sumOf(rows) === ledger.moved)
}
