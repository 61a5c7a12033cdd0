/**
 * What must be known of a bank to speak OFX with it: a route's settings, checked before anything is
 * sent. A failure names the field and what to do. Traits are quirks of a bank that its own profile
 * does not tell; they are data, so that a bank with a quirk needs no code.
 */
import { z } from 'zod'
import { OFX_VERSIONS } from '../../formats/ofx/markup.ts'
import type { Institution, JsonObject, Route } from '../../domain/institution.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import { originOf } from '../../connector-kit/origin.ts'

const address = z.string().refine((text) => originOf(text) !== null, 'must be a web address, for example https://ofx.example.com/ofx')

/** An account named by hand, for banks that do not list accounts. */
const namedAccount = z.strictObject({
  kind: z.enum(['checking', 'savings', 'money_market', 'credit_line', 'certificate', 'credit_card']),
  number: z.string().min(1).max(32),
  bankId: z.string().min(1).max(9).nullable().default(null),
  branchId: z.string().min(1).max(22).nullable().default(null),
  name: z.string().min(1).max(80).optional(),
})

const settingsSchema = z.strictObject({
  url: address,
  org: z.string().min(1).max(32).optional(),
  fid: z.string().min(1).max(32).optional(),
  /** Further addresses of the bank to which its profile may send the sign-on. */
  trustedUrls: z.array(address).max(10).default([]),
  /** The version that the bank wants; without it the first that it answers. */
  version: z.enum(OFX_VERSIONS).optional(),
  /** Under which name programs are admitted: banks keep lists of those of a well-known product. */
  appId: z.string().min(1).max(5).default('QWIN'),
  appVersion: z.string().min(1).max(5).default('2700'),
  /** Empty: the header is not sent; some banks refuse any. The same for `accept`. */
  userAgent: z.string().max(200).default('InetClntApp/3.0'),
  accept: z.string().max(200).default('*/*, application/x-ofx'),
  /** False for banks that do not answer an anonymous profile request. */
  profile: z.boolean().default(true),
  clientUid: z.enum(['auto', 'always', 'never']).default('auto'),
  /** What the bank calls the one or two secrets that it wants beside the password (USERCRED1, USERCRED2). */
  credentials: z.array(z.string().min(1).max(64)).max(2).default([]),
  accounts: z.array(namedAccount).max(100).default([]),
  /** A bank that takes no password from programs: the person gives the permission at its site (RFC 6749 with RFC 7636), and the token stands in the sign-on (ACCESSTOKEN, OFX 2.2 section 2.5.1.1). */
  permission: z.strictObject({ authorizeUrl: address, tokenUrl: address, clientId: z.string().min(1).max(200), scope: z.string().max(200).default('') }).optional(),
})

export type OfxSettings = z.infer<typeof settingsSchema>
export type Permission = NonNullable<OfxSettings['permission']>

export type SettingsFailure = { readonly field: string | null; readonly message: string }

/** Checks a route's settings and those fields of the form that are given; `origins` are where the secret may go. */
export function checkSettings(
  institution: Institution,
  route: Route,
  form: Readonly<Record<string, string>>,
): Result<{ readonly settings: JsonObject; readonly origins: readonly string[] }, SettingsFailure> {
  const settings = readSettings(route.settings)
  if (!settings.ok) return failed({ field: settings.failure.field, message: `The settings of ${institution.name} are wrong: ${settings.failure.message}` })
  for (const [field, what] of [['username', 'user name'], ['password', 'password']] as const) {
    const value = form[field]
    if (value === undefined) continue
    if (value.trim() === '') return failed({ field, message: `Type the ${what} that ${institution.name} gave you for its online service.` })
    if (value.length > 171) return failed({ field, message: `The ${what} is longer than OFX allows (171 characters).` })
  }
  return ok({ settings: route.settings, origins: originsOf(settings.value) })
}

/** The secret field of USERCRED1 or USERCRED2. */
export function credentialField(index: number): string {
  return `credential${index + 1}`
}

/** The settings of a route as the connector uses them, with every trait filled in. */
export function readSettings(settings: JsonObject): Result<OfxSettings, SettingsFailure> {
  const read = settingsSchema.safeParse(settings)
  if (read.success) return ok(read.data)
  const issue = read.error.issues[0]
  const field = issue?.path.join('.') || null
  return failed({ field, message: `${field ?? 'the settings'}: ${issue?.message ?? 'not valid'}.` })
}

/** The bank's own origins, the sign-on address first, each once. */
export function originsOf(settings: OfxSettings): readonly string[] {
  return [...new Set([settings.url, ...settings.trustedUrls, ...(settings.permission === undefined ? [] : [settings.permission.tokenUrl])].map((url) => originOf(url) ?? ''))]
}
