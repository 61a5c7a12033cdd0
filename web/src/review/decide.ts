/**
 * Decisions about rows: shown at once, stored behind, and taken back in the order in which they were made.
 * What was decided elsewhere meanwhile is never overwritten unseen: it is told, with who did it and both ways to go on, and
 * what was not stored is not taken back either. A pair is never shown before the server has it.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { ask, ServerProblem, type Decision, type Match, type Transaction } from '../api.ts'
import { ROWS } from '../rows/load.ts'

export type Values = Omit<Decision['after'], 'transfer'>
/** What is decided of one row. */
export type Deed = { readonly row: Transaction; readonly values: Values }
/** `decided`: who it was, and when; null: nobody noted it. */
export type Conflict = Deed & { readonly current: Transaction; readonly decided: { readonly at: string; readonly by: string | null; readonly isCaller: boolean } | null }
/** What one key did, and how it is taken back; `undone`: of rows for which nothing was stored. */
type Act = { readonly rows: readonly Transaction[]; readonly undone: Set<string>; readonly takeBack: () => void }

const ALL: Values = { review: 'for_review', category: null, note: null, excluded: false, deleted: false }

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
    const mine: Promise<void> = line.current.then(work).then(() => {
      if (line.current === mine) told()
    })
    line.current = mine
  }
  /** False: nothing was stored, and the reader is told why. */
  const store = async ({ row, values }: Deed, from: Values): Promise<boolean> => {
    try {
      await ask('PATCH', `/transactions/${row.id}`, { ...values, from })
      return true
    } catch (problem) {
      show(row.id, null)
      if (problem instanceof ServerProblem && problem.code === 'changed_meanwhile') {
        const { current, decided: last } = problem.body as Pick<Conflict, 'current'> & { decided: Conflict['decided'] }
        setConflicts((before) => [...before.filter((other) => other.row.id !== row.id), { row, values, current, decided: last }])
      } else setError(problem as Error)
      return false
    }
  }
  const act = (deeds: readonly Deed[]): void => {
    setError(null)
    const undone = new Set<string>()
    const before = deeds.map((deed) => [deed, seen(deed.row)] as const)
    for (const { row, values } of deeds) show(row.id, values)
    inTurn(() => Promise.all(before.map(async ([deed, from]) => {
      if (!(await store(deed, from))) undone.add(deed.row.id)
    })))
    const takeBack = (): void => {
      const after = deeds.map(({ row, values }) => [{ row, values: valuesOf(row, values) }, seen(row)] as const)
      for (const { row } of deeds) show(row.id, null)
      inTurn(() => Promise.all(after.filter(([{ row }]) => !undone.has(row.id)).map(([deed, from]) => store(deed, from))))
    }
    acts.current.push({ rows: deeds.map(({ row }) => row), undone, takeBack })
  }
  /** Two rows become one, or the sides of one transfer. */
  const pair = (row: Transaction, other: Transaction, as: Match['as']): void => {
    setError(null)
    const undone = new Set<string>()
    const transactionIds = [row.id, other.id]
    let way: { readonly back: string; readonly gone: readonly string[] } | null = null
    const made = async (): Promise<NonNullable<typeof way>> => {
      if (as === 'transfer') return { back: `/transfers/${(await ask<{ id: string }>('POST', '/transfers', { transactionIds })).id}`, gone: transactionIds }
      const { id, kept } = await ask<{ id: string; kept: Transaction }>('POST', '/questions', { transactionIds })
      return { back: `/questions/${id}/answer`, gone: transactionIds.filter((one) => one !== kept.id || kept.review === 'accepted') }
    }
    // A row that stays says by now what both reports say.
    const shown = (): void => void (as === 'same' && queries.invalidateQueries({ queryKey: [ROWS] }))
    inTurn(() => made().then((done) => {
      way = done
      for (const id of done.gone) show(id, { review: 'accepted' })
      shown()
    }, (problem: Error) => {
      undone.add(row.id)
      setError(problem)
    }))
    const takeBack = (): void =>
      inTurn(async () => {
        const done = way
        if (done === null) return
        await ask('DELETE', done.back).then(() => {
          for (const id of done.gone) show(id, null)
          shown()
        }, setError)
      })
    acts.current.push({ rows: [row], undone, takeBack })
  }
  /** Takes the newest act of this page back; null: there is none. */
  const undo = (): readonly Transaction[] | null => {
    const last = acts.current.pop()
    if (last === undefined) return null
    if (last.rows.every(({ id }) => last.undone.has(id))) return undo()
    last.takeBack()
    return last.rows
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

/** What the row says of the fields that are named. */
function valuesOf(row: Transaction, named: Values): Values {
  return Object.fromEntries(Object.keys(named).map((field) => [field, row[field as keyof Values]]))
}
