import { test } from 'node:test'
import assert from 'node:assert/strict'
import { fit, FIT_OPTIONS, type LabelledCase } from './fit.ts'
import { KNOWLEDGE } from './knowledge/base.ts'

const said = (id: string, message: string, cause: LabelledCase['cause']): LabelledCase => ({
  id, group: id, kind: 'incident', cause, action: 'contact_support', evidence: { protocol: 'other', stage: 'fetch', codes: [], message }, context: {},
} as unknown as LabelledCase)

const SENTENCE = 'The service is temporarily unavailable'

test('a rule of words is believed less where cases say otherwise, more where they bear it out, and never beyond its bounds', () => {
  const learned = (cause: LabelledCase['cause']) => fit(Array.from({ length: 40 }, (_, n) => said(`one-${n}`, SENTENCE, cause)), [], KNOWLEDGE, { ...FIT_OPTIONS, mostOfOneCause: 1 }).believed
  const [wrong, right] = [learned('client_bug'), learned('institution_down')]
  const heard = Object.keys(wrong)
  assert.ok(heard.length > 0)
  assert.ok(heard.some((rule) => (wrong[rule] ?? 1) < 1 && (right[rule] ?? 1) >= 1), JSON.stringify({ wrong, right }))
  for (const belief of [...Object.values(wrong), ...Object.values(right)]) assert.ok(belief >= FIT_OPTIONS.beliefs[0] && belief <= FIT_OPTIONS.beliefs[1])
})

test('what a sign-in says of a secret stays as it is written, whatever cases say', () => {
  const { believed } = fit(Array.from({ length: 20 }, (_, n) => said(`one-${n}`, 'Invalid username or password', 'client_bug')), [], KNOWLEDGE)
  for (const { id } of KNOWLEDGE.rules.filter(({ asWritten }) => asWritten === true)) assert.equal(believed[id], undefined, id)
})

test('every belief that is shipped is of a rule that stands, within the bounds', () => {
  const [least, most] = FIT_OPTIONS.beliefs
  const rules = new Map(KNOWLEDGE.rules.map((rule) => [rule.id, rule]))
  for (const [id, belief] of Object.entries(KNOWLEDGE.fitted.believed)) {
    assert.ok(rules.has(id) && rules.get(id)?.asWritten !== true, id)
    assert.ok(belief >= least && belief <= most, id)
  }
})
