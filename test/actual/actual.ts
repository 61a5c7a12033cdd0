/** The unmodified Actual Budget of test/actual/package.json: its server and its client, each a process of its own, on loopback. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { freePort } from '../free-port.ts'

const HERE = import.meta.dirname
const SERVER = join(HERE, 'node_modules/@actual-app/sync-server/build/bin/actual-server.js')
const NATIVE = join(HERE, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node')
/**
 * better-sqlite3 12.11 ends the process when its statements are collected while no script runs (a
 * failed assertion of Node 24). With these flags nothing is collected then; nothing else changes.
 */
const COLLECT_IN_SCRIPTS = ['--no-memory-reducer', '--no-incremental-marking', '--no-minor-gc-task', '--min-semi-space-size=256', '--max-semi-space-size=256']
const PASSWORD = 'of-tests-only'

/** Why the test cannot run here; null when it can. */
export function missing(): string | null {
  if (!existsSync(SERVER)) return 'Actual is not installed: npm ci --prefix test/actual, then npm rebuild better-sqlite3 --ignore-scripts=false --prefix test/actual'
  return existsSync(NATIVE) ? null : 'better-sqlite3 is not compiled: npm rebuild better-sqlite3 --ignore-scripts=false --prefix test/actual'
}

export type Actual = {
  /** Runs one command of client.mjs; throws what the client threw. */
  ask<T>(command: string, given?: object): Promise<T>
  close(): Promise<void>
}

/** Starts server and client in `directory`, with an empty budget open. */
export async function startActual(directory: string): Promise<Actual> {
  const port = await freePort()
  const server = spawn(process.execPath, [...COLLECT_IN_SCRIPTS, SERVER], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ACTUAL_PORT: String(port), ACTUAL_HOSTNAME: '127.0.0.1', ACTUAL_DATA_DIR: directory, NODE_ENV: 'production' },
  })
  await lineWith(server, /Listening on/)
  const serverURL = `http://127.0.0.1:${port}`
  const bootstrap = await fetch(`${serverURL}/account/bootstrap`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ password: PASSWORD }) })
  if (!bootstrap.ok) throw new Error(`Actual's server cannot be set up: ${bootstrap.status}`)
  const client = spawn(process.execPath, [...COLLECT_IN_SCRIPTS, join(HERE, 'client.mjs')], { stdio: ['pipe', 'ignore', 'ignore', 'pipe'] })
  const answers = createInterface({ input: client.stdio[3] as Readable })[Symbol.asyncIterator]()
  const ask = async <T>(command: string, given: object = {}): Promise<T> => {
    client.stdin!.write(`${JSON.stringify({ command, ...given })}\n`)
    const { value, done } = await answers.next()
    if (done === true) throw new Error('Actual\'s client ended')
    const answer = JSON.parse(value) as { value?: T; error?: string }
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer.value as T
  }
  await ask('open', { dataDir: directory, serverURL, password: PASSWORD })
  return {
    ask,
    async close() {
      client.stdin!.end()
      await ended(client)
      server.kill()
      await ended(server)
    },
  }
}

/** Resolves when the output shows the text; keeps on taking the output, so that the child never waits for a reader. */
function lineWith(child: ChildProcess, wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = ''
    const take = (data: Buffer): void => {
      seen = `${seen}${String(data)}`.slice(-10_000)
      if (wanted.test(seen)) resolve()
    }
    child.stdout!.on('data', take)
    child.stderr!.on('data', take)
    child.once('exit', () => reject(new Error(`the server ended: ${seen.slice(-2_000)}`)))
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise((resolve) => child.once('exit', resolve))
}
