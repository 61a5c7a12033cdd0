/**
 * Which number of a date is the month, where the dates of a table fit both orders. Everything in the file that can tell is
 * asked, from what proves it to what only hints at it: the other dates of each row, days that its texts and its preamble
 * name, days after which the file cannot have rows, the country of its language and currency, and last the words of its
 * rows. What rests on words alone is told; where nothing tells, the person is asked.
 */
import { addDays, dayOf, daysBetween, type Day } from '../../domain/day.ts'
import { orderByWords } from '../country-words.ts'
import { plausibleOrders, possibleOrders, readDate, scanDate, usual, type DateOrder, type WrittenDate } from '../written-date.ts'
import { filled, type Columns } from './layout.ts'
import type { CsvRecord } from './records.ts'

type Order = 'dmy' | 'mdy'

/** What there is beside the rows. */
export type Surroundings = {
  readonly heading: readonly string[]
  readonly preamble: readonly CsvRecord[]
  /** Null when the source has no name. */
  readonly fileName: string | null
  /** After it there can be no rows; null when not told. */
  readonly today: Day | null
  /** What the language, the delimiter or the currency of the file is written with. */
  readonly habit: Order | null
  /** The account is kept in a country that writes the day first. */
  readonly isKeptThere: boolean
  /** What a person says. */
  readonly said: Order | null
  /** What a person said of a file of the same account before: it holds where nothing proves another order. */
  readonly remembered: Order | null
}

/** `told`: why the order was taken, where that is no proof; `open`: nothing tells; `remembered`: it was said before. */
export type ChosenOrder = { readonly order: DateOrder; readonly doubt: null | 'open' | 'remembered' | { readonly told: string }; readonly example: CsvRecord | null }

/** A row is at most so many days from others of its dates, and from a day that its text names. */
const NEAR = 31
const NAMED_NEAR = 10
/** A file is made in the zone of a computer, its rows in that of a bank. */
const SLACK = 1

export function orderOfDates(columns: Columns, rows: readonly CsvRecord[], around: Surroundings): ChosenOrder {
  const sure = (order: DateOrder): ChosenOrder => ({ order, doubt: null, example: null })
  if (around.said !== null) return sure(around.said)
  const dated = rows.flatMap((row) => {
    const date = scanDate(row.cells[columns.booked] ?? '')
    return date === null ? [] : [{ row, date }]
  })
  const dates = dated.map(({ date }) => date)
  const left = possibleOrders(dates)
  if (left.length === 1) return sure(left[0]!)
  const example = dated.find(({ date }) => isOpen(date))?.row ?? null
  if (example === null) return sure(usual(dates))
  const named = byNamedDays(columns, dated)
  const proved = byOthers(columns, rows) ?? byNearness(columns, rows) ?? (named?.isProof === true ? named.order : null) ?? byBounds(columns, rows, dates, around)
  if (proved !== null) return sure(proved)
  if (around.remembered !== null) return { order: around.remembered, doubt: 'remembered', example }
  const first = usual(dates)
  // Accounts in dollars are kept everywhere: their dates have the month first only where they are written as in America, and no words are of elsewhere.
  const habit = around.habit === 'mdy' && first !== 'mdy' ? null : around.habit
  const told = orderByWords(around.heading, rows.flatMap(({ cells }) => cells))
  if (habit === 'mdy' && told?.order === 'dmy') return { order: first, doubt: 'open', example }
  const plausible = plausibleOrders(left, dates, dated.map(({ row }) => [...columns.name, ...columns.memo].map((at) => row.cells[at] ?? '').join(' ')))
  if (plausible.length === 1 && (habit === null || plausible[0] === habit)) return sure(plausible[0]!)
  const separator = dates.find((date) => date.kind === 'numbers')?.separator
  if (separator === '.' && habit !== 'mdy') return sure('dmy')
  // Files of a country are written elsewhere as well.
  if (habit === 'mdy' || (habit === 'dmy' && around.isKeptThere)) return sure(habit)
  if (habit !== null) return { order: habit, doubt: { told: 'its language, its separators or its currency' }, example }
  // Two that disagree are none.
  const hint = told === null || named === null || told.order === named.order ? (told ?? named) : null
  if (hint !== null) return { order: hint.order, doubt: { told: `"${hint.word}"` }, example }
  if (separator !== '/') return { order: first, doubt: { told: `the sign between its numbers` }, example }
  return { order: first, doubt: 'open', example }
}

/** A date that is another day in the other order. One that is none there leaves nothing open: where two contradict each other, the reader names the line. */
function isOpen(date: WrittenDate): boolean {
  const [dmy, mdy] = [readDate(date, 'dmy'), readDate(date, 'mdy')]
  return date.kind === 'numbers' && dmy !== null && mdy !== null && dmy !== mdy
}

/** The one of both orders for which the test holds while it does not for the other. */
function only(holds: (order: Order) => boolean): Order | null {
  const [dmy, mdy] = [holds('dmy'), holds('mdy')]
  return dmy === mdy ? null : dmy ? 'dmy' : 'mdy'
}

function otherColumns({ booked, acted, value }: Columns): readonly number[] {
  return [acted, value].filter((at) => at !== null && at !== booked) as number[]
}

/** Days above 12 in another column of dates. */
function byOthers(columns: Columns, rows: readonly CsvRecord[]): Order | null {
  const others = otherColumns(columns).flatMap((at) => filled(rows, at).map(scanDate)).filter((date) => date !== null)
  return only((order) => others.every((date) => readDate(date, order) !== null))
}

/** A purchase and its booking are days apart, not months. */
function byNearness(columns: Columns, rows: readonly CsvRecord[]): Order | null {
  const pairs = otherColumns(columns).flatMap((at) => rows.map(({ cells }) => [scanDate(cells[columns.booked] ?? ''), scanDate(cells[at] ?? '')] as const))
  return only((order) =>
    pairs.every(([booked, other]) => {
      const [on, by] = [booked, other].map((date) => (date === null ? null : readDate(date, order)))
      return on == null || by == null || Math.abs(daysBetween(on, by)) <= NEAR
    }),
  )
}

const NAMED = /\b(?:(\d{1,2})[ -]?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (\d{1,2}))\b/i
const NUMBERS = /(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})(\2(?:\d{4}|\d{2}))?(?![\d/.-])/
const WHOLE = /(?<!\d)(20\d\d)[-/.]?(0[1-9]|1[0-2])[-/.]?(0[1-9]|[12]\d|3[01])(?!\d)/

/**
 * The days that texts name (`POS 05JAN`, `ON 02/08`) are those of their rows, or some days before them. Two numbers alone
 * may be something else that falls on such a day by chance (`OPEN 24/7`): one pair of them is no proof.
 */
function byNamedDays(columns: Columns, dated: readonly { readonly row: CsvRecord; readonly date: WrittenDate }[]): { readonly order: Order; readonly word: string; readonly isProof: boolean } | null {
  const votes = { dmy: new Map<string, boolean>(), mdy: new Map<string, boolean>() }
  for (const { row, date } of dated) {
    if (!isOpen(date)) continue
    const texts = [...columns.name, ...columns.memo].map((at) => row.cells[at] ?? '')
    const named = { dmy: namedNear(texts, readDate(date, 'dmy'), 'dmy'), mdy: namedNear(texts, readDate(date, 'mdy'), 'mdy') }
    const told = only((order) => named[order] !== null)
    if (told !== null) votes[told].set(named[told]!.word, named[told]!.isSure)
  }
  const order = only((one) => votes[one].size > 0)
  if (order === null) return null
  const [word] = votes[order].keys()
  return { order, word: word!, isProof: votes[order].size > 1 || [...votes[order].values()].includes(true) }
}

type Named = { readonly word: string; /** It is a day and nothing else. */ readonly isSure: boolean }

/** What names the day of a row, or one some days before it. */
function namedNear(texts: readonly string[], booked: Day | null, order: Order): Named | null {
  if (booked === null) return null
  for (const text of texts) {
    const named = namedIn(text)
    if (named === null) continue
    const [month, dayOfMonth] = named.month !== null ? [named.month, named.numbers[0]!] : order === 'dmy' ? [named.numbers[1]!, named.numbers[0]!] : [named.numbers[0]!, named.numbers[1]!]
    if (isNear(booked, month, dayOfMonth)) return named
  }
  return null
}

/** The first day that a text names. `month`: null where it is one of the two numbers. */
function namedIn(text: string): (Named & { readonly month: number | null; readonly numbers: readonly number[] }) | null {
  const named = NAMED.exec(text)
  if (named !== null) return { word: named[0], isSure: true, month: MONTHS.indexOf((named[2] ?? named[3]!).toLowerCase()) + 1, numbers: [Number(named[1] ?? named[4])] }
  const whole = WHOLE.exec(text)
  if (whole !== null) return { word: whole[0], isSure: true, month: Number(whole[2]), numbers: [Number(whole[3])] }
  const numbers = NUMBERS.exec(text)
  return numbers === null ? null : { word: numbers[0], isSure: numbers[4] !== undefined, month: null, numbers: [Number(numbers[1]), Number(numbers[3])] }
}

function isNear(booked: Day, month: number, dayOfMonth: number): boolean {
  return [0, -1].some((back) => {
    const named = dayOf(Number(booked.slice(0, 4)) + back, month, dayOfMonth)
    const before = named === null ? -1 : daysBetween(named, booked)
    return before >= 0 && before <= NAMED_NEAR
  })
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DATES = /\d{1,4}[-/. ](?:\d{1,2}|\p{L}{3,9})[-/. ]\d{2,4}/gu

/** Days beside the table and in the file's name: when it was made, or from when till when it goes. A row is not after the last of them, nor after today. */
function byBounds(columns: Columns, rows: readonly CsvRecord[], dates: readonly WrittenDate[], { preamble, fileName, today }: Surroundings): Order | null {
  const beside = [...preamble, ...rows.filter(({ cells }) => scanDate(cells[columns.booked] ?? '') === null)]
  // `12-13-14` is a sort code as well.
  const isWhole = (date: WrittenDate | null): date is WrittenDate => date !== null && (date.kind === 'day' || !date.shortYear)
  const written = beside.flatMap(({ cells }) => cells).flatMap((cell) => cell.match(DATES) ?? []).map(scanDate).filter(isWhole)
  const shown = only((order) => written.every((date) => readDate(date, order) !== null))
  if (shown !== null) return shown
  const names = [...(fileName ?? '').matchAll(new RegExp(WHOLE, 'g'))].map(([, year, month, day]) => dayOf(Number(year), Number(month), Number(day)))
  const known = [...written.map((date) => (date.kind === 'day' ? date.day : null)), ...preamble.flatMap(({ cells }) => cells).map(compactDay), ...names].filter((day) => day !== null).sort()
  const [from = today, last = today] = [known[0], known.at(-1)]
  const to = last !== null && today !== null && today < last ? today : last
  if (from === null || to === null) return null
  const within = (order: Order, holds: (day: Day) => boolean): boolean => dates.every((date) => holds(readDate(date, order) ?? to))
  return only((order) => within(order, (day) => day <= addDays(to, SLACK))) ?? (from === to ? null : only((order) => within(order, (day) => day >= addDays(from, -SLACK))))
}

function compactDay(cell: string): Day | null {
  const whole = WHOLE.exec(cell)
  return whole === null ? null : dayOf(Number(whole[1]), Number(whole[2]), Number(whole[3]))
}

