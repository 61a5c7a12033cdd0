/** What every OFX answer begins with: STATUS and the sign-on answer (OFX 1.0.2, sections 2.5.1.2 and 3.1.5). */
import type { Status } from '../faults/fault.ts'
import { writeInstant } from './dates.ts'
import { type Child, type Element, leaf, node } from './element.ts'

/** Profile and account list never change but by faults; an instant long ago lets clients cache them. */
export const CHANGED_AT = Date.UTC(2024, 0, 15)

/** All codes that are not listed here are errors. */
const INFO_CODES: readonly number[] = [0, 1, 10000, 13000, 15000]
const WARN_CODES: readonly number[] = [2028, 6501]

export function statusOf({ code, message }: Status): Element {
  const severity = INFO_CODES.includes(code) ? 'INFO' : WARN_CODES.includes(code) ? 'WARN' : 'ERROR'
  return node('STATUS', leaf('CODE', code), leaf('SEVERITY', severity), message === '' ? null : leaf('MESSAGE', message.slice(0, 255)))
}

/** SIGNONMSGSRSV1; `last` ends SONRS, `next` follows it. */
export function signonAnswer(status: Status, now: number, last: Child | readonly Child[] = null, next: Child | readonly Child[] = null): Element {
  const sonrs = node(
    'SONRS',
    statusOf(status),
    leaf('DTSERVER', writeInstant(now)),
    leaf('LANGUAGE', 'ENG'),
    leaf('DTPROFUP', writeInstant(CHANGED_AT)),
    last,
  )
  return node('SIGNONMSGSRSV1', sonrs, next)
}
