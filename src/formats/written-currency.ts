/**
 * Currencies as files write them: ISO 4217 codes, their numbers, and the signs and names that stand
 * for one currency only. What could be several (`$`, `kr`, `¥`) or is none is not told, never guessed.
 */
import type { Currency } from '../domain/money.ts'

/** Codes in use, those of the currencies that the euro replaced, and two that ISO does not list but money.ts knows. */
const CODES: ReadonlySet<string> = new Set([
  ...Intl.supportedValuesOf('currency'), ...'ATS BEF DEM ESP FIM FRF GRD IEP ITL LUF NLG PTE CYP MTL SIT SKK EEK LVL LTL HRK CNH BTC ETH'.split(' '),
])

/** Some are codes of currencies that were gone before there were such files: a bank of Brazil writes `BRC` for the real. */
const SIGNS: ReadonlyMap<string, Currency> = new Map(
  Object.entries({
    '€': 'EUR', EURO: 'EUR', EUROS: 'EUR', '£': 'GBP', 'UK£': 'GBP', 'US$': 'USD', $US: 'USD', 'USD$': 'USD', 'U.S. DOLLAR': 'USD', 'US DOLLAR': 'USD', 'US DOLLARS': 'USD',
    'C$': 'CAD', 'CA$': 'CAD', 'CAD$': 'CAD', 'CDN$': 'CAD', CDN: 'CAD', 'A$': 'AUD', 'AU$': 'AUD', 'AUD$': 'AUD', 'NZ$': 'NZD', 'NZD$': 'NZD', 'HK$': 'HKD', 'HKD$': 'HKD', 'S$': 'SGD',
    'SGD$': 'SGD', 'R$': 'BRL', 'NT$': 'TWD', 'MX$': 'MXN', ZŁ: 'PLN', KČ: 'CZK', FT: 'HUF', '₹': 'INR', '₽': 'RUB', '₺': 'TRY', '₪': 'ILS', '₩': 'KRW', '₴': 'UAH', '₫': 'VND', '₱': 'PHP', '฿': 'THB',
    RMB: 'CNY', 'JP¥': 'JPY', 'CN¥': 'CNY', SFR: 'CHF', 'SFR.': 'CHF', ZEUR: 'EUR', ZUSD: 'USD', ZGBP: 'GBP', ZCAD: 'CAD', ZAUD: 'AUD', ZJPY: 'JPY', ZCHF: 'CHF', XBT: 'BTC', XXBT: 'BTC', XETH: 'ETH', STG: 'GBP', RUR: 'RUB', BRC: 'BRL', R: 'ZAR', RM: 'MYR', RP: 'IDR', 'RP.': 'IDR', KSH: 'KES', 'KSH.': 'KES', TSH: 'TZS', USH: 'UGX', 'S/': 'PEN', 'S/.': 'PEN', 人民币: 'CNY', 人民币元: 'CNY', 人民幣元: 'CNY', TL: 'TRY', 'Р.': 'RUB', 'ДЕН': 'MKD', 'ДЕН.': 'MKD', 'ДИН': 'RSD', 'ДИН.': 'RSD', KM: 'BAM', 人民幣: 'CNY', 美元: 'USD', 日元: 'JPY', 日圓: 'JPY', 港币: 'HKD', 港幣: 'HKD', 欧元: 'EUR', 歐元: 'EUR', 新台幣: 'TWD', 台幣: 'TWD', 'ГРН': 'UAH', 'ГРН.': 'UAH', 'РУБ': 'RUB', 'РУБ.': 'RUB', 'ЛВ': 'BGN', 'ЛВ.': 'BGN', '₸': 'KZT', '₾': 'GEL', '֏': 'AMD', '₦': 'NGN', '₲': 'PYG', '₵': 'GHS',
    'د.ا': 'JOD', 'د.إ': 'AED', 'ر.س': 'SAR', 'ج.م': 'EGP', 'د.ك': 'KWD', 'د.ب': 'BHD', 'ر.ع': 'OMR', 'ر.ق': 'QAR', 'د.م': 'MAD', 'د.ج': 'DZD', 'د.ت': 'TND', 'ل.ل': 'LBP', 'د.ع': 'IQD',
    '840': 'USD', '978': 'EUR', '826': 'GBP', '124': 'CAD', '036': 'AUD', '756': 'CHF', '392': 'JPY', '156': 'CNY', '356': 'INR', '554': 'NZD', '752': 'SEK', '578': 'NOK', '208': 'DKK', '985': 'PLN', '203': 'CZK', '348': 'HUF', '986': 'BRL', '710': 'ZAR', '484': 'MXN', '702': 'SGD', '344': 'HKD',
  }),
)

/** The upper-case code, as it stands or in the way of GnuCash (`CURRENCY::USD`); null for what names no currency or could be several. */
export function readCurrency(text: string): Currency | null {
  const plain = text.trim().toUpperCase().replace(/^CURRENCY::/, '').replace(/\s+/g, ' ').replace(/^(\p{Script=Arabic}\.\p{Script=Arabic})\.$/u, '$1')
  return CODES.has(plain) ? plain : (SIGNS.get(plain) ?? null)
}

/** What an exchange keeps beside money: the code of a coin or a token that is no currency here. Null for all else. */
export function readUnit(text: string): string | null {
  const plain = text.trim()
  return /^[A-Z][A-Z0-9]{1,9}(\.[A-Z]{1,4})?$/.test(plain) && readCurrency(plain) === null ? plain : null
}
