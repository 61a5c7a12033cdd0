/** A statement against the rows: the difference, what would explain it, and what was made of it. */
import { z } from 'zod'
import type { Part } from '../../diagnose/sentences.ts'
import type { Account } from '../../domain/account.ts'
import { parseDay, type Day } from '../../domain/day.ts'
import { formatMoney, moneyOf, parseDecimal } from '../../domain/money.ts'
import type { ReconciledStatement } from '../../domain/reconciliation.ts'
import type { Language } from '../../language/language.ts'
import { sayParts } from '../../language/say.ts'
import { whyNotAsk, whyNotStated } from '../../sync/account-days.ts'
import { unansweredIn } from '../../sync/ask-again.ts'
import { reconcile, type Reconciliation } from '../../sync/reconcile.ts'
import { accountOf } from '../account-of.ts'
import { explained } from '../balance-resource.ts'
import { partResource } from '../part-resource.ts'
import { ApiProblem } from '../problems.ts'
import { reconciledShape, reconciliationShape } from '../reconcile-shape.ts'
import { idParams, listOf, route, type Route } from '../route.ts'
import { dayShape, isoInstant, runResource, runShape, transactionResource } from '../shapes.ts'
import { valueOf } from './connections.ts'

const statement = { asOf: dayShape, balance: z.string().max(40).meta({ description: 'An exact decimal, as the statement says' }) }

const compare = route({
  method: 'GET', url: '/accounts/:id/reconcile', action: 'read', tag: 'Accounts', summary: 'A statement against the rows: the difference and what would explain it to the cent; changes nothing',
  params: idParams, query: z.strictObject(statement), response: reconciliationShape,
  handle: async ({ params, query, instance, language }) => {
    const account = await accountOf(instance, params.id)
    const { on, amount } = read(account, query, instance.clock.now())
    const found = await reconcile(instance.store, account, { on, amount }, instance.clock.now())
    const { explanations, sameAmount, rows } = await explained(language, instance, account, found.explanations, found.alike)
    const money = (minor: bigint): string => formatMoney({ minor, currency: account.currency })
    return {
      accountId: account.id, currency: account.currency, asOf: on, stated: money(amount), ours: money(found.ours), difference: money(found.difference), agrees: found.difference === 0n,
      says: says(language, found, on, account).map(partResource),
      provedTo: found.provedTo, broken: found.broken, missing: [...found.missing], explanations, sameAmount: [...sameAmount], rows: rows.map(transactionResource),
    }
  },
})

const noted = route({
  method: 'GET', url: '/accounts/:id/reconciliations', action: 'read', tag: 'Accounts', summary: 'Statements that were compared: agreed, or set aside with a note',
  params: idParams, response: listOf(reconciledShape),
  handle: async ({ params, instance }) => {
    const account = await accountOf(instance, params.id)
    return { items: (await instance.store.reconciliations.list(account.id)).map((one) => reconciledResource(one, account)) }
  },
})

const note = route({
  method: 'POST', url: '/accounts/:id/reconciliations', action: 'review', tag: 'Accounts', summary: 'Note that a statement was compared; with a difference it is set aside with a note. No row changes',
  params: idParams, body: z.strictObject({ ...statement, note: z.string().max(2_000).nullable().optional() }), response: reconciledShape, status: 201,
  handle: async ({ params, body, instance }) => {
    const account = await accountOf(instance, params.id)
    const { on, amount } = read(account, body, instance.clock.now())
    const now = instance.clock.now()
    const { difference } = await reconcile(instance.store, account, { on, amount }, now)
    const words = body.note?.trim() ?? ''
    if (difference !== 0n && words === '') throw new ApiProblem('invalid_request', 'A statement that does not agree is set aside with a note.', { errors: [{ field: 'note', message: 'Say why it is set aside.' }] })
    const one: ReconciledStatement = { id: instance.entropy.id(now), accountId: account.id, on, amount, difference, note: words === '' ? null : words, notedAt: now }
    await instance.store.reconciliations.note(one)
    instance.events.publish({ kind: 'account', id: account.id })
    return reconciledResource(one, account)
  },
})

const ask = route({
  method: 'POST', url: '/accounts/:id/ask-again', action: 'sync', tag: 'Accounts', summary: 'Read the account now, and ask the bank for these days once more',
  params: idParams, body: z.strictObject({ from: dayShape, to: dayShape }),
  response: runShape.extend({ unanswered: z.array(z.object({ from: dayShape, to: dayShape })).meta({ description: 'Days for which this run has no answer: the bank refused them or left them out, or the run did not get so far, and asks when it goes on' }) }).meta({ id: 'RunOfDays' }),
  handle: async ({ params, body, instance, language }) => {
    const account = await accountOf(instance, params.id)
    const [from, to] = [parseDay(body.from), parseDay(body.to)]
    const wrong = from === null || to === null ? 'A day is written YYYY-MM-DD.' : whyNotAsk({ from, to }, instance.clock.now())
    if (from === null || to === null || wrong !== null) throw new ApiProblem('invalid_request', wrong ?? undefined)
    const sources = await instance.store.accounts.sources({ accountId: account.id })
    const reader = sources.find(({ connectionId, state }) => connectionId !== null && state === 'active')?.connectionId ?? null
    if (reader === null) throw new ApiProblem('wrong_state', 'No connection reads this account; import a file of these days instead.')
    const again = { accountId: account.id, days: { from, to } }
    const run = valueOf(await instance.verbs.sync(reader, 'person', again))
    return { ...runResource(language, run), unanswered: [...(await unansweredIn(instance.store, run.id, again))] }
  },
})

const forget = route({
  method: 'DELETE', url: '/reconciliations/:id', action: 'review', tag: 'Accounts', summary: 'Take back what was noted of a statement',
  params: idParams, response: z.object({ ok: z.literal(true) }),
  handle: async ({ params, instance }) => {
    if (!(await instance.store.reconciliations.forget(params.id))) throw new ApiProblem('not_found', 'There is no such statement.')
    return { ok: true as const }
  },
})

export const reconcileRoutes: readonly Route[] = [compare, noted, note, ask, forget]

function read(account: Account, { asOf, balance }: { readonly asOf: string; readonly balance: string }, now: number): { readonly on: Day; readonly amount: bigint } {
  const [on, decimal] = [parseDay(asOf), parseDecimal(balance.trim().replace('\u2212', '-'))]
  const amount = decimal === null ? null : moneyOf(decimal, account.currency)
  if (on === null || amount === null || !amount.ok) throw new ApiProblem('invalid_request', `The balance is a number such as 1234.50, with no more decimals than ${account.currency} has.`, { errors: [{ field: 'balance', message: 'Not an amount of this currency.' }] })
  const wrong = whyNotStated(on, now)
  if (wrong !== null) throw new ApiProblem('invalid_request', wrong, { errors: [{ field: 'asOf', message: 'Not a day of this account.' }] })
  return { on, amount: amount.value.minor }
}

function says(language: Language, { difference, ours }: Reconciliation, on: Day, { currency }: Account): readonly Part[] {
  const money = (minor: bigint): Typed => ({ kind: 'money', amount: formatMoney({ minor, currency }), currency })
  const values = { ours: money(ours), on: { kind: 'day', day: on }, amount: money(difference < 0n ? -difference : difference) } as const
  if (difference === 0n) return sayParts<Typed>(language, 'The rows come to {ours} on {on}, as the statement says.', values)
  if (difference < 0n) return sayParts<Typed>(language, 'The statement counts {amount} less than the rows, which come to {ours} on {on}.', values)
  return sayParts<Typed>(language, 'The statement counts {amount} more than the rows, which come to {ours} on {on}.', values)
}

type Typed = Exclude<Part, string>

function reconciledResource({ id, accountId, on, amount, difference, note: words, notedAt }: ReconciledStatement, { currency }: Account): z.output<typeof reconciledShape> {
  return { id, accountId, asOf: on, stated: formatMoney({ minor: amount, currency }), difference: formatMoney({ minor: difference, currency }), note: words, notedAt: isoInstant(notedAt) }
}
