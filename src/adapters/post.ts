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
import { answered, inTheClear, notPublic, unreached } from './send-failure.ts'

/** What the operator permits beyond the public internet. */
export type WayOut = { readonly privateHosts: readonly PrivateHost[]; readonly caPem: string | null; readonly resolve?: Resolve }

const POST_LIMITS: WireLimits = { answerBytes: 64_000, headerBytes: 16_384, connectMs: 10_000, idleMs: 15_000, totalMs: 30_000 }

/** Refusals that another try with the same key does not turn. */
const REFUSED: readonly number[] = [401, 403]
/** The address is gone for good, or takes no such message. */
const NEVER: readonly number[] = [410, 413]

/** Why nothing is sent to an address as it was entered; null: nothing is wrong. What a name leads to shows when it is called. */
export function postRefusal(url: URL, { privateHosts }: Pick<WayOut, 'privateHosts'>): string | null {
  if (createAddressGuard({ ports: [portOf(url)], privateHosts }).urlRefusal(url) === null) return null
  return url.protocol === 'http:' ? inTheClear('post', url.host) : notPublic(url.host)
}

export async function post(address: string, headers: Readonly<Record<string, string>>, body: string, { privateHosts, caPem, resolve }: WayOut): Promise<Result<null, SendFailure>> {
  const url = new URL(address)
  const refusal = postRefusal(url, { privateHosts })
  if (refusal !== null) return failed({ message: refusal, again: 'stop' })
  const wire = createHttpWire({ guard: createAddressGuard({ ports: [portOf(url)], privateHosts }), caPem, limits: POST_LIMITS, ...(resolve === undefined ? {} : { resolve }) })
  const bytes = Buffer.from(body, 'utf8')
  const result = await wire.send({ method: 'POST', url, headers: [['content-length', String(bytes.length)], ['user-agent', 'Relink'], ...Object.entries(headers)], body: bytes })
  if (result.kind === 'failed') {
    const { code, evidence: [first] } = result.failure
    return code === 'address_forbidden' ? failed({ message: notPublic(url.host), again: 'stop' }) : failed({ message: unreached('post', url.host, first?.networkError ?? 'no answer'), again: 'later' })
  }
  const { status } = result.answer
  if (status >= 200 && status < 300) return ok(null)
  return failed({ message: answered(url.host, status), again: REFUSED.includes(status) ? 'stop' : NEVER.includes(status) ? 'never' : 'later' })
}
