/**
 * `relink bank`: starts the sandbox bank on loopback and says where it is. The admin token comes from
 * a file or is made at start and printed; it is never an argument.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { SettableClock } from './admin.ts'
import { type Bank, createBank } from './bank.ts'
import { CUSTOMERS } from './customers.ts'
import { listen, type Listening } from './listen.ts'
import { readScenario } from './scenario.ts'
import { drawSwarm } from './swarm.ts'

export type StartOptions = {
  /** 0 or absent: any free port. */
  readonly port?: number
  readonly httpsPort?: number
  readonly officePort?: number
  readonly seed?: number
  /** Days of ledger before now; default 730. */
  readonly historyDays?: number
  /** Default: a random one. */
  readonly adminToken?: string
  /** Where `ca.crt` is written; absent: nowhere. */
  readonly caDir?: string
}

export type RunningBank = {
  readonly bank: Bank
  readonly listening: Listening
  readonly adminToken: string
  readonly caFile: string | null
  close(): Promise<void>
}

const USAGE = `relink bank: a bank in a box on this host, for demonstrations and tests.

  --port N            OFX and web site over HTTP (default 7352, where "relink connect sandbox" looks; any free port when it is taken or 0)
  --https-port N      the same over HTTPS
  --office-port N     admin API and web site; no fault closes it
  --seed N            which bank (default 1); the same seed gives the same ledger
  --swarm             let the seed draw faults as time passes
  --scenario FILE     play a script of faults (JSON)
  --history-days N    days of ledger before now (default 730)
  --ca-dir DIR        write ca.crt there, for clients that use HTTPS
  --token-file FILE   read the admin token from there (default: made at start)
  --json              one line of JSON instead of text
`

/** Where Relink's own entry for the sandbox bank points. */
const USUAL_PORT = 7352

/** Real time that can be set forward. */
export function createSettableClock(): SettableClock {
  let ahead = 0
  return { now: () => Date.now() + ahead, advance: (ms) => void (ahead += ms) }
}

/** A bank that listens; used by `relink bank`, the demo and tests. */
export async function startBank(options: StartOptions = {}): Promise<RunningBank> {
  const adminToken = options.adminToken ?? randomBytes(24).toString('base64url')
  const bank = createBank({
    clock: createSettableClock(),
    seed: options.seed ?? 1,
    adminToken,
    ...(options.historyDays === undefined ? {} : { historyDays: options.historyDays }),
  })
  const listening = await listen(bank, options)
  const caFile = options.caDir === undefined ? null : join(options.caDir, 'ca.crt')
  if (options.caDir !== undefined && caFile !== null) {
    try {
      await mkdir(options.caDir, { recursive: true })
      await writeFile(caFile, listening.caPem)
    } catch (error) {
      // An open port would keep the process up that has just said that it cannot start.
      await listening.close()
      throw error
    }
  }
  return { bank, listening, adminToken, caFile, close: () => listening.close() }
}

/** The command. Resolves with the exit status when it is interrupted, or at once when it cannot start. */
export async function runBank(argv: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readArguments>
  try {
    options = readArguments(argv)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return 2
  }
  if (options.help) {
    process.stdout.write(USAGE)
    return 0
  }
  let running: RunningBank | null = null
  try {
    const adminToken = options.tokenFile === undefined ? undefined : (await textOf(options.tokenFile)).trim()
    const script = options.scenario === undefined ? [] : readScenario(jsonOf(await textOf(options.scenario), options.scenario))
    if (typeof script === 'string') throw new Error(`${options.scenario}: ${script}`)
    const chosen = { ...options.start, ...(adminToken === undefined ? {} : { adminToken }) }
    running = chosen.port === undefined ? await startBank({ ...chosen, port: USUAL_PORT }).catch(() => startBank(chosen)) : await startBank(chosen)
    const wrong = running.bank.play(script)
    if (wrong !== null) throw new Error(`${options.scenario}: ${wrong}`)
    if (options.swarm) for (const order of drawSwarm(options.start.seed ?? 1)) running.bank.inject(order)
  } catch (error) {
    process.stderr.write(`The sandbox bank cannot start: ${reasonOf(error)}\n`)
    await running?.close()
    return 1
  }
  announce(running, options.json, options.tokenFile !== undefined)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await running.close()
  return 0
}

function reasonOf(error: unknown): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { readonly port?: number }
  if (code === 'EADDRINUSE') return `port ${port} is in use. Choose another one, or 0 for any that is free.`
  if (code === 'EACCES' && port !== undefined) return `port ${port} may not be used by this user. Choose one above 1023, or 0 for any that is free.`
  const { path } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' && path !== undefined) return `there is no file or folder ${path}.`
  return error instanceof Error ? message : String(error)
}

/** Of a folder Node's own words do not tell the name. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') throw new Error(`${path} is a folder, and a file is read there.`)
    throw error
  }
}

/** Node's own words would quote the file, which may be another one than was meant. */
function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SyntaxError(`${name} is not JSON.`)
  }
}

function readArguments(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string' },
      'https-port': { type: 'string' },
      'office-port': { type: 'string' },
      seed: { type: 'string' },
      swarm: { type: 'boolean', default: false },
      scenario: { type: 'string' },
      'history-days': { type: 'string' },
      'ca-dir': { type: 'string' },
      'token-file': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const start: { -readonly [K in keyof StartOptions]: StartOptions[K] } = {}
  for (const [option, key, most] of [
    ['port', 'port', 65_535],
    ['https-port', 'httpsPort', 65_535],
    ['office-port', 'officePort', 65_535],
    ['seed', 'seed', 4_294_967_295],
    ['history-days', 'historyDays', 3_650],
  ] as const) {
    const text = values[option]
    if (text === undefined) continue
    if (!/^\d+$/.test(text) || Number(text) > most)
      throw new RangeError(`--${option} must be a whole number from 0 to ${most}, not ${text}.`)
    start[key] = Number(text)
  }
  if (values['ca-dir'] !== undefined) start.caDir = values['ca-dir']
  return { start, swarm: values.swarm, scenario: values.scenario, tokenFile: values['token-file'], json: values.json, help: values.help }
}

function announce({ listening, adminToken, caFile }: RunningBank, asJson: boolean, tokenKnown: boolean): void {
  const { ofxUrl, ofxsUrl, officeUrl } = listening
  if (asJson) {
    process.stdout.write(
      `${JSON.stringify({ ofxUrl, ofxsUrl, officeUrl, caFile, adminToken: tokenKnown ? null : adminToken, logins: CUSTOMERS.map((customer) => customer.user) })}\n`,
    )
    return
  }
  const logins = CUSTOMERS.map(
    ({ user, password, currency, mfa }) =>
      `  ${user.padEnd(8)} "${password}"  ${currency}, ${mfa === 'none' ? 'password only' : `second factor: ${mfa}`}`,
  )
  process.stdout.write(
    [
      'The sandbox bank is open.',
      `  OFX over HTTP    ${ofxUrl}`,
      `  OFX over HTTPS   ${ofxsUrl}${caFile === null ? '' : `  (trust ${caFile})`}`,
      `  Web site         ${officeUrl}`,
      `  Admin API        ${officeUrl}admin/  ${tokenKnown ? '(token from your file)' : `token ${adminToken}`}`,
      listening.port === USUAL_PORT ? 'Try it: ./relink connect sandbox' : `Another program has port ${USUAL_PORT}, so "relink connect sandbox" does not find this bank; see docs/operate/institutions.md.`,
      'Logins:',
      ...logins,
      'Stop it with Ctrl-C.',
      '',
    ].join('\n'),
  )
}

if (import.meta.main) process.exitCode = await runBank(process.argv.slice(2))
