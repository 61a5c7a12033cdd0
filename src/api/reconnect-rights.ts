/**
 * What a reconnect asks of whoever does it. The same way into the same bank is the entering of a secret,
 * which an owner may delegate for a connection; another bank, way or address is an owner's (security.md section 4).
 */
import type { Caller } from '../access/authorize.ts'
import type { Connection } from '../domain/connection.ts'
import type { ReconnectPreview } from '../domain/preview.ts'
import type { Instance } from '../instance.ts'
import { demand } from './demand.ts'

type Way = Pick<Connection, 'institutionId' | 'connector'>
type Form = Readonly<Record<string, string>>

/** Throws the problem where the caller may not sign in anew for this connection by that way. */
export function demandSignIn(instance: Instance, caller: Caller | null, { id, ...now }: Way & Pick<Connection, 'id'>, to: Way, form: Form): void {
  demand(instance, caller, isSameWay(now, to) && !typesAddress(instance, to, form) ? 'enter_secret' : 'administer', id)
}

/** What whoever switches to what was previewed must be allowed, or ends it or takes it back. */
export async function switchNeeds({ store }: Pick<Instance, 'store'>, { connectionId, shadowId }: ReconnectPreview): Promise<'enter_secret' | 'administer'> {
  const [old, shadow] = await Promise.all([store.connections.get(connectionId), store.connections.get(shadowId)])
  return old !== null && shadow !== null && isSameWay(old, shadow) ? 'enter_secret' : 'administer'
}

export async function demandSwitch(instance: Instance, caller: Caller | null, preview: ReconnectPreview): Promise<void> {
  demand(instance, caller, await switchNeeds(instance, preview), preview.connectionId)
}

function isSameWay(one: Way, other: Way): boolean {
  return one.institutionId === other.institutionId && one.connector === other.connector
}

function typesAddress({ connectors }: Instance, { connector }: Way, form: Form): boolean {
  return (connectors.get(connector)?.manifest.fields ?? []).some(({ name, kind }) => kind === 'url' && form[name] !== undefined)
}
