/**
 * A reported row on its way into the feed: exact amounts in minor units, its report key and, only
 * when somebody asks for it, its content key. Nothing here touches the store.
 */
import { maxDay, minDay, type Day, type DayRange } from '../domain/day.ts'
import { moneyOf, type Currency } from '../domain/money.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { StatementRow } from '../domain/statement.ts'
import type { Digest, RowContent } from '../domain/transaction.ts'
import { DigestCounter } from './digest-set.ts'
import type { Standing } from './file-border.ts'
import { contentKey, normalisedText, presenceMark, reportKey, reportText } from './identity.ts'

export class Incoming {
  readonly content: RowContent
  readonly key: Digest
  readonly ordinal: number
  readonly providerId: string | null
  readonly pendingProviderId: string | null
  readonly corrects: StatementRow['corrects']
  readonly line: number
  readonly #row: StatementRow
  readonly #firstKey: Digest
  #apartKey: Digest | null = null
  #contentKey: Digest | null = null
  #text: string | null = null

  constructor(row: StatementRow, content: RowContent, key: Digest, ordinal: number, firstKey: Digest = key) {
    this.#row = row
    this.#firstKey = firstKey
    this.content = content
    this.key = key
    this.ordinal = ordinal
    this.providerId = row.providerId
    this.pendingProviderId = row.pendingProviderId
    this.corrects = row.corrects
    this.line = row.line
  }

  /** The key of the first row like this one in the answer; of a row without equals before it, its own. */
  get firstKey(): Digest {
    return this.#firstKey
  }

  /** The key of the same report once it was parted from a transaction that it had been taken for; see separate.ts. */
  get apartKey(): Digest {
    return (this.#apartKey ??= reportKey(this.key, 1))
  }

  /** The same row under its `apartKey`. */
  apart(): Incoming {
    return new Incoming(this.#row, this.content, this.apartKey, this.ordinal)
  }

  get contentKey(): Digest {
    return (this.#contentKey ??= contentKey(this.content.postedOn, this.content.amount, this.content.currency, this.text))
  }

  /** Name and memo, normalised. */
  get text(): string {
    return (this.#text ??= normalisedText(this.content.name, this.content.memo))
  }
}

export type UnreadableRow = { readonly line: number; readonly message: string }

/** What an answer is read for: the source's sign and scope, the account's currency and start. */
export type IntakeContext = {
  readonly sourceId: string
  readonly currency: Currency
  readonly sign: 1 | -1
  readonly startOn: Day | null
  /** False where nobody will ask what the answer shows. */
  readonly keepsMarks: boolean
  /** True where a row that comes again under its id is to be told, with an ordinal of its own; else it is dropped. */
  readonly keepsRepeats?: boolean
}

/** Ordinals under which repeats of an id have their keys; below them is `apartKey`. */
const REPEAT = 1

/** What programs write where they have no id: as an id it would make all such rows one. */
const NO_ID = /^(0+|-+|none|null|n\/?a|unknown)$/i

/**
 * Takes in the rows of one answer in their order: counts equal rows without an id, drops the same
 * report twice, and registers what the answer shows. One intake per answer.
 */
export class Intake {
  readonly #context: IntakeContext
  readonly #equals = new DigestCounter()
  readonly #keys = new DigestCounter()
  readonly #marks = new DigestCounter()
  #postedDays: DayRange | null = null

  constructor(context: IntakeContext) {
    this.#context = context
  }

  /** A row that stands before this answer, as if it had been shown: one with the same report comes after it, as another row. */
  goesOnFrom({ key, firstKey, amount }: Standing): void {
    this.#equals.add(firstKey)
    this.#keys.add(key)
    if (this.#context.keepsMarks) this.#marks.add(presenceMark(null, amount, key))
  }

  /** The row, which has no id, comes after so many equal ones, of which some were shown before this answer. */
  goesOnAt(row: StatementRow, ordinal: number): void {
    const { sourceId, currency, sign } = this.#context
    const money = moneyOf(row.amount, currency)
    if (!money.ok) return
    const report = reportText(sourceId, row, money.value.minor, currency)
    for (let at = 0; at < ordinal; at++) {
      const standing = { key: reportKey(report, at), firstKey: reportKey(report, 0), amount: money.value.minor * BigInt(sign) }
      if (!this.holds(standing.key)) this.goesOnFrom(standing)
    }
  }

  /** First and last day of the posted rows so far. */
  get postedDays(): DayRange | null {
    return this.#postedDays
  }

  /** Whether a row with this mark was taken in; see `presenceMark`. */
  shows(mark: Digest): boolean {
    return this.#marks.has(mark)
  }

  /** Whether a row with this report key was taken in. */
  holds(key: Digest): boolean {
    return this.#keys.has(key)
  }

  /** The row, or null when it is not for the feed (reported before in this answer, before the account's start). */
  take(given: StatementRow): Result<Incoming | null, UnreadableRow> {
    const row = given.providerId !== null && NO_ID.test(given.providerId) ? { ...given, providerId: null } : given
    const read = this.#read(row)
    if (!read.ok) return read
    const { key, content } = read.value
    const { startOn } = this.#context
    const isBefore = startOn !== null && content.postedOn < startOn
    const times = this.#keys.add(key)
    if (times > 0) return ok(this.#context.keepsRepeats && !isBefore ? this.#repeat(row, read.value, times) : null)
    if (this.#context.keepsMarks) this.#marks.add(presenceMark(row.providerId, content.amount, key))
    const { postedOn } = content
    if (content.status === 'posted') {
      const days = this.#postedDays
      if (days === null) this.#postedDays = { from: postedOn, to: postedOn }
      else if (postedOn < days.from || postedOn > days.to) this.#postedDays = { from: minDay(days.from, postedOn), to: maxDay(days.to, postedOn) }
    }
    return ok(isBefore ? null : read.value)
  }

  #repeat(row: StatementRow, first: Incoming, times: number): Incoming {
    const key = reportKey(first.key, REPEAT + times)
    this.#keys.add(key)
    return new Incoming(row, first.content, key, times, first.key)
  }

  #read(row: StatementRow): Result<Incoming, UnreadableRow> {
    const { sourceId, currency, sign } = this.#context
    const money = moneyOf(row.amount, currency)
    if (!money.ok) return failed({ line: row.line, message: money.failure.message })
    const report = reportText(sourceId, row, money.value.minor, currency)
    let key = reportKey(report, 0)
    let ordinal = 0
    if (row.providerId === null) {
      ordinal = this.#equals.add(key)
      if (ordinal > 0) key = reportKey(report, ordinal)
    }
    const content: RowContent = {
      status: row.status,
      postedOn: row.postedOn,
      transactedOn: row.transactedOn,
      valueOn: row.valueOn,
      amount: sign === 1 ? money.value.minor : -money.value.minor,
      currency,
      name: row.name,
      memo: row.memo,
      kind: row.kind,
      checkNumber: row.checkNumber,
      reference: row.reference,
      foreignAmount: row.foreign?.amount ?? null,
      foreignCurrency: row.foreign?.currency ?? null,
    }
    return ok(new Incoming(row, content, key, ordinal))
  }
}
