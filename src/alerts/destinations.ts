/**
 * Entering, changing and removing a destination. Its secrets go into the vault, sealed for the one address;
 * another address wants them anew. Every other destination hears of the change, so that nobody turns the
 * alerts of others elsewhere unseen; each change has its line in the audit log. One change at a time; one that
 * is cut off leaves a destination that sends nothing and says so, never one that sends elsewhere.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Audit } from '../access/audit.ts'
import { audienceOf, TOPICS, type Alert, type Destination, type MailServer, type Place, type Topic } from '../domain/alert.ts'
import type { AuditCodes } from '../domain/audit.ts'
import type { Hours } from '../domain/hours.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Language } from '../language/language.ts'
import { say } from '../language/say.ts'
import type { DestinationPatch } from '../ports/alerts.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { TenantStore } from '../ports/store.ts'
import type { Drawer } from '../ports/vault.ts'

export type DestinationParts = { readonly store: TenantStore; readonly clock: Clock; readonly entropy: Entropy; readonly audit: Audit; readonly drawer: Drawer; /** Why nothing is sent to a place as it was entered; null: nothing is wrong. */ readonly refusal: (place: Place) => string | null }

/** How a person enters where messages go. */
export type EnteredPlace =
  | { readonly kind: 'email'; readonly server: MailServer; readonly password?: string | undefined }
  | { readonly kind: 'webhook'; readonly url: string }
  | { readonly kind: 'ntfy'; readonly server: string; readonly topic: string; readonly token?: string | undefined }

export type Entered = { readonly label: string; readonly place: EnteredPlace; readonly topics: readonly Topic[]; readonly quiet: Hours | null; readonly timeZone: string; readonly language: Language; readonly amounts: boolean }
export type Change = Partial<Omit<Entered, 'place'>> & { readonly place?: EnteredPlace | undefined; readonly paused?: boolean | undefined; /** A new key for the signatures of a webhook. */ readonly newSigning?: true | undefined }

/** `signing`: shown this once. */
export type Made = { readonly destination: Destination; readonly signing: string | null }
export type Refused = { readonly code: 'not_found' | 'invalid' | 'busy' | 'wrong_state'; readonly message: string }

const SIGNING_BYTES = 32
/** A message goes to each of them. */
const MOST_DESTINATIONS = 20

export async function addDestination(parts: DestinationParts, actor: string, entered: Entered): Promise<Result<Made, Refused>> {
  return (await parts.store.connections.exclusively('destinations', () => addHeld(parts, actor, entered))) ?? failed(ADDING)
}

async function addHeld(parts: DestinationParts, actor: string, entered: Entered): Promise<Result<Made, Refused>> {
  const { store, clock, entropy, audit } = parts
  if ((await store.alerts.destinations()).length >= MOST_DESTINATIONS) return failed(FULL)
  const now = clock.now()
  const { label, topics, quiet, timeZone, language, amounts } = entered
  const place = placeOf(parts, entered.place)
  if (!place.ok) return place
  const destination: Destination = { id: entropy.id(now), label, place: place.value, topics, quiet, timeZone, language, amounts, state: 'active', createdAt: now, createdBy: actor, lastSentAt: null, failingSince: null, failure: null }
  const secrets = secretsOf(entered.place, null, entropy)
  const sealed = await seal(parts, destination, secrets)
  if (!sealed.ok) return sealed
  await store.alerts.addDestination(destination, news(parts, destination, 'Alerts are sent to a further place from now on'), audit.seal({ actor, action: 'destination.added', object: destination.id, codes: codesOf(destination) }))
  return ok({ destination, signing: secrets['signing'] ?? null })
}

export async function changeDestination(parts: DestinationParts, actor: string, id: string, change: Change): Promise<Result<Made, Refused>> {
  return (await parts.store.connections.exclusively(`destination/${id}`, () => changeHeld(parts, actor, id, change))) ?? failed(BUSY)
}

async function changeHeld(parts: DestinationParts, actor: string, id: string, change: Change): Promise<Result<Made, Refused>> {
  const { store, clock, entropy, audit, drawer } = parts
  const before = (await store.alerts.destinations()).find((one) => one.id === id)
  if (before === undefined) return failed(GONE)
  const { paused, newSigning, place: entered, ...given } = change
  // Hours of quiet are those of the zone in which its times are written.
  const moved = given.timeZone !== undefined && given.quiet === undefined && before.quiet !== null ? { quiet: { ...before.quiet, timeZone: given.timeZone } } : {}
  const plain = { ...given, ...moved }
  const place = entered === undefined ? ok(before.place) : placeOf(parts, entered)
  if (!place.ok) return place
  if (place.value.kind !== before.place.kind) return failed({ code: 'invalid', message: 'A destination stays of its kind; add another one instead.' })
  if (newSigning === true && before.place.kind !== 'webhook') return failed({ code: 'invalid', message: 'Only what is sent to a webhook is signed, so there is no key to make anew here.' })
  let secrets: Readonly<Record<string, string>> | null = null
  let signing: string | null = null
  let isTurned = !isDeepStrictEqual(place.value, before.place)
  if (entered !== undefined || newSigning === true) {
    const kept = await drawer.open(id, audienceOf(before.place))
    const stored = kept.ok && kept.value !== null ? kept.value : null
    if (entered === undefined && stored?.['url'] === undefined) return failed({ code: 'invalid', message: 'What this destination was entered with cannot be opened. Enter its address again; that makes a new key, too.' })
    const isSame = audienceOf(place.value)[0] === audienceOf(before.place)[0]
    secrets = { ...(entered === undefined ? stored : secretsOf(entered, isSame ? stored : null, entropy)), ...(newSigning === true ? { signing: newSigningKey(entropy) } : {}) }
    if (secrets['signing'] !== stored?.['signing']) signing = secrets['signing'] ?? null
    // Behind the same origin the rest of the address, or the topic, is another place.
    isTurned ||= secrets['url'] !== stored?.['url'] || secrets['topic'] !== stored?.['topic']
  }
  const isRevived = entered !== undefined && before.state === 'stopped'
  const state = paused === undefined ? (isRevived ? 'active' : undefined) : paused ? 'paused' : 'active'
  const patch: DestinationPatch = { ...defined(plain), ...(entered === undefined ? {} : { place: place.value, failingSince: null, failure: null }), ...(state === undefined ? {} : { state }) }
  const after = { ...before, ...patch }
  const pauses = paused === true && before.state !== 'paused'
  const tells = isTurned || pauses || (plain.topics !== undefined && TOPICS.some((topic) => plain.topics!.includes(topic) !== before.topics.includes(topic))) || after.amounts !== before.amounts
  const alert = tells ? news(parts, before, pauses ? 'Alerts are not sent any more' : 'It was changed what is sent') : null
  const line = audit.seal({ actor, action: 'destination.changed', object: id, codes: { ...codesOf(after), entered: entered !== undefined } })
  // Row and secret are two steps. Between them nothing is sent, and whoever finds it so reads what to do.
  const stopped = secrets === null ? {} : ({ state: 'stopped', failingSince: clock.now(), failure: UNFINISHED } as const)
  if (!(await store.alerts.changeDestination(id, { ...patch, ...stopped }, alert, line))) return failed(GONE)
  if (secrets !== null) {
    const sealed = await seal(parts, after, secrets)
    if (!sealed.ok) return sealed
    if (!(await store.alerts.changeDestination(id, { state: after.state, failingSince: after.failingSince, failure: after.failure }, null, null))) return failed(GONE)
  }
  return ok({ destination: after, signing })
}

export async function removeDestination(parts: DestinationParts, actor: string, id: string): Promise<Result<null, Refused>> {
  return (await parts.store.connections.exclusively(`destination/${id}`, () => removeHeld(parts, actor, id))) ?? failed(BUSY)
}

async function removeHeld(parts: DestinationParts, actor: string, id: string): Promise<Result<null, Refused>> {
  const { store, audit, drawer } = parts
  const before = (await store.alerts.destinations()).find((one) => one.id === id)
  if (before === undefined || !(await store.alerts.removeDestination(id, news(parts, before, 'Alerts are not sent any more'), audit.seal({ actor, action: 'destination.removed', object: id, codes: codesOf(before) })))) return failed(GONE)
  await drawer.destroy(id)
  return ok(null)
}

/** Where it goes, for a person: never what lets anybody send there. */
export function whereTo(place: Place): string {
  return place.kind === 'email' ? place.server.to.join(', ') : place.origin
}

function placeOf({ refusal }: DestinationParts, entered: EnteredPlace): Result<Place, Refused> {
  const place = addressOf(entered)
  if (place === null) return failed({ code: 'invalid', message: 'The address must begin with https:// and hold no user name or password.' })
  const wrong = refusal(place)
  return wrong === null ? ok(place) : failed({ code: 'invalid', message: wrong })
}

function addressOf(entered: EnteredPlace): Place | null {
  if (entered.kind === 'email') return { kind: 'email', server: entered.server }
  const url = URL.parse(entered.kind === 'webhook' ? entered.url : entered.server)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') return null
  return { kind: entered.kind, origin: url.origin }
}

/** A secret that was left out keeps its stored value where the address stays the same. */
function secretsOf(entered: EnteredPlace, stored: Readonly<Record<string, string>> | null, entropy: Entropy): Readonly<Record<string, string>> {
  if (entered.kind === 'email') return defined({ password: entered.password ?? stored?.['password'] })
  if (entered.kind === 'webhook') return { url: entered.url, signing: stored?.['signing'] ?? newSigningKey(entropy) }
  return defined({ topic: entered.topic, token: entered.token ?? stored?.['token'] })
}

function newSigningKey(entropy: Entropy): string {
  return `whsec_${Buffer.from(entropy.bytes(SIGNING_BYTES)).toString('base64')}`
}

async function seal({ drawer }: DestinationParts, { id, place }: Destination, secrets: Readonly<Record<string, string>>): Promise<Result<null, Refused>> {
  const sealed = await drawer.seal(id, secrets, audienceOf(place))
  return sealed.ok ? ok(null) : failed({ code: 'invalid', message: sealed.failure.message })
}

function news({ clock, entropy }: DestinationParts, { id, label, place }: Destination, what: string): Alert {
  const now = clock.now()
  return { id: entropy.id(now), about: 'security', problemId: null, connectionId: null, accountId: null, key: null, facts: { destinationId: id, title: say('en', '{what}: “{label}” ({place}).', { what, label, place: place.kind === 'email' ? 'e-mail' : place.origin }) }, openedAt: now, closedAt: null, deliveredAt: null }
}

function codesOf({ place, state }: Pick<Destination, 'place' | 'state'>): AuditCodes {
  return { kind: place.kind, address: audienceOf(place)[0] ?? null, state }
}

function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}

const GONE: Refused = { code: 'not_found', message: 'There is no such destination.' }
const FULL: Refused = { code: 'wrong_state', message: `Alerts go to ${MOST_DESTINATIONS} destinations already, which is the most. Remove one that is not needed any more, then add this one.` }
const ADDING: Refused = { code: 'busy', message: 'Another destination is being added right now. Look at the list again, then add this one.' }
const BUSY: Refused = { code: 'busy', message: 'This destination is being changed right now. Look at it again, then change it.' }
const UNFINISHED = 'A change of this destination was not finished, so nothing is sent there. Enter it again.'
