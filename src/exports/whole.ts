/**
 * Everything that one Relink holds of somebody's books, as one JSON file for reading elsewhere: connections,
 * accounts with their sources, balances and covered days, all rows with what was decided about them (deleted and
 * withdrawn ones too), questions, rules, statements that were compared. No secret, and nothing that helps to use
 * one. Streamed, a thing a line: memory does not grow with the rows.
 */
import type { Account } from '../domain/account.ts'
import type { Connection } from '../domain/connection.ts'
import { formatMoney } from '../domain/money.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { TenantStore } from '../ports/store.ts'

export const WHOLE_FILE = { fileName: 'relink-export.json', contentType: 'application/json' } as const

const PAGE = 500

/** `now`: epoch ms of writing. Amounts are exact decimals in the account's currency, instants ISO 8601 in UTC. */
export async function* exportWhole(store: TenantStore, now: number): AsyncGenerator<string> {
  const [connections, accounts, rules] = await Promise.all([store.connections.list(), store.accounts.list(), store.review.rules()])
  yield `{"format":"relink/export/1",\n"writtenAt":${JSON.stringify(new Date(now).toISOString())}`
  yield* section('connections', each(connections, connectionOf))
  yield* section('accounts', accountsOf(store, accounts))
  yield* section('rows', rowsOf(store, accounts))
  for (const open of [true, false]) yield* section(open ? 'openQuestions' : 'answeredQuestions', each(await store.feed.questions({ open }), (question) => question))
  yield* section('rules', each(rules, (rule) => rule))
  yield* section('reconciliations', reconciliationsOf(store, accounts))
  yield '\n}\n'
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
  return typeof value === 'number' && name.endsWith('At') ? new Date(value).toISOString() : value
}

async function* each<T>(things: readonly T[], view: (thing: T) => object): AsyncGenerator<object> {
  for (const thing of things) yield view(thing)
}

/** Neither what it signs in with, nor where, nor what the bank knows this program by. */
function connectionOf({ id, institutionId, institutionName, connector, loginLabel, state, createdAt, lastSuccessAt, lastAttemptAt, nextSyncAt, readPlan }: Connection): object {
  return { id, institutionId, institutionName, connector, loginLabel, state, createdAt, lastSuccessAt, lastAttemptAt, nextSyncAt, readPlan }
}

async function* accountsOf({ accounts, feed }: TenantStore, all: readonly Account[]): AsyncGenerator<object> {
  for (const { id, name, number, bankId, kind, currency, state, institutionName, startOn, createdAt } of all) {
    const [sources, covered] = await Promise.all([accounts.sources({ accountId: id }), feed.covered(id)])
    const balances = (await Promise.all(sources.map((source) => feed.balances(id, source.id)))).flat()
    yield {
      id, name, number, bankId, kind, currency, state, institutionName, startOn, createdAt, sources: sources.map(({ accountId: _, ...source }) => source), covered,
      balances: balances.map(({ accountId: _, amount, ...balance }) => ({ ...balance, amount: formatMoney({ minor: amount, currency }) })),
    }
  }
}

async function* rowsOf({ feed }: TenantStore, accounts: readonly Account[]): AsyncGenerator<object> {
  for (const { id: accountId } of accounts) {
    let cursor: string | null = null
    do {
      const page: { readonly rows: readonly Transaction[]; readonly next: string | null } = await feed.transactions({ accountId, order: 'oldest', limit: PAGE, includeDeleted: true, ...(cursor === null ? {} : { cursor }) })
      for (const row of page.rows) yield { ...row, amount: formatMoney({ minor: row.amount, currency: row.currency }) }
      cursor = page.next
    } while (cursor !== null)
  }
}

async function* reconciliationsOf({ reconciliations }: TenantStore, accounts: readonly Account[]): AsyncGenerator<object> {
  for (const { id, currency } of accounts) {
    for (const one of await reconciliations.list(id)) yield { ...one, amount: formatMoney({ minor: one.amount, currency }), difference: formatMoney({ minor: one.difference, currency }) }
  }
}
