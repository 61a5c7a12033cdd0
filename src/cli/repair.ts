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
import { chooseConnection, pageOf, sayRun, verbOrFail } from './connections.ts'
import { inquirer } from './inquirer.ts'
import { CommandError, type Output } from './output.ts'
import { fillForm, isGiven, sourceOf, type SecretOptions, type SecretSource } from './secrets.ts'
import { wayOf } from './step-ways.ts'
import { sayProblems } from './sync.ts'
import { factsOf, type ToldWord } from './told.ts'
import { withInstance } from './with-instance.ts'

export type RepairOptions = SecretOptions & { readonly did?: string; readonly cannot?: string; readonly bundle?: string; readonly letter?: string; readonly language?: Language; readonly told?: readonly ToldWord[] }

/** With `--json` one document: the plan as it is now (null: nothing is broken, or the bank's question is next), the bank's open question, and the last run of this command. */
export async function repairCommand(output: Output, wanted: string, options: RepairOptions): Promise<void> {
  if (options.did !== undefined && options.cannot !== undefined) throw new CommandError('Give --did or --cannot, not both.', 2)
  if (options.bundle !== undefined) return bundleCommand(output, wanted, options.bundle)
  if (options.letter !== undefined) return letterCommand(output, wanted, options.letter, options.language ?? 'en')
  const given = sourceOf(options)
  await withInstance(output, async (instance) => {
    const connection = await chooseConnection(instance, wanted)
    if (options.told !== undefined) await tell(output, instance, connection.id, options.told)
    const { plan, run, source } = await walk(output, instance, connection, given, options)
    if (isGiven(source)) output.say('What was given was not used: nothing asked for it.')
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

/** `source`: what was given and not used yet. */
type Walked = { readonly plan: RepairPlan | null; readonly run: SyncRun | null; readonly source: SecretSource }

/** Step by step until nothing is left that can be done from here. What the bank asks comes before any step. */
async function walk(output: Output, instance: Instance, connection: Connection, given: SecretSource, options: RepairOptions): Promise<Walked> {
  let [source, run, isTold]: [SecretSource, SyncRun | null, boolean] = [given, null, false]
  let brokenId = (await instance.store.problems.list({ connectionId: connection.id, open: true, limit: 1 }))[0]?.id ?? null
  for (let report = await reportOf(instance, connection.id, options); ;) {
    const asked = report === null ? await openChallenge(instance, connection.id) : null
    if (asked !== null) {
      // What was given was meant for what was asked then, not for a question that came of it.
      const answered = await answerChallenge(output, instance, asked, isTold ? NO_SOURCE : source)
      if (!isTold) source = NO_SOURCE
      if (answered === null || answered.outcome === 'succeeded') return { plan: answered === null ? null : await sayMended(output, instance, brokenId, answered), run: answered ?? run, source }
      run = answered
      if (answered.outcome === 'suspended') continue
    }
    output.progress(`Looking at ${connection.institutionName}…`)
    const plan = verbOrFail(await instance.verbs.repair(connection.id, report))
    report = null
    if (plan === null) {
      const proved = await sayMended(output, instance, brokenId, run)
      if (proved === null) output.say(`${connection.institutionName} works; nothing to repair.`)
      return { plan: proved, run, source }
    }
    brokenId = plan.problemId
    if (plan.state === 'open' && !isTold) await sayProblems(output, instance, connection.id, { besideItsSteps: true })
    isTold = true
    sayPlan(output, plan)
    if (plan.state !== 'open') await sayProof(output, instance, plan, run)
    const step = plan.steps.find((s) => s.state === 'now')
    if (plan.state !== 'open') return { plan, run, source }
    if ((await openChallenge(instance, connection.id)) !== null) continue
    if (step === undefined || step.who !== 'person') return { plan, run, source }
    const isEntered = step.kind === 'credentials' && (process.stdin.isTTY || isGiven(source))
    for (const line of isEntered ? [] : wayOf(step, connection.id, pageOf(instance, connection.id), process.stdin.isTTY)) output.say(line)
    if (isEntered) {
      run = await enterSecret(output, instance, connection, source)
      source = NO_SOURCE
    } else if (process.stdin.isTTY) {
      const did = await askDone(step)
      if (did === 'later') return { plan, run, source }
      report = { stepId: step.id, did }
    } else {
      return { plan, run, source }
    }
  }
}

const NO_SOURCE: SecretSource = { file: undefined, stdin: undefined }

/** Who comes back later has not said that it cannot be done. */
async function askDone(step: RepairStep): Promise<'done' | 'cannot' | 'later'> {
  const names = isPermission(step) ? ['Send it once', 'No, show other ways', 'Later'] : ['It is done', 'I cannot do this', 'Later']
  const choices = (['done', 'cannot', 'later'] as const).map((value, at) => ({ value, name: names[at] ?? value }))
  return (await inquirer()).select({ message: step.title, choices, default: isPermission(step) ? 'later' : 'done' })
}

function sayPlan(output: Output, plan: RepairPlan): void {
  const marks: Record<RepairStep['state'], string> = { done: '✓', now: '▸', running: '…', waiting: ' ', did_not_help: '✕', skipped: '-' }
  output.say(plan.state === 'proved' ? 'Mended, and proved:' : 'Steps:')
  plan.steps.forEach((step, index) => {
    output.say(`  ${marks[step.state]} ${index + 1}. ${step.title}${step.result === null ? '' : `: ${step.result}`}`)
  })
}

/** A read that was sent for another reason has ended the repair meanwhile; null: none was under way. */
async function sayMended(output: Output, instance: Instance, problemId: string | null, told: SyncRun | null): Promise<RepairPlan | null> {
  const plan = problemId === null ? null : await instance.store.problems.plan(problemId)
  if (plan?.state !== 'proved') return null
  sayPlan(output, plan)
  await sayProof(output, instance, plan, told)
  return plan
}

/** The read that proved it, with its rows, unless it was told of just now. */
async function sayProof(output: Output, instance: Instance, { problemId, connectionId }: RepairPlan, told: SyncRun | null): Promise<void> {
  const [problem, connection] = await Promise.all([instance.store.problems.get(problemId), instance.store.connections.get(connectionId)])
  const run = problem === null || problem.proofRunId === null || problem.proofRunId === told?.id ? null : await instance.store.runs.get(problem.proofRunId)
  if (run !== null && connection !== null) await sayRun(output, instance, connection.institutionName, run)
}

async function reportOf(instance: Instance, connectionId: string, options: RepairOptions): Promise<StepReport | null> {
  const wanted = options.did ?? options.cannot
  if (wanted === undefined) return null
  const [problem] = await instance.store.problems.list({ connectionId, open: true, limit: 1 })
  const plan = problem === undefined ? null : await instance.verbs.plan(problem)
  const step = plan?.steps.find((s, index) => s.id === wanted || String(index + 1) === wanted)
  if (step === undefined) throw new CommandError(`There is no step "${wanted}" in the present plan.`, 2)
  const due = plan?.steps.find(({ state }) => state === 'now')
  // Only what is due is looked at: a word on another step would be lost unsaid.
  if (step.state !== 'now') throw new CommandError(`“${step.title}” is not the step that is due${due === undefined ? '' : `; that is “${due.title}” (${due.id})`}. To have the bank read now, whatever was done: relink sync ${connectionId}`, 2)
  return { stepId: step.id, did: options.did === undefined ? 'cannot' : 'done' }
}

export async function secretCommand(output: Output, wanted: string, options: SecretOptions & { readonly onceMore?: boolean }): Promise<void> {
  const source = sourceOf(options)
  await withInstance(output, async (instance) => {
    const connection = await chooseConnection(instance, wanted)
    const isStored = options.onceMore === true && !isGiven(source)
    const run = isStored ? verbOrFail(await instance.verbs.tryOnceMore(connection.id, 'command line')) : await enterSecret(output, instance, connection, source, options.onceMore)
    if (isStored) await sayRun(output, instance, connection.institutionName, run)
    if (run.outcome !== 'succeeded') await sayProblems(output, instance, connection.id)
    output.data(runResource('en', run))
    if (run.outcome !== 'succeeded') process.exitCode = 1
  })
}

/** Asks for the secret fields only; the stored user name stays. Warns first, because a bank counts what it does not accept. */
async function enterSecret(output: Output, instance: Instance, connection: Connection, source: SecretSource, onceMore = false): Promise<SyncRun> {
  const owner = { connectionId: connection.id, loginIndex: connection.loginIndex }
  const status = await instance.vault.status(owner)
  if (status === 'withheld_unknown' || status === 'refused') output.say(`${connection.institutionName} did not accept the last sign-in. Banks lock a login after about three: what you enter now is sent once, and what was refused before is not sent.`)
  const connector = instance.connectors.get(connection.connector)
  const fields = connector === undefined ? [] : fieldsOf(connector, connection.settings)
  const form = await fillForm(fields.filter((f) => f.kind === 'secret'), {}, source)
  const send = (onceMore: boolean) => instance.verbs.enterSecret(connection.id, form, { references: source.references ?? {}, onceMore })
  let entered = await send(onceMore)
  if (!entered.ok && entered.failure.code === 'secret_withheld') {
    const { message } = entered.failure
    if (!process.stdin.isTTY || (await instance.vault.status(owner)) === 'locked') throw new CommandError(`${message} (\`relink ${isGiven(source) ? 'secret' : 'reconnect'} ${connection.id} --once-more\`, with the same one)`)
    output.say(message)
    if (!(await (await inquirer()).confirm({ message: 'Send this one once more?', default: false }))) throw new CommandError('Nothing was sent.')
    entered = await send(true)
  }
  const run = verbOrFail(entered)
  await sayRun(output, instance, connection.institutionName, run)
  return run
}
