/**
 * Writes OFX elements and headers: SGML without closing leaves for versions 1.x, XML for 2.x. Every text passes
 * `leaf`, which removes control characters and escapes markup, so no text can open or close a tag or start a line.
 */

export const OFX_VERSIONS = ['102', '103', '151', '160', '200', '201', '202', '203', '210', '211', '220'] as const
export type OfxVersion = (typeof OFX_VERSIONS)[number]

/** An OFX element, already escaped. */
export type Markup = string & { readonly __markup: true }

export type OfxWriter = {
  /** Header and blank line, ready to stand before `<OFX>`. File ids are `NONE` when not given. */
  header(newFileUid?: string, oldFileUid?: string): Markup
  /** A leaf, or nothing when there is no text. `limit` is the specification's, in characters before escaping. */
  leaf(name: string, text: string | null, limit?: number): Markup
  aggregate(name: string, ...content: Markup[]): Markup
  open(name: string): Markup
  close(name: string): Markup
}

/** No blank, no sign of markup, nothing beyond ASCII: as most leaves are, and nothing of it changes. */
const CODE = /^[!-%'-;=?-~]*$/

export function isXml(version: OfxVersion): boolean {
  return version.startsWith('2')
}

/** A writer for one version. Lines end in CRLF as in the specification's examples (OFX 1.6 section 2.2). */
export function ofxWriter(version: OfxVersion): OfxWriter {
  const xml = isXml(version)
  const open = (name: string): Markup => `<${name}>\r\n` as Markup
  const close = (name: string): Markup => `</${name}>\r\n` as Markup
  return {
    open,
    close,
    header: (newFileUid = 'NONE', oldFileUid = 'NONE') =>
      xml ? xmlHeader(version, newFileUid, oldFileUid) : sgmlHeader(version, newFileUid, oldFileUid),
    aggregate: (name, ...content) => `${open(name)}${content.join('')}${close(name)}` as Markup,
    leaf: (name, text, limit) => {
      if (text === null || text === '') return '' as Markup
      const clean = CODE.test(text) ? cut(text, limit) : escaped(cut(plain(text), limit))
      return (clean === '' ? '' : `<${name}>${clean}${xml ? `</${name}>` : ''}\r\n`) as Markup
    },
  }
}

/** Section 2.2 of OFX 1.6. */
function sgmlHeader(version: OfxVersion, newFileUid: string, oldFileUid: string): Markup {
  const fields = [
    ['OFXHEADER', '100'],
    ['DATA', 'OFXSGML'],
    ['VERSION', version],
    ['SECURITY', 'NONE'],
    ['ENCODING', 'USASCII'],
    ['CHARSET', '1252'],
    ['COMPRESSION', 'NONE'],
    ['OLDFILEUID', fileUid(oldFileUid)],
    ['NEWFILEUID', fileUid(newFileUid)],
  ]
  return `${fields.map(([key, value]) => `${key}:${value}\r\n`).join('')}\r\n` as Markup
}

/** Section 2.2 of OFX 2.2. */
function xmlHeader(version: OfxVersion, newFileUid: string, oldFileUid: string): Markup {
  const ofx = `<?OFX OFXHEADER="200" VERSION="${version}" SECURITY="NONE" OLDFILEUID="${fileUid(oldFileUid)}" NEWFILEUID="${fileUid(newFileUid)}"?>`
  return `<?xml version="1.0" encoding="UTF-8" standalone="no"?>\r\n${ofx}\r\n` as Markup
}

function fileUid(uid: string): string {
  return uid.replace(/[^\w.-]/g, '').slice(0, 36) || 'NONE'
}

/** Control characters (line ends among them) and what XML cannot hold become one space; the ends are trimmed. */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\x00-\x1f\x7f-\x9f\uFFFE\uFFFF\u2028\u2029]+/g, ' ')
    .trim()
}

/** At most `limit` characters, never half a character. */
export function cut(text: string, limit: number | undefined): string {
  if (limit === undefined || text.length <= limit) return text
  return [...text].slice(0, limit).join('').trimEnd()
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => (character === '&' ? '&amp;' : character === '<' ? '&lt;' : '&gt;'))
}
