/**
 * Every fault of the sandbox bank, over a real socket, through the real OFX connector, to a
 * diagnosis: is the injected cause among the first three that Relink names, and the first for most?
 * A fault that one answer cannot tell apart is listed with its reason.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBank } from '../bank/bank.ts'
import { ATLAS } from '../bank/faults/atlas.ts'
import { CARD, CHECKING } from '../bank/faults/world.ts'
import { listen } from '../bank/listen.ts'
import { createTransport } from '../src/adapters/transport.ts'
import { createRecorder } from '../src/connector-kit/recorder.ts'
import type { ConnectorContext } from '../src/connector-kit/connector.ts'
import { connector } from '../src/connectors/ofx/index.ts'
import { diagnose } from '../src/diagnose/diagnose.ts'
import { mergeEvidence } from '../src/diagnose/merge-evidence.ts'
import { day } from '../src/domain/day.ts'
import { familyOf } from '../src/domain/cause.ts'
import type { CaseContext, Failure } from '../src/domain/evidence.ts'
import type { Institution } from '../src/domain/institution.ts'
import { ok } from '../src/domain/result.ts'

/** A feed that has worked daily until now; nothing is known of others. */
const ESTABLISHED: CaseContext = { connection: 'established', hoursSinceSuccess: 6, failuresInRow: 1, attemptsToday: 2 }

/** What one failing answer cannot tell apart, with what would. */
const NEEDS_MORE: Readonly<Record<string, string>> = {
  'access-withdrawn': 'an account that is missing from the list may be renumbered, closed or withdrawn; the site of the bank tells',
  'clock-skew': 'named local_network here (the clock of this host), configuration by the bank: the same family and the same repair',
}

type Seen = { readonly failure: Failure | null; readonly facts: CaseContext; readonly asked: boolean }

async function feedUnder(fault: string): Promise<Seen> {
  const now = Date.now()
  const bank = createBank({ clock: { now: () => now }, seed: 1, historyDays: 200 })
  const listening = await listen(bank)
  try {
    const url = listening.ofxUrl
    const owner = { connectionId: 'c', loginIndex: 'l' }
    const transport = createTransport({
      policy: { ports: [Number(new URL(url).port)], privateHosts: [{ host: new URL(url).hostname, cidr: '127.0.0.0/8', plainHttp: true }] }, caPem: listening.caPem,
      limits: { answerBytes: 2_000_000, headerBytes: 16_384, connectMs: 500, idleMs: 400, totalMs: 900 },
      vault: { lend: async () => ok({ values: { username: 'ana', password: 'correct horse' }, settle: async () => {} }) }, owner, audience: [new URL(url).origin],
      clock: { now: () => now, sleep: async () => {} }, log: { info() {}, warn() {}, error() {} }, recorder: createRecorder(), pseudonym: () => 'x',
    })
    const settings = { url, org: 'SANDBOX', fid: '99001' }
    const institution: Institution = { id: 'sandbox', name: 'Sandbox Bank', country: 'US', website: null, routingNumbers: [], timeZone: 'America/New_York', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null }, routes: [{ connector: 'ofx', settings }] }
    let ids = 0
    const context: ConnectorContext = { institution, settings, transport, now: () => now, newId: () => `00000000-0000-7000-8000-${String(++ids).padStart(12, '0')}`, state: {}, resume: null }
    const before = await connector.listAccounts(context)
    assert.equal(before.kind, 'done', JSON.stringify(before))
    const known = before.kind === 'done' ? before.value.accounts : []
    bank.inject({ name: fault })
    return await read({ ...context, state: before.state }, known.map(({ ref }) => ref))
  } finally {
    await listening.close()
  }
}

async function read(context: ConnectorContext, known: readonly { readonly number: string }[]): Promise<Seen> {
  const listed = await connector.listAccounts(context)
  if (listed.kind === 'challenge') return { failure: null, facts: {}, asked: true }
  if (listed.kind === 'failed') return { failure: listed.failure, facts: listed.facts, asked: false }
  const gone = known.find(({ number }) => !listed.value.accounts.some(({ ref, status }) => ref.number === number && status !== 'closed'))
  if (gone !== undefined) return { failure: { code: 'answer_implausible', stage: 'accounts', retry: { kind: 'afterPerson' }, message: 'missing', evidence: [{ protocol: 'ofx', stage: 'accounts', codes: ['account_missing'] }] }, facts: {}, asked: false }
  for (const account of listed.value.accounts.filter(({ ref }) => ref.number === CHECKING || ref.number === CARD)) {
    for await (const step of connector.readAccount(context, account.ref, { from: day('2026-06-01'), to: day('2026-11-18') }, null)) {
      if (step.step === 'failed') return { failure: step.failure, facts: step.facts, asked: false }
      if (step.step === 'challenge') return { failure: null, facts: {}, asked: true }
    }
  }
  return { failure: null, facts: {}, asked: false }
}

for (const { name, family, cause } of ATLAS) {
  if (family === 'data') continue
  test(`${family}: ${name} is diagnosed as ${cause}`, async (t) => {
    const { failure, facts, asked } = await feedUnder(name)
    if (asked) return assert.match(String(cause), /^mfa_/)
    if (failure === null) return t.skip('the feed survives it')
    const record = { evidence: mergeEvidence(failure.evidence), context: { ...ESTABLISHED, ...facts } }
    const { causes } = diagnose(record)
    const rank = causes.findIndex((one) => one.cause === cause)
    if (process.env['SHOW'] !== undefined) console.log(rank + 1, name, cause, causes.slice(0, 3).map((c) => `${c.cause} ${c.p.toFixed(2)}`).join(', '), JSON.stringify(record.evidence).slice(0, 330))
    if (NEEDS_MORE[name] !== undefined) return assert.equal(familyOf(causes[0]?.cause ?? 'unknown'), family, NEEDS_MORE[name])
    assert.ok(rank >= 0 && rank < 3, `${cause} is number ${rank + 1}: ${causes.slice(0, 3).map((one) => `${one.cause} ${one.p.toFixed(2)}`).join(', ')} for ${JSON.stringify(record)}`)
  })
}
