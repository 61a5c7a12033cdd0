/**
 * Reading one account: windows, pages, one answer for each window, each committed by itself. What
 * was committed stays when a later window fails; the next sync goes on from the coverage.
 */
import type { Page, ReadStep } from '../connector-kit/connector.ts'
import { addDays, contains, daysBetween, minDay, type Day, type DayRange } from '../domain/day.ts'
import type { Failure } from '../domain/evidence.ts'
import type { JsonObject } from '../domain/institution.ts'
import { ok, type Result } from '../domain/result.ts'
import type { AccountOutcome } from '../domain/run.ts'
import type { StatedBalance, StatementRow } from '../domain/statement.ts'
import type { SourceProgress } from '../ports/feed.ts'
import type { Feed } from './account-ref.ts'
import { Answer, FLIPPED, opposite, OPPOSED, type AnswerEnd, type Settled } from './answer.ts'
import type { Asked } from './challenge.ts'
import { holdsRows } from './holds-rows.ts'
import { cannotBeIn, isOpenCurrency, mayBeIn, nameCurrency, tellCurrency } from './name-currency.ts'
import { afterHolds, areOld, heldApart, holdQuestions, pendingBefore, sortHolds, type OldHolds } from './old-holds.ts'
import { implausible } from './plausible.ts'
import { addCounts, NO_COUNTS } from './settle.ts'
import type { Resume, Session } from './session.ts'
import { afterGift, afterNothing, afterRefusal, lengthsToAsk, mostAtOnce, SHORT_WINDOW_DAYS } from './reach.ts'
import { turnSigns } from './turn-signs.ts'
import { afterAnswer, historyLeft, leftOut, lookedAtLater, lookWindow, newestFrom, planWindows, readProgress, recheckWindow, sinceStart, wantedWindow, withLookPutOff, withoutLooksOverdue, withoutOverdue, withoutWanted, writeProgress, type Progress, type WindowPlan } from './window.ts'

export type AccountRead = { readonly kind: 'read'; readonly outcome: AccountOutcome } | ({ readonly kind: 'challenge' } & Asked)

/** What became of one window. `refused`: its older days, which were too many for the bank. */
type WindowRead =
  | { readonly kind: 'settled'; readonly settled: Settled; readonly refused?: DayRange }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly counts: Settled['counts'] }
  | ({ readonly kind: 'challenge' } & Asked)

const HELD_ROWS = 5_000

/** Which days of a source were read, since when something is pending there, how far its reads came, and whether the last answer was doubted. */
export type Known = { readonly covered: readonly DayRange[]; readonly pendingFrom: Day | null; readonly progress: Progress; readonly wasDoubted: boolean; /** It has told nothing so far that others told, too. */ readonly isUnmet: boolean }

/** A source that was not there before was not read yet. */
export function whatIsKnown(stored: SourceProgress | undefined, last: AccountOutcome | undefined): Known {
  return { wasDoubted: last?.failure?.code === 'answer_implausible', covered: stored?.covered ?? [], pendingFrom: stored?.pendingFrom ?? null, progress: readProgress(stored?.cursor ?? null), isUnmet: (stored?.covered ?? []).length === 0 }
}

/** Reads every window that is due; ends early at a failure or a question of the bank's. */
export async function readAccount(session: Session, asStored: Feed, stored: Known, resume: Resume | null): Promise<AccountRead> {
  let target = asStored
  const { covered, pendingFrom } = stored
  const progress = sinceStart(stored.progress, covered, target.account.startOn)
  // Its first read may have ended before it came to what others told; where nobody else told anything there is nothing to meet.
  let isUnmet = (stored.isUnmet || session.connection.lastSuccessAt === null) && (await holdsRows(session.deps.store, target.account.id))
  const known = { ...stored, progress, isUnmet: false }
  if (progress.wanted.length !== stored.progress.wanted.length) await storeProgress(session, target, progress)
  const { maxWindowDays, overlapDays } = session.connector.manifest
  const plan = { covered, progress, today: session.today, startOn: target.account.startOn, maxWindowDays, overlapDays }
  const newest = newestFrom(plan)
  const held = areOld(pendingFrom, { ...plan, newestFrom: newest }) ? await sortHeld(session, target, plan) : null
  const windows = planWindows({ ...plan, pendingFrom: held === null ? pendingFrom : held.reached })
  const oldestCovered = covered.reduce<Day | null>((oldest, range) => (oldest === null || range.from < oldest ? range.from : oldest), null)
  let [counts, failure, reading]: [Settled['counts'], Failure | null, Resume | null] = [NO_COUNTS, null, resume]
  let read = 0
  // What a window notes down, also that it was refused, is known to the next.
  let isFresh = true
  let [disagreesFrom, oldestAsked]: [Day | null, Day] = [null, windows[0]!.from]
  for (const window of windows) {
    const isHistory = oldestCovered === null || window.to < oldestCovered
    const done = await readWindow(session, target, window, reading, { ...known, isUnmet: isUnmet && isHistory, progress: isFresh ? progress : await loadProgress(session, target) })
    isFresh = false
    reading = null
    if (done.kind === 'challenge') return done
    counts = addCounts(counts, done.kind === 'settled' ? done.settled.counts : done.counts)
    failure = done.kind === 'settled' ? done.settled.failure : done.failure
    if (failure !== null) {
      session.accountFacts.set(target.account.id, { ...session.accountFacts.get(target.account.id), requestRangeDays: daysBetween(window.from, window.to) + 1 })
      // The bank gives no history so old: that is its floor, not a failure of the feed.
      if (read > 0 && isHistory && isRangeRefusal(failure)) {
        await setFloor(session, target, addDays(window.to, 1))
        failure = null
        break
      }
      // A hole that it does not give, either, must not keep the newest days away.
      if (read > 0 && !isHistory && window.to < newest) await storeProgress(session, target, withoutOverdue(await loadProgress(session, target), window, session.today))
      if (!isRangeRefusal(failure) || isHistory || window.to >= newest) break
      await storeProgress(session, target, lookedAtLater(leftOut(await loadProgress(session, target), window, session.today), window, known.covered, session.today))
      failure = null
      continue
    }
    read++
    if (done.kind === 'settled' && done.refused !== undefined && !isHistory) {
      await storeProgress(session, target, lookedAtLater(await loadProgress(session, target), done.refused, known.covered, session.today))
    }
    if (done.kind === 'settled' && done.refused !== undefined && pendingFrom !== null && !isHistory && contains(done.refused, pendingFrom)) {
      await storeProgress(session, target, heldApart(await loadProgress(session, target), done.refused, session.today))
    }
    if (done.kind === 'settled') {
      disagreesFrom = done.settled.disagreesFrom
      target = { ...target, source: { ...target.source, sign: done.settled.sign } }
      // Days that it was asked for before hold rows of its own.
      isUnmet &&= !isHistory || done.settled.counts.matched === 0
    }
    oldestAsked = minDay(oldestAsked, window.from)
    if (isHistory && done.kind === 'settled' && (await reachedFloor(session, target, window, done.settled.covers))) break
  }
  const wanted = failure === null ? await readWanted(session, target, known) : null
  if (wanted?.kind === 'challenge') return wanted
  if (wanted?.kind === 'read') [counts, failure] = [addCounts(counts, wanted.counts), wanted.failure]
  if (failure === null && disagreesFrom !== null) counts = addCounts(counts, await recheck(session, target, known, disagreesFrom, oldestAsked))
  if (failure === null && progress.looks.some(({ on }) => on <= session.today)) counts = addCounts(counts, await lookAgain(session, target, known))
  if (failure === null && held !== null) counts = addCounts(counts, await tendHeld(session, target, known, held, newest))
  return { kind: 'read', outcome: { accountId: target.account.id, ...counts, failure } }
}

/** Days that a person wants: each is asked for once. What the bank refuses is its answer, and no failure of the feed. */
async function readWanted(session: Session, target: Feed, known: Known): Promise<{ readonly kind: 'read'; readonly counts: Settled['counts']; readonly failure: Failure | null } | ({ readonly kind: 'challenge' } & Asked)> {
  const plan = { today: session.today, startOn: target.account.startOn, maxWindowDays: session.connector.manifest.maxWindowDays }
  let counts = NO_COUNTS
  for (let progress = known.progress; ; ) {
    // What the windows before have asked for is not wanted any more.
    if (progress.wanted.length > 0) progress = await loadProgress(session, target)
    const window = wantedWindow({ ...plan, progress })
    if (window === null) return { kind: 'read', counts, failure: null }
    const done = await readWindow(session, target, window, null, { ...known, progress })
    if (done.kind === 'challenge') return done
    counts = addCounts(counts, countsOf(done))
    if (done.kind === 'failed' && !isRangeRefusal(done.failure)) return { kind: 'read', counts, failure: done.failure }
    if (done.kind === 'failed') await storeProgress(session, target, withoutWanted(progress, window))
    else if (done.settled.failure !== null) return { kind: 'read', counts, failure: done.settled.failure }
  }
}

/** What is pending before the newest days, sorted by what can be done about it. */
async function sortHeld(session: Session, { account, source }: Feed, plan: Omit<WindowPlan, 'pendingFrom'>): Promise<OldHolds> {
  const { store } = session.deps
  const from = newestFrom(plan)
  const [{ transactions }, sources] = await Promise.all([store.feed.candidates(pendingBefore(account.id, source.id, from)), store.accounts.sources({ accountId: account.id })])
  const read = new Set(sources.filter(({ state, connectionId }) => state === 'active' && connectionId !== null).map(({ id }) => id))
  return sortHolds(transactions, { ...plan, newestFrom: from, sourceId: source.id, read, history: historyLeft(plan) })
}

/** Asks for the days of rows that are pending for long, and a person about those that the bank does not answer for; a kindness as well. */
async function tendHeld(session: Session, target: Feed, known: Known, { due, unanswered }: OldHolds, newest: Day): Promise<Settled['counts']> {
  const { account, source } = target
  const { feed } = session.deps.store
  let counts = NO_COUNTS
  if (due !== null) {
    const done = await readBeside(session, target, due, { ...known, progress: await loadProgress(session, target) })
    const covers = done.kind === 'settled' ? done.settled.covers : null
    const isCounted = done.kind === 'settled' || (done.kind === 'failed' && isRangeRefusal(done.failure))
    const { transactions } = await feed.candidates(pendingBefore(account.id, source.id, session.today))
    await storeProgress(session, target, afterHolds(await loadProgress(session, target), { asked: due, covers, counts: isCounted, today: session.today, newestFrom: newest }, transactions))
    session.deps.log.info('pending_asked_for', { run: session.run.id, source: source.id, outcome: done.kind })
    counts = countsOf(done)
  }
  if (unanswered.length === 0) return counts
  const asked = (await Promise.all([true, false].map((open) => feed.questions({ accountId: account.id, open })))).flat().filter(({ kind }) => kind === 'still_pending')
  const at = session.deps.clock.now()
  const questions = holdQuestions(unanswered, asked, at, () => session.newId())
  if (questions.length === 0) return counts
  await feed.commitPage({ runId: session.run.id, accountId: account.id, sourceId: source.id, at, seen: [], observations: [], inserts: [], updates: [], questions, covers: null, balances: [], spans: [], cursor: null })
  return addCounts(counts, { ...NO_COUNTS, questions: questions.length })
}

/**
 * Balance and rows disagree: asks once for older days, and writes that down first. It is a kindness
 * of the feed, so nothing that goes wrong with it is a failure of the read; the schedule goes on as usual.
 */
async function recheck(session: Session, target: Feed, known: Known, disagreesFrom: Day, oldestAsked: Day): Promise<Settled['counts']> {
  const { account, source } = target
  const progress = await loadProgress(session, target)
  const window = recheckWindow({ progress, disagreesFrom, oldestAsked, startOn: account.startOn, maxWindowDays: session.connector.manifest.maxWindowDays })
  if (window === null) return NO_COUNTS
  const noted = { ...progress, rechecked: disagreesFrom }
  await storeProgress(session, target, noted)
  const done = await readBeside(session, target, window, { ...known, progress: noted })
  session.deps.log.info('balance_rechecked', { run: session.run.id, source: source.id, outcome: done.kind })
  return countsOf(done)
}

/** Days that were long past when they came are looked at once more; a kindness as well. */
async function lookAgain(session: Session, target: Feed, known: Known): Promise<Settled['counts']> {
  const { account, source } = target
  const progress = await loadProgress(session, target)
  const window = lookWindow({ progress, today: session.today, startOn: account.startOn, maxWindowDays: Math.min(session.connector.manifest.maxWindowDays, mostAtOnce(progress.reach)) })
  if (window === null) return NO_COUNTS
  const done = await readBeside(session, target, window, { ...known, progress })
  if (done.kind === 'failed' && isRangeRefusal(done.failure)) await storeProgress(session, target, withLookPutOff(progress, window, session.today))
  else if (done.kind !== 'settled' || done.settled.covers === null) await storeProgress(session, target, withoutLooksOverdue(await loadProgress(session, target), window, session.today))
  session.deps.log.info('days_looked_at_again', { run: session.run.id, source: source.id, outcome: done.kind })
  return countsOf(done)
}

function countsOf(done: WindowRead): Settled['counts'] {
  return done.kind === 'settled' ? done.settled.counts : done.kind === 'failed' ? done.counts : NO_COUNTS
}

/** Reads one window; a range that the bank refuses is tried once more with its newest days only, and one that ends today in as few as it gives. */
async function readWindow(session: Session, target: Feed, window: DayRange, resume: Resume | null, known: Known): Promise<WindowRead> {
  const length = daysBetween(window.from, window.to) + 1
  if (window.to >= session.today) return readNewest(session, target, window, resume, known)
  // Where it gave fewer, it was seen to refuse as many.
  const most = mostAtOnce(known.progress.reach)
  if (most < length) {
    const part = await readOnce(session, target, lastDays(window, most), resume, known)
    return shortened(part, window, most)
  }
  const done = await readOnce(session, target, window, resume, known)
  if (done.kind !== 'failed' || !isRangeRefusal(done.failure) || length <= SHORT_WINDOW_DAYS) return done
  const short = await readOnce(session, target, lastDays(window, SHORT_WINDOW_DAYS), null, known)
  // When the short one is refused, too, the length was not the reason: the first word of the bank counts. Of what ended it otherwise that says nothing.
  return short.kind === 'failed' ? (isRangeRefusal(short.failure) ? done : short) : shortened(short, window, SHORT_WINDOW_DAYS)
}

async function readNewest(session: Session, target: Feed, window: DayRange, resume: Resume | null, known: Known): Promise<WindowRead> {
  const length = daysBetween(window.from, window.to) + 1
  let [first, reach]: [WindowRead | null, Progress['reach']] = [null, known.progress.reach]
  const lengths = lengthsToAsk(length, reach, session.today)
  for (const days of lengths) {
    const done = await readOnce(session, target, lastDays(window, days), first === null ? resume : null, { ...known, progress: { ...known.progress, reach: afterGift(reach, days) } })
    if (done.kind !== 'failed') return days < length ? shortened(done, window, days) : done
    if (!isRangeRefusal(done.failure)) return done
    first ??= done
    reach = afterRefusal(reach, days, length, session.today)
  }
  await storeProgress(session, target, { ...(await loadProgress(session, target)), reach: afterNothing(known.progress.reach, session.today, lengths[0] === length) })
  return first!
}

function lastDays({ to }: DayRange, days: number): DayRange {
  return { from: addDays(to, 1 - days), to }
}

function shortened(done: WindowRead, { from, to }: DayRange, days: number): WindowRead {
  return done.kind === 'settled' ? { ...done, refused: { from, to: addDays(to, -days) } } : done
}

/** As it is stored: each answer that is committed moves it on. */
async function loadProgress(session: Session, target: Feed): Promise<Progress> {
  return readProgress(await session.deps.store.feed.cursor(target.source.id))
}

/**
 * Days that are asked for beside those that are due. What the bank shows of other days is not taken: each day has reads
 * of its own, and where ids are places in the answer an old answer's words on today's rows would contradict them.
 */
function readBeside(session: Session, target: Feed, window: DayRange, known: Known): Promise<WindowRead> {
  return readOnce(session, target, window, null, known, true)
}

async function readOnce(session: Session, target: Feed, window: DayRange, resume: Resume | null, known: Known, isBeside = false): Promise<WindowRead> {
  session.tell({ stage: 'reading' })
  const reader = new WindowReader(session, target, window, known, isBeside)
  for await (const step of session.connector.readAccount(session.context(resume), target.source.ref, window, known.progress.connector)) {
    const done = await reader.take(step)
    if (done !== null) return done
  }
  const message = 'The bank\'s answer ended before its last page.'
  return { kind: 'failed', failure: { code: 'answer_unreadable', stage: 'statement', retry: { kind: 'at', at: null }, message, evidence: [{ stage: 'statement', message }] }, counts: reader.counts }
}

/** Takes the steps of one read; the answer begins with the first page, when the account's currency is sure. */
class WindowReader {
  readonly #session: Session
  readonly #window: DayRange
  readonly #known: Known
  readonly #isBeside: boolean
  readonly #balances: StatedBalance[] = []
  /** Its pages, where they may have to be read the other way round: of a source whose amounts are turned, because the bank may tell them rightly by now, and of one of which nobody knows yet how it tells them. */
  readonly #pages: (readonly StatementRow[])[] = []
  #target: Feed
  #isUnmet: boolean
  #answer: Answer | null = null
  #listed = 0
  #covers: DayRange | null = null
  #next: JsonObject | null = null

  constructor(session: Session, target: Feed, window: DayRange, known: Known, isBeside: boolean) {
    this.#isBeside = isBeside
    this.#session = session
    this.#target = target
    this.#window = window
    this.#known = known
    this.#isUnmet = known.isUnmet
  }

  get counts(): Settled['counts'] {
    return this.#answer?.counts ?? NO_COUNTS
  }

  /** The result when the step ends the read. */
  async take(step: ReadStep): Promise<WindowRead | null> {
    const { log } = this.#session.deps
    if (step.step === 'notice') {
      log.info('bank_notice', { run: this.#session.run.id, code: step.code })
      return null
    }
    await this.#session.remember(step.state)
    if (step.step === 'challenge') return { kind: 'challenge', at: this.#target.source.id, prompts: step.prompts, codes: step.codes, resume: step.resume, expiresInMs: step.expiresInMs }
    if (step.step === 'failed') {
      this.#session.accountFacts.set(this.#target.account.id, step.facts)
      return this.#fail(step.failure)
    }
    return this.#takePage(step.page)
  }

  async #takePage(page: Page): Promise<WindowRead | null> {
    const wrong = await this.#checkCurrency(page)
    if (wrong !== null) return this.#fail(wrong)
    const answer = (this.#answer ??= this.#begin())
    const rows = this.#isBeside ? page.rows.filter(({ postedOn }) => contains(this.#window, postedOn)) : page.rows
    if (this.#target.source.sign === -1 || this.#isUnmet) this.#pages.push(rows)
    this.#listed += rows.length
    const added = await this.#orTurned(await answer.add(rows), async () => ok(undefined))
    if (!added.ok) return this.#fail(added.failure)
    // From the first row that is met on it is known.
    if (this.counts.matched > 0) this.#isUnmet = false
    if (this.#target.source.sign === 1 && !this.#isUnmet) this.#pages.length = 0
    this.#balances.push(...page.balances)
    this.#covers = page.covers ?? this.#covers
    this.#next = page.next ?? this.#next
    this.#session.tellRows(rows.length)
    if (!page.last) return null
    this.#session.tell({ stage: 'matching' })
    const end: AnswerEnd = {
      covers: this.#covers,
      balances: this.#balances,
      // An answer that cannot be believed must be asked for again, so the connector's cursor stays.
      cursor: (covers, reread) => writeProgress(afterAnswer(this.#known.progress, { asked: this.#window, covers, coveredBefore: this.#known.covered, connector: covers === null && this.#covers !== null ? null : this.#next, reread, today: this.#session.today, listed: this.#listed })),
    }
    const settled = await this.#orTurned(await this.#answer.finish(end), (turned) => turned.finish(end))
    return settled.ok ? { kind: 'settled', settled: settled.value } : this.#fail(settled.failure)
  }

  /** What came of all pages so far; read the other way round, and gone on with, where they were found to be told so. */
  async #orTurned<T>(came: Result<T, Failure>, goOn: (turned: Answer) => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> {
    const isBack = !came.ok && came.failure === FLIPPED && this.#target.source.sign === -1
    if (came.ok || (came.failure !== OPPOSED && !isBack)) return came
    if (!isBack) await this.#turn()
    this.#answer = this.#begin(isBack)
    for (const rows of this.#pages) {
      const added = await this.#answer.add(rows)
      if (!added.ok) return added
    }
    return goOn(this.#answer)
  }

  /** It tells what others told the other way round: from now on, and what it told before. */
  async #turn(): Promise<void> {
    const { deps, run } = this.#session
    const { account, source } = this.#target
    const sign = opposite(source.sign)
    this.#isUnmet = false
    if (await turnSigns({ feed: deps.store.feed, account, sourceId: source.id, runId: run.id, at: deps.clock.now() }, sign, false)) this.#target = { account, source: { ...source, sign } }
  }

  /** The currency of the account is what its first statement says; from then on another one is an error of the bank's. */
  async #checkCurrency(page: Page): Promise<Failure | null> {
    const { account } = this.#target
    if (page.currency === null) return null
    const { deps } = this.#session
    if (page.currency === account.currency) {
      await tellCurrency(deps.store, account)
      return null
    }
    if (!isOpenCurrency(account)) return implausible(`The statement is in ${page.currency}, but the account is in ${account.currency}.`)
    if (!(await mayBeIn(deps.store, account, page.currency))) return implausible(cannotBeIn(account, page.currency))
    this.#target = { ...this.#target, account: await nameCurrency(deps.store, account, page.currency, { isSaid: false, at: deps.clock.now() }) }
    return null
  }

  #begin(isTurnedBack = false): Answer {
    const { deps, run } = this.#session
    const { account, source } = this.#target
    return new Answer(
      { feed: deps.store.feed, account, source: { ...source, sign: isTurnedBack ? opposite(source.sign) : source.sign }, runId: run.id, doubtedBefore: this.#known.wasDoubted, listedBefore: this.#known.progress.listed ?? null, isUnmet: this.#isUnmet, now: () => deps.clock.now(), newId: (at) => deps.entropy.id(at) },
      this.#window,
      isTurnedBack ? Infinity : (deps.heldRows ?? HELD_ROWS),
      isTurnedBack,
    )
  }

  #fail(failure: Failure): WindowRead {
    return { kind: 'failed', failure, counts: this.counts }
  }
}

/** Refused in the protocol at the statement itself, and not a thing that time or a person ends. */
export function isRangeRefusal(failure: Failure): boolean {
  return failure.code === 'bank_refused' && failure.stage === 'statement' && failure.retry.kind === 'never'
}

/**
 * Walking back ends for this time where the bank leaves out older days, and for good where it did so on more than one day. An
 * answer that told no days says nothing of where they begin, unless another one that did had begun after them.
 */
async function reachedFloor(session: Session, target: Feed, window: DayRange, covers: DayRange | null): Promise<boolean> {
  if (covers !== null && covers.from <= window.from) return false
  const { gaps } = await loadProgress(session, target)
  const again = gaps.find((gap) => gap.from <= window.from && window.from <= gap.to && gap.asked >= 2)
  if (again !== undefined && (covers !== null || again.told === true)) await setFloor(session, target, covers?.from ?? addDays(window.to, 1))
  return true
}

/** Not among the days that are read each time: no bank keeps so little, but one that is still loading an account shows no more. */
async function setFloor(session: Session, target: Feed, floor: Day): Promise<void> {
  if (floor > addDays(session.today, -session.connector.manifest.overlapDays)) return
  await storeProgress(session, target, { ...(await loadProgress(session, target)), floor })
}

async function storeProgress(session: Session, target: Feed, progress: Progress): Promise<void> {
  await session.deps.store.feed.commitPage({
    runId: session.run.id, accountId: target.account.id, sourceId: target.source.id, at: session.deps.clock.now(), seen: [], observations: [], inserts: [],
    updates: [], questions: [], covers: null, balances: [], spans: [], cursor: writeProgress(progress),
  })
}
