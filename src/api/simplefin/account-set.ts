/**
 * The answer to `GET /accounts`: one payload that is right in SimpleFIN 1 and 2 at once, because clients
 * of the old version do not say which they want. An account is never left out because its bank fails: its last
 * balance stays, with the date that it has. Made from the ledger; never causes a bank login.
 */
import { FIRST_DAY } from '../../domain/day.ts'
import type { Consumer, ConsumerRead } from '../../domain/consumer.ts'
import type { Instance } from '../../instance.ts'
import { attentionOf } from './attention.ts'
import { connectionsOf, listedFor, type Listed } from './places.ts'
import { boundsOf, noonOf, type AccountsRequest } from './request.ts'
import { plainAmount, rowsFor, transactionOf } from './rows.ts'

const DAY_MS = 24 * 3_600_000
const RUNS_LOOKED_AT = 200

/**
 * The account set as pieces of JSON. Everything but the rows is read before the first piece, so that a
 * database that is away is an error and not half an answer. What was taken is noted after the last piece.
 */
export async function accountSet(instance: Instance, consumer: Consumer, request: AccountsRequest): Promise<AsyncIterable<string>> {
  const { store } = instance
  const listed = await listedFor(instance, consumer, request.accounts)
  const { errlist, errors } = await attentionOf(instance, listed)
  const heads = await Promise.all(listed.map((one) => accountHead(instance, one)))
  const reads = new Map((await store.consumers.reads(consumer.id)).map((read) => [read.accountId, read]))
  const seenFrom = request.balancesOnly ? 0 : await ledgerAt(instance)
  return pieces()

  async function* pieces(): AsyncGenerator<string> {
    yield `${JSON.stringify({ errlist, errors, connections: connectionsOf(listed) }).slice(0, -1)},"accounts":[`
    for (const [index, { account }] of listed.entries()) {
      yield `${index === 0 ? '' : ','}${JSON.stringify(heads[index]).slice(0, -1)},"transactions":[`
      if (!request.balancesOnly) yield* rowPieces(account.id)
      yield ']}'
    }
    yield ']}'
    if (!request.balancesOnly) for (const { account } of listed) await note(account.id)
  }

  async function* rowPieces(accountId: string): AsyncGenerator<string> {
    let separator = ''
    for await (const rows of rowsFor(store, accountId, request, reads.get(accountId) ?? null)) {
      if (rows.length === 0) continue
      yield `${separator}${JSON.stringify(rows.map(transactionOf)).slice(1, -1)}`
      separator = ','
    }
  }

  async function note(accountId: string): Promise<void> {
    const read: ConsumerRead = { accountId, from: boundsOf(request).first ?? FIRST_DAY, at: seenFrom }
    const before = reads.get(accountId)
    if (before === undefined || read.from < before.from) await store.consumers.recordRead(consumer.id, read)
  }
}

/**
 * Rows made from this instant on may be missing in what is read now: now, or the start of a run that has
 * not ended, whose rows bear its time and may be stored after this answer.
 */
async function ledgerAt({ store, clock }: Instance): Promise<number> {
  const now = clock.now()
  const running = (await store.runs.list({ since: now - DAY_MS, limit: RUNS_LOOKED_AT })).filter((run) => run.outcome === 'running')
  return Math.min(now, ...running.map((run) => run.startedAt))
}

async function accountHead({ store, clock }: Instance, { account, place }: Listed): Promise<Record<string, unknown>> {
  const { id, name, currency, balance, balanceOn, balanceIsStated, kind, state, createdAt } = account
  const available = await store.feed.newestBalance(id, 'available')
  const fits = available !== null && (balanceOn === null || available.on >= balanceOn)
  const nowSeconds = Math.floor(clock.now() / 1_000)
  return {
    id, name,
    conn_id: place.connId,
    conn_name: place.org.name,
    org: place.org,
    currency,
    balance: plainAmount(balance, currency),
    ...(fits ? { 'available-balance': plainAmount(available.amount, currency) } : {}),
    'balance-date': Math.min(nowSeconds, balanceOn === null ? Math.floor(createdAt / 1_000) : noonOf(balanceOn)),
    holdings: [],
    extra: { kind, state, 'balance-is-stated': balanceIsStated },
  }
}
