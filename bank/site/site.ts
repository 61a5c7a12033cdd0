/**
 * The bank's web site, where a person does what software cannot: sign in, read messages, accept terms,
 * change the password, unlock, switch on access by software, see codes "as on the phone". Forms post
 * and redirect; the session is a cookie. It is a sandbox: the phone is a page.
 */
import { decimalsOf, formatMinor } from '../../src/domain/money.ts'
import { type MfaMethod, QUESTIONS } from '../customers.ts'
import { isBooked, isPending } from '../ledger/row.ts'
import { tokenCode } from '../ofx/mfa.ts'
import { digitsOf } from '../random.ts'
import { askPermission, decidePermission } from '../permission.ts'
import type { BankState, LoginState } from '../state.ts'
import { answer, type BankRequest, type HttpAnswer } from '../wire.ts'
import { download, FORMATS } from './download.ts'
import { html, page, type Html } from './html.ts'

type Visit = { readonly bank: BankState; readonly now: number; readonly form: URLSearchParams; readonly query: URLSearchParams }
type Signed = Visit & { readonly login: LoginState }

const show = (status: number, title: string, user: string | null, body: Html): HttpAnswer =>
  answer(status, 'text/html; charset=utf-8', page(title, user, body), {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  })
const go = (path: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer =>
  answer(303, 'text/plain', '', { location: path, ...headers })
const button = (action: string, name: string, value: string, label: string): Html =>
  html`<form method="post" action="${action}"><button name="${name}" value="${value}">${label}</button></form>`

/** Pages for everybody. */
const OPEN_PAGES: Readonly<Record<string, (visit: Visit, sessions: Map<string, string>) => HttpAnswer>> = {
  'GET /': ({ bank }) =>
    show(
      200,
      'Welcome',
      null,
      html`<p>${bank.name} is a bank in a box for tests and demonstrations. Nothing here is real.</p>
        <p><a href="/login">Sign in</a> or <a href="/unlock">unlock your access</a>.</p>`,
    ),
  'GET /status': ({ bank }) =>
    show(
      200,
      'Status',
      null,
      bank.notices.length === 0
        ? html`<p>All services work.</p>`
        : html`<ul>
            ${bank.notices.map((notice) => html`<li class="note">${notice.text}</li>`)}
          </ul>`,
    ),
  'GET /login': () => loginPage(200, null),
  'POST /login': signIn,
  'GET /authorize': ({ query, ...visit }) => askPermission(query, visit),
  'POST /authorize': ({ form, ...visit }) => decidePermission(form, visit),
  'GET /unlock': () => unlockPage(200, null),
  'POST /unlock': ({ bank, form }) => {
    const login = bank.logins.get(form.get('user') ?? '')
    if (login === undefined || (form.get('city') ?? '').trim().toLowerCase() !== login.customer.answers['city'])
      return unlockPage(403, 'That is not right.')
    login.locked = false
    login.wrongTries = 0
    return show(200, 'Unlocked', null, html`<p>Your access is unlocked. <a href="/login">Sign in</a></p>`)
  },
}

/** Pages for a person who has signed in. */
const SIGNED_PAGES: Readonly<Record<string, (visit: Signed) => HttpAnswer>> = {
  'GET /accounts': accountsPage,
  'GET /account': accountPage,
  'GET /download': downloadFile,
  'GET /messages': ({ login }) =>
    show(
      200,
      'Messages',
      login.customer.user,
      login.messages.length === 0
        ? html`<p>No messages.</p>`
        : html`${login.messages.map(
            (message) =>
              html`<article>
                <h2>${message.title}</h2>
                <p>${message.body}</p>
                ${message.read ? html`<p>Read.</p>` : button('/messages', 'id', message.id, 'I have read this')}
              </article>`,
          )}`,
    ),
  'POST /messages': ({ login, form }) => {
    for (const message of login.messages) if (message.id === form.get('id')) message.read = true
    return go('/messages')
  },
  'GET /terms': ({ login }) =>
    show(
      200,
      'Terms of use',
      login.customer.user,
      login.termsAccepted
        ? html`<p>You have accepted our terms.</p>`
        : html`<p>Our terms have changed: this bank is a sandbox.</p>
            ${button('/terms', 'accept', 'yes', 'I accept')}`,
    ),
  'POST /terms': ({ login, form }) => {
    if (form.get('accept') === 'yes') login.termsAccepted = true
    return go('/accounts')
  },
  'GET /password': ({ login }) => passwordPage(login, 200, null),
  'POST /password': changePassword,
  'GET /access': accessPage,
  'POST /access': changeAccess,
  'GET /security': securityPage,
  'POST /security': changeSecurity,
  'GET /phone': phonePage,
  'POST /phone': ({ login }) => {
    if (login.challenge !== null) login.challenge.approved = true
    return go('/phone')
  },
}

/** The sessions of the site, by cookie value. One object for each bank. */
export class Site {
  readonly #sessions = new Map<string, string>()

  handle(request: BankRequest, bank: BankState, now: number): HttpAnswer {
    const [path = '/', query = ''] = request.url.split('?')
    const form = new URLSearchParams(request.method === 'POST' ? new TextDecoder().decode(request.body) : '')
    const visit: Visit = { bank, now, form, query: new URLSearchParams(query) }
    const route = `${request.method} ${path}`
    const open = OPEN_PAGES[route]
    if (open !== undefined) return open(visit, this.#sessions)
    const signed = SIGNED_PAGES[route]
    if (signed === undefined) return show(404, 'Not found', null, html`<p>There is no such page.</p>`)
    const cookie = /(?:^|;\s*)session=([0-9]+)/.exec(request.headers['cookie'] ?? '')?.[1]
    const login = bank.logins.get(this.#sessions.get(cookie ?? '') ?? '')
    return login === undefined ? go('/login') : signed({ ...visit, login })
  }
}

function loginPage(status: number, problem: string | null): HttpAnswer {
  return show(
    status,
    'Sign in',
    null,
    html`${problem === null ? null : html`<p class="note" role="alert">${problem}</p>`}
      <form method="post" action="/login">
        <label>User <input name="user" autocomplete="username" required /></label
        ><label>Password <input name="password" type="password" autocomplete="current-password" required /></label><button>Sign in</button>
      </form>
      <p><a href="/unlock">Unlock my access</a></p>`,
  )
}

function unlockPage(status: number, problem: string | null): HttpAnswer {
  return show(
    status,
    'Unlock your access',
    null,
    html`${problem === null ? null : html`<p class="note" role="alert">${problem}</p>`}
      <form method="post" action="/unlock">
        <label>User <input name="user" required /></label><label>${QUESTIONS['city'] ?? ''} <input name="city" required /></label
        ><button>Unlock</button>
      </form>`,
  )
}

function signIn({ bank, form, now }: Visit, sessions: Map<string, string>): HttpAnswer {
  const login = bank.logins.get(form.get('user') ?? '')
  if (login === undefined || form.get('password') !== login.password) return loginPage(403, 'User or password is wrong.')
  if (login.locked) return loginPage(403, 'Your access is locked after too many wrong tries. Please unlock it.')
  const session = digitsOf(`${login.customer.user} session ${sessions.size} ${now}`, bank.seed, 30)
  sessions.set(session, login.customer.user)
  const unread = login.messages.some((message) => !message.read)
  const next = login.passwordExpired ? '/password' : !login.termsAccepted ? '/terms' : unread ? '/messages' : '/accounts'
  return go(next, { 'set-cookie': `session=${session}; Path=/; HttpOnly; SameSite=Strict` })
}

function accountsPage({ login, now }: Signed): HttpAnswer {
  const decimals = decimalsOf(login.customer.currency)
  const rows = login.accounts.map(
    (account) =>
      html`<tr>
        <td><a href="/account?number=${account.number}">${account.spec.name}</a></td>
        <td>${account.number}</td>
        <td>${account.status}</td>
        <td class="n">${formatMinor(login.ledger.balance(account.spec.key, now), decimals)} ${login.customer.currency}</td>
      </tr>`,
  )
  return show(
    200,
    `Accounts of ${login.customer.holder}`,
    login.customer.user,
    html`<table>
      <thead>
        <tr>
          <th>Account</th>
          <th>Number</th>
          <th>State</th>
          <th>Balance</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`,
  )
}

function accountPage({ login, now, query }: Signed): HttpAnswer {
  const account = login.accounts.find((one) => one.number === query.get('number'))
  if (account === undefined) return show(404, 'Not found', login.customer.user, html`<p>There is no such account.</p>`)
  const decimals = decimalsOf(login.customer.currency)
  const rows = login.ledger.rows(account.spec.key, now).filter((row) => isBooked(row, now) || isPending(row, now))
  const recent = rows.slice(-60).reverse()
  const lines = recent.map(
    (row) =>
      html`<tr>
        <td>${isBooked(row, now) ? row.bookedOn : `pending since ${row.authorisedOn}`}</td>
        <td>${row.name}</td>
        <td class="n">${formatMinor(isBooked(row, now) ? row.minor : row.pendingMinor, decimals)}</td>
      </tr>`,
  )
  return show(
    200,
    account.spec.name,
    login.customer.user,
    html`<p>
        Download:
        ${FORMATS.map((format) => html`<a href="/download?number=${account.number}&amp;format=${format}">${format.toUpperCase()}</a> `)}
      </p>
      <table>
        <thead>
          <tr>
            <th>Day</th>
            <th>Text</th>
            <th>${login.customer.currency}</th>
          </tr>
        </thead>
        <tbody>
          ${lines}
        </tbody>
      </table>`,
  )
}

function downloadFile({ login, bank, now, query }: Signed): HttpAnswer {
  const account = login.accounts.find((one) => one.number === query.get('number'))
  const format = FORMATS.find((one) => one === query.get('format'))
  if (account === undefined || format === undefined) return show(404, 'Not found', login.customer.user, html`<p>There is no such file.</p>`)
  return download(login, account, { format, from: query.get('from'), to: query.get('to') }, { bank, now })
}

function passwordPage(login: LoginState, status: number, problem: string | null): HttpAnswer {
  return show(
    status,
    'Change your password',
    login.customer.user,
    html`${login.passwordExpired ? html`<p class="note">Your password has expired.</p>` : null}${problem === null
        ? null
        : html`<p class="note" role="alert">${problem}</p>`}
      <form method="post" action="/password">
        <label>Current password <input name="current" type="password" required /></label
        ><label>New password <input name="new" type="password" minlength="4" maxlength="32" required /></label><button>Change</button>
      </form>`,
  )
}

function changePassword({ login, form }: Signed): HttpAnswer {
  const wanted = form.get('new') ?? ''
  if (form.get('current') !== login.password) return passwordPage(login, 403, 'The current password is wrong.')
  if (wanted.length < 4 || wanted.length > 32 || wanted === login.password)
    return passwordPage(login, 400, 'The new password must be another one, with 4 to 32 characters.')
  login.password = wanted
  login.passwordExpired = false
  return go('/accounts')
}

function accessPage({ login }: Signed): HttpAnswer {
  return show(
    200,
    'Access by software',
    login.customer.user,
    html`<p>
        Access by software is ${login.enrolled ? 'on' : 'off'}; your consent is ${login.consent};
        ${login.identityConfirmed ? 'no software waits for your confirmation' : 'a software waits for your confirmation'}.
      </p>
      ${button(
        '/access',
        'action',
        login.enrolled ? 'disable' : 'enable',
        login.enrolled ? 'Switch off' : 'Switch on',
      )}${login.identityConfirmed ? null : button('/access', 'action', 'confirm', 'Confirm the software')}${login.consent === 'given'
        ? button('/access', 'action', 'revoke', 'Withdraw consent')
        : button('/access', 'action', 'renew', 'Renew consent')}`,
  )
}

function changeAccess({ login, form }: Signed): HttpAnswer {
  const action = form.get('action')
  if (action === 'enable') login.enrolled = true
  if (action === 'disable') login.enrolled = false
  if (action === 'confirm') login.identityConfirmed = true
  if (action === 'renew') login.consent = 'given'
  if (action === 'revoke') login.consent = 'revoked'
  return go('/access')
}

const METHOD_NAMES: Readonly<Record<MfaMethod, string>> = {
  none: 'Password only',
  question: 'Security question',
  text: 'Code by text message',
  token: 'Code from a device',
  push: 'Approval in the app',
}

function securityPage({ login }: Signed): HttpAnswer {
  const options = Object.entries(METHOD_NAMES).map(([value, name]) => ({
    html: `<option value="${value}"${value === login.mfa ? ' selected' : ''}>${name}</option>`,
  }))
  return show(
    200,
    'Security',
    login.customer.user,
    html`<form method="post" action="/security">
        <label
          >Method
          <select name="method">
            ${options}
          </select></label
        ><button>Save</button>
      </form>
      <p>${login.devices.size} known devices.</p>
      ${button('/security', 'forget', 'yes', 'Forget all devices')}
      <p><a href="/password">Change my password</a></p>`,
  )
}

function changeSecurity({ login, form }: Signed): HttpAnswer {
  const method = form.get('method')
  if (method !== null && Object.hasOwn(METHOD_NAMES, method)) {
    login.mfa = method as MfaMethod
    login.challenge = null
  }
  if (form.get('forget') === 'yes') {
    login.devices.clear()
    login.sessions.clear()
  }
  return go('/security')
}

/** What the person sees on the phone: the code of a text, of the device, or a request to approve. */
function phonePage({ login, bank, now }: Signed): HttpAnswer {
  if (login.mfa === 'token')
    return show(200, 'My phone', login.customer.user, html`<p>Code of your device: <output>${tokenCode(login, bank, now)}</output></p>`)
  const challenge = login.challenge !== null && login.challenge.expiresAt > now ? login.challenge : null
  if (challenge?.method === 'text')
    return show(
      200,
      'My phone',
      login.customer.user,
      html`<p>Text message from Sandbox Bank: your code is <output>${challenge.expected}</output></p>`,
    )
  const waiting = challenge?.method === 'push' && !challenge.approved
  return show(
    200,
    'My phone',
    login.customer.user,
    waiting
      ? html`<p>Sandbox Bank asks: is it you who signs in?</p>
          ${button('/phone', 'approve', 'yes', 'Yes, it is me')}`
      : html`<p>Nothing waits.</p>`,
  )
}
