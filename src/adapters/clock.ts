/** The host's clock and timers: the only place where the server reads the time. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../ports/clock.ts'

export const hostClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error
    }
  },
}
