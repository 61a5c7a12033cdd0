/**
 * A whole Relink beside the sandbox bank, for the tests of the fault atlas: real sockets with TLS,
 * the real connector, engine, vault, diagnosis and repair; only the store is in memory, because one
 * database for each of seventy faults would take minutes. One world for one fault.
 */
import { ANA } from '../bank/customers.ts'
import { ATLAS } from '../bank/faults/atlas.ts'
import type { FaultDefinition, Value } from '../bank/faults/fault.ts'
import { readConfig } from '../src/config.ts'
import type { DemoFault } from '../src/demo/faults.ts'
import { createScriptedPerson, type ScriptedPerson } from '../src/demo/person.ts'
import { openSandbox, type Sandbox } from '../src/demo/sandbox.ts'
import { connectAna } from '../src/demo/story.ts'
import type { Problem } from '../src/domain/connection.ts'
import type { SyncRun } from '../src/domain/run.ts'
import { createMemoryStore } from '../src/store/memory/store.ts'

export const HOUR_MS = 3_600_000
/** Limits of history need some. */
const HISTORY_DAYS = { restriction: 120, other: 40 }

/**
 * When a world begins, and 26 hours later breaks: by day on a working day, unless a test asks for another
 * hour. What a diagnosis says may depend on the hour at the bank; what a test says may not depend on when it is run.
 */
const BY_DAY = Date.UTC(2026, 6, 14, 15)

/** A fault of the atlas, or one of its forms. */
export type Broken = { readonly definition: FaultDefinition; readonly parameters: Readonly<Record<string, Value>> }

export type AtlasWorld = {
  readonly sandbox: Sandbox
  readonly connectionId: string
  readonly person: ScriptedPerson
  readonly fault: DemoFault
  /** Lets a day pass, breaks the bank, and reads; a question of the bank's is answered where the fault is in the answer. */
  breakAndRead(): Promise<void>
  read(): Promise<SyncRun>
  problem(): Promise<Problem | null>
}

/** Faults of the atlas by their plain names, and forms of them that break what the plain one leaves whole. */
export const FORMS: readonly Broken[] = [
  ...ATLAS.filter(({ family }) => family !== 'data').map((definition) => ({ definition, parameters: {} })),
  form('version-refused', { minimum: 900 }),
  form('version-refused', { minimum: 900, http400: true }),
  form('url-moved', { status: 301 }),
  form('url-moved', { status: 308 }),
  form('account-list-empty', { statements: 'refused' }),
  form('mfa-code-wrong', { method: 'question' }),
  form('mfa-code-wrong', { method: 'token' }),
  form('mfa-code-expired', { method: 'token' }),
  form('mfa-method-changed', { method: 'question' }),
  form('mfa-method-changed', { method: 'push' }),
]

function form(name: string, parameters: Broken['parameters']): Broken {
  const definition = ATLAS.find((one) => one.name === name)
  if (definition === undefined) throw new RangeError(name)
  return { definition, parameters }
}

export function titleOf({ definition, parameters }: Broken): string {
  return [definition.name, ...Object.entries(parameters).map(([name, value]) => `${name} ${value}`)].join(', ')
}

/** Opens a world, lets `work` happen in it, and closes it. */
export async function inWorld(broken: Broken, work: (world: AtlasWorld) => Promise<void>, startsAt = BY_DAY): Promise<void> {
  const { definition } = broken
  const config = readConfig({}, 'linux')
  if (!config.ok) throw new Error(config.failure.message)
  const never = { owner: {}, app: {}, close: async () => undefined }
  const opened = await openSandbox(config.value, {
    seed: 7, startsAt, historyDays: HISTORY_DAYS[definition.family === 'restriction' ? 'restriction' : 'other'], tell: () => undefined, database: { store: createMemoryStore(), ...never },
    ...(HANGS.has(definition.name) ? { limits: { answerBytes: 20_000_000, headerBytes: 16_384, connectMs: 3_000, idleMs: 2_000, totalMs: 4_000 } } : {}),
  })
  if (!opened.ok) throw new Error(opened.failure.message)
  try {
    await work(await worldOf(opened.value, broken))
  } finally {
    await opened.value.close()
  }
}

async function worldOf(sandbox: Sandbox, { definition, parameters }: Broken): Promise<AtlasWorld> {
  const { instance } = sandbox.opened
  const connectionId = await connectAna(sandbox, () => undefined)
  const person = createScriptedPerson(instance, sandbox.listening.officeUrl)
  const fault: DemoFault = { family: definition.family === 'data' ? 'own_side' : definition.family, fault: definition.name, sentence: definition.sentence, strikes: EVERYBODY.has(definition.name) ? 'everybody' : 'ana', account: ONE_ACCOUNT.has(definition.name) ? 'ana-savings' : null }
  const strike = () =>
    void sandbox.bank.inject({ name: fault.fault, parameters, ...(fault.strikes === 'ana' ? { login: ANA.user } : {}), ...(fault.account === null ? {} : { account: fault.account }) })
  const read = async (): Promise<SyncRun> => {
    const done = await instance.verbs.sync(connectionId, 'person')
    if (!done.ok) throw new Error(done.failure.message)
    return done.value
  }
  const answerAll = async (): Promise<void> => {
    for (const challenge of await instance.store.challenges.list({ connectionId, state: 'open' })) await person.answer(challenge)
  }
  return {
    sandbox, connectionId, person, fault, read,
    async breakAndRead() {
      sandbox.advance(26 * HOUR_MS)
      while (definition.name === 'maintenance-sunday-night' && !isSundayNight(instance.clock.now())) sandbox.advance(HOUR_MS)
      strike()
      await sandbox.listening.settle()
      person.takeCount()
      await read()
      if (IN_THE_ANSWER.has(definition.name)) await answerAll()
    },
    problem: async () => (await instance.store.problems.list({ connectionId, open: true, limit: 1 }))[0] ?? null,
  }
}

/** Faults of the connection itself, and an outage, strike everybody: also who asks without signing in. */
const EVERYBODY = new Set([
  'connection-refused', 'dns-gone', 'wrong-certificate', 'expired-certificate', 'old-tls-only', 'trust-store-stale', 'http-500', 'http-502', 'http-503', 'http-504', 'half-open', 'url-moved', 'fid-changed',
  'version-refused', 'bank-merged', 'maintenance-announced', 'maintenance-unannounced', 'maintenance-sunday-night', 'aggregator-down', 'proxy-broken', 'captive-portal', 'geo-block',
])
const ONE_ACCOUNT = new Set(['account-closed', 'account-dormant', 'account-renumbered', 'access-withdrawn'])
const IN_THE_ANSWER = new Set(['mfa-code-wrong', 'mfa-code-expired', 'mfa-push-unanswered'])
const HANGS = new Set(['slow-drip', 'half-open'])

function isSundayNight(now: number): boolean {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', weekday: 'short', hour: 'numeric', hourCycle: 'h23' }).formatToParts(new Date(now))
  const part = (type: string) => parts.find((one) => one.type === type)?.value
  return part('weekday') === 'Sun' && Number(part('hour')) === 3
}
