/**
 * The judge of a life. It owns the truth and knows nothing of the matcher: each report is turned back into the rows of the bank's ledger that it can have
 * been (of those that look the same in that source nobody can tell which), and rows and transactions are laid beside each other one to one, as
 * many as possible. What is left of the rows that some source showed as booked is lost, what is left of the transactions doubled.
 */
import type { TruthRow } from '../../bank/ledger/row.ts'
import type { Observation, Question, Transaction } from '../../src/domain/transaction.ts'
import type { TenantStore } from '../../src/ports/store.ts'
import { noHarm, type Harm, type Harms } from '../oracle.ts'
import type { Line } from './programs.ts'

/** `beside`: the transactions that have the rows of a doubled one. */
export type Found = { readonly harm: Harm; readonly row: TruthRow | null; readonly transactionId: string | null; readonly beside: readonly string[] }
/** `swapped`: transactions whose reports are of one shop and amount on other days; nothing is lost or doubled by it, and nobody can tell. */
export type Verdict = { readonly harms: Harms; readonly swapped: number; readonly found: readonly Found[]; readonly owed: number }

/** What one transaction can stand for. `reports`: the rows that each report can be, of runs that count. `isBooked`: one of them showed the row as the bank booked it. */
type Standing = { readonly transaction: Transaction; readonly reports: readonly ReadonlySet<TruthRow>[]; readonly rows: ReadonlySet<TruthRow>; readonly isBooked: boolean }
type Report = { readonly rows: readonly TruthRow[]; readonly isBooked: boolean }

/** What a source showed of a row. */
type Shown = { readonly days: Set<string>; booked: boolean }

export class Judge {
  /** The files that were brought, by name. */
  readonly files = new Map<string, { readonly lines: readonly Line[]; readonly isRight: boolean }>()
  readonly #truth: () => readonly TruthRow[]

  /** `truth`: all rows of the account that the bank knows. */
  constructor(truth: () => readonly TruthRow[]) {
    this.#truth = truth
  }

  /** `feedShowed`: what the bank's answers that count have shown as booked by now. */
  async verdict(store: TenantStore, feedShowed: readonly TruthRow[]): Promise<Verdict> {
    const standings = (await this.#standings(store)).filter(({ transaction }) => transaction.state === 'posted')
    const shown = await this.#shown(store, feedShowed)
    const owed = [...shown].flatMap(([row, { booked }]) => (booked ? [row] : []))
    const rowOf = pair(standings, new Set(owed))
    const met = new Set(rowOf.values())
    const found: Found[] = owed.filter((row) => !met.has(row)).map((row) => ({ harm: 'lost', row, transactionId: null, beside: [] }))
    let swapped = 0
    for (const standing of standings) {
      const { id, amount, postedOn } = standing.transaction
      const row = rowOf.get(standing) ?? null
      const rows = [...standing.rows]
      const blame = (harm: Harm, beside: readonly string[] = []): unknown => found.push({ harm, row: row ?? rows[0] ?? null, transactionId: id, beside })
      if (standing.reports.length > 0 && commonOf(standing.reports).size === 0) {
        if (new Set(rows.map(({ name, minor }) => `${name} ${minor}`)).size > 1) blame('wronglyMerged')
        else swapped++
      }
      if (row === null) blame('doubled', [...rowOf].flatMap(([other, has]) => (standing.rows.has(has) ? [other.transaction.id] : [])))
      else if (shown.get(row)?.booked === true) {
        if (rows.every(({ minor }) => minor !== amount)) blame('wrongAmount')
        if (rows.every((one) => shown.get(one)?.days.has(postedOn) !== true)) blame('wrongDay')
      }
    }
    const harms = noHarm()
    for (const { harm } of found) harms[harm]++
    return { harms, swapped, found, owed: owed.length }
  }

  /** What an honest person says; of rows that nobody can tell apart only the number counts. */
  async answer(store: TenantStore, question: Question): Promise<NonNullable<Question['answer']>> {
    const standings = await this.#standings(store)
    const one = standings.find(({ transaction }) => transaction.id === question.transactionId)
    const other = standings.find(({ transaction }) => transaction.id === question.otherTransactionId)
    // Two that were listed as booked are compared with their like: that a hold of one of them stands there as well makes them no less two.
    const like = one?.isBooked === true && other?.isBooked === true ? standings.filter(({ isBooked }) => isBooked) : standings
    const isSpare = (standing: Standing): boolean => pair(like.filter((each) => each !== standing)).size === pair(like).size
    if (question.kind !== 'same_transaction') return one === undefined || isSpare(one) || ![...one.rows].some((row) => this.#isBooked(row)) ? 'removed' : 'kept'
    if (one === undefined || other === undefined || [...one.rows].every((row) => !other.rows.has(row))) return 'different'
    return isSpare(one) || isSpare(other) ? 'same' : 'different'
  }

  /** Told at each answer, so that a hold which the bank has not booked is none of its rows. */
  now = 0
  #isBooked({ postedAt }: TruthRow): boolean {
    return postedAt !== null && postedAt <= this.now
  }

  async #standings(store: TenantStore): Promise<readonly Standing[]> {
    const runs = new Map((await store.runs.list({ limit: 10_000 })).map((run) => [run.id, run]))
    const undone = await undoneOf(store)
    const standings: Standing[] = []
    for (const account of await store.accounts.list()) {
      const { rows } = await store.feed.transactions({ accountId: account.id, states: ['posted', 'pending'], limit: 10_000 })
      for (const transaction of rows) {
        const observations = await store.feed.observations(transaction.id)
        const counting = observations.filter(({ runId }) => !undone.has(runId))
        const told = (counting.length === 0 ? observations : counting).map((one) => this.#reportOf(one, runs.get(one.runId)?.label ?? null))
        standings.push({ transaction, reports: told.map((one) => new Set(one.rows)), rows: new Set(told.flatMap((one) => one.rows)), isBooked: told.some((one) => one.isBooked) })
      }
    }
    return standings
  }

  /** The rows that look like the report in its source. `label`: the file; null: the bank. */
  #reportOf({ postedOn, amount, status, name, memo }: Observation, label: string | null): Report {
    if (label !== null) {
      const near = (this.files.get(label)?.lines ?? []).filter((line) => line.day === postedOn && line.minor === amount)
      const words = wordsOf(`${name ?? ''} ${memo ?? ''}`)
      const told = near.filter((line) => wordsOf(`${line.name} ${line.memo ?? ''}`) === words)
      const lines = told.length > 0 ? told : near
      return { rows: lines.map(({ truth }) => truth), isBooked: lines.some(({ held }) => !held) }
    }
    const isThis = (row: TruthRow): boolean => (status === 'posted' ? row.bookedOn === postedOn && row.minor === amount : row.pendingAt !== null && row.authorisedOn === postedOn && row.pendingMinor === amount)
    return { rows: this.#truth().filter((row) => isThis(row) && row.name.slice(0, 32) === name), isBooked: status === 'posted' }
  }

  async #shown(store: TenantStore, feedShowed: readonly TruthRow[]): Promise<ReadonlyMap<TruthRow, Shown>> {
    const shown = new Map<TruthRow, Shown>()
    const show = (row: TruthRow, on: string, booked: boolean): void => {
      const before = shown.get(row) ?? { days: new Set<string>(), booked: false }
      before.days.add(on)
      before.booked ||= booked
      shown.set(row, before)
    }
    for (const row of feedShowed) show(row, row.bookedOn, true)
    const undone = await undoneOf(store)
    for (const { id, label } of await store.runs.list({ limit: 10_000 })) {
      const file = label === null ? undefined : this.files.get(label)
      if (file === undefined || !file.isRight || undone.has(id)) continue
      for (const { truth, day, held } of file.lines) show(truth, day, !held)
    }
    return shown
  }
}

/** Runs that are taken back, with those of undos that were. */
async function undoneOf(store: TenantStore): Promise<ReadonlySet<string>> {
  return new Set((await store.history.undos()).filter(({ redoneAt }) => redoneAt === null).map(({ runId }) => runId))
}

/** Words in their order do not count: formats cut texts into fields of their own. */
function wordsOf(text: string): string {
  return text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '').sort().join(' ')
}

function commonOf([first, ...others]: readonly ReadonlySet<TruthRow>[]): ReadonlySet<TruthRow> {
  return others.reduce((common, rows) => new Set([...common].filter((row) => rows.has(row))), first!)
}

/**
 * As many pairs of a transaction and a row as there can be (augmenting paths). Rows of `first` are served before others, and each asks first for
 * a transaction of its amount, all reports of which can be the row: what was booked goes before what was only held.
 */
function pair(standings: readonly Standing[], first: ReadonlySet<TruthRow> = new Set()): ReadonlyMap<Standing, TruthRow> {
  const wanted = new Map<TruthRow, Standing[]>()
  for (const standing of standings) for (const row of standing.rows) wanted.set(row, [...(wanted.get(row) ?? []), standing])
  const misfit = (row: TruthRow, { transaction, reports }: Standing): number => (transaction.amount === row.minor ? 0 : 2) + (reports.every((rows) => rows.has(row)) ? 0 : 1)
  for (const [row, some] of wanted) some.sort((a, b) => misfit(row, a) - misfit(row, b))
  const taken = new Map<Standing, TruthRow>()
  const place = (row: TruthRow, tried: Set<Standing>): boolean => {
    for (const standing of wanted.get(row)!) {
      if (tried.has(standing)) continue
      tried.add(standing)
      const holder = taken.get(standing)
      if (holder !== undefined && !place(holder, tried)) continue
      taken.set(standing, row)
      return true
    }
    return false
  }
  for (const row of [...wanted.keys()].sort((a, b) => Number(first.has(b)) - Number(first.has(a)))) place(row, new Set())
  return taken
}
