/**
 * Alerts: what a person should know of, each with one beginning and one end; and how they are told.
 * An alert stands in the database as long as what it is about; a message tells of one or several of
 * them at one destination. Nothing here holds a secret, an account's number or an amount.
 */
import type { Hours } from './hours.ts'

/** What an alert is about. A problem's is made with the problem, a question's with the question, and end with them. */
export type AlertAbout = 'problem' | 'question' | 'incident' | 'warning' | 'balance' | 'security'

export type Alert = {
  /** Of a problem, question or incident: its id. */
  readonly id: string
  readonly about: AlertAbout
  readonly problemId: string | null
  readonly connectionId: string | null
  readonly accountId: string | null
  /** Whoever raises the same twice finds it here; null where the id does that. */
  readonly key: string | null
  /** Words and numbers for its sentence. */
  readonly facts: AlertFacts
  readonly openedAt: number
  readonly closedAt: number | null
  /** When somebody was told first. */
  readonly deliveredAt: number | null
}

export type AlertFacts = Readonly<Record<string, string | number | boolean | null>>

/** What a destination may choose to hear of; of changes to the destinations every one hears. */
export const TOPICS = ['needs_you', 'question', 'outage', 'mended', 'warning', 'balance'] as const
export type Topic = (typeof TOPICS)[number]

export type DestinationKind = 'email' | 'webhook' | 'ntfy'

/** `none`: without TLS, only where the operator's network file permits the host. */
export type MailServer = { readonly host: string; readonly port: number; readonly security: 'tls' | 'starttls' | 'none'; readonly user: string | null; readonly from: string; readonly to: readonly string[] }

/** Where messages go, as far as it is no secret: of a webhook and of ntfy only the origin, because the rest of the address may let anybody send. */
export type Place = { readonly kind: 'email'; readonly server: MailServer } | { readonly kind: 'webhook'; readonly origin: string } | { readonly kind: 'ntfy'; readonly origin: string }

export type Destination = {
  readonly id: string
  readonly label: string
  readonly place: Place
  readonly topics: readonly Topic[]
  /** When nothing is sent; what falls into it is told together at its end. */
  readonly quiet: Hours | null
  /** In which instants are written. */
  readonly timeZone: string
  /** In which its messages are written: the tag of a language of Relink. */
  readonly language: string
  /** Whether amounts may stand in its messages. */
  readonly amounts: boolean
  /** `stopped`: what it was entered with was refused, so nothing more is sent until a person changes or tries it. */
  readonly state: 'active' | 'paused' | 'stopped'
  readonly createdAt: number
  readonly createdBy: string
  readonly lastSentAt: number | null
  /** Since when nothing got through, and the last reason; null: nothing is wrong. */
  readonly failingSince: number | null
  readonly failure: string | null
}

/**
 * What is told of an alert: that it needs a person (`acts`), that it only has to be waited for (`waits`),
 * that it begins (`begins`, of what is neither), that it is over (`ends`).
 */
export type AlertPart = 'acts' | 'waits' | 'begins' | 'ends'

/** One sending to one destination. Its id stays the same in each try, so that whoever gets it twice can tell. */
export type Message = {
  readonly id: string
  readonly destinationId: string
  readonly createdAt: number
  readonly dueAt: number
  readonly attempts: number
  /** `dropped`: all of it was over before it was told. */
  readonly state: 'waiting' | 'sent' | 'given_up' | 'dropped'
  readonly endedAt: number | null
  /** What it said, in one line; null before it was composed. */
  readonly subject: string | null
  /** Why the last try failed. */
  readonly failure: string | null
}

export type MessageItem = { readonly alertId: string; readonly part: AlertPart }

/** What a network without answer costs a destination: the waits between its tries. About a day in all. */
const MINUTE_MS = 60_000
const WAITS_MS: readonly number[] = [1, 2, 5, 10, 20, 40, 60, 120, 240, 480, 480].map((minutes) => minutes * MINUTE_MS)

/** How long to wait after the try of this number (from 1); null: it was the last. */
export function waitAfter(attempt: number): number | null {
  return WAITS_MS[attempt - 1] ?? null
}

/** What a vault calls the address that a destination's secrets are sealed for. */
export function audienceOf(place: Place): readonly string[] {
  return [place.kind === 'email' ? `smtp://${place.server.host.toLowerCase()}:${place.server.port}` : place.origin]
}
