/** `relink vault`: another master key, and what to change at which bank after this host was in other hands. Prints no secret. */
import { fieldsOf } from '../connector-kit/connector.ts'
import { isoInstant } from '../api/shapes.ts'
import type { Instance } from '../instance.ts'
import { CommandError, orFail, type Output } from './output.ts'
import { configuration, withInstance } from './with-instance.ts'

export type RotateOptions = { readonly to?: string; readonly from?: string; readonly reseal?: boolean; readonly tenant?: boolean }

export async function rotate(output: Output, options: RotateOptions): Promise<void> {
  if (options.to === undefined && options.tenant !== true) throw new CommandError('Give --to (where the new master key is), or --tenant for new keys below the present one.', 2)
  if (options.to === undefined && options.reseal === true) throw new CommandError('--reseal wants a new master key: give --to.', 2)
  const config = configuration()
  const { rotateKey } = await import('../rotate-key.ts')
  const { rotated, keyId, resealed } = orFail(await rotateKey(config, { from: options.from ?? config.masterKey, to: options.to ?? null, reseal: options.reseal === true || options.tenant === true, tell: (message) => output.error(message) }))
  output.data({ rotated, keyId, resealed, sealedUnderTheOldKey: 0 })
  output.say(SENTENCES[rotated].replace('{id}', keyId))
  if (resealed > 0) output.say(`${resealed} ${resealed === 1 ? 'secret was' : 'secrets were'} sealed anew.`)
  if (options.to === undefined) return
  output.say('Now set RELINK_MASTER_KEY to the place that --to names, and start the server and its workers again.')
  output.say('The old key opens nothing in this database any more. Keep it as long as you keep backups from before; then destroy it.')
  output.say('A recovery file from before holds the old key: make a new one with `relink vault recovery FILE`.')
}

const SENTENCES = {
  rotated: 'All secrets are sealed under the master key {id} now.',
  already: 'All secrets were sealed under the master key {id} already.',
  nothing_sealed: 'No secret is stored yet; the master key {id} will be used for the first.',
} as const

type ExposedLogin = { readonly connectionId: string; readonly institution: string; readonly login: string; readonly website: string | null; readonly secrets: readonly string[]; readonly changedAt: string | null; readonly state: string; readonly then: string }

/** Whoever had the host had the master key and every secret under it: a new key here helps nothing, only new secrets at the banks do. */
export async function exposed(output: Output): Promise<void> {
  await withInstance(output, async (instance) => {
    const logins = await exposedLogins(instance)
    const consumers = (await instance.store.consumers.list()).filter(({ revokedAt }) => revokedAt === null).map(({ id, label }) => ({ id, label, then: `relink simplefin revoke ${id}` }))
    output.data({ logins, consumers, here: HERE })
    output.say(logins.length === 0 ? 'No secret of a bank is stored here.' : 'Change at the bank, from another host, in this order; then tell Relink:')
    for (const { institution, login, website, secrets, changedAt, state, then } of logins) {
      output.say(`- ${output.bold(institution)} (${login})${website === null ? '' : `, ${website}`}: ${secrets.join(', ')}${changedAt === null ? '' : `, stored ${changedAt}`}${state === 'active' ? '' : `, ${state}`}. Then: ${then}`)
    }
    for (const { label, then } of consumers) output.say(`- ${label} reads the feed over SimpleFIN. ${then}, then make a new setup token.`)
    output.say('Here, on a clean host:')
    for (const line of HERE) output.say(`- ${line}`)
  })
}

const HERE: readonly string[] = [
  'relink vault rotate --to file:NEW --reseal: new keys at every level, after the secrets above were changed.',
  'A new password of the database, if it is your own (DATABASE_URL).',
  'Delete RELINK_HOME/keys/access.token, and nothing else of that directory: relink start makes another one for programs of this machine.',
  'relink user reset ADDRESS for each member: the new key keeps what signs sessions and seals second factors, so both are known. On the page end the keys of programs, and make new ones.',
  'A new password of the mail server, new addresses of webhooks and a new topic of ntfy, where relink alerts list shows any.',
]

/** The newest first within those that are read: what is used most is known best by a thief. */
async function exposedLogins({ store, vault, connectors, institutions }: Instance): Promise<readonly ExposedLogin[]> {
  const found: ExposedLogin[] = []
  for (const { id, loginIndex, connector, institutionId, institutionName, loginLabel, secretChangedAt, createdAt, state, settings } of await store.connections.list()) {
    if ((await vault.status({ connectionId: id, loginIndex })) === 'missing') continue
    const known = connectors.get(connector)
    const secrets = (known === undefined ? [] : fieldsOf(known, settings)).filter(({ kind }) => kind === 'secret').map(({ label }) => label)
    found.push({
      connectionId: id, institution: institutionName, login: loginLabel, website: institutions.find((one) => one.id === institutionId)?.website ?? null,
      secrets: secrets.length > 0 ? secrets : ['the permission for programs, which is withdrawn there'], changedAt: isoInstant(secretChangedAt ?? createdAt), state,
      then: state === 'replaced' || state === 'preview' ? 'nothing: another login took its place' : `relink secret ${id}`,
    })
  }
  return found.sort((a, b) => Number(b.state === 'active') - Number(a.state === 'active') || (b.changedAt ?? '').localeCompare(a.changedAt ?? ''))
}
