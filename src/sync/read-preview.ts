/**
 * The shadow run: a sign-in beside an old connection reads the accounts that both know, and keeps what
 * it read with the preview. Nothing of it reaches the feed. When the bank lists none of the accounts of
 * the old connection, the login is somebody else's: no row is asked for, and nothing is kept.
 */
import type { Page } from '../connector-kit/connector.ts'
import type { Account } from '../domain/account.ts'
import { addDays, daysBetween, maxDay, type Day, type DayRange } from '../domain/day.ts'
import type { Failure } from '../domain/evidence.ts'
import type { PreviewAccount, ReconnectPreview } from '../domain/preview.ts'
import type { SyncRun } from '../domain/run.ts'
import type { StatedBalance, StatementRow } from '../domain/statement.ts'
import type { AnsweredChallenge, Asked } from './challenge.ts'
import { suspend } from './challenge.ts'
import { compare } from './compare-preview.ts'
import { forgetFirst } from './connect.ts'
import { UNKNOWN_CURRENCY } from './account-ref.ts'
import { concealFailure } from '../connector-kit/conceal.ts'
import { endRun } from './end-run.ts'
import { mapAccounts, type Fed } from './map-accounts.ts'
import { implausible } from './plausible.ts'
import { lengthsToAsk } from './reach.ts'
import { isRangeRefusal } from './read-account.ts'
import type { Resume, Session } from './session.ts'
import { NO_PROGRESS, planWindows } from './window.ts'

/** Beyond the oldest row that is known, so that the edge of what the old source showed is seen whole. */
const BEYOND_DAYS = 10

type Read = { readonly kind: 'read' } | { readonly kind: 'failed'; readonly failure: Failure } | ({ readonly kind: 'challenge' } & Asked)

/** Reads from the sign-in on, or from the question that a person has answered. The caller holds the connection. */
export async function readPreview(session: Session, answered: AnsweredChallenge | null): Promise<SyncRun> {
  const { store } = session.deps
  const [preview] = await store.previews.list({ shadowId: session.connection.id })
  if (preview === undefined) throw new Error('a connection in preview has no preview')
  await note(session, preview, { state: 'reading' })
  const refused = await session.signIn(answered?.resume ?? null)
  if (refused !== null) return refused.kind === 'challenge' ? ask(session, preview, { ...refused, at: 'accounts' }) : fail(session, preview, refused.failure)
  let accounts = preview.accounts
  if (answered === null || answered.at === 'accounts') {
    const mapped = await mapListed(session, preview, answered?.resume ?? null)
    if (mapped.kind !== 'mapped') return mapped.kind === 'challenge' ? ask(session, preview, mapped) : fail(session, preview, mapped.failure)
    accounts = mapped.accounts
  }
  for (const account of accounts) {
    const read = await readMapped(session, preview, account, answered?.at === account.accountId ? answered.resume : null)
    if (read.kind === 'challenge') return ask(session, preview, read)
    if (read.kind === 'failed') return fail(session, preview, read.failure)
  }
  return comparePreview(session, preview, accounts)
}

type Mapped = { readonly kind: 'mapped'; readonly accounts: readonly PreviewAccount[] } | { readonly kind: 'failed'; readonly failure: Failure } | ({ readonly kind: 'challenge' } & Asked)

/** Signs in and finds which of the listed accounts continue those of the old connection. */
async function mapListed(session: Session, preview: ReconnectPreview, resume: Resume | null): Promise<Mapped> {
  const { store } = session.deps
  const outcome = await session.connector.listAccounts(session.context(resume))
  await session.remember(outcome.state)
  if (outcome.kind === 'challenge') return { ...outcome, at: 'accounts' }
  if (outcome.kind === 'failed') return { kind: 'failed', failure: outcome.failure }
  const { pairs, unfed, unknown } = mapAccounts(await fedBy(session, preview.connectionId), outcome.value.accounts.filter((listed) => listed.status !== 'closed'))
  if (pairs.length === 0) return { kind: 'failed', failure: somebodyElse(outcome.value.accounts.length) }
  const accounts = pairs.map(({ fed, listed }): PreviewAccount => ({
    accountId: fed.account.id, ref: listed.ref, listedName: listed.name, currency: listed.currency, sourceId: session.newId(),
    replaces: fed.sources.map(({ id, state }) => ({ id, state })), counts: null, examples: [],
  }))
  await store.previews.dropAnswers(preview.id)
  await note(session, preview, { accounts, unfed: unfed.filter(({ account }) => account.state === 'open').map(({ account }) => account.id), unknown: unknown.map((listed) => listed.name) })
  return { kind: 'mapped', accounts }
}

async function fedBy({ deps }: Session, connectionId: string): Promise<readonly Fed[]> {
  const sources = (await deps.store.accounts.sources({ connectionId })).filter((source) => source.state !== 'replaced')
  const feds: Fed[] = []
  for (const [accountId, own] of Map.groupBy(sources, (source) => source.accountId)) {
    const account = await deps.store.accounts.get(accountId)
    if (account !== null) feds.push({ account, sources: own })
  }
  return feds
}

/** Every window back to where the old source began; one that was kept before a question is not asked again. */
async function readMapped(session: Session, preview: ReconnectPreview, mapped: PreviewAccount, resume: Resume | null): Promise<Read> {
  const { store } = session.deps
  const account = await store.accounts.get(mapped.accountId)
  if (account === null) throw new Error('an account of a preview is gone')
  const kept = await store.previews.answers(preview.id, mapped.accountId)
  let reading = resume
  for (const window of await windowsOf(session, account)) {
    const before = kept.find(({ asked }) => asked.to === window.to)
    if (before !== undefined && before.asked.from > window.from) return { kind: 'read' }
    if (before !== undefined) continue
    const { asked, read } = await readNewest(session, account, mapped, window, reading)
    reading = null
    if (read.kind === 'challenge') return read
    // As far back as this bank tells: what it has never said it cannot lose.
    if (read.kind === 'failed') return isRangeRefusal(read.failure) && window.to < session.today ? { kind: 'read' } : read
    await store.previews.addAnswer(preview.id, { accountId: mapped.accountId, asked, rows: read.rows, covers: read.covers, balances: read.balances })
    if (read.covers === null || read.covers.from > window.from) return { kind: 'read' }
  }
  return { kind: 'read' }
}

/** Where the newest days are refused as too many, as few as the bank gives; what it says of the first is told where it gives none. */
async function readNewest(session: Session, account: Account, mapped: PreviewAccount, window: DayRange, resume: Resume | null): Promise<{ readonly asked: DayRange; readonly read: Answered }> {
  const first = { asked: window, read: await readWindow(session, account, mapped, window, resume) }
  const length = daysBetween(window.from, window.to) + 1
  for (const days of isTooMany(first.read) && window.to >= session.today ? lengthsToAsk(length, undefined, session.today).slice(1) : []) {
    const asked = { from: addDays(window.to, 1 - days), to: window.to }
    const read = await readWindow(session, account, mapped, asked, null)
    if (!isTooMany(read)) return { asked, read }
  }
  return first
}

function isTooMany(read: Answered): boolean {
  return read.kind === 'failed' && isRangeRefusal(read.failure)
}

async function windowsOf(session: Session, { id, startOn }: Account): Promise<readonly DayRange[]> {
  const { maxWindowDays, overlapDays } = session.connector.manifest
  const [oldest] = (await session.deps.store.feed.transactions({ accountId: id, limit: 1, order: 'oldest', includeDeleted: true })).rows
  const from: Day | null = oldest === undefined ? startOn : maxDay(startOn ?? addDays(oldest.postedOn, -BEYOND_DAYS), addDays(oldest.postedOn, -BEYOND_DAYS))
  return planWindows({ covered: [], pendingFrom: null, progress: NO_PROGRESS, today: session.today, startOn: from, maxWindowDays, overlapDays })
}

type Answered = { readonly kind: 'answer'; readonly rows: readonly StatementRow[]; readonly covers: DayRange | null; readonly balances: readonly StatedBalance[] } | Exclude<Read, { readonly kind: 'read' }>

async function readWindow(session: Session, account: Account, mapped: PreviewAccount, window: DayRange, resume: Resume | null): Promise<Answered> {
  const rows: StatementRow[] = []
  const balances: StatedBalance[] = []
  let covers: DayRange | null = null
  for await (const step of session.connector.readAccount(session.context(resume), mapped.ref, window, null)) {
    if (step.step === 'notice') continue
    await session.remember(step.state)
    if (step.step === 'challenge') return { kind: 'challenge', at: mapped.accountId, prompts: step.prompts, codes: step.codes, resume: step.resume, expiresInMs: step.expiresInMs }
    if (step.step === 'failed') return { kind: 'failed', failure: step.failure }
    const wrong = wrongCurrency(account, step.page)
    if (wrong !== null) return { kind: 'failed', failure: wrong }
    rows.push(...step.page.rows)
    balances.push(...step.page.balances)
    covers = step.page.covers ?? covers
    if (step.page.last) return { kind: 'answer', rows, covers, balances }
  }
  const message = 'The bank\'s answer ended before its last page.'
  return { kind: 'failed', failure: { code: 'answer_unreadable', stage: 'statement', retry: { kind: 'at', at: null }, message, evidence: [{ stage: 'statement', message }] } }
}

function wrongCurrency(account: Account, { currency }: Page): Failure | null {
  if (currency === null || currency === account.currency || account.currency === UNKNOWN_CURRENCY) return null
  return implausible(`The statement is in ${currency}, but the account "${account.name}" is in ${account.currency}.`)
}

async function comparePreview(session: Session, preview: ReconnectPreview, accounts: readonly PreviewAccount[]): Promise<SyncRun> {
  const { deps, connection, run } = session
  const compared: PreviewAccount[] = []
  for (const mapped of accounts) {
    const account = await deps.store.accounts.get(mapped.accountId)
    if (account === null) throw new Error('an account of a preview is gone')
    const result = await compare(deps, account, mapped, connection, await deps.store.previews.answers(preview.id, mapped.accountId), run.id)
    if (!result.ok) return fail(session, preview, result.failure)
    compared.push({ ...mapped, counts: result.value.counts, examples: result.value.examples })
  }
  await note(session, preview, { state: 'ready', accounts: compared })
  return endRun(deps, connection, run, { outcome: 'succeeded', failure: null, accounts: [] }, session)
}

async function ask(session: Session, preview: ReconnectPreview, asked: Asked): Promise<SyncRun> {
  await note(session, preview, { state: 'asked' })
  return suspend(session, asked, [])
}

/** Nothing of a shadow run that failed is kept but the attempt in the ledger. */
async function fail(session: Session, preview: ReconnectPreview, said: Failure): Promise<SyncRun> {
  const { deps, connection, run } = session
  const failure = concealFailure(said, await session.concealer())
  await deps.store.previews.dropAnswers(preview.id)
  await note(session, preview, failure.code === 'identity_changed' ? { state: 'different_login', failure, accounts: [], unfed: [], unknown: [] } : { state: 'failed', failure })
  const ended = await endRun(deps, connection, run, { outcome: 'failed', failure, accounts: [] }, session)
  await forgetFirst(deps, connection)
  return ended
}

async function note({ deps }: Session, { id }: ReconnectPreview, patch: Parameters<typeof deps.store.previews.update>[2]): Promise<void> {
  await deps.store.previews.update(id, ['reading', 'asked'], { ...patch, updatedAt: deps.clock.now() })
}

function somebodyElse(listed: number): Failure {
  const message = listed === 0 ? 'The bank accepted the sign-in but listed no account.' : 'This login shows none of the accounts of this connection: it seems to be somebody else\'s. Nothing was stored.'
  return { code: listed === 0 ? 'answer_empty' : 'identity_changed', stage: 'accounts', retry: { kind: 'afterPerson' }, message, evidence: [{ stage: 'accounts', message }] }
}
