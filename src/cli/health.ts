/** `relink health`: signals of bank health for other instances, written and signed, or checked. Sends nothing anywhere. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { open, readFile, writeFile } from 'node:fs/promises'
import { checkFeed } from '../check-feed.ts'
import { FRESH_MS } from '../diagnose/bank-health.ts'
import { feedKeyId, MOST_BYTES, signFeed } from '../diagnose/health-feed.ts'
import { healthSignals } from '../diagnose/health-signals.ts'
import { fileFault } from '../domain/file-fault.ts'
import { CommandError, type Output } from './output.ts'
import { withInstance } from './with-instance.ts'

export type ExportOptions = { readonly key: string; readonly output: string }

export async function exportFeed(output: Output, options: ExportOptions): Promise<void> {
  await withInstance(output, async ({ store, clock }) => {
    const now = clock.now()
    const key = await privateKey(options.key)
    await writePublic(key, `${options.key}.pub`)
    const [latest, incidents] = await Promise.all([store.runs.latestByConnection(now - FRESH_MS), store.incidents.list({ open: true, limit: 1_000 })])
    const signals = healthSignals(latest, incidents, now)
    await writeFile(options.output, signFeed(signals, key, now)).catch((error: NodeJS.ErrnoException) => {
      throw new CommandError(`${options.output} cannot be written (${error.code ?? 'unknown'}).`)
    })
    output.data({ file: options.output, key: feedKeyId(key), signals: signals.length })
    output.say(`${signals.length === 1 ? '1 signal is' : `${signals.length} signals are`} in ${options.output}, signed by the key ${feedKeyId(key)}. Who checks it needs ${options.key}.pub.`)
    output.say('It names the banks that are connected here. It was sent to nobody.')
  })
}

async function privateKey(path: string): Promise<KeyObject> {
  const stored = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new CommandError(`The key ${path} cannot be read: ${fileFault(error)}.`)
  })
  if (stored !== null) {
    try {
      const key = createPrivateKey(stored)
      if (key.asymmetricKeyType === 'ed25519') return key
    } catch {
      // Said below, without what the file holds.
    }
    throw new CommandError(`${path} holds no private Ed25519 key (PEM, PKCS #8).`)
  }
  const made = generateKeyPairSync('ed25519')
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`The key ${path} cannot be made (${error.code ?? 'unknown'}).`)
  })
  await file.writeFile(made.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await file.close()
  return made.privateKey
}

/** The public half, for those who check; a file that is there is left as it is, unless it is another key's. */
async function writePublic(key: KeyObject, path: string): Promise<void> {
  const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
  const there = await readFile(path, 'utf8').catch(() => null)
  if (there !== null && there.trim() === pem.trim()) return
  if (there !== null) throw new CommandError(`${path} is not the public half of this key. Move it away.`)
  await writeFile(path, pem, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${path} cannot be written (${error.code ?? 'unknown'}).`)
  })
}

export async function verifyFile(output: Output, path: string, trusted: readonly string[]): Promise<void> {
  const keys = await Promise.all(trusted.map(publicKey))
  const checked = checkFeed(await readSome(path), keys)
  if (!checked.ok) {
    output.data({ ok: false, ...checked.failure })
    throw new CommandError(checked.failure.message)
  }
  const { issuedAt, key, signals } = checked.value
  output.data({ ok: true, issuedAt, key, signals })
  output.say(`Signed by ${key} at ${issuedAt}; ${signals.length === 1 ? '1 signal' : `${signals.length} signals`}.`)
  output.table(['bank', 'route', 'from', 'to', 'connections', 'failing', 'state'], signals.map((one) => [one.institution, one.route, one.from, one.to, one.connections, one.failing, one.state]))
}

async function publicKey(path: string): Promise<KeyObject> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CommandError(`The key ${path} cannot be read: ${fileFault(error)}.`)
  })
  try {
    const key = createPublicKey(text)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // Said below.
  }
  throw new CommandError(`${path} holds no public Ed25519 key (PEM).`)
}

/** One byte more than is allowed tells that it is too large, however large it is. */
async function readSome(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${path} cannot be read: ${fileFault(error)}.`)
  })
  try {
    const buffer = new Uint8Array(MOST_BYTES + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length)
      length += bytesRead
      if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length)
    }
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${fileFault(error)}.`)
  } finally {
    await file.close()
  }
}
