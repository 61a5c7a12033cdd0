/**
 * Files that list several accounts one below the other, each under a title and a heading of its own. Read as one table,
 * the rows of all would stand in one account. A heading that is repeated on each page begins no table: only a title that
 * names another account does: another kind, or another number; and a heading of other columns, by which the rows below it
 * are read, in the same account. What else a title says may be of a page, of a month, or of the rows below it: what is booked
 * and what is pending, what came and what went.
 */
import type { FormatFailure } from '../../domain/statement.ts'
import { balanceWordsIn, plainWords } from '../unstated.ts'
import { scanAmount } from '../written-amount.ts'
import { monthOf, scanDate } from '../written-date.ts'
import { accountWordsIn } from './account-names.ts'
import { isHeadingLine, readHeading, type Role } from './headings.ts'
import { accountInPreamble } from './preamble.ts'
import type { CsvRecord } from './records.ts'
import { AMOUNTS, DATES } from './roles.ts'

/** `from`: the index of its first record, which is its title but for the first table; `title` is null where there is but one. */
export type Table = { readonly from: number; readonly title: string | null; /** Equal for tables below one title: what stands above the first is said of all. */ readonly group: number; /** A table above is of the same account. */ readonly goesOn: boolean; /** Tables stand under titles of one kind whose other words differ: they may be of several accounts. */ readonly mayMix: boolean }

/** A title has a period beside it at most. */
export const TITLE_CELLS = 2

/** Nobody calls an account longer. */
const TITLE_MAX = 200

/** Not what an account is called, but what is said of it. */
const OF_IT = /kontostand|kontonummer|kontoinhaber|kontotyp|\b(number|balance|saldo|holder|type|no)\b/

/** Kinds of payments as well as of accounts. */
const OF_PAYMENTS = /^(credit|debit|cash|bargeld|especes|efectivo|contanti|dinheiro|contant|kontant\w*|gotowka|hotovost|наличные)$/
/** Days and years, which are no number of an account. */
const DAYS = /(?<!\d)(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(19|20)\d\d([01]\d[0-3]\d)?)(?!\d)/g

/** What stands in another column makes another row of it. */
const TELLING: ReadonlySet<Role> = new Set<Role>([...DATES, ...AMOUNTS, 'mark', 'currency', 'status'])

type Title = { readonly from: number; readonly title: string; /** Equal for titles of one account. */ readonly account: string }

export function tablesIn(records: readonly CsvRecord[]): readonly Table[] {
  const headings = records.flatMap(({ cells }, at) => (isHeadingLine(cells) ? [at] : []))
  const titles = headings.flatMap((heading) => titleAbove(records, heading) ?? [])
  const changes = titles.filter(({ account }, i) => account !== titles[i - 1]?.account)
  // One without a title goes on with nothing.
  if (changes.length < 2 || titles[0]!.from > headings[0]!) return withOtherHeadings(records, headings, [{ from: 0, title: null, group: 0, goesOn: false, mayMix: new Set(titles.map(({ title }) => nameWordsIn(title)).filter((words) => words !== '')).size > 1 }])
  // An account that comes again has the title of before.
  const tables = changes.map(({ from, account }, i) => {
    const first = titles.find((title) => title.account === account)!
    return { from: i === 0 ? 0 : from, title: nameIn(first.title), group: 0, goesOn: first.from !== from, mayMix: false }
  })
  return withOtherHeadings(records, headings, tables)
}

/** Tables within these that begin with a heading of other columns, where rows stand below both headings. */
function withOtherHeadings(records: readonly CsvRecord[], headings: readonly number[], tables: readonly Table[]): readonly Table[] {
  return tables.flatMap((table, i) => {
    const to = tables[i + 1]?.from ?? records.length
    const within = headings.filter((at) => at >= table.from && at < to)
    const withRows = within.filter((at, j) => records.slice(at + 1, within[j + 1] ?? to).filter(isDated).length > 0 && !isSummary(records, at, within[j + 1] ?? -1))
    const changes = withRows.filter((at, j) => j > 0 && !isSameHeading(records[at]!.cells, records[withRows[j - 1]!]!.cells))
    return [{ ...table, group: i }, ...changes.map((from) => ({ ...table, from, group: i, goesOn: true }))]
  })
}

/** A day and more than a title has beside it, or just its amount. */
export function isDated({ cells }: CsvRecord): boolean {
  const others = cells.filter((cell) => cell !== '' && scanDate(cell) === null)
  const told = cells.filter((cell) => cell !== '').length
  return told > others.length && (told > TITLE_CELLS || (others.length === 1 && scanAmount(others[0]!) !== null))
}

/** A heading of several balances with one line of figures under it, and another heading under that: what the account holds, above its rows. */
export function isSummary(records: readonly CsvRecord[], named: number, lower: number): boolean {
  const [heading, next] = [records[named]!.cells, records[lower]?.cells]
  const balances = heading.filter((cell) => readHeading(cell).meanings.some(({ role }) => role === 'balance'))
  return next !== undefined && lower === named + 2 && balances.length > 1 && heading.join() !== next.join() && records.length > lower + 1
}

/** Whether the same cells of a row stand below the words of both, whatever the words are. */
function isSameHeading(one: readonly string[], other: readonly string[]): boolean {
  const meant = (cell = ''): string => {
    const role = readHeading(cell).meanings[0]?.role
    return role === undefined || !TELLING.has(role) ? '' : role
  }
  return Array.from({ length: Math.max(one.length, other.length) }, (_, at) => at).every((at) => (one[at] ?? '') === (other[at] ?? '') || meant(one[at]) === meant(other[at]))
}

/**
 * Looks at the records of a file one by one for a title or a heading that the part which was looked at whole did not have: in a
 * long file the next account may begin anywhere, and its rows would stand in the one before, or by other columns.
 */
export class TitleWatch {
  /** Records that may be titles, since the last one that cannot. */
  #above: CsvRecord[] = []
  #first: Title | null = null
  #heading: readonly string[] | null = null

  /** `isSample`: the record was looked at with the whole. */
  take(record: CsvRecord, isSample: boolean): FormatFailure | null {
    if (record.cells.filter((cell) => cell !== '').length <= TITLE_CELLS) {
      this.#above.push(record)
      return null
    }
    // Most records are rows below rows, and no heading has a figure.
    const isCandidate = this.#above.length > 0 || this.#heading === null || !record.cells.some((cell) => /\d/.test(cell))
    const above = this.#above
    this.#above = []
    if (!isCandidate || !isHeadingLine(record.cells)) return null
    const title = titleAbove([...above, record], above.length)
    const before = this.#heading
    if (before === null) this.#first = title
    this.#heading = record.cells
    if (isSample) return null
    if (this.#first === null || title === null || title.account === this.#first.account) return before === null || isSameHeading(before, record.cells) ? null : otherHeading(record)
    const { line } = above[title.from]!
    return anotherAccount(line, title.title)
  }
}

export function anotherAccount(line: number, title: string): FormatFailure {
  return { code: 'account_unclear', message: `Another account begins on line ${line} (“${title}”). A file this long is read for one account: save each account in a file of its own.`, line }
}

function otherHeading({ line }: CsvRecord): FormatFailure {
  return { code: 'malformed', message: `Another heading stands on line ${line}, with other columns than the one above it. A file this long is read by one heading: save the rows below it in a file of their own.`, line }
}

function titleAbove(records: readonly CsvRecord[], heading: number): Title | null {
  let at = heading - 1
  while (at >= 0 && records[at]!.cells.filter((cell) => cell !== '').length <= TITLE_CELLS) at -= 1
  for (let from = at + 1; from < heading; from += 1) {
    const { cells } = records[from]!
    const title = cells.find((cell) => cell !== '') ?? ''
    // `Konto;DE02120300000000202051`.
    const number = accountInPreamble([{ ...records[from]!, cells: cells.map((cell) => cell.slice(0, TITLE_MAX)) }])
    if (number !== null) return { from, title, account: number.replace(/[ -]/g, '') }
    const kinds = accountWordsIn(title)
    if (balanceWordsIn(cells) === null && kinds.length > 0 && !OF_IT.test(plainWords(title))) return { from, title, account: accountOf(title, kinds) }
  }
  return null
}

function accountOf(title: string, kinds: readonly string[]): string {
  const numbers = title.replace(DAYS, ' ').match(/\d{4,}/g) ?? []
  return [...new Set(kinds.filter((kind) => !OF_PAYMENTS.test(kind))), ...numbers].join(' ')
}

/** What a title says beside the name: of a page, of a state, of what came and what went. */
const OF_ROWS = /^(seite|page|pagina|side|sida|strana|blatt|teil|part|von|of|de|di|van|vom|bis|to|from|und|and|et|pending|posted|booked|gebucht\w*|vorgemerkt\w*|offen\w*|cleared|scheduled|recent|older|transactions?|statement|activity|history|list|liste|umsatze?|kontoumsatze?|buchungen|kontoauszug|kontobewegungen|bewegungen|movimientos|movimenti|operations?|ein|aus|in|out|paid|money|deposits?|withdrawals?|income|expenses?|einnahmen|ausgaben|additions|fees|payments?|purchases|checks|continued|fortsetzung)$/

/** The words of a title that may tell one account of a kind from another one (`Sparkonto Urlaub`). */
function nameWordsIn(title: string): string {
  const kinds = new Set(accountWordsIn(title))
  return plainWords(nameIn(title).replace(/\d+/g, ' ')).split(' ').filter((word) => /\p{L}{2}/u.test(word) && !kinds.has(word) && !OF_ROWS.test(word) && monthOf(word) === 0).join(' ')
}

/** Without the days or the month of this file: the next one is of others, and of the same account. */
function nameIn(title: string): string {
  const left = title.replace(/(\p{L}+)\.?\s+(?=(19|20)\d\d(?!\d))/gu, (written, word: string) => (monthOf(word) > 0 ? '' : written)).replace(DAYS, ' ')
  return left === title ? title : left.replace(/\([\s–-]*\)/g, '').replace(/\s+/g, ' ').replace(/[\s–:,;|/-]+$/, '')
}
