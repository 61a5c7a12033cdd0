import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonFault } from './json-fault.ts'

test('what is not JSON is told by its place, without its text', () => {
  const told = ['correct horse', '"correct', '{"password": correct', '{"a":1,\n "b" 2}', ''].map((text) => {
    try {
      return JSON.parse(text) as string
    } catch (error) {
      return jsonFault(error as SyntaxError)
    }
  })
  assert.ok(told.every((one) => one.startsWith('it is not JSON') && !/correct|horse|password/.test(one)), told.join('; '))
  assert.match(told[3]!, /line 2 column/)
})
