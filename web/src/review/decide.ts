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

/** What one key did: the rows that go by it, with what is shown of them. `isShown`: before the server has it, and so its taking back too. */
type Act = { readonly rows: Map<string, Values>; readonly isShown: boolean }

const ALL: Values = { review: 'for_review', category: null, note: null, excluded: false, deleted: false }
/** The server reads no longer a request, and no longer list in it. */
const MOST = { bytes: 200_000, deeds: 1_000 }

export function useDecisions() {
  const queries = useQueryClient()
  const acts = useRef<Act[]>([])
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
  /** All of one act, which is stored with its last request; where one fails, nothing is. */
  const store = async (deeds: readonly Stored[], { rows }: Act): Promise<void> => {
    const drop = (id: string): void => {
      show(id, null)
      rows.delete(id)
    }
    try {
      const requests = parcels(deeds)
      let answer: { act: string | null; changed: readonly Pick<Conflict, 'current' | 'decided'>[] } = { act: null, changed: [] }
      for (const [at, some] of requests.entries()) {
        answer = await ask('POST', '/decisions', { ...(answer.act === null ? {} : { act: answer.act }), goesOn: at < requests.length - 1, decisions: some.map(({ row, values, from }) => ({ id: row.id, ...values, from })) })
      }
      for (const { current, decided: last } of answer.changed) {
        const { row, values } = deeds.find((deed) => deed.row.id === current.id)!
        drop(row.id)
        setConflicts((before) => [...before.filter((other) => other.row.id !== row.id), { row, values, current, decided: last }])
      }
    } catch (problem) {
      for (const { row } of deeds) drop(row.id)
      setError(problem as Error)
    }
  }
  /** One act, taken back as one, in as many requests as its rows take. */
  const act = (deeds: readonly Deed[]): void => {
    setError(null)
    const seenThen = deeds.map((deed) => ({ ...deed, from: seen(deed.row) }))
    for (const { row, values } of deeds) show(row.id, values)
    const one: Act = { rows: new Map(deeds.map(({ row, values }) => [row.id, values])), isShown: true }
    acts.current.push(one)
    inTurn(() => store(seenThen, one))
  }
  /** Two rows become one, or the sides of one transfer. */
  const pair = (row: Transaction, other: Transaction, as: Match['as']): void => {
    setError(null)
    const transactionIds = [row.id, other.id]
    inTurn(async () => {
      if (as === 'transfer') {
        await ask('POST', '/transfers', { transactionIds })
        for (const id of transactionIds) show(id, { review: 'accepted' })
        acts.current.push({ rows: new Map(), isShown: false })
        return
      }
      const { kept } = await ask<{ kept: Transaction }>('POST', '/questions', { transactionIds })
      for (const id of transactionIds) if (id !== kept.id || kept.review === 'accepted') show(id, { review: 'accepted' })
      acts.current.push({ rows: new Map(), isShown: false })
      // The row that stays says by now what both reports say.
      void queries.invalidateQueries({ queryKey: [ROWS] })
    })
  }
  /** Takes back what this person did last, here or elsewhere, and tells what it was; returns a row that is shown as before at once. */
  const undo = (tell: (taken: TakenBack) => void): string | null => {
    setError(null)
    // What was not stored is not taken back either.
    while (acts.current.at(-1)?.isShown === true && acts.current.at(-1)!.rows.size === 0) acts.current.pop()
    const last = acts.current.pop()
    const back = [...(last?.rows.keys() ?? [])]
    for (const id of back) show(id, null)
    const keep = (gone: ReadonlySet<string>): void => {
      for (const [id, values] of last?.rows ?? []) if (!gone.has(id)) show(id, values)
    }
    inTurn(async () => {
      const taken = await ask<TakenBack>('POST', '/decisions/undo').catch((problem: unknown) => {
        keep(new Set())
        throw problem
      })
      const ids = taken.rows.map(({ id }) => id)
      // What was decided before the page was loaded may not be in its list; of what was one row the other report is not.
      const isListed = taken.kind === 'decisions' && ids.every((id) => back.includes(id) || now.current.has(id))
      keep(new Set(ids))
      for (const id of ids) show(id, null)
      if (!isListed && ids.length > 0) await queries.invalidateQueries({ queryKey: [ROWS] })
      if (taken.kind === 'answer') void queries.invalidateQueries({ queryKey: ['questions'] })
      tell(taken)
    })
    return back[0] ?? null
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
