/**
 * Card exports that count what is owed: charges without a sign, payments negative. Nothing in one row
 * tells them from an account's, so the file is turned only on evidence in it: what its rows call
 * purchases and payments, or that a list of a card's charges holds nothing but positive amounts.
 */
import type { Decimal } from '../../domain/money.ts'
import { plainWords } from '../unstated.ts'
import { magnitude, negate } from '../written-amount.ts'
import { plus } from './amounts.ts'
import { filled } from './layout.ts'
import type { CsvRecord } from './records.ts'

/** What came has not gone out. */
const CAME = /\b(payment received|paiement recu|pagamento recebido|pago recibido|zahlung( uberweisung)? erhalten|zahlungseingang|betaling ontvangen|(in)?betalning mottagen|pagamento ricevuto|betaling modtaget|mottatt betaling)\b/
/** What only the issuer says of a payment that arrived; a shop may be called Thank You. */
const PAYMENT = '(payment|paymnt|pymt|pmt|autopay|auto pay|paiement|prelevement|pago|pagamento|zahlung|betaling|inbetalning|odeme)'
const THANKS = '(thank ?you|merci|gracias|obrigado|grazie|danke?|bedankt|tesekkur(ler| ederiz)?)'
const RECEIVED = new RegExp(
  `\\b${PAYMENT}s?\\b.*\\b${THANKS}\\b|\\b${THANKS}\\b.*\\b${PAYMENT}s?\\b|^(thank ?you|merci)$` +
  `|\\bpagamento efetuado\\b|^(inn?betaling|indbetaling|inbetalning)\\b|${CAME.source}` +
  `|^(ihre|uw|votre|su|vostro|din|deres) ${PAYMENT}\\b`,
)
const PAYMENT_KIND = /^(card )?(payment|payments|repayment|zahlung|paiement|pago|pagamento|betaling|inbetalning)( received| and credits)?$/
/** What only issuers sort the rows of a card by. */
const ISSUERS_KIND = /^(payments? and credits?|payment credit|awards and rebate credits)$/
/** What merchants call what comes to them, too. */
const SALE_KIND = /^(sale|charge)$/
const PURCHASE_KIND = /^(purchase|purchases|einkauf|kauf|karteneinkauf|achat|compra( a vista| parcelada| internacional| nacional)?|parcela \d+( de)? \d+|aankoop|kop|kjop|kob|acquisto)$/
const INCOMING_KIND = /^(deposit|salary|income|transfer in|credit|gutschrift|einzahlung)$/
/** What programs sort the money by that somebody earns. Not wages alone: a business pays them. */
const EARNED_KIND = /^(income|paychecks?|paychecks? salary|earnings|einkommen|revenus?|ingresos|stipendi e pensioni|entrate|inkomen|inkomst(er)?)$/
const CARD_SHOWN = /^card (last (4|four)( digits)?|ending( in)?)$/
const CARD_HEADING = /\bcard ?(member|holder|no|num|number)\b|\b(kort(medlem|innehavare|holder|indehaver)|kaarthouder|kortinhaltija|posiadacz karty|titulaire( de la)? carte|titular( de la| da)? (tarjeta|cartao)|portador( do cartao)?|titolare( della)? carta|drzitel karty|kart sahibi)\b|^card$|\bpurchased by\b|\b(nome no|final do) cartao\b|\bkarten(nummer|inhaber)\b|\b(numero|n)( de)?( la)? (carte|tarjeta|cartao)\b|^((numero|n|no|num)( de)? )?(cuotas?|parcelas?|installments?|taksit|taksit sayisi)$|支払回数|할부/
/** Whose card it is, or which: of a purchase on an account's list, too, but not of a wage. */
const WHOSE_CARD = /^card ?(member|holder|no|num|number)$|^(kort(medlem|innehavare|holder|indehaver)|kaarthouder|kaartlid|karteninhaber|kortnummer|kartennummer|kaartnummer|titular( de la tarjeta)?|titulaire( de la)? carte|titolare( della)? carta|portador)$/
/** Where a card was used: only its own list says so. */
const CARD_USED = /カー[ドト]会員|卡号[后末]四位|利用店名|利用先|שם בית ה?עסק|이용하신곳|가맹점|이용카드/

/** What a statement is called above its rows. */
const CARD_TITLE = /\b(credit card|kredi karti|kreditkarte\w*|kreditkort\w*|carte (de credit|bancaire)|tarjeta de credito|carta di credito|cartao de credito|luottokort\w*|karta kredytowa|karty kredytowej|kreditni kartica)\b/
/** The same where words have no ends. */
const CARD_TITLE_EAST = /(?<!キャッシュ|デビット)カード(?!ローン)|信用卡|신용카드/

export function isCardTitle(cell: string): boolean {
  return CARD_TITLE.test(plainWords(cell)) || CARD_TITLE_EAST.test(cell)
}

/** Whether columns are called after a card or whoever holds it. */
export function isCardHeading(heading: readonly string[]): boolean {
  return heading.some((cell) => CARD_HEADING.test(plainWords(cell)))
}

/** Beside the name of the merchant: a merchant's own list has the cards of its customers. */
const CARD_ID = /^card id$/
const MERCHANT = /^merchant( name)?$/

/** What only money is called that comes to a card; "payment" alone is what a shop gets as well. */
const TO_A_CARD = /\b(autopay|trsf from|transfer from|virement de|refund|remboursement|reembolso|rimborso|erstattung|gutschrift|lastschrifteinzug|rechnungsausgleich|kontoausgleich|terugbetaling|automatische incasso|aterbetalning|iade|odemesi|addebito in c c|pagamento (de |da )?fatura|inclusao de pagamento|pago de (la )?tarjeta)\b/
/** The same where words have no ends. */
const TO_A_CARD_EAST = /口座振替|זיכוי|החזר|退款|退货|返品|환불|возврат/
/** A refund that was taken back is none. */
const TAKEN_BACK = /\b(revers(ed|al)|returned|chargeback|storn\w*|annul\w*|ruckgangig)\b/
/** Money that is put on a prepaid card: it counts what is there. */
const LOADED = /^((card|cash|check|cheque|direct|mobile|employer|employee|monthly|annual|payroll) )?(deposits?|contributions?|allotment|allowance|einzahlung|versement|versamento|storting|insattning|wplata|top ?up|load|reload|card load|funding|aufladung|guthabenaufladung|rechargement|recharge|recarga|carga|ricarica|opwaardering|doladowanie|dobiti|feltoltes|yukleme|пополнение)( (by|from|via|with|card|online|par|da|por|mit|per|z|van) .*)?$/
/** What only comes to an account: nobody is paid a wage to a card. */
const WAGE = /\b(payroll|salary|wages|direct dep(osit)?|lohn|gehalt|salaire|nomina|salario|stipendio|salaris|wynagrodzenie|palkka)\b/
/** What is put into an account. */
const DEPOSITED = /\b(deposit|einzahlung|versement|ingreso en efectivo|versamento|storting|insattning|indbetaling|innskudd|wplata)\b/
/** What only leaves an account. */
const DRAWN_KIND = /^((cash|atm) )?(withdrawals?|auszahlung|bargeldauszahlung|retrait|retiro|prelievo|saque|opname)$|^(atm|cash|direct debit|standing order|lastschrift|dauerauftrag)$/
/** So many rows, and so large a part of them, are no accident. */
const MANY_MOVES = 4
const MOST_MOVES = 0.75
/** Fewer cards than rows are no customers'. */
const CUSTOMERS = 2

function headingWords(cell: string): string {
  return plainWords(cell.replace(/([a-z])([A-Z])/g, '$1 $2'))
}

/**
 * How the rows show that what they count is owed: in words that only issuers have, in words that others use as well, in either of both where nothing else
 * calls it a card's (an account that pays a card may have them, too), in those that shops and programs use, too, or only by
 * what stands above them.
 */
export type Owed = 'issuer' | 'told' | 'issuerAlone' | 'toldAlone' | 'hinted' | 'likely'

/** What is said of signs that were turned: other rows of the account may tell better, or a person is told alone. */
export function doubtsOf(owed: Owed | null): { readonly isLikely: boolean; readonly isWorded: boolean } {
  return { isLikely: owed === 'hinted' || owed === 'likely', isWorded: owed === 'issuerAlone' || owed === 'toldAlone' }
}

/**
 * Whether the file counts what is owed, and how that shows; null: it does not.
 * `texts` and `kinds`: the columns that say what a row is; `amounts` go with `rows`; `isTitled`: the file calls itself a card's.
 */
export function countsOwed(heading: readonly string[], rows: readonly CsvRecord[], amounts: readonly (Decimal | null | undefined)[], texts: readonly number[], kinds: readonly number[], isTitled = false): Owed | null {
  const moves = rows.flatMap(({ cells }, at) => {
    const amount = amounts[at]
    if (typeof amount !== 'string' || amount === '0') return []
    const words = (columns: readonly number[]): readonly string[] => columns.map((column) => plainWords(cells[column] ?? ''))
    return [{ out: amount.startsWith('-'), size: magnitude(amount), kinds: words(kinds), texts: words(texts) }]
  })
  const isRefund = (text: string): boolean => (TO_A_CARD.test(text) && !TAKEN_BACK.test(text)) || TO_A_CARD_EAST.test(text)
  // What comes to an account as well leaves open whose list it is.
  const cameIn = moves.some(({ texts, kinds, out }) => !out && (texts.some(isRefund) || [...texts, ...kinds].some((text) => DEPOSITED.test(text) || INCOMING_KIND.test(text))))
  // Nobody but an issuer calls it a purchase that a balance goes up.
  const told = (holds: boolean): Owed | null => (!holds ? null : (received.length > 0 || moves.some(({ kinds }) => kinds.some((kind) => PURCHASE_KIND.test(kind)))) && !cameIn ? 'issuer' : 'told')
  const isMost = (of: typeof moves): boolean => of.filter(({ out }) => !out).length * 2 > of.length
  const received = moves.filter(({ texts, kinds }) => [...texts, ...kinds].some((text) => RECEIVED.test(text)) || kinds.some((kind) => ISSUERS_KIND.test(kind)))
  const paid = [...received, ...moves.filter(({ kinds }) => kinds.some((kind) => PAYMENT_KIND.test(kind)))]
  const isPurchase = (kind: string): boolean => PURCHASE_KIND.test(kind) || (paid.length > 0 && SALE_KIND.test(kind))
  const bought = moves.filter(({ kinds }) => kinds.some(isPurchase))
  // Programs that count what was spent write what was earned with a minus. Nobody spends more at once than all of it: less is income taken back.
  const earned = moves.filter(({ kinds }) => kinds.some((kind) => EARNED_KIND.test(kind)))
  const others = moves.filter((move) => !earned.includes(move))
  const most = earned.reduce((sum, { size }) => plus(sum, size), '0' as Decimal)
  if (earned.length > 0 && earned.every(({ out }) => out) && isMost(others) && others.every(({ size }) => isLess(size, most))) return 'hinted'
  if (moves.some(({ texts, kinds, out }) => !out && [...texts, ...kinds].some((text) => LOADED.test(text) || WAGE.test(text)))) return null
  if (moves.some(({ kinds, out }) => out && kinds.some((kind) => DRAWN_KIND.test(kind)))) return null
  if (bought.length > 0) {
    const came = moves.some(({ kinds, out }) => !out && kinds.some((kind) => INCOMING_KIND.test(kind) || PAYMENT_KIND.test(kind)))
    const owed = told(!came && bought.every(({ out }) => !out) && paid.every(({ out }) => out))
    return owed === 'told' && bought.every(({ kinds }) => !kinds.some((kind) => PURCHASE_KIND.test(kind))) ? 'hinted' : owed
  }
  const isShopping = heading.some((cell) => MERCHANT.test(headingWords(cell))) && heading.some((cell) => CARD_ID.test(headingWords(cell)))
  const isCard = isShopping || heading.some((cell, at) => CARD_USED.test(plainWords(cell)) || isOfCard(plainWords(cell), rows, at))
  // In a card's own list a payment that lowers what is owed tells alone.
  if (received.length > 0) {
    const rest = moves.filter((move) => !received.includes(move))
    // Where there is nothing else, what only issuers sort rows by tells.
    const isIssuers = rest.length === 0 && received.every(({ kinds, texts }) => kinds.some((kind) => ISSUERS_KIND.test(kind)) || texts.some((text) => CAME.test(text) && !TAKEN_BACK.test(text)))
    const owed = told(received.every(({ out }) => out) && (isCard || isMost(rest) || isIssuers))
    return isCard || isTitled || owed === null ? owed : owed === 'issuer' ? 'issuerAlone' : 'toldAlone'
  }
  // On a card money comes by transfers and refunds; where nothing is called so, charges are what there are most of.
  const came = isCard || isTitled ? moves.filter(({ texts, kinds }) => [...texts, ...kinds].some((text) => isRefund(text) || PAYMENT_KIND.test(text))) : []
  // So it is where there is nothing else, if each says that it came: the kind alone is that of what an account pays, too.
  if (isCard && came.length > 0 && came.length === moves.length && came.every(({ out, texts }) => out && texts.some(isRefund))) return 'toldAlone'
  if (came.length > 0 && came.length < moves.length) return told(came.every(({ out }) => out) && moves.some((move) => !move.out && !came.includes(move)))
  // A list of what merchants charged has other rows, too, but of those with a merchant charges are what there are most of.
  const charges = moves.filter(({ out }) => !out).length
  // Where a card was used nobody but its issuer asks, nor whose each row is: there most rows are charges.
  const isUsed = heading.some((cell, at) => CARD_USED.test(plainWords(cell)) || (WHOSE_CARD.test(plainWords(cell)) && isOfCard(plainWords(cell), rows, at) && rows.every((row) => row.cells.length < 2 || (row.cells[at] ?? '') !== '')))
  const isOwed = isUsed && !cameIn ? isMost(moves) : isShopping ? isMost(moves.filter(({ texts }) => texts.some((text) => text !== ''))) : (isCard || isTitled) && (charges === moves.length || (moves.length >= MANY_MOVES && charges >= moves.length * MOST_MOVES))
  return isOwed && moves.length > 0 ? 'likely' : null
}

/** A column of one's own cards. A till has those of its customers, another one in each row, and `Card` beside `Cash` is an amount. */
function isOfCard(word: string, rows: readonly CsvRecord[], at: number): boolean {
  const cells = filled(rows, at)
  const isCustomers = cells.length > CUSTOMERS && new Set(cells).size === cells.length
  if (isCustomers || cells.some((cell) => /\d[.,]\d/.test(cell))) return false
  // Its last digits stand beside the purchases of an account, too: on a card's own list they stand beside all rows.
  return CARD_HEADING.test(word) || (CARD_SHOWN.test(word) && rows.every((row) => row.cells.length < 2 || (row.cells[at] ?? '') !== ''))
}

function isLess(one: Decimal, other: Decimal): boolean {
  return plus(one, negate(other)).startsWith('-')
}
