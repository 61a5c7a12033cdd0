/**
 * Card exports that count what is owed: charges without a sign, payments negative. Nothing in one row
 * tells them from an account's, so the file is turned only on evidence in it: what its rows call
 * purchases and payments, or that a list of a card's charges holds nothing but positive amounts.
 */
import type { Decimal } from '../../domain/money.ts'
import { plainWords } from '../unstated.ts'
import type { CsvRecord } from './records.ts'

/** What only the issuer says of a payment that arrived. */
const RECEIVED =
  /\b(thank ?you|payment received|paiement (recu|merci)|merci|pagamento (recebido|efetuado)|pago recibido|su pago gracias|gracias por su pago|zahlung( uberweisung)? erhalten|zahlungseingang|betaling ontvangen|inbetalning mottagen|pagamento ricevuto|betaling modtaget|mottatt betaling)\b/
const PAYMENT_KIND = /^(card )?(payment|payments|repayment|zahlung|paiement|pago|pagamento|betaling|inbetalning)( received| and credits)?$/
const PURCHASE_KIND = /^(sale|purchase|purchases|charge|einkauf|kauf|karteneinkauf|achat|compra( a vista| parcelada| internacional| nacional)?|parcela \d+( de)? \d+|aankoop|kop|kjop|kob|acquisto)$/
const INCOMING_KIND = /^(deposit|salary|income|transfer in|credit|gutschrift|einzahlung)$/
const CARD_SHOWN = /^card (last (4|four)( digits)?|ending( in)?)$/
const CARD_HEADING = /\bcard ?(member|holder|no|num|number)\b|^card$|\bpurchased by\b|\bkarten(nummer|inhaber)\b|\b(numero|n)( de)?( la)? (carte|tarjeta|cartao)\b|利用店名|שם בית העסק/

/** What a statement is called above its rows. */
const CARD_TITLE = /\b(credit card|kredi karti|kreditkarte\w*|kreditkort\w*|carte (de credit|bancaire)|tarjeta de credito|carta di credito|cartao de credito|luottokort\w*|karta kredytowa|karty kredytowej|kreditni kartica)\b/

export function isCardTitle(cell: string): boolean {
  return CARD_TITLE.test(plainWords(cell))
}

/** Beside the name of the merchant: a merchant's own list has the cards of its customers. */
const CARD_ID = /^card id$/
const MERCHANT = /^merchant( name)?$/

/** What only money is called that comes to a card; "payment" alone is what a shop gets as well. */
const TO_A_CARD = /\b(autopay|trsf from|transfer from|virement de|refund|remboursement|reembolso|rimborso|erstattung|gutschrift|terugbetaling|aterbetalning|iade|odemesi)\b/
/** Money that is put on a prepaid card: it counts what is there. */
const LOADED = /^(card )?(top ?up|load|reload|card load|funding|aufladung|guthabenaufladung|rechargement|recharge|recarga|carga|ricarica|opwaardering|doladowanie|dobiti|feltoltes|yukleme|пополнение)( (by|from|via|with|card|online|par|da|por|mit|per|z|van) .*)?$/
/** So many rows, and so large a part of them, are no accident. */
const MANY_MOVES = 4
const MOST_MOVES = 0.75

function headingWords(cell: string): string {
  return plainWords(cell.replace(/([a-z])([A-Z])/g, '$1 $2'))
}

/** `texts` and `kinds`: the columns that say what a row is; `amounts` go with `rows`; `isTitled`: the file calls itself a card's. */
export function countsOwed(heading: readonly string[], rows: readonly CsvRecord[], amounts: readonly (Decimal | null | undefined)[], texts: readonly number[], kinds: readonly number[], isTitled = false): boolean {
  const moves = rows.flatMap(({ cells }, at) => {
    const amount = amounts[at]
    if (typeof amount !== 'string' || amount === '0') return []
    const words = (columns: readonly number[]): readonly string[] => columns.map((column) => plainWords(cells[column] ?? ''))
    return [{ out: amount.startsWith('-'), kinds: words(kinds), texts: words(texts) }]
  })
  const received = moves.filter(({ texts, kinds }) => [...texts, ...kinds].some((text) => RECEIVED.test(text)))
  const bought = moves.filter(({ kinds }) => kinds.some((kind) => PURCHASE_KIND.test(kind)))
  const paid = [...received, ...moves.filter(({ kinds }) => kinds.some((kind) => PAYMENT_KIND.test(kind)))]
  if (moves.some(({ texts, kinds, out }) => !out && [...texts, ...kinds].some((text) => LOADED.test(text)))) return false
  if (bought.length > 0) {
    const came = moves.some(({ kinds, out }) => !out && kinds.some((kind) => INCOMING_KIND.test(kind) || PAYMENT_KIND.test(kind)))
    return !came && bought.every(({ out }) => !out) && paid.every(({ out }) => out)
  }
  // `Card` beside `Cash` is an amount, not a card.
  // Its last digits stand beside the purchases of an account, too: on a card's own list they stand beside all rows.
  const shows = (at: number): boolean => rows.every(({ cells }) => cells.length < 2 || (cells[at] ?? '') !== '')
  const isOfMerchants = heading.some((cell) => MERCHANT.test(headingWords(cell)))
  const isShopping = isOfMerchants && heading.some((cell) => CARD_ID.test(headingWords(cell)))
  const isCard = isShopping || heading.some((cell, at) => (CARD_HEADING.test(plainWords(cell)) || (CARD_SHOWN.test(plainWords(cell)) && shows(at))) && !rows.some(({ cells }) => /\d[.,]\d/.test(cells[at] ?? '')))
  const charges = moves.filter((move) => !move.out && !received.includes(move)).length
  // In a card's own list a payment that lowers what is owed tells alone.
  if (received.length > 0) return received.every(({ out }) => out) && (isCard || charges * 2 > moves.length - received.length)
  // On a card money comes by transfers and refunds; where nothing is called so, charges are what there are most of.
  const came = isCard || isTitled ? moves.filter(({ texts }) => texts.some((text) => TO_A_CARD.test(text))) : []
  if (came.length > 0 && came.length < moves.length) return came.every(({ out }) => out) && moves.some((move) => !move.out && !came.includes(move))
  // A list of what merchants charged has other rows, too, but of those with a merchant charges are what there are most of.
  const atMerchants = isShopping ? moves.filter(({ texts }) => texts.some((text) => text !== '')) : []
  if (isShopping) return atMerchants.filter(({ out }) => !out).length * 2 > atMerchants.length
  if (isCard && moves.length >= MANY_MOVES) return moves.filter(({ out }) => !out).length >= moves.length * MOST_MOVES
  return moves.length > 0 && moves.every(({ out }) => !out) && isCard
}
