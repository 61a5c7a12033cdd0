/**
 * Evidence made ready for matching, once per record: text in lower case without accents and
 * entities, codes and headers in lower case, and the codes that stand only in the text.
 */
import type { CaseRecord } from '../domain/evidence.ts'

export type Reading = {
  readonly record: CaseRecord
  /** Message and body, lower case, accents removed, addresses without their paths, at most 4,000 characters. */
  readonly text: string
  /** As given, outermost first. */
  readonly codes: readonly string[]
  /** `name: value`, lower case. */
  readonly headers: readonly string[]
}

const TEXT_LIMIT = 4_000
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** Prepares a record; total over what JSON may hold, so that odd types are ignored and not thrown on. */
export function read(record: CaseRecord): Reading {
  const { evidence } = record
  const text = plain([evidence.message, evidence.body].filter((part) => typeof part === 'string').join(' \n '))
  const codes = Array.isArray(evidence.codes) ? evidence.codes.map((code) => String(code).trim()).filter((code) => code !== '') : []
  const headers = Object.entries(evidence.headers ?? {}).map(([name, value]) => `${name}: ${String(value)}`.toLowerCase())
  return { record, text, codes, headers }
}

/** Where a request went says nothing of why it failed: of an address only the server is left, and an error that it carries (RFC 6749 section 4.1.2.1). */
function withoutPath(address: string): string {
  const [, server = '', rest = ''] = /^(https?:\/\/[^\s/?#]*)(.*)$/s.exec(address) ?? []
  return [server, ...(rest.match(/(?<=[?&#])error\w*=[^&#]*/gi) ?? [])].join(' ')
}

function plain(text: string): string {
  return text
    .slice(0, TEXT_LIMIT)
    .replace(/&([a-z]+);/gi, (whole, name: string) => ENTITIES[name.toLowerCase()] ?? whole)
    .replace(/[‘’`´]/g, "'")
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/ß/g, 'ss')
    .toLowerCase()
    .replace(/https?:\/\/[^\s"'<>`)\]]+/g, withoutPath)
    .replace(/\b([45]\d\d) (?:client|server) error: [a-z' -]{2,40}? for url: \S*/g, 'http $1')
}
