/**
 * One run's conversation with one OFX server: profile first, then signed messages with the version,
 * address and CLIENTUID that this bank wants. The anonymous profile is asked in every run before a
 * secret is sent: a server that is down, moved or not itself shows it there, and costs no attempt. A bank
 * that does not answer that question is asked it after a read that failed: how it turns it away when it
 * is well was seen, so that one that is not there yet is known without a sign-in.
 * Keeps sign-on answers (cookies, access keys) in memory only; what may be remembered is `state`. The cookie of a
 * sign-on that was not let in goes with its question, sealed, since the answer belongs to it.
 */
import type { ConnectorContext, SecretReader } from '../../connector-kit/connector.ts'
import { MASK } from '../../connector-kit/masking.ts'
import { announcementIn, isNoticeKind, noticeHolds, type Notice } from '../../connector-kit/notices.ts'
import { isAddressAlone, originOf } from '../../connector-kit/origin.ts'
import type { ChallengePrompt } from '../../domain/connection.ts'
import type { CaseContext, Failure, Stage } from '../../domain/evidence.ts'
import type { JsonObject } from '../../domain/institution.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import { OFX_VERSIONS, type OfxVersion } from '../../formats/ofx/markup.ts'
import type { OfxProfile, OfxResponse } from '../../formats/ofx/response.ts'
import type { OfxRequestMessage, OfxSignOnRequest } from '../../formats/ofx/request.ts'
import { answerField, askedOf, ownAnswer, promptsOf, readResume, TOKEN_FIELD, tokenPrompt, type Resume } from './challenge.ts'
import { CODE } from './codes.ts'
import { anonymousRefused, credentialMissing, endpointMoved, isRefusal, ofBank, ownAnswerRefused, refusal } from './failures.ts'
import { exchangeMessage, type Reply } from './message.ts'
import { accessOver, ACCESS_TOKEN, isMissing, permissionAsked, permissionFacts, readGranted, type Granted } from './granted.ts'
import { credentialField, originsOf, readSettings, type OfxSettings } from './settings.ts'

/**
 * Tried in this order, without a secret, where neither the settings nor an earlier run know what the
 * bank speaks. 1.0.3 first: what it adds to 1.0.2 (CLIENTUID, challenges) many banks demand, and a
 * sign-on without it would be refused and count as a failed one.
 */
const VERSIONS_TO_TRY: readonly OfxVersion[] = ['103', '102', '211', '203', '220']
/** Tokens in the sign-on came with the second edition. */
const VERSIONS_WITH_TOKENS: readonly OfxVersion[] = ['220', '211']
/** Where nothing can be tried beforehand. */
const MOST_SPOKEN: OfxVersion = '102'

/** What a signed message came to. */
export type Signed =
  | { readonly kind: 'reply'; readonly response: OfxResponse; readonly signOn: Reply['signOn'] }
  | { readonly kind: 'challenge'; readonly prompts: readonly ChallengePrompt[]; readonly codes: readonly string[]; readonly resume: JsonObject }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** What a session sends beside the login. */
type Carried = { readonly clientUid: string | null; readonly sessionCookie: string | null; readonly accessKey: string | null }

export class Session {
  readonly settings: OfxSettings
  readonly #context: ConnectorContext
  readonly #clientUid: string
  readonly #versions: readonly OfxVersion[]
  /** The permission that a person gave at the bank's site; null: none, or none is needed. */
  granted: Granted | null
  /** An earlier run was let in with this CLIENTUID, or at least made it. */
  readonly #isClientKnown: boolean
  #version: OfxVersion
  #url: string
  /** Where the profile wants a message set asked elsewhere than at `#url`. */
  #urls: ReadonlyMap<string, string>
  /** Since when the bank, which answered the anonymous question before, refuses it; null: it does not. */
  #profileRefusedAt: number | null
  #profileUpdated: string | null
  #tokenLabel: string | null
  #clientUidRequired: boolean
  /** Of a bank whose profile is not asked: how it looks to one that asks all the same, when it is well. Null: not seen yet. */
  #whenWell: string | null
  #answers: Resume | null
  #sessionCookie: string | null = null
  #accessKey: string | null = null
  #clockSkewSeconds: number | null = null
  /** What the profile calls the secrets beside the password; null: it was not read in this run. */
  #credentialLabels: readonly string[] | null = null
  /** The labels with which a sign-in was accepted without these secrets; null: this login was let in before they were looked at. */
  #doesWithout: string | null
  /** Where the bank's own redirects lead, by address: a sign-in goes there at once, since each hop of it would be an attempt of its own. Whole for this run only. */
  readonly #sentOn: Map<string, string>
  /** What the bank announced beside its last good sign-on answer, and when it was heard last. */
  #notice: Notice | null

  constructor(context: ConnectorContext, settings: OfxSettings) {
    // What an earlier run learned holds for the address it learned it from.
    const known = context.state['signOnUrl'] === settings.url ? context.state : { clientUid: context.state['clientUid'] ?? null }
    const text = (name: string): string | null => (typeof known[name] === 'string' ? known[name] : null)
    this.settings = settings
    this.#context = context
    this.#isClientKnown = text('clientUid') !== null
    this.#clientUid = text('clientUid') ?? context.newId()
    this.#versions = settings.permission === undefined ? VERSIONS_TO_TRY : VERSIONS_WITH_TOKENS
    const first = settings.profile || settings.permission !== undefined ? this.#versions[0] : undefined
    this.#version = settings.version ?? OFX_VERSIONS.find((version) => version === text('version')) ?? first ?? MOST_SPOKEN
    this.#url = text('url') ?? settings.url
    this.#urls = new Map(addressesIn(known['urls']))
    this.#profileRefusedAt = typeof known['profileRefusedAt'] === 'number' ? known['profileRefusedAt'] : null
    this.#profileUpdated = text('profileUpdated')
    this.#tokenLabel = text('tokenLabel')
    this.#clientUidRequired = known['clientUidRequired'] === true
    this.#whenWell = text('whenWell')
    this.#doesWithout = text('doesWithout') ?? (text('signOnUrl') === null ? '' : null)
    this.#notice = noticeIn(known)
    this.#sentOn = new Map(settings.profile ? [] : Object.entries(keptAddresses(addressesIn(known['sentOn'])).sentOn ?? {}))
    this.granted = readGranted(context.state)
    this.#answers = context.resume === null ? null : readResume(context.resume.data)
    this.#sessionCookie = this.#answers?.sessionCookie ?? null
  }

  /** What to remember of this login; no secrets. */
  get state(): JsonObject {
    return {
      clientUid: this.#clientUid, signOnUrl: this.settings.url, version: this.#version, url: this.#url, profileUpdated: this.#profileUpdated,
      tokenLabel: this.#tokenLabel, clientUidRequired: this.#clientUidRequired, ...(this.#doesWithout === null ? {} : { doesWithout: this.#doesWithout }),
      ...(this.#urls.size === 0 ? {} : { urls: Object.fromEntries(this.#urls) }), ...(this.#profileRefusedAt === null ? {} : { profileRefusedAt: this.#profileRefusedAt }),
      // Where a profile is asked, that shows it anew in each run.
      ...(this.settings.profile ? {} : keptAddresses(this.#sentOn)),
      ...(this.granted === null ? {} : { granted: this.granted }), ...(this.#whenWell === null ? {} : { whenWell: this.#whenWell }), ...(this.#notice === null ? {} : { notice: this.#notice.kind, noticeAt: this.#notice.at, noticeWords: this.#notice.words }),
    } // prettier-ignore
  }

  /** What to remember where no sign-in was reached: what was known, and that the bank refuses its anonymous question. */
  get refusedState(): JsonObject {
    return this.#profileRefusedAt === null ? this.#context.state : { ...this.#context.state, profileRefusedAt: this.#profileRefusedAt }
  }

  get facts(): CaseContext {
    return {
      protocolVersion: this.#version, clientId: this.#clientUidSent() === null ? 'none' : this.#isClientKnown ? 'registered' : 'fresh',
      ...(this.granted === null ? {} : permissionFacts(this.granted, this.#context.now())),
      ...(this.#clockSkewSeconds === null ? {} : { clockSkewSeconds: this.#clockSkewSeconds }),
      ...(this.#notice !== null && noticeHolds(this.#notice.kind, this.#notice.at, this.#context.now()) ? { bankNotice: this.#notice.kind } : {}),
    }
  }

  /** A good sign-on without an announcement takes the last one back; a refusal speaks of itself, and is no announcement. */
  #hearNotice(signOn: Reply['signOn'], isSigned: boolean): void {
    if (isRefusal(signOn.status)) return
    // 15000 beside good data is a warning: the sign-ins after it are refused.
    const said = announcementIn(signOn.status?.message ?? '')
    const kind = Number(signOn.status?.code) === CODE.passwordChange ? 'password' : said?.kind
    if (kind !== undefined) this.#notice = { kind, at: this.#context.now(), words: said?.words ?? null }
    else if (isSigned) this.#notice = null
  }

  /** Asks the anonymous profile; null when the bank can be signed in to. */
  async open(): Promise<Failure | null> {
    const failure = this.settings.profile ? await this.#readProfile() : await this.#askWhetherThere()
    return failure === null ? null : ofBank(failure, this.#context.institution.id)
  }

  /** Sends messages with a sign-on. A challenge of the bank's comes back as prompts, or is answered where no person is needed. */
  async ask(purpose: string, stage: Stage, messages: readonly OfxRequestMessage[]): Promise<Signed> {
    const signed = await this.#askSigned(purpose, stage, messages, true)
    const { permission } = this.settings
    if (signed.kind === 'failed' && permission !== undefined && this.granted?.isRenewed === false && isMissing(signed.failure)) {
      // Somebody set out anew, and what was remembered is of the permission before.
      this.granted = null
      return permissionAsked(permission)
    }
    return signed.kind === 'failed' ? { kind: 'failed', failure: ofBank(signed.failure, this.#context.institution.id) } : signed
  }

  newTransaction(): string {
    return this.#context.newId()
  }

  /** Null: the bank is there, or nothing can be said without a sign-in. */
  async #askWhetherThere(): Promise<Failure | null> {
    if (this.#context.inDoubt !== true || this.#whenWell === null || AWAY.has(this.#whenWell)) return null
    const asked = await this.#askAnonymously()
    const look = lookOf(asked)
    return asked.ok || look === this.#whenWell || !AWAY.has(look) ? null : asked.failure
  }

  /** Once for each connection, when a sign-in has just worked. */
  async #learnToAsk(): Promise<void> {
    if (!this.settings.profile) this.#whenWell ??= lookOf(await this.#askAnonymously())
  }

  #askAnonymously(url = this.settings.url): Promise<Result<Reply, Failure>> {
    return this.#post('profile', 'signon', [{ type: 'profile', trnuid: this.newTransaction() }], null, url)
  }

  async #readProfile(): Promise<Failure | null> {
    const candidates = this.settings.version === undefined ? [...new Set([this.#version, ...this.#versions])] : [this.settings.version]
    let failure: Failure | null = null
    for (const version of candidates) {
      this.#version = version
      const replied = await this.#askProfile()
      if (!replied.ok) {
        failure = replied.failure
        if (!mayBeVersion(failure)) return failure
        continue
      }
      const { signOn, response } = replied.value
      const status = response.answers.find((answer) => answer.of === 'PROFTRNRS')?.status ?? null
      if (!isRefusal(signOn.status) && !isRefusal(status)) {
        this.#profileRefusedAt = null
        return response.profile === null ? null : await this.#adopt(response.profile)
      }
      failure = anonymousRefused([signOn.status, status])
      if (Number(signOn.status?.code) === CODE.unsupportedVersion) continue
      // A bank that never answered anonymous questions may still take a sign-on; one that did, and now does not, is not itself, for a while.
      if (this.#profileUpdated === null) return null
      this.#profileRefusedAt ??= this.#context.now()
      return this.#context.now() - this.#profileRefusedAt >= REFUSES_FOR_GOOD_MS ? null : failure
    }
    return failure
  }

  /** An empty answer may only hand out the cookie that the next request must bring (some servers behind balancers), so it is asked once more. */
  async #askProfile(): Promise<Result<Reply, Failure>> {
    const updatedAt = this.#profileUpdated === null ? {} : { updatedAt: this.#profileUpdated }
    const ask = async (): Promise<Result<Reply, Failure>> => await this.#post('profile', 'signon', [{ type: 'profile', trnuid: this.newTransaction(), ...updatedAt }], null, this.settings.url)
    const first = await ask()
    return !first.ok && first.failure.code === 'answer_empty' ? await ask() : first
  }

  /** Takes over what the profile says; a failure when it sends the sign-on to an unknown address. */
  async #adopt(profile: OfxProfile): Promise<Failure | null> {
    const core = ['BANKMSGSETV1', 'CREDITCARDMSGSETV1', 'SIGNUPMSGSETV1', 'SIGNONMSGSETV1'].map((name) => profile.messageSets.find((set) => set.name === name)).find((set) => set?.url != null)
    const url = core?.url ?? this.settings.url
    const origin = originOf(url)
    if (origin !== null && !originsOf(this.settings).includes(origin)) return await this.#judgeNewAddress(url)
    if (origin !== null) this.#url = url
    const own = profile.messageSets.filter((set) => set.url !== null && set.url !== url && originsOf(this.settings).includes(originOf(set.url) ?? ''))
    this.#urls = new Map(own.flatMap((set) => (set.url === null ? [] : [[set.name, set.url] as const])))
    this.#profileUpdated = profile.updated
    this.#tokenLabel = profile.signOnInfos.find((info) => info.authTokenLabel !== null)?.authTokenLabel ?? null
    this.#clientUidRequired = profile.signOnInfos.some((info) => info.clientUidRequired === true)
    if (this.#clientUidRequired && this.settings.clientUid === 'auto') this.#speakMfa()
    const info = profile.signOnInfos[0]
    this.#credentialLabels = [info?.credential1Label, info?.credential2Label].flatMap((label) => (label == null ? [] : [label]))
    const unnamed = this.#credentialLabels.slice(this.settings.credentials.length)
    // Whoever was let in without them is let in without them.
    return unnamed.length === 0 || this.#doesWithout === null || this.#doesWithout === unnamed.join() ? null : credentialMissing(unnamed)
  }

  /** An address that nobody is there to answer is an outage; any other new address is for a person to judge. Asked without a secret. */
  async #judgeNewAddress(url: string): Promise<Failure> {
    const asked = await this.#askAnonymously(url)
    return !asked.ok && asked.failure.code === 'bank_unreachable' ? asked.failure : endpointMoved(this.settings.url, url)
  }

  async #askSigned(purpose: string, stage: Stage, messages: readonly OfxRequestMessage[], mayRepeat: boolean): Promise<Signed> {
    const answers = this.#answers
    // Answers are sent once; whatever comes of it, the next message goes without them.
    this.#answers = null
    const hadClientUid = this.#clientUidSent() !== null
    const url = this.#urlOf(messages)
    const replied = await this.#post(purpose, stage, messages, { answers }, url)
    if (!replied.ok) return { kind: 'failed', failure: replied.failure }
    const { response, signOn } = replied.value
    const code = Number(signOn.status?.code ?? 0)
    if (!isRefusal(signOn.status)) {
      if (this.#credentialLabels !== null) this.#doesWithout = this.#credentialLabels.slice(this.settings.credentials.length).join()
      await this.#learnToAsk()
      return { kind: 'reply', response, signOn }
    }
    if (code === CODE.challengeRequired) return await this.#startChallenge(purpose, stage, messages, response, mayRepeat)
    if (code === CODE.tokenRequired) {
      // The device is remembered, if only for the session, where the version names it; a code must not be spent on finding out whether the bank speaks that.
      if (this.settings.profile) this.#speakMfa()
      return { kind: 'challenge', prompts: [tokenPrompt(this.#tokenLabel)], codes: [String(code)], resume: { kind: 'token', sessionCookie: this.#sessionCookie } }
    }
    if (code === CODE.clientUid && !hadClientUid && mayRepeat && this.settings.version === undefined && this.settings.clientUid === 'auto') {
      this.#clientUidRequired = true
      this.#speakMfa()
      return await this.#askSigned(purpose, stage, messages, false)
    }
    const statuses = [signOn.status, ...response.answers.map((answer) => answer.status)]
    return { kind: 'failed', failure: refusal(MFA_CODES.has(code) ? 'mfa' : 'signon', statuses, answers !== null && MFA_CODES.has(code) ? 'challenge_refused' : 'bank_refused') }
  }

  async #startChallenge(purpose: string, stage: Stage, messages: readonly OfxRequestMessage[], first: OfxResponse, mayRepeat: boolean): Promise<Signed> {
    this.#speakMfa()
    let response = first
    if (first.challenges.length === 0) {
      const replied = await this.#post('challenge', 'mfa', [{ type: 'challenge', trnuid: this.newTransaction() }], { answers: null }, this.#urlOf(messages))
      if (!replied.ok) return { kind: 'failed', failure: replied.failure }
      response = replied.value.response
      if (response.challenges.length === 0) {
        return { kind: 'failed', failure: refusal('mfa', [first.signOn?.status ?? null, replied.value.signOn.status, ...response.answers.map((answer) => answer.status)]) }
      }
    }
    const phraseIds = askedOf(response.challenges).map(({ phraseId }) => phraseId)
    const prompts = promptsOf(response.challenges, this.#context.now())
    const asked: Resume = { kind: 'questions', phraseIds, sessionCookie: this.#sessionCookie }
    if (prompts.length > 0) return { kind: 'challenge', prompts, codes: [String(CODE.challengeRequired)], resume: asked }
    // Nothing that a person could answer: what the program says of itself is said once.
    if (!mayRepeat || phraseIds.length === 0) return { kind: 'failed', failure: ownAnswerRefused() }
    this.#answers = asked
    return await this.#askSigned(purpose, stage, messages, false)
  }

  /** Where the profile says that these messages, which are of one set, are answered. */
  #urlOf(messages: readonly OfxRequestMessage[]): string {
    return this.#urls.get(MESSAGE_SETS[messages[0]?.type ?? 'profile']) ?? this.#url
  }

  /** `signed` null: anonymous. */
  async #post(
    purpose: string,
    stage: Stage,
    messages: readonly OfxRequestMessage[],
    signed: { readonly answers: Resume | null } | null,
    url: string,
  ): Promise<Result<Reply, Failure>> {
    const { transport, now } = this.#context
    const clientTimeMs = now()
    // Shown now it would be refused, and with it the permission that it came from.
    if (signed !== null && this.granted?.accessEndsAt != null && this.granted.accessEndsAt <= clientTimeMs) return failed(accessOver())
    const version = this.#version
    const newFileUid = this.newTransaction()
    // As it is now: the record of the request may be written when the session has long gone on.
    const carried = { clientUid: this.#clientUidSent(), sessionCookie: this.#sessionCookie, accessKey: this.#accessKey }
    const write = (secret: SecretReader) => ({ version, newFileUid, clientTimeMs, messages, signOn: this.#signOn(signed, carried, clientTimeMs, secret) })
    const secrets = signed === null ? [] : [...this.#loginFields, ...this.#answerFields(signed.answers)]
    const target = this.#sentOn.get(url) ?? url
    const replied = await exchangeMessage(transport, this.settings, { purpose, stage, url: target, trnuids: messages.map(({ trnuid }) => trnuid), write, secrets })
    if (!replied.ok) {
      this.#sentOn.delete(url)
      return failed(replied.failure)
    }
    const { signOn, clockSkewSeconds, finalUrl } = replied.value
    // One that repeats a secret is not whole here.
    if (finalUrl !== target && originsOf(this.settings).includes(originOf(finalUrl) ?? '') && !finalUrl.includes(MASK)) this.#sentOn.set(url, finalUrl)
    this.#clockSkewSeconds = clockSkewSeconds ?? this.#clockSkewSeconds
    this.#hearNotice(signOn, signed !== null)
    if (signed !== null) {
      this.#sessionCookie = signOn.sessionCookie ?? this.#sessionCookie
      this.#accessKey = signOn.accessKey ?? this.#accessKey
    }
    return ok(replied.value)
  }

  #signOn(signed: { readonly answers: Resume | null } | null, { clientUid, sessionCookie, accessKey }: Carried, at: number, secret: SecretReader): OfxSignOnRequest {
    const { org, fid, appId, appVersion } = this.settings
    const shared = { appId, appVersion, ...(org === undefined ? {} : { institution: { org, fid: fid ?? null } }) }
    if (signed === null) return { ...shared, login: 'anonymous' }
    return {
      ...shared,
      login: this.settings.permission === undefined ? { userId: secret('username'), password: secret('password') } : { accessToken: secret(ACCESS_TOKEN) },
      ...Object.fromEntries(this.settings.credentials.map((_, index) => [credentialField(index), secret(credentialField(index))])),
      ...(clientUid === null ? {} : { clientUid }),
      ...(sessionCookie === null ? {} : { sessionCookie }),
      ...(accessKey === null ? {} : { accessKey }),
      ...this.#answered(signed.answers, at, secret),
    }
  }

  #answered(answers: Resume | null, at: number, secret: SecretReader): Partial<OfxSignOnRequest> {
    if (answers === null) return {}
    if (answers.kind === 'token') return { authToken: secret(TOKEN_FIELD) }
    const given = answers.phraseIds.map((phraseId) => ({ phraseId, answer: ownAnswer(phraseId, at, this.settings.userAgent) ?? secret(answerField(phraseId)) }))
    return { challengeAnswers: given }
  }

  get #loginFields(): readonly string[] {
    return this.settings.permission === undefined ? ['username', 'password', ...this.settings.credentials.map((_, index) => credentialField(index))] : [ACCESS_TOKEN]
  }

  #answerFields(answers: Resume | null): readonly string[] {
    if (answers === null) return []
    return answers.kind === 'token' ? [TOKEN_FIELD] : answers.phraseIds.filter((id) => ownAnswer(id, 0, '') === null).map(answerField)
  }

  #clientUidSent(): string | null {
    if (this.settings.clientUid === 'never') return null
    return this.settings.clientUid === 'always' || knowsMfa(this.#version) ? this.#clientUid : null
  }

  /** CLIENTUID and challenges exist in 1.0.3 and from 2.1.0 on; a version that the settings demand stays. */
  #speakMfa(): void {
    if (this.settings.version !== undefined || knowsMfa(this.#version)) return
    this.#version = this.#version < '200' ? '103' : '211'
  }
}

/** The profile's names (OFX 2.2 section 7.2.1) of what answers a message; a question about the sign-on is asked where the message is. */
const MESSAGE_SETS: Readonly<Record<OfxRequestMessage['type'], string>> = { accounts: 'SIGNUPMSGSETV1', bank: 'BANKMSGSETV1', card: 'CREDITCARDMSGSETV1', profile: 'PROFMSGSETV1', challenge: 'SIGNONMSGSETV1' }

/** A bank that refuses anonymous questions for so long does not mean that it is not itself: it stopped answering them. */
const REFUSES_FOR_GOOD_MS = 48 * 3_600_000

const MFA_CODES: ReadonlySet<number> = new Set([CODE.challengeInvalid, CODE.mfaError, CODE.tokenInvalid, CODE.invalidTan])

const sessions = new WeakMap<ConnectorContext['transport'], Session>()

/** Why there is no session, and what was learned all the same. */
export type NotOpened = { readonly failure: Failure; readonly state: JsonObject; readonly facts: CaseContext }

/** The session of this run: opened by the first operation, used by the next. */
export async function openSession(context: ConnectorContext): Promise<Result<Session, NotOpened>> {
  const known = sessions.get(context.transport)
  if (known !== undefined) return ok(known)
  const settings = readSettings(context.settings)
  if (!settings.ok) {
    const message = `The settings of ${context.institution.name} cannot be used: ${settings.failure.message}`
    const failure: Failure = { code: 'configuration_invalid', stage: 'signon', retry: { kind: 'afterPerson' }, message, evidence: [{ protocol: 'ofx', stage: 'signon', codes: ['settings_unusable'], ...(settings.failure.field === null ? {} : { setting: settings.failure.field }), message }] }
    return failed({ failure, state: context.state, facts: {} })
  }
  const session = new Session(context, settings.value)
  const failure = await session.open()
  if (failure !== null) return failed({ failure, state: session.refusedState, facts: {} })
  sessions.set(context.transport, session)
  return ok(session)
}

function addressesIn(known: JsonObject[string] | undefined): readonly (readonly [string, string])[] {
  return typeof known === 'object' && known !== null && !Array.isArray(known) ? Object.entries(known).flatMap(([from, to]) => (typeof to === 'string' ? [[from, to] as const] : [])) : []
}

/** Of where a bank sends on, what is an address and nothing else: a redirect may hand out a session, or a name, in its path or query. */
function keptAddresses(sentOn: Iterable<readonly [string, string]>): { readonly sentOn?: Readonly<Record<string, string>> } {
  const kept = [...sentOn].filter(([, to]) => URL.canParse(to) && isAddressAlone(new URL(to)))
  return kept.length === 0 ? {} : { sentOn: Object.fromEntries(kept) }
}

function knowsMfa(version: OfxVersion): boolean {
  return version === '103' || version >= '210'
}

/** Servers that do not know a version often have no words for it. */
function mayBeVersion(failure: Failure): boolean {
  const status = failure.evidence[0].httpStatus
  return failure.code === 'http_refused' && (status === 400 || status === 501)
}

/** What an answer to an anonymous question looks like, as far as it tells whether anybody is there. */
function lookOf(asked: Result<Reply, Failure>): string {
  if (asked.ok) return 'answers'
  const { code, evidence: [first] } = asked.failure
  return code === 'http_refused' && (first.httpStatus ?? 0) >= 500 ? 'server_error' : code
}

/** Nobody is there to look at a password: no connection, no answer in time, a server that says so of itself, or something else in its place. */
const AWAY: ReadonlySet<string> = new Set(['bank_unreachable', 'tls_refused', 'answer_too_slow', 'server_error', 'answer_unreadable', 'answer_empty', 'answer_too_large'])

/** What was announced, of what is remembered of a login. */
export function noticeIn({ notice, noticeAt, noticeWords }: JsonObject): Notice | null {
  return isNoticeKind(notice) && typeof noticeAt === 'number' ? { kind: notice, at: noticeAt, words: typeof noticeWords === 'string' ? noticeWords : null } : null
}
