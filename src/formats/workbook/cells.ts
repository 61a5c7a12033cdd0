/**
 * What a cell of a workbook says, as text that is read in one way only: numbers with a point, days as `2026-10-31`. A date is a
 * number there, which only the format of its cell tells (ECMA-376 part 1, sections 18.3.1.4, 18.8.30 and 18.17.4; of old ones the same).
 */
import type { Currency } from '../../domain/money.ts'
import { ArchiveFault } from '../archive.ts'
import { readCurrency } from '../written-currency.ts'
import { find, type Element } from '../xml-elements.ts'

/** What a number in a cell stands for, the currency that stands beside it, and the side that one above and one below zero is shown to be on. */
export type NumberFormat = { readonly kind: 'number' | 'day' | 'time'; readonly currency: Currency | null; readonly sides: readonly [above: Side | null, below: Side | null] }
type Side = 'CR' | 'DR'

export type CellContext = {
  /** The texts that cells name by their place. */
  readonly strings: readonly string[]
  /** By the format of a cell (its `s`). */
  readonly formats: readonly NumberFormat[]
  /** Days are counted from 1904, as Excel for Macintosh did. */
  readonly from1904: boolean
}

const DAY_MS = 86_400_000
/** Excel takes 1900 for a leap year: before its 29 February the count is one less. */
const FALSE_LEAP_DAY = 60
/** The digits that a number of 64 bits holds for sure; those behind them come from counting in twos. */
const SURE_DIGITS = 15

/** The text of a `c` element. Throws `ArchiveFault`. */
export function cellText(cell: Element, context: CellContext): string {
  const type = cell.attributes.get('t') ?? 'n'
  if (type === 'inlineStr') return joinedText(find(cell, 'is'))
  const value = find(cell, 'v')?.text ?? ''
  // A formula that failed (`#N/A`) says nothing.
  if (type === 'e' || value === '') return ''
  if (type === 's') return listedText(value, context.strings)
  if (type === 'str') return unescaped(value)
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  if (type === 'd') return value.replace('T', ' ')
  const number = Number(value)
  if (!Number.isFinite(number)) return value
  return valueText(number, context.formats[Number(cell.attributes.get('s') ?? 0)], context.from1904)
}

function listedText(place: string, strings: readonly string[]): string {
  const text = strings[Number(place)]
  if (text === undefined) throw damagedBook(`<v>${place.slice(0, 20)}</v>`)
  return text
}

/** `path`: where in it. */
export function damagedBook(path: string): ArchiveFault {
  return new ArchiveFault({ code: 'malformed', message: `The workbook is damaged (${path}). Download it again.`, line: 0 })
}

/** A number as the format of its cell means it. */
export function valueText(number: number, format: NumberFormat | undefined, from1904: boolean): string {
  const { kind, currency, sides } = format ?? PLAIN
  const date = kind === 'number' ? null : dateText(number, kind, from1904)
  const side = number > 0 ? sides[0] : number < 0 ? sides[1] : null
  // The format of those below zero shows them without their minus.
  return date ?? [numberText(side === null ? number : Math.abs(number)), currency, side].filter((part) => part !== null).join(' ')
}

/** The text of a string item (`si`, `is`): of all its runs, without what tells how to read it aloud. */
export function joinedText(item: Element | null): string {
  const texts = (item?.children ?? []).map((child) => (child.name === 't' ? child.text : child.name === 'r' ? (find(child, 't')?.text ?? '') : ''))
  return unescaped(texts.join(''))
}

const PLAIN: NumberFormat = { kind: 'number', currency: null, sides: [null, null] }
const DAY: NumberFormat = { ...PLAIN, kind: 'day' }
const TIME: NumberFormat = { ...PLAIN, kind: 'time' }

/** What a format says of the number in its cell; `code` is null for those that need no definition (ECMA-376 part 1, section 18.8.30). */
export function numberFormat(id: number, code: string | null): NumberFormat {
  if (code === null) return (id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58) ? DAY : (id >= 18 && id <= 21) || (id >= 45 && id <= 47) ? TIME : PLAIN
  // The first section is that of positive numbers. Colours, currencies and languages stand in brackets, words in quotes.
  // What a sign is only to be as wide as, or to fill with, is not shown: `_€` is a blank.
  const section = (code.split(';')[0] ?? '').replace(/(\\.|"[^"]*"|\[[^\]]*\])|[_*]./gu, '$1')
  const letters = section.replace(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
  if (/[0#?]|general/i.test(letters.replace(/[.,]0+/g, ''))) return { kind: 'number', currency: currencyIn(section), sides: sidesIn(code) }
  return /[yd]/i.test(letters) ? DAY : /[hs]/i.test(letters) ? TIME : /m/i.test(letters) ? DAY : PLAIN
}

/** `[$€-407]`, `"CHF"` or the sign itself; one that could be several currencies is none. */
function currencyIn(section: string): Currency | null {
  const signs = [...section.matchAll(/\[\$([^\]-]+)[^\]]*\]|"([^"]*)"|(\p{Sc})/gu)].map(([, bracketed, quoted, bare]) => readCurrency(bracketed ?? quoted ?? bare ?? ''))
  return signs.find((currency) => currency !== null) ?? null
}

/** `Dr` and `Cr` around the figure. Sections with a condition of their own (`[<0]`) are left alone. */
function sidesIn(code: string): NumberFormat['sides'] {
  const [above = null, below = null] = (/\[[<>=]/.test(code) ? '' : code).split(';').map((section): Side | null => {
    const shown = section.replace(/"([^"]*)"|\\(.)|\[[^\]]*\]|[_*]./g, '$1$2').trim()
    const side = /^(cr|dr)\.? *[0#?]|(?:[0#?]|general) *(cr|dr)\.?$/i.exec(shown)
    return side === null ? null : ((side[1] ?? side[2]!).toUpperCase() as Side)
  })
  return [above, below]
}

/** No currency has more: what a formula's sums leave behind them is an error of counting in twos. */
const DECIMALS_MAX = 8

/** Without an exponent. Three digits behind a point could be thousands: a zero more says that they are not. */
function numberText(number: number): string {
  if (Number.isInteger(number)) return Math.abs(number) < 1e21 ? String(number) : BigInt(number).toString()
  const sure = Number(Number(number.toPrecision(SURE_DIGITS)).toFixed(DECIMALS_MAX))
  const text = /e/i.test(String(sure)) ? sure.toFixed(20).replace(/0+$/, '').replace(/\.$/, '') : String(sure)
  return /\.\d{3}$/.test(text) ? `${text}0` : text
}

/** What counting in twos may take from midnight, in days: less than a thousandth of a second. */
const MIDNIGHT_LACKS = 1e-9

/** Null for what is no date. */
function dateText(serial: number, kind: 'day' | 'time', from1904: boolean): string | null {
  const days = from1904 ? serial : serial < FALSE_LEAP_DAY ? serial + 1 : serial
  const whole = Math.floor(days + MIDNIGHT_LACKS)
  // To the second, but never into the next day.
  const seconds = Math.min(Math.max(Math.round((days - whole) * 86_400), 0), 86_399)
  const moment = new Date((from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30)) + whole * DAY_MS + seconds * 1_000)
  if (serial < 0 || Number.isNaN(moment.getTime()) || moment.getUTCFullYear() > 9999) return null
  const [day, time] = [moment.toISOString().slice(0, 10), moment.toISOString().slice(11, 19)]
  if (kind === 'time' && serial < 1) return time
  return moment.getTime() % DAY_MS === 0 ? day : `${day} ${time}`
}

/** Characters that XML does not allow stand as `_x000D_` (ECMA-376 section 22.9.2.19). */
function unescaped(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
