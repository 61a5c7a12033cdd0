/**
 * How other programs decide whether a row is known, written down as small as it can be. None of them is a copy of one
 * program; each is the rule that a family of programs shares.
 */
import { daysBetween, type Day } from '../src/domain/day.ts'
import type { Decimal } from '../src/domain/money.ts'
import type { BankAnswer, Given } from './matchers-streams.ts'

/** A row of a feed, with the truths that were taken for it. */
export type FeedRow = { on: Day; amount: Decimal; name: string; ids: Set<string>; readonly truths: Set<string> }
export type Peer = { readonly name: string; readonly feedOf: (answers: readonly BankAnswer[]) => readonly FeedRow[] }

/** The bank's id alone is the identity; what comes again under it replaces what was there. */
const byId: Peer = {
  name: 'by id',
  feedOf(answers) {
    const feed = new Map<string, FeedRow>()
    for (const given of answers.flatMap((answer) => answer.rows)) {
      const id = given.row.providerId ?? ''
      const known = feed.get(id)
      if (known === undefined) feed.set(id, made(given))
      else take(known, given)
    }
    return [...feed.values()]
  },
}

/** Budget programs: the id, then equal amounts within a week, best with an equal payee; each row of the feed once an answer. */
const byAmountAndDays: Peer = {
  name: 'amount, payee, 7 days',
  feedOf(answers) {
    const feed: FeedRow[] = []
    for (const { rows } of answers) {
      const taken = new Set<FeedRow>()
      const left: Given[] = []
      for (const given of rows) {
        const known = feed.find((row) => row.ids.has(given.row.providerId ?? ''))
        if (known === undefined) left.push(given)
        else take(known, given)
        if (known !== undefined) taken.add(known)
      }
      for (const given of left) {
        const near = feed
          .filter((row) => !taken.has(row) && row.amount === given.row.amount && Math.abs(daysBetween(row.on, given.row.postedOn)) <= 7)
          .sort((a, b) => Math.abs(daysBetween(a.on, given.row.postedOn)) - Math.abs(daysBetween(b.on, given.row.postedOn)))
        const known = near.find((row) => row.name === (given.row.name ?? '')) ?? near[0] ?? made(given)
        if (near.length === 0) feed.push(known)
        else take(known, given)
        taken.add(known)
      }
    }
    return feed
  },
}

/** Importers of files: a digest of day, amount and text; what has it is known. */
const byContent: Peer = {
  name: 'content hash',
  feedOf(answers) {
    const feed = new Map<string, FeedRow>()
    for (const given of answers.flatMap((answer) => answer.rows)) {
      const { postedOn, amount, name, memo } = given.row
      const key = [postedOn, amount, name, memo].join('|')
      const known = feed.get(key)
      if (known === undefined) feed.set(key, made(given))
      else known.truths.add(given.truth)
    }
    return [...feed.values()]
  },
}

export const PEERS: readonly Peer[] = [byId, byAmountAndDays, byContent]

function made({ row, truth }: Given): FeedRow {
  return { on: row.postedOn, amount: row.amount, name: row.name ?? '', ids: new Set(row.providerId === null ? [] : [row.providerId]), truths: new Set([truth]) }
}

function take(known: FeedRow, { row, truth }: Given): void {
  known.on = row.postedOn
  known.amount = row.amount
  known.name = row.name ?? ''
  if (row.providerId !== null) known.ids.add(row.providerId)
  known.truths.add(truth)
}
