/**
 * Files that list several accounts one below the other, each under a title and a heading of its own. Read as one table,
 * the rows of all would stand in one account. A heading that is repeated on each page begins no table: only a title that
 * names another account does.
 */
import { balanceWordsIn, plainWords } from '../unstated.ts'
import { namesAccount } from './headed.ts'
import { isHeadingLine } from './headings.ts'
import type { CsvRecord } from './records.ts'

/** `from`: the index of its first record, which is its title but for the first table; `title` is null where there is but one. */
export type Table = { readonly from: number; readonly title: string | null }

/** A title has a period beside it at most. */
const TITLE_CELLS = 2

/** Not what an account is called, but what is said of it. */
const OF_IT = /kontostand|kontonummer|kontoinhaber|kontotyp|\b(number|balance|saldo|holder|type|no)\b/

export function tablesIn(records: readonly CsvRecord[]): readonly Table[] {
  const headings = records.flatMap(({ cells }, at) => (isHeadingLine(cells) ? [at] : []))
  const titles = headings.flatMap((heading) => titleAbove(records, heading) ?? [])
  const tables = titles.filter(({ title }, i) => titles.findIndex((other) => other.title === title) === i)
  // One without a title goes on with nothing.
  if (tables.length < 2 || titles[0]!.from > headings[0]!) return [{ from: 0, title: null }]
  return tables.map((table, i) => (i === 0 ? { ...table, from: 0 } : table))
}

function titleAbove(records: readonly CsvRecord[], heading: number): Table | null {
  let at = heading - 1
  while (at >= 0 && records[at]!.cells.filter((cell) => cell !== '').length <= TITLE_CELLS) at -= 1
  for (let from = at + 1; from < heading; from += 1) {
    const { cells } = records[from]!
    const title = cells.find((cell) => cell !== '') ?? ''
    if (balanceWordsIn(cells) === null && namesAccount(title) && !OF_IT.test(plainWords(title))) return { from, title }
  }
  return null
}
