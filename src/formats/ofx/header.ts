/**
 * What stands before `<OFX>`: the nine `KEY:VALUE` lines of OFX 1 (section 2.2), the processing instruction of OFX 2,
 * or nothing. Reads every variant seen: one line, no separators at all, spaces round the colons, either header before
 * either body. It never refuses: a file is judged by its body.
 */
import { charsetOf, WESTERN, type Charset } from './text.ts'

export type OfxHeader = {
  /** `sgml` for an OFX 1 header, `xml` for OFX 2, `none` when the body comes first. */
  readonly style: 'sgml' | 'xml' | 'none'
  /** `102`, `211`; null when not told. */
  readonly version: string | null
  readonly security: string | null
  readonly oldFileUid: string | null
  readonly newFileUid: string | null
  readonly charset: Charset
  /** Where `<OFX>` stands; -1 without one. What stands before it is no part of the document, whatever its markup. */
  readonly rootAt: number
}

const KEYS = 'OFXHEADER|DATA|VERSION|SECURITY|ENCODING|CHARSET|COMPRESSION|OLDFILEUID|NEWFILEUID'
const KEY = new RegExp(`(${KEYS})\\s*[:=]`, 'i')
const ATTRIBUTE = /([A-Za-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s?"']+))/g

/** Reads the header from the beginning of the file, one character per byte. */
export function parseHeader(start: string): OfxHeader {
  const rootAt = findRoot(start)
  const prelude = rootAt === -1 ? start : start.slice(0, rootAt)
  const lines = colonFields(prelude.replace(/<\?[^>]*>/g, '\n'))
  const ofx = attributes(/<\?OFX\s([^>]*)>/i.exec(prelude)?.[1])
  const xml = attributes(/<\?xml\s([^>]*)>/i.exec(prelude)?.[1])
  const fields = ofx.size > 0 ? ofx : lines
  const style = lines.has('OFXHEADER') ? 'sgml' : ofx.size > 0 || xml.size > 0 ? 'xml' : 'none'
  return {
    style,
    version: fields.get('VERSION') ?? null,
    security: fields.get('SECURITY') ?? null,
    oldFileUid: fields.get('OLDFILEUID') ?? null,
    newFileUid: fields.get('NEWFILEUID') ?? null,
    charset: declaredCharset(xml.get('ENCODING'), lines.get('ENCODING'), lines.get('CHARSET')),
    rootAt,
  }
}

/** Comments before the root may speak of it. */
function findRoot(start: string): number {
  for (const { 0: found, index } of start.matchAll(/<!--[^]*?-->|<(?:[A-Za-z_][\w.-]*:)?OFX[\s>]/gi)) if (!found.startsWith('<!--')) return index
  return -1
}

function declaredCharset(xmlEncoding: string | undefined, encoding = '', charset = ''): Charset {
  if (xmlEncoding !== undefined) return charsetOf(xmlEncoding)
  if (/^utf-?8$|^unicode$/i.test(encoding)) return charsetOf('utf-8')
  const name = /^(none)?$/i.test(charset) ? encoding : charset
  return name === '' ? WESTERN : charsetOf(name)
}

function colonFields(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  const pieces = text.split(KEY)
  for (let at = 1; at + 1 < pieces.length; at += 2) {
    const key = (pieces[at] ?? '').toUpperCase()
    const value = /^[\s"']*([^\s"'<]*)/.exec(pieces[at + 1] ?? '')?.[1] ?? ''
    if (value !== '') fields.set(key, value)
  }
  return fields
}

function attributes(text = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', double, single, bare] of text.matchAll(ATTRIBUTE)) found.set(name.toUpperCase(), double ?? single ?? bare ?? '')
  return found
}
