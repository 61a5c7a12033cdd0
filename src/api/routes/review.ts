/** What is proposed for rows that wait, rules that a person makes of it, and transfers between own accounts. */
import { z } from 'zod'
import type { CategoryRule } from '../../domain/review.ts'
import type { Instance } from '../../instance.ts'
import type { Transaction } from '../../domain/transaction.ts'
import { makeOne, matchesFor, matchOf } from '../../review/matches.ts'
import { dryRun } from '../../review/rules.ts'
import { suggestions } from '../../review/suggest.ts'
import { tendAfterDecision } from '../../sync/tend-balance.ts'
import { accountOf } from '../account-of.ts'
import { ApiProblem } from '../problems.ts'
import { dryRunResource, ruleResource, suggestedResource } from '../review-resource.ts'
import { dryRunShape, matchShape, ruleShape, suggestedShape } from '../review-shape.ts'
import { idParams, listOf, route, type Route } from '../route.ts'
import { transactionResource, transactionShape } from '../shapes.ts'
import { takeBackTransfer } from '../take-back.ts'

/** More rows than that one rule does not change at once. */
const MOST_ROWS = 10_000
/** Older ones are still brought back by their id. */
const MOST_REMOVED = 50

const suggestionQuery = z.strictObject({ text: z.string().max(200).optional().meta({ description: 'As of transactions: only those of rows that it finds' }) })

const suggested = route({
  method: 'GET', url: '/accounts/:id/suggestions', action: 'read', tag: 'Review', summary: 'What is proposed for the newest rows that wait for review: categories, other sides of transfers, and what is worth a second look',
  params: idParams, query: suggestionQuery, response: z.object({ looked: z.int().meta({ description: 'So many rows that wait were looked at' }), items: z.array(suggestedShape) }),
  handle: async ({ params, query, instance }) => {
    const { id } = await accountOf(instance, params.id)
    return proposed(instance, id, query.text)
  },
})

const suggestedOfAll = route({
  method: 'GET', url: '/suggestions', action: 'read', tag: 'Review', summary: 'The same for the newest rows that wait in all accounts',
  query: suggestionQuery, response: suggested.response,
  handle: ({ query, instance }) => proposed(instance, null, query.text),
})

const categories = route({
  method: 'GET', url: '/categories', action: 'read', tag: 'Review', summary: 'The categories that rows have, by name, with how many', response: listOf(z.object({ category: z.string(), rows: z.int() })),
  handle: async ({ instance }) => ({ items: [...(await instance.store.review.categories())] }),
})

const rules = route({
  method: 'GET', url: '/rules', action: 'read', tag: 'Review', summary: 'Rules that propose categories, oldest first', response: listOf(ruleShape),
  handle: async ({ instance }) => ({ items: (await instance.store.review.rules()).map(ruleResource) }),
})

const removedRules = route({
  method: 'GET', url: '/rules/removed', action: 'read', tag: 'Review', summary: 'Rules that were removed and can be brought back, the last one first', response: listOf(ruleShape),
  handle: async ({ instance }) => ({ items: (await instance.store.review.removedRules(MOST_REMOVED)).map(ruleResource) }),
})

const ruleBody = z.strictObject({
  contains: z.string().trim().min(2, 'Give at least two characters of what the bank says of such rows.').max(200),
  category: z.string().trim().min(1, 'Name the category.').max(200),
  accountId: z.uuid().nullable().default(null).meta({ description: 'Null: of all accounts' }),
})

const preview = route({
  method: 'POST', url: '/rules/preview', action: 'review', tag: 'Review', summary: 'What a rule would change, over all rows that are there; stores nothing', body: ruleBody, response: dryRunShape,
  handle: async ({ body, instance }) => {
    await demandAccount(instance, body.accountId)
    const { rows, isWhole } = await rowsOf(instance, body)
    return dryRunResource(dryRun(body.category, rows), isWhole)
  },
})

const save = route({
  method: 'POST', url: '/rules', action: 'review', tag: 'Review', summary: 'Make a rule: it proposes its category for rows to come, and gives it to rows that are there',
  body: ruleBody.extend({ apply: z.enum(['none', 'fresh', 'all']).default('fresh').meta({ description: 'Rows that are there: none, those without a category, or also those with another one' }) }),
  response: z.object({ rule: ruleShape, changed: z.int() }), status: 201,
  handle: async ({ body: { apply, ...body }, instance }) => {
    await demandAccount(instance, body.accountId)
    const { rows } = apply === 'none' ? { rows: [] } : await rowsOf(instance, body)
    const { fresh, against } = dryRun(body.category, rows)
    await refuseTwice(instance, body)
    const now = instance.clock.now()
    const rule: CategoryRule = { id: instance.entropy.id(now), ...body, createdAt: now }
    const seen = [...fresh, ...(apply === 'all' ? against : [])].map(({ id, decisions }) => ({ id, category: decisions.category }))
    const changed = await instance.store.review.saveRule(rule, seen, now)
    instance.events.publish({ kind: 'rule', id: rule.id })
    return { rule: ruleResource(rule), changed }
  },
})

const remove = route({
  method: 'DELETE', url: '/rules/:id', action: 'review', tag: 'Review', summary: 'Remove a rule; with restore, rows that it changed, and nobody since, get back what they had',
  params: idParams, query: z.strictObject({ restore: z.stringbool().default(false) }), response: z.object({ restored: z.int() }),
  handle: async ({ params, query, instance }) => {
    const restored = await instance.store.review.removeRule(params.id, query.restore, instance.clock.now())
    if (restored === null) throw new ApiProblem('not_found', 'There is no rule with this id; it may have been removed already.')
    instance.events.publish({ kind: 'rule', id: params.id })
    return { restored }
  },
})

const bringBack = route({
  method: 'POST', url: '/rules/:id/restore', action: 'review', tag: 'Review', summary: 'Bring a removed rule back as it was; rows that its removal gave back, and nobody changed since, get its category again', params: idParams, response: z.object({ rule: ruleShape, changed: z.int() }),
  handle: async ({ params, instance }) => {
    const { review } = instance.store
    const rule = await review.removedRule(params.id)
    if (rule === null) throw new ApiProblem('not_found', 'No rule with this id was removed; it may be there again.')
    await refuseTwice(instance, rule)
    const changed = await review.bringBackRule(params.id, instance.clock.now())
    if (changed === null) throw new ApiProblem('not_found', 'No rule with this id was removed; it may be there again.')
    instance.events.publish({ kind: 'rule', id: params.id })
    return { rule: ruleResource(rule), changed }
  },
})

const transferShape = z.object({ id: z.uuid(), sides: z.array(transactionShape).meta({ description: 'What leaves first' }) }).meta({ id: 'Transfer' })

const matches = route({
  method: 'GET', url: '/transactions/:id/matches', action: 'read', tag: 'Review', summary: 'Rows that a person may make one with this row: of its account the same once more, of others the other side of a transfer; equal amounts first, then the nearest days',
  params: idParams, query: z.strictObject({ text: z.string().trim().max(200).default('').meta({ description: 'Found in what the bank says; then also rows with other amounts, and further away' }) }), response: listOf(matchShape),
  handle: async ({ params, query, instance }) => ({ items: (await matchesFor(instance.store, await rowOf(instance, params.id), query.text)).map(({ as, row, days }) => ({ as, transaction: transactionResource(row), days })) }),
})

const pairBody = z.strictObject({ transactionIds: z.array(z.uuid()).length(2) })

const same = route({
  method: 'POST', url: '/questions', action: 'review', tag: 'Review', summary: 'Say of two rows of one account, unasked, that they are the same: the one that was there first stays. DELETE /questions/{id}/answer takes it back',
  body: pairBody, response: z.object({ id: z.uuid(), kept: transactionShape }), status: 201,
  handle: async ({ body, instance }) => {
    const [a, b] = await pairOf(instance, body)
    if (matchOf(a, b)?.as !== 'same' || matchOf(b, a) === null) throw new ApiProblem('invalid_request', 'Two rows that are the same are in one account, go the same way, and neither is withdrawn, excluded or deleted.')
    const { store, clock, entropy } = instance
    const question = await makeOne(store.feed, [a, b], clock.now(), () => entropy.id(clock.now()))
    const account = await store.accounts.get(question.accountId)
    if (account !== null) await tendAfterDecision(store.feed, account, clock.now())
    for (const { id } of [a, b]) instance.events.publish({ kind: 'transaction', id })
    return { id: question.id, kept: transactionResource(await rowOf(instance, question.transactionId)) }
  },
})

const pair = route({
  method: 'POST', url: '/transfers', action: 'review', tag: 'Review', summary: 'Two rows are the sides of one transfer between own accounts; both count as reviewed',
  body: pairBody, response: transferShape, status: 201,
  handle: async ({ body, instance }) => {
    const [a, b] = await pairOf(instance, body)
    // Fees and exchange between: the amounts may differ where a person knows it.
    if (!isTransfer(a, b)) throw new ApiProblem('invalid_request', 'The two sides of a transfer are in two accounts, out of the one and into the other.')
    const id = instance.entropy.id(instance.clock.now())
    if (!(await instance.store.review.pair(id, [a.id, b.id], instance.clock.now()))) throw new ApiProblem('changed_meanwhile', 'One of the two is a side of a transfer already, or does not count any more.')
    for (const row of [a, b]) instance.events.publish({ kind: 'transaction', id: row.id })
    return { id, sides: (await instance.store.review.sides(id)).map(transactionResource) }
  },
})

const transfer = route({
  method: 'GET', url: '/transfers/:id', action: 'read', tag: 'Review', summary: 'The two sides of a transfer', params: idParams, response: transferShape,
  handle: async ({ params, instance }) => {
    const sides = await instance.store.review.sides(params.id)
    if (sides.length === 0) throw new ApiProblem('not_found', 'There is no transfer with this id; it may have been taken back.')
    return { id: params.id, sides: sides.map(transactionResource) }
  },
})

const unpair = route({
  method: 'DELETE', url: '/transfers/:id', action: 'review', tag: 'Review', summary: 'Take a transfer back; its rows wait for review again', params: idParams, response: z.object({ ok: z.literal(true) }),
  handle: async ({ params, instance }) => {
    if ((await takeBackTransfer(instance, params.id)).length === 0) throw new ApiProblem('not_found', 'There is no transfer with this id; it may have been taken back.')
    return { ok: true as const }
  },
})

export const reviewRoutes: readonly Route[] = [suggested, suggestedOfAll, categories, rules, removedRules, preview, save, remove, bringBack, matches, same, pair, transfer, unpair]

async function proposed({ store }: Instance, accountId: string | null, text: string | undefined) {
  const { looked, suggested } = await suggestions(store, accountId, text)
  return { looked, items: suggested.map(suggestedResource) }
}

async function demandAccount(instance: Instance, accountId: string | null): Promise<void> {
  if (accountId !== null) await accountOf(instance, accountId)
}

async function refuseTwice({ store }: Instance, { contains, accountId }: Pick<CategoryRule, 'contains' | 'accountId'>): Promise<void> {
  if ((await store.review.rules()).some((rule) => rule.contains.toLowerCase() === contains.toLowerCase() && rule.accountId === accountId)) throw new ApiProblem('wrong_state', `There is a rule for “${contains}” already. Remove it first.`)
}

async function rowsOf({ store }: Instance, { contains, accountId }: { readonly contains: string; readonly accountId: string | null }): Promise<{ readonly rows: readonly Transaction[]; readonly isWhole: boolean }> {
  const rows = await store.review.containing(contains, accountId, MOST_ROWS + 1)
  return { rows: rows.slice(0, MOST_ROWS), isWhole: rows.length <= MOST_ROWS }
}

async function rowOf({ store }: Instance, id: string): Promise<Transaction> {
  const row = await store.feed.transaction(id)
  if (row === null) throw new ApiProblem('not_found', 'There is no transaction with this id.')
  return row
}

async function pairOf(instance: Instance, { transactionIds: [first, second] }: z.output<typeof pairBody>): Promise<readonly [Transaction, Transaction]> {
  return Promise.all([rowOf(instance, first!), rowOf(instance, second!)])
}

function isTransfer(a: Transaction, b: Transaction): boolean {
  return a.accountId !== b.accountId && a.amount < 0n !== b.amount < 0n && a.amount !== 0n && b.amount !== 0n
}
