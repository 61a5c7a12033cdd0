/**
 * Decides what is told to whom, from what stands in the database: pure, so that no crash can lose it and
 * no second worker says it again. One alert is one message at a destination, however often its reads fail;
 * what comes at once goes together; what ended before it was told is told to nobody.
 */
import { CARDS } from '../diagnose/catalogue.ts'
import type { AlertPart, Destination, Message, MessageItem, Topic } from '../domain/alert.ts'
import { afterHours } from '../domain/hours.ts'
import type { CauseCode } from '../domain/cause.ts'
import type { NewMessage, Telling } from '../ports/alerts.ts'

export type Planned = {
  readonly messages: readonly NewMessage[]
  /** Ends of which nobody is told. */
  readonly passedOver: readonly string[]
  /** Alerts whose matter is over. */
  readonly settled: readonly string[]
}

/** So long the doctor looks first, and others may fail for the same reason. */
const SETTLE_MS = 60_000
/** A bank that comes back within this had a hiccup: nobody could have done anything. */
const HICCUP_MS = 15 * 60_000
/** A question that is over before anybody opens the mail. */
const LEAST_TO_ANSWER_MS = 60_000
/** Longer than any try to send lasts. */
const ON_ITS_WAY_MS = 3 * 60_000
const DAY_MS = 86_400_000

/** Whether a person can do something about it now; else it is waited for. */
function needsPerson(cause: CauseCode): boolean {
  const { next } = CARDS[cause]
  return next !== null && next.afterHours === undefined
}

/** `untried`: messages that wait and that nobody tried to send yet. */
export function planTelling(now: number, destinations: readonly Destination[], tellings: readonly Telling[], untried: readonly Message[], newId: () => string): Planned {
  const settled = overBy(tellings, now)
  const ended = tellings.filter(({ alert }) => alert.closedAt !== null)
  const passedOver = ended.filter((telling) => hasNoEnd(telling) || telling.told.every((one) => one.state !== 'waiting' && !wasHeard(telling, one))).map(({ alert }) => alert.id)
  // Its link is for one answer, so it has a message of its own, and nothing else joins it there.
  const ofQuestions = new Set(tellings.filter(({ alert }) => alert.about === 'question').flatMap(({ told }) => told.map(({ messageId }) => messageId)))
  const messages: NewMessage[] = []
  for (const destination of destinations) {
    const dueAt = destination.quiet === null ? now : afterHours(now, destination.quiet)
    const waits = untried.find((message) => message.destinationId === destination.id && !ofQuestions.has(message.id))
    const message = (): Message => ({ id: newId(), destinationId: destination.id, createdAt: now, dueAt, attempts: 0, state: 'waiting', endedAt: null, subject: null, failure: null })
    const items: MessageItem[] = []
    for (const telling of tellings) {
      if (settled.includes(telling.alert.id) || passedOver.includes(telling.alert.id)) continue
      const part = partFor(telling, destination, now)
      if (part === null) continue
      if (telling.alert.about === 'question') messages.push({ message: message(), items: [{ alertId: telling.alert.id, part }] })
      else items.push({ alertId: telling.alert.id, part })
    }
    if (items.length > 0) messages.push({ message: waits ?? message(), items })
  }
  return { messages, passedOver, settled }
}

/** Open alerts that nobody else closes and whose matter is over. */
export function overBy(tellings: readonly Telling[], now: number): readonly string[] {
  return tellings.filter((telling) => telling.alert.closedAt === null && isMatterOver(telling, now)).map(({ alert }) => alert.id)
}

/** What is to be told of it at this destination now; null: nothing. */
function partFor(telling: Telling, destination: Destination, now: number): AlertPart | null {
  const { alert } = telling
  const told = telling.told.filter(({ destinationId }) => destinationId === destination.id)
  if (alert.closedAt !== null) {
    if (told.some(({ state }) => state === 'waiting') || !told.some((one) => wasHeard(telling, one))) return null
    return wants(destination, endTopic(telling, told)) ? 'ends' : null
  }
  if (!isRipe(telling, now)) return null
  const { topic, part } = beginning(telling)
  if (alert.about === 'security') return alert.facts['destinationId'] !== destination.id && destination.createdAt < alert.openedAt && told.length === 0 ? part : null
  if (!wants(destination, topic) || told.some((one) => one.part === part)) return null
  // Who was told to act knows of it; that the bank is away on top is no news.
  return part === 'waits' && told.some((one) => one.part === 'acts') ? null : part
}

/** A message that goes leaves out what was over by then; how long it may have been on its way is no reason to keep the end back. */
function wasHeard({ alert: { closedAt } }: Telling, { state, endedAt }: Telling['told'][number]): boolean {
  return state === 'sent' && (closedAt === null || endedAt === null || closedAt > endedAt - ON_ITS_WAY_MS)
}

function wants({ topics }: Destination, topic: Topic): boolean {
  return topics.includes(topic)
}

function beginning({ alert, cause }: Telling): { readonly topic: Topic; readonly part: AlertPart } {
  switch (alert.about) {
    case 'problem': return needsPerson(cause ?? 'unknown') ? { topic: 'needs_you', part: 'acts' } : { topic: 'outage', part: 'waits' }
    case 'question': return { topic: 'question', part: 'acts' }
    case 'incident': return { topic: 'outage', part: 'waits' }
    case 'balance': return { topic: 'balance', part: 'begins' }
    case 'warning': case 'security': return { topic: 'warning', part: 'begins' }
  }
}

function endTopic({ alert }: Telling, told: Telling['told']): Topic {
  if (alert.about === 'balance') return 'balance'
  return told.some(({ part }) => part === 'acts') ? 'mended' : 'outage'
}

/** Whether it has lasted long enough to be told, and is for a person who is not there. */
function isRipe({ alert, cause, incidentId, connectionState, isAsked, trigger }: Telling, now: number): boolean {
  // What a clock that ran ahead noted is not younger than now.
  const age = alert.openedAt > now ? Infinity : now - alert.openedAt
  if (alert.about === 'question') return connectionState === 'active' && (trigger === 'schedule' || trigger === 'repair')
  if (alert.about === 'incident') return age >= SETTLE_MS
  if (alert.about !== 'problem') return true
  // A question has its own alert, with the link to answer it.
  if (connectionState !== 'active' || isAsked) return false
  return age >= (needsPerson(cause ?? 'unknown') || incidentId !== null ? SETTLE_MS : HICCUP_MS)
}

/** What nobody else closes: a question that was answered or ran out, and news that are a day old. */
function isMatterOver({ alert, isOver, expiresAt }: Telling, now: number): boolean {
  if (alert.about === 'question') return isOver || expiresAt === null || expiresAt - LEAST_TO_ANSWER_MS <= now
  return alert.about === 'security' && now - alert.openedAt > DAY_MS
}

/** Nothing began to work again: it was news, another alert took it over, or nobody reads the connection any more. */
function hasNoEnd({ alert, isOver, incidentId, connectionState, proofRunId }: Telling): boolean {
  if (alert.about === 'question' || alert.about === 'warning' || alert.about === 'security') return true
  if (alert.about !== 'problem') return false
  if (!isOver) return incidentId === null
  return proofRunId === null && (incidentId === null || connectionState !== 'active')
}
