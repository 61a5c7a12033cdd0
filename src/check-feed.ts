/** A health feed judged by this host's clock. Opens no database and sends nothing. */
import type { KeyObject } from 'node:crypto'
import { hostClock } from './adapters/clock.ts'
import { verifyFeed } from './diagnose/health-feed.ts'

export function checkFeed(bytes: Uint8Array, keys: readonly KeyObject[]): ReturnType<typeof verifyFeed> {
  return verifyFeed(bytes, keys, hostClock.now())
}
