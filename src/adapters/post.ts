/**
 * One guarded POST of a small text to an address that the owner entered: public addresses only, but where
 * the operator's network file permits others; no redirect is followed, and what answers is not kept.
 */
import { portOf } from '../connector-kit/origin.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { SendFailure } from '../ports/alerts.ts'
import { createAddressGuard, type PrivateHost } from './address-guard.ts'
import type { Resolve } from './dial.ts'
import { createHttpWire, type WireLimits } from './http-wire.ts'

/** What the operator permits beyond the public internet. */
export type WayOut = { readonly privateHosts: readonly PrivateHost[]; readonly caPem: string | null; readonly resolve?: Resolve }

export const POST_LIMITS: WireLimits = { answerBytes: 64_000, headerBytes: 16_384, connectMs: 10_000, idleMs: 15_000, totalMs: 30_000 }

/** Refusals that another try with the same key does not turn. */
const REFUSED: readonly number[] = [401, 403]
/** The address is gone for good, or takes no such message. */
const NEVER: readonly number[] = [410, 413]

export async function post(address: string, headers: Readonly<Record<string, string>>, body: string, { privateHosts, caPem, resolve }: WayOut): Promise<Result<null, SendFailure>> {
  const url = new URL(address)
  const wire = createHttpWire({ guard: createAddressGuard({ ports: [portOf(url)], privateHosts }), caPem, limits: POST_LIMITS, ...(resolve === undefined ? {} : { resolve }) })
  const bytes = Buffer.from(body, 'utf8')
  const result = await wire.send({ method: 'POST', url, headers: [['content-length', String(bytes.length)], ['user-agent', 'Relink'], ...Object.entries(headers)], body: bytes })
  if (result.kind === 'failed') {
    const forbidden = result.failure.code === 'address_forbidden'
    return failed({ message: forbidden ? result.failure.message : sentence(url.host, result.failure.evidence[0]?.networkError ?? 'no answer'), again: forbidden ? 'stop' : 'later' })
  }
  const { status } = result.answer
  if (status >= 200 && status < 300) return ok(null)
  if (status >= 300 && status < 400) return failed({ message: `${url.host} answered with a redirect (HTTP ${status}), which is not followed. Enter the final address.`, again: 'later' })
  return failed({ message: `${url.host} answered with HTTP ${status}.`, again: REFUSED.includes(status) ? 'stop' : NEVER.includes(status) ? 'never' : 'later' })
}

/** Why nothing came back, in words where the code is known. */
export function sentence(host: string, code: string): string {
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: 'its name was not found', EAI_AGAIN: 'its name could not be looked up', ECONNREFUSED: 'it accepts no connection', ETIMEDOUT: 'it did not answer in time', ECONNRESET: 'it ended the connection',
    CERT_HAS_EXPIRED: 'its certificate has expired', DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by an authority that this host knows', SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by an authority that this host knows',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by an authority that this host knows', ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  }
  return `${host} could not be reached: ${words[code] ?? 'the connection failed'} (${code}).`
}
