/**
 * A bank that is in no list, by its address: what is typed is checked, and the bank is asked who it is without any secret, before it is
 * stored and a sign-in can be typed. It goes out as every exchange does: only to public addresses by https, unless the
 * operator's file of networks permits others for the id that the address gives (`addedId`).
 */
import type { Connector } from '../connector-kit/connector.ts'
import type { Connection } from '../domain/connection.ts'
import { addedId, type Institution, type JsonObject, type Route } from '../domain/institution.ts'
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
  for (const { name, label, required, kind } of fields) {
    const typed = bank.form[name]?.trim() ?? ''
    if (typed !== '') settings[name] = kind === 'url' && !/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? `https://${typed}` : typed
    else if (required) return failed({ code: 'invalid', field: name, message: `${label}: must be filled in.` })
  }
  const strange = Object.keys(bank.form).find((name) => !fields.some((field) => field.name === name))
  if (strange !== undefined) return failed({ code: 'invalid', field: null, message: 'The form has a field that is not asked for.' })
  const route: Route = { connector: bank.connector, settings }
  const [origin] = connector.originsOf(settings)
  const { url = '', ...names } = settings
  const institution: Institution = { id: addedId(url, Object.values(names)), name: bank.name, country: bank.country, website: null, routingNumbers: [], timeZone: bank.timeZone, limits: NO_LIMITS, routes: [route] }
  const checked = connector.checkSettings(institution, route, {})
  if (!checked.ok || origin === undefined) return failed({ code: 'invalid', field: checked.ok ? null : checked.failure.field, message: checked.ok ? 'This is no address of a bank.' : checked.failure.message })
  const known = deps.institutions().find(({ id, routes }) => id === institution.id || routes.some((one) => one.connector === bank.connector && isSameBank(one.settings, settings)))
  if (known !== undefined) return failed({ code: 'known', field: null, existing: known.id, message: `This is the address of ${known.name}, which is here already.` })
  const found = await connector.probe(contextOf(deps, institution, connector.manifest.id, settings), 'profile')
  if (found.outcome !== 'answers') return failed({ code: 'not_answering', field: null, message: found.sentence })
  if (!(await deps.store.addedBanks.add(institution, deps.clock.now()))) return failed({ code: 'known', field: null, existing: institution.id, message: `This is the address of ${institution.name}, which is here already.` })
  await deps.learn()
  return ok(institution)
}

/** Also where a list says more of it. */
function isSameBank(listed: JsonObject, typed: JsonObject): boolean {
  return Object.entries(typed).every(([name, value]) => listed[name] === value)
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
