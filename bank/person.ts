/**
 * A scripted person: does at the bank's web site what only a person can do, through the same forms,
 * over whatever way of sending it is given (sockets or memory). Knows its own password and answers,
 * as people do; knows nothing of faults.
 */
import { CUSTOMERS, type MfaMethod, QUESTIONS } from './customers.ts'

export type SiteAnswer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string }

/** Sends one request to the web site; `path` begins with a slash, `body` is form-encoded. Follows no redirects. */
export type Send = (request: {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}) => Promise<SiteAnswer>

export type Person = {
  readonly user: string
  /** The password that the person believes to be right; `changePassword` changes it. */
  password(): string
  /** Signs in at the web site and returns the path that the bank sends the person to. */
  signIn(): Promise<string>
  /** Reads all messages; returns how many were unread. */
  readMessages(): Promise<number>
  acceptTerms(): Promise<void>
  unlock(): Promise<void>
  changePassword(wanted: string): Promise<void>
  /** Takes over a password that was changed behind the script, as after a reset. */
  learnPassword(password: string): void
  /** Switches on access by software (enrollment). */
  enableAccess(): Promise<void>
  /** Confirms a new software (identity check). */
  confirmSoftware(): Promise<void>
  renewConsent(): Promise<void>
  /** Gives a program the permission that it asks for at this address of the web site; where the bank sends the person then. */
  givePermission(address: string): Promise<string>
  changeMethod(method: MfaMethod): Promise<void>
  /** The code that the phone shows now: of a text or of the device. */
  currentCode(): Promise<string>
  /** Approves the sign-in that waits in the app. */
  approve(): Promise<void>
  /** The answer to a challenge by its label or phrase id: looks at the phone, approves, or remembers. */
  answer(phrase: string): Promise<string>
  /** A file of the account: `ofx`, `qfx`, `qbo` or `csv`, as the web site gives it. */
  download(number: string, format: string, from?: string, to?: string): Promise<string>
  /** Lines of the public status page. */
  statusLines(): Promise<string[]>
}

/** Every method rejects with an Error that says what the web site answered instead. */
export function createPerson(options: { readonly user: string; readonly password: string; readonly send: Send }): Person {
  const { user, send } = options
  const answers = CUSTOMERS.find((customer) => customer.user === user)?.answers ?? {}
  let password = options.password
  let cookie = ''

  const get = (path: string): Promise<SiteAnswer> => send({ method: 'GET', path, headers: { cookie }, body: '' })
  const post = (path: string, fields: Readonly<Record<string, string>>): Promise<SiteAnswer> =>
    send({
      method: 'POST',
      path,
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    })

  const signIn = async (): Promise<string> => {
    const given = await post('/login', { user, password })
    if (given.status !== 303) throw new Error(`The web site does not let ${user} in: ${problemOf(given)}`)
    cookie = (given.headers['set-cookie'] ?? '').split(';')[0] ?? ''
    return given.headers['location'] ?? '/'
  }
  /** Does something as the signed-in person; signs in first where needed. */
  const signed = async (act: () => Promise<SiteAnswer>): Promise<SiteAnswer> => {
    if (cookie === '') await signIn()
    const given = await act()
    if (given.status === 303 && given.headers['location'] === '/login') {
      await signIn()
      return act()
    }
    if (given.status >= 400) throw new Error(`The web site refuses: ${problemOf(given)}`)
    return given
  }
  const submit = async (path: string, fields: Readonly<Record<string, string>>): Promise<void> =>
    void (await signed(() => post(path, fields)))
  const currentCode = async (): Promise<string> => {
    const phone = await signed(() => get('/phone'))
    const code = /<output>([^<]+)<\/output>/.exec(phone.text)?.[1]
    if (code === undefined) throw new Error('The phone shows no code.')
    return code
  }
  const approve = (): Promise<void> => submit('/phone', { approve: 'yes' })

  return {
    user,
    password: () => password,
    signIn,
    readMessages: async () => {
      const messages = await signed(() => get('/messages'))
      const unread = [...messages.text.matchAll(/name="id" value="(\d+)"/g)].map((match) => match[1] ?? '')
      for (const id of unread) await submit('/messages', { id })
      return unread.length
    },
    acceptTerms: () => submit('/terms', { accept: 'yes' }),
    unlock: async () => {
      const given = await post('/unlock', { user, city: answers['city'] ?? '' })
      if (given.status !== 200) throw new Error(`The web site does not unlock ${user}: ${problemOf(given)}`)
    },
    changePassword: async (wanted) => {
      await submit('/password', { current: password, new: wanted })
      password = wanted
    },
    learnPassword: (known) => void (password = known),
    enableAccess: () => submit('/access', { action: 'enable' }),
    confirmSoftware: () => submit('/access', { action: 'confirm' }),
    renewConsent: () => submit('/access', { action: 'renew' }),
    givePermission: async (address) => {
      const { pathname, search, searchParams } = new URL(address)
      const asked = await get(`${pathname}${search}`)
      if (asked.status !== 200) throw new Error(`The web site does not ask ${user} for a permission: ${problemOf(asked)}`)
      const given = await post(pathname, { ...Object.fromEntries(searchParams), user, password, decision: 'allow' })
      if (given.status !== 303) throw new Error(`The web site does not take the permission of ${user}: ${problemOf(given)}`)
      return given.headers['location'] ?? ''
    },
    changeMethod: (method) => submit('/security', { method }),
    currentCode,
    approve,
    answer: async (phrase) => {
      const question = Object.entries(QUESTIONS).find(([id, label]) => id === phrase || label === phrase)?.[0]
      if (question !== undefined) return answers[question] ?? ''
      if (!/approv/i.test(phrase)) return currentCode()
      await approve()
      return 'yes'
    },
    download: async (number, format, from = '', to = '') =>
      (await signed(() => get(`/download?${new URLSearchParams({ number, format, from, to }).toString()}`))).text,
    statusLines: async () => [...(await get('/status')).text.matchAll(/<li class="note">([^<]*)<\/li>/g)].map((match) => match[1] ?? ''),
  }
}

function problemOf(given: SiteAnswer): string {
  return /role="alert">([^<]*)</.exec(given.text)?.[1] ?? `status ${given.status}`
}
