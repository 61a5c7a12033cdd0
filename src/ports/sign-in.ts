/**
 * Signing people in: passwords, second factors, passkeys, sessions. The work is a library's behind this
 * port (src/adapters/sign-in.ts); who may do what is decided elsewhere (src/access/).
 */
import type { SignedIn } from '../domain/access.ts'

/** What of a browser's request matters here. `address` is the client's own, behind proxies that the operator named. */
export type Visit = { readonly origin: string; readonly cookie: string | null; readonly address: string; readonly userAgent: string | null }

/** `cookies`: lines of `Set-Cookie` that the browser must get with the answer. */
export type SignInAnswer = { readonly status: number; readonly body: unknown; readonly cookies: readonly string[]; readonly retryAfter: number | null }

export type OpenSession = { readonly userId: string; readonly session: SignedIn }

export type SessionSummary = { readonly id: string; readonly method: SignedIn['method']; readonly signedInAt: number; readonly seenAt: number; readonly address: string; readonly userAgent: string }

export type PasskeySummary = { readonly id: string; readonly name: string; readonly createdAt: number | null; readonly isSynced: boolean }

export type Factors = { readonly hasPassword: boolean; readonly hasTotp: boolean; readonly passkeys: readonly PasskeySummary[] }

/** `now`: the host's clock, which somebody may set; `steady`: one that only goes on. Both in ms. */
export type SignInTime = { readonly now: () => number; readonly steady: () => number }

/** `code` in the body of a refusal: the passkey is right, and of another member than `query.whose`, the address of the one who is asked. */
export const SOMEBODY_ELSE = 'SOMEBODY_ELSE'

export type Knock = 'setup' | 'invitation' | 'join' | 'link' | 'reset' | 'password'

/** Paths of the library that Relink uses; no other is reachable. `/knock/…` does nothing but count, for ways in that are ours. */
export type SignInPath =
  | '/sign-in/email' | '/sign-out' | '/change-password' | '/reset-password'
  | `/knock/${Knock}`
  | '/two-factor/enable' | '/two-factor/disable' | '/two-factor/verify-totp' | '/two-factor/verify-backup-code' | '/two-factor/generate-backup-codes'
  | '/passkey/generate-register-options' | '/passkey/verify-registration' | '/passkey/generate-authenticate-options' | '/passkey/verify-authentication' | '/passkey/delete-passkey'

export type SignIn = {
  /** Hands a request on to the library. A body is one that was held to its schema. */
  ask(visit: Visit, method: 'GET' | 'POST', path: SignInPath, body?: Readonly<Record<string, unknown>>, query?: Readonly<Record<string, string>>): Promise<SignInAnswer>
  /** Who is signed in; null: nobody, or not any more. `isLook`: an open page is not its person, and does not keep a session from ending unused. */
  session(visit: Pick<Visit, 'cookie'>, isLook?: boolean): Promise<OpenSession | null>
  /** One at a time, over all servers on this database: who looks whether an address is free, and then takes it, does so in here, and who looks whether another factor stays, and then removes one. */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** The user's id; null when the address is taken. Without a password only a link signs in. */
  createUser(user: { readonly name: string; readonly email: string; readonly password: string | null }): Promise<string | null>
  /** The user with this address. */
  userOf(email: string): Promise<string | null>
  /** With everything of theirs: factors, sessions. */
  deleteUser(userId: string): Promise<void>
  /** Opens a session without any proof: for who runs this machine. The lines of `Set-Cookie`. */
  enter(userId: string, visit: Visit): Promise<readonly string[]>
  sessions(userId: string): Promise<readonly SessionSummary[]>
  /** One, or all of the user's. */
  endSessions(userId: string, sessionId?: string): Promise<void>
  factors(userId: string): Promise<Factors>
  /** The last resort: a new password; second factors, passkeys and sessions end. All of it, or nothing. */
  resetUser(userId: string, password: string): Promise<void>
  /** The token of a link by which this user sets another password once, within half an hour. Factors stay as they are. */
  beginReset(userId: string): Promise<string>
  /** The user of such a token; null: it is none, or not any more. */
  resetOf(token: string): Promise<string | null>
  /** After another password: what was begun with the one before ends, resets by mail and sign-ins that wait for a second factor. */
  voidHalfway(userId: string): Promise<void>
  /**
   * Counts a try on an account before it is made; false when too many failed, whatever address they come
   * from. A success takes the count back.
   */
  mayTry(account: string): Promise<boolean>
  /** Takes one count back: the try was refused before anybody looked at the password. */
  notTried(account: string): Promise<void>
  succeeded(account: string): Promise<void>
  close(): Promise<void>
}
