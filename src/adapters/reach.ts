/**
 * A harmless look at an address: how far does a connection get, which certificate is there, what
 * does a GET without any sign-in answer. Under the same guard as every exchange; sends no secret.
 */
import type { Clock } from '../ports/clock.ts'
import type { Reach, ReachReport } from '../ports/transport.ts'
import { createAddressGuard, type AddressPolicy } from './address-guard.ts'
import { dial, hostResolve, type DialPhase, type Resolve } from './dial.ts'
import { sendOver, undici, WIRE_LIMITS, type WireLimits } from './http-wire.ts'

export type ReachOptions = { readonly policy: AddressPolicy; readonly caPem: string | null; readonly clock: Clock; readonly resolve?: Resolve }

/** Somebody may be waiting: what takes longer says as much as no answer. */
const LOOK_LIMITS: WireLimits = { ...WIRE_LIMITS, answerBytes: 2_000_000, connectMs: 5_000, idleMs: 5_000, totalMs: 8_000 }
/** What a page announces stands near its beginning. */
const PAGE_BYTES = 200_000

const REACHED_BEFORE: Readonly<Record<DialPhase, ReachReport['reached']>> = { guard: 'nothing', resolve: 'nothing', connect: 'resolved', tls: 'connected' }

/** The probe of addresses for one institution. */
export function createReach({ policy, caPem, clock, resolve = hostResolve }: ReachOptions): Reach {
  const guard = createAddressGuard(policy)
  return async (address) => {
    const startedAt = clock.now()
    const report = (found: Partial<ReachReport> & Pick<ReachReport, 'reached'>): ReachReport =>
      ({ networkError: null, httpStatus: null, certificateExpiresAt: null, clockSkewSeconds: null, certificateNames: [], page: null, elapsedMs: clock.now() - startedAt, ...found })
    if (!URL.canParse(address)) return report({ reached: 'nothing', networkError: 'ERR_INVALID_URL' })
    const url = new URL(address)
    await undici()
    const dialled = await dial(url, { guard, caPem, timeoutMs: LOOK_LIMITS.connectMs, resolve })
    if (!dialled.ok) return report({ reached: REACHED_BEFORE[dialled.failure.phase], networkError: dialled.failure.code, certificateNames: dialled.failure.certificateNames ?? [], ...(dialled.failure.authorityEnded === true ? { authorityEnded: true as const } : {}) })
    const { certificateExpiresAt } = dialled.value
    const result = await sendOver(dialled.value, { method: 'GET', url, headers: [['Accept', '*/*']], body: null }, LOOK_LIMITS)
    if (result.kind === 'failed') {
      const evidence = result.failure.evidence[0]
      return report({ reached: url.protocol === 'https:' ? 'tls' : 'connected', networkError: evidence.networkError ?? null, httpStatus: evidence.httpStatus ?? null, certificateExpiresAt })
    }
    const date = Date.parse(result.answer.headers['date'] ?? '')
    const clockSkewSeconds = Number.isNaN(date) ? null : Math.round((date - clock.now()) / 1000)
    const page = result.answer.status === 200 ? new TextDecoder().decode(result.answer.body.subarray(0, PAGE_BYTES)) : null
    return report({ reached: 'http', httpStatus: result.answer.status, certificateExpiresAt, clockSkewSeconds, page })
  }
}
