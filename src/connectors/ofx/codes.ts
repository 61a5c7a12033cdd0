/**
 * What the status codes of OFX say of a login and of trying again. Their names and severities are in
 * formats/ofx/status-codes.ts; no two are folded into one: what a code means for a broken feed is for
 * the diagnosis to judge, with the context that only it knows.
 */
import type { Retry } from '../../domain/evidence.ts'
import { severityOf } from '../../formats/ofx/status-codes.ts'
import type { LoginVerdict } from '../../connector-kit/connector.ts'

/** Sign-on codes that are part of the conversation. */
export const CODE = { upToDate: 1, unsupportedVersion: 2021, challengeRequired: 3000, challengeInvalid: 3001, passwordChange: 15000, signonInvalid: 15500, lockout: 15502, clientUid: 15510, mfaError: 15511, tokenRequired: 15512, tokenInvalid: 15513, invalidTan: 2022 } as const

/**
 * What the sign-on's own code says of the password. Only 15500 refuses it, and 15502 says that the
 * login is locked. 3000 and 15512 ask for more, which banks do after the password was right; an
 * information is a success. All other errors leave open whether the password was even looked at.
 */
export function loginVerdict(code: number | null, severity: string): LoginVerdict {
  if (code === CODE.signonInvalid) return 'refused'
  if (code === CODE.challengeRequired || code === CODE.tokenRequired) return 'accepted'
  if (code === null || severityOf(code, severity) === 'ERROR') return code === CODE.lockout ? 'locked' : 'unknown'
  return 'accepted'
}

/** When a refusal may end by itself, and when only a person ends it. Wrong dates and versions are ours. */
export function retryAfterCode(code: number): Retry {
  if (ENDS_BY_ITSELF.has(code)) return { kind: 'at', at: null }
  return NEVER_ENDS.has(code) ? { kind: 'never' } : { kind: 'afterPerson' }
}

const ENDS_BY_ITSELF: ReadonlySet<number> = new Set([2000, 2002, 2019, 6501, 6502, 15501, 15504])
const NEVER_ENDS: ReadonlySet<number> = new Set([2020, 2021, 2027, 2028, 6500, 15506])
