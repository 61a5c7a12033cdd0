/**
 * What every connector must do, whatever its protocol: the suite that a new connector's folder runs
 * against its bank or fake. Each check throws a sentence that says what was promised and what
 * happened. It watches the connector through its only way out, the transport, so it needs to know
 * nothing of the protocol: answers are taken from the real bank and then damaged.
 */
import { contains, type DayRange } from '../domain/day.ts'
import type { Failure } from '../domain/evidence.ts'
import type { Institution, JsonObject, Route } from '../domain/institution.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { Answer, ExchangeRequest, Transport } from '../ports/transport.ts'
import { fieldsOf, type AccountList, type Connector, type ConnectorContext, type Outcome, type ReadStep } from './connector.ts'

export type ConformanceSubject = {
  readonly connector: Connector
  readonly institution: Institution
  readonly route: Route
  /** A complete and right form. */
  readonly form: Readonly<Record<string, string>>
  /** A run of a login that works without a question. A new one each time. */
  readonly healthy: () => ConnectorContext
  /** A run of a login of which the bank asks something, and the next run after a person answered. */
  readonly challenged: { readonly first: () => ConnectorContext; readonly answered: (resume: JsonObject, promptIds: readonly string[]) => Promise<ConnectorContext> } | null
  readonly window: DayRange
}

export type ConformanceCheck = { readonly name: string; readonly run: () => Promise<void> }

type Seen = { readonly request: ExchangeRequest; readonly answer: Result<Answer, Failure> }

const CANARY = 'CANARY-7f3a91-secret'

/** The checks for one connector, to be run one by one. */
export function conformanceChecks(subject: ConformanceSubject): readonly ConformanceCheck[] {
  const checks: Readonly<Record<string, () => Promise<void>>> = {
    'its manifest can be shown: one login, a secret or a step that gets one, every field once': () => manifestIsSound(subject),
    'a form with a required field left out is refused, naming the field': () => formIsChecked(subject),
    'a healthy bank gives accounts, and pages that end with the last one': () => healthyReads(subject),
    'the days that a page covers lie inside those asked for': () => coversAreAsked(subject),
    'what it is given is not written to': () => contextIsUntouched(subject),
    'a request is the same each time it is built, and holds secrets only where the reader gives them': () => requestsArePure(subject),
    'an answer that is empty, a web page, noise or cut anywhere is a failure with evidence, never an empty account': () => damageIsFailure(subject),
    'an answer that repeats the secrets puts none of them into what the connector returns': () => echoesStayIn(subject),
    'a failure of the transport is handed on as it is': () => failuresPass(subject),
    'no probe carries a secret': () => probesAreHarmless(subject),
    'a question of the bank survives as plain data and is answered in a later run': () => challengeResumes(subject),
  }
  return Object.entries(checks).map(([name, run]) => ({ name, run }))
}

async function manifestIsSound({ connector, route }: ConformanceSubject): Promise<void> {
  const { manifest } = connector
  const fields = fieldsOf(connector, route.settings)
  const names = fields.map((field) => field.name)
  demand(new Set(names).size === names.length, 'two fields of the form have the same name')
  demand(fields.filter((field) => field.isLogin).length === 1, 'exactly one field names the login')
  demand(fields.some((field) => field.kind === 'secret') || connector.signIn !== undefined, 'there is no secret field, and no step that gets one')
  demand(manifest.maxWindowDays > 0 && manifest.overlapDays >= 0, 'the window has no days')
}

async function formIsChecked({ connector, institution, route, form }: ConformanceSubject): Promise<void> {
  const right = connector.checkSettings(institution, route, form)
  demand(right.ok && right.value.origins.length > 0, 'a right form was refused or allows no address')
  demand(right.ok && String(right.value.origins) === String(connector.originsOf(right.value.settings)), 'originsOf differs from the origins at the form')
  for (const field of fieldsOf(connector, route.settings).filter((each) => each.required)) {
    const checked = connector.checkSettings(institution, route, { ...form, [field.name]: '' })
    demand(!checked.ok && checked.failure.field === field.name, `without "${field.name}" the form was accepted, or another field was blamed`)
    const { [field.name]: _, ...others } = form
    if (field.isLogin && field.kind !== 'secret') demand(connector.checkSettings(institution, route, others).ok, `"${field.name}" could not be left out to keep its stored value`)
  }
}

async function healthyReads(subject: ConformanceSubject): Promise<void> {
  const { accounts, steps } = await readAll(subject, subject.healthy())
  demand(accounts > 0, 'no account was listed')
  demand(steps.length === accounts, 'not every account was read')
  for (const ofAccount of steps) {
    const end = ofAccount.at(-1)
    demand(end?.step === 'page' && end.page.last, 'reading did not end with a last page')
    demand(ofAccount.filter((step) => step.step === 'page' && step.page.last).length === 1, 'more than one page is the last')
  }
}

async function coversAreAsked(subject: ConformanceSubject): Promise<void> {
  const { steps } = await readAll(subject, subject.healthy())
  for (const step of steps.flat()) {
    if (step.step !== 'page' || step.page.covers === null) continue
    const { from, to } = step.page.covers
    demand(from <= to && contains(subject.window, from) && contains(subject.window, to), `a page covers ${from} to ${to}, which was not asked for`)
  }
}

async function contextIsUntouched(subject: ConformanceSubject): Promise<void> {
  const context = subject.healthy()
  await readAll(subject, { ...context, state: frozen(context.state), settings: frozen(context.settings), institution: frozen(context.institution) })
}

async function requestsArePure(subject: ConformanceSubject): Promise<void> {
  for (const { request } of await observe(subject)) {
    const values = built(request, () => CANARY)
    demand(values === built(request, () => CANARY), `the request "${request.purpose}" differs when it is built again`)
    const marked = built(request, (field) => `{${field}}`)
    demand(!marked.includes(CANARY), `the request "${request.purpose}" remembers a secret`)
    if (request.secrets.length > 0) demand(request.judge !== undefined, `the request "${request.purpose}" sends a secret and does not judge the answer`)
  }
}

async function damageIsFailure(subject: ConformanceSubject): Promise<void> {
  const seen = await observe(subject)
  const bodies: Uint8Array[] = [new Uint8Array(0), bytesOf(' \r\n'.repeat(1000)), bytesOf('<!doctype html><html><title>Maintenance</title><body>Back soon'), Uint8Array.from({ length: 500 }, (_, index) => (index * 151) % 256)]
  for (let exchange = 0; exchange < seen.length; exchange += 1) {
    const whole = seen[exchange]?.answer
    const cuts = whole?.ok === true ? [0.2, 0.5, 0.8, 0.97].map((part) => whole.value.body.subarray(0, Math.floor(whole.value.body.length * part))) : []
    for (const body of [...bodies, ...cuts]) {
      const context = subject.healthy()
      const purpose = seen[exchange]?.request.purpose
      // From here on every answer to this question: a connector may ask once more, but not go on without.
      const transport = altered(context.transport, (answer, request, count) => (count >= exchange && request.purpose === purpose && answer.ok ? ok({ ...answer.value, body }) : answer))
      const { outcome, steps } = await readAll(subject, { ...context, transport })
      const failures = [...(outcome.kind === 'failed' ? [outcome.failure] : []), ...steps.flat().flatMap((step) => (step.step === 'failed' ? [step.failure] : []))]
      demand(failures.length > 0, `exchange ${exchange + 1} answered with ${body.length} damaged bytes, and nothing failed`)
      for (const failure of failures) demand(failure.evidence.length > 0 && failure.message !== '', 'a failure without evidence or sentence')
    }
  }
}

async function echoesStayIn(subject: ConformanceSubject): Promise<void> {
  const context = subject.healthy()
  const echo: Transport = {
    exchange: async (request) => {
      const body = bytesOf(`${built(request, () => '[secret]')}<p>you sent [secret]`)
      return ok({ status: 400, headers: { 'content-type': 'text/html' }, body, finalUrl: request.url, receivedAt: context.now(), clockSkewSeconds: null })
    },
  }
  const { outcome } = await readAll(subject, { ...context, transport: echo })
  demand(outcome.kind === 'failed', 'an echo of the request was taken for an answer')
  const values = Object.values(subject.form)
  demand(!values.some((value) => value.length > 3 && JSON.stringify(outcome).includes(value)), 'a value of the form is in the outcome')
}

async function failuresPass(subject: ConformanceSubject): Promise<void> {
  const failure: Failure = { code: 'bank_unreachable', stage: 'connect', retry: { kind: 'at', at: null }, message: 'no connection', evidence: [{ stage: 'connect', networkError: 'ECONNREFUSED' }] }
  const { outcome } = await readAll(subject, { ...subject.healthy(), transport: { exchange: async () => failed(failure) } })
  demand(outcome.kind === 'failed' && outcome.failure.code === failure.code && outcome.failure.evidence[0].networkError === 'ECONNREFUSED', 'the failure was lost or changed')
}

async function probesAreHarmless(subject: ConformanceSubject): Promise<void> {
  for (const kind of subject.connector.probes) {
    const context = subject.healthy()
    let secrets = 0
    const transport: Transport = { exchange: async (request) => ((secrets += request.secrets.length), await context.transport.exchange(request)) }
    const result = await subject.connector.probe({ ...context, transport }, kind)
    demand(secrets === 0, `the probe "${kind}" sends a secret`)
    demand(result.probe === kind && result.sentence !== '', `the probe "${kind}" says nothing`)
  }
}

async function challengeResumes({ connector, challenged }: ConformanceSubject): Promise<void> {
  if (challenged === null) return
  const asked = await connector.listAccounts(challenged.first())
  demand(asked.kind === 'challenge', 'the bank asked nothing')
  if (asked.kind !== 'challenge') return
  demand(asked.prompts.length > 0 && asked.expiresInMs > 0, 'a challenge without a question or without time to answer')
  const resume = JSON.parse(JSON.stringify(asked.resume)) as JsonObject
  const done = await connector.listAccounts(await challenged.answered(resume, asked.prompts.map((prompt) => prompt.id)))
  demand(done.kind === 'done', `the answered run ended with ${done.kind}`)
}

/** Lists the accounts and reads each. */
async function readAll({ connector, window }: ConformanceSubject, context: ConnectorContext): Promise<{ readonly outcome: Outcome<AccountList>; readonly accounts: number; readonly steps: readonly (readonly ReadStep[])[] }> {
  const outcome = await connector.listAccounts(context)
  const open = outcome.kind === 'done' ? outcome.value.accounts.filter((account) => account.status === 'open') : []
  const steps: ReadStep[][] = []
  for (const account of open) {
    const ofAccount: ReadStep[] = []
    for await (const step of connector.readAccount(context, account.ref, window, null)) ofAccount.push(step)
    steps.push(ofAccount)
  }
  return { outcome, accounts: open.length, steps }
}

/** Every exchange of a healthy run. */
async function observe(subject: ConformanceSubject): Promise<readonly Seen[]> {
  const context = subject.healthy()
  const seen: Seen[] = []
  const transport: Transport = {
    exchange: async (request) => {
      const answer = await context.transport.exchange(request)
      seen.push({ request, answer })
      return answer
    },
  }
  await readAll(subject, { ...context, transport })
  return seen
}

type Alter = (answer: Result<Answer, Failure>, request: ExchangeRequest, count: number) => Result<Answer, Failure>

function altered(transport: Transport, alter: Alter): Transport {
  let count = -1
  return { exchange: async (request) => alter(await transport.exchange(request), request, (count += 1)) }
}

function built(request: ExchangeRequest, secret: (field: string) => string): string {
  const body = request.body?.(secret) ?? ''
  const text = typeof body === 'string' ? body : new TextDecoder('latin1').decode(body)
  return `${request.authorization?.(secret) ?? ''}${text}`
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner)
    Object.freeze(value)
  }
  return value
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function demand(condition: boolean, broken: string): asserts condition {
  if (!condition) throw new Error(broken)
}
