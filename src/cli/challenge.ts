/**
 * What the bank asks, answered on the terminal or, for programs, from standard input or a file. With
 * neither the question stays open; it survives restarts.
 */
import type { Challenge, ChallengePrompt } from '../domain/connection.ts'
import type { Instance } from '../instance.ts'
import type { SyncRun } from '../domain/run.ts'
import { pageOf, sayRun, verbOrFail } from './connections.ts'
import { inquirer } from './inquirer.ts'
import type { Output } from './output.ts'
import { fillForm, isGiven, type SecretSource } from './secrets.ts'

/** The run that went on with the answer; null when there was nobody to ask. */
export async function answerChallenge(output: Output, instance: Instance, challenge: Challenge, source: SecretSource): Promise<SyncRun | null> {
  const connection = await instance.store.connections.get(challenge.connectionId)
  const name = connection?.institutionName ?? 'The bank'
  if (challenge.prompts.some(({ kind }) => kind === 'redirect')) {
    output.say(`${name} wants the permission given at its own site. Open ${pageOf(instance, challenge.connectionId)} in the browser (\`relink start\` serves it) and go there from it: what comes back is bound to that browser.`)
    process.exitCode = 1
    return null
  }
  if (!process.stdin.isTTY && !isGiven(source)) {
    output.say(`${name} asks: ${challenge.prompts.map((p) => `${p.label} (${p.id})`).join(' / ')}. Answer with \`relink repair ${challenge.connectionId}\` on a terminal or with --secrets-stdin, or on the page.`)
    process.exitCode = 1
    return null
  }
  const run = verbOrFail(await instance.verbs.answer(challenge.id, isGiven(source) ? await givenAnswers(challenge, source) : await askPrompts(output, name, challenge)))
  if (!(await sayRun(output, instance, name, run))) process.exitCode = 1
  return run
}

/** Approvals happen elsewhere: giving the other answers says that they are done. */
async function givenAnswers({ prompts }: Challenge, source: SecretSource): Promise<Record<string, string>> {
  const typed = prompts.filter(({ kind }) => kind !== 'approval')
  const answers = await fillForm(typed.map(({ id, label }) => ({ name: id, label, kind: 'secret', required: true })), {}, source)
  return { ...Object.fromEntries(prompts.map(({ id }) => [id, ''])), ...answers }
}

async function askPrompts(output: Output, name: string, { prompts }: Challenge): Promise<Record<string, string>> {
  output.say(`${name} asks to know that it is you:`)
  const answers: Record<string, string> = {}
  for (const prompt of prompts) answers[prompt.id] = await askPrompt(prompt)
  return answers
}

async function askPrompt(prompt: ChallengePrompt): Promise<string> {
  if (prompt.kind === 'selection') return (await inquirer()).select({ message: prompt.label, choices: (prompt.options ?? []).map((o) => ({ value: o.id, name: o.label })) })
  if (prompt.kind === 'approval') {
    await (await inquirer()).input({ message: `${prompt.label} (Enter when done)` })
    return ''
  }
  return (await inquirer()).input({ message: `${prompt.label}:`, required: true })
}
