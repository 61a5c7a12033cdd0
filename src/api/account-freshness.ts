/** How fresh an account is, as a resource: what was asked, answered and of which day the bank's data is, with one word; and its days. */
import type { z } from 'zod'
import { strikes } from '../diagnose/bank-health.ts'
import { CARDS } from '../diagnose/catalogue.ts'
import { asksBank } from '../diagnose/incidents.ts'
import { problemsOf } from '../diagnose/problems.ts'
import type { Account } from '../domain/account.ts'
import type { CauseCode } from '../domain/cause.ts'
import type { Connection } from '../domain/connection.ts'
import { utcDay, type Day } from '../domain/day.ts'
import type { Incident } from '../domain/incident.ts'
import type { Instance } from '../instance.ts'
import { lastBroken } from '../sync/balance-proof.ts'
import { freshnessWord, type FreshnessWord } from '../sync/freshness.ts'
import { dayStates, firstOfDays, PROOF_DAYS, type DayState } from './day-states.ts'
import type { freshnessShape, noticedShape } from './freshness-shape.ts'
import { isoInstant } from './shapes.ts'

/** So many rows tell how quiet the account usually is. */
const ROWS_LOOKED_AT = 300
/** Of these alone the bank is said not to answer; what nobody knows yet may be that, too. */
const SILENT: readonly CauseCode[] = ['institution_down', 'scheduled_maintenance', 'aggregator_down', 'unknown']
const DAY_MS = 24 * 3_600_000
const MOST_INCIDENTS = 200
/** The newest that asked the bank is among so many, but for a login whose secret was kept back many times. */
const RUNS_LOOKED_AT = 20

export async function freshnessResource({ store, clock }: Instance, account: Account): Promise<z.output<typeof freshnessShape>> {
  const connections = await connectionsOf(store, account)
  const active = connections.filter(({ state }) => state === 'active' || state === 'connecting')
  const [sources, balance, booked, newestRow, problems, challenges] = await Promise.all([
    store.accounts.sources({ accountId: account.id }),
    store.feed.newestBalance(account.id, 'ledger'),
    store.feed.transactions({ accountId: account.id, states: ['posted'], limit: ROWS_LOOKED_AT }),
    store.feed.transactions({ accountId: account.id, states: ['posted', 'pending'], limit: 1 }),
    Promise.all(active.map((connection) => problemsOf(store, connection))),
    Promise.all(active.map(({ id }) => store.challenges.list({ connectionId: id, state: 'open' }))),
  ])
  // A file that was imported is no answer of the bank's.
  const newest = await store.feed.newestAnswer(account.id, sources.filter(({ connectionId }) => connectionId !== null).map(({ id }) => id))
  const run = newest === null ? null : await store.runs.get(newest)
  const answeredAt = run === null ? null : (run.endedAt ?? run.startedAt)
  // What is off now was asked all the same.
  const askedAt = (active.length > 0 ? active : connections).reduce<number | null>((last, { lastAttemptAt }) => (lastAttemptAt !== null && lastAttemptAt > (last ?? 0) ? lastAttemptAt : last), null)
  const struck = problems.flat().filter(({ accountId }) => accountId === null || accountId === account.id)
  const causes = struck.map(({ diagnosis }) => diagnosis.causes[0]?.cause ?? 'unknown')
  const word = freshnessWord({
    now: clock.now(), askedAt, answeredAt,
    isRead: active.length > 0,
    isPaused: account.state === 'paused' || account.state === 'closed' || (active.length === 0 && connections.length > 0),
    isEnded: connections.length > 0 && connections.every(({ state }) => state === 'removed' || state === 'replaced'),
    needsPerson: challenges.flat().some(({ expiresAt }) => expiresAt > clock.now()) || causes.some((cause) => CARDS[cause].chip === 'needs_you'),
    isBankSilent: causes.length === 0 || causes.some((cause) => SILENT.includes(cause)),
    bankDataOn: balance?.on ?? null,
    bookedOn: [...new Set<Day>(booked.rows.map(({ postedOn }) => postedOn))],
  })
  const iso = (at: number | null): string | null => (at === null ? null : isoInstant(at))
  return { word, askedAt: iso(askedAt), answeredAt: iso(answeredAt), bankDataOn: balance?.on ?? null, newestRowOn: newestRow.rows[0]?.postedOn ?? null }
}

/** What somebody should see of an account also where its connection works. */
const NOTICED: readonly FreshnessWord[] = ['bank_is_behind', 'unusually_quiet', 'not_answering', 'not_readable']

/** The accounts that are read and not as they should be, though nothing may be wrong with the sign-in that reads them. */
export async function noticedAccounts(instance: Instance): Promise<z.output<typeof noticedShape>[]> {
  const open = (await instance.store.accounts.all()).filter(({ state }) => state === 'open')
  const seen = await Promise.all(open.map(async (account) => {
    const [{ word }, broken] = await Promise.all([freshnessResource(instance, account), lastBroken(instance.store, account)])
    return { accountId: account.id, word, disagrees: broken !== null }
  }))
  return seen.filter(({ word, disagrees }) => disagrees || NOTICED.includes(word))
}

/** The days of an account, with the outages of the banks that feed it. */
export async function accountDays({ store, clock }: Instance, account: Account): Promise<DayState[]> {
  const now = clock.now()
  const [covered, spans, connections] = await Promise.all([store.feed.covered(account.id), store.feed.spans(account.id, firstOfDays(now, PROOF_DAYS)), connectionsOf(store, account)])
  const incidents = await Promise.all(connections.map(async ({ institutionId, connector }): Promise<readonly Incident[]> => {
    const all = await store.incidents.list({ institutionId, since: now - PROOF_DAYS * DAY_MS, limit: MOST_INCIDENTS })
    return all.filter(({ scope }) => scope.kind === 'accounts' ? scope.accountKind === account.kind : strikes(scope, connector))
  }))
  const asked = (await Promise.all(connections.map((connection) => askedInVain(store, account, connection)))).flatMap((day) => day ?? [])
  return dayStates(covered, spans, now, PROOF_DAYS, incidents.flat(), asked.toSorted().at(-1) ?? null)
}

/** The last day on which a bank was asked for this account and gave no answer; null: not since one that it gave. */
async function askedInVain({ runs }: Instance['store'], { id: accountId }: Account, { id, failuresInRow }: Connection): Promise<Day | null> {
  if (failuresInRow === 0) return null
  const newest = await runs.list({ connectionId: id, limit: RUNS_LOOKED_AT })
  for (const run of newest) {
    const own = run.accounts.find((one) => one.accountId === accountId)
    if (run.outcome === 'running') continue
    // One that was read before the run failed was answered.
    if (run.outcome === 'succeeded' || own?.failure === null) return null
    if (asksBank(own === undefined ? run : { ...run, outcome: 'failed', failure: own.failure })) return utcDay(run.startedAt)
  }
  return null
}

async function connectionsOf({ accounts, connections }: Instance['store'], { id: accountId }: Account): Promise<readonly Connection[]> {
  const ids = new Set((await accounts.sources({ accountId })).flatMap(({ connectionId }) => connectionId ?? []))
  const found = await Promise.all([...ids].map((id) => connections.get(id)))
  return found.filter((connection) => connection !== null)
}
