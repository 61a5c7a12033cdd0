/** Accounts, their rows, what is proved of them, and their export as files. */
import { Readable } from 'node:stream'
import { z } from 'zod'
import { addDays, parseDay, utcDay, type Day } from '../../domain/day.ts'
import { formatMoney } from '../../domain/money.ts'
import { currentActor } from '../../acting/acting.ts'
import { tellExport } from '../../access/audit.ts'
import { exportAccount, exportTable, EXPORT_FORMATS, NARROWED, type Only } from '../../exports/export.ts'
import { MARKS } from '../../ports/feed.ts'
import type { Patch } from '../../ports/store.ts'
import type { Account } from '../../domain/account.ts'
import type { Instance } from '../../instance.ts'
import { whyNotSince } from '../../sync/account-days.ts'
import { loadBalanceSeries } from '../../sync/balance-series.ts'
import { switchAccount } from '../../sync/connect.ts'
import { withoutEmptied } from '../../sync/emptied.ts'
import { balanceProofResource } from '../balance-resource.ts'
import { balanceProofShape } from '../balance-shapes.ts'
import { accountNameShape } from '../access-shapes.ts'
import { accountOf, noAccount } from '../account-of.ts'
import { accountDays, freshnessResource, noticedAccounts } from '../account-freshness.ts'
import { freshnessShape, noticedShape } from '../freshness-shape.ts'
import { PROOF_DAYS } from '../day-states.ts'
import { ApiProblem } from '../problems.ts'
import { valueOf } from './connections.ts'
import { changeOf, Download, idParams, listOf, pageOf, route, type Route } from '../route.ts'
import { accountResource, accountShape, currencyCodeShape, dayShape, money, transactionResource, transactionShape } from '../shapes.ts'

const list = route({
  method: 'GET', url: '/accounts', action: 'read', tag: 'Accounts', summary: 'All accounts, but for those that files alone fed and of which everything was taken back',
  response: listOf(accountShape),
  handle: async ({ instance }) => ({ items: (await withoutEmptied(instance.store, await instance.store.accounts.list())).map(accountResource) }),
})

const noticed = route({
  method: 'GET', url: '/accounts/noticed', action: 'read', tag: 'Accounts', summary: 'Accounts whose balance and rows disagree, or whose bank is behind or does not answer',
  response: listOf(noticedShape),
  handle: async ({ instance }) => ({ items: await noticedAccounts(instance) }),
})

const one = route({
  method: 'GET', url: '/accounts/:id', action: 'read', tag: 'Accounts', summary: 'One account',
  params: idParams, response: accountShape,
  handle: async ({ params, instance }) => accountResource(await summaryOf(instance, params.id)),
})

const change = route({
  method: 'PATCH', url: '/accounts/:id', action: 'administer', tag: 'Accounts', summary: 'Rename an account, pause or resume its feed, or set the day its rows start',
  params: idParams,
  body: changeOf(z.strictObject({ name: accountNameShape.optional(), state: z.enum(['open', 'paused']).optional(), startOn: dayShape.nullable().optional() })),
  response: accountShape,
  handle: async ({ params, body, instance }) => {
    await accountOf(instance, params.id)
    const wrong = body.startOn == null ? null : whyNotSince(body.startOn as Day, instance.clock.now())
    if (wrong !== null) throw new ApiProblem('invalid_request', wrong, { errors: [{ field: 'startOn', message: 'Not a day since which an account can be read.' }] })
    const patch: Patch<Pick<Account, 'name' | 'startOn'>> = {
      ...(body.name === undefined ? {} : { name: body.name }),
      ...(body.startOn === undefined ? {} : { startOn: body.startOn as Day | null }),
    }
    await instance.store.accounts.update(params.id, patch)
    if (body.state !== undefined) await switchAccount(instance, params.id, body.state)
    await instance.audit.record({ actor: currentActor(), action: 'account.changed', object: params.id, codes: { name: body.name ?? null, state: body.state ?? null, startOn: body.startOn ?? null } })
    instance.events.publish({ kind: 'account', id: params.id })
    return accountResource(await summaryOf(instance, params.id))
  },
})

const forgetDates = route({
  method: 'DELETE', url: '/accounts/:id/file-dates', action: 'review', tag: 'Imports', summary: 'Ask again how the dates of files of this account begin, where they can be read in two ways',
  params: idParams, response: z.object({ ok: z.literal(true) }),
  handle: async ({ params, instance }) => {
    const done = await instance.verbs.forgetFileDates(params.id)
    if (!done.ok) throw new ApiProblem('not_found', done.failure.message)
    return { ok: true as const }
  },
})

const currency = route({
  method: 'PUT', url: '/accounts/:id/currency', action: 'review', tag: 'Accounts', summary: 'Say the currency of an account whose statements name none, or take back what was said',
  params: idParams, body: z.strictObject({ currency: currencyCodeShape.nullable() }), response: accountShape,
  handle: async ({ params, body, instance }) => {
    valueOf(await instance.verbs.sayCurrency(params.id, body.currency))
    return accountResource(await summaryOf(instance, params.id))
  },
})

const rowQuery = z.strictObject({
  from: dayShape.optional(),
  to: dayShape.optional(),
  text: z.string().max(200).optional().meta({ description: 'In what the bank or a person wrote, a category or the amount: 12.50 of both directions, -12.50 of one' }),
  state: z.enum(['pending', 'posted', 'withdrawn']).optional(),
  review: z.enum(['for_review', 'accepted']).optional().meta({ description: 'Rows that a person excluded wait for no review' }),
  category: z.string().max(200).optional().meta({ description: 'This very category; empty: rows without one' }),
  mark: z.enum(MARKS).optional().meta({ description: 'What else a person gave the row: kept out of the books or not, a side of a transfer between own accounts or not, with a note; deleted ones are listed so alone' }),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(400).optional(),
})

const rows = route({
  method: 'GET', url: '/accounts/:id/transactions', action: 'read', tag: 'Transactions', summary: 'The rows of an account, newest first',
  params: idParams, query: rowQuery, response: pageOf(transactionShape),
  handle: async ({ params, query, instance }) => {
    await accountOf(instance, params.id)
    return rowsOf(instance, params.id, query)
  },
})

const rowsOfAll = route({
  method: 'GET', url: '/transactions', action: 'read', tag: 'Transactions', summary: 'The rows of all accounts, newest first',
  query: rowQuery, response: pageOf(transactionShape),
  handle: ({ query, instance }) => rowsOf(instance, null, query),
})

const coverage = route({
  method: 'GET', url: '/accounts/:id/coverage', action: 'read', tag: 'Accounts', summary: 'The last 90 days: proved by balances, covered by an answer, missing (also where the bank was asked and did not answer), missing while the bank was away, or not asked for yet',
  params: idParams,
  response: z.object({
    days: z.array(z.object({
      day: dayShape, state: z.enum(['proved', 'covered', 'broken', 'gap', 'outage', 'before']),
      wasOut: z.boolean().meta({ description: 'The bank was away on this day, and it was read all the same' }),
    })),
  }),
  handle: async ({ params, instance }) => ({ days: await accountDays(instance, await accountOf(instance, params.id)) }),
})

const freshness = route({
  method: 'GET', url: '/accounts/:id/freshness', action: 'read', tag: 'Accounts', summary: 'When it was asked and answered, of which day the bank\'s data is, and its newest row',
  params: idParams, response: freshnessShape,
  handle: async ({ params, instance }) => freshnessResource(instance, await accountOf(instance, params.id)),
})

const series = route({
  method: 'GET', url: '/accounts/:id/balance-series', action: 'read', tag: 'Accounts', summary: 'The running balance by the rows beside the balances that the bank stated, over the last 90 days',
  params: idParams,
  response: z.object({
    steps: z.array(z.object({ on: dayShape, amount: money })),
    stated: z.array(z.object({ on: dayShape, amount: money, differs: money.meta({ description: 'What the bank counts more than the rows' }) })),
  }),
  handle: async ({ params, instance }) => {
    const account = await accountOf(instance, params.id)
    const today = utcDay(instance.clock.now())
    const found = await loadBalanceSeries(instance.store, account, addDays(today, 1 - PROOF_DAYS), today)
    const amount = (minor: bigint): string => formatMoney({ minor, currency: account.currency })
    return { steps: (found?.steps ?? []).map((step) => ({ on: step.on, amount: amount(step.amount) })), stated: (found?.stated ?? []).map((one) => ({ on: one.on, amount: amount(one.amount), differs: amount(one.differs) })) }
  },
})

const proof = route({
  method: 'GET', url: '/accounts/:id/balance-proof', action: 'read', tag: 'Accounts', summary: 'What the bank\'s balances prove of the rows, and what explains it where they disagree',
  params: idParams, response: balanceProofShape,
  handle: async ({ params, instance, language }) => balanceProofResource(language, instance, await accountOf(instance, params.id)),
})

const onlyQuery = rowQuery.omit({ limit: true, cursor: true })

const save = route({
  method: 'GET', url: '/accounts/:id/export', action: 'read', tag: 'Accounts', summary: 'The rows of an account as a file; of CSV and JSON, which hold no balances, also only some of them',
  params: idParams,
  query: onlyQuery.extend({ format: z.enum(EXPORT_FORMATS), continues: z.stringbool().default(false).meta({ description: 'A journal or QIF goes on after a file of the days before: it opens no accounts and books no opening balance, but checks it' }) }),
  response: 'download',
  handle: async ({ params, query, instance }) => {
    const account = await summaryOf(instance, params.id)
    const only = listedSo(query)
    if (Object.keys(only).length > 0 && !NARROWED.has(query.format)) throw new ApiProblem('invalid_request', 'A file with balances holds all rows of its days: leave out text, state, review, category and mark, or ask for CSV.')
    const file = exportAccount(instance.store, account, { format: query.format, continues: query.continues, now: instance.clock.now(), only, ...range(query) })
    await tellExport(instance, account.id, query)
    return new Download(file.contentType, file.fileName, Readable.from(file.content))
  },
})

const saveAll = route({
  method: 'GET', url: '/transactions/export', action: 'read', tag: 'Transactions', summary: 'The rows of all accounts, or some of them, as one table with the account of each',
  query: onlyQuery.extend({ format: z.enum(['csv', 'json']) }), response: 'download',
  handle: async ({ query, instance }) => {
    const file = exportTable(instance.store, null, { format: query.format, now: instance.clock.now(), only: listedSo(query), ...range(query) })
    await tellExport(instance, null, query)
    return new Download(file.contentType, file.fileName, Readable.from(file.content))
  },
})

export const accountRoutes: readonly Route[] = [list, noticed, one, change, forgetDates, currency, rows, rowsOfAll, coverage, freshness, proof, series, save, saveAll]

async function rowsOf({ store }: Instance, accountId: string | null, query: z.output<typeof rowQuery>) {
  const page = await firstOrAfter(store.feed.transactions({ accountId, limit: query.limit, ...range(query), ...listedSo(query), ...(query.cursor === undefined ? {} : { cursor: query.cursor }) }))
  return { items: page.rows.map(transactionResource), next: page.next }
}

function listedSo({ text, state, review, category, mark }: Omit<z.output<typeof onlyQuery>, 'from' | 'to'>): Only {
  return { ...(text === undefined ? {} : { text }), ...(state === undefined ? {} : { states: [state] }), ...(review === undefined ? {} : { review }), ...(category === undefined ? {} : { category }), ...(mark === undefined ? {} : { mark }) }
}

/** The page, or a problem when the cursor is none of ours. */
async function firstOrAfter<T>(page: Promise<T>): Promise<T> {
  return page.catch((error: unknown) => {
    throw error instanceof RangeError ? new ApiProblem('invalid_request', 'The cursor is not one that this list gave; begin without one.') : error
  })
}

async function summaryOf(instance: Instance, id: string) {
  const [account] = await instance.store.accounts.list({ accountIds: [id] })
  if (account === undefined) throw noAccount()
  return account
}

function range(query: { from?: string | undefined; to?: string | undefined }): { from?: Day; to?: Day } {
  const from = query.from === undefined ? null : parseDay(query.from)
  const to = query.to === undefined ? null : parseDay(query.to)
  return { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) }
}
