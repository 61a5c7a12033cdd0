/**
 * The second pass over a file: the rows of each statement, in batches, into the accounts that were chosen. Statements of an
 * account that add up share what they know; those of another layer are compared with what the first one stored.
 */
import type { Account, AccountSource } from '../domain/account.ts'
import type { Day } from '../domain/day.ts'
import { moneyOf, type Currency, type Decimal } from '../domain/money.ts'
import type { AccountOutcome } from '../domain/run.ts'
import type { StatementRow } from '../domain/statement.ts'
import { FileAnswer, type OpenStatement } from './file-answer.ts'
import { borderBefore, NO_BORDER, type Standing } from './file-border.ts'
import type { CheckedStatement, FileAccount } from './file-check.ts'
import { filesOf } from './file-source.ts'
import type { Destination, ImportDeps, ImportRequest, Plan } from './import.ts'
import { Intake } from './incoming.ts'
import { addCounts, NO_COUNTS, type SettleContext } from './settle.ts'
import { SourceBalances } from './source-balances.ts'

const PROGRESS_ROWS = 5_000
/** So many accounts of a file are on their way into the store at once. */
const LANDING = 16

/** A statement on its way into the feed, with the rows that its layer showed so far; `starts`: how often it will still begin or go on. */
type Way = { readonly layer: Layer; readonly statement: OpenStatement; starts: number }

/** Statements of an account that add up: one intake, because equal rows in them are several; one answer to the store. */
type Layer = { readonly intake: Intake; readonly answer: FileAnswer; readonly accountId: string; readonly standing: readonly Standing[] }

/** Second pass: the rows of each statement, in batches. */
export async function importRows(deps: ImportDeps, request: ImportRequest, plan: Plan, runId: string): Promise<ReadonlyMap<string, AccountOutcome>> {
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
      if (--way.starts > 0) continue
      await way.statement.end()
      ways.ended(starts[index]!)
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
  /** Of those that have begun and will go on. */
  readonly #ways = new Map<CheckedStatement, Way>()
  readonly #layers = new Map<FileAccount, Layer[]>()
  readonly #stated = new Map<string, readonly [SettleContext, SourceBalances]>()
  /** The one whose statement began last, and what is on its way into the store, by account. */
  #current: Layer | null = null
  /** Of each account the one whose statement began last: it may go on. */
  readonly #last = new Map<string, Layer>()
  readonly #landing = new Map<string, Promise<void>>()
  #shown: Promise<ReadonlyMap<FileAccount, readonly Intake[]>> | null = null

  constructor(deps: ImportDeps, request: ImportRequest, plan: Plan, runId: string) {
    this.#deps = deps
    this.#request = request
    this.#plan = plan
    this.#runId = runId
  }

  async of(statement: CheckedStatement): Promise<Way> {
    const { account, source } = this.#destination(statement.account)
    await this.#landing.get(account.id)
    const open = this.#ways.get(statement)
    if (open !== undefined) return open
    const layers = this.#layers.get(statement.account) ?? []
    this.#layers.set(statement.account, layers)
    const known = layers[statement.layer]
    if (this.#current !== null && this.#current !== known) await this.#land(this.#current)
    // What other statements of the account brought is stored before rows are compared with it: also what one of them brought since those of other accounts began.
    const last = this.#last.get(account.id)
    if (last !== undefined && last !== known) {
      await this.#land(last)
      await this.#landing.get(account.id)
    }
    const layer = known ?? (layers[statement.layer] = await this.#begin(statement))
    this.#current = layer
    this.#last.set(account.id, layer)
    const { sum } = statement
    const opened = layer.answer.open({ covers: sum.covers, balances: sum.balances, postedSum: minorOf(sum.postedSum, account.currency) * BigInt(source.sign) })
    const way = { layer, statement: opened, starts: statement.starts }
    this.#ways.set(statement, way)
    return way
  }

  /** Nothing of it follows. Thousands of statements are not kept for nothing. */
  ended(statement: CheckedStatement): void {
    this.#ways.delete(statement)
  }

  /** Begins to store what is left of a layer. Of many short accounts some are on their way at once, and share their trips. */
  async #land({ answer, accountId }: Layer): Promise<void> {
    const landed = (this.#landing.get(accountId) ?? Promise.resolve()).then(() => answer.flush())
    // A failure is met where it is awaited.
    landed.catch(() => {})
    this.#landing.delete(accountId)
    this.#landing.set(accountId, landed)
    const [oldest, ...others] = this.#landing
    if (oldest === undefined || others.length < LANDING) return
    await oldest[1]
    this.#landing.delete(oldest[0])
  }

  /** Stores what is left, and tells what became of each account. */
  async finish(): Promise<ReadonlyMap<string, AccountOutcome>> {
    await Promise.all(this.#landing.values())
    const outcomes = new Map<string, AccountOutcome>()
    for (const layer of [...this.#layers.values()].flat()) {
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
    const { accounts, feed } = this.#deps.store
    const { account: file, layer: own, sum } = statement
    const { account, source, currency, hadRows } = this.#destination(file)
    const layers = this.#layers.get(file)!
    const intake = intakeFor(account, source, currency, false)
    const fileIds = filesOf(await accounts.sources({ accountId: account.id }))
    const files = { feed, account, source, ids: fileIds }
    const { standing, apart, doubted } = hadRows ? await borderBefore(files, { balances: sum.balances, days: sum.lying.days }, (day) => this.#rowsOn(statement, day)) : NO_BORDER
    for (const row of standing) intake.goesOnFrom(row)
    const coverage = await feed.covered(account.id)
    const settle = { feed, account, source, runId: this.#runId, now: () => this.#deps.clock.now(), newId: (at: number) => this.#deps.entropy.id(at) }
    const [, stated] = this.#stated.get(source.id) ?? [settle, new SourceBalances(settle, coverage)]
    this.#stated.set(source.id, [settle, stated])
    const answer = new FileAnswer({
      ...settle, stated, coverage, fileIds, apart,
      shown: async () => (await (this.#shown ??= this.#register())).get(file)![own]!,
      accountWasEmpty: () => !hadRows && layers.every((_, layer) => layer === own),
      // The layer may go on within this day.
      doubted,
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

/** In minor units; the first pass has checked that every amount fits. */
function minorOf(amount: Decimal, currency: Currency): bigint {
  const money = moneyOf(amount, currency)
  if (!money.ok) throw new Error(money.failure.message)
  return money.value.minor
}

/** Tells of every 5,000 rows. */
export function counter({ onProgress }: ImportRequest): (rows: number) => void {
  let rows = 0
  return (more) => {
    const before = rows
    rows += more
    if (onProgress !== null && Math.floor(rows / PROGRESS_ROWS) > Math.floor(before / PROGRESS_ROWS)) onProgress(rows)
  }
}
