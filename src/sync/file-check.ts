/**
 * The first pass over a file: all of it is read and summed up, so that nothing of a damaged file is
 * stored, and its statements are put together by the account that they name. Holds no rows but a
 * sample of each account, by which an account is known that the file names badly or not at all.
 */
import type { AccountRef } from '../domain/account.ts'
import type { Currency } from '../domain/money.ts'
import { ok, type Result } from '../domain/result.ts'
import type { FormatFailure, StatementAccount, StatementHead, StatementRow, StatementStream } from '../domain/statement.ts'
import { isMasked, UNKNOWN_CURRENCY } from './account-ref.ts'
import { layersOf } from './file-layers.ts'
import { partByAccount } from './file-masks.ts'
import { StatementSum } from './statement-sum.ts'

/** The statements of one account in the file, before anybody knows which account that is. */
export type FileAccount = {
  /** How the file names it. Where it does not, `number` is `file:` and the name that the program or the file has. */
  readonly ref: AccountRef
  readonly named: StatementAccount
  readonly label: string
  /** `UNKNOWN_CURRENCY` when the file does not tell. */
  readonly currency: Currency
  /** No statement of it told the currency; whoever brought the file said it. */
  readonly currencyIsSaid: boolean
  /** See `StatementHead`. */
  readonly program: string | null
  readonly line: number
  readonly sums: readonly StatementSum[]
  readonly sample: readonly StatementRow[]
}

export type CheckedStatement = {
  readonly account: FileAccount
  readonly sum: StatementSum
  /** An earlier statement of the file says the same. */
  readonly isRepeated: boolean
  /** See `layersOf`. */
  readonly layer: number
  /** How often it begins or goes on. */
  readonly starts: number
}

/** What a person should hear of a file that was read: an account that the bank refused, rows that are no bookings. */
export type FileNotice = { readonly code: string; readonly message: string; readonly line: number; /** Whose rule of dates or missing currency it tells of. */ readonly accountId?: string }

export type CheckedFile = {
  readonly notices: readonly FileNotice[]
  readonly accounts: readonly FileAccount[]
  readonly statements: readonly CheckedStatement[]
  /** For each start of a statement in the stream, the statement that it begins or goes on with. */
  readonly starts: readonly CheckedStatement[]
}

type Draft = { -readonly [K in 'ref' | 'named' | 'label' | 'currency' | 'line']: FileAccount[K] } & {
  readonly sums: StatementSum[]
  /** One for all statements; one for each where the number is masked. */
  readonly samples: Map<StatementSum | null, Sample>
}

const NOTICES = 100
/** So many of the first rows of an account are in its sample, and so many of the last. */
export const SAMPLED = 200

/** Reads all of the file. `onRows` hears of each batch. */
export async function checkFile(stream: StatementStream, label: string, onRows: (rows: number) => void): Promise<Result<CheckedFile, FormatFailure>> {
  const drafts = new Map<string, Draft>()
  const owners = new Map<StatementSum, Draft>()
  const starts: StatementSum[] = []
  const notices: FileNotice[] = []
  let sum: StatementSum | null = null
  for await (const read of stream) {
    if (!read.ok) return read
    const part = read.value
    if (part.part === 'start') {
      const draft = draftFor(drafts, part.head, label)
      const before: StatementSum | undefined = part.head.continues === true ? draft.sums.at(-1) : undefined
      sum = before ?? new StatementSum(part.head, labelOf(draft.named, label))
      if (before === undefined) draft.sums.push(sum)
      owners.set(sum, draft)
      starts.push(sum)
      continue
    }
    if (sum === null) throw new Error('a statement part before the start of a statement')
    if (part.part === 'notice') {
      if (notices.length < NOTICES) notices.push({ code: part.code, message: part.message ?? part.code, line: part.line })
      continue
    }
    if (part.part === 'balance' && !sum.speaksOf(part.balance)) {
      const { kind, amount, currency, on } = part.balance
      if (notices.length < NOTICES) notices.push({ code: 'other_currency', message: `The ${kind} balance of ${on}, ${amount} ${currency}, is in another currency than the statement (${sum.head.currency}) and was left out.`, line: sum.head.line })
      continue
    }
    sum.take(part)
    if (part.part !== 'rows') continue
    const sample = sampleOf(owners.get(sum)!, sum)
    for (const row of part.rows) sample.take(row)
    onRows(part.rows.length)
  }
  return ok({ notices, ...checked([...drafts.values()], starts, owners) })
}

function checked(drafts: readonly Draft[], starts: readonly StatementSum[], owners: ReadonlyMap<StatementSum, Draft>): Omit<CheckedFile, 'notices'> {
  // Statements that do not tell their currency, or what kind of account they are of, are those of the account of that name that does, when there is only one.
  const merged = new Map<Draft, Draft>()
  const named = Map.groupBy(drafts, ({ ref }) => ref.number)
  for (const draft of drafts) {
    const telling = named.get(draft.ref.number)!.filter((other) => tellsMore(other, draft))
    const [most, another] = telling.filter((one) => !telling.some((other) => tellsMore(other, one)))
    merged.set(draft, most === undefined || another !== undefined ? draft : most)
  }
  const order = [...new Set(starts)]
  const times = new Map<StatementSum, number>()
  for (const sum of starts) times.set(sum, (times.get(sum) ?? 0) + 1)
  const ofDraft = Map.groupBy(order, (sum) => merged.get(owners.get(sum)!)!)
  const accounts: FileAccount[] = []
  const statements = new Map<StatementSum, CheckedStatement>()
  for (const draft of new Set(merged.values())) {
    const all = ofDraft.get(draft)!
    const rowsOf = (sum: StatementSum): readonly StatementRow[] => sampleOf(owners.get(sum)!, sum).rows()
    for (const sums of isMasked(draft.ref) ? partByAccount(all, rowsOf) : [all]) {
      const { ref, named, label, currency } = draft
      const samples = new Set(sums.map((sum) => sampleOf(owners.get(sum)!, sum)))
      const told = sums.filter(({ head }) => head.currency === currency)
      const account: FileAccount = { ref, named, label, currency, currencyIsSaid: told.length > 0 && told.every(({ head }) => head.currencyIsSaid === true), program: sums[0]!.head.program ?? null, line: sums[0]!.head.line, sums, sample: [...samples].flatMap((sample) => sample.rows()) }
      accounts.push(account)
      const repeated = repeats(sums)
      const layers = layersOf(sums.map((sum) => sum.lying))
      sums.forEach((sum, index) => statements.set(sum, { account, sum, isRepeated: repeated.has(sum), layer: layers[index]!, starts: times.get(sum)! }))
    }
  }
  return { accounts, statements: order.map((sum) => statements.get(sum)!), starts: starts.map((sum) => statements.get(sum)!) }
}

function repeats(sums: readonly StatementSum[]): ReadonlySet<StatementSum> {
  const first = new Map<string, StatementSum>()
  const repeated = new Set<StatementSum>()
  for (const sum of sums) {
    if (first.has(sum.digest)) repeated.add(sum)
    else first.set(sum.digest, sum)
  }
  return repeated
}

function draftFor(drafts: Map<string, Draft>, head: StatementHead, label: string): Draft {
  const { bankId, branchId, number, kind, name } = head.account
  const ref: AccountRef = { bankId, branchId, kind, number: number ?? `file:${name ?? label}` }
  // One number may stand for an account in each of several currencies.
  const currency = head.currency ?? UNKNOWN_CURRENCY
  const key = [bankId, branchId, ref.number, kind, currency].join('\u001f')
  const known = drafts.get(key)
  if (known !== undefined) return known
  const draft: Draft = { ref, named: head.account, label, currency, line: head.line, sums: [], samples: new Map() }
  drafts.set(key, draft)
  return draft
}

function sampleOf({ ref, samples }: Draft, sum: StatementSum): Sample {
  const key = isMasked(ref) ? sum : null
  const sample = samples.get(key) ?? new Sample()
  samples.set(key, sample)
  return sample
}

/** Whether the one says all that the other says of its account, and what that leaves open. */
function tellsMore(one: Draft, other: Draft): boolean {
  const [a, b] = [one.ref, other.ref]
  if (one === other || a.bankId !== b.bankId || a.branchId !== b.branchId || a.number !== b.number) return false
  const [opensCurrency, opensKind] = [other.currency === UNKNOWN_CURRENCY && one.currency !== UNKNOWN_CURRENCY, b.kind === 'other' && a.kind !== 'other']
  return (opensCurrency || opensKind) && (opensCurrency || one.currency === other.currency) && (opensKind || a.kind === b.kind)
}

/** What a person reads as the account's name. */
export function labelOf(account: StatementAccount, label: string): string {
  return account.number ?? account.name ?? label
}

/** The first and the last rows: where a file meets others of its account, it is at its ends. */
class Sample {
  readonly #first: StatementRow[] = []
  readonly #last: StatementRow[] = []
  #next = 0

  take(row: StatementRow): void {
    if (this.#first.length < SAMPLED) {
      this.#first.push(row)
      return
    }
    this.#last[this.#next] = row
    this.#next = (this.#next + 1) % SAMPLED
  }

  rows(): readonly StatementRow[] {
    return [...this.#first, ...this.#last]
  }
}
