/**
 * The record of a run's exchanges, for the support bundle and for replay: what was asked, what came
 * back, how long it took. A record is made and redacted when it is first read, and nothing reads what
 * is behind it. Bounded: a bank that answers a thousand times, or at length, cannot fill the memory.
 */
import type { FailureCode, Stage } from '../domain/evidence.ts'
import type { AttemptEnd } from '../ports/transport.ts'

export type ExchangeRecord = {
  readonly purpose: string
  readonly stage: Stage
  /** Epoch ms. */
  readonly startedAt: number
  readonly elapsedMs: number
  readonly method: 'GET' | 'POST'
  /** Without values of its query. */
  readonly url: string
  readonly finalUrl: string | null
  /** The names of the secret fields that were lent. */
  readonly secrets: readonly string[]
  /** The body that was sent, with markers for secrets, redacted. */
  readonly request: string | null
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly answerBytes: number
  readonly answer: string | null
  /** How the attempts ledger was closed; null without secrets. */
  readonly verdict: AttemptEnd | null
  readonly failure: FailureCode | null
}

export type Recorder = {
  /** `make` is called once at most, when the records are read. */
  add(make: () => ExchangeRecord): void
  records(): readonly ExchangeRecord[]
}

/** Longest redacted text kept of one request or answer, in characters. */
export const MAX_RECORDED_TEXT = 16_384
const MAX_RECORDS = 200

/** Keeps the first and the newest exchanges of a run: how it began and how it ended. */
export function createRecorder(): Recorder {
  const kept: { readonly make: () => ExchangeRecord; made?: ExchangeRecord }[] = []
  return {
    add: (make) => {
      if (kept.length === MAX_RECORDS) kept.splice(MAX_RECORDS / 2, 1)
      kept.push({ make })
    },
    records: () => kept.map((one) => (one.made ??= one.make())),
  }
}
