/** What is remembered of a permission that a person gave at the bank's site: no secret, only since when and until when it holds. */
import { z } from 'zod'
import type { CaseContext } from '../../domain/evidence.ts'
import type { JsonObject } from '../../domain/institution.ts'

/** The secret field whose value stands in each sign-on. */
export const ACCESS_TOKEN = 'access_token'

/** What is remembered of a permission: epoch ms; `endsAt`, `accessEndsAt` null: the bank did not say. */
export type Granted = { readonly givenAt: number; readonly endsAt: number | null; readonly accessEndsAt: number | null }

const DAY_MS = 86_400_000

/** What is known of a permission, for the diagnosis. */
export function permissionFacts({ givenAt, endsAt }: Granted, now: number): CaseContext {
  return { consentAgeDays: Math.max(0, Math.floor((now - givenAt) / DAY_MS)), ...(endsAt === null ? {} : { consentExpiresInDays: Math.ceil((endsAt - now) / DAY_MS) }) }
}

/** Null: none was given, or it is not ours. */
export function readGranted(state: JsonObject): Granted | null {
  const read = grantedSchema.safeParse(state['granted'])
  return read.success ? read.data : null
}

const grantedSchema = z.object({ givenAt: z.number(), endsAt: z.number().nullable(), accessEndsAt: z.number().nullable() })
