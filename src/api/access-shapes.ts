/** How people, sessions, keys and the audit log look over the API. No digest, no token, no cookie is in any of them. */
import { z } from 'zod'
import { KEY_SCOPES, ROLES } from '../domain/access.ts'

const instant = z.iso.datetime()

export const roleShape = z.enum(ROLES).meta({ id: 'Role' })
/** One line with something to see on it. What joins letters of Persian, Hindi and emoji is part of a name; what turns the order of the words behind it is not. */
const LINE = String.raw`(?=.*[^\p{C}\p{Z}])[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]`
export const labelShape = z.string().trim().regex(new RegExp(`^${LINE}{1,100}$`, 'u'), 'must be 1 to 100 characters on one line')
export const accountNameShape = z.string().trim().regex(new RegExp(`^${LINE}{1,200}$`, 'u'), 'must be 1 to 200 characters on one line')
/** An id that the sign-in library made: of a person, a session, a passkey that is kept. */
export const signInIdShape = z.string().regex(/^[!-~]{1,100}$/)
/** What a browser gives of a passkey; what else is in it the library judges. WebAuthn allows ids of 1,023 bytes. */
export const passkeyResponseShape = z.looseObject({ id: z.string().regex(/^[\w-]{1,1364}$/) })
export const emailShape = z.email().max(200).transform((text) => text.toLowerCase())
export const passwordShape = z.string().min(1).max(200)

export const memberShape = z
  .object({ userId: z.string(), name: z.string(), email: z.string(), role: roleShape, delegated: z.array(z.string()), since: instant })
  .meta({ id: 'Member' })

export const listedMemberShape = memberShape
  .extend({ seenAt: instant.nullable().meta({ description: 'The last time that something of theirs was noticed: a request of a page that they used, or an act in the audit log' }) })
  .meta({ id: 'ListedMember' })

export const invitationShape = z.object({ id: z.uuid(), role: roleShape, label: z.string(), createdAt: instant, expiresAt: instant }).meta({ id: 'Invitation' })

export const keyShape = z
  .object({ id: z.string(), label: z.string(), scope: z.enum(KEY_SCOPES), maker: z.string(), createdAt: instant, expiresAt: instant, lastUsedAt: instant.nullable(), revokedAt: instant.nullable() })
  .meta({ id: 'ApiKey' })

export const auditShape = z
  .object({ seq: z.int(), at: instant, actor: z.string(), action: z.string(), object: z.string(), codes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])), hash: z.string() })
  .meta({ id: 'AuditLine' })

export const verdictShape = z.object({ lines: z.int(), head: z.object({ seq: z.int(), hash: z.string() }).nullable(), firstBad: z.int().nullable() })

export const accountShape = memberShape.extend({
  may: z.array(z.enum(['read', 'review', 'sync', 'enter_secret', 'administer', 'manage', 'self', 'factors', 'export_all', 'demo'])).meta({ description: 'What the role allows; a bookkeeper may also enter the sign-in of connections in `delegated`' }),
  owner: z.string().nullable().meta({ description: 'The name of an owner, whom others ask for what they may not do' }),
  method: z.enum(['password', 'totp', 'recovery', 'passkey', 'link']), needsSecondFactor: z.boolean(), freshForSeconds: z.int(),
  hasPassword: z.boolean(), hasTotp: z.boolean(), passkeys: z.array(z.object({ id: z.string(), name: z.string(), createdAt: instant.nullable(), isSynced: z.boolean() })),
})
