/**
 * Which row of the bank's ledger a reported row is. The bank derives its ids from its truth, so the
 * oracle can turn them back; it looks at nothing else that Relink concludes. Rows that a reader of the
 * statement cannot tell apart (same day, amount and words) are one kind, of which only the number counts.
 */
import type { Bank } from '../bank/bank.ts'
import { isBooked, isPending, type TruthRow } from '../bank/ledger/row.ts'
import { fitidOf } from '../bank/ofx/statement.ts'
import type { AccountState, LoginState } from '../bank/state.ts'

export type Known = { readonly row: TruthRow; readonly stage: 'pending' | 'booked'; /** The bank showed the row once more under an id of its own. */ readonly copy: boolean }

/** What a report shows of its row. */
export type Shown = { readonly amount: bigint; readonly postedOn: string; readonly name: string | null }

const kinds = new WeakMap<TruthRow, string>()

/** Rows with the same kind look the same once they are booked. */
export function kindOf(row: TruthRow): string {
  let kind = kinds.get(row)
  if (kind === undefined) kinds.set(row, (kind = `${row.bookedOn} ${row.minor} ${row.name} ${row.memo ?? ''}`))
  return kind
}

/** How a row looks while it is pending. */
export function pendingLook(row: TruthRow): string {
  return `${row.authorisedOn} ${row.pendingMinor} ${row.name}`
}

/** How well a report fits a row: the amount counts more than all else together, its sign as much as a day or a name. */
function likeness({ row, stage }: Known, { amount, postedOn, name }: Shown): number {
  const [minor, day] = stage === 'booked' ? [row.minor, row.bookedOn] : [row.pendingMinor, row.authorisedOn]
  const fits = [minor === amount, day === postedOn, row.name === name].filter(Boolean).length
  return (minor === amount || minor === -amount ? 4 : 0) + fits
}

/** The truth of one account of the bank. */
export class AccountTruth {
  readonly account: AccountState
  readonly #login: LoginState
  readonly #bank: Bank
  readonly #byId = new Map<string, Known[]>()
  readonly #looks = new Map<string, Set<string>>()
  #indexed = 0
  #epoch = 0

  constructor(bank: Bank, key: string) {
    const { login, account } = bank.find(key)
    this.#bank = bank
    this.#login = login
    this.account = account
  }

  get rows(): readonly TruthRow[] {
    return this.#login.ledger.rows(this.account.spec.key, this.#bank.now())
  }

  booked(at: number): readonly TruthRow[] {
    return this.rows.filter((row) => isBooked(row, at))
  }

  /** Whether the bank has the row now, as booked. */
  hasBooked(row: TruthRow): boolean {
    return isBooked(row, this.#bank.now())
  }

  /** Whether the bank has the row now, booked or pending. */
  has(row: TruthRow): boolean {
    const now = this.#bank.now()
    return isBooked(row, now) || isPending(row, now)
  }

  /**
   * The row behind an id. Where the bank used an id twice the amount tells, and of a purchase and its reversal what
   * else they show: a fault may have turned the sign, moved the day or worded the row anew, but not most of it at once.
   * Null: the bank never gave this id.
   */
  rowOf(id: string, shown: Shown): Known | null {
    this.#index()
    const found = [...(this.#byId.get(id) ?? []), ...this.#reused(id)]
    const known = found.length < 2 ? found[0] : found.map((one) => ({ one, likeness: likeness(one, shown) })).reduce((best, other) => (other.likeness > best.likeness ? other : best)).one
    if (known !== undefined) return known
    const original = id.endsWith('D') ? this.rowOf(id.slice(0, -1), shown) : null
    return original === null ? null : { ...original, copy: true }
  }

  /** The row, and those that look the same and were given the same id. */
  sharingId(row: TruthRow): readonly TruthRow[] {
    const { issuedIds } = this.account
    const id = issuedIds.get(row.id)
    return id === undefined ? [row] : this.rows.filter((other) => issuedIds.get(other.id) === id && kindOf(other) === kindOf(row))
  }

  /** The rows that the bank has now, booked or pending, and that look the same once they are booked. */
  alike(row: TruthRow): readonly TruthRow[] {
    return this.rows.filter((other) => this.has(other) && kindOf(other) === kindOf(row))
  }

  /** Whether some row of that kind looked like this while it was pending. */
  looked(kind: string, look: string): boolean {
    this.#index()
    return this.#looks.get(kind)?.has(look) === true
  }

  /** Ids that a fault gave to newer rows. */
  #reused(id: string): Known[] {
    const { issuedIds } = this.account
    if (issuedIds.size === 0) return []
    return this.rows.filter((row) => issuedIds.get(row.id) === id).map((row) => ({ row, stage: 'booked', copy: false }))
  }

  /** Ids of rows that are new since the last look, and of all when the bank gave all of them new ones. */
  #index(): void {
    const { rows, account } = this
    if (account.idEpoch !== this.#epoch) [this.#indexed, this.#epoch] = [0, account.idEpoch]
    const plain = { ...account, issuedIds: new Map<string, string>() }
    for (; this.#indexed < rows.length; this.#indexed++) {
      const row = rows[this.#indexed]!
      if (row.postedAt !== null) this.#add(fitidOf(row, plain, this.#bank.state), { row, stage: 'booked', copy: false })
      if (row.pendingAt !== null) this.#add(fitidOf(row, plain, this.#bank.state, 'pending'), { row, stage: 'pending', copy: false })
      if (row.pendingAt === null) continue
      const looks = this.#looks.get(kindOf(row)) ?? new Set()
      this.#looks.set(kindOf(row), looks.add(pendingLook(row)))
    }
  }

  #add(id: string, known: Known): void {
    const list = this.#byId.get(id)
    if (list === undefined) this.#byId.set(id, [known])
    else list.push(known)
  }
}
