/** Consumers of one tenant in memory; see `ConsumerStore`. */
import type { Consumer } from '../../domain/consumer.ts'
import { minDay } from '../../domain/day.ts'
import type { ConsumerStore } from '../../ports/store.ts'
import { by } from './order.ts'
import { insert, patch } from './rows.ts'
import type { TenantState } from './state.ts'

export function memoryConsumers({ consumers, reads, accounts }: TenantState): ConsumerStore {
  return {
    async create(consumer) {
      insert(consumers, consumer)
    },
    async get(id) {
      return consumers.get(id) ?? null
    },
    async list() {
      return [...consumers.values()].sort(by((c) => c.createdAt, (c) => c.id))
    },
    async claim(id, accessDigest, at) {
      const consumer = consumers.get(id)
      if (consumer === undefined || consumer.revokedAt !== null || consumer.firstUsedAt !== null || consumer.setupExpiresAt <= at) return null
      const claims = consumer.claims + 1
      patch(consumers, id, { accessDigest, claimedAt: at, claims })
      return claims
    },
    async use(id, accessDigest, at) {
      const consumer = consumers.get(id)
      if (consumer === undefined || consumer.revokedAt !== null || !holds(consumer, accessDigest)) return false
      patch(consumers, id, { firstUsedAt: consumer.firstUsedAt ?? at, lastUsedAt: at })
      return true
    },
    async revoke(id, at) {
      patch(consumers, id, { revokedAt: consumers.get(id)?.revokedAt ?? at })
    },
    async reads(id) {
      return [...(reads.get(id)?.values() ?? [])].sort(by((r) => r.accountId))
    },
    async recordRead(id, read) {
      if (!consumers.has(id) || !accounts.has(read.accountId)) throw new Error('a read by a consumer or of an account that does not exist')
      const own = reads.get(id) ?? new Map()
      const known = own.get(read.accountId)
      own.set(read.accountId, known === undefined ? read : { ...known, from: minDay(known.from, read.from) })
      reads.set(id, own)
    },
  }
}

function holds({ accessDigest }: Consumer, digest: Uint8Array): boolean {
  return accessDigest !== null && accessDigest.length === digest.length && accessDigest.every((byte, index) => byte === digest[index])
}
