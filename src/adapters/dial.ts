/**
 * Opens a guarded connection: looks the name up, refuses all when one address is bad, connects only
 * to what was checked, and finishes TLS. Promises to say how far it got, in the words of the
 * operating system or the TLS library. No byte of a request is sent here.
 */
import { X509Certificate } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, getCACertificates, type SecureContext, type TLSSocket } from 'node:tls'
import { failed, ok, type Result } from '../domain/result.ts'
import { portOf } from '../connector-kit/origin.ts'
import { hostOf, type AddressGuard } from './address-guard.ts'

export type DialPhase = 'guard' | 'resolve' | 'connect' | 'tls'

/** `certificateNames`: of the certificate that was refused, where one was seen. `authorityEnded`: of the certificates that the operator trusts for this address none holds any more. */
export type DialFailure = { readonly phase: DialPhase; readonly code: string; readonly message: string; readonly certificateNames?: readonly string[]; readonly authorityEnded?: true }

export type Dialled = { readonly socket: Socket | TLSSocket; readonly certificateExpiresAt: number | null }

export type Resolve = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

export type DialOptions = {
  readonly guard: AddressGuard
  /** A certificate authority of this institution, PEM, beside the usual ones; null: none. There is no switch to skip the check. */
  readonly caPem: string | null
  readonly timeoutMs: number
  readonly resolve: Resolve
}

/** The host's own resolver. */
export const hostResolve: Resolve = async (host) => await lookup(host, { all: true, verbatim: true })

/** Connects to the host and port of `url`, with TLS for https. */
export async function dial(url: URL, options: DialOptions): Promise<Result<Dialled, DialFailure>> {
  const until = performance.now() + options.timeoutMs
  const refusal = options.guard.urlRefusal(url)
  if (refusal !== null) return refused('guard', 'EACCES', refusal)
  const addresses = await resolveChecked(hostOf(url), options)
  if (!addresses.ok) return addresses
  const tcp = await openSocket(url, addresses.value, options, until)
  if (!tcp.ok || url.protocol !== 'https:') return tcp.ok ? ok({ socket: tcp.value, certificateExpiresAt: null }) : tcp
  return await secure(tcp.value, url, options, until)
}

/** A connection without TLS yet, for protocols that begin it later; guarded as `dial` is. */
export async function dialOpen(url: URL, options: DialOptions): Promise<Result<Socket, DialFailure>> {
  const until = performance.now() + options.timeoutMs
  const refusal = options.guard.urlRefusal(url)
  if (refusal !== null) return refused('guard', 'EACCES', refusal)
  const addresses = await resolveChecked(hostOf(url), options)
  return addresses.ok ? openSocket(url, addresses.value, options, until) : addresses
}

/** What a certificate is checked against that is asked for later. */
export function trustFor(caPem: string | null): { readonly minVersion: typeof LEAST_TLS; readonly secureContext?: SecureContext } {
  return { minVersion: LEAST_TLS, ...(caPem === null ? {} : { secureContext: trusting(caPem) }) }
}

type Address = { readonly address: string; readonly family: number }

async function resolveChecked(host: string, options: DialOptions): Promise<Result<readonly Address[], DialFailure>> {
  let addresses: readonly Address[]
  try {
    addresses = isIP(host) !== 0 ? [{ address: host, family: isIP(host) }] : await Promise.race([options.resolve(host), aborted(AbortSignal.timeout(options.timeoutMs))])
  } catch (error) {
    return refused('resolve', codeOf(error), `the name ${host} was not resolved`)
  }
  if (addresses.length === 0) return refused('resolve', 'ENOTFOUND', `the name ${host} has no address`)
  for (const { address } of addresses) {
    const refusal = options.guard.addressRefusal(host, address)
    if (refusal !== null) return refused('guard', 'EACCES', refusal)
  }
  return ok(addresses)
}

async function openSocket(url: URL, addresses: readonly Address[], options: DialOptions, until: number): Promise<Result<Socket, DialFailure>> {
  // The lookup gives only what was checked: a second answer of the name server has no chance.
  const socket = connect({ host: hostOf(url), port: portOf(url), noDelay: true, autoSelectFamily: true, lookup: (_host, _options, give) => give(null, addresses.map((one) => ({ ...one }))) })
  const problem = await settled(socket, 'connect', until)
  if (problem !== null) return refused('connect', problem, `no connection to ${url.host}`)
  const peer = socket.remoteAddress
  const refusal = peer === undefined ? null : options.guard.addressRefusal(hostOf(url), peer)
  if (peer !== undefined && refusal === null) return ok(socket)
  socket.on('error', () => {}).destroy()
  // Without a peer it was ended by the other side before it could be asked who it is: a server in trouble, not an address that must not be called.
  return refusal === null ? refused('connect', 'ECONNRESET', `no connection to ${url.host}`) : refused('guard', 'EACCES', refusal)
}

async function secure(socket: Socket, url: URL, options: DialOptions, until: number): Promise<Result<Dialled, DialFailure>> {
  const host = hostOf(url)
  const tls = connectTls({
    socket,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    minVersion: LEAST_TLS,
    ALPNProtocols: ['http/1.1'],
    ...(options.caPem === null ? {} : { secureContext: trusting(options.caPem) }),
  })
  let names: readonly string[] = []
  tls.once('error', (error) => (names = namesOf(error)))
  const problem = await settled(tls, 'secureConnect', until)
  if (problem !== null) {
    const isOurs = problem === 'CERT_HAS_EXPIRED' && options.caPem !== null && haveEnded(options.caPem)
    return failed({ phase: 'tls', code: problem, message: `no secure connection to ${url.host}`, certificateNames: names, ...(isOurs ? { authorityEnded: true as const } : {}) })
  }
  const expires = Date.parse(tls.getPeerCertificate().valid_to ?? '')
  return ok({ socket: tls, certificateExpiresAt: Number.isNaN(expires) ? null : expires })
}

/** The library says of a chain that a certificate in it has ended, and not which; of those on this host it can be looked up. */
function haveEnded(caPem: string): boolean {
  const all = caPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return all.length > 0 && all.every((pem) => new X509Certificate(pem).validToDate.getTime() < Date.now())
}

/** A name that does not fit comes with the certificate that it stands in. */
function namesOf(error: Error & { readonly cert?: { readonly subjectaltname?: string } }): readonly string[] {
  return [...(error.cert?.subjectaltname ?? '').matchAll(/DNS:([^\s,"]+)/g)].map(([, name]) => (name ?? '').toLowerCase())
}

const LEAST_TLS = 'TLSv1.2'
const MOST_CONTEXTS = 32
const contexts = new Map<string, SecureContext>()

/** Reading all authorities of the host takes longer than the whole handshake, so it is done once for each that is added to them. */
function trusting(caPem: string): SecureContext {
  let context = contexts.get(caPem)
  if (context === undefined) {
    if (contexts.size >= MOST_CONTEXTS) contexts.clear()
    contexts.set(caPem, (context = createSecureContext({ minVersion: LEAST_TLS, ca: [...getCACertificates('default'), caPem] })))
  }
  return context
}

/** Null when `event` came; else the code of what came instead, with the socket destroyed. */
async function settled(socket: Socket, event: 'connect' | 'secureConnect', until: number): Promise<string | null> {
  return await new Promise((resolve) => {
    const end = (code: string | null): void => {
      socket.off(event, onEvent).off('error', onError).off('close', onClose)
      clearTimeout(late)
      if (code !== null) socket.on('error', () => {}).destroy()
      resolve(code)
    }
    const onEvent = (): void => end(null)
    const onError = (error: Error): void => end(codeOf(error))
    const onClose = (): void => end('ECONNRESET')
    const late = setTimeout(() => end('ETIMEDOUT'), Math.max(0, until - performance.now()))
    socket.on(event, onEvent).on('error', onError).on('close', onClose)
  })
}

async function aborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }))))
}

function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: readonly unknown[] }
  if (typeof code === 'string') return code
  // Node tries several addresses and then reports all their errors.
  return errors !== undefined && errors.length > 0 ? codeOf(errors[0]) : 'UNKNOWN'
}

function refused(phase: DialPhase, code: string, message: string): { readonly ok: false; readonly failure: DialFailure } {
  return failed({ phase, code, message })
}
