/**
 * Where the accounts of a consumer come from: connection and institution as both versions of SimpleFIN
 * want them. The place of an account is where its first source is, so that its id stays the same when the
 * bank is connected anew or takes an account of files over; an account that began with files is a place of its own.
 */
import type { Connection } from '../../domain/connection.ts'
import type { Consumer } from '../../domain/consumer.ts'
import type { Institution } from '../../domain/institution.ts'
import type { Instance } from '../../instance.ts'
import type { AccountSummary } from '../../ports/store.ts'
import { rootOf } from './credentials.ts'

export type Place = {
  readonly connId: string
  /** The old protocol's `org`. Name, domain and sfin-url are always there: a client fails without them. */
  readonly org: { readonly id: string; readonly name: string; readonly domain: string; readonly url?: string; readonly 'sfin-url': string }
}

export type Listed = { readonly account: AccountSummary; readonly place: Place }

/** The accounts that the consumer may see and asks for, oldest first. Ids that are not granted or not there are left out, and accounts of which nothing is known and nothing is read. */
export async function listedFor(instance: Instance, consumer: Consumer, asked: ReadonlySet<string> | null): Promise<readonly Listed[]> {
  const granted = consumer.accountIds === null ? null : new Set(consumer.accountIds)
  const [accounts, connections, sources] = await Promise.all([instance.store.accounts.list(), instance.store.connections.list(), instance.store.accounts.sources({})])
  const firsts = new Map(sources.toReversed().map(({ accountId, connectionId }) => [accountId, connectionId]))
  const wanted = accounts.filter((account) => (granted === null || granted.has(account.id)) && (asked === null || asked.has(account.id)) && isKnown(account))
  return wanted.map((account) => ({ account, place: placeOf(account, firsts.get(account.id) ?? null, connections, instance.institutions, consumer) }))
}

/** The new protocol's connections of these accounts, each once. */
export function connectionsOf(listed: readonly Listed[]): readonly Record<string, string>[] {
  const places = new Map(listed.map(({ place }) => [place.connId, place]))
  return [...places.values()].map(({ connId, org }) => ({
    conn_id: connId, name: org.name, org_id: org.id, org_name: org.name, ...(org.url === undefined ? {} : { org_url: org.url }), sfin_url: org['sfin-url'],
  }))
}

/** What nobody chose to read, and what is left of an account that another took over, has no balance: `0.00` would be a false one. */
function isKnown({ state, rows, balanceIsStated }: AccountSummary): boolean {
  return state === 'open' || state === 'missing' || rows > 0 || balanceIsStated
}

function placeOf(account: AccountSummary, firstId: string | null, connections: readonly Connection[], institutions: readonly Institution[], consumer: Consumer): Place {
  const sfinUrl = rootOf(consumer)
  const first = connections.find(({ id }) => id === firstId)
  if (first === undefined) {
    return { connId: `files-${account.id}`, org: { id: 'files', name: account.institutionName ?? 'Imported files', domain: 'files.invalid', 'sfin-url': sfinUrl } }
  }
  const website = institutions.find((i) => i.id === first.institutionId)?.website ?? null
  const url = website !== null && URL.canParse(website) ? new URL(website) : null
  return {
    connId: first.id,
    org: {
      id: first.institutionId,
      name: nameOf(first, connections),
      // A name that no bank has (RFC 2606), rather than a guess.
      domain: url?.hostname ?? `${domainLabel(first.institutionId)}.invalid`,
      ...(website === null || url === null ? {} : { url: website }),
      'sfin-url': sfinUrl,
    },
  }
}

/** Two logins at one bank are told apart, because a client shows trouble by this name. */
function nameOf(connection: Connection, connections: readonly Connection[]): string {
  const logins = new Set(connections.filter((c) => c.institutionId === connection.institutionId && c.state !== 'connecting' && c.state !== 'preview' && c.state !== 'replaced').map((c) => c.loginIndex))
  return logins.size < 2 ? connection.institutionName : `${connection.institutionName} (${connection.loginLabel})`
}

function domainLabel(id: string): string {
  return id.toLowerCase().replace(/[^a-z0-9-]+/g, '-')
}
