import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ANA, FAISAL, LENA, PAUL, YUKI, type CustomerSpec } from '../../bank/customers.ts'
import { createPerson, type Person } from '../../bank/person.ts'
import { originOf } from '../../src/connector-kit/origin.ts'
import { connector } from '../../src/connectors/ofx/index.ts'
import type { Failure } from '../../src/domain/evidence.ts'
import { Bench, outputsOf, type BenchOptions } from './bench.ts'

const benches: Bench[] = []
after(() => Promise.all(benches.map((bench) => bench.close())))

async function start(options: Partial<BenchOptions> = {}): Promise<Bench> {
  const bench = await Bench.start({ customer: ANA, ...options })
  benches.push(bench)
  return bench
}

/** A connection that worked, and then the fault. */
async function broken(fault: string, options: Partial<BenchOptions> & { readonly parameters?: Record<string, string | number | boolean> } = {}): Promise<Bench> {
  const bench = await start(options)
  const first = await bench.list()
  assert.equal(first.kind, 'done', JSON.stringify(first))
  await bench.office('POST', '/admin/faults', { name: fault, ...(options.parameters === undefined ? {} : { parameters: options.parameters }) })
  return bench
}

async function failureOf(bench: Bench): Promise<Failure> {
  const outcome = await bench.list()
  assert.equal(outcome.kind, 'failed', JSON.stringify(outcome))
  return outcome.kind === 'failed' ? outcome.failure : assert.fail()
}

function personOf(bench: Bench, customer: CustomerSpec): Person {
  return createPerson({
    user: customer.user,
    password: customer.password,
    send: async ({ method, path, headers, body }) => {
      const answer = await bench.bank.handle({ method, url: path, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: new TextEncoder().encode(body), scheme: 'http' })
      assert.equal(answer.kind, 'http')
      return answer.kind === 'http' ? { status: answer.status, headers: answer.headers, text: new TextDecoder().decode(answer.body) } : assert.fail()
    },
  })
}

/** Evidence by fault: the failure's code and what of the evidence tells it from others. */
const SIGNED_IN_NOTHING: readonly (readonly [fault: string, code: string, shown: RegExp, options?: Partial<BenchOptions>])[] = [
  ['connection-refused', 'bank_unreachable', /"connect".*ECONNREFUSED/],
  ['connection-reset', 'bank_unreachable', /ECONNRESET/],
  ['half-open', 'answer_too_slow', /ETIMEDOUT/, { limits: { idleMs: 150 } }],
  ['slow-drip', 'answer_too_slow', /ETIMEDOUT/, { limits: { totalMs: 400 } }],
  ['http-500', 'http_refused', /500/],
  ['http-503', 'http_refused', /503/],
  ['html-instead', 'answer_unreadable', /text\/html/],
  ['truncated-body', 'answer_unreadable', /200/],
  ['empty-200', 'answer_empty', /"empty":true/],
  ['endless-blanks', 'answer_too_large', /EMSGSIZE/],
  ['garbage-body', 'answer_unreadable', /\[binary\]/],
  ['wrong-certificate', 'tls_refused', /ERR_TLS_CERT_ALTNAME_INVALID/, { https: true }],
  ['expired-certificate', 'tls_refused', /CERT_HAS_EXPIRED/, { https: true }],
  ['old-tls-only', 'tls_refused', /PROTOCOL_VERSION/, { https: true }],
  ['trust-store-stale', 'tls_refused', /SELF_SIGNED|UNABLE_TO/, { https: true }],
  ['url-moved', 'http_refused', /404/],
  ['third-party-blocked', 'http_refused', /403.*[Tt]hird-party/],
  ['geo-block', 'http_refused', /403.*EdgeShield/],
  ['maintenance-announced', 'http_refused', /503.*retry-after/],
  ['fid-changed', 'bank_refused', /13504/],
] // prettier-ignore

for (const [fault, code, shown, options] of SIGNED_IN_NOTHING) {
  test(`${fault}: is told by its evidence, and no password is sent`, async () => {
    const bench = await broken(fault, options)
    const before = (await bench.ledger()).attempts.length
    const failure = await failureOf(bench)
    assert.equal(failure.code, code)
    assert.match(JSON.stringify(failure.evidence), shown)
    assert.equal(failure.evidence[0].institution, 'sandbox')
    assert.equal((await bench.ledger()).attempts.length, before, 'the anonymous profile showed it first')
  })
}

const AT_SIGN_ON: readonly (readonly [fault: string, codes: readonly string[], verdict: string, retry: string])[] = [
  ['password-changed', ['15500'], 'refused', 'afterPerson'],
  ['not-enrolled', ['15500'], 'refused', 'afterPerson'],
  ['password-expired', ['15000', '15500'], 'accepted', 'afterPerson'],
  ['login-locked', ['15502', '15500'], 'locked', 'afterPerson'],
  ['message-to-read', ['2000', '15500'], 'unknown', 'at'],
  ['identity-check', ['15510', '15500'], 'unknown', 'afterPerson'],
  ['login-in-use', ['15501', '15500'], 'unknown', 'at'],
]

for (const [fault, codes, verdict, retry] of AT_SIGN_ON) {
  test(`${fault}: codes are kept outside-in, and the ledger says ${verdict}`, async () => {
    const bench = await broken(fault)
    const failure = await failureOf(bench)
    assert.deepEqual([failure.code, failure.stage, failure.evidence[0].codes, failure.retry.kind], ['bank_refused', 'signon', codes, retry])
    assert.equal((await bench.ledger()).attempts[0]?.outcome, verdict)
  })
}

test('a wrong password is sent once: not in the next run, not when typed again, and the bank does not lock', async () => {
  const bench = await start({ password: 'mistyped' })
  assert.deepEqual((await failureOf(bench)).evidence[0].codes, ['15500'])
  assert.equal((await failureOf(bench)).code, 'secret_withheld')
  assert.ok((await bench.typePassword('mistyped')).sameAsRefused)
  assert.equal((await failureOf(bench)).code, 'secret_withheld')
  assert.equal(bench.bank.state.attempts.length, 1)
  await bench.typePassword(ANA.password)
  assert.equal((await bench.list()).kind, 'done')
})

test('a bank that is down when a person types a password costs no attempt', async () => {
  const bench = await start({ password: 'mistyped' })
  await bench.office('POST', '/admin/faults', { name: 'http-503' })
  for (let i = 0; i < 5; i += 1) assert.equal((await failureOf(bench)).evidence[0].httpStatus, 503)
  assert.equal((await bench.ledger()).attempts.length, 0)
})

for (const [fault, code] of [['account-closed', '2004'], ['account-renumbered', '2003'], ['range-refused', '2027'], ['general-error', '2000']] as const) {
  test(`${fault}: fails this account with ${code}, and the sign-on stays good`, async () => {
    const bench = await start()
    const first = await bench.list()
    assert.ok(first.kind === 'done')
    const [one, other] = first.value.accounts
    assert.ok(one && other)
    await bench.office('POST', '/admin/faults', { name: fault, ...(fault.startsWith('account') ? { account: 'ana-checking' } : {}) })
    const steps = await bench.read(one.ref, bench.window(150))
    const end = steps.at(-1)
    assert.ok(end?.step === 'failed', JSON.stringify(steps))
    assert.deepEqual([end.failure.code, end.failure.stage, end.failure.evidence[0].codes, end.facts.requestRangeDays], ['bank_refused', 'statement', [code], 151])
    assert.equal((await bench.ledger()).attempts[0]?.outcome, 'accepted')
    if (fault.startsWith('account')) assert.equal((await bench.read(other.ref)).at(-1)?.step, 'page')
  })
}

test('the rows of every account are the truth of the bank', async () => {
  const bench = await start()
  const run = bench.run()
  const listed = await bench.list(run)
  assert.ok(listed.kind === 'done' && listed.value.complete)
  assert.equal(listed.value.accounts.length, ANA.accounts.length)
  for (const { ref } of listed.value.accounts) {
    const window = bench.window(60)
    const step = (await bench.read(ref, window, run)).at(-1)
    assert.ok(step?.step === 'page')
    const truth = bench.bank.truth(ref.number).filter((entry) => entry.state === 'booked' && entry.bookedOn >= window.from && entry.bookedOn <= window.to)
    assert.deepEqual(step.page.rows.map((row) => `${row.postedOn} ${Number(row.amount)}`).sort(), truth.map((entry) => `${entry.bookedOn} ${Number(entry.amount)}`).sort())
    assert.deepEqual(step.page.covers, window)
    assert.equal(Number(step.page.balances.find((balance) => balance.kind === 'ledger')?.amount), Number(bench.bank.balance(ref.number)))
  }
})

test('a window that ends before today covers its last day', async () => {
  const bench = await start()
  const run = bench.run()
  const listed = await bench.list(run)
  assert.ok(listed.kind === 'done')
  const { from } = bench.window(60)
  const { from: to } = bench.window(20)
  const step = (await bench.read(listed.value.accounts[2]!.ref, { from, to }, run)).at(-1)
  assert.ok(step?.step === 'page')
  assert.deepEqual(step.page.covers, { from, to })
})

for (const version of ['102', '103', '151', '160', '200', '203', '211', '220']) {
  test(`version ${version} is spoken when the settings demand it`, async () => {
    const bench = await start({ settings: { version } })
    const run = bench.run()
    const listed = await bench.list(run)
    assert.ok(listed.kind === 'done', JSON.stringify(listed))
    assert.equal((await bench.read(listed.value.accounts[0]!.ref, undefined, run)).at(-1)?.step, 'page')
    assert.match(bench.recorder.records()[0]?.request ?? '', new RegExp(`VERSION[:=]"?${version}`))
  })
}

for (const parameters of [{ minimum: 203 }, { minimum: 203, http400: true }]) {
  test(`a version that the bank no longer speaks is replaced without a password (${JSON.stringify(parameters)})`, async () => {
    const bench = await broken('version-refused', { parameters })
    const before = (await bench.ledger()).attempts.length
    const outcome = await bench.list()
    assert.equal(outcome.kind, 'done', JSON.stringify(outcome))
    assert.ok(Number(outcome.state['version']) >= 203)
    assert.equal((await bench.ledger()).attempts[0]?.outcome, 'accepted')
    assert.ok((await bench.ledger()).attempts.length <= before)
  })
}

test('the profile may send the sign-on to another path, not to another origin', async () => {
  const bench = await start()
  const thief = await start()
  await bench.list()
  await bench.office('POST', '/admin/faults', { name: 'dns-gone', parameters: { host: `127.0.0.1:${thief.listening.port}` } })
  const before = thief.bank.state.attempts.length
  const outcome = await bench.list()
  assert.ok(outcome.kind === 'failed')
  assert.equal(thief.bank.state.attempts.length, before, 'the password was not sent there')
})

test('CLIENTUID is made once for a login and kept', async () => {
  const bench = await start()
  await bench.list()
  const first = bench.state['clientUid']
  await bench.list()
  assert.equal(bench.state['clientUid'], first)
  assert.match(String(first), /^[0-9a-f-]{36}$/)
})

const PEOPLE = [LENA, YUKI, FAISAL, PAUL]

/** Asked once, answered in a later run; then all accounts are read in that run. */
async function readAfterCode(bench: Bench, customer: CustomerSpec): Promise<void> {
  const asked = await bench.list()
  assert.ok(asked.kind === 'challenge', JSON.stringify(asked))
  assert.equal(asked.prompts.length, 1)
  const prompt = asked.prompts[0]!
  assert.ok(!JSON.stringify(asked).includes(customer.password))
  const answer = await personOf(bench, customer).answer(prompt.label)
  await bench.vault.sealAnswers('ch1', bench.owner, { [prompt.id]: answer }, bench.clock.now() + 600_000)
  const run = bench.run({ data: JSON.parse(JSON.stringify(asked.resume)), answerFields: [prompt.id] })
  const done = await bench.list(run)
  assert.ok(done.kind === 'done', JSON.stringify(done))
  for (const { ref } of done.value.accounts) assert.equal((await bench.read(ref, undefined, run)).at(-1)?.step, 'page')
  if (customer.mfa !== 'token') assert.equal((await bench.list()).kind, 'done', 'the device is known now')
  assert.ok(!outputsOf(bench, done, asked).includes(`>${answer}`) && !outputsOf(bench, done).includes(customer.password))
}

for (const customer of PEOPLE) {
  test(`MFA by ${customer.mfa}: asked once, answered in a later run, remembered afterwards`, async () => {
    await readAfterCode(await start({ customer }), customer)
  })

  test(`MFA by ${customer.mfa}: one code is enough, also where the bank was last spoken to in a version that names no device`, async () => {
    const bench = await start({ customer })
    bench.state = { signOnUrl: bench.url, version: '102' }
    await readAfterCode(bench, customer)
  })
}

test('a wrong answer is refused as such and not sent again', async () => {
  const bench = await start({ customer: YUKI })
  const asked = await bench.list()
  assert.ok(asked.kind === 'challenge')
  const prompt = asked.prompts[0]!
  await bench.vault.sealAnswers('ch1', bench.owner, { [prompt.id]: 'osaka' }, bench.clock.now() + 600_000)
  const resume = { data: asked.resume, answerFields: [prompt.id] }
  const refused = await bench.list(bench.run(resume))
  assert.ok(refused.kind === 'failed')
  assert.deepEqual([refused.failure.code, refused.failure.stage, refused.failure.evidence[0].codes?.[0]], ['challenge_refused', 'mfa', '3001'])
  const again = await bench.list(bench.run(resume))
  assert.ok(again.kind === 'failed' && again.failure.code === 'secret_withheld')
})

test('accounts named by hand are read where the bank lists none', async () => {
  const settings = { accounts: [{ kind: 'checking', number: '1000200031', bankId: '123456780' }] }
  const bench = await broken('account-list-empty', { settings })
  const run = bench.run()
  const listed = await bench.list(run)
  assert.ok(listed.kind === 'done')
  assert.deepEqual(listed.value.accounts.map((account) => account.ref.number), ['1000200031'])
  assert.equal((await bench.read(listed.value.accounts[0]!.ref, undefined, run)).at(-1)?.step, 'page')
})

test('an empty account list is not believed to be complete', async () => {
  const bench = await broken('account-list-empty')
  const listed = await bench.list()
  assert.ok(listed.kind === 'done')
  assert.deepEqual(listed.value, { accounts: [], complete: false })
})

test('Retry-After is honoured', async () => {
  const bench = await broken('rate-limit')
  const { retry, evidence } = await failureOf(bench)
  const seconds = Number(evidence[0].headers?.['retry-after'])
  assert.ok(seconds > 0 && retry.kind === 'at' && retry.at !== null && Math.abs(retry.at - bench.clock.now() - seconds * 1000) < 10_000, JSON.stringify(retry))
})

test('a server that wants its cookie back gets it', async () => {
  const bench = await broken('empty-200', { parameters: { cookie: true } })
  assert.equal((await bench.list()).kind, 'done')
})

test('over https with the authority that the institution names, and not without', async () => {
  const trusting = await start({ https: true })
  assert.equal((await trusting.list()).kind, 'done')
  const strange = await start({ https: true, trustCa: false })
  assert.equal((await failureOf(strange)).code, 'tls_refused')
})

test('no canary of a secret is in anything that a run puts out, under any of these faults', async () => {
  const canary = 'CANARY horse <&> 7'
  for (const fault of ['http-500', 'html-instead', 'truncated-body', 'password-expired', 'request-malformed', 'general-error']) {
    const bench = await start({ customer: ANA, password: canary })
    await bench.office('POST', '/admin/faults', { name: fault })
    const outcome = await bench.list()
    assert.ok(!/CANARY/.test(outputsOf(bench, outcome)), fault)
  }
})

test('the probes tell what they found', async () => {
  const bench = await start()
  const ask = async (kind: 'profile' | 'other_version') => (await connector.probe(bench.run(), kind)).outcome
  assert.deepEqual([await ask('profile'), await ask('other_version')], ['answers', 'answers'])
  await bench.office('POST', '/admin/faults', { name: 'html-instead' })
  assert.deepEqual([await ask('profile'), await ask('other_version')], ['answers_wrongly', 'same'])
  await bench.office('POST', '/admin/faults', { name: 'connection-refused' })
  assert.equal(await ask('profile'), 'silent')
  assert.equal((await bench.ledger()).attempts.length, 0)
  assert.notEqual(originOf(bench.url), null)
})
