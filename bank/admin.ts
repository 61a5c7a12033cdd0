/**
 * The admin API: JSON under /admin with a bearer token, for tests and the demo. Breaks and mends the
 * bank, lets time pass, books, and tells the truth and what was asked. Never shows a secret.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Bank, Clock } from './bank.ts'
import { ATLAS } from './faults/atlas.ts'
import type { Fault } from './faults/fault.ts'
import { bookingOf, readBookingOrder, readFaultOrder, readScenario } from './scenario.ts'
import { answer, type BankRequest, type HttpAnswer } from './wire.ts'

/** A clock that can be set forward; the sandbox bank has one unless a simulator brings its own. */
export type SettableClock = Clock & { advance(ms: number): void }

const json = (status: number, value: unknown): HttpAnswer =>
  answer(status, 'application/json', `${JSON.stringify(value)}\n`, { 'cache-control': 'no-store' })
const problem = (status: number, detail: string): HttpAnswer =>
  answer(status, 'application/problem+json', `${JSON.stringify({ title: detail, status })}\n`)

type Call = { readonly bank: Bank; readonly body: unknown; readonly argument: string }
type Route = { readonly method: string; readonly path: RegExp; readonly act: (call: Call) => HttpAnswer }

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/admin\/atlas$/, act: () => json(200, { faults: ATLAS.map(describe) }) },
  { method: 'GET', path: /^\/admin\/faults$/, act: ({ bank }) => json(200, { faults: bank.faults.list(bank.now()).map(show) }) },
  { method: 'POST', path: /^\/admin\/faults$/, act: inject },
  { method: 'DELETE', path: /^\/admin\/faults$/, act: ({ bank }) => json(200, { cleared: bank.clear() }) },
  { method: 'DELETE', path: /^\/admin\/faults\/([a-z0-9-]+)$/, act: ({ bank, argument }) => json(200, { cleared: bank.clear(argument) }) },
  { method: 'POST', path: /^\/admin\/scenario$/, act: schedule },
  { method: 'POST', path: /^\/admin\/notices$/, act: postNotice },
  { method: 'DELETE', path: /^\/admin\/notices$/, act: ({ bank }) => json(200, { removed: bank.state.notices.splice(0).length }) },
  { method: 'GET', path: /^\/admin\/clock$/, act: ({ bank }) => json(200, { now: bank.now() }) },
  { method: 'POST', path: /^\/admin\/clock$/, act: advance },
  { method: 'GET', path: /^\/admin\/customers$/, act: customers },
  { method: 'GET', path: /^\/admin\/accounts\/([A-Za-z0-9-]+)\/truth$/, act: truth },
  { method: 'POST', path: /^\/admin\/bookings$/, act: book },
  { method: 'GET', path: /^\/admin\/requests$/, act: ({ bank }) => json(200, { requests: bank.requests() }) },
  { method: 'GET', path: /^\/admin\/attempts$/, act: attempts },
]

/** Answers a request under /admin; refuses (401) without the right token, and always when there is none. */
export function serveAdmin(request: BankRequest, bank: Bank, token: string | null): HttpAnswer {
  const given = /^Bearer (.+)$/i.exec(request.headers['authorization'] ?? '')?.[1]
  if (token === null || given === undefined || !sameSecret(given, token)) return problem(401, 'The admin API wants its bearer token.')
  const path = request.url.split('?')[0] ?? ''
  const matching = ROUTES.filter((route) => route.path.test(path))
  const route = matching.find((one) => one.method === request.method)
  if (route === undefined)
    return matching.length > 0 ? problem(405, 'Another method is wanted here.') : problem(404, 'There is no such admin call.')
  const body = readJson(request.body)
  if (body === undefined) return problem(400, 'The body is not JSON.')
  return route.act({ bank, body, argument: route.path.exec(path)?.[1] ?? '' })
}

function sameSecret(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/** Undefined when it is not JSON; an empty body is an empty object. */
function readJson(body: Uint8Array): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown
  } catch {
    return undefined
  }
}

function describe({ name, family, cause, promise, sentence, parameters }: (typeof ATLAS)[number]): unknown {
  return { name, family, cause, promise, sentence, parameters }
}

function show(fault: Fault): unknown {
  const { id, login, account, startsAt, endsAt, likelihood, hits, parameters, begun, definition } = fault
  return {
    id,
    name: definition.name,
    family: definition.family,
    cause: definition.cause,
    promise: definition.promise,
    login,
    account,
    startsAt,
    endsAt,
    likelihood,
    hits,
    begun,
    parameters,
  }
}

function inject({ bank, body }: Call): HttpAnswer {
  const order = readFaultOrder(body)
  if (typeof order === 'string') return problem(400, order)
  const fault = bank.faults.inject(order, bank.now())
  return typeof fault === 'string' ? problem(400, fault) : json(201, show(fault))
}

function schedule({ bank, body }: Call): HttpAnswer {
  const steps = readScenario(body)
  if (typeof steps === 'string') return problem(400, steps)
  const wrong = bank.play(steps)
  return wrong === null ? json(201, { steps: steps.length }) : problem(400, wrong)
}

function advance({ bank, body }: Call): HttpAnswer {
  const clock = bank.clock as Partial<SettableClock>
  const ms = (body as { advanceMs?: unknown } | null)?.advanceMs
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms < 0)
    return problem(400, '"advanceMs" must be a number of at least 0; time does not go back.')
  if (typeof clock.advance !== 'function') return problem(409, 'This bank runs under a clock that cannot be set.')
  clock.advance(ms)
  return json(200, { now: bank.now() })
}

/** An incident or announcement on the public status page. */
function postNotice({ bank, body }: Call): HttpAnswer {
  const text = (body as { text?: unknown } | null)?.text
  if (typeof text !== 'string' || text === '') return problem(400, 'A notice needs a "text".')
  bank.state.notices.push({ id: 'by-hand', text })
  return json(201, { notices: bank.state.notices.length })
}

function customers({ bank }: Call): HttpAnswer {
  const list = [...bank.state.logins.values()].map((login) => ({
    user: login.customer.user,
    holder: login.customer.holder,
    currency: login.customer.currency,
    mfa: login.mfa,
    clientUidRequired: login.clientUidRequired,
    locked: login.locked,
    accounts: login.accounts.map((account) => ({
      key: account.spec.key,
      number: account.number,
      kind: account.spec.kind,
      name: account.spec.name,
      status: account.status,
      visible: account.visible,
    })),
  }))
  return json(200, { customers: list })
}

function truth({ bank, argument }: Call): HttpAnswer {
  if (!bank.has(argument)) return problem(404, `There is no account ${argument}.`)
  return json(200, { account: argument, balance: bank.balance(argument), rows: bank.truth(argument) })
}

function book({ bank, body }: Call): HttpAnswer {
  const order = readBookingOrder(body)
  if (typeof order === 'string') return problem(400, order)
  if (!bank.has(order.account)) return problem(404, `There is no account ${order.account}.`)
  const booking = bookingOf(order, bank.find(order.account).login.customer.currency)
  return typeof booking === 'string' ? problem(400, booking) : json(201, { id: bank.book(order.account, booking) })
}

/** Sign-on attempts by login, and how often each password (by keyed digest) was sent and refused. */
function attempts({ bank }: Call): HttpAnswer {
  const logins: Record<
    string,
    { attempts: number; refused: number; secrets: Record<string, { sent: number; refused: number; codes: number[] }> }
  > = {}
  for (const attempt of bank.state.attempts) {
    const login = (logins[attempt.user] ??= { attempts: 0, refused: 0, secrets: {} })
    const secret = (login.secrets[attempt.secretDigest] ??= { sent: 0, refused: 0, codes: [] })
    const refused = attempt.code === 0 ? 0 : 1
    login.attempts++
    login.refused += refused
    secret.sent++
    secret.refused += refused
    secret.codes.push(attempt.code)
  }
  return json(200, { logins })
}
