/**
 * What will break next, as far as it can be known before: keys of programs that end, a permission whose end
 * the bank told, and what this connection asked for before, after the same time as then. Pure.
 */
import type { ApiKey } from '../domain/access.ts'
import type { CauseCode } from '../domain/cause.ts'
import type { Connection, Problem } from '../domain/connection.ts'
import { utcDay } from '../domain/day.ts'

export type Forecast = {
  readonly what: 'consent' | 'password' | 'key'
  /** Of the connection or key. */
  readonly id: string
  readonly label: string
  readonly at: number
  /** `told`: by the bank or by Relink's own rule. `learned`: after as long as the last time. */
  readonly how: 'told' | 'learned'
  /** Days that it lasted the last time. */
  readonly age: number | null
}

const DAY_MS = 86_400_000
/** So many days before, somebody is told once more. */
const STEPS = [14, 7, 1] as const
/** What came back sooner was not mended, or was the same trouble. */
const LEAST_AGE_MS = 20 * DAY_MS

const RETURNING: readonly { readonly what: 'consent' | 'password'; readonly cause: CauseCode }[] = [{ what: 'consent', cause: 'consent_expired' }, { what: 'password', cause: 'password_change_required' }]

/** `past`: problems of the connection, newest first, open ones too. `endsAt`: of its permission, as its connector remembers it, epoch ms; null: nobody told. */
export function forecastsOf(connection: Connection, past: readonly Problem[], endsAt: number | null): readonly Forecast[] {
  if (connection.state !== 'active') return []
  const found = RETURNING.flatMap(({ what, cause }) => learned(connection, past.filter(({ diagnosis }) => diagnosis.causes[0]?.cause === cause), what))
  const told = endsAt === null ? toldEnd(connection, past) : consentEnd(connection, endsAt)
  return told === null ? found : [told, ...found.filter(({ what }) => what !== 'consent')]
}

export function keyForecasts(keys: readonly ApiKey[]): readonly Forecast[] {
  return keys.filter(({ revokedAt }) => revokedAt === null).map(({ id, label, expiresAt }) => ({ what: 'key', id, label, at: expiresAt, how: 'told', age: null }))
}

/** The step that a forecast has reached; null: it is far away, or past. */
export function stepOf({ at }: Pick<Forecast, 'at'>, now: number): (typeof STEPS)[number] | null {
  if (at <= now) return null
  return STEPS.findLast((days) => at - now <= days * DAY_MS) ?? null
}

/** Whoever warns twice of the same finds the same key. */
export function keyOf({ what, id, at }: Forecast, step: number): string {
  return `${what}/${id}/${utcDay(at)}/${step}`
}

/** An open one has come already. */
function learned(connection: Connection, same: readonly Problem[], what: 'consent' | 'password'): readonly Forecast[] {
  const [last, before] = same
  if (last === undefined || last.closedAt === null) return []
  const began = before?.closedAt ?? connection.createdAt
  const age = last.openedAt - began
  // What the person changed since begins anew.
  const since = Math.max(last.closedAt, what === 'password' ? (connection.secretChangedAt ?? 0) : 0)
  return age < LEAST_AGE_MS ? [] : [{ what, id: connection.id, label: connection.institutionName, at: since + age, how: 'learned', age: Math.round(age / DAY_MS) }]
}

/** A date that came with a failure holds until the permission was renewed. */
function toldEnd(connection: Connection, past: readonly Problem[]): Forecast | null {
  const newest = past.find(({ context }) => context.consentEndsAt !== undefined)
  const at = newest?.context.consentEndsAt ?? null
  return newest === undefined || at === null || at <= newest.updatedAt || (connection.secretChangedAt ?? 0) > newest.updatedAt ? null : consentEnd(connection, at)
}

function consentEnd({ id, institutionName }: Connection, at: number): Forecast {
  return { what: 'consent', id, label: institutionName, at, how: 'told', age: null }
}
