/**
 * Statements of a file into the feed. The file is read twice: the first pass checks all of it and
 * sums it up, so that nothing of a damaged file is stored; the second brings it in through the same
 * matcher as a bank's answer. Accounts are found by number and kind, or made.
 */
import type { Account, AccountRef, AccountSource } from '../domain/account.ts'
import { moneyOf, type Currency, type Decimal } from '../domain/money.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { AccountOutcome, SyncRun } from '../domain/run.ts'
import type { FormatFailure, StatementAccount, StatementHead, StatementPart, StatementStream } from '../domain/statement.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import { UNKNOWN_CURRENCY } from './accounts.ts'
import { FileAnswer } from './file-answer.ts'
import { Intake } from './incoming.ts'
import { addCounts, NO_COUNTS } from './settle.ts'
import { StatementSum, type StatementSummary } from './statement-sum.ts'

export type ImportDeps = { readonly store: TenantStore; readonly clock: Clock; readonly entropy: Entropy }

export type ImportRequest = {
  /** Opens the statements from their beginning; called more than once. */
  readonly open: () => StatementStream | Promise<StatementStream>
  /** Null: the file tells its account, or a new one is made. */
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
  readonly failure: FormatFailure | null
  /** Null: nothing was stored. */
  readonly runId: string | null
  readonly accountIds: readonly string[]
}

/** A statement after the first pass. `accountKey` groups statements of one account. */
type Checked = { readonly accountKey: string; readonly sum: StatementSum; readonly isRepeated: boolean }

/** Where the statements of one account go. `shown`: what the file shows of it; null when nothing was stored before. */
type Destination = { account: Account | null; source: AccountSource | null; shown: Intake | null; readonly ref: AccountRef; readonly head: StatementHead; readonly currency: Currency }

type Checks = { readonly statements: readonly Checked[]; readonly destinations: ReadonlyMap<string, Destination> }

const PROGRESS_ROWS = 5_000
/** The lock of all imports. */
export const IMPORTS = 'imports'
const RECENT_RUNS = 50
const LOCK_WAIT_MS = 250
const LOCK_TRIES = 2_400

/** Imports all statements, or nothing when the file is damaged; the failure names line and reason. */
export async function importStatements(deps: ImportDeps, request: ImportRequest): Promise<ImportResult> {
  if (request.dryRun) {
    const checks = await checkAll(deps, request)
    return checks.ok ? { ...NOTHING, statements: summariesOf(checks.value) } : { ...NOTHING, failure: checks.failure }
  }
  // One import at a time: two that bring the same new account at once would make it twice.
  return (await locked(deps, [IMPORTS], () => importAlone(deps, request))) ?? { ...NOTHING, failure: OCCUPIED }
}

/** Checks and imports; anew when a sync brought the first rows of an account between the two. */
async function importAlone(deps: ImportDeps, request: ImportRequest): Promise<ImportResult> {
  await closeAbandonedImports(deps)
  for (;;) {
    const checks = await checkAll(deps, request)
    if (!checks.ok) return { ...NOTHING, failure: checks.failure }
    const { destinations } = checks.value
    const done = await locked(deps, await locksOf(deps, destinations), async () => ((await areStale(deps, destinations)) ? 'stale' : importChecked(deps, request, checks.value)))
    if (done === null) return { ...NOTHING, statements: summariesOf(checks.value), failure: OCCUPIED }
    if (done !== 'stale') return done
  }
}

/** Whether an account that was new or empty when the file was checked has rows now. */
async function areStale(deps: ImportDeps, destinations: ReadonlyMap<string, Destination>): Promise<boolean> {
  for (const { account, ref, shown } of destinations.values()) {
    const now = account ?? (await findAccount(deps, ref))
    if (shown === null && now !== null && (account === null || (await hasRows(deps, now.id)))) return true
  }
  return false
}

/** Nobody else imports, so an import that is still `running` died with its process. Its commits are whole; importing again is safe. */
async function closeAbandonedImports({ store, clock }: ImportDeps): Promise<void> {
  for (const run of await store.runs.list({ limit: RECENT_RUNS })) {
    if (run.trigger === 'import' && run.outcome === 'running') await store.runs.update(run.id, { outcome: 'failed', endedAt: clock.now(), stage: null })
  }
}

async function importChecked(deps: ImportDeps, request: ImportRequest, checks: Checks): Promise<ImportResult> {
  const now = deps.clock.now()
  const run: SyncRun = {
    id: deps.entropy.id(now), connectionId: null, trigger: 'import', startedAt: now, endedAt: null, outcome: 'running', stage: 'matching', accounts: [], failure: null, label: request.label,
  }
  await deps.store.runs.create(run)
  for (const destination of checks.destinations.values()) await makeAccount(deps, destination, request.label)
  const outcomes = await importRows(deps, request, checks, run.id)
  const accounts = [...outcomes.values()]
  await deps.store.runs.update(run.id, { outcome: 'succeeded', endedAt: deps.clock.now(), stage: null, accounts })
  const total = accounts.reduce((sum, outcome) => addCounts(sum, outcome), NO_COUNTS)
  const { added, matched, questions } = total
  return { statements: summariesOf(checks), added, matched, questions, failure: null, runId: run.id, accountIds: [...outcomes.keys()] }
}

/** First pass: every part is read, every amount fits its currency, every statement is summed up. */
async function checkAll(deps: ImportDeps, request: ImportRequest): Promise<Result<Checks, FormatFailure>> {
  const statements: Checked[] = []
  const destinations = new Map<string, Destination>()
  let [key, sum, rows]: [string, StatementSum | null, number] = ['', null, 0]
  for await (const read of await request.open()) {
    if (!read.ok) return read
    const part = read.value
    if (part.part === 'start') {
      const opened = await openDestination(deps, request, part.head, destinations)
      if (!opened.ok) return opened
      ;[key, sum] = [opened.value, new StatementSum(part.head, labelOf(part.head.account, request.label))]
      continue
    }
    if (sum === null) throw new Error('a statement part before the start of a statement')
    // A dry run says what the file says, also amounts finer than the currency's coins, which the feed cannot hold.
    const wrong = sum.take(part) ?? (request.dryRun ? null : checkAmounts(part, destinations.get(key)!))
    if (wrong !== null) return failed(wrong)
    if (part.part === 'rows') {
      rows = progress(request, rows, part.rows.length)
    } else if (part.part === 'end') {
      const ended: StatementSum = sum
      statements.push({ accountKey: key, sum: ended, isRepeated: statements.some((other) => other.accountKey === key && ended.repeats(other.sum)) })
    }
  }
  return ok({ statements, destinations })
}

/** Second pass: the rows of each statement, in batches. */
async function importRows(deps: ImportDeps, request: ImportRequest, checks: Checks, runId: string): Promise<Map<string, AccountOutcome>> {
  const outcomes = new Map<string, AccountOutcome>()
  const intakes = new Map<string, Intake>()
  let [index, answer, rows]: [number, FileAnswer | null, number] = [-1, null, 0]
  for await (const read of await request.open()) {
    if (!read.ok) throw new Error(`the file changed while it was imported: ${read.failure.message}`)
    const part = read.value
    if (part.part === 'start') {
      const statement = checks.statements[++index]
      if (statement === undefined) throw new Error('the file changed while it was imported')
      const destination = checks.destinations.get(statement.accountKey)!
      const intake = intakes.get(statement.accountKey) ?? intakeFor(destination, destination.shown === null)
      intakes.set(statement.accountKey, intake)
      answer = statement.isRepeated ? null : await openAnswer(deps, destination, intake, statement, runId)
    } else if (part.part === 'rows' && answer !== null) {
      const intake = intakes.get(checks.statements[index]!.accountKey)!
      for (const row of part.rows) {
        const taken = intake.take(row)
        if (!taken.ok) throw new Error(taken.failure.message)
        if (taken.value !== null) await answer.add(taken.value)
      }
      rows = progress(request, rows, part.rows.length)
    } else if (part.part === 'end' && answer !== null) {
      const statement = checks.statements[index]!
      const { account } = checks.destinations.get(statement.accountKey)!
      await answer.finish()
      const soFar = outcomes.get(account!.id) ?? { accountId: account!.id, ...NO_COUNTS, failure: null }
      outcomes.set(account!.id, { ...soFar, ...addCounts(soFar, answer.counts) })
      answer = null
    }
  }
  return outcomes
}

async function openAnswer(deps: ImportDeps, destination: Destination, intake: Intake, statement: Checked, runId: string): Promise<FileAnswer> {
  const { account, source, shown } = destination
  if (account === null || source === null) throw new Error('an account is made before its rows come')
  return new FileAnswer(
    {
      feed: deps.store.feed, account, source, runId, now: () => deps.clock.now(), newId: (at) => deps.entropy.id(at),
      shown: shown ?? intake, accountWasEmpty: shown === null, coverage: await deps.store.feed.coverage(account.id),
    },
    { covers: statement.sum.covers, balances: statement.sum.balances, postedSum: minorOf(statement.sum.postedSum, account.currency) * BigInt(source.sign) },
  )
}

/** Finds the account of a statement without making one; the key groups statements of the same account. */
async function openDestination(deps: ImportDeps, request: ImportRequest, head: StatementHead, destinations: Map<string, Destination>): Promise<Result<string, FormatFailure>> {
  const ref = refOf(head.account, request.label)
  const key = request.accountId ?? `${ref.bankId ?? ''}|${ref.branchId ?? ''}|${ref.number}|${ref.kind}`
  if (destinations.has(key)) return ok(key)
  const account = request.accountId === null ? await findAccount(deps, ref) : await deps.store.accounts.get(request.accountId)
  if (request.accountId !== null && account === null) return failed({ code: 'not_statements', message: 'There is no such account.', line: head.line })
  const told = head.currency === UNKNOWN_CURRENCY ? null : head.currency
  if (account !== null && told !== null && account.currency !== UNKNOWN_CURRENCY && told !== account.currency) {
    return failed({ code: 'not_statements', message: `The statement is in ${told}, but the account is in ${account.currency}.`, line: head.line })
  }
  const source = account === null ? null : ((await deps.store.accounts.sources({ accountId: account.id })).find((s) => s.connectionId === null) ?? null)
  const currency = account === null || account.currency === UNKNOWN_CURRENCY ? (told ?? UNKNOWN_CURRENCY) : account.currency
  const destination: Destination = { account, source, shown: null, ref, head, currency }
  if (account !== null && (await hasRows(deps, account.id))) {
    if (destination.source === null) destination.source = { id: deps.entropy.id(deps.clock.now()), accountId: account.id, connectionId: null, ref, state: 'active', sign: 1 }
    destination.shown = intakeFor(destination, true)
  }
  destinations.set(key, destination)
  return ok(key)
}

/** Checks that the amounts fit the currency, and notes what the file shows where something is stored already. */
function checkAmounts(part: StatementPart, destination: Destination): FormatFailure | null {
  if (part.part !== 'rows') return null
  for (const row of part.rows) {
    const wrong = destination.shown === null ? moneyOf(row.amount, destination.currency) : destination.shown.take(row)
    if (!wrong.ok) return { code: 'invalid_amount', message: wrong.failure.message, line: row.line }
  }
  return null
}

function intakeFor({ source, account, currency }: Destination, keepsMarks: boolean): Intake {
  if (source === null) throw new Error('an intake needs a source')
  return new Intake({ sourceId: source.id, currency, sign: source.sign, startOn: account?.startOn ?? null, keepsMarks })
}

async function makeAccount(deps: ImportDeps, destination: Destination, label: string): Promise<void> {
  const { accounts } = deps.store
  const now = deps.clock.now()
  if (destination.account !== null) {
    const { account, ref, currency } = destination
    const stored = (await accounts.sources({ accountId: account.id })).find((s) => s.connectionId === null)
    const source = stored ?? destination.source ?? { id: deps.entropy.id(now), accountId: account.id, connectionId: null, ref, state: 'active' as const, sign: 1 as const }
    if (stored === undefined) await accounts.addSource(source)
    if (account.currency !== currency) await accounts.update(account.id, { currency })
    destination.source = source
    destination.account = { ...account, currency }
    return
  }
  const { head, ref, currency } = destination
  const id = deps.entropy.id(now)
  const account: Account = {
    id, name: labelOf(head.account, label), number: head.account.number, bankId: head.account.bankId, kind: head.account.kind, currency,
    state: 'open', institutionName: null, startOn: null, createdAt: now,
  }
  const source: AccountSource = { id: deps.entropy.id(now), accountId: id, connectionId: null, ref, state: 'active', sign: 1 }
  await accounts.create(account, source)
  destination.account = account
  destination.source = source
}

/** By number and kind; where a format does not tell the kind, by number alone when only one account has it. */
async function findAccount(deps: ImportDeps, ref: AccountRef): Promise<Account | null> {
  const exact = await deps.store.accounts.findByRef(ref)
  if (exact.length > 0) return exact[0]!
  if (ref.kind !== 'other') return null
  const kinds = ['checking', 'savings', 'credit_card', 'credit_line', 'loan', 'money_market', 'certificate', 'investment'] as const
  const found = (await Promise.all(kinds.map((kind) => deps.store.accounts.findByRef({ ...ref, kind })))).flat()
  return found.length === 1 ? found[0]! : null
}

function refOf(account: StatementAccount, label: string): AccountRef {
  const { bankId, branchId, number, kind } = account
  return { bankId, branchId, kind, number: number ?? `file:${account.name ?? label}` }
}

function labelOf(account: StatementAccount, label: string): string {
  return account.number ?? account.name ?? label
}

/** In minor units; the first pass has checked that every amount fits. */
function minorOf(amount: Decimal, currency: Currency): bigint {
  const money = moneyOf(amount, currency)
  if (!money.ok) throw new Error(money.failure.message)
  return money.value.minor
}

async function hasRows(deps: ImportDeps, accountId: string): Promise<boolean> {
  return (await deps.store.feed.transactions({ accountId, limit: 1, includeDeleted: true })).rows.length > 0
}

/** The connections that feed the accounts: while we hold them no sync writes beside us. */
async function locksOf(deps: ImportDeps, destinations: ReadonlyMap<string, Destination>): Promise<readonly string[]> {
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

function progress(request: ImportRequest, before: number, more: number): number {
  const after = before + more
  if (request.onProgress !== null && Math.floor(after / PROGRESS_ROWS) > Math.floor(before / PROGRESS_ROWS)) request.onProgress(after)
  return after
}

function summariesOf(checks: Checks): readonly StatementSummary[] {
  return checks.statements.map((statement) => statement.sum.finish())
}

const OCCUPIED: FormatFailure = { code: 'limit_exceeded', message: 'The account is being read by a sync or another import that does not end; try again later.', line: 0 }
const NOTHING: ImportResult = { statements: [], added: 0, matched: 0, questions: 0, failure: null, runId: null, accountIds: [] }
