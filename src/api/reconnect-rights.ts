/**
 * What a reconnect asks of whoever does it. The same way into the same bank, at the addresses that the connection has, is
 * the entering of a secret, which an owner may delegate for a connection; another bank, way or address is an owner's, and
 * so is the switching on of what was disabled or removed (security.md section 4).
 */
import type { Caller } from '../access/authorize.ts'
import type { Connection } from '../domain/connection.ts'
import type { ReconnectPreview } from '../domain/preview.ts'
import type { Instance } from '../instance.ts'
import { demand } from './demand.ts'

type Parts = Pick<Instance, 'connectors' | 'institutions'>
type Place = Pick<Connection, 'institutionId' | 'connector' | 'state' | 'settings'>
type Way = { readonly institutionId: string; readonly connector: string; /** What is typed; an address may be among it. */ readonly form: Readonly<Record<string, string>> }

/** Throws the problem where the caller may not sign in anew for this connection by that way. */
export function demandSignIn(instance: Instance, caller: Caller | null, connection: Place & Pick<Connection, 'id'>, way: Way): void {
  const isSame = isInUse(connection) && isSameWay(connection, way) && isSameAddress(placesOf(instance, connection), placesNow(instance, way))
  demand(instance, caller, isSame ? 'enter_secret' : 'administer', connection.id)
}

/** What whoever switches to what was previewed must be allowed, or ends it or takes it back. */
export async function switchNeeds(instance: Parts & Pick<Instance, 'store'>, { connectionId, shadowId }: ReconnectPreview): Promise<'enter_secret' | 'administer'> {
  const { connections } = instance.store
  const [old, shadow] = await Promise.all([connections.get(connectionId), connections.get(shadowId)])
  if (old === null || shadow === null) return 'administer'
  return isInUse(old) && isInUse(shadow) && isSameWay(old, shadow) && isSameAddress(placesOf(instance, old), placesOf(instance, shadow)) ? 'enter_secret' : 'administer'
}

export async function demandSwitch(instance: Instance, caller: Caller | null, preview: ReconnectPreview): Promise<void> {
  demand(instance, caller, await switchNeeds(instance, preview), preview.connectionId)
}

function isInUse({ state }: Pick<Connection, 'state'>): boolean {
  return state !== 'disabled' && state !== 'removed'
}

function isSameWay(one: Pick<Place, 'institutionId' | 'connector'>, other: Pick<Place, 'institutionId' | 'connector'>): boolean {
  return one.institutionId === other.institutionId && one.connector === other.connector
}

/** Null: nothing would be sent there anyway. */
function isSameAddress(one: readonly string[] | null, other: readonly string[] | null): boolean {
  return one === null || other === null || [...one].sort().join() === [...other].sort().join()
}

function placesOf({ connectors }: Pick<Parts, 'connectors'>, { connector, settings }: Pick<Place, 'connector' | 'settings'>): readonly string[] | null {
  return connectors.get(connector)?.originsOf(settings) ?? null
}

/** Where a secret would be sent that is typed now: the bank's entry may have moved since the connection was made. */
function placesNow({ connectors, institutions }: Parts, { institutionId, connector, form }: Way): readonly string[] | null {
  const institution = institutions.find(({ id }) => id === institutionId)
  const route = institution?.routes.find((one) => one.connector === connector)
  if (institution === undefined || route === undefined) return null
  const checked = connectors.get(connector)?.checkSettings(institution, route, form)
  return checked?.ok === true ? checked.value.origins : null
}
