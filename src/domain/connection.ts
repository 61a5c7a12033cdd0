/**
 * A connection: one login at one institution by one route, with its schedule, its challenges and
 * its problems. Secrets are not here; the vault holds them under the connection's id.
 */
import type { ActionCode, CauseCode } from './cause.ts'
import type { CaseContext, Failure } from './evidence.ts'
import type { Hours } from './hours.ts'
import type { JsonObject } from './institution.ts'

export type ConnectionId = string

/**
 * `connecting`: the first sign-in has not succeeded yet. `active`. `disabled`: a person switched it
 * off; all rows stay. `removed`: the secret is destroyed; rows stay. `preview`: signs in beside
 * another connection, to take its place when a person says so; it feeds nothing. `replaced`: another took
 * its place; its secret stays until that cannot be taken back any more.
 */
export type ConnectionState = 'connecting' | 'active' | 'disabled' | 'removed' | 'preview' | 'replaced'

/** Those that the schedule reads, and whose repairs go on by themselves. */
export const READ_STATES: readonly ConnectionState[] = ['connecting', 'active']

export type Connection = {
  readonly id: ConnectionId
  readonly institutionId: string
  readonly institutionName: string
  readonly connector: string
  /** The institution's route settings as they were when connected, with a person's own on top. */
  readonly settings: JsonObject
  /** How the login is shown: `an…` */
  readonly loginLabel: string
  /** Blind index of institution and user name: the same login twice is one. Hex. */
  readonly loginIndex: string
  readonly state: ConnectionState
  /** The connector's own memory (client uid, profile address); no secrets. */
  readonly connectorState: JsonObject
  readonly createdAt: number
  /** Epoch ms of the next planned sync; null when none is planned. */
  readonly nextSyncAt: number | null
  readonly lastSuccessAt: number | null
  readonly lastAttemptAt: number | null
  readonly failuresInRow: number
  /** When a person last changed the stored secret or settings; facts for the diagnosis. */
  readonly secretChangedAt: number | null
  readonly settingsChangedAt: number | null
  /** By what it was last read with success; null: never, or by a version that did not write it down. */
  readonly readBy: ReadBy | null
  /** When a person wants it read by itself; null: as is usual. */
  readonly readPlan: ReadPlan | null
}

/** `everyMinutes` null: as is usual. `hours` null: at any hour. What a bank allows stays above both. */
export type ReadPlan = { readonly everyMinutes: number | null; readonly hours: Hours | null; /** No account is read before a person chose among those that the first sign-in lists. */ readonly awaitsChoice?: true }

/** What of this program and host may decide whether a bank answers; `network` only tells one from another. */
export type ReadBy = { readonly software: string; readonly runtime: string; readonly network: string; /** Where this host stands, as far as it shows. */ readonly from?: 'datacentre' | 'vpn' }

/** Whether a person sees the connection among theirs: not what is gone, or stands beside another. */
export function isShown({ state }: Pick<Connection, 'state'>): boolean {
  return state !== 'removed' && state !== 'preview' && state !== 'replaced'
}

/** The sign-in worked, and nothing is read, nor signed in for, before a person chose among the accounts that it listed. */
export function waitsForChoice({ state, readPlan }: Pick<Connection, 'state' | 'readPlan'>): boolean {
  return state === 'active' && readPlan?.awaitsChoice === true
}

export type ChallengeKind = 'code' | 'question' | 'selection' | 'picture' | 'approval' | 'redirect'

/** One thing the bank asks. `options` only for selections; `picture` is a data URL. */
export type ChallengePrompt = {
  readonly id: string
  readonly kind: ChallengeKind
  readonly label: string
  readonly options?: readonly { readonly id: string; readonly label: string }[]
  readonly url?: string
  readonly picture?: string
}

/** A question of the bank's that suspended a run: plain data that survives a restart. */
export type Challenge = {
  readonly id: string
  readonly connectionId: ConnectionId
  readonly runId: string
  readonly prompts: readonly ChallengePrompt[]
  /** Where to go on, and with which login. What the connector and the bank's server need to go on lies sealed in the vault. */
  readonly resume: JsonObject
  readonly askedAt: number
  readonly expiresAt: number
  readonly state: 'open' | 'answered' | 'accepted' | 'refused' | 'expired' | 'cancelled'
}

/** One ranked cause with what spoke for it and against it. */
export type RankedCause = {
  readonly cause: CauseCode
  readonly p: number
  readonly for: readonly string[]
  readonly against: readonly string[]
}

export type Diagnosis = {
  /** All causes, most likely first; probabilities sum to 1. */
  readonly causes: readonly RankedCause[]
  readonly action: ActionCode
}

/**
 * A problem is one broken thing with one status and one alert: opened when it starts, closed by a
 * proof. A bank outage is one problem of the institution, not one for each connection.
 */
export type Problem = {
  readonly id: string
  readonly connectionId: ConnectionId
  /** Null: the whole connection. */
  readonly accountId: string | null
  readonly institutionId: string
  readonly openedAt: number
  readonly updatedAt: number
  readonly closedAt: number | null
  /** The run that proved that it works again. */
  readonly proofRunId: string | null
  readonly failure: Failure
  readonly context: CaseContext
  readonly diagnosis: Diagnosis
}

/** No read is planned further ahead. One that stands there was planned by a clock that ran ahead, and is due. */
export const FARTHEST_SYNC_MS = 31 * 86_400_000

/** The clocks of hosts that share a database differ by less. What is noted further ahead than this was noted by a clock that ran ahead, and counts as past. */
export const CLOCKS_DIFFER_MS = 3_600_000
