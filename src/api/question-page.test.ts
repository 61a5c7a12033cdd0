import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Question } from '../domain/transaction.ts'
import { pageOfQuestions } from './question-page.ts'

const ids = Array.from({ length: 7 }, (_, at) => `01a20549-c591-7da7-8a7f-00000000000${at}`)
/** Several are asked at one instant, as by one read. */
const OPEN = ids.map((id, at): Question => ({ id, accountId: at < 5 ? 'a' : 'b', kind: 'removed_at_bank', transactionId: 't', otherTransactionId: null, pattern: null, askedAt: at < 4 ? 10 : 20, answer: null, answeredAt: null, answerer: null }))

// Fails when: one that is answered between two pages hides another, or the counts are of a page alone.
test('pages of questions show each once, whatever is answered meanwhile, and count all', () => {
  const first = pageOfQuestions(OPEN, 3, undefined)
  assert.deepEqual([first.items.map(({ id }) => id), first.counts], [ids.slice(0, 3), [{ accountId: 'a', open: 5 }, { accountId: 'b', open: 2 }]])
  const answered = OPEN.filter(({ id }) => id !== ids[2] && id !== ids[3])
  const second = pageOfQuestions(answered, 2, first.next!)
  assert.deepEqual(second.items.map(({ id }) => id), ids.slice(4, 6))
  const last = pageOfQuestions(answered, 2, second.next!)
  assert.deepEqual([last.items.map(({ id }) => id), last.next], [[ids[6]], null])
  assert.deepEqual(pageOfQuestions([], 3, undefined), { items: [], next: null, counts: [] })
  assert.throws(() => pageOfQuestions(OPEN, 3, 'x'), /cursor/)
})
