/**
 * Every fault of the sandbox bank that breaks a feed is mended to its proof: break, diagnose, do the
 * steps that Relink names (a scripted person does the person's), and read again. Nothing is lost or
 * doubled, nobody is asked for a password while the bank is away, and a password that the bank
 * refused is sent once.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANA } from '../bank/customers.ts'
import { compareWithBank } from '../src/demo/compare.ts'
import { mend } from '../src/demo/story.ts'
import type { RepairStep } from '../src/domain/repair.ts'
import { FORMS, HOUR_MS, inWorld, titleOf, type AtlasWorld } from './atlas-world.ts'

/** Steps that a person may be asked for at most, one fault after the other. */
const MOST_HUMAN_STEPS = 3
const AWAY: ReadonlySet<string> = new Set(['institution_down', 'scheduled_maintenance'])

for (const broken of FORMS) {
  const { family, cause, name } = broken.definition
  test(`${family}: ${titleOf(broken)} is mended to a read that works`, async (t) => {
    await inWorld(broken, async (world) => {
      await world.breakAndRead()
      const problem = await world.problem()
      if (problem === null) return t.skip('the feed survives it; see diagnosis-atlas.test.ts')
      const { instance } = world.sandbox.opened
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
      await settled(world)
      const { lost, doubled } = await compareWithBank(instance.store, world.sandbox.bank)
      assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 }, `${lost} lost, ${doubled} doubled: ${told}`)
    })
  })
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
