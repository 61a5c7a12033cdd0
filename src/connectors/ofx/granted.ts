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

/**
 * What is remembered of a permission: epoch ms; `endsAt`, `accessEndsAt` null: the bank did not say. `isRenewed`: the bank gave a token for further ones.
 * `isFixed`: the last renewal did not put `endsAt` off, so it is the permission's end and not how long nobody may read; `renewedAt`: when that was seen.
 */
export type Granted = { readonly givenAt: number; readonly endsAt: number | null; readonly accessEndsAt: number | null; readonly isRenewed: boolean; readonly isFixed: boolean; readonly renewedAt: number | null }

const DAY_MS = 86_400_000

/** Renewals that follow sooner tell nothing. */
const TELLING_MS = 10 * 60_000

/** Whether a renewal that tells this end leaves it where it was. */
export function staysFixed(known: Granted | null, endsAt: number | null, now: number): boolean {
  if (known === null || known.endsAt === null || known.renewedAt === null || endsAt === null) return false
  const passed = now - known.renewedAt
  return passed < TELLING_MS ? known.isFixed : (endsAt - known.endsAt) * 2 < passed
}

/** When the permission ends, as far as it can be known beforehand: epoch ms. */
export function endsAt(state: JsonObject): number | null {
  const granted = readGranted(state)
  return granted?.isFixed === true ? granted.endsAt : null
}

/** What is known of a permission, for the diagnosis. An end that each renewal puts off says something only where nothing was renewed until then. */
export function permissionFacts({ givenAt, endsAt, isFixed }: Granted, now: number): CaseContext {
  return { consentAgeDays: Math.max(0, Math.floor((now - givenAt) / DAY_MS)), ...(endsAt === null || !(isFixed || endsAt <= now) ? {} : { consentExpiresInDays: Math.ceil((endsAt - now) / DAY_MS), consentEndsAt: endsAt }) }
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

const grantedSchema = z.object({ givenAt: z.number(), endsAt: z.number().nullable(), accessEndsAt: z.number().nullable(), isRenewed: z.boolean().default(true), isFixed: z.boolean().default(false), renewedAt: z.number().nullable().default(null) })
