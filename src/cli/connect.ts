/** `relink connect`: choose the bank, sign in, answer what it asks, read for the first time. */
import { challengeResource, runResource } from '../api/shapes.ts'
import { connectionResource } from '../api/connection-resource.ts'
import { rankedCauses } from '../api/problem-card.ts'
import { fieldsOf } from '../connector-kit/connector.ts'
import { searchInstitutions } from '../domain/bank-search.ts'
import type { Institution } from '../domain/institution.ts'
import type { Instance } from '../instance.ts'
import { SANDBOX_IDS } from '../network-policy.ts'
import type { ConnectResult } from '../verbs.ts'
import { answerChallenge } from './challenge.ts'
import { sayRun } from './connections.ts'
import { inquirer } from './inquirer.ts'
import { CommandError, type Output } from './output.ts'
import { fillForm, sourceOf, type SecretOptions } from './secrets.ts'
import { withInstance } from './with-instance.ts'

export type ConnectOptions = SecretOptions & { readonly route?: string; readonly field?: readonly string[]; readonly onceMore?: boolean }

export async function connectCommand(output: Output, wanted: string | undefined, options: ConnectOptions): Promise<void> {
  await withInstance(output, async (instance) => {
    const institution = await chooseInstitution(instance, wanted)
    const route = options.route === undefined ? institution.routes[0] : institution.routes.find((r) => r.connector === options.route)
    const connector = route === undefined ? undefined : instance.connectors.get(route.connector)
    if (route === undefined || connector === undefined) {
      throw new CommandError(`${institution.name} has no route "${options.route ?? ''}"; it has: ${institution.routes.map((r) => r.connector).join(', ')}.`, 2)
    }
    output.say(connector.manifest.advice)
    const source = sourceOf(options)
    const form = await fillForm(fieldsOf(connector, route.settings), givenFields(options.field ?? []), source)
    output.progress(`Signing in at ${institution.name}…`)
    const result = await instance.verbs.connect({ institutionId: institution.id, connector: route.connector, form, references: source.references ?? {}, onceMore: options.onceMore === true })
    switch (result.kind) {
      case 'invalid':
        throw new CommandError(`${result.field === null ? '' : `${result.field}: `}${result.message}`, 2)
      case 'withheld':
        throw new CommandError(`${result.message} (\`relink connect --once-more\`)`)
      case 'exists':
        throw new CommandError(`This login is connected already as ${result.connectionId}. \`relink repair\` mends it when it is broken.`)
      case 'failed':
        output.data({ failure: { code: result.failure.code, message: result.failure.message }, diagnosis: result.diagnosis })
        for (const { likelihood, name } of rankedCauses('en', result.diagnosis, { bank: institution.name }).slice(0, 1)) output.say(`${likelihood}: ${name}`)
        throw new CommandError(`${result.failure.message} Nothing was stored.${result.failure.code === 'bank_unreachable' && SANDBOX_IDS.has(institution.id) ? ' Is the sandbox bank open? `relink bank` opens it, and stays open in a terminal of its own.' : ''}`)
      case 'challenge':
        await answerFirst(output, instance, result)
        return
      case 'connected':
        output.data({ connection: await connectionResource('en', instance, result.connection), run: runResource('en', result.run) })
        if (!(await sayRun(output, instance, institution.name, result.run))) process.exitCode = 1
    }
  })
}

/** The bank asks before it lets in. The secrets' source was read for the sign-in already, so only a terminal can answer here. */
async function answerFirst(output: Output, instance: Instance, { connection, challenge }: Extract<ConnectResult, { kind: 'challenge' }>): Promise<void> {
  const run = await answerChallenge(output, instance, challenge, { file: undefined, stdin: undefined })
  const after = await connectionResource('en', instance, (await instance.store.connections.get(connection.id)) ?? connection)
  output.data(run === null ? { connection: after, challenge: await challengeResource('en', instance.store, challenge) } : { connection: after, run: runResource('en', run) })
}

export async function chooseInstitution(instance: Instance, wanted: string | undefined): Promise<Institution> {
  if (wanted !== undefined) {
    const byId = instance.institutions.find((i) => i.id === wanted.toLowerCase())
    const found = byId === undefined ? searchInstitutions(instance.institutions, wanted) : [byId]
    const [first, ...others] = found
    if (first === undefined) throw new CommandError(`No bank fits "${wanted}". Known: ${instance.institutions.map((i) => i.id).join(', ')}. Others can be added by a file (RELINK_INSTITUTIONS).`, 2)
    if (others.length > 0 && byId === undefined) throw new CommandError(`Several banks fit "${wanted}"; use the id: ${found.map((i) => `${i.id} (${[i.name, apart(i)].join(', ')})`).join(', ')}.`, 2)
    return first
  }
  if (!process.stdin.isTTY) throw new CommandError('Name the bank: relink connect INSTITUTION.', 2)
  const id = await (await inquirer()).search({
    message: 'Which bank? (name, web address or routing number)',
    source: (text) => searchInstitutions(instance.institutions, text ?? '').map((i) => ({ value: i.id, name: i.name, description: apart(i) })),
  })
  return chooseInstitution(instance, id)
}

/** What tells entries of one bank apart. */
function apart({ website, country, customers }: Institution): string {
  return [website, country, customers].filter((part) => part !== null && part !== undefined).join(', ')
}

export function givenFields(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new CommandError(`--field wants name=value, not "${pair}".`, 2)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
