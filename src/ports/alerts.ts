/**
 * What is remembered of alerts, of where they are told and of what was told. Both stores pass
 * src/store/contract-alerts.fixture.ts.
 */
import type { Alert, AlertPart, Destination, Message, MessageItem } from '../domain/alert.ts'
import type { Seal } from '../domain/audit.ts'
import type { CauseCode } from '../domain/cause.ts'
import type { Connection } from '../domain/connection.ts'
import type { Result } from '../domain/result.ts'
import type { RunTrigger } from '../domain/run.ts'

/** An alert with what decides whether and how it is told. */
export type Telling = {
  readonly alert: Alert
  /** Of a problem: its first cause now, and the read that proved its end. */
  readonly cause: CauseCode | null
  readonly proofRunId: string | null
  /** The problem was closed, the question was answered or given up. */
  readonly isOver: boolean
  /** Of a question: until when it can be answered. */
  readonly expiresAt: number | null
  /** Of a question: whose read met it. */
  readonly trigger: RunTrigger | null
  /** A question of its connection waits. */
  readonly isAsked: boolean
  readonly connectionState: Connection['state'] | null
  /** The incident whose alert this is. */
  readonly incidentId: string | null
  readonly told: readonly { readonly destinationId: string; readonly part: AlertPart; /** Of the message that tells it. */ readonly state: Message['state']; readonly endedAt: number | null; readonly messageId: string }[]
}

export type NewMessage = { readonly message: Message; readonly items: readonly MessageItem[] }
export type TakenMessage = { readonly message: Message; readonly destination: Destination; readonly items: readonly MessageItem[] }

export type MessageEnd =
  | { readonly state: 'sent' | 'dropped'; readonly at: number; readonly subject: string | null }
  | { readonly state: 'given_up' | 'waiting'; readonly at: number; readonly subject: string | null; readonly failure: string; /** When it is tried again. */ readonly dueAt: number; /** Nothing more goes to this destination. */ readonly stops: boolean }

export type AlertStore = {
  /** Newest first. */
  list(filter: { readonly open?: boolean; readonly limit: number }): Promise<readonly Alert[]>
  get(id: string): Promise<Alert | null>
  /** False where one with this key was ever raised; then nothing is stored. */
  raise(alert: Alert): Promise<boolean>
  /** Keeps the first instant. */
  settle(id: string, closedAt: number): Promise<void>
  /** Open alerts, and those that ended after `since` and of whose beginning somebody was told and of whose end nobody; oldest first. */
  telling(since: number, limit: number): Promise<readonly Telling[]>

  /** Oldest first. */
  destinations(): Promise<readonly Destination[]>
  /** With its alert for the other destinations, and its line of the audit log. */
  addDestination(destination: Destination, alert: Alert, seal: Seal): Promise<void>
  /** False: there is none. `alert`: for the other destinations, where the change may turn messages elsewhere. `seal`: null ends a change that has its line. */
  changeDestination(id: string, patch: DestinationPatch, alert: Alert | null, seal: Seal | null): Promise<boolean>
  /** With all that was told there. */
  removeDestination(id: string, alert: Alert, seal: Seal): Promise<boolean>
  /** How a try went that a person asked for. */
  noteTry(id: string, result: { readonly at: number; readonly failure: string | null; readonly stops: boolean }): Promise<void>

  /**
   * Stores messages with what they tell; what was told or planned for that destination already is left out,
   * and a message of which nothing is left is none. A message that waits already takes further items. What
   * begins anew may end anew: its end counts as told no more.
   */
  plan(messages: readonly NewMessage[]): Promise<void>
  /** Notes that nothing is told of these ends, at any destination; of what is open again by then nothing is noted, and opening it again takes the note away. */
  passOver(alertIds: readonly string[], at: number): Promise<void>
  /** The message that is due longest, for a destination that is active. Nobody else gets it until `now + leaseMs`; a process that dies meanwhile gives it back so. */
  take(now: number, leaseMs: number): Promise<TakenMessage | null>
  /** What became of a try. Notes it at the destination, too, and at the alerts that somebody was told. */
  end(id: string, end: MessageEnd): Promise<void>
  /** Newest first. */
  messages(limit: number): Promise<readonly Message[]>
  /** Those that wait and that nobody tried to send yet, newest first. */
  untried(limit: number): Promise<readonly Message[]>
}

export type DestinationPatch = Partial<Pick<Destination, 'label' | 'place' | 'topics' | 'quiet' | 'timeZone' | 'language' | 'amounts' | 'state' | 'failingSince' | 'failure'>>

/** What a message says, in the language of its destination. */
export type Letter = {
  /** The message's id. */
  readonly id: string
  readonly at: number
  readonly subject: string
  readonly language: string
  readonly items: readonly LetterItem[]
}

export type LetterItem = {
  /** Of the alert; null in a message that only tries the way. */
  readonly alertId: string | null
  readonly topic: string
  readonly state: 'begins' | 'ends'
  readonly title: string
  readonly text: string
  /** The one next thing for a person; null: nothing. */
  readonly next: string | null
  readonly link: string | null
  readonly connectionId: string | null
  readonly cause: string | null
}

/** `later`: it may get through at another time. `tomorrow`: it is refused, and nobody got it; a person may put that right. `never`: not this message. `stop`: what the destination was entered with is refused. */
export type SendFailure = { readonly message: string; readonly again: 'later' | 'tomorrow' | 'never' | 'stop' }

/** Fields by name: `password`, `url`, `signing`, `topic`, `token`. */
export type DestinationSecrets = Readonly<Record<string, string>>

/** Takes one letter to one destination; never throws for what the other side does. */
export type Courier = (destination: Destination, secrets: DestinationSecrets, letter: Letter) => Promise<Result<null, SendFailure>>
