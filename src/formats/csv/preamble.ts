/**
 * What stands above a table about all of it: the number and the name of the account, its currency. A label and what it says stand
 * in one cell behind a colon, or in cells beside each other.
 */
import type { Currency } from '../../domain/money.ts'
import { isIban } from '../iban.ts'
import { plainWords } from '../unstated.ts'
import { scanAmount } from '../written-amount.ts'
import { readCurrency } from '../written-currency.ts'
import { scanDate } from '../written-date.ts'
import { accountWordsIn } from './account-names.ts'
import { readHeading } from './headings.ts'
import { filled } from './layout.ts'
import type { CsvRecord } from './records.ts'

/** The one currency that amounts carry beside them; null when none or several. */
export function currencyInAmounts(rows: readonly CsvRecord[], columns: readonly number[]): Currency | null {
  const found = new Set<Currency>()
  for (const at of columns) {
    for (const cell of filled(rows, at)) {
      const written = scanAmount(cell)?.currency ?? null
      const code = written === null ? null : readCurrency(written)
      if (code !== null) found.add(code)
    }
  }
  return found.size === 1 ? [...found][0]! : null
}

/** What a cell says of the word before it: in the same one, behind a colon, or in the next that is filled. */
export function labelled(cells: readonly string[], at: number): { readonly label: string; readonly beside: string } {
  const cell = cells[at]!.replace(/^#\s*/, '').replace(/(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu, '')
  const [label = '', beside = ''] = /^([^:：]*)[:：]\s*(\S.*)$/.exec(cell)?.slice(1) ?? [cell, cells.slice(at + 1).find((other) => other !== '')]
  return { label: label.replace(/[:：]$/, ''), beside: beside.replace(/^="?|"$/g, '').replace(/^[[【](.*)[\]】]$/, '$1').trim() }
}

/** The same of a table of one row above that of the rows: labels beside each other, and below each what it says. */
function labelledBelow(preamble: readonly CsvRecord[]): readonly { readonly label: string; readonly beside: string }[] {
  return preamble.flatMap(({ cells }, i) => {
    const below = preamble[i + 1]?.cells ?? []
    const labels = cells.filter((cell) => cell !== '')
    const isHeading = labels.length > 1 && labels.every((cell) => /^[^\d:]+$/.test(cell)) && cells.every((cell, at) => (cell === '') === ((below[at] ?? '') === ''))
    return isHeading ? cells.map((label, at) => ({ label, beside: below[at]! })).filter(({ label }) => label !== '') : []
  })
}

/** `(Amounts in INR)`, `Alle Beträge in EUR`. */
const AMOUNTS_IN = /\b(?:amounts?|betr[äa]ge|montants?|importes?|importi|bedragen|belopp|valores) (?:are |sont |angegeben )?(?:in|en|em|i) ([A-Z]{3})\b/i

/** `12345678 ( INR )`, `0123456789012 - EUR - Conta`: the currency behind the number of the account. */
const BEHIND_NUMBER = /\d{6,}[\s(-]+([A-Z]{3})\s*(?:$|[)-])/

/** The one currency that a preamble names as such, or else has beside its amounts; null when none or several. */
export function currencyInPreamble(preamble: readonly CsvRecord[]): Currency | null {
  const told = [...preamble.flatMap(({ cells }) => cells.map((_, at) => labelled(cells, at))), ...labelledBelow(preamble)].filter(({ label }) => readHeading(label).meanings[0]?.role === 'currency')
  const phrases = preamble.flatMap(({ cells }) => cells.flatMap((cell) => AMOUNTS_IN.exec(cell)?.[1] ?? BEHIND_NUMBER.exec(cell)?.[1] ?? []))
  const found = new Set([...told.map(({ beside }) => beside), ...phrases].map(readCurrency).filter((code) => code !== null))
  const [only = null] = found
  return found.size === 1 ? only : currencyInAmounts([...preamble, ...preamble.map(({ cells, line }) => ({ cells: cells.map((_, at) => labelled(cells, at).beside), line }))], [0, 1, 2, 3, 4, 5, 6, 7])
}

const OF_ACCOUNT = new RegExp(`^(${'account|accountid|account id|accountno|acct|card no|card number|kartennummer|kreditkarte|numero carte|numero de tarjeta|konto|compte|cuenta|conto|conta|rekening|kontonummer|numero compte|numero de compte|numero de cuenta|numero da conta|numer rachunku|cislo uctu|szamlaszam|hesap no|номер счета|номер рахунку|口座番号|記号番号|계좌번호|账号|帳號|账户|帳戶|卡号|账户号码|帳戶號碼|局帳號|رقم الحساب|เลขที่บัญชี|บัญชีเลขที่|so tai khoan|so tk|no rekening|nomor rekening|hesap numarasi|iban no|αριθμος λογαριασμου|n rachunku|rachunek|cislo u|caja de ahorro|nro cuenta|nro de cuenta|חשבון|מספר חשבון|konts|saskaita|racun|broj racuna|сметка|рахунок|счет|kontonr|konto nr|nr konta|ktonr|acct no|a c no|a c number|cbu|clabe|nuban|rib|bban|cont|cont iban|numar cont|numarul contului|numer konta|stevilka racuna|saskaitos nr|konta numurs|konto number|nº de conta|n de conta|no de compte|n de compte|n compte|no compte|nr rachunku|llogaria|hesab|hesab nomresi|հաշիվ|հաշվեհամար|номер сметки|номер на сметка|номер договора|номер счёта'.split('|').map(plainWords).join('|')})( |$)`)
/** What else an account has, written in figures. */
const BESIDE_ACCOUNT = /\b(balance|saldo|solde|bakiye|date|datum|fecha|data|opened|opening|since|limit|available|phone|telefon)\b/
/** `Statement of Account No - 912010012345678 for the period`. */
const ACCOUNT_NUMBER = /\b(?:(?:account|a\/c) (?:no|number|nr)\.?[\s:-]{1,5}|conta: ?)(\d[\d-]{4,}\d)(?![\d/])/i

/** In figures, but not as a day or an amount is written, which change from file to file. */
function isAccountNumber(text: string): boolean {
  const isDay = /\D/.test(text) && scanDate(text) !== null
  return /^[A-Z]{0,2}[\d*xX. /-]{4,}[A-Z]?[\d*]*$/.test(text) && /\d{3}/.test(text) && !isDay && !/^-?[\d ]+\.\d{2}$/.test(text)
}

/** What an account is called, and its number: `eKonto - 12114020040000300201355387`, `DBS Savings Plus 012-3-456789`, `360 Account 501-123456-001`. */
const BEHIND_NAME = /^((?:\d{1,4} )?\p{L}[\p{L}\p{M}\d .,&'/-]*?)[\s:-]+(?:n[°ºo]\.? ?|nro\.? ?)?(\d[\d-]{4,}\d(?:\/\d)?)$/iu
/** `4748 •••• •••• 1234`, `4980-****-****-****`, of a card. */
const MASKED_CARD = /^[\dXx*•]{4,6}[ -]?(?:[\dXx*•]{2,4}[ -]?){1,3}\d{4}$/
/** The word for it before it, in one cell. */
const CARD_BEFORE = /^\p{L}*(?:card|karte|carte|tarjeta|carta|cartao|kaart|kort)\p{L}*(?: (?:number|no\.?|nummer))? +/iu

/** The number of a card or an account that a bank masks or puts behind the name of the account. */
function numberByName(text: string): string | null {
  const bare = text.replace(/[;.]+$/, '')
  const card = bare.replace(CARD_BEFORE, '')
  if (MASKED_CARD.test(card) && /[*•Xx]/.test(card)) return card
  const [, name = '', number = ''] = BEHIND_NAME.exec(bare) ?? []
  return accountWordsIn(name).length > 0 && !BESIDE_ACCOUNT.test(plainWords(name)) && isAccountNumber(number) && scanDate(number) === null ? number : null
}

/** The name that a file gives to its account under a label for it; null when none. */
export function nameInPreamble(preamble: readonly CsvRecord[]): string | null {
  const told = preamble.flatMap(({ cells }) => cells.map((_, at) => labelled(cells, at)))
  return told.find(({ label, beside }) => /^(account name|kontoname|kontobezeichnung|nom du compte|nombre de la cuenta|nome conto|nome da conta|naam rekening|kontonavn|kontonamn|nazwa rachunku|nazev uctu)$/.test(plainWords(label)) && /\p{L}/u.test(beside))?.beside ?? null
}

function filledOf(record: CsvRecord | undefined): readonly string[] {
  return record?.cells.filter((cell) => cell !== '') ?? []
}

/** An IBAN, else a number in Excel's text form (`="0123"`), the cell beside a label such as `Konto:`, or one behind the name of the account. */
export function accountInPreamble(preamble: readonly CsvRecord[]): string | null {
  for (const cell of preamble.flatMap(({ cells }) => cells)) {
    const written = /\b([A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?)\b/.exec(cell)?.[1] ?? ''
    // A currency may stand behind it.
    const iban = [written, written.replace(/ [A-Z]{3}$/, '')].map((text) => text.replace(/ /g, '')).find(isIban)
    if (iban !== undefined) return iban
  }
  for (const [at, { cells }] of preamble.entries()) {
    for (const [i, cell] of cells.entries()) {
      const bare = cell.replace(/^="?|"$/g, '')
      if (cell.startsWith('=') && /^\d{5,}$/.test(bare)) return bare
      const { label, beside } = labelled(cells, i)
      const words = plainWords(label)
      // `XXXXXX1234 Everyday Checking`.
      const number = beside.replace(/^[_']/, '').replace(/^((?=\S*\d{3})[\dX*x-]{4,}) +\p{L}[\p{L} ]*$/u, '$1').replace(/\s*(\(.*|- .*)$/, '').replace(/^\p{Script=Han}+[:：]/u, '')
      if (OF_ACCOUNT.test(words) && !BESIDE_ACCOUNT.test(words) && isAccountNumber(number)) return number
      // `#Číslo účtu:`, alone on its line, and the number alone on the next.
      const below = filledOf(preamble[at + 1])
      if (filledOf(preamble[at]).length === 1 && below.length === 1 && OF_ACCOUNT.test(words) && isAccountNumber(below[0]!)) return below[0]!
      const inside = ACCOUNT_NUMBER.exec(cell)?.[1]
      if (inside !== undefined) return inside
    }
  }
  const below = labelledBelow(preamble).find(({ label, beside }) => OF_ACCOUNT.test(plainWords(label)) && !BESIDE_ACCOUNT.test(plainWords(label)) && isAccountNumber(beside))
  if (below !== undefined) return below.beside
  const named = preamble.flatMap(({ cells }) => cells.flatMap((cell, at) => [labelled(cells, at).beside, cell].flatMap((text) => numberByName(text) ?? [])))
  return named[0] ?? null
}

