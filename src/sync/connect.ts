/**
 * Connections as a person handles them: connect, choose accounts, sign in anew, switch off and on,
 * remove. The same login is never connected twice; a first sign-in that fails leaves nothing but the
 * attempt; a login that turns out to be somebody else's stores nothing; rows always stay.
 */
import { isDeepStrictEqual } from 'node:util'
import { fieldsOf, type Connector, type FormField } from '../connector-kit/connector.ts'
import type { AccountId } from '../domain/account.ts'
import { isShown, waitsForChoice, type Challenge, type Connection } from '../domain/connection.ts'
import type { Failure } from '../domain/evidence.ts'
import type { Institution, JsonObject, Route } from '../domain/institution.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { SyncRun } from '../domain/run.ts'
import type { SecretOwner } from '../ports/vault.ts'
import type { Refusal, SyncDeps } from './deps.ts'
import { isNamed, labelOf } from './login-label.ts'
import { endDeadRuns, refusalFor, syncConnection, type Prepared } from './sync.ts'
import { reviveSources, withTrial, type Trial } from './trial.ts'

export type ConnectRequest = {
  readonly institutionId: string
  /** The route's connector; null: the institution's first route. */
  readonly connector: string | null
  readonly form: Readonly<Record<string, string>>
  /** Secret fields that are fetched for each use, by their source. From this host's command line only: a source may name a program. */
  readonly references?: References
  /** A warned person wants this sign-in sent although the bank refused it or locked the login before. */
  readonly onceMore?: boolean
  /** Only sign in and list the accounts; a person chooses then (`settleChoice`). */
  readonly choosesAccounts?: boolean
  /** The hosts to which whoever types was told that it goes (`hostsOf`); where it would go elsewhere by now, nothing is sent. */
  readonly goesTo?: readonly string[] | undefined
}

export type References = Readonly<Record<string, string>>

/** How a secret is typed for a connection that there is; see `ConnectRequest`. */
export type Typing = Pick<ConnectRequest, 'references' | 'onceMore' | 'goesTo'>

export type Connected =
  | { readonly kind: 'connected'; readonly connection: Connection; readonly run: SyncRun }
  | { readonly kind: 'challenge'; readonly connection: Connection; readonly challenge: Challenge }
  /** The same login is connected already; `reconnect` is what the person wants. */
  | { readonly kind: 'exists'; readonly connectionId: string }
  /** Nothing was sent: a field is missing or wrong. */
  | { readonly kind: 'invalid'; readonly field: string | null; readonly message: string }
  /** Nothing was sent: the bank refused this very secret before. */
  | { readonly kind: 'withheld'; readonly message: string }
  /** The sign-in failed; the secret is destroyed, no account was made, the attempt stays in the ledger. */
  | { readonly kind: 'failed'; readonly connection: Connection; readonly run: SyncRun; readonly failure: Failure }

type Checked = {
  /** Null: the stored one stays. */
  readonly login: string | null
  readonly settings: JsonObject
  readonly origins: readonly string[]
  readonly secrets: Readonly<Record<string, string>>
  readonly references: References
  /** The fields among them that name the login. */
  readonly identity: readonly string[]
}

/** Fields of the stored secret that stay, and the addresses for which it was sealed. */
type Kept = { readonly fields: readonly string[]; readonly origins: readonly string[] }

type Invalid = { readonly field: string | null; readonly message: string }

/** Signs in for the first time, makes the accounts that the bank lists, and reads them. */
export async function connectInstitution(deps: SyncDeps, request: ConnectRequest): Promise<Connected> {
  const begun = await beginConnection(deps, request, 'connecting', null)
  return begun.kind === 'begun' ? firstSync(deps, begun.connection) : begun
}

/** A connection whose secret is sealed and not sent yet; or why there is none. */
export type Begun = { readonly kind: 'begun'; readonly connection: Connection } | Extract<Connected, { readonly kind: 'exists' | 'invalid' | 'withheld' }>

/** Makes the connection and seals what was typed. `besides`: a connection that may have the same login. */
export async function beginConnection(deps: SyncDeps, request: ConnectRequest, state: 'connecting' | 'preview', besides: string | null): Promise<Begun> {
  const institution = deps.institutionOf(request.institutionId)
  const route = institution?.routes.find((candidate) => request.connector === null || candidate.connector === request.connector)
  const connector = route === undefined ? null : deps.connectorOf(route.connector)
  if (institution === null || route === undefined || connector === null) return { kind: 'invalid', field: null, message: 'There is no such institution or route.' }
  const moved = movedFrom(connector, route, request.goesTo)
  if (moved !== null) return { kind: 'invalid', field: null, message: moved }
  const checked = checkForm(institution, connector, route, { form: request.form, references: request.references ?? {}, kept: [] })
  if (!checked.ok) return { kind: 'invalid', ...checked.failure }
  const login = checked.value.login ?? ''
  const loginIndex = deps.vault.loginIndex(institution.id, login)
  // Two who connect one login at the same moment would else both find that nobody did.
  const begun = await aloneWith(deps, `login/${loginIndex}`, () => beginAlone(deps, request, { state, besides, connector, institution, login, loginIndex, checked: checked.value }))
  if (begun === null) return { kind: 'withheld', message: 'This login is being connected at this very moment.' }
  if (!('refusal' in begun)) return begun
  const { connection, refusal } = begun
  await forgetFirst(deps, connection)
  return refusal.code === 'secret_withheld' ? { kind: 'withheld', message: refusal.message } : { kind: 'invalid', field: null, message: refusal.message }
}

type Beginning = {
  readonly state: 'connecting' | 'preview'
  readonly besides: string | null
  readonly connector: Connector
  readonly institution: Institution
  readonly login: string
  readonly loginIndex: string
  readonly checked: Checked
}

async function beginAlone(deps: SyncDeps, request: ConnectRequest, { state, besides, connector, institution, login, loginIndex, checked }: Beginning): Promise<Begun | { readonly connection: Connection; readonly refusal: Refusal }> {
  const { connections } = deps.store
  const existing = await connections.findByLogin(loginIndex)
  // Who died before the secret was sealed left a connection that nothing can read: it is gone on with.
  const isLeft = state === 'connecting' && existing?.state === 'connecting' && existing.connector === connector.manifest.id && (await deps.vault.status(ownerOf(existing))) === 'missing'
  if (existing !== null && existing.id !== besides && !isLeft) return { kind: 'exists', connectionId: existing.id }
  const now = deps.clock.now()
  const left = isLeft ? existing : null
  const connection: Connection = {
    id: left?.id ?? deps.entropy.id(now), institutionId: institution.id, institutionName: institution.name, connector: connector.manifest.id, settings: checked.settings,
    loginLabel: left?.loginLabel ?? labelOf(login, await labelsAt(deps, institution.id, besides ?? undefined)), loginIndex, state, connectorState: {}, createdAt: now, nextSyncAt: null, lastSuccessAt: null, readBy: null, readPlan: request.choosesAccounts === true ? { everyMinutes: null, hours: null, awaitsChoice: true } : null,
    lastAttemptAt: null, failuresInRow: 0, secretChangedAt: now, settingsChangedAt: now,
  }
  if (left === null) await connections.create(connection)
  else await connections.update(left.id, { settings: checked.settings, readPlan: connection.readPlan, secretChangedAt: now, settingsChangedAt: now })
  const refusal = await sealTyped(deps, connection, checked, { keep: null, onceMore: request.onceMore === true, trial: false })
  return refusal === null ? { kind: 'begun', connection } : { connection, refusal }
}

/** Runs the work while nobody else runs what bears the name, and waits for who does; null when that takes too long. */
async function aloneWith<T>({ store, clock }: SyncDeps, name: string, work: () => Promise<T>): Promise<T | null> {
  for (let tries = 0; tries < ALONE_TRIES; tries++) {
    const done = await store.connections.exclusively(name, async () => ({ value: await work() }))
    if (done !== null) return done.value
    await clock.sleep(ALONE_WAIT_MS)
  }
  return null
}

const ALONE_WAIT_MS = 100
const ALONE_TRIES = 300

/** Switches the feed of accounts on or off, one by one; accounts that are read again have their gap filled. */
export async function chooseAccounts(deps: SyncDeps, connectionId: string, accountIds: readonly AccountId[]): Promise<Result<null, Refusal>> {
  const { accounts } = deps.store
  const sources = await accounts.sources({ connectionId })
  const strange = accountIds.find((id) => !sources.some((source) => source.accountId === id))
  if (strange !== undefined) return failed({ code: 'not_found', message: 'One of the accounts does not belong to this connection.' })
  for (const source of sources) {
    if (source.state === 'replaced') continue
    const chosen = accountIds.includes(source.accountId)
    await accounts.updateSource(source.id, { state: chosen ? 'active' : 'paused' })
    const account = await accounts.get(source.accountId)
    if (account?.state === 'open' || account?.state === 'paused') await accounts.update(account.id, { state: chosen ? 'open' : 'paused' })
  }
  return ok(null)
}

/**
 * Signs in once with a new secret for an existing connection. A login field that the form leaves out
 * keeps its stored value. Another user name must lead to the same accounts: until it has, the stored
 * login stays, and when it does not, nothing is stored. Typing a secret is a person's consent to send
 * it although earlier ones were not accepted, but never to send one again that the bank refused, or may have:
 * that wants `onceMore`, which is good for this read and for what is typed here.
 */
export async function reconnect(deps: SyncDeps, connectionId: string, form: Readonly<Record<string, string>>, typing: Typing = {}): Promise<Result<SyncRun, Refusal>> {
  const prepare = async (held: Connection): Promise<Result<Prepared, Refusal>> =>
    (await aloneWith(deps, stateLock(connectionId), async () => storeTyped(deps, (await deps.store.connections.get(connectionId)) ?? held, form, typing))) ?? failed(STATE_BUSY)
  return syncConnection(deps, connectionId, 'repair', { prepare, isGranted: typing.onceMore === true })
}

/** Seals what was typed: in place of the stored secret, or beside it when it is another login's. */
async function storeTyped(deps: SyncDeps, connection: Connection, form: Readonly<Record<string, string>>, { references = {}, onceMore = false, goesTo }: Typing): Promise<Result<Prepared, Refusal>> {
  const institution = deps.institutionOf(connection.institutionId)
  const connector = deps.connectorOf(connection.connector)
  const route = institution?.routes.find((candidate) => candidate.connector === connection.connector)
  if (institution === null || connector === null || route === undefined) return failed({ code: 'wrong_state', message: 'The institution or its connector is not known any more.' })
  const moved = movedFrom(connector, route, goesTo)
  if (moved !== null) return failed({ code: 'invalid', message: moved })
  const keptFields = fieldsOf(connector, route.settings).filter((field) => namesLogin(field) && form[field.name] === undefined).map((field) => field.name)
  const checked = checkForm(institution, connector, route, { form, references, kept: keptFields })
  if (!checked.ok) return failed({ code: 'invalid', message: checked.failure.message })
  const { login, settings } = checked.value
  const loginIndex = login === null ? connection.loginIndex : deps.vault.loginIndex(institution.id, login)
  const other = await deps.store.connections.findByLogin(loginIndex)
  if (other !== null && other.id !== connection.id) return failed({ code: 'invalid', message: 'This login belongs to another connection.' })
  const secretChangedAt = deps.clock.now()
  if (loginIndex !== connection.loginIndex) {
    const loginLabel = login === null || isNamed(connection.loginLabel) ? connection.loginLabel : labelOf(login, await labelsAt(deps, institution.id, connection.id))
    const trial: Trial = { loginIndex, loginLabel, settings, secretChangedAt, connectorState: {} }
    const refused = await sealTyped(deps, withTrial(connection, trial), checked.value, { keep: null, onceMore, trial: true })
    return refused === null ? ok({ connection, trial }) : failed(refused)
  }
  const keep: Kept | null = keptFields.length === 0 ? null : { fields: keptFields, origins: connector.originsOf(connection.settings) }
  const refused = await sealTyped(deps, connection, checked.value, { keep, onceMore, trial: false })
  if (refused !== null) return failed(refused)
  const changes = {
    settings, secretChangedAt,
    ...(isDeepStrictEqual(settings, connection.settings) ? {} : { settingsChangedAt: secretChangedAt }),
    ...(connection.state === 'removed' || connection.state === 'disabled' ? { state: switchedOn(connection) } : {}),
  }
  await deps.store.connections.update(connection.id, changes)
  if (connection.state === 'removed') await reviveSources(deps, connection.id)
  return ok({ connection: { ...connection, ...changes }, trial: null })
}

/** Sends the stored secret once more because a warned person asks for it; what this one read does not use of the grant is not left for another. */
export async function tryOnceMore(deps: SyncDeps, connectionId: string, by: string): Promise<Result<SyncRun, Refusal>> {
  return syncConnection(deps, connectionId, 'person', {
    prepare: async (connection) => {
      const refusal = refusalFor(connection)
      if (refusal !== null) return failed(refusal)
      await deps.vault.grantOneUse(ownerOf(connection), by)
      return ok({ connection, trial: null })
    },
    isGranted: true,
  })
}

/** Switches the feed of one account on or off, whatever connection feeds it; rows stay, and the gap is filled when it is read again. */
export async function switchAccount(deps: Pick<SyncDeps, 'store'>, accountId: AccountId, state: 'open' | 'paused'): Promise<void> {
  const { accounts } = deps.store
  for (const source of await accounts.sources({ accountId })) {
    if (source.state !== 'replaced' && source.connectionId !== null) await accounts.updateSource(source.id, { state: state === 'open' ? 'active' : 'paused' })
  }
  await accounts.update(accountId, { state })
}

/** Stops reading; every row, match and decision stays. */
export async function disableConnection(deps: SyncDeps, connectionId: string): Promise<Result<Connection, Refusal>> {
  return change(deps, connectionId, ['active', 'connecting'], () => ({ state: 'disabled', nextSyncAt: null }))
}

/** Reads again; the days in between are covered by no answer, so the next sync asks for them. */
export async function enableConnection(deps: SyncDeps, connectionId: string): Promise<Result<Connection, Refusal>> {
  return change(deps, connectionId, ['disabled'], (connection) => ({ state: switchedOn(connection), nextSyncAt: waitsForChoice({ ...connection, state: switchedOn(connection) }) ? null : deps.clock.now() }))
}

/** One that was never read is connecting still: its first list brings the accounts to read, not new ones that wait to be chosen. */
function switchedOn({ lastSuccessAt }: Connection): 'active' | 'connecting' {
  return lastSuccessAt === null ? 'connecting' : 'active'
}

/** Calls the login as a person does. */
export async function nameLogin(deps: SyncDeps, connectionId: string, label: string): Promise<Result<Connection, Refusal>> {
  const connection = await deps.store.connections.get(connectionId)
  if (connection === null || !isShown(connection)) return failed({ code: 'not_found', message: 'There is no connection with this id.' })
  if (!isNamed(label)) return failed({ code: 'invalid', message: 'Write the name out: “…” stands for what is not shown of a user name.' })
  if ((await labelsAt(deps, connection.institutionId, connection.id)).includes(label)) return failed({ code: 'invalid', message: 'Another login at this bank has this name.' })
  await deps.store.connections.update(connectionId, { loginLabel: label })
  return ok({ ...connection, loginLabel: label })
}

/** Destroys the secret and ends the connection; its accounts keep their rows. */
export async function removeConnection(deps: SyncDeps, connectionId: string): Promise<Result<null, Refusal>> {
  const removed = await change(deps, connectionId, ['active', 'connecting', 'disabled'], () => ({ state: 'removed', nextSyncAt: null }), async (connection) => {
    await forget(deps, connection)
    for (const source of await deps.store.accounts.sources({ connectionId })) {
      if (source.state === 'active') await deps.store.accounts.updateSource(source.id, { state: 'paused' })
    }
  })
  return removed.ok ? ok(null) : removed
}

async function firstSync(deps: SyncDeps, connection: Connection): Promise<Connected> {
  const done = await syncConnection(deps, connection.id, 'connect', { isGranted: true })
  if (!done.ok) throw new Error(`a connection that was just made is ${done.failure.code}`)
  const run = done.value
  const stored = (await deps.store.connections.get(connection.id)) ?? connection
  if (run.outcome === 'suspended') {
    const [challenge] = await deps.store.challenges.list({ connectionId: connection.id, state: 'open' })
    if (challenge !== undefined) return { kind: 'challenge', connection: stored, challenge }
  }
  // Signed in, but no account could be read: the connection is good, the read is a problem like any other.
  const signedIn = run.failure === null || (await deps.store.accounts.sources({ connectionId: connection.id })).length > 0
  if (!signedIn && run.failure !== null) {
    await forgetFirst(deps, connection)
    return { kind: 'failed', connection: stored, run, failure: run.failure }
  }
  return { kind: 'connected', connection: stored, run }
}

/** `kept`: fields that may be left out, because their stored value stays. */
type Typed = { readonly form: Readonly<Record<string, string>>; readonly references: References; readonly kept: readonly string[] }

function checkForm(institution: Institution, connector: Connector, route: Route, { form, references, kept }: Typed): Result<Checked, Invalid> {
  const fields = fieldsOf(connector, route.settings)
  const strange = [...Object.keys(form), ...Object.keys(references)].find((name) => !fields.some((field) => field.name === name))
  if (strange !== undefined) return failed({ field: strange, message: `There is no field "${strange}"; the fields are: ${fields.map((field) => field.name).join(', ')}.` })
  const known = Object.keys(references).find((name) => form[name] !== undefined || fields.some((field) => field.name === name && (field.kind !== 'secret' || field.isLogin)))
  if (known !== undefined) return failed({ field: known, message: `"${known}" is not taken from elsewhere: only a secret is, and only where it is not typed too.` })
  const empty = fields.find((field) => field.required && !kept.includes(field.name) && references[field.name] === undefined && (form[field.name] ?? '').trim() === '')
  if (empty !== undefined) return failed({ field: empty.name, message: missing(empty) })
  // What nobody types would be lost or altered on the way, and cost a try at the bank.
  const unusable = fields.find((field) => UNTYPED.test(form[field.name] ?? ''))
  if (unusable !== undefined) return failed({ field: unusable.name, message: untyped(unusable) })
  const checked = connector.checkSettings(institution, route, form)
  if (!checked.ok) return checked
  const loginField = fields.find((field) => field.isLogin) ?? fields.find((field) => field.kind === 'secret')
  const secrets: Record<string, string> = {}
  for (const field of fields) {
    const value = form[field.name]
    if ((field.kind === 'secret' || field.isLogin) && value !== undefined) secrets[field.name] = value
  }
  return ok({ login: form[loginField?.name ?? ''] ?? null, secrets, references, identity: fields.filter(namesLogin).map((field) => field.name), ...checked.value })
}

/** Where what is typed goes, for a person to see before. */
export function hostsOf(connector: Connector, { settings }: Pick<Route, 'settings'>): readonly string[] {
  return connector.originsOf(settings).map((origin) => new URL(origin).host)
}

/** Somebody changed the address of the bank while somebody else typed: a secret goes only where the person sent it (security.md section 3). */
function movedFrom(connector: Connector, route: Route, goesTo: ConnectRequest['goesTo']): string | null {
  const hosts = hostsOf(connector, route).join(', ')
  return goesTo === undefined || goesTo.join(', ') === hosts ? null : `The bank’s address was changed meanwhile: what is typed here would go to ${hosts} now. Nothing was sent.`
}

/** `setting`: by this name a sentence that is told in another language has its label translated too (language/retold.ts). */
function untyped({ label: setting }: FormField): string {
  return `${setting} holds a line break or another character that no bank takes. Type it again.`
}

function missing({ label: setting }: FormField): string {
  return `${setting} is missing.`
}

/** Control characters, halves of characters, and what stands for bytes that were no text. */
const UNTYPED = /[\p{Cc}\p{Cs}\ufffd]/u

function namesLogin(field: Connector['manifest']['fields'][number]): boolean {
  return field.isLogin && field.kind !== 'secret'
}

const LOCKED = 'The bank said that this login is locked. Unlock it at the bank first, then ask to send this sign-in once more.'

type Sealing = { readonly keep: Kept | null; readonly onceMore: boolean; readonly trial: boolean }

/** Seals what a person typed and lets it be sent once; a refusal when it must not be sent. */
async function sealTyped(deps: SyncDeps, connection: Connection, { secrets, references, origins, identity }: Checked, { keep, onceMore, trial }: Sealing): Promise<Refusal | null> {
  const owner = ownerOf(connection)
  // Of the login that a connection has, the repair leads the person through the unlocking.
  const tellsLock = trial || connection.state === 'connecting' || connection.state === 'preview'
  // It could not be sent, and would stand in the place of one that may be.
  if (onceMore && !tellsLock && (await deps.vault.status(owner)) === 'locked') return { code: 'secret_withheld', message: LOCKED }
  const sealed = await deps.vault.seal({ owner, values: secrets, references, origins, identity, trial, evenIfRefused: onceMore, ...(keep === null ? {} : { keep }) })
  if (!sealed.ok) return { code: 'invalid', message: sealed.failure.message }
  if (onceMore && tellsLock) await deps.vault.unlock(owner)
  if (sealed.value.sameAsRefused && !onceMore) {
    const message = sealed.value.status === 'refused'
      ? 'The bank refused this very secret before, so it was not sent again. Enter another one, or ask to send this one once more; banks lock a login after a few.'
      : 'Relink was stopped while the bank was answering this very secret, and may have missed a refusal, so it was not sent again. Enter another one, or ask to send this one once more; banks lock a login after a few.'
    return { code: 'secret_withheld', message }
  }
  if (sealed.value.status === 'locked' && !onceMore && tellsLock) {
    const message = trial
      ? 'The bank said that this login is locked. Unlock it at the bank first, then reconnect with it (`relink reconnect` with --once-more).'
      : LOCKED
    return { code: 'secret_withheld', message }
  }
  if (onceMore || sealed.value.status === 'withheld_unknown') await deps.vault.grantOneUse(owner, 'the person who typed it')
  return null
}

function ownerOf(connection: Connection): SecretOwner {
  return { connectionId: connection.id, loginIndex: connection.loginIndex }
}

/** Held while a connection's state is read, judged and changed, and by what goes with the change: one that was switched on beside its removal would go on without a sign-in. */
export function stateLock(connectionId: string): string {
  return `state/${connectionId}`
}

type Change = Partial<Pick<Connection, 'state' | 'nextSyncAt'>>

async function change(deps: SyncDeps, connectionId: string, from: readonly Connection['state'][], to: (connection: Connection) => Change, also: (connection: Connection) => Promise<void> = async () => undefined): Promise<Result<Connection, Refusal>> {
  const done = await aloneWith(deps, stateLock(connectionId), async (): Promise<Result<Connection, Refusal>> => {
    const connection = await deps.store.connections.get(connectionId)
    if (connection === null) return failed({ code: 'not_found', message: 'There is no such connection.' })
    if (!from.includes(connection.state)) return failed({ code: 'wrong_state', message: `This connection is ${connection.state}.` })
    const changed = to(connection)
    await deps.store.connections.update(connectionId, changed)
    for (const challenge of await deps.store.challenges.list({ connectionId, state: 'open' })) {
      if (changed.state !== 'active') await deps.store.challenges.move(challenge.id, 'open', 'cancelled')
    }
    await also({ ...connection, ...changed })
    return ok({ ...connection, ...changed })
  })
  return done ?? failed(STATE_BUSY)
}

const STATE_BUSY: Refusal = { code: 'busy', message: 'This connection is being changed at this very moment.' }

/** A first sign-in that came to nothing: the login is free to be connected again, but by nobody who would go on with this very connection. */
export async function forgetFirst(deps: SyncDeps, connection: Connection): Promise<void> {
  const end = async (): Promise<true> => {
    await forget(deps, connection)
    await deps.store.connections.update(connection.id, { state: 'removed', nextSyncAt: null })
    return true
  }
  if ((await aloneWith(deps, `login/${connection.loginIndex}`, end)) === null) await end()
}

async function forget(deps: SyncDeps, connection: Connection): Promise<void> {
  await endDeadRuns(deps, connection.id)
  await deps.vault.destroy(ownerOf(connection))
}

/** How the logins at a bank are shown, but for one. */
async function labelsAt({ store }: SyncDeps, institutionId: string, butFor?: string): Promise<readonly string[]> {
  return (await store.connections.list()).filter((one) => one.institutionId === institutionId && one.id !== butFor && isShown(one)).map(({ loginLabel }) => loginLabel)
}
