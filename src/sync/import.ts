/**
 * Statements of a file into the feed. The file is read twice: the first pass checks all of it and
 * sums it up (file-check.ts), so that nothing of a damaged file is stored; the second brings it in
 * through the same matcher as a bank's answer. Which account it belongs to is chosen in between
 * (file-account.ts); one that nobody knows is made.
 */
import type { Account, AccountSource } from '../domain/account.ts'
import type { DatesSaid } from '../domain/dates-said.ts'
import type { Day } from '../domain/day.ts'
import { moneyOf, type Currency, type Decimal } from '../domain/money.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { AccountOutcome, SyncRun } from '../domain/run.ts'
import type { FormatFailure, StatementRow, StatementStream } from '../domain/statement.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import { sameRef, UNKNOWN_CURRENCY } from './accounts.ts'
import { chooseAccounts } from './file-accounts.ts'
import { asSaidBefore, keepDates } from './file-dates.ts'
import { FileAnswer, type OpenStatement } from './file-answer.ts'
import { doubtfulBefore, standingBefore, type Standing } from './file-border.ts'
import { asStored } from './file-signs.ts'
import { checkFile, labelOf, type CheckedFile, type CheckedStatement, type FileAccount, type FileNotice } from './file-check.ts'
import { Intake } from './incoming.ts'
import { cannotBeIn, mayBeIn, nameCurrency } from './name-currency.ts'
import { unknownCurrency } from './said-currency.ts'
import { addCounts, NO_COUNTS, type SettleContext } from './settle.ts'
import { SourceBalances } from './source-balances.ts'
import type { StatementSummary } from './statement-sum.ts'

export type ImportDeps = { readonly store: TenantStore; readonly clock: Clock; readonly entropy: Entropy }

export type ImportRequest = {
  /** Opens the statements from their beginning; called more than once. `remembered`: what was said of the dates of a file of the same account before. */
  readonly open: (remembered?: DatesSaid | null) => StatementStream | Promise<StatementStream>
  /** What a person says of the dates of this file, and of which format it is; left out where the source tells its dates. */
  readonly dates?: { readonly said: DatesSaid | null; readonly format: () => string }
  /** Null: the file tells its account, or a new one is made; `NEW_ACCOUNT`: a new one is made. */
  readonly accountId: string | null
  /** The file's name, for the run; also how a file that names no account is known again. */
  readonly label: string
  /** Checks and sums up only. */
  readonly dryRun: boolean
  readonly onProgress: ((rows: number) => void) | null
}

export type ImportResult = {
  readonly statements: readonly StatementSummary[]
  readonly added: number
  readonly matched: number
  readonly questions: number
  readonly notices: readonly FileNotice[]
  readonly failure: FormatFailure | null
  /** Null: nothing was stored. */
  readonly runId: string | null
  readonly accountIds: readonly string[]
}

/** Where the statements of one account go. */
type Destination = { readonly file: FileAccount; readonly currency: Currency; account: Account | null; source: AccountSource | null; readonly hadRows: boolean }

type Plan = { readonly checked: CheckedFile; readonly destinations: ReadonlyMap<FileAccount, Destination> }

const PROGRESS_ROWS = 5_000
/** The lock of all imports. */
export const IMPORTS = 'imports'
const RECENT_RUNS = 50
const LOCK_WAIT_MS = 250
const LOCK_TRIES = 2_400

/** Imports all statements, or nothing when the file is damaged; the failure names line and reason. */
export async function importStatements(deps: ImportDeps, request: ImportRequest): Promise<ImportResult> {
  if (request.dryRun) {
    // A dry run says what the file says, also amounts finer than the currency's coins, which the feed cannot hold.
    const checked = await check(request)
    return checked.ok ? { ...NOTHING, statements: summariesOf(checked.value), notices: checked.value.notices } : { ...NOTHING, failure: checked.failure }
  }
  // One import at a time: two that bring the same new account at once would make it twice.
  return (await locked(deps, [IMPORTS], () => importAlone(deps, request))) ?? { ...NOTHING, failure: OCCUPIED }
}

/** Checks and imports; plans anew when a sync brought the first rows of an account in between. */
async function importAlone(deps: ImportDeps, asked: ImportRequest): Promise<ImportResult> {
  await closeAbandonedImports(deps)
  const dated = await asSaidBefore(deps.store, asked, await check(asked), async (again) => {
    const read = await check(again)
    return read.ok ? { checked: read, plan: await makePlan(deps, again, read.value) } : null
  })
  if (!dated.checked.ok) return { ...NOTHING, failure: dated.checked.failure }
  const signed = await signsAsStored(deps, dated.request, dated.checked.value)
  if (!signed.ok) return { ...NOTHING, failure: signed.failure }
  const request = signed.value
  const checked = request === dated.request ? dated.checked : await check(request)
  if (!checked.ok) return { ...NOTHING, failure: checked.failure }
  for (;;) {
    const plan = await makePlan(deps, request, checked.value)
    if (!plan.ok) return { ...NOTHING, failure: plan.failure }
    const { destinations } = plan.value
    const done = await locked(deps, await locksOf(deps, destinations), async () => ((await isStale(deps, request, plan.value)) ? 'stale' : importPlanned(deps, request, plan.value)))
    if (done === null) return { ...NOTHING, statements: summariesOf(checked.value), failure: OCCUPIED }
    if (done !== 'stale') return done
  }
}

async function signsAsStored({ store }: ImportDeps, request: ImportRequest, checked: CheckedFile): Promise<Result<ImportRequest, FormatFailure>> {
  const chosen = await chooseAccounts(store, request.accountId, checked.accounts)
  return chosen.ok ? asStored(store, request, checked, chosen.value) : chosen
}

function check(request: ImportRequest): Promise<Result<CheckedFile, FormatFailure>> {
  const count = counter(request)
  return Promise.resolve(request.open()).then((stream) => checkFile(stream, request.label, count))
}

/** Whether an account that was new or empty when the file was planned is known or has rows now. */
async function isStale(deps: ImportDeps, request: ImportRequest, { destinations }: Plan): Promise<boolean> {
  const now = await chooseAccounts(deps.store, request.accountId, [...destinations.keys()])
  if (!now.ok) return true
  for (const { account, file, hadRows } of destinations.values()) {
    if (account === null) {
      if (now.value.get(file) != null) return true
    } else if (!hadRows && (await hasRows(deps, account.id))) return true
  }
  return false
}

/** Nobody else imports, so an import that is still `running` died with its process. Its commits are whole; importing again is safe. */
async function closeAbandonedImports({ store, clock }: ImportDeps): Promise<void> {
  for (const run of await store.runs.list({ limit: RECENT_RUNS })) {
    if (run.trigger === 'import' && run.outcome === 'running') await store.runs.update(run.id, { outcome: 'failed', endedAt: clock.now(), stage: null })
  }
}

async function importPlanned(deps: ImportDeps, request: ImportRequest, plan: Plan): Promise<ImportResult> {
  const now = deps.clock.now()
  const run: SyncRun = {
    id: deps.entropy.id(now), connectionId: null, trigger: 'import', startedAt: now, endedAt: null, outcome: 'running', stage: 'matching', accounts: [], failure: null, label: request.label,
  }
  await deps.store.runs.create(run)
  for (const destination of plan.destinations.values()) await makeAccount(deps, destination, run.id)
  const outcomes = await importRows(deps, request, plan, run.id)
  const accounts = [...outcomes.values()]
  await deps.store.runs.update(run.id, { outcome: 'succeeded', endedAt: deps.clock.now(), stage: null, accounts })
  const total = accounts.reduce((sum, outcome) => addCounts(sum, outcome), NO_COUNTS)
  const { added, matched, questions } = total
  const [accountId] = outcomes.keys()
  const notices = plan.checked.notices.map((notice) => (notice.code === 'dates_remembered' && accountId !== undefined ? { ...notice, accountId } : notice))
  const into = [...plan.destinations.values()]
  const open = unknownCurrency(into.flatMap(({ account }) => account ?? []))
  return { statements: summariesOf(plan.checked), added, matched, questions, notices: [...notices, ...open, ...(await keepDates(deps.store, request, into))], failure: null, runId: run.id, accountIds: [...outcomes.keys()] }
}

/** Finds the account of each statement without making one, and checks that every amount fits its currency. */
async function makePlan(deps: ImportDeps, request: ImportRequest, checked: CheckedFile): Promise<Result<Plan, FormatFailure>> {
  const destinations = new Map<FileAccount, Destination>()
  const chosen = await chooseAccounts(deps.store, request.accountId, checked.accounts)
  if (!chosen.ok) return chosen
  for (const file of checked.accounts) {
    const account = chosen.value.get(file) ?? null
    const hadRows = account !== null && (await hasRows(deps, account.id))
    const isTold = account === null || account.currency === UNKNOWN_CURRENCY || (await isCleared(deps, account.id))
    if (!isTold && file.currency !== UNKNOWN_CURRENCY && file.currency !== account.currency) {
      return failed({ code: 'not_statements', message: `The statement is in ${file.currency}, but the account is in ${account.currency}.`, line: file.line })
    }
    const currency = isTold && (account === null || file.currency !== UNKNOWN_CURRENCY) ? file.currency : account!.currency
    if (account !== null && !(await mayBeIn(deps.store, account, currency))) return failed({ code: 'not_statements', message: cannotBeIn(account, currency), line: file.line })
    for (const sum of file.sums) {
      const misfit = sum.misfit(currency)
      if (misfit !== null) return failed(misfit)
    }
    const twin = account === null ? undefined : [...destinations.values()].find((other) => other.account?.id === account.id && sameRef(other.file.ref, file.ref) && other.file.currency === file.currency)
    if (twin !== undefined) {
      const message = `The file shows two accounts as ${labelOf(file.named, file.label)} (from line ${twin.file.line} and from line ${file.line}), and both could be "${account!.name}". Import them from files of their own, each with --account.`
      return failed({ code: 'account_unclear', message, line: file.line })
    }
    destinations.set(file, { file, account, currency, source: null, hadRows })
  }
  return ok({ checked, destinations })
}

/** A statement on its way into the feed, with the rows that its layer showed so far; `starts`: how often it will still begin or go on. */
type Way = { readonly layer: Layer; readonly statement: OpenStatement; starts: number }

/** Statements of an account that add up: one intake, because equal rows in them are several; one answer to the store. */
type Layer = { readonly intake: Intake; readonly answer: FileAnswer; readonly accountId: string; readonly standing: readonly Standing[] }

/** Second pass: the rows of each statement, in batches. */
async function importRows(deps: ImportDeps, request: ImportRequest, plan: Plan, runId: string): Promise<ReadonlyMap<string, AccountOutcome>> {
  const { starts } = plan.checked
  const ways = new Ways(deps, request, plan, runId)
  const count = counter(request)
  let [index, way]: [number, Way | null] = [-1, null]
  for await (const read of await request.open()) {
    if (!read.ok) throw new Error(`the file changed while it was imported: ${read.failure.message}`)
    const part = read.value
    if (part.part === 'start') {
      const statement = starts[++index]
      if (statement === undefined) throw new Error('the file changed while it was imported')
      way = statement.isRepeated ? null : await ways.of(statement)
    } else if (part.part === 'rows' && way !== null) {
      for (const row of part.rows) {
        const taken = way.layer.intake.take(row)
        if (!taken.ok) throw new Error(taken.failure.message)
        if (taken.value !== null) await way.statement.add(taken.value)
      }
      count(part.rows.length)
    } else if (part.part === 'end' && way !== null) {
      if (--way.starts === 0) await way.statement.end()
    }
  }
  return ways.finish()
}

/** Opens the way of each statement when it begins. */
class Ways {
  readonly #deps: ImportDeps
  readonly #request: ImportRequest
  readonly #plan: Plan
  readonly #runId: string
  readonly #starts: ReadonlyMap<CheckedStatement, readonly CheckedStatement[]>
  readonly #ways = new Map<CheckedStatement, Way>()
  readonly #layers = new Map<FileAccount, Layer[]>()
  readonly #stated = new Map<string, readonly [SettleContext, SourceBalances]>()
  /** The one whose statement began last. */
  #current: Layer | null = null
  #shown: Promise<ReadonlyMap<FileAccount, readonly Intake[]>> | null = null

  constructor(deps: ImportDeps, request: ImportRequest, plan: Plan, runId: string) {
    this.#deps = deps
    this.#request = request
    this.#plan = plan
    this.#runId = runId
    this.#starts = Map.groupBy(plan.checked.starts, (statement) => statement)
  }

  async of(statement: CheckedStatement): Promise<Way> {
    const open = this.#ways.get(statement)
    if (open !== undefined) return open
    const { account, source } = this.#destination(statement.account)
    const layers = this.#layers.get(statement.account) ?? []
    this.#layers.set(statement.account, layers)
    const known = layers[statement.layer]
    // What other statements brought is stored before rows are compared with it.
    if (this.#current !== known) await this.#current?.answer.flush()
    const layer = known ?? (layers[statement.layer] = await this.#begin(statement))
    this.#current = layer
    const { sum } = statement
    const opened = layer.answer.open({ covers: sum.covers, balances: sum.balances, postedSum: minorOf(sum.postedSum, account.currency) * BigInt(source.sign) })
    const way = { layer, statement: opened, starts: this.#starts.get(statement)!.length }
    this.#ways.set(statement, way)
    return way
  }

  /** Stores what is left, and tells what became of each account. */
  async finish(): Promise<ReadonlyMap<string, AccountOutcome>> {
    const outcomes = new Map<string, AccountOutcome>()
    for (const layer of new Set([...this.#ways.values()].map((way) => way.layer))) {
      await layer.answer.flush()
      const soFar = outcomes.get(layer.accountId) ?? { accountId: layer.accountId, ...NO_COUNTS, failure: null }
      outcomes.set(layer.accountId, { ...soFar, ...addCounts(soFar, layer.answer.counts) })
    }
    for (const [settle, stated] of this.#stated.values()) await stated.tend(settle)
    return outcomes
  }

  #destination(file: FileAccount): Destination & { readonly account: Account; readonly source: AccountSource } {
    const destination = this.#plan.destinations.get(file)!
    const { account, source } = destination
    if (account === null || source === null) throw new Error('an account is made before its rows come')
    return { ...destination, account, source }
  }

  async #begin(statement: CheckedStatement): Promise<Layer> {
    const { feed } = this.#deps.store
    const { account: file, layer: own, sum } = statement
    const { account, source, currency, hadRows } = this.#destination(file)
    const layers = this.#layers.get(file)!
    const intake = intakeFor(account, source, currency, false)
    const proved = hadRows ? await standingBefore(feed, account, source, sum) : []
    const doubted = hadRows && proved.length === 0 ? await doubtfulBefore(feed, account, source, sum, (day) => this.#rowsOn(statement, day)) : []
    const standing = proved.length > 0 ? proved : doubted
    for (const row of standing) intake.goesOnFrom(row)
    const coverage = await feed.covered(account.id)
    const settle = { feed, account, source, runId: this.#runId, now: () => this.#deps.clock.now(), newId: (at: number) => this.#deps.entropy.id(at) }
    const [, stated] = this.#stated.get(source.id) ?? [settle, new SourceBalances(settle, coverage)]
    this.#stated.set(source.id, [settle, stated])
    const answer = new FileAnswer({
      ...settle, stated, coverage: coverage.filter(({ sourceId }) => sourceId !== source.id),
      shown: async () => (await (this.#shown ??= this.#register())).get(file)![own]!,
      accountWasEmpty: () => !hadRows && layers.every((_, layer) => layer === own),
      // The layer may go on within this day.
      doubtedOn: doubted.length > 0 ? sum.lying.days!.from : null,
    })
    return { intake, answer, accountId: account.id, standing }
  }

  /** One more pass, made only where a file begins on the last day that is stored. */
  async #rowsOn(statement: CheckedStatement, day: Day): Promise<readonly StatementRow[]> {
    const rows: StatementRow[] = []
    let index = -1
    for await (const read of await this.#request.open()) {
      if (!read.ok) throw new Error(`the file changed while it was imported: ${read.failure.message}`)
      if (read.value.part === 'start') index++
      else if (read.value.part === 'rows' && this.#plan.checked.starts[index] === statement) rows.push(...read.value.rows.filter(({ postedOn }) => postedOn === day))
    }
    return rows
  }

  /** What each layer shows: one more pass over the file, made only when a row is met that may be known under another id. */
  async #register(): Promise<ReadonlyMap<FileAccount, readonly Intake[]>> {
    const shown = new Map<FileAccount, Intake[]>()
    let [index, intake]: [number, Intake | null] = [-1, null]
    for await (const read of await this.#request.open()) {
      if (!read.ok) throw new Error(`the file changed while it was imported: ${read.failure.message}`)
      const part = read.value
      if (part.part === 'start') {
        const { account: file, layer } = this.#plan.checked.starts[++index]!
        const { account, source, currency } = this.#destination(file)
        const intakes = shown.get(file) ?? []
        shown.set(file, intakes)
        if (intakes[layer] === undefined) {
          intakes[layer] = intakeFor(account, source, currency, true)
          for (const row of this.#layers.get(file)?.[layer]?.standing ?? []) intakes[layer].goesOnFrom(row)
        }
        intake = intakes[layer]
      } else if (part.part === 'rows') for (const row of part.rows) intake!.take(row)
    }
    return shown
  }
}

function intakeFor(account: Account, source: AccountSource, currency: Currency, keepsMarks: boolean): Intake {
  return new Intake({ sourceId: source.id, currency, sign: source.sign, startOn: account.startOn, keepsMarks, keepsRepeats: true })
}

/** The account and its source of files, made where they are not there. */
async function makeAccount({ store, clock, entropy }: ImportDeps, destination: Destination, runId: string): Promise<void> {
  const { accounts } = store
  const { file, account, currency } = destination
  const now = clock.now()
  const newSource = (accountId: string): AccountSource => ({ id: entropy.id(now), accountId, connectionId: null, ref: file.ref, state: 'active', sign: 1 })
  if (account !== null) {
    const files = (await accounts.sources({ accountId: account.id })).filter(({ connectionId }) => connectionId === null)
    const active = files.find(({ state }) => state !== 'replaced')
    const source = active ?? newSource(account.id)
    if (active === undefined) await accounts.addSource(source)
    // Another name by which files call the account: the next one is known by it. What a file happens to be called is none.
    else if (file.named.number !== null && !files.some(({ ref }) => sameRef(ref, file.ref))) await accounts.addSource({ ...newSource(account.id), state: 'replaced' })
    destination.source = source
    destination.account = account.currency === currency ? account : await nameCurrency(store, account, currency, { runId, sourceId: source.id, at: now })
    return
  }
  const id = entropy.id(now)
  const made: Account = {
    id, name: await freeName(accounts, labelOf(file.named, file.label)), number: file.named.number, bankId: file.named.bankId, kind: file.named.kind, currency,
    state: 'open', institutionName: null, startOn: null, createdAt: now,
  }
  const source = newSource(id)
  await accounts.create(made, source)
  destination.account = made
  destination.source = source
}

/** `export.csv (2)` beside an `export.csv`. */
async function freeName(accounts: TenantStore['accounts'], wanted: string): Promise<string> {
  const taken = new Set((await accounts.list()).map(({ name }) => name))
  let name = wanted
  for (let number = 2; taken.has(name); number++) name = `${wanted} (${number})`
  return name
}

/** In minor units; the first pass has checked that every amount fits. */
function minorOf(amount: Decimal, currency: Currency): bigint {
  const money = moneyOf(amount, currency)
  if (!money.ok) throw new Error(money.failure.message)
  return money.value.minor
}

/** What only files fed and of which all was taken back: another currency may be told then. */
async function isCleared({ store: { accounts, feed } }: ImportDeps, accountId: string): Promise<boolean> {
  if ((await accounts.sources({ accountId })).some(({ connectionId }) => connectionId !== null)) return false
  return (await feed.transactions({ accountId, states: ['pending', 'posted'], limit: 1, includeDeleted: true })).rows.length === 0
}

async function hasRows(deps: ImportDeps, accountId: string): Promise<boolean> {
  return (await deps.store.feed.transactions({ accountId, limit: 1, includeDeleted: true })).rows.length > 0
}

/** The connections that feed the accounts: while we hold them no sync writes beside us. */
async function locksOf(deps: ImportDeps, destinations: Plan['destinations']): Promise<readonly string[]> {
  const ids = new Set<string>()
  for (const { account } of destinations.values()) {
    if (account === null) continue
    for (const { connectionId } of await deps.store.accounts.sources({ accountId: account.id })) if (connectionId !== null) ids.add(connectionId)
  }
  return [...ids].sort()
}

/** Runs the work while holding all locks, taken in one order; null when one could not be had in time. */
async function locked<T>(deps: ImportDeps, [first, ...others]: readonly string[], work: () => Promise<T>): Promise<T | null> {
  if (first === undefined) return work()
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    const done = await deps.store.connections.exclusively(first, async () => ({ value: await locked(deps, others, work) }))
    if (done !== null) return done.value
    await deps.clock.sleep(LOCK_WAIT_MS)
  }
  return null
}

/** Tells of every 5,000 rows. */
function counter({ onProgress }: ImportRequest): (rows: number) => void {
  let rows = 0
  return (more) => {
    const before = rows
    rows += more
    if (onProgress !== null && Math.floor(rows / PROGRESS_ROWS) > Math.floor(before / PROGRESS_ROWS)) onProgress(rows)
  }
}

function summariesOf({ statements }: CheckedFile): readonly StatementSummary[] {
  return statements.map((statement) => statement.sum.finish())
}

const OCCUPIED: FormatFailure = { code: 'busy', message: 'The account is being read by a sync or another import that does not end; try again later.', line: 0 }
const NOTHING: ImportResult = { statements: [], added: 0, matched: 0, questions: 0, notices: [], failure: null, runId: null, accountIds: [] }
