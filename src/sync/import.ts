/**
 * Statements of a file into the feed. The file is read twice: the first pass checks all of it and
 * sums it up (file-check.ts), so that nothing of a damaged file is stored; the second brings it in
 * through the same matcher as a bank's answer. Which account it belongs to is chosen in between
 * (file-account.ts); one that nobody knows is made.
 */
import type { Account, AccountSource } from '../domain/account.ts'
import type { DatesSaid } from '../domain/dates-said.ts'
import type { Currency } from '../domain/money.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { AccountOutcome, SyncRun } from '../domain/run.ts'
import type { FormatFailure, StatementStream } from '../domain/statement.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import { sameRef, UNKNOWN_CURRENCY } from './account-ref.ts'
import { chooseAccounts } from './file-accounts.ts'
import { asSaidBefore, keepDates } from './file-dates.ts'
import { asStored } from './file-signs.ts'
import { fileSource } from './file-source.ts'
import { checkFile, labelOf, type CheckedFile, type FileAccount, type FileNotice } from './file-check.ts'
import { holdsRows } from './holds-rows.ts'
import { counter, importRows } from './import-rows.ts'
import { inGroups } from './in-groups.ts'
import { cannotBeIn, mayBeIn, nameCurrency, tellCurrency } from './name-currency.ts'
import { unknownCurrency } from './said-currency.ts'
import { addCounts, NO_COUNTS } from './settle.ts'
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
  /** Into which accounts its rows went, and how many of each; none where nothing was stored. */
  readonly accounts: readonly ImportedAccount[]
}

/** What a file brought to one account. `isNew`: the file made it. */
export type ImportedAccount = Pick<AccountOutcome, 'accountId' | 'added' | 'matched' | 'questions'> & { readonly name: string; readonly isNew: boolean }

/** Where the statements of one account go. */
export type Destination = { readonly file: FileAccount; readonly currency: Currency; account: Account | null; source: AccountSource | null; readonly hadRows: boolean }

export type Plan = { readonly checked: CheckedFile; readonly destinations: ReadonlyMap<FileAccount, Destination> }

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
  let isStale = false
  await inGroups([...destinations.values()], async ({ account, file, hadRows }) => {
    if (account === null ? now.value.get(file) != null : !hadRows && (await holdsRows(deps.store, account.id))) isStale = true
  })
  return isStale
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
  const into = [...plan.destinations.values()]
  const fresh = new Set(into.filter(({ account }) => account === null))
  await makeAccounts(deps, into)
  const outcomes = await importRows(deps, request, plan, run.id)
  const accounts = [...outcomes.values()]
  await deps.store.runs.update(run.id, { outcome: 'succeeded', endedAt: deps.clock.now(), stage: null, accounts })
  const total = accounts.reduce((sum, outcome) => addCounts(sum, outcome), NO_COUNTS)
  const { added, matched, questions } = total
  const [accountId] = outcomes.keys()
  const notices = plan.checked.notices.map((notice) => (notice.code === 'dates_remembered' && accountId !== undefined ? { ...notice, accountId } : notice))
  const open = unknownCurrency(into.flatMap(({ account }) => account ?? []))
  return { statements: summariesOf(plan.checked), added, matched, questions, notices: [...notices, ...open, ...(await keepDates(deps.store, request, into))], failure: null, runId: run.id, accounts: accounts.map(({ accountId: id, ...counts }) => importedInto(into.find(({ account }) => account?.id === id)!, fresh, counts)) }
}

function importedInto(destination: Destination, fresh: ReadonlySet<Destination>, { added, matched, questions }: Omit<AccountOutcome, 'accountId'>): ImportedAccount {
  const { id, name } = destination.account!
  return { accountId: id, name, isNew: fresh.has(destination), added, matched, questions }
}

/** Finds the account of each statement without making one, and checks that every amount fits its currency. */
async function makePlan(deps: ImportDeps, request: ImportRequest, checked: CheckedFile): Promise<Result<Plan, FormatFailure>> {
  const destinations = new Map<FileAccount, Destination>()
  const chosen = await chooseAccounts(deps.store, request.accountId, checked.accounts)
  if (!chosen.ok) return chosen
  const withRows = new Set<Account>()
  await inGroups([...chosen.value.values()].filter((account) => account !== null), async (account) => {
    if (await holdsRows(deps.store, account.id)) withRows.add(account)
  })
  const byAccount = new Map<string, Destination[]>()
  for (const file of checked.accounts) {
    const account = chosen.value.get(file) ?? null
    const isTold = account === null || account.currency === UNKNOWN_CURRENCY || (account.currency !== file.currency && (await isCleared(deps, account.id)))
    if (!isTold && file.currency !== UNKNOWN_CURRENCY && file.currency !== account.currency) {
      const message = account.currencyIsSaid
        ? `The statement is in ${file.currency}, but a person said that the account is in ${account.currency}. Say another currency on the page of the account first.`
        : `The statement is in ${file.currency}, but the account is in ${account.currency}.`
      return failed({ code: 'not_statements', message, line: file.line })
    }
    const currency = isTold && (account === null || file.currency !== UNKNOWN_CURRENCY) ? file.currency : account!.currency
    if (account !== null && !(await mayBeIn(deps.store, account, currency))) return failed({ code: 'not_statements', message: cannotBeIn(account, currency), line: file.line })
    for (const sum of file.sums) {
      const misfit = sum.misfit(currency)
      if (misfit !== null) return failed(misfit)
    }
    const others = byAccount.get(account?.id ?? '') ?? []
    const twin = account === null ? undefined : others.find((other) => sameRef(other.file.ref, file.ref) && other.file.currency === file.currency)
    if (twin !== undefined) {
      const message = `The file shows two accounts as ${labelOf(file.named, file.label)} (from line ${twin.file.line} and from line ${file.line}), and both could be "${account!.name}". Import them from files of their own, each with --account.`
      return failed({ code: 'account_unclear', message, line: file.line })
    }
    const destination = { file, account, currency, source: null, hadRows: account !== null && withRows.has(account) }
    destinations.set(file, destination)
    if (account !== null) byAccount.set(account.id, [...others, destination])
  }
  return ok({ checked, destinations })
}

/** The accounts and their sources of files, made where they are not there. */
async function makeAccounts(deps: ImportDeps, destinations: readonly Destination[]): Promise<void> {
  const { accounts } = deps.store
  const sources = Map.groupBy((await accounts.sources({})).filter(({ connectionId }) => connectionId === null), ({ accountId }) => accountId)
  // One after the other: several may be one account, under names of its own each.
  for (const destination of destinations) if (destination.account !== null) await takeAccount(deps, destination, destination.account, sources)
  const fresh = destinations.filter(({ account }) => account === null)
  if (fresh.length === 0) return
  const names = new Set((await accounts.all()).map(({ name }) => name))
  await inGroups(fresh, (destination) => makeAccount(deps, destination, names))
}

function newSource({ entropy }: ImportDeps, { file }: Destination, accountId: string, now: number): AccountSource {
  return { id: entropy.id(now), accountId, connectionId: null, program: file.program, ref: file.ref, state: 'active', sign: 1 }
}

/** `sources`: those of files, by account. */
async function takeAccount(deps: ImportDeps, destination: Destination, account: Account, sources: Map<string, AccountSource[]>): Promise<void> {
  const { store, clock } = deps
  const { file, currency } = destination
  const now = clock.now()
  const files = sources.get(account.id) ?? []
  sources.set(account.id, files)
  const add = async (source: AccountSource): Promise<AccountSource> => {
    await store.accounts.addSource(source)
    files.push(source)
    return source
  }
  const active = fileSource(files, file.program)
  const source = active ?? (await add(newSource(deps, destination, account.id, now)))
  // Another name by which files call the account: the next one is known by it. What a file happens to be called is none.
  if (active !== null && file.named.number !== null && !files.some(({ ref }) => sameRef(ref, file.ref))) await add({ ...newSource(deps, destination, account.id, now), state: 'replaced' })
  destination.source = source
  destination.account = account.currency === currency ? account : await nameCurrency(store, account, currency, { isSaid: file.currencyIsSaid, at: now })
  if (file.currency === currency && !file.currencyIsSaid) await tellCurrency(store, account)
}

/** `names`: those that are taken. */
async function makeAccount(deps: ImportDeps, destination: Destination, names: Set<string>): Promise<void> {
  const { file, currency } = destination
  const now = deps.clock.now()
  const id = deps.entropy.id(now)
  const made: Account = {
    id, name: freeName(names, labelOf(file.named, file.label)), number: file.named.number, bankId: file.named.bankId, kind: file.named.kind, currency, currencyIsSaid: file.currencyIsSaid,
    state: 'open', institutionName: null, startOn: null, createdAt: now,
  }
  const source = newSource(deps, destination, id, now)
  await deps.store.accounts.create(made, source)
  destination.account = made
  destination.source = source
}

/** `export.csv (2)` beside an `export.csv`. */
function freeName(taken: Set<string>, wanted: string): string {
  let name = wanted
  for (let number = 2; taken.has(name); number++) name = `${wanted} (${number})`
  taken.add(name)
  return name
}

/** What only files fed and of which all was taken back: another currency may be told then. */
async function isCleared({ store: { accounts, feed } }: ImportDeps, accountId: string): Promise<boolean> {
  if ((await accounts.sources({ accountId })).some(({ connectionId }) => connectionId !== null)) return false
  return (await feed.transactions({ accountId, states: ['pending', 'posted'], limit: 1, includeDeleted: true })).rows.length === 0
}

/** The connections that feed the accounts: while we hold them no sync writes beside us. */
async function locksOf(deps: ImportDeps, destinations: Plan['destinations']): Promise<readonly string[]> {
  const accounts = new Set([...destinations.values()].flatMap(({ account }) => account?.id ?? []))
  if (accounts.size === 0) return []
  const ids = (await deps.store.accounts.sources({})).flatMap(({ accountId, connectionId }) => (accounts.has(accountId) ? (connectionId ?? []) : []))
  return [...new Set(ids)].sort()
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

function summariesOf({ statements }: CheckedFile): readonly StatementSummary[] {
  return statements.map((statement) => statement.sum.finish())
}

/** The tries above are ten minutes. */
const OCCUPIED: FormatFailure = { code: 'busy', message: 'Another read or import of this account went on for ten minutes, so nothing was imported. Import the file again in ten minutes, or as soon as the page Accounts shows nothing that is being read.', line: 0 }
const NOTHING: ImportResult = { statements: [], added: 0, matched: 0, questions: 0, notices: [], failure: null, runId: null, accounts: [] }
