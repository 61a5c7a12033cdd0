/**
 * Finds a lent secret in what a bank sent back, in the encodings in which servers repeat what they
 * were sent. One that cannot be there by chance is masked before anybody reads the answer; any other
 * is left where it may be a row's own word, and taken out of all that is kept or shown as evidence
 * (docs/decisions/0018). Bytes are searched, so a wrong charset hides nothing. Does not promise to
 * find a secret that the bank encrypted or split.
 */

export const MASK = '[secret]'

/** Below this a value occurs by chance in amounts, dates and ids. */
const LONG = 8
/** Fewer characters of a value at the end of a text are chance. */
const CUT = 4

export type Masker = {
  /** A copy of an answer's `body` without those values that no bank writes by itself; `body` itself when none occurs. */
  bytes(body: Uint8Array): Uint8Array
  /** A text that is no row, without any of the values. */
  text(text: string): string
  /** As `concealText`, for these values alone. */
  conceal(text: string): string
}

/** A value with the forms in which it may stand in a text, made once: they are many. */
type Mask = { readonly value: string; readonly mask: string; readonly forms: readonly Form[] }
/** `lower` finds it, `pattern` takes it out; most forms are never found. */
type Form = { readonly form: string; readonly lower: string; pattern: RegExp | null }

/** Masks these values; made once for one answer, because their forms are many. */
export function createMasker(values: readonly string[]): Masker {
  const sets = values.flatMap((value) => (value === '' ? [] : [{ value, forms: formsOf(value) }]))
  const forms = sets.flatMap((set) => [...set.forms])
  const distinctive = sets.flatMap((set) => (isDistinctive(set.value) ? [...set.forms] : []))
  let masks: readonly Mask[] | null = null
  return {
    bytes(body) {
      const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1')
      const masked = maskLatin(text, distinctive)
      return masked === text ? body : Buffer.from(masked, 'latin1')
    },
    text(text) {
      const latin = isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
      const masked = maskLatin(latin, forms)
      return masked === latin ? text : Buffer.from(masked, 'latin1').toString('utf8')
    },
    conceal(text) {
      return concealWith(text, (masks ??= longestFirst(sets.map((set) => maskOf(set.value, MASK, set.forms)))))
    },
  }
}

/**
 * A text that is only kept as evidence or shown, without the `secrets` and with a pseudonym for each
 * of the `names`, in any letters and encodings; short and numeric ones wherever they stand as a word
 * of their own. What the end of the text cuts off is masked too.
 */
export function concealText(text: string, secrets: readonly string[], names: ReadonlyMap<string, string> = new Map()): string {
  return createConcealer(secrets, names)(text)
}

/** `concealText` for many texts. */
export function createConcealer(secrets: readonly string[], names: ReadonlyMap<string, string> = new Map()): (text: string) => string {
  const masks = longestFirst([...secrets.map((secret) => [secret, MASK] as const), ...names].map(([value, mask]) => maskOf(value, mask, formsOf(value))))
  return (text) => concealWith(text, masks)
}

function longestFirst(masks: readonly Mask[]): readonly Mask[] {
  return masks.filter(({ value }) => value.length > 1).sort((a, b) => b.value.length - a.value.length)
}

/** The forms of a value as they stand in a text that was decoded rightly, or byte by byte; those that differ in letters only are one. */
function maskOf(value: string, mask: string, forms: ReadonlySet<string>): Mask {
  const byLower = new Map<string, Form>()
  for (const form of [...new Set([value, ...forms])].sort((a, b) => b.length - a.length)) {
    const lower = form.toLowerCase()
    if (!byLower.has(lower)) byLower.set(lower, { form, lower, pattern: null })
  }
  return { value, mask, forms: [...byLower.values()] }
}

function concealWith(text: string, masks: readonly Mask[]): string {
  if (masks.length === 0) return text
  const plain = concealPlain(text, masks)
  // A short value in a longer parcel has no form of its own: what can be unpacked is looked into.
  if (!holdsParcel(plain)) return plain
  return plain.replace(PARCEL, (parcel) => (unpacked(parcel).some((content) => concealPlain(content, masks) !== content) ? MASK : parcel))
}

/** A word that may be base64 or hexadecimal. */
const PARCEL = /[A-Za-z0-9+/_-]{6,}={0,2}/g
const SHORTEST_PARCEL = 6

/** Whether any word may hold a text; hardly any does, and looking costs a fraction of unpacking. */
function holdsParcel(text: string): boolean {
  let from = 0
  for (let at = 0; at <= text.length; at++) {
    if (sixBits(text.charCodeAt(at)) >= 0) continue
    if (at - from >= SHORTEST_PARCEL && (mayHoldText(text, from) || mayHoldHex(text, from))) return true
    from = at + 1
  }
  return false
}

function concealPlain(text: string, masks: readonly Mask[]): string {
  let concealed = text
  let lower = text.toLowerCase()
  for (const { value, mask, forms } of masks) {
    const before = concealed
    // Most texts hold none of the forms; looking is much cheaper than replacing.
    for (const form of forms) if (lower.includes(form.lower)) concealed = concealed.replace((form.pattern ??= anyLetters(form.form)), () => mask)
    concealed = maskCutEnd(concealed, value, mask)
    if (concealed !== before) lower = concealed.toLowerCase()
  }
  return concealed
}

/** What a word holds when it is base64 or hexadecimal; nothing when that gives no text. */
function unpacked(parcel: string): readonly string[] {
  const hex = /^(?:[0-9a-fA-F]{2})+$/.test(parcel) ? textIn(Buffer.from(parcel, 'hex')) : null
  const base64 = mayHoldText(parcel, 0) ? textIn(Buffer.from(parcel, 'base64')) : null
  return hex === null ? (base64 === null ? [] : [base64]) : base64 === null ? [hex] : [hex, base64]
}

/** False: the first three bytes that the base64 at this place stands for begin no text. */
function mayHoldText(text: string, from: number): boolean {
  const [one, two, three, four] = [sixBits(text.charCodeAt(from)), sixBits(text.charCodeAt(from + 1)), sixBits(text.charCodeAt(from + 2)), sixBits(text.charCodeAt(from + 3))]
  const first = (one << 2) | (two >> 4)
  const second = ((two & 0b1111) << 4) | (three >> 2)
  if (first >= 0x80) return isLead(first) && second >> 6 === 0b10
  return isPlain(first) && (isLead(second) || (isPlain(second) && mayBegin(((three & 0b11) << 6) | four)))
}

/** False: the first byte that the hexadecimal at this place stands for begins no text, or it is none. */
function mayHoldHex(text: string, from: number): boolean {
  return mayBegin(Number.parseInt(text.slice(from, from + 2), 16))
}

/** The value of a letter of base64, in either alphabet; -1 for what is none. */
function sixBits(code: number): number {
  if (code >= 97 && code <= 122) return code - 71
  if (code >= 65 && code <= 90) return code - 65
  if (code >= 48 && code <= 57) return code + 4
  return code === 43 || code === 45 ? 62 : code === 47 || code === 95 ? 63 : -1
}

function mayBegin(byte: number): boolean {
  return isPlain(byte) || isLead(byte)
}

/** Leads a character of several bytes in UTF-8. */
function isLead(byte: number): boolean {
  return byte >= 0xc2 && byte <= 0xf4
}

function isPlain(byte: number): boolean {
  return byte >= 0x20 ? byte < 0x7f : byte >= 0x09 && byte <= 0x0d
}

/** The bytes as a text of printable characters and blanks; null when they are none. Hardly any word is one: the first bytes tell. */
function textIn(bytes: Buffer): string | null {
  if (bytes.length === 0) return null
  let isAscii = true
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte < 0x80 && !isPlain(byte)) return null
    if (byte < 0x80) continue
    // A lead byte of UTF-8 and the bytes that must follow it.
    const follow = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    if (follow === 0) return null
    for (let next = 0; next < follow; next++) if ((bytes[++at] ?? 0) >> 6 !== 0b10) return null
    isAscii = false
  }
  const content = bytes.toString('utf8')
  return isAscii || (/^[\P{C}\s]+$/u.test(content) && !content.includes('\ufffd')) ? content : null
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false
  return true
}

function anyLetters(form: string): RegExp {
  return new RegExp(form.length >= LONG ? escapeRegExp(form) : `(?<![\\p{L}\\p{N}])${escapeRegExp(form)}(?![\\p{L}\\p{N}])`, 'giu')
}

/** Excerpts end somewhere: half of a password is too much. */
function maskCutEnd(text: string, value: string, mask: string): string {
  const [ending, begins] = [text.slice(-value.length).toLowerCase(), value.toLowerCase()]
  for (let length = Math.min(value.length, text.length) - 1; length >= CUT; length -= 1) {
    if (ending.endsWith(begins.slice(0, length))) return text.slice(0, text.length - length) + mask
  }
  return text
}

/** No word, name, number or row of them, which may stand in a statement by themselves: long, and with letters, digits or signs mixed within a word. */
function isDistinctive(value: string): boolean {
  return value.length >= LONG && value.split(/[\s.,:;'&/#()-]+/).some((word) => /\p{L}/u.test(word) && /\P{L}/u.test(word))
}

function maskLatin(text: string, forms: readonly string[]): string {
  let masked = text
  for (const form of forms) {
    if (masked.includes(form)) masked = form.length >= LONG && /\D/.test(form) ? masked.replaceAll(form, MASK) : maskWord(masked, form)
  }
  return masked
}

/**
 * A short or purely numeric secret (a PIN, a code) is masked only as a word of its own in a text
 * that also has letters: masked inside `1234.50` or an id it would falsify a transaction.
 */
function maskWord(text: string, value: string): string {
  return text.replace(/[^<>\r\n]+/g, (run) => {
    if (!run.includes(value)) return run
    const rest = run.replaceAll(value, '')
    const alone = /^[\s"']*$/.test(rest) && /\D/.test(value)
    if (!alone && !/\p{L}/u.test(rest)) return run
    return run.replace(new RegExp(`(?<![\\p{L}\\p{N}.,])${escapeRegExp(value)}(?![\\p{L}\\p{N}]|[.,]\\d)`, 'gu'), MASK)
  })
}

function formsOf(value: string): ReadonlySet<string> {
  const bytes = Buffer.from(value, 'utf8')
  const percent = encodeURIComponent(value)
  const strict = percent.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  const escaped = [percent, strict, new URLSearchParams({ v: value }).toString().slice(2)].flatMap((form) => [form, form.replaceAll('%20', '+')])
  const hex = bytes.toString('hex')
  const forms = new Set([
    bytes.toString('latin1'),
    Buffer.from(value, 'latin1').toString('latin1'),
    Buffer.from(value, 'utf16le').toString('latin1'),
    ...escaped,
    ...escaped.map((form) => form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())),
    Buffer.from(escapeXml(value, '&quot;', '&apos;'), 'utf8').toString('latin1'),
    Buffer.from(escapeXml(value, '&#34;', '&#39;'), 'utf8').toString('latin1'),
    Buffer.from(escapeXml(value, '"', "'"), 'utf8').toString('latin1'),
    escapeXml(value, '"', "'").replace(/[^\x00-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`),
    Buffer.from(JSON.stringify(value).slice(1, -1), 'utf8').toString('latin1'),
    hex,
    hex.toUpperCase(),
  ])
  for (const form of base64Forms(bytes)) forms.add(form)
  forms.delete('')
  return forms
}

/** The value inside a longer base64 text: what is the same at each of the three positions, whatever stands around it. */
function base64Forms(bytes: Buffer): readonly string[] {
  const forms: string[] = []
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').replace(/=+$/, '')
    const spoiled = (before + bytes.length) % 3 === 0 ? 0 : 1
    if (before === 0) forms.push(bytes.toString('base64'), encoded)
    const core = encoded.slice(before === 0 ? 0 : before + 1, encoded.length - spoiled)
    if (core.length >= 6) forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}

function escapeXml(value: string, quote: string, apostrophe: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', quote).replaceAll("'", apostrophe)
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
