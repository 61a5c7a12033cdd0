/**
 * The command line as a user has it: the program in a process of its own, with a data directory of
 * its own, and the sandbox bank as another process. Nothing is replaced by a stand-in. Of a test file
 * that gives many commands, each is a process of its own once; further ones share one (host.ts).
 */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { stripVTControlCharacters } from 'node:util'
import type { Asked, Told } from './host.ts'

export const ROOT = resolve(import.meta.dirname, '../..')
export const SHARED = process.env['RELINK_SHARED'] ?? resolve(ROOT, '../shared')
const MAIN = join(ROOT, 'src/main.ts')

export type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string }
export type Settings = { readonly input?: string | Uint8Array; readonly env?: Readonly<Record<string, string>> }

/** As `./relink` sets it: what was compiled once is not compiled again by each command. */
const COMPILED = join(ROOT, 'node_modules', '.cache', 'relink')

/** What every command needs to find a temporary home, and nothing of the person's own settings. */
export function environment(home: string, env: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8', RELINK_HOME: home, NO_COLOR: '1', NODE_COMPILE_CACHE: COMPILED, ...env }
}

/** What was started and has not ended yet. */
const running = new Set<ChildProcess>()

export function spawnRelink(home: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment(home, env), stdio: ['pipe', 'pipe', 'pipe'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** For `afterEach`: what a test that failed left running would keep its file waiting for ever. */
export async function endAll(): Promise<void> {
  await Promise.all([...running].map(async (child) => {
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    await stop(child, 'SIGTERM')
    clearTimeout(late)
  }))
}
const PATIENCE_MS = 10_000

export async function relink(home: string, args: readonly string[], { input = '', env = {} }: Settings = {}): Promise<Ended> {
  const child = spawnRelink(home, args, env)
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)]
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, stdout: await stdout, stderr: await stderr }
}

/** As on a terminal, by script(1) of util-linux: each answer is typed once its question is shown. What was shown, without colours and moves. */
export async function onTerminal(home: string, args: readonly string[], env: Readonly<Record<string, string>>, dialogue: readonly (readonly [asked: RegExp, typed: string])[]): Promise<string> {
  const child = spawn('script', ['-qec', [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' '), '/dev/null'], { env: { ...environment(home, env), TERM: 'xterm' }, stdio: ['pipe', 'pipe', 'pipe'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  let [shown, from, at] = ['', 0, 0]
  child.stdout.on('data', (piece: Buffer) => {
    shown += stripVTControlCharacters(piece.toString('utf8'))
    const next = dialogue[at]
    if (next === undefined || !next[0].test(shown.slice(from))) return
    [from, at] = [shown.length, at + 1]
    child.stdin.write(next[1])
  })
  await once(child, 'close')
  return shown
}

/** Gives command lines; those of a command that was seen to start and to end by itself go to one process that is up already. */
export type Host = { relink(home: string, args: readonly string[], settings?: Settings): Promise<Ended>; close(): Promise<void> }

export function openHost(): Host {
  const seen = new Set<string>()
  let child: ChildProcess | null = null
  let last: Promise<unknown> = Promise.resolve()
  const ask = async (asked: Asked): Promise<Ended> => {
    child ??= fork(join(ROOT, 'test/cli/host.ts'), { serialization: 'advanced', execArgv: [], env: environment('/nowhere'), stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const over = new AbortController()
    const { signal } = over
    try {
      const told = once(child, 'message', { signal }).then(([message]) => message as Told)
      const ended = once(child, 'exit', { signal }).then(([status]) => Promise.reject(new Error(`relink ${asked.args.join(' ')} ended the process of all commands with ${status}`)))
      for (const waiting of [told, ended]) waiting.catch(() => undefined)
      child.send(asked)
      return await Promise.race([told, ended])
    } finally {
      over.abort()
    }
  }
  return {
    async relink(home, args, settings = {}) {
      const [command = ''] = args
      if (seen.has(command)) {
        const answer = last.then(() => ask({ args, input: Buffer.from(settings.input ?? ''), env: environment(home, settings.env) }))
        last = answer.catch(() => undefined)
        return answer
      }
      seen.add(command)
      return relink(home, args, settings)
    },
    async close() {
      if (child !== null) await stop(child, 'SIGKILL')
    },
  }
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream ?? []) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** One value for each line; throws when a line is anything else than JSON. */
export function jsonLines<T = Record<string, unknown>>(text: string): T[] {
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as T)
}

/** The first line that a program prints. */
export async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! })
  const line = await Promise.race([once(lines, 'line').then(([text]) => String(text)), once(child, 'exit').then(([status]) => Promise.reject(new Error(`it ended with ${status}`)))])
  return line
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  child.kill(signal)
  const [status] = (await once(child, 'exit')) as [number | null]
  return status
}

export function temporary(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `relink-${name}-`))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export type BankProcess = {
  readonly ofxUrl: string
  /** The environment with which an operator makes it known: RELINK_INSTITUTIONS and RELINK_NETWORK. */
  readonly env: Readonly<Record<string, string>>
  admin(method: string, path: string, body?: unknown): Promise<unknown>
  stop(): Promise<void>
}

/** The sandbox bank in its own process, with the two files that an operator would write for it. */
export async function startBankProcess(directory: string): Promise<BankProcess> {
  const child = spawn(process.execPath, [join(ROOT, 'bank/main.ts'), '--json', '--port', '0', '--ca-dir', directory, '--seed', '5', '--history-days', '60'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const told = JSON.parse(await firstLine(child)) as { ofxUrl: string; ofxsUrl: string; officeUrl: string; caFile: string; adminToken: string }
  const [institutions, network] = [join(directory, 'institutions.json'), join(directory, 'network.json')]
  const entry = (id: string, name: string, url: string) => ({ id, name, country: 'US', timeZone: 'America/New_York', routes: [{ connector: 'ofx', settings: { url, org: 'SANDBOX', fid: '99001' } }] })
  writeFileSync(institutions, JSON.stringify([entry('river-bank', 'River Bank', told.ofxsUrl), entry('hidden-bank', 'Hidden Bank', told.ofxUrl)]))
  writeFileSync(network, JSON.stringify({ institutions: { 'river-bank': { privateHosts: [{ host: new URL(told.ofxsUrl).hostname, cidr: '127.0.0.0/8' }, { host: new URL(told.ofxsUrl).hostname, cidr: '::1/128' }], caFile: told.caFile } } }))
  return {
    ofxUrl: told.ofxUrl,
    env: { RELINK_INSTITUTIONS: institutions, RELINK_NETWORK: network },
    async admin(method, path, body) {
      const answer = await fetch(new URL(`admin/${path}`, told.officeUrl), { method, headers: { authorization: `Bearer ${told.adminToken}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return JSON.parse(text)
    },
    stop: async () => void (await stop(child)),
  }
}
