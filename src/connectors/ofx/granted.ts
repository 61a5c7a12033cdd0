/** What is remembered of a permission that a person gave at the bank's site: no secret, only since when and until when it holds. */
import { z } from 'zod'
import type { CaseContext, Failure } from '../../domain/evidence.ts'
import type { JsonObject } from '../../domain/institution.ts'
import type { Signed } from './session.ts'
import type { Permission } from './settings.ts'

/** The secret field whose value stands in each sign-on. */
export const ACCESS_TOKEN = 'access_token'

/** The prompt that leads to the bank. */
export const PROMPT_ID = 'permission'

/** What is remembered of a permission: epoch ms; `endsAt`, `accessEndsAt` null: the bank did not say. `isRenewed`: the bank gave a token for further ones. */
export type Granted = { readonly givenAt: number; readonly endsAt: number | null; readonly accessEndsAt: number | null; readonly isRenewed: boolean }

const DAY_MS = 86_400_000

/** What is known of a permission, for the diagnosis. */
export function permissionFacts({ givenAt, endsAt }: Granted, now: number): CaseContext {
  return { consentAgeDays: Math.max(0, Math.floor((now - givenAt) / DAY_MS)), ...(endsAt === null ? {} : { consentExpiresInDays: Math.ceil((endsAt - now) / DAY_MS) }) }
}

/** What is asked of a person while none is stored. */
export function permissionAsked({ authorizeUrl, clientId, scope }: Permission): Extract<Signed, { readonly kind: 'challenge' }> {
  const url = new URL(authorizeUrl)
  for (const [name, value] of Object.entries({ response_type: 'code', client_id: clientId, ...(scope === '' ? {} : { scope }) })) url.searchParams.set(name, value)
  return { kind: 'challenge', prompts: [{ id: PROMPT_ID, kind: 'redirect', label: 'Give the permission at the bank\'s site', url: url.href }], codes: ['permission_needed'], resume: { kind: 'permission' } }
}

/** Whether the vault lends nothing because there is nothing. */
export function isMissing({ code, evidence: [first] }: Failure): boolean {
  return code === 'secret_withheld' && first.codes?.includes('vault_missing') === true
}

/** A read can take longer than the access that it began with. */
export function accessOver(): Failure {
  const message = 'The access that the bank gave for this read ended before the read did. Nothing is lost; the next read asks for another one and goes on where it was.'
  return { code: 'secret_withheld', stage: 'consent', retry: { kind: 'at', at: null }, message, evidence: [{ protocol: 'ofx', stage: 'consent', codes: ['access_over'], message }] }
}

/** Null: none was given, or it is not ours. */
export function readGranted(state: JsonObject): Granted | null {
  const read = grantedSchema.safeParse(state['granted'])
  return read.success ? read.data : null
}

const grantedSchema = z.object({ givenAt: z.number(), endsAt: z.number().nullable(), accessEndsAt: z.number().nullable(), isRenewed: z.boolean().default(true) })
