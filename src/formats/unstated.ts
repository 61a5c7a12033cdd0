/**
 * What a file leaves unsaid, and words that are no transactions though they stand in a row: opening and
 * closing balances and totals that banks print among the rows of CSV and QIF.
 */
import type { Currency } from '../domain/money.ts'

/**
 * ISO 4217 `XXX`, "no currency": the currency of a balance in a file that names none. Whoever knows the
 * account puts its currency in place; the head of such a statement has currency null.
 */
export const UNSTATED_CURRENCY: Currency = 'XXX'

const ASCII = /^[\x00-\x7f]*$/

/** What the first deposit of a new account is called, too. */
const FIRST = [
  'opening balance',
  'open balance',
  'beginning balance',
  'starting balance',
  'anfangssaldo',
  'anfangsbestand',
  'eroffnungssaldo',
  'solde initial',
  'saldo inicial',
  'saldo iniziale',
  'beginsaldo',
  'primosaldo',
  'startsaldo',
  'saldo poczatkowe',
  'pocatecni zustatek',
  'nyito egyenleg',
  'algsaldo',
  'alkusaldo',
]

const OPENING = [
  ...FIRST,
  'opening bal',
  'balance b d',
  'balance b f',
  'balance bf',
  'balance brought down',
  'bal b f',
  'bal b d',
  'bal b fwd',
  'b f balance',
  'b f',
  'b fwd',
  'brought fwd',
  'previous balance',
  'balance at start of period',
  'balance at the start of the period',
  'saldo al inicio del periodo',
  'saldo inicial del periodo',
  'saldo a inizio periodo',
  'saldo inizio periodo',
  'saldo zu beginn des zeitraums',
  'saldo begin periode',
  'balance brought forward',
  'brought forward',
  'balance forward',
  'alter kontostand',
  'kontostand alt',
  'ancien solde',
  'solde en debut de periode',
  'solde debut de periode',
  'solde precedent',
  'saldo anterior',
  's a l d o anterior',
  'sdo cta ant',
  'saldo precedente',
  'vorig saldo',
  'ingaende saldo',
  'inngaende saldo',
  'likutis pradziai',
  'pradinis likutis',
  'sakuma atlikums',
  'начальныи остаток',
  'входящии остаток',
  'вхіднии залишок',
  'залишок на початок',
  'начално салдо',
  'sold initial',
  'sold precedent',
  'pociatocny zostatok',
  'pocetno stanje',
  'prethodno stanje',
  'zacetno stanje',
  'devreden bakiye',
  'devir bakiye',
  'onceki bakiye',
  'αρχικο υπολοιπο',
  'υπολοιπο απο μεταφορα',
  'προηγουμενο υπολοιπο',
  'saldo awal',
  'số dư đầu kỳ',
  'יתרה קודמת',
  'יתרת פתיחה',
  'الرصيد الافتتاحي',
  'رصيد افتتاحي',
  'الرصيد السابق',
  '繰越',
  '前月繰越',
  '前期繰越',
  '繰越残高',
  '期初余额',
  '上期余额',
  '承前余额',
  '期初餘額',
  '上期餘額',
  '承前餘額',
  '전월이월',
  '이월잔액',
  'ยอดยกมา',
]

const CLOSING = [
  'closing balance',
  'closing bal',
  'balance c d',
  'balance c f',
  'balance cf',
  'balance carried down',
  'bal c f',
  'bal c d',
  'bal c fwd',
  'c f balance',
  'c f',
  'c fwd',
  'carried fwd',
  'close balance',
  'ending balance',
  'balance carried forward',
  'balance at end of period',
  'balance at the end of the period',
  'saldo al final del periodo',
  'saldo final del periodo',
  'saldo a fine periodo',
  'saldo fine periodo',
  'saldo am ende des zeitraums',
  'saldo einde periode',
  'carried forward',
  'endsaldo',
  'schlusssaldo',
  'endbestand',
  'neuer kontostand',
  'kontostand neu',
  'solde final',
  'nouveau solde',
  'solde en fin de periode',
  'solde fin de periode',
  'saldo final',
  'saldo finale',
  'saldo do dia',
  'saldo dia',
  'saldo total disponivel dia',
  'saldo total disponivel do dia',
  'saldo disponivel dia',
  'saldo final do dia',
  'saldo final disponivel',
  'saldo total disponivel',
  'saldo disponivel',
  'saldo parcial',
  'saldo atual',
  'saldo a liberar',
  'saldo aplic aut mais',
  'sdo cta apl automaticas',
  'saldo total',
  'saldo em conta',
  'saldo em conta corrente',
  's a l d o',
  'eindsaldo',
  'nieuw saldo',
  'utgaende saldo',
  'ultimosaldo',
  'slutsaldo',
  'saldo koncowe',
  'konecny zustatek',
  'zaro egyenleg',
  'likutis pabaigai',
  'galutinis likutis',
  'beigu atlikums',
  'loppsaldo',
  'loppusaldo',
  'конечныи остаток',
  'исходящии остаток',
  'вихіднии залишок',
  'залишок на кінець',
  'краино салдо',
  'sold final',
  'konecny zostatok',
  'zavrsno stanje',
  'novo stanje',
  'koncno stanje',
  'kapanis bakiyesi',
  'donem sonu bakiyesi',
  'τελικο υπολοιπο',
  'υπολοιπο σε μεταφορα',
  'νεο υπολοιπο',
  'saldo akhir',
  'số dư cuối kỳ',
  'יתרת סגירה',
  'الرصيد الختامي',
  'رصيد ختامي',
  '次月繰越',
  '次期繰越',
  '期末余额',
  '期末餘額',
  'ยอดยกไป',
]

/** What moved in all, one row for each direction: the Baltic exports of Swedbank and others end so. */
const TURNOVER = /^(turnover|apyvarta|apgrozijums|kaive|оборот(ы)?)$/

const TOTAL = /^(sub ?totals?|totals?|\p{L}*summe|gesamt|(sub|dag|maand|tussen|eind)?totaal|(sub)?totale|totaux|sous total|totalt|(mellan|del|slut)?summa|(mezi|celkovy )?soucet|medzisucet|tong (cong|so)|sum|somme|suma|osszesen|i alt|yhteensa|toplam|genel toplam|razem|celkem|spolu|ukupno|skupaj|kokku|kopa|viso|jumlah)\b|^(итого|итог|всего|всичко|общо|разом|усього|укупно)( |$)|\btotals?$|^(合计|总计|小计|合計|總計|小計|합계|총계)/u

/** A date behind the words, with "as of" or the like. */
const WITH_DATE = '(?: (?:as of|on|per|am|vom|au|al|op|em|a))?[ \\d]*$'
// `By Balance b/d`, in books.
const STATED = new RegExp(`^(?:(?:by|to) )?(?:(${OPENING.map(plainWords).join('|')})|(?:${CLOSING.map(plainWords).join('|')}))${WITH_DATE}`)

const FIRST_MONEY = new RegExp(`^(?:${FIRST.join('|')})$`)

/** What every one of those texts contains: cheap to ask of a million descriptions. */
const MAYBE_STATED = /balan|\bbal\b|\b[bc][ /.]{0,2}f|fwd|sald|sdo cta|sold |solde|s a l d o|stand|stanj|forward|egyenleg|[sz]tatek|zostatok|likut|atlikum|bakiye|остат|залиш|салдо|[υύ]π[οό]λοιπ|số dư|so du|יתר|رصيد|繰越|余额|餘額|이월|ยอดยก/i

/** Longer texts are descriptions, whatever they begin with. */
const WORDS_MAX = 60

/** What a description that is no transaction stands for; null for all others. Only whole texts count, with a date or "as of" behind. */
export function balanceWords(text: string): 'opening' | 'closing' | null {
  if (text.length > WORDS_MAX || !MAYBE_STATED.test(text)) return null
  const match = STATED.exec(plainWords(text))
  if (match === null) return null
  return match[1] === undefined ? 'closing' : 'opening'
}

/** What the first of a row's cells that stands for a balance says; null where none does. */
export function balanceWordsIn(cells: readonly string[]): 'opening' | 'closing' | null {
  return cells.map(balanceWords).find((kind) => kind !== null) ?? null
}

/** Words of an opening balance, without a day, that a deposit may bear as well. */
export function mayBeDeposit(text: string): boolean {
  return text.length <= WORDS_MAX && FIRST_MONEY.test(plainWords(text))
}

/** A text that says nothing but "turnover". */
export function isTurnover(text: string): boolean {
  return text.length < 12 && TURNOVER.test(plainWords(text))
}

/** `Total`, `Summe` and the like at the beginning of a text, or `total` at its end. */
export function isTotal(text: string): boolean {
  return TOTAL.test(plainWords(text.slice(0, WORDS_MAX)))
}

/** Lower case without accents, everything but letters and digits as single blanks. */
export function plainWords(text: string): string {
  // Most texts have nothing to take off, and finding nothing ten times is what costs.
  if (ASCII.test(text)) return text.toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim()
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    // Syllables of Hangul come together again.
    .normalize('NFC')
    .toLowerCase()
    .replace(/ø/g, 'o')
    .replace(/å/g, 'a')
    .replace(/æ/g, 'ae')
    .replace(/ß/g, 'ss')
    .replace(/ł/g, 'l')
    .replace(/ı/g, 'i')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
