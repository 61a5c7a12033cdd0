/** `relink diagnose --format jsonl`: each record on standard input answered, without what a server needs: that takes as long to load as two thousand answers. */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { diagnoseLines } from '../diagnose/jsonl.ts'
import type { Output } from './output.ts'

/** Answers every record that can be read; a line that cannot is named on standard error and makes the status 1. */
export async function diagnoseInput(output: Output): Promise<void> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })
  const answers = diagnoseLines(lines, (error) => {
    output.error(error.message)
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
