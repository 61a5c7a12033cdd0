/** Problems: opened by failures, one for an outage, closed only by what works again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Challenge, ChallengePrompt } from '../domain/connection.ts'
import type { SyncRun } from '../domain/run.ts'
import { DOWN, failure, HERE, LOCKED, newWorld, REFUSED } from '../repair/testing.ts'
import { advanceRepair } from '../repair/advance.ts'
import { contextFor } from './context.ts'
import { diagnose } from './diagnose.ts'
import { mergeEvidence } from './merge-evidence.ts'
import { problemsOf, settleProblems, tellOfProblem } from './problems.ts'
import { newsOf } from './step-news.ts'

const A = 'a0000000-0000-7000-8000-000000000001'
const B = 'b0000000-0000-7000-8000-000000000002'

const QUESTION = failure({ stage: 'mfa', codes: ['challenge_open', '3000'], message: 'The bank asks: Your code' })
const RUN: SyncRun = { id: 'r', connectionId: A, trigger: 'schedule', startedAt: 1, endedAt: null, outcome: 'suspended', stage: null, accounts: [], failure: null, label: null }

test('a failure opens one problem with one alert; the next failure updates it; a read closes it', async () => {
  const world = await newWorld()
  await world.connect(A)
  world.bank = () => failure({ stage: 'statement', codes: ['2000'] })
  await world.sync(A)
  await world.sync(A)
  assert.equal((await world.store.alerts.list({ limit: 9 })).length, 1)
  assert.equal((await world.problem(A))?.context.failuresInRow, 2)
  world.bank = () => null
  const run = await world.sync(A)
  const [closed] = await world.store.problems.list({ connectionId: A, open: false, limit: 1 })
  assert.equal(closed?.proofRunId, run.id)
})

test('an outage of a bank is one problem with one alert, seen from each of its connections', async () => {
  const world = await newWorld()
  await world.connect(A)
  await world.connect(B)
  world.bank = () => DOWN
  await world.sync(A)
  await world.sync(B)
  await world.sync(A)
  assert.equal((await world.store.alerts.list({ limit: 9 })).length, 1)
  const second = await world.store.connections.get(B)
  assert.ok(second !== null && (await problemsOf(world.store, second)).length === 1)
})

// Fails when: a connection that was read just now is said to wait for its bank, because another one of it has not been read again yet (was so: “does not answer. 1 of 2 connections to it fails”, of both).
test('an outage that another connection met holds for nobody who was read since', async () => {
  const world = await newWorld()
  await world.connect(A)
  await world.connect(B)
  world.bank = () => DOWN
  await world.sync(A)
  const seenBy = async (id: string) => (await problemsOf(world.store, (await world.store.connections.get(id))!)).length
  assert.deepEqual([await seenBy(A), await seenBy(B)], [1, 1])
  world.bank = () => null
  world.now += 1_000
  await world.sync(B)
  assert.equal(await seenBy(B), 0)
})

test('a withheld secret teaches nothing: the diagnosis of the refusal stays', async () => {
  const world = await newWorld()
  await world.connect(A)
  world.bank = () => REFUSED
  await world.sync(A)
  const before = await world.problem(A)
  await world.sync(A)
  assert.deepEqual((await world.problem(A))?.diagnosis, before?.diagnosis)
  assert.equal(before?.diagnosis.causes[0]?.cause, 'credentials_invalid')
})

// Fails when: a password was refused, the bank went away and came back, and the card waits for it for ever (was so: “Nothing for you to do”, and nobody was asked for the password).
test('a withheld secret behind a bank that answers again: the outage is over, and the person is asked', async () => {
  const world = await newWorld()
  await world.connect(A)
  world.bank = () => REFUSED
  await world.sync(A)
  world.bank = () => DOWN
  await world.sync(A)
  assert.equal((await world.problem(A))?.diagnosis.causes[0]?.cause, 'institution_down')
  world.bank = () => REFUSED
  await world.sync(A)
  assert.equal((await world.problem(A))?.diagnosis.causes[0]?.cause, 'institution_down', 'nobody asked the bank anything')
  world.exchanged = [{ purpose: 'profile', stage: 'http', startedAt: world.now, elapsedMs: 9, method: 'POST', url: 'https://riverbank.example/', finalUrl: null, secrets: [], request: null, status: 200, headers: {}, answerBytes: 9, answer: null, verdict: null, failure: null }]
  await world.sync(A)
  const problem = await world.problem(A)
  assert.ok(problem !== null)
  assert.deepEqual([problem.diagnosis.causes[0]?.cause, problem.failure.code], ['credentials_invalid', 'secret_withheld'])
  await world.sync(A)
  assert.deepEqual((await world.problem(A))?.diagnosis, problem.diagnosis, 'and it stays')
  const plan = await advanceRepair(world.deps, A, { kind: 'go_on' })
  assert.deepEqual(plan?.steps.filter(({ state }) => state === 'now').map(({ action, who }) => [action, who]), [['fix_credentials', 'person']])
  assert.deepEqual(world.sent, ['old'])
})

test('a lock is told to the engine', async () => {
  const world = await newWorld()
  await world.connect(A)
  world.bank = () => LOCKED
  await world.sync(A)
  assert.equal((await world.vault.status({ connectionId: A, loginIndex: `login-${A}` })) === 'locked', true)
})

test('one bad account has its own problem, and closes when it alone is read', async () => {
  const world = await newWorld()
  await world.connect(A)
  const connection = await world.store.connections.get(A)
  assert.ok(connection !== null)
  const deps = { store: world.store, clock: world.clock, entropy: world.entropy, timeZoneOf: () => 'UTC', readBy: HERE }
  const account = (id: string, bad: boolean) => ({ accountId: id, added: 0, matched: 0, changed: 0, withdrawn: 0, questions: 0, failure: bad ? failure({ stage: 'statement', codes: ['2004'] }) : null })
  const run = (id: string, bad: boolean): SyncRun => ({ id, connectionId: A, trigger: 'schedule', startedAt: 1, endedAt: 2, outcome: bad ? 'partial' : 'succeeded', stage: null, accounts: [account('one', false), account('two', bad)], failure: null, label: null })
  const { open } = await settleProblems(deps, { connection, run: run('r1', true), question: null, facts: {}, accountFacts: new Map(), exchanges: () => [] })
  assert.deepEqual(open.map(({ accountId, diagnosis }) => [accountId, diagnosis.causes[0]?.cause]), [['two', 'account_closed']])
  assert.equal(open[0]?.context.otherAccounts, 'ok')
  await settleProblems(deps, { connection, run: run('r2', false), question: null, facts: {}, accountFacts: new Map(), exchanges: () => [] })
  assert.equal(await world.problem(A), null)
})

// Fails when: what ended a read in its middle is laid on the account at which it ended, or that read closes the problem of the one before (each was so): "remove the account" for a refused password, and two mails.
test('a sign-in that is refused in the middle of a read is one problem of the connection, and stays one', async () => {
  const world = await newWorld()
  await world.connect(A)
  const connection = (await world.store.connections.get(A))!
  const deps = { store: world.store, clock: world.clock, entropy: world.entropy, timeZoneOf: () => 'UTC', readBy: HERE }
  const account = (accountId: string, failure: SyncRun['failure'] = null) => ({ accountId, added: 0, matched: 0, changed: 0, withdrawn: 0, questions: 0, failure })
  const settle = (id: string, run: Partial<SyncRun>) => settleProblems(deps, { connection, run: { ...RUN, id, endedAt: 2, ...run }, question: null, facts: {}, accountFacts: new Map([['three', { requestRangeDays: 9 }]]), exchanges: () => [] })
  const refused = { outcome: 'partial', failure: REFUSED, accounts: [account('one'), account('two', failure({ stage: 'statement', codes: ['2003'] })), account('three', { ...REFUSED })] } as const
  const first = await settle('r1', refused)
  assert.deepEqual(first.open.map(({ accountId, diagnosis }) => [accountId, diagnosis.causes[0]?.cause]), [[null, 'credentials_invalid'], ['two', 'account_not_found']])
  assert.deepEqual([first.open[0]!.context.requestRangeDays, first.open[0]!.context.otherAccounts], [9, undefined])
  const second = await settle('r2', refused)
  assert.deepEqual([second.closed, second.open.map(({ id }) => id)], [[], first.open.map(({ id }) => id)])
  await settle('r3', { outcome: 'partial', accounts: [account('one'), account('two', failure({ stage: 'statement', codes: ['2003'] }))] })
  assert.deepEqual((await world.store.problems.list({ connectionId: A, open: true, limit: 9 })).map(({ accountId }) => accountId), ['two'])
})

test('an allowance that does not reach every account is told as that, not as a fault of the program', async () => {
  const world = await newWorld()
  await world.connect(A)
  world.bank = () => ({ ...failure({ stage: 'statement', codes: ['quota_reached'] }), code: 'quota_reached' })
  await world.sync(A)
  const { causes, action } = (await world.problem(A))!.diagnosis
  assert.deepEqual([causes[0]!.cause, causes[0]!.p > 0.8, action], ['rate_limited', true, 'auto_retry'])
})

test('a question of the bank while nobody is there is a problem that asks for an answer', async () => {
  const world = await newWorld()
  await world.connect(A)
  const connection = await world.store.connections.get(A)
  assert.ok(connection !== null)
  const { open } = await settleProblems({ store: world.store, clock: world.clock, entropy: world.entropy, timeZoneOf: () => 'UTC', readBy: HERE }, { connection, run: RUN, question: QUESTION, facts: {}, accountFacts: new Map(), exchanges: () => [] })
  assert.equal(open[0]?.diagnosis.causes[0]?.cause, 'mfa_required')
  assert.ok((open[0]?.diagnosis.causes[0]?.p ?? 0) > 0.9, 'Relink knows that the bank asks')
})

test('a question of another kind than the last one that was answered is a changed method', async () => {
  const world = await newWorld()
  await world.connect(A)
  const asked = (id: string, prompt: ChallengePrompt, state: Challenge['state'], askedAt: number): Challenge => ({ id, connectionId: A, runId: 'r', prompts: [prompt], resume: {}, askedAt, expiresAt: askedAt + 600_000, state })
  const connection = await world.store.connections.get(A)
  assert.ok(connection !== null)
  const facts = { now: world.now, timeZone: 'UTC', readBy: HERE, connection, run: RUN, runs: [RUN], latest: [], accountId: null, newestRowOn: null, challenges: [], observed: {} }
  const before = asked('c1', { id: 'mfa.MFA6', kind: 'question', label: 'Pet?' }, 'accepted', 1)
  const first = (challenges: readonly Challenge[]) => diagnose({ evidence: QUESTION.evidence[0], context: contextFor({ ...facts, challenges }) }).causes[0]?.cause
  assert.equal(first([asked('c2', { id: 'authtoken', kind: 'code', label: 'Token' }, 'open', 2), before]), 'mfa_method_changed')
  assert.equal(first([asked('c2', { id: 'mfa.MFA7', kind: 'question', label: 'ZIP?' }, 'open', 2), before]), 'mfa_required')
  assert.equal(first([asked('c2', { id: 'authtoken', kind: 'code', label: 'Token' }, 'open', 2)]), 'mfa_required')
})

test('context leaves out what is not known, and what was observed wins', async () => {
  const world = await newWorld()
  await world.connect(A)
  const connection = await world.store.connections.get(A)
  assert.ok(connection !== null)
  const run: SyncRun = { id: 'r', connectionId: A, trigger: 'schedule', startedAt: world.now, endedAt: world.now, outcome: 'failed', stage: null, accounts: [], failure: DOWN, label: null }
  const context = contextFor({ now: world.now, timeZone: 'America/New_York', readBy: HERE, connection, run, runs: [run], latest: [], accountId: null, newestRowOn: null, challenges: [], observed: { clockSkewSeconds: 400, localHour: 23 } })
  assert.equal(context.hoursSinceSuccess, 6)
  assert.equal(context.weekday, 'Wed')
  assert.equal(context.localHour, 23)
  assert.equal(context.clockSkewSeconds, 400)
  assert.equal(context.unattended, true)
  for (const absent of ['sameBank', 'otherBanks', 'otherAccounts', 'softwareUpdated', 'accountQuietDays', 'secondsSinceLastRequest'] as const) assert.ok(!(absent in context), absent)
})

// Fails when: any failures make the next one come and go (was so: after an outage and a new password, a bank that wants another identification "answers, but with an error of its own. Nothing for you to do").
test('what comes and goes is the same trouble; other troubles before it, each mended, are none', async () => {
  const world = await newWorld()
  await world.connect(A)
  const connection = (await world.store.connections.get(A))!
  const MOVED = failure({ stage: 'signon', protocol: 'ofx', codes: ['13504'], message: '<FI> Missing or Invalid in <SONRQ>' })
  const ended = (failed: typeof DOWN | null, at: number): SyncRun => ({ ...RUN, id: `r${at}`, startedAt: at, endedAt: at, outcome: failed === null ? 'succeeded' : 'failed', failure: failed })
  const comesAndGoes = (...newestFirst: (typeof DOWN | null)[]) => {
    const [run, ...earlier] = newestFirst.map((failed, back) => ended(failed, 100 - back)) as [SyncRun, ...SyncRun[]]
    return contextFor({ now: world.now, timeZone: 'UTC', readBy: HERE, connection, run, runs: [run, ...earlier], latest: [], accountId: null, newestRowOn: null, challenges: [], observed: {} }).intermittent
  }
  assert.equal(comesAndGoes(MOVED, null, REFUSED, null, DOWN, null), undefined)
  assert.equal(comesAndGoes(MOVED, null, MOVED, null, MOVED, null), true)
  const GONE = failure({ stage: 'http', httpStatus: 404 }, { code: 'http_refused' })
  assert.equal(comesAndGoes(GONE, GONE, null, DOWN, null), undefined)
  assert.equal(comesAndGoes(DOWN, null, failure({ stage: 'http', httpStatus: 502 }, { code: 'http_refused' }), null, DOWN, null), true, 'a server that is away says so in many ways')
})

test('a server that stumbled under another login says nothing of a refusal of this one', async () => {
  const world = await newWorld()
  await world.connect(A)
  await world.connect(B)
  world.bank = () => DOWN
  await world.sync(B)
  world.bank = () => REFUSED
  await world.sync(A)
  const refused = await world.problem(A)
  assert.equal(refused?.context.sameBank, undefined)
  assert.equal(refused?.diagnosis.causes[0]?.cause, 'credentials_invalid')
})

test('pieces of evidence become one record: codes in order, texts joined, the first word on the rest', () => {
  const merged = mergeEvidence([{ stage: 'signon', codes: ['15510'], message: 'one' }, { stage: 'statement', codes: ['15500', '15510'], message: 'two', httpStatus: 200 }])
  assert.deepEqual(merged, { stage: 'signon', codes: ['15510', '15500'], message: 'one / two', httpStatus: 200 })
})

test('what is another than at the last success is a fact: the program, its runtime, the network; never without a success to compare with', async () => {
  const world = await newWorld()
  await world.connect(A)
  const connection = (await world.store.connections.get(A))!
  const facts = { now: world.now, timeZone: 'UTC', readBy: { software: '2', runtime: '1', network: '9' }, connection, run: RUN, runs: [RUN], latest: [], accountId: null, newestRowOn: null, challenges: [], observed: {} }
  const changed = (readBy: typeof HERE | null) => {
    const { softwareUpdated, runtimeUpdated, movedHost } = contextFor({ ...facts, connection: { ...connection, readBy } })
    return [softwareUpdated, runtimeUpdated, movedHost]
  }
  assert.deepEqual(changed(HERE), [true, false, true])
  assert.deepEqual(changed(null), [undefined, undefined, undefined])
  assert.deepEqual(changed({ ...HERE, network: '' }), [true, false, undefined], 'a host without a way out has not moved')
})

test('what a person sees at the bank ranks the causes anew, and holds while the problem is open', async () => {
  const world = await newWorld()
  await world.connect(A)
  world.bank = () => failure({ stage: 'signon', codes: ['15500'], message: 'Signon invalid' })
  await world.sync(A)
  const problem = (await world.problem(A))!
  const p = (of: typeof problem | null, cause: string) => of?.diagnosis.causes.find((one) => one.cause === cause)?.p ?? 0
  const told = await tellOfProblem({ store: world.store, clock: world.clock }, problem.id, { bankLoginWorks: true, passwordChangedAtBank: false })
  assert.ok(p(told, 'login_locked') < p(problem, 'login_locked'))
  await world.enterSecret(A, 'another')
  await world.sync(A)
  assert.equal((await world.problem(A))?.context.bankLoginWorks, true)
  assert.equal(await tellOfProblem({ store: world.store, clock: world.clock }, 'nothing', { bankLoginWorks: true }), null)
})

// Fails when: what a look at the clock found speaks for as long as the bank answers the same (seen: a missing account was the fault of a clock that had been right for an hour).
test('a clock that was off when it was looked at is none where the answer itself tells that it is right', () => {
  const evidence = { protocol: 'ofx', stage: 'statement', codes: ['2003'] } as const
  const step = { id: '1', kind: 'bank_status', action: 'auto_retry', who: 'relink', state: 'done', title: 'Look', found: [{ probe: 'clock', outcome: 'wrong', sentence: 'The clock of this host is 900 seconds behind.' }] } as const
  const heard = (clockSkewSeconds?: number) => newsOf({ steps: [step] }, { evidence, context: clockSkewSeconds === undefined ? {} : { clockSkewSeconds } }).length
  assert.deepEqual([heard(), heard(-900), heard(2)], [1, 1, 0])
})
