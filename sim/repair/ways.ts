/**
 * Three ways from a broken feed to a working one, each played on the same fault of the same seed:
 * what Relink proposes, the classic list of eight steps in its fixed order, and an oracle that knows
 * the fault. What is counted is the attention of a person, in minutes, until a read works.
 */
import type { CauseCode } from '../../src/domain/cause.ts'
import type { RepairPlan, RepairStep } from '../../src/domain/repair.ts'
import { NEW_PASSWORD, STEPS } from '../../src/repair/steps.ts'
import { HOUR_MS } from '../plan.ts'
import type { Ground } from '../world.ts'
import { BrokenFeed, type Strike } from './broken.ts'
import { ANSWER_MS, CLASSIC_STEPS, CLASSIC_TRY_MINUTES, CODE_MINUTES, endingOf, LOOK_MINUTES } from './ends.ts'


export type Played = {
  readonly mended: boolean
  readonly minutes: number
  readonly hours: number
  /** What a person did, in order. */
  readonly acts: readonly string[]
}

export type Ours = Played & {
  readonly truths: readonly CauseCode[]
  /** Nothing broke: the feed read on. */
  readonly survived: boolean
  /** The first cause when the failure was seen, and when a person was first needed or the feed was mended. */
  readonly causeAtFirst: CauseCode | null
  readonly causeAfterProbes: CauseCode | null
  readonly askedWhileDown: number
  readonly secretsResent: number
}

/** Whoever is not done by then is not mended. */
const MOST_HOURS = 21 * 24
/** A feed of which nothing was told by then reads on. */
const SURVIVED_HOURS = 4 * 24
const MOST_TRIES = 3

/** What Relink proposes: the person does what the plan's present step says, and nothing else. */
export async function playOurs(seed: number, strikes: readonly Strike[], ground: Ground): Promise<Ours> {
  const feed = await BrokenFeed.open(seed, strikes, ground)
  const acts: string[] = []
  let minutes = 0
  let causeAtFirst: CauseCode | null = null
  let causeAfterProbes: CauseCode | null = null
  let [broke, mended] = [false, false]
  while (!mended && feed.hoursSinceBroken < (broke ? MOST_HOURS : SURVIVED_HOURS)) {
    await feed.passTo(feed.now + 2 * HOUR_MS)
    const [problem] = await feed.problems()
    const step = problem === undefined ? undefined : await personStep(feed, problem.connectionId)
    if (problem !== undefined) {
      broke = true
      causeAtFirst ??= problem.diagnosis.causes[0]?.cause ?? null
      // Until a person is asked for more than a code, Relink may look further; what it says then is what counts.
      if (acts.every((act) => act === 'answer')) causeAfterProbes = (await firstCause(feed)) ?? causeAfterProbes
    }
    const codes = feed.codes
    await feed.answerAll()
    if (feed.codes > codes) {
      broke = true
      const after = await firstCause(feed)
      causeAtFirst = after ?? causeAtFirst ?? 'mfa_required'
      causeAfterProbes = after ?? causeAfterProbes ?? 'mfa_required'
      minutes += (feed.codes - codes) * CODE_MINUTES
      acts.push('answer')
    } else if (step !== undefined) {
      // The code itself is counted when it is answered.
      minutes += step.step.personMinutes - (step.step.action === 'update_mfa' ? CODE_MINUTES : 0)
      acts.push(step.step.action ?? step.step.kind)
      await doStep(feed, step.plan, step.step)
    }
    mended = broke && (await isWhole(feed))
  }
  if (acts.length > 0) minutes += LOOK_MINUTES
  const { askedWhileDown, secretsResent } = feed.conduct
  return { truths: feed.truths, survived: !broke, mended, minutes, hours: feed.hoursSinceBroken, acts, causeAtFirst, causeAfterProbes, askedWhileDown, secretsResent }
}

async function firstCause(feed: BrokenFeed): Promise<CauseCode | null> {
  return (await feed.problems())[0]?.diagnosis.causes[0]?.cause ?? null
}

/** No problem is open, and the newest read came after the trouble began. */
async function isWhole(feed: BrokenFeed): Promise<boolean> {
  if ((await feed.problems()).length > 0) return false
  const { state, lastSuccessAt } = await feed.connection()
  return state === 'active' && lastSuccessAt !== null && lastSuccessAt > feed.now - feed.hoursSinceBroken * HOUR_MS
}

async function personStep(feed: BrokenFeed, connectionId: string): Promise<{ readonly plan: RepairPlan; readonly step: RepairStep } | undefined> {
  const advanced = await feed.relink.verbs.repair(connectionId, null)
  const plan = advanced.ok ? advanced.value : null
  const step = plan?.steps.find(({ state }) => state === 'now')
  return plan?.state === 'open' && step?.who === 'person' ? { plan, step } : undefined
}

async function doStep(feed: BrokenFeed, plan: RepairPlan, step: RepairStep): Promise<void> {
  const { connectionId, relink: { verbs } } = feed
  if (step.action === 'fix_credentials') {
    if (step.personMinutes === NEW_PASSWORD.personMinutes) await feed.person.changePassword('another password 71').catch(() => undefined)
    if (!(await feed.enterPassword())) await verbs.repair(connectionId, { stepId: step.id, did: 'cannot' })
    return
  }
  if (step.action !== null) await feed.act(step.action)
  if (plan.cause === 'account_not_found') await feed.adoptRenumbered()
  feed.conduct.permit()
  await verbs.repair(connectionId, { stepId: step.id, did: 'done' })
}

/** The fixed list, one step after the other, each followed by a try. */
export async function playClassic(seed: number, strikes: readonly Strike[], ground: Ground): Promise<Played> {
  const feed = await broken(seed, strikes, ground)
  let minutes = LOOK_MINUTES
  const acts: string[] = []
  const tried = async (): Promise<boolean> => {
    minutes += CLASSIC_TRY_MINUTES
    const codes = feed.codes
    const works = await feed.works()
    minutes += (feed.codes - codes) * CODE_MINUTES
    return works
  }
  let mended = false
  for (const { step, minutes: cost } of CLASSIC_STEPS) {
    minutes += cost
    acts.push(step)
    await classicStep(feed, step)
    if ((mended = await tried())) break
  }
  return { mended, minutes, hours: feed.hoursSinceBroken, acts }
}

async function classicStep(feed: BrokenFeed, step: (typeof CLASSIC_STEPS)[number]['step']): Promise<void> {
  switch (step) {
    // Who reads of an outage comes back when it is over.
    case 'bank_status': return (await feed.announced()) ? waitOut(feed) : undefined
    case 'credentials':
      await feed.act('act_at_bank_site')
      await feed.enterPassword()
      return
    case 'update': return
    case 'reconnect':
      await feed.act('reconnect')
      await feed.enterPassword()
      return
    case 'toggle':
      await feed.relink.verbs.disable(feed.connectionId)
      await feed.relink.verbs.enable(feed.connectionId)
      return
    case 'mfa': return feed.answerAll()
    case 'call_bank':
      for (const action of ['contact_bank', 'unlock_at_bank', 'enroll_at_bank', 'act_at_bank_site'] as const) await feed.act(action)
      await feed.enterPassword()
      await feed.closeFeeds()
      // The bank says whether it is down, and then one waits.
      return waitOut(feed)
    case 'call_support':
      for (const action of ['contact_support', 'update_software', 'fix_network', 'fix_configuration'] as const) await feed.act(action)
      return feed.passTo(feed.now + ANSWER_MS + HOUR_MS, 'reads')
  }
}

/** Until what passes by itself has passed, at most two days. */
async function waitOut(feed: BrokenFeed): Promise<void> {
  for (let hours = 0; hours < 48 && !feed.over; hours++) await feed.passTo(feed.now + HOUR_MS, 'reads')
}

/** Who knows the fault does what ends it, and nothing else. */
export async function playOracle(seed: number, strikes: readonly Strike[], ground: Ground): Promise<Played> {
  const feed = await broken(seed, strikes, ground)
  const acts: string[] = []
  let minutes = 0
  if (strikes.some(({ definition }) => endingOf(definition).passes)) await waitOut(feed)
  for (const { definition } of strikes) {
    const wanted = definition.cause === 'password_change_required' ? endingOf(definition).by : endingOf(definition).by.slice(0, 1)
    for (const action of wanted) {
      if (action === 'update_mfa') continue
      acts.push(action)
      minutes += STEPS.find((one) => one.action === action && one.who === 'person')?.personMinutes ?? 0
      if (action === 'fix_credentials') await feed.enterPassword()
      else if (action === 'remove_account') await feed.closeFeeds()
      else await feed.act(action)
      if (action === 'contact_bank' || action === 'contact_support') await feed.passTo(feed.now + ANSWER_MS + HOUR_MS, 'reads')
    }
  }
  let mended = false
  // A code that goes wrong is asked for anew.
  for (let tries = 0; tries < MOST_TRIES && !mended; tries++) mended = await feed.works()
  minutes += feed.codes * CODE_MINUTES
  return { mended, minutes: minutes === 0 ? 0 : minutes + LOOK_MINUTES, hours: feed.hoursSinceBroken, acts }
}

/** A feed whose failure somebody has seen: one read after the faults struck. */
async function broken(seed: number, strikes: readonly Strike[], ground: Ground): Promise<BrokenFeed> {
  const feed = await BrokenFeed.open(seed, strikes, ground)
  await feed.passTo(feed.now + 24 * HOUR_MS, 'reads')
  return feed
}
