/**
 * Where the embedded cluster lives: below RELINK_HOME, or elsewhere when the database's account cannot
 * reach it (a home under /root) or when a socket path there would be longer than the system allows.
 * What was chosen is recorded in RELINK_HOME/postgres/location.json and holds from then on. Promises
 * that two starts at once choose the same places. Holds the passwords' file, not their use.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { failed, ok, type Result } from '../../../domain/result.ts'
import { type Account, runAs } from './account.ts'
import { diskFull, embeddedFailure, type EmbeddedFailure, isDiskFull, textOf } from './failure.ts'

export type Places = {
  /** RELINK_HOME/postgres: the record of the location and the passwords. */
  readonly record: string
  /** Holds data, log and, where needed, a copy of the programs. */
  readonly base: string
  readonly data: string
  readonly log: string
  /** Directory of the Unix socket, 0700, the database account's own. */
  readonly socket: string
}

export const SOCKET_PORT = 5432
/** What a PGOPTIONS or PGSSLMODE of the person's, meant for another server, would else say of every session here. */
export const OWN_SETTINGS = { ssl: false, options: '-c client_encoding=UTF8' } as const
/** sun_path holds 104 bytes on macOS and 108 on Linux, with the final NUL; the smaller counts everywhere. */
const MAX_SOCKET_PATH_BYTES = 103

const BELOW_HOME = 'below RELINK_HOME'
type Location = { readonly base: string; readonly socket: string; readonly why: string }

/** Chooses (once) and prepares the places under `home`. */
export async function preparePlaces(home: string, account: Account): Promise<Result<Places, EmbeddedFailure>> {
  const record = join(home, 'postgres')
  try {
    // What is made for another account to work in must let it pass, but not look.
    mkdirSync(record, { recursive: true, mode: account === null ? 0o700 : 0o711 })
    const real = realpathSync(record)
    const path = join(real, 'location.json')
    if (!existsSync(path)) {
      const base = await chooseBase(real, realpathSync(home), account)
      if (!base.ok) return base
      createOnce(path, JSON.stringify({ ...base.value, socket: socketDirectory(base.value.base, account) }, null, 2))
    }
    const { base, socket } = presentPlace(JSON.parse(readFileSync(path, 'utf8')) as Location, real)
    if (!existsSync(base)) {
      return failed(embeddedFailure('directory_unusable', `The database of ${home} was kept in ${base} (so says ${path}), which is gone. Bring it back, or remove ${path} to begin with an empty database.`))
    }
    const problem = ownSocketDirectory(socket, account)
    if (problem !== null) return failed(embeddedFailure('directory_unusable', problem))
    return ok({ record: real, base, data: join(base, 'data'), log: join(base, 'postgres.log'), socket })
  } catch (error) {
    if (isDiskFull(error)) return failed(diskFull(record))
    return failed(embeddedFailure('directory_unusable', `${record} cannot be used for the database: ${textOf(error)}. Set RELINK_HOME to a directory that this user may write.`))
  }
}

/** Where the cluster of a home lies, as its record says; null: none was made. */
export function recordedData(home: string): string | null {
  try {
    const record = realpathSync(join(home, 'postgres'))
    return join(presentPlace(JSON.parse(readFileSync(join(record, 'location.json'), 'utf8')) as Location, record).base, 'data')
  } catch {
    // What is wrong with it, `preparePlaces` says.
    return null
  }
}

/**
 * A home may have been moved or copied since its record was written (copying is how it is backed up): what lay
 * below it is below the present one. By the old path a copy would open, and change, the original's database.
 */
function presentPlace({ base: recorded, socket, why }: Location, record: string): Pick<Location, 'base' | 'socket'> {
  const base = why === BELOW_HOME ? record : recorded
  return { base, socket: socket === join(recorded, 'run') ? join(base, 'run') : socket }
}

/** Creates a file of mode 0600 that appears whole; of two at once the first wins. */
export function createOnce(path: string, text: string): void {
  const prepared = `${path}.${randomBytes(6).toString('hex')}`
  writeFileSync(prepared, text, { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(prepared, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(prepared)
  }
}

/** Hands a path to the account that runs the database. */
export function giveTo(account: Account, path: string): void {
  if (account !== null) chownSync(path, account.uid, account.gid)
}

async function chooseBase(record: string, home: string, account: Account): Promise<Result<Omit<Location, 'socket'>, EmbeddedFailure>> {
  if (account === null || (await canEnter(account, record))) return ok({ base: record, why: BELOW_HOME })
  // Our own two directories may be opened for passing through (not for listing); those above are not ours to change.
  const opened = [home, record].filter(directory => statSync(directory).uid === 0).map(directory => ({ directory, mode: statSync(directory).mode & 0o7777 }))
  for (const { directory, mode } of opened) chmodSync(directory, mode | 0o001)
  if (await canEnter(account, record)) return ok({ base: record, why: BELOW_HOME })
  for (const { directory, mode } of opened) chmodSync(directory, mode)
  const name = randomBytes(6).toString('hex')
  for (const base of [`/var/lib/relink/${name}`, join(tmpdir(), `relink-${name}`)]) {
    try {
      mkdirSync(base, { recursive: true, mode: 0o755 })
    } catch {
      continue
    }
    if (await canEnter(account, base)) return ok({ base, why: `the account ${account.name}, which runs the database, cannot reach ${record}` })
    rmSync(base, { recursive: true })
  }
  return failed(
    embeddedFailure('directory_unusable', `PostgreSQL runs as the account ${account.name}, which can reach neither ${record} nor /var/lib/relink. Set RELINK_HOME to a directory that others may pass through (for example /srv/relink), or run Relink as an ordinary user.`),
  )
}

async function canEnter(account: Account, directory: string): Promise<boolean> {
  return (await runAs(account, '/bin/sh', ['-c', 'cd "$1"', 'sh', directory])).status === 0
}

function socketDirectory(base: string, account: Account): string {
  const name = `relink-${randomBytes(6).toString('hex')}`
  const runtime = account === null ? process.env['XDG_RUNTIME_DIR'] : undefined
  const short = [join(base, 'run'), ...[runtime, tmpdir(), '/tmp'].flatMap(parent => (parent === undefined ? [] : [join(parent, name)]))]
  return short.find(directory => Buffer.byteLength(join(directory, `.s.PGSQL.${SOCKET_PORT}`)) <= MAX_SOCKET_PATH_BYTES) ?? join('/tmp', name)
}

/** Makes the socket directory (a cleaner may have removed it) or checks that it is nobody else's; a problem in words, or null. */
function ownSocketDirectory(directory: string, account: Account): string | null {
  const uid = account?.uid ?? process.getuid?.()
  if (!existsSync(directory)) {
    mkdirSync(dirname(directory), { recursive: true, mode: 0o700 })
    // It takes its place when it has its owner: another process that starts just then would take it for somebody else's.
    const made = mkdtempSync(`${directory}-`)
    giveTo(account, made)
    try {
      renameSync(made, directory)
    } catch (error) {
      rmdirSync(made)
      if (!existsSync(directory)) throw error
    }
  }
  const found = lstatSync(directory)
  if (!found.isDirectory() || (uid !== undefined && found.uid !== uid)) {
    return `${directory} is meant for the database's socket but belongs to another user. Remove it and start again.`
  }
  if ((found.mode & 0o777) !== 0o700) chmodSync(directory, 0o700)
  return null
}
