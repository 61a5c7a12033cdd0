/**
 * Reconnecting with a look before it: another sign-in (a new password, login, route, address or bank
 * entry) reads beside the old connection; a person sees what would be the same, new, lost or double; one
 * switch puts the new source in the place of the old one, with all ids, decisions and matches as they
 * are. The switch can be taken back for 30 days.
 */
import type { AccountSource } from '../domain/account.ts'
import type { Connection } from '../domain/connection.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { PreviewAccount, PreviewCounts, ReconnectPreview } from '../domain/preview.ts'
import type { AccountOutcome, SyncRun } from '../domain/run.ts'
import type { Language } from '../language/language.ts'
import { say } from '../language/say.ts'
import type { PageCommit } from '../ports/feed.ts'
import { beginConnection, forgetFirst, stateLock, type Begun, type ConnectRequest } from './connect.ts'
import { compare, sourceOf } from './compare-preview.ts'
import type { Refusal, SyncDeps } from './deps.ts'
import { IMPORTS } from './import.ts'
import { nameGiven } from './login-label.ts'
import { syncConnection } from './sync.ts'
import { undoRun, whileHeld, type Beside } from './undo.ts'

export type Previewed = { readonly kind: 'preview'; readonly preview: ReconnectPreview } | Exclude<Begun, { readonly kind: 'begun' }> | { readonly kind: 'refused'; readonly refusal: Refusal }

/** For so long a switch can be taken back; then the old sign-in is destroyed. */
export const UNDO_DAYS = 30
const DAY_MS = 86_400_000
/** A sign-in and its preview are written within moments of each other. */
const ORPHAN_MS = 3_600_000

/** Signs in beside the connection and reads; the preview says how it went, also when the bank asks or refuses. */
export async function previewReconnect(deps: SyncDeps, connectionId: string, request: ConnectRequest): Promise<Previewed> {
  const { store, clock, entropy } = deps
  const old = await store.connections.get(connectionId)
  if (old === null) return refused({ code: 'not_found', message: 'There is no such connection.' })
  if (old.state === 'replaced') return refused({ code: 'wrong_state', message: 'Another connection took the place of this one; reconnect that one, or take the switch back.' })
  if (old.state === 'preview' || old.state === 'connecting') return refused({ code: 'wrong_state', message: 'This connection has never been read; connect it instead.' })
  for (const open of await store.previews.list({ connectionId })) if (isOpen(open)) await cancelPreview(deps, open.id)
  const begun = await beginConnection(deps, request, 'preview', connectionId)
  if (begun.kind !== 'begun') return begun
  const now = clock.now()
  const preview: ReconnectPreview = {
    id: entropy.id(now), connectionId, shadowId: begun.connection.id, state: 'reading', createdAt: now, updatedAt: now, switchedAt: null, switchRunId: null,
    formerState: old.state, accounts: [], unfed: [], unknown: [], failure: null,
  }
  await store.previews.create(preview)
  await syncConnection(deps, begun.connection.id, 'connect', { isGranted: true })
  return { kind: 'preview', preview: (await store.previews.get(preview.id)) ?? preview }
}

/** Ends a preview that is not wanted: its sign-in and what it read are destroyed. */
export async function cancelPreview(deps: SyncDeps, previewId: string): Promise<Result<ReconnectPreview, Refusal>> {
  const { store, clock } = deps
  const preview = await store.previews.get(previewId)
  if (preview === null) return failed(NO_PREVIEW)
  if (!(await store.previews.update(previewId, ['reading', 'asked', 'ready'], { state: 'cancelled', updatedAt: clock.now() }))) return failed({ code: 'wrong_state', message: `This preview is ${preview.state}.` })
  await store.previews.dropAnswers(previewId)
  const shadow = await store.connections.get(preview.shadowId)
  if (shadow?.state === 'preview') await forgetFirst(deps, shadow)
  for (const challenge of await store.challenges.list({ connectionId: preview.shadowId, state: 'open' })) await store.challenges.move(challenge.id, 'open', 'cancelled')
  return ok({ ...preview, state: 'cancelled' })
}

/** Compares once more with the feed as it is now, and switches when nothing would be lost. A second click finds it switched. */
export async function switchPreview(deps: SyncDeps, previewId: string): Promise<Result<ReconnectPreview, Refusal>> {
  const { store } = deps
  const preview = await store.previews.get(previewId)
  if (preview === null) return failed(NO_PREVIEW)
  if (preview.state === 'switched') return ok(preview)
  const held = await whileHeld(deps, await locksOf(deps, preview), async (): Promise<Result<ReconnectPreview, Refusal>> => {
    const [old, shadow] = await Promise.all([store.connections.get(preview.connectionId), store.connections.get(preview.shadowId)])
    if (old === null || shadow === null || preview.state !== 'ready') return failed({ code: 'wrong_state', message: `This preview is ${preview.state}, so there is nothing to switch.` })
    const again = await compareAgain(deps, preview, shadow)
    if (!again.ok) return again
    const { accounts, pages, run } = again.value
    await store.previews.update(previewId, ['ready'], { accounts, formerState: old.state, updatedAt: deps.clock.now() })
    const objection = objectionTo('en', { ...preview, accounts })
    if (objection !== null) return failed({ code: 'wrong_state', message: objection })
    const switched = await store.previews.switchOver({ previewId, run, pages, ...(await switchOf(deps, { ...preview, accounts }, old, shadow)) })
    // The new sign-in was read in full: whatever was wrong with the old one is over.
    if (switched) for (const problem of await store.problems.list({ connectionId: preview.connectionId, open: true, limit: 100 })) await store.problems.update(problem.id, { closedAt: run.startedAt, updatedAt: run.startedAt, proofRunId: run.id })
    const now = await store.previews.get(previewId)
    return now !== null && (switched || now.state === 'switched') ? ok(now) : failed({ code: 'wrong_state', message: 'This preview was ended in the meantime.' })
  })
  return held?.value ?? failed({ code: 'busy', message: 'The accounts are being read right now.' })
}

/** Why there is no switch, as a sentence; null: nothing stands in the way. */
export function objectionTo(language: Language, preview: ReconnectPreview): string | null {
  const { lost, doubled } = totalOf(preview.accounts)
  if (lost > 0) return say(language, '{count, plural, one {# row would be lost: see it in the preview. Nothing was switched.} other {# rows would be lost: see them in the preview. Nothing was switched.}}', { count: lost })
  if (doubled > 0) return say(language, '{count, plural, one {# row would be there twice: see it in the preview. Nothing was switched.} other {# rows would be there twice: see them in the preview. Nothing was switched.}}', { count: doubled })
  if (preview.unfed.length > 0) return say(language, '{count, plural, one {One account of this connection would have no feed any more; pause it first, or sign in with a login that lists all.} other {# accounts of this connection would have no feed any more; pause them first, or sign in with a login that lists all.}}', { count: preview.unfed.length })
  return null
}

export function totalOf(accounts: readonly PreviewAccount[]): PreviewCounts {
  const sum = (field: keyof PreviewCounts) => accounts.reduce((total, { counts }) => total + (counts?.[field] ?? 0), 0)
  return { same: sum('same'), added: sum('added'), lost: sum('lost'), doubled: sum('doubled'), doubtful: sum('doubtful') }
}

/** Takes back a run whatever it was: a switch goes back with its sources and connections, and forth again when that is taken back. */
export async function takeBack(deps: SyncDeps, runId: string): Promise<Result<SyncRun, Refusal>> {
  const preview = await switchAtStake(deps, runId)
  if (preview === null) return undoRun(deps, runId)
  const isForth = runId !== preview.switchRunId
  return undoRun(deps, runId, { locks: [preview.connectionId, preview.shadowId].map(stateLock).sort(), now: () => besideOf(deps, preview, isForth) })
}

/** The switch that goes back, or forth again, when this run is taken back: an act of whoever may switch. Null: none does. */
export async function switchAtStake({ store }: Pick<SyncDeps, 'store'>, runId: string): Promise<ReconnectPreview | null> {
  const run = await store.runs.get(runId)
  const root = run?.trigger === 'undo' ? (await store.history.undos()).find((undo) => undo.undoRunId === runId)?.runId : runId
  const [preview] = root === undefined ? [] : await store.previews.list({ switchRunId: root })
  return preview ?? null
}

/** Destroys the sign-ins that a switch left behind, when it cannot be taken back any more, and those of previews whose process died on the way. */
export async function forgetOldLogins(deps: SyncDeps): Promise<void> {
  const before = deps.clock.now() - UNDO_DAYS * DAY_MS
  await forgetOrphans(deps)
  for (const preview of await deps.store.previews.list({})) {
    await endIfDead(deps, preview)
    if (preview.switchedAt === null || preview.switchedAt > before) continue
    const left = await deps.store.connections.get(preview.state === 'switched' ? preview.connectionId : preview.shadowId)
    if (left?.state === 'replaced') await forgetFirst(deps, left)
    await deps.store.previews.dropAnswers(preview.id)
  }
}

async function forgetOrphans(deps: SyncDeps): Promise<void> {
  const shadows = new Set((await deps.store.previews.list({})).map(({ shadowId }) => shadowId))
  for (const connection of await deps.store.connections.list()) {
    const isOrphan = connection.state === 'preview' && !shadows.has(connection.id) && connection.createdAt <= deps.clock.now() - ORPHAN_MS
    if (isOrphan) await forgetFirst(deps, connection)
  }
}

/** A preview whose process died while it read, or between its end and the end of its sign-in: nobody goes on with it. One that is still read holds its sign-in. */
async function endIfDead(deps: SyncDeps, preview: ReconnectPreview): Promise<void> {
  if (preview.updatedAt > deps.clock.now() - ORPHAN_MS || !(preview.state === 'reading' || ENDED.has(preview.state))) return
  const shadow = await deps.store.connections.get(preview.shadowId)
  if (shadow?.state !== 'preview' || (await deps.store.connections.exclusively(shadow.id, async () => true)) === null) return
  if (preview.state === 'reading') await cancelPreview(deps, preview.id)
  else await forgetFirst(deps, shadow)
}

const ENDED: ReadonlySet<ReconnectPreview['state']> = new Set(['failed', 'different_login', 'cancelled'])

type Again = { readonly accounts: readonly PreviewAccount[]; readonly pages: readonly PageCommit[]; readonly run: SyncRun }

/** The feed may have got rows since the preview: what is switched is what is true now. */
async function compareAgain(deps: SyncDeps, preview: ReconnectPreview, shadow: Connection): Promise<Result<Again, Refusal>> {
  const now = deps.clock.now()
  const runId = deps.entropy.id(now)
  const accounts: PreviewAccount[] = []
  const pages: PageCommit[] = []
  const outcomes: AccountOutcome[] = []
  for (const mapped of preview.accounts) {
    const account = await deps.store.accounts.get(mapped.accountId)
    const compared = account === null ? null : await compare(deps, account, mapped, shadow, await deps.store.previews.answers(preview.id, mapped.accountId), runId)
    if (compared === null || !compared.ok) return failed({ code: 'wrong_state', message: compared?.failure.message ?? 'An account of this preview is gone.' })
    accounts.push({ ...mapped, counts: compared.value.counts, examples: compared.value.examples })
    pages.push(...compared.value.pages)
    outcomes.push(compared.value.outcome)
  }
  const run: SyncRun = {
    id: runId, connectionId: preview.shadowId, trigger: 'switch', startedAt: now, endedAt: now, outcome: 'succeeded', stage: null, accounts: outcomes, failure: null, label: null,
  }
  return ok({ accounts, pages, run })
}

async function switchOf(deps: SyncDeps, { accounts }: ReconnectPreview, old: Connection, shadow: Connection) {
  const now = deps.clock.now()
  return {
    newSources: await Promise.all(accounts.map(async (mapped) => ({ ...(await sourceOf(deps, mapped, shadow)), state: mapped.replaces.some(({ state }) => state === 'active') ? ('active' as const) : ('paused' as const) }))),
    sources: accounts.flatMap(({ replaces }) => replaces.map(({ id }) => ({ id, state: 'replaced' as const }))),
    connections: [
      { id: old.id, patch: { state: 'replaced' as const, nextSyncAt: null } },
      { id: shadow.id, patch: { state: 'active' as const, nextSyncAt: now, lastSuccessAt: now, ...nameGiven(old) } },
    ],
  }
}

/** What a person switched off since stays off, whichever sign-in goes on; a removed one stays removed, and nothing goes back to it. */
async function besideOf({ store, clock }: SyncDeps, preview: ReconnectPreview, isForth: boolean): Promise<Result<Beside, Refusal>> {
  const now = clock.now()
  if (preview.switchedAt !== null && now - preview.switchedAt > UNDO_DAYS * DAY_MS) return failed({ code: 'wrong_state', message: `A switch can be taken back for ${UNDO_DAYS} days; the old sign-in is destroyed since.` })
  const { connectionId, shadowId, accounts, formerState } = preview
  const [from, to] = await Promise.all((isForth ? [connectionId, shadowId] : [shadowId, connectionId]).map((id) => store.connections.get(id)))
  if (from == null || to?.state !== 'replaced') return failed({ code: 'wrong_state', message: 'The sign-in that this would go back to was removed.' })
  if (from.state === 'replaced') return failed({ code: 'wrong_state', message: 'Another connection took the place of this one; reconnect that one, or take the switch back.' })
  const state = from.state === 'disabled' ? from.state : isForth ? 'active' : formerState
  const states = new Map((await Promise.all(accounts.map(({ accountId }) => store.accounts.sources({ accountId })))).flat().map((source) => [source.id, source.state]))
  return ok({
    preview: { id: preview.id, state: isForth ? 'switched' : 'undone' },
    sources: accounts.flatMap(({ sourceId, replaces }) => {
      const inCharge = isForth ? replaces.map(({ id }) => id) : [sourceId]
      // The feeds of a removed sign-in are off because of that alone.
      const isOff = from.state !== 'removed' && !inCharge.some((id) => states.get(id) === 'active')
      const again = (former: AccountSource['state']) => (isOff && former === 'active' ? 'paused' : former)
      const fed = replaces.some(({ state: former }) => former === 'active') ? 'active' : 'paused'
      return [{ id: sourceId, state: isForth ? again(fed) : ('replaced' as const) }, ...replaces.map(({ id, state: former }) => ({ id, state: isForth ? ('replaced' as const) : again(former) }))]
    }),
    connections: [
      ...(from.state === 'removed' ? [] : [{ id: from.id, patch: { state: 'replaced' as const, nextSyncAt: null } }]),
      { id: to.id, patch: { state, nextSyncAt: state === 'active' ? now : null, ...nameGiven(from) } },
    ],
  })
}

async function locksOf({ store }: SyncDeps, { connectionId, shadowId, accounts }: ReconnectPreview): Promise<readonly string[]> {
  const ids = new Set([connectionId, shadowId])
  for (const { accountId } of accounts) for (const source of await store.accounts.sources({ accountId })) if (source.connectionId !== null) ids.add(source.connectionId)
  return [IMPORTS, ...[...ids].sort(), ...[connectionId, shadowId].map(stateLock).sort()]
}

/** Whether it is still looked at: another one for the same connection ends it. */
export function isOpen({ state }: ReconnectPreview): boolean {
  return state === 'reading' || state === 'asked' || state === 'ready'
}

function refused(refusal: Refusal): Previewed {
  return { kind: 'refused', refusal }
}

const NO_PREVIEW: Refusal = { code: 'not_found', message: 'There is no such preview.' }
