/**
 * One round of telling: plans what stands in the database and was not told, and sends what is due. At least
 * once: a message is noted as being sent before it is, and as sent after; a process that dies in between
 * sends it again with the same id. Each message is looked at anew before it goes: what is over by then is
 * left out. Nothing here waits for a bank, and no read waits for this.
 */
import { isDeepStrictEqual } from 'node:util'
import { waitAfter, audienceOf, type Alert, type Destination, type MessageItem } from '../domain/alert.ts'
import { waitsForChoice } from '../domain/connection.ts'
import { failed, type Result } from '../domain/result.ts'
import { languageOf, type Language } from '../language/language.ts'
import type { Clock } from '../ports/clock.ts'
import type { Courier, Letter, SendFailure, TakenMessage } from '../ports/alerts.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Log } from '../ports/log.ts'
import type { TenantStore } from '../ports/store.ts'
import type { Drawer } from '../ports/vault.ts'
import { planTelling } from './plan.ts'
import { itemOf, letterOf, testLetter, type AlertWords, type CardWords } from './words.ts'

export type TellDeps = {
  readonly store: TenantStore
  readonly clock: Clock
  readonly entropy: Entropy
  readonly log: Log
  readonly drawer: Drawer
  readonly courier: Courier
  /** The card of a problem as the page shows it, in that language. */
  readonly cardOf: (problemId: string, language: Language) => Promise<CardWords | null>
  readonly bankName: (institutionId: string) => string
  /** The page's address, without a slash at its end; null: it is not known, so no link is sent. */
  readonly page: string | null
  /** A link to one question, made when it is sent. */
  readonly questionPath: (challengeId: string, now: number) => string
}

/** Longer than any try lasts. */
const LEASE_MS = 3 * 60_000
const DAY_MS = 86_400_000
/** Ends that are older are no news. */
const LOOKED_BACK_MS = 2 * DAY_MS
const MANY = 5_000
const MOST_WAITING = 500
const MOST_A_ROUND = 200

/** True when something was sent, or could not be. */
export async function tellRound(deps: TellDeps): Promise<boolean> {
  const { store: { alerts }, clock, entropy } = deps
  const destinations = await alerts.destinations()
  if (destinations.length === 0) return false
  const now = clock.now()
  const [tellings, untried] = await Promise.all([alerts.telling(now - LOOKED_BACK_MS, MANY), alerts.untried(MOST_WAITING)])
  const { messages, passedOver, settled } = planTelling(now, destinations, tellings, untried, () => entropy.id(now))
  for (const id of settled) await alerts.settle(id, now)
  await alerts.passOver(passedOver, now)
  await alerts.plan(messages)
  let sent = 0
  for (let taken = await alerts.take(now, LEASE_MS); taken !== null; taken = sent < MOST_A_ROUND ? await alerts.take(clock.now(), LEASE_MS) : null) {
    await send(deps, taken)
    sent++
  }
  return sent > 0
}

async function send(deps: TellDeps, { message, destination, items }: TakenMessage): Promise<void> {
  const { store: { alerts }, clock, log } = deps
  const words = (await Promise.all(items.map((item) => wordsOf(deps, item, destination)))).filter((one) => one !== null)
  if (words.length === 0) return alerts.end(message.id, { state: 'dropped', at: clock.now(), subject: null })
  const letter = letterOf(message.id, message.createdAt, words.map((one) => itemOf(one, destination)), destination)
  const result = await carry(deps, destination, letterTo(deps, destination, letter))
  const at = clock.now()
  if (result.ok) {
    log.info('alert_sent', { message: message.id, destination: destination.id, kind: destination.place.kind, alerts: words.length, attempt: message.attempts })
    return alerts.end(message.id, { state: 'sent', at, subject: letter.subject })
  }
  const { message: failure, again } = result.failure
  const wait = waitAfter(message.attempts)
  const isRefused = again === 'tomorrow' || (again === 'later' && wait === null)
  // What stands still is not lost with a refusal or a day without answer: it is tried again each day, as long as it stands.
  const isLast = again === 'never' || (isRefused && words.every(({ part }) => part === 'ends'))
  log.warn('alert_not_sent', { message: message.id, destination: destination.id, kind: destination.place.kind, attempt: message.attempts, again })
  await alerts.end(message.id, { state: isLast ? 'given_up' : 'waiting', at, subject: letter.subject, failure, dueAt: again === 'stop' ? at : at + (isRefused ? DAY_MS : (wait ?? 0)), stops: again === 'stop' })
}

/** Sends a test now, whatever the destination's state and hours, and says what came of it. */
export async function sendTest(deps: Pick<TellDeps, 'store' | 'clock' | 'entropy' | 'drawer' | 'courier' | 'page'>, destination: Destination): Promise<Result<null, SendFailure>> {
  const now = deps.clock.now()
  const letter = testLetter(deps.entropy.id(now), now, destination, deps.page === null ? null : `${deps.page}/settings/alerts`)
  const result = await carry(deps, destination, letterTo(deps, destination, letter))
  await deps.store.alerts.noteTry(destination.id, { at: deps.clock.now(), failure: result.ok ? null : result.failure.message, stops: !result.ok && result.failure.again === 'stop' })
  return result
}

/** Sends a question now to all destinations that hear of questions, at once, for whoever is here and wants to answer elsewhere. Each gets a link of its own, because a link is good once. */
export async function sendQuestion(deps: TellDeps, challengeId: string): Promise<readonly { readonly label: string; readonly failure: string | null }[]> {
  const hearing = (await deps.store.alerts.destinations()).filter(({ state, topics }) => state !== 'paused' && topics.includes('question'))
  const results = await Promise.all(hearing.map(async (destination) => {
    const now = deps.clock.now()
    const own = await wordsOf(deps, { alertId: challengeId, part: 'acts' }, destination)
    if (own === null) return []
    // What it refused is not sent to it again; why it is silent is told all the same.
    if (destination.state === 'stopped') return destination.failure === null ? [] : [{ label: destination.label, failure: destination.failure }]
    const sent = await handNow(deps, destination, letterTo(deps, destination, letterOf(deps.entropy.id(now), now, [itemOf(own, destination)], destination)))
    return [{ label: destination.label, failure: sent.ok ? null : sent.failure.message }]
  }))
  return results.flat()
}

/** One try with what the destination was entered with. */
type Hand = (secrets: Readonly<Record<string, string>>) => Promise<Result<null, SendFailure>>

function letterTo({ courier }: Pick<TellDeps, 'courier'>, destination: Destination, letter: Letter): Hand {
  return (secrets) => courier(destination, secrets, letter)
}

/** Hands something over at once that is no alert. What refuses it is stopped as by an alert: a password that a server refused is sent once, whoever wants something mailed. */
export async function handNow(deps: Pick<TellDeps, 'store' | 'drawer' | 'clock'>, destination: Destination, hand: Hand): Promise<Result<null, SendFailure>> {
  const result = await carry(deps, destination, hand)
  if (!result.ok && result.failure.again === 'stop') await deps.store.alerts.noteTry(destination.id, { at: deps.clock.now(), failure: result.failure.message, stops: true })
  return result
}

async function carry(deps: Pick<TellDeps, 'store' | 'drawer'>, destination: Destination, hand: Hand): Promise<Result<null, SendFailure>> {
  const secrets = await deps.drawer.open(destination.id, audienceOf(destination.place))
  const result = secrets.ok ? await handOver(hand, secrets.value ?? {}) : failed({ message: 'What this destination was entered with cannot be opened for this address. Enter it again.', again: 'stop' as const })
  if (result.ok || result.failure.again !== 'stop' || !(await isEnteredAnew(deps, destination, secrets.ok ? secrets.value : null))) return result
  return failed({ ...result.failure, again: 'later' })
}

async function handOver(hand: Hand, secrets: Readonly<Record<string, string>>): Promise<Result<null, SendFailure>> {
  try {
    return await hand(secrets)
  } catch {
    // A fault of ours. It stands at the destination, where somebody sees it; else the message would be taken again for ever.
    return failed({ message: 'Relink could not send with what this destination was entered with. Enter it again, or send a test.', again: 'stop' })
  }
}

/** What was said to the old entry must not stop one that somebody mended while it was on its way. */
async function isEnteredAnew({ store, drawer }: Pick<TellDeps, 'store' | 'drawer'>, { id, place }: Destination, sentWith: Readonly<Record<string, string>> | null): Promise<boolean> {
  const now = (await store.alerts.destinations()).find((one) => one.id === id)
  if (now === undefined || !isDeepStrictEqual(now.place, place)) return now !== undefined
  const stored = await drawer.open(id, audienceOf(place))
  return stored.ok && !isDeepStrictEqual(stored.value, sentWith)
}

/** What is known of an alert now; null: it is over, or was never for this message. */
async function wordsOf(deps: TellDeps, { alertId, part }: MessageItem, { language }: Destination): Promise<AlertWords | null> {
  const { store, page, clock } = deps
  const alert = await store.alerts.get(alertId)
  if (alert === null || (part !== 'ends' && alert.closedAt !== null) || (part === 'ends' && alert.closedAt === null)) return null
  const problem = alert.problemId === null ? null : await store.problems.get(alert.problemId)
  const question = alert.about === 'question' ? await store.challenges.get(alert.id) : null
  if (alert.about === 'question' && (question === null || question.state !== 'open' || question.expiresAt <= clock.now())) return null
  const connectionId = alert.connectionId ?? problem?.connectionId ?? null
  const accountId = alert.accountId ?? problem?.accountId ?? null
  const institutionId = typeof alert.facts['institutionId'] === 'string' ? alert.facts['institutionId'] : null
  const [connection, account, card, proof, outage, readsNothing] = await Promise.all([
    connectionId === null ? null : store.connections.get(connectionId),
    accountId === null ? null : store.accounts.get(accountId),
    problem === null || part === 'ends' ? null : deps.cardOf(problem.id, languageOf(language)),
    problem?.proofRunId == null || part !== 'ends' ? null : proofOf(deps, problem.proofRunId),
    outageOf(deps, alert, part),
    alert.about === 'incident' && institutionId !== null && waitsAt(deps, institutionId),
  ])
  const path = question !== null ? deps.questionPath(question.id, clock.now()) : pathOf(alert, connectionId)
  return {
    alert: { ...alert, connectionId, accountId }, part, card, proof, outage, readsNothing,
    bank: connection?.institutionName ?? (institutionId === null ? (account?.institutionName ?? '') : deps.bankName(institutionId)),
    account: account?.name ?? null, expiresAt: question?.expiresAt ?? null, link: page === null || path === null ? null : `${page}${path}`,
  }
}

function pathOf({ about, accountId, facts }: Alert, connectionId: string | null): string | null {
  if (about === 'balance') return `/accounts/${accountId}`
  if (about === 'security') return '/settings/alerts'
  if (about === 'incident') return '/banks'
  if (about === 'warning' && facts['what'] === 'key') return '/settings/keys'
  return connectionId === null ? null : `/connections/${connectionId}`
}

async function proofOf({ store }: TellDeps, runId: string): Promise<AlertWords['proof']> {
  const run = await store.runs.get(runId)
  if (run === null) return null
  const read = run.accounts.filter(({ failure }) => failure === null)
  const sum = (of: 'added' | 'matched'): number => read.reduce((all, one) => all + one[of], 0)
  const spans = await Promise.all(read.map(({ accountId }) => store.feed.spans(accountId)))
  const proved = spans.filter((all) => all.reduce<(typeof all)[number] | null>((last, span) => (last === null || span.to >= last.to ? span : last), null)?.status === 'proved').length
  const connection = run.connectionId === null ? null : await store.connections.get(run.connectionId)
  return { added: sum('added'), matched: sum('matched'), accounts: read.length, proved, nextReadAt: connection?.nextSyncAt ?? null }
}

/** Whether every connection to the bank that is switched on waits for a choice of accounts. */
async function waitsAt({ store }: TellDeps, institutionId: string): Promise<boolean> {
  const reading = (await store.connections.list()).filter((one) => one.institutionId === institutionId && one.state === 'active')
  return reading.length > 0 && reading.every(waitsForChoice)
}

/** The outage that the alert is of: its own, or the one whose alert is its problem's. */
async function outageOf({ store, clock }: TellDeps, alert: Alert, part: MessageItem['part']): Promise<AlertWords['outage']> {
  if (part === 'acts' || (alert.about !== 'problem' && alert.about !== 'incident')) return null
  const all = await store.incidents.list({ since: clock.now() - LOOKED_BACK_MS, limit: MANY })
  const own = all.find(({ id, problemId }) => id === alert.id || (alert.problemId !== null && problemId === alert.problemId))
  return own === undefined ? null : { from: own.startedAt, to: own.endedAt, failing: own.failing, connections: own.connections }
}
