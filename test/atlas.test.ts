/**
 * Every fault of the sandbox bank, met by a whole Relink over TLS. Is the injected cause the first that
 * Relink names? What one connection alone cannot tell is listed with its reason, and is then among the
 * first three. Then it is mended to its proof: the steps that Relink names (a scripted person does the
 * person's), and a read. Nothing is lost or doubled, nobody is asked for a password while the bank is
 * away, and a password that the bank refused is sent once. A fault that the feed survives leaves no problem.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANA } from '../bank/customers.ts'
import { compareWithBank } from '../src/demo/compare.ts'
import { mend } from '../src/demo/story.ts'
import type { Problem } from '../src/domain/connection.ts'
import type { RepairStep } from '../src/domain/repair.ts'
import { FORMS, HOUR_MS, inWorld, titleOf, type AtlasWorld } from './atlas-world.ts'

/** Steps that a person may be asked for at most, one fault after the other. */
const MOST_HUMAN_STEPS = 3
const AWAY: ReadonlySet<string> = new Set(['institution_down', 'scheduled_maintenance'])

/** What one failing connection cannot tell apart, with what would. */
const NEEDS_MORE: Readonly<Record<string, string>> = {
  'dns-gone': 'a name that is gone may have moved for good or come back; a second connection or time tells',
  'wrong-certificate': 'a certificate for another name: the bank moved, or put the wrong one up; only the bank knows',
  'html-instead': 'a page that says "please use our new web site" may mean that the bank moved or only that its server answered wrongly',
}

/** The feed goes on: what the fault breaks, the connector or the engine deals with. */
const SURVIVED: ReadonlySet<string> = new Set(['wrong-charset', 'card-replaced', 'account-list-empty', 'version-refused', 'header-demanded', 'history-cut', 'range-refused', 'unknown-field', 'url-moved, status 301', 'url-moved, status 308'])

/** The family whose faults look most like maintenance, which banks do at night. */
const AT_NIGHT: ReadonlySet<string> = new Set(['bank_server'])

for (const broken of FORMS) {
  const { family, cause, name } = broken.definition
  const title = titleOf(broken)
  test(`${family}: ${title} is ${SURVIVED.has(title) ? 'survived' : `diagnosed as ${cause} and mended to a read that works`}`, async () => {
    await inWorld(broken, async (world) => {
      await world.breakAndRead()
      const problem = await world.problem()
      const { instance } = world.sandbox.opened
      if (problem === null) {
        assert.ok(SURVIVED.has(title), 'something broke and nobody was told')
        const { lost, doubled } = await compareWithBank(instance.store, world.sandbox.bank)
        return assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 })
      }
      assertNamed(problem, name, cause)
      const refused = wrongTries(world)
      await mend(world.sandbox, world.connectionId, world.fault, world.person)
      const steps = world.person.takeCount()
      const after = await instance.store.problems.get(problem.id)
      const plan = await instance.store.problems.plan(problem.id)
      const told = JSON.stringify({ cause: problem.diagnosis.causes[0], now: (await world.problem())?.diagnosis.causes[0], steps: plan?.steps.map((step) => [step.id, step.state, step.result]) })
      assert.ok(after?.closedAt !== null && after?.proofRunId != null, `not mended: ${told}`)
      // A question that is answered at once needs no plan.
      assert.ok(plan === null ? cause?.startsWith('mfa_') : plan.state === 'proved', told)
      assert.equal((await instance.store.runs.get(after.proofRunId))?.endedAt !== null, true)
      if (process.env['SHOW'] !== undefined) console.log(`${titleOf(broken)}: ${steps} human steps, ${told}`)
      assert.ok(steps <= MOST_HUMAN_STEPS, `${steps} human steps: ${told}`)
      if (cause !== null && AWAY.has(cause)) assert.ok(!plan?.steps.some(asksForSecret), `a password is asked while the bank is away: ${told}`)
      if (name === 'wrong-password' || name === 'password-changed') assert.equal(refused, 1, 'the refused password was sent once')
      assert.equal(wrongTries(world), 0, 'no wrong password was sent since')
      // Of an account whose feed the person ended no further row is owed.
      if (problem.accountId === null || (await instance.store.accounts.get(problem.accountId))?.state !== 'paused') await settled(world)
      const { lost, doubled } = await compareWithBank(instance.store, world.sandbox.bank)
      assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 }, `${lost} lost, ${doubled} doubled: ${told}`)
    })
  })
}

for (const broken of FORMS.filter(({ definition: { family } }) => AT_NIGHT.has(family))) {
  const { family, cause, name } = broken.definition
  test(`${family}: ${titleOf(broken)} is told from maintenance also on a Sunday night`, async () => {
    await inWorld(broken, async (world) => {
      await world.breakAndRead()
      const problem = await world.problem()
      if (problem !== null) assertNamed(problem, name, cause)
    }, Date.UTC(2026, 6, 18, 5))
  })
}

/** The injected cause comes first, or among the first three where more is needed to tell it. */
function assertNamed({ diagnosis: { causes }, failure, context }: Problem, fault: string, cause: string | null): void {
  const rank = 1 + causes.findIndex((one) => one.cause === cause)
  const told = `${cause} is number ${rank}: ${causes.slice(0, 3).map((one) => `${one.cause} ${one.p.toFixed(2)}`).join(', ')}`
  assert.ok(rank >= 1 && rank <= (NEEDS_MORE[fault] === undefined ? 1 : 3), `${told} for ${JSON.stringify({ evidence: failure.evidence, context })}`)
}

/** Wrong passwords in a row that the bank counts for the login; a right one sets it to 0. */
function wrongTries(world: AtlasWorld): number {
  return world.sandbox.bank.state.logins.get(ANA.user)?.wrongTries ?? -1
}

function asksForSecret({ kind, state }: RepairStep): boolean {
  return kind === 'credentials' && state !== 'skipped'
}

/** The fault is over for good, and one more day is read. */
async function settled(world: AtlasWorld): Promise<void> {
  // A password that was changed stays changed.
  if (world.fault.family !== 'authentication') world.sandbox.bank.clear()
  await world.sandbox.listening.settle()
  world.sandbox.advance(26 * HOUR_MS)
  for (let reads = 0; reads < 2; reads++) {
    await world.read()
    for (const challenge of await world.sandbox.opened.instance.store.challenges.list({ connectionId: world.connectionId, state: 'open' })) await world.person.answer(challenge)
  }
}
