/**
 * The sign-in library (better-auth with two plugins) behind `SignIn`. Promises: it sees only its own
 * tables, as the role `relink_auth`; what a stolen database holds signs nobody in, because cookies are
 * signed and second factors sealed with a key that is not in it; a passkey counts only when its device
 * verified the person; no session is read from a cookie alone. Limits and clocks here are the host's:
 * virtual time is for banks. A clock of the host that is set back makes no sign-in fresh again.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { passkey } from '@better-auth/passkey'
import { kyselyAdapter } from '@better-auth/kysely-adapter'
import { betterAuth } from 'better-auth/minimal'
import { APIError, createAuthEndpoint } from 'better-auth/api'
import { twoFactor } from 'better-auth/plugins/two-factor'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { SignedIn } from '../domain/access.ts'
import type { Log } from '../ports/log.ts'
import { SOMEBODY_ELSE } from '../ports/sign-in.ts'
import type { Factors, OpenSession, SessionSummary, SignIn, SignInAnswer, SignInTime, Visit } from '../ports/sign-in.ts'

export type SignInOptions = {
  readonly database: pg.ClientConfig
  /** Signs cookies and seals second factors. */
  readonly key: KeyObject
  /** The public origin, where one is configured; null: loopback, by plain http. */
  readonly origin: string | null
  readonly log: Log
  /** Default: the host's. */
  readonly time?: SignInTime
}

const HOST_TIME: SignInTime = { now: () => Date.now(), steady: () => performance.now() }
/** Clocks of hosts that share a database differ by less; what is further ahead was noted before the clock was set back. */
const SKEW_MS = 5_000

const DAY_S = 86_400
const SESSION_S = 7 * DAY_S
const IDLE_MS = DAY_S * 1_000
const FRESH_S = 600
const RESET_S = 30 * 60
const RESET_KEY = 'reset-password:'
const TOKEN_BYTES = 32
const LOCK_MS = 15 * 60_000
const TRIES = 5
/** How exact `seenAt` is; saves a write for each request of a burst. */
const SEEN_EXACT_MS = 60_000
const CLIENT_HEADER = 'x-relink-client'
/** A code is valid for a minute and a half; a clock that is set back makes old ones valid again. */
const CODE_KEPT_MS = DAY_S * 1_000
const CODE_KEY = 'code:'
/** Any fixed number: the lock of whoever makes a person. */
const MAKING = 7_351_017
const PER_MINUTE = { window: 60, max: 5 }
/** Of what a person does who comes by a link and has not found a password yet. */
const BY_LINK = { window: 60, max: 10 }
/** Longer than the window of every limit. */
const LIMIT_KEPT_MS = 5 * 60_000

export function openSignIn({ database, key, origin, log, time = HOST_TIME }: SignInOptions): SignIn {
  const pool = openAuthPool(database)
  const isSecure = origin?.startsWith('https:') === true
  const ages = measureAges(time)
  const auth = betterAuth({
    appName: 'Relink',
    basePath: '/api/auth',
    secret: key.export().toString('base64url'),
    database: kyselyAdapter(new Kysely<never>({ dialect: new PostgresDialect({ pool }) }).withSchema('relink'), { type: 'postgres', transaction: true }),
    trustedOrigins: (request) => [request === undefined ? null : new URL(request.url).origin],
    user: { modelName: 'auth_user' },
    account: { modelName: 'auth_account' },
    verification: { modelName: 'auth_verification', storeIdentifier: 'hashed' },
    session: {
      modelName: 'auth_session', expiresIn: SESSION_S, disableSessionRefresh: true, freshAge: FRESH_S, cookieCache: { enabled: false },
      additionalFields: { method: { type: 'string', required: true, input: false }, seenAt: { type: 'date', required: true, input: false } },
    },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 128, resetPasswordTokenExpiresIn: RESET_S, revokeSessionsOnPasswordReset: true },
    rateLimit: {
      enabled: true, storage: 'database', modelName: 'auth_rate_limit', window: 60, max: 100,
      // The first that fits counts.
      customRules: {
        '/sign-in/email': PER_MINUTE, '/two-factor/*': PER_MINUTE, '/change-password': PER_MINUTE, '/reset-password': PER_MINUTE, '/knock/reset': PER_MINUTE, '/knock/*': BY_LINK,
        '/passkey/verify-authentication': PER_MINUTE, '/passkey/generate-authenticate-options': PER_MINUTE, '/passkey/*': { window: 60, max: 20 }, '/sign-out': { window: 60, max: 100 },
      },
    },
    advanced: {
      useSecureCookies: false,
      cookiePrefix: isSecure ? '__Host-relink' : 'relink',
      cookies: { session_token: { name: sessionCookie(isSecure) } },
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure },
      // Set by our own server from the connection, behind the proxies that the operator named; what a client sends under this name never gets here.
      ipAddress: { ipAddressHeaders: [CLIENT_HEADER], ipv6Subnet: 64 },
      database: { validateSchema: false },
    },
    databaseHooks: {
      session: {
        create: {
          async before(session, context) {
            const method = methodOf(context)
            if (method === 'totp') await spendCode(pool, session.userId, String((context?.body as { code?: unknown } | undefined)?.code ?? ''))
            const at = new Date(time.now())
            return { data: { ...session, method, createdAt: at, seenAt: at } }
          },
          after: async ({ id }) => ages.begin(id),
        },
      },
    },
    plugins: [
      twoFactor({
        issuer: 'Relink', twoFactorTable: 'auth_two_factor', trustDeviceMaxAge: 0,
        backupCodeOptions: { amount: 10 }, accountLockout: { enabled: true, maxFailedAttempts: TRIES, durationSeconds: LOCK_MS / 1_000 },
      }),
      passkey({
        rpID: origin === null ? 'localhost' : new URL(origin).hostname, rpName: 'Relink', schema: { passkey: { modelName: 'auth_passkey' } },
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        advanced: { webAuthnChallengeCookie: 'passkey' },
        registration: { afterVerification: async ({ verification }) => refuseUnverified(verification.registrationInfo?.userVerified) },
        authentication: {
          async afterVerification({ verification, clientData, ctx: { query } }) {
            refuseUnverified(verification.authenticationInfo.userVerified)
            await refuseOthers(pool, clientData.id, (query as { whose?: string } | undefined)?.whose)
          },
        },
      }),
      // Ways in that are ours are counted as the library counts its own: its limits are asked before its endpoints.
      { id: 'knock', endpoints: { knock: createAuthEndpoint('/knock/:way', { method: 'POST' }, async (context) => context.json({})) } },
    ],
    telemetry: { enabled: false },
    // Refusals are answers all the same; what is no refusal is thrown to the caller instead of printed.
    onAPIError: { throw: true },
    logger: { level: 'error', log: (_level, message) => log.error('sign_in_library', { message: String(message).slice(0, 200) }) },
  })
  const context = auth.$context
  return {
    async ask(visit, method, path, body, query) {
      await forgetExpired(pool)
      const url = new URL(`/api/auth${path}`, visit.origin)
      for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
      const hand = async (): Promise<SignInAnswer> => answerOf(await auth.handler(new Request(url, { method, headers: headersOf(visit, body !== undefined), ...(body === undefined ? {} : { body: JSON.stringify(body) }) })))
      return path === '/sign-in/email' ? byLastingWay(String(body?.['email']), hand) : hand()
    },
    session: ({ cookie }, isLook = false) => sessionOf(cookie, isLook),
    alone: oneByOne(pool),
    async createUser({ name, email, password }) {
      const { internalAdapter, password: passwords } = await context
      if ((await internalAdapter.findUserByEmail(email)) !== null) return null
      const user = await internalAdapter.createUser({ name, email, emailVerified: false }, { method: 'admin' })
      if (password !== null) await internalAdapter.linkAccount({ accountId: user.id, providerId: 'credential', userId: user.id, password: await passwords.hash(password) })
      return user.id
    },
    async userOf(email) {
      return (await (await context).internalAdapter.findUserByEmail(email))?.user.id ?? null
    },
    async deleteUser(userId) {
      await pool.query('delete from auth_user where id = $1', [userId])
    },
    async enter(userId, visit) {
      const { internalAdapter, authCookies, secret } = await context
      const { token } = await internalAdapter.createSession(userId, false, { ipAddress: visit.address, userAgent: visit.userAgent ?? '' })
      return [await signedCookie(authCookies.sessionToken, token, secret)]
    },
    async sessions(userId) {
      const { rows } = await pool.query<SessionRow>(`select id, method, "createdAt", "seenAt", "ipAddress", "userAgent" from auth_session where "userId" = $1 and "expiresAt" > now() and "seenAt" > $2 and "seenAt" < $3 order by "seenAt" desc, id`, [userId, new Date(time.now() - IDLE_MS), new Date(time.now() + IDLE_MS)])
      return rows.map((row): SessionSummary => ({ id: row.id, method: row.method, signedInAt: row.createdAt.getTime(), seenAt: row.seenAt.getTime(), address: row.ipAddress ?? '', userAgent: row.userAgent ?? '' }))
    },
    async endSessions(userId, sessionId) {
      await pool.query('delete from auth_session where "userId" = $1 and ($2::text is null or id = $2)', [userId, sessionId ?? null])
    },
    factors: (userId) => factorsOf(pool, userId),
    async resetUser(userId, password) {
      const hash = await (await context).password.hash(password)
      // In one: half of it would be the new password beside the factors and sessions of whoever was there before.
      await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(`update auth_account set password = $2, "updatedAt" = now() where "userId" = $1 and "providerId" = 'credential'`, [userId, hash])
        if (rowCount === 0) await client.query(`insert into auth_account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt") values ($3, $1, 'credential', $1, $2, now(), now())`, [userId, hash, randomBytes(TOKEN_BYTES).toString('base64url')])
        await client.query('update auth_user set "twoFactorEnabled" = false, "updatedAt" = now() where id = $1', [userId])
        await voidHalfway(client, userId)
        for (const table of ['auth_two_factor', 'auth_passkey', 'auth_session']) await client.query(`delete from ${pg.escapeIdentifier(table)} where "userId" = $1`, [userId])
      })
    },
    async beginReset(userId) {
      const { internalAdapter } = await context
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      await internalAdapter.createVerificationValue({ identifier: RESET_KEY + token, value: userId, expiresAt: new Date(Date.now() + RESET_S * 1_000) })
      return token
    },
    async resetOf(token) {
      const found = await (await context).internalAdapter.findVerificationValue(RESET_KEY + token)
      return found === null || found.expiresAt.getTime() <= Date.now() ? null : found.value
    },
    voidHalfway: (userId) => voidHalfway(pool, userId),
    async mayTry(account) {
      const { rows } = await pool.query<{ count: number }>(
        `insert into auth_attempts as a (key, count, since) values ($1, 1, $2)
         on conflict (key) do update set count = case when abs($2 - a.since) >= $3 then 1 else a.count + 1 end, since = case when abs($2 - a.since) >= $3 then $2 else a.since end returning count`,
        [accountKey(account), Date.now(), LOCK_MS],
      )
      return rows[0]!.count <= TRIES
    },
    async notTried(account) {
      await pool.query('update auth_attempts set count = count - 1 where key = $1', [accountKey(account)])
      await pool.query('delete from auth_attempts where key = $1 and count <= 0', [accountKey(account)])
    },
    async succeeded(account) {
      await pool.query('delete from auth_attempts where key = $1', [accountKey(account)])
    },
    close: () => pool.end(),
  }

  async function sessionOf(cookie: string | null, isLook: boolean): Promise<OpenSession | null> {
    if (cookie === null || !cookie.includes(sessionCookie(isSecure))) return null
    const found = await auth.api.getSession({ headers: new Headers({ cookie }), query: { disableRefresh: true } })
    return found === null ? null : stillOpen(found.session, isLook)
  }

  /**
   * A new password, or a second factor, ends what there is of before, and cannot end what a sign-in stores after it: that
   * looks again when it is through, and ends it itself. Asked of addresses that nobody has, too, so that the time tells nothing.
   */
  async function byLastingWay(email: string, hand: () => Promise<SignInAnswer>): Promise<SignInAnswer> {
    const before = await wayInOf(pool, email)
    const answer = await hand()
    if (answer.status !== 200) return answer
    const after = await wayInOf(pool, email)
    if (after?.hash === before?.hash && after?.hasTotp === before?.hasTotp) return answer
    const opened = await sessionOf(answer.cookies.map((line) => line.split(';', 1)[0]).join('; '), true)
    if (opened !== null) await pool.query('delete from auth_session where id = $1', [opened.session.sessionId])
    if (after !== null) await voidHalfway(pool, after.userId)
    return { status: 401, body: null, cookies: [], retryAfter: null }
  }

  async function stillOpen(session: { id: string; userId: string; createdAt: Date; token: string } & Record<string, unknown>, isLook: boolean): Promise<OpenSession | null> {
    const [now, seenAt] = [time.now(), (session['seenAt'] as Date).getTime()]
    // One that a clock noted which ran ahead would last until the clock comes there again.
    if (Math.abs(now - seenAt) >= IDLE_MS) {
      await pool.query('delete from auth_session where id = $1', [session.id])
      return null
    }
    if (!isLook && now - seenAt >= SEEN_EXACT_MS) await pool.query('update auth_session set "seenAt" = $2 where id = $1', [session.id, new Date(now)])
    return { userId: session.userId, session: { sessionId: session.id, method: session['method'] as SignedIn['method'], ageMs: ages.of(session.id, session.createdAt.getTime(), seenAt) } }
  }
}

/** The name without the prefix on loopback, where browsers drop cookies that ask for https. */
export function sessionCookie(isSecure: boolean): string {
  return isSecure ? '__Host-relink.session' : 'relink.session'
}

type SessionRow = { id: string; method: SignedIn['method']; createdAt: Date; seenAt: Date; ipAddress: string | null; userAgent: string | null }

const INT8 = 20

/** Each connection becomes the role of the sign-in tables before anything else is asked on it. */
function openAuthPool(config: pg.ClientConfig): pg.Pool {
  const types = { getTypeParser: (oid: number, format?: 'text' | 'binary') => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) } as pg.CustomTypesConfig
  const pool = new pg.Pool({ ...config, max: 4, types, connectionTimeoutMillis: 10_000, keepAlive: true, application_name: 'relink sign-in', options: '-c role=relink_auth -c search_path=relink' })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/**
 * How long ago people signed in. What this process saw itself is measured by a clock that nobody sets; a sign-in,
 * or a use of it, that lies ahead of the host's clock is of before that was set back, and as old as can be.
 */
function measureAges({ now, steady }: SignInTime): { begin(sessionId: string): void; of(sessionId: string, createdAt: number, seenAt: number): number } {
  const begun = new Map<string, number>()
  return {
    begin(sessionId) {
      for (const [id, at] of begun) if (steady() - at >= SESSION_S * 1_000) begun.delete(id)
      begun.set(sessionId, steady())
    },
    of(sessionId, createdAt, seenAt) {
      if (Math.max(createdAt, seenAt) > now() + SKEW_MS) return Number.POSITIVE_INFINITY
      return Math.max(now() - createdAt, steady() - (begun.get(sessionId) ?? steady()))
    },
  }
}

/** Resets by mail that were not used, and sign-ins that wait for the second factor: neither outlives the password that it began with. */
async function voidHalfway(pool: pg.Pool | pg.PoolClient, userId: string): Promise<void> {
  await pool.query('delete from auth_verification where value = $1', [userId])
}

/** By which act a session came about. A new password keeps the rank of the session that set it. */
function methodOf(context: { path?: string; context?: { session?: { session: Record<string, unknown> } | null } } | null): SignedIn['method'] {
  const before = context?.context?.session?.session['method'] as SignedIn['method'] | undefined
  switch (context?.path) {
    case '/two-factor/verify-totp': return 'totp'
    case '/two-factor/verify-backup-code': return 'recovery'
    case '/passkey/verify-authentication': return 'passkey'
    case '/change-password': return before ?? 'password'
    case undefined: return 'link'
    default: return 'password'
  }
}

/** A code of the app opens one session (RFC 6238, 5.2): who looked over a shoulder, or keeps what a false page was told, comes second. */
async function spendCode(pool: pg.Pool, userId: string, code: string): Promise<void> {
  const { rowCount } = await pool.query('insert into auth_attempts (key, count, since) values ($1, 1, $2) on conflict do nothing', [CODE_KEY + accountKey(`${userId} ${code}`), Date.now()])
  if (rowCount !== 1) throw new APIError('UNAUTHORIZED', { message: 'This code was used already.', code: 'CODE_SPENT' })
}

/**
 * What strangers leave behind is kept as long as it counts: without a sign-in nobody fills the tables. What was noted
 * further ahead than it counts is of a clock that ran ahead: it would lock people out, or keep a link good, until the clock comes
 * there again. But a code that was used then is good again then.
 */
async function forgetExpired(pool: pg.Pool): Promise<void> {
  const now = Date.now()
  await pool.query('delete from auth_attempts where case when starts_with(key, $1) then since <= $3::bigint - $2::bigint else abs($3::bigint - since) >= $4 end', [CODE_KEY, CODE_KEPT_MS, now, LOCK_MS])
  await pool.query('delete from auth_rate_limit where abs($1 - "lastRequest") >= $2', [now, LIMIT_KEPT_MS])
  await pool.query('delete from auth_verification where "expiresAt" <= $1 or "createdAt" >= $2', [new Date(now), new Date(now + LIMIT_KEPT_MS)])
  await pool.query('update auth_two_factor set "failedVerificationCount" = 0, "lockedUntil" = null where "lockedUntil" >= $1', [new Date(now + LOCK_MS + LIMIT_KEPT_MS)])
}

/** What an address signs in with by password, as it is stored; null: nothing. */
async function wayInOf(pool: pg.Pool, email: string): Promise<{ readonly userId: string; readonly hash: string | null; readonly hasTotp: boolean } | null> {
  const { rows: [row] } = await pool.query<{ userId: string; hash: string | null; hasTotp: boolean }>(`select a."userId", a.password as hash, coalesce(u."twoFactorEnabled", false) as "hasTotp" from auth_account a join auth_user u on u.id = a."userId" where u.email = $1 and a."providerId" = 'credential'`, [email])
  return row ?? null
}

/** One at a time here, so that those who wait hold no connection; and one at a time over all servers. */
function oneByOne(pool: pg.Pool): SignIn['alone'] {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(() => inTransaction(pool, async (client) => {
      await client.query('select pg_advisory_xact_lock($1)', [MAKING])
      return work()
    }))
    last = mine.catch(() => undefined)
    return mine
  }
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const done = await work(client)
    await client.query('commit')
    client.release()
    return done
  } catch (error) {
    // With its session its locks are gone, and all that it did.
    client.release(true)
    throw error
  }
}

function refuseUnverified(userVerified: boolean | undefined): void {
  if (userVerified !== true) throw new APIError('UNAUTHORIZED', { message: 'The device did not verify its person.', code: 'USER_NOT_VERIFIED' })
}

/** Who proves again that it is them does so with a passkey of their own: another's would go on as somebody else with what was begun. */
async function refuseOthers(pool: pg.Pool, credentialId: string, whose: string | undefined): Promise<void> {
  if (whose === undefined) return
  const { rowCount } = await pool.query('select 1 from auth_passkey p join auth_user u on u.id = p."userId" where p."credentialID" = $1 and u.email = $2', [credentialId, whose])
  if (rowCount === 0) throw new APIError('UNAUTHORIZED', { message: 'The passkey is of another member.', code: SOMEBODY_ELSE })
}

function headersOf({ cookie, address, userAgent, origin }: Visit, hasBody: boolean): Headers {
  const headers = new Headers({ [CLIENT_HEADER]: address, origin })
  if (cookie !== null) headers.set('cookie', cookie)
  if (userAgent !== null) headers.set('user-agent', userAgent)
  if (hasBody) headers.set('content-type', 'application/json')
  return headers
}

async function answerOf(response: Response): Promise<SignInAnswer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== ''
  const retry = Number(response.headers.get('x-retry-after') ?? Number.NaN)
  return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : null, cookies: response.headers.getSetCookie(), retryAfter: Number.isFinite(retry) ? retry : null }
}

/** As the library signs its own: the value, a dot, HMAC-SHA256 of the value in Base64, percent-encoded. */
async function signedCookie({ name, attributes }: { name: string; attributes: { secure?: boolean; maxAge?: number } }, value: string, secret: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const signature = Buffer.from(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(value))).toString('base64')
  return `${name}=${encodeURIComponent(`${value}.${signature}`)}; Max-Age=${attributes.maxAge ?? SESSION_S}; Path=/; HttpOnly; SameSite=Lax${attributes.secure === true ? '; Secure' : ''}`
}

/** Not the address itself: tries on accounts that do not exist are counted too. */
function accountKey(account: string): string {
  return createHash('sha256').update(account.trim().toLowerCase()).digest('hex')
}

async function factorsOf(pool: pg.Pool, userId: string): Promise<Factors> {
  const [accounts, users, passkeys] = await Promise.all([
    pool.query('select 1 from auth_account where "userId" = $1 and password is not null', [userId]),
    pool.query('select 1 from auth_user where id = $1 and "twoFactorEnabled"', [userId]),
    pool.query<{ id: string; name: string | null; createdAt: Date | null; backedUp: boolean }>('select id, name, "createdAt", "backedUp" from auth_passkey where "userId" = $1 order by "createdAt", id', [userId]),
  ])
  return {
    hasPassword: accounts.rowCount === 1,
    hasTotp: users.rowCount === 1,
    passkeys: passkeys.rows.map(({ id, name, createdAt, backedUp }) => ({ id, name: name ?? 'Passkey', createdAt: createdAt?.getTime() ?? null, isSynced: backedUp })),
  }
}
