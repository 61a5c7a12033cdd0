/** The contract of alerts, destinations and messages, for both stores; run by contract-access.test.ts, because a database of its own would cost seconds. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Alert, Destination, Message } from '../domain/alert.ts'
import type { Seal } from '../domain/audit.ts'
import { aChallenge, aConnection, anIncident, aProblem, aRun, newId } from './fixtures.ts'
import type { Twin } from './testing.ts'

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)
const line = (action: string): Seal => (head) => ({ seq: (head?.seq ?? 0) + 1, at: 1, actor: 'host', action, object: '', codes: {}, prev: head?.hash ?? bytes(0), hash: bytes((head?.seq ?? 0) + 1) })
const anAlert = (over: Partial<Alert> = {}): Alert => ({ id: newId(), about: 'warning', problemId: null, connectionId: null, accountId: null, key: null, facts: { step: 7, what: 'key' }, openedAt: 10, closedAt: null, deliveredAt: null, ...over })
const aPlace = (over: Partial<Destination> = {}): Destination => ({
  id: newId(), label: 'Phone', place: { kind: 'ntfy', origin: 'https://ntfy.example' }, topics: ['needs_you'], quiet: { from: '22:00', to: '07:00', timeZone: 'UTC' }, timeZone: 'UTC', language: 'de', amounts: false, state: 'active',
  createdAt: 1, createdBy: 'host', lastSentAt: null, failingSince: null, failure: null, ...over,
})
const aMessage = (destinationId: string, over: Partial<Message> = {}): Message => ({ id: newId(), destinationId, createdAt: 100, dueAt: 100, attempts: 0, state: 'waiting', endedAt: null, subject: null, failure: null, ...over })

export function alertsContract(twin: Twin): void {
  describe(`the schedule in ${twin.name}`, { concurrency: false }, () => {
    test('a pause keeps its beginning until it ends; a plan stands with its connection, and goes', async () => {
      const { schedule, connections } = await twin.newTenant()
      assert.equal(await schedule.pause(), null)
      await schedule.setPause({ since: 5, by: 'user:a' })
      await schedule.setPause({ since: 9, by: 'user:b' })
      assert.deepEqual(await schedule.pause(), { since: 5, by: 'user:a' })
      await schedule.setPause(null)
      assert.equal(await schedule.pause(), null)
      const connection = aConnection()
      await connections.create(connection)
      const readPlan = { everyMinutes: 180, hours: { from: '07:00', to: '19:00', timeZone: 'Europe/Berlin' } }
      await connections.update(connection.id, { readPlan })
      assert.deepEqual((await connections.get(connection.id))?.readPlan, readPlan)
      await connections.update(connection.id, { readPlan: null })
      assert.deepEqual(await connections.get(connection.id), connection)
    })
  })

  describe(`alerts in ${twin.name}`, { concurrency: false }, () => {
    test('a problem, a question and an incident without a problem each bring their alert in the same step, and what decides how it is told', async () => {
      const { alerts, problems, challenges, incidents, connections, runs } = await twin.newTenant()
      const connection = aConnection()
      const run = aRun({ connectionId: connection.id, trigger: 'schedule' })
      await connections.create(connection)
      await runs.create(run)
      const problem = aProblem(connection.id, { openedAt: 1 })
      const question = aChallenge(connection.id, run.id, { askedAt: 2, expiresAt: 90 })
      const incident = anIncident({ startedAt: 3 })
      await problems.open(problem)
      await challenges.create(question)
      await incidents.open(incident, [])
      assert.equal(await incidents.open({ ...incident, id: newId() }, []), false)
      const told = await alerts.telling(0, 9)
      assert.deepEqual(told.map(({ alert: { id, about }, cause, isOver, expiresAt, trigger, isAsked, connectionState, incidentId }) => ({ id, about, cause, isOver, expiresAt, trigger, isAsked, connectionState, incidentId })), [
        { id: problem.id, about: 'problem', cause: 'credentials_invalid', isOver: false, expiresAt: null, trigger: null, isAsked: true, connectionState: 'active', incidentId: null },
        { id: question.id, about: 'question', cause: null, isOver: false, expiresAt: 90, trigger: 'schedule', isAsked: true, connectionState: 'active', incidentId: null },
        { id: incident.id, about: 'incident', cause: null, isOver: false, expiresAt: null, trigger: null, isAsked: false, connectionState: null, incidentId: incident.id },
      ])
      await challenges.move(question.id, 'open', 'answered')
      await incidents.update(incident.id, { endedAt: 40 })
      await problems.update(problem.id, { closedAt: 50, proofRunId: run.id })
      assert.deepEqual((await alerts.telling(0, 9)).map(({ alert, isOver }) => [alert.id, isOver]), [[question.id, true]], 'what ended before anybody was told is told to nobody')
      assert.deepEqual((await alerts.get(incident.id))?.closedAt, 40)
      await alerts.settle(question.id, 60)
      await alerts.settle(question.id, 70)
      assert.equal((await alerts.get(question.id))?.closedAt, 60, 'the first instant stays')
      assert.deepEqual(await alerts.telling(0, 9), [])
      assert.equal(await alerts.get(newId()), null)
      const leading = aProblem(connection.id, { openedAt: 5 })
      await problems.open(leading)
      const other = anIncident({ problemId: leading.id })
      await incidents.open(other, [leading.id])
      assert.deepEqual((await alerts.telling(0, 9)).map(({ alert, incidentId }) => [alert.id, incidentId]), [[leading.id, other.id]], 'one alert for both')
      // Fails when: of two that are read at once the second, which heard of no incident, keeps the alert of its problem (was so: of 31 connections that failed at once three were told of).
      const second = aConnection()
      await connections.create(second)
      const late = aProblem(second.id, { openedAt: 6 })
      await problems.open(late)
      assert.equal(await incidents.open(anIncident({ problemId: late.id }), [leading.id, late.id]), false)
      assert.deepEqual((await alerts.telling(0, 9)).map(({ alert }) => alert.id), [leading.id], 'one alert for all')
    })

    test('an alert with a key is raised once, also by two at once and after its end', async () => {
      const { alerts } = await twin.newTenant()
      const raised = await Promise.all([alerts.raise(anAlert({ key: 'a' })), alerts.raise(anAlert({ key: 'a' }))])
      assert.equal(raised.filter(Boolean).length, 1)
      const [first] = await alerts.list({ open: true, limit: 9 })
      assert.deepEqual(first?.facts, { step: 7, what: 'key' })
      await alerts.settle(first!.id, 20)
      assert.equal(await alerts.raise(anAlert({ key: 'a' })), false)
      assert.equal(await alerts.raise(anAlert({ key: 'b' })), true)
      assert.equal(await alerts.raise(anAlert()), true)
      assert.equal((await alerts.list({ open: false, limit: 9 })).length, 1)
    })

    test('each part of an alert is planned once for a destination, whoever plans it; what waits takes more; what went out does not', async () => {
      const { alerts } = await twin.newTenant()
      const [phone, mail] = [aPlace(), aPlace({ createdAt: 2 })]
      for (const place of [phone, mail]) await alerts.addDestination(place, anAlert(), line('added'))
      const [one, two] = [anAlert(), anAlert()]
      for (const alert of [one, two]) await alerts.raise(alert)
      const message = aMessage(phone.id)
      await Promise.all([alerts.plan([{ message, items: [{ alertId: one.id, part: 'acts' }] }]), alerts.plan([{ message: aMessage(phone.id), items: [{ alertId: one.id, part: 'acts' }] }])])
      const [planned, ...more] = await alerts.messages(9)
      assert.equal(more.length, 0)
      await alerts.plan([{ message: planned!, items: [{ alertId: one.id, part: 'acts' }, { alertId: two.id, part: 'begins' }] }, { message: aMessage(mail.id, { createdAt: 101, dueAt: 101 }), items: [{ alertId: two.id, part: 'begins' }] }, { message: aMessage(newId()), items: [{ alertId: two.id, part: 'begins' }] }])
      assert.equal((await alerts.messages(9)).length, 2, 'none for a destination that is gone')
      assert.deepEqual((await alerts.telling(0, 9)).find(({ alert }) => alert.id === two.id)?.told.map(({ part }) => part), ['begins', 'begins'])
      assert.deepEqual((await alerts.telling(0, 9)).find(({ alert }) => alert.id === one.id)?.told, [{ destinationId: phone.id, part: 'acts', state: 'waiting', endedAt: null, messageId: planned!.id }])
      assert.deepEqual((await alerts.untried(9)).map(({ destinationId }) => destinationId), [mail.id, phone.id])
      assert.deepEqual((await alerts.untried(1)).map(({ destinationId }) => destinationId), [mail.id])
      const taken = await alerts.take(100, 50)
      assert.deepEqual((await alerts.untried(9)).map(({ destinationId }) => destinationId), [mail.id], 'somebody is trying it')
      assert.deepEqual([taken?.message.id, taken?.message.attempts, taken?.destination, taken?.items], [planned!.id, 1, phone, [{ alertId: one.id, part: 'acts' }, { alertId: two.id, part: 'begins' }].sort((a, b) => (a.alertId < b.alertId ? -1 : 1))])
      await alerts.plan([{ message: planned!, items: [{ alertId: two.id, part: 'ends' }] }])
      assert.deepEqual((await alerts.telling(0, 9)).find(({ alert }) => alert.id === two.id)?.told.length, 2, 'on its way it takes nothing more')
    })

    test('a message is with one worker at a time, comes back from one that died with the same id, and notes at destination and alert how it went', async () => {
      const { alerts } = await twin.newTenant()
      const place = aPlace()
      await alerts.addDestination(place, anAlert(), line('added'))
      const alert = anAlert()
      await alerts.raise(alert)
      const message = aMessage(place.id)
      await alerts.plan([{ message, items: [{ alertId: alert.id, part: 'begins' }] }])
      assert.equal(await alerts.take(99, 50), null, 'not before it is due')
      const both = await Promise.all([alerts.take(100, 50), alerts.take(100, 50)])
      assert.deepEqual(both.filter((one) => one !== null).map((one) => one.message.id), [message.id])
      assert.equal(await alerts.take(149, 50), null)
      const again = await alerts.take(150, 50)
      assert.deepEqual([again?.message.id, again?.message.attempts], [message.id, 2])
      await alerts.end(message.id, { state: 'waiting', at: 160, subject: 'Riverbank', failure: 'no answer', dueAt: 300, stops: false })
      await alerts.end(message.id, { state: 'waiting', at: 170, subject: null, failure: 'refused', dueAt: 300, stops: true })
      assert.deepEqual((await alerts.destinations()).map(({ failingSince, failure, state }) => [failingSince, failure, state]), [[160, 'refused', 'stopped']])
      assert.equal(await alerts.take(900, 50), null, 'what is stopped gets nothing')
      await alerts.noteTry(place.id, { at: 200, failure: 'still', stops: true })
      await alerts.noteTry(place.id, { at: 210, failure: null, stops: false })
      assert.deepEqual((await alerts.destinations()).map(({ failingSince, failure, state, lastSentAt }) => [failingSince, failure, state, lastSentAt]), [[null, null, 'active', 210]])
      assert.equal((await alerts.take(900, 50))?.message.attempts, 3)
      await alerts.end(message.id, { state: 'sent', at: 910, subject: 'Riverbank again' })
      await alerts.end(message.id, { state: 'given_up', at: 920, subject: null, failure: 'late', dueAt: 0, stops: true })
      assert.deepEqual(await alerts.messages(9), [{ ...message, attempts: 3, state: 'sent', dueAt: 950, endedAt: 910, subject: 'Riverbank again', failure: null }])
      assert.deepEqual((await alerts.destinations()).map(({ state, lastSentAt }) => [state, lastSentAt]), [['active', 910]], 'what has ended stays ended')
      assert.equal((await alerts.get(alert.id))?.deliveredAt, 910)
      assert.equal(await alerts.take(9_000, 50), null)
    })

    test('of an end somebody is told who was told of the beginning, once, and not where it is passed over or long ago', async () => {
      const { alerts } = await twin.newTenant()
      const place = aPlace()
      await alerts.addDestination(place, anAlert({ key: 'added' }), line('added'))
      const [told, passed, old] = [anAlert(), anAlert(), anAlert()]
      for (const alert of [told, passed, old]) await alerts.raise(alert)
      await alerts.plan([{ message: aMessage(place.id), items: [told, passed, old].map(({ id }) => ({ alertId: id, part: 'begins' as const })) }])
      await alerts.settle(told.id, 500)
      await alerts.settle(passed.id, 500)
      await alerts.settle(old.id, 90)
      await alerts.passOver([passed.id], 501)
      const ends = async () => (await alerts.telling(100, 9)).filter(({ alert }) => alert.closedAt !== null).map(({ alert }) => alert.id)
      assert.deepEqual(await ends(), [told.id])
      await alerts.plan([{ message: aMessage(place.id), items: [{ alertId: told.id, part: 'ends' }] }])
      assert.deepEqual(await ends(), [])
      await alerts.plan([{ message: aMessage(place.id), items: [{ alertId: told.id, part: 'acts' }] }])
      assert.deepEqual(await ends(), [told.id], 'what begins anew may end anew')
    })

    test('what was passed over and is open again may be told to end', async () => {
      const { alerts, problems, connections } = await twin.newTenant()
      const [place, connection] = [aPlace(), aConnection()]
      await alerts.addDestination(place, anAlert({ key: 'added' }), line('added'))
      await connections.create(connection)
      const problem = aProblem(connection.id)
      await problems.open(problem)
      await alerts.plan([{ message: aMessage(place.id), items: [{ alertId: problem.id, part: 'acts' }] }])
      await problems.update(problem.id, { closedAt: 500 })
      await alerts.passOver([problem.id], 501)
      assert.deepEqual((await alerts.telling(100, 9)).filter(({ alert }) => alert.id === problem.id), [])
      await problems.update(problem.id, { closedAt: null })
      await alerts.passOver([problem.id], 502)
      await problems.update(problem.id, { closedAt: 600 })
      assert.equal((await alerts.telling(100, 9)).filter(({ alert }) => alert.id === problem.id).length, 1, 'nor does a mark that came late hold')
    })

    test('destinations change with their line of the log and an alert for the others; a removed one takes what it was told with it', async () => {
      const { alerts, audit } = await twin.newTenant()
      const place = aPlace()
      await alerts.addDestination(place, anAlert({ about: 'security', key: 'one' }), line('destination.added'))
      assert.equal(await alerts.changeDestination(place.id, { quiet: null, topics: [], label: 'Desk' }, null, line('destination.changed')), true)
      assert.equal(await alerts.changeDestination(newId(), { label: 'x' }, anAlert({ key: 'never' }), line('x')), false)
      assert.deepEqual(await alerts.destinations(), [{ ...place, quiet: null, topics: [], label: 'Desk' }])
      assert.equal(await alerts.changeDestination(place.id, {}, anAlert({ key: 'empty' }), line('destination.changed')), true, 'nothing of the row changes, and it is written who did it')
      assert.equal(await alerts.changeDestination(newId(), {}, anAlert({ key: 'never' }), line('x')), false)
      assert.equal(await alerts.changeDestination(place.id, { failingSince: 5, failure: 'unfinished', state: 'stopped' }, null, null), true)
      assert.deepEqual(await alerts.destinations(), [{ ...place, quiet: null, topics: [], label: 'Desk', failingSince: 5, failure: 'unfinished', state: 'stopped' }])
      const alert = anAlert()
      await alerts.raise(alert)
      await alerts.plan([{ message: aMessage(place.id), items: [{ alertId: alert.id, part: 'begins' }] }])
      assert.equal(await alerts.removeDestination(place.id, anAlert({ key: 'two' }), line('destination.removed')), true)
      assert.equal(await alerts.removeDestination(place.id, anAlert({ key: 'three' }), line('x')), false)
      assert.deepEqual([await alerts.destinations(), await alerts.messages(9), await alerts.take(999, 1)], [[], [], null])
      assert.deepEqual((await audit.list({ limit: 9 })).map(({ action }) => action), ['destination.removed', 'destination.changed', 'destination.changed', 'destination.added'])
      assert.deepEqual((await alerts.list({ limit: 9 })).flatMap(({ key }) => key ?? []).sort(), ['empty', 'one', 'two'])
    })
  })
}
