/**
 * The outer form of QIF (Quicken Interchange Format, Intuit 1997): headers with `!`, fields of one
 * letter, `^` at the end of a record. Yields registers and their records; lists that hold no
 * transactions (categories, classes, securities, prices, memorized) are passed over.
 */
import { failed, ok, type Result } from '../../domain/result.ts'
import type { AccountKind, FormatFailure } from '../../domain/statement.ts'
import { cleanText } from '../clean-text.ts'
import type { Line } from '../lines.ts'
import type { DateOrder } from '../written-date.ts'

/** `code` is the letter before the text; `text` is trimmed. */
export type QifField = { readonly code: string; readonly text: string; readonly line: number }

export type QifItem =
  /** `!Option:MDY` and its like. */
  | { readonly item: 'order'; readonly order: DateOrder }
  /** A register begins; `name` is that of the `!Account` block before it, null when there was none. */
  | {
      readonly item: 'register'
      readonly name: string | null
      readonly kind: AccountKind
      readonly investment: boolean
      readonly line: number
    }
  | { readonly item: 'record'; readonly fields: readonly QifField[]; readonly investment: boolean; readonly line: number }

const REGISTERS: ReadonlyMap<string, AccountKind> = new Map([
  ['bank', 'other'],
  ['cash', 'other'],
  ['ccard', 'credit_card'],
  ['oth a', 'other'],
  ['oth l', 'loan'],
  ['invst', 'investment'],
  ['port', 'investment'],
  ['401(k)/403(b)', 'investment'],
  ['mutual', 'investment'],
])

/** Splits of one record; a payroll record has some dozens. */
const FIELDS_MAX = 5_000

type Section = { readonly type: 'none' | 'account' | 'list' } | { readonly type: 'register'; readonly investment: boolean }

/** Groups lines to registers and records, in batches; the last item may be a failure. */
export async function* readQifItems(
  batches: AsyncIterable<Result<readonly Line[], FormatFailure>>,
): AsyncGenerator<Result<readonly QifItem[], FormatFailure>> {
  const reader = new ItemReader()
  for await (const batch of batches) {
    if (!batch.ok) return yield batch
    const items: QifItem[] = []
    for (const line of batch.value) {
      const failure = reader.accept(line, items)
      if (failure !== null) return yield failed(failure)
    }
    if (items.length > 0) yield ok(items)
  }
  const items: QifItem[] = []
  const cut = reader.cut()
  if (cut !== null) return yield failed(cut)
  reader.endRecord(items)
  if (items.length > 0) yield ok(items)
}

class ItemReader {
  #section: Section = { type: 'none' }
  #fields: QifField[] = []
  #isCut = false
  #account: { readonly name: string | null; readonly kind: AccountKind | null } | null = null

  accept({ text, number, isCut = false }: Line, items: QifItem[]): FormatFailure | null {
    this.#isCut = isCut
    const trimmed = text.trim()
    if (trimmed === '' || (trimmed.startsWith('#') && this.#fields.length === 0)) return null
    if (trimmed.startsWith('!')) {
      this.endRecord(items)
      this.#header(trimmed.slice(1), number, items)
      return null
    }
    // Text that went through a program which doubles `^` ends records with `^^`.
    if (/^\^+$/.test(trimmed)) {
      this.endRecord(items)
      return null
    }
    // A file without header is a bank register, as small programs write it.
    if (this.#section.type === 'none') {
      if (!/^[DTUMPNCLAS$]/.test(trimmed)) return notQif(number)
      this.#section = { type: 'register', investment: false }
      items.push({ item: 'register', name: null, kind: 'other', investment: false, line: number })
    }
    this.#fields.push({ code: trimmed[0]!, text: trimmed.slice(1).trim(), line: number })
    return this.#fields.length > FIELDS_MAX
      ? {
          code: 'limit_exceeded',
          message: `The record that begins on line ${this.#fields[0]!.line} has more than ${FIELDS_MAX} lines; its end (^) is missing.`,
          line: number,
        }
      : null
  }

  /** A record without its `^` is whole when its last line is; one that stops within a line was cut, perhaps within an amount. */
  cut(): FormatFailure | null {
    const last = this.#fields.at(-1)
    if (last === undefined || !this.#isCut) return null
    const message = `The file ends on line ${last.line} inside the record that begins on line ${this.#fields[0]!.line}, expected its end (^). Export it again.`
    return { code: 'truncated', message, line: last.line }
  }

  /** Also for a last record whose `^` is missing. */
  endRecord(items: QifItem[]): void {
    const fields = this.#fields
    this.#fields = []
    if (fields.length === 0) return
    if (this.#section.type === 'register')
      items.push({ item: 'record', fields, investment: this.#section.investment, line: fields[0]!.line })
    if (this.#section.type === 'account') {
      const find = (code: string): string | undefined => fields.find((field) => field.code === code)?.text
      this.#account = { name: cleanText(find('N')), kind: REGISTERS.get(find('T')?.toLowerCase() ?? '') ?? null }
    }
  }

  #header(header: string, line: number, items: QifItem[]): void {
    const plain = header.trim().toLowerCase()
    if (plain === 'account') {
      this.#section = { type: 'account' }
      return
    }
    const order = /^option:\s*(mdy|dmy|ymd)$/.exec(plain)?.[1] as DateOrder | undefined
    if (order !== undefined) items.push({ item: 'order', order })
    // `!Option:` and `!Clear:` switch how Quicken itself imports; they neither begin nor end a list.
    if (/^(option|clear):/.test(plain)) return
    const type = /^type:\s*(.*)$/.exec(plain)?.[1] ?? ''
    const kind = REGISTERS.get(type)
    if (kind === undefined) {
      this.#section = { type: 'list' }
      return
    }
    const investment = kind === 'investment'
    this.#section = { type: 'register', investment }
    items.push({ item: 'register', name: this.#account?.name ?? null, kind: this.#account?.kind ?? kind, investment, line })
  }
}

function notQif(line: number): FormatFailure {
  return {
    code: 'malformed',
    message: `Line ${line} is no QIF: a header such as !Type:Bank or a field such as D01/31/2020 was expected.`,
    line,
  }
}
