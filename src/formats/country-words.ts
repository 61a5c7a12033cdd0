/**
 * Words by which a table in English tells where it was made, for the one question whether its dates begin with the day or
 * with the month: names of systems of payment, of forms of companies, of chains and of places that are found in one part
 * of the world. Weak evidence: whoever uses it says so. Canada counts as month first, as its banks write.
 */
import { plainWords } from './unstated.ts'

const MONTH_FIRST =
  /\b(zelle|venmo|cash app|ach|ppd|autopay|auto pay|direct dep|usataxpymt|irs|usps|medicare|interac|e tfr|e transfer|tim hortons|shoppers drug mart|canadian tire|petro canada|loblaws|walmart|wal mart|wm supercenter|walgreens|cvs|kroger|publix|meijer|wawa|safeway|trader joe s?|whole ?foods|wholefds|chick fil a|taco bell|home depot|lowes|dollar (general|tree)|comcast|xfinity|verizon|geico|state farm|bkofamerica|bank of america|wells fargo|chase|capital one|usaa|checking|check (paid|card)|checkcard|overdraft item|mobile deposit|indn|new york|los angeles|chicago|houston|dallas|austin|san (francisco|jose|diego|antonio)|seattle|portland|denver|boston|philadelphia|atlanta|miami|las vegas|phoenix|toronto|vancouver|montreal|calgary|edmonton)\b|^checks? \d+$|^check\b.*\d{3}/
const DAY_FIRST =
  /\b(ltd|plc|pty|pvt|faster payments?|bacs|bgc|fpi|standing order|direct debit|council tax|hmrc|sainsburys?|tesco|asda|morrisons|waitrose|greggs|tfl|boots|argos|b q|woolworths|coles|bunnings|osko|bpay|eftpos|countdown|pak n save|kiwibank|upi|neft|imps|rtgs|swiggy|zomato|flipkart|pick n pay|checkers|london|manchester|edinburgh|glasgow|dublin|sydney|melbourne|brisbane|perth|adelaide|auckland|wellington|mumbai|delhi|bangalore|bengaluru|chennai|johannesburg|cape town|singapore|hong kong|kuala lumpur|dubai|nairobi|lagos|gbr|aus|nzl|irl|nsw|qld|vic|lodgement|sort code)\b/
/** States of the USA and provinces of Canada at the end of a text in capitals, but for those that are words or states elsewhere. */
const STATE = /[A-Z]{3,}\s+(AL|AK|AZ|AR|CA|CT|FL|GA|IA|IL|KS|KY|MD|MI|MN|MS|NC|ND|NE|NH|NJ|NM|NV|NY|OH|RI|SC|SD|TN|TX|UT|VA|VT|WI|WV|WY|ON|QC|BC|AB|MB|SK|NS|NB)( \d{5}(-\d{4})?)?( USA?)?$/

/** The end of a text that is looked at for one. */
const STATE_WITHIN = 40

/** Australia, Singapore and others have dollars, too, and mostly write none beside their amounts. */
const DOLLARS = /^[-+(]?\s?\$\s?-?[\d.,]+\)?$/

const MONTH_FIRST_HEADING = /^(check|check number|check no|check serial number|check or slip|running bal|post date|posted date|posting date|withdrawals|deposits|card ending|card member|zip|zip code|original description|extended details|usd|cad)$/
const DAY_FIRST_HEADING = /^(paid (in|out)|money (in|out)|sort code|bsb|bsb number|narrative|narration|particulars|counter party|other party|analysis code|value dat|chq no|subcategory)$/

/** By how many times one side must outweigh the other. */
const OUTWEIGHS = 3

/** The order of dates in the part of the world that the words are of; null where they tell none, or both. `word`: one that told. */
export function orderByWords(headings: readonly string[], texts: Iterable<string>): { readonly order: 'dmy' | 'mdy'; readonly word: string } | null {
  const found = { dmy: new Set<string>(), mdy: new Set<string>() }
  const note = (order: 'dmy' | 'mdy', match: RegExpExecArray | null): void => void (match !== null && found[order].add(match[0]))
  for (const heading of headings.map(plainWords)) {
    note('mdy', MONTH_FIRST_HEADING.exec(heading))
    note('dmy', DAY_FIRST_HEADING.exec(heading))
  }
  for (const text of texts) {
    const plain = plainWords(text)
    note('mdy', MONTH_FIRST.exec(plain) ?? STATE.exec(text.trim().slice(-STATE_WITHIN)))
    if (DOLLARS.test(text)) found.mdy.add('$')
    note('dmy', DAY_FIRST.exec(plain))
  }
  const [dmy, mdy] = [found.dmy.size, found.mdy.size]
  if (dmy === mdy || Math.max(dmy, mdy) < OUTWEIGHS * Math.min(dmy, mdy)) return null
  const order = dmy > mdy ? 'dmy' : 'mdy'
  return { order, word: [...found[order]][0]! }
}
