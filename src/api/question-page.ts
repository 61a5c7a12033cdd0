/** A page of the questions that wait, oldest first. A cursor names a place in that order, so that what is answered meanwhile neither repeats nor hides one. */
import type { Question } from '../domain/transaction.ts'
import { ApiProblem } from './problems.ts'

export type QuestionPage = { readonly items: readonly Question[]; readonly next: string | null; readonly counts: readonly { readonly accountId: string; readonly open: number }[] }

/** `open`: all that wait, oldest first (`FeedStore.questions`). `counts` is of all of them. */
export function pageOfQuestions(open: readonly Question[], limit: number, cursor: string | undefined): QuestionPage {
  const after = cursor === undefined ? null : placeOf(cursor)
  const rest = after === null ? open : open.filter(({ askedAt, id }) => askedAt > after.askedAt || (askedAt === after.askedAt && id > after.id))
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  const counts = [...Map.groupBy(open, ({ accountId }) => accountId)].map(([accountId, of]) => ({ accountId, open: of.length }))
  return { items, counts, next: rest.length > items.length && last !== undefined ? `${last.askedAt}.${last.id}` : null }
}

function placeOf(cursor: string): { readonly askedAt: number; readonly id: string } {
  const match = /^(\d{1,16})\.([0-9a-f-]{36})$/.exec(cursor)
  if (match === null) throw new ApiProblem('invalid_request', 'The cursor is not one that this list gave; begin without one.')
  return { askedAt: Number(match[1]), id: match[2]! }
}
