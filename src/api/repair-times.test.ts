import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RepairPlan } from '../domain/repair.ts'
import { aConnection, aPlan, aProblem } from '../store/fixtures.ts'
import { planResource } from './connection-resource.ts'

// Fails when: the step tells when the repairer looks (was so: the head of the page told of the next read a minute before the step did).
test('a wait for the bank tells the time at which the schedule reads, as the head of the page does', () => {
  const at = Date.parse('2026-10-13T10:40:00Z')
  const plan = aPlan(aProblem(aConnection().id))
  const waiting = (who: 'bank' | 'relink', state: 'now' | 'waiting') => planResource('en', { ...plan, steps: plan.steps.map((step) => ({ ...step, who, state, notBefore: at + 30_000 })) as unknown as RepairPlan['steps'] }, at).steps[0]?.notBefore
  assert.deepEqual([waiting('bank', 'now'), waiting('bank', 'waiting'), waiting('relink', 'now')], ['2026-10-13T10:40:00.000Z', '2026-10-13T10:40:30.000Z', '2026-10-13T10:40:30.000Z'])
})
