/** `relink sync`, `status`, `disable`, `enable`, `remove`. */
import { accountResource, runResource } from '../api/shapes.ts'
import { judgeAlerts } from '../alerts/health.ts'
import { isShown } from '../domain/connection.ts'
import type { Failure } from '../domain/evidence.ts'
import { balanceProofResource, proofLines, type BalanceProofResource } from '../api/balance-resource.ts'
import { connectionResource } from '../api/connection-resource.ts'
import type { Instance } from '../instance.ts'
import { chooseConnection, choiceAsked, sayRun, verbOrFail } from './connections.ts'
import { countOfRows, type Output } from './output.ts'
import { askLine, localTime, plainText } from './sentence.ts'
import { withInstance } from './with-instance.ts'

export async function syncCommand(output: Output, wanted: string | undefined): Promise<void> {
  await withInstance(output, async (instance) => {
    const all = await instance.store.connections.list()
    const connections = wanted === undefined ? all.filter((c) => c.state === 'active') : [await chooseConnection(instance, wanted)]
    if (connections.length === 0) output.say(all.some((c) => c.state === 'disabled') ? 'Every connection is paused. `relink enable CONNECTION` has one read again.' : 'No connection to read. `relink connect` makes one.')
    let allRead = true
    for (const connection of connections) {
      output.progress(`Reading ${connection.institutionName}…`)
      const run = verbOrFail(await instance.verbs.sync(connection.id, 'person'))
      output.data(runResource('en', run))
      const read = await sayRun(output, instance, connection.institutionName, run)
      if (!read) await sayProblems(output, instance, connection.id)
      if (run.failure !== null && mayBeAllowed(run.failure)) output.say(`  To have it sent once more now: relink secret ${connection.id} --once-more`)
      allRead = allRead && read
    }
    if (!allRead) process.exitCode = 1
  })
}

/** The secret was held back for want of a person's word, which can be given here. */
function mayBeAllowed({ code, evidence }: Failure): boolean {
  return code === 'secret_withheld' && evidence.some(({ codes }) => codes?.some((one) => /^vault_(refused|interrupted|withheld_unknown)$/.test(one)) === true)
}

export async function statusCommand(output: Output): Promise<void> {
  await withInstance(output, async (instance) => {
    const connections = (await instance.store.connections.list()).filter(isShown)
    const resources = await Promise.all(connections.map((c) => connectionResource('en', instance, c)))
    const accounts = await instance.store.accounts.list()
    const proofs = new Map<string, BalanceProofResource>()
    for (const account of accounts) proofs.set(account.id, await balanceProofResource('en', instance, account))
    const fed = new Set(resources.flatMap((c) => c.accounts.map(({ id }) => id)))
    // Accounts that files alone feed, or a connection that is not shown any more.
    const others = accounts.filter(({ id }) => !fed.has(id)).map((account) => accountResource(account))
    const questions = (await instance.store.feed.questions({ open: true })).length
    const proved = <T extends { readonly id: string }>(account: T) => ({ ...account, proof: proofs.get(account.id) ?? null })
    const alerts = judgeAlerts(await instance.store.alerts.destinations())
    output.data({ connections: resources.map((c) => ({ ...c, accounts: c.accounts.map(proved) })), accounts: others.map(proved), questions, alerts })
    if (resources.length === 0) output.say('No connection yet. `relink connect` makes one, `relink demo` shows how it looks.')
    for (const c of resources) {
      output.say(`${output.bold(c.institutionName)} (${c.loginLabel}): ${HEALTH[c.health]}${c.lastSuccessAt === null || c.awaitsChoice ? '' : `; the bank answered in full ${localTime(c.lastSuccessAt)}`}`)
      if (c.awaitsChoice) output.say(`  ${choiceAsked(instance, c)}`)
      await sayProblems(output, instance, c.id)
      for (const account of c.accounts) sayAccount(output, account, proofs.get(account.id))
    }
    if (others.length > 0) output.say(output.bold('Without a connection'))
    for (const account of others) sayAccount(output, account, proofs.get(account.id))
    if (alerts !== null && alerts.state !== 'ok') output.say(alerts.sentence)
    if (questions > 0) output.say(`${questions === 1 ? '1 question waits' : `${questions} questions wait`} for you in Review.`)
  })
}

function sayAccount(output: Output, { name, balance, currency, rows, forReview, state }: ReturnType<typeof accountResource>, proof: BalanceProofResource | undefined): void {
  output.say(`  ${name}  ${balance} ${currency}  ${countOfRows(rows)}${forReview > 0 ? `, ${forReview} to review` : ''}${state === 'paused' || state === 'closed' ? '; its feed is off' : ''}`)
  if (proof !== undefined) for (const line of proofLines(proof)) output.say(`    ${line}`)
}

const HEALTH = { working: 'working', needs_you: 'needs you', waiting: 'waiting for the bank', reading: 'being read', off: 'paused' } as const

/** What is broken, how sure we are, and the one next thing; `besideItsSteps`, which tell the last better. */
export async function sayProblems(output: Output, instance: Instance, connectionId: string, { besideItsSteps = false } = {}): Promise<void> {
  const connection = await instance.store.connections.get(connectionId)
  if (connection === null) return
  const { problems, challenge } = await connectionResource('en', instance, connection)
  for (const problem of problems) {
    const what = plainText(problem.card.what)
    const causes = problem.causes.slice(0, Math.max(1, problem.card.headings.length))
    if (causes[0]?.name !== what) output.say(`  ${what}`)
    for (const { name, likelihood } of causes) output.say(`  ${likelihood}: ${name}`)
    if (problem.found !== null) output.say(`  Relink found: ${problem.found}`)
    output.say(`  Relink: ${plainText(problem.card.relink)}`)
    for (const ask of problem.card.asks) output.say(`  ${askLine(ask, connectionId)}`)
    if (!besideItsSteps || problem.card.next === null) output.say(problem.card.next === null ? '  Nothing for you to do.' : `  Next: ${plainText(problem.card.next.label)} (relink repair ${connectionId})`)
  }
  if (challenge !== null && !besideItsSteps) output.say(`  The bank asks: ${challenge.prompts.map((p) => p.label).join(' / ')} (relink repair ${connectionId})`)
}

export async function disableCommand(output: Output, wanted: string): Promise<void> {
  await act(output, wanted, async (instance, id) => {
    verbOrFail(await instance.verbs.disable(id))
    return 'Reading stops; all rows stay. `relink enable` reads again and fetches what was missed.'
  })
}

export async function enableCommand(output: Output, wanted: string): Promise<void> {
  await act(output, wanted, async (instance, id) => {
    verbOrFail(await instance.verbs.enable(id))
    return 'Reading again; what was missed is fetched at the next read (`relink sync` does it now).'
  })
}

export async function removeCommand(output: Output, wanted: string): Promise<void> {
  await act(output, wanted, async (instance, id) => {
    verbOrFail(await instance.verbs.remove(id))
    return 'The sign-in is deleted; all rows stay.'
  })
}

async function act(output: Output, wanted: string, work: (instance: Instance, id: string) => Promise<string>): Promise<void> {
  await withInstance(output, async (instance) => {
    const connection = await chooseConnection(instance, wanted)
    output.say(`${connection.institutionName}: ${await work(instance, connection.id)}`)
    const after = await instance.store.connections.get(connection.id)
    if (after !== null) output.data(await connectionResource('en', instance, after))
  })
}
