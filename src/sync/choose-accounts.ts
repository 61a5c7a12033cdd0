/**
 * Which of a connection's accounts are read, into which account of the books, and since when: chosen by a
 * person before the first row is read. Nothing is linked by name; an account that was read already is not
 * turned into another.
 */
import type { AccountId, AccountSource } from '../domain/account.ts'
import type { Day } from '../domain/day.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { AccountKind } from '../domain/statement.ts'
import { isAlike, learnedOf, sameRef } from './account-ref.ts'
import { whyNotSince } from './account-days.ts'
import { chooseAccounts } from './connect.ts'
import type { Refusal, SyncDeps } from './deps.ts'
import { knownSign } from './former-accounts.ts'
import { holdsRows } from './holds-rows.ts'

/** `into`: the account of the books that goes on with it; null: an account of its own. `startOn`: of one that holds no rows yet; null: as far back as the bank tells. */
export type AccountChoice = { readonly accountId: AccountId; readonly into: AccountId | null; readonly startOn: Day | null }

/** `there`: a choice that died in the middle has made the new source already. `learned`: what the bank says of it, where nobody said so yet; null: nothing. */
type Link = { readonly source: AccountSource; readonly from: AccountId; readonly to: AccountId; readonly there: boolean; readonly learned: ReturnType<typeof learnedOf> }

const MAKES_UP_MS = 60_000

/** All of it, or nothing where one choice does not fit. The accounts that are not named are not read. */
export async function settleChoice(deps: SyncDeps, connectionId: string, choices: readonly AccountChoice[]): Promise<Result<null, Refusal>> {
  const done = await deps.store.connections.exclusively(connectionId, async (connection): Promise<Result<null, Refusal>> => {
    const { accounts, connections } = deps.store
    if (connection === null) return failed({ code: 'not_found', message: 'There is no such connection.' })
    if (connection.state !== 'active') return failed({ code: 'wrong_state', message: 'This connection is not read now, so nothing can be chosen for it.' })
    if (new Set(choices.map(({ accountId }) => accountId)).size < choices.length) return failed({ code: 'invalid', message: 'One account is named twice.' })
    const links: Link[] = []
    for (const { accountId, into } of choices) {
      if (into === null || into === accountId) continue
      const link = await linkOf(deps, connectionId, accountId, into)
      if (!link.ok) return link
      if (links.some(({ to }) => to === into)) return failed({ code: 'invalid', message: 'Two accounts of the bank cannot go into one account of the books.' })
      links.push(link.value)
    }
    const sources = await accounts.sources({ connectionId })
    for (const { accountId, startOn } of choices) {
      if (links.some(({ from }) => from === accountId)) continue
      if (!sources.some((source) => source.accountId === accountId && source.state !== 'replaced')) return failed(NO_ACCOUNT)
      const wrong = startOn === null ? null : await whyNoNewStart(deps, accountId, startOn)
      if (wrong !== null) return failed({ code: 'invalid', message: wrong })
    }
    // A choice that died in the middle may have left a source in an account that is not chosen now: that account is not this connection's.
    for (const { accountId } of choices) {
      const link = links.find(({ from }) => from === accountId)
      const ref = (link?.source ?? sources.find((source) => source.accountId === accountId && source.state !== 'replaced'))!.ref
      const left = sources.filter((source) => source.state === 'paused' && source.accountId !== accountId && source.accountId !== link?.to && sameRef(source.ref, ref))
      for (const source of left) await accounts.updateSource(source.id, { state: 'replaced' })
    }
    for (const { source, from, to, there, learned } of links) {
      // The new source first, and paused: whoever dies in between leaves it to be chosen, and nothing is read twice.
      if (!there) await accounts.addSource({ ...source, id: deps.entropy.id(deps.clock.now()), accountId: to, state: 'paused', sign: await knownSign(deps.store, connection, to) })
      await accounts.update(from, { state: 'closed' })
      await accounts.updateSource(source.id, { state: 'replaced' })
      // Last: whoever dies before and then chooses otherwise leaves the books without another account's number.
      if (learned !== null) await accounts.update(to, learned)
    }
    const chosen = await chooseAccounts(deps, connectionId, choices.map(({ accountId }) => links.find(({ from }) => from === accountId)?.to ?? accountId))
    if (!chosen.ok) return chosen
    for (const { accountId, startOn } of choices) if (!links.some(({ from }) => from === accountId) && !(await holdsRows(deps.store, accountId))) await accounts.update(accountId, { startOn })
    // Whoever chose reads at once; should that die, the schedule makes up for it.
    const nextSyncAt = connection.nextSyncAt ?? deps.clock.now() + MAKES_UP_MS
    await connections.update(connectionId, { nextSyncAt, readPlan: connection.readPlan === null ? null : { everyMinutes: connection.readPlan.everyMinutes, hours: connection.readPlan.hours } })
    return ok(null)
  })
  return done ?? failed({ code: 'busy', message: 'This connection is being read right now.' })
}

/** Whether an account may go on with what a connection lists as another: alike, of nobody else, and not read yet. */
async function linkOf({ store }: SyncDeps, connectionId: string, from: AccountId, to: AccountId): Promise<Result<Link, Refusal>> {
  const [fresh, target, own, sources] = await Promise.all([store.accounts.get(from), store.accounts.get(to), store.accounts.sources({ connectionId, accountId: from }), store.accounts.sources({ accountId: to })])
  const there = sources.find((one) => one.connectionId === connectionId && one.state !== 'replaced')
  // A choice that died in the middle may have given up the source of the bank's account already.
  const source = own.find(({ state }) => state !== 'replaced') ?? own.find(({ ref }) => there !== undefined && sameRef(ref, there.ref))
  if (fresh === null || target === null || source === undefined) return failed(NO_ACCOUNT)
  // A table seldom says what sort of account it is of; the person who joins the two knows.
  const isUntold = target.kind === UNTOLD || fresh.kind === UNTOLD
  if (!isAlike(fresh, isUntold ? { ...target, kind: fresh.kind } : target)) return failed({ code: 'invalid', message: `"${target.name}" is of another kind or currency than "${fresh.name}".` })
  if (target.state === 'closed') return failed({ code: 'wrong_state', message: `"${target.name}" is closed.` })
  if (sources.some((one) => one.connectionId === connectionId && !sameRef(one.ref, source.ref))) return failed({ code: 'invalid', message: `"${target.name}" is another account of this very connection.` })
  if (sources.some((one) => one.connectionId !== null && one.state === 'active')) return failed({ code: 'wrong_state', message: `"${target.name}" is read from a bank already.` })
  if (await holdsRows(store, from)) return failed({ code: 'wrong_state', message: `"${fresh.name}" holds rows of its own already, so it cannot go into another.` })
  return ok({ source, from, to, there: there !== undefined, learned: learnedOf(target, fresh) })
}

async function whyNoNewStart(deps: SyncDeps, accountId: AccountId, startOn: Day): Promise<string | null> {
  return whyNotSince(startOn, deps.clock.now()) ?? ((await holdsRows(deps.store, accountId)) ? 'An account that holds rows has its beginning already.' : null)
}

/** Nobody said what sort of account it is. */
const UNTOLD: AccountKind = 'other'

const NO_ACCOUNT: Refusal = { code: 'not_found', message: 'There is no such account.' }
