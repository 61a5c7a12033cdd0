/**
 * Secrets that lie outside of Relink, by their source: `credential:NAME` (systemd, in its directory
 * of credentials) and `command:["program","argument"]` (a password manager, a key service; no shell).
 * Promises that a failure names the source and what is wrong with it (not found, readable by all,
 * empty, too large, too slow, its exit status) and nothing of what came out of it. What a command
 * prints to its standard error is not repeated: it may hold the secret.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { open, stat as directoryStat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { failed, ok, type Result } from '../domain/result.ts'

export type SourceFailure = { readonly code: 'missing' | 'unsafe' | 'failed'; readonly message: string }

export type SourceLimits = { readonly timeoutMs: number; readonly maxBytes: number }

const SOURCE_LIMITS: SourceLimits = { timeoutMs: 10_000, maxBytes: 4096 }

type Environment = Readonly<Record<string, string | undefined>>

/** The bytes of a source; to be wiped by the caller. */
export async function readOutside(source: string, environment: Environment, limits: SourceLimits = SOURCE_LIMITS): Promise<Result<Buffer, SourceFailure>> {
  const wrong = wrongSource(source)
  if (wrong !== null) return refuse('failed', wrong)
  const value = source.slice(source.indexOf(':') + 1)
  const read = source.startsWith('credential:') ? await readCredential(value, environment, limits) : await runCommand(parseArguments(value)!, environment, limits)
  return read.ok && read.value.length === 0 ? refuse('failed', `${nameOf(source)} is empty.`) : read
}

/** What is wrong with the writing of a source; null: nothing. It is not opened for that. */
export function wrongSource(source: string): string | null {
  const value = source.slice(source.indexOf(':') + 1)
  if (source.startsWith('credential:')) return /^[\w.-]+$/.test(value) && !value.startsWith('.') ? null : 'A credential has a plain name, without a path.'
  if (!source.startsWith('command:')) return 'A source outside of Relink begins with command: or credential:.'
  return parseArguments(value) === null ? 'command: needs a JSON array of texts, for example command:["secret-tool","lookup","app","relink"].' : null
}

/** How a source is named to a person: of a command only the program, because arguments may say too much. */
export function nameOf(source: string): string {
  const value = source.slice(source.indexOf(':') + 1)
  return source.startsWith('credential:') ? `The credential ${value}` : `The command ${parseArguments(value)?.[0] ?? ''}`
}

async function readCredential(name: string, environment: Environment, { maxBytes }: SourceLimits): Promise<Result<Buffer, SourceFailure>> {
  const directory = environment['CREDENTIALS_DIRECTORY']
  if (directory === undefined || directory === '') return refuse('missing', 'CREDENTIALS_DIRECTORY is not set: the service needs LoadCredential= or LoadCredentialEncrypted= in its unit.')
  let file: FileHandle
  try {
    file = await open(join(directory, name), constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return refuse('missing', `The credential ${name} is not in CREDENTIALS_DIRECTORY. Name it in LoadCredential= or LoadCredentialEncrypted= of the unit.`)
    return code === 'ELOOP' ? refuse('unsafe', `The credential ${name} is a symbolic link.`) : refuse('failed', `The credential ${name} cannot be read (${code}).`)
  }
  try {
    const stat = await file.stat()
    if (!stat.isFile()) return refuse('unsafe', `The credential ${name} is not a plain file.`)
    // systemd closes the directory, and of a file lets the group bits stand for an access list: others have no right in both.
    if ((stat.mode & 0o007) !== 0 && ((await directoryStat(directory)).mode & 0o001) !== 0) return refuse('unsafe', `The credential ${name} can be read by others. Run: chmod 400 on it, chmod 500 on its directory.`)
    return stat.size > maxBytes ? refuse('failed', `The credential ${name} is longer than ${maxBytes} bytes.`) : ok(await file.readFile())
  } finally {
    await file.close()
  }
}

/** The program is ended with all that it started when its time is over. It sees our environment without Relink's own. */
function runCommand([program, ...rest]: readonly [string, ...string[]], environment: Environment, { timeoutMs, maxBytes }: SourceLimits): Promise<Result<Buffer, SourceFailure>> {
  const own = (name: string): boolean => name.startsWith('RELINK_') || name === 'DATABASE_URL' || name === 'DATABASE_APP_URL'
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !own(name)))
  return new Promise((resolve) => {
    const child = start(program, rest, env)
    if (!child.ok) return resolve(refuse('failed', `The command ${program} cannot be run (${child.failure}).`))
    const { pid, stdout } = child.value
    const chunks: Buffer[] = []
    let size = 0
    const end = (result: Result<Buffer, SourceFailure>): void => {
      overdue.removeEventListener('abort', onOverdue)
      endGroup(pid)
      stdout.destroy()
      if (!result.ok) for (const chunk of chunks) chunk.fill(0)
      resolve(result)
    }
    const onOverdue = (): void => end(refuse('failed', `The command ${program} did not answer within ${timeoutMs / 1000} s.`))
    const overdue = AbortSignal.timeout(timeoutMs)
    overdue.addEventListener('abort', onOverdue)
    child.value.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ENOENT' ? refuse('failed', `The command ${program} was not found.`) : refuse('failed', `The command ${program} cannot be run (${error.code ?? 'no reason given'}).`)))
    stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > maxBytes) end(refuse('failed', `The command ${program} gave more than ${maxBytes} bytes.`))
    })
    child.value.once('close', (status, signal) => {
      if (status !== 0) return end(refuse('failed', `The command ${program} ended with ${signal === null ? `status ${status}` : `signal ${signal}`}.`))
      const whole = Buffer.concat(chunks)
      for (const chunk of chunks) chunk.fill(0)
      end(ok(whole))
    })
  })
}

/** Of what cannot be started Node tells some at once, by an exception: a path through a file, too long an argument. */
function start(program: string, rest: readonly string[], env: Environment) {
  try {
    return ok(spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true, shell: false }))
  } catch (error) {
    return failed((error as NodeJS.ErrnoException).code ?? 'no reason given')
  }
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

function parseArguments(text: string): readonly [string, ...string[]] | null {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.length > 0 && value[0] !== '' && value.every((item) => typeof item === 'string' && !item.includes('\0')) ? (value as unknown as readonly [string, ...string[]]) : null
  } catch {
    return null
  }
}

function refuse(code: SourceFailure['code'], message: string): { readonly ok: false; readonly failure: SourceFailure } {
  return failed({ code, message })
}
