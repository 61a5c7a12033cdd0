/** A look around before anybody is asked: questions in the order of what they are expected to tell, to the store, the network and public pages. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Institution } from '../domain/institution.ts'
import type { ProbeKind } from '../domain/probe.ts'
import type { ReachReport } from '../ports/transport.ts'
import { advanceRepair } from './advance.ts'
import { askGround, groundProbes, type GroundParts } from './ground-probes.ts'
import { lookAround } from './look.ts'
import { DOWN, failure, newWorld, type RepairWorld } from './testing.ts'

const C = '00000000-0000-7000-8000-00000000000c'
const D = '00000000-0000-7000-8000-00000000000d'

async function broken(): Promise<RepairWorld> {
  const world = await newWorld()
  await world.connect(C)
  world.bank = () => DOWN
  await world.sync(C)
  return world
}

/** What each question finds here; `asked`: in which order. */
function answering(world: RepairWorld, answers: { readonly [K in ProbeKind]?: string }) {
  const asked: ProbeKind[] = []
  const deps = {
    ...world.deps, probes: async () => Object.keys(answers) as ProbeKind[],
    probe: async (_: string, probe: ProbeKind) => {
      asked.push(probe)
      world.now += 2_000
      return { probe, outcome: answers[probe] ?? '', sentence: `${probe} found ${answers[probe]}.`, evidence: null, facts: probe === 'profile' ? { clockSkewSeconds: 4_000 } : {} }
    },
  }
  return { asked, deps }
}

test('the bank itself is always asked; other questions as far as they tell and time allows; a wrong clock is seen beside them', async () => {
  const world = await broken()
  const [connection, problem] = [await world.store.connections.get(C), await world.problem(C)]
  assert.ok(connection !== null && problem !== null)
  const { asked, deps } = answering(world, { profile: 'silent', reach: 'no_name', other_logins: 'fail', notices: 'silent', known_address: 'same' })
  const found = await lookAround(deps, connection, problem)
  assert.ok(asked.includes('profile') && asked.indexOf('reach') > asked.indexOf('profile'), asked.join())
  assert.equal(new Set(asked).size, asked.length)
  assert.equal(found.find(({ probe }) => probe === 'clock')?.outcome, 'wrong')
  const certain = { ...problem, diagnosis: { ...problem.diagnosis, causes: [{ cause: 'account_closed' as const, p: 1, for: [], against: [] }] } }
  const sure = answering(world, { profile: 'answers', notices: 'nothing', way_out: 'open' })
  await lookAround(sure.deps, connection, certain)
  assert.deepEqual(sure.asked, ['profile'])
})

test('what was found moves the diagnosis, stands among what spoke for it, and is kept with the step', async () => {
  const world = await broken()
  const { deps } = answering(world, { profile: 'silent', way_out: 'closed', other_logins: 'not_read' })
  await advanceRepair(deps, C, { kind: 'go_on' })
  const problem = await world.problem(C)
  const [first] = problem?.diagnosis.causes ?? []
  assert.equal(first?.cause, 'local_network')
  assert.ok(first?.for.includes('way_out found closed.'), first?.for.join())
  const step = (await world.store.problems.plan(problem?.id ?? ''))?.steps.find(({ action }) => action === 'auto_retry')
  assert.deepEqual(step?.found?.map(({ probe }) => probe).includes('way_out'), true)
  assert.equal(step?.learned, 'silent')
})

const REPORT: ReachReport = { reached: 'http', networkError: null, httpStatus: 200, certificateExpiresAt: null, clockSkewSeconds: null, certificateNames: [], page: '<a href="/status">Status</a>', elapsedMs: 1 }
const BANK: Institution = { id: 'riverbank', name: 'Riverbank', country: 'US', website: 'https://www.riverbank.example/', routingNumbers: [], timeZone: 'UTC', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null }, routes: [{ connector: 'ofx', settings: { url: 'https://new.riverbank.example/ofx' } }] }

async function ground(world: RepairWorld, pages: (url: string) => Partial<ReachReport>, origin = 'https://ofx.riverbank.example') {
  const connection = await world.store.connections.get(C)
  assert.ok(connection !== null)
  const called: string[] = []
  const parts: GroundParts = {
    store: world.store, institutionOf: (id) => (id === 'riverbank' ? BANK : { ...BANK, id, website: `https://${id}.example/` }), originsOf: ({ settings }) => [new URL(String(settings['url'] ?? origin)).origin],
    profileWith: async () => ({ probe: 'profile', outcome: 'answers', sentence: '', evidence: null, facts: {} }),
    reachOf: () => async (url) => {
      called.push(url)
      return { ...REPORT, ...pages(url) }
    },
  }
  const asked = { connection, institution: BANK, since: world.now }
  return { called, offered: await groundProbes(parts, asked), ask: async (kind: Parameters<typeof askGround>[2]) => (await askGround(parts, asked, kind)).outcome, askWhole: (kind: Parameters<typeof askGround>[2]) => askGround(parts, asked, kind) }
}

test('the public site is read with its page of announcements, which become evidence', async () => {
  const world = await broken()
  const { askWhole, called } = await ground(world, (url) => (url.endsWith('/status') ? { page: '<li>Scheduled maintenance until 06:00</li>' } : {}))
  const { outcome, sentence } = await askWhole('notices')
  assert.equal(outcome, 'maintenance')
  assert.match(sentence, /until 06:00/)
  assert.deepEqual(called, ['https://www.riverbank.example/', 'https://www.riverbank.example/status'])
  assert.equal(await (await ground(world, () => ({ page: '<p>Welcome</p>' }))).ask('notices'), 'nothing')
  assert.equal(await (await ground(world, () => ({ reached: 'resolved', page: null }))).ask('notices'), 'silent')
})

test('how far a connection gets is told, with whose certificate is there', async () => {
  const world = await broken()
  const ask = async (report: Partial<ReachReport>) => (await ground(world, () => report)).ask('reach')
  assert.equal(await ask({ reached: 'nothing' }), 'no_name')
  assert.equal(await ask({ reached: 'resolved' }), 'no_connection')
  assert.equal(await ask({ reached: 'connected', networkError: 'ERR_TLS_CERT_ALTNAME_INVALID', certificateNames: ['www.riverbank.example'] }), 'certificate_of_bank')
  assert.equal(await ask({ reached: 'connected', networkError: 'ERR_TLS_CERT_ALTNAME_INVALID', certificateNames: ['www.other.invalid'] }), 'certificate_of_others')
  assert.equal(await ask({ reached: 'connected', networkError: 'CERT_HAS_EXPIRED' }), 'certificate_ended')
  assert.equal(await ask({ reached: 'connected', networkError: 'CERT_HAS_EXPIRED', authorityEnded: true }), 'authority_ended')
  // Fails when: a certificate that this host does not trust is said to be a connection that the bank broke off (was so).
  assert.equal(await ask({ reached: 'connected', networkError: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'certificate_untrusted')
  assert.equal(await ask({ reached: 'connected', networkError: 'ECONNRESET' }), 'no_connection')
  assert.equal(await ask({ reached: 'tls' }), 'answers')
})

test('only banks in use are called, and other logins only by what is stored', async () => {
  const world = await broken()
  const alone = await ground(world, () => ({}))
  assert.deepEqual(alone.offered, ['known_address', 'reach', 'notices'])
  assert.equal(await alone.ask('known_address'), 'answers_there')
  await world.connect(D)
  await world.connect('00000000-0000-7000-8000-00000000000e', 'otherbank')
  const { ask, called, offered } = await ground(world, () => ({ clockSkewSeconds: 900 }))
  assert.deepEqual([...offered].sort(), ['known_address', 'notices', 'other_logins', 'reach', 'way_out'])
  assert.equal(await ask('way_out'), 'open')
  assert.deepEqual(called, ['https://otherbank.example/'])
  assert.equal(await ask('other_logins'), 'not_read')
  world.bank = () => failure({ stage: 'statement', codes: ['2003'] })
  await world.sync(D)
  await world.store.connections.update(D, { lastAttemptAt: world.now })
  assert.equal(await ask('other_logins'), 'fail')
  world.bank = () => null
  await world.sync(D)
  assert.equal(await ask('other_logins'), 'work')
})
