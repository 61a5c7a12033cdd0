/** The history of a bank as a resource: its last ninety days, its incidents, and how often it fails in usual times. */
import type { z } from 'zod'
import { bankDays } from '../diagnose/bank-days.ts'
import { loadHistory } from '../diagnose/incidents.ts'
import { meanOf } from '../diagnose/outage-test.ts'
import { loadBankHealth } from '../diagnose/problems.ts'
import { cardFor } from '../diagnose/sentences.ts'
import { isShown } from '../domain/connection.ts'
import type { Incident } from '../domain/incident.ts'
import type { Institution } from '../domain/institution.ts'
import type { Instance } from '../instance.ts'
import { message, type Language } from '../language/language.ts'
import { retold } from '../language/retold.ts'
import { say } from '../language/say.ts'
import type { bankHistoryShape, incidentShape } from './bank-shapes.ts'
import { partResource } from './part-resource.ts'
import { isoInstant } from './shapes.ts'

const DAY_MS = 24 * 3_600_000
const DAYS = 90
const MOST_FAILURES = 10_000
const SHOWN = 200

export async function bankHistory(language: Language, { store, clock, connectors }: Instance, { id, name }: Pick<Institution, 'id' | 'name'>): Promise<z.output<typeof bankHistoryShape>> {
  const now = clock.now()
  const since = (Math.floor(now / DAY_MS) - DAYS + 1) * DAY_MS
  const [reads, incidents, health, connections] = await Promise.all([
    store.incidents.reads(id, since, MOST_FAILURES), store.incidents.list({ institutionId: id, since, limit: SHOWN }), loadBankHealth(store, now), store.connections.list(),
  ])
  const known = connections.filter((one) => one.institutionId === id && isShown(one))
  const learned = await loadHistory(store, id, known.length, now)
  return {
    institutionId: id, name,
    health: health.get(id)?.status ?? 'unknown',
    connections: known.length,
    usualRate: Math.round(meanOf(learned.base) * 10_000) / 10_000,
    days: [...bankDays(reads, incidents, DAYS, now)],
    incidents: incidents.map((incident) => incidentResource(language, incident, name, now, (connector) => connectors.get(connector)?.manifest.name ?? connector)),
  }
}

function incidentResource(language: Language, incident: Incident, bank: string, now: number, nameOf: (connector: string) => string): z.output<typeof incidentShape> {
  const { id, startedAt, endedAt, cause, scope, failing, connections, witness } = incident
  return {
    id, cause, failing, connections, witness,
    startedAt: isoInstant(startedAt),
    endedAt: endedAt === null ? null : isoInstant(endedAt),
    minutes: Math.max(0, Math.round(((endedAt ?? now) - startedAt) / 60_000)),
    what: cardFor(language, cause, 1, { bank }).what.map(partResource),
    scope: { kind: scope.kind, connector: scope.kind === 'route' ? scope.connector : null, accountKind: scope.kind === 'accounts' ? scope.accountKind : null },
    struck: struck(language, incident, nameOf),
  }
}

function struck(language: Language, { scope, failing, connections, witness }: Incident, nameOf: (connector: string) => string): string {
  if (scope.kind === 'accounts') return say(language, 'Accounts of the kind “{kind}” at {failing} of {connections, plural, one {# connection} other {# connections}}; other accounts were read', { kind: retold(language, scope.accountKind), failing, connections })
  const values = { failing, connections, route: scope.kind === 'route' ? retold(language, nameOf(scope.connector)) : '' }
  const at = scope.kind === 'route' ? 1 : 0
  return say(language, (connections !== 1 ? SEVERAL : witness === 'probe' ? ONE_AND_PROBE : ONE)[at], values)
}

/** Each for the whole bank, and for one way to it. */
const ONE = [message('The one connection'), message('The one connection by {route}; others were read')] as const
const ONE_AND_PROBE = [message('The one connection, and a question without a password got no answer'), message('The one connection, and a question without a password got no answer by {route}; others were read')] as const
const SEVERAL = [message('{failing} of {connections, plural, one {# connection} other {# connections}}'), message('{failing} of {connections, plural, one {# connection} other {# connections}} by {route}; others were read')] as const
