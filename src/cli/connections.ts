/** Finding the connection that a person means, and how the verbs' failures end a command. */
import { isShown, waitsForChoice, type Connection } from '../domain/connection.ts'
import type { Result } from '../domain/result.ts'
import type { SyncRun } from '../domain/run.ts'
import type { Instance } from '../instance.ts'
import type { VerbFailure } from '../verbs.ts'
import { choose } from './choose.ts'
import { CommandError, type Output } from './output.ts'

/** By id, bank or login. The id of one that another took the place of means that other: a nightly command goes on after a reconnect. */
export async function chooseConnection({ store }: Pick<Instance, 'store'>, wanted: string): Promise<Connection> {
  const all = await store.connections.list()
  const choices = all.filter(isShown).map((c) => ({
    ...c, names: [c.institutionName, c.institutionId, c.loginLabel, `${c.institutionName} ${c.loginLabel}`, `${c.institutionName} (${c.loginLabel})`], label: `${c.institutionName} (${c.loginLabel}), ${c.state}`,
  }))
  const successor = await successorOf(store, all, wanted.toLowerCase())
  return choices.find(({ id }) => id === successor) ?? choose('connections', wanted, choices)
}

/** The connection that goes on in the place of this one, over however many switches; null: it is not replaced. */
async function successorOf(store: Instance['store'], all: readonly Connection[], id: string): Promise<string | null> {
  const passed = new Set<string>()
  let at = id
  while (!passed.has(at) && all.some((c) => c.id === at && c.state === 'replaced')) {
    passed.add(at)
    const [switched] = (await store.previews.list({ connectionId: at })).filter(({ state }) => state === 'switched')
    if (switched === undefined) return null
    at = switched.shadowId
  }
  return at === id ? null : at
}

export function verbOrFail<T>(result: Result<T, VerbFailure>): T {
  if (!result.ok) throw new CommandError(result.failure.message)
  return result.value
}

/** What a person has to do before any account of the connection is read. */
export function choiceAsked(instance: Instance, { id }: { readonly id: string }): string {
  return `Choose first which accounts are read: one of them may be here already, from files without its number. Open ${pageOf(instance, id)} (\`relink start\` serves it).`
}

/** Where people see a connection. */
export function pageOf({ alerting }: Instance, connectionId: string): string {
  return new URL(`/connections/${connectionId}`, alerting.page ?? 'http://localhost:7351').href
}

/** One line on how a run ended; true when everything was read. */
export async function sayRun(output: Output, instance: Instance, name: string, run: SyncRun): Promise<boolean> {
  const connection = run.connectionId === null ? null : await instance.store.connections.get(run.connectionId)
  if (run.outcome === 'succeeded' && connection !== null && waitsForChoice(connection)) {
    output.say(`${name}: signed in, and nothing was read yet. ${choiceAsked(instance, connection)}`)
    return false
  }
  const sum = (field: 'added' | 'matched' | 'changed' | 'questions'): number => run.accounts.reduce((total, a) => total + a[field], 0)
  const counts = `${sum('added')} new, ${sum('matched')} the same, ${sum('changed')} changed${sum('questions') > 0 ? `, ${sum('questions')} to decide` : ''}`
  switch (run.outcome) {
    case 'succeeded':
      output.say(`${name}: read in full. ${counts}.`)
      return true
    case 'partial':
      output.say(`${name}: read in part. ${counts}.`)
      for (const account of run.accounts) if (account.failure !== null) output.say(`  ${account.failure.message}`)
      return false
    case 'suspended':
      output.say(`${name}: the bank asks a question. Answer it with \`relink repair ${run.connectionId ?? ''}\`.`)
      return false
    default:
      output.say(`${name}: ${run.failure?.message ?? 'not read'}`)
      return false
  }
}
