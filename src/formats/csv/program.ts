/** By what the files of one exporting program are told from those of another: the headings of their columns. */
import { plainWords } from '../unstated.ts'
import type { Layout } from './layout.ts'

/** Of longer headings the beginning tells. */
const HEADING_MAX = 40
const HEADINGS_MAX = 60

/** `csv: amount | booking date | payee`; numbers and days, which change from file to file, are left out. Tables without headings are all one program: how many columns are filled changes from file to file as well. */
export function programOf(tables: readonly Pick<Layout, 'heading'>[]): string {
  const headings = new Set(tables.flatMap(({ heading }) => heading.map((cell) => plainWords(cell).replace(/[\d|]+/g, ' ').replace(/ +/g, ' ').trim().slice(0, HEADING_MAX).trim())).filter((cell) => cell !== ''))
  const told = headings.size === 0 ? ['no headings'] : [...headings].sort().slice(0, HEADINGS_MAX)
  return `csv: ${told.join(' | ')}`
}
