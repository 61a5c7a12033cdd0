/**
 * The demo's world: the sandbox bank on real sockets, and a Relink of its own in a temporary place
 * that knows this bank. Both follow one clock, which can be set forward, so that days pass in a
 * moment. Nothing of it touches the person's own data.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBank, type Bank } from '../../bank/bank.ts'
import { ANA, BANK_FID, BANK_ORG, CUSTOMERS } from '../../bank/customers.ts'
import { listen, type Listening } from '../../bank/listen.ts'
import { digestOf } from '../../bank/ofx/signon.ts'
import type { WireLimits } from '../adapters/http-wire.ts'
import { hostClock } from '../adapters/clock.ts'
import type { Config } from '../config.ts'
import type { Institution } from '../domain/institution.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { DemoControl } from '../instance.ts'
import type { InstitutionNetwork } from '../network-policy.ts'
import { killEmbedded, type OpenStore } from '../open-store.ts'
import type { SignInTime } from '../ports/sign-in.ts'
import { openInstance, type Opened, type OpenFailure } from '../open.ts'
import { DEMO_FAULTS, FAMILY_NAMES, type DemoFault } from './faults.ts'
import { CLIENT_ID } from '../../bank/permission.ts'
import { hintsOf } from './hints.ts'

export const DEMO_BANK_ID = 'sandbox'
export const DEMO_LOGIN = ANA.user
/** The demo's login has a second factor, as real ones do: a code on the phone when a program is new. */
const CUSTOMERS_OF_DEMO = CUSTOMERS.map((customer) => (customer.user === DEMO_LOGIN ? { ...customer, mfa: 'text' as const } : customer))
const HOUR_MS = 3_600_000
const PASSWORD_CHANGED = 'password-changed'

export type Sandbox = {
  readonly bank: Bank
  readonly listening: Listening
  readonly opened: Opened
  readonly home: string
  /** Lets time pass for the bank and for Relink alike. */
  advance(ms: number): void
  close(): Promise<void>
}

export type SandboxOptions = { readonly seed: number; readonly historyDays: number; readonly tell: (line: string) => void; /** Default: an embedded one. */ readonly database?: OpenStore; readonly limits?: WireLimits; /** By which sign-ins are measured; default: this host's. */ readonly signInTime?: SignInTime; /** Where the clock of bank and Relink starts, in ms since 1970; default: now. */ readonly startsAt?: number; /** Where alerts may go beyond the public internet; default: nowhere. */ readonly alerts?: InstitutionNetwork; /** A file with banks beside the sandbox bank; default: none but those that Relink brings. */ readonly institutionsFile?: string }

/** Starts bank and Relink; fails with a sentence, leaving nothing behind. */
export async function openSandbox(config: Config, options: SandboxOptions): Promise<Result<Sandbox, OpenFailure>> {
  const made = await mkdtemp(join(tmpdir(), 'relink-demo-')).then((path) => ok(path), (error: NodeJS.ErrnoException) => failed(error))
  if (!made.ok) return failed({ part: 'configuration', message: `The demo lives in ${tmpdir()}, and nothing can be written there (${made.failure.code}). Set TMPDIR to a place that this user may write.` })
  const home = made.value
  const abandon = (): void => abandonHome(home)
  process.once('exit', abandon)
  let ahead = options.startsAt === undefined ? 0 : options.startsAt - hostClock.now()
  const clock = { now: () => hostClock.now() + ahead, sleep: hostClock.sleep }
  const advance = (ms: number): void => void (ahead += ms)
  options.tell('Opening the sandbox bank…')
  const bank = createBank({ clock, seed: options.seed, historyDays: options.historyDays, customers: CUSTOMERS_OF_DEMO, adminToken: randomBytes(24).toString('base64url') })
  const listening = await listen(bank, { dateOfBank: true })
  const institutions = institutionsOf(listening)
  const network = { privateHosts: [{ host: 'localhost', cidr: '127.0.0.0/8', plainHttp: false }, { host: 'localhost', cidr: '::1/128', plainHttp: false }], caPem: listening.caPem }
  const opened = await openInstance(
    { ...config, home, databaseUrl: null, masterKey: `file:${join(home, 'keys', 'master.key')}`, institutionsFile: options.institutionsFile ?? null, networkFile: null },
    {
      tell: options.tell,
      clock,
      ...(options.signInTime === undefined ? {} : { signInTime: options.signInTime }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.database === undefined ? {} : { database: options.database }),
      own: {
        institutions,
        // Also where somebody adds it by an address of this host.
        network: { get: (id) => (institutions.some((own) => own.id === id) || id.startsWith('at-localhost-') ? network : undefined) },
        demo: controlOf(bank, listening, advance),
        ...(options.alerts === undefined ? {} : { alerts: options.alerts }),
      },
    },
  )
  const clear = async (): Promise<void> => {
    await listening.close()
    await rm(home, { recursive: true, force: true })
    process.off('exit', abandon)
  }
  if (!opened.ok) {
    await clear()
    return failed(opened.failure)
  }
  return ok({
    bank, listening, home,
    opened: opened.value,
    advance,
    close: async () => {
      await opened.value.close()
      await clear()
    },
  })
}

/** When the process ends before all was closed, as at the second Ctrl-C: nobody would ever come back to this database. */
function abandonHome(home: string): void {
  killEmbedded(home)
  // Its processes may hold files for a moment more.
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

/** The bank by its two ways in: with a password, and with a permission that is given at its site. */
function institutionsOf(listening: Listening): readonly Institution[] {
  const settings = { url: listening.ofxsUrl, org: BANK_ORG, fid: BANK_FID }
  const permission = { authorizeUrl: new URL('/authorize', listening.officeUrl).href, tokenUrl: new URL('/token', listening.ofxsUrl).href, clientId: CLIENT_ID }
  const entry = { country: 'US', website: listening.officeUrl, routingNumbers: [], timeZone: 'America/New_York', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null } }
  return [
    { ...entry, id: DEMO_BANK_ID, name: 'Sandbox Bank', routes: [{ connector: 'ofx', settings }] },
    { ...entry, id: `${DEMO_BANK_ID}-online`, name: 'Sandbox Online', routes: [{ connector: 'ofx', settings: { ...settings, permission } }] },
  ]
}

/** Injects a fault of the demo, as the panel, the menu and the story do. */
export function breakBank(bank: Bank, name: string): void {
  const fault = DEMO_FAULTS.find((candidate) => candidate.fault === name)
  if (fault === undefined) throw new RangeError(`The demo has no fault ${name}.`)
  strike(bank, fault)
}

/** Injects a fault on whom it strikes. */
export function strike(bank: Bank, fault: DemoFault): void {
  const parameters = fault.fault === PASSWORD_CHANGED ? { password: unusedPassword(bank) } : {}
  bank.inject({ name: fault.fault, parameters, ...(fault.strikes === 'everybody' ? {} : { login: DEMO_LOGIN }), ...(fault.account === null ? {} : { account: fault.account }) })
}

/** One that nobody sent yet: a password that the bank refused once, Relink does not send again unasked, though it is the right one now. */
function unusedPassword({ state }: Bank): string {
  const isUsed = (password: string): boolean => state.attempts.some(({ secretDigest }) => secretDigest === digestOf(state, password))
  let number = 2
  while (isUsed(`new horse ${number}`)) number++
  return `new horse ${number}`
}

/** Whether Relink has the password that the bank knows now: what the person changed stays changed, and nothing is broken any more. */
function hasPassword({ state }: Bank): boolean {
  const password = state.logins.get(DEMO_LOGIN)?.password ?? ''
  return state.attempts.findLast(({ user }) => user === DEMO_LOGIN)?.secretDigest === digestOf(state, password)
}

function controlOf(bank: Bank, listening: Listening, advance: (ms: number) => void): DemoControl {
  return {
    bankUrl: listening.officeUrl,
    hints: (language) => hintsOf(language, bank),
    faults: async () => {
      const active = new Set(bank.faults.list(bank.now()).map((fault) => fault.definition.name))
      if (hasPassword(bank)) active.delete(PASSWORD_CHANGED)
      return DEMO_FAULTS.map(({ family, fault, sentence }) => ({ family, fault, sentence, familyName: FAMILY_NAMES[family], active: active.has(fault) }))
    },
    inject: async (name) => {
      breakBank(bank, name)
      await listening.settle()
    },
    clear: async (name) => {
      bank.clear(name)
      await listening.settle()
    },
    passTime: (hours) => advance(hours * HOUR_MS),
  }
}
