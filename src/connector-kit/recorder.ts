/**
 * The record of a run's exchanges, for the support bundle and for replay: what was asked, what came
 * back, how long it took. A record is made and redacted when it is first read, and nothing reads what
 * is behind it. Bounded: a bank that answers a thousand times, or at length, cannot fill the memory.
 */
import type { ExchangeRecord } from '../ports/transport.ts'

export type Recorder = {
  /** `make` is called once at most, when the records are read. */
  add(make: () => ExchangeRecord): void
  /** At most `most` of them, by default all that are kept: the first and the newest. */
  records(most?: number): readonly ExchangeRecord[]
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
    records: (most = MAX_RECORDS) => {
      const first = Math.min(kept.length, Math.ceil(most / 3))
      const ends = [...kept.slice(0, first), ...kept.slice(Math.max(first, kept.length - (most - first)))]
      return ends.map((one) => (one.made ??= one.make()))
    },
  }
}
