/** Days of one account that a person wants the bank to be asked for again, in the next read: as days in doubt, like those the engine doubts itself. Pure. */
import { addDays, utcDay, type DayRange } from '../domain/day.ts'
import type { SourceProgress } from '../ports/store.ts'
import type { Feed } from './accounts.ts'
import { readProgress, writeProgress } from './window.ts'

export type AskAgain = { readonly accountId: string; readonly days: DayRange }

export function askingAgain(known: ReadonlyMap<string, SourceProgress>, feeds: readonly Feed[], { accountId, days }: AskAgain, now: number): ReadonlyMap<string, SourceProgress> {
  const own = new Set(feeds.filter(({ account }) => account.id === accountId).map(({ source }) => source.id))
  // A day more than today here: it may be tomorrow already at the bank.
  const until = addDays(utcDay(now), 1)
  return new Map([...known].map(([sourceId, progress]) => {
    if (!own.has(sourceId)) return [sourceId, progress]
    const before = readProgress(progress.cursor)
    return [sourceId, { ...progress, cursor: writeProgress({ ...before, unsettled: [...before.unsettled, { ...days, until }] }) }]
  }))
}
