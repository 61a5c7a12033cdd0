/** A bank that takes no password from programs: tokens for a permission that a person gives at its site (RFC 6749, RFC 7636), over real sockets. */
import assert from 'node:assert/strict'
import { after, describe, test, type TestContext } from 'node:test'
import { ANA } from '../../bank/customers.ts'
import { conformanceChecks } from '../../src/connector-kit/conformance.ts'
import { returnFields, type ConnectorContext } from '../../src/connector-kit/connector.ts'
import { connector } from '../../src/connectors/ofx/index.ts'
import { Bench, outputsOf } from './bench.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Of the tokens that the bank gave, none may be in what a run puts out. */
const TOKENS = /(?:code|refresh|access)-[0-9a-f]{16}/

async function bench(t: TestContext): Promise<Bench> {
  const made = await Bench.start({ customer: ANA, permission: true })
  t.after(() => made.close())
  return made
}

const healthy = await Bench.start({ customer: ANA, permission: true })
const fresh = await Bench.start({ customer: ANA, permission: true })
after(async () => {
  await healthy.close()
  await fresh.close()
})

describe('the OFX connector conforms where a person gives the permission at the bank', () => {
  const checks = conformanceChecks({
    connector,
    institution: healthy.institution, route: healthy.institution.routes[0], form: { username: ANA.user },
    healthy: () => healthy.run(), window: healthy.window(20), challenged: null,
  })
  for (const check of checks) test(check.name, check.run)
})

test('the code becomes tokens, which sign on; the password is asked nowhere and nothing of them is put out', async (t) => {
  const subject = await bench(t)
  subject.clock.advance(HOUR_MS)
  const context = subject.run()
  assert.equal((await subject.signIn(context)).kind, 'done')
  const listed = await subject.list(context)
  assert.equal(listed.kind, 'done')
  const accounts = listed.kind === 'done' ? listed.value.accounts : []
  assert.equal(accounts.length, ANA.accounts.length)
  const steps = await subject.read(accounts[0]!.ref, subject.window(30), context)
  assert.ok(steps.some((step) => step.step === 'page' && step.page.last && step.page.rows.length > 0))
  const facts = listed.kind === 'done' ? listed.facts : {}
  assert.deepEqual([facts.consentAgeDays, facts.consentExpiresInDays, facts.protocolVersion], [0, 180, '220'])
  assert.doesNotMatch(outputsOf(subject, listed, steps), TOKENS)
  assert.deepEqual(subject.bank.state.attempts.map(({ user, code }) => [user, code]), [[ANA.user, 0], [ANA.user, 0]])
  assert.equal((await subject.ledger()).attempts[0]?.outcome, 'accepted', 'a token is counted as a password is')
})

test('a token that is over is renewed, and the old one never sent again; a lost answer costs nothing', async (t) => {
  const subject = await bench(t)
  for (const hours of [1, 24, 24 * 30]) {
    subject.clock.advance(hours * HOUR_MS)
    const context = subject.run()
    assert.equal((await subject.signIn(context)).kind, 'done', `${hours} hours later`)
    assert.equal((await subject.list(context)).kind, 'done')
  }
  // The answer with the new token is lost on the way: the one before is still good.
  subject.clock.advance(HOUR_MS)
  await connector.signIn!(subject.run())
  assert.equal((await subject.signIn()).kind, 'done')
})

test('a permission that ran out or was withdrawn is a refusal: sent once, with the bank\'s word, and given anew by the person', async (t) => {
  for (const [fault, words] of [['consent-expired', /expired/], ['consent-revoked', /withdrew/]] as const) {
    const subject = await bench(t)
    subject.bank.inject({ name: fault })
    subject.clock.advance(2 * HOUR_MS)
    const refused = await subject.signIn()
    assert.equal(refused.kind, 'failed', fault)
    if (refused.kind !== 'failed') return
    assert.deepEqual([refused.failure.code, refused.failure.stage, refused.failure.retry, refused.failure.evidence[0].codes], ['bank_refused', 'consent', { kind: 'afterPerson' }, ['invalid_grant']])
    assert.match(refused.failure.message, words)
    const again = await subject.signIn()
    assert.equal(again.kind === 'failed' ? again.failure.code : again.kind, 'secret_withheld', 'a refused token is sent once')
    assert.doesNotMatch(outputsOf(subject, refused, again), TOKENS)
    assert.equal((await subject.ledger()).attempts.filter(({ outcome }) => outcome === 'refused').length, 1)
    await subject.givePermission()
    assert.equal((await subject.list()).kind, 'done')
  }
})

test('a house that is away is asked without a token when it failed before, so that its absence costs no try', async (t) => {
  const subject = await bench(t)
  subject.clock.advance(2 * HOUR_MS)
  subject.bank.inject({ name: 'http-503' })
  const doubting = { ...subject.run(), inDoubt: true }
  const before = (await subject.ledger()).attempts.length
  for (let tries = 0; tries < 4; tries++) assert.equal((await subject.signIn({ ...doubting, transport: subject.run().transport })).kind, 'failed')
  assert.equal((await subject.ledger()).attempts.length, before)
  subject.bank.clear()
  assert.equal((await subject.signIn({ ...subject.run(), inDoubt: true })).kind, 'done')
})

test('a code that another program got, was used, or is over gives nothing, and none is held against the next', async (t) => {
  const subject = await Bench.start({ customer: ANA, permission: true })
  t.after(() => subject.close())
  await subject.typeUser()
  const strange = await subject.goToBank('w'.repeat(43))
  const fields = strange.resume!.answerFields
  // Somebody else's verifier: the code was stolen on its way back.
  await subject.vault.sealAnswers('ch1', subject.owner, Object.fromEntries(fields.map((field) => [field, field.endsWith('_verifier') ? 'x'.repeat(43) : field.endsWith('_redirect') ? 'http://localhost:7351/return' : 'code-stolen'])), subject.clock.now() + 600_000)
  const refused = await subject.signIn(strange)
  assert.deepEqual(refused.kind === 'failed' ? [refused.failure.stage, refused.failure.evidence[0].codes] : refused.kind, ['consent', ['invalid_grant']])
  await subject.typeUser()
  const late = await subject.goToBank()
  subject.clock.advance(DAY_MS / 240)
  assert.equal((await subject.signIn(late)).kind, 'failed')
  // As after any two sign-ins in a row that were not accepted, the next one is a person's, who begins anew.
  await subject.typeUser()
  await subject.vault.grantOneUse(subject.owner, 'the person')
  assert.equal((await subject.signIn(await subject.goToBank())).kind, 'done')
  assert.equal((await subject.list()).kind, 'done')
})

test('whatever the house for tokens says, it is a failure with evidence and never a sign-in', async () => {
  fresh.clock.advance(2 * HOUR_MS)
  const { transport, ...rest } = fresh.run()
  for (const [status, body, code] of [
    [200, '', 'answer_empty'], [200, '{}', 'answer_unreadable'], [200, '{"access_token":""}', 'answer_unreadable'], [200, '{"access_token":"t","token_type":"mac"}', 'answer_unreadable'], [200, '<html>Sign in</html>', 'answer_unreadable'],
    [503, 'busy', 'http_refused'], [400, '{"error":"invalid_client"}', 'bank_refused'], [503, '{"error":"temporarily_unavailable"}', 'bank_refused'], [200, '[[', 'answer_unreadable'],
  ] as const) {
    const answered = { status, headers: {}, body: new TextEncoder().encode(body), finalUrl: 'http://127.0.0.1/token', receivedAt: rest.now(), clockSkewSeconds: null }
    const outcome = await connector.signIn!({ ...rest, transport: { ...transport, exchange: async (request) => (request.purpose === 'token' ? { ok: true, value: answered } : transport.exchange(request)) } })
    assert.equal(outcome.kind === 'failed' ? outcome.failure.code : outcome.kind, code, body)
  }
})

// Fails when: what the bank has just given is to the ledger a secret that it never accepted: one lost answer, and only a person lets it out again.
test('one answer of the bank\'s that is lost right after a token was renewed needs nobody', async (t) => {
  const subject = await bench(t)
  subject.clock.advance(2 * HOUR_MS)
  const context = subject.run()
  assert.equal((await subject.signIn(context)).kind, 'done')
  subject.bank.inject({ name: 'connection-reset', login: ANA.user })
  assert.equal((await subject.list(context)).kind, 'failed')
  subject.bank.clear()
  subject.clock.advance(2 * HOUR_MS)
  const again = { ...subject.run(), inDoubt: true }
  const done = await subject.signIn(again)
  assert.equal(done.kind, 'done', JSON.stringify(done))
  assert.equal((await subject.list(again)).kind, 'done')
})

/** Plays what the house for tokens answers, under the real transport's judgement of the attempt. */
function answering(subject: Bench, status: number, body: string): ConnectorContext {
  const { transport, ...rest } = subject.run()
  const answered = { status, headers: {}, body: new TextEncoder().encode(body), finalUrl: 'http://127.0.0.1/token', receivedAt: rest.now(), clockSkewSeconds: null }
  return { ...rest, transport: { ...transport, exchange: async (request) => (request.purpose === 'token' ? { ok: true, value: answered } : transport.exchange(request)) } }
}

// Fails when: an excerpt of an answer that is not understood holds a token that was never stored, and so is known to no mask.
test('an answer with a token that cannot be used puts out nothing of it', async (t) => {
  const subject = await bench(t)
  subject.clock.advance(2 * HOUR_MS)
  for (const [status, body] of [[200, '{"access_token":"geheim-abc","token_type":"mac"}'], [500, '{"access_token":"geheim-abc"}'], [200, '{"access_token":"geheim-abc","refr'], [200, 'access_token=geheim-abc&token_type=bearer']] as const) {
    const outcome = await connector.signIn!(answering(subject, status, body))
    assert.equal(outcome.kind, 'failed', body)
    assert.doesNotMatch(outputsOf(subject, outcome), /geheim/, body)
  }
})

test('what the bank says beside the token spoils no token', async (t) => {
  const subject = await bench(t)
  for (const more of ['"expires_in":"1800"', '"expires_in":"1800s"', '"expires_in":null', '"expires_in":1e300', '"refresh_expires_in":-1', '"refresh_token":null', '"refresh_token":""']) {
    const outcome = await connector.signIn!(answering(subject, 200, `{"access_token":"t",${more}}`))
    assert.equal(outcome.kind, 'done', more)
    const ends = connector.endsAt!(outcome.state)
    assert.ok(ends === null || ends < subject.clock.now() + 400 * DAY_MS, more)
  }
})

// Fails when: an end that each renewal puts off is taken for the permission's (was so): its owner was told every day that it ends in a week.
test('an end that moves on with each renewal is how long nobody may read, not when the permission ends', async (t) => {
  const subject = await bench(t)
  const ends: (number | null)[] = []
  const renew = async (seconds: number): Promise<void> => {
    subject.clock.advance(6 * HOUR_MS)
    const { state } = await connector.signIn!(answering(subject, 200, `{"access_token":"t","expires_in":1800,"refresh_token":"r","refresh_token_expires_in":${seconds}}`))
    subject.state = state
    const end = connector.endsAt!(state)
    ends.push(end === null ? null : Math.round((end - subject.clock.now()) / HOUR_MS))
  }
  for (let n = 0; n < 4; n++) await renew(7 * 24 * 3_600)
  assert.deepEqual(ends.splice(0).slice(1), [null, null, null])
  for (let left = 72; left > 54; left -= 6) await renew(left * 3_600 - (left % 5))
  assert.deepEqual(ends, [72, 66, 60], 'and one that stays is the end')
})

test('a house that says itself that it is away is away: no token is shown to it', async (t) => {
  const subject = await bench(t)
  subject.clock.advance(2 * HOUR_MS)
  const shown: (readonly string[])[] = []
  const context = answering(subject, 503, '{"error":"temporarily_unavailable"}')
  const { transport } = context
  const outcome = await connector.signIn!({ ...context, inDoubt: true, transport: { ...transport, exchange: (request) => { shown.push(request.secrets); return transport.exchange(request) } } })
  assert.equal(outcome.kind, 'failed')
  assert.deepEqual(shown.filter((fields) => fields.length > 0), [])
})

test('a token whose time is over in the middle of a read is not shown any more: the next read has another', async (t) => {
  const subject = await bench(t)
  const context = subject.run()
  assert.equal((await subject.signIn(context)).kind, 'done')
  const listed = await subject.list({ ...context, state: subject.state })
  const ref = listed.kind === 'done' ? listed.value.accounts[0]!.ref : assert.fail()
  subject.clock.advance(HOUR_MS)
  const steps = await subject.read(ref, subject.window(30), { ...context, state: subject.state })
  const last = steps.at(-1)
  assert.equal(last?.step === 'failed' ? last.failure.retry.kind : last?.step, 'at', JSON.stringify(last))
  const next = subject.run()
  assert.equal((await subject.signIn(next)).kind, 'done')
  assert.equal((await subject.list(next)).kind, 'done')
})

// Fails when: codes are to the ledger the user name that they came with: one that nobody saw answered keeps every later one, and the user name itself, away.
test('a code whose answer was lost, or met a process that died, is not held against the next, nor against setting out anew', async (t) => {
  for (const end of ['lost', 'abandoned'] as const) {
    const subject = await Bench.start({ customer: ANA, permission: true })
    t.after(() => subject.close())
    await subject.typeUser()
    await subject.goToBank()
    const lent = await subject.vault.lend(subject.owner, Object.values(returnFields('permission')), new URL(subject.url).origin)
    assert.ok(lent.ok)
    if (end === 'lost') await lent.value.settle('lost')
    else await subject.abandon()
    await subject.typeUser()
    const done = await subject.signIn(await subject.goToBank())
    assert.equal(done.kind, 'done', `${end} ${JSON.stringify(done)}`)
  }
})

// Fails when: a bank that gives one token for long, and none to renew it, wants the person at every read.
test('where the bank gives no token to renew with, its token is good until its end, and then the person is asked', async (t) => {
  const subject = await bench(t)
  subject.bank.state.permissions.at(-1)!.access = { token: 'access-for-long', endsAt: subject.clock.now() + 90 * DAY_MS }
  await subject.vault.seal({ owner: subject.owner, values: { username: ANA.user, access_token: 'access-for-long' }, identity: ['username'], origins: [new URL(subject.url).origin] })
  const given = await connector.signIn!({ ...answering(subject, 200, '{"access_token":"access-for-long","expires_in":7776000}'), resume: { data: { kind: 'permission' }, answerFields: ['permission'] } })
  subject.state = given.state
  assert.equal(connector.endsAt!(subject.state), subject.clock.now() + 90 * DAY_MS)
  for (const days of [1, 30]) {
    subject.clock.advance(days * DAY_MS)
    assert.equal((await subject.signIn()).kind, 'done')
    assert.equal((await subject.list()).kind, 'done')
  }
  // Who sets out anew before the end is led to the bank too.
  await subject.typeUser()
  assert.equal((await subject.signIn()).kind, 'done')
  assert.equal((await subject.list()).kind, 'challenge')
  assert.equal((await subject.signIn(await subject.goToBank())).kind, 'done')
  assert.equal((await subject.list()).kind, 'done')
})
