/**
 * The whole story without a person: connect, read, then for each of the eight families break the
 * bank, let Relink find the cause, mend (a scripted person does what only a person can do), read
 * again, and compare the feed with the bank's own truth. Nothing is assumed: a family counts as
 * mended only when its problem was closed by a read that works.
 */
import { ANA } from '../../bank/customers.ts'
import { ATLAS } from '../../bank/faults/atlas.ts'
import type { CauseCode, Family } from '../domain/cause.ts'
import type { Problem } from '../domain/connection.ts'
import type { Instance } from '../instance.ts'
import { compareWithBank, type Comparison } from './compare.ts'
import { DEMO_FAULTS, FAMILY_NAMES, type DemoFault } from './faults.ts'
import { createScriptedPerson, type ScriptedPerson } from './person.ts'
import { breakBank, DEMO_BANK_ID, type Sandbox } from './sandbox.ts'

export type FamilyResult = {
  readonly family: Family
  readonly fault: string
  /** The cause that Relink found; null when it saw no problem. */
  readonly cause: CauseCode | null
  readonly p: number
  readonly rightCause: boolean
  readonly mended: boolean
  readonly humanSteps: number
  readonly lost: number
  readonly doubled: number
}

export type Story = { readonly families: readonly FamilyResult[]; readonly rows: number; readonly lost: number; readonly doubled: number }

export type Narrator = (line: string) => void

const HOUR_MS = 3_600_000
const NEW_PASSWORD = 'a fresh start 88'
/** A repair that needs more turns than this is not coming to an end. */
const MAX_TURNS = 12

export async function playStory(sandbox: Sandbox, tell: Narrator): Promise<Story> {
  const { instance } = sandbox.opened
  const connectionId = await connectAna(sandbox, tell)
  const person = createScriptedPerson(instance, sandbox.listening.officeUrl)
  const families: FamilyResult[] = []
  for (const fault of DEMO_FAULTS) {
    const result = await playFamily(sandbox, person, connectionId, fault, tell)
    families.push(result)
    tell(`  ${result.rightCause && result.mended ? '✓' : '✕'} ${FAMILY_NAMES[fault.family]}: ${result.cause ?? 'nothing seen'} (p ${result.p.toFixed(2)}), ${result.mended ? 'mended' : 'NOT mended'}, ${result.humanSteps} human ${result.humanSteps === 1 ? 'step' : 'steps'}, ${result.lost} lost, ${result.doubled} doubled`)
  }
  const { rows, lost, doubled } = await compareWithBank(instance.store, sandbox.bank)
  return { families, rows, lost, doubled }
}

/** Whether the story ended as it must: each family understood and mended, nothing lost or doubled. */
export function wentWell(story: Story): boolean {
  return story.lost === 0 && story.doubled === 0 && story.families.every((f) => f.rightCause && f.mended && f.lost === 0 && f.doubled === 0)
}

/** Connects the demo's login, with the code that the bank sends; throws when even that fails, because then there is no story. */
export async function connectAna({ opened: { instance }, listening }: Sandbox, tell: Narrator): Promise<string> {
  tell(`Connecting ${ANA.holder} at Sandbox Bank…`)
  const connected = await instance.verbs.connect({ institutionId: DEMO_BANK_ID, connector: null, form: { username: ANA.user, password: ANA.password } })
  if (!('connection' in connected)) throw new Error(`The demo could not connect: ${'failure' in connected ? connected.failure.message : connected.kind}`)
  if (connected.kind === 'challenge') {
    await createScriptedPerson(instance, listening.officeUrl).answer(connected.challenge)
    tell('  ✓ the bank sent a code to the phone, and it was answered')
  }
  const [run] = await instance.store.runs.list({ connectionId: connected.connection.id, limit: 1 })
  if (run?.outcome !== 'succeeded') throw new Error(`The demo could not read its bank: ${run?.failure?.message ?? run?.outcome ?? 'no run'}`)
  tell(`  ✓ ${run.accounts.length} accounts, ${run.accounts.reduce((sum, a) => sum + a.added, 0)} rows`)
  return connected.connection.id
}

async function playFamily(sandbox: Sandbox, person: ScriptedPerson, connectionId: string, fault: DemoFault, tell: Narrator): Promise<FamilyResult> {
  const { instance } = sandbox.opened
  sandbox.advance(26 * HOUR_MS) // rows are booked meanwhile
  breakBank(sandbox.bank, fault.fault)
  await sandbox.listening.settle()
  tell(`${FAMILY_NAMES[fault.family]}: ${fault.sentence}`)
  await instance.verbs.sync(connectionId, 'person')
  const problem = await openProblem(instance, connectionId)
  if (problem === null) return { family: fault.family, fault: fault.fault, cause: null, p: 0, rightCause: false, mended: false, humanSteps: 0, ...(await judged(sandbox)) }
  const first = problem.diagnosis.causes[0]
  await mend(sandbox, connectionId, fault, person)
  const after = await instance.store.problems.get(problem.id)
  const mended = after !== null && after.closedAt !== null && after.proofRunId !== null && (await openProblem(instance, connectionId)) === null
  await bankRepairs(sandbox, fault)
  if (mended) await instance.verbs.sync(connectionId, 'person')
  const truth = ATLAS.find((d) => d.name === fault.fault)?.cause ?? null
  return { family: fault.family, fault: fault.fault, cause: first?.cause ?? null, p: first?.p ?? 0, rightCause: first?.cause === truth, mended, humanSteps: person.takeCount(), ...(await judged(sandbox)) }
}

/** Turns of the repair until nothing is open: Relink's own steps, the person's, or waiting for the bank. */
export async function mend(sandbox: Sandbox, connectionId: string, fault: DemoFault, person: ScriptedPerson): Promise<void> {
  const { instance } = sandbox.opened
  if (passwordAtBank(sandbox) !== ANA.password) person.learnPassword(passwordAtBank(sandbox))
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const [challenge] = await instance.store.challenges.list({ connectionId, state: 'open' })
    if (challenge !== undefined) {
      await person.answer(challenge)
      continue
    }
    const problem = await openProblem(instance, connectionId)
    if (problem === null) return
    const advanced = await instance.verbs.repair(connectionId, null)
    const plan = advanced.ok ? advanced.value : null
    const step = plan?.steps.find((s) => s.state === 'now')
    if (plan === null || plan.state !== 'open') return
    if (step?.who === 'person') await person.doStep(connectionId, plan.cause, step, () => bankRepairs(sandbox, fault))
    else await waitForBank(sandbox, fault, step?.notBefore ?? null)
  }
}

/** The bank's trouble passes; time goes on to when Relink wanted to try again, or by an hour. */
async function waitForBank(sandbox: Sandbox, fault: DemoFault, notBefore: number | null): Promise<void> {
  const now = sandbox.opened.instance.clock.now()
  await bankRepairs(sandbox, fault)
  sandbox.advance(notBefore !== null && notBefore > now ? notBefore - now + 1_000 : HOUR_MS)
}

async function bankRepairs(sandbox: Sandbox, fault: DemoFault): Promise<void> {
  // A password that the person changed stays changed: that is not the bank's to take back.
  if (fault.family !== 'authentication') sandbox.bank.clear(fault.fault)
  await sandbox.listening.settle()
}

/** What the person chose as new password at the bank. */
function passwordAtBank(sandbox: Sandbox): string {
  return sandbox.bank.state.logins.get(ANA.user)?.password ?? NEW_PASSWORD
}

async function openProblem(instance: Instance, connectionId: string): Promise<Problem | null> {
  return (await instance.store.problems.list({ connectionId, open: true, limit: 1 }))[0] ?? null
}

async function judged(sandbox: Sandbox): Promise<Pick<Comparison, 'lost' | 'doubled'>> {
  const { lost, doubled } = await compareWithBank(sandbox.opened.instance.store, sandbox.bank)
  return { lost, doubled }
}
