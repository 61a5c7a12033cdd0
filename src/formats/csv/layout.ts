/**
 * How one CSV file is laid out: which column means what, how dates and amounts are written, which sign
 * means money in, and in which direction time runs. A layout is inferred once from a sample and then
 * holds for the whole file; a row that contradicts it is a failure, never a guess.
 */
import type { Currency } from '../../domain/money.ts'
import type { AmountStyle } from '../written-amount.ts'
import type { DateOrder } from '../written-date.ts'
import type { BalanceAbove } from './balances-above.ts'
import type { ApartDay } from './exchanged-days.ts'
import type { CsvRecord } from './records.ts'
import type { KnownWays } from './signs-by-balance.ts'
import type { Sums } from './sums.ts'

export type CurrencyColumn = { readonly at: number; readonly currency: Currency }

/** Columns are indexes from 0. */
export type AmountColumns =
  /** One column with a sign; `inverted` when evidence showed that positive means money out. */
  | { readonly form: 'signed'; readonly at: number; readonly inverted: boolean; /** Inverted because of what stands above the rows alone. */ readonly isLikely?: boolean; /** Inverted because of words of its rows alone. */ readonly isWorded?: boolean; /** As written, and so the balance runs; but the rows read like those of a card, of which it may be what is owed. */ readonly mayOwe?: boolean; /** Only money in is marked, beside its amount (`25.00 CR`): all else went out. */ readonly creditsMarked?: boolean; /** Without signs: the balance beside tells the way of each row, and what it tells of the sample. */ readonly byBalance?: KnownWays; /** The balance before each row, where it stands beside the one after it. */ readonly before?: number }
  /** The direction stands in another column (D/C, Af/Bij, debit/credit); a sign in the amount itself is dropped. */
  | { readonly form: 'marked'; readonly at: number; readonly mark: number; /** What an empty mark means, where only one direction is marked (`CR`). */ readonly unmarked: 'out' | 'in' | null }
  /** Each currency has a column of its own, and each row fills one of them: what it is in stands above it. */
  | { readonly form: 'currencies'; readonly columns: readonly CurrencyColumn[] }
  /**
   * Money out and money in have columns of their own. `outIs`: how money out is written, `either` where the column tells the
   * direction whatever sign stands before an amount; `inNegative` when money in is written negative.
   */
  | { readonly form: 'split'; readonly out: number; readonly in: number; readonly outIs: 'positive' | 'negative' | 'either'; readonly inNegative: boolean }

export type Columns = {
  readonly booked: number
  readonly acted: number | null
  readonly value: number | null
  readonly amount: AmountColumns
  /** Taken off the amount: only set where the balance column proves it. */
  readonly fee: number | null
  readonly balance: number | null
  /** The balance is that before the row, not after it. */
  readonly balanceBefore: boolean
  /** The balance counts what is owed: on cards and loans. */
  readonly balanceOwed: boolean
  /** Of what was paid on a loan only this lowers it. */
  readonly principal: number | null
  /**
   * Whose list it is, where nothing tells: that of a loan, or of the account that paid its parts; that of a card, whose balance
   * goes up with its debits, or the books of an account, whose debits come in; which of two columns without a heading is money in.
   */
  readonly untold: 'loan' | 'debits' | 'sides' | null
  readonly currency: number | null
  /** Where it is told when the other column is empty: money out and money in have a currency each. */
  readonly currencyElse: number | null
  readonly account: number | null
  /** What stands there are names of accounts, not their numbers. */
  readonly isNamed: boolean
  readonly name: readonly number[]
  /** The one of them that names who pays, where another names who is paid. */
  readonly payer: number | null
  readonly memo: readonly number[]
  readonly reference: number | null
  readonly id: number | null
  readonly check: number | null
  readonly status: number | null
  /** Says of each row whether it changed the balance at all. */
  readonly impact: number | null
  readonly kind: number | null
  readonly foreignAmount: number | null
  /** Of shares that a row moves. */
  readonly quantity: number | null
  readonly foreignCurrency: number | null
}

/** Some banks write balances another way than amounts (`-23,45` and `1000.00`). */
export type Notation = { readonly order: DateOrder; readonly style: AmountStyle; readonly balanceStyle: AmountStyle }

/** What nearly all rows have in common. */
export type Shape = {
  /** How many cells they have; null where they differ. */
  readonly width: number | null
  /** How many no row has more of: so many, or where rows are too few to tell as many as the heading; null where neither tells. */
  readonly most: number | null
  /** Behind the last cell that is filled in any of them. */
  readonly reach: number
  /** How many cells the emptiest of them has filled. */
  readonly least: number
  /** Columns of amounts and balances whose cells all have so many decimals, zeros at their end among them. */
  readonly padded: ReadonlyMap<number, number>
  /** Of several columns of amounts those in which a cell is never empty. */
  readonly always: readonly number[]
}

export type Layout = Columns &
  Notation & {
    /** Records before the first row: preamble and heading. */
    readonly skipped: number
    /** What stands above its columns; none where the table has no heading. */
    readonly heading: readonly string[]
    readonly accountNumber: string | null
    /** Balances that stand above the table. */
    readonly above: readonly BalanceAbove[]
    /** The currency where no column tells one. */
    readonly fixedCurrency: Currency | null
    readonly direction: 'forward' | 'backward'
    /** What a person is told of the order of its dates, where it is not proved. */
    readonly orderTold: { readonly code: 'date_order' | 'dates_remembered'; readonly message: string } | null
    /** A row of the sample whose day stands far from those around it, in a list that is in the order of its days. */
    readonly apart: ApartDay | null
    /** How an amount without a minus was read where nothing in the rows proves which way the money went; null where something does. */
    readonly unsignedIs: 'in' | 'out' | null
    /** By what rows of several accounts may stand in the file, which cannot be told from those of several other parties. */
    readonly mayMix: 'numbers' | 'names' | 'assets' | null
    /** Fees stand beside the amounts, and nothing tells whether those hold them: they were left out, or added. Null where something tells. */
    readonly feesOpen: 'left' | 'added' | null
    /** The one name of an account beside all rows: others may be called so, too. */
    readonly loneName: string | null
    /** Where it stands in each row; null where it stands above them, or there is none. */
    readonly loneAt: number | null
    /** Whether rows go on in records of nothing but words below them, as a footer does not. */
    readonly goesOn: boolean
    /** In lists of double entry: the column that tells which rows are of own accounts, and that of their names. Null in all others. */
    readonly entries: { readonly side: number; readonly account: number } | null
    /** A column of balances stands beside the amounts which they do not move. */
    readonly hasIdleBalance: boolean
    /** Nearly all rows have a balance. */
    readonly areBalanced: boolean
    /** How many cells a row has, where no heading tells it and the rows agree. */
    readonly rowWidth: number | null
    readonly shape: Shape
    /** Rows of the sample that only add up others. */
    readonly sums: Sums
    /** Lines of the sample under the words of a balance or a turnover that move the balance beside them. */
    readonly moves: ReadonlySet<number>
    /** Lines of the sample that stand in it for the second time. */
    readonly repeats: ReadonlySet<number>
    /** Lines of the sample that are not booked yet, though no word says it. */
    readonly unbooked: ReadonlySet<number>
    /** Cancelled rows of the sample that bring back what a purchase took, and whether their amount has to be turned for that. */
    readonly takenBack: ReadonlyMap<number, boolean>
  }

/** All columns that amounts stand in. */
export function amountCells(amount: AmountColumns): readonly number[] {
  return amount.form === 'split' ? [amount.out, amount.in] : amount.form === 'currencies' ? amount.columns.map(({ at }) => at) : [amount.at]
}

/** A column's cells that are not empty. */
export function filled(records: readonly CsvRecord[], column: number): readonly string[] {
  return records.map(({ cells }) => cells[column] ?? '').filter((cell) => cell !== '')
}

/** The rows of each account and currency together, with an empty record between: a running balance runs within them only. */
export function bySection(rows: readonly CsvRecord[], columns: readonly (number | null | undefined)[]): readonly CsvRecord[] {
  const keys = columns.filter((at) => at !== null && at !== undefined)
  const sections = [...Map.groupBy(rows, ({ cells }) => keys.map((at) => cells[at] ?? '').join('\u001f')).values()]
  return sections.length === 1 ? rows : sections.flatMap((section) => [...section, { cells: [], line: 0 }])
}

/** Whether a column holds words. */
export function isText(cells: readonly string[]): boolean {
  return cells.some((cell) => /\p{L}/u.test(cell))
}

const OUT = /^(buy|market buy|limit buy|stop buy|card debit|kauf|achat|acquisto|kopt|t|terheles|d|o|u|dr|db|dbit|debit|debet|debito|dare|s|soll|af|uit|out|money out|paid out|lastschrift|belastung|withdrawal|charge|-|wn|ud|ut|outflow|purchase|card purchase|pos purchase|visa purchase|cash withdrawal|atm withdrawal|direct debit|fee|expense|支出|出金|支払|払出|引出|借|출금|지급|outgoing|sent|money sent|minus|ausgang|ausgabe|abgang|abbuchung|auszahlung|sortie|depense|retrait|cargo|egreso|gasto|retiro|saida|despesa|saque|uscita|addebito|prelievo|uitgave|afschrijving|uttag|utgift|udbetaling|haevning|uttak|meno|otto|wydatek|obciazenie|rozchod|wyplata|vydaj|vydej|odchozi|kiadas|plata|debitare|giden|borc|cikis|дт|debi|mexaric|keluar|chi|支取|取款|转出|支|ถอน|จ่าย|سحب|مدين|zaduzenje|isplata|odliv|odchadzajuca( platba)?|duguje|расход|списание|оплата|покупка|снятие|перевод исходящии|исходящии|дебет|витрата|חיוב|χ|χρεωση|αναληψη|n\/?d)$/
const IN = /^(sell|market sell|limit sell|stop sell|card credit|dividend|dividend \(.*\)|interest on cash|lending interest|spending cashback|verkauf|vente|vendita|utdelning|j|a|e|i|jovairas|c|cr|cd|crdt|credit|credito|avere|h|haben|bij|in|money in|paid in|k|kredit|gutschrift|deposit|inflow|income|refund|salary|direct deposit|direct credit|\+|inn|ind|収入|收入|入金|預入|受入|贷|입금|incoming|received|money received|plus|eingang|einnahme|zugang|einzahlung|entree|recette|versement|remise|abono|ingreso|deposito|entrada|receita|entrata|accredito|versamento|ontvangst|bijschrijving|insattning|inkomst|indbetaling|innskudd|tulo|pano|wplyw|uznanie|przychod|wplata|prijem|prichozi|bevetel|incasare|creditare|gelen|alacak|giris|кт|kredi|medaxil|masuk|thu|存款|转入|收|ฝาก|รับ|إيداع|دائن|odobrenje|uplata|priliv|prichadzajuca( platba)?|potrazuje|приход|зачисление|поступление|пополнение|возврат|начисление|входящии|кредит|надходження|π|πιστωση|καταθεση|n\/?c)$/

/** The letters of Hungarian banks (terhelés, jóváírás), which mean something else beside the letters of others. */
const HUNGARIAN = /^[tj]$/i

/** Letters that tell a direction only beside each other: dare and avere, out and in, saída and entrada, uit and in, uscita and entrata. */
const PAIRS = ['da', 'oi', 'se', 'ui', 'ue']
const ONLY_IN_PAIRS = /^[aoieu]$/

/** A note of debit, beside one of credit; alone that nothing is known (`no disponible`). */
const [NOTE_OUT, NOTE_IN] = [/^n\/?d$/, /^n\/?c$/]

/** Whether letters that mean something only in pairs stand in one. */
export function arePaired(cells: readonly string[]): boolean {
  const letters = new Set(cells.map((cell) => cell.trim().toLowerCase()))
  if ([...letters].some((letter) => NOTE_OUT.test(letter)) && ![...letters].some((letter) => NOTE_IN.test(letter))) return false
  return ![...letters].some((letter) => ONLY_IN_PAIRS.test(letter)) || PAIRS.some((pair) => letters.size === 2 && [...pair].every((letter) => letters.has(letter)))
}

/** Whether all cells are letters that a word above must explain: `D` and `A` are departments and accounts as well. */
export function needWord(cells: readonly string[]): boolean {
  return cells.some((cell) => ONLY_IN_PAIRS.test(cell.trim().toLowerCase()))
}

/** Whether the cells of a column say of each row which way its money went. */
export function areMarks(cells: readonly string[]): boolean {
  const hungarian = cells.filter((cell) => HUNGARIAN.test(cell.trim())).length
  return cells.length > 0 && arePaired(cells) && !needWord(cells) && (hungarian === 0 || hungarian === cells.length) && cells.every((cell) => markOf(cell) !== null)
}

/** What wallets say of money that is neither income nor expense: it moved all the same, or within them. */
const NEUTRAL = /^(\/|不计收支|中性交易|其他|neutral)$/
const NEUTRAL_IN = /退款|退回|充值|\b(refund(ed)?|top ?up)\b/
const NEUTRAL_OUT = /提现|还款|\b(withdraw(al|n)?|repayment)\b/

export function isNeutral(cell: string): boolean {
  return NEUTRAL.test(cell.trim().toLowerCase())
}

/** Where a row that is called neutral says which way its money went; null where it does not. */
export function neutralSide(cells: readonly string[]): 'out' | 'in' | null {
  const words = cells.join(' ').toLowerCase()
  const [isIn, isOut] = [NEUTRAL_IN.test(words), NEUTRAL_OUT.test(words)]
  return isIn === isOut ? null : isIn ? 'in' : 'out'
}

/** `Nota Débito`, `Nota de crédito`, `Credit memo`: a word for a note beside that of the direction. */
const NOTE = /^(?:nota|note|memo|avviso|aviso|misc|miscellaneous|movimiento|movimento|operacion|operacao)(?: de)? (debito|debit|credito|credit)$|^(debit|credit) (?:memo|note|entry|advice|adjustment)$/

/** `ACH Credit`, `Service Charge Debit`: the direction behind the way. Behind the name of a card it is the kind of that. */
const BY_WAY = /^(?:(?:ach|pos|atm|eft|wire|direct|interest|interac|electronic|internal|external|internet|mobile|online|bill|pay|payment|payroll|preauthorized|service|charge|charges|fee|fees|dividend|transfer|cash|cheque|check|debit|card|misc|miscellaneous|other|bank)[ _])+(debit|credit)$/

/** Direction of a mark cell; null for other words. */
export function markOf(cell: string): 'out' | 'in' | null {
  const written = cell.trim().toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')
  const note = NOTE.exec(written) ?? BY_WAY.exec(written)
  const plain = note === null ? written : (note[1] ?? note[2]!)
  if (OUT.test(plain)) return 'out'
  if (IN.test(plain)) return 'in'
  // In two languages: `贷 Cr`.
  const [first = '', second = '', ...more] = plain.split(/[\s/()]+/).filter((word) => word !== '')
  if (second === '' || more.length > 0) return null
  return OUT.test(first) && OUT.test(second) ? 'out' : IN.test(first) && IN.test(second) ? 'in' : null
}
