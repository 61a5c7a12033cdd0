/** Harmless questions: the next is the one that is expected to tell most for its seconds; what is found moves the causes as its table says. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAUSE_CODES, type CauseCode } from '../domain/cause.ts'
import type { Finding, ProbeKind } from '../domain/probe.ts'
import { chooseProbe, expectedInformation, updated, voicesOf, type Probabilities } from './choose-probe.ts'
import { PROBES } from './knowledge/probes.ts'

const ALL: readonly ProbeKind[] = PROBES.map(({ kind }) => kind)

/** What is left is shared by all others. */
function distribution(given: { readonly [C in CauseCode]?: number }): Probabilities {
  const rest = (1 - Object.values(given).reduce((sum, p) => sum + p, 0)) / (CAUSE_CODES.length - Object.keys(given).length)
  return new Map(CAUSE_CODES.map((cause) => [cause, given[cause] ?? rest]))
}

const finding = (probe: ProbeKind, outcome: string): Finding => ({ probe, outcome, sentence: `${probe}: ${outcome}` })

test('outcomes of each question are usual in shares that sum to 1, and none repeats a kind', () => {
  assert.equal(new Set(ALL).size, ALL.length)
  for (const { kind, outcomes } of PROBES) assert.ok(Math.abs(Object.values(outcomes).reduce((sum, { usual }) => sum + usual, 0) - 1) < 1e-9, kind)
})

test('information is never negative, nothing where the cause is certain, and most where it separates what is likely', () => {
  const profile = PROBES.find(({ kind }) => kind === 'profile')!
  const wayOut = PROBES.find(({ kind }) => kind === 'way_out')!
  for (const probe of PROBES) {
    assert.ok(expectedInformation(distribution({}), probe) >= 0, probe.kind)
    assert.ok(Math.abs(expectedInformation(distribution({ credentials_invalid: 1 }), probe)) < 1e-9, probe.kind)
  }
  const bankOrHost = distribution({ institution_down: 0.45, local_network: 0.45 })
  const bankOrPerson = distribution({ institution_down: 0.45, credentials_invalid: 0.45 })
  assert.ok(expectedInformation(bankOrHost, wayOut) > expectedInformation(bankOrHost, profile))
  assert.ok(expectedInformation(bankOrPerson, profile) > expectedInformation(bankOrPerson, wayOut))
})

test('what is cheap and tells comes first; what was asked, does not fit into the time, or was not opened by an answer is left out', () => {
  const down = distribution({ institution_down: 0.4, local_network: 0.25, endpoint_moved: 0.25 })
  assert.equal(chooseProbe(down, ALL, [], 20), 'other_logins')
  assert.equal(chooseProbe(down, ['profile', 'reach', 'notices'], [], 20), 'profile', 'how far a connection gets is asked only where nothing answers')
  assert.equal(chooseProbe(down, ['reach'], [finding('profile', 'silent')], 20), 'reach')
  assert.equal(chooseProbe(down, ['reach'], [finding('profile', 'answers')], 20), null)
  assert.equal(chooseProbe(down, ['profile'], [finding('profile', 'silent')], 20), null)
  assert.equal(chooseProbe(down, ['profile'], [], 1), null)
  assert.equal(chooseProbe(distribution({ account_closed: 0.999 }), ALL, [], 20), null, 'nothing that could be found would matter')
})

test('answers speak: a certificate of the bank itself is the bank\'s mistake, other sites that are out of reach too are this host', () => {
  const unsure = distribution({ institution_error: 0.2, endpoint_moved: 0.4, local_network: 0.3 })
  const first = (p: Probabilities) => [...p].sort((a, b) => b[1] - a[1])[0]?.[0]
  assert.equal(first(updated(unsure, [finding('reach', 'certificate_of_bank')])), 'institution_error')
  assert.equal(first(updated(unsure, [finding('way_out', 'closed')])), 'local_network')
  assert.equal(first(updated(unsure, [finding('known_address', 'answers_there')])), 'endpoint_moved')
  assert.equal(first(updated(distribution({ institution_down: 0.4, scheduled_maintenance: 0.3 }), [finding('notices', 'maintenance')])), 'scheduled_maintenance')
  assert.deepEqual(voicesOf([finding('profile', 'not_asked')]), [], 'what no table lists says nothing')
  const total = [...updated(unsure, [finding('profile', 'silent')]).values()].reduce((sum, p) => sum + p, 0)
  assert.ok(Math.abs(total - 1) < 1e-9)
})
