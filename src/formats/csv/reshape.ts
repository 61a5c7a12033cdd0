/**
 * Tables that say in several columns what others say in one, brought into the usual shape before anything is inferred: a date
 * whose year, month and day have a column each, payments that name what left one side and what reached the other, with a
 * direction that tells which side is the account's, letters for the two words of a heading, and records of several kinds. Statements
 * of brokers in sections are in sectioned.ts, lists of exchanges in exchanges.ts, of what cards were charged in charged.ts.
 * All other tables stay as they are.
 */
import { plainWords } from '../unstated.ts'
import { scanAmount } from '../written-amount.ts'
import { readCurrency } from '../written-currency.ts'
import { scanDate } from '../written-date.ts'
import { chargedBeside } from './charged.ts'
import { coinsMoved } from './exchanges.ts'
import { isHeadingLine, readHeading } from './headings.ts'
import { markOf } from './layout.ts'
import type { CsvRecord } from './records.ts'
import { sectionsTogether } from './sectioned.ts'

type Reshape = (record: CsvRecord) => CsvRecord

const HEADING_WITHIN = 100
/** Of records: head, rows, foot, and some more. */
const KINDS = 6
/** Footers and single odd rows unmake no column. */
const MOST = 0.8

/** `操作日(年)`, `Year`. */
const PARTS = [/年|\b(year|jahr|annee|ano|anno|jaar|ar|rok|yil)\b/, /月|\b(month|monat|mois|mes|mese|maand|manad|miesiac|ay)\b/, /日|\b(day|tag|jour|dia|giorno|dag|dzien|gun)\b/] as const

/** What brings each record of the file into shape; null where it is in shape. */
export function reshapeOf(records: readonly CsvRecord[]): Reshape | null {
  let shaped = records
  const steps: Reshape[] = []
  for (const find of [sectionsTogether, coinsMoved, headingTogether, datesTogether, ownSides, betweenAccounts, chargedBeside, heldBeside, sideOfBalance, wholeWords, rowsUnderBang, rowsUnderCode, rowsByCode]) {
    const step = find(shaped)
    if (step === null) continue
    steps.push(step)
    shaped = shaped.map(step)
  }
  return steps.length === 0 ? null : (record) => steps.reduce((before, step) => step(before), record)
}

function put(record: CsvRecord, cells: ReadonlyMap<number, string>): CsvRecord {
  return { ...record, cells: record.cells.map((cell, at) => cells.get(at) ?? cell) }
}

/** A heading in which a word stands twice, and a line of words above or below it that tells which is which: both in one. */
function headingTogether(records: readonly CsvRecord[]): Reshape | null {
  const index = records.slice(0, HEADING_WITHIN).findIndex(({ cells }) => isHeadingLine(cells))
  const heading = records[index]
  if (heading === undefined) return null
  const plain = heading.cells.map(plainWords)
  const twice = plain.flatMap((word, at) => (word !== '' && plain.indexOf(word) !== plain.lastIndexOf(word) ? [at] : []))
  const tells = (other: CsvRecord | undefined): boolean => other !== undefined && Math.abs(other.line - heading.line) === 1 && other.cells.length === heading.cells.length && other.cells.every((cell) => !/\d/.test(cell)) && twice.every((at) => other.cells[at] !== '') && new Set(twice.map((at) => plainWords(other.cells[at]!))).size === twice.length
  const other = twice.length === 0 ? undefined : [records[index - 1], records[index + 1]].find(tells)
  if (other === undefined) return null
  return (record) => (record.line === other.line ? { ...record, cells: [''] } : record.line !== heading.line ? record : put(record, new Map(twice.map((at) => [at, `${other.cells[at]} ${heading.cells[at]}`]))))
}

/** In the first of the three columns all of the date, in the others nothing. */
function datesTogether(records: readonly CsvRecord[]): Reshape | null {
  for (const [index, heading] of records.slice(0, HEADING_WITHIN).entries()) {
    const at = heading.cells.findIndex((_, column) => PARTS.every((part, i) => part.test(partIn(heading.cells[column + i] ?? ''))))
    if (at === -1) continue
    const rows = records.slice(index + 1)
    const dated = rows.filter((row) => dateAt(row, at) !== null)
    if (dated.length === 0 || dated.length < rows.length * MOST) continue
    return (record) => {
      if (record.line === heading.line) return put(record, new Map([[at, 'Date'], [at + 1, ''], [at + 2, '']]))
      const date = dateAt(record, at)
      return date === null ? record : put(record, new Map([[at, date], [at + 1, ''], [at + 2, '']]))
    }
  }
  return null
}

/** Nobody names a part with more. */
const LONGEST_PART = 200

/** What a bracket tells, or else all words. */
function partIn(cell: string): string {
  return /[(（](.+)[)）]/u.exec(cell.slice(0, LONGEST_PART))?.[1] ?? plainWords(cell)
}

function dateAt({ cells }: CsvRecord, at: number): string | null {
  const [year = '', month = '', day = ''] = cells.slice(at, at + 3)
  return /^\d{4}$/.test(year) && /^\d{1,2}$/.test(month) && /^\d{1,2}$/.test(day) ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : null
}

const SIDES: readonly (readonly [RegExp, string])[] = [
  [/^source amount( after fees)?$/, 'debit'], [/^source currency$/, 'debit currency'], [/^source fee amount$/, 'fee'],
  [/^target amount( after fees)?$/, 'credit'], [/^target currency$/, 'credit currency'], [/^source name$/, 'payer'], [/^target name$/, 'payee'],
]

/** Who lists payments by their two sides lists each once: of one that was refunded no other row brings the money back. */
const REFUNDED = /^(refunded|returned|erstattet|rembourse|reembolsad[oa]|rimborsat[oa])$/

/** Of a payment out what left, of one in what came; of an exchange both; of what stays within one currency nothing. */
function ownSides(records: readonly CsvRecord[]): Reshape | null {
  const heading = records.slice(0, HEADING_WITHIN).find(({ cells }) => isHeadingLine(cells))
  if (heading === undefined) return null
  const named = new Map(heading.cells.flatMap((cell, at) => SIDES.filter(([words]) => words.test(plainWords(cell))).map(([, name]) => [name, at] as const)))
  const direction = heading.cells.findIndex((cell) => readHeading(cell).meanings.some(({ role }) => role === 'mark') && plainWords(cell) === 'direction')
  const [out, into, outCurrency, inCurrency] = ['debit', 'credit', 'debit currency', 'credit currency'].map((name) => named.get(name))
  if (direction === -1 || out === undefined || into === undefined || outCurrency === undefined || inCurrency === undefined) return null
  const fee = named.get('fee')
  const headed = new Map([...named].map(([name, at]) => [at, name === 'debit' && plainWords(heading.cells[at]!).endsWith('after fees') ? 'debit after fees' : name]))
  headed.set(direction, '')
  const status = heading.cells.findIndex((cell) => readHeading(cell).meanings.some(({ role }) => role === 'status'))
  return (record) => {
    if (record.line === heading.line) return put(record, headed)
    const cell = (at: number): string => record.cells[at] ?? ''
    if (status !== -1 && REFUNDED.test(plainWords(cell(status)))) return put(record, new Map([[status, 'cancelled'], [direction, '']]))
    const side = markOf(cell(direction))
    if (side === null && cell(outCurrency) === cell(inCurrency) && cell(out) === cell(into)) return put(record, new Map([[out, '-'], [into, '-'], ...(fee === undefined ? [] : [[fee, ''] as const]), [direction, '']]))
    const others = side === 'out' ? [into, inCurrency] : side === 'in' ? [out, outCurrency, ...(fee === undefined ? [] : [fee])] : []
    return put(record, new Map([...others, direction].map((at) => [at, ''])))
  }
}

/** `From Account`, `To Account`, and the like. */
const FROM_ACCOUNT = /^((from|source|sending) account|compte (source|debite)|cuenta (de )?origen|conto (di )?origine|conta (de )?origem|(quell|absender|belastungs)konto|von konto|van rekening|fran konto|fra konto)$/
const TO_ACCOUNT = /^((to|target|destination|receiving) account|compte (de )?(destination|credite)|cuenta (de )?destino|conto (di )?destinazione|conta (de )?destino|(ziel|empfanger|gutschrifts)konto|(auf|an|nach) konto|naar rekening|till konto|til konto)$/

/** Amounts without signs between two columns of accounts: the one that stands in every row, here or there, is the list's own, and its side tells which way the money went. */
function betweenAccounts(records: readonly CsvRecord[]): Reshape | null {
  const index = records.slice(0, HEADING_WITHIN).findIndex(({ cells }) => isHeadingLine(cells))
  const heading = records[index]?.cells ?? []
  const is = (words: RegExp): readonly number[] => heading.flatMap((cell, at) => (words.test(plainWords(cell)) ? [at] : []))
  const amounts = heading.flatMap((cell, at) => (readHeading(cell).meanings[0]?.role === 'amount' ? [at] : []))
  const [[from, from2], [to, to2], [amount, amount2]] = [is(FROM_ACCOUNT), is(TO_ACCOUNT), amounts]
  if (from === undefined || to === undefined || amount === undefined || [from2, to2, amount2].some((at) => at !== undefined)) return null
  const rows = records.slice(index + 1).filter(({ cells }) => cells.length === heading.length && cells.some((cell) => scanDate(cell) !== null))
  if (rows.some(({ cells }) => !/^[^-−(]*\d[^-−)]*$/.test(cells[amount]!))) return null
  const own = [...new Set(rows.flatMap(({ cells }) => [cells[from]!, cells[to]!]))].filter((name) => name !== '' && rows.every(({ cells }) => (cells[from] === name) !== (cells[to] === name)))
  const [name, another] = own
  if (name === undefined || another !== undefined) return null
  return (record) => {
    if (record.line === records[index]!.line) return put(record, new Map([[from, 'Account'], [to, 'Payee']]))
    const { cells } = record
    if (cells.length !== heading.length || !cells.some((cell) => scanDate(cell) !== null)) return record
    // A row far below that is not the list's own is refused with its line.
    if ((cells[from] === name) === (cells[to] === name)) return put(record, new Map([[amount, `“${cells[from]}” to “${cells[to]}”`]]))
    const isOut = cells[from] === name
    return put(record, new Map([[from, name], [to, isOut ? cells[to]! : cells[from]!], ...(isOut ? [[amount, `-${cells[amount]}`] as const] : [])]))
  }
}

/** An amount that is only held, not booked: `Kwota blokady`. */
const HELD = /\b(blokad\w*|hold|held|blocked|authori[sz]ation|reserviert\w*|vorgemerkt\w*)\b/
const AMOUNT_WORD = /\b(amount|betrag|kwota)\b/

/** Where what is held has a column of its own beside what was booked: in the column of amounts, and pending. */
function heldBeside(records: readonly CsvRecord[]): Reshape | null {
  const index = records.slice(0, HEADING_WITHIN).findIndex(({ cells }) => isHeadingLine(cells))
  const heading = records[index]
  if (heading === undefined) return null
  const is = (held: boolean) => (cell: string): boolean => AMOUNT_WORD.test(plainWords(cell)) && HELD.test(plainWords(cell)) === held
  const [held, booked] = [heading.cells.findIndex(is(true)), heading.cells.findIndex(is(false))]
  const isHeld = ({ cells }: CsvRecord): boolean => (cells[booked] ?? '') === '' && scanAmount(cells[held] ?? '') !== null
  if (held === -1 || booked === -1 || !records.slice(index + 1).some(isHeld)) return null
  return (record) => {
    if (record.line === heading.line) return put(record, new Map([[held, 'Status']]))
    if (!isHeld(record)) return put(record, new Map([[held, '']]))
    const currency = record.cells[held + 1] ?? ''
    return put(record, new Map([[booked, record.cells[held]!], [held, 'pending'], ...(readCurrency(currency) !== null && record.cells[booked + 1] === '' ? [[booked + 1, currency] as const] : [])]))
  }
}

const CREDIT_OR_DEBIT = /^(cr|dr)\.?$/i

/** A second column of directions, behind the balance: it is that of the balance, and stands in one cell with it. */
function sideOfBalance(records: readonly CsvRecord[]): Reshape | null {
  const index = records.slice(0, HEADING_WITHIN).findIndex(({ cells }) => isHeadingLine(cells))
  const heading = records[index]
  if (heading === undefined) return null
  const roles = heading.cells.map((cell) => readHeading(cell).meanings[0]?.role)
  const rows = records.slice(index + 1)
  const areSides = (at: number): boolean => rows.some(({ cells }) => (cells[at] ?? '') !== '') && rows.every(({ cells }) => (cells[at] ?? '') === '' || CREDIT_OR_DEBIT.test(cells[at]!))
  const at = roles.findIndex((role, column) => column > 0 && roles[column - 1] === 'balance' && (role === 'mark' || heading.cells[column] === '') && areSides(column))
  const hasOther = roles.some((role, column) => role === 'mark' && column !== at && areSides(column)) || (roles.includes('debit') && roles.includes('credit'))
  if (at === -1 || !hasOther) return null
  return (record) => {
    if (record.line === heading.line) return put(record, new Map([[at, '']]))
    const [balance = '', side = ''] = record.cells.slice(at - 1, at + 1)
    return CREDIT_OR_DEBIT.test(side) && scanAmount(balance) !== null ? put(record, new Map([[at - 1, `${balance} ${side}`], [at, '']])) : record
  }
}

/** Letters that stand for the two words of their heading: `C` and `A` below `Cargo/Abono` are a charge and a payment in. */
function wholeWords(records: readonly CsvRecord[]): Reshape | null {
  const index = records.slice(0, HEADING_WITHIN).findIndex(({ cells }) => isHeadingLine(cells))
  if (index === -1) return null
  const rows = records.slice(index + 1)
  const words = records[index]!.cells.map((heading, at) => {
    const [first, second, ...more] = heading.split(/\s*[/|-]\s*/)
    if (first === undefined || second === undefined || more.length > 0) return null
    const [one, other] = [markOf(first), markOf(second)]
    const byLetter = new Map([first, second].map((word) => [word.slice(0, 1).toLowerCase(), word]))
    const letters = rows.map(({ cells }) => cells[at] ?? '').filter((cell) => cell !== '')
    const isTold = one !== null && other !== null && one !== other && byLetter.size === 2 && letters.length > 0
    return isTold && letters.every((letter) => byLetter.has(letter.toLowerCase())) ? byLetter : null
  })
  if (words.every((byLetter) => byLetter === null)) return null
  return (record) => ({ ...record, cells: record.cells.map((cell, at) => words[at]?.get(cell.toLowerCase()) ?? cell) })
}

const CODE = /^[A-Z0-9]{1,6}$/i

/** Records that begin with the code of their kind, of which one is a heading (`5,Number,Date,…`): those with its code are rows. Others above them are lines about the rows, below them nothing. */
function rowsUnderCode(records: readonly CsvRecord[]): Reshape | null {
  const kinds = new Set(records.map(({ cells }) => cells[0] ?? ''))
  if (kinds.size < 2 || kinds.size > KINDS || [...kinds].some((code) => !CODE.test(code))) return null
  const heading = records.slice(0, HEADING_WITHIN).find(({ cells }) => isHeadingLine(cells.slice(1)))
  const code = heading?.cells[0]
  if (heading === undefined || !records.some(({ cells, line }) => cells[0] === code && line > heading.line)) return null
  return (record) => {
    if (record.cells[0] === code) return put(record, new Map([[0, '']]))
    return record.line < heading.line ? put(record, new Map([[0, /^\d{8,16}$/.test(record.cells[1] ?? '') ? 'Account' : '']])) : { ...record, cells: [''] }
  }
}

/**
 * Records of several kinds, each with a heading that is called after it (`!TRNS` and `!SPL` of QuickBooks' IIF): those of the first
 * kind that has a day and an amount are the rows, those of the others their parts, and lists.
 */
function rowsUnderBang(records: readonly CsvRecord[]): Reshape | null {
  const headings = records.filter(({ cells }) => /^!\w+$/.test(cells[0] ?? ''))
  const heading = headings.find(({ cells }) => isHeadingLine(cells.slice(1)))
  const code = heading?.cells[0]?.slice(1)
  if (heading === undefined || headings.length < 2 || !records.some(({ cells }) => cells[0] === code)) return null
  const account = heading.cells.findIndex((cell) => plainWords(cell) === 'accnt')
  return (record) => {
    if (record.line === heading.line) return put(record, new Map([[0, ''], ...(account === -1 ? [] : [[account, 'account name'] as const])]))
    return record.cells[0] === code ? put(record, new Map([[0, '']])) : { ...record, cells: [''] }
  }
}

/**
 * Records that begin with the code of their kind (`HIST,20240114,…`, `0,OPEN,…`), of which one kind has a day in a column and no
 * other has: those are the rows. What else stands in that column is no day, and goes, so that the others are lines about the rows.
 */
function rowsByCode(records: readonly CsvRecord[]): Reshape | null {
  if (records.slice(0, HEADING_WITHIN).some(({ cells }) => isHeadingLine(cells))) return null
  const kinds = Map.groupBy(records, ({ cells }) => cells[0] ?? '')
  if (kinds.size < 2 || kinds.size > KINDS || [...kinds.keys()].some((code) => !CODE.test(code))) return null
  for (const [code, rows] of kinds) {
    const others = records.filter(({ cells }) => cells[0] !== code)
    const at = rows[0]!.cells.findIndex((_, column) => column > 0 && rows.every(({ cells }) => scanDate(cells[column] ?? '') !== null) && others.every(({ cells }) => scanDate(cells[column] ?? '') === null))
    if (at !== -1) return (record) => (record.cells[0] === code ? record : put(record, new Map([[at, '']])))
  }
  return null
}
