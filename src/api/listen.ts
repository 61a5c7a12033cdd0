/** Binds the server and makes or reads its token; an adapter between the process and `createServer`. */
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { createServer as createNetServer } from 'node:net'
import { join } from 'node:path'
import { newToken } from '../access/token.ts'
import type { Config } from '../config.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Instance } from '../instance.ts'
import type { Entropy } from '../ports/entropy.ts'
import { createOnce } from '../vault/own-file.ts'
import { demoOwner } from './demo-owner.ts'
import { createDoor } from './door.ts'
import { createServer } from './server.ts'

export type ListeningServer = {
  /** `http://127.0.0.1:7351/`, where it listens; with a configured origin it answers to that name only. */
  readonly url: string
  /** Where people open the page: the configured origin, else `http://localhost:7351/`, the one loopback name for which browsers make passkeys. */
  readonly pageUrl: string
  /** The link by which the first owner is set up; null: there is one. Its fragment is never sent by browsers. */
  readonly setupUrl: string | null
  readonly tokenFile: string
  /** Only in the demo: a link that signs in as its owner, once. */
  demoLink(): Promise<string>
  close(): Promise<void>
}

export type ListenOptions = Pick<Config, 'home' | 'host' | 'port'> & Partial<Pick<Config, 'origin' | 'trustedProxies'>> & {
  readonly instance: Instance
  readonly pageDirectory: string | null
  /** Where the port can be chosen; default: the variable RELINK_PORT. */
  readonly portSetting?: string | undefined
  /** Told the next link when one of the demo's was used: each is good once, and there may be another browser. */
  readonly onDemoLinkUsed?: (next: string) => void
}

/** Listens; fails with a sentence when the port is taken. */
export async function listen({ instance, home, host, port, origin = null, trustedProxies = [], pageDirectory, portSetting, onDemoLinkUsed = () => {} }: ListenOptions): Promise<Result<ListeningServer, { readonly message: string }>> {
  const tokenFile = tokenFileOf(home)
  const token = await makeToken(tokenFile, instance.entropy)
  const setupToken = await openSetup(home, instance)
  const door = createDoor(instance.entropy, setupToken, () => rm(setupFileOf(home), { force: true }))
  let origins: ReadonlySet<string> = new Set()
  const server = await createServer({ instance, token, door, trustedProxies, pageDirectory, origins: () => origins })
  try {
    await server.listen({ host, port })
  } catch (error) {
    await server.close()
    return failed({ message: whyNot(error as NodeJS.ErrnoException, { host, port, portSetting }) })
  }
  const bound = server.addresses().find((address) => typeof address === 'object')?.port ?? port
  // Where the operator named an origin, it is the only one: a name more is a way more.
  origins = new Set(origin === null ? ['127.0.0.1', 'localhost', '[::1]'].map((name) => `http://${name}:${bound}`) : [origin])
  const pageOrigin = origin ?? `http://localhost:${bound}`
  const pageUrl = `${pageOrigin}/`
  instance.alerting.servedAt(pageOrigin)
  const demoLink = async (): Promise<string> => {
    const link = (userId: string): string => `${pageUrl}#link=${door.newLink(userId, () => onDemoLinkUsed(link(userId)))}`
    return link(await demoOwner(instance))
  }
  return ok({
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/`, pageUrl, tokenFile,
    setupUrl: setupToken === null ? null : `${pageUrl}#setup=${setupToken}`,
    demoLink,
    close: () => server.close(),
  })
}

type Place = Pick<Config, 'host' | 'port'> & Pick<ListenOptions, 'portSetting'>

/** Whether `listen` could listen there, found out before anything is opened for it: a database and a bank take seconds. Port 0 is always free. */
export async function portIsFree({ host, port, portSetting }: Place): Promise<Result<null, { readonly message: string }>> {
  const probe = createNetServer()
  try {
    await once(probe.listen({ host, port }), 'listening')
  } catch (error) {
    return failed({ message: whyNot(error as NodeJS.ErrnoException, { host, port, portSetting }) })
  }
  probe.close()
  await once(probe, 'close')
  return ok(null)
}

function whyNot(error: NodeJS.ErrnoException, { host, port, portSetting = 'RELINK_PORT' }: Place): string {
  const { code } = error
  if (code === 'EADDRINUSE') return `Port ${port} is in use; is Relink running already? Choose another with ${portSetting}.`
  if (code === 'EACCES') return `Port ${port} may not be used by this user; choose one above 1023 with ${portSetting}.`
  return `Cannot listen on ${host}:${port}: ${code ?? String(error)}.`
}

/** Where the token is kept: 0600, beside the master key. */
export function tokenFileOf(home: string): string {
  return join(home, 'keys', 'access.token')
}

/** Where the token of the set-up is kept until there is an owner. */
export function setupFileOf(home: string): string {
  return join(home, 'keys', 'setup.token')
}

async function openSetup(home: string, { store, entropy }: Instance): Promise<string | null> {
  const file = setupFileOf(home)
  if ((await store.access.members()).length > 0) {
    // Left by a process that was killed, or by a server of the same database where somebody else was set up: the next set-up, after everything was deleted, has one of its own.
    await rm(file, { force: true })
    return null
  }
  await createOnce(file, newToken(entropy), entropy)
  return (await readFile(file, 'utf8')).trim()
}

/** Made at the first start; the same over restarts, so that open pages stay signed in. */
async function makeToken(tokenFile: string, entropy: Entropy): Promise<string> {
  await createOnce(tokenFile, Buffer.from(entropy.bytes(32)).toString('base64url'), entropy)
  return (await readFile(tokenFile, 'utf8')).trim()
}
