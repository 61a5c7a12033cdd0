/**
 * Secrets by reference: the vault keeps where a value lies (`command:`, `credential:`), and fetches it
 * for each use. A reference is set on this host's command line only: who may name a program to run is
 * who may run it. What was fetched is text of one line, as a password is.
 */
import type { Failure } from '../domain/evidence.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { SourceFailure } from './outside-source.ts'

/** Gives the bytes of a source. */
export type Fetch = (source: string) => Promise<Result<Buffer, SourceFailure>>

/** What a record holds: values, and for some fields only where the value lies; then also which fields name the login. */
export type Contents = { readonly values: Readonly<Record<string, string>>; readonly references: Readonly<Record<string, string>>; readonly identity: readonly string[] }

/** As it is sealed. Without references it is the plain object of values that all records were before. */
export function writeContents({ values, references, identity }: Contents): string {
  return JSON.stringify(Object.keys(references).length === 0 ? values : { values, references, identity })
}

export function readContents(text: string): Contents {
  const stored = JSON.parse(text) as Readonly<Record<string, string>> | Contents
  return isWhole(stored) ? stored : { values: stored, references: {}, identity: [] }
}

function isWhole(stored: Readonly<Record<string, string>> | Contents): stored is Contents {
  return typeof stored['references'] === 'object'
}

/** All values, the referenced ones fetched now. */
export async function resolve({ values, references }: Pick<Contents, 'values' | 'references'>, from: Fetch): Promise<Result<Readonly<Record<string, string>>, Failure>> {
  const whole: Record<string, string> = { ...values }
  for (const [field, source] of Object.entries(references)) {
    const fetched = await from(source)
    if (!fetched.ok) return failed(notFetched(field, fetched.failure.message))
    const text = asText(fetched.value)
    if (text === null) return failed(notFetched(field, 'What it gives is not one line of text.'))
    whole[field] = text
  }
  return ok(whole)
}

/** One line, without its end; wipes the bytes. */
function asText(bytes: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes).replace(/\r?\n$/, '')
    return text === '' || /[\0\r\n]/.test(text) ? null : text
  } catch {
    return null
  } finally {
    bytes.fill(0)
  }
}

/** Where a value lies may be away for a while, as a bank may: it is asked again by itself, and nothing was sent. */
function notFetched(field: string, message: string): Failure {
  const sentence = `The field "${field}" could not be fetched, so nothing was sent. ${message}`
  return { code: 'secret_source_failed', stage: 'signon', retry: { kind: 'at', at: null }, message: sentence, evidence: [{ stage: 'signon', codes: ['secret_source_failed'], message: sentence }] }
}
