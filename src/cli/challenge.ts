/** Asking a person on the terminal what the bank asks. Without a terminal the question stays open; it survives restarts. */
import { input, select } from '@inquirer/prompts'
import { runResource } from '../api/shapes.ts'
import type { Challenge, ChallengePrompt } from '../domain/connection.ts'
import type { Instance } from '../instance.ts'
import { sayRun, verbOrFail } from './connections.ts'
import type { Output } from './output.ts'

export async function answerChallenge(output: Output, instance: Instance, challenge: Challenge): Promise<void> {
  const connection = await instance.store.connections.get(challenge.connectionId)
  const name = connection?.institutionName ?? 'The bank'
  if (!process.stdin.isTTY) {
    output.say(`${name} asks: ${challenge.prompts.map((p) => p.label).join(' / ')}. Answer on a terminal with \`relink repair ${challenge.connectionId}\`, or on the page.`)
    process.exitCode = 1
    return
  }
  output.say(`${name} asks to know that it is you:`)
  const answers: Record<string, string> = {}
  for (const prompt of challenge.prompts) answers[prompt.id] = await askPrompt(prompt)
  const run = verbOrFail(await instance.verbs.answer(challenge.id, answers))
  output.data(runResource(run))
  if (!sayRun(output, name, run)) process.exitCode = 1
}

async function askPrompt(prompt: ChallengePrompt): Promise<string> {
  if (prompt.kind === 'selection') return select({ message: prompt.label, choices: (prompt.options ?? []).map((o) => ({ value: o.id, name: o.label })) })
  if (prompt.kind === 'approval' || prompt.kind === 'redirect') {
    await input({ message: `${prompt.label}${prompt.url === undefined ? '' : ` ${prompt.url}`} (Enter when done)` })
    return ''
  }
  return input({ message: `${prompt.label}:`, required: true })
}
