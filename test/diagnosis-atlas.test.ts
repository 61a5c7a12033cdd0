/**
 * Every fault of the sandbox bank, read by a whole Relink over TLS: is the injected cause the first
 * that Relink names? What one connection alone cannot tell is listed with its reason, and is then
 * among the first three. A fault that the feed survives must leave no problem and lose no row.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareWithBank } from '../src/demo/compare.ts'
import { FORMS, inWorld, titleOf } from './atlas-world.ts'

/** What one failing connection cannot tell apart, with what would. */
const NEEDS_MORE: Readonly<Record<string, string>> = {
  'dns-gone': 'a name that is gone may have moved for good or come back; a second connection or time tells',
  'wrong-certificate': 'a certificate for another name: the bank moved, or put the wrong one up; only the bank knows',
  'html-instead': 'a page that says "please use our new web site" may mean that the bank moved or only that its server answered wrongly',
}

/** The feed goes on: what the fault breaks, the connector or the engine deals with. */
const SURVIVED: ReadonlySet<string> = new Set(['wrong-charset', 'card-replaced', 'account-list-empty', 'version-refused', 'header-demanded', 'history-cut', 'range-refused', 'unknown-field', 'url-moved, status 301', 'url-moved, status 308'])

for (const broken of FORMS) {
  const { name, family, cause } = broken.definition
  const title = titleOf(broken)
  test(`${family}: ${title} is diagnosed as ${cause}`, async () => {
    await inWorld(broken, async (world) => {
      await world.breakAndRead()
      const problem = await world.problem()
      if (problem === null) {
        assert.ok(SURVIVED.has(title), 'something broke and nobody was told')
        const { lost, doubled } = await compareWithBank(world.sandbox.opened.instance.store, world.sandbox.bank)
        return assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 })
      }
      const { causes } = problem.diagnosis
      const rank = 1 + causes.findIndex((one) => one.cause === cause)
      const told = `${cause} is number ${rank}: ${causes.slice(0, 3).map((one) => `${one.cause} ${one.p.toFixed(2)}`).join(', ')}`
      if (process.env['SHOW'] !== undefined) console.log(`${title}: ${told} ${JSON.stringify(problem.failure.evidence)}`)
      assert.ok(rank <= (NEEDS_MORE[name] === undefined ? 1 : 3), `${told} for ${JSON.stringify({ evidence: problem.failure.evidence, context: problem.context })}`)
    })
  })
}
