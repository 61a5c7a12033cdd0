/** `relink repair`: the plan step by step; `relink secret`: a new password, sent once. */
import { confirm } from '@inquirer/prompts'
import { planResource } from '../api/connection-resource.ts'
import { runResource } from '../api/shapes.ts'
import type { RepairPlan, RepairStep } from '../domain/repair.ts'
import type { Instance } from '../instance.ts'
import type { StepReport } from '../verbs.ts'
import { answerChallenge } from './challenge.ts'
import { chooseConnection, sayRun, verbOrFail } from './connections.ts'
import { CommandError, type Output } from './output.ts'
import { fillForm } from './secrets.ts'
import { sayProblems } from './sync.ts'
import { withInstance } from './with-instance.ts'

export type RepairOptions = { readonly did?: string; readonly cannot?: string; readonly secretsFile?: string; readonly secretsStdin?: boolean }

export async function repairCommand(output: Output, wanted: string, options: RepairOptions): Promise<void> {
  await withInstance(output, async (instance) => {
    const connection = await chooseConnection(instance, wanted)
    const [challenge] = await instance.store.challenges.list({ connectionId: connection.id, state: 'open' })
    if (challenge !== undefined) return answerChallenge(output, instance, challenge)
    await sayProblems(output, instance, connection.id)
    let plan = verbOrFail(await instance.verbs.repair(connection.id, await reportOf(instance, connection.id, options)))
    for (;;) {
      if (plan === null) {
        output.say(`${connection.institutionName} works; nothing to repair.`)
        return
      }
      output.data(planResource(plan))
      sayPlan(output, plan)
      const next = await walkStep(output, instance, plan, options)
      if (next === null) break
      plan = next
    }
    if (plan.state !== 'proved') process.exitCode = 1
  })
}

/** On a terminal, leads through the present step; otherwise the plan is printed and the command ends. */
async function walkStep(output: Output, instance: Instance, plan: RepairPlan, options: RepairOptions): Promise<RepairPlan | null> {
  const step = plan.steps.find((s) => s.state === 'now')
  if (plan.state !== 'open' || step === undefined || step.who !== 'person') return null
  const hasSource = options.secretsFile !== undefined || options.secretsStdin === true
  if (step.kind === 'credentials' && (process.stdin.isTTY || hasSource)) {
    await enterSecret(output, instance, plan.connectionId, options)
    return hasSource && !process.stdin.isTTY ? null : verbOrFail(await instance.verbs.repair(plan.connectionId, null))
  }
  if (!process.stdin.isTTY) return null
  const done = await confirm({ message: `${step.title}. Done?` })
  return verbOrFail(await instance.verbs.repair(plan.connectionId, { stepId: step.id, did: done ? 'done' : 'cannot' }))
}

function sayPlan(output: Output, plan: RepairPlan): void {
  const marks: Record<RepairStep['state'], string> = { done: '✓', now: '▸', running: '…', waiting: ' ', did_not_help: '✕', skipped: '-' }
  output.say(plan.state === 'proved' ? 'Mended, and proved by a read that works:' : 'Steps:')
  plan.steps.forEach((step, index) => {
    output.say(`  ${marks[step.state]} ${index + 1}. ${step.title}${step.result === null ? '' : `: ${step.result}`}`)
  })
}

async function reportOf(instance: Instance, connectionId: string, options: RepairOptions): Promise<StepReport | null> {
  const wanted = options.did ?? options.cannot
  if (wanted === undefined) return null
  const [problem] = await instance.store.problems.list({ connectionId, open: true, limit: 1 })
  const plan = problem === undefined ? null : await instance.verbs.plan(problem)
  const step = plan?.steps.find((s, index) => s.id === wanted || String(index + 1) === wanted)
  if (step === undefined) throw new CommandError(`There is no step "${wanted}" in the present plan.`, 2)
  return { stepId: step.id, did: options.did === undefined ? 'cannot' : 'done' }
}

export type SecretOptions = { readonly onceMore?: boolean; readonly secretsFile?: string; readonly secretsStdin?: boolean }

export async function secretCommand(output: Output, wanted: string, options: SecretOptions): Promise<void> {
  await withInstance(output, async (instance) => {
    const connection = await chooseConnection(instance, wanted)
    if (options.onceMore !== true) return enterSecret(output, instance, connection.id, options)
    const run = verbOrFail(await instance.verbs.tryOnceMore(connection.id, 'command line'))
    output.data(runResource(run))
    if (!sayRun(output, connection.institutionName, run)) process.exitCode = 1
  })
}

async function enterSecret(output: Output, instance: Instance, connectionId: string, source: { readonly secretsFile?: string; readonly secretsStdin?: boolean }): Promise<void> {
  const connection = await instance.store.connections.get(connectionId)
  const fields = connection === null ? [] : (instance.connectors.get(connection.connector)?.manifest.fields ?? [])
  const form = await fillForm(fields.filter((f) => f.kind === 'secret'), {}, { file: source.secretsFile, stdin: source.secretsStdin })
  const run = verbOrFail(await instance.verbs.enterSecret(connectionId, form))
  output.data(runResource(run))
  if (!sayRun(output, connection?.institutionName ?? '', run)) process.exitCode = 1
}
