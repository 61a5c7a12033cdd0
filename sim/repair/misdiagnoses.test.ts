/** Six misdiagnoses that were published of other programs, each played or read here, and what must come out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ATLAS } from '../../bank/faults/atlas.ts'
import { diagnose } from '../../src/diagnose/diagnose.ts'
import { dayInZone } from '../../src/domain/day.ts'
import type { CaseRecord } from '../../src/domain/evidence.ts'
import { memoryGround } from '../ground.ts'
import { DAY_MS, HOUR_MS } from '../plan.ts'
import { BrokenFeed, type Strike } from './broken.ts'

const ground = await memoryGround()
const strike = (name: string): Strike => ({ definition: ATLAS.find((one) => one.name === name)!, parameters: {} })
const firstOf = (record: CaseRecord) => diagnose(record)

/** Requests that reached the OFX server since `since`. */
const requestsSince = (feed: BrokenFeed, since: number): number => feed.bank.requests().filter(({ at, path }) => at >= since && !path.startsWith('/site')).length

async function causes(feed: BrokenFeed): Promise<readonly string[]> {
  return (await feed.problems()).map(({ diagnosis }) => diagnosis.causes[0]?.cause ?? '')
}

test('a transient error of the bank is not taken for a window that is too wide: no calls are wasted on narrower ones', async () => {
  const feed = await BrokenFeed.open(1, [strike('general-error')], ground)
  const healthy = requestsSince(feed, feed.now - DAY_MS)
  const since = feed.now
  await feed.passTo(since + 12 * HOUR_MS)
  assert.deepEqual(await causes(feed), ['institution_error'])
  // One read, one look without sign-in, one read after it; cutting windows in halves took dozens.
  assert.ok(requestsSince(feed, since) <= 3 * healthy + 2, `${requestsSince(feed, since)} requests, a healthy day has ${healthy}`)
  const wide: CaseRecord = { evidence: { protocol: 'enable-banking', stage: 'statement', httpStatus: 500, message: 'ASPSP_ERROR: Error interacting with ASPSP' }, context: { connection: 'established', hoursSinceSuccess: 12, requestRangeDays: 30, intermittent: true } }
  assert.ok(['institution_error', 'institution_down'].includes(firstOf(wide).causes[0]!.cause))
})

test('an expired permission is named, is told at once, and is not shown as a general error', async () => {
  const feed = await BrokenFeed.open(2, [strike('consent-expired')], ground)
  await feed.passTo(feed.now + 2 * DAY_MS)
  assert.deepEqual(await causes(feed), ['consent_expired'])
  assert.equal((await feed.relink.store.alerts.list({ open: true, limit: 9 })).filter(({ about }) => about === 'problem').length, 1)
  for (const evidence of [
    { protocol: 'gocardless', stage: 'consent', httpStatus: 401, codes: ['AccessExpiredError'], message: 'EUA was valid for 90 days and it expired' },
    { protocol: 'enable-banking', stage: 'consent', httpStatus: 401, codes: ['EXPIRED_SESSION'], message: 'Session is expired' },
    { protocol: 'berlin-group', stage: 'consent', httpStatus: 401, codes: ['CONSENT_EXPIRED'], message: 'The consent has expired' },
  ] as const) assert.equal(firstOf({ evidence, context: { connection: 'established', consentAgeDays: 91 } }).causes[0]!.cause, 'consent_expired', evidence.protocol)
})

test('an outage does not burn the daily allowance: what the bank allows is left for the day on which it is back', async () => {
  const [ALLOWED, A_READ] = [12, 4]
  const feed = await BrokenFeed.open(3, [strike('http-503')], ground, ALLOWED)
  const since = feed.now
  // Looks and retries together leave enough of each day for a whole read.
  for (let hour = 0; hour < 48 && !feed.over; hour++) {
    await feed.passTo(feed.now + HOUR_MS)
    const used = await feed.relink.store.runs.requestsUsed('simulated', dayInZone(feed.now, feed.timeZone))
    assert.ok(feed.over || used <= ALLOWED - A_READ, `${used} of ${ALLOWED} requests used after ${hour} hours of outage`)
  }
  await feed.passTo(feed.now + 2 * DAY_MS)
  assert.deepEqual(await causes(feed), [])
  assert.ok(((await feed.connection()).lastSuccessAt ?? 0) > since)
})

test('a 422 that calls itself a communication error is a window that the bank does not give', () => {
  const { causes: [first], action } = firstOf({ evidence: { protocol: 'enable-banking', stage: 'statement', httpStatus: 422, codes: ['WRONG_TRANSACTIONS_PERIOD'], severity: 'ERROR', message: 'A communication error occurred with the bank.' }, context: { connection: 'new', requestRangeDays: 91 } })
  assert.deepEqual([first?.cause, action], ['history_limit', 'shorten_range'])
})

test('a 429 is a pause, not a broken feed: the connection stays, nobody is asked for anything, and it reads on', async () => {
  const feed = await BrokenFeed.open(4, [strike('rate-limit')], ground)
  await feed.passTo(feed.now + 22 * HOUR_MS)
  for (const problem of await feed.problems()) {
    assert.equal(problem.diagnosis.causes[0]?.cause, 'rate_limited')
    const plan = await feed.relink.store.problems.plan(problem.id)
    assert.notEqual(plan?.steps.find(({ state }) => state === 'now')?.who, 'person')
  }
  assert.equal((await feed.connection()).state, 'active')
  await feed.passTo(feed.now + 3 * DAY_MS)
  assert.deepEqual(await causes(feed), [])
})

test('a feed in trouble does not block its own recovery: what was mended at the bank alone is seen without a word here', async () => {
  const feed = await BrokenFeed.open(5, [strike('terms-to-accept')], ground)
  await feed.passTo(feed.now + 2 * DAY_MS)
  assert.deepEqual(await causes(feed), ['bank_action_required'])
  await feed.person.signIn()
  await feed.person.acceptTerms()
  for (let day = 0; day < 3 && (await feed.problems()).length > 0; day++) {
    feed.conduct.permit()
    const until = feed.now + DAY_MS
    while (feed.now < until && (await feed.problems()).length > 0) await feed.passTo(until)
  }
  assert.deepEqual(await causes(feed), [])
})
