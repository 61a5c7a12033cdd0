/**
 * What one source stated and what is proved of it, as it will be when all that was settled so far is stored. Asked of the
 * store once for all statements of a file: thousands of them would each read the same, and more with every one before.
 */
import { day, joinRanges, minDay, type Day, type DayRange } from '../domain/day.ts'
import { agrees, spannedDays, type BalanceSpan, type BalanceStatement, type Covered } from '../domain/run.ts'
import { MAX_ANCHORS, newestLedger, proveStatement, type Movement } from './balance.ts'
import { isFailing } from './balance-proof.ts'
import { ledgerFrom, type LastPiece, type Ledger, type SettleContext } from './settle.ts'
import { tendFile } from './tend-balance.ts'

/** `last`: the newest ledger or closing balance. `spans`: oldest first, none of which meets another. */
type Known = { last: BalanceStatement | null; readonly spans: BalanceSpan[] }

/** Before every row: of the newest balance nothing is summed up. */
const NO_SUM = day('0001-01-01')

export class SourceBalances {
  readonly #context: Omit<SettleContext, 'now' | 'newId'>
  /** Of this source. */
  #covered: DayRange[]
  #known: Promise<Known> | null = null
  /** Statements with balances since failures were looked at, and the first day of the oldest that they showed. */
  #untended = 0
  #failsFrom: Day | null = null

  /** `coverage`: of all sources of the account. */
  constructor(context: Omit<SettleContext, 'now' | 'newId'>, coverage: readonly Covered[]) {
    this.#context = context
    this.#covered = coverage.filter(({ sourceId }) => sourceId === context.source.id)
  }

  /**
   * The spans that a statement with opening and closing balance brings; null where it has not both. What it leaves of a broken
   * one is told apart by its balances: one that only goes on from the days at fault would hide them. `rowsSum`: of its posted
   * rows; `unstored`: see `ledger`; `movements`: of this statement, not stored yet.
   */
  async proveOwn(balances: readonly BalanceStatement[], rowsSum: bigint, unstored: readonly Movement[], movements: readonly Movement[]): Promise<readonly BalanceSpan[] | null> {
    const own = proveStatement(balances, rowsSum)
    if (own === null || own.from >= own.to) return own === null ? null : []
    const { spans } = await this.#load()
    const [from, to] = placeOf(spans, own)
    const met = spans.slice(from, to)
    if (met.length === 1 && isEqual(met[0]!, own)) return []
    if (met.length === 1 && met[0]!.from === own.from && met[0]!.to === own.to) return [await this.#ofTheseDays(met[0]!, own, [...unstored, ...movements])]
    const [before, after] = [met[0], met.at(-1)]
    const proved: BalanceSpan[] = [own]
    if (before?.status === 'broken' && before.from < own.from) proved.unshift(await this.#left({ ...before, to: own.from, closing: own.opening }, unstored))
    if (after?.status === 'broken' && after.to > own.to) proved.push(await this.#left({ ...after, from: own.to, opening: own.closing }, unstored))
    return proved
  }

  /** Several statements of the same days that go on from each other are one; what goes on from nothing takes the place of the one before, unless it is a part of that. */
  async #ofTheseDays(known: BalanceSpan, own: BalanceSpan, unstored: readonly Movement[]): Promise<BalanceSpan> {
    if (known.closing === own.opening) return this.#left({ ...known, closing: own.closing, status: 'broken' }, unstored)
    if (own.closing === known.opening) return this.#left({ ...known, opening: own.opening, status: 'broken' }, unstored)
    if ((known.opening === own.opening) === (known.closing === own.closing)) return own
    const isWhole = (await this.#sumBetween(own.from, own.to, unstored)) === own.rowsSum
    return isWhole ? own : this.#left(known, unstored)
  }

  /** What is left of a broken span, with the rows of its days. */
  async #left(span: BalanceSpan, unstored: readonly Movement[]): Promise<BalanceSpan> {
    const rowsSum = await this.#sumBetween(span.from, span.to, unstored)
    const left = { ...span, rowsSum }
    return agrees(left) ? { ...left, status: 'proved' } : left
  }

  /**
   * The newest stated balance beside those before; null when none is stated. `unstored`: movements of statements before that
   * are settled and not stored yet; `committed`: those of this statement that are stored.
   */
  async ledger(balances: readonly BalanceStatement[], covers: DayRange | null, unstored: readonly Movement[], committed: readonly Movement[]): Promise<Ledger | null> {
    const { source } = this.#context
    const statement = newestLedger(balances)
    if (statement === null) return null
    const { last, spans } = await this.#load()
    const storedBetween = last !== null && last.on < statement.on ? await this.#sumBetween(last.on, statement.on, unstored) : 0n
    this.#covered = [...joinRanges(this.#covered)]
    const newest = spans.filter(({ status }, index) => status !== 'proved' || index >= spans.length - MAX_ANCHORS)
    return ledgerFrom(this.#context, { statement, last, storedBetween, spans: newest }, covers, this.#covered.map((range) => ({ ...range, sourceId: source.id })), committed)
  }

  /** What a statement states and proves is settled. */
  async take({ covers, balances, spans }: Pick<LastPiece, 'covers' | 'balances' | 'spans'>): Promise<void> {
    if (covers !== null) this.#covered.push(covers)
    if (balances.length === 0 && spans.length === 0) return
    this.#untended++
    for (const { from } of spans.filter(isFailing)) this.#failsFrom = this.#failsFrom === null ? from : minDay(this.#failsFrom, from)
    const known = await this.#load()
    const newest = newestLedger(balances)
    if (newest !== null && (known.last === null || newest.on >= known.last.on)) known.last = newest
    const days = spannedDays(spans)
    if (days === null) return
    const [from, to] = placeOf(known.spans, days)
    known.spans.splice(from, to - from, ...spans)
  }

  /** Looks at what does not agree, when so many statements were settled since; all of them must be stored. */
  async tend(context: SettleContext, statements = 1): Promise<void> {
    if (this.#untended < statements) return
    const since = this.#failsFrom
    this.#untended = 0
    this.#failsFrom = null
    if (!(await this.#load()).spans.some(isFailing)) return
    await tendFile(context, since)
    this.#known = null
  }

  /** Of posted rows after the first day. */
  async #sumBetween(from: Day, to: Day, unstored: readonly Movement[]): Promise<bigint> {
    const { feed, account } = this.#context
    return unstored.reduce((sum, { on, amount }) => (on > from && on <= to ? sum + amount : sum), await feed.sumPosted(account.id, from, to))
  }

  #load(): Promise<Known> {
    const { feed, account, source } = this.#context
    return (this.#known ??= Promise.all([feed.lastStated(account.id, source.id, NO_SUM), feed.spans(account.id)]).then(([stated, spans]) => ({
      last: stated?.balance ?? null, spans: spans.filter(({ sourceId }) => sourceId === source.id),
    })))
  }
}

/** From which place on, and up to which, spans meet these days: end after they begin, and begin before they end. */
function placeOf(spans: readonly BalanceSpan[], days: DayRange): readonly [from: number, to: number] {
  let [from, end] = [0, spans.length]
  while (from < end) {
    const middle = (from + end) >> 1
    if (spans[middle]!.to > days.from) end = middle
    else from = middle + 1
  }
  let to = from
  while (to < spans.length && spans[to]!.from < days.to) to++
  return [from, to]
}

function isEqual(a: BalanceSpan, b: BalanceSpan): boolean {
  return a.from === b.from && a.to === b.to && a.opening === b.opening && a.closing === b.closing && a.rowsSum === b.rowsSum && a.status === b.status
}
