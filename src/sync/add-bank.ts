/**
 * A bank that is in no list, by its address: what is typed is checked, and the bank is asked who it is without any secret, before it is
 * stored and a sign-in can be typed. It goes out as every exchange does: only to public addresses by https, unless the
 * operator's file of networks permits others for the id that the form gives (`addedId`).
 */
import { createHash } from 'node:crypto'
import type { Connector, ProbeResult } from '../connector-kit/connector.ts'
import type { Connection } from '../domain/connection.ts'
import type { Institution, Json, JsonObject, Route } from '../domain/institution.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import type { Transport } from '../ports/transport.ts'

export type NewBank = {
  readonly name: string
  readonly country: string
  readonly timeZone: string
  readonly connector: string
  /** What was typed, by the names of the connector's `bankFields`; what is empty is left out. */
  readonly form: Readonly<Record<string, string>>
}

/** `field`: what of the form is wrong. `existing`: this address is that bank's, which is known. */
export type BankRefusal = { readonly code: 'invalid' | 'not_answering' | 'known'; readonly message: string; readonly field: string | null; readonly existing?: string }

export type AddBankDeps = {
  readonly store: TenantStore
  readonly clock: Clock
  readonly entropy: Entropy
  /** All that are known now; `learn` takes those in that were stored since. */
  readonly institutions: () => readonly Institution[]
  readonly learn: () => Promise<void>
  readonly connectorOf: (id: string) => Connector | null
  readonly openTransport: (connection: Connection) => Transport
}

const NO_LIMITS = { requestsPerDay: null, minSecondsBetweenSyncs: null }

export async function addBank(deps: AddBankDeps, bank: NewBank): Promise<Result<Institution, BankRefusal>> {
  const connector = deps.connectorOf(bank.connector)
  const fields = connector?.manifest.bankFields ?? []
  if (connector === null || fields.length === 0) return failed({ code: 'invalid', field: null, message: 'A bank of this kind cannot be added by its address.' })
  const settings: Record<string, string> = {}
  for (const { name, label: setting, required, kind } of fields) {
    const typed = bank.form[name]?.trim() ?? ''
    if (typed !== '') settings[name] = kind === 'url' && !/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? `https://${typed}` : typed
    else if (required) return failed({ code: 'invalid', field: name, message: `${setting}: must be filled in.` })
  }
  const strange = Object.keys(bank.form).find((name) => !fields.some((field) => field.name === name))
  if (strange !== undefined) return failed({ code: 'invalid', field: null, message: 'The form has a field that is not asked for.' })
  const route: Route = { connector: bank.connector, settings }
  const [origin] = connector.originsOf(settings)
  const institution: Institution = { id: addedId(settings), name: bank.name, country: bank.country, website: null, routingNumbers: [], timeZone: bank.timeZone, limits: NO_LIMITS, routes: [route] }
  const checked = connector.checkSettings(institution, route, {})
  if (!checked.ok || origin === undefined) return failed({ code: 'invalid', field: checked.ok ? null : checked.failure.field, message: checked.ok ? 'This is no address of a bank.' : checked.failure.message })
  const known = deps.institutions().find(({ id, routes }) => id === institution.id || routes.some((one) => one.connector === bank.connector && isSameBank(one.settings, settings)))
  if (known !== undefined) return failed({ code: 'known', field: null, existing: known.id, message: `This is the address of ${known.name}, which is here already.` })
  const found = await connector.probe(contextOf(deps, institution, connector.manifest.id, settings), 'profile')
  if (found.outcome !== 'answers') return failed({ code: 'not_answering', field: null, message: isForbidden(found) ? notCalled(found, institution) : found.sentence })
  if (!(await deps.store.addedBanks.add(institution, deps.clock.now()))) return failed({ code: 'known', field: null, existing: institution.id, message: `This is the address of ${institution.name}, which is here already.` })
  await deps.learn()
  return ok(institution)
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

/** Who runs the server is told the id to permit. */
function notCalled({ sentence }: ProbeResult, { id }: Institution): string {
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
