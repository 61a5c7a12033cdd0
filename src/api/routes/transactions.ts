/** One transaction with why it is here, what a person decides of it, and the questions only a person can answer. */
import { z } from 'zod'
import { currentActor } from '../../acting/acting.ts'
import type { Question } from '../../domain/transaction.ts'
import type { Instance } from '../../instance.ts'
import type { Language } from '../../language/language.ts'
import { explainTransaction } from '../../sync/explain.ts'
import { tendAfterDecision } from '../../sync/tend-balance.ts'
import { ApiProblem } from '../problems.ts'
import { whoWords } from '../who.ts'
import { createHeldDeeds, type HeldDeeds } from '../held-deeds.ts'
import { pageOfQuestions } from '../question-page.ts'
import { idParams, listOf, pageOf, route, type Route } from '../route.ts'
import { decisionResource, decisionShape } from '../decision-shape.ts'
import { isoInstant, questionResource, questionShape, transactionDetail, transactionDetailShape, transactionResource, transactionShape, whoShape } from '../shapes.ts'
import { takeBackAnswer, takeBackLast } from '../take-back.ts'

const one = route({
  method: 'GET', url: '/transactions/:id', action: 'read', tag: 'Transactions', summary: 'One row, with every report it was made from and its history',
  params: idParams, response: transactionDetailShape,
  handle: async ({ params, instance, language }) => detailOf(language, instance, params.id),
})

const decided = {
  review: z.enum(['for_review', 'accepted']).optional(),
  category: z.string().max(200).nullable().optional(),
  note: z.string().max(2_000).nullable().optional(),
  excluded: z.boolean().optional(),
  deleted: z.boolean().optional(),
}
const deed = { ...decided, from: z.strictObject(decided).optional().meta({ description: 'What these decisions were when they were shown; where they are not that any more, nothing is stored' }) }

const decide = route({
  method: 'PATCH', url: '/transactions/:id', action: 'review', tag: 'Transactions', summary: 'Categorise, accept, exclude or delete a row; the decision survives every later read',
  params: idParams,
  body: z.strictObject(deed),
  response: transactionDetailShape,
  handle: async ({ params, body: { from, ...body }, instance, language }) => {
    await detailOf(language, instance, params.id)
    const isStored = await instance.store.feed.decide(params.id, given(body), instance.clock.now(), from === undefined ? undefined : given(from))
    if (!isStored) throw new ApiProblem('changed_meanwhile', undefined, { current: await detailOf(language, instance, params.id), decided: await lastDecided(language, instance, params.id) })
    instance.events.publish({ kind: 'transaction', id: params.id })
    return detailOf(language, instance, params.id)
  },
})

/** Of each Relink that this process serves. */
const heldDeeds = new WeakMap<Instance['store'], HeldDeeds>()

function heldOf({ store, entropy }: Instance): HeldDeeds {
  const held = heldDeeds.get(store) ?? createHeldDeeds((now) => entropy.id(now))
  heldDeeds.set(store, held)
  return held
}

const decideMany = route({
  method: 'POST', url: '/decisions', action: 'review', tag: 'Review', summary: 'Decide about several rows in one act, which is taken back as one; rows of which something else was decided meanwhile stay as they are, and are told',
  body: z.strictObject({
    act: z.uuid().optional().meta({ description: 'As an earlier request with `goesOn` was answered: these are of the same act' }),
    goesOn: z.boolean().default(false).meta({ description: 'The act is too long for one request: nothing is stored before its last one, and then all of it' }),
    decisions: z.array(z.strictObject({ id: z.uuid(), ...deed })).min(1).max(1_000).refine((deeds) => new Set(deeds.map(({ id }) => id)).size === deeds.length, 'names a row twice'),
  }),
  response: z.object({
    act: z.uuid().nullable().meta({ description: 'By which the next request names the act; null: it is stored' }),
    stored: z.array(z.uuid()),
    changed: z.array(z.object({ current: transactionDetailShape, decided: z.object({ at: z.iso.datetime(), by: whoShape, isCaller: z.boolean() }).nullable() })).meta({ description: 'Of these nothing was stored: as they are, and who decided last; an id that no row has is in neither list' }),
  }),
  handle: async ({ body, instance, language }) => {
    const [held, now] = [heldOf(instance), instance.clock.now()]
    const deeds = held.add(currentActor(), body.act ?? null, body.decisions.map(({ id, from, ...decisions }) => ({ id, decisions: given(decisions), ...(from === undefined ? {} : { from: given(from) }) })), now)
    if (body.goesOn) return { act: held.hold(currentActor(), deeds, now), stored: [], changed: [] }
    const stored = await instance.store.feed.decideAll(deeds, now)
    for (const id of stored) instance.events.publish({ kind: 'transaction', id })
    const left = await Promise.all(deeds.filter(({ id }) => !stored.has(id)).map(async ({ id }) => ({ current: await knownDetail(language, instance, id), decided: await lastDecided(language, instance, id) })))
    return { act: null, stored: [...stored], changed: left.flatMap(({ current, decided }) => (current === null ? [] : [{ current, decided }])) }
  },
})

const undo = route({
  method: 'POST', url: '/decisions/undo', action: 'review', tag: 'Review', summary: 'Take back the last that the caller decided or answered and that can be taken back; what others did is never touched',
  response: z.object({
    kind: z.enum(['decisions', 'transfer', 'answer']).nullable().meta({ description: 'Null: nothing is left to take back' }),
    rows: z.array(transactionShape).meta({ description: 'As they are by now' }),
    changedSince: z.int().meta({ description: 'So many rows of the same act stay, because something else was decided of them since' }),
  }),
  handle: async ({ instance }) => {
    const { kind, rows, changedSince } = (await takeBackLast(instance)) ?? { kind: null, rows: [], changedSince: 0 }
    return { kind, rows: rows.map(transactionResource), changedSince }
  },
})

const decisions = route({
  method: 'GET', url: '/decisions', action: 'read', tag: 'Review', summary: 'What was decided about rows lately, newest first; each is taken back by deciding what was before',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
  response: listOf(decisionShape),
  handle: async ({ query, instance, language }) => {
    const { feed, access } = instance.store
    const decided = await feed.decided(query.limit)
    const whoOf = await whoWords(language, access, decided.map(({ by }) => by))
    const items = await Promise.all(decided.map(async (change) => {
      const row = await feed.transaction(change.transactionId)
      return row === null ? null : decisionResource(change, row, whoOf(change.by))
    }))
    return { items: items.filter((item) => item !== null) }
  },
})

const questions = route({
  method: 'GET', url: '/questions', action: 'read', tag: 'Review', summary: 'Open questions, oldest first: are these the same, was this one removed?',
  query: z.strictObject({ accountId: z.uuid().optional(), limit: z.coerce.number().int().min(1).max(500).default(100), cursor: z.string().max(400).optional() }),
  response: pageOf(questionShape).extend({ counts: z.array(z.object({ accountId: z.uuid(), open: z.int() })).meta({ description: 'How many wait, by account, on all pages' }) }),
  handle: async ({ query, instance, language }) => {
    const { feed } = instance.store
    const open = await feed.questions({ open: true, ...(query.accountId === undefined ? {} : { accountId: query.accountId }) })
    const { items, next, counts } = pageOfQuestions(open, query.limit, query.cursor)
    return { items: await shown(language, instance, items), next, counts: [...counts] }
  },
})

const answers = route({
  method: 'GET', url: '/answers', action: 'read', tag: 'Review', summary: 'What persons answered lately, newest first; DELETE /questions/{id}/answer takes one back',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
  response: listOf(questionShape),
  handle: async ({ query, instance, language }) => ({ items: await shown(language, instance, await instance.store.feed.answers(query.limit)) }),
})

const reopen = route({
  method: 'DELETE', url: '/questions/:id/answer', action: 'review', tag: 'Review', summary: 'Take an answer back: both rows are as they were, and the question is open again where one was asked',
  params: idParams, response: z.object({ ok: z.literal(true) }),
  handle: async ({ params, instance }) => {
    const done = await takeBackAnswer(instance, params.id)
    if (done === 'no_answer') throw new ApiProblem('not_found', 'No answer of a person stands for a question with this id.')
    if (done === 'later_first') throw new ApiProblem('wrong_state', 'A later answer rests on this one: take that one back first.')
    if (done === 'run_first') throw new ApiProblem('wrong_state', 'The import or read that reported one of these rows is taken back: bring it back first, then take the answer back.')
    return { ok: true as const }
  },
})

const answer = route({
  method: 'POST', url: '/questions/:id/answer', action: 'review', tag: 'Review', summary: 'Answer a question; the answer is remembered',
  params: idParams, body: z.strictObject({ answer: z.enum(['same', 'different', 'removed', 'kept']) }),
  response: z.object({ ok: z.literal(true) }),
  handle: async ({ params, body, instance }) => {
    const open = await instance.store.feed.questions({ open: true })
    const question = open.find((candidate) => candidate.id === params.id)
    if (question === undefined) throw new ApiProblem('not_found', 'There is no open question with this id; it may have been answered already.')
    const fits = question.kind === 'same_transaction' ? ['same', 'different'] : ['removed', 'kept']
    if (!fits.includes(body.answer)) throw new ApiProblem('invalid_request', `This question is answered with ${fits.join(' or ')}.`)
    await instance.store.feed.answerQuestion(params.id, body.answer, instance.clock.now())
    const account = await instance.store.accounts.get(question.accountId)
    if (account !== null) await tendAfterDecision(instance.store.feed, account, instance.clock.now())
    instance.events.publish({ kind: 'question', id: params.id })
    return { ok: true as const }
  },
})

export const transactionRoutes: readonly Route[] = [one, decide, decideMany, undo, decisions, questions, answer, answers, reopen]

/** The questions with their rows. */
async function shown(language: Language, { store: { feed, access } }: Instance, questions: readonly Question[]) {
  const whoOf = await whoWords(language, access, questions.map(({ answerer }) => answerer))
  const items = await Promise.all(
    questions.map(async (question) => {
      const [row, other] = await Promise.all([feed.transaction(question.transactionId), question.otherTransactionId === null ? null : feed.transaction(question.otherTransactionId)])
      return row === null ? null : questionResource(question, row, other, whoOf(question.answerer))
    }),
  )
  return items.filter((item) => item !== null)
}

/** Without what was left out. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

const DECIDED = ['review', 'category', 'note', 'excluded', 'deleted']

/** Who decided last about the row, and when: `by` in words, null where nobody noted it; `isCaller`: the one who asks, in another window or by another way. */
async function lastDecided(language: Language, { store }: Instance, id: string) {
  const last = (await store.feed.history(id)).findLast(({ changes }) => DECIDED.some((field) => field in changes))
  if (last === undefined) return null
  const { at, by } = last
  return { at: isoInstant(at), by: (await whoWords(language, store.access, [by]))(by), isCaller: by === currentActor() }
}

async function detailOf(language: Language, instance: Instance, id: string) {
  const detail = await knownDetail(language, instance, id)
  if (detail === null) throw new ApiProblem('not_found', 'There is no transaction with this id.')
  return detail
}

async function knownDetail(language: Language, instance: Instance, id: string) {
  const explanation = await explainTransaction(instance.store, id)
  return explanation === null ? null : transactionDetail(language, explanation, await whoWords(language, instance.store.access, explanation.changes.map(({ by }) => by)))
}
