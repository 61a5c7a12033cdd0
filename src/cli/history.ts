/** `relink runs`, `undo`, and why a transaction is here. */
import { runResource, transactionDetail } from '../api/shapes.ts'
import { whoWords } from '../api/who.ts'
import type { SyncRun } from '../domain/run.ts'
import type { Instance } from '../instance.ts'
import { explainTransaction } from '../sync/explain.ts'
import { choose } from './choose.ts'
import { verbOrFail } from './connections.ts'
import { CommandError, type Output } from './output.ts'
import { withInstance } from './with-instance.ts'

const SHOWN_RUNS = 50
const SEARCHED_RUNS = 1_000

export async function runsCommand(output: Output): Promise<void> {
  await withInstance(output, async (instance) => {
    const runs = await instance.store.runs.list({ limit: SHOWN_RUNS })
    const undone = new Set((await instance.store.history.undos()).filter((undo) => undo.redoneAt === null).map((undo) => undo.runId))
    const names = await connectionNames(instance)
    for (const run of runs) output.data({ ...runResource('en', run), undone: undone.has(run.id) })
    if (runs.length === 0) return output.say('Nothing was read or imported yet.')
    output.table(
      ['Run', 'At', 'What', 'New', 'The same', 'Changed', 'Withdrawn', ''],
      runs.map((run) => [run.id, runResource('en', run).startedAt, what(run, names), ...counted(run), undone.has(run.id) ? 'taken back' : run.outcome]),
      [3, 4, 5, 6],
    )
  })
}

export async function undoCommand(output: Output, wanted: string): Promise<void> {
  await withInstance(output, async (instance) => {
    const names = await connectionNames(instance)
    const runs = await instance.store.runs.list({ limit: SEARCHED_RUNS })
    const known = runs.map((run) => ({ ...run, names: [run.label], label: what(run, names) }))
    const exact = await instance.store.runs.get(wanted)
    const run = exact ?? choose('runs', wanted, known)
    const done = verbOrFail(await instance.verbs.undo(run.id))
    output.data(runResource('en', done))
    const sum = (field: 'added' | 'changed' | 'withdrawn' | 'questions'): number => done.accounts.reduce((total, account) => total + account[field], 0)
    const parts = [[sum('withdrawn'), 'withdrawn'], [sum('added'), 'back again'], [sum('changed'), 'as before'], [sum('questions'), 'questions closed']] as const
    const told = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
    output.say(`${what(run, names)}: taken back. ${told.length === 0 ? 'Other answers report all of its rows, too; they stay.' : `${told.join(', ')}.`}`)
    // What was brought back again is taken back as it was the first time: by the run that made it.
    const first = (await instance.store.history.undos()).find((undo) => undo.undoRunId === run.id)?.runId
    output.say(`What a person decided stays. To take this back in turn: relink undo ${first ?? done.id}`)
  })
}

/** The reports and changes of one transaction, each with its reason. */
export async function whyCommand(output: Output, instance: Instance, id: string): Promise<void> {
  const explanation = await explainTransaction(instance.store, id)
  if (explanation === null) throw new CommandError(`There is no transaction ${id}.`, 2)
  const detail = transactionDetail('en', explanation, await whoWords('en', instance.store.access, explanation.changes.map(({ by }) => by)))
  output.data(detail)
  output.say(output.bold(`${detail.postedOn}  ${detail.amount} ${detail.currency}  ${detail.description}  (${detail.state}${detail.deleted ? ', deleted by a person' : ''})`))
  for (const seen of detail.observations) {
    output.say(`${seen.observedAt}  ${seen.source}: ${seen.status} on ${seen.postedOn}, ${seen.amount}${seen.providerId === null ? '' : `, id ${seen.providerId}`}. ${seen.because}${seen.undone ? ' That run was taken back.' : ''}`)
  }
  for (const change of detail.history) {
    const fields = Object.entries(change.changes).map(([field, [before, after]]) => `${field} ${before ?? '–'} → ${after ?? '–'}`)
    output.say(`${change.at}  ${change.because} ${output.dim(fields.join(', '))}`)
  }
}

function what(run: SyncRun, names: ReadonlyMap<string, string>): string {
  const of = run.label ?? names.get(run.connectionId ?? '') ?? ''
  return run.trigger === 'import' ? of : `${run.trigger === 'undo' ? 'undo of' : run.trigger === 'switch' ? 'switch to' : run.trigger === 'recompute' ? 'recompute of' : 'read'} ${of}`
}

function counted(run: SyncRun): string[] {
  return (['added', 'matched', 'changed', 'withdrawn'] as const).map((field) => String(run.accounts.reduce((sum, account) => sum + account[field], 0)))
}

async function connectionNames({ store }: Instance): Promise<ReadonlyMap<string, string>> {
  return new Map((await store.connections.list()).map((connection) => [connection.id, connection.institutionName]))
}
