/**
 * The audit log: each line is sealed with an HMAC over the line before and itself, under a key that is not
 * in the database, so that nobody who only has the database can change or take out a line unseen. What was
 * cut off at the end shows when the head is known from elsewhere. Whoever has the master key can forge.
 */
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { AuditCodes, AuditEntry, AuditHead, AuditRecord, Seal } from '../domain/audit.ts'
import type { AuditStore } from '../ports/access.ts'
import type { Clock } from '../ports/clock.ts'
import { currentActor } from '../acting/acting.ts'

export type Audit = {
  /** The line of an act that a store stores together with the act. */
  seal(entry: AuditEntry): Seal
  /** The line of an act that is stored elsewhere already. */
  record(entry: AuditEntry): Promise<void>
  /** `first bad` is the lowest number that does not fit. `head`: one that was noted elsewhere and must still be there. */
  verify(head: { readonly seq: number; readonly hash: string } | null): Promise<Verdict>
}

export type Verdict = { readonly lines: number; readonly head: { readonly seq: number; readonly hash: string } | null; readonly firstBad: number | null }

const START = new Uint8Array(32)
const PAGE = 1_000

export type AuditParts = { readonly store: AuditStore; readonly key: KeyObject; readonly clock: Clock }

export function createAudit({ store, key, clock }: AuditParts): Audit {
  const hashOf = (record: Omit<AuditRecord, 'hash'>): Uint8Array => Uint8Array.from(createHmac('sha256', key).update(record.prev).update(canonical(record)).digest())
  const seal = (entry: AuditEntry): Seal => {
    const plain = { actor: printable(entry.actor), action: entry.action, object: printable(entry.object), codes: plainCodes(entry.codes) }
    return (head) => {
      const record = { ...plain, seq: (head?.seq ?? 0) + 1, at: clock.now(), prev: head?.hash ?? START }
      return { ...record, hash: hashOf(record) }
    }
  }
  return {
    seal,
    record: (entry) => store.append(seal(entry)),
    async verify(noted) {
      // Read before the lines: what is added meanwhile is behind it.
      const stored = await store.head()
      let [before, firstBad]: [AuditHead | null, number | null] = [null, null]
      for (;;) {
        const lines = await store.following(before?.seq ?? 0, PAGE)
        for (const line of lines) {
          const isNext: boolean = line.seq === (before?.seq ?? 0) + 1 && same(line.prev, before?.hash ?? START) && same(line.hash, hashOf(line))
          if (!isNext && firstBad === null) firstBad = line.seq
          if (firstBad === null && noted?.seq === line.seq && noted.hash !== hex(line.hash)) firstBad = line.seq
          if (firstBad === null && stored?.seq === line.seq && !same(stored.hash, line.hash)) firstBad = line.seq
          before = { seq: line.seq, hash: line.hash }
        }
        if (lines.length < PAGE) break
      }
      const lastSeq = before?.seq ?? 0
      // The head is kept beside the lines, so that lines taken from the end show too.
      if (firstBad === null && (stored?.seq ?? 0) > lastSeq) firstBad = lastSeq + 1
      if (firstBad === null && noted !== null && noted.seq > lastSeq) firstBad = lastSeq + 1
      return { lines: lastSeq, head: before === null ? null : { seq: before.seq, hash: hex(before.hash) }, firstBad }
    },
  }
}

/** RFC 8785 for what a line holds: texts, whole numbers, truth values and null, keys in their order. */
function canonical({ seq, at, actor, action, object, codes }: Omit<AuditRecord, 'hash'>): string {
  const sorted = Object.fromEntries(Object.entries(codes).sort(([a], [b]) => (a < b ? -1 : 1)))
  return JSON.stringify({ action, actor, at, codes: sorted, object, seq })
}

/** What a database may not keep as it is, or a terminal would act on, is not in a line. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '').slice(0, 200)
}

function plainCodes(codes: AuditCodes): AuditCodes {
  return Object.fromEntries(Object.entries(codes).map(([name, value]) => [name, typeof value === 'string' ? printable(value) : value]))
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Written before the first byte goes out: who took rows away with them is known, also where they stopped half-way. `accountId` null: of all accounts. */
export function tellExport({ audit }: { readonly audit: Audit }, accountId: string | null, { format, from, to }: { readonly format: string; readonly from?: string | undefined; readonly to?: string | undefined }): Promise<void> {
  return audit.record({ actor: currentActor(), action: accountId === null ? 'accounts.exported' : 'account.exported', object: accountId ?? '', codes: { format, from: from ?? null, to: to ?? null } })
}
