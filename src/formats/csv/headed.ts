/**
 * Columns of a CSV file that has a heading line: the first meaning of each heading that the cells below
 * bear out, and among several columns for one role the most telling. Where a running balance stands
 * beside, it decides which amount column is the one that moves it.
 */
import { decimalsOf, type Currency, type Decimal } from '../../domain/money.ts'
import { balanceWordsIn, plainWords } from '../unstated.ts'
import { chooseStyle, magnitude, negate, scanAmount, type AmountStyle, type WrittenAmount } from '../written-amount.ts'
import { readCurrency } from '../written-currency.ts'
import { chooseOrder, readDate, scanDate } from '../written-date.ts'
import { cellAmount, endings, isCredit, isNothing, isProved, isProvedBefore, plus, prove, signedAmount, type Proof } from './amounts.ts'
import { BARE_CURRENCY, isBareName, isCategory, isChange, isNet, isOfOther, isOtherDate, isTax, isType, namesFee, readHeading, sideOf, type Role } from './headings.ts'
import { amountCells, arePaired, bySection, filled, isNeutral, isText, markOf, needWord, type AmountColumns, type Columns, type CurrencyColumn } from './layout.ts'
import { countsOwed, isCardTitle } from './owed.ts'
import type { CsvRecord } from './records.ts'
import { areStates, isDeclined } from './status.ts'
import { isOwnHeading } from './write.ts'

/** Column indexes by role, the preferred first. */
export type Roles = ReadonlyMap<Role, readonly number[]>

/** What tells the account of each row stands in each row; a column with gaps tells it of the other party, or of a foreign amount. */
const EVERYWHERE = new Set<Role>(['currency', 'account', 'constantAccount', 'namedAccount'])

/** A settlement date with less than one in so many of the dates that another column has is not that of the booking. */
const FEW = 4
const SETTLEMENT = /^settlement date\b/

const EACH_CURRENCY = /^(debit|credit|withdrawal|deposit|paid (in|out)|money (in|out)) currency$/

const THOUSANDTHS = 3

/** What goes out when a fee was taken: the fee moved as well. What came in after a fee is all that came. */
const AFTER_FEES = /\b(after|excluding|excl|without) fees?\b/

/** Behind all others with the same role. */
const LAST = 200

const ACCOUNT_TYPE = /^(account type|type of account|type de compte|kontoart|kontotyp|tipo de cuenta|tipo conto|tipo de conta)$/

/** Steps of a running balance that outweigh written signs. */
const SIGN_STEPS = 4

const DATES = new Set<Role>(['booked', 'date', 'acted', 'value', 'bought'])
const AMOUNTS = new Set<Role>(['amount', 'debit', 'credit', 'fee', 'balance', 'foreignAmount'])
const MOVES = new Set<Role>(['amount', 'debit', 'credit'])

/**
 * Roles by the heading cells, tested on the records below; also the currency that a heading names.
 * `share`: the part of the cells that must be what the heading says.
 */
export function readRoles(
  heading: CsvRecord,
  rows: readonly CsvRecord[],
  share: number,
): { readonly roles: Roles; readonly currency: Currency | null } {
  const found: { role: Role; rank: number; at: number }[] = []
  const currencies: { readonly named: Currency; readonly isBare: boolean }[] = []
  const judged = bookedRows(heading, rows)
  const columns = heading.cells.map((_, at) => filled(judged, at))
  const width = judged.filter(({ cells }) => cells.filter((cell) => cell !== '').length > 2).length
  // The kind of an account stands beside one's own: of the other party nobody knows it.
  const hasType = heading.cells.some((cell) => ACCOUNT_TYPE.test(plainWords(cell)))
  // So do the names of several.
  const areOwn = areOwnNames(heading.cells)
  // One name beside all rows tells them from nothing.
  const isSeveral = (names: readonly string[]): boolean => new Set(names).size > 1 && areOwn(names)
  const isNamed = heading.cells.some((cell, at) => readHeading(cell).meanings.some(({ role }) => role === 'namedAccount') && isSeveral(columns[at]!) && columns[at]!.length >= width * share)
  // Of gross and net the latter is what moved where a fee makes the difference.
  const isNetLess = !namesFee(heading.cells)
  heading.cells.forEach((cell, at) => {
    const { meanings, currency: named } = readHeading(cell)
    const cells = columns[at]!
    // The first of a row's columns tells of the file's own account, the others of the other party's.
    const isOwn = (hasType || isNamed) && meanings.some(({ role }) => role === 'constantAccount')
    const own = at === 0 && plainWords(cell) === 'iban' ? [{ role: 'constantAccount' as const, rank: 0 }] : isOwn ? [{ role: 'account' as const, rank: 0 }] : meanings
    const meaning = own.find(({ role }) => bearsOut(role, cells, share) && (role !== 'namedAccount' || isSeveral(cells)) && (role !== 'mark' || !needWord(cells) || !isType(cell)) && (!EVERYWHERE.has(role) || cells.length >= width * share))
    if (meaning === undefined) return
    found.push({ ...meaning, rank: meaning.rank + (meaning.role === 'amount' && isNetLess && isNet(cell) ? LAST : 0), at })
    if (AMOUNTS.has(meaning.role) && meaning.role !== 'foreignAmount' && cells.length > 0 && named !== null) currencies.push({ named, isBare: meaning.rank === BARE_CURRENCY })
  })
  if (!found.some(({ role }) => DATES.has(role))) {
    const dated = heading.cells.flatMap((cell, column) => (!found.some((one) => one.at === column) && cell !== '' && columns[column]!.length > 0 && bearsOut('date', columns[column]!, 1) ? [column] : []))
    // Until when it is due, or valid, is said of a row as well.
    const at = dated.find((column) => !isOtherDate(heading.cells[column]!)) ?? dated[0]
    if (at !== undefined) found.push({ role: 'date', rank: 0, at })
  }
  // Where one direction has a column, the other has its own, whatever stands there: a bad cell is then refused, not passed over.
  for (const [one, other] of [['debit', 'credit'], ['credit', 'debit']] as const) {
    if (!found.some(({ role }) => role === one) || found.some(({ role }) => role === other)) continue
    const at = heading.cells.findIndex((cell, column) => !found.some((known) => known.at === column) && readHeading(cell).meanings.some(({ role, rank }) => role === other && rank < BARE_CURRENCY))
    if (at !== -1) found.push({ role: other, rank: 0, at })
  }
  // Beside columns for the direction it is not what moved.
  const isApart = found.some(({ role }) => role === 'debit' || role === 'credit')
  if (isApart) found.splice(0, found.length, ...found.filter(({ role, at }) => role !== 'amount' || !isChange(heading.cells[at]!)))
  found.sort((a, b) => a.rank - b.rank || a.at - b.at)
  const roles = new Map<Role, number[]>()
  for (const { role, at } of found) roles.set(role, [...(roles.get(role) ?? []), at])
  // `USD` beside `Amount` is what was paid in dollars, not what the account is kept in.
  const isBeside = found.some(({ role, rank }) => MOVES.has(role) && rank !== BARE_CURRENCY)
  return { roles, currency: currencies.find(({ isBare }) => !isBare || !isBeside)?.named ?? null }
}

/** A heading over two columns, the code of a currency and the amount in it, names the second; one is enough to tell the currency. */
export function spreadHeading(heading: CsvRecord, rows: readonly CsvRecord[]): CsvRecord {
  const isOver = (at: number): boolean => {
    const [codes, amounts] = [filled(rows, at), filled(rows, at + 1)]
    const named = readHeading(heading.cells[at] ?? '').meanings.some(({ role }) => role === 'amount' || role === 'balance')
    return named && heading.cells[at + 1] === '' && codes.length > 0 && codes.every((cell) => readCurrency(cell) !== null) && amounts.length > 0 && amounts.every((cell) => scanAmount(cell) !== null)
  }
  const spread = heading.cells.flatMap((_, at) => (isOver(at) ? [at] : []))
  const isAmount = (at: number): boolean => readHeading(heading.cells[at]!).meanings.some(({ role }) => role === 'amount')
  const cells = heading.cells.map((cell, at) => (spread.includes(at) ? (isAmount(at) ? 'currency' : '') : spread.includes(at - 1) ? heading.cells[at - 1]! : cell))
  return { ...heading, cells }
}

/** Words that names of accounts are made of, or the end of a number. */
const ACCOUNT = /(?<!\p{L})(accounts?|acct|checking|chequing|current|everyday|savings?|saver|isa|cash|wallet|credit|debit|card|visa|mastercard|amex|loan|mortgage|joint|individual|brokerage\p{L}*|ira|roth|401k|403b|hsa|paypal|revolut|wise|\p{L}*konto\p{L}*|giro\p{L}*|tagesgeld\p{L}*|festgeld\p{L}*|spar\p{L}*|depot\p{L}*|bargeld|kasse|\p{L}*karte\p{L}*|compte\p{L}*|livret\p{L}*|epargne|carte|especes|cuenta\p{L}*|ahorros?|tarjeta|efectivo|nomina|conto|carta|contanti|libretto|conta|poupanca|cartao|dinheiro|\p{L}*rekening\p{L}*|betaal\p{L}*|contant|\p{L}*kort\p{L}*|lonekonto|kontant\p{L}*|rachunek|oszczed\p{L}*|karta|gotowka|ucet|hotovost|szamla|счет|карта|наличные)(?!\p{L})/u

/** Words for kinds of accounts in a text. */
export function accountWordsIn(text: string): readonly string[] {
  return [...plainWords(text).matchAll(new RegExp(ACCOUNT, 'gu'))].map(([word]) => word)
}

const MASKED = /[*x•.…]{2,} ?\d{3,}|\(\D{0,3}\d{4}\)/

/** Whether names in a column are those of one's own accounts, not of other parties or of what the money was for: they say so, or a name and a category stand beside them. */
function areOwnNames(heading: readonly string[]): (names: readonly string[]) => boolean {
  const isDescribed = heading.some(isCategory) && heading.some((cell) => readHeading(cell).meanings.some(({ role }) => role === 'name' || role === 'memo'))
  return (names) => isFew(names) && isText(names) && (isDescribed || [...new Set(names)].every((name) => ACCOUNT.test(plainWords(name)) || MASKED.test(name.toLowerCase())))
}

/** What a column that is called after an account, and filled beside all rows, names where it parts no accounts: one, or somebody or something else. */
export function namesOfAccounts(heading: readonly string[], rows: readonly CsvRecord[]): { readonly says: 'unclear' } | { readonly says: 'one'; readonly name: string } | null {
  const areOwn = areOwnNames(heading)
  for (const [at, cell] of heading.entries()) {
    if (!readHeading(cell).meanings.some(({ role }) => role === 'namedAccount')) continue
    const names = filled(rows, at)
    const [name, another] = new Set(names)
    if (name === undefined || names.length < rows.length || !isFew(names) || !isText(names)) continue
    if (another !== undefined) return { says: 'unclear' }
    if (areOwn(names)) return { says: 'one', name }
  }
  return null
}

/** As many accounts as one has. */
function isFew(cells: readonly string[]): boolean {
  return new Set(cells).size <= 5 || isRepeated(cells)
}

/** On average each value stands in three rows or more. */
function isRepeated(cells: readonly string[]): boolean {
  return new Set(cells).size * 3 <= cells.length
}

/** Without footers: those with a date where most have one. What a footer says stands under no heading. */
function bookedRows(heading: CsvRecord, all: readonly CsvRecord[]): readonly CsvRecord[] {
  const rows = all.filter(({ cells }) => cells.filter((cell) => cell !== '').length > 1)
  const claims = heading.cells.flatMap((cell, at) => readHeading(cell).meanings.filter(({ role }) => DATES.has(role)).map(({ role, rank }) => ({ at, order: [...DATES].indexOf(role) * 1_000 + rank })))
  for (const { at } of claims.sort((a, b) => a.order - b.order)) {
    const dated = rows.filter(({ cells }) => scanDate(cells[at] ?? '') !== null)
    if (dated.length * 2 > rows.length) return dated
  }
  return rows
}

export type Styles = { readonly style: AmountStyle; readonly balanceStyle: AmountStyle }

/** How amounts and balances are written; each helps out where the other does not tell. */
export function stylesOf(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[]): Styles {
  const written = (...wanted: readonly Role[]): ReturnType<typeof scanAmount>[] =>
    wanted.flatMap((role) => roles.get(role) ?? []).flatMap((at) => filled(rows, at).map(scanAmount))
  const balances = written('balance').filter((amount) => amount !== null)
  const amounts = written('amount', 'debit', 'credit', 'fee').filter((amount) => amount !== null)
  const beside = styleOfThousandths(heading, roles, rows, [...amounts, ...balances]) ?? styleBeside(heading, rows)
  const style = chooseStyle(amounts, balances.length === 0 ? beside : chooseStyle(balances, beside))
  return { style, balanceStyle: chooseStyle(balances, style) }
}

const RATE = /\b(rate|kurs|wechselkurs|umrechnungskurs|taux|cours|koers|wisselkoers|wisselkurs|tasso|cambio|curs|valutakurs|vaxlingskurs|kurz|arfolyam|kur|курс)\b|kurs$/u

/** How the rates of the rows are written (`0.8482`), where `29.000` may be two amounts; null when there are none. Places and quantities are written by other programs' habits. */
function styleBeside(heading: CsvRecord, rows: readonly CsvRecord[]): AmountStyle | null {
  const rates = heading.cells.flatMap((cell, at) => (RATE.test(plainWords(cell)) ? filled(rows, at) : []))
  const told = new Set(rates.flatMap((cell) => /^-?\d+([.,])\d{4,}$/.exec(cell)?.[1] ?? []))
  return told.size === 1 ? (told.has('.') ? 'point' : 'comma') : null
}

/** Where all is in currencies of a thousand coins and each amount ends in three digits behind one separator, those are the coins. */
function styleOfThousandths(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], amounts: readonly WrittenAmount[]): AmountStyle | null {
  const codes = [...heading.cells.map((cell) => readHeading(cell).currency ?? ''), ...(roles.get('currency') ?? []).flatMap((at) => filled(rows, at)), ...amounts.map(({ currency }) => currency ?? '')]
  const currencies = codes.map(readCurrency).filter((code) => code !== null)
  if (currencies.length === 0 || currencies.some((code) => decimalsOf(code) !== THOUSANDTHS)) return null
  const separators = new Set(amounts.map(({ number }) => /^\d+([.,])\d{3}$/.exec(number)?.[1]))
  return separators.size === 1 ? (separators.has('.') ? 'point' : separators.has(',') ? 'comma' : null) : null
}

/** The columns, or null when dates or amounts are missing. */
export function headedColumns(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], styles: Styles, preamble: readonly CsvRecord[]): Columns | null {
  const first = (role: Role): number | null => roles.get(role)?.[0] ?? null
  const dates = [first('booked'), first('date'), first('acted'), first('value'), first('bought')].filter((at) => at !== null)
  // A settlement that few rows have is that of trades. Where few are posted, the others are pending.
  const counts = dates.map((at) => filled(rows, at).length)
  const booked = dates.find((at, i) => counts[i]! * FEW >= Math.max(...counts) || !SETTLEMENT.test(plainWords(heading.cells[at]!)))
  if (booked === undefined) return null
  const amount = chooseAmount(heading, roles, rows, styles, booked, preamble.some(({ cells }) => cells.some(isCardTitle)))
  if (amount === null) return null
  const elsewhere = (at: number | null): number | null => (at === booked ? null : at)
  const told = (role: Role): readonly number[] => (roles.get(role) ?? []).filter((at) => filled(rows, at).length > 0)
  const named = told('name').filter((at, _, all) => !isBareName(heading.cells[at]!) || !all.some((one) => isOfOther(heading.cells[one]!)))
  const described = told('memo').flatMap((at) => [at, ...goesOn(heading, rows, at)])
  const others = described.length > 0 || named.length > 0 ? described : unclaimedTexts(roles, rows)
  // Where nothing else describes the rows, what they are called as a kind does.
  const memo = others.length > 0 || named.length > 0 ? others : told('kind').filter((at) => filled(rows, at).some((cell) => /\s/.test(cell)))
  // A text that is the same beside all rows describes the account.
  const telling = memo.find((at) => rows.length < 3 || new Set(filled(rows, at)).size > 1) ?? memo[0]
  const name = named.length > 0 ? named : telling === undefined ? [] : [telling]
  return {
    booked,
    acted: elsewhere(first('acted') ?? first('bought') ?? first('date')),
    value: elsewhere(first('value')),
    ...amount,
    balance: isStanding(rows, first('balance'), styles.balanceStyle) ? null : first('balance'),
    ...currencyOf(heading, roles, rows, amount.amount),
    ...accountOf(roles),
    name,
    payer: payerAmong(heading, named),
    // The best word names the description; the others are read from left to right.
    memo: memo.filter((at) => !name.includes(at)).sort((a, b) => a - b),
    reference: first('reference'),
    id: first('id'),
    check: first('check'),
    status: statusOf(heading, roles, rows),
    impact: first('impact'),
    kind: first('kind') ?? first('mark'),
    foreignAmount: first('foreignAmount'),
  }
}

/** Columns behind a description, without a word of their own, in which it goes on. */
function goesOn(heading: CsvRecord, rows: readonly CsvRecord[], at: number): readonly number[] {
  const next = at + 1
  return heading.cells[next] === '' && isText(filled(rows, next)) ? [next, ...goesOn(heading, rows, next)] : []
}

function payerAmong(heading: CsvRecord, names: readonly number[]): number | null {
  const of = (side: 'payer' | 'payee'): number | undefined => names.find((at) => sideOf(heading.cells[at] ?? '') === side)
  return of('payee') === undefined ? null : (of('payer') ?? null)
}

function statusOf(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[]): number | null {
  return roles.get('status')?.[0] ?? statesBeside(heading, roles, rows)
}

/** A column of states under a word for something else, or for nothing. */
function statesBeside(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[]): number | null {
  const claimed = new Set([...roles.values()].flat())
  const at = heading.cells.findIndex((_, column) => !claimed.has(column) && areStates(filled(rows, column)))
  return at === -1 ? null : at
}

/** What tells the account of each row: its number, or else its name. */
function accountOf(roles: Roles): Pick<Columns, 'account' | 'isNamed'> {
  const [number = null] = roles.get('account') ?? roles.get('constantAccount') ?? []
  const [name = null] = roles.get('namedAccount') ?? []
  return { account: number ?? name, isNamed: number === null && name !== null }
}

/** What tells the currency of each row. An amount under the name of one is in it: a column of currencies beside it is of what was paid elsewhere. */
function currencyOf(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], amount: AmountColumns): Pick<Columns, 'currency' | 'currencyElse' | 'foreignCurrency'> {
  const [own = null] = roles.get('currency') ?? []
  const [foreign = null] = roles.get('foreignCurrency') ?? []
  const named = new Set(amountCells(amount).map((at) => readHeading(heading.cells[at] ?? '')).map(({ meanings, currency }) => (meanings.some(({ rank }) => rank === BARE_CURRENCY) ? null : currency)))
  const [only = null] = named
  if (named.size === 1 && only !== null && own !== null && filled(rows, own).some((cell) => readCurrency(cell) !== only)) return { currency: null, currencyElse: null, foreignCurrency: foreign ?? own }
  const [out, into] = heading.cells.flatMap((cell, at) => (EACH_CURRENCY.test(plainWords(cell)) ? [at] : []))
  const isApart = out !== undefined && into !== undefined && rows.every(({ cells }) => cells.every((cell) => cell === '') || readCurrency(cells[out] || cells[into] || '') !== null)
  return isApart ? { currency: out, currencyElse: into, foreignCurrency: foreign } : { currency: own, currencyElse: null, foreignCurrency: foreign }
}

/** Columns of words under headings that say nothing, where no known heading describes the rows. */
function unclaimedTexts(roles: Roles, rows: readonly CsvRecord[]): readonly number[] {
  const claimed = new Set([...roles.values()].flat())
  const width = rows.reduce((most, { cells }) => Math.max(most, cells.length), 0)
  const texts = Array.from({ length: width }, (_, at) => at).filter((at) => !claimed.has(at) && isText(filled(rows, at)))
  const telling = texts.filter((at) => new Set(filled(rows, at)).size > 1 || rows.length < 3)
  return telling.length > 0 ? telling : texts.slice(0, 1)
}

type Chosen = Pick<Columns, 'amount' | 'fee' | 'balanceBefore'>

/** The amount that moves the balance, as the file writes it if that fits at all; without a balance the first that is there. */
function chooseAmount(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], { style, balanceStyle }: Styles, booked: number, isTitled: boolean): Chosen | null {
  const candidates = amountCandidates(heading, roles, rows, style)
  const balance = roles.get('balance')?.[0]
  const fee = roles.get('fee')?.[0] ?? null
  if (balance !== undefined) {
    const status = statusOf(heading, roles, rows)
    const sections = bySection(status === null ? rows : rows.filter(({ cells }) => !isDeclined(cells[status] ?? '')), [accountOf(roles).account, roles.get('currency')?.[0]])
    const balances = sections.map((row) => cellAmount(row, balance, balanceStyle))
    const runs = runOf(rows, booked)
    const proofOf = (amount: AmountColumns, charged: number | null, isBefore: boolean): Proof => {
      const amounts = sections.map((row) => signedAmount(row, amount, charged, style))
      return prove(amounts, isBefore ? endings(amounts, balances) : balances)
    }
    for (const charged of fee === null ? [null] : [null, fee]) {
      for (const amount of candidates) {
        if (isProved(proofOf(amount, charged, false))) {
          // Where no step shows whether a fee comes on top: it has a column of its own because it does, but for what is net of it.
          const onTop = fee !== null && !amountCells(amount).some((at) => isNet(heading.cells[at] ?? '')) && isProved(proofOf(amount, fee, false))
          return { amount, fee: onTop ? fee : charged, balanceBefore: false }
        }
        if (isProvedBefore(proofOf(amount, charged, true), runs)) return { amount, fee: charged, balanceBefore: true }
        if (amount.form !== 'signed') continue
        const inverted = { ...amount, inverted: !amount.inverted }
        const proof = proofOf(inverted, charged, false)
        if (isProved(proof) && mayInvert(rows, amount.at, style, proof)) return { amount: inverted, fee: charged, balanceBefore: false }
      }
    }
  }
  const [amount] = candidates
  if (amount === undefined) return null
  const owed = amount.form === 'signed' ? owedBy(heading, roles, rows, amount, style, isTitled) : null
  return { amount: amount.form === 'signed' && owed !== null ? { ...amount, inverted: true, isLikely: owed === 'likely' } : amount, fee: amount.form === 'split' && AFTER_FEES.test(plainWords(heading.cells[amount.out] ?? '')) ? fee : null, balanceBefore: false }
}

/** A merchant is paid net of fees: its charges are income, and refunds go out. */
function isMerchants(heading: CsvRecord, roles: Roles): boolean {
  return roles.has('fee') && heading.cells.some(isNet)
}

function owedBy(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], amount: AmountColumns, style: AmountStyle, isTitled: boolean): ReturnType<typeof countsOwed> {
  if (isMerchants(heading, roles)) return null
  const columns = (...wanted: readonly Role[]): readonly number[] => wanted.flatMap((role) => roles.get(role) ?? [])
  const amounts = rows.map((row) => signedAmount(row, amount, null, style))
  return countsOwed(heading.cells, rows, amounts, columns('name', 'memo'), columns('kind', 'mark'), isTitled)
}

/** The direction of time from the first date to the last; null when all are of one day. */
export function runOf(rows: readonly CsvRecord[], booked: number): 'forward' | 'backward' | null {
  const dates = filled(rows, booked).map(scanDate).filter((date) => date !== null)
  const order = chooseOrder(dates, null)
  const days = dates.map((date) => readDate(date, order)).filter((day) => day !== null)
  const [first, last] = [days[0], days.at(-1)]
  return first === undefined || last === undefined || first === last ? null : first < last ? 'forward' : 'backward'
}

/** One and the same balance beside all rows is that of the moment of the export: it runs with none of them. */
function isStanding(rows: readonly CsvRecord[], balance: number | null, style: AmountStyle): boolean {
  if (balance === null) return false
  const told = rows.map((row) => cellAmount(row, balance, style)).filter((amount) => typeof amount === 'string')
  return told.length > 1 && new Set(told).size === 1
}

/** Signs that the file writes out are turned only by many steps of the balance that all say so: one may be a row that is missing. */
function mayInvert(rows: readonly CsvRecord[], at: number, style: AmountStyle, { steps, forward, backward }: Proof): boolean {
  const isSigned = rows.some((row) => cellAmount(row, at, style)?.startsWith('-') === true)
  return !isSigned || (steps >= SIGN_STEPS && Math.max(forward, backward) === steps)
}

function amountCandidates(heading: CsvRecord, roles: Roles, rows: readonly CsvRecord[], style: AmountStyle): readonly AmountColumns[] {
  const marks = isOwnHeading(heading.cells) || isMerchants(heading, roles) ? [] : [...(roles.get('mark') ?? []), ...unnamedMarks(heading, roles, rows)]
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
    if (split.outIs === 'positive' && rows.some((row) => cellAmount(row, out, style)?.startsWith('-') === true)) candidates.push({ ...split, outIs: 'either' }, { ...split, outIs: 'negative' })
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
  const [best, ...others] = told.sort((a, b) => Number(b.moves) - Number(a.moves) || b.rows - a.rows || Number(isWhole(b.amount)) - Number(isWhole(a.amount)))
  // Two columns tell the direction where the one has no sign.
  const apart = best?.isUnsigned === true ? others.filter(({ amount, moves, rows }) => amount.form === 'split' && moves && rows === best.rows) : []
  return [...apart, ...told.filter((one) => !apart.includes(one))].map(({ amount }) => amount)
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

/** Two columns; money out, or in, counts as written negative when none of it is positive. */
export function splitAmount(rows: readonly CsvRecord[], out: number, into: number, style: AmountStyle): Extract<AmountColumns, { readonly form: 'split' }> {
  const paid = rows.map((row) => cellAmount(row, out, style)).filter((amount) => typeof amount === 'string' && amount !== '0')
  const received = rows.map((row) => cellAmount(row, into, style)).filter((amount) => typeof amount === 'string' && amount !== '0')
  const allNegative = (amounts: typeof paid): boolean => amounts.length > 0 && amounts.every((amount) => amount!.startsWith('-'))
  return { form: 'split', out, in: into, outIs: allNegative(paid) ? 'negative' : 'positive', inNegative: allNegative(received) }
}

function bearsOut(role: Role, cells: readonly string[], share: number): boolean {
  const mostly = (test: (cell: string) => boolean): boolean => cells.filter(test).length >= cells.length * share
  if (DATES.has(role)) return mostly((cell) => scanDate(cell) !== null)
  if (AMOUNTS.has(role)) return mostly((cell) => isNothing(cell) || scanAmount(cell) !== null)
  switch (role) {
    case 'currency':
    case 'foreignCurrency':
      return mostly((cell) => /^([A-Z]{3}|[€£$])$/i.test(cell) || readCurrency(cell) !== null)
    case 'mark':
      return cells.some((cell) => markOf(cell) !== null) && arePaired(cells) && mostly((cell) => markOf(cell) !== null || isNeutral(cell))
    case 'check':
      return mostly((cell) => /^#?\d+$/.test(cell))
    case 'id':
      // An id that repeats is none.
      return new Set(cells).size === cells.length
    case 'account':
      return isFew(cells) && mostly((cell) => /\d{3,}/.test(cell))
    case 'constantAccount':
      return cells.length > 1 && new Set(cells).size === 1 && mostly((cell) => /\d{3,}/.test(cell))
    default:
      return true
  }
}
