/** `relink doctor`: what is said of this host from the facts that were gathered. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReachReport } from '../ports/transport.ts'
import { judgeHost, type HostFacts } from './host-check.ts'

const NOW = Date.UTC(2026, 9, 14)
const REACHED: ReachReport = { reached: 'http', networkError: null, httpStatus: 200, certificateExpiresAt: null, clockSkewSeconds: 1, certificateNames: [], page: null, elapsedMs: 9 }
const HEALTHY: HostFacts = {
  reached: ['a', 'b', 'c'].map((host) => ({ host, report: REACHED })), freeBytes: 5e9, homeWritable: true, database: { version: 'PostgreSQL 18' }, keyProblem: null, hasRecoveryFile: true,
  proxies: [], trust: { authorities: 140, newestAt: Date.UTC(2025, 1, 1), added: 'none' }, now: NOW,
}

const states = (facts: Partial<HostFacts>) => Object.fromEntries(judgeHost({ ...HEALTHY, ...facts }).map(({ check, state }) => [check, state]))
const reachedAs = (...reports: readonly Partial<ReachReport>[]): Partial<HostFacts> => ({ reached: reports.map((report, at) => ({ host: `bank${at}`, report: { ...REACHED, ...report } })) })

test('a healthy host is all right, and each check is there once', () => {
  const findings = judgeHost(HEALTHY)
  assert.deepEqual(findings.filter(({ state }) => state !== 'ok'), [])
  assert.deepEqual(findings.map(({ check }) => check), ['names', 'way out', 'certificates', 'trust store', 'proxy', 'clock', 'disk', 'directory', 'database', 'keys', 'recovery'])
})

test('the clock is judged by the middle one of several banks: one wrong clock of theirs is not this host\'s', () => {
  assert.equal(states(reachedAs({ clockSkewSeconds: 2 }, { clockSkewSeconds: 9_000 }, { clockSkewSeconds: -1 }))['clock'], 'ok')
  assert.equal(states(reachedAs({ clockSkewSeconds: 900 }, { clockSkewSeconds: 901 }, { clockSkewSeconds: 0 }))['clock'], 'broken')
  assert.equal(states(reachedAs({ clockSkewSeconds: null }))['clock'], 'not_known')
})

test('one bank out of reach is that bank, all of them are this host', () => {
  assert.equal(states(reachedAs({ reached: 'nothing' }, {}))['names'], 'warning')
  assert.equal(states(reachedAs({ reached: 'nothing' }, { reached: 'nothing' }))['names'], 'broken')
  assert.equal(states(reachedAs({ reached: 'resolved' }, { reached: 'resolved' }))['way out'], 'broken')
  assert.equal(states(reachedAs({ reached: 'connected' }, {}))['certificates'], 'warning')
  assert.equal(states(reachedAs({ reached: 'connected' }, { reached: 'connected' }))['certificates'], 'broken')
})

test('a store of authorities that is old, thin or half there is told before a bank is blamed', () => {
  assert.equal(states({ trust: { authorities: 3, newestAt: NOW, added: 'none' } })['trust store'], 'warning')
  assert.equal(states({ trust: { authorities: 140, newestAt: Date.UTC(2015, 0, 1), added: 'none' } })['trust store'], 'warning')
  assert.equal(states({ trust: { authorities: 140, newestAt: NOW, added: 'unreadable' } })['trust store'], 'broken')
  assert.equal(states({ trust: { authorities: 140, newestAt: NOW, added: 'read' } })['trust store'], 'ok')
})

test('a proxy that is set is told, and is the trouble where nothing gets through without it', () => {
  assert.equal(states({ proxies: ['HTTPS_PROXY'] })['proxy'], 'ok')
  assert.equal(states({ proxies: ['HTTPS_PROXY'], ...reachedAs({ reached: 'resolved' }) })['proxy'], 'broken')
  assert.equal(states({ proxies: ['HTTPS_PROXY'], ...reachedAs({ reached: 'nothing' }) })['proxy'], 'broken')
  assert.equal(states({ proxies: ['HTTPS_PROXY'], reached: [] })['proxy'], 'not_known')
  assert.match(judgeHost({ ...HEALTHY, proxies: ['HTTPS_PROXY'] }).find(({ check }) => check === 'proxy')?.sentence ?? '', /Set is HTTPS_PROXY/)
})

test('a master key that was not tried, because the database was not opened, is not called right', () => {
  assert.equal(states({ database: { problem: 'The data directory cannot be made.' }, hasRecoveryFile: null })['keys'], 'not_known')
  assert.equal(states({ keyProblem: 'The master key is missing.' })['keys'], 'broken')
})
