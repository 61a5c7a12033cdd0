/** Finding the connection that a person means, and how the verbs' failures end a command. */
import { isShown, waitsForChoice, type Connection } from '../domain/connection.ts'
import type { Result } from '../domain/result.ts'
import type { SyncRun } from '../domain/run.ts'
import type { Instance } from '../instance.ts'
import type { VerbFailure } from '../verbs.ts'
import { choose } from './choose.ts'
import { CommandError, type Output } from './output.ts'

export async function chooseConnection(instance: Instance, wanted: string): Promise<Connection> {
  const connections = (await instance.store.connections.list()).filter(isShown)
  const choices = connections.map((c) => ({ ...c, names: [c.institutionName, c.institutionId], label: `${c.institutionName} (${c.loginLabel}), ${c.state}` }))
  return choose('connections', wanted, choices)
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
