/**
 * The sandbox bank in one object: customers, ledger, OFX server, web site, admin API and faults, with
 * a clock and a seed from outside. `handle` answers one HTTP request as data; it opens no socket,
 * starts no timer and reads no time of its own, so a simulator can run thousands of banks.
 */
import { addDays, type Day } from '../src/domain/day.ts'
import { decimalsOf, formatMinor } from '../src/domain/money.ts'
import { serveAdmin } from './admin.ts'
import { BANK_FID, BANK_ORG, CUSTOMERS, type CustomerSpec } from './customers.ts'
import { type FaultOrder, Faults } from './faults/engine.ts'
import type { Fault, RequestMoment } from './faults/fault.ts'
import { type Booking, Ledger } from './ledger/ledger.ts'
import { isBooked, isPending, type TruthRow } from './ledger/row.ts'
import { createZone, type Zone } from './ledger/zone.ts'
import { child, textOf } from './ofx/element.ts'
import { type OfxRequest, readMessage } from './ofx/message.ts'
import { serveOfx } from './ofx/server.ts'
import { isAnonymous } from './ofx/signon.ts'
import { bookingOf, type Step } from './scenario.ts'
import { giveTokens, loginOfToken } from './permission.ts'
import { Site } from './site/site.ts'
import { type AccountState, type BankState, type LoginState, openLogin } from './state.ts'
import { answer, type BankAnswer, type BankRequest, type Door } from './wire.ts'

export type Clock = {
  /** Epoch milliseconds. */
  now(): number
}

export type BankOptions = {
  readonly clock: Clock
  readonly seed: number
  readonly name?: string
  /** Days of ledger before now; default 730 (24 months). */
  readonly historyDays?: number
  readonly customers?: readonly CustomerSpec[]
  /** Default: five hours behind UTC, named EST, without summer time. */
  readonly zone?: Zone
  /** Bearer token of the admin API; without one it refuses everybody. */
  readonly adminToken?: string
  /** Wrong passwords in a row that lock a login; default 3. */
  readonly triesBeforeLock?: number
  /** Whether a statement lists everything that is pending, as OFX has it, or only that of the days asked for; default all. */
  readonly listsPending?: BankState['listsPending']
}

export type RequestEntry = {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly status: number | 'reset' | 'hang'
}

const KEPT_REQUESTS = 1_000

/** A row of the truth as an oracle sees it at one instant; amounts are exact decimals. */
export type TruthEntry = {
  readonly id: string
  readonly state: 'pending' | 'booked'
  readonly amount: string
  readonly currency: string
  /** For a pending row the day of its authorisation. */
  readonly bookedOn: Day
  readonly name: string
  /** Since when the row can be seen in this state, epoch ms. */
  readonly visibleAt: number
}

export class Bank {
  readonly state: BankState
  readonly faults: Faults
  readonly clock: Clock
  readonly #adminToken: string | null
  readonly #site = new Site()
  readonly #requests: RequestEntry[] = []
  readonly #steps: Step[] = []

  constructor(options: BankOptions) {
    this.clock = options.clock
    this.#adminToken = options.adminToken ?? null
    const zone = options.zone ?? createZone(-5, 'EST')
    const startsOn = addDays(zone.dayOf(options.clock.now()), -(options.historyDays ?? 730))
    const logins = (options.customers ?? CUSTOMERS).map((customer): [string, LoginState] => [
      customer.user,
      openLogin(customer, new Ledger(customer, { seed: options.seed, zone, startsOn })),
    ])
    this.state = {
      name: options.name ?? 'Sandbox Bank',
      seed: options.seed,
      zone,
      logins: new Map(logins),
      attempts: [],
      permissions: [],
      permissionDays: 180,
      tokensIssued: 0,
      ofxPath: '/ofx',
      fid: BANK_FID,
      org: BANK_ORG,
      minimumVersion: 0,
      triesBeforeLock: options.triesBeforeLock ?? 3,
      credential: null,
      listsPending: options.listsPending ?? 'all',
      notices: [],
    }
    this.faults = new Faults(this.state)
  }

  now(): number {
    return this.clock.now()
  }

  /** What a client meets before it can send anything. */
  door(): Door {
    this.settle()
    return this.faults.door(this.now())
  }

  /** Answers one request; never throws on what a client sends. */
  async handle(request: BankRequest): Promise<BankAnswer> {
    const path = request.url.split('?')[0] ?? '/'
    this.settle()
    if (path.startsWith('/admin/')) return serveAdmin(request, this, this.#adminToken)
    const given = path.startsWith('/ofx') ? this.#ofx(request, path) : path === '/token' && request.method === 'POST' ? this.#tokens(request) : this.#site.handle(request, this.state, this.now())
    this.#requests.push({ at: this.now(), method: request.method, path, status: given.kind === 'http' ? given.status : given.kind })
    if (this.#requests.length > KEPT_REQUESTS) this.#requests.shift()
    return given
  }

  /** The last requests to OFX server and web site, oldest first; no query, no body. */
  requests(): readonly RequestEntry[] {
    return this.#requests
  }

  /** Plays the steps from now on; a sentence, and nothing is played, when one cannot be. */
  play(steps: readonly Step[]): string | null {
    for (const [index, step] of steps.entries()) {
      const wrong = this.#check(step)
      if (wrong !== null) return `Step ${index + 1}: ${wrong}`
    }
    const now = this.now()
    this.#steps.push(...steps.map((step) => ({ ...step, atMs: now + step.atMs })))
    this.#steps.sort((a, b) => a.atMs - b.atMs)
    this.settle()
    return null
  }

  /** Does what is due by the clock: steps of scenarios, beginnings and ends of faults. */
  settle(): void {
    const now = this.now()
    for (let step = this.#steps[0]; step !== undefined && step.atMs <= now; step = this.#steps[0]) {
      this.#steps.shift()
      this.faults.settle(step.atMs)
      if (step.inject !== undefined) this.faults.inject(step.inject, step.atMs)
      if (step.clear !== undefined) this.faults.clear(step.clear, step.atMs)
      if (step.book !== undefined) {
        const { login, account } = this.find(step.book.account)
        const booking = bookingOf(step.book, login.customer.currency)
        if (typeof booking !== 'string') login.ledger.book(account.spec.key, booking, step.atMs)
      }
    }
    this.faults.settle(now)
  }

  /** Every pending and booked row of the account, in ledger order. Takes a key or any number it ever had. */
  truth(account: string): readonly TruthEntry[] {
    this.settle()
    const found = this.find(account)
    const now = this.now()
    const currency = found.login.customer.currency
    const entry = (row: TruthRow, state: 'pending' | 'booked'): TruthEntry => ({
      id: row.id,
      state,
      amount: formatMinor(state === 'booked' ? row.minor : row.pendingMinor, decimalsOf(currency)),
      currency,
      bookedOn: state === 'booked' ? row.bookedOn : row.authorisedOn,
      name: row.name,
      visibleAt: (state === 'booked' ? row.postedAt : row.pendingAt) ?? now,
    })
    return found.login.ledger
      .rows(found.account.spec.key, now)
      .filter((row) => isBooked(row, now) || isPending(row, now))
      .map((row) => entry(row, isBooked(row, now) ? 'booked' : 'pending'))
  }

  /** The booked balance as an exact decimal. */
  balance(account: string): string {
    this.settle()
    const found = this.find(account)
    return formatMinor(found.login.ledger.balance(found.account.spec.key, this.now()), decimalsOf(found.login.customer.currency))
  }

  /** Books a row by hand and returns its truth id. */
  book(account: string, booking: Booking): string {
    const found = this.find(account)
    return found.login.ledger.book(found.account.spec.key, booking, this.now()).id
  }

  /** Injects a fault; throws a RangeError with the reason when the order is wrong. */
  inject(order: FaultOrder): Fault {
    const fault = this.faults.inject(order, this.now())
    if (typeof fault === 'string') throw new RangeError(fault)
    return fault
  }

  /** Ends faults by name or id, or all of them; returns how many. */
  clear(which: string | null = null): number {
    return this.faults.clear(which, this.now())
  }

  has(account: string): boolean {
    return this.#lookUp(account) !== null
  }

  /** Throws a RangeError when there is no such account. */
  find(account: string): { readonly login: LoginState; readonly account: AccountState } {
    const found = this.#lookUp(account)
    if (found === null) throw new RangeError(`There is no account ${account}.`)
    return found
  }

  #lookUp(account: string): { readonly login: LoginState; readonly account: AccountState } | null {
    for (const login of this.state.logins.values()) {
      const found = login.accounts.find((one) => one.spec.key === account || one.number === account || one.formerNumbers.includes(account))
      if (found !== undefined) return { login, account: found }
    }
    return null
  }

  #check(step: Step): string | null {
    if (step.inject !== undefined) return this.faults.check(step.inject)
    if (step.book === undefined) return null
    if (!this.has(step.book.account)) return `There is no account ${step.book.account}.`
    const booking = bookingOf(step.book, this.find(step.book.account).login.customer.currency)
    return typeof booking === 'string' ? booking : null
  }

  /** Tokens come from the same house as the OFX server, and what keeps that from answering keeps this; but their address is another one, and does not move with it. */
  #tokens(request: BankRequest): BankAnswer {
    const now = this.now()
    const moment = momentOf(this.state, now, request, this.state.ofxPath, 'no OFX')
    for (const fault of this.faults.striking(now).filter(({ login }) => login === null)) {
      const instead = fault.definition.request?.(fault, moment)
      if (instead) return instead
    }
    return giveTokens(request.body, { bank: this.state, now })
  }

  #ofx(request: BankRequest, path: string): BankAnswer {
    const now = this.now()
    if (!/^(identity)?$/i.test(request.headers['content-encoding'] ?? ''))
      return answer(415, 'text/plain; charset=utf-8', 'Unsupported Media Type: requests are read as they are, not compressed.\n', { 'accept-encoding': 'identity' })
    const message = readMessage(request.body)
    const moment = momentOf(this.state, now, request, path, message)
    const user = userOf(message, this.state, now)
    const striking = this.faults.striking(now).filter((fault) => fault.login === null || fault.login === user)
    for (const fault of striking) {
      const instead = fault.definition.request?.(fault, moment)
      if (instead) return instead
    }
    if (request.method !== 'POST')
      return answer(405, 'text/html', '<!DOCTYPE html><title>405</title><h1>Method Not Allowed</h1>', { allow: 'POST' })
    if (path !== this.state.ofxPath) return answer(404, 'text/html', '<!DOCTYPE html><title>404 Not Found</title><h1>Not Found</h1>')
    let given: BankAnswer = serveOfx(message, moment, placeOf(request, this.state.ofxPath), striking)
    for (const fault of striking) {
      if (given.kind !== 'http') break
      given = fault.definition.answer?.(fault, given, moment) ?? given
    }
    return given
  }
}

/** A bank with its own seed and clock; see `BankOptions`. */
export function createBank(options: BankOptions): Bank {
  return new Bank(options)
}

function placeOf(request: BankRequest, ofxPath: string): { readonly url: string; readonly siteUrl: string } {
  const host = /^[A-Za-z0-9.[\]:-]{1,120}$/.test(request.headers['host'] ?? '') ? request.headers['host'] : 'localhost'
  const origin = `${request.scheme}://${host}`
  return { url: `${origin}${ofxPath}`, siteUrl: `${origin}/` }
}

function sonrqOf(message: OfxRequest | string): ReturnType<typeof child> {
  if (typeof message === 'string') return null
  return child(message.root.children.find((set) => set.tag.startsWith('SIGNONMSGSRQ')) ?? null, 'SONRQ')
}

function userOf(message: OfxRequest | string, bank: BankState, now: number): string | null {
  const token = textOf(sonrqOf(message), 'ACCESSTOKEN')
  return token === null ? textOf(sonrqOf(message), 'USERID') : (loginOfToken(bank, token, now)?.customer.user ?? null)
}

function momentOf(bank: BankState, now: number, request: BankRequest, path: string, message: OfxRequest | string): RequestMoment {
  return {
    bank,
    now,
    request,
    path,
    version: typeof message === 'string' ? null : message.version,
    appId: textOf(sonrqOf(message), 'APPID'),
    anonymous: isAnonymous(textOf(sonrqOf(message), 'USERID') ?? ''),
  }
}
