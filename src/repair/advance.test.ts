/** Repairs end with a proof, survive a crash at any step, and never make a lock worse. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPEN_QUESTION } from '../domain/evidence.ts'
import type { RepairPlan } from '../domain/repair.ts'
import { tellOfProblem } from '../diagnose/problems.ts'
import { advanceRepair } from './advance.ts'
import { DOWN, failure, LOCKED, newWorld, ORIGIN, REFUSED, type RepairWorld } from './testing.ts'

const HOUR_MS = 3_600_000
const C = 'c0000000-0000-7000-8000-000000000001'
const OTHER = 'c0000000-0000-7000-8000-000000000002'
const locked = async (world: RepairWorld) => (await world.vault.status({ connectionId: C, loginIndex: `login-${C}` })) === 'locked'
const present = (plan: RepairPlan | null) => plan?.steps.find(({ state }) => state === 'now')
const goOn = (world: RepairWorld) => advanceRepair(world.deps, C, { kind: 'go_on' })
const done = (world: RepairWorld, plan: RepairPlan | null) => advanceRepair(world.deps, C, { kind: 'person', stepId: present(plan)?.id ?? '', did: 'done' })

async function broken(bank: RepairWorld['bank']): Promise<RepairWorld> {
  const world = await newWorld()
  await world.connect(C)
  world.bank = bank
  await world.sync(C)
  return world
}

test('a working connection has nothing to repair', async () => {
  const world = await newWorld()
  await world.connect(C)
  assert.equal(await goOn(world), null)
})

test('a refused password: Relink asks the bank, the person enters a new one, a read proves it', async () => {
  const world = await broken((secret) => (secret === 'new' ? null : REFUSED))
  let plan = await goOn(world)
  assert.equal(present(plan)?.action, 'fix_credentials')
  plan = await done(world, plan)
  assert.equal(present(plan)?.result, 'No new password is stored yet.', 'a click is no effect')
  await world.enterSecret(C, 'new')
  plan = await goOn(world)
  assert.equal(plan?.state, 'proved')
  assert.equal(plan?.steps.at(-1)?.kind, 'proof')
  assert.equal(plan?.steps.at(-1)?.state, 'done')
  assert.equal(await world.problem(C), null)
  assert.deepEqual((await world.store.alerts.list({ limit: 9 })).map(({ closedAt }) => closedAt !== null), [true])
  assert.deepEqual(world.sent, ['old', 'new'])
})

// Fails when: a bank that answers is taken for a clock that is right (seen: the password went out again while the clock was five hours off, and the bank's tries were used up).
test('while the clock of this host is off no sign-in is tried again; once it is right Relink sees it and reads', async () => {
  const WRONG_TIME = failure({ stage: 'signon', codes: ['2020'], message: 'Invalid date: DTCLIENT differs too much from our time' })
  const world = await newWorld()
  await world.connect(C)
  world.skewSeconds = 18_000
  world.bank = () => (world.skewSeconds === 0 ? null : WRONG_TIME)
  await world.sync(C)
  assert.equal((await world.problem(C))?.diagnosis.causes[0]?.cause, 'local_network')
  for (let hour = 0; hour < 5; hour++, world.now += HOUR_MS) assert.equal(present(await goOn(world))?.action, 'fix_network')
  assert.match(present(await goOn(world))?.result ?? '', /clock of this host is 18000 seconds behind/)
  assert.equal(world.sent.length, 1)
  world.skewSeconds = 0
  world.now += HOUR_MS
  await goOn(world)
  assert.deepEqual([await world.problem(C), world.sent.length], [null, 2])
})

// Fails when: a question that the quota did not allow counts as answered (planted: it was done, with the news that the bank answers).
test('what may not be asked teaches nothing: the question is skipped, and the bank is not said to answer', async () => {
  const world = await broken(() => DOWN)
  // The plan is stored with the question in it, and its process dies before asking.
  world.crashIn = 1
  await assert.rejects(goOn(world))
  world.crashIn = Infinity
  assert.equal(present(await world.store.problems.plan((await world.problem(C))?.id ?? ''))?.action, 'auto_retry')
  world.mayAsk = false
  const plan = await goOn(world)
  assert.deepEqual(plan?.steps.filter(({ action, who }) => action === 'auto_retry' && who === 'relink').map(({ state, learned }) => [state, learned]), [['skipped', undefined]])
  assert.doesNotMatch(JSON.stringify((await world.problem(C))?.diagnosis), /The bank answers/)
})

// Fails when: a question that the bank's quota kept here counts as one without an answer (was so).
test('a question that used up quota stops is not asked, and the bank is not said to be silent', async () => {
  const world = await broken(() => DOWN)
  Object.assign(world, { reachable: false, whyNot: [{ stage: 'http', codes: ['quota_reached'], message: 'used up' }] })
  const plan = await goOn(world)
  assert.deepEqual(plan?.steps.filter(({ action, who }) => action === 'auto_retry' && who === 'relink').map(({ state, learned }) => [state, learned]), [['skipped', undefined]])
  assert.deepEqual(await world.store.incidents.list({ limit: 9 }), [])
})

// Fails when: an entry of the bank that was corrected is not taken over when that is said (was so: the read used the old one, and the step “did not help”).
test('a setting that was corrected in the bank’s entry is taken over before the next read', async () => {
  let settings = 'wrong'
  const world = await broken(() => (settings === 'right' ? null : failure({ stage: 'signon', codes: ['settings_unusable'], setting: 'url' }, { code: 'configuration_invalid', message: 'The settings of Riverbank cannot be used: url.' })))
  const reloadInstitution = async () => {
    settings = 'right'
    return 'taken' as const
  }
  const plan = await advanceRepair(world.deps, C, { kind: 'go_on' })
  assert.deepEqual([plan?.cause, present(plan)?.action], ['configuration', 'fix_configuration'])
  const after = await advanceRepair({ ...world.deps, reloadInstitution }, C, { kind: 'person', stepId: present(plan)!.id, did: 'done' })
  assert.equal(after?.state, 'proved')
})

// Fails when: data that came after there were none are never looked at again (was so: the operator put the bank's new address in, and the plan went on waiting for the bank).
test('data about the bank that come later are loaded, although there were none when it was asked for them first', async () => {
  let isNewest = true
  let moved = true
  const world = await broken(() => (moved ? failure({ stage: 'http', httpStatus: 404 }, { code: 'http_refused' }) : null))
  const deps = () => ({ ...world.deps, hasNewerData: async () => !isNewest, reloadInstitution: async () => {
    moved = isNewest
    return isNewest ? ('newest' as const) : ('taken' as const)
  } })
  const plan = await advanceRepair(deps(), C, { kind: 'go_on' })
  assert.match(plan?.steps.find(({ action }) => action === 'update_connection')?.result ?? '', /newest already/)
  world.now += HOUR_MS
  isNewest = false
  const after = await advanceRepair(deps(), C, { kind: 'go_on' })
  assert.equal(after?.state, 'proved', JSON.stringify(after?.steps.map(({ title, state, result }) => [title, state, result])))
})

// Fails when: data that name another address are called the newest already, or nobody is led to the sign-in that would go there (both were so).
test('a bank that moved: what its newest data name is told, and signing in anew is one of the steps', async () => {
  const world = await broken(() => failure({ stage: 'signon', codes: ['endpoint_moved'], message: 'The bank has another address.' }, { code: 'bank_warned' }))
  const plan = await advanceRepair({ ...world.deps, reloadInstitution: async () => 'elsewhere' }, C, { kind: 'go_on' })
  assert.equal(plan?.cause, 'endpoint_moved')
  assert.match(plan.steps.find(({ action }) => action === 'update_connection')?.result ?? '', /^The newest data about this bank name another address\./)
  assert.ok(plan.steps.some(({ action, who }) => action === 'reconnect' && who === 'person'), plan.steps.map(({ action }) => action).join())
})

test('a second wrong password is sent once, is evidence, and may be followed by another', async () => {
  const world = await broken((secret) => (secret === 'right' ? null : REFUSED))
  await goOn(world)
  await world.enterSecret(C, 'wrong')
  const plan = await goOn(world)
  assert.ok(plan?.steps.some(({ action, state }) => action === 'fix_credentials' && state === 'did_not_help'))
  const problem = await world.problem(C)
  const told = problem?.diagnosis.causes.find(({ cause }) => cause === 'credentials_invalid')
  assert.ok(told?.against.some((sentence) => sentence.includes('did not help')))
  assert.deepEqual(world.sent, ['old', 'wrong'])
})

test('while the bank is down the plan waits and nobody is asked for a secret', async () => {
  const world = await broken(() => DOWN)
  world.reachable = false
  let plan = await goOn(world)
  for (const step of plan?.steps ?? []) assert.ok(!['fix_credentials', 'update_mfa', 'reconnect'].includes(step.action ?? ''), step.title)
  assert.equal(present(plan)?.who, 'bank')
  const before = world.sent.length
  plan = await goOn(world)
  assert.equal(world.sent.length, before, 'it does not read before the time has come')
  world.bank = () => null
  world.reachable = true
  world.now = (present(plan)?.notBefore ?? 0) + 1
  plan = await goOn(world)
  assert.equal(plan?.state, 'proved')
})

test('a locked login: no read until the person says that it is unlocked, then exactly one', async () => {
  let stillLocked = true
  const world = await broken(() => (stillLocked ? LOCKED : null))
  assert.equal(await locked(world), true)
  let plan = await goOn(world)
  assert.deepEqual(plan?.steps.map(({ action }) => action), ['unlock_at_bank', null])
  await goOn(world)
  assert.equal(world.sent.length, 1)
  plan = await done(world, plan)
  assert.equal(world.sent.length, 2, 'one check')
  assert.equal(await locked(world), true, 'locked again: nothing more is sent')
  stillLocked = false
  plan = await done(world, await goOn(world))
  assert.equal(plan?.state, 'proved')
  assert.equal(world.sent.length, 3)
})

const ENROLL = failure({ stage: 'signon', codes: ['15500'], message: 'Direct Connect is not activated for this customer. Please enroll at our web site.' })
const UNCLEAR = failure({ stage: 'signon', codes: ['2000'], message: 'General error' })

test('something was done at the bank: the refused password goes out again only by the step that says so, and once', async () => {
  let enrolled = false
  const world = await broken(() => (enrolled ? null : ENROLL))
  let plan = await goOn(world)
  if (present(plan)?.action === 'fix_credentials') plan = await advanceRepair(world.deps, C, { kind: 'person', stepId: present(plan)?.id ?? '', did: 'cannot' })
  assert.equal(present(plan)?.action, 'enroll_at_bank')
  enrolled = true
  plan = await done(world, plan)
  assert.deepEqual(world.sent, ['old'], 'a "done" sends nothing')
  assert.match(present(plan)?.title ?? '', /refused password once more/)
  plan = await done(world, plan)
  assert.deepEqual([plan?.state, world.sent], ['proved', ['old', 'old']])
})

// Fails when: a "done" grants a sign-in, or the permission is asked for twice (planted: both).
test('whatever a person says is done, a refused secret goes out once more at most, and never without its own permission', async () => {
  for (const [said, most] of [['cannot', 1], ['done', 2]] as const) {
    for (const verdict of [REFUSED, ENROLL, failure({ stage: 'signon', codes: ['15500'], message: 'Please accept the new terms at our web site' })]) {
      const world = await broken(() => verdict)
      let plan = await goOn(world)
      for (let turn = 0; turn < 25 && plan !== null; turn++) {
        const step = present(plan)
        world.now += 3_600_000
        // Who has no other password says so; all else "is done".
        const did = step?.kind === 'same_secret' || step?.kind === 'allow_sign_in' ? said : step?.kind === 'credentials' ? 'cannot' : 'done'
        plan = await advanceRepair(world.deps, C, { kind: 'person', stepId: step?.id ?? '', did })
      }
      assert.ok(world.sent.length <= most, `${verdict.evidence[0].message}, ${said}: ${world.sent.length} sends`)
    }
  }
})

// Fails when: a plan that was made while the secret could be sent waits on once it cannot (was so: “tries again by itself”, and no word of what a person has to allow).
test('a bank whose sign-in alone is away: once the second one was sent the plan says who has to allow the next', async () => {
  const away = failure({ stage: 'signon', httpStatus: 503, message: 'HTTP 503' }, { code: 'bank_unreachable', retry: { kind: 'at', at: null } })
  const world = await broken(() => null)
  world.bank = (secret) => (secret === '' ? null : away)
  await world.sync(C)
  const first = await goOn(world)
  const waits = first?.steps.some(({ action }) => action === 'wait_for_bank')
  await world.sync(C)
  const plan = await goOn(world)
  assert.deepEqual([waits, world.sent.length, plan?.steps.some(({ kind, state }) => kind === 'allow_sign_in' && state !== 'done')], [true, 3, true])
})

test('after two sign-ins whose end is not known, only the permission lets a third out', async () => {
  const world = await broken(() => UNCLEAR)
  await world.sync(C)
  assert.equal(world.sent.length, 2)
  let plan = await goOn(world)
  for (let turn = 0; turn < 12; turn++) {
    const step = present(plan)
    world.now += 26 * 3_600_000
    plan = await advanceRepair(world.deps, C, { kind: 'person', stepId: step?.id ?? '', did: step?.kind === 'allow_sign_in' ? 'cannot' : 'done' })
  }
  assert.equal(world.sent.length, 2)
  world.bank = () => null
  for (let turn = 0; turn < 12 && plan?.state === 'open'; turn++) {
    world.now += 26 * 3_600_000
    plan = await done(world, plan)
  }
  assert.deepEqual([plan?.state, world.sent.length], ['proved', 3])
})

test('unlocked at the bank, but the password had been refused before: it is asked for, and goes out again only by its own permission', async () => {
  const world = await broken(() => REFUSED)
  await world.vault.lock({ connectionId: C, loginIndex: `login-${C}` })
  let plan = await goOn(world)
  assert.equal(present(plan)?.action, 'unlock_at_bank')
  plan = await done(world, plan)
  assert.deepEqual([present(plan)?.kind, world.sent], ['same_secret', ['old']])
  plan = await advanceRepair(world.deps, C, { kind: 'person', stepId: present(plan)?.id ?? '', did: 'cannot' })
  assert.equal(present(plan)?.action, 'fix_credentials')
  world.bank = (secret) => (secret === 'new' ? null : REFUSED)
  await world.enterSecret(C, 'new')
  assert.deepEqual([(await goOn(world))?.state, world.sent], ['proved', ['old', 'new']])
})

// Fails when: the unlocking, which lets out no secret that may have been refused, is all that is ever asked for (seen): nine times, and Relink never signed in.
test('unlocked at the bank, but Relink had died while it answered: the permission to sign in is what is left', async () => {
  const world = await newWorld()
  const owner = { connectionId: C, loginIndex: `login-${C}` }
  await world.connect(C)
  assert.ok((await world.vault.lend(owner, ['password'], ORIGIN)).ok)
  world.now += 200_000
  await world.vault.grantOneUse(owner, 'person')
  world.bank = () => LOCKED
  await world.sync(C, 'person')
  let plan = await goOn(world)
  assert.equal(present(plan)?.action, 'unlock_at_bank')
  world.bank = () => null
  plan = await done(world, plan)
  assert.deepEqual([present(plan)?.kind, world.sent], ['allow_sign_in', ['old']])
  plan = await done(world, plan)
  assert.deepEqual([plan?.state, world.sent], ['proved', ['old', 'old']])
})

// Fails when: a read that sends nothing brings the lock of before back (seen): who unlocked the login was told to unlock it, for ever.
test('unlocked holds until the bank says something else, whoever reads meanwhile', async () => {
  const world = await broken(() => REFUSED)
  await world.vault.grantOneUse({ connectionId: C, loginIndex: `login-${C}` }, 'person')
  world.bank = () => LOCKED
  await world.sync(C, 'person')
  assert.equal(await locked(world), true)
  await done(world, await goOn(world))
  assert.equal(await locked(world), false)
  await world.sync(C, 'person')
  assert.equal(await locked(world), false)
  world.bank = (secret) => (secret === 'right' ? null : REFUSED)
  await world.enterSecret(C, 'right')
  assert.deepEqual([(await goOn(world))?.state, world.sent], ['proved', ['old', 'old', 'right']])
})

test('what a person cannot do is skipped, and the plan goes on', async () => {
  const world = await broken(() => REFUSED)
  const plan = await goOn(world)
  const after = await advanceRepair(world.deps, C, { kind: 'person', stepId: present(plan)?.id ?? '', did: 'cannot' })
  assert.ok(after?.steps.some(({ state, action }) => state === 'skipped' && action === 'fix_credentials'))
  assert.equal(after?.state, 'open')
  assert.ok(present(after) !== undefined)
})

test('a crash at any store of the plan: the repair is resumed and ends with a proof, each secret sent once', async () => {
  for (let at = 0; at < 12; at++) {
    const world = await broken((secret) => (secret === 'new' ? null : REFUSED))
    world.crashIn = at
    const tryOn = async () => goOn(world).catch(() => { world.crashIn = Infinity; return null })
    await tryOn()
    await tryOn()
    await world.enterSecret(C, 'new')
    let plan = await tryOn()
    for (let more = 0; more < 3 && plan?.state !== 'proved'; more++) plan = (await tryOn()) ?? plan
    assert.equal(await world.problem(C), null, `crash at ${at}`)
    const [closed] = await world.store.problems.list({ connectionId: C, open: false, limit: 1 })
    assert.equal((await world.store.problems.plan(closed?.id ?? ''))?.state, 'proved', `crash at ${at}`)
    assert.deepEqual(world.sent, ['old', 'new'], `crash at ${at}`)
  }
})

test('a problem that a scheduled read closed ends its plan as proved', async () => {
  const world = await broken(() => DOWN)
  world.reachable = false
  await goOn(world)
  world.bank = () => null
  await world.sync(C)
  assert.equal((await goOn(world))?.state, 'proved')
})

test('what does not pass by itself is not waited for without end: the schedule\'s reads count, and a person is asked', async () => {
  const stale = failure({ stage: 'tls', networkError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, { code: 'tls_refused', retry: { kind: 'at', at: null }, message: 'Nobody vouches for the certificate.' })
  const world = await broken(() => stale)
  world.reachable = false
  let plan = await goOn(world)
  assert.equal(present(plan)?.action, 'wait_for_bank')
  for (let day = 0; day < 2 && present(plan)?.who !== 'person'; day++) {
    world.now += 24 * HOUR_MS
    await world.sync(C)
    // As in a feed that is read every day: the next read always lies ahead.
    await world.store.connections.update(C, { nextSyncAt: world.now + 24 * HOUR_MS, lastAttemptAt: world.now })
    plan = await goOn(world)
  }
  assert.equal(present(plan)?.who, 'person')
  assert.ok(plan?.steps.some(({ action, state }) => action === 'wait_for_bank' && state === 'did_not_help'))
})

test('a step that a person did is judged by whoever reads next, and then the next step comes', async () => {
  const blocked = failure({ stage: 'http', httpStatus: 403, body: 'Automated access is not permitted.' }, { code: 'http_refused', retry: { kind: 'at', at: null }, message: 'HTTP status 403.' })
  const world = await broken(() => blocked)
  const paused = { ...world.deps, earliestReadAt: async () => world.now + 20 * HOUR_MS }
  let plan = await advanceRepair(paused, C, { kind: 'go_on' })
  const first = present(plan)
  assert.equal(first?.who, 'person')
  // The person is there: the bank's pause for programs does not hold the proof up.
  plan = await advanceRepair(paused, C, { kind: 'person', stepId: first?.id ?? '', did: 'done' })
  assert.equal(plan?.steps.find(({ id }) => id === first?.id)?.state, 'did_not_help')
  assert.notEqual(present(plan)?.action, first?.action)
})

// Fails when: a plan that another cause replaces forgets what was done for the one before (was so: the proof named the question alone).
test('a new password that the bank answers with a question: both stand in the proof', async () => {
  let answered = false
  const question = failure({ stage: 'mfa', codes: [OPEN_QUESTION, '3000'], message: 'The bank asks: Your code' })
  const world = await broken((secret) => (secret !== 'new' ? REFUSED : answered ? null : question))
  await goOn(world)
  await world.enterSecret(C, 'new')
  await world.sync(C, 'person')
  const asked = await goOn(world)
  assert.deepEqual([present(asked)?.action, asked?.steps.find(({ action }) => action === 'fix_credentials')?.state], ['update_mfa', 'done'])
  assert.deepEqual(world.sent, ['old', 'new'], 'nothing is read while the question waits')
  answered = true
  await world.store.challenges.create({ id: OTHER, connectionId: C, runId: OTHER, prompts: [], resume: {}, askedAt: world.now, expiresAt: world.now + HOUR_MS, state: 'answered' })
  await world.sync(C, 'person')
  const proved = await goOn(world)
  assert.deepEqual(proved?.steps.filter(({ who, state }) => who === 'person' && state === 'done').map(({ action }) => action), ['fix_credentials', 'update_mfa'])
  assert.equal(proved?.state, 'proved')
})

const at = (stage: 'http' | 'signon', evidence: object, code: 'http_refused' | 'bank_refused' = 'bank_refused') => failure({ stage, ...evidence }, { code, ...(code === 'http_refused' ? { retry: { kind: 'at', at: null } } : {}) })
const OVERLOADED = at('http', { httpStatus: 503 }, 'http_refused')
const ASKS = failure({ stage: 'mfa', codes: ['3000'], message: 'MFA challenge required' })

// Fails when: the step that was now counts as done when the bank mends itself (was so: a letter that nobody sent was ticked).
test('what nobody did is not ticked when a read works by itself: it is not needed any more', async () => {
  const letter = async (work: (world: RepairWorld) => Promise<void>) => {
    const world = await broken(() => failure({ stage: 'signon', codes: ['15500'], message: 'Signon invalid' }))
    await goOn(world)
    world.bank = () => null
    await work(world)
    await world.vault.grantOneUse({ connectionId: C, loginIndex: `login-${C}` }, 'person')
    await world.sync(C)
    const plan = await goOn(world)
    const step = plan?.steps.find(({ startedAt, kind }) => startedAt !== null && kind !== 'proof')
    return [plan?.state, step?.action, step?.state, step?.result]
  }
  assert.deepEqual(await letter(async () => undefined), ['proved', 'fix_credentials', 'skipped', 'Not needed any more.'])
  assert.deepEqual(await letter((world) => world.enterSecret(C, 'new')), ['proved', 'fix_credentials', 'done', 'A new password is stored.'])
})

test('what is done at the bank shows in the read alone, and what waits for the bank has waited', async () => {
  for (const [bank, action, result] of [[failure({ stage: 'signon', codes: ['15511'], message: 'Accept the new terms and conditions at our site' }), 'act_at_bank_site', 'The bank lets Relink read again.'], [DOWN, 'wait_for_bank', 'The sign-in worked; no account was switched on to be read.']] as const) {
    const world = await broken(() => bank)
    world.reachable = bank !== DOWN
    const before = await goOn(world)
    assert.equal(present(before)?.action, action)
    world.bank = () => null
    await world.sync(C)
    const step = (await goOn(world))?.steps.find((one) => one.action === action)
    assert.deepEqual([step?.state, step?.result], ['done', result])
  }
})

// Fails when: what was asked in an outage that is over counts in the next one (was so: the bank was not asked again, the plan showed the old look as done, and no incident was opened).
test('a second outage of one problem is looked at anew and is an incident of its own; what a person did between stays done', async () => {
  const world = await broken(() => DOWN)
  const hear = async (bank: RepairWorld['bank']): Promise<RepairPlan | null> => {
    world.bank = bank
    world.reachable = bank('')?.code !== 'bank_unreachable'
    await world.sync(C)
    return goOn(world)
  }
  await hear(() => DOWN)
  await hear(() => REFUSED)
  world.now += 10 * HOUR_MS
  await world.enterSecret(C, 'another')
  const began = world.now
  const plan = await hear(() => DOWN)
  const looks = plan?.steps.filter(({ learned }) => learned === 'silent') ?? []
  assert.deepEqual([looks.length, looks[0]!.startedAt! > began], [1, true])
  assert.deepEqual([new Set(plan?.steps.map(({ id }) => id)).size, plan?.steps.some(({ action, state }) => action === 'fix_credentials' && state === 'done')], [plan?.steps.length, true])
  const all = await world.store.incidents.list({ institutionId: 'riverbank', limit: 9 })
  assert.deepEqual(all.map(({ endedAt }) => endedAt === null), [true, false])
  assert.ok(all[0]!.startedAt > all[1]!.endedAt!)
})

// Fails when: what was asked and tried while a password was refused doubts the outage that came after it (was so: “We asked the bank more often than it allows” of a bank that refused connections).
test('the card follows what the bank answers now: what was tried on another answer says nothing of it, and speaks again when that one is back', async () => {
  const world = await broken(() => REFUSED)
  const first = async () => (await world.problem(C))?.diagnosis.causes[0]?.cause
  const hear = async (bank: RepairWorld['bank']): Promise<void> => {
    world.bank = bank
    world.reachable = bank('')?.code !== 'bank_unreachable'
    await world.enterSecret(C, `new ${world.now}`)
    await world.sync(C)
  }
  for (let tries = 0; tries < 3; tries++) {
    await goOn(world)
    await world.enterSecret(C, `wrong ${tries}`)
    await goOn(world)
  }
  const afterThree = (await world.problem(C))?.diagnosis
  for (const [bank, cause] of [[DOWN, 'institution_down'], [OVERLOADED, 'institution_down'], [ASKS, 'mfa_required'], [LOCKED, 'login_locked']] as const) {
    await hear(() => bank)
    assert.equal(await first(), cause)
    const plan = await goOn(world)
    assert.equal(await first(), cause, 'what was asked of this answer does not turn it')
    if (bank === DOWN) assert.deepEqual(plan?.steps.filter(({ action, who }) => action === 'auto_retry' && who === 'relink').map(({ learned }) => learned).at(-1), 'silent', 'another answer is looked at anew')
  }
  await world.vault.unlock({ connectionId: C, loginIndex: `login-${C}` })
  await hear(() => REFUSED)
  const again = (await world.problem(C))?.diagnosis
  const doubts = (one: typeof again) => one?.causes.find(({ cause }) => cause === 'credentials_invalid')?.against.filter((said) => said.includes('did not help')).length
  assert.deepEqual([doubts(afterThree), doubts(again)], [1, 1])
})

// Fails when: each of several passwords that the bank refused is a witness of its own, so that the cause that all of them show is ruled out (was so).
test('the same done in vain several times is one voice', async () => {
  const world = await broken(() => REFUSED)
  const p = async () => (await world.problem(C))?.diagnosis.causes.find(({ cause }) => cause === 'credentials_invalid')?.p ?? 0
  const seen: number[] = []
  for (let tries = 0; tries < 4; tries++) {
    await goOn(world)
    await world.enterSecret(C, `wrong ${tries}`)
    await goOn(world)
    seen.push(await p())
  }
  assert.ok(Math.abs((seen[3] ?? 0) - (seen[1] ?? 0)) < 0.02, seen.join(' '))
})

// Fails when: that the person can sign in at the bank, said while it refused a password, still speaks when the bank is away.
test('what a person saw at the bank holds as long as it answers as it did then', async () => {
  const world = await broken(() => REFUSED)
  const problem = await world.problem(C)
  await tellOfProblem(world.deps, problem?.id ?? '', { bankLoginWorks: true, passwordChangedAtBank: false })
  await world.enterSecret(C, 'second')
  await world.sync(C)
  assert.equal((await world.problem(C))?.context.bankLoginWorks, true)
  world.bank = () => DOWN
  await world.sync(C)
  const { bankLoginWorks, passwordChangedAtBank } = (await world.problem(C))?.context ?? {}
  assert.deepEqual([bankLoginWorks, passwordChangedAtBank], [undefined, false])
})

const CONSENT = failure({ stage: 'consent', codes: ['consent_expired'], message: 'The permission has expired' })
const TERMS = failure({ stage: 'signon', codes: ['15511'], message: 'Accept the new terms and conditions at our site' })
const CERTIFICATE = failure({ stage: 'tls', networkError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, { code: 'tls_refused', retry: { kind: 'at', at: null }, message: 'Nobody vouches for the certificate.' })
const MAINTENANCE = at('http', { httpStatus: 503, message: 'Closed for maintenance' }, 'http_refused')
const SHUT_OUT = at('http', { httpStatus: 403, body: 'Automated access is not permitted.' }, 'http_refused')

// Fails when: whoever did the one thing is told that it did not help because another is the matter besides (was so of every pair: a login that was unlocked, and its password was wrong).
test('two troubles at once: what ended the first has helped, what cannot be seen behind the second is not judged, and neither speaks against a cause', async () => {
  const unseen = 'Whether it helped cannot be seen yet: something else is in the way now.'
  const over = (what: string) => `Helped. This is over: “${what}”`
  const pairs = [
    [LOCKED, REFUSED, 'unlock_at_bank', over('Riverbank has locked this login.'), 'fix_credentials'],
    [LOCKED, ASKS, 'unlock_at_bank', over('Riverbank has locked this login.'), 'update_mfa'],
    [LOCKED, DOWN, 'unlock_at_bank', unseen, 'wait_for_bank'],
    [CONSENT, TERMS, 'reconnect', over('Your permission at Riverbank has ended.'), 'act_at_bank_site'],
    [CONSENT, REFUSED, 'reconnect', unseen, 'fix_credentials'],
    [REFUSED, CONSENT, 'fix_credentials', over('Riverbank did not accept the user name or password.'), 'reconnect'],
    [REFUSED, LOCKED, 'fix_credentials', unseen, 'unlock_at_bank'],
    [SHUT_OUT, REFUSED, 'update_software', over('Riverbank does not let programs like Relink in.'), 'fix_credentials'],
    [MAINTENANCE, ASKS, 'wait_for_bank', 'What was waited for is over; something else is the matter now.', 'update_mfa'],
    [CERTIFICATE, REFUSED, 'wait_for_bank', 'What was waited for is over; something else is the matter now.', 'fix_credentials'],
  ] as const
  for (const [first, second, action, result, next] of pairs) {
    const says = `${first.message} then ${second.message}: ${action}`
    const world = await broken(() => first)
    world.reachable = first !== CERTIFICATE
    const before = await goOn(world)
    world.bank = () => second
    world.reachable = second !== DOWN
    if (action === 'fix_credentials') await world.enterSecret(C, 'new')
    if (action === 'wait_for_bank') await world.sync(C)
    const after = action === 'fix_credentials' || action === 'wait_for_bank' ? await goOn(world) : await done(world, before)
    const step = after?.steps.find((one) => one.action === action)
    assert.deepEqual([step?.state, step?.result, present(after)?.action], ['done', result, next], says)
    const doubted = (await world.problem(C))?.diagnosis.causes.flatMap(({ against }) => against).filter((said) => said.includes(step?.title ?? ''))
    assert.deepEqual(doubted, [], says)
  }
})

// Fails when: the proof of a repair still says that it cannot be seen whether a step helped.
test('what could not be seen while the bank was away is seen in the read that works', async () => {
  const world = await broken(() => LOCKED)
  const plan = await goOn(world)
  world.bank = () => DOWN
  await done(world, plan)
  world.bank = () => null
  await world.sync(C)
  const proved = await goOn(world)
  const step = proved?.steps.find(({ action }) => action === 'unlock_at_bank')
  assert.deepEqual([proved?.state, step?.state, step?.result], ['proved', 'done', 'The sign-in worked; no account was switched on to be read.'])
})

// Fails when: the password that locked the login is told to be the one with which a read worked (was so).
test('of a thing that was done twice the first is not said to have helped', async () => {
  const world = await broken(() => REFUSED)
  await goOn(world)
  world.bank = () => LOCKED
  await world.enterSecret(C, 'wrong')
  const asked = await goOn(world)
  world.bank = (secret) => (secret === 'right' ? null : REFUSED)
  await done(world, asked)
  await world.enterSecret(C, 'right')
  const proved = await goOn(world)
  const entered = proved?.steps.filter(({ action }) => action === 'fix_credentials').map(({ result }) => result)
  assert.deepEqual([proved?.state, entered], ['proved', ['It was done again later.', 'A new password is stored.']], JSON.stringify(proved?.steps.map(({ title, state, result }) => [title, state, result])))
})

// Fails when: a wait whose read ended in another trouble stays the present step until somebody asks again (was so: “wait until it can be read: the bank refused”, beside a card that asks for the password).
test('a read at the end of a wait that ends in another trouble is planned for at once', async () => {
  const world = await broken(() => MAINTENANCE)
  const waits = await goOn(world)
  world.bank = () => REFUSED
  world.now = Math.max(present(waits)?.notBefore ?? 0, (await world.store.connections.get(C))?.nextSyncAt ?? 0) + 1
  const plan = await goOn(world)
  assert.deepEqual([plan?.steps.find(({ action }) => action === 'wait_for_bank')?.result, present(plan)?.action], ['What was waited for is over; something else is the matter now.', 'fix_credentials'])
})

// Fails when: what helped once is taken for tried in vain when the same trouble comes again before a read has worked.
test('a permission that ended again after it was given is given again', async () => {
  const world = await broken(() => CONSENT)
  const plan = await goOn(world)
  world.bank = () => ASKS
  await done(world, plan)
  world.bank = () => CONSENT
  await world.sync(C)
  assert.equal(present(await goOn(world))?.action, 'reconnect')
})
