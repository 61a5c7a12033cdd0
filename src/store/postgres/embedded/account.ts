/**
 * Who runs the database. PostgreSQL refuses to run as root, so as root it runs as an account without
 * rights: whoever owns the data already, else the owner of RELINK_HOME when that is an ordinary user,
 * else `relink`, `postgres` or `nobody`, whichever the host has first. Everybody else runs it as themselves.
 */
import { spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { failed, ok, type Result } from '../../../domain/result.ts'
import { embeddedFailure, type EmbeddedFailure } from './failure.ts'

/** Null: the user of this process. */
export type Account = { readonly uid: number; readonly gid: number; readonly name: string } | null

const PREFERRED = ['relink', 'postgres', 'nobody'] as const

/** The account for a database under `home` (which may not exist yet); `data`: where it lies, if it was made. Fails when root finds no account to use. */
export function databaseAccount(home: string, data: string | null = null): Result<Account, EmbeddedFailure> {
  if (process.getuid?.() !== 0) return ok(null)
  const accounts = readAccounts()
  // PostgreSQL serves no other's data; meanwhile the host may have got another account that would be preferred, or the home another owner.
  const made = data === null ? null : ownerOf(data)
  if (made !== null && made.uid !== 0) return ok({ ...made, name: accounts.find(({ uid }) => uid === made.uid)?.name ?? String(made.uid) })
  const owner = ownerOf(home)?.uid
  const chosen =
    accounts.find(account => account.uid === owner && account.uid !== 0) ??
    PREFERRED.map(name => accounts.find(account => account.name === name)).find(account => account !== undefined && account.uid !== 0)
  if (chosen !== undefined) return ok(chosen)
  return failed(
    embeddedFailure('no_account', 'PostgreSQL does not run as root, and this host has no account to run it instead. Create one ("useradd --system relink") and start again, or run Relink as an ordinary user.'),
  )
}

/** Options that make a child run as the account, in a directory that every account can enter. */
export function spawnAs(account: Account): { readonly uid?: number; readonly gid?: number; readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  // Nothing of our environment: it may hold secrets, and PG* variables would change what the server does.
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
  return account === null ? { cwd: '/', env } : { uid: account.uid, gid: account.gid, cwd: '/', env }
}

export type Ran = { readonly status: number | null; readonly output: string; readonly error: NodeJS.ErrnoException | null }

/** Runs a program as the account to its end; never rejects. */
export function runAs(account: Account, program: string, args: readonly string[]): Promise<Ran> {
  return new Promise(resolve => {
    let output = ''
    const child = spawn(program, args, { ...spawnAs(account), stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString('utf8')).slice(-8192)))
    child.once('error', error => resolve({ status: null, output, error }))
    child.once('close', status => resolve({ status, output, error: null }))
  })
}

function readAccounts(): readonly NonNullable<Account>[] {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  return lines.flatMap(line => {
    const [name, , uid, gid] = line.split(':')
    if (name === undefined || uid === undefined || gid === undefined || !/^-?\d+$/.test(uid) || !/^-?\d+$/.test(gid)) return []
    return [{ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }]
  })
}

function ownerOf(path: string): { readonly uid: number; readonly gid: number } | null {
  try {
    const { uid, gid } = statSync(path)
    return { uid, gid }
  } catch {
    return null
  }
}
