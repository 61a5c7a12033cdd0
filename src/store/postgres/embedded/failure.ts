/**
 * Why the embedded database cannot serve, said so that a person can act: each message names the
 * place and the remedy. Promises that a full disk is told apart from everything else, wherever it
 * shows (file system, initdb, server log, SQLSTATE). Makes no decision to retry.
 */
import { closeSync, fstatSync, openSync, readSync, statfsSync } from 'node:fs'

export type EmbeddedCode =
  | 'unsupported_platform'
  | 'binaries_unusable'
  | 'no_account'
  | 'directory_unusable'
  | 'disk_full'
  | 'version_mismatch'
  | 'passwords_missing'
  | 'not_ours'
  | 'start_failed'

export type EmbeddedFailure = {
  readonly code: EmbeddedCode
  /** Names the place and what to do; carries no secret. */
  readonly message: string
  /** The last lines of the server's log, oldest first; empty where the server never ran. */
  readonly log: readonly string[]
}

/** A failure without log lines. */
export function embeddedFailure(code: EmbeddedCode, message: string, log: readonly string[] = []): EmbeddedFailure {
  return { code, message, log }
}

/** The failure of a full disk, naming the directory and the space left. */
export function diskFull(directory: string, log: readonly string[] = []): EmbeddedFailure {
  return embeddedFailure('disk_full', `The disk that holds ${directory} is full${freeSpace(directory)}. Free some space (the database needs 200 MB and room to grow) and start again; nothing that was committed is lost.`, log)
}

const DISK_FULL_SQLSTATE = '53100'

/** Whether an error of Node or of the database, or a text of the server, says that the disk (or the quota) is full. */
export function isDiskFull(error: unknown): boolean {
  // "wrote only 4096 of 8192 bytes" is how PostgreSQL words the block that just did not fit.
  if (typeof error === 'string') return /No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes/i.test(error)
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  return code === 'ENOSPC' || code === 'EDQUOT' || code === DISK_FULL_SQLSTATE || isDiskFull(error.message)
}

/** The text of a caught value, for a message. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The last `count` lines of a file, at most 8 kB; empty when it cannot be read. */
export function lastLines(path: string, count: number): readonly string[] {
  try {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      const buffer = Buffer.alloc(Math.min(size, 8192))
      readSync(file, buffer, 0, buffer.length, size - buffer.length)
      return buffer.toString('utf8').trimEnd().split('\n').slice(-count)
    } finally {
      closeSync(file)
    }
  } catch {
    return []
  }
}

function freeSpace(directory: string): string {
  const free = freeBytes(directory)
  return free === null ? '' : ` (${Math.floor(free / 1_048_576)} MB free)`
}

/** Whether not even one file of the write-ahead log would fit. */
export function hasNoSpace(directory: string): boolean {
  return (freeBytes(directory) ?? Infinity) < 16 * 1_048_576
}

function freeBytes(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch {
    return null
  }
}
