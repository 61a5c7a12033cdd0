/**
 * A sync: sign in, list the accounts, read each by itself, commit what was read, and on failure
 * hand over the evidence and plan the next attempt. One writer for each connection. A bad account
 * never keeps the others away, and a bank in trouble is left alone; a question of the bank's suspends the run and survives a restart; nothing
 * that a bank does is an exception.
 */
import type { Connection } from '../domain/connection.ts'
import type { Failure } from '../domain/evidence.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { AccountOutcome, RunTrigger, SyncRun } from '../domain/run.ts'
import type { Attempt } from '../ports/secrets.ts'
import { type Feed } from './account-ref.ts'
import { reconcileAccounts } from './accounts.ts'
import { askAgain, type AskAgain } from './ask-again.ts'
import { clearChallenges, suspend, type Answered, type AnsweredChallenge } from './challenge.ts'
import type { Refusal, SyncDeps } from './deps.ts'
import { endRun } from './end-run.ts'
import { readAccount, whatIsKnown } from './read-account.ts'
import type { SourceProgress } from '../ports/feed.ts'
import { readPreview } from './read-preview.ts'
import { NO_LIMITS, nextSyncAt } from './schedule.ts'
import { Session } from './session.ts'
import { endsRead, inTurn, isUnanswered } from './turns.ts'
import { settleSecret, withTrial, type Trial } from './trial.ts'

/** What a person wants done with the connection in the same breath: nobody else may read in between, and when somebody reads just now, nothing is done. */
export type Before = {
  /** Changes the connection, or refuses. A trial: another login, tried beside the stored one. */
  readonly prepare?: (connection: Connection) => Promise<Result<Prepared, Refusal>>
  /** Days to ask for once more, beside those that are due. */
  readonly again?: AskAgain
  /** What was typed or asked for may have granted one more use of a secret of this login: what the run does not use of that is not left for another, nor for another connection of the login. */
  readonly isGranted?: boolean
}

export type Prepared = { readonly connection: Connection; readonly trial: Trial | null }

/** Reads a connection now. Refuses when it is switched off, waits for a person, or is being read. */
export async function syncConnection(deps: SyncDeps, connectionId: string, trigger: RunTrigger, before: Before = {}): Promise<Result<SyncRun, Refusal>> {
  const done = await deps.store.connections.exclusively(connectionId, async (found, { runs, challenges }): Promise<Result<SyncRun, Refusal>> => {
    if (found === null) return failed(NOT_FOUND)
    const off = before.prepare === undefined ? refusalFor(found) : null
    if (off !== null) return failed(off)
    await closeAbandoned(deps, found, runs)
    const waiting = await clearChallenges(deps, found, challenges, trigger, before.prepare !== undefined)
    if (waiting !== null) return waiting
    const prepared: Result<Prepared, Refusal> = await (before.prepare?.(found) ?? ok({ connection: found, trial: null }))
    if (!prepared.ok) return prepared
    const { connection, trial } = prepared.value
    const now = deps.clock.now()
    const run: SyncRun = {
      id: deps.entropy.id(now), connectionId, trigger, startedAt: now, endedAt: null, outcome: 'running', stage: 'signing_in', accounts: [], failure: null, label: null,
    }
    // What needs no answer of each other is asked in one breath: the store makes one trip of it. A trial that dies leaves the stored login to its own schedule.
    const [feeds, known] = await Promise.all([
      deps.store.accounts.feeds(connectionId), deps.store.feed.progress(connectionId), trial === null ? deps.vault.foresee({ connectionId, loginIndex: connection.loginIndex }) : null,
      trial === null ? planRetry(deps, connection, now) : null, deps.store.runs.create(run),
    ])
    const ended = await runConnection(deps, connection, run, feeds, { trial, answered: null, recent: runs, known: before.again === undefined ? known : await askAgain(deps.store, run, feeds, known, before.again) })
    if (before.isGranted === true) await deps.vault.withdrawGrant({ connectionId, loginIndex: (trial ?? connection).loginIndex })
    return ok(ended)
  })
  return done ?? failed({ code: 'busy', message: 'This connection is being read right now.' })
}

/** How a run begins: with a login that is tried, at the question that a person has answered, or both. `known`: how far each source was read. `recent`: the runs before it, newest first. */
export type RunStart = { readonly trial: Trial | null; readonly answered: Answered | null; readonly known: ReadonlyMap<string, SourceProgress>; readonly recent: readonly SyncRun[] }

/** The run itself, from the sign-in or from the question that a person has answered. The caller holds the connection. */
export async function runConnection(deps: SyncDeps, stored: Connection, run: SyncRun, feeds: readonly Feed[], { trial, answered: given, known, recent }: RunStart): Promise<SyncRun> {
  const connection = trial === null ? stored : withTrial(stored, trial)
  const opened = openSession(deps, connection, run, trial)
  if (!opened.ok) return endRun(deps, connection, run, { outcome: 'failed', failure: opened.failure, accounts: [] })
  const session = opened.value
  session.tell({})
  const answered = given === null ? null : { ...given, resume: { data: await session.heldQuestion(), answerFields: given.answerFields } }
  if (connection.state === 'preview') return readPreview(session, answered)
  const targets = await chooseTargets(session, feeds, answered)
  if (targets.kind === 'ended') return targets.run
  return readTargets(session, inTurn(targets.targets, { recent, known, resumeAt: answered?.at ?? null }), { known, last: recent[0]?.accounts ?? [] }, answered)
}

type Targets = { readonly kind: 'targets'; readonly targets: readonly Feed[] } | { readonly kind: 'ended'; readonly run: SyncRun }

/** Signs in and compares the bank's list of accounts with ours; a resumed read goes on where it was. */
async function chooseTargets(session: Session, feeds: readonly Feed[], answered: AnsweredChallenge | null): Promise<Targets> {
  const refused = await session.signIn(answered?.resume ?? null)
  if (refused?.kind === 'challenge') return { kind: 'ended', run: await suspend(session, { ...refused, at: 'accounts' }, []) }
  if (refused !== null) {
    session.facts = { ...session.facts, ...refused.facts }
    return { kind: 'ended', run: await end(session, answered?.accounts ?? [], refused.failure) }
  }
  if (answered !== null && answered.at !== 'accounts') return { kind: 'targets', targets: activeOnes(feeds) }
  const outcome = await session.connector.listAccounts(session.context(answered?.resume ?? null))
  await session.remember(outcome.state)
  if (outcome.kind === 'challenge') return { kind: 'ended', run: await suspend(session, { ...outcome, at: 'accounts' }, []) }
  session.facts = { ...session.facts, ...outcome.facts }
  session.tell({ stage: 'accounts' })
  if (outcome.kind === 'failed') return { kind: 'ended', run: await end(session, [], outcome.failure) }
  const reconciled = await reconcileAccounts(session, feeds, outcome.value)
  if (reconciled.ok) return { kind: 'targets', targets: activeOnes((await session.adoptTrial()) ? await session.deps.store.accounts.feeds(session.connection.id) : reconciled.value) }
  // Somebody else's secret must not be sent again by the schedule.
  if (reconciled.failure.code === 'identity_changed') await session.forgetSecret()
  return { kind: 'ended', run: await end(session, [], reconciled.failure) }
}

/** `known`: how far each source was read; `last`: what became of each account in the run before. */
type SoFar = { readonly known: ReadonlyMap<string, SourceProgress>; readonly last: readonly AccountOutcome[] }

/**
 * Reads each account, until a failure that the others would meet, too. Where only the account was left unread that failed, the
 * failure is its own, unless it is one of the login.
 */
async function readTargets(session: Session, targets: readonly Feed[], soFar: SoFar, answered: AnsweredChallenge | null): Promise<SyncRun> {
  const outcomes = new Map((answered?.accounts ?? []).map((outcome) => [outcome.accountId, outcome]))
  await session.stage('reading')
  const due = targets.filter(({ account }) => !outcomes.has(account.id))
  for (const [at, target] of due.entries()) {
    session.tell({ stage: 'reading', account: at + 1, accounts: due.length })
    const resume = answered?.at === target.source.id ? answered.resume : null
    const read = await readAccount(session, target, whatIsKnown(soFar.known.get(target.source.id), soFar.last.find(({ accountId }) => accountId === target.account.id)), resume)
    if (read.kind === 'challenge') return suspend(session, read, [...outcomes.values()])
    outcomes.set(target.account.id, read.outcome)
    const { failure } = read.outcome
    if (failure !== null && (endsRead(failure) || (isUnanswered(failure) && target !== due.at(-1)))) return end(session, [...outcomes.values()], failure)
  }
  session.tell({ stage: 'proving' })
  return end(session, [...outcomes.values()], null)
}

/** Ends the run with what its accounts came to. */
async function end(session: Session, accounts: readonly AccountOutcome[], failure: Failure | null): Promise<SyncRun> {
  const broken = accounts.filter((outcome) => outcome.failure !== null)
  const whole = failure ?? (broken.length > 0 && broken.length === accounts.length ? broken[0]!.failure : null)
  const outcome = broken.length === 0 && whole === null ? 'succeeded' : accounts.length > broken.length ? 'partial' : 'failed'
  return endRun(session.deps, session.connection, session.run, { outcome, failure: whole, accounts }, session)
}

/** The accounts to read, from here on. */
function activeOnes(feeds: readonly Feed[]): readonly Feed[] {
  return feeds.filter(({ source, account }) => source.state === 'active' && (account.state === 'open' || account.state === 'missing'))
}

function openSession(deps: SyncDeps, connection: Connection, run: SyncRun, trial: Trial | null): Result<Session, Failure> {
  const connector = deps.connectorOf(connection.connector)
  const institution = deps.institutionOf(connection.institutionId)
  if (connector !== null && institution !== null) return ok(new Session(deps, connection, institution, connector, run, trial))
  const message = connector === null ? `This Relink has no connector "${connection.connector}".` : `This Relink does not know the institution "${connection.institutionId}" any more.`
  return failed({ code: 'configuration_invalid', stage: 'resolve', retry: { kind: 'afterPerson' }, message, evidence: [{ codes: ['settings_unusable'], message }] })
}

const NOT_FOUND: Refusal = { code: 'not_found', message: 'There is no such connection.' }

/** Why a connection is not read, whoever asks. */
export function refusalFor(connection: Connection): Refusal | null {
  if (connection.state === 'disabled') return { code: 'wrong_state', message: 'This connection is switched off; enable it first.' }
  if (connection.state === 'replaced') return { code: 'wrong_state', message: 'Another connection took the place of this one; take the switch back to read it again.' }
  return connection.state === 'removed' ? { code: 'wrong_state', message: 'This connection was removed; connect again.' } : null
}

/**
 * Until the run has ended, the next one is planned as after a failure: when the process dies in it, or
 * its end cannot be stored, the schedule must not sign in again every few seconds.
 */
async function planRetry(deps: SyncDeps, connection: Connection, now: number): Promise<void> {
  const failuresInRow = connection.failuresInRow + 1
  const limits = deps.institutionOf(connection.institutionId)?.limits ?? NO_LIMITS
  const nextAt = nextSyncAt({ now, outcome: 'failed', failure: null, failuresInRow, isSecondTry: false, limits, plan: connection.readPlan, fraction: deps.entropy.fraction() })
  await deps.store.connections.update(connection.id, { failuresInRow, nextSyncAt: nextAt })
}

/** Ends what a dead process left open of a connection that nobody will read any more; one that is being read is left to its reader. */
export async function endDeadRuns(deps: SyncDeps, connectionId: string): Promise<void> {
  await deps.store.connections.exclusively(connectionId, async (found) => {
    if (found !== null) await closeAbandoned(deps, found, await deps.store.runs.list({ connectionId, limit: 5 }))
  })
}

const STOPPED = 'Relink was stopped in the middle of this read. Nothing is lost; the next read goes on where it was.'
export const INTERRUPTED: Failure = { code: 'interrupted', stage: 'connect', retry: { kind: 'at', at: null }, message: STOPPED, evidence: [{ codes: ['interrupted'], message: STOPPED }] }

/**
 * We hold the connection, so a run that is still `running` died with its process. Its commits are
 * whole; reading again is safe. A sign-in that it left open will not be answered any more, and waiting
 * for its lease would only keep the feed away. Whether it may be repeated is the ledger's to say: it
 * may have been refused, unless this very run had been let in with the same secret just before.
 */
export async function closeAbandoned(deps: SyncDeps, connection: Connection, recent: readonly SyncRun[]): Promise<void> {
  const { runs, secrets } = deps.store
  const now = deps.clock.now()
  const abandoned = recent.filter((run) => run.outcome === 'running')
  for (const run of abandoned) await runs.update(run.id, { outcome: 'failed', endedAt: now, stage: null, failure: INTERRUPTED })
  if (abandoned.length === 0) return
  await settleSecret(deps, connection)
  const { attempts } = await secrets.ledger(connection.loginIndex)
  const accepted = attempts.find(({ outcome }) => outcome === 'accepted')
  // By the clock alone a run that begins in the same moment, or after the clock was set back, could take the acceptance of the one before for its own.
  const isOwn = ({ connectionId, openedAt }: Attempt): boolean => connectionId === connection.id && recent.every(({ outcome, endedAt }) => outcome === 'running' || (endedAt !== null && endedAt < openedAt))
  const letIn = ({ secretDigest, openedAt }: Attempt): boolean =>
    accepted?.secretDigest === secretDigest && isOwn(accepted) && abandoned.some(({ startedAt }) => startedAt <= accepted.openedAt && accepted.openedAt <= openedAt)
  for (const attempt of attempts) {
    if ((attempt.outcome === 'open' || attempt.outcome === 'abandoned') && attempt.connectionId === connection.id) await secrets.endAttempt(attempt.id, letIn(attempt) ? 'lost' : 'abandoned', now)
  }
}
