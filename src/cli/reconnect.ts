/** `relink reconnect`: sign in beside a connection, see what a switch would do, and switch. */
import { previewResource } from '../api/preview-resource.ts'
import { fieldsOf } from '../connector-kit/connector.ts'
import type { ReconnectPreview } from '../domain/preview.ts'
import type { Instance } from '../instance.ts'
import { answerChallenge } from './challenge.ts'
import { chooseInstitution, givenFields, type ConnectOptions } from './connect.ts'
import { chooseConnection, verbOrFail } from './connections.ts'
import { CommandError, type Output } from './output.ts'
import { fillForm, sourceOf } from './secrets.ts'
import { withInstance } from './with-instance.ts'

export type ReconnectOptions = ConnectOptions & { readonly institution?: string; readonly switch?: boolean; readonly cancel?: boolean }

export async function reconnectCommand(output: Output, wanted: string, options: ReconnectOptions): Promise<void> {
  await withInstance(output, async (instance) => {
    const connection = await chooseConnection(instance, wanted)
    const [newest] = await instance.store.previews.list({ connectionId: connection.id })
    if (options.switch === true || options.cancel === true) {
      if (newest === undefined) throw new CommandError('There is no preview of this connection; `relink reconnect` makes one.', 2)
      const done = verbOrFail(await (options.switch === true ? instance.verbs.switchPreview(newest.id) : instance.verbs.cancelPreview(newest.id)))
      return tell(output, instance, done)
    }
    const institution = await chooseInstitution(instance, options.institution ?? connection.institutionId)
    const name = options.route ?? (institution.id === connection.institutionId ? connection.connector : institution.routes[0]?.connector)
    const route = institution.routes.find(({ connector: own }) => own === name)
    const connector = route === undefined ? undefined : instance.connectors.get(route.connector)
    if (route === undefined || connector === undefined) throw new CommandError(`${institution.name} has no route "${name ?? ''}"; it has: ${institution.routes.map((r) => r.connector).join(', ')}.`, 2)
    const source = sourceOf(options)
    const form = await fillForm(fieldsOf(connector, route.settings), givenFields(options.field ?? []), source)
    output.progress(`Reading at ${institution.name} beside the old connection…`)
    const result = await instance.verbs.previewReconnect(connection.id, { institutionId: institution.id, connector: connector.manifest.id, form, references: source.references ?? {}, onceMore: options.onceMore === true })
    if (result.kind === 'refused') throw new CommandError(result.refusal.message)
    if (result.kind === 'exists') throw new CommandError(`This login is connected already as ${result.connectionId}.`)
    if (result.kind === 'invalid') throw new CommandError(`${result.field === null ? '' : `${result.field}: `}${result.message}`, 2)
    if (result.kind === 'withheld') throw new CommandError(`${result.message} (\`relink reconnect ${connection.id} --once-more\`)`)
    await tell(output, instance, await answered(output, instance, result.preview))
  })
}

/** The bank may ask first; only a terminal can answer here, the secrets' source was read for the sign-in. */
async function answered(output: Output, instance: Instance, preview: ReconnectPreview): Promise<ReconnectPreview> {
  if (preview.state !== 'asked') return preview
  const [challenge] = await instance.store.challenges.list({ connectionId: preview.shadowId, state: 'open' })
  if (challenge !== undefined) await answerChallenge(output, instance, challenge, { file: undefined, stdin: undefined })
  return (await instance.store.previews.get(preview.id)) ?? preview
}

async function tell(output: Output, instance: Instance, preview: ReconnectPreview): Promise<void> {
  const told = await previewResource('en', instance, preview)
  output.data(told)
  output.say(`${told.newLogin}: ${told.sentence}`)
  for (const account of told.accounts) {
    output.say(`  ${account.name} ← ${account.listedName} ${account.listedNumber}: ${account.sentence}`)
    for (const row of account.rows) output.say(`    ${row.kind.replace('_', ' ').padEnd(8)} ${row.on}  ${row.amount.padStart(12)}  ${row.text}`)
  }
  for (const { name } of told.unfed) output.say(`  ${name}: not listed by the new sign-in`)
  for (const name of told.unknown) output.say(`  ${name}: only listed by the new sign-in; it waits for you after the switch`)
  if (told.objection !== null) output.say(told.objection)
  else if (told.state === 'ready') output.say(`Switch with \`relink reconnect ${told.connectionId} --switch\`; nothing has changed yet.`)
  if (told.switchRunId !== null && told.state === 'switched') output.say(`It can be taken back for 30 days: relink undo ${told.switchRunId}`)
  if (told.state === 'failed' || told.state === 'different_login' || told.objection !== null) process.exitCode = 1
}
