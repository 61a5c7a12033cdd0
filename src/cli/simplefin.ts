/** `relink simplefin`: programs that read the feed over SimpleFIN. A setup token is shown once, when it is made. */
import { isoInstant, isoOrNull } from '../api/shapes.ts'
import { createConsumer } from '../api/simplefin/consumers.ts'
import type { Config } from '../config.ts'
import type { Consumer } from '../domain/consumer.ts'
import type { Instance } from '../instance.ts'
import { serverAddress } from '../address.ts'
import { chooseAccount } from './accounts.ts'
import { choose } from './choose.ts'
import { CommandError, type Output } from './output.ts'
import { configuration, withInstance } from './with-instance.ts'

export type CreateOptions = { readonly label: string; readonly account: readonly string[]; readonly url?: string }

export async function create(output: Output, { label, account, url }: CreateOptions): Promise<void> {
  await withInstance(output, async (instance) => {
    const accountIds = account.length === 0 ? null : await Promise.all(account.map(async (wanted) => (await chooseAccount(instance, wanted)).id))
    const made = await createConsumer(instance, { label, accountIds, url: url ?? ownAddress(configuration()) })
    if (!made.ok) throw new CommandError(made.failure.message, 2)
    const { consumer, setupToken } = made.value
    output.data({ setupToken, ...consumerResource(consumer) })
    output.say(`Setup token for ${output.bold(consumer.label)}, good for one program until ${isoInstant(consumer.setupExpiresAt)}:`)
    output.say()
    output.say(setupToken)
    output.say()
    output.say(output.dim(`It reaches this server at ${consumer.url}; it is shown only now.`))
  })
}

export async function list(output: Output): Promise<void> {
  await withInstance(output, async ({ store }) => {
    const consumers = await store.consumers.list()
    for (const consumer of consumers) output.data(consumerResource(consumer))
    if (consumers.length === 0) {
      output.say('No program reads over SimpleFIN. Make a setup token with `relink simplefin create --label NAME`.')
      return
    }
    output.table(
      ['Program', 'Id', 'Accounts', 'Claimed', 'Last read', 'State'],
      consumers.map((c) => [c.label, c.id, c.accountIds === null ? 'all' : String(c.accountIds.length), c.claims > 1 ? `${c.claims} times` : shown(c.claimedAt), shown(c.lastUsedAt), c.revokedAt === null ? 'active' : `revoked ${shown(c.revokedAt)}`]),
    )
  })
}

export async function revoke(output: Output, wanted: string): Promise<void> {
  await withInstance(output, async (instance) => {
    const consumer = await chooseConsumer(instance, wanted)
    await instance.store.consumers.revoke(consumer.id, instance.clock.now())
    const revoked = (await instance.store.consumers.get(consumer.id)) ?? consumer
    output.data(consumerResource(revoked))
    output.say(`${revoked.label} can no longer read.`)
  })
}

async function chooseConsumer(instance: Instance, wanted: string): Promise<Consumer> {
  const active = (await instance.store.consumers.list()).filter((c) => c.revokedAt === null)
  return choose('programs', wanted, active.map((c) => ({ ...c, names: [c.label] })))
}

/** No secret and no digest. */
function consumerResource({ id, label, url, accountIds, createdAt, setupExpiresAt, claimedAt, claims, lastUsedAt, revokedAt }: Consumer) {
  return {
    id, label, url, accountIds, claims,
    createdAt: isoInstant(createdAt), setupExpiresAt: isoInstant(setupExpiresAt), claimedAt: isoOrNull(claimedAt), lastUsedAt: isoOrNull(lastUsedAt), revokedAt: isoOrNull(revokedAt),
  }
}

function ownAddress(config: Config): string {
  const address = serverAddress(config)
  if (address === null) throw new CommandError('RELINK_PORT is 0, so the port of the server is not known here; give --url.', 2)
  return address
}

function shown(at: number | null): string {
  return at === null ? '' : isoInstant(at).slice(0, 16).replace('T', ' ')
}
