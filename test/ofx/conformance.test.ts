import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { ANA, YUKI } from '../../bank/customers.ts'
import { conformanceChecks } from '../../src/connector-kit/conformance.ts'
import type { Connector } from '../../src/connector-kit/connector.ts'
import { connector } from '../../src/connectors/ofx/index.ts'
import { Bench } from './bench.ts'

const healthy = await Bench.start({ customer: ANA })
const challenged = await Bench.start({ customer: YUKI })
after(async () => {
  await healthy.close()
  await challenged.close()
})

const checksOf = (subject: Connector) =>
  conformanceChecks({
    connector: subject,
    institution: healthy.institution,
    route: healthy.institution.routes[0],
    form: { username: ANA.user, password: ANA.password },
    healthy: () => healthy.run(),
    challenged: {
      first: () => challenged.run(),
      answered: async (data, promptIds) => {
        const answers = Object.fromEntries(promptIds.map((id) => [id, YUKI.answers[id.replace('mfa.', '')] ?? '']))
        await challenged.vault.sealAnswers('ch1', challenged.owner, answers, challenged.clock.now() + 600_000)
        return challenged.run({ data, answerFields: promptIds })
      },
    },
    window: healthy.window(20),
  })

describe('the OFX connector conforms', () => {
  for (const check of checksOf(connector)) test(check.name, check.run)
})

/** A connector that swallows what it cannot read, as many do: the suite must catch it. */
const careless: Connector = {
  ...connector,
  listAccounts: async (context) => {
    const outcome = await connector.listAccounts(context)
    return outcome.kind === 'failed' ? { kind: 'done', value: { accounts: [], complete: true }, state: {}, facts: {} } : outcome
  },
  checkSettings: (institution, route) => connector.checkSettings(institution, route, { username: 'x', password: 'x' }),
  probe: async (context, probe) => {
    await connector.listAccounts(context)
    return { probe, outcome: 'answers', sentence: 'fine', evidence: null, facts: {} }
  },
}

describe('a careless connector is caught', () => {
  for (const name of ['a form with a required', 'an answer that is empty', 'a failure of the transport', 'an answer that repeats', 'no probe carries']) {
    test(name, async () => {
      const check = checksOf(careless).find((each) => each.name.startsWith(name))
      assert.ok(check)
      await assert.rejects(check.run())
    })
  }
})
