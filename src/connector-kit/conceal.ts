/**
 * Takes what must not be kept out of every text of a failure. Protocol codes and dates stay: they are
 * what a failure is known by, and a code of up to five digits is in the open lists of its protocol.
 */
import type { Evidence, Failure } from '../domain/evidence.ts'
import type { ExchangeRecord } from '../ports/transport.ts'

type Conceal = (text: string) => string

export function concealFailure(failure: Failure, conceal: Conceal): Failure {
  const [first, ...rest] = failure.evidence
  return { ...failure, message: conceal(failure.message), evidence: [concealEvidence(first, conceal), ...rest.map((evidence) => concealEvidence(evidence, conceal))] }
}

/** As a failure: what the bank repeated in an exchange. `longest`: how much is kept of what was asked and of what was answered. */
export function concealRecord(record: ExchangeRecord, conceal: Conceal, longest: number): ExchangeRecord {
  const short = (text: string | null): string | null => (text === null ? null : conceal(text.slice(0, longest)))
  return {
    ...record, url: conceal(record.url), finalUrl: record.finalUrl === null ? null : conceal(record.finalUrl), headers: concealHeaders(record.headers, conceal),
    request: short(record.request), answer: short(record.answer),
  }
}

function concealHeaders(headers: Readonly<Record<string, string>>, conceal: Conceal): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isDate(value) ? value : conceal(value)]))
}

function concealEvidence(evidence: Evidence, conceal: Conceal): Evidence {
  const { headers, codes, severity, message, body } = evidence
  return {
    ...evidence,
    ...(headers === undefined ? {} : { headers: concealHeaders(headers, conceal) }),
    ...(codes === undefined ? {} : { codes: codes.map((code) => (/^\d{1,5}$/.test(code) ? code : conceal(code))) }),
    ...(severity === undefined ? {} : { severity: conceal(severity) }),
    ...(message === undefined ? {} : { message: conceal(message) }),
    ...(body === undefined ? {} : { body: conceal(body) }),
  }
}

/** RFC 9110 section 5.6.7, the form that servers send. */
function isDate(value: string): boolean {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value)
}
