/**
 * A bank that is in no list, by its address: what is typed is checked, and the bank is asked who it is without any secret, before it is
 * stored and a sign-in can be typed. What answers and does not say who it is, is stored where a person trusts its host. It goes out as
 * every exchange does: only to public addresses by https, unless the operator's file of networks permits others for the id that the
 * form gives (`addedId`); what it permits one address holds for no other, although a bank keeps its id when it is changed.
 */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Connector, ProbeResult } from '../connector-kit/connector.ts'
import type { Connection } from '../domain/connection.ts'
import type { Institution, Json, JsonObject, Route } from '../domain/institution.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import type { Transport } from '../ports/transport.ts'

export type NewBank = BankEntry & { readonly connector: string }

/** What a person says of a bank. */
export type BankEntry = {
  readonly name: string
  readonly country: string
  readonly timeZone: string
  /** What was typed, by the names of the connector's `bankFields`; what is empty is left out. */
  readonly form: Readonly<Record<string, string>>
  /** A person saw that this host does not say who it is without a sign-in, and wants it as their bank all the same. */
  readonly trustedHost?: string | undefined
}

/** What a person changes of a bank. `from`: as it was shown to them; where it is not that any more, nothing is stored. */
export type BankChange = BankEntry & { readonly from?: ShownBank | undefined }

export type ShownBank = Pick<BankEntry, 'name' | 'country' | 'timeZone' | 'form'>

/**
 * `field`: what of the form is wrong. `existing`: this address is that bank's, which is known. `host`: what is there answered, and not as a
 * bank does; it can be trusted all the same. `connectionIds`: those that are of the bank that stays for them. `now`: what somebody else has
 * made of the bank meanwhile.
 */
export type BankRefusal = { readonly code: 'invalid' | 'not_answering' | 'known' | 'in_use' | 'changed' | 'not_found'; readonly message: string; readonly field: string | null; readonly existing?: string; readonly host?: string; readonly connectionIds?: readonly string[]; readonly now?: ShownBank }

export type AddBankDeps = {
  readonly store: TenantStore
  readonly clock: Clock
  readonly entropy: Entropy
  /** All that are known now; `learn` takes those in that were stored, changed or removed since. */
  readonly institutions: () => readonly Institution[]
  readonly learn: () => Promise<void>
  readonly connectorOf: (id: string) => Connector | null
  readonly openTransport: (connection: Connection) => Transport
}

const NO_LIMITS = { requestsPerDay: null, minSecondsBetweenSyncs: null }

export async function addBank(deps: AddBankDeps, { connector: id, ...entry }: NewBank): Promise<Result<Institution, BankRefusal>> {
  const connector = deps.connectorOf(id)
  if (connector === null || connector.manifest.bankFields === undefined) return refused('invalid', 'A bank of this kind cannot be added by its address.')
  const settings = settingsOf(connector, entry.form)
  if (!settings.ok) return settings
  const institution = await asked(deps, connector, entry, settings.value, null)
  if (!institution.ok) return institution
  if (!(await deps.store.addedBanks.add(institution.value, deps.clock.now()))) return failed({ code: 'known', field: null, existing: institution.value.id, message: `This is the address of ${institution.value.name}, which is here already.` })
  await deps.learn()
  return institution
}

/**
 * Name, country and time zone as they are said; another address, or other names to programs, once the bank has answered there. Connections
 * follow within the address that they have. At another one none follows: what was typed for the old one goes there on, until
 * somebody signs in anew, since a secret goes only where the person sent it (security.md section 3).
 */
export async function changeBank(deps: AddBankDeps, id: string, { from, ...entry }: BankChange): Promise<Result<Institution, BankRefusal>> {
  const old = (await deps.store.addedBanks.list()).find((one) => one.id === id)
  const connector = old === undefined ? null : deps.connectorOf(old.routes[0].connector)
  if (old === undefined || connector === null) return NOT_ADDED
  const settings = settingsOf(connector, entry.form)
  if (!settings.ok) return settings
  const isSame = isDeepStrictEqual(bankForm(connector, old.routes[0].settings), settings.value)
  const changed = isSame ? ok({ ...old, ...saidOf(entry) }) : await asked(deps, connector, entry, settings.value, old)
  if (!changed.ok) return changed
  // While the bank was asked, somebody else may have changed it.
  const now = (await deps.store.addedBanks.list()).find((one) => one.id === id)
  const shown = now === undefined ? null : shownBank(connector, now)
  if (shown !== null && from !== undefined && !isDeepStrictEqual(shown, { ...saidOf(from), form: from.form })) return failed({ code: 'changed', field: null, now: shown, message: 'Somebody else changed this bank meanwhile; nothing was stored.' })
  if (!(await deps.store.addedBanks.change(changed.value))) return NOT_ADDED
  const [route] = changed.value.routes
  for (const connection of await connectionsOf(deps, id)) {
    const follows = !isElsewhere(connector, connection.settings, route.settings) && !isDeepStrictEqual(connection.settings, route.settings)
    await deps.store.connections.update(connection.id, { institutionName: changed.value.name, ...(follows ? { settings: route.settings, settingsChangedAt: deps.clock.now() } : {}) })
  }
  await deps.learn()
  return changed
}

/** A bank that no connection uses; those that were removed do not count, and find it again where it is added by the same address. */
export async function removeBank(deps: AddBankDeps, id: string): Promise<Result<Institution, BankRefusal>> {
  const old = (await deps.store.addedBanks.list()).find((one) => one.id === id)
  if (old === undefined) return NOT_ADDED
  if (!(await deps.store.addedBanks.remove(id))) {
    const { name } = old
    const used = await connectionsOf(deps, id)
    const logins = used.map(({ loginLabel }) => loginLabel).join(', ')
    return failed({ code: 'in_use', field: null, connectionIds: used.map((one) => one.id), message: `${name} stays while a login is of it: ${logins}. Remove that first.` })
  }
  await deps.learn()
  return ok(old)
}

/** Whether what is sealed for a connection with these settings goes elsewhere than to where the bank is now. */
export function isElsewhere(connector: Connector, settings: JsonObject, now: JsonObject): boolean {
  return connector.originsOf(settings).join() !== connector.originsOf(now).join()
}

export function shownBank(connector: Connector, bank: Institution): ShownBank {
  return { ...saidOf(bank), form: bankForm(connector, bank.routes[0].settings) }
}

/** What was typed of a bank. */
export function bankForm({ manifest: { bankFields = [] } }: Connector, settings: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(bankFields.flatMap(({ name }) => (typeof settings[name] === 'string' ? [[name, settings[name]]] : [])))
}

/** Of a replaced one the secret is still there, and it may come back. */
async function connectionsOf({ store }: AddBankDeps, id: string): Promise<readonly Connection[]> {
  return (await store.connections.list()).filter(({ institutionId, state }) => institutionId === id && state !== 'removed')
}

function settingsOf({ manifest: { bankFields = [] } }: Connector, form: BankEntry['form']): Result<Readonly<Record<string, string>>, BankRefusal> {
  const settings: Record<string, string> = {}
  for (const { name, label: setting, required, kind } of bankFields) {
    const typed = form[name]?.trim() ?? ''
    if (typed !== '') settings[name] = kind === 'url' && !/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? `https://${typed}` : typed
    else if (required) return failed({ code: 'invalid', field: name, message: `${setting}: must be filled in.` })
  }
  const strange = Object.keys(form).find((name) => !bankFields.some((field) => field.name === name))
  return strange === undefined ? ok(settings) : refused('invalid', 'The form has a field that is not asked for.')
}

/** The bank with these settings, which answered there, or whose host a person trusts. `old`: in whose place it would stand. */
async function asked(deps: AddBankDeps, connector: Connector, entry: BankEntry, settings: Readonly<Record<string, string>>, old: Institution | null): Promise<Result<Institution, BankRefusal>> {
  const route: Route = { connector: connector.manifest.id, settings }
  const [origin] = connector.originsOf(settings)
  const institution: Institution = { id: old?.id ?? freeId(deps, settings), ...saidOf(entry), website: null, routingNumbers: [], limits: NO_LIMITS, routes: [route], isAdded: true }
  const checked = connector.checkSettings(institution, route, {})
  if (!checked.ok || origin === undefined) return failed({ code: 'invalid', field: checked.ok ? null : checked.failure.field, message: checked.ok ? 'This is no address of a bank.' : checked.failure.message })
  const known = deps.institutions().find(({ id, routes }) => id !== old?.id && routes.some((one) => one.connector === route.connector && isSameBank(one.settings, settings)))
  if (known !== undefined) return failed({ code: 'known', field: null, existing: known.id, message: `This is the address of ${known.name}, which is here already.` })
  const found = await connector.probe(contextOf(deps, institution, connector.manifest.id, settings), 'profile')
  if (found.outcome === 'answers') return ok(institution)
  const { withoutProfile } = connector.manifest
  const { host } = new URL(origin)
  if (found.outcome !== 'answers_wrongly' || withoutProfile === undefined) return refused('not_answering', isForbidden(found) ? notCalled(found, settings) : found.sentence)
  return entry.trustedHost === host ? ok({ ...institution, routes: [{ ...route, settings: { ...settings, ...withoutProfile } }] }) : failed({ code: 'not_answering', field: null, host, message: found.sentence })
}

function saidOf({ name, country, timeZone }: Pick<Institution, 'name' | 'country' | 'timeZone'>): Pick<Institution, 'name' | 'country' | 'timeZone'> {
  return { name, country, timeZone }
}

function refused(code: BankRefusal['code'], message: string): Result<never, BankRefusal> {
  return failed({ code, field: null, message })
}

const NOT_ADDED = refused('not_found', 'No bank with this id was added by its address here; one of the list is changed by whoever runs the server.')

/** One that is somewhere else now keeps the id of where it was. */
function freeId({ institutions }: AddBankDeps, settings: Readonly<Record<string, string>>): string {
  const first = addedId(settings)
  for (let more = 1; ; more++) {
    const id = more === 1 ? first : `${first}-${more}`
    if (!institutions().some((one) => one.id === id && !isSameBank(one.routes[0].settings, settings))) return id
  }
}

/** Also where a list says more of it: who types the address alone is led there; who types more than is known has another bank. */
function isSameBank(listed: JsonObject, typed: JsonObject): boolean {
  return Object.entries(typed).every(([name, value]) => (name === 'url' ? addressOf(listed[name]) === addressOf(value) : listed[name] === value))
}

/** As one address is written in one way: host in small letters, no port that goes without saying. */
function addressOf(written: Json | undefined): string {
  return URL.parse(String(written))?.href ?? String(written)
}

/**
 * The id of one that was added, of what was typed alone, so that an operator can permit it before it is stored, and of all of that: a
 * permission is no other bank's. Host and names to be read, as far as ids hold them, and the beginning of a hash: `at-ofx-mybank-example-b1-0a1b2c3d`.
 */
export function addedId({ url = '', ...names }: Readonly<Record<string, string>>): string {
  const told = ['at', URL.parse(url)?.host ?? url, ...Object.values(names)].join('-').toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 90).replace(/-$/, '')
  const whole = [addressOf(url), ...Object.entries(names).map(([name, value]) => `${name}=${value}`)].join('\n')
  return `${told}-${createHash('sha256').update(whole).digest('hex').slice(0, 8)}`
}

/** Who runs the server is told the id to permit, which a bank that is somewhere else now is not called by. */
function notCalled({ sentence }: ProbeResult, settings: Readonly<Record<string, string>>): string {
  const id = addedId(settings)
  return `The bank was not asked. ${sentence} Whoever runs Relink can permit an address of the own network in the network file (RELINK_NETWORK), for the bank “${id}”.`
}

/** It was not called at all. */
function isForbidden({ evidence }: ProbeResult): boolean {
  return evidence?.some(({ codes }) => codes?.includes('address_forbidden') === true) === true
}

/** Nothing is lent over it: what it asks carries no secret. */
function contextOf({ openTransport, clock, entropy }: AddBankDeps, institution: Institution, connector: string, settings: JsonObject) {
  const now = clock.now()
  const connection: Connection = {
    id: entropy.id(now), institutionId: institution.id, institutionName: institution.name, connector, settings, loginLabel: '', loginIndex: '', state: 'connecting', connectorState: {}, createdAt: now,
    nextSyncAt: null, lastSuccessAt: null, readBy: null, readPlan: null, lastAttemptAt: null, failuresInRow: 0, secretChangedAt: now, settingsChangedAt: now,
  }
  return { institution, settings, transport: openTransport(connection), state: {}, resume: null, now: () => clock.now(), newId: () => entropy.id(clock.now()) }
}
