/**
 * The permission that a person gives at the bank's own site, for banks that take no password from programs: a code
 * from there becomes tokens (RFC 6749 sections 4.1 and 6, RFC 7636), and one of them stands in each sign-on (ACCESSTOKEN,
 * OFX 2.2 section 2.5.1.1). Tokens are secrets like passwords: lent, and counted. A server for tokens that was away is asked
 * first whether it is back, without one.
 */
import { z } from 'zod'
import { httpRefused, redactText, unusableAnswer } from '../../connector-kit/evidence.ts'
import { returnFields, type Answer, type ConnectorContext, type LoginVerdict, type Outcome, type SecretReader } from '../../connector-kit/connector.ts'
import type { Failure } from '../../domain/evidence.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import { ofBank } from './failures.ts'
import { ACCESS_TOKEN, isMissing, permissionAsked, PROMPT_ID, staysFixed } from './granted.ts'
import { openSession, type Session } from './session.ts'
import { readSettings, type Permission } from './settings.ts'

const REFRESH_TOKEN = 'refresh_token'

const RETURN = returnFields(PROMPT_ID)
/** How long the way to the bank stays open; where it leads back is settled when the person sets out. */
const ASKED_FOR_MS = 24 * 3_600_000
/** A token that ends sooner may end within this very run. */
const LASTS_A_RUN_MS = 5 * 60_000

/** Gets a token for this run where the bank wants one; nothing is asked where a password signs in. */
export async function signIn(context: ConnectorContext): Promise<Outcome<Readonly<Record<string, string>>>> {
  const settings = readSettings(context.settings)
  // What is wrong with the settings the first question to the bank tells.
  const permission = settings.ok ? settings.value.permission : undefined
  if (permission === undefined) return { kind: 'done', value: {}, state: context.state, facts: {} }
  const opened = await openSession(context)
  if (!opened.ok) return { kind: 'failed', ...opened.failure }
  const session = opened.value
  const isBack = context.resume?.answerFields.includes(RETURN.code) === true
  // A run that goes on after a question has the token of its beginning. Any other asks for one: a person may have begun anew since, and a permission that was withdrawn shows.
  if (!isBack && context.resume !== null && (session.granted?.accessEndsAt ?? 0) - context.now() > LASTS_A_RUN_MS) return { kind: 'done', value: {}, state: session.state, facts: session.facts }
  // Nothing renews it: it is what the bank gave until its end.
  if (!isBack && session.granted?.isRenewed === false && (session.granted.accessEndsAt ?? Number.POSITIVE_INFINITY) > context.now()) return { kind: 'done', value: {}, state: session.state, facts: session.facts }
  const away = context.inDoubt === true && !isBack ? await whyAway(context, permission) : null
  const asked = away === null ? await askToken(context, permission, isBack ? BY_CODE : BY_REFRESH) : failed(away)
  if (asked.ok) return { kind: 'done', value: keep(session, asked.value, context.now(), isBack), state: session.state, facts: session.facts }
  const { failure } = asked
  if (!isBack && isMissing(failure)) return { ...permissionAsked(permission), expiresInMs: ASKED_FOR_MS, state: session.state }
  return { kind: 'failed', failure: ofBank(failure, context.institution.id), state: session.state, facts: session.facts }
}

/** One way to a token: the parameters of the request, and what it says of the secret when it is refused. */
type Way = { readonly fields: readonly string[]; readonly write: (secret: SecretReader) => Readonly<Record<string, string>>; readonly whenRefused: LoginVerdict }

/** A code is good once, whatever the bank says of it: none is held against another. */
const BY_CODE: Way = {
  fields: Object.values(RETURN),
  write: (secret) => ({ grant_type: 'authorization_code', code: secret(RETURN.code), redirect_uri: secret(RETURN.redirectUri), code_verifier: secret(RETURN.verifier) }),
  whenRefused: 'unknown',
}
const BY_REFRESH: Way = { fields: [REFRESH_TOKEN], write: (secret) => ({ grant_type: 'refresh_token', refresh_token: secret(REFRESH_TOKEN) }), whenRefused: 'refused' }

/** Seconds. What is said beside a token and is not understood is not known; it spoils no token, which the bank may not give twice. */
const lasts = z.coerce.number().positive().max(100 * 365 * 86_400).optional().catch(undefined)
const TOKEN = z.string().min(1).max(10_000)
/** Section 5.1; how long the permission itself holds is no part of the standard, but widely told. */
const tokensSchema = z.object({
  access_token: TOKEN,
  token_type: z.string().regex(/^bearer$/i).optional(),
  expires_in: lasts,
  refresh_token: TOKEN.optional().catch(undefined),
  refresh_token_expires_in: lasts,
  refresh_expires_in: lasts,
})
/** Section 5.2. */
const errorSchema = z.object({ error: z.string().regex(/^[\x20-\x7e]{1,100}$/), error_description: z.string().max(2_000).optional() })
type Tokens = z.output<typeof tokensSchema>

async function askToken(context: ConnectorContext, permission: Permission, { fields, write, whenRefused }: Way): Promise<Result<Tokens, Failure>> {
  const answered = await context.transport.exchange({
    purpose: 'token', stage: 'consent', method: 'POST', url: permission.tokenUrl, headers: HEADERS,
    body: (secret) => new URLSearchParams({ ...write(secret), client_id: permission.clientId }).toString(),
    secrets: fields,
    judge: (answer) => verdictOf(readTokens(answer), whenRefused),
    redact: namesOnly,
  })
  return answered.ok ? readTokens(answered.value) : answered
}

/** A request without any token is refused in the protocol by a server that is there, unless it says itself that it is not. Null: it is. */
async function whyAway({ transport }: ConnectorContext, { tokenUrl, clientId }: Permission): Promise<Failure | null> {
  const answered = await transport.exchange({
    purpose: 'token', stage: 'consent', method: 'POST', url: tokenUrl, headers: HEADERS, secrets: [], redact: namesOnly,
    body: () => new URLSearchParams({ grant_type: 'refresh_token', client_id: clientId }).toString(),
  })
  if (!answered.ok) return answered.failure
  const read = readTokens(answered.value)
  return read.ok || (read.failure.code === 'bank_refused' && read.failure.retry.kind === 'afterPerson') ? null : read.failure
}

const HEADERS = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' }

function readTokens(answer: Answer): Result<Tokens, Failure> {
  const document = jsonIn(answer.body)
  const tokens = tokensSchema.safeParse(document)
  if (tokens.success && answer.status >= 200 && answer.status <= 299) return ok(tokens.data)
  const error = errorSchema.safeParse(document)
  if (error.success) return failed(refusedToken(answer.status, error.data))
  const shown = withoutTokens(answer)
  if (answer.status < 200 || answer.status > 299) return failed(httpRefused(shown, 'consent'))
  return failed(unusableAnswer(shown, 'consent', 'it holds no token that can be used (RFC 6749 section 5.1).'))
}

/** A token that was not taken is stored nowhere, so no mask knows it: of an answer that may hold one, cut or in another form, only the names are shown. */
function withoutTokens(answer: Answer): Answer {
  const text = new TextDecoder().decode(answer.body)
  return /token/i.test(text) || jsonIn(answer.body) !== null ? { ...answer, body: Buffer.from(`[${namesOnly(text)}]`) } : answer
}

function verdictOf(read: Result<Tokens, Failure>, whenRefused: LoginVerdict): LoginVerdict {
  if (read.ok) return 'accepted'
  return read.failure.evidence[0].codes?.includes(NOT_GOOD) === true ? whenRefused : 'unknown'
}

const NOT_GOOD = 'invalid_grant'
/** What the server says of its own day (section 4.1.2.1, used by many for tokens too). */
const PASSING: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down'])

function refusedToken(status: number, { error, error_description: description }: z.output<typeof errorSchema>): Failure {
  const said = description === undefined ? error : `${error}: ${redactText(description)}`
  return {
    code: 'bank_refused', stage: 'consent', retry: PASSING.has(error) ? { kind: 'at', at: null } : { kind: 'afterPerson' },
    message: `The bank gave no access: “${said.slice(0, 300)}”.`,
    evidence: [{ protocol: 'ofx', stage: 'consent', httpStatus: status, codes: [error], ...(description === undefined ? {} : { message: redactText(description).slice(0, 300) }) }],
  }
}

/** The fields to seal; what is no secret the session remembers. A token that the bank did not renew stays. */
function keep(session: Session, tokens: Tokens, now: number, isNew: boolean): Readonly<Record<string, string>> {
  const after = (seconds: number | undefined): number | null => (seconds === undefined ? null : now + seconds * 1_000)
  const told = after(tokens.refresh_token_expires_in ?? tokens.refresh_expires_in)
  const known = isNew ? null : session.granted
  const accessEndsAt = after(tokens.expires_in)
  const isRenewed = tokens.refresh_token !== undefined || known?.isRenewed === true
  const endsAt = told ?? (isRenewed ? (known?.endsAt ?? null) : accessEndsAt)
  session.granted = { givenAt: known?.givenAt ?? now, endsAt, accessEndsAt, isRenewed, isFixed: !isRenewed || staysFixed(known, endsAt, now), renewedAt: now }
  return { [ACCESS_TOKEN]: tokens.access_token, ...(tokens.refresh_token === undefined ? {} : { [REFRESH_TOKEN]: tokens.refresh_token }) }
}

function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown
  } catch {
    return null
  }
}

/** Of a request or an answer about tokens the names of its fields, and the error's code. */
function namesOnly(text: string): string {
  const document = jsonIn(Buffer.from(text))
  const error = errorSchema.safeParse(document)
  const names = typeof document === 'object' && document !== null ? Object.keys(document) : [...new URLSearchParams(text).keys()]
  // What is in no such form, or was cut, is one long name.
  return [...names.filter((name) => /^[a-z_]{1,40}$/.test(name)), ...(error.success ? [`error=${redactText(error.data.error)}`] : [])].slice(0, 20).join(' ')
}
