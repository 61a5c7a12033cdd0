/**
 * What becomes of the other questions about a row that an answer made one with another: they go on about the row that stays, and those
 * that are none any more close, because they ask of that very pair or what is asked of that row already. Those that were closed with a run go
 * along: it may come again. An open question about a row that is gone would bring it back beside the one that has its reports. Pure, for both stores.
 */
import type { Question } from '../domain/transaction.ts'

/** `closedBy`: the run or the answer with which it was closed, and with which it comes again. */
export type Asked = { readonly question: Question; readonly closedBy: string | null; readonly answeredBy: 'person' | 'bank' | null }

/** For the way back: a question that an answer changed. `closed`: how it waited before it was closed; null: it went on about the row that stays. */
export type Carried = { readonly id: string; readonly closed: { readonly answeredAt: number | null; readonly closedBy: string | null } | null }

export type CarriedTo = { readonly now: Asked; readonly carried: Carried }

/** `others`: all other questions that name one of the two rows, oldest first. */
export function carry({ id, transactionId: kept, otherTransactionId: merged }: Question, others: readonly Asked[], at: number): readonly CarriedTo[] {
  const isMoved = ({ question }: Asked): boolean => isWaiting(question) && sidesOf(question).includes(merged)
  const there = others.filter((asked) => !isMoved(asked)).map(({ question }) => question)
  return others.filter(isMoved).map(({ question, closedBy, answeredBy }): CarriedTo => {
    const moved = renamed(question, merged, kept)
    const isNone = moved.transactionId === moved.otherTransactionId || there.some((other) => isSame(other, moved) && (other.answer !== 'undone' || moved.answer === 'undone'))
    if (!isNone) there.push(moved)
    return isNone
      ? { now: { question: { ...question, answer: 'undone', answeredAt: at }, closedBy: id, answeredBy }, carried: { id: question.id, closed: { answeredAt: question.answeredAt, closedBy } } }
      : { now: { question: moved, closedBy, answeredBy }, carried: { id: question.id, closed: null } }
  })
}

/** Where the answer is taken back: the questions that it carried as they are then; `now`: as they are. */
export function carriedBack({ id, transactionId: kept, otherTransactionId: merged }: Question, carried: readonly Carried[], now: readonly Asked[]): readonly Asked[] {
  return carried.flatMap(({ id: of, closed }): Asked[] => {
    const asked = now.find(({ question }) => question.id === of)
    if (asked === undefined || !isWaiting(asked.question)) return []
    if (closed === null) return [{ ...asked, question: renamed(asked.question, kept, merged) }]
    return asked.closedBy === id ? [{ ...asked, question: { ...asked.question, answer: closed.answeredAt === null ? null : 'undone', answeredAt: closed.answeredAt }, closedBy: closed.closedBy }] : []
  })
}

/** Whether a person's later answer rests on the one that carried its question here. */
export function isRestedOn(carried: readonly Carried[], now: readonly Asked[]): boolean {
  return now.some(({ question: { id }, answeredBy }) => answeredBy === 'person' && carried.some((one) => one.id === id))
}

function isWaiting({ answer }: Question): boolean {
  return answer === null || answer === 'undone'
}

function sidesOf({ transactionId, otherTransactionId }: Question): readonly (string | null)[] {
  return [transactionId, otherTransactionId]
}

function isSame(a: Question, b: Question): boolean {
  return a.kind === b.kind && sidesOf(a).every((side) => sidesOf(b).includes(side))
}

function renamed(question: Question, from: string | null, to: string | null): Question {
  const { transactionId, otherTransactionId } = question
  return { ...question, transactionId: transactionId === from ? to! : transactionId, otherTransactionId: otherTransactionId === from ? to : otherTransactionId }
}
