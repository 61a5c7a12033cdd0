/**
 * What somebody did last and can be taken back: the newest of their own acts that they have not taken back already. All that
 * was decided at one instant is one act. Pure; the history is the only memory of it, so it holds after a reload and in another browser.
 */
import type { Question, TransactionChange, TransactionId } from '../domain/transaction.ts'

export type Act =
  | { readonly kind: 'decisions'; readonly at: number; readonly changes: readonly TransactionChange[] }
  | { readonly kind: 'transfer'; readonly at: number; readonly transferId: string }
  | { readonly kind: 'answer'; readonly at: number; readonly questionId: string }

/** Of one person, newest first. `changes`: what they decided, `answers`: what they answered, each newest first. */
export function standingActs(changes: readonly TransactionChange[], answers: readonly Question[]): readonly Act[] {
  const decided = [...Map.groupBy(standing(changes), ({ at }) => at)].flatMap(([at, own]): readonly Act[] => {
    const transferId = own.map(({ changes: { transfer } }) => transfer?.[1]).find((id) => id != null)
    if (transferId !== undefined && transferId !== null) return [{ kind: 'transfer', at, transferId }]
    // A transfer that was taken back is paired anew, not brought back.
    const again = own.filter(({ changes: { transfer } }) => transfer === undefined)
    return again.length === 0 ? [] : [{ kind: 'decisions', at, changes: again }]
  })
  const answered = answers.flatMap(({ id, answeredAt }): readonly Act[] => (answeredAt === null ? [] : [{ kind: 'answer', at: answeredAt, questionId: id }]))
  return [...decided, ...answered].sort((a, b) => b.at - a.at)
}

/** Without what takes back the one before it of the same row, and without that one. */
function standing(newestFirst: readonly TransactionChange[]): readonly TransactionChange[] {
  const left = new Map<TransactionId, TransactionChange[]>()
  for (const change of newestFirst.toReversed()) {
    const own = left.get(change.transactionId) ?? []
    const before = own.at(-1)
    if (before !== undefined && takesBack(change, before)) own.pop()
    else own.push(change)
    left.set(change.transactionId, own)
  }
  const stays = new Set([...left.values()].flat())
  return newestFirst.filter((change) => stays.has(change))
}

function takesBack({ changes }: TransactionChange, { changes: before }: TransactionChange): boolean {
  const fields = Object.keys(changes)
  return fields.length === Object.keys(before).length && fields.every((field) => before[field]?.[0] === changes[field]![1] && before[field]?.[1] === changes[field]![0])
}
