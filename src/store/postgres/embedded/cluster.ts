/**
 * The data directory: made by initdb under a temporary name and renamed when whole, so that a killed
 * initdb leaves nothing that looks like a database and two at once end with one. Promises UTF-8 with
 * the built-in C.UTF-8 collation (no dependence on the host's locales), page checksums, and passwords
 * for every connection. Refuses a directory of another major version.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failed, ok, type Result } from '../../../domain/result.ts'
import { type Account, runAs } from './account.ts'
import type { Binaries } from './binaries.ts'
import { diskFull, embeddedFailure, type EmbeddedFailure, isDiskFull, textOf } from './failure.ts'
import { isAlive } from './pidfile.ts'
import { createOnce, giveTo, type Places } from './places.ts'

/** The superuser, used by the supervisor alone. */
export const SUPERUSER = 'postgres'
/** The owner of the database, and the role that the program runs as (security.md, section 4). */
export const OWNER = 'relink_admin'
export const APP = 'relink_app'

/** Passwords by role name, the superuser's included. */
export type Passwords = Readonly<Record<string, string>>

/** Makes the cluster unless it exists; resolves with its passwords. */
export async function ensureCluster(places: Places, binaries: Binaries, account: Account): Promise<Result<Passwords, EmbeddedFailure>> {
  try {
    const path = join(places.record, 'passwords.json')
    if (existsSync(places.data)) {
      const refused = refuseForeign(places, binaries.major)
      if (refused !== null) return failed(refused)
      if (!existsSync(path)) {
        return failed(embeddedFailure('passwords_missing', `${path} is missing, and without it nobody can log in to the database in ${places.data}. Bring the file back from a copy of RELINK_HOME.`))
      }
      return ok(readPasswords(path))
    }
    if (!existsSync(path)) createOnce(path, JSON.stringify(newPasswords(), null, 2))
    const passwords = readPasswords(path)
    const made = await initialise(places, binaries, account, passwords[SUPERUSER] ?? '')
    return made === null ? ok(passwords) : failed(made)
  } catch (error) {
    if (isDiskFull(error)) return failed(diskFull(places.base))
    return failed(embeddedFailure('directory_unusable', `The database in ${places.data} cannot be used: ${textOf(error)}`))
  }
}

function refuseForeign(places: Places, major: number): EmbeddedFailure | null {
  const path = join(places.data, 'PG_VERSION')
  if (!existsSync(path)) {
    return embeddedFailure('not_ours', `${places.data} exists but holds no PostgreSQL database (no PG_VERSION). Move it away, or set RELINK_HOME to another directory.`)
  }
  const found = readFileSync(path, 'utf8').trim()
  if (found === String(major)) return null
  return embeddedFailure(
    'version_mismatch',
    `${places.data} was written by PostgreSQL ${found}; this Relink brings PostgreSQL ${major} and does not touch it. Go on with the Relink that wrote it, or set RELINK_HOME to another directory to begin anew beside it.`,
  )
}

function newPasswords(): Passwords {
  return Object.fromEntries([SUPERUSER, OWNER, APP].map(role => [role, randomBytes(24).toString('base64url')]))
}

function readPasswords(path: string): Passwords {
  return JSON.parse(readFileSync(path, 'utf8')) as Passwords
}

/** Null when the cluster is there, made by us or by another process at the same time. */
async function initialise(places: Places, binaries: Binaries, account: Account, password: string): Promise<EmbeddedFailure | null> {
  removeAbandoned(places.base)
  const fresh = join(places.base, `data.new-${process.pid}-${randomBytes(4).toString('hex')}`)
  const passwordFile = `${fresh}.password`
  try {
    mkdirSync(fresh, { mode: 0o700 })
    giveTo(account, fresh)
    writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' })
    giveTo(account, passwordFile)
    const options = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums']
    const access = ['--auth-local=scram-sha-256', '--auth-host=reject', `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`]
    const ran = await runAs(account, binaries.initdb, ['-D', fresh, '--no-instructions', ...options, ...access])
    if (ran.status !== 0) return initdbFailure(places, ran.error?.message ?? ran.output)
    writeFileSync(join(fresh, 'pg_hba.conf'), '# Relink: the Unix socket alone, and always with a password.\nlocal all all scram-sha-256\n')
    return publish(fresh, places)
  } finally {
    rmSync(passwordFile, { force: true })
    rmSync(fresh, { recursive: true, force: true })
  }
}

function initdbFailure(places: Places, output: string): EmbeddedFailure {
  const lines = output.trim().split('\n').slice(-10)
  if (isDiskFull(output)) return diskFull(places.base, lines)
  return embeddedFailure('start_failed', `The database could not be made in ${places.data}: ${lines.findLast(line => /error|fatal/i.test(line)) ?? lines.at(-1) ?? ''}`, lines)
}

function publish(fresh: string, places: Places): null {
  try {
    renameSync(fresh, places.data)
  } catch (error) {
    // Another process was first: its cluster has the same passwords.
    if (!existsSync(join(places.data, 'PG_VERSION'))) throw error
  }
  const base = openSync(places.base, 'r')
  fsyncSync(base)
  closeSync(base)
  return null
}

/** What a killed initdb left. */
function removeAbandoned(base: string): void {
  for (const name of readdirSync(base)) {
    const maker = /^data\.new-(\d+)-/.exec(name)?.[1]
    if (maker !== undefined && !isAlive(Number(maker))) rmSync(join(base, name), { recursive: true, force: true })
  }
}
