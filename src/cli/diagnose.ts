/** `relink diagnose`: what is wrong with a connection; records on standard input are answered by diagnose-lines.ts. */
import { problemResource } from '../api/connection-resource.ts'
import { replayCommand } from './bundle.ts'
import { chooseConnection } from './connections.ts'
import { CommandError, type Output } from './output.ts'
import { askLine, plainText } from './sentence.ts'
import { withInstance } from './with-instance.ts'

export async function diagnoseCommand(output: Output, wanted: string | undefined, options: { readonly bundle?: string }): Promise<void> {
  if (options.bundle !== undefined) return replayCommand(output, options.bundle)
  if (wanted === undefined) throw new CommandError('Name a connection, or read records from standard input with --format jsonl.', 2)
  await withInstance(output, async (instance) => {
    const connection = await chooseConnection(instance, wanted)
    const problems = await instance.store.problems.list({ connectionId: connection.id, open: true, limit: 10 })
    const resources = await Promise.all(problems.map((p) => problemResource('en', instance, p)))
    output.data({ connectionId: connection.id, problems: resources })
    if (resources.length === 0) output.say(`${connection.institutionName}: no open problem.`)
    for (const problem of resources) {
      output.say(output.bold(plainText(problem.card.what)))
      for (const cause of problem.causes.filter((c, index) => index < 3 && c.p >= 0.02)) {
        output.say(`  ${cause.likelihood}: ${cause.name} (${cause.cause})`)
        for (const fact of cause.for.slice(0, 3)) output.say(`    + ${fact}`)
        for (const fact of cause.against.slice(0, 2)) output.say(`    - ${fact}`)
      }
      for (const ask of problem.card.asks) output.say(`  ${askLine(ask, connection.id)}`)
      if (problem.found !== null) output.say(`  Relink found: ${problem.found}`)
      if (problem.bankSays !== null) output.say(`  The bank's words: “${problem.bankSays.text}”${problem.bankSays.codes.length > 0 ? ` (code ${problem.bankSays.codes.join(', ')})` : ''}`)
      output.say(`  Relink: ${plainText(problem.card.relink)}`)
      output.say(problem.card.next === null ? '  Nothing for you to do.' : `  Next: ${plainText(problem.card.next.label)} (relink repair ${connection.id})`)
    }
  })
}
