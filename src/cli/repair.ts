/** `relink repair`: the plan step by step; `relink secret`: a new password, sent once. */
import { planResource } from '../api/connection-resource.ts'
import { challengeResource, runResource } from '../api/shapes.ts'
import { fieldsOf } from '../connector-kit/connector.ts'
import type { Challenge, Connection } from '../domain/connection.ts'
import type { RepairPlan, RepairStep } from '../domain/repair.ts'
import type { SyncRun } from '../domain/run.ts'
import type { Instance } from '../instance.ts'
import type { Language } from '../language/language.ts'
import type { StepReport } from '../verbs.ts'
import { isPermission } from '../repair/steps.ts'
import { bundleCommand, letterCommand } from './bundle.ts'
import { answerChallenge } from './challenge.ts'
import { chooseConnection, sayRun, verbOrFail } from './connections.ts'
import { inquirer } from './inquirer.ts'
import { CommandError, type Output } from './output.ts'
import { fillForm, isGiven, sourceOf, type SecretOptions, type SecretSource } from './secrets.ts'
import { sayProblems } from './sync.ts'
import { factsOf, type ToldWord } from './told.ts'
import { withInstance } from './with-instance.ts'

export type RepairOptions = SecretOptions & { readonly did?: string; readonly cannot?: string; readonly bundle?: string; readonly letter?: string; readonly language?: Language; readonly told?: readonly ToldWord[] }

/** With `--json` one document: the plan as it is now (null: nothing is broken), the bank's open question, and the last run of this command. */
export async function repairCommand(output: Output, wanted: string, options: RepairOptions): Promise<void> {
  if (options.did !== undefined && options.cannot !== undefined) throw new CommandError('Give --did or --cannot, not both.', 2)
  if (options.bundle !== undefined) return bundleCommand(output, wanted, options.bundle)
  if (options.letter !== undefined) return letterCommand(output, wanted, options.letter, options.language ?? 'en')
  const source = sourceOf(options)
  await withInstance(output, async (instance) => {
    const connection = await chooseConnection(instance, wanted)
    if (options.told !== undefined) await tell(output, instance, connection.id, options.told)
    const asked = await openChallenge(instance, connection.id)
    const run = asked === null ? null : await answerChallenge(output, instance, asked, source)
    const plan = asked === null ? await walk(output, instance, connection, source, options) : null
    const challenge = await openChallenge(instance, connection.id)
    output.data({ connectionId: connection.id, plan: plan === null ? null : planResource('en', plan, (await instance.store.connections.get(connection.id))?.nextSyncAt ?? null), challenge: challenge === null ? null : await challengeResource('en', instance.store, challenge), run: run === null ? null : runResource('en', run) })
    if (plan !== null && plan.state !== 'proved') process.exitCode = 1
  })
}

async function tell(output: Output, instance: Instance, connectionId: string, words: readonly ToldWord[]): Promise<void> {
  const [problem] = await instance.store.problems.list({ connectionId, open: true, limit: 1 })
  if (problem === undefined) return output.say('Nothing is broken here, so nothing was noted.')
  await instance.verbs.tell(problem.id, factsOf(words))
}

async function openChallenge(instance: Instance, connectionId: string): Promise<Challenge | null> {
  const open = await instance.store.challenges.list({ connectionId, state: 'open' })
  return open.find((challenge) => challenge.expiresAt > instance.clock.now()) ?? null
}

/** Step by step until nothing is left that can be done from here. */
async function walk(output: Output, instance: Instance, connection: Connection, source: SecretSource, options: RepairOptions): Promise<RepairPlan | null> {
  await sayProblems(output, instance, connection.id)
  let plan = verbOrFail(await instance.verbs.repair(connection.id, await reportOf(instance, connection.id, options)))
  let unread = isGiven(source)
  while (plan !== null) {
    sayPlan(output, plan)
    const step = plan.steps.find((s) => s.state === 'now')
    sayPaper(output, connection, step)
    if (plan.state !== 'open' || step === undefined || step.who !== 'person') break
    if (step.kind === 'credentials' && (process.stdin.isTTY || unread)) {
      await enterSecret(output, instance, connection, unread ? source : NO_SOURCE)
      unread = false
      plan = verbOrFail(await instance.verbs.repair(connection.id, null))
    } else if (process.stdin.isTTY) {
      const done = await (await inquirer()).confirm({ message: isPermission(step) ? `${step.title}? Yes sends it once.` : `${step.title}. Done?`, default: !isPermission(step) })
      plan = verbOrFail(await instance.verbs.repair(connection.id, { stepId: step.id, did: done ? 'done' : 'cannot' }))
    } else {
      break
    }
  }
  if (plan === null) output.say(`${connection.institutionName} works; nothing to repair.`)
  return plan
}

const NO_SOURCE: SecretSource = { file: undefined, stdin: undefined }

function sayPlan(output: Output, plan: RepairPlan): void {
  const marks: Record<RepairStep['state'], string> = { done: '✓', now: '▸', running: '…', waiting: ' ', did_not_help: '✕', skipped: '-' }
  output.say(plan.state === 'proved' ? 'Mended, and proved:' : 'Steps:')
  plan.steps.forEach((step, index) => {
    output.say(`  ${marks[step.state]} ${index + 1}. ${step.title}${step.result === null ? '' : `: ${step.result}`}`)
  })
}

/** Where the paper is that the step speaks of. */
function sayPaper(output: Output, { id }: Connection, step: RepairStep | undefined): void {
  if (step?.kind === 'contact_bank') output.say(`The letter: relink repair ${id} --letter letter.txt (with --language de in German)`)
  if (step?.kind === 'contact_support') output.say(`The support file: relink repair ${id} --bundle support.json`)
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

export async function secretCommand(output: Output, wanted: string, options: SecretOptions & { readonly onceMore?: boolean }): Promise<void> {
  const source = sourceOf(options)
  await withInstance(output, async (instance) => {
    const connection = await chooseConnection(instance, wanted)
    const isStored = options.onceMore === true && !isGiven(source)
    const run = isStored ? verbOrFail(await instance.verbs.tryOnceMore(connection.id, 'command line')) : await enterSecret(output, instance, connection, source, options.onceMore)
    if (isStored) await sayRun(output, instance, connection.institutionName, run)
    output.data(runResource('en', run))
    if (run.outcome !== 'succeeded') process.exitCode = 1
  })
}

/** Asks for the secret fields only; the stored user name stays. Warns first, because a bank counts what it does not accept. */
async function enterSecret(output: Output, instance: Instance, connection: Connection, source: SecretSource, onceMore = false): Promise<SyncRun> {
  const status = await instance.vault.status({ connectionId: connection.id, loginIndex: connection.loginIndex })
  if (status === 'withheld_unknown' || status === 'refused') output.say(`${connection.institutionName} did not accept the last sign-in. Banks lock a login after about three; this one is sent once.`)
  const connector = instance.connectors.get(connection.connector)
  const fields = connector === undefined ? [] : fieldsOf(connector, connection.settings)
  const form = await fillForm(fields.filter((f) => f.kind === 'secret'), {}, source)
  const entered = await instance.verbs.enterSecret(connection.id, form, { references: source.references ?? {}, onceMore })
  if (!entered.ok && entered.failure.code === 'secret_withheld') throw new CommandError(`${entered.failure.message} (\`relink ${isGiven(source) ? 'secret' : 'reconnect'} ${connection.id} --once-more\`, with the same one)`)
  const run = verbOrFail(entered)
  await sayRun(output, instance, connection.institutionName, run)
  return run
}
