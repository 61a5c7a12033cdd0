/**
 * Which columns say what moved, and which way. Where a running balance stands beside, it decides which amount is the one
 * that moves it, whether a fee comes on top, and whether its signs are turned.
 */
import { exchanged, type Decimal } from '../../domain/money.ts'
import { balanceWordsIn, isTotal, plainWords } from '../unstated.ts'
import { magnitude, negate, type AmountStyle } from '../written-amount.ts'
import { chooseOrder, readDate, scanDate } from '../written-date.ts'
import { chargedOnCard } from './account-currency.ts'
import type { Styles } from './amount-styles.ts'
import { cellAmount, endings, isCredit, isProved, isProvedBefore, movedAmount, plus, prove, signedAmount, stepsOf, type Cells, type Proof } from './amounts.ts'
import { BARE_CURRENCY, isBefore, isNet, isTax, namesFee, readHeading, type Role } from './headings.ts'
import { amountCells, bySection, filled, isNeutral, isText, markOf, needWord, type AmountColumns, type Columns, type CurrencyColumn, type Layout } from './layout.ts'
import { countsOwed, doubtsOf, type Owed } from './owed.ts'
import type { CsvRecord } from './records.ts'
import { accountOf, bearsOut, statusOf, type Roles } from './roles.ts'
import { knownWays, waysByBalance } from './signs-by-balance.ts'
import { isDeclined, isPending } from './status.ts'
import { isOwnHeading } from './write.ts'

/** What goes out when a fee was taken: the fee moved as well. What came in after a fee is all that came. */
const AFTER_FEES = /\b(after|excluding|excl|without) fees?\b/

const PRICE = /^((unit|share|execution|trade) )?(price|kurs|preis|ausfuhrungskurs|stuckpreis|cours|prix( unitaire)?|precio|prezzo|preco|koers|kurz|kurssi|pris|cena)( per (unit|share))?$/
/** A trade is settled in coins of a hundred. */
const TWO_DECIMALS = 'EUR'

/** What a balance is called that counts what is owed. */
const OWED = /\b(owing|owed|debt|payoff|restschuld|schuld\w*|deuda|restant du|debito residuo|skuld)\b/
/** What banks call the balance of an account as well. */
const OUTSTANDING = /\b(outstanding|due|encours)\b/

/** What only books say of a row: the journal that it is from, and the account on its other side. */
const BOOKS = /^(source|journal|journal (no|number|type|entry)|jnl|voucher( (no|number|type))?|account code|contra( account)?|nominal( code| account)?|ledger( account)?|gl account|split|gegenkonto|belegfeld( 1)?|contrapartida|contropartita contabile|tegenrekening grootboek|motkonto|modkonto)$/

/** Steps of a running balance that outweigh written signs. */
const SIGN_STEPS = 4

type Chosen = Pick<Columns, 'amount' | 'fee' | 'balanceBefore' | 'balanceOwed' | 'principal' | 'untold'>

/** The amount that moves the balance, as the file writes it if that fits at all; without a balance the first that is there. */
export function chooseAmount(heading: CsvRecord, roles: Roles, all: readonly CsvRecord[], styles: Styles, booked: number, isTitled: boolean): Chosen | null {
  const status = statusOf(heading, roles, all)
  // What was declined moved nothing, whatever its columns say.
  const moved = status === null ? all : all.filter(({ cells }) => !isDeclined(cells[status] ?? ''))
  const rows = moved.length > 0 ? moved : all
  const candidates = amountCandidates(heading, roles, rows, styles.style)
  // A balance that runs with all that was paid is no loan's, whatever stands beside it.
  const proved = loanByBalance(roles, rows, candidates, styles) ?? amountByBalance(heading, roles, rows, candidates, styles, booked, isTitled) ?? loanByParts(roles, rows, candidates, styles)
  if (proved !== null) return proved
  const [amount] = candidates
  if (amount === undefined) return null
  const owed = amount.form === 'signed' ? owedBy(heading, roles, rows, amount, styles.style, isTitled) : null
  const isOnTop = isWorth(heading, roles, rows, amount, styles.style) || amount.form === 'split' && AFTER_FEES.test(plainWords(heading.cells[amount.out] ?? ''))
  return { ...PLAIN, amount: amount.form === 'signed' && owed !== null ? { ...amount, inverted: true, ...doubtsOf(owed) } : amount, fee: isOnTop || hasLoneBalances(heading, roles, rows, amount, styles) ? (roles.get('fee')?.[0] ?? null) : null }
}

/** Where no step shows whether a fee comes on top: it has a column of its own because it does, but for what is net of it. */
function isBesideFee(heading: CsvRecord, amount: AmountColumns): boolean {
  return !amountCells(amount).some((at) => isNet(heading.cells[at] ?? ''))
}

/**
 * Where fees stand beside the amounts, and nothing tells whether those hold them, neither a balance that runs nor what the amounts
 * are called, or are the sum of: how the amounts were read, without the fees or with them. Null where something tells.
 */
export function feesOpen(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], { amount, fee, balance, principal }: Columns, styles: Styles): Layout['feesOpen'] {
  const at = roles.get('fee')?.[0]
  const isLone = fee !== null && (hasLoneBalances(heading, roles, rows, amount, styles) || isFeeAside(rows, amount, fee, balance, styles))
  if (at === undefined || principal !== null || amount.form !== 'signed' || !isBesideFee(heading, amount) || (!isLone && (fee !== null || balance !== null))) return null
  const stands = rows.some((row) => isMoved(cellAmount(row, at, styles.style)) && isMoved(cellAmount(row, amount.at, styles.style)))
  return !stands || holdsBeside(heading, rows, amount.at, roles.get('amount') ?? [], styles.style) ? null : isLone ? 'added' : 'left'
}

/** Whether a balance runs as well with the fees as without them: none of its steps has one. */
function isFeeAside(rows: readonly CsvRecord[], amount: AmountColumns, fee: number, balance: number | null, { style, balanceStyle }: Styles): boolean {
  if (balance === null) return false
  const balances = rows.map((row) => cellAmount(row, balance, balanceStyle))
  const [without, added] = [null, fee].map((charged) => prove(rows.map((row) => signedAmount(row, amount, charged, style)), balances))
  return isProved(without!) && stepsOf(without!) === stepsOf(added!)
}

/** Whether amounts are what was traded at its price, and no more: what was charged for it has a column of its own. */
function isWorth(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], amount: AmountColumns, style: AmountStyle): boolean {
  const [quantity, fee] = [roles.get('quantity')?.[0], roles.get('fee')?.[0]]
  const price = heading.cells.findIndex((cell) => PRICE.test(plainWords(cell)))
  if (quantity === undefined || fee === undefined || price === -1 || amount.form !== 'signed') return false
  const traded = rows.flatMap((row) => {
    const [count, each, moved, charged] = [quantity, price, amount.at, fee].map((at) => cellAmount(row, at, style))
    return isMoved(charged) && typeof count === 'string' && typeof each === 'string' && isMoved(moved) ? [{ worth: magnitude(exchanged(count, each, TWO_DECIMALS)), moved: magnitude(moved!) }] : []
  })
  return traded.length > 0 && traded.every(({ worth, moved }) => worth === moved)
}

/** Balances of which none stands beside another one: the amounts and their fees lead to them, in all files of the kind. */
function hasLoneBalances(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], amount: AmountColumns, { style, balanceStyle }: Styles): boolean {
  const balance = roles.get('balance')?.[0]
  const balances = balance === undefined ? [] : rows.map((row) => cellAmount(row, balance, balanceStyle))
  const amounts = rows.map((row) => signedAmount(row, amount, null, style))
  return balances.some((told) => typeof told === 'string') && isBesideFee(heading, amount) && prove(amounts, balances).steps === 0 && !leadOn(amounts, balances) && !(amount.form === 'signed' && holdsBeside(heading, rows, amount.at, roles.get('amount') ?? [], style))
}

/** Whether amounts lead from each balance to the next one that is told, over rows without one. */
function leadOn(amounts: Cells, balances: Cells): boolean {
  const told = balances.flatMap((balance, at) => (typeof balance === 'string' ? [{ balance, at }] : []))
  const sum = (from: number, to: number): Decimal => amounts.slice(from, to).map((amount) => amount ?? ('0' as Decimal)).reduce(plus, '0' as Decimal)
  const steps = told.slice(1).map((next, i) => ({ before: told[i]!, next }))
  return steps.length > 0 && (steps.every(({ before, next }) => plus(before.balance, sum(before.at + 1, next.at + 1)) === next.balance) || steps.every(({ before, next }) => plus(next.balance, sum(before.at, next.at)) === before.balance))
}

/** What is chosen where nothing tells more. */
const PLAIN = { fee: null, balanceBefore: false, balanceOwed: false, principal: null, untold: null } as const

/** Of a loan what was paid is all of it, and the balance goes down by a part: interest, fees and what is kept for taxes do not lower it. */
function loanByBalance(roles: Roles, rows: readonly CsvRecord[], candidates: readonly AmountColumns[], { style, balanceStyle }: Styles): Chosen | null {
  const [principal, interest, balance] = (['principal', 'interest', 'balance'] as const).map((role) => roles.get(role)?.[0])
  if (principal === undefined || interest === undefined || balance === undefined) return null
  const balances = rows.map((row) => cellAmount(row, balance, balanceStyle))
  for (const amount of candidates) {
    const loan = { ...PLAIN, amount, principal }
    const amounts = rows.map((row) => movedAmount(row, loan, style))
    const owes = balances.map((told) => (typeof told === 'string' ? negate(told) : told))
    // Where the debt has a minus, one before what was paid is that of whoever paid it.
    if (isProved(prove(amounts, owes))) return amount.form === 'signed' && balances.some((told) => typeof told === 'string' && told.startsWith('-')) ? { ...loan, amount: { ...amount, inverted: !amount.inverted } } : { ...loan, balanceOwed: true }
    if (isProved(prove(amounts, balances))) return loan
  }
  return null
}

/** The same where no balance tells: its parts add up to what was paid. */
function loanByParts(roles: Roles, rows: readonly CsvRecord[], candidates: readonly AmountColumns[], { style }: Styles): Chosen | null {
  const [principal, interest] = (['principal', 'interest'] as const).map((role) => roles.get(role)?.[0])
  if (principal === undefined || interest === undefined) return null
  const amount = candidates.find((one) => rows.every((row) => isWholePayment(row, one, [principal, interest], style)))
  if (amount === undefined) return null
  // What has a minus may have left the account that paid: there the parts are no rows.
  const hasMinus = rows.some((row) => signedAmount(row, amount, null, style)?.startsWith('-') === true)
  return { ...PLAIN, amount, principal: hasMinus ? null : principal, untold: 'loan' }
}

/** Whether principal and interest, and nothing else, are what was paid. */
function isWholePayment(row: CsvRecord, amount: AmountColumns, parts: readonly number[], style: AmountStyle): boolean {
  const [paid, ...told] = [signedAmount(row, amount, null, style), ...parts.map((at) => cellAmount(row, at, style) ?? ('0' as Decimal))]
  return typeof paid !== 'string' || magnitude(told.map(magnitude).reduce(plus)) === magnitude(paid)
}

function amountByBalance(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], candidates: readonly AmountColumns[], { style, balanceStyle }: Styles, booked: number, isTitled: boolean): Chosen | null {
  const balance = roles.get('balance')?.[0]
  const fee = roles.get('fee')?.[0] ?? null
  if (balance === undefined) return null
  const status = statusOf(heading, roles, rows)
  // What is pending is in no balance yet, and a total is none after a row.
  const isSum = ({ cells }: CsvRecord): boolean => scanDate(cells[booked] ?? '') === null && cells.some(isTotal)
  const isIn = (row: CsvRecord): boolean => !isSum(row) && (status === null || !(isPending(row.cells[status] ?? '') && (row.cells[balance] ?? '') === ''))
  const sections = bySection(rows.filter(isIn), [accountOf(roles).account, roles.get('currency')?.[0]])
  const balances = sections.map((row) => cellAmount(row, balance, balanceStyle))
  const owes = balances.map((told) => (typeof told === 'string' ? negate(told) : told))
  const runs = runOf(rows, booked)
  const isCalledOwed = OWED.test(plainWords(heading.cells[balance] ?? ''))
  const proofOf = (amount: AmountColumns, charged: number | null, isBefore: boolean): Proof => {
    const amounts = sections.map((row) => signedAmount(row, amount, charged, style))
    return prove(amounts, isBefore ? endings(amounts, balances) : balances)
  }
  for (const charged of fee === null ? [null] : [null, fee]) {
    for (const amount of [...twoOfOneWord(heading, roles, rows, style), ...candidates]) {
      if (isProved(proofOf(amount, charged, false))) {
        const owed = amount.form === 'signed' ? owedBy(heading, roles, rows, amount, style, isTitled) : null
        // What is owed goes up with what was bought, in a balance that is called so, or where an issuer's words say that it is no money.
        const isOwed = owed === 'issuer' || owed === 'issuerAlone' || (owed !== null && isTitled) || (isCalledOwed && !balances.some((told) => typeof told === 'string' && told.startsWith('-')))
        if (amount.form === 'signed' && isOwed) return { ...PLAIN, amount: { ...amount, inverted: !amount.inverted, ...doubtsOf(owed) }, fee: charged, balanceOwed: true }
        // Other words are those of an account as well, which the balance makes likelier: its amounts stand as they are written.
        return { ...PLAIN, amount: amount.form === 'signed' && owed !== null ? { ...amount, mayOwe: true } : amount, fee: charged === null && isBesideFee(heading, amount) && stepsOf(proofOf(amount, fee, false)) >= stepsOf(proofOf(amount, null, false)) ? fee : charged }
      }
      // What is owed after a row looks like a balance before it where the rows come to nothing.
      const mirrors = amount.form !== 'signed' && isProved(prove(sections.map((row) => signedAmount(row, amount, null, style)), owes))
      if (!mirrors && isProvedBefore(proofOf(amount, charged, true), runs)) return { ...PLAIN, amount, fee: charged, balanceBefore: true }
      if (amount.form !== 'signed') continue
      const inverted = { ...amount, inverted: !amount.inverted }
      const proof = proofOf(inverted, charged, false)
      const turned = owedBy(heading, roles, rows, inverted, style, isTitled)
      const isOwed = isCalledOwed || OUTSTANDING.test(plainWords(heading.cells[balance] ?? '')) || (turned !== null && turned !== 'likely')
      if (isProved(proof) && isOwed && isSigned(rows, amount.at, style)) return { ...PLAIN, amount, fee: charged, balanceOwed: true }
      if (isProved(proof) && mayInvert(rows, amount.at, style, proof)) return { ...PLAIN, amount: inverted, fee: charged }
    }
  }
  const unsigned = candidates.length === 1 ? unsignedBeside(heading, roles, rows, candidates[0]!, { style, balanceStyle }, balance, isTitled || isCalledOwed) : null
  if (unsigned !== null) return { ...PLAIN, amount: unsigned }
  // A column, or a word beside it, tells the direction: a balance that goes the other way counts what is owed.
  for (const amount of candidates.filter(({ form }) => form === 'split' || form === 'marked')) {
    const amounts = sections.map((row) => signedAmount(row, amount, null, style))
    if (!isProved(prove(amounts, owes))) continue
    const isCards = isTitled || isCalledOwed || OUTSTANDING.test(plainWords(heading.cells[balance] ?? '')) || owedIn(heading, roles, sections, amounts.map((told) => (typeof told === 'string' ? negate(told) : told)), isTitled) !== null
    // In the books of an account its debits are what came in.
    if (!isCards && amount.form === 'split' && heading.cells.some((cell) => BOOKS.test(plainWords(cell)))) return { ...PLAIN, amount: splitAmount(rows, amount.in, amount.out, style) }
    return { ...PLAIN, amount, balanceOwed: true, untold: isCards ? null : 'debits' }
  }
  return null
}

/** One column without signs, beside a balance that goes up by some of its amounts and down by others; null where that is what a card owes. */
function unsignedBeside(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], amount: AmountColumns, { style, balanceStyle }: Styles, balance: number, mayOwe: boolean): AmountColumns | null {
  // A balance before each row tells the way of another one.
  if (amount.form !== 'signed' || mayOwe || isBefore(heading.cells[balance] ?? '') || isSigned(rows, amount.at, style)) return null
  // Where accounts take turns in the file the balance of one is not beside that of the next.
  const [account, currency] = [accountOf(roles).account, roles.get('currency')?.[0]]
  const keyOf = ({ cells }: CsvRecord): string => [account, currency].map((at) => (at == null ? '' : (cells[at] ?? ''))).join('\u001f')
  const apart = rows.flatMap((row, at) => (at > 0 && keyOf(rows[at - 1]!) !== keyOf(row) ? [{ cells: [], line: 0 }, row] : [row]))
  const amounts = apart.map((row) => signedAmount(row, amount, null, style))
  const ways = waysByBalance(amounts, apart.map((row) => cellAmount(row, balance, balanceStyle)))
  if (ways === null) return null
  const signed = amounts.map((told, at) => (typeof told === 'string' && ways[at] === 'out' ? negate(magnitude(told)) : told))
  if (owedIn(heading, roles, apart, signed, false) !== null) return null
  const columns = (['name', 'memo', 'kind', 'mark'] as const).flatMap((role) => roles.get(role) ?? [])
  const before = (roles.get('balance') ?? []).find((at) => isBefore(heading.cells[at] ?? ''))
  return { form: 'signed', at: amount.at, inverted: false, ...(before === undefined ? {} : { before }), byBalance: knownWays(apart.map(({ cells }) => columns.map((at) => cells[at] ?? '')), ways) }
}

/** A merchant is paid net of fees: its charges are income, and refunds go out. */
function isMerchants(heading: CsvRecord, roles: Roles): boolean {
  return roles.has('fee') && heading.cells.some(isNet)
}

function owedBy(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], amount: AmountColumns, style: AmountStyle, isTitled: boolean): Owed | null {
  return isMerchants(heading, roles) ? null : owedIn(heading, roles, rows, rows.map((row) => signedAmount(row, amount, null, style)), isTitled)
}

function owedIn(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], amounts: Cells, isTitled: boolean): Owed | null {
  const columns = (...wanted: readonly Role[]): readonly number[] => wanted.flatMap((role) => roles.get(role) ?? [])
  const texts = columns('name', 'memo')
  // Where no heading that is known describes the rows, another one does.
  const claimed = new Set([...roles.values()].flat())
  const others = texts.length > 0 ? [] : heading.cells.flatMap((_, at) => (!claimed.has(at) && isText(filled(rows, at)) ? [at] : []))
  return countsOwed(heading.cells, rows, amounts, [...texts, ...others], columns('kind', 'mark'), isTitled)
}

/** The direction of time from the first date to the last; null when all are of one day. */
export function runOf(rows: readonly CsvRecord[], booked: number): 'forward' | 'backward' | null {
  const dates = filled(rows, booked).map(scanDate).filter((date) => date !== null)
  const order = chooseOrder(dates, null)
  const days = dates.map((date) => readDate(date, order)).filter((day) => day !== null)
  const [first, last] = [days[0], days.at(-1)]
  return first === undefined || last === undefined || first === last ? null : first < last ? 'forward' : 'backward'
}

/** Signs that the file writes out are turned only by many steps of the balance that all say so: one may be a row that is missing. */
function mayInvert(rows: readonly CsvRecord[], at: number, style: AmountStyle, { steps, forward, backward }: Proof): boolean {
  return !isSigned(rows, at, style) || (steps >= SIGN_STEPS && Math.max(forward, backward) === steps)
}

function isSigned(rows: readonly CsvRecord[], at: number, style: AmountStyle): boolean {
  return rows.some((row) => cellAmount(row, at, style)?.startsWith('-') === true)
}

function amountCandidates(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], style: AmountStyle): readonly AmountColumns[] {
  const marks = isOwnHeading(heading.cells) || isMerchants(heading, roles) ? [] : [...(roles.get('mark') ?? []), ...unnamedMarks(heading, roles, rows)]
  const charged = chargedOnCard(heading.cells, roles, rows, style)
  if (charged !== null) return [singleAmount(rows, charged, marks, style)]
  const [outs, intos] = [roles.get('debit') ?? [], roles.get('credit') ?? []]
  const candidates: AmountColumns[] = (roles.get('amount') ?? []).map((at) => singleAmount(rows, at, marks, style))
  // Gross and net, or what was billed and what was paid, have a pair of columns each.
  for (const [i, out] of outs.entries()) {
    const into = intos[i]
    if (into === undefined) break
    const split = splitAmount(rows, out, into, style)
    candidates.push(split)
    // Money in that is all negative may also be what was taken back: a balance then tells.
    if (split.inNegative) candidates.push({ ...split, inNegative: false })
    // Of money out that has signs in some rows only, the column may say the direction in all of them.
    const paid = rows.map((row) => cellAmount(row, out, style)).filter(isMoved)
    const isMixed = paid.some((amount) => amount!.startsWith('-')) && !paid.every((amount) => amount!.startsWith('-'))
    if (isMixed) candidates.push(...(['either', 'negative', 'positive'] as const).filter((outIs) => outIs !== split.outIs).map((outIs) => ({ ...split, outIs })))
  }
  const currencies = currencyColumns(heading, roles.get('amount') ?? [], rows, style)
  // A zero beside it hides nothing.
  if (currencies !== null) candidates.unshift(currencies)
  const lone = outs[0] ?? intos[0]
  // One direction alone may be all that a file tells; where many of its cells are zero the other one is there, too, unread.
  if (candidates.length === 0 && lone !== undefined && rows.filter((row) => cellAmount(row, lone, style) === '0').length * 4 < rows.length)
    candidates.push({ form: 'signed', at: lone, inverted: outs.length > 0 })
  // A column that most rows leave empty, or in which nothing moves, is not the amount while another one has it.
  const told = candidates.map((amount) => {
    const amounts = rows.map((row) => signedAmount(row, amount, null, style))
    const isUnsigned = amount.form === 'signed' && !amounts.some((told) => typeof told === 'string' && told.startsWith('-'))
    return { amount, rows: amounts.filter((told) => typeof told === 'string').length, moves: amounts.some(isMoved), isUnsigned }
  })
  const isWhole = (amount: AmountColumns): boolean => amount.form === 'signed' && holdsBeside(heading, rows, amount.at, roles.get('amount') ?? [], style)
  const [best, ...others] = told.sort((a, b) => Number(b.moves) - Number(a.moves) || b.rows - a.rows || Number(isWhole(b.amount)) - Number(isWhole(a.amount)) || Number(isInOneOfTwo(heading, roles, rows, b.amount)) - Number(isInOneOfTwo(heading, roles, rows, a.amount)))
  // Two columns tell the direction where the one has no sign.
  const apart = best?.isUnsigned === true ? others.filter(({ amount, moves, rows }) => amount.form === 'split' && moves && rows === best.rows) : []
  // What they say without their direction says nothing more.
  const split = told.find(({ amount, moves }) => amount.form === 'split' && moves)?.amount ?? null
  const size = (row: CsvRecord, amount: AmountColumns): Decimal | null => {
    const moved = signedAmount(row, amount, null, style)
    return typeof moved === 'string' ? magnitude(moved) : null
  }
  const repeats = ({ amount, isUnsigned }: (typeof told)[number]): boolean => isUnsigned && split !== null && rows.every((row) => [null, size(row, split)].includes(size(row, amount)))
  return [...apart, ...told.filter((one) => !apart.includes(one))].flatMap((one) => (repeats(one) ? [] : [one.amount]))
}

/** Whether an amount is another one and a tax or a fee, in all rows: whatever they are called, it is what moved. */
function holdsBeside(heading: CsvRecord, rows: readonly CsvRecord[], at: number, amounts: readonly number[], style: AmountStyle): boolean {
  const beside = heading.cells.flatMap((cell, column) => (column === at ? [] : isTax(cell) ? [{ column, isFee: false }] : namesFee([cell]) ? [{ column, isFee: true }] : []))
  const adds = (other: number, { column: extra, isFee }: (typeof beside)[number]): boolean => {
    const sums = rows.flatMap((row) => {
      const [whole, less, more] = [at, other, extra].map((column) => cellAmount(row, column, style))
      // A fee is taken off, with or without a sign.
      return typeof whole === 'string' && typeof less === 'string' && typeof more === 'string' ? [{ holds: plus(less, isFee ? negate(magnitude(more)) : more) === whole, more }] : []
    })
    return sums.length > 0 && sums.every(({ holds }) => holds) && sums.some(({ more }) => more !== '0')
  }
  return beside.some((extra) => amounts.some((other) => other !== at && other !== extra.column && adds(other, extra)))
}

/** Two columns below one word of which each row fills one are money out and money in, in the order that a balance tells. */
function twoOfOneWord(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], style: AmountStyle): readonly AmountColumns[] {
  const [first, second, ...more] = roles.get('amount') ?? []
  if (first === undefined || second === undefined || more.length > 0 || plainWords(heading.cells[first]!) !== plainWords(heading.cells[second]!)) return []
  const moves = (row: CsvRecord, at: number): boolean => isMoved(cellAmount(row, at, style))
  const told = rows.filter((row) => moves(row, first) || moves(row, second))
  if (told.some((row) => moves(row, first) && moves(row, second)) || !told.some((row) => moves(row, first)) || !told.some((row) => moves(row, second))) return []
  return [splitAmount(rows, first, second, style), splitAmount(rows, second, first, style)]
}

/** Of two columns below one word, each with its currency behind it, the one that is in a single currency: the other tells what was paid abroad. */
function isInOneOfTwo(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], amount: AmountColumns): boolean {
  if (amount.form !== 'signed') return false
  const wordOf = (at: number): string => plainWords(heading.cells[at] ?? '')
  const currencies = roles.get('currency') ?? []
  const others = (roles.get('amount') ?? []).filter((at) => at !== amount.at && wordOf(at) === wordOf(amount.at) && currencies.includes(at + 1))
  return currencies.includes(amount.at + 1) && others.length > 0 && new Set(filled(rows, amount.at + 1)).size === 1
}

/** Amounts in a column for each currency, of which each row fills one; a row that fills two is what was paid and what it cost. */
function currencyColumns(heading: CsvRecord, amounts: readonly number[], rows: readonly CsvRecord[], style: AmountStyle): AmountColumns | null {
  const named = amounts.flatMap((at): readonly (CurrencyColumn & { readonly isBare: boolean })[] => {
    const { currency, meanings } = readHeading(heading.cells[at] ?? '')
    return currency === null ? [] : [{ at, currency, isBare: meanings.some(({ rank }) => rank === BARE_CURRENCY) }]
  })
  // Where all are called by nothing but a currency, one that the first rows leave empty may be that of later ones.
  const columns = named.filter(({ at }) => named.every(({ isBare }) => isBare) || rows.some((row) => isMoved(cellAmount(row, at, style)))).map(({ at, currency }) => ({ at, currency }))
  if (columns.length < 2 || new Set(columns.map(({ currency }) => currency)).size < columns.length) return null
  const isApart = rows.every((row) => columns.filter(({ at }) => isMoved(cellAmount(row, at, style))).length <= 1)
  return isApart ? { form: 'currencies', columns: columns.toSorted((a, b) => a.at - b.at) } : null
}

function isMoved(amount: Decimal | null | undefined): boolean {
  return typeof amount === 'string' && amount !== '0'
}

/** Columns whose heading says nothing but whose cells all tell the direction (`S` and `H` under a blank). Under another word a letter alone may be anybody's initial. */
function unnamedMarks(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[]): readonly number[] {
  const named = new Set([...roles.values()].flat())
  const width = rows.reduce((most, { cells }) => Math.max(most, cells.length), 0)
  const tellsBoth = (at: number): boolean => new Set(filled(rows, at).map(markOf)).size > 1 || filled(rows, at).some((cell) => cell.trim().length > 1)
  return Array.from({ length: width }, (_, at) => at).filter((at) => !named.has(at) && !needWord(filled(rows, at)) && ((heading.cells[at] ?? '') === '' || tellsBoth(at)) && bearsOut('mark', filled(rows, at), 0.8))
}

/**
 * One amount column with the mark column that goes with it, if any. A mark gives the sign where no
 * amount has one. Where amounts have signs they stand as written, unless every single one contradicts
 * its mark: then the file counts what is owed (card statements), and the mark is right.
 */
export function singleAmount(rows: readonly CsvRecord[], at: number, marks: readonly number[], style: AmountStyle): AmountColumns {
  for (const mark of marks) {
    let negatives = 0
    let agreeing = 0
    let contradicting = 0
    let unknown = 0
    let unmarked = 0
    const marked = new Set<'out' | 'in' | 'letter'>()
    for (const row of rows) {
      const amount = cellAmount(row, at, style)
      if (typeof amount !== 'string' || amount === '0' || isNeutral(row.cells[mark] ?? '')) continue
      const direction = markOf(row.cells[mark] ?? '')
      if (amount.startsWith('-')) negatives += 1
      // A lone letter in some rows is as well that of a cleared one.
      if (direction !== null) marked.add((row.cells[mark] ?? '').trim().length > 1 ? direction : 'letter')
      // A balance among the rows goes neither way.
      if ((row.cells[mark] ?? '') === '') unmarked += balanceWordsIn(row.cells) === null ? 1 : 0
      else if (direction === null) unknown += 1
      else if ((direction === 'out') === amount.startsWith('-')) agreeing += 1
      else contradicting += 1
    }
    const inverted = negatives > 0 && agreeing === 0 && contradicting > 0
    if (unknown > 0 || agreeing + contradicting === 0) continue
    if (unmarked === 0 && (negatives === 0 || inverted)) return { form: 'marked', at, mark, unmarked: null }
    if (unmarked > 0 && negatives === 0 && marked.size === 1 && !marked.has('letter')) return { form: 'marked', at, mark, unmarked: marked.has('in') ? 'out' : 'in' }
  }
  const moved = rows.filter((row) => isMoved(cellAmount(row, at, style))).map(({ cells }) => cells[at]!)
  const credits = moved.filter(isCredit)
  const creditsMarked = credits.length > 0 && credits.length < moved.length && moved.every((cell) => isCredit(cell) || /^\W*\p{L}*\W*[\d.,' ]+$/u.test(cell)) && !rows.some((row) => cellAmount(row, at, style)?.startsWith('-') === true)
  return { form: 'signed', at, inverted: false, ...(creditsMarked ? { creditsMarked } : {}) }
}

/** Two columns; money out counts as written negative when most of it is, money in when all of it is: what has the other sign came back. */
export function splitAmount(rows: readonly CsvRecord[], out: number, into: number, style: AmountStyle): Extract<AmountColumns, { readonly form: 'split' }> {
  const paid = rows.map((row) => cellAmount(row, out, style)).filter((amount) => typeof amount === 'string' && amount !== '0')
  const received = rows.map((row) => cellAmount(row, into, style)).filter((amount) => typeof amount === 'string' && amount !== '0')
  const negative = (amounts: typeof paid): number => amounts.filter((amount) => amount!.startsWith('-')).length
  return { form: 'split', out, in: into, outIs: negative(paid) * 2 > paid.length ? 'negative' : 'positive', inNegative: received.length > 0 && negative(received) === received.length }
}
