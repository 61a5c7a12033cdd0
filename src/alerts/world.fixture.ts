/** A tenant in memory with destinations, a clock that the test sets and a courier that writes down what it was given. */
import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { createAudit } from '../access/audit.ts'
import type { Destination } from '../domain/alert.ts'
import type { CauseCode } from '../domain/cause.ts'
import type { Connection } from '../domain/connection.ts'
import { ok, type Result } from '../domain/result.ts'
import type { Letter, SendFailure } from '../ports/alerts.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { aConnection, aProblem } from '../store/fixtures.ts'
import { addDestination, type DestinationParts, type Entered } from './destinations.ts'
import { tellRound, type TellDeps } from './tell.ts'

export const NOON = Date.UTC(2026, 9, 14, 12)
export const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]
export const ENTERED: Entered = { label: 'Phone', place: { kind: 'ntfy', server: 'https://ntfy.example', topic: 'feeds' }, topics: ['needs_you', 'question', 'outage', 'mended', 'warning', 'balance'], quiet: null, timeZone: 'Europe/Berlin', language: 'en', amounts: false }

export async function world() {
  const store = createMemoryStore().tenant('t')
  let [at, ids] = [NOON, 0]
  const sent: { readonly to: string; readonly letter: Letter }[] = []
  const sealed = new Map<string, Readonly<Record<string, string>>>()
  let answer: () => Result<null, SendFailure> = () => ok(null)
  const clock = { now: () => at, sleep: async () => {} }
  const entropy = { bytes: (length: number) => new Uint8Array(length).fill(7), fraction: () => 0.5, id: () => `01a00000-0000-7000-8000-${String(++ids).padStart(12, '0')}` }
  const drawer = {
    seal: async (id: string, values: Readonly<Record<string, string>>, audience: readonly string[]) => { sealed.set(`${id} ${audience}`, values); return ok(null) },
    open: async (id: string, audience: readonly string[]) => ok(sealed.get(`${id} ${audience}`) ?? null),
    destroy: async (id: string) => { for (const key of sealed.keys()) if (key.startsWith(id)) sealed.delete(key) },
  }
  const deps: TellDeps = {
    store, clock, entropy, drawer, log: { info() {}, warn() {}, error() {} }, page: 'https://books.example', bankName: () => 'Riverbank', questionPath: (id) => `/c/${id}.signed`,
    courier: async ({ label }, secrets, letter) => {
      assert.ok(secrets['topic'] !== undefined)
      sent.push({ to: label, letter })
      return answer()
    },
    cardOf: async (id, language) => {
      const cause = (await store.problems.get(id))?.diagnosis.causes[0]?.cause ?? 'unknown'
      return { cause, what: [`Riverbank: ${cause}${language === 'en' ? '' : ` (${language})`}`], relink: ['tries ', { kind: 'instant', at: '2026-10-14T14:30:00Z' }], next: [`Mend ${cause}`] }
    },
  }
  const parts: DestinationParts = { store, clock, entropy, drawer, refusal: () => null, audit: createAudit({ store: store.audit, key: createSecretKey(new Uint8Array(32)), clock }) }
  const add = async (over: Partial<Entered> = {}): Promise<Destination> => {
    const made = await addDestination(parts, 'user:a', { ...ENTERED, ...over })
    assert.ok(made.ok)
    return made.value.destination
  }
  return {
    store, deps, parts, sent, sealed, add,
    answerWith: (given: () => Result<null, SendFailure>) => void (answer = given),
    /** Goes on, and tells as a worker would by then. */
    pass: async (ms: number): Promise<readonly string[]> => {
      at += ms
      const before = sent.length
      await tellRound(deps)
      return sent.slice(before).map(({ letter }) => letter.subject)
    },
    now: () => at,
    connection: async (over: Partial<Connection> = {}) => {
      const connection = aConnection({ institutionName: 'Riverbank', createdAt: at - 200 * DAY, nextSyncAt: at + HOUR, ...over })
      await store.connections.create(connection)
      return connection
    },
    open: async (connectionId: string, cause: CauseCode) => {
      const problem = aProblem(connectionId, { openedAt: at, updatedAt: at, diagnosis: diagnosisOf(cause) })
      await store.problems.open(problem)
      return problem
    },
  }
}

export const diagnosisOf = (cause: CauseCode) => ({ causes: [{ cause, p: 1, for: [], against: [] }], action: 'auto_retry' as const })
