/**
 * The resources of the HTTP API as zod schemas (the OpenAPI document is made from them) and the
 * one mapping from each domain type to its resource. Money is a decimal string, an instant is ISO
 * 8601 in UTC, a day is `YYYY-MM-DD`. Nothing here knows a connector or a secret.
 */
import { z } from 'zod'
import type { Challenge } from '../domain/connection.ts'
import type { Failure } from '../domain/evidence.ts'
import { formatMoney } from '../domain/money.ts'
import { joinRanges } from '../domain/day.ts'
import { isTimeZone, TIME_OF_DAY } from '../domain/hours.ts'
import type { Coverage, SyncRun } from '../domain/run.ts'
import type { Question, Transaction } from '../domain/transaction.ts'
import { readCurrency } from '../formats/written-currency.ts'
import { translated, type Language } from '../language/language.ts'
import { retold } from '../language/retold.ts'
import { say } from '../language/say.ts'
import type { AccountSummary, TenantStore } from '../ports/store.ts'
import { becauseOf, type Explanation } from '../sync/explain.ts'

export const instant = z.iso.datetime().meta({ description: 'ISO 8601 in UTC' })
export const dayShape = z.iso.date().meta({ description: 'A calendar day of the bank, YYYY-MM-DD' })
export const currencyCodeShape = z.string().refine((code) => readCurrency(code) === code, 'A code of ISO 4217, such as EUR')
export const timeZoneShape = z.string().max(64).refine(isTimeZone, 'is no IANA time zone').meta({ description: 'IANA, for example Europe/Berlin' })
const timeOfDay = z.string().regex(TIME_OF_DAY).meta({ description: 'HH:MM' })
export const hoursShape = z.strictObject({ from: timeOfDay, to: timeOfDay, timeZone: timeZoneShape })
export const money = z.string().meta({ description: 'An exact decimal with all decimals of the currency', examples: ['-12.50'] })

/** Epoch milliseconds as the API writes an instant. */
export function isoInstant(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

export function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoInstant(epochMs)
}

export const accountShape = z
  .object({
    id: z.uuid(),
    name: z.string(),
    number: z.string().nullable(),
    bankId: z.string().nullable(),
    kind: z.string(),
    currency: z.string(),
    currencyIsSaid: z.boolean().meta({ description: 'A person said it, because no statement names one; `PUT /accounts/ID/currency` says another' }),
    state: z.enum(['open', 'paused', 'closed', 'missing']),
    institutionName: z.string().nullable(),
    balance: money,
    balanceOn: dayShape.nullable(),
    balanceIsStated: z.boolean().meta({ description: 'True: the bank stated this balance. False: it is the sum of the rows.' }),
    newestRowOn: dayShape.nullable(),
    rows: z.int(),
    forReview: z.int(),
    startOn: dayShape.nullable(),
    connectionIds: z.array(z.uuid()),
  })
  .meta({ id: 'Account' })

export function accountResource(account: AccountSummary): z.output<typeof accountShape> {
  const { id, name, number, bankId, kind, currency, currencyIsSaid, state, institutionName, balanceOn, balanceIsStated, newestRowOn, rows, forReview, startOn } = account
  return {
    id, name, number, bankId, kind, currency, currencyIsSaid, state, institutionName, balanceOn, balanceIsStated, newestRowOn, rows, forReview, startOn,
    balance: formatMoney({ minor: account.balance, currency }),
    connectionIds: [...account.connectionIds],
  }
}

export const transactionShape = z
  .object({
    id: z.uuid(),
    accountId: z.uuid(),
    state: z.enum(['pending', 'posted', 'withdrawn']),
    withdrawnReason: z.string().nullable(),
    postedOn: dayShape,
    transactedOn: dayShape.nullable(),
    valueOn: dayShape.nullable(),
    amount: money,
    currency: z.string(),
    description: z.string(),
    name: z.string().nullable(),
    memo: z.string().nullable(),
    kind: z.string().nullable(),
    checkNumber: z.string().nullable(),
    reference: z.string().nullable(),
    foreignAmount: z.string().nullable(),
    foreignCurrency: z.string().nullable(),
    review: z.enum(['for_review', 'accepted']),
    category: z.string().nullable(),
    note: z.string().nullable(),
    excluded: z.boolean(),
    deleted: z.boolean(),
    transfer: z.uuid().nullable().meta({ description: 'The transfer between own accounts of which this is one side' }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Transaction' })

export type TransactionResource = z.output<typeof transactionShape>

/** One line for a person: the payee, else what else the bank says, else its word for the kind of row. */
export function descriptionOf(row: Pick<Transaction, 'name' | 'memo' | 'kind'>): string {
  if (row.name !== null && row.memo !== null && row.memo !== row.name) return `${row.name} ${row.memo}`
  return row.name ?? row.memo ?? row.kind ?? ''
}

export function transactionResource(row: Transaction): TransactionResource {
  const { id, accountId, state, withdrawnReason, postedOn, transactedOn, valueOn, currency, name, memo, kind, checkNumber, reference } = row
  return {
    id, accountId, state, withdrawnReason, postedOn, transactedOn, valueOn, currency, name, memo, kind, checkNumber, reference,
    amount: formatMoney({ minor: row.amount, currency }),
    description: descriptionOf(row),
    foreignAmount: row.foreignAmount,
    foreignCurrency: row.foreignCurrency,
    ...row.decisions,
    createdAt: isoInstant(row.createdAt),
    updatedAt: isoInstant(row.updatedAt),
  }
}

/** Who decided, as `whoWords` says it. */
export const whoShape = z.string().nullable().meta({ description: 'Who decided it: the name of a member or a key, a rule, or Relink itself. Null: it was no decision, or nobody noted then whose' })

export const transactionDetailShape = transactionShape
  .extend({
    observations: z.array(
      z.object({
        id: z.uuid(),
        runId: z.uuid(),
        observedAt: instant,
        tier: z.string().meta({ description: 'Why this report belongs to this transaction' }),
        because: z.string().meta({ description: 'The tier as a plain sentence' }),
        source: z.string().meta({ description: 'Who reported it: a bank with its login, or a file' }),
        undone: z.boolean().meta({ description: 'The run that brought it was taken back' }),
        providerId: z.string().nullable(),
        status: z.enum(['posted', 'pending']),
        postedOn: dayShape,
        amount: money,
        name: z.string().nullable(),
        memo: z.string().nullable(),
      }),
    ),
    history: z.array(
      z.object({ at: instant, runId: z.uuid().nullable(), reason: z.string(), because: z.string(), by: whoShape, changes: z.record(z.string(), z.tuple([z.string().nullable(), z.string().nullable()])) }),
    ),
  })
  .meta({ id: 'TransactionDetail' })

export function transactionDetail(language: Language, { transaction, reports, changes }: Explanation, whoOf: (by: string | null) => string | null): z.output<typeof transactionDetailShape> {
  return {
    ...transactionResource(transaction),
    observations: reports.map(({ observation: o, tier, label, because, source, undone }) => ({
      id: o.id, runId: o.runId, observedAt: isoInstant(o.observedAt), tier, because: translated(language, because), source: label === null ? translated(language, source) : say(language, 'the file {label}', { label }), undone, providerId: o.providerId, status: o.status, postedOn: o.postedOn,
      amount: formatMoney({ minor: o.amount, currency: o.currency }), name: o.name, memo: o.memo,
    })),
    history: changes.map((h) => ({
      at: isoInstant(h.at), runId: h.runId, reason: h.reason, because: becauseOf(language, h, whoOf(h.by)), by: whoOf(h.by),
      changes: Object.fromEntries(Object.entries(h.changes).map(([field, [before, after]]) => [field, [written(field, before, transaction), written(field, after, transaction)] as [string | null, string | null]])),
    })),
  }
}

/** History keeps amounts in minor units; outside they are decimals like everywhere. */
function written(field: string, value: string | null, { currency }: Transaction): string | null {
  return field === 'amount' && value !== null ? formatMoney({ minor: BigInt(value), currency }) : value
}

export const questionShape = z
  .object({
    id: z.uuid(),
    accountId: z.uuid(),
    kind: z.enum(['same_transaction', 'removed_at_bank', 'still_pending']),
    transaction: transactionShape,
    other: transactionShape.nullable(),
    askedAt: instant,
    answer: z.string().nullable(),
    answeredAt: instant.nullable(),
    by: whoShape,
  })
  .meta({ id: 'Question' })

export function questionResource(question: Question, transaction: Transaction, other: Transaction | null, by: string | null): z.output<typeof questionShape> {
  return {
    id: question.id, accountId: question.accountId, kind: question.kind, transaction: transactionResource(transaction),
    other: other === null ? null : transactionResource(other), askedAt: isoInstant(question.askedAt), answer: question.answer, answeredAt: question.answeredAt === null ? null : isoInstant(question.answeredAt), by,
  }
}

export const runShape = z
  .object({
    id: z.uuid(),
    connectionId: z.uuid().nullable(),
    trigger: z.string(),
    startedAt: instant,
    endedAt: instant.nullable(),
    outcome: z.enum(['running', 'succeeded', 'partial', 'failed', 'suspended']),
    stage: z.string().nullable(),
    label: z.string().nullable(),
    accounts: z.array(
      z.object({ accountId: z.uuid(), added: z.int(), matched: z.int(), changed: z.int(), withdrawn: z.int(), questions: z.int(), failure: z.string().nullable() }),
    ),
    failure: z.object({ code: z.string(), stage: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'Run' })

export function runResource(language: Language, run: SyncRun): z.output<typeof runShape> {
  const { id, connectionId, trigger, outcome, stage, label, failure } = run
  return {
    id, connectionId, trigger, outcome, stage, label,
    startedAt: isoInstant(run.startedAt),
    endedAt: isoOrNull(run.endedAt),
    accounts: run.accounts.map(({ accountId, added, matched, changed, withdrawn, questions, failure: f }) => ({
      accountId, added, matched, changed, withdrawn, questions, failure: f === null ? null : retold(language, f.message),
    })),
    failure: failure === null ? null : failureResource(language, failure),
  }
}

export const listedRunShape = runShape
  .extend({ undone: z.boolean().meta({ description: 'It is taken back now' }), undoNeeds: z.object({ action: z.enum(['review', 'enter_secret', 'administer']), connectionId: z.uuid().nullable() }).meta({ description: 'What who takes it back must be allowed: a switch to another connection goes back, or forth again, only by who may switch' }) })
  .meta({ id: 'ListedRun' })

/** Why a bank could not be read; stored in English. */
export function failureResource(language: Language, { code, stage, message }: Failure): { code: string; stage: string; message: string } {
  return { code, stage, message: retold(language, message) }
}

export const runDetailShape = runShape
  .extend({ accounts: z.array(runShape.shape.accounts.element.extend({ days: z.array(z.object({ from: dayShape, to: dayShape })).meta({ description: 'Days that were answered for in full, joined' }) })) })
  .meta({ id: 'RunDetail' })

/** `coverage`: of each account of the run, in their order; that of other runs does not count. */
export function runDetail(language: Language, run: SyncRun, coverage: readonly (readonly Coverage[])[]): z.output<typeof runDetailShape> {
  const { accounts, ...rest } = runResource(language, run)
  return { ...rest, accounts: accounts.map((account, index) => ({ ...account, days: joinRanges((coverage[index] ?? []).filter(({ runId }) => runId === run.id)).map(({ from, to }) => ({ from, to })) })) }
}

export const challengeShape = z
  .object({
    id: z.uuid(),
    connectionId: z.uuid(),
    state: z.string(),
    askedAt: instant,
    expiresAt: instant,
    refusedBefore: z.int().meta({ description: 'How many answers to this login\'s questions before it the bank refused in a row, since the last read that worked' }),
    prompts: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(['code', 'question', 'selection', 'picture', 'approval', 'redirect']),
        label: z.string(),
        options: z.array(z.object({ id: z.string(), label: z.string() })).optional(),
        url: z.string().optional(),
        picture: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Challenge' })

/** A bank has locked the login long before so many answers in a row are wrong. */
const MOST_JUDGED = 20

/** The words of a question are the bank's and stay; what we ask in its place is said in the reader's language. */
export async function challengeResource(language: Language, { challenges, connections }: Pick<TenantStore, 'challenges' | 'connections'>, challenge: Challenge): Promise<z.output<typeof challengeShape>> {
  const { connectionId } = challenge
  const [newest, connection] = await Promise.all([challenges.list({ connectionId, state: ['accepted', 'refused'], limit: MOST_JUDGED }), connections.get(connectionId)])
  // What was refused before a read that worked is over: the bank asks for another reason now.
  const judged = newest.filter(({ askedAt }) => askedAt < challenge.askedAt && askedAt > (connection?.lastSuccessAt ?? 0))
  const lastTaken = judged.findIndex(({ state }) => state === 'accepted')
  return {
    id: challenge.id, connectionId: challenge.connectionId, state: challenge.state, askedAt: isoInstant(challenge.askedAt), expiresAt: isoInstant(challenge.expiresAt),
    refusedBefore: lastTaken === -1 ? judged.length : lastTaken,
    prompts: challenge.prompts.map(({ options, label, ...prompt }) => ({ ...prompt, label: translated(language, label), ...(options === undefined ? {} : { options: [...options] }) })),
  }
}
