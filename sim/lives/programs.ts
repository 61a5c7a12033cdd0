/**
 * The files of a simulated person: what a bookkeeping program or a bank's site writes of some days, in its own format, words, dates and
 * ids. The bytes are what a reader gets; beside them stands which row of the truth each line is, for the judge alone.
 */
import { BANK_ID } from '../../bank/customers.ts'
import type { TruthRow } from '../../bank/ledger/row.ts'
import { isBooked, isPending } from '../../bank/ledger/row.ts'
import { digitsOf } from '../../bank/random.ts'
import { contains, type Day, type DayRange } from '../../src/domain/day.ts'
import { formatMinor, parseDecimal, type Decimal } from '../../src/domain/money.ts'
import { writeCamt053 } from '../../src/formats/camt/write.ts'
import { toStatementAccount, toStatementRow, type ExportAccount, type ExportRow, type ExportStatement } from '../../src/formats/export.ts'
import { writeOfx } from '../../src/formats/ofx/write.ts'
import { writeQif } from '../../src/formats/qif/write.ts'
import type { Program } from './plan.ts'

/** A line of a file, and which row it is. `held`: as it was held; the bank had not booked it. */
export type Line = { readonly truth: TruthRow; readonly held: boolean; readonly day: Day; readonly minor: bigint; readonly name: string; readonly memo: string | null; readonly id: string | null; readonly status: 'posted' | 'pending' }

export type ExportedFile = { readonly bytes: Uint8Array; readonly lines: readonly Line[] }

/** The books of one account at one instant. */
export type Books = { readonly rows: readonly TruthRow[]; readonly now: number; readonly number: string; readonly balanceBefore: (day: Day) => bigint }

export async function exportFile(program: Program, books: Books, days: DayRange): Promise<ExportedFile> {
  const lines = linesOf(program, books, days)
  const opening = program.balance ? books.balanceBefore(days.from) : null
  return { bytes: await write(program, books, days, lines, opening), lines }
}

function linesOf(program: Program, { rows, now }: Books, days: DayRange): readonly Line[] {
  const all = rows.flatMap((truth): Line | [] => {
    const held = isPending(truth, now)
    if (held ? program.holds === 'none' : !isBooked(truth, now)) return []
    const day = held || program.dates === 'made' ? truth.authorisedOn : truth.bookedOn
    if (!contains(days, day)) return []
    const id = program.ids === 'none' ? null : digitsOf(`${truth.id}${held && program.ids === 'fresh' ? ' held' : ''}`, program.heading, 12)
    return { truth, held, day, minor: held ? truth.pendingMinor : truth.minor, ...worded(program, truth), id, status: held && program.holds === 'pending' ? 'pending' : 'posted' }
  })
  return all.sort((a, b) => (a.day === b.day ? a.truth.position - b.truth.position : a.day < b.day ? -1 : 1))
}

const KINDS: Readonly<Record<string, string>> = { POS: 'Card payment', XFER: 'Transfer', DIRECTDEBIT: 'Direct debit', DIRECTDEP: 'Incoming payment' }

function worded({ words }: Program, { name, memo, kind, position }: TruthRow): Pick<Line, 'name' | 'memo'> {
  if (words === 'bank') return { name, memo }
  if (words === 'titled') return { name: `${KINDS[kind] ?? 'Booking'} ${name.toLowerCase().replace(/\b[a-z]/g, (letter) => letter.toUpperCase())}`, memo }
  return { name: KINDS[kind] ?? 'Booking', memo: words === 'alike' ? null : `REF ${90_000 + position * 7}` }
}

const decimalOf = (minor: bigint): Decimal => parseDecimal(formatMinor(minor, 2))!
const CURRENCY = 'USD'

async function write(program: Program, books: Books, days: DayRange, lines: readonly Line[], opening: bigint | null): Promise<Uint8Array> {
  const account: ExportAccount = { id: books.number, name: 'Everyday', number: books.number, bankId: BANK_ID, kind: 'savings', currency: CURRENCY, institutionName: null }
  const closing = opening === null ? null : lines.reduce((sum, { minor }) => sum + minor, opening)
  const rows = lines.map((line): ExportRow => ({
    id: line.id ?? digitsOf(`${line.truth.id} ${books.now}`, 7, 12), postedOn: line.day, amount: decimalOf(line.minor), currency: CURRENCY, name: line.name, memo: line.memo, checkNumber: null, reference: null, kind: line.truth.kind, state: line.status,
  }))
  const balance = (minor: bigint | null, on: Day) => (minor === null ? null : { amount: decimalOf(minor), currency: CURRENCY, on })
  const statement: ExportStatement = { account, covers: days, opening: balance(opening, days.from), closing: balance(closing, days.to), leftOut: null, continues: opening === null, rows }
  if (program.format === 'qif') return bytesOf(writeQif({ ...statement, continues: true }))
  if (program.format === 'camt') return bytesOf(writeCamt053(statement, books.now))
  if (program.format === 'mt940') return Buffer.from(mt940(books.number, days, lines, opening, closing))
  if (program.format === 'csv') return Buffer.from(csv(program, lines, opening))
  const balances = closing === null ? [] : [{ kind: 'ledger' as const, amount: decimalOf(closing), currency: CURRENCY, on: days.to, at: null }]
  const ofx = { account: toStatementAccount(account), currency: CURRENCY, covers: days, rows: rows.map(toStatementRow), balances }
  return bytesOf(writeOfx([ofx], { version: '102', flavour: program.format, writtenAtMs: books.now }))
}

async function bytesOf(pieces: AsyncIterable<string | Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(Buffer.from(piece))
  return Buffer.concat(all)
}

type Heading = { readonly separator: string; readonly columns: readonly string[]; readonly balance: string; readonly id: string; readonly day: (day: Day) => string; readonly amount: (minor: bigint) => string; readonly texts: (line: Line) => readonly string[] }
const inOne = ({ name, memo }: Line): readonly string[] => [memo === null ? name : `${name} ${memo}`]
const german = (minor: bigint): string => formatMinor(minor, 2).replace('.', ',')
const plain = (minor: bigint): string => formatMinor(minor, 2)
const HEADINGS: readonly Heading[] = [
  { separator: ',', columns: ['Date', 'Description', 'Amount'], balance: 'Balance', id: 'Transaction ID', day: (day) => day, amount: plain, texts: inOne },
  { separator: ';', columns: ['Buchungstag', 'Verwendungszweck', 'Betrag'], balance: 'Saldo', id: 'Transaktionsnummer', day: (day) => day.split('-').reverse().join('.'), amount: german, texts: inOne },
  { separator: ';', columns: ['Posting date', 'Payee', 'Purpose', 'Value'], balance: 'Running balance', id: 'Unique ID', day: (day) => day, amount: plain, texts: ({ name, memo }) => [name, memo ?? ''] },
]

function csv({ heading, ids, holds }: Program, lines: readonly Line[], opening: bigint | null): string {
  const { separator, columns, balance, id, day, amount, texts } = HEADINGS[heading]!
  const quoted = (text: string): string => (text.includes(separator) ? `"${text}"` : text)
  let sum = opening
  const table = lines.map((line) => {
    if (sum !== null) sum += line.minor
    return [day(line.day), ...texts(line), amount(line.minor), ...(sum === null ? [] : [amount(sum)]), ...(holds === 'pending' ? [line.status === 'pending' ? 'Pending' : 'Booked'] : []), ...(ids === 'none' ? [] : [line.id!])]
  })
  const head = [...columns, ...(opening === null ? [] : [balance]), ...(holds === 'pending' ? ['Status'] : []), ...(ids === 'none' ? [] : [id])]
  return `${[head, ...table].map((cells) => cells.map(quoted).join(separator)).join('\n')}\n`
}

function mt940(number: string, { from, to }: DayRange, lines: readonly Line[], opening: bigint | null, closing: bigint | null): string {
  const short = (day: Day): string => day.slice(2).replaceAll('-', '')
  const unsigned = (minor: bigint): string => german(minor < 0n ? -minor : minor)
  const mark = (minor: bigint): string => (minor < 0n ? 'D' : 'C')
  const figure = (tag: string, minor: bigint | null, on: Day): readonly string[] => (minor === null ? [] : [`:${tag}:${mark(minor)}${short(on)}${CURRENCY}${unsigned(minor)}`])
  const entries = lines.flatMap((line) => [`:61:${short(line.day)}${short(line.day).slice(2)}${mark(line.minor)}${unsigned(line.minor)}NMSCNONREF`, `:86:${inOne(line).join('')}`])
  return [':20:STARTUMS', `:25:${BANK_ID}/${number}`, ':28C:00001/001', ...figure('60F', opening, from), ...entries, ...figure('62F', closing, to), '-', ''].join('\r\n')
}
