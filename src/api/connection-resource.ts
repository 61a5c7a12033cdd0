/** From the domain to the resources of connections: health in one word, problem cards, plans, banks. */
import type { z } from 'zod'
import { fieldsOf, type Connector, type FormField } from '../connector-kit/connector.ts'
import { noticeHolds, type Notice } from '../connector-kit/notices.ts'
import type { BankHealth } from '../diagnose/bank-health.ts'
import { saidByBank } from '../diagnose/bank-words.ts'
import { loadBankHealth, problemsOf } from '../diagnose/problems.ts'
import type { CardFacts } from '../diagnose/sentences.ts'
import { familyOf } from '../domain/cause.ts'
import { isShown, waitsForChoice, type ChallengeKind, type Connection, type Diagnosis, type Problem } from '../domain/connection.ts'
import { utcDay } from '../domain/day.ts'
import { WRONG_CLOCK_SECONDS } from '../domain/probe.ts'
import { siblingsOf, type Institution, type JsonObject, type Route } from '../domain/institution.ts'
import type { RepairPlan } from '../domain/repair.ts'
import { stopsInRow } from '../domain/run.ts'
// Alerts are told with these resources, so they come without what tells alerts.
import type { Bare as Instance } from '../instance.ts'
import { languageOfCountry, message, type Language } from '../language/language.ts'
import { retold } from '../language/retold.ts'
import { say, sayParts } from '../language/say.ts'
import { needOf } from '../repair/steps.ts'
import { adoptionOf } from '../sync/adopt-account.ts'
import { bankForm, isElsewhere } from '../sync/add-bank.ts'
import { hostsOf } from '../sync/connect.ts'
import { RARELY_MS } from '../sync/schedule.ts'
import { dayStates, firstOfDays, PROOF_DAYS } from './day-states.ts'
import { problemCard, rankedCauses } from './problem-card.ts'
import type { bankShape, connectionShape, fieldShape, institutionShape, partShape, planShape, problemShape } from './connection-shapes.ts'
import { accountResource, challengeResource, failureResource, isoInstant, isoOrNull, runResource } from './shapes.ts'

const HOUR_MS = 3_600_000
/** A session of the login that is open elsewhere, as OFX 15501 says it. */
const IN_USE = /\b(already|currently) in use\b/i
/** Errors of a bank's certificate, by Node's words for them. */
const CERTIFICATES: Readonly<Record<string, string>> = { CERT_HAS_EXPIRED: message('has ended'), ERR_TLS_CERT_ALTNAME_INVALID: message('is for another name'), CERT_REVOKED: message('was withdrawn') }
/** More are not counted. */
const MOST_STOPS = 20
/** How it asked before that is long past. */
const MOST_QUESTIONS = 20

export async function institutionResource(language: Language, instance: Instance, institution: Institution): Promise<z.output<typeof institutionShape>> {
  const connections = await instance.store.connections.list()
  const banks = await healthOfBanks(instance)
  const siblings = siblingsOf(instance.institutions, institution)
  const known = banks.get(institution.id)
  // Nobody reads it: what answers the reads of an entry that is easily confused with it is the same server.
  const seenAt = known !== undefined && known.status !== 'unknown' ? null : (siblings.find((one) => banks.has(one.id) && shareServer(instance, one, institution)) ?? null)
  const health = seenAt === null ? known : banks.get(seenAt.id)
  const { id, name, country, website, customers = null } = institution
  const shown = connections.filter(isShown)
  const own = shown.filter((c) => c.institutionId === id)
  return {
    id, name, country, website, customers,
    signIn: signInOf(language, instance, institution),
    health: health?.status ?? 'unknown',
    healthSeenAt: seenAt?.name ?? null,
    since: health === undefined || health.status === 'working' ? null : isoOrNull(health.since),
    takesSecrets: health?.status !== 'down' && !(await anyWaits(language, instance, shown.filter((c) => c.institutionId === id || c.institutionId === seenAt?.id))),
    siblings: siblings.map((one) => ({ id: one.id, name: one.name, country: one.country, website: one.website, customers: one.customers ?? null, signIn: signInOf(language, instance, one) })),
    connectedAs: own.map((c) => c.id),
    logins: own.map((c) => ({ id: c.id, loginLabel: c.loginLabel, isConnected: c.state !== 'connecting', isElsewhere: isElsewhereNow(instance, c) })),
    added: addedOf(instance, institution),
    requestsPerDay: institution.limits.requestsPerDay,
    routes: institution.routes.flatMap(({ connector, settings }) => {
      const found = instance.connectors.get(connector)
      return found === undefined ? [] : [{ connector, name: retold(language, found.manifest.name), advice: retold(language, found.manifest.advice), fields: formFields(language, instance, connector, settings), goesTo: [...hostsOf(found, { settings })] }]
    }),
  }
}

/** Read where the bank was before. */
function isElsewhereNow(instance: Instance, connection: Connection): boolean {
  const { connector, route } = wayNow(instance, connection)
  return connector !== undefined && route !== undefined && isElsewhere(connector, connection.settings, route.settings)
}

/** Of a bank that is known no more nothing can be typed. */
function goesTo(instance: Instance, connection: Connection): string[] {
  const { connector, route } = wayNow(instance, connection)
  return connector === undefined || route === undefined ? [] : [...hostsOf(connector, route)]
}

function wayNow({ connectors, institutions }: Instance, { institutionId, connector: name }: Connection): { readonly connector: Connector | undefined; readonly route: Route | undefined } {
  return { connector: connectors.get(name), route: institutions.find(({ id }) => id === institutionId)?.routes.find((one) => one.connector === name) }
}

function addedOf({ connectors }: Instance, { isAdded, timeZone, routes: [{ connector: name, settings }] }: Institution): z.output<typeof institutionShape>['added'] {
  const connector = isAdded === true ? connectors.get(name) : undefined
  if (connector === undefined) return null
  const { withoutProfile = {} } = connector.manifest
  const isTrusted = Object.entries(withoutProfile).some(([setting, value]) => settings[setting] === value)
  return { connector: name, timeZone, form: bankForm(connector, settings), isProved: !isTrusted }
}

function shareServer({ connectors }: Instance, one: Institution, other: Institution): boolean {
  const originsOf = ({ routes }: Institution): readonly string[] => routes.flatMap(({ connector, settings }) => connectors.get(connector)?.originsOf(settings) ?? [])
  const origins = new Set(originsOf(one))
  return originsOf(other).some((origin) => origins.has(origin))
}

function signInOf(language: Language, instance: Instance, { routes }: Institution): 'here' | 'at_bank' {
  return routes.some(({ connector, settings }) => formFields(language, instance, connector, settings).some(({ kind }) => kind === 'secret')) ? 'here' : 'at_bank'
}

/** Something that only waiting for the bank ends stops one of these: another password would get no further. */
async function anyWaits(language: Language, instance: Instance, connections: readonly Connection[]): Promise<boolean> {
  const problems = (await Promise.all(connections.map((connection) => problemsOf(instance.store, connection)))).flat()
  const cards = await Promise.all(problems.map((problem) => problemResource(language, instance, problem)))
  return cards.some(({ card }) => card.chip === 'waiting_for_bank' && card.next === null)
}

export async function connectionResource(language: Language, instance: Instance, connection: Connection): Promise<z.output<typeof connectionShape>> {
  const { store } = instance
  const [problems, challenges, accounts, sources, runs] = await Promise.all([
    problemsOf(store, connection),
    store.challenges.list({ connectionId: connection.id, state: 'open' }),
    store.accounts.list({ connectionId: connection.id }),
    store.accounts.sources({ connectionId: connection.id }),
    store.runs.list({ connectionId: connection.id, limit: 1 }),
  ])
  const challenge = challenges.find((c) => c.expiresAt > instance.clock.now()) ?? null
  const cards = await Promise.all(problems.map((p) => problemResource(language, instance, p, connection)))
  const lastRun = runs[0] ?? null
  const { id, institutionId, connector, institutionName, loginLabel, state } = connection
  return {
    id, institutionId, connector, institutionName, loginLabel, state,
    health: healthWord(connection, cards, challenge !== null, lastRun?.outcome === 'running'),
    lastSuccessAt: isoOrNull(connection.lastSuccessAt),
    lastAttemptAt: isoOrNull(connection.lastAttemptAt),
    nextSyncAt: nextReadAt(connection, challenge !== null),
    reading: lastRun?.outcome === 'running' ? readingOf(instance, connection.id, lastRun.id) : null,
    awaitsChoice: waitsForChoice(connection),
    isElsewhere: isElsewhereNow(instance, connection),
    fields: formFields(language, instance, connection.connector, connection.settings),
    goesTo: goesTo(instance, connection),
    problems: cards,
    challenge: challenge === null ? null : await challengeResource(language, store, challenge),
    accounts: accounts.map((account) => ({ ...accountResource(account), formerNumber: adoptionOf(sources, account.id)?.former.ref.number ?? null })),
    lastRun: lastRun === null ? null : runResource(language, lastRun),
  }
}

/**
 * When it is read next by itself; null: a person must act first. While a bank's question waits, and before the first read, what is planned is
 * the end of the question; while no accounts are chosen, a sign-in that reads none.
 */
export function nextReadAt(connection: Pick<Connection, 'state' | 'nextSyncAt' | 'readPlan'>, isAsked: boolean): string | null {
  return isAsked || connection.state === 'connecting' || waitsForChoice(connection) ? null : isoOrNull(connection.nextSyncAt)
}

function readingOf({ readingNow }: Instance, connectionId: string, ofRun: string): z.output<typeof connectionShape>['reading'] {
  const now = readingNow.of(connectionId)
  if (now === null || now.runId !== ofRun) return null
  const { stage, rows, account, accounts } = now
  return { stage, rows, account, accounts }
}

function healthWord(connection: Connection, problems: readonly z.output<typeof problemShape>[], asks: boolean, reading: boolean): z.output<typeof connectionShape>['health'] {
  if (connection.state === 'disabled' || connection.state === 'removed' || connection.state === 'replaced') return 'off'
  if (reading) return 'reading'
  // A login that was never read is half added: while nothing else is known to be the matter, only a person goes on with it or gives it up.
  if (asks || (connection.state === 'connecting' && problems.length === 0) || waitsForChoice(connection) || problems.some((p) => p.card.chip === 'needs_you')) return 'needs_you'
  return problems.length > 0 ? 'waiting' : 'working'
}

/** `on`: the connection that it is told of, where that is not the one that reported it. */
export async function problemResource(language: Language, instance: Instance, problem: Problem, on?: Connection): Promise<z.output<typeof problemShape>> {
  const [first] = problem.diagnosis.causes
  const cause = first?.cause ?? 'unknown'
  const [facts, plan] = await Promise.all([cardFacts(instance, problem, on), instance.store.problems.plan(problem.id)])
  const spoken = saidByBank(problem.failure)
  const { id, connectionId, accountId, institutionId, failure, context } = problem
  return {
    id, connectionId, accountId, institutionId, cause,
    p: first?.p ?? 0,
    family: familyOf(cause),
    action: problem.diagnosis.action,
    openedAt: isoInstant(problem.openedAt),
    updatedAt: isoInstant(problem.updatedAt),
    closedAt: isoOrNull(problem.closedAt),
    proofRunId: problem.proofRunId,
    card: problemCard(language, problem, facts, plan),
    ...diagnosisResource(language, problem.diagnosis, facts),
    letters: letterLanguages(language, instance, institutionId),
    bankSays: spoken === null ? null : { text: spoken.message.slice(0, 200), codes: [...(spoken.codes ?? [])] },
    found: failure.code === 'answer_implausible' ? retold(language, failure.message) : null,
    failure: failureResource(language, failure),
    evidence: failure.evidence.map((e) => ({ ...e })),
    told: {
      bankLoginWorks: context.bankLoginWorks ?? null, passwordChangedAtBank: context.passwordChangedAtBank ?? null,
      otherClientWorks: context.otherClientWorks ?? null, accountReplaced: context.accountReplaced ?? null,
    },
  }
}

/** The reader can check it in their own language, the bank's people read theirs. */
function letterLanguages(language: Language, { institutions }: Instance, institutionId: string): Language[] {
  const country = institutions.find(({ id }) => id === institutionId)?.country
  return [...new Set([language, (country === undefined ? null : languageOfCountry(country)) ?? language])]
}

/** The causes that are worth showing, with their words. */
export function diagnosisResource(language: Language, diagnosis: Diagnosis, facts: CardFacts): Pick<z.output<typeof problemShape>, 'causes'> {
  return { causes: rankedCauses(language, diagnosis, facts) }
}

/** What is known for the sentences about a problem. Of one that is over, only what stays true of it: what is counted now was otherwise when it happened. */
export async function cardFacts(instance: Instance, problem: Problem, on?: Connection): Promise<CardFacts> {
  const { bank, account = null, setting = null, elsewhere = null, certificate = null, clockMinutes = null, notYet = null, website = null, everyAccount = false, ...now } = await factsNow(instance, problem, on)
  return { bank, account, setting, elsewhere, certificate, clockMinutes, notYet, website, everyAccount, ...(problem.closedAt === null ? now : {}) }
}

async function factsNow(instance: Instance, problem: Problem, on: Connection | undefined): Promise<CardFacts> {
  const { store, clock } = instance
  const { failure, context } = problem
  const [connection, account, banks, missing, ways] = await Promise.all([
    store.connections.get(problem.connectionId),
    problem.accountId === null ? null : store.accounts.get(problem.accountId),
    healthOfBanks(instance),
    problem.accountId === null ? {} : missingDays(instance, problem.accountId),
    waysOfAsking(instance, problem.connectionId),
  ])
  const consentEnd = problem.context.consentEndsAt ?? null
  const endsAt = failure.retry.kind === 'at' && failure.retry.at !== null && failure.retry.at > clock.now() ? failure.retry.at : null
  const institution = instance.institutions.find((i) => i.id === problem.institutionId)
  const health = banks.get(problem.institutionId)
  return {
    ...missing, ...ways,
    maintenanceUntil: endsAt,
    // A stored date is a hint; it is told only where it has passed.
    consentEndedOn: consentEnd === null || consentEnd > clock.now() ? null : utcDay(consentEnd),
    bank: connection?.institutionName ?? institution?.name ?? problem.institutionId,
    account: account?.name ?? null,
    everyAccount: problem.accountId === null && context.otherAccounts === 'failing',
    website: institution?.website ?? null,
    permitsHere: connection !== null && permitsHere(instance, connection),
    nextTryAt: connection?.nextSyncAt ?? null,
    readsNothing: waitsForChoice(on ?? connection ?? { state: 'removed', readPlan: null }),
    dailyTryAt: connection !== null && (connection.nextSyncAt ?? 0) - (connection.lastAttemptAt ?? 0) >= RARELY_MS ? connection.nextSyncAt : null,
    failingConnections: health === undefined || health.connections < 2 ? null : health.failing,
    allConnections: health === undefined || health.connections < 2 ? null : health.connections,
    // Of this host's own trouble no bank is called down, so it is counted by what fails.
    failingBanks: [...banks.values()].filter(({ status, connections, failing }) => status === 'down' || (connections > 0 && failing === connections)).length,
    elsewhere: IN_USE.test(saidByBank(failure)?.message ?? '') ? message('somewhere else') : null,
    certificate: failure.evidence.map(({ networkError = '' }) => CERTIFICATES[networkError]).find((one) => one !== undefined) ?? null,
    clockMinutes: Math.abs(context.clockSkewSeconds ?? 0) < WRONG_CLOCK_SECONDS ? null : Math.round(Math.abs(context.clockSkewSeconds ?? 0) / 60),
    notYet: failure.evidence.some(({ networkError }) => networkError === 'CERT_NOT_YET_VALID') ? message('not valid yet') : null,
    setting: failure.evidence.find(({ setting }) => setting !== undefined)?.setting ?? null,
    hoursWaiting: (clock.now() - problem.openedAt) / HOUR_MS,
    bankDown: health?.status === 'down',
    bankWords: saidByBank(failure)?.message ?? null,
    stops: failure.code === 'interrupted' ? stopsInRow(await store.runs.list({ connectionId: problem.connectionId, limit: MOST_STOPS })) : null,
  }
}

/** The first and the last day that no answer covered yet, of those between the first and the last that one did. */
async function missingDays({ store, clock }: Instance, accountId: string): Promise<Pick<CardFacts, 'missingFrom' | 'missingTo'>> {
  const now = clock.now()
  const [covered, spans] = await Promise.all([store.feed.covered(accountId), store.feed.spans(accountId, firstOfDays(now, PROOF_DAYS))])
  const gaps = dayStates(covered, spans, now, PROOF_DAYS).filter(({ state }) => state === 'gap')
  return { missingFrom: gaps[0]?.day ?? null, missingTo: gaps.at(-1)?.day ?? null }
}

/** How a bank asks who is there, and what a person does about it. */
const WAYS: { readonly [K in ChallengeKind]: { readonly asks: string; readonly use: string } } = {
  code: { asks: message('for a code'), use: message('Enter the code') },
  question: { asks: message('a question'), use: message('Answer the question') },
  selection: { asks: message('for a choice'), use: message('Make the choice') },
  picture: { asks: message('about a picture'), use: message('Answer about the picture') },
  approval: { asks: message('in its app'), use: message('Use the app') },
  redirect: { asks: message('on its own site'), use: message('Answer on its site') },
}

/** How the bank asked who is there when it was last answered rightly, and how it asks now; nothing where both are the same. */
async function waysOfAsking({ store }: Instance, connectionId: string): Promise<Pick<CardFacts, 'askedBefore' | 'asksNow' | 'useNow'>> {
  const [now, ...earlier] = await store.challenges.list({ connectionId, limit: MOST_QUESTIONS })
  const [is, was] = [now, earlier.find(({ state }) => state === 'accepted')].map((one) => one?.prompts[0]?.kind)
  return is === undefined || was === undefined || is === was ? {} : { askedBefore: WAYS[was].asks, asksNow: WAYS[is].asks, useNow: WAYS[is].use }
}

/**
 * `nextSyncAt`: of its connection. A wait for the bank ends when the schedule asks it, so that is the one time that is told of both.
 * `toldAt`: when the problem changed last.
 */
export function planResource(language: Language, plan: RepairPlan, nextSyncAt: number | null, toldAt = 0): z.output<typeof planShape> {
  const { id, problemId, connectionId, cause, state } = plan
  return {
    id, problemId, connectionId, cause, state, hasNews: state === 'open' && plan.updatedAt < toldAt,
    steps: plan.steps.map((step) => ({
      id: step.id, kind: step.kind, action: step.action, who: step.who, title: retold(language, step.title), state: step.state, result: step.result === null ? null : retold(language, step.result), personMinutes: step.personMinutes,
      startedAt: isoOrNull(step.startedAt), endedAt: isoOrNull(step.endedAt), notBefore: isoOrNull(step.who === 'bank' && step.state === 'now' ? (nextSyncAt ?? step.notBefore) : step.notBefore), needs: needOf(step.id),
    })),
  }
}

export async function bankResources(language: Language, instance: Instance): Promise<z.output<typeof bankShape>[]> {
  const [banks, connections] = await Promise.all([healthOfBanks(instance), instance.store.connections.list()])
  // Also those that nobody read in the last day.
  const used = new Map(connections.filter(isShown).map(({ institutionId, institutionName }) => [institutionId, institutionName]))
  return [...new Set([...used.keys(), ...banks.keys()])].map((institutionId): [string, BankHealth] => [institutionId, banks.get(institutionId) ?? notRead(institutionId)]).map(([institutionId, health]) => ({
    institutionId,
    name: instance.institutions.find((i) => i.id === institutionId)?.name ?? used.get(institutionId) ?? institutionId,
    health: health.status,
    connections: health.connections,
    failing: health.failing,
    since: isoOrNull(health.since),
    sentence: [...bankSentence(language, health), ...nextTry(language, health, connections)],
    notices: noticesOf(language, instance, connections.filter((one) => one.institutionId === institutionId && isShown(one))),
  }))
}

const NOTICES: { readonly [K in Notice['kind']]: string } = {
  maintenance: message('The bank announced maintenance.'), migration: message('The bank announced a move to another system.'), retirement: message('The bank announced that a service ends.'),
  security: message('The bank announced a change of its security.'), terms: message('The bank announced new terms.'), password: message('The bank announced that the password must be changed.'),
}

/** Each kind once, as it was announced last to one of these logins, as long as it may still come. */
function noticesOf(language: Language, { connectors, clock }: Instance, logins: readonly Connection[]): z.output<typeof bankShape>['notices'] {
  const heard = logins.flatMap(({ connector, connectorState }) => connectors.get(connector)?.noticeIn?.(connectorState) ?? []).filter(({ kind, at }) => noticeHolds(kind, at, clock.now()))
  const newest = new Map(heard.sort((a, b) => a.at - b.at).map((notice) => [notice.kind, notice]))
  return [...newest.values()].sort((a, b) => b.at - a.at).map(({ kind, at, words }) => ({ kind, at: isoInstant(at), says: say(language, NOTICES[kind]), words }))
}

function notRead(institutionId: string): BankHealth {
  return { institutionId, status: 'unknown', connections: 0, failing: 0, since: null, incidents: [] }
}

function bankSentence(language: Language, { status, connections, failing, since }: BankHealth): z.output<typeof partShape>[] {
  if (status === 'working') return [say(language, 'It answered every connection at the last read.')]
  if (since === null) return [say(language, 'No read in the last day.')]
  const sentence = connections === 0 ? UNREAD : connections === 1 ? ONLY_ONE : SOME
  return [...sayParts<{ kind: 'instant'; at: string }>(language, sentence[status === 'down' ? 1 : 0], { failing, connections, since: { kind: 'instant', at: isoInstant(since) } })]
}

/** When it is asked next, where that is all there is to wait for. */
function nextTry(language: Language, { institutionId, status }: BankHealth, connections: readonly Connection[]): z.output<typeof partShape>[] {
  const planned = connections.flatMap((one) => (one.institutionId === institutionId && isShown(one) ? (one.nextSyncAt ?? []) : []))
  return status !== 'down' || planned.length === 0 ? [] : [' ', ...sayParts<{ kind: 'instant'; at: string }>(language, NEXT_TRY, { at: { kind: 'instant', at: isoInstant(Math.min(...planned)) } })]
}

const NEXT_TRY = message('Next try {at}.')

/** Each as it stands, and where nothing but waiting is left. */
const UNREAD = [message('It did not answer when it was last read, since {since}.'), message('It did not answer when it was last read, since {since}. Nothing for you to do.')] as const
const ONLY_ONE = [message('The one connection to it fails, since {since}.'), message('The one connection to it fails, since {since}. Nothing for you to do.')] as const
const SOME = [message('{failing} of {connections, plural, one {# connection} other {# connections}} to it {failing, plural, one {fails} other {fail}}, since {since}.'), message('{failing} of {connections, plural, one {# connection} other {# connections}} to it {failing, plural, one {fails} other {fail}}, since {since}. Nothing for you to do.')] as const

function healthOfBanks({ store, clock }: Instance): Promise<ReadonlyMap<string, BankHealth>> {
  return loadBankHealth(store, clock.now())
}

/** No secret is typed here: the person gives the permission at the bank's site and comes back. */
function permitsHere({ connectors }: Pick<Instance, 'connectors'>, { connector: name, settings }: Pick<Connection, 'connector' | 'settings'>): boolean {
  const connector = connectors.get(name)
  return connector !== undefined && fieldsOf(connector, settings).every(({ kind }) => kind !== 'secret')
}

function formFields(language: Language, instance: Instance, name: string, settings: JsonObject): z.output<typeof connectionShape>['fields'] {
  const connector = instance.connectors.get(name)
  return fieldResources(language, connector === undefined ? [] : fieldsOf(connector, settings))
}

/** Fields of a form, in the reader's language. */
export function fieldResources(language: Language, fields: readonly FormField[]): z.output<typeof fieldShape>[] {
  return fields.map(({ name, label, hint, kind, required }) => ({ name, label: retold(language, label), hint: hint === null ? null : retold(language, hint), kind, required }))
}
