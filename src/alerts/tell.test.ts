import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../domain/day.ts'
import { failed, ok } from '../domain/result.ts'
import type { Alert } from '../domain/alert.ts'
import { letterText } from '../adapters/letter-text.ts'
import { readLanguages } from '../language/language.ts'
import { aChallenge, aLedger, anIncident, aPage, aProblem, aRun, newId } from '../store/fixtures.ts'
import { changeDestination } from './destinations.ts'
import { judgeAlerts } from './health.ts'
import { sendQuestion, sendTest } from './tell.ts'
import { watch } from './watch.ts'
import { masked } from './words.ts'
import { DAY, diagnosisOf, HOUR, MINUTE, NOON, world } from './world.fixture.ts'

const anAlert = (over: Partial<Alert>): Alert => ({ id: newId(), about: 'warning', problemId: null, connectionId: null, accountId: null, key: null, facts: {}, openedAt: NOON, closedAt: null, deliveredAt: null, ...over })

/** What a read that proves something has. */
const READ = { accountId: newId(), added: 0, matched: 3, changed: 0, withdrawn: 0, questions: 0, failure: null }
test('what needs a person is told once, however often it fails; when it works again that is told with the rows and the proof', async () => {
  const { store, add, pass, open, connection, sent, now } = await world()
  await add()
  const { id: connectionId } = await connection()
  const problem = await open(connectionId, 'credentials_invalid')
  assert.deepEqual(await pass(30_000), [], 'the doctor looks first')
  assert.deepEqual(await pass(MINUTE), ['Riverbank: credentials_invalid'])
  const [{ letter: { items: [item] } }] = sent as [(typeof sent)[number]]
  assert.deepEqual([item?.next, item?.link, item?.text, item?.topic], ['Mend credentials_invalid', `https://books.example/connections/${connectionId}`, 'Relink tries 14 Oct, 16:30.', 'needs_you'], 'instants by the clock of the reader')
  for (let turn = 0; turn < 5; turn++) {
    await store.problems.update(problem.id, { updatedAt: now() })
    assert.deepEqual(await pass(HOUR), [])
  }
  const ledger = await aLedger(store, connectionId)
  await store.feed.commitPage(aPage(ledger, [], { spans: [{ accountId: ledger.accountId, sourceId: ledger.sourceId, from: day('2026-10-01'), to: day('2026-10-14'), opening: 1n, closing: 1n, rowsSum: 0n, status: 'proved' }] }))
  const proof = aRun({ connectionId, trigger: 'repair', outcome: 'succeeded', accounts: [{ accountId: ledger.accountId, added: 23, matched: 312, changed: 0, withdrawn: 0, questions: 0, failure: null }] })
  await store.runs.create(proof)
  await store.problems.update(problem.id, { closedAt: now(), proofRunId: proof.id })
  assert.deepEqual(await pass(MINUTE), ['The feed from Riverbank works again.'])
  assert.match(sent.at(-1)!.letter.items[0]!.text, /23 new rows, 312 there already\. The bank’s balance agrees with the rows\. Next read 14 Oct, 15:00\./)
  assert.deepEqual(await pass(HOUR), [])
  assert.ok((await store.alerts.get(problem.id))?.deliveredAt !== null)
})

// Fails when: it is as young as the clock says that ran ahead when it began, as it was: nobody was told until that instant had come.
test('what a clock that ran ahead noted is told by the right one', async () => {
  const { store, add, pass, connection, now } = await world()
  await add()
  const { id } = await connection()
  await store.problems.open(aProblem(id, { openedAt: now() + 20 * DAY, updatedAt: now() + 20 * DAY, diagnosis: diagnosisOf('credentials_invalid') }))
  assert.deepEqual(await pass(MINUTE), ['Riverbank: credentials_invalid'])
  assert.deepEqual(await pass(MINUTE), [])
})

// Fails when: everything in a message counts as told once it went (as it did): "works again" came for what was over before, and left out.
test('of two that break in the quiet hours the one that was mended in them is told neither as broken nor as mended', async () => {
  const { store, add, pass, open, connection, now, sent } = await world()
  await add({ quiet: { from: '10:00', to: '20:00', timeZone: 'UTC' } })
  const [one, other] = [await connection(), await connection()]
  const mended = await open(one.id, 'credentials_invalid')
  await open(other.id, 'credentials_invalid')
  assert.deepEqual(await pass(2 * MINUTE), [])
  const run = aRun({ connectionId: one.id })
  await store.runs.create(run)
  await store.problems.update(mended.id, { closedAt: now() + HOUR, proofRunId: run.id })
  await pass(9 * HOUR)
  assert.deepEqual(sent.map(({ letter }) => letter.items.map(({ connectionId, state }) => [connectionId, state])), [[[other.id, 'begins']]])
  await pass(HOUR)
  assert.equal(sent.length, 1)
})

test('a hiccup of a bank is told to nobody; an outage of a hundred connections is one message, and one when it is over', async () => {
  const { store, add, pass, open, connection, now, sent } = await world()
  await add()
  const first = await connection()
  const hiccup = await open(first.id, 'institution_down')
  assert.deepEqual(await pass(10 * MINUTE), [])
  await store.problems.update(hiccup.id, { closedAt: now() })
  assert.deepEqual(await pass(HOUR), [])
  const problems = []
  for (let turn = 0; turn < 100; turn++) problems.push(await open((await connection()).id, 'institution_error'))
  const [leading] = problems
  const incident = anIncident({ problemId: leading!.id, startedAt: now(), failing: 100, connections: 100 })
  await store.incidents.open(incident, problems.map(({ id }) => id))
  assert.deepEqual(await pass(2 * MINUTE), ['Riverbank: institution_error'])
  assert.match(sent.at(-1)!.letter.items[0]!.text, /^100 of 100 connections to it fail\. .* Nothing for you to do\.$/)
  assert.equal(sent.at(-1)!.letter.items[0]!.next, null)
  assert.deepEqual(await pass(5 * HOUR), [])
  await store.incidents.update(incident.id, { endedAt: now() })
  assert.deepEqual(await pass(MINUTE), ['Riverbank answers again.'])
  assert.match(sent.at(-1)!.letter.items[0]!.text, /^It was away from 14 Oct, 15:10 to 14 Oct, 20:12\.$/)
  assert.deepEqual(await pass(HOUR), [])
})

// Fails when: an outage is told with rows to come where no account was chosen to be read (was so).
test('an outage of a bank promises missed days only where accounts of it are read', async () => {
  await readLanguages()
  const { store, add, pass, connection, now, sent } = await world()
  await add()
  await add({ label: 'Handy', language: 'de' })
  await connection({ readPlan: { everyMinutes: null, hours: null, awaitsChoice: true } })
  await connection({ state: 'disabled' })
  const incident = anIncident({ startedAt: now(), failing: 1, connections: 1 })
  await store.incidents.open(incident, [])
  assert.equal((await pass(2 * MINUTE)).length, 2)
  assert.deepEqual(sent.map(({ letter }) => letter.items[0]!.text), ['1 of 1 connection to it fails. Relink asks again by itself, and reads no account before you choose which. Until it is back there is nothing for you to do.', '1 von 1 Verbindung dorthin ist gestört. Relink fragt von selbst wieder an und ruft kein Konto ab, bevor Sie auswählen, welche. Bis sie wieder antwortet, müssen Sie nichts tun.'])
  await store.incidents.update(incident.id, { endedAt: now() })
  await connection()
  await pass(DAY)
  await store.incidents.open(anIncident({ startedAt: now(), failing: 1, connections: 2 }), [])
  assert.equal((await pass(2 * MINUTE)).length, 2)
  assert.match(sent.at(-2)!.letter.items[0]!.text, /^1 of 2 connections to it fails\. Relink reads all missed days when it is back\./)
})

test('an outage without an incident is told when it lasts; when it turns out to need a person that is told, too; and the end once', async () => {
  const { store, add, pass, open, connection, now } = await world()
  await add()
  const { id } = await connection()
  const problem = await open(id, 'institution_down')
  assert.deepEqual(await pass(14 * MINUTE), [])
  assert.deepEqual(await pass(2 * MINUTE), ['Riverbank: institution_down'])
  await store.problems.update(problem.id, { diagnosis: diagnosisOf('login_locked') })
  assert.deepEqual(await pass(MINUTE), ['Riverbank: login_locked'])
  await store.problems.update(problem.id, { diagnosis: diagnosisOf('institution_down') })
  assert.deepEqual(await pass(MINUTE), [], 'who knows that it needs them is not told to wait')
  const run = aRun({ connectionId: id, accounts: [READ] })
  await store.runs.create(run)
  await store.problems.update(problem.id, { closedAt: now(), proofRunId: run.id })
  assert.deepEqual(await pass(MINUTE), ['The feed from Riverbank works again.'])
})

test('an alert that begins anew after its outage ended is told anew, and so is its end', async () => {
  const { store, add, pass, open, connection, now } = await world()
  await add()
  const { id } = await connection()
  const problem = await open(id, 'institution_down')
  const incident = anIncident({ problemId: problem.id, startedAt: now() })
  await store.incidents.open(incident, [problem.id])
  assert.deepEqual(await pass(2 * MINUTE), ['Riverbank: institution_down'])
  await store.incidents.update(incident.id, { endedAt: now() })
  assert.deepEqual(await pass(MINUTE), ['Riverbank answers again.'])
  await store.problems.update(problem.id, { diagnosis: diagnosisOf('credentials_invalid'), closedAt: null })
  assert.deepEqual(await pass(MINUTE), ['Riverbank: credentials_invalid'])
  const run = aRun({ connectionId: id, accounts: [READ] })
  await store.runs.create(run)
  await store.problems.update(problem.id, { closedAt: now(), proofRunId: run.id })
  assert.equal((await pass(MINUTE)).length, 1)
})

test('what an incident took over and gave back is told to work again', async () => {
  const { store, add, pass, open, connection, now } = await world()
  await add()
  const { id } = await connection()
  const problem = await open(id, 'credentials_invalid')
  assert.equal((await pass(2 * MINUTE)).length, 1)
  await store.incidents.open(anIncident({ problemId: null, startedAt: now(), lastFailureAt: now() }), [problem.id])
  await pass(5_000)
  await store.problems.update(problem.id, { closedAt: null })
  await pass(5_000)
  const run = aRun({ connectionId: id, accounts: [READ] })
  await store.runs.create(run)
  await store.problems.update(problem.id, { closedAt: now(), proofRunId: run.id })
  assert.deepEqual(await pass(5_000), ['The feed from Riverbank works again.'])
})

test('a question of the schedule’s read comes alone, with its link, and its problem is silent meanwhile; who is there is not told', async () => {
  const { store, add, pass, open, connection, sent, now } = await world()
  await add()
  const ask = async (trigger: 'schedule' | 'person') => {
    const { id } = await connection()
    const run = aRun({ connectionId: id, trigger })
    await store.runs.create(run)
    const question = aChallenge(id, run.id, { askedAt: now(), expiresAt: now() + 10 * MINUTE })
    await store.challenges.create(question)
    await open(id, 'mfa_required')
    return question
  }
  await ask('person')
  const asked = await ask('schedule')
  assert.deepEqual(await pass(5_000), ['Riverbank asks to know that it is you.'])
  const { items: [item] } = sent[0]!.letter
  assert.deepEqual([item?.link, item?.next, item?.text], [`https://books.example/c/${asked.id}.signed`, 'Answer now', 'It waits until 14:10. The link works once, for ten minutes, for a member who signs in.'])
  assert.deepEqual(await pass(2 * MINUTE), [])
  await store.challenges.move(asked.id, 'open', 'expired')
  assert.deepEqual(await pass(MINUTE), ['Riverbank: mfa_required'], 'then it is a problem like others')
  assert.equal((await store.alerts.get(asked.id))?.closedAt, now())
})

test('whoever is here sends a question to all that hear of questions, to none after another; one that does not answer holds up nobody', async () => {
  const { store, deps, add, connection, now, sent, answerWith } = await world()
  for (const label of ['Silent', 'Phone', 'Tablet']) await add({ label })
  await add({ label: 'Deaf', topics: ['needs_you'] })
  const { id } = await connection()
  const run = aRun({ connectionId: id, trigger: 'person' })
  await store.runs.create(run)
  const question = aChallenge(id, run.id, { askedAt: now(), expiresAt: now() + 10 * MINUTE })
  await store.challenges.create(question)
  const { courier } = deps
  let [begun, before] = [0, 0]
  const slow: typeof courier = async (...given) => {
    begun++
    await new Promise(setImmediate)
    before = Math.max(before, begun - sent.length)
    return courier(...given)
  }
  answerWith(() => (sent.length === 1 ? failed({ message: 'no answer', again: 'later' }) : ok(null)))
  assert.deepEqual(await sendQuestion({ ...deps, courier: slow }, question.id), [{ label: 'Silent', failure: 'no answer' }, { label: 'Phone', failure: null }, { label: 'Tablet', failure: null }])
  assert.deepEqual(sent.map(({ letter }) => letter.items[0]?.topic), ['question', 'question', 'question'])
  assert.deepEqual([before, new Set(sent.map(({ letter }) => letter.id)).size], [3, 3])
})

test('nothing joins a question that waits: neither another question nor a problem', async () => {
  const { store, add, pass, open, connection, sent, now } = await world()
  await add({ quiet: { from: '12:00', to: '12:06', timeZone: 'UTC' } })
  for (const [at] of [0, 1].entries()) {
    const { id } = await connection()
    const run = aRun({ connectionId: id, trigger: 'schedule' })
    await store.runs.create(run)
    await store.challenges.create(aChallenge(id, run.id, { askedAt: now(), expiresAt: now() + 30 * MINUTE }))
    if (at === 0) await open((await connection()).id, 'credentials_invalid')
    await pass(5_000)
  }
  await pass(2 * MINUTE)
  await open((await connection()).id, 'login_locked')
  await pass(2 * MINUTE)
  await pass(2 * MINUTE)
  assert.deepEqual(sent.map(({ letter }) => letter.items.map(({ topic }) => topic)).sort(), [['needs_you', 'needs_you'], ['question'], ['question']])
})

test('quiet hours hold messages until their end and send them together, without what is over by then', async () => {
  const { store, add, pass, open, connection, sent, now } = await world()
  await add({ quiet: { from: '13:00', to: '07:00', timeZone: 'UTC' } })
  await pass(2 * HOUR)
  const [one, two, three] = [await connection(), await connection(), await connection()]
  await open(one.id, 'credentials_invalid')
  await pass(HOUR)
  const over = await open(two.id, 'login_locked')
  await pass(HOUR)
  await open(three.id, 'consent_expired')
  await pass(HOUR)
  await store.problems.update(over.id, { closedAt: now() })
  assert.deepEqual(await pass(12 * HOUR), [], 'at five in the morning')
  assert.deepEqual(await pass(2 * HOUR + MINUTE), ['2 things about your bank feeds, 2 need you'])
  assert.deepEqual(sent.flatMap(({ letter }) => letter.items.map(({ cause }) => cause)), ['credentials_invalid', 'consent_expired'])
  assert.deepEqual((await store.alerts.messages(9)).map(({ state }) => state), ['sent'])
  assert.deepEqual(await pass(13 * HOUR), [], 'of what was over before it was told no end is told')
})

test('each destination hears what it chose, and what it did not choose is no failure', async () => {
  const { store, add, pass, open, connection, sent, now } = await world()
  await add({ label: 'Mail', topics: ['mended'] })
  await add({ label: 'Hook', topics: ['needs_you'] })
  await add({ label: 'None', topics: [] })
  sent.length = 0
  await pass(MINUTE)
  sent.length = 0
  const { id } = await connection()
  const problem = await open(id, 'credentials_invalid')
  await pass(2 * MINUTE)
  assert.deepEqual(sent.map(({ to }) => to), ['Hook'])
  const run = aRun({ connectionId: id, accounts: [READ] })
  await store.runs.create(run)
  await store.problems.update(problem.id, { closedAt: now(), proofRunId: run.id })
  assert.deepEqual(await pass(MINUTE), [], 'of the end hears who heard of the beginning')
})

test('a process that dies between sending and its record sends again with the same id; a message that fails is tried ever later, then once a day as long as it stands', async () => {
  const { store, add, pass, open, connection, sent, answerWith, now } = await world()
  await add()
  await open((await connection()).id, 'credentials_invalid')
  const { end } = store.alerts
  Object.assign(store.alerts, { end: async () => { throw new Error('killed') } })
  await assert.rejects(pass(2 * MINUTE))
  Object.assign(store.alerts, { end })
  answerWith(() => failed({ message: 'ntfy.example answered with HTTP 503.', again: 'later' }))
  assert.deepEqual(await pass(MINUTE), [], 'it may still be on its way')
  await pass(3 * MINUTE)
  assert.equal(sent.length, 2)
  assert.equal(new Set(sent.map(({ letter }) => letter.id)).size, 1)
  const [destination] = await store.alerts.destinations()
  assert.deepEqual([destination?.failure, destination?.state], ['ntfy.example answered with HTTP 503.', 'active'])
  const began = now()
  while (now() - began < 3 * DAY) await pass(5 * MINUTE)
  assert.ok(sent.length > 11 && sent.length < 16, `${sent.length} tries`)
  assert.equal(new Set(sent.map(({ letter }) => letter.id)).size, 1)
  answerWith(() => ok(null))
  for (let turn = 0; turn < 25; turn++) await pass(HOUR)
  assert.deepEqual([(await store.alerts.messages(1))[0]?.state, (await pass(DAY)).length], ['sent', 0])
})

// Fails when: one refusal, or a day without answer, is the last word (each was so): a problem stayed open, and nobody heard of it any more.
test('what is refused is tried again each day as long as it stands; the end of it, and what somebody got, are not', async () => {
  for (const [again, tries] of [['tomorrow', 4], ['never', 1]] as const) {
    const { store, add, pass, open, connection, sent, answerWith, now } = await world()
    await add()
    const problem = await open((await connection()).id, 'credentials_invalid')
    answerWith(() => failed({ message: 'The mailbox is not there.', again }))
    for (let turn = 0; turn < 80; turn++) await pass(HOUR)
    assert.deepEqual([again, sent.length, (await store.alerts.destinations())[0]?.failure], [again, tries, 'The mailbox is not there.'])
    await store.problems.update(problem.id, { closedAt: now() })
    for (let turn = 0; turn < 80; turn++) await pass(HOUR)
    assert.equal(sent.length, tries, 'it is over')
  }
})

test('a destination whose password is refused gets nothing more until a test gets through; then what still holds is told', async () => {
  const { store, add, pass, open, connection, sent, answerWith, deps } = await world()
  const destination = await add()
  const { id } = await connection()
  await open(id, 'credentials_invalid')
  answerWith(() => failed({ message: 'refused', again: 'stop' }))
  await pass(2 * MINUTE)
  assert.equal(sent.length, 1)
  await pass(DAY)
  assert.equal(sent.length, 1, 'a mailbox locks too')
  assert.deepEqual((await sendTest(deps, destination)).ok, false)
  assert.match(judgeAlerts(await store.alerts.destinations())?.sentence ?? '', /^Alerts do not get through to “Phone” since 2026-10-14 12:02 UTC: refused Nothing more is sent there/)
  const [stored] = await store.alerts.destinations()
  const steering = { ...stored!, label: 'Phone\n✓ database \u001b[2J\u009b\u202e', failure: 'refused\r\u0007' }
  for (const one of [steering, { ...steering, failingSince: null }]) assert.doesNotMatch(judgeAlerts([one])?.sentence ?? '', /[\p{C}\p{Zl}\p{Zp}]/u, 'what was stored before labels were looked at')
  answerWith(() => ok(null))
  assert.equal((await sendTest(deps, destination)).ok, true)
  assert.equal(sent.at(-1)?.letter.subject, 'A test from Relink')
  assert.deepEqual(await pass(5_000), ['Riverbank: credentials_invalid'])
  assert.deepEqual((await store.alerts.destinations()).map(({ state, failure, failingSince }) => [state, failure, failingSince]), [['active', null, null]])
})

// Fails when: the answer to the old entry stops the destination (seen): who mends what is refused, while a message is on its way, heard nothing more.
test('a destination that is entered anew while a message is on its way is not stopped by what the old entry was told', async () => {
  for (const place of [{ kind: 'ntfy', server: 'https://ntfy.example', topic: 'feeds', token: 'anew' }, { kind: 'ntfy', server: 'https://other.example', topic: 'feeds' }] as const) {
    const { store, add, deps, parts } = await world()
    const destination = await add()
    const courier = async () => {
      assert.ok((await changeDestination(parts, 'user:a', destination.id, { place })).ok)
      return failed({ message: 'refused', again: 'stop' as const })
    }
    assert.equal((await sendTest({ ...deps, courier }, destination)).ok, false)
    assert.equal((await store.alerts.destinations())[0]?.state, 'active')
  }
})

test('what throws on the way stops the destination with a sentence there, is not tried for ever, and is what a test says', async () => {
  const { store, add, pass, open, connection, sent, answerWith, deps } = await world()
  const destination = await add()
  await open((await connection()).id, 'credentials_invalid')
  answerWith(() => { throw new Error('CANARY') })
  await pass(2 * MINUTE)
  await pass(DAY)
  assert.equal(sent.length, 1)
  const [{ state, failure } = destination] = await store.alerts.destinations()
  assert.equal(state, 'stopped')
  assert.match(failure ?? '', /^Relink could not send with what this destination was entered with\./)
  const tested = await sendTest(deps, destination)
  assert.ok(!tested.ok && tested.failure.again === 'stop' && tested.failure.message === failure)
})

test('a number that may be an account’s is masked however it is grouped; days, counts and addresses of servers stay', () => {
  for (const number of [
    'DE89 3704 0044 0532 0130 00', 'DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000', 'DE89\u2009370400440532013000', 'DE89\u202f3704\u200b0044 0532 0130 00', '4111.1111.1111.1111', '4111/1111/1111/1111', '4111\u20131111\u20111111-1111',
    '12.345.678-9', '12 34 56 78 90', '12345', '٤١١١١١١١١١', '4111 1111 2026-10-14', '2026-10-14-4711', '4711-2026-10-14', '1234-56-78',
  ]) {
    assert.match(masked(`Giro ${number} is`), /^Giro ··[\p{L}\p{Nd}]{4} is$/u, number)
  }
  for (const text of ['From 2026-10-01 to 2026-10-12: it', 'ends in about 14 days (2026-10-28).', 'tries 14 Oct, 16:30. 12 of 100 connections', 'is “Home” (http://192.168.1.20:8080).', '23 new rows, 312 there']) assert.equal(masked(text), text)
  assert.equal(masked('On 2026-10-12: rows disagree by 123456.78 EUR.', '123456.78 EUR'), 'On 2026-10-12: rows disagree by 123456.78 EUR.')
})

test('no account’s number, no amount that is not allowed, and no control character is in any message', async () => {
  const { store, deps, add, pass, connection, sent } = await world()
  await add({ label: 'Plain' })
  await add({ label: 'Amounts', amounts: true })
  const { id: connectionId } = await connection()
  const ledger = await aLedger(store, connectionId)
  await store.accounts.update(ledger.accountId, { name: 'Giro DE89 3704 0044 0532 0130 00 \u202e and 1000200031' })
  const { accountId, sourceId, runId } = ledger
  const balance = (amount: bigint, on: string) => ({ accountId, sourceId, runId, kind: 'ledger' as const, amount, on: day(on), observedAt: 1 })
  await store.feed.commitPage(aPage(ledger, [{ text: 'a', on: '2026-10-10' }], {
    covers: { from: day('2026-10-01'), to: day('2026-10-13') }, balances: [balance(0n, '2026-10-01'), balance(4211n, '2026-10-12')],
    spans: [{ accountId, sourceId, from: day('2026-10-01'), to: day('2026-10-12'), opening: 0n, closing: 4211n, rowsSum: -1250n, status: 'broken' }],
  }))
  await watch({ ...deps, endsAt: () => null })
  await pass(MINUTE)
  const told = sent.filter(({ letter }) => letter.items.some(({ topic }) => topic === 'balance')).sort((a, b) => (a.to < b.to ? -1 : 1))
  assert.deepEqual(told.map(({ to }) => to), ['Amounts', 'Plain'])
  for (const { letter } of told) {
    assert.match(JSON.stringify(letter), /··3000.*··0031/)
    assert.doesNotMatch(JSON.stringify(letter), /DE89|0532|1000200031|\u202e/)
  }
  assert.match(told[0]!.letter.items[0]!.text, /disagree by 42\.11 EUR/)
  assert.doesNotMatch(JSON.stringify(told[1]!.letter), /42\.11/)
  await watch({ ...deps, endsAt: () => null })
  assert.deepEqual(await pass(HOUR), [], 'looking twice says nothing twice')
  await store.feed.commitPage(aPage(ledger, [], { spans: [{ accountId, sourceId, from: day('2026-10-01'), to: day('2026-10-12'), opening: 0n, closing: -1250n, rowsSum: -1250n, status: 'proved' }] }))
  await watch({ ...deps, endsAt: () => null })
  const again = await pass(MINUTE)
  assert.equal(again.length, 2)
  assert.match(again[0]!, /fits again/)
  const spans = (...broken: readonly boolean[]) => store.feed.commitPage(aPage(ledger, [], {
    spans: [['2026-10-01', '2026-10-12'], ['2026-10-06', '2026-10-12']].map(([from, to], at) => ({ accountId, sourceId, from: day(from!), to: day(to!), opening: 0n, closing: broken[at] ? 4211n : -1250n, rowsSum: -1250n, status: broken[at] ? 'broken' : 'proved' } as const)),
  }))
  const look = async (...broken: readonly boolean[]): Promise<readonly string[]> => {
    await spans(...broken)
    await watch({ ...deps, endsAt: () => null })
    return (await pass(MINUTE)).slice(1).map((subject) => /(does not fit|fits again)/.exec(subject)![0])
  }
  assert.deepEqual(await look(true, true), ['does not fit'], 'broken anew from the same day')
  assert.deepEqual(await look(true, false), [], 'one of two mended')
  assert.deepEqual(await look(false, true), [], 'another one broken')
  assert.deepEqual(await look(false, false), ['fits again'])
  assert.deepEqual(await look(true, false), ['does not fit'], 'and a third time')
  assert.equal((await store.alerts.list({ open: true, limit: 9 })).filter(({ about }) => about === 'balance').length, 1)
  await store.accounts.update(ledger.accountId, { state: 'closed' })
  await watch({ ...deps, endsAt: () => null })
  assert.deepEqual(await pass(MINUTE), [], 'an account that is not read any more does not fit again')
})

// Fails when: only a failure tells when a permission ends: the first one who hears of it is who finds the feed broken.
test('a permission whose end the bank told is announced before anything fails, and no more once it was renewed', async () => {
  const { store, deps, add, pass, connection, now } = await world()
  await add()
  const { id } = await connection()
  let ends = now() + 20 * DAY
  const watched = async (): Promise<readonly string[]> => {
    await watch({ ...deps, endsAt: (one) => (one.id === id ? ends : null) })
    return pass(MINUTE)
  }
  assert.deepEqual(await watched(), [])
  ends = now() + 6 * DAY
  assert.match((await watched()).join(), /permission at Riverbank ends/)
  assert.deepEqual(await watched(), [])
  ends = now() + 180 * DAY
  await watched()
  assert.deepEqual((await store.alerts.list({ open: true, limit: 9 })).filter(({ about }) => about === 'warning'), [])
})

test('what ends soon is told fourteen, seven and one day before, once each; what was asked for before is expected after the same time', async () => {
  const { store, deps, add, pass, connection, now, sent } = await world()
  await add()
  // Asked for a new password 90 days after it began; that was done 75 days ago.
  const created = await connection({ createdAt: now() - 165 * DAY, secretChangedAt: now() - 75 * DAY })
  const member = { userId: 'a', name: 'Ana', email: 'a@books.example', role: 'owner' as const, delegated: [], createdAt: 1, createdBy: 'host', removedAt: null }
  const line = (head: { seq: number; hash: Uint8Array } | null) => ({ seq: (head?.seq ?? 0) + 1, at: 1, actor: 'host', action: 'x', object: '', codes: {}, prev: new Uint8Array(32), hash: new Uint8Array(32) })
  await store.access.addFirst(member, line)
  await store.access.addKey({ id: '0123456789abcdef', label: 'Books', scope: 'read', digest: new Uint8Array(32), maker: 'a', createdAt: 1, expiresAt: now() + 20 * DAY, lastUsedAt: null, revokedAt: null }, line)
  await store.problems.open(aProblem(created.id, { openedAt: now() - 75 * DAY - HOUR, diagnosis: diagnosisOf('password_change_required'), closedAt: now() - 75 * DAY }))
  const told: string[] = []
  for (let days = 0; days < 21; days++) {
    for (let turn = 0; turn < 3; turn++) {
      await watch({ ...deps, endsAt: () => null })
      told.push(...(await pass(8 * HOUR)))
    }
  }
  const onDay = (at: number): string => new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }).format(at)
  const due = onDay(NOON + 15 * DAY - HOUR)
  assert.deepEqual(told.filter((line) => line.includes('password')), [14, 7, 1].map((step) => `Riverbank will probably want a new password ${step === 1 ? 'tomorrow or sooner' : `in about ${step} days`} (${due}).`))
  assert.deepEqual(told.filter((line) => line.includes('key')), [14, 7, 1].map((step) => `The key “Books” ends ${step === 1 ? 'tomorrow or sooner' : `in about ${step} days`} (${onDay(NOON + 20 * DAY)}).`))
  assert.match(sent.find(({ letter }) => letter.subject.includes('password'))!.letter.items[0]!.text, /It lasted 90 days the last time; the bank told no date\./)
  assert.deepEqual((await store.alerts.list({ open: true, limit: 99 })).filter(({ about }) => about === 'warning'), [], 'what has come is no warning any more')
})

test('each destination is told in its own language, with days, times and amounts as that writes them', async () => {
  await readLanguages()
  const { store, add, pass, open, connection, sent, now } = await world()
  await add({ label: 'English', amounts: true })
  await add({ label: 'Deutsch', language: 'de', amounts: true })
  await pass(MINUTE)
  const told = (label: string) => sent.splice(0).filter(({ to }) => to === label).flatMap(({ letter }) => letter.items.map(({ title, text, next }) => [title, text, next].filter((words) => words !== null && words !== '').join(' ')))
  assert.deepEqual(told('Deutsch'), [], 'nobody hears of itself')
  const { id: connectionId } = await connection()
  const problem = await open(connectionId, 'institution_down')
  await pass(HOUR)
  assert.deepEqual(told('Deutsch'), ['Riverbank: institution_down (de) Relink tries 14. Okt., 16:30. Sie müssen nichts tun.'])
  const proof = aRun({ connectionId, trigger: 'repair', outcome: 'succeeded', accounts: [READ] })
  await store.runs.create(proof)
  await store.problems.update(problem.id, { closedAt: now(), proofRunId: proof.id })
  const fact = { from: '2026-10-03', to: '2026-10-04', difference: '1234.50', currency: 'EUR' }
  await store.alerts.raise(anAlert({ about: 'balance', key: 'b', facts: fact, openedAt: now() }))
  await store.alerts.raise(anAlert({ about: 'warning', key: 'w', connectionId, facts: { what: 'consent', on: '2026-10-21', step: 7, how: 'learned', age: 90 }, openedAt: now() }))
  await pass(10 * MINUTE)
  const [english, german] = [sent.findLast(({ to }) => to === 'English')!.letter, sent.findLast(({ to }) => to === 'Deutsch')!.letter]
  assert.deepEqual([english.subject, german.subject, letterText(german).includes('Als Nächstes: Jetzt erneuern.')], ['3 things about your bank feeds, 2 need you', '3 Meldungen zu Ihren Bankdaten, bei 2 sind Sie gefragt', true])
  const words = told('Deutsch').join('\n')
  assert.match(words, /^Die Verbindung zu Riverbank funktioniert wieder\. Der Abruf, der es beweist: 0 neue Buchungen/m)
  assert.match(words, /^Der Saldo von einem Konto passt nicht zu den Buchungen\. Vom 3\. Okt\. 2026 bis 4\. Okt\. 2026 weichen Saldo der Bank und Buchungen um 1\.234,50 EUR voneinander ab\./m)
  assert.match(words, /^Die Freigabe bei Riverbank endet in etwa 7 Tagen \(21\. Okt\. 2026\)\. .* Beim letzten Mal hielt es 90 Tage/m)
  await add({ label: 'Third' })
  await pass(MINUTE)
  assert.match(told('Deutsch').join(), /^Benachrichtigungen gehen ab jetzt an einen weiteren Empfänger: „Third“/)
})

// Fails when: a sign-in that read no account is told as a feed that works, with “0 new rows” (was so).
test('where no account was switched on, the sign-in is told to work, and no read', async () => {
  const { store, add, pass, open, connection, sent, now } = await world()
  await add()
  const { id } = await connection()
  const problem = await open(id, 'credentials_invalid')
  await pass(2 * MINUTE)
  const run = aRun({ connectionId: id, trigger: 'repair', outcome: 'succeeded' })
  await store.runs.create(run)
  await store.problems.update(problem.id, { closedAt: now(), proofRunId: run.id })
  assert.deepEqual(await pass(MINUTE), ['Riverbank lets Relink sign in again.'])
  assert.equal(sent.at(-1)!.letter.items[0]!.text, 'The sign-in worked; no account was switched on to be read.')
})
