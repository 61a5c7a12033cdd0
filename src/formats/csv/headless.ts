/**
 * Columns of a CSV file without a heading line, from the cells alone. What is read as amount must be
 * the only candidate, or be told apart by evidence: a running balance that it moves, a sign, or a pair
 * of columns of which each row fills one. Without evidence the file is refused, not guessed.
 */
import { balanceWordsIn } from '../unstated.ts'
import { scanAmount, type AmountStyle } from '../written-amount.ts'
import { readCurrency } from '../written-currency.ts'
import { scanDate } from '../written-date.ts'
import { cellAmount, endings, isProved, isProvedBefore, plus, prove, signedAmount, type Cells } from './amounts.ts'
import { runOf, singleAmount, splitAmount } from './choose-amount.ts'
import { amountCells, areMarks, filled, isText, type AmountColumns, type Columns } from './layout.ts'
import { countsOwed, doubtsOf, type Owed } from './owed.ts'
import type { CsvRecord } from './records.ts'
import { knownWays, waysByBalance } from './signs-by-balance.ts'

export type Headless = { readonly columns: Columns; readonly rows: readonly CsvRecord[] }

/** Why the columns could not be told. */
export type HeadlessProblem = 'no_date' | 'no_amount' | 'ambiguous_amount' | 'ambiguous_sign'

type Choice = { readonly amount: AmountColumns; readonly balance: number | null; readonly balanceBefore: boolean }

/** Columns which hold dates in every filled cell and in at least half of the records. */
export function dateColumns(all: readonly CsvRecord[]): readonly number[] {
  // `"Closing Balance",16779.50`, below the rows.
  const records = all.filter(({ cells }) => cells.filter((cell) => cell !== '').length !== 2 || balanceWordsIn(cells) === null || cells.some((cell) => scanDate(cell) !== null))
  return indexes(records).filter((at) => {
    const cells = filled(records, at)
    return cells.length * 2 >= records.length && cells.length > 0 && cells.every((cell) => scanDate(cell) !== null)
  })
}

/** Columns of figures; those of whole numbers only (check numbers, categories) just where there are no others. */
export function moneyColumns(rows: readonly CsvRecord[], dates: readonly number[]): readonly number[] {
  const figures = figureColumns(rows, dates)
  const written = figures.filter((at) => filled(rows, at).some((cell) => /[^\p{Nd}]/u.test(cell)))
  return written.length > 0 ? written : figures
}

function figureColumns(rows: readonly CsvRecord[], dates: readonly number[]): readonly number[] {
  return indexes(rows).filter((at) => {
    const cells = filled(rows, at)
    return !dates.includes(at) && cells.length > 0 && cells.every((cell) => cell === '-' || scanAmount(cell) !== null) && cells.some((cell) => cell !== '-')
  })
}

/** The columns, or what is missing. `style` is that of the money columns; `isHeaded`: a heading that nobody can read stands above, `isTitled`: a title of a card. */
export function headlessColumns(records: readonly CsvRecord[], style: AmountStyle, isHeaded: boolean, isTitled = false): Headless | HeadlessProblem {
  const dates = dateColumns(records)
  const booked = dates[0]
  if (booked === undefined) return 'no_date'
  const rows = records.filter(({ cells }) => (cells[booked] ?? '') !== '')
  const figures = moneyColumns(rows, dates)
  const money = isTitled ? withoutParts(rows, figures, style) : figures
  if (money.length === 0) return 'no_amount'
  const marks = indexes(rows).filter((at) => !money.includes(at) && !dates.includes(at) && areMarks(filled(rows, at)))
  const proved = provedChoice(rows, dates, money, marks, style)
  const guessed = proved ?? unprovedChoice(rows, money, marks, style)
  // Which of two columns is money in stands in the heading.
  const choice = isHeaded && proved === null && guessed?.amount.form === 'split' ? null : guessed
  if (choice === null) return 'ambiguous_amount'
  if (proved === null && mayBeOut(rows, choice.amount, style)) return 'ambiguous_sign'
  const { balance, balanceBefore } = choice
  const texts = indexes(rows).filter((at) => !dates.includes(at) && !money.includes(at) && !marks.includes(at) && isText(filled(rows, at)))
  // Codes that are mostly no currencies (POS, TRF) are kinds of rows, not coins.
  const areCurrencies = (cells: readonly string[]): boolean => cells.every((cell) => /^[A-Z]{3}$/.test(cell)) && cells.filter((cell) => readCurrency(cell) !== null).length * 2 >= cells.length
  const currency = indexes(rows).find((at) => filled(rows, at).length === rows.length && areCurrencies(filled(rows, at))) ?? null
  const account = indexes(rows).find((at) => isAccount(filled(rows, at), rows.length)) ?? null
  // Codes of currencies, and the accounts of the other parties, name nobody.
  const isCode = (at: number): boolean => filled(rows, at).every((cell) => /^[A-Z]{3}$/.test(cell) && readCurrency(cell) !== null)
  const told = texts.filter((at) => at !== currency && at !== account && !isCode(at))
  const isNumber = (at: number): boolean => filled(rows, at).every((cell) => /^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(cell))
  // A few single words that repeat (DEBIT, Visa) are a type of transaction, not a description.
  const kinds = told.filter((at) => isKind(filled(rows, at)))
  const name = told.filter((at) => !kinds.includes(at)).sort((a, b) => Number(isNumber(a)) - Number(isNumber(b)))
  const amounts = rows.map((row) => signedAmount(row, choice.amount, null, style))
  const owed = balance === null ? countsOwed([], rows, amounts, name, kinds, isTitled) : null
  const amount = owed === null ? choice.amount : turned(choice.amount, owed, rows, style)
  const isTurned = proved === null && amount === choice.amount && isUnusual(rows, amount, style)
  return {
    rows,
    columns: {
      booked,
      acted: null,
      value: dates[1] ?? null,
      amount,
      fee: null,
      balance,
      balanceBefore,
      balanceOwed: false,
      principal: null,
      untold: isTurned ? 'sides' : null,
      currency,
      currencyElse: null,
      account,
      isNamed: false,
      name: name.slice(0, 1),
      payer: null,
      memo: name.slice(1),
      reference: null,
      id: null,
      check: null,
      status: null,
      impact: null,
      kind: marks[0] ?? kinds[0] ?? null,
      foreignAmount: null,
      quantity: null,
      foreignCurrency: null,
    },
  }
}

/** Two columns of which that of money in, by the usual order, holds more rows: as many lists have it the other way. */
function isUnusual(rows: readonly CsvRecord[], amount: AmountColumns, style: AmountStyle): boolean {
  if (amount.form !== 'split') return false
  const moved = (at: number): number => rows.filter((row) => (cellAmount(row, at, style) ?? '0') !== '0').length
  return moved(amount.in) > moved(amount.out) && !rows.some(({ cells }) => [amount.in, amount.out].some((at) => /^[-+(]|[-)]$/.test(cells[at] ?? '')))
}

/** What is owed goes up with what was bought. Of two columns words must say so: the usual order is out and in. */
function turned(amount: AmountColumns, owed: Owed, rows: readonly CsvRecord[], style: AmountStyle): AmountColumns {
  if (amount.form === 'signed') return { ...amount, inverted: !amount.inverted, ...doubtsOf(owed) }
  return amount.form === 'split' && owed !== 'hinted' && owed !== 'likely' ? splitAmount(rows, amount.in, amount.out, style) : amount
}

/** Amount and balance columns that agree from row to row, or within each row with the balance before in a column of its own. */
function provedChoice(rows: readonly CsvRecord[], dates: readonly number[], money: readonly number[], marks: readonly number[], style: AmountStyle): Choice | null {
  const apart = pairs(rows, money, style)
  // One of two columns of which each row fills one says nothing of the rows of the other.
  const alone = money.filter((at) => !apart.some((pair) => uses(pair, at)))
  const candidates = [...apart, ...alone.map((at) => singleAmount(rows, at, marks, style))].map((amount) => ({
    amount,
    amounts: rows.map((row) => signedAmount(row, amount, null, style)),
  }))
  const figures = figureColumns(rows, dates)
  const balances = new Map(figures.map((at) => [at, rows.map((row) => cellAmount(row, at, style))]))
  for (const { amount, amounts } of candidates) {
    const balance = money.find((at) => !uses(amount, at) && isProved(prove(amounts, balances.get(at)!)))
    if (balance !== undefined) return { amount, balance, balanceBefore: false }
  }
  // Whole numbers are balances, too, in currencies without coins; numbers of rows and papers may agree once by chance.
  for (const { amount, amounts } of candidates) {
    const isBalance = (at: number): boolean => {
      const proof = prove(amounts, balances.get(at)!)
      return proof.steps > 1 && isProved(proof)
    }
    const balance = figures.find((at) => !uses(amount, at) && isBalance(at))
    if (balance !== undefined) return { amount, balance, balanceBefore: false }
  }
  const runs = runOf(rows, dates[0]!)
  for (const { amount, amounts } of candidates) {
    const balance = money.find((at) => !uses(amount, at) && isProvedBefore(prove(amounts, endings(amounts, balances.get(at)!)), runs))
    if (balance !== undefined) return { amount, balance, balanceBefore: true }
  }
  for (const { amount, amounts } of candidates) {
    const balance = money.find(
      (at) =>
        !uses(amount, at) &&
        !uses(amount, at - 1) &&
        goesOn(balances.get(at - 1) ?? [], balances.get(at)!, amounts) &&
        rows.every((_, i) => {
          const [start, moved, end] = [balances.get(at - 1)?.[i], amounts[i], balances.get(at)![i]]
          return typeof start === 'string' && typeof moved === 'string' && typeof end === 'string' && plus(start, moved) === end
        }),
    )
    if (balance !== undefined) return { amount, balance, balanceBefore: false }
  }
  for (const { amount, amounts } of candidates) {
    if (amount.form !== 'signed' || amounts.some((told) => typeof told === 'string' && told.startsWith('-'))) continue
    for (const balance of money.filter((at) => at !== amount.at)) {
      const ways = waysByBalance(amounts, balances.get(balance)!)
      if (ways !== null) return { amount: { ...amount, byBalance: knownWays([], ways) }, balance, balanceBefore: false }
    }
  }
  return null
}

/** Whether each row begins with the balance at which the one before it ended, or the one after it: a net, a tax and a gross add up as well. */
function goesOn(starts: Cells, ends: Cells, amounts: Cells): boolean {
  const steps = ends.length - 1
  const forward = starts.filter((start, i) => i > 0 && start === ends[i - 1]).length
  const backward = ends.filter((end, i) => i > 0 && end === starts[i - 1]).length
  // One row alone that lowers a balance is no sum.
  return steps > 0 ? Math.max(forward, backward) * 2 >= steps : starts[0]?.startsWith('-') === false && amounts[0]?.startsWith('-') === true
}

function unprovedChoice(rows: readonly CsvRecord[], money: readonly number[], marks: readonly number[], style: AmountStyle): Choice | null {
  const only = money.length === 1 ? money[0] : undefined
  if (only !== undefined) return { amount: singleAmount(rows, only, marks, style), balance: null, balanceBefore: false }
  const pair = pairs(rows, money, style)[0]
  if (pair !== undefined) return { amount: pair, balance: null, balanceBefore: false }
  const isNegative = (at: number): boolean => rows.some((row) => cellAmount(row, at, style)?.startsWith('-') === true)
  const signed = money.filter(isNegative)
  if (signed.length === 1) return { amount: singleAmount(rows, signed[0]!, marks, style), balance: null, balanceBefore: false }
  // `amount, (empty), balance`: the usual order is money out, money in, balance, and none came in.
  const [first, second] = money
  const between = first === undefined ? [] : filled(rows, first + 1)
  if (signed.length === 0 && first !== undefined && second === first + 2 && between.length === 0) {
    return { amount: splitAmount(rows, first, first + 1, style), balance: null, balanceBefore: false }
  }
  return null
}

/** Of a card, without the counts of the parts that something is paid in, and without the part that is due: the whole is what was charged. */
function withoutParts(rows: readonly CsvRecord[], money: readonly number[], style: AmountStyle): readonly number[] {
  const counts = money.filter((at) => filled(rows, at).every((cell) => /^\p{Nd}{1,2}$/u.test(cell)))
  const others = counts.length < money.length ? money.filter((at) => !counts.includes(at)) : money
  const isWhole = (row: CsvRecord): boolean => counts.every((at) => cellAmount(row, at, style) === '1')
  const isSame = (one: number, other: number): boolean => rows.some(isWhole) && rows.every((row) => !isWhole(row) || cellAmount(row, one, style) === cellAmount(row, other, style))
  return others.filter((at, i) => !others.slice(0, i).some((before) => isSame(before, at)))
}

/** Amounts without a sign, beside a column that is empty in all rows: money out, where money in has a column of its own, or money in. */
function mayBeOut(rows: readonly CsvRecord[], amount: AmountColumns, style: AmountStyle): boolean {
  if (amount.form !== 'signed') return false
  const isBeside = rows.every(({ cells }) => cells[amount.at + 1] === '')
  return isBeside && rows.every(({ cells }) => !/^[-+(]|[-)]$/.test(cells[amount.at] ?? '')) && !rows.some((row) => cellAmount(row, amount.at, style)?.startsWith('-') === true)
}

/** Two money columns of which each row fills exactly one, the left one being money out unless its signs say otherwise. */
function pairs(rows: readonly CsvRecord[], money: readonly number[], style: AmountStyle): readonly AmountColumns[] {
  const isFilled = (row: CsvRecord, at: number): boolean => {
    const amount = cellAmount(row, at, style)
    return typeof amount === 'string' && amount !== '0'
  }
  return money.slice(1).flatMap((right, i) => {
    const left = money[i]!
    if (right !== left + 1 || !rows.every((row) => isFilled(row, left) !== isFilled(row, right))) return []
    const rightIsOut = rows.some((row) => cellAmount(row, right, style)?.startsWith('-') === true)
    return [rightIsOut ? splitAmount(rows, right, left, style) : splitAmount(rows, left, right, style)]
  })
}

function uses(amount: AmountColumns, at: number): boolean {
  return amountCells(amount).includes(at)
}

function isKind(cells: readonly string[]): boolean {
  return new Set(cells).size * 2 <= cells.length && cells.every((cell) => !/\s/.test(cell))
}

/** The same IBAN or long number in every row is the account that the rows belong to. */
function isAccount(cells: readonly string[], rows: number): boolean {
  const first = cells[0] ?? ''
  return (
    rows > 1 &&
    cells.length === rows &&
    cells.every((cell) => cell === first) &&
    /^([A-Z]{2}\d{2}[A-Z0-9]{11,30}|\d{8,28}|\d{8}(?:-\d{8}){1,2}|\d{4,6}[*Xx•-]{4,12}\d{4})$/.test(first.replace(/ /g, ''))
  )
}

function indexes(records: readonly CsvRecord[]): readonly number[] {
  const width = records.reduce((most, { cells }) => Math.max(most, cells.length), 0)
  return Array.from({ length: width }, (_, at) => at)
}
