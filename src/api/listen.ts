/** Binds the server and makes or reads its token; an adapter between the process and `createServer`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Instance } from '../instance.ts'
import type { Entropy } from '../ports/entropy.ts'
import { createOnce } from '../vault/own-file.ts'
import { createServer } from './server.ts'

export type ListeningServer = {
  /** `http://127.0.0.1:7351/` */
  readonly url: string
  /** The same with the token in its fragment, which browsers never send. */
  readonly signInUrl: string
  readonly tokenFile: string
  close(): Promise<void>
}

export type ListenOptions = { readonly instance: Instance; readonly home: string; readonly host: string; readonly port: number; readonly pageDirectory: string | null }

/** Listens; fails with a sentence when the port is taken. */
export async function listen({ instance, home, host, port, pageDirectory }: ListenOptions): Promise<Result<ListeningServer, { readonly message: string }>> {
  const tokenFile = tokenFileOf(home)
  const token = await makeToken(tokenFile, instance.entropy)
  let hosts: ReadonlySet<string> = new Set()
  const server = await createServer({ instance, token, pageDirectory, hosts: () => hosts })
  try {
    await server.listen({ host, port })
  } catch (error) {
    await server.close()
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'EADDRINUSE' ? `Port ${port} is in use; is Relink running already? Choose another with RELINK_PORT.` : code === 'EACCES' ? `Port ${port} may not be used by this user; choose one above 1023 with RELINK_PORT.` : `Cannot listen on ${host}:${port}: ${code ?? String(error)}.`
    return failed({ message: reason })
  }
  const bound = server.addresses().find((address) => typeof address === 'object')?.port ?? port
  const shown = host.includes(':') ? `[${host}]` : host
  hosts = new Set([`127.0.0.1:${bound}`, `localhost:${bound}`, `[::1]:${bound}`])
  const url = `http://${shown}:${bound}/`
  return ok({ url, signInUrl: `${url}#token=${token}`, tokenFile, close: () => server.close() })
}

/** Where the token is kept: 0600, beside the master key. */
export function tokenFileOf(home: string): string {
  return join(home, 'keys', 'access.token')
}

/** Made at the first start; the same over restarts, so that open pages stay signed in. */
async function makeToken(tokenFile: string, entropy: Entropy): Promise<string> {
  await createOnce(tokenFile, Buffer.from(entropy.bytes(32)).toString('base64url'), entropy)
  return (await readFile(tokenFile, 'utf8')).trim()
}
