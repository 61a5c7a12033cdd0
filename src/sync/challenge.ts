/**
 * Questions of the bank's. A question suspends the run as plain data, and what the bank gave to go with it is kept sealed;
 * the answer, minutes or days later and after any restart, goes sealed to the vault and the run goes on. Unanswered ones expire
 * into a failure of their own, and nothing is sent for them.
 */
import { returnFields } from '../connector-kit/connector.ts'
import { redactText } from '../connector-kit/evidence.ts'
import type { JsonObject } from '../domain/institution.ts'
import type { Challenge, ChallengePrompt, Connection } from '../domain/connection.ts'
import { OPEN_QUESTION, type Evidence, type Failure } from '../domain/evidence.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { AccountOutcome, RunTrigger, SyncRun } from '../domain/run.ts'
import type { SecretOwner } from '../ports/vault.ts'
import type { Refusal, SyncDeps } from './deps.ts'
import { endRun } from './end-run.ts'
import type { Resume, Session } from './session.ts'
import { runConnection } from './sync.ts'
import { readTrial, settleSecret, trialAsJson, type Trial } from './trial.ts'

/** What the connector asked, and where: at the list of accounts, or at the read of one source. */
export type Asked = {
  readonly at: 'accounts' | string
  readonly prompts: readonly ChallengePrompt[]
  readonly codes: readonly string[]
  readonly resume: JsonObject
  readonly expiresInMs: number
}

/** A question whose answer lies in the vault; `accounts`: what was read before it was asked. */
export type Answered = { readonly at: string; readonly answerFields: readonly string[]; readonly accounts: readonly AccountOutcome[] }

/** Ready to go on. */
export type AnsweredChallenge = Answered & { readonly resume: Resume }

/** Stores the question and ends the run as suspended. */
export async function suspend(session: Session, asked: Asked, accounts: readonly AccountOutcome[]): Promise<SyncRun> {
  const { deps, connection, run, trial } = session
  const askedAt = deps.clock.now()
  const expiresAt = askedAt + asked.expiresInMs
  const conceal = await session.concealer()
  const held = await session.holdQuestion(asked.resume, expiresAt)
  if (!held.ok) return endRun(deps, connection, run, { outcome: 'failed', failure: held.failure, accounts }, session)
  await deps.store.challenges.create({
    id: session.newId(), connectionId: connection.id, runId: run.id, prompts: asked.prompts.map((prompt) => ({ ...prompt, label: conceal(prompt.label) })),
    resume: { at: asked.at, ...(trial === null ? {} : { trial: trialAsJson(trial) }) }, askedAt, expiresAt, state: 'open',
  })
  return endRun(deps, connection, run, { outcome: 'suspended', failure: null, accounts, question: questionOf(session, asked), resumeBy: expiresAt }, session)
}

/**
 * Takes the answers (by prompt id) and goes on with the run. Refuses a question that is answered,
 * expired or unknown, and answers that leave a prompt out; then nothing is sent.
 */
export async function answerChallenge(deps: SyncDeps, challengeId: string, answers: Readonly<Record<string, string>>): Promise<Result<SyncRun, Refusal>> {
  const challenge = await deps.store.challenges.get(challengeId)
  if (challenge === null) return failed(NO_QUESTION)
  // What comes back from there is bound to the session that went: a code that somebody brings otherwise may be another person's.
  if (challenge.prompts.some(({ kind }) => kind === 'redirect')) return failed({ code: 'invalid', message: 'This is answered at the bank\'s own site: open the connection in Relink and go there from it.' })
  return takeAnswers(deps, challenge, answers)
}

/** A person comes back from the bank, where a prompt led them: goes on with the run as after any answer. The caller has seen that it is who went. */
export async function comeBack(deps: SyncDeps, challengeId: string, brought: { readonly code: string; readonly verifier: string; readonly redirectUri: string }): Promise<Result<SyncRun, Refusal>> {
  const challenge = await deps.store.challenges.get(challengeId)
  const prompt = challenge?.prompts.find(({ kind }) => kind === 'redirect')
  if (challenge === null || prompt === undefined) return failed(NO_QUESTION)
  const fields = returnFields(prompt.id)
  return takeAnswers(deps, challenge, { [fields.code]: brought.code, [fields.verifier]: brought.verifier, [fields.redirectUri]: brought.redirectUri }, true)
}

const NO_QUESTION: Refusal = { code: 'not_found', message: 'There is no such question of the bank.' }

async function takeAnswers(deps: SyncDeps, challenge: Challenge, answers: Readonly<Record<string, string>>, isBack = false): Promise<Result<SyncRun, Refusal>> {
  const challengeId = challenge.id
  const missing = challenge.prompts.find((prompt) => needsText(prompt) && (answers[prompt.id] ?? '') === '')
  if (missing !== undefined) return failed({ code: 'invalid', message: `The bank also asks: ${missing.label}` })
  const done = await deps.store.connections.exclusively(challenge.connectionId, async (): Promise<Result<SyncRun, Refusal>> => {
    const connection = await deps.store.connections.get(challenge.connectionId)
    const run = await deps.store.runs.get(challenge.runId)
    if (connection === null || run === null) return failed({ code: 'not_found', message: 'The connection of this question is gone.' })
    if (connection.state === 'disabled' || connection.state === 'removed' || connection.state === 'replaced') return failed({ code: 'wrong_state', message: 'This connection is switched off.' })
    if (deps.clock.now() >= challenge.expiresAt) {
      if (!(await deps.store.challenges.move(challengeId, 'open', 'expired'))) return failed(ANSWERED)
      await deps.vault.dropQuestion(askedOwner(connection, challenge))
      return ok(await expire(deps, connection, run))
    }
    if (!(await deps.store.challenges.move(challengeId, 'open', 'answered'))) return failed(ANSWERED)
    const owner = askedOwner(connection, challenge)
    await deps.vault.sealAnswers(challengeId, owner, answers, challenge.expiresAt)
    // Whoever was just at the bank is the person that a send wants after two that were not accepted: held back now, the code would be over.
    if (isBack) await deps.vault.grantOneUse(owner, 'the person who came back from the bank')
    const resumed = await resumeRun(deps, connection, run, challenge, Object.keys(answers))
    // What it did not use is left for no other secret of the login.
    if (isBack) await deps.vault.withdrawGrant(owner)
    return ok(resumed)
  })
  return done ?? failed({ code: 'busy', message: 'This connection is being read right now.' })
}

/**
 * Before a new run: answers that were given but could not be sent are sent now, and an expired
 * question ends its run as failed; that run is the result when only the schedule asked. A question
 * that still waits keeps the schedule away; a person starts anew, and so does who enters a secret
 * (`anew`). Null: nothing stands in the way. `asked`: newest first: where a process died between two questions, what is held is
 * the later one's.
 */
export async function clearChallenges(deps: SyncDeps, connection: Connection, asked: readonly Challenge[], trigger: RunTrigger, anew: boolean): Promise<Result<SyncRun, Refusal> | null> {
  for (const challenge of asked) {
    const expired = deps.clock.now() >= challenge.expiresAt
    const run = await deps.store.runs.get(challenge.runId)
    if (challenge.state === 'answered' && run !== null && !expired && !anew && (await deps.vault.answersWait(askedOwner(connection, challenge)))) {
      return ok(await resumeRun(deps, connection, await runAgain(deps, run, trigger), challenge, challenge.prompts.flatMap(answerFieldsOf)))
    }
    if (challenge.state === 'open' && !expired && trigger === 'schedule') return failed({ code: 'wrong_state', message: 'The bank waits for an answer of a person.' })
    if (!(await deps.store.challenges.move(challenge.id, challenge.state, expired ? 'expired' : 'cancelled'))) continue
    await deps.vault.dropQuestion(askedOwner(connection, challenge))
    // What was tried while the bank asked is given up with the question.
    const trial = trialOf(challenge)
    if (trial !== null) await settleSecret(deps, connection)
    if (run === null || run.outcome !== 'suspended') continue
    if (expired && trigger === 'schedule' && trial === null) return ok(await expire(deps, connection, run))
    await deps.store.runs.update(run.id, { outcome: 'failed', endedAt: deps.clock.now() })
  }
  return null
}

/** The run that asked, or, when that ended before the answers could leave, another one that goes on with what it had read. */
async function runAgain(deps: SyncDeps, asked: SyncRun, trigger: RunTrigger): Promise<SyncRun> {
  if (asked.outcome === 'suspended') return asked
  const now = deps.clock.now()
  const run: SyncRun = { ...asked, id: deps.entropy.id(now), trigger, startedAt: now, endedAt: null, outcome: 'running', stage: 'signing_in', accounts: asked.accounts.filter(({ failure }) => failure === null), failure: null }
  await deps.store.runs.create(run)
  return run
}

async function resumeRun(deps: SyncDeps, connection: Connection, suspended: SyncRun, challenge: Challenge, answerFields: readonly string[]): Promise<SyncRun> {
  const run: SyncRun = { ...suspended, outcome: 'running', stage: 'signing_in', endedAt: null }
  const [feeds, known] = await Promise.all([deps.store.accounts.feeds(connection.id), deps.store.feed.progress(connection.id), deps.store.runs.update(run.id, { outcome: 'running', stage: 'signing_in' })])
  const { at } = challenge.resume as { readonly at: string }
  const trial = trialOf(challenge)
  const ended = await runConnection(deps, connection, run, feeds, { trial, answered: { at, answerFields, accounts: suspended.accounts }, known, recent: [] })
  // What did not leave is not spent: the next read sends it, while it is good.
  if (ended.outcome === 'failed' && trial === null && (await deps.vault.answersWait(askedOwner(connection, challenge)))) return ended
  const refused = [ended.failure, ...ended.accounts.map((outcome) => outcome.failure)].some((failure) => failure?.code === 'challenge_refused')
  await deps.store.challenges.move(challenge.id, 'answered', refused ? 'refused' : 'accepted')
  // Another question took its place.
  if (ended.outcome !== 'suspended') await deps.vault.dropQuestion(askedOwner(connection, challenge))
  return ended
}

function trialOf({ resume }: Challenge): Trial | null {
  return readTrial(resume['trial'])
}

/** The login that was asked. */
function askedOwner(connection: Connection, challenge: Challenge): SecretOwner {
  return { connectionId: connection.id, loginIndex: trialOf(challenge)?.loginIndex ?? connection.loginIndex }
}

async function expire(deps: SyncDeps, connection: Connection, run: SyncRun): Promise<SyncRun> {
  // Told to people, and no evidence: words of the bank would be that an answer came too late.
  const message = 'The bank asked a question, and it was not answered in time.'
  return endRun(deps, connection, run, {
    outcome: 'failed', accounts: run.accounts,
    failure: { code: 'challenge_expired', stage: 'mfa', retry: { kind: 'afterPerson' }, message, evidence: [{ ...protocolOf(deps, connection), stage: 'mfa', codes: ['challenge_expired'] }] },
  })
}

/** What is known when a bank asks: that it does, how, and in what words. A permission is no proof of who asks: none is stored, so nothing was sent, and what was wrong before is so still. */
function questionOf({ connector, connection }: Session, { prompts, codes }: Asked): Failure {
  if (prompts.some(({ kind }) => kind === 'redirect')) {
    const told = 'The bank wants the permission that is given at its own site.'
    return { code: 'secret_withheld', stage: 'consent', retry: { kind: 'afterPerson' }, message: told, evidence: [{ protocol: connector.manifest.protocol, institution: connection.institutionId, stage: 'consent', codes, message: told }] }
  }
  const message = `The bank asks: ${prompts.map((prompt) => prompt.label).join('; ')}`
  const evidence = { protocol: connector.manifest.protocol, institution: connection.institutionId, stage: 'mfa', codes: [OPEN_QUESTION, ...codes], message: redactText(message) } as const
  return { code: 'bank_refused', stage: 'mfa', retry: { kind: 'afterPerson' }, message: evidence.message, evidence: [evidence] }
}

function protocolOf(deps: SyncDeps, connection: Connection): Pick<Evidence, 'protocol'> {
  const connector = deps.connectorOf(connection.connector)
  return connector === null ? {} : { protocol: connector.manifest.protocol }
}

/** Under which names the answers of a prompt were sealed. */
function answerFieldsOf({ id, kind }: ChallengePrompt): readonly string[] {
  return kind === 'redirect' ? Object.values(returnFields(id)) : [id]
}

/** Approvals and redirects are answered elsewhere; the person only says that it is done. */
function needsText(prompt: ChallengePrompt): boolean {
  return prompt.kind !== 'approval' && prompt.kind !== 'redirect'
}

const ANSWERED: Refusal = { code: 'wrong_state', message: 'This question was answered already, or is closed.' }
