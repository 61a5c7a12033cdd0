/**
 * Decisions about rows: shown at once, stored behind, and taken back in the order in which they were made.
 * What somebody else decided meanwhile is never overwritten unseen: it is told, with both ways to go on.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { ask, ServerProblem, type Decision, type Transaction } from '../api.ts'

export type Values = Decision['after']
export type Conflict = { readonly row: Transaction; readonly mine: Values; readonly current: Transaction }
type Act = { readonly rows: readonly Transaction[]; readonly values: Values }

const ALL: Values = { review: 'for_review', category: null, note: null, excluded: false, deleted: false }

export function useDecisions() {
  const queries = useQueryClient()
  const acts = useRef<Act[]>([])
  /** Rows as they were decided here, until the list is loaded anew. */
  const [decided, setDecided] = useState<ReadonlyMap<string, Values>>(new Map())
  /** The same, at this very moment. */
  const now = useRef<ReadonlyMap<string, Values>>(new Map())
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const [error, setError] = useState<Error | null>(null)
  const show = (rows: readonly Transaction[], values: Values | null): void => {
    const after = new Map(now.current)
    for (const { id } of rows) if (values === null) after.delete(id)
    else after.set(id, { ...after.get(id), ...values })
    now.current = after
    setDecided(after)
  }
  /** All that is decided of the row as it is shown: whoever decided anything else of it meanwhile is not overwritten. */
  const seen = (row: Transaction): Values => ({ ...valuesOf(row, ALL), ...now.current.get(row.id) })
  const store = async (row: Transaction, values: Values, from: Values): Promise<void> => {
    try {
      await ask('PATCH', `/transactions/${row.id}`, { ...values, from })
    } catch (problem) {
      show([row], null)
      if (problem instanceof ServerProblem && problem.code === 'changed_meanwhile') setConflict({ row, mine: values, current: problem.body['current'] as Transaction })
      else setError(problem as Error)
    }
  }
  // One after the other: what is taken back must not overtake what it takes back.
  const line = useRef<Promise<void>>(Promise.resolve())
  const inTurn = (work: () => Promise<unknown>): void => {
    const mine: Promise<void> = line.current.then(work).then(() => {
      if (line.current === mine) told()
    })
    line.current = mine
  }
  const told = (): void => void queries.invalidateQueries({ predicate: ({ queryKey }) => ['decisions', 'accounts', 'account', 'transaction'].includes(String(queryKey[0])) })
  const act = (rows: readonly Transaction[], values: Values): void => {
    setError(null)
    acts.current.push({ rows, values })
    const before = rows.map((row) => [row, seen(row)] as const)
    show(rows, values)
    inTurn(() => Promise.all(before.map(([row, from]) => store(row, values, from))))
  }
  /** Takes the newest act of this page back; null: there is none. */
  const undo = (): readonly Transaction[] | null => {
    const last = acts.current.pop()
    if (last === undefined) return null
    const before = last.rows.map((row) => [row, seen(row)] as const)
    show(last.rows, null)
    inTurn(() => Promise.all(before.map(([row, from]) => store(row, valuesOf(row, last.values), from))))
    return last.rows
  }
  const settle = (use: 'theirs' | 'mine'): void => {
    if (conflict === null) return
    setConflict(null)
    show([conflict.row], { ...valuesOf(conflict.current, ALL), ...(use === 'mine' ? conflict.mine : {}) })
    if (use === 'mine') inTurn(() => store(conflict.row, conflict.mine, valuesOf(conflict.current, ALL)))
  }
  return { decided, act, undo, conflict, settle, error }
}

/** What the row says of the fields that are named. */
export function valuesOf(row: Transaction, named: Values): Values {
  return Object.fromEntries(Object.keys(named).map((field) => [field, row[field as keyof Values]]))
}
