/**
 * Raises and ends the alerts that nobody else makes: of what breaks soon, and of balances that do not fit.
 * Read from what is stored, with a key for each, so that looking twice, or dying in between, does no harm.
 */
import type { Alert, AlertFacts } from '../domain/alert.ts'
import { isShown, type Connection } from '../domain/connection.ts'
import { utcDay } from '../domain/day.ts'
import { formatMoney } from '../domain/money.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import { lastBroken } from '../sync/balance-proof.ts'
import { forecastsOf, keyForecasts, keyOf, stepOf } from './forecast.ts'
import { overBy } from './plan.ts'

type Wanted = Pick<Alert, 'about' | 'connectionId' | 'accountId' | 'facts'> & { readonly key: string }
/** `endsAt`: when a connection's permission ends, as its connector remembers it; null: nobody told. */
type Parts = { readonly store: TenantStore; readonly clock: Clock; readonly entropy: Entropy; readonly endsAt: (connection: Connection) => number | null }

const PROBLEMS_LOOKED_AT = 100
const MANY = 5_000

export async function watch({ store, clock, entropy, endsAt }: Parts): Promise<void> {
  const now = clock.now()
  // Also where nobody is told anything.
  for (const id of overBy(await store.alerts.telling(now, MANY), now)) await store.alerts.settle(id, now)
  const wanted = [...(await warnings(store, now, endsAt)), ...(await brokenBalances(store))]
  const matters = new Set(wanted.map(matterOf))
  const open = (await store.alerts.list({ open: true, limit: MANY })).filter(({ about }) => about === 'warning' || about === 'balance')
  const read = new Set((await store.accounts.all()).filter(({ state }) => state === 'open').map(({ id }) => id))
  for (const one of open) {
    if (matters.has(matterOf(one))) continue
    await store.alerts.settle(one.id, now)
    // An account that is not read any more does not fit again.
    if (one.accountId !== null && !read.has(one.accountId)) await store.alerts.passOver([one.id], now)
  }
  const known = new Set(open.map(matterOf))
  const fresh = wanted.filter((one) => !known.has(matterOf(one)))
  const ended = fresh.some(({ about }) => about === 'balance') ? await store.alerts.list({ open: false, limit: MANY }) : []
  for (const one of fresh) await store.alerts.raise({ ...one, key: anew(one, ended), id: entropy.id(now), problemId: null, openedAt: now, closedAt: null, deliveredAt: null })
}

/** What an alert is about as long as it is open: of a balance its account, whichever of its spans is broken. */
function matterOf({ about, accountId, key }: Pick<Alert, 'about' | 'accountId' | 'key'>): string | null {
  return about === 'balance' ? `balance/${accountId}` : key
}

/** A balance may break again after it fitted. Named after its alert before, so that two who see the same raise one. */
function anew(wanted: Wanted, ended: readonly Alert[]): string {
  const before = wanted.about === 'balance' ? ended.find((one) => matterOf(one) === wanted.key) : undefined
  return before === undefined ? wanted.key : `${wanted.key}/${before.id}`
}

async function warnings(store: TenantStore, now: number, endsAt: Parts['endsAt']): Promise<readonly Wanted[]> {
  const connections = (await store.connections.list()).filter(isShown)
  const past = await Promise.all(connections.map(({ id }) => store.problems.list({ connectionId: id, limit: PROBLEMS_LOOKED_AT })))
  const all = [...connections.flatMap((connection, at) => forecastsOf(connection, past[at]!, endsAt(connection))), ...keyForecasts(await store.access.keys())]
  return all.flatMap((forecast) => {
    const step = stepOf(forecast, now)
    if (step === null) return []
    const { what, id, label, at, how, age } = forecast
    const facts: AlertFacts = { what, label, on: utcDay(at), step, how, age }
    return [{ about: 'warning' as const, key: keyOf(forecast, step), connectionId: what === 'key' ? null : id, accountId: null, facts }]
  })
}

/** Of accounts that are read; what a delay of the bank may explain is not broken. */
async function brokenBalances(store: TenantStore): Promise<readonly Wanted[]> {
  const found: Wanted[] = []
  for (const account of await store.accounts.all()) {
    if (account.state !== 'open') continue
    const broken = await lastBroken(store, account)
    if (broken === null) continue
    const { from, to, difference } = broken
    const sources = (await store.accounts.sources({ accountId: account.id })).filter(({ state }) => state === 'active')
    found.push({
      about: 'balance', key: `balance/${account.id}`, connectionId: sources.find(({ connectionId }) => connectionId !== null)?.connectionId ?? null, accountId: account.id,
      facts: { from, to, difference: formatMoney({ minor: difference < 0n ? -difference : difference, currency: account.currency }), currency: account.currency },
    })
  }
  return found
}
