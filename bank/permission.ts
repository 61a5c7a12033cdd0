/**
 * Access without the password: a customer gives a program the permission at the web site, and the program gets tokens
 * for it (RFC 6749 with RFC 7636). The tokens stand in the sign-on (ACCESSTOKEN). Knows one program, which is public: it has
 * no secret of its own and returns to this very host (RFC 8252 section 7.3).
 */
import { hash } from 'node:crypto'
import { digestOf } from './ofx/signon.ts'
import { digitsOf } from './random.ts'
import { html, page, type Html } from './site/html.ts'
import type { BankState, LoginState, Permission } from './state.ts'
import { answer, type HttpAnswer } from './wire.ts'

/** The program that the bank has admitted. */
export const CLIENT_ID = 'relink'
const CODE_LASTS_MS = 120_000
const ACCESS_LASTS_S = 1_800
const DAY_S = 86_400

type Visit = { readonly bank: BankState; readonly now: number }

/** The page that asks the customer, `GET /authorize`. */
export function askPermission(query: URLSearchParams, { bank }: Visit): HttpAnswer {
  const asked = readOrder(query)
  if (typeof asked === 'string') return refuse(asked)
  return asked.refused !== null ? back(asked, { error: asked.refused }) : askPage(bank, asked, 200, null)
}

/** What the customer decided, `POST /authorize`. */
export function decidePermission(form: URLSearchParams, { bank, now }: Visit): HttpAnswer {
  const asked = readOrder(form)
  if (typeof asked === 'string') return refuse(asked)
  if (asked.refused !== null) return back(asked, { error: asked.refused })
  if (form.get('decision') !== 'allow') return back(asked, { error: 'access_denied', error_description: 'The customer did not allow it.' })
  const login = bank.logins.get(form.get('user') ?? '')
  if (login === undefined || form.get('password') !== login.password) return askPage(bank, asked, 403, 'User or password is wrong.')
  if (login.locked) return askPage(bank, asked, 403, 'Your access is locked after too many wrong tries. Please unlock it.')
  login.consent = 'given'
  const permission: Permission = { user: login.customer.user, redirectUri: asked.redirectUri, codeChallenge: asked.codeChallenge, givenAt: now, code: token(bank, 'code', now), codeUsed: false, access: null, refresh: null, before: null }
  bank.permissions.push(permission)
  return back(asked, { code: permission.code })
}

/** Tokens for a code, or new ones for a token, `POST /token`. */
export function giveTokens(body: Uint8Array, { bank, now }: Visit): HttpAnswer {
  const form = new URLSearchParams(new TextDecoder().decode(body))
  if (form.get('client_id') !== CLIENT_ID) return tokenError('invalid_client', 'This program is not known.')
  switch (form.get('grant_type')) {
    case 'authorization_code': {
      const found = bank.permissions.find(({ code }) => code === form.get('code'))
      if (found === undefined) return tokenError(form.get('code') === null ? 'invalid_request' : 'invalid_grant', 'There is no such code.')
      // Whoever shows it a second time may have stolen it (section 4.1.2).
      if (found.codeUsed) Object.assign(found, { access: null, refresh: null, before: null })
      const fits = hash('sha256', form.get('code_verifier') ?? '', 'base64url') === found.codeChallenge && form.get('redirect_uri') === found.redirectUri
      if (found.codeUsed || !fits || now - found.givenAt > CODE_LASTS_MS) return tokenError('invalid_grant', 'The code was used before, is over, or was not given to this program.')
      found.codeUsed = true
      return tokens(found, null, bank, now)
    }
    case 'refresh_token': {
      const shown = form.get('refresh_token')
      if (shown === null) return tokenError('invalid_request', 'The refresh token is missing.')
      const found = bank.permissions.find(({ refresh, before }) => refresh === shown || before === shown)
      const login = found === undefined ? undefined : bank.logins.get(found.user)
      if (found === undefined || login === undefined) return tokenError('invalid_grant', 'The token is not known.')
      if (login.consent === 'revoked') return tokenError('invalid_grant', 'The customer withdrew the consent.')
      if (login.consent === 'expired' || secondsLeft(found, bank, now) <= 0) return tokenError('invalid_grant', 'The consent has expired and must be renewed by the customer.')
      return tokens(found, shown, bank, now)
    }
    default:
      return tokenError('unsupported_grant_type', null)
  }
}

/** Whose token it is; null: nobody's, or it is over. */
export function loginOfToken(bank: BankState, shown: string, now: number): LoginState | null {
  const found = bank.permissions.find(({ access }) => access !== null && access.token === shown && now < access.endsAt)
  return found === undefined ? null : (bank.logins.get(found.user) ?? null)
}

/** New ones; the refresh token that was `shown` is good until the new one was, because the answer may get lost. */
function tokens(permission: Permission, shown: string | null, bank: BankState, now: number): HttpAnswer {
  permission.before = shown
  permission.refresh = token(bank, 'refresh', now)
  permission.access = { token: token(bank, 'access', now), endsAt: now + ACCESS_LASTS_S * 1_000 }
  return json(200, { access_token: permission.access.token, token_type: 'Bearer', expires_in: ACCESS_LASTS_S, refresh_token: permission.refresh, refresh_token_expires_in: secondsLeft(permission, bank, now) })
}

function secondsLeft({ givenAt }: Permission, { permissionDays }: BankState, now: number): number {
  return Math.floor((givenAt - now) / 1_000) + permissionDays * DAY_S
}

/** Not secret: the bank is a sandbox, and the same seed gives the same bytes. */
function token(bank: BankState, kind: string, now: number): string {
  return `${kind}-${digestOf(bank, `${kind} ${bank.permissions.length} ${bank.tokensIssued++} ${now}`)}${digitsOf(kind, bank.seed + bank.tokensIssued, 12)}`
}

type Order = { readonly redirectUri: string; readonly state: string; readonly codeChallenge: string; /** The error to return with; null: it can be asked. */ readonly refused: string | null; readonly fields: Readonly<Record<string, string>> }

/** A sentence: nobody is sent anywhere with this. */
function readOrder(given: URLSearchParams): Order | string {
  const [client, redirectUri] = [given.get('client_id'), given.get('redirect_uri')]
  if (client !== CLIENT_ID) return 'The program that sent you here is not known.'
  if (redirectUri === null || !isOwnReturn(redirectUri)) return 'The address to which you would be sent back is not the one of this program.'
  const codeChallenge = given.get('code_challenge') ?? ''
  const refused = given.get('response_type') !== 'code' ? 'unsupported_response_type' : given.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(codeChallenge) ? 'invalid_request' : null
  const names = ['response_type', 'client_id', 'redirect_uri', 'state', 'code_challenge', 'code_challenge_method', 'scope']
  return { redirectUri, state: given.get('state') ?? '', codeChallenge, refused, fields: Object.fromEntries(names.map((name) => [name, given.get(name) ?? ''])) }
}

function isOwnReturn(address: string): boolean {
  const url = URL.parse(address)
  return url !== null && ['http:', 'https:'].includes(url.protocol) && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) && url.pathname === '/return' && url.search === '' && url.hash === ''
}

function askPage(bank: BankState, { redirectUri, fields }: Order, status: number, problem: string | null): HttpAnswer {
  const hidden = Object.entries(fields).map(([name, value]): Html => html`<input type="hidden" name="${name}" value="${value}" />`)
  const body = html`<p><strong>Relink</strong> (${new URL(redirectUri).host}) asks to read your accounts and their transactions for ${bank.permissionDays} days. It cannot pay, and does not see your password.</p>
    ${problem === null ? null : html`<p class="note" role="alert">${problem}</p>`}
    <form method="post" action="/authorize">
      ${hidden}<label>User <input name="user" autocomplete="username" required /></label
      ><label>Password <input name="password" type="password" autocomplete="current-password" required /></label
      ><button name="decision" value="allow">Allow</button> <button name="decision" value="deny" formnovalidate>Do not allow</button>
    </form>`
  return shown(status, 'Permission for a program', body, new URL(redirectUri).origin)
}

function refuse(sentence: string): HttpAnswer {
  return shown(400, 'This cannot be asked', html`<p>${sentence}</p>`, null)
}

/** A browser follows a form only to where the page may send it, after redirects as well. */
function shown(status: number, title: string, body: Html, returnsTo: string | null): HttpAnswer {
  return answer(status, 'text/html; charset=utf-8', page(title, null, body), {
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action 'self'${returnsTo === null ? '' : ` ${returnsTo}`}; frame-ancestors 'none'`,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  })
}

function back({ redirectUri, state }: Order, brought: Readonly<Record<string, string>>): HttpAnswer {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries({ ...brought, ...(state === '' ? {} : { state }) })) url.searchParams.set(name, value)
  return answer(303, 'text/plain', '', { location: url.href, 'cache-control': 'no-store' })
}

function tokenError(error: string, description: string | null): HttpAnswer {
  return json(error === 'invalid_client' ? 401 : 400, { error, ...(description === null ? {} : { error_description: description }) })
}

function json(status: number, document: Readonly<Record<string, string | number>>): HttpAnswer {
  return answer(status, 'application/json', JSON.stringify(document), { 'cache-control': 'no-store' })
}
