/** `relink diagnose`: what is wrong with a connection, or with each record on standard input. */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { problemResource } from '../api/connection-resource.ts'
import { diagnoseLines } from '../diagnose/jsonl.ts'
import { replayCommand } from './bundle.ts'
import { chooseConnection } from './connections.ts'
import { CommandError, type Output } from './output.ts'
import { plainText } from './sentence.ts'
import { withInstance } from './with-instance.ts'

export async function diagnoseCommand(output: Output, wanted: string | undefined, options: { readonly format?: string; readonly bundle?: string }): Promise<void> {
  if (options.bundle !== undefined) return replayCommand(output, options.bundle)
  if (options.format === 'jsonl') return diagnoseInput(output)
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
      for (const { question } of problem.card.asks.filter(({ answer }) => answer === null)) output.say(`  We do not know: ${plainText(question)} (relink repair ${connection.id} --told …)`)
      if (problem.bankSays !== null) output.say(`  The bank's words: “${problem.bankSays.text}”${problem.bankSays.codes.length > 0 ? ` (code ${problem.bankSays.codes.join(', ')})` : ''}`)
      output.say(`  Relink: ${plainText(problem.card.relink)}`)
      output.say(problem.card.next === null ? '  Nothing for you to do.' : `  Next: ${plainText(problem.card.next.label)} (relink repair ${connection.id})`)
    }
  })
}

/** Answers every record that can be read; a line that cannot is named on standard error and makes the status 1. */
async function diagnoseInput(output: Output): Promise<void> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })
  const answers = diagnoseLines(lines, (error) => {
    output.error(`Line ${error.line}: ${error.message}`)
    process.exitCode = 1
  })
  for await (const answer of answers) {
    if (output.lost !== null) return
    gathered(process.stdout)
    if (!process.stdout.write(`${answer}\n`)) await taken(process.stdout)
  }
}

/** What is written before anything else can happen goes out in one piece: a line that came alone is answered at once, thousands are not thousands of calls. */
function gathered(stream: NodeJS.WriteStream): void {
  if (stream.writableCorked > 0) return
  stream.cork()
  process.nextTick(() => stream.uncork())
}

/** Until the stream takes more. A drain never comes once nobody reads; the error that tells so does. */
async function taken(stream: NodeJS.WritableStream): Promise<void> {
  const over = new AbortController()
  const { signal } = over
  await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).catch(() => undefined)
  over.abort()
}
