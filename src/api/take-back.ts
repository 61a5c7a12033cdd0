/** Taking back what was decided or answered: one answer, one transfer, or whatever the one who asks did last. */
import { currentActor } from '../acting/acting.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { Instance } from '../instance.ts'
import { closeChosen } from '../review/matches.ts'
import { standingActs, type Act } from '../review/last-act.ts'
import { tendAfterDecision } from '../sync/tend-balance.ts'
import { contentKeyOf } from '../sync/undo.ts'
import type { AnswerBack } from '../ports/feed.ts'
import { decided } from './decision-shape.ts'

/** So far back an own act is looked for at first: that many rows were decided since, taking back included. */
const LOOKED_AT = 5_000
const ANSWERS_LOOKED_AT = 200

export async function takeBackAnswer({ store: { feed, accounts }, clock, events }: Instance, id: string): Promise<AnswerBack> {
  const done = await feed.takeBackAnswer(id, clock.now(), contentKeyOf)
  if (done !== 'back') return done
  const question = (await feed.questions({ open: true })).find((one) => one.id === id)
  if (question !== undefined) await closeChosen(feed, question, clock.now())
  const account = question === undefined ? null : await accounts.get(question.accountId)
  if (account !== null) await tendAfterDecision(feed, account, clock.now())
  events.publish({ kind: 'question', id })
  return done
}

/** The sides, as they were before; none: there is no such transfer. */
export async function takeBackTransfer({ store: { review }, clock, events }: Instance, id: string): Promise<readonly Transaction[]> {
  const sides = await review.sides(id)
  if (!(await review.unpair(id, clock.now()))) return []
  for (const side of sides) events.publish({ kind: 'transaction', id: side.id })
  return sides
}

/** `changedSince`: of the same act, rows of which something else was decided since; they stay. */
export type TakenBack = { readonly kind: Act['kind']; readonly rows: readonly Transaction[]; readonly changedSince: number }

/**
 * Takes back the last that the one who asks did and that can be taken back; null: nothing is left. What others did is never touched.
 * It is looked for farther and farther back, until what is found is seen whole and known to stand.
 */
export async function takeBackLast(instance: Instance): Promise<TakenBack | null> {
  const { feed } = instance.store
  const answers = (await feed.answers(ANSWERS_LOOKED_AT)).filter(({ answerer }) => answerer === currentActor())
  for (let most = LOOKED_AT; ; most *= 4) {
    const own = await feed.decided(most, currentActor())
    const [isAll, from] = [own.length < most, own.at(-1)?.at ?? 0]
    for (const act of standingActs(own, answers)) {
      const isKnown = isAll || act.kind !== 'decisions' || (from < act.at && (await stands(instance, act)))
      if (!isKnown) break
      const taken = await takenBack(instance, act)
      if (taken.rows.length > 0) return taken
    }
    if (isAll) return null
  }
}

/** Whether an act is none that took back another, which is not seen: all of it is of one kind, and one of its rows tells which. */
async function stands({ store: { feed } }: Instance, { at, changes: [first] }: Extract<Act, { kind: 'decisions' }>): Promise<boolean> {
  const ofRow = (await feed.history(first!.transactionId)).filter(({ by, reason }) => by === currentActor() && reason === 'decision').toReversed()
  return standingActs(ofRow, []).some((act) => act.at === at)
}

async function takenBack(instance: Instance, act: Act): Promise<TakenBack> {
  const { feed } = instance.store
  const now = async (ids: readonly string[]): Promise<readonly Transaction[]> => (await Promise.all(ids.map((id) => feed.transaction(id)))).filter((row) => row !== null)
  if (act.kind === 'transfer') return { kind: act.kind, rows: await now((await takeBackTransfer(instance, act.transferId)).map(({ id }) => id)), changedSince: 0 }
  if (act.kind === 'answer') {
    const question = (await feed.answers(ANSWERS_LOOKED_AT)).find(({ id }) => id === act.questionId)
    const isBack = question !== undefined && (await takeBackAnswer(instance, act.questionId)) === 'back'
    return { kind: act.kind, rows: isBack ? await now([question.transactionId, ...(question.otherTransactionId === null ? [] : [question.otherTransactionId])]) : [], changedSince: 0 }
  }
  const deeds = act.changes.map(({ transactionId, changes }) => {
    const { before, after } = decided(changes)
    return { id: transactionId, decisions: before, from: after }
  })
  const stored = await feed.decideAll(deeds, instance.clock.now())
  for (const id of stored) instance.events.publish({ kind: 'transaction', id })
  return { kind: act.kind, rows: await now([...stored]), changedSince: act.changes.length - stored.size }
}
