/** What is left to take back of what somebody did, by its history alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Question, TransactionChange } from '../domain/transaction.ts'
import { standingActs } from './last-act.ts'

const change = (transactionId: string, at: number, changes: TransactionChange['changes']): TransactionChange => ({ transactionId, at, runId: null, reason: 'decision', by: 'user:u', changes })
const accepted = { review: ['for_review', 'accepted'] } as const
const back = { review: ['accepted', 'for_review'] } as const
const answer = (id: string, answeredAt: number): Question => ({ id, accountId: 'a', kind: 'same_transaction', transactionId: 'x', otherTransactionId: 'y', pattern: null, askedAt: 0, answer: 'same', answeredAt, answerer: 'user:u' })
/** Newest first, each as its instant and what it is about. */
const acts = (changes: readonly TransactionChange[], answers: readonly Question[] = []) =>
  standingActs(changes.toReversed(), answers).map((act) => [act.at, act.kind === 'decisions' ? act.changes.map(({ transactionId }) => transactionId).sort().join('') : act.kind === 'transfer' ? act.transferId : act.questionId].join(' '))

test('the newest act is first, what was decided at one instant is one, and answers stand between by their time', () => {
  assert.deepEqual(acts([change('a', 1, accepted), change('b', 2, accepted), change('c', 2, accepted), change('d', 4, accepted)], [answer('q', 3)]), ['4 d', '3 q', '2 bc', '1 a'])
})

test('what was taken back is no act, and neither is its taking back; done again it is one', () => {
  assert.deepEqual(acts([change('a', 1, accepted), change('b', 2, accepted), change('b', 3, back), change('a', 4, back)]), [])
  assert.deepEqual(acts([change('a', 1, accepted), change('b', 2, accepted), change('b', 3, back)]), ['1 a'])
  assert.deepEqual(acts([change('a', 1, accepted), change('a', 2, back), change('a', 3, accepted)]), ['3 a'])
  assert.deepEqual(acts([change('a', 1, { category: ['Food', 'Fuel'] }), change('a', 2, { category: ['Fuel', 'Rent'] })]), ['2 a', '1 a'])
})

test('taking back what another one decided is an act; a transfer is one act of two rows, and once it is gone nothing is left of it', () => {
  assert.deepEqual(acts([change('a', 5, back)]), ['5 a'])
  const paired = { transfer: [null, 't'], ...accepted } as const
  assert.deepEqual(acts([change('a', 1, paired), change('b', 1, paired)]), ['1 t'])
  const unpaired = { transfer: ['t', null], ...back } as const
  assert.deepEqual(acts([change('a', 1, paired), change('b', 1, paired), change('a', 2, unpaired), change('b', 2, unpaired)]), [])
  assert.deepEqual(acts([change('a', 2, unpaired)]), [])
})
