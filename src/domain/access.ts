/**
 * Who may do what: members with their roles, invitations, keys of programs, and what each action asks
 * of whoever wants it (security.md section 4). Pure tables; `src/access/authorize.ts` applies them.
 */

export const ROLES = ['owner', 'bookkeeper', 'reader'] as const
export type Role = (typeof ROLES)[number]

export type Member = {
  readonly userId: string
  readonly name: string
  readonly email: string
  readonly role: Role
  /** Connections whose sign-in a bookkeeper may enter anew. */
  readonly delegated: readonly string[]
  readonly createdAt: number
  /** The actor that let them in, as the audit log names it. */
  readonly createdBy: string
  readonly removedAt: number | null
}

export type Invitation = {
  readonly id: string
  readonly role: Role
  /** What the owner calls the person; shown in the list only. */
  readonly label: string
  readonly tokenDigest: Uint8Array
  readonly createdAt: number
  readonly createdBy: string
  readonly expiresAt: number
  readonly acceptedAt: number | null
  readonly revokedAt: number | null
}

/** What a key may do at most; never more than its maker may at that moment, and never what only owners may. */
export const KEY_SCOPES = ['read', 'work'] as const
export type KeyScope = (typeof KEY_SCOPES)[number]

export type ApiKey = {
  /** The middle part of the key, by which it is found; no secret. */
  readonly id: string
  readonly label: string
  readonly scope: KeyScope
  readonly digest: Uint8Array
  /** The user id of its maker. */
  readonly maker: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
}

/** A person's open session, however they signed in. */
export type SignedIn = {
  readonly sessionId: string
  readonly method: 'password' | 'totp' | 'recovery' | 'passkey' | 'link'
  /** How long ago, by the clock of the sign-in; infinite where that cannot be told, because the clock was set back since. */
  readonly ageMs: number
}

/** What a route does. A route that does not say it stops the start. */
export type Action =
  | 'public' | 'read' | 'review' | 'sync' | 'enter_secret' | 'administer'
  /** Members, invitations, keys, webhooks, audit log: to see, and to change. */
  | 'manage'
  /** Of one's own sign-in: to see, and to change. */
  | 'self' | 'factors'
  /** Of what every member may see, everything at once. */
  | 'export_all'
  | 'demo'

export type Rule = {
  readonly roles: readonly Role[]
  /** Bookkeepers too, where an owner delegated the connection to them. */
  readonly delegable: boolean
  readonly scopes: readonly KeyScope[]
  /** Whether the token of this machine may. */
  readonly host: boolean
  /** Signed in within the last ten minutes. */
  readonly fresh: boolean
  /** For an owner who signed in by password alone: never; what is needed to get the first second factor, and only that long; or always. */
  readonly passwordAlone: 'never' | 'first_factor' | 'always'
}

const rule = (roles: readonly Role[], more: Partial<Rule> = {}): Rule => ({ roles, delegable: false, scopes: [], host: true, fresh: false, passwordAlone: 'never', ...more })

export const RULES: Readonly<Record<Exclude<Action, 'public'>, Rule>> = {
  read: rule(ROLES, { scopes: ['read', 'work'] }),
  review: rule(['owner', 'bookkeeper'], { scopes: ['work'] }),
  sync: rule(['owner', 'bookkeeper'], { scopes: ['work'] }),
  enter_secret: rule(['owner'], { delegable: true }),
  administer: rule(['owner'], { fresh: true }),
  manage: rule(['owner'], { fresh: true }),
  self: rule(ROLES, { host: false, passwordAlone: 'always' }),
  factors: rule(ROLES, { host: false, passwordAlone: 'first_factor', fresh: true }),
  export_all: rule(ROLES, { fresh: true }),
  demo: rule(ROLES),
}
