/**
 * Everything that an operator can set, read once from the environment and checked: a wrong value
 * stops the start and names the variable and the remedy. Secrets are never values here, only where
 * they are kept.
 */
import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { isOneSlipApart } from './domain/one-slip.ts'
import { failed, ok, type Result } from './domain/result.ts'

export type Config = {
  /** The data directory. */
  readonly home: string
  /** A PostgreSQL 15+ to use instead of the embedded one; null: embedded. */
  readonly databaseUrl: string | null
  /** The running login on that database, for hosts that did not set it up themselves; null: made at the first start. */
  readonly databaseAppUrl: string | null
  readonly host: string
  readonly port: number
  /** Under which people reach it from elsewhere, through a proxy with TLS: `https://books.example`; null: this machine only. */
  readonly origin: string | null
  /** Proxies whose word on the client's address counts: addresses or CIDR ranges. */
  readonly trustedProxies: readonly string[]
  /** Where the master key is: `file:PATH`, `credential:NAME`, `command:[JSON argv]`, `env:NAME`. */
  readonly masterKey: string
  /** A file with further institutions; null: none. */
  readonly institutionsFile: string | null
  /** A file that permits addresses of the operator's own network; null: none are permitted. */
  readonly networkFile: string | null
  /** How many connections are read at once. */
  readonly concurrency: number
}

export type ConfigFailure = { readonly variable: string; readonly message: string }

export type Environment = Readonly<Record<string, string | undefined>>

/** Reads the environment, in which an empty variable is one that is not set. `platform` as in `process.platform`. */
export function readConfig(environment: Environment, platform: string): Result<Config, ConfigFailure> {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const mistyped = findMistyped(env)
  if (mistyped !== null) return failed(mistyped)
  const home = resolve(env['RELINK_HOME'] ?? defaultHome(env, platform))
  const port = wholeNumber(env, 'RELINK_PORT', 7351, 0, 65_535)
  if (!port.ok) return port
  const concurrency = wholeNumber(env, 'RELINK_CONCURRENCY', 8, 1, 64)
  if (!concurrency.ok) return concurrency
  const host = env['RELINK_HOST'] ?? '127.0.0.1'
  const origin = readOrigin(env['RELINK_ORIGIN'])
  if (!origin.ok) return origin
  if (!LOOPBACK.has(host) && origin.value?.startsWith('https:') !== true) {
    return failed({
      variable: 'RELINK_HOST',
      message: `RELINK_HOST is ${host}: beyond this machine Relink is reached by https only. Set RELINK_ORIGIN to the https address of the proxy in front of it, or leave RELINK_HOST at 127.0.0.1, ::1 or localhost.`,
    })
  }
  const trustedProxies = (env['RELINK_TRUSTED_PROXIES'] ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '')
  const strange = trustedProxies.find((part) => !isRange(part))
  if (strange !== undefined) return failed({ variable: 'RELINK_TRUSTED_PROXIES', message: `RELINK_TRUSTED_PROXIES holds "${strange}"; give addresses or ranges such as 10.0.0.2 or 10.0.0.0/24, with commas between them.` })
  const databaseUrl = env['DATABASE_URL'] ?? null
  if (databaseUrl !== null && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    return failed({ variable: 'DATABASE_URL', message: 'DATABASE_URL must begin with postgres:// or postgresql://; leave it out to use the embedded database.' })
  }
  return ok({
    home,
    databaseUrl,
    databaseAppUrl: env['DATABASE_APP_URL'] ?? null,
    host,
    port: port.value,
    origin: origin.value,
    trustedProxies,
    masterKey: env['RELINK_MASTER_KEY'] ?? `file:${join(home, 'keys', 'master.key')}`,
    institutionsFile: env['RELINK_INSTITUTIONS'] ?? null,
    networkFile: env['RELINK_NETWORK'] ?? null,
    concurrency: concurrency.value,
  })
}

const SETTINGS = ['RELINK_HOME', 'RELINK_HOST', 'RELINK_PORT', 'RELINK_ORIGIN', 'RELINK_TRUSTED_PROXIES', 'RELINK_MASTER_KEY', 'RELINK_INSTITUTIONS', 'RELINK_NETWORK', 'RELINK_CONCURRENCY']

/** A variable that is one slip of the keyboard away from a setting: left alone, what it was to set would be missed in silence. */
function findMistyped(env: Environment): ConfigFailure | null {
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('RELINK') || SETTINGS.includes(variable) || env['RELINK_MASTER_KEY'] === `env:${variable}`) continue
    const meant = SETTINGS.find((setting) => isOneSlipApart(variable, setting))
    if (meant !== undefined) return { variable, message: `${variable} is no setting of Relink; ${meant} is one. Write ${meant}, or remove ${variable}.` }
  }
  return null
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

/** An address of https, or of this machine: a sign-in never travels in the clear. */
function readOrigin(text: string | undefined): Result<string | null, ConfigFailure> {
  if (text === undefined) return ok(null)
  const refused = (what: string) => failed({ variable: 'RELINK_ORIGIN', message: `RELINK_ORIGIN is "${text}"; ${what}. Example: https://books.example` })
  if (!URL.canParse(text)) return refused('it must be an address')
  const { protocol, hostname, origin } = new URL(text)
  if (text.replace(/\/$/, '') !== origin) return refused('it must be an origin alone, without path, user or query')
  if (protocol !== 'https:' && !(protocol === 'http:' && LOOPBACK.has(hostname.replace(/^\[|\]$/g, '')))) return refused('it must begin with https, because passwords travel to it')
  return ok(origin)
}

function isRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const kind = isIP(address)
  return kind !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (kind === 4 ? 32 : 128)))
}

/** The platform's own place for a user's data. */
function defaultHome(env: Environment, platform: string): string {
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Relink')
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Relink')
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'relink')
}

function wholeNumber(env: Environment, variable: string, fallback: number, least: number, most: number): Result<number, ConfigFailure> {
  const text = env[variable]
  if (text === undefined) return ok(fallback)
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) {
    return failed({ variable, message: `${variable} is "${text}"; it must be a whole number from ${least} to ${most}.` })
  }
  return ok(value)
}
