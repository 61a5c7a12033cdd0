/**
 * Decisions about rows: shown at once, stored behind, and taken back in the order in which they were made: the server knows
 * what this person did last, also before the page was loaded. What was decided elsewhere meanwhile is never overwritten unseen: it is told, with who did it and both
 * ways to go on, and what was not stored is not taken back either. A pair is never shown before the server has it.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { ask, type Decision, type Match, type Transaction } from '../api.ts'
import { ROWS } from '../rows/load.ts'

export type Values = Omit<Decision['after'], 'transfer'>
/** What is decided of one row. */
export type Deed = { readonly row: Transaction; readonly values: Values }
/** `decided`: who it was, and when; null: nobody noted it. */
export type Conflict = Deed & { readonly current: Transaction; readonly decided: { readonly at: string; readonly by: string | null; readonly isCaller: boolean } | null }
/** What was taken back; no rows: nothing was left. `changedSince`: rows of the same act that stay. */
export type TakenBack = { readonly kind: 'decisions' | 'transfer' | 'answer' | null; readonly rows: readonly Transaction[]; readonly changedSince: number }

const ALL: Values = { review: 'for_review', category: null, note: null, excluded: false, deleted: false }
/** The server reads no longer a request, and no longer list in it. */
const MOST = { bytes: 200_000, deeds: 1_000 }

export function useDecisions() {
  const queries = useQueryClient()
  /** Rows as they were decided here, until the list is loaded anew. */
  const [decided, setDecided] = useState<ReadonlyMap<string, Values>>(new Map())
  /** The same, at this very moment. */
  const now = useRef<ReadonlyMap<string, Values>>(new Map())
  const [conflicts, setConflicts] = useState<readonly Conflict[]>([])
  const [error, setError] = useState<Error | null>(null)
  const show = (id: string, values: Values | null): void => {
    const after = new Map(now.current)
    if (values === null) after.delete(id)
    else after.set(id, { ...after.get(id), ...values })
    now.current = after
    setDecided(after)
  }
  /** All that is decided of the row as it is shown: whoever decided anything else of it meanwhile is not overwritten. */
  const seen = (row: Transaction): Values => ({ ...valuesOf(row, ALL), ...now.current.get(row.id) })
  const told = (): void => void queries.invalidateQueries({ predicate: ({ queryKey }) => ['decisions', 'answers', 'accounts', 'account', 'transaction', 'suggestions'].includes(String(queryKey[0])) })
  // One after the other: what is taken back must not overtake what it takes back.
  const line = useRef<Promise<void>>(Promise.resolve())
  const inTurn = (work: () => Promise<unknown>): void => {
    const mine: Promise<void> = line.current.then(work).catch((problem: unknown) => setError(problem as Error)).then(() => {
      if (line.current === mine) told()
    })
    line.current = mine
  }
  const store = async (deeds: readonly Stored[]): Promise<void> => {
    try {
      const { changed } = await ask<{ changed: readonly Pick<Conflict, 'current' | 'decided'>[] }>('POST', '/decisions', { decisions: deeds.map(({ row, values, from }) => ({ id: row.id, ...values, from })) })
      for (const { current, decided: last } of changed) {
        const { row, values } = deeds.find((deed) => deed.row.id === current.id)!
        show(row.id, null)
        setConflicts((before) => [...before.filter((other) => other.row.id !== row.id), { row, values, current, decided: last }])
      }
    } catch (problem) {
      for (const { row } of deeds) show(row.id, null)
      setError(problem as Error)
    }
  }
  /** One act, taken back as one, unless it is of more rows than a request holds. */
  const act = (deeds: readonly Deed[]): void => {
    setError(null)
    const seenThen = deeds.map((deed) => ({ ...deed, from: seen(deed.row) }))
    for (const { row, values } of deeds) show(row.id, values)
    for (const some of parcels(seenThen)) inTurn(() => store(some))
  }
  /** Two rows become one, or the sides of one transfer. */
  const pair = (row: Transaction, other: Transaction, as: Match['as']): void => {
    setError(null)
    const transactionIds = [row.id, other.id]
    inTurn(async () => {
      if (as === 'transfer') {
        await ask('POST', '/transfers', { transactionIds })
        for (const id of transactionIds) show(id, { review: 'accepted' })
        return
      }
      const { kept } = await ask<{ kept: Transaction }>('POST', '/questions', { transactionIds })
      for (const id of transactionIds) if (id !== kept.id || kept.review === 'accepted') show(id, { review: 'accepted' })
      // The row that stays says by now what both reports say.
      void queries.invalidateQueries({ queryKey: [ROWS] })
    })
  }
  /** Takes back what this person did last, here or elsewhere, and tells what it was. */
  const undo = (tell: (taken: TakenBack) => void): void => {
    setError(null)
    inTurn(async () => {
      const taken = await ask<TakenBack>('POST', '/decisions/undo')
      // What was not decided here may not be in the list that was loaded; of what was one row the other report is not.
      const isListed = taken.kind === 'decisions' && taken.rows.every(({ id }) => now.current.has(id))
      for (const { id } of taken.rows) show(id, null)
      if (!isListed && taken.rows.length > 0) await queries.invalidateQueries({ queryKey: [ROWS] })
      if (taken.kind === 'answer') void queries.invalidateQueries({ queryKey: ['questions'] })
      tell(taken)
    })
  }
  /** Of the conflict that was told first. */
  const settle = (use: 'theirs' | 'mine'): void => {
    const [first, ...rest] = conflicts
    if (first === undefined) return
    setConflicts(rest)
    show(first.row.id, valuesOf(first.current, ALL))
    if (use === 'mine') act([{ row: first.current, values: first.values }])
  }
  return { decided, act, pair, undo, conflicts, settle, error }
}

type Stored = Deed & { readonly from: Values }

function parcels(deeds: readonly Stored[]): readonly (readonly Stored[])[] {
  const all: Stored[][] = []
  let bytes = 0
  for (const deed of deeds) {
    const own = new TextEncoder().encode(JSON.stringify([deed.row.id, deed.values, deed.from])).length
    const last = all.at(-1)
    if (last === undefined || last.length === MOST.deeds || bytes + own > MOST.bytes) {
      all.push([deed])
      bytes = own
    } else {
      last.push(deed)
      bytes += own
    }
  }
  return all
}

/** What the row says of the fields that are named. */
function valuesOf(row: Transaction, named: Values): Values {
  return Object.fromEntries(Object.keys(named).map((field) => [field, row[field as keyof Values]]))
}
