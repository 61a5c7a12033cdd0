/**
 * Everything that one Relink holds of somebody's books, as one JSON file for reading elsewhere: banks that were added, connections,
 * accounts with their sources, balances and covered days, all rows with the reports that they were concluded from and what
 * happened to them and was decided about them (deleted and withdrawn ones too), questions, runs, rules, statements that were
 * compared. No secret, and nothing that helps to use one. Streamed, a thing a line: memory does not grow with the rows. A file
 * that has its end is whole.
 */
import type { Account } from '../domain/account.ts'
import type { Connection } from '../domain/connection.ts'
import { formatMoney } from '../domain/money.ts'
import type { RowContent, TransactionChange } from '../domain/transaction.ts'
import type { TenantStore } from '../ports/store.ts'
import type { WholeRow } from '../ports/whole.ts'

export const WHOLE_FILE = { fileName: 'relink-export.json', contentType: 'application/json' } as const

const PAGE = 500

/** `now`: epoch ms of writing. Amounts are exact decimals in the account's currency, instants ISO 8601 in UTC. Throws where everything is deleted meanwhile. */
export async function* exportWhole(store: TenantStore, now: number): AsyncGenerator<string> {
  const [connections, accounts, rules] = await Promise.all([store.connections.list(), store.accounts.all(), store.review.rules()])
  const { whole } = store
  yield `{"format":"relink/export/1",\n"writtenAt":${JSON.stringify(new Date(now).toISOString())}`
  yield* section('banks', each(await store.addedBanks.list(), (bank) => bank))
  yield* section('connections', each(connections, connectionOf))
  yield* section('accounts', accountsOf(store, accounts))
  yield* section('rows', paged(whole.rows, rowOf))
  yield* section('questions', paged(whole.questions, (question) => question))
  yield* section('runs', paged(whole.runs, (run) => run))
  yield* section('rules', each(rules, (rule) => rule))
  yield* section('reconciliations', reconciliationsOf(store, accounts))
  await demandAll(store, connections, accounts)
  yield '\n}\n'
}

/** Neither is ever deleted by itself: where one is gone, all is, and what came after it is missing. */
async function demandAll(store: TenantStore, ...before: readonly (readonly { readonly id: string }[])[]): Promise<void> {
  const left = new Set((await Promise.all([store.connections.list(), store.accounts.all()])).flat().map(({ id }) => id))
  if (before.flat().some(({ id }) => !left.has(id))) throw new Error('Everything was deleted while it was written; the file is not whole.')
}

async function* section(name: string, things: AsyncIterable<object>): AsyncGenerator<string> {
  let before = `,\n${JSON.stringify(name)}:[\n`
  for await (const thing of things) {
    yield before + JSON.stringify(thing, told)
    before = ',\n'
  }
  yield before === ',\n' ? '\n]' : `${before.trimEnd()}]`
}

/** Instants are kept as numbers under names that end so. */
function told(name: string, value: unknown): unknown {
  return typeof value === 'number' && (name === 'at' || name.endsWith('At')) ? new Date(value).toISOString() : value
}

async function* each<T>(things: readonly T[], view: (thing: T) => object): AsyncGenerator<object> {
  for (const thing of things) yield view(thing)
}

async function* paged<T extends { readonly id: string }>(read: (after: string | null, limit: number) => Promise<readonly T[]>, view: (thing: T) => object): AsyncGenerator<object> {
  let after: string | null = null
  do {
    const page: readonly T[] = await read(after, PAGE)
    yield* each(page, view)
    after = page.at(-1)?.id ?? null
  } while (after !== null)
}

/** Neither what it signs in with, nor where, nor what the bank knows this program by. */
function connectionOf({ id, institutionId, institutionName, connector, loginLabel, state, createdAt, lastSuccessAt, lastAttemptAt, nextSyncAt, readPlan }: Connection): object {
  return { id, institutionId, institutionName, connector, loginLabel, state, createdAt, lastSuccessAt, lastAttemptAt, nextSyncAt, readPlan }
}

async function* accountsOf({ accounts, feed }: TenantStore, all: readonly Account[]): AsyncGenerator<object> {
  for (const { id, name, number, bankId, kind, currency, currencyIsSaid, state, institutionName, startOn, createdAt } of all) {
    const [sources, covered] = await Promise.all([accounts.sources({ accountId: id }), feed.covered(id)])
    const balances = (await Promise.all(sources.map((source) => feed.balances(id, source.id)))).flat()
    yield {
      id, name, number, bankId, kind, currency, currencyIsSaid, state, institutionName, startOn, createdAt, sources: sources.map(({ accountId: _, ...source }) => source), covered,
      balances: balances.map(({ accountId: _, amount, ...balance }) => ({ ...balance, amount: formatMoney({ minor: amount, currency }) })),
    }
  }
}

function rowOf({ observations, history, ...row }: WholeRow): object {
  return { ...inDecimals(row), observations: observations.map(({ accountId: _, ...report }) => inDecimals(report)), history: history.map((change) => changeOf(change, row)) }
}

function inDecimals<T extends Pick<RowContent, 'amount' | 'currency'>>(content: T): Omit<T, 'amount'> & { readonly amount: string } {
  return { ...content, amount: formatMoney({ minor: content.amount, currency: content.currency }) }
}

/** Kept in minor units, like amounts everywhere inside. */
function changeOf({ transactionId: _, changes, ...change }: TransactionChange, { currency }: Pick<RowContent, 'currency'>): object {
  const { amount, ...others } = changes
  if (amount === undefined) return { ...change, changes }
  return { ...change, changes: { ...others, amount: amount.map((minor) => (minor === null ? null : formatMoney({ minor: BigInt(minor), currency }))) } }
}

async function* reconciliationsOf({ reconciliations }: TenantStore, accounts: readonly Account[]): AsyncGenerator<object> {
  for (const { id, currency } of accounts) {
    for (const one of await reconciliations.list(id)) yield { ...one, amount: formatMoney({ minor: one.amount, currency }), difference: formatMoney({ minor: one.difference, currency }) }
  }
}
