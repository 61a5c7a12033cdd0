/**
 * Taking back what one run made: a sync, an import, a switch to another connection, or an earlier
 * undo. Rows that only it reported are withdrawn and keep their ids and what a person decided, so that
 * the same report brings them back as they were; rows that other answers report, too, stay. The days
 * that it covered are open again, and the next read asks for them.
 */
import { failed, ok, type Result } from '../domain/result.ts'
import type { SyncRun } from '../domain/run.ts'
import type { RunPlace, Undo, UndoAct } from '../ports/history.ts'
import type { NewTransaction } from '../ports/feed.ts'
import type { Refusal, SyncDeps } from './deps.ts'
import { contentKey, normalisedText } from './identity.ts'
import { IMPORTS } from './import.ts'
import { wasTakenBackInAnother } from './name-currency.ts'
import { readProgress, writeProgress } from './window.ts'

export type UndoDeps = Pick<SyncDeps, 'store' | 'clock' | 'entropy'>

/** What else goes back with the run, in the same step. */
export type Beside = Pick<UndoAct, 'sources' | 'connections' | 'preview'>

/** `now`: what that is, or why nothing goes back, judged while the further locks are held, too. */
export type BesideOf = { readonly locks: readonly string[]; now(): Promise<Result<Beside, Refusal>> }

const NOTHING_BESIDE: BesideOf = { locks: [], now: async () => ok({ sources: [], connections: [], preview: null }) }

/** Takes the run back. Refuses one that is not there, still runs, or is taken back already; a second click changes nothing. */
export async function undoRun(deps: UndoDeps, runId: string, besideOf: BesideOf = NOTHING_BESIDE): Promise<Result<SyncRun, Refusal>> {
  const { store } = deps
  const run = await store.runs.get(runId)
  if (run === null) return failed(NO_RUN)
  const rootId = await rootOf(deps, run)
  const refusal = refusalFor(run, await store.history.undos())
  if (refusal !== null) return failed(refusal)
  const places = await store.history.places(rootId)
  const done = await whileHeld(deps, [...(await locksOf(deps, run, places)), ...besideOf.locks], async (): Promise<Result<SyncRun, Refusal>> => {
    const beside = await besideOf.now()
    if (!beside.ok) return beside
    if (run.trigger === 'undo') for (const { accountId } of places) if (await wasTakenBackInAnother(store, accountId)) return failed(OTHER_CURRENCY)
    const now = deps.clock.now()
    const { accounts: _, ...by } = runOf(run, deps.entropy.id(now), now)
    const undone = await store.history.undo({ runId, by, cursors: await reopened(deps, places), contentKeyOf, ...beside.value })
    return undone === null ? failed(DONE) : ok(undone)
  })
  return done === null ? failed(BUSY) : done.value
}

/** Runs the work while nobody else may write to these connections; null when one of them is held. */
export async function whileHeld<T>(deps: Pick<UndoDeps, 'store'>, [first, ...others]: readonly string[], work: () => Promise<T>): Promise<{ readonly value: T } | null> {
  if (first === undefined) return { value: await work() }
  return deps.store.connections.exclusively(first, () => whileHeld(deps, others, work))
}

/** The connections that feed the accounts, and the lock of imports: in one order, so that two never wait for each other. */
async function locksOf({ store }: UndoDeps, run: SyncRun, places: readonly RunPlace[]): Promise<readonly string[]> {
  const ids = new Set(run.connectionId === null ? [] : [run.connectionId])
  for (const accountId of new Set(places.map((place) => place.accountId))) {
    for (const { connectionId } of await store.accounts.sources({ accountId })) if (connectionId !== null) ids.add(connectionId)
  }
  return [IMPORTS, ...[...ids].sort()]
}

function refusalFor(run: SyncRun, undos: readonly Undo[]): Refusal | null {
  if (run.outcome === 'running' || run.outcome === 'suspended') return { code: 'wrong_state', message: 'This run has not ended yet; wait for it, or answer the question of the bank.' }
  if (undos.some((undo) => undo.runId === run.id && undo.redoneAt === null)) return DONE
  const undone = undos.find((undo) => undo.undoRunId === run.id)
  if (undone === undefined) return null
  if (undone.redoneAt !== null) return DONE
  const again = undos.find((undo) => undo.undoRunId === undone.runId)
  return again === undefined ? null : { code: 'wrong_state', message: `This run brought back what was taken back; to take that back again, undo ${again.runId}.` }
}

/** The run whose rows are at stake: that of an undo is the one that it took back. */
async function rootOf({ store }: UndoDeps, run: SyncRun): Promise<string> {
  if (run.trigger !== 'undo') return run.id
  return (await store.history.undos()).find((undo) => undo.undoRunId === run.id)?.runId ?? run.id
}

function runOf(undone: SyncRun, id: string, now: number): SyncRun {
  return { ...undone, id, trigger: 'undo', startedAt: now, endedAt: now, outcome: 'succeeded', stage: null, accounts: [], failure: null }
}

/** The connector begins anew: what it remembered may rest on the answers that are taken back. */
async function reopened({ store }: UndoDeps, places: readonly RunPlace[]): Promise<readonly { readonly sourceId: string; readonly cursor: ReturnType<typeof writeProgress> }[]> {
  const cursors = []
  for (const { sourceId } of places) {
    const cursor = await store.feed.cursor(sourceId)
    if (cursor !== null) cursors.push({ sourceId, cursor: writeProgress({ ...readProgress(cursor), connector: null, floor: null, unsettled: [], holds: [] }) })
  }
  return cursors
}

export function contentKeyOf(row: NewTransaction): string {
  return contentKey(row.postedOn, row.amount, row.currency, normalisedText(row.name, row.memo))
}

const NO_RUN: Refusal = { code: 'not_found', message: 'There is no such run.' }
const DONE: Refusal = { code: 'wrong_state', message: 'This run is taken back already.' }
const OTHER_CURRENCY: Refusal = { code: 'wrong_state', message: 'Another currency has been told of the account since this was taken back; import the file again instead.' }
const BUSY: Refusal = { code: 'busy', message: 'The account is being read right now.' }
