/**
 * An account lived through again: every answer and file whose run counts, in the order in which they
 * came, with the days that they covered and the balances that they stated, through the present matcher
 * into a feed of its own that is thrown away. What a person answered meanwhile is answered again at its
 * time. Nothing here touches the account.
 */
import type { Account, AccountSource } from '../domain/account.ts'
import { maxDay, minDay, type Day, type DayRange } from '../domain/day.ts'
import { decimalsOf, formatMinor, type Decimal } from '../domain/money.ts'
import type { BalanceStatement, SyncRun } from '../domain/run.ts'
import type { StatedBalance, StatementRow } from '../domain/statement.ts'
import type { Observation, Question, TransactionId } from '../domain/transaction.ts'
import type { SeenPage, StoredReport } from '../ports/history.ts'
import { pageByPage } from '../ports/page-by-page.ts'
import type { FeedStore, PageCommit } from '../ports/feed.ts'
import type { TenantStore } from '../ports/store.ts'
import { Answer } from './answer.ts'
import { FileAnswer } from './file-answer.ts'
import { borderBefore } from './file-border.ts'
import { filesOf } from './file-source.ts'
import { reportKey, reportText } from './identity.ts'
import { Intake } from './incoming.ts'
import { daysOf } from './same-money.ts'
import type { SettleContext } from './settle.ts'
import { SourceBalances } from './source-balances.ts'

/** What the account is lived through with. */
export type Life = {
  readonly store: TenantStore
  readonly account: Account
  readonly sources: readonly AccountSource[]
  readonly reports: ReadonlyMap<string, StoredReport>
  readonly answered: readonly Question[]
  /** See `HistoryStore.answeredAfter`. */
  readonly answeredAfter: ReadonlyMap<string, number>
}

/** The feed as it came out, and where each report went that an answer which counts showed. */
export type Replayed = { readonly feed: FeedStore; readonly placeOf: ReadonlyMap<string, TransactionId> }

/** One answer of a bank, or one statement of a file. */
type Part = { readonly runId: string; readonly sourceId: string; at: number; seq: number; covers: DayRange | null; readonly shown: StoredReport[]; readonly ids: Set<string> }
/** Under which keys the report is known in the feed that is thrown away. */
type Keys = { readonly key: string; readonly apartKey: string }

const PAGES = 200
const KEYS = 2_000
const ALL_ROWS = 100_000_000
/** The run of what a person did between the answers. */
const PERSON = '00000000-0000-7000-8000-000000000000'

export async function replay(life: Life, scratch: TenantStore): Promise<Replayed> {
  const work = new Replay(life, scratch)
  await work.begin()
  for await (const part of partsOf(life)) await work.take(part)
  return work.finish()
}

/** The pages put together to answers: one ends with the days that it covers, or where the same report comes again. */
async function* partsOf({ store, account, reports }: Life): AsyncGenerator<Part> {
  let open: Part | null = null
  for (let after = 0; ; ) {
    const pages = await store.history.pages(account.id, after, PAGES)
    for (const page of pages) {
      const shown = page.seen.flatMap((id) => reports.get(id) ?? [])
      if (shown.length === 0 && page.covers === null) continue
      if (open !== null && !continues(open, page)) {
        yield open
        open = null
      }
      open ??= { runId: page.runId, sourceId: page.sourceId, at: page.at, seq: page.seq, covers: null, shown: [], ids: new Set() }
      for (const report of shown) {
        if (open.ids.has(report.id)) continue
        open.ids.add(report.id)
        open.shown.push(report)
      }
      open.at = page.at
      open.seq = page.seq
      if (page.covers === null) continue
      yield { ...open, covers: page.covers }
      open = null
    }
    if (pages.length < PAGES) break
    after = pages.at(-1)!.seq
  }
  if (open !== null) yield open
}

function continues(open: Part, { runId, sourceId, seen }: SeenPage): boolean {
  return open.runId === runId && open.sourceId === sourceId && !seen.some((id) => open.ids.has(id))
}

class Replay {
  readonly #life: Life
  readonly #scratch: TenantStore
  readonly #feed: FeedStore
  readonly #sources: ReadonlyMap<string, AccountSource>
  /** Keys of the stored reports of each source, to tell those that were parted from another one. */
  readonly #parted: ReadonlySet<string>
  readonly #keys = new Map<string, Keys>()
  readonly #byKey = new Map<string, StoredReport>()
  readonly #runs = new Map<string, SyncRun | null>()
  readonly #balances = new Map<string, BalanceStatement[]>()
  readonly #used = new Set<TransactionId>()
  /** Layers of the file that is read: what each of them showed so far. */
  #layers: { readonly of: string; readonly intake: Intake; readonly ids: Set<string> }[] = []
  readonly #stated = new Map<string, SourceBalances>()
  #questions: Question[]
  #ids = 0

  constructor(life: Life, scratch: TenantStore) {
    this.#life = life
    this.#scratch = scratch
    this.#sources = new Map(life.sources.map((source) => [source.id, source]))
    const known = new Set([...life.reports.values()].map(({ sourceId, key }) => `${sourceId}|${key}`))
    this.#parted = new Set([...life.reports.values()].flatMap(({ sourceId, key }) => (known.has(`${sourceId}|${reportKey(key, 1)}`) ? [`${sourceId}|${reportKey(key, 1)}`] : [])))
    const after = ({ id }: Question): number => life.answeredAfter.get(id) ?? -1
    this.#questions = [...life.answered].sort((a, b) => after(a) - after(b) || a.answeredAt! - b.answeredAt!)
    this.#feed = { ...scratch.feed, ...pageByPage((page) => scratch.feed.commitPage(this.#named(page))) }
  }

  async begin(): Promise<void> {
    const { account, sources, store } = this.#life
    const [first, ...others] = sources
    // Rows of before the account's start were not taken when they came; what was taken stays.
    await this.#scratch.accounts.create({ ...account, startOn: null }, { ...first!, connectionId: null })
    for (const source of others) await this.#scratch.accounts.addSource({ ...source, connectionId: null })
    for (const { id } of sources) for (const balance of await store.feed.balances(account.id, id)) push(this.#balances, `${balance.runId}|${id}`, balance)
    await this.#scratch.runs.create({ id: PERSON, connectionId: null, trigger: 'person', startedAt: 0, endedAt: 0, outcome: 'succeeded', stage: null, accounts: [], failure: null, label: null })
  }

  async take(part: Part): Promise<void> {
    await this.#answer((question) => this.#isBefore(question, part))
    if (!this.#runs.has(part.runId)) {
      const run = await this.#life.store.runs.get(part.runId)
      this.#runs.set(part.runId, run)
      if (run !== null) await this.#scratch.runs.create({ ...run, connectionId: null, accounts: [] })
    }
    const source = this.#sources.get(part.sourceId)!
    const context: SettleContext = { feed: this.#feed, account: { ...this.#life.account, startOn: null }, source, runId: part.runId, now: () => part.at, newId: () => this.#newId() }
    const shown = equalsInOrder(part.shown)
    await (source.connectionId === null ? this.#takeFile(part, shown, context) : this.#takeAnswer(part, shown, context))
  }

  async finish(): Promise<Replayed> {
    await this.#answer(() => true)
    const placeOf = new Map<string, TransactionId>()
    for (const sourceId of this.#sources.keys()) {
      const ids = [...this.#keys.keys()].filter((id) => this.#life.reports.get(id)!.sourceId === sourceId)
      for (let from = 0; from < ids.length; from += KEYS) {
        const some = ids.slice(from, from + KEYS)
        const { known } = await this.#scratch.feed.candidates({
          accountId: this.#life.account.id, sourceId, keys: some.flatMap((id) => [this.#keys.get(id)!.key, this.#keys.get(id)!.apartKey]), providerIds: [], contentKeys: [], near: { amounts: [], from: [], to: [] }, states: null,
        })
        for (const id of some) {
          const { key, apartKey } = this.#keys.get(id)!
          const found = (this.#hasTwin(id) ? known.get(key) : known.get(apartKey)) ?? known.get(key)
          if (found !== undefined) placeOf.set(id, found.transactionId)
        }
      }
    }
    return { feed: this.#scratch.feed, placeOf }
  }

  async #takeAnswer(part: Part, shown: readonly StoredReport[], context: SettleContext): Promise<void> {
    const rows = shown.map((report) => this.#rowOf(report, context.source))
    this.#register(shown, rows, this.#intake(context))
    // What was believed then is believed again.
    const answer = new Answer({ ...context, doubtedBefore: true, listedBefore: null, isUnmet: false }, hullOf(part.covers, shown), ALL_ROWS)
    const added = await answer.add(rows)
    if (!added.ok) throw new Error(`a stored report cannot be read: ${added.failure.message}`)
    // A failure means that it is not believed whole: it was not, and then it covers nothing, or it is not any more.
    await answer.finish({ covers: part.covers, balances: this.#balancesOf(part, null), cursor: () => null })
  }

  async #takeFile(part: Part, shown: readonly StoredReport[], context: SettleContext): Promise<void> {
    const of = `${part.runId}|${part.sourceId}`
    this.#layers = this.#layers.filter((layer) => layer.of === of)
    let layer = this.#layers.find(({ ids }) => !shown.some(({ id }) => ids.has(id)))
    if (layer === undefined) this.#layers.push((layer = { of, intake: this.#intake(context), ids: new Set() }))
    const { intake } = layer
    for (const { id } of shown) layer.ids.add(id)
    const incoming = this.#register(shown, shown.map((report) => this.#rowOf(report, context.source)), intake)
    const postedSum = incoming.reduce((sum, { content }) => (content.status === 'posted' ? sum + content.amount : sum), 0n)
    const coverage = await this.#feed.covered(this.#life.account.id)
    const stated = this.#stated.get(part.sourceId) ?? new SourceBalances(context, coverage)
    this.#stated.set(part.sourceId, stated)
    const ids = filesOf([...this.#sources.values()])
    const balances = this.#balancesOf(part, part.covers)
    const days = incoming.flatMap(({ content }) => (content.status === 'posted' ? [content.postedOn] : []))
    const rowsOn = async (on: Day): Promise<readonly StatementRow[]> => shown.map((report) => this.#rowOf(report, context.source)).filter(({ postedOn }) => postedOn === on)
    const { apart, doubted } = await borderBefore({ feed: this.#scratch.feed, account: context.account, source: context.source, ids }, { balances, days: days.length === 0 ? null : daysOf(days) }, rowsOn)
    const answer = new FileAnswer({ ...context, shown: async () => intake, accountWasEmpty: () => false, fileIds: ids, apart, doubted, coverage, stated })
    const statement = answer.open({ covers: part.covers, balances, postedSum })
    for (const row of incoming) await statement.add(row)
    await statement.end()
    await answer.flush()
    await stated.tend(context)
  }

  #intake({ source, account }: SettleContext): Intake {
    return new Intake({ sourceId: source.id, currency: account.currency, sign: source.sign, startOn: null, keepsMarks: true, keepsRepeats: true })
  }

  /** Notes under which key each report will be known. */
  #register(shown: readonly StoredReport[], rows: readonly StatementRow[], intake: Intake) {
    return shown.flatMap((report, index) => {
      // A file that goes on within the day on which another ended: its rows come after the equal ones of that.
      if (report.providerId === null && report.ordinal > 0 && this.#sources.get(report.sourceId)?.connectionId === null) intake.goesOnAt(rows[index]!, report.ordinal)
      const taken = intake.take(rows[index]!)
      if (!taken.ok || taken.value === null) throw new Error('a stored report cannot be read')
      const incoming = taken.value
      const { key, apartKey } = incoming
      if (!this.#keys.has(report.id)) this.#keys.set(report.id, { key, apartKey })
      this.#byKey.set(`${report.sourceId}|${this.#isApart(report) ? apartKey : key}`, report)
      return [incoming]
    })
  }

  #isApart({ sourceId, key }: Observation): boolean {
    return this.#parted.has(`${sourceId}|${key}`)
  }

  /** Whether the same report is stored a second time, under the key that it got when it was parted. */
  #hasTwin(id: string): boolean {
    const { sourceId, key } = this.#life.reports.get(id)!
    return this.#parted.has(`${sourceId}|${reportKey(key, 1)}`)
  }

  /** The row as the source reported it. What an observation does not hold (the sign of then, what it corrects) is what gives its key. */
  #rowOf(report: StoredReport, { sign }: AccountSource): StatementRow {
    const assumed = report.amount * BigInt(sign)
    const linked = report.tier === 'provider_link' ? this.#linksOf(report) : []
    for (const corrects of [null, ...linked]) {
      for (const minor of [assumed, -assumed]) {
        const row = { ...rowOf(report, minor), corrects }
        if (isReportOf(report, row, minor)) return row
      }
    }
    return rowOf(report, assumed)
  }

  /** What a report of the bank's own link may correct: the other reports of its transaction. */
  #linksOf(report: StoredReport): readonly NonNullable<StatementRow['corrects']>[] {
    const others = [...this.#life.reports.values()].filter((other) => other.transactionId === report.transactionId && other.providerId !== null && other.id !== report.id)
    return others.flatMap(({ providerId }) => [{ providerId: providerId!, action: 'replace' as const }, { providerId: providerId!, action: 'delete' as const }])
  }

  /** Balances of the run that were stated by now and, of a file, that belong to these days; each kind and day once. */
  #balancesOf({ runId, sourceId, at }: Part, days: DayRange | null): readonly StatedBalance[] {
    const key = `${runId}|${sourceId}`
    const taken = new Map<string, BalanceStatement>()
    for (const balance of this.#balances.get(key) ?? []) {
      const { kind, on, observedAt } = balance
      if (observedAt > at || taken.has(`${kind} ${on}`) || (days !== null && (on < days.from || on > days.to))) continue
      taken.set(`${kind} ${on}`, balance)
    }
    const used = new Set(taken.values())
    this.#balances.set(key, (this.#balances.get(key) ?? []).filter((balance) => !used.has(balance)))
    const { currency } = this.#life.account
    return [...used].map(({ kind, on, amount }) => ({ kind, on, amount: decimalOf(amount, currency), currency, at: null }))
  }

  /** New rows take the ids that their reports have in the account, so that whatever goes by ids goes as it went. */
  #named(page: PageCommit): PageCommit {
    const names = new Map<string, string>()
    for (const { id, key, transactionId, tier } of page.observations) {
      const report = this.#byKey.get(`${page.sourceId}|${key}`)
      if (report === undefined) continue
      if (!this.#used.has(report.id)) names.set(id, report.id)
      this.#used.add(report.id)
      if (tier !== 'new' || this.#used.has(report.transactionId)) continue
      names.set(transactionId, report.transactionId)
      this.#used.add(report.transactionId)
    }
    const named = (id: string) => names.get(id) ?? id
    return {
      ...page, seen: page.seen.map(named), inserts: page.inserts.map((row) => ({ ...row, id: named(row.id) })),
      observations: page.observations.map((o) => ({ ...o, id: named(o.id), transactionId: named(o.transactionId) })),
      questions: page.questions.map((q) => ({ ...q, transactionId: named(q.transactionId), otherTransactionId: q.otherTransactionId === null ? null : named(q.otherTransactionId) })),
    }
  }

  /** What was answered by then is answered again, and is a rule from then on. */
  async #answer(isDue: (question: Question) => boolean): Promise<void> {
    const { due = [], later = [] } = Object.groupBy(this.#questions, (question) => (isDue(question) ? 'due' : 'later'))
    this.#questions = later
    for (const question of due) await this.#answerAgain(question)
  }

  #isBefore({ id, answeredAt }: Question, { at, seq }: Part): boolean {
    const after = this.#life.answeredAfter.get(id)
    return after === undefined ? answeredAt! < at : after < seq
  }

  async #answerAgain(question: Question): Promise<void> {
    const { kind, transactionId, answer, answeredAt, pattern } = question
    if (answer === null || answer === 'undone') return
    const { first, other } = await this.#sidesOf(question)
    const open = await this.#scratch.feed.questions({ accountId: this.#life.account.id, open: true })
    const asked = open.find((o) => o.kind === kind && ((o.transactionId === first && o.otherTransactionId === other) || (other !== null && o.transactionId === other && o.otherTransactionId === first)))
    const isDone = first === null || (asked === undefined && kind === 'same_transaction' && other === null)
    if (isDone || (answer !== 'different' && answer !== 'kept' && !(await this.#areOnly([first, other], transactionId)))) {
      // Nothing is left to answer; a person's answer is a rule all the same.
      if (pattern !== null) await this.#ask(question)
      return
    }
    const id = asked?.id ?? this.#newId()
    if (asked === undefined) await this.#ask({ ...question, id, transactionId: first, otherTransactionId: other, answer: null, answeredAt: null, answerer: null })
    await this.#scratch.feed.answerQuestion(id, answer, answeredAt!, pattern === null ? 'bank' : 'person')
  }

  async #ask(question: Question): Promise<void> {
    await this.#scratch.feed.commitPage({
      runId: PERSON, accountId: this.#life.account.id, sourceId: this.#life.sources[0]!.id, at: question.askedAt, seen: [], observations: [], inserts: [], updates: [],
      questions: [question], covers: null, balances: [], spans: [], cursor: null,
    })
  }

  /**
   * Where the two sides of a stored question are now, each by the report that was the first of it: what came to a side later
   * may have gone to an equal row of the same days now, and that row was not what was asked about. Null: there is no such side.
   */
  async #sidesOf({ transactionId, otherTransactionId, answer }: Question): Promise<{ readonly first: TransactionId | null; readonly other: TransactionId | null }> {
    const placeOf = async (reports: readonly Observation[]): Promise<TransactionId | null> => {
      for (const { id } of reports.toSorted((a, b) => a.observedAt - b.observedAt)) {
        const place = await this.#placeNow(id)
        if (place !== null) return place
      }
      return null
    }
    const { feed } = this.#life.store
    const own = await feed.observations(transactionId)
    const others = answer === 'same' ? own.filter(({ tier }) => tier === 'person') : otherTransactionId === null ? [] : await feed.observations(otherTransactionId)
    const [first, other] = [await placeOf(own.filter(({ tier }) => tier !== 'person')), await placeOf(others)]
    return { first, other: other === first ? null : other }
  }

  /** Whether these places came out of reports of this transaction alone; with those of another one they are not what a person said is gone, or is one. */
  async #areOnly(places: readonly (TransactionId | null)[], transactionId: TransactionId): Promise<boolean> {
    const shown = await Promise.all(places.map((place) => (place === null ? [] : this.#scratch.feed.observations(place))))
    return shown.flat().every(({ id }) => (this.#life.reports.get(id)?.transactionId ?? transactionId) === transactionId)
  }

  async #placeNow(reportId: string): Promise<TransactionId | null> {
    const keys = this.#keys.get(reportId)
    const { sourceId } = this.#life.reports.get(reportId) ?? {}
    if (keys === undefined || sourceId === undefined) return null
    const { known } = await this.#scratch.feed.candidates({ accountId: this.#life.account.id, sourceId, keys: [keys.key, keys.apartKey], providerIds: [], contentKeys: [], near: { amounts: [], from: [], to: [] }, states: null })
    return (this.#hasTwin(reportId) ? known.get(keys.key) : (known.get(keys.apartKey) ?? known.get(keys.key)))?.transactionId ?? null
  }

  #newId(): string {
    return `00000000-0000-7000-8001-${(++this.#ids).toString(16).padStart(12, '0')}`
  }
}

/** The reports in their order, but that of equal ones the first comes first: which is known under which key hangs on it. */
function equalsInOrder(shown: readonly StoredReport[]): readonly StoredReport[] {
  const equal = (report: StoredReport): string => reportText(report.sourceId, rowOf(report, report.amount), report.amount, report.currency)
  const left = new Map([...Map.groupBy(shown, equal)].map(([text, reports]) => [text, reports.sort((a, b) => b.ordinal - a.ordinal)]))
  return shown.map((report) => left.get(equal(report))!.pop()!)
}

/** Whether this is the row that has the report's key: alone, among its equals, parted from another, or come again under its id. */
function isReportOf({ currency, sourceId, ordinal, key }: Observation, row: StatementRow, minor: bigint): boolean {
  const text = reportText(sourceId, row, minor, currency)
  const [first, own] = [reportKey(text, 0), reportKey(text, ordinal)]
  return key === own || key === reportKey(own, 1) || (ordinal > 0 && key === reportKey(first, 1 + ordinal))
}

function rowOf(report: Observation, minor: bigint): StatementRow {
  const { providerId, pendingProviderId, status, postedOn, transactedOn, valueOn, currency, kind, name, memo, checkNumber, reference, foreignAmount, foreignCurrency } = report
  return {
    providerId, pendingProviderId, status, postedOn, transactedOn, valueOn, amount: decimalOf(minor, currency), kind, name, memo, checkNumber, reference,
    foreign: foreignCurrency === null ? null : { amount: foreignAmount as Decimal | null, currency: foreignCurrency, rate: null }, corrects: null, line: 0,
  }
}

function decimalOf(minor: bigint, currency: string): Decimal {
  return formatMinor(minor, decimalsOf(currency)) as Decimal
}

function hullOf(covers: DayRange | null, shown: readonly Observation[]): DayRange {
  const days = shown.map(({ postedOn }) => postedOn)
  const from = covers?.from ?? days[0]!
  return days.reduce((range, on) => ({ from: minDay(range.from, on), to: maxDay(range.to, on) }), covers ?? { from, to: from })
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
