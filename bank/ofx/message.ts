/**
 * An OFX message as it travels: header and body in bytes, for the versions that the bank speaks.
 * Anything else is refused with a reason, never with an exception.
 */
import { type Element, readElements, writeElements } from './element.ts'

/** OFX versions of the header. Direct Connect servers of the field answer these and no others. */
export const VERSIONS: readonly number[] = [102, 103, 151, 160, 200, 201, 202, 203, 210, 211, 220]

export type OfxRequest = {
  /** As asked; may be one that the bank does not speak. */
  readonly version: number
  readonly fileUid: string
  readonly root: Element
}

/** CLIENTUID, MFA and ACCESSKEY exist in 1.0.3 and from 2.1.0 on. */
export function knowsMfa(version: number): boolean {
  return version === 103 || version >= 210
}

/** BANKTRANLISTP exists from 2.2 on (OFX 2.2, section 11.4.2.3). */
export function knowsPending(version: number): boolean {
  return version >= 220
}

export function isXml(version: number): boolean {
  return version >= 200
}

/** Reads a request, or says in one sentence why it is not one. */
export function readMessage(body: Uint8Array): OfxRequest | string {
  const text = decode(body)
  const start = text.search(ROOT)
  if (start === -1) return 'The request has no <OFX> element.'
  const header = text.slice(0, start)
  const version = /VERSION\s*[:=]\s*["']?(\d{3})(?!\d)/i.exec(header.replace(/<\?xml[^>]*\?>/i, ''))?.[1]
  if (version === undefined) return 'The request has no OFX header with a VERSION.'
  const root = readElements(plainMarkup(text.slice(start).trim()))
  if (typeof root === 'string') return `The request is not well formed: ${root}.`
  const fileUid = /NEWFILEUID\s*[:=]\s*["']?([A-Za-z0-9-]{1,36})/i.exec(header)?.[1] ?? 'NONE'
  return { version: Number(version), fileUid, root }
}

/** The answer in bytes, in the version that was asked for (the nearest one when the bank does not speak it). */
export function writeMessage(root: Element, version: number, fileUid: string): Uint8Array {
  if (isXml(version)) {
    const spoken = VERSIONS.includes(version) ? version : 200
    const head = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>\r\n<?OFX OFXHEADER="200" VERSION="${spoken}" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="${fileUid}"?>\r\n`
    return new TextEncoder().encode(head + writeElements(root, 'xml'))
  }
  const spoken = VERSIONS.includes(version) ? version : 102
  const head = [
    'OFXHEADER:100',
    'DATA:OFXSGML',
    `VERSION:${spoken}`,
    'SECURITY:NONE',
    'ENCODING:USASCII',
    'CHARSET:1252',
    'COMPRESSION:NONE',
    'OLDFILEUID:NONE',
    `NEWFILEUID:${fileUid}`,
  ]
  return encodeLatin(head.join('\r\n') + '\r\n\r\n' + writeElements(root, 'sgml'))
}

/** The root as clients write it: alone, with a namespace, or with a prefix for it. */
const ROOT = /<(?:ofx:)?OFX(?:\s[^<>]*)?>/i

/** What XML libraries write and OFX has no use for: comments, marked sections, namespaces. */
function plainMarkup(text: string): string {
  const spoken = between(text, '<!--', '-->', () => '')
  const escaped = between(spoken, '<![CDATA[', ']]>', (inner) => inner.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
  return escaped.replace(/<(\/?)ofx:/gi, '<$1').replace(/^<OFX\s[^<>]*>/i, '<OFX>')
}

/** Puts something in the place of every section; one that does not end is left to the reader to refuse. One pass, whatever the text. */
function between(text: string, begin: string, end: string, instead: (inner: string) => string): string {
  const pieces: string[] = []
  let at = 0
  for (let from = text.indexOf(begin); from !== -1; from = text.indexOf(begin, at)) {
    const to = text.indexOf(end, from + begin.length)
    if (to === -1) break
    pieces.push(text.slice(at, from), instead(text.slice(from + begin.length, to)))
    at = to + end.length
  }
  return pieces.join('') + text.slice(at)
}

const WESTERN = new TextDecoder('windows-1252')
const UTF_8 = new TextDecoder('utf-8')
const UTF_16LE = new TextDecoder('utf-16le')
const UTF_16BE = new TextDecoder('utf-16be')

function decode(body: Uint8Array): string {
  // What XML libraries call Unicode begins with its mark.
  if (body[0] === 0xff && body[1] === 0xfe) return UTF_16LE.decode(body)
  if (body[0] === 0xfe && body[1] === 0xff) return UTF_16BE.decode(body)
  const head = WESTERN.decode(body.subarray(0, 400))
  const utf8 = /encoding="utf-8"/i.test(head) || /ENCODING:\s*(UTF-8|UNICODE)/i.test(head)
  return (utf8 ? UTF_8 : WESTERN).decode(body)
}

/** Windows-1252 for the characters that it shares with Latin-1; others as numeric references. */
function encodeLatin(text: string): Uint8Array {
  const safe = text.replace(/[\u0080-\u009f\u0100-\u{10ffff}]/gu, (character) => `&#${character.codePointAt(0)};`)
  return Buffer.from(safe, 'latin1')
}
