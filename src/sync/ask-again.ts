/**
 * Days of one account that a person wants the bank to be asked for again. They are written down before
 * anything is asked, so that neither a question of the bank's nor a failure nor a restart forgets them;
 * the reads take them up (window.ts) until each was asked for, once.
 */
import { maxDay, minDay, utcDay, addDays, type DayRange } from '../domain/day.ts'
import type { SourceProgress } from '../ports/feed.ts'
import type { TenantStore } from '../ports/store.ts'
import type { Feed } from './account-ref.ts'
import { gapsIn } from './coverage.ts'
import { readProgress, writeProgress } from './window.ts'

export type AskAgain = { readonly accountId: string; readonly days: DayRange }

/** How the sources are known from now on. Days before the account's start or after today are not asked for. */
export async function askAgain(store: TenantStore, run: { readonly id: string; readonly startedAt: number }, feeds: readonly Feed[], known: ReadonlyMap<string, SourceProgress>, again: AskAgain): Promise<ReadonlyMap<string, SourceProgress>> {
  const after = new Map(known)
  for (const { account, source } of feeds) {
    const progress = known.get(source.id)
    if (account.id !== again.accountId || source.state !== 'active' || progress === undefined) continue
    // A day more than today here: it may be tomorrow already at the bank.
    const days = { from: account.startOn === null ? again.days.from : maxDay(again.days.from, account.startOn), to: minDay(again.days.to, addDays(utcDay(run.startedAt), 1)) }
    if (days.from > days.to) continue
    const before = readProgress(progress.cursor)
    const cursor = writeProgress({ ...before, wanted: [...before.wanted.flatMap((range) => gapsIn(range, [days])), days] })
    await store.feed.commitPage({
      runId: run.id, accountId: account.id, sourceId: source.id, at: run.startedAt, seen: [], observations: [], inserts: [], updates: [], questions: [], covers: null, balances: [], spans: [], cursor,
    })
    after.set(source.id, { ...progress, cursor })
  }
  return after
}

/** What a run left unanswered of the days that it was asked for. */
export async function unansweredIn(store: TenantStore, runId: string, { accountId, days }: AskAgain): Promise<readonly DayRange[]> {
  return gapsIn(days, (await store.feed.coverage(accountId)).filter((covered) => covered.runId === runId))
}
