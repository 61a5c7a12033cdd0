/**
 * The world of the browser tests: the sandbox bank, Relink on PostgreSQL, its server and page, and
 * Debian's Chromium on it. Nothing is a stand-in. What a browser complains of (console, content
 * security policy) is collected, so that every test file can end by looking at it.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { createPerson, type Person } from '../../bank/person.ts'
import { sendOverHttp } from '../../bank/send.ts'
import { CUSTOMERS } from '../../bank/customers.ts'
import { listen, type ListeningServer } from '../../src/api/listen.ts'
import { readConfig } from '../../src/config.ts'
import { openSandbox, type Sandbox } from '../../src/demo/sandbox.ts'
import { connectAna } from '../../src/demo/story.ts'
import { freePort } from '../free-port.ts'
import { openMadeStore } from '../made-store.ts'
import { NOON } from '../noon.ts'
import { browserPath, openBrowser } from './browser.ts'

/** The built page. */
export const PAGE = join(import.meta.dirname, '..', '..', 'dist', 'web')
/** Longer than any honest step takes on two cores with much else to do: with ten other programs on them one took more than 20 s. */
const PATIENCE_MS = 60_000

/** Why browser tests cannot run here; null: they can. */
export const cannotRun: string | null = browserPath() === null ? 'Chromium is not installed; npm test installs it on Debian when run as root' : existsSync(join(PAGE, 'index.html')) ? null : 'the page is not built; npm test builds it'

export type World = {
  readonly sandbox: Sandbox
  readonly browser: Browser
  /** Signed in, at Accounts. */
  readonly page: Page
  readonly connectionId: string
  /** What browsers complained of so far, but for answers of the server that say no. */
  readonly complaints: readonly string[]
  /** Address of a page of Relink. */
  url(path: string): string
  /** A further browser window, signed in, that shows nothing yet. `offline`: with the service worker, which takes requests out of the sight of `page.route`, and with a sign-in of its own. */
  openPage(options?: { readonly width?: number; readonly scheme?: 'light' | 'dark'; readonly offline?: boolean }): Promise<Page>
  /** Stops the server as an update of it would, and starts it again at the same address. */
  restartServer(whileAway: () => Promise<void>): Promise<void>
  /** Does something after which the server reads by itself, and resolves when that read has ended. */
  untilRead(act: () => Promise<void>): Promise<void>
  person(user: string): Person
  /** A new account that a file feeds, of rows as `2026-09-01,RENT,-900.00`; its id. */
  imported(fileName: string, rows: readonly string[]): Promise<string>
  close(): Promise<void>
}

/** `institutionsFile`: a file with further banks. */
export async function openWorld({ institutionsFile }: { readonly institutionsFile?: string } = {}): Promise<World> {
  const config = readConfig({ RELINK_HOME: join(import.meta.dirname, 'unused') }, process.platform)
  if (!config.ok) throw new Error(config.failure.message)
  const opened = await openSandbox(config.value, { seed: 7, startsAt: NOON, historyDays: 60, tell: () => undefined, database: await openMadeStore(), alerts: { privateHosts: [{ host: '127.0.0.1', cidr: '127.0.0.1/32', plainHttp: true }], caPem: null }, ...(institutionsFile === undefined ? {} : { institutionsFile }) })
  if (!opened.ok) throw new Error(opened.failure.message)
  const sandbox = opened.value
  const { instance } = sandbox.opened
  let server = await started(sandbox, await freePort())
  const connectionId = await connectAna(sandbox, () => undefined)
  const browser = await openBrowser()
  const complaints: string[] = []
  const newContext = (more: BrowserContextOptions): Promise<BrowserContext> => browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light', locale: 'en-US', timezoneId: 'UTC', serviceWorkers: 'block', ...more })
  const page = await signedIn(await newContext({}), await server.demoLink(), complaints)
  const storageState = await page.context().storageState()
  const openPage: World['openPage'] = async ({ width = 1280, scheme = 'light', offline = false } = {}) => {
    const look = { viewport: { width, height: 900 }, colorScheme: scheme }
    return offline ? signedIn(await newContext({ ...look, serviceWorkers: 'allow' }), await server.demoLink(), complaints) : watched(await newContext({ ...look, storageState }), complaints)
  }
  return {
    sandbox, browser, connectionId, complaints, openPage, page,
    url: (path) => `${server.pageUrl}${path.slice(1)}`,
    async restartServer(whileAway) {
      const { port } = new URL(server.url)
      await server.close()
      await whileAway()
      server = await started(sandbox, Number(port))
    },
    async untilRead(act) {
      const read = Promise.withResolvers<void>()
      const stop = instance.events.subscribe(({ kind, id }) => kind === 'connection' && id === connectionId && read.resolve())
      await act()
      await read.promise
      stop()
    },
    person(user) {
      const customer = CUSTOMERS.find((candidate) => candidate.user === user)
      if (customer === undefined) throw new Error(`the bank has no customer ${user}`)
      return createPerson({ user, password: customer.password, send: sendOverHttp(sandbox.listening.officeUrl) })
    },
    async imported(fileName, rows) {
      const { store, verbs } = sandbox.opened.instance
      await verbs.importFile({ fileName, open: async function* () { yield Buffer.from(['Date,Description,Amount', ...rows, ''].join('\n')) }, accountId: 'new', onProgress: null })
      return (await store.accounts.list()).at(-1)!.id
    },
    async close() {
      await browser.close()
      await server.close()
      await sandbox.close()
    },
  }
}

async function started(sandbox: Sandbox, port: number): Promise<ListeningServer> {
  const listening = await listen({ instance: sandbox.opened.instance, home: sandbox.home, host: '127.0.0.1', port, pageDirectory: PAGE })
  if (!listening.ok) throw new Error(listening.failure.message)
  return listening.value
}

/** A page whose complaints are collected. */
export async function watched(context: BrowserContext, complaints: string[]): Promise<Page> {
  context.setDefaultTimeout(PATIENCE_MS)
  await context.addInitScript("addEventListener('securitypolicyviolation', (event) => console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`))")
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // The browser itself notes every answer that is not a success; the page shows those that matter.
    if (message.text() === 'Service Worker registration blocked by Playwright') return
    const isAnswer = message.text().startsWith('Failed to load resource') && message.location().url.includes('/api/')
    if (['error', 'warning'].includes(message.type()) && !isAnswer) complaints.push(message.text())
  })
  return page
}

async function signedIn(context: BrowserContext, signInUrl: string, complaints: string[]): Promise<Page> {
  const page = await watched(context, complaints)
  await page.goto(signInUrl)
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
  return page
}
