/**
 * What field :86: (and :NS: of older German and Hungarian systems) says about an entry: who, what for,
 * under which reference. Three dialects: `166?00…?20…?32…` (structured, German banking industry, also
 * with other separators), `/NAME/…/REMI/…` (SWIFT code words, Dutch banks) and free text.
 */
import { cleanText, joinTexts } from '../clean-text.ts'

/** Texts are cleaned; null when not told. */
export type EntryDetails = { readonly name: string | null; readonly memo: string | null; readonly reference: string | null }

/** Banks cut :86: after 65 characters, in the middle of words. */
const WRAP_AT = 65

/** Of a subfield (DFÜ agreement, annex 3, chapter 8). */
const SUBFIELD_LENGTH = 27

/** Reads the lines of :86: of an entry that is a credit or a debit; a reversal is what it reverses. */
export function readInformation(lines: readonly string[], isCredit: boolean): EntryDetails {
  const text = unwrap(lines)
  const structured = /^\d{3}([^\p{L}\p{N}\s/])\d\d/u.exec(text)
  if (structured !== null) return readStructured(text, structured[1]!)
  if (/^\/[A-Z]{2,4}\//.test(text)) return readCodeWords(text, isCredit)
  return { name: null, memo: cleanText(text), reference: null }
}

/** Reads the lines of an entry's :NS:, each `NN` and text: 01-14 purpose, 15-16 other party, 17 booking text. */
export function readNationalSubfields(lines: readonly string[]): EntryDetails {
  const fields = lines.map((line) => ({ code: Number(line.slice(0, 2)), text: line.slice(2) }))
  const texts = (from: number, to: number): string =>
    fields
      .filter(({ code }) => code >= from && code <= to)
      .map(({ text }) => text)
      .join(' ')
  const name = cleanText(
    fields
      .filter(({ code }) => code === 15 || code === 16)
      .map(({ text }) => text)
      .join(''),
  )
  return { name, memo: joinTexts([texts(17, 17), texts(1, 14)]), reference: null }
}

/** The texts of :NS: code 22 (holder), 23 (account name) and 30 (bank code) at the head of a statement. */
export function readNationalHead(lines: readonly string[]): { readonly name: string | null; readonly bankId: string | null } {
  const find = (code: string): string | null => cleanText(lines.find((line) => line.startsWith(code))?.slice(2))
  return { name: find('23') ?? find('22'), bankId: find('30') }
}

/** ?00 booking text, ?20-29 and ?60-63 purpose, ?30/?31 bank and account, ?32/?33 other party (DFÜ agreement, annex 3, chapter 8). */
function readStructured(text: string, separator: string): EntryDetails {
  const parts = text.slice(4).split(new RegExp(`\\${separator}(?=\\d\\d)`))
  const fields = parts.map((part) => ({ code: Number(part.slice(0, 2)), text: part.slice(2) }))
  const join = (wanted: (code: number) => boolean): string => joinSubfields(fields.filter(({ code }) => wanted(code)).map((field) => field.text))
  const booking = cleanText(join((code) => code === 0))
  const purpose = cleanText(join((code) => (code >= 20 && code <= 29) || (code >= 60 && code <= 69)))
  const party = cleanText(join((code) => code === 32 || code === 33))
  const endToEnd = endToEndId(purpose ?? '')
  return {
    name: party ?? booking,
    memo: party === null ? purpose : joinTexts([booking, purpose]),
    reference: endToEnd === null || /^(NONREF|NOTPROVIDED)$/.test(endToEnd) ? null : endToEnd,
  }
}

/** A full subfield goes on without a blank; a shorter one had its trailing blank cut. */
function joinSubfields(texts: readonly string[]): string {
  return texts.reduce((joined, text, at) => {
    const blank = at > 0 && texts[at - 1]!.length < SUBFIELD_LENGTH && !/\s$/.test(joined) && !/^\s/.test(text)
    return `${joined}${blank ? ' ' : ''}${text}`
  }, '')
}

/** What stands between EREF+ and the next code word of the SEPA purpose. */
function endToEndId(purpose: string): string | null {
  const at = purpose.indexOf('EREF+')
  if (at === -1) return null
  const rest = purpose.slice(at + 'EREF+'.length)
  const end = rest.search(/(?:KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|MTLG)[+:]/)
  return cleanText(end === -1 ? rest : rest.slice(0, end))
}

/** ING tells the other party as `/CNTP/account/bank/name/city/`, and before a purpose its kind: `USTD//text`, `STRD/CUR/reference`. */
function readCodeWords(text: string, isCredit: boolean): EntryDetails {
  const word = (key: string, kind = ''): string | null => cleanText(new RegExp(`/${key}/+${kind}([^/]*(?:/(?![A-Z]{2,4}/)[^/]*)*)`).exec(text)?.[1]?.replace(/\/+$/, ''))
  const reference = word('EREF')
  const party = word(isCredit ? 'ORDP' : 'BENM')
  return {
    name: word('NAME') ?? cleanText(word('CNTP')?.split('/')[2]) ?? (party === null || /^[A-Z]{2,4}\//.test(party) ? null : party),
    memo: word('REMI', '(?:USTD//|STRD/[A-Z]{3}/)?') ?? cleanText(text),
    reference: reference === null || /^(NONREF|NOTPROVIDED)$/.test(reference) ? null : reference,
  }
}

/** A full line goes on without a blank; a shorter one had its trailing blank cut, unless a new subfield follows. */
function unwrap(lines: readonly string[]): string {
  let text = ''
  lines.forEach((line, i) => {
    const next = lines[i + 1]
    // The first line may have been counted with its tag; `:26:37` goes on with a time that was cut.
    const room = i === 0 ? WRAP_AT - ':86:'.length : WRAP_AT
    const goesOn = line.length >= room || next === undefined || /^([?<~|+^]\d\d|:[0-5]\d:)/.test(next)
    text += goesOn ? line : `${line} `
  })
  return text
}
